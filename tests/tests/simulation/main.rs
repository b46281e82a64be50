//! Whole federations on a simulated clock and network, with faults drawn from a seed.
//!
//! The hubs' own services and the schools' own outboxes and uplinks run in one thread; see
//! docs/simulation.md for what is simulated and how to run other seeds.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a simulation that cannot go on says so by stopping"
)]

mod faults;
mod invariants;
mod machine;
mod observe;
mod play;
mod process;
mod town;
mod wire;

use invariants::Promise;
use play::{Broken, Ended, LONG_MS, SHORT_MS, play};

/// Seeds of every test run; ones that found something are kept.
const SEEDS: [u64; 3] = [1, 2, 3];

/// Other seeds: `7`, or `100-199`.
const SEEDS_VARIABLE: &str = "XINQIAO_SIMULATION_SEEDS";

fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var(SEEDS_VARIABLE) else { return SEEDS.to_vec() };
    let number = |text: &str| text.trim().parse::<u64>().expect("a seed");
    match text.split_once('-') {
        Some((first, last)) => (number(first)..=number(last)).collect(),
        None => vec![number(&text)],
    }
}

/// What a run that broke a promise says.
fn said(seed: u64, ended: &Ended) -> String {
    let lines: Vec<String> = ended.violations.iter().map(ToString::to_string).collect();
    let last = ended.trace.iter().rev().take(40).rev().cloned().collect::<Vec<_>>();
    format!(
        "seed {seed}, again with {SEEDS_VARIABLE}={seed}:\n{}\nlast of {} events:\n{}",
        lines.join("\n"),
        ended.trace.len(),
        last.join("\n")
    )
}

/// Whatever goes wrong on the way, nothing is lost, counted twice or shown otherwise than it was
/// sent.
#[test]
fn every_promise_holds_through_every_fault() {
    for seed in seeds() {
        let began = std::time::Instant::now();
        let ended = play(seed, LONG_MS, None);
        println!(
            "seed {seed}: {} simulated seconds in {} s, {:?}",
            ended.took_ms / 1_000,
            began.elapsed().as_secs(),
            ended.counts
        );
        assert!(ended.violations.is_empty(), "{}", said(seed, &ended));
    }
}

/// A seed that found something finds it again.
#[test]
fn the_same_seed_gives_the_same_run() {
    let (first, second) = (play(5, SHORT_MS, None), play(5, SHORT_MS, None));
    let differs = first.trace.iter().zip(&second.trace).position(|(one, other)| one != other);
    if let Some(at) = differs {
        let around =
            |trace: &[String]| trace[at.saturating_sub(3)..trace.len().min(at + 4)].join("\n");
        panic!("event {at}:\n{}\n\nand\n{}", around(&first.trace), around(&second.trace));
    }
    assert_eq!(first.trace.len(), second.trace.len());
}

/// A check that finds nothing where something is wrong would be none.
#[test]
fn what_is_broken_is_found() {
    for (broken, promise) in [
        (Broken::ForgetsWatermark, Promise::Contiguous),
        (Broken::ForgetsContribution, Promise::NothingTwice),
        (Broken::CountsAgain, Promise::NothingTwice),
        (Broken::ForgetsUnanswered, Promise::NothingLost),
        (Broken::ChangesSent, Promise::Receipts),
    ] {
        let ended = play(1, SHORT_MS, Some(broken));
        let found = ended.violations.iter().any(|violation| violation.promise == promise);
        assert!(found, "{broken:?} was not found: {}", said(1, &ended));
    }
}
