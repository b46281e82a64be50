//! The opened sums of one area for one period, and what figures they give.

mod draft;
mod open;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use domain::catalogue::{DimensionId, Grade, Stage, TableId};
use domain::digest::Digest;
use domain::disclosure::plan::{GroupId, Plan, Roster, School};
use domain::disclosure::sealed::{SealedTable, SealedTables, SealedYear, persons_about, weeks_of};
use domain::period::Period;
use domain::rollup::Coverage;
use domain::span::Span;
use domain::unit::UnitId;
use proto::opening::Detail;
use runtime::sealing::{SealedYears, SealingYear};
use runtime::sql::{SqlError, Tx};

use self::draft::Draft;
use super::cells::{self, Cell, OtherWords};
use super::state::{Closed, Sort};
use super::{Asked, Extent, TableOf, is_task};
use crate::packs::Packs;
use crate::store::contradiction::{self, Contradiction};
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
    /// How much of the period lies before the plan.
    before: Before,
    sums: Vec<OpenedSum>,
    tasks: Vec<TaskState>,
    /// Whether this hub has a part in the sums and so knows what they wait for.
    has_part: bool,
    /// Tables of which sums are here that nothing here can read.
    unread: BTreeSet<TableId>,
    /// Relations that sums of the area and year break.
    contradictions: Vec<Contradiction>,
    about: About,
    tables: HashMap<Digest, Arc<SealedTables>>,
    in_force: Option<(Digest, Arc<SealedTables>)>,
}

/// How much of a period lies before the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    Nothing,
    Part,
    All,
}

/// How many persons of the roster each cell of a table is about, in a stage and some schools; made
/// once for a page that asks often.
type About = Arc<Mutex<HashMap<(Digest, TableId, Stage, BTreeSet<UnitId>), Arc<Vec<u64>>>>>;

/// Figures of an area.
#[derive(Debug, Default)]
pub struct AreaSum<'b> {
    /// One for each combination asked for: the figure, or why there is none.
    pub cells: Vec<Result<Cell, Closed>>,
    /// Groups that are in, by stage; figures of the same are about the same schools.
    pub basis: BTreeSet<Member>,
    /// How complete it is: of the schools that can be in it, those of which every stage is.
    pub coverage: Coverage,
    /// Schools that were closed or out of session and are in none of the sums.
    pub away: BTreeSet<UnitId>,
    /// Schools that cannot be in it with a stage, since the plan opens no group of theirs.
    pub closed: BTreeMap<Stage, u32>,
    /// The sums, each once.
    pub sums: Vec<&'b OpenedSum>,
}

