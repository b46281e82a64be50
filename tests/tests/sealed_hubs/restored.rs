//! A hub that is put back to before an opening: both come to the same record, and no set is opened
//! a second time over other reports.

use std::collections::BTreeMap;

use domain::disclosure::sealed::TaskId;
use hub::sealed::helper::{After, Helper};
use hub::sealed::{adopt, chain};
use hub::store::directive;
use hub::store::sealed::{notes, opening, record, task as tasks};
use proto::opening::{Record, decode_record};
use runtime::sql::Tx;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, SCHOOLS, STOCK, WEEK};
use crate::crashes::leader_name;
use crate::pages::say_how_many_are_fresh;
use crate::school::{code, draft, opened_after, owed, recount, task};
use crate::{THE_FLOW, THE_STOCK};

pub const SPRING: (&str, &str) = (STOCK, "2026S2");

/// Puts a hub back to before its openings, as far as openings go.
pub fn forget_openings(hub: &RunningHub) {
    hub.write(|tx: &Tx<'_>| {
        for table in ["sealed_cell", "sealed_record", "sealed_standing", "sealed_opening"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        Ok(())
    });
}

/// A hub's operator entered again what was noted since the backup, or found that nothing was.
pub fn renoted(hub: &RunningHub) {
    hub.write(|tx: &Tx<'_>| notes::enter(tx, "by the log of the desk", 1).map(drop));
}

/// Forgets what a hub holds of a report, as if it had come after the backup.
fn forget_report(hub: &RunningHub, school: &'static str) {
    hub.write(move |tx: &Tx<'_>| {
        for table in ["sealed_report", "sealed_verdict"] {
            let sql = format!("delete from {table} where school = $1");
            tx.execute(&sql, runtime::params![school])?;
        }
        Ok(())
    });
}

/// The signed bytes of a hub's records, by the number that is signed.
pub fn records(hub: &RunningHub) -> BTreeMap<u64, Vec<u8>> {
    let all = hub.read(record::all);
    assert_eq!(chain::broken(&all), None);
    all.into_iter().map(|one| (one.signed_number, one.bytes)).collect()
}

/// A store forgets what both hubs signed, and keeps what it gave.
pub fn unsign(tx: &Tx<'_>) -> Result<(), runtime::sql::SqlError> {
    tx.execute("delete from sealed_cell", &[])?;
    tx.execute("delete from sealed_record", &[]).map(drop)
}

fn openings(hub: &RunningHub, id: TaskId) -> usize {
    hub.read(move |tx| opening::of_task(tx, &id)).len()
}

/// A city in spring in which one school's stock of the term is missing and the one of autumn is
/// carried; the spring's sums are opened.
async fn carried() -> City {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    // The term of spring closes in the middle of August; certificates are new ones.
    city.to_summer().await;
    opened_after(&city, SPRING, &[11], 7).await;
    let id = task(&city, SPRING);
    let held = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert!(
        !held.is_empty() && held.iter().all(|one| one.fresh < one.due || one.refused.is_empty())
    );
    city
}

/// A leader that is put back to before an opening with a carried school, and to which that school's
/// own report came in the meantime, takes up the record that both signed: the school stays carried,
/// its report is refused for that, and nothing is opened over it. Figures and pages say that it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_put_back_takes_up_what_both_signed() {
    let city = carried().await;
    say_how_many_are_fresh(&city).await;
    let id = task(&city, SPRING);
    let before = records(&city.leader);
    let exact = city.opened(id);
    let read = before.values().map(|bytes| decode_record(bytes).expect("record"));
    let is_carried =
        |record: Record| record.task == id && record.schools.iter().any(|one| one.task != id);
    assert!(read.filter(|record| record.task == id).any(is_carried), "one is carried");
    forget_openings(&city.leader);
    let late = draft(&city, SPRING, 11, 1).send(&city);
    let city = city.restart_driver();
    city.step().await;
    city.step().await;
    let refused = Some("opened_without");
    assert_eq!(code(&city, 11, late).as_deref(), refused, "it is in no sum, and told so");
    assert_eq!(records(&city.leader), before);
    assert_eq!(records(&city.helper), before);
    assert_eq!(city.opened(id), exact);
    assert!(city.leader.alarms().contains(&adopt::ALARM.to_owned()));
    city.days(8);
    city.step().await;
    assert_eq!(records(&city.leader), before, "nothing more is opened");
}

