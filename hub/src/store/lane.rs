//! Lanes of members: which sequence is next, and the answers that were given.
//!
//! An answer is kept by its outcome and its place in a batch; its body and Merkle path are built
//! again from the batch, so that a replay returns the same bytes at a tenth of the space. What was
//! signed for a batch lies with its first answer.
//!
//! Answers lie in the order of signing, so that a push writes one page for its answer. Which of
//! them are a lane's is kept with the lane for the latest ones and, sixteen at a time, in a table
//! of its own for the others: only who asks again looks there.

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
    /// Sequences whose answers are kept, from the first one on.
    kept: u64,
    /// Ids of the latest of these answers, in order: those that have no row of places yet.
    recent: Vec<i64>,
}

/// Answers of a lane whose ids share a row.
const PLACES: usize = 16;

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
        "select id, next_sequence, last_frame, ended, recent_answers from lane_epoch
         where member = $1 and lane = $2 and epoch = $3",
        params![member, i64::from(lane), epoch],
        |row| {
            Ok(LaneEpoch {
                id: row.i64(0)?,
                next_sequence: row.u64(1)?,
                last_frame: row.blob(2)?,
                ended: row.bool(3)?,
                kept: row.u64(1)?.saturating_sub(1),
                recent: read_ids(row.str(4)?)?,
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
    let no_frame: Vec<u8> = Vec::new();
    tx.execute(
        "insert into lane_epoch (member, lane, epoch, next_sequence, last_frame, ended,
                                 started_at_ms)
         values ($1, $2, $3, 1, $5, 0, $4)",
        params![member, i64::from(lane), epoch, now_ms, &no_frame],
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

/// Moves a lane on after its answers were kept.
///
/// # Errors
/// The store cannot be written.
pub fn advance(tx: &Tx<'_>, lane: &mut LaneEpoch) -> Result<(), SqlError> {
    while lane.recent.len() >= PLACES {
        let rest = lane.recent.split_off(PLACES);
        let ids = std::mem::replace(&mut lane.recent, rest);
        let after = lane.kept - (ids.len() + lane.recent.len()) as u64;
        tx.execute(
            "insert into answer_place (lane_epoch, first_sequence, ids) values ($1, $2, $3)",
            params![lane.id, after + 1, &written_ids(&ids)],
        )?;
    }
    tx.execute(
        "update lane_epoch set next_sequence = $2, last_frame = $3, recent_answers = $4
         where id = $1",
        params![lane.id, lane.next_sequence, &lane.last_frame, &written_ids(&lane.recent)],
    )?;
    Ok(())
}

fn written_ids(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(" ")
}

fn read_ids(text: &str) -> Result<Vec<i64>, SqlError> {
    text.split_terminator(' ').map(|id| id.parse().map_err(|_| SqlError::Type)).collect()
}

/// The id that the next answer gets. Ids grow without gaps, because answers are never deleted.
///
/// # Errors
/// The store cannot be read.
pub fn next_answer(tx: &Tx<'_>) -> Result<i64, SqlError> {
    let last = tx.query_opt("select max(id) from answer", &[], |row| row.opt_i64(0))?;
    Ok(last.flatten().unwrap_or(0) + 1)
}

/// Keeps the answer to a lane's next sequence under its id, and with the first answer of a batch
/// what was signed for it.
///
/// # Errors
/// The id is taken, or the store cannot be written.
pub fn insert_answer(
    tx: &Tx<'_>,
    lane: &mut LaneEpoch,
    answer: &StoredAnswer,
    batch: &StoredBatch,
) -> Result<(), SqlError> {
    let batch = Some(batch).filter(|batch| batch.first == answer.id);
    tx.execute(
        "insert into answer (id, lane_epoch, sequence, frame, outcome, code, reason, root,
                             signature, answered_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            answer.id,
            lane.id,
            answer.sequence,
            &answer.frame,
            answer.outcome,
            &answer.code,
            &answer.reason,
            batch.map(|batch| &batch.root),
            batch.map(|batch| &batch.signature),
            batch.map(|_| answer.answered_at_ms),
        ],
    )?;
    lane.kept += 1;
    lane.recent.push(answer.id);
    Ok(())
}

const ANSWER: &str = "select e.member, e.epoch, e.lane, a.sequence, a.frame, a.outcome, a.code,
        a.reason, a.id, (select b.answered_at_ms from answer b
                         where b.id <= a.id and b.root is not null order by b.id desc limit 1)
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

/// The answer to one frame of a lane.
///
/// # Errors
/// The store cannot be read.
pub fn answer(
    tx: &Tx<'_>,
    lane: &LaneEpoch,
    sequence: u64,
) -> Result<Option<StoredAnswer>, SqlError> {
    let Some(id) = answer_id(tx, lane, sequence)? else { return Ok(None) };
    let found = tx.query_opt(&format!("{ANSWER} where a.id = $1"), params![id], read)?;
    match found {
        Some(answer) if answer.sequence == sequence => Ok(Some(answer)),
        _ => Err(SqlError::Type),
    }
}

fn answer_id(tx: &Tx<'_>, lane: &LaneEpoch, sequence: u64) -> Result<Option<i64>, SqlError> {
    if sequence == 0 || sequence > lane.kept {
        return Ok(None);
    }
    let in_rows = lane.kept - lane.recent.len() as u64;
    if let Some(place) = sequence.checked_sub(in_rows + 1) {
        let place = usize::try_from(place).map_err(|_| SqlError::Type)?;
        return Ok(lane.recent.get(place).copied());
    }
    let place = (sequence - 1) % PLACES as u64;
    let ids = tx.query_opt(
        "select ids from answer_place where lane_epoch = $1 and first_sequence = $2",
        params![lane.id, sequence - place],
        |row| read_ids(row.str(0)?),
    )?;
    let place = usize::try_from(place).map_err(|_| SqlError::Type)?;
    let id = ids.and_then(|ids| ids.get(place).copied());
    id.map(Some).ok_or(SqlError::Type)
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
        "select id, root, signature from answer
         where id <= $1 and root is not null order by id desc limit 1",
        params![answer],
        |row| Ok(StoredBatch { first: row.i64(0)?, root: row.blob(1)?, signature: row.blob(2)? }),
    )?;
    let Some(batch) = batch else {
        return Ok(None);
    };
    let next = tx.query_opt(
        "select id from answer where id > $1 and root is not null order by id limit 1",
        params![batch.first],
        |row| row.i64(0),
    )?;
    let sql = format!("{ANSWER} where a.id >= $1 and a.id < $2 order by a.id");
    let answers = tx.query(&sql, params![batch.first, next.unwrap_or(i64::MAX)], read)?;
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

#[cfg(test)]
mod tests;
