//! Indicators: figures from the ledgers, by the definitions of the catalogue.
//!
//! A definition names a source, filters and dimensions from closed lists. There is one evaluator
//! and no query for a single indicator. What no ledger of a school fills is unsupported, a ledger
//! that this school does not keep is not reported, what cannot exist at this school, such as grade
//! 12 in a primary school, is not applicable; none of them is ever a zero.
//!
//! [`Facts::table`] is the way to a release, for clear counts and the rounded partition alone;
//! [`Facts::figures`] gives any count, for eyes on this node.

mod change;
mod current;
mod evaluate;
mod explain;
mod facts;
mod identity;
#[cfg(test)]
mod ledger_tests;
mod ratio;
#[cfg(test)]
pub(crate) mod referral_tests;
mod sealed;
#[cfg(test)]
mod tests;
mod way;

use domain::catalogue::{
    At, Axis, Block, Catalogue, Count, Definition, Field, Measure, Source, TableSpec,
};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::period::Term;
use domain::span::Span;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

pub use change::{Apart, ChangeLine, Changes, Earlier, Parts, Sort, changes};
pub use current::current;
pub use explain::{ExplainError, Explained, Line, RECORDS_MAX, explain};
pub use facts::{Behind, Facts, works_since};
pub use identity::{BrokenIdentity, Checked, check, check_clear, contradictions};
pub use ratio::{RatioFigure, Reading, is_of_school, native_of};
pub use sealed::{Event, Unsealed};
pub use way::{Way, Ways};

use crate::ledger::profile::Profile;
use evaluate::Hit;
use facts::Found;

/// Why figures could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndicatorError {
    /// A record is of a grade that the school does not have.
    #[error("{} is of grade {grade}, which this school does not have", .behind.said().1)]
    Grade {
        /// The grade.
        grade: &'static str,
        /// The record.
        behind: Behind,
    },
    /// An entry is about a student whom the roll never had.
    #[error("{} is about a student who was never on the roll", .behind.said().1)]
    Student {
        /// The entry.
        behind: Behind,
    },
    /// A record has a value that the catalogue's dimension does not know.
    #[error("{indicator} has no place for the value {value} of {}", .behind.said().1)]
    Value {
        /// Which count.
        indicator: String,
        /// The value.
        value: &'static str,
        /// The record.
        behind: Behind,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl IndicatorError {
    /// Which record has no place, and why, Chinese and English; nobody's name.
    #[must_use]
    pub fn said(&self) -> (String, String) {
        let zh = match self {
            Self::Grade { grade, behind } => {
                format!("{}：年级 {grade} 不在本校的年级范围内", behind.said().0)
            }
            Self::Student { behind } => format!("{}：学生从未在名册上", behind.said().0),
            Self::Value { indicator, value, behind } => {
                format!("{}：“{value}”不在指标 {indicator} 的分类中", behind.said().0)
            }
            Self::Store(_) => "台账无法读取".to_owned(),
        };
        (zh, self.to_string())
    }
}

/// One count as it stands on this node: exact figures, never to leave as they are.
pub struct Figures {
    /// Layout of the cells.
    pub block: Block,
    /// The cells in its order.
    pub cells: Vec<Cell>,
    /// Whether a blank is one because records of students of the period are destroyed.
    pub is_destroyed: bool,
    /// Where a blank is one because its day or period has not come: the first day on which it is
    /// counted.
    pub not_yet: Option<Date>,
}

impl Figures {
    /// The sum of its cells; a blank where one is blank, since a part is no total.
    #[must_use]
    pub fn total(&self) -> Cell {
        let mut sum: Option<u64> = None;
        for cell in &self.cells {
            match cell {
                Cell::Value(value) => sum = Some(sum.unwrap_or(0).saturating_add(*value)),
                Cell::NotApplicable => {}
                blank => return *blank,
            }
        }
        sum.map_or(Cell::NotApplicable, Cell::Value)
    }
}

/// A record behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Place of its cell within the block.
    pub place: usize,
    /// Internal id of the student whom it counts.
    pub student: Option<i64>,
    /// The record.
    pub behind: Behind,
}

