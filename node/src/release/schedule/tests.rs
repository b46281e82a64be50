//! Which periods leave, when, and what keeps one back.

use certs::key::SigningKey;
use domain::catalogue::Grade;
use domain::ledger::SchoolRole;
use jiff::civil::{Date, date};

use super::*;
use crate::ledger::author::Author;
use crate::ledger::entry::StaffId;
use crate::ledger::hold::{self, Act};
use crate::ledger::sealed::{Seal, SealYears};
use crate::ledger::teaching::Lesson;
use crate::ledger::testing::{
    AS_OF, NOW_MS, PERIOD, School, TODAY, TestPupil, make_answered as make,
};
use crate::ledger::write;
use crate::release::{AbsentReason, Standing, prepare};

const W45: Period = Period::Week { year: 2025, week: 45 };
const W46: Period = Period::Week { year: 2025, week: 46 };

fn school() -> School {
    let school = School::new();
    school.roster(&(0..6).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school
}

fn lesson(school: &School, day: Date, at_ms: i64) {
    let lesson = Lesson {
        day,
        grade: Grade::school(7).expect("grade"),
        class: "1班".to_owned(),
        teacher: StaffId(1),
        topic: String::new(),
    };
    let author = Author::new("counsellor", SchoolRole::Counsellor, None, at_ms).because("补录");
    let done = school.ledger.write("test", move |tx| write::add(tx, &author, &lesson));
    done.unwrap_or_else(|error| panic!("{error}"));
}

fn due(school: &School, context: &Context, depth: Depth) -> Vec<Period> {
    let found = schedule(&school.ledger, context, depth).expect("schedule");
    assert!(found.blocked.is_empty(), "{:?}", found.blocked);
    found.due.into_iter().map(|due| due.period).collect()
}

fn send(school: &School, context: &Context, period: Period) -> usize {
    let key = SigningKey::generate().expect("key");
    make(&school.ledger, context, period, &key).expect("made").new_ones()
}

/// How counts leave is said of the period that a preview is about, and not of the day on which
/// somebody looks: the spring of a year before the seals is not under seal in a year that is.
#[test]
fn a_preview_says_the_way_of_its_own_period() {
    let school = school();
    let planned = std::collections::BTreeSet::from([2025]);
    let sealed_years = SealYears { planned, ..SealYears::default() };
    let context = Context { sealed_years, ..school.context() };
    let of = |due: &[Period]| {
        let due = due.iter().map(|period| Due {
            period: *period,
            prepared: Prepared { drafts: Vec::new(), absent: Vec::new() },
        });
        let schedule = Schedule { due: due.collect(), blocked: Vec::new() };
        let (period, context) = (schedule.last(&context), context.clone());
        school.ledger.read(move |tx| context.seal(tx, period)).expect("read") == Seal::Planned
    };
    let spring: Period = "2024S2".parse().expect("period");
    assert!(of(&[]), "the term that runs");
    assert!(!of(&[spring]));
    assert!(of(&[spring, W45]), "the last one");
}

/// The lessons of a week leave with the week's sheet, in its own cells and no others.
#[test]
fn a_week_leaves_with_its_own_table() {
    let school = school();
    lesson(&school, date(2025, 11, 3), NOW_MS);
    lesson(&school, date(2025, 11, 7), NOW_MS);
    let context = school.context();
    let prepared = prepare(&school.ledger, &context, W45).expect("prepared");
    let [draft] = prepared.drafts.as_slice() else { panic!("one table") };
    let release = &draft.release;
    assert_eq!(release.id().table.as_str(), "clear.week");
    assert_eq!((release.id().period, release.census_day()), (W45, None));
    assert_eq!(release.persons(), 6, "those of the last census day");
    let spec = context.catalogue.table("clear.week").expect("table");
    let place = spec.index("edu.hours", &["junior", "g7"]).expect("cell");
    assert_eq!(draft.cells.get(place).and_then(|cell| cell.value()), Some(2));
    let empty = prepare(&school.ledger, &context, W46).expect("prepared");
    let cell = empty.drafts.first().and_then(|draft| draft.cells.get(place).copied());
    assert_eq!(cell.and_then(|cell| cell.value()), Some(0), "a kept ledger says zero");
}

/// A week that runs, and one before the school worked in its ledgers, say nothing.
#[test]
fn what_is_not_over_or_not_kept_does_not_leave() {
    let school = school();
    let context = school.context();
    let kept_back = prepare(&school.ledger, &context, W45).expect("prepared");
    assert!(kept_back.drafts.is_empty());
    let reason = |table: &str| {
        let found = kept_back.absent.iter().find(|absent| absent.table.as_str() == table);
        found.map(|absent| absent.reason.clone())
    };
    assert_eq!(reason("clear.week"), Some(AbsentReason::NotKept));
    assert_eq!(reason("clear.term"), Some(AbsentReason::OtherPeriod));
    assert_eq!(due(&school, &context, Depth::Every), [PERIOD], "the term alone");
    lesson(&school, date(2025, 11, 18), NOW_MS);
    let running = running(&context).next().expect("week");
    let refused = prepare(&school.ledger, &context, running);
    let last = date(2025, 11, 23);
    assert!(matches!(refused, Err(ReleaseError::NotOver { last: day, .. }) if day == last));
    assert_eq!(due(&school, &context, Depth::Every), [PERIOD]);
}

/// Every period that is over is due once, oldest first; a late entry makes it due again, and only
/// a thorough look counts again what has no entry of its days.
#[test]
fn late_entries_make_a_period_due_again() {
    let school = school();
    lesson(&school, date(2025, 11, 3), NOW_MS);
    let mut context = school.context();
    context.now_ms = NOW_MS + 1;
    assert_eq!(due(&school, &context, Depth::Entered), [W45, W46, PERIOD]);
    for period in [W45, W46, PERIOD] {
        assert!(send(&school, &context, period) > 0);
        assert_eq!(send(&school, &context, period), 0, "signed once");
    }
    assert_eq!(due(&school, &context, Depth::Every), []);
    lesson(&school, date(2025, 11, 12), NOW_MS + 2);
    for depth in [Depth::Entered, Depth::Every] {
        let found = schedule(&school.ledger, &context, depth).expect("schedule");
        let [late] = found.due.as_slice() else { panic!("one period") };
        assert_eq!(late.period, W46);
        let draft = late.prepared.drafts.first().expect("draft");
        assert_eq!((draft.standing, draft.release.id().revision.get()), (Standing::New, 2));
    }
    // Long after its end a period is told again only by its name.
    context.today = date(2026, 1, 20);
    assert!(!due(&school, &context, Depth::Every).contains(&W46));
    assert_eq!(send(&school, &context, W46), 1);
}

/// Sheets leave on the second day after the end; a term and what is held do not leave by itself.
#[test]
fn a_held_week_is_not_signed() {
    let school = school();
    lesson(&school, date(2025, 11, 3), NOW_MS);
    let context = school.context();
    assert_eq!(leaves_on(W45, &context), Some(date(2025, 11, 11)));
    let month = Period::Month { year: 2025, month: 11 };
    assert_eq!(leaves_on(month, &context), Some(date(2025, 12, 2)));
    assert_eq!(leaves_on(PERIOD, &context), None);
    let act =
        Act {
            period: W45.to_string(), reason: "核对".into(), author: "li".into(), at_ms: NOW_MS
        };
    let held = school.ledger.write("hold", move |tx| hold::hold(tx, &act));
    assert!(held.expect("held"));
    let key = SigningKey::generate().expect("key");
    let refused = make(&school.ledger, &context, W45, &key);
    assert!(matches!(refused, Err(ReleaseError::Held(hold)) if hold.period == "2025-W45"));
    assert_eq!(send(&school, &context, W46), 1, "others leave");
    assert!(context.today == TODAY);
}

/// A special period by day makes the day's sheet the next that leaves only where it has counts to
/// tell: a pulse screen alone has none.
#[test]
fn a_pulse_screen_alone_has_no_sheet_of_the_day() {
    let running = |told: &str| {
        let text = format!(
            "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
             first = \"2025-11-17\"\nlast = \"2025-12-05\"\ncadence = \"day\"\n{told}\
             [[school]]\nid = \"S1\"\n"
        );
        let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
        let digest = certs::digest::sha256(text.as_bytes());
        let followed = crate::packs::Known { digest, pack: std::sync::Arc::new(special) };
        let context = Context { specials: vec![followed], ..School::new().context() };
        super::running(&context).collect::<Vec<_>>()
    };
    let week = super::week_of(TODAY).expect("week");
    let counts = "[[count]]\nid = \"sp.x\"\nzh = \"数\"\nen = \"Count\"\nchannel = \"clear\"\n\
        ledger = \"lesson\"\nunit = \"lesson\"\n\
        define = { source = \"lesson\", count = \"records\", at = \"in_period\" }\n";
    assert_eq!(running(counts), [week, Period::Day(TODAY)]);
    assert_eq!(running("[pulse]\nscale = \"phq-4\"\ngrades = [\"g7\"]\n"), [week]);
}
