//! `xinqiao-hub sealed list`: every task in a line, the latest first, and a line that adds them up.
//! Keys are agreed on weeks ahead, so that most tasks of a year's first days have not begun.

use clap::Args;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::cli::{Align, Failure, Table, Terminal};
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

#[derive(Args)]
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
    fn is_of(&self, task: &TaskView) -> bool {
        let of_area = self.area.as_ref().is_none_or(|area| *area == task.area);
        of_area && self.period.as_ref().is_none_or(|period| *period == task.period.to_string())
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
        return sealed_told::list(context);
    }
    let today = context.clock.today();
    let begun = |task: &TaskView| has_begun(&packs, task, today);
    tasks.retain(|task| asked.is_of(task));
    if asked.waiting {
        tasks.retain(|task| begun(task) && !is_done(stand::stand(task)));
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
        let lines = [table.render(), added_up(&now, ahead.len(), t)].into_iter();
        lines.chain(notices.iter().map(say)).collect::<Vec<_>>().join("\n")
    })
}

fn has_begun(packs: &Packs, task: &TaskView, today: Date) -> bool {
    Span::of(task.period, packs.calendar()).is_ok_and(|span| span.from <= today)
}

const fn is_done(stand: Stand) -> bool {
    matches!(stand, Stand::Opened | Stand::YearClosed)
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
        Stand::Reports | Stand::Partly if !task.other_key.is_empty() => {
            t.text(words::OTHER_KEY_COUNT, &[&task.other_key.len()])
        }
        Stand::Reports | Stand::Partly if !task.unstated.is_empty() => {
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
fn added_up(now: &[&TaskView], ahead: usize, t: &Terminal) -> String {
    let stands: Vec<Stand> = now.iter().map(|task| stand::stand(task)).collect();
    let of = |is: fn(&Stand) -> bool| stands.iter().filter(|stand| is(stand)).count();
    let done = of(|stand| is_done(*stand));
    let person = of(|stand| matches!(stand, Stand::Stopped | Stand::NoDocuments | Stand::NoKey));
    let waits = stands.len() - done - person;
    let sum = t.text(words::LIST_SUM, &[&stands.len(), &done, &waits, &person]);
    if ahead == 0 { sum } else { format!("{sum} {}", t.text(words::LIST_AHEAD, &[&ahead])) }
}
