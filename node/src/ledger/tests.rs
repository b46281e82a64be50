//! What the ledgers promise: whole imports, history that stays, and nothing to read without a key.

use jiff::civil::date;
use runtime::sql::{DataKey, SqlError};

use super::testing::{AS_OF, School, TERM, TestPupil, sheet_cells, without_sheet};
use super::{Ledger, import_batch, sheet, student};
use crate::import::answers::AnswerOutcome;

fn pupils(numbers: std::ops::Range<u32>) -> Vec<TestPupil> {
    numbers.map(TestPupil::new).collect()
}

/// Importing the same files again writes nothing: no version, no sheet, no import.
#[test]
fn importing_the_same_files_again_changes_nothing() {
    let school = School::new();
    let roll = pupils(0..5);
    let sheets: Vec<_> =
        roll.iter().map(|p| (p.clone(), "2025-10-20", sheet_cells(6, "0"))).collect();
    assert_eq!(school.roster(&roll, AS_OF).counts.new, 5);
    assert_eq!(school.staff(&[(1, "校长"), (2, "班主任")]).counts.new, 2);
    assert_eq!(school.answers(&sheets).expect("answers").import.counts.new, 5);
    let tables = ["student", "student_version", "staff_version", "sheet", "import_batch"];
    let before = tables.map(|table| school.rows(table));
    assert_eq!(before, [5, 5, 2, 5, 3]);
    assert_eq!(school.roster(&roll, AS_OF).batch, None);
    assert_eq!(school.staff(&[(1, "校长"), (2, "班主任")]).batch, None);
    assert_eq!(school.answers(&sheets).expect("answers").import.batch, None);
    assert_eq!(tables.map(|table| school.rows(table)), before);
}

/// A change adds a version that holds from its day on; what was known of earlier days stays.
#[test]
fn the_roll_of_an_earlier_day_stays_as_it_was() {
    let school = School::new();
    school.roster(&pupils(0..4), AS_OF);
    let mut later = pupils(1..5);
    later[0].grade = "八年级";
    let receipt = school.roster(&later, date(2025, 11, 10));
    let counts = receipt.counts;
    assert_eq!((counts.new, counts.changed, counts.unchanged, counts.left), (1, 1, 2, 1));
    let on = |day| {
        let roll = school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll");
        roll.iter().map(|pupil| (pupil.id, pupil.grade.code())).collect::<Vec<_>>()
    };
    let before = vec![(1, "g7"), (2, "g7"), (3, "g7"), (4, "g7")];
    let after = vec![(2, "g8"), (3, "g7"), (4, "g7"), (5, "g7")];
    assert_eq!(on(date(2025, 11, 9)), before);
    assert_eq!(on(date(2025, 11, 10)), after);
    assert_eq!(on(date(2025, 9, 1)), before, "the first roster holds from the year's beginning");
    assert_eq!(on(date(2025, 8, 31)), []);
    assert_eq!(school.rows("student_version"), 7);
    assert_eq!(school.ledger.read(student::count_on_roll).expect("count"), 4);
}

/// One who comes back gets a further version, not a second entry.
#[test]
fn a_pupil_who_comes_back_is_the_same_pupil() {
    let school = School::new();
    school.roster(&pupils(0..2), AS_OF);
    school.roster(&pupils(0..1), AS_OF);
    let receipt = school.roster(&pupils(0..2), AS_OF);
    assert_eq!((receipt.counts.new, receipt.counts.changed), (0, 1));
    assert_eq!((school.rows("student"), school.rows("student_version")), (2, 4));
    school.staff(&[(1, "校长"), (2, "班主任")]);
    school.staff(&[(1, "校长")]);
    school.staff(&[(1, "校长"), (2, "班主任")]);
    assert_eq!((school.rows("staff"), school.rows("staff_version")), (2, 4));
}

/// A sheet with other answers gets a revision; the preview sees the one that counts.
#[test]
fn a_corrected_sheet_keeps_its_history() {
    let school = School::new();
    let pupil = TestPupil::new(1);
    school.roster(std::slice::from_ref(&pupil), AS_OF);
    for cells in [sheet_cells(6, "0"), sheet_cells(6, ""), without_sheet("拒测")] {
        school.answers(&[(pupil.clone(), "2025-10-20", cells)]).expect("answers");
    }
    assert_eq!(school.rows("sheet"), 3);
    let known = school.ledger.read(|tx| sheet::known(tx, TERM, super::testing::SCALE, 26));
    let known = known.expect("known");
    assert_eq!(known.len(), 1);
    let row = known.values().next().expect("one");
    assert!(row.outcome == AnswerOutcome::Refused && row.answers.len() == 26);
}

/// A file that fails on the way leaves no trace, not even its import.
#[test]
fn a_failed_import_leaves_no_trace() {
    let school = School::new();
    school.roster(&pupils(0..1), AS_OF);
    let rows: Vec<_> =
        pupils(0..2).into_iter().map(|p| (p, "2025-10-20", sheet_cells(6, "0"))).collect();
    assert!(school.answers(&rows).is_err(), "the second pupil is not on the roll");
    let tables = ["sheet", "campaign", "scale_pack"].map(|table| school.rows(table));
    assert_eq!((tables, school.rows("import_batch")), ([0, 0, 0], 1));
    let lines = school.ledger.read(|tx| import_batch::latest(tx, 9)).expect("lines");
    assert_eq!((lines.len(), lines[0].kind.as_str(), lines[0].rows), (1, "roster", 1));
}

/// On the disk there is no name, no number, and nothing without the key.
#[test]
fn the_ledger_file_shows_nothing_without_its_key() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let school = School::with(Ledger::open(&path, DataKey::new([7; 32])).expect("ledger"));
    let roll = pupils(0..50);
    school.roster(&roll, AS_OF);
    for file in std::fs::read_dir(folder.path()).expect("folder") {
        let bytes = std::fs::read(file.expect("file").path()).expect("bytes");
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!holds("张某某".as_bytes()) && !holds(b"G999999201301"));
        assert!(!holds(b"SQLite format"));
    }
    let wrong = Ledger::open(&path, DataKey::new([8; 32]));
    assert!(matches!(wrong, Err(SqlError::Unreadable)));
}
