//! Sealed sums between two hubs as they run: over TLS, with stores, killed and put back in between.
//!
//! Goal: opened totals are exact, cell by cell, against an independent sum; what a school, a leader
//! or a helper does wrong gets its defined answer and disturbs nothing else.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod ahead;
mod alone;
mod attendance;
mod backups;
mod bad;
mod beside;
mod bounds;
mod callers;
mod caps;
mod city;
mod city_leads;
mod claimed;
mod closed_here;
mod closing;
mod commands;
mod contradicts;
mod crashes;
mod dated;
mod enrolled;
mod figures;
mod gaps;
mod given;
mod gone;
mod guarded;
mod identities;
mod keys;
mod late;
mod late_band;
mod leaders;
mod leaks;
mod lying_helper;
mod members;
mod other_key;
mod outside_plan;
mod pages;
mod published;
mod put_back;
mod restored;
mod roll_up;
mod school;
mod seen;
mod silence;
mod special;
mod unsure;
mod untold;
mod waiting;

use domain::disclosure::sealed::State;
use hub::sealed::chain;
use hub::sealed::watch::Notice;
use hub::store::sealed::{opening, record, report, say};

use city::{City, FLOW, HELPER, LEADER, SCHOOLS, STOCK, TERM, WEEK};
use school::{all_but, away, code, draft, owed, recount, task, unit, verdicts};

const THE_FLOW: (&str, &str) = (FLOW, WEEK);
const THE_STOCK: (&str, &str) = (STOCK, TERM);

/// A week opens when all its schools are in and had a day to object, with exact totals and a record
/// that both hubs signed and chained; every school holds a verdict of both.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_opens_exactly() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[11]);
    // Keys were agreed on before the week ended: the first step takes the reports.
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    city.days(1);
    city.step().await;
    assert!(city.opened(id).is_empty(), "one school is missing");
    let last = draft(&city, THE_FLOW, 11, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 11, last).as_deref(), Some(""));
    assert!(city.opened(id).is_empty(), "schools can object");
    city.days(1);
    city.step().await;
    let expected = recount(&city, FLOW, 1..=SCHOOLS);
    assert_eq!(city.opened(id), [("cells".to_owned(), expected)]);
    for school in 1..=SCHOOLS {
        let signed = verdicts(&city, &unit(school));
        assert_eq!(signed.len(), 1);
        assert!(signed[0].leader.is_some() && signed[0].helper.is_some());
    }
    for hub in [&city.leader, &city.helper] {
        let records = hub.read(record::all);
        assert_eq!((records.len(), chain::broken(&records)), (1, None));
        assert!(records[0].helper.is_some());
    }
    city.step().await;
    assert_eq!(city.opened(id).len(), 1, "nothing opens twice");
}

/// A week that some schools owe opens without their group when its days of grace are over; the
/// group opens alone when the last of its reports comes, and the sets add up to the district.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_group_opens_alone() {
    let city = City::start().await;
    let late = draft(&city, THE_FLOW, 8, 1);
    owed(&city, THE_FLOW, 8).await;
    let id = task(&city, THE_FLOW);
    let first = recount(&city, FLOW, 1..=5);
    assert_eq!(city.opened(id), [("cells".to_owned(), first.clone())]);
    late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    let second = recount(&city, FLOW, 6..=SCHOOLS);
    let cells = |cells| ("cells".to_owned(), cells);
    assert_eq!(city.opened(id), [cells(first), cells(second)]);
}

