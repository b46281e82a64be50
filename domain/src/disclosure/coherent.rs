//! Whether sums over schools keep the relations that the figures of each school keep.
//!
//! A relation that every school keeps is kept by their sum, so a sum that breaks one is wrong
//! somewhere: a node, a hub or a relay, by mistake or by a lie. Only what must hold is asked.
//! Sums are compared that are over the same reports; who calls sees to that.
//!
//! A stock is of one day and its tables are counted together, so any relation of the catalogue
//! holds by strata. Of a flow a school tells each week what it had not told, a part together with
//! its whole; software before that told a part that was entered late a week after: done in time in
//! week 37, entered in week 38. So flows are compared as sums from the first week under seal on;
//! only where the part counts records of the whole that pass more filters, since other records can
//! be corrected apart; and by no strata, since a record that was corrected stays told where it was.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::{Interval, Told, breach, pairs};
use super::sealed::{Kind, SealedTable, SealedTables};
use crate::catalogue::{
    Catalogue, Comparison, Count, DimensionId, Identity, Partition, Relation, Stage, TableId,
};

/// Name of the relation that two tables which count the same records keep.
pub const SAME_RECORDS: &str = "same records";

/// Something that sums are held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Name of the identity, of the partition, or [`SAME_RECORDS`].
    pub identity: String,
    /// The relation as the catalogue writes it.
    pub relation: String,
    /// Of which kind all of its tables are.
    pub kind: Kind,
    /// Counts that it names.
    pub counts: BTreeSet<String>,
    /// Sealed tables that carry them.
    pub tables: BTreeSet<TableId>,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Relation(Relation, Vec<DimensionId>),
    Same(TableId, TableId),
}

/// A relation that sums break. Names strata and never figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// As of [`Check`].
    pub identity: String,
    /// As of [`Check`].
    pub relation: String,
    /// Values of dimensions; empty for the whole.
    pub stratum: String,
    /// Counts that it names.
    pub counts: BTreeSet<String>,
}

/// The cells of one stage's sums by place: all of a table, or one for each category of its first
/// axis; nothing in one that stays closed.
pub type Cells = Vec<Option<u64>>;

/// What opened sums of a catalogue are held to.
#[must_use]
pub fn checks(catalogue: &Catalogue, tables: &SealedTables) -> Vec<Check> {
    let of_identity = |identity: &Identity| -> Vec<Check> {
        let relations = identity.checks.iter();
        relations.filter_map(|one| of_relation((catalogue, tables), identity, one)).collect()
    };
    let mut found: Vec<Check> = catalogue.identities().iter().flat_map(of_identity).collect();
    found.extend(of_same_records(catalogue, tables));
    found
}

impl Check {
    /// Where sums of a stage over the same reports break it: values of dimensions, empty for the
    /// whole. Nothing where it can hold, or is about what stays closed.
    #[must_use]
    pub fn broken(
        &self,
        (catalogue, tables): (&Catalogue, &SealedTables),
        stage: Stage,
        sums: &BTreeMap<TableId, Cells>,
    ) -> Option<String> {
        match &self.rule {
            Rule::Relation(relation, by) => {
                let told = |count: &str| {
                    let (table, outcomes) = place_of((catalogue, tables), catalogue.count(count)?)?;
                    told(table, outcomes, stage, sums.get(table.id())?)
                };
                breach(relation, by, told).map(|key| pairs(by, &key))
            }
            Rule::Same(one, other) => {
                let total = |id: &TableId| total(tables.table(id.as_str())?, sums.get(id)?);
                (total(one)? != total(other)?).then(String::new)
            }
        }
    }
}

