//! The page of sealed sums: tasks of this hub by area, what came up from below, and what people
//! said.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use certs::aggregate::Role;
use domain::catalogue::{Catalogue, Stage};
use domain::disclosure::plan::{Access, Group, Refusal};
use domain::disclosure::sealed::{measure_of, special_measure_of, special_of};
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Label, Lang, Text, Tone};

use super::{PageError, period_name, stage_label, words};
use crate::console::{
    Choice, RefusedLine, SaidLine, SealedArea, SealedPage, SealedTask, ToldArea, ToldLine,
};
use crate::packs::{KnownSpecial, Packs};
use crate::sealed::documents::{Documents, ShareKeys, Year};
use crate::sealed::leader::Wait;
use crate::sealed::silent;
use crate::sealed::stand::{Stand, is_closed, is_done, stand};
use crate::sealed::view::{self, TaskView};
use crate::sealed::watch::{self, Notice};
use crate::sealed::words as sealed;
use crate::statistics::UnitName;
use crate::statistics::naming::stage_schools;
use crate::store::sealed::{say, task, verdict};
use crate::store::{opened, opened_lane, unit};

/// Latest weeks that are shown where no period is asked for, beside the latest term.
const WEEKS: usize = 4;
/// Most lines of a list.
const LINES_MAX: u32 = 200;

/// Makes the page's values.
pub(super) fn page(
    tx: &Tx<'_>,
    packs: &Arc<Packs>,
    at: &UnitName,
    (asked, (today, now_ms)): (Option<Period>, (Date, i64)),
) -> Result<SealedPage, PageError> {
    let documents = Documents::of(packs.clone(), &ShareKeys::default());
    let known = periods(tx)?;
    let shown: BTreeSet<Period> =
        asked.map_or_else(|| latest(packs, &known, today), |one| [one].into());
    let tasks = view::tasks_of(tx, (&documents, &at.id), today, |it| shown.contains(&it))?;
    let own = |year: &&Arc<Year>| year.role_of(&at.id).is_some();
    let names = unit_names(tx, packs)?;
    let mut areas = Vec::new();
    for year in documents.years().iter().filter(own) {
        let of_year = tasks.iter().filter(|task| {
            let plan = &year.sealed().plan;
            (&task.area, task.school_year) == (plan.area(), plan.year())
        });
        let (idle, mut busy): (Vec<_>, Vec<_>) = of_year.partition(|task| is_idle(task));
        busy.sort_by(|one, other| in_order(one, other));
        let (done, open): (Vec<&TaskView>, Vec<&TaskView>) =
            busy.into_iter().partition(|task| is_done(task));
        let mut shown = area(packs, year);
        shown.tasks = open.iter().map(|task| line(packs, task, &names)).collect();
        shown.done = done.iter().map(|task| line(packs, task, &names)).collect();
        shown.idle = idle.iter().map(|task| idle_line(packs, task)).collect();
        areas.push(shown);
    }
    let refused = verdict::refused(tx, LINES_MAX)?.into_iter().map(|one| RefusedLine {
        school: one.school.to_string(),
        name: counted(packs, &one.sheet),
        table: one.sheet,
        period: one.period,
        to_do: label(sealed::to_do(&one.code)),
        code: one.code,
    });
    let mut notices = watch::notices(tx, &documents, &at.id, (today, now_ms))?;
    notices.extend(silent::silences(tx, (&documents, &at.id), (today, now_ms))?);
    let said =
        |notice: &Notice| both(|lang| notice.say_named(lang, |id| beside(id, names.get(id), lang)));
    Ok(SealedPage {
        part: part(&documents, &at.id),
        summary: summary(&tasks),
        is_town: documents.is_town(&at.id),
        notices: notices.iter().map(said).collect(),
        periods: known.iter().map(|period| choice(*period)).collect(),
        period: asked.map(|period| period.to_string()).unwrap_or_default(),
        areas,
        told: told(tx, packs, (&documents, &at.id), &shown)?,
        waiting: waiting(tx)?,
        objections: objections(tx)?,
        absences: absences(tx)?,
        refused: refused.collect(),
    })
}

