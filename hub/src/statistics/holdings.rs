//! What a hub holds about one period: its own sheets, and its members' where they are asked for.
//!
//! Opened once and asked many times: a page with forty indicators decodes every sheet once.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Axis, Catalogue, Kind, Label, NativePeriod};
use domain::disclosure::sealed::is_sealed;
use domain::period::Period;
use domain::rollup::Coverage;
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use super::evaluate::{Reader, key_at};
use super::listed::{self, Below, Whose};
use super::plan::{Indicator, Plan, PlannedTerm};
use super::sealed::Opened;
use super::sheet::{self, Sheet, Source};
use super::value::{Blank, Figure, Figures, NoFeed, Reading, State, UnitFigures, UnitName};
use super::{Members, Query, StatisticsError};
use crate::opened::{self, Books};
use crate::packs::{KnownCatalogue, Packs};
use crate::rollup;
use crate::store::unit::{self, Unit, UnitStatus};

/// One unit's sheets.
#[derive(Clone, Debug)]
pub struct UnitHoldings {
    /// Whose they are.
    pub unit: UnitName,
    /// Schools that are due at the unit, by the registry.
    pub due: u32,
    /// Sheets, one a table.
    pub sheets: Vec<Sheet>,
    /// Signed releases behind them; nothing for the hub itself.
    pub sources: Vec<Source>,
    /// Opened sums of areas under seal.
    pub books: Books,
}

/// A hub's sheets of one period.
#[derive(Clone, Debug)]
pub struct Holdings {
    /// Period.
    pub period: Period,
    /// The hub's own.
    pub whole: UnitHoldings,
    /// Its members', in order of unit id; empty unless asked for.
    pub members: Vec<UnitHoldings>,
    /// Its members by number, for what directories say of them.
    below: Vec<Below>,
}

/// An indicator as it is asked for and how it is read: worked out once for any number of periods.
pub(super) struct Asked<'p> {
    known: &'p KnownCatalogue,
    indicator: Indicator<'p>,
    by: &'p [String],
    axes: Vec<Axis>,
    plan: Result<Plan<'p>, NoFeed>,
}

impl<'p> Asked<'p> {
    /// Works out how it is read where something of the hub is under seal, or nothing.
    ///
    /// # Errors
    /// The catalogue in force has no such indicator, or the indicator no such dimension.
    pub(super) fn new(
        packs: &'p Packs,
        (indicator, by): (&str, &'p [String]),
        is_sealed: bool,
    ) -> Result<Self, StatisticsError> {
        let known = packs.in_force();
        let catalogue = known.catalogue.as_ref();
        let found = Indicator::find(catalogue, indicator);
        let indicator = found.ok_or(StatisticsError::UnknownIndicator)?;
        let axes = axes(catalogue, indicator, (by, is_sealed))?;
        let sealed = packs.sealed_tables(&known.digest).filter(|_| is_sealed);
        let plan = indicator.plan_with(catalogue, sealed.as_deref());
        Ok(Self { known, indicator, by, axes, plan })
    }

    /// The indicator as the catalogue in force has it.
    pub(super) const fn indicator(&self) -> Indicator<'p> {
        self.indicator
    }

    /// Sealed tables that it is read from.
    pub(super) fn sealed_tables(&self) -> BTreeSet<String> {
        let Ok(plan) = &self.plan else { return BTreeSet::new() };
        let more = plan.denominator.iter().chain(&plan.same_schools).flatten();
        let feeds = plan.numerator.iter().chain(more).filter_map(|term| term.sealed.as_ref());
        feeds.flat_map(|feed| feed.tables().map(str::to_owned)).collect()
    }
}

impl Holdings {
    /// Reads the sheets of some tables.
    ///
    /// # Errors
    /// The store cannot be read, or holds what no known catalogue describes.
    pub fn open(
        tx: &Tx<'_>,
        packs: &Packs,
        at: &UnitName,
        (period, members): (Period, Members),
        tables: &[&str],
    ) -> Result<Self, StatisticsError> {
        let text = period.to_string();
        let books = opened::books(tx, packs, &at.id, period)?;
        let mut sheets = Vec::new();
        let tables: Vec<&str> = tables.iter().copied().filter(|table| !is_sealed(table)).collect();
        for table in &tables {
            sheets.extend(sheet::own(tx, packs, &at.id, (table, &text))?);
        }
        let due = if sheets.len() == tables.len() {
            sheets.first().map_or(0, |sheet| sheet.coverage.schools_due)
        } else {
            rollup::schools_due(tx, packs, &at.id, (tables.first().copied().unwrap_or(""), &text))?
        };
        let members = match members {
            Members::Left => Vec::new(),
            Members::Listed => below(tx, packs, at, (&text, &sheets), &books)?,
        };
        let whole = UnitHoldings { unit: at.clone(), due, sheets, sources: Vec::new(), books };
        let below = listed::below(tx, packs, (&at.id, &text))?;
        Ok(Self { period, whole, members, below })
    }

