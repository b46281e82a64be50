//! What members' clear sheets and rounded tables tell of figures about persons.
//!
//! The revision that counts is taken: an earlier one says something else about the same persons,
//! and two that contradict each other bound nothing together.

use domain::catalogue::{Block, Catalogue, Count, Stage, is_rounded};
use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::disclosure::ROUNDING_BASE;
use domain::disclosure::attacker::{Printed, SeenCell, SeenTable};
use domain::period::Period;
use runtime::sql::{SqlError, Tx};

use super::links::{self, Link};
use super::tree::{GRADE, STAGE, Tree};
use super::{Place, SeenError};
use crate::packs::Packs;
use crate::store::contribution::{self, Contribution};

/// One release as it counts.
struct Sheet<'s> {
    unit: &'s str,
    period: &'s str,
    table: &'s str,
    cells: Vec<Cell>,
    /// Schools in each cell.
    contributors: Vec<u32>,
    /// Schools that are due; nothing of a school's own sheet.
    due: Option<u32>,
}

/// Every sheet of the year as tables.
pub(super) fn tables(
    tx: &Tx<'_>,
    place: Place<'_>,
    tree: &Tree,
) -> Result<Vec<SeenTable>, SeenError> {
    let mut found = Vec::new();
    for (table, period) in contribution::kinds(tx)? {
        let of_year = period.parse::<Period>().is_ok_and(|period| place.is_of_year(period));
        if !of_year || !is_about_persons(&table) {
            continue;
        }
        found.extend(of_table(tx, place.packs, tree, (&table, &period))?);
    }
    Ok(found)
}

/// The sheets of a period as tables.
pub(crate) fn of_period(
    tx: &Tx<'_>,
    packs: &Packs,
    tree: &Tree,
    period: &str,
) -> Result<Vec<SeenTable>, SeenError> {
    let mut found = Vec::new();
    for (table, of) in contribution::kinds(tx)? {
        if of == period && is_about_persons(&table) {
            found.extend(of_table(tx, packs, tree, (&table, period))?);
        }
    }
    Ok(found)
}

fn of_table(
    tx: &Tx<'_>,
    packs: &Packs,
    tree: &Tree,
    (table, period): (&str, &str),
) -> Result<Vec<SeenTable>, SeenError> {
    let mut found = Vec::new();
    for stored in contribution::all_current(tx, table, period)? {
        if tree.units().contains_key(&stored.place.unit) {
            found.extend(of_sheet(packs, tree, &stored)?);
        }
    }
    Ok(found)
}

/// Whether a table tells anything about persons.
fn is_about_persons(table: &str) -> bool {
    table.starts_with("clear.") || is_rounded(table)
}

/// What one sheet tells of hidden tables.
fn of_sheet(
    packs: &Packs,
    tree: &Tree,
    stored: &Contribution,
) -> Result<Vec<SeenTable>, SeenError> {
    let digest = Digest::from_tagged(&stored.catalogue).map_err(|_| SqlError::Type)?;
    let catalogue = packs.catalogue(&digest).ok_or(SeenError::Catalogue)?;
    let spec = catalogue.table(&stored.place.table).ok_or(SeenError::Catalogue)?;
    let claimed = proto::release::decode(&stored.body).map_err(|_| SqlError::Type)?;
    let cells = cell::unpack(&claimed.cells, spec.cells()).map_err(|_| SqlError::Type)?;
    let (contributors, due) = match &claimed.provenance {
        Some(sums) => {
            let counts = cell::unpack_counts(&sums.contributors, spec.cells());
            (counts.map_err(|_| SqlError::Type)?, Some(sums.schools_due))
        }
        None => (cells.iter().map(|cell| u32::from(cell.value().is_some())).collect(), None),
    };
    let sheet = Sheet {
        unit: &stored.place.unit,
        period: &stored.place.period,
        table: &stored.place.table,
        cells,
        contributors,
        due,
    };
    let mut found = Vec::new();
    for block in spec.blocks() {
        if let Some(count) = catalogue.count(&block.indicator) {
            for link in links::of(catalogue, count) {
                found.extend(sheet.linked(tree, (block, count), &link));
            }
        } else if catalogue.partition(&block.indicator).is_some() {
            found.push(sheet.rounded(catalogue, block));
        }
    }
    Ok(found)
}

