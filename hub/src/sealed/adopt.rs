//! Taking up again what a hub lost when it was put back from a backup: openings that both hubs let
//! pass and signed, as the other one still has them.
//!
//! A record is believed for its two signatures, one of which is this hub's own, and for nothing
//! that the other hub says beside it. So both come to the same record, and a set is never opened a
//! second time over other reports.

use certs::root::Commission;
use certs::signature::Signature;
use domain::disclosure::sealed::Kind;
use jiff::Timestamp;
use proto::frame::OPENING_CONTEXT;
use proto::opening::{Detail, Record, Standing};
use proto::recalled::{Recalled, Recorded};
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::chain;
use super::documents::Task;
use super::signed::Judge;
use super::sums;
use crate::store::alarm;
use crate::store::sealed::opening::{self, Opening, Set};
use crate::store::sealed::{notes, record, verdict};

/// Kind of the alarm that openings were taken up again.
pub const ALARM: &str = "sealed_recalled";
/// Code of a task of which the two hubs hold different records of one set.
pub const OTHER_HISTORY: &str = "OTHER_HISTORY";

/// What became of a record that the other hub showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It was taken up.
    New,
    /// It is here.
    Known,
    /// Another record of the set, or of some of its groups, stands here.
    Other,
}

/// Calls a person because this store is older than what the other hub holds. What operators noted
/// since the backup no other hub has, so that nothing is opened here until it is entered again.
///
/// # Errors
/// The store cannot be written.
pub fn note_older(tx: &Tx<'_>, area: &str, detail: &str, now_ms: i64) -> Result<(), SqlError> {
    alarm::raise(tx, ALARM, area, detail, now_ms)?;
    notes::lose(tx, now_ms)
}

/// Whether this store lacks an opening that the other hub tells of. A record with the very same
/// bytes is here where this hub was ended before it kept the other signature: nothing was lost.
///
/// # Errors
/// The store cannot be read.
pub fn is_lost(tx: &Tx<'_>, one: &Recalled) -> Result<bool, SqlError> {
    let Some(own) = opening::find(tx, &set_of(one))? else { return Ok(true) };
    let Some(recorded) = &one.recorded else { return Ok(false) };
    let own = record::of_opening(tx, own.id)?;
    Ok(own.is_none_or(|own| own.bytes != recorded.bytes))
}

/// The set that an opening is about.
#[must_use]
pub fn set_of(one: &Recalled) -> Set {
    Set { task: one.task, stage: one.stage, detail: one.detail, groups: one.groups.clone() }
}

/// Whether both hubs of the task signed the record, and its cells are those that they signed.
#[must_use]
pub fn holds(judge: &Judge, task: &Task, recorded: &Recorded) -> bool {
    let Recorded { bytes, record, leader, helper, cells } = recorded;
    let dated = Timestamp::from_millisecond(record.opened_at_ms).unwrap_or(judge.now);
    let says = (OPENING_CONTEXT, bytes.as_slice());
    let of_leader = (&task.terms.leader, Commission::Education);
    let of_helper = (&task.terms.helper, Commission::Health);
    let size = match record.detail {
        Detail::Cells => task.table.cells(),
        Detail::Categories => sums::categories(&task.table),
    };
    let opened: Vec<Option<u64>> = (0..size).map(|place| cells.get(&place).copied()).collect();
    judge.dated(of_leader, says, (leader, dated)).is_ok()
        && judge.dated(of_helper, says, (helper, dated)).is_ok()
        && sums::result(&opened) == record.result
        && opened.iter().flatten().count() == cells.len()
}

/// Takes up a record that holds; `place` gives its place in this hub's chain from the one after the
/// last and the leader's number.
///
/// # Errors
/// The store cannot be read or written.
pub fn adopt(
    tx: &Tx<'_>,
    task: &Task,
    (one, recorded): (&Recalled, &Recorded),
    (room, place): (Room, fn(u64, u64) -> u64),
) -> Result<Adopted, SqlError> {
    let set = set_of(one);
    if !make_room(tx, (&set, &one.schools), room)? {
        let own = opening::find(tx, &set)?;
        let own = own.map(|own| record::of_opening(tx, own.id)).transpose()?.flatten();
        let same = own.is_some_and(|own| own.bytes == recorded.bytes);
        return Ok(if same { Adopted::Known } else { Adopted::Other });
    }
    let id = opening::insert(tx, &lost(task, &recorded.record), &one.schools)?;
    let size = recorded.cells.keys().max().map_or(0, |place| place + 1);
    let cells: Vec<_> = (0..size).map(|place| recorded.cells.get(&place).copied()).collect();
    opening::put_cells(tx, id, &cells)?;
    for signed in [&recorded.leader, &recorded.helper] {
        let key = Signature::from_bytes(&signed.signature).map_err(|_| SqlError::Type)?.key_id();
        verdict::keep_signer(tx, &key, &signed.chain)?;
    }
    let number = recorded.record.number;
    let new = record::New {
        opening: Some(id),
        number: place(record::last_number(tx)? + 1, number),
        signed_number: number,
        bytes: &recorded.bytes,
        leader: &recorded.leader.signature,
        helper: Some(&recorded.helper.signature),
    };
    record::append(tx, &new, chain::link)?;
    Ok(Adopted::New)
}

