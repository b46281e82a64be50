//! How much of a merged unknown is a target's own: a closed form instead of a program.
//!
//! Unknowns with the same rows are one unknown, whose value its parts share freely within their
//! bounds. The least that a target's parts can have is flat first and then rises one by one with
//! the whole; the most rises first and is flat then. Both forms survive being summed and nested.

#![expect(clippy::indexing_slicing, reason = "places come from the list of nodes itself")]

use std::collections::BTreeSet;

/// An unknown, or several that have the same rows.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub lo: i64,
    pub hi: i64,
    pub parts: Vec<usize>,
}

/// What a target has of a node whose value is `v`: at least `least + max(0, v - lo - flat)`, at
/// most `most + min(v - lo, rise)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Own {
    pub lo: i64,
    pub least: i64,
    pub flat: i64,
    pub most: i64,
    pub rise: i64,
}

impl Own {
    /// The own part of a node; `own` holds the target's unknowns, `touched` the nodes above them.
    pub fn of(
        nodes: &[Node],
        node: usize,
        own: &BTreeSet<usize>,
        touched: &BTreeSet<usize>,
    ) -> Self {
        let Node { lo, hi, parts } = &nodes[node];
        let (lo, hi) = (*lo, *hi);
        let width = hi - lo;
        if parts.is_empty() {
            return if own.contains(&node) {
                Self { lo, least: lo, flat: 0, most: lo, rise: width }
            } else {
                Self { lo, least: 0, flat: width, most: 0, rise: 0 }
            };
        }
        if !touched.contains(&node) {
            return Self { lo, least: 0, flat: width, most: 0, rise: 0 };
        }
        let mut sum = Self::default();
        for part in parts {
            let one = Self::of(nodes, *part, own, touched);
            sum.lo += one.lo;
            sum.least += one.least;
            sum.flat += one.flat;
            sum.most += one.most;
            sum.rise += one.rise;
        }
        // The node may start higher than its parts do.
        let above = lo - sum.lo;
        Self {
            lo,
            least: sum.least + (above - sum.flat).max(0),
            flat: (sum.flat - above).max(0).min(width),
            most: sum.most + above.min(sum.rise),
            rise: (sum.rise - above).max(0).min(width),
        }
    }

    /// The least at a value.
    pub fn least_at(&self, value: i64) -> i64 {
        self.least + (value - self.lo - self.flat).max(0)
    }

    /// The most at a value.
    pub fn most_at(&self, value: i64) -> i64 {
        self.most + (value - self.lo).min(self.rise)
    }
}
