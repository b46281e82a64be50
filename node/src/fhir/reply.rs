//! What a receiver's own system answers: a bundle with the task as it stands there now.
//!
//! Status and business status together name the answer, and the outputs its fields. Whatever else
//! the bundle has must be what was exported, so that nothing comes in beside the answer: no other
//! patient, no identifier of one, no finding. Nothing here writes; the receiver's doors do.

use domain::ledger::Word as _;
use domain::referral::{DeclineReason, Event, State};
use jiff::civil::Date;
use serde_json::Value;

use super::detail::{Details, KEPT, NAMES, answered};
use super::json::{all, at, own, text, unhex};
use super::{ENTRIES_MAX, FILE_BYTES_MAX, FhirError, Found, codes};
use crate::content::Answered;

/// Elements of a task in R4; a later version has others.
const TASK: [&str; 38] = [
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "extension",
    "modifierExtension",
    "identifier",
    "instantiatesCanonical",
    "instantiatesUri",
    "basedOn",
    "groupIdentifier",
    "partOf",
    "status",
    "statusReason",
    "businessStatus",
    "intent",
    "priority",
    "code",
    "description",
    "focus",
    "for",
    "encounter",
    "executionPeriod",
    "authoredOn",
    "lastModified",
    "requester",
    "performerType",
    "owner",
    "location",
    "reasonCode",
    "reasonReference",
    "insurance",
    "note",
    "relevantHistory",
    "restriction",
];
/// The two that carry values.
const TASK_VALUES: [&str; 2] = ["input", "output"];

/// Elements of a concept.
const CONCEPT: [&str; 4] = ["id", "extension", "coding", "text"];

/// What says who somebody is in a reference, beside the reference itself.
const REFERENCE: [&str; 2] = ["reference", "type"];

/// What a system writes about a resource without changing what it says.
const ABOUT: [&str; 4] = ["id", "meta", "text", "language"];

/// An answer as it came, read and not yet taken.
pub struct Reply {
    bundle: Value,
    task: Value,
    envelope: [u8; 16],
    details: Details,
}

impl Reply {
    /// Reads a file.
    ///
    /// # Errors
    /// It is too large, no bundle of R4, has no task or several, or words that are not known.
    pub fn read(file: &[u8]) -> Result<Self, FhirError> {
        if usize::try_from(FILE_BYTES_MAX).is_ok_and(|most| file.len() > most) {
            return Err(FhirError::Large);
        }
        let bundle: Value = serde_json::from_slice(file).map_err(|_| FhirError::Json)?;
        let task = {
            let found = Found::of(&bundle)?;
            check_modifiers(&bundle, &found)?;
            let mut tasks = found.every("Task");
            let task = tasks.next().ok_or(FhirError::Tasks)?;
            if tasks.next().is_some() {
                return Err(FhirError::Tasks);
            }
            task.clone()
        };
        check_task(&task)?;
        Ok(Self { envelope: envelope(&task)?, details: outputs(&task)?, bundle, task })
    }

    /// About which envelope.
    #[must_use]
    pub const fn envelope(&self) -> &[u8; 16] {
        &self.envelope
    }

    /// Whether the bundle has anything beside the task.
    #[must_use]
    pub fn has_more(&self) -> bool {
        all(&self.bundle, "/entry").len() > 1
    }

    /// Whether all that stands beside the task is as it was exported.
    ///
    /// # Errors
    /// It says another thing of the patient, another thing, or more.
    pub fn check(&self, exported: &Value) -> Result<(), FhirError> {
        let (came, known) = (Found::of(&self.bundle)?, Found::of(exported)?);
        let others = came.0.iter().filter(|(kind, _)| *kind != "Task");
        for (kind, resource) in others {
            let same = known.0.iter().filter(|(other, _)| other == kind);
            let mut same = same.map(|(_, resource)| bare(resource));
            let said = bare(resource);
            if !same.any(|one| one == said) {
                return Err(differs(kind));
            }
        }
        Ok(())
    }

    /// What is answered, to a referral that stands so: what a visit means follows from it.
    ///
    /// # Errors
    /// Status and business status are none of the mapping, or a field is missing.
    pub fn answered(&self, state: State, today: Date) -> Result<Answered, FhirError> {
        let status = text(&self.task, "/status");
        let business = self.business();
        let is = |code: &str| business.is_none_or(|known| known == code);
        let event = match (status, business) {
            ("accepted", _) if is(codes::ACCEPTED) => Event::Accept,
            ("rejected", _) if is(codes::DECLINED) && self.names_another() => Event::Redirect,
            ("rejected", _) if is(codes::DECLINED) => return self.declined(today),
            ("in-progress", Some(codes::SCHEDULED)) => Event::Appoint,
            ("in-progress", Some(codes::UNATTENDED)) => Event::NotSeen,
            ("in-progress", Some(codes::ATTENDED)) => match state {
                State::EmergencyOut => Event::TakenOver,
                State::OutcomeIn => Event::MoreCare,
                _ => Event::Seen,
            },
            ("completed", _) if is(codes::FULFILLED) => Event::Outcome,
            ("cancelled", _) if is(codes::CANCELLED) => {
                return answered(KEPT, &self.details, Some(today));
            }
            _ => return Err(FhirError::Status),
        };
        let mut details = self.details.clone();
        if event == Event::Accept && details.iter().all(|(name, _)| *name != "accept.note") {
            details.push(("accept.note", text(&self.task, "/note/0/text").to_owned()));
        }
        answered(event.as_str(), &details, Some(today))
    }

