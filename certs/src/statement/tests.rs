//! Facts about key statements and the requests for them.

use super::*;
use crate::chain::ChainError;
use crate::root::RootAuthority;
use crate::seal::EnvelopeKey;
use crate::signature::SignatureError;
use crate::testing::{
    authority, days, district, identity, in_district, key, now, root, signed, statement_of, unit,
    zone,
};

fn list_key() -> StatedKey {
    let key = EnvelopeKey::generate(unit("3702000042"), Purpose::List).expect("key");
    StatedKey::Recipient(key.public().clone())
}

fn statement() -> KeyStatement {
    statement_of(unit("3702000042"), Purpose::List, list_key())
}

fn check(signed: &SignedStatement, roots: &[&RootAuthority]) -> Result<Standing, StatementError> {
    let roots: Vec<_> = roots.iter().map(|root| root.certificate().clone()).collect();
    verify(signed, &roots, &zone(), now()).map(|verified| verified.standing())
}

/// Under two pinned roots one commission's signature is not enough, and twice one's is not two;
/// under one root it holds and says under which.
#[test]
fn a_statement_stands_under_every_pinned_root() {
    let roots = [root(Commission::Education), root(Commission::Health)];
    let [education, health] = &roots;
    let alone = signed(&roots[..1], &statement());
    let one = Standing::One(Some(Commission::Education));
    assert_eq!(check(&alone, &[education]).expect("one root"), one);
    let missing =
        |result| matches!(result, Err(StatementError::Signature(CountersignError::Missing)));
    assert!(missing(check(&alone, &[education, health])));
    assert!(missing(check(&alone, &[health])));
    let both = signed(&roots, &statement());
    assert_eq!(check(&both, &[education, health]).expect("both"), Standing::Both);
    assert_eq!(check(&both, &[education]).expect("one of two"), one);
    assert_eq!(alone.digest(), signed(&roots, &alone.unverified().expect("read")).digest());
    let none = check(&both, &[]);
    assert!(matches!(none, Err(StatementError::Signature(CountersignError::NoRoot))));
}

/// A pack key signs no statement and a statement key no pack; a hub's key signs neither.
#[test]
fn only_statement_keys_sign_statements() {
    let education = root(Commission::Education);
    let foreign = key();
    let chain = [education.sign_pack_key(foreign.public(), now()).expect("certificate")];
    let by_pack_key = SignedStatement::sign(&statement(), &foreign, &chain).expect("sign");
    let refused = check(&by_pack_key, &[&education]);
    assert!(matches!(refused, Err(StatementError::Signature(CountersignError::Name))));
    let own = key();
    let chain = [education.sign_statement_key(own.public(), now()).expect("certificate")];
    let pack = crate::pack::sign(b"pack", &own, &chain).expect("sign");
    let roots = [education.certificate().clone()];
    let refused = crate::pack::verify(b"pack", &[pack], &roots, &zone(), now());
    assert!(matches!(refused, Err(CountersignError::Name)));
    let city = authority(&education, &crate::issuer::Subtree::City(zone()));
    let name = domain::unit::IdentityName::in_city(unit("370200"), zone());
    let hub = identity(&city, &name, domain::unit::UnitKind::City, now());
    let chain: Vec<Vec<u8>> = hub.chain().iter().map(|der| der.to_vec()).collect();
    let by_hub = SignedStatement::sign(&statement(), hub.key(), &chain).expect("sign");
    let refused = check(&by_hub, &[&education]);
    let Err(StatementError::Signature(CountersignError::Chain(cause))) = refused else {
        panic!("a hub's key signs no statement");
    };
    assert!(matches!(cause, ChainError::Purpose));
    let reserved = domain::unit::IdentityName::in_city(unit("STATEMENTS"), zone());
    let record = crate::issuer::LeafRecord {
        name: reserved,
        kind: domain::unit::UnitKind::Centre,
        key: own.public().clone(),
    };
    assert!(city.issue(&record, now()).is_err(), "no unit can have the statement keys' name");
}

