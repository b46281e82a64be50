//! Accounts of the school: who may sign in, in which role, and with what.
//!
//! School IT looks after accounts that read no student, the heads after all of them; nobody after
//! the own one. Whoever reads about students or signs is let in by two persons, each of whom sees
//! one half of the password ([`account_ask`]). A password is for one sign-in, shown once and then
//! replaced by its person. Each act leaves a line.

mod acts;
mod pages;
mod words;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use runtime::cli::Failure;
use runtime::web::account::{half_password, one_time_password};
use runtime::web::{Audience, NavLink, Problem, Role, SignedForm, Visitor, posts};
use serde::Deserialize;

use super::filled::{Filled, Sent};
use super::office::Office;
use crate::ledger::account::{self, AccountChange};
use crate::ledger::account_ask::{self, Wish};

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
        .route("/accounts/{login}/password", posts(give_password, ACCOUNTS_HREF))
        .route("/accounts/{login}/lock", posts(lock, ACCOUNTS_HREF))
        .route("/accounts/{login}/role", posts(change_role, ACCOUNTS_HREF))
        .route("/accounts/{login}/factor", posts(ask_factor, ACCOUNTS_HREF))
        .route("/accounts/{login}/opening", posts(ask_opening, ACCOUNTS_HREF))
        .route("/accounts/asked/{id}", posts(answer, ACCOUNTS_HREF))
}

/// What came of an act, for the page above the list.
enum Outcome {
    /// Nothing was asked.
    Looked,
    /// A password for one sign-in, shown this once.
    Password { login: String, password: String },
    /// The first half of one, which is none until another person agrees.
    FirstHalf { login: String, half: String },
    /// The second half; the account can be signed in to.
    SecondHalf { login: String, half: String },
    /// Refused, with the form as it was sent; never a password.
    Refused(Failure, Sent),
}

/// An account that is to be made, as it was typed.
struct Adding {
    login: String,
    name: String,
    role: String,
    staff: String,
}

#[derive(Deserialize)]
struct Locking {
    to: String,
}

#[derive(Deserialize)]
struct Answer {
    to: String,
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

async fn add(State(office): State<Office>, form: Form<Filled>) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let [login, name, role, staff] =
        ["login", "name", "role", "staff"].map(|name| filled.text(name).to_owned());
    let fields = Adding { login, name, role, staff };
    let role: Role = fields.role.parse().map_err(|_| Problem::BadRequest)?;
    let login = fields.login.trim().to_lowercase();
    let outcome = if account::takes_two(role) {
        let half = half_password().to_string();
        let asked = acts::ask_new(&office, &visitor, (fields, role), half.clone()).await;
        asked.map(|()| Outcome::FirstHalf { login, half })
    } else {
        let password = one_time_password().to_string();
        let made = acts::make(&office, &visitor, (fields, role), password.clone()).await;
        made.map(|()| Outcome::Password { login, password })
    };
    let refused = |failure| Outcome::Refused(failure, Sent::new("add", filled));
    show_page(&office, &visitor, outcome.unwrap_or_else(refused)).await
}

async fn give_password(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Nothing>,
) -> Result<Response, Problem> {
    let visitor = form.visitor;
    let password = one_time_password().to_string();
    let given = acts::give_password(&office, &visitor, &login, &password).await;
    let outcome = match given {
        Ok(()) => Outcome::Password { login, password },
        Err(failure) => Outcome::Refused(failure, Sent::default()),
    };
    show_page(&office, &visitor, outcome).await
}

async fn lock(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Locking>,
) -> Result<Response, Problem> {
    let to = if form.fields.to == "open" { AccountChange::Unlock } else { AccountChange::Lock };
    let done = acts::change(&office, &form.visitor, login, to).await;
    over(&office, &form.visitor, (done, Sent::default())).await
}

async fn change_role(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Filled>,
) -> Result<Response, Problem> {
    let (filled, staff) = (form.fields.clone(), form.fields.text("staff").to_owned());
    let role: Role = filled.text("role").parse().map_err(|_| Problem::BadRequest)?;
    let sent = Sent::new(format!("role.{login}"), filled);
    let done = acts::change_role(&office, &form.visitor, login, (role, staff)).await;
    over(&office, &form.visitor, (done, sent)).await
}

async fn ask_factor(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Filled>,
) -> Result<Response, Problem> {
    let sent = Sent::new(format!("factor.{login}"), form.fields.clone());
    let wish = (Wish::Factor, form.fields.text("reason").to_owned());
    let done = acts::ask(&office, &form.visitor, login, wish, "").await;
    over(&office, &form.visitor, (done, sent)).await
}

async fn ask_opening(
    State(office): State<Office>,
    Path(login): Path<String>,
    form: Form<Filled>,
) -> Result<Response, Problem> {
    let half = half_password().to_string();
    let sent = Sent::new(format!("opening.{login}"), form.fields.clone());
    let wish = (Wish::Opening, form.fields.text("reason").to_owned());
    let outcome = match acts::ask(&office, &form.visitor, login.clone(), wish, &half).await {
        Ok(()) => Outcome::FirstHalf { login, half },
        Err(failure) => Outcome::Refused(failure, sent),
    };
    show_page(&office, &form.visitor, outcome).await
}

async fn answer(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: Form<Answer>,
) -> Result<Response, Problem> {
    let visitor = form.visitor;
    if form.fields.to != "agree" {
        let done = acts::refuse(&office, &visitor, id).await;
        return over(&office, &visitor, (done, Sent::default())).await;
    }
    match acts::agree(&office, &visitor, id).await {
        Ok(Some((login, half))) => {
            show_page(&office, &visitor, Outcome::SecondHalf { login, half }).await
        }
        done => over(&office, &visitor, (done.map(drop), Sent::default())).await,
    }
}

/// The list again, or what was refused above it.
async fn over(
    office: &Office,
    visitor: &Visitor<AccountKeepers>,
    (done, sent): (Result<(), Failure>, Sent),
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(ACCOUNTS_HREF).into_response()),
        Err(failure) => show_page(office, visitor, Outcome::Refused(failure, sent)).await,
    }
}

async fn show_page(
    office: &Office,
    visitor: &Visitor<AccountKeepers>,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let found = acts::act(office, visitor, |tx, author, _| {
        Ok((account::list(tx)?, account_ask::waiting(tx, author.now())?, author.now().0))
    });
    let (lines, waiting, now_ms) = found.await.map_err(|_| Problem::Unavailable)?;
    let refused = matches!(outcome, Outcome::Refused(..));
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    let view = pages::View { lines: &lines, waiting: &waiting, outcome, role, now_ms };
    let policy = office.shell.sessions.policy();
    let page = pages::page(&view, policy, &visitor.session, visitor.frame.lang)?;
    let status = if refused { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

#[cfg(test)]
mod tests;
