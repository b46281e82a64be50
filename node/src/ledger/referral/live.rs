//! A consent that stands: the only thing on which a routine or urgent referral leaves.

use domain::digest::Digest;
use domain::ledger::consent::{DataClass, NoConsent, OutcomeBack, Purpose};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::Tx;

use super::super::consent;
use super::super::entry::{Entry as _, Kept, RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::strange;
use super::kin::kin;

/// A consent to a referral, checked on a day for one recipient. Only [`live`] makes one.
pub struct LiveConsent {
    record: RecordId,
    student: StudentId,
    recipient: String,
    recipient_name: String,
    is_signed_by_guardian: bool,
    classes: Vec<DataClass>,
    outcome_back: OutcomeBack,
    valid_to: Date,
    digest: String,
}

/// A consent that a care goes along to another school, checked on a day for that school. Only
/// [`live_transfer`] makes one.
pub struct TransferConsent {
    valid_to: Date,
    digest: String,
}

/// The consent that lets a student be referred to a recipient, by its id and name, today.
///
/// An objection counts while the student is no adult, and never that of a guardian whom nobody may
/// contact.
///
/// # Errors
/// The reason why there is none: nobody answered, a signature that the age asks for is missing, the
/// other guardian objects, only a suspected guardian signed, it was withdrawn, has run out, is for
/// somebody else, by id or name, or for other data; or the store.
pub fn live(
    tx: &Tx<'_>,
    student: StudentId,
    (recipient, name): (&str, &str),
    today: Date,
) -> Result<LiveConsent, LedgerRefusal> {
    let kept = checked(tx, student, (Purpose::Referral, recipient, name), super::LEAST, today)?;
    let paper = &kept.entry;
    Ok(LiveConsent {
        record: kept.record,
        student,
        recipient: recipient.to_owned(),
        recipient_name: paper.recipient_name.clone(),
        is_signed_by_guardian: paper.guardian_signed.is_some(),
        classes: paper.classes.as_slice().to_vec(),
        outcome_back: paper.outcome_back,
        valid_to: paper.valid_to,
        digest: digest_of(tx, kept.record, kept.version)?,
    })
}

/// The consent by which what a school knows of how a student is looked after goes along to one
/// other school, by its id and name, today.
///
/// # Errors
/// As [`live`].
pub fn live_transfer(
    tx: &Tx<'_>,
    student: StudentId,
    (recipient, name): (&str, &str),
    (classes, today): (&[DataClass], Date),
) -> Result<TransferConsent, LedgerRefusal> {
    let found = checked(tx, student, (Purpose::Transfer, recipient, name), classes, today);
    let kept = match found {
        Err(LedgerRefusal::Unconsented(why)) => return Err(why.into()),
        other => other?,
    };
    let digest = digest_of(tx, kept.record, kept.version)?;
    Ok(TransferConsent { valid_to: kept.entry.valid_to, digest })
}

/// The paper that stands, by nobody's hand who may not sign it and over nobody's objection.
fn checked(
    tx: &Tx<'_>,
    student: StudentId,
    (purpose, recipient, name): (Purpose, &str, &str),
    classes: &[DataClass],
    today: Date,
) -> Result<Kept<consent::Consent>, LedgerRefusal> {
    let kept = match consent::standing(tx, student, (purpose, recipient), classes, today) {
        Err(LedgerRefusal::Consent(why)) => return Err(LedgerRefusal::Unconsented(why)),
        other => other?,
    };
    let paper = &kept.entry;
    if paper.recipient_name.trim() != name.trim() {
        return Err(LedgerRefusal::Unconsented(NoConsent::OtherRecipient));
    }
    let kin = kin(tx, student, today)?;
    if !kin.is_adult {
        if kin.others.iter().any(|guardian| guardian.objects) {
            return Err(LedgerRefusal::Unconsented(NoConsent::OnHold));
        }
        if kin.suspects.iter().any(|guardian| paper.relation == Some(guardian.relation)) {
            return Err(LedgerRefusal::Unconsented(NoConsent::Suspected));
        }
    }
    Ok(kept)
}

/// Digest of a version of a consent: that of the journal, which is of its canonical bytes with a
/// random nonce, so that nobody can guess it.
///
/// # Errors
/// There is no such version, or the store cannot be read.
pub(crate) fn digest_of(
    tx: &Tx<'_>,
    record: RecordId,
    version: u32,
) -> Result<String, LedgerRefusal> {
    let kept = tx.query_opt(
        "select digest from journal where record = $1 and version = $2 and kind = $3",
        params![record.0, version, domain::ledger::Word::as_str(consent::Consent::KIND)],
        |row| row.blob(0),
    )?;
    Ok(strange(Digest::from_tagged(&strange(kept)?).ok())?.to_string())
}

impl LiveConsent {
    /// The consent.
    #[must_use]
    pub const fn record(&self) -> RecordId {
        self.record
    }

    /// Whose data.
    #[must_use]
    pub const fn student(&self) -> StudentId {
        self.student
    }

    /// To whom.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// To whom, as the paper names it.
    #[must_use]
    pub fn recipient_name(&self) -> &str {
        &self.recipient_name
    }

    /// Whether a guardian signed it, so that the recipient may be told of one.
    #[must_use]
    pub const fn is_signed_by_guardian(&self) -> bool {
        self.is_signed_by_guardian
    }

    /// Whether it covers a kind of data.
    #[must_use]
    pub fn covers(&self, class: DataClass) -> bool {
        self.classes.contains(&class)
    }

    /// The kinds of data that it covers.
    #[must_use]
    pub fn classes(&self) -> &[DataClass] {
        &self.classes
    }

    /// How much of an outcome may come back.
    #[must_use]
    pub const fn outcome_back(&self) -> OutcomeBack {
        self.outcome_back
    }

    /// Its last day.
    #[must_use]
    pub const fn valid_to(&self) -> Date {
        self.valid_to
    }

    /// Its digest, kept with every act that stands on it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl TransferConsent {
    /// Its last day.
    #[must_use]
    pub const fn valid_to(&self) -> Date {
        self.valid_to
    }

    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
