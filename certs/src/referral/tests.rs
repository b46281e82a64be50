//! Known answers of headers and marks, and what is refused of them.

use domain::digest::Digest;
use domain::ledger::consent::DataClass;
use domain::unit::IdentityName;
use proptest::prelude::*;

use super::*;
use crate::testing::{hex, in_district, unit, zone};

/// A value of the vector file.
fn known(name: &str) -> Vec<u8> {
    let lines = include_str!("vectors/header.txt").lines();
    let mut named = lines.filter_map(|line| line.split_once(' '));
    hex(named.find(|(found, _)| *found == name).expect("a vector").1)
}

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 16])
}

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([9; 16])
}

fn referral() -> Header {
    let scopes = Scopes::of(&[DataClass::Risk, DataClass::Identity, DataClass::Reason]);
    let valid_to = "2027-03-31".parse().expect("date");
    Header {
        role: Role::Referral { withdrawal: secret().mark(id(0x11)) },
        envelope: id(0x11),
        sender: in_district("3702000042", "370202"),
        recipient: unit("CLINIC1"),
        statement: Digest::sha256([5; 32]),
        ground: Ground::Consent { digest: Digest::sha256([7; 32]), valid_to, scopes },
    }
}

fn answer() -> Header {
    Header {
        role: Role::Answer { to: id(0x11) },
        envelope: id(0x22),
        ground: Ground::Emergency,
        ..referral()
    }
}

fn refused(bytes: &[u8]) -> Option<TermsError> {
    Header::from_bytes(bytes, &zone()).err()
}

/// Headers, what is bound to a content, and marks have the bytes that another program computed.
#[test]
fn headers_have_their_known_bytes() {
    assert_eq!(referral().to_bytes(), known("referral"));
    assert_eq!(answer().to_bytes(), known("answer"));
    assert_eq!(referral().info(), known("info"));
    assert_eq!(secret().mark(id(0x11)).digest().bytes().to_vec(), known("mark"));
    let duty = Header { ground: Ground::Duty, ..referral() };
    assert_eq!(duty.to_bytes().last(), Some(&20));
    for header in [referral(), answer(), duty] {
        let read = Header::from_bytes(&header.to_bytes(), &zone()).expect("header");
        assert!(read == header);
    }
}

/// What two schools say to each other has a role and a ground of its own, and no other reading.
#[test]
fn a_transfer_is_neither_referral_nor_answer() {
    let transfer = Header {
        role: Role::Transfer,
        ground: Ground::Enrolment,
        envelope: id(0x33),
        ..referral()
    };
    let bytes = transfer.to_bytes();
    assert!(Header::from_bytes(&bytes, &zone()).expect("header") == transfer);
    assert_eq!((bytes.get(1), bytes.last()), (Some(&30), Some(&30)));
    let said = transfer.info();
    let as_answer = Header { role: Role::Answer { to: id(0x11) }, ..transfer };
    assert!(as_answer.info() != said, "what is sealed as one opens as no other");
}

/// Cut, longer, of another city, of another case or of a later version: none is a header; a code
/// that is not known is named.
#[test]
fn a_header_has_one_form() {
    let bytes = referral().to_bytes();
    for cut in 0..bytes.len() {
        assert_eq!(refused(&bytes[..cut]), Some(TermsError::Form), "{cut}");
    }
    assert_eq!(refused(&[bytes.as_slice(), b"x"].concat()), Some(TermsError::Form));
    let elsewhere = Header::from_bytes(&bytes, &"jinan.example".parse().expect("zone"));
    assert_eq!(elsewhere.err(), Some(TermsError::Form));
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        refused(&bytes)
    };
    let unknown = |what, code| Some(TermsError::Code(UnknownCode { what, code }));
    assert_eq!(with(0, 2), Some(TermsError::Form));
    assert_eq!(with(1, 9), unknown("role of an envelope", 9));
    assert_eq!(with(6, 2), unknown("digest algorithm", 2));
    let last = bytes.len() - 1;
    assert_eq!(with(last, 0b1100_1011), unknown("kind of data", 0b1100_0000));
    let at = answer().to_bytes().len() - 1;
    let mut other = answer().to_bytes();
    other[at] = 3;
    assert_eq!(refused(&other), unknown("ground of a referral", 3));
    // The recipient in small letters would be the same unit in other bytes.
    let place = bytes.windows(7).position(|window| window == b"CLINIC1").expect("recipient");
    assert_eq!(with(place, b'c'), Some(TermsError::Form));
}

/// The longest names fit.
#[test]
fn the_longest_header_fits() {
    let zone: domain::unit::Zone =
        format!("{}.{}", "a".repeat(60), "b".repeat(59)).parse().expect("zone");
    let long = |letter: &str| unit(&letter.repeat(40));
    let sender = IdentityName::in_district(long("A"), &long("B"), zone.clone());
    let header = Header { sender, recipient: long("C"), ..referral() };
    let bytes = header.to_bytes();
    assert!(bytes.len() <= super::header::HEADER_BYTES_MAX, "{}", bytes.len());
    assert!(Header::from_bytes(&bytes, &zone).expect("header") == header);
}

/// A secret takes back the envelopes that carry its mark, each by a mark of its own, and no others.
#[test]
fn a_secret_opens_its_own_marks() {
    let mark = secret().mark(id(1));
    assert!(mark.is_opened_by(secret().reveal(), id(1)));
    assert!(!mark.is_opened_by(secret().reveal(), id(2)));
    assert!(mark != secret().mark(id(2)), "two envelopes of a child have nothing in common");
    let emergency = secret().of_emergency(1);
    assert!(emergency.mark(id(1)).is_opened_by(secret().of_emergency(1).reveal(), id(1)));
    assert!(!mark.is_opened_by(emergency.reveal(), id(1)), "what is stood down tells nothing else");
    assert!(!mark.is_opened_by(emergency.of_emergency(1).reveal(), id(1)));
    assert!(secret().of_emergency(2).expose() != emergency.expose());
    let other = WithdrawalSecret::generate();
    assert!(!mark.is_opened_by(other.reveal(), id(1)));
    assert!(WithdrawalMark::from_digest(mark.digest()) == mark);
    assert_eq!(secret().expose(), &[9; 16]);
    assert!(EnvelopeId::generate() != EnvelopeId::generate());
}

/// A consent's kinds of data are those that it names.
#[test]
fn scopes_are_those_that_were_named() {
    use domain::ledger::Word as _;

    for class in DataClass::ALL {
        let one = Scopes::of(&[*class]);
        for other in DataClass::ALL {
            assert_eq!(one.contains(*other), class == other);
        }
        assert_eq!(Scopes::from_code(one.code()), Ok(one));
    }
}

proptest! {
    /// No bytes make the reader fail otherwise than by refusing, and what it reads it writes.
    #[test]
    fn any_bytes_are_a_header_or_refused(
        noise in prop::collection::vec(any::<u8>(), 0..400),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bent = referral().to_bytes();
        let at = at.index(bent.len());
        bent[at] = byte;
        for bytes in [noise, bent] {
            if let Ok(header) = Header::from_bytes(&bytes, &zone()) {
                prop_assert!(header.to_bytes() == bytes);
            }
        }
    }
}
