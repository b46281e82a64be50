//! The register of units: what they are, where they sit, whether they are served.

use std::collections::BTreeSet;

use certs::signature::KeyId;
use clap::Subcommand;
use domain::unit::{UnitId, UnitKind};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::Bar;
use runtime::web::time::minute;
use runtime::web::{Lang, Text};
use serde_json::json;

use super::context::{Context, Missing, no_unit, registered};
use super::unit_place::{self as place, Move};
use super::words;
use super::words::unit as said;
use crate::enrolment::{invitation, member_name, street_of};
use crate::store::unit::{self, Placement, Unit, UnitStatus};
use crate::store::{barred_key, member_key};

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
        /// First day under this hub, YYYY-MM-DD, from which on it is due; that of the term if left
        /// out, and today between terms or with --moved-from
        #[arg(long)]
        from: Option<Date>,
        /// Hub that it sat under before; what it reported about days there counts there
        #[arg(long)]
        moved_from: Option<UnitId>,
    },
    /// Show all units
    List,
    /// Correct a unit's name, or its first day under this hub
    Edit {
        /// Unit that it is about
        id: UnitId,
        /// Chinese name
        #[arg(long)]
        name: Option<String>,
        /// First day under this hub, YYYY-MM-DD
        #[arg(long)]
        from: Option<Date>,
    },
    /// Place a unit under another hub from a day on; its history stays where it was
    Move {
        /// Unit that moves
        id: UnitId,
        /// Hub that it sits under afterwards
        #[arg(long, required_unless_present = "withdraw", conflicts_with = "withdraw")]
        under: Option<UnitId>,
        /// First day there, YYYY-MM-DD; today if left out
        #[arg(long, conflicts_with = "withdraw")]
        from: Option<Date>,
        /// The hub is none that this one knows, and its id was looked at
        #[arg(long)]
        yes: bool,
        /// Take the last move back
        #[arg(long)]
        withdraw: bool,
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
        Command::Edit { id, name, from } => place::edit(context, &id, (name, from)),
        Command::Move { id, under: Some(under), from, yes, withdraw: false } => {
            place::relocate(context, &Move { id, under, from, is_elsewhere: yes })
        }
        Command::Move { id, .. } => place::withdraw(context, &id),
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

/// Digits that a school's identification code has at least.
const SCHOOL_DIGITS_MIN: usize = 9;

/// Whether an id can be a school's identification code: a word such as `abc` is none, and would be
/// due for ever.
fn is_coded(id: &UnitId) -> bool {
    let digits = id.as_str().bytes().filter(u8::is_ascii_digit).count();
    digits >= SCHOOL_DIGITS_MIN
}

/// An id is for life, and a street under a school's would be mistaken for ever.
fn check_form(id: &UnitId, kind: UnitKind) -> Result<(), Failure> {
    if kind.fits(id) && (kind != UnitKind::School || is_coded(id)) {
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
    let (today, now_ms) = (context.clock.today(), context.now_ms());
    let packs = place::packs(context, &config, &database);
    let term = packs.as_ref().and_then(|packs| packs.calendar().current(today)).copied();
    let from = from.unwrap_or_else(|| match &packs {
        Some(packs) if moved_from.is_none() => place::first_day(packs.calendar(), today),
        _ => today,
    });
    let (added, parent) = (unit.clone(), config.unit.clone());
    let new = database.write("add_unit", move |tx| {
        if unit::find(tx, &added.id)?.is_some() {
            return Ok::<_, SqlError>(false);
        }
        unit::insert(tx, &added, now_ms)?;
        if let Some(before) = &moved_from {
            unit::place(tx, &added.id, before, unit::ALWAYS, now_ms)?;
        }
        unit::place(tx, &added.id, &parent, from, now_ms)?;
        // Coverage counts it from now on, and not only once the next report came.
        if let Some(packs) = packs {
            place::recount(tx, &packs, from, Date::MAX)?;
        }
        Ok(true)
    })?;
    if !new {
        let message = Sentence::new(words::UNIT_EXISTS, &[&unit.id]);
        let next = Sentence::new(said::EXISTS_NEXT, &[&unit.id]);
        return Err(Failure::new(Exit::Refused, "UNIT_EXISTS", message).hint(next));
    }
    let reports = unit.kind == UnitKind::School || unit.kind.is_area();
    let late = term.filter(|term| reports && term.census < from && from <= term.end);
    if let Some(term) = late {
        context.terminal.talk(said::AFTER_CENSUS, &[&term.census, &unit.id, &term.start]);
    }
    let value = json!({"unit": unit.id.to_string(), "parent": config.unit.to_string(),
                       "from": from.to_string()});
    context.terminal.result(&value, |t| {
        let head = t.text(words::UNIT_ADDED, &[&unit.name_zh, &unit.id, &config.name_zh]);
        let since = if reports { said::COUNTS_FROM } else { said::SITS_FROM };
        let counts = t.text(since, &[&from]);
        format!("{head}\n{counts}\n{}", t.text(words::INVITE_NEXT, &[&unit.id]))
    })
}

/// A unit with where it sits and whether an invite of it is out.
struct Listed {
    unit: Unit,
    parent: String,
    stays: Vec<Placement>,
    is_invited: bool,
}

impl Listed {
    /// Moves that are entered for a later day.
    fn moves(&self, today: &str) -> impl Iterator<Item = &Placement> {
        self.stays.iter().filter(move |stay| stay.from.as_str() > today)
    }

    /// First day of the stay that holds now.
    fn since(&self, today: &str) -> &str {
        let held = self.stays.iter().rev().find(|stay| stay.from.as_str() <= today);
        held.map_or("", |stay| stay.from.as_str())
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (day, now) = (context.clock.today(), context.clock.now());
    let today = day.to_string();
    let all = database.read(move |tx| {
        let invited = invited(tx, now)?;
        let all = unit::all(tx)?.into_iter().map(|unit| {
            let parent = unit::parent_on(tx, &unit.id, day)?.unwrap_or_default();
            let stays = unit::placements(tx, &unit.id)?;
            let is_invited = invited.contains(unit.id.as_str());
            Ok(Listed { unit, parent, stays, is_invited })
        });
        all.collect::<Result<Vec<_>, SqlError>>()
    })?;
    let moves = |one: &Listed| {
        let moves = one.moves(&today).map(|stay| json!({"parent": stay.parent, "from": stay.from}));
        moves.collect::<Vec<_>>()
    };
    let value: Vec<_> = all
        .iter()
        .map(|one| {
            let Listed { unit, parent, is_invited, .. } = one;
            json!({"unit": unit.id.to_string(), "kind": unit.kind.as_str(), "name": unit.name_zh,
                   "name_en": unit.name_en, "status": unit.status.as_str(), "parent": parent,
                   "division": unit.division, "schools_below": unit.schools_below,
                   "from": one.since(&today), "moves": moves(one), "invite_out": is_invited})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NO_UNITS, &[]);
        }
        let heads = [words::UNIT, words::KIND, words::NAME, words::STATE, words::PARENT];
        let heads = heads.iter().chain([&said::FIRST_DAY]).map(|head| head.in_lang(t.lang()));
        let mut table = heads.fold(Table::new(), |table, head| table.column(head, Align::Left));
        for one in &all {
            let parent = one.moves(&today).fold(one.parent.clone(), |parent, stay| {
                t.text(said::MOVES_ON, &[&parent, &stay.parent, &stay.from])
            });
            table.row(vec![
                one.unit.id.to_string(),
                one.unit.kind.to_string(),
                one.unit.name_zh.clone(),
                standing(one.unit.status.as_str(), one.is_invited, t.lang()).to_owned(),
                parent,
                one.since(&today).to_owned(),
            ]);
        }
        table.render()
    })
}

/// Units of which an invite is out: open, or waiting for its approval or its certificate.
pub(super) fn invited(tx: &Tx<'_>, now: Timestamp) -> Result<BTreeSet<String>, SqlError> {
    let out = ["open", "pending", "approved"];
    let all = invitation::list(tx, now)?.into_iter();
    Ok(all.filter(|one| out.contains(&one.state)).map(|one| one.unit).collect())
}

/// What a unit's state is called: one that was registered alone was invited by nobody.
pub(super) fn standing(status: &str, is_invited: bool, lang: Lang) -> &str {
    if status == UnitStatus::Invited.as_str() && !is_invited {
        return said::NOT_INVITED.in_lang(lang);
    }
    words::state(status, lang)
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
    let (config, database) = context.open()?;
    let packs = place::packs(context, &config, &database);
    let (unit, today) = (id.clone(), context.clock.today());
    database.write("close_unit", move |tx| {
        registered(tx, &unit)?;
        place::close(tx, packs.as_ref(), &unit, today)?;
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
