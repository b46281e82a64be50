//! A share that the helper gave: the leader has the figures from then on, so that its record comes,
//! or it is named.

use hub::sealed::given::ALARM;
use hub::sealed::guard::REACHABLE;
use hub::sealed::watch::Notice;
use hub::store::sealed::{opening, record};
use proto::opening::Detail;
use runtime::sql::Tx;
use runtime::web::Lang;

use crate::city::{City, FLOW, LEADER, SCHOOLS};
use crate::leaders::{ask, groups};
use crate::restored::unsign;
use crate::school::{all_but, opened_after, recount, task};
use crate::silence::alarms;
use crate::{THE_FLOW, THE_STOCK};

/// What health's operator is told of shares that are out, in both languages.
fn told(city: &City) -> Vec<[String; 2]> {
    let notices = city.notices(&city.helper).into_iter();
    let out = notices.filter(|one| matches!(one, Notice::ShareOut(..)));
    out.map(|one| [Lang::Zh, Lang::En].map(|lang| one.say(lang))).collect()
}

/// A leader takes the share of a term's sum and never has it recorded. It gets no other one of that
/// table; after two days its name stands on health's page and somebody is called, once. A leader
/// that goes on has it recorded, and nothing is left of that.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_is_not_recorded_is_told() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[]);
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(7);
    let all = groups(&city);
    let first = all.first().cloned();
    let (cells, town) = ((THE_STOCK, Detail::Cells), (THE_STOCK, Detail::Categories));
    assert_eq!(ask(&city, cells, all.clone()).await, Ok(()));
    assert_eq!(ask(&city, cells, all.clone()).await, Ok(()), "the very same again");
    assert_eq!(ask(&city, town, first.clone()).await, Err("SHARE_OUT"));
    assert_eq!(ask(&city, (THE_FLOW, Detail::Cells), all).await, Ok(()), "another table's");
    for _ in 0..3 {
        assert!(told(&city).is_empty() && alarms(&city.helper, ALARM).await.is_empty());
        city.days(1);
    }
    let said = told(&city);
    assert_eq!(said.len(), 2, "of each table");
    for text in said.iter().flatten() {
        assert!(text.contains(LEADER) && text.contains("2026-09-21"), "{text}");
    }
    for _ in 0..2 {
        let raised = alarms(&city.helper, ALARM).await;
        assert!(raised.len() == 2 && raised.iter().all(|(unit, _)| unit == LEADER), "{raised:?}");
    }
    assert!(alarms(&city.leader, ALARM).await.is_empty(), "it gave none");
    city.step().await;
    assert!(told(&city).is_empty());
    assert_eq!(ask(&city, town, first).await, Ok(()));
}

/// A leader is killed after it had the share and before its record. It asks again by itself, gets
/// the same share, and the sum is recorded at both hubs.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_was_killed_before_the_record_goes_on() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    city.helper.write(unsign);
    city.leader.write(unsign);
    city.days(3);
    assert_eq!(told(&city).len(), 1);
    let city = city.restart_driver();
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    assert!(told(&city).is_empty());
    for hub in [&city.leader, &city.helper] {
        let records = hub.read(record::all);
        assert!(records.len() == 1 && records[0].helper.is_some());
    }
}

/// A leader that keeps a sum closed for what it would tell says so with its share, also after it
/// was started anew: the helper knows the sum as well, closes it for good, and waits for no record.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_the_leader_keeps_closed_is_closed_at_both() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    city.leader.write(move |tx: &Tx<'_>| {
        tx.execute("insert into sealed_seen_cell select * from sealed_cell", &[])?;
        unsign(tx)?;
        let sql = "update sealed_opening set refused = $2 where task = $1";
        tx.execute(sql, runtime::params![id.bytes(), REACHABLE])
    });
    city.helper.write(unsign);
    let city = city.restart_driver();
    city.step().await;
    let [leader, helper] = [&city.leader, &city.helper].map(|hub| {
        hub.read(move |tx| {
            let one = opening::of_task(tx, &id)?.remove(0);
            assert!(record::of_opening(tx, one.id)?.is_none());
            Ok((one.refused, opening::seen(tx, one.id)?))
        })
    });
    assert_eq!(leader, helper);
    assert_eq!((helper.0.as_str(), helper.1.is_empty()), (REACHABLE, false));
    city.days(3);
    assert!(told(&city).is_empty());
}
