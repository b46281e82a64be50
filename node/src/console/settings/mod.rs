//! The machine's pages: settings with their origin, what came from above, how the node stands.
//!
//! They show and change nothing: what is set stands in the file, the environment or the command
//! line, and a page that wrote over one of them would hide it.

mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use domain::catalogue::Language;
use domain::disclosure::may_run;
use proto::pack::{Pack, PackKind};
use runtime::cli::doctor::{Check, Verdict as Found};
use runtime::sql::SqlError;
use runtime::web::{
    Audience, Lang, NavLink, Part, Problem, Role, Shell, Tag, Text, Tone, Visitor, time,
};

use super::sheet::{self, Around, Cell, Head, Sheet};
use super::words::OFFICE;
use super::{Staff, sync};
use crate::app::Node;
use crate::backup::{self, Made};
use crate::config::{BackupPlan, KEYS, Origin, Setting};
use crate::desk::checks;
use crate::desk::copies::{self, StoreCopy};
use crate::egress::link;
use crate::transfer::directive::{self, Received, Stored, Verdict};

pub(super) const SETTINGS_HREF: &str = "/settings";
pub(super) const NOTICES_HREF: &str = "/notices";
pub(super) const STATUS_HREF: &str = "/status";
/// Notices that are shown.
const NOTICES_MAX: u32 = 200;

/// Daily copies that are shown.
const BACKUPS_SHOWN: usize = 20;

/// Who answers for the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Responsible;

impl Audience for Responsible {
    const ROLES: &'static [Role] =
        &[Role::Operator, Role::MoralHead, Role::Principal, Role::Auditor];
}

#[derive(Clone)]
struct Desk {
    shell: Arc<Shell>,
    node: Node,
}

impl FromRef<Desk> for Arc<Shell> {
    fn from_ref(desk: &Desk) -> Self {
        Self::clone(&desk.shell)
    }
}

pub(super) fn links() -> [NavLink; 3] {
    [
        NavLink { label: words::STATUS, href: STATUS_HREF },
        NavLink { label: words::NOTICES, href: NOTICES_HREF },
        NavLink { label: words::SETTINGS, href: SETTINGS_HREF },
    ]
}

/// The pages that need the whole node.
pub(super) fn router(shell: Arc<Shell>, node: Node) -> Router {
    Router::new()
        .route(SETTINGS_HREF, get(show_settings))
        .route(NOTICES_HREF, get(show_notices))
        .route(STATUS_HREF, get(show_status))
        .with_state(Desk { shell, node })
}

async fn show_settings(
    State(desk): State<Desk>,
    visitor: Visitor<Responsible>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let heads = [words::SETTING, words::VALUE, words::ORIGIN, words::CHANGE];
    let mut table = Sheet::new(words::SETTINGS, &heads, words::NONE, lang);
    for setting in desk.node.config().settings.iter() {
        table.row(setting_row(setting, lang));
    }
    let (group, title, note) = (OFFICE, words::SETTINGS, words::SETTINGS_NOTE);
    let head = Head { group, title, note, href: SETTINGS_HREF };
    let notes = vec![words::ORDER.in_lang(lang).to_owned()];
    desk.shell.reply(
        &visitor.frame,
        &sheet::page(&head, Around { notes, ..Around::default() }, vec![table], lang)?,
    )
}

fn setting_row(setting: &Setting, lang: Lang) -> Vec<Cell> {
    let name = setting.key.name;
    let value = match setting.value.trim() {
        "" => words::EMPTY.in_lang(lang).to_owned(),
        value => value.replace('|', lang_comma(lang)),
    };
    let by_join = setting.key.about.starts_with("written by join");
    let (tag, change) = match &setting.origin {
        Origin::Default if by_join => {
            (Tag::of(Tone::Muted, words::O_DEFAULT, lang), words::C_JOIN.in_lang(lang).to_owned())
        }
        Origin::Default => {
            (Tag::of(Tone::Muted, words::O_DEFAULT, lang), words::C_DEFAULT.with(lang, name))
        }
        Origin::File(_) => {
            (Tag::of(Tone::Good, words::O_FILE, lang), words::C_FILE.with(lang, name))
        }
        Origin::Environment(variable) => (
            Tag::of(Tone::Info, words::O_ENVIRONMENT, lang),
            words::C_ENVIRONMENT.with(lang, variable),
        ),
        Origin::Flag => (Tag::of(Tone::Info, words::O_FLAG, lang), words::C_FLAG.with(lang, name)),
    };
    let about = about(name).map_or("", |text| text.in_lang(lang));
    let danger = name.starts_with("danger_") && !matches!(setting.value.trim(), "" | "false");
    let value = match danger {
        true => Cell::tagged(Tag::of(Tone::Bad, words::DANGER, lang), value),
        false => Cell::plain(value),
    };
    vec![
        Cell::plain(format!("{name} · {about}")),
        value,
        Cell::tagged(tag, String::new()),
        Cell::plain(change),
    ]
}

