//! Errors as programs read them: a stable code, what happened, what to do next.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use runtime::sql::SqlError;
use runtime::web::{Lang, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::{protect, words};
use crate::statistics::{PERIODS_MAX, RunError, StatisticsError};

/// Longest part of a parameter that is repeated in an error.
const ECHO_CHARS_MAX: usize = 120;

/// What is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemOut {
    /// The error.
    pub error: ErrorOut,
}

/// One error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorOut {
    /// Stable code, such as `UNKNOWN_INDICATOR`.
    pub code: &'static str,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do next, in a sentence.
    pub hint: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    NoAccess,
    Forbidden,
    Parameter(String),
    Run(RunError),
    Indicator,
    Dimension,
    Unit,
    Snapshot,
    Special,
    Publication,
    Address,
    Unavailable,
}

impl Refusal {
    const fn status(&self) -> StatusCode {
        match self {
            Self::NoAccess => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Parameter(_) | Self::Dimension | Self::Run(_) => StatusCode::BAD_REQUEST,
            Self::Indicator
            | Self::Unit
            | Self::Snapshot
            | Self::Special
            | Self::Publication
            | Self::Address => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::NoAccess => "NOT_AUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::Parameter(_) => "PARAMETER_INVALID",
            Self::Run(_) => "SPAN_INVALID",
            Self::Dimension => "DIMENSION_INVALID",
            Self::Indicator => "UNKNOWN_INDICATOR",
            Self::Unit => "UNKNOWN_UNIT",
            Self::Snapshot => "UNKNOWN_SNAPSHOT",
            Self::Special => "UNKNOWN_SPECIAL_PERIOD",
            Self::Publication => "UNKNOWN_PUBLICATION",
            Self::Address => "UNKNOWN_ADDRESS",
            Self::Unavailable => "STORE_UNAVAILABLE",
        }
    }

    /// What happened, and what to do next.
    const fn sentences(&self) -> (Text, Text) {
        match self {
            Self::NoAccess => (words::NO_ACCESS, words::NO_ACCESS_NEXT),
            Self::Forbidden => (words::FORBIDDEN, words::FORBIDDEN_NEXT),
            Self::Parameter(_) => (words::PARAMETER, words::PARAMETER_NEXT),
            Self::Run(RunError::Lengths) => (words::RUN_LENGTHS, words::RUN_NEXT),
            Self::Run(RunError::Order) => (words::RUN_ORDER, words::RUN_NEXT),
            Self::Run(RunError::TooLong) => (words::RUN_TOO_LONG, words::RUN_NEXT),
            Self::Run(RunError::NoTerm) => (words::RUN_NO_TERM, words::RUN_NEXT),
            Self::Dimension => (words::DIMENSION, words::DIMENSION_NEXT),
            Self::Indicator => (words::NO_INDICATOR, words::NO_INDICATOR_NEXT),
            Self::Unit => (words::NO_UNIT, words::NO_UNIT_NEXT),
            Self::Snapshot => (words::NO_SNAPSHOT, words::NO_SNAPSHOT_NEXT),
            Self::Special => (words::NO_SPECIAL, words::NO_SPECIAL_NEXT),
            Self::Publication => (words::NO_PUBLICATION, words::NO_PUBLICATION_NEXT),
            Self::Address => (words::NO_ADDRESS, words::NO_ADDRESS_NEXT),
            Self::Unavailable => (words::UNAVAILABLE, words::UNAVAILABLE_NEXT),
        }
    }

    /// The reply in a language.
    pub(super) fn reply(&self, lang: Lang) -> Response {
        let (status, (message, hint)) = (self.status(), self.sentences());
        let detail = match self {
            Self::Run(_) => PERIODS_MAX.to_string(),
            Self::Parameter(detail) => detail.chars().take(ECHO_CHARS_MAX).collect(),
            _ => String::new(),
        };
        let problem = ProblemOut {
            error: ErrorOut {
                code: self.code(),
                message: message.fill(lang, &[&detail]),
                hint: hint.in_lang(lang).to_owned(),
                retryable: matches!(self, Self::Unavailable),
            },
        };
        let mut reply = (status, axum::Json(problem)).into_response();
        protect(reply.headers_mut());
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            reply.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        reply
    }
}

impl From<StatisticsError> for Refusal {
    fn from(error: StatisticsError) -> Self {
        match error {
            StatisticsError::UnknownIndicator => Self::Indicator,
            StatisticsError::UnknownUnit => Self::Unit,
            StatisticsError::Dimension => Self::Dimension,
            other => {
                tracing::error!(error = %other, "statistics not read");
                Self::Unavailable
            }
        }
    }
}

impl From<SqlError> for Refusal {
    fn from(error: SqlError) -> Self {
        StatisticsError::Store(error).into()
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::Parameter(rejection.body_text())
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Self {
        Self::Address
    }
}

/// Any other address below `/api`.
pub(super) async fn no_such_address(uri: Uri, headers: HeaderMap) -> Response {
    Refusal::Address.reply(Lang::of_request(&uri, &headers))
}
