//! Facts about sealing: what both halves hold, that nothing is told twice or never, and which
//! verdicts are believed.

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::Stage;
use domain::disclosure::attacker::Printed;
use domain::disclosure::sealed::{Answer, SealedTables};
use domain::ledger::SchoolRole;
use domain::ledger::terms::Tier;
use domain::ledger::words::{AlertSource, Move};
use domain::period::Period;
use jiff::civil::{Date, date};
use proto::frame::{decode_item, encode_item};
use proto::sealed::{Report, Verdict, decode_report};
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;

use super::testing::Hubs;
use super::verdict::{Taken, take};
use super::{
    Context, FiguresError, KeyStanding, Made, Pending, ReportKey, SealingError, VerdictError,
    danger_own_view, due, make, take_waiting,
};
use crate::indicator::Unsealed;
use crate::ledger::author::Author;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::entry::{RecordId, StaffId, StudentId};
use crate::ledger::hold::{self, Act};
use crate::ledger::sealed::{self as register, StoredReport};
use crate::ledger::testing::{
    AS_OF, NOW_MS, PERIOD, School, TODAY, TestPupil, danger_name_responsible, sheet_cells,
};
use crate::ledger::{Ledger, report_key};
use crate::release::copy_handover;
use crate::transfer::{Transfer, addressed};

pub(super) const OPENED: &str = "sealed.alt.opened";
/// The same cases by source.
pub(super) const SOURCES: &str = "sealed.alt.sources";
const CENSUS: &str = "sealed.alt.census";

pub(super) fn author() -> Author {
    Author::new("counsellor", SchoolRole::Counsellor, None, NOW_MS).because("核对")
}

/// A school that works in its ledgers since September.
pub(super) fn school() -> School {
    school_in(Ledger::in_memory().expect("ledger"))
}

/// The same in a ledger that is kept somewhere.
pub(super) fn school_in(ledger: Ledger) -> School {
    let school = School::with(ledger);
    school.roster(&(0..40).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    danger_name_responsible(&school.ledger);
    school.begin_work();
    school
}

pub(super) fn open_case(school: &School, student: i64, day: Date) -> RecordId {
    let wish = MoveWish {
        how: Move::Opened,
        to: Some(Tier::T2),
        source: AlertSource::Mentor,
        owner: StaffId(1),
        next_review: Some(date(2025, 11, 22)),
    };
    let opened = school
        .ledger
        .write("case", move |tx| case::open(tx, &author(), StudentId(student), day, &wish));
    opened.unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn seal(school: &School, context: &Context, period: Period) -> Vec<Made> {
    let key = SigningKey::generate().expect("key");
    make(&school.ledger, context, period, &key).expect("made")
}

/// How many reports were sealed.
pub(super) fn sealed(made: &[Made]) -> usize {
    made.iter().filter(|made| matches!(made, Made::Sealed { .. })).count()
}

pub(super) fn registered(school: &School, table: &str, period: &str) -> Option<StoredReport> {
    // The latest come first.
    let all = school.ledger.read(|tx| register::all(tx, 1_000)).expect("register");
    all.into_iter().find(|one| one.table == table && one.period == period)
}

/// The report as its signed bytes say it.
pub(super) fn report(school: &School, table: &str, period: &str) -> Report {
    let name = registered(school, table, period).expect("registered").name;
    let stored = school.ledger.read(move |tx| crate::ledger::release::find(tx, &name));
    let item = decode_item(&stored.expect("read").expect("stored").item).expect("item");
    assert_eq!(item.kind, ItemKind::SealedReport);
    decode_report(&item.body).expect("report")
}

pub(super) fn told(hubs: &Hubs, school: &School, week: &str) -> u64 {
    hubs.read(school, &report(school, OPENED, week)).iter().sum()
}

pub(super) fn week(text: &str) -> Period {
    text.parse().expect("week")
}

pub(super) fn verdict_on(report: &StoredReport, unit: &str, refused: Option<&str>) -> Verdict {
    Verdict {
        place: proto::sealed::Place {
            unit: unit.parse().expect("unit"),
            table: report.table.parse().expect("table"),
            period: report.period.parse().expect("period"),
            number: report.number,
        },
        task: proto::sealed::task(&report.task).expect("task"),
        report: report.body,
        refused: refused.map(|code| (code.to_owned(), "the proof does not hold".to_owned())),
        decided_at_ms: NOW_MS,
    }
}

/// Weeks before the plan are never made up for: the first week under seal tells its own events, and
/// what is entered later about days before it is told in none.
#[test]
fn weeks_before_the_plan_are_told_in_none() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 3, date(2025, 11, 3));
    open_case(&school, 4, date(2025, 11, 13));
    let mut context = hubs.context(date(2025, 11, 25));
    // A Wednesday: its week has no task, the one after it has.
    context.years = vec![hubs.year_from(200, "2025-11-05")];
    assert!(seal(&school, &context, week("2025-W45")).is_empty());
    assert!(sealed(&seal(&school, &context, week("2025-W46"))) > 0);
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
}

