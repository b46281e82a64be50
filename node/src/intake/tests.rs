//! A clinic and a scripted school: what is taken in, what is answered, what is erased.

use certs::letter::LETTER_BYTES;
use certs::referral::{
    Collector, EnvelopeId, Judge, ReferralEnvelope, Role, Taken, WithdrawalSecret,
};
use certs::seal::EnvelopeKey;
use certs::statement::Purpose;
use domain::ledger::Word as _;
use domain::receiver::{ErasedWhy, ReadWhy, ReceiverRole};
use domain::referral::{DeclineReason, FitForSchool, KeptWhy, Refused, State};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::acting::{act, keep, read, shown, worklist};
use super::testing::{CLINIC, City, SCHOOL, ground, named, now, unit, worker, zone};
use super::*;
use crate::content::tests::{emergency, referral};
use crate::content::{
    AnswerContent, Answered, Contact, GroundSaid, Kept, Outcome, ReferralContent,
};
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self as kept, Done};

pub(super) const ENVELOPE: EnvelopeId = EnvelopeId::from_bytes([1; 16]);

pub(super) fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([5; 16])
}

/// A clinic to which a referral has come.
pub(super) fn taken(content: &ReferralContent) -> City {
    let city = City::new();
    for letter in city.letters(content, (ENVELOPE, &secret())) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 1);
    city
}

pub(super) fn does(city: &City, role: ReceiverRole, said: Answered) -> Result<(), IntakeError> {
    does_at(city, (role, now()), said)
}

fn does_at(
    city: &City,
    (role, at): (ReceiverRole, Timestamp),
    said: Answered,
) -> Result<(), IntakeError> {
    let receiver = city.receiver();
    city.ledger.write("act", move |tx| act(tx, &receiver, &worker(role, at), (1, said)))
}

fn state(city: &City) -> State {
    let head = worker(ReceiverRole::Head, now());
    city.ledger.read(move |tx| shown(tx, &head, 1)).expect("shown").course.state
}

fn says(city: &City) -> Result<ReferralContent, IntakeError> {
    let clinician = worker(ReceiverRole::Clinician, now());
    city.ledger.write("read", move |tx| read(tx, &clinician, (1, ReadWhy::Triage)))
}

fn erased(city: &City) -> Option<ErasedWhy> {
    let entry = city.ledger.read(|tx| kept::one(tx, 1)).expect("read").expect("entry");
    entry.erased.map(|(_, why)| why)
}

fn acts(city: &City) -> Vec<Done> {
    city.ledger.read(|tx| kept::done(tx, 1)).expect("acts")
}

fn appointed() -> Answered {
    let (time, place) = ("09:30".to_owned(), "门诊三楼".to_owned());
    Answered::Appointed { day: date(2026, 11, 5), time, place }
}

pub(super) fn declined() -> Answered {
    Answered::Declined { reason: DeclineReason::NoCapacity, note: String::new() }
}

/// A referral is taken in once, whatever comes how often; the school hears that it is here, and the
/// letters are erased.
#[test]
fn a_referral_is_taken_once() {
    let city = taken(&referral());
    assert_eq!(state(&city), State::Received);
    let delivered = acts(&city);
    assert_eq!((delivered.len(), delivered[0].number, delivered[0].account.as_str()), (1, 1, ""));
    let waiting = city
        .transfer
        .read(|tx| tx.query_opt("select count(*) from addressed_item", &[], |row| row.u64(0)));
    let waiting: Result<Option<u64>, SqlError> = waiting;
    assert_eq!(waiting.expect("read"), Some(0));
    for letter in city.letters(&referral(), (ENVELOPE, &secret())) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()), Swept::default());
    assert_eq!((city.count("select count(*) from intake"), acts(&city).len()), (1, 1));
}

