//! Acts on cases: entering, moving, signing as the second person, reviewing, first contact.
//!
//! A case's tier is what its moves in force say. These functions are the only way to write one, so
//! a tier cannot change without an author, a reason, an owner, a next review and, where it takes
//! watching away, a second person first.

pub(super) mod order;

use std::collections::HashMap;

use domain::ledger::case::{Effect, MoveError, effect};
use domain::ledger::due::{first_contact_by_ms, is_review_soon_enough};
use domain::ledger::terms::{ContactWay, ReviewDecision, Standing, Tier};
use domain::ledger::words::{AlertSource, Move};
use domain::ledger::{Act, Action};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::alert::{AlertCase, AlertMove, AlertReview, FirstContact};
use super::author::Author;
use super::entry::{Entry as _, Kept, Moment, RecordId, StaffId, StudentId};
use super::followup;
use super::read;
use super::refusal::{Flaw, LedgerRefusal};
use super::roll_change;
use super::second;
use super::write::{self, Written};

/// A case on a day.
#[derive(Clone)]
pub struct CaseNow {
    /// The case.
    pub case: Kept<AlertCase>,
    /// Its tier.
    pub tier: Tier,
    /// Who is responsible.
    pub owner: StaffId,
    /// Day of the next review, as its last move set it.
    pub next_review: Option<Date>,
}

/// What a move of a case is asked for.
#[derive(Clone)]
pub struct MoveWish {
    /// What kind of move.
    pub how: Move,
    /// The tier after it; none where the case leaves the ledger.
    pub to: Option<Tier>,
    /// What gave rise to it.
    pub source: AlertSource,
    /// Who is responsible from here on.
    pub owner: StaffId,
    /// Day of the next review; none only where the case leaves the ledger.
    pub next_review: Option<Date>,
}

/// Enters a case; it acts at once, sets the first contact, review and follow-up.
///
/// # Errors
/// The student has an open case, the role may not, a case that is moved in was not handed over with
/// the student and the family's consent, or a rule; nothing was written.
pub fn open(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    day: Date,
    wish: &MoveWish,
) -> Result<RecordId, LedgerRefusal> {
    write::allow(tx, author, Action::Do(Act::RaiseTier), Some(student))?;
    need_reason(author)?;
    let tier = wish.to.ok_or(MoveError::Tier)?;
    effect(wish.how, None, wish.to)?;
    if wish.how == Move::MovedIn {
        roll_change::check_handed_over(tx, author, (student, day))?;
    }
    for case in read::about::<AlertCase>(tx, student.0)? {
        if tier_of(tx, student, case.record, Date::MAX)?.is_some() {
            return Err(LedgerRefusal::Stands(AlertCase::KIND, case.record, case.entry.day));
        }
    }
    let (source, owner) = (wish.source, wish.owner);
    let case = AlertCase { day, student, source, owner };
    let record = write::put_new(tx, author, &case, None)?;
    put_move(tx, author, (student, record, day), None, wish)?;
    // A case entered for a past day is not late by being written down late.
    let opened_ms = if day == author.today() { author.now().0 } else { noon_ms(day) };
    let due_at = Moment(first_contact_by_ms(tier, opened_ms));
    let contact = FirstContact {
        due: due_at.day(),
        student,
        case: record,
        tier,
        due_at,
        done_at: None,
        by: None,
        way: None,
    };
    write::put_new(tx, author, &contact, None)?;
    Ok(record)
}

/// Moves a case: a raise acts at once, anything else waits for [`sign`]. Gives the move's record.
///
/// # Errors
/// The move does not fit, the role may not, or a rule; nothing was written.
pub fn ask_move(
    tx: &Tx<'_>,
    author: &Author,
    case: RecordId,
    wish: &MoveWish,
) -> Result<RecordId, LedgerRefusal> {
    let kept = read::one::<AlertCase>(tx, case)?.ok_or(LedgerRefusal::Unknown)?;
    let student = kept.entry.student;
    write::allow(tx, author, Action::Do(Act::RaiseTier), Some(student))?;
    need_reason(author)?;
    let from = tier_of(tx, student, case, Date::MAX)?;
    if wish.how != Move::TierUp
        && let Some(waiting) = wish_that_waits(tx, (student, case), from)?
    {
        return Err(LedgerRefusal::MoveWaits(waiting));
    }
    put_move(tx, author, (student, case, author.today()), from, wish)
}

