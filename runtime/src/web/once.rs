//! A form that is sent twice is carried out once: a second click, or a page that is loaded again.
//!
//! Every page that is shown puts a number of its own behind the session's token, so equal bytes to
//! one address in one session are one press of one button. The second waits for the first and gets
//! its answer, a page that is shown only once among them; where that answer is not there any more,
//! it is led to the form's page. What was refused changed nothing and may be sent again as it is:
//! those who waited go on one after the other. The first is carried out to its end, also where its
//! browser is gone.
//! A file that is sent changes nothing by itself and is too long to be compared: it passes by.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use certs::digest::sha256;
use domain::digest::Digest;
use tokio::sync::watch;

use super::cookie;
use super::guard::{FORM_BYTES_MAX, is_same_origin, present, see_other};
use super::problem::Problem;
use super::session::Standing;
use super::shell::Shell;
use super::upload::is_upload;

/// How long an answer is kept.
const KEPT_MS: i64 = 10 * 60_000;
/// Most presses that are remembered.
const PRESSES_MAX: usize = 256;
/// Longest answer that is kept; the longest page of a console is shorter.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Most bytes of answers that are kept in all.
const ANSWERS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The presses of the last minutes.
pub(super) struct Presses {
    shell: Arc<Shell>,
    known: Mutex<VecDeque<Press>>,
}

struct Press {
    what: Digest,
    at_ms: i64,
    answer: watch::Receiver<Answer>,
}

/// What came of a press.
#[derive(Clone)]
enum Answer {
    /// It is being carried out.
    Running,
    /// It was, with this answer.
    Given(Arc<Given>),
    /// It was, with an answer that is too long to be kept.
    Done,
    /// It was refused or failed.
    Forgotten,
}

/// An answer, to be given again.
struct Given {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Given {
    fn again(&self) -> Response {
        let mut reply = (self.status, self.body.clone()).into_response();
        *reply.headers_mut() = self.headers.clone();
        reply
    }
}

impl Presses {
    pub(super) fn new(shell: Arc<Shell>) -> Arc<Self> {
        Arc::new(Self { shell, known: Mutex::default() })
    }

    /// The place for the answer of a press that is now to be carried out; or the answer of the
    /// same press, nothing where it was not kept.
    async fn place_of(&self, what: &Digest) -> Result<watch::Sender<Answer>, Option<Arc<Given>>> {
        // Of those who waited for a press that was refused, one is the first of the next turn.
        loop {
            let mut known = match self.begin(what) {
                Err(place) => return Ok(place),
                Ok(known) => known,
            };
            let ended = known.wait_for(|now| !matches!(now, Answer::Running)).await;
            // What broke off without an answer may have been carried out.
            match ended.map_or(Answer::Done, |now| now.clone()) {
                Answer::Given(given) => return Err(Some(given)),
                Answer::Done => return Err(None),
                Answer::Running | Answer::Forgotten => {}
            }
        }
    }

    /// The answer of the same press, or the place for the answer of a new one.
    fn begin(&self, what: &Digest) -> Result<watch::Receiver<Answer>, watch::Sender<Answer>> {
        let now_ms = self.shell.clock.now_ms();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|press| {
            let is_over = matches!(*press.answer.borrow(), Answer::Forgotten);
            !is_over && now_ms.saturating_sub(press.at_ms) < KEPT_MS
        });
        if let Some(press) = known.iter().find(|press| press.what == *what) {
            return Ok(press.answer.clone());
        }
        let mut bytes: usize = known.iter().map(|press| bytes_of(&press.answer.borrow())).sum();
        while known.len() >= PRESSES_MAX || bytes > ANSWERS_BYTES_MAX {
            let Some(oldest) = known.pop_front() else { break };
            bytes = bytes.saturating_sub(bytes_of(&oldest.answer.borrow()));
        }
        let (place, answer) = watch::channel(Answer::Running);
        known.push_back(Press { what: *what, at_ms: now_ms, answer });
        Err(place)
    }
}

fn bytes_of(answer: &Answer) -> usize {
    match answer {
        Answer::Given(given) => given.body.len(),
        _ => 0,
    }
}

/// Carries a form of an open session out once.
pub(super) async fn once(
    State(presses): State<Arc<Presses>>,
    request: Request,
    next: Next,
) -> Response {
    let is_compared = request.method() == Method::POST && !is_upload(request.headers());
    if !is_compared || !is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let shell = &presses.shell;
    let token = cookie::value(request.headers(), &shell.session_cookie()).map(str::to_owned);
    let found = present(shell, request.headers()).await;
    // Whoever is not signed in, or has something to do first, is told so by the page itself.
    let (Some(token), Ok(Some(Standing { hurdle: None, .. }))) = (token, found) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FORM_BYTES_MAX).await else {
        return Problem::TooLong.into_response();
    };
    let address = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
    let what = sha256(&[token.as_bytes(), address.as_bytes(), &body].join(&b'\n'));
    let request = Request::from_parts(parts, Body::from(body));
    let place = match presses.place_of(&what).await {
        Ok(place) => place,
        Err(Some(given)) => return given.again(),
        // Its page says what holds now, and has a form of another number.
        Err(None) => return see_other(&address),
    };
    // A browser that goes away must not stop half way what its second press will ask about.
    let done = tokio::spawn(async move { keep(next.run(request).await, &place).await });
    done.await.unwrap_or_else(|_| Problem::Internal.into_response())
}

/// Keeps an answer for those who ask again.
async fn keep(reply: Response, place: &watch::Sender<Answer>) -> Response {
    let (parts, body) = reply.into_parts();
    let is_done = parts.status.is_success() || parts.status.is_redirection();
    let is_short = axum::body::HttpBody::size_hint(&body)
        .upper()
        .is_some_and(|bytes| bytes <= ANSWER_BYTES_MAX as u64);
    if !is_done || !is_short {
        place.send_replace(if is_done { Answer::Done } else { Answer::Forgotten });
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, ANSWER_BYTES_MAX).await else {
        place.send_replace(Answer::Done);
        return Problem::Internal.into_response();
    };
    let given = Given { status: parts.status, headers: parts.headers.clone(), body: bytes.clone() };
    place.send_replace(Answer::Given(Arc::new(given)));
    Response::from_parts(parts, Body::from(bytes))
}

#[cfg(test)]
mod tests;
