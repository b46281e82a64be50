//! Identities: relations that right figures keep, checked on exact figures before any is sealed.
//!
//! A relation with a figure that the ledgers cannot give is not checked; one that is broken stops
//! the release, by name, and names the records behind it for who mends it on this node. Where
//! counts leave under seal nothing waits for it, and [`contradictions`] tells all that is broken.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::catalogue::{
    Block, Catalogue, Channel, Comparison, DimensionId, Field, Identity, Partition, Relation,
    Source, Sum, Term,
};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use jiff::civil::Date;

use super::{Behind, Counted as Hit, Facts, Figures as Exact, IndicatorError};

/// Most records that a broken identity names.
const RECORDS_SHOWN: usize = 10;
/// The identity whose rule needs the period before: it is checked case by case.
const MOVES: &str = "alert balance";

/// A relation that the figures break. Names strata and never figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the figures break the rule {identity:?}: {relation}, at {stratum}")]
pub struct BrokenIdentity {
    /// Name of the identity.
    pub identity: String,
    /// The relation as the catalogue writes it.
    pub relation: String,
    /// Where: values of the dimensions, or `the school`.
    pub stratum: String,
    /// Records behind it, at most ten: those that one side counts and the other does not.
    pub records: Vec<Behind>,
}

impl BrokenIdentity {
    /// Which figures contradict each other, and the records that only one side counts, Chinese and
    /// English. Shown on this node alone; records are named by kind, number and day.
    #[must_use]
    pub fn said(&self) -> (String, String) {
        let (mut zh, mut en) = (
            format!("数据互相矛盾，违反规则“{}”（{}）", self.identity, self.stratum),
            self.to_string(),
        );
        let named: Vec<_> = self.records.iter().map(Behind::said).collect();
        if !named.is_empty() {
            let all = |pick: fn(&(String, String)) -> &str, join: &str| {
                named.iter().map(pick).collect::<Vec<_>>().join(join)
            };
            zh += &format!("；相关记录：{}", all(|said| &said.0, "、"));
            en += &format!("; records behind it: {}", all(|said| &said.1, ", "));
        }
        (zh, en)
    }
}

/// The exact figures of counts that identities name, with the records behind them.
pub struct Checked {
    counts: HashMap<String, (Exact, Vec<Hit>)>,
    broken_moves: Vec<Behind>,
}

impl Checked {
    /// Counts everything that the identities of a catalogue name.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn of(catalogue: &Catalogue, facts: &Facts) -> Result<Self, IndicatorError> {
        Self::named_by(catalogue, facts, |_| true)
    }

    /// Counts what the identities name of which no count leaves under seal.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn of_clear(catalogue: &Catalogue, facts: &Facts) -> Result<Self, IndicatorError> {
        Self::named_by(catalogue, facts, |relation| !is_sealed(catalogue, relation))
    }

    /// Counts what some relations of a catalogue name.
    fn named_by(
        catalogue: &Catalogue,
        facts: &Facts,
        is_asked: impl Fn(&Relation) -> bool,
    ) -> Result<Self, IndicatorError> {
        let mut counts = HashMap::new();
        let relations = catalogue.identities().iter().flat_map(|identity| &identity.checks);
        let asked = relations.filter(|relation| is_asked(relation));
        for term in asked.flat_map(Relation::terms) {
            let id = term.count.as_str();
            let Some(count) = catalogue.count(id).filter(|_| !counts.contains_key(id)) else {
                continue;
            };
            let found = (facts.figures(catalogue, count)?, facts.behind(catalogue, count)?);
            counts.insert(id.to_owned(), found);
        }
        Ok(Self { counts, broken_moves: facts.broken_moves().to_vec() })
    }
}

/// Checks every identity of the catalogue, and that each partition adds up to its whole.
///
/// What was counted on this node is taken where it is given; else what the tables say.
///
/// # Errors
/// The first relation that is broken.
pub fn check(
    catalogue: &Catalogue,
    tables: &[RawTable],
    checked: Option<&Checked>,
) -> Result<(), BrokenIdentity> {
    let figures = Figures { catalogue, tables, checked };
    for identity in catalogue.identities() {
        let relations = identity.checks.iter();
        let mut broken = relations.filter_map(|relation| figures.broken(identity, relation));
        if let Some(broken) = broken.next().or_else(|| figures.unbalanced(identity, |_| true)) {
            return Err(broken);
        }
    }
    for partition in catalogue.partitions() {
        if let Some(stratum) = figures.gap(partition) {
            return Err(BrokenIdentity {
                identity: partition.id.to_string(),
                relation: format!("the sum of its outcomes == {}", partition.whole),
                stratum,
                records: Vec::new(),
            });
        }
    }
    Ok(())
}

