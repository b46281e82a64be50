//! The daily copy of the data folder, from its hour on, as soon as its place is there.

use std::time::Duration;

use crate::app::Node;
use crate::backup::{self, BackupError};

/// How often the clock is looked at, and the place, which may be plugged in at any time.
const LOOK_EVERY: Duration = Duration::from_mins(5);
/// How long to wait after a copy that failed: it may have read the whole ledger.
const FAILED_WAIT: Duration = Duration::from_hours(1);

/// Makes what is due for as long as the node serves.
pub(super) async fn keep(node: Node) {
    let Some(plan) = node.config().backup.clone() else { return };
    loop {
        let (working, to) = (node.clone(), plan.clone());
        let made = runtime::blocking::run(move || {
            let is_due = backup::is_due(&to, working.config(), working.clock().now_ms());
            is_due.then(|| backup::make(&working, &to)).transpose()
        });
        let wait = match made.await {
            Ok(Ok(None)) => LOOK_EVERY,
            Ok(Ok(Some(made))) => {
                tracing::info!(bytes = made.bytes, "backup made");
                LOOK_EVERY
            }
            // Said on the page of the machine; it may be plugged in at any moment.
            Ok(Err(BackupError::Away)) => LOOK_EVERY,
            Ok(Err(error)) => {
                tracing::warn!(%error, "backup not made");
                FAILED_WAIT
            }
            Err(_) => return,
        };
        node.clock().sleep(wait).await;
    }
}
