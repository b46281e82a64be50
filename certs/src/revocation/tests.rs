//! Facts about what a root takes back, and what is judged by it.

use domain::unit::UnitKind;

use super::*;
use crate::chain::{ChainError, Purpose, Trust};
use crate::countersign::CountersignError;
use crate::identity::LeafIdentity;
use crate::pack::{self, PackError};
use crate::root::Commission;
use crate::statement::{self, Purpose as For, SignedStatement, StatementError};
use crate::testing::{
    days, district, identity, in_district, key, now, root, statement_of, trust, unit, zone,
};

fn taken(key: KeyId, thing: Thing, since: Timestamp) -> RevokedKey {
    RevokedKey { key, thing, name: "370202".to_owned(), since, reason: Reason::Stolen }
}

/// A signed list with one key more than the root's certificate knows of here.
fn next(root: &RootAuthority, added: RevokedKey) -> Vec<u8> {
    let known = root.certificate().revocations();
    let about = (root.certificate(), now());
    let list = RevocationList::following(known.as_deref(), vec![added], about).expect("list");
    list.sign(root).expect("signed")
}

fn take(signed: &[u8], roots: &[RootCertificate]) -> Result<bool, RevocationError> {
    let (list, root) = RevocationList::verify(signed, roots)?;
    root.take_revocations(list)
}

/// The certificate as another unit has it: the same bytes, and a list of its own.
fn copy(root: &RootAuthority) -> RootCertificate {
    RootCertificate::from_der(root.certificate().der()).expect("root")
}

fn school(authority: &crate::issuer::IssuingAuthority, district: &str) -> LeafIdentity {
    identity(authority, &in_district("A", district), UnitKind::School, now())
}

/// A list is read as it was signed by its root, and by no other; no bytes but these hold.
#[test]
fn a_list_is_its_roots_alone() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let signed = next(&education, taken(key().id(), Thing::Packs, now()));
    let roots = [copy(&health), copy(&education)];
    let (list, of) = RevocationList::verify(&signed, &roots).expect("list");
    assert_eq!((list.number(), list.signed_at(), of), (1, now(), education.certificate()));
    assert_eq!(list.keys().len(), 1);
    let unknown = RevocationList::verify(&signed, &roots[..1]);
    assert!(matches!(unknown, Err(RevocationError::OtherRoot)));
    assert!(matches!(list.sign(&health), Err(RevocationError::OtherRoot)));
    // Health's key under education's name.
    let body = list.body();
    let forged = health.key().sign(CONTEXT, &body).expect("signature").to_bytes();
    let forged = Writer::default().field(&body).field(&forged).finish();
    let forged = RevocationList::verify(&forged, &roots);
    assert!(matches!(forged, Err(RevocationError::Signature(SignatureError::OtherKey))));
    for cut in 0..signed.len() {
        assert!(RevocationList::verify(&signed[..cut], &roots).is_err(), "{cut}");
    }
    for at in 0..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        assert!(RevocationList::verify(&changed, &roots).is_err(), "{at}");
    }
}

/// An older list never takes the place of a newer one, nor does one that forgets a key; what is
/// known already comes again without harm, and all copies of a root know what one of them took.
#[test]
fn a_list_only_grows() {
    let education = root(Commission::Education);
    let (first, second) = (key().id(), key().id());
    let one = next(&education, taken(first, Thing::Packs, now()));
    let other_one = next(&education, taken(second, Thing::Packs, now()));
    take(&one, &[education.certificate().clone()]).expect("its own machine");
    let two = next(&education, taken(second, Thing::Statements, now()));
    let here = [copy(&education)];
    assert!(here[0].revocations().is_none());
    assert!(take(&one, &here).expect("first"));
    assert!(!take(&one, &here).expect("again"));
    assert!(matches!(take(&other_one, &here), Err(RevocationError::Older(1))));
    assert!(take(&two, &here).expect("second"));
    assert!(matches!(take(&one, &here), Err(RevocationError::Older(2))));
    assert_eq!(here[0].clone().revocations().expect("list").number(), 2);
    // A root's folder that fell behind numbers on from what it has.
    let about = (education.certificate(), now());
    let short = RevocationList::following(None, vec![], about).expect("list");
    let short = RevocationList { number: 9, ..short }.sign(&education).expect("signed");
    assert!(matches!(take(&short, &here), Err(RevocationError::Shorter)));
    assert_eq!(here[0].revocations().expect("list").keys().len(), 2);
    // What was taken back is taken back from the earlier of two instants on.
    let known = here[0].revocations().expect("list");
    let earlier = taken(first, Thing::Packs, now() - days(3));
    let list = RevocationList::following(Some(known.as_ref()), vec![earlier], about).expect("list");
    assert_eq!(list.key(&first).expect("key").since, now() - days(3));
    assert!(here[0].is_new(&list).expect("third"));
}

