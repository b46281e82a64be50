//! Typing sheets of paper: two passes, what differs, handing in. One line a student.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Problem, SignedForm, Visitor, see_other};
use serde::Deserialize;

use super::super::filled::Filled;
use super::{Campaign, Counsellors, page, words};
use crate::ledger::access;
use crate::ledger::browse::purpose_of;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::paper::{self as kept, Pass, Typed};
use crate::ledger::run::people::{self, Participant};
use crate::ledger::run::{self, ClassId, InstrumentId, RunId};
use crate::ledger::showing::Names;
use crate::screening::answering::AnsweringError;
use crate::screening::paper::{self, Standing, TypedError, line_of, parse_line};
use crate::screening::shelf::Part;

#[derive(Template)]
#[template(path = "screening/paper.html")]
struct PaperTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    here: String,
    back: String,
    how: String,
    said: Vec<String>,
    urgent: Option<String>,
    passes: Vec<PassView>,
    differing: Vec<LineView>,
    agreed: Vec<(i64, String)>,
    agreed_count: String,
    today: String,
}

struct PassView {
    number: u8,
    title: &'static str,
    lines: Vec<LineView>,
}

struct LineView {
    student: i64,
    name: String,
    value: String,
    wrong: Option<String>,
    differs: Vec<String>,
}

/// What happened to the lines that were just sent.
#[derive(Default)]
struct Sent {
    saved: usize,
    urgent: usize,
    /// Lines that were not saved, by student: what was typed and what is wrong with it.
    wrong: HashMap<i64, (String, TypedError)>,
    is_told: bool,
}

/// What is on record of the sheets of a class.
struct Found {
    part: Part,
    people: Vec<Participant>,
    typed: HashMap<run::ParticipantId, Typed>,
    names: Names,
    today: Date,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    saved: Option<usize>,
    #[serde(default)]
    urgent: Option<usize>,
}

type Place = Path<(i64, i64, i64)>;

/// The page of a class and instrument.
pub(super) async fn show(
    State(campaign): State<Campaign>,
    Path(place): Place,
    Query(asked): Query<Asked>,
    visitor: Visitor<Counsellors>,
) -> Result<Response, Problem> {
    let (saved, urgent) = (asked.saved.unwrap_or(0), asked.urgent.unwrap_or(0));
    let is_told = asked.saved.is_some();
    render(&campaign, &visitor, place, Sent { saved, urgent, is_told, ..Sent::default() }).await
}

async fn render(
    campaign: &Campaign,
    visitor: &Visitor<Counsellors>,
    (id, class, instrument): (i64, i64, i64),
    sent: Sent,
) -> Result<Response, Problem> {
    let found = campaign.work(&visitor.session, move |tx, author, shelf| {
        let known = run::get_open(tx, RunId(id))?;
        let of = run::class(tx, known.id, ClassId(class))?;
        let parts = shelf.parts(tx, known.id)?;
        let part = parts.iter().find(|part| part.instrument.id.0 == instrument);
        let part = part.cloned().ok_or(LedgerRefusal::Unknown)?;
        let mut people = people::all(tx, known.id)?;
        people.retain(|who| {
            let is_in = who.grade == of.grade && *who.class == *of.class;
            is_in && who.instruments.contains(&part.instrument.id)
        });
        let mut awaited = Vec::with_capacity(people.len());
        for who in people {
            if paper::is_awaited(tx, &known, (&part, &who), author.today())? {
                awaited.push(who);
            }
        }
        let people = awaited;
        let students = people.iter().map(|who| who.student).collect();
        access::log_list(tx, author, &students, purpose_of(author.role()))?;
        let typed = kept::typed(tx, part.instrument.id)?;
        let (names, today) = (Names::load(tx)?, author.today());
        Ok::<_, LedgerRefusal>(Found { part, people, typed, names, today })
    });
    let back = format!("/screening/{id}/classes/{class}");
    let found = match found.await {
        Ok(found) => found,
        Err(refusal) => return campaign.refused(visitor, refusal, &back),
    };
    let lang = visitor.frame.lang;
    let here = format!("{back}/paper/{instrument}");
    let status = match sent.wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let view = view(&found, &sent, (here, back), (&visitor.session.csrf, lang));
    let page = page(words::PAPER_TITLE, String::new(), Html::render(&view)?, lang);
    campaign.office.shell.reply_with(status, &visitor.frame, &page)
}

