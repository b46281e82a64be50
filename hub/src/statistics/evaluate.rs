//! From sheets to figures: reads planned counts, adds terms, divides at the very end.
//!
//! A ratio is made of sums and never of ratios. A cell to which nobody contributed becomes the
//! blank that says why, and no blank is ever added as a zero.

use domain::catalogue::{Axis, Block, Grade, SchoolType, Stage, is_rounded, stage_of};
use domain::rollup::Coverage;
use domain::unit::UnitKind;

use super::about::schools_by_stage;
use super::floor::Floors;
use super::lookup::Lookup;
use super::plan::{Feed, Plan, PlannedTerm};
use super::sealed::{self, Opened};
use super::sheet::Sheet;
use super::sum::{CellSum, Slice, sum};
use super::value::{Amount, Blank, Figure, Floor, NoFeed, Reading};
use crate::opened::Books;
use crate::packs::KnownCatalogue;
use crate::store::contradiction::Contradiction;

/// Everything about one unit that its figures are read from.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Catalogue whose definitions hold.
    pub known: &'a KnownCatalogue,
    /// What the unit is.
    pub kind: UnitKind,
    /// Schools that are due, where no sheet says so.
    pub due: u32,
    /// The unit's sheets.
    pub sheets: &'a [Sheet],
    /// The unit's opened sums.
    pub books: &'a Books,
}

/// One sum of a count, or its blank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) amount: Result<Amount, Blank>,
}

