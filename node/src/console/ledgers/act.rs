//! The early-warning board and its forms: raise, ask to lower or close, sign as the second person.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::Word as _;
use domain::ledger::terms::Tier;
use domain::ledger::words::{AlertSource, Move};
use jiff::civil::Date;
use runtime::cli::Failure;
use runtime::web::{Problem, SignedForm, Visitor};
use serde::Deserialize;

use super::{ALERTS_HREF, Desk, Readers, pages, problem};
use crate::ledger::author::Author;
use crate::ledger::board;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

/// A move that is asked for.
#[derive(Deserialize)]
pub(super) struct Wish {
    how: String,
    #[serde(default)]
    tier: String,
    source: String,
    #[serde(default)]
    review: String,
    reason: String,
}

/// A second signature.
#[derive(Deserialize)]
pub(super) struct Signing {
    agrees: String,
    reason: String,
}

/// The board, with the refusal of what was just tried above it.
pub(super) async fn board(
    desk: &Desk,
    visitor: &Visitor<Readers>,
    failure: Option<Failure>,
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, |tx, reader| {
        Ok((board::cases(tx, &reader)?, Names::load(tx)?, reader.today()))
    });
    let (rows, names, today) = found.await.map_err(problem)?;
    let refused = failure.is_some();
    let view = pages::Board { rows: &rows, names: &names, today, failure };
    let page = pages::alerts(&view, &visitor.session, visitor.frame.lang)?;
    let reply = desk.reply(visitor, &page)?;
    if refused { Ok((StatusCode::CONFLICT, reply).into_response()) } else { Ok(reply) }
}

pub(super) async fn ask(
    State(desk): State<Desk>,
    Path(case): Path<i64>,
    form: SignedForm<Readers, Wish>,
) -> Result<Response, Problem> {
    let (visitor, wish) = (form.visitor, form.fields);
    let done = desk.work(&visitor.session, move |tx, author: Author| {
        let case = RecordId(case);
        let owner = board::owner_of(tx, case)?.ok_or(LedgerRefusal::Unknown)?;
        let how = Move::from_word(&wish.how).ok_or(LedgerRefusal::Field("how"))?;
        let leaves = matches!(how, Move::Closed | Move::MovedOut);
        let to = if leaves { None } else { Tier::from_word(&wish.tier) };
        let next_review: Option<Date> = if leaves { None } else { wish.review.parse().ok() };
        let source = AlertSource::from_word(&wish.source);
        let source = source.ok_or(LedgerRefusal::Field("source"))?;
        let wish = (MoveWish { how, to, source, owner, next_review }, wish.reason);
        case::ask_move(tx, &author.because(&wish.1), case, &wish.0).map(drop)
    });
    answer(&desk, &visitor, done.await).await
}

pub(super) async fn sign(
    State(desk): State<Desk>,
    Path(number): Path<i64>,
    form: SignedForm<Readers, Signing>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = desk.work(&visitor.session, move |tx, author: Author| {
        let author = author.because(&fields.reason);
        case::sign(tx, &author, RecordId(number), fields.agrees == "yes")
    });
    answer(&desk, &visitor, done.await).await
}

async fn answer(
    desk: &Desk,
    visitor: &Visitor<Readers>,
    done: Result<(), LedgerRefusal>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(ALERTS_HREF).into_response()),
        Err(LedgerRefusal::Store(error)) => Err(error.into()),
        Err(refusal) => board(desk, visitor, Some(refusal.into())).await,
    }
}
