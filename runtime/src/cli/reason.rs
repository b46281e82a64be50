//! What the errors of shared modules mean to a person at a terminal.

use certs::invite::InviteError;
use certs::tls::Refusal;

use super::{Exit, Failure, Sentence, words};
use crate::sql::SqlError;
use crate::transport::TransportError;
use crate::uplink::enrol::JoinError;
use crate::web::SessionError;
use crate::web::account::AccountError;
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
        Self::of_link(crate::uplink::refusal(refusal), "")
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let (message, next) = match error {
            SessionError::Store(error) => return error.into(),
            SessionError::Refused => {
                return Self::new(Exit::Authentication, "SIGN_IN", words::SIGN_IN);
            }
            SessionError::CodeNeeded | SessionError::Code => {
                return Self::new(Exit::Authentication, "CODE", words::SIGN_IN_CODE);
            }
            SessionError::Replace => (words::PASSWORD_GIVEN, Some(words::PASSWORD_GIVEN_NEXT)),
            SessionError::Account(AccountError::Login) => (words::LOGIN_FORM, None),
            SessionError::Account(AccountError::Password) => (words::PASSWORD_FORM, None),
            SessionError::Account(AccountError::Common) => (words::PASSWORD_COMMON, None),
            SessionError::Account(AccountError::Same) => (words::PASSWORD_SAME, None),
            SessionError::Account(AccountError::Role) => {
                (words::ROLE_FORM, Some(words::ROLE_FORM_NEXT))
            }
            _ => (words::ACCOUNT_REFUSED, None),
        };
        let failure = Self::new(Exit::Usage, "ACCOUNT", message);
        match next {
            Some(next) => failure.hint(next),
            None => failure,
        }
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
            JoinError::Refused { code, message, retryable } => {
                super::link::refused(&code, &message, retryable)
            }
            JoinError::Key(_) | JoinError::Request(_) => {
                Self::new(Exit::Failed, "KEY_FILE", words::KEY_FILE).because(&error)
            }
            _ => Self::new(Exit::Authentication, "ANSWER_DOES_NOT_FIT", words::ANSWER_UNFIT)
                .hint(words::OTHER_NAME_NEXT)
                .because(&error),
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
