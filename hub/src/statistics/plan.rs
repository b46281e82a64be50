//! From an indicator to the tables that carry it.
//!
//! A clear count stands in a block of a clear table. A sealed count leaves a school, where there
//! is one hub, only as outcomes of the one partition that is rounded, so it is read from there
//! and from nowhere else. What neither carries has no figures here, and says why.

use domain::catalogue::{
    Catalogue, Channel, Count, DimensionId, Label, NativePeriod, Origin, Ratio, Sum, is_rounded,
};
use domain::disclosure::sealed::SealedTables;

use super::sealed::{self, SealedFeed};
use super::value::NoFeed;

/// A count or a ratio of the catalogue.
#[derive(Clone, Copy, Debug)]
pub enum Indicator<'c> {
    /// A count.
    Count(&'c Count),
    /// A ratio of sums of counts.
    Ratio(&'c Ratio),
}

/// Where the cells of a count stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// A block of a clear table.
    Clear {
        /// Which table.
        table: String,
        /// The count, which is its block.
        count: String,
        /// Width of the bands in which schools give it.
        band: Option<u32>,
        /// Base to which schools round it, with noise.
        rough: Option<u32>,
    },
    /// Outcomes of a rounded partition.
    Rounded {
        /// Which table.
        table: String,
        /// The partition, which is its block.
        partition: String,
        /// Which outcomes add up to the count.
        outcomes: Vec<String>,
    },
    /// Opened sums of a sealed table, and nothing else.
    Sealed {
        /// Which table.
        table: String,
    },
}

/// One count of a sum and where it is read.
#[derive(Clone, Debug)]
pub struct PlannedTerm<'c> {
    /// Factor.
    pub coefficient: u64,
    /// Which count.
    pub count: &'c Count,
    /// Values to which it is narrowed.
    pub filters: &'c [(DimensionId, String)],
    /// Where it stands.
    pub feed: Feed,
    /// Where it stands in an area under seal, whose schools send no rounded figures.
    pub sealed: Option<SealedFeed>,
}

/// How an indicator is read.
#[derive(Clone, Debug)]
pub struct Plan<'c> {
    /// The count, or the terms above the line.
    pub numerator: Vec<PlannedTerm<'c>>,
    /// The terms below the line; nothing for a count.
    pub denominator: Option<Vec<PlannedTerm<'c>>>,
    /// The denominator read from the numerator's own rounded or sealed table, where it is the whole
    /// of that partition: the same schools stand above and below the line, whoever reported.
    pub same_schools: Option<Vec<PlannedTerm<'c>>>,
}

impl<'c> Indicator<'c> {
    /// The count or ratio of an id.
    #[must_use]
    pub fn find(catalogue: &'c Catalogue, id: &str) -> Option<Self> {
        let count = catalogue.count(id).map(Self::Count);
        count.or_else(|| catalogue.ratio(id).map(Self::Ratio))
    }

    /// All counts, then all ratios, in the order of the catalogue.
    pub fn all(catalogue: &'c Catalogue) -> impl Iterator<Item = Self> {
        let counts = catalogue.counts().iter().map(Self::Count);
        counts.chain(catalogue.ratios().iter().map(Self::Ratio))
    }

    /// Id.
    #[must_use]
    pub fn id(&self) -> &'c str {
        match self {
            Self::Count(count) => count.id.as_str(),
            Self::Ratio(ratio) => ratio.id.as_str(),
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(&self) -> &'c Label {
        match self {
            Self::Count(count) => &count.label,
            Self::Ratio(ratio) => &ratio.label,
        }
    }

    /// What to know, in prose; may be empty.
    #[must_use]
    pub fn note(&self) -> &'c str {
        match self {
            Self::Count(count) => &count.note,
            Self::Ratio(ratio) => &ratio.note,
        }
    }

    /// `stock`, `flow`, `distinct` or `ratio`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Count(count) => count.kind.as_str(),
            Self::Ratio(_) => "ratio",
        }
    }

    /// Whether schools give it as a band: where none stands, a rule may withhold it.
    #[must_use]
    pub fn is_band(&self) -> bool {
        match self {
            Self::Count(count) => count.definition.as_ref().is_some_and(|own| own.band.is_some()),
            Self::Ratio(_) => false,
        }
    }

    /// Dimensions by which it can be broken down.
    #[must_use]
    pub fn dims(&self) -> &'c [DimensionId] {
        match self {
            Self::Count(count) => &count.dims,
            Self::Ratio(ratio) => &ratio.dims,
        }
    }

    /// Whether it has the dimension.
    #[must_use]
    pub fn has_dimension(&self, id: &str) -> bool {
        self.dims().iter().any(|dim| dim.as_str() == id)
    }

    /// The period at which it is shown.
    #[must_use]
    pub const fn period(&self) -> NativePeriod {
        match self {
            Self::Count(count) => count.period,
            Self::Ratio(ratio) => ratio.period,
        }
    }

    /// Whether the ratio is a share, a part of a whole of the same things.
    #[must_use]
    pub fn is_share(&self, catalogue: &Catalogue) -> bool {
        let Self::Ratio(ratio) = self else {
            return false;
        };
        let unit = |sum: &Sum| {
            let first = sum.terms.first()?;
            let plain = sum.terms.iter().all(|term| term.coefficient == 1);
            let count = catalogue.count(first.count.as_str())?;
            plain.then(|| count.unit.clone())
        };
        let (above, below) = (unit(&ratio.numerator), unit(&ratio.denominator));
        above.is_some() && above == below
    }

    /// How the indicator is read where there are no opened sums.
    ///
    /// # Errors
    /// No school sends one of its counts to a hub.
    pub fn plan(&self, catalogue: &'c Catalogue) -> Result<Plan<'c>, NoFeed> {
        self.plan_with(catalogue, None)
    }

    /// How the indicator is read, from opened sums of some sealed tables too.
    ///
    /// # Errors
    /// No school sends one of its counts to a hub.
    pub fn plan_with(
        &self,
        catalogue: &'c Catalogue,
        tables: Option<&SealedTables>,
    ) -> Result<Plan<'c>, NoFeed> {
        match self {
            Self::Count(count) => {
                let term = term(catalogue, tables, (count, 1, &[]))?;
                Ok(Plan { numerator: vec![term], denominator: None, same_schools: None })
            }
            Self::Ratio(ratio) => {
                let numerator = terms(catalogue, tables, &ratio.numerator)?;
                let denominator = terms(catalogue, tables, &ratio.denominator)?;
                let same_schools = whole_of_partition(catalogue, &numerator, &denominator)
                    .or_else(|| sealed::everybody(catalogue, &numerator, &denominator));
                Ok(Plan { numerator, denominator: Some(denominator), same_schools })
            }
        }
    }
}

