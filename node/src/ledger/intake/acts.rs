//! What was done about an envelope, and which of it waits to be sealed for the school.

use domain::ledger::Word as _;
use domain::referral::Event;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::super::entry::Moment;
use super::super::strange;

/// The word of the answer to a withdrawal, which is no act of the course.
pub const REVOCATION_DONE: &str = "revocation_done";

/// How long what was sealed is on its way before it is said again.
const AGAIN_MS: i64 = 3_600_000;

/// An act as it is written.
pub struct NewAct<'a> {
    /// About which envelope.
    pub intake: i64,
    /// Its number; 0 for the answer to a withdrawal.
    pub number: u32,
    /// What happened; nothing for the answer to a withdrawal.
    pub event: Option<Event>,
    /// Who; empty where the programme did it.
    pub account: &'a str,
    /// When.
    pub at: Moment,
    /// Day that was agreed.
    pub agreed: Option<Date>,
    /// The answer.
    pub said: &'a [u8],
}

/// An act as it is kept.
#[derive(Clone)]
pub struct Done {
    /// Its place among all acts.
    pub id: i64,
    /// About which envelope.
    pub intake: i64,
    /// Its number; 0 for the answer to a withdrawal.
    pub number: u32,
    /// What happened; nothing for the answer to a withdrawal.
    pub event: Option<Event>,
    /// Who; empty where the programme did it.
    pub account: String,
    /// When.
    pub at: Moment,
    /// Day that was agreed.
    pub agreed: Option<Date>,
    /// The answer, until it is erased.
    pub said: Option<Vec<u8>>,
    /// When it was sealed for the school.
    pub sealed_at: Option<Moment>,
}

const COLUMNS: &str = "select id, intake, number, event, account, at_ms, agreed, said, sealed_at_ms
     from intake_act";

/// Writes an act.
///
/// # Errors
/// The store cannot be written, or the number is taken.
pub fn add(tx: &Tx<'_>, new: &NewAct<'_>) -> Result<(), SqlError> {
    let agreed = new.agreed.map(|day| day.to_string());
    tx.execute(
        "insert into intake_act (intake, number, event, account, at_ms, agreed, said)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![
            new.intake,
            new.number,
            new.event.map_or(REVOCATION_DONE, |event| event.as_str()),
            new.account,
            new.at.0,
            agreed.as_deref(),
            new.said,
        ],
    )?;
    Ok(())
}

/// The acts about an envelope, in their order; the answer to a withdrawal last.
///
/// # Errors
/// The store cannot be read.
pub fn done(tx: &Tx<'_>, intake: i64) -> Result<Vec<Done>, SqlError> {
    tx.query(&format!("{COLUMNS} where intake = $1 order by id"), params![intake], read)
}

/// The first act after a place that waits to be sealed for the school and still says something.
///
/// # Errors
/// The store cannot be read.
pub fn first_unsealed(tx: &Tx<'_>, after: i64) -> Result<Option<Done>, SqlError> {
    let sql = format!(
        "{COLUMNS} where sealed_at_ms is null and said is not null and id > $1
         order by id limit 1"
    );
    tx.query_opt(&sql, params![after], read)
}

/// Notes that an act was sealed for the school; what it said goes with what it is about. Says
/// whether it was not sealed before: two that look at once seal it once.
///
/// # Errors
/// The store cannot be written.
pub fn sealed(tx: &Tx<'_>, act: i64, now_ms: i64) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update intake_act set sealed_at_ms = $2, said = case when number > 0 and exists
             (select 1 from intake i where i.id = intake_act.intake and i.content is null)
             then null else said end
         where id = $1 and sealed_at_ms is null and said is not null",
        params![act, now_ms],
    )?;
    Ok(noted > 0)
}

/// The number of the next act about an envelope. A house that was put back from a backup does not
/// know which numbers it gave since: it begins a run of numbers anew.
///
/// # Errors
/// The store cannot be read.
pub fn next_number(tx: &Tx<'_>, intake: i64, run: u32) -> Result<u32, SqlError> {
    let last = "select coalesce(max(number), 0) from intake_act where intake = $1";
    let last = tx.query_opt(last, params![intake], |row| row.u32(0))?.unwrap_or(0);
    let first = super::super::letters::times(tx)?.saturating_mul(run).saturating_add(1);
    Ok(last.saturating_add(1).max(first))
}

/// Has what was said about an envelope sealed for its school once more, as far as it still says
/// something: the school was put back from a backup. What was sealed a moment ago is on its way.
///
/// # Errors
/// The store cannot be written.
pub fn say_again(tx: &Tx<'_>, intake: i64, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update intake_act set sealed_at_ms = null
         where intake = $1 and said is not null and sealed_at_ms < $2",
        params![intake, now_ms.saturating_sub(AGAIN_MS)],
    )?;
    Ok(())
}

/// Envelopes that were taken back and of which nobody has said yet what is kept.
///
/// # Errors
/// The store cannot be read.
pub fn wants_kept(tx: &Tx<'_>, intake: i64) -> Result<bool, SqlError> {
    let open = "select 1 from intake i where i.id = $1 and i.revoked_at_ms is not null
        and not exists (select 1 from intake_act a where a.intake = i.id and a.number = 0)";
    Ok(tx.query_opt(open, params![intake], |row| row.i64(0))?.is_some())
}

fn read(row: &Row<'_, '_>) -> Result<Done, SqlError> {
    let event = match row.str(3)? {
        REVOCATION_DONE => None,
        word => Some(strange(Event::from_word(word))?),
    };
    let agreed = match row.opt_text(6)? {
        Some(day) => Some(strange(day.parse().ok())?),
        None => None,
    };
    Ok(Done {
        id: row.i64(0)?,
        intake: row.i64(1)?,
        number: row.u32(2)?,
        event,
        account: row.text(4)?,
        at: Moment(row.i64(5)?),
        agreed,
        said: row.opt_blob(7)?,
        sealed_at: row.opt_i64(8)?.map(Moment),
    })
}
