//! Opened sums at the city: verified there, counted once, exact against the schools' own cells;
//! what is told wrong or twice is refused or changes nothing.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::disclosure::attacker::View;
use hub::opened::down::ALARM_FOREIGN_SUM;
use hub::opened::lane::{ALARM_OTHER_SUM, Arrived, step, take};
use hub::opened::verify::{Judge, Judged};
use hub::seen::Role;
use hub::statistics::{Blank, Statistics};
use hub::store::opened::of_period;
use proto::opened::{ToldSum, decode_told, encode_told};
use tests::federation::RunningHub;

use crate::city::{City, FLOW, SCHOOLS, STOCK, TERM, WEEK};
use crate::figures::{agree, figures, read, recount, shown};
use crate::school::{counted, opened_after};
use crate::{THE_FLOW, THE_STOCK};

/// Sums that came up and were kept.
pub fn bodies(top: &RunningHub) -> Vec<Vec<u8>> {
    let sql = "select body from opened_sum order by id";
    top.read(move |tx| tx.query(sql, &[], |row| row.blob(0)))
}

/// Waits until a hub has some number of sums.
pub async fn arrived(city: &City, top: &RunningHub, number: usize) -> Vec<Vec<u8>> {
    for _ in 0..200 {
        step(&city.leader.hub, true).await.expect("told");
        let found = bodies(top);
        if found.len() >= number {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} of {number} sums came up", bodies(top).len());
}

/// What a city's hub makes of the bytes of a sum, as intake does.
pub fn told(top: &RunningHub, body: &[u8]) -> Result<bool, String> {
    let judge = Judge {
        packs: &top.hub.packs().last(),
        trust: &top.hub.relay().trust,
        now: top.hub.clock().now(),
    };
    let judged = judge.judge(body);
    let arrived = Arrived { body: body.to_vec(), judged };
    let before = bodies(top).len();
    let sender = crate::city::LEADER.parse().expect("unit");
    let taken = top.write(move |tx| take(tx, &sender, &arrived, (false, 1)));
    taken.map_err(|(code, _)| code)?;
    Ok(bodies(top).len() > before)
}

/// The city's figures are the schools' own, cell by cell, and a sum that is told again is in them
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn the_city_has_the_districts_sums() {
    let (city, top) = City::start_with_top().await;
    let seen = Statistics::of(&top.hub);
    let waits = figures(&seen, "alt.census", TERM, &[]);
    let not_sent = Err(Blank::Sealed(hub::opened::Closed::NotSent));
    assert_eq!(read(waits.whole.figures[0].reading), not_sent);
    assert_eq!(waits.whole.missing, [crate::city::LEADER.parse().expect("unit")]);
    // All below is under seal, so a stage that no roster has is not one that somebody owes.
    let stages = figures(&seen, "scr.completed", TERM, &["stage"]).whole.figures;
    for figure in &stages {
        let is_there = figure.key[0] == "junior";
        let blank = if is_there { not_sent } else { Err(Blank::NotApplicable) };
        assert_eq!(read(figure.reading), blank, "{figure:?}");
    }
    opened_after(&city, THE_STOCK, &[], 7).await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    // The district and two towns for the stock, one set for the week.
    let bodies = arrived(&city, &top, 4).await;
    for dims in [&[][..], &["alert_state"], &["alert_state", "grade", "sex"]] {
        let found = figures(&seen, "alt.census", TERM, dims);
        let expected = recount(&city, STOCK, dims, 1..=SCHOOLS);
        assert!(agree(&found, &expected, 1) > 0, "{dims:?}");
        assert_eq!(found.whole.coverage.schools_reported, SCHOOLS);
        assert!(found.whole.missing.is_empty());
        assert_eq!(found.whole.fresh, Some((SCHOOLS, SCHOOLS)));
    }
    let week = figures(&seen, "alt.opened", WEEK, &["tier"]);
    assert!(agree(&week, &recount(&city, FLOW, &["tier"], 1..=SCHOOLS), 1) > 0);
    let from = &week.whole.opened[0];
    assert_eq!(from.leader.as_str(), crate::city::LEADER);
    assert_eq!(from.helper.as_str(), crate::city::HELPER);
    let mut own = city.leader.read(move |tx| of_period(tx, WEEK.parse().expect("week")));
    // Only the hub that opened a sum knows the caps of its schools.
    own.iter_mut().for_each(|sum| sum.cap_sum = None);
    assert_eq!(own, top.read(move |tx| of_period(tx, WEEK.parse().expect("week"))));
    // Told again, the same bytes or from another record of the same figures: nothing.
    for body in &bodies {
        assert_eq!(told(&top, body), Ok(false));
    }
    city.leader.write(|tx| tx.execute("delete from opened_told", &[]));
    step(&city.leader.hub, true).await.expect("told");
    assert_eq!(self::bodies(&top).len(), 4);
    let again = figures(&seen, "alt.opened", WEEK, &["tier"]);
    assert_eq!(again.whole.figures, week.whole.figures);
    assert!(top.alarms().is_empty(), "{:?}", top.alarms());
}

/// How many sums were told. Leaders count alike, so that what two of them tell of one table and
/// period is told apart by their areas.
fn sums_of_area(view: &View) -> usize {
    let sums = view.tables.iter().filter(|table| table.members.is_some());
    let ids: Vec<&str> = sums.map(|table| table.id.as_str()).collect();
    let of_area = format!("/{}/", crate::city::LEADER);
    assert!(ids.iter().all(|id| id.contains(&of_area)), "{ids:?}");
    ids.len()
}

/// A town's own hub has its figure and nothing else of the district, passes it on to nobody, and
/// has it once, however often it is told; what is told to it wrong is refused and alarmed.
#[tokio::test(flavor = "multi_thread")]
async fn a_town_has_its_own_figure() {
    let (city, top) = City::start_with_top().await;
    let street = city.town("T1").await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let seen = Statistics::of(&street.hub);
    let bodies = arrived(&city, &street, 1).await;
    let found = figures(&seen, "alt.census", TERM, &["alert_state"]);
    let expected = recount(&city, STOCK, &["alert_state"], 1..=5);
    assert!(agree(&found, &expected, 1) > 0);
    assert_eq!(found.whole.coverage.schools_due, 5);
    let sum = decode_told(&bodies[0]).expect("sum");
    assert_eq!(sum.record.schools.len(), 5, "the town's schools and no others");
    // Told again by a leader that forgot it: once.
    city.leader.write(|tx| tx.execute("delete from opened_told_down", &[]));
    step(&city.leader.hub, true).await.expect("told");
    arrived(&city, &top, 4).await;
    step(&street.hub, true).await.expect("looked at");
    assert_eq!(arrived(&city, &street, 1).await, bodies);
    let queued = "select count(*) from outbox_item where name like 'opened/%'";
    let queued = street.read(move |tx| tx.query_opt(queued, &[], |row| row.i64(0)));
    assert_eq!(queued, Some(0), "a town tells nobody");
    assert!(street.alarms().is_empty(), "{:?}", street.alarms());
    // The other town's, the district's, and one that both hubs did not sign: none is kept.
    let mut wrong = vec![sum];
    *wrong[0].cells.values_mut().next().expect("cell") += 1;
    let all = self::bodies(&top).into_iter().filter(|body| *body != bodies[0]);
    wrong.extend(all.map(|body| decode_told(&body).expect("sum")));
    assert_eq!(wrong.len(), 4, "one that is wrong, and three of others");
    let opening = proto::wire::sync::ItemKind::SealedOpening;
    let to: domain::unit::UnitId = "T1".parse().expect("unit");
    for sum in wrong {
        let before = street.alarms().len();
        let item = proto::frame::encode_item(opening, encode_told(&sum), Vec::new());
        let to = to.clone();
        city.leader.write(move |tx| {
            hub::relay::send_down(tx, &to, &item, 1).expect("sent");
            Ok(())
        });
        city.leader.hub.relay().tell(hub::relay::News { sent_down: true, ..Default::default() });
        for _ in 0..200 {
            if street.alarms().len() > before {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let alarms = street.alarms();
    assert!(
        !alarms.is_empty() && alarms.iter().all(|kind| kind == ALARM_FOREIGN_SUM),
        "{alarms:?}"
    );
    assert_eq!(self::bodies(&street), bodies);
    // What town and city have seen tells no small count.
    for (hub, role) in [(&street, Role::Street), (&top, Role::City)] {
        let view = crate::seen::seen(hub, role);
        let sums = sums_of_area(&view);
        assert_eq!(sums, if role == Role::City { 4 } else { 1 }, "{role:?}");
        let report = crate::seen::attacked(&view);
        assert_eq!(report.leaks().count() + report.undecided().count(), 0, "{role:?}");
    }
}

/// Whatever is changed of a sum is refused: its figures, its groups, a signature, a hub. Other
/// figures that both hubs signed are refused too, and people are told.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_is_told_wrong_is_refused() {
    let (city, top) = City::start_with_top().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let body = arrived(&city, &top, 1).await.remove(0);
    top.write(|tx| tx.execute("delete from opened_sum", &[]));
    let check = |spoil: &dyn Fn(&mut ToldSum)| {
        let mut sum = decode_told(&body).expect("sum");
        spoil(&mut sum);
        told(&top, &encode_told(&sum)).expect_err("refused")
    };
    let value = |sum: &mut ToldSum| *sum.cells.values_mut().next().expect("cell") += 1;
    assert_eq!(check(&value), "other_figures");
    let left_out = |sum: &mut ToldSum| {
        sum.cells.pop_first();
    };
    assert_eq!(check(&left_out), "other_figures");
    let outside = |sum: &mut ToldSum| {
        sum.cells.insert(9_999, 1);
    };
    assert_eq!(check(&outside), "other_figures");
    let changed = |sum: &mut ToldSum| {
        sum.record.fresh -= 1;
        sum.bytes = proto::opening::encode_record(&sum.record);
    };
    assert_eq!(check(&changed), "bad_signature");
    let swapped = |sum: &mut ToldSum| std::mem::swap(&mut sum.leader, &mut sum.helper);
    assert_eq!(check(&swapped), "bad_signature");
    let alone = |sum: &mut ToldSum| sum.helper = sum.leader.clone();
    assert_eq!(check(&alone), "bad_signature");
    assert_eq!(told(&top, b"no sum"), Err("unreadable".to_owned()));
    // Another year, or a plan that is not known here, waits and is looked at again.
    let mut other = decode_told(&body).expect("sum");
    other.school_year += 1;
    assert_eq!(told(&top, &encode_told(&other)), Ok(false));
    assert_eq!(told(&top, &body), Ok(true), "the right one is counted");
    // Both hubs signed other figures of the same set: as if they had opened twice.
    let mut twice = decode_told(&body).expect("sum");
    *twice.cells.values_mut().next().expect("cell") += 1;
    let judged = Judged::Holds(Box::new({
        twice.record.result = sha256(b"other");
        twice
    }));
    let arrived = Arrived { body: b"other".to_vec(), judged };
    let sender = crate::city::LEADER.parse().expect("unit");
    let taken = top.write(move |tx| take(tx, &sender, &arrived, (false, 1)));
    assert_eq!(taken.map(drop).map_err(|(code, _)| code), Err("other_sum".to_owned()));
    assert_eq!(top.alarms(), [ALARM_OTHER_SUM]);
    step(&top.hub, true).await.expect("looked at");
    let waits = top.read(|tx| hub::store::opened_lane::waiting(tx, 0, 9));
    assert_eq!(waits.len(), 1, "it still waits for its plan");
}

/// A sum that came before its plan is counted once the plan is here; the city adds a district whose
/// hub was started anew, and nothing is told twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_waits_for_its_plan() {
    let (city, top) = City::start_with_top().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let body = arrived(&city, &top, 1).await.remove(0);
    let plans = top.read(hub::store::directive::all);
    top.write(|tx| {
        tx.execute("delete from opened_sum", &[])?;
        tx.execute("delete from directive", &[])
    });
    top.hub.reload_packs().expect("packs");
    assert_eq!(told(&top, &body), Ok(false), "it waits");
    let total = |hub: &RunningHub| {
        let found = figures(&Statistics::of(&hub.hub), "alt.opened", WEEK, &[]);
        found.whole.figures[0].reading
    };
    assert!(total(&top).blank().is_some());
    top.write(move |tx| {
        plans.iter().try_for_each(|one| hub::store::directive::insert(tx, one, 1).map(drop))
    });
    top.hub.reload_packs().expect("packs");
    step(&top.hub, true).await.expect("looked at");
    let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
    for school in 1..=SCHOOLS {
        sums.insert(school, counted(&city, city.table(FLOW), school).iter().sum());
    }
    assert_eq!(read(total(&top)), shown(sums.values().sum()));
    assert_eq!(bodies(&top).len(), 1);
}
