//! Special-period packs: read as they are written, and every mistake named.

use domain::catalogue::{FlawKind, Sensitivity};
use domain::disclosure::{Unprotected, may_run};
use domain::special::{Cadence, SpecialDefinition, SpecialPeriod};
use jiff::civil::date;

use super::super::*;

/// A special period of two weeks for five schools of two streets.
const FLOOD: &str = r#"
schema = "special/1"
id = "flood-2026"
revision = 1
zh = "2026 年防汛特殊时期"
en = "Floods of 2026"
first = "2026-11-30"
last = "2026-12-13"
cadence = "day"

[pulse]
scale = "phq-4"
grades = ["g7", "g8", "g9"]

[[dimension]]
id = "stage"
zh = "学段"
en = "Stage"
multi = false
values = [{ id = "junior", zh = "初中", en = "Junior" }, { id = "senior", zh = "高中", en = "Senior" }]

[[count]]
id = "sess.group"
zh = "团体辅导次数"
en = "Group sessions"
channel = "clear"
ledger = "session"
unit = "session"
dims = ["stage"]
[count.define]
source = "session"
count = "records"
at = "in_period"
where = [{ field = "form", any = ["group"] }]

[[count]]
id = "edu.lessons"
zh = "心理课"
en = "Lessons"
channel = "clear"
ledger = "lesson"
unit = "lesson"
define = { source = "lesson", count = "records", at = "in_period" }

[[school]]
id = "S1"
above = ["370202", "370202004"]
[[school]]
id = "S2"
above = ["370202", "370202004"]
[[school]]
id = "S3"
above = ["370202", "370202005"]
[[school]]
id = "S4"
above = ["370202", "370202005"]
[[school]]
id = "S5"
"#;

fn flood(from: &str, to: &str) -> Result<SpecialPeriod, PackError> {
    assert!(FLOOD.contains(from), "no {from}");
    let text = FLOOD.replacen(from, to, 1);
    match read(PackKind::Special, "flood-2026", text.as_bytes())? {
        Pack::Special(special) => Ok(*special),
        other => panic!("{other:?}"),
    }
}

/// What the text says is what is read: the golden one.
#[test]
fn a_special_period_is_read() {
    let special = flood("", "").expect("read");
    assert_eq!((special.first(), special.last()), (date(2026, 11, 30), date(2026, 12, 13)));
    assert_eq!(
        (special.cadence(), special.days(), special.periods().count()),
        (Cadence::Day, 14, 14)
    );
    let table = special.table().expect("table");
    assert_eq!((table.id().as_str(), table.cells()), ("clear.special.flood-2026", 3));
    assert_eq!(table.index("sess.group", &["senior"]), Some(1));
    let below = |hub: &str| special.area().below(&hub.parse().expect("unit"));
    assert_eq!((special.area().schools(), below("370202"), below("370202005")), (5, 4, 2));
    assert_eq!(special.pulse().map(|pulse| pulse.grades.len()), Some(3));
    assert_eq!(may_run(&special), Ok(()));
}

/// Every mistake has its sort and its key.
#[test]
fn mistakes_in_special_periods_are_named() {
    let check = |from: &str, to: &str, kind: FlawKind, key: &str| match flood(from, to) {
        Err(PackError::Content { flaw, .. }) => {
            assert_eq!(flaw.kind, kind, "{flaw}");
            assert!(flaw.key.contains(key), "{flaw}");
        }
        other => panic!("{from} => {to}: {other:?}"),
    };
    check("special/1", "special/2", FlawKind::Unknown, "schema");
    check("\"flood-2026\"", "\"flood-2027\"", FlawKind::Conflict, "id");
    check("en = \"Floods of 2026\"", "en = \" \"", FlawKind::Missing, "en");
    check("2026-12-13", "2026-11-29", FlawKind::Range, "last");
    check("2026-12-13", "mid December", FlawKind::Form, "last");
    check("cadence = \"day\"", "cadence = \"hour\"", FlawKind::Unknown, "cadence");
    check(
        "source = \"lesson\"",
        "source = \"sql\"",
        FlawKind::Unknown,
        "count edu.lessons, define, source",
    );
    check("\"form\"", "\"score\"", FlawKind::Unknown, "field");
    check("[\"group\"]", "[\"choir\"]", FlawKind::Unknown, "where form");
    check("dims = [\"stage\"]", "dims = [\"class\"]", FlawKind::Unknown, "dims");
    check("id = \"S2\"", "id = \"S1\"", FlawKind::Duplicate, "schools, S1");
    check("id = \"S2\"", "id = \"S 2\"", FlawKind::Form, "school S 2, id");
    check("\"370202004\"", "\"street?\"", FlawKind::Form, "above");
    check("\"g9\"", "\"g13\"", FlawKind::Unknown, "grades");
    check("\"g9\"", "\"g2\"", FlawKind::Range, "grades");
    assert!(matches!(flood("cadence =", "rhythm ="), Err(PackError::Form { .. })));
}

