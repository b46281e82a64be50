//! The pages on which students answer: a code and no account, one question a screen, no script.
//!
//! Each button is an answer and a form of its own, so that what was pressed is on the disk before
//! the next question is shown; whoever closes the browser has lost nothing. Nothing here leads to
//! the console, so these pages may stand on an address of the school's network.

mod limit;
mod pages;
mod survey;
mod words;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use certs::digest::sha256;
use domain::digest::Digest;
use domain::screening::Code;
use runtime::sql::Tx;
use runtime::web::{
    Caller, Frame, Label, Lang, Page, Problem, Role, Shell, Site, Transport, checked_fields,
    cookie, fresh_secret, open_pages, see_other,
};
use serde::Deserialize;

use crate::ledger::Ledger;
use crate::ledger::run::seat;
use crate::screening::ScreeningError;
use crate::screening::answering::{self, AnsweringError, Barred};
use crate::screening::shelf::Shelf;

use limit::{Attempts, Failed};
use pages::Said;

/// Where everything begins.
const ANSWER_HREF: &str = "/answer";
const START_HREF: &str = "/answer/start";
const REVIEW_HREF: &str = "/answer/review";

/// The answering pages over a ledger.
#[derive(Clone)]
struct Answering {
    shell: Arc<Shell>,
    ledger: Ledger,
    shelf: Arc<Shelf>,
    attempts: Arc<Attempts>,
}

/// The pages, to be merged into a router that has a frame already.
pub(super) fn router(shell: Arc<Shell>, ledger: Ledger, shelf: Arc<Shelf>) -> Router {
    let attempts = Arc::new(Attempts::default());
    Router::new()
        .route(ANSWER_HREF, get(show_code).post(enter))
        .route(START_HREF, get(show_start))
        .route("/answer/items/{place}", get(show_item).post(save))
        .route(REVIEW_HREF, get(show_review))
        .route("/answer/submit", post(hand_in))
        .route("/answer/decline", get(show_decline).post(decline))
        .route("/answer/leave", post(leave))
        .route("/answer/survey", post(survey::hand_in))
        .with_state(Answering { shell, ledger, shelf, attempts })
}

/// Names of the answering pages where they stand alone.
#[must_use]
pub fn site(unit: Label, unit_id: String, transport: Transport) -> Site {
    let (product, nav, demonstration) = (words::PRODUCT, Vec::new(), false);
    Site {
        product,
        unit,
        unit_id,
        transport,
        nav,
        shows: |_, _| false,
        titles: Role::title,
        demonstration,
    }
}

/// The answering pages alone, for an address of the school's network: no console, no sign-in.
pub fn alone(shell: Arc<Shell>, ledger: Ledger, shelf: Arc<Shelf>) -> Router {
    let pages = router(Arc::clone(&shell), ledger, shelf);
    let first = Router::new().route("/", get(|| async { see_other(ANSWER_HREF) }));
    open_pages(shell, first.merge(pages))
}

/// What an address may carry besides its path.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Help is offered at once.
    #[serde(default)]
    care: String,
    /// The browser was shut.
    #[serde(default)]
    ended: String,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct AnswerForm {
    #[serde(default)]
    value: String,
}

/// No fields but the token.
#[derive(Deserialize)]
struct Nothing {}

impl Answering {
    fn cookie(&self) -> String {
        cookie::secret_name(self.shell.site.transport, "answer", &self.shell.site.unit_id)
    }

    fn tie_cookie(&self) -> String {
        cookie::secret_name(self.shell.site.transport, "code", &self.shell.site.unit_id)
    }

    fn now_ms(&self) -> i64 {
        self.shell.clock.now_ms()
    }

