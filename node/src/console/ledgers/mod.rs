//! Pages that name students: what is due, the early-warning board, the ledgers, the student page.
//!
//! Who looks is the account of the session in the role that it has at that moment; each page asks
//! the table of authority student by student and writes the log of reads in the same transaction.
//! School IT and the auditor get none of them but the list of ledgers without students.

mod course;
mod pages;
mod said;
mod table;
mod words;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Area, Word as _};
use runtime::web::{Audience, Html, NavGroup, NavLink, Problem, Role, SignedForm, Visitor};
use serde::Deserialize;

use super::Staff;
use super::office::{Office, problem};
use super::results;
use crate::ledger::browse;
use crate::ledger::course as courses;
use crate::ledger::duty::{self, DueList, Duty};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{access, board, office_duty, result};

pub(super) use pages::{act_href, who};
pub(super) use said::{brief, content, whole};
pub(super) use table::Pager;
pub(super) use words::RECORDS;

pub(super) const WORK_HREF: &str = "/work";
pub(super) const ALERTS_HREF: &str = "/alerts";
pub(super) const LEDGERS_HREF: &str = "/ledgers";
/// Highest number of a page of what is due.
const WORK_PAGES_MAX: usize = 100;
/// Reads that a student page shows.
const READS_MAX: u32 = 50;

/// Roles that see students: school IT and the auditor are not among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Readers;

impl Audience for Readers {
    const ROLES: &'static [Role] =
        &[Role::Counsellor, Role::MoralHead, Role::Principal, Role::ClassTeacher, Role::Mentor];
}

/// Who has something to do: whoever sees students, and school IT for requests about accounts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workers;

impl Audience for Workers {
    const ROLES: &'static [Role] = &[
        Role::Counsellor,
        Role::MoralHead,
        Role::Principal,
        Role::ClassTeacher,
        Role::Mentor,
        Role::Operator,
    ];
}

/// The pages' part of the menu.
pub(super) fn menu() -> NavGroup {
    let link = |label, href| NavLink { label, href };
    let [reports, tips, callers] = super::notices::links();
    let links = vec![
        link(words::WORK, WORK_HREF),
        link(words::ALERTS, ALERTS_HREF),
        super::referrals::link(),
        super::consultations::link(),
        reports,
        tips,
        callers,
        super::directory::link(),
        link(words::TALK, "/talks/new"),
        link(words::MINE, "/mine"),
        link(words::STUDENTS, "/students"),
        super::mentors::link(),
        super::plans::link(),
        super::screening::link(),
        link(words::CALENDAR, "/calendar"),
        link(words::LEDGERS, LEDGERS_HREF),
        link(words::WORKLOAD, "/workload"),
    ];
    NavGroup { title: words::RECORDS, links }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(WORK_HREF, get(show_work))
        .route(ALERTS_HREF, get(show_alerts))
        .route(LEDGERS_HREF, get(show_ledgers))
        .route("/ledgers/{kind}", get(table::show))
        .route("/students/{id}", get(ask_purpose).post(show_student))
        .merge(super::desk::router())
        .merge(super::students::router())
        .merge(super::calendar::router())
}

/// Which of the duties are wanted.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    /// `own` for those of the reader.
    #[serde(default)]
    whose: String,
    /// Word of a sort of duty.
    #[serde(default)]
    what: String,
    page: Option<usize>,
}

async fn show_work(
    State(office): State<Office>,
    visitor: Visitor<Workers>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let sees_students = Readers::ROLES.contains(&visitor.session.role);
    let (own, what) = (wanted.whose == "own", wanted.what.clone());
    let found = office.work(&visitor.session, move |tx, reader| {
        let is_wanted = |duty: &Duty| {
            let whose = !own || (duty.staff.is_some() && duty.staff == reader.staff());
            whose && (what.is_empty() || duty.kind.as_str() == what)
        };
        let duties = match sees_students {
            true => duty::duties(tx, &reader, is_wanted)?,
            false => DueList::default(),
        };
        let names = Names::of(tx, duties.shown.iter().filter_map(|duty| duty.student))?;
        let of_office = office_duty::waiting(tx, &reader)?;
        Ok::<_, LedgerRefusal>((duties, of_office, names, reader))
    });
    let (duties, of_office, names, reader) = found.await.map_err(problem)?;
    let view = pages::Work {
        duties: &duties,
        of_office: &of_office,
        sees_students,
        names: &names,
        reader: &reader,
        own: wanted.whose == "own",
        what: &wanted.what,
        page: wanted.page.unwrap_or(1).clamp(1, WORK_PAGES_MAX) - 1,
    };
    office.reply(&visitor, &pages::work(&view, visitor.frame.lang)?)
}

/// How the cases are laid out.
#[derive(Debug, Default, Deserialize)]
struct Layout {
    /// `board` for columns by tier.
    #[serde(default)]
    view: String,
}

async fn show_alerts(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(layout): Query<Layout>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        let rows = board::cases(tx, &reader)?;
        let names = Names::of(tx, rows.iter().map(|row| row.now.case.entry.student))?;
        Ok::<_, LedgerRefusal>((rows, names, reader))
    });
    let (rows, names, reader) = found.await.map_err(problem)?;
    let view = pages::Board { rows: &rows, names: &names, reader: &reader };
    let page = match layout.view.as_str() {
        "board" => pages::board(&view, visitor.frame.lang)?,
        _ => pages::alerts(&view, visitor.frame.lang)?,
    };
    office.reply(&visitor, &page)
}

async fn show_ledgers(
    State(office): State<Office>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let role = visitor.session.role.school().ok_or(Problem::Forbidden)?;
    office.reply(&visitor, &pages::ledgers(role, visitor.frame.lang)?)
}

async fn ask_purpose(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    // Names nobody: whether there is such a student is not told before the reading is logged.
    office.reply(&visitor, &pages::purpose(id, &visitor.session, visitor.frame.lang)?)
}

#[derive(Deserialize)]
struct Opening {
    purpose: String,
    #[serde(default)]
    reason: String,
}

async fn show_student(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Opening>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let purpose = ReadPurpose::from_word(&fields.purpose).ok_or(Problem::BadRequest)?;
    let found = office.work(&visitor.session, move |tx, reader| {
        let reader = reader.because(&fields.reason);
        let pass = access::open(tx, &reader, StudentId(id), purpose)?;
        let reads = access::reads(tx, &pass, READS_MAX)?;
        let course = courses::of(tx, &pass, reader.today())?;
        // Whoever may not read screenings is shown nothing of them, not even that there are none.
        let sheets = match pass.allow(Area::Screening) {
            Ok(()) => Some(result::of(tx, &pass)?),
            Err(_) => None,
        };
        Ok::<_, LedgerRefusal>((
            browse::timeline(tx, &pass)?,
            reads,
            Names::of(tx, [StudentId(id)])?,
            (reader, course, sheets),
        ))
    });
    let (lines, reads, names, (reader, course, sheets)) = found.await.map_err(problem)?;
    let results = match sheets {
        Some(sheets) => results::part(sheets, &office.packs().await?, visitor.frame.lang)?,
        None => Html::default(),
    };
    let view = pages::Record {
        student: StudentId(id),
        lines: &lines,
        reads: &reads,
        names: &names,
        role: reader.role(),
        course: &course,
        results,
        today: reader.today(),
    };
    let page = pages::student(view, visitor.frame.lang)?;
    office.reply(&visitor, &page)
}

#[cfg(test)]
pub(super) mod tests;
