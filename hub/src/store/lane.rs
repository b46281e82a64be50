//! Lanes of members: which sequence is next, and the answers that were given.
//!
//! An answer is kept by its outcome and its place in a batch; its body and Merkle path are built
//! again from the batch, so that a replay returns the same bytes at a tenth of the space.

use proto::frame::Epoch;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// Where a member's lane stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneEpoch {
    /// Row id, for answers.
    pub id: i64,
    /// First sequence without an answer.
    pub next_sequence: u64,
    /// Tagged digest of the last answered frame; empty at the start.
    pub last_frame: Vec<u8>,
    /// Whether a later epoch has begun.
    pub ended: bool,
}

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Member that it answers.
    pub member: String,
    /// Epoch of the frame.
    pub epoch: Vec<u8>,
    /// Lane number.
    pub lane: u32,
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
    /// Batch that holds it.
    pub batch: i64,
    /// Place in the batch.
    pub position: u32,
}

/// What is signed for a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// Tagged Merkle root.
    pub root: Vec<u8>,
    /// Tagged signature.
    pub signature: Vec<u8>,
}

/// Finds a lane's epoch.
///
/// # Errors
/// The store cannot be read.
pub fn find(
    tx: &Tx<'_>,
    member: &str,
    lane: i32,
    epoch: &Epoch,
) -> Result<Option<LaneEpoch>, SqlError> {
    tx.query_opt(
        "select id, next_sequence, last_frame, ended from lane_epoch
         where member = $1 and lane = $2 and epoch = $3",
        params![member, i64::from(lane), epoch],
        |row| {
            Ok(LaneEpoch {
                id: row.i64(0)?,
                next_sequence: row.u64(1)?,
                last_frame: row.blob(2)?,
                ended: row.bool(3)?,
            })
        },
    )
}

/// Begins an epoch and ends all earlier ones of the lane.
///
/// # Errors
/// The epoch exists, or the store cannot be written.
pub fn begin(
    tx: &Tx<'_>,
    member: &str,
    lane: i32,
    epoch: &Epoch,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "update lane_epoch set ended = 1 where member = $1 and lane = $2",
        params![member, i64::from(lane)],
    )?;
    tx.execute(
        "insert into lane_epoch (member, lane, epoch, next_sequence, last_frame, ended,
                                 started_at_ms)
         values ($1, $2, $3, 1, x'', 0, $4)",
        params![member, i64::from(lane), epoch, now_ms],
    )?;
    Ok(())
}

/// Highest sequence that was answered in the lane's latest epochs, and that epoch.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, member: &str, lane: i32) -> Result<Option<(Vec<u8>, u64)>, SqlError> {
    tx.query_opt(
        "select epoch, next_sequence from lane_epoch
         where member = $1 and lane = $2 and ended = 0",
        params![member, i64::from(lane)],
        |row| Ok((row.blob(0)?, row.u64(1)?)),
    )
}

/// Moves a lane on after frames were answered.
///
/// # Errors
/// The store cannot be written.
pub fn advance(
    tx: &Tx<'_>,
    id: i64,
    next_sequence: u64,
    last_frame: &[u8],
) -> Result<(), SqlError> {
    tx.execute(
        "update lane_epoch set next_sequence = $2, last_frame = $3 where id = $1",
        params![id, next_sequence, last_frame],
    )?;
    Ok(())
}

/// Keeps what was signed for a batch and returns its row id.
///
/// # Errors
/// The store cannot be written.
pub fn insert_batch(tx: &Tx<'_>, batch: &StoredBatch) -> Result<i64, SqlError> {
    tx.query_opt(
        "insert into answer_batch (root, signature) values ($1, $2) returning id",
        params![&batch.root, &batch.signature],
        |row| row.i64(0),
    )?
    .ok_or(SqlError::Type)
}

/// Keeps an answer.
///
/// # Errors
/// The sequence was answered before, or the store cannot be written.
pub fn insert_answer(tx: &Tx<'_>, lane_epoch: i64, answer: &StoredAnswer) -> Result<(), SqlError> {
    tx.execute(
        "insert into answer (lane_epoch, sequence, frame, outcome, code, reason, answered_at_ms,
                             batch, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            lane_epoch,
            answer.sequence,
            &answer.frame,
            answer.outcome,
            &answer.code,
            &answer.reason,
            answer.answered_at_ms,
            answer.batch,
            answer.position,
        ],
    )?;
    Ok(())
}

const ANSWER: &str = "select e.member, e.epoch, e.lane, a.sequence, a.frame, a.outcome, a.code,
        a.reason, a.answered_at_ms, a.batch, a.position
    from answer a join lane_epoch e on e.id = a.lane_epoch";

fn read(row: &Row<'_, '_>) -> Result<StoredAnswer, SqlError> {
    Ok(StoredAnswer {
        member: row.text(0)?,
        epoch: row.blob(1)?,
        lane: row.u32(2)?,
        sequence: row.u64(3)?,
        frame: row.blob(4)?,
        outcome: row.u32(5)?,
        code: row.text(6)?,
        reason: row.text(7)?,
        answered_at_ms: row.i64(8)?,
        batch: row.i64(9)?,
        position: row.u32(10)?,
    })
}

/// The answer to one frame.
///
/// # Errors
/// The store cannot be read.
pub fn answer(
    tx: &Tx<'_>,
    lane_epoch: i64,
    sequence: u64,
) -> Result<Option<StoredAnswer>, SqlError> {
    let sql = format!("{ANSWER} where a.lane_epoch = $1 and a.sequence = $2");
    tx.query_opt(&sql, params![lane_epoch, sequence], read)
}

/// All answers of a batch in order, and what was signed for it.
///
/// # Errors
/// The store cannot be read.
pub fn batch(tx: &Tx<'_>, id: i64) -> Result<Option<(StoredBatch, Vec<StoredAnswer>)>, SqlError> {
    let signed = tx.query_opt(
        "select root, signature from answer_batch where id = $1",
        params![id],
        |row| Ok(StoredBatch { root: row.blob(0)?, signature: row.blob(1)? }),
    )?;
    let Some(signed) = signed else {
        return Ok(None);
    };
    let answers =
        tx.query(&format!("{ANSWER} where a.batch = $1 order by a.position"), params![id], read)?;
    Ok(Some((signed, answers)))
}

/// Frames that are kept for one member; a flood of them must not fill the disk.
const QUARANTINE_MAX: u64 = 100;

/// Keeps a frame that contradicts an answered one: the first of each sequence, and not more than
/// a hundred of a member.
///
/// # Errors
/// The store cannot be written.
pub fn quarantine(
    tx: &Tx<'_>,
    answered: &StoredAnswer,
    frame: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    let kept = tx.query_opt(
        "select count(*) from quarantine where member = $1",
        params![&answered.member],
        |row| row.u64(0),
    )?;
    if kept.unwrap_or(0) >= QUARANTINE_MAX {
        return Ok(());
    }
    tx.execute(
        "insert into quarantine (member, lane, epoch, sequence, frame, arrived_at_ms)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![
            &answered.member,
            answered.lane,
            &answered.epoch,
            answered.sequence,
            frame,
            now_ms,
        ],
    )?;
    Ok(())
}
