//! Who may read: a program with an API key, or a person with a console session.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use runtime::web::{Audience, Lang, Role, Visitor};

use super::Rest;
use super::problem::Refusal;
use crate::store::api_key;

/// Roles that may read statistics.
struct Readers;

impl Audience for Readers {
    const ROLES: &'static [Role] = &[Role::Analyst, Role::Operator, Role::Auditor];
}

/// Somebody who may read, and how to answer.
pub(super) struct Caller {
    /// Language of error sentences.
    pub lang: Lang,
    /// Headers of the request.
    pub headers: HeaderMap,
}

impl FromRequestParts<Rest> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Rest) -> Result<Self, Response> {
        let lang = Lang::of_request(&parts.uri, &parts.headers);
        let refusal = match bearer(&parts.headers) {
            Some(key) => by_key(state, key.to_owned()).await,
            None => by_session(state, parts).await,
        };
        match refusal {
            Ok(()) => Ok(Self { lang, headers: parts.headers.clone() }),
            Err(refusal) => Err(refusal.reply(lang)),
        }
    }
}

/// What an `Authorization` header holds; one of another scheme is a key that does not fit.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, key) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" })
}

async fn by_key(state: &Rest, key: String) -> Result<(), Refusal> {
    let read = state.statistics.read_async(move |tx, _, _| api_key::admits(tx, &key)).await;
    if read? { Ok(()) } else { Err(Refusal::NoAccess) }
}

async fn by_session(state: &Rest, parts: &mut Parts) -> Result<(), Refusal> {
    // The console's own check, whose way to the sign-in page is of no use to a program.
    let visitor = Visitor::<Readers>::from_request_parts(parts, &state.shell).await;
    match visitor.map_err(|reply| reply.status()) {
        Ok(_) => Ok(()),
        Err(StatusCode::FORBIDDEN) => Err(Refusal::Forbidden),
        Err(status) if status.is_server_error() => Err(Refusal::Unavailable),
        Err(_) => Err(Refusal::NoAccess),
    }
}
