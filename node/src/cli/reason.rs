//! What the errors of the node's modules mean to a person at a terminal.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::passphrase::PassphraseError;
use runtime::web::Lang;
use serde_json::json;

use super::words;
use crate::app::{AppError, ServeError};
use crate::config::ConfigError;
use crate::console::SourceError;
use crate::import::{Fault, ImportError};
use crate::join::JoiningError;
use crate::packs::PacksError;
use crate::release::ReleaseError;
use crate::screening::ScreeningError;
use crate::screening::report::ReportError;
use crate::taking::TakingError;
use crate::unlock::UnlockError;

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match &error {
            ConfigError::Missing => {
                Self::new(Exit::NotFound, "NO_NODE", words::NO_NODE).hint(words::NO_NODE_NEXT)
            }
            ConfigError::File(cause) => {
                Self::new(Exit::Failed, "CONFIG_FILE", words::CONFIG_FILE).because(cause)
            }
            other => {
                let message = Sentence::pair(
                    words::CONFIG_WRONG.fill(Lang::Zh, &[&setting_zh(other)]),
                    words::CONFIG_WRONG.fill(Lang::En, &[other]),
                );
                Self::new(Exit::Usage, "CONFIG", message).hint(words::CONFIG_WRONG_NEXT)
            }
        }
    }
}

/// What is wrong with a setting, in Chinese.
fn setting_zh(error: &ConfigError) -> String {
    match error {
        ConfigError::Syntax { line, .. } => words::SETTING_SYNTAX.fill(Lang::Zh, &[line]),
        ConfigError::Unknown { key, nearest: Some(known), .. } => {
            words::SETTING_NEAR.fill(Lang::Zh, &[key, known])
        }
        ConfigError::Unknown { key, .. } => words::SETTING_UNKNOWN.fill(Lang::Zh, &[key]),
        ConfigError::Value { key, .. } => {
            let form = match *key {
                "console" => words::FORM_CONSOLE,
                "school_type" => words::FORM_TYPE,
                "grades" => words::FORM_GRADES,
                _ => words::FORM_OTHER,
            };
            words::SETTING_VALUE.fill(Lang::Zh, &[key, &form.in_lang(Lang::Zh)])
        }
        ConfigError::Missing | ConfigError::File(_) => {
            words::CONFIG_FILE.in_lang(Lang::Zh).to_owned()
        }
    }
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        let failure = |code, message, next| {
            Self::new(Exit::Authentication, code, Sentence::from(message)).hint(next)
        };
        match &error {
            UnlockError::Missing => {
                Self::new(Exit::NotFound, "NO_KEY", words::NO_KEY).hint(words::NO_KEY_NEXT)
            }
            UnlockError::Damaged => {
                failure("KEY_DAMAGED", words::KEY_DAMAGED, words::KEY_DAMAGED_NEXT)
            }
            UnlockError::Wrong => {
                failure("PASSPHRASE_WRONG", words::PASSPHRASE_WRONG, words::PASSPHRASE_WRONG_NEXT)
            }
            UnlockError::OtherKind(_) => {
                failure("PASSPHRASE_KIND", words::OTHER_KIND, words::OTHER_KIND_NEXT)
            }
            UnlockError::Passphrase(PassphraseError::Length) => {
                Self::new(Exit::Usage, "PASSPHRASE_RULE", words::PASSPHRASE_RULE)
            }
            UnlockError::Passphrase(_) => {
                failure("KEY_DAMAGED", words::KEY_DAMAGED, words::KEY_DAMAGED_NEXT)
            }
            UnlockError::File(cause) => {
                Self::new(Exit::Failed, "KEY_FILE", words::KEY_FILE).because(cause)
            }
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Config(error) => error.into(),
            AppError::Unlock(error) => error.into(),
            AppError::Store(error) => error.into(),
            AppError::Packs(error) => error.into(),
            AppError::Exists(name) => {
                let message = Sentence::new(words::IN_USE, &[&name]);
                Self::new(Exit::Refused, "FOLDER_IN_USE", message).hint(words::IN_USE_NEXT)
            }
            AppError::Missing(name) => {
                let message = Sentence::new(words::FILE_GONE, &[&name]);
                Self::new(Exit::NotFound, "FILE_MISSING", message).hint(words::FILE_GONE_NEXT)
            }
            other @ (AppError::Identity(_) | AppError::Roots(_)) => {
                Self::new(Exit::Authentication, "IDENTITY", words::IDENTITY)
                    .hint(words::IDENTITY_NEXT)
                    .because(&other)
            }
            AppError::Folder(cause) => system(&cause),
        }
    }
}

impl From<TakingError> for Failure {
    fn from(error: TakingError) -> Self {
        let invalid = |code, message, next| Self::new(Exit::Invalid, code, message).hint(next);
        match error {
            TakingError::File(error) => error.into(),
            TakingError::Screening(error) => error.into(),
            TakingError::Barred(error) => barred(&error),
            TakingError::Ledger(refusal) => refusal.into(),
            TakingError::SchoolUnknown => {
                Self::new(Exit::Usage, "SCHOOL_TYPE", words::SCHOOL_UNKNOWN)
                    .hint(words::SCHOOL_UNKNOWN_NEXT)
            }
            TakingError::ScaleUnknown { asked, usable } => {
                let message = Sentence::new(words::NO_SCALE, &[&asked]);
                let next = Sentence::new(words::NO_SCALE_NEXT, &[&usable.join(", ")]);
                Self::new(Exit::NotFound, "SCALE_UNKNOWN", message).hint(next)
            }
            TakingError::TermUnknown(known) => {
                let next = Sentence::new(words::NO_TERM_NEXT, &[&known.join(", ")]);
                Self::new(Exit::NotFound, "TERM_UNKNOWN", words::NO_TERM).hint(next)
            }
            TakingError::Rows(rows) => {
                let message = Sentence::new(words::ROWS_WRONG, &[&rows]);
                invalid("ROWS_INVALID", message, Sentence::from(words::ROWS_WRONG_PAGE))
            }
            TakingError::Changed => invalid(
                "PLAN_CHANGED",
                Sentence::from(words::PLAN_CHANGED),
                Sentence::from(words::PLAN_CHANGED_NEXT),
            ),
            TakingError::Replaces(students) => invalid(
                "REPLACES_ANSWERED",
                Sentence::new(words::REPLACES_UNCONFIRMED, &[&students]),
                Sentence::from(words::REPLACES_PAGE),
            ),
            TakingError::Left(left) => invalid(
                "LEFT_DIFFERS",
                Sentence::new(words::LEFT_DIFFERS, &[&left]),
                Sentence::from(words::LEFT_PAGE),
            ),
        }
    }
}

