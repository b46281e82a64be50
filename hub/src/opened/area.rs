//! The opened sums of one area for one period, and what figures they give.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::{Access, GroupId, Plan, Roster, School};
use domain::disclosure::sealed::{
    Kind, SealedTable, SealedTables, SealedYear, persons_about, weeks_of,
};
use domain::period::Period;
use domain::rollup::Coverage;
use domain::span::Span;
use domain::unit::UnitId;
use proto::opening::Detail;
use runtime::sealing::{SealedYears, SealingYear};
use runtime::sql::{SqlError, Tx};

use super::cells::{self, Cell};
use super::state::Closed;
use super::weeks::whole;
use super::{Asked, Extent, TableOf};
use crate::packs::Packs;
use crate::store::opened::{self, OpenedSum, TaskState};

/// A school with a stage in a group of an area: what a figure is about.
pub type Member = (UnitId, Stage, GroupId);

/// The opened sums of an area that figures of a period can be made of.
#[derive(Clone, Debug)]
pub struct AreaBook {
    years: Arc<SealedYears>,
    area: UnitId,
    school_year: i16,
    period: Period,
    weeks: Vec<Period>,
    /// Whether the plan holds for all days of the weeks.
    is_covered: bool,
    sums: Vec<OpenedSum>,
    tasks: Vec<TaskState>,
    /// Whether this hub has a part in the sums and so knows what they wait for.
    has_part: bool,
    tables: HashMap<Digest, Arc<SealedTables>>,
    in_force: Option<Arc<SealedTables>>,
}

/// Figures of an area.
#[derive(Debug, Default)]
pub struct AreaSum<'b> {
    /// One for each combination asked for: the figure, or why there is none.
    pub cells: Vec<Result<Cell, Closed>>,
    /// Groups that are in, by stage; figures of the same are about the same schools.
    pub basis: BTreeSet<Member>,
    /// How complete it is: schools of which every stage asked for is in.
    pub coverage: Coverage,
    /// The sums, each once.
    pub sums: Vec<&'b OpenedSum>,
}

