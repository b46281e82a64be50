//! Signing in, staying signed in, signing out.
//!
//! A failed attempt tells nothing: unknown account, wrong password and paused account take the
//! same work, the same time and the same answer. Hashing is bounded, so that a flood of attempts
//! costs the machine two processors' worth of memory at most.

use std::time::Duration;

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use tokio::sync::Semaphore;

use super::account::{AccountError, Login, Password, Role};
use super::session_store::{NewSession, SessionStore, StoredAccount, StoredSession};
use crate::sql::SqlError;

/// A session that is not used for so long has ended.
pub const IDLE_MS: i64 = 30 * 60 * 1000;
/// A session ends after so long whatever happens.
pub const ABSOLUTE_MS: i64 = 12 * 60 * 60 * 1000;
/// Attempts that may fail before an account is paused.
const FAILURES_MAX: u32 = 5;
/// First pause; every further failure doubles it.
const PAUSE_MS: i64 = 60 * 1000;
/// Longest pause.
const PAUSE_MS_MAX: i64 = 15 * 60 * 1000;
/// Use is written down once in so long, to spare the disk.
const TOUCH_MS: i64 = 60 * 1000;
/// Passwords that are hashed at the same time, each with 19 MiB of memory.
const HASHES_MAX: usize = 2;
/// How long an attempt waits for its turn.
const TURN_MS: u64 = 5_000;
/// Every failed attempt takes at least so long.
const FAILURE_MS: u64 = 400;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// Unknown account, wrong password or paused account; which of them is not told.
    #[error("account or password is wrong, or the account is paused")]
    Refused,
    /// Too many attempts at the same time; the password was not looked at.
    #[error("too many people are signing in")]
    Busy,
    /// The account cannot be made as asked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The store could not be read or written.
    #[error("store unavailable")]
    Store(#[from] SqlError),
}

/// The secret that the browser keeps, in hexadecimal digits. Never stored, never logged.
pub struct SessionToken(String);

impl SessionToken {
    /// The token as the cookie carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Name that signed in.
    pub login: String,
    /// Name on the screen.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Token that every form of the session carries.
    pub csrf: String,
}

/// The sessions of one console.
pub struct Sessions {
    store: SessionStore,
    turns: Semaphore,
    /// Hash of a password that nobody has, so that an unknown account costs the same work.
    decoy: String,
}

impl Sessions {
    /// Keeps sessions in a store.
    ///
    /// # Errors
    /// No random password could be hashed.
    pub fn new(store: SessionStore) -> Result<Self, AccountError> {
        let decoy = Password::typed(fresh_secret())?.hash()?;
        Ok(Self { store, turns: Semaphore::new(HASHES_MAX), decoy })
    }

    /// Makes an account, or gives one a new password, role and name and ends its sessions.
    ///
    /// # Errors
    /// Login or password break a rule, or the store could not be written.
    pub async fn put_account(&self, person: NewAccount, now_ms: i64) -> Result<(), SessionError> {
        Ok(self.store.put_account(person.hashed().await?, now_ms).await?)
    }

