//! What comes too late for its sum, or under another catalogue: refused by name with what happens
//! next, and nothing is lost in silence.

use domain::unit::UnitKind;
use hub::sealed::guard::REACHABLE;
use hub::statistics::Statistics;
use hub::store::sealed::{opening, report, task as tasks};
use jiff::civil::date;
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::{City, FLOW, HELPER, SCHOOLS, WEEK};
use crate::figures::{figures, seen_by};
use crate::pages::{browser, has, page};
use crate::school::{all_but, both_away, code, draft, opened_after, recount, task, unit};

const NEXT_WEEK: (&str, &str) = (FLOW, "2026-W38");

/// Everybody reports about the next week, and all of it is opened.
async fn next_week_is_whole(city: &City) {
    all_but(city, NEXT_WEEK, &[]);
    city.days(7);
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
    let next = city.opened(task(city, NEXT_WEEK));
    assert_eq!(next, [("cells".to_owned(), recount(city, FLOW, 1..=SCHOOLS))]);
}

/// An absence is noted, the week is opened without the school, and the absence is taken back: the
/// report that comes then is in no sum of the week. It is refused by name at whichever hub still
/// knows, for good, and pages and coverage say so; the week after is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_after_its_sum_is_refused_by_name() {
    for is_forgotten in [false, true] {
        let city = City::start().await;
        both_away(&city, 7, ("2026-09-01", None));
        opened_after(&city, THE_FLOW, &[7], 1).await;
        let id = task(&city, THE_FLOW);
        let before = city.opened(id);
        assert_eq!(before.len(), 1);
        both_away(&city, 7, ("2026-09-01", Some("2026-09-01")));
        if is_forgotten {
            // A leader that was put back takes it up again only after the report came.
            crate::restored::forget_openings(&city.leader);
        }
        let late = draft(&city, THE_FLOW, 7, 1).send(&city);
        city.step().await;
        city.step().await;
        assert_eq!(code(&city, 7, late).as_deref(), Some("opened_without"));
        for hub in [&city.leader, &city.helper] {
            assert!(!hub.read(move |tx| report::accepted(tx, &id)).contains_key(&unit(7)));
        }
        if is_forgotten {
            continue;
        }
        assert_eq!(city.opened(id), before);
        let leader = Statistics::of(&city.leader.hub);
        let whole = figures(&leader, "alt.opened", WEEK, &[]).whole;
        let (due, reported) = (whole.coverage.schools_due, whole.coverage.schools_reported);
        assert_eq!((due, reported, whole.away), (SCHOOLS - 1, SCHOOLS - 1, 1));
        let mut leader = browser(leader, UnitKind::District, &city).await;
        let seen = page(&mut leader, &format!("/sealed?period={WEEK}"), "late").await;
        has(&seen, "周报事项由学校下一周补报", "events of a week come with the");
        let week = format!("/indicators?indicator=alt.opened&period={WEEK}");
        let seen = page(&mut leader, &week, "late-week").await;
        has(&seen, "1 所：开启时登记为停课或停办", "1: noted as closed or out of session");
        next_week_is_whole(&city).await;
    }
}

/// A sum that was computed and stays closed for good, or that the leader alone recorded yet, leaves
/// out who was away at both hubs alike: the school's report is refused, and nothing waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn both_hubs_leave_out_the_same_schools() {
    for is_blocked in [true, false] {
        let city = City::start().await;
        both_away(&city, 7, ("2026-09-01", None));
        opened_after(&city, THE_FLOW, &[7], 1).await;
        let id = task(&city, THE_FLOW);
        city.leader.write(move |tx| {
            tx.execute("delete from sealed_cell", &[])?;
            if !is_blocked {
                return tx.execute("update sealed_record set helper_signature = null", &[]);
            }
            tx.execute("delete from sealed_record", &[])?;
            let sql = "update sealed_opening set refused = $2 where task = $1";
            tx.execute(sql, runtime::params![id.bytes(), REACHABLE])
        });
        city.helper.write(crate::restored::unsign);
        both_away(&city, 7, ("2026-09-01", Some("2026-09-01")));
        for hub in [&city.leader, &city.helper] {
            let own = city.tasks(hub).into_iter().find(|one| one.id == id).expect("task");
            let due = usize::try_from(SCHOOLS - 1).expect("small");
            assert_eq!((own.due, own.missing.len()), (due, 0), "blocked: {is_blocked}");
        }
        let late = draft(&city, THE_FLOW, 7, 1).send(&city);
        city.step().await;
        assert_eq!(code(&city, 7, late).as_deref(), Some("opened_without"));
    }
}

/// What waits for a group at a hub, and what is opened.
fn told(city: &City, hub: &RunningHub) -> (Vec<String>, usize) {
    let own = city.tasks(hub).into_iter().find(|one| one.id == task(city, THE_FLOW)).expect("task");
    let waits = own.waits.iter().map(|wait| {
        let reason = wait.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} {}", wait.group, reason)
    });
    (waits.collect(), own.openings.len())
}

