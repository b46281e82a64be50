//! Messages: each answer of the recipient, and the school's word that it takes the referral back.

use domain::ledger::Word as _;
use serde_json::{Value, json};

use super::detail::{Details, NAMES, answered, details, name_of};
use super::json::{
    all, concept, concept_of, extension, instant, list, object, own, phone, read_instant,
    reference, said_number, said_text, text,
};
use super::record::Addresses;
use super::{FhirError, Found, Record};
use crate::content::{AnswerContent, Answered, Contact, ReferralId};
use crate::ledger::entry::Moment;

/// Reference to who answers, by name, inside the message.
const ANSWERER: &str = "#answerer";
/// Category of the word that takes a referral back.
const REVOCATION: &str = "revocation";

/// The school or the recipient, or who of it answers.
pub(super) fn organization(contact: &Contact, party: &str) -> Value {
    object([
        ("resourceType", json!("Organization")),
        ("extension", list([extension("party", ("valueCode", json!(party)))])),
        ("name", json!(contact.unit)),
        ("contact", list([person(contact)])),
    ])
}

fn person(contact: &Contact) -> Value {
    object([
        ("name", object([("text", json!(contact.person))])),
        ("telecom", phone(&contact.phone)),
    ])
}

/// Reads an organization as whom to ask.
pub(super) fn contact(organization: &Value) -> Contact {
    let own = |place: &str| text(organization, place).to_owned();
    Contact {
        unit: own("/name"),
        person: own("/contact/0/name/text"),
        phone: own("/contact/0/telecom/0/value"),
    }
}

/// All messages of a record, the answers in their order.
pub(super) fn write(record: &Record, to: &Addresses) -> Result<Vec<Value>, FhirError> {
    let answers = record.answers.iter().map(|one| answer(one, to));
    let mut messages: Vec<Value> = answers.collect::<Result<_, _>>()?;
    if let Some(at) = record.revoked_at {
        messages.push(object([
            ("resourceType", json!("Communication")),
            ("basedOn", list([reference(&to.request)])),
            ("status", json!("completed")),
            ("category", list([concept((&own("message"), REVOCATION), "撤回转介")])),
            ("subject", reference(&to.patient)),
            ("about", list([reference(&to.task)])),
            ("recipient", list([reference(&to.recipient)])),
            ("sender", reference(&to.sender)),
            ("sent", instant(at)?),
        ]));
    }
    Ok(messages)
}

fn answer(content: &AnswerContent, to: &Addresses) -> Result<Value, FhirError> {
    let who = answerer(&content.by);
    let number = |name: &str, number: u32| extension(name, ("valueUnsignedInt", json!(number)));
    let facts = [
        number("handover", content.number),
        number("answer", content.act),
        number("seen", content.seen),
    ];
    let why = match &content.said {
        Answered::Declined { reason, .. } => concept_of("decline-reason", *reason),
        Answered::RevocationDone(kept) => concept_of("kept", kept.why),
        _ => Value::Null,
    };
    let payload = details(&content.said).into_iter().map(|(name, text)| {
        let named = extension("detail", ("valueCode", json!(name)));
        object([("extension", list([named])), ("contentString", json!(text))])
    });
    let (name, label) = (name_of(&content.said), label_of(&content.said));
    Ok(object([
        ("resourceType", json!("Communication")),
        ("contained", list([who])),
        ("extension", list(facts)),
        ("basedOn", list([reference(&to.request)])),
        ("status", json!("completed")),
        ("category", list([concept((&own("message"), name), label)])),
        ("subject", reference(&to.patient)),
        ("about", list([reference(&to.task)])),
        ("sent", instant(content.at)?),
        ("recipient", list([reference(&to.sender)])),
        ("sender", reference(ANSWERER)),
        ("reasonCode", list([why])),
        ("payload", list(payload)),
    ]))
}

fn answerer(by: &Contact) -> Value {
    object([
        ("resourceType", json!("Organization")),
        ("id", json!(ANSWERER.trim_start_matches('#'))),
        ("name", json!(by.unit)),
        ("contact", list([person(by)])),
    ])
}

fn label_of(said: &Answered) -> &'static str {
    said.event().map_or("已答复撤回", |event| event.label().0)
}

/// Reads the answers, and when the referral was taken back.
pub(super) fn read(
    found: &Found<'_>,
    referral: ReferralId,
) -> Result<(Vec<AnswerContent>, Option<Moment>), FhirError> {
    let (mut answers, mut revoked_at) = (Vec::new(), None);
    for message in found.every("Communication") {
        let name = text(message, "/category/0/coding/0/code");
        let at = read_instant(text(message, "/sent"), "sent")?;
        match name {
            REVOCATION => revoked_at = Some(at),
            name => answers.push(AnswerContent {
                referral,
                number: said_number(message, "handover")?,
                act: said_number(message, "answer")?,
                seen: said_number(message, "seen")?,
                by: by(message),
                at,
                said: answered(name, &read_details(message)?, None)?,
            }),
        }
    }
    Ok((answers, revoked_at))
}

fn by(message: &Value) -> Contact {
    all(message, "/contained").first().map_or_else(
        || Contact { unit: String::new(), person: String::new(), phone: String::new() },
        contact,
    )
}

fn read_details(message: &Value) -> Result<Details, FhirError> {
    let detail = |one: &Value| {
        let name = said_text(one, "detail", "valueCode");
        let known = NAMES.into_iter().find(|known| *known == name);
        let known = known.ok_or(FhirError::Unknown("details"))?;
        Ok((known, text(one, "/contentString").to_owned()))
    };
    all(message, "/payload").iter().map(detail).collect()
}
