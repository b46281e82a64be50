//! Letters in the outbox: queued for the parent in the referral lane, and gone once they are
//! answered.
//!
//! A letter is nothing but its bytes: it has no name beside its digest, no signature and no place
//! in a queue of its own. What is put here leaves at once and in this order, so whoever sends in
//! slots puts a letter here in its slot, and none where so many lie here that the link must be
//! down.

use certs::letter::Letter;
use proto::frame::encode_item;
use proto::wire::sync::{ItemKind, Lane};

use super::{backlog, enqueue as enqueue_item, forget_answered, take_back};
use crate::params;
use crate::sql::{SqlError, Tx};

/// Front part of the names of letters; the digest of the letter follows.
pub const LETTER: &str = "letter/";

/// Letters without an answer from which on no slot is filled: two hours of them, 574 KB.
const WAITING_MAX: u64 = 40;

/// Whether so many letters have no answer that none is added. It follows from the link alone: a
/// unit puts as many here whether they hold something or not.
///
/// # Errors
/// The store cannot be read.
pub fn is_full(tx: &Tx<'_>) -> Result<bool, SqlError> {
    Ok(backlog(tx, Lane::Referral)?.waiting >= WAITING_MAX)
}

/// Queues a letter for the parent; queuing the same letter again changes nothing and says so.
///
/// # Errors
/// The store cannot be written.
pub fn enqueue(tx: &Tx<'_>, letter: &Letter, now_ms: i64) -> Result<bool, SqlError> {
    enqueue_item(tx, Lane::Referral, &name(letter), &item(letter), now_ms)
}

/// The name of a letter in the outbox, under which its answer is found until it is forgotten.
#[must_use]
pub fn name(letter: &Letter) -> String {
    format!("{LETTER}{}", letter.digest())
}

/// Takes a letter out, by its digest, that never had a frame, and puts another into its place where
/// one is given; says whether it was there. A member that was away sends as many letters as it
/// would have.
///
/// # Errors
/// The store cannot be written.
pub fn take_out(tx: &Tx<'_>, digest: &str, other: Option<&Letter>) -> Result<bool, SqlError> {
    let old = format!("{LETTER}{digest}");
    let Some(other) = other else { return take_back(tx, &old) };
    let put = tx.execute(
        "update outbox_item set name = $2, item = $3 where name = $1 and framed = 0",
        params![&old, &name(other), &item(other)],
    )?;
    Ok(put > 0)
}

