//! What may be published openly: a yearly budget, spent release by release and never given back.

use std::collections::BTreeSet;
use std::fmt;

use crate::digest::Digest;

use super::{NoiseError, Randomness, Scale, discrete_laplace};

/// The most that may be spent of one student in one year, by all publishers together: 3.
pub const EPSILON_YEAR_MAX: Epsilon = Epsilon(3_000);

/// Smallest noisy value that is shown as it is.
pub const OPEN_SHOWN_MIN: i64 = 20;

/// Most queries of a release.
pub const QUERIES_MAX: usize = 64;

/// A privacy budget in thousandths, so that sums are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epsilon(pub u32);

impl fmt::Display for Epsilon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Which release.
    pub release: String,
    /// What it cost.
    pub epsilon: Epsilon,
    /// What it is made of: everything that its numbers follow from.
    pub identity: Digest,
    /// Whether its numbers are stored.
    pub is_drawn: bool,
}

/// A release that is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Order<'o> {
    /// Which release.
    pub release: &'o str,
    /// Its queries.
    pub queries: &'o [&'o str],
    /// What it costs.
    pub epsilon: Epsilon,
    /// How far its noise reaches.
    pub scale: Scale,
    /// What it is made of.
    pub identity: Digest,
}

/// What was spent in one year by one publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    cap: Epsilon,
    spent: Vec<Spent>,
}

/// Leave to draw one release once; only a ledger gives it, and drawing consumes it.
///
/// Its line must be on the disk before anything is drawn.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    release: String,
    queries: Vec<String>,
    scale: Scale,
    is_paid: bool,
}

impl Permit {
    /// Whether its line was in the ledger already: a draw that was interrupted is finished.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        self.is_paid
    }
}

/// A table with noise: made by drawing under a permit and in no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTable {
    release: String,
    queries: Vec<(String, Vec<i64>)>,
}

impl Ledger {
    /// The ledger of a year as it was stored. A cap can be lowered and never raised.
    #[must_use]
    pub fn new(cap: Epsilon, spent: Vec<Spent>) -> Self {
        Self { cap: cap.min(EPSILON_YEAR_MAX), spent }
    }

    /// Every line, oldest first.
    #[must_use]
    pub fn lines(&self) -> &[Spent] {
        &self.spent
    }

    /// What is left of the year.
    #[must_use]
    pub fn left(&self) -> Epsilon {
        let spent = self.spent.iter().fold(0_u32, |sum, line| sum.saturating_add(line.epsilon.0));
        Epsilon(self.cap.0.saturating_sub(spent))
    }

    /// Spends a release's budget and allows it to be drawn once; or allows a release that was paid
    /// for and not drawn to be finished, if it is made of the same.
    ///
    /// The noise of each cell has the scale of the order, and that is `queries / epsilon` at the
    /// least: a student is in one cell of each query, and all of them together cost `epsilon`.
    /// Where a student can be in two cells it is twice that.
    ///
    /// # Errors
    /// The release was drawn before or was paid for with other values, its queries are no list, its
    /// noise reaches less far than it costs, or the year is spent. The ledger is as it was then.
    pub fn spend(&mut self, order: Order<'_>) -> Result<Permit, NoiseError> {
        let Order { release, queries, epsilon, scale, identity } = order;
        let names: BTreeSet<&str> = queries.iter().copied().collect();
        if queries.is_empty() || queries.len() > QUERIES_MAX || names.len() != queries.len() {
            return Err(NoiseError::Queries);
        }
        let count = u64::try_from(queries.len()).map_err(|_| NoiseError::Queries)?;
        if !scale.reaches(Scale::of(count, epsilon)?) {
            return Err(NoiseError::TooQuiet);
        }
        let line = self.spent.iter().find(|line| line.release == release);
        let is_paid = line.is_some();
        match line {
            Some(line) if line.is_drawn => return Err(NoiseError::Drawn(release.to_owned())),
            Some(line) if line.identity != identity || line.epsilon != epsilon => {
                return Err(NoiseError::Inputs(release.to_owned()));
            }
            Some(_) => {}
            None => {
                let left = self.left();
                if epsilon > left {
                    let release = release.to_owned();
                    return Err(NoiseError::Spent { release, asked: epsilon, left });
                }
                let release = release.to_owned();
                self.spent.push(Spent { release, epsilon, identity, is_drawn: false });
            }
        }
        let queries = queries.iter().map(|&query| query.to_owned()).collect();
        Ok(Permit { release: release.to_owned(), queries, scale, is_paid })
    }
}

