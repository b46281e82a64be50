//! `xinqiao-hub sealed`: what is sealed, what is opened and what waits; objections of schools and
//! which of them are away, as an operator who was called writes them down.

use clap::{Args, Subcommand};
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::sql::{SqlError, Tx};
use runtime::web::time::minute;
use runtime::web::{Label, Lang};
use serde_json::{Value, json};
use std::sync::Arc;

use super::context::Context;
use super::sealed_close as close;
use super::sealed_confirm as confirm;
use super::sealed_list as list;
use super::sealed_names::Names;
use super::sealed_renoted as renoted;
use super::sealed_reports as reports;
use super::sealed_told;
use super::sealed_value as value;
use super::words::sealed as words;
use crate::app::load_pins;
use crate::packs::{Packs, PacksError};
use crate::sealed::documents::{Documents, ShareKeys};
use crate::sealed::silent;
use crate::sealed::stand;
use crate::sealed::view::{self, Recorded, TaskView};
use crate::sealed::watch::{self, Notice};
use crate::store::sealed::opening::Opening;
use crate::store::sealed::say::{self, Absence};
use crate::store::sealed::{report, verdict};

/// Most refusals that are listed.
const REFUSED_MAX: u32 = 200;

/// Sealed sums: what is in, what is opened, what waits
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show every task: reports in, schools missing, sums opened
    List(list::Asked),
    /// Show one task with the schools that are missing and what each sum waits for
    Show {
        /// Sealed table, such as sealed.alt.census
        table: String,
        /// Period, such as 2026S1 or 2026-W48
        period: String,
    },
    /// Show the reports that were refused, by school
    Refused,
    /// Show the reports that are held of a school, each with its digest
    Reports(reports::Asked),
    /// Note that a school says a listed digest is not its own; its sums stay closed
    Object(Object),
    /// Note that a school was called and the number in one stage of its report is right
    Confirm(confirm::Asked),
    /// Note that a school is closed or out of session
    Away(Away),
    /// After a backup was put back: what was noted since is entered again, sums are opened again
    Renoted(renoted::Asked),
    /// Close a school year: destroy its shares and keys; a signed record stays
    Close(close::Asked),
}

#[derive(Args)]
pub(super) struct Object {
    /// Id of the school
    school: UnitId,
    /// Digest of the report, 64 hexadecimal digits
    report: String,
    /// Who called, and what was said
    #[arg(long, default_value = "")]
    note: String,
    /// Take the objection back
    #[arg(long)]
    withdraw: bool,
}

#[derive(Args)]
pub(super) struct Away {
    /// Id of the school
    school: UnitId,
    /// First day
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day; open where it is left out
    #[arg(long, value_name = "DAY", conflicts_with = "withdraw")]
    to: Option<Date>,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
    /// Take the note from this first day back
    #[arg(long)]
    withdraw: bool,
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::List(asked) => list::run(context, &asked),
        Command::Show { table, period } => show(context, &table, &period),
        Command::Refused => refused(context),
        Command::Reports(asked) => reports::run(context, &asked),
        Command::Object(asked) => object(context, asked),
        Command::Confirm(asked) => confirm::run(context, asked),
        Command::Away(asked) => away(context, asked),
        Command::Renoted(asked) => renoted::run(context, asked),
        Command::Close(asked) => close::run(context, &asked),
    }
}

/// Reads with the documents of the years under seal; gives the packs beside it.
pub(super) fn read<T: Send + 'static>(
    context: &Context,
    work: impl FnOnce(&Tx<'_>, &Documents, &UnitId) -> Result<T, SqlError> + Send + 'static,
) -> Result<(Arc<Packs>, T), Failure> {
    let (config, database) = context.open()?;
    let (pins, today) = (load_pins(&config)?, context.clock.today());
    let found = database.read(move |tx| {
        let packs = Arc::new(Packs::load(tx, today, &pins)?);
        let documents = Documents::of(Arc::clone(&packs), &ShareKeys::default());
        let found = work(tx, &documents, &config.unit)?;
        Ok::<_, PacksError>((packs, found))
    });
    found.map_err(|error| Failure::new(Exit::Failed, "STORE", words::UNREAD).because(&error))
}

