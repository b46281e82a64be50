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
    /// By the hub's clock; the same for a whole batch.
    pub answered_at_ms: i64,
    /// Place in the order of signing; zero until it is kept.
    pub id: i64,
}

/// What is signed for a batch: the answers from its first one up to the next batch's first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// Id of its first answer.
    pub first: i64,
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

/// Epochs of a lane that a member began since an instant.
///
/// # Errors
/// The store cannot be read.
pub fn begun_since(tx: &Tx<'_>, member: &str, lane: i32, since_ms: i64) -> Result<u64, SqlError> {
    let begun = tx.query_opt(
        "select count(*) from lane_epoch where member = $1 and lane = $2 and started_at_ms > $3",
        params![member, i64::from(lane), since_ms],
        |row| row.u64(0),
    )?;
    Ok(begun.unwrap_or(0))
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

/// Keeps what was signed for a batch, after its answers.
///
/// # Errors
/// The store cannot be written.
pub fn insert_batch(tx: &Tx<'_>, batch: &StoredBatch, answered_at_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into answer_batch (first_answer, root, signature, answered_at_ms)
         values ($1, $2, $3, $4)",
        params![batch.first, &batch.root, &batch.signature, answered_at_ms],
    )?;
    Ok(())
}

/// The id that the next answer gets. Ids grow without gaps, because answers are never deleted.
///
/// # Errors
/// The store cannot be read.
pub fn next_answer(tx: &Tx<'_>) -> Result<i64, SqlError> {
    let last = tx.query_opt("select max(id) from answer", &[], |row| row.opt_i64(0))?;
    Ok(last.flatten().unwrap_or(0) + 1)
}

/// Keeps an answer under its id.
///
/// # Errors
/// The sequence was answered before, or the store cannot be written.
pub fn insert_answer(tx: &Tx<'_>, lane_epoch: i64, answer: &StoredAnswer) -> Result<(), SqlError> {
    tx.execute(
        "insert into answer (id, lane_epoch, sequence, frame, outcome, code, reason)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![
            answer.id,
            lane_epoch,
            answer.sequence,
            &answer.frame,
            answer.outcome,
            &answer.code,
            &answer.reason,
        ],
    )?;
    Ok(())
}

const ANSWER: &str = "select e.member, e.epoch, e.lane, a.sequence, a.frame, a.outcome, a.code,
        a.reason, a.id, (select b.answered_at_ms from answer_batch b
                         where b.first_answer <= a.id order by b.first_answer desc limit 1)
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
        id: row.i64(8)?,
        answered_at_ms: row.i64(9)?,
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

/// The batch that holds an answer, with all its answers in order.
///
/// # Errors
/// The store cannot be read.
pub fn batch_of(
    tx: &Tx<'_>,
    answer: i64,
) -> Result<Option<(StoredBatch, Vec<StoredAnswer>)>, SqlError> {
    let batch = tx.query_opt(
        "select first_answer, root, signature from answer_batch
         where first_answer <= $1 order by first_answer desc limit 1",
        params![answer],
        |row| Ok(StoredBatch { first: row.i64(0)?, root: row.blob(1)?, signature: row.blob(2)? }),
    )?;
    let Some(batch) = batch else {
        return Ok(None);
    };
    let next = tx.query_opt(
        "select min(first_answer) from answer_batch where first_answer > $1",
        params![batch.first],
        |row| row.opt_i64(0),
    )?;
    let next = next.flatten().unwrap_or(i64::MAX);
    let sql = format!("{ANSWER} where a.id >= $1 and a.id < $2 order by a.id");
    let answers = tx.query(&sql, params![batch.first, next], read)?;
    Ok(Some((batch, answers)))
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
