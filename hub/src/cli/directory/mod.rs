//! Directories: make one from an office's table, check it, see what it changes and what holds.
//!
//! What is made here is a text to be signed by both commissions like any pack, and published by
//! `directive publish`, which makes the checks of this module once more.

mod judged;
mod table;
mod words;

use std::path::{Path, PathBuf};

use certs::statement::{Purpose, SignedStatement};
use clap::{Args, Subcommand};
use domain::directory::{Bar, Directory, Entry, Field, Level};
use domain::ledger::Word as _;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use proto::pack::{PackError, directory};
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::sql::Database;
use runtime::web::Lang;
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use crate::app::load_pins;
use crate::ca::source::create;
use crate::directive::{OwnDirectory, keep, sign_own, verify};
use crate::statistics::UnitName;
use crate::store::unit::{self, UnitStatus};
use judged::Known;
use table::{TableError, cell, choices, named};

pub(super) use judged::refuse_unfit;

/// Directories: to whom schools may turn; make one from a table, check it, show it
#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the table to be filled in: what was published last, else only the columns
    Table(Place),
    /// Make the text of a directory from a table, to be signed
    Make(Box<Make>),
    /// Check the text of a directory and show what it changes
    Check {
        /// Text of a directory
        file: PathBuf,
    },
    /// Sign and publish what this district publishes itself, to all units below
    Publish(Own),
    /// Show the entries of a directory, and which may be chosen today
    Show {
        /// Id of the area
        area: UnitId,
        /// What the district publishes itself
        #[arg(long)]
        own: bool,
    },
    /// Show all directories that were published
    List,
}

#[derive(Args)]
pub(super) struct Place {
    /// Id of the area, such as 370202
    #[arg(long)]
    area: UnitId,
    /// What the district publishes itself
    #[arg(long)]
    own: bool,
    /// New file for the table
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub(super) struct Own {
    /// Text of the directory, of level own
    file: PathBuf,
    /// First day in force; today where none is named
    #[arg(long, value_name = "DAY")]
    effective_from: Option<Date>,
}

#[derive(Args)]
pub(super) struct Make {
    /// Table of the entries, a CSV in UTF-8
    table: PathBuf,
    /// Id of the area, such as 370202
    #[arg(long)]
    area: UnitId,
    /// For which schools: city or district; own for what the district publishes itself
    #[arg(long, default_value = "district", value_parser = ["city", "district", "own"])]
    level: String,
    /// File with key statements of recipients; may be repeated
    #[arg(long, value_name = "FILE")]
    statements: Vec<PathBuf>,
    /// New file for the text
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Table(asked) => write_table(context, &asked),
        Command::Make(asked) => make(context, &asked),
        Command::Check { file } => check(context, &file),
        Command::Publish(asked) => publish(context, &asked),
        Command::Show { area, own } => show(context, &area, own),
        Command::List => list(context),
    }
}

fn write_table(context: &Context, asked: &Place) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let known = judged::published(&database)?;
    let name = name_of(&asked.area, asked.own);
    let entries = judged::last(&known, &name).map(|last| last.directory.entries());
    let entries = entries.unwrap_or_default();
    let lang = context.terminal.lang();
    let table = table::write(entries, lang)
        .map_err(|cause| Failure::new(Exit::Failed, "TABLE", words::UNWRITABLE).because(&cause))?;
    create(&asked.out, &table)?;
    let value = json!({"file": asked.out, "area": asked.area.to_string(),
                       "entries": entries.len()});
    let count = entries.len();
    context
        .terminal
        .result(&value, |t| t.text(words::TABLE_WRITTEN, &[&asked.out.display(), &count]))
}

