//! A school under a street, its district's relay, a city, another district's relay and a clinic:
//! real hubs over real TLS, under a clock that runs a thousand times as fast.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use certs::identity::LeafIdentity;
use certs::key::SigningKey;
use certs::letter::{Letter, OpenedLetter, Routing};
use certs::seal::EnvelopeKey;
use certs::statement::{
    KeyStatement, Purpose, SignedStatement, StatedKey, VerifiedStatement, verify,
};
use domain::unit::{UnitId, UnitKind};
use hub::enrolment::release_to_street;
use hub::letters::{key, stated};
use jiff::SignedDuration;
use node::directive::{Inbox, Recipient};
use node::transfer::{Transfer, addressed};
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::clock::{Clock, SimulatedClock};
use runtime::sealing::Pins;
use runtime::sql::SqlError;
use runtime::uplink::outbox;
use tests::federation::{Federation, Member, RunningHub, admit_school, eventually};
use tokio_util::sync::CancellationToken;

pub const CITY: (&str, UnitKind) = ("370200", UnitKind::City);
pub const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
pub const OTHER: (&str, UnitKind) = ("370203", UnitKind::District);
pub const STREET: (&str, UnitKind) = ("370202004", UnitKind::Street);
pub const SCHOOL: &str = "S1";
pub const CLINIC: &str = "CLINIC1";

/// By how much the clock is moved, and how often.
const STEP_MS: i64 = 30_000;
const STEP_EVERY: Duration = Duration::from_millis(40);

/// A unit that sends and opens letters by the interface of `certs` alone.
pub struct End {
    pub member: Member,
    pub key: EnvelopeKey,
    pub transfer: Transfer,
    /// Statement about its own key.
    pub own: VerifiedStatement,
    /// Statement about its relay's.
    pub relay: VerifiedStatement,
}

pub struct Road {
    pub federation: Federation,
    pub city: RunningHub,
    pub district: RunningHub,
    pub other: RunningHub,
    pub street: RunningHub,
    pub school: End,
    pub clinic: End,
    hand: SimulatedClock,
    stop: CancellationToken,
}

pub fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

impl Road {
    /// Everything stands and is connected; the clock stands too.
    pub async fn new() -> Self {
        let start = "2026-11-28T01:00:00Z".parse().expect("instant");
        let (clock, hand) = Clock::simulated(start);
        let federation = Federation::with_clock(clock);
        let city = RunningHub::start(&federation, CITY, "", None).await;
        let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
        let other = RunningHub::start(&federation, OTHER, "370203", Some(&city)).await;
        let street = RunningHub::start(&federation, STREET, "370202", Some(&district)).await;
        district.admit(&street.hub.identity().current(), federation.clock());
        district.write(|tx| release_to_street(tx, &unit(SCHOOL), &unit(STREET.0)));
        let relays = [relay_of(&federation, &district), relay_of(&federation, &other)];
        let (school, school_key) = (admit_school(&federation, &street, SCHOOL), key_of(SCHOOL));
        let (clinic, clinic_key) = (admit_clinic(&federation, &other), key_of(CLINIC));
        let ends = [stated_of(&federation, &school_key), stated_of(&federation, &clinic_key)];
        for hub in [&district, &other] {
            for statement in relays.iter().chain(&ends) {
                keep(&federation, hub, statement);
            }
        }
        let believed = |signed: &SignedStatement| believe(&federation, signed);
        let of_school = [believed(&ends[0]), believed(&relays[0])];
        let of_clinic = [believed(&ends[1]), believed(&relays[1])];
        let school = End::new((&federation, &street), school, school_key, of_school);
        let clinic = End::new((&federation, &other), clinic, clinic_key, of_clinic);
        let stop = CancellationToken::new();
        for end in [&school, &clinic] {
            let (uplink, token) = (end.member.uplink.clone(), stop.clone());
            tokio::spawn(async move { uplink.serve(token).await });
        }
        // Keys and statements are looked at once a minute.
        hand.advance_ms(61_000);
        let knows = |hub: &RunningHub| hub.hub.relay().letters.is_relay();
        eventually("the relays have their keys", || knows(&district) && knows(&other)).await;
        Self { federation, city, district, other, street, school, clinic, hand, stop }
    }

    /// Has the clock run.
    pub fn run(&self) {
        let (hand, token) = (self.hand.clone(), self.stop.clone());
        tokio::spawn(async move {
            while !token.is_cancelled() {
                tokio::time::sleep(STEP_EVERY).await;
                hand.advance_ms(STEP_MS);
            }
        });
    }

    /// Stops the ends and the clock.
    pub fn halt(&self) {
        self.stop.cancel();
    }
}

fn key_of(name: &str) -> EnvelopeKey {
    EnvelopeKey::generate(unit(name), Purpose::Referral).expect("key")
}

