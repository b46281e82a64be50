//! Figures as they may be shown: a value with its error bound, or one of the blanks.
//!
//! A blank is never a zero, and a rounded sum always carries how far it may be off. Whoever shows
//! or exports a figure takes it from here, so the statuses are the same everywhere.

use std::collections::BTreeMap;

use domain::catalogue::{Label, Origin, Stage};
use domain::digest::Digest;
use domain::disclosure::ROUNDING_BASE;
use domain::period::Period;
use domain::rollup::Coverage;
use domain::unit::{UnitId, UnitKind};

use crate::config::Config;
use crate::opened::{Cell, Closed, Sort};
use crate::store::contradiction::Contradiction;
use crate::store::opened::OpenedSum;

/// Largest variance of one rounded cell: rounding `x` with rest `r = x mod 5` has variance
/// `r * (5 - r)`, which is 6 where `r` is 2 or 3.
const CELL_VARIANCE_MAX: u64 = 6;

/// Variance of the noise of one rough cell, discrete Laplace of scale 3, rounded up; rounding it to
/// a base adds a quarter of the base squared at the most.
const NOISE_VARIANCE: u64 = 18;

/// A sum and how exactly it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The sum; of banded figures the sum of the lower ends.
    pub value: u64,
    /// School cells in it that were rounded.
    pub rounded_cells: u64,
    /// How far rounding can have moved it at the very most, up or down; without an end where there
    /// is noise in it.
    pub rounding_error_max: Option<u64>,
    /// Largest variance that rounding can have given it.
    pub variance_max: u64,
    /// How far above `value` banded figures reach.
    pub above: u64,
    /// Opened cells of sealed sums in it, which are exact.
    pub opened_cells: u64,
    /// Persons of the roster in cells that stay closed and are not in it.
    pub left_out: u64,
}

impl Amount {
    /// A sum that is known exactly.
    #[must_use]
    pub const fn exact(value: u64) -> Self {
        Self {
            value,
            rounded_cells: 0,
            rounding_error_max: Some(0),
            variance_max: 0,
            above: 0,
            opened_cells: 0,
            left_out: 0,
        }
    }

    /// A sum that two hubs opened.
    #[must_use]
    pub const fn opened(cell: Cell) -> Self {
        let Cell { value, opened, left_out, above, .. } = cell;
        Self { opened_cells: opened, left_out, above, ..Self::exact(value) }
    }

    /// A sum of school cells that were each rounded to base 5.
    #[must_use]
    pub const fn rounded(value: u64, cells: u64) -> Self {
        Self {
            value,
            rounded_cells: cells,
            rounding_error_max: Some(cells.saturating_mul(ROUNDING_BASE - 1)),
            variance_max: cells.saturating_mul(CELL_VARIANCE_MAX),
            ..Self::exact(value)
        }
    }

    /// A sum of school cells that each left with noise, rounded to a base.
    #[must_use]
    pub const fn rough(value: u64, cells: u64, base: u64) -> Self {
        let each = NOISE_VARIANCE.saturating_add(base.saturating_mul(base).div_ceil(4));
        Self {
            value,
            rounded_cells: cells,
            rounding_error_max: None,
            variance_max: cells.saturating_mul(each),
            ..Self::exact(value)
        }
    }

