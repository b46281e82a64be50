//! Reports that are wrong: each its answer, by name, and the others of the same step untouched.

use certs::aggregate::Role;
use domain::catalogue::Stage;
use domain::disclosure::sealed::CapClass;
use hub::sealed::helper::Helper;
use hub::store::sealed::{report, task as tasks, verdict};

use crate::city::{City, FLOW, SCHOOLS, STOCK, WEEK};
use crate::crashes::{asked, leader_name, shown};
use crate::school::{
    all_but, code, counted, draft, draft_of, identity, noisy, recount, short, task, unit, verdicts,
};
use crate::{THE_FLOW, THE_STOCK};

/// What is told of reports that break a rule of their form, their signature or their proof, beside
/// honest ones, whose sum stays exact.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_reports_are_refused_by_their_school() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[1, 2, 3, 4, 5, 6]);
    let cap = CapClass::all().last().expect("cap");
    let mut over = draft(&city, THE_FLOW, 1, 1);
    over.report.cap = cap;
    let over = over.send(&city);
    let noise = noisy(&city, THE_FLOW, 2).send(&city);
    // The halves of one school under the name of another, which signed them.
    let mut other = draft(&city, THE_FLOW, 1, 3);
    other.report.place.unit = unit(3);
    other.signer = identity(&city, &unit(3));
    other.key = city.report_keys[&unit(3)].clone();
    let other = other.send(&city);
    let mut unsigned = draft(&city, THE_FLOW, 4, 1);
    unsigned.signer = identity(&city, &unit(9));
    let unsigned = unsigned.send(&city);
    let mut named = draft(&city, THE_FLOW, 5, 1);
    named.report.enrolled = [(Stage::Junior, 9)].into();
    let named = named.send(&city);
    let mut elsewhere = draft(&city, THE_FLOW, 6, 1);
    elsewhere.report.place.period = "2026-W38".parse().expect("week");
    let elsewhere = elsewhere.send(&city);
    city.step().await;
    city.step().await;
    for (school, digest, expected) in [
        (1, over, "other_cap"),
        (2, noise, "proof"),
        (3, other, "not_for_this_hub"),
        (4, unsigned, "bad_signature"),
        (5, named, "enrolment"),
        (6, elsewhere, "other_task"),
    ] {
        assert_eq!(code(&city, school, digest).as_deref(), Some(expected), "school {school}");
        let signed = verdicts(&city, &unit(school));
        assert!(signed[0].leader.is_some() && signed[0].helper.is_some(), "both say so");
    }
    let refused = city.leader.read(|tx| verdict::refused(tx, 100));
    assert_eq!(refused.len(), 6, "people see who was refused, by name");
    // Each makes another one under the next number, and the week opens exactly.
    for school in 1..=6 {
        draft(&city, THE_FLOW, school, 7).send(&city);
    }
    city.step().await;
    city.days(1);
    city.step().await;
    let opened = city.opened(task(&city, THE_FLOW));
    assert_eq!(opened[0].1, recount(&city, FLOW, 1..=SCHOOLS));
}

/// A report of which one hub's half opens and is none of its table is refused by both, and the task
/// goes on: the school makes another one, and the week is exact.
async fn a_short_half_is_refused(role: Role) {
    let city = City::start().await;
    let bad = short(&city, THE_FLOW, 1, role).send(&city);
    all_but(&city, THE_FLOW, &[1]);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, bad).as_deref(), Some("not_for_this_hub"));
    let signed = verdicts(&city, &unit(1));
    assert!(signed.iter().all(|one| one.leader.is_some() && one.helper.is_some()), "both say so");
    let id = task(&city, THE_FLOW);
    for hub in [&city.leader, &city.helper] {
        let stopped = hub.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
        assert_eq!(stopped, "");
    }
    draft(&city, THE_FLOW, 1, 7).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// The helper has nothing to show of a half that is no share of the table, and the leader finds
/// nothing wrong with its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_half_of_the_helper_is_refused_by_both() {
    a_short_half_is_refused(Role::Helper).await;
}

/// The leader has nothing to show the helper of such a half, which sees nothing of the report.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_half_of_the_leader_is_refused_by_both() {
    a_short_half_is_refused(Role::Leader).await;
}

