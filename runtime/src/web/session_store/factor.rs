//! Second factors and the codes of printed sheets in the database.
//!
//! A code is used up in the transaction that accepts it, so two attempts at the same moment cannot
//! both get in with it.

use super::super::account::Login;
use super::super::factor::{FactorKind, StoredSheet};
use crate::params;
use crate::sql::{Row, SqlError, Tx};

/// A second factor as it is stored. Holds a secret, so without `Debug`.
#[derive(Clone)]
pub struct StoredFactor {
    /// What it is.
    pub kind: FactorKind,
    /// What the app shares with us; empty for a sheet.
    pub secret: Vec<u8>,
    /// Whether a first code proved it; before that it protects nothing and is asked for nowhere.
    pub is_confirmed: bool,
    /// Time step of the last code of the app.
    pub last_step: u64,
    /// Codes on the sheet that were not used.
    pub codes_left: u32,
    /// Salt of the sheet.
    pub salt: Vec<u8>,
}

impl StoredFactor {
    /// Whether it is a sheet that a first code still has to confirm.
    #[must_use]
    pub fn is_waiting_sheet(&self) -> bool {
        self.kind == FactorKind::Sheet && !self.is_confirmed
    }
}

/// The factor of an account, confirmed or not.
///
/// # Errors
/// The store could not be read.
pub fn find(tx: &Tx<'_>, login: &str) -> Result<Option<StoredFactor>, SqlError> {
    tx.query_opt(
        "select f.kind, f.secret, f.confirmed_ms, f.last_step, \
         (select count(*) from account_code c where c.login = f.login and c.used_ms = 0), \
         (select min(c.salt) from account_code c where c.login = f.login) \
         from account_factor f where f.login = $1",
        params![login],
        stored,
    )
}

/// Whether an account has a factor that was confirmed.
///
/// # Errors
/// The store could not be read.
pub fn is_confirmed(tx: &Tx<'_>, login: &str) -> Result<bool, SqlError> {
    let found = tx.query_opt(
        "select 1 from account_factor where login = $1 and confirmed_ms > 0",
        params![login],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn stored(row: &Row<'_, '_>) -> Result<StoredFactor, SqlError> {
    Ok(StoredFactor {
        kind: FactorKind::from_word(row.str(0)?).ok_or(SqlError::Type)?,
        secret: row.blob(1)?,
        is_confirmed: row.i64(2)? > 0,
        last_step: row.u64(3)?,
        codes_left: row.u32(4)?,
        salt: row.opt_blob(5)?.unwrap_or_default(),
    })
}

/// Sets the factor of an account in place of any that it had, with its sheet.
///
/// # Errors
/// The store could not be written.
pub fn put(
    tx: &Tx<'_>,
    login: &str,
    factor: &StoredFactor,
    sheet: &StoredSheet,
    confirmed_ms: i64,
) -> Result<(), SqlError> {
    remove_rows(tx, login)?;
    tx.execute(
        "insert into account_factor (login, kind, secret, confirmed_ms, last_step) \
         values ($1, $2, $3, $4, $5)",
        params![login, factor.kind.as_str(), &factor.secret, confirmed_ms, factor.last_step],
    )?;
    put_sheet(tx, login, sheet)
}

/// Sets the sheet of an account in place of the one that it had.
///
/// # Errors
/// The store could not be written.
pub fn put_sheet(tx: &Tx<'_>, login: &str, sheet: &StoredSheet) -> Result<(), SqlError> {
    tx.execute("delete from account_code where login = $1", params![login])?;
    for (digest, number) in sheet.digests.iter().zip(1_i64..) {
        tx.execute(
            "insert into account_code (login, number, salt, digest, used_ms) \
             values ($1, $2, $3, $4, 0)",
            params![login, number, &sheet.salt, digest],
        )?;
    }
    Ok(())
}

/// Notes that a first code proved the factor; whether it waited for one.
///
/// # Errors
/// The store could not be written.
pub fn confirm(tx: &Tx<'_>, login: &str, now_ms: i64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update account_factor set confirmed_ms = $2 where login = $1 and confirmed_ms = 0",
        params![login, now_ms],
    )?;
    Ok(changed == 1)
}

/// Uses a time step up; whether it was free.
///
/// # Errors
/// The store could not be written.
pub fn use_step(tx: &Tx<'_>, login: &str, step: u64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update account_factor set last_step = $2 where login = $1 and last_step < $2",
        params![login, step],
    )?;
    Ok(changed == 1)
}

/// Uses a code of the sheet up; whether it was there and free.
///
/// # Errors
/// The store could not be written.
pub fn use_code(tx: &Tx<'_>, login: &str, digest: &[u8], now_ms: i64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update account_code set used_ms = $3 where login = $1 and digest = $2 and used_ms = 0",
        params![login, digest, now_ms],
    )?;
    Ok(changed == 1)
}

/// Takes the factor of an account away and ends its sessions; whether it had one.
///
/// # Errors
/// The store could not be written.
pub fn remove(tx: &Tx<'_>, login: &Login) -> Result<bool, SqlError> {
    super::end_all(tx, login.as_str())?;
    remove_rows(tx, login.as_str())
}

fn remove_rows(tx: &Tx<'_>, login: &str) -> Result<bool, SqlError> {
    tx.execute("delete from account_code where login = $1", params![login])?;
    Ok(tx.execute("delete from account_factor where login = $1", params![login])? > 0)
}
