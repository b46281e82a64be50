//! The secret address of an account's calendar: made, shown once, and withdrawn by its person.
//!
//! It asks for no password, so it ends with the account's own door: when the account is locked,
//! gets a new password, another role or another person, it is gone, and is made anew by whoever has
//! the account then.
//!
//! Only its digest is kept. Whoever has the address reads sorts of work and numbers of records, as
//! the account in the role that it has at that moment, and no name.

use domain::digest::Digest;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::account::{self, Changer};
use super::author::Author;
use super::entry::Moment;

/// Gives an account another address; the one before ends.
///
/// # Errors
/// The store cannot be written.
pub fn make(tx: &Tx<'_>, author: &Author, secret: &Digest) -> Result<(), SqlError> {
    tx.execute(
        "insert into calendar_address (login, digest, made_ms) values ($1, $2, $3)
         on conflict (login) do update set digest = excluded.digest, made_ms = excluded.made_ms",
        params![author.account(), &secret.to_tagged(), author.now().0],
    )?;
    account::note(tx, author.account(), "calendar_made", &changer(author))
}

/// Ends the address of an account; says whether there was one.
///
/// # Errors
/// The store cannot be written.
pub fn withdraw(tx: &Tx<'_>, author: &Author) -> Result<bool, SqlError> {
    end(tx, author.account(), &changer(author))
}

/// As [`withdraw`], by whatever else was done to the account.
pub(super) fn end(tx: &Tx<'_>, login: &str, changer: &Changer) -> Result<bool, SqlError> {
    let ended = tx.execute("delete from calendar_address where login = $1", params![login])?;
    if ended > 0 {
        account::note(tx, login, "calendar_withdrawn", changer)?;
    }
    Ok(ended > 0)
}

/// Since when an account has an address.
///
/// # Errors
/// The store cannot be read.
pub fn made(tx: &Tx<'_>, login: &str) -> Result<Option<Moment>, SqlError> {
    let asked = "select made_ms from calendar_address where login = $1";
    tx.query_opt(asked, params![login], |row| row.i64(0).map(Moment))
}

/// Whose calendar an address opens, in the role of now; nobody's where it ended, or where the
/// account is locked.
///
/// # Errors
/// The store cannot be read.
pub fn owner(tx: &Tx<'_>, secret: &Digest, now_ms: i64) -> Result<Option<Author>, SqlError> {
    let asked = "select login from calendar_address where digest = $1";
    let login = tx.query_opt(asked, params![&secret.to_tagged()], |row| row.text(0))?;
    match login {
        Some(login) => account::author(tx, &login, now_ms),
        None => Ok(None),
    }
}

fn changer(author: &Author) -> Changer {
    Changer { by: author.account().to_owned(), at_ms: author.now().0 }
}
