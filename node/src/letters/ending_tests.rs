//! A consent that ends while its letters wait at the school.

use domain::referral::{Event, State};
use jiff::{SignedDuration, Timestamp};
use proto::wire::sync::Lane;
use runtime::sql::SqlError;
use runtime::uplink::outbox::{letters as outbox, sent as queued};

use super::testing::Town;
use super::tests::{envelopes, leave, out, sent, state, waiting};
use super::{copying, ending, renewing, revoking};
use crate::ledger::entry::RecordId;
use crate::ledger::guard_tests::run;
use crate::ledger::referral;
use crate::ledger::referral::tests::{ready, step};
use crate::ledger::testing::{NOW_MS, School};
use crate::list::testing::now;
use crate::transfer::{Transfer, letters as queue};

/// After the last day of the consents of these tests, the 1st of March.
fn after() -> Timestamp {
    now() + SignedDuration::from_hours(24 * 150)
}

fn end(school: &School, town: &Town, transfer: &Transfer, at: Timestamp) -> usize {
    ending::end(&school.ledger, transfer, &town.desk, at).expect("ended")
}

/// What the course says of the recall, and whether it waits for somebody's answer.
fn recalled(school: &School, record: RecordId) -> Option<(String, bool)> {
    let found = run(school, move |tx| {
        let course = referral::course(tx, record)?;
        let last = course.last(Event::Recall).map(|act| &act.entry);
        Ok(last.map(|act| (act.detail.clone(), act.is_unanswered())))
    });
    found.expect("course")
}

/// Where a letter of the school waits when its consent ends: in the ledger, in the queue, or in the
/// outbox of a school that is offline. It never leaves, and the course says that and why.
#[test]
fn what_waits_when_the_consent_ends_does_not_leave() {
    for place in ["ledger", "queue", "outbox"] {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let (record, _) = sent(&school, &town);
        let names: Vec<String> = waiting(&school).iter().map(outbox::name).collect();
        if place != "ledger" {
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        }
        if place == "outbox" {
            out(&school, &town, &transfer);
        }
        assert_eq!(end(&school, &town, &transfer, now()), 0, "{place}: it stands");
        assert_eq!(state(&school, record), State::Sent);
        assert_eq!(end(&school, &town, &transfer, after()), 1, "{place}");
        assert_eq!(end(&school, &town, &transfer, after()), 0, "{place}: once");
        revoking::revoke(&school.ledger, &transfer, &town.desk, after()).expect("revoked");
        assert!(waiting(&school).is_empty(), "{place}: nobody holds anything");
        let left: Result<(u64, Vec<String>), SqlError> = transfer.read(|tx| {
            let lies = queued(tx, Lane::Referral, 100)?.into_iter().map(|one| one.name);
            Ok((queue::waiting(tx)?.waiting, lies.collect()))
        });
        let (waits, lies) = left.expect("transfer");
        assert_eq!(waits, 0, "{place}");
        assert!(lies.iter().all(|name| !names.contains(name)), "{place}");
        assert_eq!(state(&school, record), State::Cancelled, "{place}");
        let (said, is_unanswered) = recalled(&school, record).expect("recalled");
        assert!(said.contains("到期") && !is_unanswered, "{place}: {said}");
        let kept = envelopes(&school, record).remove(0).kept.expect("said");
        assert!(kept.contains("没有离校"), "{place}: {kept}");
    }
}

/// What has left is the recipient's, which asks for the last day itself; of what nobody knows any
/// more the recipient is told, and nothing says that it did not leave.
#[test]
fn what_has_left_is_not_said_to_have_stayed() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let (record, _) = sent(&school, &town);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    assert_eq!(end(&school, &town, &transfer, after()), 0);
    assert_eq!(state(&school, record), State::Sent);

    let lost = Transfer::in_memory().expect("transfer");
    assert_eq!(end(&school, &town, &lost, after()), 1);
    let told = revoking::revoke(&school.ledger, &lost, &town.desk, after());
    assert_eq!((told.expect("told"), waiting(&school).len()), (1, 1));
    assert_eq!(envelopes(&school, record)[0].done_at_ms, None);
    assert!(recalled(&school, record).expect("recalled").1, "its answer is waited for");
}

/// What had left as a whole is not said to have stayed because it was sealed anew since: what waits
/// does not leave, and the course stays as it is.
#[test]
fn what_was_sealed_anew_does_not_leave_after_the_last_day() {
    for is_copied in [false, true] {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let (record, _) = sent(&school, &town);
        copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        leave(&school, &town, &transfer);
        let late = now() + SignedDuration::from_mins(31);
        let renewed = renewing::renew(&school.ledger, &transfer, &town.desk, late);
        assert_eq!((renewed.expect("renewed"), waiting(&school).len()), (1, 1));
        if is_copied {
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        }
        for _ in 0..2 {
            assert_eq!(end(&school, &town, &transfer, after()), 0);
        }
        let queue: Result<queue::Queue, SqlError> = transfer.read(queue::waiting);
        assert_eq!((queue.expect("queue").waiting, waiting(&school).len()), (0, 0));
        assert_eq!(state(&school, record), State::Sent);
        assert!(recalled(&school, record).is_none());
        step(&school, record, Event::WithdrawConsent).expect("withdrawn");
        revoking::revoke(&school.ledger, &transfer, &town.desk, now()).expect("told");
        assert_eq!(waiting(&school).len(), 1, "whoever has it is told");
    }
}

/// A clock that is far ahead for one tick keeps back what waits, and ends nothing: once it is right
/// again the same envelope is sealed anew. Where it was right, its course says that it stayed.
#[test]
fn a_clock_that_is_far_ahead_loses_no_letter() {
    for is_right in [false, true] {
        for is_out in [false, true] {
            let (school, town) = (ready(), Town::new());
            let transfer = Transfer::in_memory().expect("transfer");
            let (record, envelope) = sent(&school, &town);
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            if is_out {
                out(&school, &town, &transfer);
            }
            let hold = |at: Timestamp| {
                ending::hold_back(&school.ledger, &transfer, &town.desk, at).expect("held")
            };
            assert_eq!((hold(now()), hold(after()), hold(after())), (0, 1, 0));
            let queue: Result<queue::Queue, SqlError> = transfer.read(queue::waiting);
            assert_eq!(queue.expect("queue").waiting, 0);
            assert_eq!(state(&school, record), State::Sent);
            assert!(recalled(&school, record).is_none());
            if is_right {
                assert_eq!(end(&school, &town, &transfer, after()), 1);
                assert_eq!(end(&school, &town, &transfer, after()), 0);
                let kept = envelopes(&school, record).remove(0).kept.expect("said");
                assert!(kept.contains("没有离校"), "{kept}");
                continue;
            }
            assert_eq!(end(&school, &town, &transfer, now()), 0);
            let late = now() + SignedDuration::from_mins(31);
            let renewed = renewing::renew(&school.ledger, &transfer, &town.desk, late);
            assert_eq!(renewed.expect("renewed"), 1);
            let again = town.opened(&waiting(&school));
            assert!(again.header().envelope == envelope.id);
            assert_eq!(again.content(), envelope.content);
        }
    }
}
