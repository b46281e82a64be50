//! The queue of letters: each waits for its slot, then lies in the outbox.
//!
//! Of what left a row says that a letter did, and when, and nothing else.
//!
//! What leaves when is decided by [`domain::referral::slot`] from the clock; here it is read and
//! written so, in one transaction. A unit that is offline fills its outbox up to a bound, whatever
//! waits; what waits longer can still be taken back here.

use certs::letter::Letter;
use certs::statement::VerifiedStatement;
use domain::referral::slot::{CROWD, Hop, Leaves, Moment, Rank, Slot, Waiting, leaving};
use jiff::Timestamp;
use proto::wire::sync::Lane;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox::letters as outbox;
use runtime::uplink::{LAST_CONTACT, notes};

/// Name of the note that holds the slot that was filled last.
const SLOT: &str = "letter_slot";

/// Ranks as they are stored, by their place.
const RANKS: [Rank; 4] = [Rank::Withdrawal, Rank::Emergency, Rank::Urgent, Rank::Routine];

/// How long the name of a letter is kept after it left, so that none is queued twice.
const KEPT_MS: i64 = 400 * 24 * 3_600_000;

/// Slots between two looks at names that are forgotten: an hour.
const FORGET_EVERY_SLOTS: i64 = 20;

/// How many letters wait, and since when the oldest does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// How many.
    pub waiting: u64,
    /// When the oldest was queued.
    pub since_ms: Option<i64>,
}

/// To which relay, and when.
pub struct Tick<'a> {
    /// To whom a letter with nothing in it is sealed.
    pub relay: &'a VerifiedStatement,
    /// Now.
    pub now: Timestamp,
}

/// The number that is stored of a rank.
#[must_use]
pub fn number(rank: Rank) -> u32 {
    let place = RANKS.iter().position(|known| *known == rank);
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX)
}

/// Queues a letter by its digest; queuing it again changes nothing and says so.
///
/// # Errors
/// The store cannot be written.
pub fn queue(
    tx: &Tx<'_>,
    name: &str,
    (letter, rank): (&[u8], u32),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let queued = tx.execute(
        "insert into letter_queue (name, rank, letter, queued_at_ms) values ($1, $2, $3, $4)
         on conflict (name) do nothing",
        params![name, rank, letter, now_ms],
    )?;
    Ok(queued > 0)
}

/// Takes letters back that have not left, each with whether it was ever put here; says how many of
/// them have left. One that was put here and of which nothing is known any more counts as left:
/// this file may have been lost or put back since, and whoever holds it must be told.
///
/// One that lies in the outbox without a frame has not left either. A letter with nothing in it
/// takes its place where a relay is known, so that nobody counts one less.
///
/// # Errors
/// The store cannot be read or written, or nothing can be sealed to the relay.
pub fn take_back(
    tx: &Tx<'_>,
    letters: &[(String, bool)],
    relay: Option<&VerifiedStatement>,
) -> Result<usize, SqlError> {
    let mut left = 0;
    for (name, was_queued) in letters {
        let gone = tx.execute(
            "delete from letter_queue where name = $1 and left_at_ms is null",
            params![name],
        )?;
        if gone > 0 || take_out(tx, name, relay)? {
            continue;
        }
        let known = "select 1 from letter_queue where name = $1";
        let is_known = tx.query_opt(known, params![name], |row| row.i64(0))?.is_some();
        left += usize::from(is_known || *was_queued);
    }
    Ok(left)
}

/// Takes a letter out of the outbox that has no frame; says whether it lay there.
fn take_out(tx: &Tx<'_>, name: &str, relay: Option<&VerifiedStatement>) -> Result<bool, SqlError> {
    if !outbox::waits(tx, name)? {
        return Ok(false);
    }
    let empty = relay.map(Letter::dummy).transpose().map_err(|_| SqlError::Type)?;
    let is_out = outbox::take_out(tx, name, empty.as_ref())?;
    match empty {
        // What is noted of what left is that of the letter that will.
        Some(empty) => tx.execute(
            "update letter_queue set name = $2 where name = $1",
            params![name, &empty.digest().to_string()],
        )?,
        None => tx.execute("delete from letter_queue where name = $1", params![name])?,
    };
    Ok(is_out)
}

