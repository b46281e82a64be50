//! The forms of the turn of the year: preview, ask, sign, undo.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Lang, Problem, SignedForm, Visitor};
use serde::Deserialize;

use super::super::filled::{Filled, Sent};
use super::super::office::{Office, RollKeepers, Told, problem, said, told};
use super::{Done, ROLL_HREF, answer, overview, pages, words};
use crate::import::value::{self, GradeSpan};
use crate::ledger::access;
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::{Names, student_of};
use crate::ledger::turn::decisions::{Carry, Decisions, LEAVE, class_of, written};
use crate::ledger::turn::plan::Plan;
use crate::ledger::turn::{self as turns, TurnState};

/// Most lines of the box with students who stay.
const STAYERS_MAX: usize = 400;

/// Which preview.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    day: String,
    /// A turn that waits, to be signed.
    turn: Option<i64>,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if let Some(id) = asked.turn {
        return waiting(&office, &visitor, id, None).await;
    }
    // The address bar after a form that was sent here: the day is asked for on the other page.
    if asked.day.is_empty() {
        return Ok(Redirect::to(ROLL_HREF).into_response());
    }
    match asked.day.trim().parse::<Date>() {
        Ok(day) => reply(&office, &visitor, (day, Filled::default()), None).await,
        Err(_) => no_day(&office, &visitor, &asked.day).await,
    }
}

/// The page on which the day is asked for, with that it cannot be one above it.
async fn no_day(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    typed: &str,
) -> Result<Response, Problem> {
    let told = said(words::NO_DAY, words::NO_DAY_NEXT, visitor.frame.lang);
    let sent = Sent::new("turn", Filled::default().with("day", typed.to_owned()));
    overview(office, visitor, (told, sent), Done::default()).await
}

/// The form has `day`, `act`, `reason`, `stay`, `mentors`, and for each class `to.CLASS` and
/// `end.CLASS`. What was refused comes back as it was typed: nobody asks for another plan than the
/// one they see.
pub(super) async fn decide(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let Ok(day) = filled.text("day").trim().parse::<Date>() else {
        return no_day(&office, &visitor, filled.text("day")).await;
    };
    if !filled.has("act", "ask") {
        return reply(&office, &visitor, (day, filled), None).await;
    }
    let read = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        let decisions = decisions(tx, &author, day, &read)?;
        turns::ask(tx, &author.because(read.text("reason")), &decisions)
    });
    match done.await {
        Ok(_) => Ok(Redirect::to(ROLL_HREF).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            reply(&office, &visitor, (day, filled), told).await
        }
    }
}

/// What the form decides. A class is a decision only where it differs from the rule.
fn decisions(
    tx: &Tx<'_>,
    author: &Author,
    day: Date,
    filled: &Filled,
) -> Result<Decisions, LedgerRefusal> {
    let mut decisions = Decisions::on(day);
    let by_rule = turns::preview(tx, author, &decisions)?;
    for class in &by_rule.classes {
        let key = written(&class.from);
        let rule = class.to.as_ref().map_or_else(|| LEAVE.to_owned(), written);
        let field = format!("to.{key}");
        let to = match filled.is_sent(&field) {
            true => target(filled.text(&field), turns::year_of(day))?,
            false => rule.clone(),
        };
        let ends = filled.is_sent(&format!("end.{key}"));
        if to != rule || ends {
            let teacher = if ends { Carry::Ended } else { Carry::Carried };
            decisions.set_class(&key, &to, teacher)?;
        }
    }
    for number in filled.text("stay").split_whitespace().take(STAYERS_MAX) {
        let student = student_of(tx, number)?.ok_or(LedgerRefusal::NotOnRoll)?;
        decisions.stay.insert(student);
    }
    if filled.is_sent("mentors") {
        decisions.mentors = Carry::Ended;
    }
    Ok(decisions)
}

