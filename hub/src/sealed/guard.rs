//! The attacker before every opening, at the leader and at the helper, each from what it holds.
//!
//! Two steps. Before a share is given: schools that stand in the same opened sums of a week, or of
//! a stock's table and term, under whatever plan, are one atom, and no atom may be smaller than the
//! floor: tables of one week count the same events. That is exact, needs no figure, and both hubs
//! decide it alike. After the shares are together and before
//! anything is kept: where a bound of one school alone stands on the same cells, the shipped
//! attacker looks for worlds. A sum that would tell a small count is not kept and not signed. Who
//! refuses says which cell, and not of which school: to name the school would tell its count.

mod singled;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use domain::disclosure::BAND_MIN;
use domain::disclosure::attacker::{
    Finding, MARGIN, Pace, Printed, ROSTER, SeenTable, View, ViewError, attack,
};
use domain::disclosure::sealed::{Kind, measure_of};
use proto::opening::Standing;
use runtime::sql::Tx;

use super::documents::{Documents, Task};
use super::{alike, apart};
use crate::seen::{
    Kept, Known, SeenError, Summed, Tree, known_of_task, linked, of_period, of_task, opened,
    periods, put_together,
};
use crate::store::sealed::opening::Opening;
use crate::store::sealed::task;

pub use singled::{isolates, isolates_without};

/// With the sums of other tables of the week, or of another plan, a few schools would be singled
/// out.
pub const ISOLATES: &str = "ISOLATES";
/// A small count of one school would follow.
pub const REACHABLE: &str = "REACHABLE";
/// It was not decided in time whether one would follow, and the plan alone does not exclude it.
pub const UNDECIDED: &str = "ATTACK_UNDECIDED";

/// Kind of the alarm that a person is called with.
pub const ALARM: &str = "sealed_guard";

/// Most undecided cells that are named.
const NAMED_MAX: usize = 12;

/// Most pieces of work, and the longest time for one and for all.
const PIECES_MAX: u32 = 20_000;
const PIECE_MAX: Duration = Duration::from_secs(2);
const TIME_MAX: Duration = Duration::from_secs(45);

/// Why a sum is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Stable code.
    pub code: &'static str,
    /// The cell, without the school.
    pub cell: String,
}

/// What came of an attack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Why nothing new may be kept; nothing where it may.
    pub blocked: Option<Blocked>,
    /// Units whose sheets do not fit together with what was opened, so that they were left aside.
    pub aside: BTreeSet<String>,
}

/// Whether an opening with a code stays closed for good: what was seen is not unseen.
#[must_use]
pub fn is_final(code: &str) -> bool {
    final_code(code).is_some()
}

/// Whether a sum with a code stays closed and was computed: both shares were together. One that
/// would single out a few schools is closed before a share is asked for.
#[must_use]
pub fn was_computed(code: &str) -> bool {
    [REACHABLE, UNDECIDED].contains(&code)
}

/// The code under which a set stays closed for good; nothing for any other.
#[must_use]
pub fn final_code(code: &str) -> Option<&'static str> {
    [ISOLATES, REACHABLE, UNDECIDED].into_iter().find(|known| *known == code)
}

/// What is known of a table and period, and what would be known once something new was kept.
pub struct Views {
    seen: Added,
    /// What others know, where this hub has computed sums that nobody else is told: with those a
    /// count may be known here already, which the new sum would tell all others.
    told: Option<Added>,
}

/// A view without something new and with it.
struct Added {
    before: View,
    after: View,
}

impl Added {
    /// The schools that something new is about.
    fn units(&self) -> BTreeSet<&str> {
        let below = alike::below(&self.after);
        // A roster is no news of the schools that it is of.
        let tells = |table: &&SeenTable| {
            !table.id.ends_with(ROSTER)
                && table.cells.iter().any(|cell| !matches!(cell.printed, Printed::Noised(_)))
        };
        let tables = self.after.tables.iter().filter(tells);
        let new = tables.filter(|table| !self.before.tables.contains(table));
        new.flat_map(|table| alike::cover(&below, table)).collect()
    }
}

impl Views {
    /// What was seen, without something new and with it.
    #[cfg(test)]
    pub const fn new(before: View, after: View) -> Self {
        Self { seen: Added { before, after }, told: None }
    }
}