/// Checks the relations of which no count leaves under seal, for what leaves beside sealed reports:
/// a clear sheet that is missing would say that there is something in a ledger of children in need.
///
/// # Errors
/// The first relation that is broken.
pub fn check_clear(catalogue: &Catalogue, checked: &Checked) -> Result<(), BrokenIdentity> {
    let figures = Figures { catalogue, tables: &[], checked: Some(checked) };
    let broken = catalogue.identities().iter().find_map(|identity| {
        let mut clear = identity.checks.iter().filter(|relation| !is_sealed(catalogue, relation));
        clear.find_map(|relation| figures.broken(identity, relation))
    });
    broken.map_or(Ok(()), Err)
}

/// Whether a relation names a count that leaves under seal.
fn is_sealed(catalogue: &Catalogue, relation: &Relation) -> bool {
    let mut counts = relation.terms().filter_map(|term| catalogue.count(term.count.as_str()));
    counts.any(|count| count.channel == Channel::Sealed)
}

/// Every relation that names one of some counts and is broken by what the facts say, with those of
/// the counts that it names; of the moves of cases those alone that are dated by a day.
///
/// # Errors
/// A record that the catalogue has no place for.
pub fn contradictions(
    catalogue: &Catalogue,
    facts: &Facts,
    (asked, until): (&BTreeSet<String>, Date),
) -> Result<Vec<(BrokenIdentity, BTreeSet<String>)>, IndicatorError> {
    let of = |relation: &Relation| -> BTreeSet<String> {
        let named = relation.terms().map(|term| term.count.as_str().to_owned());
        named.filter(|count| asked.contains(count)).collect()
    };
    let checked = Checked::named_by(catalogue, facts, |relation| !of(relation).is_empty())?;
    let figures = Figures { catalogue, tables: &[], checked: Some(&checked) };
    let moved = of_moves(catalogue, asked);
    let mut found = Vec::new();
    for identity in catalogue.identities() {
        for relation in &identity.checks {
            let counts = of(relation);
            let broken = (!counts.is_empty()).then(|| figures.broken(identity, relation));
            found.extend(broken.flatten().map(|broken| (broken, counts)));
        }
        let is_by_then = |behind: &Behind| behind.day().is_none_or(|day| day <= until);
        let broken = figures.unbalanced(identity, is_by_then).filter(|_| !moved.is_empty());
        found.extend(broken.map(|broken| (broken, moved.clone())));
    }
    Ok(found)
}

/// Those of some counts that hang on the moves of cases: these themselves, their cases, and
/// students by the tier of their case.
fn of_moves(catalogue: &Catalogue, asked: &BTreeSet<String>) -> BTreeSet<String> {
    let is_moved = |id: &&String| {
        catalogue.count(id).is_some_and(|count| {
            let source = count.definition.as_ref().map(|known| known.source);
            let is_of_cases = matches!(source, Some(Source::Alert | Source::AlertEvent));
            let by_tier = |dim: &DimensionId| dim.as_str() == Field::AlertState.as_str();
            is_of_cases || count.dims.iter().any(by_tier)
        })
    };
    asked.iter().filter(is_moved).cloned().collect()
}

/// Sums by stratum; nothing in a stratum where a figure is not known.
type Strata = BTreeMap<Vec<String>, Option<u64>>;

/// The cells of one count with their values.
struct Counted {
    dims: Vec<String>,
    cells: Vec<(Vec<String>, Option<u64>)>,
}

struct Figures<'c> {
    catalogue: &'c Catalogue,
    tables: &'c [RawTable],
    checked: Option<&'c Checked>,
}