    /// Whether an indicator is told for periods of this length: its own, and of flows under seal
    /// weeks, by which they are opened, and longer ones as sums of their weeks.
    #[must_use]
    pub fn is_told(&self, packs: &Packs, indicator: Indicator<'_>) -> bool {
        let length = NativePeriod::of(self.period);
        if indicator.period() == length {
            return true;
        }
        if !self.whole.books.is_sealed() || length == NativePeriod::Day {
            return false;
        }
        let known = packs.in_force();
        let tables = packs.sealed_tables(&known.digest);
        let plan = indicator.plan_with(&known.catalogue, tables.as_deref());
        let is_flow =
            |term: &PlannedTerm<'_>| term.sealed.is_some() && term.count.kind == Kind::Flow;
        plan.is_ok_and(|plan| {
            plan.numerator.iter().chain(plan.denominator.iter().flatten()).all(is_flow)
        })
    }

    /// How complete the figures of an indicator are at a unit where a dimension has one value;
    /// nothing where only the whole can be told.
    #[must_use]
    pub fn coverage_where(
        &self,
        packs: &Packs,
        (indicator, unit): (Indicator<'_>, &UnitId),
        (dimension, value): (&str, &str),
    ) -> Option<Coverage> {
        let known = packs.in_force();
        let mut all = std::iter::once(&self.whole).chain(&self.members);
        let held = all.find(|held| held.unit.id == *unit)?;
        let tables = packs.sealed_tables(&known.digest)?;
        let plan = indicator.plan_with(&known.catalogue, Some(&tables)).ok()?;
        let dimension = dimension.parse().ok()?;
        held.reader(known).coverage_where(&plan, (&dimension, value))
    }

    /// What a hub holds of a period, from what was read for many of them at once.
    pub(super) const fn of(period: Period, whole: UnitHoldings, below: Vec<Below>) -> Self {
        Self { period, whole, members: Vec::new(), below }
    }

    /// The figures of an indicator.
    ///
    /// # Errors
    /// The catalogue in force has no such indicator, or the indicator no such dimension.
    pub fn figures(
        &self,
        packs: &Packs,
        indicator: &str,
        by: &[String],
    ) -> Result<Figures, StatisticsError> {
        let is_sealed = self.whole.books.is_sealed();
        Ok(self.answer(packs, &Asked::new(packs, (indicator, by), is_sealed)?))
    }

    /// The figures of what is asked for; whoever asks has looked whether anything is under seal.
    pub(super) fn answer(&self, packs: &Packs, asked: &Asked<'_>) -> Figures {
        let Asked { known, indicator, by, axes, plan } = asked;
        let tables = plan.as_ref().map(Plan::tables).unwrap_or_default();
        let states = self.whole.sheets.iter().filter(|sheet| tables.contains(&sheet.table()));
        let waiting = states.clone().map(|sheet| sheet.waiting).max().unwrap_or(0);
        let read = |unit: &UnitHoldings| match plan {
            Ok(plan) => unit.figures(known, plan, axes),
            Err(reason) => {
                let listed = self.listed(packs, unit, *indicator).filter(|_| axes.is_empty());
                listed.unwrap_or_else(|| unit.blank(Blank::NoFeed(*reason), axes))
            }
        };
        let whole = read(&self.whole);
        let members: Vec<UnitFigures> = self.members.iter().map(read).collect();
        Figures {
            indicator: indicator.id().to_owned(),
            period: self.period,
            by: by.to_vec(),
            states: states.filter_map(state).collect(),
            waiting,
            whole,
            members,
            catalogue: known.digest,
            revision: known.catalogue.revision(),
        }
    }

    /// What the directories say; nothing for indicators that are not read from them.
    fn listed(
        &self,
        packs: &Packs,
        unit: &UnitHoldings,
        indicator: Indicator<'_>,
    ) -> Option<UnitFigures> {
        let counted = listed::of(indicator.id())?;
        let is_whole = unit.unit.id == self.whole.unit.id;
        let below = if is_whole { self.below.as_slice() } else { &[] };
        let whose = Whose { unit: &unit.unit, due: unit.due, below };
        let (reading, coverage) = listed::told(packs, (counted, self.period), whose)?;
        let figures = vec![Figure { key: Vec::new(), reading }];
        let blank = unit.blank(Blank::NotReported, &[]);
        Some(UnitFigures { figures, coverage, able: coverage.schools_reported, ..blank })
    }
}

impl UnitHoldings {
    /// What figures are read from.
    #[must_use]
    pub fn reader<'a>(&'a self, known: &'a KnownCatalogue) -> Reader<'a> {
        let (kind, due, sheets) = (self.unit.kind, self.due, self.sheets.as_slice());
        Reader { known, kind, due, sheets, books: &self.books }
    }

