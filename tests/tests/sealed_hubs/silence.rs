//! A hub or a school that is silent: said on both hubs' pages and in their lists, and somebody is
//! called.

use domain::disclosure::sealed::Kind;
use hub::sealed::silent::{self, ALARM_HELPER, ALARM_LEADER, ALARM_SCHOOL, silences};
use hub::sealed::watch::Notice;
use hub::store::alarm;
use hub::store::sealed::heard;
use jiff::civil::{Date, date};
use tests::federation::RunningHub;

use crate::city::{City, HELPER, LEADER, WEEK, Wished};
use crate::figures::{CLOSED, seen_by};
use crate::pages::{browser, has, page};
use crate::school::all_but;

/// What is silent as a hub sees it now.
fn silent_at(city: &City, hub: &RunningHub) -> Vec<Notice> {
    let (documents, own) = (hub.hub.sealed().documents(), hub.hub.config().unit.clone());
    let now = (city.federation.clock().today(), city.federation.clock().now_ms());
    hub.read(move |tx| silences(tx, (&documents, &own), now))
}

/// The page of sealed sums of a hub, in both languages.
async fn seen(city: &City, hub: &RunningHub) -> [String; 2] {
    let (unit, kind) = (hub.hub.config().unit.clone(), hub.hub.config().kind);
    let mut browser = browser(seen_by(hub, unit.as_str(), kind), kind, city).await;
    page(&mut browser, "/sealed", &format!("silent-{unit}")).await
}

/// Alarms of a kind after silence was looked for: the units and what is said.
pub async fn alarms(hub: &RunningHub, kind: &'static str) -> Vec<(String, String)> {
    hub.hub.sealed().note_silence().await.expect("looked");
    let raised = hub.read(move |tx| alarm::of_kind(tx, kind));
    raised.into_iter().map(|one| (one.unit, one.detail)).collect()
}

/// A school of which nothing comes is named at both hubs from the seventh day after its report was
/// due, and one call is made for it and the period, however often it is looked.
#[tokio::test(flavor = "multi_thread")]
async fn seven_days_of_silence_call_both_departments() {
    // Schools of a stage that the plan keeps closed are in no sum: nobody is called about them.
    let city = City::start_with(Wished { further: &CLOSED, ..Wished::default() }).await;
    // Of each table of the week a key was agreed on, so a report of each is awaited.
    for table in city.tables.all().iter().filter(|table| table.kind() == Kind::Flow) {
        all_but(&city, (table.id().as_str(), WEEK), &[8]);
    }
    city.step().await;
    city.step().await;
    let schools = |hub: &RunningHub| {
        let all = silent_at(&city, hub).into_iter();
        all.filter(|one| matches!(one, Notice::SchoolsSilent(..))).collect::<Vec<_>>()
    };
    // The week ended on the 13th: two days until it leaves, and seven more.
    city.days(7);
    assert_eq!(city.federation.clock().today().to_string(), "2026-09-21");
    assert!(schools(&city.leader).is_empty() && schools(&city.helper).is_empty());
    assert_eq!(alarms(&city.leader, ALARM_SCHOOL).await, []);
    city.days(1);
    for hub in [&city.leader, &city.helper] {
        let area = LEADER.parse().expect("unit");
        let told = Notice::SchoolsSilent(area, 1, "S08".to_owned());
        assert!(schools(hub).contains(&told), "{:?}", schools(hub));
        let zh = "1 所学校七天以上没有最终结果的报告（S08）";
        has(&seen(&city, hub).await, zh, "nothing is final for more than seven days (S08)");
        for _ in 0..2 {
            let raised = alarms(hub, ALARM_SCHOOL).await;
            let week = ("S08".to_owned(), "2026-W37".to_owned());
            assert_eq!(raised.iter().filter(|one| **one == week).count(), 1, "{raised:?}");
        }
    }
}

/// A helper that does not answer is said after an hour and called about after a day; a leader that
/// does not come is both after a week and a day, at the helper. Each is told by its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_hub_is_said_and_called_about() {
    let city = City::start().await;
    // Nobody is called silent before there was a plan to speak of, whatever day the year began on.
    assert!(silent_at(&city, &city.leader).is_empty() && silent_at(&city, &city.helper).is_empty());
    city.step().await;
    assert!(silent_at(&city, &city.leader).is_empty() && silent_at(&city, &city.helper).is_empty());
    let since = city.federation.clock().now_ms();
    city.leader.write(move |tx| heard::note(tx, &HELPER.parse().expect("unit"), (false, since)));
    assert!(silent_at(&city, &city.leader).is_empty(), "one that is started again is away so long");
    city.hand.advance_ms(3_600_000);
    let away = Notice::HelperSilent(HELPER.parse().expect("unit"), since);
    assert_eq!(silent_at(&city, &city.leader), [away]);
    assert_eq!(alarms(&city.leader, ALARM_HELPER).await, []);
    city.days(1);
    for _ in 0..2 {
        let raised = alarms(&city.leader, ALARM_HELPER).await;
        assert_eq!(raised.len(), 1);
        assert_eq!(raised[0].0, HELPER);
    }
    assert_eq!(alarms(&city.helper, ALARM_LEADER).await, []);
    city.days(silent::HUB_DAYS);
    let told = silent_at(&city, &city.helper).into_iter();
    let told: Vec<_> = told.filter(|one| matches!(one, Notice::LeaderSilent(..))).collect();
    assert_eq!(told.len(), 1);
    has(&seen(&city, &city.helper).await, "教育方枢纽 370202 自", "hub 370202 since");
    let raised = alarms(&city.helper, ALARM_LEADER).await;
    assert!(matches!(&raised[..], [(unit, _)] if unit == LEADER), "{raised:?}");
    // Until the last week of the year has its key, and then no more.
    let is_told = |city: &City| {
        let told = silent_at(city, &city.helper);
        told.iter().any(|one| matches!(one, Notice::LeaderSilent(..)))
    };
    let until = |city: &City, day: Date| {
        let today = city.federation.clock().today();
        city.days((day - today).get_days().into());
    };
    until(&city, date(2027, 8, 1));
    assert!(is_told(&city));
    until(&city, date(2027, 8, 5));
    assert!(!is_told(&city), "no key is agreed on in August");
}
