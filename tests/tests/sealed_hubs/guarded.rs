//! The attacker before openings, switched against both hubs: sums that would tell a small count of
//! one school stay closed, at whichever hub sees it.

use std::time::Duration;

use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use hub::opened::{Closed, why};
use hub::sealed::guard::{self, ISOLATES, REACHABLE};
use hub::sealed::words;
use hub::seen::Role;
use hub::statistics::{Blank, Statistics};
use hub::store::alarm;
use hub::store::sealed::opening::{self, Opening};
use hub::store::sealed::record;
use hub::store::sealed::task::{self, NewTask};
use proto::opening::Standing;
use runtime::sql::{SqlError, Tx};
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, SCHOOLS, STOCK, TERM, WEEK};
use crate::figures::{figures, read};
use crate::restored::SPRING;
use crate::school::{all_but, draft_of, recount, unit};
use crate::seen::{attacked, exact_sums, seen, send_sheet, send_sheet_at};

const THE_FLOW: (&str, &str) = (FLOW, WEEK);
const THE_STOCK: (&str, &str) = (STOCK, TERM);

/// A sum of the same week over some schools that a plan of before opened, as a hub keeps it.
fn opened_before(city: &City, hub: &RunningHub, now: TaskId, schools: &[UnitId]) {
    let former = proto::sealed::task(&[7; 32]).expect("task");
    let standings: Vec<Standing> = schools
        .iter()
        .map(|school| Standing {
            unit: school.clone(),
            task: former,
            report: certs::digest::sha256(school.as_str().as_bytes()),
        })
        .collect();
    let now_ms = city.federation.clock().now_ms();
    hub.write(move |tx| {
        let mut kept = task::find(tx, &now)?.expect("task");
        kept.id = former;
        task::insert(tx, &NewTask { task: &kept, terms: b"of the plan before" }, now_ms)?;
        let set = opening::Set {
            task: former,
            stage: domain::catalogue::Stage::Junior,
            detail: proto::opening::Detail::Cells,
            groups: ["2026-junior-1".parse().expect("group")].into(),
        };
        let before = Opening {
            id: 0,
            set,
            absent: std::collections::BTreeSet::new(),
            fresh: 1,
            due: 1,
            share: vec![1],
            control: Vec::new(),
            refused: String::new(),
            asked_on: "2026-09-14".to_owned(),
        };
        opening::insert(tx, &before, &standings).map(drop)
    });
}

/// The codes of a task's openings, and whether a person is called about it.
fn closed(hub: &RunningHub, id: TaskId) -> (Vec<String>, String, usize) {
    hub.read(move |tx| {
        let codes = opening::of_task(tx, &id)?.into_iter().map(|one| one.refused).collect();
        let stopped = task::find(tx, &id)?.expect("task").stopped;
        let raised = alarm::all(tx)?.into_iter().filter(|one| one.kind == "sealed_guard");
        Ok((codes, stopped, raised.count()))
    })
}

/// A group that was opened without one school and would now be opened whole: the school would be
/// the difference. Either hub that knows of the first sum keeps the second one closed, for good.
///
/// Method: the plan of a week was replaced, so that its task is another one and its own openings
/// say nothing of the sum before.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_opened_without_one_school_is_not_opened_whole() {
    for knows in ["leader", "helper"] {
        let city = City::start().await;
        all_but(&city, THE_FLOW, &[]);
        city.step().await;
        city.step().await;
        let id = city.task(FLOW, WEEK);
        let hub = if knows == "leader" { &city.leader } else { &city.helper };
        let but_one: Vec<UnitId> = (1..SCHOOLS).map(unit).collect();
        opened_before(&city, hub, id, &but_one);
        city.days(1);
        for _ in 0..2 {
            city.step().await;
            let (codes, stopped, alarms) = closed(&city.leader, id);
            assert_eq!(codes, [ISOLATES], "{knows}");
            if knows == "leader" {
                assert_eq!((stopped.as_str(), alarms), (ISOLATES, 1));
            }
            assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()));
        }
        let given = city.helper.read(move |tx| opening::of_task(tx, &id));
        assert!(given.is_empty(), "the helper gave no share");
        // Either cause is said, and the floor is whatever the plan says.
        let [zh, en] = [Lang::Zh, Lang::En].map(|lang| words::code(ISOLATES, lang));
        assert!(zh.contains("另一张统计表") && zh.contains("另一份方案"), "{zh}");
        assert!(en.contains("another table") && en.contains("another plan"), "{en}");
        assert!(!zh.contains("五") && !en.contains("five"), "{zh} {en}");
    }
}

