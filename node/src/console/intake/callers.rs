//! The callers whom hotlines handed over to this house: who is in danger is said, with the
//! telephones, before anything is read; what is said of a caller is behind a purpose and logged.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::ledger::Word as _;
use domain::neighbour::{HAND_OFF_DAYS, NoticeKind, NoticeState};
use domain::receiver::ReadWhy;
use domain::referral::working;
use runtime::web::{Lang, Problem, SignedForm, Text, Visitor, posts, time};

use super::super::filled::Filled;
use super::super::notices::views::{self, RowView};
use super::super::notices::{problem, words as w};
use super::inbox::{self, Inbox};
use super::{Desk, For, Workers, reply, words};
use crate::ledger::duty;
use crate::neighbour::reading::{self, CallerLine};

pub(super) const HREF: &str = "/callers";
pub(super) const LABEL: Text = w::CALLERS;

const CALLERS: Inbox = Inbox {
    kind: NoticeKind::HandOff,
    place: (words::GROUP, w::CALLERS, w::CALLERS_NOTE, HREF),
    lead: w::LEAD_CALLER,
};

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(HREF, get(show_all))
        .route("/callers/{id}", get(show_one))
        .route("/callers/{id}/content", get(show_content))
        .route("/callers/{id}/act", posts(answer, "/callers/{id}"))
}

async fn show_all(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    let found = desk.on_notices(&visitor.session, reading::callers);
    let (callers, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = callers.iter().map(|caller| row(caller, lang)).collect();
    let of = (&visitor.session, lang);
    let page = views::list((rows, Vec::new()), &CALLERS.place, &None, of)?;
    reply(&desk, &visitor, &page)
}

/// A line of the list: danger first, else by when it is to be acknowledged.
fn row(caller: &CallerLine, lang: Lang) -> RowView {
    let (notice, state) = (&caller.line.notice, caller.line.state());
    let mut row = views::in_row(&caller.line, &CALLERS.place, lang);
    if caller.is_pressing() {
        row.note = format!("{} {}", w::IN_DANGER.in_lang(lang), row.note);
    } else if state == NoticeState::Sent && notice.content.is_some() {
        let due_ms = duty::end_of(working(notice.received_at.day(), HAND_OFF_DAYS));
        row.note = w::ACKNOWLEDGE_BY.fill(lang, &[&time::minute(due_ms)]);
    }
    row
}

async fn show_one(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    inbox::one(&desk, &visitor, &CALLERS, (id, None), (None, Filled::default())).await
}

/// Shows what is said of a caller; without a purpose the page asks for one.
async fn show_content(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let why = ReadWhy::from_word(&asked.why);
    inbox::one(&desk, &visitor, &CALLERS, (id, why), (None, Filled::default())).await
}

async fn answer(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    inbox::answer(&desk, &CALLERS, (id, form)).await
}
