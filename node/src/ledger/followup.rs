//! Follow-ups: due by tier while a case is open, and after a return to school.
//!
//! Of an open case one follow-up is always due, no later than its tier allows: making or cancelling
//! it brings the next, a raise brings it forward, and a case that leaves the ledger cancels it.
//! Nobody puts one off or takes it off its case: it is made, or called off with a reason.

use domain::ledger::day::plus_days;
use domain::ledger::due::{RETURN_FOLLOWUP_DAYS, next_followup};
use domain::ledger::terms::{ContactWay, FollowupKind, Tier};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::alert::AlertCase;
use super::author::Author;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::{Flaw, LedgerRefusal};
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
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let before = own.map(|own| counting(tx, own)).transpose()?.flatten();
        if let Some(before) = &before {
            self.check_kept(before)?;
        }
        if let Some(of) = self.case {
            let case = read::one::<AlertCase>(tx, of)?.ok_or(LedgerRefusal::Field("of_case"))?;
            // One that was entered for another's case before this was asked must come to an end.
            if before.is_none() && case.entry.student != self.student {
                return Err(LedgerRefusal::OtherStudent("of_case", of));
            }
            let entered = case::opened_on(tx, of)?;
            if self.done.is_some_and(|done| done < entered) {
                return Err(LedgerRefusal::Flawed("done", Flaw::BeforeCase(entered)));
            }
        }
        author.check_cancelled(self.cancelled, self.done.is_some())?;
        // What was made without a word of how, before this was asked, is changed as it stands.
        let is_older = before.is_some_and(|before| before.done.is_some() && before.way.is_none());
        if self.done.is_some() && self.way.is_none() && !is_older {
            return Err(LedgerRefusal::Flawed("way", Flaw::Empty));
        }
        Ok(())
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

/// What counts of a follow-up now, annulled or not: bringing one back puts it off as little.
fn counting(tx: &Tx<'_>, own: RecordId) -> Result<Option<Followup>, SqlError> {
    let versions = read::versions::<Followup>(tx, own)?;
    let last = versions.into_iter().rfind(|(kept, _)| !kept.parallel);
    Ok(last.map(|(kept, _)| kept.entry))
}

impl Followup {
    /// What a change leaves as it is: the last day may come forward only, and the case and why it
    /// is due stay. Otherwise a late one could be made a timely one.
    fn check_kept(&self, before: &Self) -> Result<(), LedgerRefusal> {
        if self.due > before.due {
            return Err(LedgerRefusal::Flawed("day", Flaw::Limit));
        }
        if self.why != before.why {
            return Err(LedgerRefusal::Field("why"));
        }
        if self.case != before.case {
            return Err(LedgerRefusal::Field("of_case"));
        }
        Ok(())
    }

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

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use domain::ledger::words::Move;
    use jiff::ToSpan as _;
    use runtime::params;

    use super::super::guard_tests::{CHILD, counsellor, run, school};
    use super::super::testing::{NOW_MS, TODAY, wish};
    use super::*;

    /// A follow-up that was made says how, whether it is entered so or brought there; one from
    /// before this was asked can still be put right.
    #[test]
    fn a_follow_up_that_was_made_says_how() {
        let school = school();
        let open = due_on(TODAY, CHILD, (None, FollowupKind::Screening), StaffId(1));
        let done = |way| Followup { done: Some(TODAY), way, ..open.clone() };
        let (mute, said) = (done(None), done(Some(ContactWay::Phone)));
        let add = |entry: Followup| run(&school, move |tx| write::add(tx, &counsellor(), &entry));
        let is_empty = |said: LedgerRefusal| {
            assert!(matches!(said, LedgerRefusal::Flawed("way", Flaw::Empty)), "{said}");
        };
        is_empty(add(mute.clone()).expect_err("no word of how"));
        let record = add(open.clone()).expect("due");
        let change = |seen: u32, entry: Followup| {
            run(&school, move |tx| write::update(tx, &counsellor(), (record, seen), &entry))
                .map(drop)
        };
        is_empty(change(1, mute).expect_err("no word of how"));
        change(1, said).expect("made");
        // As it was entered before: the way is taken out behind the ledger's back.
        let older = run(&school, move |tx| {
            tx.execute("drop trigger followup_stays", &[])?;
            tx.execute("update followup set way = null where record = $1", params![record.0])?;
            Ok(read::one::<Followup>(tx, record)?)
        });
        let older = older.expect("older").expect("there").entry;
        assert!(older.done.is_some() && older.way.is_none());
        change(2, Followup { done: Some(TODAY - 1.day()), ..older }).expect("put right");
    }

    /// A follow-up comes forward and is never put off, is of its own student's case and stays with
    /// it, and one that was made late stays late.
    #[test]
    fn a_follow_up_is_never_put_off() {
        let school = school();
        let opened = wish(Move::Opened, Some(Tier::T3), 1);
        run(&school, move |tx| case::open(tx, &counsellor(), CHILD, TODAY, &opened)).expect("case");
        let mut due = run(&school, |tx| Ok(read::waiting::<Followup>(tx)?)).expect("due");
        let Kept { record, entry, .. } = due.remove(0);
        let later = Author::new(
            "counsellor",
            SchoolRole::Counsellor,
            Some(StaffId(1)),
            NOW_MS + 8 * 86_400_000,
        );
        let change = |seen: u32, entry: Followup| {
            let by = later.because("登记");
            run(&school, move |tx| write::update(tx, &by, (record, seen), &entry))
        };
        let off = Followup { due: entry.due + 300.days(), ..entry.clone() };
        assert!(matches!(change(1, off), Err(LedgerRefusal::Flawed("day", Flaw::Limit))));
        let strange = Followup { student: StudentId(2), ..entry.clone() };
        let by = later.because("登记");
        let added = run(&school, move |tx| write::add(tx, &by, &strange).map(drop));
        assert!(matches!(added, Err(LedgerRefusal::OtherStudent("of_case", _))), "{added:?}");
        let loose = Followup { case: None, ..entry.clone() };
        let other = Followup { why: FollowupKind::Return, ..entry.clone() };
        for (taken, field) in [(loose, "of_case"), (other, "why")] {
            assert!(matches!(change(1, taken), Err(LedgerRefusal::Field(of)) if of == field));
        }
        let sooner = Followup { due: entry.due - 1.day(), ..entry };
        change(1, sooner.clone()).expect("brought forward");
        let (done, way) = (Some(TODAY + 8.days()), Some(ContactWay::InPerson));
        let made = Followup { done, way, ..sooner };
        change(2, made.clone()).expect("made late");
        let timely = Followup { due: TODAY + 8.days(), ..made };
        assert!(matches!(change(3, timely), Err(LedgerRefusal::Flawed("day", Flaw::Limit))));
    }
}