/// A statement holds from its first instant to before its last, in its own city.
#[test]
fn a_statement_holds_in_its_days_and_city() {
    let roots = [root(Commission::Education)];
    let signed = signed(&roots, &statement());
    let pins = [roots[0].certificate().clone()];
    let at = |instant| verify(&signed, &pins, &zone(), instant).map(drop);
    assert!(at(now()).is_ok() && at(now() + days(364)).is_ok());
    assert!(matches!(at(now() - days(1)), Err(StatementError::Early(_))));
    assert!(matches!(at(now() + days(365)), Err(StatementError::Ended(_))));
    let elsewhere = KeyStatement { zone: "jinan.example".parse().expect("zone"), ..statement() };
    let elsewhere = crate::testing::signed(&roots, &elsewhere);
    assert!(matches!(check(&elsewhere, &[&roots[0]]), Err(StatementError::Zone)));
}

/// What does not fit together is not signed.
#[test]
fn a_statement_that_fits_nothing_is_not_signed() {
    let wrong = |statement: KeyStatement| statement.to_bytes().expect_err("refused");
    let name = |name: &str| KeyStatement { name: name.to_owned(), ..statement() };
    assert!(matches!(wrong(name("")), StatementError::Name));
    assert!(matches!(wrong(name("a\nb")), StatementError::Name));
    assert!(matches!(wrong(name(&"校".repeat(61))), StatementError::Name));
    let until = |valid_to| KeyStatement { valid_to, ..statement() };
    assert!(matches!(wrong(until(now())), StatementError::Dates));
    assert!(matches!(wrong(until(now() + days(DAYS_MAX + 1))), StatementError::Dates));
    let an_hour = jiff::SignedDuration::from_hours(1);
    assert!(matches!(wrong(until(now() + an_hour)), StatementError::Dates));
    assert!(matches!(wrong(until(now() + days(DAYS_MAX) + an_hour)), StatementError::Dates));
    assert!(until(now() + days(DAYS_MAX)).to_bytes().is_ok());
    let purpose = KeyStatement { purpose: Purpose::ListSender, ..statement() };
    assert!(matches!(wrong(purpose), StatementError::Key(SealError::Purpose)));
    let signer = StatedKey::Signer(key().public().clone());
    let signer = KeyStatement { key: signer, ..statement() };
    assert!(matches!(wrong(signer.clone()), StatementError::Key(SealError::Purpose)));
    let relay = KeyStatement { purpose: Purpose::Relay, ..signer };
    assert!(matches!(wrong(relay), StatementError::Key(SealError::Purpose)));
}

/// Every purpose has its own word and is read back from it in a statement.
#[test]
fn every_purpose_is_stated_by_its_word() {
    for purpose in Purpose::ALL {
        let key = if purpose == Purpose::ListSender {
            StatedKey::Signer(key().public().clone())
        } else {
            list_key()
        };
        let stated = statement_of(unit("370202"), purpose, key);
        let read = KeyStatement::from_bytes(&stated.to_bytes().expect("bytes")).expect("read");
        assert_eq!(read, stated);
        assert_eq!(Purpose::from_word(purpose.as_str()), Some(purpose));
    }
    assert_eq!(Purpose::from_word("relays"), None);
}

