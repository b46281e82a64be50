//! The time that an attack may take, by the clock.

use std::time::{Duration, Instant};

use domain::disclosure::attacker::Pace;

/// A pace that ends so long after its beginning.
pub struct Clocked {
    start: Instant,
    budget: Duration,
}

impl Clocked {
    /// A pace that begins now.
    pub fn new(budget: Duration) -> Self {
        Self { start: Instant::now(), budget }
    }
}

impl Pace for Clocked {
    fn left(&mut self) -> Duration {
        self.budget.saturating_sub(self.start.elapsed())
    }

    fn is_over(&mut self) -> bool {
        self.left().is_zero()
    }
}