/// What it says is read for a purpose by whoever may, and each reading is logged; whoever looks
/// after the machine sees neither list nor content.
#[test]
fn reading_is_logged() {
    let city = taken(&referral());
    let operator = worker(ReceiverRole::Operator, now());
    let looked = city.ledger.read(move |tx| worklist(tx, &operator).map(|lines| lines.len()));
    assert!(matches!(looked, Err(IntakeError::NotAllowed)));
    let head = worker(ReceiverRole::Head, now());
    let lines = city.ledger.read(move |tx| worklist(tx, &head)).expect("list");
    assert_eq!((lines.len(), lines[0].course.state), (1, State::Received));
    assert_eq!(city.count("select count(*) from intake_read"), 0, "a list reads nothing");
    let content = says(&city).expect("content");
    assert_eq!(content.write().expect("bytes"), referral().write().expect("bytes"));
    assert!(says(&city).is_ok());
    assert_eq!(city.count("select count(*) from intake_read"), 1, "once an hour for each purpose");
    let operator = worker(ReceiverRole::Operator, now());
    let refused =
        city.ledger.write("read", move |tx| read(tx, &operator, (1, ReadWhy::Care)).map(drop));
    assert!(matches!(refused, Err(IntakeError::NotAllowed)));
}

/// From acceptance to the outcome, each act as the table lets it and no other; what is not in the
/// consent does not go back.
#[test]
fn the_table_and_the_consent_rule_the_acts() {
    let city = taken(&referral());
    let early = does(&city, ReceiverRole::Intake, appointed());
    assert!(matches!(early, Err(IntakeError::Refused(Refused::State { .. }))));
    let accepted = Answered::Accepted { note: String::new() };
    does(&city, ReceiverRole::Intake, accepted).expect("accepted");
    let past = Answered::Appointed {
        day: date(2026, 11, 2),
        time: String::new(),
        place: "门诊".to_owned(),
    };
    let past = does(&city, ReceiverRole::Intake, past);
    assert!(matches!(past, Err(IntakeError::Field("day"))));
    does(&city, ReceiverRole::Intake, appointed()).expect("appointed");
    let seen = Answered::Seen(date(2026, 11, 3));
    does(&city, ReceiverRole::Intake, seen).expect("seen");
    let outcome = Outcome { fit: Some(FitForSchool::Part), summary: None };
    let by_intake = does(&city, ReceiverRole::Intake, Answered::Outcome(outcome.clone()));
    assert!(matches!(by_intake, Err(IntakeError::NotAllowed)));
    does(&city, ReceiverRole::Clinician, Answered::Outcome(outcome)).expect("outcome");
    does(&city, ReceiverRole::Clinician, Answered::MoreCare).expect("more care");
    assert_eq!(state(&city), State::InCare);
    let numbers: Vec<u32> = acts(&city).iter().map(|act| act.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
}

/// A clinic that has seen the child of a referral.
fn seen() -> City {
    let city = taken(&referral());
    for said in
        [Answered::Accepted { note: String::new() }, appointed(), Answered::Seen(date(2026, 11, 3))]
    {
        does(&city, ReceiverRole::Intake, said).expect("done");
    }
    city
}

/// After the last day of the consent no more goes back than that the child was seen.
#[test]
fn no_more_goes_back_after_the_consents_last_day() {
    let city = seen();
    let after: Timestamp = "2027-04-01T01:00:00Z".parse().expect("instant");
    let told = Answered::Outcome(Outcome { fit: Some(FitForSchool::Part), summary: None });
    let told = does_at(&city, (ReceiverRole::Clinician, after), told);
    assert!(matches!(told, Err(IntakeError::NotCovered)));
    let bare = Answered::Outcome(Outcome { fit: None, summary: None });
    does_at(&city, (ReceiverRole::Clinician, after), bare).expect("outcome");
}

/// What was not sealed when the family took its consent back is not said any more.
#[test]
fn nothing_is_said_after_a_withdrawal() {
    let city = seen();
    let told = Answered::Outcome(Outcome { fit: Some(FitForSchool::Part), summary: None });
    does(&city, ReceiverRole::Clinician, told).expect("outcome");
    assert_eq!(city.count("select count(said) from intake_act"), 5);
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!(city.sweep(now()).revoked, 1);
    assert_eq!(city.count("select count(said) from intake_act"), 0);
    city.know_keys();
    assert_eq!(seal(&city), Sealed::default());
}

/// In an emergency nobody agreed to any outcome: only that the child was seen goes back. It is
/// taken over by a person, and no clock ends it.
#[test]
fn an_emergency_is_taken_over() {
    let city = taken(&emergency());
    assert_eq!((state(&city), acts(&city).len()), (State::EmergencyOut, 0));
    let ages = now() + SignedDuration::from_hours(24 * 30);
    pass(&city, ages);
    assert_eq!((city.sweep(now()).revoked, erased(&city)), (0, None));
    let taken_over = Answered::TakenOver { by: "韩医生".to_owned(), place: "急诊".to_owned() };
    does(&city, ReceiverRole::Clinician, taken_over).expect("taken over");
    let told = Outcome { fit: Some(FitForSchool::Yes), summary: None };
    let told = does(&city, ReceiverRole::Clinician, Answered::Outcome(told));
    assert!(matches!(told, Err(IntakeError::NotCovered)));
    let bare = Answered::Outcome(Outcome { fit: None, summary: None });
    does(&city, ReceiverRole::Clinician, bare).expect("outcome");
    assert_eq!(state(&city), State::OutcomeIn);
}

/// An emergency that was stood down, or of the wrong person, is marked so, whichever comes first.
/// It stays readable until a person has said what is kept; then it is erased, and the school hears.
#[test]
fn an_emergency_that_was_stood_down_is_answered_and_erased() {
    for comes_first in [false, true] {
        let city = City::new();
        let told = city.revocation(secret().reveal(), vec![ENVELOPE]);
        if comes_first {
            city.arrive(&told);
            city.sweep(now());
        }
        for letter in city.letters(&emergency(), (ENVELOPE, &secret())) {
            city.arrive(&letter);
        }
        assert_eq!(city.sweep(now()).taken, 1);
        if !comes_first {
            let wrong = WithdrawalSecret::from_bytes([6; 16]);
            city.arrive(&city.revocation(wrong.reveal(), vec![ENVELOPE]));
            assert_eq!((city.sweep(now()).revoked, state(&city)), (0, State::EmergencyOut));
            city.arrive(&told);
            assert_eq!(city.sweep(now()).revoked, 1);
        }
        let head = worker(ReceiverRole::Head, now());
        let course = city.ledger.read(move |tx| shown(tx, &head, 1)).expect("shown").course;
        assert!(course.is_stood_down && course.due_ms.is_some());
        assert_eq!(course.label(), ErasedWhy::StoodDown.label());
        assert!(erased(&city).is_none() && says(&city).is_ok(), "the child may be on its way");
        let (kept, receiver) =
            (Kept { why: KeptWhy::Nothing, detail: String::new() }, city.receiver());
        let intake = worker(ReceiverRole::Intake, now());
        let said = city.ledger.write("keep", move |tx| keep(tx, &receiver, &intake, (1, kept)));
        said.expect("said");
        assert_eq!(erased(&city), Some(ErasedWhy::StoodDown));
        assert_eq!(city.count("select count(content) from intake"), 0);
        let answer = acts(&city).pop().expect("an answer");
        assert_eq!((answer.number, answer.event), (0, None));
        city.know_keys();
        assert_eq!(seal(&city), Sealed { sealed: 1, waiting: 0 });
    }
}

/// Declined or sent elsewhere, what it said is gone at once; the answer to the school stays until
/// it is sealed, and goes then.
#[test]
fn what_is_declined_is_erased() {
    let other =
        Contact { unit: "市七医院".to_owned(), person: String::new(), phone: String::new() };
    let redirected = Answered::Redirected { unit: String::new(), to: other };
    for (said, why) in [(declined(), ErasedWhy::Declined), (redirected, ErasedWhy::Redirected)] {
        let city = taken(&referral());
        does(&city, ReceiverRole::Intake, said).expect("answered");
        assert_eq!(erased(&city), Some(why));
        assert!(matches!(says(&city), Err(IntakeError::Erased)));
        assert_eq!(city.count("select count(content) from intake"), 0);
        let waiting = "select count(said) from intake_act";
        assert_eq!(city.count(waiting), 2);
        city.know_keys();
        assert_eq!(seal(&city), Sealed { sealed: 2, waiting: 0 });
        assert_eq!(city.count(waiting), 0, "an answer is erased once it is sealed");
    }
}

/// The right secret erases at once and answers that nothing is kept; a wrong one does nothing, and
/// the same again neither.
#[test]
fn a_withdrawal_erases_what_was_not_seen() {
    let city = taken(&referral());
    let wrong = WithdrawalSecret::from_bytes([6; 16]);
    city.arrive(&city.revocation(wrong.reveal(), vec![ENVELOPE]));
    assert_eq!((city.sweep(now()).revoked, erased(&city)), (0, None));
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!((city.sweep(now()).revoked, erased(&city)), (1, Some(ErasedWhy::Revoked)));
    assert_eq!(state(&city), State::Withdrawn);
    let answer = acts(&city).pop().expect("an answer");
    assert_eq!((answer.number, answer.event), (0, None));
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!((city.sweep(now()).revoked, acts(&city).len()), (0, 2));
    let late = does(&city, ReceiverRole::Intake, Answered::Accepted { note: String::new() });
    assert!(matches!(late, Err(IntakeError::Withdrawn)));
}

/// A withdrawal that overtakes its referral is remembered: what comes later is not kept, and the
/// school hears so. A secret of another child keeps nothing out.
#[test]
fn a_withdrawal_may_come_first() {
    let city = City::new();
    let wrong = WithdrawalSecret::from_bytes([6; 16]);
    city.arrive(&city.revocation(wrong.reveal(), vec![EnvelopeId::from_bytes([2; 16])]));
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!(city.sweep(now()), Swept::default());
    for letter in city.letters(&referral(), (ENVELOPE, &secret())) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 0);
    assert_eq!((state(&city), erased(&city)), (State::Withdrawn, Some(ErasedWhy::Revoked)));
    assert_eq!(acts(&city).len(), 1);
    for letter in city.letters(&referral(), (EnvelopeId::from_bytes([2; 16]), &secret())) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 1);
}

