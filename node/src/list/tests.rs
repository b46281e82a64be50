//! Facts about departments' lists, from the department's table to the school's ledger.

use std::collections::BTreeMap;
use std::io::Cursor;

use certs::root::Commission;
use domain::ledger::SchoolRole;
use domain::ledger::words::{Group, Physique};
use jiff::civil::date;
use runtime::cli::Failure;
use runtime::web::Lang;

use super::content::ListRow;
use super::deciding::{self, Outcome};
use super::matching::{Found, Known, Roll};
use super::taking;
use super::testing::{City, UNIT};
use super::*;
use crate::import::roster::RosterRow;
use crate::import::source::Source;
use crate::import::value::{Consent, Grade, Sex, Status, StudentNumber};
use crate::ledger::author::Author;
use crate::ledger::department_list;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::physique::PhysiqueCase;
use crate::ledger::read;
use crate::ledger::special_group::FamilyCase;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil};

const HEAD: &str = "学籍号,姓名,出生日期,年级,班级,学校,类别\n";
const CANARY: &str = "欧阳甄别";

fn li() -> Author {
    Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS)
}

fn school() -> School {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school
}

fn pupil(n: u32, school: &str, topic: &str) -> String {
    format!("{},张某某,,七年级,1班,{school},{topic}\n", TestPupil::new(n).number())
}

fn take(school: &School, city: &City, text: &str) -> Result<i64, ListError> {
    let (recipient, text) = (city.recipient(), text.as_bytes().to_vec());
    school.ledger.write("take", move |tx| taking::take(tx, (&li(), &recipient), &text))
}

fn decide(
    school: &School,
    city: &City,
    id: i64,
    rows: &[(u32, i64)],
) -> Result<Outcome, ListError> {
    let recipient = city.recipient();
    let choices: BTreeMap<u32, StudentId> =
        rows.iter().map(|(row, student)| (*row, StudentId(*student))).collect();
    let done =
        move |tx: &runtime::sql::Tx<'_>| deciding::take(tx, (&li(), &recipient), (id, &choices));
    school.ledger.write("decide", done)
}

/// The whole way: a table is sealed, taken in, compared and decided; the ledgers have the entries,
/// what stood there stays, and the list is gone but for its digest and numbers.
#[test]
fn a_list_meets_the_ledgers_and_goes() {
    let (school, city) = (school(), City::both());
    let to = city.key_of(&school.ledger, UNIT);
    let table = [
        HEAD.to_owned(),
        pupil(0, UNIT, "残疾儿童"),
        pupil(1, UNIT, "留守"),
        pupil(1, UNIT, "哮喘"),
        format!(",{CANARY},2012-05-06,七年级,1班,{UNIT},残疾\n"),
        pupil(2, "另一所中学", "孤儿"),
    ];
    let text = city.seal(&to, &table.concat());
    assert!(!text.contains(CANARY) && !text.contains("残疾"));
    let id = take(&school, &city, &text).expect("taken");
    let recipient = city.recipient();
    let opened = school.ledger.write("open", {
        let recipient = recipient.clone();
        move |tx| deciding::open(tx, (&li(), &recipient), id)
    });
    let opened = opened.expect("opened");
    assert_eq!((opened.line.rows, opened.line.foreign, opened.findings.len()), (5, 1, 4));
    assert!(opened.line.both_roots && opened.title == "2025 年秋季名单");
    let clear = opened.findings.iter().filter(|f| matches!(f.found, Found::One(_))).count();
    assert_eq!(clear, 3);
    assert!(opened.findings.iter().any(|f| f.found == Found::Nobody && &*f.row.name == CANARY));
    assert!(school.rows("access_log") >= 2, "who was named is logged");
    let done = decide(&school, &city, id, &[(2, 1), (3, 2), (4, 2)]).expect("decided");
    assert_eq!(done, Outcome { written: 3, known: 0 });
    let families = school.ledger.read(|tx| read::at::<FamilyCase>(tx, TODAY)).expect("read");
    let groups: Vec<_> = families.iter().map(|c| c.entry.groups.as_slice().to_vec()).collect();
    assert_eq!(groups, [vec![Group::Disabled], vec![Group::LeftBehind]]);
    let kinds = school.ledger.read(|tx| read::at::<PhysiqueCase>(tx, TODAY)).expect("read");
    assert_eq!(kinds[0].entry.kinds.as_slice(), [Physique::Asthma]);
    let line = school.ledger.read(move |tx| department_list::one(tx, id)).expect("read");
    let line = line.expect("line");
    assert_eq!((line.decision.as_deref(), line.taken), (Some("taken"), 2));
    assert_eq!(school.rows("department_list_entry"), 3);
    let gone = school.ledger.read(move |tx| department_list::envelope(tx, id)).expect("read");
    assert!(gone.is_none());
    assert!(matches!(decide(&school, &city, id, &[]), Err(ListError::NotWaiting)));
    assert!(matches!(take(&school, &city, &text), Err(ListError::Again(known)) if known == id));
    // A second list adds to what the ledger says, and says it once.
    let more = [HEAD.to_owned(), pupil(0, "", "孤儿"), pupil(1, "示例初级中学", "留守")].concat();
    let more = more.replace(",,孤儿", &format!(",{UNIT},孤儿"));
    let id = take(&school, &city, &city.seal(&to, &more)).expect("taken");
    let done = decide(&school, &city, id, &[(2, 1), (3, 2)]).expect("decided");
    assert_eq!(done, Outcome { written: 1, known: 1 });
    let families = school.ledger.read(|tx| read::at::<FamilyCase>(tx, TODAY)).expect("read");
    let both = [Group::Disabled, Group::Orphan];
    assert_eq!(families[0].entry.groups.as_slice(), both);
}

