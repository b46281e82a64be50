//! Counts as opened sums carry them: which sealed table a count is read from, and what comes of it
//! at a unit.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{
    Axis, Catalogue, Channel, Count, DimensionId, Kind, Origin, Source, Stage,
};
use domain::disclosure::sealed::{SealedTables, SealedYear};
use domain::period::Period;
use domain::rollup::Coverage;
use domain::unit::UnitId;
use runtime::sealing::SealingYear;

use super::plan::{Feed, PlannedTerm};
use super::value::{Amount, Blank, OpenedFrom};
use crate::opened::{Asked, Books, Closed, Member, TableOf, Take};
use crate::store::contradiction::Contradiction;
use crate::store::opened::OpenedSum;

/// Where a count stands in sealed tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFeed {
    tables: Vec<TableOf>,
    taken: Taken,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Taken {
    Counted,
    Outcomes(Vec<String>),
    Everybody,
}

/// What opened sums give for a term at a unit.
pub struct Opened<'b> {
    /// One for each combination asked for.
    pub amounts: Vec<Result<Amount, Blank>>,
    /// Groups that are in.
    pub basis: BTreeSet<Member>,
    /// How complete it is: of the schools that can be in it.
    pub coverage: Coverage,
    /// Schools of the rosters that cannot be in it.
    pub outside: u32,
    /// Of these, those with a stage in which the plan opens no group of theirs, by stage.
    pub closed: BTreeMap<Stage, u32>,
    /// Schools that were closed or out of session and are in none of the sums.
    pub away: u32,
    /// The sums, by whom and by which documents.
    pub sums: Vec<(&'b SealedYear, &'b OpenedSum)>,
    /// Areas of which nothing is in.
    pub missing: Vec<UnitId>,
}

impl SealedFeed {
    /// The ids of its tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|one| one.table.as_str())
    }

    fn asked<'a>(&'a self, by: &'a [Axis], filters: &'a [(DimensionId, String)]) -> Asked<'a> {
        let take = match &self.taken {
            Taken::Counted => Take::Counted,
            Taken::Outcomes(all) => Take::Outcomes(all),
            Taken::Everybody => Take::Everybody,
        };
        Asked { tables: &self.tables, take, by, filters }
    }

    /// The first of its tables, by which it is named.
    #[must_use]
    pub fn table(&self) -> String {
        self.tables.first().map_or_else(String::new, |first| first.table.clone())
    }
}

/// Where a count stands; nothing for one that is not sealed or that no table carries.
pub(super) fn feed(
    catalogue: &Catalogue,
    tables: &SealedTables,
    count: &Count,
) -> Option<SealedFeed> {
    if count.channel != Channel::Sealed || count.origin != Origin::School {
        return None;
    }
    let derived = catalogue.partitions().iter().find_map(|partition| {
        let rule = partition.derives.iter().find(|rule| rule.count == count.id)?;
        Some((partition.id.as_str(), Taken::Outcomes(rule.outcomes.clone())))
    });
    let (indicator, taken) = derived.unwrap_or((count.id.as_str(), Taken::Counted));
    let own = tables.all().iter().filter(|table| table.indicator() == indicator);
    let tables: Vec<TableOf> = own
        .map(|table| TableOf { table: table.id().to_string(), only: table.only().cloned() })
        .collect();
    (!tables.is_empty()).then_some(SealedFeed { tables, taken })
}

/// The whole of the partition that terms are read from, the same schools and no others.
pub(super) fn whole(numerator: &[PlannedTerm<'_>]) -> Option<SealedFeed> {
    let first = numerator.first()?.sealed.as_ref()?;
    Some(SealedFeed { taken: Taken::Counted, ..first.clone() })
}

/// The denominator as everybody of the sealed stock that the numerator is read from, where it is
/// those enrolled: a stock holds everybody of its schools in one cell each.
pub(super) fn everybody<'c>(
    catalogue: &Catalogue,
    numerator: &[PlannedTerm<'c>],
    denominator: &[PlannedTerm<'c>],
) -> Option<Vec<PlannedTerm<'c>>> {
    let first = numerator.first()?;
    let sealed = first.sealed.as_ref()?;
    let is_stock = first.count.kind == Kind::Stock && sealed.tables.len() == 1;
    let same = numerator
        .iter()
        .all(|term| term.sealed.as_ref().is_some_and(|own| own.tables == sealed.tables));
    let enrolled = |term: &PlannedTerm<'_>| {
        let known = catalogue.count(term.count.id.as_str())?.definition.as_ref()?;
        Some(known.source == Source::Roll && known.filters.is_empty())
    };
    let is_whole = denominator.iter().all(|term| enrolled(term) == Some(true));
    if !(is_stock && same && is_whole) {
        return None;
    }
    let feed = Feed::Sealed { table: sealed.table() };
    let everybody = SealedFeed { taken: Taken::Everybody, ..sealed.clone() };
    let read = |term: &PlannedTerm<'c>| PlannedTerm {
        feed: feed.clone(),
        sealed: Some(everybody.clone()),
        ..term.clone()
    };
    Some(denominator.iter().map(read).collect())
}

