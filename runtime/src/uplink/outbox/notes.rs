//! What an uplink notes of its parents: cursors, last contact, last error. Small texts by name,
//! beside the outbox and in its transaction.

use crate::params;
use crate::sql::{SqlError, Tx};
use crate::uplink::{LAST_CONTACT, LAST_STOOD, PULL_CURSOR};

/// Reads a note.
///
/// # Errors
/// The store cannot be read.
pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<String>, SqlError> {
    tx.query_opt("select value from uplink_note where name = $1", params![name], |row| row.text(0))
}

/// Writes a note; writing it again replaces it.
///
/// # Errors
/// The store cannot be written.
pub fn set(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), SqlError> {
    tx.execute(
        "insert into uplink_note (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

/// When the parent was last known to be reached, in milliseconds: its last answer to a hello, or
/// until when the link stood after it.
///
/// # Errors
/// The store cannot be read.
pub fn last_contact_ms(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    let number = |name: &str| -> Result<Option<i64>, SqlError> {
        Ok(get(tx, name)?.and_then(|text| text.parse().ok()))
    };
    let heard = number(LAST_CONTACT)?;
    Ok(heard.max(number(LAST_STOOD)?.filter(|_| heard.is_some())))
}

/// Has every directive asked for again with the next call, of whichever parent.
///
/// # Errors
/// The store cannot be written.
pub fn pull_all_again(tx: &Tx<'_>) -> Result<(), SqlError> {
    // A cursor stands under its name and its parent's; an empty one is the beginning.
    let (front, end) = (format!("{PULL_CURSOR}:"), format!("{PULL_CURSOR};"));
    let blank = "update uplink_note set value = '' where name >= $1 and name < $2";
    tx.execute(blank, params![&front, &end])?;
    Ok(())
}
