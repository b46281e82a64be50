//! An emergency that is stood down: what is revealed with it takes back nothing that follows.

use certs::letter::{Letter, Routing};
use certs::referral::{EnvelopeId, Revealed, Role, WithdrawalMark};
use domain::referral::{Event, State, Urgency};

use super::testing::Town;
use super::tests::{leave, sealed, shown, state, waiting};
use super::{copying, revoking};
use crate::ledger::entry::RecordId;
use crate::ledger::guard_tests::run;
use crate::ledger::letters;
use crate::ledger::referral::tests::{opened, ready, step};
use crate::ledger::testing::{NOW_MS, School};
use crate::list::testing::now;
use crate::transfer::Transfer;

/// Makes an emergency of a referral and seals it; gives its envelope and the mark on it.
fn emergency(school: &School, town: &Town, record: RecordId) -> (EnvelopeId, WithdrawalMark) {
    step(school, record, Event::Emergency).expect("emergency");
    let digest = shown(school, town, record).expect("shown").digest.to_string();
    sealed(school, town, record, &digest).expect("sealed");
    let (opened, _) = town.receive(&waiting(school));
    let Role::Referral { withdrawal } = opened.header().role else { panic!("no referral") };
    (opened.header().envelope, withdrawal)
}

/// What the relay, and everybody on the way, reads of the withdrawals that wait.
fn revealed(school: &School, town: &Town) -> Vec<Revealed> {
    let secret = |letter: &Letter| {
        let opened = letter.open(&town.relay).expect("a letter to the relay");
        let Routing::Revocation { secret, .. } = opened.routing() else { panic!("no withdrawal") };
        *secret
    };
    waiting(school).iter().map(secret).collect()
}

/// Whoever read the secret of an emergency that was stood down takes back that one alone, and not
/// the one that the school sealed for the same child after it.
#[test]
fn what_was_stood_down_reveals_nothing_of_what_follows() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    town.known(&school);
    let record = opened(&school, Urgency::Emergency);
    let (first, first_mark) = emergency(&school, &town, record);
    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    leave(&school, &town, &transfer);
    assert_eq!(step(&school, record, Event::StoodDown).expect("stood down"), State::Draft);
    revoking::revoke(&school.ledger, &transfer, &town.desk, now()).expect("told");
    let said = revealed(&school, &town);
    let [said] = said.as_slice() else { panic!("one letter") };
    assert!(first_mark.is_opened_by(*said, first), "its recipient believes it");

    copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
    let (second, second_mark) = emergency(&school, &town, record);
    assert_eq!(state(&school, record), State::EmergencyOut);
    assert!(!second_mark.is_opened_by(*said, second), "nobody forges the next one's");
    let root = run(&school, move |tx| Ok(letters::secret(tx, record, NOW_MS)?.1.reveal()));
    assert!(root.expect("secret") != *said, "the word of the family's slip stays unknown");
}
