//! `xinqiao-hub sealed list`: every task in a line, the latest first, and a line that adds them up.
//! Keys are agreed on weeks ahead, so that most tasks of a year's first days have not begun.

use std::collections::BTreeSet;

use clap::Args;
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use serde_json::Value;

use super::context::Context;
use super::sealed::tasks;
use super::sealed_names::Names;
use super::sealed_told;
use super::sealed_value as value;
use super::words::sealed as words;
use crate::packs::Packs;
use crate::sealed::stand::{self, Stand};
use crate::sealed::view::TaskView;
use crate::sealed::watch::Notice;
use crate::store::opened::OpenedSum;

#[derive(Args, Clone)]
pub(super) struct Asked {
    /// Only this area
    #[arg(long)]
    area: Option<UnitId>,
    /// Only this period, such as 2026S1 or 2026-W48
    #[arg(long)]
    period: Option<String>,
    /// Only what has begun and is not opened as a whole
    #[arg(long)]
    waiting: bool,
    /// Periods that have not begun as well
    #[arg(long)]
    ahead: bool,
}

impl Asked {
    /// Whether something of an area and a period is asked for.
    fn is_of(&self, area: &UnitId, period: Period) -> bool {
        let of_area = self.area.as_ref().is_none_or(|asked| asked == area);
        of_area && self.period.as_ref().is_none_or(|asked| *asked == period.to_string())
    }

    /// There is nothing of the area and the period that are asked for.
    fn unknown(&self) -> Failure {
        let message = match (&self.area, &self.period) {
            (Some(area), Some(period)) => Sentence::new(words::NO_TASK, &[area, period]),
            (Some(area), None) => Sentence::new(words::NO_TASK_OF, &[area]),
            (None, period) => {
                Sentence::new(words::NO_TASK_ABOUT, &[&period.as_deref().unwrap_or_default()])
            }
        };
        Failure::new(Exit::NotFound, "TASK_UNKNOWN", message).hint(words::NO_TASK_NEXT)
    }

    const fn is_narrow(&self) -> bool {
        self.area.is_some() || self.period.is_some()
    }

    /// Whether a person reads the line of a task that has not begun.
    const fn is_ahead(&self) -> bool {
        self.ahead || self.period.is_some()
    }
}

/// Lists the tasks.
pub(super) fn run(context: &Context, asked: &Asked) -> Result<(), Failure> {
    let (packs, (mut tasks, notices, names)) = tasks(context)?;
    if tasks.is_empty() {
        let of = asked.clone();
        let is_meant = move |sum: &OpenedSum| of.is_of(&sum.area, sum.period);
        let told = sealed_told::told(context, is_meant)?;
        if asked.is_narrow() && told.is_empty() {
            return Err(asked.unknown());
        }
        return told.list(context, asked.waiting);
    }
    let today = context.clock.today();
    let begun = |task: &TaskView| has_begun(&packs, task, today);
    tasks.retain(|task| asked.is_of(&task.area, task.period));
    if tasks.is_empty() {
        return Err(asked.unknown());
    }
    if asked.waiting {
        tasks.retain(|task| begun(task) && !stand::is_done(task));
    }
    tasks.sort_by(|one, other| {
        let by_name = (&one.area, &one.sheet).cmp(&(&other.area, &other.sheet));
        other.period.cmp(&one.period).then(by_name)
    });
    let value: Vec<Value> = tasks.iter().map(value::of).collect();
    context.terminal.result(&value, |t| {
        let (now, ahead): (Vec<&TaskView>, Vec<&TaskView>) =
            tasks.iter().partition(|task| begun(task));
        let mut table = headed(t);
        let later = ahead.iter().filter(|_| asked.is_ahead());
        for (task, is_begun) in
            later.map(|one| (*one, false)).chain(now.iter().map(|one| (*one, true)))
        {
            table.row(row((task, is_begun), &names, t));
        }
        let say = |notice: &Notice| notice.say_named(t.lang(), |id| names.unit(id, t.lang()));
        let ahead = (ahead.len(), asked.is_ahead());
        let lines = [table.render(), added_up(&now, ahead, t)].into_iter();
        let lines = lines.chain(closed_years(&tasks, &names, t));
        lines.chain(notices.iter().map(say)).collect::<Vec<_>>().join("\n")
    })
}

