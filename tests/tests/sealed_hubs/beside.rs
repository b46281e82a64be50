//! "Another report of this school stands": after that a school takes its period as told, so it
//! takes two hubs to say it, and each says it of what it holds itself.

use domain::digest::Digest;
use domain::disclosure::sealed::State;
use hub::sealed::helper::{AskedVerdict, CallError, Helper, Settled};
use hub::sealed::watch::Notice;
use hub::store::sealed::report;
use proto::sealed::{Verdict, encode_verdict};
use runtime::web::Lang;
use tests::federation::RunningHub;

use crate::THE_FLOW;
use crate::city::City;
use crate::crashes::{asked, leader_name, shown};
use crate::school::{Draft, code, draft, task, unit, verdicts};

/// What a leader asks the helper to sign: that another report stands beside this one.
fn beside(draft: &Draft) -> AskedVerdict {
    let refused = Some(("other_report".to_owned(), "another report stands".to_owned()));
    let verdict = encode_verdict(&Verdict {
        place: draft.report.place.clone(),
        task: draft.report.task,
        report: draft.item().1,
        refused,
        decided_at_ms: 1,
    });
    AskedVerdict { verdict, ..AskedVerdict::default() }
}

/// The last verdict about a report says that another one stands, under both signatures.
fn is_said_by_both(city: &City, school: u32, digest: Digest) -> bool {
    let all = verdicts(city, &unit(school));
    let last = all.iter().rfind(|signed| signed.verdict.report == digest);
    let is_beside = code(city, school, digest).as_deref() == Some("other_report");
    is_beside && last.is_some_and(|last| last.leader.is_some() && last.helper.is_some())
}

/// A hub forgets the report of a school, as one that is put back to before it.
fn forget(hub: &RunningHub, digest: Digest) {
    hub.write(move |tx| {
        for table in ["sealed_report where digest", "sealed_verdict where report"] {
            let sql = format!("delete from {table} = $1");
            tx.execute(&sql, runtime::params![&digest.to_tagged()])?;
        }
        Ok::<_, runtime::sql::SqlError>(())
    });
}

/// A leader that lies gets no signature for a report beside which nothing stands: neither of one
/// that the helper never saw, nor of one that it is verifying, nor of the accepted one itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_helper_signs_only_beside_what_it_holds() {
    let city = City::start().await;
    let stands = draft(&city, THE_FLOW, 1, 1);
    stands.send(&city);
    city.step().await;
    city.step().await;
    let helper = Helper::new(city.helper.hub.sealed().clone());
    let id = task(&city, THE_FLOW);
    let settle = async |draft: &Draft| {
        let settled = helper.settle(leader_name(&city), (id, vec![beside(draft)])).await;
        settled.map(|mut all| all.remove(0))
    };
    let own = draft(&city, THE_FLOW, 2, 1);
    assert!(matches!(settle(&own).await, Err(CallError::NoOtherReport)), "never seen");
    let verify = asked(&city, id, vec![shown(&city, &own)]);
    let verified = helper.verify(leader_name(&city), verify).await.expect("answered").remove(0);
    assert!(verified.is_ok());
    assert!(matches!(settle(&own).await, Err(CallError::NoOtherReport)), "being verified");
    assert!(matches!(settle(&stands).await, Err(CallError::Accepted)));
    let second = draft(&city, THE_FLOW, 1, 2);
    assert!(matches!(settle(&second).await, Ok(Settled::Signed(_))));
    let kept = second.item().1;
    let kept = city.helper.read(move |tx| report::find(tx, &kept));
    assert!(kept.is_none(), "what came second leaves no trace");
    own.send(&city);
    city.step().await;
    assert_eq!(code(&city, 2, own.item().1).as_deref(), Some(""), "and it goes on");
}

/// On the helper's word alone a school is told nothing: its report waits, the leader's page says
/// so, and the other report, when it is here again, goes first.
#[tokio::test(flavor = "multi_thread")]
async fn the_leader_says_nothing_on_the_helpers_word() {
    let city = City::start().await;
    let stands = draft(&city, THE_FLOW, 1, 1);
    let first = stands.send(&city);
    city.step().await;
    city.step().await;
    forget(&city.leader, first);
    let second = draft(&city, THE_FLOW, 1, 2).send(&city);
    city.step().await;
    city.step().await;
    assert_eq!(code(&city, 1, second), None);
    assert_eq!(city.notices(&city.leader), [Notice::HeldThere(unit(1))]);
    assert!(Notice::HeldThere(unit(1)).say(Lang::En).contains("S01"));
    city.days(40);
    let held = Notice::HeldThere(unit(1));
    assert!(city.notices(&city.leader).contains(&held), "it is said as long as the report waits");
    stands.send(&city);
    city.step().await;
    city.step().await;
    assert!(!city.notices(&city.leader).contains(&held), "and no longer");
    let held = city.leader.read(move |tx| report::find(tx, &first)).expect("taken again");
    assert_eq!(held.kept.state, State::Accepted);
    assert!(is_said_by_both(&city, 1, second));
}

/// A helper that was put back is shown the report that stands before it says so; a refusal that
/// was signed by the leader alone, as before this rule, is signed by both when the report comes
/// again.
#[tokio::test(flavor = "multi_thread")]
async fn a_helper_that_forgot_is_shown_what_stands() {
    let city = City::start().await;
    let first = draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    forget(&city.helper, first);
    let second = draft(&city, THE_FLOW, 1, 2);
    let digest = second.send(&city);
    city.step().await;
    assert!(is_said_by_both(&city, 1, digest));
    let held = city.helper.read(move |tx| report::find(tx, &first)).expect("shown again");
    assert_eq!(held.kept.state, State::Accepted);
    city.leader.write(move |tx| {
        tx.execute("delete from relay_down", &[])?;
        let alone = "update sealed_verdict set helper_signature = null where report = $1";
        tx.execute(alone, runtime::params![&digest.to_tagged()])
    });
    second.send(&city);
    city.step().await;
    assert!(is_said_by_both(&city, 1, digest));
}
