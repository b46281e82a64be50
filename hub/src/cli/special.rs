//! Special periods: make their text, check it, see who follows and what they tell, end one early.
//!
//! What is made here is a text to be signed by both commissions like any pack, and published by
//! `directive publish`. The check is the one that nodes make, so a text that passes is followed.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::catalogue::{Channel, Count, Dimension, Language, NativePeriod, SpecialId};
use domain::disclosure::{Unprotected, may_run, may_seal};
use domain::span::school_year_of;
use domain::special::{AreaSchool, Cadence, Pulse, SpecialDefinition, SpecialPeriod};
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::texts;
use runtime::web::Lang;
use serde::Deserialize;
use serde_json::json;

use super::causes::Caused as _;
use super::context::Context;
use crate::app::{HubError, load_pins};
use crate::ca::source::create;
use crate::packs::Packs;
use crate::statistics::{
    FigureOut, SPECIAL_DIFFER, SPECIAL_FOLLOW, SpecialOut, UnitName, special_lines, special_report,
};
use crate::store::unit::{self, UnitStatus};

texts! {
    ID = "编号", "Id";
    NAME = "名称", "Name";
    DAYS = "起止", "Days";
    STATE = "状态", "State";
    SCHOOLS = "学校", "Schools";
    PERIOD = "时段", "Period";
    REPORTED = "报送学校", "Schools told";
    NONE = "没有发布过特殊时期。", "No special period was published.";
    HEAD = "{0}（{1}）：{2} 至 {3}，{4}", "{0} ({1}): {2} to {3}, {4}";
    WHY = "  {0}：{1}", "  {0}: {1}";
    KEPT = "  {0} 涉及个人的数没有上报：{1}", "  {0} tells nothing about persons: {1}";
    UNKNOWN = "没有编号为 {0} 的特殊时期。", "there is no special period {0}.";
    UNKNOWN_NEXT = "用 xinqiao-hub special list 查看。", "xinqiao-hub special list shows them.";
    UNSAFE = "这个特殊时期会被各校节点拒绝：{0}。没有写入任何内容。",
        "the nodes of the schools would refuse it: {0}. Nothing was written.";
    UNREADABLE = "特殊时期文本有误；没有写入任何内容。",
        "the text of the special period is wrong; nothing was written.";
    SAFE = "{0}：{1} 所学校，{2} 天，{3} 项指标、{4} 格；各校节点会执行。",
        "{0}: {1} schools, {2} days, {3} counts with {4} cells; nodes will follow it.";
    WRITTEN = "已写入 {0}。请两个部门先后签名，再发布：\n  xinqiao-ca sign-pack --kind special \
               --name {1} --serial {2} --effective-from {3} {0} --out {1}.pack\n  \
               xinqiao-hub directive publish {1}.pack",
        "Written to {0}. Have both commissions sign it, then publish it:\n  xinqiao-ca sign-pack \
         --kind special --name {1} --serial {2} --effective-from {3} {0} --out {1}.pack\n  \
         xinqiao-hub directive publish {1}.pack";
    NO_COUNT = "指标目录中没有可由学校计算的指标 {0}；没有写入任何内容。",
        "the catalogue has no count {0} that schools compute; nothing was written.";
    NO_COUNT_NEXT = "每项指标的编号见 xinqiao-hub stats --json。",
        "xinqiao-hub stats --json lists the ids of counts.";
    NOT_CITY = "只有市枢纽可以省略 --schools；没有写入任何内容。",
        "only the city's hub may leave --schools out; nothing was written.";
    NO_SCHOOLS = "没有给出学校，本枢纽之下也没有直接登记的学校；没有写入任何内容。",
        "no school was given, and none is registered straight under this hub; nothing was written.";
    NO_SCHOOLS_NEXT = "用 --schools 给出 CSV：列 unit,above，above 为其上级枢纽编号，以空格分隔。",
        "Give --schools a CSV with the columns unit,above; above lists the hubs over the school, \
         with spaces between.";
    SCHOOL_FILE = "学校名单 {0} 无法读取：{1}；没有写入任何内容。",
        "the list of schools {0} cannot be read: {1}; nothing was written.";
    NOT_EARLIER = "新的最后一天 {0} 不能早于 {1}，且须早于 {2}；没有写入任何内容。",
        "the new last day {0} may not lie before {1} and must lie before {2}; nothing was written.";
    GRADE = "没有年级 {0}；写 g4 至 g12。没有写入任何内容。",
        "there is no grade {0}: write g4 to g12; nothing was written.";
    UNCHECKED = "注意：名单中有 {0} 个编号既没有在本枢纽登记，也不在密封合计的学校名单中，\
                 本枢纽无法确认它们是学校：{1}\n“至少五所学校”按这些编号计算。签名之前，\
                 请向各校的上级枢纽逐一核对。",
        "Note: {0} ids of the list are neither registered at this hub nor in a roster of sealed \
         sums, so this hub cannot tell whether they are schools: {1}\nThe rule of five schools \
         counts them. Before anybody signs, ask the hubs over them about each.";
    KNOWN = "编号 {0} 已经用过；没有写入任何内容。", "there is a special period {0}; nothing was written.";
    KNOWN_NEXT = "换一个编号；要提前结束它，用 xinqiao-hub special end。",
        "Choose another id; xinqiao-hub special end ends it earlier.";
}

