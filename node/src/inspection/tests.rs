//! The sheet counts as the indicators do, and nothing of it leaves.

use domain::ledger::SchoolRole;
use domain::ledger::terms::Tier;
use domain::ledger::words::Move;
use jiff::ToSpan as _;
use jiff::civil::date;
use runtime::sql::SqlError;

use super::*;
use crate::ledger::author::Author;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::roll::Mentor;
use crate::ledger::testing::{
    AS_OF, NOW_MS, PERIOD, School, TERM, TODAY, TestPupil, danger_name_responsible, sheet_cells,
    wish,
};
use crate::ledger::write;
use crate::release;

/// A place of the facility checklist that stands nowhere else.
const PLANTED: &str = "甄别独有之处";

fn school() -> School {
    let school = School::new();
    let pupils: Vec<TestPupil> = (0..12).map(TestPupil::new).collect();
    school.roster(&pupils, AS_OF);
    school.staff(&[(1, "心理教师"), (2, "导师")]);
    let sheets: Vec<_> =
        (0..9).map(|n| (TestPupil::new(n), "2025-10-15", sheet_cells(4, "0"))).collect();
    school.answers(&sheets).expect("sheets");
    let written = school.ledger.write("entries", |tx| {
        let li = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
        for student in 1..=7 {
            let (from, student) = (AS_OF, StudentId(student));
            write::add(tx, &li, &Mentor { from, student, staff: StaffId(2), until: None })?;
        }
        for (found, fixed) in [
            (date(2025, 10, 1), None),
            (date(2025, 11, 18), None),
            (date(2025, 10, 1), Some(date(2025, 10, 9))),
        ] {
            let (place, item) = (PLANTED.to_owned(), "护栏".to_owned());
            write::add(tx, &li, &Facility { found, place, item, responsible: None, fixed })?;
        }
        Ok::<_, crate::ledger::refusal::LedgerRefusal>(())
    });
    written.expect("entries");
    school
}

fn counted(school: &School) -> InspectionSheet {
    let (catalogue, calendar) = (school.catalogue.clone(), school.calendar.clone());
    let sheet = school.ledger.read(move |tx| sheet(tx, (&catalogue, &calendar), TODAY, NOW_MS));
    sheet.expect("counted").expect("a sheet")
}

/// Every id is a count of the catalogue, the figures are those of the ledgers, what the school does
/// not keep is a blank and no zero, and the checklist's open items are counted by age.
#[test]
fn the_sheet_counts_as_the_indicators_do() {
    let school = school();
    for (_, done, due) in COUNTED {
        for id in due.into_iter().chain([done]) {
            assert!(school.catalogue.count(id).is_some(), "{id}");
        }
    }
    let sheet = counted(&school);
    let line = |label: Text| {
        let zh = |text: Text| text.in_lang(runtime::web::Lang::Zh);
        let found = sheet.lines.iter().find(|line| zh(line.label) == zh(label)).expect("line");
        (found.done, found.due)
    };
    assert_eq!(line(COVERAGE), (Cell::Value(9), Some(Cell::Value(12))));
    assert_eq!(line(MENTORS), (Cell::Value(7), Some(Cell::Value(12))));
    assert_eq!(line(FACILITIES), (Cell::Value(2), None));
    assert_eq!(line(FACILITIES_OLD), (Cell::Value(1), None));
    assert_eq!(line(OVERDUE_REVIEWS).0, Cell::NotReported, "nobody keeps cases here");
    assert_eq!(line(TALKED).0, Cell::NotReported, "nobody keeps talks here");
    assert_eq!((sheet.term, sheet.today), (TERM, TODAY));
}

/// What is not due yet is neither done nor missing, and a case that has left before its first
/// contact is not late for ever.
#[test]
fn only_what_was_due_counts() {
    let school = school();
    let author = |account: &str, role, staff, days: i64| {
        let now_ms = NOW_MS + days * 86_400_000;
        Author::new(account, role, Some(StaffId(staff)), now_ms).because("登记")
    };
    let case = school.ledger.write("case", move |tx| {
        let wish = wish(Move::Opened, Some(Tier::T2), 1);
        let li = author("li", SchoolRole::Counsellor, 1, 0);
        case::open(tx, &li, StudentId(1), TODAY, &wish)
    });
    let case =
        case.unwrap_or_else(|error: crate::ledger::refusal::LedgerRefusal| panic!("{error}"));
    let counted = |days: i64| {
        let (catalogue, calendar) = (school.catalogue.clone(), school.calendar.clone());
        let (today, now_ms) = (TODAY.saturating_add(days.days()), NOW_MS + days * 86_400_000);
        let sheet = school.ledger.read(move |tx| sheet(tx, (&catalogue, &calendar), today, now_ms));
        let sheet = sheet.expect("counted").expect("a sheet");
        move |label: Text| {
            let zh = |text: Text| text.in_lang(runtime::web::Lang::Zh);
            let found = sheet.lines.iter().find(|line| zh(line.label) == zh(label));
            found.map(|line| (line.done, line.due)).expect("line")
        }
    };
    let (none, one) = (Cell::Value(0), Cell::Value(1));
    let today = counted(0);
    for label in [CONTACT, REVIEW, FOLLOWUP] {
        assert_eq!(today(label), (none, Some(none)), "{}", label.in_lang(runtime::web::Lang::En));
    }
    assert_eq!(today(OVERDUE_CONTACTS).0, none);
    let later = counted(9);
    assert_eq!((later(REVIEW), later(FOLLOWUP)), ((none, Some(one)), (none, Some(none))));
    assert_eq!((later(OVERDUE_CONTACTS).0, later(OVERDUE_REVIEWS).0), (one, one));
    let closed = school.ledger.write("close", move |tx| {
        let wish = wish(Move::Closed, None, 1);
        let asked = case::ask_move(tx, &author("li", SchoolRole::Counsellor, 1, 9), case, &wish)?;
        case::sign(tx, &author("wang", SchoolRole::MoralHead, 2, 9), asked, true)
    });
    let closed: Result<_, crate::ledger::refusal::LedgerRefusal> = closed;
    closed.expect("closed");
    assert_eq!(counted(10)(OVERDUE_CONTACTS).0, none);
}

/// Nothing of the sheet is in any byte that leaves: making and showing it changes no release, and
/// neither its labels nor the place of an open item stand in what was signed.
///
/// Method: sign the releases of the term, make the sheet, sign again, and look into every stored
/// item for the sheet's own words and for its rows as text.
#[test]
fn nothing_of_the_sheet_leaves() {
    let school = school();
    let key = certs::key::SigningKey::generate().expect("key");
    danger_name_responsible(&school.ledger);
    let sign = || release::make(&school.ledger, &school.context(), PERIOD, &key).expect("signed");
    let items = || -> Vec<Vec<u8>> {
        let signed: Result<_, SqlError> =
            school.ledger.read(|tx| crate::ledger::release::all(tx, 1_000));
        signed.expect("items").into_iter().map(|one| one.item).collect()
    };
    sign();
    let before = items();
    let sheet = counted(&school);
    sign();
    assert_eq!((items() == before, before.is_empty()), (true, false));
    let mut words = vec![PLANTED.to_owned(), "护栏".to_owned(), sheet.school.0.clone()];
    for line in &sheet.lines {
        for lang in [runtime::web::Lang::Zh, runtime::web::Lang::En] {
            words.push(line.label.in_lang(lang).to_owned());
        }
    }
    for word in &words {
        let found = before
            .iter()
            .any(|item| item.windows(word.len()).any(|bytes| bytes == word.as_bytes()));
        assert!(!found, "{word}");
    }
}
