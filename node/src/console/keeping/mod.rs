//! Pages of keeping: what is due to be destroyed, orders to sign, certificates.
//!
//! For the two who may take part, the moral-education head and the principal. Names are shown to
//! who may read the roll of that student; for anybody else a student is an internal number.

mod words;

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::ledger::terms::DestroyCause;
use domain::ledger::{Kind, Word as _};
use runtime::web::{
    Audience, Html, Lang, NavLink, Page, Part, Problem, RenderError, Role, Session, SignedForm,
    Tag, Tone, Visitor, posts, time,
};
use serde::Deserialize;

use super::filled::{Filled, Sent};
use super::office::{Office, Told, chosen, page, problem, said, told};
use super::words::DAILY_RECORDS;
use crate::desk::{destroyed_rows, kept, kept_until};
use crate::ledger::destroy::{self, Certificate, Due, DueKind, Order};
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

pub(super) const KEEPING_HREF: &str = "/keeping";

/// Who takes part in a destruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keepers;

impl Audience for Keepers {
    const ROLES: &'static [Role] = &[Role::MoralHead, Role::Principal];
}

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::KEEPING, href: KEEPING_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(KEEPING_HREF, get(show))
        .route("/keeping/ask", posts(ask, KEEPING_HREF))
        .route("/keeping/ask-kind", posts(ask_kind, KEEPING_HREF))
        .route("/keeping/sign", posts(sign, KEEPING_HREF))
        .route("/keeping/certificates/{id}", get(show_certificate))
}

/// What the page shows.
struct View {
    students: Vec<Due>,
    work: Vec<DueKind>,
    orders: Vec<Order>,
    certificates: Vec<Certificate>,
    names: Names,
    account: String,
    sent: Sent,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Keepers>,
) -> Result<Response, Problem> {
    overview(&office, &visitor, (None, Sent::default())).await
}

async fn overview(
    office: &Office,
    visitor: &Visitor<Keepers>,
    (told, sent): (Told, Sent),
) -> Result<Response, Problem> {
    let terms = office.terms_of_keeping().await?;
    let found = office.work(&visitor.session, move |tx, reader| {
        Ok(View {
            students: destroy::students(tx, &reader, &terms)?,
            work: destroy::work(tx, &reader)?,
            orders: destroy::waiting(tx, &reader, &terms)?,
            certificates: destroy::certificates(tx, &reader)?,
            names: Names::load(tx)?,
            account: reader.account().to_owned(),
            sent,
        })
    });
    let view = found.await.map_err(problem)?;
    let page = overview_page(&view, &told, &visitor.session, visitor.frame.lang)?;
    office.tell(visitor, &page, &told)
}

/// The ids that were ticked: one field each, named by its number.
fn taken(filled: &Filled) -> Vec<i64> {
    filled.numbered("take").into_iter().map(|(id, _)| id).collect()
}

async fn ask(
    State(office): State<Office>,
    form: SignedForm<Keepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let students: Vec<StudentId> = taken(&filled).into_iter().map(StudentId).collect();
    let is_requested = filled.has("requested", "yes");
    let sent = Sent::new("ask", filled);
    // A certificate is for ever: one box must not say of several that each family asked.
    if is_requested && students.len() != 1 {
        let told = said(words::ONE_REQUEST, words::ONE_REQUEST_NEXT, visitor.frame.lang);
        return overview(&office, &visitor, (told, sent)).await;
    }
    if students.is_empty() {
        let told = said(words::NOBODY, words::NOBODY_NEXT, visitor.frame.lang);
        return overview(&office, &visitor, (told, sent)).await;
    }
    let terms = office.terms_of_keeping().await?;
    let done = office.work(&visitor.session, move |tx, author| {
        let cause = is_requested.then_some(DestroyCause::Request);
        destroy::ask(tx, &author, (&students, cause), &terms).map(drop)
    });
    answer(&office, &visitor, done.await, sent).await
}

#[derive(Deserialize)]
struct KindForm {
    kind: String,
}

async fn ask_kind(
    State(office): State<Office>,
    form: SignedForm<Keepers, KindForm>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = office.work(&visitor.session, move |tx, author| {
        let kind = Kind::from_word(&fields.kind).ok_or(LedgerRefusal::Field("kind"))?;
        destroy::ask_work(tx, &author, kind).map(drop)
    });
    answer(&office, &visitor, done.await, Sent::default()).await
}

async fn sign(
    State(office): State<Office>,
    form: SignedForm<Keepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled) = (form.visitor, form.fields);
    let agrees = filled.has("agrees", "yes");
    let orders: Vec<RecordId> = taken(&filled).into_iter().map(RecordId).collect();
    let is_sure = filled.has("sure", "yes");
    let sent = Sent::new("sign", filled);
    if orders.is_empty() {
        let told = said(words::NO_ORDER, words::NO_ORDER_NEXT, visitor.frame.lang);
        return overview(&office, &visitor, (told, sent)).await;
    }
    if agrees && !is_sure {
        let told = said(words::NOT_SURE, words::NOT_SURE_NEXT, visitor.frame.lang);
        return overview(&office, &visitor, (told, sent)).await;
    }
    let terms = office.terms_of_keeping().await?;
    let done = office.work(&visitor.session, move |tx, author| {
        destroy::sign(tx, &author, (&orders, agrees), &terms)
    });
    match done.await {
        Ok(Some(certificate)) => {
            office.fold().await;
            let to = format!("/keeping/certificates/{certificate}");
            Ok(Redirect::to(&to).into_response())
        }
        done => answer(&office, &visitor, done.map(drop), sent).await,
    }
}