/// Tasks, what a person has to look at, and names beside ids.
type Tasks = (Vec<TaskView>, Vec<Notice>, Names);

/// Every task, and what a person has to look at.
pub(super) fn tasks(context: &Context) -> Result<(Arc<Packs>, Tasks), Failure> {
    let (today, now_ms) = (context.clock.today(), context.now_ms());
    read(context, move |tx, documents, unit| {
        let mut notices = watch::notices(tx, documents, unit, (today, now_ms))?;
        notices.extend(silent::silences(tx, (documents, unit), (today, now_ms))?);
        let names = Names::read(tx, documents.packs().clone())?;
        Ok((view::tasks(tx, (documents, unit), today)?, notices, names))
    })
}

/// No task of a table is about a period.
pub(super) fn unknown_task(sheet: &str, period: &str) -> Failure {
    let message = Sentence::new(words::NO_TASK, &[&sheet, &period]);
    Failure::new(Exit::NotFound, "TASK_UNKNOWN", message).hint(words::NO_TASK_NEXT)
}

fn show(context: &Context, sheet: &str, period: &str) -> Result<(), Failure> {
    let (packs, (all, _, names)) = tasks(context)?;
    if all.is_empty() {
        return sealed_told::show(context, (sheet, period));
    }
    let is_asked = |one: &&TaskView| one.sheet == sheet && one.period.to_string() == period;
    let found: Vec<&TaskView> = all.iter().filter(is_asked).collect();
    if found.is_empty() {
        return Err(unknown_task(sheet, period));
    }
    let value = value::shown((sheet, period), &found);
    context.terminal.result(&value, |t| {
        let told = found.iter().map(|task| told((&packs, &names), task, t));
        let headed = found.iter().zip(told).map(|(task, told)| match found.len() {
            1 => told,
            _ => {
                let area = names.unit(task.area.as_str(), t.lang());
                format!("{}\n{told}", t.text(words::AREA_HEAD, &[&area]))
            }
        });
        headed.collect::<Vec<_>>().join("\n\n")
    })
}

/// A task with the schools that are missing, what was opened and what each sum waits for.
fn told((packs, names): (&Packs, &Names), task: &TaskView, t: &Terminal) -> String {
    let mut lines = vec![t.text(words::COVERAGE, &[&task.fresh, &task.due])];
    let named = [
        (&task.missing, words::MISSING),
        (&task.unstated, words::UNSTATED),
        (&task.other_key, words::OTHER_KEY_OF),
    ];
    for (schools, text) in named {
        if !schools.is_empty() {
            let named = schools.iter().map(|school| names.unit(school.as_str(), t.lang()));
            lines.push(t.text(text, &[&named.collect::<Vec<_>>().join(" ")]));
        }
    }
    let stage = |of: Stage| stage_of(packs, of, t.lang());
    let ready = task.ready.iter();
    lines.extend(ready.map(|ready| words::ready(&stage(ready.set.stage), ready, t.lang())));
    let (openings, lang) = (task.openings.iter(), t.lang());
    lines.extend(openings.flat_map(|(opening, record)| {
        let line = opening_line(&stage(opening.set.stage), (opening, record.as_ref()), t);
        let confirmed = task.confirmed_in(opening).iter();
        let confirmed = confirmed.map(move |one| format!("  {}", words::confirmed_in(one, lang)));
        std::iter::once(line).chain(confirmed)
    }));
    lines.extend(task.waits.iter().map(|wait| {
        let reason = words::wait(wait, task.awaited(wait), t.lang());
        let text = if stand::is_closed(wait) { words::STAYS } else { words::WAITS };
        t.text(text, &[&stage(wait.stage), &wait.group, &reason])
    }));
    let untold = task.untold.iter();
    lines.extend(untold.map(|one| words::untold(&stage(one.stage), one, t.lang())));
    lines.extend(task.left.iter().map(|(of, group)| {
        let why = words::LEFT_CLOSED.in_lang(t.lang());
        t.text(words::STAYS, &[&stage(*of), group, &why])
    }));
    if task.is_closed {
        lines.push(list::year_closed((&task.area, task.school_year), names, t));
    }
    lines.join("\n")
}

