//! A clear sheet whose band cannot be beside what was opened: the unit is named and somebody is
//! called, the sums stand.

use hub::sealed::watch::{ALARM_CONTRADICTS, Notice};
use hub::store::alarm;
use runtime::web::Lang;

use crate::THE_STOCK;
use crate::city::{City, SCHOOLS, STOCK, TERM};
use crate::school::{counted, opened_after, unit};
use crate::seen::send_sheet;

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
