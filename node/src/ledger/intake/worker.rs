//! Who works at a receiver: an account in the role that it has now.

use domain::receiver::{Duty, ReceiverRole, may};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::Role;
use runtime::web::session_store::LOCKED_MS;

use super::super::entry::Moment;

/// Who reads or acts at a receiver. Names an account, so without `Debug`.
#[derive(Clone)]
pub struct Worker {
    account: String,
    name: String,
    role: ReceiverRole,
    now: Moment,
}

impl Worker {
    /// An account in its role, at an instant of the process's clock.
    #[must_use]
    pub fn new((account, name): (&str, &str), role: ReceiverRole, now_ms: i64) -> Self {
        let (account, name) = (account.to_owned(), name.to_owned());
        Self { account, name, role, now: Moment(now_ms) }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The person's name, which an answer names.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The role.
    #[must_use]
    pub const fn role(&self) -> ReceiverRole {
        self.role
    }

    /// Now.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.day()
    }

    /// Whether the role has a duty.
    #[must_use]
    pub const fn may(&self, duty: Duty) -> bool {
        may(self.role, duty)
    }
}

/// The account as somebody who works here; nobody where there is none, where it is locked, or where
/// a receiver has no such role.
///
/// # Errors
/// The store cannot be read.
pub fn worker(tx: &Tx<'_>, login: &str, now_ms: i64) -> Result<Option<Worker>, SqlError> {
    let found = tx.query_opt(
        "select role, locked_until_ms, name from account where login = $1",
        params![login],
        |row| {
            let role: Role = row.str(0)?.parse().map_err(|_| SqlError::Type)?;
            Ok((role.receiver(), row.i64(1)?, row.text(2)?))
        },
    )?;
    let Some((Some(role), locked_until_ms, name)) = found else {
        return Ok(None);
    };
    Ok((locked_until_ms != LOCKED_MS).then(|| Worker::new((login, &name), role, now_ms)))
}
