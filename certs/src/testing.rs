//! A small city for the tests: two roots, authorities, identities, and handshakes in memory.

use domain::unit::{IdentityName, UnitId, UnitKind, Zone};
use jiff::Timestamp;
use rustls::{ClientConnection, Error, ServerConnection};

use crate::chain::Trust;
use crate::identity::LeafIdentity;
use crate::issuer::{IssuingAuthority, LeafRecord, Subtree};
use crate::key::SigningKey;
use crate::root::{Commission, RootAuthority, RootCertificate};
use crate::seal::{Opens, SealingKey};
use crate::statement::{
    self, KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement,
};
use crate::tls::TlsClock;

pub(crate) fn zone() -> Zone {
    "qingdao.example".parse().expect("zone")
}

pub(crate) fn unit(id: &str) -> UnitId {
    id.parse().expect("unit")
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate().expect("key")
}

pub(crate) fn now() -> Timestamp {
    "2025-10-17T08:00:00Z".parse().expect("instant")
}

pub(crate) fn days(count: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(24 * count)
}

pub(crate) fn in_district(id: &str, district: &str) -> IdentityName {
    IdentityName::in_district(unit(id), &unit(district), zone())
}

pub(crate) fn root(commission: Commission) -> RootAuthority {
    RootAuthority::create(commission, &zone(), key(), now()).expect("root")
}

pub(crate) fn authority(root: &RootAuthority, subtree: &Subtree) -> IssuingAuthority {
    let key = key();
    let certificate = root.sign_issuer(subtree, key.public(), now()).expect("authority");
    IssuingAuthority::open(&certificate, key).expect("authority")
}

pub(crate) fn district(root: &RootAuthority, id: &str) -> IssuingAuthority {
    authority(root, &Subtree::District(unit(id), zone()))
}

/// Issues an identity at a time, as enrolment does.
pub(crate) fn identity(
    authority: &IssuingAuthority,
    name: &IdentityName,
    kind: UnitKind,
    now: Timestamp,
) -> LeafIdentity {
    let key = key();
    let record = LeafRecord { name: name.clone(), kind, key: key.public().clone() };
    let issued = authority.issue(&record, now).expect("issue");
    LeafIdentity::new(&issued.chain, key).expect("identity")
}

/// A statement that every root's commission signed, valid for a year from `now`.
pub(crate) fn signed(roots: &[RootAuthority], statement: &KeyStatement) -> SignedStatement {
    let mut signed: Option<SignedStatement> = None;
    for root in roots {
        let key = key();
        let chain = [root.sign_statement_key(key.public(), now()).expect("certificate")];
        match &mut signed {
            Some(signed) => signed.add_signature(&key, &chain).expect("add"),
            None => signed = Some(SignedStatement::sign(statement, &key, &chain).expect("sign")),
        }
    }
    signed.expect("a root")
}

pub(crate) fn statement_of(unit: UnitId, purpose: Purpose, key: StatedKey) -> KeyStatement {
    KeyStatement {
        zone: zone(),
        unit,
        name: "青岛路小学".to_owned(),
        purpose,
        key,
        valid_from: now(),
        valid_to: now() + days(365),
    }
}

/// A statement about any key, verified under all of the roots.
pub(crate) fn stated_key(
    roots: &[RootAuthority],
    unit: UnitId,
    purpose: Purpose,
    key: StatedKey,
) -> VerifiedStatement {
    let signed = signed(roots, &statement_of(unit, purpose, key));
    let roots: Vec<RootCertificate> = roots.iter().map(|root| root.certificate().clone()).collect();
    statement::verify(&signed, &roots, &zone(), now()).expect("verified")
}

/// A verified statement about a sealing key.
pub(crate) fn stated<K: Opens>(roots: &[RootAuthority], key: &SealingKey<K>) -> VerifiedStatement {
    let public = StatedKey::Recipient(key.public().clone());
    stated_key(roots, key.unit().clone(), key.purpose(), public)
}

/// Trust in one root, with a clock that stands at `now`.
pub(crate) fn trust(root: &RootAuthority, now: Timestamp) -> Trust {
    Trust::new(vec![root.certificate().clone()]).with_clock(TlsClock::new(move || now))
}

/// Lets two ends talk in memory until both have nothing more to say.
///
/// The client's error comes first if both fail. A refusal by the server reaches the client as an
/// alert, as it does over a network.
pub(crate) fn shake(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
) -> Result<(), Error> {
    let mut refused = None;
    for _ in 0..10 {
        if let Err(cause) = carry(client, server) {
            refused = refused.or(Some(cause));
        }
        carry(server, client)?;
        if !client.wants_write() && !server.wants_write() {
            break;
        }
    }
    refused.map_or(Ok(()), Err)
}

fn carry<A, B>(
    from: &mut impl std::ops::DerefMut<Target = rustls::ConnectionCommon<A>>,
    to: &mut impl std::ops::DerefMut<Target = rustls::ConnectionCommon<B>>,
) -> Result<(), Error>
where
    A: rustls::SideData,
    B: rustls::SideData,
{
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).expect("memory");
    }
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        to.read_tls(&mut rest).expect("memory");
        to.process_new_packets()?;
    }
    Ok(())
}

/// Bytes of hexadecimal digits; what is none, such as line breaks, is passed over.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |byte: &u8| char::from(*byte).to_digit(16).expect("digit");
    let byte = |pair: &[u8]| u8::try_from(digit(&pair[0]) * 16 + digit(&pair[1])).expect("byte");
    digits.chunks(2).map(byte).collect()
}
