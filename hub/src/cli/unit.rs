//! The register of units: what they are, where they sit, whether they are served.

use certs::signature::KeyId;
use clap::Subcommand;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::Bar;
use runtime::web::Text;
use runtime::web::time::minute;
use serde_json::json;

use super::context::{Context, Missing, no_unit, registered};
use super::words;
use crate::enrolment::{member_name, release_to_street, street_of};
use crate::store::unit::{self, Unit, UnitStatus};
use crate::store::{barred_key, member_key, total};

/// Register units and change what they may do
#[derive(Subcommand)]
pub(super) enum Command {
    /// Register a unit under this hub
    Add {
        /// Id for life: school identification code or division code
        #[arg(long)]
        id: UnitId,
        /// Kind: district, street, school, centre, clinic or helper
        #[arg(long)]
        kind: UnitKind,
        /// The unit is on no official list; this hub names it, so that its id need not be a code
        #[arg(long)]
        uncoded: bool,
        /// Chinese name
        #[arg(long)]
        name: String,
        /// English name
        #[arg(long, default_value = "")]
        name_en: String,
        /// Division code that it lies in
        #[arg(long, default_value = "")]
        division: String,
        /// First day under this hub, YYYY-MM-DD; today if left out
        #[arg(long)]
        from: Option<Date>,
        /// Hub that it sat under before; what it reported about days there counts there
        #[arg(long)]
        moved_from: Option<UnitId>,
    },
    /// Show all units
    List,
    /// Place a unit under another hub from a day on; its history stays where it was
    Move {
        /// Unit that moves
        id: UnitId,
        /// Hub that it sits under afterwards
        #[arg(long)]
        under: UnitId,
        /// First day there, YYYY-MM-DD; today if left out
        #[arg(long)]
        from: Option<Date>,
    },
    /// Refuse a unit from its next call on, until it is resumed
    Suspend(Severe),
    /// Serve a suspended unit again
    Resume {
        /// Unit that is served again
        id: UnitId,
    },
    /// Close a unit for good; its figures and history stay
    Close(Severe),
    /// Revoke all certificates of a unit; it joins again with a new invite
    Revoke(Severe),
    /// Show keys further down that may not speak any more, as the hubs there told
    Barred,
    /// Allow a unit one renewal of its expired certificate, after a telephone call
    AllowExpiredRenewal {
        /// Unit that was called
        id: UnitId,
    },
}

#[derive(clap::Args)]
pub(super) struct Severe {
    /// Unit that it is about
    id: UnitId,
    /// The unit's id once more
    #[arg(long)]
    confirm: UnitId,
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Add { id, kind, uncoded, name, name_en, division, from, moved_from } => {
            if !uncoded {
                check_form(&id, kind)?;
            }
            let status = UnitStatus::Invited;
            let name_zh = name;
            let schools_below = 0;
            let unit = Unit { id, kind, name_zh, name_en, division, status, schools_below };
            add(context, &unit, from, moved_from)
        }
        Command::List => list(context),
        Command::Move { id, under, from } => relocate(context, &id, &under, from),
        Command::Suspend(severe) => {
            let id = confirmed(severe)?;
            set_status(context, &id, UnitStatus::Suspended, words::SUSPENDED)
        }
        Command::Resume { id } => resume(context, &id),
        Command::Close(severe) => close(context, &confirmed(severe)?),
        Command::Revoke(severe) => revoke(context, &confirmed(severe)?),
        Command::Barred => barred(context),
        Command::AllowExpiredRenewal { id } => allow(context, &id),
    }
}

fn confirmed(severe: Severe) -> Result<UnitId, Failure> {
    if severe.id == severe.confirm {
        return Ok(severe.id);
    }
    let message = Sentence::new(words::CONFIRM_DIFFERS, &[&severe.confirm, &severe.id]);
    Err(Failure::new(Exit::Refused, "CONFIRM_DIFFERS", message).hint(words::CONFIRM_NEXT))
}

/// An id is for life, and a street under a school's would be mistaken for ever.
fn check_form(id: &UnitId, kind: UnitKind) -> Result<(), Failure> {
    if kind.fits(id) {
        return Ok(());
    }
    let text = match kind {
        UnitKind::City | UnitKind::District => words::ID_OF_DISTRICT,
        UnitKind::Street => words::ID_OF_STREET,
        UnitKind::School => words::ID_OF_SCHOOL,
        UnitKind::Centre | UnitKind::Clinic | UnitKind::Helper => words::ID_OF_RECEIVER,
    };
    let failure = Failure::new(Exit::Refused, "ID_FORM", Sentence::new(text, &[id]));
    Err(failure.hint(words::ID_FORM_NEXT))
}