/// Two schools of a group have nearly all of its students, and one of them is away: with the group
/// the whole stage would be told nothing, for good. It waits with its reason, the rest of the stage
/// opens; once the absence is corrected the group is opened as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_lopsided_group_silences_nobody_else() {
    let sizes: &[(u32, [u32; 3])] = &[(10, [500, 500, 0]), (11, [700, 700, 0])];
    let wished = crate::city::Wished { sizes, ..Default::default() };
    let city = City::start_with(wished).await;
    both_away(&city, 10, ("2026-09-01", None));
    opened_after(&city, THE_FLOW, &[10], 4).await;
    let id = task(&city, THE_FLOW);
    let cells = |cells| ("cells".to_owned(), cells);
    let first = recount(&city, FLOW, 1..=5);
    assert_eq!(city.opened(id), [cells(first.clone())], "the rest of the stage");
    for hub in [&city.leader, &city.helper] {
        let (waits, opened) = told(&city, hub);
        assert_eq!((waits.len(), opened), (1, 1), "{waits:?}");
        assert!(waits[0].contains("does not hide one another"), "{waits:?}");
    }
    let groups = crate::leaders::groups(&city);
    let set = city.leader.read(move |tx| opening::of_task(tx, &id)).remove(0).set;
    let other = groups.into_iter().filter(|group| !set.groups.contains(group));
    let place = (THE_FLOW, proto::opening::Detail::Cells);
    assert_eq!(crate::leaders::ask(&city, place, other).await, Err("NOT_ADMITTED"));
    let helper = seen_by(&city.helper, HELPER, UnitKind::Helper);
    let mut helper = browser(helper, UnitKind::Helper, &city).await;
    let seen = page(&mut helper, &format!("/sealed?period={WEEK}"), "lopsided").await;
    has(&seen, "余下的学校过于集中", "the rest do not hide one another");
    let leader = Statistics::of(&city.leader.hub);
    let mut leader = browser(leader, UnitKind::District, &city).await;
    let week = format!("/indicators?indicator=alt.opened&period={WEEK}");
    let seen = page(&mut leader, &week, "lopsided-week").await;
    has(&seen, "余下的学校过于集中", "the rest do not hide one another");
    both_away(&city, 10, ("2026-09-01", Some("2026-09-01")));
    let late = draft(&city, THE_FLOW, 10, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 10, late).as_deref(), Some(""));
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [cells(first), cells(recount(&city, FLOW, 6..=SCHOOLS))]);
}

/// A catalogue comes to the hubs before any report of the week: a school that seals under the one
/// before is refused, and is taken once it has the new one. No week is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_summed_under_one_catalogue() {
    let city = City::start().await;
    // Both hubs agree on the key of the week under the catalogue of then.
    city.step().await;
    let (before, old) = (task(&city, NEXT_WEEK), draft(&city, NEXT_WEEK, 8, 1));
    assert!(city.leader.read(move |tx| tasks::find(tx, &before)).is_some());
    city.new_catalogue(date(2026, 9, 14));
    // And under the new one, in the week itself.
    city.step().await;
    let id = task(&city, NEXT_WEEK);
    assert_ne!(before, id);
    let old = old.send(&city);
    all_but(&city, NEXT_WEEK, &[8]);
    city.days(7);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 8, old).as_deref(), Some("other_task"));
    draft(&city, NEXT_WEEK, 8, 2).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    assert!(city.opened(before).is_empty());
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// A catalogue comes late, when ten of eleven schools have reported under the one before: the week
/// stays with that one, the eleventh is refused by name, and operators open the week without it;
/// what it had to tell comes with its next week, which is under the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_began_stays_with_its_catalogue() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[8]);
    city.step().await;
    city.step().await;
    let before = task(&city, THE_FLOW);
    city.new_catalogue(date(2026, 9, 7));
    let id = task(&city, THE_FLOW);
    let other = draft(&city, THE_FLOW, 8, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 8, other).as_deref(), Some("other_task"));
    let leader = Statistics::of(&city.leader.hub);
    let mut leader = browser(leader, UnitKind::District, &city).await;
    let seen = page(&mut leader, &format!("/sealed?period={WEEK}"), "catalogue").await;
    has(&seen, "周报事项由下一周补报", "its next week tells the events");
    both_away(&city, 8, ("2026-09-07", Some("2026-09-13")));
    city.days(1);
    city.step().await;
    let opened = city.opened(before);
    assert_eq!(opened.len(), 1);
    let rest = recount(&city, FLOW, (1..=SCHOOLS).filter(|school| *school != 8));
    assert!(!opened[0].1.is_empty());
    assert!(opened[0].1.iter().all(|(place, value)| rest.get(place) == Some(value)));
    assert!(city.opened(id).is_empty());
    next_week_is_whole(&city).await;
}