/// What needs a person first, then terms, and the latest of each sort of period.
fn in_order(one: &TaskView, other: &TaskView) -> Ordering {
    let place = |task: &TaskView| (stand(task).rank(), super::rank(task.period));
    let by_period = other.period.cmp(&one.period);
    place(one).cmp(&place(other)).then(by_period).then_with(|| one.sheet.cmp(&other.sheet))
}

/// Names of the units of this hub's register, by id.
fn unit_names(tx: &Tx<'_>, packs: &Packs) -> Result<BTreeMap<String, Label>, PageError> {
    let all = unit::all(tx)?.into_iter();
    let named = |unit: unit::Unit| {
        let label = Label::from(&crate::statistics::name(packs, &unit));
        (unit.id.to_string(), label)
    };
    Ok(all.map(named).collect())
}

/// An id with its name, where this hub knows it.
fn beside(id: &str, name: Option<&Label>, lang: Lang) -> String {
    match (name.map(|name| name.in_lang(lang)), lang) {
        (None, _) => id.to_owned(),
        (Some(name), _) if name == id => id.to_owned(),
        (Some(name), Lang::Zh) => format!("{id}（{name}）"),
        (Some(name), Lang::En) => format!("{id} ({name})"),
    }
}

fn choice(period: Period) -> Choice {
    Choice { value: period.to_string(), label: period_name(period) }
}

fn label(text: Text) -> Label {
    text.into()
}

/// A sentence that is made in each language.
fn both(say: impl Fn(Lang) -> String) -> Label {
    Label::new(say(Lang::Zh), say(Lang::En))
}

/// Periods of tasks here and of sums from below; terms first, the latest of each.
fn periods(tx: &Tx<'_>) -> Result<Vec<Period>, PageError> {
    let mut found: BTreeSet<Period> = task::all(tx)?.iter().map(|one| one.period).collect();
    found.extend(opened::periods(tx)?);
    let mut found: Vec<Period> = found.into_iter().collect();
    found.sort_by(|one, other| super::rank(*one).cmp(&super::rank(*other)).then(other.cmp(one)));
    Ok(found)
}

/// The latest term and weeks that have begun: keys are agreed on weeks ahead.
fn latest(packs: &Packs, known: &[Period], today: Date) -> BTreeSet<Period> {
    let begun = |period: &&Period| {
        Span::of(**period, packs.calendar()).is_ok_and(|span| span.from <= today)
    };
    let begun: Vec<&Period> = known.iter().filter(begun).collect();
    let terms = begun.iter().filter(|period| matches!(period, Period::Term(_))).take(1);
    let weeks = begun.iter().filter(|period| matches!(period, Period::Week { .. })).take(WEEKS);
    terms.chain(weeks).map(|period| **period).collect()
}

/// How many tasks stand how, what needs a person first.
fn summary(tasks: &[TaskView]) -> Vec<(Tone, Label, usize)> {
    let mut found: BTreeMap<u8, (Stand, usize)> = BTreeMap::new();
    for task in tasks.iter().filter(|task| !is_idle(task)) {
        let stand = stand(task);
        found.entry(stand.rank()).or_insert((stand, 0)).1 += 1;
    }
    let idle = tasks.iter().filter(|task| is_idle(task)).count();
    let counted =
        found.into_values().map(|(stand, count)| (stand.tone(), label(stand.word()), count));
    let idle = (idle > 0).then(|| (Tone::Muted, label(words::STATE_IDLE), idle));
    counted.chain(idle).collect()
}

fn part(documents: &Documents, own: &UnitId) -> Label {
    let roles: Vec<Role> = documents.years().iter().filter_map(|year| year.role_of(own)).collect();
    label(match (roles.contains(&Role::Leader), roles.contains(&Role::Helper)) {
        (true, _) => words::PART_LEADER,
        (false, true) => words::PART_HELPER,
        _ if documents.years().is_empty() => words::PART_NONE,
        _ if documents.is_town(own) => words::PART_TOWN,
        _ => words::PART_ABOVE,
    })
}

