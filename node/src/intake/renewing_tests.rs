//! Answers that no school has acknowledged: when they are sealed anew, what is kept for it, and
//! what ends it.

use certs::letter::Letter;
use certs::referral::{Collector, EnvelopeId, Judge, ReferralEnvelope, Taken};
use certs::seal::EnvelopeKey;
use certs::statement::Purpose;
use domain::digest::Digest;
use domain::receiver::{ErasedWhy, ReceiverRole};
use jiff::{SignedDuration, Timestamp};
use runtime::sql::SqlError;

use super::acting::know;
use super::answering::{self, Sealed};
use super::renewing::{forget, is_over, renew};
use super::testing::{City, SCHOOL, now, unit, worker, zone};
use super::tests::{ENVELOPE, declined, does, seal, secret, taken};
use crate::content::tests::referral;
use crate::content::{AgainContent, AnswerContent, Answered};
use crate::ledger::intake;

const PARTS: &str = "select count(*) from intake_unheard_part";
const ROWS: &str = "select count(*) from intake_unheard";

fn after(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

/// Takes what waits out of the queue, as slots do.
fn left(city: &City) -> Vec<Vec<u8>> {
    let leave = |tx: &runtime::sql::Tx<'_>| {
        let mut all = Vec::new();
        for one in intake::queued(tx)? {
            all.extend(intake::letter(tx, one.id)?);
            intake::take_out(tx, one.id)?;
        }
        Ok::<_, SqlError>(all)
    };
    city.ledger.write("leave", leave).expect("left")
}

fn renewed(city: &City, minutes: i64) -> usize {
    renew(&city.ledger, &city.receiver(), after(minutes)).expect("looked")
}

/// What the clinic signed and nobody acknowledged, in the order of its acts.
fn signed(city: &City) -> Vec<Digest> {
    let all = "select digest from intake_unheard order by act";
    let read = city.ledger.read(move |tx| {
        tx.query(all, &[], |row| Digest::from_tagged(row.bytes(0)?).map_err(|_| SqlError::Type))
    });
    read.expect("read")
}

/// The school says which answers it has.
fn school_has(city: &City, own: Vec<Digest>) {
    let said = AgainContent { own, ..AgainContent::default() };
    let bytes = said.write().expect("written");
    for letter in city.answered(&bytes, ENVELOPE, EnvelopeId::generate()) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).refused, 0);
}

/// A clinic that declined what had come; both answers were sealed and left.
fn answered() -> City {
    let city = taken(&referral());
    city.know_keys();
    does(&city, ReceiverRole::Intake, declined()).expect("declined");
    assert_eq!(seal(&city), Sealed { sealed: 2, waiting: 0 });
    city
}

/// An answer of which the school says nothing is sealed anew after half an hour, in letters that
/// nobody knows from the first ones; not while its letter waits, and not once the school has it.
#[test]
fn what_no_school_acknowledged_is_sealed_anew() {
    let city = answered();
    assert_eq!(renewed(&city, 31), 0, "it has not left");
    let first = left(&city);
    assert_eq!((first.len(), renewed(&city, 29), renewed(&city, 31)), (2, 0, 2));
    let second = left(&city);
    assert_eq!(second.len(), 2);
    assert!(second.iter().all(|letter| !first.contains(letter)));
    let all = signed(&city);
    school_has(&city, vec![all[0]]);
    assert_eq!((signed(&city), city.count(PARTS)), (vec![all[1]], 1));
    assert_eq!(renewed(&city, 64), 1, "the other one");
    left(&city);
    school_has(&city, all);
    assert_eq!((city.count(ROWS), city.count(PARTS), renewed(&city, 10_000)), (0, 0, 0));
}

/// A school says nothing of another referral, nor of what was never signed here; doing it again
/// changes nothing.
#[test]
fn an_acknowledgement_is_of_what_was_signed_for_that_school() {
    let city = answered();
    let all = signed(&city);
    school_has(&city, vec![certs::digest::sha256(b"nobody's")]);
    assert_eq!(signed(&city), all);
    let heard = move |tx: &runtime::sql::Tx<'_>| intake::unheard::heard(tx, (2, all[0]));
    let heard: Result<bool, SqlError> = city.ledger.write("heard", heard);
    assert!(!heard.expect("looked"), "of another referral");
    let all = signed(&city);
    school_has(&city, all.clone());
    school_has(&city, all);
    assert_eq!(city.count(ROWS), 0);
}

