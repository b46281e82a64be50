//! A school without a network: what it signed in 120 days arrives whole and in order, over the
//! network afterwards or by a stick, or by both at once.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::sync::Arc;
use std::time::Duration;

use domain::unit::UnitKind;
use hub::bundles::{self, Outcome};
use hub::service::bundle::{take, told};
use hub::store::contribution;
use hub::store::unit::{UnitStatus, set_status};
use runtime::clock::{Clock, SimulatedClock};
use runtime::sql::SqlError;
use runtime::uplink::bundle::BundleError;
use runtime::uplink::{LAST_CONTACT, notes, outbox};
use tests::federation::{
    Federation, Figures, Member, Memory, RunningHub, TERM, eventually, publish,
};
use tokio_util::sync::CancellationToken;

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const SCHOOL: &str = "S1";
/// Weeks in 120 days.
const WEEKS: u32 = 17;
const DAY_MS: i64 = 24 * 3_600_000;

struct Place {
    federation: Federation,
    hand: SimulatedClock,
    hub: RunningHub,
    figures: Figures,
    member: Member,
}

impl Place {
    async fn new() -> Self {
        let start = "2025-09-08T02:00:00Z".parse().expect("instant");
        let (clock, hand) = Clock::simulated(start);
        let federation = Federation::with_clock(clock);
        let hub = RunningHub::start(&federation, DISTRICT, "370202", None).await;
        let member = Member::join(&federation, &hub, SCHOOL);
        Self { federation, hand, hub, figures: Figures::new(), member }
    }

    /// Signs a revision and queues it; gives its name.
    fn sign(&self, revision: u32) -> String {
        let release = self.figures.clear(SCHOOL, revision, u64::from(40 + revision));
        self.member.queue(&release);
        release.id().to_string()
    }

    /// A new revision each week for 120 days in which nothing is connected.
    fn weeks_alone(&self) -> Vec<String> {
        let names = (1..=WEEKS).map(|revision| {
            let name = self.sign(revision);
            self.hand.advance_ms(7 * DAY_MS);
            name
        });
        let names = names.collect();
        self.hand.advance_ms(DAY_MS);
        names
    }

    /// Every one is accepted, under one sequence after the other, and the hub holds the last.
    fn assert_arrived(&self, names: &[String]) {
        for (place, name) in names.iter().enumerate() {
            assert_eq!(self.member.outcome(name), "accepted", "{name}");
            let name = name.clone();
            let sent: Result<_, SqlError> =
                self.member.database.read(move |tx| outbox::find(tx, &name));
            let sequence = sent.expect("outbox").expect("item").sequence;
            assert_eq!(sequence, Some(place as u64 + 1), "in order");
        }
        assert_eq!(self.kept(), 1, "one school, counted once");
    }

    fn kept(&self) -> usize {
        self.hub.read(|tx| contribution::all_current(tx, "clear.term", TERM)).len()
    }

    /// New certificates for both, as the renewal after a summer brings them.
    fn renew(self) -> Self {
        let (authority, now) = (self.federation.authority(), self.federation.clock().now());
        let name = self.hub.hub.config().name.clone();
        let hubs = authority.identity_at(&name, UnitKind::District, now);
        self.hub.hub.identity().replace(hubs).expect("renewed");
        let name = self.member.identity.peer().name().clone();
        let identity = authority.identity_at(&name, UnitKind::School, now);
        self.hub.admit(&identity, self.federation.clock());
        let database = self.member.database.clone();
        let member = Member::over(&self.federation, &self.hub, identity, database);
        Self { member, ..self }
    }
}

/// Sends what waits. A member tries again by itself, and the hub signs its list of revoked
/// certificates anew a moment after a leap of the clock.
async fn flush(member: &Member) {
    let mut sent = member.flush().await;
    for _ in 0..100 {
        if sent.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        sent = member.flush().await;
    }
    sent.expect("sent");
}

