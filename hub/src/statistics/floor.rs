//! Floors of what is shown: small figures, few schools, and levels.
//!
//! What protects a child in a rounded table is the rounding itself. These floors keep readers from
//! taking a small rounded figure for a fact, and keep any one school's rounded figures from every
//! page: a rounded sum is shown only where five schools stand behind it, and where a list hides
//! too few schools to hide them, its smallest neighbour is hidden with them. A rounded sum below
//! the floor is hidden even where it is zero: with base 5 only 0 and 5 lie below 10, so to show
//! one of them is to tell the other.

use domain::catalogue::{Catalogue, Sensitivity};
use domain::disclosure::GROUP_SCHOOLS_MIN;
use domain::unit::UnitKind;

use super::plan::{Feed, PlannedTerm};
use super::value::{Amount, Blank, Figure, Floor, Reading};

/// The floors of one count at one unit.
#[derive(Clone, Copy, Debug)]
pub struct Floors {
    min: u64,
    is_rounded: bool,
    is_banded: bool,
    is_level_too_low: bool,
}

impl Floors {
    /// The floors of a planned count for the figures of a unit of a kind.
    #[must_use]
    pub fn of(catalogue: &Catalogue, term: &PlannedTerm<'_>, kind: UnitKind) -> Self {
        let sensitivity = term.count.sensitivity;
        let is_rounded = term.feed.is_rounded();
        let min = if is_rounded {
            let default = catalogue.definition().default_min_cell;
            catalogue.min_cell(sensitivity).max(default)
        } else {
            catalogue.min_cell(sensitivity)
        };
        Self {
            min,
            is_rounded,
            is_banded: matches!(term.feed, Feed::Clear { band: Some(_), .. }),
            is_level_too_low: sensitivity == Sensitivity::Extreme
                && !matches!(kind, UnitKind::City | UnitKind::District),
        }
    }

    /// Why a sum behind which `schools` stand is not shown; `None` where it is.
    #[must_use]
    pub const fn check(&self, amount: Amount, schools: u32) -> Option<Floor> {
        if self.is_level_too_low {
            return Some(Floor::Level);
        }
        if self.is_rounded {
            if schools < GROUP_SCHOOLS_MIN {
                return Some(Floor::FewSchools);
            }
            if amount.value < self.min {
                return Some(Floor::Small { shown_from: self.min });
            }
            return None;
        }
        // A band is protected by its width; an exact zero says that there is nobody to protect.
        if self.is_banded || amount.value == 0 || amount.value >= self.min {
            None
        } else {
            Some(Floor::Small { shown_from: self.min })
        }
    }
}

/// Hides further figures of a list that adds up to a known whole, until those hidden for their
/// few schools have enough schools among them to hide each other.
pub fn hold_back<'f>(figures: impl IntoIterator<Item = &'f mut Figure>) {
    let mut figures: Vec<&mut Figure> = figures.into_iter().collect();
    let few = Reading::Blank(Blank::Suppressed(Floor::FewSchools));
    loop {
        let hidden = figures.iter().filter(|figure| figure.reading == few);
        let schools = hidden.fold(0, |sum: u32, figure| sum.saturating_add(figure.schools));
        if schools == 0 || schools >= GROUP_SCHOOLS_MIN {
            return;
        }
        // Of several alike the last is taken, so that hubs and their members hide the same ones.
        let shown = figures.iter_mut().rev().filter(|figure| figure.reading.blank().is_none());
        match shown.min_by_key(|figure| figure.schools) {
            Some(figure) => figure.reading = few,
            None => return,
        }
    }
}

/// Hides in a member's list what the whole's list hides, lest the member tells it.
pub fn follow(member: &mut [Figure], whole: &[Figure]) {
    let few = Reading::Blank(Blank::Suppressed(Floor::FewSchools));
    for (figure, above) in member.iter_mut().zip(whole) {
        if above.reading == few && figure.reading.blank().is_none() {
            figure.reading = few;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(schools: u32, value: Option<u64>) -> Figure {
        let reading = match value {
            Some(value) => Reading::Count(Amount::rounded(value, schools.into())),
            None => Reading::Blank(Blank::Suppressed(Floor::FewSchools)),
        };
        Figure { key: Vec::new(), reading, schools }
    }

    fn check(list: &[(u32, Option<u64>)], hidden: &[usize]) {
        let mut figures: Vec<Figure> = list.iter().map(|(n, v)| figure(*n, *v)).collect();
        hold_back(&mut figures);
        let found: Vec<usize> = figures
            .iter()
            .enumerate()
            .filter(|(_, figure)| figure.reading.blank().is_some())
            .map(|(at, _)| at)
            .collect();
        assert_eq!(found, hidden, "{list:?}");
    }

    /// A hidden school is hidden together with a neighbour, lest a subtraction tells it.
    #[test]
    fn what_is_hidden_alone_takes_a_neighbour_along() {
        check(&[(9, Some(50)), (1, None), (7, Some(40))], &[1, 2]);
        check(&[(9, Some(50)), (3, None), (2, None)], &[1, 2]);
        check(&[(9, Some(50)), (8, Some(40))], &[]);
        check(&[(6, Some(50)), (6, Some(40)), (2, None)], &[1, 2]);
        check(&[(1, None)], &[0]);
    }
}