/// What a unit's books give for a term; nothing where nothing of it is under seal, or the term is
/// not sealed.
pub(super) fn opened<'b>(
    books: &'b Books,
    term: &PlannedTerm<'_>,
    axes: &[Axis],
) -> Option<Opened<'b>> {
    let feed = term.sealed.as_ref().filter(|_| books.is_sealed())?;
    let asked = feed.asked(axes, term.filters);
    let size = axes.iter().map(|axis| axis.values.len()).product();
    let mut found = Opened {
        amounts: vec![Err(Blank::NotApplicable); size],
        basis: BTreeSet::new(),
        coverage: Coverage::default(),
        outside: 0,
        closed: BTreeMap::new(),
        away: 0,
        sums: Vec::new(),
        missing: Vec::new(),
    };
    for book in &books.areas {
        let of_area = book.sum(books.extent(), asked);
        for (amount, cell) in found.amounts.iter_mut().zip(&of_area.cells) {
            let one = cell.map(Amount::opened).map_err(|closed| match closed {
                Closed::Nobody => Blank::NotApplicable,
                closed => Blank::Sealed(closed),
            });
            *amount = plus(*amount, one);
        }
        found.basis.extend(of_area.basis);
        found.coverage.schools_due += of_area.coverage.schools_due;
        found.coverage.schools_reported += of_area.coverage.schools_reported;
        found.coverage.persons += of_area.coverage.persons;
        let on_roster = book.schools(books.extent());
        found.outside += on_roster.saturating_sub(of_area.coverage.schools_due);
        for (stage, schools) in of_area.closed {
            *found.closed.entry(stage).or_default() += schools;
        }
        found.away += u32::try_from(of_area.away.len()).unwrap_or(u32::MAX);
        if of_area.sums.is_empty() {
            found.missing.push(book.area().clone());
        }
        let year = book.sealing().map(SealingYear::year);
        found.sums.extend(
            year.into_iter().flat_map(|year| of_area.sums.iter().map(move |sum| (year, *sum))),
        );
    }
    Some(found)
}

/// Relations that the sums behind a term break, of those that name its count.
pub(super) fn contradictions<'b>(
    books: &'b Books,
    term: &PlannedTerm<'_>,
) -> Vec<&'b Contradiction> {
    let count = term.count.id.as_str();
    let mut found = Vec::new();
    let Some(feed) = &term.sealed else { return found };
    for book in &books.areas {
        let named = book.contradictions().iter().filter(|one| one.counts.contains(count));
        let named: Vec<&Contradiction> = named.collect();
        if !named.is_empty() {
            let asked = feed.asked(&[], term.filters);
            let sums = book.sum(books.extent(), asked).sums;
            let is_in = |one: &&Contradiction| sums.iter().any(|sum| one.is_of(sum));
            found.extend(named.into_iter().filter(is_in));
        }
    }
    found
}

impl Opened<'_> {
    /// The sums with who opened them.
    pub fn from(&self) -> Vec<OpenedFrom> {
        let from = |(year, sum): &(&SealedYear, &OpenedSum)| OpenedFrom {
            sum: OpenedSum { cells: BTreeMap::new(), ..(*sum).clone() },
            leader: year.leader.clone(),
            helper: year.helper.clone(),
            plan: year.plan_digest,
            roster: year.roster_digest,
        };
        self.sums.iter().map(from).collect()
    }

    /// Fresh reports of those that were due, a school and stage each, where a stock may have been
    /// carried. Tables of one count have the same reports, so the first one is counted.
    pub fn fresh(&self) -> Option<(u32, u32)> {
        let first = self.sums.first().map(|(_, sum)| sum.table.clone())?;
        let is_stock =
            |sum: &OpenedSum| matches!(sum.period, Period::Term(_)) && sum.table == first;
        let stocks = || self.sums.iter().filter(|(_, sum)| is_stock(sum));
        let of = |number: fn(&OpenedSum) -> u32| stocks().map(|(_, sum)| number(sum)).sum();
        stocks().next().map(|_| (of(|sum| sum.fresh), of(|sum| sum.due)))
    }
}

/// Areas that are not in go into the coverage, not into the sum.
fn plus(one: Result<Amount, Blank>, two: Result<Amount, Blank>) -> Result<Amount, Blank> {
    match (one, two) {
        (Ok(one), Ok(two)) => Ok(one.plus(two)),
        (Ok(known), Err(_)) | (Err(_), Ok(known)) => Ok(known),
        (Err(Blank::Sealed(one)), Err(Blank::Sealed(two))) => Err(Blank::Sealed(one.max(two))),
        (Err(Blank::NotApplicable), blank) | (blank, _) => blank,
    }
}
