//! Sealed tables: which counts of a catalogue can be summed under seal, and the cells of each.
//!
//! A stock counts every person enrolled on the census day in exactly one cell: where the catalogue
//! names only some of them, the complement `rest` holds the others, so that the cells of a stage
//! add up to its enrolment and a spoiled share is seen. A flow counts events of a week. Cells
//! stand row-major in declared order, the axis with the complement first, and grades that a school
//! does not have are zeros: the length never depends on the school.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::catalogue::{
    At, Axis, Block, Catalogue, Channel, Condition, Count, Definition, DimensionId, Field, Filter,
    Grade, IndicatorId, Kind as Behaviour, Measure, OUTCOME_AXIS, Origin, Source, Stage, TableId,
};
use crate::cell::Cell;
use crate::span::Span;

use super::super::RawTable;
use super::super::plan::{School, Sexes};

/// Value of the complement on the first axis of a stock.
pub const COMPLEMENT: &str = "rest";

/// The axis of a stock whose count names no categories of its own.
const PART: &str = "part";
const COUNTED: &str = "in";
/// Axes over fields of the roster; what a person is by them is no secret, only how many are in
/// which category.
const ROSTER: [&str; 3] = ["stage", "grade", "sex"];

/// How a sealed table behaves over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The state on the census day of a term.
    Stock,
    /// The events of a week.
    Flow,
}

/// A table that can be summed under seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTable {
    id: TableId,
    kind: Kind,
    indicator: String,
    only: Option<(DimensionId, String)>,
    block: Block,
    counted: usize,
    per_person_max: u32,
    /// What cells ask by the roster, again and again along the first axis where that asks nothing.
    strata: Vec<Stratum>,
}

/// What a cell asks of a person besides the category: fields of the roster, none where it asks
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stratum {
    /// Stage.
    pub stage: Option<Stage>,
    /// Grade.
    pub grade: Option<Grade>,
    /// Sex, by the catalogue's code.
    pub sex: Option<String>,
}

impl Stratum {
    fn of<'v>(values: impl Iterator<Item = (&'v DimensionId, &'v str)>) -> Self {
        let mut stratum = Self::default();
        for (dimension, value) in values {
            match dimension.as_str() {
                "stage" => stratum.stage = Stage::from_word(value),
                "grade" => stratum.grade = Grade::from_word(value),
                "sex" => stratum.sex = Some(value.to_owned()),
                _ => {}
            }
        }
        stratum
    }

    /// The stage in which the roster has these persons at a school; none where it has no place for
    /// them there.
    #[must_use]
    pub fn stage_at(&self, school: &School) -> Option<Stage> {
        let has = |grades: &BTreeMap<Grade, Sexes>| match self.grade {
            Some(grade) if self.stage.is_none() => grades.contains_key(&grade),
            _ => true,
        };
        let is_asked = self.stage.is_some() || self.grade.is_some();
        let mut stages = school.stages.iter().filter(|_| is_asked);
        let found = stages
            .find(|(stage, grades)| self.stage.is_none_or(|own| own == **stage) && has(grades));
        found.map(|(stage, _)| *stage)
    }
}

/// Why a count of the channel `sealed` has no sealed table: it stays at the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unsealable {
    /// Its figure is a sum of cells of a partition, which has a table.
    Derived,
    /// A state of another day than the census day: two of them tell who moved between.
    OtherDay,
    /// Different persons of a period, which add up over nothing.
    Distinct,
    /// Events of a screening, which is told once a term after it closed and never by week.
    Screening,
    /// Events as they stand later: they have no week.
    Later,
    /// A state of something else than students: it is no partition of those enrolled.
    NotStudents,
    /// More than one axis besides stage, grade and sex.
    Axes,
    /// Its records have no stage, and a group of the plan opens one stage.
    NoStage,
    /// It is not computed, or its name makes no table.
    Undefined,
}

/// The sealed tables of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTables {
    tables: Vec<SealedTable>,
    unsealable: Vec<(IndicatorId, Unsealable)>,
}

impl Kind {
    /// The word that stands in a task.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Flow => "flow",
        }
    }

    /// Days in which a school can object before its sum is opened.
    #[must_use]
    pub const fn objection_days(self) -> i32 {
        match self {
            Self::Stock => 7,
            Self::Flow => 1,
        }
    }
}

