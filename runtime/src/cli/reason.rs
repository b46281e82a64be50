//! What the errors of shared modules mean to a person at a terminal.

use certs::invite::InviteError;
use certs::tls::Refusal;

use super::{Exit, Failure, Sentence, words};
use crate::sql::SqlError;
use crate::transport::TransportError;
use crate::uplink::enrol::JoinError;
use crate::web::Text;
use crate::web::time::minute;

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        let failure = match &error {
            SqlError::Locked => {
                Self::new(Exit::Busy, "STORE_LOCKED", words::STORE_LOCKED).hint(words::TRY_AGAIN)
            }
            SqlError::Full => Self::new(Exit::Failed, "DISK_FULL", words::STORE_FULL)
                .hint(words::FREE_SPACE)
                .retryable(),
            SqlError::Unreadable => {
                Self::new(Exit::Authentication, "STORE_UNREADABLE", words::STORE_UNREADABLE)
            }
            SqlError::Newer { found, known } => {
                let message = Sentence::new(words::STORE_NEWER, &[found, known]);
                Self::new(Exit::Failed, "STORE_NEWER", message).hint(words::UPDATE)
            }
            _ => Self::new(Exit::Failed, "STORE_FAILED", words::STORE_FAILED),
        };
        failure.because(&error)
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let failure = match &error {
            TransportError::Unreachable { address, .. } => {
                let message = Sentence::new(words::UNREACHABLE, &[address]);
                Self::new(Exit::Network, "UNREACHABLE", message).hint(words::CHECK_NETWORK)
            }
            TransportError::Silent(seconds) => {
                let message = Sentence::new(words::SILENT, &[seconds]);
                Self::new(Exit::Network, "SILENT", message).hint(words::CHECK_NETWORK)
            }
            TransportError::Refused(refusal) => return Self::from(*refusal),
            _ => Self::new(Exit::Network, "HANDSHAKE", words::HANDSHAKE),
        };
        failure.because(&error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (code, message, next) = match refusal {
            Refusal::OtherName => ("HUB_NAME", words::OTHER_NAME, words::OTHER_NAME_NEXT),
            Refusal::UnknownRoot => ("OTHER_ROOT", words::OTHER_ROOT, words::OTHER_NAME_NEXT),
            Refusal::Revoked => ("REVOKED", words::CERTIFICATE_REVOKED, words::ASK_OPERATOR),
            Refusal::Expired => {
                ("CERTIFICATE_EXPIRED", words::CERTIFICATE_EXPIRED, words::CHECK_CLOCK)
            }
            Refusal::NotYetValid => {
                ("CERTIFICATE_NOT_YET_VALID", words::NOT_YET_VALID, words::CHECK_CLOCK)
            }
            Refusal::StaleCrl => ("STALE_CRL", words::STALE_CRL, words::ASK_OPERATOR),
            _ => ("HANDSHAKE", words::HANDSHAKE, words::ASK_OPERATOR),
        };
        Self::new(Exit::Authentication, code, message).hint(next)
    }
}

impl From<InviteError> for Failure {
    fn from(error: InviteError) -> Self {
        let (code, message) = match &error {
            InviteError::Expired { at } => {
                let when = minute(at.as_millisecond());
                let message = Sentence::new(words::INVITE_EXPIRED, &[&when]);
                let next = Sentence::new(words::NEW_INVITE, &[&"UNIT"]);
                return Self::new(Exit::Authentication, "INVITE_EXPIRED", message).hint(next);
            }
            InviteError::NotAnInvite => ("INVITE_MISSING", words::NOT_AN_INVITE),
            InviteError::Version => ("INVITE_VERSION", words::INVITE_VERSION),
            InviteError::CutOff => ("INVITE_CUT_OFF", words::INVITE_CUT_OFF),
            InviteError::Damaged => ("INVITE_DAMAGED", words::INVITE_DAMAGED),
            _ => ("INVITE_UNUSABLE", words::INVITE_UNUSABLE),
        };
        let next = match error {
            InviteError::Version => words::UPDATE,
            _ => words::AS_A_FILE,
        };
        Self::new(Exit::Authentication, code, message).hint(next)
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Transport(error) => Self::from(error),
            JoinError::Invite(error) => Self::from(error),
            JoinError::Refused { code, message, retryable } => refused(&code, &message, retryable),
            JoinError::Key(_) | JoinError::Request(_) => {
                Self::new(Exit::Failed, "KEY_FILE", words::KEY_FILE).because(&error)
            }
            _ => Self::new(Exit::Authentication, "ANSWER_DOES_NOT_FIT", words::ANSWER_UNFIT)
                .hint(words::OTHER_NAME_NEXT)
                .because(&error),
        }
    }
}

/// What a hub's refusal to enrol or to serve means.
const REFUSALS: &[(&str, Text, Text)] = &[
    ("INVITE_UNKNOWN", words::INVITE_UNKNOWN, words::ASK_NEW_INVITE),
    ("INVITE_PROOF", words::INVITE_PROOF, words::AS_A_FILE),
    ("INVITE_EXPIRED", words::INVITE_EXPIRED_THERE, words::ASK_NEW_INVITE),
    ("INVITE_USED", words::INVITE_USED, words::INVITE_USED_NEXT),
    ("INVITE_REVOKED", words::INVITE_REVOKED, words::ASK_NEW_INVITE),
    ("UNIT_CLOSED", words::UNIT_CLOSED, words::ASK_OPERATOR),
    ("UNIT_SUSPENDED", words::UNIT_SUSPENDED, words::ASK_OPERATOR),
    ("NOT_A_MEMBER", words::NOT_A_MEMBER, words::ASK_OPERATOR),
    ("CERTIFICATE_REVOKED", words::CERTIFICATE_REVOKED, words::ASK_OPERATOR),
    ("RENEWAL_NOT_ALLOWED", words::RENEWAL_NOT_ALLOWED, words::RENEWAL_NEXT),
    ("KEY_KNOWN", words::KEY_KNOWN, words::ASK_OPERATOR),
    ("OWN_CERTIFICATE", words::OWN_CERTIFICATE, words::OWN_CERTIFICATE_NEXT),
];

fn refused(code: &str, message: &str, retryable: bool) -> Failure {
    let known = REFUSALS.iter().find(|(known, _, _)| *known == code);
    match known {
        Some((code, message, next)) => {
            Failure::new(Exit::Authentication, code, *message).hint(*next)
        }
        None if retryable => {
            let message = Sentence::new(words::HUB_NOT_READY, &[&message]);
            Failure::new(Exit::Network, "HUB_NOT_READY", message).hint(words::TRY_AGAIN)
        }
        None => {
            let message = Sentence::new(words::HUB_REFUSED, &[&message]);
            Failure::new(Exit::Authentication, "HUB_REFUSED", message).hint(words::ASK_OPERATOR)
        }
    }
}

impl Failure {
    /// A named file could not be opened or read.
    #[must_use]
    pub fn unreadable_file(path: &std::path::Path, cause: &std::io::Error) -> Self {
        super::secret::unreadable(path, cause)
    }
}
