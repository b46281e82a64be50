//! Referrals: the board, one referral with its course and the steps that its reader may take, the
//! sheet that is handed over.
//!
//! Who looks is asked student by student and logged. A step is offered only to who may take it, and
//! asked again by the ledger when it is taken.

mod fhir;
mod forms;
mod lost;
mod offer;
mod pages;
mod printed;
mod sealed;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Act, Action, Area, Word as _};
use domain::referral::{Actor, Event, RiskNow, TRANSITIONS, Urgency};
use runtime::sql::Tx;
use runtime::web::{Lang, NavLink, Problem, SignedForm, Visitor, posts};
use serde::Deserialize;

pub(super) use sealed::ground_lines;
pub(crate) use sealed::preview_lines;

use super::filled::Filled;
use super::ledgers::Readers;
use super::office::{Office, Told, chosen, problem, said, told};
use crate::directory::Directories;
use crate::ledger::author::Author;
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::referral::{self, Course, Wish};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{access, people, write};
use crate::letters::road::Desk;

pub(super) use printed::lines as part_lines;

pub(super) const REFERRALS_HREF: &str = "/referrals";

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::REFERRALS, href: REFERRALS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(REFERRALS_HREF, get(show))
        .route("/referrals/new", get(ask_new).post(open))
        .route(lost::HREF, get(lost::show))
        .route("/referrals/letters/act", posts(lost::take, lost::HREF))
        .route("/referrals/{id}", get(show_one))
        .route("/referrals/{id}/act", posts(take, "/referrals/{id}"))
        .route("/referrals/{id}/sheet", get(show_sheet))
        .route("/referrals/{id}/sealed", get(sealed::show))
        .route("/referrals/{id}/sealed/prepare", posts(sealed::prepare, "/referrals/{id}"))
        .route("/referrals/{id}/sealed/send", posts(sealed::send, "/referrals/{id}"))
        .route("/referrals/{id}/slip", get(sealed::show_slip))
        .route("/referrals/{id}/fhir", get(fhir::show))
}

/// What the reader of a referral may do beside reading.
#[derive(Clone, Copy, Default)]
struct May {
    write: bool,
    sign: bool,
    review: bool,
}

/// A referral as it is shown.
struct View {
    course: Course,
    names: Names,
    reader: Author,
    may: May,
    /// Names of guardians whom nobody contacts, for who may see guardians.
    suspects: Vec<String>,
    /// Whether a guardian has to be told of an emergency.
    is_told: bool,
    /// Whom to tell where it was taken back.
    handed_to: Vec<String>,
    /// Age of the student, for what is proposed.
    age: Option<u8>,
    /// To whom the school may turn.
    directories: Arc<Directories>,
    /// How it stands to letters.
    post: sealed::Post,
}

/// By which service proposals are narrowed.
#[derive(Debug, Default, Deserialize)]
struct Narrowed {
    #[serde(default)]
    service: String,
}

/// The student whom a new referral begins with.
#[derive(Debug, Default, Deserialize)]
struct For {
    #[serde(default)]
    student: String,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        let rows = referral::board(tx, &reader)?;
        let names = Names::of(tx, rows.iter().map(|row| row.referral.entry.student))?;
        let may = may_write(tx, &reader);
        Ok::<_, LedgerRefusal>((rows, names, may, reader.now()))
    });
    let (rows, names, may, now) = found.await.map_err(problem)?;
    office.reply(&visitor, &pages::board((&rows, &names), may, now, visitor.frame.lang)?)
}

/// Whether the role writes referrals at all: whoever does, does so about every student.
fn may_write(tx: &Tx<'_>, reader: &Author) -> bool {
    write::allow(tx, reader, Action::Write(Area::Referral), None).is_ok()
}

async fn ask_new(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Query(asked): Query<For>,
) -> Result<Response, Problem> {
    let filled = Filled::default().with("student", asked.student);
    opening(&office, &visitor, (None, filled)).await
}

async fn opening(
    office: &Office,
    visitor: &Visitor<Readers>,
    (told, filled): (Told, Filled),
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| match may_write(tx, &reader) {
        true => Ok(reader.today()),
        false => Err(LedgerRefusal::NotAllowed),
    });
    let today = found.await.map_err(problem)?;
    let directories = directories(office).await;
    let known = (&*directories, today);
    let page = pages::opening((&told, &filled), known, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// Why nothing was opened.
enum Refused {
    Ledger(LedgerRefusal),
    /// The student is nobody, or several.
    Nobody,
}

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Ledger(refusal)
    }
}