fn make(context: &Context, asked: &Make) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let pins = load_pins(&config)?;
    let path = asked.table.as_path();
    let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
    let mut entries = table::read(&bytes).map_err(|error| refused(path, &error))?;
    let known = judged::published(&database)?;
    let level = Level::from_word(&asked.level).unwrap_or(Level::District);
    let last = judged::last(&known, &directory::name(&asked.area, level));
    let mut statements = Vec::new();
    for file in &asked.statements {
        statements.extend(read_statements(file)?);
    }
    let kept = last.into_iter().flat_map(|last| last.directory.entries());
    let kept = kept.filter_map(|entry| SignedStatement::from_pem(entry.statement.as_bytes()).ok());
    statements.extend(kept);
    for entry in &mut entries {
        entry.statement = newest(&statements, &entry.id).unwrap_or_default();
    }
    let directory = Directory::new(asked.area.clone(), level, entries).map_err(|(id, fault)| {
        let flaw = fault.flaw("what stands there").within(id.as_str());
        wrong(&PackError::Content { pack: asked.area.to_string(), flaw })
    })?;
    let (now, today) = (context.clock.now(), context.clock.today());
    judged::refuse(&judged::problems(&directory, &pins, (now, today)))?;
    let text = directory::write(&directory).map_err(|error| wrong(&error))?;
    create(&asked.out, text.as_bytes())?;
    let next = last.map_or(1, |last| last.stored.serial.saturating_add(1));
    let value = json!({"file": asked.out, "area": asked.area.to_string(), "next_serial": next,
                       "entries": directory.entries().len()});
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        let written = match level {
            Level::Own => t.text(words::WRITTEN_OWN, &[&asked.out.display()]),
            Level::City | Level::District => {
                t.text(words::WRITTEN, &[&asked.out.display(), &asked.area, &next, &today])
            }
        };
        [counted(&directory, today, lang), judged::told(last, &directory, lang), written].join("\n")
    })
}

/// The text of the statement for referrals of a unit that begins last; nothing is verified here.
fn newest(statements: &[SignedStatement], unit: &UnitId) -> Option<String> {
    let of_unit = statements.iter().filter_map(|signed| {
        let says = signed.unverified().ok()?;
        (says.unit == *unit && says.purpose == Purpose::Referral)
            .then_some((says.valid_from, signed))
    });
    of_unit.max_by_key(|(from, _)| *from).map(|(_, signed)| signed.to_pem())
}

fn read_statements(path: &Path) -> Result<Vec<SignedStatement>, Failure> {
    let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
    let failure = || {
        let message = Sentence::new(words::STATEMENT_FILE, &[&path.display()]);
        Failure::new(Exit::Invalid, "STATEMENTS", message)
    };
    match SignedStatement::all_from_pem(&bytes) {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(failure()),
        Err(cause) => Err(failure().caused(&cause)),
    }
}

/// Why a table was refused, with every mistake in it.
fn refused(path: &Path, error: &TableError) -> Failure {
    let file = path.display();
    let fail = |message| Failure::new(Exit::Invalid, "DIRECTORY_TABLE", message);
    match error {
        TableError::Form => fail(Sentence::new(words::FORM, &[&file])).hint(words::FORM_NEXT),
        TableError::Column(name) => {
            fail(Sentence::new(words::COLUMN, &[&file, name])).hint(words::COLUMNS_NEXT)
        }
        TableError::Lacks(fields) => {
            let said = |lang: Lang| {
                let names: Vec<&str> = fields.iter().map(|field| named(*field, lang)).collect();
                words::LACKS.fill(lang, &[&file, &names.join(", ")])
            };
            fail(Sentence::pair(said(Lang::Zh), said(Lang::En))).hint(words::COLUMNS_NEXT)
        }
        TableError::Cells(mistakes) => {
            let said = |lang: Lang| {
                let line = |one: &table::Mistake| {
                    let (field, why) = (named(one.fault.field, lang), named(one.fault.wrong, lang));
                    let value = match one.value.as_str() {
                        "" => words::EMPTY_CELL.in_lang(lang),
                        value => value,
                    };
                    let line = words::CELL.fill(lang, &[&one.line, &field, &value, &why]);
                    format!("{line}{}", choices(one.fault.wrong, lang))
                };
                let lines = mistakes.iter().map(line).collect::<Vec<_>>().join("\n");
                words::CELLS.fill(lang, &[&file, &mistakes.len(), &lines])
            };
            fail(Sentence::pair(said(Lang::Zh), said(Lang::En)))
        }
    }
}

fn wrong(cause: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(Exit::Refused, "DIRECTORY_TEXT", words::TEXT).caused(cause)
}

