//! Who was there: a school is in all sums of a period or in none, both hubs note it alike, and a
//! note that is wrong can be corrected.

use std::collections::BTreeSet;

use domain::disclosure::sealed::{Arrival, Kept, State, TaskId};
use domain::unit::UnitId;
use hub::sealed::dispute;
use hub::sealed::helper::{AskedVerdict, Helper};
use hub::sealed::watch::{ALARM_OUTSIDE, Notice};
use hub::seen::Role;
use hub::statistics::Statistics;
use hub::store::sealed::{opening, record, report, say};
use proto::opening::{Detail, decode_record};
use proto::sealed::{Verdict, encode_verdict};
use runtime::sql::Tx;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, HELPER, SCHOOLS, STOCK, WEEK};
use crate::crashes::{asked, leader_name, shown};
use crate::figures::figures;
use crate::leaks::{danger_opened, leaks};
use crate::school::{
    all_but, away, both_away, code, draft, noisy, opened_after, owed, recount, task, unit,
};
use crate::seen::seen;
use crate::{THE_FLOW, THE_STOCK};

/// New alerts by source: the very events of `alt.opened`, of which it is by tier.
const SOURCES: (&str, &str) = ("sealed.alt.sources", WEEK);

/// The week, and the one day that stands for a note which was corrected.
const ALL_WEEK: (&str, Option<&str>) = ("2026-09-01", None);
const CORRECTED: (&str, Option<&str>) = ("2026-09-01", Some("2026-09-01"));

/// The schools of each sum of a task that a hub has.
fn sums(hub: &RunningHub, id: TaskId) -> Vec<BTreeSet<UnitId>> {
    hub.read(move |tx| {
        let all = opening::of_task(tx, &id)?.into_iter();
        let units = all.map(|one| {
            let stood = opening::standings(tx, one.id)?;
            Ok(stood.into_iter().map(|one| one.unit).collect())
        });
        units.collect()
    })
}

/// All schools but some.
fn but(missing: &[u32]) -> BTreeSet<UnitId> {
    (1..=SCHOOLS).filter(|school| !missing.contains(school)).map(unit).collect()
}

/// Both hubs hear of an objection, or that it was taken back.
fn both_object(city: &City, digest: domain::digest::Digest, is_taken_back: bool) {
    for hub in [&city.leader, &city.helper] {
        hub.write(move |tx| match is_taken_back {
            true => say::withdraw(tx, (&unit(8), &digest), 2).map(drop),
            false => say::object(tx, (&unit(8), &digest), "by telephone", 1),
        });
    }
}

/// A school is noted away by mistake, and new alerts by source are opened without it, while those
/// by tier wait for another school's objection. The note is corrected and the school reports: with
/// it in the second sum its own alerts of the week would be the difference of the two totals. It is
/// refused by name at whichever hub still knows of the first sum, and the second is opened without.
#[tokio::test(flavor = "multi_thread")]
async fn two_tables_of_the_same_events_do_not_differ_by_a_school() {
    for is_forgotten in [false, true] {
        let city = City::start().await;
        both_away(&city, 7, ALL_WEEK);
        all_but(&city, SOURCES, &[7]);
        all_but(&city, THE_FLOW, &[7, 8]);
        let objected = draft(&city, THE_FLOW, 8, 1).send(&city);
        city.step().await;
        city.step().await;
        both_object(&city, objected, false);
        city.days(1);
        city.step().await;
        let (first, second) = (task(&city, SOURCES), task(&city, THE_FLOW));
        assert_eq!(sums(&city.leader, first), [but(&[7])]);
        assert!(city.opened(second).iter().all(|(_, cells)| cells.is_empty()));
        both_away(&city, 7, CORRECTED);
        both_object(&city, objected, true);
        if is_forgotten {
            crate::restored::forget_openings(&city.leader);
        }
        let late = draft(&city, THE_FLOW, 7, 1).send(&city);
        city.step().await;
        city.step().await;
        city.days(1);
        let city = city.restart_driver();
        city.step().await;
        crate::restored::renoted(&city.leader);
        city.step().await;
        city.step().await;
        assert_eq!(code(&city, 7, late).as_deref(), Some("opened_without"), "{is_forgotten}");
        for hub in [&city.leader, &city.helper] {
            assert_eq!(sums(hub, first), [but(&[7])]);
            assert_eq!(sums(hub, second), [but(&[7])]);
        }
        assert!(city.opened(second).iter().all(|(_, cells)| !cells.is_empty()));
    }
}