/// Special periods: make one, check it, see who follows
#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the text of a special period from counts of the catalogue, to be signed
    Make(Box<Make>),
    /// Check a text as the nodes of the schools will
    Check {
        /// Text of a special period
        file: PathBuf,
    },
    /// Show all special periods
    List,
    /// Show who follows a special period, who refuses and why, and what they tell
    Show {
        /// Id of the special period
        id: String,
    },
    /// Write the text that ends a special period earlier, to be signed
    End(End),
}

#[derive(Args)]
pub(super) struct Make {
    /// Id, such as flood-2026
    #[arg(long)]
    id: String,
    /// Chinese name
    #[arg(long, value_name = "TEXT")]
    zh: String,
    /// English name
    #[arg(long, value_name = "TEXT")]
    en: String,
    /// First day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    first: Date,
    /// Last day, YYYY-MM-DD; it ends by itself
    #[arg(long, value_name = "DAY")]
    last: Date,
    /// How often schools tell their figures: day or week
    #[arg(long, default_value = "day", value_parser = ["day", "week"])]
    cadence: String,
    /// Counts of the catalogue, such as edu.hours,cns.group
    #[arg(long, value_delimiter = ',')]
    counts: Vec<String>,
    /// CSV with the schools (columns unit,above); those straight under this hub if left out
    #[arg(long, value_name = "FILE")]
    schools: Option<PathBuf>,
    /// Scale of a pulse screen, such as phq-4
    #[arg(long, value_name = "SCALE", requires = "grades")]
    pulse: Option<String>,
    /// Grades that the pulse screen asks, such as g7,g8,g9
    #[arg(long, value_delimiter = ',', requires = "pulse")]
    grades: Vec<String>,
    /// New file for the text
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub(super) struct End {
    /// Id of the special period
    id: String,
    /// New last day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    on: Date,
    /// New file for the text
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Make(asked) => make(context, &asked),
        Command::Check { file } => check(context, &file),
        Command::List => list(context),
        Command::Show { id } => show(context, &id),
        Command::End(asked) => end(context, &asked),
    }
}

fn packs(context: &Context) -> Result<(UnitName, runtime::sql::Database, Packs), Failure> {
    let (config, database) = context.open()?;
    let today = context.clock.today();
    let pins = load_pins(&config)?;
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(HubError::from)?;
    Ok((UnitName::of(&config), database, packs))
}

fn make(context: &Context, asked: &Make) -> Result<(), Failure> {
    let (at, database, packs) = packs(context)?;
    let cadence = if asked.cadence == "week" { Cadence::Week } else { Cadence::Day };
    let (counts, dimensions) = counts(&packs, &asked.counts, cadence)?;
    let id: SpecialId = asked.id.parse().map_err(|flaw| wrong(&flaw))?;
    if packs.specials().any(|known| *known.special.id() == id) {
        let failure = Failure::new(Exit::Refused, "SPECIAL_KNOWN", Sentence::new(KNOWN, &[&id]));
        return Err(failure.hint(KNOWN_NEXT));
    }
    let grades = asked.grades.iter().map(|word| {
        let known = domain::catalogue::Grade::from_word(word);
        known.ok_or_else(|| Failure::new(Exit::Usage, "GRADE", Sentence::new(GRADE, &[word])))
    });
    let grades = grades.collect::<Result<Vec<_>, _>>()?;
    let definition = SpecialDefinition {
        id,
        revision: 1,
        label: domain::catalogue::Label { zh: asked.zh.clone(), en: asked.en.clone() },
        first: asked.first,
        last: asked.last,
        cadence,
        schools: match &asked.schools {
            Some(file) => listed(file)?,
            None => registered(&database, &at, asked.first)?,
        },
        pulse: asked.pulse.clone().map(|scale| Pulse { scale, grades }),
        dimensions,
        counts,
    };
    let special = SpecialPeriod::new(definition.clone()).map_err(|flaw| wrong(&flaw))?;
    safe(&special)?;
    summed(&packs, &special)?;
    let unchecked = unchecked(&database, &packs, &special)?;
    if !unchecked.is_empty() {
        let named: Vec<&str> = unchecked.iter().map(UnitId::as_str).collect();
        context.terminal.talk(UNCHECKED, &[&unchecked.len(), &named.join(" ")]);
    }
    write_out(context, &definition, (1, &asked.out))
}

