//! A school and a scripted clinic: what is shown is what is sealed, what comes back is believed
//! from whom it was sealed to, in any order and however often, and what is taken back stops.

use certs::letter::{LETTER_BYTES, Letter, Routing};
use certs::referral::{EnvelopeId, Ground, PartNumber};
use domain::ledger::Word as _;
use domain::referral::slot::{Rank, SLOT_SECONDS};
use domain::referral::{DeclineReason, Event, FitForSchool, KeptWhy, State, Urgency};
use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;
use proto::wire::sync::Lane;
use runtime::sql::SqlError;
use runtime::uplink::outbox::frame_waiting;

use super::sending::{self, Preview};
use super::testing::{CLINIC, Town, answer, arrive};
use super::{answers, copying, revoking};
use crate::content::{
    AnswerContent, Answered, Contact, Kept, Outcome, ReferralContent, ReferralId, Summary,
};
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::guard_tests::{counsellor, run};
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::tests::{approved, at, consent, opened, played, ready, step};
use crate::ledger::referral::{self, Came, Part, Told};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::{NOW_MS, School, TODAY};
use crate::ledger::{journal, write};
use crate::list::testing::now;
use crate::transfer::{Transfer, letters as queue};

const CALL: (&str, &str) = ("王老师", "0532-1234567");

/// A referral that could be handed over now.
fn consented(school: &School) -> RecordId {
    let record = opened(school, Urgency::Urgent);
    consent(school, CLINIC);
    played(school, record, &[Event::AskConsent, Event::ConsentGiven]);
    approved(school, record);
    record
}

pub(super) fn shown(
    school: &School,
    town: &Town,
    record: RecordId,
) -> Result<Preview, LedgerRefusal> {
    let desk = town.desk.clone();
    run(school, move |tx| {
        sending::prepare(tx, &counsellor(), record, &desk, CALL)?;
        Ok(sending::preview(tx, &counsellor(), record)?.expect("preview"))
    })
}

/// Seals what was shown on the road without a relay.
pub(super) fn sealed(
    school: &School,
    town: &Town,
    record: RecordId,
    digest: &str,
) -> Result<State, LedgerRefusal> {
    let (desk, road, digest) = (town.desk.clone(), town.road(), digest.to_owned());
    run(school, move |tx| sending::send_on(tx, &counsellor(), record, (&desk, &road), &digest))
}

pub(super) fn sent(school: &School, town: &Town) -> (RecordId, Envelope) {
    town.known(school);
    let record = consented(school);
    let digest = shown(school, town, record).expect("shown").digest.to_string();
    assert_eq!(sealed(school, town, record, &digest).expect("sent"), State::Sent);
    let envelope = envelopes(school, record).pop().expect("envelope");
    (record, envelope)
}

pub(super) fn envelopes(school: &School, record: RecordId) -> Vec<Envelope> {
    run(school, move |tx| Ok(letters::envelopes(tx, record)?)).expect("envelopes")
}

pub(super) fn state(school: &School, record: RecordId) -> State {
    run(school, move |tx| Ok(referral::course(tx, record)?.state)).expect("course")
}

