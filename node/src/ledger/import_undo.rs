//! Taking an import back, a roster, a roll of staff or a table of entries, as long as nothing was
//! built on it; answers are taken back by [`crate::taking::undo`].
//!
//! Nothing is removed. Of a roster every student stands again as before the import, in a version of
//! its own, and whom only that file brought is off the roll from the very first day; the entries of
//! a table are annulled. The import stays in the list, with the taking back beside it.

use std::collections::BTreeSet;

use domain::ledger::{Action, Area, Kind, SchoolRole, Word as _};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::import_batch;
use super::refusal::LedgerRefusal;
use super::{browse, staff as staff_roll, strange, student, write};
use crate::import::preview::Counts;

/// What was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Students who stand as before.
    pub restored: u64,
    /// Students who are off the roll again.
    pub removed: u64,
}

/// Whether somebody may take a table of entries of a kind back, as far as the role alone says.
#[must_use]
pub fn takes_back(role: SchoolRole, kind: &str) -> bool {
    let kind = Kind::from_word(kind);
    let known = kind.and_then(|kind| browse::kind_of(kind).ok());
    known.is_some_and(|known| known.annuls && browse::is_writable_by(role, known.kind))
}

/// Takes a table of entries back: annuls every entry that it brought, or none. Gives how many.
///
/// Not where one was changed since, so that nothing is lost that was written by hand on top of it.
///
/// # Errors
/// No such table, it was taken back, what [`super::annul::one`] refuses of an entry, or the store;
/// nothing was written.
pub fn table(tx: &Tx<'_>, author: &Author, batch: i64) -> Result<u64, LedgerRefusal> {
    if author.reason().trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let kind = import_batch::standing_kind(tx, batch)?.and_then(|word| Kind::from_word(&word));
    let known = browse::kind_of(kind.ok_or(LedgerRefusal::Unknown)?)?;
    let origin = import_batch::origin(tx, (batch, known.kind.as_str()))?;
    let records = import_batch::entries(tx, batch)?;
    if records.is_empty() {
        return Err(LedgerRefusal::Unknown);
    }
    for record in &records {
        let seen = (known.seen)(tx, *record)?;
        if seen.version > 1 || seen.parallels > 0 {
            return Err(LedgerRefusal::TableBuiltOn);
        }
        (known.annul)(tx, author, (*record, seen.version))?;
    }
    let left = records.len() as u64;
    let counts = Counts { left, ..Counts::default() };
    import_batch::insert_undone(tx, author, (batch, strange(origin)?), counts)?;
    Ok(left)
}

/// Takes a roll of staff back: everybody stands as before, and whom only it brought is nobody's
/// colleague on any day. Needs a reason.
///
/// # Errors
/// Who may not, no such import, something was written on it since, or the store; nothing changed.
pub fn staff(tx: &Tx<'_>, author: &Author, batch: i64) -> Result<Undone, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::StaffRoll), None)?;
    if author.reason().trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let of_staff = (batch, import_batch::STAFF);
    let origin = import_batch::origin(tx, of_staff)?.ok_or(LedgerRefusal::Unknown)?;
    let touched = staff_roll::touched(tx, batch)?;
    let (new, known): (Vec<_>, Vec<_>) =
        touched.into_iter().partition(|(_, version)| *version == 1);
    if is_staff_built_on(tx, batch)? {
        return Err(LedgerRefusal::ImportBuiltOn);
    }
    let undone = Undone { restored: known.len() as u64, removed: new.len() as u64 };
    let counts = Counts { changed: undone.restored, left: undone.removed, ..Counts::default() };
    let written = import_batch::insert_undone(tx, author, (batch, origin), counts)?;
    for (staff, version) in known.into_iter().chain(new) {
        staff_roll::restore(tx, (staff, version), (origin.1, written))?;
    }
    Ok(undone)
}

