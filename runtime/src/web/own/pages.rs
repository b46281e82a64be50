//! The pages of the own account as functions of what was read.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use certs::onetime::AppSecret;
use domain::digest::Digest;
use qrcodegen::{QrCode, QrCodeEcc};
use zeroize::Zeroizing;

use super::super::factor::{CODES_LOW, FactorKind, Sheet};
use super::super::guard::local_path;
use super::super::html::Part;
use super::super::lang::{Lang, Text};
use super::super::problem::Problem;
use super::super::session_store::SessionLine;
use super::super::session_store::factor::StoredFactor;
use super::super::shell::{Page, Shell};
use super::super::tag::{Tag, Tone};
use super::super::{Html, time};
use super::{FACTOR_HREF, OWN_HREF, PASSWORD_HREF, Passing, words};
use crate::web::Hurdle;

/// Codes in a row of a sheet: what fits the narrow page before the first code was given.
const CODES_IN_ROW: usize = 3;
/// White modules around a code, as its standard asks for.
const QUIET: i32 = 4;

#[derive(Template)]
#[template(path = "code.html")]
struct CodeTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    next: String,
    failure: Option<[Text; 3]>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    is_first: bool,
    failure: Option<[Text; 3]>,
}

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    /// Whether the role has to have a factor and the account has none.
    is_due: bool,
    /// Whether a sheet waits for its first code.
    waits: bool,
    has_factor: bool,
    secret: Zeroizing<String>,
    groups: String,
    side: i32,
    picture: String,
    failure: Option<[Text; 3]>,
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    of: String,
    rows: Vec<Vec<(usize, &'a str)>>,
    confirms: bool,
}

#[derive(Template)]
#[template(path = "own.html")]
struct OwnTemplate<'a> {
    lang: Lang,
    csrf: &'a str,
    factor: Part<Tag>,
    left: Option<String>,
    has_factor: bool,
    rows: Vec<Row>,
}

/// One of the own sessions.
struct Row {
    browser: String,
    since: String,
    seen: String,
    token: String,
    is_this: bool,
}

/// Asks for the code of the second step.
pub(super) fn code(
    shell: &Shell,
    passing: &Passing,
    next: &str,
    failure: Option<[Text; 3]>,
) -> Result<Response, Problem> {
    let (lang, csrf) = (passing.frame.lang, passing.standing.session.csrf.as_str());
    let next = local_path(next).to_owned();
    let body = Html::render(&CodeTemplate { lang, csrf, next, failure })?;
    reply(shell, passing, (words::CODE_TITLE, ""), failure, body)
}

/// Asks for a new password.
pub(super) fn password(
    shell: &Shell,
    passing: &Passing,
    failure: Option<[Text; 3]>,
) -> Result<Response, Problem> {
    let (lang, csrf) = (passing.frame.lang, passing.standing.session.csrf.as_str());
    let is_first = passing.standing.hurdle == Some(Hurdle::Password);
    let body = Html::render(&PasswordTemplate { lang, csrf, is_first, failure })?;
    reply(shell, passing, (words::PASSWORD_TITLE, PASSWORD_HREF), failure, body)
}

/// Offers the two kinds of second factor.
pub(super) fn factor(
    shell: &Shell,
    passing: &Passing,
    (secret, waits): (&AppSecret, bool),
    failure: Option<[Text; 3]>,
) -> Result<Response, Problem> {
    let (lang, session) = (passing.frame.lang, &passing.standing.session);
    let text = secret.expose_text();
    let address = app_address(&shell.site.unit_id, &session.login, &text);
    let code = QrCode::encode_text(&address, QrCodeEcc::Medium).map_err(|_| Problem::Internal)?;
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    let body = Html::render(&FactorTemplate {
        lang,
        csrf: &session.csrf,
        is_due: passing.standing.hurdle == Some(Hurdle::Enrol),
        waits,
        has_factor: passing.standing.has_factor,
        groups: groups.join(" "),
        side: code.size() + 2 * QUIET,
        picture: dark_modules(&code),
        secret: text,
        failure,
    })?;
    reply(shell, passing, (words::FACTOR_TITLE, FACTOR_HREF), failure, body)
}

