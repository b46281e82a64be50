//! An office's pages of duty reports that came and of tips to schools.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::Word as _;
use domain::neighbour::{NoticeKind, TipAbout};
use domain::receiver::{Duty, ReadWhy};
use runtime::sql::Tx;
use runtime::web::{Problem, SignedForm, Text, Visitor, posts};

use super::super::filled::Filled;
use super::super::notices::views::{self, Line, OneView, Place};
use super::super::notices::{problem, told, words as w};
use super::super::office::Told;
use super::inbox::{self, Inbox};
use super::{Desk, For, Workers, reply, words};
use crate::ledger::intake::Worker;
use crate::neighbour::{NeighbourError, reading, tipping};

pub(super) const REPORTS_HREF: &str = "/reports";
pub(super) const TIPS_HREF: &str = "/tips";
pub(super) const REPORTS_LABEL: Text = w::REPORTS;
pub(super) const TIPS_LABEL: Text = w::TIPS_OUT;

const REPORTS: Inbox = Inbox {
    kind: NoticeKind::Report,
    place: (words::GROUP, w::REPORTS, w::REPORTS_IN_NOTE, REPORTS_HREF),
    lead: w::LEAD_REPORT,
};
const TIPS: Place = (words::GROUP, w::TIPS_OUT, w::TIPS_OUT_NOTE, TIPS_HREF);

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(REPORTS_HREF, get(show_reports))
        .route("/reports/{id}", get(show_report))
        .route("/reports/{id}/content", get(show_content))
        .route("/reports/{id}/act", posts(answer, "/reports/{id}"))
        .route(TIPS_HREF, get(show_tips).post(write))
        .route("/tips/{id}", get(show_tip))
        .route("/tips/{id}/send", posts(send, "/tips/{id}"))
}

async fn show_reports(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    let found = desk.on_notices(&visitor.session, reading::reports);
    let (lines, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = lines.iter().map(|line| views::in_row(line, &REPORTS.place, lang));
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), Vec::new()), &REPORTS.place, &None, of)?;
    reply(&desk, &visitor, &page)
}

async fn show_report(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    inbox::one(&desk, &visitor, &REPORTS, (id, None), (None, Filled::default())).await
}

/// Shows what a report says; without a purpose its page asks for one.
async fn show_content(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let why = ReadWhy::from_word(&asked.why);
    inbox::one(&desk, &visitor, &REPORTS, (id, why), (None, Filled::default())).await
}

async fn answer(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    inbox::answer(&desk, &REPORTS, (id, form)).await
}

async fn show_tips(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    tips(&desk, &visitor, (None, Filled::default())).await
}

async fn tips(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    const LINES: [Line; 7] = [
        ("school", w::SCHOOL, "text", true),
        ("relay", w::RELAY, "text", false),
        ("about", w::ABOUT, "list", true),
        ("child", w::CHILD, "text", true),
        ("said", w::SAID, "area", true),
        ("person", w::PERSON, "text", false),
        ("phone", w::PHONE, "text", false),
    ];
    let listed = |tx: &Tx<'_>, worker: &Worker| tipping::list(tx, worker, NoticeKind::Tip);
    let found = desk.on_notices(&visitor.session, listed);
    let (lines, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = lines.iter().map(|line| {
        let id = line.out.id;
        views::out_row((id, format!("{TIPS_HREF}/{id}")), &line.out, &line.came, lang)
    });
    let (of, label) = (("write", TIPS_HREF.to_owned()), (w::WRITE_TIP.in_lang(lang), ""));
    let mut form = views::form(of, label, (&LINES, &sent), lang);
    views::with_words::<TipAbout>(&mut form, "about", lang);
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), vec![form]), &TIPS, &told, of)?;
    tell(desk, visitor, (&page, &told))
}

async fn write(
    State(desk): State<Desk>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (sent, receiver) = (filled.clone(), desk.receiver.clone());
    let done = desk.on_notices(&visitor.session, move |tx, worker| {
        let receiver = receiver.ok_or(NeighbourError::NoRoad)?;
        let text = |name: &str| sent.text(name).trim().to_owned();
        let wish = tipping::Wish {
            school: text("school"),
            relay: text("relay"),
            about: views::word(&sent, "about")?,
            child: text("child"),
            said: text("said"),
            contact: (text("person"), text("phone")),
        };
        tipping::prepare(tx, (&receiver, worker), &wish)
    });
    match done.await {
        Ok(id) => Ok(Redirect::to(&format!("{TIPS_HREF}/{id}")).into_response()),
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            tips(&desk, &visitor, (told, filled)).await
        }
    }
}

async fn show_tip(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    written(&desk, &visitor, &TIPS, (id, None)).await
}

/// The page of what was written here, a tip or a hand-off, with what was answered.
pub(super) async fn written(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    place: &Place,
    (id, told): (i64, Told),
) -> Result<Response, Problem> {
    let found = desk.on_notices(&visitor.session, move |tx, worker| {
        let shown = tipping::preview(tx, worker, id)?;
        let looks = worker.may(Duty::Audit);
        let reads = if looks { tipping::reads(tx, worker, id)? } else { Vec::new() };
        Ok((shown, reads))
    });
    let ((shown, reads), lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let leads = (w::LEAD_TIP_SENT, w::LEAD_TIP_DRAFT);
    let view = views::written(&shown, leads, &format!("{}/{id}", place.3), lang);
    let view = OneView { reads: views::readers(reads), ..view };
    let page = views::one(view, place, &told, (&visitor.session, lang))?;
    tell(desk, visitor, (&page, &told))
}

async fn send(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    sent(&desk, &TIPS, (id, form)).await
}

/// Sends what was shown on a page, and shows it again.
pub(super) async fn sent(
    desk: &Desk,
    place: &Place,
    (id, form): (i64, SignedForm<Workers, Filled>),
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (receiver, signs) = (desk.receiver.clone(), desk.signs.clone());
    let done = desk.on_notices(&visitor.session, move |tx, worker| {
        let (receiver, signs) = receiver.zip(signs).ok_or(NeighbourError::NoRoad)?;
        tipping::send(tx, (&receiver, worker), &signs(), (id, filled.text("digest")))
    });
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("{}/{id}", place.3)).into_response()),
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            written(desk, &visitor, place, (id, told)).await
        }
    }
}

/// A page; with the status of a conflict where something was refused.
pub(super) fn tell(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    (page, told): (&runtime::web::Page, &Told),
) -> Result<Response, Problem> {
    match told {
        None => reply(desk, visitor, page),
        Some(_) => desk.shell.reply_with(axum::http::StatusCode::CONFLICT, &visitor.frame, page),
    }
}
