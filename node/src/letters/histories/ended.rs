//! A letter is opened after its signer's certificate has ended: nothing of it is believed, nothing
//! of it is lost, and who holds an old key gains a question to its owner and no more.

use domain::referral::State as S;
use jiff::SignedDuration;

use super::agreement::check;
use super::road::move_on;
use super::stage::Stage;
use super::town::Town;
use super::{come_to_rest, restored};
use crate::content::{AnswerContent, Answered, Contact, ReferralContent};
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::letters;
use crate::ledger::{aside, intake};
use crate::letters::again::deciding;
use crate::letters::testing;
use crate::letters::testing::answer;

/// Longer than a certificate holds, and shorter than the consents of these tests.
const SUMMER: i64 = 95 * 86_400;

fn accepted() -> Answered {
    Answered::Accepted { note: String::new() }
}

/// Nobody reaches a unit, until the end of a summer.
fn cut_off(stage: &mut Stage<'_>, unit: usize) {
    let until = stage.now + SignedDuration::from_secs(SUMMER);
    stage.road.cut(unit, Some(until));
}

fn put_aside(stage: &Stage<'_>) -> usize {
    stage.school().read(|tx| aside::all(tx, None)).expect("read").len()
}

/// The school's look at what came, with nothing asked yet by anybody else.
fn school_looks(stage: &mut Stage<'_>) {
    move_on(stage, true);
    stage.tick(0, false);
}

/// A house answered, and the school's machine was off over the summer.
fn answered_over_a_summer(stage: &mut Stage<'_>) -> RecordId {
    let record = stage.sealed_to_the_first();
    restored::rest(stage);
    assert_eq!(stage.state(record), S::Received, "{}", stage.told());
    stage.the_first_answers(accepted()).expect("accepted");
    cut_off(stage, 0);
    for _ in 0..3 {
        stage.tick(1, false);
        move_on(stage, true);
    }
    stage.pass(SUMMER);
    school_looks(stage);
    record
}

/// What a house answered is there once it has said that it was its own, and not before; it says so
/// by itself, also where it has erased since what it said.
#[test]
fn what_was_answered_before_a_summer_counts_after_it() {
    let town = Town::new();
    for is_erased in [false, true] {
        let mut stage = Stage::begin(&town, 11);
        let record = answered_over_a_summer(&mut stage);
        assert_eq!((put_aside(&stage), stage.state(record)), (1, S::Received), "{}", stage.told());
        if is_erased {
            let now_ms = stage.now.as_millisecond();
            let ended = (domain::receiver::ErasedWhy::Ended, now_ms);
            let erase = stage.units[1].ledger.write("erase", move |tx| intake::erase(tx, 1, ended));
            erase.expect("erased");
        }
        restored::rest(&mut stage);
        assert_eq!((put_aside(&stage), stage.state(record)), (0, S::Accepted), "{}", stage.told());
        let wrong = check(&stage);
        assert!(wrong.is_empty(), "{}\n{wrong:?}", stage.told());
    }
}

/// Who telephones need not wait, and whose sender is gone is waited for no more.
#[test]
fn a_person_decides_about_what_is_put_aside() {
    let town = Town::new();
    for is_told in [true, false] {
        let mut stage = Stage::begin(&town, 12);
        let record = answered_over_a_summer(&mut stage);
        let found = stage.run("looks", deciding::waiting).expect("waiting");
        assert_eq!((found.len(), found[0].letters, found[0].referral), (1, 1, Some(record)));
        let about = found[0].about;
        let unnamed = stage.run("names nobody", move |tx, by| deciding::told(tx, by, (about, " ")));
        assert!(unnamed.is_none());
        let done = stage.run("decides", move |tx, by| match is_told {
            true => deciding::told(tx, by, (about, "韩医生")),
            false => deciding::let_go(tx, by, about),
        });
        assert!(done.is_some(), "{}", stage.told());
        let state = if is_told { S::Accepted } else { S::Received };
        assert_eq!((put_aside(&stage), stage.state(record)), (0, state), "{}", stage.told());
    }
}

/// Somebody found an old disk of a house: the certificate has ended, and what is signed by it is
/// put aside until the house says that it never signed it. It stands nowhere, and the school asks
/// once.
#[test]
fn an_old_key_gains_a_question() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 13);
    let record = stage.sealed_to_the_first();
    restored::rest(&mut stage);
    stage.the_first_answers(accepted()).expect("accepted");
    restored::rest(&mut stage);
    let old = town.houses[0].identity(stage.now);
    stage.pass(SUMMER);
    stage.tick(0, false);
    stage.tick(1, false);
    let sealed = stage.school().read(move |tx| letters::envelopes(tx, record)).expect("envelopes");
    let shown = ReferralContent::read(&sealed[0].content).expect("content");
    let forged = AnswerContent {
        referral: shown.referral,
        number: 1,
        act: 3,
        seen: 4,
        by: Contact { unit: String::new(), person: String::new(), phone: String::new() },
        at: Moment(stage.now.as_millisecond()),
        said: restored::appointed(&stage),
    };
    let letter = answer(&old, &town.school, sealed[0].id, &forged);
    for _ in 0..2 {
        testing::arrive(&stage.units[0].transfer, &letter);
        stage.tick(0, false);
        assert_eq!((put_aside(&stage), stage.state(record)), (1, S::Accepted));
    }
    let now_ms = stage.now.as_millisecond();
    let due = stage.school().read(move |tx| aside::to_ask(tx, now_ms)).expect("read");
    assert!(due.is_empty(), "it was asked, and not once more for what came since");
    restored::rest(&mut stage);
    assert_eq!((put_aside(&stage), stage.state(record)), (0, S::Accepted), "{}", stage.told());
    let wrong = check(&stage);
    assert!(wrong.is_empty(), "{}\n{wrong:?}", stage.told());
}

/// A referral came to a house that was away over the summer: it is not taken in, its school is
/// asked, and what it seals anew is. Taken back meanwhile, nothing comes.
#[test]
fn a_referral_before_a_summer_is_sealed_anew_after_it() {
    let town = Town::new();
    for is_withdrawn in [false, true] {
        let mut stage = Stage::begin(&town, 14);
        let record = stage.sealed_to_the_first();
        cut_off(&mut stage, 1);
        for _ in 0..3 {
            stage.tick(0, false);
            move_on(&mut stage, true);
        }
        stage.pass(SUMMER);
        move_on(&mut stage, true);
        stage.tick(1, false);
        let at_house = |stage: &Stage<'_>| {
            let ledger = &stage.units[1].ledger;
            let taken = ledger.read(|tx| intake::latest(tx, 9)).expect("read").len();
            (taken, ledger.read(aside::count).expect("read"))
        };
        assert_eq!(at_house(&stage), (0, 1), "{}", stage.told());
        if is_withdrawn {
            stage.withdraws(record);
        }
        come_to_rest(&mut stage);
        let found = if is_withdrawn { (0, 0) } else { (1, 0) };
        assert_eq!(at_house(&stage), found, "{}", stage.told());
        if !is_withdrawn {
            assert_eq!(stage.state(record), S::Received);
            let wrong = check(&stage);
            assert!(wrong.is_empty(), "{}\n{wrong:?}", stage.told());
        }
    }
}