/// Another school's list, one that ended, one that was altered, a sender for whom nobody vouches,
/// a picture and an open table: each is refused with a sentence, and nothing is kept.
#[test]
fn what_is_wrong_with_a_list_is_said() {
    let (school, city) = (school(), City::both());
    let to = city.key_of(&school.ledger, UNIT);
    let table = [HEAD.to_owned(), pupil(0, UNIT, "残疾")].concat();
    let good = city.seal(&to, &table);
    let elsewhere = city.key_of(&School::new().ledger, "F370202004J02");
    let ended = city.seal_until(&to, &table, date(2025, 11, 19)).expect("sealed");
    let middle = good.lines().nth(12).expect("line");
    let flipped = if middle.starts_with('A') { "B" } else { "A" };
    let altered = good.replacen(middle, &format!("{flipped}{}", &middle[1..]), 1);
    let stranger = City::both();
    let strange = stranger.seal(&stranger.key_of(&school.ledger, UNIT), &table);
    let one_commission = City::new(&[Commission::Education]);
    let half = one_commission.seal(&one_commission.key_of(&school.ledger, UNIT), &table);
    let png = "\u{89}PNG\r\n\u{1a}\n";
    let code = |text: &str| {
        let error = take(&school, &city, text).expect_err("refused");
        let failure = Failure::from(error);
        for lang in [Lang::Zh, Lang::En] {
            assert!(!failure.message(lang).is_empty());
            assert!(failure.next_step(lang).is_some(), "{}", failure.code());
            assert!(!failure.message(lang).contains("张某某"));
        }
        failure.code()
    };
    assert_eq!(code(&city.seal(&elsewhere, &table)), "LIST_OTHER_SCHOOL");
    assert_eq!(code(&ended), "LIST_ENDED");
    assert!(matches!(code(&altered), "LIST_ALTERED" | "NOT_A_LIST" | "LIST_SENDER"));
    assert_eq!(code(&strange), "LIST_SENDER");
    assert_eq!(code(&half), "LIST_SENDER");
    assert_eq!((code(png), code(&table), code("")), ("NOT_A_LIST", "NOT_A_LIST", "NOT_A_LIST"));
    assert_eq!(school.rows("department_list"), 0);
    // Sealed to a key that this school never had: right name, wrong key.
    let other = City::both();
    assert_eq!(other.pins().len(), 2);
    let lost = city.key_of(&School::new().ledger, UNIT);
    assert_eq!(code(&city.seal(&lost, &table)), "LIST_CLOSED");
    take(&school, &city, &good).expect("the good one is taken");
    assert_eq!(code(&good), "LIST_AGAIN");
}

