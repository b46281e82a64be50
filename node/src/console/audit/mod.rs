//! The audit: who did what kind of thing when, and whether the chain of the ledgers is whole.
//!
//! No student, no content, no reason: those stand on the pages of whoever may read them.

mod words;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use domain::ledger::Word as _;
use runtime::sql::{SqlError, Tx};
use runtime::web::{
    Audience, Html, Lang, NavLink, Page, Part, Problem, Role, SignedForm, Tag, Text, Tone, Visitor,
    time,
};
use serde::Deserialize;

use super::office::{Nothing, Office, chosen};
use super::sheet::{self, Around, Cell, Head, Sheet};
use crate::ledger::access_chain::{self, ReadsError, ReadsHead};
use crate::ledger::account_ask::{self, Waiting};
use crate::ledger::audit::{self, ActLine, Acts, Beside, Deed};
use crate::ledger::entry::Moment;
use crate::ledger::journal::{self, JournalFault, JournalHead, VerifyError};

pub(super) const AUDIT_HREF: &str = "/audit";
/// Acts of one page.
const LINES: u32 = 100;

/// Who reads the audit, as the table of authority has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Auditors;

impl Audience for Auditors {
    const ROLES: &'static [Role] = &[Role::Auditor, Role::MoralHead];
}

pub(super) fn link() -> NavLink {
    NavLink { label: words::AUDIT, href: AUDIT_HREF }
}

pub(super) fn router() -> Router<Office> {
    Router::new().route(AUDIT_HREF, get(show).post(verify))
}

#[derive(Default, Deserialize)]
struct Asked {
    before: Option<i64>,
}

/// What a check of both chains came to.
enum Checked {
    /// Both are whole; so many orders of destruction could be checked by their target only.
    Whole(JournalHead, ReadsHead, u64),
    Broken(JournalFault),
    ReadsBroken(u64),
}

#[derive(Template)]
#[template(path = "console/verify.html")]
struct VerifyTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    state: Option<(Part<Tag>, String)>,
    head: String,
}

async fn show(
    State(office): State<Office>,
    visitor: Visitor<Auditors>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    show_page(&office, &visitor, asked.before.unwrap_or(i64::MAX), None).await
}

async fn verify(
    State(office): State<Office>,
    form: SignedForm<Auditors, Nothing>,
) -> Result<Response, Problem> {
    let checked = office.read(check).await?;
    show_page(&office, &form.visitor, i64::MAX, Some(checked)).await
}

/// Follows the chain of entries and the chain of reads.
fn check(tx: &Tx<'_>) -> Result<Checked, SqlError> {
    let head = match journal::verify(tx) {
        Ok(head) => head,
        Err(VerifyError::Fault(fault)) => return Ok(Checked::Broken(fault)),
        Err(VerifyError::Store(error)) => return Err(error),
    };
    match access_chain::verify(tx) {
        Ok(reads) => Ok(Checked::Whole(head, reads, journal::checked_by_target_only(tx)?)),
        Err(ReadsError::Line(line)) => Ok(Checked::ReadsBroken(line)),
        Err(ReadsError::Store(error)) => Err(error),
    }
}

async fn show_page(
    office: &Office,
    visitor: &Visitor<Auditors>,
    before_ms: i64,
    checked: Option<Checked>,
) -> Result<Response, Problem> {
    let now = Moment(office.shell.clock.now_ms());
    let read = move |tx: &Tx<'_>| {
        Ok((audit::acts(tx, before_ms, LINES)?, journal::head(tx)?, account_ask::waiting(tx, now)?))
    };
    let (acts, head, waiting) = office.read(read).await?;
    let lang = visitor.frame.lang;
    let mut page = list(&acts, &waiting, lang)?;
    let state = checked.map(|checked| said(&checked, lang));
    let (csrf, head) = (visitor.session.csrf.as_str(), head_line(&head, lang));
    let verified = Html::render(&VerifyTemplate { lang, csrf, state, head })?;
    page.body = Html::joined([verified, page.body]);
    office.reply(visitor, &page)
}

/// What waits for a second person to let somebody in; whoever asked may wait for that as well.
fn waits(waiting: &[Waiting], lang: Lang) -> Sheet {
    let heads = [words::WHO, words::ASKED_BY, words::WHEN, words::ENDS];
    let mut table = Sheet::new(words::WAITS, &heads, words::NONE_WAITS, lang);
    for one in waiting {
        table.row(vec![
            Cell::plain(&one.login),
            Cell::plain(&one.asked_by),
            Cell::plain(time::minute(one.asked.0)),
            Cell::plain(time::minute(one.ends.0)),
        ]);
    }
    table
}

fn list(acts: &Acts, waiting: &[Waiting], lang: Lang) -> Result<Page, Problem> {
    let heads = [words::WHEN, words::WHO, words::SECOND, words::ROLE, words::DEED];
    let mut table = Sheet::new(words::ACTS, &heads, words::NONE, lang);
    for act in &acts.lines {
        let role = act.role.map_or("", |role| chosen(role.label(), lang));
        table.row(vec![
            Cell::plain(time::minute(act.at.0)),
            Cell::plain(super::welcome::changer(&act.account, lang)),
            Cell::plain(act.asked_by.as_deref().unwrap_or_default()),
            Cell::plain(role),
            Cell::plain(deed(act, lang)),
        ]);
    }
    let last = acts.lines.last().filter(|_| acts.has_older);
    let older = last.map(|act| (format!("{AUDIT_HREF}?before={}", act.at.0), words::OLDER));
    let (group, title, note) = (super::words::OFFICE, words::AUDIT, words::AUDIT_NOTE);
    let head = Head { group, title, note, href: AUDIT_HREF };
    Ok(sheet::page(
        &head,
        Around { older, ..Around::default() },
        vec![waits(waiting, lang), table],
        lang,
    )?)
}

