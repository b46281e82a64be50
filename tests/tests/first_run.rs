//! The first set-up of a school in a browser, from an empty folder to a member that its hub
//! answers, page by page, beside a hub that certifies its schools.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use domain::unit::{UnitId, UnitKind};
use hub::authority;
use hub::enrolment::invitation::{self, InvitationError};
use jiff::SignedDuration;
use node::app;
use node::config::Config;
use node::unlock::Opener;
use runtime::uplink::enrol::JOINING_KEY;
use runtime::web::trial::{Browser, Seen};
use tests::federation::{Federation, RunningHub};

const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
const SCHOOL: &str = "F370202004J01";
/// The secret part of the address that `serve` prints.
const KEY: &str = "k7m2-9qxd-3wab-0c5e";
const PASSWORD: &str = "four green umbrellas";

/// A district's hub that certifies its own schools, as after the ceremony.
async fn certifying(federation: &Federation) -> RunningHub {
    let data = federation.path(DISTRICT.0);
    std::fs::create_dir_all(&data).expect("folder");
    let issuer = federation.authority().issuer(DISTRICT.0);
    let (certificate, key, _) = authority::FILES;
    issuer.key().save(&data.join(key)).expect("key");
    let block = pem::Pem::new("CERTIFICATE", issuer.certificate());
    std::fs::write(data.join(certificate), pem::encode(&block)).expect("certificate");
    RunningHub::start(federation, DISTRICT, DISTRICT.0, None).await
}

/// The line that the hub's operator hands over for a school that was registered.
fn invite(federation: &Federation, hub: &RunningHub, unit: &UnitId) -> String {
    hub.add(unit, UnitKind::School, federation.clock());
    let (mut config, unit) = (hub.hub.config().clone(), unit.clone());
    config.advertise = hub.address.to_string();
    let roots = vec![federation.authority().root().digest()];
    let (terms, now) = ((roots, SignedDuration::from_hours(24)), federation.clock().now());
    let made: Result<String, InvitationError> = hub.hub.database().write("invite", move |tx| {
        let invite = invitation::create(tx, &config, &unit, terms, now)?;
        Ok(invite.expose_line().to_string())
    });
    made.expect("invite")
}

async fn send(browser: &mut Browser, step: &str, fields: &[(&str, &str)]) -> Seen {
    browser.post(&format!("/welcome/{KEY}/{step}"), fields).await.expect("reply")
}

/// A page that was left for the next open step.
fn leads_to(seen: &Seen, step: &str) {
    let to = format!("/welcome/{KEY}/{step}");
    assert_eq!(
        (seen.status.as_u16(), seen.header("location")),
        (303, to.as_str()),
        "{}",
        seen.text
    );
}

/// Each page leads to the next one that is open: the school, the invite with its words compared,
/// the first head and school IT; then the hub answers the new member, and its accounts sign in.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_is_set_up_page_by_page() {
    let federation = Federation::new();
    let hub = certifying(&federation).await;
    let unit: UnitId = SCHOOL.parse().expect("unit");
    let line = invite(&federation, &hub, &unit);
    let (data, key) = (federation.root().join("school"), federation.root().join("machine.key"));
    let opener = Opener::danger_new_key_file(&key).expect("key file");
    let settings = [("name_zh", "示例中学".to_owned())];
    app::create(&data, &settings, &opener, federation.clock()).expect("created");
    let node = app::open_folder(&data, &opener, federation.clock().clone()).expect("node");
    let mut browser = Browser::new(node.console_router_with(Some(KEY)).expect("router"));
    let begun = browser.get(&format!("/welcome/{KEY}")).await.expect("page");
    leads_to(&begun, "school");
    let school = [("name_zh", "示例中学"), ("school_type", "junior"), ("grades", "7-9")];
    leads_to(&send(&mut browser, "school", &school).await, "join");
    let shown = send(&mut browser, "join", &[("line", &line)]).await;
    assert!(shown.status.is_success() && shown.text.contains(SCHOOL), "{}", shown.text);
    assert!(!data.join(JOINING_KEY).exists(), "looking at it makes no key");
    let compared = [("line", line.as_str()), ("compared", "yes")];
    leads_to(&send(&mut browser, "join", &compared).await, "accounts");
    let member = Config::load(&data).expect("config").membership.expect("a member");
    assert_eq!(member.name.unit(), &unit);
    assert!(data.join("identity.pem").exists() && !data.join(JOINING_KEY).exists());
    for (login, role) in [("zhao", "principal"), ("it", "operator")] {
        let fields =
            [("login", login), ("role", role), ("password", PASSWORD), ("again", PASSWORD)];
        let made = send(&mut browser, "accounts", &fields).await;
        assert_eq!(made.status.as_u16(), 303, "{login}: {}", made.text);
    }
    let tested = send(&mut browser, "test", &[]).await;
    assert!(tested.status.is_success() && tested.text.contains("有应答"), "{}", tested.text);
    let signed_in = browser.sign_in("it", PASSWORD).await.expect("reply");
    assert_eq!(signed_in.status.as_u16(), 303, "{}", signed_in.text);
}
