//! `xinqiao-hub sealed list` and `show` at a hub without a part in the computing: the sums that
//! came up to a city or down to a town.

use std::sync::Arc;

use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::context::Context;
use super::sealed::{read, stage_of, unknown_task};
use super::words::sealed as words;
use crate::packs::Packs;
use crate::store::opened::{self, OpenedSum};

/// Most sums that are listed, the last ones first.
const LINES_MAX: usize = 200;

/// Every sum that came here.
pub(super) fn list(context: &Context) -> Result<(), Failure> {
    let (packs, is_town, sums) = sums(context, |_| true)?;
    say(context, &packs, (is_town, sums))
}

/// The sums of a table and a period.
pub(super) fn show(context: &Context, (sheet, period): (&str, &str)) -> Result<(), Failure> {
    let asked = (sheet.to_owned(), period.to_owned());
    let is_meant = move |sum: &OpenedSum| {
        (sum.table.as_str(), sum.period.to_string()) == (asked.0.as_str(), asked.1.clone())
    };
    let (packs, is_town, sums) = sums(context, is_meant)?;
    if sums.is_empty() {
        return Err(unknown_task(sheet, period));
    }
    say(context, &packs, (is_town, sums))
}

/// The packs, whether this hub is a town's, and the sums that are meant, the last ones first.
fn sums(
    context: &Context,
    is_meant: impl Fn(&OpenedSum) -> bool + Send + 'static,
) -> Result<(Arc<Packs>, bool, Vec<OpenedSum>), Failure> {
    let (packs, (is_town, sums)) = read(context, move |tx, documents, unit| {
        let is_town = documents.years().iter().any(|year| year.sealed().roster.has_town(unit));
        let mut all = Vec::new();
        for period in opened::periods(tx)? {
            all.extend(opened::of_period(tx, period)?.into_iter().filter(&is_meant));
        }
        all.sort_by_key(|sum| std::cmp::Reverse(sum.opened_at_ms));
        all.truncate(LINES_MAX);
        Ok((is_town, all))
    })?;
    Ok((packs, is_town, sums))
}

fn value_of(sum: &OpenedSum) -> Value {
    json!({
        "area": sum.area.as_str(), "table": sum.table.as_str(), "period": sum.period.to_string(),
        "stage": sum.stage.as_str(), "detail": sum.detail.as_str(),
        "groups": sum.groups.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fresh": sum.fresh, "due": sum.due, "record": sum.number,
        "record_digest": sum.record.to_string(), "opened_at": minute(sum.opened_at_ms),
        "state": "told",
    })
}

fn say(
    context: &Context,
    packs: &Packs,
    (is_town, sums): (bool, Vec<OpenedSum>),
) -> Result<(), Failure> {
    let value: Vec<Value> = sums.iter().map(value_of).collect();
    context.terminal.result(&value, |t| {
        if sums.is_empty() {
            let none = if is_town { words::NONE_IN_TOWN } else { words::NO_TASKS };
            return t.text(none, &[]);
        }
        let intro = t.text(if is_town { words::IN_TOWN } else { words::ABOVE }, &[]);
        format!("{intro}\n{}", table(t, packs, &sums))
    })
}

fn table(t: &Terminal, packs: &Packs, sums: &[OpenedSum]) -> String {
    let mut table = Table::new();
    let heads = [words::AREA, words::TABLE, words::PERIOD, words::STAGE, words::FRESH];
    for head in heads.into_iter().chain([words::RECORD, words::OPENED_AT]) {
        table = table.column(head.in_lang(t.lang()), Align::Left);
    }
    for sum in sums {
        table.row(vec![
            sum.area.to_string(),
            sum.table.to_string(),
            sum.period.to_string(),
            stage_of(packs, sum.stage, t.lang()),
            format!("{} / {}", sum.fresh, sum.due),
            sum.record.short(),
            minute(sum.opened_at_ms),
        ]);
    }
    table.render()
}