impl AreaBook {
    /// The book of an area from what was read for all of them; it reads how far tasks are. Where
    /// tables are named it is about these only.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(
        tx: &Tx<'_>,
        packs: &Packs,
        (hub, area, span): (&UnitId, &UnitId, Span),
        (period, mut sums): (Period, Vec<OpenedSum>),
        only: Option<&BTreeSet<String>>,
    ) -> Result<Self, SqlError> {
        let mut tasks = Vec::new();
        for one in periods(period, &span) {
            tasks.extend(opened::states(tx, (area, span.school_year), one, only)?);
        }
        let mut contradictions = contradiction::all(tx)?;
        contradictions.retain(|one| (&one.place, one.school_year) == (area, span.school_year));
        let known = |digest: Digest| Some((digest, packs.sealed_tables(&digest)?));
        let tables: HashMap<_, _> = sums.iter().filter_map(|sum| known(sum.pack)).collect();
        // A special period is summed over the groups that lie in its area whole.
        let years = match packs.looked_at() {
            Some(special) => {
                Arc::new(packs.sealed_years().within(|school| special.area().holds(school)))
            }
            None => packs.sealed_years().clone(),
        };
        let year = years.of_area(area, span.school_year).and_then(Result::ok);
        // What was opened under another plan or roster is about other groups.
        let mut unread = BTreeSet::new();
        sums.retain(|sum| {
            match tables.get(&sum.pack).and_then(|all| all.table(sum.table.as_str())) {
                Some(table) => year.is_some_and(|year| {
                    is_task(packs, (year, table), (sum.period, sum.pack, &sum.task))
                }),
                None => {
                    unread.insert(sum.table.clone());
                    false
                }
            }
        });
        let days = year.map(SealingYear::days);
        let is_covered = days.is_some_and(|(from, until)| from <= span.from && span.to <= until);
        let before = match days {
            Some((from, _)) if span.to < from => Before::All,
            Some((from, _)) if span.from < from => Before::Part,
            _ => Before::Nothing,
        };
        Ok(Self {
            area: area.clone(),
            school_year: span.school_year,
            period,
            weeks: weeks(period, &span),
            is_covered,
            before,
            sums,
            has_part: year
                .is_some_and(|year| [&year.year().leader, &year.year().helper].contains(&hub)),
            unread,
            contradictions,
            about: About::default(),
            tasks,
            tables,
            in_force: known(packs.in_force().digest),
            years,
        })
    }

    /// The area.
    #[must_use]
    pub const fn area(&self) -> &UnitId {
        &self.area
    }

    /// The school year, by the year in which it begins.
    #[must_use]
    pub const fn school_year(&self) -> i16 {
        self.school_year
    }

    /// Relations that sums of the area and year break.
    #[must_use]
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// What both commissions signed for the year; nothing only if the packs changed meanwhile.
    #[must_use]
    pub fn sealing(&self) -> Option<&SealingYear> {
        self.years.of_area(&self.area, self.school_year)?.ok()
    }

    /// Schools on the roster of the area, or of a town of it.
    #[must_use]
    pub fn schools(&self, extent: &Extent) -> u32 {
        let all = self.year().into_iter().flat_map(|year| year.roster.schools.values());
        count(all.filter(|school| extent.holds(school)).count())
    }

    /// Whether a school is on the roster.
    #[must_use]
    pub fn holds(&self, school: &UnitId) -> bool {
        self.year().is_some_and(|year| year.roster.school(school).is_some())
    }

    /// Whether a school of the area or of a town of it has students of a stage and of a grade.
    #[must_use]
    pub fn has(&self, extent: &Extent, stage: Option<Stage>, grade: Option<Grade>) -> bool {
        let Some(year) = self.year() else { return false };
        let in_stage = |school: &School, known: Stage| match grade {
            Some(grade) => school.persons_in(known, grade) > 0,
            None => school.has(known),
        };
        let stages: Vec<Stage> = stage.map_or(Stage::ALL.to_vec(), |one| vec![one]);
        let mut schools = year.roster.schools.values().filter(|school| extent.holds(school));
        schools.any(|school| stages.iter().any(|known| in_stage(school, *known)))
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
        if asked.is_of_several() {
            return self.several(extent, asked);
        }
        let mut schools = BTreeMap::<&UnitId, bool>::new();
        for stage in Stage::ALL {
            let listed = listed(&year.roster, stage, (extent, asked.filters));
            if listed.is_empty() {
                continue;
            }
            let before = total.sums.len();
            let found = self.stage((stage, &listed), (extent, asked), &mut total, &mut draft);
            let away = away_in(&year.plan, total.sums.get(before..).unwrap_or_default());
            let can_come = !matches!(&found, Err(why) if why.sort() == Sort::Closed);
            let groups = found.unwrap_or_default();
            let mut within = members(&year.plan, &groups);
            within.retain(|school| !away.contains(*school));
            total.coverage.persons += year.roster.persons(within.iter().copied(), stage);
            let open = open::groups(&year.plan, &year.roster, (stage, extent));
            let open = members(&year.plan, &open);
            for school in listed {
                if !open.contains(school) {
                    *total.closed.entry(stage).or_default() += 1;
                } else if away.contains(school) {
                    total.away.insert(school.clone());
                } else if can_come {
                    let is_in = within.contains(school);
                    schools.entry(school).and_modify(|all| *all &= is_in).or_insert(is_in);
                }
            }
        }
        total.away.retain(|school| !schools.contains_key(school));
        total.coverage.schools_due = count(schools.len());
        total.coverage.schools_reported = count(schools.values().filter(|all| **all).count());
        total.cells = draft.finish();
        total
    }

    /// Adds one stage; gives the groups that are in, or why there are none.
    fn stage<'b>(
        &'b self,
        (stage, listed): (Stage, &BTreeSet<&UnitId>),
        (extent, asked): (&Extent, Asked<'_>),
        total: &mut AreaSum<'b>,
        draft: &mut Draft,
    ) -> Result<BTreeSet<GroupId>, Closed> {
        let layouts = asked.tables.iter().filter_map(|table| {
            let layout = self.layout(None, &table.table)?;
            Some((table, layout))
        });
        let layouts: Vec<(&TableOf, &SealedTable)> = layouts.collect();
        match self.in_all(stage, &layouts, (extent, asked)) {
            Ok((wholes, groups)) => {
                for ((table, _), sums) in layouts.iter().zip(wholes) {
                    match self.added(stage, table, asked, &sums) {
                        Ok(added) => {
                            let cells = draft.cells.iter_mut().zip(added);
                            cells.for_each(|(cell, added)| *cell = cell.plus(added));
                            total.sums.extend(sums);
                        }
                        Err(OtherWords) => draft.close_all(Closed::Catalogue),
                    }
                }
                let member = |group: &GroupId| (self.area.clone(), stage, group.clone());
                total.basis.extend(groups.iter().map(member));
                Ok(groups)
            }
            Err(closed) => {
                for (table, layout) in &layouts {
                    draft.close(&self.reached(stage, listed, (*table, layout), asked), closed);
                }
                Err(closed)
            }
        }
    }

    /// Figures that anybody of the listed schools is in.
    fn reached(
        &self,
        stage: Stage,
        listed: &BTreeSet<&UnitId>,
        (table, layout): (&TableOf, &SealedTable),
        asked: Asked<'_>,
    ) -> BTreeSet<usize> {
        let at = (stage, Detail::Cells);
        let places = cells::targets(layout, at, table.only.as_ref(), asked).unwrap_or_default();
        let pack = self.in_force.as_ref().map_or(Digest::sha256([0; 32]), |(pack, _)| *pack);
        let persons = self.persons((pack, layout), stage, listed);
        let reached = places.into_iter().zip(persons.iter()).filter(|(_, persons)| **persons > 0);
        reached.filter_map(|(target, _)| target).collect()
    }

    fn added(
        &self,
        stage: Stage,
        table: &TableOf,
        asked: Asked<'_>,
        sums: &[&OpenedSum],
    ) -> Result<Vec<Cell>, OtherWords> {
        let size = asked.by.iter().map(|axis| axis.values.len()).product();
        let mut found = vec![Cell::default(); size];
        let Some(year) = self.year() else { return Ok(found) };
        let first = sums.iter().map(|sum| sum.period).min();
        for sum in sums {
            let layout = self.layout(Some(&sum.pack), &table.table).ok_or(OtherWords)?;
            let at = (stage, sum.detail);
            let targets = cells::targets(layout, at, table.only.as_ref(), asked)?;
            let schools = members(&year.plan, &sum.groups);
            let about = self.persons((sum.pack, layout), stage, &schools);
            let about = (about.as_slice(), Some(sum.period) == first);
            cells::add((sum, layout), &targets, about, &mut found);
        }
        Ok(found)
    }

    /// How many persons of the roster each cell is about in some schools.
    fn persons(
        &self,
        (pack, table): (Digest, &SealedTable),
        stage: Stage,
        schools: &BTreeSet<&UnitId>,
    ) -> Arc<Vec<u64>> {
        let of: BTreeSet<UnitId> = schools.iter().map(|id| (*id).clone()).collect();
        let key = (pack, table.id().clone(), stage, of);
        let mut known = self.about.lock().unwrap_or_else(PoisonError::into_inner);
        let made = known.entry(key).or_insert_with(|| {
            let listed = self.year().map(|year| {
                schools.iter().filter_map(|id| year.roster.school(id)).collect::<Vec<&School>>()
            });
            Arc::new(persons_about(table, listed.unwrap_or_default(), stage))
        });
        Arc::clone(made)
    }

    /// A table as a catalogue lays it out; as the one in force does where none is named.
    fn layout(&self, pack: Option<&Digest>, table: &str) -> Option<&SealedTable> {
        let tables = match pack {
            Some(pack) => self.tables.get(pack),
            None => self.in_force.as_ref().map(|(_, tables)| tables),
        };
        tables?.table(table)
    }
}

