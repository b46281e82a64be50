//! Opened sums on their way up: told by the leader in the order of its chain, taken in by every hub
//! above it, and passed on as the same bytes.
//!
//! The same set again changes nothing, whatever record tells it, as long as its figures are the
//! same: a leader that was put back from a backup opens and tells once more. Other figures of a set
//! that is known are refused and alarmed.

use std::sync::Arc;
use std::time::Duration;

use certs::digest::sha256;
use certs::signature::Signature;
use domain::digest::Digest;
use domain::period::Period;
use domain::unit::UnitId;
use proto::frame::encode_item;
use proto::opened::{ToldSum, encode_told};
use proto::sealed::HubSignature;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sealing::SealedYears;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;
use tokio_util::sync::CancellationToken;

use super::down;
use super::verify::{Judge, Judged};
use crate::app::Hub;
use crate::packs::Packs;
use crate::relay::News;
use crate::store::sealed::{opening, record, task, verdict};
use crate::store::{alarm, barred_key, opened_lane, unit};

/// Kind of the alarm about an opened sum that contradicts one that is known.
pub const ALARM_OTHER_SUM: &str = "opened_otherwise";

/// Code of figures that contradict those of a set that is known.
const OTHER_SUM: &str = "other_sum";
/// Code of a set that shares a group with another one.
const OVERLAPS: &str = "opened_twice";
/// Code of a signature by a key that was taken back.
const REVOKED: &str = "revoked_key";

/// Kind of the alarm that a sender's sums wait in too great a number.
pub const ALARM_WAITING: &str = "opened_waiting";
/// Code of a sum for which there is no room to wait: its sender sends it again.
pub const WAITING_FULL: &str = "waiting_full";
/// Sums of one sender that wait at a time, those of one period, and their bytes.
const WAITING_MAX: u64 = 2_048;
const OF_PERIOD_MAX: u64 = 256;
const WAITING_BYTES_MAX: u64 = 32 << 20;
/// After a refusal for want of room a sum is sent again after so long, then after twice that and so
/// on, up to a week.
const AGAIN_AFTER_MS: i64 = 24 * 3_600_000;
const AGAIN_MAX: u32 = 7;

/// Front part of the names of opened sums in the outbox; the digest of the body follows.
const NAME: &str = "opened/";

/// How often it is looked for sums to tell, and for those that wait for documents.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Turns of looking between two looks at those that wait.
const TURNS: u32 = 15;
/// Sums that share a commit.
pub(super) const PAGE: u32 = 64;

/// An opened sum as it came, and what it was found to be.
#[derive(Debug)]
pub struct Arrived {
    /// Its bytes.
    pub body: Vec<u8>,
    /// What they are.
    pub judged: Judged,
}

/// Why a sum is refused: code and sentence.
pub type Refused = (String, String);

/// Takes in a sum, or says why not; has it passed on where there is a parent.
///
/// # Errors
/// The store cannot be read or written.
pub fn take(
    tx: &Tx<'_>,
    sender: &UnitId,
    arrived: &Arrived,
    (has_parent, now_ms): (bool, i64),
) -> Result<Result<News, Refused>, SqlError> {
    let told = match &arrived.judged {
        Judged::Holds(told) => told,
        Judged::Refused(code, reason) => {
            return Ok(Err(((*code).to_owned(), reason.clone())));
        }
        Judged::Waits(code, period) => {
            let digest = sha256(&arrived.body);
            if !has_room(tx, sender, (&digest, *period, arrived.body.len() as u64))? {
                let detail = format!("{WAITING_FULL} {period}");
                alarm::raise(tx, ALARM_WAITING, sender.as_str(), &detail, now_ms)?;
                let reason = "too many sums of the sender wait for documents; send it again later";
                return Ok(Err((WAITING_FULL.to_owned(), reason.to_owned())));
            }
            let body = (&digest, arrived.body.as_slice());
            let about = (sender.as_str(), period.to_string());
            opened_lane::wait(tx, body, (about.0, &about.1, code), now_ms)?;
            return Ok(Ok(News::default()));
        }
    };
    match against(tx, told)? {
        Standing::New => {}
        Standing::Again => return Ok(Ok(News::default())),
        Standing::Refused(code, reason) => {
            if code != REVOKED {
                let detail = format!("{} {}: {reason}", told.record.table, told.record.period);
                alarm::raise(tx, ALARM_OTHER_SUM, told.area.as_str(), &detail, now_ms)?;
            }
            return Ok(Err((code.to_owned(), reason.to_owned())));
        }
    }
    opened_lane::insert(tx, told, (sender.as_str(), &arrived.body), now_ms)?;
    let queued = has_parent && queue(tx, &arrived.body, now_ms)?;
    Ok(Ok(News { queued, ..News::default() }))
}

