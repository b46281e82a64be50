//! What a stock says of its school: how many are enrolled in each stage, held against what both
//! departments know of the school.
//!
//! Control sums compare the cells with the number that the report itself names, so a school that
//! names more than it has could put the rest into whichever state it likes. A number
//! that is far from the signed roster, or from the clear sheet of the same census day, keeps the
//! sums with that report closed until a person has called the school. Of schools below another hub
//! only the sum of their sheets comes here, so that their numbers are held against it together.
//! Nothing is refused for it: pupils come and go, and rosters are mended.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::sealed::Kind;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use super::sheets::Sheets;
use super::towns::{self, Town};
use crate::packs::Packs;
use crate::store::sealed::{report, say};

/// How far a number may be from one that is known: so many persons, or so many percent of it.
#[derive(Clone, Copy)]
struct Slack {
    persons: u64,
    percent: u64,
}

/// Between roster and census lie up to eight months: a class that moved, and what schools lose and
/// win in a year. A cap is that of the roster or of the number that is named, so it bounds nothing.
const OF_ROSTER: Slack = Slack { persons: 10, percent: 10 };
/// Of the same day: what was mended on the roll between the two countings, or stands in a grade
/// that the roster does not have, in which nobody is counted under seal.
const OF_SHEET: Slack = Slack { persons: 5, percent: 2 };

/// What a number was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The signed roster.
    Roster,
    /// The school's clear sheet of the same census day.
    Sheet,
    /// The sum of the clear sheets of a town's schools of that day, as the hub between sent it.
    Town,
}

/// A number of persons that is far from what is known of its school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Far {
    /// The school; the hub that added its schools' sheets up where these are held together.
    pub unit: UnitId,
    /// The report, or the mark of a town's numbers.
    pub report: Digest,
    /// The term.
    pub period: Period,
    /// The stage.
    pub stage: Stage,
    /// What the report names.
    pub named: u64,
    /// What is known.
    pub known: u64,
    /// From where.
    pub by: By,
    /// What each school of a town names; nothing where it is one school.
    pub each: BTreeMap<UnitId, u64>,
}

/// What is far from what is known in a task, and whose reports wait for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// Every number, in order of unit and stage.
    pub far: Vec<Far>,
    /// The schools whose reports wait.
    pub schools: BTreeSet<UnitId>,
}

impl Slack {
    /// A town may be as far off as its largest school may be, and by a person at each: what is
    /// mended at one school comes and goes at another, and the slack of all together would hide a
    /// lie of the largest.
    fn of_town(town: &Town) -> Self {
        let of_largest = town.largest.saturating_mul(OF_SHEET.percent) / 100;
        let at_each = u64::try_from(town.named.len()).unwrap_or(u64::MAX);
        Self { persons: OF_SHEET.persons.max(of_largest).max(at_each), percent: 0 }
    }

    const fn holds(self, named: u64, known: u64) -> bool {
        let percent = known.saturating_mul(self.percent) / 100;
        let most = if percent > self.persons { percent } else { self.persons };
        named.abs_diff(known) <= most
    }
}

