//! What one role has seen: units, periods and tables, as the export format describes them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The category that stands for a whole dimension.
pub const MARGIN: &str = "*";

/// Everything that one role has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Counts from 1 to `k - 1` are small: nobody may learn that a school has one.
    pub k: u32,
    /// Units by id; those without children are schools.
    pub units: BTreeMap<String, Unit>,
    /// Periods in order of time.
    pub periods: Vec<SeenPeriod>,
    /// How successive periods hang together.
    pub course: Course,
    /// What was seen.
    pub tables: Vec<SeenTable>,
}

/// A unit of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// The unit above.
    pub parent: Option<String>,
    /// `school`, `town`, `district`, `city`.
    pub level: String,
    /// For a dimension, the categories in which the unit can have anybody at all: which grades a
    /// school has is public. Dimensions that are not named have no limit.
    pub has: BTreeMap<String, BTreeSet<String>>,
}

/// A period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPeriod {
    /// Its name.
    pub id: String,
    /// The periods that it is the sum of, where it is one; they need not be listed themselves.
    pub parts: Vec<String>,
}

/// How successive periods hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Each period counts everything since the first one began.
    Cumulative,
    /// Each period counts its own, and longer ones are sums of their parts.
    Series,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenTable {
    /// Its name, for messages.
    pub id: String,
    /// The unit that it is about.
    pub unit: String,
    /// Its period.
    pub period: String,
    /// Tables of one measure, unit and period count the same people.
    pub measure: String,
    /// Its dimensions; each is a partition.
    pub dims: Vec<String>,
    /// The units that it is the sum of, if these are not all below its unit.
    pub members: Option<Vec<String>>,
    /// Units of it that stand in the sum with the figure of an earlier period, by that period.
    pub carried: BTreeMap<String, String>,
    /// Its cells, totals among them.
    pub cells: Vec<SeenCell>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCell {
    /// One entry for each dimension: a category, several joined by `|`, or [`MARGIN`].
    pub key: Vec<String>,
    /// What is printed.
    pub printed: Printed,
}

/// What is printed in a cell, and so what the true value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// The value itself.
    Exact(u64),
    /// A marker that says as much as this, such as "<5"; no upper end where it says none.
    Between(u64, Option<u64>),
    /// A value with noise, if it is told: it bounds nothing.
    Noised(Option<i64>),
}

impl View {
    /// Puts another role's view beside this one, as those who collude do. Where a unit stands and
    /// what it has at all is known if either of them knows it: whoever stands at the top of the one
    /// can be below somebody in the other.
    ///
    /// # Errors
    /// Another `k` or course of periods, or a unit that stands elsewhere: the view is as it was.
    pub fn join(&mut self, other: Self) -> Result<(), ViewError> {
        let sits_elsewhere = |(id, unit): (&String, &Unit)| {
            let known = self.units.get(id).and_then(|known| known.parent.as_ref());
            matches!((known, &unit.parent), (Some(own), Some(parent)) if own != parent)
        };
        let is_apart = self.k != other.k || self.course != other.course;
        if is_apart || other.units.iter().any(sits_elsewhere) {
            return Err(ViewError::Apart);
        }
        for (id, unit) in other.units {
            match self.units.entry(id) {
                Entry::Occupied(mut known) => known.get_mut().learn(unit),
                Entry::Vacant(free) => {
                    free.insert(unit);
                }
            }
        }
        for period in other.periods {
            if !self.periods.iter().any(|known| known.id == period.id) {
                self.periods.push(period);
            }
        }
        self.tables.extend(other.tables);
        self.forget_counted();
        Ok(())
    }

    /// Takes out schools that are known by their number only where the schools of their unit are
    /// listed now: beside these they would be further ones, to which a count could be handed on.
    /// One that a table names stays.
    fn forget_counted(&mut self) {
        let listed = self.units.iter().filter(|(id, unit)| !unit.is_counted(id));
        let listed: BTreeSet<String> = listed.filter_map(|(_, unit)| unit.parent.clone()).collect();
        let named = self.tables.iter().flat_map(|table| {
            let members = table.members.iter().flatten();
            members.chain(table.carried.keys()).chain([&table.unit])
        });
        let named: BTreeSet<&String> = named.collect();
        self.units.retain(|id, unit| {
            let is_listed = unit.parent.as_ref().is_some_and(|above| listed.contains(above));
            !(is_listed && unit.is_counted(id)) || named.contains(id)
        });
    }
}

impl Unit {
    /// The id of a school below a unit of whose schools nothing but the number is known.
    #[must_use]
    pub fn counted(above: &str, number: u32) -> String {
        format!("{above}#{number}")
    }

    /// Whether an id of this unit is one that [`Unit::counted`] gave; no other has that sign.
    fn is_counted(&self, id: &str) -> bool {
        let number = self.parent.as_deref().and_then(|above| id.strip_prefix(above));
        let number = number.and_then(|rest| rest.strip_prefix('#'));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    }

    /// Takes up what another view knows of the unit and this one does not.
    fn learn(&mut self, other: Self) {
        self.parent = self.parent.take().or(other.parent);
        for (dim, has) in other.has {
            self.has.entry(dim).or_insert(has);
        }
    }
}

impl Printed {
    /// A value that is rounded to a base, up or down.
    #[must_use]
    pub const fn rounded(value: u64, base: u64) -> Self {
        let slack = base.saturating_sub(1);
        Self::Between(value.saturating_sub(slack), Some(value.saturating_add(slack)))
    }
}

/// Why a view cannot be attacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// More than the attacker takes up.
    #[error("the file has more than {max} {of}")]
    Size {
        /// How many it takes up.
        max: usize,
        /// Of what.
        of: &'static str,
    },
    /// One measure and what hangs together of it in time is more than the attacker takes up at
    /// once. That says nothing about whether the file fits together, or whether it tells anything.
    #[error("{measure} of {period} has more than {max} {of}")]
    Large {
        /// Which measure.
        measure: String,
        /// The first period of it.
        period: String,
        /// How many are taken up at once.
        max: usize,
        /// Of what.
        of: &'static str,
    },
    /// A unit whose parent is not listed, or that stands above itself.
    #[error("unit {0} has no known place in the tree")]
    Tree(String),
    /// A table of a unit, period or member that is not listed.
    #[error("table {table} names {name}, which is not listed")]
    Unknown {
        /// Which table.
        table: String,
        /// What it names.
        name: String,
    },
    /// A cell whose key does not fit the dimensions, or bounds that are upside down.
    #[error("table {0} has a cell that does not fit it")]
    Cell(String),
    /// Views of different kinds, or units that stand elsewhere in the other one.
    #[error("the views are of different kinds and cannot be put together")]
    Apart,
    /// The tables contradict each other.
    #[error("the tables contradict each other: no world fits all of them")]
    Contradiction,
}
