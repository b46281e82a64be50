//! Key statements: this public key is that unit's, for this purpose, in these days.
//!
//! Whoever seals something about a child, and whoever believes a department's signature, relies on
//! one. It is signed by a statement key of **each** commission, so that no single authority and no
//! hub can put its own key in a school's or a clinic's place. Where a unit has pinned one root
//! only, a statement stands under that one alone and every page that matters says so:
//! [`Standing`].

mod request;
mod text;

pub use request::{KeyRequest, Proof, RequestError, SignedRequest};
pub use text::{REQUEST_TAG, STATEMENT_TAG};

use domain::digest::Digest;
use domain::unit::{UnitId, Zone};
use jiff::Timestamp;

use crate::countersign::{CountersignError, Countersignature, Kind};
use crate::digest::sha256;
use crate::fields::{Malformed, Reader, Writer};
use crate::key::{PublicKey, SigningKey};
use crate::root::{Commission, RootCertificate, statement_name};
use crate::seal::{RECIPIENT_KEY_BYTES, RecipientKey, SealError};
use crate::signature::SignatureAlgorithm;

/// What the signature is for; part of what is signed.
pub const CONTEXT: &str = "xinqiao-key-statement-v1";

/// Longest name of a unit in a statement, in characters.
pub const NAME_CHARS_MAX: usize = 60;

/// Longest time that a statement may run: whoever lost a key must not be believed for ever.
pub const DAYS_MAX: i64 = 1_100;
const DAY_MS: i64 = 24 * 3_600_000;

const KIND: Kind = Kind { context: CONTEXT, name: statement_name };
const VERSION: u8 = 1;
const FIELD_BYTES_MAX: usize = 4 * NAME_CHARS_MAX + 16;

/// What a key is for. A closed list: a key for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// A school opens departments' lists with it.
    List,
    /// A receiver opens referrals with it, and a school the answers to them.
    Referral,
    /// The education hub opens its shares of sealed sums with it.
    AggregateLeader,
    /// The health hub opens its shares of sealed sums with it.
    AggregateHelper,
    /// A department signs its lists with it.
    ListSender,
    /// A hub opens with it where a letter of a referral is to go, and nothing of what it carries.
    Relay,
}

/// The key that a statement is about: one to seal to, or one whose signatures are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatedKey {
    /// To seal to.
    Recipient(RecipientKey),
    /// To check signatures by.
    Signer(PublicKey),
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatement {
    /// The city.
    pub zone: Zone,
    /// Whose key it is.
    pub unit: UnitId,
    /// The unit's name, for people.
    pub name: String,
    /// What the key is for.
    pub purpose: Purpose,
    /// The key.
    pub key: StatedKey,
    /// From when on it holds.
    pub valid_from: Timestamp,
    /// Until when it holds, that instant excluded.
    pub valid_to: Timestamp,
}

/// A statement's bytes as they were signed, and the signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    bytes: Vec<u8>,
    signatures: Vec<Countersignature>,
}

/// Under whom a verified statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both commissions signed it.
    Both,
    /// Only one root is pinned here, and that commission signed it.
    One(Option<Commission>),
}

/// A statement that held when it was verified. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedStatement {
    statement: KeyStatement,
    digest: Digest,
    standing: Standing,
}

