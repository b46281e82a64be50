//! What is asked for: who refers whom to whom, why, how soon, and what the school did.

use domain::ledger::Kind;
use domain::referral::{Concern, RiskNow};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::json::{
    all, code, concept_of, day, extension, extensions, hex, instant, list, maybe, nested, object,
    own, read_day, reference, said, said_number, said_text, text, the_day, word,
};
use super::patient::{self, Known};
use super::record::Addresses;
use super::{FhirError, Found, Record, Said, codes, score};
use crate::content::GroundSaid;
use crate::ledger::referral::Part;

/// Kind of work, how often, first and last day.
type Work = (Kind, u64, Date, Date);

/// A text as the value of an extension.
fn words(words: &str) -> (&'static str, Value) {
    ("valueString", json!(words))
}

pub(super) fn write(record: &Record, to: &Addresses) -> Result<Value, FhirError> {
    let consent = reference(&to.consent);
    let scores = record.scores().iter().enumerate().map(|(at, _)| reference(&to.score(at)));
    let supporting = record.has_consent().then_some(consent).into_iter().chain(scores);
    let concerns = record.parts().iter().find_map(|part| match part {
        Part::Reason { concerns, .. } => Some(concerns.as_slice()),
        _ => None,
    });
    let concerns = concerns.unwrap_or_default().iter();
    let id = json!({
        "type": { "coding": [{ "system": codes::IDENTIFIERS, "code": "PLAC" }] },
        "system": own("referral"),
        "value": hex(&record.referral().0),
    });
    let asked = json!({
        "coding": [{ "system": own("service"), "code": "referral" }],
        "text": "心理健康转介",
    });
    Ok(object([
        ("resourceType", json!("ServiceRequest")),
        ("extension", list(facts(record))),
        ("identifier", list([id])),
        ("status", json!(codes::of(record.state).request)),
        ("intent", json!("order")),
        ("priority", json!(codes::priority(record.urgency()))),
        ("code", asked),
        ("orderDetail", not_to_contact(record.parts())),
        ("subject", reference(&to.patient)),
        ("occurrencePeriod", limits(record)),
        ("authoredOn", instant(record.at())?),
        ("requester", reference(&to.sender)),
        ("performer", list([reference(&to.recipient)])),
        ("reasonCode", list(concerns.map(|one| concept_of("concern", *one)))),
        ("supportingInfo", list(supporting)),
    ]))
}

/// Until when the consent lets it be done.
fn limits(record: &Record) -> Value {
    match record.whole().map(|content| &content.ground) {
        Some(GroundSaid::Consent(said)) => {
            object([("start", day(Some(said.valid_from))), ("end", day(Some(said.valid_to)))])
        }
        _ => Value::Null,
    }
}

/// That there is a guardian whom nobody contacts. It has a code of its own: the guides' one keeps
/// everybody from the patient.
fn not_to_contact(parts: &[Part]) -> Value {
    let suspect = parts.iter().any(|part| {
        matches!(
            part,
            Part::Identity { has_suspect: true, .. } | Part::Emergency { has_suspect: true, .. }
        )
    });
    let coding = json!({ "system": own("contact"), "code": "guardian-not-to-contact" });
    match suspect {
        true => json!([{ "coding": [coding], "text": "有监护人不得联系，请先联系学校" }]),
        false => Value::Null,
    }
}

/// What no element of the resource has a place for.
fn facts(record: &Record) -> Vec<Value> {
    let mut facts = vec![extension("handover", ("valueUnsignedInt", json!(record.number())))];
    if matches!(record.said, Said::Ended(_)) {
        facts.push(extension("ended", ("valueBoolean", json!(true))));
    }
    for part in record.parts() {
        match part {
            Part::Identity { .. } => {}
            Part::Reason { tier, since, work, .. } => {
                facts.push(extension("tier", code(*tier)));
                facts.push(extension("since", ("valueDate", day(*since))));
                facts.extend(work.iter().map(work_fact));
            }
            Part::Scores(scores) => {
                facts.push(extension("scores", ("valueUnsignedInt", json!(scores.len()))));
            }
            Part::Risk { risk, known: [means, protection, medication] } => {
                let parts = [
                    extension("now", code(Some(*risk))),
                    extension("means", words(means)),
                    extension("protection", words(protection)),
                    extension("medication", words(medication)),
                ];
                facts.push(nested("risk", parts));
            }
            Part::Emergency { told: [danger, place, escort], physique, .. } => {
                let told = [
                    extension("danger", words(danger)),
                    extension("place", words(place)),
                    extension("escort", words(escort)),
                ];
                let lines = physique.iter().map(|line| extension("physique", words(line)));
                facts.push(nested("emergency", told.into_iter().chain(lines)));
            }
        }
    }
    facts
}

fn work_fact((kind, count, first, last): &Work) -> Value {
    let parts = [
        extension("kind", code(Some(*kind))),
        extension("count", ("valueUnsignedInt", json!(count))),
        extension("first", ("valueDate", day(Some(*first)))),
        extension("last", ("valueDate", day(Some(*last)))),
    ];
    nested("work", parts)
}

/// Reads the parts of a referral, in the order in which a school writes them.
pub(super) fn read_parts(asked: &Value, found: &Found<'_>) -> Result<Vec<Part>, FhirError> {
    let has_suspect = !all(asked, "/orderDetail").is_empty();
    let known = patient::read(found.first("Patient")?)?;
    let mut parts = Vec::new();
    if let Some(told) = extensions(asked, "emergency").next() {
        parts.push(emergency(told, known, has_suspect));
    } else if let Some(sex) = known.sex {
        let Known { name, birth, guardians, .. } = known;
        parts.push(Part::Identity { name, sex, birth, guardians, has_suspect });
    }
    let concerns: Vec<Concern> = all(asked, "/reasonCode")
        .iter()
        .map(|one| word(text(one, "/coding/0/code"), "reasons"))
        .collect::<Result<_, _>>()?;
    if !concerns.is_empty() {
        let work: Vec<Work> = extensions(asked, "work").map(read_work).collect::<Result<_, _>>()?;
        let tier = maybe(&said_text(asked, "tier", "valueCode"), "tiers")?;
        let since = read_day(&said_text(asked, "since", "valueDate"), "since")?;
        parts.push(Part::Reason { concerns, tier, since, work });
    }
    if said(asked, "scores", "valueUnsignedInt").is_some() {
        let scores: Vec<_> =
            found.every("QuestionnaireResponse").map(score::read).collect::<Result<_, _>>()?;
        parts.push(Part::Scores(scores));
    }
    if let Some(told) = extensions(asked, "risk").next() {
        let risk: RiskNow = word(&said_text(told, "now", "valueCode"), "risks")?;
        let known = ["means", "protection", "medication"];
        let known = known.map(|name| said_text(told, name, "valueString"));
        parts.push(Part::Risk { risk, known });
    }
    Ok(parts)
}

fn emergency(told: &Value, known: Known, has_suspect: bool) -> Part {
    let Known { name, age, guardians, .. } = known;
    let lines = extensions(told, "physique").map(|one| text(one, "/valueString").to_owned());
    let told_of = ["danger", "place", "escort"].map(|name| said_text(told, name, "valueString"));
    Part::Emergency { name, age, guardians, has_suspect, told: told_of, physique: lines.collect() }
}

fn read_work(told: &Value) -> Result<Work, FhirError> {
    let date = |name: &'static str| the_day(&said_text(told, name, "valueDate"), name);
    let kind = word(&said_text(told, "kind", "valueCode"), "kinds of work")?;
    Ok((kind, u64::from(said_number(told, "count")?), date("first")?, date("last")?))
}