/// The other way round: a school stands in the first sum, is noted away by mistake, and its report
/// of the second table has not come. The second sum waits for it and does not leave it out; the
/// report is taken, and the sum is opened with it.
#[tokio::test(flavor = "multi_thread")]
async fn who_told_one_table_is_waited_for_in_the_other() {
    let city = City::start().await;
    all_but(&city, SOURCES, &[]);
    opened_after(&city, THE_FLOW, &[7], 1).await;
    let (first, second) = (task(&city, SOURCES), task(&city, THE_FLOW));
    assert_eq!(sums(&city.leader, first), [but(&[])]);
    both_away(&city, 7, ALL_WEEK);
    city.days(4);
    city.step().await;
    city.step().await;
    // The rest of the stage goes on after its days of grace.
    let waits = sums(&city.leader, second);
    assert!(waits.iter().all(|stood| *stood == but(&[6, 7, 8, 9, 10, 11])), "{waits:?}");
    let late = draft(&city, THE_FLOW, 7, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 7, late).as_deref(), Some(""));
    city.days(1);
    city.step().await;
    let cells = |cells| ("cells".to_owned(), cells);
    let own = city.opened(second);
    assert_eq!(own, [cells(recount(&city, FLOW, 1..=5)), cells(recount(&city, FLOW, 6..=SCHOOLS))]);
}

/// The same where its report of the second table was refused: it told something of the period, so
/// no sum of the other table goes out without it, at either hub and whatever is noted of it. Sums
/// of two tables differ by whole groups, and never by a school.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_refused_in_one_table_is_waited_for_in_it() {
    let city = City::start().await;
    all_but(&city, SOURCES, &[]);
    let noise = noisy(&city, THE_FLOW, 7).send(&city);
    opened_after(&city, THE_FLOW, &[7], 1).await;
    let (first, second) = (task(&city, SOURCES), task(&city, THE_FLOW));
    assert_eq!(code(&city, 7, noise).as_deref(), Some("proof"));
    assert_eq!(sums(&city.leader, first), [but(&[])]);
    both_away(&city, 7, ALL_WEEK);
    city.days(4);
    city.step().await;
    city.step().await;
    for hub in [&city.leader, &city.helper] {
        let out = sums(hub, second);
        assert!(out.iter().all(|stood| *stood == but(&[6, 7, 8, 9, 10, 11])), "{out:?}");
    }
    let anew = draft(&city, THE_FLOW, 7, 2).send(&city);
    city.step().await;
    assert_eq!(code(&city, 7, anew).as_deref(), Some(""));
    city.days(1);
    city.step().await;
    let cells = |cells| ("cells".to_owned(), cells);
    let own = city.opened(second);
    assert_eq!(own, [cells(recount(&city, FLOW, 1..=5)), cells(recount(&city, FLOW, 6..=SCHOOLS))]);
}

/// A school is noted away after its group was opened: the group that was late is opened all the
/// same, also where the helper alone has the note, and the leader is named to nobody for asking.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_after_a_sum_closes_no_late_group() {
    for is_at_both in [true, false] {
        let city = City::start().await;
        owed(&city, THE_FLOW, 8).await;
        away(&city.helper, 3, ALL_WEEK);
        if is_at_both {
            away(&city.leader, 3, ALL_WEEK);
        }
        let late = draft(&city, THE_FLOW, 8, 1).send(&city);
        city.step().await;
        assert_eq!(code(&city, 8, late).as_deref(), Some(""));
        city.days(1);
        city.step().await;
        let cells = |schools| ("cells".to_owned(), recount(&city, FLOW, schools));
        let own = city.opened(task(&city, THE_FLOW));
        assert_eq!(own, [cells(1..=5), cells(6..=SCHOOLS)], "{is_at_both}");
        assert!(!city.helper.alarms().iter().any(|kind| kind == ALARM_OUTSIDE));
    }
}

