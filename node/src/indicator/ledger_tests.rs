//! Facts about figures from ledgers: what leaves, what stays, what stops a release, who sees why.

use domain::catalogue::Grade;
use domain::cell::Cell;
use domain::ledger::consent::Answer;
use domain::ledger::terms::{SessionOrigin, SessionTopic, Tier};
use domain::ledger::words::{AlertSource, Form, Move, Service, TalkTopic};
use domain::ledger::{SchoolRole, Word as _};
use domain::period::Period;
use domain::span::Span;
use jiff::civil::date;
use runtime::sql::Tx;

use super::{Behind, ExplainError, Explained, Facts, IndicatorError, explain};
use crate::import::Language;
use crate::ledger::author::Author;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use crate::ledger::governance::ExpertVisit;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::session::Session;
use crate::ledger::talk::Talk;
use crate::ledger::teaching::Lesson;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil, sheet_cells, slip};
use crate::ledger::{profile, write};
use crate::release;

fn school() -> School {
    let school = School::new();
    school.roster(&(0..6).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school
}

fn author(account: &str, role: SchoolRole) -> Author {
    Author::new(account, role, None, NOW_MS).because("核对")
}

fn counsellor() -> Author {
    author("counsellor", SchoolRole::Counsellor)
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> T {
    let done = school.ledger.write("test", work);
    done.unwrap_or_else(|error| panic!("{error}"))
}

fn talk(school: &School, student: i64) -> RecordId {
    let talk = Talk {
        day: date(2025, 11, 3),
        student: StudentId(student),
        staff: StaffId(1),
        topics: Words::new([TalkTopic::Mind, TalkTopic::Study]),
        concern: false,
        raised: false,
        home_visit: false,
        note: AuthorNote::new(String::new()),
    };
    run(school, move |tx| write::add(tx, &counsellor().once_more(true), &talk))
}

fn wish(how: Move, to: Option<Tier>) -> MoveWish {
    let next_review = to.map(|_| date(2025, 11, 22));
    MoveWish { how, to, source: AlertSource::Mentor, owner: StaffId(1), next_review }
}

fn open_case(school: &School) -> RecordId {
    run(school, |tx| {
        let wish = wish(Move::Opened, Some(Tier::T2));
        case::open(tx, &counsellor(), StudentId(1), TODAY, &wish)
    })
}

fn facts(school: &School, today: jiff::civil::Date) -> Facts {
    let term = school.term();
    let read = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Facts::of_period(tx, &profile, Span::of_term(&term), today)
    });
    read.unwrap_or_else(|error| panic!("{error}"))
}

fn cells(school: &School, facts: &Facts, id: &str) -> Vec<Cell> {
    let count = school.catalogue.count(id).expect("count");
    facts.figures(&school.catalogue, count).expect("figures").cells
}

/// A ledger is kept from its first entry on: before, nothing there is no zero; after, it is one.
#[test]
fn a_ledger_is_kept_from_its_first_entry_on() {
    let school = school();
    let before = facts(&school, TODAY);
    assert_eq!(cells(&school, &before, "mtr.talks"), [Cell::NotReported]);
    assert_eq!(cells(&school, &before, "alt.sources")[0], Cell::NotReported);
    assert_eq!(cells(&school, &before, "ref.events")[0], Cell::NotReported);
    assert_eq!(cells(&school, &before, "hot.lost")[0], Cell::Unsupported);
    talk(&school, 1);
    let after = facts(&school, TODAY);
    assert_eq!(cells(&school, &after, "mtr.talks"), [Cell::Value(1)]);
    let visits: Vec<_> = cells(&school, &after, "mtr.home_visits");
    assert!(visits.contains(&Cell::Value(0)) && visits.contains(&Cell::NotApplicable));
}

/// Whether the band of attention is there says nothing about cases: it is there from the day on
/// which the school works in its ledgers, with a case or without one.
#[test]
fn the_band_does_not_tell_that_there_is_a_case() {
    let band = |school: &School| {
        let spec = school.catalogue.table("clear.term").expect("table");
        let raw = facts(school, TODAY).table(&school.catalogue, spec).expect("figures");
        raw.danger_exact_cells()[spec.index("alt.attention_band", &["junior"]).expect("cell")]
    };
    let (with_case, without) = (school(), school());
    open_case(&with_case);
    assert_eq!(band(&with_case), Cell::Unsupported);
    assert_eq!(band(&with_case), band(&without), "the first case changes nothing");
    with_case.begin_work();
    without.begin_work();
    assert!(matches!(band(&with_case), Cell::Value(_)));
    assert_eq!(band(&without), Cell::Value(0), "none is a figure once the school works here");
}

