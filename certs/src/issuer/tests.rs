//! Facts about authorities and what they can and cannot issue.

use super::*;
use crate::chain::{ChainError, Purpose};
use crate::crl::CrlContent;
use crate::csr;
use crate::identity::LeafIdentity;
use crate::root::{Commission, RootAuthority, RootCertificate, RootError};
use crate::testing::{days, district, identity, in_district, key, now, root, trust, unit, zone};

fn check(root: &RootAuthority, chain: &[Vec<u8>]) -> Result<(), ChainError> {
    trust(root, now()).identify(chain, &zone(), now()).map(drop)
}

/// Signs what no honest authority would, with a real authority's key.
fn rogue(authority: &IssuingAuthority, names: &[SanType]) -> Vec<Vec<u8>> {
    let subject = template::subject("rogue", &zone());
    let validity = Validity::from(now(), LEAF_LIFETIME).expect("dates");
    let mut params = template::leaf(subject, validity, &Serial::generate()).expect("params");
    params.subject_alt_names = names.to_vec();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = params.signed_by(&key(), &authority.issuer).expect("sign");
    vec![leaf.der().to_vec(), authority.certificate().to_vec()]
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("name"))
}

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().expect("uri"))
}

/// A request that asks to be the city's hub gets the certificate that the record says.
#[test]
fn a_certificate_says_what_the_record_says() {
    let (root, applicant) = (root(Commission::Education), key());
    let authority = district(&root, "370202");
    let mut greedy = CertificateParams::default();
    greedy.subject_alt_names = vec![dns("370200.city.qingdao.example")];
    let request = greedy.serialize_request(&applicant).expect("request");
    let name = in_district("F370202004J01", "370202");
    let key = csr::public_key(request.der()).expect("key");
    let record = LeafRecord { name: name.clone(), kind: UnitKind::School, key };
    let issued = authority.issue(&record, now()).expect("issue");
    let peer = trust(&root, now()).identify(&issued.chain, &zone(), now()).expect("peer");
    assert_eq!((peer.name(), peer.key()), (&name, applicant.public()));
    assert_eq!(peer.serial(), &issued.serial);
    assert_eq!(peer.not_before(), now() - days(2));
    assert_eq!(peer.not_after(), now() + days(90));
    assert_eq!((issued.not_before, issued.not_after), (peer.not_before(), peer.not_after()));
}

/// Only hubs may be called; every unit may call; nobody but a pack key may sign packs.
#[test]
fn only_hubs_may_serve() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let name = in_district("370202004", "370202");
    for (kind, serves) in [(UnitKind::Street, true), (UnitKind::School, false)] {
        let identity = identity(&authority, &name, kind, now());
        let check = |purpose| trust(&root, now()).verify(identity.chain(), purpose, now());
        assert!(check(Purpose::Member).is_ok());
        assert_eq!(check(Purpose::Hub).is_ok(), serves);
        assert!(matches!(check(Purpose::Document), Err(ChainError::Purpose)));
    }
}

/// An authority refuses to name what is not below it, and the name of the pack keys.
#[test]
fn an_authority_names_its_own_units_only() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let city = IdentityName::in_city(unit("370200"), zone());
    let packs = in_district("packs", "370202");
    for name in [in_district("X", "370203"), city, packs] {
        let record = LeafRecord { name, kind: UnitKind::School, key: key().public().clone() };
        assert!(matches!(authority.issue(&record, now()), Err(IssueError::Subtree)));
    }
    let other: Zone = "jinan.example".parse().expect("zone");
    let foreign = root.sign_issuer(&Subtree::City(other), key().public(), now());
    assert!(matches!(foreign, Err(RootError::Zone)));
}

/// A rogue district cannot speak for another one, however it words the name.
#[test]
fn a_rogue_district_speaks_for_nobody_else() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let own = dns("x.370202.qingdao.example");
    let agreed = uri("spiffe://qingdao.example/unit/x");
    assert!(check(&root, &rogue(&authority, &[own.clone(), agreed.clone()])).is_ok());
    for name in [
        "x.370203.qingdao.example",
        "x.evil370202.qingdao.example",
        "370200.city.qingdao.example",
        "x.370202.qingdao.example.evil.example",
    ] {
        let chain = rogue(&authority, &[dns(name), agreed.clone()]);
        assert!(matches!(check(&root, &chain), Err(ChainError::Constraint)), "{name}");
    }
    for names in [
        vec![uri("spiffe://qingdao.example/unit/370203")],
        vec![own.clone()],
        vec![own.clone(), uri("spiffe://qingdao.example/unit/y")],
        vec![own.clone(), uri("spiffe://jinan.example/unit/x")],
        vec![own.clone(), dns("y.370202.qingdao.example"), agreed.clone()],
        vec![dns("x.y.370202.qingdao.example"), agreed.clone()],
        vec![dns("*.370202.qingdao.example"), agreed.clone()],
        vec![dns("X.370202.qingdao.example"), agreed],
        vec![],
    ] {
        let chain = rogue(&authority, &names);
        assert!(matches!(check(&root, &chain), Err(ChainError::Identity(_))), "{names:?}");
    }
}

