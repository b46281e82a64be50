//! At a school: what was sealed of a referral, with what was answered, as a bundle.
//!
//! What was sealed is what is told, byte for byte; nothing is read anew out of the ledgers. A
//! referral of which nothing was sealed has no bundle, nor has a routine one whose consent no
//! longer covers what was sealed.

use domain::ledger::consent::NoConsent;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area};
use domain::referral::State;
use runtime::sql::Tx;
use serde_json::Value;

use super::{Ended, ExportError, FhirError, Record, Said, bundle};
use crate::content::{AnswerContent, GroundSaid, ReferralContent};
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::intake::ConsentKept;
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::{self, Course, Part};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, write};

/// Why the record is read.
const READ_FOR: &str = "FHIR 导出";

/// A referral as a bundle, for who writes referrals; the reading is logged first. Of one that has
/// ended, or whose consent is past, the bundle says that it is over.
///
/// # Errors
/// The role may not, nothing of the hand-over was sealed, no consent stands that covers it, it
/// cannot be told, or the store.
pub fn export(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<Value, ExportError> {
    let course = referral::course(tx, record)?;
    let student = course.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    let sealed = letters::envelopes(tx, record)?;
    let current = sealed.into_iter().rfind(|one| one.number == course.envelope);
    let is_out = !matches!(
        course.state,
        State::Draft | State::ConsentPending | State::Consented | State::Refused
    );
    let envelope = current.filter(|_| is_out).ok_or(FhirError::Unsealed)?;
    let content = ReferralContent::read(&envelope.content);
    let content = content.map_err(|_| FhirError::Field("content"))?;
    let pass = access::open(tx, &author.because(READ_FOR), student, ReadPurpose::Referral)?;
    let told = match is_over(&course, &content, author) {
        true => record_of(&course, &envelope, (Said::Ended(ended(content)), Vec::new())),
        false => {
            if content.parts.iter().any(|part| matches!(part, Part::Scores(_))) {
                pass.allow(Area::Screening)?;
            }
            check_consent(tx, author, (&course, &content))?;
            let answers = answers(tx, &envelope)?;
            record_of(&course, &envelope, (Said::Whole(Box::new(content)), answers))
        }
    };
    Ok(bundle(&told)?)
}

fn record_of(
    course: &Course,
    envelope: &Envelope,
    (said, answers): (Said, Vec<AnswerContent>),
) -> Record {
    Record {
        envelope: *envelope.id.bytes(),
        state: course.state,
        revoked_at: envelope.revoked_at_ms.map(Moment),
        is_settled: envelope.done_at_ms.is_some(),
        said,
        answers,
    }
}

/// The answers that stand in the course: of each number the first.
fn answers(tx: &Tx<'_>, envelope: &Envelope) -> Result<Vec<AnswerContent>, ExportError> {
    let mut kept = letters::answers(tx, envelope.id)?;
    kept.dedup_by_key(|one| one.act);
    let read = kept.iter().map(|one| AnswerContent::read(&one.content));
    Ok(read.collect::<Result<_, _>>().map_err(|_| FhirError::Field("content"))?)
}

/// At an end, or after the last day of its consent.
fn is_over(course: &Course, content: &ReferralContent, author: &Author) -> bool {
    let is_past = match &content.ground {
        GroundSaid::Consent(said) => said.valid_to < author.today(),
        GroundSaid::Emergency(_) => false,
    };
    course.state.is_terminal() || is_past
}

/// A consent stands now that lets out all that was sealed; an emergency asks for none.
fn check_consent(
    tx: &Tx<'_>,
    author: &Author,
    (course, content): (&Course, &ReferralContent),
) -> Result<(), LedgerRefusal> {
    let GroundSaid::Consent(said) = &content.ground else { return Ok(()) };
    let entry = &course.referral.entry;
    let of = (entry.recipient.as_str(), entry.recipient_name.as_str());
    let live = referral::live(tx, entry.student, of, author.today())?;
    match said.classes.iter().all(|class| live.covers(*class)) {
        true => Ok(()),
        false => Err(LedgerRefusal::Unconsented(NoConsent::OtherData)),
    }
}

fn ended(content: ReferralContent) -> Ended {
    let consent = match content.ground {
        GroundSaid::Consent(said) => Some(ConsentKept {
            digest: said.digest,
            valid_to: said.valid_to,
            classes: said.classes,
            outcome_back: said.outcome_back,
        }),
        GroundSaid::Emergency(_) => None,
    };
    Ended {
        referral: content.referral,
        number: content.number,
        urgency: content.urgency,
        at: content.at,
        sender: content.sender.unit,
        recipient: content.recipient.unit,
        consent,
    }
}
