//! A school's duty reports, the tips of offices and the callers of hotlines.
//!
//! Lists name nobody. A report is shown from the bytes that leave, and is sent from there by a
//! second person or the head. What a tip says is on a page of its own, for the head and for whom
//! the head named, and is logged before it is shown.

mod hand_offs;
#[cfg(test)]
mod tests;
pub(in crate::console) mod views;
pub(in crate::console) mod words;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::SchoolRole;
use domain::neighbour::{Harm, NoticeKind, ReplyKind, Suspicion};
use jiff::civil::Date;
use runtime::cli::Failure;
use runtime::sql::Tx;
use runtime::web::{Audience, Lang, NavLink, Problem, Role, SignedForm, Text, Visitor, posts};

use super::filled::Filled;
use super::office::{Office, Told, chosen, sentences};
use crate::content::Notice;
use crate::directory::Directories;
use crate::import::staff::StaffRole;
use crate::ledger::author::Author;
use crate::ledger::entry::{RecordId, StaffId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{people, staff};
use crate::neighbour::reporting::{self, Wish};
use crate::neighbour::{NeighbourError, answering, offices, reading};
pub(super) use hand_offs::{HAND_OFFS_HREF, Takers};
use views::{FormView, Line, Place};

pub(super) const REPORTS_HREF: &str = "/reports";
pub(super) const TIPS_HREF: &str = "/tips";

/// Whoever writes duty reports and may be let read a tip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reporters;

impl Audience for Reporters {
    const ROLES: &'static [Role] = &[Role::Counsellor, Role::MoralHead];
}

const REPORTS: Place = (super::ledgers::RECORDS, words::REPORTS, words::REPORTS_NOTE, REPORTS_HREF);
const TIPS: Place = (super::ledgers::RECORDS, words::TIPS, words::TIPS_NOTE, TIPS_HREF);

/// The pages' entries of the menu.
pub(super) const fn links() -> [NavLink; 3] {
    [
        NavLink { label: words::REPORTS, href: REPORTS_HREF },
        NavLink { label: words::TIPS, href: TIPS_HREF },
        NavLink { label: words::HAND_OFFS, href: HAND_OFFS_HREF },
    ]
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(REPORTS_HREF, get(show_reports).post(write))
        .route("/reports/{id}", get(show_report))
        .route("/reports/{id}/send", posts(send, "/reports/{id}"))
        .route(TIPS_HREF, get(show_tips))
        .route("/tips/{id}", get(show_tip))
        .route("/tips/{id}/content", get(show_content))
        .route("/tips/{id}/act", posts(act, "/tips/{id}"))
        .merge(hand_offs::router())
}

async fn show_reports(
    State(office): State<Office>,
    visitor: Visitor<Reporters>,
) -> Result<Response, Problem> {
    reports(&office, &visitor, (None, Filled::default())).await
}

async fn reports(
    office: &Office,
    visitor: &Visitor<Reporters>,
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, author| {
        Ok::<_, NeighbourError>((reporting::list(tx, &author)?, author.today()))
    });
    let (lines, today) = found.await.map_err(problem)?;
    let (directories, lang) = (office.directories().await?, visitor.frame.lang);
    let rows = lines.iter().map(|line| {
        let id = line.out.record.map_or(0, |record| record.0);
        views::out_row((id, format!("{REPORTS_HREF}/{id}")), &line.out, &line.came, lang)
    });
    let forms = vec![writing(&directories, today, &sent, lang)];
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), forms), &REPORTS, &told, of)?;
    office.tell(visitor, &page, &told)
}

/// The form of a new report; its offices are those to which something can be sealed.
fn writing(directories: &Directories, today: Date, sent: &Filled, lang: Lang) -> FormView {
    const LINES: [Line; 10] = [
        ("student", words::STUDENT, "text", false),
        ("office", words::OFFICE, "list", true),
        ("harm", words::HARM, "list", true),
        ("suspicion", words::SUSPICION, "list", true),
        ("found_by", words::FOUND_BY, "text", true),
        ("found_on", words::FOUND_ON, "date", true),
        ("seen", words::SEEN, "area", true),
        ("done", words::DONE, "area", true),
        ("person", words::PERSON, "text", false),
        ("phone", words::PHONE, "text", false),
    ];
    let found = offices::for_reports(directories, today);
    let note = if found.is_empty() { words::NO_OFFICE } else { words::WRITE_REPORT_NOTE };
    let label = (words::WRITE_REPORT.in_lang(lang), note.in_lang(lang));
    let of = ("write", REPORTS_HREF.to_owned());
    let mut form = views::form(of, label, (&LINES, sent), lang);
    views::with_words::<Harm>(&mut form, "harm", lang);
    views::with_words::<Suspicion>(&mut form, "suspicion", lang);
    let found = found.into_iter().map(|entry| {
        let name = chosen((&entry.label.zh, &entry.label.en), lang);
        (entry.id.to_string(), format!("{name} {}", entry.reach.phone))
    });
    let none = std::iter::once(views::nothing_yet(lang));
    views::with_options(&mut form, "office", none.chain(found));
    form
}

