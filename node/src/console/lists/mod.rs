//! Pages of departments' lists: what came, whom its rows mean, and what somebody decides.
//!
//! For the two roles who write both ledgers for every student. A list is opened in memory for as
//! long as the page takes; what it says of children elsewhere is not even shown.

mod words;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use runtime::cli::Failure;
use runtime::web::{
    Html, Lang, NavLink, Page, Part, Problem, RenderError, Session, SignedForm, Tag, Tone, Visitor,
    time,
};
use serde::Deserialize;

use super::filled::Filled;
use super::office::{Office, RollKeepers, Told, chosen, page, said, sentences};
use super::words::DAILY_RECORDS;
use crate::ledger::department_list::{self, ListLine};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::list::ListError;
use crate::list::deciding::{self, Finding, Opened};
use crate::list::matching::Found;
use crate::list::taking::{self, ListRecipient};

pub(super) const LISTS_HREF: &str = "/lists";
/// Lists that are shown.
const LISTED: u32 = 100;

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::LISTS, href: LISTS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(LISTS_HREF, get(show).post(take))
        .route("/lists/{id}", get(show_one).post(decide))
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
) -> Result<Response, Problem> {
    overview(&office, &visitor, None).await
}

async fn overview(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    told: Told,
) -> Result<Response, Problem> {
    let lines = office.read(|tx| department_list::latest(tx, LISTED)).await?;
    let has_joined = office.rules.list_recipient().is_some();
    let page = overview_page(&lines, (has_joined, &told), &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

#[derive(Deserialize)]
struct Pasted {
    list: String,
}

async fn take(
    State(office): State<Office>,
    form: SignedForm<RollKeepers, Pasted>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let lang = visitor.frame.lang;
    let recipient = office.rules.list_recipient();
    let taken = office.work(&visitor.session, move |tx, author| {
        let recipient = recipient.ok_or(ListError::NotJoined)?;
        taking::take(tx, (&author, &recipient), fields.list.trim().as_bytes())
    });
    match taken.await {
        Ok(id) => Ok(Redirect::to(&format!("{LISTS_HREF}/{id}")).into_response()),
        Err(error) => overview(&office, &visitor, told(error, lang)?).await,
    }
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&office, &visitor, id, (None, None)).await
}

/// A list that waits, with what was chosen before it was refused; back to all of them, with the
/// reason, where it cannot be opened.
async fn one(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    id: i64,
    (refused, sent): (Told, Option<BTreeMap<u32, StudentId>>),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let recipient = office.rules.list_recipient();
    let opened = office.work(&visitor.session, move |tx, reader| {
        let recipient: ListRecipient = recipient.ok_or(ListError::NotJoined)?;
        let opened = deciding::open(tx, (&reader, &recipient), id)?;
        Ok::<_, ListError>((opened, Names::load(tx)?))
    });
    match opened.await {
        Ok((opened, names)) => {
            let rows = row_views(&opened, (&names, sent.as_ref()), lang);
            let page = opened_page(&opened, (rows, &refused), &visitor.session, lang)?;
            office.tell(visitor, &page, &refused)
        }
        Err(ListError::NotWaiting) => Err(Problem::NotFound),
        Err(error) => overview(office, visitor, told(error, lang)?).await,
    }
}

/// The students that were chosen, by the rows that mean them.
fn choices(filled: &Filled) -> BTreeMap<u32, StudentId> {
    let rows = filled.numbered("row").into_iter().filter_map(|(row, student)| {
        Some((u32::try_from(row).ok()?, StudentId(student.parse().ok()?)))
    });
    rows.collect()
}

async fn decide(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<RollKeepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let lang = visitor.frame.lang;
    let recipient = office.rules.list_recipient();
    let chosen = choices(&filled);
    // With nobody chosen, to decide is to destroy.
    let destroys = filled.has("decision", "destroy") || chosen.is_empty();
    if destroys && !filled.has("sure", "yes") {
        let told = said(words::NOT_SURE, words::NOT_SURE_NEXT, lang);
        return one(&office, &visitor, id, (told, Some(chosen))).await;
    }
    let choices = chosen.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        if destroys {
            return deciding::destroy(tx, &author, id);
        }
        let recipient = recipient.ok_or(ListError::NotJoined)?;
        deciding::take(tx, (&author, &recipient), (id, &choices)).map(drop)
    });
    match done.await {
        Ok(()) => {
            office.fold().await;
            Ok(Redirect::to(LISTS_HREF).into_response())
        }
        Err(ListError::NotWaiting) => Err(Problem::NotFound),
        Err(error) => one(&office, &visitor, id, (told(error, lang)?, Some(chosen))).await,
    }
}

/// What a refusal says, or the problem where nobody may see the page at all.
fn told(error: ListError, lang: Lang) -> Result<Told, Problem> {
    match error {
        ListError::Ledger(LedgerRefusal::NotAllowed) => Err(Problem::Forbidden),
        ListError::Ledger(LedgerRefusal::Store(error)) => Err(error.into()),
        other => Ok(Some(sentences(&Failure::from(other), lang))),
    }
}

