//! Facts about envelopes: who opens them, whom they are believed from, how long they are.

use domain::unit::UnitKind;
use proptest::prelude::*;

use super::super::{Collector, Scopes, Taken, WithdrawalSecret};
use super::*;
use crate::root::{Commission, RootAuthority};
use crate::testing::{days, district, identity, in_district, now, root, stated, trust, unit, zone};

const SCHOOL: &str = "3702000042";

/// A school, a clinic, and what both trust.
struct City {
    roots: [RootAuthority; 2],
    trust: Trust,
    school: LeafIdentity,
    clinic: EnvelopeKey,
    to: VerifiedStatement,
}

impl City {
    fn new() -> Self {
        let roots = [root(Commission::Education), root(Commission::Health)];
        let issuer = district(&roots[0], "370202");
        let name = in_district(SCHOOL, "370202");
        let school = identity(&issuer, &name, UnitKind::School, now());
        let clinic = EnvelopeKey::generate(unit("CLINIC1"), Purpose::Referral).expect("key");
        let to = stated(&roots, &clinic);
        Self { trust: trust(&roots[0], now()), roots, school, clinic, to }
    }

    fn close(&self, content: &[u8]) -> ReferralEnvelope {
        ReferralEnvelope::close(&self.to, &draft(content), &self.school).expect("closed")
    }

    fn open(&self, whole: &Whole, key: &EnvelopeKey) -> Result<OpenedReferral, ReferralError> {
        self.open_at(whole, key, now())
    }

    fn open_at(
        &self,
        whole: &Whole,
        key: &EnvelopeKey,
        now: Timestamp,
    ) -> Result<OpenedReferral, ReferralError> {
        let judge = Judge { trust: &self.trust, zone: &zone(), now };
        ReferralEnvelope::open_referral(whole, key, &judge)
    }

    /// What its recipient makes of an envelope that somebody put together.
    fn judge(&self, envelope: &ReferralEnvelope) -> Option<ReferralError> {
        let whole = collect(&envelope.parts(&self.to).expect("parts"));
        self.open(&whole, &self.clinic).err()
    }
}

fn id() -> EnvelopeId {
    EnvelopeId::from_bytes([1; 16])
}

fn draft(content: &[u8]) -> Draft<'_> {
    let valid_to = "2027-03-31".parse().expect("date");
    let digest = Digest::sha256([7; 32]);
    Draft {
        role: Role::Referral { withdrawal: WithdrawalSecret::from_bytes([9; 16]).mark(id()) },
        envelope: id(),
        ground: Ground::Consent { digest, valid_to, scopes: Scopes::of(&[]) },
        content,
    }
}

/// The parts from the last to the first, as a collector gives them.
fn collect(parts: &[Part]) -> Whole {
    let mut collector = Collector::new();
    for part in parts.iter().rev() {
        if let Taken::Whole(whole) = collector.take(part, now()).expect("taken") {
            return whole;
        }
    }
    panic!("not all parts");
}

fn chain(of: &LeafIdentity) -> Vec<Vec<u8>> {
    of.chain().iter().map(|der| der.to_vec()).collect()
}

/// A content of one or two steps is one letter; the longest is six. Whatever its length within a
/// step, an envelope has one length, and its parts are full.
#[test]
fn a_usual_referral_is_one_part() {
    let city = City::new();
    let longest = CONTENT_BYTES_MAX;
    for (length, count) in [(0, 1), (1, 1), (4_092, 1), (4_093, 1), (8_188, 1), (longest, 6)] {
        let content = vec![0xab; length];
        let envelope = city.close(&content);
        let parts = envelope.parts(&city.to).expect("parts");
        assert_eq!(parts.len(), count, "{length}: {} bytes", envelope.to_bytes().len());
        assert!(parts.iter().all(|part| part.bytes().len() == PART_BYTES));
        let opened = city.open(&collect(&parts), &city.clinic).expect("opened");
        assert!(opened.content() == content && opened.header().envelope == id());
        assert!(opened.sender().name() == city.school.peer().name());
        assert!(*opened.envelope() == envelope);
    }
    let [short, long] = [1, 4_092].map(|length| city.close(&vec![1; length]).to_bytes().len());
    assert_eq!(short, long);
    let too_long = vec![0; longest + 1];
    let too_long = ReferralEnvelope::close(&city.to, &draft(&too_long), &city.school);
    assert!(matches!(too_long.err(), Some(ReferralError::Content)));
}

