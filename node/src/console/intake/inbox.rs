//! What came to this house, on a page of its own: a duty report, or a hotline's caller. What it
//! says is behind a purpose and logged.

use axum::response::{IntoResponse, Redirect, Response};
use domain::neighbour::NoticeKind;
use domain::receiver::{Duty, ReadWhy};
use runtime::web::{Problem, SignedForm, Text, Visitor};

use super::super::filled::Filled;
use super::super::notices::views::{self, OneView, Place};
use super::super::notices::{problem, told};
use super::super::office::{Told, choices};
use super::notices::tell;
use super::{Desk, Workers};
use crate::neighbour::{NeighbourError, answering, reading};

/// What comes of one kind.
pub(super) struct Inbox {
    pub(super) kind: NoticeKind,
    /// Where its pages stand.
    pub(super) place: Place,
    /// What stands above one of it: from whom it is.
    pub(super) lead: Text,
}

/// Shows one of an inbox, and for a purpose what it says; without one the page asks for it.
pub(super) async fn one(
    desk: &Desk,
    visitor: &Visitor<Workers>,
    inbox: &Inbox,
    (id, why): (i64, Option<ReadWhy>),
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let (kind, place) = (inbox.kind, &inbox.place);
    let found = desk.on_notices(&visitor.session, move |tx, worker| {
        let line = reading::line_at_house(tx, worker, (kind, id))?;
        let why = why.filter(|_| line.notice.content.is_some());
        let content = match why {
            Some(why) => Some(reading::read_at_house(tx, worker, kind, (id, why))?),
            None => None,
        };
        let looks = worker.may(Duty::Audit);
        let reads = if looks { reading::report_reads(tx, worker, id)? } else { Vec::new() };
        Ok((line, content, reads, worker.may(Duty::Answer)))
    });
    let (line, content, reads, may_answer) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let action = format!("{}/{id}/act", place.3);
    let is_let = |answer| may_answer && kind.takes(answer);
    let forms = views::answer_forms(line.state(), (&action, &sent), is_let, lang);
    let view = OneView {
        whys: choices::<ReadWhy>(lang),
        ..views::came(&line, (inbox.lead, content, place), (forms, reads), lang)
    };
    let page = views::one(view, place, &told, (&visitor.session, lang))?;
    tell(desk, visitor, (&page, &told))
}

/// Answers one of an inbox, and shows it again.
pub(super) async fn answer(
    desk: &Desk,
    inbox: &Inbox,
    (id, form): (i64, SignedForm<Workers, Filled>),
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (sent, kind) = (filled.clone(), inbox.kind);
    let done = desk.on_notices(&visitor.session, move |tx, worker| {
        // What came of another kind is in another inbox.
        reading::line_at_house(tx, worker, (kind, id))?;
        let said = views::reply(&sent)?.ok_or(NeighbourError::Unknown)?;
        answering::by_office(tx, worker, (id, said))
    });
    match done.await {
        Ok(()) => {
            desk.fold().await;
            Ok(Redirect::to(&format!("{}/{id}", inbox.place.3)).into_response())
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            one(desk, &visitor, inbox, (id, None), (told, filled)).await
        }
    }
}