/// The first report is kept: the same bytes get the same answer, other bytes are refused, and a
/// nonce is used once.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_report_is_kept() {
    let city = City::start().await;
    let first = draft(&city, THE_FLOW, 1, 1);
    let digest = first.send(&city);
    city.step().await;
    city.step().await;
    first.send(&city);
    let second = draft(&city, THE_FLOW, 1, 1).send(&city);
    let third = draft(&city, THE_FLOW, 1, 2).send(&city);
    let mut nonce = draft(&city, THE_FLOW, 2, 1);
    nonce.report.nonce = first.report.nonce;
    let nonce = nonce.send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some(""));
    assert_eq!(code(&city, 1, second).as_deref(), Some("other_report"));
    assert_eq!(code(&city, 1, third).as_deref(), Some("other_report"));
    for signed in verdicts(&city, &unit(1)) {
        assert!(signed.leader.is_some() && signed.helper.is_some(), "no hub says this alone");
    }
    assert_eq!(code(&city, 2, nonce).as_deref(), Some("nonce_used"));
    let id = task(&city, THE_FLOW);
    for hub in [&city.leader, &city.helper] {
        let accepted = hub.read(move |tx| report::accepted(tx, &id));
        assert_eq!(accepted.values().map(|one| one.digest).collect::<Vec<_>>(), [digest]);
    }
}

/// A school whose clock runs ahead seals a week that is not over, or a census whose day has not
/// come. Its report waits unanswered until that lies behind by the hub's date; a verdict would make
/// nothing of the period for good. The helper looks at its own date, whatever the leader's is.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_is_not_over_waits() {
    let city = City::start().await;
    let week = (FLOW, "2026-W38");
    let early = draft(&city, week, 1, 1);
    let digest = early.send(&city);
    let stock = draft(&city, (STOCK, "2026S2"), 1, 1).send(&city);
    let over = draft(&city, THE_STOCK, 1, 2).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!((code(&city, 1, digest), code(&city, 1, stock)), (None, None));
    assert_eq!(code(&city, 1, over).as_deref(), Some(""), "its census day is over");
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let asked = asked(&city, task(&city, week), vec![shown(&city, &early)]);
    let told = helper.verify(leader_name(&city), asked).await.expect("answered").remove(0);
    assert_eq!(told.expect_err("it waits").code, "period_not_over");
    let early = digest;
    city.days(7);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, early).as_deref(), Some(""));
}

/// A report that is sent again after its answer has the answer sent down again: its school did not
/// hear it, or was put back from a copy that is older.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_goes_down_again() {
    let city = City::start().await;
    let report = draft(&city, THE_FLOW, 1, 1);
    report.send(&city);
    city.step().await;
    city.step().await;
    let last = |city: &City| {
        let last = "select max(cursor) from relay_down";
        city.leader.read(move |tx| tx.query_opt(last, &[], |row| row.opt_i64(0))).flatten()
    };
    let before = last(&city);
    assert!(before.is_some());
    report.send(&city);
    city.step().await;
    assert_eq!(last(&city), before, "asked at once, nothing is said twice");
    city.days(7);
    report.send(&city);
    city.step().await;
    assert!(last(&city) > before);
}

/// Two reports of one school in one step: one of them stands, the other is told so.
#[tokio::test(flavor = "multi_thread")]
async fn two_under_one_number_do_not_both_stand() {
    let city = City::start().await;
    let first = draft(&city, THE_FLOW, 1, 1).send(&city);
    let second = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, first).as_deref(), Some(""));
    assert_eq!(code(&city, 1, second).as_deref(), Some("other_report"));
}

/// A stock whose cells are not those whom it names as enrolled is refused by the school's name, by
/// both hubs, and a right one takes its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_lie_about_enrolment_is_named() {
    let city = City::start().await;
    let mut lie = draft(&city, THE_STOCK, 4, 1);
    lie.report.enrolled.insert(Stage::Junior, 500);
    let lie = lie.send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 4, lie).as_deref(), Some("control_sum"));
    let signed = verdicts(&city, &unit(4));
    assert!(signed[0].leader.is_some() && signed[0].helper.is_some(), "both say so");
    for hub in [&city.leader, &city.helper] {
        let held = hub.read(move |tx| report::find(tx, &lie)).expect("kept").held;
        assert_eq!((held.share, held.code.as_str()), (None, "control_sum"));
    }
    let right = draft(&city, THE_STOCK, 4, 2).send(&city);
    city.step().await;
    assert_eq!(code(&city, 4, right).as_deref(), Some(""));
}

/// A school that counts wrongly within its cap is believed: the cap is the most that it can do.
#[tokio::test(flavor = "multi_thread")]
async fn a_lie_within_the_cap_is_bounded_by_it() {
    let city = City::start().await;
    let mut cells = counted(&city, city.table(FLOW), 1);
    let listed = &city.roster.schools[&unit(1)];
    let place = city.table(FLOW).places_of(listed, Stage::Junior)[0];
    cells[place] = 200;
    let told = draft_of(&city, (FLOW, WEEK), (1, 1), &cells).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, told).as_deref(), Some(""));
    assert!(draft(&city, (STOCK, crate::city::TERM), 1, 1).report.cap.limit() < 1_024);
}
