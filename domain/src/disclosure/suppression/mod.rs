//! Suppression: which figures of a rounded table are shown, decided once for the whole table.
//!
//! Lists by different dimensions, rows of members and the total, and states that were shown one
//! after another can be subtracted from each other. So nothing is decided for a list alone: all
//! figures of a table are taken from coarse to fine in a fixed order, and one is refused if
//! beside those accepted it would tell one that is hidden, or would leave a rest of fewer than
//! five schools or below the floor. Pure, and the same for everybody who asks.

mod change;
mod decide;
mod family;
mod ground;
mod held;
mod isolation;
mod layers;
mod ledger;
mod outline;
mod span;

pub use held::Repeats;
pub use outline::{List, Outline};

use super::GROUP_SCHOOLS_MIN;
use crate::catalogue::Block;
use crate::rollup::Sums;

/// Whether a figure is shown, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No school contributes to it.
    Absent,
    /// Shown.
    Shown,
    /// Too few schools stand behind it.
    Few,
    /// It lies below the floor.
    Small,
    /// It is shown at district level and above only.
    Level,
    /// Beside what is shown it would tell something that is hidden.
    Telling,
    /// It is about some schools only, and more may report.
    Incomplete,
}

/// A member of a hub.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Id.
    pub unit: &'a str,
    /// Its sums in the hub's table.
    pub sums: &'a Sums,
    /// What there is to know where it is a hub; nothing for a school.
    pub hub: Option<HubMember>,
}

/// What there is to know of a member that is a hub.
#[derive(Clone, Copy, Debug)]
pub struct HubMember {
    /// How often schools may stand in several stages, if that is known.
    pub repeats: Option<Repeats>,
    /// Whether it is below the district.
    pub is_low: bool,
}

/// A state that readers were shown, as far as it is known.
#[derive(Clone, Debug)]
pub struct Earlier<'a> {
    /// Its members.
    pub members: Vec<Member<'a>>,
    /// The hub's figures as they were decided; `None` where all may have been shown.
    pub whole: Option<Vec<Verdict>>,
    /// The same of members that are hubs.
    pub rows: Vec<(&'a str, Vec<Verdict>)>,
}

/// One hub's table.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// The partition's block of the table.
    pub block: &'a Block,
    /// The hub's own sums.
    pub sums: &'a Sums,
    /// Whether the hub is below the district.
    pub is_low: bool,
    /// Whether everybody who is due has reported, or nobody is waited for any more. Before that a
    /// figure of some schools only, such as one stage, is not shown: the last few of them could
    /// never be added.
    pub is_final: bool,
    /// The members whose sums they are.
    pub members: Vec<Member<'a>>,
    /// What readers were shown before, in order of time.
    pub earlier: Vec<Earlier<'a>>,
}

/// What is shown of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// One verdict for each figure of the outline.
    pub whole: Vec<Verdict>,
    /// The same for members that are hubs, by id.
    pub rows: Vec<(String, Vec<Verdict>)>,
}

/// Decides which figures of a table are shown.
#[must_use]
pub fn decide(outline: &Outline, table: &Table<'_>) -> Decision {
    decide::decide(outline, table)
}

impl Verdict {
    /// The verdict as it is stored.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Shown => 1,
            Self::Few => 2,
            Self::Small => 3,
            Self::Level => 4,
            Self::Telling => 5,
            Self::Incomplete => 6,
        }
    }

    /// The verdict of a stored code.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Absent,
            1 => Self::Shown,
            2 => Self::Few,
            3 => Self::Small,
            4 => Self::Level,
            5 => Self::Telling,
            6 => Self::Incomplete,
            _ => return None,
        })
    }
}
