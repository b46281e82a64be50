//! The page of accounts as a function of what was read.

use askama::Template;
use domain::ledger::{SchoolRole, administers};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::factor::FactorPolicy;
use runtime::web::{Html, Lang, Page, Part, RenderError, Role, Session, Tag, Text, Tone, time};

use super::super::filled::{Filled, Sent};
use super::super::office::sentences;
use super::{ACCOUNTS_HREF, Outcome, words};
use crate::ledger::account::{self, AccountLine};
use crate::ledger::account_ask::{Waiting, Wish};

/// What is shown, and to whom.
pub(super) struct View<'a> {
    pub(super) lines: &'a [AccountLine],
    pub(super) waiting: &'a [Waiting],
    pub(super) outcome: Outcome,
    pub(super) role: SchoolRole,
    pub(super) now_ms: i64,
}

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct AccountsTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    scope: &'static str,
    failure: Option<(String, String)>,
    password: Option<(String, &'a str, &'static str)>,
    waiting: Vec<WaitingView>,
    rows: Vec<Row<'a>>,
    roles: Vec<(&'static str, &'static str)>,
    add: Filled,
    /// The field of the form for a new account that was wrong, with its sentence.
    wrong: (&'static str, String),
}

struct WaitingView {
    id: i64,
    login: String,
    text: String,
    may_agree: bool,
    is_mine: bool,
}

struct Row<'a> {
    login: &'a str,
    name: &'a str,
    role: &'static str,
    staff: &'a str,
    factor: Part<Tag>,
    state: Part<Tag>,
    changed: String,
    is_own: bool,
    /// The role word, where the reader may ask to be somebody of the roll of staff.
    may_link: Option<&'static str>,
    is_open: bool,
    is_locked: bool,
    can_ask: bool,
    /// Whether a password from one person alone lets nobody in as this one.
    may_password: bool,
    may_opening: bool,
    /// Whether one of its forms was refused, and what stood in them.
    is_refused: bool,
    role_typed: String,
    staff_typed: String,
    reason_factor: String,
    reason_opening: String,
}

pub(super) fn page(
    view: &View<'_>,
    policy: FactorPolicy,
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let Told { failure, password, sent, wrong } = told(&view.outcome, lang);
    let scope = match view.role {
        SchoolRole::Operator => words::SCOPE_IT,
        _ => words::SCOPE_HEAD,
    };
    let roles = Role::SCHOOL.iter().filter(|role| looks_after(view.role, **role));
    let waiting = view.waiting.iter().map(|waits| waiting_one(waits, session, lang));
    let body = Html::render(&AccountsTemplate {
        lang,
        csrf: &session.csrf,
        scope: scope.in_lang(lang),
        failure,
        password,
        waiting: waiting.collect(),
        rows: view
            .lines
            .iter()
            .map(|line| row(line, view, (policy, session, &sent), lang))
            .collect(),
        add: sent.of("add"),
        wrong,
        roles: roles
            .map(|role| (role.as_str(), crate::console::title(*role).in_lang(lang)))
            .collect(),
    })?;
    Ok(Page {
        title: words::ACCOUNTS.in_lang(lang).to_owned(),
        note: words::ACCOUNTS_NOTE.in_lang(lang).to_owned(),
        crumbs: crate::console::crumbs(words::ACCOUNTS, lang),
        current: ACCOUNTS_HREF,
        exports: Vec::new(),
        body,
    })
}

/// What an act came to, as the page tells it.
#[derive(Default)]
struct Told<'a> {
    failure: Option<(String, String)>,
    /// Heading, what is shown this once, and what to do with it.
    password: Option<(String, &'a str, &'static str)>,
    sent: Sent,
    wrong: (&'static str, String),
}

fn told(outcome: &Outcome, lang: Lang) -> Told<'_> {
    let shown = |of: Text, login: &String, once: Text| (of.with(lang, login), once.in_lang(lang));
    let ((title, once), shown) = match outcome {
        Outcome::Looked => return Told::default(),
        Outcome::Password { login, password } => {
            (shown(words::PASSWORD_FOR, login, words::PASSWORD_ONCE), password)
        }
        Outcome::FirstHalf { login, half } => {
            (shown(words::FIRST_HALF_OF, login, words::FIRST_HALF_ONCE), half)
        }
        Outcome::SecondHalf { login, half } => {
            (shown(words::SECOND_HALF_OF, login, words::SECOND_HALF_ONCE), half)
        }
        Outcome::Refused(refused, sent) => {
            let wrong = (field_of(refused.code()), refused.message(lang).to_owned());
            let failure = Some(sentences(refused, lang));
            return Told { failure, sent: sent.clone(), wrong, ..Told::default() };
        }
    };
    Told { password: Some((title, shown.as_str(), once)), ..Told::default() }
}