const fn lang_comma(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    }
}

/// What a setting is, in both languages; each key of [`KEYS`] has one.
fn about(name: &str) -> Option<Text> {
    let at = KEYS.iter().position(|key| key.name == name)?;
    words::ABOUT.get(at).copied()
}

async fn show_notices(
    State(desk): State<Desk>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let node = desk.node.clone();
    let today = desk.node.clock().today();
    let read = runtime::blocking::run(move || {
        let (received, stored) = node.transfer().read(|tx| {
            let received = directive::received(tx, NOTICES_MAX)?;
            let is_refused = received.iter().any(|notice| notice.verdict.refusal().is_some());
            let stored = if is_refused { directive::all(tx)? } else { Vec::new() };
            Ok::<_, SqlError>((received, stored))
        })?;
        Ok::<_, SqlError>((received, stored, node.sealed_years()?))
    });
    let (received, stored, years) = read.await.map_err(|_| Problem::Internal)??;
    let lang = visitor.frame.lang;
    let heads = [words::RECEIVED, words::WHAT, words::VERSION, words::EFFECTIVE, words::STATE];
    let mut table = Sheet::new(words::NOTICES, &heads, words::NO_NOTICES, lang);
    for notice in &received {
        let version = match &notice.before {
            None => words::FIRST.with(lang, &notice.version),
            Some(before) => words::REPLACES.fill(lang, &[&notice.version, before]),
        };
        let (tag, why) = match years.refusal(&notice.kind, &notice.name) {
            Some(unsealed) => {
                let tag = Tag::of(Tone::Notice, words::N_UNSEALED, lang);
                (tag, unsealed.text().in_lang(lang).to_owned())
            }
            None => notice_state(notice, (&received, &stored), today, lang),
        };
        table.row(vec![
            Cell::plain(time::minute(notice.received_ms)),
            Cell::plain(format!("{} · {}", kind(&notice.kind, lang), notice.name)),
            Cell::plain(version),
            Cell::plain(notice.effective_from.to_string()),
            Cell::tagged(tag, why),
        ]);
    }
    let (group, title, note) = (OFFICE, words::NOTICES, words::NOTICES_NOTE);
    let head = Head { group, title, note, href: NOTICES_HREF };
    desk.shell.reply(&visitor.frame, &sheet::page(&head, Around::default(), vec![table], lang)?)
}

fn notice_state(
    notice: &Received,
    (all, stored): (&[Received], &[Stored]),
    today: jiff::civil::Date,
    lang: Lang,
) -> (Part<Tag>, String) {
    if notice.verdict.is_outside() {
        let tag = Tag::of(Tone::Muted, words::N_OUTSIDE, lang);
        return (tag, String::new());
    }
    if let Some(reason) = notice.verdict.refusal() {
        let tag = Tag::of(Tone::Notice, words::N_REFUSED, lang);
        let reason = refusal_of(notice, stored, lang).unwrap_or_else(|| reason.to_owned());
        return (tag, words::N_REFUSED_WHY.with(lang, reason));
    }
    if let Verdict::Unusable(_) = notice.verdict {
        let tag = Tag::of(Tone::Bad, words::N_UNUSABLE, lang);
        return (tag, words::N_UNUSABLE_WHY.in_lang(lang).to_owned());
    }
    if notice.effective_from > today {
        return (Tag::of(Tone::Info, words::N_LATER, lang), String::new());
    }
    let newer = all.iter().any(|other| {
        (&other.kind, &other.name) == (&notice.kind, &notice.name)
            && other.serial > notice.serial
            && other.verdict == Verdict::Usable
            && other.effective_from <= today
    });
    match newer {
        true => (Tag::of(Tone::Muted, words::N_REPLACED, lang), String::new()),
        false => (Tag::of(Tone::Good, words::N_IN_FORCE, lang), String::new()),
    }
}

/// Why a special period was refused, in the reader's language: what is stored is the sentence that
/// went up, so the pack is judged again.
fn refusal_of(notice: &Received, stored: &[Stored], lang: Lang) -> Option<String> {
    let is_it = |one: &&Stored| {
        (&one.kind, &one.name, one.serial) == (&notice.kind, &notice.name, notice.serial)
    };
    let content = stored.iter().find(is_it)?.content().ok()?;
    let kind = PackKind::from_word(&notice.kind)?;
    let Ok(Pack::Special(special)) = proto::pack::read(kind, &notice.name, &content) else {
        return None;
    };
    let language = match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    Some(may_run(&special).err()?.sentence_of(&special, language))
}

