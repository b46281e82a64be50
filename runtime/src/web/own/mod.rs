//! The own account: the second step of signing in, the password, the factor, the open sessions.
//!
//! These are the only pages that a session reaches of which something is still asked, and each of
//! them only for what is asked. Everything here is about the person who is signed in; nobody's
//! account can be named.

mod pages;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use certs::onetime::AppSecret;
use domain::digest::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::AccountError;
use super::cookie;
use super::guard::{self, Everyone, SignedForm, Visitor};
use super::lang::{Lang, Text};
use super::problem::Problem;
use super::session::{Hurdle, SessionError, SessionToken, Standing, digest_of};
use super::shell::{Frame, Shell};

/// Where the code of the second step is asked for.
pub(super) const CODE_HREF: &str = "/login/code";
/// Where the own password is changed.
pub(super) const PASSWORD_HREF: &str = "/me/password";
/// Where the second factor is set up.
pub(super) const FACTOR_HREF: &str = "/me/factor";
/// The own account.
pub(super) const OWN_HREF: &str = "/me";

pub(super) use words::{ADDRESS_PAUSED, ADDRESS_PAUSED_NEXT, ADDRESS_PAUSED_WHY};

/// The routes of the own account.
pub(super) fn router() -> Router<Arc<Shell>> {
    Router::new()
        .route(CODE_HREF, get(ask_code).post(take_code))
        .route(OWN_HREF, get(show))
        .route(PASSWORD_HREF, get(ask_password).post(take_password))
        .route(FACTOR_HREF, get(ask_factor))
        .route("/me/factor/app", post(take_app))
        .route("/me/factor/sheet", post(make_sheet))
        .route("/me/factor/confirm", post(confirm_sheet))
        .route("/me/sessions/end", post(end_session))
        .route("/me/sessions/others", post(end_others))
}

/// The page on which a session goes on.
pub(super) const fn page_of(hurdle: Hurdle) -> &'static str {
    match hurdle {
        Hurdle::Code => CODE_HREF,
        Hurdle::Password => PASSWORD_HREF,
        Hurdle::Enrol => FACTOR_HREF,
    }
}

/// What a browser calls itself.
pub(super) fn browser_of(headers: &HeaderMap) -> String {
    let name = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    name.unwrap_or_default().to_owned()
}

/// A session, also one of which something is still asked.
pub(super) struct Passing {
    standing: Standing,
    token: String,
    browser: String,
    frame: Frame,
}

impl FromRequestParts<Arc<Shell>> for Passing {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shell: &Arc<Shell>) -> Result<Self, Response> {
        let found = guard::present(shell, &parts.headers).await;
        let Some(standing) = found.map_err(IntoResponse::into_response)? else {
            return Err(guard::see_other("/login"));
        };
        let token = cookie::value(&parts.headers, &shell.session_cookie());
        let token = token.unwrap_or_default().to_owned();
        let lang = Lang::of_request(&parts.uri, &parts.headers);
        // As long as something is asked, the page has no menu: it would lead back here.
        let session = standing.hurdle.is_none().then(|| standing.session.clone());
        let is_answer = parts.method == Method::POST;
        let frame = Frame { lang, uri: parts.uri.clone(), session, is_answer };
        Ok(Self { standing, token, browser: browser_of(&parts.headers), frame })
    }
}

/// A form of such a session.
pub(super) struct PassingForm<T> {
    /// Who sent it.
    passing: Passing,
    fields: T,
}

impl<T: DeserializeOwned> FromRequest<Arc<Shell>> for PassingForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, shell: &Arc<Shell>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let passing = Passing::from_request_parts(&mut parts, shell).await?;
        let fields = guard::checked_fields(&parts, body, &passing.standing.session.csrf).await;
        Ok(Self { passing, fields: fields.map_err(IntoResponse::into_response)? })
    }
}

impl<T> PassingForm<T> {
    /// The token of the session that sent it.
    pub(super) fn token(&self) -> &str {
        &self.passing.token
    }
}

impl Passing {
    /// The same person in the session that goes on under a new token.
    async fn under(self, shell: &Shell, token: &SessionToken) -> Result<Self, Stop> {
        let found = shell.sessions.standing(token.expose(), shell.clock.now_ms()).await;
        let standing = found.map_err(Problem::from)?.ok_or(Problem::Internal)?;
        let session = standing.hurdle.is_none().then(|| standing.session.clone());
        let frame = Frame { session, ..self.frame };
        Ok(Self { standing, frame, token: token.expose().to_owned(), browser: self.browser })
    }

