//! A helper that was put back, and a leader that keeps silent about what went out before: nobody is
//! carried, left out as away, or taken in anew where a forgotten sum may say otherwise.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use hub::sealed::helper::{AskedSet, Helper};
use hub::sealed::watch::Notice;
use hub::store::sealed::{notes, opening, report};
use proto::opening::{Detail, Standing};
use runtime::sql::{SqlError, Tx};
use runtime::web::Lang;

use crate::city::{City, FLOW, LEADER, SCHOOLS, STOCK};
use crate::crashes::leader_name;
use crate::leaders::groups;
use crate::restored::{SPRING, forget_openings, renoted};
use crate::school::{
    Named, all_but, away, both_away, code, draft, opened_after, recount, task, unit,
};
use crate::{THE_FLOW, THE_STOCK};

/// The week after that of the other tests.
const NEXT: Named = (FLOW, "2026-W38");

/// Health's hub is put back to a copy of before its openings and the reports of some schools about
/// a task, and its operator has entered the notes again.
fn put_back(city: &City, id: TaskId, schools: &[u32]) {
    forget_openings(&city.helper);
    for school in schools {
        let school = unit(*school);
        city.helper.write(move |tx: &Tx<'_>| {
            for table in ["sealed_report", "sealed_verdict"] {
                let sql = format!("delete from {table} where task = $1 and school = $2");
                tx.execute(&sql, runtime::params![id.bytes(), school.as_str()])?;
            }
            Ok::<_, SqlError>(())
        });
    }
    let now_ms = city.federation.clock().now_ms();
    city.helper.write(move |tx: &Tx<'_>| notes::restored(tx, now_ms));
    renoted(&city.helper);
}

/// What the helper holds of a task, as it would stand in a sum.
fn held(city: &City, id: TaskId) -> Vec<Standing> {
    let all = city.helper.read(move |tx| report::accepted(tx, &id)).into_values();
    all.map(|one| Standing { unit: one.school, task: one.task, report: one.digest }).collect()
}

/// The helper's answer to a leader that asks for a whole stage over these reports, without some
/// schools as away, and shows no record.
async fn ask(
    city: &City,
    place: Named,
    (standings, absent): (Vec<Standing>, BTreeSet<UnitId>),
) -> Result<(), &'static str> {
    let asked = AskedSet {
        stage: Stage::Junior,
        detail: Detail::Cells,
        groups: groups(city).into_iter().collect(),
        standings,
        absent,
        recorded: BTreeSet::new(),
        held_back: BTreeSet::new(),
    };
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let answer = helper.open(leader_name(city), (task(city, place), asked)).await;
    answer.map(drop).map_err(|error| error.code())
}

/// Schools that the helper let stand in the sums of a task.
fn stood(city: &City, id: TaskId) -> BTreeSet<UnitId> {
    city.helper.read(move |tx| {
        let mut all = BTreeSet::new();
        for one in opening::of_task(tx, &id)? {
            all.extend(opening::standings(tx, one.id)?.into_iter().map(|one| one.unit));
        }
        Ok(all)
    })
}

/// The figures of the district that are open of a task.
fn cells(city: &City, id: TaskId) -> Vec<BTreeMap<usize, u64>> {
    let opened = city.opened(id).into_iter().filter(|(detail, _)| detail == "cells");
    opened.map(|(_, cells)| cells).filter(|cells| !cells.is_empty()).collect()
}

/// A city in the summer after its autumn term was opened.
async fn summer() -> City {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    city.to_summer().await;
    city
}

async fn steps(city: &City, steps: usize) {
    for _ in 0..steps {
        city.step().await;
    }
}

/// The term of spring was opened with all schools, and the helper is put back to before the report
/// of one. The leader hides sum and report, and asks for the term with that school's report of
/// autumn: the difference of the two sums would be what changed at that school. It gets nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_carried_past_a_restore() {
    let city = summer().await;
    opened_after(&city, SPRING, &[], 7).await;
    let (autumn, spring) = (task(&city, THE_STOCK), task(&city, SPRING));
    assert_eq!(cells(&city, spring), [recount(&city, STOCK, 1..=SCHOOLS)]);
    put_back(&city, spring, &[11]);
    let mut standings = held(&city, spring);
    assert_eq!(standings.len(), 10);
    standings.extend(held(&city, autumn).into_iter().filter(|one| one.unit == unit(11)));
    assert_eq!(standings.len(), 11);
    assert_eq!(ask(&city, SPRING, (standings, BTreeSet::new())).await, Err("PUT_BACK"));
    assert!(stood(&city, spring).is_empty(), "no share is out");
}

/// The same with a week, and a school that the helper's operator notes as away for it although it
/// had told the week before. Weeks that began to be told after the restore know who is away.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_counts_as_away_past_a_restore() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    put_back(&city, id, &[7]);
    away(&city.helper, 7, ("2026-09-07", Some("2026-09-13")));
    let asked = (held(&city, id), BTreeSet::from([unit(7)]));
    assert_eq!(ask(&city, THE_FLOW, asked).await, Err("PUT_BACK"));
    assert!(stood(&city, id).is_empty());
    both_away(&city, 7, ("2026-09-14", Some("2026-09-20")));
    city.days(6);
    opened_after(&city, NEXT, &[7], 1).await;
    let exact = recount(&city, FLOW, (1..=SCHOOLS).filter(|school| *school != 7));
    let opened = cells(&city, task(&city, NEXT));
    assert_eq!(opened.len(), 1);
    assert!(opened[0].iter().all(|(place, value)| exact.get(place) == Some(value)));
}

