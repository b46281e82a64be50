//! A leader and a helper that are put back by their backups: sums stay exact, what both signed
//! since is had again from the other one, notes that the copy lacks are asked for first, and
//! nothing is opened twice.

use std::collections::BTreeMap;
use std::path::PathBuf;

use certs::aggregate::Role;
use domain::disclosure::sealed::TaskId;
use hub::backup::{self, Plan};
use hub::store::sealed::say;
use runtime::clock::SimulatedClock;
use runtime::passphrase::Passphrase;
use runtime::sql::Tx;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, SCHOOLS, STOCK};
use crate::put_back::lacks_notes;
use crate::restored::{records, renoted};
use crate::school::{all_but, draft, recount, task, unit};
use crate::{THE_FLOW, THE_STOCK};

/// A copy of a hub's folder on another disk, made while the hub served.
struct Kept {
    place: tempfile::TempDir,
    name: String,
    data: PathBuf,
    passphrase: Passphrase,
    now_ms: i64,
}

impl Kept {
    /// Makes it; the hub's key of sealed sums lies in its folder, as it does at a hub that people
    /// run.
    fn of(city: &City, hub: &RunningHub, role: Role) -> Self {
        let (config, now_ms) = (hub.hub.config(), city.federation.clock().now_ms());
        let keys = config.path("share-keys");
        std::fs::create_dir_all(&keys).expect("folder");
        let key = city.share_key(role);
        let file = keys.join(format!("{now_ms}-{}.key", key.public().digest().short()));
        key.danger_save_plain(&file).expect("key");
        let place = tempfile::tempdir().expect("place");
        let passphrase = Passphrase::chosen("long enough a passphrase").expect("passphrase");
        backup::choose(config, &passphrase).expect("passphrase");
        let plan = Plan { to: place.path().to_owned(), hour: 0, keep: 3 };
        let made = backup::make(config, hub.hub.database(), &plan, now_ms).expect("copy");
        Self { place, name: made.name, data: config.data.clone(), passphrase, now_ms }
    }

    /// The folder is lost, and the copy is put back in its place, as the command does.
    fn put_back(&self) {
        std::fs::rename(&self.data, self.data.with_extension("lost")).expect("lost");
        let copy = self.place.path().join(&self.name);
        let key = backup::open_copy(&copy, &self.passphrase).expect("key");
        let restored = backup::restore(&copy, &self.data, &key, &[], self.now_ms);
        let restored = restored.expect("put back");
        assert!(restored.waits_for_notes && restored.holds_keys && restored.without.is_empty());
    }
}

/// Whether no figure of a task is open.
fn is_closed(city: &City, id: TaskId) -> bool {
    city.opened(id).iter().all(|(_, cells)| cells.is_empty())
}

async fn steps(city: &City, days: i64) {
    city.days(days);
    city.step().await;
    city.step().await;
}

/// The week stands as it was opened, once; the term is exact; both hubs hold the same records,
/// those of before among them.
fn assert_exact(city: &City, before: &BTreeMap<u64, Vec<u8>>) {
    let (week, term) = (task(city, THE_FLOW), task(city, THE_STOCK));
    assert_eq!(city.opened(week), [("cells".to_owned(), recount(city, FLOW, 1..=SCHOOLS))]);
    let opened = city.opened(term);
    let exact = ("cells".to_owned(), recount(city, STOCK, 1..=SCHOOLS));
    assert_eq!(opened.first(), Some(&exact));
    assert_eq!(opened.iter().filter(|(detail, _)| detail == "cells").count(), 1, "once");
    let after = records(&city.leader);
    assert_eq!(after, records(&city.helper));
    assert!(before.iter().all(|(number, bytes)| after.get(number) == Some(bytes)));
}

/// A leader is put back to before a week was opened, a term's reports came and a school objected.
/// It has the record and the reports again from the helper; nothing more is opened until its
/// operator entered the objection again, and then the term is exact.
///
/// Method: a copy by the command's own code while the hub serves, its folder lost, the copy put
/// back and served at the same address.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_is_put_back_by_its_backup() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    steps(&city, 0).await;
    let kept = Kept::of(&city, &city.leader, Role::Leader);
    all_but(&city, THE_STOCK, &[3]);
    let third = draft(&city, THE_STOCK, 3, 1).send(&city);
    steps(&city, 0).await;
    steps(&city, 1).await;
    let (week, term) = (task(&city, THE_FLOW), task(&city, THE_STOCK));
    assert!(!is_closed(&city, week) && is_closed(&city, term));
    let object = move |tx: &Tx<'_>| say::object(tx, (&unit(3), &third), "rang", 1);
    city.leader.write(object);
    let before = records(&city.leader);
    let city = city.without_leader(async |_: &SimulatedClock| kept.put_back()).await;
    assert!(lacks_notes(&city, &city.leader), "its operator is told before anything else");
    steps(&city, 0).await;
    steps(&city, 7).await;
    assert!(is_closed(&city, term), "the objection is not here yet");
    assert!(records(&city.leader).len() <= before.len(), "nothing more is opened");
    city.leader.write(object);
    renoted(&city.leader);
    steps(&city, 1).await;
    assert!(is_closed(&city, term) && !lacks_notes(&city, &city.leader), "the school objects");
    city.leader.write(move |tx| say::withdraw(tx, (&unit(3), &third), 2));
    steps(&city, 1).await;
    assert_exact(&city, &before);
    steps(&city, 1).await;
    assert_exact(&city, &before);
}

/// The same where it is the helper: it is shown the record of the week, gives no share of the term
/// before its operator entered the objection again, and the leader asks again by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_is_put_back_by_its_backup() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    all_but(&city, THE_STOCK, &[3]);
    let third = draft(&city, THE_STOCK, 3, 1).send(&city);
    steps(&city, 0).await;
    let kept = Kept::of(&city, &city.helper, Role::Helper);
    steps(&city, 1).await;
    let (week, term) = (task(&city, THE_FLOW), task(&city, THE_STOCK));
    assert!(!is_closed(&city, week) && is_closed(&city, term));
    let object = move |tx: &Tx<'_>| say::object(tx, (&unit(3), &third), "rang", 1);
    city.helper.write(object);
    let before = records(&city.leader);
    let city = city.without_helper(async || kept.put_back()).await;
    assert!(lacks_notes(&city, &city.helper) && !lacks_notes(&city, &city.leader));
    steps(&city, 7).await;
    assert!(is_closed(&city, term), "no share is given");
    city.helper.write(object);
    renoted(&city.helper);
    steps(&city, 1).await;
    assert!(is_closed(&city, term) && !lacks_notes(&city, &city.helper), "the school objects");
    city.helper.write(move |tx| say::withdraw(tx, (&unit(3), &third), 2));
    steps(&city, 1).await;
    assert_exact(&city, &before);
    steps(&city, 1).await;
    assert_exact(&city, &before);
}