/// Ids of the area that this hub knows for no school: it registered none of that id and no roster
/// of the year lists one. Five of them would hide nobody.
fn unchecked(
    database: &runtime::sql::Database,
    packs: &Packs,
    special: &SpecialPeriod,
) -> Result<Vec<UnitId>, Failure> {
    let (years, year) = (packs.sealed_years(), school_year_of(special.first()));
    let here = database.read(unit::all)?;
    let is_known = |school: &UnitId| {
        let is_here = here.iter().any(|one| one.id == *school && one.kind == UnitKind::School);
        is_here || years.of_school(school, year).is_some()
    };
    let all = special.area().iter();
    Ok(all.map(|(school, _)| school).filter(|school| !is_known(school)).cloned().collect())
}

/// Refuses sealed counts that no school of the area could tell by the plans that are known here.
fn summed(packs: &Packs, special: &SpecialPeriod) -> Result<(), Failure> {
    if !special.has_sealed() {
        return Ok(());
    }
    let (years, year) = (packs.sealed_years(), school_year_of(special.first()));
    let mut why = Unprotected::NoPlan;
    for (school, _) in special.area().iter() {
        let plan = years.of_school(school, year).map(|one| &one.year().plan);
        match may_seal(special, plan, school) {
            Ok(()) => return Ok(()),
            Err(Unprotected::NoPlan) => {}
            Err(other) => why = other,
        }
    }
    Err(unprotected(special, &why))
}

/// Counts of the catalogue in force as counts of a special period, and the dimensions they need.
fn counts(
    packs: &Packs,
    ids: &[String],
    cadence: Cadence,
) -> Result<(Vec<Count>, Vec<Dimension>), Failure> {
    let catalogue = &packs.in_force().catalogue;
    let mut counts = Vec::new();
    for id in ids {
        let known = catalogue.count(id).filter(|count| {
            count.definition.is_some() && count.origin == domain::catalogue::Origin::School
        });
        let Some(known) = known else {
            let failure = Failure::new(Exit::NotFound, "COUNT", Sentence::new(NO_COUNT, &[id]));
            return Err(failure.hint(NO_COUNT_NEXT));
        };
        let period = NativePeriod::from(cadence);
        // What is not clear may not enter an assessment; the check says why it may not enter here.
        let assess = known.assess && known.channel == Channel::Clear;
        counts.push(Count { period, assess, ..known.clone() });
    }
    let is_used = |dimension: &&Dimension| {
        let named = |count: &Count| count.dims.contains(&dimension.id) || filters(count, dimension);
        // Under seal every count is told by stage, whether or not it names one.
        let is_stage = dimension.id.as_str() == "stage"
            && counts.iter().any(|count| count.channel == Channel::Sealed);
        is_stage || counts.iter().any(named)
    };
    let dimensions = catalogue.dimensions().iter().filter(is_used).cloned().collect();
    Ok((counts, dimensions))
}

