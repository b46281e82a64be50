//! Readings as pages and terminals write them.

use domain::catalogue::Catalogue;
use runtime::web::Figure as Shown;
use runtime::web::chart::Interval;

use super::plan::Indicator;
use super::value::{Amount, Blank, NoFeed, Reading};
use crate::opened::{Closed, Sort};

/// A reading of an indicator as it is shown.
///
/// A ratio of unlike things, such as students for each counsellor, is shown as a whole number:
/// a percentage of it would mean nothing.
#[must_use]
pub fn shown(catalogue: &Catalogue, indicator: Indicator<'_>, reading: &Reading) -> Shown {
    match *reading {
        Reading::Count(amount) => amount_shown(amount),
        Reading::Ratio { numerator, denominator } if indicator.is_share(catalogue) => {
            Shown::share(numerator.value, denominator.value)
        }
        Reading::Ratio { numerator, denominator } => {
            let half = denominator.value / 2;
            let rounded = numerator.value.saturating_add(half).checked_div(denominator.value);
            rounded.map_or(Shown::NotApplicable, Shown::Count)
        }
        Reading::Blank(blank) => match blank {
            Blank::Suppressed(_) => Shown::Suppressed,
            Blank::NotReported | Blank::DifferentSchools => Shown::NotReported,
            Blank::NotApplicable => Shown::NotApplicable,
            Blank::Sealed(Closed::Several) => Shown::ByKind,
            Blank::Sealed(closed) => match closed.sort() {
                Sort::Never => Shown::NotApplicable,
                Sort::Closed => Shown::Closed,
                Sort::Waits => Shown::Waiting,
                Sort::Stopped => Shown::Stopped,
            },
            Blank::NoFeed(NoFeed::NotOpened) => Shown::Closed,
            Blank::Unsupported | Blank::NoFeed(_) => Shown::Unsupported,
        },
    }
}

/// A sum as it is shown.
#[must_use]
pub fn amount_shown(amount: Amount) -> Shown {
    if amount.above > 0 {
        Shown::Band { low: amount.value, high: amount.value.saturating_add(amount.above) }
    } else if amount.rounded_cells > 0 {
        Shown::Rounded(amount.value)
    } else {
        Shown::Count(amount.value)
    }
}

/// The 95 % range of a share whose parts were rounded; nothing where it is exact.
///
/// Both parts are taken at their unfavourable ends, which is wider than needed where the errors of
/// numerator and denominator are partly the same.
#[must_use]
pub fn interval(numerator: Amount, denominator: Amount) -> Option<Interval> {
    if numerator.is_exact() && denominator.is_exact() {
        return None;
    }
    let part = |above: u64, below: u64| Shown::share(above, below.max(1)).share_value();
    let value = part(numerator.value, denominator.value)?;
    let low = part(numerator.low(), denominator.high())?;
    // A part is no more than its whole, however the rounding fell.
    let high = part(numerator.high(), denominator.low())?.min(value.max(10_000));
    Some(Interval { low, high })
}