    /// Reads without waiting for whoever writes.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>, &Shelf) -> Result<T, AnsweringError> + Send + 'static,
    ) -> Result<T, AnsweringError> {
        let shelf = Arc::clone(&self.shelf);
        self.ledger.database().read_async(move |tx| work(tx, &shelf)).await
    }

    /// Writes, and answers when it is on the disk; many share one commit.
    async fn write<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>, &Shelf) -> Result<T, AnsweringError> + Send + 'static,
    ) -> Result<T, AnsweringError> {
        let shelf = Arc::clone(&self.shelf);
        self.ledger.database().write_async(name, move |tx| work(tx, &shelf)).await
    }

    fn reply(&self, frame: &Frame, page: &Page) -> Result<Response, Problem> {
        self.shell.reply(frame, page)
    }

    /// The form for a code, tied to this browser.
    fn code_page(
        &self,
        status: StatusCode,
        frame: &Frame,
        said: &Said,
    ) -> Result<Response, Problem> {
        let tie = fresh_secret();
        let page = pages::code(said, tie.clone(), frame.lang)?;
        let reply = self.shell.reply_with(status, frame, &page)?;
        self.with_cookie(reply, &self.tie_cookie(), &tie)
    }

    fn with_cookie(
        &self,
        mut reply: Response,
        name: &str,
        value: &str,
    ) -> Result<Response, Problem> {
        let line = cookie::secret(self.shell.site.transport, name, value);
        reply.headers_mut().append(header::SET_COOKIE, line.ok_or(Problem::Internal)?);
        Ok(reply)
    }

    /// The page for what cannot be done: back to the code, or why there are no questions now.
    fn refuse(&self, frame: &Frame, error: AnsweringError) -> Result<Response, Problem> {
        match error {
            AnsweringError::NoSeat => Ok(see_other("/answer?ended=1")),
            AnsweringError::Barred(why) => {
                let page = pages::barred(why, frame.lang)?;
                let status = match why {
                    Barred::Done | Barred::Refused => StatusCode::OK,
                    _ => StatusCode::FORBIDDEN,
                };
                self.shell.reply_with(status, frame, &page)
            }
            AnsweringError::Question => Err(Problem::NotFound),
            AnsweringError::Screening(ScreeningError::Store(error)) => Err(error.into()),
            AnsweringError::Screening(error) => {
                tracing::error!(%error, "an answer was not taken");
                Err(Problem::Internal)
            }
        }
    }

    /// The secret of the browser, if it has one.
    fn token(&self, headers: &HeaderMap) -> Option<String> {
        cookie::value(headers, &self.cookie()).map(str::to_owned)
    }

    /// A form of a browser with a seat: its secret's digest and the fields.
    async fn form<T: serde::de::DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<(Parts, Option<Digest>, T), Problem> {
        let (parts, body) = request.into_parts();
        let token = self.token(&parts.headers);
        let expected = token.as_deref().map(csrf_of).unwrap_or_default();
        let fields = checked_fields(&parts, body, &expected).await?;
        Ok((parts, token.as_deref().map(digest), fields))
    }

    /// As [`Answering::form`], of a browser that must have a seat.
    async fn seated<T: serde::de::DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<(Frame, Digest, T), Problem> {
        let (parts, token, fields) = self.form(request).await?;
        let frame = frame_of(&parts.headers, parts.uri);
        Ok((frame, token.ok_or(Problem::StaleForm)?, fields))
    }
}

fn digest(token: &str) -> Digest {
    sha256(token.as_bytes())
}

/// The token of a browser's forms: made of its secret, and telling nothing about it.
fn csrf_of(token: &str) -> String {
    sha256(format!("xinqiao-answer-form|{token}").as_bytes()).to_string()
}

fn frame_of(headers: &HeaderMap, uri: Uri) -> Frame {
    Frame { lang: Lang::of_request(&uri, headers), uri, session: None, is_answer: false }
}

/// Where a request comes from; whoever drives the pages without a network is one address.
fn address_of(parts: &Parts) -> IpAddr {
    let known = parts.extensions.get::<ConnectInfo<Caller>>();
    known.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(Caller(address))| address.ip())
}