/// The same sum again over the very same schools tells nothing new, and is opened.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_schools_again_are_opened() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    let id = city.task(FLOW, WEEK);
    let all: Vec<UnitId> = (1..=SCHOOLS).map(unit).collect();
    opened_before(&city, &city.leader, id, &all);
    opened_before(&city, &city.helper, id, &all);
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// Cells of a census in which nearly all of a group's cases are one school's.
pub fn lopsided_cells(city: &City, school: u32) -> Vec<u64> {
    let table = city.table(STOCK);
    let mut cells = vec![0; table.cells()];
    let place = |state: &str, grade: &str, sex: &str| {
        table.block().place(&[state, grade, sex]).expect("place")
    };
    for (grade, sex) in ["g7", "g8", "g9"].into_iter().flat_map(|g| [(g, "m"), (g, "f")]) {
        let open: [u64; 2] = match (school, grade, sex) {
            (1, "g7", "m") => [8, 0],
            (1, "g8", "f") => [0, 3],
            (2, "g8", "f") => [0, 1],
            _ => [0, 0],
        };
        cells[place("t1", grade, sex)] = open[0];
        cells[place("t2", grade, sex)] = open[1];
        let none = u64::from(30 + school * 3) - open[0] - open[1];
        cells[place("none", grade, sex)] = none;
    }
    cells
}

/// A report of it.
fn lopsided(city: &City, school: u32) {
    let cells = lopsided_cells(city, school);
    draft_of(city, THE_STOCK, (school, 1), &cells).send(city);
}

/// Whether the leader keeps a record of the first sum of a task.
fn is_asked(tx: &Tx<'_>, id: &TaskId) -> Result<bool, SqlError> {
    let first = opening::of_task(tx, id)?.into_iter().next();
    let record = first.map(|one| record::of_opening(tx, one.id)).transpose()?;
    Ok(record.flatten().is_some())
}

/// Sums take turns at the helper, with each other and with whatever else is judged there: while a
/// turn is held nothing of a sum is seen or signed, and then it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_takes_its_turn_at_the_helper() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(1);
    let id = city.task(FLOW, WEEK);
    let turn = city.helper.hub.sealed().look().await;
    let waits = async {
        while !city.leader.read(move |tx| is_asked(tx, &id)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let known = city.helper.read(move |tx| {
            let one = opening::of_task(tx, &id)?.remove(0);
            let is_signed = record::of_opening(tx, one.id)?.is_some();
            Ok((is_signed, opening::seen(tx, one.id)?.len()))
        });
        assert_eq!(known, (false, 0), "it waits for its turn");
        drop(turn);
    };
    let ((), ()) = tokio::join!(city.step(), waits);
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// A band of one school beside the sums of its group: where nearly all of a group's cases are one
/// school's, its band says that some of a small sum are its own. The leader sees it and keeps the
/// sum closed; without the band the same sums open.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_that_tells_of_one_school_keeps_its_sum_closed() {
    for has_band in [true, false] {
        let city = City::start().await;
        for school in 1..=SCHOOLS {
            lopsided(&city, school);
            if has_band {
                send_sheet(&city, school, TERM, if school == 1 { 10 } else { 0 });
            }
        }
        city.step().await;
        city.step().await;
        city.days(7);
        city.step().await;
        let id = city.task(STOCK, TERM);
        let (codes, stopped, alarms) = closed(&city.leader, id);
        let opened = city.opened(id);
        if has_band {
            assert!(codes.iter().any(|code| code == REACHABLE), "{codes:?}");
            assert_eq!(stopped, REACHABLE);
            assert!(alarms > 0);
            let told = codes.iter().zip(&opened).filter(|(code, _)| *code == REACHABLE);
            assert!(told.map(|(_, (_, cells))| cells).all(|cells| cells.is_empty()));
            // What was computed was seen, whether it was kept or not.
            let computed = codes.iter().filter(|code| code.is_empty() || *code == REACHABLE);
            assert_eq!(exact_sums(&seen(&city.leader, Role::Leader)), computed.count());
        } else {
            assert!(codes.iter().all(String::is_empty), "{codes:?}");
            assert!(opened.iter().all(|(_, cells)| !cells.is_empty()));
        }
    }
}