impl<'a> Reader<'a> {
    /// The sheet of a table.
    #[must_use]
    pub fn sheet(&self, table: &str) -> Option<&'a Sheet> {
        self.sheets.iter().find(|sheet| sheet.table() == table)
    }

    /// How complete a table is.
    #[must_use]
    pub fn reported(&self, table: &str) -> Coverage {
        let none = Coverage { schools_due: self.due, schools_reported: 0, persons: 0 };
        self.sheet(table).map_or(none, |sheet| sheet.coverage)
    }

    /// What opened sums give for the count that stands first in a plan; nothing where it is read
    /// from sheets.
    #[must_use]
    pub fn opened(&self, plan: &Plan<'_>) -> Option<Opened<'a>> {
        sealed::opened(self.books, plan.numerator.first()?, &[])
    }

    /// Relations that figures of a plan break: those that name one of its counts and are about sums
    /// or sheets that it is read from.
    #[must_use]
    pub fn contradictions(&self, plan: &Plan<'_>) -> Vec<Contradiction> {
        let mut found: Vec<Contradiction> = Vec::new();
        for term in plan.numerator.iter().chain(plan.denominator.iter().flatten()) {
            let sheet = self.sheet(term.feed.table());
            let rounded = sheet.into_iter().flat_map(|sheet| &sheet.contradictions);
            let rounded = rounded.filter(|one| one.counts.contains(term.count.id.as_str()));
            for one in rounded.chain(sealed::contradictions(self.books, term)) {
                if !found.contains(one) {
                    found.push(one.clone());
                }
            }
        }
        found
    }

    /// How complete the first count of a plan is.
    #[must_use]
    pub fn coverage(&self, plan: &Plan<'_>) -> Coverage {
        let first = plan.numerator.first();
        first.map_or_else(|| self.reported(""), |first| self.about(first).coverage)
    }

    /// The figures of a plan by some axes, row-major.
    #[must_use]
    pub fn figures(&self, plan: &Plan<'_>, axes: &[Axis]) -> Vec<Figure> {
        let above = self.total(&plan.numerator, axes);
        let below = plan.denominator.as_ref().map(|terms| match self.same_schools(plan, terms) {
            Some(terms) => Ok(self.total(terms, axes)),
            None => Err(Blank::DifferentSchools),
        });
        let figure = |(place, part): (usize, Part)| {
            let reading = match &below {
                None => part.amount.map_or_else(Reading::Blank, Reading::Count),
                Some(Err(blank)) => Reading::Blank(part.amount.err().unwrap_or(*blank)),
                Some(Ok(below)) => {
                    let below = below.get(place).map_or(Err(Blank::NotReported), |p| p.amount);
                    ratio(part.amount, below)
                }
            };
            Figure { key: key_at(axes, place), reading }
        };
        above.into_iter().enumerate().map(figure).collect()
    }

    /// Schools that can compute every count of a plan, of those that reported.
    #[must_use]
    pub fn able(&self, plan: &Plan<'_>) -> u32 {
        let terms = plan.numerator.iter().chain(plan.denominator.iter().flatten());
        let able = terms.map(|term| {
            if term.sealed.is_some() && self.books.is_sealed() {
                // Who is in an opened sum could compute it.
                return self.about(term).coverage.schools_reported;
            }
            let sheet = self.sheet(term.feed.table());
            let found = sheet.and_then(|sheet| Some((sheet, block(sheet, &term.feed)?)));
            found.map_or(0, |(sheet, block)| able(sheet, block, term.feed.is_rounded()))
        });
        able.min().unwrap_or(0)
    }

    fn total(&self, terms: &[PlannedTerm<'_>], axes: &[Axis]) -> Vec<Part> {
        let mut parts = terms.iter().map(|term| self.parts(term, axes));
        let first = parts.next().unwrap_or_default();
        parts.fold(first, |sum, next| sum.into_iter().zip(next).map(|(a, b)| a.plus(b)).collect())
    }

    fn parts(&self, term: &PlannedTerm<'_>, axes: &[Axis]) -> Vec<Part> {
        let mut parts = self.counted(term, axes);
        for part in &mut parts {
            part.amount = part.amount.map(|amount| amount.times(term.coefficient));
        }
        parts
    }

    /// Persons or events as they were counted, before a coefficient: what floors are about.
    fn counted(&self, term: &PlannedTerm<'_>, axes: &[Axis]) -> Vec<Part> {
        let Some(opened) = sealed::opened(self.books, term, axes) else {
            return self.of_sheets(term, axes);
        };
        let floors = Floors::of(&self.known.catalogue, term, self.kind);
        let shown = |part: Part| Part {
            amount: part.amount.and_then(|amount| {
                let floor = floors.check_opened(amount).map(Blank::Suppressed);
                floor.map_or(Ok(amount), Err)
            }),
        };
        let own = opened.amounts.into_iter().map(|amount| Part { amount });
        if !self.reads_beside(term) {
            return own.map(shown).collect();
        }
        // The floor is that of the sum: a small part of a large one is not left out of it.
        own.zip(self.of_sheets(term, axes)).map(|(own, beside)| shown(own.beside(beside))).collect()
    }

    /// As sheets give them. Of a stage or grade that no school of the rosters has nothing is due.
    pub(super) fn of_sheets(&self, term: &PlannedTerm<'_>, axes: &[Axis]) -> Vec<Part> {
        let mut parts = self.in_sheets(term, axes);
        if self.books.are_whole_for(self.due) {
            for (place, part) in parts.iter_mut().enumerate() {
                let (stage, grade) = stage_and_grade(&key_at(axes, place), axes);
                if part.amount == Err(Blank::NotReported) && !self.books.has(stage, grade) {
                    part.amount = Err(Blank::NotApplicable);
                }
            }
        }
        parts
    }

    fn in_sheets(&self, term: &PlannedTerm<'_>, axes: &[Axis]) -> Vec<Part> {
        let size = axes.iter().map(|axis| axis.values.len()).product();
        let all = |blank| vec![Part { amount: Err(blank) }; size];
        if matches!(term.feed, Feed::Sealed { .. }) {
            return all(Blank::NoFeed(NoFeed::SecondHub));
        }
        let Some(sheet) = self.sheet(term.feed.table()) else {
            return all(match self.due {
                // Sums of weeks or months into a term are not made yet.
                _ if self.sheets.iter().any(|sheet| sheet.coverage.schools_reported > 0)
                    && !is_of_term(term.feed.table()) =>
                {
                    Blank::Unsupported
                }
                0 => Blank::NotApplicable,
                _ => Blank::NotReported,
            });
        };
        if sheet.coverage.schools_reported == 0 {
            let waits = sheet.waiting > 0;
            return all(if waits { Blank::Suppressed(Floor::Waiting) } else { Blank::NotReported });
        }
        let supported = block(sheet, &term.feed).filter(|block| is_supported(sheet, block));
        let Some(block) = supported else {
            // A band that nobody gave is one that rules withhold: no ledger lacks it.
            let is_band = matches!(term.feed, Feed::Clear { band: Some(_), .. });
            return all(if is_band { Blank::NotApplicable } else { Blank::Unsupported });
        };
        let outcomes = match &term.feed {
            Feed::Rounded { outcomes, .. } => outcomes.as_slice(),
            Feed::Clear { .. } | Feed::Sealed { .. } => &[],
        };
        let slice = Slice { by: axes, filters: term.filters, outcomes };
        let floors = Floors::of(&self.known.catalogue, term, self.kind);
        let lookup = Lookup::of(self.known, sheet, term, axes);
        let part = |(place, cell): (usize, CellSum)| {
            let key = key_at(axes, place);
            if cell.school_cells == 0 {
                return Part { amount: Err(missing(sheet.coverage, &key, axes)) };
            }
            let amount = amount(cell, &term.feed);
            let floor = match &lookup {
                Some(lookup) => lookup.floor(&key),
                None => floors.check(amount),
            };
            Part { amount: floor.map_or(Ok(amount), |floor| Err(Blank::Suppressed(floor))) }
        };
        sum(&sheet.sums, block, slice).into_iter().enumerate().map(part).collect()
    }
}

impl Part {
    /// Opened figures of some areas and rounded ones of others. What is not here or not shown is
    /// not in, and the coverage counts its schools as missing.
    fn beside(self, rounded: Self) -> Self {
        let amount = match (self.amount, rounded.amount) {
            (Ok(one), Ok(two)) => Ok(one.plus(two)),
            (Ok(known), Err(_)) | (Err(_), Ok(known)) => Ok(known),
            (Err(Blank::Sealed(closed)), Err(Blank::NotReported | Blank::NotApplicable)) => {
                Err(Blank::Sealed(closed))
            }
            (Err(_), Err(blank)) => Err(blank),
        };
        Self { amount }
    }

    /// Adds two terms of a sum. What cannot exist adds nothing; any other blank blanks the sum.
    fn plus(self, other: Self) -> Self {
        let amount = match (self.amount, other.amount) {
            (Ok(one), Ok(two)) => Ok(one.plus(two)),
            (Ok(one), Err(Blank::NotApplicable)) | (Err(Blank::NotApplicable), Ok(one)) => Ok(one),
            (Err(Blank::NotApplicable), blank) | (blank, Err(Blank::NotApplicable)) => blank,
            (Err(blank @ Blank::Suppressed(_)), _) | (_, Err(blank @ Blank::Suppressed(_))) => {
                Err(blank)
            }
            (Err(blank), _) | (_, Err(blank)) => Err(blank),
        };
        Self { amount }
    }
}

fn ratio(above: Result<Amount, Blank>, below: Result<Amount, Blank>) -> Reading {
    match (above, below) {
        // Nothing of nobody is no share.
        (_, Ok(Amount { value: 0, .. })) => Reading::Blank(Blank::NotApplicable),
        (Ok(numerator), Ok(denominator)) => Reading::Ratio { numerator, denominator },
        (Err(blank @ Blank::Suppressed(_)), _) | (_, Err(blank @ Blank::Suppressed(_))) => {
            Reading::Blank(blank)
        }
        (Err(blank), _) | (_, Err(blank)) => Reading::Blank(blank),
    }
}

pub(super) fn block<'s>(sheet: &'s Sheet, feed: &Feed) -> Option<&'s Block> {
    let spec = sheet.spec()?;
    match feed {
        Feed::Clear { count, .. } => spec.block(count),
        Feed::Rounded { partition, .. } => spec.block(partition),
        Feed::Sealed { .. } => None,
    }
}

