//! Facts about keys and signatures.

use std::time::Instant;

use super::*;
use crate::signature::SIGNATURE_BYTES;

const CONTEXT: &str = "xinqiao-test-v1";

fn key() -> SigningKey {
    SigningKey::generate().expect("key")
}

/// A signature holds for its bytes, its context and its key, and for nothing else.
#[test]
fn a_signature_holds_for_one_purpose_only() {
    let (signer, other) = (key(), key());
    let signature = signer.sign(CONTEXT, b"figures").expect("sign");
    let check = |key: &SigningKey, context: &str, message: &[u8]| {
        key.public().verify(context, message, &signature)
    };
    assert_eq!(check(&signer, CONTEXT, b"figures"), Ok(()));
    assert_eq!(check(&signer, CONTEXT, b"figure"), Err(SignatureError::Invalid));
    assert_eq!(check(&signer, "xinqiao-other-v1", b"figures"), Err(SignatureError::Invalid));
    assert_eq!(check(&signer, "xinqiao-test-v", b"1\0figures"), Err(SignatureError::Invalid));
    assert_eq!(check(&other, CONTEXT, b"figures"), Err(SignatureError::OtherKey));
    assert!(signer.sign("a\0b", b"figures").is_err(), "a zero byte would end the context early");
    assert!(signer.sign("", b"figures").is_err());
}

/// What is stored can be judged later by the bare public key from the hub's key history.
#[test]
fn a_stored_signature_is_judged_by_the_bare_key() {
    let signer = key();
    let stored = signer.sign(CONTEXT, b"figures").expect("sign").to_bytes();
    assert_eq!(stored.len(), SIGNATURE_BYTES);
    let known = PublicKey::from_spki(signer.public().spki()).expect("spki");
    let signature = Signature::from_bytes(&stored).expect("signature");
    assert_eq!(known.verify(CONTEXT, b"figures", &signature), Ok(()));
    let mut later = stored.clone();
    later[0] = 7;
    assert_eq!(Signature::from_bytes(&later), Err(SignatureError::Algorithm(7)));
    assert_eq!(Signature::from_bytes(&stored[..80]), Err(SignatureError::Length(80)));
    let mut forged = stored;
    forged[96] ^= 1;
    let forged = Signature::from_bytes(&forged).expect("shape");
    assert_eq!(known.verify(CONTEXT, b"figures", &forged), Err(SignatureError::Invalid));
}

/// Of the two signatures that hold one is made and taken: who saw a signature cannot write another.
#[test]
fn a_twin_of_a_signature_is_refused() {
    let signer = key();
    for round in 0..40_u8 {
        let signature = signer.sign(CONTEXT, &[round]).expect("sign");
        assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        let twin = Signature::ecdsa(signer.id(), crate::low_s::twin(*signature.bytes()));
        let arithmetic = signer.public().verify(CONTEXT, &[round], &twin);
        assert_eq!(arithmetic, Ok(()), "the arithmetic alone takes it");
        assert_eq!(Signature::from_bytes(&twin.to_bytes()), Err(SignatureError::Twin));
    }
}

/// A key file gives the same key back; what is no key is named.
#[test]
fn a_key_file_gives_the_same_key_back() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("key.pem");
    let signer = key();
    signer.save(&path).expect("save");
    assert_eq!(SigningKey::load(&path).expect("load").id(), signer.id());
    assert!(matches!(SigningKey::load(folder.path()), Err(KeyError::File(_))));
    assert!(matches!(SigningKey::from_pem(b"hello"), Err(KeyError::Encoding)));
}

/// Only points of P-256 in the one encoding are keys, so that a key has one name.
#[test]
fn a_key_has_one_encoding() {
    let spki = key().public().spki().to_vec();
    let mut off_curve = spki.clone();
    off_curve[90] ^= 1;
    let mut compressed = spki.clone();
    compressed[26] = 3;
    for wrong in [&off_curve[..], &compressed[..], &spki[..90], b""] {
        assert!(PublicKey::from_spki(wrong).is_err());
        let Ok(unchecked) = PublicKey::from_checked_spki(wrong) else { continue };
        let signature = Signature::ecdsa(unchecked.id(), [1; 64]);
        let verified = unchecked.verify(CONTEXT, b"figures", &signature);
        assert_eq!(verified, Err(SignatureError::Invalid));
    }
}

/// Prints what a signature and a check cost here; nothing is asserted.
#[test]
fn signing_and_checking_have_a_price() {
    const ROUNDS: u32 = 200;
    let (signer, message) = (key(), vec![7_u8; 2048]);
    let start = Instant::now();
    let mut signature = signer.sign(CONTEXT, &message).expect("sign");
    for _ in 1..ROUNDS {
        signature = signer.sign(CONTEXT, &message).expect("sign");
    }
    let signing = start.elapsed() / ROUNDS;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        signer.public().verify(CONTEXT, &message, &signature).expect("verify");
    }
    println!("2 KiB: sign {signing:?}, verify {:?}", start.elapsed() / ROUNDS);
}