/// What a class becomes, as people write it: `八年级1班`, `g8/1`, `毕业离校`; or as a plan is stored.
fn target(text: &str, school_year: i16) -> Result<String, LedgerRefusal> {
    let (text, leaves) = (text.trim(), words::LEAVES);
    if [LEAVE, leaves.in_lang(Lang::Zh), leaves.in_lang(Lang::En)].contains(&text) {
        return Ok(LEAVE.to_owned());
    }
    if let Some((grade, class)) = class_of(text) {
        let is_bare = class.chars().all(|c| c.is_ascii_digit());
        let class = if is_bare { format!("{class}班").into() } else { class };
        return Ok(written(&(grade, class)));
    }
    let wrong = |_| LedgerRefusal::Field("class");
    let named = value::parse_class(text).map_err(wrong)?;
    let grade = named.settle(None, GradeSpan::ALL, school_year).map_err(wrong)?;
    Ok(written(&(grade, named.label)))
}

/// The preview of what the form says, with what was just refused above it.
async fn reply(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (day, filled): (Date, Filled),
    refused: Told,
) -> Result<Response, Problem> {
    let read = filled.clone();
    let found = office.work(&visitor.session, move |tx, reader| {
        // Where the form cannot be read, the rule's plan stands beside what was typed.
        let (decided, wrong) = match decisions(tx, &reader, day, &read) {
            Ok(decided) => (decided, None),
            Err(LedgerRefusal::NotAllowed) => return Err(LedgerRefusal::NotAllowed),
            Err(wrong) => (Decisions::on(day), Some(wrong)),
        };
        let (plan, wrong) = match turns::preview(tx, &reader, &decided) {
            Ok(plan) => (Some(plan), wrong),
            Err(other) => (turns::preview(tx, &reader, &Decisions::on(day)).ok(), Some(other)),
        };
        if let Some(plan) = &plan {
            log_named(tx, &reader, plan)?;
        }
        Ok((plan, wrong, Names::load(tx)?))
    });
    let lang = visitor.frame.lang;
    let (plan, wrong, names) = found.await.map_err(problem)?;
    let told = match wrong {
        Some(wrong) if refused.is_none() => told(wrong, lang)?,
        _ => refused,
    };
    let plan = plan.as_ref();
    let view = pages::Preview { day, plan, names: &names, filled, signing: None };
    office.tell(visitor, &pages::turn(&view, &told, &visitor.session, lang)?, &told)
}

/// The plan of a turn that waits, as it would be carried out now.
async fn waiting(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    id: i64,
    refused: Told,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        let line = turns::all(tx)?.into_iter().find(|line| line.id == id);
        let line = line.filter(|line| line.state == TurnState::Waiting);
        let line = line.ok_or(LedgerRefusal::Unknown)?;
        let plan = turns::waiting_plan(tx, &reader, id)?;
        log_named(tx, &reader, &plan)?;
        Ok((line, plan, Names::load(tx)?))
    });
    let (line, plan, names) = found.await.map_err(problem)?;
    let view = pages::Preview {
        day: line.day,
        plan: Some(&plan),
        names: &names,
        filled: Filled::default(),
        signing: Some((id, line.asked_by)),
    };
    let page = pages::turn(&view, &refused, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &refused)
}

/// The preview names those who stay behind and those whom the turn leaves alone.
fn log_named(tx: &Tx<'_>, reader: &Author, plan: &Plan) -> Result<(), LedgerRefusal> {
    let named = plan.stayers().into_iter().chain(plan.aside.iter().copied()).collect();
    let purpose = domain::ledger::terms::ReadPurpose::ClassWork;
    Ok(access::log_list(tx, reader, &named, purpose)?)
}

/// A second signature, or an undoing.
#[derive(Deserialize)]
pub(super) struct Signing {
    #[serde(default)]
    agrees: String,
    reason: String,
}

pub(super) async fn sign(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<RollKeepers, Signing>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        turns::sign(tx, &author.because(&fields.reason), id, fields.agrees == "yes")
    });
    let done = done.await.map(|()| ROLL_HREF.to_owned());
    answer(&office, &visitor, done, Sent::default()).await
}

pub(super) async fn undo(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<RollKeepers, Signing>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        turns::undo(tx, &author.because(&fields.reason), id)
    });
    let done = done.await.map(|()| ROLL_HREF.to_owned());
    answer(&office, &visitor, done, Sent::default()).await
}
