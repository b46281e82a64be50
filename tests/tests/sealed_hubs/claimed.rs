//! A helper that claims, and did not sign, that it let a set pass over the report of a term before,
//! although both hubs accepted one of this term: nothing of it is taken up, and all else goes on.

use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use hub::sealed::watch::Notice;
use hub::store::sealed::{opening, report, task as tasks};
use proto::opening::Standing;
use runtime::sql::{SqlError, Tx};
use runtime::web::Lang;

use crate::THE_STOCK;
use crate::city::{City, HELPER};
use crate::leaders::groups;
use crate::restored::{SPRING, forget_openings, renoted, unsign};
use crate::school::{code, draft, opened_after, task, unit};

/// A city in spring with the stocks of both terms of all schools but some, opened.
async fn spring(missing: &[u32]) -> (City, TaskId, TaskId) {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    city.to_summer().await;
    opened_after(&city, SPRING, missing, 7).await;
    let (autumn, spring) = (task(&city, THE_STOCK), task(&city, SPRING));
    (city, autumn, spring)
}

/// Has the helper's openings of a task stand on the report of a school about another one.
fn stand_on(
    tx: &Tx<'_>,
    (of, from, to): (&TaskId, &TaskId, &TaskId),
    school: &UnitId,
) -> Result<(), SqlError> {
    let sql = "update sealed_standing set task = $3, report =
            (select digest from sealed_report where task = $3 and school = $4 and state = 2)
        where task = $2 and school = $4
            and opening in (select id from sealed_opening where task = $1)";
    tx.execute(sql, runtime::params![of.bytes(), from.bytes(), to.bytes(), school.as_str()])
        .map(drop)
}

/// Whether a school stands in a sum of a task at the leader with the report of another one.
fn is_carried(city: &City, id: TaskId) -> bool {
    city.leader.read(move |tx| {
        let mut found = false;
        for one in opening::of_task(tx, &id)? {
            found |= opening::standings(tx, one.id)?.iter().any(|standing| standing.task != id);
        }
        Ok(found)
    })
}

/// Whether the leader's operator is told that the helper claims what does not hold.
fn is_named(city: &City, id: TaskId) -> bool {
    let stopped = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
    let notices = city.notices(&city.leader).into_iter();
    let said: Vec<_> = notices.filter(|one| matches!(one, Notice::Claimed(..))).collect();
    let texts = said.iter().flat_map(|one| [Lang::Zh, Lang::En].map(|lang| one.say(lang)));
    texts.clone().all(|text| text.contains(HELPER))
        && texts.count() > 0
        && stopped == "HELPER_CLAIM"
}

/// A school of a group of five, or one of six, reported in spring and is claimed to stand on its
/// report of autumn. The leader takes nothing of it up and names the helper; once the helper tells
/// the truth the sums are opened over the reports of spring, and the mark goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_puts_no_earlier_report_in_the_place_of_a_fresh_one() {
    for school in [1, 11] {
        let (city, autumn, id) = spring(&[]).await;
        let exact = city.opened(id);
        forget_openings(&city.leader);
        city.helper.write(move |tx| {
            unsign(tx)?;
            stand_on(tx, (&id, &id, &autumn), &unit(school))
        });
        let city = city.restart_driver();
        city.step().await;
        city.step().await;
        assert!(!is_carried(&city, id), "school {school}");
        assert!(is_named(&city, id), "school {school}");
        city.helper.write(move |tx| stand_on(tx, (&id, &autumn, &id), &unit(school)));
        city.step().await;
        // Taken up again: what was noted since the backup is entered first.
        renoted(&city.leader);
        city.step().await;
        city.step().await;
        assert_eq!(city.opened(id), exact, "school {school}");
        assert!(!is_carried(&city, id));
        let stopped = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
        assert_eq!(stopped, "", "school {school}");
    }
}

/// Four of five schools reported in spring, the fifth after the term was over: a set that is
/// claimed of before carries one where five must be fresh. It is not stored, so that the group is
/// opened over the five when the days of objection are over.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_does_not_pass_leaves_the_store_as_it_was() {
    let (city, autumn, id) = spring(&[1]).await;
    let before = city.leader.read(move |tx| opening::of_task(tx, &id));
    let late = draft(&city, SPRING, 1, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, late).as_deref(), Some(""));
    let today = city.federation.clock().today().to_string();
    let all = groups(&city);
    city.helper.write(move |tx| {
        let mut claim = opening::of_task(tx, &id)?.remove(0);
        claim.set.groups = all.into_iter().filter(|one| !claim.set.groups.contains(one)).collect();
        claim.asked_on = today;
        let (fresh, earlier) = (report::accepted(tx, &id)?, report::accepted(tx, &autumn)?);
        let standings = (1..=5).map(|school| {
            let of = if school == 1 { &earlier } else { &fresh };
            let one = &of[&unit(school)];
            Standing { unit: one.school.clone(), task: one.task, report: one.digest }
        });
        let standings: Vec<Standing> = standings.collect();
        opening::insert(tx, &claim, &standings).map(drop)
    });
    let city = city.restart_driver();
    city.step().await;
    assert!(is_named(&city, id));
    assert_eq!(city.leader.read(move |tx| opening::of_task(tx, &id)), before);
    // The helper's operator puts back a store without that share.
    city.helper.write(|tx: &Tx<'_>| {
        let last = "(select max(id) from sealed_opening)";
        tx.execute(&format!("delete from sealed_standing where opening = {last}"), &[])?;
        tx.execute(&format!("delete from sealed_opening where id = {last}"), &[]).map(drop)
    });
    city.days(7);
    city.step().await;
    city.step().await;
    assert!(!is_carried(&city, id));
    let cells = city.opened(id).into_iter().filter(|(detail, _)| detail == "cells");
    assert_eq!(cells.filter(|(_, cells)| !cells.is_empty()).count(), 2, "both groups are open");
}
