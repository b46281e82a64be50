//! Special periods: a definition from above that adds counts for an area and a time.
//!
//! A [`SpecialPeriod`] brings its own small catalogue, so a city can ask for new figures at once
//! and without new software; it can name sources, fields and measures of the closed lists and
//! nothing else. Being well formed is not being allowed: whether a school may follow one is
//! decided by [`crate::disclosure::may_run`]. Which schools are meant is written down one by one
//! and signed with the rest, so that everybody can count them and nobody can stretch the area. What
//! its counts owe each other is in no pack: it follows from their definitions.

mod area;
mod relations;
#[cfg(test)]
mod tests;

pub use area::{Area, AreaSchool, SCHOOLS_MAX};

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::catalogue::words::closed_list;
use crate::catalogue::{
    Catalogue, CatalogueDefinition, Channel, Count, Dimension, Flaw, FlawKind, Grade, Label,
    NativePeriod, SpecialId, TableSpec,
};
use crate::period::Period;

closed_list!(
    /// How often a school tells its figures while a special period runs.
    Cadence {
        /// Every day, on the day after.
        Day = "day",
        /// Every ISO week, when it is over.
        Week = "week",
    }
);

/// What a school outside the area reports of a special period: it was not refused, it is not meant.
pub const OUTSIDE: &str = "this unit is outside the area";

/// How the reason of a school begins that does not follow a special period, because it asks for
/// what could not be protected.
pub const REFUSED: &str = "refused: ";

/// Longest id, so that it fits into the name of a table.
const ID_CHARS_MAX: usize = 24;
/// Days that are listed at most; what is longer is no special period at any cadence.
const DAYS_LISTED_MAX: i32 = 366;

/// Opened sums of its sealed counts are shown from here on, as those of the ordinary catalogue.
const MIN_CELL: u64 = 10;

/// A short screen that the schools of the area are asked to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Id of the scale.
    pub scale: String,
    /// Grades that are asked.
    pub grades: Vec<Grade>,
}

/// Everything that a pack says about a special period, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialDefinition {
    /// Id.
    pub id: SpecialId,
    /// Counts up with every change.
    pub revision: u32,
    /// What people read.
    pub label: Label,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// How often figures are told.
    pub cadence: Cadence,
    /// Its schools.
    pub schools: Vec<AreaSchool>,
    /// The pulse screen, where there is one.
    pub pulse: Option<Pulse>,
    /// Dimensions of its counts.
    pub dimensions: Vec<Dimension>,
    /// Its counts, in the order of cells.
    pub counts: Vec<Count>,
}

/// A well-formed special period with its small catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialPeriod {
    id: SpecialId,
    label: Label,
    first: Date,
    last: Date,
    cadence: Cadence,
    area: Area,
    pulse: Option<Pulse>,
    catalogue: Catalogue,
}

impl SpecialPeriod {
    /// Checks a definition and lays out its table.
    ///
    /// # Errors
    /// The first mistake found, with its key.
    pub fn new(definition: SpecialDefinition) -> Result<Self, Flaw> {
        let SpecialDefinition { id, revision, label, first, last, cadence, .. } = definition;
        check_id(&id)?;
        check_days(first, last, cadence)?;
        let area = Area::new(definition.schools)?;
        if let Some(pulse) = &definition.pulse {
            check_pulse(pulse)?;
        }
        let period = NativePeriod::from(cadence);
        if definition.counts.is_empty() && definition.pulse.is_none() {
            let expected = "a count or a pulse screen";
            return Err(Flaw::new(FlawKind::Missing, "count", "nothing is asked for", expected));
        }
        if let Some(other) = definition.counts.iter().find(|count| count.period != period) {
            let key = format!("count {}, period", other.id);
            return Err(Flaw::new(FlawKind::Conflict, key, other.period.as_str(), period.as_str()));
        }
        let small = CatalogueDefinition {
            revision,
            effective_from: first,
            default_min_cell: MIN_CELL,
            dimensions: definition.dimensions,
            identities: relations::identities(&definition.counts),
            counts: definition.counts,
            ratios: Vec::new(),
            partitions: Vec::new(),
        };
        let catalogue = Catalogue::of_special(small, &id, &label)?;
        Ok(Self { id, label, first, last, cadence, area, pulse: definition.pulse, catalogue })
    }

    /// Id.
    #[must_use]
    pub const fn id(&self) -> &SpecialId {
        &self.id
    }

    /// What people read.
    #[must_use]
    pub const fn label(&self) -> &Label {
        &self.label
    }

    /// First day.
    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// Last day.
    #[must_use]
    pub const fn last(&self) -> Date {
        self.last
    }

