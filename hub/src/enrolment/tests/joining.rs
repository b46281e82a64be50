//! Redeeming invites, the good ways and the bad ones.

use certs::invite::{Invite, InviteError, InviteTerms};
use domain::unit::UnitKind;
use runtime::clock::Clock;
use runtime::uplink::enrol::{self, Outcome, forget_joining_key, key_digest, key_for_joining};

use super::city::hello;
use super::{City, code, join, key, unit};
use crate::enrolment::ALARM_STOLEN;
use crate::store::unit::{self as units, UnitStatus};

const SCHOOL: &str = "F370202004J01";

async fn joined(city: &City, invite: &Invite, key: &certs::key::SigningKey) -> Vec<u8> {
    match join(invite, key, &city.clock).await.expect("join") {
        Outcome::Joined(joined) => joined.identity.chain()[0].to_vec(),
        Outcome::Pending(_) => panic!("pending"),
    }
}

/// A repeat with the same key gets the same certificate; another key is refused, raises one
/// alarm, and changes nothing for the first.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_is_for_one_key() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let (invite, mine) = (hub.invite(SCHOOL), key());
    let first = joined(&city, &invite, &mine).await;
    assert_eq!(joined(&city, &invite, &mine).await, first);
    let other = key();
    for _ in 0..2 {
        assert_eq!(code(join(&invite, &other, &city.clock).await), "INVITE_USED");
    }
    assert_eq!(hub.alarms(ALARM_STOLEN), 1);
    assert_eq!(joined(&city, &invite, &mine).await, first);
    let status = hub.hub.database().read(move |tx| units::find(tx, &unit(SCHOOL)));
    let status = status.expect("read").expect("unit").status;
    assert_eq!(status, UnitStatus::Active);
}

/// An interrupted attempt goes on with the key that is on the disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_goes_on_with_its_key() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let invite = hub.invite(SCHOOL);
    let folder = tempfile::tempdir().expect("folder");
    let first = joined(&city, &invite, &key_for_joining(folder.path()).expect("key")).await;
    let again = key_for_joining(folder.path()).expect("the same key");
    assert_eq!(joined(&city, &invite, &again).await, first);
    forget_joining_key(folder.path()).expect("forget");
    forget_joining_key(folder.path()).expect("nothing to forget");
}

/// An invite that has expired is refused at home, and by the hub where the machine's clock is
/// wrong; one that an e-mail program cut off is named as such. Nothing is issued.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_damaged_invite_enrols_nobody() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let invite = hub.invite(SCHOOL);
    let line = invite.expose_line().to_string();
    let cut: String = line.chars().take(line.len() - 40).collect();
    assert_eq!(Invite::parse(&cut, city.clock.now()).err(), Some(InviteError::CutOff));
    let slow = city.clock.now();
    city.hand.advance_ms(8 * 24 * 3_600_000);
    assert!(matches!(Invite::parse(&line, city.clock.now()), Err(InviteError::Expired { .. })));
    let (wrong_clock, _) = Clock::simulated(slow);
    assert_eq!(code(join(&invite, &key(), &wrong_clock).await), "INVITE_EXPIRED");
}

/// An invite that was taken back or replaced, and one that the hub never made, enrol nobody.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_latest_invite_of_this_hub_works() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let (first, second) = (hub.invite(SCHOOL), hub.invite(SCHOOL));
    assert_eq!(code(join(&first, &key(), &city.clock).await), "INVITE_REVOKED");
    let made_up = Invite::new(second.terms().clone()).expect("invite");
    assert_eq!(code(join(&made_up, &key(), &city.clock).await), "INVITE_UNKNOWN");
    assert_eq!(code(join(&second, &key(), &city.clock).await), "OK");
}

/// An invite that pins another root, and one that names another hub, end in the handshake: the
/// hub never sees a proof.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_another_hub() {
    let (city, other) = (City::new(), City::new());
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register(SCHOOL, UnitKind::School);
    let terms = hub.invite(SCHOOL).terms().clone();
    let roots = vec![other.root.certificate().digest()];
    let pinned = Invite::new(InviteTerms { roots, ..terms.clone() }).expect("invite");
    assert_eq!(code(join(&pinned, &key(), &city.clock).await), "UnknownRoot");
    let hub_name = city.config(UnitKind::District, "370203", "370203").name;
    let named = Invite::new(InviteTerms { hub: hub_name, ..terms }).expect("invite");
    assert_eq!(code(join(&named, &key(), &city.clock).await), "OtherName");
}

/// A counselling centre waits until an operator compared six words, and is then issued.
#[tokio::test(flavor = "multi_thread")]
async fn a_centre_waits_for_its_approval() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    hub.register("C370202001", UnitKind::Centre);
    let (invite, mine) = (hub.invite("C370202001"), key());
    for _ in 0..2 {
        match join(&invite, &mine, &city.clock).await.expect("pending") {
            Outcome::Pending(digest) => assert_eq!(digest, key_digest(&mine)),
            Outcome::Joined(_) => panic!("nobody approved"),
        }
    }
    assert_eq!(code(join(&invite, &key(), &city.clock).await), "INVITE_USED");
    hub.approve("C370202001");
    match join(&invite, &mine, &city.clock).await.expect("issued") {
        Outcome::Joined(joined) => {
            assert_eq!(joined.kind, UnitKind::Centre);
            let dial = hub.dial(&city, &joined.identity).await.expect("dial");
            assert_eq!(hello(&dial.channel).await, "OK");
        }
        Outcome::Pending(_) => panic!("approved"),
    }
}

/// A school that was handed a centre's or a street's invite is told what it is for: no theft is
/// alarmed, and the line stays good for whom it is meant.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_for_another_kind_is_no_theft() {
    let city = City::new();
    let hub = city.start(UnitKind::District, "370202", "370202").await;
    for (id, kind, refused) in [
        ("370202004", UnitKind::Street, "INVITE_FOR_STREET"),
        ("C370202001", UnitKind::Centre, "INVITE_FOR_CENTRE"),
    ] {
        hub.register(id, kind);
        let (invite, theirs) = (hub.invite(id), key());
        assert_eq!(invite.terms().kind, Some(kind));
        let as_school = || async {
            let mine = key();
            code(enrol::join(&invite, (&mine, UnitKind::School), &city.clock).await)
        };
        assert_eq!(as_school().await, refused, "before it is used");
        let waits = join(&invite, &theirs, &city.clock).await;
        assert!(matches!(waits, Ok(Outcome::Pending(_))), "the line is still theirs");
        assert_eq!(as_school().await, refused, "and after");
        assert_eq!(hub.alarms(ALARM_STOLEN), 0);
    }
}
