//! What headers and routing are made of: ids, marks, kinds of data, and how they are read.

use std::fmt;

use domain::digest::{Digest, DigestError};
use domain::ledger::Word as _;
use domain::ledger::consent::DataClass;
use domain::unit::{UNIT_ID_CHARS_MAX, UnitId};
use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::codes::{Coded as _, UnknownCode};
use crate::digest::{random_bytes, sha256};
use crate::fields::{Malformed, Reader, Writer};

/// What a withdrawal's mark is a digest of, beside the secret.
const WITHDRAWAL_CONTEXT: &[u8] = b"xinqiao-withdrawal-v1";

/// What the secret of an emergency is a digest of, beside the referral's.
const EMERGENCY_CONTEXT: &[u8] = b"xinqiao-withdrawal-emergency-v1";

const SECRET_BYTES: usize = 16;
const DIGEST_BYTES: usize = 33;
const DATE_BYTES_MAX: usize = 16;

/// Why bytes are no header or no routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    /// Cut, too long, or not the one form.
    #[error("not fields of this version")]
    Form,
    /// A code of a later version.
    #[error(transparent)]
    Code(#[from] UnknownCode),
}

impl From<Malformed> for TermsError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

/// Names an envelope. It is drawn at random and says nothing of its referral.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvelopeId([u8; 16]);

/// The secret of one referral with which its family, or the school for it, takes it back. It is
/// short enough for a sheet of paper and has no `Debug`.
pub struct WithdrawalSecret(Zeroizing<[u8; SECRET_BYTES]>);

/// A secret that was made known: from then on everybody on the way may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revealed([u8; SECRET_BYTES]);

/// Which secret takes an envelope back. It is made for one envelope: two envelopes of one child, to
/// two clinics, have nothing in common before the secret is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithdrawalMark(Digest);

/// The kinds of data that a consent lets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl EnvelopeId {
    /// Draws a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_bytes())
    }

    /// Takes one that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.array().map(Self)
    }
}

impl fmt::Debug for EnvelopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnvelopeId(")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl WithdrawalSecret {
    /// Draws a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Takes one that was stored, or read from the family's sheet.
    #[must_use]
    pub fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes it known, which withdraws whatever it is for.
    #[must_use]
    pub fn reveal(&self) -> Revealed {
        Revealed(*self.0)
    }

    /// The secret itself: for the encrypted ledger and the family's sheet, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// The secret of one hand-over that is an emergency. An emergency may be stood down alone: what
    /// is revealed with it takes back nothing else of the referral, since nobody learns this secret
    /// from that one.
    #[must_use]
    pub fn of_emergency(&self, number: u32) -> Self {
        let context = Writer::default().field(EMERGENCY_CONTEXT);
        let bytes = context.field(self.0.as_slice()).field(&number.to_be_bytes()).finish();
        let digest = sha256(&Zeroizing::new(bytes));
        let mut own = Zeroizing::new([0_u8; SECRET_BYTES]);
        own.iter_mut().zip(digest.bytes()).for_each(|(to, from)| *to = *from);
        Self(own)
    }

    /// What an envelope carries of it.
    #[must_use]
    pub fn mark(&self, envelope: EnvelopeId) -> WithdrawalMark {
        WithdrawalMark::of(&self.0, envelope)
    }
}

impl Revealed {
    /// What an envelope carries that this takes back: kept by a recipient whom a withdrawal reached
    /// before its envelope did.
    #[must_use]
    pub fn mark(self, envelope: EnvelopeId) -> WithdrawalMark {
        WithdrawalMark::of(&self.0, envelope)
    }

    pub(crate) const fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.array().map(Self)
    }
}

impl WithdrawalMark {
    fn of(secret: &[u8; SECRET_BYTES], envelope: EnvelopeId) -> Self {
        let context = Writer::default().field(WITHDRAWAL_CONTEXT);
        let bytes = Zeroizing::new(context.field(secret).field(envelope.bytes()).finish());
        Self(sha256(&bytes))
    }

    /// Whether a secret that was revealed takes this envelope back.
    #[must_use]
    pub fn is_opened_by(self, revealed: Revealed, envelope: EnvelopeId) -> bool {
        Self::of(&revealed.0, envelope) == self
    }

    /// The digest, as it is stored.
    #[must_use]
    pub const fn digest(self) -> Digest {
        self.0
    }

    /// Takes one that was stored.
    #[must_use]
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }
}

impl Scopes {
    /// These kinds.
    #[must_use]
    pub fn of(classes: &[DataClass]) -> Self {
        Self(classes.iter().fold(0, |bits, class| bits | class.code()))
    }

    /// Whether a kind is one of them.
    #[must_use]
    pub fn contains(self, class: DataClass) -> bool {
        self.0 & class.code() != 0
    }

    pub(crate) const fn code(self) -> u8 {
        self.0
    }

    pub(crate) fn from_code(code: u8) -> Result<Self, UnknownCode> {
        let known = Self::of(DataClass::ALL).0;
        if code & !known == 0 {
            return Ok(Self(code));
        }
        Err(UnknownCode { what: DataClass::WHAT, code: code & !known })
    }
}

pub(crate) fn read_unit(reader: &mut Reader<'_>) -> Result<UnitId, TermsError> {
    reader.text(UNIT_ID_CHARS_MAX)?.parse().map_err(|_| TermsError::Form)
}

pub(crate) fn read_digest(reader: &mut Reader<'_>) -> Result<Digest, TermsError> {
    Digest::from_tagged(reader.field(DIGEST_BYTES)?).map_err(|error| match error {
        DigestError::Algorithm(code) => UnknownCode { what: "digest algorithm", code }.into(),
        _ => TermsError::Form,
    })
}

pub(crate) fn read_date(reader: &mut Reader<'_>) -> Result<Date, TermsError> {
    reader.text(DATE_BYTES_MAX)?.parse().map_err(|_| TermsError::Form)
}

pub(crate) fn read_instant(reader: &mut Reader<'_>) -> Result<Timestamp, TermsError> {
    Timestamp::from_millisecond(reader.number()?).map_err(|_| TermsError::Form)
}

/// Whether something follows.
pub(crate) fn read_flag(reader: &mut Reader<'_>) -> Result<bool, TermsError> {
    match reader.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        code => Err(UnknownCode { what: "flag", code }.into()),
    }
}
