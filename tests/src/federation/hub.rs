//! A hub that runs in this process.
#![expect(clippy::expect_used, reason = "a test without its hub cannot go on")]

use std::net::SocketAddr;

use domain::unit::{UnitId, UnitKind};
use hub::app::Hub;
use hub::config::{Config, ParentConfig};
use hub::store::unit::{self, Unit, UnitStatus};
use hub::{service::peer, store};
use jiff::civil::date;
use runtime::clock::Clock;
use runtime::sql::SqlError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Federation;

/// A hub, where it listens, and how to stop it.
pub struct RunningHub {
    /// The hub's state.
    pub hub: Hub,
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl RunningHub {
    /// Starts a hub under a parent; the data folder is kept from an earlier start.
    ///
    /// # Panics
    /// The hub does not start.
    pub async fn start(
        federation: &Federation,
        (unit, kind): (&str, UnitKind),
        district: &str,
        parent: Option<&Self>,
    ) -> Self {
        Self::start_at(federation, (unit, kind), district, parent, 0).await
    }

    /// As [`RunningHub::start`], on a port of the caller's.
    ///
    /// # Panics
    /// The hub does not start.
    pub async fn start_at(
        federation: &Federation,
        (unit, kind): (&str, UnitKind),
        district: &str,
        parent: Option<&Self>,
        port: u16,
    ) -> Self {
        let data = federation.path(unit);
        let name = federation.authority().name(unit, district);
        let identity = data.join("identity.pem");
        if !identity.exists() {
            std::fs::create_dir_all(&data).expect("folder");
            federation.authority().identity(&name, kind).save(&identity).expect("identity");
            federation.authority().save_root(&data);
        }
        let config = Config {
            data,
            unit: name.unit().clone(),
            kind,
            name: name.clone(),
            name_zh: format!("测试{unit}"),
            name_en: format!("Test {unit}"),
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            advertise: "127.0.0.1:1".to_owned(),
            console: SocketAddr::from(([127, 0, 0, 1], 0)),
            parent: parent.map(|parent| ParentConfig {
                address: parent.address.to_string(),
                name: parent.hub.config().name.clone(),
            }),
            helper_address: None,
        };
        config.save().expect("configuration");
        if let Some(parent) = parent {
            parent.add(&name.unit().clone(), kind, federation.clock());
        }
        let hub = Hub::open(config, federation.clock().clone()).expect("hub opens");
        let (listener, address) = hub.bind().await.expect("hub binds");
        let stop = CancellationToken::new();
        let (serving, token) = (hub.clone(), stop.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = serving.serve(listener, token).await {
                tracing::error!(%error, "test hub ended");
            }
        });
        Self { hub, address, stop, task }
    }

    /// Registers an active unit under this hub from the start of the test term; again is nothing.
    ///
    /// # Panics
    /// The store fails.
    pub fn add(&self, id: &UnitId, kind: UnitKind, clock: &Clock) {
        let (id, parent) = (id.clone(), self.hub.config().unit.clone());
        let now_ms = clock.now_ms();
        let added: Result<(), SqlError> = self.hub.database().write("add", move |tx| {
            if unit::find(tx, &id)?.is_some() {
                return Ok(());
            }
            let new = Unit {
                id: id.clone(),
                kind,
                name_zh: format!("测试{id}"),
                name_en: format!("Test {id}"),
                division: String::new(),
                status: UnitStatus::Active,
                schools_below: 0,
            };
            unit::insert(tx, &new, now_ms)?;
            unit::place(tx, &id, &parent, date(2025, 9, 1), now_ms)
        });
        added.expect("unit added");
    }

    /// Registers a member's certificate, as enrolment does.
    ///
    /// # Panics
    /// The store fails.
    pub fn admit(&self, identity: &certs::identity::LeafIdentity, clock: &Clock) {
        let (peer, now_ms) = (identity.peer().clone(), clock.now_ms());
        let leaf = identity.chain().first().map(|der| der.to_vec()).unwrap_or_default();
        let issuers: Vec<Vec<u8>> =
            identity.chain().iter().skip(1).map(|issuer| issuer.to_vec()).collect();
        let admitted: Result<(), SqlError> = self.hub.database().write("admit", move |tx| {
            store::issuer::keep(tx, &issuers)?;
            peer::register(tx, &peer, leaf, now_ms)
        });
        admitted.expect("member admitted");
    }

    /// Reads from the hub's store.
    ///
    /// # Panics
    /// The store fails.
    pub fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&runtime::sql::Tx<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> T {
        self.hub.database().read(work).expect("hub store")
    }

    /// Changes the hub's store, as an operator's command does.
    ///
    /// # Panics
    /// The store fails.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&runtime::sql::Tx<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> T {
        self.hub.database().write("test", work).expect("hub store")
    }

    /// Kinds of the alarms that were raised.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        let alarms = self.read(store::alarm::all);
        alarms.into_iter().map(|alarm| alarm.kind).collect()
    }

    /// Asks it to stop, as a service manager does, and waits for as long as it may take.
    ///
    /// # Errors
    /// It still served when the time was over.
    pub async fn ask_to_stop(self, within: std::time::Duration) -> Result<(), &'static str> {
        self.stop.cancel();
        let ended = tokio::time::timeout(within, self.task).await;
        ended.map(drop).map_err(|_| "the hub did not stop")
    }

    /// Stops serving and waits until every connection is closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.abort();
        // Aborted tasks end with an error that says just that.
        let _ = self.task.await;
    }
}