    /// Logins of all accounts.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn logins(&self) -> Result<Vec<String>, SqlError> {
        self.store.logins().await
    }

    /// Signs a person in and returns the token of the new session.
    ///
    /// # Errors
    /// Refused without a reason, too many attempts, or the store failed.
    pub async fn sign_in(
        &self,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let earliest = tokio::time::Instant::now() + Duration::from_millis(FAILURE_MS);
        let account = self.paced(earliest, login, password, now_ms).await?;
        self.open(account.login, now_ms).await
    }

    /// Checks who somebody is without opening a session, as for one command at a terminal; failed
    /// attempts count as those of the sign-in page do.
    ///
    /// # Errors
    /// Refused without a reason, too many attempts, or the store failed.
    pub async fn verify(
        &self,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let earliest = tokio::time::Instant::now() + Duration::from_millis(FAILURE_MS);
        let account = self.paced(earliest, login, password, now_ms).await?;
        self.store.forget_failures(&account.login).await?;
        Ok(account)
    }

    /// No failure is quicker than another.
    async fn paced(
        &self,
        earliest: tokio::time::Instant,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let result = self.recognise(login, password, now_ms).await;
        if matches!(result, Err(SessionError::Refused)) {
            tokio::time::sleep_until(earliest).await;
        }
        result
    }

    async fn recognise(
        &self,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let wait = Duration::from_millis(TURN_MS);
        let turn = tokio::time::timeout(wait, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(SessionError::Busy);
        };
        let password = Password::typed(password).map_err(|_| SessionError::Refused)?;
        let account = match login.parse::<Login>() {
            Ok(login) => self.store.account(&login).await?,
            Err(_) => None,
        };
        let hash = account.as_ref().map_or(&self.decoy, |known| &known.password_hash).clone();
        let matches = tokio::task::spawn_blocking(move || password.matches(&hash)).await;
        match account {
            Some(known) if known.locked_until_ms > now_ms => Err(SessionError::Refused),
            Some(known) if matches.unwrap_or(false) => Ok(known),
            Some(known) => {
                self.store.note_failure(&known.login, paused_until(&known, now_ms)).await?;
                Err(SessionError::Refused)
            }
            None => Err(SessionError::Refused),
        }
    }

    async fn open(&self, login: String, now_ms: i64) -> Result<SessionToken, SessionError> {
        let token = SessionToken(fresh_secret());
        let session = NewSession {
            token: digest_of(token.expose()),
            login,
            csrf: fresh_secret(),
            now_ms,
            expires_ms: now_ms.saturating_add(ABSOLUTE_MS),
        };
        self.store.open(session).await?;
        Ok(token)
    }

    /// The session of a token, if it is still open; its idle time starts anew.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn find(&self, token: &str, now_ms: i64) -> Result<Option<Session>, SqlError> {
        let digest = digest_of(token);
        let Some(stored) = self.store.session(digest).await? else {
            return Ok(None);
        };
        if has_ended(&stored, now_ms) {
            self.store.close(digest).await?;
            return Ok(None);
        }
        if now_ms - stored.seen_ms >= TOUCH_MS {
            self.store.touch(digest, now_ms).await?;
        }
        let StoredSession { login, name, role, csrf, .. } = stored;
        Ok(Some(Session { login, name, role, csrf }))
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn sign_out(&self, token: &str) -> Result<(), SqlError> {
        self.store.close(digest_of(token)).await
    }
}

/// An account to be made.
pub struct NewAccount {
    /// Name to sign in with.
    pub login: String,
    /// Name on the screen.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Password in the clear; only its hash is kept.
    pub password: String,
}

impl NewAccount {
    /// The account as it is stored: the password only as its hash.
    ///
    /// # Errors
    /// Login or password break a rule.
    pub async fn hashed(self) -> Result<StoredAccount, AccountError> {
        let password = Password::chosen(self.password)?;
        let hashed = tokio::task::spawn_blocking(move || password.hash()).await;
        Ok(StoredAccount {
            login: self.login.parse::<Login>()?.as_str().to_owned(),
            password_hash: hashed.map_err(|_| AccountError::Hash)??,
            role: self.role,
            name: self.name.chars().take(80).collect(),
            locked_until_ms: 0,
            failures: 0,
        })
    }
}

/// 32 random bytes in hexadecimal digits.
pub(super) fn fresh_secret() -> String {
    use std::fmt::Write as _;
    random_bytes::<32>().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether two secrets are equal, without telling by the time it takes where they differ.
pub(super) fn same_secret(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    !one.is_empty() && one.len() == other.len() && differing == 0
}

fn digest_of(token: &str) -> Digest {
    sha256(token.as_bytes())
}

fn has_ended(session: &StoredSession, now_ms: i64) -> bool {
    now_ms >= session.expires_ms || now_ms.saturating_sub(session.seen_ms) >= IDLE_MS
}

/// Until when one more failure pauses an account; 0 as long as it may go on trying.
fn paused_until(account: &StoredAccount, now_ms: i64) -> i64 {
    let failures = account.failures.saturating_add(1);
    match failures.checked_sub(FAILURES_MAX) {
        None => 0,
        Some(beyond) => {
            let pause = PAUSE_MS.saturating_mul(1_i64 << beyond.min(8));
            now_ms.saturating_add(pause.min(PAUSE_MS_MAX))
        }
    }
}

#[cfg(test)]
mod tests;
