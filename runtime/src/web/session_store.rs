//! Accounts and sessions in the database.
//!
//! A session is stored under the digest of its token: who reads the database cannot take over a
//! session. Ended sessions are removed when the next one is opened, so the table stays small.

pub mod factor;

use domain::digest::Digest;

use super::account::{Login, Role};
use crate::params;
use crate::sql::{Database, Migration, Row, SqlError, Tx};

/// Statements that make the tables; part of the migrations of whichever database holds them.
pub const SCHEMA: &str = include_str!("session_store/001_account.sql");

/// Statements that add second factors to [`SCHEMA`].
pub const FACTOR_SCHEMA: &str = include_str!("session_store/002_second_factor.sql");

/// Migrations of a database of its own.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "console accounts and sessions", sql: SCHEMA },
    Migration { number: 2, name: "second factors", sql: FACTOR_SCHEMA },
];

/// Most sessions that one account has at a time, of those whose second factor was proved and of
/// the others apart: whoever knows the password alone puts nobody out. The longest unused one
/// gives way.
const SESSIONS_PER_ACCOUNT_MAX: i64 = 8;

/// The pause of an account that somebody locked: it has no end.
pub const LOCKED_MS: i64 = i64::MAX;

/// An account as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// Name to sign in with.
    pub login: String,
    /// Hash of the password with salt and parameters.
    pub password_hash: String,
    /// What the person may do.
    pub role: Role,
    /// Name on the screen.
    pub name: String,
    /// Until when signing in is paused, in milliseconds since 1970; 0 for never.
    pub locked_until_ms: i64,
    /// Failed attempts since the last success.
    pub failures: u32,
}

/// A session as it is stored, with its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// Name that signed in.
    pub login: String,
    /// Name on the screen.
    pub name: String,
    /// What the person may do, as of now and not as of the sign-in.
    pub role: Role,
    /// Token that every form of the session carries.
    pub csrf: String,
    /// When it was opened, in milliseconds since 1970.
    pub created_ms: i64,
    /// Last use, in milliseconds since 1970.
    pub seen_ms: i64,
    /// End whatever happens, in milliseconds since 1970.
    pub expires_ms: i64,
    /// Whether the second factor was proved in it.
    pub is_proved: bool,
    /// Whether the account has a second factor that was confirmed.
    pub has_factor: bool,
    /// Whether the password was chosen by somebody else.
    pub must_change: bool,
}

/// A session as its owner sees it in the list of the own ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// Digest of its token; names it and opens nothing.
    pub token: Digest,
    /// When it was opened, in milliseconds since 1970.
    pub created_ms: i64,
    /// Last use, in milliseconds since 1970.
    pub seen_ms: i64,
    /// What the browser called itself.
    pub browser: String,
}

/// An account as whoever looks after accounts sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// Name to sign in with.
    pub login: String,
    /// Name on the screen.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether somebody locked it.
    pub is_locked: bool,
    /// Whether it has a second factor that was confirmed.
    pub has_factor: bool,
    /// Last use of a session that is open, in milliseconds since 1970.
    pub seen_ms: Option<i64>,
}

/// What a new session consists of.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Digest of the token that the browser keeps.
    pub token: Digest,
    /// Name that signed in.
    pub login: String,
    /// Token that every form of the session carries.
    pub csrf: String,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
    /// End whatever happens, in milliseconds since 1970.
    pub expires_ms: i64,
    /// Whether the second factor was proved.
    pub is_proved: bool,
    /// What the browser calls itself.
    pub browser: String,
}

/// An attempt that was counted, and how many there were with it.
#[derive(Clone, Copy, Debug)]
pub struct Counted(u32);

/// Accounts and sessions of one console.
#[derive(Clone)]
pub struct SessionStore {
    database: Database,
}