async fn show_code(
    State(pages): State<Answering>,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let frame = frame_of(&headers, uri);
    let said = if asked.ended.is_empty() {
        Said::Nothing
    } else {
        Said::Wrong(words::ENDED, words::ENDED_NEXT.in_lang(frame.lang).to_owned())
    };
    // One computer serves one student after another: whoever opens this page shows a code, and
    // does not sit down in a seat that somebody left.
    let reply = pages.code_page(StatusCode::OK, &frame, &said)?;
    pages.with_cookie(reply, &pages.cookie(), "")
}

async fn enter(State(pages): State<Answering>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let tie = cookie::value(&parts.headers, &pages.tie_cookie()).unwrap_or_default().to_owned();
    let fields: CodeForm = checked_fields(&parts, body, &tie).await?;
    let (address, now_ms) = (address_of(&parts), pages.now_ms());
    let frame = frame_of(&parts.headers, parts.uri);
    let lang = frame.lang;
    if let Err(minutes) = pages.attempts.allow(address, now_ms) {
        tracing::warn!(%address, "too many wrong codes");
        let said = Said::Wrong(words::TOO_MANY, words::TOO_MANY_NEXT.fill(lang, &[&minutes]));
        return pages.code_page(StatusCode::TOO_MANY_REQUESTS, &frame, &said);
    }
    let Ok(code) = Code::parse(&fields.code) else {
        pages.attempts.fail(address, Failed::Mistyped, now_ms);
        let said = Said::Wrong(words::MISTYPED, words::MISTYPED_NEXT.in_lang(lang).to_owned());
        return pages.code_page(StatusCode::UNPROCESSABLE_ENTITY, &frame, &said);
    };
    let (seat, token) = (answering::digest_of(&code), fresh_secret());
    let own = digest(&token);
    let entered =
        pages.write("answer_enter", move |tx, _| answering::enter(tx, (&seat, &own), now_ms)).await;
    match entered {
        Ok(()) => {
            let reply = pages.with_cookie(see_other(START_HREF), &pages.cookie(), &token)?;
            pages.with_cookie(reply, &pages.tie_cookie(), "")
        }
        Err(AnsweringError::NoSeat) => {
            if let Some(reply) = pages.survey_of(&frame, (&code, &tie)).await? {
                return Ok(reply);
            }
            pages.attempts.fail(address, Failed::Guessed, now_ms);
            let said = Said::Wrong(words::UNKNOWN, words::UNKNOWN_NEXT.in_lang(lang).to_owned());
            pages.code_page(StatusCode::NOT_FOUND, &frame, &said)
        }
        Err(error) => pages.refuse(&frame, error),
    }
}

/// Shows a page to a browser with a seat.
async fn seated(
    pages: &Answering,
    headers: &HeaderMap,
    frame: &Frame,
    show: impl FnOnce(&answering::Sitting, String, Lang) -> Result<Option<Page>, Problem>,
) -> Result<Response, Problem> {
    let Some(token) = pages.token(headers) else {
        return Ok(see_other(ANSWER_HREF));
    };
    let (own, now_ms) = (digest(&token), pages.now_ms());
    let found = pages.read(move |tx, shelf| answering::sitting(tx, shelf, &own, now_ms)).await;
    match found {
        Ok(sitting) => {
            let page = show(&sitting, csrf_of(&token), frame.lang)?.ok_or(Problem::NotFound)?;
            pages.reply(frame, &page)
        }
        Err(error) => pages.refuse(frame, error),
    }
}

async fn show_start(
    State(pages): State<Answering>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame_of(&headers, uri);
    let show = |sitting: &_, csrf, lang| Ok(Some(pages::start(sitting, csrf, lang)?));
    seated(&pages, &headers, &frame, show).await
}

