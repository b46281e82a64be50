//! A hub that is put back to before reports that both accepted: their schools hold an answer of
//! both and send nothing again, so each hub has from the other what it lost.

use hub::sealed::helper::{AskedItems, CallError, Helper};
use hub::sealed::watch::Notice;
use hub::store::sealed::{opening, report, say, task as tasks};
use runtime::sql::Tx;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, LEADER, SCHOOLS, STOCK};
use crate::crashes::leader_name;
use crate::restored::{SPRING, forget_openings, renoted};
use crate::school::{
    all_but, away, code, draft, opened_after, owed, recount, task, unit, verdicts,
};
use crate::{THE_FLOW, THE_STOCK};

/// Puts a hub back to before all reports, as far as reports go.
pub fn forget_reports(hub: &RunningHub) {
    hub.write(|tx: &Tx<'_>| {
        for table in ["sealed_report", "sealed_verdict", "sealed_inbox"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        Ok::<_, runtime::sql::SqlError>(())
    });
}

/// A backup of the night, reports of the morning, a disk that is lost: the schools hold an answer
/// of both hubs. The leader has the reports back from the helper, also of a school that was noted
/// as away since; the week opens exactly, and the page says what happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_put_back_has_its_reports_from_the_helper() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    for school in 1..=SCHOOLS {
        let signed = verdicts(&city, &unit(school));
        assert!(signed.iter().any(|one| one.verdict.refused.is_none()), "school {school}");
    }
    forget_reports(&city.leader);
    let id = task(&city, THE_FLOW);
    away(&city.leader, 3, ("2026-09-07", Some("2026-09-13")));
    let city = city.restart_driver();
    city.step().await;
    let taken = city.leader.read(move |tx| report::accepted(tx, &id));
    assert_eq!(taken.len(), SCHOOLS as usize, "what both took stays taken");
    assert_eq!(
        taken,
        with_days_of(&city.leader, city.helper.read(move |tx| report::accepted(tx, &id)))
    );
    assert!(city.notices(&city.leader).contains(&Notice::Recalled(LEADER.to_owned())));
    city.leader.write(|tx| tx.execute("delete from sealed_absence", &[]));
    renoted(&city.leader);
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    city.step().await;
    assert_eq!(city.opened(id).len(), 1);
}

/// Whether the operator of a hub is told that notes are to be entered again.
pub fn lacks_notes(city: &City, hub: &RunningHub) -> bool {
    city.notices(hub).iter().any(|one| matches!(one, Notice::NotesLost(..)))
}

/// A school objected at education's hub alone, and that hub is put back to before: no other hub has
/// the objection. Nothing is opened there until its operator has entered it again and said so, and
/// then the sum stays closed for the objection.
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_that_a_leader_lost_is_entered_again_first() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[3]);
    let digest = draft(&city, THE_FLOW, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    let object = move |tx: &Tx<'_>| say::object(tx, (&unit(3), &digest), "rang", 1);
    city.leader.write(object);
    forget_reports(&city.leader);
    city.leader.write(|tx| tx.execute("delete from sealed_objection", &[]));
    let city = city.restart_driver();
    city.step().await;
    city.days(2);
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert!(city.opened(id).is_empty(), "its day is over, and the objection is not here");
    assert!(lacks_notes(&city, &city.leader));
    assert!(!lacks_notes(&city, &city.helper), "nothing of it is the other hub's");
    city.leader.write(object);
    renoted(&city.leader);
    city.step().await;
    assert!(city.opened(id).is_empty(), "the school objects");
    assert!(!lacks_notes(&city, &city.leader));
    city.leader.write(move |tx| say::withdraw(tx, (&unit(3), &digest), 2));
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// The same where health's hub was put back: it learns of it by a record that it is shown, gives no
/// share before its operator said so, and the leader, which lost nothing, asks again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_that_a_helper_lost_is_entered_again_first() {
    let city = City::start().await;
    let late = draft(&city, THE_FLOW, 8, 1);
    owed(&city, THE_FLOW, 8).await;
    forget_openings(&city.helper);
    let digest = late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let refused = || {
        let all = city.leader.read(move |tx| opening::of_task(tx, &id));
        all.last().expect("asked for").refused.clone()
    };
    assert_eq!(refused(), "NOTES_LOST");
    assert!(lacks_notes(&city, &city.helper) && !lacks_notes(&city, &city.leader));
    city.helper.write(move |tx| say::object(tx, (&unit(8), &digest), "rang", 1));
    renoted(&city.helper);
    city.step().await;
    assert_eq!(refused(), "OBJECTABLE");
    city.helper.write(move |tx| say::withdraw(tx, (&unit(8), &digest), 2));
    city.step().await;
    assert_eq!(refused(), "");
    let cells = |schools| ("cells".to_owned(), recount(&city, FLOW, schools));
    assert_eq!(city.opened(id), [cells(1..=5), cells(6..=SCHOOLS)]);
}

/// A sum that the leader has back from the helper, begun there and recorded nowhere, waits for an
/// objection that is entered again like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_was_taken_up_waits_for_an_objection() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    forget_openings(&city.leader);
    city.helper.write(crate::restored::unsign);
    let city = city.restart_driver();
    city.step().await;
    let own = city.leader.read(move |tx| {
        let first = opening::of_task(tx, &id)?.remove(0);
        opening::standings(tx, first.id)
    });
    let digest = own.iter().find(|one| one.unit == unit(3)).expect("in the sum").report;
    city.leader.write(move |tx| say::object(tx, (&unit(3), &digest), "rang", 1));
    renoted(&city.leader);
    city.step().await;
    assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()));
    city.leader.write(move |tx| say::withdraw(tx, (&unit(3), &digest), 2));
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