/// Whether a letter lies here, by its digest, that never had a frame: it has not left.
///
/// # Errors
/// The store cannot be read.
pub fn waits(tx: &Tx<'_>, digest: &str) -> Result<bool, SqlError> {
    let sql = "select 1 from outbox_item where name = $1 and framed = 0";
    let found = tx.query_opt(sql, params![&format!("{LETTER}{digest}")], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// A letter as it travels up and down.
#[must_use]
pub fn item(letter: &Letter) -> Vec<u8> {
    encode_item(ItemKind::Letter, letter.to_bytes(), Vec::new())
}

/// Forgets letters that were answered, all but the last one of an epoch, by which both sides agree
/// where the lane stands; says how many.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>) -> Result<usize, SqlError> {
    forget_answered(tx, LETTER, i64::MAX)
}

#[cfg(test)]
mod tests {
    use proto::frame::decode_frame;

    use super::*;
    use crate::sql::{Database, Migration};
    use crate::uplink::outbox::{ReadyFrame, find, frames_from};

    const SCHEMA: &[Migration] = &[
        Migration { number: 1, name: "outbox", sql: crate::uplink::OUTBOX_SCHEMA },
        Migration { number: 2, name: "framed once", sql: crate::uplink::OUTBOX_FRAMED_ONCE },
    ];

    /// A letter that nobody opens.
    fn letter(id: u8) -> Letter {
        let mut bytes = [&[1_u8, 0, 0, 0, 16][..], &[id; 16], &[0, 0, 0, 40], b"370202"].concat();
        bytes.resize(65, 0);
        bytes.resize(certs::letter::LETTER_BYTES, 1);
        Letter::from_bytes(&bytes).expect("letter")
    }

    fn run<T: Send + 'static>(
        database: &Database,
        work: impl FnOnce(&Tx<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> T {
        database.write("test", work).expect("transaction")
    }

    /// A letter travels in the lane of referrals as its bare bytes, once however often it is
    /// queued, and is gone once it was answered; the last one stays until the next.
    #[test]
    fn letters_go_in_their_lane_and_are_forgotten() {
        let database = Database::in_memory(SCHEMA).expect("database");
        let queued = |id: u8| run(&database, move |tx| enqueue(tx, &letter(id), 1));
        assert!(queued(1) && queued(2) && !queued(1));
        let frames = || run(&database, |tx| frames_from(tx, Lane::Referral, 1, 10, 1));
        let sent: Vec<ReadyFrame> = frames();
        assert_eq!(sent.len(), 2);
        let frame = decode_frame(&sent[0].bytes).expect("frame");
        assert_eq!((frame.lane, frame.sequence), (Lane::Referral, 1));
        let read = frame.item.expect("item");
        assert_eq!((read.kind, read.body), (ItemKind::Letter, letter(1).to_bytes()));
        assert!(read.signature.is_empty() && read.chain.is_empty());
        assert_eq!(run(&database, |tx| backlog(tx, Lane::Statistics)).waiting, 0);

        assert_eq!(run(&database, forget), 0, "nothing was answered");
        run(&database, |tx| tx.execute("update outbox_item set outcome = 1", &[]));
        assert_eq!(run(&database, forget), 1);
        let left = |id: u8| run(&database, move |tx| find(tx, &name(&letter(id)))).is_some();
        assert!(!left(1) && left(2));
    }

    /// An outbox that nobody empties is full after two hours of slots, and not once its letters
    /// were answered.
    #[test]
    fn an_outbox_is_filled_up_to_a_bound() {
        let database = Database::in_memory(SCHEMA).expect("database");
        let is_full = || {
            let full: Result<bool, SqlError> = database.read(is_full);
            full.expect("outbox")
        };
        for id in 0..40 {
            assert!(!is_full(), "{id}");
            run(&database, move |tx| enqueue(tx, &letter(id), 1));
        }
        assert!(is_full());
        run(&database, |tx| tx.execute("update outbox_item set outcome = 1", &[]));
        assert!(!is_full());
    }

    /// A letter that never had a frame is taken out, with another in its place; one that had is
    /// not touched.
    #[test]
    fn what_has_no_frame_is_taken_out() {
        let database = Database::in_memory(SCHEMA).expect("database");
        let digest = |id: u8| letter(id).digest().to_string();
        let out = |id: u8, by: Option<u8>| {
            run(&database, move |tx| take_out(tx, &digest(id), by.map(letter).as_ref()))
        };
        for id in [1, 2, 3] {
            run(&database, move |tx| enqueue(tx, &letter(id), 1));
        }
        let first: Vec<ReadyFrame> = run(&database, |tx| frames_from(tx, Lane::Referral, 1, 1, 1));
        assert_eq!(first.len(), 1);
        assert!(!out(1, Some(4)) && out(2, Some(4)) && out(3, None));
        assert!(!run(&database, move |tx| waits(tx, &digest(1))));
        assert!(run(&database, move |tx| waits(tx, &digest(4))));
        let left: Vec<ReadyFrame> = run(&database, |tx| frames_from(tx, Lane::Referral, 1, 10, 1));
        assert_eq!(left.len(), 2);
        let frame = decode_frame(&left[1].bytes).expect("frame");
        assert_eq!(frame.item.expect("item").body, letter(4).to_bytes());
    }
}
