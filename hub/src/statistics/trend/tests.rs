//! A trend against single questions, period by period, and its breaks.

use std::collections::BTreeSet;

use certs::digest::sha256;
use domain::unit::UnitKind;
use jiff::civil::date;
use proto::pack::{PackKind, embedded};

use super::super::fixture::{CLEAR, Fixture, NOW_MS, ROUNDED, SCHOOLS, School, TERM};
use super::super::{Blank, Floor, Indicator, Members, Query, Reading, figures};
use super::*;
use crate::store::contradiction::{self, Contradiction};
use crate::store::unit;

fn period(text: &str) -> Period {
    text.parse().expect("period")
}

fn ends(from: &str, to: &str) -> Vec<Period> {
    let calendar = embedded::calendar().expect("calendar");
    run((period(from), period(to)), &calendar).expect("run")
}

fn read(hub: &Fixture, indicator: &str, (from, to): (&str, &str)) -> Trend {
    let (indicator, periods) = (indicator.to_owned(), ends(from, to));
    let found = hub
        .statistics()
        .read(move |tx, packs, at| trend(tx, packs, at, (indicator.as_str(), &periods)));
    found.expect("trend")
}

fn single(hub: &Fixture, indicator: &str, period: Period) -> Figures {
    let (indicator, by, members) = (indicator.to_owned(), Vec::new(), Members::Left);
    let query = Query { indicator, period, by, members };
    hub.statistics().read(move |tx, packs, at| figures(tx, packs, at, &query)).expect("figures")
}

/// Takes tables of some schools for a period and seals.
fn report(hub: &Fixture, schools: &[School], (table, of): (&str, &str)) {
    for school in schools {
        let release = school.release_in(&hub.packs.last(), table, period(of));
        hub.fold(&release, 1, NOW_MS);
    }
    hub.seal(NOW_MS);
}

fn registered() -> Fixture {
    let hub = Fixture::new("370202", UnitKind::District);
    SCHOOLS.iter().for_each(|school| hub.member(school.id, UnitKind::School, 0));
    hub
}

/// The reports of two terms and five weeks: whole, in part, with schools that wait for others, of
/// too few schools to be shown, and of nobody.
fn history() -> Fixture {
    let hub = registered();
    for table in [CLEAR, ROUNDED] {
        report(&hub, &SCHOOLS, (table, TERM));
        report(&hub, &SCHOOLS[..7], (table, "2026-W02"));
        report(&hub, &SCHOOLS[7..9], (table, "2026-W02"));
        report(&hub, &SCHOOLS[..3], (table, "2026-W04"));
        report(&hub, &SCHOOLS, (table, "2026-W05"));
    }
    report(&hub, &SCHOOLS[..5], (CLEAR, "2025S2"));
    let words = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
    let broken = Contradiction {
        place: hub.at.id.clone(),
        school_year: 2025,
        detail: contradiction::ROUNDED.to_owned(),
        stage: String::new(),
        groups: BTreeSet::new(),
        identity: "mentors".to_owned(),
        relation: "mtr.assigned <= base.students".to_owned(),
        stratum: String::new(),
        counts: words(&["mtr.assigned", "base.students"]),
        tables: words(&[CLEAR]),
        from: period(TERM),
        to: period(TERM),
    };
    let kept = hub
        .database
        .write("broken", move |tx| contradiction::replace(tx, |_| true, vec![broken], NOW_MS));
    kept.expect("kept");
    hub
}

/// Every indicator of the catalogue has in every period of a trend exactly what asking for the
/// period alone gives: figure, blank, coverage, snapshots, what waits and what is contradicted. So
/// a trend tells nothing that single questions do not.
#[test]
fn each_period_is_what_it_is_alone() {
    let hub = history();
    let catalogue = hub.packs.last().in_force().catalogue.clone();
    let (mut values, mut blanks, mut marked, mut waiting) = (0, BTreeSet::new(), 0, 0);
    for indicator in Indicator::all(&catalogue) {
        for span in [("2025S1", "2025S2"), ("2026-W01", "2026-W06")] {
            let found = read(&hub, indicator.id(), span);
            assert_eq!(found.points.len(), ends(span.0, span.1).len());
            for point in &found.points {
                let alone = single(&hub, indicator.id(), point.figures.period);
                assert_eq!(point.figures, alone, "{}", indicator.id());
                let reading = alone.whole.figures[0].reading;
                values += usize::from(reading.blank().is_none());
                blanks.extend(reading.blank().map(|blank| format!("{blank:?}")));
                marked += alone.whole.contradictions.len();
                waiting += usize::from(alone.waiting > 0);
            }
        }
    }
    let seen = |blank: Blank| blanks.contains(&format!("{blank:?}"));
    assert!(values > 20 && marked > 0 && waiting > 0, "{values} {marked} {waiting}");
    assert!(seen(Blank::NotReported) && seen(Blank::Suppressed(Floor::Waiting)), "{blanks:?}");
    assert!(seen(Blank::Unsupported), "{blanks:?}");
}