/// A term's stock: both halves together are the census, everybody enrolled in exactly one cell,
/// and what is enrolled stands beside them in the clear.
#[test]
fn a_stock_is_the_census_of_the_term() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 3, date(2025, 11, 3));
    let context = hubs.context(date(2025, 11, 25));
    let made = seal(&school, &context, PERIOD);
    let is_sealed =
        |made: &Made| matches!(made, Made::Sealed { table, .. } if table.as_str() == CENSUS);
    assert!(made.iter().any(is_sealed), "{made:?}");
    let report = report(&school, CENSUS, "2025S1");
    let cells = hubs.read(&school, &report);
    let tables = SealedTables::of(&school.catalogue);
    let table = tables.table(CENSUS).expect("table");
    let place = |state: &str, sex: &str| table.block().place(&[state, "g7", sex]).expect("place");
    // Pupil number 3 of the file has an even number in it and is a boy.
    assert_eq!(cells[place("t2", "m")] + cells[place("t2", "f")], 1);
    assert_eq!(cells.iter().sum::<u64>(), 40);
    assert_eq!(report.enrolled.values().sum::<u64>(), 40);
    assert_eq!(sealed(&seal(&school, &context, PERIOD)), 0);
}

/// What a school knows of its own reports is what both halves together say, and reads back from
/// its file; a refused report is in no sum and not in it.
#[test]
fn a_school_s_own_figures_are_what_it_sealed() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 3, date(2025, 11, 3));
    let context = hubs.context(date(2025, 11, 25));
    seal(&school, &context, PERIOD);
    let own = |year: i16| {
        let context = context.clone();
        school.ledger.read(move |tx| danger_own_view(tx, &context, year))
    };
    let view = own(2025).expect("view");
    let table = view.tables.iter().find(|table| table.measure == "alt.census").expect("census");
    let printed: Vec<u64> = table
        .cells
        .iter()
        .filter_map(|cell| match cell.printed {
            Printed::Exact(count) => Some(count),
            _ => None,
        })
        .collect();
    assert_eq!(printed, hubs.read(&school, &report(&school, CENSUS, "2025S1")));
    let bytes = runtime::seen::write(&view).expect("written");
    assert_eq!(runtime::seen::read(&bytes).expect("read"), view);
    assert!(matches!(own(2024), Err(FiguresError::Year(2024))));
    let refused = registered(&school, CENSUS, "2025S1").expect("registered");
    let verdict = crate::ledger::sealed::KeptVerdict {
        answer: Answer::Refused,
        code: "bad_proof".to_owned(),
        reason: String::new(),
        decided_at_ms: NOW_MS,
        signed: Vec::new(),
    };
    let keep = move |tx: &Tx<'_>| register::keep_verdict(tx, &refused.body, &verdict);
    school.ledger.write("refuse", keep).expect("refused");
    let left = own(2025).expect("view").tables;
    assert!(left.iter().all(|table| table.measure != "alt.census"));
}

