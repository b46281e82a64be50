//! Rough figures: counts of a school's own work that bound a sealed count leave with noise.
//!
//! A school without a talk raised no concern in one, and a talk has at least one topic. Told
//! exactly, or between two hard ends, the talks of four schools bound what the opened sum of five
//! leaves to the fifth, from above or from below. So they leave with discrete Laplace noise, by
//! chance on the multiple of ten above or below: no number that is told excludes any true one, so
//! nothing follows from it. Both are drawn by the school's key from the figure itself: asking again
//! tells nothing more, and the noise of two figures does not cancel out.

use super::noise::{NoiseError, Randomness, Scale, discrete_laplace};
use super::rounded::{RoundingPrf, toward};

/// Base to which rough figures are rounded; a pack may name a larger one.
pub const ROUGH_BASE: u64 = 10;

/// Largest base that a pack may name.
pub const ROUGH_BASE_MAX: u64 = 1_000;

/// Scale of their noise: one talk more or fewer changes the odds of any answer by `exp(1 / 3)`.
const SCALE: u64 = 3;

/// Words of the key, drawn for one figure one after the other.
struct Words<'p> {
    prf: &'p dyn RoundingPrf,
    message: Vec<u8>,
    drawn: u64,
}

impl Randomness for Words<'_> {
    fn word(&mut self) -> u64 {
        let mut message = self.message.clone();
        message.extend_from_slice(&self.drawn.to_be_bytes());
        self.drawn = self.drawn.wrapping_add(1);
        self.prf.draw(&message)
    }
}

/// The figure that leaves in place of a count; below zero there is none, so it is zero then.
///
/// # Errors
/// The key gives nothing but words that are refused.
pub fn roughly(
    prf: &dyn RoundingPrf,
    (task, cell): (&str, &str),
    value: u64,
    base: u64,
) -> Result<u64, NoiseError> {
    let mut message = Vec::with_capacity(task.len() + cell.len() + 32);
    for part in ["nr/v1", task, cell] {
        message.extend_from_slice(part.as_bytes());
        message.push(0);
    }
    message.extend_from_slice(&value.to_be_bytes());
    let mut words = Words { prf, message, drawn: 0 };
    let noise = discrete_laplace(&mut words, Scale::new(SCALE, 1)?)?;
    let noised = value.saturating_add_signed(noise);
    Ok(toward(noised, base, words.word()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Words that are spread well enough, by the message and a number of the key.
    struct Mixed(u64);

    impl RoundingPrf for Mixed {
        fn draw(&self, message: &[u8]) -> u64 {
            let mut state = self.0 ^ 0x9e37_79b9_7f4a_7c15;
            for byte in message.iter().copied().chain([0; 8]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                state ^= state >> 29;
            }
            state
        }
    }

    fn told(key: u64, value: u64) -> u64 {
        roughly(&Mixed(key), ("2026S1/clear/mtr.talks", ""), value, ROUGH_BASE).expect("noise")
    }

    /// Every figure is a multiple of the base, the same each time, and over many schools right on
    /// the whole; a school without a talk is told as one with a few, and the other way round.
    #[test]
    fn a_rough_figure_is_right_on_the_whole_and_excludes_nothing() {
        for value in [0, 3, 10, 47, 110, 1_205] {
            let all: Vec<u64> = (0..4_000).map(|key| told(key, value)).collect();
            assert!(all.iter().all(|told| told.is_multiple_of(ROUGH_BASE)));
            assert_eq!(all, (0..4_000).map(|key| told(key, value)).collect::<Vec<_>>());
            let sum: u64 = all.iter().sum();
            // Nothing is below zero, which lifts the mean of a school without any by one and a
            // half.
            let (least, most) = (value * 4_000, (value + 2) * 4_000);
            assert!((least.saturating_sub(1_600)..most).contains(&sum), "{value}: {sum}");
        }
        // Whatever is told of a school, it can have had none, few or many.
        for value in 0..=20 {
            let of: BTreeSet<u64> = (0..8_000).map(|key| told(key, value)).collect();
            assert!(of.is_superset(&[0, 10, 20].into()), "{value}: {of:?}");
        }
    }

    /// A key that gives one word only ends in an error and not in a figure.
    #[test]
    fn a_broken_key_gives_no_figure() {
        struct Stuck;
        impl RoundingPrf for Stuck {
            fn draw(&self, _: &[u8]) -> u64 {
                u64::MAX
            }
        }
        assert!(roughly(&Stuck, ("2026S1/clear/mtr.talks", ""), 7, ROUGH_BASE).is_err());
    }
}
