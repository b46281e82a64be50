//! Letters that wait for their slot.

use domain::referral::slot::{Rank, Waiting};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::strange;

/// A letter that waits.
pub type QueuedLetter = Waiting<i64>;

/// Letters that are looked at for one slot; whatever waits behind them is no sooner.
const LOOKED_AT: u32 = 500;

const WORDS: [(Rank, &str); 4] = [
    (Rank::Withdrawal, "withdrawal"),
    (Rank::Emergency, "emergency"),
    (Rank::Urgent, "urgent"),
    (Rank::Routine, "routine"),
];

/// Puts a letter behind the others of its rank.
///
/// # Errors
/// The store cannot be written.
pub fn queue(tx: &Tx<'_>, rank: Rank, letter: &[u8], now_ms: i64) -> Result<(), SqlError> {
    let word = WORDS.into_iter().find(|(known, _)| *known == rank).map(|(_, word)| word);
    tx.execute(
        "insert into intake_letter (rank, letter, queued_at_ms) values ($1, $2, $3)",
        params![strange(word)?, letter, now_ms],
    )?;
    Ok(())
}

/// The letters that wait, as the rule of slots reads them.
///
/// # Errors
/// The store cannot be read.
pub fn queued(tx: &Tx<'_>) -> Result<Vec<QueuedLetter>, SqlError> {
    tx.query(
        "select id, rank from intake_letter order by case rank when 'emergency' then 0
             when 'withdrawal' then 1 when 'urgent' then 2 else 3 end, id limit $1",
        params![LOOKED_AT],
        |row| {
            let (id, word) = (row.i64(0)?, row.str(1)?);
            let rank = WORDS.into_iter().find(|(_, known)| *known == word).map(|(rank, _)| rank);
            let queued = u64::try_from(id).map_err(|_| SqlError::Type)?;
            Ok(Waiting { rank: strange(rank)?, turn: 0, queued, id })
        },
    )
}

/// The bytes of a letter that waits.
///
/// # Errors
/// The store cannot be read.
pub fn letter(tx: &Tx<'_>, id: i64) -> Result<Option<Vec<u8>>, SqlError> {
    let of = "select letter from intake_letter where id = $1";
    tx.query_opt(of, params![id], |row| row.blob(0))
}

/// Takes a letter out of the queue; says whether it was there.
///
/// # Errors
/// The store cannot be written.
pub fn take_out(tx: &Tx<'_>, id: i64) -> Result<bool, SqlError> {
    Ok(tx.execute("delete from intake_letter where id = $1", params![id])? > 0)
}
