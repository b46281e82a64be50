//! Directives: signed packs on their way down, and which units applied them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::unit::UnitKind;
use jiff::civil::Date;
use proto::pack::{Pack, PackKind};
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::revocation;
use runtime::sealing::{Pins, SealedYears};
use runtime::texts;
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use super::words;
use super::words::{plan, school_key};
use crate::app::{HubError, load_pins};
use crate::ca::pack::describe;
use crate::ca::source::{Export, Source};
use crate::directive::{keep, verify};
use crate::packs::Packs;
use crate::store::{contact, directive};

texts! {
    SIGNER_REVOKED = "{0} / {1}（{2}）的签名密钥后来被吊销：已生效的继续使用，请换新密钥追加签名（sign-pack --add）后重新发布。",
        "The key that signed {0} / {1} ({2}) was revoked since. What is in force stays; add a \
         signature with a new key (sign-pack --add) and publish it again.";
}

/// Publish signed packs and see who applied them
#[derive(Subcommand)]
pub(super) enum Command {
    /// Publish signed packs to all units below; all or none
    Publish {
        /// Signed packs
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write a pack as the text to edit: the latest that was published, else the built-in one
    Export(Export),
    /// Show what was published
    List,
    /// Show how many units applied each pack
    Acks,
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Publish { files } => publish(context, &files),
        Command::Export(asked) => export(context, &asked),
        Command::List => list(context),
        Command::Acks => acks(context),
    }
}

fn publish(context: &Context, files: &[PathBuf]) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    // What is counted must be the same in the whole city; what a unit takes is what both
    // commissions signed, so this keeps a mistake away and no attack. What a root took back any hub
    // may have by hand: its way down may lead over the very hub that was taken back.
    if config.kind != UnitKind::City && !files.iter().all(|path| is_list(path)) {
        let message = Sentence::new(words::CITY_PUBLISHES, &[&config.name_zh]);
        let failure = Failure::new(Exit::Refused, "CITY_PUBLISHES", message);
        return Err(failure.hint(words::CITY_PUBLISHES_NEXT));
    }
    let pins = load_pins(&config)?;
    let (today, of) = (context.clock.today(), pins.clone());
    // The roots take the stored lists of revocations, by which the files are judged.
    let packs = database.read(move |tx| Packs::load(tx, today, &of)).map_err(HubError::from)?;
    let mut verified = Vec::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
        let one = verify(&bytes, &pins.roots, &pins.zone, context.clock.now());
        verified.push(one.map_err(|error| {
            let message = Sentence::new(words::PACK_REFUSED, &[&path.display()]);
            let failure = Failure::new(Exit::Authentication, "PACK_REFUSED", message);
            failure.hint(words::PACK_REFUSED_NEXT).caused(&error)
        })?);
        super::special::refuse_unprotected(&bytes)?;
        refuse_plan(path, verified.last())?;
    }
    refuse_keys(&database.read(directive::all)?, &verified, &pins)?;
    for one in &verified {
        super::directory::refuse_unfit(&database, one, &pins, (context.clock.now(), today))?;
    }
    verified.iter().try_for_each(|one| refuse_moved(&packs, one, today))?;
    let now_ms = context.now_ms();
    let published = database.write("publish", move |tx| {
        let mut published = Vec::new();
        for one in verified {
            let new = keep(tx, &one, now_ms)?;
            published.push((one, new));
        }
        Ok::<_, runtime::sql::SqlError>(published)
    })?;
    let value: Vec<_> = published
        .iter()
        .map(|(one, new)| {
            json!({"kind": one.kind, "name": one.name, "version": one.version,
                   "serial": one.serial, "new": new})
        })
        .collect();
    context.terminal.result(&value, |t| {
        let lines = published.iter().map(|(one, new)| {
            let text = if *new { words::PUBLISHED } else { words::PUBLISHED_BEFORE };
            t.text(text, &[&one.kind, &one.name, &one.version, &one.effective_from])
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Whether a file is a root's list of revocations; what cannot be read is none.
fn is_list(path: &Path) -> bool {
    let about = std::fs::read(path).ok().and_then(|bytes| describe(&bytes).ok());
    about.is_some_and(|(about, ..)| about.kind == revocation::KIND)
}

/// A plan and its roster are checked together, and go down together.
fn refuse_plan(path: &Path, read: Option<&directive::Stored>) -> Result<(), Failure> {
    let kind = read.and_then(|read| PackKind::from_word(&read.kind));
    if !matches!(kind, Some(PackKind::Roster | PackKind::Plan)) {
        return Ok(());
    }
    let message = Sentence::new(words::PLAN_PUBLISHES, &[&path.display()]);
    let failure = Failure::new(Exit::Refused, "PLAN_PUBLISHES", message);
    Err(failure.hint(words::PLAN_PUBLISHES_NEXT))
}

/// A list of schools' keys is used beside the roster of its year, or not at all.
fn refuse_keys(
    stored: &[directive::Stored],
    new: &[directive::Stored],
    pins: &Pins,
) -> Result<(), Failure> {
    let lists: Vec<_> = new.iter().filter(|one| one.kind == PackKind::Keys.as_str()).collect();
    if lists.is_empty() {
        return Ok(());
    }
    let all = stored.iter().chain(lists.iter().copied()).map(|one| one.directive.as_slice());
    let years = SealedYears::read(all, pins);
    for list in lists {
        let place = proto::pack::plan::area_year(&list.name).ok();
        let year = place.and_then(|(area, year)| years.of_area(&area, year));
        let message = Sentence::new(school_key::NOT_IN_USE, &[&list.name]);
        let failure = Failure::new(Exit::Refused, "KEYS_NOT_IN_USE", message);
        match (years.refusal(&list.kind, &list.name), year) {
            (None, Some(_)) => {}
            (Some(reason), _) => {
                return Err(failure.hint(school_key::NOT_IN_USE_NEXT).because_said(reason.text()));
            }
            (None, None) => return Err(failure.hint(school_key::NO_YEAR_NEXT)),
        }
    }
    Ok(())
}

/// A calendar that moves a census day, or the end of a term, which has passed once it is in force:
/// what was over would not be over any more, and a key would be made under which reports were
/// looked at before (record 0069). Only a year under seal has such keys.
fn refuse_moved(packs: &Packs, new: &directive::Stored, today: Date) -> Result<(), Failure> {
    if new.kind != PackKind::Calendar.as_str() {
        return Ok(());
    }
    let Ok((_, content, _)) = describe(&new.directive) else { return Ok(()) };
    // What cannot be read is used by nobody.
    let Ok(Pack::Calendar(later)) = proto::pack::read(PackKind::Calendar, &new.name, &content)
    else {
        return Ok(());
    };
    let day = new.effective_from.parse::<Date>().map_or(today, |from| from.max(today));
    let is_sealed = |school_year: i16| {
        packs.sealed_years().sealing().any(|year| year.year().plan.year() == school_year)
    };
    let moved = packs.calendar().moved(&later, day);
    let Some((term, was, now)) = moved.into_iter().find(|(id, ..)| is_sealed(id.school_year))
    else {
        return Ok(());
    };
    let message = Sentence::new(plan::DAY_PASSED, &[&term, &was, &now, &day]);
    let failure = Failure::new(Exit::Refused, "DAY_PASSED", message);
    Err(failure.hint(plan::DAY_PASSED_NEXT))
}

/// What was published last counts, also where it is not yet in force: the next version follows it.
fn export(context: &Context, asked: &Export) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (kind, name) = asked.asked()?;
    let (kind, name) = (kind.to_owned(), name.to_owned());
    let published = database.read(move |tx| {
        let all = directive::of_kind(tx, &kind)?.into_iter();
        Ok::<_, runtime::sql::SqlError>(all.filter(|one| one.name == name).max_by_key(|o| o.serial))
    })?;
    let Some(one) = published else {
        return asked.write(&context.terminal, &asked.built_in()?);
    };
    let (_, content, _) = describe(&one.directive)
        .map_err(|error| crate::ca::failure_at(Path::new(&one.name), &error))?;
    let source = Source { kind: one.kind, name: one.name, serial: one.serial, content };
    asked.write(&context.terminal, &source)
}

fn list(context: &Context) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let all = database.read(directive::all)?;
    // A hub without a root has published nothing.
    let roots = load_pins(&config).map(|pins| pins.roots).unwrap_or_default();
    let lists = all.iter().filter(|one| one.kind == revocation::KIND);
    revocation::take_stored(lists.map(|one| one.directive.as_slice()), &roots);
    let now = context.clock.now();
    let is_lost =
        |one: &directive::Stored| revocation::has_lost_signer(&one.directive, &roots, now);
    let value: Vec<_> = all
        .iter()
        .map(|one| {
            json!({"kind": one.kind, "name": one.name, "version": one.version,
                   "serial": one.serial, "effective_from": one.effective_from,
                   "signer_revoked": is_lost(one)})
        })
        .collect();
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        let mut table = Table::new()
            .column(words::KIND.in_lang(lang), Align::Left)
            .column(words::NAME.in_lang(lang), Align::Left)
            .column(words::VERSION.in_lang(lang), Align::Left)
            .column(words::SERIAL.in_lang(lang), Align::Right)
            .column(words::EFFECTIVE.in_lang(lang), Align::Left);
        for one in &all {
            table.row(vec![
                one.kind.clone(),
                one.name.clone(),
                one.version.clone(),
                one.serial.to_string(),
                one.effective_from.clone(),
            ]);
        }
        let lost = all.iter().filter(|one| is_lost(one));
        let lost = lost.map(|one| t.text(SIGNER_REVOKED, &[&one.kind, &one.name, &one.version]));
        std::iter::once(table.render()).chain(lost).collect::<Vec<_>>().join("\n")
    })
}