/// Agrees to a move as the second person, or refuses it. A raise is countersigned the same way.
///
/// # Errors
/// It is the same person or nobody knows who, it does not wait, the tier has changed meanwhile, or
/// the role may not.
pub fn sign(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    agrees: bool,
) -> Result<(), LedgerRefusal> {
    let kept = read::one::<AlertMove>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let mut moved = kept.entry;
    write::allow(tx, author, Action::Do(Act::Countersign), Some(moved.student))?;
    need_reason(author)?;
    if moved.signed_by.is_some() || moved.standing == Standing::Refused {
        return Err(LedgerRefusal::NotWaiting);
    }
    let first = read::versions::<AlertMove>(tx, record)?;
    let asked_by = first.first().map(|(_, by)| by.author.clone()).unwrap_or_default();
    second::check(tx, author, (&asked_by, moved.asked_by))?;
    let waits = moved.standing == Standing::Waiting;
    if waits && agrees {
        let now = tier_of(tx, moved.student, moved.case, Date::MAX)?;
        if now != moved.from_tier {
            return Err(MoveError::Direction.into());
        }
        let day = not_before_last(tx, (moved.student, moved.case), author.today())?;
        (moved.standing, moved.day) = (Standing::InForce, day);
    } else if waits {
        moved.standing = Standing::Refused;
    }
    // A raise that the second person does not agree with stays: taking it back is a lowering. It is
    // looked at again, within a day, as long as the case is open.
    if !waits && !agrees && tier_of(tx, moved.student, moved.case, Date::MAX)?.is_some() {
        moved.standing = Standing::Objected;
    }
    let signed_at = Some(author.now());
    (moved.signed_by, moved.signed_at) = (Some(author.account().to_owned()), signed_at);
    let seen = (record, kept.version);
    write::put_change(tx, author, seen, &moved, Some(&asked_by))?;
    if waits && agrees {
        set_dues(tx, author, &moved)?;
    }
    Ok(())
}

