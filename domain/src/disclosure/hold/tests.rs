//! The attack on rounded tables, written apart from the rule that prevents it.
//!
//! Method: made-up schools of realistic mixes are rounded with a seeded generator; the reader of
//! the tests knows the printed cells, the exact number enrolled in each stage and the band of all
//! valid sheets, and counts cells that he can prove to be 1 to 4, or to be one number.

use super::super::{RoundingPrf, round};
use super::*;

/// Schools of the simulation, and the seed with which it can be repeated.
const SCHOOLS: u64 = 4_000;
const SEED: u64 = 20_251_107;

/// Outcomes, in the order of the catalogue; the last four are in the band.
const OUTCOMES: usize = 7;

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

impl RoundingPrf for u64 {
    fn draw(&self, message: &[u8]) -> u64 {
        let start = Numbers(*self);
        let mix = |sum: Numbers, byte: &u8| Numbers(Numbers(sum.0 ^ u64::from(*byte)).next());
        message.iter().fold(start, mix).next()
    }
}

/// What was counted: outcomes of each stratum of a stage.
type Truth = Vec<[u64; OUTCOMES]>;

/// Shares of the outcomes in ten thousand: mixed, of high participation, clean, and nearly empty.
const MIXES: [[u64; OUTCOMES]; 4] = [
    [300, 200, 100, 7_600, 900, 500, 400],
    [20, 20, 10, 8_450, 900, 400, 200],
    [0, 0, 0, 9_700, 150, 100, 50],
    [0, 0, 0, 9_970, 0, 0, 30],
];

/// A stage of some strata; few persons are of unstated sex.
fn stage(numbers: &mut Numbers) -> Truth {
    let mix = MIXES[usize::try_from(numbers.below(4)).expect("mix")];
    let grades = 1 + numbers.below(9);
    let enrolled = 20 + numbers.below(581);
    let sexes = if numbers.below(10) == 0 { 1 } else { 2 };
    let mut truth = vec![[0; OUTCOMES]; usize::try_from(grades * 3).expect("strata")];
    for _ in 0..enrolled {
        let sex = if numbers.below(200) == 0 { 2 } else { numbers.below(sexes) };
        let stratum = usize::try_from(numbers.below(grades) * 3 + sex).expect("stratum");
        let mut drawn = numbers.below(10_000);
        let mut outcome = 0;
        while outcome < OUTCOMES - 1 && drawn >= mix[outcome] {
            drawn -= mix[outcome];
            outcome += 1;
        }
        truth[stratum][outcome] += 1;
    }
    truth
}

fn printed(truth: &Truth, key: u64, name: usize) -> Stage {
    let cell = |stratum: usize, outcome: usize, value: u64| Printed {
        value: round(&key, "sim", &format!("{name}|{stratum}|{outcome}"), value),
        is_banded: outcome >= 3,
    };
    let stratum = |(place, counts): (usize, &[u64; OUTCOMES])| {
        let cells = counts.iter().enumerate();
        cells.map(|(outcome, value)| cell(place, outcome, *value)).collect()
    };
    Stage {
        enrolled: truth.iter().flatten().sum(),
        strata: truth.iter().enumerate().map(stratum).collect(),
    }
}

fn band_of(school: &[Truth]) -> Bounds {
    let screened: u64 = school.iter().flatten().flat_map(|counts| &counts[3..]).sum();
    Bounds { low: screened - screened % 10, high: screened - screened % 10 + 9 }
}

/// The reader: narrows every cell by every sum that it is in until nothing changes any more.
fn proven(stages: &[Stage], held: &[bool], band: Bounds) -> u64 {
    let shown = || stages.iter().zip(held).filter(|(_, held)| !**held);
    let hidden: u64 = stages.iter().zip(held).filter(|(_, h)| **h).map(|(s, _)| s.enrolled).sum();
    let mut cells = Vec::new();
    for (place, (stage, _)) in shown().enumerate() {
        for cell in stage.strata.iter().flatten() {
            let (low, high) = (cell.value.saturating_sub(4), cell.value + 4);
            cells.push((place, cell.is_banded, i128::from(low), i128::from(high)));
        }
    }
    // Sums: each shown stage exactly, and the band over all of them less what is hidden.
    let mut sums: Vec<(Vec<usize>, i128, i128)> = Vec::new();
    for (place, (stage, _)) in shown().enumerate() {
        let own = (0..cells.len()).filter(|cell| cells[*cell].0 == place).collect();
        sums.push((own, stage.enrolled.into(), stage.enrolled.into()));
    }
    let banded: Vec<usize> = (0..cells.len()).filter(|cell| cells[*cell].1).collect();
    let low = i128::from(band.low) - i128::from(hidden);
    sums.push((banded, low, band.high.into()));
    let all: i128 = sums.iter().take(sums.len() - 1).map(|sum| sum.1).sum();
    let rest = (0..cells.len()).filter(|cell| !cells[*cell].1).collect();
    sums.push((rest, all - i128::from(band.high), all - low));
    for _ in 0..4 {
        for (own, low, high) in &sums {
            let lows: i128 = own.iter().map(|cell| cells[*cell].2).sum();
            let highs: i128 = own.iter().map(|cell| cells[*cell].3).sum();
            for cell in own {
                let (before_low, before_high) = (cells[*cell].2, cells[*cell].3);
                cells[*cell].2 = before_low.max(low - (highs - before_high));
                cells[*cell].3 = before_high.min(high - (lows - before_low));
            }
        }
    }
    let is_proof =
        |(_, _, low, high): &(usize, bool, i128, i128)| low == high || (*low >= 1 && *high <= 4);
    cells.iter().filter(|cell| is_proof(cell)).count() as u64
}