/// After 120 days without a network all of it arrives in order with the first connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_and_twenty_days_arrive_in_order() {
    let place = Place::new().await;
    let names = place.weeks_alone();
    assert_eq!(place.kept(), 0);
    let place = place.renew();
    flush(&place.member).await;
    place.assert_arrived(&names);
}

/// The same by a stick, although both certificates ended meanwhile: the hub's file brings every
/// answer back, either file may be taken twice, and nothing is left for another.
#[tokio::test(flavor = "multi_thread")]
async fn a_stick_carries_a_hundred_and_twenty_days() {
    let place = Place::new().await;
    let names = place.weeks_alone();
    let uplink = &place.member.uplink;
    let made = uplink.pack().await.expect("made");
    assert_eq!((made.frames, made.is_all), (WEEKS as usize, true));
    let answer = take(&place.hub.hub, &made.bytes).await.expect("taken");
    let again = take(&place.hub.hub, &made.bytes).await.expect("taken twice");
    let held = told(&answer).expect("readable");
    assert_eq!(held.answers, WEEKS as usize);
    assert_eq!(held.to, place.member.identity.peer().name().to_string());
    let brought = uplink.unpack(&answer).await.expect("brought");
    assert_eq!((brought.answers, brought.starts_anew), (WEEKS as usize, false));
    place.assert_arrived(&names);
    let twice = uplink.unpack(&again).await.expect("brought twice");
    assert_eq!((twice.answers, twice.starts_anew), (WEEKS as usize, false));
    place.assert_arrived(&names);
    let heard: Result<_, SqlError> = place.member.database.read(|tx| notes::get(tx, LAST_CONTACT));
    let now_ms = place.federation.clock().now_ms().to_string();
    assert_eq!(heard.expect("notes"), Some(now_ms), "the hub was heard");
    assert_eq!(uplink.pack().await.expect("made").frames, 0);
}

/// What went by a stick and over the network is counted once, and the lane goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_stick_and_the_network_are_mixed() {
    let place = Place::new().await;
    let mut names = vec![place.sign(1)];
    flush(&place.member).await;
    // Its answer was lost with the connection.
    place.member.forget_answers();
    names.push(place.sign(2));
    let made = place.member.uplink.pack().await.expect("made");
    assert_eq!(made.frames, 2);
    names.push(place.sign(3));
    flush(&place.member).await;
    place.assert_arrived(&names);
    let answer = take(&place.hub.hub, &made.bytes).await.expect("the stick comes late");
    let brought = place.member.uplink.unpack(&answer).await.expect("brought");
    assert_eq!((brought.answers, brought.starts_anew), (2, false));
    names.push(place.sign(4));
    flush(&place.member).await;
    place.assert_arrived(&names);
}

/// A hub that was put back to before what a school sent asks for it again by its file, and the next
/// one brings it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_asks_again_by_its_file() {
    let place = Place::new().await;
    place.sign(1);
    flush(&place.member).await;
    // As a hub that was put back to before the school's first word.
    place.hub.write(|tx| tx.execute("update lane_epoch set epoch = randomblob(16)", &[]));
    let second = place.sign(2);
    for _ in 0..3 {
        let made = place.member.uplink.pack().await.expect("made");
        let answer = take(&place.hub.hub, &made.bytes).await.expect("taken");
        place.member.uplink.unpack(&answer).await.expect("brought");
    }
    assert_eq!(place.member.outcome(&second), "accepted");
    assert_eq!(place.kept(), 1);
}