/// What this hub has seen of a table and period, without a sum and with it.
///
/// # Errors
/// The store cannot be read, or holds what no known catalogue describes.
pub fn views(
    tx: &Tx<'_>,
    documents: &Documents,
    task: &Task,
    (new, standings): (&Opening, &[Standing]),
    cells: &[Option<u64>],
) -> Result<Views, SeenError> {
    let sealed = task.year.sealed();
    let kept =
        Kept { table: task.table.clone(), area: sealed.plan.area(), period: task.terms.period };
    let carried = periods(tx, &task.id, standings)?;
    let axes = vec![(measure(task), task.table.block().axes.clone())];
    let tree = Tree::of_area(&sealed.roster, axes);
    let place = (sealed.plan.area(), sealed.plan.year());
    let (mut tables, mut told) = (Vec::new(), Vec::new());
    let own = task.terms.period.to_string();
    let mut seen: BTreeSet<String> = carried.values().cloned().chain([own]).collect();
    // Only a stock is carried, and nothing else is in sums of two periods (record 0041).
    if task.table.kind() == Kind::Stock {
        seen = linked(tx, (place, &task.terms.table), seen)?;
    }
    for stored in task::of_sheet(tx, place, &task.terms.table)? {
        if seen.contains(&stored.period.to_string()) {
            let of = (&stored, &sealed.roster);
            tables.extend(of_task(tx, documents, of, &tree)?);
            told.extend(known_of_task(tx, documents, of, (&tree, Known::Told))?);
        }
    }
    let is_more_seen = tables.len() > told.len();
    for period in seen {
        let sheets = of_period(tx, documents.packs(), &tree, &period)?;
        tables.extend(sheets.iter().cloned());
        told.extend(sheets);
    }
    let values = cells.iter().enumerate();
    let values = values.filter_map(|(place, value)| value.map(|value| (place, value)));
    let new = Summed::new(new, standings, carried, values);
    let own = opened((&kept, &sealed.roster), new);
    let added = |mut tables: Vec<SeenTable>| {
        // A call that ended between the look and its verdict left the very sum behind: it is still
        // the new one, and what it tells is no older knowledge.
        tables.retain(|table| table.measure == own.measure && table.id != own.id);
        let before = put_together(&tree, tables.clone());
        tables.push(own.clone());
        Added { before, after: put_together(&tree, tables) }
    };
    Ok(Views { seen: added(tables), told: is_more_seen.then(|| added(told)) })
}

/// What a person is told of a sum that stays closed.
#[must_use]
pub fn detail(task: &Task, opening: &Opening, blocked: &Blocked) -> String {
    let set = &opening.set;
    let groups: Vec<&str> = set.groups.iter().map(|group| group.as_str()).collect();
    let (stage, detail) = (set.stage.as_str(), set.detail.as_str());
    format!(
        "{}: {} {} {stage} {detail}, groups {}, cell {}",
        blocked.code,
        task.terms.table,
        task.terms.period,
        groups.join(" "),
        blocked.cell,
    )
}

fn measure(task: &Task) -> String {
    measure_of(task.terms.table.as_str()).to_owned()
}

/// Attacks what would have been seen; nothing where the sum may be kept. Long work: never on the
/// thread that writes.
///
/// A sum that was computed and stays closed is known here for good, with all that it tells. What
/// the new one adds nothing to is no reason to close that one too, unless others would learn it.
#[must_use]
pub fn judge_added(views: &Views) -> Judged {
    let mut judged = judge_one(&views.seen);
    if let (None, Some(told)) = (&judged.blocked, &views.told) {
        let of_others = judge_one(told);
        judged.blocked = of_others.blocked;
        judged.aside.extend(of_others.aside);
    }
    judged
}

fn judge_one(added: &Added) -> Judged {
    let judged = judge_within(&added.after, &[], &mut Limited::new());
    if judged.blocked.is_none() {
        return judged;
    }
    let told = told(added, &mut Limited::new());
    if told.is_empty() {
        return judged;
    }
    judge_within(&added.after, &told, &mut Limited::new())
}

/// Attacks a view; nothing where it tells no small count. Long work, as [`judge_added`].
#[must_use]
pub fn judge(view: &View) -> Option<Blocked> {
    judge_within(view, &[], &mut Limited::new()).blocked
}

