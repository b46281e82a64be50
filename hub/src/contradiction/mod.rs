//! The identities of the catalogue again, on figures that this hub shows: opened sums and rounded
//! tables.
//!
//! A node checks its own figures before it releases them; here the sums of many are checked, at the
//! leader and at the helper each from its own records, so that a hub that lies is seen by the
//! other one. A relation that is broken calls a person and marks the figures that it names. They
//! stay open: to close one because of what it says would tell something of it, and who reads it is
//! told. What was found goes by itself once it holds again; nothing in it is about one school.

mod opened;
mod rounded;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::catalogue::{Catalogue, TableId};
use domain::digest::Digest;
use domain::disclosure::coherent::{Cells, Check, checks};
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{
    Kind, SealedTable, SealedTables, TaskId, Week, persons_about, weeks_of,
};
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::Lang;
use tokio_util::sync::CancellationToken;

use self::opened::{Area, Compared};
use crate::app::Hub;
use crate::opened::is_task;
use crate::packs::Packs;
use crate::statistics::StatisticsError;
use crate::store::contradiction::{self, Changed, Contradiction};
use crate::store::opened::{OpenedSum, own_of_table};
use crate::store::sealed::{report, task};
use crate::store::{alarm, snapshot};

/// Kind of the alarm about a relation that figures break.
pub const ALARM: &str = "figures_contradict";

/// How often it is looked whether anything moved.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Latest terms of which rounded tables are judged; of older ones nothing comes any more.
const TERMS: usize = 2;

texts! {
    MARK = "与目录规则“{0}”矛盾（{1}），原因待查；数字照常显示。",
        "It contradicts the rule \"{0}\" of the catalogue ({1}). It is shown as it is while the \
         cause is looked for.";
}

/// Why a figure is marked, in a sentence.
#[must_use]
pub fn why(one: &Contradiction, lang: Lang) -> String {
    MARK.fill(lang, &[&one.identity, &about(one)])
}

