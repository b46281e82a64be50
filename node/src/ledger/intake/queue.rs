//! Letters that wait for their slot, and the statements of whom they are sealed to.

use certs::statement::{Purpose, SignedStatement};
use domain::referral::slot::{Rank, Waiting};
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::strange;
use super::Worker;

/// A letter that waits.
pub type QueuedLetter = Waiting<i64>;

/// Whose key a statement is about, and since when.
pub struct StatedKeyOf<'a> {
    /// The unit.
    pub unit: &'a UnitId,
    /// What for.
    pub purpose: Purpose,
    /// When the statement begins.
    pub valid_from_ms: i64,
}

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

/// Keeps a statement that held when somebody entered it; the same again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn know(
    tx: &Tx<'_>,
    worker: &Worker,
    (of, signed): (&StatedKeyOf<'_>, &SignedStatement),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into intake_statement (unit, purpose, valid_from_ms, statement, known_at_ms,
             known_by)
         values ($1, $2, $3, $4, $5, $6) on conflict (unit, purpose, valid_from_ms) do nothing",
        params![
            of.unit.as_str(),
            of.purpose.as_str(),
            of.valid_from_ms,
            &signed.to_pem(),
            worker.now().0,
            worker.account(),
        ],
    )?;
    Ok(())
}

/// The statement of a unit for a purpose that begins last, of those that have begun.
///
/// # Errors
/// The store cannot be read.
pub fn statement(
    tx: &Tx<'_>,
    (unit, purpose): (&UnitId, Purpose),
    now_ms: i64,
) -> Result<Option<SignedStatement>, SqlError> {
    let found = tx.query_opt(
        "select statement from intake_statement
         where unit = $1 and purpose = $2 and valid_from_ms <= $3
         order by valid_from_ms desc limit 1",
        params![unit.as_str(), purpose.as_str(), now_ms],
        |row| row.text(0),
    )?;
    found.map(|pem| strange(SignedStatement::from_pem(pem.as_bytes()).ok())).transpose()
}