pub(super) fn waiting(school: &School) -> Vec<Letter> {
    let found = run(school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("letters");
    found.iter().map(|one| Letter::from_bytes(&one.letter).expect("letter")).collect()
}

/// Lets everything leave that waits: the uplink has built its frames.
pub(super) fn leave(school: &School, town: &Town, transfer: &Transfer) {
    out(school, town, transfer);
    let framed: Result<(), SqlError> =
        transfer.write("frame", |tx| frame_waiting(tx, Lane::Referral, 100, NOW_MS));
    framed.expect("framed");
}

/// Puts everything that waits into the outbox, as at a school that is offline.
pub(super) fn out(school: &School, town: &Town, transfer: &Transfer) {
    let desk = town.desk.clone();
    let relay = run(school, move |tx| Ok(desk.relay(tx, now())?.expect("relay"))).expect("relay");
    let waiting = || -> Result<queue::Queue, SqlError> { transfer.read(queue::waiting) };
    let mut slots = (0..100).map(|slot| now() + SignedDuration::from_secs(slot * SLOT_SECONDS));
    while waiting().expect("queue").waiting > 0 {
        let (relay, now) = (relay.clone(), slots.next().expect("one leaves in every slot"));
        let left: Result<usize, SqlError> = transfer
            .write("leave", move |tx| queue::leave(tx, &queue::Tick { relay: &relay, now }));
        left.expect("left");
    }
}

/// What the clinic says, in its order.
pub(super) fn answers_of(content: &ReferralContent) -> Vec<AnswerContent> {
    let text = |text: &str| text.to_owned();
    let summary = Summary {
        adjustments: text("免体育课"),
        watch: text("睡眠"),
        next_visit: Some(date(2025, 12, 20)),
    };
    let outcome = Outcome { fit: Some(FitForSchool::Part), summary: Some(summary) };
    let day = date(2025, 11, 25);
    let said = [
        Answered::Delivered,
        Answered::Accepted { note: text("请家长来电") },
        Answered::Appointed { day, time: text("9:30"), place: text("三号楼") },
        Answered::Seen(TODAY),
        Answered::Outcome(outcome),
    ];
    let by =
        Contact { unit: text("示例医院"), person: text("陈医生"), phone: text("0532-1") };
    let answers = (1..).zip(said).map(|(act, said)| AnswerContent {
        referral: content.referral,
        number: content.number,
        act,
        seen: 3,
        by: by.clone(),
        at: Moment(NOW_MS),
        said,
    });
    answers.collect()
}

/// What was shown is what the clinic reads: the same bytes, on the same consent, sealed once; and
/// nothing of it can be read from a letter or from what is handed to the network.
#[test]
fn what_is_sealed_is_what_was_shown() {
    let (school, town) = (ready(), Town::new());
    town.known(&school);
    let record = consented(&school);
    let preview = shown(&school, &town, record).expect("shown");
    let name = preview.content.parts.iter().find_map(|part| match part {
        Part::Identity { name, .. } => Some(name.clone()),
        _ => None,
    });
    let name = name.expect("a name");
    let digest = preview.digest.to_string();
    assert!(matches!(sealed(&school, &town, record, "00"), Err(LedgerRefusal::Changed)));
    assert_eq!(sealed(&school, &town, record, &digest).expect("sent"), State::Sent);
    let letters = waiting(&school);
    let (opened, content) = town.receive(&letters);
    assert_eq!(certs::digest::sha256(opened.content()).to_string(), digest);
    assert_eq!(content.fits(opened.header()), Ok(()));
    let Ground::Consent { digest: paper, .. } = &opened.header().ground else {
        panic!("no consent");
    };
    let live = run(&school, move |tx| {
        let course = referral::course(tx, record)?;
        Ok(course.last(Event::Send).map(|act| act.entry.consent_digest.clone()))
    });
    assert_eq!(live.expect("course"), Some(paper.to_string()));
    assert_eq!(content.acts.len(), 3);
    assert!(matches!(sealed(&school, &town, record, &digest), Err(LedgerRefusal::Changed)));
    assert!(shown(&school, &town, record).is_err(), "a hand-over is sealed once");

    let transfer = Transfer::in_memory().expect("transfer");
    let copied = copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    assert_eq!(copied, u64::try_from(letters.len()).expect("few"));
    assert_eq!(copying::copy(&school.ledger, &transfer, NOW_MS).expect("again"), 0);
    let queued: Result<Vec<Vec<u8>>, SqlError> = transfer
        .read(|tx| tx.query("select letter from letter_queue order by id", &[], |row| row.blob(0)));
    let queued = queued.expect("queue");
    assert_eq!(queued, letters.iter().map(Letter::to_bytes).collect::<Vec<_>>());
    for letter in &queued {
        assert_eq!(letter.len(), LETTER_BYTES);
        for canary in [name.as_str(), "王母", "13800000000", "王老师", "示例初级中学"] {
            let has = letter.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!has, "{canary}");
        }
    }
    run(&school, |tx| journal::verify(tx).map(drop).map_err(|_| LedgerRefusal::Unknown))
        .expect("the chain holds");
}

