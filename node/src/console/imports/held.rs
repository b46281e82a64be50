//! A file that waits: its preview, how its columns are read, and the confirmation.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certs::digest::sha256;
use domain::digest::Digest;
use domain::ledger::SchoolRole;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Lang, Problem, SignedForm, Visitor, see_other};
use serde::Deserialize;

use super::super::filled::Filled;
use super::super::office::{Office, Told, sentences};
use super::tray::{Columns, Held, Tray};
use super::{Ground, IMPORTS_HREF, Importers, open, overview, pages, with_plan, words};
use crate::import::header::SavedMapping;
use crate::import::source::Form;
use crate::import::{ImportError, Language, Said, report, table};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::import_batch::ImportSource;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, browse, import_columns, student};
use crate::taking::{self, Confirmed, Fate, FileKind, Line, Plan, Taken, TakingError};

/// Rows on a page.
pub(super) const ROWS_SHOWN: usize = 50;
/// Highest number of a page.
const PAGES_MAX: usize = 20_000;
/// Fields of the form that are columns.
const COLUMN: &str = "column.";

/// Which rows are wanted.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Word of a fate; all rows if empty.
    #[serde(default)]
    show: String,
    page: Option<usize>,
}

/// A plan as one page shows it.
pub(super) struct Seen {
    pub(super) plan: Plan,
    /// The rows of the page; of a role that sees none, the wrong ones without their values.
    pub(super) lines: Vec<Line>,
    pub(super) total: usize,
    pub(super) page: usize,
    pub(super) show: Option<Fate>,
    pub(super) sees: bool,
}

/// The file of an address, and whose role asks.
fn find(
    office: &Office,
    tray: &Tray,
    visitor: &Visitor<Importers>,
    id: &str,
) -> Result<(Held, SchoolRole), Problem> {
    let now_ms = office.shell.clock.now_ms();
    let held = tray.find(id, &visitor.session.login, now_ms).ok_or(Problem::NotFound)?;
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    // A role that was changed since the file came.
    if held.wish.kind.is_taken_from(role) { Ok((held, role)) } else { Err(Problem::Forbidden) }
}

pub(super) async fn show(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    visitor: Visitor<Importers>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let (held, role) = match find(&office, &tray, &visitor, &id) {
        Err(Problem::NotFound) => return gone(&office, &visitor).await,
        found => found?,
    };
    preview(&office, &visitor, (&held, role), (wanted, None)).await
}

/// The file is no longer there: nothing of it was written, and it can be brought again.
async fn gone(office: &Office, visitor: &Visitor<Importers>) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let told = [words::GONE, words::GONE_NEXT].map(|text| text.in_lang(lang).to_owned());
    overview(office, visitor, (Filled::default(), Some(told.into()), Vec::new())).await
}

async fn preview(
    office: &Office,
    visitor: &Visitor<Importers>,
    (held, role): (&Held, SchoolRole),
    (wanted, told): (Wanted, Told),
) -> Result<Response, Problem> {
    let sees = held.wish.kind.is_shown_to(role);
    let planned = with_plan(office, &visitor.session, held, move |tx, reader, planned| {
        Ok(seen(tx, &reader, planned.plan, (&wanted, sees))?)
    });
    let lang = visitor.frame.lang;
    let (seen, told) = match planned.await? {
        Ok(mut seen) => {
            let wrong = seen.plan.counts.errors;
            if wrong > seen.plan.counts.rows / 2 {
                let most = u32::try_from(wrong / 2).unwrap_or(u32::MAX);
                let likely = fitting(office, held, most).await?;
                seen.plan.notes.extend(misfit(held, &likely));
            }
            (Some(seen), told)
        }
        Err(TakingError::Ledger(LedgerRefusal::Store(error))) => return Err(error.into()),
        Err(error) => (None, Some(unread(office, held, error, lang).await?)),
    };
    let headings = headings(office, held).await?;
    let view = pages::Preview { held, seen: seen.as_ref(), headings: &headings };
    let page = pages::preview(&view, &told, &visitor.session, lang)?;
    office.tell(visitor, &page, &told)
}

/// That most rows are wrong and would be right as answers of other scales.
fn misfit(held: &Held, likely: &[String]) -> Option<Said> {
    let both = |lang, between: &str| {
        let said = words::COLUMNS_MISFIT.fill(lang, &[&held.wish.scale]);
        let blank = if lang == Lang::Zh { "" } else { " " };
        format!("{said}{blank}{}", words::MISFIT_NEXT.fill(lang, &[&likely.join(between)]))
    };
    (!likely.is_empty()).then(|| Said::made(both(Lang::Zh, "、"), both(Lang::En, ", ")))
}

