//! The leader's part: agrees on keys, takes the reports that arrived, has the helper check them,
//! sends the verdicts down, and opens what the plan lets it.
//!
//! A step does all that can be done now and can be done again: whatever was not committed is asked
//! for once more and answered alike. While the helper is away everything stays where it is.

mod again;
mod agree;
mod away;
mod beside;
mod call;
mod check;
mod claimed;
mod close;
mod dispute;
mod follow;
mod kept;
mod lost;
mod open;
mod outlook;
mod present;
mod proposal;
mod recall;
mod refuse;
mod settle;
mod unsure;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use certs::aggregate::Role;
use certs::digest::random_bytes;
use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::SqlError;
use runtime::transport::TransportError;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Hub;
use super::documents::Year;
use super::holding::NotOpened;
use crate::store::sealed::opening::Set;

pub(super) use agree::AHEAD_DAYS;
use away::Away;
pub use outlook::{Outlook, Untold, Wait, outlook};

/// How often it is looked for what time alone makes due.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// First and longest wait while the helper is away.
const BACKOFF_MS: (u64, u64) = (1_000, 600_000);

/// Drives the tasks that this hub leads.
#[derive(Clone)]
pub struct Leader {
    hub: Hub,
    /// Where the helper is dialled.
    helper_address: String,
    /// Rung when a report arrived.
    arrived: Arc<Notify>,
    /// Rung after a verdict was put into a list downward.
    sent_down: Arc<Notify>,
    /// What was done once about a set, since this process began.
    shown_again: Arc<Mutex<HashSet<String>>>,
    /// Schools and keys that the helper was shown since this process began, while health has not
    /// stated them.
    presented: Arc<Mutex<Presented>>,
    /// Reports of which the helper said that another one stands there, since this process began:
    /// others of their schools go first.
    second: Arc<Mutex<HashSet<Digest>>>,
    /// When the keys of a year were last compared with the helper's, since this process began.
    compared: Arc<Mutex<HashMap<(UnitId, i16), i64>>>,
    /// Reports that the helper holds as accepted and this hub lost, as it said since this process
    /// began.
    accepted_there: Arc<Mutex<HashSet<Digest>>>,
    /// Years that are over, of which the helper was told on a day whether this hub closed them.
    told_years: Arc<Mutex<ToldYears>>,
    /// What the helper said that it holds of years, since this process began.
    recalled: Arc<Mutex<HashMap<(UnitId, i16), recall::Heard>>>,
}

