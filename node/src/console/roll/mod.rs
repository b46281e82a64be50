//! Pages of the roll: who comes, who leaves, what is corrected, and the turn of the year.
//!
//! For the counsellor and the moral-education head alone, who keep the roll. The preview of a turn
//! names no student but those who stay behind; whoever is named is logged.

mod pages;
mod turn;
mod words;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::ledger::Word as _;
use domain::ledger::terms::TransferKind;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{NavLink, Problem, SignedForm, Visitor};
use serde::Deserialize;

use super::office::{Office, RollKeepers, Told, problem, told};
use crate::import::value::{self, GradeSpan};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::roll_change::{self, Arrival, Correction, Leaving};
use crate::ledger::showing::{Names, student_of};
use crate::ledger::{browse, profile, turn as turns};

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
        .route("/roll/arrive", post(arrive))
        .route("/roll/leave", post(leave))
        .route("/roll/correct", post(correct))
        .route(TURN_HREF, get(turn::show).post(turn::decide))
        .route("/roll/turn/{id}/sign", post(turn::sign))
        .route("/roll/turn/{id}/undo", post(turn::undo))
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
) -> Result<Response, Problem> {
    overview(&office, &visitor, None).await
}

/// The page of the roll, with what was just refused above it.
async fn overview(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    told: Told,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        let kind = domain::ledger::Kind::Transfer;
        let filter = browse::Filter { size: LISTED, ..browse::Filter::default() };
        let lines = browse::page(tx, &reader, kind, &filter)?;
        let view = pages::Overview {
            lines,
            turns: turns::all(tx)?,
            names: Names::load(tx)?,
            grades: grades(tx)?,
            today: reader.today(),
            account: reader.account().to_owned(),
        };
        Ok(view)
    });
    let view = found.await.map_err(problem)?;
    let page = pages::overview(&view, &told, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// Grades of the school, lowest first; all where its profile is not known.
fn grades(tx: &Tx<'_>) -> Result<Vec<value::Grade>, LedgerRefusal> {
    let profile = profile::load(tx)?;
    let known = domain::catalogue::Grade::all()
        .filter(|grade| profile.as_ref().is_none_or(|p| p.stage_of(*grade).is_some()));
    Ok(known.filter_map(|grade| value::Grade::from_code(grade.as_str())).collect())
}

#[derive(Deserialize)]
struct ArriveForm {
    number: String,
    name: String,
    #[serde(default)]
    sex: String,
    #[serde(default)]
    birth: String,
    grade: String,
    class: String,
    day: String,
    #[serde(default)]
    other_school: String,
}

async fn arrive(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, ArriveForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        let wrong = |name| move |_| LedgerRefusal::Field(name);
        let arrival = Arrival {
            day: day(&fields.day, "day")?,
            number: value::StudentNumber::parse(&fields.number).map_err(wrong("student_number"))?,
            name: value::parse_name(&fields.name).map_err(wrong("name"))?,
            sex: value::parse_sex(&fields.sex).map_err(wrong("sex"))?,
            birth_date: optional(&fields.birth, "birth_date")?,
            grade: grade_of(&fields.grade, author.today())?,
            class: value::parse_class(&fields.class).map_err(wrong("class"))?.label,
            other_school: fields.other_school.trim().to_owned(),
        };
        roll_change::arrive(tx, &author, &arrival).map(drop)
    });
    answer(&office, &visitor, done.await).await
}

#[derive(Deserialize)]
struct LeaveForm {
    number: String,
    how: String,
    day: String,
    #[serde(default)]
    other_school: String,
}

async fn leave(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, LeaveForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        let student = named(tx, &fields.number)?;
        let leaving = Leaving {
            day: day(&fields.day, "day")?,
            how: TransferKind::from_word(&fields.how).ok_or(LedgerRefusal::Field("how"))?,
            other_school: fields.other_school.trim().to_owned(),
            consent: None,
        };
        roll_change::leave(tx, &author, student, &leaving).map(drop)
    });
    answer(&office, &visitor, done.await).await
}

#[derive(Deserialize)]
struct CorrectForm {
    number: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    sex: String,
    #[serde(default)]
    birth: String,
    #[serde(default)]
    grade: String,
    #[serde(default)]
    class: String,
    day: String,
    reason: String,
}

async fn correct(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, CorrectForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        let student = named(tx, &fields.number)?;
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        let wrong = |name| move |_| LedgerRefusal::Field(name);
        let class = |text: String| value::parse_class(&text).map(|class| class.label);
        let right = Correction {
            name: given(&fields.name)
                .map(|text| value::parse_name(&text))
                .transpose()
                .map_err(wrong("name"))?,
            sex: given(&fields.sex)
                .map(|text| value::parse_sex(&text))
                .transpose()
                .map_err(wrong("sex"))?,
            birth_date: optional(&fields.birth, "birth_date")?,
            grade: given(&fields.grade).map(|g| grade_of(&g, author.today())).transpose()?,
            class: given(&fields.class).map(class).transpose().map_err(wrong("class"))?,
        };
        let from = day(&fields.day, "day")?;
        roll_change::correct(tx, &author.because(&fields.reason), (student, from), &right)
    });
    answer(&office, &visitor, done.await).await
}

/// Back to the page; with the sentence of the refusal where there is one.
async fn answer(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    done: Result<(), LedgerRefusal>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(ROLL_HREF).into_response()),
        Err(refusal) => overview(office, visitor, told(refusal, visitor.frame.lang)?).await,
    }
}

fn named(tx: &Tx<'_>, number: &str) -> Result<StudentId, LedgerRefusal> {
    student_of(tx, number)?.ok_or(LedgerRefusal::NotOnRoll)
}

fn grade_of(text: &str, today: Date) -> Result<value::Grade, LedgerRefusal> {
    let year = turns::year_of(today);
    value::grade_of(text, GradeSpan::ALL, year).map_err(|_| LedgerRefusal::Field("grade"))
}

fn day(text: &str, field: &'static str) -> Result<Date, LedgerRefusal> {
    text.trim().parse().map_err(|_| LedgerRefusal::Field(field))
}

fn optional(text: &str, field: &'static str) -> Result<Option<Date>, LedgerRefusal> {
    if text.trim().is_empty() { Ok(None) } else { day(text, field).map(Some) }
}

/// The turn that an account may still sign: asked by somebody else.
fn can_sign(turn: &turns::TurnLine, account: &str) -> bool {
    turn.state == turns::TurnState::Waiting && turn.asked_by != account
}

#[cfg(test)]
mod tests;