fn deed(act: &ActLine, lang: Lang) -> String {
    match &act.deed {
        Deed::Wrote(kind, first, times) => {
            let said = match (first, act.asked_by.is_some(), times) {
                (true, _, 1) => words::WROTE,
                (true, _, _) => words::WROTE_SEVERAL,
                (false, true, 1) => words::ANSWERED,
                (false, true, _) => words::ANSWERED_SEVERAL,
                (false, false, 1) => words::REWROTE,
                (false, false, _) => words::REWROTE_SEVERAL,
            };
            said.fill(lang, &[&chosen(kind.label(), lang), times])
        }
        Deed::Read(purpose, count) => {
            words::READ.fill(lang, &[count, &chosen(purpose.label(), lang)])
        }
        Deed::Account(login, what, role) => {
            let role = role.parse::<Role>().map_or("", |role| super::title(role).in_lang(lang));
            words::ACCOUNT.fill(lang, &[login, &changed(what, lang), &role])
        }
        Deed::Hold(period, true) => words::HELD.with(lang, period),
        Deed::Hold(period, false) => words::LIFTED.with(lang, period),
        Deed::Beside(what, of) => beside(*what).with(lang, of),
        Deed::AskedAccess => words::ASKED.in_lang(lang).to_owned(),
        Deed::AnsweredAccess(true) => words::GRANTED.in_lang(lang).to_owned(),
        Deed::AnsweredAccess(false) => words::REFUSED.in_lang(lang).to_owned(),
        Deed::Import(kind, rows) => {
            words::IMPORTED.fill(lang, &[&super::imports::kind_of(kind, lang), rows])
        }
        Deed::List(number, act) => {
            let text = match act.as_str() {
                "received" => words::LIST_RECEIVED,
                "read" => words::LIST_READ,
                "taken" => words::LIST_TAKEN,
                _ => words::LIST_DESTROYED,
            };
            text.with(lang, number)
        }
    }
}

const fn beside(what: Beside) -> Text {
    match what {
        Beside::TurnAsked => words::TURN_ASKED,
        Beside::TurnDone => words::TURN_DONE,
        Beside::TurnRefused => words::TURN_REFUSED,
        Beside::TurnUndone => words::TURN_UNDONE,
        Beside::RunOpened => words::RUN_OPENED,
        Beside::RunClosed => words::RUN_CLOSED,
        Beside::RunVoided => words::RUN_VOIDED,
        Beside::Notice => words::NOTICE,
        Beside::AccountAsked => words::ACCOUNT_ASKED,
        Beside::AccountRefused => words::ACCOUNT_REFUSED,
        Beside::ImportUndone => words::IMPORT_UNDONE,
        Beside::RollEntered => words::ROLL_ENTERED,
        Beside::SenderSeen => words::SENDER_SEEN,
    }
}

/// What was changed about an account.
fn changed(what: &str, lang: Lang) -> &'static str {
    let text = match what {
        "set" => words::C_SET,
        "role" => words::C_ROLE,
        "locked" => words::C_LOCKED,
        "unlocked" => words::C_UNLOCKED,
        "password" => words::C_PASSWORD,
        "one_time_password" | "password_beside_factor" => words::C_ONE_TIME,
        "factor_app" => words::C_APP,
        "factor_sheet" => words::C_SHEET,
        "factor_codes" => words::C_CODES,
        "factor_removed" => words::C_REMOVED,
        "calendar_made" => words::C_CALENDAR,
        "calendar_withdrawn" => words::C_NO_CALENDAR,
        _ => words::C_OTHER,
    };
    text.in_lang(lang)
}

fn said(checked: &Checked, lang: Lang) -> (Part<Tag>, String) {
    match checked {
        Checked::Whole(head, reads, old) => {
            let mut text = words::WHOLE_WHY.fill(lang, &[&head.entries, &reads.lines, &reads.hash]);
            if *old > 0 {
                text += &words::OLD_ORDERS.with(lang, old);
            }
            (Tag::of(Tone::Good, words::WHOLE, lang), text)
        }
        Checked::Broken(fault) => {
            let place = match fault {
                JournalFault::Entry(number)
                | JournalFault::Version(number)
                | JournalFault::Missing(number) => number.to_string(),
                JournalFault::Unknown(kind) => (*kind).to_owned(),
                JournalFault::Pointer(record)
                | JournalFault::Parallels(record)
                | JournalFault::Annulled(record)
                | JournalFault::Unordered(record) => record.to_string(),
            };
            let text = words::BROKEN_WHY.fill(lang, &[&place]);
            (Tag::of(Tone::Bad, words::BROKEN, lang), text)
        }
        Checked::ReadsBroken(line) => {
            let text = words::READS_BROKEN_WHY.fill(lang, &[line]);
            (Tag::of(Tone::Bad, words::BROKEN, lang), text)
        }
    }
}

fn head_line(head: &JournalHead, lang: Lang) -> String {
    words::HEAD.fill(lang, &[&head.entries, &head.hash])
}

#[cfg(test)]
mod tests;