    /// The same, several times over.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self {
            value: self.value.saturating_mul(factor),
            rounded_cells: self.rounded_cells,
            rounding_error_max: match self.rounding_error_max {
                Some(most) => Some(most.saturating_mul(factor)),
                None => None,
            },
            variance_max: self.variance_max.saturating_mul(factor.saturating_mul(factor)),
            above: self.above.saturating_mul(factor),
            opened_cells: self.opened_cells,
            left_out: self.left_out.saturating_mul(factor),
        }
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            value: self.value.saturating_add(other.value),
            rounded_cells: self.rounded_cells.saturating_add(other.rounded_cells),
            rounding_error_max: match (self.rounding_error_max, other.rounding_error_max) {
                (Some(own), Some(others)) => Some(own.saturating_add(others)),
                _ => None,
            },
            variance_max: self.variance_max.saturating_add(other.variance_max),
            above: self.above.saturating_add(other.above),
            opened_cells: self.opened_cells.saturating_add(other.opened_cells),
            left_out: self.left_out.saturating_add(other.left_out),
        }
    }

    /// Half the width of the range that holds the true sum in 95 of 100 cases.
    ///
    /// Cells are rounded independently of each other, so their errors add up as variances do;
    /// the range never reaches beyond what rounding can do at the very most.
    #[must_use]
    pub fn margin(&self) -> u64 {
        // 1.96 standard errors, in whole persons: (1.96^2 = 3.8416) * variance, rounded up.
        let squared = u128::from(self.variance_max).saturating_mul(38_416).div_ceil(10_000);
        let root = squared.isqrt();
        let up = root + u128::from(root * root < squared);
        let up = u64::try_from(up).unwrap_or(u64::MAX);
        self.rounding_error_max.map_or(up, |most| up.min(most))
    }

    /// How far the sum is off at the very most; with noise in it, in 95 of 100 cases.
    #[must_use]
    pub fn error_max(&self) -> u64 {
        self.rounding_error_max.unwrap_or_else(|| self.margin())
    }

    /// Lower end of the range of [`Amount::margin`].
    #[must_use]
    pub fn low(&self) -> u64 {
        self.value.saturating_sub(self.margin())
    }

    /// Upper end of the range of [`Amount::margin`], of bands, and of cells that stay closed.
    #[must_use]
    pub fn high(&self) -> u64 {
        self.value.saturating_add(self.margin()).saturating_add(self.above)
    }

    /// Whether the sum is known to the last person.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.rounded_cells == 0 && self.above == 0 && self.left_out == 0
    }
}

/// Why a figure that exists is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// It lies below the smallest figure that people above a school are shown.
    Small {
        /// The smallest figure that is shown.
        shown_from: u64,
    },
    /// Fewer schools than the floor stand behind a rounded sum.
    FewSchools,
    /// Beside what is shown it would tell a figure that is not, by subtraction.
    Telling,
    /// It is about some schools only, such as one stage, and more of them may report.
    Incomplete,
    /// Too few schools have reported since the last state that was shown, or since none.
    Waiting,
    /// So sensitive that it is shown at district level and above only.
    Level,
}

/// Why an indicator has no figures at this hub at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFeed {
    /// It never leaves the school.
    Local,
    /// It leaves only sealed, which needs the second hub.
    SecondHub,
    /// It stays at the school: no sealed table can carry it.
    NotOpened,
    /// It does not arise at schools.
    Elsewhere(Origin),
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// There is a figure and it is not shown.
    Suppressed(Floor),
    /// Due, and nobody has reported it.
    NotReported,
    /// Numerator and denominator come from different schools, so their ratio says nothing.
    DifferentSchools,
    /// Cannot exist.
    NotApplicable,
    /// Nobody who reported can compute it.
    Unsupported,
    /// No school sends it to this hub.
    NoFeed(NoFeed),
    /// It is sealed and not opened: closed, waiting or stopped.
    Sealed(Closed),
}

