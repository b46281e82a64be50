//! Turns at sealing: one at a time, by the publisher or in the commit of a push that comes alone.
//!
//! What a turn leaves for the next one is right only if its commit stands, so it is noted after the
//! commit; a turn that is dropped leaves what was there before it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::unit::{UnitId, UnitKind};
use runtime::clock::Clock;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{IdentityCell, Uplink};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Place, Sender, queue};
use crate::packs::PackCache;
use crate::registry::{Registry, RegistryCache};
use crate::rollup;
use crate::store::snapshot::Sealed;

/// How long nothing was folded before a push counts as one that comes alone.
const ALONE_AFTER: Duration = Duration::from_millis(10);

/// How long the last sealing may have taken for the next one to share a push's commit: the push's
/// receipt waits for it.
const SHARED_MAX: Duration = Duration::from_millis(2);

/// What a sealing needs besides the store.
pub struct Parts {
    /// The hub's clock.
    pub clock: Clock,
    /// Catalogues.
    pub packs: Arc<PackCache>,
    /// Who sits where.
    pub registry: Arc<RegistryCache>,
    /// The hub's key.
    pub identity: IdentityCell,
    /// The hub.
    pub unit: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// The way up; nothing for the city hub.
    pub uplink: Option<Uplink>,
}

/// Gives turns at sealing.
pub struct Sealer {
    parts: Parts,
    state: Mutex<State>,
    /// Rung when a push's commit sealed, so that the publisher waits for the answer to it.
    pub(super) shared: Notify,
}

struct State {
    /// Whether somebody has the turn.
    is_taken: bool,
    /// Tables whose sums wait until a release of theirs is answered.
    waiting: BTreeSet<Place>,
    /// How long the last turn took; nothing after one that failed.
    took: Option<Duration>,
    /// When sums were folded last.
    folded: Option<Instant>,
}

/// A turn, from its transaction until its commit stands.
pub struct Turn {
    sealer: Arc<Sealer>,
    waiting: BTreeSet<Place>,
    /// What the turn did.
    done: Option<Done>,
    /// Whether it was given back.
    is_over: bool,
}

struct Done {
    waiting: BTreeSet<Place>,
    registry: Arc<Registry>,
    queued: u32,
    took: Duration,
}

impl Sealer {
    /// Puts it together; nothing was sealed yet.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let state = State { is_taken: false, waiting: BTreeSet::new(), took: None, folded: None };
        Arc::new(Self { parts, state: Mutex::new(state), shared: Notify::new() })
    }

    /// The turn, unless somebody has it.
    pub(super) fn turn(self: &Arc<Self>) -> Option<Turn> {
        let mut state = self.state();
        if std::mem::replace(&mut state.is_taken, true) {
            return None;
        }
        let (sealer, waiting) = (self.clone(), state.waiting.clone());
        Some(Turn { sealer, waiting, done: None, is_over: false })
    }

    /// Notes that a commit folds sums, and has it seal them as well where that spares a commit of
    /// its own and costs little: sums go up from here, the push comes alone, and sealing was quick
    /// of late.
    ///
    /// # Errors
    /// The store failed; the commit is to be undone, and later ones are not shared until the
    /// publisher has sealed.
    pub fn share(
        self: &Arc<Self>,
        tx: &Tx<'_>,
        registry: &Arc<Registry>,
        pushes: usize,
    ) -> Result<Option<Turn>, SqlError> {
        let now = Instant::now();
        let is_alone = {
            let mut state = self.state();
            let last = state.folded.replace(now);
            let is_quick = state.took.is_some_and(|took| took <= SHARED_MAX);
            let rested = last.is_none_or(|last| now.duration_since(last) >= ALONE_AFTER);
            pushes == 1 && rested && is_quick
        };
        if !is_alone || self.parts.uplink.is_none() {
            return Ok(None);
        }
        let Some(mut turn) = self.turn() else { return Ok(None) };
        turn.seal(tx, registry.clone())?;
        Ok(Some(turn))
    }

    /// Looks at tables once more when the next turn comes.
    pub(super) fn look_at(&self, places: BTreeSet<Place>) {
        self.state().waiting.extend(places);
    }

    /// Whether sums wait for the answer to a release.
    pub(super) fn has_waiting(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// What it was put together from.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Seals what changed and, in the same commit, queues the latest sums of every table that has
    /// none on its way.
    pub(super) fn seal(&mut self, tx: &Tx<'_>, registry: Arc<Registry>) -> Result<(), SqlError> {
        let (parts, started) = (&self.sealer.parts, Instant::now());
        let (packs, now_ms) = (parts.packs.last(), parts.clock.now_ms());
        let (hub, kind) = (&parts.unit, parts.kind);
        let context = rollup::Context { packs: &packs, registry: &registry, hub, kind, now_ms };
        let sealed = rollup::seal(tx, &context)?;
        let (mut queued, mut waiting) = (0, BTreeSet::new());
        if parts.uplink.is_some() {
            let mut places = std::mem::take(&mut self.waiting);
            let place = |sealed: &Sealed| (sealed.key.table.clone(), sealed.key.period.clone());
            places.extend(sealed.iter().map(place));
            let identity = parts.identity.current();
            let sender = Sender { packs: &packs, unit: hub, key: identity.key(), now_ms };
            (queued, waiting) = queue(tx, &sender, (places, sealed.as_slice()))?;
        }
        let took = started.elapsed();
        self.done = Some(Done { waiting, registry, queued, took });
        Ok(())
    }

    /// Ends the turn: its commit stands.
    pub(super) fn keep(mut self) {
        let Some(done) = self.done.take() else { return };
        let sealer = self.sealer.clone();
        sealer.parts.registry.keep(done.registry);
        let mut state = sealer.state();
        state.is_taken = false;
        state.waiting = done.waiting;
        state.took = Some(done.took);
        self.is_over = true;
        drop(state);
        if let Some(uplink) = sealer.parts.uplink.as_ref().filter(|_| done.queued > 0) {
            uplink.ring();
        }
    }

    /// As [`Turn::keep`], for a turn that shared a push's commit.
    pub fn keep_shared(self) {
        let sealer = self.sealer.clone();
        self.keep();
        sealer.shared.notify_one();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            // Undone: what it read is not what stands.
            let mut state = self.sealer.state();
            (state.is_taken, state.took) = (false, None);
        }
    }
}

#[cfg(test)]
mod tests;
