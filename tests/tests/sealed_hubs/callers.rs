//! Whoever dials the helper over the wire without leading anything: each is refused by its
//! certificate alone, whatever it asks, and nothing of those who lead is disturbed.

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::tls::client_config;
use domain::unit::UnitKind;
use proto::wire::sealed::sealed_sums_client::SealedSumsClient;
use proto::wire::sealed::{AgreeRequest, CloseRequest, OpenRequest, PresentRequest, SettleRequest};
use runtime::transport::{TransportError, code_of, connect};
use tests::federation::Federation;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::THE_FLOW;
use crate::city::{City, FLOW, HELPER, LEADER, SCHOOLS};
use crate::school::{all_but, recount, task};

/// Dials the helper as the leader does, with another certificate or with none.
async fn dial(
    city: &City,
    identity: Option<&LeafIdentity>,
) -> Result<SealedSumsClient<Channel>, TransportError> {
    let roots = [city.federation.authority(), &city.health].map(|one| one.root().clone());
    let trust = Trust::new(roots.to_vec()).with_clock(city.federation.clock().for_tls());
    let helper = city.health.name(HELPER, HELPER);
    let config = client_config(identity, &helper, &trust).map_err(TransportError::Tls)?;
    let dialled = connect(&city.helper.address.to_string(), &helper, config).await?;
    Ok(SealedSumsClient::new(dialled.channel))
}

/// How a call was refused: its status and its stable code.
fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.expect_err("refused");
    (status.code(), code_of(&status).to_owned())
}

/// Asks for whatever a leader asks for; every answer is the same refusal.
async fn asks(mut client: SealedSumsClient<Channel>) -> (Code, String) {
    let first = refused(client.agree(AgreeRequest::default()).await);
    assert_eq!(refused(client.present(PresentRequest::default()).await), first);
    assert_eq!(refused(client.settle(SettleRequest::default()).await), first);
    assert_eq!(refused(client.open(OpenRequest::default()).await), first);
    assert_eq!(refused(client.close(CloseRequest::default()).await), first);
    first
}

/// Nobody, a school, a clinic, health's own hub and a district that leads elsewhere are answered
/// with nothing but a refusal, and a hub of another city does not get through the handshake. The
/// leader's week goes on beside it and opens exactly.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_leader_gets_through_to_the_helper() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    let (education, now) = (city.federation.authority(), city.federation.clock().now());
    let of_education =
        |unit, district, kind| education.identity_at(&education.name(unit, district), kind, now);
    let of_health =
        |unit, kind| city.health.identity_at(&city.health.name(unit, HELPER), kind, now);
    let nobody = asks(dial(&city, None).await.expect("a connection")).await;
    assert_eq!(nobody, (Code::Unauthenticated, "NO_CERTIFICATE".to_owned()));
    let callers = [
        (of_education("S01", LEADER, UnitKind::School), "OTHER_ROOT"),
        (of_health("QK1", UnitKind::Clinic), "OTHER_ROOT"),
        (of_health(HELPER, UnitKind::Helper), "OTHER_ROOT"),
        (of_education("370203", "370203", UnitKind::District), "NOT_A_LEADER"),
        // The leader's unit below another district's authority is another name.
        (of_education(LEADER, "370203", UnitKind::District), "NOT_A_LEADER"),
    ];
    for (identity, code) in &callers {
        let client = dial(&city, Some(identity)).await.expect("a connection");
        let expected = (Code::PermissionDenied, (*code).to_owned());
        assert_eq!(asks(client).await, expected, "{}", identity.peer().name());
    }
    // A hub of the same name in a city whose roots nobody here pinned.
    let elsewhere = Federation::with_clock(city.federation.clock().clone());
    let name = elsewhere.authority().name(LEADER, LEADER);
    let unknown = elsewhere.authority().identity_at(&name, UnitKind::District, now);
    let shaken = dial(&city, Some(&unknown)).await;
    assert!(matches!(shaken, Err(TransportError::Refused(_))), "{:?}", shaken.map(drop));
    // The leader itself is let through to the answer that its empty question deserves.
    let own = city.leader.hub.identity().current();
    let mut client = dial(&city, Some(&own)).await.expect("a connection");
    let (status, _) = refused(client.agree(AgreeRequest::default()).await);
    assert_eq!(status, Code::InvalidArgument);

    assert!(city.helper.alarms().is_empty(), "{:?}", city.helper.alarms());
    city.step().await;
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened, [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}
