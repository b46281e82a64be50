//! Which schools are due for a period: what coverage counts against.

use std::collections::BTreeMap;

use domain::period::Period;
use domain::span::Span;
use domain::special::Area;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;

use crate::packs::{KnownSpecial, Packs};
use crate::store::unit::{Stay, UnitStatus};

/// Schools that were there on the tree's day, and those that reported although they were not:
/// who came later and reports must not stand in for somebody who is due and does not. Where a
/// signed roster lists more for the year, as many as it lists: coverage is never whole while one of
/// them is not even registered. Of a special period the schools of its area are due, by the version
/// that was in force on the period's first day: one that came later makes nobody late, and nobody
/// superfluous, before it.
pub(super) fn due(
    (packs, hub): (&Packs, &UnitId),
    stays: &[Stay],
    (table, period): (&str, &str),
    reported: &dyn Fn(&str) -> bool,
) -> u32 {
    let day = tree_day(packs, period).to_string();
    match packs.special_of(table) {
        Some(latest) => {
            let known = version_of(packs, latest, period);
            due_of_area(&day, stays, (known.special.area(), reported))
        }
        None => due_on(&day, stays, reported).max(listed(packs, hub, period, (&day, stays))),
    }
}

/// The version by which a special period's figures of a period are read.
fn version_of<'p>(packs: &'p Packs, latest: &'p KnownSpecial, period: &str) -> &'p KnownSpecial {
    let period = period.parse::<Period>().ok();
    let span = period.and_then(|period| Span::of(period, packs.calendar()).ok());
    let id = latest.special.id().as_str();
    span.and_then(|span| packs.special_for(id, span.from)).unwrap_or(latest)
}

/// Schools that the roster of the hub's own area lists for the period's school year and that have
/// not left.
fn listed(packs: &Packs, hub: &UnitId, period: &str, (day, stays): (&str, &[Stay])) -> u32 {
    let period = period.parse::<Period>().ok();
    let span = period.and_then(|period| Span::of(period, packs.calendar()).ok());
    let year = span.and_then(|span| packs.sealed_years().of_area(hub, span.school_year)?.ok());
    year.map_or(0, |year| remaining(year.year().roster.schools.keys(), (day, stays)))
}

/// Schools of a list without those that are closed here, or went to another hub by the day. Who was
/// registered late, or not at all, or sits under a street, remains.
fn remaining<'u>(list: impl Iterator<Item = &'u UnitId>, (day, stays): (&str, &[Stay])) -> u32 {
    let left = |stay: &Stay| {
        stay.status == UnitStatus::Closed || stay.to.as_deref().is_some_and(|to| to <= day)
    };
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    for stay in stays {
        *known.entry(&*stay.unit).or_insert(true) &= left(stay);
    }
    let remain = list.filter(|unit| !known.get(unit.as_str()).copied().unwrap_or_default());
    u32::try_from(remain.count()).unwrap_or(u32::MAX)
}

/// Schools of an area below the members of a day, and a school that joined it later and makes up
/// for days before.
fn due_of_area(day: &str, stays: &[Stay], (area, reported): (&Area, &dyn Fn(&str) -> bool)) -> u32 {
    let is_due = |stay: &&Stay| stay.status != UnitStatus::Closed && stay.covers(day);
    let units: BTreeMap<&str, u32> = stays
        .iter()
        .filter(is_due)
        .filter_map(|stay| {
            let unit: UnitId = stay.unit.parse().ok()?;
            let came_later = stay.kind == UnitKind::School && reported(&stay.unit);
            let expected = expected_of(area, &unit, stay.kind).max(u32::from(came_later));
            Some((&*stay.unit, expected))
        })
        .collect();
    units.values().sum()
}

/// Schools of an area that a member stands for.
pub(crate) fn expected_of(area: &Area, unit: &UnitId, kind: UnitKind) -> u32 {
    match kind {
        UnitKind::School => u32::from(area.holds(unit)),
        kind if kind.is_area() => area.below(unit),
        _ => 0,
    }
}