/// Whether somebody may be the second person of a move: their role may, and they are not who asked.
///
/// # Errors
/// The store cannot be read.
pub fn may_sign(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<bool, SqlError> {
    let versions = read::versions::<AlertMove>(tx, record)?;
    let Some((first, by)) = versions.first() else { return Ok(false) };
    let moved = &first.entry;
    match write::allow(tx, author, Action::Do(Act::Countersign), Some(moved.student)) {
        Ok(()) => second::may(tx, author, (&by.author, moved.asked_by)),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Notes that a review was held, and how it ended; the move that it decides is asked for apart.
///
/// # Errors
/// The role may not, it was held already, its day lies before the case was entered, or the case has
/// left the ledger.
pub fn hold_review(
    tx: &Tx<'_>,
    author: &Author,
    review: RecordId,
    (done, decision, next): (Date, ReviewDecision, Date),
) -> Result<Written, LedgerRefusal> {
    let kept = read::one::<AlertReview>(tx, review)?.ok_or(LedgerRefusal::Unknown)?;
    let mut held = kept.entry;
    write::allow(tx, author, Action::Do(Act::RaiseTier), Some(held.student))?;
    if held.done.is_some() || held.cancelled {
        return Err(LedgerRefusal::NotWaiting);
    }
    let entered = opened_on(tx, held.case)?;
    if done < entered {
        return Err(LedgerRefusal::Flawed("done", Flaw::BeforeCase(entered)));
    }
    (held.done, held.decision) = (Some(done), Some(decision));
    let written = write::put_change(tx, author, (review, kept.version), &held, None)?;
    let of = (held.student, held.case);
    reconsider(tx, author, of)?;
    if let Some((tier, owner)) = now_of(tx, held.student, held.case)? {
        set_review(tx, author, of, (tier, next), false)?;
        // Cases from before follow-ups were set by tier get their first one here.
        followup::keep(tx, author, of, Some((tier, owner)), author.today())?;
    }
    Ok(written)
}

/// Notes the first contact of a case.
///
/// # Errors
/// The role may not, it was made already, or its instant lies in the future or before the day of
/// the case.
pub fn note_contact(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (at, by, way): (Moment, StaffId, ContactWay),
) -> Result<Written, LedgerRefusal> {
    let kept = read::one::<FirstContact>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let mut contact = kept.entry;
    write::allow(tx, author, Action::Do(Act::RaiseTier), Some(contact.student))?;
    if contact.done_at.is_some() {
        return Err(LedgerRefusal::NotWaiting);
    }
    if at > author.now() {
        return Err(LedgerRefusal::Flawed("contacted_at", Flaw::Future));
    }
    let entered = opened_on(tx, contact.case)?;
    if at.day() < entered {
        return Err(LedgerRefusal::Flawed("contacted_at", Flaw::BeforeCase(entered)));
    }
    (contact.done_at, contact.by, contact.way) = (Some(at), Some(by), Some(way));
    write::put_change(tx, author, (record, kept.version), &contact, None)
}

/// Day on which a case was entered: nothing that follows from it was done before.
pub(super) fn opened_on(tx: &Tx<'_>, case: RecordId) -> Result<Date, LedgerRefusal> {
    Ok(read::one::<AlertCase>(tx, case)?.ok_or(LedgerRefusal::Unknown)?.entry.day)
}

/// Every open case on a day, with its tier.
///
/// # Errors
/// The store cannot be read.
pub fn open_at(tx: &Tx<'_>, day: Date) -> Result<Vec<CaseNow>, SqlError> {
    open_among(tx, &order::between(tx, Date::MIN, day)?, day)
}

/// As [`open_at`], from moves in force that were read before, in their order; reads the cases that
/// are open and no others.
///
/// # Errors
/// The store cannot be read.
pub fn open_among(
    tx: &Tx<'_>,
    moves: &[Kept<AlertMove>],
    day: Date,
) -> Result<Vec<CaseNow>, SqlError> {
    let mut last = HashMap::new();
    for kept in moves.iter().filter(|kept| kept.entry.day <= day) {
        last.insert(kept.entry.case, &kept.entry);
    }
    let mut open = Vec::new();
    for (record, moved) in last {
        let Some(tier) = moved.to_tier else { continue };
        if let Some(case) = read::one::<AlertCase>(tx, record)? {
            let (owner, next_review) = (moved.owner, moved.next_review);
            open.push(CaseNow { case, tier, owner, next_review });
        }
    }
    open.sort_by_key(|now| (now.case.entry.day, now.case.record));
    Ok(open)
}

/// Every case that is open now, by its last move whatever the day of it, without reading those
/// that have left.
///
/// # Errors
/// The store cannot be read.
pub fn open_now(tx: &Tx<'_>) -> Result<Vec<CaseNow>, SqlError> {
    let mut open = Vec::new();
    for case in read::waiting::<AlertCase>(tx)? {
        let mut moves = order::of_student(tx, case.entry.student)?;
        moves.retain(|kept| kept.entry.case == case.record);
        let Some(moved) = moves.pop().map(|kept| kept.entry) else { continue };
        if let Some(tier) = moved.to_tier {
            let (owner, next_review) = (moved.owner, moved.next_review);
            open.push(CaseNow { case, tier, owner, next_review });
        }
    }
    Ok(open)
}

/// Moves in force whose day lies in a period, in the order in which they took effect.
///
/// # Errors
/// The store cannot be read.
pub fn moves_in(tx: &Tx<'_>, from: Date, to: Date) -> Result<Vec<Kept<AlertMove>>, SqlError> {
    order::between(tx, from, to)
}

/// The tier of a student's case on a day; none where it is not on the ledger.
///
/// # Errors
/// The store cannot be read.
pub fn tier_of(
    tx: &Tx<'_>,
    student: StudentId,
    case: RecordId,
    day: Date,
) -> Result<Option<Tier>, SqlError> {
    let moves = order::of_student(tx, student)?;
    let mut of_case = moves.iter().filter(|kept| kept.entry.case == case && kept.entry.day <= day);
    Ok(of_case.next_back().and_then(|kept| kept.entry.to_tier))
}

/// Tier of a student's case and who is responsible for it, as its last move in force says; none
/// where it has left the ledger.
pub(super) fn now_of(
    tx: &Tx<'_>,
    student: StudentId,
    case: RecordId,
) -> Result<Option<(Tier, StaffId)>, SqlError> {
    let moves = order::of_student(tx, student)?;
    let last = moves.into_iter().rfind(|kept| kept.entry.case == case);
    Ok(last.and_then(|kept| Some((kept.entry.to_tier?, kept.entry.owner))))
}

/// Whether somebody is responsible for an open case of a student, as its last move says, and was
/// named by somebody else: by one's own hand nobody lets oneself in.
pub(super) fn is_owner(tx: &Tx<'_>, staff: StaffId, student: StudentId) -> Result<bool, SqlError> {
    // Of each case the last owner, and whether somebody else ever named this one.
    let mut cases: HashMap<RecordId, (bool, bool)> = HashMap::new();
    for Kept { entry: moved, .. } in order::of_student(tx, student)? {
        let (owns, named) = cases.entry(moved.case).or_default();
        *owns = moved.to_tier.is_some() && moved.owner == staff;
        *named |= moved.owner == staff && moved.asked_by.is_some_and(|asked| asked != staff);
    }
    Ok(cases.values().any(|(owns, named)| *owns && *named))
}

/// A day, or that of the case's last move where the clock was set back since: no move is dated
/// before the one that it follows.
fn not_before_last(
    tx: &Tx<'_>,
    (student, case): (StudentId, RecordId),
    day: Date,
) -> Result<Date, SqlError> {
    let moves = order::of_student(tx, student)?;
    let last = moves.iter().rfind(|kept| kept.entry.case == case);
    Ok(last.map_or(day, |last| day.max(last.entry.day)))
}

impl AlertMove {
    /// Whether it is a raise in force that nobody has countersigned.
    #[must_use]
    pub fn is_unsigned_raise(&self) -> bool {
        self.standing == Standing::InForce && self.signed_by.is_none() && !self.is_lower()
    }

    /// Whether it takes watching away.
    #[must_use]
    pub fn is_lower(&self) -> bool {
        self.to_tier < self.from_tier
    }
}

fn put_move(
    tx: &Tx<'_>,
    author: &Author,
    (student, case, day): (StudentId, RecordId, Date),
    from: Option<Tier>,
    wish: &MoveWish,
) -> Result<RecordId, LedgerRefusal> {
    let when = effect(wish.how, from, wish.to)?;
    // From today, not from the event: what is entered late is reviewed from now on.
    let soon = |tier, review| is_review_soon_enough(tier, author.today(), review);
    if !wish.to.is_none_or(|tier| wish.next_review.is_some_and(|review| soon(tier, review))) {
        let flaw = if wish.next_review.is_none() { Flaw::Empty } else { Flaw::Limit };
        return Err(LedgerRefusal::Flawed("next_review", flaw));
    }
    let standing = match when {
        Effect::AtOnce => Standing::InForce,
        Effect::AfterSecond => {
            second::first(author)?;
            Standing::Waiting
        }
    };
    let moved = AlertMove {
        day: not_before_last(tx, (student, case), day)?,
        student,
        case,
        how: wish.how,
        from_tier: from,
        to_tier: wish.to,
        source: wish.source,
        owner: wish.owner,
        next_review: wish.next_review,
        standing,
        made_at: author.now(),
        signed_by: None,
        signed_at: None,
        asked_by: author.staff(),
    };
    let record = write::put_new(tx, author, &moved, None)?;
    if when == Effect::AtOnce {
        set_dues(tx, author, &moved)?;
    }
    Ok(record)
}

/// What a move in force does to what waits: leaving cancels it, staying sets the next review and
/// the next follow-up.
fn set_dues(tx: &Tx<'_>, author: &Author, moved: &AlertMove) -> Result<(), LedgerRefusal> {
    let stays = moved.to_tier.map(|tier| (tier, moved.owner));
    write::mark_waiting(tx, moved.case, moved.to_tier.is_some())?;
    reconsider(tx, author, (moved.student, moved.case))?;
    followup::keep(tx, author, (moved.student, moved.case), stays, author.today())?;
    if let (Some(tier), Some(next)) = (moved.to_tier, moved.next_review) {
        let of = (moved.student, moved.case);
        return set_review(tx, author, of, (tier, next), moved.is_lower());
    }
    for kept in waiting(tx, moved.student, moved.case)? {
        let cancelled = AlertReview { cancelled: true, ..kept.entry };
        write::put_change(tx, author, (kept.record, kept.version), &cancelled, None)?;
    }
    Ok(())
}

/// Whoever decides on a case anew has weighed what a second person objected to.
fn reconsider(
    tx: &Tx<'_>,
    author: &Author,
    (student, case): (StudentId, RecordId),
) -> Result<(), LedgerRefusal> {
    for kept in order::of_student(tx, student)? {
        if kept.entry.case == case && kept.entry.standing == Standing::Objected {
            let weighed = AlertMove { standing: Standing::InForce, ..kept.entry };
            write::put_change(tx, author, (kept.record, kept.version), &weighed, None)?;
        }
    }
    Ok(())
}

/// Sets the next review: an earlier day replaces the one that waits, a later one only where two
/// persons agreed on it.
fn set_review(
    tx: &Tx<'_>,
    author: &Author,
    (student, case): (StudentId, RecordId),
    (tier, next): (Tier, Date),
    is_agreed: bool,
) -> Result<(), LedgerRefusal> {
    if !is_review_soon_enough(tier, author.today(), next) {
        return Err(LedgerRefusal::Flawed("next_review", Flaw::Limit));
    }
    let waiting = waiting(tx, student, case)?;
    let Some(kept) = waiting.into_iter().next() else {
        let review = AlertReview {
            due: next,
            student,
            case,
            tier,
            done: None,
            decision: None,
            cancelled: false,
        };
        return write::put_new(tx, author, &review, None).map(|_| ());
    };
    let due = if is_agreed { next } else { next.min(kept.entry.due) };
    if (due, tier) != (kept.entry.due, kept.entry.tier) {
        let moved = AlertReview { due, tier, ..kept.entry };
        write::put_change(tx, author, (kept.record, kept.version), &moved, None)?;
    }
    Ok(())
}

/// A lowering or leaving that waits for its second person and could still be agreed to.
fn wish_that_waits(
    tx: &Tx<'_>,
    (student, case): (StudentId, RecordId),
    from: Option<Tier>,
) -> Result<Option<RecordId>, SqlError> {
    let moves = read::about::<AlertMove>(tx, student.0)?;
    let waits = |kept: &&Kept<AlertMove>| {
        let moved = &kept.entry;
        moved.case == case && moved.standing == Standing::Waiting && moved.from_tier == from
    };
    Ok(moves.iter().find(waits).map(|kept| kept.record))
}

fn waiting(
    tx: &Tx<'_>,
    student: StudentId,
    case: RecordId,
) -> Result<Vec<Kept<AlertReview>>, SqlError> {
    let mut reviews = read::about::<AlertReview>(tx, student.0)?;
    reviews.retain(|kept| {
        let review = &kept.entry;
        review.case == case && review.done.is_none() && !review.cancelled
    });
    Ok(reviews)
}

fn need_reason(author: &Author) -> Result<(), LedgerRefusal> {
    if author.reason().is_empty() { Err(LedgerRefusal::Reason) } else { Ok(()) }
}

/// Noon of a day in Asia/Shanghai: four o'clock UTC.
fn noon_ms(day: Date) -> i64 {
    let at = day.at(4, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    at.map_or(0, |at| at.timestamp().as_millisecond())
}
