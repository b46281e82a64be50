//! Pages of an expert's unit: the list of cards, one card with the forms of its answer, and what it
//! says. The list and the page of a card say nothing of it; reading is for experts, and logged.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::consult::Advice;
use domain::ledger::Word as _;
use domain::receiver::Duty;
use runtime::web::{
    Audience, Html, Lang, Page, Problem, Role, SignedForm, Text, Visitor, posts, time,
};

use super::super::consultations::{card_lines, said};
use super::super::filled::Filled;
use super::super::office::{Told, choices, chosen};
use super::{Desk, Workers, problem, reply, told, words};
use crate::content::card::{CardSaid, Opinion, Proposed};
use crate::intake::IntakeError;
use crate::intake::answering::SendersCalled;
use crate::intake::cards::acting::{self, CardShown};
use crate::intake::cards::{CardError, opinion_of};
use crate::ledger::intake::cards::CardDone;

pub(super) const CARDS_HREF: &str = "/cards";

/// Who is an expert here: whoever treats, and the head.
#[derive(Clone, Copy, Debug)]
struct Experts;

impl Audience for Experts {
    const ROLES: &'static [Role] = &[Role::Clinician, Role::ReceiverHead];
}

/// A line of the list.
struct LineView {
    id: i64,
    urgency: &'static str,
    school: String,
    state: &'static str,
    due: String,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "console/cards.html")]
struct ListTemplate {
    lang: Lang,
    lines: Vec<LineView>,
}

/// A line of the course.
struct ActView {
    at: String,
    step: String,
    by: String,
    told: String,
}

#[derive(Template)]
#[template(path = "console/card_one.html")]
struct OneTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    facts: Vec<(&'static str, String)>,
    advices: Vec<(&'static str, &'static str)>,
    can_read: bool,
    can_answer: bool,
    text: &'a str,
    acts: Vec<ActView>,
}

#[derive(Template)]
#[template(path = "console/card_content.html")]
struct ContentTemplate {
    lang: Lang,
    id: i64,
    rows: Vec<(&'static str, String)>,
}

/// The pages, beside those of referrals.
pub(super) fn router() -> Router<Desk> {
    Router::new()
        .route(CARDS_HREF, get(show_list))
        .route("/cards/{id}", get(show_one))
        .route("/cards/{id}/content", get(show_content))
        .route("/cards/{id}/act", posts(take, "/cards/{id}"))
}

async fn show_list(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, acting::listed).await.map_err(problem)?;
    let senders = found.iter().map(|shown| shown.one.arrival.sender.clone()).collect();
    let called = desk.called(senders).await?;
    let (lang, now_ms) = (visitor.frame.lang, desk.shell.clock.now_ms());
    let line = |shown: &CardShown| LineView {
        id: shown.one.id,
        urgency: chosen(shown.one.arrival.urgency.label(), lang),
        school: called.of(&shown.one.arrival.sender).to_owned(),
        state: state(shown, lang),
        due: time::minute(shown.one.arrival.due_ms),
        is_late: shown.is_asked() && shown.one.arrival.due_ms < now_ms,
    };
    let body = Html::render(&ListTemplate { lang, lines: found.iter().map(line).collect() })?;
    reply(&desk, &visitor, &page((words::CARDS, words::CARDS_NOTE), body, lang))
}

/// How a card stands.
fn state(shown: &CardShown, lang: Lang) -> &'static str {
    if shown.one.revoked_at.is_some() {
        return words::CARD_BACK.in_lang(lang);
    }
    let last = shown.done.iter().rev().find(|act| act.what.answers());
    match (last, shown.one.erased) {
        (Some(act), _) => chosen(act.what.label(), lang),
        (None, Some((_, why))) => chosen(why.label(), lang),
        (None, None) => words::CARD_ASKED.in_lang(lang),
    }
}

async fn show_one(
    State(desk): State<Desk>,
    visitor: Visitor<Workers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&desk, &visitor, id, (None, String::new())).await
}

async fn one<A: Audience>(
    desk: &Desk,
    visitor: &Visitor<A>,
    id: i64,
    (told, typed): (Told, String),
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, move |tx, worker| {
        Ok((acting::shown(tx, worker, id)?, worker.may(Duty::Outcome)))
    });
    let (shown, is_expert) = found.await.map_err(problem)?;
    let called = desk.called(vec![shown.one.arrival.sender.clone()]).await?;
    let lang = visitor.frame.lang;
    let body = Html::render(&OneTemplate {
        lang,
        csrf: &visitor.session.csrf,
        told: &told,
        id,
        facts: facts((&shown, &called), lang),
        advices: choices::<Advice>(lang),
        can_read: is_expert && shown.one.erased.is_none(),
        can_answer: is_expert && shown.is_asked(),
        text: &typed,
        // What was answered is for experts, as the card is.
        acts: shown.done.iter().map(|act| act_view(act, is_expert, lang)).collect(),
    })?;
    let mut page = page((words::CARDS, words::CARDS_NOTE), body, lang);
    page.title = format!("{} {id}", words::CARD.in_lang(lang));
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    desk.shell.reply_with(status, &visitor.frame, &page)
}