impl SessionStore {
    /// Uses a database whose migrations include [`SCHEMA`] and [`FACTOR_SCHEMA`].
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }

    /// Adds an account, or replaces name, role and password of one and ends its sessions.
    ///
    /// # Errors
    /// The store could not be written; nothing was changed.
    pub async fn put_account(&self, account: StoredAccount, now_ms: i64) -> Result<(), SqlError> {
        self.database.write_async("put_account", move |tx| put(tx, &account, now_ms)).await
    }

    /// The database, for work that writes more than one thing.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The account of a login.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn account(&self, login: &Login) -> Result<Option<StoredAccount>, SqlError> {
        let login = login.clone();
        self.database
            .read_async(move |tx| {
                tx.query_opt(
                    "select login, password_hash, role, name, locked_until_ms, failures \
                     from account where login = $1",
                    params![login.as_str()],
                    stored_account,
                )
            })
            .await
    }

    /// Whether the password of an account was chosen by somebody else and not replaced since.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn is_to_replace(&self, login: &str) -> Result<bool, SqlError> {
        let login = login.to_owned();
        let asked = move |tx: &Tx<'_>| {
            let asked = "select must_change from account where login = $1";
            tx.query_opt(asked, params![&login], |row| row.bool(0))
        };
        Ok(self.database.read_async(asked).await?.unwrap_or(false))
    }

    /// Counts an attempt before it is judged, so that any number at the same time is judged no
    /// more often than one after the other; nothing where it may not be judged at all.
    /// `pause_until` says until when one more failure after so many pauses the account.
    ///
    /// # Errors
    /// The store could not be written; then nothing may be judged.
    pub async fn begin_attempt(
        &self,
        login: &str,
        now_ms: i64,
        pause_until: fn(u32, i64) -> i64,
    ) -> Result<Option<Counted>, SqlError> {
        let login = login.to_owned();
        let count = move |tx: &Tx<'_>| {
            let Some((failures, paused_ms)) = attempts(tx, &login)? else { return Ok(None) };
            if paused_ms > now_ms {
                return Ok(None);
            }
            let counted = failures.saturating_add(1);
            set_attempts(tx, &login, counted, pause_until(failures, now_ms))?;
            Ok(Some(Counted(counted)))
        };
        self.database.write_async("begin_attempt", count).await
    }

    /// Takes back an attempt that was right, and nothing of the others: a known password does not
    /// open the codes to guessing.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn take_attempt_back(&self, login: &str, own: Counted) -> Result<(), SqlError> {
        let login = login.to_owned();
        let take = move |tx: &Tx<'_>| {
            let Some((failures, paused_ms)) = attempts(tx, &login)? else { return Ok(()) };
            // A pause that others have brought since stays.
            let paused_ms = if failures == own.0 { 0 } else { paused_ms };
            set_attempts(tx, &login, failures.saturating_sub(1), paused_ms)
        };
        self.database.write_async("take_attempt_back", take).await
    }

    /// Forgets failed attempts, as after somebody was recognised.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn forget_failures(&self, login: &str) -> Result<(), SqlError> {
        let login = login.to_owned();
        let forget = move |tx: &Tx<'_>| set_attempts(tx, &login, 0, 0);
        self.database.write_async("forget_failures", forget).await
    }

    /// Opens a session and removes what has ended; forgets failed attempts where nothing more is
    /// asked. An account that was locked meanwhile gets none; the answer tells.
    ///
    /// # Errors
    /// The store could not be written; no session was opened.
    pub async fn open(&self, session: NewSession) -> Result<bool, SqlError> {
        let open = move |tx: &Tx<'_>| {
            let login = &session.login;
            match attempts(tx, login)? {
                None | Some((_, LOCKED_MS)) => return Ok(false),
                Some(_) => {}
            }
            tx.execute("delete from session where expires_ms <= $1", params![session.now_ms])?;
            tx.execute(
                "delete from session where login = $1 and proved = $3 and token_digest not in \
                 (select token_digest from session where login = $1 and proved = $3 \
                 order by seen_ms desc limit $2)",
                params![login, SESSIONS_PER_ACCOUNT_MAX - 1, session.is_proved],
            )?;
            insert(tx, &session)?;
            if session.is_proved || !factor::is_confirmed(tx, login)? {
                set_attempts(tx, login, 0, 0)?;
            }
            Ok(true)
        };
        self.database.write_async("open_session", open).await
    }

    /// The session of a token, whether or not it has ended.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn session(&self, token: Digest) -> Result<Option<StoredSession>, SqlError> {
        self.database
            .read_async(move |tx| {
                tx.query_opt(
                    "select s.login, a.name, a.role, s.csrf, s.seen_ms, s.expires_ms, \
                     s.created_ms, s.proved, a.must_change, \
                     (select count(*) from account_factor f \
                     where f.login = s.login and f.confirmed_ms > 0) \
                     from session s join account a on a.login = s.login \
                     where s.token_digest = $1",
                    params![&token.to_tagged()],
                    stored_session,
                )
            })
            .await
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn touch(&self, token: Digest, now_ms: i64) -> Result<(), SqlError> {
        self.database
            .write_async("touch_session", move |tx| {
                tx.execute(
                    "update session set seen_ms = $2 where token_digest = $1",
                    params![&token.to_tagged(), now_ms],
                )?;
                Ok(())
            })
            .await
    }

    /// Ends a session; one that has ended already is no error.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn close(&self, token: Digest) -> Result<(), SqlError> {
        self.database
            .write_async("close_session", move |tx| {
                tx.execute(
                    "delete from session where token_digest = $1",
                    params![&token.to_tagged()],
                )?;
                Ok(())
            })
            .await
    }
}

