//! Who may see a page, and which forms are ours.
//!
//! [`Visitor`] admits a signed-in person with one of the roles that the page is for; everybody
//! else is sent to the sign-in page or told that the role does not suffice. [`SignedForm`] reads
//! a form only if it carries the session's own token and no other site sent it.

use std::marker::PhantomData;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::Role;
use super::cookie;
use super::html::Html;
use super::lang::Lang;
use super::own;
use super::problem::Problem;
use super::session::{Session, Standing, fresh_secret, same_secret};
use super::shell::{Frame, Page, Shell};
use super::words;

/// Longest form that is read of somebody who is signed in: a table of a term, or notes of a class.
pub const FORM_BYTES_MAX: usize = 1024 * 1024;
/// Longest form that is read of anybody.
pub const OPEN_FORM_BYTES_MAX: usize = 64 * 1024;
/// Longest address that the sign-in page leads back to.
const NEXT_BYTES_MAX: usize = 512;

/// The roles that a page is for.
pub trait Audience {
    /// A session with none of these does not see the page.
    const ROLES: &'static [Role];
}

/// Everybody who has an account.
#[derive(Clone, Copy, Debug)]
pub struct Everyone;

impl Audience for Everyone {
    const ROLES: &'static [Role] = &Role::ALL;
}

/// A signed-in person whose role suffices for the page.
#[derive(Clone, Debug)]
pub struct Visitor<A> {
    /// Who it is.
    pub session: Session,
    /// Where the page is shown.
    pub frame: Frame,
    audience: PhantomData<fn() -> A>,
}

impl<A, S> FromRequestParts<S> for Visitor<A>
where
    A: Audience,
    S: Send + Sync,
    Arc<Shell>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let shell = Arc::<Shell>::from_ref(state);
        let found = admitted(&shell, parts).await?;
        found.ok_or_else(|| see_other(&with_next("/login", &parts.uri)))
    }
}

/// Who asks; nothing where nobody is signed in.
pub(super) async fn admitted<A: Audience>(
    shell: &Shell,
    parts: &Parts,
) -> Result<Option<Visitor<A>>, Response> {
    let found = present(shell, &parts.headers).await;
    let mut session = match found.map_err(IntoResponse::into_response)? {
        Some(Standing { session, hurdle: None, .. }) => session,
        Some(Standing { hurdle: Some(hurdle), .. }) => {
            return Err(see_other(&with_next(own::page_of(hurdle), &parts.uri)));
        }
        None => return Ok(None),
    };
    if !A::ROLES.contains(&session.role) {
        return Err(Problem::Forbidden.into_response());
    }
    // A number of the page's own behind the token: two forms with equal fields are told apart.
    session.csrf = format!("{}{NUMBER_AFTER}{}", session.csrf, fresh_secret());
    let lang = Lang::of_request(&parts.uri, &parts.headers);
    let frame = Frame {
        lang,
        uri: parts.uri.clone(),
        session: Some(session.clone()),
        is_answer: parts.method == Method::POST,
    };
    Ok(Some(Visitor { session, frame, audience: PhantomData }))
}

/// Stands between a session's token and the number of the page that carries it.
const NUMBER_AFTER: char = '.';

/// The session's token out of what a form carries.
fn token_of(text: &str) -> &str {
    text.split(NUMBER_AFTER).next().unwrap_or_default()
}

/// Whether what a form carries is the session's token.
pub(super) fn same_token(given: &str, expected: &str) -> bool {
    same_secret(token_of(given), token_of(expected))
}

/// Where whoever is not signed in is led, to come back to a page.
pub(super) fn sign_in_of(uri: &Uri) -> String {
    with_next("/login", uri)
}

/// A handler of forms at an address of its own; whoever comes there without a form, by the
/// address bar or after signing in again, is led to a page. Names in the page's address are filled
/// in from the form's.
pub fn posts<H, T, S>(handler: H, page: &'static str) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    post(handler).get(move |params: RawPathParams| async move {
        let filled = params.iter().fold(page.to_owned(), |page, (name, value)| {
            page.replace(&format!("{{{name}}}"), &in_address(value))
        });
        see_other(&filled)
    })
}

/// A form of the session's own pages.
#[derive(Debug)]
pub struct SignedForm<A, T> {
    /// Who sent it.
    pub visitor: Visitor<A>,
    /// Its fields.
    pub fields: T,
}

#[derive(Deserialize)]
struct TokenField {
    #[serde(default)]
    csrf: String,
}

impl<A, T, S> FromRequest<S> for SignedForm<A, T>
where
    A: Audience,
    T: DeserializeOwned,
    S: Send + Sync,
    Arc<Shell>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let shell = Arc::<Shell>::from_ref(state);
        let Some(visitor) = admitted::<A>(&shell, &parts).await? else {
            return Err(lost(&shell, &parts, body).await);
        };
        let expected = visitor.session.csrf.clone();
        let fields = read_fields(&parts, body, (&expected, FORM_BYTES_MAX)).await;
        Ok(Self { visitor, fields: fields.map_err(IntoResponse::into_response)? })
    }
}

/// Reads a form that carries `expected` as its token and comes from our own pages.
///
/// # Errors
/// Another site sent it, its token is another one, or its fields cannot be read.
pub async fn checked_fields<T: DeserializeOwned>(
    parts: &Parts,
    body: Body,
    expected: &str,
) -> Result<T, Problem> {
    read_fields(parts, body, (expected, OPEN_FORM_BYTES_MAX)).await
}