/// Whatever an authority certified falls with it from the instant on that the list says, under its
/// own root only; a unit's key falls alone, and what waited at a school speaks no more.
#[test]
fn an_authority_falls_with_what_it_certified() {
    let (education, health) = (root(Commission::Education), root(Commission::Health));
    let (stolen, other) = (district(&education, "370202"), district(&education, "370203"));
    let (gone, spared) = (school(&stolen, "370202"), school(&other, "370203"));
    let id = crate::root::spki_of(stolen.certificate()).expect("key").id();
    let trust: Trust = trust(&education, now());
    let check = |who: &LeafIdentity, at| trust.verify(who.chain(), Purpose::Member, at);
    assert!(check(&gone, now()).is_ok());
    let by_health = next(&health, taken(id, Thing::Authority, now()));
    take(&by_health, &[health.certificate().clone()]).expect("taken");
    assert!(!health.certificate().revokes(gone.chain(), now()), "under another root");
    let list = next(&education, taken(id, Thing::Authority, now() + days(1)));
    take(&list, trust.roots()).expect("taken");
    assert!(check(&gone, now()).is_ok(), "before the instant");
    assert!(matches!(check(&gone, now() + days(1)), Err(ChainError::Revoked)));
    assert!(check(&spared, now() + days(1)).is_ok());
    let ends = gone.peer().not_after();
    let late = trust.identify_signer(gone.chain(), &zone(), ends + days(9));
    assert!(matches!(late, Err(ChainError::Revoked)), "{late:?}");
    let alone = next(&education, taken(spared.peer().key().id(), Thing::Unit, now()));
    take(&alone, trust.roots()).expect("taken");
    assert!(trust.revokes_now(spared.chain()));
    assert!(trust.root_of(spared.chain(), Purpose::Member, now()).is_none());
}

/// Under a pack key that its root took back no pack is taken any more; under a new key of the same
/// commission it is.
#[test]
fn a_stolen_key_signs_nothing_more() {
    let education = root(Commission::Education);
    let certified = |signer: &crate::key::SigningKey| {
        education.sign_pack_key(signer.public(), now()).expect("certificate")
    };
    let (stolen, fresh) = (key(), key());
    let by = |signer: &crate::key::SigningKey| {
        pack::sign(b"pack", signer, &[certified(signer)]).expect("signature")
    };
    let roots = [copy(&education)];
    let check = |signatures: &[pack::PackSignature], at| {
        pack::verify(b"pack", signatures, &roots, &zone(), at).map(drop)
    };
    let since = now() + days(1);
    let list = next(&education, taken(stolen.id(), Thing::Packs, since));
    assert!(check(&[by(&stolen)], since).is_ok());
    take(&list, &roots).expect("taken");
    let refused = check(&[by(&stolen)], since);
    assert!(matches!(refused, Err(PackError::Chain(ChainError::Revoked))), "{refused:?}");
    assert!(check(&[by(&stolen)], now()).is_ok(), "what was in force before stays");
    assert!(check(&[by(&stolen), by(&fresh)], since).is_ok(), "signed anew beside it");
}

/// Under a statement key that its root took back no key statement is believed any more.
#[test]
fn a_stolen_statement_key_states_nothing_more() {
    let education = root(Commission::Education);
    let stolen = key();
    let chain = [education.sign_statement_key(stolen.public(), now()).expect("certificate")];
    let says = statement_of(unit("S1"), For::List, stated());
    let signed = SignedStatement::sign(&says, &stolen, &chain).expect("signed");
    let roots = [copy(&education)];
    assert!(statement::verify(&signed, &roots, &zone(), now()).is_ok());
    let list = next(&education, taken(stolen.id(), Thing::Statements, now()));
    take(&list, &roots).expect("taken");
    let refused = statement::verify(&signed, &roots, &zone(), now());
    let revoked = CountersignError::Chain(ChainError::Revoked);
    let why = refused.map(drop).map_err(|error| format!("{error:?}"));
    assert_eq!(why, Err(format!("{:?}", StatementError::Signature(revoked))));
}

fn stated() -> statement::StatedKey {
    let key = crate::seal::EnvelopeKey::generate(unit("S1"), For::List).expect("key");
    statement::StatedKey::Recipient(key.public().clone())
}
