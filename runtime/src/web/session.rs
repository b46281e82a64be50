//! Signing in, staying signed in, signing out.
//!
//! A failed attempt tells nothing: unknown account, wrong password and paused account take the
//! same work, the same time and the same answer. Hashing is bounded, so that a flood of attempts
//! costs the machine two processors' worth of memory at most. A session opens nothing as long as
//! something is still asked of its person ([`Hurdle`]).

mod proving;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::account::{AccountError, Login, Password, Role};
use super::factor::FactorPolicy;
use super::session_store::{
    self, Chooser, Counted, NewSession, SessionStore, StoredAccount, StoredSession,
};
use super::throttle::{Pace, Throttle};
use crate::sql::{SqlError, Tx};

pub use proving::Enrolled;

/// A session that is not used for so long has ended.
pub const IDLE_MS: i64 = 30 * 60 * 1000;
/// A session ends after so long whatever happens.
pub const ABSOLUTE_MS: i64 = 12 * 60 * 60 * 1000;
/// So long a session waits for the code of its second factor.
const CODE_MS: i64 = 10 * 60 * 1000;
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
/// So much of what a browser calls itself is kept.
const BROWSER_CHARS_MAX: usize = 160;

/// Why nobody was signed in, or an account was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// Unknown account, wrong password or paused account; which of them is not told.
    #[error("account or password is wrong, or the account is paused")]
    Refused,
    /// The password is right and a code of the second factor is missing.
    #[error("a code of the second factor is needed")]
    CodeNeeded,
    /// The second factor was changed in another session meanwhile; nothing was changed in this.
    #[error("the second factor was changed elsewhere meanwhile")]
    Moved,
    /// Wrong, used or old code, or the account is paused.
    #[error("the code is wrong or was used, or the account is paused")]
    Code,
    /// The password was given for a first sign-in and opens nothing else before it is replaced.
    #[error("the password has to be replaced first")]
    Replace,
    /// Too many failures from one address.
    #[error("too many attempts from this address; wait {seconds} seconds")]
    Address {
        /// How long to wait.
        seconds: u64,
    },
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

/// What is still asked of a person before any page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// A code of the second factor.
    Code,
    /// A password of the own in place of the one that somebody else chose.
    Password,
    /// A second factor, which the role needs and the account has not.
    Enrol,
}

/// A session and what is still asked.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Who it is.
    pub session: Session,
    /// What is still asked; nothing where pages are open.
    pub hurdle: Option<Hurdle>,
    /// Whether the account has a second factor.
    pub has_factor: bool,
}

/// Somebody who wants to sign in.
pub struct Attempt {
    /// Name as typed.
    pub login: String,
    /// Password as typed.
    pub password: String,
    /// Where the attempt comes from, as far as it is known.
    pub from: Option<IpAddr>,
    /// What the browser calls itself.
    pub browser: String,
}

/// Sees each change that people make to their own accounts, in the transaction that makes it.
pub trait Witness: Send + Sync {
    /// Writes down that an account was changed by its owner.
    ///
    /// # Errors
    /// The line could not be written; then the change is not made either.
    fn note(
        &self,
        tx: &Tx<'_>,
        login: &str,
        what: &'static str,
        now_ms: i64,
    ) -> Result<(), SqlError>;
}

/// Nobody keeps a record.
struct Unwitnessed;

impl Witness for Unwitnessed {
    fn note(&self, _: &Tx<'_>, _: &str, _: &'static str, _: i64) -> Result<(), SqlError> {
        Ok(())
    }
}

/// The sessions of one console.
pub struct Sessions {
    store: SessionStore,
    policy: FactorPolicy,
    witness: Arc<dyn Witness>,
    turns: Semaphore,
    throttle: Throttle,
    /// Hash of a password that nobody has, so that an unknown account costs the same work.
    decoy: String,
}

impl Sessions {
    /// Keeps sessions in a store, with a rule about who has to have a second factor; whoever has
    /// one is asked for it in any case.
    ///
    /// # Errors
    /// No random password could be hashed.
    pub fn new(store: SessionStore, policy: FactorPolicy) -> Result<Self, AccountError> {
        let decoy = Password::typed(fresh_secret())?.hash()?;
        let (turns, throttle) = (Semaphore::new(HASHES_MAX), Throttle::default());
        Ok(Self { store, policy, witness: Arc::new(Unwitnessed), turns, throttle, decoy })
    }