/// A helper says that both accepted a report which came after the sums of its period went out
/// without its school. On that word nothing is accepted, since it can be in no sum: the report
/// waits, its school holds no answer of both, and the leader's operator is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_is_not_accepted_on_the_helpers_word() {
    let city = City::start().await;
    both_away(&city, 7, ALL_WEEK);
    all_but(&city, SOURCES, &[7]);
    opened_after(&city, THE_FLOW, &[7], 1).await;
    let (first, second) = (task(&city, SOURCES), task(&city, THE_FLOW));
    both_away(&city, 7, CORRECTED);
    let late = draft(&city, THE_FLOW, 7, 1);
    let (item, digest) = late.item();
    let (number, nonce) = (late.report.place.number, late.report.nonce);
    let arrival = Arrival { task: second, school: unit(7), number, nonce, digest };
    let kept = Kept { arrival, state: State::Pending };
    let held = report::Held {
        cap: late.report.cap,
        enrolled: std::collections::BTreeMap::new(),
        share: None,
        item: Some(item),
        code: String::new(),
    };
    city.helper.write(move |tx| {
        report::insert(tx, &kept, &held, 1)?;
        report::accept(tx, &digest, "2026-09-15")
    });
    assert_eq!(late.send(&city), digest);
    for _ in 0..3 {
        city.step().await;
        assert_eq!(code(&city, 7, digest), None);
    }
    assert!(city.leader.alarms().iter().any(|kind| kind == dispute::ALARM));
    let other = Notice::Disagree(HELPER.parse().expect("unit"));
    assert!(city.notices(&city.leader).contains(&other));
    for id in [first, second] {
        assert_eq!(sums(&city.leader, id), [but(&[7])]);
    }
}

/// A leader has a report checked, has another table opened without its school, and asks only then
/// for the helper's signature: the helper refuses the report, and lets no sum pass with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_between_its_check_and_its_verdict_is_refused() {
    let city = City::start().await;
    both_away(&city, 7, ALL_WEEK);
    all_but(&city, SOURCES, &[7]);
    all_but(&city, THE_FLOW, &[7]);
    city.step().await;
    city.step().await;
    let (first, second) = (task(&city, SOURCES), task(&city, THE_FLOW));
    let one = draft(&city, THE_FLOW, 7, 1);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let verified =
        helper.verify(leader_name(&city), asked(&city, second, vec![shown(&city, &one)]));
    verified.await.expect("answered").remove(0).expect("the proof holds");
    city.days(1);
    let cells = (SOURCES, Detail::Cells);
    let groups = crate::leaders::groups(&city);
    assert_eq!(crate::leaders::ask(&city, cells, groups.clone()).await, Ok(()));
    assert_eq!(sums(&city.helper, first), [but(&[7])]);
    let verdict = encode_verdict(&Verdict {
        place: one.report.place.clone(),
        task: second,
        report: one.item().1,
        refused: None,
        decided_at_ms: city.federation.clock().now_ms(),
    });
    let asked = vec![AskedVerdict { verdict, ..AskedVerdict::default() }];
    let settled = helper.settle(leader_name(&city), (second, asked)).await.expect("answered");
    let is_refused = matches!(settled[0], hub::sealed::helper::Settled::Refused(..));
    assert!(is_refused, "{settled:?}");
    both_away(&city, 7, CORRECTED);
    assert!(!city.helper.read(move |tx| report::accepted(tx, &second)).contains_key(&unit(7)));
    assert_eq!(crate::leaders::ask(&city, (THE_FLOW, Detail::Cells), groups).await, Ok(()));
    assert_eq!(sums(&city.helper, second), [but(&[7])]);
}

/// Health alone notes a school as away whose report both hubs have: no share is given and the page
/// says that lists differ. Whichever list is corrected, the sum is opened over the same reports.
#[tokio::test(flavor = "multi_thread")]
async fn an_absence_that_one_hub_notes_stops_nothing_for_good() {
    for is_right in [false, true] {
        let city = City::start().await;
        all_but(&city, THE_FLOW, &[]);
        city.step().await;
        city.step().await;
        away(&city.helper, 7, ALL_WEEK);
        city.days(1);
        city.step().await;
        let id = task(&city, THE_FLOW);
        let begun = city.leader.read(move |tx| opening::of_task(tx, &id));
        assert_eq!(begun[0].refused, "NOT_ADMITTED");
        assert!(sums(&city.helper, id).is_empty(), "no share was given");
        match is_right {
            true => away(&city.leader, 7, ALL_WEEK),
            false => away(&city.helper, 7, CORRECTED),
        }
        city.step().await;
        assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
        same_record(&city, id, if is_right { &[7] } else { &[] });
    }
}

/// Both hubs have one record of the only sum of a task, in which these schools are noted as away.
fn same_record(city: &City, id: TaskId, away: &[u32]) {
    let record = |hub: &RunningHub| {
        let own = hub.read(move |tx| opening::of_task(tx, &id)).remove(0).id;
        let kept = hub.read(move |tx| record::of_opening(tx, own)).expect("record");
        assert!(kept.helper.is_some());
        kept.bytes
    };
    let bytes = record(&city.leader);
    assert_eq!(bytes, record(&city.helper));
    let absent = decode_record(&bytes).expect("record").absent;
    assert_eq!(absent, away.iter().map(|school| unit(*school)).collect());
}

