//! Letters of the referral lane at a hub: passed on blind, and at the hub that holds a relay's key
//! opened, read where they go, and sealed anew.
//!
//! A hub without such a key reads of a letter who opens it next and nothing else. What a relay
//! reads is in memory alone: a letter stays in the store as it came until the commit that queues
//! what follows it, and a relay that was killed opens again what is there. No log, metric or page
//! names a recipient, a sender, an urgency or an envelope.

mod alarms;
mod desk;
mod filling;
mod handed;
pub mod key;
mod limits;
mod opening;
mod rules;
pub mod stated;
pub mod status;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::referral::slot;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sealing::Pins;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::Hub;
use crate::config::Config;
use desk::{Desk, DeskError, Parts};

pub(crate) use alarms::alarm_in;
pub use handed::Handed;
pub(crate) use handed::{arrive, is_letter, judge, take};

/// Least time between two looks where nothing rings.
const WAIT_MS_MIN: u64 = 50;

/// Time in which a member hands in one letter in the long run: 600 a day, where slots are 480.
const LETTER_MS: i64 = 24 * 3_600_000 / 600;

/// How far a member may be ahead of that: a hundred letters, more than lie in the outbox of one
/// that was away.
const AHEAD_MS: i64 = 100 * LETTER_MS;

/// Whether this hub is a relay, and what is rung when a letter came for it.
pub struct Post {
    is_relay: AtomicBool,
    is_full: AtomicBool,
    bell: Notify,
    /// Up to when members that are no hub have used what they may hand in. In memory alone.
    used: Mutex<BTreeMap<UnitId, i64>>,
}

impl Post {
    /// Looks whether there is a key.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let is_relay = AtomicBool::new(key::is_there(config));
        let (bell, used) = (Notify::new(), Mutex::new(BTreeMap::new()));
        Self { is_relay, is_full: AtomicBool::new(false), bell, used }
    }

    /// Whether a member may hand in one letter more, so that none fills a relay or another one's
    /// list for all.
    pub fn admits(&self, member: &UnitId, now_ms: i64) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used.entry(member.clone()).or_insert(now_ms);
        // A clock that was put back silences nobody.
        if *until > now_ms.saturating_add(AHEAD_MS) {
            *until = now_ms;
        }
        let next = (*until).max(now_ms).saturating_add(LETTER_MS);
        let is_admitted = next.saturating_sub(now_ms) <= AHEAD_MS;
        if is_admitted {
            *until = next;
        }
        is_admitted
    }

    /// Whether this hub holds a relay's key.
    #[must_use]
    pub fn is_relay(&self) -> bool {
        self.is_relay.load(Ordering::Acquire)
    }

    /// Whether so many letters wait here that no more are taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Acquire)
    }

    fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Release);
    }

    fn set_relay(&self, is_relay: bool) {
        self.is_relay.store(is_relay, Ordering::Release);
    }

    /// A letter came for this hub.
    pub fn ring(&self) {
        self.bell.notify_one();
    }
}

/// Opens letters as they come and fills lists in their slots, until the token is cancelled.
pub(crate) async fn serve(hub: Hub, stop: CancellationToken) {
    let parts = Parts {
        config: hub.config().clone(),
        database: hub.database().clone(),
        pins: Pins { roots: hub.roots().to_vec(), zone: hub.config().zone().clone() },
        post: hub.relay().letters.clone(),
        has_parent: hub.uplink().is_some(),
    };
    let desk = Arc::new(Mutex::new(Desk::new(parts)));
    loop {
        let now = hub.clock().now();
        turn(&desk, &hub, now).await;
        let wait = hub.clock().sleep(until_tick(now));
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.relay().letters.bell.notified() => {}
            () = wait => {}
        }
    }
}

/// One look at everything, off the async threads. What fails now is tried again at the next tick.
async fn turn(desk: &Arc<Mutex<Desk>>, hub: &Hub, now: Timestamp) {
    let (desk, relay, database) = (desk.clone(), hub.relay().clone(), hub.database().clone());
    let turned = runtime::blocking::run(move || {
        let past = relay.past(&database)?;
        let Ok(mut desk) = desk.lock() else { return Err(DeskError::Poisoned) };
        let turned = desk.turn(now, past);
        // What was put somewhere before something failed is told all the same.
        relay.tell(desk.take_news());
        turned
    });
    match turned.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "letters could not be seen to"),
        Err(_) => tracing::error!("the look at letters ended by itself"),
    }
}

/// Until the next moment at which something may leave; a clock that stands is not asked all the
/// time.
fn until_tick(now: Timestamp) -> Duration {
    let wait_ms = slot::next_tick(now).as_millisecond() - now.as_millisecond();
    Duration::from_millis(u64::try_from(wait_ms).unwrap_or_default().max(WAIT_MS_MIN))
}
