//! What a stock says of its school: how many are enrolled in each stage, held against what both
//! departments know of the school.
//!
//! Control sums compare the cells with the number that the report itself names, so a school that
//! names more than it has could put the rest into whichever state it likes. A number
//! that is far from the signed roster, or from the clear sheet of the same census day, keeps the
//! sums with that report closed until a person has called the school. Nothing is refused for it:
//! pupils come and go, and rosters are mended.

use std::collections::BTreeMap;

use domain::catalogue::Stage;
use domain::cell;
use domain::digest::Digest;
use domain::disclosure::sealed::Kind;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use crate::packs::Packs;
use crate::store::contribution::{self, Place};
use crate::store::sealed::{report, say};

/// The clear count of those enrolled on the census day, by stage.
const STUDENTS: &str = "base.students";

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
}

/// A number of persons that is far from what is known of its school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Far {
    /// The school.
    pub school: UnitId,
    /// The report.
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
}

impl By {
    const fn slack(self) -> Slack {
        match self {
            Self::Roster => OF_ROSTER,
            Self::Sheet => OF_SHEET,
        }
    }
}

impl Slack {
    const fn holds(self, named: u64, known: u64) -> bool {
        let percent = known.saturating_mul(self.percent) / 100;
        let most = if percent > self.persons { percent } else { self.persons };
        named.abs_diff(known) <= most
    }
}

/// Schools whose accepted report of a stock names numbers far from what this hub knows of them,
/// each with the stages of which no person confirmed the number; none of a flow.
///
/// # Errors
/// The store cannot be read.
pub fn far_of(
    tx: &Tx<'_>,
    packs: &Packs,
    task: &Task,
) -> Result<BTreeMap<UnitId, Vec<Far>>, SqlError> {
    let mut found: BTreeMap<UnitId, Vec<Far>> = BTreeMap::new();
    if task.table.kind() == Kind::Flow {
        return Ok(found);
    }
    let (roster, confirmed) = (&task.year.sealed().roster, say::confirmed(tx, &task.id)?);
    for one in report::enrolled(tx, &task.id)? {
        let Some(listed) = roster.school(&one.school) else { continue };
        let sheet = on_sheet(tx, packs, (&one.school, task))?;
        let is_open = |stage: &Stage| !confirmed.contains(&(one.report, *stage));
        for stage in Stage::ALL.into_iter().filter(is_open) {
            let named = one.named.get(&stage).copied().unwrap_or(0);
            let told = sheet.get(&stage).copied();
            let known = [(Some(listed.persons(stage)), By::Roster), (told, By::Sheet)];
            let far = known.into_iter().find_map(|(known, by)| {
                let known = known.filter(|known| !by.slack().holds(named, *known))?;
                // Who is in a stage that the roster does not have is in no report.
                (by == By::Roster || listed.has(stage)).then_some((known, by))
            });
            if let Some((known, by)) = far {
                let (school, report) = (one.school.clone(), one.report);
                let far =
                    Far { school, report, period: task.terms.period, stage, named, known, by };
                found.entry(one.school.clone()).or_default().push(far);
            }
        }
    }
    Ok(found)
}

/// Those enrolled by stage on the clear sheet of a school of the same term, where this hub has it.
fn on_sheet(
    tx: &Tx<'_>,
    packs: &Packs,
    (unit, task): (&UnitId, &Task),
) -> Result<BTreeMap<Stage, u64>, SqlError> {
    let mut found = BTreeMap::new();
    let table = packs.catalogue(&task.terms.pack).and_then(|own| own.clear_block(STUDENTS));
    let Some((table, _)) = table else { return Ok(found) };
    let place = Place {
        unit: unit.to_string(),
        table: table.id().to_string(),
        period: task.terms.period.to_string(),
    };
    let Some(stored) = contribution::current(tx, &place)? else { return Ok(found) };
    // The sheet's own catalogue orders its cells.
    let digest = Digest::from_tagged(&stored.catalogue).map_err(|_| SqlError::Type)?;
    let spec = packs.catalogue(&digest).and_then(|own| own.table(&stored.place.table));
    let Some((spec, block)) = spec.and_then(|spec| Some((spec, spec.block(STUDENTS)?))) else {
        return Ok(found);
    };
    let told = proto::release::decode(&stored.body).map_err(|_| SqlError::Type)?;
    let cells = cell::unpack(&told.cells, spec.cells()).map_err(|_| SqlError::Type)?;
    for (at, cell) in cells.iter().skip(block.offset).take(block.length).enumerate() {
        let word = block.values_at(at).unwrap_or_default().first().copied();
        if let Some((stage, persons)) = word.and_then(Stage::from_word).zip(cell.value()) {
            found.insert(stage, persons);
        }
    }
    Ok(found)
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
}