impl Facts {
    /// Everything that the ledgers can say about a term, as is known today.
    ///
    /// # Errors
    /// The ledger cannot be read, or holds a grade that the school does not have.
    pub fn of_term(
        tx: &Tx<'_>,
        profile: &Profile,
        term: &Term,
        today: Date,
    ) -> Result<Self, IndicatorError> {
        facts::load_one(tx, profile, Span::of_term(term), today)
    }

    /// Everything that the ledgers can say about a period, as is known today.
    ///
    /// # Errors
    /// As [`Facts::of_term`].
    pub fn of_period(
        tx: &Tx<'_>,
        profile: &Profile,
        span: Span,
        today: Date,
    ) -> Result<Self, IndicatorError> {
        facts::load_one(tx, profile, span, today)
    }

    /// The same about some periods, in their order: what they have in common is read once.
    ///
    /// # Errors
    /// As [`Facts::of_term`].
    pub fn of_periods(
        tx: &Tx<'_>,
        profile: &Profile,
        spans: &[Span],
        today: Date,
    ) -> Result<Vec<Self>, IndicatorError> {
        facts::load_all(tx, profile, spans, today)
    }

    /// The raw figures of one table, as it may be protected and released. A flow leaves once its
    /// period is over; a count that comes near to a margin of the rounded partition does not leave.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn table(
        &self,
        catalogue: &Catalogue,
        spec: &TableSpec,
    ) -> Result<RawTable, IndicatorError> {
        let mut cells = Vec::with_capacity(spec.cells());
        for block in spec.blocks() {
            let whole = catalogue.partition(&block.indicator).map(|known| known.whole.as_str());
            let count = catalogue.count(whole.unwrap_or(&block.indicator));
            let definition = count.and_then(|count| count.definition.as_ref());
            cells.extend(match definition {
                Some(known) if whole.is_none() && is_near_margin(known, block) => {
                    vec![Cell::Unsupported; block.length]
                }
                Some(known) if !self.is_over() && is_flow(known.at) => {
                    vec![Cell::Unsupported; block.length]
                }
                Some(known) if is_beside_cases(known.source) => self.beside_cases(known, block)?,
                Some(known) => {
                    let cells = self.cells(known, block)?;
                    cells.into_iter().map(as_it_leaves).collect()
                }
                None => vec![Cell::Unsupported; block.length],
            });
        }
        Ok(RawTable::new(spec.id().clone(), cells))
    }

    /// The exact figures of any count, for eyes on this node.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn figures(&self, catalogue: &Catalogue, count: &Count) -> Result<Figures, IndicatorError> {
        let block = block_of(catalogue, count);
        let mut cells = match &count.definition {
            Some(definition) => self.cells(definition, &block)?,
            None => vec![Cell::Unsupported; block.length],
        };
        let begins = self.begins();
        if begins.is_some() {
            // Of days to come there is neither a zero nor today's stock.
            for cell in cells.iter_mut().filter(|cell| cell.value().is_some()) {
                *cell = Cell::NotReported;
            }
        }
        let source = count.definition.as_ref().map(|known| self.source(known.at, known.source));
        let is_destroyed = matches!(source, Some(Found::Destroyed));
        let known = count.definition.as_ref();
        let not_yet = known.and_then(|known| self.not_yet(known.at, known.source)).or(begins);
        Ok(Figures { block, cells, is_destroyed, not_yet })
    }

    /// The records behind a count, each with its cell; none where there is no figure.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn behind(
        &self,
        catalogue: &Catalogue,
        count: &Count,
    ) -> Result<Vec<Counted>, IndicatorError> {
        let block = block_of(catalogue, count);
        let Some(definition) = &count.definition else { return Ok(Vec::new()) };
        let Some(hits) = self.hits(definition, &block)? else { return Ok(Vec::new()) };
        let counted = |hit: &Hit<'_>| Counted {
            place: hit.place,
            student: hit.record.student,
            behind: hit.record.behind,
        };
        Ok(hits.iter().map(counted).collect())
    }

    fn hits(
        &self,
        definition: &Definition,
        block: &Block,
    ) -> Result<Option<Vec<Hit<'_>>>, IndicatorError> {
        match self.source(definition.at, definition.source) {
            Found::Records(records) => evaluate::evaluate(definition, block, records),
            Found::NotKept | Found::NoSuchTime | Found::Unsupported | Found::Destroyed => Ok(None),
        }
    }

    /// The cells of a clear count whose ledger holds what may not leave beside what may. Whether
    /// there is a figure follows from the school's work alone: were it the ledger's first entry of
    /// any form, the first zero would say that there is one of the form that nobody may be told.
    fn beside_cases(
        &self,
        definition: &Definition,
        block: &Block,
    ) -> Result<Vec<Cell>, IndicatorError> {
        let is_told = self.is_at_work() && !self.is_destroyed(definition.source);
        if !is_told {
            return Ok(vec![Cell::Unsupported; block.length]);
        }
        let cells = self.cells(definition, block)?.into_iter();
        Ok(cells
            .map(|cell| if cell == Cell::NotReported { Cell::Value(0) } else { cell })
            .collect())
    }

    /// The cells of a count or a partition; a partition is counted as its whole is, by outcome.
    fn cells(&self, definition: &Definition, block: &Block) -> Result<Vec<Cell>, IndicatorError> {
        let blank = match self.source(definition.at, definition.source) {
            Found::Unsupported => Cell::Unsupported,
            Found::NoSuchTime => Cell::NotApplicable,
            // A field that is not filled is of a ledger that the school does not keep.
            Found::Records(_) | Found::NotKept | Found::Destroyed => Cell::NotReported,
        };
        let counts = self.hits(definition, block)?.map(|hits| evaluate::sums(&hits, block.length));
        let cell = |place: usize| match &counts {
            _ if !self.is_applicable(block, place) => Cell::NotApplicable,
            Some(counts) => counts.get(place).map_or(blank, |count| Cell::Value(*count)),
            None => blank,
        };
        Ok((0..block.length).map(cell).collect())
    }
}

