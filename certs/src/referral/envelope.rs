//! The envelope itself: closed by a sender, cut into parts, opened and judged by its recipient.
//!
//! Two sealings, one inside the other. The inner one is the content's and is what the sender's
//! certificate key signs. The outer one covers header, certificates and signature as well, so that
//! a hub that opens a letter does not learn who sent what is in it.

use domain::digest::Digest;
use domain::unit::Zone;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::header::{Ground, HEADER_BYTES_MAX, Header, Role};
use super::parts::{PART_BYTES, PARTS_MAX, Part, PartError, Whole, cut, parts_of};
use super::terms::{EnvelopeId, TermsError};
use crate::chain::{ChainError, Trust};
use crate::digest::sha256;
use crate::fields::{Malformed, Reader, Writer};
use crate::identity::{LeafIdentity, PeerIdentity};
use crate::key::KeyError;
use crate::seal::{EnvelopeKey, OVERHEAD_BYTES, SealError, Sealed, pad, seal, unpad};
use crate::signature::{SIGNATURE_BYTES, Signature, SignatureError};
use crate::statement::{Purpose, VerifiedStatement};

/// Contents are padded to whole steps of so many bytes.
pub const CONTENT_STEP_BYTES: usize = 4 * 1_024;

/// Longest content: 16 steps, of which four bytes are its length.
pub const CONTENT_BYTES_MAX: usize = 16 * CONTENT_STEP_BYTES - LENGTH_BYTES;

/// What the content is sealed for.
pub(super) const CONTENT_INFO: &[u8] = b"xinqiao-referral-content-v1";

/// What the whole is sealed for.
const COVER_INFO: &[u8] = b"xinqiao-referral-cover-v1";

/// What the signature is for; part of what is signed.
const CONTEXT: &str = "xinqiao-referral-v1";
const VERSION: u8 = 1;

const LENGTH_BYTES: usize = 4;
const SEALED_BYTES_MAX: usize = 16 * CONTENT_STEP_BYTES + OVERHEAD_BYTES;
const CERTIFICATES_MAX: u8 = 4;
const CERTIFICATE_BYTES_MAX: usize = 2 * 1_024;

/// Version, number of certificates, and the fields with their lengths.
const SIGNED_BYTES_MAX: usize = 2
    + 3 * LENGTH_BYTES
    + HEADER_BYTES_MAX
    + SEALED_BYTES_MAX
    + SIGNATURE_BYTES
    + CERTIFICATES_MAX as usize * (LENGTH_BYTES + CERTIFICATE_BYTES_MAX);

// The longest envelope fits into the most parts.
const _: () = assert!(
    parts_of(SIGNED_BYTES_MAX + LENGTH_BYTES + OVERHEAD_BYTES) <= PARTS_MAX as usize,
    "an envelope of the longest content has too many parts"
);

/// A sealed content with its header, its sender's certificates and signature. It has no `Debug`:
/// a school and a clinic beside each other belong into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferralEnvelope {
    header: Header,
    sealed: Sealed,
    chain: Vec<Vec<u8>>,
    signature: Signature,
}

/// What is put into an envelope.
pub struct Draft<'a> {
    /// What it is.
    pub role: Role,
    /// A new id.
    pub envelope: EnvelopeId,
    /// Why it may leave.
    pub ground: Ground,
    /// What the recipient alone reads.
    pub content: &'a [u8],
}

/// By what an envelope is judged: pinned roots with their lists, the city, and now.
pub struct Judge<'a> {
    /// Roots and revocation lists.
    pub trust: &'a Trust,
    /// The city.
    pub zone: &'a Zone,
    /// Now.
    pub now: Timestamp,
}

/// An envelope that was opened by its recipient and whose sender was believed. Only
/// [`ReferralEnvelope::open_referral`] makes one; it has no `Debug`.
pub struct OpenedReferral {
    envelope: ReferralEnvelope,
    sender: PeerIdentity,
    content: Zeroizing<Vec<u8>>,
}

/// An envelope that is sound in all but this: its sender's certificate has ended, so that nobody
/// knows whether the sender signed it or somebody who found an old key. Nothing that it says is
/// true until the sender has said by a signature that holds that the envelope is its own. Only
/// [`ReferralEnvelope::open_ended`] makes one; it has no `Debug`.
pub struct EndedReferral {
    envelope: ReferralEnvelope,
    sender: PeerIdentity,
    content: Zeroizing<Vec<u8>>,
}