impl Feed {
    /// The table that is read.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::Clear { table, .. } | Self::Rounded { table, .. } | Self::Sealed { table } => {
                table
            }
        }
    }

    /// Whether its cells are rounded.
    #[must_use]
    pub const fn is_rounded(&self) -> bool {
        matches!(self, Self::Rounded { .. })
    }
}

impl<'c> Plan<'c> {
    /// Tables that the plan reads, each once, the numerator's first.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let below = self.denominator.iter().flatten();
        let mut tables: Vec<&str> = Vec::new();
        for term in self.numerator.iter().chain(below) {
            if !tables.contains(&term.feed.table()) {
                tables.push(term.feed.table());
            }
        }
        tables
    }
}

/// Where a count's cells stand.
///
/// # Errors
/// No school sends it to a hub.
pub fn feed(catalogue: &Catalogue, count: &Count) -> Result<Feed, NoFeed> {
    if count.channel == Channel::Local {
        return Err(NoFeed::Local);
    }
    if count.origin != Origin::School {
        return Err(NoFeed::Elsewhere(count.origin));
    }
    if count.channel == Channel::Clear {
        let found = catalogue.clear_block(count.id.as_str());
        let (table, _) = found.ok_or(NoFeed::Elsewhere(count.origin))?;
        let definition = count.definition.as_ref();
        return Ok(Feed::Clear {
            table: table.id().to_string(),
            count: count.id.to_string(),
            band: definition.and_then(|definition| definition.band),
            rough: definition.and_then(|definition| definition.rough),
        });
    }
    let rule = catalogue.partitions().iter().find_map(|partition| {
        let rule = partition.derives.iter().find(|rule| rule.count == count.id)?;
        Some((partition, rule.outcomes.clone()))
    });
    let (partition, outcomes) = rule.ok_or(NoFeed::SecondHub)?;
    rounded(catalogue, partition.id.as_str(), outcomes).ok_or(NoFeed::SecondHub)
}

fn rounded(catalogue: &Catalogue, partition: &str, outcomes: Vec<String>) -> Option<Feed> {
    let tables = catalogue.tables();
    let table = tables
        .iter()
        .find(|table| is_rounded(table.id().as_str()) && table.block(partition).is_some())?;
    let (table, partition) = (table.id().to_string(), partition.to_owned());
    Some(Feed::Rounded { table, partition, outcomes })
}

/// One count with where it stands.
fn term<'c>(
    catalogue: &'c Catalogue,
    tables: Option<&SealedTables>,
    (count, coefficient, filters): (&'c Count, u64, &'c [(DimensionId, String)]),
) -> Result<PlannedTerm<'c>, NoFeed> {
    let sealed = tables.and_then(|tables| sealed::feed(catalogue, tables, count));
    let feed = match (feed(catalogue, count), &sealed, tables) {
        (Err(NoFeed::SecondHub), Some(sealed), _) => Feed::Sealed { table: sealed.table() },
        (Err(NoFeed::SecondHub), None, Some(_)) => return Err(NoFeed::NotOpened),
        (feed, _, _) => feed?,
    };
    Ok(PlannedTerm { coefficient, count, filters, feed, sealed })
}

fn terms<'c>(
    catalogue: &'c Catalogue,
    tables: Option<&SealedTables>,
    sum: &'c Sum,
) -> Result<Vec<PlannedTerm<'c>>, NoFeed> {
    let planned = sum.terms.iter().map(|known| {
        // The catalogue was checked, so the count exists.
        let count = catalogue.count(known.count.as_str()).ok_or(NoFeed::SecondHub)?;
        term(catalogue, tables, (count, known.coefficient.into(), &known.filters))
    });
    planned.collect()
}

/// The denominator as the whole of the partition that the numerator is read from.
fn whole_of_partition<'c>(
    catalogue: &'c Catalogue,
    numerator: &[PlannedTerm<'c>],
    denominator: &[PlannedTerm<'c>],
) -> Option<Vec<PlannedTerm<'c>>> {
    let Feed::Rounded { partition, .. } = &numerator.first()?.feed else {
        return None;
    };
    let partition = catalogue.partition(partition)?;
    let outcomes: Vec<String> = partition.outcomes.iter().map(|known| known.id.clone()).collect();
    let feed = rounded(catalogue, partition.id.as_str(), outcomes)?;
    let same = numerator.iter().all(|term| term.feed.table() == feed.table());
    let whole = denominator.iter().all(|term| term.count.id == partition.whole);
    let sealed = sealed::whole(numerator);
    let read = |term: &PlannedTerm<'c>| PlannedTerm {
        feed: feed.clone(),
        sealed: sealed.clone(),
        ..term.clone()
    };
    (same && whole).then(|| denominator.iter().map(read).collect())
}