/// The layout of any count, in a table or not.
fn block_of(catalogue: &Catalogue, count: &Count) -> Block {
    let axis = |id: &domain::catalogue::DimensionId| Axis {
        dimension: id.clone(),
        values: catalogue.dimension(id.as_str()).map_or_else(Vec::new, |dimension| {
            dimension.values.iter().map(|value| value.id.clone()).collect()
        }),
    };
    let axes: Vec<Axis> = count.dims.iter().map(axis).collect();
    let length = axes.iter().map(|axis| axis.values.len()).product();
    Block { indicator: count.id.to_string(), axes, offset: 0, length }
}

/// That a ledger is not kept is for this node to say in its own words: to a hub, a figure that a
/// school's ledgers cannot give is unsupported, and only the hub itself knows what is missing.
const fn as_it_leaves(cell: Cell) -> Cell {
    match cell {
        Cell::NotReported => Cell::Unsupported,
        other => other,
    }
}

/// Whether a ledger holds entries about single students beside those that are counted in the clear.
const fn is_beside_cases(source: Source) -> bool {
    matches!(source, Source::Alert | Source::Session | Source::ExpertService)
}

/// Whether a figure is only whole once its period is over.
const fn is_flow(at: At) -> bool {
    matches!(at, At::InPeriod | At::DueInPeriod | At::After90Days)
}

/// Whether a clear count comes near to a margin of the rounded partition: students by more than
/// the stage. Where nearly everybody has a mentor, their number by grade is the enrolment.
fn is_near_margin(definition: &Definition, block: &Block) -> bool {
    let of_students = definition.measure == Measure::Students
        || matches!(definition.source, Source::Roll | Source::Screening);
    of_students && block.dims().any(|dim| dim.as_str() != Field::Stage.as_str())
}
