//! The callers whom hotlines handed over, for the counsellor: who is in danger is said, with the
//! telephones, before anything is read; what is said of a caller is on a page that is logged.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::neighbour::NoticeKind;
use runtime::sql::Tx;
use runtime::web::{Audience, Problem, Role, SignedForm, Visitor, posts};

use super::super::filled::Filled;
use super::super::office::{Office, Told};
use super::views::{self, Place};
use super::{Shows, linking, problem, told, words};
use crate::content::Notice;
use crate::ledger::author::Author;
use crate::neighbour::{NeighbourError, answering, reading};

pub(in crate::console) const HAND_OFFS_HREF: &str = "/hand-offs";

/// Whoever takes a hotline's callers: the counsellor, and not the head.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Takers;

impl Audience for Takers {
    const ROLES: &'static [Role] = &[Role::Counsellor];
}

const HAND_OFFS: Place =
    (super::super::ledgers::RECORDS, words::HAND_OFFS, words::HAND_OFFS_NOTE, HAND_OFFS_HREF);

pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(HAND_OFFS_HREF, get(show_all))
        .route("/hand-offs/{id}", get(show_one))
        .route("/hand-offs/{id}/content", get(show_content))
        .route("/hand-offs/{id}/act", posts(act, "/hand-offs/{id}"))
}

async fn show_all(
    State(office): State<Office>,
    visitor: Visitor<Takers>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, author| reading::hand_offs(tx, &author));
    let (callers, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = callers.iter().map(|caller| {
        let mut row = views::in_row(&caller.line, &HAND_OFFS, lang);
        if caller.alarm.is_some() {
            row.note = format!("{} {}", words::IN_DANGER.in_lang(lang), row.note);
        }
        row
    });
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), Vec::new()), &HAND_OFFS, &None, of)?;
    office.reply(&visitor, &page)
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<Takers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&office, &visitor, (id, Shows::Line), (None, Filled::default())).await
}

async fn show_content(
    State(office): State<Office>,
    visitor: Visitor<Takers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&office, &visitor, (id, Shows::Content), (None, Filled::default())).await
}

async fn one(
    office: &Office,
    visitor: &Visitor<Takers>,
    (id, shows): (i64, Shows),
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, author| {
        let caller = reading::hand_off_line(tx, &author, id)?;
        let is_shown = shows == Shows::Content && caller.line.notice.content.is_some();
        let content = if is_shown { Some(reading::hand_off(tx, &author, id)?) } else { None };
        Ok::<_, NeighbourError>((caller, content, reading::hand_off_reads(tx, &author, id)?))
    });
    let (caller, content, reads) = found.await.map_err(problem)?;
    let (lang, line) = (visitor.frame.lang, &caller.line);
    let notice = &line.notice;
    let state = line.state();
    let action = format!("{HAND_OFFS_HREF}/{id}/act");
    let is_let = |kind| NoticeKind::HandOff.takes(kind);
    let mut forms = views::answer_forms(state, (&action, &sent), is_let, lang);
    if notice.content.is_some() {
        forms.push(linking((&action, &sent), words::LINK_CALLER_NOTE, lang));
    }
    let of = (words::LEAD_HAND_OFF, content.map(Notice::HandOff), &HAND_OFFS);
    let view = views::came(line, of, (forms, reads), lang);
    let page = views::one(view, &HAND_OFFS, &told, (&visitor.session, lang))?;
    office.tell(visitor, &page, &told)
}

async fn act(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Takers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| acted(tx, &author, (id, &sent)));
    match done.await {
        Ok(()) => {
            office.fold().await;
            Ok(Redirect::to(&format!("{HAND_OFFS_HREF}/{id}")).into_response())
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(&office, &visitor, (id, Shows::Line), (told, filled)).await
        }
    }
}

fn acted(tx: &Tx<'_>, author: &Author, (id, sent): (i64, &Filled)) -> Result<(), NeighbourError> {
    reading::hand_off_line(tx, author, id)?;
    match views::reply(sent)? {
        Some(said) => answering::by_school(tx, author, (id, said)),
        None if sent.text("act") == "link" => {
            reading::link(tx, author, (id, sent.text("student"))).map(drop)
        }
        None => Err(NeighbourError::Unknown),
    }
}