/// Takes a roster import back. Needs a reason.
///
/// # Errors
/// Who may not, no such import, something was written on it since, or the store; nothing changed.
pub fn roster(tx: &Tx<'_>, author: &Author, batch: i64) -> Result<Undone, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), None)?;
    if author.reason().trim().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let origin =
        import_batch::origin(tx, (batch, import_batch::ROSTER))?.ok_or(LedgerRefusal::Unknown)?;
    if is_built_on(tx, batch)? {
        return Err(LedgerRefusal::ImportBuiltOn);
    }
    let touched = student::touched(tx, batch)?;
    let (new, known): (Vec<_>, Vec<_>) =
        touched.into_iter().partition(|touched| touched.version == 1);
    let undone = Undone { restored: known.len() as u64, removed: new.len() as u64 };
    let counts = Counts { changed: undone.restored, left: undone.removed, ..Counts::default() };
    let written = import_batch::insert_undone(tx, author, (batch, origin), counts)?;
    for touched in known {
        student::restore(tx, &touched, written)?;
    }
    for touched in new {
        student::take_off(tx, touched.student, written)?;
    }
    Ok(undone)
}

/// Of some imports those that are not taken back any more, since something was built on them: their
/// button would only be refused.
///
/// # Errors
/// The store cannot be read.
pub fn built_on(tx: &Tx<'_>, batches: &[(i64, &str)]) -> Result<BTreeSet<i64>, SqlError> {
    let mut found = BTreeSet::new();
    for (batch, kind) in batches {
        let is_held = match *kind {
            import_batch::ROSTER => is_built_on(tx, *batch)?,
            import_batch::STAFF => is_staff_built_on(tx, *batch)?,
            _ => false,
        };
        if is_held {
            found.insert(*batch);
        }
    }
    Ok(found)
}

/// Whether a later roll of staff stands, somebody of it was changed since, or one whom only it
/// brought has a record or an account.
fn is_staff_built_on(tx: &Tx<'_>, batch: i64) -> Result<bool, SqlError> {
    for (staff, version) in staff_roll::touched(tx, batch)? {
        if version == 1 && staff_roll::is_named(tx, staff)? {
            return Ok(true);
        }
    }
    let has_after = import_batch::has_after(tx, (batch, import_batch::STAFF))?;
    Ok(has_after || staff_roll::is_changed_since(tx, batch)?)
}

