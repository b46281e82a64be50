//! How much may be tried within one piece of work: an end by count, and the end of the time.

use super::Pace;

/// Tries after which the time is looked at again.
const ASKED_EVERY: usize = 64;

/// Tries that are left.
pub(super) struct Tries<'p> {
    left: usize,
    pace: &'p mut dyn Pace,
}

impl<'p> Tries<'p> {
    pub fn new(most: usize, pace: &'p mut dyn Pace) -> Self {
        Self { left: most, pace }
    }

    /// Takes one; false where none is left or the time is over, and then for good.
    pub fn take(&mut self) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        let is_over = left.is_multiple_of(ASKED_EVERY) && self.pace.is_over();
        self.left = if is_over { 0 } else { left };
        !is_over
    }
}