/// Of a child who was seen a person says what the law makes the house keep, with its reason.
#[test]
fn what_the_law_keeps_is_said_by_a_person() {
    let city = seen();
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!((city.sweep(now()).revoked, erased(&city)), (1, Some(ErasedWhy::Revoked)));
    assert!(acts(&city).iter().all(|act| act.number > 0), "nobody has said what is kept");
    let say = |why, detail: &str| {
        let (kept, receiver) = (Kept { why, detail: detail.to_owned() }, city.receiver());
        let clinician = worker(ReceiverRole::Clinician, now());
        city.ledger.write("keep", move |tx| keep(tx, &receiver, &clinician, (1, kept)))
    };
    let unsaid = say(KeptWhy::MedicalRecord, " ");
    assert!(matches!(unsaid, Err(IntakeError::Field("detail"))));
    say(KeptWhy::MedicalRecord, "门诊病历，《精神卫生法》第四十七条").expect("said");
    assert!(matches!(say(KeptWhy::Nothing, ""), Err(IntakeError::NotAsked)));
    assert_eq!(acts(&city).len(), 5);
}

fn pass(city: &City, at: Timestamp) -> usize {
    let (receiver, at) = (city.receiver(), Moment(at.as_millisecond()));
    let is_due = city.ledger.read(move |tx| clock::is_due(tx, at)).expect("looked");
    let passed = city.ledger.write("pass", move |tx| clock::pass(tx, &receiver, at));
    let passed = passed.expect("passed");
    assert_eq!(is_due, passed > 0);
    passed
}

