//! Rule L1: the clear sheet carries operational counts exactly, figures about persons only in
//! wide bands, and operational counts that bound a sealed one only roughly.
//!
//! Which sources are operational is decided here and nowhere else. No margin is added: the cells
//! are disjoint, so every banded cell can be anything in its band.

use super::{
    BAND_MIN, BAND_STRATUM_MIN, DisclosureError, ROUGH_BASE, RawTable, RoundingPrf, band, once,
    roughly,
};
use crate::catalogue::{
    Block, Catalogue, Channel, Condition, Count, Definition, Field, Filter, Measure, Source,
    TableSpec,
};
use crate::cell::Cell;
use crate::ledger::Word as _;
use crate::ledger::words::Service;
use crate::period::Period;

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
    pub fn protect(
        raw: RawTable,
        catalogue: &Catalogue,
        period: Period,
        prf: &dyn RoundingPrf,
    ) -> Result<Self, DisclosureError> {
        let rough = |block: &Block, place: usize, figure: u64, base: u64| {
            let task = format!("{period}/clear/{}", block.indicator);
            let cell = block.values_at(place).unwrap_or_default().join("|");
            roughly(prf, (&task, &cell), figure, base)
                .map_err(|_| DisclosureError::Noise(block.indicator.clone()))
        };
        Self::made(raw, catalogue, &rough)
    }

    /// A sheet that was protected and signed before, to be signed again: its rough figures stay as
    /// they were drawn.
    ///
    /// # Errors
    /// As [`ClearSheet::protect`]; and a figure that should be rough and is not.
    pub fn again(signed: RawTable, catalogue: &Catalogue) -> Result<Self, DisclosureError> {
        let keep = |block: &Block, _: usize, figure: u64, base: u64| {
            let is_rough = figure.is_multiple_of(base);
            let broken = || DisclosureError::Noise(block.indicator.clone());
            is_rough.then_some(figure).ok_or_else(broken)
        };
        Self::made(signed, catalogue, &keep)
    }

    fn made(
        raw: RawTable,
        catalogue: &Catalogue,
        rough: Rough<'_>,
    ) -> Result<Self, DisclosureError> {
        let RawTable { table, mut cells } = raw;
        let spec = catalogue
            .table(table.as_str())
            .filter(|spec| spec.cells() == cells.len())
            .ok_or(DisclosureError::Table(table))?;
        let enrolled = Enrolled::of(spec, &cells);
        for block in spec.blocks() {
            let count = allowed(catalogue, block)?;
            let Some(definition) = &count.definition else {
                continue;
            };
            for place in 0..block.length {
                let Some(cell) = cells.get_mut(block.offset + place) else {
                    continue;
                };
                let Cell::Value(figure) = *cell else { continue };
                *cell = match (definition.band, definition.rough) {
                    (Some(_), _) if !enrolled.is_enough(definition, block, place) => {
                        Cell::NotApplicable
                    }
                    (Some(width), _) => Cell::Value(band(figure, width.into())),
                    // A stage that the school does not have has nothing to tell.
                    (None, Some(_)) if figure == 0 && enrolled.lacks(block, place) => *cell,
                    (None, Some(base)) => Cell::Value(rough(block, place, figure, base.into())?),
                    (None, None) => *cell,
                };
            }
        }
        Ok(Self { cells })
    }

    /// The same sheet with the bands of the release that it revises: bands are given once a term.
    ///
    /// `last` is the layout and the cells of that release; where they cannot be read any more,
    /// no band is given.
    #[must_use]
    pub fn keep_bands(
        mut self,
        catalogue: &Catalogue,
        spec: &TableSpec,
        last: Option<(&TableSpec, &[Cell])>,
    ) -> Self {
        once::keep_bands(catalogue, last, (spec, &mut self.cells));
        self
    }

    /// The same sheet without any band but those that the release before it gave with the same
    /// figure: what a school year under seal tells. `last` as for [`ClearSheet::keep_bands`].
    #[must_use]
    pub fn withhold_bands(
        mut self,
        catalogue: &Catalogue,
        spec: &TableSpec,
        last: Option<(&TableSpec, &[Cell])>,
    ) -> Self {
        once::withhold_bands(catalogue, last, (spec, &mut self.cells));
        self
    }

    /// The cells that may leave.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// What becomes of a figure that leaves roughly: by block, place in it, figure and base.