/// Whether anybody gave a figure for any cell of a block.
fn is_supported(sheet: &Sheet, block: &Block) -> bool {
    let contributors = sheet.sums.contributors().get(block.range()).unwrap_or_default();
    contributors.iter().any(|count| *count > 0)
}

fn amount(cell: CellSum, feed: &Feed) -> Amount {
    match feed {
        Feed::Rounded { .. } => Amount::rounded(cell.value, cell.school_cells),
        Feed::Clear { band: Some(width), .. } => Amount {
            above: u64::from(width.saturating_sub(1)).saturating_mul(cell.school_cells),
            ..Amount::exact(cell.value)
        },
        // Structural zeros stand in it exactly: the error is at most this.
        Feed::Clear { rough: Some(base), .. } => {
            Amount::rough(cell.value, cell.school_cells, (*base).into())
        }
        Feed::Clear { .. } | Feed::Sealed { .. } => Amount::exact(cell.value),
    }
}

/// The blank of a cell to which none of the schools that reported contributed.
fn missing(coverage: Coverage, key: &[String], axes: &[Axis]) -> Blank {
    let (stage, grade) = stage_and_grade(key, axes);
    let impossible = match (stage, grade) {
        (Some(stage), Some(grade)) => {
            !SchoolType::ALL.into_iter().any(|kind| stage_of(kind, grade) == Some(stage))
        }
        _ => false,
    };
    // With all reports in, a cell that nobody filled is one that no school has.
    if impossible || coverage.schools_reported >= coverage.schools_due {
        Blank::NotApplicable
    } else {
        Blank::NotReported
    }
}

