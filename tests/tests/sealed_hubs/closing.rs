//! A school year that is closed: what is gone, what stays, who hears of it, and what a late report
//! is told.

use certs::aggregate::Role;
use certs::digest::sha256;
use hub::sealed::chain;
use hub::sealed::close::{self, CloseError, Closing};
use hub::sealed::documents::{Documents, ShareKeys};
use hub::sealed::watch::Notice;
use hub::store::sealed::{opening, record, report, task as tasks, year};
use proto::recalled::{YearClosed, decode_closed};
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::{City, FLOW, LEADER, SCHOOLS};
use crate::school::{all_but, code, draft, owed, recount, task, unit};

/// Closes the year at a hub as its operator does.
fn close(city: &City, role: Role, leaves_closed: bool) -> Result<YearClosed, CloseError> {
    let hub = hub_of(city, role);
    let identity = hub.hub.identity().current();
    let packs = hub.hub.packs().last();
    let unit = hub.hub.config().unit.clone();
    let clock = city.federation.clock();
    let (today, now_ms) = (clock.today(), clock.now_ms());
    let (send, told) = std::sync::mpsc::channel();
    hub.write(move |tx| {
        let documents = Documents::of(packs, &ShareKeys::default());
        let asked = Closing {
            unit,
            role,
            place: (LEADER.parse().expect("unit"), 2026),
            documents: &documents,
            identity: &identity,
            today,
            now_ms,
            keys: vec![sha256(b"key")],
            leaves_closed,
        };
        send.send(close::close(tx, &asked)).expect("told");
        Ok(())
    });
    told.recv().expect("told")
}

fn hub_of(city: &City, role: Role) -> &RunningHub {
    if role == Role::Leader { &city.leader } else { &city.helper }
}

/// Bytes that a hub still has of shares, halves, keys and signed items.
fn left_over(hub: &RunningHub) -> u64 {
    let sql = "select
        (select coalesce(sum(length(share)), 0) + coalesce(sum(length(item)), 0)
            from sealed_report)
        + (select coalesce(sum(length(share) + length(control)), 0) from sealed_opening)
        + (select count(*) from sealed_inbox)
        + (select count(*) from sealed_task where verify_key is not null or half <> zeroblob(32))";
    hub.read(move |tx| tx.query(sql, &[], |row| row.u64(0)))[0]
}

/// A year is not closed before October, nor while a sum may still be opened unless the operator
/// leaves it closed. Then nothing of it is left that could open anything; figures, records and
/// verdicts are. The other hub hears of it and is reminded until it closes too.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_leaves_figures_and_nothing_to_open() {
    let city = City::start().await;
    owed(&city, THE_FLOW, 8).await;
    let id = task(&city, THE_FLOW);
    let exact = recount(&city, FLOW, 1..=5);
    assert_eq!(city.opened(id), [("cells".to_owned(), exact.clone())]);
    assert!(city.notices(hub_of(&city, Role::Leader)).is_empty());
    assert!(matches!(close(&city, Role::Leader, true), Err(CloseError::Early(_))));
    // The 3rd of September: people are told; the 2nd of October: it can be closed.
    city.days(355);
    city.renew();
    assert!(matches!(city.notices(hub_of(&city, Role::Helper))[..], [Notice::Close(..)]));
    assert!(matches!(close(&city, Role::Helper, true), Err(CloseError::Early(_))));
    city.days(29);
    city.renew();
    match close(&city, Role::Leader, false) {
        Err(CloseError::Outstanding(left)) => {
            let (sheet, groups) = (left[0].table.as_str(), &left[0].groups);
            assert_eq!((left.len(), sheet, groups.len()), (1, FLOW, 1));
        }
        other => panic!("{other:?}"),
    }
    assert!(left_over(&city.leader) > 0);
    let closed = close(&city, Role::Leader, true).expect("closed");
    assert_eq!((closed.opened, closed.left_closed), (1, 1));
    assert_eq!(closed.reports, SCHOOLS - 1);
    assert!(matches!(close(&city, Role::Leader, true), Err(CloseError::Closed)));
    assert_eq!(left_over(&city.leader), 0);
    assert_eq!(city.opened(id), [("cells".to_owned(), exact)]);
    let records = city.leader.read(record::all);
    assert_eq!((records.len(), chain::broken(&records)), (2, None));
    let last = decode_closed(&records[1].bytes).expect("closed");
    assert_eq!((last.number, last), (records[1].number, closed));
    // The helper hears of it, says so, and closes in its turn.
    city.step().await;
    let told = |city: &City, role| {
        hub_of(city, role).read(|tx| {
            let area = LEADER.parse().expect("unit");
            Ok(year::find(tx, (&area, 2026))?.told.is_some())
        })
    };
    assert_eq!((told(&city, Role::Leader), told(&city, Role::Helper)), (false, true));
    assert!(matches!(city.notices(hub_of(&city, Role::Helper))[..], [Notice::ClosedThere(..)]));
    assert!(matches!(city.notices(hub_of(&city, Role::Leader))[..], [Notice::OpenThere(..)]));
    close(&city, Role::Helper, true).expect("closed");
    assert_eq!(left_over(&city.helper), 0);
    city.days(1);
    city.step().await;
    assert!(told(&city, Role::Leader));
    assert!(
        city.notices(hub_of(&city, Role::Leader)).is_empty()
            && city.notices(hub_of(&city, Role::Helper)).is_empty()
    );
    for hub in [&city.leader, &city.helper] {
        assert_eq!(chain::broken(&hub.read(record::all)), None);
    }
    // Each knows of the other: nothing is left to ask, on no later day.
    city.days(1);
    let City { helper, driver, .. } = city;
    helper.stop().await;
    let alone = driver.step().await;
    assert!(alone.is_ok(), "{alone:?}");
}

