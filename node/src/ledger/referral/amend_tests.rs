//! A draft put right: until when, by whom, and what of it the family confirms again.

use domain::ledger::SchoolRole;
use domain::referral::{Concern, Event, Fact, Refused, RiskNow, State, Urgency};

use super::super::author::Author;
use super::super::entry::{Kept, RecordId, StaffId};
use super::super::guard_tests::{counsellor, head, run};
use super::super::read;
use super::super::refusal::LedgerRefusal;
use super::super::testing::{NOW_MS, School};
use super::tests::{CLINIC, approved, consent, opened, paper, played, ready, step};
use super::*;

fn right(seen: u32) -> Amendment {
    Amendment {
        seen,
        urgency: Urgency::Routine,
        concerns: vec![Concern::Mood],
        risk: RiskNow::Unknown,
        known: (String::new(), "奶奶".to_owned(), String::new()),
        why: "家长补充说明".to_owned(),
    }
}

fn done(school: &School, record: RecordId, right: Amendment) -> Result<(), LedgerRefusal> {
    run(school, move |tx| amend(tx, &counsellor(), record, &right))
}

fn entry(school: &School, record: RecordId) -> Kept<Referral> {
    let kept = run(school, move |tx| Ok(course(tx, record)?.referral));
    kept.unwrap_or_else(|why| panic!("{why}"))
}

/// What a draft says is put right as a new version with who and why, approved anew; what does not
/// hold is refused and leaves no trace, and after the hand-over nothing is put right any more.
#[test]
fn a_draft_is_put_right_until_it_leaves() {
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    approved(&school, record);
    let refused = |right: Amendment| done(&school, record, right).expect_err("refused");
    assert!(matches!(refused(right(1)), LedgerRefusal::Changed), "it was approved meanwhile");
    let silent = Amendment { why: " ".to_owned(), ..right(2) };
    assert!(matches!(refused(silent), LedgerRefusal::Reason));
    let empty = Amendment { concerns: Vec::new(), ..right(2) };
    assert!(matches!(refused(empty), LedgerRefusal::Field("concerns")));
    let danger = Amendment { urgency: Urgency::Emergency, ..right(2) };
    let missing = Refused::Missing(vec![Fact::ImminentDanger]);
    assert!(matches!(refused(danger), LedgerRefusal::Referral(why) if why == missing));
    let mentor = Author::new("mentor", SchoolRole::Mentor, Some(StaffId(3)), NOW_MS);
    let other = run(&school, move |tx| amend(tx, &mentor, record, &right(2)));
    assert!(matches!(other, Err(LedgerRefusal::NotAllowed)));
    done(&school, record, right(2)).expect("nothing to change");
    assert_eq!(entry(&school, record).version, 2, "nothing was refused into a version");
    let worse = Amendment {
        urgency: Urgency::Urgent,
        concerns: vec![Concern::Mood, Concern::SelfHarm],
        risk: RiskNow::Yes,
        ..right(2)
    };
    done(&school, record, worse).expect("put right");
    let now = entry(&school, record);
    assert_eq!(
        (now.version, now.entry.risk, now.entry.urgency),
        (3, RiskNow::Yes, Urgency::Urgent)
    );
    assert_eq!(now.entry.approved_by, None, "who approved the words before approved others");
    let versions = run(&school, move |tx| Ok(read::versions::<Referral>(tx, record)?));
    let versions = versions.expect("versions");
    let (first, _) = versions.first().expect("first");
    assert_eq!((first.entry.risk, first.entry.urgency), (RiskNow::Unknown, Urgency::Routine));
    let (_, by) = versions.last().expect("last");
    assert_eq!((by.author.as_str(), by.reason.as_str()), ("counsellor", "家长补充说明"));
    let own = run(&school, move |tx| approve(tx, &counsellor(), record));
    assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
    approved(&school, record);
    consent(&school, CLINIC);
    let way = [Event::AskConsent, Event::ConsentGiven, Event::Send];
    assert_eq!(played(&school, record, &way), State::Sent);
    let late = Refused::State { from: State::Sent };
    assert!(matches!(refused(right(4)), LedgerRefusal::Referral(why) if why == late));
}

/// What the family agreed to let out and reads otherwise now is confirmed with them once more; what
/// their paper does not let out, and how urgent it is, needs no new word of theirs.
#[test]
fn what_changes_after_the_consent_is_confirmed_again() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    consent(&school, CLINIC);
    assert_eq!(played(&school, record, &[E::AskConsent, E::ConsentGiven]), State::Consented);
    let unlet = Amendment { urgency: Urgency::Urgent, risk: RiskNow::Yes, ..right(1) };
    done(&school, record, unlet.clone()).expect("put right");
    let let_out = Amendment { seen: 2, concerns: vec![Concern::Trauma], ..unlet.clone() };
    done(&school, record, let_out.clone()).expect("put right");
    approved(&school, record);
    assert!(matches!(step(&school, record, E::Send), Err(LedgerRefusal::Unconfirmed)));
    // Back as it was confirmed: nothing is left to ask.
    done(&school, record, Amendment { seen: 4, ..unlet }).expect("put right");
    done(&school, record, Amendment { seen: 5, ..let_out }).expect("put right");
    assert_eq!(played(&school, record, &[E::ConsentGiven]), State::Consented);
    approved(&school, record);
    assert_eq!(played(&school, record, &[E::Send]), State::Sent);
}

/// The risk is in the sheet where the paper names it, and is confirmed again there.
#[test]
fn a_risk_that_is_let_out_is_confirmed_again() {
    use Event as E;
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    let classes = Words::new([DataClass::Identity, DataClass::Reason, DataClass::Risk]);
    let paper = super::super::consent::Consent { classes, ..paper(CLINIC) };
    run(&school, move |tx| super::super::write::add(tx, &counsellor(), &paper)).expect("paper");
    played(&school, record, &[E::AskConsent, E::ConsentGiven]);
    done(&school, record, Amendment { risk: RiskNow::Yes, ..right(1) }).expect("put right");
    run(&school, move |tx| approve(tx, &head(), record)).expect("approved");
    assert!(matches!(step(&school, record, E::Send), Err(LedgerRefusal::Unconfirmed)));
    assert_eq!(played(&school, record, &[E::ConsentGiven, E::Send]), State::Sent);
}
