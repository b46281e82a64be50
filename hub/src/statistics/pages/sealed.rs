//! The page of sealed sums: tasks of this hub by area, what came up from below, and what people
//! said.

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::Role;
use domain::catalogue::{Catalogue, Stage};
use domain::disclosure::plan::{Access, Refusal};
use domain::disclosure::sealed::measure_of;
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Label, Lang, Text, Tone};

use super::{PageError, name, value_label, words};
use crate::console::{Choice, RefusedLine, SaidLine, SealedArea, SealedPage, SealedTask, ToldLine};
use crate::packs::Packs;
use crate::sealed::documents::{Documents, ShareKeys, Year};
use crate::sealed::leader::Wait;
use crate::sealed::view::{self, TaskView};
use crate::sealed::watch;
use crate::sealed::words as sealed;
use crate::statistics::UnitName;
use crate::store::sealed::{say, task, verdict};
use crate::store::{opened, opened_lane};

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
    let catalogue = packs.in_force().catalogue.as_ref();
    let known = periods(tx)?;
    let shown: BTreeSet<Period> =
        asked.map_or_else(|| latest(packs, &known, today), |one| [one].into());
    let tasks = view::tasks_of(tx, &documents, today, |period| shown.contains(&period))?;
    let own = |year: &&Arc<Year>| year.role_of(&at.id).is_some();
    let mut areas = Vec::new();
    for year in documents.years().iter().filter(own) {
        let of_year = tasks.iter().filter(|task| {
            let plan = &year.sealed().plan;
            (&task.area, task.school_year) == (plan.area(), plan.year())
        });
        let (idle, busy): (Vec<_>, Vec<_>) = of_year.partition(|task| is_idle(task));
        let mut shown = area(packs, year, busy.iter().map(|task| line(catalogue, task)).collect());
        shown.idle = idle.iter().map(|task| idle_line(catalogue, task)).collect();
        areas.push(shown);
    }
    let refused = verdict::refused(tx, LINES_MAX)?.into_iter().map(|one| RefusedLine {
        school: one.school.to_string(),
        table: one.sheet,
        period: one.period,
        to_do: label(sealed::to_do(&one.code)),
        code: one.code,
    });
    let notices = watch::notices(tx, &documents, &at.id, (today, now_ms))?;
    Ok(SealedPage {
        part: part(&documents, &at.id),
        notices: notices.iter().map(|notice| both(|lang| notice.say(lang))).collect(),
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

fn choice(period: Period) -> Choice {
    Choice { value: period.to_string(), label: name(period) }
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

fn part(documents: &Documents, own: &UnitId) -> Label {
    let roles: Vec<Role> = documents.years().iter().filter_map(|year| year.role_of(own)).collect();
    label(match (roles.contains(&Role::Leader), roles.contains(&Role::Helper)) {
        (true, _) => words::PART_LEADER,
        (false, true) => words::PART_HELPER,
        _ if documents.years().is_empty() => words::PART_NONE,
        _ => words::PART_ABOVE,
    })
}

fn area(packs: &Packs, year: &Year, tasks: Vec<SealedTask>) -> SealedArea {
    let sealed = year.sealed();
    let groups = sealed.plan.groups();
    let closed = groups.iter().filter(|group| group.access == Access::Closed).count();
    let school_year = sealed.plan.year();
    SealedArea {
        name: area_name(packs, sealed.plan.area()),
        school_year: format!("{school_year}–{}", school_year.saturating_add(1)),
        hubs: (sealed.leader.to_string(), sealed.helper.to_string()),
        schools: sealed.roster.schools.len(),
        open_groups: groups.len() - closed,
        closed_groups: closed,
        tasks,
        idle: Vec::new(),
    }
}

pub(crate) fn area_name(packs: &Packs, area: &UnitId) -> Label {
    let rows = packs.divisions().rows();
    let row = rows.iter().find(|row| row.code == area.as_str());
    row.map_or_else(|| Label::same(area.to_string()), |row| Label::from(&row.label))
}

/// What a sealed table counts, as people call it.
fn counted(catalogue: &Catalogue, table: &str) -> Label {
    let id = measure_of(table);
    let count = catalogue.count(id).map(|count| &count.label);
    let known = count.or_else(|| catalogue.partition(id).map(|partition| &partition.label));
    if let Some(known) = known {
        return known.into();
    }
    // A table of one value of a count.
    let split = id.rsplit_once('.').and_then(|(id, value)| Some((catalogue.count(id)?, value)));
    let Some((count, value)) = split else { return Label::same(table.to_owned()) };
    let named = count
        .dims
        .iter()
        .find_map(|dim| catalogue.dimension(dim.as_str())?.label_of(value).map(Label::from));
    let named = named.unwrap_or_else(|| Label::same(value.to_owned()));
    let own = Label::from(&count.label);
    Label::new(format!("{}（{}）", own.zh, named.zh), format!("{} ({})", own.en, named.en))
}

/// Whether nobody has reported and nothing needs a person: one line says so for all of them.
fn is_idle(task: &TaskView) -> bool {
    task.fresh == 0 && task.openings.is_empty() && task.stopped.is_empty() && task.is_known
}

fn idle_line(catalogue: &Catalogue, task: &TaskView) -> Label {
    let (counted, period) = (counted(catalogue, &task.sheet), name(task.period));
    let say = |lang| format!("{} · {}", counted.in_lang(lang), period.in_lang(lang));
    both(say)
}

fn line(catalogue: &Catalogue, task: &TaskView) -> SealedTask {
    let all_in = task.due > 0 && task.missing.is_empty();
    let (tone, state) = match task.stopped.as_str() {
        "" if !task.is_known => (Tone::Bad, label(sealed::NO_DOCUMENTS)),
        "" if task.is_closed => (Tone::Good, label(sealed::YEAR_IS_CLOSED)),
        "" if !task.is_agreed => (Tone::Notice, label(sealed::NO_KEY)),
        "" if !task.openings.is_empty() && task.openings.iter().all(|(_, n)| n.is_some()) => {
            // A group of too few schools stays closed and is not waited for.
            let closed = |wait: &Wait| matches!(wait.reason, Some(Refusal::Closed(_)));
            let is_whole = task.missing.is_empty() && task.waits.iter().all(closed);
            let word = if is_whole { words::STATE_OPENED } else { words::STATE_PARTLY };
            (if is_whole { Tone::Good } else { Tone::Info }, label(word))
        }
        "" if all_in => (Tone::Info, label(words::STATE_OBJECTIONS)),
        "" => (Tone::Info, label(words::STATE_REPORTS)),
        code => (Tone::Bad, both(|lang| sealed::STOPPED.fill(lang, &[&sealed::code(code, lang)]))),
    };
    let (opened, waits) = sets(catalogue, task);
    SealedTask {
        name: counted(catalogue, &task.sheet),
        table: task.sheet.clone(),
        period: name(task.period),
        tone,
        state,
        reports: (task.fresh, task.due),
        missing: task.missing.iter().map(ToString::to_string).collect(),
        opened,
        waits,
    }
}

/// What of a task is opened, and what waits or stays closed.
fn sets(catalogue: &Catalogue, task: &TaskView) -> (Vec<Label>, Vec<Label>) {
    let stage = |stage: Stage| value_label(catalogue, "stage", stage.as_str());
    let (mut opened, mut waits) = (Vec::new(), Vec::new());
    for (opening, record) in &task.openings {
        let groups = opening.set.groups.len();
        let named = stage(opening.set.stage);
        let detail = match opening.set.detail {
            proto::opening::Detail::Cells => words::OF_AREA,
            proto::opening::Detail::Categories => words::OF_TOWN,
        };
        match record {
            Some(number) => opened.push(both(|lang| {
                let (stage, detail) = (named.in_lang(lang), detail.in_lang(lang));
                let values: [&dyn std::fmt::Display; 6] =
                    [&stage, &detail, &groups, &opening.fresh, &opening.due, number];
                words::OPENED_SET.fill(lang, &values)
            })),
            None => waits.push(both(|lang| {
                let why = sealed::code(&opening.refused, lang);
                words::NOT_OPENED_SET.fill(lang, &[&named.in_lang(lang), &groups, &why])
            })),
        }
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
    let told = task.waits.iter().filter(|wait| !matches!(wait.reason, Some(Refusal::Waits { .. })));
    waits.extend(told.map(|wait| {
        both(|lang| {
            let why = sealed::wait(wait, lang);
            words::WAITS_SET.fill(lang, &[&stage(wait.stage).in_lang(lang), &wait.group, &why])
        })
    }));
    (opened, waits)
}

/// Sums of areas in which this hub has no part.
fn told(
    tx: &Tx<'_>,
    packs: &Packs,
    (documents, own): (&Documents, &UnitId),
    periods: &BTreeSet<Period>,
) -> Result<Vec<ToldLine>, PageError> {
    let catalogue = packs.in_force().catalogue.as_ref();
    let mut lines = Vec::new();
    for period in periods {
        for sum in opened::of_period(tx, *period)? {
            let year = documents.year(&sum.area, sum.school_year);
            if year.is_some_and(|year| year.role_of(own).is_some()) {
                continue;
            }
            lines.push(ToldLine {
                area: area_name(packs, &sum.area),
                name: counted(catalogue, sum.table.as_str()),
                period: name(sum.period),
                stage: value_label(catalogue, "stage", sum.stage.as_str()),
                schools: (sum.fresh, sum.due),
                number: sum.number,
                opened_at_ms: sum.opened_at_ms,
            });
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.opened_at_ms));
    lines.truncate(LINES_MAX as usize);
    Ok(lines)
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
