//! Screening runs on the school's console: progress, codes, make-up, paper, interviews, report.
//!
//! Counts are for whoever leads; names with what is done and what is not are for those who may read
//! the roll; what a scale suggests is shown in the counsellor's queue, and what a sheet scored in
//! the form of an interview alone, as a read of that student's record. Each list that names
//! students is logged.

mod codes;
mod form;
mod observe;
mod paper;
mod people;
mod queue;
mod report;
mod runs;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::DateTime;
use runtime::cli::Failure;
use runtime::clock::local_of;
use runtime::sql::{SqlError, Tx};
use runtime::web::{
    Audience, Html, Lang, NavLink, Page, Problem, Role, Session, Shell, Text, Visitor, posts,
};

use super::office::{Office, sentences};
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::screening::ScreeningError;
use crate::screening::answering::AnsweringError;
use crate::screening::shelf::Shelf;

/// Where the list of runs is.
pub(super) const RUNS_HREF: &str = "/screening";

/// Whoever sees how far a run has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaders;

impl Audience for Leaders {
    const ROLES: &'static [Role] =
        &[Role::Counsellor, Role::MoralHead, Role::Principal, Role::ClassTeacher];
}

/// Whoever works with answers.
#[derive(Clone, Copy, Debug)]
struct Counsellors;

impl Audience for Counsellors {
    const ROLES: &'static [Role] = &[Role::Counsellor];
}

/// What the pages of a run work on.
#[derive(Clone)]
struct Campaign {
    office: Office,
    shelf: Arc<Shelf>,
    /// Address that slips name.
    address: Arc<str>,
}

impl FromRef<Campaign> for Arc<Shell> {
    fn from_ref(campaign: &Campaign) -> Self {
        Self::clone(&campaign.office.shell)
    }
}

/// The pages' entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::SCREENING, href: RUNS_HREF }
}

/// The pages over a ledger; `address` is where students answer, as slips name it.
pub(super) fn router(office: Office, shelf: Arc<Shelf>, address: &str) -> Router {
    Router::new()
        .route(RUNS_HREF, get(runs::list))
        .route("/screening/new", get(form::ask).post(form::open))
        .route("/screening/{run}", get(runs::show))
        .route("/screening/{run}/close", posts(runs::close, "/screening/{run}"))
        .route("/screening/{run}/void", posts(runs::void, "/screening/{run}"))
        .route("/screening/{run}/report", get(report::show))
        .route("/screening/{run}/makeup", get(people::make_up).post(people::admit))
        .route("/screening/{run}/queue", get(queue::show))
        .route("/screening/{run}/queue/{student}", get(queue::ask).post(queue::hold))
        .route(
            "/screening/{run}/queue/{student}/spoken",
            posts(queue::spoken, "/screening/{run}/queue"),
        )
        .route("/screening/{run}/people/{student}", posts(people::note, "/screening/{run}"))
        .route("/screening/{run}/people/{student}/code", posts(codes::one, "/screening/{run}"))
        .route(
            "/screening/{run}/people/{student}/observe",
            posts(observe::observe, "/screening/{run}"),
        )
        .route("/screening/{run}/classes/{class}", get(people::class))
        .route("/screening/{run}/classes/{class}/window", posts(runs::window, "/screening/{run}"))
        .route(
            "/screening/{run}/classes/{class}/codes",
            posts(codes::class, "/screening/{run}/classes/{class}"),
        )
        .route(
            "/screening/{run}/classes/{class}/paper/{instrument}",
            get(paper::show).post(paper::keep),
        )
        .route(
            "/screening/{run}/classes/{class}/paper/{instrument}/submit",
            posts(paper::hand_in, "/screening/{run}/classes/{class}/paper/{instrument}"),
        )
        .with_state(Campaign { office, shelf, address: address.into() })
}

impl Campaign {
    /// Works as the account of the session, where blocking does no harm.
    async fn work<T: Send + 'static, E>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, &Author, &Shelf) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        E: From<SqlError> + From<LedgerRefusal> + Send + 'static,
    {
        let shelf = Arc::clone(&self.shelf);
        self.office.work(session, move |tx, author| work(tx, &author, &shelf)).await
    }

    fn reply(&self, visitor: &Visitor<impl Audience>, page: &Page) -> Result<Response, Problem> {
        self.office.reply(visitor, page)
    }

    /// The page that says why something was not done, and leads back.
    fn refused(
        &self,
        visitor: &Visitor<impl Audience>,
        refusal: impl Into<Refused>,
        back: &str,
    ) -> Result<Response, Problem> {
        let lang = visitor.frame.lang;
        let (message, next) = said(refusal.into(), lang)?;
        let body = Html::render(&RefusedTemplate { lang, message, next, back })?;
        let page = page(words::REFUSED_TITLE, String::new(), body, lang);
        self.office.reply_with(StatusCode::CONFLICT, visitor, &page)
    }
}

/// What a refusal says and what to do next, or the problem where there is no page for it.
fn said(refused: Refused, lang: Lang) -> Result<(String, String), Problem> {
    match refused {
        Refused::Store(error) => Err(error.into()),
        Refused::NotAllowed => Err(Problem::Forbidden),
        Refused::Unknown => Err(Problem::NotFound),
        Refused::NotNow => Ok((words::NOT_NOW.in_lang(lang).to_owned(), String::new())),
        Refused::Told(failure) => Ok(sentences(&failure, lang)),
    }
}

/// Why something was not done.
enum Refused {
    Store(SqlError),
    NotAllowed,
    Unknown,
    NotNow,
    Told(Failure),
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        Self::Store(error)
    }
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        match refusal {
            LedgerRefusal::Store(error) => Self::Store(error),
            LedgerRefusal::NotAllowed => Self::NotAllowed,
            LedgerRefusal::Unknown | LedgerRefusal::Destroyed => Self::Unknown,
            LedgerRefusal::NotWaiting => Self::NotNow,
            other => Self::Told(other.into()),
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Told(failure)
    }
}

impl From<AnsweringError> for Refused {
    fn from(error: AnsweringError) -> Self {
        match error {
            AnsweringError::Screening(ScreeningError::Store(error)) => Self::Store(error),
            AnsweringError::Screening(ScreeningError::Critical(refusal)) => refusal.into(),
            _ => Self::NotNow,
        }
    }
}

#[derive(Template)]
#[template(path = "screening/refused.html")]
struct RefusedTemplate<'a> {
    lang: Lang,
    message: String,
    next: String,
    back: &'a str,
}

/// A page of this part of the menu.
fn page(title: Text, note: String, body: Html, lang: Lang) -> Page {
    Page {
        title: title.in_lang(lang).to_owned(),
        note,
        crumbs: vec![words::SCREENING.in_lang(lang).to_owned()],
        current: RUNS_HREF,
        exports: Vec::new(),
        body,
    }
}

/// As [`page`], with a title that somebody wrote.
fn titled(title: String, note: String, body: Html, lang: Lang) -> Page {
    Page { title, ..page(words::SCREENING, note, body, lang) }
}

/// An instant as a form's field has it.
fn field_of(at_ms: i64) -> String {
    local_of(at_ms).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// What a form's field of date and time says.
fn read_field(text: &str) -> Option<DateTime> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests;
