//! The durable outbox: items wait here signed, get a frame when they are first sent, and keep
//! their answer for good.
//!
//! A frame is built once: its epoch, sequence and predecessor are stored with the item, so what
//! is sent again is byte for byte what was sent before.

pub mod letters;
pub mod notes;

use std::collections::BTreeMap;

use certs::digest::{random_bytes, sha256};
use proto::frame::{Epoch, encode_frame};
use proto::wire::sync::Lane;

use crate::params;
use crate::sql::{Row, SqlError, Tx};

/// A frame ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyFrame {
    /// Its sequence.
    pub sequence: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Frames that can be read without writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// All that could be sent now.
    All(Vec<ReadyFrame>),
    /// An item waits that has no frame yet, or no epoch has begun.
    ToBuild,
}

/// Where a lane stands at the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneHead {
    /// Current epoch.
    pub epoch: Epoch,
    /// Highest sequence that has a frame.
    pub head: u64,
    /// Epoch that this one follows, empty if none.
    pub previous_epoch: Vec<u8>,
    /// Last sequence of that epoch with an answer.
    pub previous_answered: u64,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentItem {
    /// What identifies it.
    pub name: String,
    /// Signed item.
    pub item: Vec<u8>,
    /// When it was queued, by the sender's clock.
    pub queued_at_ms: i64,
    /// Its sequence, once it has a frame.
    pub sequence: Option<u64>,
    /// 1 accepted, 2 refused; nothing while it waits.
    pub outcome: Option<u32>,
    /// Code of a refusal.
    pub code: String,
    /// Sentence of a refusal.
    pub reason: String,
    /// When it was answered, by the hub's clock.
    pub answered_at_ms: Option<i64>,
}

/// An answer with its proof, checked against the parent's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenAnswer {
    /// Epoch of the frame.
    pub epoch: Epoch,
    /// Lane of the frame.
    pub lane: Lane,
    /// Sequence of the frame.
    pub sequence: u64,
    /// Tagged digest of the frame.
    pub frame: Vec<u8>,
    /// 1 accepted, 2 refused.
    pub outcome: u32,
    /// Code of a refusal.
    pub code: String,
    /// Sentence of a refusal.
    pub reason: String,
    /// By the hub's clock.
    pub answered_at_ms: i64,
    /// The answer's bytes.
    pub body: Vec<u8>,
    /// Its Merkle path.
    pub path: Vec<u8>,
    /// Tagged root of its batch.
    pub root: Vec<u8>,
    /// Tagged signature over the root.
    pub signature: Vec<u8>,
}

/// How much waits in a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Items without an answer.
    pub waiting: u64,
    /// Highest sequence that has a frame.
    pub head: u64,
    /// Highest sequence that was answered, without gaps below it.
    pub answered: u64,
    /// Items that were refused.
    pub refused: u64,
}

/// Queues a signed item; queuing the same name again changes nothing and says so.
///
/// # Errors
/// The store cannot be written.
pub fn enqueue(
    tx: &Tx<'_>,
    lane: Lane,
    name: &str,
    item: &[u8],
    now_ms: i64,
) -> Result<bool, SqlError> {
    let queued = tx.execute(
        "insert into outbox_item (lane, name, item, queued_at_ms) values ($1, $2, $3, $4)
         on conflict (name) do nothing",
        params![number(lane), name, item, now_ms],
    )?;
    Ok(queued > 0)
}

/// The latest sending of an item, and how often it was queued.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, name: &str) -> Result<Option<(SentItem, u32)>, SqlError> {
    let mut latest = None;
    for times in 1..=SENDINGS_MAX {
        match find(tx, &sending(name, times))? {
            Some(sent) => latest = Some((sent, times)),
            None => break,
        }
    }
    Ok(latest)
}

