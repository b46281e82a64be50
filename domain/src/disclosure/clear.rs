//! Rule L1: the clear sheet carries operational counts exactly and figures about persons only in
//! wide bands.
//!
//! Which sources are operational is decided here and nowhere else. No margin is added: the cells
//! are disjoint, so every banded cell can be anything in its band.

use super::{BAND_MIN, BAND_STRATUM_MIN, DisclosureError, RawTable, band};
use crate::catalogue::{Block, Catalogue, Channel, Count, Field, Source};
use crate::cell::Cell;

/// A clear sheet: made from a raw table by rule L1 and in no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearSheet {
    cells: Vec<Cell>,
}

impl ClearSheet {
    /// Applies rule L1 to every block of a table.
    ///
    /// # Errors
    /// The table is none of the catalogue's, or a block may not stand on a clear sheet.
    pub fn protect(raw: RawTable, catalogue: &Catalogue) -> Result<Self, DisclosureError> {
        let RawTable { table, mut cells } = raw;
        let spec = catalogue
            .table(table.as_str())
            .filter(|spec| spec.cells() == cells.len())
            .ok_or(DisclosureError::Table(table))?;
        let enrolled = spec.block("base.students").map(|block| by_stage(block, &cells));
        for block in spec.blocks() {
            let count = allowed(catalogue, block)?;
            let Some(definition) = &count.definition else {
                continue;
            };
            let Some(width) = definition.band else {
                continue;
            };
            for place in 0..block.length {
                let enough = match definition.stratum_min {
                    None => true,
                    Some(minimum) => {
                        let needed = u64::from(minimum).max(BAND_STRATUM_MIN);
                        stage_at(block, place)
                            .is_some_and(|stage| total(enrolled.as_deref(), stage) >= needed)
                    }
                };
                let Some(cell) = cells.get_mut(block.offset + place) else {
                    continue;
                };
                *cell = match *cell {
                    Cell::Value(_) if !enough => Cell::NotApplicable,
                    Cell::Value(figure) => Cell::Value(band(figure, width.into())),
                    blank => blank,
                };
            }
        }
        Ok(Self { cells })
    }

    /// The cells that may leave.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

fn allowed<'c>(catalogue: &'c Catalogue, block: &Block) -> Result<&'c Count, DisclosureError> {
    let refused = |reason| DisclosureError::Clear { indicator: block.indicator.clone(), reason };
    let count =
        catalogue.count(&block.indicator).ok_or_else(|| refused("the catalogue lacks it"))?;
    may_be_clear(count).map_err(refused)?;
    Ok(count)
}

/// Whether a count may stand on a clear sheet by the floors that are compiled in.
///
/// # Errors
/// Which floor it breaks.
pub fn may_be_clear(count: &Count) -> Result<(), &'static str> {
    if count.channel != Channel::Clear {
        return Err("its channel is not clear");
    }
    // A count without a definition is reported as unsupported and carries no figure.
    let Some(definition) = &count.definition else {
        return Ok(());
    };
    let about_state = |field: Field| {
        matches!(
            field,
            Field::AlertState | Field::Tier | Field::Band | Field::Outcome | Field::Confirmed
        )
    };
    let by_state = definition.filters.iter().any(|filter| about_state(filter.field))
        || count.dims.iter().any(|dim| ["alert_state", "tier", "band"].contains(&dim.as_str()));
    if is_operational(definition.source) && !by_state {
        return Ok(());
    }
    match definition.band {
        None if definition.source == Source::Screening && !by_state => Ok(()),
        None => Err("it is about persons and has no band"),
        Some(width) if u64::from(width) < BAND_MIN => Err("its band is narrower than 10"),
        Some(_) if count.dims.is_empty() => Ok(()),
        Some(_) if count.dims.iter().any(|dim| dim.as_str() != "stage") => {
            Err("its band is broken down by more than the stage")
        }
        Some(_) if definition.stratum_min.is_none() => {
            Err("its band has no smallest number of enrolled persons")
        }
        Some(_) => Ok(()),
    }
}

/// Sources that are about the school's work, not about anybody's health, danger or family.
const fn is_operational(source: Source) -> bool {
    match source {
        Source::Roll
        | Source::Class
        | Source::School
        | Source::SchoolStage
        | Source::StaffRoll
        | Source::Mentor
        | Source::Talk
        | Source::Drill
        | Source::Training
        | Source::Certificate
        | Source::Supervision
        | Source::Lesson
        | Source::Activity
        | Source::ParentEvent
        | Source::Centre
        | Source::ExpertService
        | Source::Volunteer
        | Source::HotlineDuty
        | Source::HotlineContact
        | Source::Conference
        | Source::ReportDue => true,
        Source::Screening
        | Source::Sheet
        | Source::StaffScreening
        | Source::Alert
        | Source::AlertEvent
        | Source::AlertReview
        | Source::AlertContact
        | Source::Session
        | Source::ConferenceCase
        | Source::Followup
        | Source::Referral
        | Source::ReferralEvent
        | Source::DutyReport
        | Source::SpecialGroup
        | Source::Support
        | Source::Physique => false,
    }
}

fn by_stage(block: &Block, cells: &[Cell]) -> Vec<(String, u64)> {
    let mut sums: Vec<(String, u64)> = Vec::new();
    for place in 0..block.length {
        let Some(stage) = stage_at(block, place) else {
            continue;
        };
        let figure = cells.get(block.offset + place).and_then(|cell| cell.value()).unwrap_or(0);
        match sums.iter_mut().find(|(known, _)| known == stage) {
            Some((_, sum)) => *sum += figure,
            None => sums.push((stage.to_owned(), figure)),
        }
    }
    sums
}

fn stage_at(block: &Block, place: usize) -> Option<&str> {
    let axis = block.dims().position(|dim| dim.as_str() == "stage")?;
    block.values_at(place)?.get(axis).copied()
}

fn total(enrolled: Option<&[(String, u64)]>, stage: &str) -> u64 {
    let sums = enrolled.unwrap_or_default();
    sums.iter().find(|(known, _)| known == stage).map_or(0, |(_, sum)| *sum)
}