/// Why an envelope was not closed, read, opened or believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReferralError {
    /// The bytes are no envelope of this version.
    #[error("not an envelope of this version")]
    Form,
    /// The header is not read.
    #[error(transparent)]
    Header(#[from] TermsError),
    /// The content is too long.
    #[error("a content has at most {CONTENT_BYTES_MAX} bytes")]
    Content,
    /// The recipient's statement is for another purpose, or another one than it was closed for.
    #[error("the key statement is not the recipient's for referrals")]
    Statement,
    /// The id on the envelope is not the one of its parts.
    #[error("the envelope is another one than its parts say")]
    OtherEnvelope,
    /// Sealed to another unit.
    #[error("the envelope is for another unit")]
    OtherRecipient,
    /// The certificate is another unit's than the one that says to have sent it.
    #[error("the certificate is another unit's than the sender's")]
    OtherSender,
    /// The sender's certificate does not hold now.
    #[error("the sender's certificate does not hold")]
    Chain(#[from] ChainError),
    /// Header or content were altered, or signed by another key.
    #[error("the sender's signature does not fit")]
    Signature(#[from] SignatureError),
    /// It was not sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The parts are none.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<Malformed> for ReferralError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl ReferralEnvelope {
    /// Seals to the recipient and signs with the sender's certificate.
    ///
    /// # Errors
    /// The content is too long, the statement is not for referrals, or the key could not sign.
    pub fn close(
        to: &VerifiedStatement,
        draft: &Draft<'_>,
        sender: &LeafIdentity,
    ) -> Result<Self, ReferralError> {
        if to.statement().purpose != Purpose::Referral {
            return Err(ReferralError::Statement);
        }
        if draft.content.len() > CONTENT_BYTES_MAX {
            return Err(ReferralError::Content);
        }
        let header = Header {
            role: draft.role,
            envelope: draft.envelope,
            sender: sender.peer().name().clone(),
            recipient: to.statement().unit.clone(),
            statement: to.digest(),
            ground: draft.ground,
        };
        let padded = pad(draft.content, CONTENT_STEP_BYTES)?;
        let sealed = seal(to, &header.info(), &header.to_bytes(), &padded)?;
        let signature = sender.key().sign(CONTEXT, &signed_bytes(&header, &sealed))?;
        let chain: Vec<Vec<u8>> = sender.chain().iter().map(|der| der.to_vec()).collect();
        if chain.iter().any(|der| der.len() > CERTIFICATE_BYTES_MAX) {
            return Err(ReferralError::Form);
        }
        Ok(Self { header, sealed, chain, signature })
    }

    /// What stands on it. Believe it only once [`ReferralEnvelope::verify`] held.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The digest of what was signed: whatever certificates stand beside it, it is the same one.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&signed_bytes(&self.header, &self.sealed))
    }

    /// Who sent it: the certificate holds now, is the sender's, and its key signed.
    ///
    /// A certificate that ended is not believed here, other than in the lane of figures, where
    /// things wait over a summer: a letter travels for hours, a certificate is renewed a month
    /// before its end, and what was signed says nothing of when. An old key from an old disk would
    /// refer children. What was on its way longer is put aside by [`ReferralEnvelope::open_ended`].
    ///
    /// # Errors
    /// The chain does not hold, is another unit's, or something was altered.
    pub fn verify(&self, trust: &Trust, now: Timestamp) -> Result<PeerIdentity, ReferralError> {
        self.signed_by(trust.identify(&self.chain, self.header.sender.zone(), now)?)
    }

    /// The certificate is the sender's, and its key signed.
    fn signed_by(&self, peer: PeerIdentity) -> Result<PeerIdentity, ReferralError> {
        if *peer.name() != self.header.sender {
            return Err(ReferralError::OtherSender);
        }
        let signed = signed_bytes(&self.header, &self.sealed);
        peer.key().verify(CONTEXT, &signed, &self.signature)?;
        Ok(peer)
    }

    /// Covers it and cuts it into parts, for the recipient's statement that it was closed for.
    ///
    /// # Errors
    /// Another statement.
    pub fn parts(&self, to: &VerifiedStatement) -> Result<Vec<Part>, ReferralError> {
        if to.digest() != self.header.statement {
            return Err(ReferralError::Statement);
        }
        let bytes = self.to_bytes();
        let whole = parts_of(bytes.len() + LENGTH_BYTES + OVERHEAD_BYTES) * PART_BYTES;
        // One step: with its sealing it fills the parts to the last byte.
        let padded = pad(&bytes, whole.saturating_sub(OVERHEAD_BYTES))?;
        let covered = seal(to, COVER_INFO, self.header.envelope.bytes(), &padded)?;
        Ok(cut(self.header.envelope, covered.bytes())?)
    }

    /// Opens what was collected, and believes it: sealed to this key, of this envelope, signed by
    /// the sender that it names.
    ///
    /// # Errors
    /// It is not; the reason is the first one that was found.
    pub fn open_referral(
        whole: &Whole,
        key: &EnvelopeKey,
        judge: &Judge<'_>,
    ) -> Result<OpenedReferral, ReferralError> {
        let envelope = Self::uncovered(whole, key, judge)?;
        let sender = envelope.verify(judge.trust, judge.now)?;
        let content = envelope.content(key)?;
        Ok(OpenedReferral { envelope, sender, content })
    }

    /// Opens what was collected and would be believed, had its sender's certificate not ended: it
    /// held at its last instant, not longer ago than signatures of figures are believed.
    ///
    /// # Errors
    /// Something else is wrong with it as well; the reason is the first one that was found.
    pub fn open_ended(
        whole: &Whole,
        key: &EnvelopeKey,
        judge: &Judge<'_>,
    ) -> Result<EndedReferral, ReferralError> {
        let envelope = Self::uncovered(whole, key, judge)?;
        let zone = envelope.header.sender.zone();
        let signer = judge.trust.identify_signer(&envelope.chain, zone, judge.now)?;
        let sender = envelope.signed_by(signer)?;
        let content = envelope.content(key)?;
        Ok(EndedReferral { envelope, sender, content })
    }

    /// What lies under the cover, of the id that its parts say. Nothing is verified.
    fn uncovered(
        whole: &Whole,
        key: &EnvelopeKey,
        judge: &Judge<'_>,
    ) -> Result<Self, ReferralError> {
        let covered = Sealed::from_bytes(whole.bytes().to_vec())?;
        let padded = key.open(&covered, COVER_INFO, whole.envelope().bytes())?;
        let envelope = Self::from_bytes(unpad(&padded)?, judge.zone)?;
        if envelope.header.envelope != whole.envelope() {
            return Err(ReferralError::OtherEnvelope);
        }
        Ok(envelope)
    }

    /// Opens the content; the sender is not looked at.
    fn content(&self, key: &EnvelopeKey) -> Result<Zeroizing<Vec<u8>>, ReferralError> {
        if self.header.recipient != *key.unit() {
            return Err(ReferralError::OtherRecipient);
        }
        let padded = key.open(&self.sealed, &self.header.info(), &self.header.to_bytes())?;
        Ok(Zeroizing::new(unpad(&padded)?.to_vec()))
    }

    /// The envelope as its recipient keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = Writer::default().byte(VERSION).field(&self.header.to_bytes());
        let count = u8::try_from(self.chain.len()).unwrap_or(u8::MAX);
        let sealed = head.field(self.sealed.bytes()).byte(count);
        let chain = self.chain.iter().fold(sealed, |writer, der| writer.field(der));
        chain.field(&self.signature.to_bytes()).finish()
    }

    /// Reads that form, of a sender of this city. Nothing is verified.
    ///
    /// # Errors
    /// The bytes are no envelope of this version.
    pub fn from_bytes(bytes: &[u8], zone: &Zone) -> Result<Self, ReferralError> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(ReferralError::Form);
        }
        let header = Header::from_bytes(reader.field(HEADER_BYTES_MAX)?, zone)?;
        let sealed = Sealed::from_bytes(reader.field(SEALED_BYTES_MAX)?.to_vec())?;
        let count = reader.byte()?;
        if count > CERTIFICATES_MAX {
            return Err(ReferralError::Form);
        }
        let mut chain = Vec::new();
        for _ in 0..count {
            chain.push(reader.field(CERTIFICATE_BYTES_MAX)?.to_vec());
        }
        let signature = Signature::from_bytes(reader.field(SIGNATURE_BYTES)?)?;
        reader.finish()?;
        Ok(Self { header, sealed, chain, signature })
    }
}

