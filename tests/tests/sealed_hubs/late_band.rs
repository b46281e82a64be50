//! A band that arrives after its sum was opened, through the hub's real intake: judged beside all
//! that was opened, as openings are, and refused where it would tell a small count.

use std::time::Duration;

use domain::disclosure::attacker::Printed;
use hub::sealed::guard::{ALARM, REACHABLE};
use hub::seen::Role;
use hub::store::contribution::Place;
use hub::store::sealed::opening;
use hub::store::sealed::task::{self, NewTask};
use hub::store::{alarm, band_refused};
use proto::opening::Standing;
use tests::federation::Member;

use crate::city::{City, STOCK, TERM};
use crate::guarded::{lopsided_cells, opened_lopsided};
use crate::school::unit;
use crate::seen::{attacked, seen, sheet};

/// Sends a sheet over the wire; gives what the hub said of it.
async fn said(city: &City, member: &Member, of: (u32, u32), band: Option<u64>) -> String {
    let release = sheet(city, of, TERM, band);
    let name = release.id().to_string();
    member.queue(&release);
    // An attack takes its time on a machine that is busy.
    member.uplink.flush(Duration::from_secs(180)).await.expect("flushed");
    member.outcome(&name)
}

/// The place of a school's clear sheet of the term.
fn sheet_of(school: u32) -> Place {
    let (unit, table) = (unit(school).to_string(), "clear.term".to_owned());
    Place { unit, table, period: TERM.to_owned() }
}

/// A band of a sheet that the hub refused before it was started anew is refused without a look, and
/// the sheet is taken without it.
///
/// Method: the hub's store has the refusal and its process never saw it, of a sheet that tells
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_that_was_refused_before_a_restart_stays_so() {
    let city = City::start().await;
    opened_lopsided(&city).await;
    let place = sheet_of(7);
    city.leader.write(move |tx| band_refused::insert(tx, &place, 1));
    let member = Member::join(&city.federation, &city.leader, unit(7).as_str());
    assert_eq!(said(&city, &member, (7, 1), Some(0)).await, "band_tells");
    assert_eq!(said(&city, &member, (7, 2), None).await, "accepted");
}

/// Nearly all cases of a group are one school's, and its band comes only after the sum was opened:
/// with it two to four of a grade would be the school's. It is refused, nothing of it is kept, a
/// person is called with the cell and without a school, and the same sheet without its band is
/// taken; another band of it is not, whatever it is. Bands of others, which tell nothing, are
/// taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_that_comes_late_is_judged_with_what_was_opened() {
    let city = City::start().await;
    opened_lopsided(&city).await;
    let join = |school| Member::join(&city.federation, &city.leader, unit(school).as_str());
    let (first, second) = (join(1), join(7));
    assert_eq!(said(&city, &first, (1, 1), Some(10)).await, "band_tells");
    let raised = city.leader.read(|tx| alarm::of_kind(tx, ALARM));
    let [raised] = raised.as_slice() else { panic!("{} alarms", raised.len()) };
    assert!(raised.detail.contains(REACHABLE) && raised.detail.contains("cell t2/"), "{raised:?}");
    assert!(!format!("{} {}", raised.unit, raised.detail).contains("S01"), "{raised:?}");
    let kept = |city: &City| {
        let view = seen(&city.leader, Role::District);
        assert_eq!(attacked(&view).leaks().count(), 0);
        let bands = view.tables.iter().filter(|table| table.id.contains("alt.attention_band"));
        let printed = bands.flat_map(|table| &table.cells).map(|cell| cell.printed);
        printed.collect::<Vec<Printed>>()
    };
    assert_eq!(kept(&city), []);
    let place = sheet_of(1);
    assert!(city.leader.read(move |tx| band_refused::is_there(tx, &place)), "and after a restart");
    // A second guess would tell which of them fits.
    assert_eq!(said(&city, &first, (1, 2), Some(0)).await, "band_tells");
    assert_eq!(said(&city, &first, (1, 3), None).await, "accepted");
    assert_eq!(said(&city, &second, (7, 1), Some(0)).await, "accepted");
    assert_eq!(kept(&city), [Printed::Between(0, Some(9))]);
    let again = city.leader.read(|tx| alarm::of_kind(tx, ALARM));
    assert_eq!(again.len(), 1, "a person is called once");
}

/// What a sum that the hub keeps closed told it of a school, a band must not tell all others: that
/// the hub knows it already is no reason to take the band.
///
/// Method: of a plan before, the hub computed the cells of the first school alone and kept them
/// closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_band_tells_nobody_what_this_hub_alone_knows() {
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
    assert!(attacked(&seen(&city.leader, Role::District)).leaks().count() > 0, "it is known here");
    let first = Member::join(&city.federation, &city.leader, unit(1).as_str());
    assert_eq!(said(&city, &first, (1, 1), Some(10)).await, "band_tells");
}
