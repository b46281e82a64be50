//! Hubs that are away, killed or put back from a backup: nothing is lost and nothing is told twice.

use std::task::Poll;
use std::time::Duration;

use certs::aggregate::{Instance, Parts, Role, SealedHalves};
use certs::seal::Sealed;
use domain::disclosure::sealed::{CapClass, State, TaskId, context};
use domain::unit::IdentityName;
use hub::sealed::helper::{AskedRecord, AskedReport, AskedReports, Helper};
use hub::sealed::leader::LeaderError;
use hub::sealed::signed::sign;
use hub::store::sealed::{heard, opening, record, report, task as tasks};
use proto::frame::OPENING_CONTEXT;

use crate::THE_FLOW;
use crate::city::{City, FLOW, LEADER, SCHOOLS};
use crate::school::{Draft, all_but, code, draft, identity, recount, task, unit, verdicts};

/// While the helper is away reports stay open, what is plainly wrong among them, since no hub
/// refuses alone; everything goes on when it is back.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_may_be_away_for_days() {
    let city = City::start().await;
    city.step().await;
    draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    let address = city.helper.address.port();
    all_but(&city, THE_FLOW, &[1]);
    let second = draft(&city, THE_FLOW, 1, 2).send(&city);
    let mut unsigned = draft(&city, THE_FLOW, 3, 5);
    unsigned.signer = identity(&city, &unit(9));
    let unsigned = unsigned.send(&city);
    let City { federation, hand, helper, driver, .. } = city;
    helper.stop().await;
    let away = driver.step().await;
    assert!(matches!(away, Err(LeaderError::Transport(_))), "{away:?}");
    hand.advance_ms(3 * 24 * 3_600_000);
    assert!(driver.step().await.is_err());
    let heard = |hub: &tests::federation::RunningHub| {
        let unit = crate::city::HELPER.parse().expect("unit");
        hub.read(move |tx| heard::read(tx, &unit))
    };
    let known = heard(&city.leader);
    let silent_ms = known.silent_since_ms.zip(known.answered_at_ms).map(|(one, two)| one - two);
    assert_eq!(silent_ms, Some(0), "its operator is called: silent since the first try");
    let helper = tests::federation::RunningHub::start_at(
        &federation,
        (crate::city::HELPER, domain::unit::UnitKind::Helper),
        crate::city::HELPER,
        None,
        address,
    );
    let helper = helper.await;
    let city = City { federation, hand, helper, driver, ..city };
    assert_eq!((code(&city, 3, unsigned), code(&city, 1, second)), (None, None));
    assert!(verdicts(&city, &unit(2)).is_empty());
    city.give_keys();
    city.step().await;
    assert_eq!(heard(&city.leader).silent_since_ms, None);
    assert_eq!(code(&city, 1, second).as_deref(), Some("other_report"));
    assert_eq!(code(&city, 3, unsigned).as_deref(), Some("bad_signature"));
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// What the leader would show of a report.
pub fn shown(city: &City, draft: &Draft) -> AskedReport {
    let report = &draft.report;
    let context = context(&report.task, &report.place.unit, report.place.number);
    let sealed = |bytes: &Vec<u8>| Sealed::from_bytes(bytes.clone()).expect("sealed");
    let halves = SealedHalves {
        nonce: report.nonce,
        public: report.public.clone(),
        leader: sealed(&report.leader_half),
        helper: sealed(&report.helper_half),
    };
    let half = halves.open(Role::Leader, city.share_key(Role::Leader), &context).expect("half");
    let instance = Instance::new(report.cap, city.table(FLOW).cells()).expect("instance");
    let parts = Parts { context: &context, nonce: &report.nonce, public: &report.public };
    let begun = instance.begin(&city.verify_key(report.task), parts, &half);
    AskedReport { item: draft.item().0, shown: begun.expect("begun").1 }
}

/// Reports as the leader asks about them, under its key.
pub fn asked(city: &City, task: TaskId, reports: Vec<AskedReport>) -> AskedReports {
    AskedReports { task, key: city.verify_key(task).digest(&task), reports }
}

pub fn leader_name(city: &City) -> IdentityName {
    city.federation.authority().name(LEADER, LEADER)
}

