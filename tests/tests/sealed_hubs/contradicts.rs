//! A clear sheet whose band cannot be beside what was opened: the unit is named and somebody is
//! called, the sums stand.

use std::time::Duration;

use hub::sealed::watch::{ALARM_CONTRADICTS, Notice};
use hub::store::alarm;
use runtime::web::Lang;
use tests::federation::Member;

use crate::THE_STOCK;
use crate::city::{City, SCHOOLS, STOCK, TERM};
use crate::school::{counted, opened_after, unit};
use crate::seen::{send_sheet, sheet};

/// Units that somebody is called about, and told of on the page of sealed sums.
fn named(city: &City) -> Vec<String> {
    let raised = city.leader.read(|tx| alarm::of_kind(tx, ALARM_CONTRADICTS));
    let units: Vec<String> = raised.into_iter().map(|one| one.unit).collect();
    let notices = city.notices(&city.leader).into_iter();
    let said: Vec<Notice> = notices.filter(|one| matches!(one, Notice::Contradicts(..))).collect();
    assert_eq!(said.len(), units.len());
    for (unit, notice) in units.iter().zip(&said) {
        assert!([Lang::Zh, Lang::En].iter().all(|lang| notice.say(*lang).contains(unit)));
        assert!([Lang::Zh, Lang::En].iter().all(|lang| notice.say(*lang).contains(TERM)));
    }
    units
}

/// A band above everything that all schools together have in attention.
fn above_all(city: &City) -> u64 {
    let table = city.table(STOCK);
    let is_open = |place: usize| table.block().values_at(place).expect("key")[0] != "none";
    let of_school = |school| {
        let cells = counted(city, table, school).into_iter().enumerate();
        cells.filter(|(place, _)| is_open(*place)).map(|(_, count)| count).sum::<u64>()
    };
    let all: u64 = (1..=SCHOOLS).map(of_school).sum();
    assert!(all > 0, "a band above nothing is no lie");
    all / 10 * 10 + 10
}

/// A band above everything that its group has in attention, before its sum is opened: the sum is
/// opened, and the school is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_that_does_not_fit_names_its_unit() {
    let city = City::start().await;
    send_sheet(&city, 3, TERM, above_all(&city));
    opened_after(&city, THE_STOCK, &[], 7).await;
    assert!(!city.opened(crate::school::task(&city, THE_STOCK)).is_empty());
    assert_eq!(named(&city), [unit(3).to_string()]);
}

/// The same of one that comes after the sum: it is taken, since it tells nothing, and named.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_band_that_does_not_fit_names_its_unit() {
    let city = City::start().await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    assert!(named(&city).is_empty());
    let member = Member::join(&city.federation, &city.leader, unit(3).as_str());
    let release = sheet(&city, (3, 1), TERM, Some(above_all(&city)));
    let name = release.id().to_string();
    member.queue(&release);
    // An attack takes its time on a machine that is busy.
    member.uplink.flush(Duration::from_secs(180)).await.expect("flushed");
    assert_eq!(member.outcome(&name), "accepted");
    assert_eq!(named(&city), [unit(3).to_string()]);
}
