//! `xinqiao-hub sealed list` and `show` at a hub without a part in the computing: the sums that
//! came up to a city or down to a town.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::catalogue::Stage;
use domain::disclosure::plan::Access;
use domain::unit::UnitId;
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::web::Lang;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::context::Context;
use super::sealed::{read, stage_of, unknown_task};
use super::sealed_names::area;
use super::words::sealed as words;
use crate::packs::Packs;
use crate::sealed::documents::Documents;
use crate::statistics::sealed_name;
use crate::store::opened::{self, OpenedSum};

/// Most sums that are listed, the last ones first.
const LINES_MAX: usize = 200;

/// Sums that came here, with what this hub has to do with them.
pub(super) struct Told {
    packs: Arc<Packs>,
    place: Place,
    /// The last ones first.
    sums: Vec<OpenedSum>,
    /// Of each area the stages that its plan never opens, with their schools.
    closed: BTreeMap<UnitId, BTreeMap<Stage, usize>>,
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

/// The sums that are meant.
pub(super) fn told(
    context: &Context,
    is_meant: impl Fn(&OpenedSum) -> bool + Send + 'static,
) -> Result<Told, Failure> {
    let (packs, (place, sums, closed)) = read(context, move |tx, documents, unit| {
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
        // A plan lists the schools of its area, and not those of one town.
        let closed = if place == Place::Town { BTreeMap::new() } else { closed(documents, &all) };
        Ok((place, all, closed))
    })?;
    Ok(Told { packs, place, sums, closed })
}

/// What the plans of some sums never open.
fn closed(documents: &Documents, sums: &[OpenedSum]) -> BTreeMap<UnitId, BTreeMap<Stage, usize>> {
    let mut found: BTreeMap<UnitId, BTreeMap<Stage, usize>> = BTreeMap::new();
    let years: BTreeSet<(&UnitId, i16)> =
        sums.iter().map(|sum| (&sum.area, sum.school_year)).collect();
    for (area, school_year) in years {
        let Some(year) = documents.year(area, school_year) else { continue };
        let groups = year.sealed().plan.groups().iter();
        for group in groups.filter(|group| group.access == Access::Closed) {
            let stages = found.entry(area.clone()).or_default();
            *stages.entry(group.stage).or_default() += group.members.len();
        }
    }
    found
}

/// The sums of a table and a period.
pub(super) fn show(context: &Context, (sheet, period): (&str, &str)) -> Result<(), Failure> {
    let asked = (sheet.to_owned(), period.to_owned());
    let is_meant =
        move |sum: &OpenedSum| sum.table.as_str() == asked.0 && sum.period.to_string() == asked.1;
    let told = told(context, is_meant)?;
    if told.is_empty() {
        return Err(unknown_task(sheet, period));
    }
    let areas: BTreeSet<&UnitId> = told.sums.iter().map(|sum| &sum.area).collect();
    let of = |area: &&UnitId| {
        let own = told.sums.iter().filter(|sum| sum.area == **area);
        json!({
            "area": area.as_str(), "table": sheet, "period": period, "state": "told",
            "sums": own.map(value_of).collect::<Vec<_>>(), "closed": told.closed_in(area),
        })
    };
    // As where this hub has a part: an object with the areas.
    let areas: Vec<Value> = areas.iter().map(of).collect();
    let value = json!({"table": sheet, "period": period, "areas": areas});
    context.terminal.result(&value, |t| {
        std::iter::once(told.said(t)).chain(told.stages_said(t)).collect::<Vec<_>>().join("\n")
    })
}

impl Told {
    /// Whether nothing of what is meant came here.
    pub(super) const fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Lists the sums. What waits is known to those alone who compute them.
    pub(super) fn list(&self, context: &Context, waiting: bool) -> Result<(), Failure> {
        if waiting {
            let text =
                if self.place == Place::Part { words::NO_TASKS } else { words::NONE_WAIT_HERE };
            return context.terminal.result(&json!([]), |t| t.text(text, &[]));
        }
        let value: Vec<Value> = self.sums.iter().map(value_of).collect();
        context.terminal.result(&value, |t| self.said(t))
    }

    /// The sums with what this hub has to do with them.
    fn said(&self, t: &Terminal) -> String {
        if self.sums.is_empty() {
            let is_town = self.place == Place::Town;
            return t.text(if is_town { words::NONE_IN_TOWN } else { words::NO_TASKS }, &[]);
        }
        let table = table(t, &self.packs, &self.sums);
        let intro = match self.place {
            Place::Part => return table,
            Place::Town => words::IN_TOWN,
            Place::Above => words::ABOVE,
        };
        format!("{}\n{table}", t.text(intro, &[]))
    }

    /// Stages that an area's plan never opens, for programs.
    fn closed_in(&self, area: &UnitId) -> Vec<Value> {
        let stages = self.closed.get(area).into_iter().flatten();
        stages
            .map(|(stage, schools)| json!({"stage": stage.as_str(), "schools": schools}))
            .collect()
    }

    /// A line for each area of which stages stay closed.
    fn stages_said(&self, t: &Terminal) -> Vec<String> {
        let line = |(id, stages): (&UnitId, &BTreeMap<Stage, usize>)| {
            let named = stages.iter().map(|(stage, schools)| {
                let stage = stage_of(&self.packs, *stage, t.lang());
                t.text(words::STAGE_SCHOOLS, &[&stage, schools])
            });
            let between = if t.lang() == Lang::Zh { "、" } else { ", " };
            let named = named.collect::<Vec<_>>().join(between);
            let head = t.text(words::AREA_HEAD, &[&area(&self.packs, id, t.lang())]);
            format!("{head} {}", t.text(words::STAGES_CLOSED, &[&named]))
        };
        self.closed.iter().map(line).collect()
    }
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
