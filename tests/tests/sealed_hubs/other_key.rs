//! A hub that holds another verify key of a task than the other one, because one of them was put
//! back from an older backup: every proof would fail, so no school's report is looked at.

use certs::aggregate::{KeyHalf, Role};
use domain::disclosure::sealed::TaskId;
use hub::opened::{Closed, why};
use hub::sealed::helper::{Announced, CallError, Helper, KEY_LATE};
use hub::sealed::silent::ALARM_SCHOOL;
use hub::sealed::watch::Notice;
use hub::sealed::words;
use hub::statistics::{Blank, Statistics};
use hub::store::sealed::{report, task as tasks};
use runtime::params;
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::{City, FLOW, HELPER, LEADER, SCHOOLS, WEEK};
use crate::crashes::leader_name;
use crate::figures::{figures, read};
use crate::restored::forget_openings;
use crate::school::{all_but, code, draft, recount, task, unit, verdicts};
use crate::silence::alarms;

const KEY: &str = "OTHER_KEY";

/// What a backup of a hub has of a task's key: half, the other's commitment, and the key.
type Kept = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>);

fn kept(hub: &RunningHub, id: TaskId) -> Kept {
    let sql = "select half, commitment, verify_key from sealed_task where id = $1";
    let read = move |tx: &runtime::sql::Tx<'_>| {
        tx.query(sql, params![id.bytes()], |row| {
            Ok((row.blob(0)?, row.opt_blob(1)?, row.opt_blob(2)?))
        })
    };
    hub.read(read).remove(0)
}

fn put_back(hub: &RunningHub, id: TaskId, (half, commitment, key): Kept) {
    hub.write(move |tx| {
        tx.execute(
            "update sealed_task set half = $2, commitment = $3, verify_key = $4 where id = $1",
            params![id.bytes(), &half, commitment.as_ref(), key.as_ref()],
        )
    });
}

/// Puts a hub back to before a task was agreed on; the row of it stays aside.
fn lose(hub: &RunningHub, id: TaskId) {
    hub.write(move |tx| {
        for table in ["sealed_verdict", "sealed_report"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        let aside = TaskId::from_bytes([0; 32]);
        let sql = "update sealed_task set id = $2 where id = $1";
        tx.execute(sql, params![id.bytes(), aside.bytes()])
    });
}

/// Puts a hub back to before every task that it has now.
fn lose_all(hub: &RunningHub) {
    hub.write(|tx| {
        for table in ["sealed_verdict", "sealed_report", "sealed_task"] {
            tx.execute(&format!("delete from {table}"), &[])?;
        }
        Ok(())
    });
}

/// Puts back the later backup.
fn find_again(hub: &RunningHub, id: TaskId) {
    let aside = TaskId::from_bytes([0; 32]);
    let sql = "update sealed_task set id = $2 where id = $1";
    hub.write(move |tx| tx.execute(sql, params![aside.bytes(), id.bytes()]));
}

fn stopped(hub: &RunningHub, id: TaskId) -> String {
    hub.read(move |tx| tasks::find(tx, &id)).expect("task").stopped
}

/// A city whose week is agreed on, with the report of one school.
async fn agreed() -> (City, TaskId) {
    let city = City::start().await;
    draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert_eq!(verdicts(&city, &unit(1)).len(), 1);
    (city, id)
}

/// Health puts back a backup under another key. No school is refused: its reports wait, both pages
/// say that the keys differ and what to do, and with the later backup everything goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn under_two_keys_nobody_is_refused() {
    let (city, id) = agreed().await;
    let later = kept(&city.helper, id);
    let other = |bytes: &[u8]| {
        let mut other = bytes.to_vec();
        *other.last_mut().expect("a byte") ^= 1;
        other
    };
    let (half, commitment, key) = &later;
    let older = (other(half), commitment.as_deref().map(other), key.as_deref().map(other));
    put_back(&city.helper, id, older);
    all_but(&city, THE_FLOW, &[1, 8]);
    let eighth = draft(&city, THE_FLOW, 8, 1).send(&city);
    for _ in 0..3 {
        city.step().await;
    }
    assert_eq!(code(&city, 8, eighth), None, "it waits");
    for hub in [&city.leader, &city.helper] {
        assert_eq!(stopped(hub, id), KEY);
        assert!(hub.read(move |tx| report::find(tx, &eighth)).is_none(), "nothing is noted of it");
    }
    assert!(words::code(KEY, Lang::En).contains("different verify keys"));
    assert!(words::code(KEY, Lang::Zh).contains("恢复较新的备份"));
    let told = (2..=SCHOOLS).map(|school| verdicts(&city, &unit(school)).len()).sum::<usize>();
    assert_eq!(told, 0, "no school was told anything");
    put_back(&city.helper, id, later);
    city.step().await;
    assert_eq!(code(&city, 8, eighth).as_deref(), Some(""));
    for hub in [&city.leader, &city.helper] {
        assert_eq!(stopped(hub, id), "");
    }
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id)[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// A helper that is put back to between its commitment and its key comes to the same key by itself;
/// one that is put back to before its commitment makes no other one and waits for a person, and no
/// school is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_lost_is_found_again_by_its_half() {
    let (city, id) = agreed().await;
    let whole = kept(&city.helper, id);
    let (half, commitment, _) = whole.clone();
    put_back(&city.helper, id, (half, commitment, None));
    let second = draft(&city, THE_FLOW, 2, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(kept(&city.helper, id), whole);
    assert_eq!(code(&city, 2, second).as_deref(), Some(""));
    lose(&city.helper, id);
    let third = draft(&city, THE_FLOW, 3, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 3, third), None);
    assert_eq!(stopped(&city.leader, id), KEY_LATE);
    assert!(words::code(KEY_LATE, Lang::En).contains("put it back"));
    assert!(words::code(KEY_LATE, Lang::Zh).contains("恢复后自动继续"));
    assert!(words::code(KEY_LATE, Lang::En).contains("whose report was refused"));
    assert!(words::code(KEY_LATE, Lang::Zh).contains("已退回报告的学校所在的组除外"));
    find_again(&city.helper, id);
    city.step().await;
    assert_eq!(code(&city, 3, third).as_deref(), Some(""));
    assert_eq!([&city.leader, &city.helper].map(|hub| stopped(hub, id)), ["", ""]);
}

