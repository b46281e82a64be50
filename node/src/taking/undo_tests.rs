//! Files of the office that are taken back: answers and the roll of staff.

use domain::ledger::SchoolRole;
use domain::ledger::terms::ContactWay;
use domain::scale::Outcome;
use jiff::civil::date;

use super::undo::{self, UndoneAnswers, UndoneImport};
use crate::ledger::author::Author;
use crate::ledger::critical::CriticalItem;
use crate::ledger::entry::{Moment, StaffId, StudentId};
use crate::ledger::import_undo::Undone;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll::Mentor;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TERM, TODAY, TestPupil, sheet_cells};
use crate::ledger::{read, sheet, staff, write};

const DAY: &str = "2025-10-20";

fn author(role: SchoolRole) -> Author {
    Author::new("li", role, Some(StaffId(1)), NOW_MS).because("导错了文件")
}

fn undo(school: &School, role: SchoolRole, batch: i64) -> Result<UndoneImport, LedgerRefusal> {
    school.ledger.write("undo", move |tx| undo::any(tx, &author(role), batch))
}

fn outcomes(school: &School) -> Vec<(i64, Outcome)> {
    let found = school.ledger.read(|tx| sheet::outcomes(tx, TERM, TODAY)).expect("outcomes");
    found.into_iter().map(|one| (one.student, one.outcome)).collect()
}

fn items(school: &School) -> Vec<StudentId> {
    let all = school.ledger.read(read::all::<CriticalItem>).expect("items");
    let mut of: Vec<StudentId> = all.into_iter().map(|kept| kept.entry.student).collect();
    of.sort_unstable();
    of
}

/// A wrong file of answers leaves nothing that counts: sheets of before count again, what it raised
/// is annulled unless somebody has answered it, and the right file is taken afterwards. Nobody but
/// the counsellor takes it back, and nobody twice or under another file.
#[test]
fn answers_are_taken_back_whole() {
    let pupils = [1, 2, 3].map(TestPupil::new);
    let [one, two, three] = pupils.clone();
    let school = School::new();
    school.roster(&pupils, AS_OF);
    school.staff(&[(1, "心理教师")]);
    let first = school.answers(&[(one.clone(), DAY, sheet_cells(0, "0"))]).expect("answers");
    let first = first.import.batch.expect("batch");
    let before = outcomes(&school);
    let wrong = [
        (one, DAY, sheet_cells(12, "2")),
        (two.clone(), DAY, sheet_cells(0, "2")),
        (three, DAY, sheet_cells(0, "2")),
    ];
    let wrong = school.answers(&wrong).expect("answers").import.batch.expect("batch");
    assert_eq!(items(&school), [StudentId(1), StudentId(2), StudentId(3)]);
    let spoken = school.ledger.write("speak", |tx| {
        let mut all = read::all::<CriticalItem>(tx)?.into_iter();
        let kept = all.rfind(|kept| kept.entry.student == StudentId(3)).expect("item");
        let spoken = CriticalItem {
            contacted_at: Some(Moment(NOW_MS)),
            contacted_by: Some(StaffId(1)),
            way: Some(ContactWay::InPerson),
            ..kept.entry
        };
        let by = author(SchoolRole::Counsellor);
        write::update(tx, &by, (kept.record, kept.version), &spoken)
    });
    assert!(spoken.is_ok());
    let head = undo(&school, SchoolRole::MoralHead, wrong);
    assert!(matches!(head, Err(LedgerRefusal::NotAllowed)));
    let under = undo(&school, SchoolRole::Counsellor, first);
    assert!(matches!(under, Err(LedgerRefusal::ImportBuiltOn)));
    let undone = undo(&school, SchoolRole::Counsellor, wrong).expect("undone");
    let told = UndoneAnswers { sheets: 3, restored: 1, annulled: 2 };
    assert_eq!(undone, UndoneImport::Answers(told));
    assert_eq!((outcomes(&school), items(&school)), (before, vec![StudentId(3)]));
    let twice = undo(&school, SchoolRole::Counsellor, wrong);
    assert!(matches!(twice, Err(LedgerRefusal::Unknown)));
    school.answers(&[(two, DAY, sheet_cells(0, "2"))]).expect("the right file");
    assert_eq!(outcomes(&school).len(), 2);
    assert_eq!(items(&school).len(), 2, "what was annulled calls anew");
    let last = undo(&school, SchoolRole::Counsellor, first).expect("the first one too");
    assert!(matches!(last, UndoneImport::Answers(UndoneAnswers { sheets: 1, restored: 0, .. })));
}

/// A wrong roll of staff is taken back: everybody has the role of before, who had left is back, and
/// who only it brought was never here; not once somebody of it has an entry.
#[test]
fn a_wrong_roll_of_staff_is_taken_back_whole() {
    let school = School::new();
    school.roster(&[TestPupil::new(1)], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let on = |day| {
        let found = school.ledger.read(move |tx| staff::staff_at(tx, day)).expect("staff");
        found.unwrap_or_default().iter().map(|one| (one.id, one.main_role)).collect::<Vec<_>>()
    };
    let days = [date(2025, 9, 1), AS_OF, TODAY];
    let before = days.map(on);
    let wrong = school.staff(&[(1, "导师"), (3, "德育主任")]).batch.expect("batch");
    assert_ne!(days.map(on), before);
    let pair = school.ledger.write("pair", |tx| {
        let (student, staff) = (StudentId(1), StaffId(3));
        let pair = Mentor { from: TODAY, student, staff, until: None };
        write::add(tx, &author(SchoolRole::MoralHead), &pair)
    });
    assert!(pair.is_ok());
    let built = undo(&school, SchoolRole::MoralHead, wrong);
    assert!(matches!(built, Err(LedgerRefusal::ImportBuiltOn)));
    let school = School::new();
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let wrong = school.staff(&[(1, "导师"), (3, "德育主任")]).batch.expect("batch");
    let undone = undo(&school, SchoolRole::MoralHead, wrong).expect("undone");
    assert_eq!(undone, UndoneImport::Staff(Undone { restored: 2, removed: 1 }));
    let on = |day| {
        let found = school.ledger.read(move |tx| staff::staff_at(tx, day)).expect("staff");
        found.unwrap_or_default().iter().map(|one| (one.id, one.main_role)).collect::<Vec<_>>()
    };
    assert_eq!(days.map(on), before);
}