/// A health count that is declared clear is well formed, and may not run.
#[test]
fn a_health_count_does_not_become_clear_by_saying_so() {
    let special = flood("source = \"lesson\"", "source = \"referral\"").expect("well formed");
    assert!(
        matches!(may_run(&special), Err(Unprotected::Clear { count, .. }) if count == "edu.lessons")
    );
    let small = flood("[[school]]\nid = \"S5\"\n", "").expect("well formed");
    assert_eq!(may_run(&small), Err(Unprotected::FewSchools { found: 4 }));
}

/// A sealed count has the room and the floor of the ordinary catalogue's, and may run only where
/// each stage has its place.
#[test]
fn a_sealed_count_inherits_room_and_floor() {
    let text = FLOOD
        .replace("cadence = \"day\"", "cadence = \"week\"")
        .replace(
            "channel = \"clear\"\nledger = \"lesson\"",
            "channel = \"sealed\"\nledger = \"alert\"",
        )
        .replace("source = \"lesson\"", "source = \"alert_event\"");
    let read = read(PackKind::Special, "flood-2026", text.as_bytes());
    let Ok(Pack::Special(special)) = read else { panic!("{read:?}") };
    let count = special.catalogue().count("edu.lessons").expect("count");
    assert_eq!((count.per_person_max, count.sensitivity), (4, Sensitivity::High));
    assert_eq!(special.catalogue().min_cell(count.sensitivity), 10);
    let count = "edu.lessons".to_owned();
    assert_eq!(may_run(&special), Err(Unprotected::Unsealable { count }), "two stages of seven");
    assert_eq!(
        special.table().map(domain::catalogue::TableSpec::cells),
        Some(2),
        "what is clear stands alone"
    );
}

/// What is written reads as what it was written from.
#[test]
fn a_written_special_period_reads_the_same() {
    let special = flood("", "").expect("read");
    let catalogue = special.catalogue().definition();
    let schools = special.area().iter().map(|(unit, above)| domain::special::AreaSchool {
        unit: unit.clone(),
        above: above.to_vec(),
    });
    let definition = SpecialDefinition {
        id: special.id().clone(),
        revision: catalogue.revision,
        label: special.label().clone(),
        first: special.first(),
        last: special.last(),
        cadence: special.cadence(),
        schools: schools.collect(),
        pulse: special.pulse().cloned(),
        dimensions: catalogue.dimensions.clone(),
        counts: catalogue.counts.clone(),
    };
    let text = special::write(&definition).expect("text");
    let again = read(PackKind::Special, "flood-2026", text.as_bytes());
    assert_eq!(again, Ok(Pack::Special(Box::new(special))));
}

/// A special period by the day may ask for services of experts to many, and never for those to one
/// student: a hub and a school refuse the whole of it.
#[test]
fn services_to_one_student_are_in_no_special_period() {
    let lessons = r#"define = { source = "lesson", count = "records", at = "in_period" }"#;
    let asked = |word: &str| {
        let service = format!(
            r#"define = {{ source = "expert_service", count = "records", at = "in_period",
            where = [{{ field = "service", any = ["{word}"] }}] }}"#
        );
        let dimension = r#"[[dimension]]
id = "service"
zh = "服务"
en = "Service"
multi = false
values = [
    { id = "lecture", zh = "讲座", en = "Lecture" },
    { id = "counselling", zh = "辅导", en = "Counselling" },
    { id = "green_channel", zh = "绿色通道", en = "Green channel" },
]

[[dimension]]
id = "stage""#;
        let text = FLOOD.replacen(lessons, &service, 1);
        let text = text.replacen("[[dimension]]\nid = \"stage\"", dimension, 1);
        match read(PackKind::Special, "flood-2026", text.as_bytes()) {
            Ok(Pack::Special(special)) => may_run(&special),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(asked("lecture"), Ok(()));
    for word in ["counselling", "green_channel"] {
        assert!(matches!(asked(word), Err(Unprotected::Clear { .. })), "{word}");
    }
}
