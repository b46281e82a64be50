//! Clear sheets of a term as they came to this hub: how many are enrolled in each stage, at one
//! school, or at all schools whose sheets a hub below added up.

use std::collections::BTreeMap;

use domain::catalogue::Stage;
use domain::cell;
use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use crate::packs::Packs;
use crate::store::contribution::{self, Contribution};

/// The clear count of those enrolled on the census day, by stage.
const STUDENTS: &str = "base.students";

/// The sheets that count in a task's term, by the unit that sent each.
pub(super) struct Sheets<'p> {
    packs: &'p Packs,
    by_unit: BTreeMap<String, Contribution>,
}

/// What a sheet says of those enrolled.
pub(super) struct Sheet {
    /// Persons by stage, with the number of schools that they are at.
    pub(super) enrolled: BTreeMap<Stage, (u64, u32)>,
    /// Whether a hub added it up.
    pub(super) is_sum: bool,
    /// Whether every school that is due there is in it.
    pub(super) is_whole: bool,
}

impl<'p> Sheets<'p> {
    /// Reads what came.
    pub(super) fn read(tx: &Tx<'_>, packs: &'p Packs, task: &Task) -> Result<Self, SqlError> {
        let table = packs.catalogue(&task.terms.pack).and_then(|own| own.clear_block(STUDENTS));
        let all = match table {
            Some((table, _)) => {
                let period = task.terms.period.to_string();
                contribution::all_current(tx, table.id().as_str(), &period)?
            }
            None => Vec::new(),
        };
        let by_unit = all.into_iter().map(|one| (one.place.unit.clone(), one)).collect();
        Ok(Self { packs, by_unit })
    }

    /// Whether a unit's own sheet came here.
    pub(super) fn has(&self, unit: &UnitId) -> bool {
        self.by_unit.contains_key(unit.as_str())
    }

    /// What a unit's sheet says; nothing where none came.
    pub(super) fn of(&self, unit: &UnitId) -> Result<Option<Sheet>, SqlError> {
        let Some(stored) = self.by_unit.get(unit.as_str()) else { return Ok(None) };
        // The sheet's own catalogue orders its cells.
        let digest = Digest::from_tagged(&stored.catalogue).map_err(|_| SqlError::Type)?;
        let spec = self.packs.catalogue(&digest).and_then(|own| own.table(&stored.place.table));
        let Some((spec, block)) = spec.and_then(|spec| Some((spec, spec.block(STUDENTS)?))) else {
            return Ok(None);
        };
        let told = proto::release::decode(&stored.body).map_err(|_| SqlError::Type)?;
        let cells = cell::unpack(&told.cells, spec.cells()).map_err(|_| SqlError::Type)?;
        let counts = match &told.provenance {
            Some(sums) => cell::unpack_counts(&sums.contributors, spec.cells()),
            None => Ok(vec![1; spec.cells()]),
        };
        let counts = counts.map_err(|_| SqlError::Type)?;
        let mut enrolled = BTreeMap::new();
        let own = cells.iter().zip(counts).skip(block.offset).take(block.length);
        for (at, (cell, schools)) in own.enumerate() {
            let word = block.values_at(at).unwrap_or_default().first().copied();
            if let Some((stage, persons)) = word.and_then(Stage::from_word).zip(cell.value()) {
                enrolled.insert(stage, (persons, schools));
            }
        }
        let sums = told.provenance.as_ref();
        Ok(Some(Sheet {
            enrolled,
            is_sum: sums.is_some(),
            is_whole: sums.is_none_or(|sums| sums.schools_reported >= sums.schools_due),
        }))
    }
}