/// Who has left with an open case is in no count of students of the census day; the case is in the
/// ledger's own number until it is closed, since that follows from its moves.
#[test]
fn an_open_case_of_who_has_left_counts_no_student() {
    let school = school();
    school.begin_work();
    for student in [1, 2] {
        run(&school, move |tx| {
            let wish = wish(Move::Opened, Some(Tier::T2));
            case::open(tx, &counsellor(), StudentId(student), date(2025, 10, 13), &wish)
        });
    }
    let counted = |id: &str| -> u64 {
        let facts = facts(&school, TODAY);
        assert!(facts.broken_moves().is_empty());
        cells(&school, &facts, id).iter().filter_map(|cell| cell.value()).sum()
    };
    let in_attention = || -> u64 {
        let count = school.catalogue.count("alt.census").expect("count");
        let figures = facts(&school, TODAY).figures(&school.catalogue, count).expect("figures");
        let is_in = |place: usize| {
            figures.block.values_at(place).is_some_and(|values| values.contains(&"t2"))
        };
        let cells = figures.cells.iter().enumerate().filter(|(place, _)| is_in(*place));
        cells.filter_map(|(_, cell)| cell.value()).sum()
    };
    assert_eq!((counted("alt.attention_band"), in_attention(), counted("alt.open")), (2, 2, 2));
    // The first student leaves two weeks before the census day, and the case stays open.
    school.roster(&(1..6).map(TestPupil::new).collect::<Vec<_>>(), date(2025, 10, 24));
    assert_eq!(counted("base.students"), 5);
    assert_eq!((counted("alt.attention_band"), in_attention(), counted("alt.open")), (1, 1, 2));
    let context = school.context();
    release::prepare(&school.ledger, &context, Period::Term(school.term().id)).expect("sound");
}

/// A talk about two topics is two in their cells and one talk; a person is counted once.
#[test]
fn several_topics_count_in_each_cell_and_a_person_once() {
    let school = school();
    talk(&school, 1);
    talk(&school, 1);
    talk(&school, 2);
    let facts = facts(&school, TODAY);
    assert_eq!(cells(&school, &facts, "mtr.talks"), [Cell::Value(3)]);
    assert_eq!(cells(&school, &facts, "mtr.talked"), [Cell::Value(2)]);
    let topics = cells(&school, &facts, "mtr.topics");
    assert_eq!(topics.iter().filter_map(|cell| cell.value()).sum::<u64>(), 6);
}

/// Flows of a term leave once it is over; on this node they are shown before.
#[test]
fn a_flow_leaves_when_its_period_is_over() {
    let school = school();
    talk(&school, 1);
    let spec = school.catalogue.table("clear.term").expect("table");
    let place = spec.index("mtr.talks", &[]).expect("cell");
    for (today, leaves) in [
        (TODAY, Cell::Unsupported),
        (school.term().end, Cell::Unsupported),
        (date(2026, 2, 1), Cell::Value(1)),
    ] {
        let facts = facts(&school, today);
        let raw = facts.table(&school.catalogue, spec).expect("table");
        assert_eq!(raw.danger_exact_cells()[place], leaves, "{today}");
        assert_eq!(cells(&school, &facts, "mtr.talks"), [Cell::Value(1)]);
    }
}

/// Moves of one day follow each other as they took effect: lowered first, raised afterwards.
#[test]
fn a_raise_after_a_lowering_of_the_same_day_counts() {
    let school = school();
    let record = open_case(&school);
    run(&school, move |tx| {
        let at = |minutes: i64| {
            let now = NOW_MS + minutes * 60_000;
            Author::new("counsellor", SchoolRole::Counsellor, Some(StaffId(1)), now).because("复核")
        };
        let down = wish(Move::TierDown, Some(Tier::T1));
        let down = case::ask_move(tx, &at(1), record, &down)?;
        let head = Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS + 120_000);
        case::sign(tx, &head.because("同意"), down, true)?;
        case::ask_move(tx, &at(3), record, &wish(Move::TierUp, Some(Tier::T3)))
    });
    let tier = school.ledger.read(move |tx| case::tier_of(tx, StudentId(1), record, TODAY));
    assert_eq!(tier.expect("tier"), Some(Tier::T3));
    assert!(facts(&school, TODAY).broken_moves().is_empty());
}