impl Blank {
    /// The status as interfaces write it.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Suppressed(_) => "suppressed",
            Self::NotApplicable => "not_applicable",
            Self::Sealed(closed) => match closed.sort() {
                Sort::Never => "not_applicable",
                Sort::Closed => "closed",
                Sort::Waits => "waiting",
                Sort::Stopped => "stopped",
            },
            Self::NoFeed(NoFeed::NotOpened) => "closed",
            Self::NotReported | Self::DifferentSchools | Self::Unsupported | Self::NoFeed(_) => {
                "not_reported"
            }
        }
    }

    /// What more there is to say, as a stable code.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Suppressed(Floor::Small { .. }) => Some("below_minimum"),
            Self::Suppressed(Floor::FewSchools) => Some("few_schools"),
            Self::Suppressed(Floor::Telling) => Some("tells_hidden"),
            Self::Suppressed(Floor::Incomplete) => Some("incomplete"),
            Self::Suppressed(Floor::Waiting) => Some("waiting_for_schools"),
            Self::Suppressed(Floor::Level) => Some("district_level_only"),
            Self::NotReported | Self::NotApplicable => None,
            Self::DifferentSchools => Some("different_schools"),
            Self::Unsupported => Some("unsupported"),
            Self::NoFeed(NoFeed::Local) => Some("stays_at_school"),
            Self::NoFeed(NoFeed::SecondHub) => Some("needs_second_hub"),
            Self::NoFeed(NoFeed::NotOpened) => Some("never_opened"),
            Self::Sealed(Closed::Nobody) => None,
            Self::Sealed(closed) => Some(closed.code()),
            Self::NoFeed(NoFeed::Elsewhere(_)) => Some("not_from_schools"),
        }
    }
}

/// A value or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A count.
    Count(Amount),
    /// Numerator and denominator of a ratio, the latter above zero.
    Ratio {
        /// Above the line.
        numerator: Amount,
        /// Below the line.
        denominator: Amount,
    },
    /// No value.
    Blank(Blank),
}

impl Reading {
    /// What it is made of: nothing where it is blank.
    #[must_use]
    pub fn amounts(&self) -> Vec<Amount> {
        match *self {
            Self::Count(amount) => vec![amount],
            Self::Ratio { numerator, denominator } => vec![numerator, denominator],
            Self::Blank(_) => Vec::new(),
        }
    }

    /// The status as interfaces write it: `value`, `suppressed`, `not_reported`,
    /// `not_applicable`; of sealed sums also `closed`, `waiting`, `stopped`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Count(_) | Self::Ratio { .. } => "value",
            Self::Blank(blank) => blank.status(),
        }
    }

    /// The blank, where there is no value.
    #[must_use]
    pub const fn blank(&self) -> Option<Blank> {
        match self {
            Self::Blank(blank) => Some(*blank),
            Self::Count(_) | Self::Ratio { .. } => None,
        }
    }
}

/// One figure of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Values of the dimensions asked for, in the order asked for.
    pub key: Vec<String>,
    /// The value or the blank.
    pub reading: Reading,
}

/// A unit as figures name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    /// Stable id.
    pub id: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// What people read.
    pub label: Label,
}

impl UnitName {
    /// The hub that a configuration is of.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (zh, mut en) = (config.name_zh.clone(), config.name_en.clone());
        if en.is_empty() {
            en.clone_from(&zh);
        }
        Self { id: config.unit.clone(), kind: config.kind, label: Label { zh, en } }
    }
}

/// Figures of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFigures {
    /// Whose they are.
    pub unit: UnitName,
    /// One for each combination of the dimensions asked for.
    pub figures: Vec<Figure>,
    /// How complete they are.
    pub coverage: Coverage,
    /// Schools among those that reported that can compute the indicator, at most.
    pub able: u32,
    /// Number of the unit's snapshot; zero for a school, or where there is none.
    pub snapshot: u64,
    /// Root digest of the unit's snapshot.
    pub root: Option<Digest>,
    /// Opened sums that its figures are made of.
    pub opened: Vec<OpenedFrom>,
    /// Schools whose report of an opened stock is of this very period, of those that were due; the
    /// others' last one was carried.
    pub fresh: Option<(u32, u32)>,
    /// Areas under seal of which nothing is in.
    pub missing: Vec<UnitId>,
    /// Schools with a stage in which they are too few to be opened, by stage: not due, and not in.
    pub closed: BTreeMap<Stage, u32>,
    /// Schools that were closed or out of session when the sums were opened: not due, and not in.
    pub away: u32,
    /// Relations of the catalogue that they break.
    pub contradictions: Vec<Contradiction>,
}

