//! Talks in half a minute: one student with a few keys, or several at once.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ledger::Kind;
use domain::ledger::words::TalkTopic;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Html, Lang, Problem, SignedForm, Text, Visitor};

use super::super::ledgers::Readers;
use super::super::office::{Office, problem};
use super::entry::Pairs;
use super::form::{self, FormTemplate, Option3, Refused, Subject, Typed};
use super::words;
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::{AuthorNote, Column, Entry as _, Field as _, StudentId, Words};
use crate::ledger::people::{self, People, PersonLine, Search};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::talk::Talk;
use crate::ledger::write;

const HREF: &str = "/talks/new";
const BATCH_HREF: &str = "/talks/batch";
/// Highest number of a page of the batch.
const PAGES_MAX: usize = 100;

/// A student of the batch.
struct RowView {
    id: i64,
    line: String,
    last: String,
    talked: bool,
    concern: bool,
    raised: bool,
    note: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/talks.html")]
struct BatchTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: Option<(String, String)>,
    /// The student about whose second talk of the day is asked.
    asks_again: Option<i64>,
    done: Option<String>,
    day: String,
    topics: Vec<Option3>,
    page: usize,
    /// Pages that the form leads to, with the one before and after; what is typed goes along.
    before: Option<usize>,
    after: Option<usize>,
    place: String,
    rows: Vec<RowView>,
    /// What was typed for students of other pages.
    carried: Vec<(String, String)>,
    elsewhere: Option<String>,
}

/// Why a batch was not taken: all of it, or one student of it.
struct BatchRefused {
    refused: Refused,
    student: Option<i64>,
}

impl From<LedgerRefusal> for BatchRefused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self { refused: refusal.into(), student: None }
    }
}

impl From<runtime::sql::SqlError> for BatchRefused {
    fn from(error: runtime::sql::SqlError) -> Self {
        LedgerRefusal::from(error).into()
    }
}

/// The fields of the short form: what the account already says is not asked for.
fn asked() -> Vec<Column> {
    let short = ["student", "topics", "concern", "raised", "home_visit", "day", "note"];
    let of = |name| Talk::COLUMNS.iter().find(|column| column.name == name).copied();
    short.into_iter().filter_map(of).collect()
}

pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    show(&office, &visitor, Typed::new(pairs), None).await
}

pub(super) async fn add(
    State(office): State<Office>,
    form: SignedForm<Readers, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed) = (form.visitor, Typed::new(form.fields));
    let sent = typed.clone();
    let done = office.work(&visitor.session, move |tx, author| {
        let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
        let cells = form::read(tx, &author, &asked(), &sent)?;
        let mut named = asked().into_iter().map(|column| column.name).zip(cells);
        let mut take = |name: &str| named.find(|(known, _)| *known == name).map(|(_, cell)| cell);
        let order = ["student", "topics", "concern", "raised", "home_visit", "day", "note"];
        let [
            Some(student),
            Some(topics),
            Some(concern),
            Some(raised),
            Some(home_visit),
            Some(day),
            Some(note),
        ] = order.map(&mut take)
        else {
            return Err(LedgerRefusal::Unknown.into());
        };
        let talk = Talk {
            day: Date::from_cell(day)?,
            student: StudentId::from_cell(student)?,
            staff,
            topics: Words::from_cell(topics)?,
            concern: bool::from_cell(concern)?,
            raised: bool::from_cell(raised)?,
            home_visit: bool::from_cell(home_visit)?,
            note: AuthorNote::from_cell(note)?,
        };
        let author = author.once_more(sent.one("again") == "yes");
        Ok::<_, Refused>(write::add(tx, &author, &talk)?)
    });
    match done.await {
        Ok(record) => Ok(Redirect::to(&format!("{HREF}?saved={}", record.0)).into_response()),
        Err(refused) => show(&office, &visitor, typed, Some(refused)).await,
    }
}

