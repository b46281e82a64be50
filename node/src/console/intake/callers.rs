//! The callers whom hotlines handed over to this house: who is in danger is said, with the
//! telephones, before anything is read; what is said of a caller is behind a purpose and logged.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::Word as _;
use domain::neighbour::{HAND_OFF_DAYS, NoticeKind, NoticeState};
use domain::receiver::{Duty, ReadWhy};
use domain::referral::working;
use runtime::web::{Lang, Problem, SignedForm, Text, Visitor, posts, time};

use super::super::filled::Filled;
use super::super::notices::views::{self, OneView, Place, RowView};
use super::super::notices::{problem, told, words as w};
use super::super::office::{Told, choices};
use super::notices::tell;
use super::{Desk, For, Workers, reply, words};
use crate::content::{Contact, Notice};
use crate::ledger::duty;
use crate::neighbour::reading::{self, CallerLine};
use crate::neighbour::{NeighbourError, answering, said};

pub(super) const HREF: &str = "/callers";
pub(super) const LABEL: Text = w::CALLERS;

const PLACE: Place = (words::GROUP, w::CALLERS, w::CALLERS_NOTE, HREF);

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
    let page = views::list((rows, Vec::new()), &PLACE, &None, of)?;
    reply(&desk, &visitor, &page)
}

/// A line of the list: danger first, else by when it is to be acknowledged.
fn row(caller: &CallerLine, lang: Lang) -> RowView {
    let (notice, state) = (&caller.line.notice, caller.line.state());
    let mut row = views::in_row(&caller.line, &PLACE, lang);
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
    one(&desk, &visitor, (id, None), (None, Filled::default())).await
}

/// Shows what is said of a caller; without a purpose the page asks for one.
async fn show_content(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let why = ReadWhy::from_word(&asked.why);
    one(&desk, &visitor, (id, why), (None, Filled::default())).await
}

async fn one(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    (id, why): (i64, Option<ReadWhy>),
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let found = desk.on_notices(&visitor.session, move |tx, worker| {
        let caller = reading::caller_line(tx, worker, id)?;
        let why = why.filter(|_| caller.line.notice.content.is_some());
        let said = match why {
            Some(why) => Some(reading::caller(tx, worker, (id, why))?),
            None => None,
        };
        let looks = worker.may(Duty::Audit);
        let reads = if looks { reading::report_reads(tx, worker, id)? } else { Vec::new() };
        Ok((caller, said, reads, worker.may(Duty::Answer)))
    });
    let (caller, content, reads, may_answer) = found.await.map_err(problem)?;
    let (lang, line) = (visitor.frame.lang, &caller.line);
    let notice = &line.notice;
    let action = format!("{HREF}/{id}/act");
    let is_let = |kind| may_answer && NoticeKind::HandOff.takes(kind);
    let forms = views::answer_forms(line.state(), (&action, &sent), is_let, lang);
    let is_hidden = content.is_none() && notice.content.is_some();
    let read_at = if is_hidden { format!("{HREF}/{id}/content") } else { String::new() };
    let from = (notice.sender_name.as_str(), notice.sender.as_str());
    let view = OneView {
        lead: lead(from, caller.alarm.as_ref(), lang),
        rows: content.map_or_else(Vec::new, |one| said::lines(&Notice::HandOff(one), lang)),
        read_at,
        whys: choices::<ReadWhy>(lang),
        answers: views::answers(line.said.iter().map(|one| &one.answer), lang),
        forms,
        reads: views::readers(reads),
        ..OneView::default()
    };
    let page = views::one(view, &PLACE, &told, (&visitor.session, lang))?;
    tell(desk, visitor, (&page, &told))
}

/// Where somebody is in danger the telephones come first: of who helps, and of who handed over.
fn lead((name, sender): (&str, &str), alarm: Option<&Contact>, lang: Lang) -> String {
    let from = w::LEAD_CALLER.fill(lang, &[&name, &sender]);
    match alarm {
        Some(hotline) => {
            let danger = w::LEAD_DANGER.fill(lang, &[&said::contact(hotline)]);
            format!("{danger} {from}")
        }
        None => from,
    }
}

async fn answer(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = filled.clone();
    let done = desk.on_notices(&visitor.session, move |tx, worker| {
        reading::caller_line(tx, worker, id)?;
        let said = views::reply(&sent)?.ok_or(NeighbourError::Unknown)?;
        answering::by_office(tx, worker, (id, said))
    });
    match done.await {
        Ok(()) => {
            desk.fold().await;
            Ok(Redirect::to(&format!("{HREF}/{id}")).into_response())
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(&desk, &visitor, (id, None), (told, filled)).await
        }
    }
}