/// Facts of several periods, of which what they share is read once, say what those of each say:
/// what is later than one of them, a case opened after its end, is not in it.
#[test]
fn periods_that_are_read_together_count_as_each_alone() {
    let school = school();
    open_case(&school);
    talk(&school, 2);
    let calendar = school.calendar.clone();
    let spans: Vec<Span> = ["2025-W44", "2025S1", "2025-W47", "2025-11", "2025Y"]
        .iter()
        .map(|text| Span::of(text.parse().expect("period"), &calendar).expect("span"))
        .collect();
    let asked = spans.clone();
    let read = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        let alone = asked.iter().map(|span| Facts::of_period(tx, &profile, *span, TODAY));
        let alone = alone.collect::<Result<Vec<_>, _>>()?;
        Ok::<_, IndicatorError>((Facts::of_periods(tx, &profile, &asked, TODAY)?, alone))
    });
    let (together, alone) = read.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((together.len(), alone.len()), (spans.len(), spans.len()));
    for ((one, other), span) in together.iter().zip(&alone).zip(&spans) {
        assert_eq!(one.span(), span);
        for count in school.catalogue.counts().iter().filter(|count| count.definition.is_some()) {
            let id = count.id.as_str();
            assert_eq!(cells(&school, one, id), cells(&school, other, id), "{id}, {span:?}");
        }
    }
    let before = cells(&school, &together[0], "alt.opened");
    assert!(!before.contains(&Cell::Value(1)), "opened three weeks later: {before:?}");
}

/// A contradiction stops the release, and the sentence names the record behind it.
#[test]
fn a_broken_identity_stops_the_release_and_names_the_record() {
    let school = school();
    let case = open_case(&school);
    let context = school.context();
    release::prepare(&school.ledger, &context, Period::Term(school.term().id)).expect("sound");
    // A move that does not begin where the case stands, as only a damaged ledger can hold one.
    let bad = school.danger_insert_move(case.0);
    let refused = release::prepare(&school.ledger, &context, Period::Term(school.term().id));
    let error = refused.expect_err("stopped");
    let fault = error.fault();
    assert_eq!(fault.code, "identity");
    assert!(fault.reason.to(Language::Zh).contains(&format!("级别变动第 {bad} 号（2025-11-20）")));
    assert!(fault.reason.to(Language::En).contains(&format!("no. {bad} (2025-11-20)")));
}