fn area(packs: &Packs, year: &Year) -> SealedArea {
    let sealed = year.sealed();
    let groups = sealed.plan.groups();
    let closed: Vec<&Group> =
        groups.iter().filter(|group| group.access == Access::Closed).collect();
    let catalogue = packs.in_force().catalogue.as_ref();
    let mut by_stage: BTreeMap<Stage, u32> = BTreeMap::new();
    for group in &closed {
        let schools = u32::try_from(group.members.len()).unwrap_or(u32::MAX);
        *by_stage.entry(group.stage).or_default() += schools;
    }
    let names = stage_schools(catalogue, &by_stage);
    let school_year = sealed.plan.year();
    SealedArea {
        name: area_name(packs, sealed.plan.area()),
        school_year: format!("{school_year}–{}", school_year.saturating_add(1)),
        hubs: (sealed.leader.to_string(), sealed.helper.to_string()),
        schools: sealed.roster.schools.len(),
        open_groups: groups.len() - closed.len(),
        closed_groups: closed.len(),
        closed: names.map(|names| super::filled_with(words::GROUPS_CLOSED, &[&names])),
        tasks: Vec::new(),
        done: Vec::new(),
        idle: Vec::new(),
    }
}

pub(crate) fn area_name(packs: &Packs, area: &UnitId) -> Label {
    let rows = packs.divisions().rows();
    let row = rows.iter().find(|row| row.code == area.as_str());
    row.map_or_else(|| Label::same(area.to_string()), |row| Label::from(&row.label))
}

/// What a sealed table counts, as people call it; of a special period's with its name before it, by
/// the latest version that has the count: one that a later version dropped keeps its name.
pub(crate) fn counted(packs: &Packs, table: &str) -> Label {
    let unnamed = || Label::same(table.to_owned());
    let Some(id) = special_of(table) else {
        return named_in(&packs.in_force().catalogue, table).unwrap_or_else(unnamed);
    };
    let of_version = |known: &KnownSpecial| {
        let (own, name) = (named_in(known.special.catalogue(), table)?, known.special.label());
        let zh = format!("{}：{}", name.zh, own.zh);
        Some(Label::new(zh, format!("{}: {}", name.en, own.en)))
    };
    packs.special_versions(id).into_iter().find_map(of_version).unwrap_or_else(unnamed)
}

/// What a sealed table of a catalogue counts; nothing where the catalogue has no such count.
fn named_in(catalogue: &Catalogue, table: &str) -> Option<Label> {
    let id = special_measure_of(table).unwrap_or_else(|| measure_of(table));
    let count = catalogue.count(id).map(|count| &count.label);
    let known = count.or_else(|| catalogue.partition(id).map(|partition| &partition.label));
    if let Some(known) = known {
        return Some(known.into());
    }
    // A table of one value of a count.
    let (count, value) = id.rsplit_once('.')?;
    let count = catalogue.count(count)?;
    let named = count
        .dims
        .iter()
        .find_map(|dim| catalogue.dimension(dim.as_str())?.label_of(value).map(Label::from));
    let named = named.unwrap_or_else(|| Label::same(value.to_owned()));
    let own = Label::from(&count.label);
    Some(Label::new(format!("{}（{}）", own.zh, named.zh), format!("{} ({})", own.en, named.en)))
}

/// Whether nobody has reported and nothing needs a person: one line says so for all of them.
fn is_idle(task: &TaskView) -> bool {
    task.fresh == 0 && task.openings.is_empty() && task.stopped.is_empty() && task.is_known
}

fn idle_line(packs: &Packs, task: &TaskView) -> Label {
    let (counted, period) = (counted(packs, &task.sheet), period_name(task.period));
    let say = |lang| format!("{} · {}", counted.in_lang(lang), period.in_lang(lang));
    both(say)
}

fn line(packs: &Packs, task: &TaskView, names: &BTreeMap<String, Label>) -> SealedTask {
    let missing = |school: &UnitId| {
        let id = school.as_str();
        both(|lang| beside(id, names.get(id), lang))
    };
    let stand = stand(task);
    let (opened, mut waits) = sets(&packs.in_force().catalogue, task);
    waits.extend(outside(packs, task));
    // Where nothing was opened the state says it.
    let is_over = task.is_closed && stand != Stand::YearClosed;
    waits.extend(is_over.then(|| label(sealed::YEAR_IS_CLOSED)));
    SealedTask {
        name: counted(packs, &task.sheet),
        table: task.sheet.clone(),
        period: period_name(task.period),
        tone: stand.tone(),
        state: both(|lang| stand.say(&task.stopped, lang)),
        reports: (task.fresh, task.due),
        missing: task.missing.iter().map(missing).collect(),
        opened,
        waits,
    }
}