impl From<PacksError> for Failure {
    fn from(error: PacksError) -> Self {
        match error {
            PacksError::Store(error) => error.into(),
            other => Self::new(Exit::Failed, "PACKS", words::PACKS).because(&other),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match &error {
            ServeError::Busy => {
                Self::new(Exit::Busy, "SERVED", words::SERVED).hint(words::SERVED_NEXT)
            }
            ServeError::Console { address, cause } => {
                let message = Sentence::new(words::CONSOLE, &[address]);
                Self::new(Exit::Failed, "CONSOLE", message).hint(words::CONSOLE_NEXT).because(cause)
            }
            ServeError::Lock(cause) => system(cause),
            other => Self::new(Exit::Failed, "SERVE", words::SERVE).because(other),
        }
    }
}

impl From<JoiningError> for Failure {
    fn from(error: JoiningError) -> Self {
        match error {
            JoiningError::Join(error) => error.into(),
            JoiningError::Config(error) => error.into(),
            JoiningError::Kind(kind) => Self::invite_for(kind),
            JoiningError::OtherUnit(unit) => {
                let message = Sentence::new(words::OTHER_UNIT, &[&unit]);
                Self::new(Exit::Refused, "OTHER_UNIT", message).hint(words::OTHER_UNIT_NEXT)
            }
            other => Self::new(Exit::Failed, "IDENTITY_FILE", words::IDENTITY_FILE)
                .hint(words::IDENTITY_FILE_NEXT)
                .because(&other),
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        of_fault(Exit::Invalid, "FILE_INVALID", &error.fault())
    }
}

impl From<ScreeningError> for Failure {
    fn from(error: ScreeningError) -> Self {
        match error {
            ScreeningError::Store(error) => error.into(),
            other => of_fault(Exit::Invalid, "ANSWERS_INVALID", &other.fault()),
        }
    }
}

impl From<ReleaseError> for Failure {
    fn from(error: ReleaseError) -> Self {
        let fault = error.fault();
        let exit = match error {
            ReleaseError::Store(error) => return error.into(),
            ReleaseError::Held(hold) => {
                let by = (hold.author.as_str(), hold.since_ms);
                return super::hold::held(&hold.period, by, &hold.reason);
            }
            ReleaseError::NoProfile => Exit::Usage,
            ReleaseError::Period(_) => Exit::NotFound,
            ReleaseError::BeforeCensus { .. }
            | ReleaseError::NoResponsible
            | ReleaseError::Disclosure(_)
            | ReleaseError::Destroyed(_) => Exit::Refused,
            ReleaseError::Signing(_) => Exit::Authentication,
            _ => Exit::Invalid,
        };
        of_fault(exit, "NOT_RELEASED", &fault)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::new(Exit::Failed, "RELEASES", words::RELEASES_UNREAD).because(&error)
    }
}

/// A fault of the import's kind: reason and hint in both languages, its own code in the details.
fn of_fault(exit: Exit, code: &'static str, fault: &Fault) -> Failure {
    let end = |text: &str, stop: &str| match text.ends_with(stop) {
        true => text.to_owned(),
        false => format!("{text}{stop}"),
    };
    let message = Sentence::pair(
        format!("{}没有写入任何内容。", end(&fault.reason.zh, "。")),
        format!("{}; nothing was written.", fault.reason.en),
    );
    let hint = Sentence::pair(end(&fault.hint.zh, "。"), end(&fault.hint.en, "."));
    Failure::new(exit, code, message).hint(hint).details(json!({"reason": fault.code}))
}

/// A scale that no school may use, whatever it says in its settings.
pub(super) fn barred(error: &domain::scale::NotForScreening) -> Failure {
    use domain::catalogue::Language;
    let say = |language| error.reason.sentence(language);
    let sentence = Sentence::pair(
        format!("量表 {} 不能用于筛查：{}。没有导入任何内容。", error.scale, say(Language::Zh)),
        format!(
            "scale {} may not be used to screen: {}; nothing was imported.",
            error.scale,
            say(Language::En)
        ),
    );
    Failure::new(Exit::Refused, "SCALE_NOT_FOR_SCREENING", sentence).hint(words::SCALE_BARRED_NEXT)
}

/// The local report was not made.
pub(super) fn report(error: ReportError) -> Failure {
    match error {
        ReportError::Store(error) => error.into(),
        other => Failure::new(Exit::Failed, "REPORT", words::REPORT_FAILED).because(&other),
    }
}

/// The system refused something that is no fault of the person.
pub(super) fn system(cause: &std::io::Error) -> Failure {
    use std::io::ErrorKind as Kind;
    match cause.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => {
            Failure::from(runtime::sql::SqlError::Full).because(cause)
        }
        _ => Failure::new(Exit::Failed, "SYSTEM", words::SYSTEM).because(cause),
    }
}