/// Whoever refuses calls its own operator with table, period and cell, and names no school.
fn is_called_without_the_school(hub: &RunningHub) {
    let raised = hub.read(|tx| alarm::of_kind(tx, guard::ALARM));
    assert!(!raised.is_empty());
    for one in raised {
        let said = format!("{} {}", one.unit, one.detail);
        assert!(said.contains(&format!("{REACHABLE}: {STOCK} {TERM} junior")), "{said}");
        assert!(said.contains(", cell "), "{said}");
        assert!(!(1..=SCHOOLS).any(|school| said.contains(unit(school).as_str())), "{said}");
    }
}

/// A sum that was seen is no older knowledge for that: asked for a second time, it stays closed.
///
/// Method: the bands stand at the helper alone, which refuses. Of the refusal both hubs are left
/// with what a call leaves that ended between the look and its verdict: the cells, and no code.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_was_looked_at_is_judged_again() {
    let city = City::start().await;
    for school in 1..=SCHOOLS {
        lopsided(&city, school);
        let band = if school == 1 { 10 } else { 0 };
        let named = (1, city.persons(school), band);
        send_sheet_at(&city, &city.helper, (school, TERM), named);
    }
    looked_at(&city).await;
    let id = city.task(STOCK, TERM);
    let before = closed(&city.helper, id).0;
    assert!(before.iter().any(|code| code == REACHABLE), "{before:?}");
    is_called_without_the_school(&city.helper);
    let told = closed(&city.leader, id).0;
    assert!(told.iter().any(|code| code == REACHABLE), "the leader has its answer: {told:?}");
    for hub in [&city.leader, &city.helper] {
        hub.write(move |tx| {
            let all = opening::of_task(tx, &id)?;
            let refused = all.iter().filter(|one| one.refused == REACHABLE);
            refused.map(|one| one.id).try_for_each(|one| opening::note(tx, one, ""))
        });
    }
    assert!(closed(&city.helper, id).0.iter().all(|code| code != REACHABLE));
    // A sum that is refused ends the step: the next is asked for in the next one.
    for _ in &before {
        city.step().await;
    }
    let after = closed(&city.helper, id).0;
    let refused = |codes: &[String]| codes.iter().filter(|code| *code == REACHABLE).count();
    assert_eq!(refused(&after), refused(&before), "{before:?}, {after:?}");
}

/// A sum that stays closed is shown as closed for good, to the area and to its towns, whatever is
/// noted with its task meanwhile: not as one that a person must look at, and not as one to which
/// schools can still object. A stop of the task itself is shown as one.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_stays_closed_is_shown_as_closed() {
    let city = City::start().await;
    for school in 1..=SCHOOLS {
        lopsided(&city, school);
        send_sheet(&city, school, TERM, if school == 1 { 10 } else { 0 });
    }
    looked_at(&city).await;
    let id = city.task(STOCK, TERM);
    assert!(closed(&city.leader, id).0.iter().any(|code| code == REACHABLE));
    let shown = || {
        let statistics = Statistics::of(&city.leader.hub);
        let told = figures(&statistics, "alt.census", TERM, &[]);
        read(told.whole.figures[0].reading)
    };
    assert_eq!(shown(), Err(Blank::Sealed(Closed::Tells)));
    for (mark, expected) in [("NOT_AGREED", Closed::Stopped), ("", Closed::Tells)] {
        city.leader.write(move |tx| task::stop(tx, &id, mark));
        assert_eq!(shown(), Err(Blank::Sealed(expected)), "{mark}");
    }
    assert!([Lang::Zh, Lang::En].iter().all(|lang| !why(Closed::Tells, *lang).is_empty()));
}