fn check(context: &Context, file: &Path) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let pins = load_pins(&config)?;
    let bytes = std::fs::read(file).map_err(|cause| Failure::unreadable_file(file, &cause))?;
    let directory = directory::read_unnamed(&bytes).map_err(|error| wrong(&error))?;
    let (now, today) = (context.clock.now(), context.clock.today());
    judged::refuse(&judged::problems(&directory, &pins, (now, today)))?;
    let known = judged::published(&database)?;
    let last = judged::last(&known, &directory::name(directory.area(), directory.level()));
    let changes = last.map_or(0, |last| judged::changes(&last.directory, &directory).len());
    let value = json!({"area": directory.area().to_string(), "changes": changes,
                       "entries": directory.entries().len(),
                       "published_serial": last.map(|last| last.stored.serial)});
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        let may = words::MAY_PUBLISH.in_lang(lang).to_owned();
        [counted(&directory, today, lang), judged::told(last, &directory, lang), may].join("\n")
    })
}

/// The name of an area's directory: the commissions', or the district's own.
fn name_of(area: &UnitId, own: bool) -> String {
    directory::name(area, if own { Level::Own } else { Level::District })
}

/// A district's own directory goes down from its own hub, under its own signature.
fn publish(context: &Context, asked: &Own) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let pins = load_pins(&config)?;
    let path = asked.file.as_path();
    let bytes = std::fs::read(path).map_err(|cause| Failure::unreadable_file(path, &cause))?;
    let made = directory::read_unnamed(&bytes).map_err(|error| wrong(&error))?;
    let is_ours = config.kind == UnitKind::District && *made.area() == config.unit;
    if made.level() != Level::Own || !is_ours {
        let message = Sentence::new(words::NOT_OWN, &[&config.unit]);
        let failure = Failure::new(Exit::Refused, "NOT_OWN", message);
        return Err(failure.hint(words::NOT_OWN_NEXT));
    }
    let (now, today) = (context.clock.now(), context.clock.today());
    judged::refuse(&judged::problems(&made, &pins, (now, today)))?;
    let known = judged::published(&database)?;
    let last = judged::last(&known, &directory::name(made.area(), Level::Own));
    let serial = last.map_or(1, |last| last.stored.serial.saturating_add(1));
    let from = asked.effective_from.unwrap_or(today);
    let identity = super::key::identity(&config)?;
    let own = OwnDirectory { area: made.area(), serial, from, content: bytes };
    let unsigned = |cause: &(dyn std::error::Error + 'static)| {
        Failure::new(Exit::Authentication, "NOT_SIGNED", words::NOT_SIGNED).caused(cause)
    };
    let signed = sign_own(own, &identity).map_err(|cause| unsigned(&cause))?;
    // What the units below would refuse is not published.
    let stored = verify(&signed, &pins.roots, &pins.zone, now).map_err(|cause| unsigned(&cause))?;
    let now_ms = context.now_ms();
    database.write("publish_own", move |tx| keep(tx, &stored, now_ms))?;
    let value = json!({"area": made.area().to_string(), "serial": serial,
                       "effective_from": from.to_string(), "entries": made.entries().len()});
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        let published = t.text(words::PUBLISHED_OWN, &[&serial, &from]);
        [counted(&made, today, lang), judged::told(last, &made, lang), published].join("\n")
    })
}

fn counted(directory: &Directory, today: Date, lang: Lang) -> String {
    let entries = directory.entries();
    let count = |is: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| is(entry)).count();
    let emergency = count(&|entry| entry.is_emergency && entry.bar(today).is_none());
    let sealed = count(&|entry| !entry.statement.is_empty());
    let gone = count(&|entry| entry.bar(today) == Some(Bar::Withdrawn));
    let level = named(directory.level(), lang);
    let values: [&dyn std::fmt::Display; 6] =
        [directory.area(), &level, &entries.len(), &emergency, &sealed, &gone];
    let counted = words::COUNTED.fill(lang, &values);
    match emergency {
        0 => [counted.as_str(), words::NO_EMERGENCY.in_lang(lang)].join("\n"),
        _ => counted,
    }
}

