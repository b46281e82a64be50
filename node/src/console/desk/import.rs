//! A table of entries pasted from a spreadsheet: every row shown with what would become of it, then
//! all written or none. What was pasted stays on the page until it is written.

use std::collections::BTreeSet;
use std::io::Cursor;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use certs::digest::sha256;
use domain::ledger::Word as _;
use runtime::web::{Html, Lang, Problem, SignedForm, Text, Visitor};

use super::super::Staff;
use super::super::ledgers::LEDGERS_HREF;
use super::super::office::{Office, chosen, problem};
use super::entry::{Pairs, known};
use super::form::{Refused, Typed};
use super::words;
use crate::desk::fields;
use crate::desk::planned;
use crate::desk::table::{self, Doubles, Fate, Mode, OnceMore, Plan, TableError};
use crate::import::header::HeaderError;
use crate::import::source::{Source, SourceError};
use crate::import::{ImportError, Language};
use crate::ledger::entry::StudentId;
use crate::ledger::import_batch::ImportSource;
use crate::ledger::kinds::KindColumns;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{access, browse};

/// A row of the preview.
struct RowView {
    row: u32,
    fate: &'static str,
    is_wrong: bool,
    text: String,
    /// What is ticked, where it is asked whether it happened once more.
    asks: Option<Ticks>,
}

struct Ticks {
    /// The row as it is named where it happened once more.
    row: String,
    again: bool,
    /// Whether it is said to be left out; nothing of a row that stands there already, which is left
    /// out unless it is ticked.
    left: Option<bool>,
}

#[derive(Template)]
#[template(path = "console/import.html")]
struct ImportTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    kind: &'static str,
    told: Option<(String, String)>,
    heads: Vec<(&'static str, bool)>,
    pasted: String,
    counted: Option<String>,
    dropped: Option<String>,
    doubles: Option<String>,
    standing: Option<String>,
    rows: Vec<RowView>,
    may_write: bool,
}

/// What the page says about a table.
#[derive(Default)]
struct Shown {
    failure: Option<(String, String)>,
    plan: Plan,
    names: Names,
    said: Doubles,
}

fn importable(word: &str) -> Result<&'static KindColumns, Problem> {
    known(word).and_then(|known| if known.direct { Ok(known) } else { Err(Problem::NotFound) })
}

pub(super) async fn ask(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    let known = importable(&kind)?;
    let may = office.work(&visitor.session, move |_, reader| {
        match browse::is_writable_by(reader.role(), known.kind) {
            true => Ok(()),
            false => Err(LedgerRefusal::NotAllowed),
        }
    });
    may.await.map_err(problem)?;
    show(&office, &visitor, known, (String::new(), Shown::default()))
}

pub(super) async fn take(
    State(office): State<Office>,
    Path(kind): Path<String>,
    form: SignedForm<Staff, Pairs>,
) -> Result<Response, Problem> {
    let (visitor, typed, known) = (form.visitor, Typed::new(form.fields), importable(&kind)?);
    let pasted = typed.one("table").to_owned();
    let ticked = |name: &str| -> BTreeSet<u32> {
        typed.all(name).iter().filter_map(|row| row.parse().ok()).collect()
    };
    let meant = typed.all("again").into_iter().filter_map(|row| row.parse::<OnceMore>().ok());
    let again = meant.map(|meant| (meant.row, meant.standing)).collect();
    let said = Doubles { again, left: ticked("left") };
    let mode = if typed.one("confirm") == "yes" { Mode::Write } else { Mode::Trial };
    let (text, asked) = (pasted.clone(), said.clone());
    let done = office.work(&visitor.session, move |tx, author| {
        let from = ImportSource {
            file_name: "console".to_owned(),
            digest: sha256(text.as_bytes()),
            author: author.account().to_owned(),
            as_of: author.today(),
            now_ms: author.now().0,
        };
        let mut source = Source::open(Cursor::new(text.into_bytes())).map_err(ImportError::from)?;
        table::take(tx, &author, (known, mode, &asked), &mut source, &from)
    });
    let (plan, failure) = match done.await {
        Ok(plan) if plan.counts().0 == 0 => {
            let sentence = |text: Text| text.in_lang(visitor.frame.lang).to_owned();
            (plan, Some((sentence(words::TABLE_NOTHING), sentence(words::TABLE_NOTHING_NEXT))))
        }
        Ok(plan) => {
            let href =
                format!("{LEDGERS_HREF}/{}?imported={}", known.kind.as_str(), plan.counts().0);
            return Ok(Redirect::to(&href).into_response());
        }
        Err(error) => refused(known, error, &said, visitor.frame.lang)?,
    };
    let students = planned::students(known, &plan, |_| true);
    // The trial was given up with everything that it wrote, so the names are logged here.
    let names = office.work(&visitor.session, move |tx, reader| {
        let named: BTreeSet<StudentId> = students.iter().copied().collect();
        access::log_list(tx, &reader, &named, browse::purpose_of(reader.role()))?;
        Ok::<_, LedgerRefusal>(Names::of(tx, students)?)
    });
    let names = names.await.map_err(problem)?;
    show(&office, &visitor, known, (pasted, Shown { failure, plan, names, said }))
}

