//! The emergency: no consent is needed where life hangs on it, and two persons answer for it.
//!
//! It acts at once, since the telephone has acted before it. Whoever makes it alone has
//! [`SECOND_MS`] for the second person; an account that let that time pass makes no other one until
//! somebody else has reviewed the first. Nothing recalls a child's emergency by a clock.

use domain::ledger::{Act as Right, Action, Area};
use domain::referral::{Actor, CallParty, Event, State, Urgency};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::entry::{Kept, Moment, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::{read, second, write};
use super::acts::{check, put, put_act, reasoned};
use super::course::{Course, course, mark};
use super::{Referral, ReferralAct, ReferralCall, Told};

/// Within so long a second person signs an emergency.
pub const SECOND_MS: i64 = 30 * 60_000;

/// What makes an emergency: the danger in one line, where the child is, who is with it.
#[derive(Clone)]
pub struct Danger {
    /// The facts, in one line.
    pub facts: String,
    /// Where the child is now.
    pub place: String,
    /// Who is with it or goes with it.
    pub escort: String,
}

/// A call that was tried or made.
#[derive(Clone)]
pub struct Call {
    /// Whose telephone.
    pub party: CallParty,
    /// When.
    pub at: Moment,
    /// Who was called, by name.
    pub who: String,
    /// Whether somebody answered.
    pub reached: bool,
    /// What was said.
    pub detail: String,
}

/// The ground of an emergency, checked: danger with its facts, a named call to a guardian or, where
/// none may be called, to the desk, and two persons or one within half an hour. Only
/// [`EmergencyBasis::of`] makes one.
pub struct EmergencyBasis {
    student: StudentId,
    facts: String,
    place: String,
    escort: String,
    at: Moment,
}

impl EmergencyBasis {
    /// The ground of a referral's emergency at an instant.
    ///
    /// # Errors
    /// There is no emergency under way, nobody was called, or half an hour has passed without a
    /// second person.
    pub(super) fn of(course: &Course, now: Moment) -> Result<Self, LedgerRefusal> {
        let act = course.last(Event::Emergency).ok_or(LedgerRefusal::NotWaiting)?;
        let entry = &act.entry;
        if course.state != State::EmergencyOut {
            return Err(LedgerRefusal::NotWaiting);
        }
        let told = |call: &&Kept<ReferralCall>| call.entry.party != CallParty::Recipient;
        if course.calls.iter().find(told).is_none() {
            return Err(LedgerRefusal::Uncalled);
        }
        if entry.signed_by.is_none() && now.0 > entry.made_at.0.saturating_add(SECOND_MS) {
            return Err(LedgerRefusal::Unsigned);
        }
        let [facts, place, escort] =
            [&entry.detail, &entry.place, &entry.who].map(|text| text.clone());
        Ok(Self { student: entry.student, facts, place, escort, at: entry.made_at })
    }

    /// Whose emergency.
    #[must_use]
    pub const fn student(&self) -> StudentId {
        self.student
    }

    /// The danger in one line, where the child is, who is with it.
    #[must_use]
    pub fn told(&self) -> [&str; 3] {
        [&self.facts, &self.place, &self.escort]
    }

    /// When it was made.
    #[must_use]
    pub const fn at(&self) -> Moment {
        self.at
    }
}

/// Makes an emergency of a referral that has not been handed over, with the first call.
///
/// # Errors
/// Facts, place or the one who was called are missing, the account let an earlier emergency of the
/// own go unsigned, the state does not allow it, the role may not, or the store; nothing was
/// written.
pub fn emergency(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    danger: &Danger,
    call: &Call,
) -> Result<State, LedgerRefusal> {
    let now = course(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    let own = second::first(author)?;
    for kept in read::waiting::<ReferralAct>(tx)? {
        let one = &kept.entry;
        let is_own = one.event == Event::Emergency && one.asked_staff == Some(own);
        let is_late = one.made_at.0.saturating_add(SECOND_MS) < author.now().0;
        if is_own && is_late && one.signed_by.is_none() && one.reviewed.is_none() {
            return Err(LedgerRefusal::Unreviewed);
        }
    }
    let told = Told {
        who: danger.escort.clone(),
        detail: danger.facts.clone(),
        place: danger.place.clone(),
        ..Told::on(author.today())
    };
    check(tx, author, (&now, Event::Emergency, Actor::School), &told, None)?;
    if call.party == CallParty::Recipient {
        return Err(LedgerRefusal::Uncalled);
    }
    put_act(tx, author, (&now, Event::Emergency, Actor::School), &told, None)?;
    put_call(tx, author, &now, call)?;
    if now.referral.entry.urgency != Urgency::Emergency {
        let raised = Referral { urgency: Urgency::Emergency, ..now.referral.entry.clone() };
        let by = reasoned(author, &danger.facts);
        put(tx, &by, (record, now.referral.version), &raised, None)?;
    }
    mark(tx, record)
}

/// Notes a call about a referral.
///
/// # Errors
/// The role may not, nobody is named, its instant lies in the future, or the store.
pub fn note_call(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    call: &Call,
) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    put_call(tx, author, &now, call)
}

fn put_call(tx: &Tx<'_>, author: &Author, now: &Course, call: &Call) -> Result<(), LedgerRefusal> {
    let entry = ReferralCall {
        day: call.at.day(),
        student: now.referral.entry.student,
        referral: now.referral.record,
        party: call.party,
        at: call.at,
        by: second::first(author)?,
        who: call.who.trim().to_owned(),
        reached: call.reached,
        detail: call.detail.trim().to_owned(),
    };
    write::put_new(tx, author, &entry, None).map(drop)
}

/// Signs an emergency as the second person; late is better than never, and its time is kept.
///
/// # Errors
/// It is the same person, it was signed before, the role may not, or the store; nothing was
/// written.
pub fn countersign(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let (now, kept, asked_by) = made(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Do(Right::Countersign), Some(student))?;
    if kept.entry.signed_by.is_some() {
        return Err(LedgerRefusal::NotWaiting);
    }
    second::check(tx, author, (&asked_by, kept.entry.asked_staff))?;
    let signed = ReferralAct {
        signed_by: Some(author.account().to_owned()),
        signed_at: Some(author.now()),
        ..kept.entry
    };
    write::put_change(tx, author, (kept.record, kept.version), &signed, Some(&asked_by))?;
    Ok(())
}

/// Notes the head's review: what was found, and when the guardian was told in writing.
///
/// # Errors
/// Who made it reviews it, it was reviewed before, nothing is written, the role may not, or the
/// store; nothing was written.
pub fn review(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (findings, noticed): (&str, Option<Date>),
) -> Result<(), LedgerRefusal> {
    let (now, kept, asked_by) = made(tx, record)?;
    let student = now.referral.entry.student;
    write::allow(tx, author, Action::Do(Right::ReviewEmergency), Some(student))?;
    if kept.entry.reviewed.is_some() {
        return Err(LedgerRefusal::NotWaiting);
    }
    if findings.trim().is_empty() {
        return Err(LedgerRefusal::Field("findings"));
    }
    second::check(tx, author, (&asked_by, kept.entry.asked_staff))?;
    let by = reasoned(author, findings);
    let reviewed = ReferralAct {
        reviewed: Some(author.today()),
        findings: findings.trim().to_owned(),
        noticed,
        ..kept.entry
    };
    write::put_change(tx, &by, (kept.record, kept.version), &reviewed, Some(&asked_by))?;
    Ok(())
}

/// The referral, its last emergency, and the account that made it.
fn made(
    tx: &Tx<'_>,
    record: RecordId,
) -> Result<(Course, Kept<ReferralAct>, String), LedgerRefusal> {
    let now = course(tx, record)?;
    let kept = now.last(Event::Emergency).cloned().ok_or(LedgerRefusal::NotWaiting)?;
    let versions = read::versions::<ReferralAct>(tx, kept.record)?;
    let asked_by = versions.first().map(|(_, by)| by.author.clone()).unwrap_or_default();
    Ok((now, kept, asked_by))
}
