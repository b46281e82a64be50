//! Letters: those that this hub's relay opens, those in lists downward, and what is counted of
//! them.
//!
//! Nothing here says of a letter more than stands on it. What a relay read of one is in no table:
//! it is read again from the letter, which stays until the commit that queues what follows it.

use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use domain::referral::slot::Slot;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A letter for this hub's relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Order of arrival.
    pub id: u64,
    /// The letter's bytes.
    pub letter: Vec<u8>,
    /// Unit that handed it in.
    pub sender: Option<UnitId>,
    /// By this hub's clock.
    pub arrived_at_ms: i64,
}

const ARRIVED: &str = "select id, letter, sender, arrived_at_ms from letter_in";

fn read_arrived(row: &Row<'_, '_>) -> Result<Arrived, SqlError> {
    let sender = row.opt_text(2)?.map(|unit| unit.parse().map_err(|_| SqlError::Type));
    Ok(Arrived {
        id: row.u64(0)?,
        letter: row.blob(1)?,
        sender: sender.transpose()?,
        arrived_at_ms: row.i64(3)?,
    })
}

/// Keeps a letter for this hub's relay; the same one again changes nothing and says so.
///
/// # Errors
/// The store cannot be written.
pub fn arrive(
    tx: &Tx<'_>,
    (letter, digest): (&[u8], &Digest),
    sender: Option<&UnitId>,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let kept = tx.execute(
        "insert into letter_in (digest, letter, sender, opened, arrived_at_ms)
         values ($1, $2, $3, 0, $4) on conflict do nothing",
        params![&digest.to_tagged(), letter, sender.map(UnitId::as_str), now_ms],
    )?;
    Ok(kept > 0)
}

/// Letters that were not opened yet, in their order, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn unopened(tx: &Tx<'_>, limit: u32) -> Result<Vec<Arrived>, SqlError> {
    let sql = format!("{ARRIVED} where opened = 0 order by id limit $1");
    tx.query(&sql, params![limit], read_arrived)
}

/// Letters that were opened and wait, in their order: those after `id`, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn opened(tx: &Tx<'_>, id: u64, limit: u32) -> Result<Vec<Arrived>, SqlError> {
    let sql = format!("{ARRIVED} where opened = 1 and id > $1 order by id limit $2");
    tx.query(&sql, params![id, limit], read_arrived)
}

/// One letter.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, id: u64) -> Result<Option<Arrived>, SqlError> {
    tx.query_opt(&format!("{ARRIVED} where id = $1"), params![id], read_arrived)
}

/// Notes that a letter was opened and waits; who handed it in is forgotten.
///
/// # Errors
/// The store cannot be written.
pub fn wait(tx: &Tx<'_>, id: u64) -> Result<(), SqlError> {
    tx.execute("update letter_in set opened = 1, sender = null where id = $1", params![id])?;
    Ok(())
}

/// Takes a letter out; says whether it was there.
///
/// # Errors
/// The store cannot be written.
pub fn remove(tx: &Tx<'_>, id: u64) -> Result<bool, SqlError> {
    Ok(tx.execute("delete from letter_in where id = $1", params![id])? > 0)
}

/// Remembers a letter under the key that opened it; says whether it is the first time.
///
/// # Errors
/// The store cannot be written.
pub fn see(tx: &Tx<'_>, letter: &Digest, key: &Digest) -> Result<bool, SqlError> {
    let seen = tx.execute(
        "insert into letter_seen (digest, key) values ($1, $2) on conflict do nothing",
        params![&letter.to_tagged(), &key.to_tagged()],
    )?;
    Ok(seen > 0)
}

/// Forgets the letters that a key opened.
///
/// # Errors
/// The store cannot be written.
pub fn forget_seen(tx: &Tx<'_>, key: &Digest) -> Result<usize, SqlError> {
    tx.execute("delete from letter_seen where key = $1", params![&key.to_tagged()])
}

/// Keeps an acknowledgement's sealed note, and gives its number.
///
/// # Errors
/// The store cannot be written.
pub fn keep_ack(tx: &Tx<'_>, note: &[u8]) -> Result<u64, SqlError> {
    let last = tx.query_opt("select max(id) from letter_ack", &[], |row| row.opt_i64(0))?;
    let id = last.flatten().map_or(0, i64::unsigned_abs) + 1;
    tx.execute("insert into letter_ack (id, note) values ($1, $2)", params![id, note])?;
    Ok(id)
}

/// Sealed notes of acknowledgements that wait, in their order.
///
/// # Errors
/// The store cannot be read.
pub fn acks(tx: &Tx<'_>) -> Result<Vec<(u64, Vec<u8>)>, SqlError> {
    tx.query("select id, note from letter_ack order by id", &[], |row| {
        Ok((row.u64(0)?, row.blob(1)?))
    })
}