    /// Sends a session elsewhere that is asked for something else than this page gives.
    fn only(&self, allowed: &[Option<Hurdle>]) -> Result<(), Stop> {
        if allowed.contains(&self.standing.hurdle) {
            return Ok(());
        }
        Err(Stop::Elsewhere(self.standing.hurdle.map_or("/", page_of)))
    }
}

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct CodeFields {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct PasswordFields {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

#[derive(Deserialize)]
struct FactorFields {
    #[serde(default)]
    secret: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
struct EndFields {
    token: String,
}

/// Why a page is not shown.
enum Stop {
    /// Something else is asked of the session.
    Elsewhere(&'static str),
    /// It cannot be.
    Problem(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Elsewhere(page) => guard::see_other(page),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

type Reply = Result<Response, Stop>;

async fn ask_code(
    State(shell): State<Arc<Shell>>,
    passing: Passing,
    Query(back): Query<Back>,
) -> Reply {
    passing.only(&[Some(Hurdle::Code)])?;
    pages::code(&shell, &passing, &back.next, None).map_err(Stop::from)
}

async fn take_code(State(shell): State<Arc<Shell>>, form: PassingForm<CodeFields>) -> Reply {
    let (passing, fields) = (form.passing, form.fields);
    passing.only(&[Some(Hurdle::Code)])?;
    let given = (fields.code.as_str(), passing.browser.as_str());
    match shell.sessions.prove(&passing.token, given, shell.clock.now_ms()).await {
        Ok(token) => go_on(&shell, &token, guard::local_path(&fields.next)),
        Err(error) => {
            let failure = failure(error, words::CODE_FAILED)?;
            pages::code(&shell, &passing, &fields.next, Some(failure)).map_err(Stop::from)
        }
    }
}

async fn show(State(shell): State<Arc<Shell>>, passing: Passing) -> Reply {
    passing.only(&[None])?;
    let login = &passing.standing.session.login;
    let sessions = shell.sessions.open_sessions(login, shell.clock.now_ms()).await;
    let factor = shell.sessions.factor(login).await;
    let lines = sessions.map_err(Problem::from)?;
    let factor = factor.map_err(Problem::from)?;
    let own = digest_of(&passing.token);
    pages::own(&shell, &passing, (&lines, own), factor.as_ref()).map_err(Stop::from)
}

async fn ask_password(State(shell): State<Arc<Shell>>, passing: Passing) -> Reply {
    passing.only(&[None, Some(Hurdle::Password)])?;
    pages::password(&shell, &passing, None).map_err(Stop::from)
}

async fn take_password(
    State(shell): State<Arc<Shell>>,
    form: PassingForm<PasswordFields>,
) -> Reply {
    let (passing, fields) = (form.passing, form.fields);
    passing.only(&[None, Some(Hurdle::Password)])?;
    let again = |why: Text| {
        let failure = [words::PASSWORD_FAILED, why, words::PASSWORD_NEXT];
        pages::password(&shell, &passing, Some(failure)).map_err(Stop::from)
    };
    if fields.new != fields.again {
        return again(words::PASSWORD_DIFFER);
    }
    let given = (fields.old, fields.new);
    let now_ms = shell.clock.now_ms();
    let sessions = &shell.sessions;
    match sessions.change_password(&passing.standing, given, &passing.browser, now_ms).await {
        Ok(token) => go_on(&shell, &token, OWN_HREF),
        Err(SessionError::Account(AccountError::Password)) => again(words::PASSWORD_LENGTH),
        Err(SessionError::Account(AccountError::Common)) => again(words::PASSWORD_COMMON),
        Err(SessionError::Account(AccountError::Same)) => again(words::PASSWORD_SAME),
        Err(SessionError::Refused) => again(words::PASSWORD_WRONG),
        Err(error) => {
            let failure = failure(error, words::PASSWORD_FAILED)?;
            pages::password(&shell, &passing, Some(failure)).map_err(Stop::from)
        }
    }
}

async fn ask_factor(State(shell): State<Arc<Shell>>, passing: Passing) -> Reply {
    passing.only(&[None, Some(Hurdle::Enrol)])?;
    setting_up(&shell, &passing, &AppSecret::generate(), None).await
}

async fn setting_up(
    shell: &Shell,
    passing: &Passing,
    secret: &AppSecret,
    failure: Option<[Text; 3]>,
) -> Reply {
    let factor = shell.sessions.factor(&passing.standing.session.login).await;
    let factor = factor.map_err(Problem::from)?;
    let waits = factor.is_some_and(|factor| factor.is_waiting_sheet());
    pages::factor(shell, passing, (secret, waits), failure).map_err(Stop::from)
}

/// Who is signed in for a while gives the password again before the factor changes.
async fn is_owner(shell: &Shell, passing: &Passing, password: String) -> Result<(), SessionError> {
    if passing.standing.hurdle == Some(Hurdle::Enrol) {
        return Ok(());
    }
    let login = &passing.standing.session.login;
    shell.sessions.confirm_password(login, password, shell.clock.now_ms()).await
}

async fn take_app(State(shell): State<Arc<Shell>>, form: PassingForm<FactorFields>) -> Reply {
    let (passing, fields) = (form.passing, form.fields);
    passing.only(&[None, Some(Hurdle::Enrol)])?;
    let secret = AppSecret::parse(&fields.secret);
    let secret = secret.ok_or(Problem::BadRequest)?;
    let done = async {
        is_owner(&shell, &passing, fields.password).await?;
        let given = (&secret, fields.code.as_str());
        let now_ms = shell.clock.now_ms();
        shell.sessions.enrol_app(&passing.standing, given, &passing.browser, now_ms).await
    };
    match done.await {
        Ok(enrolled) => {
            let passing = passing.under(&shell, &enrolled.token).await?;
            let page = pages::sheet(&shell, &passing, &enrolled.sheet, false);
            with_token(page?, &shell, &enrolled.token)
        }
        Err(error) => {
            let failure = failure(error, words::FACTOR_FAILED)?;
            setting_up(&shell, &passing, &secret, Some(failure)).await
        }
    }
}

async fn make_sheet(State(shell): State<Arc<Shell>>, form: PassingForm<FactorFields>) -> Reply {
    let (passing, fields) = (form.passing, form.fields);
    passing.only(&[None, Some(Hurdle::Enrol)])?;
    let done = async {
        is_owner(&shell, &passing, fields.password).await?;
        shell.sessions.draw_sheet(&passing.standing, shell.clock.now_ms()).await
    };
    match done.await {
        Ok(sheet) => {
            let confirms = !passing.standing.has_factor;
            pages::sheet(&shell, &passing, &sheet, confirms).map_err(Stop::from)
        }
        Err(error) => {
            let failure = failure(error, words::SHEET_FAILED)?;
            setting_up(&shell, &passing, &AppSecret::generate(), Some(failure)).await
        }
    }
}

async fn confirm_sheet(State(shell): State<Arc<Shell>>, form: PassingForm<FactorFields>) -> Reply {
    let (passing, fields) = (form.passing, form.fields);
    passing.only(&[None, Some(Hurdle::Enrol)])?;
    // Where the second step is in use already, there is no sheet that waits to be confirmed.
    let factor = shell.sessions.factor(&passing.standing.session.login).await;
    if !factor.map_err(Problem::from)?.is_some_and(|factor| factor.is_waiting_sheet()) {
        return Ok(guard::see_other(FACTOR_HREF));
    }
    let given = (fields.code.as_str(), passing.browser.as_str());
    let now_ms = shell.clock.now_ms();
    match shell.sessions.confirm_sheet(&passing.standing, given, now_ms).await {
        Ok(token) => go_on(&shell, &token, "/"),
        Err(error) => {
            let failure = failure(error, words::SHEET_FAILED)?;
            setting_up(&shell, &passing, &AppSecret::generate(), Some(failure)).await
        }
    }
}

async fn end_session(
    State(shell): State<Arc<Shell>>,
    form: SignedForm<Everyone, EndFields>,
) -> Result<Response, Problem> {
    let token = Digest::from_hex(&form.fields.token).map_err(|_| Problem::BadRequest)?;
    shell.sessions.end_session(&form.visitor.session.login, token).await?;
    Ok(guard::see_other(OWN_HREF))
}

async fn end_others(
    State(shell): State<Arc<Shell>>,
    headers: HeaderMap,
    form: SignedForm<Everyone, super::login::Nothing>,
) -> Result<Response, Problem> {
    let visitor: Visitor<Everyone> = form.visitor;
    let token = cookie::value(&headers, &shell.session_cookie()).unwrap_or_default();
    shell.sessions.end_others(&visitor.session.login, token).await?;
    Ok(guard::see_other(OWN_HREF))
}

/// The sentences about what went wrong, under the heading of what was tried.
fn failure(error: SessionError, tried: Text) -> Result<[Text; 3], Problem> {
    use super::words as shell_words;
    match error {
        SessionError::Code if tried == words::CODE_FAILED => {
            Ok([tried, words::CODE_FAILED_WHY, words::CODE_FAILED_NEXT])
        }
        SessionError::Code if tried == words::SHEET_FAILED => {
            Ok([tried, words::SHEET_CODE_WRONG, words::SHEET_CODE_NEXT])
        }
        SessionError::Code => Ok([tried, words::FACTOR_CODE_WRONG, words::FACTOR_NEXT]),
        SessionError::Moved => Ok([tried, words::FACTOR_MOVED, words::FACTOR_MOVED_NEXT]),
        SessionError::Refused if tried == words::FACTOR_FAILED || tried == words::SHEET_FAILED => {
            Ok([tried, words::FACTOR_PASSWORD_WRONG, words::FACTOR_PASSWORD_NEXT])
        }
        SessionError::Refused => Ok([tried, words::FACTOR_PASSWORD_WRONG, words::PASSWORD_NEXT]),
        SessionError::Busy => {
            Ok([tried, shell_words::LOGIN_BUSY_WHY, shell_words::LOGIN_BUSY_NEXT])
        }
        SessionError::Address { .. } => {
            Ok([tried, words::ADDRESS_PAUSED_WHY, words::ADDRESS_PAUSED_NEXT])
        }
        SessionError::Store(error) => Err(Problem::from(error)),
        SessionError::Account(_) | SessionError::CodeNeeded | SessionError::Replace => {
            Err(Problem::Internal)
        }
    }
}

fn go_on(shell: &Shell, token: &SessionToken, to: &str) -> Reply {
    with_token(guard::see_other(to), shell, token)
}

fn with_token(reply: Response, shell: &Shell, token: &SessionToken) -> Reply {
    super::login::with_cookie(reply, shell, &shell.session_cookie(), token.expose())
        .map_err(Stop::from)
}

#[cfg(test)]
mod tests;
