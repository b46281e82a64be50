//! Random histories of a school and its houses, over the code that both run: people act as they
//! may, and sometimes as they may not; the road loses, doubles and reorders; a relay loses answers
//! and what acknowledges them with its disk; units are cut off and killed, also between the writes
//! to their two stores. Once all is quiet both sides agree.
//!
//! A seed decides everything but keys and ids. One that fails prints its history; run it alone by
//! `XINQIAO_HISTORIES=FIRST..LAST`, as many as you like by a number.

mod acts;
mod agreement;
mod ended;
mod restored;
mod road;
mod stage;
mod town;
mod unheard;

use jiff::SignedDuration;

use stage::Stage;
use town::Town;

/// How many histories are lived without being asked for.
const HISTORIES: u64 = 24;
/// How long everything may take to come to rest: many days of the clock.
const ROUNDS: usize = 600;

/// Which histories are lived.
const ASKED: &str = "XINQIAO_HISTORIES";

fn asked() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var(ASKED) else { return 0..HISTORIES };
    let number = |text: &str| text.trim().parse::<u64>().expect("a number");
    match text.split_once("..") {
        Some((first, last)) => number(first)..number(last),
        None => 0..number(&text),
    }
}

/// Lives one history; what disagrees at its end.
fn live(town: &Town, seed: u64, steps: Option<usize>) -> Result<(), String> {
    let mut stage = Stage::begin(town, seed);
    let many = 40 + stage.dice.below(60);
    for _ in 0..steps.unwrap_or(many) {
        happen(&mut stage);
    }
    come_to_rest(&mut stage);
    let mut wrong: Vec<String> = stage.waiting();
    wrong.extend(agreement::check(&stage));
    if seed.is_multiple_of(10)
        && let Some((counted, entered)) = agreement::recount(&stage)
        && counted != entered
    {
        wrong.push(format!("figures count {counted} entries into stages, people made {entered}"));
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{}\n\n{}", stage.told(), wrong.join("\n"))),
    }
}

/// One thing happens.
fn happen(stage: &mut Stage<'_>) {
    let unit = stage.dice.below(stage.units.len());
    match stage.dice.below(100) {
        0..=29 => stage.school_acts(),
        30..=49 => stage.house_acts(),
        50..=63 => stage.tick(0, true),
        64..=76 => {
            let house = 1 + stage.dice.below(stage.houses());
            stage.tick(house, true);
        }
        77..=89 => road::move_on(stage, false),
        90..=93 => {
            let hours = stage.dice.pick(&[1, 3, 8, 24, 80]);
            stage.pass(hours * 3_600);
            stage.note("time passes");
        }
        94..=95 => {
            let until = stage.now + SignedDuration::from_hours(stage.dice.pick(&[2, 12, 60]));
            stage.road.cut(unit, Some(until));
            stage.note(&format!("unit {unit} is cut off until {until}"));
        }
        96..=97 => stage.crash(unit),
        98 => {
            stage.houses_keep();
        }
        _ => {
            // In a few histories the consents end while letters wait.
            if stage.dice.percent(4) {
                stage.pass(110 * 86_400);
                stage.note("months pass");
            }
        }
    }
}

/// Everybody is reached, nobody does anything but say what is kept, and time passes until nothing
/// waits.
fn come_to_rest(stage: &mut Stage<'_>) {
    stage.note("all comes to rest");
    for unit in 0..stage.units.len() {
        stage.road.cut(unit, None);
    }
    for _ in 0..ROUNDS {
        stage.pass(3_600);
        for unit in 0..stage.units.len() {
            stage.tick(unit, false);
        }
        road::move_on(stage, true);
        if !stage.houses_keep() && stage.waiting().is_empty() {
            return;
        }
    }
}

/// Whatever people do and the road loses, and whenever a node is killed: once all is quiet a school
/// and its houses agree.
///
/// Method: the code of both sides over files, between them a road that a seed decides. The number
/// of each history is its seed, and one that fails prints what happened and what disagrees.
#[test]
fn random_histories_end_in_agreement() {
    let town = Town::new();
    let mut failed = Vec::new();
    let all = asked();
    eprintln!("histories {} to {}", all.start, all.end);
    for seed in all {
        if let Err(told) = live(&town, seed, None) {
            eprintln!("{told}\n");
            failed.push(seed);
        }
        assert!(failed.len() < 5, "histories that end in disagreement: {failed:?}");
    }
    assert!(failed.is_empty(), "histories that end in disagreement: {failed:?}");
}

/// Histories that ended in disagreement once: an emergency that a house took over while its school
/// stood it down, and answers that were opened after their signer's certificate had ended.
const FOUND: [u64; 3] = [31, 78, 109];

/// What was found once stays mended.
#[test]
fn histories_that_disagreed_once_agree() {
    let town = Town::new();
    for seed in FOUND {
        if let Err(told) = live(&town, seed, None) {
            panic!("{told}\n\nhistory {seed} ends in disagreement");
        }
    }
}

/// The checker sees a disagreement: content that came to a house that was told of no withdrawal.
#[test]
fn a_disagreement_is_seen() {
    let town = Town::new();
    let seen = (0..200).find_map(|seed| {
        let mut stage = Stage::begin(&town, seed);
        (0..60).for_each(|_| happen(&mut stage));
        come_to_rest(&mut stage);
        let before = agreement::check(&stage);
        let (unit, id) = stage.open_at_a_house()?;
        let ledger = stage.units[unit].ledger.clone();
        let marked = ledger
            .write("spoil", move |tx| crate::ledger::intake::mark_revoked(tx, id, 1).map(drop));
        marked.expect("marked");
        Some((before, agreement::check(&stage)))
    });
    let (before, after) = seen.expect("something is open at a house");
    assert!(before.is_empty(), "{before:?}");
    assert!(!after.is_empty(), "a house that took back what nobody did");
}
