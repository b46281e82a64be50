//! What a record is dated and numbered: by the leader, and believed by the helper within a day of
//! its own clock; for ever by the certificates that it carries.

use domain::disclosure::sealed::TaskId;
use hub::sealed::signed::sign;
use hub::sealed::{chain, words};
use hub::seen::Role;
use hub::store::sealed::opening::{self, Set};
use hub::store::sealed::record;
use proto::frame::OPENING_CONTEXT;
use proto::opened::{ToldSum, decode_told, encode_told};
use proto::opening::{Record, decode_record, encode_record};
use runtime::sql::{SqlError, Tx};
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS};
use crate::roll_up::{arrived, bodies, told};
use crate::school::{draft, opened_after, owed, recount, task};
use crate::seen::{exact_sums, seen};

const DAY_MS: i64 = 24 * 3_600_000;

/// Rewrites the leader's record of the only opening as if it had been signed by a leader whose
/// clock was off, before the helper saw it.
fn misdate(city: &City, by_ms: i64) {
    resign(city, 1, move |record| record.opened_at_ms += by_ms);
}

/// Rewrites a record of the leader's as if it alone had signed it, and the helper had not seen it.
fn resign(city: &City, number: u64, change: impl Fn(&mut Record) + Send + 'static) {
    let identity = city.leader.hub.identity().current();
    let set = city.leader.write(move |tx| {
        let before = record::all(tx)?.into_iter().find(|one| one.number == number);
        let before = before.expect("record");
        let mut read = decode_record(&before.bytes).expect("record");
        change(&mut read);
        let bytes = encode_record(&read);
        let signed = sign(&identity, OPENING_CONTEXT, &bytes).expect("signed");
        tx.execute(
            "delete from sealed_cell where opening = $1",
            runtime::params![before.opening.expect("opening")],
        )?;
        tx.execute(
            "update sealed_record set record = $2, leader_signature = $3, signed_number = $4,
                 helper_signature = null where number = $1",
            runtime::params![number, &bytes, &signed.signature, read.number],
        )?;
        relink(tx).map(|()| read)
    });
    city.helper.write(move |tx| {
        let set = Set { task: set.task, stage: set.stage, detail: set.detail, groups: set.groups };
        let id = opening::find(tx, &set)?.expect("let pass").id;
        let id = runtime::params![id];
        tx.execute("delete from sealed_cell where opening = $1", id)?;
        tx.execute("delete from sealed_record where opening = $1", id)?;
        relink(tx)
    });
}

/// Makes the links of a chain anew.
fn relink(tx: &Tx<'_>) -> Result<(), SqlError> {
    let mut previous = Vec::new();
    for one in record::all(tx)? {
        let link = chain::link(&previous, &one.bytes).to_tagged();
        tx.execute(
            "update sealed_record set previous = $2, link = $3 where number = $1",
            runtime::params![one.number, &previous, &link],
        )?;
        previous = link;
    }
    Ok(())
}

/// Two openings of one week, with records 1 and 2 of both hubs.
async fn two_opened(city: &City) -> TaskId {
    let late = draft(city, THE_FLOW, 8, 1);
    owed(city, THE_FLOW, 8).await;
    late.send(city);
    city.step().await;
    city.days(1);
    city.step().await;
    let id = task(city, THE_FLOW);
    assert_eq!(city.leader.read(record::all).len(), 2);
    id
}

/// The numbers of a hub's records with whether they are of an opening and both signed; the chain
/// holds.
fn numbers(hub: &RunningHub) -> Vec<(u64, bool, bool)> {
    let all = hub.read(record::all);
    assert_eq!(chain::broken(&all), None);
    let number =
        |one: record::Record| (one.signed_number, one.opening.is_some(), one.helper.is_some());
    all.into_iter().map(number).collect()
}

fn exact(city: &City) -> [(String, std::collections::BTreeMap<usize, u64>); 2] {
    [1..=5, 6..=SCHOOLS].map(|schools| ("cells".to_owned(), recount(city, FLOW, schools)))
}

/// A record whose date the helper does not sign is dated anew also where a later one was signed
/// since: it is set aside in the chain, and the set gets the next number.
#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_mended_after_a_later_record() {
    let city = City::start().await;
    let id = two_opened(&city).await;
    resign(&city, 1, |record| record.opened_at_ms -= 30 * DAY_MS);
    city.step().await;
    let refused = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert_eq!(refused[0].refused, "OTHER_TIME");
    city.step().await;
    assert_eq!(city.opened(id), exact(&city));
    assert_eq!(numbers(&city.leader), [(1, false, false), (2, true, true), (3, true, true)]);
    assert_eq!(numbers(&city.helper), [(2, true, true), (3, true, true)]);
    let refused = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert!(refused.iter().all(|one| one.refused.is_empty()));
}

