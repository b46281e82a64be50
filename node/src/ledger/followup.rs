//! Follow-ups: due by tier while a case is open, and after a return to school.
//!
//! Of an open case one follow-up is always due, no later than its tier allows: making or cancelling
//! it brings the next, a raise brings it forward, and a case that leaves the ledger cancels it.

use domain::ledger::day::plus_days;
use domain::ledger::due::{RETURN_FOLLOWUP_DAYS, next_followup};
use domain::ledger::terms::{ContactWay, FollowupKind, Tier};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::LedgerRefusal;
use super::{case, read, write};

entry! {
    /// A follow-up that is due.
    pub struct Followup = Followup, day due {
        /// Day by which it is made.
        due: Date = "day",
        /// With whom.
        student: StudentId = "student",
        /// Case of the early-warning ledger.
        case: Option<RecordId> = "of_case",
        /// Why it is due.
        why: FollowupKind = "why",
        /// Who makes it.
        staff: StaffId = "staff",
        /// Day on which it was made.
        done: Option<Date> = "done",
        /// How.
        way: Option<ContactWay> = "way",
        /// No longer due.
        cancelled: bool = "cancelled",
    }
}

impl Rules for Followup {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.done.is_none() && !self.cancelled
    }

    fn happened(&self) -> Vec<Date> {
        self.done.into_iter().collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if let (Some(done), Some(case)) = (self.done, self.case)
            && done < case::opened_on(tx, case)?
        {
            return Err(LedgerRefusal::Field("done"));
        }
        author.check_cancelled(self.cancelled, self.done.is_some())
    }

    /// Made or cancelled, the next one of the case is due; of a case that has left none is. What is
    /// put right about how one was made moves nothing.
    fn brings(&self, tx: &Tx<'_>, author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        let Some(case) = self.case.filter(|_| self.why == FollowupKind::Tracking) else {
            return Ok(());
        };
        let before = counted_before(tx, own)?;
        let is_as_before =
            |before: Self| (before.done, before.cancelled) == (self.done, self.cancelled);
        if self.is_open() || before.is_some_and(is_as_before) {
            return Ok(());
        }
        let now = case::now_of(tx, self.student, case)?;
        if now.is_none() {
            return Ok(());
        }
        // Counted from the last one made or cancelled, which an earlier one that is put right is
        // not.
        let mut last = None;
        for kept in of_case(tx, self.student, case)? {
            let cancelled =
                if kept.entry.cancelled { cancelled_on(tx, kept.record)? } else { None };
            last = last.max(kept.entry.done).max(cancelled);
        }
        let Some(last) = last else { return Ok(()) };
        keep(tx, author, (self.student, case), now, last)
    }
}

/// Day on which somebody cancelled a follow-up.
fn cancelled_on(tx: &Tx<'_>, record: RecordId) -> Result<Option<Date>, SqlError> {
    let versions = read::versions::<Followup>(tx, record)?;
    let counted = versions.iter().rev().filter(|(kept, _)| !kept.parallel);
    let cancelling = counted.take_while(|(kept, _)| kept.entry.cancelled).last();
    Ok(cancelling.map(|(_, signature)| signature.entered_at.day()))
}

/// What counted of a follow-up before the version that counts now.
fn counted_before(tx: &Tx<'_>, own: RecordId) -> Result<Option<Followup>, SqlError> {
    let mut versions = read::versions::<Followup>(tx, own)?;
    versions.pop();
    let before = versions.into_iter().rfind(|(kept, _)| !kept.parallel);
    Ok(before.map(|(kept, _)| kept.entry))
}

impl Followup {
    /// Neither made nor cancelled.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.done.is_none() && !self.cancelled
    }
}

/// Follow-ups of a case, made, cancelled and open.
fn of_case(
    tx: &Tx<'_>,
    student: StudentId,
    case: RecordId,
) -> Result<Vec<Kept<Followup>>, SqlError> {
    let mut found = read::about::<Followup>(tx, student.0)?;
    found.retain(|kept| kept.entry.case == Some(case) && kept.entry.why == FollowupKind::Tracking);
    Ok(found)
}

/// Keeps what is due of a case: of one that is open, one follow-up counted from the last; of one
/// that has left, none.
pub(super) fn keep(
    tx: &Tx<'_>,
    author: &Author,
    (student, case): (StudentId, RecordId),
    now: Option<(Tier, StaffId)>,
    last: Date,
) -> Result<(), LedgerRefusal> {
    let mut open = of_case(tx, student, case)?;
    open.retain(|kept| kept.entry.is_open());
    let Some((tier, staff)) = now else {
        for kept in open {
            let cancelled = Followup { cancelled: true, ..kept.entry };
            write::put_change(tx, author, (kept.record, kept.version), &cancelled, None)?;
        }
        return Ok(());
    };
    let due = next_followup(tier, last);
    let Some(kept) = open.into_iter().min_by_key(|kept| kept.entry.due) else {
        let next = due_on(due, student, (Some(case), FollowupKind::Tracking), staff);
        return write::put_new(tx, author, &next, None).map(drop);
    };
    if due < kept.entry.due {
        let sooner = Followup { due, staff, ..kept.entry };
        write::put_change(tx, author, (kept.record, kept.version), &sooner, None)?;
    }
    Ok(())
}

/// Sets the follow-ups after a student's return.
///
/// # Errors
/// A rule, or the store; nothing was written.
pub(super) fn plan_return(
    tx: &Tx<'_>,
    author: &Author,
    (student, returned): (StudentId, Date),
    staff: StaffId,
) -> Result<(), LedgerRefusal> {
    for days in RETURN_FOLLOWUP_DAYS {
        let due = plus_days(returned, days);
        let next = due_on(due, student, (None, FollowupKind::Return), staff);
        write::put_new(tx, author, &next, None)?;
    }
    Ok(())
}

const fn due_on(
    due: Date,
    student: StudentId,
    (case, why): (Option<RecordId>, FollowupKind),
    staff: StaffId,
) -> Followup {
    Followup { due, student, case, why, staff, done: None, way: None, cancelled: false }
}