/// Shows a sheet, once.
pub(super) fn sheet(
    shell: &Shell,
    passing: &Passing,
    sheet: &Sheet,
    confirms: bool,
) -> Result<Response, Problem> {
    let (lang, session) = (passing.frame.lang, &passing.standing.session);
    let numbered: Vec<(usize, &str)> =
        sheet.codes.iter().enumerate().map(|(at, code)| (at + 1, code.as_str())).collect();
    let unit = shell.site.unit.in_lang(lang);
    let made = time::minute(shell.clock.now_ms());
    let body = Html::render(&SheetTemplate {
        lang,
        csrf: &session.csrf,
        of: words::CODES_OF.fill(lang, &[&session.login, &unit, &made]),
        rows: numbered.chunks(CODES_IN_ROW).map(<[_]>::to_vec).collect(),
        confirms,
    })?;
    reply(shell, passing, (words::CODES_TITLE, FACTOR_HREF), None, body)
}

/// The own account.
pub(super) fn own(
    shell: &Shell,
    passing: &Passing,
    (lines, this): (&[SessionLine], Digest),
    factor: Option<&StoredFactor>,
) -> Result<Response, Problem> {
    let lang = passing.frame.lang;
    let confirmed = factor.filter(|factor| factor.is_confirmed);
    let tag = match confirmed.map(|factor| factor.kind) {
        Some(FactorKind::App) => Tag::of(Tone::Good, words::NOW_APP, lang),
        Some(FactorKind::Sheet) => Tag::of(Tone::Good, words::NOW_SHEET, lang),
        None => Tag::of(Tone::Muted, words::NOW_NONE, lang),
    };
    let left = confirmed.map(|factor| {
        let text = if factor.codes_left <= CODES_LOW { words::NOW_LOW } else { words::NOW_LEFT };
        text.with(lang, factor.codes_left)
    });
    let row = |line: &SessionLine| Row {
        browser: browser_name(&line.browser, lang),
        since: time::minute(line.created_ms),
        seen: time::minute(line.seen_ms),
        token: line.token.to_string(),
        is_this: line.token == this,
    };
    let body = Html::render(&OwnTemplate {
        lang,
        csrf: &passing.standing.session.csrf,
        factor: tag,
        left,
        has_factor: confirmed.is_some(),
        rows: lines.iter().map(row).collect(),
    })?;
    let note = words::MY_NOTE.in_lang(lang).to_owned();
    let page = Page { note, ..page((words::MY_ACCOUNT, OWN_HREF), body, lang) };
    shell.reply(&passing.frame, &page)
}

fn page((title, current): (Text, &'static str), body: Html, lang: Lang) -> Page {
    let title = title.in_lang(lang).to_owned();
    Page { title, note: String::new(), crumbs: Vec::new(), current, exports: Vec::new(), body }
}

fn reply(
    shell: &Shell,
    passing: &Passing,
    head: (Text, &'static str),
    failure: Option<[Text; 3]>,
    body: Html,
) -> Result<Response, Problem> {
    let status = if failure.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    shell.reply_with(status, &passing.frame, &page(head, body, passing.frame.lang))
}

/// The address that an app reads from the picture: the key URI that all of them know.
fn app_address(unit: &str, login: &str, secret: &str) -> Zeroizing<String> {
    let login: String = login.bytes().map(escaped).collect();
    let unit: String = unit.bytes().map(escaped).collect();
    let who = format!("Xinqiao%20{unit}");
    Zeroizing::new(format!("otpauth://totp/{who}:{login}?secret={secret}&issuer={who}"))
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    }
}

/// The dark modules as the outline of one shape.
fn dark_modules(code: &QrCode) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    path
}

/// The name in what a browser calls itself; most call themselves several things.
fn browser_name(agent: &str, lang: Lang) -> String {
    const NAMES: [(&str, &str); 8] = [
        ("Edg/", "Edge"),
        ("QIHU", "360"),
        ("360SE", "360"),
        ("QQBrowser", "QQ"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 5] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |list: &[(&'static str, &'static str)]| {
        list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (first(&NAMES), first(&SYSTEMS)) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(name), None) => name.to_owned(),
        _ => words::BROWSER_UNKNOWN.in_lang(lang).to_owned(),
    }
}
