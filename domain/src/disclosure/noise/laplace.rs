//! Discrete Laplace with exact integers (Canonne, Kamath and Steinke): no floating point, so no
//! low bits that give a value away.

use super::{Epsilon, NoiseError};

/// Words that one draw may take from its source before the source is called broken.
///
/// A draw takes a few dozen; a source that is stuck would otherwise never let it end.
pub const WORDS_MAX: u32 = 1 << 20;

/// Largest margin that is said; scales of the product have one below a hundred.
const MARGIN_MAX: u64 = 1 << 20;

/// A source of uniform 64-bit words; in production a keyed stream, so that a draw can be repeated.
pub trait Randomness {
    /// The next word, eight bytes of the source in big-endian order.
    fn word(&mut self) -> u64;
}

/// The scale of the noise, a positive fraction: `P(x)` falls as `exp(-|x| / scale)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    numerator: u64,
    denominator: u64,
}

impl Scale {
    /// Takes a fraction as it stands; it is not reduced, so that draws can be repeated.
    ///
    /// # Errors
    /// A zero, or a number that does not fit 32 bits.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, NoiseError> {
        let fits = |number: u64| number >= 1 && u32::try_from(number).is_ok();
        if fits(numerator) && fits(denominator) {
            Ok(Self { numerator, denominator })
        } else {
            Err(NoiseError::Scale)
        }
    }

    /// The scale of a release: a student is in one cell of each query, and all of them together
    /// cost `epsilon`.
    ///
    /// # Errors
    /// No query, or an epsilon of zero.
    pub fn of(queries: u64, epsilon: Epsilon) -> Result<Self, NoiseError> {
        let thousandths = queries.checked_mul(1_000).ok_or(NoiseError::Scale)?;
        Ok(Self::new(thousandths, epsilon.0.into())?.reduced())
    }

    /// Whether noise of this scale reaches at least as far as of another one.
    #[must_use]
    pub const fn reaches(self, other: Self) -> bool {
        // Both are of 32 bits, so that nothing overflows.
        self.numerator * other.denominator >= other.numerator * self.denominator
    }

    /// Numerator and denominator.
    #[must_use]
    pub const fn parts(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// How far 95 of 100 draws stay from zero, up or down: what a figure is off by.
    ///
    /// The smallest `m` with `P(|X| > m) = 2 p^(m + 1) / (1 + p)` of at most a twentieth, where
    /// `p = exp(-1 / scale)`. Only said, never drawn with, so floating point does no harm.
    #[must_use]
    pub fn margin(self) -> u64 {
        let part = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let step = (-part(self.denominator) / part(self.numerator)).exp();
        let mut beyond = 2.0 * step / (1.0 + step);
        let mut margin = 0;
        while beyond > 0.05 && margin < MARGIN_MAX {
            beyond *= step;
            margin += 1;
        }
        margin
    }

    /// The fraction in lowest terms.
    #[must_use]
    pub const fn reduced(self) -> Self {
        let (mut a, mut b) = (self.numerator, self.denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Self { numerator: self.numerator / a, denominator: self.denominator / a }
    }
}

/// Draws one value.
///
/// # Errors
/// The source gave a million words without an end.
pub fn discrete_laplace(source: &mut dyn Randomness, scale: Scale) -> Result<i64, NoiseError> {
    let Scale { numerator, denominator } = scale;
    let mut draws = Draws { source, words: 0 };
    loop {
        let fraction = draws.below(numerator)?;
        if !draws.bernoulli_exp(fraction, numerator)? {
            continue;
        }
        let mut whole = 0_u64;
        while draws.bernoulli_exp(1, 1)? {
            whole += 1;
        }
        // At most 2^32 times the number of words that were drawn: far below 2^63.
        let magnitude = (fraction + numerator * whole) / denominator;
        let is_negative = draws.below(2)? == 1;
        if is_negative && magnitude == 0 {
            continue;
        }
        let value = i64::try_from(magnitude).map_err(|_| NoiseError::Source)?;
        return Ok(if is_negative { -value } else { value });
    }
}

/// A source whose words are counted.
struct Draws<'s> {
    source: &'s mut dyn Randomness,
    words: u32,
}

impl Draws<'_> {
    /// A uniform number below `limit`, which is at least 1, by rejection.
    fn below(&mut self, limit: u64) -> Result<u64, NoiseError> {
        let whole = 1_u128 << 64;
        let accepted = whole - whole % u128::from(limit);
        loop {
            self.words += 1;
            if self.words > WORDS_MAX {
                return Err(NoiseError::Source);
            }
            let word = self.source.word();
            if u128::from(word) < accepted {
                return Ok(word % limit);
            }
        }
    }

    /// True with probability `exp(-n / d)`, for `n` at most `d`.
    fn bernoulli_exp(&mut self, n: u64, d: u64) -> Result<bool, NoiseError> {
        let mut round = 1_u64;
        while self.below(d * round)? < n {
            round += 1;
        }
        Ok(round % 2 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generator that is good enough for counting (Marsaglia's xorshift with a multiplier).
    struct Counting(u64);

    impl Randomness for Counting {
        fn word(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
        }
    }

    struct Stuck;

    impl Randomness for Stuck {
        fn word(&mut self) -> u64 {
            0
        }
    }

    /// Mean and variance are those of the distribution: `2p / (1-p)^2` with `p = exp(-1/t)`.
    #[test]
    fn noise_has_its_mean_and_variance() {
        let mut source = Counting(0x9e37_79b9_7f4a_7c15);
        let scale = Scale::new(2, 1).expect("scale");
        let draws = 40_000;
        let (mut sum, mut squares) = (0_i64, 0_i64);
        for _ in 0..draws {
            let value = discrete_laplace(&mut source, scale).expect("draw");
            sum += value;
            squares += value * value;
        }
        assert!(sum.abs() < 2_000, "mean of {sum} in {draws}");
        let hundredths = squares * 100 / draws;
        assert!((750..=820).contains(&hundredths), "variance {hundredths} of 784");
    }

    /// What is said of the error holds: of many draws at least 95 in 100 stay within the margin,
    /// and with a margin smaller by one fewer would.
    #[test]
    fn ninety_five_of_a_hundred_draws_stay_within_the_margin() {
        let mut source = Counting(0x1234_5678_9abc_def1);
        for (scale, margin) in [((1, 1), 3), ((4, 1), 12), ((8, 1), 24), ((13, 2), 19)] {
            let scale = Scale::new(scale.0, scale.1).expect("scale");
            assert_eq!(scale.margin(), margin, "{scale:?}");
            let draw = |_| discrete_laplace(&mut source, scale).expect("draw").unsigned_abs();
            let drawn: Vec<u64> = (0..40_000).map(draw).collect();
            let within = |margin: u64| drawn.iter().filter(|size| **size <= margin).count();
            assert!(within(margin) > 37_800, "{scale:?}: {}", within(margin));
            assert!(within(margin - 1) < 38_200, "{scale:?}: {}", within(margin - 1));
        }
    }

    /// A source that is stuck ends in an error, not in a loop.
    #[test]
    fn a_stuck_source_is_named() {
        let scale = Scale::new(1, 1).expect("scale");
        assert_eq!(discrete_laplace(&mut Stuck, scale), Err(NoiseError::Source));
        assert_eq!(Scale::new(0, 1), Err(NoiseError::Scale));
        assert_eq!(Scale::new(1, 1 << 40), Err(NoiseError::Scale));
    }
}
