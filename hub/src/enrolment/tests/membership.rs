//! Staying a member: every call is judged, certificates are renewed, revocation bites.

use std::sync::Arc;

use certs::chain::ChainError;
use certs::csr;
use certs::identity::LeafIdentity;
use certs::tls::client_config;
use domain::unit::{IdentityName, UnitId, UnitKind};
use proto::wire::enrol::RenewRequest;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use runtime::sql::{Database, Migration, Options, SqlError, Tx};
use runtime::transport::{TransportError, connect};
use runtime::uplink::enrol::{introduce, renew_expired};
use runtime::uplink::{
    Applied, Hooks, IdentityCell, LAST_CONTACT, OUTBOX_FRAMED_ONCE, OUTBOX_SCHEMA, Parent, Uplink,
    notes,
};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::city::{forged, hello, refusal};
use super::{City, Running, code, key, unit};
use crate::app::Hub;
use crate::authority;
use crate::store::member_key;
use crate::store::unit::{self as units, UnitStatus};

const SCHOOL: &str = "F370202004J01";
const DAY_MS: i64 = 24 * 3_600_000;

fn change(
    hub: &Running,
    work: impl FnOnce(&runtime::sql::Tx<'_>) -> Result<(), SqlError> + Send + 'static,
) {
    hub.hub.database().write("change", work).expect("change");
}

async fn renew(channel: &Channel) -> Result<LeafIdentity, String> {
    let key = key();
    let csr = csr::request(&key).expect("request");
    let answer = EnrolmentClient::new(channel.clone()).renew(RenewRequest { csr }).await;
    let chain = answer.map_err(|status| refusal(&status))?.into_inner().chain;
    LeafIdentity::new(&chain, key).map_err(|error| error.to_string())
}

/// Suspension and revocation are felt at the next call of a connection that is open; a new
/// connection of a revoked member ends in the handshake as soon as the list is signed.
#[tokio::test(flavor = "multi_thread")]
async fn revocation_bites_an_open_connection() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&hub, SCHOOL).await;
    let dial = hub.dial(&city, &school).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "OK");
    change(&hub, |tx| units::set_status(tx, &unit(SCHOOL), UnitStatus::Suspended));
    assert_eq!(hello(&dial.channel).await, "UNIT_SUSPENDED");
    change(&hub, |tx| units::set_status(tx, &unit(SCHOOL), UnitStatus::Active));
    assert_eq!(hello(&dial.channel).await, "OK");
    change(&hub, |tx| member_key::revoke_all(tx, SCHOOL).map(drop));
    assert_eq!(hello(&dial.channel).await, "CERTIFICATE_REVOKED");
    assert_eq!(renew(&dial.channel).await.err().as_deref(), Some("CERTIFICATE_REVOKED"));
    let mut signed = None;
    authority::refresh(&hub.hub, &mut signed).await.expect("list");
    let refused = match hub.dial(&city, &school).await {
        Ok(dial) => hello(&dial.channel).await,
        Err(TransportError::Refused(refusal)) => format!("{refusal:?}"),
        Err(other) => format!("{other:?}"),
    };
    assert_eq!(refused, "Revoked");
}

/// A hub that has a list when it starts goes on judging what schools signed for as long as it
/// runs: by its list of today, and a late one is nothing against them. Who was revoked since it
/// started is refused.
///
/// Method: the hub is opened again on its folder, as after a restart, and days pass.
#[tokio::test(flavor = "multi_thread")]
async fn reports_are_judged_by_the_list_of_today() {
    let city = City::new();
    let first = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&first, SCHOOL).await;
    authority::refresh(&first.hub, &mut None).await.expect("list");
    let config = first.hub.config().clone();
    drop(first);
    let hub = Hub::open(config, city.clock.clone()).expect("hub");
    let judged = || {
        let judge = hub.sealed().judge();
        judge.trust.identify_signer(school.chain(), &judge.zone, judge.now).map(drop)
    };
    judged().expect("on the day of the start");
    city.hand.advance_ms(2 * DAY_MS);
    judged().expect("before the list of the day is signed");
    authority::refresh(&hub, &mut None).await.expect("list");
    judged().expect("by the list of the day");
    let revoked: Result<(), SqlError> =
        hub.database().write("revoke", |tx| member_key::revoke_all(tx, SCHOOL).map(drop));
    revoked.expect("revoked");
    authority::refresh(&hub, &mut None).await.expect("list");
    assert!(matches!(judged(), Err(ChainError::Revoked)));
    city.hand.advance_ms(2 * DAY_MS);
    assert!(matches!(judged(), Err(ChainError::Revoked)), "on a list that is late");
}

