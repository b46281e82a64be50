//! Accounts of the school: who may sign in, in which role, and with what.
//!
//! School IT looks after accounts that read no student, the heads after all of them; nobody after
//! the own one. A password that somebody else makes is for one sign-in, shown once and then
//! replaced by its person; a second factor goes by two persons. Each act leaves a line.

mod pages;
mod words;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::ledger::administers;
use runtime::cli::Failure;
use runtime::sql::{SqlError, Tx};
use runtime::web::account::{Login, one_time_password};
use runtime::web::{
    Audience, NavLink, NewAccount, Problem, Role, Session, SessionError, SignedForm, Visitor,
};
use serde::Deserialize;

use super::office::Office;
use crate::ledger::account::{self, AccountChange, AccountError, Changer};
use crate::ledger::author::Author;
use crate::ledger::entry::StaffId;
use crate::ledger::factor_reset;
use crate::ledger::refusal::LedgerRefusal;

pub(super) const ACCOUNTS_HREF: &str = "/accounts";

/// School IT and the heads.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccountKeepers;

impl Audience for AccountKeepers {
    const ROLES: &'static [Role] = &[Role::Operator, Role::MoralHead, Role::Principal];
}

pub(super) fn link() -> NavLink {
    NavLink { label: words::ACCOUNTS, href: ACCOUNTS_HREF }
}

pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(ACCOUNTS_HREF, get(show).post(add))
        .route("/accounts/{login}/password", post(reset_password))
        .route("/accounts/{login}/lock", post(lock))
        .route("/accounts/{login}/role", post(change_role))
        .route("/accounts/{login}/factor", post(ask_factor))
        .route("/accounts/resets/{id}", post(carry_out))
}

/// What came of an act, for the page above the list.
enum Outcome {
    /// Nothing was asked.
    Looked,
    /// A password for one sign-in, shown this once.
    Password { login: String, password: String },
    /// Refused.
    Refused(Failure),
}

#[derive(Deserialize)]
struct Adding {
    login: String,
    #[serde(default)]
    name: String,
    role: String,
    #[serde(default)]
    staff: String,
}

#[derive(Deserialize)]
struct Locking {
    to: String,
}

#[derive(Deserialize)]
struct Moving {
    role: String,
    #[serde(default)]
    staff: String,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Nothing {}

type Form<T> = SignedForm<AccountKeepers, T>;

async fn show(
    State(office): State<Office>,
    visitor: Visitor<AccountKeepers>,
) -> Result<Response, Problem> {
    show_page(&office, &visitor, Outcome::Looked).await
}

async fn add(State(office): State<Office>, form: Form<Adding>) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let password = one_time_password().to_string();
    let (login, role) = (fields.login.clone(), fields.role.parse::<Role>());
    let made = async {
        let role = role.map_err(SessionError::Account)?;
        let person = NewAccount {
            login: fields.login.clone(),
            name: if fields.name.trim().is_empty() { fields.login } else { fields.name },
            role,
            password: password.clone(),
        };
        let stored = person.hashed().await.map_err(SessionError::Account)?;
        let named: Login = stored.login.parse().map_err(SessionError::Account)?;
        let number = fields.staff.trim().to_owned();
        act(&office, &visitor.session, move |tx, author, changer| {
            check(author, role)?;
            if account::list(tx)?.iter().any(|line| line.login == named.as_str()) {
                return Err(LedgerRefusal::Double.into());
            }
            let staff = staff_of(tx, role, &number)?;
            account::put(tx, &stored, staff, changer)?;
            account::one_time_password(tx, &named, &stored.password_hash, changer)?;
            Ok(())
        })
        .await
    };
    match made.await {
        Ok(()) => show_page(&office, &visitor, Outcome::Password { login, password }).await,
        Err(failure) => show_page(&office, &visitor, Outcome::Refused(failure)).await,
    }
}

async fn reset_password(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let visitor = form.visitor;
    let password = one_time_password().to_string();
    let made = async {
        let named: Login = login.parse().map_err(SessionError::Account)?;
        let person = NewAccount {
            login: login.clone(),
            name: String::new(),
            role: Role::Operator,
            password: password.clone(),
        };
        let hash = person.hashed().await.map_err(SessionError::Account)?.password_hash;
        act(&office, &visitor.session, move |tx, author, changer| {
            check_other(tx, author, &named)?;
            match account::one_time_password(tx, &named, &hash, changer)? {
                true => Ok(()),
                false => Err(LedgerRefusal::NotWaiting.into()),
            }
        })
        .await
    };
    match made.await {
        Ok(()) => show_page(&office, &visitor, Outcome::Password { login, password }).await,
        Err(failure) => show_page(&office, &visitor, Outcome::Refused(failure)).await,
    }
}

async fn lock(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Locking>,
) -> Result<Response, Problem> {
    let to = if form.fields.to == "open" { AccountChange::Unlock } else { AccountChange::Lock };
    change(&office, &form.visitor, login, move |_| Ok(to)).await
}