fn has_begun(packs: &Packs, task: &TaskView, today: Date) -> bool {
    Span::of(task.period, packs.calendar()).is_ok_and(|span| span.from <= today)
}

/// A line for each school year of which nothing more is opened.
fn closed_years(tasks: &[TaskView], names: &Names, t: &Terminal) -> Vec<String> {
    let closed = tasks.iter().filter(|task| task.is_closed);
    let years: BTreeSet<(&UnitId, i16)> =
        closed.map(|task| (&task.area, task.school_year)).collect();
    years.into_iter().map(|year| year_closed(year, names, t)).collect()
}

/// That a school year was closed here.
pub(super) fn year_closed((area, year): (&UnitId, i16), names: &Names, t: &Terminal) -> String {
    let area = names.unit(area.as_str(), t.lang());
    t.text(words::YEAR_CLOSED_OF, &[&area, &year, &year.saturating_add(1)])
}

fn headed(t: &Terminal) -> Table {
    let heads = [words::AREA, words::TABLE, words::COUNTED, words::PERIOD, words::REPORTS];
    let heads = heads.into_iter().chain([words::OPENED, words::STATE]);
    heads.fold(Table::new(), |table, head| table.column(head.in_lang(t.lang()), Align::Left))
}

fn row((task, is_begun): (&TaskView, bool), names: &Names, t: &Terminal) -> Vec<String> {
    let opened = task.openings.iter().filter(|(_, record)| record.is_some()).count();
    let state = match stand::stand(task) {
        Stand::Reports | Stand::NoKey if !is_begun => t.text(words::PERIOD_AHEAD, &[]),
        Stand::Reports | Stand::Partly if !task.is_closed && !task.other_key.is_empty() => {
            t.text(words::OTHER_KEY_COUNT, &[&task.other_key.len()])
        }
        Stand::Reports | Stand::Partly if !task.is_closed && !task.unstated.is_empty() => {
            t.text(words::UNSTATED_COUNT, &[&task.unstated.len()])
        }
        stand => stand.say(&task.stopped, t.lang()),
    };
    vec![
        names.unit(task.area.as_str(), t.lang()),
        task.sheet.clone(),
        names.table(&task.sheet, t.lang()),
        task.period.to_string(),
        format!("{} / {}", task.fresh, task.due),
        opened.to_string(),
        state,
    ]
}

/// How many stand how, of those that have begun, and how many have not.
fn added_up(now: &[&TaskView], (ahead, is_shown): (usize, bool), t: &Terminal) -> String {
    let stands: Vec<Stand> = now.iter().map(|task| stand::stand(task)).collect();
    let of = |is: fn(&Stand) -> bool| stands.iter().filter(|stand| is(stand)).count();
    let whole = of(|stand| matches!(stand, Stand::Opened));
    let left = now.iter().filter(|task| stand::is_done(task)).count().saturating_sub(whole);
    let person = of(|stand| matches!(stand, Stand::Stopped | Stand::NoDocuments | Stand::NoKey));
    let begun = stands.len().saturating_sub(left);
    let waits = begun.saturating_sub(whole).saturating_sub(person);
    let mut said = vec![t.text(words::LIST_SUM, &[&begun, &whole, &waits, &person])];
    if left > 0 {
        said.push(t.text(words::LIST_LEFT, &[&left]));
    }
    if ahead > 0 {
        let text = if is_shown { words::LIST_AHEAD_SHOWN } else { words::LIST_AHEAD };
        said.push(t.text(text, &[&ahead]));
    }
    said.join(" ")
}
