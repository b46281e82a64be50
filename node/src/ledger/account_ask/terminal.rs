//! Acts on accounts from the terminal: alone until the school has had a head, and then by asking.
//!
//! Whoever sits there holds the machine and is nobody to the ledgers. So an account that reads
//! about students or signs is made, moved, opened anew or loses its factor there with a head as the
//! second person, on the page. A school whose heads have all gone gets one back by waiting: what is
//! asked for a head, and is answered by nobody while no head works, is carried out at the terminal
//! after two weeks, and stands before every head, school IT and the auditor all that time.

use domain::ledger::{SchoolRole, administers};
use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::Role;
use runtime::web::account::Login;

use super::super::account::{self, Changer};
use super::super::entry::Moment;
use super::super::refusal::LedgerRefusal;
use super::{
    ACCOUNT_ENDS_MS, AskError, OPENING_ENDS_MS, REASON_CHARS_MAX, Waiting, Wish, carry_out,
    check_there, close, columns, insert, line_of, roles, waiting,
};

/// How long what is asked for a head waits before the terminal carries it out alone.
const ALONE_AFTER_MS: i64 = 14 * OPENING_ENDS_MS;
/// How long it can be carried out from then on.
const ALONE_FOR_MS: i64 = 14 * OPENING_ENDS_MS;

/// A request that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Until when a head can agree.
    pub ends: Moment,
    /// From when the terminal carries it out if nobody answers; nothing where it never does.
    pub alone_from: Option<Moment>,
}

/// Why what nobody answered is not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AloneError {
    /// The rules of accounts and requests.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// It has not waited long enough.
    #[error("it waits for a head until then")]
    Early(Moment),
    /// A head has worked since it was asked, and can answer.
    #[error("a head has worked since it was asked")]
    HeadAtWork,
}

impl From<LedgerRefusal> for AloneError {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ask(refusal.into())
    }
}

impl From<SqlError> for AloneError {
    fn from(error: SqlError) -> Self {
        Self::Ask(error.into())
    }
}

/// Whether what the terminal wishes waits for a head: it is about a reader or a signer, and there
/// has been a head, whatever became of that account.
///
/// # Errors
/// The store cannot be read.
pub fn needs_head(tx: &Tx<'_>, login: &Login, wish: &Wish) -> Result<bool, AskError> {
    let line = line_of(tx, login)?;
    if line.is_none() && !matches!(wish, Wish::New { .. }) {
        return Ok(false);
    }
    let of = roles(line.as_ref(), wish)?;
    let is_its_own = of.iter().all(|of| administers(SchoolRole::Operator, *of));
    Ok(!is_its_own && account::first_head(tx)?.is_some())
}

/// Asks for an act on an account from the terminal; `half` as in [`super::ask`].
///
/// # Errors
/// No reason where one is needed, it waits already, there is no such account or one that has
/// another role, the person has another account, or the store; nothing was written.
pub fn ask(
    tx: &Tx<'_>,
    changer: &Changer,
    login: &Login,
    (wish, half, reason): (&Wish, &str, &str),
) -> Result<Asked, AskError> {
    let line = line_of(tx, login)?;
    check_there(line.as_ref(), wish)?;
    let is_needed = matches!(wish, Wish::Opening | Wish::Factor);
    match reason.trim().chars().count() {
        0 if is_needed => return Err(LedgerRefusal::Reason.into()),
        long if long > REASON_CHARS_MAX => return Err(LedgerRefusal::TooLong("reason").into()),
        _ => {}
    }
    let now = Moment(changer.at_ms);
    if waiting(tx, now)?.iter().any(|request| request.login == login.as_str()) {
        return Err(LedgerRefusal::Double.into());
    }
    let may_alone = is_head(columns(wish).role.or(line.map(|line| line.role)));
    let lasts = match wish {
        _ if may_alone => ALONE_AFTER_MS + ALONE_FOR_MS,
        Wish::New { .. } | Wish::Role { .. } => ACCOUNT_ENDS_MS,
        Wish::Opening | Wish::Factor => OPENING_ENDS_MS,
    };
    let ends = Moment(now.0.saturating_add(lasts));
    insert(tx, login, (wish, half), ((&changer.by, None), reason.trim(), now, ends))?;
    let alone_from = may_alone.then(|| Moment(now.0.saturating_add(ALONE_AFTER_MS)));
    Ok(Asked { ends, alone_from })
}

/// What waits from the terminal for an account.
///
/// # Errors
/// Nothing waits, or the store.
pub fn waiting_for(tx: &Tx<'_>, login: &Login, now: Moment) -> Result<Waiting, AskError> {
    let all = waiting(tx, now)?.into_iter();
    let mut own = all.filter(|request| is_terminal(&request.asked_by));
    let found = own.find(|request| request.login == login.as_str());
    Ok(found.ok_or(LedgerRefusal::NotWaiting)?)
}

/// Carries out what was asked for a head and nobody answered, `password_hash` as in
/// [`super::agree`]. The line says that nobody did.
///
/// # Errors
/// It is not about a head, it has not waited long enough, a head has worked since, it does not
/// wait, or the store; nothing was changed.
pub fn carry_out_unanswered(
    tx: &Tx<'_>,
    changer: &Changer,
    login: &Login,
    password_hash: Option<&str>,
) -> Result<(), AloneError> {
    let now = Moment(changer.at_ms);
    let request = waiting_for(tx, login, now)?;
    let line = line_of(tx, login)?;
    if !is_head(columns(&request.wish).role.or(line.as_ref().map(|line| line.role))) {
        return Err(LedgerRefusal::NotAllowed.into());
    }
    let from = Moment(request.asked.0.saturating_add(ALONE_AFTER_MS));
    if now < from {
        return Err(AloneError::Early(from));
    }
    if has_head_worked(tx, request.asked)? {
        return Err(AloneError::HeadAtWork);
    }
    check_there(line.as_ref(), &request.wish)?;
    close(tx, (&changer.by, now), request.id, true)?;
    Ok(carry_out(tx, (login, line), &request.wish, password_hash, &changer.unanswered())?)
}

/// Whether an account asked from the terminal.
#[must_use]
pub fn is_terminal(asked_by: &str) -> bool {
    // No login has a space.
    asked_by.starts_with("terminal ")
}

fn is_head(role: Option<Role>) -> bool {
    matches!(role, Some(Role::MoralHead | Role::Principal))
}

/// Whether a head has written, read of a student, changed an account or had a page open since.
fn has_head_worked(tx: &Tx<'_>, since: Moment) -> Result<bool, SqlError> {
    let heads = "select login from account where role in ($2, $3)";
    let worked = format!(
        "select 1 where exists (select 1 from journal where author in ({heads})
                 and entered_at_ms >= $1)
             or exists (select 1 from access_log where account in ({heads}) and at_ms >= $1)
             or exists (select 1 from account_change where by in ({heads}) and at_ms >= $1)
             or exists (select 1 from session where login in ({heads}) and seen_ms >= $1)"
    );
    let values = params![since.0, Role::MoralHead.as_str(), Role::Principal.as_str()];
    Ok(tx.query_opt(&worked, values, |row| row.i64(0))?.is_some())
}
