//! At a clinic: what is exported is a reading, and what comes back goes through the form's doors.

use certs::referral::{EnvelopeId, WithdrawalSecret};
use domain::receiver::{ReadWhy, ReceiverRole};
use domain::referral::{Refused, State};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::receiver::{export, import};
use super::super::{FhirError, file};
use crate::content::ReferralContent;
use crate::content::tests::{emergency, referral};
use crate::intake::IntakeError;
use crate::intake::acting::{reads, shown};
use crate::intake::testing::{City, now, worker};

const ENVELOPE: EnvelopeId = EnvelopeId::from_bytes([1; 16]);
const NAME: &str = "林小雨";

fn secret() -> WithdrawalSecret {
    WithdrawalSecret::from_bytes([5; 16])
}

/// A clinic to which a referral has come.
fn city(content: &ReferralContent) -> City {
    let city = City::new();
    for letter in city.letters(content, (ENVELOPE, &secret())) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 1);
    city
}

fn told(city: &City, role: ReceiverRole) -> Result<Value, IntakeError> {
    let receiver = city.receiver();
    city.ledger.write("export", move |tx| {
        export(tx, (&receiver, &worker(role, now())), (1, ReadWhy::Print))
    })
}

fn takes(city: &City, role: ReceiverRole, bundle: &Value) -> Result<(), IntakeError> {
    let (receiver, file) = (city.receiver(), file(bundle).into_bytes());
    city.ledger.write("import", move |tx| import(tx, (&receiver, &worker(role, now())), (1, &file)))
}

fn state(city: &City) -> State {
    let head = worker(ReceiverRole::Head, now());
    city.ledger.read(move |tx| shown(tx, &head, 1)).expect("shown").course.state
}

fn acts(city: &City) -> u64 {
    city.count("select count(*) from intake_act")
}

/// The task of a bundle, as the clinic's own system has moved it on.
fn moved(bundle: &Value, (status, business): (&str, &str), outputs: &[(&str, &str)]) -> Value {
    let mut bundle = bundle.clone();
    let entries = bundle["entry"].as_array_mut().expect("entries");
    entries.retain(|entry| entry["resource"]["resourceType"] == "Task");
    let output = |(name, text): &(&str, &str)| {
        json!({ "type": { "coding": [{ "system": "urn:x-xinqiao:detail", "code": name }] },
                "valueString": text })
    };
    let task = &mut entries[0]["resource"];
    task["status"] = json!(status);
    task["businessStatus"]["coding"][0]["code"] = json!(business);
    task["output"] = outputs.iter().map(output).collect();
    bundle
}

/// Who may read exports, and each export is a reading; who looks after the machine exports nothing.
#[test]
fn an_export_is_a_reading() {
    let city = city(&referral());
    assert!(matches!(told(&city, ReceiverRole::Operator), Err(IntakeError::NotAllowed)));
    assert_eq!(city.count("select count(*) from intake_read"), 0);
    let bundle = told(&city, ReceiverRole::Intake).expect("bundle");
    assert!(file(&bundle).contains(NAME));
    let head = worker(ReceiverRole::Head, now());
    let lines = city.ledger.read(move |tx| reads(tx, &head, None)).expect("log");
    let whys: Vec<ReadWhy> = lines.iter().map(|line| line.why).collect();
    assert_eq!(whys, [ReadWhy::Print]);
}

/// A whole course by the clinic's own system: the same acts as by its forms, the same guards.
#[test]
fn a_course_is_worked_by_another_system() {
    let city = city(&referral());
    let whole = told(&city, ReceiverRole::Intake).expect("bundle");
    let day = [("appoint.day", "2026-11-05"), ("appoint.place", "门诊三楼")];
    let appointed = moved(&whole, ("in-progress", "5.1.1"), &day);
    let early = takes(&city, ReceiverRole::Intake, &appointed);
    assert!(matches!(early, Err(IntakeError::Refused(Refused::State { .. }))));
    let accepted = moved(&whole, ("accepted", "3.0"), &[]);
    takes(&city, ReceiverRole::Intake, &accepted).expect("accepted");
    let again = takes(&city, ReceiverRole::Intake, &accepted);
    assert!(matches!(again, Err(IntakeError::Refused(_))), "the same answer changes nothing");
    takes(&city, ReceiverRole::Intake, &appointed).expect("appointed");
    takes(&city, ReceiverRole::Intake, &moved(&whole, ("in-progress", "5.1.4"), &[]))
        .expect("seen");
    let outcome = moved(&whole, ("completed", "7.0"), &[("outcome.fit", "part")]);
    let before = acts(&city);
    let unfit = takes(&city, ReceiverRole::Intake, &outcome);
    assert!(matches!(unfit, Err(IntakeError::NotAllowed)), "an outcome is the clinician's");
    assert_eq!(acts(&city), before);
    takes(&city, ReceiverRole::Clinician, &outcome).expect("outcome");
    assert_eq!((state(&city), acts(&city)), (State::OutcomeIn, before + 1));
    let now = told(&city, ReceiverRole::Clinician).expect("bundle");
    let back = super::super::read(&now).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((back.state, back.answers.len()), (State::OutcomeIn, 5));
}