fn due_on(day: &str, stays: &[Stay], reported: &dyn Fn(&str) -> bool) -> u32 {
    let is_due = |stay: &Stay| stay.status != UnitStatus::Closed && stay.covers(day);
    let counted = stays.iter().filter(|stay| is_due(stay) || reported(&stay.unit));
    // A unit that came back has several stays and is one unit.
    let units: BTreeMap<&str, u32> = counted
        .map(|stay| match stay.kind {
            UnitKind::School => (&*stay.unit, 1),
            kind if kind.is_area() => (&*stay.unit, stay.schools_below),
            _ => (&*stay.unit, 0),
        })
        .collect();
    units.values().sum()
}

/// The day on which the tree is looked at for a period.
pub(crate) fn tree_day(packs: &Packs, period: &str) -> Date {
    let last_of_month = |year, month| Date::new(year, month, 1).map(Date::last_of_month).ok();
    let day = match period.parse::<Period>() {
        Ok(Period::Term(term)) => packs.calendar().term(term).map(|term| term.census).ok(),
        Ok(Period::Day(day)) => Some(day),
        Ok(Period::Week { year, week }) => domain::period::week_thursday(year, week),
        Ok(Period::Month { year, month }) => last_of_month(year, month),
        Ok(Period::Half { year, half: 1 }) => last_of_month(year, 6),
        Ok(Period::Half { year, .. }) => last_of_month(year, 12),
        Ok(Period::SchoolYear(year)) => last_of_month(year + 1, 6),
        Err(_) => None,
    };
    day.unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use domain::special::AreaSchool;

    use super::*;

    fn stay(unit: &str, from: &str, status: UnitStatus) -> Stay {
        Stay {
            unit: unit.to_owned(),
            kind: UnitKind::School,
            status,
            schools_below: 0,
            from: from.to_owned(),
            to: None,
        }
    }

    /// A school that came after the tree's day and reports does not stand in for one that is due
    /// and does not report.
    #[test]
    fn late_comers_do_not_hide_who_is_missing() {
        let stays = [
            stay("DUE", "2026-09-01", UnitStatus::Invited),
            stay("LATE1", "2026-11-24", UnitStatus::Active),
            stay("LATE2", "2026-11-24", UnitStatus::Active),
            stay("CLOSED", "2026-09-01", UnitStatus::Closed),
        ];
        let due =
            |reporters: &[&str]| due_on("2026-11-06", &stays, &|unit| reporters.contains(&unit));
        assert_eq!(due(&[]), 1);
        assert_eq!(due(&["LATE1"]), 2, "one of two, not one of one");
        assert_eq!(due(&["LATE1", "LATE2"]), 3);
        assert_eq!(due(&["DUE", "LATE1", "CLOSED"]), 3);
    }

    /// A school that joined a special period later is not due before, and is counted where it makes
    /// up for a day before all the same; one that is not of the area and tells nothing is not.
    #[test]
    fn who_joined_later_is_due_where_it_tells() {
        let one = AreaSchool { unit: "S1".parse().expect("unit"), above: Vec::new() };
        let area = Area::new(vec![one]).expect("area");
        let stays = ["S1", "S2"].map(|unit| stay(unit, "2026-09-01", UnitStatus::Active));
        let due = |reporters: &[&str]| {
            let reported = |unit: &str| reporters.contains(&unit);
            due_of_area("2026-11-06", &stays, (&area, &reported))
        };
        assert_eq!((due(&[]), due(&["S1"]), due(&["S2"])), (1, 1, 2));
    }

    /// A school of the signed roster is due although it was registered after the day, or is not
    /// registered; one that was closed or moved away by the day is not.
    #[test]
    fn who_is_on_the_roster_is_due() {
        let moved = |to: &str| Stay {
            to: Some(to.to_owned()),
            ..stay("MOVED", "2026-09-01", UnitStatus::Active)
        };
        let roster = ["IN", "LATE", "NEVER", "CLOSED", "MOVED"];
        let roster: Vec<UnitId> = roster.iter().map(|id| id.parse().expect("unit")).collect();
        let at = |to: &str| {
            let stays = [
                stay("IN", "2026-09-01", UnitStatus::Active),
                stay("LATE", "2026-11-28", UnitStatus::Invited),
                stay("CLOSED", "2026-09-01", UnitStatus::Closed),
                moved(to),
            ];
            remaining(roster.iter(), ("2026-11-06", &stays))
        };
        assert_eq!(at("2026-11-01"), 3, "IN, LATE and NEVER");
        assert_eq!(at("2026-12-01"), 4, "it was still there on the day");
    }
}