/// Schools whose accepted report of a stock names numbers far from what this hub knows of them,
/// each with the stages of which no person confirmed the number, and towns whose schools together
/// do; none of a flow.
///
/// # Errors
/// The store cannot be read.
pub fn far_of(tx: &Tx<'_>, packs: &Packs, task: &Task) -> Result<Off, SqlError> {
    let mut off = Off::default();
    if task.table.kind() == Kind::Flow {
        return Ok(off);
    }
    let (roster, confirmed) = (&task.year.sealed().roster, say::confirmed(tx, &task.id)?);
    let (reports, sheets) = (report::enrolled(tx, &task.id)?, Sheets::read(tx, packs, task)?);
    for one in &reports {
        let Some(listed) = roster.school(&one.school) else { continue };
        let sheet = sheets.of(&one.school)?.map(|sheet| sheet.enrolled).unwrap_or_default();
        let is_open = |stage: &Stage| !confirmed.contains(&(one.report, *stage));
        for stage in Stage::ALL.into_iter().filter(is_open) {
            let named = one.named.get(&stage).copied().unwrap_or(0);
            let told = sheet.get(&stage).map(|(persons, _)| *persons);
            let by_roster = (Some(listed.persons(stage)), By::Roster, OF_ROSTER);
            let far = [by_roster, (told, By::Sheet, OF_SHEET)].into_iter().find_map(|one| {
                let (known, by, slack) = one;
                let known = known.filter(|known| !slack.holds(named, *known))?;
                // Who is in a stage that the roster does not have is in no report.
                (by == By::Roster || listed.has(stage)).then_some((known, by))
            });
            if let Some((known, by)) = far {
                let (unit, report, each) = (one.school.clone(), one.report, BTreeMap::new());
                let period = task.terms.period;
                off.far.push(Far { unit, report, period, stage, named, known, by, each });
                off.schools.insert(one.school.clone());
            }
        }
    }
    for town in towns::complete(tx, task, (&reports, &sheets))? {
        let Some(far) = far_together(&town) else { continue };
        if !say::is_confirmed(tx, (&far.report, far.stage))? {
            off.schools.extend(far.each.keys().cloned());
            off.far.push(far);
        }
    }
    off.far.sort_by(|a, b| (&a.unit, a.stage).cmp(&(&b.unit, b.stage)));
    Ok(off)
}

/// What the schools of a town name together, where that is far from the sum of their sheets.
fn far_together(town: &Town) -> Option<Far> {
    let named = town.sum();
    let known = town.known.filter(|known| !Slack::of_town(town).holds(named, *known))?;
    let (unit, report, each) = (town.unit.clone(), town.mark(), town.named.clone());
    let (period, stage, by) = (town.period, town.stage, By::Town);
    Some(Far { unit, report, period, stage, named, known, by, each })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pupils come and go; a school that names its cap is far from its roster at every size.
    #[test]
    fn a_cap_is_far_and_a_class_is_near() {
        for (listed, named, holds) in [
            (300, 300, true),
            (300, 330, true),
            (300, 270, true),
            (300, 331, false),
            (300, 511, false),
            (40, 50, true),
            (40, 51, false),
            (0, 11, false),
            (2_000, 2_200, true),
            (u64::MAX, 0, false),
        ] {
            assert_eq!(OF_ROSTER.holds(named, listed), holds, "{named} of {listed}");
        }
        for (told, named, holds) in [(300, 306, true), (300, 307, false), (40, 45, true)] {
            assert_eq!(OF_SHEET.holds(named, told), holds, "{named} of {told}");
        }
    }

    /// A school of 2,000 that adds a tenth stands out in its town, however many schools are there;
    /// a pupil at each of them does not.
    #[test]
    fn one_large_school_does_not_hide_in_its_town() {
        let town = |schools: u32, largest: u64| Town {
            unit: "T1".parse().expect("unit"),
            period: "2026S1".parse().expect("period"),
            stage: Stage::Junior,
            named: (0..schools)
                .map(|n| (format!("S{n}").parse().expect("unit"), largest))
                .collect(),
            known: None,
            largest,
        };
        for (schools, largest, by, holds) in [
            (12, 2_000, 200, false),
            (12, 2_000, 41, false),
            (12, 2_000, 40, true),
            (30, 300, 30, true),
            (30, 300, 31, false),
            (3, 60, 5, true),
            (3, 60, 6, false),
        ] {
            let town = town(schools, largest);
            let sum = town.sum();
            assert_eq!(Slack::of_town(&town).holds(sum + by, sum), holds, "{schools}: {by}");
            assert_eq!(Slack::of_town(&town).holds(sum - by, sum), holds, "{schools}: -{by}");
        }
    }
}