async fn show(
    office: &Office,
    visitor: &Visitor<Readers>,
    typed: Typed,
    refused: Option<Refused>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let wrong = refused.as_ref().map(Refused::wrong).unwrap_or_default();
    let is_sent = refused.is_some();
    let saved = typed.one("saved").parse::<i64>().ok().filter(|_| !is_sent);
    let fields = office.work(&visitor.session, move |tx, reader| {
        let mut typed = typed;
        if !browse::is_writable_by(reader.role(), Kind::Talk) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let columns = asked();
        let subject = Subject { kind: Some(Kind::Talk), columns: &columns, is_fixed: false };
        if !is_sent {
            typed.preset_all(tx, &reader, subject)?;
        }
        form::views(tx, &reader, subject, (&typed, &wrong), lang)
    });
    let body = FormTemplate {
        lang,
        csrf: &visitor.session.csrf,
        action: HREF.to_owned(),
        stands: refused.as_ref().and_then(|refused| refused.stands(lang)),
        asks_again: refused.as_ref().is_some_and(Refused::asks_again),
        failure: refused.map(|refused| refused.sentences(lang)),
        done: saved.map(|record| words::ADDED.fill(lang, &[&record])),
        notes: vec![words::TALK_NOTE.in_lang(lang).to_owned()],
        fields: fields.await.map_err(problem)?,
        hidden: Vec::new(),
        staff: Vec::new(),
        submit: words::SAVE.in_lang(lang),
        back: (BATCH_HREF.to_owned(), words::TALK_BATCH.in_lang(lang)),
    }
    .html()?;
    let status = if is_sent { StatusCode::CONFLICT } else { StatusCode::OK };
    let title = words::TALK_NEW.in_lang(lang).to_owned();
    office.reply_with(status, visitor, &super::page((title, String::new(), HREF), body, lang))
}

pub(super) async fn ask_batch(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Problem> {
    show_batch(&office, &visitor, Typed::new(pairs), None).await
}

pub(super) async fn add_batch(
    State(office): State<Office>,
    form: SignedForm<Readers, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, mut typed) = (form.visitor, Typed::new(form.fields));
    // Another page of the same form: nothing is written, and everything goes along.
    if !typed.one("go").is_empty() {
        typed.set("page", vec![typed.one("go").to_owned()]);
        return show_batch(&office, &visitor, typed, None).await;
    }
    let sent = typed.clone();
    let done = office.work(&visitor.session, move |tx, author| write_batch(tx, &author, &sent));
    match done.await {
        Ok(count) => Ok(Redirect::to(&format!("{BATCH_HREF}?saved={count}")).into_response()),
        Err(refused) => show_batch(&office, &visitor, typed, Some(refused)).await,
    }
}

/// Writes a talk with everybody who is ticked, or with nobody.
fn write_batch(tx: &Tx<'_>, author: &Author, typed: &Typed) -> Result<usize, BatchRefused> {
    let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
    let ticked = typed.all("on");
    if ticked.is_empty() {
        let refused = Refused::Fields(vec![("on", words::NOBODY_TICKED)]);
        return Err(BatchRefused { refused, student: None });
    }
    let columns: Vec<Column> =
        asked().into_iter().filter(|column| matches!(column.name, "day" | "topics")).collect();
    let read = form::read(tx, author, &columns, typed);
    let mut cells = read.map_err(|refused| BatchRefused { refused, student: None })?.into_iter();
    let (Some(topics), Some(day)) = (cells.next(), cells.next()) else {
        return Err(LedgerRefusal::Unknown.into());
    };
    let (topics, day) = (Words::<TalkTopic>::from_cell(topics)?, Date::from_cell(day)?);
    // Each double is asked about by itself: a tick for one is no yes to the next.
    let again = typed.all("again");
    for id in &ticked {
        let author = &author.once_more(again.contains(id));
        let student = StudentId(id.parse().map_err(|_| LedgerRefusal::Unknown)?);
        let talk = Talk {
            day,
            student,
            staff,
            topics: topics.clone(),
            concern: typed.all("concern").contains(id),
            raised: typed.all("raised").contains(id),
            home_visit: false,
            note: AuthorNote::new(typed.one(&format!("note-{id}")).to_owned()),
        };
        let written = write::add(tx, author, &talk);
        written.map_err(|refusal| BatchRefused {
            refused: refusal.into(),
            student: Some(student.0),
        })?;
    }
    Ok(ticked.len())
}

async fn show_batch(
    office: &Office,
    visitor: &Visitor<Readers>,
    typed: Typed,
    refused: Option<BatchRefused>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let saved = typed.one("saved").parse::<u32>().ok().filter(|_| refused.is_none());
    let asking = refused.as_ref().filter(|refused| refused.refused.asks_again());
    let asks_again = asking.and_then(|refused| refused.student);
    let (student, failure) = match refused {
        Some(BatchRefused { refused: Refused::Fields(wrong), .. }) => {
            let said = |text: Text| text.in_lang(lang).to_owned();
            let first = wrong.first().map_or(words::FIELDS_WRONG, |(_, text)| *text);
            let next = match wrong.first() {
                Some(("on", _)) => words::NOBODY_NEXT,
                _ => words::FIELDS_NEXT,
            };
            (None, Some((said(first), said(next))))
        }
        Some(BatchRefused { refused, student }) => (student, Some(refused.sentences(lang))),
        None => (None, None),
    };
    let said = failure.as_ref().map(|(message, _)| message.clone());
    let drawn = office.work(&visitor.session, move |tx, reader| {
        if !browse::is_writable_by(reader.role(), Kind::Talk) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let found = page_of(tx, &reader, (&typed, student))?;
        Ok(batch(&found, &typed, (student, said, reader.today()), lang))
    });
    let batch = drawn.await.map_err(problem)?;
    let body = Html::render(&BatchTemplate {
        csrf: &visitor.session.csrf,
        told: failure,
        asks_again,
        done: saved.map(|count| words::TALKS_ADDED.fill(lang, &[&count])),
        ..batch
    })?;
    let title = words::TALK_BATCH.in_lang(lang).to_owned();
    let note = words::TALK_BATCH_NOTE.in_lang(lang).to_owned();
    office.reply_with(status, visitor, &super::page((title, note, HREF), body, lang))
}