/// What a view tells already without something new, and what it leaves undecided of others than
/// those whom that is about: of them the new sum may be what decides it, and where time ran out
/// both before and after, nobody looked. Nothing where it cannot be attacked as it is: then the new
/// sum is held to the whole.
fn told(added: &Added, pace: &mut dyn Pace) -> Vec<Finding> {
    let own = added.units();
    let mut told = Vec::new();
    for measure in measures(&added.before) {
        if let Ok(report) = attack(&of_measure(&added.before, measure), pace) {
            let of_others = report.undecided().filter(|figure| !own.contains(figure.unit.as_str()));
            told.extend(report.leaks().chain(of_others).cloned());
        }
    }
    told
}

fn measures(view: &View) -> BTreeSet<&str> {
    view.tables.iter().map(|table| table.measure.as_str()).collect()
}

fn judge_within(view: &View, told: &[Finding], pace: &mut dyn Pace) -> Judged {
    // No relation between measures is taken into account: each is judged by itself.
    let (mut all, mut aside) = (measures(view).into_iter(), BTreeSet::new());
    let blocked = all.find_map(|measure| {
        judge_measure(&of_measure(view, measure), told, (&mut *pace, &mut aside))
    });
    Judged { blocked, aside }
}

fn of_measure(view: &View, measure: &str) -> View {
    let tables = view.tables.iter().filter(|table| table.measure == measure);
    View {
        k: view.k,
        units: view.units.clone(),
        periods: view.periods.clone(),
        course: view.course,
        tables: tables.cloned().collect(),
    }
}

fn judge_measure(
    view: &View,
    told: &[Finding],
    (pace, aside): (&mut dyn Pace, &mut BTreeSet<String>),
) -> Option<Blocked> {
    match judge_whole(view, told, pace) {
        Err(ViewError::Contradiction) => {}
        other => return other.unwrap_or_else(|error| Some(not_attacked(&error))),
    }
    // A sheet that was counted on another day than the sum, or is a lie, bounds nothing of it; what
    // the others tell is judged all the same.
    let (choices, units) = match apart::choices(view, pace) {
        Ok(choices) => choices,
        Err(error) => return Some(not_attacked(&error)),
    };
    aside.extend(units);
    choices.iter().find_map(|choice| {
        judge_whole(choice, told, pace).unwrap_or_else(|error| Some(not_attacked(&error)))
    })
}

/// A sum beside which what was seen cannot be attacked is refused for good, and does not wait. Both
/// shares were together, so this hub knows the sum, and one that stayed in doubt would be computed
/// again at each step. Nor would waiting help: what was seen only grows, and a part that is too
/// large needs some thirty times the schools of a district.
fn not_attacked(error: &ViewError) -> Blocked {
    tracing::error!(%error, "what was seen could not be attacked");
    Blocked { code: UNDECIDED, cell: String::new() }
}

fn judge_whole(
    view: &View,
    told: &[Finding],
    pace: &mut dyn Pace,
) -> Result<Option<Blocked>, ViewError> {
    // A count can be handed on, so it can be zero.
    if alike::everybody_has_one(view) {
        return Ok(None);
    }
    let bounds = bounds(view);
    let report = attack(view, pace)?;
    if !report.aside.is_empty() {
        let tables = report.aside.join(" ");
        tracing::warn!(
            tables,
            "what is taken to be true of them does not fit: totals of tables that count the same \
             records, or a part of them, or what the roster has of a school"
        );
    }
    // The very same ends: where one moves, the new sum told more.
    let is_new = |found: &&Finding| !told.contains(found);
    if let Some(leak) = report.leaks().find(is_new) {
        return Ok(Some(Blocked { code: REACHABLE, cell: leak.key.join("/") }));
    }
    let open: Vec<&Finding> = report.undecided().filter(is_new).collect();
    if open.is_empty() {
        return Ok(None);
    }
    let is_covered = is_one_wide_band(&bounds) && open.iter().all(|figure| figure.lo == 0);
    let cells = named(&open);
    tracing::warn!(
        undecided = open.len(),
        is_covered,
        cells,
        "the attacker left figures undecided in its time"
    );
    Ok((!is_covered).then_some(Blocked { code: UNDECIDED, cell: cells }))
}

