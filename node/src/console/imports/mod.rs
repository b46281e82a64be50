//! Files of the office in the browser: brought, previewed row by row, confirmed, taken back.
//!
//! School IT holds the files and may bring them; it is shown counts, and of wrong rows the number,
//! the column and the reason. What stands in the rows is for whoever may write that ledger, and
//! whom a page names out of the ledger is logged. Nothing is written before the confirmation.

mod held;
mod pages;
mod tray;
mod words;

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{
    Audience, Given, NavLink, Problem, Role, Session, SignedForm, Text, UPLOAD_BYTES_MAX, Upload,
    Visitor, fresh_secret, posts, see_other,
};
use serde::Deserialize;

use super::filled::Filled;
use super::office::{Office, Told, sentences, told};
use crate::import::ImportError;
use crate::import::header::SavedMapping;
use crate::import::source::Source;
use crate::import::table;
use crate::import::value::StudentNumber;
use crate::ledger::author::Author;
use crate::ledger::import_batch;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{import_columns, import_undo, student};
use crate::packs::Packs;
use crate::taking::undo;
use crate::taking::{self, Against, FileKind, FileRules, Planned, TakingError, Wish};
pub(super) use pages::kind_of;
use tray::{Columns, Held, Tray};

pub(super) const IMPORTS_HREF: &str = "/imports";
/// Imports that are listed.
const LISTED_MAX: u32 = 50;

/// Who brings files of the office.
#[derive(Clone, Copy, Debug)]
pub(super) struct Importers;

impl Audience for Importers {
    const ROLES: &'static [Role] =
        &[Role::Counsellor, Role::MoralHead, Role::Principal, Role::Operator];
}

/// Who may take an import back: the principal a roll of staff, and nobody for the computer.
#[derive(Clone, Copy, Debug)]
struct MayTakeBack;

impl Audience for MayTakeBack {
    const ROLES: &'static [Role] = &[Role::Counsellor, Role::MoralHead, Role::Principal];
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::IMPORTS, href: IMPORTS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(IMPORTS_HREF, get(show).post(bring))
        .route("/imports/held/{id}", get(held::show).post(held::confirm))
        .route("/imports/held/{id}/columns", posts(held::choose, "/imports/held/{id}"))
        .route("/imports/held/{id}/drop", posts(held::drop_file, IMPORTS_HREF))
        .route("/imports/held/{id}/errors.csv", get(held::errors))
        .route("/imports/held/{id}/columns.toml", get(held::columns))
        .route("/imports/undo/{batch}", posts(undo, IMPORTS_HREF))
        .layer(Extension(Arc::new(Tray::default())))
}

/// Which kind of file the form is for.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Importers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filled = Filled::from(vec![("kind".to_owned(), asked.kind)]);
    overview(&office, &visitor, (filled, None, Vec::new())).await
}

/// The forms and what came so far.
async fn overview<A: Audience>(
    office: &Office,
    visitor: &Visitor<A>,
    (filled, told, done): (Filled, Told, Vec<String>),
) -> Result<Response, Problem> {
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    let packs = office.packs().await?;
    let read = office.read(|tx| {
        let lines = import_batch::latest(tx, LISTED_MAX)?;
        let standing = lines.iter().filter(|line| line.undone.is_none());
        let asked: Vec<_> = standing.map(|line| (line.batch, line.kind.as_str())).collect();
        let built_on = import_undo::built_on(tx, &asked)?;
        Ok((lines, built_on))
    });
    let (lines, built_on) = read.await?;
    let view = pages::Overview {
        role,
        rules: &office.rules.file_rules(),
        packs: &packs,
        lines: &lines,
        built_on: &built_on,
        filled: &filled,
        today: office.shell.clock.today(),
        done,
    };
    let page = pages::overview(&view, &told, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// Looks at a file that was brought and keeps it for the preview; writes nothing.
async fn bring(
    State(office): State<Office>,
    Extension(tray): Extension<Arc<Tray>>,
    form: Upload<Importers>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, Filled::from(form.fields));
    let (lang, today) = (visitor.frame.lang, office.shell.clock.today());
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    let chosen = wish_of(&filled, today).and_then(|wish| match form.file {
        Given::File(file) => Ok((wish, file)),
        Given::Nothing => Err(words::NO_FILE),
        Given::TooLong => Err(words::TOO_LONG),
    });
    let (wish, file) = match chosen {
        Ok(chosen) => chosen,
        Err(text) => {
            let next = words::NOT_READ.fill(lang, &[&(UPLOAD_BYTES_MAX >> 20)]);
            let told = Some((text.in_lang(lang).to_owned(), next));
            return overview(&office, &visitor, (filled, told, Vec::new())).await;
        }
    };
    if !wish.kind.is_taken_from(role) {
        return Err(Problem::Forbidden);
    }
    let held = Held {
        id: fresh_secret(),
        login: visitor.session.login.clone(),
        at_ms: office.shell.clock.now_ms(),
        name: file.name,
        bytes: file.bytes.into(),
        wish,
        sheet: None,
        columns: Columns::Named,
    };
    match looked_at(&office, held).await? {
        Ok(held) => {
            let href = format!("{IMPORTS_HREF}/held/{}", held.id);
            tray.put(held);
            Ok(see_other(&href))
        }
        Err(error) => {
            let told = Some(sentences(&error.into(), lang));
            overview(&office, &visitor, (filled, told, Vec::new())).await
        }
    }
}

/// What somebody wants to be done with a file.
fn wish_of(filled: &Filled, today: Date) -> Result<Wish, Text> {
    let kind = FileKind::of(filled.text("kind")).ok_or(words::NO_KIND)?;
    let day = |name: &str, wrong: Text| match filled.text(name).trim() {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| wrong),
    };
    let as_of = day("as_of", words::DAY_WRONG)?.unwrap_or(today);
    if as_of > today {
        return Err(words::DAY_AHEAD);
    }
    let term = match filled.text("term") {
        "" => None,
        text => Some(text.parse().map_err(|_| words::TERM_WRONG)?),
    };
    let is_part = kind == FileKind::Answers || filled.is_sent("part");
    let (scale, tested) = (filled.text("scale").to_owned(), day("day", words::DAY_WRONG)?);
    Ok(Wish { kind, as_of, is_part, scale, term, day: tested })
}

