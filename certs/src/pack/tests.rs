//! Facts about signed packs.

use domain::unit::{IdentityName, UnitKind};

use super::*;
use crate::chain::ChainError;
use crate::issuer::Subtree;
use crate::root::{Commission, RootAuthority};
use crate::signature::SignatureError;
use crate::testing::{authority, days, identity, key, now, root, unit, zone};

const PACK: &[u8] = b"kind = \"catalogue\"";

fn signed(root: &RootAuthority) -> PackSignature {
    let key = key();
    let certificate = root.sign_pack_key(key.public(), now()).expect("certificate");
    sign(PACK, &key, &[certificate]).expect("signature")
}

fn check(
    bytes: &[u8],
    signatures: &[PackSignature],
    roots: &[&RootAuthority],
) -> Result<usize, PackError> {
    let roots: Vec<_> = roots.iter().map(|root| root.certificate().clone()).collect();
    verify(bytes, signatures, &roots, &zone(), now()).map(|keys| keys.len())
}

/// Every pinned root must have signed; the order of the signatures does not matter.
#[test]
fn a_pack_needs_a_signature_under_every_root() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let both = [signed(&health), signed(&education)];
    let one = &both[1..];
    assert!(matches!(check(PACK, one, &[&education]), Ok(1)));
    assert!(matches!(check(PACK, &both, &[&education]), Ok(1)));
    assert!(matches!(check(PACK, &both, &[&education, &health]), Ok(2)));
    assert!(matches!(check(PACK, one, &[&education, &health]), Err(PackError::Missing)));
    let twice = [signed(&education), signed(&education)];
    assert!(matches!(check(PACK, &twice, &[&education, &health]), Err(PackError::Missing)));
    assert!(matches!(check(PACK, &both, &[]), Err(PackError::NoRoot)));
    let many = vec![both[0].clone(); 5];
    assert!(matches!(check(PACK, &many, &[&health]), Err(PackError::TooMany)));
}

/// Changed bytes, and a signature by a key that the certificate does not name, are refused.
#[test]
fn a_changed_pack_is_refused() {
    let education = root(Commission::Education);
    let good = signed(&education);
    let changed = check(b"kind = \"scale\"", std::slice::from_ref(&good), &[&education]);
    assert!(matches!(changed, Err(PackError::Signature(_))));
    let stranger = key().sign(CONTEXT, PACK).expect("signature");
    let mixed = PackSignature { signature: stranger, chain: good.chain.clone() };
    let mixed = check(PACK, &[mixed], &[&education]);
    assert!(matches!(mixed, Err(PackError::Signature(SignatureError::OtherKey))));
    assert!(matches!(sign(PACK, &key(), &good.chain), Err(PackError::Name)));
}

/// A hub's certificate signs no packs, not even the city's own hub's; nor does a pack key that is
/// over.
#[test]
fn only_pack_keys_sign_packs() {
    let education = root(Commission::Education);
    let city = authority(&education, &Subtree::City(zone()));
    let name = IdentityName::in_city(unit("370200"), zone());
    let hub = identity(&city, &name, UnitKind::City, now());
    let chain: Vec<Vec<u8>> = hub.chain().iter().map(|der| der.to_vec()).collect();
    let by_hub = sign(PACK, hub.key(), &chain).expect("signature");
    let by_hub = check(PACK, &[by_hub], &[&education]);
    assert!(matches!(by_hub, Err(PackError::Chain(ChainError::Purpose))));
    let roots = [education.certificate().clone()];
    let late = verify(PACK, &[signed(&education)], &roots, &zone(), now() + days(366 * 5));
    assert!(matches!(late, Err(PackError::Chain(ChainError::Expired))));
    let other = "jinan.example".parse().expect("zone");
    let foreign = verify(PACK, &[signed(&education)], &roots, &other, now());
    assert!(matches!(foreign, Err(PackError::Name)));
}

/// A district signs no packs: not with its hub's key, nor with its issuing authority, even under
/// the very name of the city's pack keys, which its constraints do not hold.
#[test]
fn a_district_signs_no_packs() {
    let education = root(Commission::Education);
    let district = unit("370202");
    let issuer = authority(&education, &Subtree::District(district.clone(), zone()));
    let name = IdentityName::in_district(district.clone(), &district, zone());
    let hub = identity(&issuer, &name, UnitKind::District, now());
    let chain: Vec<Vec<u8>> = hub.chain().iter().map(|der| der.to_vec()).collect();
    let by_hub = sign(PACK, hub.key(), &chain).expect("signature");
    let by_hub = check(PACK, &[by_hub], &[&education]);
    assert!(matches!(by_hub, Err(PackError::Chain(ChainError::Purpose))));
    // The city's real certificate and a key of the district's own: the bytes are not signed by it.
    let borrowed = PackSignature {
        signature: hub.key().sign(CONTEXT, PACK).expect("signature"),
        chain: signed(&education).chain,
    };
    let borrowed = check(PACK, &[borrowed], &[&education]);
    assert!(matches!(borrowed, Err(PackError::Signature(SignatureError::OtherKey))));
}

/// A pack key's certificate is nobody's identity and opens no connection.
#[test]
fn a_pack_key_is_no_unit() {
    let education = root(Commission::Education);
    let chain = signed(&education).chain;
    let trust = crate::testing::trust(&education, now());
    assert!(matches!(trust.identify(&chain, &zone(), now()), Err(ChainError::Purpose)));
    assert!(crate::identity::PeerIdentity::from_chain(&chain, &zone()).is_err());
}
