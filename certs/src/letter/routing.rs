//! Routing: what a relay reads of a letter, and all that it reads.
//!
//! No sender, no child, no kind of data and no state. Marks of consents and of withdrawals are made
//! for one envelope each, so that two envelopes of one child have nothing in common here. The
//! recipient believes what stands on the envelope, which its sender signed, and nothing of this.

use domain::digest::Digest;
use domain::referral::{DeadlineClass, Urgency};
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;

use super::LetterError;
use crate::codes::{Coded as _, UnknownCode};
use crate::digest::sha256;
use crate::fields::{Reader, Writer};
use crate::referral::{
    EnvelopeId, Ground, Part, PartNumber, Revealed, TermsError, WithdrawalMark, read_date,
    read_digest, read_flag, read_instant, read_unit,
};

/// Most envelopes that one letter withdraws; more are named in more letters.
pub const REVOKED_MAX: usize = 16;

/// What a consent's mark is a digest of, beside the consent's digest.
const CONSENT_CONTEXT: &[u8] = b"xinqiao-consent-mark-v1";

const VERSION: u8 = 1;

const REFERRAL: u8 = 1;
const ANSWER: u8 = 2;
const REVOCATION: u8 = 3;
const ACK: u8 = 4;
const DUMMY: u8 = 5;
const CONSENT: u8 = 1;
const EMERGENCY: u8 = 2;

/// What a letter is, and what its relay needs for it.
#[derive(Clone, PartialEq, Eq)]
pub enum Routing {
    /// A part of a referral.
    Referral {
        /// Where to, and of which envelope.
        carried: Carried,
        /// On what ground.
        basis: Basis,
        /// Which secret takes it back.
        withdrawal: WithdrawalMark,
    },
    /// A part of an answer.
    Answer {
        /// Where to, and of which envelope.
        carried: Carried,
        /// The referral's envelope, whose limits it meets.
        to: EnvelopeId,
        /// Which limit it meets.
        met: Option<DeadlineClass>,
    },
    /// Takes envelopes back. Whoever holds one of their marks compares it with the secret.
    Revocation {
        /// Where to: each recipient is told in a letter of its own, of its own envelopes.
        way: Way,
        /// The secret, which is none any more.
        secret: Revealed,
        /// What it takes back; written in one order, each once.
        envelopes: Vec<EnvelopeId>,
    },
    /// The relay has a part and what it makes of it; to whoever sent the letter to it.
    Ack {
        /// Of which envelope.
        envelope: EnvelopeId,
        /// Which part.
        number: PartNumber,
    },
    /// Nothing.
    Dummy,
}

/// Where a letter goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Way {
    /// To whom.
    pub recipient: UnitId,
    /// The hub that serves the recipient.
    pub relay: UnitId,
}

/// What letters with a part have in common.
#[derive(Clone, PartialEq, Eq)]
pub struct Carried {
    /// Where to.
    pub way: Way,
    /// Of which envelope.
    pub envelope: EnvelopeId,
    /// Which part.
    pub number: PartNumber,
    /// Whether it waits for a slot.
    pub urgency: Urgency,
    /// By when the recipient acts next.
    pub due: Option<Due>,
}

/// A limit as a relay counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub class: DeadlineClass,
    /// Until when.
    pub until: Timestamp,
}

/// On what ground a referral travels, as far as a relay needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A consent.
    Consent {
        /// Made of the consent's digest for this envelope alone.
        mark: Digest,
        /// Its last day: what still lies at a relay after it is dropped.
        valid_to: Date,
    },
    /// An emergency.
    Emergency,
}

impl Basis {
    /// What a relay reads of the ground of an envelope.
    #[must_use]
    pub fn of(ground: &Ground, envelope: EnvelopeId) -> Self {
        match ground {
            Ground::Consent { digest, valid_to, .. } => {
                let context = Writer::default().field(CONSENT_CONTEXT);
                let marked = context.field(&digest.to_tagged()).field(envelope.bytes()).finish();
                Self::Consent { mark: sha256(&marked), valid_to: *valid_to }
            }
            // To a relay a notice is an emergency like any other: which ones are reports about a
            // child that somebody harms is nobody's to know on the way. What hands an enrolment
            // over travels as an answer does, whose routing has no ground.
            Ground::Emergency | Ground::Duty | Ground::Enrolment => Self::Emergency,
        }
    }

    fn write(&self, writer: Writer) -> Writer {
        match self {
            Self::Consent { mark, valid_to } => {
                let consent = writer.byte(CONSENT).field(&mark.to_tagged());
                consent.field(valid_to.to_string().as_bytes())
            }
            Self::Emergency => writer.byte(EMERGENCY),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        match reader.byte()? {
            CONSENT => {
                let (mark, valid_to) = (read_digest(reader)?, read_date(reader)?);
                Ok(Self::Consent { mark, valid_to })
            }
            EMERGENCY => Ok(Self::Emergency),
            code => Err(UnknownCode { what: "ground of a referral", code }.into()),
        }
    }
}

impl Way {
    fn write(&self, writer: Writer) -> Writer {
        writer.field(self.recipient.as_str().as_bytes()).field(self.relay.as_str().as_bytes())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        Ok(Self { recipient: read_unit(reader)?, relay: read_unit(reader)? })
    }
}

impl Carried {
    /// Whether this is the part that is meant.
    pub(super) fn is_of(&self, part: &Part) -> bool {
        self.envelope == part.envelope() && self.number == part.number()
    }

