//! The description of the interface, made from the handlers themselves.
//!
//! The same text stands in the project's documents; a test compares the two, so that a change of
//! the interface is always seen.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problem::ProblemOut;
use super::{data, lists, protect, publications, snapshots, special, trends};
use crate::statistics::DataOut;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "心桥 Xinqiao statistics",
        description = "Read-only figures of a hub. A figure has one status: value, suppressed, \
            not_reported, not_applicable; of sealed sums also closed, waiting, stopped. Only value \
            has a value. Every answer names its snapshot, its definitions and how many schools \
            reported of those due.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        lists::list_indicators,
        lists::show_indicator,
        lists::list_units,
        data::read_data,
        trends::read_trend,
        snapshots::show_snapshot,
        snapshots::read_rates,
        special::list_specials,
        special::show_special,
        publications::list_publications,
        publications::show_publication
    ),
    components(schemas(DataOut, ProblemOut)),
    modifiers(&Keys)
)]
struct Description;

struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key of the hub, made by its operator."))
            .build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(
            "session",
            "The console's own session; the cookie's full name depends on the hub.",
        );
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        components.add_security_scheme("session", cookie);
    }
}

/// The description.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The description as the text that is served and kept in the documents.
///
/// # Errors
/// None: every part of it can be written as JSON.
pub fn document_text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}

/// Serves the description to anybody: it tells nothing about a city.
pub(super) async fn serve(_: HeaderMap) -> Response {
    let text = document_text().unwrap_or_default();
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    let mut reply = ([(header::CONTENT_TYPE, kind)], text).into_response();
    protect(reply.headers_mut());
    reply
}