async fn answer(
    office: &Office,
    visitor: &Visitor<Keepers>,
    done: Result<(), LedgerRefusal>,
    sent: Sent,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(Redirect::to(KEEPING_HREF).into_response()),
        Err(refusal) => {
            let told = told(refusal, visitor.frame.lang)?;
            overview(office, visitor, (told, sent)).await
        }
    }
}

async fn show_certificate(
    State(office): State<Office>,
    visitor: Visitor<Keepers>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let found =
        office.work(&visitor.session, move |tx, reader| destroy::certificate(tx, &reader, id));
    let certificate = found.await.map_err(problem)?;
    let page = certificate_page(&certificate, visitor.frame.lang)?;
    office.reply(&visitor, &page)
}

/// A student who has left, as listed.
struct DueView {
    id: i64,
    name: String,
    left: String,
    how: &'static str,
    entries: u64,
    tag: Part<Tag>,
    why: String,
    can_ask: bool,
    is_taken: bool,
}

/// An order, as listed.
struct OrderView {
    number: i64,
    day: String,
    whom: String,
    cause: &'static str,
    asked_by: String,
    why: &'static str,
    can_sign: bool,
    is_taken: bool,
}

#[derive(Template)]
#[template(path = "console/keeping.html")]
struct KeepingTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    told: &'a Told,
    due: Vec<DueView>,
    is_requested: bool,
    work: Vec<(&'static str, &'static str, i16, u64)>,
    orders: Vec<OrderView>,
    certificates: Vec<(i64, String, String)>,
}

#[derive(Template)]
#[template(path = "console/certificate.html")]
struct CertificateTemplate<'a> {
    lang: Lang,
    certificate: &'a Certificate,
    at: String,
    rows: Vec<(String, u64)>,
    copies: String,
}

fn overview_page(
    view: &View,
    told: &Told,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let ordered: BTreeSet<_> = view.orders.iter().filter_map(|order| order.student).collect();
    let ask = view.sent.of("ask");
    let taken = taken(&ask);
    let due = view.students.iter().map(|due| due_view(due, &view.names, (&ordered, &taken), lang));
    let orders = view.orders.iter().map(|order| order_view(order, view, lang));
    let of_kind =
        |due: &DueKind| (due.kind.as_str(), chosen(due.kind.label(), lang), due.years, due.entries);
    let certificate = |one: &Certificate| {
        let title = words::CERTIFICATE.fill(lang, &[&one.id]);
        let students = words::STUDENTS.in_lang(lang);
        (one.id, title, format!("{} · {students} {}", time::minute(one.at.0), one.students))
    };
    let body = Html::render(&KeepingTemplate {
        lang,
        csrf: &session.csrf,
        told,
        due: due.collect(),
        is_requested: ask.has("requested", "yes"),
        work: view.work.iter().map(of_kind).collect(),
        orders: orders.collect(),
        certificates: view.certificates.iter().map(certificate).collect(),
    })?;
    let note = words::KEEPING_NOTE.in_lang(lang).to_owned();
    Ok(page((DAILY_RECORDS, words::KEEPING, note), KEEPING_HREF, body, lang))
}

fn due_view(
    due: &Due,
    names: &Names,
    (ordered, taken): (&BTreeSet<StudentId>, &[i64]),
    lang: Lang,
) -> DueView {
    let name = match due.is_named {
        true => names.student_line(due.student),
        false => words::UNNAMED.fill(lang, &[&due.student.0]),
    };
    let is_ordered = ordered.contains(&due.student);
    let (tone, text) = match due.blocked {
        Some(_) => (Tone::Notice, words::KEPT),
        None if is_ordered => (Tone::Info, words::ORDERED),
        None => (Tone::Good, words::READY),
    };
    DueView {
        id: due.student.0,
        name,
        left: due.left.to_string(),
        how: chosen(due.status.label(), lang),
        entries: due.entries,
        tag: Tag::of(tone, text, lang),
        why: due.blocked.map_or_else(String::new, |still| kept_until(still, due.closes, lang)),
        can_ask: due.blocked.is_none() && !is_ordered,
        is_taken: taken.contains(&due.student.0),
    }
}

fn order_view(order: &Order, view: &View, lang: Lang) -> OrderView {
    let named = |id: StudentId| {
        let may = view.students.iter().any(|due| due.student == id && due.is_named);
        if may { view.names.student_line(id) } else { words::UNNAMED.fill(lang, &[&id.0]) }
    };
    OrderView {
        number: order.record.0,
        day: order.day.to_string(),
        whom: match (order.student, order.target) {
            (Some(student), _) => named(student),
            (None, target) => target.map_or_else(String::new, |record| format!("#{}", record.0)),
        },
        cause: chosen(order.cause.label(), lang),
        asked_by: order.asked_by.clone(),
        why: order.blocked.map_or("", |still| kept(still).in_lang(lang)),
        can_sign: order.asked_by != view.account,
        is_taken: taken(&view.sent.of("sign")).contains(&order.record.0),
    }
}

fn certificate_page(certificate: &Certificate, lang: Lang) -> Result<Page, RenderError> {
    let rows = certificate.counts.iter();
    let body = Html::render(&CertificateTemplate {
        lang,
        certificate,
        at: time::minute(certificate.at.0),
        rows: rows.map(|(what, rows)| (destroyed_rows(what, lang), *rows)).collect(),
        copies: words::COPIES.fill(lang, &[&certificate.copies_until]),
    })?;
    let crumbs = [DAILY_RECORDS, words::KEEPING].map(|text| text.in_lang(lang).to_owned());
    let title = words::CERTIFICATE.fill(lang, &[&certificate.id]);
    let (crumbs, note) = (crumbs.to_vec(), String::new());
    Ok(Page { title, note, crumbs, current: KEEPING_HREF, exports: Vec::new(), body })
}

#[cfg(test)]
mod tests;