/// A file that was altered, one for another hub or member, one of the other side, and one of a unit
/// that is not served are refused by their codes, and nothing of them is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_somebody_else_is_refused() {
    let place = Place::new().await;
    let name = place.sign(1);
    let made = place.member.uplink.pack().await.expect("made");
    let code = async |hub: &RunningHub, bytes: &[u8]| {
        take(&hub.hub, bytes).await.expect_err("refused").code().to_owned()
    };
    let mut altered = made.bytes.clone();
    altered[60] ^= 1;
    assert!(code(&place.hub, &altered).await.starts_with("BUNDLE_"));
    assert_eq!(code(&place.hub, b"no bundle").await, "BUNDLE_UNREADABLE");
    let other = ("370203", UnitKind::District);
    let other = RunningHub::start(&place.federation, other, "370203", None).await;
    assert_eq!(code(&other, &made.bytes).await, "BUNDLE_ADDRESSEE");
    place.hub.write(|tx| set_status(tx, &SCHOOL.parse().expect("id"), UnitStatus::Suspended));
    assert_eq!(code(&place.hub, &made.bytes).await, "UNIT_SUSPENDED");
    assert_eq!(place.kept(), 0);
    place.hub.write(|tx| set_status(tx, &SCHOOL.parse().expect("id"), UnitStatus::Active));
    let own = place.member.uplink.unpack(&made.bytes).await;
    assert!(matches!(own, Err(BundleError::Signer)), "{own:?}");
    let answer = take(&place.hub.hub, &made.bytes).await.expect("taken");
    let stranger = Member::join(&place.federation, &place.hub, "S2");
    let foreign = stranger.uplink.unpack(&answer).await;
    assert!(matches!(foreign, Err(BundleError::Addressee)), "{foreign:?}");
    assert_eq!(place.member.outcome(&name), "waiting");
    place.member.uplink.unpack(&answer).await.expect("brought");
    assert_eq!(place.member.outcome(&name), "accepted");
}

/// A file that a command leaves is taken by the process that serves, and nothing stays in its
/// folder.
#[tokio::test(flavor = "multi_thread")]
async fn who_serves_takes_what_a_command_leaves() {
    let place = Place::new().await;
    let name = place.sign(1);
    let made = place.member.uplink.pack().await.expect("made");
    let stop = CancellationToken::new();
    let serving = tokio::spawn(bundles::serve(place.hub.hub.clone(), stop.clone()));
    let config = place.hub.hub.config();
    let wrong = bundles::hand_in(config, b"no bundle").expect("handed in");
    let right = bundles::hand_in(config, &made.bytes).expect("handed in");
    let (mut refused, mut answer) = (None, None);
    eventually("both are taken", || {
        place.hand.advance_ms(1_000);
        refused = refused.take().or_else(|| wrong.outcome().expect("folder"));
        answer = answer.take().or_else(|| right.outcome().expect("folder"));
        refused.is_some() && answer.is_some()
    })
    .await;
    assert!(matches!(refused, Some(Outcome::Refused(code, _)) if code == "BUNDLE_UNREADABLE"));
    let Some(Outcome::Answer(answer)) = answer else { panic!("refused") };
    place.member.uplink.unpack(&answer).await.expect("brought");
    assert_eq!(place.member.outcome(&name), "accepted");
    let left = std::fs::read_dir(config.path("serve.bundles")).expect("folder").count();
    assert_eq!(left, 0);
    stop.cancel();
    serving.await.expect("ends");
}

/// What a hub sends down comes by its file, once, and goes on over the network where that ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_stick_brings_what_comes_down() {
    let place = Place::new().await;
    let (memory, database) = (Arc::new(Memory::default()), place.member.database.clone());
    let identity = place.member.identity.clone();
    let (federation, hub) = (&place.federation, &place.hub);
    let member = Member::with_hooks(federation, hub, identity, database, memory.clone());
    publish(hub, &["a", "b"]);
    for came in [["a", "b"].as_slice(), &[]] {
        let made = member.uplink.pack().await.expect("made");
        let answer = take(&hub.hub, &made.bytes).await.expect("taken");
        assert_eq!(told(&answer).expect("readable").items, came.len());
        let brought = member.uplink.unpack(&answer).await.expect("brought");
        assert_eq!(brought.directives, came.len());
        assert_eq!(memory.take(), came);
    }
    publish(hub, &["c"]);
    flush(&member).await;
    assert_eq!(memory.take(), ["c"]);
}
