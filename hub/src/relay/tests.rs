//! Ways down: which list an item is put into, and where a member goes on in it.

use certs::digest::sha256;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::date;
use runtime::sql::{Database, SqlError, Tx};

use super::down::{Resumed, learn};
use super::*;
use crate::store::unit::{self, Unit, UnitStatus};

fn id(text: &str) -> UnitId {
    text.parse().expect("unit")
}

fn member(tx: &Tx<'_>, text: &str, kind: UnitKind) -> Result<(), SqlError> {
    let new = Unit {
        id: id(text),
        kind,
        name_zh: "单位".to_owned(),
        name_en: String::new(),
        division: String::new(),
        status: UnitStatus::Active,
        schools_below: 0,
    };
    unit::insert(tx, &new, 1)?;
    unit::place(tx, &new.id, &id("370202"), date(2025, 9, 1), 1)
}

/// Works on a district's store with two streets and a school of its own.
fn at_a_district(work: impl FnOnce(&Tx<'_>) -> Result<(), DownError> + Send + 'static) {
    let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
    let done: Result<(), DownError> = database.write("test", move |tx| {
        member(tx, "370202001", UnitKind::Street)?;
        member(tx, "370202002", UnitKind::Street)?;
        member(tx, "S9", UnitKind::School)?;
        work(tx)
    });
    done.expect("store");
}

/// The items of a member's list, in order.
fn list(tx: &Tx<'_>, member: &str) -> Result<Vec<Vec<u8>>, SqlError> {
    Ok(relay::after(tx, &id(member), 0, 100)?.into_iter().map(|one| one.item).collect())
}

/// An item goes the way that its unit's items came up last, to a member straight, and waits where
/// neither is known.
#[test]
fn an_item_goes_the_way_that_its_units_items_came() {
    at_a_district(|tx| {
        assert!(send_down(tx, &id("S1"), b"one", 1)?);
        assert!(!send_down(tx, &id("S1"), b"one", 1)?, "the same again");
        assert!(send_down(tx, &id("S9"), b"straight", 1)?);
        assert_eq!(list(tx, "S9")?, [b"straight"]);
        assert!(list(tx, "370202001")?.is_empty(), "no way is known");
        assert!(learn(tx, &id("S1"), &id("370202001"), 2)?);
        assert!(!learn(tx, &id("S1"), &id("370202001"), 2)?, "known");
        send_down(tx, &id("S1"), b"two", 2)?;
        assert_eq!(list(tx, "370202001")?, [b"one", b"two"]);
        Ok(())
    });
}

/// What lies on the way of a unit that moved is sent on the new way too, and a unit that became a
/// member takes it itself as soon as it asks.
#[test]
fn items_follow_a_unit_that_moves() {
    at_a_district(|tx| {
        learn(tx, &id("S1"), &id("370202001"), 1)?;
        send_down(tx, &id("S1"), b"one", 1)?;
        assert!(learn(tx, &id("S1"), &id("370202002"), 2)?);
        assert_eq!((list(tx, "370202001")?.len(), list(tx, "370202002")?.len()), (0, 1));
        member(tx, "S1", UnitKind::School)?;
        assert!(resume(tx, &id("S1"), (0, &[]))?.is_led_elsewhere);
        claim(tx, &id("S1"), 3)?;
        assert!(!resume(tx, &id("S1"), (0, &[]))?.is_led_elsewhere);
        send_down(tx, &id("S1"), b"two", 3)?;
        assert_eq!(list(tx, "S1")?, [b"one", b"two"]);
        Ok(())
    });
}

/// A member goes on behind what it has; one that knows another item at its cursor gets all.
#[test]
fn a_member_goes_on_where_its_list_is_the_one_it_knows() {
    at_a_district(|tx| {
        for item in [b"one", b"two"] {
            send_down(tx, &id("S9"), item, 1)?;
        }
        let resumed = |after, last: &[u8]| resume(tx, &id("S9"), (after, last));
        let from = |after| Resumed { after, is_led_elsewhere: false, has_letters: false };
        assert_eq!(resumed(0, &[])?, from(0));
        assert_eq!(resumed(1, sha256(b"one").bytes())?, from(1));
        assert_eq!(resumed(2, sha256(b"two").bytes())?, from(2));
        assert_eq!(resumed(2, sha256(b"six").bytes())?, from(0), "another item");
        assert_eq!(resumed(7, sha256(b"two").bytes())?, from(0), "a shorter list");
        Ok(())
    });
}

/// What hubs would not pass on is not begun with.
#[test]
fn an_item_that_is_too_large_is_not_sent() {
    at_a_district(|tx| {
        let large = vec![1; proto::limits::ADDRESSED_BYTES_MAX + 1];
        assert!(matches!(send_down(tx, &id("S9"), &large, 1), Err(DownError::TooLarge)));
        assert!(list(tx, "S9")?.is_empty());
        Ok(())
    });
}