impl SealedTables {
    /// The tables of a catalogue: one for each partition, and one for each other sealed count, or
    /// for each of its values where a person can have several.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let mut found = Self { tables: Vec::new(), unsealable: Vec::new() };
        found.tables.extend(catalogue.partitions().iter().filter_map(|partition| {
            let outcomes = partition.outcomes.iter().map(|outcome| outcome.id.clone());
            let first = Axis { dimension: OUTCOME_AXIS.parse().ok()?, values: outcomes.collect() };
            let axes = axes(catalogue, roster_dims(&partition.dims));
            SealedTable::stock(partition.id.as_str(), None, Some(first), axes, false)
        }));
        let sealed =
            |count: &&Count| count.channel == Channel::Sealed && count.origin == Origin::School;
        let special = catalogue.special();
        for count in catalogue.counts().iter().filter(sealed) {
            match of_count(catalogue, count).and_then(|tables| named(tables, special)) {
                Ok(tables) => found.tables.extend(tables),
                Err(reason) => found.unsealable.push((count.id.clone(), reason)),
            }
        }
        found
    }

    /// All tables in the order of the catalogue, partitions first.
    #[must_use]
    pub fn all(&self) -> &[SealedTable] {
        &self.tables
    }

    /// The table of an id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&SealedTable> {
        self.tables.iter().find(|table| table.id.as_str() == id)
    }

    /// Sealed counts without a table, each with its reason.
    #[must_use]
    pub fn unsealable(&self) -> &[(IndicatorId, Unsealable)] {
        &self.unsealable
    }
}

/// With this begins the id of every sealed table.
const PREFIX: &str = "sealed.";

/// Whether a table's id is that of a sealed one.
#[must_use]
pub fn is_sealed(table: &str) -> bool {
    table.starts_with(PREFIX)
}

/// With this begins the id of a sealed table of a special period, before the period's own id.
const SPECIAL: &str = "sealed.special.";

/// The special period that a sealed table is of, by the table's id; nothing for one of the ordinary
/// catalogue.
#[must_use]
pub fn special_of(table: &str) -> Option<&str> {
    let (special, _) = table.strip_prefix(SPECIAL)?.split_once('.')?;
    Some(special)
}

/// What a sealed table of a special period measures, by the table's id, as [`measure_of`] says it
/// of the ordinary catalogue's; nothing for one of these.
#[must_use]
pub fn special_measure_of(table: &str) -> Option<&str> {
    let (_, measure) = table.strip_prefix(SPECIAL)?.split_once('.')?;
    Some(measure)
}

/// The tables of a count under the names that they have in a special period: two that run at once,
/// and the ordinary catalogue, are never added up.
fn named(tables: Vec<SealedTable>, special: Option<&str>) -> Result<Vec<SealedTable>, Unsealable> {
    let Some(special) = special else { return Ok(tables) };
    let own = |table: SealedTable| {
        let id = format!("{SPECIAL}{special}.{}", measure_of(table.id.as_str()));
        id.parse::<TableId>()
            .map(|id| SealedTable { id, ..table })
            .map_err(|_| Unsealable::Undefined)
    };
    tables.into_iter().map(own).collect()
}

/// What a sealed table measures, by its id: the count or partition, with its value where a person
/// can have several.
#[must_use]
pub fn measure_of(table: &str) -> &str {
    table.strip_prefix(PREFIX).unwrap_or(table)
}

impl SealedTable {
    pub(super) fn stock(
        indicator: &str,
        only: Option<(DimensionId, String)>,
        first: Option<Axis>,
        rest: Vec<Axis>,
        is_whole: bool,
    ) -> Option<Self> {
        let part = Axis { dimension: PART.parse().ok()?, values: vec![COUNTED.to_owned()] };
        let mut first = first.unwrap_or(part);
        let strata: usize = rest.iter().map(|axis| axis.values.len()).product();
        let counted = first.values.len() * strata;
        if !is_whole {
            first.values.push(COMPLEMENT.to_owned());
        }
        let axes = std::iter::once(first).chain(rest).collect();
        Self::new(Kind::Stock, indicator, only, Block::new(indicator, axes), counted)
    }

    pub(super) fn flow(
        indicator: &str,
        only: Option<(DimensionId, String)>,
        axes: Vec<Axis>,
    ) -> Option<Self> {
        let block = Block::new(indicator, axes);
        let counted = block.length;
        Self::new(Kind::Flow, indicator, only, block, counted)
    }

    fn new(
        kind: Kind,
        indicator: &str,
        only: Option<(DimensionId, String)>,
        block: Block,
        counted: usize,
    ) -> Option<Self> {
        let value = only.as_ref().map(|(_, value)| format!(".{value}")).unwrap_or_default();
        let id = format!("{PREFIX}{indicator}{value}").parse().ok()?;
        let indicator = indicator.to_owned();
        let strata = strata_of(&block);
        Some(Self { id, kind, indicator, only, block, counted, per_person_max: 1, strata })
    }

    /// Id, such as `sealed.alt.census`.
    #[must_use]
    pub const fn id(&self) -> &TableId {
        &self.id
    }

    /// Stock or flow.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The count or partition that it is about.
    #[must_use]
    pub fn indicator(&self) -> &str {
        &self.indicator
    }

