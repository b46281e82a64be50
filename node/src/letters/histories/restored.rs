//! Either side is put back from a backup: a withdrawal always travels, nothing that was answered is
//! lost, what the backup does not know is found again, and nothing that was erased is read again.

use domain::ledger::Word as _;
use domain::referral::{Actor, DeclineReason, Event as E, KeptWhy, State as S};
use jiff::ToSpan as _;
use runtime::clock::date_of;

use super::acts::wish;
use super::agreement::check;
use super::come_to_rest;
use super::stage::Stage;
use super::town::{HOUSES, Town};
use crate::content::Answered;
use crate::intake::testing::worker;
use crate::intake::{IntakeError, acting};
use crate::ledger::entry::RecordId;
use crate::ledger::guard_tests::CHILD;
use crate::ledger::intake::{self, Entry};
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::tests::told;
use crate::ledger::referral::{self, Told};
use crate::letters::restoring::{self, Lost};
use crate::letters::slip;

fn accepted() -> Answered {
    Answered::Accepted { note: String::new() }
}

pub(super) fn appointed(stage: &Stage<'_>) -> Answered {
    let (day, time) = (date_of(stage.now) + 2.days(), "09:30".to_owned());
    Answered::Appointed { day, time, place: "门诊三楼".to_owned() }
}

pub(super) fn rest(stage: &mut Stage<'_>) {
    come_to_rest(stage);
    assert!(stage.waiting().is_empty(), "{}\n{:?}", stage.told(), stage.waiting());
}

fn agrees(stage: &Stage<'_>) {
    let wrong = check(stage);
    assert!(wrong.is_empty(), "{}\n\n{}", stage.told(), wrong.join("\n"));
}

fn envelope(stage: &Stage<'_>, record: RecordId) -> Envelope {
    let found = stage.school().read(move |tx| letters::envelopes(tx, record)).expect("envelopes");
    found.into_iter().next().expect("an envelope")
}

/// The only referral of the first house, and whether its content is there.
fn at_the_house(stage: &Stage<'_>) -> (Entry, bool) {
    let ledger = &stage.units[1].ledger;
    let entry = ledger.read(|tx| intake::one(tx, 1)).expect("read").expect("a referral");
    let content = ledger.read(|tx| intake::content(tx, 1)).expect("read");
    (entry, content.is_some())
}

/// What left after the backup was made lies in the restored ledger as if it had never left. It
/// counts as left: a withdrawal is told, and the answer to it is the house's own.
#[test]
fn a_withdrawal_travels_after_a_restore() {
    let town = Town::new();
    for has_been_copied in [false, true] {
        let mut stage = Stage::begin(&town, 1);
        let record = stage.sealed_to_the_first();
        if has_been_copied {
            stage.tick(0, false);
        }
        let copy = stage.backup(0);
        rest(&mut stage);
        assert!(at_the_house(&stage).1, "it is there");
        stage.put_back(0, &copy);
        stage.withdraws(record);
        rest(&mut stage);
        let (entry, has_content) = at_the_house(&stage);
        assert!(entry.revoked_at.is_some() && !has_content, "{}", stage.told());
        let kept = envelope(&stage, record).kept;
        assert_eq!(kept.as_deref(), Some(KeptWhy::Nothing.label().0), "the house says so");
    }
}

/// What the house had answered, and a restored school lost, is said again.
#[test]
fn what_was_answered_is_said_again_to_a_restored_school() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 2);
    let record = stage.sealed_to_the_first();
    let copy = stage.backup(0);
    rest(&mut stage);
    stage.the_first_answers(accepted()).expect("accepted");
    rest(&mut stage);
    assert_eq!(stage.state(record), S::Accepted);
    stage.put_back(0, &copy);
    assert_eq!(stage.state(record), S::Sent);
    stage.pass(7_200);
    rest(&mut stage);
    assert_eq!(stage.state(record), S::Accepted, "{}", stage.told());
    let said = appointed(&stage);
    stage.the_first_answers(said).expect("appointed");
    rest(&mut stage);
    assert_eq!(stage.state(record), S::Appointed);
    agrees(&stage);
}

