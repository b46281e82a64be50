//! A hotline's pages of the callers whom it hands over to schools, clinics and other receivers.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::neighbour::{Danger, HandOffGround, NoticeKind};
use runtime::sql::Tx;
use runtime::web::{Problem, SignedForm, Text, Visitor, posts};

use super::super::filled::Filled;
use super::super::notices::views::{self, Line, Place};
use super::super::notices::{problem, told, words as w};
use super::super::office::Told;
use super::notices::{sent, tell, written};
use super::{Desk, Workers, words};
use crate::ledger::intake::Worker;
use crate::neighbour::{NeighbourError, handing, tipping};

pub(super) const HREF: &str = "/hand-offs";
pub(super) const LABEL: Text = w::HAND_OFFS_OUT;

const PLACE: Place = (words::GROUP, w::HAND_OFFS_OUT, w::HAND_OFFS_OUT_NOTE, HREF);

pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(HREF, get(show_all).post(write))
        .route("/hand-offs/{id}", get(show_one))
        .route("/hand-offs/{id}/send", posts(send, "/hand-offs/{id}"))
}

async fn show_all(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    all(&desk, &visitor, (None, Filled::default())).await
}

async fn all(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    const LINES: [Line; 9] = [
        ("to", w::HAND_OFF_TO, "text", true),
        ("relay", w::HAND_OFF_RELAY, "text", false),
        ("name", w::CALLER, "text", true),
        ("reach", w::REACH, "text", true),
        ("danger", w::DANGER, "list", true),
        ("ground", w::GROUND, "list", true),
        ("agreed", w::AGREED, "area", true),
        ("person", w::PERSON, "text", false),
        ("phone", w::HOTLINE_PHONE, "text", true),
    ];
    let listed = |tx: &Tx<'_>, worker: &Worker| tipping::list(tx, worker, NoticeKind::HandOff);
    let found = desk.on_notices(&visitor.session, listed);
    let (lines, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = lines.iter().map(|line| {
        let id = line.out.id;
        views::out_row((id, format!("{HREF}/{id}")), &line.out, &line.came, lang)
    });
    let (of, label) = (("write", HREF.to_owned()), (w::WRITE_HAND_OFF.in_lang(lang), ""));
    let mut form = views::form(of, label, (&LINES, &sent), lang);
    views::with_words::<Danger>(&mut form, "danger", lang);
    views::with_words::<HandOffGround>(&mut form, "ground", lang);
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), vec![form]), &PLACE, &told, of)?;
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
        let wish = handing::Wish {
            to: text("to"),
            relay: text("relay"),
            name: text("name"),
            reach: text("reach"),
            danger: views::word(&sent, "danger")?,
            ground: views::word(&sent, "ground")?,
            agreed: text("agreed"),
            contact: (text("person"), text("phone")),
        };
        handing::prepare(tx, (&receiver, worker), &wish)
    });
    match done.await {
        Ok(id) => Ok(Redirect::to(&format!("{HREF}/{id}")).into_response()),
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            all(&desk, &visitor, (told, filled)).await
        }
    }
}

async fn show_one(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    written(&desk, &visitor, &PLACE, (id, None)).await
}

async fn send(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Workers, Filled>,
) -> Result<Response, Problem> {
    sent(&desk, &PLACE, (id, form)).await
}