    /// The one value that it counts of an axis with several values a person.
    #[must_use]
    pub const fn only(&self) -> Option<&(DimensionId, String)> {
        self.only.as_ref()
    }

    /// Its cells.
    #[must_use]
    pub const fn block(&self) -> &Block {
        &self.block
    }

    /// Number of cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.block.length
    }

    /// Cells before the complement: those that a node counts.
    #[must_use]
    pub const fn counted(&self) -> usize {
        self.counted
    }

    /// Most events of a person in a week; 1 for a stock.
    #[must_use]
    pub const fn per_person_max(&self) -> u32 {
        self.per_person_max
    }

    /// The last day that a report of a period is about: of a flow the period's last, of a stock its
    /// census day, or the last day of its term where it stands on a screening that runs until then.
    /// None for a stock of a period without a census day.
    #[must_use]
    pub fn last_day(&self, catalogue: &Catalogue, span: &Span) -> Option<Date> {
        let source = self.counted_by(catalogue).map(|(definition, _)| definition.source);
        match (self.kind, span.term) {
            (Kind::Flow, _) => Some(span.to),
            (Kind::Stock, Some(term)) if source == Some(Source::Screening) => Some(term.end),
            (Kind::Stock, term) => term.map(|term| term.census),
        }
    }

    /// How a node counts the cells before the complement: the definition of the table's count,
    /// narrowed to its one value, and those cells. None under a catalogue without that count.
    #[must_use]
    pub fn counted_by(&self, catalogue: &Catalogue) -> Option<(Definition, Block)> {
        let partition = catalogue.partition(&self.indicator);
        let whole = partition.map_or(self.indicator.as_str(), |known| known.whole.as_str());
        let mut definition = catalogue.count(whole)?.definition.clone()?;
        if let Some((dimension, value)) = &self.only {
            let field = Field::from_word(dimension.as_str())?;
            let condition = Condition::Any(vec![value.clone()]);
            definition.filters.push(Filter { field, condition });
        }
        let mut axes = self.block.axes.clone();
        if axes.first().is_some_and(|first| first.dimension.as_str() == PART) {
            axes.remove(0);
        } else if let Some(first) = axes.first_mut().filter(|_| self.counted < self.cells()) {
            first.values.pop();
        }
        let block = Block::new(&self.indicator, axes);
        (block.length == self.counted).then_some((definition, block))
    }

    /// Whether each event that it counts is one that another flow counts too: due, and done in
    /// time. A flow is within itself, and two that count the very same records are within each
    /// other. Of persons and units, which are counted once a cell, only the very same are.
    #[must_use]
    pub fn counted_within(&self, whole: &Self, catalogue: &Catalogue) -> bool {
        let defined = |table: &Self| table.counted_by(catalogue).map(|(counted, _)| counted);
        let (Some(own), Some(wider)) = (defined(self), defined(whole)) else { return false };
        let is_of_records = matches!(own.measure, Measure::Records | Measure::Sum);
        self.kind == Kind::Flow
            && whole.kind == Kind::Flow
            && (own == wider || (is_of_records && own.is_within(&wider)))
    }

    /// What a cell asks of a person by the roster; none for a place that the table does not have.
    #[must_use]
    pub fn stratum(&self, place: usize) -> Option<&Stratum> {
        let column = place.checked_rem(self.strata.len()).filter(|_| place < self.cells())?;
        self.strata.get(column)
    }

    /// The cells of a stage at a school of the roster: in which stage a grade is depends on the
    /// school, and a grade that nobody is in belongs to none.
    #[must_use]
    pub fn places_of(&self, school: &School, stage: Stage) -> Vec<usize> {
        let strata = self.strata.iter().map(|stratum| stratum.stage_at(school) == Some(stage));
        let belongs: Vec<bool> = strata.collect();
        let places = belongs.iter().cycle().take(self.cells()).enumerate();
        places.filter(|(_, belongs)| **belongs).map(|(place, _)| place).collect()
    }

    /// Every stratum of the table once; the stratum of a cell is the one at its place, counted
    /// around.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// The same table without whom the roster has no place for: a grade or a stage that it does not
    /// list at the school is in no sum, so it is not counted either.
    #[must_use]
    pub fn on_roster(&self, mut raw: RawTable, school: &School) -> RawTable {
        for (place, cell) in raw.cells.iter_mut().enumerate() {
            let stratum = self.stratum(place);
            if stratum.is_none_or(|stratum| stratum.stage_at(school).is_none()) {
                *cell = Cell::Value(0);
            }
        }
        raw
    }

    /// Whether a raw table was made for this one.
    #[must_use]
    pub fn fits(&self, raw: &RawTable) -> bool {
        raw.table == self.id && raw.cells.len() == self.counted
    }
}