impl OpenTable {
    /// Draws the noise of every cell; `values` holds each query's opened cells in the order that
    /// was allowed.
    ///
    /// # Errors
    /// Other queries than were allowed, or a broken source. The permit is gone either way.
    pub fn draw(
        permit: Permit,
        values: &[Vec<u64>],
        source: &mut dyn Randomness,
    ) -> Result<Self, NoiseError> {
        let Permit { release, queries, scale, .. } = permit;
        if values.len() != queries.len() {
            return Err(NoiseError::Values);
        }
        let mut drawn = Vec::with_capacity(queries.len());
        for (query, cells) in queries.into_iter().zip(values) {
            let mut noisy = Vec::with_capacity(cells.len());
            for cell in cells {
                let cell = i64::try_from(*cell).map_err(|_| NoiseError::Values)?;
                noisy.push(cell.saturating_add(discrete_laplace(source, scale)?));
            }
            drawn.push((query, noisy));
        }
        Ok(Self { release, queries: drawn })
    }

    /// Which release it is.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The noisy values by query, as they are stored and summed: negative ones stay negative.
    #[must_use]
    pub fn queries(&self) -> &[(String, Vec<i64>)] {
        &self.queries
    }

    /// How a value is shown: `<20` below twenty, else as it is.
    #[must_use]
    pub fn shown(value: i64) -> String {
        if value < OPEN_SHOWN_MIN { format!("<{OPEN_SHOWN_MIN}") } else { value.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(u64);

    impl Randomness for Words {
        fn word(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            self.0 ^ (self.0 >> 29)
        }
    }

    const QUERIES: [&str; 3] = ["tier.grade.sex", "tier.stage", "tier"];

    fn order<'o>(release: &'o str, queries: &'o [&'o str], epsilon: u32) -> Order<'o> {
        let (identity, epsilon) = (Digest::sha256([7; 32]), Epsilon(epsilon));
        let count = u64::try_from(queries.len()).expect("few");
        // Of what is refused for its queries or its cost the scale is never looked at.
        let scale = Scale::of(count, epsilon).unwrap_or(Scale::new(1, 1).expect("one"));
        Order { release, queries, epsilon, scale, identity }
    }

    /// The ledger as it is read back once everything in it is drawn.
    fn drawn(ledger: &Ledger) -> Ledger {
        let drawn = |line: &Spent| Spent { is_drawn: true, ..line.clone() };
        Ledger::new(Epsilon(9_000), ledger.lines().iter().map(drawn).collect())
    }

    /// Three releases of one year at epsilon 1, the fourth refused, and none drawn twice.
    #[test]
    fn a_year_is_spent_once() {
        let mut ledger = Ledger::new(EPSILON_YEAR_MAX, Vec::new());
        for term in ["2025S1", "2025S2", "2025Y"] {
            let permit = ledger.spend(order(term, &QUERIES, 1_000)).expect("permit");
            assert_eq!(permit.scale, Scale::new(3, 1).expect("scale"));
            ledger = drawn(&ledger);
            let again = ledger.spend(order(term, &QUERIES, 1));
            assert_eq!(again, Err(NoiseError::Drawn(term.to_owned())));
        }
        let refused = ledger.spend(order("2026S1", &QUERIES, 1));
        let (release, asked) = ("2026S1".to_owned(), Epsilon(1));
        assert_eq!(refused, Err(NoiseError::Spent { release, asked, left: Epsilon(0) }));
        assert_eq!(ledger.lines().len(), 3);
        assert_eq!(drawn(&ledger).left(), Epsilon(0), "a cap is never raised");
    }

    /// A release that was paid for and not drawn is finished without being paid again, and only if
    /// it is made of the same.
    #[test]
    fn an_interrupted_draw_is_finished_and_paid_once() {
        let mut ledger = Ledger::new(Epsilon(1_000), Vec::new());
        let first = ledger.spend(order("a", &QUERIES, 1_000)).expect("permit");
        assert!(!first.is_paid());
        let again = ledger.spend(order("a", &QUERIES, 1_000)).expect("the same");
        assert!(again.is_paid() && again.scale == first.scale);
        assert_eq!((ledger.lines().len(), ledger.left()), (1, Epsilon(0)));
        let other = Digest::sha256([8; 32]);
        let other = Order { identity: other, ..order("a", &QUERIES, 1_000) };
        assert_eq!(ledger.spend(other), Err(NoiseError::Inputs("a".to_owned())));
        let cheaper = ledger.spend(order("a", &QUERIES, 500));
        assert_eq!(cheaper, Err(NoiseError::Inputs("a".to_owned())));
    }

    /// The noise that is drawn is that of the order: twice as far where it says so, and never less
    /// far than the cost asks.
    #[test]
    fn what_is_drawn_reaches_as_far_as_was_said() {
        let plain = order("2026S2", &QUERIES, 1_000);
        let twice = Order { scale: Scale::new(6, 1).expect("scale"), ..plain };
        let drawn = |order: Order<'_>| {
            let permit = Ledger::new(EPSILON_YEAR_MAX, Vec::new()).spend(order).expect("permit");
            let cells = vec![vec![1_000; 2_000], Vec::new(), Vec::new()];
            let table = OpenTable::draw(permit, &cells, &mut Words(7)).expect("table");
            table.queries()[0].1.iter().map(|value| value.abs_diff(1_000)).sum::<u64>()
        };
        let (one, two) = (drawn(plain), drawn(twice));
        // Both stray about their scales, 3 and 6, over two thousand cells.
        assert!((5_000..7_000).contains(&one), "{one}");
        assert!((10_500..13_500).contains(&two), "{two}");
        let quiet = Order { scale: Scale::new(29, 10).expect("scale"), ..plain };
        let refused = Ledger::new(EPSILON_YEAR_MAX, Vec::new()).spend(quiet);
        assert_eq!(refused, Err(NoiseError::TooQuiet));
    }

    /// A list of queries is a list: not empty, nothing twice, an epsilon above zero.
    #[test]
    fn queries_are_a_list_and_epsilon_is_positive() {
        let mut ledger = Ledger::new(EPSILON_YEAR_MAX, Vec::new());
        assert_eq!(ledger.spend(order("a", &[], 1)), Err(NoiseError::Queries));
        assert_eq!(ledger.spend(order("a", &["x", "x"], 1)), Err(NoiseError::Queries));
        assert_eq!(ledger.spend(order("a", &["x"], 0)), Err(NoiseError::Scale));
        assert!(ledger.lines().is_empty());
    }

    /// Values keep their sign, and only the display hides small ones.
    #[test]
    fn noisy_values_are_clipped_in_display_only() {
        let mut ledger = Ledger::new(EPSILON_YEAR_MAX, Vec::new());
        let permit = ledger.spend(order("2025S1", &["tier"], 100)).expect("permit");
        let cells = vec![0; 400];
        let table = OpenTable::draw(permit, &[cells], &mut Words(7)).expect("table");
        let values = &table.queries()[0].1;
        assert!(values.iter().any(|value| *value < 0), "no clipping before sums");
        let shown = [(-3, "<20"), (19, "<20"), (20, "20"), (4_711, "4711")];
        shown.iter().for_each(|(value, text)| assert_eq!(&OpenTable::shown(*value), text));
        let mut ledger = Ledger::new(EPSILON_YEAR_MAX, Vec::new());
        let permit = ledger.spend(order("2025S1", &["tier"], 100)).expect("permit");
        assert_eq!(OpenTable::draw(permit, &[], &mut Words(7)), Err(NoiseError::Values));
    }
}
