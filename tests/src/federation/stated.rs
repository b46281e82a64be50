//! Statements about keys of relays and recipients, as a federation's root makes them.
#![expect(clippy::expect_used, reason = "a test without its keys cannot go on")]

use certs::key::SigningKey;
use certs::seal::EnvelopeKey;
use certs::statement::{
    KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement, verify,
};
use domain::unit::UnitId;
use hub::letters::{key, stated};
use jiff::SignedDuration;
use runtime::sealing::Pins;

use super::{Federation, RunningHub};

/// Makes a relay's key at a hub, and the statement about it.
///
/// # Panics
/// The key cannot be made.
#[must_use]
pub fn relay_stated(federation: &Federation, hub: &RunningHub) -> SignedStatement {
    let config = hub.hub.config();
    let held = key::make(config, federation.clock().now_ms()).expect("key");
    signed(federation, (&config.unit, Purpose::Relay), held.stated())
}

/// The statement about a recipient's key.
///
/// # Panics
/// It cannot be signed.
#[must_use]
pub fn recipient_stated(federation: &Federation, key: &EnvelopeKey) -> SignedStatement {
    let stated = StatedKey::Recipient(key.public().clone());
    signed(federation, (key.unit(), Purpose::Referral), stated)
}

fn signed(
    federation: &Federation,
    (unit, purpose): (&UnitId, Purpose),
    key: StatedKey,
) -> SignedStatement {
    let (authority, now) = (federation.authority(), federation.clock().now());
    let statement = KeyStatement {
        zone: authority.zone().clone(),
        unit: unit.clone(),
        name: unit.to_string(),
        purpose,
        key,
        valid_from: now - SignedDuration::from_hours(1),
        valid_to: now + SignedDuration::from_hours(24 * 300),
    };
    let key = SigningKey::generate().expect("key");
    let root = authority.root_authority();
    let chain = [root.sign_statement_key(key.public(), now).expect("certificate")];
    SignedStatement::sign(&statement, &key, &chain).expect("signed")
}

fn pins(federation: &Federation) -> Pins {
    let authority = federation.authority();
    Pins { roots: vec![authority.root().clone()], zone: authority.zone().clone() }
}

/// A statement as somebody with the federation's root believes it.
///
/// # Panics
/// It is not believed.
#[must_use]
pub fn believe(federation: &Federation, signed: &SignedStatement) -> VerifiedStatement {
    let (pins, now) = (pins(federation), federation.clock().now());
    verify(signed, &pins.roots, &pins.zone, now).expect("verified")
}

/// Puts a statement into a hub's store.
///
/// # Panics
/// The hub does not believe it.
pub fn keep(federation: &Federation, hub: &RunningHub, statement: &SignedStatement) {
    let (pins, now) = (pins(federation), federation.clock().now());
    let text = statement.to_pem();
    let kept: Result<_, stated::StateError> =
        hub.hub.database().write("state", move |tx| stated::keep(tx, &pins, text.as_bytes(), now));
    kept.expect("kept");
}
