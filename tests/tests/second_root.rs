//! The second commission's root comes later, into a city that runs: what was published goes down
//! again under both signatures, and from the pin on one signature is not enough.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::time::Duration;

use certs::key::SigningKey;
use certs::pack::{self, PackSignature};
use certs::root::{Commission, RootAuthority};
use domain::unit::UnitKind;
use hub::store::directive::{self as stored, Stored};
use jiff::civil::date;
use node::directive::{Inbox, Recipient};
use node::transfer::Transfer;
use prost::Message;
use proto::pack::{PackKind, embedded};
use proto::wire::directive::{Directive, Pack, PackSignature as WireSignature};
use runtime::uplink::Hooks;
use tests::federation::{Federation, RunningHub};

const CITY: (&str, UnitKind) = ("370200", UnitKind::City);
const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);

/// A commission's pack key with its certificate.
struct Signer {
    key: SigningKey,
    chain: Vec<Vec<u8>>,
}

impl Signer {
    fn of(root: &RootAuthority, federation: &Federation) -> Self {
        let key = SigningKey::generate().expect("key");
        let now = federation.clock().now();
        let leaf = root.sign_pack_key(key.public(), now).expect("certificate");
        Self { key, chain: vec![leaf] }
    }

    fn sign(&self, bytes: &[u8]) -> WireSignature {
        let PackSignature { signature, chain } =
            pack::sign(bytes, &self.key, &self.chain).expect("signature");
        WireSignature { signature: signature.to_bytes(), chain }
    }
}

/// The built-in calendar as a pack, signed by these commissions one after the other.
fn calendar(serial: u64, signers: &[&Signer]) -> Vec<u8> {
    let content = embedded::find(PackKind::Calendar, "calendar").expect("built in").bytes;
    let pack = Pack {
        kind: PackKind::Calendar.as_str().to_owned(),
        name: "calendar".to_owned(),
        serial,
        version: serial.to_string(),
        effective_from: date(2025, 9, 1).to_string(),
        content: content.to_vec(),
    };
    let pack = pack.encode_to_vec();
    let signatures = signers.iter().map(|signer| signer.sign(&pack)).collect();
    Directive { pack, signatures }.encode_to_vec()
}

/// What `directive publish` does at a hub; says whether it was new.
fn publish(hub: &RunningHub, bytes: &[u8]) -> Result<bool, hub::directive::DirectiveError> {
    let (roots, config, clock) = (hub.hub.roots(), hub.hub.config(), hub.hub.clock());
    let verified = hub::directive::verify(bytes, roots, config.zone(), clock.now())?;
    let now_ms = clock.now_ms();
    Ok(hub.write(move |tx| hub::directive::keep(tx, &verified, now_ms)))
}

/// Waits until a hub has a pack with so many signatures, and gives it.
async fn reaches(hub: &RunningHub, serial: u64, signatures: usize) -> Stored {
    let kind = PackKind::Calendar.as_str();
    for _ in 0..200 {
        let found = hub.read(move |tx| stored::find(tx, (kind, "calendar"), serial));
        let signed = |one: &Stored| {
            let directive = Directive::decode(one.directive.as_slice()).expect("directive");
            directive.signatures.len() == signatures
        };
        if let Some(found) = found.filter(signed) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} has no serial {serial} under {signatures}", hub.hub.config().unit)
}

/// What `root add` leaves in a data folder.
fn pin(federation: &Federation, unit: &str, root: &RootAuthority) {
    let path = federation.path(unit).join("roots/health.pem");
    std::fs::write(path, root.certificate().to_pem()).expect("root");
}

/// A city runs with the education commission's root; the health commission's comes later.
///
/// Method: a calendar goes down under one signature. Countersigned, the same serial goes down
/// again. Then every unit pins the second root: one signature is refused, both are taken, at the
/// hubs and at a school, and a school that joins with both roots still gets the first calendar.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_root_joins_a_running_city() {
    let federation = Federation::new();
    let zone = federation.authority().zone().clone();
    let key = SigningKey::generate().expect("key");
    let now = federation.clock().now();
    let health = RootAuthority::create(Commission::Health, &zone, key, now).expect("root");
    assert_eq!(health.certificate().commission(), Some(Commission::Health));
    assert_eq!(federation.authority().root().commission(), Some(Commission::Education));
    let education = Signer::of(federation.authority().root_authority(), &federation);
    let second = Signer::of(&health, &federation);

    let city = RunningHub::start(&federation, CITY, "", None).await;
    let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
    assert!(publish(&city, &calendar(1, &[&education])).expect("one signature"));
    let first = reaches(&district, 1, 1).await;
    assert!(!publish(&city, &calendar(1, &[&education])).expect("again"), "nothing new");
    assert!(publish(&city, &calendar(1, &[&education, &second])).expect("countersigned"));
    let both = reaches(&district, 1, 2).await;
    assert!(both.cursor > first.cursor, "members pull it again");
    assert!(!publish(&city, &calendar(1, &[&education])).expect("older"), "a signature stays");

    let (city_at, district_at) = (city.address.port(), district.address.port());
    district.stop().await;
    city.stop().await;
    pin(&federation, CITY.0, &health);
    pin(&federation, DISTRICT.0, &health);
    let city = RunningHub::start_at(&federation, CITY, "", None, city_at).await;
    let district =
        RunningHub::start_at(&federation, DISTRICT, "370202", Some(&city), district_at).await;
    assert_eq!(city.hub.roots().len(), 2);
    assert!(publish(&city, &calendar(2, &[&education])).is_err(), "one is not enough any more");
    assert!(publish(&city, &calendar(2, &[&education, &second])).expect("both"));
    let next = reaches(&district, 2, 2).await;

    let school = Transfer::in_memory().expect("store");
    let recipient = Recipient {
        unit: "F370202004J01".parse().expect("unit"),
        zone,
        roots: vec![federation.authority().root().clone(), health.certificate().clone()],
    };
    let inbox = Inbox::new(school.clone(), recipient, federation.clock().clone());
    inbox.directive(&calendar(1, &[&education])).expect("read");
    let kept = |school: &Transfer| school.read(node::transfer::directive::all).expect("read");
    assert!(kept(&school).is_empty(), "a school with both roots takes no pack under one");
    inbox.directive(&both.directive).expect("read");
    inbox.directive(&next.directive).expect("read");
    let serials: Vec<u64> = kept(&school).iter().map(|pack| pack.serial).collect();
    assert_eq!(serials, [1, 2]);
}