type Taken = std::collections::BTreeMap<domain::unit::UnitId, report::Accepted>;

/// The same reports as of the days on which another hub took them.
fn with_days_of(hub: &RunningHub, taken: Taken) -> Taken {
    let on = |digest| {
        hub.read(move |tx: &Tx<'_>| {
            let sql = "select accepted_on from sealed_report where digest = $1";
            let digest: domain::digest::Digest = digest;
            tx.query_opt(sql, runtime::params![&digest.to_tagged()], |row| row.text(0))
        })
    };
    let as_of = |(school, one): (domain::unit::UnitId, report::Accepted)| {
        (school, report::Accepted { on: on(one.digest).unwrap_or_default(), ..one })
    };
    taken.into_iter().map(as_of).collect()
}

/// The same after the helper gave its share of a sum over them: nothing is lost, the leader goes on
/// over the very reports of then.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_was_begun_is_gone_on_with_over_reports_that_came_back() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    let standings = |hub: &RunningHub| {
        hub.read(move |tx| {
            let first = opening::of_task(tx, &id)?.remove(0);
            opening::standings(tx, first.id)
        })
    };
    let before = standings(&city.helper);
    forget_openings(&city.leader);
    forget_reports(&city.leader);
    city.helper.write(crate::restored::unsign);
    let city = city.restart_driver();
    city.step().await;
    renoted(&city.leader);
    // Schools have their day once more, counted by the day on which this hub took the reports.
    city.days(1);
    city.step().await;
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    assert_eq!(standings(&city.leader), before);
}

/// The helper gives items to the leader of the year and of nothing but accepted reports; closing
/// the year leaves none.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_gives_what_both_accepted_to_its_leader() {
    let city = City::start().await;
    let first = draft(&city, THE_FLOW, 1, 1);
    let digest = first.send(&city);
    let refused = {
        let mut wrong = draft(&city, THE_FLOW, 2, 1);
        wrong.report.enrolled = [(domain::catalogue::Stage::Junior, 9)].into();
        wrong.send(&city)
    };
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 2, refused).as_deref(), Some("enrolment"));
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let area = || (LEADER.parse().expect("unit"), 2026);
    let told = helper.reports(leader_name(&city), area(), AskedItems::After(None)).await;
    assert_eq!(told.expect("told").reports, [digest]);
    let past = helper.reports(leader_name(&city), area(), AskedItems::After(Some(digest))).await;
    assert!(past.expect("told").reports.is_empty());
    let asked = AskedItems::Of(vec![digest, refused]);
    let given = helper.reports(leader_name(&city), area(), asked).await.expect("given");
    assert_eq!(given.items.len(), 1);
    let read = hub::sealed::signed::read(&given.items[0]).expect("a report");
    assert_eq!(read.arrival.digest, digest);
    let stranger = city.federation.authority().name("370203", "370203");
    let told = helper.reports(stranger, area(), AskedItems::After(None)).await;
    assert!(matches!(told, Err(CallError::NotLeader)));
}

/// A share that this hub does not find stops the task by its name; once a backup brought the share
/// back the sum is opened, and nothing is left of the mark.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_is_here_again_stops_nothing() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    let kept = city.leader.read(|tx| {
        let sql = "select share from sealed_report where school = 'S05'";
        tx.query(sql, &[], |row| row.blob(0))
    });
    city.leader
        .write(|tx| tx.execute("update sealed_report set share = null where school = 'S05'", &[]));
    city.days(1);
    city.step().await;
    let stopped = || city.leader.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
    assert_eq!(stopped(), "OWN_STORE");
    city.leader.write(move |tx| {
        let sql = "update sealed_report set share = $1 where school = 'S05'";
        tx.execute(sql, runtime::params![&kept[0]])
    });
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    assert_eq!(stopped(), "");
}

/// A helper that is put back to before the autumn's report of a school is shown that report where
/// the school is carried in spring, and the spring's sum opens.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_put_back_is_shown_the_report_that_is_carried() {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    city.to_summer().await;
    forget_openings(&city.helper);
    city.helper.write(|tx: &Tx<'_>| {
        for table in ["sealed_report", "sealed_verdict"] {
            tx.execute(&format!("delete from {table} where school = 'S11'"), &[])?;
        }
        Ok::<_, runtime::sql::SqlError>(())
    });
    opened_after(&city, SPRING, &[11], 7).await;
    // The helper takes it in today, and gives the schools their seven days from then.
    city.step().await;
    city.days(8);
    city.step().await;
    let id = task(&city, SPRING);
    let opened = city.opened(id);
    let district = opened.iter().find(|(detail, _)| detail == "cells").expect("opened");
    let exact = recount(&city, STOCK, 1..=SCHOOLS);
    assert!(!district.1.is_empty(), "it opens");
    assert!(district.1.iter().all(|(place, value)| exact.get(place) == Some(value)));
    let autumn = task(&city, THE_STOCK);
    let back = city.helper.read(move |tx| report::accepted(tx, &autumn));
    assert!(back.contains_key(&unit(11)));
}
