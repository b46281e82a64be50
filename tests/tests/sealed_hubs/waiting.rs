//! Opened sums that a city cannot judge yet: how many of one sender wait, and that what found no
//! room is all told again.

use std::time::Duration;

use certs::digest::sha256;
use hub::opened::lane::{ALARM_WAITING, Arrived, WAITING_FULL, take};
use hub::opened::verify::Judged;
use hub::store::{directive, opened_lane};
use proto::pack::PackKind;
use runtime::sql::Tx;
use runtime::uplink::outbox;
use tests::federation::RunningHub;

use crate::city::{City, LEADER, TERM, WEEK};
use crate::roll_up::bodies;
use crate::school::{all_but, opened_after};
use crate::{THE_FLOW, THE_STOCK};

/// What may wait of one sender and period.
const OF_PERIOD: usize = 256;
const CODE: &str = "year_unknown";

/// What a city makes of the bytes of a sum that it cannot judge yet.
fn waits(top: &RunningHub, sender: &str, (body, period): (&[u8], &str)) -> Result<(), String> {
    let judged = Judged::Waits(CODE, period.parse().expect("period"));
    let arrived = Arrived { body: body.to_vec(), judged };
    let sender = sender.parse().expect("unit");
    let taken = top.write(move |tx| take(tx, &sender, &arrived, (false, 1)));
    taken.map(drop).map_err(|(code, _)| code)
}

/// One sender fills its room of a period: it is refused by a code that is no end, an alarm names
/// it, and another period, another sender and what waits already are not disturbed.
#[tokio::test(flavor = "multi_thread")]
async fn one_sender_does_not_fill_a_city() {
    let (city, top) = City::start_with_top().await;
    let body = |number: usize| format!("sum {number}").into_bytes();
    for number in 0..OF_PERIOD {
        assert_eq!(waits(&top, LEADER, (&body(number), WEEK)), Ok(()));
    }
    let full = Err(WAITING_FULL.to_owned());
    assert_eq!(waits(&top, LEADER, (&body(OF_PERIOD), WEEK)), full);
    assert_eq!(waits(&top, LEADER, (&body(3), WEEK)), Ok(()), "it waits already");
    assert_eq!(waits(&top, LEADER, (b"another period", TERM)), Ok(()));
    assert_eq!(waits(&top, "370203", (b"another sender", WEEK)), Ok(()));
    assert_eq!(top.alarms(), [ALARM_WAITING]);
    let large = vec![7; 33 << 20];
    assert_eq!(waits(&top, "370204", (&large, WEEK)), full, "bytes are bounded too");
    drop(city);
}

/// Fills the room of the leader's sums of a period at a city.
fn fill(top: &RunningHub, period: &'static str) {
    top.write(move |tx| {
        (0..OF_PERIOD).try_for_each(|number| {
            let body = format!("{period} {number}").into_bytes();
            opened_lane::wait(tx, (&sha256(&body), &body), (LEADER, period, CODE), 1)
        })
    });
}

/// Moves the clock on by seconds until something is so. Between two moves the lanes, which run by
/// themselves over real connections, get a moment.
async fn until(city: &City, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        city.hand.advance_ms(3_000);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it did not come to that");
}

/// Sums of a week and of a term that a city without documents had no room for are all told again a
/// day later, and all are in its figures once the documents are here.
#[tokio::test(flavor = "multi_thread")]
async fn what_found_no_room_is_all_told_again() {
    let (city, top) = City::start_with_top().await;
    let packs = top.read(directive::all);
    top.write(|tx| {
        let kind = runtime::params![PackKind::Plan.as_str()];
        tx.execute("delete from directive where kind = $1", kind)
    });
    top.hub.reload_packs().expect("packs");
    fill(&top, WEEK);
    fill(&top, TERM);
    all_but(&city, THE_STOCK, &[]);
    opened_after(&city, THE_FLOW, &[], 7).await;
    let refused = |tx: &Tx<'_>| outbox::refused_with(tx, ("opened/", WAITING_FULL), 99);
    until(&city, || city.leader.read(refused).len() == 4).await;
    assert!(bodies(&top).is_empty());
    assert!(top.alarms().contains(&ALARM_WAITING.to_owned()));
    top.write(|tx| tx.execute("delete from opened_waiting", &[]));
    top.write(move |tx| packs.iter().try_for_each(|one| directive::insert(tx, one, 1).map(drop)));
    top.hub.reload_packs().expect("packs");
    city.days(1);
    until(&city, || bodies(&top).len() == 4).await;
    assert!(city.leader.read(refused).is_empty());
}
