//! At a school: what was sealed is exported, to who may read it, as a reading, and on a ground.

use certs::referral::EnvelopeId;
use domain::ledger::SchoolRole;
use domain::referral::{Event, State, Urgency};
use serde_json::Value;

use super::super::school::export;
use super::super::{ExportError, FhirError, file, read};
use crate::content::{AnswerContent, Answered, Contact, ReferralContent};
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::guard_tests::{author, counsellor, run};
use crate::ledger::letters;
use crate::ledger::referral::tests::{approved, at, consent, opened, played, ready, step};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::{NOW_MS, School};
use crate::letters::testing::{CLINIC, Town, answer, arrive};
use crate::letters::{answers, sending};
use crate::list::testing::now;
use crate::transfer::Transfer;

const CALL: (&str, &str) = ("王老师", "0532-1234567");
/// The guardian and telephone that the tests' school knows.
const CALLED: [&str; 2] = ["王母", "13800000000"];

/// A referral that was sealed for the clinic.
fn sent(school: &School, town: &Town) -> (RecordId, EnvelopeId, ReferralContent) {
    town.known(school);
    let record = opened(school, Urgency::Urgent);
    consent(school, CLINIC);
    played(school, record, &[Event::AskConsent, Event::ConsentGiven]);
    approved(school, record);
    let desk = town.desk.clone();
    let sealed = run(school, move |tx| {
        sending::prepare(tx, &counsellor(), record, &desk, CALL)?;
        let shown = sending::preview(tx, &counsellor(), record)?.expect("preview");
        sending::send(tx, &counsellor(), record, &desk, &shown.digest.to_string())?;
        Ok(letters::envelopes(tx, record)?.pop().expect("envelope"))
    });
    let sealed = sealed.expect("sealed");
    (record, sealed.id, ReferralContent::read(&sealed.content).expect("content"))
}

fn exported(school: &School, by: Author, record: RecordId) -> Result<Value, ExportError> {
    school.ledger.write("export", move |tx| export(tx, &by, record))
}

fn reads(school: &School) -> usize {
    let lines = run(school, |tx| {
        let reader = counsellor();
        let student = crate::ledger::guard_tests::CHILD;
        let purpose = domain::ledger::terms::ReadPurpose::Referral;
        let pass = crate::ledger::access::open(tx, &reader, student, purpose)?;
        Ok(crate::ledger::access::reads(tx, &pass, 100)?)
    });
    let lines = lines.expect("reads");
    lines.iter().filter(|line| line.reason.as_deref() == Some("FHIR 导出")).count()
}

/// What was sealed is exported to the byte, with what was answered, and the reading is logged.
#[test]
fn what_was_sealed_is_exported() {
    let (school, town, transfer) = (ready(), Town::new(), Transfer::in_memory().expect("transfer"));
    let key = town.to_school(&school);
    let (record, envelope, content) = sent(&school, &town);
    assert_eq!(reads(&school), 0);
    let told = exported(&school, counsellor(), record).expect("bundle");
    assert_eq!(reads(&school), 1);
    let back = read(&told).unwrap_or_else(|error| panic!("{error}"));
    let same = back.whole().expect("whole").write().expect("bytes");
    assert_eq!(same, content.write().expect("bytes"));
    assert_eq!((back.envelope, back.state), (*envelope.bytes(), State::Sent));

    let by =
        Contact { unit: "示例医院".to_owned(), person: String::new(), phone: String::new() };
    let (referral, number) = (content.referral, content.number);
    let at = Moment(NOW_MS);
    let said = Answered::Delivered;
    let first = AnswerContent { referral, number, act: 1, seen: 3, by, at, said };
    arrive(&transfer, &answer(&town.clinic, &key, envelope, &first));
    answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
    let told = exported(&school, counsellor(), record).expect("bundle");
    let back = read(&told).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((back.state, back.answers.len()), (State::Received, 1));
}

/// Who does not write referrals exports none; of what was not sealed there is nothing to export.
#[test]
fn only_what_was_sealed_is_exported_and_to_whom_it_is_open() {
    let (school, town) = (ready(), Town::new());
    let draft = opened(&school, Urgency::Routine);
    let unsealed = exported(&school, counsellor(), draft);
    assert!(matches!(unsealed, Err(ExportError::Fhir(FhirError::Unsealed))));
    step(&school, draft, Event::Cancel).expect("cancelled");
    let (record, ..) = sent(&school, &town);
    let operator = author("it", SchoolRole::Operator, 3);
    let barred = exported(&school, operator, record);
    assert!(matches!(barred, Err(ExportError::Ledger(LedgerRefusal::NotAllowed))));
    assert_eq!(reads(&school), 0);
}

/// Without a consent that stands nothing of the child is exported.
#[test]
fn without_a_consent_nothing_of_the_child_is_exported() {
    let (school, town) = (ready(), Town::new());
    let (record, ..) = sent(&school, &town);
    let whole = file(&exported(&school, counsellor(), record).expect("bundle"));
    assert!(CALLED.iter().all(|said| whole.contains(said)));
    let past = at(&counsellor(), 120 * 24 * 3_600_000);
    let over = file(&exported(&school, past, record).expect("bundle"));
    assert!(CALLED.iter().all(|said| !over.contains(said)), "the consent's last day has passed");
    assert_eq!(
        step(&school, record, Event::WithdrawConsent).expect("taken back"),
        State::Withdrawn
    );
    let over = file(&exported(&school, counsellor(), record).expect("bundle"));
    assert!(CALLED.iter().all(|said| !over.contains(said)) && over.contains("inactive"));
}