    fn write(&self, writer: Writer) -> Writer {
        let way = self.way.write(writer).field(self.envelope.bytes());
        let urgency = self.number.write(way).byte(self.urgency.code());
        match self.due {
            Some(due) => urgency.byte(1).byte(due.class.code()).number(due.until.as_millisecond()),
            None => urgency.byte(0),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        let way = Way::read(reader)?;
        let envelope = EnvelopeId::read(reader)?;
        let number = PartNumber::read(reader)?;
        let urgency = Urgency::from_code(reader.byte()?)?;
        let due = match read_flag(reader)? {
            true => {
                let class = DeadlineClass::from_code(reader.byte()?)?;
                Some(Due { class, until: read_instant(reader)? })
            }
            false => None,
        };
        Ok(Self { way, envelope, number, urgency, due })
    }
}

impl Routing {
    /// What the letter carries a part of, if it carries one.
    #[must_use]
    pub const fn carried(&self) -> Option<&Carried> {
        match self {
            Self::Referral { carried, .. } | Self::Answer { carried, .. } => Some(carried),
            Self::Revocation { .. } | Self::Ack { .. } | Self::Dummy => None,
        }
    }

    /// Where it goes on to; nothing where it ends with who opens it.
    #[must_use]
    pub const fn way(&self) -> Option<&Way> {
        match self {
            Self::Referral { carried, .. } | Self::Answer { carried, .. } => Some(&carried.way),
            Self::Revocation { way, .. } => Some(way),
            Self::Ack { .. } | Self::Dummy => None,
        }
    }

    /// The one form in bytes.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, LetterError> {
        let head = Writer::default().byte(VERSION);
        let written = match self {
            Self::Referral { carried, basis, withdrawal } => {
                let based = basis.write(carried.write(head.byte(REFERRAL)));
                based.field(&withdrawal.digest().to_tagged())
            }
            Self::Answer { carried, to, met } => {
                let answer = carried.write(head.byte(ANSWER)).field(to.bytes());
                match met {
                    Some(class) => answer.byte(1).byte(class.code()),
                    None => answer.byte(0),
                }
            }
            Self::Revocation { way, secret, envelopes } => {
                let revealed = way.write(head.byte(REVOCATION)).field(secret.bytes());
                write_envelopes(revealed, envelopes)?
            }
            Self::Ack { envelope, number } => number.write(head.byte(ACK).field(envelope.bytes())),
            Self::Dummy => head.byte(DUMMY),
        };
        Ok(written.finish())
    }

    /// Reads that form, and no other that says the same.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, LetterError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(TermsError::Form.into());
        }
        let routing = Self::read(&mut reader)?;
        reader.finish().map_err(TermsError::from)?;
        if routing.to_bytes()? != bytes {
            return Err(TermsError::Form.into());
        }
        Ok(routing)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        match reader.byte()? {
            REFERRAL => {
                let (carried, basis) = (Carried::read(reader)?, Basis::read(reader)?);
                let withdrawal = WithdrawalMark::from_digest(read_digest(reader)?);
                Ok(Self::Referral { carried, basis, withdrawal })
            }
            ANSWER => {
                let (carried, to) = (Carried::read(reader)?, EnvelopeId::read(reader)?);
                let met = match read_flag(reader)? {
                    true => Some(DeadlineClass::from_code(reader.byte()?)?),
                    false => None,
                };
                Ok(Self::Answer { carried, to, met })
            }
            REVOCATION => {
                let (way, secret) = (Way::read(reader)?, Revealed::read(reader)?);
                let count = usize::from(reader.byte()?);
                let named = (0..count).map(|_| EnvelopeId::read(reader));
                let envelopes = named.collect::<Result<Vec<_>, _>>()?;
                Ok(Self::Revocation { way, secret, envelopes })
            }
            ACK => {
                let envelope = EnvelopeId::read(reader)?;
                Ok(Self::Ack { envelope, number: PartNumber::read(reader)? })
            }
            DUMMY => Ok(Self::Dummy),
            code => Err(UnknownCode { what: "kind of letter", code }.into()),
        }
    }
}

/// In one order and each once, so that a withdrawal has one form.
fn write_envelopes(writer: Writer, envelopes: &[EnvelopeId]) -> Result<Writer, LetterError> {
    let mut named = envelopes.to_vec();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() || named.len() > REVOKED_MAX {
        return Err(LetterError::Revoked);
    }
    let count = u8::try_from(named.len()).map_err(|_| LetterError::Revoked)?;
    let counted = writer.byte(count);
    Ok(named.iter().fold(counted, |writer, envelope| writer.field(envelope.bytes())))
}