/// Whether another sum of a sender may wait; one that waits already may.
fn has_room(
    tx: &Tx<'_>,
    sender: &UnitId,
    (digest, period, bytes): (&Digest, Period, u64),
) -> Result<bool, SqlError> {
    if opened_lane::is_waiting(tx, digest)? {
        return Ok(true);
    }
    let all = opened_lane::waiting_of(tx, sender.as_str(), None)?;
    let of_period = opened_lane::waiting_of(tx, sender.as_str(), Some(&period.to_string()))?;
    Ok(all.0 < WAITING_MAX && all.1 + bytes <= WAITING_BYTES_MAX && of_period.0 < OF_PERIOD_MAX)
}

enum Standing {
    New,
    Again,
    Refused(&'static str, &'static str),
}

fn against(tx: &Tx<'_>, told: &ToldSum) -> Result<Standing, SqlError> {
    for signed in [&told.leader, &told.helper] {
        let key = Signature::from_bytes(&signed.signature).map_err(|_| SqlError::Type)?.key_id();
        if barred_key::is_revoked(tx, key.bytes())? {
            return Ok(Standing::Refused(REVOKED, "the key of a hub that signed was taken back"));
        }
    }
    for known in opened_lane::beside(tx, &told.record)? {
        if known.groups == told.record.groups {
            let same = known.result == told.record.result;
            let other = "other figures of this set are known, signed by both hubs";
            return Ok(if same { Standing::Again } else { Standing::Refused(OTHER_SUM, other) });
        }
        if !known.groups.is_disjoint(&told.record.groups) {
            let reason = "a group of this set was opened in another one";
            return Ok(Standing::Refused(OVERLAPS, reason));
        }
    }
    Ok(Standing::New)
}

fn queue(tx: &Tx<'_>, body: &[u8], now_ms: i64) -> Result<bool, SqlError> {
    let item = encode_item(ItemKind::SealedOpening, body.to_vec(), Vec::new());
    let name = format!("{NAME}{}", sha256(body));
    outbox::enqueue(tx, Lane::Statistics, &name, &item, now_ms)
}

/// Whether a hub leads the year of a sum; nothing while the year does not hold.
pub(super) fn leads(own: &UnitId, years: &SealedYears, told: &ToldSum) -> Option<bool> {
    let year = years.of_area(&told.area, told.school_year)?.ok()?;
    Some(year.year().leader == *own)
}

/// Queues what this hub recorded as leader and has not told yet; says whether there was anything.
fn tell(
    tx: &Tx<'_>,
    hub: &UnitId,
    leads: impl Fn(&ToldSum) -> Option<bool>,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let mut queued = false;
    for record in opened_lane::untold(tx, PAGE)? {
        let number = record.number;
        match told(tx, record)?.map(|told| (leads(&told), told)) {
            Some((Some(true), told)) => queued |= queue(tx, &encode_told(&told), now_ms)?,
            // The year does not hold at the moment: looked at again, in the order of the chain.
            Some((None, _)) => break,
            Some((Some(false), _)) | None => {
                tracing::debug!(number, hub = %hub, "a record that this hub does not tell");
            }
        }
        opened_lane::note_told(tx, number)?;
    }
    Ok(queued)
}

/// A record of this hub with everything that others need to verify it.
pub(super) fn told(tx: &Tx<'_>, record: record::Record) -> Result<Option<ToldSum>, SqlError> {
    let read = proto::opening::decode_record(&record.bytes).map_err(|_| SqlError::Type)?;
    let Some(task) = task::find(tx, &read.task)? else { return Ok(None) };
    let (Some(helper), Some(opening)) = (record.helper, record.opening) else { return Ok(None) };
    let signed = |signature: Vec<u8>| {
        let key = Signature::from_bytes(&signature).map_err(|_| SqlError::Type)?.key_id();
        Ok::<_, SqlError>(HubSignature { chain: verdict::signer(tx, &key)?, signature })
    };
    Ok(Some(ToldSum {
        area: task.area,
        school_year: task.school_year,
        pack: task.pack,
        leader: signed(record.leader)?,
        helper: signed(helper)?,
        cells: opening::cells(tx, opening)?.into_iter().collect(),
        bytes: record.bytes,
        record: read,
    }))
}

/// Tells what was recorded, and looks again at what waits, until the token is cancelled.
pub(crate) async fn serve(hub: Hub, stop: CancellationToken) {
    let (mut turn, mut looked) = (0_u32, None);
    loop {
        let stepped = match turn.is_multiple_of(TURNS) {
            true => look(&hub, &mut looked).await,
            false => step(&hub, false).await,
        };
        if let Err(error) = stepped {
            tracing::error!(%error, "opened sums were not passed on");
        }
        turn = turn.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.clock().sleep(LOOK_EVERY) => {}
        }
    }
}