/// Queues the bytes of an item once more, where its latest sending was answered and was queued
/// longer ago than `wait_ms` says for so many sendings. What was sent keeps its frame and answer.
/// Says whether it was queued.
///
/// # Errors
/// The store cannot be read or written.
pub fn send_again(
    tx: &Tx<'_>,
    (lane, name): (Lane, &str),
    wait_ms: impl Fn(&SentItem, u32) -> i64,
    now_ms: i64,
) -> Result<bool, SqlError> {
    send_again_as(tx, (lane, name), <[u8]>::to_vec, (wait_ms, now_ms))
}

/// As [`send_again`]; `wrap` makes of the bytes of the latest sending those of the next one, as
/// where the certificate that they were signed under has ended.
///
/// # Errors
/// The store cannot be read or written.
pub fn send_again_as(
    tx: &Tx<'_>,
    (lane, name): (Lane, &str),
    wrap: impl FnOnce(&[u8]) -> Vec<u8>,
    (wait_ms, now_ms): (impl Fn(&SentItem, u32) -> i64, i64),
) -> Result<bool, SqlError> {
    let Some((sent, times)) = latest(tx, name)? else { return Ok(false) };
    let is_due = now_ms.saturating_sub(sent.queued_at_ms) >= wait_ms(&sent, times);
    if sent.outcome.is_none() || times >= SENDINGS_MAX || !is_due {
        return Ok(false);
    }
    enqueue(tx, lane, &sending(name, times + 1), &wrap(&sent.item), now_ms)
}

/// Most sendings of one item: with a week between them, the school year and more.
const SENDINGS_MAX: u32 = 60;

/// Between the name of an item and which sending it is.
const AGAIN: &str = " again ";

/// The name of the n-th sending of an item; no name of an item ends like this.
fn sending(name: &str, times: u32) -> String {
    if times <= 1 { name.to_owned() } else { format!("{name}{AGAIN}{times}") }
}

/// Takes every sending of an item back that never had a frame; one that may have left is not
/// touched, also where a new epoch took its frame away. Says whether any was taken back.
///
/// # Errors
/// The store cannot be written.
pub fn take_back(tx: &Tx<'_>, name: &str) -> Result<bool, SqlError> {
    let (front, end) = (format!("{name}{AGAIN}"), format!("{name}{AGAIN}\u{10ffff}"));
    let taken = tx.execute(
        "delete from outbox_item
         where (name = $1 or (name >= $2 and name < $3)) and framed = 0",
        params![name, &front, &end],
    )?;
    Ok(taken > 0)
}

/// The lane's current epoch; begins the first one where there is none.
///
/// # Errors
/// The store cannot be read or written.
pub fn lane_head(tx: &Tx<'_>, lane: Lane, now_ms: i64) -> Result<LaneHead, SqlError> {
    if let Some(head) = find_head(tx, lane)? {
        return Ok(head);
    }
    begin_epoch(tx, lane, now_ms)
}

fn find_head(tx: &Tx<'_>, lane: Lane) -> Result<Option<LaneHead>, SqlError> {
    tx.query_opt(
        "select epoch, head, previous_epoch, previous_answered from outbox_epoch where lane = $1",
        params![number(lane)],
        |row| {
            Ok(LaneHead {
                epoch: row.array(0)?,
                head: row.u64(1)?,
                previous_epoch: row.blob(2)?,
                previous_answered: row.u64(3)?,
            })
        },
    )
}

/// Begins a new epoch, as a node does that was restored from a backup: it names the last answer
/// that is known here, and what has no answer gets a new frame.
///
/// # Errors
/// The store cannot be read or written.
pub fn begin_epoch(tx: &Tx<'_>, lane: Lane, now_ms: i64) -> Result<LaneHead, SqlError> {
    let last = find_head(tx, lane)?;
    let (previous_epoch, previous_answered) = match last {
        None => (Vec::new(), 0),
        Some(last) => (last.epoch.to_vec(), answered(tx, lane, &last.epoch)?),
    };
    let (epoch, no_frame): (Epoch, Vec<u8>) = (random_bytes(), Vec::new());
    tx.execute(
        "update outbox_item set epoch = null, sequence = null, previous = null, frame = null
         where lane = $1 and outcome is null",
        params![number(lane)],
    )?;
    tx.execute(
        "insert into outbox_epoch (lane, epoch, head, last_frame, previous_epoch,
                                   previous_answered, started_at_ms)
         values ($1, $2, 0, $6, $3, $4, $5)
         on conflict (lane) do update set epoch = excluded.epoch, head = 0,
             last_frame = excluded.last_frame,
             previous_epoch = excluded.previous_epoch,
             previous_answered = excluded.previous_answered,
             started_at_ms = excluded.started_at_ms",
        params![number(lane), &epoch, &previous_epoch, previous_answered, now_ms, &no_frame],
    )?;
    Ok(LaneHead { epoch, head: 0, previous_epoch, previous_answered })
}

