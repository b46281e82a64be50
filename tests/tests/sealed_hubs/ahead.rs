//! What is there before it is needed: the keys of periods that have not begun, and reports that
//! wait below a leader that is away.

use std::time::Duration;

use domain::disclosure::sealed::{Kind, TaskId, Week};
use domain::period::TermId;
use hub::store::sealed::task as tasks;
use hub::store::sealed_inbox;
use jiff::ToSpan as _;
use proto::frame::{SEALED_REPORT_CONTEXT, encode_item};
use proto::wire::sync::ItemKind;
use runtime::clock::SimulatedClock;
use tests::federation::{Member, RunningHub};

use crate::THE_FLOW;
use crate::city::{City, FLOW, SCHOOLS};
use crate::school::{draft, recount, task, unit, verdicts};

/// The key of a task at a hub, if it was agreed on.
fn key(hub: &RunningHub, id: TaskId) -> Option<[u8; 32]> {
    let stored = hub.read(move |tx| tasks::find(tx, &id));
    stored.and_then(|stored| stored.key).map(|key| *key.expose())
}

/// The keys of every table of a kind about a period: the same at both hubs, and none missing.
fn agreed(city: &City, kind: Kind, period: &str) -> Vec<[u8; 32]> {
    let tables = city.tables.all().iter().filter(|table| table.kind() == kind);
    let ids = tables.map(|table| (table.id().to_string(), city.task(table.id().as_str(), period)));
    let keys = ids.map(|(table, id)| {
        let [leader, helper] = [&city.leader, &city.helper].map(|hub| key(hub, id));
        assert!(leader.is_some(), "{table} {period} has no key yet");
        assert_eq!(leader, helper, "{table} {period}");
        leader.expect("agreed")
    });
    keys.collect()
}

/// Both hubs have the key of every table of a week before its Monday and of a term before its first
/// day, so that nobody chooses one who has seen a report. What was agreed stays.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_agreed_on_before_their_periods_open() {
    let city = City::start().await;
    city.step().await;
    for _ in 0..3 {
        let next = Week::of(city.federation.clock().today() + 7.days());
        let monday = next.sunday() - 6.days();
        assert!(city.federation.clock().today() < monday);
        let before = agreed(&city, Kind::Flow, &next.to_string());
        assert!(before.len() >= 5, "{} tables", before.len());
        city.days(7);
        assert_eq!(city.federation.clock().today(), monday, "it opens today");
        city.step().await;
        assert_eq!(agreed(&city, Kind::Flow, &next.to_string()), before);
    }
    let spring = TermId { school_year: 2026, number: 2 };
    let packs = city.leader.hub.packs().last();
    let start = packs.calendar().terms().iter().find(|term| term.id == spring).expect("term").start;
    let days = city.federation.clock().today().until(start).expect("ahead").get_days();
    city.days(i64::from(days) - 28);
    city.renew();
    city.step().await;
    assert_eq!(city.federation.clock().today() + 28.days(), start);
    let before = agreed(&city, Kind::Stock, &spring.to_string());
    assert!(before.len() >= 2, "{} tables", before.len());
    city.days(28);
    city.step().await;
    assert_eq!(agreed(&city, Kind::Stock, &spring.to_string()), before);
}

/// Waits until so many reports that nobody has looked at lie at a hub.
pub async fn arrived(city: &City, number: usize) {
    let waiting = || city.leader.read(|tx| sealed_inbox::open_after(tx, 0, 100)).len();
    for _ in 0..300 {
        if waiting() >= number {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(waiting(), number);
}

/// A school below another hub hands its signed report to that.
pub struct Below {
    member: Member,
    item: Vec<u8>,
}

impl Below {
    pub fn new(city: &City, town: &RunningHub, school: u32) -> Self {
        let member = Member::join(&city.federation, town, unit(school).as_str());
        let mut draft = draft(city, THE_FLOW, school, 1);
        draft.signer = member.identity.clone();
        draft.item();
        let body = draft.body.into_inner().expect("signed");
        let signed = member.identity.key().sign(SEALED_REPORT_CONTEXT, &body).expect("signed");
        Self { member, item: encode_item(ItemKind::SealedReport, body, signed.to_bytes()) }
    }

    pub async fn send(&self) {
        self.member.queue_item("the week", self.item.clone());
        self.member.flush().await.expect("the hub is there");
        assert_eq!(self.member.outcome("the week"), "accepted");
    }
}

/// The leader is away for three days in which half of the schools report: the town's hub takes what
/// they send and keeps it, the helper notes nothing, and when the leader is back every report
/// comes, is checked and answered once, and the week opens exactly.
#[tokio::test(flavor = "multi_thread")]
async fn the_leader_may_be_away_for_days() {
    let city = City::start().await;
    let town = city.town("T2").await;
    for school in 1..=5 {
        draft(&city, THE_FLOW, school, 1).send(&city);
    }
    city.step().await;
    // Before the first step a hub may have been called silent.
    let called = [city.helper.alarms().len(), town.alarms().len()];
    let below: Vec<Below> = (6..=SCHOOLS).map(|school| Below::new(&city, &town, school)).collect();
    let city = city
        .without_leader(async |hand: &SimulatedClock| {
            for day in 0..3_usize {
                for school in below.iter().skip(day * 2).take(2) {
                    school.send().await;
                }
                hand.advance_ms(24 * 3_600_000);
            }
        })
        .await;
    assert_eq!([city.helper.alarms().len(), town.alarms().len()], called);
    // Whoever dials again waits on the clock.
    city.hand.advance_ms(3_600_000);
    arrived(&city, below.len()).await;
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert!(city.opened(id).is_empty(), "schools have a day to object");
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    for school in 1..=SCHOOLS {
        let signed = verdicts(&city, &unit(school));
        assert_eq!(signed.len(), 1, "school {school}");
        assert!(signed[0].leader.is_some() && signed[0].helper.is_some());
    }
}
