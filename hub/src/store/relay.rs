//! Addressed items on their way down, and the ways that units' items came up.
//!
//! Cursors only grow: the last row of each list stays, however old, so that a number is never given
//! out twice and a member that has everything is not sent everything again.

use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// An item of a member's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Place in the list.
    pub cursor: u64,
    /// Unit that it is for.
    pub to: String,
    /// Encoded signed item.
    pub item: Vec<u8>,
}

/// How long ago an item was put into a list that is put at its end once more when it comes again:
/// its unit asked for it, and has passed it by.
const AGAIN_MS: i64 = 12 * 3_600_000;

/// Keeps an item at the end of a member's list, or where no way is known yet. The same bytes for
/// the same unit again change nothing for half a day, and then stand at the end of the list once
/// more; says whether the member gets something.
///
/// # Errors
/// The store cannot be written.
pub fn insert(
    tx: &Tx<'_>,
    member: Option<&UnitId>,
    to: &UnitId,
    (item, digest): (&[u8], &Digest),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into relay_down (member, to_unit, digest, item, arrived_at_ms)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        params![member.map(UnitId::as_str), to.as_str(), &digest.to_tagged(), item, now_ms],
    )?;
    if inserted > 0 {
        return Ok(true);
    }
    let moved = tx.execute(
        "update relay_down set cursor = (select max(cursor) + 1 from relay_down), arrived_at_ms = $3
         where to_unit = $1 and digest = $2 and arrived_at_ms <= $4",
        params![
            to.as_str(),
            &digest.to_tagged(),
            now_ms,
            now_ms.saturating_sub(AGAIN_MS),
        ],
    )?;
    Ok(moved > 0)
}

/// Items of a member's list after a cursor, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn after(
    tx: &Tx<'_>,
    member: &UnitId,
    cursor: u64,
    limit: u32,
) -> Result<Vec<Stored>, SqlError> {
    tx.query(
        "select cursor, to_unit, item from relay_down
         where member = $1 and cursor > $2 and length(item) > 0 order by cursor limit $3",
        params![member.as_str(), cursor, limit],
        |row| Ok(Stored { cursor: row.u64(0)?, to: row.text(1)?, item: row.blob(2)? }),
    )
}

/// Digests of what is at a cursor of a member's list, and of what was there before it; the item
/// itself may be gone.
///
/// # Errors
/// The store cannot be read.
pub fn at(tx: &Tx<'_>, member: &UnitId, cursor: u64) -> Result<Vec<Digest>, SqlError> {
    let sql = "select digest, former from relay_down where cursor = $1 and member = $2";
    let found = tx.query_opt(sql, params![cursor, member.as_str()], |row| {
        Ok([Some(row.blob(0)?), row.opt_blob(1)?])
    })?;
    let tagged = found.into_iter().flatten().flatten();
    tagged.map(|tagged| Digest::from_tagged(&tagged).map_err(|_| SqlError::Type)).collect()
}

/// The last cursor of a member's list; zero where it is empty.
///
/// # Errors
/// The store cannot be read.
pub fn last_cursor(tx: &Tx<'_>, member: &UnitId) -> Result<u64, SqlError> {
    let sql = "select max(cursor) from relay_down where member = $1";
    let last = tx.query_opt(sql, params![member.as_str()], |row| row.opt_i64(0))?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs))
}

/// The member through which a unit's items came up last.
///
/// # Errors
/// The store cannot be read.
pub fn route(tx: &Tx<'_>, unit: &UnitId) -> Result<Option<UnitId>, SqlError> {
    let sql = "select member from relay_route where unit = $1";
    tx.query_opt(sql, params![unit.as_str()], |row| row.str(0)?.parse().map_err(|_| SqlError::Type))
}

/// Notes the member through which a unit's items come up.
///
/// # Errors
/// The store cannot be written.
pub fn set_route(tx: &Tx<'_>, unit: &UnitId, member: &UnitId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into relay_route (unit, member, learned_at_ms) values ($1, $2, $3)
         on conflict (unit) do update set member = excluded.member,
             learned_at_ms = excluded.learned_at_ms",
        params![unit.as_str(), member.as_str(), now_ms],
    )?;
    Ok(())
}

/// Whether a member's own items go to another list than its own, or wait in none.
///
/// # Errors
/// The store cannot be read.
pub fn is_led_elsewhere(tx: &Tx<'_>, member: &UnitId) -> Result<bool, SqlError> {
    let elsewhere = tx.query_opt(
        "select 1 where exists (select 1 from relay_route where unit = $1 and member <> $1)
             or exists (select 1 from relay_down
                        where to_unit = $1 and (member is null or member <> $1))",
        params![member.as_str()],
        |row| row.i64(0),
    )?;
    Ok(elsewhere.is_some())
}