/// In a city with one root the list is taken, and the line says that one commission vouches.
#[test]
fn one_root_is_said() {
    let school = school();
    let city = City::new(&[Commission::Education]);
    let to = city.key_of(&school.ledger, UNIT);
    let text = city.seal(&to, &[HEAD.to_owned(), pupil(0, UNIT, "残疾")].concat());
    let id = take(&school, &city, &text).expect("taken");
    let line = school.ledger.read(move |tx| department_list::one(tx, id)).expect("read");
    assert!(!line.expect("line").both_roots);
}

/// Only who writes both ledgers for everybody sees a list; a student whom a row does not offer is
/// not entered, and then nobody is.
#[test]
fn who_decides_and_about_whom() {
    let (school, city) = (school(), City::both());
    let to = city.key_of(&school.ledger, UNIT);
    let table = [HEAD.to_owned(), pupil(0, UNIT, "残疾"), pupil(1, UNIT, "残疾")].concat();
    let id = take(&school, &city, &city.seal(&to, &table)).expect("taken");
    for role in [SchoolRole::Principal, SchoolRole::ClassTeacher, SchoolRole::Mentor] {
        let recipient = city.recipient();
        let refused = school.ledger.write("open", move |tx| {
            let other = Author::new("other", role, Some(StaffId(2)), NOW_MS);
            deciding::open(tx, (&other, &recipient), id).map(drop)
        });
        assert!(matches!(refused, Err(ListError::Ledger(LedgerRefusal::NotAllowed))));
    }
    let wrong = decide(&school, &city, id, &[(2, 1), (3, 1)]);
    assert!(matches!(wrong, Err(ListError::Choice(3))));
    assert!(matches!(decide(&school, &city, id, &[(9, 1)]), Err(ListError::Choice(9))));
    assert_eq!(school.rows("family_case"), 0);
    school.ledger.write("destroy", move |tx| deciding::destroy(tx, &li(), id)).expect("destroyed");
    assert_eq!((school.rows("family_case"), school.rows("department_list_entry")), (0, 0));
    assert_eq!(school.rows("department_list_act"), 2);
}

fn known(student: i64, name: &str, birth: &str, class: &str) -> Known {
    let number = format!("G99999920130100{student:03}A");
    let row = RosterRow {
        student_number: StudentNumber::parse(&number).expect("number"),
        local_number: None,
        name: name.into(),
        sex: Sex::Female,
        birth_date: Some(birth.parse().expect("date")),
        grade: Grade::from_code("g7").expect("grade"),
        class: class.into(),
        consent: Consent::Unknown,
        consent_date: None,
        status: Status::Enrolled,
    };
    Known { student: StudentId(student), row }
}