/// What was changed after it was shown is not sealed, nor what was shown too long ago, nor to
/// somebody whose key nobody stated; nothing is written then.
#[test]
fn what_was_changed_meanwhile_is_not_sealed() {
    let (school, town) = (ready(), Town::new());
    let record = consented(&school);
    let unknown = shown(&school, &town, record);
    assert!(matches!(unknown, Err(LedgerRefusal::NoRoad)));
    town.known(&school);
    let digest = shown(&school, &town, record).expect("shown").digest.to_string();
    let late = at(&counsellor(), 3_600_001);
    let (desk, road, old) = (town.desk.clone(), town.road(), digest.clone());
    let late = run(&school, move |tx| sending::send_on(tx, &late, record, (&desk, &road), &old));
    assert!(matches!(late, Err(LedgerRefusal::Changed)));
    run(&school, |tx| {
        let second = crate::ledger::roll::Guardian {
            name: "王祖母".to_owned(),
            relation: domain::ledger::terms::Relation::Grandparent,
            ..referral::tests::guardian(false)
        };
        write::add(tx, &counsellor(), &second)
    })
    .expect("another guardian");
    assert!(matches!(sealed(&school, &town, record, &digest), Err(LedgerRefusal::Changed)));
    assert_eq!(state(&school, record), State::Consented);
    assert!(waiting(&school).is_empty() && envelopes(&school, record).is_empty());
    let digest = shown(&school, &town, record).expect("shown").digest.to_string();
    assert_eq!(sealed(&school, &town, record, &digest).expect("sent"), State::Sent);
}

/// Without a consent, an approval or a state that lets it, nothing is sealed.
#[test]
fn nothing_is_sealed_without_a_ground() {
    let (school, town) = (ready(), Town::new());
    town.known(&school);
    let record = opened(&school, Urgency::Routine);
    let draft = shown(&school, &town, record);
    assert!(matches!(draft, Err(LedgerRefusal::Referral(_))));
    let paper = consent(&school, CLINIC);
    played(&school, record, &[Event::AskConsent, Event::ConsentGiven]);
    let digest = shown(&school, &town, record).expect("shown").digest.to_string();
    let unapproved = sealed(&school, &town, record, &digest);
    assert!(matches!(unapproved, Err(LedgerRefusal::Referral(_))));
    approved(&school, record);
    run(&school, move |tx| {
        let kept = crate::ledger::read::one::<crate::ledger::consent::Consent>(tx, paper)?;
        let kept = kept.expect("paper");
        let ended = crate::ledger::consent::Consent {
            answer: domain::ledger::consent::Answer::Withdrawn,
            withdrawn: Some(TODAY),
            ..referral::tests::paper(CLINIC)
        };
        write::update(tx, &counsellor(), (paper, kept.version), &ended).map(drop)
    })
    .expect("withdrawn");
    assert!(sealed(&school, &town, record, &digest).is_err());
    assert!(waiting(&school).is_empty());
}

/// Nothing is sealed to whom a directory bars; what such a recipient holds is still withdrawn.
#[test]
fn nothing_is_sealed_to_whom_a_directory_bars() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let (record, _) = sent(&school, &town);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    let clinic = CLINIC.parse().expect("unit");
    let forgotten = run(&school, move |tx| Ok(letters::forget(tx, &clinic)?));
    assert_eq!(forgotten.expect("forgotten"), 1);
    step(&school, record, Event::WithdrawConsent).expect("withdrawn");
    assert_eq!(revoking::revoke(&school.ledger, &transfer, &town.desk, now()).expect("told"), 1);
    assert_eq!(waiting(&school).len(), 1);
    let school = ready();
    let record = consented(&school);
    town.known(&school);
    let clinic = CLINIC.parse().expect("unit");
    run(&school, move |tx| Ok(letters::forget(tx, &clinic)?)).expect("forgotten");
    assert!(matches!(shown(&school, &town, record), Err(LedgerRefusal::NoRoad)));
}

/// An emergency is sealed on its basis, with the least that it needs, and stays one.
#[test]
fn an_emergency_is_sealed_on_its_basis() {
    let (school, town) = (ready(), Town::new());
    town.known(&school);
    let record = opened(&school, Urgency::Emergency);
    step(&school, record, Event::Emergency).expect("emergency");
    let digest = shown(&school, &town, record).expect("shown").digest.to_string();
    assert_eq!(sealed(&school, &town, record, &digest).expect("sent"), State::EmergencyOut);
    let (opened, content) = town.receive(&waiting(&school));
    assert_eq!(opened.header().ground, Ground::Emergency);
    assert!(matches!(content.parts.as_slice(), [Part::Emergency { .. }]));
    assert_eq!((content.number, content.fits(opened.header())), (1, Ok(())));
}

