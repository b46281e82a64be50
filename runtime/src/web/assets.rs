//! The few static files of the consoles, built into the binary.
//!
//! Addresses carry a fingerprint of the content, so browsers may keep a file for good and still
//! see a new one at once.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

const STYLE: &str = include_str!("../../static/xinqiao.css");
const ICON: &str = include_str!("../../static/icon.svg");
const STYLE_MARK: u64 = fingerprint(STYLE.as_bytes());
const ICON_MARK: u64 = fingerprint(ICON.as_bytes());

/// Address of the style sheet.
#[must_use]
pub fn style_href() -> String {
    format!("/static/xinqiao.css?v={STYLE_MARK:016x}")
}

/// Address of the icon.
#[must_use]
pub fn icon_href() -> String {
    format!("/static/icon.svg?v={ICON_MARK:016x}")
}

/// Serves a static file by its name.
///
/// # Errors
/// There is no such file.
pub async fn serve(Path(name): Path<String>) -> Result<Response, Problem> {
    let (kind, body) = match name.as_str() {
        "xinqiao.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return Err(Problem::NotFound),
    };
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, kept)];
    Ok((headers, body).into_response())
}

/// FNV-1a: tells one build's file from another's, and protects nothing.
#[expect(clippy::indexing_slicing, reason = "the index is below the length; runs in constants")]
const fn fingerprint(bytes: &[u8]) -> u64 {
    let mut mark = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        mark ^= bytes[at] as u64;
        mark = mark.wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    mark
}
