//! Rounding over a whole city: unbiased totals, bounded cells, and nothing gained by asking again.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::num::Wrapping;

use certs::digest::RoundingKey;
use domain::disclosure::{RoundingPrf, round};

/// A school's key as the rule wants it.
struct Keyed(RoundingKey);

impl RoundingPrf for Keyed {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

/// Totals of 949 schools come out right: the error stays within four standard deviations of an
/// unbiased rounding, and no cell moves by more than four.
///
/// Method: each school has a random key and small cells; the variance of a cell with remainder r
/// is r * (5 - r). The key bytes come from a printed seed.
#[test]
fn rounded_totals_over_949_schools_are_unbiased() {
    let seed = 20_251_107_u64;
    println!("seed {seed}");
    let mut state = Wrapping(seed);
    let mut next = move || {
        state = state * Wrapping(6_364_136_223_846_793_005) + Wrapping(1_442_695_040_888_963_407);
        state.0 >> 33
    };
    let (mut truth, mut rounded, mut variance) = (0_u64, 0_u64, 0_u64);
    for _ in 0..949 {
        let mut key = [0_u8; 32];
        key.iter_mut().for_each(|byte| *byte = u8::try_from(next() & 0xff).expect("byte"));
        let keyed = Keyed(RoundingKey::from_bytes(key.into()));
        for cell in 0..72 {
            let value = next() % 9;
            let name = format!("cell {cell}");
            let given = round(&keyed, "2025S1/stock/scr.census", &name, value);
            assert!(given.abs_diff(value) <= 4 && given.is_multiple_of(5));
            assert_eq!(given, round(&keyed, "2025S1/stock/scr.census", &name, value));
            truth += value;
            rounded += given;
            variance += value % 5 * (5 - value % 5);
        }
    }
    let error = rounded.abs_diff(truth);
    assert!(error * error <= 16 * variance, "off by {error}, variance {variance}");
}