/// A record that the catalogue has no place for stops the release, and the sentence names it.
#[test]
fn a_record_without_a_place_stops_the_release_and_is_named() {
    let school = School::new();
    let pupil = |n| TestPupil { grade: "八年级", ..TestPupil::new(n) };
    school.roster(&(0..4).map(pupil).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师")]);
    let record = run(&school, |tx| {
        let lesson = Lesson {
            day: date(2025, 11, 3),
            grade: Grade::school(7).expect("grade"),
            class: String::new(),
            teacher: StaffId(1),
            topic: "情绪".to_owned(),
        };
        let record = write::add(tx, &counsellor(), &lesson)?;
        // Afterwards the school says that it begins with the eighth grade.
        let known = profile::load(tx)?.expect("profile");
        let grade_from = Grade::school(8).expect("grade");
        profile::set(tx, &profile::Profile { grade_from, ..known })?;
        Ok(record)
    });
    let refused =
        release::prepare(&school.ledger, &school.context(), Period::Term(school.term().id));
    let fault = refused.expect_err("stopped").fault();
    assert_eq!(fault.code, "ledger_record");
    let (zh, en) = (fault.reason.to(Language::Zh), fault.reason.to(Language::En));
    assert!(zh.contains(&format!("心理课第 {} 号（2025-11-03）", record.0)), "{zh}");
    assert!(en.contains(&format!("Lesson no. {} (2025-11-03)", record.0)), "{en}");
    assert!(fault.hint.to(Language::En).contains("ledger change"));
}

fn why(school: &School, cell: &'static str, reader: Author) -> Result<Explained, ExplainError> {
    let (catalogue, facts) = (school.catalogue.clone(), facts(school, TODAY));
    let count = catalogue.count("mtr.home_visits").expect("count").clone();
    school
        .ledger
        .write("explain", move |tx| explain(tx, (&facts, &catalogue), &count, &[cell], &reader))
}

/// Who may read the records sees them, and each look is logged; school IT sees how many there are.
#[test]
fn records_are_shown_to_whom_the_table_of_authority_lets() {
    let school = school();
    let record = talk(&school, 2);
    let visit = run(&school, move |tx| {
        let mut kept = crate::ledger::read::all::<Talk>(tx)?.remove(0).entry;
        kept.home_visit = true;
        write::update(tx, &counsellor(), (record, 1), &kept)
    });
    assert_eq!(visit, write::Written::Counts(2));
    let own = why(&school, "junior", counsellor()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((own.figure, own.lines.len(), own.hidden), (Cell::Value(1), 1, 0));
    assert!(
        matches!(own.lines[0].behind, Behind::Entry { record: found, .. } if found == record.0)
    );
    assert!(own.lines[0].student.is_some());
    assert_eq!(school.rows("access_log"), 1);
    for role in [SchoolRole::Operator, SchoolRole::Auditor, SchoolRole::Principal] {
        let found = why(&school, "junior", author("other", role));
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((found.figure, found.lines.len(), found.hidden), (Cell::Value(1), 0, 1));
    }
    assert_eq!(school.rows("access_log"), 1, "what is hidden is not opened");
    let teacher = why(&school, "junior", author("teacher", SchoolRole::ClassTeacher));
    assert!(matches!(teacher, Err(ExplainError::NotAllowed)));
    assert!(matches!(why(&school, "nowhere", counsellor()), Err(ExplainError::Cell)));
}

/// Something that a school enters.
type Enter = fn(&School);

/// First entries of ledgers about single students, each as a school may make it.
fn sensitive() -> Vec<(&'static str, Enter)> {
    fn session(school: &School, student: Option<StudentId>) {
        let form = if student.is_some() { Form::Individual } else { Form::Group };
        let session = Session {
            day: date(2025, 11, 4),
            form,
            student,
            stage: None,
            counsellor: StaffId(1),
            minutes: 50,
            origin: SessionOrigin::ALL[0],
            topic: SessionTopic::ALL[0],
            title: String::new(),
            note: AuthorNote::new(String::new()),
        };
        run(school, move |tx| write::add(tx, &counsellor(), &session));
    }
    fn visit(school: &School, service: Service) {
        let visit = ExpertVisit {
            day: date(2025, 11, 4),
            service,
            expert: "王某".to_owned(),
            topic: String::new(),
            hours: 1,
        };
        run(school, move |tx| write::add(tx, &counsellor(), &visit));
    }
    vec![
        ("session", |school| session(school, Some(StudentId(1)))),
        ("counselling", |school| visit(school, Service::Counselling)),
        ("green channel", |school| visit(school, Service::GreenChannel)),
        ("case", |school| {
            open_case(school);
        }),
    ]
}

/// What leaves in the clear is the same with and without a school's first entry about a student in
/// need, in every table and period, whether the school works in its ledgers or not.
#[test]
fn the_clear_sheet_does_not_tell_of_a_first_case() {
    let leaves = |school: &School| {
        let today = date(2026, 9, 20);
        let periods = ["2025-W45", "2025-11", "2025S1", "2025H2", "2025Y"];
        let mut all = Vec::new();
        for period in periods {
            let period: Period = period.parse().expect("period");
            let Ok(span) = Span::of(period, &school.calendar) else { continue };
            let facts = school.ledger.read(move |tx| {
                let profile = profile::load(tx)?.expect("profile");
                Facts::of_period(tx, &profile, span, today)
            });
            let facts = facts.unwrap_or_else(|error| panic!("{error}"));
            for spec in school
                .catalogue
                .tables()
                .iter()
                .filter(|one| one.id().as_str().starts_with("clear."))
            {
                let raw = facts.table(&school.catalogue, spec).expect("figures");
                all.push((period, spec.id().to_string(), raw.danger_exact_cells().to_vec()));
            }
        }
        all
    };
    let starts: [Enter; 2] = [|_| {}, School::begin_work];
    for start in starts {
        let quiet = school();
        start(&quiet);
        let before = leaves(&quiet);
        assert!(before.len() > 5);
        for (what, enter) in sensitive() {
            let school = school();
            start(&school);
            enter(&school);
            assert_eq!(leaves(&school), before, "{what}");
        }
    }
}

/// A school that works in its ledgers and held no group is told as none, with a talk to a single
/// student or without.
#[test]
fn no_group_is_a_zero_once_the_school_works_here() {
    let groups = |school: &School| {
        let span = Span::of("2025-W45".parse().expect("week"), &school.calendar).expect("week");
        let facts = school.ledger.read(move |tx| {
            let profile = profile::load(tx)?.expect("profile");
            Facts::of_period(tx, &profile, span, date(2025, 12, 1))
        });
        let facts = facts.unwrap_or_else(|error| panic!("{error}"));
        let (spec, block) = school.catalogue.clear_block("cns.group").expect("block");
        let raw = facts.table(&school.catalogue, spec).expect("figures");
        let place = block.place(&["junior"]).expect("stage");
        raw.danger_exact_cells()[block.offset + place]
    };
    let school = school();
    assert_eq!(groups(&school), Cell::Unsupported);
    school.begin_work();
    assert_eq!(groups(&school), Cell::Value(0));
}

/// Whether a critical answer counts is a question of the day of the test: a sheet of October that
/// is typed on 20 November counts by the yes of October, and one of days without a yes does not.
#[test]
fn a_critical_answer_counts_by_the_consent_of_its_test_day() {
    for (from, to, expected) in
        [(date(2025, 10, 13), date(2025, 10, 31), 1), (date(2025, 10, 13), date(2025, 10, 19), 0)]
    {
        let school = School::new();
        let child = TestPupil { consent: "", ..TestPupil::new(1) };
        school.roster(std::slice::from_ref(&child), AS_OF);
        school.staff(&[(1, "心理教师")]);
        let yes = slip(StudentId(1), Answer::Given, from, to);
        run(&school, move |tx| write::add(tx, &counsellor(), &yes));
        school.answers(&[(child, "2025-10-20", sheet_cells(0, "2"))]).expect("answers");
        let told = facts(&school, date(2025, 11, 24));
        let sum = cells(&school, &told, "scr.critical").into_iter().filter_map(Cell::value);
        assert_eq!(sum.sum::<u64>(), expected, "{to}");
    }
}

/// A figure of a screening names the sheet behind each student, scale and day, to whoever may read
/// screenings; who reads the roll alone is told the student.
#[test]
fn a_figure_of_a_screening_names_the_sheets_behind_it() {
    let school = school();
    let row = (TestPupil::new(1), "2025-10-20", sheet_cells(12, "0"));
    school.answers(&[row]).expect("answers");
    let lines = |reader: Author| {
        let (catalogue, facts) = (school.catalogue.clone(), facts(&school, TODAY));
        let count = catalogue.count("scr.positive").expect("count").clone();
        let figures = facts.figures(&catalogue, &count).expect("figures");
        let counted = figures.cells.iter().position(|cell| *cell == Cell::Value(1));
        let place = counted.expect("one student");
        let of = |value: &str| value.to_owned();
        let values = figures.block.values_at(place).expect("values").into_iter().map(of);
        let values: Vec<String> = values.collect();
        let found = school.ledger.write("explain", move |tx| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            explain(tx, (&facts, &catalogue), &count, &values, &reader)
        });
        found.expect("explained").lines.iter().map(|line| line.said().0).collect::<Vec<_>>()
    };
    let sheet = "名册上的学生：答卷 demo-phq9-gad7 2025-10-20";
    assert_eq!(lines(counsellor()), [sheet]);
    let others = lines(author("principal", SchoolRole::Principal));
    assert!(others.iter().all(|said| !said.contains("demo-phq9-gad7")), "{others:?}");
}