/// A number that the helper has of another record is refused by name; the leader gives the record
/// the next one, until one is free.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_taken_is_changed() {
    let city = City::start().await;
    let id = two_opened(&city).await;
    resign(&city, 2, |record| record.number = 1);
    city.step().await;
    let refused = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert_eq!(refused[1].refused, "NUMBER_TAKEN");
    city.step().await;
    assert_eq!(city.opened(id), exact(&city));
    assert_eq!(numbers(&city.leader), [(1, true, true), (1, false, false), (3, true, true)]);
    assert_eq!(numbers(&city.helper), [(1, true, true), (3, true, true)]);
    assert!(words::code("NUMBER_TAKEN", Lang::En).contains("next number"));
}

/// A record that is dated before the set was let pass, or in the future, is not signed; the leader
/// says so, and dates it anew once the clocks agree.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_signs_no_date_that_cannot_be() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    for by_ms in [3 * DAY_MS, -3 * DAY_MS] {
        misdate(&city, by_ms);
        city.step().await;
        let refused = city.leader.read(move |tx| opening::of_task(tx, &id));
        assert_eq!(refused[0].refused, "OTHER_TIME");
        assert!(city.helper.read(record::all).is_empty());
        // Not signed, and computed all the same: it belongs to what the helper has seen.
        assert_eq!(exact_sums(&seen(&city.helper, Role::Helper)), 1);
        city.step().await;
        assert_eq!(city.opened(id)[0].1, recount(&city, FLOW, 1..=SCHOOLS));
        let [leader, helper] =
            [&city.leader, &city.helper].map(|hub| hub.read(record::all).remove(0));
        assert_eq!((leader.bytes, leader.signed_number), (helper.bytes, helper.signed_number));
    }
    // A few hours between two clocks are nothing.
    misdate(&city, 20 * 3_600_000);
    city.step().await;
    assert_eq!(city.helper.read(record::all).len(), 1);
}

/// What one hub signed waits longer for the other than a certificate runs: it is judged by the
/// certificates of its day, at the helper that has not signed yet and at the leader that lost the
/// helper's signature.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_outlives_the_certificates_that_signed_it() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let id = task(&city, THE_FLOW);
    let exact = recount(&city, FLOW, 1..=SCHOOLS);
    resign(&city, 1, |_| {});
    city.days(95);
    city.renew();
    city.step().await;
    assert_eq!(city.opened(id)[0].1, exact, "the helper signs what the leader signed then");
    let before = city.helper.read(record::all).remove(0).bytes;
    city.leader.write(|tx| {
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute("update sealed_record set helper_signature = null", &[])
    });
    city.days(95);
    city.renew();
    city.step().await;
    assert_eq!(city.opened(id)[0].1, exact, "the leader takes what the helper signed then");
    assert_eq!(city.leader.read(record::all).remove(0).bytes, before);
    let noted = city.leader.read(move |tx| opening::of_task(tx, &id));
    assert!(noted.iter().all(|one| one.refused.is_empty()), "nothing is left of it");
}

/// A number that another record of the area has is not signed again.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_one_records() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let own = city.helper.read(record::all).remove(0);
    let area = crate::city::LEADER.parse().expect("unit");
    let opening = own.opening.expect("an opening");
    let taken = city.helper.read(move |tx| {
        let other = (own.signed_number, opening + 1);
        Ok((record::is_taken(tx, &area, other)?, record::is_taken(tx, &area, (99, 0))?))
    });
    assert_eq!(taken, (true, false));
}

/// The city believes a helper whose certificate began after the day of the record, because the
/// helper signs up to days later; a number that is not the signed one it refuses.
#[tokio::test(flavor = "multi_thread")]
async fn the_city_goes_by_the_certificates_that_a_record_carries() {
    let (city, top) = City::start_with_top().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    let body = arrived(&city, &top, 1).await.remove(0);
    top.write(|tx| tx.execute("delete from opened_sum", &[]));
    city.days(3);
    city.renew();
    let mut sum: ToldSum = decode_told(&body).expect("sum");
    let identity = city.helper.hub.identity().current();
    assert!(identity.peer().not_before().as_millisecond() > sum.record.opened_at_ms);
    sum.helper = sign(&identity, OPENING_CONTEXT, &sum.bytes).expect("signed");
    assert_eq!(told(&top, &encode_told(&sum)), Ok(true));
    assert_eq!(bodies(&top).len(), 1);
    sum.record.number += 1;
    assert_eq!(told(&top, &encode_told(&sum)), Err("unreadable".to_owned()));
}
