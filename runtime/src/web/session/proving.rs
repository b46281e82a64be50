//! Proving a second factor, setting one up, and changing the own password.
//!
//! Whenever a session gets more rights, it gets a new token. Whenever password or factor change,
//! the other sessions of the account end too: whoever knew the old ones has nothing.

use std::time::Duration;

use certs::onetime::{AppSecret, SECRET_BYTES};
use tokio::time::Instant;

use super::super::account::{AccountError, Password};
use super::super::factor::{FactorKind, RECOVERY_CODES, SHEET_CODES, Sheet, code_digest};
use super::super::session_store::factor::{self, StoredFactor};
use super::super::session_store::{self, Chooser, SessionLine};
use super::{
    FAILURE_MS, Hurdle, IDLE_MS, SessionError, SessionToken, Sessions, Standing, TURN_MS, digest_of,
};
use crate::clock::Clock;
use crate::sql::SqlError;

/// A factor that was just set up.
pub struct Enrolled {
    /// What is shown once.
    pub sheet: Sheet,
    /// The session that goes on.
    pub token: SessionToken,
}

impl Sessions {
    /// The factor of an account, confirmed or not.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn factor(&self, login: &str) -> Result<Option<StoredFactor>, SqlError> {
        let login = login.to_owned();
        self.store.database().read_async(move |tx| factor::find(tx, &login)).await
    }

    /// Whether an account has a second step that it confirmed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn has_factor(&self, login: &str) -> Result<bool, SqlError> {
        Ok(self.factor(login).await?.is_some_and(|factor| factor.is_confirmed))
    }

    /// Takes the code of a session that waits for one.
    ///
    /// # Errors
    /// No session waits, the code is wrong or was used, the account is paused, or the store.
    pub async fn prove(
        &self,
        token: &str,
        (typed, browser): (&str, &str),
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let standing = self.standing(token, now_ms).await?.ok_or(SessionError::Refused)?;
        if standing.hurdle != Some(Hurdle::Code) {
            return Err(SessionError::Refused);
        }
        let login = standing.session.login;
        self.check_code(&login, typed, now_ms).await?;
        self.store.close(digest_of(token)).await?;
        self.open(login, (true, browser), now_ms).await
    }

    /// Uses a code up, of the app or of the sheet; a failure counts as a wrong password does.
    pub(super) async fn check_code(
        &self,
        login: &str,
        typed: &str,
        now_ms: i64,
    ) -> Result<(), SessionError> {
        let earliest = Instant::now() + Duration::from_millis(FAILURE_MS);
        if let Some(counted) = self.begin_attempt(login, now_ms).await?
            && self.uses(login, typed, now_ms).await?
        {
            self.store.take_attempt_back(login, counted).await?;
            return Ok(());
        }
        tokio::time::sleep_until(earliest).await;
        Err(SessionError::Code)
    }

    async fn uses(&self, login: &str, typed: &str, now_ms: i64) -> Result<bool, SessionError> {
        let Some(factor) = self.factor(login).await? else {
            return Ok(false);
        };
        let (name, database) = (login.to_owned(), self.store.database());
        let secret = <[u8; SECRET_BYTES]>::try_from(factor.secret.as_slice()).ok();
        let step = secret.map(AppSecret::from_bytes);
        let step = step.and_then(|secret| {
            secret.accepted_step(typed, Clock::of_telephones(now_ms), factor.last_step)
        });
        if let Some(step) = step {
            let done = move |tx: &crate::sql::Tx<'_>| factor::use_step(tx, &name, step);
            return Ok(database.write_async("use_step", done).await?);
        }
        let typed = typed.to_owned();
        let digest = self.hashing(move || Ok(code_digest(&typed, &factor.salt))).await?;
        let Some(digest) = digest else {
            return Ok(false);
        };
        let done = move |tx: &crate::sql::Tx<'_>| factor::use_code(tx, &name, &digest, now_ms);
        Ok(database.write_async("use_code", done).await?)
    }

    /// Sets up an authenticator app whose first code is `typed`.
    ///
    /// # Errors
    /// The code is not one of the secret, the factor was changed elsewhere, or the store; nothing
    /// was changed.
    pub async fn enrol_app(
        &self,
        standing: &Standing,
        (secret, typed): (&AppSecret, &str),
        browser: &str,
        now_ms: i64,
    ) -> Result<Enrolled, SessionError> {
        let step = secret
            .accepted_step(typed, Clock::of_telephones(now_ms), 0)
            .ok_or(SessionError::Code)?;
        let sheet = self.hashing(|| Sheet::draw(RECOVERY_CODES)).await?;
        let stored = StoredFactor {
            kind: FactorKind::App,
            secret: secret.expose().to_vec(),
            is_confirmed: true,
            last_step: step,
            codes_left: 0,
            salt: Vec::new(),
        };
        let (login, codes) = (standing.session.login.clone(), sheet.stored.clone());
        let witness = self.witness.clone();
        let had = standing.has_factor;
        let put = move |tx: &crate::sql::Tx<'_>| {
            if factor::is_confirmed(tx, &login)? != had {
                return Ok(false);
            }
            factor::put(tx, &login, &stored, &codes, now_ms)?;
            witness.note(tx, &login, "factor_app", now_ms)?;
            session_store::end_all(tx, &login)?;
            Ok::<_, SqlError>(true)
        };
        // The factor may have come or gone in another session meanwhile.
        if !self.store.database().write_async("enrol_app", put).await? {
            return Err(SessionError::Moved);
        }
        let login = standing.session.login.clone();
        let token = self.open(login, (true, browser), now_ms).await?;
        Ok(Enrolled { sheet, token })
    }

    /// Draws a new sheet: the recovery codes of an app, or the only factor of an account, which a
    /// first code then has to confirm.
    ///
    /// # Errors
    /// The factor was changed elsewhere, or the store; nothing was changed.
    pub async fn draw_sheet(
        &self,
        standing: &Standing,
        now_ms: i64,
    ) -> Result<Sheet, SessionError> {
        let login = standing.session.login.clone();
        let has_app = standing.has_factor
            && self.factor(&login).await?.is_some_and(|factor| factor.kind == FactorKind::App);
        let count = if has_app { RECOVERY_CODES } else { SHEET_CODES };
        let sheet = self.hashing(move || Sheet::draw(count)).await?;
        let (codes, witness) = (sheet.stored.clone(), self.witness.clone());
        let renews = standing.has_factor;
        let put = move |tx: &crate::sql::Tx<'_>| {
            if factor::is_confirmed(tx, &login)? != renews {
                return Ok(false);
            }
            if renews {
                witness.note(tx, &login, "factor_codes", now_ms)?;
                factor::put_sheet(tx, &login, &codes)?;
            } else {
                factor::put(tx, &login, &unconfirmed_sheet(), &codes, 0)?;
            }
            Ok::<_, SqlError>(true)
        };
        if !self.store.database().write_async("draw_sheet", put).await? {
            return Err(SessionError::Moved);
        }
        Ok(sheet)
    }

    /// Confirms a sheet that is the only factor by a first code of it, as long as it still is what
    /// the account has.
    ///
    /// # Errors
    /// The code is not on the sheet, the factor was changed elsewhere, the account is paused, or
    /// the store; nothing was changed.
    pub async fn confirm_sheet(
        &self,
        standing: &Standing,
        (typed, browser): (&str, &str),
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let earliest = Instant::now() + Duration::from_millis(FAILURE_MS);
        let login = &standing.session.login;
        let sheet = self.factor(login).await?.filter(StoredFactor::is_waiting_sheet);
        let salt = sheet.ok_or(SessionError::Moved)?.salt;
        if let Some(counted) = self.begin_attempt(login, now_ms).await?
            && self.confirms(login, (typed, salt), now_ms).await?
        {
            self.store.take_attempt_back(login, counted).await?;
            return self.open(login.clone(), (true, browser), now_ms).await;
        }
        tokio::time::sleep_until(earliest).await;
        Err(SessionError::Code)
    }

    /// Uses a code of the sheet with a salt up and confirms the sheet; whether the code was on it.
    async fn confirms(
        &self,
        login: &str,
        (typed, salt): (&str, Vec<u8>),
        now_ms: i64,
    ) -> Result<bool, SessionError> {
        let (login, typed, witness) = (login.to_owned(), typed.to_owned(), self.witness.clone());
        let (of, drawn) = (salt.clone(), salt);
        let Some(digest) = self.hashing(move || Ok(code_digest(&typed, &of))).await? else {
            return Ok(false);
        };
        // Whoever set an app up or drew another sheet meanwhile has a factor that this code is not
        // of: nothing of it may be confirmed.
        let done = move |tx: &crate::sql::Tx<'_>| {
            let now = factor::find(tx, &login)?;
            if !now.is_some_and(|now| now.is_waiting_sheet() && now.salt == drawn) {
                return Err(SessionError::Moved);
            }
            if !factor::use_code(tx, &login, &digest, now_ms)? {
                return Ok(false);
            }
            if !factor::confirm(tx, &login, now_ms)? {
                return Err(SessionError::Moved);
            }
            witness.note(tx, &login, "factor_sheet", now_ms)?;
            session_store::end_all(tx, &login)?;
            Ok(true)
        };
        self.store.database().write_async("confirm_sheet", done).await
    }

    /// Whether somebody who is signed in knows the password of the account.
    ///
    /// # Errors
    /// It does not match, the account is paused, too many attempts, or the store.
    pub async fn confirm_password(
        &self,
        login: &str,
        password: String,
        now_ms: i64,
    ) -> Result<(), SessionError> {
        self.paced(login, password, now_ms).await.map(drop)
    }

    /// Replaces the own password and ends every other session of the account.
    ///
    /// # Errors
    /// The old one does not match, the new one breaks a rule, or the store; nothing was changed.
    pub async fn change_password(
        &self,
        standing: &Standing,
        (old, new): (String, String),
        browser: &str,
        now_ms: i64,
    ) -> Result<SessionToken, SessionError> {
        let login = standing.session.login.clone();
        if super::same_secret(&old, &new) {
            return Err(AccountError::Same.into());
        }
        let chosen = Password::chosen(new, &login)?;
        self.confirm_password(&login, old, now_ms).await?;
        self.keep_password(login.clone(), chosen, now_ms).await?;
        // Whoever got here had proved the factor, if there is one.
        self.open(login, (standing.has_factor, browser), now_ms).await
    }

    /// Replaces the own password where nobody is signed in, as at a terminal, and ends every
    /// session of the account.
    ///
    /// # Errors
    /// As [`Sessions::change_password`], or a code is needed or wrong.
    pub async fn replace_password(
        &self,
        login: &str,
        (old, new): (String, String),
        code: Option<&str>,
        now_ms: i64,
    ) -> Result<(), SessionError> {
        if super::same_secret(&old, &new) {
            return Err(AccountError::Same.into());
        }
        let chosen = Password::chosen(new, login)?;
        let login = self.known(login, old, code, now_ms).await?.login;
        self.keep_password(login, chosen, now_ms).await
    }

    /// Keeps a password that its person chose, and ends every session of the account.
    async fn keep_password(
        &self,
        login: String,
        chosen: Password,
        now_ms: i64,
    ) -> Result<(), SessionError> {
        let hash = self.hashing(move || chosen.hash()).await?;
        let witness = self.witness.clone();
        let done = move |tx: &crate::sql::Tx<'_>| {
            let is_open = session_store::set_password(tx, &login, &hash, Chooser::Owner)?;
            if is_open {
                witness.note(tx, &login, "password", now_ms)?;
            }
            Ok::<_, SqlError>(is_open)
        };
        // Somebody may have locked the account while the passwords were hashed.
        match self.store.database().write_async("change_password", done).await? {
            true => Ok(()),
            false => Err(SessionError::Refused),
        }
    }

    /// The open sessions of an account, the last used first.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn open_sessions(
        &self,
        login: &str,
        now_ms: i64,
    ) -> Result<Vec<SessionLine>, SqlError> {
        let (login, after) = (login.to_owned(), now_ms.saturating_sub(IDLE_MS));
        let lines = move |tx: &crate::sql::Tx<'_>| session_store::open_sessions(tx, &login, after);
        self.store.database().read_async(lines).await
    }

    /// Ends one session of an account, by the digest of its token.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn end_session(
        &self,
        login: &str,
        token: domain::digest::Digest,
    ) -> Result<(), SqlError> {
        let login = login.to_owned();
        let end = move |tx: &crate::sql::Tx<'_>| session_store::end_one(tx, &login, &token);
        self.store.database().write_async("end_session", end).await
    }

    /// Ends every session of an account but the one of a token.
    ///
    /// # Errors
    /// The store could not be written.
    pub async fn end_others(&self, login: &str, token: &str) -> Result<(), SqlError> {
        let (login, kept) = (login.to_owned(), digest_of(token));
        let end = move |tx: &crate::sql::Tx<'_>| session_store::end_others(tx, &login, &kept);
        self.store.database().write_async("end_sessions", end).await
    }

    /// Hashes where blocking does no harm, no more than a few at a time.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, SessionError> {
        let wait = Duration::from_millis(TURN_MS);
        let Ok(Ok(_turn)) = tokio::time::timeout(wait, self.turns.acquire()).await else {
            return Err(SessionError::Busy);
        };
        let done = crate::blocking::run(work).await;
        Ok(done.map_err(|_| AccountError::Hash)??)
    }
}

/// A sheet that a first code still has to confirm.
fn unconfirmed_sheet() -> StoredFactor {
    StoredFactor {
        kind: FactorKind::Sheet,
        secret: Vec::new(),
        is_confirmed: false,
        last_step: 0,
        codes_left: 0,
        salt: Vec::new(),
    }
}
