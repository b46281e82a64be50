//! Remote consultations: cases with an expert from outside, the card as it will leave, what the
//! expert answered, and taking it back.
//!
//! The list names students to whoever may read their consultations, and is logged. A card leaves
//! only as it was shown; decision and next look are entered with the case itself.

mod pages;
#[cfg(test)]
mod tests;
mod words;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::{Action, Area, Word as _};
use domain::referral::Urgency;
use runtime::sql::Tx;
use runtime::web::{Lang, NavLink, Problem, SignedForm, Visitor, posts};

pub(crate) use pages::{answer_line, card_lines, said};

use super::filled::Filled;
use super::ledgers::Readers;
use super::office::{Office, Told, problem, told};
use crate::content::card::CardAnswer;
use crate::ledger::author::Author;
use crate::ledger::consult::{self, Consultation};
use crate::ledger::entry::RecordId;
use crate::ledger::letters::cards::{self, CardEnvelope};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::write;
use crate::letters::cards::sending::{self, Post};

pub(super) const CONSULTATIONS_HREF: &str = "/consultations";

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::CONSULTATIONS, href: CONSULTATIONS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(CONSULTATIONS_HREF, get(show))
        .route("/consultations/{id}", get(show_one))
        .route("/consultations/{id}/card", get(show_card))
        .route("/consultations/{id}/prepare", posts(prepare, "/consultations/{id}"))
        .route("/consultations/{id}/send", posts(send, "/consultations/{id}"))
        .route("/consultations/{id}/recall", posts(recall, "/consultations/{id}"))
}

/// A case with its cards.
struct Case {
    of: Consultation,
    sent: Vec<(CardEnvelope, Vec<CardAnswer>)>,
    /// Whether the reader may send and take back.
    may_write: bool,
    /// Whether a card is out that its expert has not answered.
    waits: bool,
}

fn case_of(tx: &Tx<'_>, reader: &Author, of: Consultation) -> Result<Case, LedgerRefusal> {
    let student = Some(of.case.entry.student);
    let may_write = write::allow(tx, reader, Action::Write(Area::Conference), student).is_ok();
    let sent = sending::told(tx, of.case.record)?;
    let mut waits = false;
    for (one, _) in &sent {
        waits |= cards::waits(tx, one)?;
    }
    Ok(Case { of, sent, may_write, waits })
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, |tx, reader| {
        let listed = consult::listed(tx, &reader)?.into_iter();
        let cases = listed.map(|of| case_of(tx, &reader, of));
        let cases = cases.collect::<Result<Vec<Case>, LedgerRefusal>>()?;
        let names = Names::of(tx, cases.iter().map(|case| case.of.case.entry.student))?;
        Ok::<_, LedgerRefusal>((cases, names))
    });
    let (cases, names) = found.await.map_err(problem)?;
    let now_ms = office.shell.clock.now_ms();
    office.reply(&visitor, &pages::list(&cases, &names, now_ms, visitor.frame.lang)?)
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    one(&office, &visitor, id, None).await
}

async fn one(
    office: &Office,
    visitor: &Visitor<Readers>,
    id: i64,
    told: Told,
) -> Result<Response, Problem> {
    let found = office.work(&visitor.session, move |tx, reader| {
        let of = consult::to_read(tx, &reader, RecordId(id))?;
        let names = Names::of(tx, [of.case.entry.student])?;
        Ok::<_, LedgerRefusal>((case_of(tx, &reader, of)?, names))
    });
    let (case, names) = found.await.map_err(problem)?;
    let at = (&visitor.session, office.shell.clock.now_ms());
    let page = pages::one(&case, (&names, &told), at, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// Writes what would leave and shows it.
async fn prepare(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (desk, directories) = (office.rules.letter_desk(), office.directories().await?);
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let post = Post { desk: &desk, directories: &directories };
        let urgency = Urgency::from_word(filled.text("urgency"));
        let urgency = urgency.ok_or(LedgerRefusal::Field("urgency"))?;
        let author = author.because(words::PREPARE.in_lang(Lang::Zh));
        let asked = (urgency, filled.text("person"), filled.text("phone"));
        sending::prepare(tx, &author, RecordId(id), post, asked)
    });
    match done.await {
        Ok(()) => Ok(Redirect::to(&format!("{CONSULTATIONS_HREF}/{id}/card")).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            one(&office, &visitor, id, told).await
        }
    }
}

/// Shows what will be sealed, from its bytes.
async fn show_card(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    showing(&office, &visitor, id, None).await
}

async fn showing(
    office: &Office,
    visitor: &Visitor<Readers>,
    id: i64,
    told: Told,
) -> Result<Response, Problem> {
    let found = office
        .work(&visitor.session, move |tx, author| sending::preview(tx, &author, RecordId(id)));
    let Some(preview) = found.await.map_err(problem)? else { return Ok(to(id)) };
    let page = pages::card(&preview, (id, &told), &visitor.session, visitor.frame.lang)?;
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

/// Seals what was shown.
async fn send(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let (desk, directories) = (office.rules.letter_desk(), office.directories().await?);
    let done = office.work(&visitor.session, move |tx, author| {
        let desk = desk.ok_or(LedgerRefusal::NoRoad)?;
        let post = Post { desk: &desk, directories: &directories };
        let author = author.because(words::SEND.in_lang(Lang::Zh));
        sending::send(tx, &author, RecordId(id), post, filled.text("digest"))
    });
    match done.await {
        Ok(()) => Ok(to(id)),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            showing(&office, &visitor, id, told).await
        }
    }
}

/// Takes the cards of a case back.
async fn recall(
    State(office): State<Office>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Filled>,
) -> Result<Response, Problem> {
    let visitor = form.visitor;
    let done = office.work(&visitor.session, move |tx, author| {
        let author = author.because(words::RECALL.in_lang(Lang::Zh));
        consult::recall(tx, &author, RecordId(id))
    });
    match done.await {
        Ok(_) => Ok(to(id)),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            one(&office, &visitor, id, told).await
        }
    }
}

/// Back to the page of a case.
fn to(id: i64) -> Response {
    Redirect::to(&format!("{CONSULTATIONS_HREF}/{id}")).into_response()
}