/// A district cannot make another authority, and a unit cannot issue.
#[test]
fn nobody_below_a_root_makes_authorities() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let sub_key = key();
    let subject = template::authority_subject("sub", sub_key.id(), &zone());
    let validity = Validity::from(now(), LEAF_LIFETIME).expect("dates");
    let params = template::authority(subject, validity, "370202.qingdao.example", 0);
    let mut params = params.expect("params");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let sub = params.signed_by(sub_key.public(), &authority.issuer);
    let sub = IssuingAuthority::open(sub.expect("sign").der(), sub_key).expect("sub");
    let name = in_district("F370202004J01", "370202");
    let leaf = identity(&sub, &name, UnitKind::School, now());
    let mut chain: Vec<Vec<u8>> = leaf.chain().iter().map(|der| der.to_vec()).collect();
    chain.push(authority.certificate().to_vec());
    let refused = check(&root, &chain);
    assert!(matches!(refused, Err(ChainError::Constraint)), "{refused:?}");
    let honest = identity(&authority, &name, UnitKind::School, now());
    let opened = IssuingAuthority::open(&honest.chain()[0], honest.key().clone());
    assert!(matches!(opened, Err(IssueError::Certificate)));
}

/// Dates are judged at the time that is given, and another city's root is unknown.
#[test]
fn chains_end_and_belong_to_one_root() {
    let (mine, other) = (root(Commission::Education), root(Commission::Education));
    let authority = district(&mine, "370202");
    let name = in_district("F370202004J01", "370202");
    let leaf = identity(&authority, &name, UnitKind::School, now() + days(2));
    let at = |instant| trust(&mine, now()).verify(leaf.chain(), Purpose::Member, instant);
    assert!(at(now() + days(1)).is_ok(), "backdated by two days");
    assert!(matches!(at(now() - days(1)), Err(ChainError::NotYetValid)));
    assert!(at(now() + days(91)).is_ok());
    assert!(matches!(at(now() + days(93)), Err(ChainError::Expired)));
    let foreign = trust(&other, now()).verify(leaf.chain(), Purpose::Member, now());
    assert!(matches!(foreign, Err(ChainError::UnknownRoot)));
    let none: [Vec<u8>; 0] = [];
    let empty = trust(&mine, now()).verify(&none, Purpose::Member, now());
    assert!(matches!(empty, Err(ChainError::Length)));
    let noise = trust(&mine, now()).verify(&[b"noise".to_vec()], Purpose::Member, now());
    assert!(matches!(noise, Err(ChainError::Damaged(_))));
}

/// A certificate never outlives its authority, and an expired authority issues nothing.
#[test]
fn certificates_end_with_their_authority() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let name = in_district("F370202004J01", "370202");
    let late = authority.not_after() - days(10);
    let leaf = identity(&authority, &name, UnitKind::School, late);
    assert_eq!(leaf.peer().not_after(), authority.not_after());
    let record = LeafRecord { name, kind: UnitKind::School, key: key().public().clone() };
    assert!(matches!(authority.issue(&record, authority.not_after()), Err(IssueError::Date)));
}

/// A revoked certificate is refused for as long as the list is current; a stale list closes.
#[test]
fn a_revoked_certificate_is_refused() {
    let root = root(Commission::Education);
    let authority = district(&root, "370202");
    let gone = identity(&authority, &in_district("A", "370202"), UnitKind::School, now());
    let good = identity(&authority, &in_district("B", "370202"), UnitKind::School, now());
    let revoked = [Revoked { serial: gone.peer().serial().clone(), at: now() }];
    let list = authority.sign_crl(&revoked, 7, now()).expect("list");
    let read = CrlContent::from_der(&list).expect("content");
    assert_eq!((read.number, read.revoked.as_slice()), (7, revoked.as_slice()));
    assert_eq!(read.next_update, now() + days(1));
    let trust = trust(&root, now()).with_crls(&[list]).expect("trust");
    let check = |leaf: &LeafIdentity, at| trust.verify(leaf.chain(), Purpose::Member, at);
    assert!(matches!(check(&gone, now()), Err(ChainError::Revoked)));
    assert!(check(&good, now()).is_ok());
    assert!(matches!(check(&good, now() + days(2)), Err(ChainError::StaleCrl)));
    let tolerant = trust.clone().danger_accept_stale_crls();
    assert!(tolerant.verify(good.chain(), Purpose::Member, now() + days(2)).is_ok());
    let still = tolerant.verify(gone.chain(), Purpose::Member, now() + days(2));
    assert!(matches!(still, Err(ChainError::Revoked)));
    assert!(trust.with_crls(&[b"noise".to_vec()]).is_err());
}

/// Roots and authorities are opened again from what was stored, with their own key only.
#[test]
fn authorities_are_opened_with_their_own_key() {
    let root = root(Commission::Health);
    let stored = root.certificate().der().to_vec();
    let opened = RootAuthority::open(&stored, root.key().clone()).expect("root");
    assert_eq!(opened.certificate(), root.certificate());
    assert!(matches!(RootAuthority::open(&stored, key()), Err(RootError::Key)));
    let authority = district(&root, "370202");
    let wrong = IssuingAuthority::open(authority.certificate(), key());
    assert!(matches!(wrong, Err(IssueError::Key)));
    assert!(RootCertificate::from_der(authority.certificate()).is_err());
    assert!(RootCertificate::from_der(b"noise").is_err());
    let pins = [root.certificate().digest()];
    let offered = [authority.certificate(), stored.as_slice()];
    assert_eq!(RootCertificate::pinned(&offered, &pins), [root.certificate().clone()]);
}