    /// How often figures are told.
    #[must_use]
    pub const fn cadence(&self) -> Cadence {
        self.cadence
    }

    /// Its schools.
    #[must_use]
    pub const fn area(&self) -> &Area {
        &self.area
    }

    /// The pulse screen.
    #[must_use]
    pub const fn pulse(&self) -> Option<&Pulse> {
        self.pulse.as_ref()
    }

    /// Its small catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Whether any of its counts leaves under seal.
    #[must_use]
    pub fn has_sealed(&self) -> bool {
        self.catalogue.counts().iter().any(|count| count.channel == Channel::Sealed)
    }

    /// The one table of its clear counts; nothing where it has none.
    #[must_use]
    pub fn table(&self) -> Option<&TableSpec> {
        self.catalogue.tables().iter().find(|table| table.cells() > 0)
    }

    /// Days from the first to the last.
    #[must_use]
    pub fn days(&self) -> u32 {
        days_between(self.first, self.last).unsigned_abs().saturating_add(1)
    }

    /// Whether it runs on a day.
    #[must_use]
    pub fn runs_on(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// Its periods in order, the last of which closes it.
    pub fn periods(&self) -> impl Iterator<Item = Period> {
        let step = match self.cadence {
            Cadence::Day => 1,
            Cadence::Week => 7,
        };
        let last = self.last;
        let next = move |day: &Date| day.checked_add(step.days()).ok();
        let days = std::iter::successors(Some(self.first), next);
        let cadence = self.cadence;
        days.take_while(move |day| *day <= last).map(move |day| match cadence {
            Cadence::Day => Period::Day(day),
            Cadence::Week => {
                let week = day.iso_week_date();
                Period::Week { year: week.year(), week: week.week() }
            }
        })
    }

    /// Whether figures of a period belong to it: of its cadence, and within its days.
    #[must_use]
    pub fn holds(&self, period: Period) -> bool {
        match (self.cadence, period) {
            (Cadence::Day, Period::Day(day)) => self.runs_on(day),
            (Cadence::Week, Period::Week { year, week }) => {
                crate::period::week_thursday(year, week).is_some_and(|day| self.runs_on(day))
            }
            _ => false,
        }
    }
}

impl From<Cadence> for NativePeriod {
    fn from(cadence: Cadence) -> Self {
        match cadence {
            Cadence::Day => Self::Day,
            Cadence::Week => Self::Week,
        }
    }
}

fn days_between(first: Date, last: Date) -> i32 {
    last.since(first).map_or(i32::MAX, |span| span.get_days())
}

fn check_id(id: &SpecialId) -> Result<(), Flaw> {
    let text = id.as_str();
    if text.len() > ID_CHARS_MAX || text.contains(['.', '_']) {
        let expected = "1 to 24 lower-case letters, digits and hyphens";
        return Err(Flaw::new(FlawKind::Form, "id", text, expected));
    }
    Ok(())
}

fn check_days(first: Date, last: Date, cadence: Cadence) -> Result<(), Flaw> {
    let days = days_between(first, last);
    if !(0..DAYS_LISTED_MAX).contains(&days) {
        let wrong = format!("{first} to {last}");
        return Err(Flaw::new(FlawKind::Range, "last", wrong, "a day within a year of the first"));
    }
    let whole = first.weekday() == Weekday::Monday && last.weekday() == Weekday::Sunday;
    if cadence == Cadence::Week && !whole {
        let wrong = format!("{first} to {last}");
        let expected = "whole weeks, from a Monday to a Sunday";
        return Err(Flaw::new(FlawKind::Conflict, "cadence", wrong, expected));
    }
    Ok(())
}

fn check_pulse(pulse: &Pulse) -> Result<(), Flaw> {
    let missing = |wrong, expected| Err(Flaw::new(FlawKind::Missing, "pulse", wrong, expected));
    if pulse.scale.trim().is_empty() {
        return missing("no scale", "the id of a scale, such as phq-4");
    }
    if pulse.grades.is_empty() {
        return missing("no grade", "one grade at least, such as g7");
    }
    let words = pulse.grades.iter().map(|grade| grade.as_str());
    crate::catalogue::flaw::refuse_duplicates("pulse, grades", words)?;
    match pulse.grades.iter().find(|grade| !crate::screening::fit::is_self_report(**grade)) {
        Some(grade) => {
            let expected = "grades that answer for themselves, g4 to g12";
            Err(Flaw::new(FlawKind::Range, "pulse, grades", grade.as_str(), expected))
        }
        None => Ok(()),
    }
}
