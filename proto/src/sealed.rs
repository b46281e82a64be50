//! Sealed reports and verdicts as bytes: encoded once for signing, decoded into claims that both
//! hubs must verify.

use std::collections::BTreeMap;

use domain::catalogue::{Stage, TableId};
use domain::digest::Digest;
use domain::disclosure::sealed::{CapClass, ReportNumber, TaskId};
use domain::period::Period;
use domain::unit::UnitId;
use prost::Message;

use crate::wire::sealed as wire;

/// A sealed report as its bytes say it. Its halves are opaque here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The school's number of it, which is the school, the table and the period with it.
    pub place: Place,
    /// Task that it was made for.
    pub task: TaskId,
    /// Algorithm of the arithmetic.
    pub algorithm: u8,
    /// Cap of the proof.
    pub cap: CapClass,
    /// Makes it the only one of its kind.
    pub nonce: [u8; 16],
    /// What both hubs see.
    pub public: Vec<u8>,
    /// The leader's half, tagged and sealed.
    pub leader_half: Vec<u8>,
    /// The helper's half, tagged and sealed.
    pub helper_half: Vec<u8>,
    /// Where relays carry it.
    pub to: UnitId,
    /// Only of a stock: persons enrolled by stage, as the clear sheet says.
    pub enrolled: BTreeMap<Stage, u64>,
    /// By the school's clock.
    pub made_at_ms: i64,
    /// The school's report key, DER; health states which it is.
    pub key: Vec<u8>,
}

/// All that a relay reads of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The school.
    pub unit: UnitId,
    /// Where relays carry it.
    pub to: UnitId,
}

/// What identifies a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The school.
    pub unit: UnitId,
    /// The sealed table.
    pub table: TableId,
    /// Term or week.
    pub period: Period,
    /// The school's own number of its reports of the table.
    pub number: ReportNumber,
}

/// What the two hubs say about a report: the bytes that each signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which report.
    pub place: Place,
    /// Task that the report named.
    pub task: TaskId,
    /// Digest of the report's signed bytes.
    pub report: Digest,
    /// Nothing if it was accepted; code and sentence of a refusal.
    pub refused: Option<(String, String)>,
    /// By the leader's clock.
    pub decided_at_ms: i64,
}

/// A hub's signature over a verdict or a record.
pub use wire::HubSignature;

/// A verdict with its signatures, none of them checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedVerdict {
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub verdict: Verdict,
    /// The leader's signature.
    pub leader: Option<HubSignature>,
    /// The helper's signature.
    pub helper: Option<HubSignature>,
}

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// Not a message of this kind.
    #[error("the message cannot be read")]
    Unreadable,
    /// A field that must be set is not, or is malformed.
    #[error("field {0} is missing or malformed")]
    Field(&'static str),
}

impl Place {
    /// The name under which a report is queued and stored.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}/{}/{}", self.unit, self.table, self.period, self.number)
    }

    fn read(unit: &str, table: &str, period: &str, number: u32) -> Result<Self, SealedError> {
        Ok(Self {
            unit: unit.parse().map_err(|_| SealedError::Field("unit"))?,
            table: table.parse().map_err(|_| SealedError::Field("table"))?,
            period: period.parse().map_err(|_| SealedError::Field("period"))?,
            number: ReportNumber::new(number).ok_or(SealedError::Field("number"))?,
        })
    }
}

/// The bytes of a report that the school's report key signs.
#[must_use]
pub fn encode_report(report: &Report) -> Vec<u8> {
    let enrolled = report.enrolled.iter().map(|(stage, persons)| wire::StageEnrolment {
        stage: stage.as_str().to_owned(),
        persons: *persons,
    });
    wire::SealedReport {
        unit: report.place.unit.to_string(),
        table: report.place.table.to_string(),
        period: report.place.period.to_string(),
        number: report.place.number.value(),
        task: report.task.bytes().to_vec(),
        algorithm: report.algorithm.into(),
        cap: report.cap.limit(),
        nonce: report.nonce.to_vec(),
        public_share: report.public.clone(),
        leader_half: report.leader_half.clone(),
        helper_half: report.helper_half.clone(),
        to: report.to.to_string(),
        enrolled: enrolled.collect(),
        made_at_ms: report.made_at_ms,
        key: report.key.clone(),
        key_signature: Vec::new(),
    }
    .encode_to_vec()
}

/// The bytes of a report that are signed under the school's certificate and sent: those that its
/// report key signed, and that signature at their end.
#[must_use]
pub fn with_key_signature(mut report: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    report.extend(key_signature_field(signature));
    report
}

/// The bytes that a report key signed, as they travelled, and its signature.
///
/// # Errors
/// Bytes that are no report, or that do not end with a signature.
pub fn split_key_signature(body: &[u8]) -> Result<(&[u8], Vec<u8>), SealedError> {
    let message = wire::SealedReport::decode(body).map_err(|_| SealedError::Unreadable)?;
    let signature = message.key_signature;
    let missing = SealedError::Field("key_signature");
    if signature.is_empty() {
        return Err(missing);
    }
    let signed = body.strip_suffix(key_signature_field(&signature).as_slice()).ok_or(missing)?;
    Ok((signed, signature))
}

