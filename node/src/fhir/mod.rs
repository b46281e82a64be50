//! FHIR R4 at the two ends that hold what a referral says: the school that wrote it, and the
//! receiver that opened it.
//!
//! [`bundle`] tells a [`Record`] as a collection of resources and [`read`] takes it back; what
//! would not come back the same is not told at all. A record holds what was sealed and what was
//! answered, and nothing else has a field here: no answer to an item, no note, no number of the
//! roll. Where its ground is over, a record says that it is over and nothing of the child. What a
//! receiver's own system answers comes in by [`reply`] and goes through the doors of the
//! receiver's forms. A hub has none of this: it can build no record.

mod codes;
mod consent;
mod detail;
mod json;
mod message;
mod patient;
pub mod receiver;
mod record;
pub mod reply;
mod request;
mod said;
pub mod school;
mod score;
mod task;
#[cfg(test)]
mod tests;

pub use record::{Ended, Record, Said};

use runtime::sql::SqlError;
use serde_json::{Value, json};

use self::record::Addresses;
use crate::ledger::refusal::LedgerRefusal;

/// Longest file that is read: more than the longest referral with all its answers.
pub const FILE_BYTES_MAX: u64 = 1_048_576;

/// Resources that one bundle has at most.
const ENTRIES_MAX: usize = 400;

/// Why nothing was written, or nothing was taken in. No sentence says anything of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FhirError {
    /// The file is longer than a bundle of this mapping.
    #[error("the file is larger than a bundle of this mapping")]
    Large,
    /// The file is no JSON.
    #[error("the file is no JSON")]
    Json,
    /// A resource is not as R4 has it.
    #[error("{0} is not as FHIR R4 has it")]
    NotR4(&'static str),
    /// It holds what must be understood and is not.
    #[error("the bundle has a modifier that is not understood here")]
    Modifier,
    /// It holds none of what answers, or several.
    #[error("the bundle has no task, or several")]
    Tasks,
    /// It is about another referral or another hand-over of it.
    #[error("the bundle is about another referral")]
    OtherReferral,
    /// Status and business status together say nothing that the mapping knows.
    #[error("status and business status are not among those of the mapping")]
    Status,
    /// It says more of the patient, or another thing, than came with the referral.
    #[error("the bundle says of the patient what did not come with the referral")]
    Patient,
    /// A resource says another thing than what was exported.
    #[error("{0} is not as it was exported")]
    Altered(&'static str),
    /// A resource of a kind that the mapping does not have.
    #[error("the bundle has a resource of a kind that is not taken")]
    Extra,
    /// Something is missing or cannot be read.
    #[error("{0} is missing or cannot be read")]
    Field(&'static str),
    /// A word of a later version, or of somebody else.
    #[error("a word of {0} is not known here")]
    Unknown(&'static str),
    /// Nothing of the hand-over as it stands was sealed.
    #[error("nothing of this hand-over was sealed")]
    Unsealed,
    /// It would not come back as it is.
    #[error("the referral cannot be told without loss")]
    Lossy,
}

/// Why a school exports nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A rule of the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    /// The mapping.
    #[error(transparent)]
    Fhir(#[from] FhirError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Tells a record as a bundle. It is read again before it is given: what does not come back as it
/// was is not told.
///
/// # Errors
/// The record holds what the mapping has no place for.
pub fn bundle(record: &Record) -> Result<Value, FhirError> {
    let told = written(record)?;
    if read(&told)?.is_same(record) { Ok(told) } else { Err(FhirError::Lossy) }
}

/// Whether a bundle says of its referral no more than that it is over, and so names nobody.
#[must_use]
pub fn is_end(bundle: &Value) -> bool {
    read(bundle).is_ok_and(|record| record.whole().is_none())
}

/// The text of a bundle, as a file has it.
#[must_use]
pub fn file(bundle: &Value) -> String {
    format!("{bundle:#}\n")
}

fn written(record: &Record) -> Result<Value, FhirError> {
    let to = Addresses::of(record);
    let mut entries = vec![
        (to.request.clone(), request::write(record, &to)?),
        (to.task.clone(), task::write(record, &to)?),
        (to.patient.clone(), patient::write(record)),
        (to.sender.clone(), message::organization(&record.sender(), "sender")),
        (to.recipient.clone(), message::organization(&record.recipient(), "recipient")),
    ];
    entries.push(match record.has_consent() {
        true => (to.consent.clone(), consent::write(record, &to)?),
        false => (to.provenance.clone(), consent::write_emergency(record, &to)?),
    });
    for (at, score) in record.scores().iter().enumerate() {
        entries.push((to.score(at), score::write(score, &to)?));
    }
    for (at, message) in message::write(record, &to)?.into_iter().enumerate() {
        entries.push((to.message(at), message));
    }
    let entries: Vec<Value> = entries
        .into_iter()
        .map(|(address, resource)| json!({ "fullUrl": address, "resource": resource }))
        .collect();
    let secrecy = json!({ "system": codes::SECRECY, "code": "R" });
    Ok(json!({
        "resourceType": "Bundle",
        "meta": { "security": [secrecy] },
        "type": "collection",
        "entry": entries,
    }))
}

/// Reads a bundle that was exported.
///
/// # Errors
/// It is no bundle of this mapping.
pub fn read(bundle: &Value) -> Result<Record, FhirError> {
    let found = Found::of(bundle)?;
    record::read(&found)
}

/// The resources of a bundle, by their kind.
pub(crate) struct Found<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Found<'a> {
    fn of(bundle: &'a Value) -> Result<Self, FhirError> {
        if json::text(bundle, "/resourceType") != "Bundle" {
            return Err(FhirError::NotR4("Bundle"));
        }
        let entries = json::all(bundle, "/entry");
        if entries.len() > ENTRIES_MAX {
            return Err(FhirError::Large);
        }
        let kind_of = |entry: &'a Value| {
            let resource = entry.get("resource").ok_or(FhirError::NotR4("Bundle"))?;
            match json::text(resource, "/resourceType") {
                "" => Err(FhirError::NotR4("Bundle")),
                kind => Ok((kind, resource)),
            }
        };
        entries.iter().map(kind_of).collect::<Result<_, _>>().map(Self)
    }

    /// Every resource of a kind, in the bundle's order.
    fn every(&self, kind: &'static str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |(found, _)| *found == kind).map(|(_, resource)| *resource)
    }

    /// The first resource of a kind.
    fn first(&self, kind: &'static str) -> Result<&'a Value, FhirError> {
        self.every(kind).next().ok_or(FhirError::Field(kind))
    }
}
