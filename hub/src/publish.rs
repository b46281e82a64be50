//! Publishing: seals what was folded, and sends the sums up as the hub's own signed release.
//!
//! Nothing here waits for a timer: a fold rings, sums are sealed at once, and one release of a
//! table is on its way at a time. Whatever was folded meanwhile goes with the next one, so a
//! burst of a thousand schools becomes a few releases, and a single school's figures arrive
//! without delay.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::period::Period;
use domain::release::{Header, Release, ReleaseId};
use domain::unit::UnitId;
use proto::frame::{RELEASE_CONTEXT, encode_item};
use proto::wire::sync::{ItemKind, Lane};
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::{IdentityCell, Uplink, outbox};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::packs::{PackCache, Packs};
use crate::rollup;
use crate::store::snapshot::{self, Sealed};
use crate::store::total::TotalKey;

/// Shortest time between two sealings, so that a burst does not seal after every commit.
const SEAL_INTERVAL: Duration = Duration::from_millis(20);

/// How long to wait for an answer before looking again whether one came unnoticed.
const ANSWER_WAIT: Duration = Duration::from_secs(1);

/// Seals and publishes for one hub.
pub struct Publisher {
    /// The hub's store.
    pub database: Database,
    /// The hub's clock.
    pub clock: Clock,
    /// Catalogues.
    pub packs: Arc<PackCache>,
    /// The hub's key.
    pub identity: IdentityCell,
    /// The hub.
    pub unit: UnitId,
    /// The way up; nothing for the city hub.
    pub uplink: Option<Uplink>,
    /// Rung by intake after a fold.
    pub folded: Arc<Notify>,
    /// Rung by the uplink after an answer.
    pub answered: Arc<Notify>,
}

impl Publisher {
    /// Works until the token is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.seal().await {
                tracing::error!(%error, "sums could not be sealed");
            }
            let more = match self.send().await {
                Ok(more) => more,
                Err(error) => {
                    tracing::error!(%error, "release could not be queued");
                    false
                }
            };
            // While a release is on its way, its answer is what makes room for the next one.
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.folded.notified() => tokio::time::sleep(SEAL_INTERVAL / 10).await,
                () = self.answered.notified(), if more => {}
                () = tokio::time::sleep(ANSWER_WAIT), if more => {}
            }
        }
    }

    async fn seal(&self) -> Result<(), SqlError> {
        let (packs, unit) = (self.packs.last(), self.unit.clone());
        let now_ms = self.clock.now_ms();
        self.database
            .write_async("seal", move |tx| rollup::seal(tx, &packs, &unit, now_ms).map(drop))
            .await
    }

    /// Queues the latest sums of every table that has none on its way; says whether some wait.
    async fn send(&self) -> Result<bool, SqlError> {
        let Some(uplink) = &self.uplink else { return Ok(false) };
        let (packs, unit) = (self.packs.last(), self.unit.clone());
        let (key, now_ms) = (self.identity.current().key().clone(), self.clock.now_ms());
        let queued = self
            .database
            .write_async("publish", move |tx| {
                let mut queued = 0_u32;
                let mut waiting = false;
                for total in crate::store::total::keys(tx)? {
                    match latest_unsent(tx, &packs, &total)? {
                        Next::Nothing => {}
                        Next::OnItsWay => waiting = true,
                        Next::Send(sealed) => {
                            let item = sign(&packs, &unit, &key, &sealed, now_ms)?;
                            outbox::enqueue(tx, Lane::Statistics, &item.0, &item.1, now_ms)?;
                            outbox::set_note(tx, &note_name(&sealed.key), &item.0)?;
                            queued += 1;
                        }
                    }
                }
                Ok::<_, SqlError>((queued, waiting))
            })
            .await?;
        if queued.0 > 0 {
            uplink.ring();
        }
        Ok(queued.0 > 0 || queued.1)
    }
}

enum Next {
    Nothing,
    OnItsWay,
    Send(Box<Sealed>),
}

/// The latest snapshot of a table, unless it or one before it is on its way.
fn latest_unsent(tx: &Tx<'_>, packs: &Packs, key: &TotalKey) -> Result<Next, SqlError> {
    let Some((number, catalogue)) = snapshot::latest_key(tx, &key.table, &key.period)? else {
        return Ok(Next::Nothing);
    };
    if let Some(name) = outbox::note(tx, &note_name(key))? {
        let sent: u64 = name.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        if sent >= number {
            return Ok(Next::Nothing);
        }
        let open = outbox::find(tx, &name)?.is_some_and(|item| item.outcome.is_none());
        if open {
            return Ok(Next::OnItsWay);
        }
    }
    let digest = domain::digest::Digest::from_tagged(&catalogue).map_err(|_| SqlError::Type)?;
    let table = packs.catalogue(&digest).and_then(|known| known.table(&key.table));
    let cells = table.ok_or(SqlError::Type)?.cells();
    let sealed = snapshot::find(tx, number, cells)?.ok_or(SqlError::Type)?;
    Ok(Next::Send(Box::new(sealed)))
}

fn note_name(key: &TotalKey) -> String {
    format!("published:{}/{}", key.table, key.period)
}

/// The signed item of a snapshot and its name. Its revision is the snapshot's number: it grows,
/// and says which snapshot the figures are.
fn sign(
    packs: &Packs,
    unit: &UnitId,
    key: &certs::key::SigningKey,
    sealed: &Sealed,
    now_ms: i64,
) -> Result<(String, Vec<u8>), SqlError> {
    let period: Period = sealed.key.period.parse().map_err(|_| SqlError::Type)?;
    let census_day = match period {
        Period::Term(term) => packs.calendar().term(term).ok().map(|term| term.census),
        _ => None,
    };
    let number = u32::try_from(sealed.snapshot.number).ok().and_then(NonZeroU32::new);
    let header = Header {
        id: ReleaseId {
            unit: unit.clone(),
            table: sealed.key.table.parse().map_err(|_| SqlError::Type)?,
            period,
            revision: number.ok_or(SqlError::Type)?,
        },
        catalogue: domain::digest::Digest::from_tagged(&sealed.key.catalogue)
            .map_err(|_| SqlError::Type)?,
        census_day,
        persons: sealed.snapshot.coverage.persons,
        made_at_ms: now_ms,
    };
    let release = Release::of_snapshot(header, sealed.rule, &sealed.snapshot);
    let body = proto::release::encode(&release);
    let signature = key.sign(RELEASE_CONTEXT, &body).map_err(|_| SqlError::Type)?;
    let item = encode_item(ItemKind::Release, body, signature.to_bytes());
    Ok((release.id().to_string(), item))
}
