//! What a record is dated and numbered: by the leader, and believed by the helper within a day of
//! its own clock; for ever by the certificates that it carries.

use hub::sealed::signed::sign;
use hub::store::sealed::{opening, record};
use proto::frame::OPENING_CONTEXT;
use proto::opened::{ToldSum, decode_told, encode_told};
use proto::opening::{decode_record, encode_record};

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS};
use crate::roll_up::{arrived, bodies, told};
use crate::school::{all_but, recount, task};

const DAY_MS: i64 = 24 * 3_600_000;

async fn opened(city: &City) {
    all_but(city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
}

/// Rewrites the leader's record of the only opening as if it had been signed by a leader whose
/// clock was off, before the helper saw it.
fn misdate(city: &City, by_ms: i64) {
    let identity = city.leader.hub.identity().current();
    city.leader.write(move |tx| {
        let before = record::all(tx)?.remove(0);
        let mut read = decode_record(&before.bytes).expect("record");
        read.opened_at_ms += by_ms;
        let bytes = encode_record(&read);
        let signed = sign(&identity, OPENING_CONTEXT, &bytes).expect("signed");
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute(
            "update sealed_record set record = $1, leader_signature = $2, helper_signature = null",
            runtime::params![&bytes, &signed.signature],
        )
    });
    city.helper.write(|tx| {
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute("delete from sealed_record", &[])
    });
}

/// A record that is dated before the set was let pass, or in the future, is not signed; the leader
/// says so, and dates it anew once the clocks agree.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_signs_no_date_that_cannot_be() {
    let city = City::start().await;
    opened(&city).await;
    let id = task(&city, THE_FLOW);
    for by_ms in [3 * DAY_MS, -3 * DAY_MS] {
        misdate(&city, by_ms);
        city.step().await;
        let refused = city.leader.read(move |tx| opening::of_task(tx, &id));
        assert_eq!(refused[0].refused, "OTHER_TIME");
        assert!(city.helper.read(record::all).is_empty());
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

/// A number that another record of the area has is not signed again.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_one_records() {
    let city = City::start().await;
    opened(&city).await;
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
    opened(&city).await;
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