/// Frames from a sequence on, at most `limit`; items without a frame get one.
///
/// # Errors
/// The store cannot be read or written.
pub fn frames_from(
    tx: &Tx<'_>,
    lane: Lane,
    from: u64,
    limit: u32,
    now_ms: i64,
) -> Result<Vec<ReadyFrame>, SqlError> {
    let head = lane_head(tx, lane, now_ms)?;
    let mut frames = built(tx, lane, &head.epoch, from, limit)?;
    let room = limit.saturating_sub(u32::try_from(frames.len()).unwrap_or(limit));
    if room > 0 {
        frames.extend(frame_new(tx, lane, &head, room)?);
    }
    Ok(frames)
}

/// As [`frames_from`], for a reader: says where something is to be written first.
///
/// # Errors
/// The store cannot be read.
pub fn built_from(tx: &Tx<'_>, lane: Lane, from: u64, limit: u32) -> Result<Ready, SqlError> {
    let Some(head) = find_head(tx, lane)? else {
        return Ok(Ready::ToBuild);
    };
    let frames = built(tx, lane, &head.epoch, from, limit)?;
    let is_full = frames.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let waits = tx.query_opt(
        "select 1 from outbox_item where lane = $1 and outcome is null and epoch is null limit 1",
        params![number(lane)],
        |row| row.i64(0),
    )?;
    Ok(if is_full || waits.is_none() { Ready::All(frames) } else { Ready::ToBuild })
}

fn built(
    tx: &Tx<'_>,
    lane: Lane,
    epoch: &Epoch,
    from: u64,
    limit: u32,
) -> Result<Vec<ReadyFrame>, SqlError> {
    tx.query(
        "select sequence, previous, item from outbox_item
         where lane = $1 and epoch = $2 and sequence >= $3 order by sequence limit $4",
        params![number(lane), epoch, from, limit],
        |row| {
            let sequence = row.u64(0)?;
            let bytes = encode_frame(epoch, lane, sequence, row.bytes(1)?, row.bytes(2)?);
            Ok(ReadyFrame { sequence, bytes })
        },
    )
}

fn frame_new(
    tx: &Tx<'_>,
    lane: Lane,
    head: &LaneHead,
    limit: u32,
) -> Result<Vec<ReadyFrame>, SqlError> {
    let waiting = tx.query(
        "select id, item from outbox_item
         where lane = $1 and outcome is null and epoch is null order by id limit $2",
        params![number(lane), limit],
        |row| Ok((row.i64(0)?, row.blob(1)?)),
    )?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let mut previous = tx
        .query_opt(
            "select last_frame from outbox_epoch where lane = $1",
            params![number(lane)],
            |row| row.blob(0),
        )?
        .unwrap_or_default();
    let mut sequence = head.head;
    let mut frames = Vec::with_capacity(waiting.len());
    for (id, item) in waiting {
        sequence += 1;
        let bytes = encode_frame(&head.epoch, lane, sequence, &previous, &item);
        let digest = sha256(&bytes).to_tagged();
        tx.execute(
            "update outbox_item
             set epoch = $2, sequence = $3, previous = $4, frame = $5, framed = 1
             where id = $1",
            params![id, &head.epoch, sequence, &previous, &digest],
        )?;
        previous = digest;
        frames.push(ReadyFrame { sequence, bytes });
    }
    tx.execute(
        "update outbox_epoch set head = $2, last_frame = $3 where lane = $1",
        params![number(lane), sequence, &previous],
    )?;
    Ok(frames)
}

