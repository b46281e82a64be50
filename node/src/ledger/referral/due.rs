//! What is due of referrals: the school's turns, answers that are late, signatures and reviews of
//! emergencies, answers after something was taken back.

use domain::ledger::day::plus_days;
use domain::referral::history::Standing;
use domain::referral::{Event, Limit, Owner, State, due, working};
use runtime::sql::Tx;

use super::super::duty::{self, DutyKind};
use super::super::entry::{Kept, Moment};
use super::super::read;
use super::super::refusal::LedgerRefusal;
use super::course::{Course, course};
use super::emergency::SECOND_MS;
use super::facts::RETURN_DAYS;
use super::kin::kin;
use super::{Referral, ReferralAct};

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Days after which one asks where no day was agreed.
const UNAGREED_DAYS: i64 = 28;

/// Something about a referral that is due.
pub struct ReferralDue {
    /// The referral.
    pub referral: Kept<Referral>,
    /// What.
    pub what: DutyKind,
    /// By when, in milliseconds since 1970 UTC.
    pub due_ms: Option<i64>,
}

/// Everything that is due of all referrals; who may see it is asked by the caller.
///
/// # Errors
/// The store cannot be read.
pub fn dues(tx: &Tx<'_>, now: Moment) -> Result<Vec<ReferralDue>, LedgerRefusal> {
    let mut dues = Vec::new();
    for kept in read::waiting::<Referral>(tx)? {
        let course = course(tx, kept.record)?;
        let due_ms = expires_at(&course);
        let urgency = course.referral.entry.urgency;
        let Some(turn) = due(course.state, urgency) else { continue };
        let is_late = due_ms.is_some_and(|at| at < now.0);
        let what = match turn.owner {
            Owner::School => DutyKind::ReferralTurn,
            Owner::Relay | Owner::Recipient if is_late => DutyKind::ReferralLate,
            Owner::Relay | Owner::Recipient => continue,
        };
        dues.push(ReferralDue { referral: kept, what, due_ms });
    }
    for kept in read::waiting::<ReferralAct>(tx)? {
        let Some(referral) = read::one::<Referral>(tx, kept.entry.referral)? else { continue };
        let is_told = kin(tx, kept.entry.student, now.day())?.is_told();
        for (what, after_ms) in of_act(&kept.entry, is_told) {
            let due_ms = Some(kept.entry.made_at.0.saturating_add(after_ms));
            dues.push(ReferralDue { referral: referral.clone(), what, due_ms });
        }
    }
    Ok(dues)
}

/// What waits on one act, and how long after it; a guardian who may be told of an emergency is told
/// in writing too.
fn of_act(act: &ReferralAct, is_told: bool) -> Vec<(DutyKind, i64)> {
    if act.event != Event::Emergency {
        return if act.is_unanswered() {
            vec![(DutyKind::ReferralReply, DAY_MS)]
        } else {
            Vec::new()
        };
    }
    let mut waiting = Vec::new();
    if act.signed_by.is_none() {
        waiting.push((DutyKind::ReferralSign, SECOND_MS));
    }
    if act.reviewed.is_none() {
        waiting.push((DutyKind::ReferralReview, DAY_MS));
    }
    if act.noticed.is_none() && is_told {
        waiting.push((DutyKind::ReferralNotice, DAY_MS));
    }
    waiting
}

/// The instant at which the limit of a referral's state ends; nothing at its end.
#[must_use]
pub fn expires_at(course: &Course) -> Option<i64> {
    let turn = due(course.state, course.referral.entry.urgency)?;
    let since = course.since_ms();
    let took = course.acts.iter().rev().find(|(_, how)| matches!(how, Standing::Took(_)));
    let agreed = took.and_then(|(act, _)| act.entry.agreed);
    match turn.limit {
        // The follow-ups after a return have limits of their own; then it is closed.
        Limit::AfterAgreedDay(_) if course.state == State::Returned => course
            .last(Event::Return)
            .map(|act| duty::end_of(plus_days(act.entry.day, RETURN_DAYS))),
        Limit::Now => Some(since),
        Limit::Minutes(minutes) => Some(since.saturating_add(i64::from(minutes) * 60_000)),
        Limit::Days(days) => Some(since.saturating_add(i64::from(days) * DAY_MS)),
        Limit::WorkingDays(days) => Some(duty::end_of(working(Moment(since).day(), days))),
        Limit::AfterAgreedDay(days) => {
            Some(agreed.map_or(since.saturating_add(UNAGREED_DAYS * DAY_MS), |day| {
                duty::end_of(working(day, days))
            }))
        }
    }
}