/// A member renews over its own connection, for a new key and under its own name; nothing is
/// restarted, and the connection goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_renews_while_it_is_connected() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&hub, SCHOOL).await;
    city.hand.advance_ms(61 * DAY_MS);
    authority::refresh(&hub.hub, &mut None).await.expect("refresh");
    let dial = hub.dial(&city, &school).await.expect("dial");
    let renewed = renew(&dial.channel).await.expect("renewed");
    assert_eq!(renewed.peer().name(), school.peer().name());
    assert!(renewed.peer().not_after() > school.peer().not_after());
    assert_ne!(renewed.peer().key(), school.peer().key());
    assert_eq!(hello(&dial.channel).await, "OK");
    let next = hub.dial(&city, &renewed).await.expect("dial");
    assert_eq!(hello(&next.channel).await, "OK");
}

/// What a member's outbox is made of.
const OUTBOX: &[Migration] = &[
    Migration { number: 1, name: "outbox", sql: OUTBOX_SCHEMA },
    Migration { number: 2, name: "framed once", sql: OUTBOX_FRAMED_ONCE },
];

/// A member that only stays connected.
struct Quiet;

impl Hooks for Quiet {
    fn directive(&self, _: &[u8]) -> Result<(), SqlError> {
        Ok(())
    }

    fn applied(&self) -> Result<Vec<Applied>, SqlError> {
        Ok(Vec::new())
    }

    fn addressed(&self, _: &Tx<'_>, _: &UnitId, _: &[u8]) -> Result<(), SqlError> {
        Ok(())
    }

    fn schools_below(&self) -> u32 {
        0
    }
}

/// Waits until a condition holds; a condition that never does fails the test.
async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("never came true: {what}");
}

/// A member that stays connected past day 60 renews by itself: nothing is restarted, the new
/// certificate is for a new key and on the disk, the key that waited for it is gone, and the hub
/// is heard under it.
#[tokio::test(flavor = "multi_thread")]
async fn an_uplink_renews_by_itself() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&hub, SCHOOL).await;
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("identity.pem");
    school.save(&file).expect("identity");
    let cell = IdentityCell::load(&file).expect("identity");
    let database = Database::open(&folder.path().join("transfer.db"), Options::plain(OUTBOX));
    let database = database.expect("outbox");
    let parent = Parent { address: hub.parent().address, name: hub.parent().name };
    let with = (city.trust(), city.clock.clone());
    let uplink = Uplink::new(database.clone(), cell.clone(), parent, with, Arc::new(Quiet));
    let stop = CancellationToken::new();
    let token = stop.clone();
    let serving = tokio::spawn(async move { uplink.serve(token).await });
    let heard = || -> i64 {
        let note: Result<_, SqlError> = database.read(|tx| notes::get(tx, LAST_CONTACT));
        note.expect("note").and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    eventually("connected", || heard() > 0).await;
    city.hand.advance_ms(59 * DAY_MS);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(cell.current().peer().key(), school.peer().key(), "not before its time");
    city.hand.advance_ms(2 * DAY_MS);
    authority::refresh(&hub.hub, &mut None).await.expect("refresh");
    eventually("renewed", || cell.current().peer().key() != school.peer().key()).await;
    let renewed = cell.current();
    assert_eq!(renewed.peer().name(), school.peer().name());
    assert!(renewed.peer().not_after() > school.peer().not_after());
    assert_eq!(LeafIdentity::load(&file).expect("kept").peer().key(), renewed.peer().key());
    let files = std::fs::read_dir(folder.path()).expect("folder").flatten();
    let names: Vec<String> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    assert!(!names.iter().any(|name| name.contains("renew")), "{names:?}");
    // The next connection shows the new certificate; the one that renewed was opened before it.
    let renewed_ms = city.clock.now_ms();
    city.hand.advance_ms(1_000);
    eventually("heard again", || heard() > renewed_ms).await;
    let known = *renewed.peer().key().id().bytes();
    let key = hub.hub.database().read(move |tx| member_key::find(tx, &known)).expect("read");
    assert!(key.is_some_and(|key| key.state == member_key::KeyState::Current));
    stop.cancel();
    serving.await.expect("uplink ends");
}

/// The hub's own certificate is renewed before it ends, and new connections see the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_renews_itself_without_a_restart() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let shown = hub.dial_bare(&city).await.shown;
    city.hand.advance_ms(100 * DAY_MS);
    let mut signed = None;
    authority::refresh(&hub.hub, &mut signed).await.expect("refresh");
    assert_ne!(hub.dial_bare(&city).await.shown, shown);
}