/// Whom a row means: exactly one, a question for a person, somebody who left, or nobody.
#[test]
fn a_row_means_one_student_or_a_person_decides() {
    let mut left = known(5, "李四", "2012-01-02", "1班");
    left.row.status = Status::TransferredOut;
    let roll = Roll::new(vec![
        known(1, "王小明", "2012-03-04", "1班"),
        known(2, "王小明", "2012-09-09", "2班"),
        known(3, "阿依古丽·买买提", "2012-05-05", "1班"),
        known(4, "陈一", "2012-06-06", "3班"),
        left,
    ]);
    let school = City::new(&[Commission::Education]).recipient().school;
    let row = |line: &str| -> ListRow {
        let text = format!("{HEAD}{line}\n");
        let mut source = Source::open(Cursor::new(text.into_bytes())).expect("source");
        let parsed = file::read(&mut source, None, (None, TODAY)).expect("table");
        parsed.rows.into_iter().next().expect("row").1
    };
    let find = |line: &str| roll.find(&row(line), &school);
    let unclear = |ids: &[i64]| Found::Unclear(ids.iter().map(|id| StudentId(*id)).collect());
    let one = |id| Found::One(StudentId(id));
    let at = UNIT;
    // Full-width digits and letters, spaces inside a name, another way to write the class.
    assert_eq!(
        find(&format!("Ｇ９９９９９９２０１３０１００００１Ａ,王 小 明,,,,{at},残疾")),
        one(1)
    );
    assert_eq!(find(&format!(",王　小明,2012-03-04,七年级,七(1)班,{at},残疾")), one(1));
    assert_eq!(find(&format!(",阿依古丽•买买提,2012/5/5,初一,1班,{at},残疾")), one(3));
    assert_eq!(find("G9999992013010000 4A,陈一,,,,示例初级中学,残疾"), one(4));
    // The number is right and the name is another: somebody has to look.
    assert_eq!(find(&format!("G99999920130100004A,陈壹,,,,{at},残疾")), unclear(&[4]));
    assert_eq!(find(&format!("G99999920130100004A,陈一,2011-01-01,,,{at},残疾")), unclear(&[4]));
    // No class, another class, or a number that nobody here has.
    assert_eq!(find(&format!(",王小明,2012-03-04,,,{at},残疾")), unclear(&[1]));
    assert_eq!(find(&format!(",王小明,2012-03-04,七年级,2班,{at},残疾")), unclear(&[1]));
    assert_eq!(find(&format!("G99999920130100999A,王小明,,,,{at},残疾")), unclear(&[1, 2]));
    assert_eq!(find(&format!(",王小明,2010-01-01,七年级,1班,{at},残疾")), Found::Nobody);
    assert_eq!(find(&format!(",赵六,2012-03-04,七年级,1班,{at},残疾")), Found::Nobody);
    assert_eq!(find(&format!(",李四,2012-01-02,七年级,1班,{at},残疾")), Found::Left);
    assert_eq!(find("G99999920130100001A,王小明,,,,另一所中学,残疾"), Found::OtherSchool);
}

/// A department's table is read like every other: its mistakes are named by row and column, a
/// picture named .csv is told as a picture, and rows of one school go to that school alone.
#[test]
fn a_departments_table_is_read_with_the_imports_readers() {
    let read = |text: &str, topic| {
        let mut source = Source::open(Cursor::new(text.as_bytes().to_vec())).expect("source");
        file::read(&mut source, None, (topic, TODAY))
    };
    let wrong = [
        ",王小明,,七年级,1班,某校,残疾\n",
        ",王小明,2012-03-04,七年级,1班,,残疾\n",
        ",王小明,2012-03-05,七年级,1班,某校,不知道\n",
        "1.1E+18,王小明,2012-03-06,七年级,1班,某校,残疾\n",
        ",王小明,2012-03-07,七年级,1班,某校,残疾\n",
        ",王小明,2012-03-07,七年级,1班,某校,残疾儿童\n",
    ];
    let parsed = read(&[HEAD, &wrong.concat()].concat(), None).expect("table");
    let mut codes: Vec<_> = parsed.errors.iter().map(|error| error.fault.code).collect();
    codes.dedup();
    assert_eq!(codes, ["nobody", "school", "topic", "id_ruined", "doubled"]);
    let whole = "姓名,出生日期,学校\n王小明,2012-03-04,某校\n";
    assert!(read(whole, None).is_err(), "nobody says what the list is of");
    let parsed = read(whole, Topic::read("left_behind")).expect("table");
    assert!(parsed.rows[0].1.topic == Topic::Group(Group::LeftBehind));
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    assert!(Source::open(Cursor::new(png)).is_err());
    assert!(Topic::read("其他").is_none(), "both ledgers have one of that name");
    assert!(Topic::read("group:other") == Some(Topic::Group(Group::Other)));
    let city = City::both();
    let (one, two) = (School::new(), School::new());
    let schools = [city.key_of(&one.ledger, UNIT), city.key_of(&two.ledger, "F370202004J02")];
    let table = [
        HEAD.to_owned(),
        pupil(0, UNIT, "残疾"),
        pupil(1, "f370202004j02", "残疾"),
        pupil(2, "无名学校", "残疾"),
        // Two schools have this name.
        pupil(3, "示例初级中学", "残疾"),
    ];
    let rows = read(&table.concat(), None).expect("table").rows;
    let sorted = sending::sort(rows.into_iter().map(|(_, row)| row).collect(), &schools);
    let units: Vec<_> = sorted.parcels.iter().map(|(u, p)| (u.as_str(), p.rows.len())).collect();
    assert_eq!(units, [(UNIT, 1), ("F370202004J02", 1)]);
    let unknown: Vec<_> = sorted.unknown.into_iter().collect();
    assert_eq!(unknown, [("无名学校".to_owned(), 1), ("示例初级中学".to_owned(), 1)]);
}