/// Before this day nothing is known of any unit.
const ALWAYS: Date = jiff::civil::date(1, 1, 1);

fn add(
    context: &Context,
    unit: &Unit,
    from: Option<Date>,
    moved_from: Option<UnitId>,
) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    if member_name(&config, &unit.id, unit.kind).is_none() || unit.id == config.unit {
        let message = Sentence::new(words::KIND_NOT_HERE, &[&unit.kind, &config.kind]);
        return Err(Failure::new(Exit::Refused, "KIND_NOT_HERE", message));
    }
    let (from, now_ms) = (from.unwrap_or_else(|| context.clock.today()), context.now_ms());
    let (added, parent) = (unit.clone(), config.unit.clone());
    let new = database.write("add_unit", move |tx| {
        if unit::find(tx, &added.id)?.is_some() {
            return Ok::<_, SqlError>(false);
        }
        unit::insert(tx, &added, now_ms)?;
        if let Some(before) = &moved_from {
            unit::place(tx, &added.id, before, ALWAYS, now_ms)?;
        }
        unit::place(tx, &added.id, &parent, from, now_ms)?;
        Ok(true)
    })?;
    if !new {
        let message = Sentence::new(words::UNIT_EXISTS, &[&unit.id]);
        return Err(Failure::new(Exit::Refused, "UNIT_EXISTS", message));
    }
    let value = json!({"unit": unit.id.to_string(), "parent": config.unit.to_string()});
    context.terminal.result(&value, |t| {
        let head = t.text(words::UNIT_ADDED, &[&unit.name_zh, &unit.id, &config.name_zh]);
        format!("{head}\n{}", t.text(words::INVITE_NEXT, &[&unit.id]))
    })
}

fn list(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let today = context.clock.today();
    let all = database.read(move |tx| {
        let all = unit::all(tx)?.into_iter().map(|one| {
            let parent = unit::parent_on(tx, &one.id, today)?;
            Ok((one, parent.unwrap_or_default()))
        });
        all.collect::<Result<Vec<_>, SqlError>>()
    })?;
    let value: Vec<_> = all
        .iter()
        .map(|(one, parent)| {
            json!({"unit": one.id.to_string(), "kind": one.kind.as_str(), "name": one.name_zh,
                   "name_en": one.name_en, "status": one.status.as_str(), "parent": parent,
                   "division": one.division, "schools_below": one.schools_below})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NO_UNITS, &[]);
        }
        let lang = t.lang();
        let mut table = Table::new()
            .column(words::UNIT.in_lang(lang), Align::Left)
            .column(words::KIND.in_lang(lang), Align::Left)
            .column(words::NAME.in_lang(lang), Align::Left)
            .column(words::STATE.in_lang(lang), Align::Left)
            .column(words::PARENT.in_lang(lang), Align::Left);
        for (one, parent) in &all {
            table.row(vec![
                one.id.to_string(),
                one.kind.to_string(),
                one.name_zh.clone(),
                words::state(one.status.as_str(), lang).to_owned(),
                parent.clone(),
            ]);
        }
        table.render()
    })
}

fn barred(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let all = database.read(barred_key::all)?;
    let key = |one: &barred_key::Stored| KeyId::from_bytes(one.key_id).short();
    let value: Vec<_> = all
        .iter()
        .map(|one| {
            json!({"name": one.name, "key": key(one), "bar": barred_key::word(one.bar),
                   "told_by": one.told_by, "told_at": minute(one.told_at_ms)})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NONE_BARRED, &[]);
        }
        let heads = [words::NAME, words::KEY_HEAD, words::STATE, words::TOLD_BY, words::TOLD_AT];
        let lang = t.lang();
        let table = heads.iter().map(|head| head.in_lang(lang));
        let mut table = table.fold(Table::new(), |table, head| table.column(head, Align::Left));
        for one in &all {
            let bar = match one.bar {
                Bar::Revoked => words::BAR_REVOKED,
                Bar::Suspended => words::BAR_SUSPENDED,
            };
            table.row(vec![
                one.name.clone(),
                key(one),
                bar.in_lang(lang).to_owned(),
                one.told_by.clone(),
                minute(one.told_at_ms),
            ]);
        }
        table.render()
    })
}