/// Takes an acknowledgement out; says whether it was there.
///
/// # Errors
/// The store cannot be written.
pub fn remove_ack(tx: &Tx<'_>, id: u64) -> Result<bool, SqlError> {
    Ok(tx.execute("delete from letter_ack where id = $1", params![id])? > 0)
}

/// Puts a letter at the end of a member's list, or where no way is known yet; the same bytes for
/// the same unit again change nothing. Says whether the member gets something.
///
/// # Errors
/// The store cannot be written.
pub fn put_down(
    tx: &Tx<'_>,
    member: Option<&UnitId>,
    to: &UnitId,
    (item, digest): (&[u8], &Digest),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let put = tx.execute(
        "insert into relay_down (member, to_unit, digest, item, letter, arrived_at_ms)
         values ($1, $2, $3, $4, 1, $5) on conflict do nothing",
        params![member.map(UnitId::as_str), to.as_str(), &digest.to_tagged(), item, now_ms],
    )?;
    Ok(put > 0)
}

/// Letters in lists for a unit that its member does not have yet, as far as it said.
///
/// # Errors
/// The store cannot be read.
pub fn listed(tx: &Tx<'_>, to: &UnitId) -> Result<u64, SqlError> {
    let sql = "select count(*) from relay_down
         where to_unit = $1 and letter = 1 and length(item) > 0";
    Ok(tx.query_opt(sql, params![to.as_str()], |row| row.u64(0))?.unwrap_or(0))
}

/// Puts another letter into the place of one in a list; says whether that one was still there.
///
/// # Errors
/// The store cannot be written.
pub fn replace(
    tx: &Tx<'_>,
    to: &UnitId,
    old: &Digest,
    (item, digest): (&[u8], &Digest),
) -> Result<bool, SqlError> {
    let replaced = tx.execute(
        "update relay_down set item = $3, digest = $4, former = digest
         where to_unit = $1 and digest = $2 and letter = 1 and length(item) > 0",
        params![to.as_str(), &old.to_tagged(), item, &digest.to_tagged()],
    )?;
    Ok(replaced > 0)
}

/// Whether letters lie in a member's list up to a cursor.
///
/// # Errors
/// The store cannot be read.
pub fn has_until(tx: &Tx<'_>, member: &UnitId, cursor: u64) -> Result<bool, SqlError> {
    let sql = "select 1 from relay_down
         where member = $1 and cursor <= $2 and letter = 1 and length(item) > 0 limit 1";
    let found = tx.query_opt(sql, params![member.as_str(), cursor], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// Forgets the letters of a member's list up to a cursor at which there is something. What is at
/// the cursor is emptied only: by it both sides agree where the list stands.
///
/// # Errors
/// The store cannot be written.
pub fn forget_until(tx: &Tx<'_>, member: &UnitId, cursor: u64) -> Result<usize, SqlError> {
    let before = tx.execute(
        "delete from relay_down where member = $1 and cursor < $2 and letter = 1",
        params![member.as_str(), cursor],
    )?;
    let empty: Vec<u8> = Vec::new();
    let at = tx.execute(
        "update relay_down set item = $3
         where member = $1 and cursor = $2 and letter = 1 and length(item) > 0",
        params![member.as_str(), cursor, &empty],
    )?;
    Ok(before + at)
}

/// Forgets letters that are here since before an instant: for this hub's relay, and for units to
/// which no way leads.
///
/// # Errors
/// The store cannot be written.
pub fn forget_old(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    let here = tx.execute("delete from letter_in where arrived_at_ms < $1", params![before_ms])?;
    let astray = tx.execute(
        "delete from relay_down where member is null and letter = 1 and arrived_at_ms < $1
             and cursor not in (select max(cursor) from relay_down group by member)",
        params![before_ms],
    )?;
    Ok(here + astray)
}

/// The slots that were filled last, by unit.
///
/// # Errors
/// The store cannot be read.
pub fn slots(tx: &Tx<'_>) -> Result<Vec<(UnitId, Slot)>, SqlError> {
    tx.query("select unit, hour from letter_slot", &[], |row| {
        let unit = row.str(0)?.parse().map_err(|_| SqlError::Type)?;
        Ok((unit, Slot::from_number(row.i64(1)?)))
    })
}

/// Notes that a unit's slot was filled.
///
/// # Errors
/// The store cannot be written.
pub fn set_slot(tx: &Tx<'_>, unit: &UnitId, slot: Slot) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_slot (unit, hour) values ($1, $2)
         on conflict (unit) do update set hour = excluded.hour",
        params![unit.as_str(), slot.number()],
    )?;
    Ok(())
}

/// Keeps a statement; the same one again changes nothing but its signatures.
///
/// # Errors
/// The store cannot be written.
pub fn keep_statement(
    tx: &Tx<'_>,
    digest: &Digest,
    (unit, purpose): (&UnitId, &str),
    statement: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_statement (digest, unit, purpose, statement, added_at_ms)
         values ($1, $2, $3, $4, $5)
         on conflict (digest) do update set statement = excluded.statement",
        params![&digest.to_tagged(), unit.as_str(), purpose, statement, now_ms],
    )?;
    Ok(())
}

