//! Carrying a turn out, and taking it back.

use domain::ledger::terms::TransferKind;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::author::Author;
use super::super::entry::{Kept, RecordId, Rules};
use super::super::import_batch::TURNED;
use super::super::refusal::LedgerRefusal;
use super::super::roll::{ClassRep, ClassTeacher, Mentor, Transfer};
use super::super::roll_change::{end_posts, note};
use super::super::special_group::Helper;
use super::super::student::{self, Change, TURN};
use super::super::write::{put_change, put_new};
use super::super::{read, strange};
use super::decisions::Carry;
use super::plan::{ClassPlan, Plan, StepKind};
use crate::import::preview::Counts;

/// Writes a plan: a version of every student who moves, comings and goings of those who leave,
/// class teachers and mentors. Gives the number of the change.
pub(super) fn carry_out(tx: &Tx<'_>, author: &Author, plan: &Plan) -> Result<i64, LedgerRefusal> {
    let number = |kind| plan.count(kind) as u64;
    let (changed, left) = (number(StepKind::Promoted), number(StepKind::Leaves));
    let counts = Counts { changed, left, unchanged: number(StepKind::Stays), ..Counts::default() };
    let batch = note(tx, author, (TURNED, plan.day), counts)?;
    for step in &plan.steps {
        if step.kind == StepKind::Stays {
            continue;
        }
        for (from, row) in &step.rows {
            student::replace(tx, row, &Change { batch, valid_from: *from, reason: TURN })?;
        }
        if step.kind == StepKind::Leaves {
            let entry = Transfer {
                day: plan.day,
                student: step.student,
                how: TransferKind::Graduated,
                other_school: String::new(),
                consent: None,
            };
            put_new(tx, author, &entry, None)?;
            end_posts(tx, author, step.student, plan.day)?;
        }
    }
    if plan.mentors == Carry::Ended {
        end_mentors(tx, author, plan.day)?;
    }
    for kept in &plan.teachers {
        turn_teacher(tx, author, plan, kept)?;
    }
    Ok(batch)
}

fn end_mentors(tx: &Tx<'_>, author: &Author, day: Date) -> Result<(), LedgerRefusal> {
    for Kept { record, version, entry, .. } in read::all::<Mentor>(tx)? {
        if entry.from < day && entry.until.is_none_or(|until| until > day) {
            let ended = Mentor { until: Some(day), ..entry };
            put_change(tx, author, (record, version), &ended, None)?;
        }
    }
    Ok(())
}

/// The post in the old class ends; in the new one it begins, where the teacher goes on with it.
fn turn_teacher(
    tx: &Tx<'_>,
    author: &Author,
    plan: &Plan,
    kept: &Kept<ClassTeacher>,
) -> Result<(), LedgerRefusal> {
    let of_class = |class: &&ClassPlan| {
        class.from.0.code() == kept.entry.grade.as_str() && *class.from.1 == *kept.entry.class
    };
    // A post of a class without students is of a class that is no more.
    let to = plan.classes.iter().find(of_class).filter(|class| class.carry == Carry::Carried);
    let ended = ClassTeacher { until: Some(plan.day), ..kept.entry.clone() };
    put_change(tx, author, (kept.record, kept.version), &ended, None)?;
    let Some((grade, class)) = to.and_then(|class| class.to.as_ref()) else { return Ok(()) };
    let grade = strange(domain::catalogue::Grade::from_word(grade.code()))?;
    let goes_on = ClassTeacher {
        from: plan.day,
        grade,
        class: class.to_string(),
        staff: kept.entry.staff,
        until: kept.entry.until,
    };
    put_new(tx, author, &goes_on, None)?;
    Ok(())
}

/// Takes a turn back: every student stands as before it, from its day on, and what it wrote about
/// posts and pairs stands as before.
pub(super) fn take_back(
    tx: &Tx<'_>,
    author: &Author,
    (batch, first, last): (i64, u64, u64),
    day: Date,
) -> Result<i64, LedgerRefusal> {
    let touched = student::touched(tx, batch)?;
    let counts = Counts { changed: touched.len() as u64, ..Counts::default() };
    let written = note(tx, author, (TURNED, day), counts)?;
    for touched in touched {
        student::restore(tx, &touched, written)?;
    }
    let entries = tx.query(
        "select kind, record, version from journal where entry between $1 and $2 order by entry",
        params![first, last],
        |row| Ok((row.text(0)?, RecordId(row.i64(1)?), row.u32(2)?)),
    )?;
    for (kind, record, version) in entries {
        match (strange(Kind::from_word(&kind))?, version) {
            (Kind::Transfer, _) => come_back(tx, author, record)?,
            (Kind::ClassTeacher, 1) => close(tx, author, record)?,
            (Kind::ClassTeacher, version) => reopen::<ClassTeacher>(tx, author, record, version)?,
            (Kind::Mentor, version) => reopen::<Mentor>(tx, author, record, version)?,
            (Kind::Helper, version) => reopen::<Helper>(tx, author, record, version)?,
            (Kind::ClassRep, version) => reopen::<ClassRep>(tx, author, record, version)?,
            _ => return Err(SqlError::Type.into()),
        }
    }
    Ok(written)
}

/// A leaving that was taken back stays in the ledger, with a coming on the same day beside it.
fn come_back(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let kept = read::one::<Transfer>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let back = Transfer { how: TransferKind::In, ..kept.entry };
    put_new(tx, author, &back, None).map(drop)
}

/// A post that the turn began never held.
fn close(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let kept = read::one::<ClassTeacher>(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let never = ClassTeacher { until: Some(kept.entry.from), ..kept.entry };
    put_change(tx, author, (record, kept.version), &never, None).map(drop)
}

/// What the turn ended stands as it was.
fn reopen<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    version: u32,
) -> Result<(), LedgerRefusal> {
    let versions = read::versions::<T>(tx, record)?;
    let before = versions.into_iter().find(|(kept, _)| kept.version + 1 == version);
    let (before, _) = before.ok_or(LedgerRefusal::Unknown)?;
    put_change(tx, author, (record, version), &before.entry, None).map(drop)
}