fn show(context: &Context, area: &UnitId, own: bool) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let pins = load_pins(&config)?;
    let (now, today) = (context.clock.now(), context.clock.today());
    let known = judged::published(&database)?;
    let (name, in_force) = (name_of(area, own), judged::in_force(&known, today));
    let begun = |one: &&Known| {
        let from = one.stored.effective_from.parse::<Date>();
        one.stored.name == name && from.is_ok_and(|from| from <= today)
    };
    let Some(known) = known.iter().rev().find(begun) else {
        let message = Sentence::new(words::NONE_OF, &[area]);
        return Err(Failure::new(Exit::NotFound, "NO_DIRECTORY", message));
    };
    let hub = UnitName::of(&config).id;
    let members = members(&database, &hub, today)?;
    let unpaired = judged::unpaired(&in_force, (&hub, &members), today);
    let unpaired: Vec<&str> = unpaired.into_iter().map(UnitId::as_str).collect();
    let is_sealed = |entry: &Entry| judged::believed(entry, &pins, now) == Ok(true);
    let entries = known.directory.entries();
    let digest = |entry: &Entry| {
        let signed = SignedStatement::from_pem(entry.statement.as_bytes()).ok();
        signed.map(|signed| signed.digest().to_string())
    };
    let line = |entry: &Entry| {
        json!({"id": entry.id.to_string(), "kind": entry.kind.as_str(), "zh": entry.label.zh,
               "en": entry.label.en, "phone": entry.reach.phone, "emergency": entry.is_emergency,
               "places": entry.room.map(|room| room.places),
               "places_told": entry.room.map(|room| room.told.to_string()),
               "statement": digest(entry), "sealed": is_sealed(entry),
               "barred": entry.bar(today).map(|bar| bar.as_str())})
    };
    let value = json!({"area": area.to_string(), "serial": known.stored.serial,
                       "version": known.stored.version, "unpaired": unpaired,
                       "entries": entries.iter().map(line).collect::<Vec<_>>()});
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        let mut table = Table::new();
        for head in
            [words::NAME, words::KIND, words::SERVICES, words::ROOM, words::SEALED, words::STATE]
        {
            table = table.column(head.in_lang(lang), Align::Left);
        }
        for entry in entries {
            table.row(row(entry, (is_sealed(entry), today), lang));
        }
        match unpaired.is_empty() {
            true => table.render(),
            false => {
                let said = t.text(words::UNPAIRED, &[&unpaired.join(" ")]);
                [table.render(), said].join("\n")
            }
        }
    })
}

/// The schools and areas straight under this hub on a day.
fn members(database: &Database, hub: &UnitId, day: Date) -> Result<Vec<UnitId>, Failure> {
    let of = hub.clone();
    let all = database.read(move |tx| unit::members_on(tx, &of, day))?.into_iter();
    let is_asked = |kind: UnitKind| kind == UnitKind::School || kind.is_area();
    let members = all.filter(|member| is_asked(member.kind) && member.status != UnitStatus::Closed);
    Ok(members.map(|member| member.id).collect())
}

fn row(entry: &Entry, (is_sealed, today): (bool, Date), lang: Lang) -> Vec<String> {
    let name = match lang {
        Lang::Zh => &entry.label.zh,
        Lang::En => &entry.label.en,
    };
    let room = entry.room.map(|room| words::ROOM_TOLD.fill(lang, &[&room.places, &room.told]));
    let sealed = if is_sealed { words::YES } else { words::NO };
    let state = entry.bar(today).map_or_else(|| words::OPEN.in_lang(lang), |bar| named(bar, lang));
    vec![
        format!("{} {name}", entry.id),
        named(entry.kind, lang).to_owned(),
        cell(entry, Field::Services, lang),
        room.unwrap_or_default(),
        sealed.in_lang(lang).to_owned(),
        state.to_owned(),
    ]
}

fn list(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let known = judged::published(&database)?;
    let line = |one: &Known| {
        json!({"area": one.directory.area().to_string(), "name": one.stored.name,
               "level": one.directory.level().as_str(), "version": one.stored.version,
               "serial": one.stored.serial, "effective_from": one.stored.effective_from,
               "entries": one.directory.entries().len()})
    };
    let value: Vec<_> = known.iter().map(line).collect();
    context.terminal.result(&value, |t| {
        let lang = t.lang();
        if known.is_empty() {
            return words::NONE.in_lang(lang).to_owned();
        }
        let mut table = Table::new();
        for head in [words::AREA, words::VERSION, words::SERIAL, words::EFFECTIVE, words::ENTRIES] {
            table = table.column(head.in_lang(lang), Align::Left);
        }
        for one in &known {
            table.row(vec![
                one.stored.name.clone(),
                one.stored.version.clone(),
                one.stored.serial.to_string(),
                one.stored.effective_from.clone(),
                one.directory.entries().len().to_string(),
            ]);
        }
        table.render()
    })
}