/// What nobody answered ends by the receiver's own clock, once its limit has passed a second time;
/// what was accepted is kept until the last day of its consent and no longer.
#[test]
fn the_receivers_clock_ends_what_nobody_answered() {
    let hours = |count| now() + SignedDuration::from_hours(count);
    let city = taken(&referral());
    // Urgent: until the end of Wednesday; accepted may be until Friday morning.
    assert_eq!((pass(&city, hours(48)), state(&city)), (0, State::Received));
    assert_eq!((pass(&city, hours(80)), state(&city)), (1, State::Expired));
    assert_eq!((erased(&city), acts(&city).len()), (Some(ErasedWhy::Expired), 2));

    let city = taken(&referral());
    does(&city, ReceiverRole::Intake, Answered::Accepted { note: String::new() })
        .expect("accepted");
    let last_day: Timestamp = "2027-03-31T10:00:00Z".parse().expect("instant");
    assert_eq!(pass(&city, last_day), 0);
    assert_eq!(pass(&city, last_day + SignedDuration::from_hours(24)), 1);
    assert_eq!((erased(&city), state(&city)), (Some(ErasedWhy::Ended), State::Accepted));
}

/// What is not ours, not believed, over, or says another thing than its header is refused, with one
/// word and nothing of it kept.
#[test]
fn what_is_not_believed_is_refused() {
    let why = |city: &City| {
        assert_eq!(city.count("select count(*) from intake"), 0);
        let all = city.ledger.read(|tx| kept::refused(tx, 10)).expect("refused");
        all.into_iter().map(|(_, why)| why).collect::<Vec<_>>()
    };
    let mark = Role::Referral { withdrawal: secret().mark(ENVELOPE) };
    let bytes = referral().write().expect("bytes");
    let answer = Role::Answer { to: ENVELOPE };
    for (bytes, role, ground, expected) in [
        (&b"nothing"[..], mark, ground(&referral()), "content"),
        (bytes.as_slice(), mark, ground(&emergency()), "content"),
        (bytes.as_slice(), answer, ground(&referral()), "kind"),
    ] {
        let city = City::new();
        city.sealed(bytes, (role, ground), ENVELOPE).iter().for_each(|one| city.arrive(one));
        assert_eq!(city.sweep(now()).refused, 1, "{expected}");
        assert_eq!(why(&city), [expected]);
    }
    let mut over = referral();
    if let GroundSaid::Consent(said) = &mut over.ground {
        said.valid_to = date(2026, 11, 2);
    }
    let city = City::new();
    city.letters(&over, (ENVELOPE, &secret())).iter().for_each(|one| city.arrive(one));
    assert_eq!((city.sweep(now()).refused, why(&city)), (1, vec!["ended".to_owned()]));
    let city = City::new();
    city.letters(&referral(), (ENVELOPE, &secret())).iter().for_each(|one| city.arrive(one));
    // The school's certificate is over by then; an old key from an old disk refers no child.
    let later = now() + SignedDuration::from_hours(24 * 500);
    assert_eq!((city.sweep(later).refused, why(&city)), (1, vec!["sender".to_owned()]));
    let (city, elsewhere) = (City::new(), City::new());
    elsewhere.letters(&referral(), (ENVELOPE, &secret())).iter().for_each(|one| city.arrive(one));
    assert_eq!((city.sweep(now()).refused, why(&city)), (1, vec!["not_ours".to_owned()]));
}