    /// The same, with somebody who writes changes down.
    #[must_use]
    pub fn witnessed(self, witness: Arc<dyn Witness>) -> Self {
        Self { witness, ..self }
    }

    /// Where accounts and sessions are.
    #[must_use]
    pub const fn store(&self) -> &SessionStore {
        &self.store
    }

    /// Who has to have a second factor.
    #[must_use]
    pub const fn policy(&self) -> FactorPolicy {
        self.policy
    }

    /// Makes an account, or gives one a new password, role and name and ends its sessions.
    ///
    /// # Errors
    /// Login or password break a rule, or the store could not be written.
    pub async fn put_account(&self, person: NewAccount, now_ms: i64) -> Result<(), SessionError> {
        Ok(self.store.put_account(person.hashed().await?, now_ms).await?)
    }

    /// As [`Sessions::put_account`], with a password that opens nothing until its person has
    /// replaced it: whoever makes an account for somebody knows the first one.
    ///
    /// # Errors
    /// As [`Sessions::put_account`].
    pub async fn give_account(&self, person: NewAccount, now_ms: i64) -> Result<(), SessionError> {
        let account = person.hashed().await?;
        let given = move |tx: &Tx<'_>| {
            session_store::put(tx, &account, now_ms)?;
            let (login, hash) = (&account.login, &account.password_hash);
            session_store::set_password(tx, login, hash, Chooser::Another).map(drop)
        };
        Ok(self.store.database().write_async("give_account", given).await?)
    }

    /// Signs a person in and returns the token of the new session, of which more may be asked.
    ///
    /// # Errors
    /// Refused without a reason, too many attempts, or the store failed.
    pub async fn sign_in(
        &self,
        attempt: Attempt,
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let Attempt { login, password, from, browser } = attempt;
        let named = login.to_lowercase();
        self.keep_pace(from, &named, now_ms).await?;
        let result = self.paced(&login, password, now_ms).await;
        match (&result, from) {
            (Err(SessionError::Refused), Some(from)) => {
                self.throttle.note_failure(from, &named, now_ms);
            }
            (Ok(known), Some(from)) => self.throttle.note_success(from, &known.login, now_ms),
            _ => {}
        }
        self.open(result?.login, (false, &browser), now_ms).await
    }

    /// Checks who somebody is without opening a session, as for one command at a terminal; failed
    /// attempts count as those of the sign-in page do.
    ///
    /// # Errors
    /// Refused without a reason, a code is needed or wrong, the password was given and not yet
    /// replaced, too many attempts, or the store failed.
    pub async fn verify(
        &self,
        login: &str,
        password: String,
        code: Option<&str>,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let account = self.known(login, password, code, now_ms).await?;
        match self.store.is_to_replace(&account.login).await? {
            true => Err(SessionError::Replace),
            false => Ok(account),
        }
    }

    /// As [`Sessions::verify`], also with a password that has to be replaced.
    async fn known(
        &self,
        login: &str,
        password: String,
        code: Option<&str>,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let account = self.paced(login, password, now_ms).await?;
        if self.has_factor(&account.login).await? {
            self.check_code(&account.login, code.ok_or(SessionError::CodeNeeded)?, now_ms).await?;
        }
        self.store.forget_failures(&account.login).await?;
        Ok(account)
    }

    async fn keep_pace(
        &self,
        from: Option<IpAddr>,
        login: &str,
        now_ms: i64,
    ) -> Result<(), SessionError> {
        match from.map_or(Pace::Go, |from| self.throttle.pace(from, login, now_ms)) {
            Pace::Go => {}
            Pace::Turn { wait_ms } => tokio::time::sleep(Duration::from_millis(wait_ms)).await,
            Pace::Crowded => return Err(SessionError::Busy),
            Pace::Paused { seconds } => return Err(SessionError::Address { seconds }),
        }
        Ok(())
    }

    /// No failure is quicker than another.
    async fn paced(
        &self,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<StoredAccount, SessionError> {
        let earliest = Instant::now() + Duration::from_millis(FAILURE_MS);
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
        let counted = match &account {
            Some(known) => self.begin_attempt(&known.login, now_ms).await?,
            None => None,
        };
        let matches = crate::blocking::run(move || password.matches(&hash)).await;
        let (Some(known), Some(counted), Ok(true)) = (account, counted, matches) else {
            return Err(SessionError::Refused);
        };
        self.store.take_attempt_back(&known.login, counted).await?;
        Ok(known)
    }

    async fn begin_attempt(&self, login: &str, now_ms: i64) -> Result<Option<Counted>, SqlError> {
        self.store.begin_attempt(login, now_ms, paused_until).await
    }

    async fn open(
        &self,
        login: String,
        (is_proved, browser): (bool, &str),
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let token = SessionToken(fresh_secret());
        let session = NewSession {
            token: digest_of(token.expose()),
            login,
            csrf: fresh_secret(),
            now_ms,
            expires_ms: now_ms.saturating_add(ABSOLUTE_MS),
            is_proved,
            browser: browser.chars().take(BROWSER_CHARS_MAX).collect(),
        };
        if !self.store.open(session).await? {
            return Err(SessionError::Refused);
        }
        Ok(token)
    }

    /// The session of a token, if it is still open and nothing more is asked; its idle time starts
    /// anew.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn find(&self, token: &str, now_ms: i64) -> Result<Option<Session>, SqlError> {
        let standing = self.standing(token, now_ms).await?;
        Ok(standing.filter(|found| found.hurdle.is_none()).map(|found| found.session))
    }

    /// The session of a token and what is still asked of its person.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn standing(&self, token: &str, now_ms: i64) -> Result<Option<Standing>, SqlError> {
        let digest = digest_of(token);
        let Some(stored) = self.store.session(digest).await? else {
            return Ok(None);
        };
        let hurdle = hurdle(&stored, self.policy);
        if has_ended(&stored, hurdle, now_ms) {
            self.store.close(digest).await?;
            return Ok(None);
        }
        if now_ms - stored.seen_ms >= TOUCH_MS {
            self.store.touch(digest, now_ms).await?;
        }
        let StoredSession { login, name, role, csrf, has_factor, .. } = stored;
        let session = Session { login, name, role, csrf };
        Ok(Some(Standing { session, hurdle, has_factor }))
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
        let login: Login = self.login.parse()?;
        Ok(StoredAccount {
            password_hash: hash_chosen(login.as_str(), &self.password).await?,
            login: login.as_str().to_owned(),
            role: self.role,
            name: self.name.chars().take(80).collect(),
            locked_until_ms: 0,
            failures: 0,
        })
    }
}

