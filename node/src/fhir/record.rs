//! A record of a referral: what was sealed and what was answered, as both ends hold it.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::referral::{State, Urgency};
use serde_json::Value;

use super::{FhirError, Found, codes, consent, json, message, request, task};
use crate::content::{AnswerContent, Contact, GroundSaid, ReferralContent, ReferralId};
use crate::ledger::entry::Moment;
use crate::ledger::intake::ConsentKept;
use crate::ledger::referral::{Part, Score};

/// What is left to say of a referral whose ground is over: nothing of the child.
#[derive(Clone)]
pub struct Ended {
    /// Which referral.
    pub referral: ReferralId,
    /// Which hand-over of it.
    pub number: u32,
    /// How urgent it was.
    pub urgency: Urgency,
    /// When it was made, or came.
    pub at: Moment,
    /// The school.
    pub sender: String,
    /// The recipient.
    pub recipient: String,
    /// The consent, as far as it is kept; nothing of an emergency.
    pub consent: Option<ConsentKept>,
}

/// What a referral says.
pub enum Said {
    /// All that was sealed.
    Whole(Box<ReferralContent>),
    /// That it is over.
    Ended(Ended),
}

/// A referral as it is exported. It names a child, so it has no `Debug`.
pub struct Record {
    /// Id of the envelope.
    pub envelope: [u8; 16],
    /// Where it stands.
    pub state: State,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
    /// Whether the recipient has answered that.
    pub is_settled: bool,
    /// What it says.
    pub said: Said,
    /// What was answered, in its order; of what is over nothing.
    pub answers: Vec<AnswerContent>,
}

/// Addresses of the entries of a bundle. They follow from the envelope, so that the same referral
/// has the same ones at both ends.
pub(super) struct Addresses {
    envelope: [u8; 16],
    pub(super) request: String,
    pub(super) task: String,
    pub(super) patient: String,
    pub(super) sender: String,
    pub(super) recipient: String,
    pub(super) consent: String,
    pub(super) provenance: String,
}

impl Addresses {
    pub(super) fn of(record: &Record) -> Self {
        let of = |kind: &str| address(&record.envelope, (kind, 0));
        Self {
            envelope: record.envelope,
            request: of("request"),
            task: of("task"),
            patient: of("patient"),
            sender: of("sender"),
            recipient: of("recipient"),
            consent: of("consent"),
            provenance: of("provenance"),
        }
    }

    pub(super) fn score(&self, at: usize) -> String {
        address(&self.envelope, ("score", at))
    }

    pub(super) fn message(&self, at: usize) -> String {
        address(&self.envelope, ("message", at))
    }
}

/// An address as a UUID of version 8: the first bits of a digest.
fn address(envelope: &[u8; 16], (kind, at): (&str, usize)) -> String {
    let named = format!("fhir {} {kind} {at}", json::hex(envelope));
    let digest = sha256(named.as_bytes());
    let bits = digest.bytes().first_chunk::<16>().map_or(0, |first| u128::from_be_bytes(*first));
    let bits = (bits & !(0xf_u128 << 76)) | (0x8_u128 << 76);
    let bits = (bits & !(0x3_u128 << 62)) | (0x2_u128 << 62);
    format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xffff,
        (bits >> 48) & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}

fn named(unit: &str) -> Contact {
    Contact { unit: unit.to_owned(), person: String::new(), phone: String::new() }
}

impl Record {
    /// What was sealed, where it is told.
    #[must_use]
    pub fn whole(&self) -> Option<&ReferralContent> {
        match &self.said {
            Said::Whole(content) => Some(content),
            Said::Ended(_) => None,
        }
    }

    /// Which referral.
    #[must_use]
    pub fn referral(&self) -> ReferralId {
        match &self.said {
            Said::Whole(content) => content.referral,
            Said::Ended(ended) => ended.referral,
        }
    }

    /// Which hand-over of it.
    #[must_use]
    pub fn number(&self) -> u32 {
        match &self.said {
            Said::Whole(content) => content.number,
            Said::Ended(ended) => ended.number,
        }
    }

    pub(super) fn urgency(&self) -> Urgency {
        match &self.said {
            Said::Whole(content) => content.urgency,
            Said::Ended(ended) => ended.urgency,
        }
    }

    pub(super) fn at(&self) -> Moment {
        match &self.said {
            Said::Whole(content) => content.at,
            Said::Ended(ended) => ended.at,
        }
    }

    pub(super) fn sender(&self) -> Contact {
        match &self.said {
            Said::Whole(content) => content.sender.clone(),
            Said::Ended(ended) => named(&ended.sender),
        }
    }

    pub(super) fn recipient(&self) -> Contact {
        match &self.said {
            Said::Whole(content) => content.recipient.clone(),
            Said::Ended(ended) => named(&ended.recipient),
        }
    }