/// An event is told in its own week; one that is entered after its week was sealed, in the next
/// week; neither is ever told again.
#[test]
fn an_event_is_told_once() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let after = hubs.context(date(2025, 11, 11));
    seal(&school, &after, week("2025-W45"));
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
    // The week before was never sealed: what is known of it is sealed now, and is nothing.
    seal(&school, &after, week("2025-W44"));
    assert_eq!(told(&hubs, &school, "2025-W44"), 0);
    // Late: dated in a week that is sealed.
    open_case(&school, 2, date(2025, 11, 6));
    let later = hubs.context(TODAY);
    seal(&school, &later, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    assert_eq!(sealed(&seal(&school, &later, week("2025-W45"))), 0);
    let last = hubs.context(date(2025, 12, 2));
    seal(&school, &last, week("2025-W47"));
    assert_eq!(told(&hubs, &school, "2025-W47"), 0);
}

/// The bytes of a week with cases are as long as those of a week without.
#[test]
fn the_length_says_nothing() {
    let (school, hubs) = (school(), Hubs::new());
    (1..8).for_each(|student| {
        open_case(&school, student, date(2025, 11, 12));
    });
    let context = hubs.context(TODAY);
    for name in ["2025-W45", "2025-W46"] {
        seal(&school, &context, week(name));
    }
    let (quiet, busy) = (report(&school, OPENED, "2025-W45"), report(&school, OPENED, "2025-W46"));
    assert_eq!((told(&hubs, &school, "2025-W45"), told(&hubs, &school, "2025-W46")), (0, 7));
    let length = |report: &Report| proto::sealed::encode_report(report).len();
    assert_eq!(length(&quiet), length(&busy));
}

/// A refused report is sealed again under the next number only where its task is another one by
/// now, and tells what the refused one told.
#[test]
fn a_refused_report_is_replaced_under_another_task() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let mut context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let first = registered(&school, OPENED, "2025-W45").expect("first");
    let refusal = verdict_on(&first, "F370202004J01", Some("proof"));
    let refusal = hubs.verdict(&refusal, &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken"), Taken::News);
    assert_eq!(sealed(&seal(&school, &context, week("2025-W45"))), 0);
    let asked = context.clone();
    let open = school.ledger.read(move |tx| due(tx, &asked)).expect("due");
    let waits =
        |one: &Pending| matches!(one, Pending::Refused(report) if report.body == first.body);
    assert!(open.iter().any(waits));
    context.years = vec![hubs.year(210)];
    assert!(sealed(&seal(&school, &context, week("2025-W45"))) > 0);
    let second = registered(&school, OPENED, "2025-W45").expect("second");
    assert_eq!(second.number.value(), first.number.value() + 1);
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
}

/// Accepted needs both hubs over the same bytes; whatever else comes changes nothing.
#[test]
fn only_both_hubs_accept() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let sealed = registered(&school, OPENED, "2025-W45").expect("sealed");
    let own = verdict_on(&sealed, "F370202004J01", None);
    let taken = |verdict: &Verdict, signers: &[usize]| {
        take(&school.ledger, &hubs.trust, &context, &hubs.verdict(verdict, signers))
    };
    for signers in [&[][..], &[0], &[1]] {
        assert!(matches!(taken(&own, signers), Err(VerdictError::Signature)));
    }
    // The commissions' roots the wrong way round: no hub speaks under the other's.
    let strangers = Hubs::new();
    let forged = strangers.verdict(&own, &[0, 1]);
    let forged = take(&school.ledger, &hubs.trust, &context, &forged);
    assert!(matches!(forged, Err(VerdictError::Signature)));
    let other = Verdict { report: sha256(b"other bytes"), ..own.clone() };
    assert_eq!(taken(&other, &[0, 1]).expect("it is signed"), Taken::Foreign);
    let refused = Verdict { refused: Some(("proof".to_owned(), String::new())), ..other };
    assert!(matches!(taken(&refused, &[0, 1]), Err(VerdictError::Unknown)));
    let early = Verdict { decided_at_ms: NOW_MS + 3 * 86_400_000, ..own.clone() };
    assert!(matches!(taken(&early, &[0, 1]), Err(VerdictError::Time(_))));
    assert!(matches!(taken(&early, &[]), Err(VerdictError::Signature)), "asked before the date");
    assert_eq!(registered(&school, OPENED, "2025-W45").expect("open").verdict, None);
    assert_eq!(taken(&own, &[0, 1]).expect("taken"), Taken::News);
    // The first answer is final.
    let late = verdict_on(&sealed, "F370202004J01", Some("proof"));
    assert_eq!(taken(&late, &[0, 1]).expect("read"), Taken::Late);
    let kept = registered(&school, OPENED, "2025-W45").expect("kept").verdict.expect("verdict");
    assert_eq!(kept.answer, Answer::Accepted);
}