/// The same where the helper had only given its share: the leader goes on over the very reports of
/// then; where it lost one of them, the sum stays closed and the page says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_was_given_is_for_the_reports_of_then() {
    for is_lost in [false, true] {
        let city = carried().await;
        let id = task(&city, SPRING);
        let exact = city.opened(id);
        let standings = city.helper.read(move |tx| opening::standings(tx, first(tx, &id)?));
        forget_openings(&city.leader);
        city.helper.write(unsign);
        draft(&city, SPRING, 11, 1).send(&city);
        if is_lost {
            forget_report(&city.leader, "S05");
            // The helper cannot give it back: it took it in before it kept what schools signed.
            city.helper.write(|tx| tx.execute("update sealed_report set item = null", &[]));
        }
        let city = city.restart_driver();
        city.step().await;
        renoted(&city.leader);
        city.step().await;
        city.step().await;
        if is_lost {
            let stored = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task");
            assert_eq!(stored.stopped, "REPORTS_LOST");
            continue;
        }
        assert_eq!(city.opened(id), exact);
        let own = city.leader.read(move |tx| opening::standings(tx, first(tx, &id)?));
        assert_eq!(own, standings);
        assert_eq!(records(&city.leader), records(&city.helper));
    }
}

/// What a helper says that it let pass and did not sign is held to every rule of an opening: over
/// one school's report for all, or over one school less, nothing is opened.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_nobody_signed_is_held_to_every_rule() {
    let one_for_all = "update sealed_standing set report =
        (select report from sealed_standing where task = $1 order by school limit 1)
        where task = $1";
    let one_less = "delete from sealed_standing where task = $1 and school = 'S05'";
    for (lie, code) in [(one_for_all, "REPORTS_LOST"), (one_less, "HELPER_CLAIM")] {
        let city = carried().await;
        let id = task(&city, SPRING);
        forget_openings(&city.leader);
        city.helper.write(move |tx| {
            unsign(tx)?;
            tx.execute(lie, runtime::params![id.bytes()])
        });
        let city = city.restart_driver();
        city.step().await;
        renoted(&city.leader);
        city.step().await;
        let stored = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task");
        assert_eq!(stored.stopped, code, "{lie}");
        // What it meant to open itself stands there without a figure, over its own reports; a town
        // about which nothing was lied may be opened.
        let district = city.opened(id).into_iter().find(|(detail, _)| detail == "cells");
        assert_eq!(district.map(|(_, cells)| cells.len()), Some(0), "{lie}");
        let of_set = |bytes: &Vec<u8>| {
            let record = decode_record(bytes).expect("record");
            record.task == id && record.detail == proto::opening::Detail::Cells
        };
        assert!(!records(&city.leader).values().any(of_set), "{lie}");
    }
}

/// Where the leader's own record stands its share may be out: a helper that says meanwhile that it
/// let the set pass over another report does not have it opened a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_set_with_a_record_is_not_opened_over_other_reports() {
    let city = carried().await;
    let id = task(&city, SPRING);
    let before = records(&city.leader);
    // Both hubs hold a report of the school that no rule of now would have let them take.
    let hubs = [&city.leader, &city.helper];
    hubs.into_iter().for_each(|hub| rename_standing(hub, ("S11", "S99")));
    let late = draft(&city, SPRING, 11, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 11, late).as_deref(), Some(""), "both hubs hold it as accepted");
    hubs.into_iter().for_each(|hub| rename_standing(hub, ("S99", "S11")));
    city.days(8);
    city.leader.write(move |tx| {
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute("update sealed_record set helper_signature = null", &[])
    });
    city.helper.write(move |tx| {
        unsign(tx)?;
        tx.execute(
            "update sealed_standing set task = $1, report =
             (select digest from sealed_report where task = $1 and school = 'S11')
             where school = 'S11' and opening in (select id from sealed_opening where task = $1)",
            runtime::params![id.bytes()],
        )
    });
    let city = city.restart_driver();
    city.step().await;
    city.step().await;
    let stored = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task");
    assert_eq!(stored.stopped, adopt::OTHER_HISTORY);
    assert_eq!(records(&city.leader), before, "its own records stay as they were");
    let district = city.opened(id).into_iter().find(|(detail, _)| detail == "cells");
    assert_eq!(district.map(|(_, cells)| cells.len()), Some(0), "nothing is shown of it");
}

/// Has the report of a school stand under another name in every sum.
fn rename_standing(hub: &RunningHub, (from, to): (&'static str, &'static str)) {
    hub.write(move |tx: &Tx<'_>| {
        let sql = "update sealed_standing set school = $2 where school = $1";
        tx.execute(sql, runtime::params![from, to]).map(drop)
    });
}

fn first(tx: &Tx<'_>, id: &TaskId) -> Result<i64, runtime::sql::SqlError> {
    Ok(opening::of_task(tx, id)?[0].id)
}