/// The whole export may come back; whatever else comes with it keeps all of it out.
#[test]
fn what_comes_beside_the_answer_keeps_it_out() {
    let city = city(&referral());
    let whole = told(&city, ReceiverRole::Intake).expect("bundle");
    let mut accepted = whole.clone();
    for entry in accepted["entry"].as_array_mut().expect("entries") {
        if entry["resource"]["resourceType"] == "Task" {
            entry["resource"]["status"] = json!("accepted");
            entry["resource"]["businessStatus"]["coding"][0]["code"] = json!("3.0");
        }
    }
    let mut carded = accepted.clone();
    for entry in carded["entry"].as_array_mut().expect("entries") {
        if entry["resource"]["resourceType"] == "Patient" {
            let card = json!({ "value": "370202200001011234" });
            entry["resource"]["identifier"].as_array_mut().expect("list").push(card);
        }
    }
    let refused = takes(&city, ReceiverRole::Intake, &carded);
    assert!(matches!(refused, Err(IntakeError::Fhir(FhirError::Patient))));
    assert_eq!((state(&city), acts(&city)), (State::Received, 1));
    let mut other = accepted.clone();
    for entry in other["entry"].as_array_mut().expect("entries") {
        if entry["resource"]["resourceType"] == "Task" {
            entry["resource"]["identifier"][0]["value"] = json!("00".repeat(16));
        }
    }
    let refused = takes(&city, ReceiverRole::Intake, &other);
    assert!(matches!(refused, Err(IntakeError::Fhir(FhirError::OtherReferral))));
    takes(&city, ReceiverRole::Intake, &accepted).expect("accepted");
    assert_eq!(state(&city), State::Accepted);
}

/// After a decline, a withdrawal or the last day of the consent the export says that it is over,
/// and nothing of the child; nothing is taken any more.
#[test]
fn what_is_over_is_exported_without_the_child() {
    let city = city(&referral());
    let whole = told(&city, ReceiverRole::Intake).expect("bundle");
    let revoked = city.revocation(secret().reveal(), vec![ENVELOPE]);
    city.arrive(&revoked);
    assert_eq!(city.sweep(now()).revoked, 1);
    let over = told(&city, ReceiverRole::Intake).expect("bundle");
    assert!(!file(&over).contains(NAME) && file(&over).contains("revokedAt"));
    let accepted = moved(&whole, ("accepted", "3.0"), &[]);
    let late = takes(&city, ReceiverRole::Intake, &accepted);
    assert!(matches!(late, Err(IntakeError::Withdrawn)));

    let city = self::city(&referral());
    let reason = [("decline.reason", "no_capacity")];
    let declined = moved(&whole, ("rejected", "4.0"), &reason);
    takes(&city, ReceiverRole::Intake, &declined).expect("declined");
    let over = told(&city, ReceiverRole::Intake).expect("bundle");
    assert!(!file(&over).contains(NAME));

    let city = self::city(&referral());
    let (receiver, late) = (city.receiver(), now() + SignedDuration::from_hours(24 * 170));
    let past = city.ledger.write("export", move |tx| {
        export(tx, (&receiver, &worker(ReceiverRole::Head, late)), (1, ReadWhy::Care))
    });
    assert!(!file(&past.expect("bundle")).contains(NAME));
}

/// An emergency is taken over by its status, and nobody's consent is told for it.
#[test]
fn an_emergency_is_taken_over_by_its_status() {
    let city = city(&emergency());
    let whole = told(&city, ReceiverRole::Intake).expect("bundle");
    assert!(file(&whole).contains("ETREAT") && !file(&whole).contains("\"Consent\""));
    let by = [("taken_over.by", "急诊科"), ("taken_over.place", "急诊楼")];
    let taken = moved(&whole, ("in-progress", "5.1.4"), &by);
    takes(&city, ReceiverRole::Intake, &taken).expect("taken over");
    assert_eq!(state(&city), State::InCare);
}
