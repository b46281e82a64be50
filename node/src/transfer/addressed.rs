//! The inbox of addressed items: what came down for this unit alone, such as verdicts and letters.
//!
//! Nothing of an item is believed here. What this version does not know is kept all the same, for
//! the version that does. What waits is bounded, since whoever is above decides what comes; letters
//! have room of their own, so that neither they nor verdicts keep the others out. A letter comes
//! every hour, so it is forgotten, and not taken, once what was in it is on the disk elsewhere.

use certs::digest::sha256;
use proto::frame::kind_number;
use proto::wire::sync::ItemKind;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::witness;

/// An item that waits to be dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Place in the order of arrival.
    pub id: u64,
    /// Encoded signed item.
    pub item: Vec<u8>,
    /// By this machine's clock.
    pub arrived_at_ms: i64,
}

/// Items that wait at most; one more is passed over, and comes again when it is asked for again.
const WAITING_MAX: u64 = 1_000;
/// Letters that wait at most: half a year's, at a node that nobody unlocks. One more is passed
/// over; its sender hears that it is late.
const LETTERS_WAITING_MAX: u64 = 5_000;
/// How long an item is kept: a school year and the weeks around it.
const KEPT_MS: i64 = 400 * 24 * 3_600_000;
/// Number of the kind of letters.
const LETTER: u32 = ItemKind::Letter as u32;

/// Keeps an item; says whether it is to be dealt with. The same bytes again wait once more: whoever
/// sends them was asked for them. Nothing is kept where too many wait, and what is very old goes by
/// what was witnessed of the clock.
///
/// # Errors
/// The store cannot be written.
pub fn store(tx: &Tx<'_>, item: &[u8], now_ms: i64) -> Result<bool, SqlError> {
    let kind = kind_number(item);
    if kind != LETTER {
        // Not with every letter: it reads the whole table, and letters are forgotten one by one.
        tx.execute(
            "delete from addressed_item where arrived_at_ms < $1",
            params![witness::believed(tx, now_ms)?.saturating_sub(KEPT_MS)],
        )?;
    }
    if is_full(tx, kind)? {
        tracing::warn!(kind, "an item for this unit was passed over: too many wait");
        return Ok(false);
    }
    let stored = tx.execute(
        "insert into addressed_item (digest, kind, item, arrived_at_ms)
         values ($1, $2, $3, $4)
         on conflict (digest) do update set taken_at_ms = null where taken_at_ms is not null",
        params![&sha256(item).to_tagged(), kind, item, now_ms],
    )?;
    Ok(stored > 0)
}

/// Whether no more of a kind may wait: of letters, or of all the others together.
fn is_full(tx: &Tx<'_>, kind: u32) -> Result<bool, SqlError> {
    let (sql, most) = match kind == LETTER {
        true => (
            "select count(*) from addressed_item where taken_at_ms is null and kind = $1",
            LETTERS_WAITING_MAX,
        ),
        false => (
            "select count(*) from addressed_item where taken_at_ms is null and kind <> $1",
            WAITING_MAX,
        ),
    };
    Ok(tx.query_opt(sql, params![LETTER], |row| row.u64(0))?.unwrap_or(0) >= most)
}

/// Items of a kind that wait, the oldest first: those after `id`, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, kind: ItemKind, id: u64, limit: u32) -> Result<Vec<Waiting>, SqlError> {
    tx.query(
        "select id, item, arrived_at_ms from addressed_item
         where taken_at_ms is null and kind = $1 and id > $2 order by id limit $3",
        params![i64::from(i32::from(kind)), id, limit],
        |row| Ok(Waiting { id: row.u64(0)?, item: row.blob(1)?, arrived_at_ms: row.i64(2)? }),
    )
}

/// Notes that an item was dealt with; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn take(tx: &Tx<'_>, id: u64, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update addressed_item set taken_at_ms = $2 where id = $1 and taken_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(())
}

/// Items of a kind that were dealt with and kept: those after `id`, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn taken(tx: &Tx<'_>, kind: ItemKind, id: u64, limit: u32) -> Result<Vec<Waiting>, SqlError> {
    tx.query(
        "select id, item, arrived_at_ms from addressed_item
         where taken_at_ms is not null and kind = $1 and id > $2 order by id limit $3",
        params![i64::from(i32::from(kind)), id, limit],
        |row| Ok(Waiting { id: row.u64(0)?, item: row.blob(1)?, arrived_at_ms: row.i64(2)? }),
    )
}