async fn change_role(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Moving>,
) -> Result<Response, Problem> {
    let Moving { role, staff } = form.fields;
    let role: Role = role.parse().map_err(|_| Problem::BadRequest)?;
    change(&office, &form.visitor, login, move |(tx, author)| {
        check(author, role)?;
        Ok(AccountChange::Role(role, staff_of(tx, role, staff.trim())?))
    })
    .await
}

async fn ask_factor(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Reason>,
) -> Result<Response, Problem> {
    let reason = form.fields.reason;
    let done = act(&office, &form.visitor.session, move |tx, author, _| {
        let named: Login = login.parse().map_err(|_| LedgerRefusal::Unknown)?;
        Ok(factor_reset::ask(tx, &author.because(&reason), &named)?)
    });
    let done = done.await;
    answer(&office, &form.visitor, done).await
}

async fn carry_out(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let done = act(&office, &form.visitor.session, move |tx, author, _| {
        Ok(factor_reset::carry_out(tx, author, id)?)
    });
    let done = done.await;
    answer(&office, &form.visitor, done).await
}

/// Why an act on an account was refused, before it is put into words.
enum Refused {
    Ledger(LedgerRefusal),
    Account(AccountError),
    Staff(String),
    StaffNeeded,
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Ledger(LedgerRefusal::NotAllowed) => pages::not_allowed(),
            Refused::Ledger(LedgerRefusal::Double) => pages::double(),
            Refused::Ledger(LedgerRefusal::NotWaiting) => pages::not_waiting(),
            Refused::Ledger(refusal) => refusal.into(),
            Refused::Account(error) => error.into(),
            Refused::Staff(number) => pages::staff_unknown(&number),
            Refused::StaffNeeded => pages::staff_needed(),
        }
    }
}

/// Works on accounts as the account of the session.
async fn act<T: Send + 'static>(
    office: &Office,
    session: &Session,
    work: impl FnOnce(&Tx<'_>, &Author, &Changer) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Failure> {
    let done = office.work(session, move |tx, author| {
        let changer = Changer { by: author.account().to_owned(), at_ms: author.now().0 };
        work(tx, &author, &changer)
    });
    done.await.map_err(Failure::from)
}

async fn change(
    office: &Office,
    visitor: &Visitor<AccountKeepers>,
    login: String,
    how: impl FnOnce((&Tx<'_>, &Author)) -> Result<AccountChange, Refused> + Send + 'static,
) -> Result<Response, Problem> {
    let done = act(office, &visitor.session, move |tx, author, changer| {
        let named: Login = login.parse().map_err(|_| LedgerRefusal::Unknown)?;
        check_other(tx, author, &named)?;
        let change = how((tx, author))?;
        account::change(tx, &named, change, changer)?;
        Ok(())
    });
    let done = done.await;
    answer(office, visitor, done).await
}

async fn answer(
    office: &Office,
    visitor: &Visitor<AccountKeepers>,
    done: Result<(), Failure>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(ACCOUNTS_HREF).into_response()),
        Err(failure) => show_page(office, visitor, Outcome::Refused(failure)).await,
    }
}

async fn show_page(
    office: &Office,
    visitor: &Visitor<AccountKeepers>,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let found = act(office, &visitor.session, |tx, author, _| {
        Ok((account::list(tx)?, factor_reset::waiting(tx, author.now())?, author.now().0))
    });
    let (lines, waiting, now_ms) = found.await.map_err(|_| Problem::Unavailable)?;
    let refused = matches!(outcome, Outcome::Refused(_));
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    let view = pages::View { lines: &lines, waiting: &waiting, outcome, role, now_ms };
    let policy = office.shell.sessions.policy();
    let page = pages::page(&view, policy, &visitor.session, visitor.frame.lang)?;
    let status = if refused { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

/// Refuses whoever does not look after accounts of a role.
fn check(author: &Author, of: Role) -> Result<(), LedgerRefusal> {
    match of.school() {
        Some(of) if administers(author.role(), of) => Ok(()),
        _ => Err(LedgerRefusal::NotAllowed),
    }
}

/// As [`check`], for an account that there is; nobody looks after the own one.
fn check_other(tx: &Tx<'_>, author: &Author, login: &Login) -> Result<(), LedgerRefusal> {
    if login.as_str() == author.account() {
        return Err(LedgerRefusal::SamePerson);
    }
    let lines = account::list(tx)?;
    let found = lines.iter().find(|line| line.login == login.as_str());
    check(author, found.ok_or(LedgerRefusal::Unknown)?.role)
}

/// The member of staff of a number; nobody where none was given and none is needed.
fn staff_of(tx: &Tx<'_>, role: Role, number: &str) -> Result<Option<StaffId>, Refused> {
    if number.is_empty() {
        let needed = role.school().is_some_and(account::needs_staff);
        return if needed { Err(Refused::StaffNeeded) } else { Ok(None) };
    }
    let found = account::staff_of(tx, number)?;
    found.map(Some).ok_or_else(|| Refused::Staff(number.to_owned()))
}

#[cfg(test)]
mod tests;