/// The relation and what it is about, in codes: no figure, and no school.
#[must_use]
pub fn about(one: &Contradiction) -> String {
    let groups: Vec<&str> = one.groups.iter().map(|group| group.as_str()).collect();
    let tables: Vec<&str> = one.tables.iter().map(String::as_str).collect();
    let parts = [
        one.relation.clone(),
        one.stratum.clone(),
        one.stage.clone(),
        groups.join(" "),
        one.from.to_string(),
        tables.join(" "),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// What is judged at once, and all that was found of it.
#[derive(Debug)]
pub struct Judged {
    scope: Scope,
    found: Vec<Contradiction>,
}

#[derive(Debug)]
enum Scope {
    /// Opened sums of an area and school year.
    Opened(UnitId, i16),
    /// Rounded tables of a term.
    Rounded(Period),
}

impl Scope {
    fn holds(&self, one: &Contradiction) -> bool {
        match self {
            Self::Opened(area, year) => {
                one.is_opened() && (&one.place, one.school_year) == (area, *year)
            }
            Self::Rounded(period) => !one.is_opened() && one.from == *period,
        }
    }
}

/// Judges all that this hub recorded and shows.
///
/// # Errors
/// The store cannot be read, or holds what no known catalogue describes.
pub fn judge(tx: &Tx<'_>, packs: &Packs, hub: &UnitId) -> Result<Vec<Judged>, StatisticsError> {
    let known = packs.in_force();
    let mut all = Vec::new();
    if let Some(tables) = packs.sealed_tables(&known.digest) {
        let checks = checks(&known.catalogue, &tables);
        for year in packs.sealed_years().sealing() {
            let own = year.year();
            if ![&own.leader, &own.helper].contains(&hub) {
                continue;
            }
            let of = (known.catalogue.as_ref(), tables.as_ref());
            let found = area(tx, packs, year, of)?.contradictions(&checks);
            let scope = Scope::Opened(own.plan.area().clone(), own.plan.year());
            all.push(Judged { scope, found });
        }
    }
    for period in terms(tx)? {
        let found = rounded::found(tx, packs, hub, period)?;
        all.push(Judged { scope: Scope::Rounded(period), found });
    }
    Ok(all)
}

/// Keeps what is broken in place of what was, calls a person about what is new, and takes the call
/// back of what holds again. The same again changes nothing.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep(tx: &Tx<'_>, judged: Vec<Judged>, now_ms: i64) -> Result<(), SqlError> {
    for Judged { scope, found } in judged {
        let is_meant = |one: &Contradiction| scope.holds(one);
        let Changed { new, gone } = contradiction::replace(tx, is_meant, found, now_ms)?;
        for one in gone {
            alarm::take_back(tx, ALARM, one.place.as_str(), &about(&one))?;
        }
        for one in new {
            let relation = one.relation.as_str();
            tracing::error!(place = %one.place, relation, "figures contradict a rule");
            alarm::raise(tx, ALARM, one.place.as_str(), &about(&one), now_ms)?;
        }
    }
    Ok(())
}

/// The latest terms of which there are sums.
fn terms(tx: &Tx<'_>) -> Result<Vec<Period>, SqlError> {
    let known = snapshot::periods(tx)?;
    let known = known.iter().filter_map(|text| text.parse::<Period>().ok());
    let mut terms: Vec<Period> = known.filter(|period| matches!(period, Period::Term(_))).collect();
    terms.sort_unstable();
    Ok(terms.into_iter().rev().take(TERMS).collect())
}

/// What this hub recorded of an area and school year.
fn area<'a>(
    tx: &Tx<'_>,
    packs: &Packs,
    year: &'a SealingYear,
    (catalogue, tables): (&'a Catalogue, &'a SealedTables),
) -> Result<Area<'a>, SqlError> {
    let plan = &year.year().plan;
    let mut sums = Vec::new();
    for table in compared(catalogue, tables) {
        let tasks = task::of_sheet(tx, (plan.area(), plan.year()), table.id())?;
        let periods: BTreeMap<TaskId, Period> =
            tasks.iter().map(|task| (task.id, task.period)).collect();
        let mut same: BTreeMap<Digest, bool> = BTreeMap::new();
        for (sum, standings) in own_of_table(tx, (plan.area(), plan.year()), table.id())? {
            let is_same = *same
                .entry(sum.pack)
                .or_insert_with(|| is_counted_alike(packs, (catalogue, table), &sum.pack));
            let of_task = (sum.period, sum.pack, &sum.task);
            if is_same && is_task(packs, (year, table), of_task) {
                sums.extend(compare(tx, (year, table), (sum, standings.as_slice()), &periods)?);
            }
        }
    }
    let weeks = weeks(packs, year, tables);
    Ok(Area { area: plan.area(), school_year: plan.year(), catalogue, tables, weeks, sums })
}

/// The tables that any relation is about, and all stocks: a town's are beside the area's.
fn compared<'t>(catalogue: &Catalogue, tables: &'t SealedTables) -> Vec<&'t SealedTable> {
    let checks: Vec<Check> = checks(catalogue, tables);
    let is_named = |id: &TableId| checks.iter().any(|check| check.tables.contains(id));
    let all = tables.all().iter();
    all.filter(|table| table.kind() == Kind::Stock || is_named(table.id())).collect()
}

/// Whether sums under a catalogue are laid out and counted as in the one in force: what was counted
/// otherwise is about something else.
fn is_counted_alike(
    packs: &Packs,
    (catalogue, table): (&Catalogue, &SealedTable),
    pack: &Digest,
) -> bool {
    let tables = packs.sealed_tables(pack);
    let Some(other) = tables.as_ref().and_then(|all| all.table(table.id().as_str())) else {
        return false;
    };
    let counted = packs.catalogue(pack).and_then(|catalogue| other.counted_by(catalogue));
    other == table && counted.is_some() && counted == table.counted_by(catalogue)
}