async fn read_fields<T: DeserializeOwned>(
    parts: &Parts,
    body: Body,
    (expected, bytes_max): (&str, usize),
) -> Result<T, Problem> {
    if !is_same_origin(&parts.headers) {
        return Err(Problem::StaleForm);
    }
    let bytes = to_bytes(body, bytes_max).await.map_err(|_| Problem::TooLong)?;
    let again = || {
        let mut request = Request::new(Body::from(bytes.clone()));
        *request.method_mut() = parts.method.clone();
        *request.headers_mut() = parts.headers.clone();
        request
    };
    let token = Form::<TokenField>::from_request(again(), &()).await;
    let Form(token) = token.map_err(|_| Problem::BadRequest)?;
    if !same_token(&token.csrf, expected) {
        return Err(Problem::StaleForm);
    }
    let fields = Form::<T>::from_request(again(), &()).await;
    fields.map(|Form(fields)| fields).map_err(|_| Problem::BadRequest)
}

/// Whether a form comes from this console's own pages, as far as the browser says.
///
/// Browsers answer `Origin: null` under our own `no-referrer` policy, so their newer statement
/// `Sec-Fetch-Site` decides where there is one. Old ones that say neither are left to the token
/// and to the cookie, which no other site can make them send.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return !headers.contains_key(header::ORIGIN);
    };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = origin.split_once("://").map(|(_, rest)| rest);
    authority.is_some() && authority == host
}

/// The session of a request, if it has one that is still open, and what is still asked of it.
pub(super) async fn present(
    shell: &Shell,
    headers: &HeaderMap,
) -> Result<Option<Standing>, Problem> {
    match cookie::value(headers, &shell.session_cookie()) {
        Some(token) => Ok(shell.sessions.standing(token, shell.clock.now_ms()).await?),
        None => Ok(None),
    }
}

/// The address of a page that asks for something and leads back to where the browser wanted to go.
fn with_next(page: &str, uri: &Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{page}?next={}", in_address(local_path(wanted)))
}

/// A text as a part of an address.
#[must_use]
pub fn in_address(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    encoded.collect()
}

#[derive(Template)]
#[template(path = "lost.html")]
struct LostTemplate {
    lang: Lang,
    text: String,
    sign_in: String,
}

/// What was written before the session ended, to be copied; nothing of it was carried out.
async fn lost(shell: &Shell, parts: &Parts, body: Body) -> Response {
    let sign_in = with_next("/login", &parts.uri);
    if !is_same_origin(&parts.headers) {
        return see_other(&sign_in);
    }
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.unwrap_or_default();
    let mut request = Request::new(Body::from(bytes));
    (*request.method_mut(), *request.headers_mut()) = (Method::POST, parts.headers.clone());
    let fields = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    let text = fields.map(|Form(fields)| written(fields)).unwrap_or_default();
    let lang = Lang::of_request(&parts.uri, &parts.headers);
    let page = |body| Page {
        title: words::LOST.in_lang(lang).to_owned(),
        note: String::new(),
        crumbs: Vec::new(),
        current: "",
        exports: Vec::new(),
        body,
    };
    let frame = Frame { lang, uri: parts.uri.clone(), session: None, is_answer: true };
    let body = Html::render(&LostTemplate { lang, text, sign_in });
    let reply = body
        .map_err(Problem::from)
        .and_then(|body| shell.reply_with(StatusCode::UNAUTHORIZED, &frame, &page(body)));
    reply.into_response()
}

/// The texts of a form that somebody wrote, without what is chosen, ticked or of the form itself.
///
/// What was typed cannot be told from the form's own words where it is as short as they are; the
/// page says so.
fn written(fields: Vec<(String, String)>) -> String {
    let is_chosen = |text: &str| text.bytes().all(|b| b.is_ascii_graphic()) && text.len() < 30;
    let texts = fields.into_iter().filter(|(name, text)| name != "csrf" && !is_chosen(text));
    texts.map(|(_, text)| text).collect::<Vec<_>>().join("\n\n")
}

/// A redirect that turns whatever was sent into a `GET`.
pub fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        Err(_) => Problem::BadRequest.into_response(),
    }
}

/// An address within this console; anything that could lead elsewhere becomes the start page.
pub(super) fn local_path(text: &str) -> &str {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let local = text.starts_with('/') && !text.starts_with("//");
    if plain && local && text.len() <= NEXT_BYTES_MAX { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("name"), HeaderValue::from_static(value)))
            .collect();
        is_same_origin(&headers)
    }

    /// A form of another site is told by what the browser says about it.
    #[test]
    fn forms_of_other_sites_are_recognised() {
        assert!(check(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]), "another port or subdomain");
        assert!(check(&[("origin", "http://127.0.0.1:8443"), ("host", "127.0.0.1:8443")]));
        assert!(!check(&[("origin", "http://127.0.0.1:9999"), ("host", "127.0.0.1:8443")]));
        assert!(!check(&[("origin", "null"), ("host", "127.0.0.1:8443")]));
        assert!(!check(&[("origin", "null")]));
        assert!(check(&[("host", "127.0.0.1:8443")]), "an old browser that says nothing");
    }

    /// Signing in never leads to another site.
    #[test]
    fn the_way_back_stays_in_the_console() {
        assert_eq!(local_path("/egress?page=2"), "/egress?page=2");
        for text in ["//evil.example", "https://evil.example", "/\\evil", "", "/a\nb"] {
            assert_eq!(local_path(text), "/", "{text}");
        }
    }
}