/// Both hubs are put back to before the key of a week that is over, whose reports were looked at.
/// Under a second key one hub would see a second value of each check, and compute every school's
/// figures from both: none is made by whichever hub, and what comes is refused by both, so that
/// its events are told with the next week. People see the week as closed for want of a key, and
/// nobody is called about schools that were answered.
#[tokio::test(flavor = "multi_thread")]
async fn no_second_key_is_made_of_a_period_that_is_over() {
    let (city, id) = agreed().await;
    lose_all(&city.leader);
    lose_all(&city.helper);
    let city = city.restart_driver();
    let late = draft(&city, THE_FLOW, 2, 1).send(&city);
    for _ in 0..3 {
        city.step().await;
    }
    assert_eq!(code(&city, 2, late).as_deref(), Some("key_late"));
    let keyed = |hub: &RunningHub| {
        hub.read(move |tx| tasks::find(tx, &id)).is_some_and(|stored| stored.key.is_some())
    };
    assert!(!keyed(&city.leader) && !keyed(&city.helper));
    assert!(city.opened(id).is_empty());
    assert_eq!(stopped(&city.leader, id), KEY_LATE);
    let another = draft(&city, THE_FLOW, 3, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 3, another).as_deref(), Some("key_late"));
    assert_eq!(stopped(&city.leader, id), KEY_LATE, "an answer opens nothing");
    let told = figures(&Statistics::of(&city.leader.hub), "alt.opened", WEEK, &[]);
    let told = read(told.whole.figures[0].reading);
    assert_eq!(told, Err(Blank::Sealed(Closed::KeyLate)));
    city.days(9);
    assert_eq!(alarms(&city.leader, ALARM_SCHOOL).await, []);
    assert!(why(Closed::KeyLate, Lang::Zh).contains("没有商定密钥"));
    assert!(why(Closed::KeyLate, Lang::En).contains("key"));
}

/// The leader alone lost the key of a week that is over, and the helper has it: that is no reason
/// to refuse anybody, since a leader could say so of any school. The report waits, both operators
/// are called, and with a later backup of the leader's it is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_leader_alone_lost_refuses_nobody() {
    let (city, id) = agreed().await;
    let later = kept(&city.leader, id);
    // Another half, so that it is not found again by it.
    let mut half = later.0.clone();
    *half.last_mut().expect("a byte") ^= 1;
    put_back(&city.leader, id, (half, None, None));
    let second = draft(&city, THE_FLOW, 2, 1).send(&city);
    for _ in 0..2 {
        city.step().await;
    }
    assert_eq!(code(&city, 2, second), None);
    for (hub, other) in [(&city.leader, HELPER), (&city.helper, LEADER)] {
        let told = Notice::Disagree(other.parse().expect("unit"));
        assert!(city.notices(hub).contains(&told));
    }
    put_back(&city.leader, id, later);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 2, second).as_deref(), Some(""));
    assert_eq!([&city.leader, &city.helper].map(|hub| stopped(hub, id)), ["", ""]);
}

/// A leader that was put back to before a week takes up the sum that both recorded. Of its key
/// nothing is left; since the week is open nobody is told that it stays closed for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_both_recorded_needs_no_key_any_more() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    let opened = [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))];
    assert_eq!(city.opened(id), opened);
    forget_openings(&city.leader);
    lose_all(&city.leader);
    let city = city.restart_driver();
    for _ in 0..3 {
        city.step().await;
        assert_eq!(city.opened(id), opened);
        assert_eq!(stopped(&city.leader, id), "");
    }
}

/// A week as a leader that lies announces it, beside another half than before.
fn announced(id: TaskId, period: &str) -> Announced {
    Announced {
        area: LEADER.parse().expect("unit"),
        school_year: 2026,
        table: FLOW.parse().expect("table"),
        period: period.parse().expect("week"),
        task: id,
        commitment: KeyHalf::generate().commit(&id, Role::Leader),
    }
}

/// A lying leader announces a week anew to a helper that was put back: it makes no second half.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_commits_to_no_second_half() {
    let (city, id) = agreed().await;
    lose(&city.helper, id);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let told = helper.agree(leader_name(&city), announced(id, WEEK)).await;
    assert!(matches!(told, Err(CallError::KeyLate)));
    assert!(city.helper.read(move |tx| tasks::find(tx, &id)).is_none());
}

/// A lying leader announces a week anew to a helper that has its key: over or not, the helper keeps
/// that one. A backup of it may be put back later, and two keys of a task would tell everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_kept_is_never_replaced() {
    let (city, _) = agreed().await;
    let helper = Helper::new(city.helper.hub.sealed().clone());
    for period in [WEEK, "2026-W38"] {
        let id = city.task(FLOW, period);
        let before = kept(&city.helper, id);
        let told = helper.agree(leader_name(&city), announced(id, period)).await;
        assert!(matches!(told, Err(CallError::OtherCommitment)), "{period}");
        assert_eq!(kept(&city.helper, id), before);
    }
}
