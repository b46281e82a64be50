//! Ratios of this school over its own counts: numerator, denominator and, where there is one, the
//! quotient; for eyes on this node, as every exact figure.
//!
//! A ratio is never typed and never leaves: what goes up are its counts. It stands on its valid n,
//! which is shown beside it, and a blank above or below the line makes it a blank.

use domain::catalogue::{
    At, Catalogue, Count, Definition, DimensionId, NativePeriod, Origin, Ratio, Sum, Term,
};
use domain::cell::Cell;
use jiff::civil::Date;
use runtime::web::{Figure, percent};

use super::{Facts, Figures, IndicatorError};

/// A ratio in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatioFigure {
    /// Above the line, without the coefficient that the whole sum has: that is in the reading.
    pub numerator: Cell,
    /// Below the line: the valid n that it stands on.
    pub denominator: Cell,
    /// How it is read.
    pub reading: Reading,
    /// Whether a blank is one because records of students of the period are destroyed.
    pub is_destroyed: bool,
    /// Where a blank above the line is one because its day has not come: the first day on which it
    /// is counted.
    pub above_from: Option<Date>,
    /// The same below the line.
    pub below_from: Option<Date>,
}

/// One side of a ratio.
struct Side {
    cell: Cell,
    is_destroyed: bool,
    not_yet: Option<Date>,
}

/// How a quotient is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A share: both sides count the same thing.
    Share,
    /// So many above the line for each of so many below it.
    Per(u32),
}

impl RatioFigure {
    /// The quotient as it is written, with one decimal: `87.5%`, or `12.4`. Nothing where a side is
    /// blank or there is nobody below the line, since a share of nobody is none.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        let (above, below) = (self.numerator.value()?, self.denominator.value()?);
        match self.reading {
            Reading::Share => Figure::share(above, below).share_value().map(percent),
            Reading::Per(times) => {
                let (scale, below) = (10 * u128::from(times), u128::from(below));
                // To the nearest tenth, once.
                let tenths = (u128::from(above) * scale + below / 2).checked_div(below)?;
                Some(format!("{}.{}", tenths / 10, tenths % 10))
            }
        }
    }
}

/// Whether every count of a ratio is a school's own; the others are shown by whom they are of.
#[must_use]
pub fn is_of_school(catalogue: &Catalogue, ratio: &Ratio) -> bool {
    terms(ratio).all(|term| count(catalogue, term).is_some())
}

/// The kind of period in which a ratio is shown where nobody names one: its own, or the term where
/// a count of it is taken on the census day, which no longer period has.
#[must_use]
pub fn native_of(catalogue: &Catalogue, ratio: &Ratio) -> NativePeriod {
    let is_at_census = |known: &Definition| known.at == At::CensusDay;
    let mut definitions =
        terms(ratio).filter_map(|term| count(catalogue, term)?.definition.as_ref());
    match definitions.any(is_at_census) {
        true => NativePeriod::Term,
        false => ratio.period,
    }
}

/// The school's own counts of which a ratio is made.
pub(super) fn counts_of<'c>(
    catalogue: &'c Catalogue,
    ratio: &'c Ratio,
) -> impl Iterator<Item = &'c Count> {
    terms(ratio).filter_map(|term| count(catalogue, term))
}

fn terms(ratio: &Ratio) -> impl Iterator<Item = &Term> {
    ratio.numerator.terms.iter().chain(&ratio.denominator.terms)
}

fn count<'c>(catalogue: &'c Catalogue, term: &Term) -> Option<&'c Count> {
    catalogue.count(term.count.as_str()).filter(|count| count.origin == Origin::School)
}