/// A relay's word for the last part is written once, and then the clinic's.
#[test]
fn a_relay_is_heard_once() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope) = sent(&school, &town);
    let parts = u8::try_from(waiting(&school).len()).expect("few");
    for number in (1..=parts).chain([parts]) {
        let number = PartNumber::new(number, parts).expect("number");
        let ack = Routing::Ack { envelope: envelope.id, number };
        arrive(&transfer, &[Letter::seal(&key, &ack, None).expect("sealed")]);
    }
    arrive(&transfer, &[Letter::dummy(&key).expect("dummy")]);
    let taken = answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    assert_eq!(taken, usize::from(parts) + 2);
    assert_eq!(state(&school, record), State::Routed);
    assert!(envelopes(&school, record)[0].acked_at_ms.is_some());
    let acks = run(&school, move |tx| {
        let acts = referral::course(tx, record)?.acts;
        Ok(acts.iter().filter(|(act, _)| act.entry.event == Event::HubAck).count())
    });
    assert_eq!(acks.expect("course"), 1);
}

/// Nobody but the recipient answers, about what it got and as what it is.
#[test]
fn only_the_recipient_is_believed() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope) = sent(&school, &town);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let first = answers_of(&content).remove(0);
    let other = AnswerContent { referral: ReferralId([9; 16]), ..first.clone() };
    let later = AnswerContent { number: 2, ..first.clone() };
    let strange = EnvelopeId::generate();
    for letters in [
        answer(&town.posed, &key, envelope.id, &first),
        answer(&town.desk.identity, &key, envelope.id, &first),
        answer(&town.clinic, &key, strange, &first),
        answer(&town.clinic, &key, envelope.id, &other),
        answer(&town.clinic, &key, envelope.id, &later),
    ] {
        arrive(&transfer, &letters);
        answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
        assert_eq!(state(&school, record), State::Sent);
    }
    arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &first));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    assert_eq!(state(&school, record), State::Received);
}

/// What is taken back before it left never leaves; what left is told in a letter before all others,
/// and the answer stands with the withdrawal. An act that crossed it changes nothing.
#[test]
fn what_is_taken_back_stops_and_is_answered() {
    for has_left in [false, true] {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (record, envelope) = sent(&school, &town);
        copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        if has_left {
            leave(&school, &town, &transfer);
        }
        let withdrawn = step(&school, record, Event::WithdrawConsent).expect("withdrawn");
        assert_eq!(withdrawn, State::Withdrawn);
        let revoke = || revoking::revoke(&school.ledger, &transfer, &town.desk, now());
        assert_eq!((revoke().expect("revoked"), revoke().expect("again")), (1, 0));
        let found = run(&school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("letters");
        let ranks: Vec<u32> = found.iter().map(|one| one.rank).collect();
        let queue: Result<queue::Queue, SqlError> = transfer.read(queue::waiting);
        assert_eq!(queue.expect("queue").waiting, 0);
        let unanswered = |school: &School| {
            let found = run(school, move |tx| {
                let acts = referral::course(tx, record)?.acts;
                Ok(acts.iter().any(|(act, _)| act.entry.is_unanswered()))
            });
            found.expect("course")
        };
        if !has_left {
            assert!(ranks.is_empty(), "nothing leaves");
            assert!(!unanswered(&school), "nobody holds anything");
            continue;
        }
        assert_eq!(ranks, [queue::number(Rank::Withdrawal)]);
        assert!(unanswered(&school));
        let content = ReferralContent::read(&envelope.content).expect("content");
        let first = answers_of(&content).remove(0);
        let kept = Kept { why: KeptWhy::MedicalRecord, detail: "第47条".to_owned() };
        let done = AnswerContent { act: 0, said: Answered::RevocationDone(kept), ..first.clone() };
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &first));
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &done));
        answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
        assert_eq!(state(&school, record), State::Withdrawn);
        assert!(!unanswered(&school));
        let after = envelopes(&school, record).remove(0);
        let said = format!("{}（第47条）", KeptWhy::MedicalRecord.label().0);
        assert_eq!(after.kept, Some(said));
    }
}

