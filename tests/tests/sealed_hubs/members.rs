//! Members that are bad, spoiled or on the move: the defined answer, the others undisturbed, and
//! the operator's page says which unit and what to do.

use domain::disclosure::sealed::TaskId;
use domain::unit::UnitKind;
use hub::statistics::Statistics;
use hub::store::sealed::{opening, report};
use proto::opening::Detail;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, HELPER, SCHOOLS, STOCK, TERM};
use crate::figures::seen_by;
use crate::leaders::{ask, groups};
use crate::pages::{browser, has, page};
use crate::restored::{forget_openings, renoted};
use crate::school::{all_but, away, code, draft, opened_after, overstated, recount, task, unit};
use crate::{THE_FLOW, THE_STOCK};

const NEXT_WEEK: (&str, &str) = (FLOW, "2026-W38");

/// A school above its cap is refused by its proof, at the helper and by name; the page of both hubs
/// names it and says what to do, and its next report is taken.
#[tokio::test(flavor = "multi_thread")]
async fn above_the_cap_the_proof_refuses() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[4]);
    let over = overstated(&city, THE_FLOW, 4).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 4, over).as_deref(), Some("proof"));
    for hub in [&city.leader, &city.helper] {
        let held = hub.read(move |tx| report::find(tx, &over)).expect("kept").held;
        assert_eq!((held.share, held.code.as_str()), (None, "proof"));
    }
    let statistics = Statistics::of(&city.leader.hub);
    let mut leader = browser(statistics, UnitKind::District, &city).await;
    let seen = page(&mut leader, "/sealed", "refused").await;
    has(&seen, "S04", "S04");
    has(&seen, "打电话请学校核对名册和台账", "xinqiao-node sealed send --again");
    draft(&city, THE_FLOW, 4, 2).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// Puts another share of a stock in the place of a school's at a hub; gives what was there.
fn replace(hub: &RunningHub, id: TaskId, share: &[u8]) -> Vec<u8> {
    let share = share.to_vec();
    hub.write(move |tx| {
        let digest = report::of_school(tx, &id, &unit(4))?.expect("report").arrival.digest;
        let before = report::find(tx, &digest)?.expect("report").held.share.expect("share");
        let sql = "update sealed_report set share = $2 where digest = $1";
        tx.execute(sql, runtime::params![&digest.to_tagged(), &share])?;
        Ok(before)
    })
}

/// A hub's share of the report of another school.
fn of_another(hub: &RunningHub, id: TaskId) -> Vec<u8> {
    hub.read(move |tx| {
        let digest = report::of_school(tx, &id, &unit(5))?.expect("report").arrival.digest;
        Ok(report::find(tx, &digest)?.expect("report").held.share.expect("share"))
    })
}

