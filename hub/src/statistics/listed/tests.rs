//! Figures out of signed directories: who is counted where, on which day, and for how many schools.

use domain::unit::UnitKind;
use jiff::civil::{Date, date};
use prost::Message as _;
use proto::wire::directive::{Directive, Pack as WirePack};
use runtime::sealing::Pins;

use super::super::fixture::Fixture;
use super::super::value::{Amount, Blank, Reading, UnitFigures};
use crate::packs::Packs;
use crate::store::directive::{Stored, insert};

const TODAY: Date = date(2025, 11, 20);

/// Who stands in a directory: id, kind, for which area, until when.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

fn entry((id, kind, area, until): Line<'_>) -> String {
    let services = if kind == "expert" { "lecture" } else { "counselling" };
    let papers = match kind {
        "expert" => format!(
            "[entry.expert]\nspeciality = \"精神医学\"\nregistration = \"X\"\n\
             until = \"{until}\"\nload = 0\n"
        ),
        _ => format!(
            "[entry.agency]\nlicence = \"L\"\nlicensed_until = \"{until}\"\n\
             checked = \"2025-09-01\"\ncontract = \"C\"\ncontract_until = \"{until}\"\n"
        ),
    };
    let place = match area.is_empty() {
        true => String::new(),
        false if area.starts_with("37") => format!("areas = [\"{area}\"]\n"),
        false => format!("schools = [\"{area}\"]\n"),
    };
    format!(
        "[[entry]]\nid = \"{id}\"\nkind = \"{kind}\"\nzh = \"示例\"\nen = \"Example\"\n\
         services = [\"{services}\"]\n{place}phone = \"0532-1\"\nvalid_from = \"2025-09-01\"\n\
         valid_to = \"2027-08-31\"\nverified = \"2025-09-01\"\n{papers}"
    )
}

/// Publishes a directory at a hub, which reads it from its store as it does when it starts.
fn publish(
    hub: &Fixture,
    (area, level): (&str, &str),
    (serial, from): (u64, &str),
    lines: &[Line<'_>],
) {
    let head = format!("schema = \"directory/1\"\narea = \"{area}\"\nlevel = \"{level}\"\n");
    let text: String = std::iter::once(head).chain(lines.iter().map(|one| entry(*one))).collect();
    let pack = WirePack {
        kind: "directory".to_owned(),
        name: area.to_owned(),
        version: serial.to_string(),
        serial,
        effective_from: from.to_owned(),
        content: text.into_bytes(),
    };
    let directive = Directive { pack: pack.encode_to_vec(), signatures: Vec::new() };
    let stored = Stored {
        cursor: 0,
        kind: pack.kind,
        name: pack.name,
        serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: certs::digest::sha256(&pack.content).to_tagged(),
        directive: directive.encode_to_vec(),
    };
    hub.database.write("publish", move |tx| insert(tx, &stored, 1)).expect("published");
    let pins = Pins { roots: Vec::new(), zone: "qd.example".parse().expect("zone") };
    let packs = hub.database.read(move |tx| Packs::load(tx, TODAY, &pins)).expect("packs");
    hub.packs.replace(packs);
}

fn whole(hub: &Fixture, indicator: &str) -> UnitFigures {
    hub.figures(indicator, &[]).expect("figures").whole
}

fn count(hub: &Fixture, indicator: &str) -> Amount {
    match whole(hub, indicator).figures[0].reading {
        Reading::Count(amount) => amount,
        other => panic!("{indicator}: {other:?}"),
    }
}

/// Two experts for the city, one of them for a district, one whose registration has ended, and an
/// agency of which the licence has.
const LINES: [Line<'static>; 5] = [
    ("E1", "expert", "370202", "2027-01-01"),
    ("E2", "expert", "", "2027-01-01"),
    ("E3", "expert", "370203", "2025-10-01"),
    ("A1", "agency", "", "2027-01-01"),
    ("A2", "agency", "", "2025-11-01"),
];

/// The city counts who may be chosen, by papers and not by who looked at them last; a district by
/// which it is not paired does not count its expert. Before anything is published nothing is told,
/// and no zero.
#[test]
fn a_pool_is_counted_from_what_was_signed() {
    let hub = Fixture::new("370200", UnitKind::City);
    hub.member("370202", UnitKind::District, 30);
    hub.member("370203", UnitKind::District, 20);
    for indicator in ["exp.pool", "exp.paired", "agy.listed"] {
        let before = whole(&hub, indicator).figures[0].reading;
        assert!(matches!(before, Reading::Blank(Blank::NoFeed(_))), "{indicator}: {before:?}");
    }
    publish(&hub, ("370200", "city"), (1, "2025-09-01"), &LINES);
    assert_eq!(count(&hub, "exp.pool"), Amount::exact(2));
    assert_eq!(count(&hub, "agy.listed"), Amount::exact(1));
    assert_eq!(count(&hub, "exp.paired"), Amount::exact(30), "a district with all its schools");
    let told = whole(&hub, "exp.pool");
    let (reported, due) = (told.coverage.schools_reported, told.coverage.schools_due);
    assert_eq!((reported, due, told.able), (50, 50, 50));
    // What begins later is not counted yet; the version in force is.
    publish(&hub, ("370200", "city"), (2, "2025-12-01"), &LINES[3..4]);
    assert_eq!(count(&hub, "exp.pool"), Amount::exact(2));
    publish(&hub, ("370200", "city"), (3, "2025-11-20"), &LINES[3..4]);
    assert_eq!(count(&hub, "exp.pool"), Amount::exact(0), "a pool that was published empty");
}

/// A hub whose members are hubs knows of a school that is paired by name only that it may be one of
/// its; the hub above the school counts it.
#[test]
fn a_school_that_is_paired_by_name_is_counted_where_it_is_known() {
    let lines = [("E1", "expert", "S1", "2027-01-01"), ("E2", "expert", "", "2027-01-01")];
    let city = Fixture::new("370200", UnitKind::City);
    city.member("370202", UnitKind::District, 30);
    publish(&city, ("370200", "city"), (1, "2025-09-01"), &lines);
    assert_eq!(count(&city, "exp.paired"), Amount { above: 1, ..Amount::exact(0) });
    let district = Fixture::new("370202", UnitKind::District);
    district.member("S1", UnitKind::School, 0);
    district.member("S2", UnitKind::School, 0);
    publish(&district, ("370200", "city"), (1, "2025-09-01"), &lines);
    assert_eq!(count(&district, "exp.paired"), Amount::exact(1));
    assert_eq!(count(&district, "exp.pool"), Amount::exact(2), "whoever is for its schools");
}

/// Where one district has a directory the others' schools stand in the coverage as missing.
#[test]
fn coverage_says_for_whom_a_directory_is_in_force() {
    let hub = Fixture::new("370200", UnitKind::City);
    hub.member("370202", UnitKind::District, 30);
    hub.member("370203", UnitKind::District, 20);
    publish(&hub, ("370202", "district"), (1, "2025-09-01"), &LINES[..2]);
    let told = whole(&hub, "exp.pool");
    assert_eq!((told.coverage.schools_reported, told.coverage.schools_due), (30, 50));
    let other = Fixture::new("370203", UnitKind::District);
    other.member("S9", UnitKind::School, 0);
    publish(&other, ("370202", "district"), (1, "2025-09-01"), &LINES[..2]);
    let nothing = whole(&other, "exp.pool").figures[0].reading;
    assert_eq!(nothing, Reading::Blank(Blank::NotReported));
}