/// Whether every one of these letters has left: it went out of here, and had a frame since.
///
/// # Errors
/// The store cannot be read.
pub fn have_left(tx: &Tx<'_>, names: &[String]) -> Result<bool, SqlError> {
    for name in names {
        let gone = "select 1 from letter_queue where name = $1 and left_at_ms is not null";
        let is_gone = tx.query_opt(gone, params![name], |row| row.i64(0))?.is_some();
        if !is_gone || outbox::waits(tx, name)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether one of these letters has left.
///
/// # Errors
/// The store cannot be read.
pub fn has_left(tx: &Tx<'_>, names: &[String]) -> Result<bool, SqlError> {
    for name in names {
        if have_left(tx, std::slice::from_ref(name))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one of these letters still waits here, or for the network.
///
/// # Errors
/// The store cannot be read.
pub fn is_waiting(tx: &Tx<'_>, names: &[String]) -> Result<bool, SqlError> {
    for name in names {
        let waits = "select 1 from letter_queue where name = $1 and left_at_ms is null";
        let is_here = tx.query_opt(waits, params![name], |row| row.i64(0))?.is_some();
        if is_here || outbox::waits(tx, name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets leave what leaves at this tick; says how many letters that were. What left is in the outbox
/// in the same transaction, and what was answered there is forgotten.
///
/// # Errors
/// The store cannot be read or written, or nothing can be sealed to the relay.
pub fn leave(tx: &Tx<'_>, tick: &Tick<'_>) -> Result<usize, SqlError> {
    leave_of(tx, tick, &first(tx)?)
}

/// Lets nothing leave of what waits, and letters with nothing in them at the times at which it
/// would: for as long as it is not known what was taken back, silence would tell as much.
///
/// # Errors
/// As [`leave`].
pub fn leave_empty(tx: &Tx<'_>, tick: &Tick<'_>) -> Result<usize, SqlError> {
    leave_of(tx, tick, &[])
}

fn leave_of(tx: &Tx<'_>, tick: &Tick<'_>, queue: &[Waiting<u64>]) -> Result<usize, SqlError> {
    let last = notes::get(tx, SLOT)?.and_then(|number| number.parse().ok());
    let (now, last) = (tick.now, last.map(Slot::from_number));
    let decided = leaving(&Moment { hop: Hop::ToRelay, now, last }, queue);
    let Some((slot, leaves)) = decided else { return Ok(0) };
    outbox::forget(tx)?;
    if outbox::is_full(tx)? {
        return Ok(0);
    }
    send(tx, leaves, tick)?;
    notes::set(tx, SLOT, &slot.number().to_string())?;
    if slot.number().rem_euclid(FORGET_EVERY_SLOTS) == 0 {
        tx.execute(
            "delete from letter_queue where left_at_ms < $1",
            params![now.as_millisecond().saturating_sub(KEPT_MS)],
        )?;
    }
    Ok(1)
}

/// What could leave: the first letters of each rank, as many as it takes to see a crowd.
fn first(tx: &Tx<'_>) -> Result<Vec<Waiting<u64>>, SqlError> {
    let mut all = Vec::new();
    for rank in RANKS {
        let of_rank = tx.query(
            "select id from letter_queue where left_at_ms is null and rank = $1
             order by id limit $2",
            params![number(rank), CROWD + 1],
            |row| row.u64(0),
        )?;
        all.extend(of_rank.into_iter().map(|id| Waiting { rank, turn: 0, queued: id, id }));
    }
    Ok(all)
}

fn send(tx: &Tx<'_>, leaves: Leaves<u64>, tick: &Tick<'_>) -> Result<(), SqlError> {
    let now_ms = tick.now.as_millisecond();
    let letter = match leaves {
        Leaves::Dummy => Letter::dummy(tick.relay),
        Leaves::Letter(id) => {
            let bytes = tx.query_opt(
                "select letter from letter_queue where id = $1",
                params![id],
                |row| row.blob(0),
            )?;
            tx.execute("delete from letter_queue where id = $1", params![id])?;
            // What a damaged disk made of one keeps no other back.
            Letter::from_bytes(&bytes.unwrap_or_default()).or_else(|_| Letter::dummy(tick.relay))
        }
    };
    let letter = letter.map_err(|_| SqlError::Type)?;
    note_left(tx, &letter.digest().to_string(), now_ms)?;
    outbox::enqueue(tx, &letter, now_ms).map(drop)
}

/// Keeps the name of what left, alike of a letter and of one with nothing in it: whoever reads this
/// file and kept what travelled learns neither which ones were real nor how urgent they were.
fn note_left(tx: &Tx<'_>, name: &str, now_ms: i64) -> Result<(), SqlError> {
    let nothing: &[u8] = &[];
    tx.execute(
        "insert into letter_queue (name, rank, letter, queued_at_ms, left_at_ms)
         values ($1, $2, $3, $4, $4)",
        params![name, number(Rank::Routine), nothing, now_ms],
    )?;
    Ok(())
}

/// The epoch of the lane of letters, and when the hub above was reached last; nothing before the
/// first letter had a frame.
///
/// # Errors
/// The store cannot be read.
pub fn lane(tx: &Tx<'_>) -> Result<Option<(Vec<u8>, i64)>, SqlError> {
    let contact = notes::get(tx, LAST_CONTACT)?.and_then(|text| text.parse().ok());
    let epoch = tx.query_opt(
        "select epoch from outbox_epoch where lane = $1",
        params![i64::from(i32::from(Lane::Referral))],
        |row| row.blob(0),
    )?;
    Ok(epoch.map(|epoch| (epoch, contact.unwrap_or(0))))
}

/// How much waits.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>) -> Result<Queue, SqlError> {
    let found = tx.query_opt(
        "select count(*), min(queued_at_ms) from letter_queue where left_at_ms is null",
        &[],
        |row| Ok(Queue { waiting: row.u64(0)?, since_ms: row.opt_i64(1)? }),
    )?;
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests;