/// Of each pack's latest version: units that applied it, of units that reported any.
fn acks(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (all, applied) = database.read(|tx| {
        Ok::<_, runtime::sql::SqlError>((directive::all(tx)?, contact::all_applied(tx)?))
    })?;
    let mut latest = BTreeMap::new();
    for one in all {
        latest.insert((one.kind.clone(), one.name.clone()), one);
    }
    let mut units: Vec<&str> = applied.iter().map(|line| line.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    let counted: Vec<_> = latest
        .values()
        .map(|one| {
            let same = |line: &&contact::Applied| {
                line.kind == one.kind && line.name == one.name && line.content == one.content_digest
            };
            let stored = applied.iter().filter(same);
            let in_force = stored.clone().filter(|line| line.in_force).count();
            (one, stored.count(), in_force)
        })
        .collect();
    let value: Vec<_> = counted
        .iter()
        .map(|(one, stored, in_force)| {
            json!({"kind": one.kind, "name": one.name, "version": one.version,
                   "effective_from": one.effective_from, "stored": stored,
                   "in_force": in_force, "units": units.len()})
        })
        .collect();
    let today = context.clock.today().to_string();
    context.terminal.result(&value, |t| {
        let lines = counted.iter().map(|(one, stored, in_force)| {
            let (total, from) = (units.len(), &one.effective_from);
            if *from > today {
                let values: [&dyn Display; 6] =
                    [&one.kind, &one.name, &one.version, stored, &total, from];
                return t.text(words::ACKS_AHEAD, &values);
            }
            t.text(words::ACKS, &[&one.kind, &one.name, &one.version, stored, &total, in_force])
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}