impl Figures<'_> {
    /// What a relation of an identity says where it is broken.
    fn broken(&self, identity: &Identity, relation: &Relation) -> Option<BrokenIdentity> {
        let key = self.breach(relation, &identity.by)?;
        Some(BrokenIdentity {
            identity: identity.name.clone(),
            relation: relation.to_string(),
            stratum: written(&identity.by, &key),
            records: self.records(relation, (&identity.by, &key)),
        })
    }

    /// The same of the balance of cases: moves that do not begin where their case stood.
    fn unbalanced(
        &self,
        identity: &Identity,
        is_asked: impl Fn(&Behind) -> bool,
    ) -> Option<BrokenIdentity> {
        let known = self.checked.filter(|_| identity.name == MOVES)?;
        let moves = known.broken_moves.iter().filter(|behind| is_asked(behind));
        let records: Vec<Behind> = moves.take(RECORDS_SHOWN).copied().collect();
        (!records.is_empty()).then(|| BrokenIdentity {
            identity: identity.name.clone(),
            relation: identity.rule.clone(),
            stratum: written(&[], &[]),
            records,
        })
    }

    /// Where a relation is broken.
    fn breach(&self, relation: &Relation, by: &[DimensionId]) -> Option<Vec<String>> {
        let (left, right) = (self.sum(&relation.left, by)?, self.sum(&relation.right, by)?);
        differing(&left, &right, |left, right| match relation.comparison {
            Comparison::AtMost => left <= right,
            Comparison::Equal => left == right,
        })
    }

    /// Where a partition does not add up to its whole.
    fn gap(&self, partition: &Partition) -> Option<String> {
        let table = format!("rounded.{}", partition.id);
        let parts = self.in_table(&table, partition.id.as_str())?;
        let whole = self.clear(partition.whole.as_str())?;
        // Stage by stage: the whole has no finer dimension, since it leaves exactly.
        let has = |dim: &&DimensionId| whole.dims.iter().any(|known| known == dim.as_str());
        let by: Vec<DimensionId> = partition.dims.iter().filter(has).cloned().collect();
        let (parts, whole) = (fold(&parts, &by, &[])?, fold(&whole, &by, &[])?);
        let key = differing(&parts, &whole, |parts, whole| parts == whole)?;
        Some(written(&by, &key))
    }

    /// Records that only one side of a broken relation counts; those of the left where both count
    /// the same ones.
    fn records(&self, relation: &Relation, at: (&[DimensionId], &[String])) -> Vec<Behind> {
        let (left, right) = (self.behind(&relation.left, at), self.behind(&relation.right, at));
        let only = |own: &[Hit], other: &[Hit]| -> Vec<Behind> {
            let known: HashSet<_> = other.iter().map(subject).collect();
            let lone = own.iter().filter(|hit| !known.contains(&subject(hit)));
            lone.map(|hit| hit.behind).collect()
        };
        let mut records = only(&left, &right);
        if relation.comparison == Comparison::Equal {
            records.extend(only(&right, &left));
        }
        if records.is_empty() {
            records = left.iter().map(|hit| hit.behind).collect();
        }
        records.sort_unstable();
        records.dedup();
        records.truncate(RECORDS_SHOWN);
        records
    }

    /// What a sum counts in one stratum.
    fn behind(&self, sum: &Sum, (by, key): (&[DimensionId], &[String])) -> Vec<Hit> {
        let mut found = Vec::new();
        for term in &sum.terms {
            let known = self.checked.and_then(|known| known.counts.get(term.count.as_str()));
            let Some((figures, hits)) = known else { continue };
            let pairs = by.iter().zip(key);
            let wanted: Vec<_> =
                pairs.chain(term.filters.iter().map(|(id, value)| (id, value))).collect();
            let lies_in = |hit: &&Hit| {
                let values = figures.block.values_at(hit.place).unwrap_or_default();
                wanted.iter().all(|(id, value)| {
                    let axis = figures.block.dims().position(|dim| dim == *id);
                    axis.and_then(|axis| values.get(axis)).is_some_and(|own| own == value)
                })
            };
            found.extend(hits.iter().filter(lies_in).copied());
        }
        found
    }

    fn sum(&self, sum: &Sum, by: &[DimensionId]) -> Option<Strata> {
        let mut total: Option<Strata> = None;
        for term in &sum.terms {
            let strata = self.term(term, by)?;
            total = Some(match total {
                None => strata,
                Some(total) => joined(total, &strata),
            });
        }
        total
    }

    fn term(&self, term: &Term, by: &[DimensionId]) -> Option<Strata> {
        let count = term.count.as_str();
        let counted =
            self.exact(count).or_else(|| self.clear(count)).or_else(|| self.derived(count))?;
        let mut strata = fold(&counted, by, &term.filters)?;
        for figure in strata.values_mut() {
            *figure = figure.and_then(|figure| figure.checked_mul(u64::from(term.coefficient)));
        }
        Some(strata)
    }

    /// A count as this node has just counted it.
    fn exact(&self, count: &str) -> Option<Counted> {
        let (figures, _) = self.checked?.counts.get(count)?;
        Some(counted_in(&figures.block, &figures.cells))
    }

    /// A clear count, from whichever table carries it.
    fn clear(&self, count: &str) -> Option<Counted> {
        let (spec, _) = self.catalogue.clear_block(count)?;
        self.in_table(spec.id().as_str(), count)
    }

    fn in_table(&self, table: &str, indicator: &str) -> Option<Counted> {
        let raw = self.raw(table)?;
        let block: &Block = self.catalogue.table(table)?.block(indicator)?;
        Some(counted_in(block, raw.get(block.range())?))
    }

    /// A sealed count, as the sum of its partition's outcomes.
    fn derived(&self, count: &str) -> Option<Counted> {
        let derivation = self.catalogue.derive(count)?;
        let raw = self.raw(derivation.table.as_str())?;
        let cells = derivation.cells.into_iter().map(|cell| {
            let figures = cell.from.iter().map(|place| raw.get(*place).and_then(|c| known(*c)));
            (cell.values, figures.sum())
        });
        let dims = derivation.axes.iter().map(|axis| axis.dimension.to_string()).collect();
        Some(Counted { dims, cells: cells.collect() })
    }

    fn raw(&self, table: &str) -> Option<&[Cell]> {
        let found = self.tables.iter().find(|raw| raw.table().as_str() == table);
        found.map(RawTable::danger_exact_cells)
    }
}

