//! A hub that refuses alone what both counted: a school would tell the week again. A refusal takes
//! both signatures, and the helper gives its own of nothing that it accepted or ever will.

use domain::disclosure::sealed::State;
use hub::sealed::dispute::HUBS_DISAGREE;
use hub::sealed::helper::{AskedVerdict, CallError, Helper, Settled};
use hub::sealed::watch::Notice;
use hub::store::sealed::{report, task as tasks};
use proto::sealed::{Verdict, encode_verdict};
use runtime::sql::Tx;

use crate::THE_FLOW;
use crate::city::{City, FLOW, LEADER, SCHOOLS};
use crate::crashes::{asked, leader_name, shown};
use crate::school::{
    Draft, all_but, away, both_away, code, draft, opened_after, recount, task, unit, verdicts,
};

/// What a leader asks the helper to sign of a report.
fn verdict(draft: &Draft, refused: Option<&str>) -> AskedVerdict {
    let verdict = encode_verdict(&Verdict {
        place: draft.report.place.clone(),
        task: draft.report.task,
        report: draft.item().1,
        refused: refused.map(|code| (code.to_owned(), "the leader says so".to_owned())),
        decided_at_ms: 1,
    });
    AskedVerdict { verdict, item: draft.item().0, ..AskedVerdict::default() }
}

/// A leader that lies has both hubs count a report and asks for a refusal of it, or has a refusal
/// signed first and the report counted then. It gets neither, whatever it says is wrong with the
/// report, and not from a helper that was started anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_refuses_nothing_that_it_counts() {
    let city = City::start().await;
    let counted = draft(&city, THE_FLOW, 1, 1);
    counted.send(&city);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    for code in ["proof", "opened_without", "bad_signature", "other_task", "year_closed"] {
        let told =
            helper.settle(leader_name(&city), (id, vec![verdict(&counted, Some(code))])).await;
        assert!(matches!(told, Err(CallError::Accepted)), "{code}");
    }
    // The other way round, of a report that the helper has not seen.
    let hidden = draft(&city, THE_FLOW, 2, 1);
    let refused = vec![verdict(&hidden, Some("not_for_this_hub"))];
    let told = helper.settle(leader_name(&city), (id, refused)).await.expect("answered");
    assert!(matches!(told[..], [Settled::Signed(_)]));
    let city = city.restart_helper().await;
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let shown = asked(&city, id, vec![shown(&city, &hidden)]);
    let told = helper.verify(leader_name(&city), shown).await.expect("answered").remove(0);
    assert_eq!(told.expect_err("refused").code, "not_for_this_hub");
    let accept = helper.settle(leader_name(&city), (id, vec![verdict(&hidden, None)])).await;
    assert!(matches!(accept.expect("answered")[..], [Settled::Refused(..)]));
    // And nobody else has anything refused.
    let stranger = city.federation.authority().name("370203", "370203");
    let other = vec![verdict(&draft(&city, THE_FLOW, 3, 1), Some("proof"))];
    let told = helper.settle(stranger, (id, other)).await;
    assert!(matches!(told, Err(CallError::NoTask(_))));
}

/// A leader that lost what it had accepted, and would refuse it today, is told that the helper
/// accepted it: it is taken again, and the school is told nothing else than before.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_hub_lost_is_not_refused() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[]);
    city.step().await;
    city.step().await;
    city.leader.write(|tx: &Tx<'_>| {
        tx.execute("delete from sealed_report", &[])?;
        tx.execute("delete from sealed_verdict", &[])?;
        tx.execute("update sealed_inbox set settled_at_ms = null", &[])
    });
    away(&city.leader, 3, ("2026-09-07", Some("2026-09-13")));
    let before = verdicts(&city, &unit(3)).len();
    city.step().await;
    let id = task(&city, THE_FLOW);
    let stopped =
        |city: &City| city.leader.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
    assert_eq!(verdicts(&city, &unit(3)).len(), before, "nothing was said to the school");
    city.step().await;
    let own = city.leader.read(move |tx| report::accepted(tx, &id));
    assert_eq!((own.len(), stopped(&city).as_str()), (SCHOOLS as usize, ""));
    assert!(verdicts(&city, &unit(3)).iter().all(|one| one.verdict.refused.is_none()));
    city.leader.write(|tx| tx.execute("delete from sealed_absence", &[]));
    city.days(1);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
}

/// A refusal that the leader alone had signed, as before this rule, is signed by both when the
/// report comes again; what the helper holds of it is refused too.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_before_is_signed_by_both() {
    let city = City::start().await;
    let mut over = draft(&city, THE_FLOW, 1, 1);
    over.report.cap = domain::disclosure::sealed::CapClass::all().last().expect("cap");
    let digest = over.send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, digest).as_deref(), Some("other_cap"));
    city.leader.write(move |tx| {
        tx.execute("delete from relay_down", &[])?;
        let alone = "update sealed_verdict set helper_signature = null where report = $1";
        tx.execute(alone, runtime::params![&digest.to_tagged()])
    });
    over.send(&city);
    city.step().await;
    let again = verdicts(&city, &unit(1));
    assert!(again.iter().all(|one| one.leader.is_some() && one.helper.is_some()));
    assert_eq!(code(&city, 1, digest).as_deref(), Some("other_cap"));
    let held = city.leader.read(move |tx| report::find(tx, &digest)).expect("kept");
    assert_eq!(held.kept.state, State::Refused);
}

