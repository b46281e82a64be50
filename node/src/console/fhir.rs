//! A bundle of FHIR as a file of a page; whoever makes it has logged the reading.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::fhir::file;

/// A bundle as a file for the own system.
pub(super) fn download(bundle: &Value) -> Response {
    let kind = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"referral.fhir.json\"");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    (headers, file(bundle)).into_response()
}
