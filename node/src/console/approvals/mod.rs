//! Being let onto a record: asking, granting, refusing, and who is let in now.
//!
//! A request shows the number that was typed and no name. Whoever decides sees which student it is
//! and leaves a read of that record; whoever asked is told nothing but the answer.

mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::ledger::Word as _;
use domain::ledger::terms::ReadPurpose;
use jiff::civil::Date;
use runtime::cli::Failure;
use runtime::sql::Tx;
use runtime::web::{
    Audience, Html, Lang, NavLink, Page, Part, Problem, Role, Session, Shell, SignedForm, Tag,
    Tone, Visitor, time,
};
use serde::Deserialize;

use crate::ledger::approval::{self, Grant, Request};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::{self, Names};
use crate::ledger::{Ledger, access, account};

pub(super) const APPROVALS_HREF: &str = "/approvals";
/// Days that the form proposes.
const DAYS_PROPOSED: u32 = 14;

/// Roles that may be let onto a record, and those who let them.
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

pub(super) fn link() -> NavLink {
    NavLink { label: words::APPROVALS, href: APPROVALS_HREF }
}

pub(super) fn router(shell: Arc<Shell>, ledger: Ledger) -> Router {
    Router::new()
        .route(APPROVALS_HREF, get(show).post(ask))
        .route("/approvals/{id}", post(decide))
        .route("/approvals/grants/{record}/end", post(end))
        .with_state(Desk { shell, ledger })
}

#[derive(Deserialize)]
struct Asking {
    student: String,
    until: String,
    reason: String,
}

#[derive(Deserialize)]
struct Deciding {
    grants: String,
    reason: String,
}

#[derive(Deserialize)]
struct Ending {
    version: u32,
    reason: String,
}

/// Everything that the page shows.
struct Seen {
    decides: bool,
    requests: Vec<(Request, String)>,
    grants: Vec<Grant>,
    names: Names,
    today: Date,
}

#[derive(Template)]
#[template(path = "console/approvals.html")]
struct ApprovalsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    failure: Option<(String, String)>,
    decides: bool,
    proposed: String,
    rows: Vec<Row>,
    grants: Vec<GrantRow>,
}

struct Row {
    id: i64,
    asked: String,
    who: String,
    student: String,
    reason: String,
    until: String,
    state: Part<Tag>,
    answer: String,
    waits: bool,
}

struct GrantRow {
    record: i64,
    version: u32,
    student: String,
    who: String,
    from: String,
    until: String,
}

async fn show(State(desk): State<Desk>, visitor: Visitor<Readers>) -> Result<Response, Problem> {
    desk.page(&visitor, None).await
}

async fn ask(
    State(desk): State<Desk>,
    form: SignedForm<Readers, Asking>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = desk.work(&visitor.session, move |tx, author| {
        let until = fields.until.parse().map_err(|_| LedgerRefusal::Field("until"))?;
        approval::ask(tx, &author.because(&fields.reason), &fields.student, until).map(drop)
    });
    let done = done.await;
    desk.answer(&visitor, done).await
}

async fn decide(
    State(desk): State<Desk>,
    Path(id): Path<i64>,
    form: SignedForm<Readers, Deciding>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = desk.work(&visitor.session, move |tx, author| {
        approval::decide(tx, &author.because(&fields.reason), id, fields.grants == "yes")
    });
    let done = done.await;
    desk.answer(&visitor, done).await
}

async fn end(
    State(desk): State<Desk>,
    Path(record): Path<i64>,
    form: SignedForm<Readers, Ending>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    let done = desk.work(&visitor.session, move |tx, author| {
        let seen = (RecordId(record), fields.version);
        approval::end(tx, &author.because(&fields.reason), seen)
    });
    let done = done.await;
    desk.answer(&visitor, done).await
}

impl Desk {
    /// Works on the ledger as the account of the session, where blocking does no harm.
    async fn work<T: Send + 'static>(
        &self,
        session: &Session,
        work: impl FnOnce(&Tx<'_>, &Author) -> Result<T, LedgerRefusal> + Send + 'static,
    ) -> Result<T, LedgerRefusal> {
        let (ledger, now_ms) = (self.ledger.clone(), self.shell.clock.now_ms());
        let login = session.login.clone();
        let done = tokio::task::spawn_blocking(move || {
            ledger.write("approvals", move |tx| {
                let author = account::author(tx, &login, now_ms)?;
                work(tx, &author.ok_or(LedgerRefusal::NotAllowed)?)
            })
        });
        // A panic inside is a mistake of ours; nothing was committed.
        done.await.unwrap_or(Err(LedgerRefusal::Unknown))
    }

