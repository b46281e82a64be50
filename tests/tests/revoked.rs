//! A revocation or a suspension reaches a member whose connection is open and idle; what a root
//! takes back reaches every unit below.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::sync::Arc;
use std::time::Duration;

use certs::revocation::{Reason, RevocationList, RevokedKey, Thing};
use certs::root::RootCertificate;
use certs::signature::KeyId;
use domain::unit::{UnitId, UnitKind};
use hub::enrolment::release_to_street;
use hub::store::barred_key::{self, Stored};
use hub::store::member_key::{self, KeyState};
use hub::store::unit::{UnitStatus, set_status};
use node::directive::{Inbox, Recipient};
use node::transfer::Transfer;
use runtime::cli::Failure;
use runtime::sql::SqlError;
use runtime::uplink::{Bar, LAST_CODE, LAST_CONTACT, notes};
use runtime::web::Lang;
use tests::federation::{Federation, Member, RunningHub, admit_school};
use tokio_util::sync::CancellationToken;

/// Waits until a note of a member's uplink reads so.
async fn noted(member: &Member, name: &'static str, wanted: impl Fn(&str) -> bool) -> bool {
    for _ in 0..300 {
        let note: Result<_, SqlError> = member.database.read(move |tx| notes::get(tx, name));
        if note.expect("notes").is_some_and(|text| wanted(&text)) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// A member, its running connection and how to end it.
struct Idle {
    member: Member,
    hub: RunningHub,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    _federation: Federation,
}

impl Idle {
    async fn connected() -> Self {
        let federation = Federation::new();
        let district = ("370202", UnitKind::District);
        let hub = RunningHub::start(&federation, district, "370202", None).await;
        let member = Member::join(&federation, &hub, "S1");
        let (uplink, stop) = (member.uplink.clone(), CancellationToken::new());
        let token = stop.clone();
        let task = tokio::spawn(async move { uplink.serve(token).await });
        assert!(noted(&member, LAST_CONTACT, |text| !text.is_empty()).await, "connected");
        assert!(noted(&member, LAST_CODE, str::is_empty).await);
        Self { member, hub, stop, task, _federation: federation }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("stopped");
    }
}

/// The member has nothing to say, so only its waiting for directives is open; the hub ends that
/// with the code of the refusal, and the member notes it for its status page.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_ends_an_idle_connection() {
    let idle = Idle::connected().await;
    assert_eq!(idle.hub.write(|tx| member_key::revoke_all(tx, "S1")), 1);
    assert!(noted(&idle.member, LAST_CODE, |text| text == "CERTIFICATE_REVOKED").await);
    idle.end().await;
}

/// A suspended member is told within seconds, stays told while it is refused, and is served again
/// by itself once the hub's operator resumes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_ends_an_idle_connection() {
    let idle = Idle::connected().await;
    let set = |status| idle.hub.write(move |tx| set_status(tx, &"S1".parse().expect("id"), status));
    let started = std::time::Instant::now();
    set(UnitStatus::Suspended);
    assert!(noted(&idle.member, LAST_CODE, |text| text == "UNIT_SUSPENDED").await);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(noted(&idle.member, LAST_CODE, |text| text == "UNIT_SUSPENDED").await);
    set(UnitStatus::Active);
    assert!(noted(&idle.member, LAST_CODE, str::is_empty).await);
    idle.end().await;
}

/// What a hub was told about keys further down, as name and reason.
fn told(hub: &RunningHub) -> Vec<(String, Bar)> {
    let all = hub.read(barred_key::all);
    all.into_iter().map(|Stored { name, bar, .. }| (name, bar)).collect()
}

async fn becomes(hub: &RunningHub, wanted: &[(&str, Bar)]) {
    let zone = hub.hub.config().zone().clone();
    let wanted: Vec<(String, Bar)> =
        wanted.iter().map(|(name, bar)| (format!("{name}.{zone}"), *bar)).collect();
    for _ in 0..300 {
        if told(hub) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(told(hub), wanted, "{}", hub.hub.config().unit);
}

/// A street takes a school's key back and suspends another school, the district takes the street's
/// key back: the hubs above learn each within seconds, and again after they forgot it.
///
/// Method: three hubs over real TLS. The district certified both schools for the street, as
/// enrolment does. At the end the city's list is thrown away, as a restored backup would.
#[tokio::test(flavor = "multi_thread")]
async fn hubs_above_learn_which_keys_may_not_speak() {
    let federation = Federation::new();
    let city = RunningHub::start(&federation, ("370200", UnitKind::City), "", None).await;
    let district = ("370202", UnitKind::District);
    let district = RunningHub::start(&federation, district, "370202", Some(&city)).await;
    let street = ("370202004", UnitKind::Street);
    let street = RunningHub::start(&federation, street, "370202", Some(&district)).await;
    district.admit(&street.hub.identity().current(), federation.clock());
    for unit in ["S1", "S2"] {
        let member = Member::join(&federation, &street, unit);
        district.admit(&member.identity, federation.clock());
        let street: UnitId = "370202004".parse().expect("id");
        let unit: UnitId = unit.parse().expect("id");
        district.write(move |tx| release_to_street(tx, &unit, &street));
    }
    let state = |unit: &'static str| {
        let keys = district.read(member_key::all);
        keys.into_iter().find(|key| key.unit == unit).expect("key").state
    };
    assert_eq!(street.write(|tx| member_key::revoke_all(tx, "S1")), 1);
    let revoked = ("s1.370202", Bar::Revoked);
    becomes(&district, &[revoked]).await;
    assert_eq!((state("S1"), state("S2")), (KeyState::Revoked, KeyState::Current));
    becomes(&city, &[revoked]).await;

    let set = |status| street.write(move |tx| set_status(tx, &"S2".parse().expect("id"), status));
    set(UnitStatus::Suspended);
    becomes(&city, &[revoked, ("s2.370202", Bar::Suspended)]).await;
    assert_eq!(state("S2"), KeyState::Current, "a suspension revokes nothing");
    set(UnitStatus::Active);
    becomes(&city, &[revoked]).await;
    becomes(&district, &[revoked]).await;

    assert_eq!(district.write(|tx| member_key::revoke_all(tx, "370202004")), 1);
    becomes(&city, &[("370202004.370202", Bar::Revoked), revoked]).await;

    let port = district.address.port();
    district.stop().await;
    city.write(|tx| {
        tx.execute("delete from barred_key", &[])?;
        tx.execute("delete from setting where name like 'barred_keys_of:%'", &[])
    });
    let district = ("370202", UnitKind::District);
    let _district = RunningHub::start_at(&federation, district, "370202", Some(&city), port).await;
    becomes(&city, &[("370202004.370202", Bar::Revoked), revoked]).await;
    assert!(city.alarms().is_empty(), "{:?}", city.alarms());
}

