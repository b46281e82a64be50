//! On what ground it left the school: the consent without the names of who signed it, or the basis
//! of an emergency.
//!
//! R4 has no word for withdrawn: the status is inactive, and when it was taken back stands in an
//! extension of ours. The scanned form has no place here, nor its hash: R4 hashes attachments with
//! SHA-1, and the digest of the record is the identifier.

use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::ledger::consent::{DataClass, OutcomeBack};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::json::{
    all, at, code, concept, concept_of, day, extension, instant, list, maybe, object, own,
    read_day, read_instant, reference, said, said_text, text, the_day, word,
};
use super::record::Addresses;
use super::{FhirError, Record, Said, codes};
use crate::content::{ConsentSaid, EmergencySaid, GroundSaid};
use crate::ledger::intake::ConsentKept;

/// The law that a consent to passing sensitive data of a minor on stands on.
const LAW: &str = "《个人信息保护法》第十四、二十三、二十九、三十一条";
/// The law that an emergency stands on.
const EMERGENCY_LAW: &str =
    "《个人信息保护法》第十三条第一款第四项；《精神卫生法》第二十八条：紧急情况下为保护生命健康";

/// Reference to the guardian who signed, who has no name here.
const GUARDIAN: &str = "#guardian";

/// A consent as far as both forms of a record have it.
struct Paper<'a> {
    digest: Digest,
    classes: &'a [DataClass],
    outcome_back: OutcomeBack,
    valid_to: Date,
    said: Option<&'a ConsentSaid>,
}

fn paper(record: &Record) -> Option<Paper<'_>> {
    match &record.said {
        Said::Whole(content) => match &content.ground {
            GroundSaid::Consent(said) => Some(Paper {
                digest: said.digest,
                classes: &said.classes,
                outcome_back: said.outcome_back,
                valid_to: said.valid_to,
                said: Some(said),
            }),
            GroundSaid::Emergency(_) => None,
        },
        Said::Ended(ended) => ended.consent.as_ref().map(|kept| Paper {
            digest: kept.digest,
            classes: &kept.classes,
            outcome_back: kept.outcome_back,
            valid_to: kept.valid_to,
            said: None,
        }),
    }
}

/// The consent of a record.
pub(super) fn write(record: &Record, to: &Addresses) -> Result<Value, FhirError> {
    let paper = paper(record).ok_or(FhirError::Field("Consent"))?;
    let said = paper.said;
    let revoked = record.revoked_at.map(instant).transpose()?.unwrap_or(Value::Null);
    let signed = said.and_then(|said| said.guardian_signed.or(said.student_signed));
    let has_guardian = said.is_some_and(is_by_guardian);
    let signer = if has_guardian { reference(GUARDIAN) } else { reference(&to.patient) };
    let id = json!({ "system": own("consent"), "value": paper.digest.to_string() });
    let mut facts = vec![
        extension("outcome-back", code(Some(paper.outcome_back))),
        extension("revokedAt", ("valueDateTime", revoked)),
    ];
    facts.extend(said.into_iter().flat_map(how));
    Ok(object([
        ("resourceType", json!("Consent")),
        ("contained", list(said.filter(|_| has_guardian).map(|said| guardian(said, to)))),
        ("extension", list(facts)),
        ("identifier", list([id])),
        ("status", json!(codes::of(record.state).consent)),
        ("scope", concept((codes::SCOPES, "patient-privacy"), "隐私同意")),
        ("category", list([concept((codes::ACTS, "IDSCL"), "同意提供信息")])),
        ("patient", reference(&to.patient)),
        ("dateTime", day(signed)),
        ("performer", list([signer])),
        ("organization", list([reference(&to.sender)])),
        ("policyRule", object([("text", json!(LAW))])),
        ("verification", list(said.map(|said| verifications(said, to)).unwrap_or_default())),
        ("provision", provision(&paper, to)),
    ]))
}

const fn is_by_guardian(said: &ConsentSaid) -> bool {
    said.relation.is_some() || said.guardian_signed.is_some()
}

/// How it was given, what was read, and whether the child was asked.
fn how(said: &ConsentSaid) -> [Value; 3] {
    [
        extension("method", code(Some(said.method))),
        extension("child-asked", ("valueBoolean", json!(said.child_asked))),
        extension("notice", ("valueString", json!(said.notice))),
    ]
}

/// The guardian who signed, by relation alone.
fn guardian(said: &ConsentSaid, to: &Addresses) -> Value {
    let relation = said.relation.map(|relation| concept_of("relation", relation));
    object([
        ("resourceType", json!("RelatedPerson")),
        ("id", json!(GUARDIAN.trim_start_matches('#'))),
        ("patient", reference(&to.patient)),
        ("relationship", list(relation)),
    ])
}