/// What the rounded cells of a partition break beside clear counts of the same schools: no figures
/// within the rounding's bound keep it. `parts` are the cells of the partition, its outcome first.
#[must_use]
pub fn broken_by_rounded(
    catalogue: &Catalogue,
    partition: &Partition,
    parts: &Told,
    clear: impl Fn(&Count) -> Option<Told>,
) -> Vec<Broken> {
    let told = |id: &str| {
        if id == partition.id.as_str() {
            return Some(parts.clone());
        }
        let rule = partition.derives.iter().find(|rule| rule.count.as_str() == id);
        match rule {
            Some(rule) => Some(of_outcomes(parts, &rule.outcomes)),
            None => clear(catalogue.count(id)?),
        }
    };
    let derives = |relation: &Relation| {
        let named = |count: &str| partition.derives.iter().any(|rule| rule.count.as_str() == count);
        relation.terms().any(|term| named(term.count.as_str()))
    };
    let mut found = Vec::new();
    for identity in catalogue.identities() {
        for relation in identity.checks.iter().filter(|relation| derives(relation)) {
            let key = breach(relation, &identity.by, told);
            found.extend(key.map(|key| Broken {
                identity: identity.name.clone(),
                relation: relation.to_string(),
                stratum: pairs(&identity.by, &key),
                counts: counts_of(relation),
            }));
        }
    }
    found.extend(not_whole(catalogue, partition, told));
    found
}

/// Whether the outcomes of a partition cannot add up to its whole.
fn not_whole(
    catalogue: &Catalogue,
    partition: &Partition,
    told: impl Fn(&str) -> Option<Told>,
) -> Option<Broken> {
    let whole = catalogue.count(partition.whole.as_str())?;
    let shared = partition.dims.iter().filter(|dim| whole.dims.contains(dim));
    let by: Vec<DimensionId> = shared.cloned().collect();
    let relation: Relation = format!("{} == {}", partition.id, partition.whole).parse().ok()?;
    let key = breach(&relation, &by, told)?;
    // Every count that is made of the outcomes is in doubt.
    let mut counts: BTreeSet<String> =
        partition.derives.iter().map(|rule| rule.count.to_string()).collect();
    counts.insert(whole.id.to_string());
    Some(Broken {
        identity: partition.id.to_string(),
        relation: relation.to_string(),
        stratum: pairs(&by, &key),
        counts,
    })
}

fn of_relation(
    (catalogue, tables): (&Catalogue, &SealedTables),
    identity: &Identity,
    relation: &Relation,
) -> Option<Check> {
    let place = |id: &str| place_of((catalogue, tables), catalogue.count(id)?);
    let placed = relation.terms().map(|term| Some(place(term.count.as_str())?.0));
    let placed: Vec<&SealedTable> = placed.collect::<Option<_>>()?;
    let kind = placed.first()?.kind();
    let is_one_kind = placed.iter().all(|table| table.kind() == kind);
    if !is_one_kind || (kind == Kind::Flow && !is_part_of_whole(catalogue, relation, &placed)) {
        return None;
    }
    let by = if kind == Kind::Stock { identity.by.clone() } else { Vec::new() };
    Some(Check {
        identity: identity.name.clone(),
        relation: relation.to_string(),
        kind,
        counts: counts_of(relation),
        tables: placed.iter().map(|table| table.id().clone()).collect(),
        rule: Rule::Relation(relation.clone(), by),
    })
}

/// Whether what was told of the left can never be more than what was told of the right: the same
/// records, the left ones through more filters, and no lower cap of the right.
fn is_part_of_whole(catalogue: &Catalogue, relation: &Relation, placed: &[&SealedTable]) -> bool {
    let is_plain = relation.terms().all(|term| term.coefficient == 1 && term.filters.is_empty());
    let [left, right] = placed else { return false };
    is_plain
        && relation.comparison == Comparison::AtMost
        && left.counted_within(right, catalogue)
        && left.per_person_max() <= right.per_person_max()
}