    fn figures(&self, known: &KnownCatalogue, plan: &Plan<'_>, axes: &[Axis]) -> UnitFigures {
        let reader = self.reader(known);
        let figures = reader.figures(plan, axes);
        let table = plan.tables().first().copied().unwrap_or_default();
        let sheet = reader.sheet(table);
        let opened = reader.opened(plan);
        UnitFigures {
            unit: self.unit.clone(),
            figures,
            coverage: reader.coverage(plan),
            able: reader.able(plan),
            snapshot: sheet.map_or(0, |sheet| sheet.snapshot),
            root: sheet.and_then(|sheet| sheet.root),
            fresh: opened.as_ref().and_then(Opened::fresh),
            missing: opened.as_ref().map(|opened| opened.missing.clone()).unwrap_or_default(),
            closed: opened.as_ref().map(|opened| opened.closed.clone()).unwrap_or_default(),
            away: opened.as_ref().map_or(0, |opened| opened.away),
            contradictions: reader.contradictions(plan),
            opened: opened.map(|opened| opened.from()).unwrap_or_default(),
        }
    }

    fn blank(&self, blank: Blank, axes: &[Axis]) -> UnitFigures {
        let size: usize = axes.iter().map(|axis| axis.values.len()).product();
        let reading = Reading::Blank(blank);
        let figure = |place| Figure { key: key_at(axes, place), reading };
        UnitFigures {
            unit: self.unit.clone(),
            figures: (0..size).map(figure).collect(),
            coverage: Coverage { schools_due: self.due, ..Default::default() },
            able: 0,
            snapshot: 0,
            root: None,
            opened: Vec::new(),
            fresh: None,
            missing: Vec::new(),
            closed: BTreeMap::new(),
            away: 0,
            contradictions: Vec::new(),
        }
    }
}

/// Reads the figures of one indicator, period and hub: one snapshot row where no members are
/// asked for, whatever the number of schools.
///
/// # Errors
/// No such indicator or dimension, or the store cannot be read.
pub fn figures(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    query: &Query,
) -> Result<Figures, StatisticsError> {
    let catalogue = packs.in_force().catalogue.clone();
    let found = Indicator::find(&catalogue, &query.indicator);
    let found = found.ok_or(StatisticsError::UnknownIndicator)?;
    let plan = found.plan(&catalogue).ok();
    // A count that is sealed and not rounded stands in no sheet.
    let tables = plan.as_ref().map(Plan::tables).unwrap_or_default();
    let span = (query.period, query.members);
    Holdings::open(tx, packs, at, span, &tables)?.figures(packs, &query.indicator, &query.by)
}

fn state(sheet: &Sheet) -> Option<State> {
    Some(State {
        number: sheet.snapshot,
        table: sheet.table().to_owned(),
        root: sheet.root?,
        sealed_at_ms: sheet.at_ms,
        catalogue: sheet.digest,
        coverage: sheet.coverage,
    })
}

/// Axes of the dimensions asked for, in the order asked for.
fn axes(
    catalogue: &Catalogue,
    indicator: Indicator<'_>,
    (by, is_sealed): (&[String], bool),
) -> Result<Vec<Axis>, StatisticsError> {
    // Whatever is opened is opened by stage.
    let has = |id: &str| indicator.has_dimension(id) || (is_sealed && id == "stage");
    let axis = |(place, id): (usize, &String)| {
        let repeated = by.iter().take(place).any(|other| other == id);
        let known = catalogue.dimension(id).filter(|_| has(id) && !repeated);
        let dimension = known.ok_or(StatisticsError::Dimension)?;
        let values = dimension.values.iter().map(|value| value.id.clone()).collect();
        Ok(Axis { dimension: dimension.id.clone(), values })
    };
    by.iter().enumerate().map(axis).collect()
}

/// The members by the tree of the period, and whoever else is in the sums.
fn below(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    (period, own): (&str, &[Sheet]),
    books: &Books,
) -> Result<Vec<UnitHoldings>, StatisticsError> {
    let day = rollup::tree_day(packs, period);
    let placed = unit::members_on(tx, &at.id, day)?;
    let counted = placed.iter().filter(|unit| {
        let sends = unit.kind == UnitKind::School || unit.kind.is_area();
        sends && unit.status != UnitStatus::Closed && is_meant(packs, unit)
    });
    let mut members: Vec<UnitHoldings> = counted.map(|unit| held(packs, unit)).collect();
    for sheet in own {
        for release in sheet::members(tx, packs, sheet, period)? {
            let id: UnitId = release.unit.parse().map_err(|_| SqlError::Type)?;
            let place = match members.binary_search_by(|known| known.unit.id.cmp(&id)) {
                Ok(place) => place,
                Err(place) => {
                    let gone = unit::find(tx, &id)?;
                    let gone = gone.as_ref().map_or_else(|| bare(packs, &id), |u| held(packs, u));
                    members.insert(place, gone);
                    place
                }
            };
            if let Some(member) = members.get_mut(place) {
                member.sheets.push(release.sheet);
                member.sources.push(release.source);
            }
        }
    }
    for member in &mut members {
        member.books = books.of_member(&member.unit.id);
    }
    // A helper has no members: the areas that it helps stand in their place.
    for book in books.areas.iter().filter(|_| at.kind == UnitKind::Helper) {
        let label = division(packs, book.area().as_str());
        let label = label.unwrap_or_else(|| same(book.area().as_str()));
        let unit = UnitName { id: book.area().clone(), kind: UnitKind::District, label };
        let books = books.of_member(book.area());
        members.push(UnitHoldings { unit, due: 0, sheets: Vec::new(), sources: Vec::new(), books });
    }
    Ok(members)
}

/// Whether figures are awaited of a unit: of a special period, of its area alone.
fn is_meant(packs: &Packs, unit: &Unit) -> bool {
    let special = packs.looked_at();
    special.is_none_or(|special| rollup::expected_of(special.area(), &unit.id, unit.kind) > 0)
}

fn held(packs: &Packs, unit: &Unit) -> UnitHoldings {
    let due = match packs.looked_at() {
        Some(special) => rollup::expected_of(special.area(), &unit.id, unit.kind),
        None if unit.kind == UnitKind::School => 1,
        None => unit.schools_below,
    };
    let unit = UnitName { id: unit.id.clone(), kind: unit.kind, label: name(packs, unit) };
    UnitHoldings { unit, due, sheets: Vec::new(), sources: Vec::new(), books: Books::default() }
}

/// A unit that the registry no longer knows.
fn bare(packs: &Packs, id: &UnitId) -> UnitHoldings {
    let label = division(packs, id.as_str()).unwrap_or_else(|| same(id.as_str()));
    let unit = UnitName { id: id.clone(), kind: UnitKind::School, label };
    UnitHoldings { unit, due: 0, sheets: Vec::new(), sources: Vec::new(), books: Books::default() }
}

/// The name by which a unit is shown: the registry's, else its division's, else its id.
#[must_use]
pub fn name(packs: &Packs, unit: &Unit) -> Label {
    if unit.name_zh.is_empty() {
        return division(packs, unit.id.as_str()).unwrap_or_else(|| same(unit.id.as_str()));
    }
    let english = if unit.name_en.is_empty() {
        division(packs, unit.id.as_str()).map(|label| label.en)
    } else {
        Some(unit.name_en.clone())
    };
    Label { zh: unit.name_zh.clone(), en: english.unwrap_or_else(|| unit.name_zh.clone()) }
}

fn division(packs: &Packs, code: &str) -> Option<Label> {
    let rows = packs.divisions().rows();
    rows.iter().find(|row| row.code == code).map(|row| row.label.clone())
}

fn same(text: &str) -> Label {
    Label { zh: text.to_owned(), en: text.to_owned() }
}
