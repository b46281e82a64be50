//! Ratios of this school over its own counts: numerator, denominator and, where there is one, the
//! quotient; for eyes on this node, as every exact figure.
//!
//! A ratio is never typed and never leaves: what goes up are its counts. It stands on its valid n,
//! which is shown beside it, and a blank above or below the line makes it a blank.

use domain::catalogue::{Catalogue, Count, DimensionId, Origin, Ratio, Sum, Term};
use domain::cell::Cell;

use super::{Facts, Figures, IndicatorError};

/// A ratio in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatioFigure {
    /// Above the line, coefficients included.
    pub numerator: Cell,
    /// Below the line: the valid n that it stands on.
    pub denominator: Cell,
    /// How it is read.
    pub reading: Reading,
    /// Whether a blank is one because records of students of the period are destroyed.
    pub is_destroyed: bool,
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
    /// The quotient in hundredths; of a share in hundredths of a percent. Nothing where a side is
    /// blank or there is nobody below the line, since a share of nobody is none.
    #[must_use]
    pub fn hundredths(&self) -> Option<u64> {
        let (above, below) = (self.numerator.value()?, self.denominator.value()?);
        if below == 0 {
            return None;
        }
        let scale = match self.reading {
            Reading::Share => 10_000,
            Reading::Per(_) => 100,
        };
        let scaled = u128::from(above) * scale + u128::from(below) / 2;
        u64::try_from(scaled / u128::from(below)).ok()
    }

    /// The quotient as it is written: `87.5%`, or `12.4`; nothing where there is none.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        let hundredths = self.hundredths()?;
        // One decimal, rounded half up.
        let tenths = (hundredths + 5) / 10;
        let number = format!("{}.{}", tenths / 10, tenths % 10);
        Some(match self.reading {
            Reading::Share => format!("{number}%"),
            Reading::Per(_) => number,
        })
    }
}

/// Whether every count of a ratio is a school's own; the others are shown by whom they are of.
#[must_use]
pub fn is_of_school(catalogue: &Catalogue, ratio: &Ratio) -> bool {
    terms(ratio).all(|term| count(catalogue, term).is_some())
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
        let (numerator, gone_above) = self.sum(catalogue, &ratio.numerator)?;
        let (denominator, gone_below) = self.sum(catalogue, &ratio.denominator)?;
        let reading = reading(catalogue, ratio);
        let is_destroyed = gone_above || gone_below;
        Ok(Some(RatioFigure { numerator, denominator, reading, is_destroyed }))
    }

    fn sum(&self, catalogue: &Catalogue, sum: &Sum) -> Result<(Cell, bool), IndicatorError> {
        let (mut total, mut is_destroyed) = (None, false);
        for term in &sum.terms {
            let Some(count) = count(catalogue, term) else {
                return Ok((Cell::Unsupported, is_destroyed));
            };
            let figures = self.figures(catalogue, count)?;
            is_destroyed |= figures.is_destroyed;
            match narrowed(&figures, &term.filters) {
                Cell::Value(value) => {
                    let times = value.saturating_mul(u64::from(term.coefficient));
                    total = Some(total.unwrap_or(0_u64).saturating_add(times));
                }
                // What cannot exist here, such as a stage, adds nothing; any other blank is one.
                Cell::NotApplicable => {}
                blank => return Ok((blank, is_destroyed)),
            }
        }
        Ok((total.map_or(Cell::NotApplicable, Cell::Value), is_destroyed))
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
    Figures { block: figures.block.clone(), cells, is_destroyed: figures.is_destroyed }.total()
}

/// A share where both sides count the same thing, once; else so many for each.
fn reading(catalogue: &Catalogue, ratio: &Ratio) -> Reading {
    let unit = |term: &Term| count(catalogue, term).map(|count| count.unit.clone());
    let mut units: Vec<_> = terms(ratio).map(unit).collect();
    units.dedup();
    let most = ratio.numerator.terms.iter().map(|term| term.coefficient).max().unwrap_or(1);
    if units.len() == 1 && most == 1 { Reading::Share } else { Reading::Per(most) }
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
        let none = RatioFigure { denominator: Cell::Value(0), ..coverage };
        assert_eq!(none.written(), None, "a share of nobody is none");
    }
}
