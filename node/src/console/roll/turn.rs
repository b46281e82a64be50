//! The forms of the turn of the year: preview, ask, sign, undo.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Problem, SignedForm, Visitor};
use serde::Deserialize;

use super::super::office::{Office, RollKeepers, Told, problem, told};
use super::{ROLL_HREF, answer, named, pages};
use crate::ledger::access;
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::turn::decisions::{Carry, Decisions};
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
    let day: Date = asked.day.parse().map_err(|_| Problem::BadRequest)?;
    reply(&office, &visitor, (Decisions::on(day), String::new()), None).await
}

/// The fields of the form: `day`, `act`, `reason`, `stay`, `mentors`, and for each class `to.CLASS`
/// and `end.CLASS`.
type Fields = BTreeMap<String, String>;

pub(super) async fn decide(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, Fields>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let field = |name: &str| fields.get(name).map_or("", String::as_str).to_owned();
    let day: Date = field("day").parse().map_err(|_| Problem::BadRequest)?;
    let (stayers, asks, reason) = (field("stay"), field("act") == "ask", field("reason"));
    let read = {
        let fields = fields.clone();
        office.work(&visitor.session, move |tx, author| {
            let decisions = decisions(tx, &author, day, &fields)?;
            if asks {
                turns::ask(tx, &author.because(&reason), &decisions)?;
            }
            Ok(decisions)
        })
    };
    match read.await {
        Ok(_) if asks => Ok(Redirect::to(ROLL_HREF).into_response()),
        Ok(decisions) => reply(&office, &visitor, (decisions, stayers), None).await,
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            reply(&office, &visitor, (Decisions::on(day), stayers), told).await
        }
    }
}

/// What the form decides. A class is a decision only where it differs from the rule.
fn decisions(
    tx: &Tx<'_>,
    author: &Author,
    day: Date,
    fields: &Fields,
) -> Result<Decisions, LedgerRefusal> {
    let mut decisions = Decisions::on(day);
    let by_rule = turns::preview(tx, author, &decisions)?;
    for class in &by_rule.classes {
        let key = turns::decisions::written(&class.from);
        let rule = class.to.as_ref().map_or_else(|| "leave".to_owned(), turns::decisions::written);
        let to = fields.get(&format!("to.{key}")).map_or(rule.as_str(), |to| to.trim()).to_owned();
        let ends = fields.contains_key(&format!("end.{key}"));
        if to != rule || ends {
            let teacher = if ends { Carry::Ended } else { Carry::Carried };
            decisions.set_class(&key, &to, teacher)?;
        }
    }
    let stayers = fields.get("stay").map_or("", String::as_str);
    for number in stayers.split_whitespace().take(STAYERS_MAX) {
        decisions.stay.insert(named(tx, number)?);
    }
    if fields.contains_key("mentors") {
        decisions.mentors = Carry::Ended;
    }
    Ok(decisions)
}

/// The preview of decisions, with what was just refused above it.
async fn reply(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (decisions, stayers): (Decisions, String),
    refused: Told,
) -> Result<Response, Problem> {
    let day = decisions.day;
    let found = office.work(&visitor.session, move |tx, reader| {
        let plan = turns::preview(tx, &reader, &decisions)?;
        log_named(tx, &reader, &plan)?;
        Ok((plan, Names::load(tx)?))
    });
    let lang = visitor.frame.lang;
    let (found, told) = match found.await {
        Ok(found) => (Some(found), refused),
        Err(LedgerRefusal::NotAllowed) => return Err(Problem::Forbidden),
        Err(refusal) => (None, told(refusal, lang)?),
    };
    let none = Names::default();
    let (plan, names) = found.as_ref().map_or((None, &none), |(plan, names)| (Some(plan), names));
    let view = pages::Preview { day, plan, names, stayers, signing: None };
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
        stayers: String::new(),
        signing: Some((id, line.asked_by)),
    };
    let page = pages::turn(&view, &refused, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &refused)
}

/// The preview names those who stay behind.
fn log_named(tx: &Tx<'_>, reader: &Author, plan: &Plan) -> Result<(), LedgerRefusal> {
    let named = plan.exceptions().iter().map(|(student, _)| *student).collect();
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
    answer(&office, &visitor, done.await).await
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
    answer(&office, &visitor, done.await).await
}
