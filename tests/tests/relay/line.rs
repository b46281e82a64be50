//! A school, its street and its district over real TLS, and the reports and verdicts between them.

use std::sync::Arc;
use std::time::Duration;

use certs::digest::sha256;
use certs::identity::LeafIdentity;
use domain::disclosure::sealed::{CapClass, ReportNumber, TaskId};
use domain::unit::{IdentityName, UnitKind};
use hub::relay::{News, send_down};
use hub::store::barred_key;
use hub::store::sealed_inbox::{self, Arrived};
use node::directive::{Inbox, Recipient};
use node::transfer::{Transfer, addressed};
use proto::frame::{OpenItem, SEALED_REPORT_CONTEXT, encode_item, encode_relayed};
use proto::sealed::{Place, Report, encode_report};
use proto::wire::sync::{ItemKind, Lane};
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::uplink::{Bar, outbox};
use tests::federation::{Federation, Member, RunningHub, admit_school};

pub const DISTRICT: (&str, UnitKind) = ("370202", UnitKind::District);
pub const STREET: (&str, UnitKind) = ("370202004", UnitKind::Street);

/// A district, a street below it and a school below that.
pub struct Line {
    pub federation: Federation,
    pub district: RunningHub,
    pub street: RunningHub,
    pub school: Member,
    pub transfer: Transfer,
}

impl Line {
    pub async fn new() -> Self {
        let federation = Federation::with_clock(Clock::system());
        let district = RunningHub::start(&federation, DISTRICT, "370202", None).await;
        let street = RunningHub::start(&federation, STREET, "370202", Some(&district)).await;
        district.admit(&street.hub.identity().current(), federation.clock());
        let identity = admit_school(&federation, &street, "S1");
        let (school, transfer) = school(&federation, &street, identity);
        Self { federation, district, street, school, transfer }
    }

    /// Stops the street and starts it again on its port; its folder stays.
    pub async fn restart_street(self) -> Self {
        let Self { federation, district, street, school, transfer } = self;
        let port = street.address.port();
        street.stop().await;
        let street = RunningHub::start_at(&federation, STREET, "370202", Some(&district), port);
        let street = street.await;
        Self { federation, district, street, school, transfer }
    }

    /// The same for the district.
    pub async fn restart_district(self) -> Self {
        let Self { federation, district, street, school, transfer } = self;
        let port = district.address.port();
        district.stop().await;
        let district = RunningHub::start_at(&federation, DISTRICT, "370202", None, port).await;
        Self { federation, district, street, school, transfer }
    }

    /// Waits until so many reports have arrived at the district and gives them.
    pub async fn arrived(&self, count: usize) -> Vec<Arrived> {
        let arrived = || self.district.read(|tx| sealed_inbox::open_after(tx, 0, 100));
        until(|| Some(arrived()).filter(|list| list.len() >= count), "reports arrived").await;
        assert_eq!(arrived().len(), count);
        arrived()
    }

    /// Has the street carry an item, and gives what the district said to it.
    pub async fn carry(&self, name: &str, item: Vec<u8>) -> String {
        let queued = name.to_owned();
        self.street.write(move |tx| outbox::enqueue(tx, Lane::Statistics, &queued, &item, 1));
        self.street.hub.relay().tell(News { queued: true, ..News::default() });
        self.answer_to_street(name).await
    }

    /// Waits for what the district says to an item of the street's.
    pub async fn answer_to_street(&self, name: &str) -> String {
        let answer = || {
            let name = name.to_owned();
            let sent = self.street.read(move |tx| outbox::find(tx, &name))?;
            sent.outcome.map(|outcome| if outcome == 1 { "accepted".to_owned() } else { sent.code })
        };
        until(answer, name).await
    }

    /// Waits until the district was told of a key that may not speak.
    pub async fn told(&self, bar: Bar) {
        let told = || self.district.read(barred_key::all);
        until(|| told().iter().any(|key| key.bar == bar).then_some(()), "the key").await;
    }

    /// Sends a verdict down from the district.
    pub fn decide(&self, text: &str) {
        decide(&self.district, text);
    }

    /// Waits until the school has so many verdicts, and gives their texts.
    pub async fn verdicts(&self, count: usize) -> Vec<String> {
        let texts = || Some(verdicts(&self.transfer)).filter(|texts| texts.len() >= count);
        until(texts, "verdicts").await
    }
}

