//! A school's bands beside sealed sums, through the hub's real intake: a year under seal takes none
//! but those that were given before its plan, whatever they say.

use std::time::Duration;

use domain::disclosure::attacker::Printed;
use hub::sealed::guard::ALARM;
use hub::seen::Role;
use hub::store::alarm;
use hub::store::sealed::opening;
use hub::store::sealed::task::{self, NewTask};
use proto::opening::Standing;
use tests::federation::Member;

use crate::city::{City, STOCK, TERM};
use crate::guarded::{lopsided_cells, opened_lopsided};
use crate::school::unit;
use crate::seen::{attacked, seen, send_sheet, sheet};

/// Sends a sheet over the wire; gives what the hub said of it.
async fn said(city: &City, member: &Member, of: (u32, u32), band: Option<u64>) -> String {
    let release = sheet(city, of, TERM, band);
    let name = release.id().to_string();
    member.queue(&release);
    member.uplink.flush(Duration::from_secs(60)).await.expect("flushed");
    member.outcome(&name)
}

/// Bands of the operator's view, as they were printed.
fn bands(city: &City) -> Vec<Printed> {
    let view = seen(&city.leader, Role::District);
    let bands = view.tables.iter().filter(|table| table.id.contains("alt.attention_band"));
    bands.flat_map(|table| &table.cells).map(|cell| cell.printed).collect()
}

/// Nearly all cases of a group are one school's, so that its band would tell two to four of a
/// grade, and the band of another would tell nothing: both are refused before any sum and after it,
/// in the same words and without calling anybody, since a refusal that went by the figure would be
/// the figure. The sheets are taken without them.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_under_seal_takes_no_band() {
    let city = City::start().await;
    let join = |school| Member::join(&city.federation, &city.leader, unit(school).as_str());
    let (first, second) = (join(1), join(7));
    assert_eq!(said(&city, &second, (7, 1), Some(0)).await, "band_tells");
    assert_eq!(said(&city, &second, (7, 2), None).await, "accepted");
    opened_lopsided(&city).await;
    for (revision, band) in [(1, 10), (2, 0)] {
        assert_eq!(said(&city, &first, (1, revision), Some(band)).await, "band_tells");
    }
    assert_eq!(said(&city, &first, (1, 3), None).await, "accepted");
    assert_eq!(said(&city, &second, (7, 3), Some(0)).await, "band_once_a_term");
    assert_eq!(bands(&city), []);
    assert!(city.leader.read(|tx| alarm::of_kind(tx, ALARM)).is_empty());
    assert_eq!(attacked(&seen(&city.leader, Role::District)).leaks().count(), 0);
}

/// A band that was given before the plan came is known, stays, and does not move.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_from_before_the_plan_does_not_move() {
    let city = City::start().await;
    send_sheet(&city, 5, TERM, 0);
    let member = Member::join(&city.federation, &city.leader, unit(5).as_str());
    assert_eq!(said(&city, &member, (5, 2), Some(10)).await, "band_once_a_term");
    assert_eq!(bands(&city), [Printed::Between(0, Some(9))]);
}

/// What a sum that stays closed told a hub is in what its half has seen, and in no reader's view.
///
/// Method: of a plan before, the hub computed the cells of the first school alone and kept them
/// closed.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_closed_is_in_no_readers_view() {
    let city = City::start().await;
    opened_lopsided(&city).await;
    let now = city.task(STOCK, TERM);
    let former = proto::sealed::task(&[7; 32]).expect("task");
    let cells: Vec<Option<u64>> = lopsided_cells(&city, 1).into_iter().map(Some).collect();
    city.leader.write(move |tx| {
        let mut kept = task::find(tx, &now)?.expect("task");
        kept.id = former;
        task::insert(tx, &NewTask { task: &kept, terms: b"of the plan before" }, 1)?;
        let mut closed = opening::of_task(tx, &now)?.remove(0);
        closed.set.task = former;
        let report = certs::digest::sha256(b"report");
        let standings = [Standing { unit: unit(1), task: former, report }];
        let id = opening::insert(tx, &closed, &standings)?;
        opening::put_seen(tx, id, &cells)
    });
    assert!(attacked(&seen(&city.leader, Role::Leader)).leaks().count() > 0, "it is known here");
    assert_eq!(attacked(&seen(&city.leader, Role::District)).leaks().count(), 0);
}
