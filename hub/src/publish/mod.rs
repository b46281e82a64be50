//! Publishing: seals what was folded, and sends the sums up as the hub's own signed release.
//!
//! A fold rings, sums are sealed as soon as no push waits, and one release of a table is on its way
//! at a time. Whatever was folded meanwhile goes with the next one, and the next sealing waits in
//! proportion to what the last one took: a burst of a thousand schools becomes a few releases, and
//! a single school's figures arrive without delay. A push that comes alone is sealed in its own
//! commit.

mod turn;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::catalogue::is_rounded;
use domain::period::Period;
use domain::release::{Header, Release, ReleaseId};
use domain::unit::UnitId;
use proto::frame::{RELEASE_CONTEXT, encode_item};
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::{notes, outbox};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
pub use turn::{Parts as SealerParts, Sealer, Turn};

use crate::packs::Packs;
use crate::store::snapshot::{self, Sealed};
use crate::store::total;

/// After a sealing the publisher rests this many times as long as it took: what waits meanwhile
/// shares the next one, and members' frames keep the store to themselves for most of the time.
const REST_FACTOR: u32 = 9;

/// Longest rest, so that figures stay fresh however slow the store is.
const REST_MAX: Duration = Duration::from_millis(200);

/// How far a restored hub jumps at a time to come above the numbers that its parent knows.
const OUTRUN_STEP: u64 = 1_000;

/// Codes by which a parent says that it knows a later or another snapshot under a number.
const PASSED: [&str; 2] = ["superseded", "revision_conflict"];

/// How long to wait for an answer before looking again whether one came unnoticed.
const ANSWER_WAIT: Duration = Duration::from_secs(1);

/// How long a push's commit that seals may take before it is looked at again.
const TURN_WAIT: Duration = Duration::from_millis(1);

/// How often totals are looked at although nothing was folded.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Seals and publishes for one hub.
pub struct Publisher {
    /// The hub's store.
    pub database: Database,
    /// Gives turns at sealing.
    pub sealer: Arc<Sealer>,
    /// Rung by intake after a fold that it did not seal itself.
    pub folded: Arc<Notify>,
    /// Rung by the uplink after an answer.
    pub answered: Arc<Notify>,
}

/// A table and a period in its written form.
type Place = (String, String);

impl Publisher {
    /// Works until the token is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        // Nothing says what was left by an earlier run, so everything is looked at once.
        match self.everything().await {
            Ok(places) => self.sealer.look_at(places),
            Err(error) => tracing::error!(%error, "totals could not be read"),
        }
        let mut rested = self.seal().await;
        let clock = self.sealer.parts().clock.clone();
        loop {
            let more = self.sealer.has_waiting();
            // While a release is on its way, its answer is what makes room for the next one.
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.folded.notified() => tokio::time::sleep_until(rested).await,
                () = self.answered.notified(), if more => {}
                () = tokio::time::sleep(ANSWER_WAIT), if more => {}
                // Another process may have moved a unit, and periods are closed by the clock.
                () = clock.sleep(LOOK_AGAIN) => {}
                // A push's commit sealed: from now on there is an answer to wait for.
                () = self.sealer.shared.notified() => continue,
            }
            rested = self.seal().await;
        }
    }

    async fn everything(&self) -> Result<BTreeSet<Place>, SqlError> {
        let keys = self.database.read_async(total::keys).await?;
        Ok(keys.into_iter().map(|key| (key.table, key.period)).collect())
    }

    /// Seals in a commit of its own; gives the time until which the store rests from it.
    async fn seal(&self) -> Instant {
        let mut turn = loop {
            match self.sealer.turn() {
                Some(turn) => break turn,
                // A push's commit has it, and is over soon.
                None => tokio::time::sleep(TURN_WAIT).await,
            }
        };
        let (asked, cache) = (Instant::now(), self.sealer.parts().registry.clone());
        // Deciding what is shown takes long: never in place, on a thread of the links, and no push
        // waits for it that was there before.
        let sealed = self.database.write_spare("publish", move |tx| {
            let started = Instant::now();
            turn.seal(tx, cache.within(tx)?)?;
            Ok::<_, SqlError>((turn, started))
        });
        let started = match sealed.await {
            Ok((turn, started)) => {
                turn.keep();
                started
            }
            Err(error) => {
                tracing::error!(%error, "sums could not be sealed");
                asked
            }
        };
        Instant::now() + (started.elapsed() * REST_FACTOR).min(REST_MAX)
    }
}

/// Who signs what goes up.
struct Sender<'a> {
    packs: &'a Packs,
    unit: &'a UnitId,
    key: &'a certs::key::SigningKey,
    now_ms: i64,
}