/// The schools of the roster that a figure of a stage can be about at all.
fn listed<'r>(
    roster: &'r Roster,
    stage: Stage,
    (extent, filters): (&Extent, &[(DimensionId, String)]),
) -> BTreeSet<&'r UnitId> {
    let only = |dimension: &str| {
        let found = filters.iter().find(|(known, _)| known.as_str() == dimension);
        found.map(|(_, value)| value.as_str())
    };
    if only("stage").is_some_and(|value| value != stage.as_str()) {
        return BTreeSet::new();
    }
    let grade = only("grade").map(Grade::from_word);
    let has = |school: &School| match grade {
        None => true,
        Some(grade) => grade.is_some_and(|grade| school.persons_in(stage, grade) > 0),
    };
    let listed = roster.with(stage).filter(|(_, school)| extent.holds(school) && has(school));
    listed.map(|(id, _)| id).collect()
}

/// The weeks that a flow of a period is told by.
fn weeks(period: Period, span: &Span) -> Vec<Period> {
    match period {
        Period::Day(_) => Vec::new(),
        Period::Week { .. } => vec![period],
        _ => weeks_of(span).into_iter().map(|week| week.period()).collect(),
    }
}

/// The periods that figures of one are read from: its weeks and itself.
pub(super) fn periods(period: Period, span: &Span) -> BTreeSet<Period> {
    weeks(period, span).into_iter().chain([period]).collect()
}

/// Schools that were away in every one of some sums that they could be in.
fn away_in(plan: &Plan, sums: &[&OpenedSum]) -> BTreeSet<UnitId> {
    let ever: BTreeSet<&UnitId> = sums.iter().flat_map(|sum| &sum.away).collect();
    let is_out = |school: &&UnitId| {
        let could = sums.iter().filter(|sum| members(plan, &sum.groups).contains(*school));
        could.into_iter().all(|sum| sum.away.contains(*school))
    };
    ever.into_iter().filter(is_out).cloned().collect()
}

/// The schools of some groups.
fn members<'p>(plan: &'p Plan, groups: &BTreeSet<GroupId>) -> BTreeSet<&'p UnitId> {
    let within = plan.groups().iter().filter(|group| groups.contains(&group.id));
    within.flat_map(|group| &group.members).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