/// An emergency that was stood down is told to whoever holds it at once, while its referral is a
/// draft again; the answer stands with the envelope, and with the act once the draft is called off.
#[test]
fn what_was_stood_down_is_told_and_answered() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    town.known(&school);
    let record = opened(&school, Urgency::Emergency);
    step(&school, record, Event::Emergency).expect("emergency");
    let digest = shown(&school, &town, record).expect("shown").digest.to_string();
    sealed(&school, &town, record, &digest).expect("sent");
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    assert_eq!(step(&school, record, Event::StoodDown).expect("stood down"), State::Draft);
    let revoke = || revoking::revoke(&school.ledger, &transfer, &town.desk, now());
    assert_eq!((revoke().expect("revoked"), revoke().expect("again")), (1, 0));
    let found = run(&school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("letters");
    let ranks: Vec<u32> = found.iter().map(|one| one.rank).collect();
    assert_eq!(ranks, [queue::number(Rank::Withdrawal)]);
    let envelope = envelopes(&school, record).remove(0);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let kept = Kept { why: KeptWhy::MedicalRecord, detail: String::new() };
    let first = answers_of(&content).remove(0);
    let done = AnswerContent { act: 0, said: Answered::RevocationDone(kept), ..first };
    arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &done));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    let after = envelopes(&school, record).remove(0);
    assert_eq!(after.kept, Some(KeptWhy::MedicalRecord.label().0.to_owned()));
    step(&school, record, Event::Cancel).expect("called off");
    revoke().expect("answered");
    let unanswered = run(&school, move |tx| {
        let acts = referral::course(tx, record)?.acts;
        Ok(acts.iter().any(|(act, _)| act.entry.is_unanswered()))
    });
    assert!(!unanswered.expect("course"));
    assert_eq!(revoke().expect("nothing is left"), 0);
}

/// Where the queue was lost after a letter had left, its recipient is told of the withdrawal all
/// the same, and nothing says that it deleted.
#[test]
fn what_may_have_left_is_taken_back_by_letter() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let (record, _) = sent(&school, &town);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    step(&school, record, Event::WithdrawConsent).expect("withdrawn");
    let new = Transfer::in_memory().expect("transfer");
    assert_eq!(revoking::revoke(&school.ledger, &new, &town.desk, now()).expect("revoked"), 1);
    let found = run(&school, |tx| Ok(letters::waiting_letters(tx, 100)?)).expect("letters");
    let ranks: Vec<u32> = found.iter().map(|one| one.rank).collect();
    assert_eq!(ranks, [queue::number(Rank::Withdrawal)]);
    assert_eq!(envelopes(&school, record)[0].done_at_ms, None);
}

/// Whoever has not answered a withdrawal within a day is told again, once a day until it has.
#[test]
fn a_withdrawal_is_told_again() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope) = sent(&school, &town);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    step(&school, record, Event::WithdrawConsent).expect("withdrawn");
    let told = |days: i64| {
        let at = now() + SignedDuration::from_hours(days * 25);
        revoking::revoke(&school.ledger, &transfer, &town.desk, at).expect("told");
        waiting(&school).len()
    };
    assert_eq!([told(0), told(0), told(1), told(1), told(2)], [1, 1, 2, 2, 3]);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let kept = Kept { why: KeptWhy::Nothing, detail: String::new() };
    let first = answers_of(&content).remove(0);
    let done = AnswerContent { act: 0, said: Answered::RevocationDone(kept), ..first };
    arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &done));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    assert_eq!(told(3), 3);
}

/// Nobody has deleted for a withdrawal before there was one.
#[test]
fn an_answer_to_no_withdrawal_is_left_aside() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope) = sent(&school, &town);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let first = answers_of(&content).remove(0);
    let kept = Kept { why: KeptWhy::Nothing, detail: String::new() };
    let done = AnswerContent { act: 0, said: Answered::RevocationDone(kept), ..first };
    arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &done));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    step(&school, record, Event::WithdrawConsent).expect("withdrawn");
    revoking::revoke(&school.ledger, &transfer, &town.desk, now()).expect("revoked");
    let told = envelopes(&school, record).remove(0);
    assert!(told.revoked_at_ms.is_some() && told.done_at_ms.is_none());
    arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &done));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    assert!(envelopes(&school, record)[0].done_at_ms.is_some());
}