/// The hash of a password that was chosen for a sign-in.
///
/// # Errors
/// Login or password break a rule.
pub async fn hash_chosen(login: &str, password: &str) -> Result<String, AccountError> {
    let login: Login = login.parse()?;
    let password = Password::chosen(password.to_owned(), login.as_str())?;
    let hashed = crate::blocking::run(move || password.hash()).await;
    hashed.map_err(|_| AccountError::Hash)?
}

/// 32 random bytes in hexadecimal digits.
#[must_use]
pub fn fresh_secret() -> String {
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

pub(super) fn digest_of(token: &str) -> Digest {
    sha256(token.as_bytes())
}

/// The code comes first: before it nothing about the account may be changed.
fn hurdle(session: &StoredSession, policy: FactorPolicy) -> Option<Hurdle> {
    if session.has_factor && !session.is_proved {
        Some(Hurdle::Code)
    } else if session.must_change {
        Some(Hurdle::Password)
    } else if !session.has_factor && policy.needs(session.role) {
        Some(Hurdle::Enrol)
    } else {
        None
    }
}

fn has_ended(session: &StoredSession, hurdle: Option<Hurdle>, now_ms: i64) -> bool {
    let waits_long = now_ms.saturating_sub(session.created_ms) >= CODE_MS;
    now_ms >= session.expires_ms
        || now_ms.saturating_sub(session.seen_ms) >= IDLE_MS
        || (hurdle == Some(Hurdle::Code) && waits_long)
}

/// Until when one more failure after so many pauses an account; 0 as long as it may go on trying.
fn paused_until(failures: u32, now_ms: i64) -> i64 {
    match failures.saturating_add(1).checked_sub(FAILURES_MAX) {
        None => 0,
        Some(beyond) => {
            let pause = PAUSE_MS.saturating_mul(1_i64 << beyond.min(8));
            now_ms.saturating_add(pause.min(PAUSE_MS_MAX))
        }
    }
}

#[cfg(test)]
mod factor_tests;
#[cfg(test)]
mod tests;