fn relocate(
    context: &Context,
    id: &UnitId,
    under: &UnitId,
    from: Option<Date>,
) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let (from, now_ms) = (from.unwrap_or_else(|| context.clock.today()), context.now_ms());
    let (unit, parent) = (id.clone(), under.clone());
    let moved = database.write("move_unit", move |tx| {
        let known = unit::find(tx, &unit)?.is_some();
        let street = unit::find(tx, &parent)?.is_some_and(|hub| hub.kind == UnitKind::Street);
        // A unit that a street registered is known here by its certificate only.
        if street && street_of(tx, &unit)?.is_some() {
            release_to_street(tx, &unit, &parent)?;
        } else if !known {
            return Err(Missing::Unit(unit));
        }
        if known {
            unit::place(tx, &unit, &parent, from, now_ms)?;
            total::reopen_of(tx, unit.as_str())?;
        }
        Ok(())
    });
    moved?;
    let value =
        json!({"unit": id.to_string(), "parent": under.to_string(), "from": from.to_string()});
    context.terminal.result(&value, |t| {
        let head = t.text(words::MOVED, &[id, under, &from]);
        if *under == config.unit {
            head
        } else {
            format!("{head}\n{}", t.text(words::MOVED_NEXT, &[]))
        }
    })
}

fn set_status(
    context: &Context,
    id: &UnitId,
    status: UnitStatus,
    said: Text,
) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unit = id.clone();
    database.write("set_status", move |tx| {
        let found = registered(tx, &unit)?;
        if found.status == UnitStatus::Closed {
            return Err(Missing::Unit(unit));
        }
        unit::set_status(tx, &unit, status)?;
        Ok(())
    })?;
    changed(context, id, status, said)
}

/// A unit that has a key is active again; one that never joined waits for it.
fn resume(context: &Context, id: &UnitId) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unit = id.clone();
    let has_key = database.read(move |tx| {
        let keys = member_key::all(tx)?;
        let live = |key: &member_key::MemberKey| {
            key.unit == unit.as_str() && key.state == member_key::KeyState::Current
        };
        Ok::<_, SqlError>(keys.iter().any(live))
    })?;
    let status = if has_key { UnitStatus::Active } else { UnitStatus::Invited };
    set_status(context, id, status, words::RESUMED)
}

fn close(context: &Context, id: &UnitId) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (unit, today) = (id.clone(), context.clock.today());
    database.write("close_unit", move |tx| {
        registered(tx, &unit)?;
        unit::set_status(tx, &unit, UnitStatus::Closed)?;
        unit::end_placement(tx, &unit, today)?;
        member_key::revoke_all(tx, unit.as_str())?;
        Ok::<_, Missing>(())
    })?;
    changed(context, id, UnitStatus::Closed, words::CLOSED)
}

fn revoke(context: &Context, id: &UnitId) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unit = id.clone();
    let revoked = database.write("revoke_unit", move |tx| revoke_keys(tx, &unit))?;
    if revoked == 0 {
        let message = Sentence::new(words::NO_CERTIFICATE, &[id]);
        return Err(Failure::new(Exit::NotFound, "NO_CERTIFICATE", message));
    }
    let value = json!({"unit": id.to_string(), "revoked": revoked});
    context.terminal.result(&value, |t| {
        let head = t.text(words::REVOKED, &[id, &revoked]);
        format!("{head}\n{}", t.text(words::INVITE_NEXT, &[id]))
    })
}

/// Revokes the keys of a unit of ours, or of one that was certified for a street.
fn revoke_keys(tx: &Tx<'_>, id: &UnitId) -> Result<usize, Missing> {
    match unit::find(tx, id)? {
        Some(unit) if unit.status == UnitStatus::Active => {
            unit::set_status(tx, id, UnitStatus::Invited)?;
        }
        Some(_) => {}
        None if street_of(tx, id)?.is_some() => {}
        None => return Err(Missing::Unit(id.clone())),
    }
    Ok(member_key::revoke_all(tx, id.as_str())?)
}

fn allow(context: &Context, id: &UnitId) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unit = id.clone();
    let allowed = database
        .write("allow_expired", move |tx| member_key::allow_expired_renewal(tx, unit.as_str()))?;
    if !allowed {
        return Err(no_unit(id));
    }
    let value = json!({"unit": id.to_string(), "expired_renewal": "once"});
    context.terminal.result(&value, |t| t.text(words::ALLOWED, &[id]))
}

fn changed(context: &Context, id: &UnitId, status: UnitStatus, said: Text) -> Result<(), Failure> {
    let value = json!({"unit": id.to_string(), "status": status.as_str()});
    context.terminal.result(&value, |t| t.text(said, &[id]))
}
