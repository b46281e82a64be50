//! Streets: they hold no authority, and their district certifies for them.

use certs::crl::CrlContent;
use certs::csr;
use certs::identity::LeafIdentity;
use domain::unit::UnitKind;
use proto::wire::enrol::IssueForMemberRequest;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use runtime::sql::SqlError;
use runtime::uplink::enrol::Outcome;
use tonic::transport::Channel;

use super::city::{hello, refusal};
use super::{City, Running, code, join, key, unit};
use crate::config::Config;
use crate::enrolment::{ALARM_OTHER_STREET, street_of};
use crate::store::member_key;

const STREET: &str = "370202004";
const OTHER: &str = "370202005";
const SCHOOL: &str = "F370202004J01";

/// Registers, invites, approves and joins a street.
async fn street(city: &City, district: &Running, id: &str) -> LeafIdentity {
    district.register(id, UnitKind::Street);
    let (invite, key) = (district.invite(id), key());
    assert!(matches!(join(&invite, &key, &city.clock).await, Ok(Outcome::Pending(_))));
    district.approve(id);
    match join(&invite, &key, &city.clock).await.expect("joined") {
        Outcome::Joined(joined) => joined.identity,
        Outcome::Pending(_) => panic!("approved"),
    }
}

async fn issue(channel: &Channel, unit: &str, kind: &str) -> Result<Vec<Vec<u8>>, String> {
    let csr = csr::request(&key()).expect("request");
    let (unit, kind) = (unit.to_owned(), kind.to_owned());
    let request = IssueForMemberRequest { unit, kind, csr };
    let answer = EnrolmentClient::new(channel.clone()).issue_for_member(request).await;
    answer.map(|answer| answer.into_inner().chain).map_err(|status| refusal(&status))
}

/// A school joins at its street, is certified by the district under the district's name, and is
/// served by the street and by nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_street_enrols_through_its_district() {
    let city = City::new();
    let district = city.start(UnitKind::District, "370202", "370202").await;
    let own = street(&city, &district, STREET).await;
    let config = city.config(UnitKind::Street, STREET, "370202");
    let config = Config { parent: Some(district.parent()), ..config };
    let running = city.run(config, &own).await;
    running.register(SCHOOL, UnitKind::School);
    let (invite, mine) = (running.invite(SCHOOL), key());
    let first = join(&invite, &mine, &city.clock).await.expect("joined");
    let Outcome::Joined(first) = first else { panic!("schools are issued at once") };
    let name = first.identity.peer().name().to_string();
    assert_eq!(name, "f370202004j01.370202.qingdao.example");
    let Ok(Outcome::Joined(again)) = join(&invite, &mine, &city.clock).await else {
        panic!("a repeat")
    };
    assert_eq!(again.identity.chain(), first.identity.chain());
    assert_eq!(code(join(&invite, &key(), &city.clock).await), "INVITE_USED");
    let dial = running.dial(&city, &first.identity).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "OK");
    let dial = district.dial(&city, &first.identity).await.expect("dial");
    assert_eq!(hello(&dial.channel).await, "NOT_A_MEMBER");
    let known = district.hub.database().read(|tx| street_of(tx, &unit(SCHOOL))).expect("read");
    assert_eq!(known, Some(unit(STREET)));
}

/// While the district cannot be reached nothing is issued, the key stays bound to the invite, and
/// the same command succeeds later.
#[tokio::test(flavor = "multi_thread")]
async fn an_absent_district_delays_and_loses_nothing() {
    let city = City::new();
    let district = city.start(UnitKind::District, "370202", "370202").await;
    let own = street(&city, &district, STREET).await;
    let config = city.config(UnitKind::Street, STREET, "370202");
    let mut parent = district.parent();
    parent.address = "127.0.0.1:9".to_owned();
    let running = city.run(Config { parent: Some(parent), ..config.clone() }, &own).await;
    running.register(SCHOOL, UnitKind::School);
    let (invite, mine) = (running.invite(SCHOOL), key());
    assert_eq!(code(join(&invite, &mine, &city.clock).await), "UPSTREAM");
    assert_eq!(code(join(&invite, &key(), &city.clock).await), "INVITE_USED");
    let address = running.config().advertise.parse().expect("address");
    drop(running);
    let config = Config { parent: Some(district.parent()), listen: address, ..config };
    let running = restarted(&city, config, &own).await;
    assert_eq!(code(join(&invite, &mine, &city.clock).await), "OK");
    drop(running);
}

/// The port is free again a moment after the first process let go of it.
async fn restarted(city: &City, config: Config, own: &LeafIdentity) -> Running {
    for _ in 0..100 {
        if std::net::TcpListener::bind(config.listen).is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    city.run(config, own).await
}

/// A street gets no certificate for a unit of another street, of the district itself, or for a
/// hub; a school can ask for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_street_speaks_for_its_own_members_only() {
    let city = City::new();
    let district = city.start(UnitKind::District, "370202", "370202").await;
    let first = street(&city, &district, STREET).await;
    let second = street(&city, &district, OTHER).await;
    let direct = city.school(&district, "F370202J09").await;
    let first = district.dial(&city, &first).await.expect("dial").channel;
    let second = district.dial(&city, &second).await.expect("dial").channel;
    assert!(issue(&first, SCHOOL, "school").await.is_ok());
    let refused = |answer: Result<Vec<Vec<u8>>, String>| answer.err().unwrap_or_default();
    assert_eq!(refused(issue(&second, SCHOOL, "school").await), "OTHER_STREET");
    assert_eq!(district.alarms(ALARM_OTHER_STREET), 1);
    for (id, kind) in [("370202", "school"), ("F370202J09", "school"), ("370202006", "street")] {
        assert_eq!(refused(issue(&first, id, kind).await), "OTHER_STREET", "{id}");
    }
    let school = district.dial(&city, &direct).await.expect("dial").channel;
    assert_eq!(refused(issue(&school, "F370202004J02", "school").await), "NOT_A_MEMBER");
}

/// A school's certificate that its street took back stands on the district's signed list within
/// seconds, without a word between two operators.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_street_revokes_is_on_the_districts_list() {
    let city = City::new();
    let district = city.start(UnitKind::District, "370202", "370202").await;
    let own = street(&city, &district, STREET).await;
    let config = city.config(UnitKind::Street, STREET, "370202");
    let config = Config { parent: Some(district.parent()), ..config };
    let running = city.run(config, &own).await;
    let school = city.school(&running, SCHOOL).await;
    let taken = running.hub.database().write("revoke", |tx| member_key::revoke_all(tx, SCHOOL));
    assert_eq!(Result::<_, SqlError>::expect(taken, "revoked"), 1);
    let listed = || {
        let list = std::fs::read(district.hub.config().path("crl.der")).unwrap_or_default();
        let content = CrlContent::from_der(&list).ok();
        let serial = school.peer().serial();
        content.is_some_and(|list| list.revoked.iter().any(|entry| entry.serial == *serial))
    };
    for _ in 0..400 {
        if listed() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("not on the list");
}
