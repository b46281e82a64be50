//! The stable code of a refused call, so that the caller's sentence does not hang on English.
//!
//! It travels in the metadata `xq-code`; the message of the status is for logs. A code is upper
//! case, such as `INVITE_EXPIRED`, and once used it keeps its meaning.

use tonic::metadata::AsciiMetadataValue;
use tonic::{Code, Status};

/// Name of the metadata entry that holds the code.
pub const CODE_KEY: &str = "xq-code";

/// A refusal with its stable code.
#[must_use]
pub fn coded(kind: Code, code: &'static str, message: impl Into<String>) -> Status {
    let mut status = Status::new(kind, message);
    status.metadata_mut().insert(CODE_KEY, AsciiMetadataValue::from_static(code));
    status
}

/// The stable code of a refusal; empty where the other side gave none.
#[must_use]
pub fn code_of(status: &Status) -> &str {
    status.metadata().get(CODE_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