/// Has an item wait once more.
///
/// # Errors
/// The store cannot be written.
pub fn put_back(tx: &Tx<'_>, id: u64) -> Result<(), SqlError> {
    tx.execute("update addressed_item set taken_at_ms = null where id = $1", params![id])?;
    Ok(())
}

/// Forgets an item that nobody believes.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>, id: u64) -> Result<(), SqlError> {
    tx.execute("delete from addressed_item where id = $1", params![id])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proto::frame::encode_item;

    use super::*;
    use crate::transfer::Transfer;

    /// Whoever is above fills no disk: what waits is bounded, and what is very old goes.
    #[test]
    fn what_waits_is_bounded() {
        let transfer = Transfer::in_memory().expect("transfer");
        let put = |text: String, now_ms: i64| {
            let item = encode_item(ItemKind::SealedVerdict, text.into_bytes(), vec![]);
            transfer.write("put", move |tx| store(tx, &item, now_ms)).expect("stored")
        };
        for n in 0..WAITING_MAX {
            assert!(put(format!("{n}"), 5), "{n}");
        }
        assert!(!put("one more".to_owned(), 5));
        assert!(put("one more".to_owned(), 6 + KEPT_MS), "the others are too old by then");
        let left = transfer.read(|tx| waiting(tx, ItemKind::SealedVerdict, 0, 10)).expect("read");
        assert_eq!(left.len(), 1);
    }

    /// A school whose letters nobody opens gets its verdicts, and the other way round.
    #[test]
    fn letters_and_other_items_keep_each_other_out_of_nothing() {
        let transfer = Transfer::in_memory().expect("transfer");
        let put = |kind: ItemKind, count: u64| {
            let fill = move |tx: &Tx<'_>| {
                let mut kept = 0;
                for n in 0..count {
                    let item = encode_item(kind, n.to_be_bytes().to_vec(), vec![]);
                    kept += u64::from(store(tx, &item, 5)?);
                }
                Ok::<u64, SqlError>(kept)
            };
            transfer.write("put", fill).expect("stored")
        };
        assert_eq!(put(ItemKind::SealedVerdict, WAITING_MAX + 1), WAITING_MAX);
        assert_eq!(put(ItemKind::Letter, LETTERS_WAITING_MAX + 1), LETTERS_WAITING_MAX);
        let letters = transfer.read(|tx| waiting(tx, ItemKind::Letter, 0, 10)).expect("read");
        assert_eq!(letters.len(), 10);
    }

    /// An item waits until it is dealt with, comes once however often it is sent, and one of a
    /// later kind is kept for the version that knows it.
    #[test]
    fn an_item_waits_until_it_is_dealt_with() {
        let transfer = Transfer::in_memory().expect("transfer");
        let verdict = |text: &[u8]| encode_item(ItemKind::SealedVerdict, text.to_vec(), vec![]);
        let put =
            |item: Vec<u8>| transfer.write("put", move |tx| store(tx, &item, 5)).expect("stored");
        assert!(put(verdict(b"one")) && put(verdict(b"two")));
        assert!(!put(verdict(b"one")), "the same again");
        assert!(put(vec![0x08, 99]), "a kind of a later version");
        let list = || {
            let read = transfer.read(|tx| waiting(tx, ItemKind::SealedVerdict, 0, 10));
            read.expect("read").into_iter().map(|one| (one.id, one.item)).collect::<Vec<_>>()
        };
        assert_eq!(list(), [(1, verdict(b"one")), (2, verdict(b"two"))]);
        let taken: Result<(), SqlError> = transfer.write("take", |tx| take(tx, 1, 6));
        taken.expect("taken");
        assert_eq!(list(), [(2, verdict(b"two"))]);
        let kinds: Result<Vec<i64>, SqlError> = transfer.read(|tx| {
            tx.query("select kind from addressed_item order by id", &[], |row| row.i64(0))
        });
        assert_eq!(kinds.expect("read"), [3, 3, 99]);
        assert!(put(verdict(b"one")), "sent again since it was asked for, it waits again");
    }
}
