//! What a receiver's own system sends back: each answer of the mapping, and each fault by its name.

use domain::referral::{DeclineReason, KeptWhy, State};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::super::detail::{details, name_of};
use super::super::reply::Reply;
use super::super::{FILE_BYTES_MAX, FhirError};
use super::{filed, whole};
use crate::content::Answered;
use crate::content::tests::referral;

const TODAY: Date = date(2026, 11, 3);

/// The bundle as it was exported.
fn exported() -> Value {
    filed(&whole(referral(), State::Received))
}

/// The exported task alone, with what another system has made of it.
fn replied(change: impl FnOnce(&mut Value)) -> Value {
    let mut bundle = exported();
    let entries = bundle["entry"].as_array().expect("entries");
    let found = entries.iter().find(|entry| entry["resource"]["resourceType"] == "Task");
    let mut task = found.expect("task").clone();
    change(&mut task["resource"]);
    bundle["entry"] = json!([task]);
    bundle
}

/// A task with statuses and outputs.
fn says(status: &str, business: &str, outputs: &[(&str, &str)]) -> Value {
    let output = |(name, text): &(&str, &str)| {
        json!({ "type": { "coding": [{ "system": "urn:x-xinqiao:detail", "code": name }] },
                "valueString": text })
    };
    replied(|task| {
        let system = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS";
        task["status"] = json!(status);
        task["businessStatus"] = json!({ "coding": [{ "system": system, "code": business }] });
        task["output"] = outputs.iter().map(output).collect();
    })
}

fn read(bundle: &Value) -> Result<Reply, FhirError> {
    Reply::read(bundle.to_string().as_bytes())
}

fn answered(bundle: &Value, state: State) -> Result<Answered, FhirError> {
    read(bundle)?.answered(state, TODAY)
}

fn fault(bundle: &Value) -> Option<FhirError> {
    answered(bundle, State::Received).err()
}

/// Status and business status name the answer, the outputs its fields.
#[test]
fn each_answer_of_the_mapping_is_read() {
    let day = ("appoint.day", "2026-11-05");
    let place = ("appoint.place", "三号楼");
    let kept = [("revocation_done.why", "medical_record"), ("revocation_done.detail", "病历")];
    let other = [("redirect.name", "区医院"), ("redirect.phone", "0532-1")];
    let by = [("taken_over.by", "急诊科"), ("taken_over.place", "急诊楼")];
    let outcome = [("outcome.fit", "part"), ("outcome.watch", "睡眠")];
    let emergency = State::EmergencyOut;
    let cases: [(Value, State, &str); 11] = [
        (says("accepted", "3.0", &[("accept.note", "请来电")]), State::Received, "accept"),
        (says("rejected", "4.0", &[("decline.reason", "age")]), State::Received, "decline"),
        (says("rejected", "4.0", &other), State::Received, "redirect"),
        (says("in-progress", "5.1.1", &[day, place]), State::Accepted, "appoint"),
        (says("in-progress", "5.1.2", &[]), State::Appointed, "not_seen"),
        (says("in-progress", "5.1.4", &[day]), State::Appointed, "seen"),
        (says("in-progress", "5.1.4", &by), emergency, "taken_over"),
        (says("in-progress", "5.1.4", &[]), State::OutcomeIn, "more_care"),
        (says("completed", "7.0", &outcome), State::InCare, "outcome"),
        (says("completed", "7.0", &[]), State::InCare, "outcome"),
        (says("cancelled", "6.0", &kept), State::Withdrawn, "revocation_done"),
    ];
    for (bundle, state, name) in cases {
        let said = answered(&bundle, state).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(name_of(&said), name);
    }
    let seen = answered(&says("in-progress", "5.1.4", &[day]), State::Appointed).expect("seen");
    let told = details(&seen);
    assert_eq!(told, [("seen.day", TODAY.to_string())], "what is left of an appointment is none");
    let Ok(Answered::RevocationDone(kept)) =
        answered(&says("cancelled", "6.0", &kept), State::Withdrawn)
    else {
        panic!("nothing is kept");
    };
    assert_eq!((kept.why, kept.detail.as_str()), (KeptWhy::MedicalRecord, "病历"));
}

/// A reason that is no code of ours is another reason, in its words.
#[test]
fn a_reason_in_words_is_another_reason() {
    let bundle = replied(|task| {
        task["status"] = json!("rejected");
        task.as_object_mut().expect("task").remove("businessStatus");
        task["statusReason"] = json!({ "text": "没有儿童门诊" });
    });
    let Ok(Answered::Declined { reason, note }) = answered(&bundle, State::Received) else {
        panic!("not declined");
    };
    assert_eq!((reason, note.as_str()), (DeclineReason::Other, "没有儿童门诊"));
    let coded = replied(|task| {
        task["status"] = json!("rejected");
        task.as_object_mut().expect("task").remove("businessStatus");
        let coding = json!({ "system": "urn:x-xinqiao:decline-reason", "code": "area" });
        task["statusReason"] = json!({ "coding": [coding] });
    });
    let Ok(Answered::Declined { reason, .. }) = answered(&coded, State::Received) else {
        panic!("not declined");
    };
    assert_eq!(reason, DeclineReason::Area);
}

