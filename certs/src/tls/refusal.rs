//! Why a handshake failed, in the words that a person can act on.
//!
//! In TLS 1.3 a client learns that the hub refused it only at its first read, as an alert: both
//! sides' errors are read here, and the caller's sentence is made from the kind.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// What a failed handshake means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The certificate was revoked: ask the district.
    Revoked,
    /// A root took back the hub's key, or its issuer's: nothing is sent there.
    HubRevoked,
    /// The certificate has expired, or the clock of one side is far ahead.
    Expired,
    /// The certificate is not valid yet: the clock of one side is behind.
    NotYetValid,
    /// Issued under another root: another city, a pin that does not fit, or somebody between.
    UnknownRoot,
    /// The machine that answered is another unit than the one that was called.
    OtherName,
    /// The hub's revocation list is out of date: the hub's operator must act.
    StaleCrl,
    /// No certificate was shown where one is needed.
    NoCertificate,
    /// Refused for another reason, or not a TLS server at all.
    Other,
}

/// Reads the cause out of the library's error, whichever side found it.
#[must_use]
pub const fn refusal(error: &Error) -> Refusal {
    match error {
        Error::InvalidCertificate(cause) => of_certificate(cause),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::NoCertificatesPresented => Refusal::NoCertificate,
        _ => Refusal::Other,
    }
}

/// Finds the cause behind the errors of the layers above TLS: I/O, HTTP/2, gRPC.
///
/// `None` says that TLS is not what failed: the address, the network, or the call itself.
#[must_use]
pub fn find_refusal(error: &(dyn StdError + 'static)) -> Option<Refusal> {
    let mut layer = Some(error);
    // Bounded, because an error could name itself as its source.
    for _ in 0..16 {
        let current = layer?;
        if let Some(cause) = current.downcast_ref::<Error>() {
            return Some(refusal(cause));
        }
        // An I/O error hides what it wraps from `source`, which starts one layer deeper.
        let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        layer = match wrapped {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    None
}

const fn of_certificate(cause: &CertificateError) -> Refusal {
    match cause {
        CertificateError::Revoked => Refusal::Revoked,
        CertificateError::ApplicationVerificationFailure => Refusal::HubRevoked,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Refusal::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Refusal::NotYetValid
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Refusal::UnknownRoot,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Refusal::OtherName
        }
        CertificateError::ExpiredRevocationList
        | CertificateError::ExpiredRevocationListContext { .. } => Refusal::StaleCrl,
        _ => Refusal::Other,
    }
}

const fn of_alert(alert: AlertDescription) -> Refusal {
    match alert {
        AlertDescription::CertificateRevoked => Refusal::Revoked,
        AlertDescription::CertificateExpired => Refusal::Expired,
        AlertDescription::UnknownCA | AlertDescription::DecryptError => Refusal::UnknownRoot,
        AlertDescription::CertificateRequired => Refusal::NoCertificate,
        _ => Refusal::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("transport error")]
    struct Transport(#[source] io::Error);

    /// The cause is found under the layers that a call goes through, and not made up.
    #[test]
    fn a_refusal_is_found_below_other_errors() {
        let alert = Error::AlertReceived(AlertDescription::CertificateRevoked);
        let wrapped = Transport(io::Error::new(io::ErrorKind::InvalidData, alert));
        assert_eq!(find_refusal(&wrapped), Some(Refusal::Revoked));
        let refused = Transport(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(find_refusal(&refused), None);
        assert_eq!(refusal(&Error::HandshakeNotComplete), Refusal::Other);
    }
}