async fn write(
    State(office): State<Office>,
    form: SignedForm<Reporters, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (sent, desk) = (filled.clone(), office.rules.letter_desk());
    let directories = office.directories().await?;
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(NeighbourError::NoRoad)?;
        let wish = wish(tx, &author, &sent)?;
        reporting::prepare(tx, &author, (&desk, &directories), None, &wish)
    });
    match done.await {
        Ok(record) => Ok(Redirect::to(&format!("{REPORTS_HREF}/{}", record.0)).into_response()),
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            reports(&office, &visitor, (told, filled)).await
        }
    }
}

/// What the form says; who is meant by a name or a number is one student, or nobody.
fn wish(tx: &Tx<'_>, author: &Author, sent: &Filled) -> Result<Wish, NeighbourError> {
    let student = match sent.text("student").trim() {
        "" => None,
        text => match &people::meant(tx, author, text)?[..] {
            [one] => Some(one.student),
            _ => return Err(NeighbourError::Field("student")),
        },
    };
    let text = |name: &str| sent.text(name).trim().to_owned();
    Ok(Wish {
        student,
        office: text("office"),
        harm: views::word(sent, "harm")?,
        suspicion: views::word(sent, "suspicion")?,
        found_by: text("found_by"),
        found_on: text("found_on").parse().map_err(|_| NeighbourError::Field("found_on"))?,
        seen: text("seen"),
        done: text("done"),
        contact: (text("person"), text("phone")),
    })
}

async fn show_report(
    State(office): State<Office>,
    visitor: Visitor<Reporters>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    report(&office, &visitor, (RecordId(id), None)).await
}

async fn report(
    office: &Office,
    visitor: &Visitor<Reporters>,
    (record, told): (RecordId, Told),
) -> Result<Response, Problem> {
    let found =
        office.work(&visitor.session, move |tx, author| reporting::preview(tx, &author, record));
    let (found, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let leads = (words::LEAD_SENT, words::LEAD_DRAFT);
    let view = views::written(&found, leads, &format!("{REPORTS_HREF}/{}", record.0), lang);
    let page = views::one(view, &REPORTS, &told, (&visitor.session, lang))?;
    office.tell(visitor, &page, &told)
}

async fn send(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Reporters, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled, record) = (form.visitor, form.fields, RecordId(id));
    let desk = office.rules.letter_desk();
    let directories = office.directories().await?;
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(NeighbourError::NoRoad)?;
        reporting::send(tx, &author, (&desk, &directories), record, filled.text("digest"))
    });
    let told = match done.await {
        Ok(()) => None,
        Err(error) => told(error, visitor.frame.lang)?,
    };
    match told {
        None => Ok(Redirect::to(&format!("{REPORTS_HREF}/{id}")).into_response()),
        Some(_) => report(&office, &visitor, (record, told)).await,
    }
}

async fn show_tips(
    State(office): State<Office>,
    visitor: Visitor<Reporters>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, author| reading::tips(tx, &author));
    let (lines, lang) = (found.await.map_err(problem)?, visitor.frame.lang);
    let rows = lines.iter().map(|line| views::in_row(line, &TIPS, lang));
    let of = (&visitor.session, lang);
    let page = views::list((rows.collect(), Vec::new()), &TIPS, &None, of)?;
    office.reply(&visitor, &page)
}

/// Whether a page shows what a tip says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    Line,
    Content,
}

async fn show_tip(
    State(office): State<Office>,
    visitor: Visitor<Reporters>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    tip(&office, &visitor, (id, Shows::Line), (None, Filled::default())).await
}

async fn show_content(
    State(office): State<Office>,
    visitor: Visitor<Reporters>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    tip(&office, &visitor, (id, Shows::Content), (None, Filled::default())).await
}