/// A sum with the periods of its reports; nothing where one is of a task that is not known here.
fn compare(
    tx: &Tx<'_>,
    (year, table): (&SealingYear, &SealedTable),
    (sum, standings): (OpenedSum, &[Standing]),
    periods: &BTreeMap<TaskId, Period>,
) -> Result<Option<Compared>, SqlError> {
    let schools = standings.iter().map(|one| Some((one.unit.clone(), *periods.get(&one.task)?)));
    let Some(schools) = schools.collect::<Option<_>>() else { return Ok(None) };
    let mut again = BTreeMap::new();
    let tasks: BTreeSet<&TaskId> = standings.iter().map(|one| &one.task).collect();
    for task in tasks {
        for (unit, until) in report::made_again(tx, task)? {
            if standings.iter().any(|one| one.unit == unit && one.task == *task) {
                again.insert(unit, until);
            }
        }
    }
    let roster = &year.year().roster;
    let on_roster = standings.iter().filter_map(|one| roster.school(&one.unit));
    let cells = cells(&sum, table, on_roster);
    Ok(Some(Compared { sum, cells, schools, again }))
}

/// The cells of a sum by place: zero where nobody of the roster is of their kind, and nothing where
/// they stay closed.
fn cells<'s>(
    sum: &OpenedSum,
    table: &SealedTable,
    schools: impl Iterator<Item = &'s School>,
) -> Cells {
    let about = persons_about(table, schools, sum.stage);
    let size = match sum.detail {
        Detail::Cells => table.cells(),
        Detail::Categories => table.block().axes.first().map_or(1, |axis| axis.values.len()).max(1),
    };
    let stride = (table.cells() / size.max(1)).max(1);
    let cell = |place: usize| {
        let mut persons = about.iter().skip(place * stride).take(stride);
        let is_nobody = persons.all(|persons| *persons == 0);
        sum.cells.get(&place).copied().or(is_nobody.then_some(0))
    };
    (0..size).map(cell).collect()
}

/// The weeks of a school year from the first that is under seal; none where no flow is.
fn weeks(packs: &Packs, year: &SealingYear, tables: &SealedTables) -> Vec<Week> {
    let school_year = Period::SchoolYear(year.year().plan.year());
    let Ok(span) = Span::of(school_year, packs.calendar()) else { return Vec::new() };
    let flow = tables.all().iter().find(|table| table.kind() == Kind::Flow);
    let is_before = |week: &Week| {
        let own = Span::of(week.period(), packs.calendar()).ok();
        let of = flow.zip(own);
        let digest = packs.in_force().digest;
        let terms = of.and_then(|(table, own)| year.terms(table, (week.period(), &own), digest));
        terms.is_none()
    };
    weeks_of(&span).into_iter().skip_while(is_before).collect()
}

/// Where something was looked at last: the packs in use, and how far its figures had come.
type Looked = (Arc<Packs>, (i64, i64));

/// Looks whenever something moved, until the token is cancelled.
pub(crate) async fn serve(hub: Hub, stop: CancellationToken) {
    let mut looked: Option<Looked> = None;
    loop {
        if let Err(error) = step(&hub, &mut looked).await {
            tracing::error!(%error, "figures were not held to the rules of the catalogue");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = hub.clock().sleep(LOOK_EVERY) => {}
        }
    }
}

async fn step(hub: &Hub, looked: &mut Option<Looked>) -> Result<(), StatisticsError> {
    let packs = hub.packs().last();
    let stand = hub.database().read_async(contradiction::stand).await?;
    let is_old =
        looked.as_ref().is_some_and(|(known, at)| Arc::ptr_eq(known, &packs) && *at == stand);
    if is_old {
        return Ok(());
    }
    let (used, unit, now_ms) = (packs.clone(), hub.config().unit.clone(), hub.clock().now_ms());
    // Long reading, and nothing to write as a rule: others write meanwhile.
    let read = move |tx: &Tx<'_>| judge(tx, &used, &unit);
    let judged = hub.database().read_async(read).await?;
    let write = move |tx: &Tx<'_>| keep(tx, judged, now_ms);
    hub.database().write_async("contradictions", write).await?;
    *looked = Some((packs, stand));
    Ok(())
}