    /// The code of the business state, where the guide's is given.
    fn business(&self) -> Option<&str> {
        let mut codings = all(&self.task, "/businessStatus/coding").iter();
        let found = codings.find(|one| text(one, "/system") == codes::BUSINESS);
        found.map(|one| text(one, "/code"))
    }

    fn names_another(&self) -> bool {
        self.details.iter().any(|(name, _)| name.starts_with("redirect."))
    }

    /// Declined, with a reason of ours or in words.
    fn declined(&self, today: Date) -> Result<Answered, FhirError> {
        let mut codings = all(&self.task, "/statusReason/coding").iter();
        let coded = codings.find(|one| text(one, "/system") == own("decline-reason"));
        let reason = coded.map_or(DeclineReason::Other.as_str(), |one| text(one, "/code"));
        let mut details = self.details.clone();
        let says = |details: &Details, name: &str| details.iter().any(|(known, _)| *known == name);
        if coded.is_some() || !says(&details, "decline.reason") {
            details.retain(|(name, _)| *name != "decline.reason");
            details.push(("decline.reason", reason.to_owned()));
        }
        if !says(&details, "decline.note") && coded.is_none() {
            details.push(("decline.note", text(&self.task, "/statusReason/text").to_owned()));
        }
        answered(Event::Decline.as_str(), &details, Some(today))
    }
}

/// FHIR asks to understand what modifies, and nothing of it is understood here.
fn check_modifiers(bundle: &Value, found: &Found<'_>) -> Result<(), FhirError> {
    let modifies = |one: &Value| {
        at(one, "/modifierExtension").is_some() || at(one, "/implicitRules").is_some()
    };
    let is_modified = modifies(bundle) || found.0.iter().any(|(_, one)| modifies(one));
    if is_modified { Err(FhirError::Modifier) } else { Ok(()) }
}

/// A task as R4 has it, that says who the patient is by nothing but its reference.
fn check_task(task: &Value) -> Result<(), FhirError> {
    let has_only = |of: &Value, names: &[&str]| {
        let fields = of.as_object();
        fields.is_some_and(|fields| fields.keys().all(|name| names.contains(&name.as_str())))
    };
    let fields = task.as_object().ok_or(FhirError::NotR4("Task"))?;
    let is_known = |name: &str| {
        let name = name.trim_start_matches('_');
        TASK.contains(&name) || TASK_VALUES.contains(&name)
    };
    let concepts = ["/statusReason", "/businessStatus", "/code"];
    let mut concepts = concepts.iter().filter_map(|place| at(task, place));
    let is_r4 = fields.keys().all(|name| is_known(name))
        && concepts.all(|concept| has_only(concept, &CONCEPT));
    if !is_r4 {
        return Err(FhirError::NotR4("Task"));
    }
    if at(task, "/contained").is_some() {
        return Err(FhirError::Altered("Task"));
    }
    match at(task, "/for").is_none_or(|patient| has_only(patient, &REFERENCE)) {
        true => Ok(()),
        false => Err(FhirError::Patient),
    }
}

/// The envelope that a task is about, by the identifier that we gave it.
fn envelope(task: &Value) -> Result<[u8; 16], FhirError> {
    let mut known = all(task, "/identifier").iter();
    let found = known.find(|one| text(one, "/system") == own("envelope"));
    unhex(text(found.ok_or(FhirError::OtherReferral)?, "/value"), "identifier")
}

fn outputs(task: &Value) -> Result<Details, FhirError> {
    let outputs = all(task, "/output");
    if outputs.len() > ENTRIES_MAX {
        return Err(FhirError::Large);
    }
    let detail = |one: &Value| {
        let mut codings = all(one, "/type/coding").iter();
        let coding = codings.find(|one| text(one, "/system") == own("detail"));
        let name = coding.map_or("", |coding| text(coding, "/code"));
        let known = NAMES.into_iter().find(|known| *known == name);
        let known = known.ok_or(FhirError::Unknown("outputs"))?;
        let kinds = ["/valueString", "/valueDate", "/valueCode"];
        let said = kinds.iter().find_map(|kind| at(one, kind).and_then(Value::as_str));
        Ok((known, said.ok_or(FhirError::Field("output"))?.to_owned()))
    };
    outputs.iter().map(detail).collect()
}

/// A resource without what a system writes about it.
fn bare(resource: &Value) -> Value {
    let mut bare = resource.clone();
    if let Some(fields) = bare.as_object_mut() {
        for name in ABOUT {
            fields.remove(name);
        }
    }
    bare
}

/// Which resource is not as it was exported.
fn differs(kind: &str) -> FhirError {
    match kind {
        "Patient" => FhirError::Patient,
        "ServiceRequest" => FhirError::Altered("ServiceRequest"),
        "Consent" => FhirError::Altered("Consent"),
        "Communication" => FhirError::Altered("Communication"),
        "Provenance" => FhirError::Altered("Provenance"),
        "QuestionnaireResponse" => FhirError::Altered("QuestionnaireResponse"),
        "Organization" => FhirError::Altered("Organization"),
        _ => FhirError::Extra,
    }
}
