//! Facts about sealing.

use zeroize::Zeroizing;

use super::*;
use crate::keyfile::{Derivation, KeyfileError};
use crate::root::Commission;
use crate::testing::{hex, root, unit};

const INFO: &[u8] = b"what it is for";
const AAD: &[u8] = b"what travels beside it";

fn school() -> EnvelopeKey {
    EnvelopeKey::generate(unit("3702000042"), Purpose::List).expect("key")
}

fn stated<K: Opens>(key: &SealingKey<K>) -> VerifiedStatement {
    let roots = [root(Commission::Education), root(Commission::Health)];
    crate::testing::stated(&roots, key)
}

/// The suite is the one of the draft of post-quantum HPKE: its published vector for X-Wing (KEM
/// 0x647a), SHAKE256 (KDF 0x0011) and ChaCha20-Poly1305 (AEAD 3) opens, and its private key has
/// the published public key.
#[test]
fn the_published_vector_opens() {
    let secret = hex("8f908710ee25a3aa6fd3ed80eb5bf102963547bf4fe36d86f772432ac383e6e9");
    let secret = hybrid::read_secret(&secret.try_into().expect("32 bytes")).expect("secret");
    let public = hybrid::public_of(&secret);
    assert_eq!(public[..16], hex("e6b1689ff28e68c7536cfc35a8d4b63b"));
    assert_eq!(public[public.len() - 16..], hex("d25c7dbe164b8d5ef96b29552d70aa56"));
    let info =
        hex("34663634363532303666366532303631323034373732363536333639363136653230353537323665");
    let ciphertext = hex(
        "d56982e7b1b43cabf8210a30a3a427b880260c89989cb4dddbe13c8bff9f345c79dce1ce8f4ebed134a0c8ed\
         c66b5485f3c535e46335fccb41cb87273b2ddc69070138e56c08480c1857",
    );
    let sealed = [hex(include_str!("known_enc.txt")), ciphertext].concat();
    let opened = hybrid::open(&secret, &info, b"Count-0", &sealed).expect("opens");
    let expected = "4265617574792069732074727574682c20747275746820626561757479";
    assert_eq!(opened.as_slice(), expected.as_bytes());
    assert!(hybrid::open(&secret, &info, b"Count-1", &sealed).is_err());
}

/// A sealed content opens with its own key under its own binding, and with nothing else.
#[test]
fn only_the_recipient_opens() {
    let key = school();
    let sealed = seal(&stated(&key), INFO, AAD, b"a list").expect("seal");
    assert_eq!(sealed.bytes().len(), OVERHEAD_BYTES + 6);
    assert_eq!(key.open(&sealed, INFO, AAD).expect("open").as_slice(), b"a list");
    let refused = |key: &EnvelopeKey, info, aad| {
        let opened = key.open(&sealed, info, aad);
        assert_eq!(opened.map(drop), Err(SealError::Refused));
    };
    refused(&key, b"another purpose", AAD);
    refused(&key, INFO, b"other header");
    refused(&school(), INFO, AAD);
    let seed = || Zeroizing::new(*key.expose_seed());
    let moved = EnvelopeKey::from_seed(unit("3702000043"), Purpose::List, seed());
    refused(&moved.expect("key"), INFO, AAD);
    let other = EnvelopeKey::from_seed(unit("3702000042"), Purpose::Referral, seed());
    refused(&other.expect("key"), INFO, AAD);
}

/// Any byte that is altered or cut is noticed; a later algorithm is named as such.
#[test]
fn altered_bytes_do_not_open() {
    let key = school();
    let sealed = seal(&stated(&key), INFO, AAD, b"a list").expect("seal");
    for at in [1, 600, 1100, 1121, sealed.bytes().len() - 1] {
        let mut bytes = sealed.bytes().to_vec();
        bytes[at] ^= 1;
        let altered = Sealed::from_bytes(bytes).expect("form");
        assert_eq!(key.open(&altered, INFO, AAD).map(drop), Err(SealError::Refused), "{at}");
    }
    for cut in [0, 1, 1120, OVERHEAD_BYTES - 1] {
        let bytes = sealed.bytes()[..cut].to_vec();
        assert_eq!(Sealed::from_bytes(bytes), Err(SealError::Length(cut)));
    }
    let cut = Sealed::from_bytes(sealed.bytes()[..OVERHEAD_BYTES + 5].to_vec()).expect("form");
    assert_eq!(key.open(&cut, INFO, AAD).map(drop), Err(SealError::Refused));
    let mut later = sealed.bytes().to_vec();
    later[0] = 9;
    assert_eq!(Sealed::from_bytes(later), Err(SealError::Algorithm(9)));
    let long = vec![0; CONTENT_BYTES_MAX + 1];
    let long = seal(&stated(&key), INFO, AAD, &long);
    assert!(matches!(long, Err(SealError::Length(_))));
}

/// Two sealings of one content have nothing in common that would tell so.
#[test]
fn every_sealing_is_new() {
    let key = school();
    let to = stated(&key);
    let [one, two] = [(); 2].map(|()| seal(&to, INFO, AAD, b"same").expect("seal"));
    assert_ne!(one.digest(), two.digest());
    assert_ne!(one.bytes()[1..33], two.bytes()[1..33]);
}

