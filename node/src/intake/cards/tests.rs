//! An expert's unit and a scripted school: what is believed, who reads, what is answered once, and
//! what is erased when.

use certs::letter::Letter;
use certs::referral::{EnvelopeId, Role, WithdrawalSecret};
use certs::seal::EnvelopeKey;
use certs::statement::Purpose;
use domain::digest::Digest;
use domain::receiver::ReceiverRole;
use jiff::SignedDuration;
use runtime::sql::SqlError;

use super::acting::{act, listed, read, reads};
use super::*;
use crate::content::card::tests::{card, opinion};
use crate::content::card::{CardGround, Opinion};
use crate::intake::acting::know;
use crate::intake::answering::{Keys, Sealed};
use crate::intake::testing::{City, SCHOOL, now, unit, worker};
use crate::letters::again::asking::{self, Side};

const ENVELOPE: EnvelopeId = EnvelopeId::from_bytes([1; 16]);

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([5; 16])
}

fn letters(city: &City, content: &CardContent) -> Vec<Letter> {
    let role = Role::Referral { withdrawal: secret().mark(ENVELOPE) };
    let bytes = content.write().expect("card");
    city.sealed(&bytes, (role, content.ground.signed()), ENVELOPE)
}

/// An expert's unit to which a card has come.
fn come(content: &CardContent) -> City {
    let city = City::new();
    letters(&city, content).iter().for_each(|letter| city.arrive(letter));
    assert_eq!(city.sweep(now()).taken, 1);
    city
}

fn does(city: &City, role: ReceiverRole, said: CardSaid) -> Result<(), IntakeError> {
    let receiver = city.receiver();
    city.ledger.write("act", move |tx| act(tx, &receiver, &worker(role, now()), (1, said)))
}

fn says(city: &City, role: ReceiverRole) -> Result<CardContent, IntakeError> {
    city.ledger.write("read", move |tx| read(tx, &worker(role, now()), 1))
}

fn one(city: &City) -> CardIn {
    city.ledger.read(|tx| store::one(tx, 1)).expect("read").expect("card")
}

fn done(city: &City) -> Vec<CardDone> {
    city.ledger.read(|tx| store::done(tx, 1)).expect("acts")
}

fn whats(city: &City) -> Vec<CardAct> {
    done(city).iter().map(|act| act.what).collect()
}

fn passed(city: &City, days: i64) -> usize {
    let at = Moment((now() + SignedDuration::from_hours(24 * days)).as_millisecond());
    let receiver = city.receiver();
    let is_due = city.ledger.read(move |tx| is_due(tx, at)).expect("looked");
    let passed = city.ledger.write("pass", move |tx| pass(tx, &receiver, at)).expect("passed");
    assert_eq!(is_due, passed > 0);
    passed
}