/// The same where both had given their share and computed the sum before lists were compared: the
/// leader follows the helper's list, which opens nothing that it keeps closed itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_begun_over_two_lists_comes_to_one_record() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    let exact = city.opened(id);
    city.helper.write(|tx| {
        crate::restored::unsign(tx)?;
        tx.execute("update sealed_opening set absent = 'S07', due = due - 1", &[])
    });
    away(&city.helper, 7, ALL_WEEK);
    city.leader.write(|tx| {
        tx.execute("insert into sealed_seen_cell select * from sealed_cell", &[])?;
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute("update sealed_opening set refused = 'OTHER_RECORD'", &[])?;
        tx.execute("update sealed_record set helper_signature = null", &[])
    });
    let city = city.restart_driver();
    city.step().await;
    assert_eq!(city.opened(id), exact);
    same_record(&city, id, &[7]);
    assert_eq!(city.leader.read(record::all).len(), 1, "its number is used again");
}

/// A school reports and is noted as away afterwards, at both hubs: its events are in the sum, so
/// it is due and counted in every word about it, and hides nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_in_a_sum_is_counted_as_in_it() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    both_away(&city, 7, ALL_WEEK);
    let id = task(&city, THE_FLOW);
    let all = usize::try_from(SCHOOLS).expect("small");
    let told = || {
        [&city.leader, &city.helper].map(|hub| {
            let own = city.tasks(hub).into_iter().find(|one| one.id == id).expect("task");
            (own.fresh, own.due, own.missing.len())
        })
    };
    assert_eq!(told(), [(all, all, 0); 2], "before it is opened");
    city.days(1);
    city.step().await;
    assert_eq!(told(), [(all, all, 0); 2]);
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    same_record(&city, id, &[7]);
    let opened = city.leader.read(move |tx| opening::of_task(tx, &id)).remove(0);
    assert_eq!((opened.fresh, opened.due), (SCHOOLS, SCHOOLS));
    let whole = figures(&Statistics::of(&city.leader.hub), "alt.opened", WEEK, &[]).whole;
    let coverage = (whole.coverage.schools_due, whole.coverage.schools_reported, whole.away);
    assert_eq!(coverage, (SCHOOLS, SCHOOLS, 0));
    let persons: u64 = (1..=SCHOOLS).map(|school| city.persons(school)).sum();
    assert_eq!(whole.coverage.persons, persons);
}

/// Of the six schools of a group two are noted as away after they reported: they stand in the sum
/// and hide nobody, so that four are left and the group is opened only together with its partner.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_was_away_hides_nobody_though_it_reported() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    for school in [6, 7] {
        both_away(&city, school, ALL_WEEK);
    }
    let groups = crate::leaders::groups(&city);
    let [first, second] = groups.try_into().expect("two groups");
    city.days(1);
    let cells = (THE_FLOW, Detail::Cells);
    for alone in [first, second] {
        assert_eq!(crate::leaders::ask(&city, cells, [alone]).await, Err("NOT_ADMITTED"));
    }
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert_eq!(sums(&city.leader, id), [but(&[])]);
    same_record(&city, id, &[6, 7]);
}

/// A note that begins on the census day, of a school that was there, is taken back at both hubs
/// before the sum is opened: what was refused for it is sealed again and taken, and the term's sum
/// has the school.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_note_of_the_census_day_is_taken_back() {
    let city = City::start().await;
    let census = "2026-09-11";
    both_away(&city, 7, (census, None));
    all_but(&city, THE_STOCK, &[7]);
    let refused = draft(&city, THE_STOCK, 7, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 7, refused).as_deref(), Some("school_away"));
    for hub in [&city.leader, &city.helper] {
        let take_back = move |tx: &Tx<'_>| say::withdraw_absence(tx, (&unit(7), census), 2);
        assert!(hub.write(take_back));
        assert!(!hub.write(take_back), "it is taken back");
        assert!(hub.read(|tx| say::absences(tx, 9)).is_empty());
    }
    let again = draft(&city, THE_STOCK, 7, 2).send(&city);
    city.step().await;
    assert_eq!(code(&city, 7, again).as_deref(), Some(""));
    city.days(7);
    city.step().await;
    let id = task(&city, THE_STOCK);
    let whole = city.opened(id).into_iter().find(|(detail, _)| detail == "cells");
    assert_eq!(whole.map(|(_, cells)| cells), Some(recount(&city, STOCK, 1..=SCHOOLS)));
    // Noted once more from the same day it counts again.
    away(&city.leader, 7, (census, None));
    assert_eq!(city.leader.read(|tx| say::absences(tx, 9)).len(), 1);
}