/// For what room is made among the openings of a hub.
#[derive(Clone, Copy, Debug)]
pub enum Room {
    /// At a leader: for what both signed. What it only meant to open, and a record of its own that
    /// nobody else signed, go; of what it computed only where it is the very same.
    Signed,
    /// At a helper: for what both signed over these reports. Each opening of its own is a share
    /// that was given, and goes only where it is of the very same set and reports.
    Given,
}

/// Forgets what this hub alone meant to open of a set's groups, for the set over some reports; says
/// whether nothing stands in the way that must stay.
///
/// A sum that was computed was seen, recorded or not. Where it is over other reports or groups its
/// cells would be forgotten with it, and the attacker would not see what follows from both.
///
/// # Errors
/// The store cannot be read or written.
pub fn make_room(
    tx: &Tx<'_>,
    (set, schools): (&Set, &[Standing]),
    room: Room,
) -> Result<bool, SqlError> {
    for own in opening::of_task(tx, &set.task)?.into_iter().filter(|own| is_over(own, set)) {
        let is_same = own.set == *set && opening::standings(tx, own.id)? == schools;
        if !is_same && !opening::seen(tx, own.id)?.is_empty() {
            return Ok(false);
        }
        let record = record::of_opening(tx, own.id)?;
        let goes = match (room, record) {
            (Room::Signed, Some(record)) => {
                record.helper.is_none() && record::take_back(tx, record.number)?
            }
            (Room::Given, Some(_)) => false,
            (Room::Signed, None) => true,
            (Room::Given, None) => is_same,
        };
        if !goes {
            return Ok(false);
        }
        opening::forget(tx, own.id)?;
    }
    Ok(true)
}

/// What a leader would forget of a set's groups for what the helper says and did not sign: nothing
/// where a record of its own stands in the way, since its share may be out, or what it computed.
/// Nothing is forgotten here: the claim is judged first.
///
/// # Errors
/// The store cannot be read.
pub fn in_the_way(
    tx: &Tx<'_>,
    (set, schools): (&Set, &[Standing]),
) -> Result<Option<Vec<i64>>, SqlError> {
    let mut goes = Vec::new();
    for own in opening::of_task(tx, &set.task)?.into_iter().filter(|own| is_over(own, set)) {
        let is_same = own.set == *set && opening::standings(tx, own.id)? == schools;
        let was_computed = !is_same && !opening::seen(tx, own.id)?.is_empty();
        if was_computed || record::of_opening(tx, own.id)?.is_some() {
            return Ok(None);
        }
        goes.push(own.id);
    }
    Ok(Some(goes))
}

/// Whether an opening is over some of the groups of a set, in the same detail.
fn is_over(own: &Opening, set: &Set) -> bool {
    (own.set.stage, own.set.detail) == (set.stage, set.detail)
        && !own.set.groups.is_disjoint(&set.groups)
}

