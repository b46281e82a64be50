//! What a simulated process runs: the hub's own services, and a school's own outbox and uplink.

use std::sync::Arc;
use std::time::Duration;

use certs::chain::Trust;
use hub::app::Hub;
use hub::config::Config;
use node::directive::{Inbox, Recipient};
use node::transfer::Transfer;
use proto::wire::sync::Lane;
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::uplink::{IdentityCell, Parent, Uplink, outbox};
use tokio_util::sync::CancellationToken;

use crate::machine::Machines;
use crate::town::{BEGIN_MS, Intention, Told, Town, Unit, host};
use crate::wire::{PORT, PlainDialler, incoming};

/// How long whoever starts a process waits before the next attempt.
const AGAIN: Duration = Duration::from_secs(2);

/// What a hub's process is started with.
#[derive(Clone)]
pub struct HubParts {
    unit: Unit,
    config: Config,
    machines: Machines,
    clock: Clock,
    zone: domain::unit::Zone,
}

impl HubParts {
    /// Of a hub of the town.
    #[must_use]
    pub fn new(town: &Town, unit: &Unit) -> Self {
        Self {
            unit: unit.clone(),
            config: town.config(unit),
            machines: town.machines.clone(),
            clock: town.machines.clock(&unit.folder),
            zone: town.zone.clone(),
        }
    }

    /// Serves until it is killed; one that cannot begin is started again.
    pub async fn run(self) {
        self.machines.close_lines(&self.unit.folder);
        loop {
            self.once().await;
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn once(&self) {
        let (machines, folder) = (self.machines.clone(), self.unit.folder.clone());
        let dialler = Arc::new(PlainDialler { machines, folder });
        let opened = Hub::open_dialling(self.config.clone(), self.clock.clone(), Some(dialler));
        let hub = match opened {
            Ok(hub) => hub,
            Err(error) => {
                self.machines.note(&format!("{} does not begin: {error}", self.unit.id));
                return;
            }
        };
        let shown = (self.unit.identity.clone(), self.zone.clone());
        let incoming = incoming(&self.machines, &self.unit.folder, shown).await.expect("listens");
        let served = hub.serve_members(incoming, CancellationToken::new()).await;
        panic!("a hub ended by itself: {served:?}");
    }
}

/// What a school's process is started with.
#[derive(Clone)]
pub struct SchoolParts {
    unit: Unit,
    parent: Parent,
    machines: Machines,
    clock: Clock,
    recipient: Arc<dyn Fn() -> Recipient + Send + Sync>,
    trust: Trust,
    intentions: Arc<Vec<Intention>>,
    told: Told,
}

impl SchoolParts {
    /// Of a school of the town.
    #[must_use]
    pub fn new(town: &Town, unit: &Unit) -> Self {
        let above = unit.parent.as_deref().expect("a school has a hub");
        let parent = Parent {
            address: format!("{}:{PORT}", host(above)),
            name: town.unit(above).name().clone(),
        };
        let (id, zone) = (unit.name().unit().clone(), town.zone.clone());
        let root = town.root.clone();
        let recipient =
            move || Recipient { unit: id.clone(), zone: zone.clone(), roots: vec![root.clone()] };
        Self {
            unit: unit.clone(),
            parent,
            machines: town.machines.clone(),
            clock: town.machines.clock(&unit.folder),
            recipient: Arc::new(recipient),
            trust: Trust::new(vec![town.root.clone()]),
            intentions: town.intentions.get(&unit.id).expect("intentions").clone(),
            told: town.told.clone(),
        }
    }

    /// Sends what the office means to send until it is killed.
    pub async fn run(self) {
        self.machines.close_lines(&self.unit.folder);
        let transfer = loop {
            match Transfer::open(&self.unit.store()) {
                Ok(transfer) => break transfer,
                Err(error) => {
                    self.machines.note(&format!("{} does not begin: {error}", self.unit.id));
                    tokio::time::sleep(AGAIN).await;
                }
            }
        };
        let cell = IdentityCell::load(&self.unit.folder.join("identity.pem")).expect("identity");
        let inbox = Inbox::new(transfer.clone(), (self.recipient)(), self.clock.clone());
        let parts = (self.trust.clone(), self.clock.clone());
        let (machines, folder) = (self.machines.clone(), self.unit.folder.clone());
        let dialler = Arc::new(PlainDialler { machines, folder });
        let database = transfer.database().clone();
        let uplink = Uplink::new(database, cell, self.parent.clone(), parts, Arc::new(inbox));
        let uplink = uplink.dialling(dialler);
        let served = uplink.clone();
        tokio::spawn(async move { served.serve(CancellationToken::new()).await });
        for intention in self.intentions.iter() {
            self.queue(&transfer, intention).await;
            uplink.ring();
        }
        std::future::pending::<()>().await;
    }

    /// Queues one release when its time has come, and again until it is told that it is queued.
    async fn queue(&self, transfer: &Transfer, intention: &Intention) {
        if self.is_told(intention) {
            return;
        }
        let begun_ms = self.machines.now_ms() - BEGIN_MS;
        let wait_ms = intention.at_ms.saturating_sub(begun_ms).max(0).unsigned_abs();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        loop {
            let (own, now_ms) = (intention.clone(), self.clock.now_ms());
            let queue = move |tx: &runtime::sql::Tx<'_>| {
                outbox::enqueue(tx, Lane::Statistics, &own.name, &own.item, now_ms)
            };
            let queued: Result<bool, SqlError> =
                transfer.database().write_async("queue", queue).await;
            if queued.is_ok() && !self.machines.is_dead(&self.unit.folder) {
                let mut told = self.told.lock().expect("told");
                told.entry(self.unit.id.clone()).or_default().push(intention.name.clone());
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Whether the office knows that it is queued: it does not do it again.
    fn is_told(&self, intention: &Intention) -> bool {
        let told = self.told.lock().expect("told");
        told.get(&self.unit.id).is_some_and(|names| names.contains(&intention.name))
    }
}