/// Waits until something can be seen, a quarter of a minute at most.
pub async fn until<T>(mut seen: impl FnMut() -> Option<T>, what: &str) -> T {
    for _ in 0..300 {
        if let Some(found) = seen() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let found: Option<T> = seen();
    assert!(found.is_some(), "{what} did not come");
    found.expect("seen")
}

/// A school's connection to a hub, with the node's own inbox.
pub fn school(
    federation: &Federation,
    hub: &RunningHub,
    identity: LeafIdentity,
) -> (Member, Transfer) {
    let name = identity.peer().name().clone();
    let data = federation.path(name.unit().as_str());
    std::fs::create_dir_all(&data).expect("folder");
    let transfer = Transfer::open(&data.join("transfer.db")).expect("transfer");
    let roots = vec![federation.authority().root().clone()];
    let recipient = Recipient { unit: name.unit().clone(), zone: name.zone().clone(), roots };
    let inbox = Inbox::new(transfer.clone(), recipient, federation.clock().clone());
    let database = transfer.database().clone();
    let member = Member::with_hooks(federation, hub, identity, database, Arc::new(inbox));
    (member, transfer)
}

pub fn decide(hub: &RunningHub, text: &str) {
    let item = encode_item(ItemKind::SealedVerdict, text.as_bytes().to_vec(), Vec::new());
    let now_ms = hub.hub.clock().now_ms();
    hub.write(move |tx| {
        let to = "S1".parse().map_err(|_| SqlError::Type)?;
        send_down(tx, &to, &item, now_ms).map_err(|_| SqlError::Type)
    });
    hub.hub.relay().tell(News { sent_down: true, ..News::default() });
}

/// The verdicts that a school holds and has not dealt with.
pub fn verdicts(transfer: &Transfer) -> Vec<String> {
    let waiting = transfer.read(|tx| addressed::waiting(tx, ItemKind::SealedVerdict, 0, 100));
    let body = |item: &[u8]| proto::frame::decode_item(item).expect("item").body;
    let texts = waiting.expect("transfer").into_iter().map(|one| body(&one.item));
    texts.map(|body| String::from_utf8(body).expect("text")).collect()
}

/// A unit's report to a hub, as its bytes.
pub fn report(unit: &str, to: &str, number: u32) -> Vec<u8> {
    encode_report(&Report {
        place: Place {
            unit: unit.parse().expect("unit"),
            table: "sealed.alt.census".parse().expect("table"),
            period: "2026S1".parse().expect("period"),
            number: ReportNumber::new(number).expect("number"),
        },
        task: TaskId::from_bytes([1; 32]),
        algorithm: 1,
        cap: CapClass::from_max(4095).expect("cap"),
        nonce: [2; 16],
        public: vec![3; 4_000],
        leader_half: vec![4; 9_000],
        helper_half: vec![5; 90],
        to: to.parse().expect("unit"),
        enrolled: std::collections::BTreeMap::new(),
        made_at_ms: 7,
        key: vec![6; 91],
    })
}

/// A signed item, as its signer sends it.
pub fn signed(identity: &LeafIdentity, body: &[u8]) -> Vec<u8> {
    let signature = identity.key().sign(SEALED_REPORT_CONTEXT, body).expect("signature");
    encode_item(ItemKind::SealedReport, body.to_vec(), signature.to_bytes())
}

/// The same as a hub passes it on, with the signer's certificates.
pub fn passed_on(identity: &LeafIdentity, body: &[u8]) -> Vec<u8> {
    let signature = identity.key().sign(SEALED_REPORT_CONTEXT, body).expect("signature");
    let chain = identity.chain().iter().map(|der| der.to_vec()).collect();
    let item = OpenItem {
        kind: ItemKind::SealedReport,
        body: body.to_vec(),
        signature: signature.to_bytes(),
        chain: Vec::new(),
        from: String::new(),
    };
    encode_relayed(&item, chain)
}

/// The name under which a hub queues a report.
pub fn relayed_name(body: &[u8]) -> String {
    format!("sealed/{}", sha256(body))
}

/// A school's identity that was issued so many days ago.
pub fn issued_before(federation: &Federation, name: &IdentityName, days: i64) -> LeafIdentity {
    use certs::csr;
    use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
    use certs::key::SigningKey;
    use jiff::SignedDuration;

    let at = federation.clock().now() - SignedDuration::from_hours(24 * days);
    let key = SigningKey::generate().expect("key");
    let district = name.district_label().parse().expect("district");
    let subtree = Subtree::District(district, name.zone().clone());
    let root = federation.authority().root_authority();
    let der = root.sign_issuer(&subtree, key.public(), at).expect("issuer");
    let issuer = IssuingAuthority::open(&der, key).expect("issuer");
    let key = SigningKey::generate().expect("key");
    let public = csr::public_key(&csr::request(&key).expect("request")).expect("public key");
    let record = LeafRecord { name: name.clone(), kind: UnitKind::School, key: public };
    LeafIdentity::new(&issuer.issue(&record, at).expect("leaf").chain, key).expect("identity")
}
