//! A school under a street, its district's relay, a city, another district's relay and a clinic:
//! real hubs over real TLS, under a clock that runs a thousand times as fast.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use certs::identity::LeafIdentity;
use certs::letter::{Letter, OpenedLetter, Routing};
use certs::seal::EnvelopeKey;
use certs::statement::{Purpose, SignedStatement, VerifiedStatement};
use domain::unit::{UnitId, UnitKind};
use hub::enrolment::release_to_street;
use node::directive::{Inbox, Recipient};
use node::transfer::{Transfer, addressed};
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::clock::{Clock, SimulatedClock};
use runtime::sql::SqlError;
use runtime::uplink::outbox;
use tests::federation::{
    Federation, Member, RunningHub, admit_school, believe, eventually, keep, recipient_stated,
    relay_stated,
};
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
        let relays = [relay_stated(&federation, &district), relay_stated(&federation, &other)];
        let (school, school_key) = (admit_school(&federation, &street, SCHOOL), key_of(SCHOOL));
        let (clinic, clinic_key) = (admit_clinic(&federation, &other), key_of(CLINIC));
        let ends = [&school_key, &clinic_key].map(|key| recipient_stated(&federation, key));
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

/// All bytes of the files in a unit's data folder.
pub fn files(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).expect("folder");
    let paths = entries.map(|entry| entry.expect("entry").path());
    let files = paths.filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).expect("file")).collect()
}
