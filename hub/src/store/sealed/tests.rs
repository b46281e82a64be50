//! What the database itself holds against a second report, a second nonce and a second opening.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{KeyHalf, Role};
use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::sealed::{Arrival, CapClass, Kept, ReportNumber, State, TaskId};
use jiff::civil::date;
use proto::opening::{Detail, Standing};
use runtime::sql::{Database, SqlError, Tx};

use super::opening::{Opening, Set};
use super::report::Held;
use super::say::Absence;
use super::task::{NewTask, Task};
use super::{opening, record, report, say, task};
use crate::store::MIGRATIONS;

const TASK: TaskId = TaskId::from_bytes([1; 32]);

/// A record of an opening at a place.
fn new<'r>(
    (opening, number): (i64, u64),
    bytes: &'r [u8],
    helper: Option<&'r [u8]>,
) -> record::New<'r> {
    let opening = Some(opening);
    record::New { opening, number, signed_number: number, bytes, leader: b"l", helper }
}

fn store() -> Database {
    let store = Database::in_memory(MIGRATIONS).expect("store");
    store
        .write("task", |tx| {
            let new = Task {
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
            task::insert(tx, &NewTask { task: &new, terms: b"terms" }, 1)
        })
        .expect("task");
    store
}

fn kept(school: &str, number: u32, nonce: u8, state: State) -> Kept {
    let arrival = Arrival {
        task: TASK,
        school: school.parse().expect("unit"),
        number: ReportNumber::new(number).expect("number"),
        nonce: [nonce; 16],
        digest: sha256(format!("{school} {number} {nonce}").as_bytes()),
    };
    Kept { arrival, state }
}

fn held() -> Held {
    Held {
        cap: CapClass::from_max(255).expect("cap"),
        enrolled: BTreeMap::from([(Stage::Junior, 41), (Stage::Senior, 0)]),
        share: Some(vec![7]),
        item: None,
        code: String::new(),
    }
}

fn write<T: Send + 'static>(
    store: &Database,
    work: impl FnOnce(&Tx<'_>) -> Result<T, SqlError> + Send + 'static,
) -> Result<T, SqlError> {
    store.write("test", work)
}

/// Whoever calls in whatever order, a school stands with one report and a nonce is used once; a
/// refused report makes room for another and keeps its nonce.
#[test]
fn one_report_stands_and_a_nonce_is_used_once() {
    let store = store();
    let put = |kept: Kept| write(&store, move |tx| report::insert(tx, &kept, &held(), 1));
    let is_refused = |result| assert!(matches!(result, Err(SqlError::Constraint)), "{result:?}");
    assert!(put(kept("S1", 1, 1, State::Refused)).is_ok());
    assert!(put(kept("S1", 2, 2, State::Pending)).is_ok());
    is_refused(put(kept("S1", 3, 3, State::Pending)));
    is_refused(put(kept("S2", 1, 1, State::Pending)));
    let first = kept("S1", 2, 2, State::Pending).arrival.digest;
    write(&store, move |tx| {
        report::accept(tx, &first, "2026-11-20")?;
        let stands = report::of_school(tx, &TASK, &"S1".parse().expect("unit"))?;
        assert_eq!(stands, Some(kept("S1", 2, 2, State::Accepted)));
        let used = report::of_nonce(tx, &[1; 16])?.map(|kept| kept.state);
        assert_eq!(used, Some(State::Refused));
        let found = report::find(tx, &first)?.expect("report");
        assert_eq!((found.held.enrolled, found.held.share), (held().enrolled, held().share));
        // Accepted is accepted.
        report::refuse(tx, &first, "late")?;
        assert_eq!(report::accepted(tx, &TASK)?.len(), 1);
        Ok(())
    })
    .expect("read");
}

/// A refused report is forgotten but for what must not come again.
#[test]
fn a_refused_report_keeps_no_share() {
    let store = store();
    let one = kept("S1", 1, 1, State::Pending);
    let digest = one.arrival.digest;
    write(&store, move |tx| {
        report::insert(tx, &one, &held(), 1)?;
        assert_eq!(report::pending(tx, &TASK)?.len(), 1);
        report::refuse(tx, &digest, "control")?;
        let found = report::find(tx, &digest)?.expect("report");
        assert_eq!((found.held.share, found.held.code.as_str()), (None, "control"));
        assert!(report::pending(tx, &TASK)?.is_empty());
        Ok(())
    })
    .expect("refused");
}

fn opening_of(groups: &[&str]) -> Opening {
    let groups: BTreeSet<_> = groups.iter().map(|id| id.parse().expect("group")).collect();
    Opening {
        id: 0,
        set: Set { task: TASK, stage: Stage::Junior, detail: Detail::Cells, groups },
        absent: BTreeSet::from(["S9".parse().expect("unit")]),
        fresh: 5,
        due: 6,
        share: vec![1],
        control: vec![2],
        refused: String::new(),
        asked_on: "2026-11-30".to_owned(),
    }
}

/// A set is let pass once, and its record stands in a chain that shows a change.
#[test]
fn a_set_is_let_pass_once_and_recorded_in_a_chain() {
    let store = store();
    let standing =
        Standing { unit: "S1".parse().expect("unit"), task: TASK, report: sha256(b"report") };
    let standings = vec![standing.clone()];
    let id = write(&store, move |tx| opening::insert(tx, &opening_of(&["b-2", "a-1"]), &standings));
    let id = id.expect("first");
    let again = write(&store, |tx| opening::insert(tx, &opening_of(&["a-1", "b-2"]), &[]));
    assert!(matches!(again, Err(SqlError::Constraint)));
    write(&store, move |tx| {
        let second = opening::insert(tx, &opening_of(&["c-1"]), &[])?;
        assert_eq!((id, second), (1, 2));
        let found = opening::find(tx, &opening_of(&["a-1", "b-2"]).set)?.expect("opening");
        assert_eq!(found, Opening { id, ..opening_of(&["a-1", "b-2"]) });
        assert_eq!(opening::standings(tx, id)?, [standing]);
        opening::put_cells(tx, id, &[Some(4), None, Some(0)])?;
        opening::put_cells(tx, id, &[Some(5), None, Some(0)])?;
        assert_eq!(opening::cells(tx, id)?, [(0, 4), (2, 0)]);
        opening::put_seen(tx, second, &[Some(3), None])?;
        assert_eq!(opening::seen(tx, second)?, [(0, 3)], "computed, and shown to nobody");
        assert_eq!((opening::cells(tx, second)?, opening::seen(tx, id)?), (vec![], vec![]));
        opening::put_cells(tx, second, &[Some(3), None])?;
        assert_eq!(
            (opening::cells(tx, second)?, opening::seen(tx, second)?),
            (vec![(0, 3)], vec![])
        );
        let link = |before: &[u8], bytes: &[u8]| -> Digest { sha256(&[before, bytes].concat()) };
        record::append(tx, &new((id, 1), b"one", None), link)?;
        record::append(tx, &new((second, 2), b"two", Some(b"h")), link)?;
        record::countersign(tx, id, b"h1")?;
        record::countersign(tx, id, b"h2")?;
        let all = record::all(tx)?;
        assert_eq!(all.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(all.first().and_then(|one| one.helper.clone()), Some(b"h1".to_vec()));
        assert_eq!(all[1].previous, all[0].link);
        assert_eq!(all[1].link, sha256(&[&all[0].link[..], b"two"].concat()).to_tagged());
        Ok(())
    })
    .expect("kept");
}

/// The other hub's commitment and the key stay as they were first noted.
#[test]
fn a_key_is_agreed_once() {
    let store = store();
    write(&store, |tx| {
        let known = task::find(tx, &TASK)?.expect("task");
        let halves = [KeyHalf::generate(), KeyHalf::generate()];
        let commitments = halves.each_ref().map(|half| half.commit(&TASK, Role::Helper));
        for commitment in commitments {
            task::commit(tx, &TASK, commitment)?;
        }
        let own = known.half.commit(&TASK, Role::Leader);
        let key = certs::aggregate::agree(&TASK, (&known.half, own), (&halves[0], commitments[0]));
        let key = key.expect("key");
        task::agree(tx, &TASK, &key)?;
        let found = task::find(tx, &TASK)?.expect("task");
        assert_eq!(found.commitment, Some(commitments[0]));
        assert_eq!(found.key.map(|key| *key.expose()), Some(*key.expose()));
        assert_eq!(found.half.expose(), known.half.expose());
        Ok(())
    })
    .expect("agreed");
}

/// Each hub's list of schools that are away, and of objections, is its own operators'.
#[test]
fn people_say_who_is_away_and_who_objects() {
    let store = store();
    write(&store, |tx| {
        let school = |id: &str| id.parse().expect("unit");
        let away = |id: &str, from: &str, to: Option<&str>| {
            let (from, to) = (from.to_owned(), to.map(str::to_owned));
            say::note_absence(tx, &Absence { school: school(id), from, to, note: String::new() }, 1)
        };
        away("S1", "2026-11-09", None)?;
        away("S2", "2026-11-02", Some("2026-11-08"))?;
        let on = |from: i8, to: i8| {
            say::absent(tx, (date(2026, 11, from), date(2026, 11, to))).map(|all| all.len())
        };
        assert_eq!((on(1, 1)?, on(2, 2)?, on(8, 9)?, on(10, 30)?), (0, 1, 0, 1));
        away("S1", "2026-11-09", Some("2026-11-09"))?;
        assert_eq!((on(9, 9)?, on(10, 30)?), (1, 0));
        // Notes that follow on each other are one, in whichever order they were made.
        away("S3", "2026-11-18", None)?;
        away("S3", "2026-11-16", Some("2026-11-16"))?;
        assert_eq!((on(16, 22)?, on(18, 30)?), (0, 1));
        away("S3", "2026-11-14", Some("2026-11-17"))?;
        assert_eq!((on(16, 22)?, on(13, 22)?), (1, 0));
        assert!(say::withdraw_absence(tx, (&school("S3"), "2026-11-18"), 2)?);
        assert_eq!((on(16, 22)?, on(14, 17)?), (0, 1));
        let (school, digest) = (school("S1"), sha256(b"report"));
        say::object(tx, (&school, &digest), "called by telephone", 1)?;
        assert_eq!(say::objected(tx, &school)?, [digest]);
        assert!(say::withdraw(tx, (&school, &digest), 2)?);
        assert!(!say::withdraw(tx, (&school, &digest), 3)?);
        assert!(say::objected(tx, &school)?.is_empty());
        say::object(tx, (&school, &digest), "again", 4)?;
        assert_eq!(say::objected(tx, &school)?, [digest]);
        assert_eq!(say::objections(tx)?.len(), 1);
        Ok(())
    })
    .expect("said");
}

/// A confirmation that is taken back keeps its row, and one that is made again has its own: nothing
/// of what was said of a number in a sum is ever changed.
#[test]
fn a_confirmation_keeps_its_row() {
    let store = store();
    write(&store, |tx| {
        let one = kept("S1", 1, 1, State::Pending);
        let (school, digest) = (one.arrival.school.clone(), one.arrival.digest);
        report::insert(tx, &one, &held(), 1)?;
        let standing = Standing { unit: school.clone(), task: TASK, report: digest };
        let opening = opening::insert(tx, &opening_of(&["370202-j1"]), &[standing])?;
        let confirm =
            |note: &str, at_ms| say::confirm(tx, (&school, &digest, Stage::Junior), note, at_ms);
        let back = |note: &str, at_ms| {
            say::withdraw_confirmation(tx, (&digest, Stage::Junior), note, at_ms)
        };
        confirm("rang", 1)?;
        confirm("again while it stands", 2)?;
        assert_eq!(say::confirmed(tx, &TASK)?.len(), 1);
        assert!(back("a mistake", 3)?);
        assert!(!back("once", 4)?);
        assert!(say::confirmed(tx, &TASK)?.is_empty());
        confirm("rang again", 5)?;
        assert_eq!(say::confirmed(tx, &TASK)?.len(), 1);
        let told = say::confirmed_in(tx, (opening, Stage::Junior))?;
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.note.as_str(), one.made_at_ms, one.withdrawn.clone()))
            .collect();
        let taken = Some((3, "a mistake".to_owned()));
        assert_eq!(told, [("rang", 1, taken), ("rang again", 5, None)]);
        assert!(say::confirmed_in(tx, (opening, Stage::Senior))?.is_empty());
        Ok(())
    })
    .expect("kept");
}