/// Why a statement is not believed, read or signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The bytes are no statement, or one of a later version.
    #[error("not a key statement of this version")]
    Form,
    /// The purpose and the kind of key do not belong together.
    #[error("the key does not fit the purpose")]
    Key(#[from] SealError),
    /// No name, one that is too long, or one with control characters.
    #[error("a name has 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// The dates are the wrong way round or too far apart.
    #[error("a statement runs for 1 to {DAYS_MAX} days")]
    Dates,
    /// Made for another city.
    #[error("the statement is for another city")]
    Zone,
    /// Not valid yet; often one of the two clocks is wrong.
    #[error("the statement is not valid before {0}")]
    Early(Timestamp),
    /// No longer valid.
    #[error("the statement ended on {0}")]
    Ended(Timestamp),
    /// Not signed under every pinned root.
    #[error("the statement is not signed as it must be")]
    Signature(#[from] CountersignError),
}

impl From<Malformed> for StatementError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 6] = [
        Self::List,
        Self::Referral,
        Self::AggregateLeader,
        Self::AggregateHelper,
        Self::ListSender,
        Self::Relay,
    ];

    /// The word that is stored, sent and typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Referral => "referral",
            Self::AggregateLeader => "aggregate-leader",
            Self::AggregateHelper => "aggregate-helper",
            Self::ListSender => "list-sender",
            Self::Relay => "relay",
        }
    }

    /// The purpose of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Whether a key of this purpose opens what names children.
    #[must_use]
    pub const fn is_envelope(self) -> bool {
        matches!(self, Self::List | Self::Referral)
    }

    /// Whether a key of this purpose opens shares of sums.
    #[must_use]
    pub const fn is_share(self) -> bool {
        matches!(self, Self::AggregateLeader | Self::AggregateHelper)
    }

    /// Whether a key of this purpose opens the wrapping of letters at a hub on their way.
    #[must_use]
    pub const fn is_relay(self) -> bool {
        matches!(self, Self::Relay)
    }

    /// Whether something is sealed to a key of this purpose; the others sign.
    const fn is_sealed_to(self) -> bool {
        self.is_envelope() || self.is_share() || self.is_relay()
    }
}

impl StatedKey {
    /// The tagged form: algorithm, then key.
    fn tagged(&self) -> Vec<u8> {
        match self {
            Self::Recipient(key) => key.bytes().to_vec(),
            Self::Signer(key) => {
                [[SignatureAlgorithm::EcdsaP256Sha256 as u8].as_slice(), key.spki()].concat()
            }
        }
    }

    fn read(purpose: Purpose, tagged: &[u8]) -> Result<Self, StatementError> {
        if purpose.is_sealed_to() {
            return Ok(Self::Recipient(RecipientKey::from_bytes(tagged)?));
        }
        let spki = tagged.strip_prefix(&[SignatureAlgorithm::EcdsaP256Sha256 as u8]);
        let key = spki.and_then(|spki| PublicKey::from_spki(spki).ok());
        key.map(Self::Signer).ok_or(StatementError::Key(SealError::Key))
    }

    const fn fits(&self, purpose: Purpose) -> bool {
        matches!(self, Self::Recipient(_)) == purpose.is_sealed_to()
    }

    /// The name of the key, as people compare it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.tagged())
    }
}

impl KeyStatement {
    /// The one form in bytes that is signed.
    ///
    /// # Errors
    /// The name, the dates, or a key that does not fit the purpose.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        check_name(&self.name)?;
        let length = self.valid_to.as_millisecond() - self.valid_from.as_millisecond();
        if !(DAY_MS..=DAYS_MAX * DAY_MS).contains(&length) {
            return Err(StatementError::Dates);
        }
        if !self.key.fits(self.purpose) {
            return Err(StatementError::Key(SealError::Purpose));
        }
        let head = Writer::default().byte(VERSION).field(self.zone.as_str().as_bytes());
        let named = head.field(self.unit.as_str().as_bytes()).field(self.name.as_bytes());
        let keyed = named.field(self.purpose.as_str().as_bytes()).field(&self.key.tagged());
        let from = keyed.number(self.valid_from.as_millisecond());
        Ok(from.number(self.valid_to.as_millisecond()).finish())
    }

    /// Reads that form, and no other that says the same.
    ///
    /// # Errors
    /// The bytes are no statement of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(StatementError::Form);
        }
        let about = About::read(&mut reader)?;
        let mut instant = || {
            let number = reader.number()?;
            Timestamp::from_millisecond(number).map_err(|_| StatementError::Form)
        };
        let (valid_from, valid_to) = (instant()?, instant()?);
        reader.finish()?;
        let About { zone, unit, name, purpose, key } = about;
        let statement = Self { zone, unit, name, purpose, key, valid_from, valid_to };
        if statement.to_bytes()? != bytes {
            return Err(StatementError::Form);
        }
        Ok(statement)
    }
}

/// What a statement and the request for it have in common.
struct About {
    zone: Zone,
    unit: UnitId,
    name: String,
    purpose: Purpose,
    key: StatedKey,
}