impl Facts {
    /// A ratio over the counts of these facts; nothing where it is none of a school.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn ratio(
        &self,
        catalogue: &Catalogue,
        ratio: &Ratio,
    ) -> Result<Option<RatioFigure>, IndicatorError> {
        if !is_of_school(catalogue, ratio) {
            return Ok(None);
        }
        let each = common(&ratio.numerator);
        let above = self.sum(catalogue, &ratio.numerator, each)?;
        let below = self.sum(catalogue, &ratio.denominator, 1)?;
        Ok(Some(RatioFigure {
            numerator: above.cell,
            denominator: below.cell,
            reading: reading(catalogue, ratio),
            is_destroyed: above.is_destroyed || below.is_destroyed,
            above_from: above.not_yet,
            below_from: below.not_yet,
        }))
    }

    /// A sum with its coefficients divided by one that all of them have.
    fn sum(&self, catalogue: &Catalogue, sum: &Sum, each: u32) -> Result<Side, IndicatorError> {
        let mut total = None;
        let mut side = Side { cell: Cell::NotApplicable, is_destroyed: false, not_yet: None };
        for term in &sum.terms {
            let Some(count) = count(catalogue, term) else {
                return Ok(Side { cell: Cell::Unsupported, ..side });
            };
            let figures = self.figures(catalogue, count)?;
            side.is_destroyed |= figures.is_destroyed;
            side.not_yet = side.not_yet.max(figures.not_yet);
            match narrowed(&figures, &term.filters) {
                Cell::Value(value) => {
                    let times = term.coefficient.checked_div(each).unwrap_or(term.coefficient);
                    let value = value.saturating_mul(u64::from(times));
                    total = Some(total.unwrap_or(0_u64).saturating_add(value));
                }
                // What cannot exist here, such as a stage, adds nothing; any other blank is one.
                Cell::NotApplicable => {}
                blank => return Ok(Side { cell: blank, ..side }),
            }
        }
        Ok(Side { cell: total.map_or(Cell::NotApplicable, Cell::Value), ..side })
    }
}

/// The total of the cells that have some values.
fn narrowed(figures: &Figures, filters: &[(DimensionId, String)]) -> Cell {
    if filters.is_empty() {
        return figures.total();
    }
    let place_of = |id: &DimensionId| figures.block.dims().position(|dim| dim == id);
    let wanted: Vec<(Option<usize>, &String)> =
        filters.iter().map(|(id, value)| (place_of(id), value)).collect();
    let lies_in = |place: usize| {
        let values = figures.block.values_at(place).unwrap_or_default();
        wanted.iter().all(|(axis, value)| {
            axis.and_then(|axis| values.get(axis)).is_some_and(|own| own == value)
        })
    };
    let cells = figures.cells.iter().enumerate().filter(|(place, _)| lies_in(*place));
    let cells: Vec<Cell> = cells.map(|(_, cell)| *cell).collect();
    let Figures { is_destroyed, not_yet, .. } = *figures;
    Figures { block: figures.block.clone(), cells, is_destroyed, not_yet }.total()
}

/// A share where both sides count the same thing, once; else so many for each.
fn reading(catalogue: &Catalogue, ratio: &Ratio) -> Reading {
    let unit = |term: &Term| count(catalogue, term).map(|count| count.unit.clone());
    let mut units: Vec<_> = terms(ratio).map(unit).collect();
    units.dedup();
    let is_plain = ratio.numerator.terms.iter().all(|term| term.coefficient == 1);
    match units.len() == 1 && is_plain {
        true => Reading::Share,
        false => Reading::Per(common(&ratio.numerator)),
    }
}

/// The coefficient of every term of a sum; one where they differ.
fn common(sum: &Sum) -> u32 {
    let first = sum.terms.first().map_or(1, |term| term.coefficient);
    if sum.terms.iter().all(|term| term.coefficient == first) { first } else { 1 }
}

#[cfg(test)]
mod tests {
    use domain::period::TermId;
    use domain::span::Span;
    use jiff::civil::date;

    use super::*;
    use crate::ledger::entry::{StaffId, StudentId};
    use crate::ledger::guard_tests::{head, run, school};
    use crate::ledger::testing::TODAY;
    use crate::ledger::{profile, roll, write};