/// Which groups stay closed to a special period, because not every school of theirs is of its area;
/// nothing of an ordinary task, or where all of them are.
fn outside(packs: &Packs, task: &TaskView) -> Option<Label> {
    let first = Span::of(task.period, packs.calendar()).ok()?.from;
    let special = &packs.special_for(special_of(&task.sheet)?, first)?.special;
    let plan = &packs.sealed_years().of_area(&task.area, task.school_year)?.ok()?.year().plan;
    let open = || plan.groups().iter().filter(|group| group.access != Access::Closed);
    let is_left_out = |group: &&Group| {
        let mut members = group.members.iter();
        members.any(|school| !special.area().holds(school))
    };
    let left_out: Vec<&str> = open().filter(is_left_out).map(|group| group.id.as_str()).collect();
    if left_out.is_empty() {
        return None;
    }
    let (number, groups) = (open().count() - left_out.len(), left_out.join(" "));
    Some(both(|lang| words::OUTSIDE_GROUPS.fill(lang, &[&number, &groups])))
}

/// What of a task is opened, and what waits or stays closed.
fn sets(catalogue: &Catalogue, task: &TaskView) -> (Vec<Label>, Vec<Label>) {
    let stage = |stage: Stage| stage_label(catalogue, stage);
    let (mut opened, mut waits) = (Vec::new(), Vec::new());
    for (opening, record) in &task.openings {
        let groups = opening.set.groups.len();
        let named = stage(opening.set.stage);
        let detail = sealed::extent(opening.set.detail);
        match record {
            Some(record) => opened.push(both(|lang| {
                let (stage, detail) = (named.in_lang(lang), detail.in_lang(lang));
                let (record, record_caps) = (record.digest.short(), record.cap_sum);
                let values: [&dyn std::fmt::Display; 6] =
                    [&stage, &detail, &groups, &opening.fresh, &opening.due, &record];
                let most = record_caps.map(|most| words::OPENED_CAPS.fill(lang, &[&most]));
                words::OPENED_SET.fill(lang, &values) + &most.unwrap_or_default()
            })),
            None => waits.push(both(|lang| {
                let why = sealed::code(&opening.refused, lang);
                words::NOT_OPENED_SET.fill(lang, &[&named.in_lang(lang), &groups, &why])
            })),
        }
        let confirmed = task.confirmed_in(opening).iter().filter(|_| record.is_some());
        opened.extend(confirmed.map(|one| both(|lang| sealed::confirmed_in(one, lang))));
    }
    for ready in &task.ready {
        let named = stage(ready.set.stage);
        waits.push(both(|lang| sealed::ready(named.in_lang(lang), ready, lang)));
    }
    if !task.other_key.is_empty() {
        waits.push(both(|lang| sealed::OTHER_KEY_COUNT.fill(lang, &[&task.other_key.len()])));
    }
    if !task.unstated.is_empty() {
        waits.push(both(|lang| sealed::UNSTATED_COUNT.fill(lang, &[&task.unstated.len()])));
    }
    // Whose report is missing is said once, and not of each group.
    let is_missing = |wait: &Wait| matches!(wait.reason, Some(Refusal::Waits { .. }));
    // Groups that the plan closes are named once for the area.
    let by_plan = |wait: &Wait| is_closed(wait) && wait.until.is_none();
    let told = task.waits.iter().filter(|wait| !is_missing(wait) && !by_plan(wait));
    waits.extend(told.map(|wait| {
        both(|lang| {
            let why = sealed::wait(wait, task.awaited(wait), lang);
            words::WAITS_SET.fill(lang, &[&stage(wait.stage).in_lang(lang), &wait.group, &why])
        })
    }));
    waits.extend(task.untold.iter().map(|town| {
        let named = stage(town.stage);
        both(|lang| sealed::untold(named.in_lang(lang), town, lang))
    }));
    (opened, waits)
}