/// Only the recipient's key for referrals opens it: no other unit's, no other key of the unit, not
/// the same key for lists. A covered envelope shows nothing of its sender.
#[test]
fn only_the_recipient_opens() {
    let city = City::new();
    let envelope = city.close("转介".as_bytes());
    let whole = collect(&envelope.parts(&city.to).expect("parts"));
    assert!(city.open(&whole, &city.clinic).is_ok());
    let seed = || Zeroizing::new(*city.clinic.expose_seed());
    let others = [
        EnvelopeKey::generate(unit("CLINIC1"), Purpose::Referral),
        EnvelopeKey::from_seed(unit("CLINIC2"), Purpose::Referral, seed()),
        EnvelopeKey::from_seed(unit("CLINIC1"), Purpose::List, seed()),
    ];
    for other in others {
        let refused = city.open(&whole, &other.expect("key")).err();
        assert!(matches!(refused, Some(ReferralError::Seal(SealError::Refused))));
    }
    let shown = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|seen| seen == word);
    assert!(shown(&envelope.to_bytes(), SCHOOL.as_bytes()));
    assert!(!shown(whole.bytes(), SCHOOL.as_bytes()) && !shown(whole.bytes(), b"CLINIC1"));
    let again = collect(&envelope.parts(&city.to).expect("parts"));
    assert!(again.bytes() != whole.bytes(), "two sendings of one envelope are not alike");
}

/// Nothing is closed or cut for a statement of another purpose, nor cut for another statement than
/// it was closed for.
#[test]
fn an_envelope_is_for_one_statement() {
    let city = City::new();
    let list = EnvelopeKey::generate(unit("CLINIC1"), Purpose::List).expect("key");
    let list = stated(&city.roots, &list);
    let closed = ReferralEnvelope::close(&list, &draft(b"x"), &city.school).err();
    assert!(matches!(closed, Some(ReferralError::Statement)));
    let next = EnvelopeKey::generate(unit("CLINIC1"), Purpose::Referral).expect("key");
    let cut = city.close(b"x").parts(&stated(&city.roots, &next)).err();
    assert!(matches!(cut, Some(ReferralError::Statement)));
}

/// Anything that was altered, and a cover under another id, is refused.
#[test]
fn what_was_altered_is_refused() {
    let city = City::new();
    let envelope = city.close(b"x");
    let parts = envelope.parts(&city.to).expect("parts");
    for at in [1, 600, 1_200, PART_BYTES - 1] {
        let mut bytes = parts[0].bytes().to_vec();
        bytes[at] ^= 1;
        let bent = Whole::joined(id(), [bytes.as_slice()]);
        let refused = city.open(&bent, &city.clinic).err();
        assert!(matches!(refused, Some(ReferralError::Seal(_))), "{at}");
    }
    let other = EnvelopeId::from_bytes([2; 16]);
    let moved = Whole::joined(other, [parts[0].bytes()]);
    let refused = city.open(&moved, &city.clinic).err();
    assert!(matches!(refused, Some(ReferralError::Seal(SealError::Refused))));
    let padded = pad(&envelope.to_bytes(), PART_BYTES - OVERHEAD_BYTES).expect("padded");
    let covered = seal(&city.to, COVER_INFO, other.bytes(), &padded).expect("sealed");
    let refused = city.open(&Whole::joined(other, [covered.bytes()]), &city.clinic).err();
    assert!(matches!(refused, Some(ReferralError::OtherEnvelope)));
    let mut header = envelope.header.clone();
    header.ground = Ground::Emergency;
    let bent = ReferralEnvelope { header, ..envelope.clone() };
    assert!(matches!(city.judge(&bent), Some(ReferralError::Signature(_))));
    let swapped = ReferralEnvelope { sealed: city.close(b"y").sealed, ..envelope.clone() };
    assert!(matches!(city.judge(&swapped), Some(ReferralError::Signature(_))));
    assert!(swapped.digest() != envelope.digest());
    // Signed by the school itself for one clinic, and covered for another.
    let second = EnvelopeKey::generate(unit("CLINIC2"), Purpose::Referral).expect("key");
    let to = stated(&city.roots, &second);
    let covered = seal(&to, COVER_INFO, id().bytes(), &padded).expect("sealed");
    let refused = city.open(&Whole::joined(id(), [covered.bytes()]), &second).err();
    assert!(matches!(refused, Some(ReferralError::OtherRecipient)));
}

/// A sender is believed by a certificate that holds now and is its own: not by a neighbour's, not
/// under another root, not after its end.
#[test]
fn a_sender_is_believed_by_its_certificate() {
    let city = City::new();
    let envelope = city.close(b"x");
    assert!(city.judge(&envelope).is_none());
    let issuer = district(&city.roots[0], "370202");
    let name = in_district("3702000043", "370202");
    let neighbour = identity(&issuer, &name, UnitKind::School, now());
    let posed = ReferralEnvelope { chain: chain(&neighbour), ..envelope.clone() };
    assert!(matches!(city.judge(&posed), Some(ReferralError::OtherSender)));
    let signed = signed_bytes(&envelope.header, &envelope.sealed);
    let signature = neighbour.key().sign(CONTEXT, &signed).expect("signed");
    let posed = ReferralEnvelope { signature, ..envelope.clone() };
    assert!(matches!(city.judge(&posed), Some(ReferralError::Signature(_))));
    let stranger = City::new();
    let posed = ReferralEnvelope { chain: chain(&stranger.school), ..envelope.clone() };
    let refused = city.judge(&posed);
    assert!(matches!(refused, Some(ReferralError::Chain(ChainError::UnknownRoot))));
    let none = ReferralEnvelope { chain: Vec::new(), ..envelope.clone() };
    assert!(matches!(city.judge(&none), Some(ReferralError::Chain(ChainError::Length))));
    let whole = collect(&envelope.parts(&city.to).expect("parts"));
    assert!(city.open_at(&whole, &city.clinic, now() + days(89)).is_ok());
    let late = city.open_at(&whole, &city.clinic, now() + days(91)).err();
    assert!(matches!(late, Some(ReferralError::Chain(ChainError::Expired))));
    let renewed = identity(&issuer, city.school.peer().name(), UnitKind::School, now());
    assert!(renewed.key().id() != city.school.key().id());
    let posed = ReferralEnvelope { chain: chain(&renewed), ..envelope };
    assert!(matches!(city.judge(&posed), Some(ReferralError::Signature(_))));
}