/// Who signed and on which day.
fn verifications(said: &ConsentSaid, to: &Addresses) -> Vec<Value> {
    let signed = [(said.guardian_signed, GUARDIAN), (said.student_signed, to.patient.as_str())];
    let signed = signed.into_iter().filter_map(|(day, who)| day.map(|day| (day, who)));
    let one = |(day, who): (Date, &str)| {
        json!({ "verified": true, "verifiedWith": reference(who),
                "verificationDate": day.to_string() })
    };
    signed.map(one).collect()
}

/// What it lets out, to whom, what for and how long.
fn provision(paper: &Paper<'_>, to: &Addresses) -> Value {
    let from = paper.said.map(|said| said.valid_from);
    let class = |class: &DataClass| {
        let (code, label) = (class.as_str(), class.label().0);
        json!({ "system": own("data-class"), "code": code, "display": label })
    };
    let actor = object([
        ("role", concept((codes::PARTIES, "IRCP"), "接收方")),
        ("reference", reference(&to.recipient)),
    ]);
    object([
        ("type", json!("permit")),
        ("period", object([("start", day(from)), ("end", day(Some(paper.valid_to)))])),
        ("actor", list([actor])),
        ("purpose", list([json!({ "system": codes::REASONS, "code": "TREAT" })])),
        ("class", list(paper.classes.iter().map(class))),
    ])
}

/// Reads a consent as far as it is kept when it is over.
pub(super) fn read_kept(consent: &Value) -> Result<ConsentKept, FhirError> {
    let class = |one: &Value| word(text(one, "/code"), "kinds of data");
    let classes = all(consent, "/provision/class").iter().map(class);
    let digest = Digest::from_hex(text(consent, "/identifier/0/value"));
    Ok(ConsentKept {
        digest: digest.map_err(|_| FhirError::Field("identifier"))?,
        valid_to: the_day(text(consent, "/provision/period/end"), "period")?,
        classes: classes.collect::<Result<_, _>>()?,
        outcome_back: word(&said_text(consent, "outcome-back", "valueCode"), "outcome")?,
    })
}

/// Reads a consent.
pub(super) fn read(consent: &Value) -> Result<ConsentSaid, FhirError> {
    let kept = read_kept(consent)?;
    let signed = |is_guardian: bool| {
        let mut all = all(consent, "/verification").iter();
        let found =
            all.find(|one| (text(one, "/verifiedWith/reference") == GUARDIAN) == is_guardian);
        read_day(found.map_or("", |one| text(one, "/verificationDate")), "verificationDate")
    };
    let relation = at(consent, "/contained/0")
        .map_or("", |guardian| text(guardian, "/relationship/0/coding/0/code"));
    Ok(ConsentSaid {
        digest: kept.digest,
        classes: kept.classes,
        outcome_back: kept.outcome_back,
        method: word(&said_text(consent, "method", "valueCode"), "ways of consent")?,
        relation: maybe(relation, "relations")?,
        guardian_signed: signed(true)?,
        student_signed: signed(false)?,
        child_asked: said(consent, "child-asked", "valueBoolean") == Some(&Value::Bool(true)),
        valid_from: the_day(text(consent, "/provision/period/start"), "period")?,
        valid_to: kept.valid_to,
        notice: said_text(consent, "notice", "valueString"),
    })
}

/// The basis of an emergency, for which nobody had to agree.
pub(super) fn write_emergency(record: &Record, to: &Addresses) -> Result<Value, FhirError> {
    let made = match record.whole().map(|content| &content.ground) {
        Some(GroundSaid::Emergency(said)) => Some(said),
        _ => None,
    };
    let when = instant(made.map_or(record.at(), |said| said.at))?;
    let signed = made.map_or(Value::Null, |said| json!(said.is_signed));
    Ok(object([
        ("resourceType", json!("Provenance")),
        ("extension", list([extension("countersigned", ("valueBoolean", signed))])),
        ("target", list([reference(&to.request)])),
        ("occurredDateTime", when.clone()),
        ("recorded", when),
        ("reason", list([concept((codes::REASONS, "ETREAT"), EMERGENCY_LAW)])),
        ("agent", list([object([("who", reference(&to.sender))])])),
    ]))
}

/// Reads the basis of an emergency.
pub(super) fn read_emergency(provenance: &Value) -> Result<EmergencySaid, FhirError> {
    let signed = said(provenance, "countersigned", "valueBoolean").and_then(Value::as_bool);
    Ok(EmergencySaid {
        at: read_instant(text(provenance, "/occurredDateTime"), "occurredDateTime")?,
        is_signed: signed.ok_or(FhirError::Field("countersigned"))?,
    })
}