/// Why parts of a task have no figure, each in a sentence: what was stopped, what the attacker or
/// the plan keeps closed, and which groups wait for how many schools.
pub(super) fn why_closed(catalogue: &Catalogue, task: &TaskView) -> Vec<Label> {
    let stage = |wait: &Wait| stage_label(catalogue, wait.stage);
    let stopped = matches!(stand(task), Stand::Stopped | Stand::NoDocuments);
    let stopped = stopped.then(|| both(|lang| stand(task).say(&task.stopped, lang)));
    let left = task.is_closed && !task.left.is_empty();
    let left = left.then(|| label(sealed::YEAR_IS_CLOSED));
    let missing =
        task.waits.iter().filter(|wait| matches!(wait.reason, Some(Refusal::Waits { .. })));
    let missing = missing.map(|wait| {
        let named = stage(wait);
        let schools = task.awaited(wait).len().max(1);
        both(|lang| words::WAITS_SCHOOLS.fill(lang, &[&named.in_lang(lang), &wait.group, &schools]))
    });
    stopped.into_iter().chain(left).chain(sets(catalogue, task).1).chain(missing).collect()
}

/// Sums of areas in which this hub has no part, terms first, the latest of each first.
fn told(
    tx: &Tx<'_>,
    packs: &Packs,
    (documents, own): (&Documents, &UnitId),
    periods: &BTreeSet<Period>,
) -> Result<Vec<ToldArea>, PageError> {
    let catalogue = packs.in_force().catalogue.as_ref();
    let mut areas: BTreeMap<UnitId, Vec<ToldLine>> = BTreeMap::new();
    let mut periods: Vec<Period> = periods.iter().copied().collect();
    periods.sort_by(|one, other| super::rank(*one).cmp(&super::rank(*other)).then(other.cmp(one)));
    for period in &periods {
        let mut sums = opened::of_period(tx, *period)?;
        sums.sort_by(|one, other| (&one.table, one.stage).cmp(&(&other.table, other.stage)));
        for sum in sums {
            let year = documents.year(&sum.area, sum.school_year);
            if year.is_some_and(|year| year.role_of(own).is_some()) {
                continue;
            }
            areas.entry(sum.area.clone()).or_default().push(ToldLine {
                name: counted(packs, sum.table.as_str()),
                period: period_name(sum.period),
                stage: stage_label(catalogue, sum.stage),
                schools: (sum.fresh, sum.due),
                record: sum.record,
                opened_at_ms: sum.opened_at_ms,
            });
        }
    }
    let area = |(area, mut lines): (UnitId, Vec<ToldLine>)| {
        lines.truncate(LINES_MAX as usize);
        ToldArea { area: area_name(packs, &area), lines }
    };
    Ok(areas.into_iter().map(area).collect())
}

fn waiting(tx: &Tx<'_>) -> Result<Vec<(String, Label)>, PageError> {
    let all = opened_lane::waiting(tx, 0, LINES_MAX)?.into_iter();
    let why = |code: &str| match code {
        "NO_CATALOGUE" => words::WAITS_CATALOGUE,
        "OTHER_DOCUMENTS" => words::WAITS_DOCUMENTS,
        _ => words::WAITS_PLAN,
    };
    Ok(all.map(|one| (one.sender, label(why(&one.code)))).collect())
}

fn objections(tx: &Tx<'_>) -> Result<Vec<SaidLine>, PageError> {
    let standing = say::objections(tx)?.into_iter().filter(|one| one.withdrawn_at_ms.is_none());
    let line = |one: say::Objection| SaidLine {
        school: one.school.to_string(),
        about: one.report.to_string(),
        note: one.note,
    };
    Ok(standing.take(LINES_MAX as usize).map(line).collect())
}

fn absences(tx: &Tx<'_>) -> Result<Vec<SaidLine>, PageError> {
    let line = |one: say::Absence| SaidLine {
        school: one.school.to_string(),
        about: format!("{} – {}", one.from, one.to.unwrap_or_default()),
        note: one.note,
    };
    Ok(say::absences(tx, LINES_MAX)?.into_iter().map(line).collect())
}
