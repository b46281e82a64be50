//! Pages of the roll: who comes, who leaves, what is corrected, and the turn of the year.
//!
//! For the counsellor and the moral-education head alone, who keep the roll. The preview of a turn
//! names no student but those who stay behind; whoever is named is logged.

mod change;
mod pages;
mod turn;
mod words;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::terms::ReadPurpose;
use runtime::sql::Tx;
use runtime::web::{NavLink, Problem, Text, Visitor, posts};
use serde::Deserialize;

use super::filled::Sent;
use super::office::{Office, RollKeepers, Told, problem, told};
use crate::import::value;
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll_change::has_open_case;
use crate::ledger::showing::Names;
use crate::ledger::{access, browse, profile, student, turn as turns};

pub(super) const ROLL_HREF: &str = "/roll";
const TURN_HREF: &str = "/roll/turn";
/// Comings and leavings that are listed.
const LISTED: usize = 50;

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::ROLL, href: ROLL_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(ROLL_HREF, get(show))
        .route("/roll/arrive", posts(change::arrive, ROLL_HREF))
        .route("/roll/leave", posts(change::leave, ROLL_HREF))
        .route("/roll/correct", posts(change::correct, ROLL_HREF))
        .route(TURN_HREF, get(turn::show).post(turn::decide))
        .route("/roll/turn/{id}/sign", posts(turn::sign, ROLL_HREF))
        .route("/roll/turn/{id}/undo", posts(turn::undo, ROLL_HREF))
}

/// What was done just now, as the address says it; what it says is looked up before it is told.
#[derive(Clone, Default, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
    student: Option<i64>,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    overview(&office, &visitor, (None, Sent::default()), done).await
}

/// The page of the roll, with what was just done or refused above it.
async fn overview(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (told, sent): (Told, Sent),
    done: Done,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        let kind = domain::ledger::Kind::Transfer;
        let filter = browse::Filter { size: LISTED, ..browse::Filter::default() };
        let lines = browse::page(tx, &reader, kind, &filter)?;
        let names = Names::load(tx)?;
        let done = done_to(tx, &reader, &done)?.filter(|(_, who)| names.student(*who).is_some());
        let whom = done.iter().map(|(_, student)| *student).collect();
        access::log_list(tx, &reader, &whom, ReadPurpose::ClassWork)?;
        let view = pages::Overview {
            lines,
            turns: turns::all(tx)?,
            names,
            grades: grades(tx)?,
            today: reader.today(),
            account: reader.account().to_owned(),
            done,
            sent,
        };
        Ok(view)
    });
    let view = found.await.map_err(problem)?;
    let page = pages::overview(&view, &told, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// The sentence about what the address says was done, and about whom; nothing where the roll says
/// otherwise.
fn done_to(
    tx: &Tx<'_>,
    reader: &Author,
    Done { done, student }: &Done,
) -> Result<Option<(Text, StudentId)>, LedgerRefusal> {
    let Some(student) = student.map(StudentId) else { return Ok(None) };
    let on_roll = student::roll_at(tx, reader.today())?.iter().any(|one| one.id == student.0);
    let said = match (&**done, on_roll) {
        ("arrive", true) => words::ARRIVED,
        ("leave", false) if has_open_case(tx, student)? => words::LEFT_CASE,
        ("leave", false) => words::LEFT_ROLL,
        ("correct", _) => words::CORRECTED,
        _ => return Ok(None),
    };
    Ok(Some((said, student)))
}

/// Grades of the school, lowest first; all where its profile is not known.
fn grades(tx: &Tx<'_>) -> Result<Vec<value::Grade>, LedgerRefusal> {
    let profile = profile::load(tx)?;
    let known = domain::catalogue::Grade::all()
        .filter(|grade| profile.as_ref().is_none_or(|p| p.stage_of(*grade).is_some()));
    Ok(known.filter_map(|grade| value::Grade::from_code(grade.as_str())).collect())
}

/// To the page that says what was done; with the sentence of the refusal where there is one, and
/// with what was typed.
async fn answer(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    done: Result<String, LedgerRefusal>,
    sent: Sent,
) -> Result<Response, Problem> {
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            overview(office, visitor, (told, sent), Done::default()).await
        }
    }
}

/// The turn that an account may still sign: asked by somebody else.
fn can_sign(turn: &turns::TurnLine, account: &str) -> bool {
    turn.state == turns::TurnState::Waiting && turn.asked_by != account
}

#[cfg(test)]
mod tests;