type Rough<'r> = &'r dyn Fn(&Block, usize, u64, u64) -> Result<u64, DisclosureError>;

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
    if definition.source == Source::Conference {
        return Err("a conference is about a case, and so is how many there were");
    }
    if definition.source == Source::ExpertService && !leaves_out_cases(definition) {
        return Err("it does not leave out services to single students");
    }
    let fields = || {
        let dims = count.dims.iter().filter_map(|dim| Field::from_word(dim.as_str()));
        dims.chain(definition.filters.iter().map(|filter| filter.field))
    };
    let by_state = fields().any(is_of_state);
    // A filter cuts as finely as a dimension does: one grade and sex is a stratum either way.
    // Where every student has a mentor or a talk, students with one are the roll.
    let by_more = fields().any(|field| field != Field::Stage && cuts_students(field))
        || count.dims.iter().any(|dim| dim.as_str() != "stage");
    let near_margin = matches!(
        definition.source,
        Source::Roll | Source::Screening | Source::Mentor | Source::Talk
    );
    if near_margin && by_more {
        return Err("it is a margin of a rounded table and broken down by more than the stage");
    }
    let is_rough = definition.rough.is_some_and(|base| u64::from(base) >= ROUGH_BASE);
    if bounds_sealed(definition.source) && !is_rough {
        return Err("it bounds sealed counts of the same records and is not rough");
    }
    if (is_operational(definition.source) || is_of_groups(definition)) && !by_state {
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

/// Fields that say how somebody is.
const fn is_of_state(field: Field) -> bool {
    matches!(
        field,
        Field::AlertState
            | Field::Tier
            | Field::Band
            | Field::Outcome
            | Field::Confirmed
            | Field::Raised
            | Field::Analysed
            | Field::TalkTopic
    )
}

/// Fields that tell students apart, beyond what a record says about the school's own work.
const fn cuts_students(field: Field) -> bool {
    matches!(
        field,
        Field::Stage
            | Field::Grade
            | Field::Sex
            | Field::Group
            | Field::Physique
            | Field::AlertSource
    )
}

/// Whether sessions of groups are counted: each is one piece of the school's work for several
/// persons, where a session with one person is about that person.
fn is_of_groups(definition: &Definition) -> bool {
    let of_groups = |filter: &Filter| {
        let is_group = |words: &[String]| matches!(words, [word] if word == "group");
        filter.field == Field::Form
            && matches!(&filter.condition, Condition::Any(words) if is_group(words))
    };
    definition.source == Source::Session
        && definition.measure == Measure::Records
        && definition.filters.iter().any(of_groups)
}

/// Whether the services of experts that are counted are named, and none of them is for one student:
/// counselling, or the way into a clinic.
fn leaves_out_cases(definition: &Definition) -> bool {
    let is_for_many = |word: &String| {
        let service = Service::from_word(word);
        service.is_some_and(|it| !matches!(it, Service::Counselling | Service::GreenChannel))
    };
    definition.filters.iter().any(|filter| match &filter.condition {
        Condition::Any(words) => filter.field == Field::Service && words.iter().all(is_for_many),
        Condition::AtLeast(_) => false,
    })
}

/// Sources of which some counts are operational and others sealed, of the same records: a school
/// without any has nothing in the sealed ones.
const fn bounds_sealed(source: Source) -> bool {
    matches!(source, Source::Talk)
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
        | Source::ReportDue => true,
        Source::Screening
        | Source::Sheet
        | Source::StaffScreening
        | Source::Alert
        | Source::AlertEvent
        | Source::AlertReview
        | Source::AlertContact
        | Source::Session
        | Source::Conference
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

/// Persons enrolled in each stage, by a sheet's own count.
pub(super) struct Enrolled<'s>(Vec<(&'s str, u64)>);

impl<'s> Enrolled<'s> {
    /// Reads the count of students of a table; nobody where it has none.
    pub(super) fn of(spec: &'s TableSpec, cells: &[Cell]) -> Self {
        let mut sums: Vec<(&str, u64)> = Vec::new();
        let block = spec.block(STUDENTS);
        for (block, place) in block.into_iter().flat_map(|b| (0..b.length).map(move |p| (b, p))) {
            let Some(stage) = stage_at(block, place) else {
                continue;
            };
            let figure = cells.get(block.offset + place).and_then(|cell| cell.value());
            let figure = figure.unwrap_or(0);
            match sums.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, sum)) => *sum = sum.saturating_add(figure),
                None => sums.push((stage, figure)),
            }
        }
        Self(sums)
    }

    /// Whether the table says that nobody is enrolled in a cell's stage.
    fn lacks(&self, block: &Block, place: usize) -> bool {
        let stage = stage_at(block, place);
        let found = stage.and_then(|stage| self.0.iter().find(|(known, _)| *known == stage));
        found.is_some_and(|(_, sum)| *sum == 0)
    }

    /// Whether the stage of a banded cell has as many persons as its definition asks for.
    pub(super) fn is_enough(&self, definition: &Definition, block: &Block, place: usize) -> bool {
        let Some(minimum) = definition.stratum_min else {
            return true;
        };
        let needed = u64::from(minimum).max(BAND_STRATUM_MIN);
        let stage = stage_at(block, place);
        let found = self.0.iter().find(|(known, _)| Some(*known) == stage);
        found.is_some_and(|(_, sum)| *sum >= needed)
    }

    /// Everybody.
    pub(super) fn persons(&self) -> u64 {
        self.0.iter().fold(0, |sum, (_, figure)| sum.saturating_add(*figure))
    }
}

/// The count of everybody who is enrolled.
pub(super) const STUDENTS: &str = "base.students";

fn stage_at(block: &Block, place: usize) -> Option<&str> {
    let axis = block.dims().position(|dim| dim.as_str() == "stage")?;
    block.values_at(place)?.get(axis).copied()
}
