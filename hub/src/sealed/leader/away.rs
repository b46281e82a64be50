//! Helpers that are away in a step: what hangs on one of them waits, and what hangs on another goes
//! on.
//!
//! The plans of two years may name two helpers, and the one of last year may be gone for good.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use domain::unit::UnitId;

use super::{Leader, LeaderError};
use crate::sealed::documents::Year;

/// Helpers that were not reached in a step, or did not answer, with the first error of each.
#[derive(Default)]
pub(super) struct Away(BTreeMap<UnitId, LeaderError>);

impl Away {
    /// Whether a helper is away: it is not asked again in this step.
    pub(super) fn has(&self, helper: &UnitId) -> bool {
        self.0.contains_key(helper)
    }

    /// Takes an error that is a helper's; gives what was done, nothing where the helper is away.
    ///
    /// # Errors
    /// Any other error ends the step.
    pub(super) fn note<T>(
        &mut self,
        helper: &UnitId,
        done: Result<T, LeaderError>,
    ) -> Result<Option<T>, LeaderError> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.is_of_helper() => {
                self.0.entry(helper.clone()).or_insert(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl LeaderError {
    /// Whether it is about one helper, so that others can be asked.
    const fn is_of_helper(&self) -> bool {
        match self {
            Self::Transport(_) | Self::Call(_) | Self::Refused { .. } | Self::Protocol(_) => true,
            Self::Signing | Self::Down(_) | Self::Held(_) | Self::Seen(_) | Self::Store(_) => false,
        }
    }
}

impl Leader {
    /// Says once a day which helpers are away. Where no helper of any year was reached the step
    /// failed, and the next one waits longer.
    pub(super) fn end(&self, away: Away, years: &[Arc<Year>]) -> Result<(), LeaderError> {
        let is_any_here = years.iter().any(|year| !away.has(&year.sealed().helper));
        let today = self.hub.parts().clock.today();
        for (helper, error) in away.0 {
            if !is_any_here {
                return Err(error);
            }
            let name = format!("away {helper} {today}");
            let mut shown = self.shown_again.lock().unwrap_or_else(PoisonError::into_inner);
            if shown.insert(name) {
                tracing::warn!(%helper, %error, "a helper is away; other years go on");
            }
        }
        Ok(())
    }
}