/// Whom a record counts: a student where it names one, else the record itself.
fn subject(hit: &Hit) -> (Option<i64>, Option<Behind>) {
    (hit.student, hit.student.is_none().then_some(hit.behind))
}

fn counted_in(block: &Block, cells: &[Cell]) -> Counted {
    let cells = cells.iter().enumerate().filter_map(|(place, cell)| {
        let values = block.values_at(place)?;
        Some((values.into_iter().map(str::to_owned).collect(), known(*cell)))
    });
    let dims = block.dims().map(ToString::to_string).collect();
    Counted { dims, cells: cells.collect() }
}

/// What a cell adds to a sum; what cannot exist counts nobody.
const fn known(cell: Cell) -> Option<u64> {
    match cell {
        Cell::Value(value) => Some(value),
        Cell::NotApplicable => Some(0),
        Cell::Suppressed | Cell::NotReported | Cell::Unsupported => None,
    }
}

/// Sums a count over all dimensions but those of the strata, narrowed to some values.
fn fold(counted: &Counted, by: &[DimensionId], narrow: &[(DimensionId, String)]) -> Option<Strata> {
    let axis = |id: &DimensionId| counted.dims.iter().position(|dim| dim == id.as_str());
    let kept: Vec<usize> = by.iter().map(axis).collect::<Option<_>>()?;
    let narrow: Vec<(usize, &String)> =
        narrow.iter().map(|(id, value)| Some((axis(id)?, value))).collect::<Option<_>>()?;
    let mut strata = Strata::new();
    for (values, figure) in &counted.cells {
        if narrow.iter().any(|(axis, value)| values.get(*axis) != Some(*value)) {
            continue;
        }
        let key = kept.iter().filter_map(|axis| values.get(*axis).cloned()).collect();
        let sum = strata.entry(key).or_insert(Some(0));
        *sum = sum.zip(*figure).and_then(|(sum, figure)| sum.checked_add(figure));
    }
    Some(strata)
}

fn joined(mut total: Strata, more: &Strata) -> Strata {
    for (key, sum) in &mut total {
        let other = more.get(key).copied().flatten();
        *sum = sum.zip(other).and_then(|(sum, other)| sum.checked_add(other));
    }
    total
}

/// The first stratum where two known figures do not hold.
fn differing(
    left: &Strata,
    right: &Strata,
    holds: impl Fn(u64, u64) -> bool,
) -> Option<Vec<String>> {
    left.iter().find_map(|(key, figure)| {
        let pair = figure.zip(right.get(key).copied().flatten());
        let broken = pair.is_some_and(|(left, right)| !holds(left, right));
        broken.then(|| key.clone())
    })
}

fn written(by: &[DimensionId], key: &[String]) -> String {
    if key.is_empty() {
        return "the school".to_owned();
    }
    let pairs: Vec<String> =
        by.iter().zip(key).map(|(id, value)| format!("{id}={value}")).collect();
    pairs.join(", ")
}