/// Whether a count is filtered by the values of a dimension.
fn filters(count: &Count, dimension: &Dimension) -> bool {
    let filters = count.definition.iter().flat_map(|known| &known.filters);
    filters.into_iter().any(|filter| filter.field.as_str() == dimension.id.as_str())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchoolLine {
    unit: String,
    above: String,
}

fn listed(file: &Path) -> Result<Vec<AreaSchool>, Failure> {
    let refused = |reason: &dyn std::fmt::Display| {
        let message = Sentence::new(SCHOOL_FILE, &[&file.display(), reason]);
        Failure::new(Exit::Refused, "SCHOOL_FILE", message).hint(NO_SCHOOLS_NEXT)
    };
    let mut reader = csv::Reader::from_path(file).map_err(|error| refused(&error))?;
    let mut schools = Vec::new();
    for line in reader.deserialize::<SchoolLine>() {
        let line = line.map_err(|error| refused(&error))?;
        let id = |text: &str| text.parse::<UnitId>().map_err(|error| refused(&error));
        let above = line.above.split_whitespace().map(id).collect::<Result<_, _>>()?;
        schools.push(AreaSchool { unit: id(line.unit.trim())?, above });
    }
    Ok(schools)
}

/// The schools straight under this hub on a day.
fn registered(
    database: &runtime::sql::Database,
    at: &UnitName,
    day: Date,
) -> Result<Vec<AreaSchool>, Failure> {
    // Which hubs stand above this one is not known here, and a school without them is refused.
    if at.kind != UnitKind::City {
        return Err(Failure::new(Exit::Refused, "NO_SCHOOLS", NOT_CITY).hint(NO_SCHOOLS_NEXT));
    }
    let hub = at.id.clone();
    let members = database.read(move |tx| unit::members_on(tx, &hub, day))?;
    let schools = members
        .into_iter()
        .filter(|member| member.kind == UnitKind::School && member.status != UnitStatus::Closed);
    let schools: Vec<AreaSchool> =
        schools.map(|member| AreaSchool { unit: member.id, above: Vec::new() }).collect();
    if schools.is_empty() {
        return Err(Failure::new(Exit::Refused, "NO_SCHOOLS", NO_SCHOOLS).hint(NO_SCHOOLS_NEXT));
    }
    Ok(schools)
}

fn check(context: &Context, file: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(file).map_err(|cause| Failure::unreadable_file(file, &cause))?;
    let special = proto::pack::special::read_unnamed(&bytes).map_err(|error| wrong(&error))?;
    safe(&special)?;
    let cells = special.table().map_or(0, domain::catalogue::TableSpec::cells);
    let (schools, days) = (special.area().schools(), special.days());
    let counts = special.catalogue().counts().len();
    let value = json!({"id": special.id().to_string(), "schools": schools, "days": days,
                       "counts": counts, "cells": cells, "protected": true});
    context
        .terminal
        .result(&value, |t| t.text(SAFE, &[special.id(), &schools, &days, &counts, &cells]))
}

fn safe(special: &SpecialPeriod) -> Result<(), Failure> {
    may_run(special).map_err(|why| unprotected(special, &why))
}

fn unprotected(special: &SpecialPeriod, why: &Unprotected) -> Failure {
    let say = |lang, language| UNSAFE.fill(lang, &[&why.sentence_of(special, language)]);
    let message = Sentence::pair(say(Lang::Zh, Language::Zh), say(Lang::En, Language::En));
    Failure::new(Exit::Refused, "UNPROTECTED", message)
}

/// Refuses to publish a special period that every node would refuse; other packs pass.
pub(super) fn refuse_unprotected(directive: &[u8]) -> Result<(), Failure> {
    let Ok((about, content, _)) = crate::ca::pack::describe(directive) else { return Ok(()) };
    if about.kind != proto::pack::PackKind::Special.as_str() {
        return Ok(());
    }
    let read = proto::pack::special::read(&about.name, &content);
    safe(&read.map_err(|error| wrong(&error))?)
}

fn wrong(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(Exit::Refused, "SPECIAL_TEXT", UNREADABLE).caused(error)
}

/// Checks a definition as nodes will, and writes its text into a new file.
fn write_out(
    context: &Context,
    definition: &SpecialDefinition,
    (serial, out): (u64, &Path),
) -> Result<(), Failure> {
    let text = proto::pack::special::write(definition).map_err(|error| wrong(&error))?;
    let name = definition.id.as_str();
    let special =
        proto::pack::special::read(name, text.as_bytes()).map_err(|error| wrong(&error))?;
    safe(&special)?;
    create(out, text.as_bytes())?;
    let today = context.clock.today();
    let value =
        json!({"id": name, "serial": serial, "file": out, "schools": special.area().schools()});
    context.terminal.result(&value, |t| t.text(WRITTEN, &[&out.display(), &name, &serial, &today]))
}

fn list(context: &Context) -> Result<(), Failure> {
    let (at, _, packs) = packs(context)?;
    let lines = special_lines(&packs, &at, context.clock.today());
    context.terminal.result(&lines, |t| {
        if lines.is_empty() {
            return t.text(NONE, &[]);
        }
        let lang = t.lang();
        let mut table = Table::new()
            .column(ID.in_lang(lang), Align::Left)
            .column(NAME.in_lang(lang), Align::Left)
            .column(DAYS.in_lang(lang), Align::Left)
            .column(STATE.in_lang(lang), Align::Left)
            .column(SCHOOLS.in_lang(lang), Align::Right);
        for line in &lines {
            table.row(vec![
                line.id.clone(),
                line.name.in_lang(lang).to_owned(),
                format!("{} – {}", line.first, line.last),
                line.state.word().in_lang(lang).to_owned(),
                line.schools.to_string(),
            ]);
        }
        table.render()
    })
}

fn show(context: &Context, id: &str) -> Result<(), Failure> {
    let (at, database, packs) = packs(context)?;
    let (asked, today) = (id.to_owned(), context.clock.today());
    let found = database.read(move |tx| special_report(tx, &packs, &at, (&asked, today)))?;
    let report = found.ok_or_else(|| unknown(id))?;
    context.terminal.result(&report, |t| shown(&report, t.lang()))
}

fn shown(report: &SpecialOut, lang: Lang) -> String {
    let (special, followers) = (&report.special, &report.followers);
    let name = special.name.in_lang(lang);
    let stands = special.state.word().in_lang(lang);
    let mut lines =
        vec![HEAD.fill(lang, &[&name, &special.id, &special.first, &special.last, &stands])];
    if let Some(why) = &special.unprotected {
        lines.push(why.in_lang(lang).to_owned());
    }
    let refused = followers.refused.len();
    lines.push(
        SPECIAL_FOLLOW
            .fill(lang, &[&special.schools, &followers.following, &refused, &followers.silent]),
    );
    let why = followers.refused.iter().map(|one| WHY.fill(lang, &[&one.unit, &one.said(lang)]));
    lines.extend(why);
    let kept = followers.unsealed.iter().map(|one| KEPT.fill(lang, &[&one.unit, &one.said(lang)]));
    lines.extend(kept);
    let mut table = Table::new()
        .column(PERIOD.in_lang(lang), Align::Left)
        .column(REPORTED.in_lang(lang), Align::Right);
    for count in &report.counts {
        table = table.column(count.name.in_lang(lang), Align::Right);
    }
    for period in &report.periods {
        let coverage = period.coverage;
        let told = format!("{} / {}", coverage.schools_reported, coverage.schools_due);
        let mut row = vec![period.period.clone(), told];
        row.extend(period.figures.iter().map(figure));
        table.row(row);
    }
    lines.push(table.render());
    if !report.periods.is_empty() {
        lines.push(SPECIAL_DIFFER.in_lang(lang).to_owned());
    }
    lines.join("\n")
}

/// A total; a dash where there is none, since missing is never zero.
fn figure(figure: &FigureOut) -> String {
    figure.value.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string)
}

