//! A helper that is gone for good, as that of last year may be, stops nothing of another plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use certs::aggregate::Role;
use certs::seal::ShareKey;
use domain::unit::UnitId;
use hub::store::directive;
use hub::store::sealed::{heard, task as tasks, year};
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS, Wished, packs, stated_by};
use crate::school::{all_but, code, draft, recount, task};

const GONE: &str = "HC-GONE";
/// An area of the same leader that stands before its own in every list.
const OTHER: &str = "370201-2026";

/// Publishes at the leader the plan of another area, whose helper does not run.
fn publish(city: &City) {
    let now = "2026-08-12T00:00:00Z".parse().expect("instant");
    let roots = [city.federation.authority().root_authority(), city.health.root_authority()];
    let gone = ShareKey::generate(GONE.parse().expect("unit"), Role::Helper.purpose());
    let keys = [city.keys[0].clone(), Arc::new(gone.expect("key"))];
    let renamed = city.report_keys.iter().map(|(unit, key)| {
        let unit: UnitId = unit.as_str().replace('S', "Z").parse().expect("unit");
        (unit, key.clone())
    });
    let stated = stated_by(&renamed.collect::<BTreeMap<_, _>>());
    let wished = Wished { name: OTHER, ..Wished::default() };
    let (_, [roster, plan, listed, _]) = packs(roots, &keys, (&stated, wished), now);
    city.leader.write(move |tx| {
        [roster, plan, listed].iter().try_for_each(|one| directive::insert(tx, one, 1).map(drop))
    });
    city.leader.hub.reload_packs().expect("packs");
    let documents = city.leader.hub.sealed().documents();
    let first = documents.years().first().expect("a year").sealed().helper.clone();
    assert_eq!((documents.years().len(), first.as_str()), (2, GONE));
}

fn silent(hub: &RunningHub) -> bool {
    let unit: UnitId = GONE.parse().expect("unit");
    hub.read(move |tx| heard::read(tx, &unit)).silent_since_ms.is_some()
}

/// Its plan's tasks have no key and its operator is called; the other plan's week is agreed on,
/// verified and opened, after a restart too.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_is_gone_stops_nothing_of_another() {
    let city = City::start().await;
    publish(&city);
    let city = city.restart_driver();
    all_but(&city, THE_FLOW, &[1]);
    city.step().await;
    let last = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert!(silent(&city.leader), "its operator is called");
    assert_eq!(code(&city, 1, last).as_deref(), Some(""));
    let all = city.leader.read(tasks::all);
    let of_gone: Vec<_> = all.iter().filter(|one| one.area.as_str() == "370201").collect();
    assert!(!of_gone.is_empty() && of_gone.iter().all(|one| one.key.is_none()));
    let city = city.restart_driver();
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened, [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// A year that was closed here asks nobody any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_is_not_asked_about() {
    let city = City::start().await;
    publish(&city);
    let area: UnitId = "370201".parse().expect("unit");
    city.leader.write(move |tx| year::close(tx, (&area, 2026), (b"record", b"signature"), 1));
    let city = city.restart_driver();
    city.step().await;
    city.step().await;
    assert!(!silent(&city.leader), "it was not even dialled");
}
