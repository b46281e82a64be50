//! Being let onto a record: asking, granting, refusing, and who is let in now.
//!
//! A request shows the number that was typed and no name. Whoever decides sees which student it is
//! and leaves a read of that record; whoever asked is told nothing but the answer.

mod words;

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::Word as _;
use domain::ledger::terms::ReadPurpose;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{
    Html, Lang, NavLink, Page, Part, Problem, Session, SignedForm, Tag, Tone, Visitor, posts, time,
};

use super::filled::{Filled, Sent};
use super::ledgers::Readers;
use super::office::{Office, Told, chosen, problem, told};
use crate::ledger::access;
use crate::ledger::approval::{self, Grant, Request};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::{self, Names};

pub(super) const APPROVALS_HREF: &str = "/approvals";
/// Days that the form proposes.
const DAYS_PROPOSED: u32 = 14;

pub(super) fn link() -> NavLink {
    NavLink { label: words::APPROVALS, href: APPROVALS_HREF }
}

pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(APPROVALS_HREF, get(show).post(ask))
        .route("/approvals/{id}", posts(decide, APPROVALS_HREF))
        .route("/approvals/grants/{record}/end", posts(end, APPROVALS_HREF))
}

/// Everything that the page shows.
struct Seen {
    decides: bool,
    requests: Vec<(Request, String)>,
    grants: Vec<Grant>,
    names: Names,
    today: Date,
    sent: Sent,
}

#[derive(Template)]
#[template(path = "console/approvals.html")]
struct ApprovalsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: Option<&'a (String, String)>,
    decides: bool,
    ask: Filled,
    rows: Vec<Row>,
    grants: Vec<GrantRow>,
}

struct Row {
    id: i64,
    asked: String,
    who: String,
    student: String,
    reason: String,
    until: String,
    state: Part<Tag>,
    answer: String,
    waits: bool,
    typed: Option<String>,
}

struct GrantRow {
    record: i64,
    version: u32,
    student: String,
    who: String,
    from: String,
    until: String,
    typed: Option<String>,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    show_page(&office, &visitor, (None, Sent::default())).await
}

async fn ask(
    State(office): State<Office>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = Sent::new("ask", filled.clone());
    let done = office.work(&visitor.session, move |tx, author| {
        let until = filled.text("until").parse().map_err(|_| LedgerRefusal::Field("until"))?;
        let author = author.because(filled.text("reason"));
        approval::ask(tx, &author, filled.text("student"), until).map(drop)
    });
    answer(&office, &visitor, (done.await, sent)).await
}

async fn decide(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = Sent::new(format!("decide.{id}"), filled.clone());
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(filled.text("reason"));
        approval::decide(tx, &author, id, filled.has("grants", "yes"))
    });
    answer(&office, &visitor, (done.await, sent)).await
}

async fn end(
    State(office): State<Office>,
    Path(record): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = Sent::new(format!("end.{record}"), filled.clone());
    let done = office.work(&visitor.session, move |tx, author| {
        let version = filled.text("version").parse().map_err(|_| LedgerRefusal::Changed)?;
        let author = author.because(filled.text("reason"));
        approval::end(tx, &author, (RecordId(record), version))
    });
    answer(&office, &visitor, (done.await, sent)).await
}

async fn answer(
    office: &Office,
    visitor: &Visitor<Readers>,
    (done, sent): (Result<(), LedgerRefusal>, Sent),
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(APPROVALS_HREF).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            show_page(office, visitor, (told, sent)).await
        }
    }
}