/// What files are read against, owned, for work where blocking does no harm.
#[derive(Clone)]
struct Ground {
    rules: FileRules,
    packs: Packs,
    ids: Arc<HashMap<StudentNumber, i64>>,
    today: Date,
}

impl Ground {
    async fn of(office: &Office, kind: FileKind) -> Result<Self, Problem> {
        let ids = match kind {
            FileKind::Answers => office.read(student::ids).await?,
            _ => HashMap::new(),
        };
        Ok(Self {
            rules: office.rules.file_rules(),
            packs: office.packs().await?,
            ids: Arc::new(ids),
            today: office.shell.clock.today(),
        })
    }

    fn against(&self) -> Against<'_> {
        let Self { rules, packs, ids, today } = self;
        Against { rules, packs, ids, today: *today }
    }
}

/// Opens a file where blocking does no harm, and finds out how its columns were read last.
async fn looked_at(office: &Office, held: Held) -> Result<Result<Held, TakingError>, Problem> {
    let ground = Ground::of(office, held.wish.kind).await?;
    let (kind, scale) = (held.wish.kind.word(), held.wish.scale.clone());
    let kept = office.read(move |tx| import_columns::latest(tx, kind, &scale)).await?;
    let looked = runtime::blocking::run(move || {
        let fields = taking::fields(&held.wish, &ground.against())?;
        let mut source = open(&held)?;
        let headings = table::headings(&mut source, &fields).map_err(ImportError::from)?;
        let saved = kept.and_then(|kept| {
            let mapping = SavedMapping::parse(&kept.text).ok()?;
            let day = date_of_ms(kept.at.0)?;
            mapping.is_found_in(&headings).then_some(Columns::Saved(mapping, day))
        });
        Ok::<_, TakingError>(Held { columns: saved.unwrap_or(Columns::Named), ..held })
    });
    looked.await.map_err(|_| Problem::Internal)
}

fn date_of_ms(at_ms: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    Some(runtime::clock::date_of(at).to_string())
}

fn open(held: &Held) -> Result<Source, ImportError> {
    let input = Cursor::new(held.bytes.clone());
    Ok(Source::open_sheet(input, held.sheet.as_deref())?)
}

/// Reads a file that waits, compares it with the ledger, and works on the plan in the same
/// transaction; the file is read before it, so that nobody waits for that.
async fn with_plan<T: Send + 'static>(
    office: &Office,
    session: &Session,
    held: &Held,
    work: impl FnOnce(&Tx<'_>, Author, Planned) -> Result<T, TakingError> + Send + 'static,
) -> Result<Result<T, TakingError>, Problem> {
    let ground = Ground::of(office, held.wish.kind).await?;
    let (reading, on) = (held.clone(), ground.clone());
    let parsed = runtime::blocking::run(move || {
        let mut source = open(&reading)?;
        let mapping = reading.columns.mapping();
        taking::parse(&mut source, mapping, &reading.wish, &on.against())
    });
    let parsed = match parsed.await.map_err(|_| Problem::Internal)? {
        Ok(parsed) => parsed,
        Err(error) => return Ok(Err(error)),
    };
    let wish = held.wish.clone();
    let done = office.work(session, move |tx, author| {
        let planned = taking::plan(tx, parsed, &wish, &ground.against())?;
        work(tx, author, planned)
    });
    Ok(done.await)
}

/// Takes the last roster back, or a table of entries.
async fn undo(
    State(office): State<Office>,
    Path(batch): Path<i64>,
    form: SignedForm<MayTakeBack, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (reason, lang) = (filled.text("reason").to_owned(), visitor.frame.lang);
    let done = office.work(&visitor.session, move |tx, author| {
        let undone = undo::any(tx, &author.because(&reason), batch)?;
        Ok((import_batch::number_of(tx, batch)?, undone))
    });
    let (told, done) = match done.await {
        Ok((number, undone)) => (None, vec![undone.said(number, lang)]),
        Err(LedgerRefusal::Unknown) => return Err(Problem::NotFound),
        Err(refusal) => (told(refusal, lang)?, Vec::new()),
    };
    let filled = if told.is_some() { filled } else { Filled::default() };
    overview(&office, &visitor, (filled, told, done)).await
}

#[cfg(test)]
mod tests;