/// A planted name is in no file of the node, neither while the list waits nor after the decision:
/// the ledger is encrypted, what may leave holds nothing of it, and the sealed list tells nothing.
#[test]
fn no_file_tells_a_name_of_a_list() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, key) = (folder.path().join("data"), folder.path().join("machine.key"));
    let opener = crate::unlock::Opener::danger_new_key_file(&key).expect("key file");
    let clock = runtime::clock::Clock::system();
    let settings = [("school_type", "junior".to_owned())];
    crate::app::create(&data, &settings, &opener, &clock).expect("created");
    let node = crate::app::open_folder(&data, &opener, clock).expect("node");
    let school = School::with(node.ledger().clone());
    school.roster(&[TestPupil::new(0)], AS_OF);
    school.staff(&[(1, "心理教师")]);
    let city = City::both();
    let to = city.key_of(&school.ledger, UNIT);
    let named = format!(",{CANARY},2012-05-06,七年级,1班,{UNIT},残疾\n");
    let text = city.seal(&to, &[HEAD.to_owned(), named, pupil(0, UNIT, "残疾")].concat());
    std::fs::write(folder.path().join("sealed.xqlist"), &text).expect("write");
    let id = take(&school, &city, &text).expect("taken");
    let tells = || {
        let mut folders = vec![folder.path().to_owned()];
        let mut told = Vec::new();
        while let Some(at) = folders.pop() {
            for entry in std::fs::read_dir(at).expect("list") {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).expect("read");
                    let has = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
                    if has(CANARY) || has(&TestPupil::new(0).number()) {
                        told.push(path);
                    }
                }
            }
        }
        told
    };
    assert!(tells().is_empty(), "{:?}", tells());
    decide(&school, &city, id, &[(3, 1)]).expect("decided");
    assert!(tells().is_empty(), "{:?}", tells());
}

/// A row too long for any school is a fault of the table; and a list that is written all the same
/// is refused there, not at the school.
#[test]
fn a_cell_that_no_school_reads_is_a_fault() {
    let long = "七年级".repeat(60);
    let named = "某".repeat(200);
    let text = [
        HEAD.to_owned(),
        format!(",王小明,2012-03-04,{long},1班,某校,残疾\n"),
        format!(",王小红,2012-03-04,七年级,1班,{named},残疾\n"),
    ];
    let mut source = Source::open(Cursor::new(text.concat().into_bytes())).expect("source");
    let parsed = file::read(&mut source, None, (None, TODAY)).expect("table");
    let codes: Vec<_> = parsed.errors.iter().map(|error| error.fault.code).collect();
    assert_eq!((codes, parsed.rows.len()), (vec!["long", "long"], 0));
    let row = ListRow {
        row: 7,
        number: None,
        name: "王小明".into(),
        birth_date: Some(date(2012, 3, 4)),
        grade: long.into(),
        class: "".into(),
        school: UNIT.into(),
        topic: Topic::Group(Group::Orphan),
    };
    let content = super::content::Content { title: "名单".to_owned(), rows: vec![row] };
    assert!(matches!(content.write(), Err(ListError::Long(7))));
}