/// Pairs of tables that count the very same records, each with the first of its kind.
fn of_same_records(catalogue: &Catalogue, tables: &SealedTables) -> Vec<Check> {
    let defined = |table: &SealedTable| table.counted_by(catalogue).map(|(own, _)| own);
    let mut found = Vec::new();
    for (at, table) in tables.all().iter().enumerate() {
        let Some(own) = defined(table) else { continue };
        let is_same = |other: &&SealedTable| {
            other.kind() == table.kind()
                && other.per_person_max() == table.per_person_max()
                && defined(other).as_ref() == Some(&own)
        };
        let Some(first) = tables.all().iter().take(at).find(is_same) else { continue };
        let pair = [first, table];
        let all = [counts_in(catalogue, first), counts_in(catalogue, table)];
        found.push(Check {
            identity: SAME_RECORDS.to_owned(),
            relation: format!("{} == {}", first.indicator(), table.indicator()),
            kind: table.kind(),
            counts: all.into_iter().flatten().collect(),
            tables: pair.iter().map(|one| one.id().clone()).collect(),
            rule: Rule::Same(first.id().clone(), table.id().clone()),
        });
    }
    found
}

/// The counts that a table carries: its own, or those that are made of its partition.
#[must_use]
pub fn counts_in(catalogue: &Catalogue, table: &SealedTable) -> Vec<String> {
    match catalogue.partition(table.indicator()) {
        Some(partition) => partition.derives.iter().map(|rule| rule.count.to_string()).collect(),
        None => vec![table.indicator().to_owned()],
    }
}

fn counts_of(relation: &Relation) -> BTreeSet<String> {
    relation.terms().map(|term| term.count.to_string()).collect()
}

/// The table that carries a count, and which outcomes where it is made of a partition; nothing for
/// a count of which a person can have several values, since its tables do not add up.
fn place_of<'t>(
    (catalogue, tables): (&'t Catalogue, &'t SealedTables),
    count: &Count,
) -> Option<(&'t SealedTable, Option<&'t [String]>)> {
    let derived = catalogue.partitions().iter().find_map(|partition| {
        let rule = partition.derives.iter().find(|rule| rule.count == count.id)?;
        Some((partition.id.as_str(), rule.outcomes.as_slice()))
    });
    let indicator = derived.map_or(count.id.as_str(), |(partition, _)| partition);
    let mut all = tables.all().iter();
    let table = all.find(|table| table.indicator() == indicator && table.only().is_none())?;
    Some((table, derived.map(|(_, outcomes)| outcomes)))
}

/// A count as sums of a stage tell it; the complement is not of it.
fn told(
    table: &SealedTable,
    outcomes: Option<&[String]>,
    stage: Stage,
    cells: &[Option<u64>],
) -> Option<Told> {
    let block = table.block();
    let axes = if cells.len() == table.cells() { block.axes.len() } else { 1 };
    let stride = table.cells().checked_div(cells.len())?.max(1);
    let mut dims: Vec<DimensionId> = block.dims().take(axes).cloned().collect();
    let own: DimensionId = "stage".parse().ok()?;
    let lacks_stage = !dims.contains(&own);
    if lacks_stage {
        dims.push(own);
    }
    let counted = cells.iter().enumerate().take_while(|(at, _)| at * stride < table.counted());
    let told = counted.filter_map(|(at, cell)| {
        let values = block.values_at(at * stride)?.into_iter().take(axes);
        let mut values: Vec<String> = values.map(str::to_owned).collect();
        let is_meant = outcomes.is_none_or(|all| values.first().is_some_and(|v| all.contains(v)));
        if lacks_stage {
            values.push(stage.as_str().to_owned());
        }
        is_meant.then_some((values, cell.map(Interval::exact)))
    });
    let cells = told.collect();
    Some(Told { dims, cells })
}

/// All that a table counts, without the complement; nothing where a cell of it stays closed.
fn total(table: &SealedTable, cells: &[Option<u64>]) -> Option<u64> {
    let stride = table.cells().checked_div(cells.len())?.max(1);
    let counted = cells.iter().enumerate().take_while(|(at, _)| at * stride < table.counted());
    counted.map(|(_, cell)| *cell).try_fold(0_u64, |sum, cell| sum.checked_add(cell?))
}

fn of_outcomes(parts: &Told, outcomes: &[String]) -> Told {
    let is_of = |values: &[String]| values.first().is_some_and(|own| outcomes.contains(own));
    let cells = parts.cells.iter().filter(|(values, _)| is_of(values));
    Told { dims: parts.dims.clone(), cells: cells.cloned().collect() }
}