/// The plan of what was not written, and why where that is a refusal.
fn refused(
    known: &KindColumns,
    error: TableError,
    said: &Doubles,
    lang: Lang,
) -> Result<(Plan, Option<(String, String)>), Problem> {
    Ok(match error {
        TableError::Trial(plan) if plan.rows.is_empty() => {
            let said = |text: Text| text.in_lang(lang).to_owned();
            (plan, Some((said(words::TABLE_EMPTY), said(words::TABLE_EMPTY_NEXT))))
        }
        TableError::Trial(plan) => (plan, None),
        TableError::Rows(plan) => {
            let (wrong, undecided) = (plan.counts().2, plan.undecided(&said.left));
            let (why, next) = match wrong {
                0 => (words::TABLE_UNDECIDED.fill(lang, &[&undecided]), words::UNDECIDED_NEXT),
                _ => (words::TABLE_WRONG.fill(lang, &[&wrong]), words::FIELDS_NEXT),
            };
            (plan, Some((why, next.in_lang(lang).to_owned())))
        }
        TableError::File(error) => (Plan::default(), Some(file_said(known, &error, lang))),
        TableError::Long => {
            let why = words::TABLE_LONG.fill(lang, &[&table::ROWS_MAX]);
            (Plan::default(), Some((why, words::TABLE_LONG_NEXT.in_lang(lang).to_owned())))
        }
        TableError::Ledger(LedgerRefusal::Store(error)) => return Err(error.into()),
        TableError::Ledger(refusal) => {
            (Plan::default(), Some(Refused::from(refusal).sentences(lang)))
        }
    })
}

/// What is wrong with the table; where it is the headers, by the names that the page lists.
fn file_said(known: &KindColumns, error: &ImportError, lang: Lang) -> (String, String) {
    let said = |text: Text| text.in_lang(lang).to_owned();
    if matches!(error, ImportError::Source(SourceError::Empty)) {
        return (said(words::TABLE_EMPTY), said(words::TABLE_EMPTY_NEXT));
    }
    if let ImportError::Header(HeaderError::Missing { fields: lacking }) = error {
        let lacks = |name: &str| lacking.iter().any(|names| names.iter().any(|one| one == name));
        let columns = known.columns.iter().filter(|column| lacks(column.name));
        let labels: Vec<&str> =
            columns.map(|column| fields::label(Some(known.kind), column, lang)).collect();
        let labels = labels.join(chosen(("、", ", "), lang));
        return (words::TABLE_LACKS.with(lang, labels), said(words::TABLE_LACKS_NEXT));
    }
    let language = match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let fault = error.fault();
    if let ImportError::Header(HeaderError::Twice { .. }) = error {
        return (fault.reason.to(language).to_owned(), said(words::TABLE_TWICE_NEXT));
    }
    (fault.reason.to(language).to_owned(), fault.hint.to(language).to_owned())
}

fn show(
    office: &Office,
    visitor: &Visitor<Staff>,
    known: &'static KindColumns,
    (pasted, shown): (String, Shown),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let (new, unchanged, wrong) = shown.plan.counts();
    let doubles = shown.plan.doubles();
    let is_planned = !shown.plan.rows.is_empty();
    let heads = known.columns.iter().map(|column| {
        let needed = fields::is_needed(Some(known.kind), column)
            && !fields::is_doer(Some(known.kind), column);
        (fields::label(Some(known.kind), column, lang), needed)
    });
    let dropped = shown.plan.dropped.join("、");
    let status = if shown.failure.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let body = Html::render(&ImportTemplate {
        lang,
        csrf: &visitor.session.csrf,
        kind: known.kind.as_str(),
        heads: heads.collect(),
        counted: is_planned.then(|| words::TABLE_COUNTED.fill(lang, &[&new, &unchanged, &wrong])),
        dropped: (!dropped.is_empty()).then(|| words::TABLE_DROPPED.fill(lang, &[&dropped])),
        rows: shown.plan.rows.iter().map(|row| view(known, row, &shown, lang)).collect(),
        doubles: (doubles > 0).then(|| words::TABLE_DOUBLES.fill(lang, &[&doubles])),
        standing: (unchanged > 0 && wrong == 0)
            .then(|| words::TABLE_STANDING.fill(lang, &[&unchanged])),
        may_write: wrong == 0 && is_planned,
        told: shown.failure,
        pasted,
    })?;
    let label = chosen(known.kind.label(), lang);
    let head = (words::TABLE_TITLE.fill(lang, &[&label]), String::new(), LEDGERS_HREF);
    office.reply_with(status, visitor, &super::page(head, body, lang))
}

fn view(known: &KindColumns, row: &table::PlannedRow, shown: &Shown, lang: Lang) -> RowView {
    let Shown { names, said, .. } = shown;
    let (again, left) = (said.again.contains_key(&row.row), said.left.contains(&row.row));
    let ticks = Ticks { row: row.once_more().to_string(), again, left: Some(left) };
    let (fate, asks) = match &row.fate {
        // One that was ticked is asked about again: the tick goes along when the page is sent.
        Fate::New => (words::ROW_NEW, again.then_some(ticks)),
        // Nobody meant as many as stand there now.
        Fate::Known(_) => (words::ROW_KNOWN, Some(Ticks { again: false, left: None, ..ticks })),
        Fate::Double(_) => (words::ROW_DOUBLE, Some(ticks)),
        Fate::Wrong(_) => (words::ROW_WRONG, None),
    };
    let values = planned::content(known, row, names, lang);
    let mut text = planned::fault(row, lang);
    let meant = planned::meant(row, names, lang);
    if !meant.is_empty() {
        text = words::ROW_MEANT.fill(lang, &[&text, &meant]);
    }
    if !values.is_empty() {
        // What stands in the row, then what is wrong with it.
        let between = if text.is_empty() { "" } else { " — " };
        text = format!("{values}{between}{text}");
    }
    let is_wrong = matches!(row.fate, Fate::Wrong(_));
    RowView { row: row.row, fate: fate.in_lang(lang), is_wrong, text, asks }
}