/// Looks at what waits where that can say something new: other documents are in use, or other sums
/// wait, than when it was looked at last.
async fn look(hub: &Hub, looked: &mut Option<(Arc<Packs>, i64)>) -> Result<(), SqlError> {
    let packs = hub.packs().last();
    let last = hub.database().read_async(opened_lane::last_waiting).await?;
    let is_old = looked
        .as_ref()
        .is_some_and(|(before, until)| Arc::ptr_eq(before, &packs) && *until == last);
    step(hub, !is_old).await?;
    *looked = Some((packs, last));
    let now_ms = hub.clock().now_ms();
    let again = move |tx: &Tx<'_>| {
        let wait_ms = |_: &_, times: u32| AGAIN_AFTER_MS * i64::from(times.min(AGAIN_MAX));
        let refused = outbox::refused_with(tx, (NAME, WAITING_FULL), PAGE)?;
        refused.iter().try_fold(false, |queued, name| {
            let item = (Lane::Statistics, name.as_str());
            Ok::<_, SqlError>(queued | outbox::send_again(tx, item, wait_ms, now_ms)?)
        })
    };
    let is_refused = |tx: &Tx<'_>| outbox::refused_with(tx, (NAME, WAITING_FULL), 1);
    if hub.uplink().is_some() && !hub.database().read_async(is_refused).await?.is_empty() {
        let queued = hub.database().write_async("opened_send_again", again).await?;
        hub.relay().tell(News { queued, ..News::default() });
    }
    Ok(())
}

/// Tells what is recorded now; with `waiting`, looks at what waits for documents too.
///
/// # Errors
/// The store cannot be read or written.
pub async fn step(hub: &Hub, waiting: bool) -> Result<(), SqlError> {
    down::tell(hub).await?;
    let database = hub.database();
    let has_parent = hub.uplink().is_some();
    let news = |queued| hub.relay().tell(News { queued, ..News::default() });
    if has_parent && !database.read_async(|tx| opened_lane::untold(tx, 1)).await?.is_empty() {
        let (own, packs) = (hub.config().unit.clone(), hub.packs().last());
        let now_ms = hub.clock().now_ms();
        let write = move |tx: &Tx<'_>| {
            let leads = |told: &ToldSum| leads(&own, packs.sealed_years(), told);
            tell(tx, &own, leads, now_ms)
        };
        news(database.write_async("opened_tell", write).await?);
    }
    let waits = |after| move |tx: &Tx<'_>| opened_lane::waiting(tx, after, PAGE);
    let mut page = if waiting { database.read_async(waits(0)).await? } else { Vec::new() };
    while let Some(last) = page.last().map(|one| one.id) {
        let (packs, now) = (hub.packs().last(), hub.clock().now());
        let (relay, own) = (hub.relay().clone(), hub.config().unit.clone());
        let write = move |tx: &Tx<'_>| {
            let judge = Judge { packs: &packs, trust: &relay.trust, now };
            page.into_iter().try_fold(false, |queued, one| {
                Ok::<_, SqlError>(queued | again(tx, &judge, one, (&own, has_parent))?)
            })
        };
        news(database.write_async("opened_again", write).await?);
        page = database.read_async(waits(last)).await?;
    }
    Ok(())
}

/// Looks at a sum that waits once more; says whether it was queued for the parent.
fn again(
    tx: &Tx<'_>,
    judge: &Judge<'_>,
    one: opened_lane::Waiting,
    (own, has_parent): (&UnitId, bool),
) -> Result<bool, SqlError> {
    let judged = judge.judge(&one.body);
    if matches!(judged, Judged::Waits(..)) {
        return Ok(false);
    }
    let sender: UnitId = one.sender.parse().map_err(|_| SqlError::Type)?;
    let now_ms = judge.now.as_millisecond();
    let arrived = Arrived { body: one.body, judged };
    opened_lane::stop_waiting(tx, one.id)?;
    if unit::find(tx, &sender)?.is_none() {
        return down::settle(tx, judge, (own, &sender), &arrived).map(|()| false);
    }
    match take(tx, &sender, &arrived, (has_parent, now_ms))? {
        Ok(news) => Ok(news.queued),
        Err((code, reason)) => {
            // It was answered as kept, so that its sender is not told: people here are.
            let detail = format!("{code}: {reason}");
            alarm::raise(tx, ALARM_OTHER_SUM, sender.as_str(), &detail, now_ms)?;
            Ok(false)
        }
    }
}