fn view<'a>(
    found: &Found,
    sent: &Sent,
    (here, back): (String, String),
    (csrf, lang): (&'a str, Lang),
) -> PaperTemplate<'a> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let (mut differing, mut agreed) = (Vec::new(), Vec::new());
    for who in &found.people {
        let typed = found.typed.get(&who.id);
        match paper::standing(typed) {
            Standing::Blank => first.push(line(found, sent, who, lang)),
            Standing::Once => second.push(line(found, sent, who, lang)),
            Standing::Differs(places) => {
                let mut line = line(found, sent, who, lang);
                line.differs = differences(typed, &places, lang);
                if line.value.is_empty() {
                    let first = typed.and_then(|typed| typed.first.as_deref());
                    line.value = line_of(first.unwrap_or_default());
                }
                differing.push(line);
            }
            Standing::Agreed(_) => {
                agreed.push((who.student.0, found.names.numbered_line(who.student)));
            }
        }
    }
    let pass = |number, title: runtime::web::Text, lines| PassView {
        number,
        title: title.in_lang(lang),
        lines,
    };
    let told = sent.is_told.then(|| words::PAPER_SAVED.fill(lang, &[&sent.saved]));
    let urgent = (sent.urgent > 0).then(|| words::PAPER_URGENT.fill(lang, &[&sent.urgent]));
    PaperTemplate {
        lang,
        csrf,
        here,
        back,
        how: words::PAPER_HOW.fill(lang, &[&found.part.scale.items().len()]),
        said: told.into_iter().collect(),
        urgent,
        passes: vec![pass(1, words::PASS_1, first), pass(2, words::PASS_2, second)],
        differing,
        agreed_count: words::AGREED_COUNT.fill(lang, &[&agreed.len()]),
        agreed,
        today: found.today.to_string(),
    }
}

fn line(found: &Found, sent: &Sent, who: &Participant, lang: Lang) -> LineView {
    let wrong = sent.wrong.get(&who.student.0);
    LineView {
        student: who.student.0,
        name: found.names.numbered_line(who.student),
        value: wrong.map_or_else(String::new, |(text, _)| text.clone()),
        wrong: wrong.map(|(_, why)| match why {
            TypedError::Count { expected, found } => words::L_COUNT.fill(lang, &[found, expected]),
            TypedError::Answer(item) => words::L_ANSWER.fill(lang, &[item]),
        }),
        differs: Vec::new(),
    }
}

fn differences(typed: Option<&Typed>, places: &[usize], lang: Lang) -> Vec<String> {
    let said = |answers: Option<&[Option<u8>]>, place: usize| {
        let answer = answers.and_then(|answers| answers.get(place).copied()).flatten();
        answer.map_or_else(|| ".".to_owned(), |value| value.to_string())
    };
    let first = typed.and_then(|typed| typed.first.as_deref());
    let second = typed.and_then(|typed| typed.second.as_deref());
    let tell = |place: &usize| {
        let (one, other) = (said(first, *place), said(second, *place));
        words::DIFFERS_AT.fill(lang, &[&(place + 1), &one, &other])
    };
    places.iter().map(tell).collect()
}

/// Keeps the lines of one pass; what is wrong is shown again, what is right is kept.
pub(super) async fn keep(
    State(campaign): State<Campaign>,
    Path(place): Place,
    form: SignedForm<Counsellors, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let (id, class, instrument) = place;
    let pass = match fields.all("pass").next() {
        Some("1") => Pass::First,
        Some("2") => Pass::Second,
        Some("3") => Pass::Settled,
        _ => return Err(Problem::BadRequest),
    };
    let lines = fields.numbered("line");
    let done = campaign.work(&visitor.session, move |tx, author, shelf| {
        let known = run::get_open(tx, RunId(id))?;
        let parts = shelf.parts(tx, known.id)?;
        let part = parts.iter().find(|part| part.instrument.id == InstrumentId(instrument));
        let part = part.ok_or(LedgerRefusal::Unknown)?;
        let mut sent = Sent { is_told: true, ..Sent::default() };
        for (student, text) in lines {
            let answers = match parse_line(part, &text) {
                Ok(answers) => answers,
                Err(why) => {
                    sent.wrong.insert(student, (text, why));
                    continue;
                }
            };
            let who = people::of(tx, known.id, StudentId(student))?;
            let is_urgent = paper::enter(tx, author, (&known, part, &who), (pass, &answers))?;
            sent.saved += 1;
            sent.urgent += usize::from(is_urgent);
        }
        Ok::<_, AnsweringError>(sent)
    });
    match done.await {
        Ok(sent) if sent.wrong.is_empty() => {
            let here = format!("/screening/{id}/classes/{class}/paper/{instrument}");
            Ok(see_other(&format!("{here}?saved={}&urgent={}", sent.saved, sent.urgent)))
        }
        Ok(sent) => render(&campaign, &visitor, place, sent).await,
        Err(error) => {
            campaign.refused(&visitor, error, &format!("/screening/{id}/classes/{class}"))
        }
    }
}

/// Hands in the sheets that were chosen, for the day of the test.
pub(super) async fn hand_in(
    State(campaign): State<Campaign>,
    Path((id, class, instrument)): Place,
    form: SignedForm<Counsellors, Filled>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let back = format!("/screening/{id}/classes/{class}/paper/{instrument}");
    let day: Option<Date> = fields.all("day").next().and_then(|text| text.parse().ok());
    let students: Vec<StudentId> =
        fields.all("student").filter_map(|text| text.parse().ok().map(StudentId)).collect();
    let done = campaign.work(&visitor.session, move |tx, author, shelf| {
        let day = day.ok_or(LedgerRefusal::Field("day"))?;
        let key = (RunId(id), InstrumentId(instrument));
        paper::hand_in(tx, author, shelf, key, (&students, day))
    });
    match done.await {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => campaign.refused(&visitor, error, &back),
    }
}
