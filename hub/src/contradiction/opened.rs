//! Opened sums held to the relations of the catalogue: pure, on what one hub recorded of an area
//! and school year.
//!
//! Only sums over the same reports are compared: the same groups, and of each school the report of
//! the same period. A stock that is carried was counted on another day than a fresh one, so the two
//! may differ; both carried from the same term may not. Flows are added up from the first week
//! under seal for as long as no week is missing, see [`domain::disclosure::coherent`]. A report
//! that was refused and made again tells what was entered until then. The weeks after tell that of
//! the other tables, so that flows are judged when such a week is in, and of stocks not at all,
//! unless it was made again in all tables, which is at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Catalogue, Stage, TableId};
use domain::disclosure::coherent::{Cells, Check, counts_in};
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, Week};
use domain::period::Period;
use domain::unit::UnitId;
use proto::opening::Detail;

use crate::store::contradiction::Contradiction;
use crate::store::opened::OpenedSum;

/// Name of the rule that a town is a part of its area.
const TOWN: &str = "town and area";

/// A recorded sum as it is compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The sum.
    pub sum: OpenedSum,
    /// Its cells by place, zero where nobody is of their kind and nothing where they stay closed.
    pub cells: Cells,
    /// Its schools, each with the period of its report.
    pub schools: BTreeSet<(UnitId, Period)>,
    /// Those of them whose report was made again after a refusal, and until when it tells.
    pub again: BTreeMap<UnitId, String>,
}

/// What one hub recorded of an area and school year, and by what it is held.
#[derive(Debug)]
pub struct Area<'a> {
    /// The area.
    pub area: &'a UnitId,
    /// The school year, by the year in which it begins.
    pub school_year: i16,
    /// Catalogue in force.
    pub catalogue: &'a Catalogue,
    /// Its tables; every sum is laid out and counted as in these.
    pub tables: &'a SealedTables,
    /// Weeks under seal, from the first.
    pub weeks: Vec<Week>,
    /// The sums.
    pub sums: Vec<Compared>,
}

/// Sums of one table over some groups together.
struct Whole {
    cells: Cells,
    schools: BTreeSet<(UnitId, Period)>,
    again: BTreeMap<UnitId, String>,
}

/// Where a check is broken: the stratum, and the first and last period.
type Found = (String, Period, Period);

