//! Facts about letters: they look alike, they go one way, and what goes on shares nothing.

use std::collections::HashSet;

use domain::referral::{DeadlineClass, Urgency};
use proptest::prelude::*;

use super::*;
use crate::codes::UnknownCode;
use crate::referral::{EnvelopeId, Ground, PARTS_MAX, PartNumber, Scopes, WithdrawalSecret};
use crate::root::{Commission, RootAuthority};
use crate::seal::{EnvelopeKey, RelayKey};
use crate::testing::{hex, root, stated, unit};

const SCHOOLS_HUB: &str = "370202";
const CLINICS_HUB: &str = "370203";
const CLINIC: &str = "CLINIC1";

/// Two relays and a clinic, with what is stated of them.
struct Road {
    roots: [RootAuthority; 2],
    first: RelayKey,
    second: RelayKey,
    clinic: EnvelopeKey,
    to: [VerifiedStatement; 3],
}

impl Road {
    fn new() -> Self {
        let roots = [root(Commission::Education), root(Commission::Health)];
        let first = RelayKey::generate(unit(SCHOOLS_HUB), Purpose::Relay).expect("key");
        let second = RelayKey::generate(unit(CLINICS_HUB), Purpose::Relay).expect("key");
        let clinic = EnvelopeKey::generate(unit(CLINIC), Purpose::Referral).expect("key");
        let to = [stated(&roots, &first), stated(&roots, &second), stated(&roots, &clinic)];
        Self { roots, first, second, clinic, to }
    }

    fn seal(&self, routing: &Routing, part: Option<&Part>) -> Letter {
        Letter::seal(&self.to[0], routing, part).expect("sealed")
    }
}

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([9; 16])
}

fn number(number: u8, of: u8) -> PartNumber {
    PartNumber::new(number, of).expect("number")
}

fn way() -> Way {
    Way { recipient: unit(CLINIC), relay: unit(CLINICS_HUB) }
}

fn consent() -> Ground {
    let valid_to = "2027-03-31".parse().expect("date");
    Ground::Consent { digest: Digest::sha256([7; 32]), valid_to, scopes: Scopes::of(&[]) }
}

fn referral() -> Routing {
    let until = "2026-12-01T08:00:00Z".parse().expect("instant");
    let carried = Carried {
        way: way(),
        envelope: id(0x11),
        number: number(1, 2),
        urgency: Urgency::Urgent,
        due: Some(Due { class: DeadlineClass::Answered, until }),
    };
    let basis = Basis::of(&consent(), id(0x11));
    Routing::Referral { carried, basis, withdrawal: secret().mark(id(0x11)) }
}

fn emergency() -> Routing {
    let carried = Carried {
        way: way(),
        envelope: id(0x11),
        number: number(1, 1),
        urgency: Urgency::Emergency,
        due: None,
    };
    let basis = Basis::of(&Ground::Emergency, id(0x11));
    Routing::Referral { carried, basis, withdrawal: secret().mark(id(0x11)) }
}

fn answer() -> Routing {
    let carried = Carried {
        way: way(),
        envelope: id(0x22),
        number: number(1, 1),
        urgency: Urgency::Routine,
        due: None,
    };
    Routing::Answer { carried, to: id(0x11), met: Some(DeadlineClass::Answered) }
}

fn revocation(envelopes: Vec<EnvelopeId>) -> Routing {
    Routing::Revocation { way: way(), secret: secret().reveal(), envelopes }
}

fn ack() -> Routing {
    Routing::Ack { envelope: id(0x11), number: number(2, 2) }
}