/// What can be a hub's fault is no school's on the leader's word alone: the helper refuses nothing
/// that is in a report which it found right, no proof of one that it did not see, and of halves
/// that do not open at the leader those of two schools of a task and no third. Its operator is
/// called.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_blames_no_school_on_one_hubs_word() {
    let city = City::start().await;
    draft(&city, THE_FLOW, 9, 1).send(&city);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let settle = async |draft: &Draft, code: &str| {
        helper.settle(leader_name(&city), (id, vec![verdict(draft, Some(code))])).await
    };
    let found = draft(&city, THE_FLOW, 1, 1);
    let asked = asked(&city, id, vec![shown(&city, &found)]);
    helper.verify(leader_name(&city), asked).await.expect("answered").remove(0).expect("it holds");
    let stopped = || city.helper.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
    assert_eq!(stopped(), "");
    let own =
        ["proof", "control_sum", "not_for_this_hub", "other_cap", "bad_signature", "unheard_of"];
    for code in own {
        let told = settle(&found, code).await;
        assert!(matches!(told, Err(CallError::Disagree)), "{code}");
        assert_eq!(stopped(), HUBS_DISAGREE, "{code}");
    }
    let unseen = [2, 3, 4].map(|school| draft(&city, THE_FLOW, school, 1));
    assert!(matches!(settle(&unseen[0], "proof").await, Err(CallError::NotVerified)));
    for draft in &unseen[..2] {
        let told = settle(draft, "not_for_this_hub").await.expect("answered");
        assert!(matches!(told[..], [Settled::Signed(_)]));
    }
    let third = settle(&unseen[2], "not_for_this_hub").await;
    assert!(matches!(third, Err(CallError::Disagree)));
}

/// Every code with which a leader can refuse a report that is right and in time.
const UNTRUE: [&str; 13] = [
    "key_late",
    "year_closed",
    "school_away",
    "opened_without",
    "other_task",
    "not_on_roster",
    "nonce_used",
    "same_number",
    "other_cap",
    "enrolment",
    "unknown_algorithm",
    "bad_signature",
    "unreadable",
];

/// A leader that lies refuses reports for what the helper's own documents and store contradict:
/// that there is no key, that the year is closed, that the school was away, or what the signed
/// item says otherwise. The helper signs none of it, whether or not it has seen the report, both
/// the notice and the mark call its operator, and the reports are taken once the leader shows them.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_signs_nothing_that_it_knows_better() {
    let city = City::start().await;
    draft(&city, THE_FLOW, 9, 1).send(&city);
    city.step().await;
    city.step().await;
    let id = task(&city, THE_FLOW);
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let (unseen, found) = (draft(&city, THE_FLOW, 1, 1), draft(&city, THE_FLOW, 2, 1));
    let asked = asked(&city, id, vec![shown(&city, &found)]);
    helper.verify(leader_name(&city), asked).await.expect("answered").remove(0).expect("it holds");
    let other = Notice::Disagree(LEADER.parse().expect("unit"));
    for one in [&unseen, &found] {
        for code in UNTRUE {
            let told = helper.settle(leader_name(&city), (id, vec![verdict(one, Some(code))]));
            assert!(matches!(told.await, Err(CallError::Disagree)), "{code}");
            let stopped = city.helper.read(move |tx| tasks::find(tx, &id)).expect("task").stopped;
            assert_eq!(stopped, HUBS_DISAGREE, "{code}");
        }
    }
    assert!(city.notices(&city.helper).contains(&other));
    // Without the item, or with another school's, it is about nothing that anybody has shown.
    for item in [Vec::new(), found.item().0] {
        let asked = AskedVerdict { item, ..verdict(&unseen, Some("not_for_this_hub")) };
        let told = helper.settle(leader_name(&city), (id, vec![asked])).await;
        assert!(matches!(told, Err(CallError::NotVerified)));
    }
    let sent = [unseen.send(&city), found.send(&city)];
    city.step().await;
    for (school, digest) in [1, 2].into_iter().zip(sent) {
        assert_eq!(code(&city, school, digest).as_deref(), Some(""));
    }
}

/// A helper that was put back to before a sum is shown the record of it before it says that a
/// report came after: the school has its answer, and nobody is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_forgot_a_sum_is_shown_it_before_it_refuses() {
    let city = City::start().await;
    both_away(&city, 7, ("2026-09-01", None));
    opened_after(&city, THE_FLOW, &[7], 1).await;
    both_away(&city, 7, ("2026-09-01", Some("2026-09-01")));
    crate::restored::forget_openings(&city.helper);
    let late = draft(&city, THE_FLOW, 7, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 7, late).as_deref(), Some("opened_without"));
    let id = task(&city, THE_FLOW);
    for hub in [&city.leader, &city.helper] {
        assert_eq!(hub.read(move |tx| tasks::find(tx, &id)).expect("task").stopped, "");
        assert!(!city.notices(hub).iter().any(|one| matches!(one, Notice::Disagree(_))));
    }
}

/// What a leader refuses for its form has used up its number at the helper as well: another report
/// under that number is refused by both.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_used_up_at_both_hubs() {
    let city = City::start().await;
    let mut over = draft(&city, THE_FLOW, 1, 1);
    over.report.cap = domain::disclosure::sealed::CapClass::all().last().expect("cap");
    over.send(&city);
    city.step().await;
    city.step().await;
    let again = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, again).as_deref(), Some("same_number"));
    let next = draft(&city, THE_FLOW, 1, 2).send(&city);
    city.step().await;
    assert_eq!(code(&city, 1, next).as_deref(), Some(""));
}