/// Why a file was not read, on the page whose form below says which column is which.
async fn unread(
    office: &Office,
    held: &Held,
    error: TakingError,
    lang: Lang,
) -> Result<(String, String), Problem> {
    if !matches!(error, TakingError::File(ImportError::Header(_))) {
        return Ok(sentences(&error.into(), lang));
    }
    let likely = fitting(office, held, u32::MAX).await?;
    if !likely.is_empty() {
        let said = words::COLUMNS_MISFIT.fill(lang, &[&held.wish.scale]);
        let between = if lang == Lang::Zh { "、" } else { ", " };
        return Ok((said, words::MISFIT_NEXT.fill(lang, &[&likely.join(between)])));
    }
    let (said, _) = sentences(&error.into(), lang);
    Ok((said, words::COLUMNS_BELOW.in_lang(lang).to_owned()))
}

/// The other scales as whose answers a file can be read; none of a file of another kind.
async fn fitting(office: &Office, held: &Held, most: u32) -> Result<Vec<String>, Problem> {
    if held.wish.kind != FileKind::Answers {
        return Ok(Vec::new());
    }
    let ground = Ground::of(office, held.wish.kind).await?;
    let reading = held.clone();
    let found = runtime::blocking::run(move || {
        let (wish, mapping) = (&reading.wish, reading.columns.mapping());
        taking::answers::fitting(&|| open(&reading), mapping, (wish, &ground.against()), most)
    });
    Ok(found.await.map_err(|_| Problem::Internal)?.unwrap_or_default())
}

/// The fields of a file and its headings; none where it cannot be read at all.
async fn headings(office: &Office, held: &Held) -> Result<pages::Headings, Problem> {
    let ground = Ground::of(office, held.wish.kind).await?;
    let reading = held.clone();
    let read = runtime::blocking::run(move || {
        let fields = taking::fields(&reading.wish, &ground.against())?;
        let mut source = open(&reading)?;
        let columns = table::headings(&mut source, &fields).map_err(ImportError::from)?;
        let sheets = match source.form() {
            Form::Workbook { sheet, unread } if !unread.is_empty() => {
                let others = unread.iter().map(|name| (name.clone(), false));
                std::iter::once((sheet.clone(), true)).chain(others).collect()
            }
            _ => Vec::new(),
        };
        Ok::<_, TakingError>(pages::Headings { fields, columns, sheets })
    });
    Ok(read.await.map_err(|_| Problem::Internal)?.unwrap_or_default())
}

/// The rows of one page; whoever it names out of the ledger is logged.
fn seen(
    tx: &Tx<'_>,
    reader: &Author,
    mut plan: Plan,
    (wanted, sees): (&Wanted, bool),
) -> Result<Seen, SqlError> {
    let show = Fate::ALL.into_iter().find(|fate| fate.word() == wanted.show);
    let of_page = |line: &Line| {
        let is_told = matches!(line.fate, Fate::Wrong | Fate::Told);
        (sees || is_told) && show.is_none_or(|fate| line.fate == fate)
    };
    let mut lines: Vec<Line> =
        std::mem::take(&mut plan.lines).into_iter().filter(of_page).collect();
    let total = lines.len();
    let page = wanted.page.unwrap_or(1).clamp(1, PAGES_MAX) - 1;
    let page = page.min(total.saturating_sub(1) / ROWS_SHOWN);
    lines = lines.into_iter().skip(page * ROWS_SHOWN).take(ROWS_SHOWN).collect();
    if sees {
        let named = lines.iter().filter(|line| matches!(line.fate, Fate::Left | Fate::Changed));
        let numbers: Vec<_> = named.filter_map(|line| line.student).collect();
        if !numbers.is_empty() {
            let ids = student::ids(tx)?;
            let known = numbers.iter().filter_map(|number| ids.get(number));
            let known: BTreeSet<StudentId> = known.map(|id| StudentId(*id)).collect();
            access::log_list(tx, reader, &known, browse::purpose_of(reader.role()))?;
        }
    } else {
        // What stands in a cell is data about a person, also where it is wrong.
        let details = lines.iter_mut().flat_map(|line| &mut line.details);
        details.for_each(|detail| detail.value.clear());
    }
    Ok(Seen { plan, lines, total, page, show, sees })
}