async fn tip(
    office: &Office,
    visitor: &Visitor<Reporters>,
    (id, shows): (i64, Shows),
    (told, sent): (Told, Filled),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, author| {
        let line = reading::tip_line(tx, &author, id)?;
        let is_shown = shows == Shows::Content && line.notice.content.is_some();
        let tip = if is_shown { Some(reading::tip(tx, &author, id)?) } else { None };
        let is_head = author.role() == SchoolRole::MoralHead;
        let reads = if is_head { reading::tip_reads(tx, &author, id)? } else { Vec::new() };
        let counsellors = counsellors(tx, &author)?;
        Ok::<_, NeighbourError>((line, tip, (counsellors, reads), is_head))
    });
    let (line, tip, (counsellors, reads), is_head) = found.await.map_err(problem)?;
    let lang = visitor.frame.lang;
    let notice = &line.notice;
    let state = line.state();
    let action = format!("{TIPS_HREF}/{id}/act");
    let is_let =
        |kind| NoticeKind::Tip.takes(kind) && (is_head || !matches!(kind, ReplyKind::NotOurs));
    let mut forms = views::answer_forms(state, (&action, &sent), is_let, lang);
    if is_head && notice.content.is_some() {
        forms.extend(of_head((&action, &sent), counsellors, lang));
    }
    let of = (words::LEAD_TIP, tip.map(Notice::Tip), &TIPS);
    let view = views::came(&line, of, (forms, reads), lang);
    let page = views::one(view, &TIPS, &told, (&visitor.session, lang))?;
    office.tell(visitor, &page, &told)
}

/// What only the head does: names who may read it, and links it with a student.
fn of_head(
    (action, sent): (&str, &Filled),
    counsellors: Vec<(String, String)>,
    lang: Lang,
) -> [FormView; 2] {
    let lines: [Line; 1] = [("staff", words::READER, "list", false)];
    let label = (words::READER.in_lang(lang), "");
    let mut reader = views::form(("reader", action.to_owned()), label, (&lines, sent), lang);
    let nobody = (String::new(), words::READER_NOBODY.in_lang(lang).to_owned());
    views::with_options(&mut reader, "staff", std::iter::once(nobody).chain(counsellors));
    [reader, linking((action, sent), words::LINK_NOTE, lang)]
}

/// The form that links what came with a student.
fn linking((action, sent): (&str, &Filled), note: Text, lang: Lang) -> FormView {
    let lines: [Line; 1] = [("student", words::MEANT, "text", true)];
    let label = (words::LINK.in_lang(lang), note.in_lang(lang));
    views::form(("link", action.to_owned()), label, (&lines, sent), lang)
}

/// Counsellors of the roll of staff, by number and name.
fn counsellors(tx: &Tx<'_>, author: &Author) -> Result<Vec<(String, String)>, LedgerRefusal> {
    let staff = staff::staff_at(tx, author.today())?.unwrap_or_default().into_iter();
    let ours = staff.filter(|one| one.main_role == StaffRole::Counsellor);
    let ids: Vec<StaffId> = ours.map(|one| StaffId(one.id)).collect();
    let names = Names::of(tx, [])?;
    Ok(ids.into_iter().map(|id| (id.0.to_string(), names.staff(id).to_owned())).collect())
}

async fn act(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Reporters, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let sent = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| acted(tx, &author, (id, &sent)));
    match done.await {
        Ok(()) => {
            office.fold().await;
            Ok(Redirect::to(&format!("{TIPS_HREF}/{id}")).into_response())
        }
        Err(error) => {
            let told = told(error, visitor.frame.lang)?;
            tip(&office, &visitor, (id, Shows::Line), (told, filled)).await
        }
    }
}

fn acted(tx: &Tx<'_>, author: &Author, (id, sent): (i64, &Filled)) -> Result<(), NeighbourError> {
    if let Some(said) = views::reply(sent)? {
        return answering::by_school(tx, author, (id, said));
    }
    match sent.text("act") {
        "reader" => {
            let staff = match sent.text("staff").trim() {
                "" => None,
                text => Some(StaffId(text.parse().map_err(|_| NeighbourError::Field("staff"))?)),
            };
            reading::name_reader(tx, author, (id, staff))
        }
        "link" => reading::link(tx, author, (id, sent.text("student"))).map(drop),
        _ => Err(NeighbourError::Unknown),
    }
}

/// What a refusal says, or the problem where the page itself cannot be shown.
pub(in crate::console) fn told(error: NeighbourError, lang: Lang) -> Result<Told, Problem> {
    match error {
        NeighbourError::NotAllowed
        | NeighbourError::Unknown
        | NeighbourError::Store(_)
        | NeighbourError::Ledger(LedgerRefusal::Store(_)) => Err(problem(error)),
        NeighbourError::Field("student") => {
            Ok(super::office::said(words::NOBODY, words::NOBODY_NEXT, lang))
        }
        other => Ok(Some(sentences(&Failure::from(other), lang))),
    }
}

/// The problem of a page that could not be read.
pub(in crate::console) fn problem(error: NeighbourError) -> Problem {
    match error {
        NeighbourError::NotAllowed => Problem::Forbidden,
        NeighbourError::Unknown | NeighbourError::Erased => Problem::NotFound,
        NeighbourError::Store(error) => error.into(),
        NeighbourError::Ledger(refusal) => super::office::problem(refusal),
        _ => Problem::BadRequest,
    }
}
