//! Sealed sums (rule L2) at a hub: one that leads takes reports and opens totals, one that helps
//! answers it, and neither learns a school's figure.
//!
//! Everything is decided by `domain::disclosure::sealed` from the signed documents and from what
//! this hub itself holds; the arithmetic is `certs::aggregate`. What a hub keeps are output shares,
//! verdicts and openings, never a half and nothing of an exchange, so that a hub that was killed
//! asks again and gets the same answer. A hub has one part in a year: that of the plan.

pub mod adopt;
mod alike;
mod apart;
mod arrival;
pub mod chain;
pub mod claim;
pub mod close;
pub mod closing;
pub mod dispute;
pub mod documents;
mod fit;
pub mod gaps;
pub mod given;
pub mod guard;
pub mod helper;
pub mod holding;
pub mod leader;
mod one_catalogue;
pub mod past;
pub mod refused;
pub mod row;
mod sheets;
pub mod signed;
pub mod silent;
pub mod stand;
pub mod sums;
pub mod towns;
pub mod unsure;
pub mod view;
pub mod watch;
mod whole;
pub mod without;
pub mod words;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use certs::chain::Trust;
use domain::unit::{UnitId, Zone};
use runtime::clock::Clock;
use runtime::sql::Database;
use runtime::uplink::IdentityCell;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

use crate::packs::PackCache;
use documents::{Documents, ShareKeys};
pub use holding::NotOpened;
use signed::Judge;

/// What both parts need of the hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    parts: Parts,
    /// Roots and revocation lists by which schools and hubs are judged now.
    trust: ArcSwap<Trust>,
    /// Documents that were made of packs, as long as these are in use.
    documents: Mutex<Option<Arc<Documents>>>,
    /// Held from a look at what was seen until what it decided about is kept or refused.
    looks: Arc<Turns<()>>,
}

/// A turn to look at what this hub has seen and to add to it: nobody else adds anything meanwhile,
/// so that no two things are each judged without the other.
pub struct Look(#[expect(dead_code, reason = "held, and never asked")] OwnedMutexGuard<()>);

/// The pieces that a hub is put together from.
pub struct Parts {
    /// This hub.
    pub unit: UnitId,
    /// Its store.
    pub database: Database,
    /// Its clock.
    pub clock: Clock,
    /// Its identity, which signs verdicts and records.
    pub identity: IdentityCell,
    /// The city.
    pub zone: Zone,
    /// Packs in use, the signed documents among them.
    pub packs: Arc<PackCache>,
    /// Keys with which it opens its halves.
    pub keys: ShareKeys,
}

impl Hub {
    /// Puts the pieces together; certificates are judged by these lists until others come.
    #[must_use]
    pub fn new(parts: Parts, trust: Trust) -> Self {
        let trust = ArcSwap::from_pointee(trust.danger_accept_stale_crls());
        let (documents, looks) = (Mutex::default(), Arc::default());
        Self(Arc::new(Inner { parts, trust, documents, looks }))
    }

    /// Judges by other revocation lists from now on: a hub signs its own anew every hour.
    ///
    /// One that is out of date counts for the keys that it lists. It says nothing against any
    /// other: a report that this hub refused for a list that it has yet to sign would wait for a
    /// person.
    pub fn judge_by(&self, trust: Trust) {
        self.0.trust.store(Arc::new(trust.danger_accept_stale_crls()));
    }

    /// Roots and revocation lists by which schools and hubs are judged now.
    #[must_use]
    pub fn trust(&self) -> Arc<Trust> {
        self.0.trust.load_full()
    }

    /// The pieces.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// The documents in use.
    #[must_use]
    pub fn documents(&self) -> Arc<Documents> {
        let Parts { packs, keys, .. } = self.parts();
        let packs = packs.last();
        let mut made = self.0.documents.lock().unwrap_or_else(PoisonError::into_inner);
        match made.as_ref().filter(|made| Arc::ptr_eq(made.packs(), &packs)) {
            Some(made) => made.clone(),
            None => made.insert(Arc::new(Documents::of(packs, keys))).clone(),
        }
    }

    /// Waits for a turn to look at what was seen.
    pub async fn look(&self) -> Look {
        Look(self.0.looks.clone().lock_owned().await)
    }

    /// Takes up a key with which this hub opens its halves.
    pub fn add_key(&self, key: Arc<certs::seal::ShareKey>) {
        self.parts().keys.add(key);
        *self.0.documents.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whom and when signatures are judged by.
    #[must_use]
    pub fn judge(&self) -> Judge {
        let Parts { zone, clock, .. } = self.parts();
        Judge { trust: Trust::clone(&self.trust()), zone: zone.clone(), now: clock.now() }
    }
}