fn opening_line(
    stage: &str,
    (opening, record): (&Opening, Option<&Recorded>),
    t: &Terminal,
) -> String {
    let set = words::extent(opening.set.detail).in_lang(t.lang());
    let groups = opening.set.groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    match (record, words::kept_closed(&opening.refused)) {
        (Some(Recorded { number, digest, cap_sum }), _) => {
            let (fresh, due, digest) = (&opening.fresh, &opening.due, digest.short());
            let values: [&dyn std::fmt::Display; 7] =
                [&stage, &set, &groups, fresh, due, &digest, number];
            let line = t.text(words::OPENED_LINE, &values);
            let most = cap_sum.map(|most| t.text(words::CAP_SUM, &[&most]));
            std::iter::once(line).chain(most).collect::<Vec<_>>().join(" ")
        }
        (None, Some(why)) => {
            let (code, why) = (&opening.refused, t.text(why, &[]));
            t.text(words::KEPT_CLOSED, &[&stage, &set, &groups, code, &why])
        }
        (None, None) => {
            let why = words::code(&opening.refused, t.lang());
            t.text(words::NOT_OPENED, &[&stage, &set, &groups, &why])
        }
    }
}

/// What people call a stage.
pub(super) fn stage_of(packs: &Packs, stage: Stage, lang: Lang) -> String {
    let known = packs.in_force().catalogue.dimension("stage");
    let label = known.and_then(|known| known.label_of(stage.as_str()));
    label.map_or_else(
        || stage.as_str().to_owned(),
        |label| Label::from(label).in_lang(lang).to_owned(),
    )
}

fn refused(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let all = database.read(|tx| verdict::refused(tx, REFUSED_MAX))?;
    let (_, (_, notices, names)) = tasks(context)?;
    let is_key = |one: &&Notice| matches!(one, Notice::OtherKey(_) | Notice::Crowded(_));
    let keys: Vec<&Notice> = notices.iter().filter(is_key).collect();
    let value: Vec<Value> = all
        .iter()
        .map(|one| {
            json!({
                "school": one.school.as_str(), "table": one.sheet, "period": one.period,
                "number": one.number, "code": one.code, "report": one.report.to_string(),
                "at": minute(one.decided_at_ms),
            })
        })
        .collect();
    context.terminal.result(&value, |t| {
        let say = |notice: &&Notice| notice.say_named(t.lang(), |id| names.unit(id, t.lang()));
        let said: Vec<String> = keys.iter().map(say).collect();
        if all.is_empty() {
            let none = t.text(words::NONE_REFUSED, &[]);
            return std::iter::once(none).chain(said).collect::<Vec<_>>().join("\n");
        }
        let mut table = Table::new();
        for head in [words::SCHOOL, words::TABLE, words::PERIOD, words::CODE, words::TO_DO] {
            table = table.column(head.in_lang(t.lang()), Align::Left);
        }
        for one in &all {
            let school = names.unit(one.school.as_str(), t.lang());
            let row = [school, one.sheet.clone(), one.period.clone()];
            let to_do = t.text(words::to_do(&one.code), &[]);
            table.row([row.to_vec(), vec![one.code.clone(), to_do]].concat());
        }
        std::iter::once(table.render()).chain(said).collect::<Vec<_>>().join("\n")
    })
}