/// A state, grade and sex, and how many students of a school are in it.
type Case = ((&'static str, &'static str, &'static str), u64);

/// A report of a census in which a school has these cases and no others.
fn census(city: &City, (term, school): (&'static str, u32), cases: &[Case]) {
    let table = city.table(STOCK);
    let mut cells = vec![0; table.cells()];
    for (grade, sex) in ["g7", "g8", "g9"].into_iter().flat_map(|g| [(g, "m"), (g, "f")]) {
        let mut none = u64::from(30 + school * 3);
        let own = cases.iter().filter(|((_, g, s), _)| (*g, *s) == (grade, sex));
        for ((state, ..), count) in own {
            cells[table.block().place(&[state, grade, sex]).expect("place")] = *count;
            none -= count;
        }
        cells[table.block().place(&["none", grade, sex]).expect("place")] = none;
    }
    draft_of(city, (STOCK, term), (school, 1), &cells).send(city);
}

const BOYS: (&str, &str, &str) = ("t1", "g7", "m");
const GIRLS: (&str, &str, &str) = ("t2", "g8", "f");

/// Cases in autumn: of the girls four in all, most of them at the eighth school.
fn in_autumn(school: u32) -> Vec<Case> {
    match school {
        8 => vec![(BOYS, 8), (GIRLS, 3)],
        9 => vec![(BOYS, 20)],
        10 => vec![(GIRLS, 1)],
        _ => Vec::new(),
    }
}

/// Cases in spring: no boys but those with whom the eighth school may be carried.
fn in_spring(school: u32) -> Vec<Case> {
    match school {
        8 => vec![(BOYS, 8), (GIRLS, 3)],
        9 => vec![(GIRLS, 27)],
        _ => Vec::new(),
    }
}

/// Everybody but one school reports of a term, and both hubs look at it until it may be opened.
async fn told(city: &City, term: &'static str, missing: Option<u32>) {
    let cases = if term == TERM { in_autumn } else { in_spring };
    for school in (1..=SCHOOLS).filter(|school| Some(*school) != missing) {
        census(city, (term, school), &cases(school));
    }
    looked_at(city).await;
}

/// The sums of [`lopsided`] schools are opened: no band stood beside them then.
pub async fn opened_lopsided(city: &City) {
    (1..=SCHOOLS).for_each(|school| lopsided(city, school));
    looked_at(city).await;
}

/// Both hubs look at what came, and schools do not object.
async fn looked_at(city: &City) {
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
}

/// The band of every school in both terms.
fn bands(city: &City) {
    for school in 1..=SCHOOLS {
        for (term, cases) in [(TERM, in_autumn(school)), (SPRING.1, in_spring(school))] {
            let open: u64 = cases.iter().map(|(_, count)| count).sum();
            send_sheet(city, school, term, open / 10 * 10);
        }
    }
}

/// A school that is carried stands with one figure in the sums of two terms. Its band and either
/// sum tell nothing, both together a small count: whichever sum comes second stays closed, also
/// where that is autumn's, of a group that was late.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_is_carried_is_judged_over_both_terms() {
    for late in [None, Some(7)] {
        let city = City::start().await;
        bands(&city);
        told(&city, TERM, late).await;
        // The term of spring closes in the middle of August; certificates are new ones.
        city.to_summer().await;
        told(&city, SPRING.1, Some(8)).await;
        if let Some(school) = late {
            census(&city, (TERM, school), &in_autumn(school));
            looked_at(&city).await;
        }
        let of_term = |term| closed(&city.leader, city.task(STOCK, term));
        let (autumn, spring) = (of_term(TERM), of_term(SPRING.1));
        let (first, second) = if late.is_none() { (autumn, spring) } else { (spring, autumn) };
        assert!(!first.0.is_empty() && first.0.iter().all(String::is_empty), "{first:?}");
        assert!(second.0.iter().any(|code| code == REACHABLE), "{late:?}: {second:?}");
        assert_eq!(second.1, REACHABLE);
        // What stays closed was computed, and is in no reader's view.
        assert_eq!(attacked(&seen(&city.leader, Role::District)).leaks().count(), 0);
    }
}
