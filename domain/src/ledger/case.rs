//! Cases of the early-warning ledger: which moves there are, and which need the second person
//! first.
//!
//! What protects a child acts at once and is countersigned within 24 hours; what takes protection
//! away waits for the second person. A score never moves a case: a person does, with a reason.

use super::terms::Tier;
use super::words::Move;

/// Milliseconds within which a raise is countersigned.
pub const COUNTERSIGN_MS: i64 = 24 * 3_600_000;

/// When a move takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// At once; the second person signs within [`COUNTERSIGN_MS`].
    AtOnce,
    /// Only once a second person has agreed.
    AfterSecond,
}

/// Why a move cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// The case is not open, or not yet.
    #[error("the case is not open")]
    NotOpen,
    /// The case is open already.
    #[error("the case is open already")]
    Open,
    /// It has that tier already, or the tier lies on the other side.
    #[error("the tier does not lie on that side of the present one")]
    Direction,
    /// A move to a tier without one, or a closing with one.
    #[error("this move does not go with that tier")]
    Tier,
}

/// Decides when a move from one tier to another takes effect; `None` is not on the ledger.
///
/// # Errors
/// The move does not fit the tiers.
pub const fn effect(kind: Move, from: Option<Tier>, to: Option<Tier>) -> Result<Effect, MoveError> {
    match (kind, from, to) {
        (Move::Opened | Move::MovedIn, None, Some(_)) => Ok(Effect::AtOnce),
        (Move::Opened | Move::MovedIn, Some(_), _) => Err(MoveError::Open),
        (Move::TierUp, Some(from), Some(to)) if (to as u8) > (from as u8) => Ok(Effect::AtOnce),
        (Move::TierDown, Some(from), Some(to)) if (to as u8) < (from as u8) => {
            Ok(Effect::AfterSecond)
        }
        (Move::TierUp | Move::TierDown, Some(_), Some(_)) => Err(MoveError::Direction),
        (Move::Closed | Move::MovedOut, Some(_), None) => Ok(Effect::AfterSecond),
        (Move::TierUp | Move::TierDown | Move::Closed | Move::MovedOut, None, _) => {
            Err(MoveError::NotOpen)
        }
        _ => Err(MoveError::Tier),
    }
}

/// Whether a raise still lacks its second signature although the time for it is over.
#[must_use]
pub const fn is_countersign_overdue(made_ms: i64, signed_ms: Option<i64>, now_ms: i64) -> bool {
    let limit = made_ms.saturating_add(COUNTERSIGN_MS);
    match signed_ms {
        Some(signed) => signed > limit,
        None => now_ms > limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;

    fn tiers() -> impl Iterator<Item = Option<Tier>> {
        std::iter::once(None).chain(Tier::ALL.iter().copied().map(Some))
    }

    /// Whatever the move, less watching never takes effect by one person's hand, and more watching
    /// never waits.
    #[test]
    fn less_watching_waits_and_more_watching_does_not() {
        for kind in Move::ALL {
            for from in tiers() {
                for to in tiers() {
                    match effect(*kind, from, to) {
                        Ok(Effect::AtOnce) => assert!(to > from, "{kind:?} {from:?} {to:?}"),
                        Ok(Effect::AfterSecond) => assert!(to < from, "{kind:?} {from:?} {to:?}"),
                        Err(_) => {}
                    }
                }
            }
        }
    }

    /// From each tier to each other there is exactly one tier move, and every tier can be left.
    #[test]
    fn every_change_of_tier_has_one_move() {
        for from in Tier::ALL {
            for to in Tier::ALL.iter().filter(|to| *to != from) {
                let fitting = [Move::TierUp, Move::TierDown]
                    .into_iter()
                    .filter(|kind| effect(*kind, Some(*from), Some(*to)).is_ok());
                assert_eq!(fitting.count(), 1);
            }
            assert_eq!(effect(Move::Closed, Some(*from), None), Ok(Effect::AfterSecond));
            assert_eq!(effect(Move::Opened, None, Some(*from)), Ok(Effect::AtOnce));
            assert_eq!(effect(Move::TierUp, Some(*from), Some(*from)), Err(MoveError::Direction));
        }
        assert_eq!(effect(Move::Closed, None, None), Err(MoveError::NotOpen));
        assert_eq!(effect(Move::Closed, Some(Tier::T1), Some(Tier::T1)), Err(MoveError::Tier));
    }

    /// The limit itself is in time, a millisecond later is not.
    #[test]
    fn a_raise_is_countersigned_within_a_day() {
        assert!(!is_countersign_overdue(0, Some(COUNTERSIGN_MS), i64::MAX));
        assert!(is_countersign_overdue(0, Some(COUNTERSIGN_MS + 1), i64::MAX));
        assert!(!is_countersign_overdue(0, None, COUNTERSIGN_MS));
        assert!(is_countersign_overdue(0, None, COUNTERSIGN_MS + 1));
    }
}