/// A school with a node's own inbox, connected to a hub.
fn school(federation: &Federation, hub: &RunningHub, unit: &str) -> (Member, RootCertificate) {
    let identity = admit_school(federation, hub, unit);
    let name = identity.peer().name().clone();
    let data = federation.path(unit);
    std::fs::create_dir_all(&data).expect("folder");
    let transfer = Transfer::open(&data.join("transfer.db")).expect("transfer");
    let root = federation.authority().root().clone();
    let roots = vec![root.clone()];
    let recipient = Recipient { unit: name.unit().clone(), zone: name.zone().clone(), roots };
    let inbox = Inbox::new(transfer.clone(), recipient, federation.clock().clone());
    let database = transfer.database().clone();
    (Member::with_hooks(federation, hub, identity, database, Arc::new(inbox)), root)
}

/// The root takes the issuing authority of a district back: the list goes down from the city, over
/// the very hub that it takes back, and reaches that hub's school, which leaves the hub and says
/// why and whom to call; the city serves the hub no more. A school of another district goes on.
///
/// Method: real TLS from the city's hub to a node's own inbox. What `xinqiao-ca revoke` signs is
/// put into the city's store, as `directive publish` does, while everything is connected.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_leaves_a_hub_that_its_root_took_back() {
    let federation = Federation::new();
    let city = RunningHub::start(&federation, ("370200", UnitKind::City), "", None).await;
    let kind = UnitKind::District;
    let gone = RunningHub::start(&federation, ("370202", kind), "370202", Some(&city)).await;
    let other = RunningHub::start(&federation, ("370203", kind), "370203", Some(&city)).await;
    let (one, root) = school(&federation, &gone, "S1");
    let stop = CancellationToken::new();
    let (uplink, token) = (one.uplink.clone(), stop.clone());
    let task = tokio::spawn(async move { uplink.serve(token).await });
    assert!(noted(&one, LAST_CONTACT, |text| !text.is_empty()).await, "connected");
    assert!(noted(&one, LAST_CODE, str::is_empty).await);

    let chain = gone.hub.identity().current().chain().to_vec();
    let authority = root.certified(chain.get(1..).expect("issuer")).expect("authority");
    assert_eq!(authority.1, Thing::Authority);
    publish(&city, &revoking(&federation, authority));
    assert!(noted(&one, LAST_CODE, |text| text == "HUB_REVOKED").await, "the school left");
    let said = Failure::of_link("HUB_REVOKED", "");
    assert!(said.message(Lang::Zh).contains("吊销") && said.next_step(Lang::Zh).is_some());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(noted(&one, LAST_CODE, |text| text == "HUB_REVOKED").await, "and stays away");
    let up = gone.hub.uplink().expect("a parent").flush(Duration::from_secs(20)).await;
    assert!(up.is_err(), "the city serves it no more");

    let (two, _) = school(&federation, &other, "S2");
    two.flush().await.expect("another district goes on");
    stop.cancel();
    task.await.expect("stopped");
}

/// What the ceremony signs and writes, of a key of the federation's root.
fn revoking(federation: &Federation, (key, thing, name): (KeyId, Thing, String)) -> Vec<u8> {
    let (root, now) = (federation.authority().root_authority(), federation.clock().now());
    let one = RevokedKey { key, thing, name, since: now, reason: Reason::Stolen };
    let about = (root.certificate(), now);
    let list = RevocationList::following(None, vec![one], about).expect("list");
    let signed = list.sign(root).expect("signed");
    runtime::revocation::directive(&list, root.certificate(), signed)
}

/// What `directive publish` does at a hub that runs beside it.
fn publish(hub: &RunningHub, bytes: &[u8]) {
    let (config, now) = (hub.hub.config(), hub.hub.clock().now());
    let roots = hub::app::load_roots(config).expect("roots");
    let verified = hub::directive::verify(bytes, &roots, config.zone(), now).expect("signed");
    let now_ms = hub.hub.clock().now_ms();
    assert!(hub.write(move |tx| hub::directive::keep(tx, &verified, now_ms)));
}