/// The cells of some figures, each once and without its school.
fn named(figures: &[&Finding]) -> String {
    let cells: BTreeSet<String> = figures
        .iter()
        .map(|figure| format!("{} {} {}", figure.measure, figure.period, figure.key.join("/")))
        .collect();
    let more = cells.len().saturating_sub(NAMED_MAX);
    let mut text: Vec<String> = cells.into_iter().take(NAMED_MAX).collect();
    if more > 0 {
        text.push(format!("+{more}"));
    }
    text.join("; ")
}

/// What is known of one school alone on some of its cells, and not on all of them. What the roster
/// has of it is none: from below it forces nothing by itself, what it forces beside a band is found
/// without time, and where that is so the figure's lower end is not zero.
struct Bound<'v> {
    table: &'v SeenTable,
    key: &'v [String],
    lo: u64,
    hi: Option<u64>,
}

fn bounds(view: &View) -> Vec<Bound<'_>> {
    let parents: BTreeSet<&str> =
        view.units.values().filter_map(|unit| unit.parent.as_deref()).collect();
    let mut found = Vec::new();
    for table in view.tables.iter().filter(|table| !table.id.ends_with(ROSTER)) {
        let is_one = match table.members.as_deref() {
            Some([_]) => true,
            Some(_) => false,
            None => !parents.contains(table.unit.as_str()),
        };
        for cell in table.cells.iter().filter(|_| is_one) {
            let (lo, hi) = match cell.printed {
                // The whole of a school is known to everybody.
                Printed::Exact(_) if first(&cell.key) == MARGIN => continue,
                Printed::Exact(value) => (value, Some(value)),
                Printed::Between(lo, hi) => (lo, hi),
                Printed::Noised(_) => continue,
            };
            found.push(Bound { table, key: &cell.key, lo, hi });
        }
    }
    found
}

fn first(key: &[String]) -> &str {
    key.first().map_or(MARGIN, String::as_str)
}

/// Whether all that is known of one school alone is the band of the rule: wide, over several
/// categories together, and of no person a second one in a period. The plan was made beside it.
fn is_one_wide_band(bounds: &[Bound<'_>]) -> bool {
    let is_wide = |bound: &Bound<'_>| {
        first(bound.key).contains('|') && bound.hi.is_none_or(|hi| hi - bound.lo + 1 >= BAND_MIN)
    };
    let mut of: BTreeMap<(&str, &str), Vec<&Bound<'_>>> = BTreeMap::new();
    for bound in bounds {
        of.entry((&bound.table.unit, &bound.table.period)).or_default().push(bound);
    }
    let is_once = |own: &Vec<&Bound<'_>>| {
        own.iter().enumerate().all(|(at, one)| own.iter().skip(at + 1).all(|two| one.is_apart(two)))
    };
    bounds.iter().all(is_wide) && of.values().all(is_once)
}

impl Bound<'_> {
    /// Whether nobody is in both: a dimension of which they name different categories.
    fn is_apart(&self, other: &Self) -> bool {
        let names = |bound: &Self| -> BTreeMap<String, BTreeSet<String>> {
            let own = bound.table.dims.iter().zip(bound.key).filter(|(_, entry)| *entry != MARGIN);
            own.map(|(dim, entry)| (dim.clone(), entry.split('|').map(str::to_owned).collect()))
                .collect()
        };
        let (own, other) = (names(self), names(other));
        own.iter().any(|(dim, words)| other.get(dim).is_some_and(|them| words.is_disjoint(them)))
    }
}

/// A pace by work with an end by the clock.
struct Limited {
    start: Instant,
    left: u32,
}

impl Limited {
    fn new() -> Self {
        Self { start: Instant::now(), left: PIECES_MAX }
    }
}

impl Pace for Limited {
    fn left(&mut self) -> Duration {
        self.left = self.left.saturating_sub(1);
        let over = self.left == 0;
        let rest = TIME_MAX.saturating_sub(self.start.elapsed());
        if over { Duration::ZERO } else { rest.min(PIECE_MAX) }
    }

    fn is_over(&mut self) -> bool {
        self.start.elapsed() >= TIME_MAX
    }
}
