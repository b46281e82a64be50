//! What this crate's errors mean to a person at a terminal.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::Lang;

use super::causes::Caused as _;
use super::words;
use crate::app::HubError;
use crate::authority::AuthorityError;
use crate::config::ConfigError;
use crate::enrolment::invitation::InvitationError;

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Value { key, reason } => {
                let message = Sentence::pair(
                    words::VALUE_WRONG.fill(Lang::Zh, &[&key, &form_zh(key)]),
                    words::VALUE_WRONG.fill(Lang::En, &[&key, &reason]),
                );
                Self::new(Exit::Usage, "CONFIG_INVALID", message)
            }
            other => {
                let message = Sentence::pair(
                    words::CONFIG_WRONG
                        .fill(Lang::Zh, &[&"hub.toml", &words::NOT_WELL_FORMED.in_lang(Lang::Zh)]),
                    words::CONFIG_WRONG.fill(Lang::En, &[&"hub.toml", &other]),
                );
                Self::new(Exit::Invalid, "CONFIG_INVALID", message).because(&other)
            }
        }
    }
}

/// How a value is written, in Chinese.
pub(super) fn form_zh(key: &str) -> &'static str {
    let form = match key {
        "kind" => words::FORM_KIND,
        "unit" | "district" => words::FORM_UNIT,
        "zone" => words::FORM_ZONE,
        "listen" | "console" => words::FORM_ADDRESS,
        _ => words::FORM_OTHER,
    };
    form.in_lang(Lang::Zh)
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Store(error) => error.into(),
            HubError::Identity(cause) => {
                Self::new(Exit::Authentication, "NOT_ENROLLED", words::NOT_ENROLLED)
                    .hint(words::NOT_ENROLLED_NEXT)
                    .because(&cause)
            }
            HubError::Trust(cause) => Self::new(Exit::Authentication, "NO_ROOTS", words::NO_ROOTS)
                .hint(words::NOT_ENROLLED_NEXT)
                .because(cause.as_ref()),
            HubError::System(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => {
                Self::new(Exit::Busy, "ADDRESS_IN_USE", words::ADDRESS_IN_USE)
                    .hint(words::ADDRESS_IN_USE_NEXT)
                    .because(&cause)
            }
            HubError::OpenConsole(address) => {
                let message = Sentence::new(words::OPEN_CONSOLE, &[&address]);
                Self::new(Exit::Refused, "OPEN_CONSOLE", message).hint(words::OPEN_CONSOLE_NEXT)
            }
            other => Self::new(Exit::Failed, "HUB_FAILED", words::HUB_FAILED).because(&other),
        }
    }
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Store(error) => error.into(),
            other => Self::new(Exit::Authentication, "AUTHORITY", words::AUTHORITY).caused(&other),
        }
    }
}

impl From<InvitationError> for Failure {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::NoUnit(id) => super::context::no_unit(&id),
            InvitationError::NotInvitable(id) => {
                let message = Sentence::new(words::NOT_INVITABLE, &[&id]);
                Self::new(Exit::Refused, "NOT_INVITABLE", message)
            }
            InvitationError::Lifetime => Self::new(Exit::Usage, "LIFETIME", words::LIFETIME),
            InvitationError::NothingPending(id) => {
                let message = Sentence::new(words::NOTHING_PENDING, &[&id]);
                Self::new(Exit::NotFound, "NOTHING_PENDING", message)
                    .hint(words::NOTHING_PENDING_NEXT)
            }
            InvitationError::Invite(cause) => {
                Self::new(Exit::Failed, "INVITE_FAILED", words::INVITE_FAILED)
                    .hint(words::INVITE_FAILED_NEXT)
                    .because(&cause)
            }
            InvitationError::Store(error) => error.into(),
        }
    }
}
