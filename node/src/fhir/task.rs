//! How it stands: one task of the recipient for each hand-over.
//!
//! Our own word for the state stands beside the business state of the guide, which has fewer. The
//! outputs are those of the last answer; all answers stand as messages.

use std::collections::BTreeMap;

use domain::ledger::Word as _;
use domain::referral::history::{Act, Side};
use domain::referral::{DeclineReason, State};
use serde_json::{Value, json};

use super::detail::{DAYS, details};
use super::json::{
    concept, concept_of, day, extension, extensions, hex, instant, list, object, own, reference,
    said, said_text, text, unhex, word,
};
use super::record::Addresses;
use super::{FhirError, Record, codes};
use crate::content::{AnswerContent, Answered, GroundSaid};

/// Where a referral stands, as a task says.
pub(super) struct Stands {
    pub(super) envelope: [u8; 16],
    pub(super) state: State,
    pub(super) is_settled: bool,
}

pub(super) fn write(record: &Record, to: &Addresses) -> Result<Value, FhirError> {
    let told = codes::of(record.state);
    let last = record.answers.iter().rfind(|one| one.act > 0);
    let changed = last.map(|one| instant(one.at)).transpose()?.unwrap_or(Value::Null);
    let id = json!({
        "type": { "coding": [{ "system": codes::IDENTIFIERS, "code": "PLAC" }] },
        "system": own("envelope"),
        "value": hex(&record.envelope),
    });
    let group = json!({ "system": own("referral"), "value": hex(&record.referral().0) });
    let acts = record.whole().map_or(&[][..], |content| content.acts.as_slice());
    let mut facts = vec![extension("state", ("valueCode", json!(record.state.as_str())))];
    if record.is_settled {
        facts.push(extension("settled", ("valueBoolean", json!(true))));
    }
    facts.extend(acts.iter().map(|act| extension("act", ("valueString", json!(act_text(act))))));
    Ok(object([
        ("resourceType", json!("Task")),
        ("extension", list(facts)),
        ("identifier", list([id])),
        ("groupIdentifier", group),
        ("status", json!(told.task)),
        ("statusReason", reason(record, last)),
        ("businessStatus", business(record, told.business)),
        ("intent", json!("order")),
        ("priority", json!(codes::priority(record.urgency()))),
        ("code", concept((codes::TASKS, "fulfill"), "完成转介")),
        ("focus", reference(&to.request)),
        ("for", reference(&to.patient)),
        ("authoredOn", instant(record.at())?),
        ("lastModified", changed),
        ("requester", reference(&to.sender)),
        ("owner", reference(&to.recipient)),
        ("restriction", restriction(record)),
        ("output", list(last.into_iter().flat_map(|one| outputs(&one.said)))),
    ]))
}

/// The business state; one that was taken back is being cancelled until its recipient has answered.
fn business(record: &Record, known: Option<&'static str>) -> Value {
    let is_back = record.revoked_at.is_some() || record.state == State::Withdrawn;
    let is_open = is_back && !record.is_settled;
    let code = match known {
        Some(codes::CANCELLED) if is_open => Some(codes::CANCELLING),
        other => other,
    };
    code.map_or(Value::Null, |code| concept((codes::BUSINESS, code), record.state.label().0))
}

/// Why it did not go on; what was declined says the recipient's own reason.
fn reason(record: &Record, last: Option<&AnswerContent>) -> Value {
    let declined = last.and_then(|one| match &one.said {
        Answered::Declined { reason, .. } => Some(*reason),
        _ => None,
    });
    let has_ended = matches!(
        record.state,
        State::Declined
            | State::RedirectProposed
            | State::Refused
            | State::Withdrawn
            | State::Cancelled
            | State::Expired
    );
    match (record.state, declined) {
        (State::Declined, Some(reason)) => concept_of::<DeclineReason>("decline-reason", reason),
        _ if has_ended => concept_of("state", record.state),
        _ => Value::Null,
    }
}

/// No longer than the consent holds.
fn restriction(record: &Record) -> Value {
    match record.whole().map(|content| &content.ground) {
        Some(GroundSaid::Consent(said)) => {
            object([("period", object([("end", day(Some(said.valid_to)))]))])
        }
        _ => Value::Null,
    }
}

fn outputs(said: &Answered) -> Vec<Value> {
    let output = |(name, text): (&'static str, String)| {
        let kind = if DAYS.contains(&name) { "valueDate" } else { "valueString" };
        let coding = json!({ "system": own("detail"), "code": name });
        object([("type", object([("coding", list([coding]))])), (kind, json!(text))])
    };
    details(said).into_iter().map(output).collect()
}

/// Reads where it stands; the state's own word and the one of FHIR must agree.
pub(super) fn read(task: &Value) -> Result<Stands, FhirError> {
    let state: State = word(&said_text(task, "state", "valueCode"), "states")?;
    if codes::of(state).task != text(task, "/status") {
        return Err(FhirError::Status);
    }
    Ok(Stands {
        envelope: unhex(text(task, "/identifier/0/value"), "identifier")?,
        state,
        is_settled: said(task, "settled", "valueBoolean").is_some(),
    })
}

/// An act of the course in one line: side, number, event, who, and what had been seen.
fn act_text(act: &Act) -> String {
    let (side, event, actor) = (side_text(act.side), act.event.as_str(), act.actor.as_str());
    let seen = act.seen.iter().map(|(side, count)| format!(" {}={count}", side_text(*side)));
    format!("{side} {} {event} {actor}{}", act.number, seen.collect::<String>())
}

fn side_text(side: Side) -> String {
    match side {
        Side::School => "school".to_owned(),
        Side::Recipient(envelope) => format!("recipient.{envelope}"),
    }
}

/// Reads the course up to the sending.
pub(super) fn read_acts(task: &Value) -> Result<Vec<Act>, FhirError> {
    extensions(task, "act").map(|one| read_act(text(one, "/valueString"))).collect()
}

fn read_act(line: &str) -> Result<Act, FhirError> {
    let wrong = FhirError::Field("act");
    let mut pieces = line.split(' ');
    let mut next = || pieces.next().ok_or(wrong);
    let (side, number, event, actor) = (next()?, next()?, next()?, next()?);
    let mut seen = BTreeMap::new();
    for piece in pieces {
        let (side, count) = piece.split_once('=').ok_or(wrong)?;
        seen.insert(read_side(side)?, count.parse().map_err(|_| wrong)?);
    }
    Ok(Act {
        side: read_side(side)?,
        number: number.parse().map_err(|_| wrong)?,
        event: word(event, "events")?,
        actor: word(actor, "who acts")?,
        seen,
    })
}

fn read_side(text: &str) -> Result<Side, FhirError> {
    match text.strip_prefix("recipient.") {
        Some(envelope) => {
            envelope.parse().map(Side::Recipient).map_err(|_| FhirError::Field("act"))
        }
        None if text == "school" => Ok(Side::School),
        None => Err(FhirError::Field("act")),
    }
}