/// A school that does not work in its ledgers sends nothing; one without a screening says so. A
/// held period stays, and nothing leaves before its morning.
#[test]
fn what_is_not_there_is_not_zero() {
    let hubs = Hubs::new();
    let idle = School::new();
    idle.roster(&(0..40).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    let context = hubs.context(TODAY);
    let key = SigningKey::generate().expect("key");
    let unanswered = make(&idle.ledger, &context, week("2025-W45"), &key);
    assert!(matches!(unanswered, Err(SealingError::NoResponsible)), "{unanswered:?}");
    danger_name_responsible(&idle.ledger);
    let made = seal(&idle, &context, week("2025-W45"));
    let absent = |made: &Made| matches!(made, Made::Absent { reason: Unsealed::NotAtWork, .. });
    assert!(!made.is_empty() && made.iter().all(absent), "{made:?}");
    let school = school();
    assert_eq!(seal(&school, &hubs.context(date(2025, 11, 10)), week("2025-W45")), []);
    let period = week("2025-W45").to_string();
    let act = Act { period, author: "principal".into(), reason: "核对".into(), at_ms: NOW_MS };
    school.ledger.write("hold", move |tx| hold::hold(tx, &act)).expect("held");
    let held = make(&school.ledger, &context, week("2025-W45"), &key);
    assert!(matches!(held, Err(SealingError::Held(_))), "{held:?}");
}

/// Reports go the way of all signed items, and a hold of another period stops none of them.
#[test]
fn reports_are_handed_over() {
    let (school, hubs) = (school(), Hubs::new());
    let pupils: Vec<_> = (0..40).map(TestPupil::new).collect();
    let rows: Vec<_> =
        pupils.iter().map(|one| (one.clone(), "2025-10-20", sheet_cells(6, "0"))).collect();
    school.answers(&rows).expect("answers");
    let context = hubs.context(TODAY);
    let made = seal(&school, &context, week("2025-W46"));
    let act = Act {
        period: "2025-W44".to_owned(),
        author: "principal".into(),
        reason: "核对".into(),
        at_ms: NOW_MS,
    };
    school.ledger.write("hold", move |tx| hold::hold(tx, &act)).expect("held");
    let transfer = Transfer::in_memory().expect("transfer");
    let copied = copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied");
    assert!(sealed(&made) > 0);
    assert_eq!(copied, sealed(&made) as u64);
}

/// What waits in the inbox is taken once; what is not believed goes without a trace in the
/// register, and what cannot be judged yet waits for its documents.
#[test]
fn verdicts_are_taken_from_the_inbox() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let sealed = registered(&school, OPENED, "2025-W45").expect("sealed");
    let own = verdict_on(&sealed, "F370202004J01", None);
    let transfer = Transfer::in_memory().expect("transfer");
    for bytes in [hubs.verdict(&own, &[0]), hubs.verdict(&own, &[0, 1]), vec![0xff; 9]] {
        let item = encode_item(ItemKind::SealedVerdict, bytes, Vec::new());
        transfer.write("arrive", move |tx| addressed::store(tx, &item, NOW_MS)).expect("stored");
    }
    let stores = (&school.ledger, &transfer);
    let taken = |context: &Context| take_waiting(stores, &hubs.trust, context).expect("taken");
    let before = Context { years: Vec::new(), ..context.clone() };
    assert_eq!(taken(&before), 0);
    assert_eq!(registered(&school, OPENED, "2025-W45").expect("open").verdict, None);
    assert_eq!((taken(&context), taken(&context)), (1, 0));
    let kept = registered(&school, OPENED, "2025-W45").expect("kept").verdict.expect("verdict");
    assert_eq!(kept.answer, Answer::Accepted);
}

