//! What every console has around its pages: sign-in, static files, error pages and headers.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use super::guard::{OPEN_FORM_BYTES_MAX, see_other};
use super::html::Html;
use super::lang::{LANG_COOKIE, Lang, Text};
use super::once::{Presses, once};
use super::problem::Problem;
use super::shell::{Frame, Page, Shell};
use super::{assets, cookie, login, own, words};

/// What a browser may load and where forms may go: this console, and nothing else.
pub const CONTENT_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'";

/// Headers of every reply of a console.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts sign-in, static files, error pages and protective headers around a console's pages.
///
/// `pages` has its own state already; its routes must not be `/logout` or at or below `/login`,
/// `/me` and `/static`. Everything that it answers is private unless it says otherwise itself.
pub fn console(shell: Arc<Shell>, pages: Router) -> Router {
    let own = Router::new()
        .route("/login", get(login::form).post(login::submit))
        .route("/logout", post(login::leave))
        .merge(own::router())
        .with_state(Arc::clone(&shell));
    let presses = Presses::new(Arc::clone(&shell));
    open_pages(shell, own.merge(pages.layer(from_fn_with_state(presses, once))))
}

/// As [`console`], without a way to sign in: for pages that need no account, on an address that
/// must lead to nothing else.
pub fn open_pages(shell: Arc<Shell>, pages: Router) -> Router {
    Router::new()
        .route("/static/{name}", get(assets::serve))
        .merge(pages)
        .fallback(|| async { Problem::NotFound })
        .layer(DefaultBodyLimit::max(OPEN_FORM_BYTES_MAX))
        .layer(from_fn_with_state(shell, dress))
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemTemplate {
    lang: Lang,
    sentences: [Text; 3],
}

/// Dresses a reply: error page, language cookie, headers.
async fn dress(State(shell): State<Arc<Shell>>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let lang = Lang::of_request(&uri, request.headers());
    let is_looking = request.method() == Method::GET;
    let mut reply = next.run(request).await;
    // There is nothing to look at where forms are sent to; whoever comes there goes on from here.
    if is_looking && reply.status() == StatusCode::METHOD_NOT_ALLOWED {
        reply = see_other("/");
    }
    let is_page = is_html(reply.headers());
    if reply.status().as_u16() >= 400 && !is_page {
        let marked = reply.extensions().get::<Problem>().copied();
        let problem = marked.unwrap_or_else(|| Problem::of_status(reply.status()));
        let frame = Frame { lang, uri: uri.clone(), session: None, is_answer: false };
        // Where even the error page fails, the bare status is the answer.
        reply = problem_page(&shell, &frame, problem).unwrap_or(reply);
    }
    let headers = reply.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let private = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(private);
    let chosen =
        Lang::asked_for(&uri).and_then(|asked| cookie::preference(LANG_COOKIE, asked.code()));
    if let Some(line) = chosen {
        headers.append(header::SET_COOKIE, line);
    }
    reply
}

fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn problem_page(shell: &Shell, frame: &Frame, problem: Problem) -> Result<Response, Problem> {
    let lang = frame.lang;
    let sentences = problem.sentences();
    let page = Page {
        title: sentences.first().map_or("", |text| text.in_lang(lang)).to_owned(),
        note: problem.status().as_u16().to_string(),
        crumbs: Vec::new(),
        current: "",
        exports: Vec::new(),
        body: Html::render(&ProblemTemplate { lang, sentences })?,
    };
    shell.reply_with(problem.status(), frame, &page)
}
