//! Mentors: load, gaps, and the hand-over of a mentor's students with its sheet for the paper file.
//!
//! For who keeps the roll. Whoever is named is logged.

mod pages;
mod words;

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{NavLink, Problem, SignedForm, Visitor, posts};
use serde::Deserialize;

use super::filled::Filled;
use super::office::{Office, RollKeepers, Told, problem, told};
use crate::ledger::author::Author;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{mentoring, people};
use crate::obligation::teaching::year_start;

pub(super) const MENTORS_HREF: &str = "/mentors";

/// The page's entry of the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::MENTORS, href: MENTORS_HREF }
}

/// The pages over a ledger.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(MENTORS_HREF, get(show))
        .route("/mentors/{staff}", get(show_one))
        .route("/mentors/{staff}/hand-over", posts(hand_over, "/mentors/{staff}"))
}

/// Which page of the lists of students, from 1.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    page: Option<usize>,
}

/// How many were handed over just now.
#[derive(Debug, Default, Deserialize)]
struct Done {
    handed: Option<usize>,
}

/// First day of the term, or of the school year where no term is known.
async fn since(office: &Office) -> Result<impl Fn(Date) -> Date + Send + 'static, Problem> {
    let packs = office.packs().await?;
    Ok(move |today| {
        let term = packs.calendar().current(today);
        term.map_or_else(|| year_start(today), |term| term.start)
    })
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let since = since(&office).await?;
    let page = asked.page.unwrap_or(1).saturating_sub(1);
    let found = office.work(&visitor.session, move |tx, reader| {
        let today = reader.today();
        let read = mentoring::overview(tx, &reader, (since(today), page))?;
        let named = read.without.shown.iter().chain(&read.several.shown).copied();
        let names = Names::of(tx, named)?;
        Ok::<_, LedgerRefusal>(pages::Overview { read, names, since: since(today), today })
    });
    let view = found.await.map_err(problem)?;
    office.reply(&visitor, &pages::overview(&view, visitor.frame.lang)?)
}

async fn show_one(
    State(office): State<Office>,
    visitor: Visitor<RollKeepers>,
    Path(staff): Path<i64>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    sheet(&office, &visitor, (StaffId(staff), done.handed), (None, Filled::default())).await
}

/// The sheet of one mentor, with what was just done or refused above it.
async fn sheet(
    office: &Office,
    visitor: &Visitor<RollKeepers>,
    (mentor, handed): (StaffId, Option<usize>),
    (told, filled): (Told, Filled),
) -> Result<Response, Problem> {
    let since = since(office).await?;
    let found = office.work(&visitor.session, move |tx, reader| {
        let today = reader.today();
        let own = mentoring::mentees(tx, &reader, (mentor, since(today)))?;
        let names = Names::of(tx, own.iter().map(|one| one.student))?;
        let staff = people::staff(tx)?;
        Ok::<_, LedgerRefusal>((own, names, staff, today))
    });
    let (own, names, staff, today) = found.await.map_err(problem)?;
    let staff = staff.into_iter().filter(|(id, _, _)| *id != mentor);
    let view = pages::Sheet {
        mentor,
        own,
        names,
        staff: staff.map(|(_, number, name)| format!("{number} {name}")).collect(),
        handed,
        filled: filled.or("day", &today),
        today,
    };
    let page = pages::sheet(&view, &told, &visitor.session, visitor.frame.lang)?;
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    office.reply_with(status, visitor, &page)
}

/// Why nothing was handed over.
enum Refused {
    Ledger(LedgerRefusal),
    /// The second mentor is nobody, or several.
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

async fn hand_over(
    State(office): State<Office>,
    Path(staff): Path<i64>,
    form: SignedForm<RollKeepers, Filled>,
) -> Result<Response, Problem> {
    let (visitor, filled, mentor) = (form.visitor, form.fields, StaffId(staff));
    let sent = filled.clone();
    let done = office.work(&visitor.session, move |tx, author| written(tx, &author, mentor, &sent));
    match done.await {
        Ok(count) => {
            let to = format!("{MENTORS_HREF}/{staff}?handed={count}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(refused) => {
            let lang = visitor.frame.lang;
            let told = match refused {
                Refused::Ledger(refusal) => told(refusal, lang)?,
                Refused::Nobody => {
                    let said = [words::TO_MISSING, words::TO_NEXT];
                    let [said, next] = said.map(|text| text.in_lang(lang).to_owned());
                    Some((said, next))
                }
            };
            sheet(&office, &visitor, (mentor, None), (told, filled)).await
        }
    }
}

fn written(tx: &Tx<'_>, author: &Author, mentor: StaffId, sent: &Filled) -> Result<usize, Refused> {
    let to = match people::staff_meant(tx, sent.text("to"))?[..] {
        [to] => to,
        _ => return Err(Refused::Nobody),
    };
    let day: Date = sent.text("day").parse().map_err(|_| LedgerRefusal::Field("day"))?;
    let numbers = sent.all("student").map(|number| number.parse().map(StudentId));
    let chosen: Result<BTreeSet<StudentId>, _> = numbers.collect();
    let chosen = chosen.map_err(|_| LedgerRefusal::Field("student"))?;
    let author = author.because(sent.text("reason"));
    Ok(mentoring::hand_over(tx, &author, (mentor, to), day, &chosen)?)
}

#[cfg(test)]
mod tests;