/// A hub has a certificate of the same city, and refers nobody.
#[test]
fn a_hub_refers_nobody() {
    let mut city = City::new();
    std::mem::swap(&mut city.school, &mut city.hub);
    city.letters(&referral(), (ENVELOPE, &secret())).iter().for_each(|one| city.arrive(one));
    assert_eq!(city.sweep(now()), Swept { refused: 1, ..Swept::default() });
    let refused = city.ledger.read(|tx| kept::refused(tx, 10)).expect("refused");
    assert_eq!(refused.first().map(|(_, why)| why.as_str()), Some("sender"));
}

/// A school's key opens no referral and a receiver's no answer, and the node of a school is no
/// receiver whatever lies in its ledger.
#[test]
fn only_a_receiver_opens_referrals() {
    let city = City::new();
    let letters = city.letters(&referral(), (ENVELOPE, &secret()));
    assert!(letters.iter().all(|letter| letter.open(&city.school_key).is_err()));
    let folder = tempfile::tempdir().expect("folder");
    let opener = crate::unlock::Opener::danger_new_key_file(&folder.path().join("key"));
    let opener = opener.expect("key file");
    let clock = runtime::clock::Clock::system();
    for (role, is_receiver) in [("school", false), ("receiver", true)] {
        let data = folder.path().join(role);
        let settings = [("role", role.to_owned())];
        crate::app::create(&data, &settings, &opener, &clock).expect("created");
        let node = crate::app::open_folder(&data, &opener, clock.clone()).expect("node");
        assert_eq!((node.is_receiver(), node.receiver().is_some()), (is_receiver, false));
        assert_eq!(node.take_letters().expect("taken"), Swept::default());
    }
}