/// "Closed until Wednesday", and then a second note from Thursday on: the school was away all week
/// and is not waited for. A day between two notes on which nothing is noted is one on which it was
/// there.
#[tokio::test(flavor = "multi_thread")]
async fn an_absence_in_two_notes_is_one() {
    for (second, is_away) in [("2026-09-10", true), ("2026-09-11", false)] {
        let city = City::start().await;
        both_away(&city, 7, ("2026-09-05", Some("2026-09-09")));
        both_away(&city, 7, (second, Some("2026-09-13")));
        opened_after(&city, THE_FLOW, &[7], 1).await;
        let opened = sums(&city.leader, task(&city, THE_FLOW));
        assert_eq!(opened, if is_away { vec![but(&[7])] } else { Vec::new() });
    }
}

/// Switched on: new alerts by source are opened over all schools and those by tier without one. A
/// department's file tells that school's new alerts of the week, and the attacker finds them.
#[tokio::test(flavor = "multi_thread")]
async fn two_tables_of_the_same_events_over_other_schools_leak() {
    let city = City::start().await;
    let case = |table: &str, words: [&str; 2]| {
        let table = city.table(table);
        let place = table.block().place(&words).expect("place");
        move |school: u32| {
            let mut cells = vec![0; table.cells()];
            cells[place] = if school == SCHOOLS { 3 } else { 5 };
            cells
        }
    };
    let source = city.table(SOURCES.0).block().axes[0].values[0].clone();
    let (by_tier, by_source) =
        (case(FLOW, ["t1", "junior"]), case(SOURCES.0, [source.as_str(), "junior"]));
    let all: Vec<u32> = (1..=SCHOOLS).collect();
    danger_opened(&city, THE_FLOW, &all[..all.len() - 1], &by_tier);
    danger_opened(&city, SOURCES, &all[..all.len() - 1], &by_source);
    assert_eq!(leaks(&seen(&city.leader, Role::Leader)), BTreeSet::new(), "the same schools");
    danger_opened(&city, (SOURCES.0, "2026-W38"), &all, &by_source);
    danger_opened(&city, (FLOW, "2026-W38"), &all[..all.len() - 1], &by_tier);
    let last = unit(SCHOOLS).to_string();
    for role in [Role::Leader, Role::District] {
        let found = leaks(&seen(&city.leader, role));
        assert!(!found.is_empty() && found.iter().all(|(unit, _)| *unit == last), "{found:?}");
    }
}

/// Switched on: emergencies of which the family was told in time are opened over all schools, and
/// all emergencies without one. What the part has more than its whole is that school's, and the
/// attacker finds it in a department's file; over the same schools nothing follows.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_over_a_school_that_its_whole_lacks_leaks() {
    let city = City::start().await;
    let case = |table: &str| {
        let table = city.table(table);
        let place = table.block().place(&["junior"]).expect("place");
        move |school: u32| {
            let mut cells = vec![0; table.cells()];
            cells[place] = if school == SCHOOLS { 3 } else { u64::from(school == 1) };
            cells
        }
    };
    let (due, told) = (case("sealed.ref.emergency"), case("sealed.ref.emergency_told"));
    let all: Vec<u32> = (1..=SCHOOLS).collect();
    let but_one = &all[..all.len() - 1];
    danger_opened(&city, ("sealed.ref.emergency", WEEK), but_one, &due);
    danger_opened(&city, ("sealed.ref.emergency_told", WEEK), but_one, &told);
    danger_opened(&city, ("sealed.ref.emergency", "2026-W39"), &all, &due);
    danger_opened(&city, ("sealed.ref.emergency_told", "2026-W39"), but_one, &told);
    assert_eq!(leaks(&seen(&city.leader, Role::Leader)), BTreeSet::new(), "no lower end");
    danger_opened(&city, ("sealed.ref.emergency", "2026-W38"), but_one, &due);
    danger_opened(&city, ("sealed.ref.emergency_told", "2026-W38"), &all, &told);
    let last = unit(SCHOOLS).to_string();
    for role in [Role::Leader, Role::District] {
        let found = leaks(&seen(&city.leader, role));
        assert!(!found.is_empty() && found.iter().all(|(unit, _)| *unit == last), "{found:?}");
    }
}