/// The stage and the grade of a key, where it has them.
fn stage_and_grade(key: &[String], axes: &[Axis]) -> (Option<Stage>, Option<Grade>) {
    let value = |id: &str| {
        let at = axes.iter().position(|axis| axis.dimension.as_str() == id)?;
        key.get(at).map(String::as_str)
    };
    (value("stage").and_then(Stage::from_word), value("grade").and_then(Grade::from_word))
}

/// Schools that filled a block, of those that reported; at most, where it cannot be told exactly.
fn able(sheet: &Sheet, block: &Block, is_rounded: bool) -> u32 {
    let reported = sheet.coverage.schools_reported;
    let contributors = sheet.sums.contributors().get(block.range()).unwrap_or_default();
    let most = contributors.iter().copied().max().unwrap_or(0);
    if most == 0 || is_rounded {
        return if most == 0 { 0 } else { reported };
    }
    // Every school has a roll, so students per stage tell how many schools could have filled it.
    let roll = sheet.spec().and_then(|spec| spec.block("base.students"));
    let expected = roll.and_then(|roll| schools_by_stage(sheet, roll));
    if let Some((expected, found)) = expected.zip(schools_by_stage(sheet, block)) {
        let short = expected.iter().zip(&found).map(|(due, found)| due.saturating_sub(*found));
        return reported.saturating_sub(short.max().unwrap_or(0));
    }
    let all = contributors.iter().fold(0, |sum: u32, count| sum.saturating_add(*count));
    let alike = contributors.iter().all(|count| *count == most);
    if alike { most.min(reported) } else { all.min(reported) }
}

/// Whether a table is reported once a term.
fn is_of_term(table: &str) -> bool {
    table.ends_with(".term") || is_rounded(table)
}

/// Values of the combination at a place, row-major over the axes.
#[must_use]
pub fn key_at(axes: &[Axis], place: usize) -> Vec<String> {
    let mut rest = place;
    let mut key = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        let size = axis.values.len().max(1);
        key.extend(axis.values.get(rest % size).cloned());
        rest /= size;
    }
    key.reverse();
    key
}