/// Another district's authority certifies a unit of the leader's name: it refuses nothing.
#[test]
fn no_district_refuses_in_the_name_of_another() {
    let (school, mut hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let sealed = registered(&school, OPENED, "2025-W45").expect("sealed");
    let refusal = verdict_on(&sealed, "F370202004J01", Some("proof"));
    let honest = hubs.verdict(&refusal, &[0, 1]);
    hubs.pose_as_leader();
    let posed = take(&school.ledger, &hubs.trust, &context, &hubs.verdict(&refusal, &[0, 1]));
    assert!(matches!(posed, Err(VerdictError::Signature)));
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &honest).expect("taken"), Taken::News);
}

/// A refusal that says nothing about figures or documents makes room for a fresh seal at once, and
/// what the refused report told is told again and not lost.
#[test]
fn a_report_that_was_unlucky_is_sealed_again() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 12));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W46"));
    let first = registered(&school, OPENED, "2025-W46").expect("first");
    let refusal = verdict_on(&first, "F370202004J01", Some("nonce_used"));
    let early = Verdict { decided_at_ms: NOW_MS - 8 * 86_400_000, ..refusal.clone() };
    let early = take(&school.ledger, &hubs.trust, &context, &hubs.verdict(&early, &[0, 1]));
    assert!(matches!(early, Err(VerdictError::Unknown)), "decided before the week was over");
    let refusal = hubs.verdict(&refusal, &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken"), Taken::News);
    assert!(sealed(&seal(&school, &context, week("2025-W46"))) > 0);
    let second = registered(&school, OPENED, "2025-W46").expect("second");
    assert_eq!(second.number.value(), first.number.value() + 1);
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
}

/// What a refused week told is told in the next one, where nothing takes its place and no other
/// table told it.
#[test]
fn what_was_refused_is_told_in_the_next_week() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W45"));
    for table in [OPENED, SOURCES] {
        let first = registered(&school, table, "2025-W45").expect("first");
        let refusal = hubs.verdict(&verdict_on(&first, "F370202004J01", Some("proof")), &[0, 1]);
        let taken = take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken");
        assert_eq!(taken, Taken::News);
    }
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
}

/// In a vacation it is not: nobody else of the group has much to tell then, and the sum would be
/// what this school had in the refused week. Where all were refused for want of a key it is told.
#[test]
fn what_was_refused_is_told_in_no_vacation() {
    for (code, in_winter) in [("proof", 0), ("key_late", 1)] {
        let (school, hubs) = (school(), Hubs::new());
        open_case(&school, 1, date(2025, 11, 5));
        let context = hubs.context(date(2025, 11, 18));
        seal(&school, &context, week("2025-W45"));
        for table in [OPENED, SOURCES] {
            let first = registered(&school, table, "2025-W45").expect("first");
            let refusal = hubs.verdict(&verdict_on(&first, "F370202004J01", Some(code)), &[0, 1]);
            let taken = take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken");
            assert_eq!(taken, Taken::News);
        }
        // Between the terms, and in the first week of the spring.
        for (day, name) in [(date(2026, 2, 17), "2026-W07"), (date(2026, 3, 10), "2026-W10")] {
            seal(&school, &hubs.context(day), week(name));
        }
        let told = ["2026-W07", "2026-W10"].map(|name| told(&hubs, &school, name));
        assert_eq!(told, [in_winter, 1 - in_winter], "{code}");
    }
}