/// A helper that is put back to before an opening is shown the record before it lets anything else
/// of the week pass; a group that was opened is not opened again with the late one.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_put_back_is_shown_what_it_signed() {
    let city = City::start().await;
    let late = draft(&city, THE_FLOW, 8, 1);
    owed(&city, THE_FLOW, 8).await;
    let id = task(&city, THE_FLOW);
    let before = records(&city.leader);
    assert_eq!((before.len(), openings(&city.helper, id)), (1, 1));
    forget_openings(&city.helper);
    late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    renoted(&city.helper);
    city.step().await;
    let cells = |cells| ("cells".to_owned(), cells);
    let [first, second] = [recount(&city, FLOW, 1..=5), recount(&city, FLOW, 6..=SCHOOLS)];
    assert_eq!(city.opened(id), [cells(first), cells(second)]);
    let after = records(&city.leader);
    assert_eq!(after.len(), 2);
    assert_eq!(records(&city.helper), after);
    assert!(city.helper.alarms().contains(&adopt::ALARM.to_owned()));
    assert_eq!((FLOW, WEEK), THE_FLOW);
}

/// Both hubs are put back: what one of them still has both have in the end, and what neither has is
/// opened once.
#[tokio::test(flavor = "multi_thread")]
async fn both_hubs_put_back_come_to_one_record() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let exact = recount(&city, FLOW, 1..=SCHOOLS);
    forget_openings(&city.leader);
    forget_openings(&city.helper);
    let city = city.restart_driver();
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert_eq!(city.opened(id)[0].1, exact);
    let own = records(&city.leader);
    assert_eq!((own.len(), records(&city.helper)), (1, own));
}

/// A helper that took a record up again has no share of it any more: to a leader that forgot the
/// opening too it says that the set was recorded, and the leader takes the record up.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_taken_up_is_given_on() {
    let city = City::start().await;
    let late = draft(&city, THE_FLOW, 8, 1);
    owed(&city, THE_FLOW, 8).await;
    forget_openings(&city.helper);
    late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    renoted(&city.helper);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let (before, exact) = (records(&city.leader), city.opened(id));
    assert_eq!((before.len(), exact.len()), (2, 2));
    let shares = city.helper.read(move |tx| opening::of_task(tx, &id));
    assert_eq!(shares.iter().filter(|one| one.share.is_empty()).count(), 1);
    forget_openings(&city.leader);
    city.step().await;
    city.step().await;
    assert_eq!(records(&city.leader), before);
    assert_eq!(city.opened(id), exact);
    let stored = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert!(stored.iter().all(|one| one.refused.is_empty()));
}

/// A helper that does not answer about a year, because it has no documents of it, is asked again;
/// nothing of the year is opened before it answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_asked_about_until_the_helper_answers() {
    let city = carried().await;
    let id = task(&city, SPRING);
    let before = records(&city.leader);
    forget_openings(&city.leader);
    draft(&city, SPRING, 11, 1).send(&city);
    let packs = city.helper.read(directive::all);
    city.helper.write(|tx| tx.execute("delete from directive", &[]));
    city.helper.hub.reload_packs().expect("packs");
    let city = city.restart_driver();
    city.step().await;
    city.step().await;
    let begun = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert!(begun.is_empty(), "not even meant to be opened");
    city.helper.write(move |tx| {
        packs.iter().try_for_each(|pack| directive::insert(tx, pack, 1).map(drop))
    });
    city.helper.hub.reload_packs().expect("packs");
    city.step().await;
    assert_eq!(records(&city.leader), before);
    assert_eq!(records(&city.helper), before);
}

/// What a helper let pass and did not sign is told in parts that fit into a message, each once.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_record_is_told_in_parts() {
    let city = carried().await;
    let id = task(&city, SPRING);
    city.helper.write(move |tx| {
        unsign(tx)?;
        let all = opening::of_task(tx, &id)?;
        for number in 0..150 {
            let group = format!("2020-junior-{}", number + 10).parse().expect("group");
            let mut other = all[0].clone();
            other.set.groups = [group].into();
            opening::insert(tx, &other, &opening::standings(tx, all[0].id)?)?;
        }
        Ok(())
    });
    let area: domain::unit::UnitId = crate::city::LEADER.parse().expect("unit");
    let kept = {
        let area = area.clone();
        city.helper.read(move |tx| opening::unrecorded(tx, (&area, 2026), 0, 10_000)).len()
    };
    assert!(kept > 150);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let (mut after, mut told, mut calls) = (After::default(), 0, 0);
    loop {
        let asked = helper.recall(leader_name(&city), (area.clone(), 2026), after).await;
        let asked = asked.expect("answered");
        assert!(asked.openings.len() <= 64);
        (told, calls) = (told + asked.openings.len(), calls + 1);
        match asked.next_open {
            0 => break,
            next => after.open = next,
        }
    }
    assert_eq!((told, calls), (kept, kept.div_ceil(64)));
}