/// Whether a later roster stands, which was compared with this one, a student of the import was
/// changed since, one whom only it brought has a record, or one whom it brought back has one since.
fn is_built_on(tx: &Tx<'_>, batch: i64) -> Result<bool, SqlError> {
    if import_batch::has_after(tx, (batch, import_batch::ROSTER))? {
        return Ok(true);
    }
    const CHANGED: &str = "select 1 from student_version v join student s on s.id = v.student
        where v.batch = $1 and s.version > v.version limit 1";
    const NEW: &str =
        "select v.student from student_version v where v.batch = $1 and v.version = 1";
    let of = |table: &str| format!("select 1 from {table} where student in ({NEW}) limit 1");
    const BACK: &str = "select v.student from student_version v
        join student_version b on b.student = v.student and b.version = v.version - 1
        where v.batch = $1 and b.reason = 'absent'";
    const SINCE: &str = "(select imported_at_ms from import_batch where id = $1)";
    let written = format!(
        "select 1 from journal j join record r on r.id = j.record
         where r.student in ({BACK}) and j.entered_at_ms >= {SINCE} limit 1"
    );
    let answered = format!("select 1 from sheet where student in ({BACK}) and batch > $1 limit 1");
    let asked = format!(
        "select 1 from participant p join screening_run r on r.id = p.run
         where p.student in ({BACK}) and r.opened_at_ms >= {SINCE} limit 1"
    );
    let new = [CHANGED.to_owned(), of("record"), of("sheet"), of("participant")];
    let questions = new.into_iter().chain([written, answered, asked]);
    for question in questions {
        if tx.query_opt(&question, params![batch], |row| row.i64(0))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use domain::ledger::SchoolRole;
    use jiff::civil::{Date, date};

    use domain::ledger::terms::Tier;
    use domain::ledger::words::Move;

    use super::super::case;
    use super::super::testing::{AS_OF, NOW_MS, School, TestPupil, wish};
    use super::*;
    use crate::ledger::entry::{StaffId, StudentId};

    const NEXT: Date = date(2025, 10, 8);
    const LATER: Date = date(2025, 10, 20);
    const WRONG: Date = date(2025, 9, 20);

    fn pupil(n: u32, grade: &'static str) -> TestPupil {
        TestPupil { grade, ..TestPupil::new(n) }
    }

    fn undo(school: &School, batch: i64) -> Result<Undone, LedgerRefusal> {
        let staff = Some(StaffId(1));
        let author = Author::new("li", SchoolRole::Counsellor, staff, NOW_MS).because("导错了文件");
        school.ledger.write("undo", move |tx| roster(tx, &author, batch))
    }

    fn on_roll(school: &School, day: Date) -> Vec<(i64, String)> {
        let found = school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll");
        found.into_iter().map(|pupil| (pupil.id, format!("{:?}", pupil.grade))).collect()
    }

    /// Changed, new and missing students stand as before on every day, the right file can be taken
    /// afterwards, and an import is taken back once.
    #[test]
    fn a_wrong_roster_is_taken_back_whole() {
        let school = School::new();
        let right = [pupil(0, "七年级"), pupil(1, "七年级"), pupil(2, "八年级")];
        school.roster(&right, AS_OF);
        school.staff(&[(1, "心理教师")]);
        let before = (on_roll(&school, AS_OF), on_roll(&school, NEXT));
        let wrong = [pupil(0, "九年级"), pupil(1, "七年级"), pupil(3, "七年级")];
        let batch = school.roster(&wrong, NEXT).batch.expect("batch");
        assert_ne!(on_roll(&school, NEXT), before.1);
        let undone = undo(&school, batch).expect("undone");
        assert_eq!(undone, Undone { restored: 2, removed: 1 });
        assert_eq!((on_roll(&school, AS_OF), on_roll(&school, NEXT)), before);
        assert!(matches!(undo(&school, batch), Err(LedgerRefusal::ImportBuiltOn)), "once");
        let again =
            [pupil(0, "七年级"), pupil(1, "七年级"), pupil(2, "八年级"), pupil(3, "八年级")];
        let receipt = school.roster(&again, NEXT);
        let counts = receipt.counts;
        assert_eq!((counts.new, counts.changed, counts.left), (1, 0, 0), "never known before");
        assert_eq!(on_roll(&school, NEXT).len(), 4);
    }

    /// The first roster of a ledger that was taken back leaves an empty roll, and the next one
    /// counts from the beginning of the school year again.
    #[test]
    fn the_first_roster_can_be_taken_back() {
        let school = School::new();
        let batch = school.roster(&[pupil(0, "七年级")], AS_OF).batch.expect("batch");
        assert_eq!(undo(&school, batch).expect("undone").removed, 1);
        let start = date(2025, 9, 1);
        assert!(on_roll(&school, NEXT).is_empty());
        school.roster(&[pupil(0, "七年级"), pupil(1, "七年级")], NEXT);
        assert_eq!(on_roll(&school, start).len(), 2);
    }

    /// Nothing is taken back over a later file or over a new student's record; nor by a file of
    /// another kind, nor without a reason.
    #[test]
    fn what_was_built_on_stays() {
        let school = School::new();
        let first = school.roster(&[pupil(0, "七年级")], AS_OF).batch.expect("batch");
        school.roster(&[pupil(0, "八年级")], NEXT);
        assert!(matches!(undo(&school, first), Err(LedgerRefusal::ImportBuiltOn)));
        assert!(matches!(undo(&school, 99), Err(LedgerRefusal::Unknown)));
        let blank = school.ledger.write("undo", move |tx| {
            roster(tx, &Author::new("li", SchoolRole::Counsellor, None, NOW_MS), first)
        });
        assert!(matches!(blank, Err(LedgerRefusal::Reason)));
        let principal = school.ledger.write("undo", move |tx| {
            let who = Author::new("zhao", SchoolRole::Principal, None, NOW_MS);
            roster(tx, &who.because("试"), first)
        });
        assert!(matches!(principal, Err(LedgerRefusal::NotAllowed)));
    }

    /// Who was taken off and came back by the next file has a record since: that file stays.
    #[test]
    fn a_roster_that_brought_somebody_back_stays_under_their_records() {
        let school = School::new();
        school.roster(&[pupil(0, "七年级")], AS_OF);
        school.staff(&[(1, "心理教师")]);
        let two = [pupil(0, "七年级"), pupil(1, "七年级")];
        let first = school.roster(&two, NEXT).batch.expect("batch");
        assert_eq!(undo(&school, first).expect("undone").removed, 1);
        let again = school.roster(&two, LATER).batch.expect("batch");
        let raised = school.ledger.write("talk", |tx| {
            let li = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
            let wish = wish(Move::Opened, Some(Tier::T2), 1);
            case::open(tx, &li.because("情绪低落"), StudentId(2), LATER, &wish).map(drop)
        });
        raised.expect("case");
        assert!(matches!(undo(&school, again), Err(LedgerRefusal::ImportBuiltOn)));
    }

    /// A wrong roster that is right for an earlier day than what stood before leaves no day as it
    /// said: each stretch of days reads as before, and whom nobody knew yet is on no roll.
    #[test]
    fn a_wrong_roster_of_an_earlier_day_is_taken_back_whole() {
        let school = School::new();
        school.roster(&[pupil(0, "七年级"), pupil(1, "七年级")], AS_OF);
        school.staff(&[(1, "心理教师")]);
        school.roster(&[pupil(0, "八年级"), pupil(1, "七年级"), pupil(2, "七年级")], LATER);
        let days = [date(2025, 9, 19), WRONG, AS_OF, date(2025, 10, 19), LATER, date(2025, 11, 1)];
        let all = |school: &School| days.map(|day| on_roll(school, day));
        let before = all(&school);
        let wrong = [pupil(0, "九年级"), pupil(1, "八年级"), pupil(2, "九年级")];
        let batch = school.roster(&wrong, WRONG).batch.expect("batch");
        assert_ne!(all(&school), before);
        assert_eq!(undo(&school, batch).expect("undone").restored, 3);
        assert_eq!(all(&school), before);
    }

    /// A roster on which another one stands is not taken back, though the other changed nobody of
    /// it: what it left as it was, it had compared.
    #[test]
    fn no_roster_is_taken_back_under_another() {
        let school = School::new();
        let first = school.roster(&[pupil(0, "七年级")], AS_OF).batch.expect("batch");
        let two = [pupil(0, "七年级"), pupil(1, "七年级")];
        let second = school.roster(&two, LATER).batch.expect("batch");
        assert!(matches!(undo(&school, first), Err(LedgerRefusal::ImportBuiltOn)));
        undo(&school, second).expect("the last one first");
        undo(&school, first).expect("then the one before");
    }

    /// Of two imports of one file for one day the one that was taken back is told, and no other;
    /// what a person or a screening noted is no import.
    #[test]
    fn the_roster_that_was_taken_back_is_told() {
        let school = School::new();
        let (right, wrong) = ([pupil(0, "七年级")], [pupil(0, "八年级")]);
        let first = school.roster(&right, AS_OF).batch.expect("first");
        school.roster(&wrong, AS_OF);
        let again = school.roster(&right, AS_OF).batch.expect("again");
        undo(&school, again).expect("undone");
        let source = super::super::testing::source(AS_OF);
        let lines: Result<_, SqlError> = school.ledger.write("run", move |tx| {
            import_batch::insert(tx, import_batch::RUN, &source, Counts::default())?;
            import_batch::latest(tx, 9)
        });
        let lines = lines.expect("lines");
        let undone: Vec<i64> =
            lines.iter().filter(|l| l.undone.is_some()).map(|l| l.batch).collect();
        assert_eq!((undone, lines.len()), (vec![again], 3));
        assert!(lines.iter().any(|line| line.batch == first));
        // People number the files of the office, one after the other.
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [3, 2, 1]);
        let of = |number| {
            let read = school.ledger.read(move |tx| import_batch::numbered(tx, number));
            Result::<_, SqlError>::expect(read, "numbered")
        };
        assert_eq!((of(0), of(1), of(3), of(4)), (None, Some(first), Some(again), None));
        let taken = lines.first().and_then(|line| line.undone.clone()).expect("taken back");
        assert_eq!((&*taken.by, taken.at_ms, &*taken.reason), ("li", NOW_MS, "导错了文件"));
    }
}