/// A school that was put back to before a referral that the first house has; with the word of the
/// family's slip, and an answer that came since.
fn lost(stage: &mut Stage<'_>) -> (String, Lost) {
    let before = stage.backup(0);
    let record = stage.sealed_to_the_first();
    rest(stage);
    let word = stage.run("prints the slip", move |tx, by| slip::of(tx, by, record));
    let word = word.flatten().expect("a slip").code;
    stage.put_back(0, &before);
    stage.records.clear();
    stage.acted.clear();
    stage.the_first_answers(accepted()).expect("accepted");
    rest(stage);
    let mut found = stage.run("looks", restoring::lost).expect("lost");
    assert_eq!(found.len(), 1, "{}", stage.told());
    let one = found.remove(0);
    assert_eq!(one.recipient, HOUSES[0].0);
    (word, one)
}

/// An answer about a referral that the backup does not know is kept. By the word of the slip the
/// referral, entered again, is bound to it: what came stands in its course, and it is taken back.
#[test]
fn a_lost_referral_is_bound_again() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 3);
    let (word, one) = lost(&mut stage);
    let (desk, wish) = (stage.desk(), wish());
    let record = stage.run("opens again", move |tx, by| referral::open(tx, by, &wish));
    let record = record.expect("opened");
    stage.records.push(record);
    stage.acts(record, E::AskConsent);
    stage.family_signs(record);
    stage.acts(record, E::ConsentGiven);
    stage.approves(record);
    let told = Told { day: date_of(stage.now), ..told() };
    let handed = stage.run("writes down the hand-over", move |tx, by| {
        let live = referral::live(tx, CHILD, HOUSES[0], by.today())?;
        referral::send(tx, by, record, &live, &told)?;
        referral::act(tx, by, record, (E::Delivered, Actor::Recipient), &told)
    });
    assert_eq!(handed, Some(S::Received), "{}", stage.told());
    let (by_desk, wrong) = (desk.clone(), word[..word.len() - 1].to_owned());
    let about = one.about;
    let refused = stage.run("binds by no word", move |tx, by| {
        restoring::bind(tx, (by, &by_desk), (record, about), &wrong)
    });
    assert!(refused.is_none());
    let bound =
        stage.run("binds", move |tx, by| restoring::bind(tx, (by, &desk), (record, about), &word));
    assert!(bound.is_some(), "{}", stage.told());
    assert_eq!(stage.state(record), S::Accepted, "what came stands in the course");
    let said = appointed(&stage);
    stage.the_first_answers(said).expect("appointed");
    rest(&mut stage);
    assert_eq!(stage.state(record), S::Appointed, "{}", stage.told());
    stage.withdraws(record);
    rest(&mut stage);
    let (entry, has_content) = at_the_house(&stage);
    assert!(entry.revoked_at.is_some() && !has_content, "{}", stage.told());
    assert!(envelope(&stage, record).done_at_ms.is_some());
}

/// What the backup does not know is taken back by the word of the slip alone; what the house says
/// to it is kept as well.
#[test]
fn a_lost_referral_is_taken_back() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 4);
    let (word, one) = lost(&mut stage);
    let (desk, about) = (stage.desk(), one.about);
    let told =
        stage.run("takes back", move |tx, by| restoring::take_back(tx, (by, &desk), about, &word));
    assert!(told.is_some(), "{}", stage.told());
    rest(&mut stage);
    let (entry, has_content) = at_the_house(&stage);
    assert!(entry.revoked_at.is_some() && !has_content, "{}", stage.told());
    let found = stage.run("looks", restoring::lost).expect("lost");
    let said = found.first().and_then(|one| one.answers.first()).map(|one| one.said.event());
    assert_eq!(said, Some(None), "the answer to the withdrawal");
    stage.run("has read it", move |tx, by| restoring::dismiss(tx, by, about)).expect("dismissed");
    let found = stage.run("looks", restoring::lost).expect("lost");
    assert!(found.is_empty());
}