/// Whose report did not come before a restore is carried no more: its group stays closed, the other
/// one is opened, and both pages say of which task, for which school and why. Its late report does
/// not open the group either, since a forgotten sum could have carried the school.
#[tokio::test(flavor = "multi_thread")]
async fn other_groups_go_on_after_a_restore() {
    let city = summer().await;
    all_but(&city, SPRING, &[11]);
    steps(&city, 2).await;
    city.days(7);
    let spring = task(&city, SPRING);
    put_back(&city, spring, &[]);
    steps(&city, 4).await;
    let first = [recount(&city, STOCK, 1..=5)];
    assert_eq!(cells(&city, spring), first);
    for hub in [&city.leader, &city.helper] {
        let all = city.notices(hub).into_iter();
        let own: Vec<_> = all.filter(|one| matches!(one, Notice::Unsure(..))).collect();
        let what = format!("{STOCK} 2026S2");
        let area = LEADER.parse().expect("unit");
        assert_eq!(own, [Notice::Unsure(area, what, "S11".to_owned())]);
        assert!(own[0].say(Lang::Zh).contains("S11") && own[0].say(Lang::En).contains("S11"));
    }
    renoted(&city.helper);
    let late = draft(&city, SPRING, 11, 1).send(&city);
    steps(&city, 2).await;
    assert_eq!(code(&city, 11, late).as_deref(), Some(""));
    city.days(8);
    steps(&city, 3).await;
    assert_eq!(cells(&city, spring), first);
    assert!(!stood(&city, spring).contains(&unit(11)));
}

/// A report that the helper had accepted, and lost, it knows by its own signature, which the leader
/// shows again: all schools are fresh, and the term is opened with all. Without that signature the
/// report could be of after a sum that carried its school, and its group stays closed.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_is_known_by_its_signature() {
    for is_shown in [true, false] {
        let city = summer().await;
        all_but(&city, SPRING, &[]);
        steps(&city, 2).await;
        city.days(7);
        let spring = task(&city, SPRING);
        put_back(&city, spring, &[11]);
        if !is_shown {
            let sql = "update sealed_verdict set helper_signature = null
                where school = 'S11' and task = $1";
            city.leader.write(move |tx: &Tx<'_>| tx.execute(sql, runtime::params![spring.bytes()]));
        }
        steps(&city, 1).await;
        assert!(held(&city, spring).iter().any(|one| one.unit == unit(11)), "shown again");
        assert!(cells(&city, spring).is_empty(), "schools can object once more");
        city.days(8);
        steps(&city, 4).await;
        let schools = if is_shown { 1..=SCHOOLS } else { 1..=5 };
        assert_eq!(cells(&city, spring), [recount(&city, STOCK, schools)], "{is_shown}");
    }
}

/// A sum that carried a school is forgotten by both hubs, and the school's late report, which both
/// had refused for that, comes once more: it is in no sum, or the two would differ by the school.
#[tokio::test(flavor = "multi_thread")]
async fn no_late_report_stands_beside_a_forgotten_sum() {
    let city = summer().await;
    opened_after(&city, SPRING, &[11], 7).await;
    let spring = task(&city, SPRING);
    assert_eq!(cells(&city, spring).len(), 1);
    assert!(stood(&city, spring).contains(&unit(11)), "carried");
    put_back(&city, spring, &[]);
    forget_openings(&city.leader);
    let city = city.restart_driver();
    let late = draft(&city, SPRING, 11, 1).send(&city);
    steps(&city, 5).await;
    assert_eq!(code(&city, 11, late).as_deref(), Some(""), "neither knows of the sum");
    city.days(8);
    steps(&city, 4).await;
    assert_eq!(cells(&city, spring), [recount(&city, STOCK, 1..=5)]);
    assert!(!stood(&city, spring).contains(&unit(11)));
}

/// The same with a week that was opened without a school by a note which was corrected since.
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_note_lets_nobody_into_a_forgotten_week() {
    let city = City::start().await;
    both_away(&city, 7, ("2026-09-01", None));
    opened_after(&city, THE_FLOW, &[7], 1).await;
    let id = task(&city, THE_FLOW);
    assert_eq!((cells(&city, id).len(), stood(&city, id).contains(&unit(7))), (1, false));
    put_back(&city, id, &[]);
    forget_openings(&city.leader);
    both_away(&city, 7, ("2026-09-01", Some("2026-09-01")));
    let city = city.restart_driver();
    let late = draft(&city, THE_FLOW, 7, 1).send(&city);
    steps(&city, 3).await;
    assert_eq!(code(&city, 7, late).as_deref(), Some(""), "neither knows of the sum");
    city.days(4);
    steps(&city, 4).await;
    assert_eq!(cells(&city, id), [recount(&city, FLOW, 1..=5)]);
    assert!(!stood(&city, id).contains(&unit(7)));
}
