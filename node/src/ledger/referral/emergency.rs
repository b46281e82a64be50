//! The emergency: no consent is needed where life hangs on it, and two persons answer for it.
//!
//! It acts at once, since the telephone has acted before it. Whoever makes it alone has
//! [`SECOND_MS`] for the second person; an account that let that time pass makes no other one until
//! somebody else has reviewed the first. Nothing recalls a child's emergency by a clock.

use domain::ledger::consent::{NoConsent, Purpose};
use domain::ledger::{Act as Right, Action, Area};
use domain::referral::{Actor, CallParty, Event, State, Urgency};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::super::author::Author;
use super::super::consent;
use super::super::entry::{Kept, Moment, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::{read, second, write};
use super::acts::{check, put, put_act, reasoned};
use super::course::{Course, course, mark};
use super::kin::kin;
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
    /// The ground of a referral's emergency now.
    ///
    /// # Errors
    /// There is no emergency under way, no guardian was called where one may be, else no desk, or
    /// there is no second person where the family has said no to this recipient or half an hour has
    /// passed; or the store.
    pub(super) fn of(tx: &Tx<'_>, author: &Author, course: &Course) -> Result<Self, LedgerRefusal> {
        let act = course.last(Event::Emergency).ok_or(LedgerRefusal::NotWaiting)?;
        let entry = &act.entry;
        if course.state != State::EmergencyOut {
            return Err(LedgerRefusal::NotWaiting);
        }
        // An adult is asked about guardians, so that any call will do.
        let is_guardian = kin(tx, entry.student, author.today())?.is_called();
        let told = |call: &Kept<ReferralCall>| match call.entry.party {
            CallParty::Guardian => true,
            CallParty::Desk => !is_guardian,
            CallParty::Recipient => false,
        };
        if !course.calls.iter().any(told) {
            return Err(LedgerRefusal::Uncalled);
        }
        let is_late = author.now().0 > entry.made_at.0.saturating_add(SECOND_MS);
        if entry.signed_by.is_none() && (is_late || is_refused(tx, author, course)?) {
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

/// Whether the last that the family said to this recipient is a no.
fn is_refused(tx: &Tx<'_>, author: &Author, course: &Course) -> Result<bool, LedgerRefusal> {
    let entry = &course.referral.entry;
    let wanted = (Purpose::Referral, entry.recipient.as_str());
    match consent::standing(tx, entry.student, wanted, super::LEAST, author.today()) {
        Err(LedgerRefusal::Consent(why)) => {
            Ok(matches!(why, NoConsent::Refused | NoConsent::Withdrawn | NoConsent::OnHold))
        }
        Err(other) => Err(other),
        Ok(_) => Ok(false),
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
/// The role may not, nobody is named, it is a guardian whom nobody may contact, its instant lies in
/// the future, or the store.
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
    let kin = kin(tx, now.referral.entry.student, author.today())?;
    if call.party == CallParty::Guardian && !kin.may_call(&call.who, "") {
        return Err(LedgerRefusal::Uncontacted);
    }
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
    let (kept, asked_by) = made(tx, record, |act| act.signed_by.is_none())?;
    write::allow(tx, author, Action::Do(Right::Countersign), Some(kept.entry.student))?;
    second::check(tx, author, (&asked_by, kept.entry.asked_staff))?;
    let signed = ReferralAct {
        signed_by: Some(author.account().to_owned()),
        signed_at: Some(author.now()),
        ..kept.entry
    };
    put_made(tx, author, (kept.record, kept.version), &signed, Some(&asked_by))
}

/// Notes the head's review: what was found, and when the guardian was told in writing, where that
/// is not noted yet.
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
    let (kept, asked_by) = made(tx, record, |act| act.reviewed.is_none())?;
    write::allow(tx, author, Action::Do(Right::ReviewEmergency), Some(kept.entry.student))?;
    if findings.trim().is_empty() {
        return Err(LedgerRefusal::Field("findings"));
    }
    second::check(tx, author, (&asked_by, kept.entry.asked_staff))?;
    let by = reasoned(author, findings);
    let reviewed = ReferralAct {
        reviewed: Some(author.today()),
        findings: findings.trim().to_owned(),
        noticed: kept.entry.noticed.or(noticed),
        ..kept.entry
    };
    put_made(tx, &by, (kept.record, kept.version), &reviewed, Some(&asked_by))
}

/// Whether somebody may sign the emergency of a referral that waits for its second person.
///
/// # Errors
/// The store cannot be read.
pub fn may_sign(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<bool, SqlError> {
    may(tx, author, (record, Right::Countersign), |act| act.signed_by.is_none())
}

/// Whether somebody may review the emergency of a referral that waits for it.
///
/// # Errors
/// The store cannot be read.
pub fn may_review(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<bool, SqlError> {
    may(tx, author, (record, Right::ReviewEmergency), |act| act.reviewed.is_none())
}

fn may(
    tx: &Tx<'_>,
    author: &Author,
    (record, right): (RecordId, Right),
    waits: impl Fn(&ReferralAct) -> bool,
) -> Result<bool, SqlError> {
    let asked = made(tx, record, waits).and_then(|(kept, asked_by)| {
        write::allow(tx, author, Action::Do(right), Some(kept.entry.student))?;
        second::check(tx, author, (&asked_by, kept.entry.asked_staff))
    });
    match asked {
        Ok(()) => Ok(true),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Notes on which day the guardian was told of an emergency in writing.
///
/// # Errors
/// It was noted before, the day lies before the emergency or in the future, the role may not, or
/// the store; nothing was written.
pub fn note_notice(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    day: Date,
) -> Result<(), LedgerRefusal> {
    let (kept, _) = made(tx, record, |act| act.noticed.is_none())?;
    write::allow(tx, author, Action::Write(Area::Referral), Some(kept.entry.student))?;
    if day < kept.entry.day {
        return Err(LedgerRefusal::Field("noticed"));
    }
    let noticed = ReferralAct { noticed: Some(day), ..kept.entry };
    put_made(tx, author, (kept.record, kept.version), &noticed, None)
}

/// A version of an emergency, which waits no more once two persons answered for it and nobody is
/// left to be told.
fn put_made(
    tx: &Tx<'_>,
    author: &Author,
    seen: (RecordId, u32),
    act: &ReferralAct,
    second: Option<&str>,
) -> Result<(), LedgerRefusal> {
    write::put_change(tx, author, seen, act, second)?;
    let is_told = kin(tx, act.student, author.today())?.is_told();
    let waits = !act.is_answered_for() || (is_told && act.noticed.is_none());
    Ok(write::mark_waiting(tx, seen.0, waits)?)
}

/// The first emergency of a referral that fits, and the account that made it.
fn made(
    tx: &Tx<'_>,
    record: RecordId,
    fits: impl Fn(&ReferralAct) -> bool,
) -> Result<(Kept<ReferralAct>, String), LedgerRefusal> {
    let now = course(tx, record)?;
    let kept = now.emergency(fits).cloned().ok_or(LedgerRefusal::NotWaiting)?;
    let versions = read::versions::<ReferralAct>(tx, kept.record)?;
    let asked_by = versions.first().map(|(_, by)| by.author.clone()).unwrap_or_default();
    Ok((kept, asked_by))
}
