//! How the link to the parent stands, from the notes of the uplink.

use domain::unit::IdentityName;
use proto::wire::sync::Lane;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::notes;
use runtime::uplink::outbox::{self, Backlog};
use runtime::uplink::{
    CLOCK_SKEW, CONFLICT, HUB_FULL, HUB_REVOKED, LAST_CODE, LAST_ERROR, REVOKED,
};
use runtime::web::Label;

use crate::app::Outward;
use crate::console::{SyncState, SyncStatus};

/// Difference of the clocks from which it is an alarm.
pub const SKEW_LIMIT_MS: i64 = 30_000;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// From so many days on, a certificate that was not renewed is worth a word.
pub const EXPIRY_DAYS: i64 = 30;

/// What `transfer.db` says about the link.
pub struct Notes {
    /// What waits.
    pub backlog: Backlog,
    /// When the oldest item that waits was queued.
    pub waiting_since_ms: Option<i64>,
    /// Whether the latest answer was a refusal.
    pub refused_last: bool,
    /// When the hub was last known to be reached.
    pub heard_at_ms: Option<i64>,
    /// Our clock minus the hub's.
    pub skew_ms: Option<i64>,
    /// Why the last attempt failed; blank after a success.
    pub last_error: String,
    /// The stable code of that; blank after a success.
    pub last_code: String,
    /// Why the lane has stopped; blank while it runs.
    pub conflict: String,
}

/// Reads the notes.
///
/// # Errors
/// The store cannot be read.
pub fn notes(tx: &Tx<'_>) -> Result<Notes, SqlError> {
    let lane = Lane::Statistics;
    let number = |name: &str| -> Result<Option<i64>, SqlError> {
        Ok(notes::get(tx, name)?.and_then(|text| text.parse().ok()))
    };
    let sent = outbox::sent(tx, lane, 1_000)?;
    let waiting = sent.iter().filter(|item| item.outcome.is_none());
    let answered = sent.iter().find(|item| item.outcome.is_some());
    Ok(Notes {
        backlog: outbox::backlog(tx, lane)?,
        waiting_since_ms: waiting.map(|item| item.queued_at_ms).min(),
        refused_last: answered.is_some_and(|item| item.outcome == Some(2)),
        heard_at_ms: notes::last_contact_ms(tx)?,
        skew_ms: number(CLOCK_SKEW)?,
        last_error: notes::get(tx, LAST_ERROR)?.unwrap_or_default(),
        last_code: notes::get(tx, LAST_CODE)?.unwrap_or_default(),
        conflict: notes::get(tx, CONFLICT)?.unwrap_or_default(),
    })
}

/// The state of the link as one of a closed list, the worst first.
///
/// # Errors
/// The store cannot be read.
pub fn link(node: &Outward) -> Result<SyncStatus, SqlError> {
    let notes = node.transfer().read(notes)?;
    let days = certificate_days(node);
    let hub = node.member().map(|member| &member.membership.parent_name);
    Ok(SyncStatus {
        hub: Label::same(hub.map(IdentityName::unit).map_or("", |unit| unit.as_str())),
        state: state(node, &notes, days),
        acknowledged: notes.backlog.answered,
        head: notes.backlog.head,
        heard_at_ms: notes.heard_at_ms,
        certificate_days: days.and_then(|days| u32::try_from(days.max(0)).ok()),
    })
}

/// Days until the certificate ends, below zero once it has ended.
#[must_use]
pub fn certificate_days(node: &Outward) -> Option<i64> {
    let ends = node.member()?.identity.current().peer().not_after().as_millisecond();
    Some(ends.saturating_sub(node.clock().now_ms()).div_euclid(DAY_MS))
}

fn state(node: &Outward, notes: &Notes, days: Option<i64>) -> SyncState {
    if node.member().is_none() {
        return SyncState::NotJoined;
    }
    if REVOKED.contains(&notes.last_code.as_str()) {
        return SyncState::Revoked;
    }
    if notes.last_code == HUB_REVOKED {
        return SyncState::HubRevoked;
    }
    if let Some(skew) = notes.skew_ms.filter(|skew| skew.abs() > SKEW_LIMIT_MS) {
        return SyncState::ClockOff { seconds: skew / 1_000 };
    }
    if !notes.conflict.is_empty() {
        return SyncState::Stopped;
    }
    if notes.refused_last {
        return SyncState::Refused;
    }
    if notes.last_code == HUB_FULL {
        return SyncState::HubFull;
    }
    if !notes.last_error.is_empty() {
        let since_ms = notes.heard_at_ms.or(notes.waiting_since_ms);
        return SyncState::Unreachable { since_ms: since_ms.unwrap_or(node.clock().now_ms()) };
    }
    match (notes.waiting_since_ms, days) {
        (Some(since_ms), _) => SyncState::Queued { since_ms },
        (None, Some(days)) if days < EXPIRY_DAYS => {
            SyncState::Expiring { days: u32::try_from(days.max(0)).unwrap_or(0) }
        }
        _ => SyncState::Acknowledged,
    }
}