/// A ledger that was never put back keeps no answer about what it does not know.
#[test]
fn a_ledger_that_was_not_put_back_keeps_no_stray() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 5);
    let before = stage.backup(0);
    stage.sealed_to_the_first();
    rest(&mut stage);
    stage.reopen(0, &before);
    stage.records.clear();
    stage.the_first_answers(accepted()).expect("accepted");
    rest(&mut stage);
    assert!(stage.run("looks", restoring::lost).expect("lost").is_empty());
}

/// What a restored house holds is locked. Where its family has withdrawn since it is erased again;
/// where it stands the school says so by itself, and what the house does then is new to it.
#[test]
fn a_restored_house_reads_nothing_until_its_school_has_said_that_it_stands() {
    let town = Town::new();
    for is_withdrawn in [true, false] {
        let mut stage = Stage::begin(&town, 6);
        let record = stage.sealed_to_the_first();
        rest(&mut stage);
        let copy = stage.backup(1);
        match is_withdrawn {
            true => stage.withdraws(record),
            false => stage.the_first_answers(accepted()).expect("accepted"),
        }
        rest(&mut stage);
        assert_eq!(at_the_house(&stage).1, !is_withdrawn);
        stage.put_back(1, &copy);
        assert!(at_the_house(&stage).1, "the backup has it");
        let locked = stage.the_first_answers(accepted());
        assert!(matches!(locked, Err(IntakeError::Locked)), "{locked:?}");
        let by = worker(domain::receiver::ReceiverRole::Clinician, stage.now);
        let read = stage.units[1].ledger.write("read", move |tx| {
            acting::read(tx, &by, (1, domain::receiver::ReadWhy::Care)).map(drop)
        });
        assert!(matches!(read, Err(IntakeError::Locked)), "{read:?}");
        rest(&mut stage);
        let (entry, has_content) = at_the_house(&stage);
        if is_withdrawn {
            let (revoked, locked) = (entry.revoked_at.is_some(), entry.locked_at.is_some());
            let of = format!("revoked {revoked}, locked {locked}, content {has_content}");
            assert!(revoked && !has_content, "{of}\n{}", stage.told());
            continue;
        }
        assert!(entry.locked_at.is_none() && has_content, "{}", stage.told());
        // The backup does not know that it was accepted; the school does.
        stage.the_first_answers(accepted()).expect("accepted again");
        let said = appointed(&stage);
        stage.the_first_answers(said).expect("appointed");
        rest(&mut stage);
        assert_eq!(stage.state(record), S::Appointed, "{}", stage.told());
    }
}

/// Whoever calls the school and is told that a locked referral stands reads it at once.
#[test]
fn a_locked_referral_is_unlocked_by_telephone() {
    let town = Town::new();
    let mut stage = Stage::begin(&town, 7);
    stage.sealed_to_the_first();
    rest(&mut stage);
    let copy = stage.backup(1);
    stage.put_back(1, &copy);
    let stands = |stage: &Stage<'_>, who: &'static str| {
        let by = worker(domain::receiver::ReceiverRole::Intake, stage.now);
        stage.units[1].ledger.write("stands", move |tx| acting::stands(tx, &by, (1, who)))
    };
    assert!(matches!(stands(&stage, " "), Err(IntakeError::Field("who"))));
    stands(&stage, "王老师").expect("unlocked");
    assert!(matches!(stands(&stage, "王老师"), Err(IntakeError::NotAsked)));
    let declined = Answered::Declined { reason: DeclineReason::NoCapacity, note: String::new() };
    stage.the_first_answers(declined).expect("declined");
}