/// A list as it is listed.
struct LineView {
    id: i64,
    sender: String,
    received: String,
    by: String,
    rows: u64,
    state: Part<Tag>,
    waits: bool,
    one_root: bool,
}

#[derive(Template)]
#[template(path = "console/lists.html")]
struct ListsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    has_joined: bool,
    lines: Vec<LineView>,
}

/// A row of a list that waits.
struct RowView {
    row: u32,
    listed: String,
    topic: &'static str,
    /// Said instead of a choice.
    note: &'static str,
    /// Students to choose from, each with whether it is chosen.
    offered: Vec<(i64, String, bool)>,
    is_clear: bool,
}

#[derive(Template)]
#[template(path = "console/list.html")]
struct ListTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    id: i64,
    summary: String,
    foreign: Option<String>,
    one_root: bool,
    rows: Vec<RowView>,
}

fn overview_page(
    lines: &[ListLine],
    (has_joined, told): (bool, &Told),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let body = Html::render(&ListsTemplate {
        lang,
        csrf: &session.csrf,
        told,
        has_joined,
        lines: lines.iter().map(|line| line_view(line, lang)).collect(),
    })?;
    let note = words::LISTS_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::LISTS, note), LISTS_HREF, body, lang))
}

fn line_view(line: &ListLine, lang: Lang) -> LineView {
    let (tone, text) = match line.decision.as_deref() {
        Some("taken") => (Tone::Good, words::STATE_TAKEN.fill(lang, &[&line.taken])),
        Some(_) => (Tone::Info, words::STATE_DESTROYED.in_lang(lang).to_owned()),
        None => (Tone::Notice, words::STATE_WAITS.fill(lang, &[&line.valid_to])),
    };
    LineView {
        id: line.id,
        sender: line.sender_name.clone(),
        received: time::minute(line.received_at_ms),
        by: line.received_by.clone(),
        rows: line.rows,
        state: Tag::new(tone, text),
        waits: line.decision.is_none(),
        one_root: !line.both_roots,
    }
}

fn opened_page(
    opened: &Opened,
    (rows, told): (Vec<RowView>, &Told),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let line = &opened.line;
    let clear = rows.iter().filter(|row| row.is_clear).count();
    let unclear = rows.iter().filter(|row| !row.is_clear && !row.offered.is_empty()).count();
    let body = Html::render(&ListTemplate {
        lang,
        csrf: &session.csrf,
        told,
        id: line.id,
        summary: words::SUMMARY.fill(
            lang,
            &[&line.sender_name, &line.sealed_on, &line.valid_to, &rows.len(), &clear, &unclear],
        ),
        foreign: (line.foreign > 0).then(|| words::FOREIGN.fill(lang, &[&line.foreign])),
        one_root: !line.both_roots,
        rows,
    })?;
    let crumbs = [DAILY_RECORDS, words::LISTS].map(|text| text.in_lang(lang).to_owned()).to_vec();
    let note = words::LIST_NOTE.in_lang(lang).to_owned();
    let title = opened.title.clone();
    Ok(Page { title, note, crumbs, current: LISTS_HREF, exports: Vec::new(), body })
}

/// The rows of a list: whoever is meant without doubt is chosen before somebody chose.
fn row_views(
    opened: &Opened,
    (names, sent): (&Names, Option<&BTreeMap<u32, StudentId>>),
    lang: Lang,
) -> Vec<RowView> {
    let row = |finding: &Finding| {
        let clear = match finding.found {
            Found::One(student) => Some(student),
            _ => None,
        };
        let chosen = sent.map_or(clear, |sent| sent.get(&finding.row.row).copied());
        row_view(finding, (names, chosen), lang)
    };
    opened.findings.iter().map(row).collect()
}

fn row_view(finding: &Finding, (names, taken): (&Names, Option<StudentId>), lang: Lang) -> RowView {
    let row = &finding.row;
    let birth = row.birth_date.map(|day| day.to_string()).unwrap_or_default();
    let parts = [&*row.name, &birth, &*row.grade, &*row.class];
    let listed: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let (offered, note): (&[StudentId], _) = match &finding.found {
        Found::One(student) if finding.is_known => {
            (std::slice::from_ref(student), words::KNOWN.in_lang(lang))
        }
        Found::One(student) => (std::slice::from_ref(student), words::MATCH.in_lang(lang)),
        Found::Unclear(several) => (several, words::UNCLEAR.in_lang(lang)),
        Found::Left => (&[], words::LEFT.in_lang(lang)),
        Found::Nobody | Found::OtherSchool => (&[], words::NOBODY.in_lang(lang)),
    };
    RowView {
        row: row.row,
        listed: listed.join(" "),
        topic: chosen(row.topic.label(), lang),
        note,
        offered: offered
            .iter()
            .map(|one| (one.0, names.student_line(*one), taken == Some(*one)))
            .collect(),
        is_clear: matches!(finding.found, Found::One(_)),
    }
}

#[cfg(test)]
mod tests;