/// Keeps an answer with its item. The first answer is final: a later one changes nothing.
///
/// Says whether the frame is one of ours: an answer about other bytes is never taken over.
///
/// # Errors
/// The store cannot be written.
pub fn record_answer(tx: &Tx<'_>, answer: &ProvenAnswer) -> Result<bool, SqlError> {
    let known = tx.execute(
        "update outbox_item set outcome = $5, code = $6, reason = $7, answered_at_ms = $8,
                answer = $9, path = $10, root = $11, signature = $12
         where lane = $1 and epoch = $2 and sequence = $3 and frame = $4 and outcome is null",
        params![
            number(answer.lane),
            &answer.epoch,
            answer.sequence,
            &answer.frame,
            answer.outcome,
            &answer.code,
            &answer.reason,
            answer.answered_at_ms,
            &answer.body,
            &answer.path,
            &answer.root,
            &answer.signature,
        ],
    )?;
    if known > 0 {
        return Ok(true);
    }
    let ours = frame_digest(tx, answer.lane, &answer.epoch, answer.sequence)?;
    Ok(ours.is_some_and(|digest| digest == answer.frame))
}

/// Digest of the frame that an item got under a sequence of an epoch.
///
/// # Errors
/// The store cannot be read.
pub fn frame_digest(
    tx: &Tx<'_>,
    lane: Lane,
    epoch: &Epoch,
    sequence: u64,
) -> Result<Option<Vec<u8>>, SqlError> {
    tx.query_opt(
        "select frame from outbox_item where lane = $1 and epoch = $2 and sequence = $3",
        params![number(lane), epoch, sequence],
        |row| row.blob(0),
    )
}

/// First sequence of the current epoch that has a frame and no answer, if there is one.
///
/// # Errors
/// The store cannot be read.
pub fn first_open(tx: &Tx<'_>, lane: Lane, epoch: &Epoch) -> Result<Option<u64>, SqlError> {
    let open = tx.query_opt(
        "select min(sequence) from outbox_item
         where lane = $1 and epoch = $2 and outcome is null",
        params![number(lane), epoch],
        |row| row.opt_i64(0),
    )?;
    Ok(open.flatten().map(i64::unsigned_abs))
}

/// How much waits in a lane.
///
/// # Errors
/// The store cannot be read.
pub fn backlog(tx: &Tx<'_>, lane: Lane) -> Result<Backlog, SqlError> {
    let count = |sql: &str| -> Result<u64, SqlError> {
        Ok(tx.query_opt(sql, params![number(lane)], |row| row.u64(0))?.unwrap_or(0))
    };
    let head = find_head(tx, lane)?;
    let answered = match &head {
        Some(head) => answered(tx, lane, &head.epoch)?,
        None => 0,
    };
    Ok(Backlog {
        waiting: count("select count(*) from outbox_item where lane = $1 and outcome is null")?,
        head: head.map_or(0, |head| head.head),
        answered,
        refused: count("select count(*) from outbox_item where lane = $1 and outcome = 2")?,
    })
}

/// Highest sequence of an epoch below which everything is answered.
fn answered(tx: &Tx<'_>, lane: Lane, epoch: &Epoch) -> Result<u64, SqlError> {
    if let Some(open) = first_open(tx, lane, epoch)? {
        return Ok(open.saturating_sub(1));
    }
    let last = tx.query_opt(
        "select max(sequence) from outbox_item where lane = $1 and epoch = $2",
        params![number(lane), epoch],
        |row| row.opt_i64(0),
    )?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs))
}

const SENT: &str = "select name, item, queued_at_ms, sequence, outcome, code, reason,
    answered_at_ms from outbox_item";