fn key_signature_field(signature: &[u8]) -> Vec<u8> {
    let key_signature = signature.to_vec();
    wire::SealedReport { key_signature, ..wire::SealedReport::default() }.encode_to_vec()
}

/// Reads what a school claims. Nothing of it is believed before both hubs have verified it.
///
/// # Errors
/// Bytes that are not a report, or a field that is missing or malformed.
pub fn decode_report(bytes: &[u8]) -> Result<Report, SealedError> {
    let message = wire::SealedReport::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let mut enrolled = BTreeMap::new();
    for line in &message.enrolled {
        let stage = Stage::from_word(&line.stage).ok_or(SealedError::Field("enrolled"))?;
        if enrolled.insert(stage, line.persons).is_some() {
            return Err(SealedError::Field("enrolled"));
        }
    }
    let place = (&message.unit, &message.table, &message.period);
    let algorithm = u8::try_from(message.algorithm).ok().filter(|number| *number > 0);
    Ok(Report {
        place: Place::read(place.0, place.1, place.2, message.number)?,
        task: task(&message.task)?,
        algorithm: algorithm.ok_or(SealedError::Field("algorithm"))?,
        cap: CapClass::from_max(message.cap).map_err(|_| SealedError::Field("cap"))?,
        nonce: message.nonce.try_into().map_err(|_| SealedError::Field("nonce"))?,
        public: message.public_share,
        leader_half: message.leader_half,
        helper_half: message.helper_half,
        to: message.to.parse().map_err(|_| SealedError::Field("to"))?,
        enrolled,
        made_at_ms: message.made_at_ms,
        key: Some(message.key).filter(|key| !key.is_empty()).ok_or(SealedError::Field("key"))?,
    })
}

/// Reads whose a report is and where it goes; the rest, which a later version may write in another
/// way, is the addressee's.
///
/// # Errors
/// Bytes that are not a report, or a unit that is none.
pub fn address(bytes: &[u8]) -> Result<Address, SealedError> {
    let message = wire::SealedReport::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    Ok(Address {
        unit: message.unit.parse().map_err(|_| SealedError::Field("unit"))?,
        to: message.to.parse().map_err(|_| SealedError::Field("to"))?,
    })
}

/// The bytes of a verdict that both hubs sign.
#[must_use]
pub fn encode_verdict(verdict: &Verdict) -> Vec<u8> {
    let decision = match &verdict.refused {
        None => wire::Decision::Accepted,
        Some(_) => wire::Decision::Refused,
    };
    let (code, reason) = verdict.refused.clone().unwrap_or_default();
    wire::Verdict {
        unit: verdict.place.unit.to_string(),
        table: verdict.place.table.to_string(),
        period: verdict.place.period.to_string(),
        number: verdict.place.number.value(),
        task: verdict.task.bytes().to_vec(),
        report: verdict.report.to_tagged(),
        decision: decision.into(),
        code,
        reason,
        decided_at_ms: verdict.decided_at_ms,
    }
    .encode_to_vec()
}

/// Reads a verdict; nothing is verified.
///
/// # Errors
/// Bytes that are no verdict, or a field that is missing or malformed.
pub fn decode_verdict(bytes: &[u8]) -> Result<Verdict, SealedError> {
    let message = wire::Verdict::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let refused = match message.decision() {
        wire::Decision::Unspecified => return Err(SealedError::Field("decision")),
        wire::Decision::Accepted => None,
        wire::Decision::Refused if message.code.is_empty() => {
            return Err(SealedError::Field("code"));
        }
        wire::Decision::Refused => Some((message.code, message.reason)),
    };
    let place = (&message.unit, &message.table, &message.period);
    Ok(Verdict {
        place: Place::read(place.0, place.1, place.2, message.number)?,
        task: task(&message.task)?,
        report: Digest::from_tagged(&message.report).map_err(|_| SealedError::Field("report"))?,
        refused,
        decided_at_ms: message.decided_at_ms,
    })
}

/// A verdict and its signatures, as they travel to the school.
#[must_use]
pub fn encode_signed_verdict(signed: &SignedVerdict) -> Vec<u8> {
    wire::SignedVerdict {
        verdict: signed.bytes.clone(),
        leader: signed.leader.clone(),
        helper: signed.helper.clone(),
    }
    .encode_to_vec()
}

/// Reads a verdict with its signatures; these are not checked.
///
/// # Errors
/// Bytes that are none.
pub fn decode_signed_verdict(bytes: &[u8]) -> Result<SignedVerdict, SealedError> {
    let message = wire::SignedVerdict::decode(bytes).map_err(|_| SealedError::Unreadable)?;
    let verdict = decode_verdict(&message.verdict)?;
    let (leader, helper) = (message.leader, message.helper);
    Ok(SignedVerdict { bytes: message.verdict, verdict, leader, helper })
}