/// A helper that is killed between its two answers computes the first one again and counts the
/// report once.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_helper_answers_the_same_again() {
    let city = City::start().await;
    draft(&city, THE_FLOW, 2, 1).send(&city);
    city.step().await;
    city.step().await;
    let one = draft(&city, THE_FLOW, 1, 1);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let id = task(&city, THE_FLOW);
    let ask = async |city: &City, helper: &Helper| {
        let asked = asked(city, id, vec![shown(city, &one)]);
        helper.verify(leader_name(city), asked).await.expect("answered").remove(0)
    };
    let first = ask(&city, &helper).await.expect("the proof holds");
    assert_eq!(ask(&city, &helper).await.expect("again"), first);
    drop(helper);
    let city = city.restart_helper().await;
    let digest = one.send(&city);
    let pending = city.helper.read(move |tx| report::find(tx, &digest)).expect("kept");
    assert_eq!(pending.kept.state, State::Pending);
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some(""));
    all_but(&city, THE_FLOW, &[1, 2]);
    city.step().await;
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id)[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// A leader that lost what it had settled, by a kill before its commit or by a backup, asks again
/// and gets the helper's word for the same decision; nothing is counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_forgot_its_answers_asks_again() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.leader.write(|tx| {
        tx.execute("delete from sealed_report", &[])?;
        tx.execute("delete from sealed_verdict", &[])?;
        tx.execute("update sealed_inbox set settled_at_ms = null", &[])
    });
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let accepted = city.leader.read(move |tx| report::accepted(tx, &id));
    assert_eq!(accepted.len(), SCHOOLS as usize);
    city.days(1);
    city.step().await;
    let exact = recount(&city, FLOW, 1..=SCHOOLS);
    assert_eq!(city.opened(id)[0].1, exact);
    // The opening is lost as well: the helper gives the same share again, and signs again.
    city.leader.write(|tx| {
        for table in ["sealed_cell", "sealed_record", "sealed_standing", "sealed_opening"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        Ok(())
    });
    city.days(2);
    city.step().await;
    assert_eq!(city.opened(id)[0].1, exact);
    assert_eq!(city.helper.read(move |tx| opening::of_task(tx, &id)).len(), 1);
}

/// A leader that ends after it refused a report and before its verdict is kept refuses it again,
/// under the same code, and the school hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_its_verdict_is_told_again() {
    let city = City::start().await;
    let mut over = draft(&city, THE_FLOW, 1, 1);
    over.report.cap = CapClass::all().last().expect("cap");
    let digest = over.send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some("other_cap"));
    let told = verdicts(&city, &unit(1)).len();
    city.leader.write(|tx| {
        tx.execute("delete from sealed_verdict", &[])?;
        tx.execute("update sealed_inbox set settled_at_ms = null", &[])
    });
    city.days(1);
    city.step().await;
    assert_eq!(verdicts(&city, &unit(1)).len(), told + 1);
    assert_eq!(code(&city, 1, digest).as_deref(), Some("other_cap"));
}

/// A helper that was put back from a backup older than its answers is shown the reports again
/// before the sum, signs the same verdicts, and the sum is exact.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_helper_is_shown_the_reports_again() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.helper.write(|tx| {
        tx.execute("delete from sealed_report", &[])?;
        tx.execute("delete from sealed_verdict", &[])
    });
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let taken = city.helper.read(move |tx| report::accepted(tx, &id));
    assert_eq!(taken.len(), SCHOOLS as usize);
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id)[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// What the leader asks for its only record to be signed.
fn asked_record(city: &City) -> AskedRecord {
    let identity = city.leader.hub.identity().current();
    city.leader.read(move |tx| {
        let record = record::all(tx)?.remove(0);
        let opened = opening::by_id(tx, record.opening.expect("opening"))?.expect("opened");
        let signature = sign(&identity, OPENING_CONTEXT, &record.bytes).expect("signed");
        let (share, control) = (opened.share, opened.control);
        Ok(AskedRecord { share, control, record: record.bytes, signature })
    })
}

/// A leader that waits no longer than it may drops its call while the helper looks at the sum: the
/// helper comes to its end all the same, and two calls after that find what it signed, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_signed_though_its_call_was_dropped() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
    city.helper.write(|tx| {
        tx.execute("delete from sealed_cell", &[])?;
        tx.execute("delete from sealed_record", &[])
    });
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let ask = || helper.record(leader_name(&city), (task(&city, THE_FLOW), asked_record(&city)));
    let mut call = Box::pin(ask());
    let begun = |cx: &mut std::task::Context<'_>| Poll::Ready(call.as_mut().poll(cx).is_pending());
    assert!(std::future::poll_fn(begun).await, "it takes its time");
    drop(call);
    let signed = || city.helper.read(record::all);
    for _ in 0..300 {
        if !signed().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let first = signed().remove(0).helper.expect("signed");
    let (one, two) = tokio::join!(ask(), ask());
    for again in [one, two] {
        assert_eq!(again.expect("answered").0.signature, first);
    }
    assert_eq!(signed().len(), 1);
}

/// A hub that was put back to before a key of a week that runs draws the very same half again, and
/// both come to the same key within the hour, whichever of them it is: there is never a second one.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_lost_while_its_week_runs_is_had_again() {
    const RUNS: (&str, &str) = (FLOW, "2026-W38");
    let city = City::start().await;
    city.step().await;
    let id = city.task(RUNS.0, RUNS.1);
    let agreed = || {
        let [leader, helper] = [&city.leader, &city.helper].map(|hub| {
            let stored = hub.read(move |tx| tasks::find(tx, &id)).expect("task");
            assert_eq!(stored.stopped, "");
            *stored.key.expect("agreed").expose()
        });
        assert_eq!(leader, helper);
        leader
    };
    let before = agreed();
    for lost in [&city.helper, &city.leader] {
        lost.write(move |tx| {
            tx.execute("delete from sealed_task where id = $1", runtime::params![id.bytes()])
        });
        city.hand.advance_ms(3_600_000);
        city.step().await;
        assert_eq!(agreed(), before);
    }
    city.days(7);
    let digest = draft(&city, RUNS, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some(""));
}