/// A school is called as its statement names it, and by its certificate where none is known.
#[test]
fn a_school_is_called_by_its_name() {
    let city = City::new();
    let sender = named(SCHOOL).to_string();
    let called = || {
        let (receiver, sender) = (city.receiver(), sender.clone());
        city.ledger
            .read(move |tx| {
                Ok::<_, IntakeError>(
                    receiver.called_of(tx, [&*sender], now())?.of(&sender).to_owned(),
                )
            })
            .expect("called")
    };
    assert_eq!(called(), sender);
    city.know_keys();
    assert_eq!(called(), format!("示例单位 {}", unit(SCHOOL)));
}

pub(super) fn seal(city: &City) -> Sealed {
    let with = (&city.clinic, now());
    answering::seal_waiting(&city.ledger, &city.receiver(), with).expect("sealed")
}

/// An answer waits while a key is not known, is sealed once it is, and leaves in letters of one
/// length, one in a slot, a dummy where nothing waits.
#[test]
fn answers_leave_by_the_rule_of_slots() {
    let city = taken(&referral());
    assert_eq!(seal(&city), Sealed { sealed: 0, waiting: 1 });
    city.know_keys();
    assert_eq!(seal(&city), Sealed { sealed: 1, waiting: 0 });
    assert_eq!(seal(&city), Sealed::default());
    let letters = city.count("select count(*) from intake_letter");
    let length = u64::try_from(LETTER_BYTES).expect("number");
    assert_eq!((letters, city.count("select max(length(letter)) from intake_letter")), (1, length));
    let leave = |at: Timestamp| {
        let stores = (&city.ledger, &city.transfer);
        leaving::leave(stores, &city.receiver(), at).expect("left")
    };
    let slot: Timestamp = "2026-11-03T03:00:00Z".parse().expect("instant");
    assert_eq!(leave(slot), 1, "the answer");
    assert_eq!(city.count("select count(*) from intake_letter"), 0);
    assert_eq!(leave(slot + SignedDuration::from_secs(165)), 0, "the slot is filled");
    assert_eq!(leave(slot + SignedDuration::from_mins(3)), 1, "a dummy");
    let sent = city.transfer.read(|tx| {
        tx.query_opt("select count(distinct length(item)) from outbox_item", &[], |row| row.u64(0))
    });
    let sent: Result<Option<u64>, SqlError> = sent;
    assert_eq!(sent.expect("read"), Some(1), "an answer and a dummy have one length");
}

/// The school opens an answer, believes the clinic's certificate, and reads of which referral and
/// which hand-over it is; nobody else's key opens it.
#[test]
fn the_school_opens_the_answer() {
    let city = taken(&referral());
    does(&city, ReceiverRole::Intake, declined()).expect("declined");
    let entry = city.ledger.read(|tx| kept::one(tx, 1)).expect("read").expect("entry");
    let done = acts(&city);
    let act = done.last().expect("an act");
    // As if the school were its own relay: what a relay opens is a matter of its own.
    let keys = (city.of_school(), city.of_school());
    let from = (&city.receiver(), &city.clinic);
    let letters = answering::of_tests(from, (&entry, act, &done), keys);
    let stranger = EnvelopeKey::generate(unit(SCHOOL), Purpose::Referral).expect("key");
    let mut collector = Collector::new();
    let mut whole = None;
    for letter in &letters {
        assert!(letter.open(&stranger).is_err());
        let opened = letter.open(&city.school_key).expect("opened");
        let part = opened.part().expect("a part");
        if let Taken::Whole(all) = collector.take(part, now()).expect("taken") {
            whole = Some(all);
        }
    }
    let (trust, city_zone) = (city.trust(), zone());
    let judge = Judge { trust: &trust, zone: &city_zone, now: now() };
    let whole = whole.expect("whole");
    let opened = ReferralEnvelope::open_referral(&whole, &city.school_key, &judge).expect("opened");
    assert!(matches!(opened.header().role, Role::Answer { to } if to == ENVELOPE));
    assert_eq!(opened.header().sender, named(CLINIC));
    assert!(opened.header().ground == ground(&referral()));
    let answer = AnswerContent::read(opened.content()).expect("answer");
    assert_eq!((answer.referral, answer.number, answer.act), (referral().referral, 1, 2));
    assert_eq!((answer.seen, answer.by.unit.as_str()), (3, "示例医院"));
    assert!(matches!(answer.said, Answered::Declined { reason: DeclineReason::NoCapacity, .. }));
}
