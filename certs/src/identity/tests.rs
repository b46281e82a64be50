//! Facts about a unit's own identity.

use domain::unit::UnitKind;

use super::*;
use crate::root::Commission;
use crate::testing::{days, district, identity, in_district, key, now, root};

fn school() -> LeafIdentity {
    let root = root(Commission::Education);
    let name = in_district("F370202004J01", "370202");
    identity(&district(&root, "370202"), &name, UnitKind::School, now())
}

/// Key and chain are one file; what is read back is the same identity.
#[test]
fn an_identity_is_one_file() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("identity.pem");
    let school = school();
    school.save(&path).expect("save");
    let loaded = LeafIdentity::load(&path).expect("load");
    assert_eq!(loaded.peer(), school.peer());
    assert_eq!(loaded.chain(), school.chain());
    assert_eq!(loaded.key().id(), school.key().id());
    let missing = LeafIdentity::load(&folder.path().join("other.pem"));
    assert!(matches!(missing, Err(IdentityError::Key(KeyError::File(_)))));
}

/// A chain is joined with its own key only.
#[test]
fn a_chain_belongs_to_its_key() {
    let chain: Vec<Vec<u8>> = school().chain().iter().map(|der| der.to_vec()).collect();
    assert!(matches!(LeafIdentity::new(&chain, key()), Err(IdentityError::OtherKey)));
    assert!(matches!(LeafIdentity::new(&[], key()), Err(IdentityError::Certificate)));
    let authority = LeafIdentity::new(&chain[1..], key());
    assert!(matches!(authority, Err(IdentityError::Certificate)));
}

/// The next certificate is asked for from day 60 of 90.
#[test]
fn renewal_starts_after_two_thirds() {
    assert_eq!(school().renew_from(), now() + days(60));
}

/// A certificate is read under one zone only.
#[test]
fn a_peer_belongs_to_one_zone() {
    let school = school();
    let other: Zone = "jinan.example".parse().expect("zone");
    let read = PeerIdentity::from_chain(school.chain(), &other);
    assert!(matches!(read, Err(IdentityError::Name)));
}
