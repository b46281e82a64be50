//! The read-only interface for programs: figures as JSON or CSV, with an OpenAPI description.
//!
//! It shows what the pages show and nothing more: figures come from the same stage with the same
//! floors. A caller has a console session or an API key; there is no way to write here. Every
//! answer names its snapshot, and its `ETag` changes whenever that does.

mod access;
mod data;
mod lists;
mod openapi;
mod problem;
mod publications;
mod separated;
mod snapshots;
mod special;
#[cfg(test)]
mod tests;
mod trends;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use runtime::web::Shell;

pub use openapi::{document, document_text};
pub use problem::ProblemOut;

use crate::statistics::Statistics;

/// Where the description of the interface is.
pub const OPENAPI_HREF: &str = "/api/openapi.json";

/// What all answers are made from.
#[derive(Clone)]
struct Rest {
    statistics: Statistics,
    shell: Arc<Shell>,
}

/// The interface, to be merged beside the console's own router.
///
/// Not inside of it: the console turns every error into a page, and programs want JSON.
pub fn router(shell: Arc<Shell>, statistics: Statistics) -> Router {
    Router::new()
        .route("/api/v1/indicators", get(lists::list_indicators))
        .route("/api/v1/indicators/{id}", get(lists::show_indicator))
        .route("/api/v1/units", get(lists::list_units))
        .route("/api/v1/data", get(data::read_data))
        .route("/api/v1/trends", get(trends::read_trend))
        .route("/api/v1/snapshots/{number}", get(snapshots::show_snapshot))
        .route("/api/v1/reporting-rates", get(snapshots::read_rates))
        .route("/api/v1/special-periods", get(special::list_specials))
        .route("/api/v1/special-periods/{id}", get(special::show_special))
        .route("/api/v1/publications", get(publications::list_publications))
        .route("/api/v1/publications/{id}", get(publications::show_publication))
        .route(OPENAPI_HREF, get(openapi::serve))
        .route("/api/{*rest}", get(problem::no_such_address))
        .with_state(Rest { statistics, shell })
}

/// Form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

impl Form {
    /// The form that a query asks for; JSON where it asks for none.
    fn asked(text: &str) -> Result<Self, problem::Refusal> {
        match text {
            "" | "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err(problem::Refusal::Parameter("format".to_owned())),
        }
    }
}

/// An answer of one state of the data, or word that the caller has it already.
fn answer(asked: &HeaderMap, tag: &str, form: Form, body: Vec<u8>) -> Response {
    let tag = format!("\"{tag}\"");
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    let is_known = known.flat_map(|list| list.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    });
    let mut reply = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = match form {
            Form::Json => "application/json; charset=utf-8",
            Form::Csv => "text/csv; charset=utf-8",
        };
        ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
    };
    let headers = reply.headers_mut();
    // A tag is made of digits, letters and hyphens, so it is always a header value.
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    protect(headers);
    reply
}

/// Headers of every reply: kept by the caller alone, and asked about again each time.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::VARY, "Authorization, Cookie, Accept-Language"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
