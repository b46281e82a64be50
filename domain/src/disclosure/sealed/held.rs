//! What a hub holds of the schools for a task, as the open plan judges it, and the days in which a
//! school can object.
//!
//! Nothing here looks at a figure. A flow is never carried, and a stock only after its close:
//! before it, a school that is late is awaited. Whether the groups of an opening are complete is
//! the open plan's rule, see [`super::super::plan::Openings::admit`].

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::plan::Reports;
use super::Kind;
use crate::unit::UnitId;

/// Whether reports of the period are still awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its close has not come.
    Awaited,
    /// Its close has passed.
    Closed,
}

/// The schools of an area as a hub's store knows them for a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Those whose report of this task both hubs accepted.
    pub accepted: BTreeSet<UnitId>,
    /// Those of which a report of an earlier term over the same cells was accepted last.
    pub earlier: BTreeSet<UnitId>,
    /// Those that are neither closed nor out of session.
    pub in_session: BTreeSet<UnitId>,
}

/// When the digests of the reports that would be opened were listed for their schools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The day.
    pub on: Date,
    /// Schools that said that the digest listed for them is not theirs.
    pub objections: BTreeSet<UnitId>,
}

/// Why a sum waits although its groups are complete.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Objectable {
    /// The digests were not listed yet.
    #[error("the digests of these reports have not been listed for their schools")]
    Unlisted,
    /// Schools can still object.
    #[error("schools can object until {0}")]
    Until(Date),
    /// Schools objected.
    #[error("{} schools objected to the digest listed for them", .0.len())]
    Objected(BTreeSet<UnitId>),
}

impl Held {
    /// The reports of a task as the open plan judges them.
    ///
    /// A school that closed stays in its group: its stock is carried until the year ends and its
    /// flow is zero.
    #[must_use]
    pub fn reports(&self, kind: Kind, phase: Phase) -> Reports {
        let carried = match (kind, phase) {
            (Kind::Stock, Phase::Closed) => &self.earlier - &self.accepted,
            (Kind::Flow, _) | (Kind::Stock, Phase::Awaited) => BTreeSet::new(),
        };
        Reports { fresh: self.accepted.clone(), carried, in_session: self.in_session.clone() }
    }
}