fn facts((shown, called): (&CardShown, &SendersCalled), lang: Lang) -> Vec<(&'static str, String)> {
    let arrival = &shown.one.arrival;
    let ground = arrival.consent.map_or_else(
        || words::EMERGENCY.in_lang(lang).to_owned(),
        |(_, valid_to)| words::CONSENT_UNTIL.fill(lang, &[&valid_to]),
    );
    let erased = shown.one.erased.map_or_else(String::new, |(at, why)| {
        format!("{} {}", time::minute(at.0), chosen(why.label(), lang))
    });
    let mut facts = vec![
        (words::URGENCY, chosen(arrival.urgency.label(), lang).to_owned()),
        (words::SCHOOL, called.of(&arrival.sender).to_owned()),
        (words::STATE, state(shown, lang).to_owned()),
        (words::DUE, time::minute(arrival.due_ms)),
        (words::RECEIVED, time::minute(arrival.received_at.0)),
        (words::GROUND, ground),
        (words::ERASED, erased),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    facts.into_iter().map(|(label, text)| (label.in_lang(lang), text)).collect()
}

fn act_view(act: &CardDone, is_expert: bool, lang: Lang) -> ActView {
    let label = chosen(act.what.label(), lang).to_owned();
    let step = opinion_of(act).filter(|_| is_expert);
    let by = match act.account.as_str() {
        "" => words::PROGRAM.in_lang(lang).to_owned(),
        account => account.to_owned(),
    };
    let told = act.sealed_at.map_or_else(
        || words::NOT_SEALED.in_lang(lang).to_owned(),
        |at| words::SEALED_AT.fill(lang, &[&time::minute(at.0)]),
    );
    let step = step.map_or(label, |answer| said(&answer.said, lang));
    ActView { at: time::minute(act.at.0), step, by, told }
}

/// Shows what a card says; the reading is logged before.
async fn show_content(
    State(desk): State<Desk>,
    visitor: Visitor<Experts>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, move |tx, worker| acting::read(tx, worker, id)).await;
    let lang = visitor.frame.lang;
    match found {
        Ok(content) => {
            let rows = card_lines(&content, lang);
            let body = Html::render(&ContentTemplate { lang, id, rows })?;
            reply(&desk, &visitor, &page((words::CARD, words::CARD_NOTE), body, lang))
        }
        Err(error) => {
            let told = refused(error, lang)?;
            one(&desk, &visitor, id, (told, String::new())).await
        }
    }
}

async fn take(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Experts, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (typed, receiver) = (filled.text("text").to_owned(), desk.receiver.clone());
    let done = desk.work(&visitor.session, move |tx, worker| {
        let receiver = receiver.ok_or(IntakeError::NoReceiver)?;
        acting::act(tx, &receiver, worker, (id, read(&filled)?))
    });
    match done.await {
        Ok(()) => {
            desk.fold().await;
            Ok(Redirect::to(&format!("{CARDS_HREF}/{id}")).into_response())
        }
        Err(error) => {
            let told = refused(error, visitor.frame.lang)?;
            one(&desk, &visitor, id, (told, typed)).await
        }
    }
}

/// Reads what a form says.
fn read(sent: &Filled) -> Result<CardSaid, CardError> {
    let text = |name: &str| sent.text(name).trim().to_owned();
    match sent.text("act") {
        "opinion" => {
            let day = match sent.text("day").trim() {
                "" => None,
                day => Some(day.parse().map_err(|_| CardError::Field("day"))?),
            };
            let advice = Advice::from_word(sent.text("advice"));
            Ok(CardSaid::Opinion(Opinion {
                advice: advice.ok_or(CardError::Field("advice"))?,
                text: text("text"),
                time: day.map(|day| Proposed { day, time: text("time") }),
            }))
        }
        "decline" => Ok(CardSaid::Declined { note: text("note") }),
        _ => Err(CardError::Field("act")),
    }
}

/// What a refusal says, or the problem where the page itself cannot be shown.
fn refused(error: IntakeError, lang: Lang) -> Result<Told, Problem> {
    match error {
        IntakeError::Card(CardError::Unknown) => Err(problem(error)),
        other => told(other, lang),
    }
}

fn page((title, note): (Text, Text), body: Html, lang: Lang) -> Page {
    let crumbs = [words::GROUP, title].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let (title, note) = (title.in_lang(lang).to_owned(), note.in_lang(lang).to_owned());
    Page { title, note, crumbs, current: CARDS_HREF, exports: Vec::new(), body }
}
