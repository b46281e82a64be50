//! Letters of referrals: sealing and opening 4 KiB, and how fast hubs take and pass them on.
//!
//! Schools hand in envelopes of one part over real TLS; their street passes them on blind, and the
//! relay above opens each. Both write down before they acknowledge. How long a letter takes to its
//! clinic is no figure of speed: it leaves in slots, whatever a machine could do (record 0105).
//! Hubs and schools share this process, so that its processors do both sides' work.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on says so and ends"
)]

#[path = "support/report.rs"]
mod report;

use std::time::{Duration, Instant};

use certs::chain::Trust;
use certs::letter::{Basis, Carried, Letter, Routing, Way};
use certs::referral::{
    Collector, Draft, EnvelopeId, Ground, Judge, Part, ReferralEnvelope, Role, Taken,
    WithdrawalSecret,
};
use certs::seal::EnvelopeKey;
use certs::statement::{Purpose, VerifiedStatement};
use domain::referral::Urgency;
use domain::unit::{UnitId, UnitKind};
use hub::letters::status::{self, Letters};
use report::{Goal, median, ms};
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::uplink::outbox;
use tests::federation::{
    Federation, Member, RunningHub, admit_school, believe, eventually, keep, recipient_stated,
    relay_stated,
};
use tokio_util::sync::CancellationToken;

const CITY: (&str, UnitKind) = ("370200", UnitKind::City);
const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const STREET: (&str, UnitKind) = ("370202004", UnitKind::Street);
const CLINIC: &str = "CLINIC1";

const SCHOOLS: usize = 64;
/// Of each school: fewer than a hub takes of one at once.
const LETTERS: usize = 90;
const TURNS: usize = 3;
const SEALED: usize = 200;

const CONTENT: [u8; 4_096] = [0x5a; 4_096];

fn main() {
    report::title("letters");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("executor").block_on(bench());
}

async fn bench() {
    let mut rates = Vec::new();
    let mut costs = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let way = Street::start().await;
        if turn == 0 {
            costs = way.sealing();
        }
        rates.push(way.relayed().await);
    }
    report::head(&["4 KiB of a referral", "median"]);
    report::line(&["sealed: envelope and letter", &format!("{:.3} ms", median(&costs.0))]);
    report::line(&["opened: letter and envelope", &format!("{:.3} ms", median(&costs.1))]);
    report::goals();
    Goal {
        id: "letters",
        what: "envelopes taken by a street, passed on, taken and opened by a relay, durably",
        value: median(&rates),
        unit: "/s",
        must: 1_000.0,
        aim: 2_000.0,
        more: true,
    }
    .print();
    println!("\nload {} after", report::load());
}

/// A street with schools below it, and above it a district that is their relay.
struct Street {
    federation: Federation,
    district: RunningHub,
    street: RunningHub,
    schools: Vec<Member>,
    key: EnvelopeKey,
    clinic: VerifiedStatement,
    relay: VerifiedStatement,
}

impl Street {
    async fn start() -> Self {
        let federation = Federation::with_clock(Clock::system());
        let city = RunningHub::start(&federation, CITY, "", None).await;
        let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
        let relay = relay_stated(&federation, &district);
        let key = EnvelopeKey::generate(unit(CLINIC), Purpose::Referral).expect("key");
        let clinic = recipient_stated(&federation, &key);
        for statement in [&relay, &clinic] {
            keep(&federation, &district, statement);
        }
        // A hub reads its keys when it starts.
        district.stop().await;
        let district = RunningHub::start(&federation, DISTRICT, "370202", Some(&city)).await;
        let street = RunningHub::start(&federation, STREET, "370202", Some(&district)).await;
        district.admit(&street.hub.identity().current(), federation.clock());
        let join = |number| {
            let name = format!("S{number}");
            let identity = admit_school(&federation, &street, &name);
            hub_release(&district, &name);
            Member::open(&federation, &street, identity)
        };
        let schools = (0..SCHOOLS).map(join).collect();
        let (clinic, relay) = (believe(&federation, &clinic), believe(&federation, &relay));
        Self { federation, district, street, schools, key, clinic, relay }
    }

