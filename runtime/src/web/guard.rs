//! Who may see a page, and which forms are ours.
//!
//! [`Visitor`] admits a signed-in person with one of the roles that the page is for; everybody
//! else is sent to the sign-in page or told that the role does not suffice. [`SignedForm`] reads
//! a form only if it carries the session's own token and no other site sent it.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::Role;
use super::cookie;
use super::lang::Lang;
use super::own;
use super::problem::Problem;
use super::session::{Session, Standing, same_secret};
use super::shell::{Frame, Shell};

/// Longest form that is read.
pub const FORM_BYTES_MAX: usize = 64 * 1024;
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
        let found = present(&shell, &parts.headers).await;
        let session = match found.map_err(IntoResponse::into_response)? {
            Some(Standing { session, hurdle: None, .. }) => session,
            Some(Standing { hurdle: Some(hurdle), .. }) => {
                return Err(see_other(&with_next(own::page_of(hurdle), &parts.uri)));
            }
            None => return Err(see_other(&with_next("/login", &parts.uri))),
        };
        if !A::ROLES.contains(&session.role) {
            return Err(Problem::Forbidden.into_response());
        }
        let lang = Lang::of_request(&parts.uri, &parts.headers);
        let frame = Frame { lang, uri: parts.uri.clone(), session: Some(session.clone()) };
        Ok(Self { session, frame, audience: PhantomData })
    }
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
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::<A>::from_request_parts(&mut parts, state).await?;
        let expected = visitor.session.csrf.clone();
        let fields = checked_fields(&parts, body, &expected).await;
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
    if !is_same_origin(&parts.headers) {
        return Err(Problem::StaleForm);
    }
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Problem::BadRequest)?;
    let again = || {
        let mut request = Request::new(Body::from(bytes.clone()));
        *request.method_mut() = parts.method.clone();
        *request.headers_mut() = parts.headers.clone();
        request
    };
    let token = Form::<TokenField>::from_request(again(), &()).await;
    let Form(token) = token.map_err(|_| Problem::BadRequest)?;
    if !same_secret(&token.csrf, expected) {
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
fn is_same_origin(headers: &HeaderMap) -> bool {
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
    let next: String = local_path(wanted)
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{page}?next={next}")
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
