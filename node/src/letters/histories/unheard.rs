//! A relay loses an answer after it had said that it has it, or what acknowledges one: the answer
//! comes anew and counts once, and nothing comes anew that a family took back.

use domain::referral::{DeclineReason, State as S};

use super::agreement::check;
use super::restored::rest;
use super::road::move_on;
use super::stage::Stage;
use super::town::Town;
use crate::content::Answered;
use crate::ledger::entry::RecordId;
use crate::ledger::{intake, letters};

fn accepted() -> Answered {
    Answered::Accepted { note: String::new() }
}

/// A referral that came to the first house, which said so and heard that it was heard.
fn received(stage: &mut Stage<'_>) -> RecordId {
    let record = stage.sealed_to_the_first();
    rest(stage);
    assert_eq!((unheard(stage), stage.state(record)), (0, S::Received), "{}", stage.told());
    record
}

/// How many answers of the first house are sealed anew in time.
fn unheard(stage: &Stage<'_>) -> usize {
    let open = stage.units[1].ledger.read(|tx| intake::unheard::to_renew(tx, 0));
    open.expect("read").len()
}

/// The numbers of the acts that the school took in, but for the first, that it came: that is said
/// once more each time that the school seals its referral anew.
fn taken(stage: &Stage<'_>, record: RecordId) -> Vec<u32> {
    let of_it = stage.school().read(move |tx| letters::envelopes(tx, record)).expect("envelopes");
    let about = of_it.first().expect("an envelope").id;
    let answers = stage.school().read(move |tx| letters::answers(tx, about)).expect("answers");
    answers.iter().map(|one| one.act).filter(|act| *act != 1).collect()
}

/// Some slots of a unit, of which the relay loses what travels as an answer.
fn lost(stage: &mut Stage<'_>, unit: usize) {
    stage.road.lose(true);
    for _ in 0..3 {
        stage.tick(unit, false);
        move_on(stage, true);
    }
    stage.road.lose(false);
}

fn agrees(stage: &Stage<'_>) {
    let wrong = check(stage);
    assert!(wrong.is_empty(), "{}\n{wrong:?}", stage.told());
}

/// An answer that the relay had and lost comes anew and counts once; also a refusal, with which the
/// house has erased what it knew.
#[test]
fn an_answer_that_a_relay_lost_comes_anew_and_counts_once() {
    let town = Town::new();
    let declined = Answered::Declined { reason: DeclineReason::NoCapacity, note: String::new() };
    for (said, stands) in [(accepted(), S::Accepted), (declined, S::Declined)] {
        let mut stage = Stage::begin(&town, 21);
        let record = received(&mut stage);
        stage.the_first_answers(said).expect("answered");
        lost(&mut stage, 1);
        let now = (unheard(&stage), stage.state(record));
        assert_eq!(now, (1, S::Received), "{}", stage.told());
        rest(&mut stage);
        let now = (unheard(&stage), stage.state(record), taken(&stage, record));
        assert_eq!(now, (0, stands, vec![2]), "{}", stage.told());
        agrees(&stage);
    }
}

/// Where the acknowledgement was lost the answer comes once more, changes nothing, and is
/// acknowledged once more.
#[test]
fn an_acknowledgement_that_was_lost_costs_one_more_copy() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 22);
    let record = received(&mut stage);
    let before = stage.road.answers(1);
    stage.the_first_answers(accepted()).expect("answered");
    stage.tick(1, false);
    move_on(&mut stage, true);
    lost(&mut stage, 0);
    let now = (unheard(&stage), stage.state(record));
    assert_eq!(now, (1, S::Accepted), "{}", stage.told());
    stage.pass(1_900);
    for unit in [1, 0].repeat(4) {
        stage.tick(unit, false);
        move_on(&mut stage, true);
    }
    assert_eq!((unheard(&stage), taken(&stage, record)), (0, vec![2]), "{}", stage.told());
    assert_eq!(stage.road.answers(1) - before, 2, "{}", stage.told());
    rest(&mut stage);
    agrees(&stage);
}

/// What a house answered before the family took back what it had agreed to does not come anew: the
/// school hears what is kept, and nothing else.
#[test]
fn nothing_comes_anew_that_was_taken_back() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 23);
    let record = received(&mut stage);
    stage.the_first_answers(accepted()).expect("answered");
    lost(&mut stage, 1);
    stage.withdraws(record);
    for unit in [0, 1] {
        stage.tick(unit, false);
        move_on(&mut stage, true);
    }
    rest(&mut stage);
    assert_eq!((unheard(&stage), taken(&stage, record)), (0, vec![0]), "{}", stage.told());
    agrees(&stage);
}
