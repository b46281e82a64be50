//! What stands on an envelope: signed, bound to the content, and read by its recipient alone.

use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId, Zone};
use jiff::civil::Date;

use super::terms::{
    EnvelopeId, Scopes, TermsError, WithdrawalMark, read_date, read_digest, read_unit,
};
use crate::codes::UnknownCode;
use crate::fields::{Reader, Writer};

/// Longest header in bytes: two names, three digests, and what is small.
pub(super) const HEADER_BYTES_MAX: usize = 640;

const VERSION: u8 = 1;
const NAME_BYTES_MAX: usize = 256;

const REFERRAL: u8 = 1;
const ANSWER: u8 = 2;
const TRANSFER: u8 = 30;
const CONSENT: u8 = 1;
const EMERGENCY: u8 = 2;
/// Grounds of notices begin at 20: other numbers are other kinds of content's.
const DUTY: u8 = 20;
const ENROLMENT: u8 = 30;

/// What an envelope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A child's referral, from the school.
    Referral {
        /// Which secret takes it back. The one in the routing is the relays' to read and nobody's
        /// to believe; a recipient deletes on a secret that opens this one.
        withdrawal: WithdrawalMark,
    },
    /// An answer, from who received the referral in that envelope.
    Answer {
        /// The referral's envelope.
        to: EnvelopeId,
    },
    /// Something that one school says to another about a student's transfer.
    Transfer,
}

/// On what ground a child's data leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A consent.
    Consent {
        /// Digest of the canonical record with its nonce.
        digest: Digest,
        /// Its last day.
        valid_to: Date,
        /// What it lets out.
        scopes: Scopes,
    },
    /// An emergency, whose basis is in the content.
    Emergency,
    /// A duty of the law: a report to an office, or an office's tip to a school. Its envelope is no
    /// referral, whatever its content says, and nothing takes it back.
    Duty,
    /// The duty of a school to hand a student's enrolment over to the next one: nothing of a care.
    Enrolment,
}

/// What stands on an envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub role: Role,
    /// Its id.
    pub envelope: EnvelopeId,
    /// Who sealed and signed it, with the district: any district's authority can name any unit
    /// under its own label.
    pub sender: IdentityName,
    /// To whom it is sealed.
    pub recipient: UnitId,
    /// Digest of the recipient's statement to whose key it is sealed.
    pub statement: Digest,
    /// Why it may leave.
    pub ground: Ground,
}

impl Role {
    fn write(&self, writer: Writer) -> Writer {
        match self {
            Self::Referral { withdrawal } => {
                writer.byte(REFERRAL).field(&withdrawal.digest().to_tagged())
            }
            Self::Answer { to } => writer.byte(ANSWER).field(to.bytes()),
            Self::Transfer => writer.byte(TRANSFER),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        match reader.byte()? {
            REFERRAL => {
                let withdrawal = WithdrawalMark::from_digest(read_digest(reader)?);
                Ok(Self::Referral { withdrawal })
            }
            ANSWER => Ok(Self::Answer { to: EnvelopeId::read(reader)? }),
            TRANSFER => Ok(Self::Transfer),
            code => Err(UnknownCode { what: "role of an envelope", code }.into()),
        }
    }
}

impl Ground {
    fn write(&self, writer: Writer) -> Writer {
        match self {
            Self::Consent { digest, valid_to, scopes } => {
                let consent = writer.byte(CONSENT).field(&digest.to_tagged());
                consent.field(valid_to.to_string().as_bytes()).byte(scopes.code())
            }
            Self::Emergency => writer.byte(EMERGENCY),
            Self::Duty => writer.byte(DUTY),
            Self::Enrolment => writer.byte(ENROLMENT),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        match reader.byte()? {
            CONSENT => {
                let (digest, valid_to) = (read_digest(reader)?, read_date(reader)?);
                let scopes = Scopes::from_code(reader.byte()?)?;
                Ok(Self::Consent { digest, valid_to, scopes })
            }
            EMERGENCY => Ok(Self::Emergency),
            DUTY => Ok(Self::Duty),
            ENROLMENT => Ok(Self::Enrolment),
            code => Err(UnknownCode { what: "ground of a referral", code }.into()),
        }
    }
}

impl Header {
    /// The one form in bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let role = self.role.write(Writer::default().byte(VERSION));
        let named = role.field(self.envelope.bytes()).field(self.sender.to_string().as_bytes());
        let to = named.field(self.recipient.as_str().as_bytes());
        self.ground.write(to.field(&self.statement.to_tagged())).finish()
    }

    /// Reads that form, and no other that says the same; the sender is of this city.
    pub(super) fn from_bytes(bytes: &[u8], zone: &Zone) -> Result<Self, TermsError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(TermsError::Form);
        }
        let role = Role::read(&mut reader)?;
        let envelope = EnvelopeId::read(&mut reader)?;
        let sender = IdentityName::parse(reader.text(NAME_BYTES_MAX)?, zone);
        let sender = sender.map_err(|_| TermsError::Form)?;
        let recipient = read_unit(&mut reader)?;
        let statement = read_digest(&mut reader)?;
        let ground = Ground::read(&mut reader)?;
        reader.finish()?;
        let header = Self { role, envelope, sender, recipient, statement, ground };
        if header.to_bytes() != bytes {
            return Err(TermsError::Form);
        }
        Ok(header)
    }

    /// What the content is sealed for: needed again to open it.
    pub(super) fn info(&self) -> Vec<u8> {
        let role = match self.role {
            Role::Referral { .. } => REFERRAL,
            Role::Answer { .. } => ANSWER,
            Role::Transfer => TRANSFER,
        };
        let head = Writer::default().field(super::envelope::CONTENT_INFO).byte(role);
        let named = head.field(self.envelope.bytes()).field(self.sender.to_string().as_bytes());
        let to = named.field(self.recipient.as_str().as_bytes());
        to.field(&self.statement.to_tagged()).finish()
    }
}