    fn part(&self, school: &Member, number: u64) -> (Routing, Part) {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        let (envelope, secret) =
            (EnvelopeId::from_bytes(bytes), WithdrawalSecret::from_bytes(bytes));
        let withdrawal = secret.mark(envelope);
        let role = Role::Referral { withdrawal };
        let draft = Draft { role, envelope, ground: Ground::Emergency, content: &CONTENT };
        let closed = ReferralEnvelope::close(&self.clinic, &draft, &school.identity);
        let parts = closed.expect("closed").parts(&self.clinic).expect("parts");
        let part = parts.into_iter().next().expect("part");
        let way = Way { recipient: unit(CLINIC), relay: unit(DISTRICT.0) };
        let urgency = Urgency::Routine;
        let carried = Carried { way, envelope, number: part.number(), urgency, due: None };
        (Routing::Referral { carried, basis: Basis::Emergency, withdrawal }, part)
    }

    /// Milliseconds of sealing, and of opening, 4 KiB.
    fn sealing(&self) -> (Vec<f64>, Vec<f64>) {
        let trust = Trust::new(vec![self.federation.authority().root().clone()]);
        let now = self.federation.clock().now();
        let judge = Judge { trust: &trust, zone: self.federation.authority().zone(), now };
        let once = |number| {
            let start = Instant::now();
            let (routing, part) = self.part(&self.schools[0], number);
            let letter = Letter::seal(&self.clinic, &routing, Some(&part)).expect("sealed");
            let sealed = start.elapsed();
            let start = Instant::now();
            let opened = letter.open(&self.key).expect("opened");
            let taken = Collector::new().take(opened.part().expect("part"), now).expect("taken");
            let Taken::Whole(whole) = taken else { return (ms(sealed), f64::NAN) };
            let found = ReferralEnvelope::open_referral(&whole, &self.key, &judge).expect("opened");
            assert_eq!(found.content(), CONTENT);
            (ms(sealed), ms(start.elapsed()))
        };
        (0..SEALED as u64).map(once).unzip()
    }

    /// Queues letters at every school.
    fn queue(&self) {
        for (at, school) in self.schools.iter().enumerate() {
            let first = (at * LETTERS) as u64;
            let sealed = |number| {
                let (routing, part) = self.part(school, first + number);
                Letter::seal(&self.relay, &routing, Some(&part)).expect("sealed")
            };
            let letters: Vec<Letter> = (0..LETTERS as u64).map(sealed).collect();
            let queued: Result<bool, SqlError> = school.database.write("queue", move |tx| {
                letters
                    .iter()
                    .try_fold(true, |all, one| Ok(all & outbox::letters::enqueue(tx, one, 1)?))
            });
            assert!(queued.expect("queued"));
        }
    }

    /// Letters a second from the first hand to the last opening.
    async fn relayed(self) -> f64 {
        eventually("the relay has its key", || self.district.hub.relay().letters.is_relay()).await;
        self.queue();
        let (stop, all) = (CancellationToken::new(), (SCHOOLS * LETTERS) as u64);
        let start = Instant::now();
        for school in &self.schools {
            let (uplink, token) = (school.uplink.clone(), stop.clone());
            tokio::spawn(async move { uplink.serve(token).await });
        }
        let opened = || {
            let read: Result<Letters, SqlError> = self.district.hub.database().read(Letters::read);
            read.expect("read").count(status::OPENED)
        };
        let mut taken = 0;
        while taken < all && start.elapsed() < Duration::from_secs(120) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            taken = opened();
        }
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(taken, all, "letters that the relay opened");
        stop.cancel();
        self.street.stop().await;
        self.district.stop().await;
        all as f64 / seconds
    }
}

fn hub_release(district: &RunningHub, school: &str) {
    let school = unit(school);
    district.write(move |tx| hub::enrolment::release_to_street(tx, &school, &unit(STREET.0)));
}

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}
