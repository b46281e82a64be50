//! When copies are made and how many are kept: a file in the data folder, looked at anew each time,
//! so that a plan holds from the moment on in which it is written.

use std::path::PathBuf;
use std::time::Duration;

use runtime::clock::local_of;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{BackupError, found, make};
use crate::app::Hub;
use crate::config::Config;

const FILE: &str = "backup.toml";
/// How often the clock is looked at, and the place, which may be plugged in at any time.
const LOOK_EVERY: Duration = Duration::from_mins(5);
/// How long to wait after a copy that failed: it may have read the whole store.
const FAILED_WAIT: Duration = Duration::from_hours(1);

/// Where copies go, when, and how many stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Folder on another disk.
    pub to: PathBuf,
    /// Hour of the day from which on the day's copy is made.
    pub hour: i8,
    /// Copies that are kept.
    pub keep: usize,
}

impl Plan {
    /// The plan of a hub, if it has one.
    ///
    /// # Errors
    /// The file cannot be read or is damaged.
    pub fn load(config: &Config) -> Result<Option<Self>, BackupError> {
        match std::fs::read_to_string(config.path(FILE)) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|_| BackupError::Damaged),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Writes the plan.
    ///
    /// # Errors
    /// The file cannot be written; the plan of before holds then.
    pub fn save(&self, config: &Config) -> Result<(), BackupError> {
        let text = toml::to_string(self).map_err(|_| BackupError::Damaged)?;
        let part = config.path("backup.toml.new");
        std::fs::write(&part, text)?;
        Ok(std::fs::rename(&part, config.path(FILE))?)
    }

    /// Whether the copy of a day is still to be made: its hour has come and there is none of it.
    #[must_use]
    pub fn is_due(&self, config: &Config, now_ms: i64) -> bool {
        let now = local_of(now_ms);
        let last = found(&self.to, config).first().map(|made| local_of(made.made_ms).date());
        now.hour() >= self.hour && last != Some(now.date())
    }
}

/// Makes what is due for as long as the hub serves.
pub async fn serve(hub: Hub, stop: CancellationToken) {
    loop {
        let working = hub.clone();
        let turned = runtime::blocking::run(move || turn(&working)).await;
        let wait = match turned {
            Ok(Ok(made)) => {
                if made {
                    tracing::info!("backup made and put back for a test");
                }
                LOOK_EVERY
            }
            // It may be plugged in, and a passphrase chosen, at any moment.
            Ok(Err(BackupError::Away | BackupError::NoKey)) => LOOK_EVERY,
            Ok(Err(error)) => {
                tracing::warn!(%error, "backup not made");
                FAILED_WAIT
            }
            Err(_) => return,
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.clock().sleep(wait) => {}
        }
    }
}

fn turn(hub: &Hub) -> Result<bool, BackupError> {
    let (config, now_ms) = (hub.config(), hub.clock().now_ms());
    let Some(plan) = Plan::load(config)? else { return Ok(false) };
    if !plan.is_due(config, now_ms) {
        return Ok(false);
    }
    make(config, hub.database(), &plan, now_ms).map(|_| true)
}
