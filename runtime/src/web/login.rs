//! The sign-in page and the sign-out button.
//!
//! There is no session yet, so the sign-in form is tied to the browser by a cookie of its own:
//! nobody can sign another person's browser in under an account of their choosing.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::cookie;
use super::guard;
use super::html::Html;
use super::lang::{Lang, Text};
use super::own::{self, PassingForm};
use super::problem::Problem;
use super::session::{Attempt, SessionError, fresh_secret};
use super::shell::{Frame, Page, Shell};
use super::words;

/// The way back after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    next: String,
}

/// Fields of the sign-in form.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// No fields but the token.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginTemplate {
    lang: Lang,
    csrf: String,
    next: String,
    login: String,
    failure: Option<[Text; 3]>,
}

/// What a failed attempt puts back on the page.
#[derive(Default)]
struct Typed {
    next: String,
    login: String,
    failure: Option<(StatusCode, [Text; 3])>,
}

/// Shows the sign-in page.
///
/// # Errors
/// The page could not be made.
pub async fn form(
    State(shell): State<Arc<Shell>>,
    Query(back): Query<Back>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let attempt = Typed { next: back.next, ..Typed::default() };
    show(&shell, &frame(&headers, uri), &attempt)
}

/// Signs a person in and leads to the page that was wanted.
///
/// # Errors
/// The form is not the one that this browser was given, or the store failed.
pub async fn submit(
    State(shell): State<Arc<Shell>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let tie = cookie::value(&parts.headers, &shell.login_cookie()).unwrap_or_default();
    let fields: Credentials = guard::checked_fields(&parts, body, tie).await?;
    let Credentials { login, password, next } = fields;
    let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let browser = own::browser_of(&parts.headers);
    let attempt = Attempt { login: login.clone(), password, from, browser };
    let result = shell.sessions.sign_in(attempt, shell.clock.now_ms()).await;
    let failure = match result {
        Ok(token) => return signed_in(&shell, token.expose(), guard::local_path(&next)),
        Err(SessionError::Refused) => (
            StatusCode::UNAUTHORIZED,
            [words::LOGIN_FAILED, words::LOGIN_FAILED_WHY, words::LOGIN_FAILED_NEXT],
        ),
        Err(SessionError::Busy) => (
            StatusCode::TOO_MANY_REQUESTS,
            [words::LOGIN_BUSY, words::LOGIN_BUSY_WHY, words::LOGIN_BUSY_NEXT],
        ),
        Err(SessionError::Address { .. }) => (
            StatusCode::TOO_MANY_REQUESTS,
            [own::ADDRESS_PAUSED, own::ADDRESS_PAUSED_WHY, own::ADDRESS_PAUSED_NEXT],
        ),
        Err(SessionError::Store(error)) => return Err(error.into()),
        Err(_) => return Err(Problem::Internal),
    };
    let attempt = Typed { next, login, failure: Some(failure) };
    show(&shell, &frame(&parts.headers, parts.uri), &attempt)
}

/// Ends the session, also one of which something is still asked.
///
/// # Errors
/// The form is not one of the session, or the store failed.
pub(super) async fn leave(
    State(shell): State<Arc<Shell>>,
    form: PassingForm<Nothing>,
) -> Result<Response, Problem> {
    shell.sessions.sign_out(form.token()).await?;
    with_cookie(guard::see_other("/login"), &shell, &shell.session_cookie(), "")
}

fn frame(headers: &HeaderMap, uri: Uri) -> Frame {
    Frame { lang: Lang::of_request(&uri, headers), uri, session: None, is_answer: false }
}

fn show(shell: &Shell, frame: &Frame, attempt: &Typed) -> Result<Response, Problem> {
    let lang = frame.lang;
    let csrf = fresh_secret();
    let (status, failure) = match &attempt.failure {
        Some((status, sentences)) => (*status, Some(*sentences)),
        None => (StatusCode::OK, None),
    };
    let body = Html::render(&LoginTemplate {
        lang,
        csrf: csrf.clone(),
        next: guard::local_path(&attempt.next).to_owned(),
        login: attempt.login.chars().take(64).collect(),
        failure,
    })?;
    let page = Page {
        title: words::LOGIN_TITLE.in_lang(lang).to_owned(),
        note: String::new(),
        crumbs: Vec::new(),
        current: "",
        exports: Vec::new(),
        body,
    };
    let reply = shell.reply_with(status, frame, &page)?;
    with_cookie(reply, shell, &shell.login_cookie(), &csrf)
}

fn signed_in(shell: &Shell, token: &str, next: &str) -> Result<Response, Problem> {
    let reply = with_cookie(guard::see_other(next), shell, &shell.session_cookie(), token)?;
    with_cookie(reply, shell, &shell.login_cookie(), "")
}

pub(super) fn with_cookie(
    reply: Response,
    shell: &Shell,
    name: &str,
    value: &str,
) -> Result<Response, Problem> {
    let line: HeaderValue =
        cookie::secret(shell.site.transport, name, value).ok_or(Problem::Internal)?;
    let mut reply = reply.into_response();
    reply.headers_mut().append(header::SET_COOKIE, line);
    Ok(reply)
}