impl Area<'_> {
    /// Every relation that the sums break.
    #[must_use]
    pub fn contradictions(&self, checks: &[Check]) -> Vec<Contradiction> {
        let mut found = Vec::new();
        for check in checks {
            for stage in Stage::ALL {
                for detail in [Detail::Cells, Detail::Categories] {
                    found.extend(self.of_check(check, (stage, detail)));
                }
            }
        }
        found.extend(self.of_towns());
        found
    }

    fn of_check(&self, check: &Check, (stage, detail): (Stage, Detail)) -> Vec<Contradiction> {
        let is_meant = |one: &&Compared| {
            let sum = &one.sum;
            check.tables.contains(&sum.table) && (sum.stage, sum.detail) == (stage, detail)
        };
        let own: Vec<&Compared> = self.sums.iter().filter(is_meant).collect();
        let mut found = Vec::new();
        for (own, period) in by_period(check.kind, own) {
            for groups in components(&own) {
                let broken = match period {
                    Some(period) => self.in_term(check, stage, (own.as_slice(), &groups), period),
                    None => self.over_weeks(check, stage, (own.as_slice(), &groups)),
                };
                found.extend(broken.map(|broken| {
                    let rule = (check.identity.clone(), check.relation.clone());
                    let about = (check.counts.clone(), &check.tables);
                    self.contradiction(rule, about, (stage, detail), (groups.clone(), broken))
                }));
            }
        }
        found
    }

    /// A stock, by itself.
    fn in_term(
        &self,
        check: &Check,
        stage: Stage,
        (own, groups): (&[&Compared], &BTreeSet<GroupId>),
        period: Period,
    ) -> Option<Found> {
        let wholes = together(check, own, (period, groups))?;
        if !unsettled(&wholes).is_empty() {
            return None;
        }
        let cells = wholes.into_iter().map(|(table, whole)| (table, whole.cells)).collect();
        let stratum = check.broken((self.catalogue, self.tables), stage, &cells)?;
        Some((stratum, period, period))
    }

    /// A flow, from the first week on as far as no week is missing.
    fn over_weeks(
        &self,
        check: &Check,
        stage: Stage,
        (own, groups): (&[&Compared], &BTreeSet<GroupId>),
    ) -> Option<Found> {
        let mut total: BTreeMap<TableId, Cells> = BTreeMap::new();
        let (mut until, mut settled) = (String::new(), None);
        for week in &self.weeks {
            let Some(wholes) = together(check, own, (week.period(), groups)) else { break };
            until = until.max(unsettled(&wholes));
            for (table, whole) in wholes {
                let sum = match total.remove(&table) {
                    Some(before) => added(&before, &whole.cells),
                    None => whole.cells,
                };
                total.insert(table, sum);
            }
            // Reports of a week are made after its last day.
            if until <= week.sunday().to_string() {
                settled = Some((week.period(), total.clone()));
            }
        }
        let (last, total) = settled?;
        let stratum = check.broken((self.catalogue, self.tables), stage, &total)?;
        Some((stratum, self.weeks.first()?.period(), last))
    }

    /// Towns whose stock is more than their area's, or other where both are of the same schools.
    fn of_towns(&self) -> Vec<Contradiction> {
        let towns = self.sums.iter().filter(|one| one.sum.detail == Detail::Categories);
        let mut found = Vec::new();
        for town in towns {
            let Some(table) = self.tables.table(town.sum.table.as_str()) else { continue };
            let Some((relation, stratum)) = self.beside_area(table, town) else { continue };
            let tables = BTreeSet::from([table.id().clone()]);
            let counts = counts_in(self.catalogue, table).into_iter().collect();
            let at = (town.sum.stage, town.sum.detail);
            let broken = (stratum, town.sum.period, town.sum.period);
            let rule = (TOWN.to_owned(), relation);
            let set = (town.sum.groups.clone(), broken);
            found.push(self.contradiction(rule, (counts, &tables), at, set));
        }
        found
    }

    /// The relation that a town's sum does not keep beside the area's, and in which category.
    fn beside_area(&self, table: &SealedTable, town: &Compared) -> Option<(String, String)> {
        let is_beside = |one: &&Compared| {
            let (own, other) = (&town.sum, &one.sum);
            other.detail == Detail::Cells
                && (&other.table, other.period, other.stage) == (&own.table, own.period, own.stage)
                && !other.groups.is_disjoint(&own.groups)
        };
        let beside: Vec<&Compared> = self.sums.iter().filter(is_beside).collect();
        let groups: BTreeSet<GroupId> =
            beside.iter().flat_map(|one| one.sum.groups.iter().cloned()).collect();
        let area = whole(&beside, (table.id(), town.sum.period), &groups)?;
        if !town.sum.groups.is_subset(&groups) || !town.schools.is_subset(&area.schools) {
            return None;
        }
        let is_all = area.schools == town.schools;
        let first = table.block().axes.first()?;
        let size = table.cells().checked_div(first.values.len())?;
        let of = |at: usize| {
            let cells = area.cells.iter().skip(at * size).take(size);
            cells.copied().try_fold(0_u64, |sum, cell| sum.checked_add(cell?))
        };
        let is_off = |(at, own): (usize, u64), area: u64| {
            let off = if is_all { own != area } else { own > area };
            off.then(|| first.values.get(at).map(|value| format!("{}={value}", first.dimension)))
        };
        let told = town.cells.iter().enumerate();
        let mut told = told.filter_map(|(at, own)| Some(((at, (*own)?), of(at)?)));
        let stratum = told.find_map(|(own, area)| is_off(own, area).flatten())?;
        let sign = if is_all { "==" } else { "<=" };
        Some((format!("{0} of the town {sign} {0} of the area", table.indicator()), stratum))
    }

    fn contradiction(
        &self,
        (identity, relation): (String, String),
        (counts, tables): (BTreeSet<String>, &BTreeSet<TableId>),
        (stage, detail): (Stage, Detail),
        (groups, (stratum, from, to)): (BTreeSet<GroupId>, Found),
    ) -> Contradiction {
        Contradiction {
            place: self.area.clone(),
            school_year: self.school_year,
            detail: detail.as_str().to_owned(),
            stage: stage.as_str().to_owned(),
            groups,
            identity,
            relation,
            stratum,
            counts,
            tables: tables.iter().map(ToString::to_string).collect(),
            from,
            to,
        }
    }
}