/// A period of which nobody reported breaks the line and says so; where schools due changed, both
/// numbers are named, and the blank between hides no change.
#[test]
fn silence_and_reorganisations_break_the_line() {
    let hub = registered();
    report(&hub, &SCHOOLS, (CLEAR, "2026-W02"));
    report(&hub, &SCHOOLS, (CLEAR, "2026-W04"));
    let moved = hub.database.write("move", |tx| {
        let (school, other) = ("P01".parse().expect("id"), "370203".parse().expect("id"));
        unit::place(tx, &school, &other, date(2026, 1, 26), NOW_MS)
    });
    moved.expect("moved");
    report(&hub, &SCHOOLS[1..], (CLEAR, "2026-W05"));
    let found = read(&hub, "base.students", ("2026-W02", "2026-W05"));
    let breaks: Vec<&[Break]> = found.points.iter().map(|one| one.breaks.as_slice()).collect();
    assert!(breaks[0].is_empty() && breaks[2].is_empty(), "{breaks:?}");
    assert_eq!(breaks[1], [Break::NoValue(Blank::NotReported)]);
    assert_eq!(breaks[3], [Break::Schools { before: 14, now: 13 }]);
    let why = Break::Schools { before: 14, now: 13 }.why();
    assert!(why.zh.contains("由 14 所变为 13 所") && why.en.contains("from 14 to 13"), "{why:?}");
    assert!(matches!(found.points[3].figures.whole.figures[0].reading, Reading::Count(_)));
}

/// Puts a catalogue into force in which a text is another one.
fn change(hub: &Fixture, what: &str, to: &str) {
    let bytes = embedded::find(PackKind::Catalogue, "catalogue").expect("pack").bytes;
    let text = std::str::from_utf8(bytes).expect("text");
    assert!(text.contains(what), "the catalogue says {what}");
    let text = text.replacen(what, to, 1);
    let pack = proto::pack::read(PackKind::Catalogue, "catalogue", text.as_bytes());
    let mut packs = Packs::clone(&hub.packs.last());
    packs.take(pack.expect("pack"), sha256(text.as_bytes()), true);
    hub.packs.replace(packs);
}

/// Another name is no other definition; another day on which is counted is one, of the indicator
/// that it is about and of no other.
#[test]
fn only_another_definition_breaks_the_line() {
    let hub = registered();
    report(&hub, &SCHOOLS, (CLEAR, "2026-W02"));
    change(&hub, "zh = \"学校数\"", "zh = \"学校总数\"");
    report(&hub, &SCHOOLS, (CLEAR, "2026-W03"));
    let source = "define = { source = \"school\", count = \"units\", at = ";
    change(&hub, &format!("{source}\"period_end\""), &format!("{source}\"census_day\""));
    report(&hub, &SCHOOLS, (CLEAR, "2026-W04"));
    let breaks = |indicator: &str| -> Vec<Vec<Break>> {
        let found = read(&hub, indicator, ("2026-W02", "2026-W04"));
        found.points.into_iter().map(|one| one.breaks).collect()
    };
    assert_eq!(breaks("base.schools"), [vec![], vec![], vec![Break::Definition]]);
    assert!(breaks("base.students").iter().all(Vec::is_empty), "of no other indicator");
}

/// A run has every period of its length between its ends, across years, and no more than it may.
#[test]
fn a_run_leaves_no_period_out() {
    let texts = |from: &str, to: &str| -> Vec<String> {
        ends(from, to).iter().map(ToString::to_string).collect()
    };
    assert_eq!(texts("2026-W52", "2027-W02"), ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]);
    assert_eq!(texts("2025-12", "2026-01"), ["2025-12", "2026-01"]);
    assert_eq!(texts("2025S1", "2025S2"), ["2025S1", "2025S2"]);
    assert_eq!(texts("2025H2", "2026H2"), ["2025H2", "2026H1", "2026H2"]);
    assert_eq!(texts("2025Y", "2026Y"), ["2025Y", "2026Y"]);
    assert_eq!(texts("2026-02-28", "2026-03-01"), ["2026-02-28", "2026-03-01"]);
    let calendar = embedded::calendar().expect("calendar");
    let refused = |from: &str, to: &str| run((period(from), period(to)), &calendar).err();
    assert_eq!(refused("2025S1", "2026-W01"), Some(RunError::Lengths));
    assert_eq!(refused("2026-W02", "2026-W01"), Some(RunError::Order));
    assert_eq!(refused("1990S1", "1990S2"), Some(RunError::NoTerm));
    assert_eq!(refused("2016-W01", "2026-W52"), Some(RunError::TooLong));
    assert_eq!(ends("2016-W01", "2025-W52").len(), 521, "ten years of weeks");
    let last = latest((period("2016-W01"), period("2027-W01")), &calendar, 3);
    assert_eq!(last, ends("2026-W52", "2027-W01"));
}