async fn show_item(
    State(pages): State<Answering>,
    Path(place): Path<usize>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame_of(&headers, uri);
    let care = !asked.care.is_empty();
    let show = |sitting: &_, csrf, lang| Ok(pages::item(sitting, (place, care), csrf, lang)?);
    seated(&pages, &headers, &frame, show).await
}

async fn show_review(
    State(pages): State<Answering>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame_of(&headers, uri);
    let care = !asked.care.is_empty();
    let show = |sitting: &_, csrf, lang| Ok(Some(pages::review(sitting, care, csrf, lang)?));
    seated(&pages, &headers, &frame, show).await
}

async fn show_decline(
    State(pages): State<Answering>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame_of(&headers, uri);
    let show = |_: &_, csrf, lang| Ok(Some(pages::decline(csrf, lang)?));
    seated(&pages, &headers, &frame, show).await
}

async fn save(
    State(pages): State<Answering>,
    Path(place): Path<usize>,
    request: Request,
) -> Result<Response, Problem> {
    let (frame, token, fields) = pages.seated::<AnswerForm>(request).await?;
    let value = match fields.value.as_str() {
        "" => None,
        text => Some(text.parse::<u8>().map_err(|_| Problem::BadRequest)?),
    };
    let index = place.checked_sub(1).ok_or(Problem::NotFound)?;
    let now_ms = pages.now_ms();
    let saved = pages.write("answer_save", move |tx, shelf| {
        answering::answer(tx, shelf, (&token, now_ms), (index, value))
    });
    match saved.await {
        Ok(saved) => {
            let care = if saved.is_critical { "?care=1" } else { "" };
            let next = match (value, place < saved.count) {
                (None, _) => format!("/answer/items/{place}#q"),
                (Some(_), true) => format!("/answer/items/{}{care}#q", place + 1),
                (Some(_), false) => format!("{REVIEW_HREF}{care}"),
            };
            Ok(see_other(&next))
        }
        Err(error) => pages.refuse(&frame, error),
    }
}

async fn hand_in(State(pages): State<Answering>, request: Request) -> Result<Response, Problem> {
    let (frame, token, Nothing {}) = pages.seated(request).await?;
    let now_ms = pages.now_ms();
    let taken = pages
        .write("answer_hand_in", move |tx, shelf| answering::hand_in(tx, shelf, &token, now_ms));
    match taken.await {
        Ok(seat) => {
            let reply = pages.reply(&frame, &pages::done(&seat.contact, frame.lang)?)?;
            pages.with_cookie(reply, &pages.cookie(), "")
        }
        Err(error) => pages.refuse(&frame, error),
    }
}

async fn decline(State(pages): State<Answering>, request: Request) -> Result<Response, Problem> {
    let (frame, token, Nothing {}) = pages.seated(request).await?;
    let now_ms = pages.now_ms();
    let noted = pages
        .write("answer_decline", move |tx, shelf| answering::refuse(tx, shelf, &token, now_ms));
    match noted.await {
        Ok(()) => {
            let reply = pages.reply(&frame, &pages::declined(frame.lang)?)?;
            pages.with_cookie(reply, &pages.cookie(), "")
        }
        Err(error) => pages.refuse(&frame, error),
    }
}

/// Shuts this browser; the answers stay.
async fn leave(State(pages): State<Answering>, request: Request) -> Result<Response, Problem> {
    let (frame, token, Nothing {}) = pages.seated(request).await?;
    let now_ms = pages.now_ms();
    let left = pages.write("answer_leave", move |tx, _| {
        let found = seat::of_token(tx, &token, now_ms)?.ok_or(AnsweringError::NoSeat)?;
        Ok(seat::leave(tx, found.participant)?)
    });
    match left.await {
        Ok(()) | Err(AnsweringError::NoSeat) => {
            pages.with_cookie(see_other(ANSWER_HREF), &pages.cookie(), "")
        }
        Err(error) => pages.refuse(&frame, error),
    }
}