/// A share's key is made for shares, an envelope's for envelopes and a relay's for relays; none
/// takes another's purpose, nor one that only signs.
#[test]
fn a_key_has_a_purpose_of_its_kind() {
    let hub = || unit("370200");
    for purpose in Purpose::ALL {
        let envelope = EnvelopeKey::generate(hub(), purpose).is_ok();
        let share = ShareKey::generate(hub(), purpose).is_ok();
        let relay = RelayKey::generate(hub(), purpose).is_ok();
        let kinds = (purpose.is_envelope(), purpose.is_share(), purpose.is_relay());
        assert_eq!((envelope, share, relay), kinds);
        assert!(u8::from(envelope) + u8::from(share) + u8::from(relay) <= 1, "{purpose:?}");
    }
    let leader = ShareKey::generate(hub(), Purpose::AggregateLeader).expect("key");
    let sealed = seal(&stated(&leader), INFO, AAD, b"share").expect("seal");
    assert_eq!(leader.open(&sealed, INFO, AAD).expect("open").as_slice(), b"share");
    let seed = Zeroizing::new(*leader.expose_seed());
    let helper = ShareKey::from_seed(hub(), Purpose::AggregateHelper, seed).expect("key");
    assert!(helper.open(&sealed, INFO, AAD).is_err());
}

/// Whoever holds a hub's relay key opens no list and no referral with it, even where the very same
/// private key was stated for both: the purpose is bound.
#[test]
fn a_relay_key_opens_no_envelope() {
    let seed = || Zeroizing::new([9; 32]);
    let hub = || unit("370202");
    let relay = RelayKey::from_seed(hub(), Purpose::Relay, seed()).expect("key");
    for purpose in [Purpose::List, Purpose::Referral] {
        let own = EnvelopeKey::from_seed(hub(), purpose, seed()).expect("key");
        assert!(own.public() == relay.public());
        let sealed = seal(&stated(&own), INFO, AAD, b"names").expect("seal");
        assert_eq!(own.open(&sealed, INFO, AAD).expect("open").as_slice(), b"names");
        assert_eq!(relay.open(&sealed, INFO, AAD).map(drop), Err(SealError::Refused));
        let routing = seal(&stated(&relay), INFO, AAD, b"where to").expect("seal");
        assert_eq!(own.open(&routing, INFO, AAD).map(drop), Err(SealError::Refused));
    }
}

/// A public key is read from its tagged form only.
#[test]
fn a_public_key_is_read_from_its_tagged_form() {
    let key = school();
    let tagged = key.public().bytes().to_vec();
    assert_eq!(tagged.len(), RECIPIENT_KEY_BYTES);
    assert!(RecipientKey::from_bytes(&tagged).expect("key") == *key.public());
    assert_eq!(RecipientKey::from_bytes(&tagged[..1000]).map(drop), Err(SealError::Key));
    let later = [[7].as_slice(), &tagged[1..]].concat();
    assert_eq!(RecipientKey::from_bytes(&later).map(drop), Err(SealError::Algorithm(7)));
    // Coefficients of ML-KEM are below 3329; these bytes are not.
    let wrong = [[1].as_slice(), &[0xff; 1216]].concat();
    assert_eq!(RecipientKey::from_bytes(&wrong).map(drop), Err(SealError::Key));
}

/// A key file opens for its own unit and purpose with its own passphrase's key only.
#[test]
fn a_key_file_is_one_units_for_one_purpose() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("list.key");
    let key = school();
    let derivation = Derivation { memory_kib: 64, passes: 1, salt: [7; 16] };
    key.save(&path, (&[1; 32], &derivation)).expect("save");
    let load = |outer: Option<&[u8; 32]>, of: &str, purpose| {
        EnvelopeKey::load(&path, outer, (unit(of), purpose)).map(|key| *key.expose_seed())
    };
    let seed = load(Some(&[1; 32]), "3702000042", Purpose::List).expect("load");
    assert_eq!(seed, *key.expose_seed());
    let refused = [
        load(Some(&[2; 32]), "3702000042", Purpose::List),
        load(Some(&[1; 32]), "3702000043", Purpose::List),
        load(Some(&[1; 32]), "3702000042", Purpose::Referral),
    ];
    assert!(refused.iter().all(|load| matches!(load, Err(KeyfileError::Refused))));
    assert!(load(None, "3702000042", Purpose::List).is_err());
    key.danger_save_plain(&path).expect("save");
    assert_eq!(load(None, "3702000042", Purpose::List).expect("load"), *key.expose_seed());
    assert!(load(None, "3702000043", Purpose::List).is_err(), "a plain file is its unit's too");
    assert!(load(None, "3702000042", Purpose::Referral).is_err());
    let hub = ShareKey::load(&path, None, (unit("370200"), Purpose::List));
    assert!(hub.is_err(), "a hub makes no key of a list's purpose");
}

/// Nothing is sealed to a key that only signs.
#[test]
fn nothing_is_sealed_to_a_signing_key() {
    let roots = [root(Commission::Education)];
    let signer = StatedKey::Signer(crate::testing::key().public().clone());
    let to = crate::testing::stated_key(&roots, unit("MZJ"), Purpose::ListSender, signer);
    assert_eq!(seal(&to, INFO, AAD, b"x"), Err(SealError::Purpose));
}