/// Puts a unit's items at the end of a member's list, in their order; gives how many lay elsewhere.
///
/// # Errors
/// The store cannot be written.
pub fn reroute(tx: &Tx<'_>, unit: &UnitId, member: &UnitId) -> Result<usize, SqlError> {
    let astray = tx.query(
        "select cursor from relay_down
         where to_unit = $1 and (member is null or member <> $2) order by cursor",
        params![unit.as_str(), member.as_str()],
        |row| row.u64(0),
    )?;
    let end = tx.query_opt("select max(cursor) from relay_down", &[], |row| row.opt_i64(0))?;
    let mut end = end.flatten().map_or(0, i64::unsigned_abs);
    for cursor in &astray {
        end += 1;
        tx.execute(
            "update relay_down set cursor = $1, member = $2 where cursor = $3",
            params![end, member.as_str(), *cursor],
        )?;
    }
    Ok(astray.len())
}

/// Forgets items that arrived before an instant, but for the last one of each list.
///
/// # Errors
/// The store cannot be written.
pub fn forget_before(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    tx.execute(
        "delete from relay_down
         where arrived_at_ms < $1 and cursor not in
             (select max(cursor) from relay_down group by member)",
        params![before_ms],
    )
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use runtime::sql::Database;

    use super::*;

    fn unit(text: &str) -> UnitId {
        text.parse().expect("unit")
    }

    fn put(tx: &Tx<'_>, member: Option<&str>, to: &str, at_ms: i64) -> Result<bool, SqlError> {
        let bytes = at_ms.to_be_bytes();
        let (member, digest) = (member.map(unit), sha256(&bytes));
        insert(tx, member.as_ref(), &unit(to), (&bytes, &digest), at_ms)
    }

    fn list(tx: &Tx<'_>, member: &str) -> Result<Vec<(u64, String)>, SqlError> {
        let all = after(tx, &unit(member), 0, 100)?;
        Ok(all.into_iter().map(|one| (one.cursor, one.to)).collect())
    }

    fn with_store(work: impl FnOnce(&Tx<'_>) -> Result<(), SqlError> + Send + 'static) {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        database.write("test", work).expect("store");
    }

    /// Each member has its own list; the same bytes for the same unit are kept once.
    #[test]
    fn each_member_has_its_own_list() {
        with_store(|tx| {
            assert!(put(tx, Some("A"), "S1", 1)?);
            assert!(put(tx, Some("B"), "S2", 2)?);
            assert!(put(tx, Some("A"), "S3", 3)?);
            assert!(!put(tx, Some("A"), "S1", 1)?, "kept before");
            assert_eq!(list(tx, "A")?, [(1, "S1".to_owned()), (3, "S3".to_owned())]);
            assert_eq!(after(tx, &unit("A"), 1, 9)?.len(), 1);
            assert_eq!((last_cursor(tx, &unit("A"))?, last_cursor(tx, &unit("C"))?), (3, 0));
            assert_eq!(at(tx, &unit("A"), 1)?, [sha256(&1_i64.to_be_bytes())]);
            assert!(at(tx, &unit("A"), 2)?.is_empty(), "another member's");
            Ok(())
        });
    }

    /// What waited for a way, or lies on an old one, goes behind everything that the member of the
    /// new way has pulled.
    #[test]
    fn rerouted_items_go_to_the_end_of_the_new_list() {
        with_store(|tx| {
            put(tx, None, "S1", 1)?;
            put(tx, Some("A"), "S1", 2)?;
            put(tx, Some("B"), "S2", 3)?;
            assert!(is_led_elsewhere(tx, &unit("S1"))?);
            assert_eq!(reroute(tx, &unit("S1"), &unit("B"))?, 2);
            let wanted = [(3, "S2"), (4, "S1"), (5, "S1")];
            assert_eq!(list(tx, "B")?, wanted.map(|(cursor, to)| (cursor, to.to_owned())));
            assert!(list(tx, "A")?.is_empty());
            assert_eq!(reroute(tx, &unit("S1"), &unit("B"))?, 0, "they lie there");
            Ok(())
        });
    }

    /// Old items go, and the last of each list stays, so that no cursor is given out again.
    #[test]
    fn the_last_of_each_list_outlives_the_rest() {
        with_store(|tx| {
            for (member, at_ms) in [("A", 1), ("A", 2), ("B", 3), ("B", 4)] {
                put(tx, Some(member), "S1", at_ms)?;
            }
            assert_eq!(forget_before(tx, 4)?, 2);
            assert_eq!((list(tx, "A")?.len(), list(tx, "B")?.len()), (1, 1));
            assert_eq!(last_cursor(tx, &unit("A"))?, 2);
            put(tx, Some("A"), "S1", 9)?;
            assert_eq!(last_cursor(tx, &unit("A"))?, 5);
            Ok(())
        });
    }

    /// The last way counts.
    #[test]
    fn the_last_way_counts() {
        with_store(|tx| {
            assert_eq!(route(tx, &unit("S1"))?, None);
            set_route(tx, &unit("S1"), &unit("A"), 1)?;
            set_route(tx, &unit("S1"), &unit("B"), 2)?;
            assert_eq!(route(tx, &unit("S1"))?, Some(unit("B")));
            Ok(())
        });
    }
}