/// Sets another password, chosen by the person or not, and ends the sessions of the account.
///
/// # Errors
/// The store could not be written.
pub fn set_password(
    tx: &Tx<'_>,
    login: &str,
    password_hash: &str,
    chosen_by: Chooser,
) -> Result<bool, SqlError> {
    end_all(tx, login)?;
    let changed = tx.execute(
        "update account set password_hash = $2, must_change = $3, failures = 0, \
         locked_until_ms = 0 where login = $1 and locked_until_ms <> $4",
        params![login, password_hash, chosen_by == Chooser::Another, LOCKED_MS],
    )?;
    Ok(changed > 0)
}

/// The sessions of an account that are open, the last used first.
///
/// # Errors
/// The store could not be read.
pub fn open_sessions(
    tx: &Tx<'_>,
    login: &str,
    seen_after_ms: i64,
) -> Result<Vec<SessionLine>, SqlError> {
    tx.query(
        "select token_digest, created_ms, seen_ms, browser from session \
         where login = $1 and seen_ms > $2 order by seen_ms desc",
        params![login, seen_after_ms],
        |row| {
            Ok(SessionLine {
                token: Digest::from_tagged(row.bytes(0)?).map_err(|_| SqlError::Type)?,
                created_ms: row.i64(1)?,
                seen_ms: row.i64(2)?,
                browser: row.text(3)?,
            })
        },
    )
}

/// Ends one session of an account; another's is left alone.
///
/// # Errors
/// The store could not be written.
pub fn end_one(tx: &Tx<'_>, login: &str, token: &Digest) -> Result<(), SqlError> {
    tx.execute(
        "delete from session where login = $1 and token_digest = $2",
        params![login, &token.to_tagged()],
    )?;
    Ok(())
}

/// Ends every session of an account but one.
///
/// # Errors
/// The store could not be written.
pub fn end_others(tx: &Tx<'_>, login: &str, kept: &Digest) -> Result<(), SqlError> {
    tx.execute(
        "delete from session where login = $1 and token_digest <> $2",
        params![login, &kept.to_tagged()],
    )?;
    Ok(())
}

/// Who chose a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chooser {
    /// The person whose account it is.
    Owner,
    /// Somebody else, for a first sign-in: it has to be replaced then.
    Another,
}

/// Adds an account, or replaces name, role and password of one, unlocks it and ends its sessions.
///
/// For a database that writes more than the account in the same transaction.
///
/// # Errors
/// The store could not be written.
pub fn put(tx: &Tx<'_>, account: &StoredAccount, now_ms: i64) -> Result<(), SqlError> {
    end_all(tx, &account.login)?;
    tx.execute(
        "insert into account (login, password_hash, role, name, created_ms, \
         locked_until_ms, failures) values ($1, $2, $3, $4, $5, 0, 0) \
         on conflict (login) do update set password_hash = excluded.password_hash, \
         role = excluded.role, name = excluded.name, locked_until_ms = 0, failures = 0, \
         must_change = 0",
        params![
            &account.login,
            &account.password_hash,
            account.role.as_str(),
            &account.name,
            now_ms,
        ],
    )?;
    Ok(())
}

