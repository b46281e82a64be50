//! What must be known before an act, as the ledgers answer it.

use std::collections::BTreeSet;

use domain::ledger::Word as _;
use domain::ledger::day::plus_days;
use domain::ledger::terms::{FollowupKind, Tier};
use domain::referral::{
    CallParty, DeclineReason, EndReason, Event, Fact, State, TRANSITIONS, Urgency,
};
use runtime::sql::Tx;

use super::super::alert::AlertCase;
use super::super::author::Author;
use super::super::conference::ConferenceCase;
use super::super::entry::{RecordId, StudentId};
use super::super::followup::Followup;
use super::super::refusal::LedgerRefusal;
use super::super::{case, read, student};
use super::kin::kin;
use super::{Course, LiveConsent, Referral, Told, live};
use crate::import::value::Sex;

/// Days after a return before a referral closes.
pub(super) const RETURN_DAYS: u32 = 90;

/// What an act is asked with.
pub(super) struct Asked<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) author: &'a Author,
    pub(super) course: &'a Course,
    pub(super) told: &'a Told,
    /// The consent on which something is handed over.
    pub(super) consent: Option<&'a LiveConsent>,
}

/// Every fact that a line of the table about an event asks for and that holds.
pub(super) fn known(asked: &Asked<'_>, event: Event) -> Result<BTreeSet<Fact>, LedgerRefusal> {
    let of_event = TRANSITIONS.iter().filter(|line| line.event == event);
    let facts: BTreeSet<Fact> = of_event.flat_map(|line| line.guard.iter().copied()).collect();
    let mut known = BTreeSet::new();
    for fact in facts {
        if holds(asked, event, fact)? {
            known.insert(fact);
        }
    }
    Ok(known)
}

fn holds(asked: &Asked<'_>, event: Event, fact: Fact) -> Result<bool, LedgerRefusal> {
    let Asked { tx, author, course, told, consent } = *asked;
    let entry = &course.referral.entry;
    let is_written = |text: &str| !text.trim().is_empty();
    Ok(match fact {
        Fact::TierAllows => tier_allows(tx, entry)?,
        Fact::RecipientChosen => is_chosen(course, event),
        Fact::DataComplete => is_complete(tx, author, course)?,
        Fact::ConsentComplete => {
            let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
            live(tx, entry.student, of, author.today()).map(drop)?;
            true
        }
        Fact::ConsentStands => consent.is_some(),
        Fact::NothingLeft => decided(course, fact),
        // By hand it goes to whoever is named, and is known to have come by whoever said so.
        Fact::SealedToRecipient | Fact::SealVerified => is_written(&told.who),
        Fact::ApproverSigned => entry.approved_by.is_some(),
        Fact::ReasonCoded => match event {
            Event::Decline => DeclineReason::from_word(&told.code).is_some(),
            _ => EndReason::from_word(&told.code).is_some(),
        },
        Fact::OtherNamed | Fact::SchoolPlan => is_written(&told.detail),
        Fact::DateAndPlace => told.agreed.is_some() && is_written(&told.place),
        Fact::ReturnPlan => told.agreed.is_some() && is_written(&told.detail),
        Fact::FollowupsDone => are_followed(tx, course)?,
        Fact::NinetyDays => course
            .last(Event::Return)
            .is_some_and(|act| author.today() >= plus_days(act.entry.day, RETURN_DAYS)),
        Fact::DeadlinePassed => super::expires_at(course).is_some_and(|at| at < author.now().0),
        Fact::NoEmergency => entry.urgency != Urgency::Emergency && decided(course, fact),
        Fact::ImminentDanger => is_written(&told.detail) && is_written(&told.place),
        // Who makes an emergency of it alone has half an hour for a second person, and none is made
        // by an account that let that time pass once; both are asked in `emergency`.
        Fact::TwoNamed => author.staff().is_some(),
        Fact::DangerAbsent => is_written(&told.detail) && is_written(&told.who),
        Fact::ReceiverNoted => is_written(&told.who) && is_written(&told.place),
    })
}

/// A fact that the course alone decides.
fn decided(course: &Course, fact: Fact) -> bool {
    course.trail.knows(fact).unwrap_or(false)
}

/// A unit, and after a no another one than said it.
fn is_chosen(course: &Course, event: Event) -> bool {
    let is_named = !course.referral.entry.recipient.is_empty();
    is_named && (event != Event::ChooseAgain || !is_same(course))
}

/// Whether it names the unit to which it was handed last.
pub(super) fn is_same(course: &Course) -> bool {
    let sent = course.last_of(|act| !act.recipient.is_empty());
    sent.is_some_and(|act| act.entry.recipient == course.referral.entry.recipient)
}

/// The case of a student that is open now.
pub(super) fn open_case(
    tx: &Tx<'_>,
    student: StudentId,
) -> Result<Option<RecordId>, LedgerRefusal> {
    let mut open = None;
    for kept in read::about::<AlertCase>(tx, student.0)? {
        if case::now_of(tx, student, kept.record)?.is_some() {
            open = Some(kept.record);
        }
    }
    Ok(open)
}

/// The case of a referral; of one that began as an emergency the one that was opened since.
pub(super) fn case_of(tx: &Tx<'_>, entry: &Referral) -> Result<Option<RecordId>, LedgerRefusal> {
    match entry.case {
        None => open_case(tx, entry.student),
        known => Ok(known),
    }
}

/// The case stands at t3 now, or at t2 and a consultation decided about it.
fn tier_allows(tx: &Tx<'_>, entry: &Referral) -> Result<bool, LedgerRefusal> {
    let Some(of) = case_of(tx, entry)? else { return Ok(false) };
    Ok(match case::now_of(tx, entry.student, of)? {
        Some((Tier::T3, _)) => true,
        Some((Tier::T2, _)) => {
            let discussed = read::about::<ConferenceCase>(tx, entry.student.0)?;
            discussed
                .iter()
                .any(|kept| kept.entry.case == Some(of) && !kept.entry.decision.trim().is_empty())
        }
        _ => false,
    })
}

/// Name, sex and birth date of the student, and a guardian with a telephone who may be called;
/// where none may be, the desk that was called in their place, and of an adult nobody.
fn is_complete(tx: &Tx<'_>, author: &Author, course: &Course) -> Result<bool, LedgerRefusal> {
    let of = course.referral.entry.student;
    let known = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?;
    let kin = kin(tx, of, author.today())?;
    let has_desk = course.calls.iter().any(|call| call.entry.party == CallParty::Desk);
    let can_be_called = kin.is_adult || kin.has_phone() || (kin.is_all_suspect() && has_desk);
    let row = known.row;
    Ok(row.sex != Sex::Unknown && row.birth_date.is_some() && can_be_called)
}

/// None of the follow-ups after the return is open.
fn are_followed(tx: &Tx<'_>, course: &Course) -> Result<bool, LedgerRefusal> {
    let Some(returned) = course.last(Event::Return) else { return Ok(false) };
    let planned = read::about::<Followup>(tx, course.referral.entry.student.0)?;
    let mut of_return = planned
        .iter()
        .map(|kept| &kept.entry)
        .filter(|one| one.why == FollowupKind::Return && one.due > returned.entry.day);
    Ok(course.state == State::Returned && of_return.all(|one| !one.is_open()))
}
