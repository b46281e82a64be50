//! Students to be found: by name, number or class, the own ones, and those whom nobody has spoken
//! with this term. Every student named is logged, and each role sees whom the table lets it see.

mod words;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::ledger::Kind;
use jiff::civil::Date;
use runtime::web::{Html, Lang, Page, Problem, Visitor, in_address};
use serde::Deserialize;

use super::desk::class_line;
use super::ledgers::{Pager, Readers};
use super::office::{Office, problem};
use crate::ledger::browse;
use crate::ledger::people::{self, PAGE_SIZE, People, PersonLine, Search};
use crate::ledger::refusal::LedgerRefusal;

const STUDENTS_HREF: &str = "/students";
const MINE_HREF: &str = "/mine";
/// Highest number of a page.
const PAGE_MAX: usize = 10_000;

/// The pages over the roll.
pub(super) fn router() -> Router<Office> {
    Router::new().route(STUDENTS_HREF, get(show_all)).route(MINE_HREF, get(show_mine))
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    /// Grade and class with a hyphen between.
    #[serde(default)]
    class: String,
    /// `yes` for students without a contact this term.
    #[serde(default)]
    silent: String,
    page: Option<usize>,
}

/// A student of the list.
struct RowView {
    id: i64,
    local: String,
    number: String,
    name: String,
    class: String,
    last: String,
}

#[derive(Template)]
#[template(path = "console/students.html")]
struct StudentsTemplate {
    lang: Lang,
    href: &'static str,
    q: String,
    silent: bool,
    classes: Vec<(String, String, bool)>,
    rows: Vec<RowView>,
    counted: String,
    since: Option<String>,
    may_talk: bool,
    pages: Pager,
    empty: &'static str,
}

async fn show_all(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    show(&office, &visitor, (asked, false)).await
}

async fn show_mine(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    show(&office, &visitor, (asked, true)).await
}

async fn show(
    office: &Office,
    visitor: &Visitor<Readers>,
    (asked, own): (Asked, bool),
) -> Result<Response, Problem> {
    // Without the calendar there is no term; the students are there all the same.
    let packs = office.packs().await.ok();
    let silent = asked.silent == "yes";
    let mut search = Search {
        whole: false,
        few: None,
        text: asked.q.clone(),
        class: asked.class.split_once('-').map(|(grade, class)| (grade.into(), class.into())),
        silent_since: None,
        own,
        page: asked.page.unwrap_or(1).clamp(1, PAGE_MAX) - 1,
    };
    let found = office.work(&visitor.session, move |tx, reader| {
        let term = packs.as_ref().and_then(|packs| packs.calendar().current(reader.today()));
        let since = term.map(|term| term.start);
        search.silent_since = since.filter(|_| silent);
        let people = people::search(tx, &reader, &search)?;
        let may_talk = browse::is_writable_by(reader.role(), Kind::Talk);
        let has_own = if own { Some(!people::own(tx, &reader)?.is_empty()) } else { None };
        let about = (since, may_talk, has_own);
        Ok::<_, LedgerRefusal>((people, people::classes(tx)?, about))
    });
    let (people, classes, about) = found.await.map_err(problem)?;
    let (since, may_talk, has_own) = about;
    let lang = visitor.frame.lang;
    let href = if own { MINE_HREF } else { STUDENTS_HREF };
    let body = Html::render(&StudentsTemplate {
        lang,
        href,
        q: asked.q.clone(),
        silent,
        classes: classes.iter().map(|(grade, class)| option(grade, class, &asked.class)).collect(),
        counted: words::COUNTED.fill(lang, &[&people.total]),
        since: told(since, silent, lang),
        may_talk,
        pages: pager(href, &asked, &people, lang),
        rows: people.lines.iter().map(row).collect(),
        empty: nobody(&asked, has_own, silent && since.is_some() && people.total == 0, lang),
    })?;
    let title = if own { words::MINE } else { words::STUDENTS }.in_lang(lang).to_owned();
    let crumbs = vec![words::RECORDS.in_lang(lang).to_owned(), title.clone()];
    let note = words::NOTE.in_lang(lang).to_owned();
    office.reply(visitor, &Page { title, note, crumbs, current: href, exports: Vec::new(), body })
}

/// What "without a contact" means, where the list is about it.
fn told(since: Option<Date>, silent: bool, lang: Lang) -> Option<String> {
    silent.then(|| match since {
        Some(day) => words::SILENT_SINCE.fill(lang, &[&day]),
        None => words::NO_TERM.in_lang(lang).to_owned(),
    })
}

/// What stands where the list is empty; `has_own` is of a list of the own students.
fn nobody(asked: &Asked, has_own: Option<bool>, is_told: bool, lang: Lang) -> &'static str {
    let is_narrowed = !asked.q.trim().is_empty() || !asked.class.is_empty();
    let said = match has_own {
        Some(false) => words::OWN_NONE,
        Some(true) if is_told && !is_narrowed => words::OWN_SPOKEN,
        Some(true) | None => words::NONE,
    };
    said.in_lang(lang)
}

fn pager(href: &str, asked: &Asked, people: &People, lang: Lang) -> Pager {
    let pairs = [("q", &asked.q), ("class", &asked.class), ("silent", &asked.silent)];
    let query: String = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}&", in_address(value)))
        .collect();
    Pager::new(href, &query, (people.page, PAGE_SIZE, people.total), lang)
}

fn option(grade: &str, class: &str, chosen: &str) -> (String, String, bool) {
    let value = format!("{grade}-{class}");
    let is_chosen = value == chosen;
    (value, class_line(grade, class), is_chosen)
}

fn row(line: &PersonLine) -> RowView {
    RowView {
        id: line.student.0,
        local: line.local.clone().unwrap_or_default(),
        number: line.number.clone(),
        name: line.name.clone(),
        class: class_line(&line.grade, &line.class),
        last: line.last.map_or_else(|| "—".to_owned(), |day| day.to_string()),
    }
}

#[cfg(test)]
mod tests;
