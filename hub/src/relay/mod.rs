//! The relay of addressed items: up to the hub that an item names, down to the unit that it names.
//!
//! A hub on the way reads of an item whose it is and where it goes, verifies the signature and
//! passes on the same bytes. What is queued further up, kept for the addressee or put into a list
//! downward is so in the commit that answers, or that moves the cursor: nothing is lost between.
//! The way down to a unit is the one that its items came up last.

pub mod bounds;
mod chain;
mod down;
mod judge;
mod up;

use std::sync::Arc;
use std::time::Duration;

use certs::chain::Trust;
use jiff::{Timestamp, ToSpan as _};
use runtime::clock::{Clock, Witness, date_of};
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::{IdentityCell, Uplink, outbox};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::app::Hub;
use crate::config::Config;
use crate::letters::Post;
use crate::store::{opened_lane, relay, relay_load, sealed_inbox, setting};

pub use down::{DownError, send_down};
pub(crate) use down::{claim, passed, resume, way_to};
pub(crate) use judge::judge;
pub use judge::{Addressed, Signer};
pub use up::ALARM_FOREIGN;
pub(crate) use up::take;

/// After members were told of news, those that come within this time are told together.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// How often what is old is looked for.
const FORGET_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// How long items are kept after their way: as long as senders keep what was acknowledged.
const KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1_000;

/// How long what a settled report said is kept.
const SETTLED_MS: i64 = 14 * 24 * 60 * 60 * 1_000;

/// Setting of the latest instant that this hub has witnessed, in milliseconds since 1970.
const WITNESSED: &str = "witnessed_ms";

/// Front part of the names of relayed reports in the outbox; the digest of the signed bytes
/// follows.
const RELAYED: &str = "sealed/";

/// What a refusal says: stable code, and a sentence without names.
pub(crate) type Refused = (String, String);

/// What the relay works with.
pub struct Relay {
    /// The hub.
    pub config: Config,
    /// Its clock.
    pub clock: Clock,
    /// What it has witnessed of the clock.
    pub witness: Witness,
    /// Its own certificates, whose authority certified most of its members.
    pub identity: IdentityCell,
    /// Roots under which whoever signed must stand. Keys that were taken back are known from
    /// registers, so no revocation list belongs here.
    pub trust: Trust,
    /// The way up; nothing for the city hub.
    pub uplink: Option<Uplink>,
    /// Rung after a report arrived that is addressed to this hub.
    pub arrived: Arc<Notify>,
    /// Rung after something was put into a list downward.
    pub sent_down: Arc<Notify>,
    /// Whether this hub is a relay of letters, and what is rung when one came for it.
    pub letters: Arc<Post>,
}

/// What a commit did that somebody is told of once it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Something was queued for the parent.
    pub queued: bool,
    /// Something arrived for this hub.
    pub arrived: bool,
    /// Something was put into a list downward.
    pub sent_down: bool,
    /// A letter came that this hub opens.
    pub letter: bool,
}

impl News {
    /// All of them.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            queued: self.queued | other.queued,
            arrived: self.arrived | other.arrived,
            sent_down: self.sent_down | other.sent_down,
            letter: self.letter | other.letter,
        }
    }
}

impl Relay {
    /// Up to when time is believed to have passed: nothing that waits or is kept is thrown away by
    /// the clock itself, which may be wrong for one reading.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn past(&self, database: &Database) -> Result<Timestamp, SqlError> {
        let looked = self.witness.look(|| database.read(witnessed))?;
        if let Some(at_ms) = looked.keep_ms {
            let keep = move |tx: &Tx<'_>| setting::set(tx, WITNESSED, &at_ms.to_string());
            database.write("witnessed", keep)?;
        }
        Ok(looked.past)
    }

    /// Tells those who wait for it what a commit did.
    pub fn tell(&self, news: News) {
        if news.queued
            && let Some(uplink) = &self.uplink
        {
            uplink.ring();
        }
        if news.arrived {
            self.arrived.notify_one();
        }
        if news.sent_down {
            self.sent_down.notify_one();
        }
        if news.letter {
            self.letters.ring();
        }
    }
}

/// Has open links look for what was sent down, and forgets what is old, until the token is
/// cancelled.
pub(crate) async fn serve(hub: Hub, news: Arc<watch::Sender<u64>>, stop: CancellationToken) {
    let mut forget = tokio::time::interval(FORGET_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.relay().sent_down.notified() => {
                news.send_modify(|version| *version += 1);
                // Every link looks for itself, so a wave of verdicts is told in few looks.
                tokio::time::sleep(TELL_EVERY).await;
            }
            _ = forget.tick() => {
                if let Err(error) = forget_old(&hub).await {
                    tracing::error!(%error, "old items of the relay not forgotten");
                }
            }
        }
    }
}

/// The latest instant that a process of this hub has witnessed and kept.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn witnessed(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    Ok(setting::value(tx, WITNESSED)?.and_then(|text| text.parse().ok()))
}

async fn forget_old(hub: &Hub) -> Result<(), SqlError> {
    let (relay, database) = (hub.relay().clone(), hub.database().clone());
    // Where the process is ending nothing is forgotten.
    let Ok(past) = runtime::blocking::run(move || relay.past(&database)).await else {
        return Ok(());
    };
    let (past, database) = (past?, hub.database());
    let before_ms = past.as_millisecond().saturating_sub(KEPT_MS);
    let emptied_ms = past.as_millisecond().saturating_sub(SETTLED_MS);
    let today = date_of(past);
    let forget = move |tx: &Tx<'_>| {
        let down = relay::forget_before(tx, before_ms)?;
        let inbox = sealed_inbox::forget_before(tx, before_ms)?;
        sealed_inbox::empty_before(tx, emptied_ms)?;
        relay_load::forget_before(tx, today.saturating_sub(30.days()))?;
        opened_lane::forget_waiting(tx, before_ms)?;
        let up = outbox::forget_answered(tx, RELAYED, before_ms)?;
        Ok::<_, SqlError>(down + inbox + up)
    };
    let forgotten = database.write_async("forget_relayed", forget).await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "old items of the relay forgotten");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