/// A department goes by the name that the commissions signed, whatever the school is called by now.
#[test]
fn the_name_of_the_statement_is_ours() {
    let (school, city) = (school(), City::both());
    let to = city.key_of(&school.ledger, UNIT);
    let text = city.seal(&to, &[HEAD.to_owned(), pupil(0, "示例初级中学", "残疾")].concat());
    let mut recipient = city.recipient();
    recipient.school.names = vec!["改名后的中学".to_owned()];
    let (signed, unit) = (city.sign(to.statement()), recipient.unit.clone());
    let key = to.statement().key.clone();
    let opened = school.ledger.write("open", move |tx| {
        assert!(crate::ledger::sealing_key::keep_statement(tx, &unit, (&signed, &key))?);
        let id = taking::take(tx, (&li(), &recipient), text.as_bytes())?;
        deciding::open(tx, (&li(), &recipient), id)
    });
    let opened = opened.expect("opened");
    assert_eq!((opened.line.foreign, opened.findings.len()), (0, 1));
}

/// What the ledger refuses of a row is told with the row, in both languages, and nothing is kept.
#[test]
fn a_refused_row_is_named() {
    let failure = Failure::from(ListError::of_row(12, LedgerRefusal::Field("kinds")));
    assert!(failure.message(Lang::Zh).starts_with("第 12 行："));
    assert!(failure.message(Lang::En).starts_with("row 12: "));
    assert_eq!(failure.code(), Failure::from(LedgerRefusal::Field("kinds")).code());
}

/// A stolen key ends with the newer statement about another one, whether that came by itself or
/// with a list: the old statement still runs, and a list under it is refused with a sentence.
#[test]
fn a_withdrawn_key_sends_nothing() {
    let table = |n: u32| [HEAD.to_owned(), pupil(n, UNIT, "残疾")].concat();
    for by_list in [true, false] {
        let (school, mut city) = (school(), City::both());
        let to = city.key_of(&school.ledger, UNIT);
        take(&school, &city, &city.seal(&to, &table(0))).expect("the first key is believed");
        let stolen = [city.seal(&to, &table(1)), city.seal(&to, &table(2))];
        let newer = city.renew_sender();
        let (recipient, pins) = (city.recipient(), city.pins());
        if by_list {
            take(&school, &city, &city.seal(&to, &table(3))).expect("under the newer one");
        } else {
            let other = Author::new("zhao", SchoolRole::Principal, None, NOW_MS);
            for (who, is_allowed) in [(other, false), (li(), true)] {
                let (recipient, newer) = (recipient.clone(), newer.clone());
                let known = school.ledger.write("know", move |tx| {
                    taking::know_senders(tx, (&who, &recipient), &[newer])
                });
                assert_eq!(known.is_ok(), is_allowed);
            }
        }
        assert_eq!(pins.len(), 2);
        for text in stolen {
            let failure = Failure::from(take(&school, &city, &text).expect_err("withdrawn"));
            assert_eq!(failure.code(), "LIST_REPLACED");
        }
        assert_eq!(school.rows("department_list"), if by_list { 2 } else { 1 });
        assert_eq!(school.rows("sender_statement"), 2, "the older one is kept beside the newer");
        take(&school, &city, &city.seal(&to, &table(2))).expect("the newer key sends");
    }
}

/// Statements of schools, a stranger's and none at all are no statements of departments.
#[test]
fn only_a_departments_statement_is_entered() {
    let (school, city) = (school(), City::both());
    let to = city.key_of(&school.ledger, UNIT);
    let enter = |statements: Vec<certs::statement::SignedStatement>| {
        let recipient = city.recipient();
        let known = school
            .ledger
            .write("know", move |tx| taking::know_senders(tx, (&li(), &recipient), &statements));
        known.map_err(|error| Failure::from(error).code())
    };
    assert_eq!(enter(Vec::new()), Err("NO_SENDER"));
    assert_eq!(enter(vec![city.sign(to.statement())]), Err("NO_SENDER"));
    let stranger = City::both().renew_sender();
    assert_eq!(enter(vec![stranger]), Err("LIST_SENDER"));
    assert_eq!(school.rows("sender_statement"), 0);
}
