//! How the hub and its members are, and what needs a person.

use std::collections::HashMap;

use certs::identity::LeafIdentity;
use clap::Subcommand;
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::cli::{Align, Failure, Paint, Table, Terminal};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{LAST_CODE, LAST_ERROR, notes};
use runtime::web::time::minute;
use serde::Serialize;

use super::context::Context;
use super::serve::is_served;
use super::words;
use super::words::settings as said;
use crate::app::{HubError, load_pins, open_store};
use crate::config::Config;
use crate::ending;
use crate::letters::alarm_in;
use crate::packs::Packs;
use crate::share_key;
use crate::store::{alarm, contact, directive, invite, unit};

/// Look at what needs a person
#[derive(Subcommand)]
pub(super) enum AlarmCommand {
    /// Show all alarms, the latest first
    List,
}

#[derive(Serialize)]
struct Status {
    unit: String,
    name: String,
    kind: &'static str,
    /// Whether a process serves it now.
    served: bool,
    certificate_days_left: Option<i64>,
    parent: Option<String>,
    parent_last_contact: Option<String>,
    parent_last_error: Option<String>,
    parent_last_error_code: Option<String>,
    directives: usize,
    invites_waiting: usize,
    alarms: usize,
    members: Vec<Member>,
    sealed_years: Vec<Part>,
}

/// A school year under seal in which this hub has a part.
#[derive(Serialize)]
struct Part {
    area: String,
    year: i16,
    /// `leader` or `helper`.
    part: &'static str,
    other: String,
    from: String,
    until: String,
    /// Whether the key is here that schools seal to.
    has_key: bool,
}

#[derive(Serialize)]
struct Member {
    unit: String,
    name: String,
    kind: &'static str,
    status: &'static str,
    /// Whether an invite of it is out.
    invite_out: bool,
    last_contact: Option<String>,
    version: Option<String>,
    clock_skew_ms: Option<i64>,
    certificate_days_left: Option<i64>,
    applied: usize,
}

/// Shows the state of the hub and of each member.
pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let now = context.clock.now();
    let identity = LeafIdentity::load(&config.path("identity.pem")).ok();
    let end_ms = identity.map(|own| own.peer().not_after().as_millisecond());
    let days = end_ms.map(|end_ms| ending::days_left(end_ms, now.as_millisecond()));
    let today = context.clock.today();
    let about = config.clone();
    let mut status = database.read(move |tx| collect(tx, &about, days, (now, today)))?;
    status.sealed_years = parts(context, &config)?;
    context.terminal.result(&status, |t| shown(t, &config, &status))
}

/// Whether a plan names a key of this hub that is not here.
pub(super) fn lacks_key(context: &Context, config: &Config) -> Result<bool, Failure> {
    Ok(parts(context, config)?.iter().any(|part| !part.has_key))
}

/// What sealed sums ask of this hub; nothing before its roots are pinned.
fn parts(context: &Context, config: &Config) -> Result<Vec<Part>, Failure> {
    let Ok(pins) = load_pins(config) else { return Ok(Vec::new()) };
    let (database, today) = (open_store(config)?, context.clock.today());
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    let keys: Vec<_> = share_key::held(config)?.iter().map(share_key::Held::stated).collect();
    let part = |sealing: &SealingYear| {
        let year = sealing.year();
        let (part, own, other) = match &config.unit {
            unit if *unit == year.leader => ("leader", sealing.leader(), &year.helper),
            unit if *unit == year.helper => ("helper", sealing.helper(), &year.leader),
            _ => return None,
        };
        let (from, until) = sealing.days();
        // A key statement may hold for longer than the school year that it is for.
        let last = Date::new(year.plan.year().saturating_add(1), 8, 31).unwrap_or(Date::MAX);
        let until = until.min(last);
        Some(Part {
            area: year.plan.area().to_string(),
            year: year.plan.year(),
            part,
            other: other.to_string(),
            from: from.to_string(),
            until: until.to_string(),
            has_key: keys.contains(&own.statement().key),
        })
    };
    Ok(packs.sealed_years().sealing().filter_map(part).collect())
}

fn collect(
    tx: &Tx<'_>,
    config: &Config,
    certificate_days_left: Option<i64>,
    (now, today): (Timestamp, jiff::civil::Date),
) -> Result<Status, SqlError> {
    let note = |name| {
        let value = notes::get(tx, name)?;
        Ok::<_, SqlError>(value.filter(|value| !value.is_empty()))
    };
    let contacted = notes::last_contact_ms(tx)?.map(minute);
    let waiting = invite::all(tx)?;
    let waits = |one: &&invite::Stored| one.state == invite::InviteState::Pending;
    Ok(Status {
        unit: config.unit.to_string(),
        name: config.name_zh.clone(),
        kind: config.kind.as_str(),
        served: is_served(config),
        certificate_days_left,
        parent: config.parent.as_ref().map(|parent| parent.name.to_string()),
        parent_last_contact: contacted,
        parent_last_error: note(LAST_ERROR)?,
        parent_last_error_code: note(LAST_CODE)?,
        directives: directive::all(tx)?.len(),
        invites_waiting: waiting.iter().filter(waits).count(),
        alarms: alarm::all(tx)?.len(),
        members: members(tx, &config.unit, (now, today))?,
        sealed_years: Vec::new(),
    })
}

