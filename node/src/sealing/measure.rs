//! Measuring: the figures of one table of one period, as they go into a report.
//!
//! An event of a flow is told once, in the first week that was not sealed when it was entered:
//! what the records add up to by now, less what other weeks told of each, and nothing that is dated
//! in a week which the school holds: it is told in that week, or never. In a vacation nothing of a
//! week is told that was refused.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{
    CapClass, Kind, MeasureError, SealedReport, SealedTable, Stratum,
};
use domain::ledger::Word as _;
use domain::span::Span;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::beside::Moment;
use super::family::{Family, as_told};
use super::{Due, Named, SealingError};
use crate::indicator::{Behind, Event, Facts, Unsealed};
use crate::ledger::sealed::{self as register, Before, Bound, Told};

/// A report before it is split, and what it tells of which record.
pub(super) struct Measured {
    pub(super) report: SealedReport,
    pub(super) told: Vec<Told>,
    /// Only of a stock: who is enrolled by stage.
    pub(super) enrolled: BTreeMap<Stage, u64>,
}

/// Why a table has no report.
pub(super) enum NoReport {
    Absent(Unsealed),
    Broken(MeasureError),
}

/// What keeps events out of a report of a week.
#[derive(Clone, Copy)]
pub(super) struct Held<'h> {
    /// The weeks besides it that the school holds.
    pub(super) weeks: &'h [Span],
    /// What the table is held to by those of special periods.
    pub(super) moment: Moment,
    /// No day of the week is one of school.
    pub(super) is_vacation: bool,
}

/// Measures a table; `family` is of tables that count the same records, or some of them.
pub(super) fn measure(
    tx: &Tx<'_>,
    (facts, catalogue): (&Facts, &Named),
    (due, family, held): (&Due, &Family<'_>, Held<'_>),
    school: &School,
) -> Result<Result<Measured, NoReport>, SealingError> {
    let table = &due.table;
    let signed = Stage::ALL.iter().map(|stage| school.persons(*stage)).sum();
    let (raw, told) = match table.kind() {
        Kind::Stock => match facts.sealed_stock(&catalogue.1, table)? {
            Ok(raw) => (table.on_roster(raw, school), Vec::new()),
            Err(absent) => return Ok(Err(NoReport::Absent(absent))),
        },
        Kind::Flow => {
            let events = facts.sealed_events((&catalogue.1, table), family.counted())?;
            match flow(tx, (due, family), (events, held), signed)? {
                Ok(counted) => counted,
                Err(none) => return Ok(Err(none)),
            }
        }
    };
    // A pupil in a grade that the roster does not have here is in no cell and among nobody who is
    // enrolled: the hubs add up what the roster has, and would call the rest a lie.
    let persons =
        |stratum: &Stratum| stratum.stage_at(school).map_or(0, |_| facts.persons_of(stratum));
    let enrolled = match table.kind() {
        Kind::Stock => enrolled_by_stage(table, school, persons),
        Kind::Flow => BTreeMap::new(),
    };
    Ok(match SealedReport::measure(raw, table, signed, persons) {
        Ok(report) => Ok(Measured { report, told, enrolled }),
        Err(reason) => Err(NoReport::Broken(reason)),
    })
}

/// The cells of a flow and what they tell, or why it has none.
type Counted = Result<(RawTable, Vec<Told>), NoReport>;