impl About {
    fn read(reader: &mut Reader<'_>) -> Result<Self, StatementError> {
        let zone = reader.text(FIELD_BYTES_MAX)?.parse().map_err(|_| StatementError::Form)?;
        let unit = reader.text(FIELD_BYTES_MAX)?.parse().map_err(|_| StatementError::Form)?;
        let name = reader.text(FIELD_BYTES_MAX)?.to_owned();
        let purpose = Purpose::from_word(reader.text(FIELD_BYTES_MAX)?);
        let purpose = purpose.ok_or(StatementError::Form)?;
        let key = StatedKey::read(purpose, reader.field(2 * RECIPIENT_KEY_BYTES)?)?;
        Ok(Self { zone, unit, name, purpose, key })
    }
}

/// A name is shown on pages and in letters.
fn check_name(name: &str) -> Result<(), StatementError> {
    let chars = name.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(StatementError::Name);
    }
    Ok(())
}

impl SignedStatement {
    /// Signs a statement with one commission's statement key.
    ///
    /// # Errors
    /// The statement has no form, or the certificate belongs to another key.
    pub fn sign(
        statement: &KeyStatement,
        key: &SigningKey,
        chain: &[Vec<u8>],
    ) -> Result<Self, StatementError> {
        let bytes = statement.to_bytes()?;
        let signatures = vec![KIND.sign(&bytes, key, chain)?];
        Ok(Self { bytes, signatures })
    }

    /// Adds the other commission's signature to the very bytes that the first signed. A signature
    /// that this certificate made before is replaced.
    ///
    /// # Errors
    /// There is no room, or the certificate belongs to another key.
    pub fn add_signature(
        &mut self,
        key: &SigningKey,
        chain: &[Vec<u8>],
    ) -> Result<(), StatementError> {
        let signed = KIND.sign(&self.bytes, key, chain)?;
        self.signatures.retain(|known| known.chain.first() != chain.first());
        if self.signatures.len() >= crate::countersign::SIGNATURES_MAX {
            return Err(CountersignError::TooMany.into());
        }
        self.signatures.push(signed);
        Ok(())
    }

    /// What it says; nothing is verified.
    ///
    /// # Errors
    /// The bytes are no statement of this version.
    pub fn unverified(&self) -> Result<KeyStatement, StatementError> {
        KeyStatement::from_bytes(&self.bytes)
    }

    /// The certificates of each signature, leaf first; nothing is verified.
    pub fn chains(&self) -> impl Iterator<Item = &[Vec<u8>]> {
        self.signatures.iter().map(|signed| signed.chain.as_slice())
    }

    /// How many signatures it carries; nothing is verified.
    #[must_use]
    pub const fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// The digest of what was signed: the same whoever signed it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.bytes)
    }
}

impl VerifiedStatement {
    /// What it says.
    #[must_use]
    pub const fn statement(&self) -> &KeyStatement {
        &self.statement
    }

    /// The digest of what was signed.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Under whom it stands.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }
}

/// Believes a statement: signed under **every** pinned root, of this city, and valid now.
///
/// # Errors
/// It is not; the reason is the first one that was found.
pub fn verify(
    signed: &SignedStatement,
    roots: &[RootCertificate],
    zone: &Zone,
    now: Timestamp,
) -> Result<VerifiedStatement, StatementError> {
    KIND.verify(&signed.bytes, &signed.signatures, roots, (zone, now))?;
    let statement = signed.unverified()?;
    if statement.zone != *zone {
        return Err(StatementError::Zone);
    }
    if now < statement.valid_from {
        return Err(StatementError::Early(statement.valid_from));
    }
    if now >= statement.valid_to {
        return Err(StatementError::Ended(statement.valid_to));
    }
    Ok(VerifiedStatement { statement, digest: signed.digest(), standing: standing(roots) })
}

fn standing(roots: &[RootCertificate]) -> Standing {
    let holders: Vec<Commission> = roots.iter().filter_map(RootCertificate::commission).collect();
    let has = |holder: Commission| holders.contains(&holder);
    if has(Commission::Education) && has(Commission::Health) {
        return Standing::Both;
    }
    Standing::One(holders.first().copied())
}

#[cfg(test)]
mod tests;
