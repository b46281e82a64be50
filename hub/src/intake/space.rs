//! A store without room: an alarm for people, as soon as it can be written.
//!
//! Where no space is left the alarm itself may not fit. It is then tried again with every frame
//! that finds no room, and at the latest written with the first one that does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use runtime::sql::Tx;
use runtime::web::time::minute;

use super::Parts;
use crate::store::alarm;

/// Kind of the alarm.
pub(super) const ALARM: &str = "disk_full";

/// Characters of a day at the beginning of an instant.
const DAY_CHARS: usize = 10;

/// Whether the store had room lately.
#[derive(Default)]
pub(super) struct Space {
    /// Since when there is none, in milliseconds; zero while there is.
    full_since_ms: AtomicI64,
    /// Whether the alarm of that time is on the disk.
    is_told: AtomicBool,
}

impl Space {
    /// Something found no room.
    pub(super) fn ran_out(self: &Arc<Self>, parts: &Parts) {
        let now_ms = parts.clock.now_ms();
        let since =
            self.full_since_ms.compare_exchange(0, now_ms, Ordering::AcqRel, Ordering::Acquire);
        self.tell(since.err().unwrap_or(now_ms), parts);
    }

    /// Something was stored.
    pub(super) fn is_there(self: &Arc<Self>, parts: &Parts) {
        let since_ms = self.full_since_ms.swap(0, Ordering::AcqRel);
        if since_ms != 0 {
            self.tell(since_ms, parts);
            self.is_told.store(false, Ordering::Release);
        }
    }

    /// Raises the alarm unless it stands. It names the day on which the space ran out, so that a
    /// disk that is full again and again is one alarm a day.
    fn tell(self: &Arc<Self>, since_ms: i64, parts: &Parts) {
        if self.is_told.load(Ordering::Acquire) {
            return;
        }
        let (unit, now_ms, space) = (parts.own.unit.clone(), parts.clock.now_ms(), self.clone());
        let day: String = minute(since_ms).chars().take(DAY_CHARS).collect();
        let detail = format!(
            "no space was left for the database on {day}: nothing was acknowledged that was not \
             stored, members keep what they sent and send it again; free some space"
        );
        let raise = move |tx: &Tx<'_>| alarm::raise(tx, ALARM, unit.as_str(), &detail, now_ms);
        let then = move |raised: Result<(), _>| match raised {
            // Unless there is room again: the next time without is told anew.
            Ok(()) if space.full_since_ms.load(Ordering::Acquire) != 0 => {
                space.is_told.store(true, Ordering::Release);
            }
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "the alarm of the full disk waits for room"),
        };
        if parts.database.submit("disk_full", raise, then).is_err() {
            tracing::debug!("the store is closed");
        }
    }
}