/// However many answers a recipient sends, so many are kept of one envelope.
#[test]
fn answers_about_one_envelope_are_bounded() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (_, envelope) = sent(&school, &town);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let far = AnswerContent { act: 9, ..answers_of(&content).remove(0) };
    for _ in 0..66 {
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &far));
    }
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    let kept = run(&school, move |tx| Ok(letters::answer_count(tx, envelope.id)?));
    assert_eq!(kept.expect("kept"), 64);
}

/// Of an outcome after the consent's last day nothing is written down but that there was one.
#[test]
fn an_outcome_after_the_consents_last_day_says_nothing() {
    for (day, is_kept) in [(date(2026, 3, 1), true), (date(2026, 3, 2), false)] {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (record, envelope) = sent(&school, &town);
        let content = ReferralContent::read(&envelope.content).expect("content");
        for one in answers_of(&content).iter().take(4) {
            arrive(&transfer, &answer(&town.clinic, &key, envelope.id, one));
        }
        answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
        let code = FitForSchool::Part.as_str().to_owned();
        let told = Told { code, detail: "睡眠".to_owned(), ..Told::on(day) };
        let came = Came { event: Event::Outcome, envelope: 1, number: 5, seen: 3, told };
        let later = super::author(now() + SignedDuration::from_hours(24 * 110));
        let outcome = run(&school, move |tx| {
            referral::came(tx, &later, record, &came)?;
            let course = referral::course(tx, record)?;
            Ok(course.last(Event::Outcome).map(|act| act.entry.detail.clone()))
        });
        let detail = outcome.expect("course").expect("outcome");
        assert_eq!(!detail.is_empty(), is_kept, "{day}");
    }
}

/// A clinic that declines is followed by another one only with a new hand-over; a coded reason
/// comes back.
#[test]
fn a_decline_comes_back_with_its_reason() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope) = sent(&school, &town);
    let content = ReferralContent::read(&envelope.content).expect("content");
    let first = answers_of(&content).remove(0);
    let reason = DeclineReason::NoCapacity;
    let said = Answered::Declined { reason, note: String::new() };
    let declined = AnswerContent { act: 2, said, ..first.clone() };
    for one in [first, declined] {
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &one));
    }
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    assert_eq!(state(&school, record), State::Declined);
    let code = run(&school, move |tx| {
        let course = referral::course(tx, record)?;
        Ok(course.last(Event::Decline).map(|act| act.entry.code.clone()))
    });
    assert_eq!(code.expect("course"), Some("no_capacity".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// In whatever order answers come, however often, and with whatever lost on the way and sent
    /// again: each stands in the course once, in the order of the clinic, and both sides agree.
    #[test]
    fn answers_agree_in_any_order(
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0..5_usize, 0..4),
    ) {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (record, envelope) = sent(&school, &town);
        let content = ReferralContent::read(&envelope.content).expect("content");
        let letters: Vec<Vec<Letter>> = answers_of(&content)
            .iter()
            .map(|one| answer(&town.clinic, &key, envelope.id, one))
            .collect();
        let states = [
            State::Sent,
            State::Received,
            State::Accepted,
            State::Appointed,
            State::InCare,
            State::OutcomeIn,
        ];
        let mut here = std::collections::BTreeSet::new();
        for one in order.iter().chain(&again) {
            arrive(&transfer, &letters[*one]);
            answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
            here.insert(*one);
            let whole = (0..5).take_while(|known| here.contains(known)).count();
            prop_assert_eq!(state(&school, record), states[whole]);
        }
        let acts = run(&school, move |tx| {
            let acts = referral::course(tx, record)?.acts;
            Ok(acts.iter().filter_map(|(act, _)| act.entry.lane_number).collect::<Vec<_>>())
        });
        prop_assert_eq!(acts.expect("course"), vec![1, 2, 3, 4, 5]);
    }
}