/// A school with an older program never says a word: an answer is sealed anew more and more rarely,
/// a dozen times at most, and what is kept for it goes after two weeks, also where this house has
/// erased it long since.
#[test]
fn a_silent_school_gets_few_copies_and_no_end_of_them() {
    let city = answered();
    left(&city);
    let mut copies = 0;
    for minutes in (15..20 * 24 * 60).step_by(15) {
        copies += renewed(&city, minutes);
        left(&city);
    }
    assert!((10..=24).contains(&copies), "{copies} of two answers");
    let over = |days: i64| {
        let past_ms = after(days * 24 * 60).as_millisecond();
        let is_due = city.ledger.read(move |tx| is_over(tx, past_ms));
        let forgotten: Result<(), SqlError> =
            city.ledger.write("forget", move |tx| forget(tx, past_ms));
        forgotten.expect("forgotten");
        (is_due.expect("looked"), city.count(PARTS), city.count(ROWS))
    };
    assert_eq!(over(13), (false, 2, 2));
    assert_eq!(over(15), (true, 0, 2));
    assert_eq!(over(29), (false, 0, 2));
    assert_eq!(over(31), (true, 0, 0));
}

/// Of what was declined this house reads nothing any more, and seals it anew all the same; with a
/// withdrawal nothing is sealed anew but what was answered to that.
#[test]
fn what_was_erased_is_kept_for_the_school_alone() {
    let city = answered();
    let texts = "select count(said) from intake_act";
    assert_eq!((city.count(texts), city.count(PARTS)), (0, 2));
    let city = taken(&referral());
    city.know_keys();
    let said = Answered::Accepted { note: String::new() };
    does(&city, ReceiverRole::Intake, said).expect("accepted");
    assert_eq!((seal(&city).sealed, city.count(PARTS)), (2, 2));
    left(&city);
    city.arrive(&city.revocation(secret().reveal(), vec![ENVELOPE]));
    assert_eq!((city.sweep(now()).revoked, city.count(PARTS)), (1, 0));
    assert_eq!((seal(&city).sealed, city.count(PARTS), city.count(ROWS)), (1, 1, 3));
    left(&city);
    assert_eq!((renewed(&city, 31), left(&city).len()), (1, 1), "that nothing is kept");
}

/// With the last day of the consent nothing is kept to be sealed anew.
#[test]
fn nothing_is_sealed_anew_once_the_consent_is_over() {
    let city = taken(&referral());
    city.know_keys();
    assert_eq!((seal(&city).sealed, city.count(PARTS)), (1, 1));
    left(&city);
    let ended = (ErasedWhy::Ended, now().as_millisecond());
    let erased = city.ledger.write("erase", move |tx| intake::erase(tx, 1, ended));
    erased.expect("erased");
    assert_eq!((city.count(PARTS), city.count(ROWS), renewed(&city, 31)), (0, 1, 0));
}

/// What the school opens of new letters is the same envelope, whatever of the first ones it has.
#[test]
fn new_letters_carry_the_same_envelope() {
    let city = taken(&referral());
    // The school is its own relay here: what a relay opens is a matter of its own.
    let statements = [
        city.stated((SCHOOL, Purpose::Referral), &city.school_key),
        city.stated(("370202", Purpose::Relay), &relay()),
    ];
    let (receiver, head) = (city.receiver(), worker(ReceiverRole::Head, now()));
    let known = city.ledger.write("know", move |tx| know(tx, &receiver, &head, &statements));
    assert_eq!(known.expect("known"), 2);
    assert_eq!(seal(&city).sealed, 1);
    let read = |tx: &runtime::sql::Tx<'_>| {
        let one = intake::unheard::to_renew(tx, 0)?.pop().ok_or(SqlError::Type)?;
        let parts = intake::unheard::parts(tx, one.envelope)?;
        let entry = intake::one(tx, one.intake)?.ok_or(SqlError::Type)?;
        Ok::<_, SqlError>((one, parts, entry, intake::done(tx, 1)?))
    };
    let (one, parts, entry, done) = city.ledger.read(read).expect("read");
    let receiver = city.receiver();
    let sender = receiver.name_of(&entry.arrival.sender).expect("a name");
    let school = city.of_school();
    let of = (&entry, &sender);
    let anew = answering::anew((&receiver, &school), of, (one.act, &done), &parts);
    let (trust, city_zone, mut collector) = (city.trust(), zone(), Collector::new());
    let judge = Judge { trust: &trust, zone: &city_zone, now: now() };
    let mut whole = None;
    for letter in anew.expect("letters") {
        let opened = Letter::open(&letter, &city.school_key).expect("opened");
        if let Taken::Whole(all) = collector.take(opened.part().expect("part"), now()).expect("one")
        {
            whole = Some(all);
        }
    }
    let whole = whole.expect("whole");
    let opened = ReferralEnvelope::open_referral(&whole, &city.school_key, &judge).expect("opened");
    assert!(opened.header().envelope == one.envelope);
    assert_eq!(signed(&city), [opened.envelope().digest()]);
    let answer = AnswerContent::read(opened.content()).expect("answer");
    assert!(matches!(answer.said, Answered::Delivered));
}

fn relay() -> EnvelopeKey {
    EnvelopeKey::generate(unit("370202"), Purpose::Referral).expect("key")
}