/// All accounts, in alphabetical order of their logins.
///
/// # Errors
/// The store could not be read.
pub fn accounts(tx: &Tx<'_>) -> Result<Vec<AccountLine>, SqlError> {
    tx.query(
        "select login, name, role, locked_until_ms, \
         (select count(*) from account_factor as f \
          where f.login = a.login and f.confirmed_ms > 0), \
         (select max(seen_ms) from session as s where s.login = a.login) \
         from account as a order by login limit 1000",
        &[],
        |row| {
            Ok(AccountLine {
                login: row.text(0)?,
                name: row.text(1)?,
                role: role(row, 2)?,
                is_locked: row.i64(3)? == LOCKED_MS,
                has_factor: row.i64(4)? > 0,
                seen_ms: row.opt_i64(5)?,
            })
        },
    )
}

/// Gives an account another role and ends its sessions; tells whether there is such an account.
///
/// # Errors
/// The store could not be written.
pub fn set_role(tx: &Tx<'_>, login: &Login, role: Role) -> Result<bool, SqlError> {
    end_all(tx, login.as_str())?;
    let changed = tx.execute(
        "update account set role = $2 where login = $1",
        params![login.as_str(), role.as_str()],
    )?;
    Ok(changed > 0)
}

/// Locks an account until it is unlocked, and ends its sessions; or unlocks it. Tells whether there
/// is such an account.
///
/// # Errors
/// The store could not be written.
pub fn set_locked(tx: &Tx<'_>, login: &Login, locked: bool) -> Result<bool, SqlError> {
    end_all(tx, login.as_str())?;
    let until = if locked { LOCKED_MS } else { 0 };
    let changed = tx.execute(
        "update account set locked_until_ms = $2, failures = 0 where login = $1",
        params![login.as_str(), until],
    )?;
    Ok(changed > 0)
}

/// Ends every session of an account.
///
/// # Errors
/// The store could not be written.
pub fn end_all(tx: &Tx<'_>, login: &str) -> Result<(), SqlError> {
    tx.execute("delete from session where login = $1", params![login])?;
    Ok(())
}

/// Failed attempts of an account, and until when it is paused.
fn attempts(tx: &Tx<'_>, login: &str) -> Result<Option<(u32, i64)>, SqlError> {
    tx.query_opt(
        "select failures, locked_until_ms from account where login = $1",
        params![login],
        |row| Ok((row.u32(0)?, row.i64(1)?)),
    )
}

/// Notes attempts and pause of an account; one that somebody locked stays as it is.
fn set_attempts(tx: &Tx<'_>, login: &str, failures: u32, paused_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update account set failures = $2, locked_until_ms = $3 \
         where login = $1 and locked_until_ms <> $4",
        params![login, failures, paused_ms, LOCKED_MS],
    )?;
    Ok(())
}

fn insert(tx: &Tx<'_>, session: &NewSession) -> Result<(), SqlError> {
    tx.execute(
        "insert into session (token_digest, login, csrf, created_ms, seen_ms, expires_ms, \
         proved, browser) values ($1, $2, $3, $4, $4, $5, $6, $7)",
        params![
            &session.token.to_tagged(),
            &session.login,
            &session.csrf,
            session.now_ms,
            session.expires_ms,
            session.is_proved,
            &session.browser,
        ],
    )?;
    Ok(())
}

fn stored_account(row: &Row<'_, '_>) -> Result<StoredAccount, SqlError> {
    Ok(StoredAccount {
        login: row.text(0)?,
        password_hash: row.text(1)?,
        role: role(row, 2)?,
        name: row.text(3)?,
        locked_until_ms: row.i64(4)?,
        failures: row.u32(5)?,
    })
}

fn stored_session(row: &Row<'_, '_>) -> Result<StoredSession, SqlError> {
    Ok(StoredSession {
        login: row.text(0)?,
        name: row.text(1)?,
        role: role(row, 2)?,
        csrf: row.text(3)?,
        seen_ms: row.i64(4)?,
        expires_ms: row.i64(5)?,
        created_ms: row.i64(6)?,
        is_proved: row.bool(7)?,
        must_change: row.bool(8)?,
        has_factor: row.i64(9)? > 0,
    })
}

fn role(row: &Row<'_, '_>, column: usize) -> Result<Role, SqlError> {
    row.str(column)?.parse().map_err(|_| SqlError::Type)
}
