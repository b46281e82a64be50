//! Why nothing is published: a stable code and a sentence for each reason.

use domain::disclosure::noise::{Epsilon, NoiseError};
use domain::unit::UnitId;
use runtime::sql::SqlError;
use runtime::web::{Lang, Text};

use super::words;
use crate::opened::{self, Closed};
use crate::seen::SeenError;

/// Why a release is not planned, paid or drawn. Nothing was drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Neither a district's hub nor a city's.
    #[error("only districts and cities publish")]
    NotHere,
    /// A rule of the noise or of its ledger.
    #[error(transparent)]
    Noise(#[from] NoiseError),
    /// Figures of a member, or of all, are not opened sums.
    #[error("figures of {0} are not opened sums")]
    NotOpened(UnitId),
    /// A group that the plan opens is not opened.
    #[error("{open} of {of} groups of {area} are opened")]
    Unsettled {
        /// The area.
        area: UnitId,
        /// Groups that are opened.
        open: usize,
        /// Groups that the plan opens.
        of: usize,
        /// Why the others are not, where that is known.
        why: Option<Closed>,
    },
    /// This hub closed the school year: what was not opened by then never is.
    #[error("school year {year} of {area} was closed")]
    YearClosed {
        /// The area.
        area: UnitId,
        /// The school year, by the year in which it begins.
        year: i16,
    },
    /// The plan opens no group at all.
    #[error("the plan opens no group")]
    NoGroup,
    /// The sums were opened under another catalogue than the one in force.
    #[error("the sums were opened under another catalogue")]
    Catalogue,
    /// A figure has no value, for another reason than that too few stand behind it.
    #[error("a figure is not opened")]
    Closed(Closed),
    /// The account has no second step.
    #[error("the account has no second step")]
    NoFactor,
    /// Neither this school year nor the next.
    #[error("{0} is neither this school year nor the next")]
    Year(i16),
    /// A sum was opened before this hub's secret was made: under another one it may be published.
    #[error("a sum is older than the secret of the noise")]
    OlderThanSecret,
    /// The attacker reaches a small count, or did not decide.
    #[error("{code}: {cell}")]
    Reachable {
        /// The attacker's code.
        code: &'static str,
        /// The cell, without the school.
        cell: String,
    },
    /// The code is not that of what would be drawn.
    #[error("what was planned is not what would be drawn")]
    Code,
    /// The account may not draw.
    #[error("the account may not draw")]
    Role,
    /// The budget is that low already.
    #[error("the year has no more than {0}")]
    NotLower(Epsilon),
    /// A line cannot be signed.
    #[error(transparent)]
    Key(#[from] certs::key::KeyError),
    /// What this hub has seen cannot be put together.
    #[error(transparent)]
    Seen(#[from] SeenError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Refused {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotHere => "NOT_A_PUBLISHER",
            Self::Noise(NoiseError::Name) => "RELEASE_UNKNOWN",
            Self::Noise(NoiseError::Term) => "NOT_A_TERM",
            Self::Noise(
                NoiseError::Events(_) | NoiseError::Several(_) | NoiseError::Dimensions(_),
            ) => "NOT_A_PARTITION",
            Self::Noise(NoiseError::Drawn(_)) => "DRAWN",
            Self::Noise(NoiseError::Inputs(_)) => "OTHER_VALUES",
            Self::Noise(NoiseError::Spent { .. }) => "BUDGET_SPENT",
            Self::Noise(_) => "NOISE",
            Self::NotOpened(_) => "NOT_OPENED_SUMS",
            Self::Unsettled { .. } => "NOT_SETTLED",
            Self::YearClosed { .. } => "YEAR_CLOSED",
            Self::NoGroup => "NO_GROUP",
            Self::Catalogue | Self::Seen(SeenError::Catalogue) => "OTHER_CATALOGUE",
            Self::Closed(_) => "NOT_SETTLED",
            Self::NoFactor => "SECOND_STEP_NEEDED",
            Self::Year(_) => "OTHER_YEAR",
            Self::OlderThanSecret => "OLDER_THAN_SECRET",
            Self::Reachable { code, .. } => code,
            Self::Code => "PLAN_CODE",
            Self::Role => "ROLE",
            Self::NotLower(_) => "NOT_LOWER",
            Self::Key(_) | Self::Seen(_) | Self::Store(_) => "STORE",
        }
    }

    /// What happened.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Noise(NoiseError::Drawn(id)) => words::DRAWN.fill(lang, &[id]),
            Self::Noise(NoiseError::Inputs(id)) => words::OTHER_VALUES.fill(lang, &[id]),
            Self::Noise(NoiseError::Spent { release, asked, left }) => {
                words::SPENT.fill(lang, &[release, asked, left])
            }
            Self::Noise(
                NoiseError::Events(query)
                | NoiseError::Several(query)
                | NoiseError::Dimensions(query),
            ) => words::NOT_A_PARTITION.fill(lang, &[query]),
            Self::NotOpened(unit) => words::NOT_OPENED.fill(lang, &[unit]),
            Self::Unsettled { area, open, of, why } => {
                let why = why.map(|why| opened::why(why, lang)).unwrap_or_default();
                words::UNSETTLED.fill(lang, &[area, open, of, &why])
            }
            Self::YearClosed { area, year } => {
                words::YEAR_CLOSED.fill(lang, &[area, year, &year.saturating_add(1)])
            }
            Self::Reachable { cell, .. } => words::REACHABLE.fill(lang, &[cell]),
            Self::NotLower(cap) => words::NOT_LOWER.fill(lang, &[cap]),
            Self::Closed(why) => words::NO_VALUE.fill(lang, &[&opened::why(*why, lang)]),
            Self::Year(year) => words::OTHER_YEAR.fill(lang, &[year]),
            other => other.text().in_lang(lang).to_owned(),
        }
    }

    const fn text(&self) -> Text {
        match self {
            Self::NotHere => words::NOT_HERE,
            Self::Noise(NoiseError::Term) => words::NOT_A_TERM,
            Self::Noise(NoiseError::Name) => words::NO_SUCH_RELEASE,
            Self::NoGroup => words::NO_GROUP,
            Self::Catalogue | Self::Seen(SeenError::Catalogue) => words::OTHER_CATALOGUE,
            Self::OlderThanSecret => words::OLDER_THAN_SECRET,
            Self::Code => words::OTHER_CODE,
            Self::Role => words::NO_RIGHT,
            Self::NoFactor => words::NO_FACTOR,
            _ => words::UNREAD,
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn next(&self) -> Text {
        match self {
            Self::NotHere => words::NOT_HERE_NEXT,
            Self::Noise(NoiseError::Term | NoiseError::Name) => words::NO_SUCH_RELEASE_NEXT,
            Self::Noise(
                NoiseError::Events(_) | NoiseError::Several(_) | NoiseError::Dimensions(_),
            )
            | Self::Catalogue => words::OTHER_CATALOGUE_NEXT,
            Self::Noise(NoiseError::Drawn(_)) => words::DRAWN_NEXT,
            Self::Noise(NoiseError::Inputs(_)) => words::OTHER_VALUES_NEXT,
            Self::Noise(NoiseError::Spent { .. }) => words::SPENT_NEXT,
            Self::NotOpened(_) => words::NOT_OPENED_NEXT,
            Self::Unsettled { .. } | Self::NoGroup | Self::Closed(_) => words::UNSETTLED_NEXT,
            Self::YearClosed { .. } => words::YEAR_CLOSED_NEXT,
            Self::OlderThanSecret => words::OLDER_THAN_SECRET_NEXT,
            Self::Reachable { .. } => words::REACHABLE_NEXT,
            Self::Code => words::OTHER_CODE_NEXT,
            Self::Role => words::NO_RIGHT_NEXT,
            Self::NoFactor => words::NO_FACTOR_NEXT,
            Self::Year(_) => words::OTHER_YEAR_NEXT,
            Self::NotLower(_) => words::NOT_LOWER_NEXT,
            Self::Noise(_) | Self::Key(_) | Self::Seen(_) | Self::Store(_) => words::UNREAD_NEXT,
        }
    }
}