/// All statements, as the texts of their files.
///
/// # Errors
/// The store cannot be read.
pub fn statements(tx: &Tx<'_>) -> Result<Vec<String>, SqlError> {
    tx.query("select statement from letter_statement order by added_at_ms", &[], |row| row.text(0))
}

/// How many statements are kept.
///
/// # Errors
/// The store cannot be read.
pub fn statement_count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let sql = "select count(*) from letter_statement";
    Ok(tx.query_opt(sql, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Counts something once more, or so many times.
///
/// # Errors
/// The store cannot be written.
pub fn count(tx: &Tx<'_>, name: &str, more: u64) -> Result<(), SqlError> {
    if more == 0 {
        return Ok(());
    }
    tx.execute(
        "insert into letter_tally (name, value) values ($1, $2)
         on conflict (name) do update set value = letter_tally.value + excluded.value",
        params![name, more],
    )?;
    Ok(())
}

/// Writes down how many there are of something now.
///
/// # Errors
/// The store cannot be written.
pub fn set_count(tx: &Tx<'_>, name: &str, value: u64) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_tally (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

/// Everything that is counted, by name.
///
/// # Errors
/// The store cannot be read.
pub fn tallies(tx: &Tx<'_>) -> Result<Vec<(String, u64)>, SqlError> {
    let sql = "select name, value from letter_tally order by name";
    tx.query(sql, &[], |row| Ok((row.text(0)?, row.u64(1)?)))
}

/// How many letters wait: not opened, opened, and acknowledgements.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>) -> Result<[u64; 3], SqlError> {
    let count =
        |sql: &str| Ok::<_, SqlError>(tx.query_opt(sql, &[], |row| row.u64(0))?.unwrap_or(0));
    Ok([
        count("select count(*) from letter_in where opened = 0")?,
        count("select count(*) from letter_in where opened = 1")?,
        count("select count(*) from letter_ack")?,
    ])
}

/// Letters in all lists downward that their members do not have yet, as far as they said.
///
/// # Errors
/// The store cannot be read.
pub fn all_listed(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let sql = "select count(*) from relay_down where letter = 1 and length(item) > 0";
    Ok(tx.query_opt(sql, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Writes down what is late, in place of what was.
///
/// # Errors
/// The store cannot be written.
pub fn set_late(tx: &Tx<'_>, late: &[(DeadlineClass, i64)]) -> Result<(), SqlError> {
    tx.execute("delete from letter_late", &[])?;
    for (class, hour) in late {
        tx.execute(
            "insert into letter_late (class, hour) values ($1, $2)",
            params![class.as_str(), *hour],
        )?;
    }
    Ok(())
}

/// What is late: a class, and the hour in which its deadline passed; what is late longest first.
///
/// # Errors
/// The store cannot be read.
pub fn late(tx: &Tx<'_>) -> Result<Vec<(DeadlineClass, i64)>, SqlError> {
    tx.query("select class, hour from letter_late order by hour, class", &[], |row| {
        let class = DeadlineClass::from_word(row.str(0)?).ok_or(SqlError::Type)?;
        Ok((class, row.i64(1)?))
    })
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use runtime::sql::Database;

    use super::*;
    use crate::store::relay;

    fn unit(text: &str) -> UnitId {
        text.parse().expect("unit")
    }

    fn with_store(work: impl FnOnce(&Tx<'_>) -> Result<(), SqlError> + Send + 'static) {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        database.write("test", work).expect("store");
    }

    fn put(tx: &Tx<'_>, to: &str, byte: u8) -> Result<bool, SqlError> {
        let digest = sha256(&[byte]);
        put_down(tx, Some(&unit("A")), &unit(to), (&[byte], &digest), 1)
    }

    fn cursors(tx: &Tx<'_>) -> Result<Vec<u64>, SqlError> {
        Ok(relay::after(tx, &unit("A"), 0, 9)?.into_iter().map(|one| one.cursor).collect())
    }

    /// A member's letters go once it has them, other items stay, and the place up to which it has
    /// all is known for ever.
    #[test]
    fn letters_go_once_their_member_has_them() {
        with_store(|tx| {
            let verdict = (&b"verdict"[..], &sha256(b"verdict"));
            assert!(put(tx, "S1", 1)? && put(tx, "S2", 2)? && !put(tx, "S1", 1)?);
            relay::insert(tx, Some(&unit("A")), &unit("S1"), verdict, 1)?;
            assert!(put(tx, "S1", 4)? && put(tx, "S1", 5)?);
            assert!(has_until(tx, &unit("A"), 4)? && !has_until(tx, &unit("B"), 4)?);
            assert_eq!((listed(tx, &unit("S1"))?, all_listed(tx)?), (3, 4));
            assert_eq!(forget_until(tx, &unit("A"), 4)?, 3);
            assert_eq!((cursors(tx)?, listed(tx, &unit("S1"))?), (vec![3, 5], 1));
            assert_eq!(relay::at(tx, &unit("A"), 4)?, [sha256(&[4])], "the place is known");
            assert!(!has_until(tx, &unit("A"), 4)?);
            assert_eq!(forget_until(tx, &unit("A"), 5)?, 2);
            assert!(put(tx, "S1", 6)?);
            assert_eq!(cursors(tx)?, [3, 6], "no cursor is given out twice");
            Ok(())
        });
    }

    /// What is put into the place of a letter goes in its stead, and a member that has either of
    /// them goes on from there.
    #[test]
    fn a_letter_is_replaced_at_its_place() {
        with_store(|tx| {
            put(tx, "S1", 1)?;
            let (old, new) = (sha256(&[1]), sha256(&[7]));
            assert!(!replace(tx, &unit("S2"), &old, (&[7], &new))?, "another unit's");
            assert!(replace(tx, &unit("S1"), &old, (&[7], &new))?);
            assert!(!replace(tx, &unit("S1"), &old, (&[8], &sha256(&[8])))?, "it is gone");
            let list = relay::after(tx, &unit("A"), 0, 9)?;
            assert_eq!((list.len(), list[0].item.as_slice()), (1, &[7_u8][..]));
            assert_eq!(relay::at(tx, &unit("A"), 1)?, [new, old]);
            forget_until(tx, &unit("A"), 1)?;
            assert!(!replace(tx, &unit("S1"), &new, (&[8], &sha256(&[8])))?, "the member has it");
            Ok(())
        });
    }

    /// A letter comes once; once it waits nobody is told who handed it in; once it was opened it is
    /// known for as long as its key is.
    #[test]
    fn a_letter_is_kept_and_known() {
        with_store(|tx| {
            let (digest, key) = (sha256(b"letter"), sha256(b"key"));
            let come = || arrive(tx, (b"letter", &digest), Some(&unit("S1")), 5);
            assert!(come()? && !come()?);
            let arrived = unopened(tx, 9)?.remove(0);
            assert_eq!((arrived.id, arrived.sender.clone()), (1, Some(unit("S1"))));
            assert!(see(tx, &digest, &key)? && !see(tx, &digest, &key)?);
            wait(tx, 1)?;
            assert!(unopened(tx, 9)?.is_empty() && !come()?);
            assert_eq!(opened(tx, 0, 9)?, [Arrived { sender: None, ..arrived }]);
            assert!(remove(tx, 1)? && !remove(tx, 1)? && find(tx, 1)?.is_none());
            assert_eq!(forget_seen(tx, &sha256(b"other"))?, 0);
            assert_eq!(forget_seen(tx, &key)?, 1);
            Ok(())
        });
    }

    /// Counts add up, and what is late is a class and an hour.
    #[test]
    fn counts_and_late_items_are_kept() {
        with_store(|tx| {
            count(tx, "dummies", 2)?;
            count(tx, "dummies", 1)?;
            count(tx, "repeated", 0)?;
            set_count(tx, "stuck", 4)?;
            set_count(tx, "stuck", 1)?;
            let told = [("dummies".to_owned(), 3), ("stuck".to_owned(), 1)];
            assert_eq!(tallies(tx)?, told);
            let items = [(DeadlineClass::Outcome, 9), (DeadlineClass::Answered, 4)];
            set_late(tx, &items)?;
            set_late(tx, &items)?;
            assert_eq!(late(tx)?, [items[1], items[0]]);
            assert_eq!((keep_ack(tx, b"one")?, keep_ack(tx, b"two")?), (1, 2));
            assert!(remove_ack(tx, 1)? && !remove_ack(tx, 1)?);
            assert_eq!(acks(tx)?, [(2, b"two".to_vec())]);
            assert_eq!(waiting(tx)?, [0, 0, 1]);
            Ok(())
        });
    }
}