impl Sheet<'_> {
    /// A clear count as a part of a hidden table, one table for each stage.
    fn linked(&self, tree: &Tree, (block, count): (&Block, &Count), link: &Link) -> Vec<SeenTable> {
        let by_stage = block.dims().position(|dim| dim.as_str() == STAGE);
        let mut found = Vec::new();
        for at in 0..block.length {
            let place = block.offset + at;
            let Some(printed) = self.printed(place, link.width, 0) else { continue };
            let values = block.values_at(at).unwrap_or_default();
            let stage = by_stage.and_then(|axis| values.get(axis).copied());
            let entry = link.entry.clone();
            let id = format!("{}/{}/{}", self.unit, self.period, count.id);
            let (dims, key, members) = match stage {
                None => (vec![link.first.clone()], vec![entry], None),
                Some(word) => {
                    let known = Stage::from_word(word).and_then(|one| tree.stage(self.unit, one));
                    let (dim, part, members) = match known {
                        Some((members, _)) if link.is_by_stage => {
                            (STAGE, word.to_owned(), Some(members))
                        }
                        Some((members, grades)) => (GRADE, grades, Some(members)),
                        None if tree.schools(self.unit).is_empty() => {
                            (STAGE, word.to_owned(), None)
                        }
                        // A stage that the roster does not know cannot be told from others.
                        None => continue,
                    };
                    let members = members.filter(|members| *members != [self.unit]);
                    (vec![link.first.clone(), dim.to_owned()], vec![entry, part], members)
                }
            };
            let id = stage.map_or(id.clone(), |stage| format!("{id}/{stage}"));
            let cells = vec![SeenCell { key, printed }];
            found.push(self.table((id, &link.measure), (dims, members), cells));
        }
        found
    }

    /// A rounded partition, cell by cell.
    fn rounded(&self, catalogue: &Catalogue, block: &Block) -> SeenTable {
        let is_special = !catalogue.tables().iter().any(|spec| spec.id().as_str() == "clear.term");
        let measure = if is_special { self.table } else { &block.indicator };
        let dims = block.dims().map(|dim| dim.as_str().to_owned()).collect();
        let cells = (0..block.length).map(|at| {
            let values = block.values_at(at).unwrap_or_default();
            let printed = self.printed(block.offset + at, 1, ROUNDING_BASE - 1);
            SeenCell {
                key: values.into_iter().map(str::to_owned).collect(),
                printed: printed.unwrap_or(Printed::Between(0, None)),
            }
        });
        let id = format!("{}/{}/{}", self.unit, self.period, block.indicator);
        self.table((id, measure), (dims, None), cells.collect())
    }

    /// What a cell says: a value that may be as much higher as its band is wide, or off by as much
    /// as rounding moves it, for each school in it. A sum that some schools are not in is no more
    /// than a lower end.
    fn printed(&self, place: usize, width: u64, slack: u64) -> Option<Printed> {
        let value = self.cells.get(place)?.value()?;
        let count = u64::from(self.contributors.get(place).copied().unwrap_or(0));
        let low = value.saturating_sub(slack.saturating_mul(count));
        let above = (width - 1).saturating_add(slack).saturating_mul(count);
        let is_whole = self.due.is_none_or(|due| u64::from(due) == count);
        Some(match (is_whole, above) {
            (true, 0) => Printed::Exact(value),
            (true, above) => Printed::Between(low, Some(value.saturating_add(above))),
            (false, _) => Printed::Between(low, None),
        })
    }

    fn table(
        &self,
        (id, measure): (String, &str),
        (dims, members): (Vec<String>, Option<Vec<String>>),
        cells: Vec<SeenCell>,
    ) -> SeenTable {
        SeenTable {
            id,
            unit: self.unit.to_owned(),
            period: self.period.to_owned(),
            measure: measure.to_owned(),
            dims,
            members,
            carried: std::collections::BTreeMap::new(),
            cells,
        }
    }
}