impl OpenedReferral {
    /// What stands on it, believed.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.envelope.header
    }

    /// Who sent it, with the district under whose label it is certified.
    #[must_use]
    pub const fn sender(&self) -> &PeerIdentity {
        &self.sender
    }

    /// The content.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The envelope, to be kept as what proves that it came.
    #[must_use]
    pub const fn envelope(&self) -> &ReferralEnvelope {
        &self.envelope
    }
}

impl EndedReferral {
    /// What stands on it, not believed.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.envelope.header
    }

    /// Whose certificate it was.
    #[must_use]
    pub const fn sender(&self) -> &PeerIdentity {
        &self.sender
    }

    /// What it says, to be put aside: nothing of it is believed.
    #[must_use]
    pub fn unbelieved(&self) -> &[u8] {
        &self.content
    }

    /// The envelope, to be kept as what its sender may say to be its own.
    #[must_use]
    pub const fn envelope(&self) -> &ReferralEnvelope {
        &self.envelope
    }
}

/// What the sender signs. The certificates need no place in it: the header names the sender, and a
/// certificate of another unit for the same key is another unit's.
fn signed_bytes(header: &Header, sealed: &Sealed) -> Vec<u8> {
    Writer::default().byte(VERSION).field(&header.to_bytes()).field(sealed.bytes()).finish()
}

#[cfg(test)]
mod tests;