/// Why a step ended early. What it had done is committed; the rest waits.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeaderError {
    /// The helper cannot be reached, or is not who it should be.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The helper did not answer a call, or not in time.
    #[error("the helper did not answer: {0}")]
    Call(String),
    /// The helper refused a call; the stable code says why.
    #[error("the helper refused: {code}: {reason}")]
    Refused {
        /// Stable code.
        code: String,
        /// What it said.
        reason: String,
    },
    /// An answer that is none.
    #[error("the helper's answer is not understood: {0}")]
    Protocol(&'static str),
    /// This hub could not sign.
    #[error("this hub could not sign")]
    Signing,
    /// A verdict could not be sent down.
    #[error(transparent)]
    Down(#[from] crate::relay::DownError),
    /// What this hub holds does not fit together.
    #[error(transparent)]
    Held(#[from] NotOpened),
    /// What this hub has seen cannot be put together.
    #[error(transparent)]
    Seen(#[from] crate::seen::SeenError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl LeaderError {
    /// The helper's refusal of this one call, if that is what it is: others may go on.
    fn refusal(self) -> Result<String, Self> {
        match self {
            Self::Refused { code, .. } => Ok(code),
            other => Err(other),
        }
    }
}

/// On which day, and whether as closed here, the helper was told of a year.
type ToldYears = HashMap<(UnitId, i16), (Date, bool)>;

/// Schools and keys of which a report was shown to the helper, and on which day.
#[derive(Default)]
struct Presented {
    on: Option<Date>,
    keys: HashSet<(UnitId, Digest)>,
}

impl Leader {
    /// The leader's part of a hub.
    #[must_use]
    pub fn new(
        hub: Hub,
        helper_address: String,
        (arrived, sent_down): (Arc<Notify>, Arc<Notify>),
    ) -> Self {
        let (shown_again, presented, second) = (Arc::default(), Arc::default(), Arc::default());
        let (recalled, told_years) = (Arc::default(), Arc::default());
        let (accepted_there, compared) = (Arc::default(), Arc::default());
        Self {
            hub,
            helper_address,
            arrived,
            sent_down,
            shown_again,
            presented,
            second,
            compared,
            accepted_there,
            told_years,
            recalled,
        }
    }

    /// Goes on until the token is cancelled.
    pub async fn serve(self, stop: CancellationToken) {
        let mut wait_ms = BACKOFF_MS.0;
        loop {
            let step = tokio::select! {
                () = stop.cancelled() => return,
                step = self.step() => step,
            };
            let wait = match step {
                Ok(()) => {
                    wait_ms = BACKOFF_MS.0;
                    LOOK_EVERY
                }
                Err(error) => {
                    tracing::warn!(%error, "sealed sums wait");
                    wait_ms = (wait_ms * 2).min(BACKOFF_MS.1);
                    let [jitter] = random_bytes::<1>();
                    Duration::from_millis(wait_ms / 2 + wait_ms * u64::from(jitter) / 512)
                }
            };
            let is_away = wait_ms > BACKOFF_MS.0;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.hub.parts().clock.sleep(wait) => {}
                // A report makes no helper come back.
                () = self.arrived.notified(), if !is_away => {}
            }
        }
    }

    /// Does all that can be done now: keys, reports, openings. A helper that is away keeps back
    /// what hangs on it and nothing else.
    ///
    /// # Errors
    /// Every helper is away, or the store; what was done until then stays.
    pub async fn step(&self) -> Result<(), LeaderError> {
        let years = self.years();
        if years.is_empty() {
            return Ok(());
        }
        let mut away = Away::default();
        self.agree_all(&years, &mut away).await?;
        // Before reports are refused for it: the helper signs that once it heard.
        self.close_all(&years, &mut away).await?;
        // The day turns before anything is shown on it.
        self.present_kept(&mut away).await?;
        self.check_all(&mut away).await?;
        // Before anything is opened: this store may be older than what was signed.
        self.recall_all(&years, &mut away).await?;
        self.open_all(&mut away).await?;
        self.end(away, &years)
    }

    /// The years that this hub leads.
    fn years(&self) -> Vec<Arc<Year>> {
        let (documents, unit) = (self.hub.documents(), &self.hub.parts().unit);
        let led = documents.years().iter().filter(|year| year.role_of(unit) == Some(Role::Leader));
        led.cloned().collect()
    }

    /// Whether the helper was shown a school's key.
    fn is_presented(&self, key: &(UnitId, Digest)) -> bool {
        self.presented.lock().unwrap_or_else(PoisonError::into_inner).keys.contains(key)
    }

    fn note_presented(&self, keys: Vec<(UnitId, Digest)>) {
        self.presented.lock().unwrap_or_else(PoisonError::into_inner).keys.extend(keys);
    }

    /// Whether nothing was shown to the helper on a day.
    fn is_another_day(&self, today: Date) -> bool {
        self.presented.lock().unwrap_or_else(PoisonError::into_inner).on != Some(today)
    }

    /// Begins anew on another day.
    fn forget_presented(&self, today: Date) {
        let mut presented = self.presented.lock().unwrap_or_else(PoisonError::into_inner);
        if presented.on != Some(today) {
            *presented = Presented { on: Some(today), keys: HashSet::new() };
        }
    }

    /// Whether something was done about a set since this process began.
    fn was_done(&self, what: &str, set: &Set) -> bool {
        let shown = self.shown_again.lock().unwrap_or_else(PoisonError::into_inner);
        shown.contains(&name_of(what, set))
    }

    /// Notes that something was done about a set: only once it was, since the helper may not have
    /// answered.
    fn note_done(&self, what: &str, set: &Set) {
        let mut shown = self.shown_again.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(name_of(what, set));
    }
}

fn name_of(what: &str, set: &Set) -> String {
    let groups: Vec<&str> = set.groups.iter().map(|group| group.as_str()).collect();
    let (stage, detail) = (set.stage.as_str(), set.detail.as_str());
    format!("{what} {} {stage} {detail} {}", set.task, groups.join(" "))
}