fn kind(word: &str, lang: Lang) -> String {
    let text = match word {
        "catalogue" => words::K_CATALOGUE,
        "scale" => words::K_SCALE,
        "calendar" => words::K_CALENDAR,
        "divisions" => words::K_DIVISIONS,
        "special" => words::K_SPECIAL,
        "roster" => words::K_ROSTER,
        "plan" => words::K_PLAN,
        "keys" => words::K_KEYS,
        "directory" => words::K_DIRECTORY,
        runtime::revocation::KIND => words::K_REVOCATIONS,
        other => return other.to_owned(),
    };
    text.in_lang(lang).to_owned()
}

async fn show_status(
    State(desk): State<Desk>,
    visitor: Visitor<Staff>,
) -> Result<Response, Problem> {
    let node = desk.node.clone();
    let read = runtime::blocking::run(move || {
        let copies = copies::found(&node.config().data);
        let plan = node.config().backup.as_ref();
        let daily = plan.map(|plan| backup::found(plan, node.config())).unwrap_or_default();
        Ok::<_, SqlError>((link::link(&node)?, checks::of_running(&node)?, copies, daily))
    });
    let (status, checks, copies, daily) = read.await.map_err(|_| Problem::Internal)??;
    let lang = visitor.frame.lang;
    let lines = sync::lines(&status, lang);
    let heads = [words::STATE, words::WHY, words::WHO_ACTS, words::HEALS];
    let mut sync = Sheet::new(words::SYNC, &heads, words::NONE, lang);
    let why = format!("{} {}", lines.reason, lines.facts.join(" · "));
    sync.row(vec![
        Cell::tagged(lines.tag, String::new()),
        Cell::plain(why),
        Cell::plain(lines.who),
        Cell::plain(lines.heals),
    ]);
    let heads = [words::ITEM, words::STATE, words::FOUND, words::FIX];
    let mut table = Sheet::new(words::CHECKS, &heads, words::NONE, lang);
    for check in &checks {
        table.row(check_row(check, lang));
    }
    let backups = copies_table(&daily, &copies, lang);
    let (group, title, note) = (OFFICE, words::STATUS, words::STATUS_NOTE);
    let head = Head { group, title, note, href: STATUS_HREF };
    let notes = copies_notes(desk.node.config().backup.as_ref(), lang);
    let page = sheet::page(
        &head,
        Around { notes, ..Around::default() },
        vec![sync, backups, table],
        lang,
    )?;
    desk.shell.reply(&visitor.frame, &page)
}

/// Daily copies, then those that the program made before it changed a store.
fn copies_table(daily: &[Made], copies: &[StoreCopy], lang: Lang) -> Sheet {
    let heads = [words::COPY, words::MADE, words::SIZE];
    let mut table = Sheet::new(words::COPIES, &heads, words::NO_COPIES, lang);
    let daily = daily.iter().take(BACKUPS_SHOWN).map(|one| (&one.name, one.made_ms, one.bytes));
    let copies = copies.iter().map(|one| (&one.name, one.made_ms, one.bytes));
    for (name, made_ms, bytes) in daily.chain(copies) {
        table.row(vec![
            Cell::plain(name.clone()),
            Cell::plain(time::minute(made_ms)),
            Cell::plain(words::MEGABYTES.with(lang, bytes.div_ceil(1 << 20))),
        ]);
    }
    table
}

/// Where copies go and how many stay, or that none are set.
fn copies_notes(plan: Option<&BackupPlan>, lang: Lang) -> Vec<String> {
    let Some(plan) = plan else {
        return vec![words::COPIES_NOTE.in_lang(lang).to_owned()];
    };
    let (hour, to, keep) = (plan.hour, plan.to.display(), plan.keep);
    let mut notes = vec![words::COPIES_DAILY.fill(lang, &[&hour, &to, &keep])];
    notes.extend((!plan.to.is_dir()).then(|| words::COPIES_AWAY.in_lang(lang).to_owned()));
    notes
}

fn check_row(check: &Check, lang: Lang) -> Vec<Cell> {
    let (tone, word) = match check.verdict() {
        Found::Well => (Tone::Good, words::WELL),
        Found::Unchecked => (Tone::Muted, words::UNCHECKED),
        Found::Warning => (Tone::Notice, words::WARNING),
        Found::Problem => (Tone::Bad, words::PROBLEM),
    };
    vec![
        Cell::plain(check.title(lang)),
        Cell::tagged(Tag::of(tone, word, lang), String::new()),
        Cell::plain(check.found(lang)),
        Cell::plain(check.fix(lang).unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests;