    async fn answer(
        &self,
        visitor: &Visitor<Readers>,
        done: Result<(), LedgerRefusal>,
    ) -> Result<Response, Problem> {
        match done {
            Ok(()) => Ok(Redirect::to(APPROVALS_HREF).into_response()),
            Err(LedgerRefusal::Store(error)) => Err(error.into()),
            Err(refusal) => self.page(visitor, Some(refusal.into())).await,
        }
    }

    async fn page(
        &self,
        visitor: &Visitor<Readers>,
        failure: Option<Failure>,
    ) -> Result<Response, Problem> {
        let seen = self.work(&visitor.session, look).await.map_err(|refusal| match refusal {
            LedgerRefusal::NotAllowed => Problem::Forbidden,
            _ => Problem::Unavailable,
        })?;
        let (lang, refused) = (visitor.frame.lang, failure.is_some());
        let page = page(&seen, failure, &visitor.session, lang)?;
        let status = if refused { StatusCode::CONFLICT } else { StatusCode::OK };
        self.shell.reply_with(status, &visitor.frame, &page)
    }
}

/// Reads what somebody may see; whoever decides is told the student, which is a read of each.
fn look(tx: &Tx<'_>, author: &Author) -> Result<Seen, LedgerRefusal> {
    let (names, today) = (Names::load(tx)?, author.today());
    let decides = approval::decides(author.role());
    let of = if decides { None } else { Some(author.staff()) };
    let requests = match of {
        None => approval::list(tx, None)?,
        Some(Some(staff)) => approval::list(tx, Some(staff))?,
        Some(None) => Vec::new(),
    };
    let grants = if decides { approval::grants(tx, author)? } else { Vec::new() };
    let mut students: BTreeSet<_> = grants.iter().map(|grant| grant.student).collect();
    let mut shown = Vec::new();
    for request in requests {
        let mut student = request.student_number.clone();
        if decides {
            match showing::student_of(tx, &request.student_number)? {
                Some(found) => {
                    students.insert(found);
                    student = format!("{student} {}", names.student_line(found));
                }
                None => student = format!("{student} —"),
            }
        }
        shown.push((request, student));
    }
    access::log_list(tx, author, &students, ReadPurpose::Review)?;
    Ok(Seen { decides, requests: shown, grants, names, today })
}

fn page(
    seen: &Seen,
    failure: Option<Failure>,
    session: &Session,
    lang: Lang,
) -> Result<Page, Problem> {
    let failure = failure.map(|failure| {
        let next = failure.next_step(lang).unwrap_or_default().to_owned();
        (failure.message(lang).to_owned(), next)
    });
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let grant = |grant: &Grant| GrantRow {
        record: grant.record.0,
        version: grant.version,
        student: seen.names.student_line(grant.student),
        who: seen.names.staff(grant.staff).to_owned(),
        from: grant.from.to_string(),
        until: day(grant.until),
    };
    let proposed = domain::ledger::day::plus_days(seen.today, DAYS_PROPOSED);
    let body = Html::render(&ApprovalsTemplate {
        lang,
        csrf: &session.csrf,
        failure,
        decides: seen.decides,
        proposed: proposed.to_string(),
        rows: seen.requests.iter().map(|request| row(request, seen, lang)).collect(),
        grants: seen.grants.iter().map(grant).collect(),
    })?;
    Ok(Page {
        title: words::APPROVALS.in_lang(lang).to_owned(),
        note: words::APPROVALS_NOTE.in_lang(lang).to_owned(),
        crumbs: super::crumbs(words::APPROVALS, lang),
        current: APPROVALS_HREF,
        exports: Vec::new(),
        body,
    })
}

fn row((request, student): &(Request, String), seen: &Seen, lang: Lang) -> Row {
    let waits = approval::waits(request, seen.today);
    let (state, answer) = match &request.decision {
        None if waits => (Tag::of(Tone::Info, words::WAITS, lang), String::new()),
        None => (Tag::of(Tone::Muted, words::OVER, lang), String::new()),
        Some(decision) => {
            let word = match (decision.granted, request.until > seen.today) {
                (true, true) => Tag::of(Tone::Good, words::GRANTED, lang),
                (true, false) => Tag::of(Tone::Muted, words::ENDED, lang),
                (false, _) => Tag::of(Tone::Notice, words::REFUSED, lang),
            };
            let at = time::minute(decision.at.0);
            (word, format!("{at} {} {}", decision.account, decision.reason))
        }
    };
    let (zh, en) = request.role.label();
    let role = if lang == Lang::Zh { zh } else { en };
    Row {
        id: request.id,
        asked: time::minute(request.asked.0),
        who: format!("{} · {role}", seen.names.staff(request.staff)),
        student: student.clone(),
        reason: request.reason.clone(),
        until: request.until.to_string(),
        state,
        answer,
        waits,
    }
}

#[cfg(test)]
mod tests;