fn end(context: &Context, asked: &End) -> Result<(), Failure> {
    let (_, _, packs) = packs(context)?;
    let known = packs.newest_special(&asked.id).ok_or_else(|| unknown(&asked.id))?;
    let special = &known.special;
    if asked.on < special.first() || asked.on >= special.last() {
        let days: [&dyn std::fmt::Display; 3] = [&asked.on, &special.first(), &special.last()];
        return Err(Failure::new(Exit::Usage, "DAY", Sentence::new(NOT_EARLIER, &days)));
    }
    let catalogue = special.catalogue().definition();
    let schools = special.area().iter();
    let definition = SpecialDefinition {
        id: special.id().clone(),
        revision: catalogue.revision.saturating_add(1),
        label: special.label().clone(),
        first: special.first(),
        last: asked.on,
        cadence: special.cadence(),
        schools: schools
            .map(|(unit, above)| AreaSchool { unit: unit.clone(), above: above.to_vec() })
            .collect(),
        pulse: special.pulse().cloned(),
        dimensions: catalogue.dimensions.clone(),
        counts: catalogue.counts.clone(),
    };
    write_out(context, &definition, (known.serial.saturating_add(1), &asked.out))
}

fn unknown(id: &str) -> Failure {
    Failure::new(Exit::NotFound, "SPECIAL_UNKNOWN", Sentence::new(UNKNOWN, &[&id]))
        .hint(UNKNOWN_NEXT)
}