/// One routing of every kind, with its name in the vector file.
fn kinds() -> [(&'static str, Routing); 6] {
    [
        ("referral", referral()),
        ("emergency", emergency()),
        ("answer", answer()),
        ("revocation", revocation(vec![id(0x22), id(0x11), id(0x22)])),
        ("ack", ack()),
        ("dummy", Routing::Dummy),
    ]
}

/// The part that a routing names, of bytes that could be sealed ones.
fn part_of(routing: &Routing) -> Option<Part> {
    let carried = routing.carried()?;
    let bytes: Vec<u8> = (0..PART_BYTES / 32 + 1)
        .flat_map(|at| *sha256(&at.to_be_bytes()).bytes())
        .take(PART_BYTES)
        .collect();
    Some(Part::new(carried.envelope, carried.number, bytes).expect("part"))
}

fn known(name: &str) -> Vec<u8> {
    let lines = include_str!("vectors/letter.txt").lines();
    let mut named = lines.filter_map(|line| line.split_once(' '));
    hex(named.find(|(found, _)| *found == name).expect("a vector").1)
}

fn refused(bytes: &[u8]) -> Option<LetterError> {
    Routing::from_bytes(bytes).err()
}

/// Routing and what stands outside have the bytes that another program computed, and come back.
#[test]
fn routing_has_its_known_bytes() {
    for (name, routing) in kinds() {
        let bytes = routing.to_bytes().expect("bytes");
        assert_eq!(bytes, known(name), "{name}");
        let read = Routing::from_bytes(&bytes).expect("routing");
        assert_eq!(read.to_bytes().expect("bytes"), bytes);
    }
    assert_eq!(head(LetterId([0x33; 16]), &unit(CLINIC)), known("head"));
}

/// A letter has one length whatever is in it and to whomever, and outside only an id and who opens
/// it; two dummies are no more alike than a dummy and a referral.
#[test]
fn letters_look_alike() {
    let road = Road::new();
    let long = RelayKey::generate(unit(&"A".repeat(40)), Purpose::Relay).expect("key");
    let long = Letter::dummy(&stated(&road.roots, &long)).expect("dummy");
    assert_eq!(long.to_bytes().len(), LETTER_BYTES);
    let mut ids = HashSet::new();
    for (name, routing) in kinds() {
        let letter = road.seal(&routing, part_of(&routing).as_ref());
        let bytes = letter.to_bytes();
        assert_eq!(bytes.len(), LETTER_BYTES, "{name}");
        assert_eq!(bytes[..HEAD_BYTES], head(letter.id(), &unit(SCHOOLS_HUB)));
        assert!(ids.insert(letter.id()));
        let read = Letter::from_bytes(&bytes).expect("read");
        assert!(read == letter && read.digest() == letter.digest());
        let opened = read.open(&road.first).expect("opened");
        assert!(opened.routing().to_bytes() == routing.to_bytes(), "{name}");
        assert!(opened.part() == part_of(&routing).as_ref(), "{name}");
    }
    let [one, two] = [(); 2].map(|()| Letter::dummy(&road.to[0]).expect("dummy").to_bytes());
    let letter = road.seal(&referral(), part_of(&referral()).as_ref()).to_bytes();
    for (left, right) in [(&one, &two), (&one, &letter)] {
        // Behind the header and the algorithm two random bytes are equal once in 256.
        let pairs = left[HEAD_BYTES + 1..].iter().zip(&right[HEAD_BYTES + 1..]);
        let equal = pairs.filter(|(left, right)| left == right).count();
        assert!(equal < LETTER_BYTES / 64, "{equal}");
    }
}

/// What a relay got and what it passes on have no run of seven bytes in common, at any place.
#[test]
fn what_goes_on_shares_nothing_with_what_came() {
    let road = Road::new();
    let came = road.seal(&referral(), part_of(&referral()).as_ref());
    let opened = came.open(&road.first).expect("opened");
    let goes = opened.rewrap(&road.to[1]).expect("next");
    assert!(goes.id() != came.id() && goes.to() == &unit(CLINICS_HUB));
    // The addressee and its zeros are the header's; the id stands in front of them.
    let shown = |letter: &Letter| [letter.id.0.as_slice(), letter.sealed.bytes()].concat();
    let (came, goes) = (shown(&came), shown(&goes));
    let runs: HashSet<&[u8]> = came.windows(7).collect();
    assert!(goes.windows(7).all(|run| !runs.contains(run)));
    let part = part_of(&referral()).expect("part");
    assert!(part.bytes().windows(7).all(|run| !runs.contains(run)), "nothing lies open");
}

/// A referral of two parts goes by two relays to the clinic, and its answer's letters end where
/// they should; what the clinic opens is what the school put in.
#[test]
fn a_letter_goes_from_relay_to_relay_to_recipient() {
    let road = Road::new();
    let part = part_of(&referral()).expect("part");
    let at_first = road.seal(&referral(), Some(&part)).open(&road.first).expect("opened");
    let between = at_first.rewrap(&road.to[1]).expect("to the second");
    let at_second = between.open(&road.second).expect("opened");
    let last = at_second.rewrap(&road.to[2]).expect("to the clinic");
    let received = last.open(&road.clinic).expect("opened");
    assert!(received.part() == Some(&part));
    assert!(received.routing().to_bytes() == referral().to_bytes());
    let withdrawn = road.seal(&revocation(vec![id(0x11)]), None);
    let on = withdrawn.open(&road.first).expect("opened").rewrap(&road.to[1]).expect("on");
    let on = on.open(&road.second).expect("opened").rewrap(&road.to[2]).expect("on");
    let told = on.open(&road.clinic).expect("opened");
    let Routing::Revocation { secret: revealed, envelopes, .. } = told.routing() else {
        panic!("a withdrawal stays one");
    };
    assert_eq!(*envelopes, [id(0x11)]);
    assert!(secret().mark(id(0x11)).is_opened_by(*revealed, id(0x11)));
}

/// No relay is passed over, none sends back or past the recipient, and neither acknowledgements and
/// dummies nor what has arrived go on.
#[test]
fn a_way_has_no_other_hops() {
    let road = Road::new();
    let [first, second, clinic] = &road.to;
    let refused = |letter: &OpenedLetter, to: &VerifiedStatement| {
        letter.rewrap(to).err() == Some(LetterError::Way)
    };
    let part = part_of(&referral()).expect("part");
    let at_first = road.seal(&referral(), Some(&part)).open(&road.first).expect("opened");
    assert!(refused(&at_first, clinic) && refused(&at_first, first));
    let between = Letter::seal(second, &referral(), Some(&part)).expect("sealed");
    let at_second = between.open(&road.second).expect("opened");
    assert!(refused(&at_second, first) && refused(&at_second, second));
    let other = EnvelopeKey::generate(unit("CLINIC2"), Purpose::Referral).expect("key");
    assert!(refused(&at_second, &stated(&road.roots, &other)));
    let received = Letter::seal(clinic, &referral(), Some(&part)).expect("sealed");
    let received = received.open(&road.clinic).expect("opened");
    assert!([first, second, clinic].iter().all(|to| refused(&received, to)));
    for ends in [ack(), Routing::Dummy] {
        let ends = road.seal(&ends, None).open(&road.first).expect("opened");
        assert!(ends.part().is_none());
        assert!([first, second, clinic].iter().all(|to| refused(&ends, to)));
    }
}

/// A relay's key opens no letter to a recipient and a recipient's none to a relay, also where one
/// private key was stated for both; no letter is sealed to a key of another purpose.
#[test]
fn a_letter_opens_for_its_hop_alone() {
    let road = Road::new();
    let seed = || Zeroizing::new([8; 32]);
    let relay = RelayKey::from_seed(unit(CLINIC), Purpose::Relay, seed()).expect("key");
    let recipient = EnvelopeKey::from_seed(unit(CLINIC), Purpose::Referral, seed()).expect("key");
    let to = [stated(&road.roots, &relay), stated(&road.roots, &recipient)];
    let [by_relay, last] = to.map(|to| Letter::dummy(&to).expect("dummy"));
    let sealed = Some(LetterError::Seal(SealError::Refused));
    assert!(by_relay.open(&relay).is_ok() && last.open(&recipient).is_ok());
    assert_eq!(last.open(&relay).err(), sealed);
    assert_eq!(by_relay.open(&recipient).err(), sealed);
    let other = road.seal(&Routing::Dummy, None);
    assert_eq!(other.open(&road.second).err(), Some(LetterError::Addressee));
    let readdressed = Letter { to: unit(CLINICS_HUB), ..other.clone() };
    assert_eq!(readdressed.open(&road.second).err(), sealed);
    let renumbered = Letter { id: LetterId([1; 16]), ..other };
    assert_eq!(renumbered.open(&road.first).err(), sealed);
    let list = EnvelopeKey::generate(unit(CLINIC), Purpose::List).expect("key");
    let list = Letter::dummy(&stated(&road.roots, &list)).err();
    assert_eq!(list, Some(LetterError::Purpose));
}

/// Routing and part belong together, and where there is no part there are zeros.
#[test]
fn a_part_is_the_one_that_is_named() {
    let road = Road::new();
    let part = part_of(&referral()).expect("part");
    let refused = |routing: &Routing, part: Option<&Part>| {
        Letter::seal(&road.to[0], routing, part).err() == Some(LetterError::Part)
    };
    assert!(refused(&referral(), None) && refused(&Routing::Dummy, Some(&part)));
    assert!(refused(&emergency(), Some(&part)), "another number");
    assert!(refused(&answer(), Some(&part)), "another envelope");
    let bent = |at: usize, byte: u8| {
        let mut plain = plaintext(&Routing::Dummy, None).expect("plain");
        plain[at] = byte;
        let id = LetterId([2; 16]);
        let sealed = seal(&road.to[0], INFO, &head(id, &unit(SCHOOLS_HUB)), &plain);
        let letter = Letter { id, to: unit(SCHOOLS_HUB), sealed: sealed.expect("sealed") };
        letter.open(&road.first).err()
    };
    assert_eq!(bent(0, 0), None);
    assert_eq!(bent(ROUTING_BYTES + PART_BYTES - 1, 1), Some(LetterError::Form));
    let padding = Some(LetterError::Seal(SealError::Padding));
    assert_eq!(bent(ROUTING_BYTES - 1, 1), padding);
}

/// A withdrawal names what it takes back in one order, at least one and at most sixteen, and the
/// longest routing fits into its area.
#[test]
fn a_withdrawal_is_bounded() {
    let many = |count: u8| revocation((0..count).map(id).collect());
    for count in [0, 17] {
        assert_eq!(many(count).to_bytes().err(), Some(LetterError::Revoked));
    }
    let bytes = many(16).to_bytes().expect("bytes");
    assert!(Routing::from_bytes(&bytes).is_ok());
    let long = |letter: &str| unit(&letter.repeat(40));
    let far = || Way { recipient: long("A"), relay: long("B") };
    let Routing::Revocation { secret, envelopes, .. } = many(16) else { unreachable!() };
    let longest = Routing::Revocation { way: far(), secret, envelopes };
    assert!(longest.to_bytes().expect("bytes").len() + 4 <= ROUTING_BYTES);
    let Routing::Referral { carried, basis, withdrawal } = referral() else { unreachable!() };
    let carried = Carried { way: far(), ..carried };
    let longest = Routing::Referral { carried, basis, withdrawal };
    assert!(longest.to_bytes().expect("bytes").len() + 4 <= ROUTING_BYTES);
    let mut swapped = known("revocation");
    let end = swapped.len();
    swapped[end - 36..end - 20].fill(0x22);
    swapped[end - 16..].fill(0x11);
    assert_eq!(refused(&swapped), Some(LetterError::Routing(TermsError::Form)));
}

/// Two envelopes of one child, on one consent and under one secret, have no mark in common.
#[test]
fn envelopes_of_a_child_are_not_paired() {
    let marks = [id(1), id(2)].map(|envelope| {
        let Basis::Consent { mark, .. } = Basis::of(&consent(), envelope) else { unreachable!() };
        (mark, secret().mark(envelope).digest())
    });
    assert!(marks[0].0 != marks[1].0 && marks[0].1 != marks[1].1);
    assert!(marks[0].0 != Digest::sha256([7; 32]), "a consent's digest is not shown itself");
    assert_eq!(Basis::of(&Ground::Emergency, id(1)), Basis::Emergency);
}

/// A relay reads of a duty report what it reads of an emergency, to the byte.
#[test]
fn a_duty_is_an_emergency_on_the_way() {
    let way = Way { recipient: unit("CLINIC1"), relay: unit("370203") };
    let written = |ground: &Ground| {
        let carried = Carried {
            way: way.clone(),
            envelope: id(3),
            number: PartNumber::new(1, 1).expect("number"),
            urgency: Urgency::Emergency,
            due: None,
        };
        let (basis, withdrawal) = (Basis::of(ground, id(3)), secret().mark(id(3)));
        Routing::Referral { carried, basis, withdrawal }.to_bytes().expect("routing")
    };
    assert_eq!(written(&Ground::Duty), written(&Ground::Emergency));
}

/// A code that this version does not know is refused by its name.
#[test]
fn unknown_codes_are_named() {
    let bytes = known("emergency");
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        refused(&bytes)
    };
    let unknown =
        |what, code| Some(LetterError::Routing(TermsError::Code(UnknownCode { what, code })));
    assert_eq!(with(0, 2), Some(LetterError::Routing(TermsError::Form)));
    assert_eq!(with(1, 6), unknown("kind of letter", 6));
    // Version and kind, two ids with their lengths, and the envelope's.
    let at = 2 + (4 + 7) + (4 + 6) + (4 + 16);
    assert_eq!(with(at, 0), unknown("part", 0));
    assert_eq!(with(at + 1, PARTS_MAX + 1), unknown("part", PARTS_MAX + 1));
    assert_eq!(with(at + 2, 4), unknown("urgency", 4));
    assert_eq!(with(at + 3, 2), unknown("flag", 2));
    assert_eq!(with(at + 4, 3), unknown("ground of a referral", 3));
    assert_eq!(with(at + 4 + 1 + 4, 7), unknown("digest algorithm", 7));
    let mut answer = known("answer");
    let last = answer.len() - 1;
    answer[last] = 5;
    assert_eq!(refused(&answer), unknown("class of a deadline", 5));
}