/// Every report is signed by the ledger's one report key, whatever the certificate's key was, and
/// the key counts once health stated it.
#[test]
fn a_report_is_signed_by_the_key_that_health_states() {
    let (school, hubs) = (school(), Hubs::new());
    let context = hubs.context(date(2025, 11, 18));
    let key = school.ledger.write("key", |tx| report_key::load_or_make(tx, 1)).expect("key");
    let digest = sha256(key.public().spki());
    for period in ["2025-W45", "2025-W46"] {
        // Another certificate each time: it was renewed.
        seal(&school, &context, week(period));
        let name = registered(&school, OPENED, period).expect("registered").name;
        let stored = school.ledger.read(move |tx| crate::ledger::release::find(tx, &name));
        let body = decode_item(&stored.expect("read").expect("stored").item).expect("item").body;
        let report = decode_report(&body).expect("report");
        assert_eq!(runtime::sealing::report_key(&report, &body).expect("signed"), digest);
        let other = [&body[..body.len() - 1], &[body[body.len() - 1] ^ 1]].concat();
        assert!(runtime::sealing::report_key(&report, &other).is_err(), "a changed signature");
    }
    let unit = &context.unit;
    let standing = |year| ReportKey::new(digest, unit, &[year]).latest().expect("under seal").1;
    assert_eq!(standing(hubs.year(200)), KeyStanding::Unstated);
    assert_eq!(standing(hubs.stating(&[(unit.as_str(), digest)])), KeyStanding::Stated);
    assert_eq!(standing(hubs.stating(&[("S1", digest)])), KeyStanding::Unstated);
    let other = sha256(b"another");
    assert_eq!(standing(hubs.stating(&[(unit.as_str(), other)])), KeyStanding::Other);
}

/// A pupil in a grade that the roster does not have is in no cell, and not among those enrolled:
/// the hubs add up the roster's grades, and what they find is what the report names.
#[test]
fn a_grade_beside_the_roster_is_in_no_cell() {
    let (school, hubs) = (school(), Hubs::new());
    let mut context = hubs.context(date(2025, 11, 25));
    seal(&school, &context, PERIOD);
    let whole: u64 = hubs.read(&school, &report(&school, CENSUS, "2025S1")).iter().sum();
    let school = self::school();
    context.years = vec![hubs.year_of_grades(8..=9)];
    seal(&school, &context, PERIOD);
    let sealed = report(&school, CENSUS, "2025S1");
    let cells = hubs.read(&school, &sealed);
    let tables = SealedTables::of(&school.catalogue);
    let table = tables.table(CENSUS).expect("table");
    let listed = &context.years[0].year().roster.schools[&context.unit];
    let summed: u64 =
        table.places_of(listed, Stage::Junior).iter().map(|place| cells[*place]).sum();
    assert_eq!(sealed.enrolled.get(&Stage::Junior).copied().unwrap_or(0), summed);
    assert_eq!(cells.iter().sum::<u64>(), summed, "nobody is outside of the roster's cells");
    assert!(summed < whole, "grade 7 is left out: {summed} of {whole}");
}

/// A ledger that was put back seals a week again that the hubs know. They keep the first report, so
/// what the week told is told: nothing up to its Sunday is told again, whatever is entered later.
#[test]
fn a_week_told_before_a_restore_is_told_no_more() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W45"));
    let again = registered(&school, OPENED, "2025-W45").expect("sealed");
    let refusal = verdict_on(&again, "F370202004J01", Some("other_report"));
    for alone in [0, 1] {
        let refusal = hubs.verdict(&refusal, &[alone]);
        let taken = take(&school.ledger, &hubs.trust, &context, &refusal);
        assert!(matches!(taken, Err(VerdictError::Signature)), "one hub's word: {taken:?}");
    }
    let refusal = hubs.verdict(&refusal, &[0, 1]);
    let taken = take(&school.ledger, &hubs.trust, &context, &refusal).expect("taken");
    assert_eq!(taken, Taken::News);
    // Entered again by the counsellor, who found it missing.
    open_case(&school, 2, date(2025, 11, 6));
    open_case(&school, 3, date(2025, 11, 12));
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1, "only what is of the later week");
}
