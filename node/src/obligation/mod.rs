//! What a school owes by rule in a term or a year, and how far it has come: the gaps by class, by
//! stage and by person of the staff.
//!
//! Read from the ledgers just now, for the school's own screen and paper. No student is named, and
//! nothing of it leaves: what leaves are the counts, which say the same by the same rules.

pub mod teaching;
pub mod training;
pub mod works;

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is kept.
    Met,
    /// It is not kept, or not yet.
    Unmet,
    /// The school does not keep the ledger that would tell.
    Untold,
}

impl Standing {
    /// Kept or not, where the ledger is kept.
    #[must_use]
    pub const fn of(is_told: bool, is_met: bool) -> Self {
        match (is_told, is_met) {
            (false, _) => Self::Untold,
            (true, true) => Self::Met,
            (true, false) => Self::Unmet,
        }
    }

    /// The word that programs read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Untold => "untold",
        }
    }
}