/// The row of an opening of which this hub has no share any more: all of it is in the bytes that
/// both signed.
fn lost(task: &Task, record: &Record) -> Opening {
    debug_assert!(task.table.kind() == Kind::Stock || record.detail == Detail::Cells);
    let opened = Timestamp::from_millisecond(record.opened_at_ms).unwrap_or_default();
    Opening {
        id: 0,
        set: Set {
            task: record.task,
            stage: record.stage,
            detail: record.detail,
            groups: record.groups.clone(),
        },
        absent: record.absent.clone(),
        fresh: record.fresh,
        due: record.due,
        share: Vec::new(),
        control: Vec::new(),
        refused: String::new(),
        asked_on: date_of(opened).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use certs::aggregate::KeyHalf;
    use certs::digest::sha256;
    use domain::catalogue::Stage;
    use domain::disclosure::plan::GroupId;
    use domain::disclosure::sealed::TaskId;
    use runtime::sql::Database;

    use super::*;
    use crate::store::MIGRATIONS;
    use crate::store::sealed::task;

    const TASK: TaskId = TaskId::from_bytes([1; 32]);

    fn set(groups: &[&str]) -> Set {
        let groups: BTreeSet<GroupId> =
            groups.iter().map(|group| group.parse().expect("group")).collect();
        Set { task: TASK, stage: Stage::Junior, detail: Detail::Cells, groups }
    }

    fn standing(report: &[u8]) -> Vec<Standing> {
        let unit = "S1".parse().expect("unit");
        vec![Standing { unit, task: TASK, report: sha256(report) }]
    }

    /// A leader with an opening over two groups that it did not record, computed or not.
    fn store(cells: &[Option<u64>]) -> Database {
        let store = Database::in_memory(MIGRATIONS).expect("store");
        let cells = cells.to_vec();
        let write = move |tx: &Tx<'_>| {
            let new = task::Task {
                id: TASK,
                area: "370202".parse().expect("unit"),
                school_year: 2026,
                sheet: "sealed.alt.census".parse().expect("table"),
                period: "2026S1".parse().expect("period"),
                pack: sha256(b"pack"),
                half: KeyHalf::generate(),
                commitment: None,
                key: None,
                stopped: String::new(),
            };
            task::insert(tx, &task::NewTask { task: &new, terms: b"terms" }, 1)?;
            let own = Opening {
                id: 0,
                set: set(&["370202-j1", "370202-j2"]),
                absent: BTreeSet::new(),
                fresh: 1,
                due: 1,
                share: vec![1],
                control: Vec::new(),
                refused: String::new(),
                asked_on: "2026-12-01".to_owned(),
            };
            let id = opening::insert(tx, &own, &standing(b"first"))?;
            opening::put_seen(tx, id, &cells)
        };
        store.write("leader", write).expect("store");
        store
    }

    /// What the other hub began and this one meant to open was not lost, what is not here was: then
    /// notes are missing as well.
    #[test]
    fn what_is_not_here_was_lost() {
        let told = |groups: &[&str]| Recalled {
            task: TASK,
            stage: Stage::Junior,
            detail: Detail::Cells,
            groups: set(groups).groups,
            schools: standing(b"first"),
            absent: BTreeSet::new(),
            asked_on: "2026-12-01".parse().expect("day"),
            recorded: None,
        };
        let store = store(&[]);
        let both = told(&["370202-j1", "370202-j2"]);
        let other = told(&["370202-j3"]);
        let look =
            move |tx: &Tx<'_>| Ok::<_, SqlError>((is_lost(tx, &both)?, is_lost(tx, &other)?));
        assert_eq!(store.read(look).expect("store"), (false, true));
    }

    /// What the leader computed and keeps closed makes no room for a sum over other reports or
    /// groups, whether the helper says of it that it let it pass or both signed it: its cells were
    /// seen. What it only meant to open does, and so does the very same sum.
    #[test]
    fn what_was_computed_is_not_forgotten() {
        let (own, part) = (["370202-j1", "370202-j2"], ["370202-j2"]);
        let others: [(&[&str], &[u8]); 2] = [(&own, b"second"), (&part, b"first")];
        for (groups, report) in others {
            let make = |store: &Database| {
                let (set, schools) = (set(groups), standing(report));
                let made = store
                    .write("room", move |tx| make_room(tx, (&set, &schools), Room::Signed))
                    .expect("store");
                let left = store.read(|tx| opening::seen(tx, 1)).expect("store");
                (made, left)
            };
            assert_eq!(make(&store(&[Some(7)])), (false, vec![(0, 7)]));
            assert_eq!(make(&store(&[])), (true, Vec::new()));
            let claimed = |store: &Database| {
                let (set, schools) = (set(groups), standing(report));
                store.read(move |tx| in_the_way(tx, (&set, &schools))).expect("store")
            };
            assert_eq!(claimed(&store(&[Some(7)])), None);
            assert_eq!(claimed(&store(&[])), Some(vec![1]));
        }
        let same =
            move |tx: &Tx<'_>| make_room(tx, (&set(&own), &standing(b"first")), Room::Signed);
        assert!(store(&[Some(7)]).write("room", same).expect("store"));
    }
}