/// The page that was asked for, or the one with the student who was refused.
fn page_of(
    tx: &Tx<'_>,
    reader: &Author,
    (typed, refused): (&Typed, Option<i64>),
) -> Result<(usize, People), LedgerRefusal> {
    let asked = typed.one("page").parse::<usize>().unwrap_or(1).clamp(1, PAGES_MAX) - 1;
    let at = |page| {
        let search = Search { own: true, whole: true, page, ..Search::default() };
        people::search(tx, reader, &search)
    };
    let has = |found: &People, id: i64| found.lines.iter().any(|line| line.student.0 == id);
    let found = at(asked)?;
    let Some(id) = refused.filter(|id| !has(&found, *id)) else { return Ok((found.page, found)) };
    for page in (0..found.total.div_ceil(people::OWN_MAX)).filter(|page| *page != asked) {
        let other = at(page)?;
        if has(&other, id) {
            return Ok((other.page, other));
        }
    }
    Ok((found.page, found))
}

/// The form over one page of the own students, with what was typed for those of other pages.
fn batch(
    (page, People { lines, total, .. }): &(usize, People),
    typed: &Typed,
    (student, said, today): (Option<i64>, Option<String>, Date),
    lang: Lang,
) -> BatchTemplate<'static> {
    let rows = lines.iter().map(|line| {
        let error = said.clone().filter(|_| student == Some(line.student.0));
        row(line, typed, error)
    });
    let shown: BTreeSet<String> = lines.iter().map(|line| line.student.0.to_string()).collect();
    let carried = carried(typed, &shown);
    let ticked = carried.iter().filter(|(name, _)| name == "on").count();
    let pages = total.div_ceil(people::OWN_MAX).max(1);
    BatchTemplate {
        lang,
        csrf: "",
        told: None,
        asks_again: None,
        done: None,
        day: match typed.one("day") {
            "" => today.to_string(),
            day => day.to_owned(),
        },
        topics: topics(typed, lang),
        page: page + 1,
        before: Some(*page).filter(|page| *page > 0),
        after: Some(page + 2).filter(|next| *next <= pages),
        place: format!("{} / {pages}", page + 1),
        rows: rows.collect(),
        elsewhere: (ticked > 0).then(|| words::TICKED_ELSEWHERE.fill(lang, &[&ticked])),
        carried,
    }
}

/// What was typed for students who are not on the page.
fn carried(typed: &Typed, shown: &BTreeSet<String>) -> Vec<(String, String)> {
    let mut carried = Vec::new();
    for (name, value) in typed.pairs() {
        if name == "again" {
            carried.push((name.to_owned(), value.to_owned()));
            continue;
        }
        let of = match name.strip_prefix("note-") {
            Some(_) if value.is_empty() => continue,
            Some(id) => id,
            None if matches!(name, "on" | "concern" | "raised") => value,
            None => continue,
        };
        if !shown.contains(of) {
            carried.push((name.to_owned(), value.to_owned()));
        }
    }
    carried
}

fn row(line: &PersonLine, typed: &Typed, error: Option<String>) -> RowView {
    let id = line.student.0.to_string();
    let has = |name: &str| typed.all(name).contains(&id.as_str());
    RowView {
        id: line.student.0,
        line: form::person_line(line),
        last: line.last.map_or_else(|| "—".to_owned(), |day| day.to_string()),
        talked: has("on"),
        concern: has("concern"),
        raised: has("raised"),
        note: typed.one(&format!("note-{id}")).to_owned(),
        error,
    }
}

fn topics(typed: &Typed, lang: Lang) -> Vec<Option3> {
    let chosen = typed.all("topics");
    let list = crate::ledger::entry::words_of::<TalkTopic>();
    list.into_iter()
        .map(|entry| {
            let label = super::super::office::chosen(entry.label, lang).to_owned();
            (entry.word.to_owned(), label, chosen.contains(&entry.word))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::written;

    /// The short form asks for seven fields, and each is read.
    #[test]
    fn the_short_form_asks_for_what_is_not_known() {
        assert_eq!(asked().len(), 7);
        assert!(written::blank(&asked()[0]).is_none(), "a talk is with somebody");
    }
}