/// A term's stock opens exactly for the district, and by categories for each town that holds groups
/// whole; what is about too few persons stays closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_term_opens_for_the_district_and_its_towns() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_STOCK);
    city.days(6);
    city.step().await;
    assert!(city.opened(id).is_empty(), "schools have seven days");
    city.days(1);
    city.step().await;
    let opened = city.opened(id);
    let details: Vec<&str> = opened.iter().map(|(detail, _)| detail.as_str()).collect();
    assert_eq!(details, ["cells", "categories", "categories"]);
    assert_eq!(opened[0].1, recount(&city, STOCK, 1..=SCHOOLS));
    let table = city.table(STOCK);
    let strata = table.cells() / 4;
    for (set, schools) in [(&opened[1].1, 1..=5), (&opened[2].1, 6..=SCHOOLS)] {
        let mut sums = [0; 4];
        for school in schools.clone() {
            let cells = school::counted(&city, table, school);
            cells.iter().enumerate().for_each(|(place, cell)| sums[place / strata] += cell);
        }
        let told: Vec<u64> = (0..4).map(|category| set[&category]).collect();
        assert_eq!(told, sums);
        let persons: u64 = schools.map(|school| city.persons(school)).sum();
        assert_eq!(sums.iter().sum::<u64>(), persons);
    }
}

/// An objection keeps a sum closed at whichever hub it was made, and one that is withdrawn lets it
/// go on.
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_keeps_a_sum_closed() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[3]);
    let digest = draft(&city, THE_FLOW, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    city.days(1);
    let id = task(&city, THE_FLOW);
    city.helper.write(move |tx| say::object(tx, (&unit(3), &digest), "by telephone", 1));
    city.step().await;
    let asked = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].refused, "OBJECTABLE");
    assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()));
    city.helper.write(move |tx| say::withdraw(tx, (&unit(3), &digest), 2));
    city.leader.write(move |tx| say::object(tx, (&unit(3), &digest), "by telephone", 3));
    city.step().await;
    assert!(city.opened(id).is_empty(), "now this hub itself waits");
    city.leader.write(move |tx| say::withdraw(tx, (&unit(3), &digest), 4));
    city.step().await;
    assert_eq!(city.opened(id)[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// A school that is closed is not waited for where both hubs know it, adds nothing, and a report of
/// it about days after its closing is refused. While one of them alone noted it nobody is refused,
/// and both operators are told to compare their lists.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_school_is_not_waited_for() {
    let city = City::start().await;
    let closed = ("2026-09-01", None);
    away(&city.leader, 7, closed);
    all_but(&city, THE_FLOW, &[]);
    let digest = draft(&city, THE_FLOW, 7, 2).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 7, digest), None, "the helper's list has no such school");
    for (hub, other) in [(&city.leader, HELPER), (&city.helper, LEADER)] {
        let told = Notice::Disagree(other.parse().expect("unit"));
        assert!(city.notices(hub).contains(&told));
    }
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert_eq!(city.leader.read(move |tx| opening::of_task(tx, &id))[0].refused, "NOT_ADMITTED");
    away(&city.helper, 7, closed);
    city.step().await;
    let schools = (1..=SCHOOLS).filter(|school| *school != 7);
    let exact = recount(&city, FLOW, schools);
    let opened = city.opened(id);
    assert_eq!(opened.len(), 1);
    assert!(opened[0].1.iter().all(|(place, value)| exact.get(place) == Some(value)));
    city.step().await;
    assert_eq!(code(&city, 7, digest).as_deref(), Some("school_away"));
}

/// Whatever is held of a report, neither hub keeps a half that is open, or figures of it: the
/// output shares differ, and beside them there is what the school signed, of which each hub opens
/// its own half only.
#[tokio::test(flavor = "multi_thread")]
async fn neither_hub_keeps_a_half() {
    let city = City::start().await;
    let digest = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    let of = |hub: &tests::federation::RunningHub| {
        let found = hub.read(move |tx| report::find(tx, &digest)).expect("report");
        assert_eq!(found.kept.state, State::Accepted);
        (found.held.share.expect("share"), found.held.item.is_some())
    };
    let (leader, helper) = (of(&city.leader), of(&city.helper));
    assert_ne!(leader.0, helper.0);
    assert!(
        leader.1 && helper.1,
        "each keeps what the school signed, for the other to have it back"
    );
}