/// Queues the latest sums of tables that have none on their way; returns how many, and the rest.
/// What was sealed in this very transaction is at hand and is not read again.
fn queue(
    tx: &Tx<'_>,
    sender: &Sender<'_>,
    (places, fresh): (BTreeSet<Place>, &[Sealed]),
) -> Result<(u32, BTreeSet<Place>), SqlError> {
    let (mut queued, mut left) = (0, BTreeSet::new());
    for place in places {
        match latest_unsent(tx, sender, (&place, fresh))? {
            Next::Nothing => {}
            Next::OnItsWay => {
                left.insert(place);
            }
            Next::Outrun(number) => {
                // Our parent knows later snapshots of ours than we do: we were restored from a
                // backup. The same sums are sealed again under a higher number.
                tracing::warn!(number, "parent knows a later snapshot; renumbering");
                snapshot::raise_floor(tx, number + OUTRUN_STEP)?;
                total::reopen(tx, &place.0, &place.1)?;
                notes::set(tx, &note_name(&place), "")?;
                left.insert(place);
            }
            Next::Send(item) => {
                outbox::enqueue(tx, Lane::Statistics, &item.0, &item.1, sender.now_ms)?;
                notes::set(tx, &note_name(&place), &item.0)?;
                // Looked at again once it is answered: the parent may say that it knows better.
                left.insert(place);
                queued += 1;
            }
        }
    }
    if queued > 0 {
        // Their frames are made in this commit, so that the uplink has nothing to write first.
        outbox::frame_waiting(tx, Lane::Statistics, queued, sender.now_ms)?;
    }
    Ok((queued, left))
}

enum Next {
    Nothing,
    OnItsWay,
    /// The parent refused the number as one that it has passed.
    Outrun(u64),
    /// The signed item and its name.
    Send((String, Vec<u8>)),
}

/// The latest snapshot of a table, unless it or one before it is on its way.
fn latest_unsent(
    tx: &Tx<'_>,
    sender: &Sender<'_>,
    (place, fresh): (&Place, &[Sealed]),
) -> Result<Next, SqlError> {
    if is_under_seal(sender, place) {
        return Ok(Next::Nothing);
    }
    // What was sealed in this very transaction is the latest: numbers grow.
    let is_here = |sealed: &&Sealed| sealed.key.table == place.0 && sealed.key.period == place.1;
    let fresh = fresh.iter().filter(is_here).max_by_key(|sealed| sealed.snapshot.number);
    let latest = match fresh {
        Some(sealed) => Some((sealed.snapshot.number, sealed.key.catalogue.clone())),
        None => snapshot::latest_key(tx, &place.0, &place.1)?,
    };
    let Some((number, catalogue)) = latest else { return Ok(Next::Nothing) };
    let noted = notes::get(tx, &note_name(place))?.filter(|name| !name.is_empty());
    if let Some(name) = noted {
        let sent: u64 = name.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        match outbox::find(tx, &name)? {
            Some(item) if item.outcome.is_none() => return Ok(Next::OnItsWay),
            Some(item) if PASSED.contains(&item.code.as_str()) => {
                return Ok(Next::Outrun(sent.max(number)));
            }
            _ if sent >= number => return Ok(Next::Nothing),
            _ => {}
        }
    }
    if let Some(sealed) = fresh {
        return Ok(Next::Send(sign(sender, sealed)?));
    }
    let digest = domain::digest::Digest::from_tagged(&catalogue).map_err(|_| SqlError::Type)?;
    let table = sender.packs.catalogue(&digest).and_then(|known| known.table(&place.0));
    let cells = table.ok_or(SqlError::Type)?.cells();
    let sealed = snapshot::find(tx, number, cells)?.ok_or(SqlError::Type)?;
    Ok(Next::Send(sign(sender, &sealed)?))
}

/// Whether a table is about persons of an area and period under seal: what a school that is not on
/// the roster sent rounded is not summed beside the opened sums.
fn is_under_seal(sender: &Sender<'_>, (table, period): &Place) -> bool {
    let period = period.parse::<Period>().ok().filter(|_| is_rounded(table));
    period.is_some_and(|period| sender.packs.is_under_seal(sender.unit, period))
}

fn note_name((table, period): &Place) -> String {
    format!("published:{table}/{period}")
}

/// The signed item of a snapshot and its name. Its revision is the snapshot's number: it grows,
/// and says which snapshot the figures are.
fn sign(sender: &Sender<'_>, sealed: &Sealed) -> Result<(String, Vec<u8>), SqlError> {
    let period: Period = sealed.key.period.parse().map_err(|_| SqlError::Type)?;
    let census_day = match period {
        Period::Term(term) => sender.packs.calendar().term(term).ok().map(|term| term.census),
        _ => None,
    };
    let number = u32::try_from(sealed.snapshot.number).ok().and_then(NonZeroU32::new);
    let header = Header {
        id: ReleaseId {
            unit: sender.unit.clone(),
            table: sealed.key.table.parse().map_err(|_| SqlError::Type)?,
            period,
            revision: number.ok_or(SqlError::Type)?,
        },
        catalogue: domain::digest::Digest::from_tagged(&sealed.key.catalogue)
            .map_err(|_| SqlError::Type)?,
        census_day,
        persons: sealed.snapshot.coverage.persons,
        made_at_ms: sender.now_ms,
    };
    let release = Release::of_snapshot(header, sealed.rule, &sealed.snapshot);
    let body = proto::release::encode(&release);
    let signature = sender.key.sign(RELEASE_CONTEXT, &body).map_err(|_| SqlError::Type)?;
    let item = encode_item(ItemKind::Release, body, signature.to_bytes());
    Ok((release.id().to_string(), item))
}