fn members(
    tx: &Tx<'_>,
    hub: &UnitId,
    (now, today): (Timestamp, jiff::civil::Date),
) -> Result<Vec<Member>, SqlError> {
    let contacts: HashMap<String, contact::Contact> =
        contact::all(tx)?.into_iter().map(|one| (one.unit.clone(), one)).collect();
    let left = ending::left(tx, now.as_millisecond())?;
    let mut applied: HashMap<String, usize> = HashMap::new();
    for line in contact::all_applied(tx)?.into_iter().filter(|line| line.in_force) {
        *applied.entry(line.unit).or_default() += 1;
    }
    let below = unit::members_on(tx, hub, today)?;
    let invited = super::unit::invited(tx, now)?;
    Ok(below
        .into_iter()
        .map(|unit| {
            let id = unit.id.to_string();
            let seen = contacts.get(&id);
            Member {
                last_contact: seen.map(|seen| minute(seen.seen_at_ms)),
                version: seen.map(|seen| seen.version.clone()),
                clock_skew_ms: seen.map(|seen| seen.skew_ms),
                certificate_days_left: left.get(&id).copied(),
                applied: applied.get(&id).copied().unwrap_or_default(),
                invite_out: invited.contains(&id),
                unit: id,
                name: unit.name_zh,
                kind: unit.kind.as_str(),
                status: unit.status.as_str(),
            }
        })
        .collect())
}

fn shown(terminal: &Terminal, config: &Config, status: &Status) -> String {
    let lang = terminal.lang();
    let days = status.certificate_days_left.map_or_else(|| "-".to_owned(), |d| d.to_string());
    let above = status.parent.as_deref().unwrap_or("-");
    let contacted = status.parent_last_contact.as_deref().unwrap_or("-");
    let head = terminal.text(words::STATUS_HEAD, &[&config.name_zh, &config.name, &days]);
    let running = match status.served {
        true => terminal.text(said::IS_SERVED, &[]),
        false => terminal.paint(Paint::Warn, &terminal.text(said::NOT_SERVED, &[])),
    };
    let mut lines = vec![
        terminal.paint(Paint::Strong, &head),
        running,
        terminal.text(words::STATUS_PARENT, &[&above, &contacted]),
        terminal.text(
            words::STATUS_COUNTS,
            &[&status.directives, &status.invites_waiting, &status.alarms],
        ),
    ];
    if let Some(error) = &status.parent_last_error {
        let code = status.parent_last_error_code.as_deref().unwrap_or_default();
        let said = Failure::of_link(code, error);
        let line = terminal.text(words::STATUS_ERROR, &[&said.message(lang)]);
        lines.push(terminal.paint(Paint::Warn, &line));
    }
    for one in &status.sealed_years {
        let text = if one.part == "leader" { words::LEADS } else { words::HELPS };
        let line = terminal.text(text, &[&one.area, &one.year, &one.other, &one.from, &one.until]);
        lines.push(line);
        if !one.has_key {
            lines.push(terminal.paint(Paint::Warn, &terminal.text(words::KEY_MISSING, &[])));
        }
    }
    let mut table = Table::new()
        .column(words::UNIT.in_lang(lang), Align::Left)
        .column(words::NAME.in_lang(lang), Align::Left)
        .column(words::STATE.in_lang(lang), Align::Left)
        .column(words::LAST_CONTACT.in_lang(lang), Align::Left)
        .column(words::CLOCK.in_lang(lang), Align::Right)
        .column(words::DAYS_LEFT.in_lang(lang), Align::Right)
        .column(words::APPLIED.in_lang(lang), Align::Right);
    for member in &status.members {
        let dash = || "-".to_owned();
        table.row(vec![
            member.unit.clone(),
            member.name.clone(),
            super::unit::standing(member.status, member.invite_out, lang).to_owned(),
            member.last_contact.clone().unwrap_or_else(dash),
            member.clock_skew_ms.map_or_else(dash, |skew| format!("{} s", skew / 1_000)),
            member.certificate_days_left.map_or_else(dash, |days| days.to_string()),
            member.applied.to_string(),
        ]);
    }
    if !table.is_empty() {
        lines.push(table.render());
    }
    lines.join("\n")
}

/// Shows what needs a person.
pub(super) fn alarms(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let all = database.read(alarm::all)?;
    let value: Vec<_> = all
        .iter()
        .map(|one| {
            serde_json::json!({"kind": one.kind, "unit": one.unit, "detail": one.detail,
                               "raised": minute(one.raised_at_ms)})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NO_ALARMS, &[]);
        }
        let lang = t.lang();
        let mut table = Table::new()
            .column(words::RAISED.in_lang(lang), Align::Left)
            .column(words::KIND.in_lang(lang), Align::Left)
            .column(words::UNIT.in_lang(lang), Align::Left)
            .column(words::DETAIL.in_lang(lang), Align::Left);
        for one in &all {
            table.row(vec![
                minute(one.raised_at_ms),
                one.kind.clone(),
                one.unit.clone(),
                alarm_in(&one.detail, lang),
            ]);
        }
        table.render()
    })
}