/// Whether an objection is about a report that is held here: a wrong digit would keep nothing
/// closed.
fn object(context: &Context, asked: Object) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unknown = || {
        Failure::new(Exit::NotFound, "REPORT_UNKNOWN", words::NO_REPORT).hint(words::NO_REPORT_NEXT)
    };
    let digest = Digest::from_hex(&asked.report).map_err(|_| unknown())?;
    let (school, note, now_ms) = (asked.school.clone(), asked.note, context.now_ms());
    let withdraw = asked.withdraw;
    let changed = database.write("sealed_object", move |tx: &Tx<'_>| {
        let own = report::find(tx, &digest)?.filter(|one| one.kept.arrival.school == school);
        if own.is_none() {
            return Ok(false);
        }
        if withdraw {
            return say::withdraw(tx, (&school, &digest), now_ms);
        }
        say::object(tx, (&school, &digest), &note, now_ms)?;
        Ok::<_, SqlError>(true)
    })?;
    if !changed {
        return Err(unknown());
    }
    let text = if withdraw { words::WITHDRAWN } else { words::OBJECTED };
    let value = json!({"school": asked.school.as_str(), "report": asked.report,
                       "withdrawn": withdraw});
    context.terminal.result(&value, |t| t.text(text, &[&asked.school]))
}

/// Whether a school is on a roster of which this hub sums one half.
fn is_summed(context: &Context, school: &UnitId) -> Result<bool, Failure> {
    let school = school.clone();
    let (_, is_summed) =
        read(context, move |_, documents, unit| Ok(is_listed(documents, unit, &school)))?;
    Ok(is_summed)
}

/// The same with the documents at hand.
pub(super) fn is_listed(documents: &Documents, own: &UnitId, school: &UnitId) -> bool {
    let mut years = documents.years().iter().filter(|year| year.role_of(own).is_some());
    years.any(|year| year.sealed().roster.school(school).is_some())
}

/// Takes back what was noted of a school from a day on.
fn there(context: &Context, school: &UnitId, from: Date) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (unit, first, now_ms) = (school.clone(), from.to_string(), context.now_ms());
    let work = move |tx: &Tx<'_>| say::withdraw_absence(tx, (&unit, &first), now_ms);
    if !database.write("sealed_there", work)? {
        let message = Sentence::new(words::NO_ABSENCE, &[&school, &from]);
        return Err(
            Failure::new(Exit::NotFound, "NOTE_UNKNOWN", message).hint(words::NO_ABSENCE_NEXT)
        );
    }
    let value = json!({"school": school.as_str(), "from": from.to_string(), "withdrawn": true});
    context.terminal.result(&value, |t| t.text(words::AWAY_WITHDRAWN, &[&school, &from]))
}

fn away(context: &Context, asked: Away) -> Result<(), Failure> {
    if asked.withdraw {
        return there(context, &asked.school, asked.from);
    }
    let (_, database) = context.open()?;
    let Away { school, from, to, note, .. } = asked;
    if to.is_some_and(|to| to < from) {
        return Err(Failure::new(Exit::Usage, "DAYS", words::DAYS));
    }
    if !is_summed(context, &school)? {
        let message = Sentence::new(words::NO_SCHOOL, &[&school]);
        return Err(
            Failure::new(Exit::NotFound, "SCHOOL_UNKNOWN", message).hint(words::NO_SCHOOL_NEXT)
        );
    }
    let (last, now_ms) = (to.map(|day| day.to_string()), context.now_ms());
    let absence = Absence { school: school.clone(), from: from.to_string(), to: last, note };
    database.write("sealed_away", move |tx| say::note_absence(tx, &absence, now_ms))?;
    let value = json!({"school": school.as_str(), "from": from.to_string(),
                       "to": to.map(|day| day.to_string())});
    context.terminal.result(&value, |t| t.text(words::AWAY, &[&school]))
}