async fn show_page(
    office: &Office,
    visitor: &Visitor<Readers>,
    (told, sent): (Told, Sent),
) -> Result<Response, Problem> {
    let seen = office.work(&visitor.session, |tx, author| look(tx, &author, sent)).await;
    let page = page(&seen.map_err(problem)?, &told, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// Reads what somebody may see; whoever decides is told the student, which is a read of each.
fn look(tx: &Tx<'_>, author: &Author, sent: Sent) -> Result<Seen, LedgerRefusal> {
    let (names, today) = (Names::load(tx)?, author.today());
    let decides = approval::decides(author.role());
    let of = if decides { None } else { Some(author.staff()) };
    let requests = match of {
        None => approval::list(tx, None)?,
        Some(Some(staff)) => approval::list(tx, Some(staff))?,
        Some(None) => Vec::new(),
    };
    let grants = if decides { approval::grants(tx, author)? } else { Vec::new() };
    let mut students: BTreeSet<_> = grants.iter().map(|grant| grant.student).collect();
    let mut shown = Vec::new();
    for request in requests {
        let mut student = request.student_number.clone();
        if decides {
            match showing::student_of(tx, &request.student_number)? {
                Some(found) => {
                    students.insert(found);
                    student = format!("{student} {}", names.student_line(found));
                }
                None => student = format!("{student} —"),
            }
        }
        shown.push((request, student));
    }
    access::log_list(tx, author, &students, ReadPurpose::Review)?;
    Ok(Seen { decides, requests: shown, grants, names, today, sent })
}

fn page(seen: &Seen, told: &Told, session: &Session, lang: Lang) -> Result<Page, Problem> {
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let grant = |grant: &Grant| GrantRow {
        record: grant.record.0,
        version: grant.version,
        student: seen.names.student_line(grant.student),
        who: seen.names.staff(grant.staff).to_owned(),
        from: grant.from.to_string(),
        until: day(grant.until),
        typed: typed(&seen.sent, &format!("end.{}", grant.record.0)),
    };
    let proposed = domain::ledger::day::plus_days(seen.today, DAYS_PROPOSED);
    let body = Html::render(&ApprovalsTemplate {
        lang,
        csrf: &session.csrf,
        told: told.as_ref(),
        decides: seen.decides,
        ask: seen.sent.of("ask").or("until", &proposed),
        rows: seen.requests.iter().map(|request| row(request, seen, lang)).collect(),
        grants: seen.grants.iter().map(grant).collect(),
    })?;
    Ok(Page {
        title: words::APPROVALS.in_lang(lang).to_owned(),
        note: words::APPROVALS_NOTE.in_lang(lang).to_owned(),
        crumbs: super::crumbs(words::APPROVALS, lang),
        current: APPROVALS_HREF,
        exports: Vec::new(),
        body,
    })
}

fn row((request, student): &(Request, String), seen: &Seen, lang: Lang) -> Row {
    let waits = approval::waits(request, seen.today);
    let (state, answer) = match &request.decision {
        None if waits => (Tag::of(Tone::Info, words::WAITS, lang), String::new()),
        None => (Tag::of(Tone::Muted, words::OVER, lang), String::new()),
        Some(decision) => {
            let word = match (decision.granted, request.until > seen.today) {
                (true, true) => Tag::of(Tone::Good, words::GRANTED, lang),
                (true, false) => Tag::of(Tone::Muted, words::ENDED, lang),
                (false, _) => Tag::of(Tone::Notice, words::REFUSED, lang),
            };
            let at = time::minute(decision.at.0);
            (word, format!("{at} {} {}", decision.account, decision.reason))
        }
    };
    let role = chosen(request.role.label(), lang);
    Row {
        id: request.id,
        asked: time::minute(request.asked.0),
        who: format!("{} · {role}", seen.names.staff(request.staff)),
        student: student.clone(),
        reason: request.reason.clone(),
        until: request.until.to_string(),
        state,
        answer,
        waits,
        typed: typed(&seen.sent, &format!("decide.{}", request.id)),
    }
}

/// The reason that was typed into a form of a row; nothing where another one was sent.
fn typed(sent: &Sent, form: &str) -> Option<String> {
    let filled = sent.of(form);
    filled.is_sent("reason").then(|| filled.text("reason").to_owned())
}

#[cfg(test)]
mod tests;