/// What was signed by a certificate that has ended opens as such, and as nothing else: nobody
/// else's certificate beside it, nothing altered, nothing of another root, and not for ever. One
/// that holds has not ended, and opens in the same way.
#[test]
fn an_ended_certificate_leaves_an_envelope_unbelieved() {
    let city = City::new();
    let envelope = city.close("转介".as_bytes());
    let ended = |envelope: &ReferralEnvelope, later| {
        let whole = collect(&envelope.parts(&city.to).expect("parts"));
        let judge = Judge { trust: &city.trust, zone: &zone(), now: now() + days(later) };
        ReferralEnvelope::open_ended(&whole, &city.clinic, &judge)
    };
    for later in [0, 91, 300] {
        let opened = ended(&envelope, later).expect("opened");
        assert!(opened.unbelieved() == "转介".as_bytes() && *opened.envelope() == envelope);
        assert!(opened.header().envelope == id());
        assert!(opened.sender().name() == city.school.peer().name());
    }
    let late = ended(&envelope, 600).err();
    assert!(matches!(late, Some(ReferralError::Chain(ChainError::Expired))));
    let stranger = City::new();
    let posed = ReferralEnvelope { chain: chain(&stranger.school), ..envelope.clone() };
    let refused = ended(&posed, 91).err();
    assert!(matches!(refused, Some(ReferralError::Chain(ChainError::UnknownRoot))));
    let issuer = district(&city.roots[0], "370202");
    let name = in_district("3702000043", "370202");
    let neighbour = identity(&issuer, &name, UnitKind::School, now());
    let posed = ReferralEnvelope { chain: chain(&neighbour), ..envelope.clone() };
    assert!(matches!(ended(&posed, 91).err(), Some(ReferralError::OtherSender)));
    let bent = ReferralEnvelope { sealed: city.close(b"y").sealed, ..envelope };
    assert!(matches!(ended(&bent, 91).err(), Some(ReferralError::Signature(_))));
}

/// Another district's authority can certify any id under its own label. What it signs opens, and
/// whoever reads it sees that it is not the school that it knows.
#[test]
fn a_poser_of_another_district_is_seen() {
    let city = City::new();
    let other = district(&city.roots[0], "370203");
    let name = in_district(SCHOOL, "370203");
    let poser = identity(&other, &name, UnitKind::School, now());
    let posed = ReferralEnvelope::close(&city.to, &draft(b"x"), &poser).expect("closed");
    let whole = collect(&posed.parts(&city.to).expect("parts"));
    let opened = city.open(&whole, &city.clinic).expect("opened");
    assert!(opened.sender().name() != city.school.peer().name());
    assert_eq!(opened.header().sender.district_label(), "370203");
    let mut header = posed.header.clone();
    header.sender = city.school.peer().name().clone();
    let signed = signed_bytes(&header, &posed.sealed);
    let signature = poser.key().sign(CONTEXT, &signed).expect("signed");
    let posed = ReferralEnvelope { header, signature, ..posed };
    assert!(matches!(city.judge(&posed), Some(ReferralError::OtherSender)));
}

/// What is kept is read back whole, and nothing that is cut or longer is.
#[test]
fn an_envelope_is_kept_in_one_form() {
    let envelope = City::new().close(b"x");
    let bytes = envelope.to_bytes();
    assert!(ReferralEnvelope::from_bytes(&bytes, &zone()).expect("read") == envelope);
    for cut in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        assert!(ReferralEnvelope::from_bytes(&bytes[..cut], &zone()).is_err(), "{cut}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(ReferralEnvelope::from_bytes(&longer, &zone()).is_err());
}

proptest! {
    /// No bytes make the reader fail otherwise than by refusing.
    #[test]
    fn any_bytes_are_an_envelope_or_refused(
        noise in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        let versioned = [[VERSION].as_slice(), &noise].concat();
        for bytes in [noise, versioned] {
            if let Ok(read) = ReferralEnvelope::from_bytes(&bytes, &zone()) {
                prop_assert!(read.to_bytes() == bytes);
            }
        }
    }
}