impl AreaBook {
    /// Reads the sums of a period and of its weeks.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(
        tx: &Tx<'_>,
        packs: &Packs,
        (area, span): (&UnitId, Span),
        period: Period,
    ) -> Result<Self, SqlError> {
        let weeks: Vec<Period> = match period {
            Period::Day(_) => Vec::new(),
            Period::Week { .. } => vec![period],
            _ => weeks_of(&span).into_iter().map(|week| week.period()).collect(),
        };
        let mut sums = Vec::new();
        let mut tasks = Vec::new();
        let all: BTreeSet<Period> = weeks.iter().copied().chain([period]).collect();
        for one in all {
            sums.extend(opened::of_period(tx, one)?);
            tasks.extend(opened::states(tx, (area, span.school_year), one)?);
        }
        sums.retain(|sum| (&sum.area, sum.school_year) == (area, span.school_year));
        let known = |digest: Digest| Some((digest, packs.sealed_tables(&digest)?));
        let tables = sums.iter().filter_map(|sum| known(sum.pack)).collect();
        let years = packs.sealed_years().clone();
        let year = years.of_area(area, span.school_year).and_then(Result::ok);
        let is_covered = year.is_some_and(|year| {
            let (from, until) = year.days();
            from <= span.from && span.to <= until
        });
        Ok(Self {
            area: area.clone(),
            school_year: span.school_year,
            period,
            weeks,
            is_covered,
            sums,
            has_part: !tasks.is_empty(),
            tasks,
            tables,
            in_force: packs.sealed_tables(&packs.in_force().digest),
            years,
        })
    }

    /// The area.
    #[must_use]
    pub const fn area(&self) -> &UnitId {
        &self.area
    }

    /// What both commissions signed for the year; nothing only if the packs changed meanwhile.
    #[must_use]
    pub fn sealing(&self) -> Option<&SealingYear> {
        self.years.of_area(&self.area, self.school_year)?.ok()
    }

    fn year(&self) -> Option<&SealedYear> {
        self.sealing().map(SealingYear::year)
    }

    /// The figures of what is asked.
    #[must_use]
    pub fn sum(&self, extent: &Extent, asked: Asked<'_>) -> AreaSum<'_> {
        let size = asked.by.iter().map(|axis| axis.values.len()).product();
        let mut total = AreaSum::default();
        let mut draft = Draft { cells: vec![Cell::default(); size], closed: vec![None; size] };
        let Some(year) = self.year() else {
            total.cells = draft.finish();
            return total;
        };
        let mut schools = BTreeMap::<&UnitId, bool>::new();
        let only = asked.filters.iter().find(|(dimension, _)| dimension.as_str() == "stage");
        for stage in Stage::ALL {
            if only.is_some_and(|(_, value)| value != stage.as_str()) {
                continue;
            }
            let listed = year.roster.with(stage).filter(|(_, school)| match extent {
                Extent::Area => true,
                Extent::Town(town) => school.town == *town,
            });
            let listed: BTreeSet<&UnitId> = listed.map(|(id, _)| id).collect();
            if listed.is_empty() {
                continue;
            }
            let about: Vec<&School> =
                listed.iter().filter_map(|id| year.roster.school(id)).collect();
            let groups = self.stage((stage, &about), (extent, asked), &mut total, &mut draft);
            let within = year.plan.of_stage(stage).filter(|group| groups.contains(&group.id));
            let within: BTreeSet<&UnitId> = within.flat_map(|group| &group.members).collect();
            total.coverage.persons += year.roster.persons(within.iter().copied(), stage);
            for school in listed {
                let is_in = within.contains(school);
                schools.entry(school).and_modify(|all| *all &= is_in).or_insert(is_in);
            }
        }
        total.coverage.schools_due = count(schools.len());
        total.coverage.schools_reported = count(schools.values().filter(|all| **all).count());
        total.cells = draft.finish();
        total
    }

    /// Adds one stage; gives the groups that are in.
    fn stage<'b>(
        &'b self,
        (stage, about): (Stage, &[&School]),
        (extent, asked): (&Extent, Asked<'_>),
        total: &mut AreaSum<'b>,
        draft: &mut Draft,
    ) -> BTreeSet<GroupId> {
        let mut in_all: Option<BTreeSet<GroupId>> = None;
        for table in asked.tables {
            let Some(layout) = self.layout(None, &table.table) else { continue };
            // Figures that anybody of the roster is in.
            let at = (stage, Detail::Cells);
            let places = cells::targets(layout, at, table.only.as_ref(), asked);
            let persons = persons_about(layout, about.iter().copied(), stage);
            let reached = places.into_iter().zip(persons).filter(|(_, persons)| *persons > 0);
            let reached: BTreeSet<usize> = reached.filter_map(|(target, _)| target).collect();
            let found = match self.at_detail(layout, extent, asked) {
                Ok(()) => self.whole(stage, extent, layout),
                Err(closed) => Err(closed),
            };
            match found {
                Ok((sums, groups)) => {
                    let added = self.added(stage, table, asked, &sums);
                    for (cell, added) in draft.cells.iter_mut().zip(added) {
                        *cell = cell.plus(added);
                    }
                    total.sums.extend(sums);
                    in_all = Some(match in_all {
                        Some(before) => &before & &groups,
                        None => groups,
                    });
                }
                Err(closed) => {
                    in_all = Some(BTreeSet::new());
                    for (at, before) in draft.closed.iter_mut().enumerate() {
                        if reached.contains(&at) {
                            *before = (*before).max(Some(closed));
                        }
                    }
                }
            }
        }
        let groups = in_all.unwrap_or_default();
        let member = |group: &GroupId| (self.area.clone(), stage, group.clone());
        total.basis.extend(groups.iter().map(member));
        groups
    }

    fn added(
        &self,
        stage: Stage,
        table: &TableOf,
        asked: Asked<'_>,
        sums: &[&OpenedSum],
    ) -> Vec<Cell> {
        let size = asked.by.iter().map(|axis| axis.values.len()).product();
        let mut found = vec![Cell::default(); size];
        let Some(year) = self.year() else { return found };
        for sum in sums {
            let Some(layout) = self.layout(Some(&sum.pack), &table.table) else { continue };
            let at = (stage, sum.detail);
            let targets = cells::targets(layout, at, table.only.as_ref(), asked);
            let schools = members(&year.plan, &year.roster, &sum.groups);
            cells::add(sum, layout, &targets, &schools, &mut found);
        }
        found
    }

    /// Whether the plan opens a table as finely as is asked.
    fn at_detail(
        &self,
        table: &SealedTable,
        extent: &Extent,
        asked: Asked<'_>,
    ) -> Result<(), Closed> {
        let first = table.block().axes.first().map(|axis| axis.dimension.as_str());
        let asks = |dimension: &str| {
            let by = asked.by.iter().any(|axis| axis.dimension.as_str() == dimension);
            by || asked.filters.iter().any(|(known, _)| known.as_str() == dimension)
        };
        let is_finer = ["grade", "sex"].into_iter().any(asks);
        match (table.kind(), extent) {
            (Kind::Flow, Extent::Town(_)) => Err(Closed::Detail),
            // A week shows the area's total by what is counted, and no part of it.
            (Kind::Flow, Extent::Area) => {
                let is_week = matches!(self.period, Period::Week { .. });
                let finer = is_finer || (asks("stage") && first != Some("stage"));
                if is_week && finer { Err(Closed::Detail) } else { Ok(()) }
            }
            (Kind::Stock, Extent::Town(_)) if is_finer => Err(Closed::Detail),
            (Kind::Stock, _) => Ok(()),
        }
    }

    fn detail(&self, kind: Kind, extent: &Extent) -> Detail {
        match (kind, extent) {
            (Kind::Stock, Extent::Town(_)) => Detail::Categories,
            _ => Detail::Cells,
        }
    }

    /// The sums of a stage that are whole for the period, with their groups; or why there are none.
    fn whole(
        &self,
        stage: Stage,
        extent: &Extent,
        table: &SealedTable,
    ) -> Result<(Vec<&OpenedSum>, BTreeSet<GroupId>), Closed> {
        let year = self.year().ok_or(Closed::NotCovered)?;
        let periods = match (table.kind(), self.period) {
            (Kind::Stock, Period::Term(_)) => vec![self.period],
            (Kind::Stock, _) => return Err(Closed::Nobody),
            (Kind::Flow, _) => self.weeks.clone(),
        };
        let groups = groups(&year.plan, &year.roster, (stage, extent));
        if groups.is_empty() {
            return Err(Closed::FewSchools);
        }
        if table.kind() == Kind::Flow && !self.is_covered {
            return Err(Closed::NotCovered);
        }
        let detail = self.detail(table.kind(), extent);
        let is_meant = |sum: &&OpenedSum| {
            let is_of = sum.table == *table.id() && (sum.stage, sum.detail) == (stage, detail);
            is_of && (detail == Detail::Cells || sum.groups == groups)
        };
        let sums: Vec<&OpenedSum> = self.sums.iter().filter(is_meant).collect();
        let found = whole(&groups, &periods, &sums);
        if !found.groups.is_empty() {
            return Ok((found.sums, found.groups));
        }
        let of_table = |task: &&TaskState| task.table == table.id().as_str();
        let tasks: Vec<&TaskState> = self.tasks.iter().filter(of_table).collect();
        if tasks.iter().any(|task| task.is_stopped) {
            return Err(Closed::Stopped);
        }
        if periods.len() > 1 {
            return Err(Closed::Weeks { open: found.periods_open, of: count(periods.len()) });
        }
        let schools = members(&year.plan, &year.roster, &groups).len();
        Err(match tasks.first() {
            _ if !self.has_part => Closed::NotSent,
            None => Closed::NotBegun,
            Some(task) if u64::from(task.accepted) >= schools as u64 => Closed::Objections,
            Some(_) => Closed::Reports,
        })
    }

    /// A table as a catalogue lays it out; as the one in force does where none is named.
    fn layout(&self, pack: Option<&Digest>, table: &str) -> Option<&SealedTable> {
        let tables = match pack {
            Some(pack) => self.tables.get(pack),
            None => self.in_force.as_ref(),
        };
        tables?.table(table)
    }
}

