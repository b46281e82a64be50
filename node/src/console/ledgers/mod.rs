//! Pages that name students: what is due, the early-warning board, the ledgers, the student page.
//!
//! Who looks is the account of the session in the role that it has at that moment; each page asks
//! the table of authority student by student and writes the log of reads in the same transaction.
//! School IT and the auditor get none of them but the list of ledgers without students.

mod act;
mod pages;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{
    Audience, NavGroup, NavLink, Page, Problem, Role, Session, Shell, SignedForm, Visitor,
};
use serde::Deserialize;

use super::Staff;
use crate::ledger::author::Author;
use crate::ledger::browse::{self, Filter};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{Ledger, access, account, board};

const WORK_HREF: &str = "/work";
const ALERTS_HREF: &str = "/alerts";
const LEDGERS_HREF: &str = "/ledgers";
/// Reads that a student page shows.
const READS_MAX: u32 = 50;

/// Roles that see students: school IT and the auditor are not among them.
#[derive(Clone, Copy, Debug)]
struct Readers;

impl Audience for Readers {
    const ROLES: &'static [Role] =
        &[Role::Counsellor, Role::MoralHead, Role::Principal, Role::ClassTeacher, Role::Mentor];
}

#[derive(Clone)]
struct Desk {
    shell: Arc<Shell>,
    ledger: Ledger,
}

impl FromRef<Desk> for Arc<Shell> {
    fn from_ref(desk: &Desk) -> Self {
        Self::clone(&desk.shell)
    }
}

/// The pages' part of the menu.
pub(super) fn menu() -> NavGroup {
    let links = vec![
        NavLink { label: words::WORK, href: WORK_HREF },
        NavLink { label: words::ALERTS, href: ALERTS_HREF },
        NavLink { label: words::LEDGERS, href: LEDGERS_HREF },
    ];
    NavGroup { title: words::RECORDS, links }
}

/// The pages over a ledger.
pub(super) fn router(shell: Arc<Shell>, ledger: Ledger) -> Router {
    Router::new()
        .route(WORK_HREF, get(show_work))
        .route(ALERTS_HREF, get(show_alerts))
        .route("/alerts/{case}/move", post(act::ask))
        .route("/alerts/moves/{number}/sign", post(act::sign))
        .route(LEDGERS_HREF, get(show_ledgers))
        .route("/ledgers/{kind}", get(show_kind))
        .route("/students/{id}", get(ask_purpose).post(show_student))
        .with_state(Desk { shell, ledger })
}

impl Desk {
    /// Works on the ledger as the account of the session, where blocking does no harm.
    async fn work<T: Send + 'static>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, Author) -> Result<T, LedgerRefusal> + Send + 'static,
    ) -> Result<T, LedgerRefusal> {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = tokio::task::spawn_blocking(move || {
            ledger.write("console", move |tx| {
                let author = account::author(tx, &login, now_ms)?;
                work(tx, author.ok_or(LedgerRefusal::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or(Err(LedgerRefusal::Unknown))
    }

    fn reply(&self, visitor: &Visitor<impl Audience>, page: &Page) -> Result<Response, Problem> {
        self.shell.reply(&visitor.frame, page)
    }
}

fn problem(refusal: LedgerRefusal) -> Problem {
    match refusal {
        LedgerRefusal::NotAllowed => Problem::Forbidden,
        LedgerRefusal::Unknown | LedgerRefusal::Destroyed => Problem::NotFound,
        LedgerRefusal::Store(error) => error.into(),
        _ => Problem::BadRequest,
    }
}

async fn show_work(
    State(desk): State<Desk>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let found = desk.work(&visitor.session, |tx, reader| {
        Ok((board::duties(tx, &reader)?, Names::load(tx)?, reader.now().0))
    });
    let (duties, names, now_ms) = found.await.map_err(problem)?;
    desk.reply(&visitor, &pages::work(&duties, &names, now_ms, visitor.frame.lang)?)
}

async fn show_alerts(
    State(desk): State<Desk>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    act::board(&desk, &visitor, None).await
}

async fn show_ledgers(
    State(desk): State<Desk>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    desk.reply(&visitor, &pages::ledgers(role, visitor.frame.lang)?)
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

async fn show_kind(
    State(desk): State<Desk>,
    visitor: Visitor<Staff>,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let kind = Kind::from_word(&kind).ok_or(Problem::NotFound)?;
    let day = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| Problem::BadRequest),
    };
    let filter = Filter { student: None, from: day(&asked.from)?, to: day(&asked.to)? };
    let found = desk.work(&visitor.session, move |tx, reader| {
        Ok((browse::page(tx, &reader, kind, &filter)?, Names::load(tx)?))
    });
    let (lines, names) = found.await.map_err(problem)?;
    let page = pages::kind((kind, &lines), &filter, &names, visitor.frame.lang)?;
    desk.reply(&visitor, &page)
}

async fn ask_purpose(
    State(desk): State<Desk>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    // Names nobody: whether there is such a student is not told before the reading is logged.
    desk.reply(&visitor, &pages::purpose(id, &visitor.session, visitor.frame.lang)?)
}

#[derive(Deserialize)]
struct Opening {
    purpose: String,
    #[serde(default)]
    reason: String,
}

async fn show_student(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Opening>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let purpose = ReadPurpose::from_word(&fields.purpose).ok_or(Problem::BadRequest)?;
    let found = desk.work(&visitor.session, move |tx, reader| {
        let reader = reader.because(&fields.reason);
        let pass = access::open(tx, &reader, StudentId(id), purpose)?;
        let reads = access::reads(tx, &pass, READS_MAX)?;
        Ok((browse::timeline(tx, &pass)?, reads, Names::load(tx)?))
    });
    let (lines, reads, names) = found.await.map_err(problem)?;
    let page = pages::student((StudentId(id), &lines), &reads, &names, visitor.frame.lang)?;
    desk.reply(&visitor, &page)
}

#[cfg(test)]
mod tests;
