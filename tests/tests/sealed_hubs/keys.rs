//! Whose report it is, by health's word: education certifies schools, and a certificate alone signs
//! nothing that is summed.

use certs::digest::sha256;
use certs::key::SigningKey;
use hub::store::sealed::{report, school_key};

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS, stated_by};
use crate::school::{Draft, all_but, code, draft, recount, task, unit};

/// A report as education forges it: the school's name under a certificate that education made, and
/// a key of its own.
fn forged(city: &City, school: u32) -> Draft {
    let key = SigningKey::generate().expect("key");
    Draft { key, ..draft(city, THE_FLOW, school, 1) }
}

/// Education forges four schools of five. Their reports wait at both hubs, are never summed and use
/// up nothing of the schools', whose own reports are taken after them.
#[tokio::test(flavor = "multi_thread")]
async fn what_education_forges_waits_and_never_opens() {
    let city = City::start().await;
    let id = task(&city, THE_FLOW);
    let forged: Vec<_> =
        (1..=4).map(|school| (school, forged(&city, school).send(&city))).collect();
    all_but(&city, THE_FLOW, &[1, 2, 3, 4]);
    for _ in 0..3 {
        city.step().await;
    }
    city.days(30);
    city.step().await;
    for (school, digest) in &forged {
        assert_eq!(code(&city, *school, *digest), None, "it waits, and is not refused");
        for hub in [&city.leader, &city.helper] {
            let digest = *digest;
            assert!(hub.read(move |tx| report::find(tx, &digest)).is_none());
        }
    }
    let whole = city.opened(id);
    let second = recount(&city, FLOW, 6..=SCHOOLS);
    assert_eq!(whole, [("cells".to_owned(), second)], "the group of the fifth stays closed");
    // Health is shown the keys that it must not state.
    for hub in [&city.leader, &city.helper] {
        let seen = hub.read(school_key::all);
        let units: Vec<_> = seen.into_iter().map(|one| one.unit).collect();
        assert_eq!(units, (1..=4).map(unit).collect::<Vec<_>>());
    }
    for school in 1..=4 {
        draft(&city, THE_FLOW, school, 1).send(&city);
    }
    city.step().await;
    city.days(1);
    city.step().await;
    let first = recount(&city, FLOW, 1..=5);
    assert_eq!(city.opened(id)[1], ("cells".to_owned(), first));
}

/// The key of one school signs for no other, whatever certificate stands beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stated_key_is_one_schools() {
    let city = City::start().await;
    let other = city.report_keys[&unit(2)].clone();
    let borrowed = Draft { key: other, ..draft(&city, THE_FLOW, 1, 1) }.send(&city);
    let own = draft(&city, THE_FLOW, 2, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, borrowed), None);
    assert_eq!(code(&city, 2, own).as_deref(), Some(""));
}

/// Before health stated any key nothing opens and nothing is refused; once it has, what waited goes
/// on by itself. A helper that has the list later than the leader keeps reports waiting too.
#[tokio::test(flavor = "multi_thread")]
async fn reports_wait_until_health_has_stated_the_key() {
    let city = City::start().await;
    let mut rest = city.report_keys.clone();
    let first = rest.remove(&unit(1)).expect("key");
    city.state(2, &stated_by(&rest));
    let waiting = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, waiting), None);
    let seen = city.helper.read(school_key::all);
    assert_eq!(seen[0].key, sha256(first.public().spki()), "the list that health telephones from");
    // A new ledger has a new key: the later list takes the first one's place, and only its.
    let renewed = SigningKey::generate().expect("key");
    rest.insert(unit(1), renewed.clone());
    city.state_at(&city.leader, 3, &stated_by(&rest));
    let again = Draft { key: renewed, ..draft(&city, THE_FLOW, 1, 2) }.send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, again), None, "health's own hub does not have the list yet");
    city.state_at(&city.helper, 3, &stated_by(&rest));
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, again).as_deref(), Some(""));
    assert_eq!(code(&city, 1, waiting).as_deref(), Some("other_report"));
}