    pub(super) fn has_consent(&self) -> bool {
        match &self.said {
            Said::Whole(content) => matches!(content.ground, GroundSaid::Consent(_)),
            Said::Ended(ended) => ended.consent.is_some(),
        }
    }

    pub(super) fn parts(&self) -> &[Part] {
        self.whole().map_or(&[], |content| content.parts.as_slice())
    }

    pub(super) fn scores(&self) -> &[Score] {
        let scores = self.parts().iter().find_map(|part| match part {
            Part::Scores(scores) => Some(scores.as_slice()),
            _ => None,
        });
        scores.unwrap_or_default()
    }

    /// Whether another record says the same, to the byte of what was sealed.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let course = |of: &Self| (of.envelope, of.state, of.revoked_at, of.is_settled);
        let answers = |of: &Self| -> Option<Vec<Vec<u8>>> {
            let written = of.answers.iter().map(|one| one.write().ok().map(|said| said.to_vec()));
            written.collect()
        };
        let is_said = match (&self.said, &other.said) {
            (Said::Whole(one), Said::Whole(other)) => {
                one.write().ok().zip(other.write().ok()).is_some_and(|(one, other)| one == other)
            }
            (Said::Ended(one), Said::Ended(other)) => is_same_end(one, other),
            _ => false,
        };
        let is_answered = answers(self).zip(answers(other)).is_some_and(|(one, two)| one == two);
        course(self) == course(other) && is_said && is_answered
    }
}

fn is_same_end(one: &Ended, other: &Ended) -> bool {
    let plain = |of: &Ended| {
        let names = [of.sender.clone(), of.recipient.clone()];
        (of.referral, of.number, of.urgency, of.at, names)
    };
    let kept = |of: &Ended| {
        let of = of.consent.as_ref();
        of.map(|kept| (kept.digest, kept.valid_to, kept.classes.clone(), kept.outcome_back))
    };
    plain(one) == plain(other) && kept(one) == kept(other)
}

/// Reads a record out of the resources of a bundle.
pub(super) fn read(found: &Found<'_>) -> Result<Record, FhirError> {
    let (asked, to_do) = (found.first("ServiceRequest")?, found.first("Task")?);
    let head = Head::read(found, (asked, to_do))?;
    let course = task::read(to_do)?;
    let said = match json::said(asked, "ended", "valueBoolean").is_some() {
        true => Said::Ended(ended(found, &head)?),
        false => Said::Whole(Box::new(whole(found, head.clone(), (asked, to_do))?)),
    };
    let (answers, revoked_at) = message::read(found, head.referral)?;
    Ok(Record {
        envelope: course.envelope,
        state: course.state,
        revoked_at,
        is_settled: course.is_settled,
        said,
        answers,
    })
}

/// What both forms of a record have.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) referral: ReferralId,
    number: u32,
    urgency: Urgency,
    at: Moment,
    sender: Contact,
    recipient: Contact,
}

impl Head {
    fn read(found: &Found<'_>, (asked, to_do): (&Value, &Value)) -> Result<Self, FhirError> {
        let referral = json::unhex(json::text(asked, "/identifier/0/value"), "identifier")?;
        let urgency = codes::urgency(json::text(asked, "/priority"));
        let mut parties = BTreeMap::new();
        for one in found.every("Organization") {
            parties.insert(json::said_text(one, "party", "valueCode"), message::contact(one));
        }
        let mut party = |name: &str| parties.remove(name).ok_or(FhirError::Field("Organization"));
        Ok(Self {
            referral: ReferralId(referral),
            number: json::said_number(asked, "handover")?,
            urgency: urgency.ok_or(FhirError::Unknown("priorities"))?,
            at: json::read_instant(json::text(to_do, "/authoredOn"), "authoredOn")?,
            sender: party("sender")?,
            recipient: party("recipient")?,
        })
    }
}

fn ended(found: &Found<'_>, head: &Head) -> Result<Ended, FhirError> {
    let consent = found.every("Consent").next().map(consent::read_kept).transpose()?;
    Ok(Ended {
        referral: head.referral,
        number: head.number,
        urgency: head.urgency,
        at: head.at,
        sender: head.sender.unit.clone(),
        recipient: head.recipient.unit.clone(),
        consent,
    })
}

fn whole(
    found: &Found<'_>,
    head: Head,
    (asked, to_do): (&Value, &Value),
) -> Result<ReferralContent, FhirError> {
    let ground = match found.every("Consent").next() {
        Some(consent) => GroundSaid::Consent(consent::read(consent)?),
        None => GroundSaid::Emergency(consent::read_emergency(found.first("Provenance")?)?),
    };
    Ok(ReferralContent {
        referral: head.referral,
        number: head.number,
        sender: head.sender,
        recipient: head.recipient,
        urgency: head.urgency,
        at: head.at,
        ground,
        parts: request::read_parts(asked, found)?,
        acts: task::read_acts(to_do)?,
    })
}
