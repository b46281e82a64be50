//! A leader's numbers as its helper has them: what a helper lost is shown to it again, and what a
//! leader hides is a gap that health's operator is told of.

use hub::sealed::watch::Notice;
use hub::sealed::{chain, guard};
use hub::store::sealed::record;
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::city::{City, LEADER};
use crate::restored::{forget_openings, renoted};
use crate::school::{draft, opened_after, owed};
use crate::{THE_FLOW, THE_STOCK};

fn numbers(hub: &RunningHub) -> Vec<u64> {
    let all = hub.read(record::all);
    assert_eq!(chain::broken(&all), None);
    let mut numbers: Vec<u64> = all.into_iter().map(|one| one.signed_number).collect();
    numbers.sort_unstable();
    numbers
}

fn said(city: &City) -> Vec<Notice> {
    let all = city.notices(&city.helper).into_iter();
    all.filter(|one| matches!(one, Notice::Gap(..))).collect()
}

/// A helper that was put back lost the record of a week, and the next sum is of another table, of
/// which nothing was lost: the leader shows it the record all the same, by its number.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_helper_lost_is_shown_by_its_number() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    assert_eq!(numbers(&city.helper), [1]);
    forget_openings(&city.helper);
    opened_after(&city, THE_STOCK, &[], 7).await;
    renoted(&city.helper);
    city.step().await;
    assert_eq!(numbers(&city.leader), [1, 2, 3, 4]);
    assert_eq!(numbers(&city.helper), [1, 2, 3, 4]);
    assert_eq!(said(&city), []);
}

/// A leader hides a record from a helper that lost it, and goes on with another table: the helper
/// cannot know what it gave before, but the number is missing, and its operator is told of which
/// leader, which number and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_a_leader_hides_is_a_gap() {
    let city = City::start().await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    assert_eq!((numbers(&city.leader), numbers(&city.helper)), (vec![1], vec![1]));
    forget_openings(&city.helper);
    hide(&city);
    assert_eq!(said(&city), []);
    opened_after(&city, THE_STOCK, &[], 7).await;
    assert_eq!(numbers(&city.helper), [2, 3, 4]);
    assert_eq!(said(&city), [Notice::Gap(LEADER.parse().expect("unit"), 1, 1)]);
    let english = said(&city)[0].say(Lang::En);
    assert!(english.contains(LEADER) && english.contains("number 1"), "{english}");
}

/// The same with the other group of the same week. The helper would open both, so that it gives
/// nothing for one alone: no sum of the week is opened over a record that it does not have. Once
/// the record is shown after all, nothing is missing and the group is opened.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_hides_a_record_opens_no_part_beside_it() {
    let city = City::start().await;
    let late = draft(&city, THE_FLOW, 8, 1);
    owed(&city, THE_FLOW, 8).await;
    assert_eq!((numbers(&city.leader), numbers(&city.helper)), (vec![1], vec![1]));
    forget_openings(&city.helper);
    hide(&city);
    late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    assert!(numbers(&city.helper).is_empty());
    show(&city);
    city.step().await;
    renoted(&city.helper);
    city.step().await;
    city.step().await;
    assert_eq!(numbers(&city.helper), [1, 2]);
    assert_eq!(said(&city), []);
}

/// Has a leader keep to itself what it opened so far.
fn hide(city: &City) {
    city.leader.write(|tx| {
        let closed = runtime::params![guard::REACHABLE];
        tx.execute("update sealed_opening set refused = $1", closed)?;
        let kept = "create table hidden as select number, helper_signature from sealed_record";
        tx.execute(kept, &[])?;
        tx.execute("update sealed_record set helper_signature = null", &[])
    });
}

/// Has it show what it hid.
fn show(city: &City) {
    city.leader.write(|tx| {
        tx.execute("update sealed_opening set refused = ''", &[])?;
        let back = "update sealed_record set helper_signature = (select hidden.helper_signature
                from hidden where hidden.number = sealed_record.number)
            where helper_signature is null";
        tx.execute(back, &[])
    });
}