/// The strata of the cells of a block: of those under the first value of the first axis, where that
/// asks nothing of the roster; of all where it does.
fn strata_of(block: &Block) -> Vec<Stratum> {
    let first = block.axes.first().filter(|axis| !is_roster(&axis.dimension));
    let times = first.map_or(1, |axis| axis.values.len()).max(1);
    let places = 0..block.length / times;
    let values = places.filter_map(|place| block.values_at(place));
    values.map(|values| Stratum::of(block.dims().zip(values))).collect()
}

fn of_count(catalogue: &Catalogue, count: &Count) -> Result<Vec<SealedTable>, Unsealable> {
    let definition = count.definition.as_ref().ok_or(Unsealable::Undefined)?;
    let derives = |rule: &&crate::catalogue::Derive| rule.count == count.id;
    if catalogue.partitions().iter().flat_map(|known| &known.derives).any(|rule| derives(&rule)) {
        return Err(Unsealable::Derived);
    }
    let kind = match count.kind {
        Behaviour::Distinct => return Err(Unsealable::Distinct),
        Behaviour::Stock if definition.at != At::CensusDay => return Err(Unsealable::OtherDay),
        Behaviour::Stock if definition.measure != Measure::Students => {
            return Err(Unsealable::NotStudents);
        }
        Behaviour::Stock => Kind::Stock,
        Behaviour::Flow => match (definition.source, definition.at) {
            (Source::Screening | Source::Sheet, _) => return Err(Unsealable::Screening),
            (_, At::After90Days) => return Err(Unsealable::Later),
            _ => Kind::Flow,
        },
    };
    let by_stage = count.dims.iter().any(|dim| matches!(dim.as_str(), "stage" | "grade"));
    if !by_stage && !definition.source.fields().contains(&Field::Stage) {
        return Err(Unsealable::NoStage);
    }
    let stage: DimensionId = "stage".parse().map_err(|_| Unsealable::Undefined)?;
    let is_whole = definition.source == Source::Roll && definition.filters.is_empty();
    let multi = multi_dim(catalogue, count);
    let mut dims: Vec<&DimensionId> = match kind {
        Kind::Stock => roster_dims(&count.dims),
        Kind::Flow => count.dims.iter().filter(|dim| Some(*dim) != multi).collect(),
    };
    if !by_stage {
        dims.push(&stage);
    }
    let others = count.dims.iter().filter(|dim| !is_roster(dim) && Some(*dim) != multi);
    let others: Vec<&DimensionId> = others.collect();
    if kind == Kind::Stock && others.len() + usize::from(multi.is_some()) > 1 {
        return Err(Unsealable::Axes);
    }
    let first = axes(catalogue, others).into_iter().next();
    let table = |only: Option<(DimensionId, String)>| {
        let (name, axes) = (count.id.as_str(), axes(catalogue, dims.clone()));
        let table = match kind {
            Kind::Stock => SealedTable::stock(name, only, first.clone(), axes, is_whole)?,
            Kind::Flow => SealedTable::flow(name, only, axes)?,
        };
        let per_person_max = if kind == Kind::Flow { count.per_person_max } else { 1 };
        Some(SealedTable { per_person_max, ..table })
    };
    let onlys = match multi {
        Some(dim) => {
            let values = axes(catalogue, vec![dim]).into_iter().flat_map(|axis| axis.values);
            values.map(|value| Some((dim.clone(), value))).collect()
        }
        None => vec![None],
    };
    let tables: Option<Vec<SealedTable>> = onlys.into_iter().map(table).collect();
    tables.ok_or(Unsealable::Undefined)
}

/// The dimension of a count of which a person can have several values.
fn multi_dim<'c>(catalogue: &Catalogue, count: &'c Count) -> Option<&'c DimensionId> {
    count.dims.iter().find(|dim| catalogue.dimension(dim.as_str()).is_some_and(|dim| dim.multi))
}

fn is_roster(dim: &DimensionId) -> bool {
    ROSTER.contains(&dim.as_str())
}

/// The roster's dimensions among some; the stage only where no grade says it with the school's
/// type.
fn roster_dims(dims: &[DimensionId]) -> Vec<&DimensionId> {
    let by_grade = dims.iter().any(|dim| dim.as_str() == "grade");
    let kept = dims.iter().filter(|dim| is_roster(dim));
    kept.filter(|dim| !(by_grade && dim.as_str() == "stage")).collect()
}

fn axes(catalogue: &Catalogue, dims: Vec<&DimensionId>) -> Vec<Axis> {
    let known = |id: &DimensionId| {
        let dimension = catalogue.dimension(id.as_str())?;
        let values = dimension.values.iter().map(|value| value.id.clone()).collect();
        Some(Axis { dimension: id.clone(), values })
    };
    dims.into_iter().filter_map(known).collect()
}