/// An opened sum, who opened it and by which documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedFrom {
    /// The sum as both hubs recorded it.
    pub sum: OpenedSum,
    /// Education's hub.
    pub leader: UnitId,
    /// Health's hub.
    pub helper: UnitId,
    /// Digest of the plan.
    pub plan: Digest,
    /// Digest of its roster.
    pub roster: Digest,
}

/// A snapshot that figures were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Number within the hub.
    pub number: u64,
    /// Table.
    pub table: String,
    /// Root digest over its contributions.
    pub root: Digest,
    /// When it was sealed, by the hub's clock.
    pub sealed_at_ms: i64,
    /// Catalogue that orders its cells.
    pub catalogue: Digest,
    /// How complete it is.
    pub coverage: Coverage,
}

/// Figures of one indicator and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Indicator id.
    pub indicator: String,
    /// Period.
    pub period: Period,
    /// Dimensions in the order of every key.
    pub by: Vec<String>,
    /// The hub's own figures.
    pub whole: UnitFigures,
    /// Its members', in order of unit id; empty unless asked for.
    pub members: Vec<UnitFigures>,
    /// Snapshots that the figures were read from, one a table.
    pub states: Vec<State>,
    /// Schools whose reports have arrived and are not in them yet, lest two states tell one.
    pub waiting: u32,
    /// Catalogue whose definitions hold.
    pub catalogue: Digest,
    /// Its revision.
    pub revision: u32,
}

impl Figures {
    /// The figures of a unit: the hub itself, or one of its members.
    #[must_use]
    pub fn of(&self, unit: &UnitId) -> Option<&UnitFigures> {
        std::iter::once(&self.whole).chain(&self.members).find(|known| known.unit.id == *unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 95 % range is 1.96 standard errors wide, and never wider than rounding can reach.
    #[test]
    fn the_range_of_a_rounded_sum_grows_with_the_root_of_its_cells() {
        let check = |cells: u64| Amount::rounded(1_000, cells).margin();
        assert_eq!(check(0), 0);
        assert_eq!(check(1), 4, "one cell is off by four at most");
        assert_eq!(check(100), 49, "1.96 * sqrt(600) = 48.01");
        assert_eq!(check(10_000), 481, "1.96 * sqrt(60000) = 480.1");
        let scaled = Amount::rounded(10, 100).times(1_000);
        assert_eq!((scaled.value, scaled.rounding_error_max), (10_000, Some(400_000)));
        assert_eq!(scaled.margin(), 48_010, "a thousand times as wide");
    }

    /// Rough figures are off by what noise and rounding vary together, and have no end.
    #[test]
    fn the_range_of_a_rough_sum_has_no_end_and_grows_with_the_root_of_its_cells() {
        let rough = |cells: u64| Amount::rough(1_000, cells, 10);
        assert_eq!((rough(1).margin(), rough(131).margin()), (13, 148), "1.96 * sqrt(43 n)");
        let sum = rough(131).plus(Amount::exact(5)).plus(Amount::rounded(10, 1));
        assert_eq!((sum.rounding_error_max, sum.is_exact()), (None, false));
        assert_eq!(Amount::exact(5).plus(Amount::rounded(10, 1)).rounding_error_max, Some(4));
        assert_eq!(sum.times(2).error_max(), sum.times(2).margin());
    }

    /// A sum of exact figures has no range, a banded one reaches upward only.
    #[test]
    fn exact_and_banded_sums_state_their_range() {
        let exact = Amount::exact(7).plus(Amount::exact(5));
        assert_eq!((exact.low(), exact.high(), exact.is_exact()), (12, 12, true));
        let banded = Amount { above: 18, ..Amount::exact(40) };
        assert_eq!((banded.low(), banded.high(), banded.is_exact()), (40, 58, false));
    }
}
