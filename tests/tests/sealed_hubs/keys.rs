//! Whose report it is, by health's word: education certifies schools, and a certificate alone signs
//! nothing that is summed.

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::Stage;
use domain::disclosure::sealed::TaskId;
use hub::store::sealed::{report, school_key, verdict};

use crate::city::{City, FLOW, SCHOOLS, stated_by};
use crate::school::{Draft, all_but, both_away, code, draft, recount, task, unit};
use crate::{THE_FLOW, THE_STOCK};

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
    assert_eq!(code(&city, 1, waiting), None, "the old key is not stated any more");
}

/// Under a key that health has not stated no school is refused by name, whatever is wrong with the
/// report: who signed it is not known yet. Once the key is stated, each gets its answer.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_refused_under_a_key_that_is_not_stated() {
    let city = City::start().await;
    let mut rest = city.report_keys.clone();
    rest.remove(&unit(1));
    city.state(2, &stated_by(&rest));
    both_away(&city, 1, ("2026-09-01", Some("2026-09-13")));
    let absent = draft(&city, THE_FLOW, 1, 1).send(&city);
    let mut other = draft(&city, THE_STOCK, 1, 1);
    other.report.task = TaskId::from_bytes([7; 32]);
    let other = other.send(&city);
    let mut lie = draft(&city, THE_STOCK, 1, 2);
    lie.report.enrolled.insert(Stage::Junior, 500);
    let lie = lie.send(&city);
    city.step().await;
    city.step().await;
    for digest in [absent, other, lie] {
        assert_eq!(code(&city, 1, digest), None);
    }
    for hub in [&city.leader, &city.helper] {
        assert!(hub.read(|tx| verdict::refused(tx, 100)).is_empty(), "nobody is named");
    }
    city.state(3, &stated_by(&city.report_keys));
    city.step().await;
    city.step().await;
    let told = [absent, other, lie].map(|digest| code(&city, 1, digest));
    let told: Vec<_> = told.iter().map(|code| code.as_deref().unwrap_or("waits")).collect();
    // The census day of the stock lies within the days that the school was away.
    assert_eq!(told, ["school_away", "other_task", "school_away"]);
}