fn read_sent(row: &Row<'_, '_>) -> Result<SentItem, SqlError> {
    Ok(SentItem {
        name: row.text(0)?,
        item: row.blob(1)?,
        queued_at_ms: row.i64(2)?,
        sequence: row.opt_i64(3)?.map(i64::unsigned_abs),
        outcome: row.opt_i64(4)?.and_then(|outcome| u32::try_from(outcome).ok()),
        code: row.opt_text(5)?.unwrap_or_default(),
        reason: row.opt_text(6)?.unwrap_or_default(),
        answered_at_ms: row.opt_i64(7)?,
    })
}

/// Items of a lane, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn sent(tx: &Tx<'_>, lane: Lane, limit: u32) -> Result<Vec<SentItem>, SqlError> {
    let sql = format!("{SENT} where lane = $1 order by id desc limit $2");
    tx.query(&sql, params![number(lane), limit], read_sent)
}

/// One item.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, name: &str) -> Result<Option<SentItem>, SqlError> {
    tx.query_opt(&format!("{SENT} where name = $1"), params![name], read_sent)
}

/// Names of items, by their first sending, whose names begin so and whose latest sending was
/// refused with a code; those that were queued longest ago come first.
///
/// # Errors
/// The store cannot be read.
pub fn refused_with(
    tx: &Tx<'_>,
    (front, code): (&str, &str),
    limit: u32,
) -> Result<Vec<String>, SqlError> {
    let end = format!("{front}\u{10ffff}");
    let sent = tx.query(
        "select name, queued_at_ms, coalesce(outcome, 0), coalesce(code, '') from outbox_item
         where name >= $1 and name < $2 order by id",
        params![front, &end],
        |row| Ok((row.text(0)?, row.i64(1)?, row.i64(2)? == 2 && row.str(3)? == code)),
    )?;
    // The latest sending of each item stands for it.
    let mut latest = BTreeMap::new();
    for (place, (name, queued_at_ms, is_refused)) in sent.into_iter().enumerate() {
        let first = name.split_once(AGAIN).map_or(name.as_str(), |(first, _)| first).to_owned();
        latest.insert(first, (is_refused, queued_at_ms, place));
    }
    let refused = latest.into_iter().filter(|(_, (is_refused, ..))| *is_refused);
    let mut refused: Vec<_> = refused.collect();
    refused.sort_by_key(|(_, (_, queued_at_ms, place))| (*queued_at_ms, *place));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(refused.into_iter().take(limit).map(|(first, _)| first).collect())
}

/// Forgets items that were answered, whose names begin so and which were queued before an instant.
/// The last frame of each epoch stays: by it a hub and its member agree where the lane stands.
///
/// # Errors
/// The store cannot be written.
pub fn forget_answered(tx: &Tx<'_>, front: &str, before_ms: i64) -> Result<usize, SqlError> {
    // Text behind the front's last byte and before the next one is what begins with it.
    let end: String = format!("{front}\u{10ffff}");
    tx.execute(
        "delete from outbox_item
         where name >= $1 and name < $2 and outcome is not null and queued_at_ms < $3
             and id not in (select o.id from outbox_item o
                            join (select lane, epoch, max(sequence) as sequence from outbox_item
                                  where epoch is not null group by lane, epoch) as last
                            on o.lane = last.lane and o.epoch = last.epoch
                                and o.sequence = last.sequence)",
        params![front, &end, before_ms],
    )
}

/// Remembers a certificate of the parent, so that its answers can be checked for ever.
///
/// # Errors
/// The store cannot be written.
pub fn note_parent_key(
    tx: &Tx<'_>,
    key_id: &[u8; 32],
    certificate: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into parent_key (key_id, certificate, seen_at_ms) values ($1, $2, $3)
         on conflict do nothing",
        params![key_id, certificate, now_ms],
    )?;
    Ok(())
}

/// The certificate that the parent showed for a key.
///
/// # Errors
/// The store cannot be read.
pub fn parent_certificate(tx: &Tx<'_>, key_id: &[u8; 32]) -> Result<Option<Vec<u8>>, SqlError> {
    tx.query_opt("select certificate from parent_key where key_id = $1", params![key_id], |row| {
        row.blob(0)
    })
}

const fn number(lane: Lane) -> i64 {
    lane as i64
}

#[cfg(test)]
mod tests;