/// A report of a closed year is answered finally: one that was decided on gets its verdict again,
/// another one is refused; nothing of the year is agreed on, opened or kept any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_closed_year_is_answered() {
    let city = City::start().await;
    let first = draft(&city, THE_FLOW, 1, 1);
    let known = first.send(&city);
    let late = draft(&city, THE_FLOW, 2, 1);
    city.step().await;
    city.step().await;
    city.days(400);
    city.renew();
    close(&city, Role::Leader, true).expect("closed");
    first.send(&city);
    let refused = late.send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, known).as_deref(), Some(""), "as it was decided");
    assert_eq!(code(&city, 2, refused).as_deref(), Some("year_closed"));
    let held = city.leader.read(move |tx| report::find(tx, &refused));
    assert!(held.is_none(), "nothing is kept of it");
    let open = city.leader.read(|tx| hub::store::sealed_inbox::open_after(tx, 0, 9));
    assert!(open.is_empty());
    let keys = city.leader.read(tasks::all).into_iter().filter(|one| one.key.is_some()).count();
    assert_eq!(keys, 0);
    let id = task(&city, THE_FLOW);
    assert!(city.leader.read(move |tx| opening::of_task(tx, &id)).is_empty());
}

/// A helper that closed its year gives nothing more of it; the leader says so and others go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_closed_gives_nothing_more() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[8]);
    city.step().await;
    city.step().await;
    city.days(400);
    city.renew();
    close(&city, Role::Helper, true).expect("closed");
    let late = draft(&city, THE_FLOW, 8, 1).send(&city);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    let stored = city.leader.read(move |tx| tasks::find(tx, &id)).expect("task");
    assert_eq!(stored.stopped, "YEAR_CLOSED");
    assert_eq!(code(&city, 8, late), None, "it waits until this hub closes the year too");
    close(&city, Role::Leader, true).expect("closed");
    draft(&city, THE_FLOW, 8, 2).send(&city);
    city.step().await;
    assert_eq!(code(&city, 8, late), None, "it was deleted with the year, and is sent again");
    assert!(city.notices(hub_of(&city, Role::Leader)).is_empty());
    let school = unit(8);
    let area = LEADER.parse().expect("unit");
    assert!(city.leader.read(move |tx| year::is_closed(tx, (&area, 2026))));
    assert!(city.leader.read(move |tx| report::of_school(tx, &id, &school)).is_none());
}