/// An expired certificate is renewed once, after an operator allowed it, by the latest key.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_renewed_once_where_allowed() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&hub, SCHOOL).await;
    city.hand.advance_ms(150 * DAY_MS);
    authority::refresh(&hub.hub, &mut None).await.expect("refresh");
    let parent = Parent { address: hub.parent().address, name: hub.parent().name };
    let trust = city.trust();
    let (first, second) = (key(), key());
    let call = |old: &LeafIdentity, key: &certs::key::SigningKey| {
        let (old, key, clock) = (old.clone(), key.clone(), city.clock.clone());
        let (parent, trust) = (parent.clone(), trust.clone());
        async move { renew_expired((&parent, &trust), &old, &key, &clock).await }
    };
    assert_eq!(code(call(&school, &first).await), "RENEWAL_NOT_ALLOWED");
    change(&hub, |tx| member_key::allow_expired_renewal(tx, SCHOOL).map(drop));
    let renewed = call(&school, &first).await.expect("allowed");
    let again = call(&school, &first).await.expect("a repeat gets the same");
    assert_eq!(again.chain(), renewed.chain());
    assert_eq!(code(call(&school, &second).await), "RENEWAL_NOT_ALLOWED");
    let dial = hub.dial(&city, &renewed).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "OK");
    city.hand.advance_ms(500 * DAY_MS);
    authority::refresh(&hub.hub, &mut None).await.expect("refresh");
    change(&hub, |tx| member_key::allow_expired_renewal(tx, SCHOOL).map(drop));
    assert_eq!(code(call(&renewed, &second).await), "RENEWAL_NOT_ALLOWED");
}

/// A session that is resumed is not judged by the handshake, so its member is looked up at its
/// next call all the same, and a certificate that has ended ends it.
///
/// Method: one client configuration, which keeps its session, dials four times.
#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_session_gives_nobody_more_than_a_new_one() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let school = city.school(&hub, SCHOOL).await;
    let name = hub.hub.config().name.clone();
    let config = client_config(Some(&school), &name, &city.trust()).expect("client");
    let address = hub.parent().address;
    let dial = || connect(&address, &name, config.clone());
    let first = dial().await.expect("first");
    assert_eq!((first.is_resumed, hello(&first.channel).await.as_str()), (false, "OK"));
    let second = dial().await.expect("second");
    assert_eq!((second.is_resumed, hello(&second.channel).await.as_str()), (true, "OK"));
    change(&hub, |tx| member_key::revoke_all(tx, SCHOOL).map(drop));
    let said = match dial().await {
        Ok(third) => hello(&third.channel).await,
        // The list has been signed meanwhile, which ends all sessions.
        Err(error) => format!("{error:?}"),
    };
    assert!(["CERTIFICATE_REVOKED", "Refused(Revoked)"].contains(&said.as_str()), "{said}");
    city.hand.advance_ms(150 * DAY_MS);
    let ended = dial().await.map(|dial| dial.is_resumed);
    assert!(matches!(ended, Err(TransportError::Refused(_))), "{ended:?}");
}

/// A certificate of another city ends in the handshake; a call without any is told so.
#[tokio::test(flavor = "multi_thread")]
async fn another_citys_certificate_is_refused() {
    let (city, other) = (City::new(), City::new());
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    let theirs = other.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let stranger = other.school(&theirs, SCHOOL).await;
    let refused = match hub.dial(&city, &stranger).await {
        Ok(dial) => hello(&dial.channel).await,
        Err(TransportError::Refused(refusal)) => format!("{refusal:?}"),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(refused, "UnknownRoot");
    assert_eq!(hello(&hub.dial_bare(&city).await.channel).await, "NO_CERTIFICATE");
    let own = city.school(&hub, "F370202004J02").await;
    let dial = hub.dial(&city, &own).await.expect("members are served on");
    assert_eq!(hello(&dial.channel).await, "OK");
}

/// A district proves its invite with the certificate of its own authority and is served after
/// its approval; no other district can pose as it, although its chain holds too.
#[tokio::test(flavor = "multi_thread")]
async fn a_district_cannot_pose_as_another() {
    let city = City::new();
    let top = city.start(UnitKind::City, "370200", "").await;
    let own = city.config(UnitKind::District, "370202", "370202");
    let own_authority = city.authority(&own);
    let district = forged(&own_authority, own.name.clone(), UnitKind::District, &city.clock);
    top.register("370202", UnitKind::District);
    let invite = top.invite("370202");
    let trust = city.trust();
    let enter = || introduce(&invite, (&district, UnitKind::District), &trust, &city.clock);
    assert!(enter().await.expect("pending").is_some());
    top.approve("370202");
    assert!(enter().await.expect("approved").is_none());
    let dial = top.dial(&city, &district).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "OK");
    // The other district puts this one's id under its own label: all that its authority can do.
    let rival = city.authority(&city.config(UnitKind::District, "370203", "370203"));
    let zone = city.root.certificate().zone().clone();
    let name = IdentityName::in_district(unit("370202"), &unit("370203"), zone);
    let posing = forged(&rival, name, UnitKind::District, &city.clock);
    let dial = top.dial(&city, &posing).await.expect("the chain holds");
    assert_eq!(hello(&dial.channel).await, "OTHER_NAME");
    // A key that the district's own authority certified later is taken without an invite.
    let later = forged(&own_authority, own.name, UnitKind::District, &city.clock);
    let dial = top.dial(&city, &later).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "OK");
    change(&top, |tx| member_key::revoke_all(tx, "370202").map(drop));
    assert_eq!(hello(&dial.channel).await, "CERTIFICATE_REVOKED");
}