/// A card is kept once, listed with nothing of it, read by an expert with a line in the log, and
/// answered once.
#[test]
fn an_expert_reads_and_answers_once() {
    let city = come(&card());
    letters(&city, &card()).iter().for_each(|letter| city.arrive(letter));
    assert_eq!(city.sweep(now()).taken, 0, "it came again");
    let intake = worker(ReceiverRole::Intake, now());
    let lines = city.ledger.read(move |tx| listed(tx, &intake)).expect("list");
    assert_eq!((lines.len(), lines.iter().filter(|line| line.is_asked()).count()), (1, 1));
    for role in [ReceiverRole::Operator, ReceiverRole::Intake] {
        assert!(matches!(says(&city, role), Err(IntakeError::NotAllowed)));
        let refused = does(&city, role, CardSaid::Opinion(opinion()));
        assert!(matches!(refused, Err(IntakeError::NotAllowed)));
    }
    assert_eq!(city.count("select count(*) from card_read"), 0);
    for _ in 0..2 {
        assert_eq!(says(&city, ReceiverRole::Clinician).expect("card").text, card().text);
    }
    let head = worker(ReceiverRole::Head, now());
    let log = city.ledger.read(move |tx| reads(tx, &head)).expect("log");
    assert_eq!((log.len(), log[0].1, log[0].2.as_str()), (1, 1, "han"));
    let yesterday = Opinion {
        time: opinion().time.map(|time| crate::content::card::Proposed {
            day: now_day().yesterday().expect("day"),
            ..time
        }),
        ..opinion()
    };
    let blank = Opinion { text: " ".to_owned(), ..opinion() };
    let long = Opinion { text: "长".repeat(1_001), ..opinion() };
    for (said, field) in [(yesterday, "day"), (blank, "text"), (long, "text")] {
        let refused = does(&city, ReceiverRole::Clinician, CardSaid::Opinion(said));
        let is_it =
            matches!(refused, Err(IntakeError::Card(CardError::Field(name))) if name == field);
        assert!(is_it, "{field}");
    }
    does(&city, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    let again = does(&city, ReceiverRole::Clinician, CardSaid::Opinion(opinion()));
    assert!(matches!(again, Err(IntakeError::Card(CardError::Answered))));
    assert_eq!(whats(&city), [CardAct::Received, CardAct::Opinion]);
    assert!(matches!(
        does(&city, ReceiverRole::Head, CardSaid::TimedOut),
        Err(IntakeError::Card(_))
    ));
}

fn now_day() -> jiff::civil::Date {
    date_of(now())
}

/// What was altered, is over, or stands on another ground than its envelope is refused and leaves
/// nothing.
#[test]
fn what_is_not_believed_is_not_kept() {
    let ended = CardGround::Consent {
        digest: certs::digest::sha256(b"paper"),
        valid_to: now_day().yesterday().expect("day"),
    };
    let over = CardContent { ground: ended, ..card() };
    let emergency = CardGround::Emergency.signed();
    for (content, ground) in [(&over, ended.signed()), (&card(), emergency)] {
        let city = City::new();
        let role = Role::Referral { withdrawal: secret().mark(ENVELOPE) };
        let bytes = content.write().expect("card");
        for letter in city.sealed(&bytes, (role, ground), ENVELOPE) {
            city.arrive(&letter);
        }
        let swept = city.sweep(now());
        assert_eq!((swept.taken, swept.refused), (0, 1));
        assert_eq!(city.count("select count(*) from card_in"), 0);
    }
}

/// A withdrawal with the right secret erases card and opinion at once, and the receipt says so; one
/// that overtakes its card keeps it out.
#[test]
fn a_withdrawal_erases_and_says_what() {
    let city = come(&card());
    does(&city, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    let wrong = WithdrawalSecret::from_bytes([6; 16]);
    city.arrive(&city.revocation(wrong.reveal(), vec![ENVELOPE]));
    assert_eq!(city.sweep(now()).revoked, 0);
    assert!(says(&city, ReceiverRole::Clinician).is_ok());
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!(city.sweep(now()).revoked, 1);
    assert!(matches!(
        says(&city, ReceiverRole::Clinician),
        Err(IntakeError::Card(CardError::Erased))
    ));
    assert_eq!(one(&city).erased.map(|(_, why)| why), Some(ErasedWhy::Revoked));
    assert_eq!(city.count("select count(content) from card_in"), 0);
    assert_eq!(city.count("select count(said) from card_act"), 1, "the receipt alone");
    let receipt = done(&city).last().and_then(opinion_of).expect("a receipt");
    assert!(matches!(receipt.said, CardSaid::Erased { card: true, opinions: 1 }));
    let late = does(&city, ReceiverRole::Clinician, CardSaid::Declined { note: String::new() });
    assert!(matches!(late, Err(IntakeError::Card(CardError::Withdrawn))));
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!(city.sweep(now()).revoked, 0, "told again");

    let city = City::new();
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    city.sweep(now());
    letters(&city, &card()).iter().for_each(|letter| city.arrive(letter));
    assert_eq!(city.sweep(now()).taken, 0);
    assert_eq!(whats(&city), [CardAct::Erased]);
    assert_eq!(city.count("select count(content) from card_in"), 0);
}

/// A card that is declined goes at once, one that nobody answers once its limit has passed a second
/// time, one that was answered after four weeks, and none outlives its consent.
#[test]
fn cards_are_erased_in_time() {
    let declined = come(&card());
    does(&declined, ReceiverRole::Head, CardSaid::Declined { note: "外出".to_owned() })
        .expect("declined");
    assert_eq!(one(&declined).erased.map(|(_, why)| why), Some(ErasedWhy::Declined));

    let unanswered = come(&card());
    assert_eq!(passed(&unanswered, 6), 0);
    assert_eq!(passed(&unanswered, 8), 1);
    assert_eq!(whats(&unanswered), [CardAct::Received, CardAct::TimedOut]);
    assert_eq!(one(&unanswered).erased.map(|(_, why)| why), Some(ErasedWhy::Expired));

    let answered = come(&card());
    does(&answered, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    assert_eq!((passed(&answered, 28), passed(&answered, 29)), (0, 1));
    assert_eq!(whats(&answered), [CardAct::Received, CardAct::Opinion]);

    let ground = CardGround::Consent {
        digest: certs::digest::sha256(b"paper"),
        valid_to: now_day().tomorrow().expect("day"),
    };
    let short = come(&CardContent { ground, ..card() });
    does(&short, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    assert_eq!((passed(&short, 1), passed(&short, 2)), (0, 1));

    let urgent = come(&CardContent { ground: CardGround::Emergency, ..card() });
    assert_eq!((passed(&urgent, 30), passed(&urgent, 200)), (0, 1));

    // No day of a content keeps it for longer than a consent lives.
    let ground = CardGround::Consent {
        digest: certs::digest::sha256(b"paper"),
        valid_to: jiff::civil::date(2095, 1, 1),
    };
    let until = Moment(3_900_000_000_000);
    let forever = come(&CardContent { ground, until, ..card() });
    assert_eq!((passed(&forever, 170), passed(&forever, 190)), (0, 1));
}

/// An answer waits until the school's key and the relay's are known, and is sealed once; the school
/// opens it on the card's own ground.
#[test]
fn answers_are_sealed_once_the_keys_are_known() {
    let city = come(&card());
    does(&city, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    let seal = || {
        let with = (&city.clinic, now());
        seal_waiting(&city.ledger, &city.receiver(), with).expect("sealed")
    };
    assert_eq!(seal(), Sealed { sealed: 0, waiting: 2 });
    let relay = EnvelopeKey::generate(unit("370202"), Purpose::Referral).expect("key");
    let statements = [
        city.stated((SCHOOL, Purpose::Referral), &city.school_key),
        city.stated(("370202", Purpose::Relay), &relay),
    ];
    let (receiver, head) = (city.receiver(), worker(ReceiverRole::Head, now()));
    let known = city.ledger.write("know", move |tx| know(tx, &receiver, &head, &statements));
    assert_eq!(known.expect("known"), 2);
    assert_eq!((seal(), seal()), (Sealed { sealed: 2, waiting: 0 }, Sealed::default()));
    assert_eq!(city.count("select count(*) from intake_letter"), 2);

    let from = (&city.receiver(), &city.clinic);
    let keys = Keys { school: city.of_school(), relay: city.of_school() };
    let acts = done(&city);
    let act = acts.last().expect("an act");
    let letters = answering::of_tests(from, (&one(&city), act), &keys);
    let stranger = EnvelopeKey::generate(unit(SCHOOL), Purpose::Referral).expect("key");
    for letter in &letters {
        assert!(letter.open(&stranger).is_err());
        assert!(letter.open(&city.school_key).expect("opened").part().is_some());
    }
    let answer = opinion_of(act).expect("an opinion");
    assert_eq!((answer.card, answer.act, answer.by.person.as_str()), (card().card, 2, "韩医生"));
}

/// A card that came under a certificate which has ended is not taken in and nothing of it is kept;
/// its school is asked, and what it seals anew under today's is. Taken back meanwhile, or before it
/// came, nothing is waited for.
#[test]
fn a_card_under_an_ended_certificate_is_asked_for() {
    let later = now() + SignedDuration::from_hours(24 * 95);
    let content = CardContent { ground: CardGround::Emergency, ..card() };
    let rows = |city: &City| {
        let kept = city.count("select count(*) from card_in");
        let aside = city.ledger.read(|tx| aside::all(tx, None)).expect("read");
        (kept, aside.iter().filter(|one| one.content.is_empty()).count())
    };
    for is_withdrawn in [false, true] {
        let mut city = City::new();
        letters(&city, &content).iter().for_each(|letter| city.arrive(letter));
        let swept = city.sweep(later);
        assert_eq!((swept.taken, swept.refused, rows(&city)), (0, 0, (0, 1)));
        let receiver = city.receiver();
        let side = Side::Receiver(&receiver, &city.clinic);
        assert_eq!(asking::work(&city.ledger, side, later).expect("looked"), 0, "no key is known");
        knows(&city);
        let ask = || asking::work(&city.ledger, side, later).expect("asked");
        assert_eq!((ask(), ask()), (1, 0), "once, until some hours have passed");
        assert_eq!(city.count("select count(*) from intake_letter"), 1);
        if is_withdrawn {
            city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
            city.sweep(later);
            assert_eq!(rows(&city), (0, 0));
            letters(&city, &content).iter().for_each(|letter| city.arrive(letter));
            city.sweep(later);
            assert_eq!(rows(&city), (0, 0), "nothing is waited for");
            continue;
        }
        city.school = city.renewed(later);
        letters(&city, &content).iter().for_each(|letter| city.arrive(letter));
        assert_eq!((city.sweep(later).taken, rows(&city)), (1, (1, 0)));
    }
}

/// An expert's unit says which opinions it signed, and disowns none that it signed before digests
/// were kept.
#[test]
fn an_expert_vouches_for_what_it_signed() {
    let city = come(&card());
    knows(&city);
    let receiver = city.receiver();
    does(&city, ReceiverRole::Clinician, CardSaid::Opinion(opinion())).expect("answered");
    let by = (&city.clinic, now());
    assert_eq!(seal_waiting(&city.ledger, &receiver, by).expect("sealed").sealed, 2);
    let signed = city.ledger.read(|tx| {
        tx.query("select digest from signed_here order by digest", &[], |row| row.blob(0))
    });
    let signed: Result<Vec<Vec<u8>>, SqlError> = signed;
    let signed: Vec<Digest> = signed
        .expect("read")
        .iter()
        .map(|tagged| Digest::from_tagged(tagged).expect("digest"))
        .collect();
    assert_eq!(signed.len(), 2);
    let owned = |digest: Digest| {
        let digests = vec![digest, certs::digest::sha256(b"forged")];
        let sender = city.school.peer().name().to_string();
        asking::owned(&city.ledger, aside::Asked { about: ENVELOPE, sender, digests })
    };
    assert_eq!(owned(signed[0]), Some((1, 1)));
    let before = signed[0];
    city.ledger.write("forget", move |tx| aside::forget_signed(tx, before)).expect("forgotten");
    assert_eq!(owned(signed[0]), Some((0, 0)), "nothing is disowned");
    assert_eq!(owned(signed[1]), Some((1, 0)));
}

/// The unit knows the school's key and the relay's.
fn knows(city: &City) {
    let relay = EnvelopeKey::generate(unit("370202"), Purpose::Referral).expect("key");
    let relay = city.stated(("370202", Purpose::Relay), &relay);
    let all = [city.stated((SCHOOL, Purpose::Referral), &city.school_key), relay];
    let (receiver, by) = (city.receiver(), worker(ReceiverRole::Head, now()));
    let kept = city.ledger.write("know", move |tx| know(tx, &receiver, &by, &all));
    assert_eq!(kept.expect("known"), 2);
}
