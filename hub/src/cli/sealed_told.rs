//! `xinqiao-hub sealed list` and `show` at a hub without a part in the computing: the sums that
//! came up to a city or down to a town.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::unit::UnitId;
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::context::Context;
use super::sealed::{read, stage_of, unknown_task};
use super::sealed_names::area;
use super::words::sealed as words;
use crate::packs::Packs;
use crate::statistics::sealed_name;
use crate::store::opened::{self, OpenedSum};

/// Most sums that are listed, the last ones first.
const LINES_MAX: usize = 200;

/// Every sum that came here.
pub(super) fn list(context: &Context) -> Result<(), Failure> {
    let (packs, place, sums) = sums(context, |_| true)?;
    say(context, &packs, (place, sums))
}

/// The sums of a table and a period.
pub(super) fn show(context: &Context, (sheet, period): (&str, &str)) -> Result<(), Failure> {
    let asked = (sheet.to_owned(), period.to_owned());
    let is_meant =
        move |sum: &OpenedSum| sum.table.as_str() == asked.0 && sum.period.to_string() == asked.1;
    let (packs, place, sums) = sums(context, is_meant)?;
    if sums.is_empty() {
        return Err(unknown_task(sheet, period));
    }
    let areas: BTreeSet<&UnitId> = sums.iter().map(|sum| &sum.area).collect();
    let of = |area: &&UnitId| {
        let own = sums.iter().filter(|sum| sum.area == **area);
        json!({
            "area": area.as_str(), "table": sheet, "period": period, "state": "told",
            "sums": own.map(value_of).collect::<Vec<_>>(),
        })
    };
    // As where this hub has a part: an object with the areas.
    let areas: Vec<Value> = areas.iter().map(of).collect();
    let value = json!({"table": sheet, "period": period, "areas": areas});
    context.terminal.result(&value, |t| said(t, &packs, (place, &sums)))
}

/// What this hub has to do with sums that came to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It sums one half of some, of which none was begun.
    Part,
    /// They are a town's own.
    Town,
    /// Areas below lead them.
    Above,
}

/// The packs, what this hub has to do with the sums, and the sums that are meant, the last ones
/// first.
fn sums(
    context: &Context,
    is_meant: impl Fn(&OpenedSum) -> bool + Send + 'static,
) -> Result<(Arc<Packs>, Place, Vec<OpenedSum>), Failure> {
    let (packs, (place, sums)) = read(context, move |tx, documents, unit| {
        let place = match (documents.has_part(unit), documents.is_town(unit)) {
            (true, _) => Place::Part,
            (false, true) => Place::Town,
            (false, false) => Place::Above,
        };
        let mut all = Vec::new();
        for period in opened::periods(tx)? {
            all.extend(opened::of_period(tx, period)?.into_iter().filter(&is_meant));
        }
        all.sort_by_key(|sum| std::cmp::Reverse(sum.opened_at_ms));
        all.truncate(LINES_MAX);
        Ok((place, all))
    })?;
    Ok((packs, place, sums))
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
    (place, sums): (Place, Vec<OpenedSum>),
) -> Result<(), Failure> {
    let value: Vec<Value> = sums.iter().map(value_of).collect();
    context.terminal.result(&value, |t| said(t, packs, (place, &sums)))
}

/// The sums with what this hub has to do with them.
fn said(t: &Terminal, packs: &Packs, (place, sums): (Place, &[OpenedSum])) -> String {
    if sums.is_empty() {
        let none = if place == Place::Town { words::NONE_IN_TOWN } else { words::NO_TASKS };
        return t.text(none, &[]);
    }
    let table = table(t, packs, sums);
    let intro = match place {
        Place::Part => return table,
        Place::Town => words::IN_TOWN,
        Place::Above => words::ABOVE,
    };
    format!("{}\n{table}", t.text(intro, &[]))
}

fn table(t: &Terminal, packs: &Packs, sums: &[OpenedSum]) -> String {
    let mut table = Table::new();
    let heads = [words::AREA, words::TABLE, words::PERIOD, words::STAGE, words::FRESH];
    for head in heads.into_iter().chain([words::RECORD, words::OPENED_AT]) {
        table = table.column(head.in_lang(t.lang()), Align::Left);
    }
    for sum in sums {
        table.row(vec![
            area(packs, &sum.area, t.lang()),
            format!("{} {}", sum.table, sealed_name(packs, sum.table.as_str()).in_lang(t.lang())),
            sum.period.to_string(),
            stage_of(packs, sum.stage, t.lang()),
            format!("{} / {}", sum.fresh, sum.due),
            sum.record.short(),
            minute(sum.opened_at_ms),
        ]);
    }
    table.render()
}
