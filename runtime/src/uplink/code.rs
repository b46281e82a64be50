//! The stable code of a link's trouble, which is stored beside its English for the log.
//!
//! A status page reads it later, in another process and another language, so the sentence must not
//! be what is stored. A code that was used once keeps its meaning.

use certs::tls::{Refusal, find_refusal};
use tonic::{Code, Status};

use super::UplinkError;
use crate::transport::{TransportError, code_of};

/// Codes that say that the hub, or its TLS, took this unit's certificate back.
pub const REVOKED: [&str; 2] = ["REVOKED", "CERTIFICATE_REVOKED"];

/// Code of a hub whose key, or whose authority, a root took back: nothing is sent there.
pub const HUB_REVOKED: &str = "HUB_REVOKED";

/// Code by which a hub says that no space is left where it stores.
pub const HUB_FULL: &str = "HUB_FULL";

impl UplinkError {
    /// The stable code; the hub's own where it gave one.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Transport(error) => transport(error),
            Self::Call(status) => call(status),
            Self::Store(_) => "STORE_FAILED",
            Self::Conflict(_) => "CONFLICT",
            Self::Ended | Self::Late => "LATE",
            Self::Answer(_) | Self::Protocol(_) => "HUB",
            Self::Renewal => "RENEWAL",
            Self::Full => HUB_FULL,
        }
    }
}

const fn transport(error: &TransportError) -> &'static str {
    match error {
        TransportError::Unreachable { .. } => "UNREACHABLE",
        TransportError::Silent(_) => "SILENT",
        TransportError::Refused(cause) => refusal(*cause),
        TransportError::Tls(_) | TransportError::Http(_) => "HANDSHAKE",
    }
}

/// The stable code of a refused handshake.
#[must_use]
pub const fn refusal(cause: Refusal) -> &'static str {
    match cause {
        Refusal::OtherName => "HUB_NAME",
        Refusal::UnknownRoot => "OTHER_ROOT",
        Refusal::Revoked => "REVOKED",
        Refusal::HubRevoked => HUB_REVOKED,
        Refusal::Expired => "CERTIFICATE_EXPIRED",
        Refusal::NotYetValid => "CERTIFICATE_NOT_YET_VALID",
        Refusal::StaleCrl => "STALE_CRL",
        _ => "HANDSHAKE",
    }
}

fn call(status: &Status) -> &str {
    let code = code_of(status);
    if !code.is_empty() {
        return code;
    }
    if let Some(cause) = find_refusal(status) {
        return refusal(cause);
    }
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Aborted => "HUB_NOT_READY",
        _ => "HUB_REFUSED",
    }
}