/// Shares were spoiled after both hubs accepted the reports: at one hub, so that the shares do not
/// belong together; or at both alike, one report lost and another doubled, so that the control sum
/// is off. No figure is shown, no smaller set is tried, the page says what to do, and other tables
/// go on. With the backups put back the sum is exact.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_over_spoiled_shares_shows_nothing() {
    for (is_both, code, zh, en) in [
        (false, "SHARES_APART", "双方都检查备份和磁盘", "both check disk and backup"),
        (true, "CONTROL_SUM", "逐校核对报告，不要用更小的集合去试", "never try a smaller set"),
    ] {
        let city = City::start().await;
        all_but(&city, THE_STOCK, &[]);
        all_but(&city, THE_FLOW, &[]);
        city.step().await;
        city.step().await;
        let id = task(&city, THE_STOCK);
        let spoiled = if is_both { vec![&city.leader, &city.helper] } else { vec![&city.leader] };
        let whole: Vec<Vec<u8>> =
            spoiled.iter().map(|hub| replace(hub, id, &of_another(hub, id))).collect();
        city.days(7);
        city.step().await;
        city.step().await;
        let begun = city.leader.read(move |tx| opening::of_task(tx, &id));
        let codes: Vec<&str> = begun.iter().map(|one| one.refused.as_str()).collect();
        // The share of the district's sum is out, and no town's is given before it is recorded.
        assert_eq!(codes, [code, "SHARE_OUT", "SHARE_OUT"]);
        assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()));
        assert_eq!(city.opened(task(&city, THE_FLOW)).len(), 1, "another table goes on");
        let statistics = Statistics::of(&city.leader.hub);
        let mut leader = browser(statistics, UnitKind::District, &city).await;
        let seen = page(&mut leader, &format!("/sealed?period={TERM}"), code).await;
        has(&seen, zh, en);
        for (hub, share) in spoiled.iter().zip(&whole) {
            replace(hub, id, share);
            forget_openings(hub);
        }
        let city = city.restart_driver();
        for _ in 0..3 {
            city.step().await;
            [&city.leader, &city.helper].into_iter().for_each(renoted);
        }
        city.step().await;
        let district = city.opened(id).into_iter().find(|(detail, _)| detail == "cells");
        let district = district.map(|(_, cells)| cells);
        assert_eq!(district, Some(recount(&city, STOCK, 1..=SCHOOLS)), "{code}");
    }
}

/// A school goes over to another district in mid-year. The weeks before are counted with it, once;
/// what it sends from there is refused by name, and its old group of five, which is four without
/// it, is never opened alone but with the other one. A school that goes over to the city within the
/// area stays in its group.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_moves_is_counted_once_and_leaves_no_small_group() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let before = task(&city, THE_FLOW);
    let exact = recount(&city, FLOW, 1..=SCHOOLS);
    assert_eq!(city.opened(before), [("cells".to_owned(), exact.clone())]);
    // It moved to 370203.
    [&city.leader, &city.helper].into_iter().for_each(|hub| away(hub, 1, ("2026-09-14", None)));
    let certified = |school: &str, district: &str| {
        let name = city.federation.authority().name(school, district);
        city.federation.authority().identity(&name, UnitKind::School)
    };
    let mut moved = draft(&city, NEXT_WEEK, 1, 1);
    moved.signer = certified("S01", "370203");
    let moved = moved.send(&city);
    let mut within = draft(&city, NEXT_WEEK, 2, 1);
    within.signer = certified("S02", "");
    let within = within.send(&city);
    all_but(&city, NEXT_WEEK, &[1, 2, 8]);
    city.days(7);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, moved).as_deref(), Some("bad_signature"));
    assert_eq!(code(&city, 2, within).as_deref(), Some(""));
    // Four of the old group are in, and wait for the other group.
    let id = task(&city, NEXT_WEEK);
    city.days(4);
    city.step().await;
    assert!(city.opened(id).is_empty());
    for group in groups(&city) {
        assert_eq!(ask(&city, (NEXT_WEEK, Detail::Cells), [group]).await, Err("NOT_ADMITTED"));
    }
    draft(&city, NEXT_WEEK, 8, 1).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    let opened = city.opened(id);
    let rest = recount(&city, FLOW, 2..=SCHOOLS);
    assert_eq!(opened.len(), 1, "both groups as one set");
    assert!(!opened[0].1.is_empty());
    assert!(opened[0].1.iter().all(|(place, value)| rest.get(place) == Some(value)));
    let set = city.leader.read(move |tx| opening::of_task(tx, &id)).remove(0);
    assert_eq!((set.set.groups.len(), set.due, set.fresh), (2, SCHOOLS - 1, SCHOOLS - 1));
    assert_eq!(city.opened(before), [("cells".to_owned(), exact)], "the week before stays");
    let helper = seen_by(&city.helper, HELPER, UnitKind::Helper);
    let mut helper = browser(helper, UnitKind::Helper, &city).await;
    let seen = page(&mut helper, "/", "moved").await;
    has(&seen, "S01", "S01");
}