/// Reads the id of a task.
///
/// # Errors
/// Another length than 32 bytes.
pub fn task(bytes: &[u8]) -> Result<TaskId, SealedError> {
    let bytes = bytes.try_into().map_err(|_| SealedError::Field("task"))?;
    Ok(TaskId::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            unit: "3702000001".parse().expect("unit"),
            table: "sealed.alt.census".parse().expect("table"),
            period: "2026S1".parse().expect("period"),
            number: ReportNumber::FIRST,
        }
    }

    fn report() -> Report {
        Report {
            place: place(),
            task: TaskId::from_bytes([1; 32]),
            algorithm: 1,
            cap: CapClass::from_max(4095).expect("cap"),
            nonce: [2; 16],
            public: vec![3; 64],
            leader_half: vec![4; 90],
            helper_half: vec![5; 80],
            to: "370202".parse().expect("unit"),
            enrolled: BTreeMap::from([(Stage::Junior, 412)]),
            made_at_ms: 7,
            key: vec![6; 91],
        }
    }

    /// What a report key signed is found again as it travelled; a report without its signature, or
    /// with something behind it, has none.
    #[test]
    fn the_bytes_that_a_report_key_signed_are_found_again() {
        let signed = encode_report(&report());
        let body = with_key_signature(signed.clone(), &[8; 70]);
        assert_eq!(split_key_signature(&body), Ok((signed.as_slice(), vec![8; 70])));
        assert_eq!(decode_report(&body), Ok(report()));
        let missing = Err(SealedError::Field("key_signature"));
        assert_eq!(split_key_signature(&signed), missing);
        let behind = [body, wire::SealedReport { cap: 9, ..Default::default() }.encode_to_vec()];
        assert_eq!(split_key_signature(&behind.concat()), missing);
    }

    /// A report is read as it was made.
    #[test]
    fn a_report_is_read_as_it_was_made() {
        assert_eq!(decode_report(&encode_report(&report())), Ok(report()));
        assert_eq!(place().name(), "3702000001/sealed.alt.census/2026S1/1");
    }

    /// What is not set, or has another length, is never taken for something.
    #[test]
    fn malformed_fields_are_refused() {
        let whole = wire::SealedReport::decode(encode_report(&report()).as_slice()).expect("wire");
        let refused = |message: wire::SealedReport| decode_report(&message.encode_to_vec());
        let wrong = [
            (wire::SealedReport { unit: String::new(), ..whole.clone() }, "unit"),
            (wire::SealedReport { number: 0, ..whole.clone() }, "number"),
            (wire::SealedReport { task: vec![1; 31], ..whole.clone() }, "task"),
            (wire::SealedReport { algorithm: 0, ..whole.clone() }, "algorithm"),
            (wire::SealedReport { cap: 300, ..whole.clone() }, "cap"),
            (wire::SealedReport { nonce: vec![1; 15], ..whole.clone() }, "nonce"),
            (wire::SealedReport { to: String::new(), ..whole.clone() }, "to"),
            (wire::SealedReport { key: Vec::new(), ..whole.clone() }, "key"),
        ];
        for (message, field) in wrong {
            assert_eq!(refused(message), Err(SealedError::Field(field)));
        }
        let twice = [whole.enrolled.clone(), whole.enrolled.clone()].concat();
        let twice = wire::SealedReport { enrolled: twice, ..whole };
        assert_eq!(refused(twice), Err(SealedError::Field("enrolled")));
        assert_eq!(decode_report(&[0xff; 9]), Err(SealedError::Unreadable));
    }

    /// A relay needs no more of a report than whose it is and where it goes.
    #[test]
    fn an_address_is_read_of_a_report_that_is_not_understood() {
        let whole = wire::SealedReport::decode(encode_report(&report()).as_slice()).expect("wire");
        let later = wire::SealedReport { cap: 300, algorithm: 9, ..whole.clone() };
        let read = address(&later.encode_to_vec()).expect("address");
        assert_eq!((read.unit, read.to), (report().place.unit, report().to));
        let nowhere = wire::SealedReport { to: String::new(), ..whole };
        assert_eq!(address(&nowhere.encode_to_vec()), Err(SealedError::Field("to")));
    }

    /// A verdict keeps what was decided, and no decision is none.
    #[test]
    fn a_verdict_is_read_as_it_was_made() {
        let accepted = Verdict {
            place: place(),
            task: TaskId::from_bytes([1; 32]),
            report: Digest::sha256([9; 32]),
            refused: None,
            decided_at_ms: 8,
        };
        let code = ("proof".to_owned(), "the proof does not hold".to_owned());
        let refused = Verdict { refused: Some(code), ..accepted.clone() };
        for verdict in [accepted, refused] {
            let bytes = encode_verdict(&verdict);
            assert_eq!(decode_verdict(&bytes), Ok(verdict.clone()));
            let signed = SignedVerdict { bytes, verdict, leader: None, helper: None };
            assert_eq!(decode_signed_verdict(&encode_signed_verdict(&signed)), Ok(signed));
        }
        let blank = wire::Verdict { unit: "3702".into(), ..wire::Verdict::default() };
        let read = decode_verdict(&blank.encode_to_vec());
        assert_eq!(read, Err(SealedError::Field("decision")));
    }
}
