//! What a page answers when it cannot be shown: what happened, what was left untouched, what to
//! do next.
//!
//! A handler returns a [`Problem`]; the frame around all pages turns it into a page in the
//! reader's language. Causes go to the log, never onto the page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::html::RenderError;
use super::lang::Text;
use super::words;
use crate::sql::SqlError;

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A filter or form cannot be understood.
    #[error("the request could not be understood")]
    BadRequest,
    /// More was sent than a page takes.
    #[error("the form is too long")]
    TooLong,
    /// What was sent came too slowly, and others wait.
    #[error("the upload came too slowly")]
    TooSlow,
    /// The session's role is not one that the page is for.
    #[error("the role may not see this page")]
    Forbidden,
    /// A form that does not belong to the session, or that another site sent.
    #[error("the form does not belong to the session")]
    StaleForm,
    /// No page under this address, or nothing under this id.
    #[error("there is no such page")]
    NotFound,
    /// The store is busy or cannot be read.
    #[error("the data cannot be read at the moment")]
    Unavailable,
    /// A mistake of ours.
    #[error("the page could not be made")]
    Internal,
}

impl Problem {
    /// The status of the reply.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Forbidden | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The problem behind a status that the framework answered with by itself.
    #[must_use]
    pub const fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLong,
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Self::Forbidden,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.as_u16() < 500 => Self::BadRequest,
            _ => Self::Internal,
        }
    }

    /// What happened, what was left untouched, what to do next.
    #[must_use]
    pub const fn sentences(self) -> [Text; 3] {
        match self {
            Self::BadRequest => {
                [words::BAD_REQUEST, words::BAD_REQUEST_WHY, words::BAD_REQUEST_NEXT]
            }
            Self::TooLong => [words::TOO_LONG, words::TOO_LONG_WHY, words::TOO_LONG_NEXT],
            Self::TooSlow => [words::TOO_SLOW, words::TOO_SLOW_WHY, words::TOO_SLOW_NEXT],
            Self::Forbidden => [words::FORBIDDEN, words::FORBIDDEN_WHY, words::FORBIDDEN_NEXT],
            Self::StaleForm => [words::STALE_FORM, words::STALE_FORM_WHY, words::STALE_FORM_NEXT],
            Self::NotFound => [words::NOT_FOUND, words::NOT_FOUND_WHY, words::NOT_FOUND_NEXT],
            Self::Unavailable => {
                [words::UNAVAILABLE, words::UNAVAILABLE_WHY, words::UNAVAILABLE_NEXT]
            }
            Self::Internal => [words::INTERNAL, words::INTERNAL_WHY, words::INTERNAL_NEXT],
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        tracing::error!(error = %error, "page not rendered");
        Self::Internal
    }
}

impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        tracing::error!(error = %error, "page could not read the store");
        Self::Unavailable
    }
}