/// Sums by what is judged at once: a stock's by their term, a flow's all together.
fn by_period<'c>(kind: Kind, own: Vec<&'c Compared>) -> Vec<(Vec<&'c Compared>, Option<Period>)> {
    if kind == Kind::Flow {
        return vec![(own, None)];
    }
    let mut found: BTreeMap<Period, Vec<&'c Compared>> = BTreeMap::new();
    for one in own {
        found.entry(one.sum.period).or_default().push(one);
    }
    found.into_iter().map(|(period, own)| (own, Some(period))).collect()
}

/// Sets of groups that any of some sums has together; they can only be compared together.
fn components(own: &[&Compared]) -> Vec<BTreeSet<GroupId>> {
    let mut found: Vec<BTreeSet<GroupId>> = Vec::new();
    for one in own {
        let (apart, joined): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|known| known.is_disjoint(&one.sum.groups));
        found = apart;
        let mut all = one.sum.groups.clone();
        all.extend(joined.into_iter().flatten());
        found.push(all);
    }
    found
}

/// The sums of all tables of a check over some groups; nothing where one lacks any of the groups,
/// or where they are not over the same reports.
fn together(
    check: &Check,
    own: &[&Compared],
    (period, groups): (Period, &BTreeSet<GroupId>),
) -> Option<BTreeMap<TableId, Whole>> {
    let wholes = check.tables.iter().map(|table| {
        let whole = whole(own, (table, period), groups)?;
        Some((table.clone(), whole))
    });
    let wholes: BTreeMap<TableId, Whole> = wholes.collect::<Option<_>>()?;
    let schools = &wholes.values().next()?.schools;
    let is_same = wholes.values().all(|whole| whole.schools == *schools);
    is_same.then_some(wholes)
}

/// The sums of a table and period that make up some groups, each group once.
fn whole(
    own: &[&Compared],
    (table, period): (&TableId, Period),
    groups: &BTreeSet<GroupId>,
) -> Option<Whole> {
    let is_part = |one: &&&Compared| {
        let sum = &one.sum;
        sum.table == *table && sum.period == period && sum.groups.is_subset(groups)
    };
    let mut covered: BTreeSet<&GroupId> = BTreeSet::new();
    let mut found: Option<Whole> = None;
    for one in own.iter().filter(is_part) {
        // A group is opened once of a task; of two catalogues there are two tasks.
        if one.sum.groups.iter().any(|group| !covered.insert(group)) {
            return None;
        }
        let (cells, mut schools, mut again) = match found.take() {
            Some(before) => (added(&before.cells, &one.cells), before.schools, before.again),
            None => (one.cells.clone(), BTreeSet::new(), BTreeMap::new()),
        };
        schools.extend(one.schools.iter().cloned());
        again.extend(one.again.clone());
        found = Some(Whole { cells, schools, again });
    }
    found.filter(|_| covered.len() == groups.len())
}

fn added(one: &[Option<u64>], other: &[Option<u64>]) -> Cells {
    let pairs = one.iter().zip(other);
    pairs.map(|(one, other)| one.zip(*other).and_then(|(a, b)| a.checked_add(b))).collect()
}

/// Until when reports tell that were made again in some of the tables and not in all of them; empty
/// where there are none.
fn unsettled(wholes: &BTreeMap<TableId, Whole>) -> String {
    let is_in_all = |unit: &UnitId| wholes.values().all(|whole| whole.again.contains_key(unit));
    let all = wholes.values().flat_map(|whole| &whole.again);
    let apart = all.filter(|(unit, _)| !is_in_all(unit));
    apart.map(|(_, until)| until.clone()).max().unwrap_or_default()
}