fn flow(
    tx: &Tx<'_>,
    (due, family): (&Due, &Family<'_>),
    (events, held): (Result<Vec<Event>, Unsealed>, Held<'_>),
    signed: u64,
) -> Result<Counted, SealingError> {
    let (table, ids, period) = (&due.table, family.ids(), due.period.to_string());
    let before = register::told_elsewhere(tx, &ids, &period)?;
    let bound = match (register::bound(tx, (&ids, table.id().as_str()), &period)?, held.moment) {
        (Bound::Free, Moment::Free) => Bound::Free,
        (Bound::Free, Moment::Before { is_alike })
            if may_repeat(tx, due, (before.as_slice(), is_alike))? =>
        {
            Bound::To(table.id().to_string())
        }
        (Bound::Free, Moment::Before { .. } | Moment::Past) => Bound::Unknown,
        (bound, _) => bound,
    };
    match bound {
        Bound::Free => {}
        Bound::To(other) => {
            let counted = events.as_deref().ok().map(|events| (events, before.as_slice()));
            return Ok(match as_told(tx, (due, &other), counted)? {
                Some((cells, told)) => Ok((raw(table, cells), told)),
                None => Err(NoReport::Absent(Unsealed::ToldOtherwise)),
            });
        }
        Bound::Unknown => return Ok(Err(NoReport::Absent(Unsealed::ToldOtherwise))),
    }
    let mut events = match events {
        Ok(events) => events,
        Err(absent) => return Ok(Err(NoReport::Absent(absent))),
    };
    let is_held = |day: Date| held.weeks.iter().any(|week| week.from <= day && day <= week.to);
    events.retain(|event| !event.behind.day().is_some_and(is_held));
    if held.is_vacation {
        // All others of the group have next to nothing to tell, and the sum would be what this
        // school had before. It is told in the term.
        let refused = refused_alone(tx, &ids, &period)?;
        events.retain(|event| {
            let (kind, record) = key_of(event.behind);
            !refused.contains(&(kind.to_owned(), record))
        });
    }
    Ok(match CapClass::of(Kind::Flow, signed, family.per_person_max()) {
        Ok(cap) => Ok(untold((table, cap.limit()), &events, &before)),
        Err(error) => Err(NoReport::Broken(error.into())),
    })
}

/// Records that tables of a family told in weeks that were refused to this school alone.
fn refused_alone(
    tx: &Tx<'_>,
    family: &[&str],
    period: &str,
) -> Result<BTreeSet<(String, i64)>, SqlError> {
    let mut refused = BTreeSet::new();
    for table in family {
        refused.extend(register::refused_alone(tx, table, period)?);
    }
    Ok(refused)
}

/// Whether what the last report of a table told, which was refused, may be told once more: it was
/// counted as the table is counted now, and no other week told any of it since.
fn may_repeat(
    tx: &Tx<'_>,
    due: &Due,
    (before, is_alike): (&[Before], bool),
) -> Result<bool, SqlError> {
    let (own, period) = (due.table.id().as_str(), due.period.to_string());
    let reports = register::of_period(tx, own, &period)?;
    let is_same = reports.last().is_some_and(|last| last.task == due.task.bytes());
    if !is_same && !is_alike {
        return Ok(false);
    }
    let told = register::told_in(tx, own, &period)?;
    let mut told = told.iter().filter(|one| one.amount > 0);
    let is_elsewhere = told.any(|one| {
        let is_it = |other: &&Before| (&other.kind, other.record) == (&one.kind, one.record);
        before.iter().filter(is_it).any(|other| other.amount > 0)
    });
    Ok(!is_elsewhere)
}

fn raw(table: &SealedTable, cells: Vec<u64>) -> RawTable {
    RawTable::new(table.id().clone(), cells.into_iter().map(Cell::Value).collect())
}

/// Who is in the cells of a table by stage.
fn enrolled_by_stage(
    table: &SealedTable,
    school: &School,
    persons: impl Fn(&Stratum) -> u64,
) -> BTreeMap<Stage, u64> {
    let mut enrolled = BTreeMap::new();
    for stratum in table.strata() {
        let (stage, persons) = (stratum.stage_at(school), persons(stratum));
        if let Some(stage) = stage.filter(|_| persons > 0) {
            *enrolled.entry(stage).or_default() += persons;
        }
    }
    enrolled
}

/// The cells of what was not told yet, up to what one report may add; the rest is told in the next
/// week, so that one busy week does not silence a school for good.
/// Of a record of which a part was told, the last events are
/// the new ones: a ledger is read in the order in which it was written. What was told of a record
/// that was annulled since stays told, so the next event of its kind takes its place. An event of
/// the family that the table does not count has no cell and is told with the others all the same.
fn untold(
    (table, cap): (&SealedTable, u64),
    events: &[Event],
    before: &[Before],
) -> (RawTable, Vec<Told>) {
    let mut known: BTreeMap<(&str, i64), u64> = BTreeMap::new();
    let mut free: BTreeMap<(&str, i64), u64> = BTreeMap::new();
    for one in before {
        let map = if one.annulled { &mut free } else { &mut known };
        map.insert((&one.kind, one.record), u64::try_from(one.amount).unwrap_or(0));
    }
    // What a record was told in place of another, whose own week was refused after, was told to
    // nobody.
    for owing in before.iter().filter(|one| one.amount < 0) {
        let mut owed = owing.amount.unsigned_abs();
        for (_, told) in known.iter_mut().filter(|(of, _)| of.0 == owing.kind) {
            let back = owed.min(*told);
            (*told, owed) = (*told - back, owed - back);
        }
    }
    let mut room = cap;
    let mut cells = vec![0_u64; table.counted()];
    let mut new: BTreeMap<(&str, i64), i64> = BTreeMap::new();
    for event in events {
        let key = key_of(event.behind);
        let told = known.entry(key).or_default();
        let old = event.amount.min(*told);
        *told -= old;
        let mut left = event.amount - old;
        for (of, amount) in free.iter_mut().filter(|(of, _)| of.0 == key.0) {
            let moved = left.min(*amount);
            (left, *amount) = (left - moved, *amount - moved);
            note(&mut new, *of, moved, -1);
            note(&mut new, key, moved, 1);
        }
        let amount = left.min(room);
        room -= amount;
        note(&mut new, key, amount, 1);
        if let Some(cell) = event.place.and_then(|place| cells.get_mut(place)) {
            *cell = cell.saturating_add(amount);
        }
    }
    let told = new.into_iter().map(|((kind, record), amount)| Told {
        kind: kind.to_owned(),
        record,
        amount,
    });
    (raw(table, cells), told.collect())
}

/// Adds to what a record is told with; nothing leaves no line.
fn note<'k>(new: &mut BTreeMap<(&'k str, i64), i64>, key: (&'k str, i64), amount: u64, sign: i64) {
    if amount > 0 {
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        *new.entry(key).or_default() += sign * amount;
    }
}

/// What is remembered of a record. Not its day: one that was corrected was told all the same.
pub(super) fn key_of(behind: Behind) -> (&'static str, i64) {
    match behind {
        Behind::Student(id) => ("student", id),
        Behind::Staff(id) => ("staff", id),
        Behind::Class => ("class", 0),
        Behind::School => ("school", 0),
        Behind::Sheet(id, _) => ("sheet", id),
        Behind::Entry { kind, record, .. } => (kind.as_str(), record),
    }
}
