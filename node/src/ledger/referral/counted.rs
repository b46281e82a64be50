//! Referrals as figures see them: what took effect, from which state to which, and how urgent the
//! referral was then.
//!
//! What came too late is no step. A later change of the urgency changes no step before it, so that
//! a figure that was told stays right.

use domain::referral::history::Standing;
use domain::referral::{State, Urgency};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::super::entry::{Kept, Moment};
use super::super::read;
use super::course::course_of;
use super::{Referral, ReferralAct};

/// An act that took effect.
pub(crate) struct Step {
    /// The act.
    pub(crate) act: Kept<ReferralAct>,
    /// The state before it.
    pub(crate) from: State,
    /// The state after it.
    pub(crate) to: State,
    /// How urgent the referral was once it was written.
    pub(crate) urgency: Urgency,
}

/// A referral with everything that took effect, in the order of its course.
pub(crate) struct Counted {
    /// The referral as it stands.
    pub(crate) referral: Kept<Referral>,
    /// How urgent it was when it was opened.
    pub(crate) opened_as: Urgency,
    /// What took effect.
    pub(crate) steps: Vec<Step>,
}

/// Every referral as figures see it.
pub(crate) fn counted(tx: &Tx<'_>) -> Result<Vec<Counted>, SqlError> {
    let all = read::all::<Referral>(tx)?.into_iter();
    all.map(|referral| of_one(tx, referral)).collect()
}

fn of_one(tx: &Tx<'_>, referral: Kept<Referral>) -> Result<Counted, SqlError> {
    let versions = read::versions::<Referral>(tx, referral.record)?;
    let counting = versions.into_iter().filter(|(kept, _)| !kept.parallel);
    let urgencies: Vec<(Moment, Urgency)> =
        counting.map(|(kept, by)| (by.entered_at, kept.entry.urgency)).collect();
    let opened_as = urgencies.first().map_or(referral.entry.urgency, |(_, urgency)| *urgency);
    let at = |moment: Moment| {
        let until = urgencies.iter().rfind(|(entered, _)| *entered <= moment);
        until.map_or(opened_as, |(_, urgency)| *urgency)
    };
    let course = course_of(tx, referral)?;
    let (mut steps, mut from) = (Vec::new(), State::Draft);
    for (act, how) in course.acts {
        if let Standing::Took(to) = how {
            let urgency = at(act.entry.made_at);
            steps.push(Step { act, from, to, urgency });
            from = to;
        }
    }
    Ok(Counted { referral: course.referral, opened_as, steps })
}

impl Counted {
    /// The steps up to a day: up to the first one that was told for a later day.
    pub(crate) fn until(&self, day: Date) -> impl Iterator<Item = &Step> {
        self.steps.iter().take_while(move |step| step.act.entry.day <= day)
    }
}