/// The text of a statement is read back whole; several stand in one file; damage is noticed.
#[test]
fn statements_travel_as_text() {
    let roots = [root(Commission::Education), root(Commission::Health)];
    let one = signed(&roots, &statement());
    let sender = StatedKey::Signer(key().public().clone());
    let two = signed(&roots[..1], &statement_of(unit("MZJ"), Purpose::ListSender, sender));
    assert_eq!(SignedStatement::from_pem(one.to_pem().as_bytes()).expect("read"), one);
    let text = format!("# two\n{}\n{}", one.to_pem(), two.to_pem());
    let read = SignedStatement::all_from_pem(text.as_bytes()).expect("read");
    assert_eq!(read, [one.clone(), two]);
    assert!(SignedStatement::from_pem(text.as_bytes()).is_err(), "two are not one");
    assert!(SignedStatement::from_pem(b"\x89PNG\r\n").is_err());
    let bytes = statement().to_bytes().expect("bytes");
    for cut in [0, 1, 40, bytes.len() - 1] {
        assert!(KeyStatement::from_bytes(&bytes[..cut]).is_err());
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(KeyStatement::from_bytes(&longer).is_err());
    assert_eq!(KeyStatement::from_bytes(&bytes).expect("read").to_bytes().expect("bytes"), bytes);
    let mut altered = one.clone();
    let last = altered.bytes.len() - 1;
    altered.bytes[last] ^= 1;
    let altered = check(&altered, &[&roots[0]]);
    let Err(StatementError::Signature(CountersignError::Signature(cause))) = altered else {
        panic!("altered bytes are not believed");
    };
    assert_eq!(cause, SignatureError::Invalid);
}

/// A unit that has joined proves whose request it is by its certificate; another unit's
/// certificate, another key and changed bytes do not.
#[test]
fn a_request_proves_who_asks() {
    let education = root(Commission::Education);
    let pins = [education.certificate().clone()];
    let issuer = district(&education, "370202");
    let member = |id: &str| {
        identity(&issuer, &in_district(id, "370202"), domain::unit::UnitKind::School, now())
    };
    let school = member("3702000042");
    let chain = |leaf: &crate::identity::LeafIdentity| -> Vec<Vec<u8>> {
        leaf.chain().iter().map(|der| der.to_vec()).collect()
    };
    let request = KeyRequest {
        zone: zone(),
        unit: unit("3702000042"),
        name: "青岛路小学".to_owned(),
        purpose: Purpose::List,
        key: list_key(),
    };
    let signed = request.sign(school.key(), chain(&school)).expect("sign");
    let read = SignedRequest::from_pem(signed.to_pem().as_bytes()).expect("read");
    assert_eq!(read, signed);
    let (asked, proof) = read.prove(&pins, now()).expect("proved");
    assert!(asked == request && matches!(proof, Proof::Certificate(_)));
    assert_eq!(asked.statement(now(), now() + days(365)).unit, unit("3702000042"));
    let neighbour = member("3702000043");
    let posed = request.sign(neighbour.key(), chain(&neighbour)).expect("sign");
    assert!(matches!(posed.prove(&pins, now()), Err(RequestError::OtherUnit)));
    let borrowed = request.sign(neighbour.key(), chain(&school)).expect("sign");
    assert!(matches!(borrowed.prove(&pins, now()), Err(RequestError::Signature(_))));
    let stranger = [root(Commission::Education).certificate().clone()];
    assert!(matches!(signed.prove(&stranger, now()), Err(RequestError::Chain(_))));
    let bare = request.sign(school.key(), Vec::new()).expect("sign");
    assert!(matches!(bare.prove(&pins, now()), Err(RequestError::NoCertificate)));
}

/// A department without a certificate proves that it holds the key, and nothing else.
#[test]
fn a_department_proves_its_own_key() {
    let own = key();
    let request = KeyRequest {
        zone: zone(),
        unit: unit("MZJ"),
        name: "市民政局".to_owned(),
        purpose: Purpose::ListSender,
        key: StatedKey::Signer(own.public().clone()),
    };
    let signed = request.sign(&own, Vec::new()).expect("sign");
    let (_, proof) = signed.prove(&[], now()).expect("proved");
    assert!(matches!(proof, Proof::OwnKey));
    let other = request.sign(&key(), Vec::new()).expect("sign");
    assert!(matches!(other.prove(&[], now()), Err(RequestError::Signature(_))));
}
