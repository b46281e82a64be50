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
use tests::city::plan::{School, plan};

/// A school's key as the rule wants it.
struct Keyed(RoundingKey);

impl RoundingPrf for Keyed {
    fn draw(&self, message: &[u8]) -> u64 {
        self.0.draw(message)
    }
}

/// What a screening ends with for a student; most end with the first.
const OUTCOMES: [&str; 7] =
    ["negative", "positive", "due", "critical", "refused", "not_reached", "void"];

/// The cells of a school's partition: its students by grade, sex and outcome, each in one.
fn cells(school: &School, next: &mut impl FnMut() -> u64) -> Vec<(usize, String, u64)> {
    let grades = u64::from(school.grade_to - school.grade_from) + 1;
    let mut found = Vec::new();
    for grade in school.grade_from..=school.grade_to {
        for sex in ["m", "f"] {
            let mut left = u64::from(school.students) / (grades * 2);
            for (place, outcome) in OUTCOMES.iter().enumerate().skip(1) {
                let some = left * (next() % 10) / 100;
                left -= some;
                found.push((place, format!("{outcome} g{grade} {sex}"), some));
            }
            found.push((0, format!("{} g{grade} {sex}", OUTCOMES[0]), left));
        }
    }
    found
}

/// Totals over the 949 fictitious schools come out right: of every outcome, and of all together,
/// the error stays within four standard deviations of an unbiased rounding, and no cell moves by
/// more than four.
///
/// Method: each school has a key of its own and as many students as its line says, in small and in
/// large cells; the variance of a cell with remainder r is r * (5 - r). The key bytes come from a
/// printed seed.
#[test]
fn rounded_totals_over_949_schools_are_unbiased() {
    let seed = 20_251_107_u64;
    println!("seed {seed}");
    let mut state = Wrapping(seed);
    let mut next = move || {
        state = state * Wrapping(6_364_136_223_846_793_005) + Wrapping(1_442_695_040_888_963_407);
        state.0 >> 33
    };
    let city = plan(949).expect("plan");
    assert_eq!(city.schools.len(), 949);
    let mut sums = [(0_u64, 0_u64, 0_u64); OUTCOMES.len()];
    for school in city.schools.iter().map(|plan| &plan.school) {
        let mut key = [0_u8; 32];
        key.iter_mut().for_each(|byte| *byte = u8::try_from(next() & 0xff).expect("byte"));
        let keyed = Keyed(RoundingKey::from_bytes(key.into()));
        for (outcome, name, value) in cells(school, &mut next) {
            let given = round(&keyed, "2025S1/stock/scr.census", &name, value);
            assert!(given.abs_diff(value) <= 4 && given.is_multiple_of(5));
            assert_eq!(given, round(&keyed, "2025S1/stock/scr.census", &name, value));
            let (truth, rounded, variance) = &mut sums[outcome];
            *truth += value;
            *rounded += given;
            *variance += value % 5 * (5 - value % 5);
        }
    }
    let whole = sums
        .iter()
        .fold((0_u64, 0_u64, 0_u64), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
    assert!(whole.0 > 800_000, "the students of all schools: {}", whole.0);
    for (truth, rounded, variance) in sums.into_iter().chain([whole]) {
        let error = rounded.abs_diff(truth);
        assert!(error * error <= 16 * variance, "off by {error}, variance {variance}");
    }
}
