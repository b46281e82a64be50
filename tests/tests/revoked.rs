//! A revocation reaches a member whose connection is open and idle.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::time::Duration;

use domain::unit::UnitKind;
use hub::store::member_key;
use runtime::sql::SqlError;
use runtime::uplink::{LAST_CODE, LAST_CONTACT, outbox};
use tests::federation::{Federation, Member, RunningHub};
use tokio_util::sync::CancellationToken;

/// Waits until a note of a member's uplink reads so.
async fn noted(member: &Member, name: &'static str, wanted: impl Fn(&str) -> bool) -> bool {
    for _ in 0..300 {
        let note: Result<_, SqlError> = member.database.read(move |tx| outbox::note(tx, name));
        if note.expect("outbox").is_some_and(|text| wanted(&text)) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// The member has nothing to say, so only its waiting for directives is open; the hub ends that
/// with the code of the refusal, and the member notes it for its status page.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_ends_an_idle_connection() {
    let federation = Federation::new();
    let district = ("370202", UnitKind::District);
    let hub = RunningHub::start(&federation, district, "370202", None).await;
    let member = Member::join(&federation, &hub, "S1");
    let (uplink, stop) = (member.uplink.clone(), CancellationToken::new());
    let token = stop.clone();
    let task = tokio::spawn(async move { uplink.serve(token).await });
    assert!(noted(&member, LAST_CONTACT, |text| !text.is_empty()).await, "connected");
    assert!(noted(&member, LAST_CODE, str::is_empty).await);
    assert_eq!(hub.write(|tx| member_key::revoke_all(tx, "S1")), 1);
    assert!(noted(&member, LAST_CODE, |text| text == "CERTIFICATE_REVOKED").await);
    stop.cancel();
    task.await.expect("stopped");
}