fn waiting_one(waits: &Waiting, session: &Session, lang: Lang) -> WaitingView {
    let person = match &waits.person {
        Some((number, name)) => words::PERSON.fill(lang, &[number, name]),
        None => words::NO_PERSON.in_lang(lang).to_owned(),
    };
    let title = |role: Role| crate::console::title(role).in_lang(lang);
    let what = match &waits.wish {
        Wish::New { name, role, .. } => {
            words::ASKED_NEW.fill(lang, &[&title(*role), name, &person])
        }
        Wish::Role { role, .. } => words::ASKED_ROLE.fill(lang, &[&title(*role), &person]),
        Wish::Opening => words::ASKED_OPENING.with(lang, &waits.reason),
        Wish::Factor => words::ASKED_FACTOR.with(lang, &waits.reason),
    };
    let ends = time::minute(waits.ends.0);
    let text = words::WAITING_ONE.fill(lang, &[&waits.login, &what, &waits.asked_by, &ends]);
    let is_mine = waits.asked_by == session.login;
    WaitingView {
        id: waits.id,
        login: waits.login.clone(),
        text,
        may_agree: !is_mine && waits.login != session.login,
        is_mine,
    }
}

fn row<'a>(
    line: &'a AccountLine,
    view: &View<'_>,
    (policy, session, sent): (FactorPolicy, &Session, &Sent),
    lang: Lang,
) -> Row<'a> {
    let typed = |form: &str| sent.of(&format!("{form}.{}", line.login));
    let (moved, factor_asked, opening) = (typed("role"), typed("factor"), typed("opening"));
    let is_refused =
        moved.is_sent("role") || factor_asked.is_sent("reason") || opening.is_sent("reason");
    let factor = match (line.has_factor, policy.needs(line.role)) {
        (true, _) => Tag::of(Tone::Good, words::FACTOR_ON, lang),
        (false, true) => Tag::of(Tone::Notice, words::FACTOR_DUE, lang),
        (false, false) => Tag::of(Tone::Muted, words::FACTOR_OFF, lang),
    };
    let state = if line.locked {
        Tag::of(Tone::Bad, words::LOCKED, lang)
    } else if line.paused_until_ms > view.now_ms {
        let until = time::minute(line.paused_until_ms);
        Tag::new(Tone::Notice, words::PAUSED.with(lang, until))
    } else if line.must_change {
        Tag::of(Tone::Info, words::FIRST, lang)
    } else {
        Tag::of(Tone::Good, words::OPEN, lang)
    };
    let is_own = line.login == session.login;
    let changed = line.changed.as_ref();
    Row {
        login: &line.login,
        name: &line.name,
        role: crate::console::title(line.role).in_lang(lang),
        staff: line.staff.as_deref().unwrap_or_default(),
        is_refused,
        role_typed: moved.clone().or("role", &line.role.as_str()).text("role").to_owned(),
        staff_typed: match moved.is_sent("staff") {
            true => moved.text("staff").to_owned(),
            false => line.staff.clone().unwrap_or_default(),
        },
        reason_factor: factor_asked.text("reason").to_owned(),
        reason_opening: opening.text("reason").to_owned(),
        factor,
        state,
        changed: changed.map_or_else(String::new, |(at, by)| {
            let by = crate::console::welcome::changer(by, lang);
            format!("{} {by}", time::minute(at.0))
        }),
        is_own,
        may_link: (is_own && line.staff.is_none() && looks_after(view.role, line.role))
            .then(|| line.role.as_str()),
        is_open: !is_own && looks_after(view.role, line.role),
        is_locked: line.locked,
        can_ask: !is_own && line.has_factor,
        may_password: line.has_factor || !account::takes_two(line.role),
        may_opening: account::takes_two(line.role),
    }
}

/// The field of the form for a new account that a refusal is about.
fn field_of(code: &str) -> &'static str {
    match code {
        "STAFF_NEEDED" | "STAFF_UNKNOWN" | "SECOND_ACCOUNT" | "OTHER_PERSON" => "staff",
        "ACCOUNT" | "DOUBLE" => "login",
        _ => "",
    }
}

fn looks_after(by: SchoolRole, of: Role) -> bool {
    of.school().is_some_and(|of| administers(by, of))
}

fn refused(code: &'static str, what: impl Into<Sentence>, next: Text) -> Failure {
    Failure::new(Exit::Refused, code, what).hint(next)
}

pub(super) fn not_allowed() -> Failure {
    refused("ROLE_REFUSED", words::NOT_ALLOWED, words::NOT_ALLOWED_NEXT)
}

pub(super) fn double() -> Failure {
    refused("DOUBLE", words::DOUBLE, words::DOUBLE_NEXT)
}

pub(super) fn not_waiting() -> Failure {
    refused("NOT_WAITING", words::NOT_WAITING, words::NOT_WAITING_NEXT)
}

pub(super) fn password_waits() -> Failure {
    refused("PASSWORD_WAITS", words::PASSWORD_WAITS, words::PASSWORD_WAITS_NEXT)
}

pub(super) fn staff_needed() -> Failure {
    refused("STAFF_NEEDED", words::STAFF_NEEDED, words::STAFF_NEXT)
}

pub(super) fn staff_unknown(number: &str) -> Failure {
    refused("STAFF_UNKNOWN", Sentence::new(words::STAFF_UNKNOWN, &[&number]), words::STAFF_NEXT)
}