/// Letters of another length, of a later version, or with another writing of an id are none.
#[test]
fn a_letter_has_one_form() {
    let road = Road::new();
    let bytes = road.seal(&Routing::Dummy, None).to_bytes();
    for length in [0, 1, HEAD_BYTES, LETTER_BYTES - 1] {
        let cut = Letter::from_bytes(&bytes[..length]).err();
        assert_eq!(cut, Some(LetterError::Length(length)));
    }
    let longer = Letter::from_bytes(&[bytes.as_slice(), b"x"].concat()).err();
    assert_eq!(longer, Some(LetterError::Length(LETTER_BYTES + 1)));
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        Letter::from_bytes(&bytes).err()
    };
    assert_eq!(with(0, 2), Some(LetterError::Form));
    assert_eq!(with(1, 1), Some(LetterError::Form), "the length of the id");
    assert_eq!(with(HEAD_BYTES - 1, b'x'), Some(LetterError::Form), "behind the zeros");
    assert_eq!(with(HEAD_BYTES, 9), Some(LetterError::Seal(SealError::Algorithm(9))));
    let small = Letter { to: unit("CLINIC1"), ..Letter::from_bytes(&bytes).expect("letter") };
    let mut small = small.to_bytes();
    small[25] = b'c';
    assert_eq!(Letter::from_bytes(&small).err(), Some(LetterError::Form));
}

proptest! {
    /// No bytes make a reader fail otherwise than by refusing, and what it reads it writes again.
    #[test]
    fn any_bytes_are_read_or_refused(
        noise in prop::collection::vec(any::<u8>(), 0..600),
        which in 0_usize..6,
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bent = kinds()[which].1.to_bytes().expect("bytes");
        let at = at.index(bent.len());
        bent[at] = byte;
        let versioned = [[1, byte % 6].as_slice(), &noise].concat();
        let mut long = noise.clone();
        long.resize(LETTER_BYTES, byte);
        if let Ok(letter) = Letter::from_bytes(&long) {
            prop_assert!(letter.to_bytes() == long);
        }
        for bytes in [bent, noise, versioned] {
            if let Ok(routing) = Routing::from_bytes(&bytes) {
                prop_assert!(routing.to_bytes() == Ok(bytes));
            }
        }
    }
}