fn stated_of(federation: &Federation, key: &EnvelopeKey) -> SignedStatement {
    let stated = StatedKey::Recipient(key.public().clone());
    signed(federation, (key.unit().as_str(), Purpose::Referral), stated)
}

impl End {
    fn new(
        (federation, hub): (&Federation, &RunningHub),
        identity: LeafIdentity,
        key: EnvelopeKey,
        [own, relay]: [VerifiedStatement; 2],
    ) -> Self {
        let name = identity.peer().name().clone();
        let data = federation.path(name.unit().as_str());
        std::fs::create_dir_all(&data).expect("folder");
        let transfer = Transfer::open(&data.join("transfer.db")).expect("transfer");
        let roots = vec![federation.authority().root().clone()];
        let recipient = Recipient { unit: name.unit().clone(), zone: name.zone().clone(), roots };
        let inbox = Inbox::new(transfer.clone(), recipient, federation.clock().clone());
        let database = transfer.database().clone();
        let member = Member::with_hooks(federation, hub, identity, database, Arc::new(inbox));
        Self { member, key, transfer, own, relay }
    }

    /// Queues a letter to this end's relay.
    pub fn send(&self, routing: &Routing, part: Option<&certs::referral::Part>) {
        self.queue(routing, part);
        self.member.uplink.ring();
    }

    /// Queues a letter and tells nobody.
    pub fn queue(&self, routing: &Routing, part: Option<&certs::referral::Part>) {
        let letter = Letter::seal(&self.relay, routing, part).expect("sealed");
        let queued: Result<bool, SqlError> =
            self.transfer.write("send", move |tx| outbox::letters::enqueue(tx, &letter, 1));
        assert!(queued.expect("queued"));
    }

    /// What came and was not looked at, opened.
    pub fn take(&self) -> Vec<OpenedLetter> {
        let waiting = self.transfer.read(|tx| addressed::waiting(tx, ItemKind::Letter, 0, 100));
        let mut opened = Vec::new();
        for came in waiting.expect("transfer") {
            let body = decode_item(&came.item).expect("item").body;
            let letter = Letter::from_bytes(&body).expect("letter");
            opened.push(letter.open(&self.key).expect("opens"));
            let id = came.id;
            let forgotten: Result<(), SqlError> =
                self.transfer.write("forget", move |tx| addressed::forget(tx, id));
            forgotten.expect("forgotten");
        }
        opened
    }

    /// Waits for a letter of a kind; gives it, and how many others came before it.
    pub async fn until(&self, is_meant: impl Fn(&Routing) -> bool) -> (OpenedLetter, usize) {
        let mut others = 0;
        for _ in 0..1_000 {
            let mut came = self.take().into_iter();
            if let Some(found) = came.find(|one| {
                others += 1;
                is_meant(one.routing())
            }) {
                // What came behind it is put nowhere, so nothing that a test waits for may be.
                assert!(came.all(|one| matches!(one.routing(), Routing::Dummy)));
                return (found, others - 1);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the letter did not come; {others} others did");
    }
}

/// A clinic's certificate, under a hub.
fn admit_clinic(federation: &Federation, hub: &RunningHub) -> LeafIdentity {
    let name = federation.authority().name(CLINIC, OTHER.0);
    let identity = federation.authority().identity(&name, UnitKind::Clinic);
    hub.add(name.unit(), UnitKind::Clinic, federation.clock());
    hub.admit(&identity, federation.clock());
    identity
}

/// Makes a relay's key at a hub, and the statement about it.
fn relay_of(federation: &Federation, hub: &RunningHub) -> SignedStatement {
    let config = hub.hub.config();
    let held = key::make(config, federation.clock().now_ms()).expect("key");
    signed(federation, (config.unit.as_str(), Purpose::Relay), held.stated())
}

fn signed(
    federation: &Federation,
    (name, purpose): (&str, Purpose),
    key: StatedKey,
) -> SignedStatement {
    let (authority, now) = (federation.authority(), federation.clock().now());
    let statement = KeyStatement {
        zone: authority.zone().clone(),
        unit: unit(name),
        name: name.to_owned(),
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

fn believe(federation: &Federation, signed: &SignedStatement) -> VerifiedStatement {
    let (pins, now) = (pins(federation), federation.clock().now());
    verify(signed, &pins.roots, &pins.zone, now).expect("verified")
}

fn keep(federation: &Federation, hub: &RunningHub, statement: &SignedStatement) {
    let (pins, now) = (pins(federation), federation.clock().now());
    let text = statement.to_pem();
    let kept: Result<_, stated::StateError> =
        hub.hub.database().write("state", move |tx| stated::keep(tx, &pins, text.as_bytes(), now));
    kept.expect("kept");
}

/// All bytes of the files in a unit's data folder.
pub fn files(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).expect("folder");
    let paths = entries.map(|entry| entry.expect("entry").path());
    let files = paths.filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).expect("file")).collect()
}