/// The groups that an area or a town is told by.
fn groups(plan: &Plan, roster: &Roster, (stage, extent): (Stage, &Extent)) -> BTreeSet<GroupId> {
    match extent {
        Extent::Area => {
            let open = plan.of_stage(stage).filter(|group| group.access != Access::Closed);
            open.map(|group| group.id.clone()).collect()
        }
        Extent::Town(town) => {
            let set = plan.towns(roster, stage).remove(town);
            set.into_iter().flat_map(|set| set.groups).collect()
        }
    }
}

fn members<'r>(plan: &Plan, roster: &'r Roster, groups: &BTreeSet<GroupId>) -> Vec<&'r School> {
    let within = plan.groups().iter().filter(|group| groups.contains(&group.id));
    within.flat_map(|group| &group.members).filter_map(|id| roster.school(id)).collect()
}

/// Figures while stages are added up.
struct Draft {
    cells: Vec<Cell>,
    /// Why a stage is not in.
    closed: Vec<Option<Closed>>,
}

impl Draft {
    /// What is there goes before what is not: how complete it is, its coverage says.
    fn finish(self) -> Vec<Result<Cell, Closed>> {
        let one = |(cell, closed): (Cell, Option<Closed>)| match closed {
            _ if cell.opened > 0 => Ok(cell),
            Some(closed) if cell.is_about => Err(closed.max(Closed::FewPersons)),
            None if cell.is_about => Err(Closed::FewPersons),
            closed => Err(closed.unwrap_or(Closed::Nobody)),
        };
        self.cells.into_iter().zip(self.closed).map(one).collect()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