impl From<runtime::sql::SqlError> for Refused {
    fn from(error: runtime::sql::SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

async fn open(
    State(office): State<Office>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let lang = visitor.frame.lang;
    let sent = match filled_in(&office, filled.clone(), lang).await {
        Ok(sent) => sent,
        Err(told) => return opening(&office, &visitor, (told, filled)).await,
    };
    let done = office.work(&visitor.session, move |tx, author| {
        let student = match &people::meant(tx, &author, sent.text("student"))?[..] {
            [one] => one.student,
            _ => return Err(Refused::Nobody),
        };
        let wish = wish(student, &sent)?;
        let author = author.because(words::NEW.in_lang(Lang::Zh));
        Ok(referral::open(tx, &author, &wish)?)
    });
    let told = match done.await {
        Ok(record) => return Ok(to(record)),
        Err(Refused::Ledger(refusal)) => told(refusal, lang)?,
        Err(Refused::Nobody) => said(words::NOBODY, words::NOBODY_NEXT, lang),
    };
    opening(&office, &visitor, (told, filled)).await
}

fn to(record: RecordId) -> Response {
    Redirect::to(&format!("{REFERRALS_HREF}/{}", record.0)).into_response()
}

fn wish(student: StudentId, sent: &Filled) -> Result<Wish, LedgerRefusal> {
    let text = |name: &str| sent.text(name).to_owned();
    Ok(Wish {
        student,
        urgency: forms::word::<Urgency>(sent, "urgency")?,
        concerns: forms::concerns(sent)?,
        recipient: (text("recipient"), text("recipient_name"), text("phone")),
        risk: forms::word::<RiskNow>(sent, "risk")?,
        known: (text("means"), text("protection"), text("medication")),
    })
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
    Query(asked): Query<Narrowed>,
) -> Result<Response, Problem> {
    let filled = Filled::default().with("service", asked.service);
    page_of(&office, &visitor, RecordId(id), (None, filled)).await
}

/// The directories, for a page that stands without them: a child in danger waits for none.
async fn directories(office: &Office) -> Arc<Directories> {
    office.directories().await.unwrap_or_else(|error| {
        tracing::warn!(?error, "directories not read");
        Arc::default()
    })
}

/// A form with its recipient as the directory has it, or why that one may not be chosen.
async fn filled_in(office: &Office, sent: Filled, lang: Lang) -> Result<Filled, Told> {
    let (directories, today) = (directories(office).await, office.shell.clock.today());
    offer::filled_in(sent, &directories, today).map_err(|(label, bar)| {
        let name = chosen((&label.zh, &label.en), lang);
        let what = words::NOT_CHOSEN.fill(lang, &[&name, &chosen(bar.label(), lang)]);
        Some((what, words::NOT_CHOSEN_NEXT.in_lang(lang).to_owned()))
    })
}

async fn page_of(
    office: &Office,
    visitor: &Visitor<Readers>,
    record: RecordId,
    (told, filled): (Told, Filled),
) -> Result<Response, Problem> {
    let directories = directories(office).await;
    let desk = office.rules.letter_desk();
    let of =
        move |tx: &Tx<'_>, reader: Author| view(tx, (reader, directories), record, desk.as_ref());
    let found = office.work(&visitor.session, of);
    let view = found.await.map_err(problem)?;
    let page = pages::one(&view, (&told, &filled), &visitor.session, visitor.frame.lang)?;
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

/// Reads a referral for somebody who may, and logs the reading.
fn view(
    tx: &Tx<'_>,
    (reader, directories): (Author, Arc<Directories>),
    record: RecordId,
    desk: Option<&Desk>,
) -> Result<View, LedgerRefusal> {
    let course = referral::course(tx, record)?;
    let student = course.referral.entry.student;
    if !access::may_read(tx, &reader, student, Area::Referral)? {
        return Err(LedgerRefusal::NotAllowed);
    }
    access::log_list(tx, &reader, &[student].into_iter().collect(), ReadPurpose::Referral)?;
    let names = Names::of(tx, [student])?;
    let may = |action| write::allow(tx, &reader, action, Some(student)).is_ok();
    let may = May {
        write: may(Action::Write(Area::Referral)),
        sign: may(Action::Do(Act::Countersign)),
        review: may(Action::Do(Act::ReviewEmergency)),
    };
    let kin = referral::kin(tx, student, reader.today())?;
    let (is_told, suspects) = (kin.is_told(), kin.suspects.into_iter().map(|one| one.name));
    let suspects = match access::may_read(tx, &reader, student, Area::Roll)? {
        true => suspects.collect(),
        false => Vec::new(),
    };
    let handed_to = referral::handed_to(tx, &course)?.into_iter().collect();
    let age = referral::age(tx, student, reader.today())?;
    let post = sealed::post(tx, &reader, (&course, desk))?;
    Ok(View { course, names, reader, may, suspects, is_told, handed_to, age, directories, post })
}

async fn take(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled, record) = (form.visitor, form.fields, RecordId(id));
    // Steps that name no recipient do not wait for a directory.
    let names_one = ["choose", "recipient"].contains(&filled.text("act"));
    let sent = match names_one {
        true => filled_in(&office, filled.clone(), visitor.frame.lang).await,
        false => Ok(filled.clone()),
    };
    let sent = match sent {
        Ok(sent) => sent,
        Err(told) => return page_of(&office, &visitor, record, (told, filled)).await,
    };
    let done = office.work(&visitor.session, move |tx, author| taken(tx, &author, record, &sent));
    match done.await {
        Ok(()) => Ok(to(record)),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            page_of(&office, &visitor, record, (told, filled)).await
        }
    }
}

/// Takes the step that a form names.
fn taken(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    sent: &Filled,
) -> Result<(), LedgerRefusal> {
    let named = sent.text("act");
    let event = Event::from_word(named);
    // A change has a reason; that of a signature is what it signs.
    let of_act = match named {
        "approve" => words::APPROVE,
        "countersign" => words::COUNTERSIGN,
        "recipient" => words::NAME_RECIPIENT,
        "notice" => words::NOTE_NOTICE,
        _ => words::REFERRALS,
    };
    let label = event.map_or(of_act.in_lang(Lang::Zh), |event| event.label().0);
    let said = ["findings", "detail", "keeps", "who"].into_iter().map(|name| sent.text(name));
    let reason = said.into_iter().find(|text| !text.trim().is_empty()).unwrap_or(label);
    let author = &author.because(reason);
    if let Some(event) = event {
        return of_course(tx, author, (record, event), sent);
    }
    match named {
        "approve" => referral::approve(tx, author, record),
        "amend" => referral::amend(tx, author, record, &forms::amendment(sent)?),
        "countersign" => referral::countersign(tx, author, record),
        "recipient" => {
            let [id, name, phone] =
                ["recipient", "recipient_name", "phone"].map(|name| sent.text(name));
            referral::name_recipient(tx, author, record, (id, name, phone))
        }
        "call" => referral::note_call(tx, author, record, &forms::call(sent, author.now())?),
        "review" => {
            let noticed = forms::day(sent, "noticed")?;
            referral::review(tx, author, record, (sent.text("findings"), noticed))
        }
        "notice" => {
            let day = forms::day(sent, "noticed")?.ok_or(LedgerRefusal::Field("noticed"))?;
            referral::note_notice(tx, author, record, day)
        }
        "reply" => {
            let day = forms::day(sent, "day")?.unwrap_or(author.today());
            referral::reply(tx, author, record, (day, sent.text("who"), sent.text("keeps")))
        }
        _ => Err(LedgerRefusal::Unknown),
    }
}

/// Takes a step of the course.
fn of_course(
    tx: &Tx<'_>,
    author: &Author,
    (record, event): (RecordId, Event),
    sent: &Filled,
) -> Result<(), LedgerRefusal> {
    let told = forms::told(sent, author.today())?;
    let lines = TRANSITIONS.iter().filter(|line| line.event == event);
    let mut actors = lines.filter_map(|line| line.actors.first().copied());
    // Both sides have a clock; by hand the recipient's is told like everything of it.
    let actor = match event {
        Event::Timeout if !told.who.trim().is_empty() => Actor::Recipient,
        _ => actors.next().ok_or(LedgerRefusal::Unknown)?,
    };
    match event {
        Event::Send | Event::ResendInScope => {
            let entry = referral::course(tx, record)?.referral.entry;
            let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
            let live = referral::live(tx, entry.student, of, author.today())?;
            referral::send(tx, author, record, &live, &told).map(drop)
        }
        Event::WithdrawConsent => {
            let by = forms::word::<Actor>(sent, "actor")?;
            referral::withdraw(tx, author, record, by, &told).map(drop)
        }
        Event::Emergency => {
            let call = forms::call(sent, author.now())?;
            referral::emergency(tx, author, record, &forms::danger(sent), &call).map(drop)
        }
        _ => referral::act(tx, author, record, (event, actor), &told).map(drop),
    }
}

async fn show_sheet(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let packs = office.packs().await?;
    let record = RecordId(id);
    let found = office.work(&visitor.session, move |tx, author| {
        let ground = referral::ground(tx, &author, record)?;
        let sheet = referral::hand_over(tx, &author, record, &ground)?;
        let school = crate::ledger::profile::load(tx)?;
        Ok::<_, LedgerRefusal>((sheet, school))
    });
    match found.await {
        Ok((sheet, school)) => {
            let lang = visitor.frame.lang;
            office.reply(&visitor, &printed::page(&sheet, (school, record), &packs, lang)?)
        }
        Err(refusal @ (LedgerRefusal::NotAllowed | LedgerRefusal::Unknown)) => {
            Err(problem(refusal))
        }
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            page_of(&office, &visitor, record, (told, Filled::default())).await
        }
    }
}

#[cfg(test)]
mod tests;
