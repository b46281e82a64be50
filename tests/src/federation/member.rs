//! A member that pushes prepared releases: a school's outbox and uplink without its ledgers.
#![expect(clippy::expect_used, clippy::panic, reason = "a test without its member cannot go on")]

use std::sync::Arc;
use std::time::Duration;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use domain::release::Release;
use domain::unit::{UnitId, UnitKind};
use proto::frame::{RELEASE_CONTEXT, encode_item};
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::{Database, Migration, Options, SqlError, Tx};
use runtime::uplink::{
    Applied, Hooks, IdentityCell, OUTBOX_FRAMED_ONCE, OUTBOX_SCHEMA, Parent, Uplink, UplinkError,
    outbox,
};

use super::{Federation, RunningHub};

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "outbox", sql: OUTBOX_SCHEMA },
    Migration { number: 2, name: "framed once", sql: OUTBOX_FRAMED_ONCE },
];

/// Takes what comes down and forgets it.
pub struct NoHooks;

impl Hooks for NoHooks {
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

/// Registers and admits a school under a hub, and gives it its identity.
///
/// # Panics
/// The hub cannot be written.
#[must_use]
pub fn admit_school(federation: &Federation, hub: &RunningHub, unit: &str) -> LeafIdentity {
    let district = hub.hub.config().name.district_label().to_owned();
    let district = if district == "city" { String::new() } else { district };
    let name = federation.authority().name(unit, &district);
    let identity = federation.authority().identity(&name, UnitKind::School);
    hub.add(name.unit(), UnitKind::School, federation.clock());
    hub.admit(&identity, federation.clock());
    identity
}

/// A member with its outbox.
pub struct Member {
    /// Unit id.
    pub unit: String,
    /// Its identity.
    pub identity: LeafIdentity,
    /// Its outbox.
    pub database: Database,
    /// Its connection.
    pub uplink: Uplink,
}

impl Member {
    /// Registers and admits a school under a hub and prepares its connection.
    ///
    /// # Panics
    /// The member cannot be made.
    #[must_use]
    pub fn join(federation: &Federation, hub: &RunningHub, unit: &str) -> Self {
        Self::open(federation, hub, admit_school(federation, hub, unit))
    }

    /// Makes the outbox forget every answer, as if none had come.
    ///
    /// # Panics
    /// The outbox cannot be written.
    pub fn forget_answers(&self) {
        let forgotten: Result<usize, SqlError> = self.database.write("forget", |tx| {
            tx.execute("update outbox_item set outcome = null, answer = null", &[])
        });
        forgotten.expect("forgotten");
    }

    /// Prepares the connection of an identity, whoever knows it.
    ///
    /// # Panics
    /// The folder cannot be written.
    #[must_use]
    pub fn open(federation: &Federation, hub: &RunningHub, identity: LeafIdentity) -> Self {
        let data = federation.path(identity.peer().name().unit().as_str());
        std::fs::create_dir_all(&data).expect("folder");
        let database =
            Database::open(&data.join("transfer.db"), Options::plain(MIGRATIONS)).expect("outbox");
        Self::over(federation, hub, identity, database)
    }

    /// Prepares the connection of an identity over an outbox of the caller's.
    ///
    /// # Panics
    /// The folder cannot be written.
    #[must_use]
    pub fn over(
        federation: &Federation,
        hub: &RunningHub,
        identity: LeafIdentity,
        database: Database,
    ) -> Self {
        Self::with_hooks(federation, hub, identity, database, Arc::new(NoHooks))
    }

    /// The same with hooks of the caller's.
    ///
    /// # Panics
    /// The folder cannot be written.
    #[must_use]
    pub fn with_hooks(
        federation: &Federation,
        hub: &RunningHub,
        identity: LeafIdentity,
        database: Database,
        hooks: Arc<dyn Hooks>,
    ) -> Self {
        let unit = identity.peer().name().unit().to_string();
        let data = federation.path(&unit);
        std::fs::create_dir_all(&data).expect("folder");
        let file = data.join("identity.pem");
        identity.save(&file).expect("identity");
        let cell = IdentityCell::load(&file).expect("identity");
        let parent =
            Parent { address: hub.address.to_string(), name: hub.hub.config().name.clone() };
        let trust = Trust::new(vec![federation.authority().root().clone()]);
        let clock = federation.clock().clone();
        let uplink = Uplink::new(database.clone(), cell, parent, (trust, clock), hooks);
        Self { unit, identity, database, uplink }
    }

    /// Signs a release and queues it.
    ///
    /// # Panics
    /// The outbox cannot be written.
    pub fn queue(&self, release: &Release) {
        self.queue_item(&release.id().to_string(), self.signed(release));
    }

    /// A release as this member signs it.
    ///
    /// # Panics
    /// It cannot be signed.
    #[must_use]
    pub fn signed(&self, release: &Release) -> Vec<u8> {
        let body = proto::release::encode(release);
        let signature = self.identity.key().sign(RELEASE_CONTEXT, &body).expect("signature");
        encode_item(ItemKind::Release, body, signature.to_bytes())
    }

    /// Queues bytes as they are.
    ///
    /// # Panics
    /// The outbox cannot be written.
    pub fn queue_item(&self, name: &str, item: Vec<u8>) {
        let name = name.to_owned();
        let queued: Result<bool, SqlError> = self
            .database
            .write("queue", move |tx| outbox::enqueue(tx, Lane::Statistics, &name, &item, 1));
        assert!(queued.expect("queued"), "the name was queued before");
        self.uplink.ring();
    }

    /// Connects, pushes everything and disconnects.
    ///
    /// # Errors
    /// As the uplink reports them.
    pub async fn flush(&self) -> Result<(), UplinkError> {
        self.uplink.flush(Duration::from_secs(20)).await
    }

    /// What became of an item: `accepted`, a refusal's code, or `waiting`.
    ///
    /// # Panics
    /// The outbox cannot be read or has no such item.
    #[must_use]
    pub fn outcome(&self, name: &str) -> String {
        let name = name.to_owned();
        let item: Result<_, SqlError> = self.database.read(move |tx| outbox::find(tx, &name));
        let item = item.expect("outbox").expect("item");
        match item.outcome {
            None => "waiting".to_owned(),
            Some(1) => "accepted".to_owned(),
            Some(_) => item.code,
        }
    }
}

/// Waits until a condition holds; one that never does within a quarter of a minute fails the test.
///
/// # Panics
/// It never came true.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never came true: {what}");
}