/// Nothing is proven about any small cell of any school, and most stages are still shown.
///
/// Counts what would be proven without any hold and with the floor alone, to show that the
/// attack works and that the floor by itself would not be enough.
#[test]
fn the_margins_of_a_rounded_table_prove_nothing() {
    let mut numbers = Numbers(SEED);
    let (mut bare, mut floored, mut kept, mut large, mut shown) = (0, 0, 0, 0, 0);
    for school in 0..SCHOOLS {
        let truths: Vec<Truth> = (0..=numbers.below(3)).map(|_| stage(&mut numbers)).collect();
        let stages: Vec<Stage> = (truths.iter().enumerate())
            .map(|(name, truth)| printed(truth, SEED ^ school, name))
            .collect();
        let band = band_of(&truths);
        let small: Vec<bool> =
            stages.iter().map(|stage| stage.enrolled < ROUNDED_STRATUM_MIN).collect();
        let holds = held(&stages, Some(band));
        bare += proven(&stages, &vec![false; stages.len()], band);
        floored += proven(&stages, &small, band);
        kept += proven(&stages, &holds, band);
        large += small.iter().filter(|small| !**small).count();
        shown += holds.iter().filter(|held| !**held).count();
    }
    println!(
        "seed {SEED}, {SCHOOLS} schools: {bare} cells proven without a hold, {floored} with the \
         floor, {kept} with both; {shown} of {large} stages at or above the floor are shown"
    );
    assert!(bare > 0, "the attack finds what it is looking for");
    assert_eq!(kept, 0, "seed {SEED}");
    assert!(shown * 100 >= large * 90, "{shown} of {large}");
}

fn simple(enrolled: u64, cells: &[(u64, bool)]) -> Stage {
    let cells =
        cells.iter().map(|(value, is_banded)| Printed { value: *value, is_banded: *is_banded });
    Stage { enrolled, strata: vec![cells.collect()] }
}

/// The reviewer's example: 97 and 3 of 100, printed 100 and 5, prove that there is a critical one.
#[test]
fn a_stage_whose_cells_prove_a_small_count_is_held() {
    let clean = |enrolled| simple(enrolled, &[(0, false), (100, true), (0, true), (5, true)]);
    assert_eq!(held(&[clean(100)], None), [true]);
    assert_eq!(held(&[clean(101)], None), [false], "then it may be 5");
    let spread = simple(300, &[(30, false), (200, true), (45, true), (20, true), (5, true)]);
    assert_eq!(held(&[spread.clone(), clean(100)], None), [false, true]);
    let band = Bounds { low: 260, high: 269 };
    assert_eq!(held(&[spread], Some(band)), [false]);
}

/// What the exact total does not prove, the band of valid sheets can.
#[test]
fn the_band_of_valid_sheets_is_reckoned_with() {
    let stage = simple(129, &[(10, false), (15, false), (105, true), (5, true)]);
    let wide = Bounds { low: 100, high: 119 };
    assert_eq!(held(std::slice::from_ref(&stage), Some(wide)), [false]);
    let narrow = Bounds { low: 100, high: 105 };
    assert_eq!(held(&[stage], Some(narrow)), [true]);
}

/// Below the floor a stage is held whatever its cells are; at the floor it is shown.
#[test]
fn small_stages_are_held_whatever_they_print() {
    let cells = [(10, false), (20, false), (40, true), (15, true), (15, true)];
    for (enrolled, expected) in [(0, true), (99, true), (100, false)] {
        assert_eq!(held(&[simple(enrolled, &cells)], None), [expected], "{enrolled}");
    }
}
