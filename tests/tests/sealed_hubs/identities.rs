//! Opened sums that break a relation of the catalogue: both hubs see it from their own records,
//! call somebody and mark the figures, and nothing is closed.

use domain::unit::UnitKind;
use hub::contradiction::{ALARM, judge, keep};
use hub::sealed::watch::Notice;
use hub::store::contradiction;
use runtime::params;
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::city::{City, HELPER, LEADER, SCHOOLS, TERM};
use crate::figures::{figures, seen_by};
use crate::school::{draft_of, unit};

const UNIQUE: &str = "sealed.spg.unique";
const PLANNED: &str = "sealed.spg.planned";
const RELATION: &str = "spg.planned <= spg.unique";

/// Every school reports so many more persons in a table than it has.
fn all_report(city: &City, table: &str, more: u64) {
    let layout = city.table(table);
    let place = layout.block().place(&["in", "junior"]).expect("place");
    for school in 1..=SCHOOLS {
        let mut cells = vec![0; layout.counted()];
        cells[place] = city.persons(school) + more;
        draft_of(city, (table, TERM), (school, 1), &cells).send(city);
    }
}

/// What a hub that runs does of itself.
fn look(city: &City, hub: &RunningHub) {
    let (packs, own) = (hub.hub.packs().last(), hub.hub.config().unit.clone());
    let judged = hub.hub.database().read(move |tx| judge(tx, &packs, &own)).expect("judged");
    let now_ms = city.federation.clock().now_ms();
    hub.write(move |tx| keep(tx, judged, now_ms));
}

/// What a hub tells of its sums, in both languages; it names no school.
fn said(city: &City, hub: &RunningHub) -> usize {
    let notices = city.notices(hub).into_iter();
    let breaks: Vec<Notice> = notices.filter(|one| matches!(one, Notice::Breaks(_))).collect();
    for text in breaks.iter().flat_map(|one| [Lang::Zh, Lang::En].map(|lang| one.say(lang))) {
        assert!(text.contains(RELATION) && text.contains(LEADER), "{text}");
        assert!((1..=SCHOOLS).all(|school| !text.contains(unit(school).as_str())), "{text}");
    }
    breaks.len()
}

/// A part that is larger than its whole in the sums is seen by the leader and by the helper, marks
/// the two figures, and goes once the figures hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_larger_than_its_whole_is_seen_by_both_hubs() {
    let city = City::start().await;
    all_report(&city, UNIQUE, 0);
    all_report(&city, PLANNED, 1);
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
    let task = city.task(PLANNED, TERM);
    assert!(!city.opened(task).is_empty(), "nothing is closed for what it says");
    for (hub, id, kind) in
        [(&city.leader, LEADER, UnitKind::District), (&city.helper, HELPER, UnitKind::Helper)]
    {
        look(&city, hub);
        let found = hub.read(contradiction::all);
        assert!(found.iter().all(|one| one.relation == RELATION), "{found:?}");
        assert_eq!(said(&city, hub), found.len());
        assert!(hub.alarms().iter().any(|alarm| alarm == ALARM));
        let marks = |indicator: &str| {
            figures(&seen_by(hub, id, kind), indicator, TERM, &[]).whole.contradictions.len()
        };
        assert!(marks("spg.planned") > 0 && marks("spg.unique") > 0);
        assert_eq!(marks("alt.census"), 0);
        hub.write(move |tx| {
            let sql = "update sealed_cell set value = 0
                where opening in (select id from sealed_opening where task = $1)";
            tx.execute(sql, params![task.bytes()]).map(drop)
        });
        look(&city, hub);
        assert_eq!((said(&city, hub), marks("spg.planned")), (0, 0));
        assert!(!hub.alarms().iter().any(|alarm| alarm == ALARM));
    }
}