    /// Three of four students have a mentor, of whom there are two: the share, the load and their
    /// valid n; a ledger that is not kept makes a blank and never a zero; what is not the school's
    /// is not its ratio.
    #[test]
    fn ratios_stand_on_their_counts() {
        let school = school();
        run(&school, |tx| {
            for (student, staff) in [(1, 3), (2, 3), (3, 4)] {
                let (student, staff) = (StudentId(student), StaffId(staff));
                let pair = roll::Mentor { from: date(2025, 9, 1), student, staff, until: None };
                write::add(tx, &head(), &pair)?;
            }
            Ok(())
        })
        .expect("pairs");
        let (catalogue, calendar) = (school.catalogue.clone(), school.calendar.clone());
        let term = *calendar.term(TermId { school_year: 2025, number: 1 }).expect("term");
        let facts = school.ledger.read(move |tx| {
            let profile = profile::load(tx)?.expect("profile");
            Facts::of_period(tx, &profile, Span::of_term(&term), TODAY)
        });
        let facts = facts.expect("facts");
        let of = |id: &str| {
            let ratio = catalogue.ratio(id).expect("ratio");
            facts.ratio(&catalogue, ratio).expect("figures")
        };
        let coverage = of("r.mtr.coverage").expect("of a school");
        assert_eq!((coverage.numerator, coverage.denominator), (Cell::Value(3), Cell::Value(4)));
        assert_eq!((coverage.reading, coverage.written()), (Reading::Share, Some("75.0%".into())));
        let load = of("r.mtr.load").expect("of a school");
        assert_eq!((load.reading, load.written()), (Reading::Per(1), Some("1.5".to_owned())));
        assert!(of("r.hot.up").is_none() && of("r.scr.staff").is_none());
        let before = *school.calendar.term(TermId { school_year: 2024, number: 2 }).expect("term");
        let before = school.ledger.read(move |tx| {
            let profile = profile::load(tx)?.expect("profile");
            Facts::of_period(tx, &profile, Span::of_term(&before), TODAY)
        });
        let rate = school.catalogue.ratio("r.alt.rate").expect("ratio");
        let rate = before.expect("facts").ratio(&school.catalogue, rate).expect("figures");
        let rate = rate.expect("of a school");
        assert_eq!(rate.numerator, Cell::NotReported, "the ledger of cases was not kept then");
        assert_eq!(rate.written(), None);
        assert_eq!(rate.reading, Reading::Per(1000));
        let (numerator, denominator) = (Cell::Value(3), Cell::Value(1600));
        let rate = RatioFigure { numerator, denominator, ..rate };
        assert_eq!(rate.written(), Some("1.9".to_owned()), "three of 1,600, told for each 1,000");
        let none = RatioFigure { denominator: Cell::Value(0), ..rate };
        assert_eq!(none.written(), None, "so many of nobody are none");
        let none = RatioFigure { denominator: Cell::Value(0), ..coverage };
        assert_eq!(none.written(), None, "a share of nobody is none");
    }

    /// Before the census day a stock is told as due from that day on, and not as a ledger that is
    /// not kept; students for each counsellor are shown by the term, which has a census day.
    #[test]
    fn what_is_not_due_yet_is_told_with_its_day() {
        let school = school();
        let (catalogue, calendar) = (school.catalogue.clone(), school.calendar.clone());
        let term = *calendar.term(TermId { school_year: 2025, number: 1 }).expect("term");
        let load = catalogue.ratio("r.stf.load").expect("ratio");
        assert_eq!(load.period, NativePeriod::Year);
        assert_eq!(native_of(&catalogue, load), NativePeriod::Term);
        let on = |today: Date| {
            let facts = school.ledger.read(move |tx| {
                let profile = profile::load(tx)?.expect("profile");
                Facts::of_period(tx, &profile, Span::of_term(&term), today)
            });
            let figure = facts.expect("facts").ratio(&catalogue, load).expect("figures");
            figure.expect("of a school")
        };
        let early = on(term.census.yesterday().expect("day"));
        assert_eq!((early.numerator, early.above_from), (Cell::NotReported, Some(term.census)));
        let now = on(TODAY);
        assert_eq!((now.numerator, now.above_from), (Cell::Value(4), None));
    }
}