impl Listing {
    /// Whether schools could object long enough, and none did.
    ///
    /// # Errors
    /// Why the sum waits.
    pub fn is_over(listing: Option<&Self>, kind: Kind, today: Date) -> Result<(), Objectable> {
        let listing = listing.ok_or(Objectable::Unlisted)?;
        if !listing.objections.is_empty() {
            return Err(Objectable::Objected(listing.objections.clone()));
        }
        let until = listing.on.saturating_add(kind.objection_days().days());
        if today < until { Err(Objectable::Until(until)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;
    use crate::catalogue::{Grade, Stage};
    use crate::disclosure::plan::{GROUP_MIN, Openings, Plan, Refusal, Roster};
    use crate::disclosure::plan::{Listed, School};

    fn unit(number: u32) -> UnitId {
        format!("S{number}").parse().expect("unit")
    }

    fn units(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<UnitId> {
        numbers.into_iter().map(unit).collect()
    }

    /// Six junior schools of one town, which are one group.
    fn roster() -> Roster {
        let schools = (1..=6).map(|number| {
            let grades = [7, 8, 9].map(|grade| (Grade::school(grade).expect("grade"), [40, 40, 0]));
            let school = School {
                town: "T1".parse().expect("unit"),
                operator: format!("operator {number}"),
                listed: Listed { education: 2020, health: 2020 },
                is_signed: true,
                stages: BTreeMap::from([(Stage::Junior, BTreeMap::from(grades))]),
            };
            (unit(number), school)
        });
        Roster { area: "370203".parse().expect("unit"), year: 2026, schools: schools.collect() }
    }

    /// What the open plan says to its one group.
    fn check(kind: Kind, phase: Phase, held: &Held) -> Result<usize, Refusal> {
        let roster = roster();
        let plan = Plan::build(GROUP_MIN, &roster, &[]);
        let groups = plan.groups().iter().map(|group| group.id.clone()).collect();
        let reports = held.reports(kind, phase);
        let admitted =
            Openings::default().admit((&plan, &roster), &groups, "tier x stage", &reports);
        admitted.map(|set| set.len())
    }

    fn waits_for(answer: &Result<usize, Refusal>) -> Option<UnitId> {
        match answer {
            Err(Refusal::Waits { school, .. }) => Some(school.clone()),
            _ => None,
        }
    }

    /// A week of a group opens when all its schools are in, however late, and never without one:
    /// an earlier report stands for nothing.
    #[test]
    fn a_flow_waits_for_every_school() {
        let mut held = Held { in_session: units(1..=6), ..Held::default() };
        (held.accepted, held.earlier) = (units(1..=5), units(1..=6));
        for phase in [Phase::Awaited, Phase::Closed] {
            assert_eq!(waits_for(&check(Kind::Flow, phase, &held)), Some(unit(6)));
        }
        held.accepted = units(1..=6);
        assert_eq!(check(Kind::Flow, Phase::Awaited, &held), Ok(6));
    }

    /// A stock waits until the close; then a missing school's last report is carried, if enough
    /// others are fresh.
    #[test]
    fn a_stock_is_carried_only_after_its_close() {
        let mut held = Held { in_session: units(1..=6), ..Held::default() };
        (held.accepted, held.earlier) = (units(1..=5), units([6]));
        assert_eq!(waits_for(&check(Kind::Stock, Phase::Awaited, &held)), Some(unit(6)));
        assert_eq!(check(Kind::Stock, Phase::Closed, &held), Ok(6));
        (held.accepted, held.earlier) = (units(1..=4), units(1..=6));
        let stale = check(Kind::Stock, Phase::Closed, &held);
        assert!(matches!(stale, Err(Refusal::Stale { fresh: 4, .. })), "{stale:?}");
        assert_eq!(held.reports(Kind::Stock, Phase::Closed).carried, units([5, 6]));
    }

    /// A school that closed is carried or zero, is not waited for and makes no group large enough.
    #[test]
    fn a_closed_school_does_not_make_a_group_large_enough() {
        let mut held = Held { in_session: units(1..=5), ..Held::default() };
        (held.accepted, held.earlier) = (units(1..=5), units([6]));
        assert_eq!(check(Kind::Flow, Phase::Closed, &held), Ok(6));
        assert_eq!(check(Kind::Stock, Phase::Closed, &held), Ok(6));
        assert_eq!(held.reports(Kind::Stock, Phase::Closed).carried, units([6]));
        held.in_session = units(1..=4);
        held.accepted = units(1..=6);
        let closed = check(Kind::Flow, Phase::Closed, &held);
        assert!(matches!(closed, Err(Refusal::Closed(_))), "{closed:?}");
    }

    /// Schools have a day for a week and seven for a term; an objection keeps the sum closed.
    #[test]
    fn schools_can_object_first() {
        let listing = Listing { on: date(2026, 11, 2), objections: BTreeSet::new() };
        let on = |kind, day| Listing::is_over(Some(&listing), kind, date(2026, 11, day));
        let until = |day| Err(Objectable::Until(date(2026, 11, day)));
        assert_eq!(on(Kind::Flow, 2), until(3));
        assert_eq!(on(Kind::Flow, 3), Ok(()));
        assert_eq!(on(Kind::Stock, 8), until(9));
        assert_eq!(on(Kind::Stock, 9), Ok(()));
        let unlisted = Listing::is_over(None, Kind::Flow, date(2026, 11, 30));
        assert_eq!(unlisted, Err(Objectable::Unlisted));
        let objected = Listing { objections: units([2]), ..listing };
        let answer = Listing::is_over(Some(&objected), Kind::Stock, date(2026, 11, 30));
        assert_eq!(answer, Err(Objectable::Objected(units([2]))));
    }
}