/// What is no bundle of R4, of one task, of known words and of a known size is refused by name.
#[test]
fn each_fault_has_its_name() {
    let noted = |name: &str, value: Value| fault(&replied(|task| task[name] = value));
    assert_eq!(fault(&json!({ "resourceType": "Task" })), Some(FhirError::NotR4("Bundle")));
    assert_eq!(fault(&json!({ "resourceType": "Bundle" })), Some(FhirError::Tasks));
    let mut twice = replied(|_| {});
    let entry = twice["entry"][0].clone();
    twice["entry"].as_array_mut().expect("entries").push(entry);
    assert_eq!(fault(&twice), Some(FhirError::Tasks));
    assert_eq!(noted("requestedPerformer", json!([])), Some(FhirError::NotR4("Task")));
    let concept = json!({ "concept": { "text": "x" } });
    assert_eq!(noted("statusReason", concept), Some(FhirError::NotR4("Task")));
    assert_eq!(noted("implicitRules", json!("http://x")), Some(FhirError::Modifier));
    assert_eq!(noted("modifierExtension", json!([])), Some(FhirError::Modifier));
    assert_eq!(noted("contained", json!([])), Some(FhirError::Altered("Task")));
    assert_eq!(noted("identifier", json!([])), Some(FhirError::OtherReferral));
    let named = json!({ "identifier": { "value": "370202200001011234" } });
    assert_eq!(noted("for", named), Some(FhirError::Patient));
    assert_eq!(fault(&says("ready", "2.0", &[])), Some(FhirError::Status));
    assert_eq!(fault(&says("accepted", "4.0", &[])), Some(FhirError::Status));
    assert_eq!(fault(&says("in-progress", "", &[])), Some(FhirError::Status));
    let diagnosis = says("completed", "7.0", &[("outcome.diagnosis", "F32.1")]);
    assert_eq!(fault(&diagnosis), Some(FhirError::Unknown("outputs")));
    let word = says("completed", "7.0", &[("outcome.fit", "perhaps")]);
    assert_eq!(fault(&word), Some(FhirError::Unknown("fitness for school")));
    assert_eq!(fault(&says("in-progress", "5.1.1", &[])), Some(FhirError::Field("day")));
    let long = vec![b' '; usize::try_from(FILE_BYTES_MAX).expect("small") + 1];
    assert_eq!(Reply::read(&long).err(), Some(FhirError::Large));
    assert_eq!(Reply::read(b"{").err(), Some(FhirError::Json));
    let deep = "[".repeat(100_000);
    assert_eq!(Reply::read(deep.as_bytes()).err(), Some(FhirError::Json));
}

/// What stands beside the task is as it was exported, or nothing is taken.
#[test]
fn nothing_comes_in_beside_the_answer() {
    let exported = exported();
    let check = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut bundle = exported.clone();
        change(bundle["entry"].as_array_mut().expect("entries"));
        read(&bundle).expect("reply").check(&exported).err()
    };
    let of = |entries: &mut Vec<Value>, kind: &str, change: &dyn Fn(&mut Value)| {
        let mut entries = entries.iter_mut().map(|entry| &mut entry["resource"]);
        change(entries.find(|one| one["resourceType"] == kind).expect("resource"));
    };
    assert_eq!(check(&|_| {}), None);
    let touched = check(&|entries| {
        of(entries, "Patient", &|one| {
            one["id"] = json!("17");
            one["meta"] = json!({ "versionId": "3" });
        });
    });
    assert_eq!(touched, None, "what a system writes about a resource changes nothing");
    let card = check(&|entries| {
        of(entries, "Patient", &|one| {
            let card = json!({ "system": "urn:oid:2.16.156", "value": "370202200001011234" });
            one["identifier"].as_array_mut().expect("list").push(card);
        });
    });
    assert_eq!(card, Some(FhirError::Patient));
    let consent = check(&|entries| {
        of(entries, "Consent", &|one| one["provision"]["period"]["end"] = json!("2030-01-01"));
    });
    assert_eq!(consent, Some(FhirError::Altered("Consent")));
    let finding = check(&|entries| {
        entries.push(json!({ "resource": { "resourceType": "Condition" } }));
    });
    assert_eq!(finding, Some(FhirError::Extra));
}