pub(super) async fn confirm(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    Path(id): Path<String>,
    form: SignedForm<Importers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (held, role) = match find(&office, &tray, &visitor, &id) {
        Err(Problem::NotFound) => return gone(&office, &visitor).await,
        found => found?,
    };
    let lang = visitor.frame.lang;
    let stamp = Digest::from_hex(filled.text("stamp")).map_err(|_| Problem::BadRequest)?;
    let left = filled.text("left").trim().parse::<u64>().ok();
    let confirmed = Confirmed { stamp, left, replaces: filled.is_sent("replaces") };
    let from = held.clone();
    let done = with_plan(&office, &visitor.session, &held, move |tx, author, planned| {
        let source = ImportSource {
            file_name: from.name.clone(),
            digest: sha256(from.bytes.as_ref()),
            author: author.account().to_owned(),
            as_of: from.wish.as_of,
            now_ms: author.now().0,
        };
        let taken = taking::write(tx, planned, &confirmed, &source)?;
        if let Columns::Said(mapping) = &from.columns {
            let of = (from.wish.kind.word(), from.wish.scale.as_str());
            import_columns::keep(tx, &author, of, &mapping.to_toml())?;
        }
        Ok(taken)
    });
    match done.await? {
        Ok(taken) => {
            tray.drop_of(&visitor.session.login);
            if taken.urgent + taken.review > 0 {
                let (urgent, review) = (taken.urgent, taken.review);
                tracing::warn!(urgent, review, "critical answers imported");
            }
            let kind = vec![("kind".to_owned(), held.wish.kind.word().to_owned())];
            let said = said_of(held.wish.kind, taken, lang);
            overview(&office, &visitor, (Filled::from(kind), None, said)).await
        }
        Err(TakingError::Ledger(LedgerRefusal::Store(error))) => Err(error.into()),
        Err(error) => {
            let told = Some(sentences(&error.into(), lang));
            preview(&office, &visitor, (&held, role), (Wanted::default(), told)).await
        }
    }
}

/// What was written, in numbers: never who.
fn said_of(kind: FileKind, taken: Taken, lang: Lang) -> Vec<String> {
    let Some(number) = taken.number else {
        return vec![words::NOTHING_NEW.in_lang(lang).to_owned()];
    };
    let counts = taken.counts;
    let mut said = vec![match kind {
        FileKind::Answers => {
            words::ANSWERS_TAKEN.fill(lang, &[&number, &counts.new, &counts.changed])
        }
        _ => words::TAKEN.fill(lang, &[&number, &counts.new, &counts.changed, &counts.left]),
    }];
    let counted =
        [(taken.urgent, words::URGENT), (taken.review, words::REVIEW), (taken.void, words::VOID)];
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    said.extend(counted.map(|(count, text)| text.with(lang, count)));
    said
}

/// Reads the file again with other columns or another sheet.
pub(super) async fn choose(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    Path(id): Path<String>,
    form: SignedForm<Importers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (held, _) = match find(&office, &tray, &visitor, &id) {
        Err(Problem::NotFound) => return gone(&office, &visitor).await,
        found => found?,
    };
    let said = filled
        .pairs()
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(COLUMN)?.to_owned(), value.clone())));
    let sheet = filled.text("sheet");
    // Columns of another sheet have other names.
    let held = match sheet == filled.text("sheet_now") {
        true => Held { columns: Columns::Said(SavedMapping::said(said)), ..held },
        false => Held { columns: Columns::Named, sheet: Some(sheet.to_owned()), ..held },
    };
    tray.put(held);
    Ok(see_other(&format!("{IMPORTS_HREF}/held/{id}")))
}

pub(super) async fn drop_file(
    Extension(tray): Extension<Arc<Tray>>,
    Path(_id): Path<String>,
    form: SignedForm<Importers, Filled>,
) -> Response {
    tray.drop_of(&form.visitor.session.login);
    see_other(IMPORTS_HREF)
}

/// The wrong rows as a file for a spreadsheet, for whoever may see them.
pub(super) async fn errors(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    visitor: Visitor<Importers>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (held, role) = find(&office, &tray, &visitor, &id)?;
    if !held.wish.kind.is_shown_to(role) {
        return Err(Problem::Forbidden);
    }
    let ground = Ground::of(&office, held.wish.kind).await?;
    let language = match visitor.frame.lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let written = runtime::blocking::run(move || {
        let mut source = open(&held)?;
        let mapping = held.columns.mapping();
        let parsed = taking::parse(&mut source, mapping, &held.wish, &ground.against())?;
        let mut out = Vec::new();
        let (facts, errors) = parsed.errors();
        report::write_errors(&mut source, facts, errors, language, &mut out)?;
        Ok::<_, TakingError>(out)
    });
    let bytes = written.await.map_err(|_| Problem::Internal)?.map_err(|_| Problem::NotFound)?;
    Ok(attached("text/csv; charset=utf-8", "errors.csv", bytes))
}

/// How the columns were read, as a file that the command for imports takes.
pub(super) async fn columns(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    visitor: Visitor<Importers>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (held, _) = find(&office, &tray, &visitor, &id)?;
    let planned = with_plan(&office, &visitor.session, &held, |_, _, planned| {
        Ok(report::mapping_to_save(&planned.plan.fields, &planned.plan.facts))
    });
    let text = planned.await?.map_err(|_| Problem::NotFound)?;
    Ok(attached("application/toml", "columns.toml", text.into_bytes()))
}

fn attached(kind: &'static str, name: &'static str, bytes: Vec<u8>) -> Response {
    let named = match name {
        "errors.csv" => "attachment; filename=\"errors.csv\"",
        _ => "attachment; filename=\"columns.toml\"",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(named)),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
