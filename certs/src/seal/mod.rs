//! Sealing to one recipient: what only the holder of one private key can open.
//!
//! It is sealed to a statement that was verified, never to a bare key: only
//! [`crate::statement::verify`] makes a [`VerifiedStatement`]. Purpose and recipient are bound in
//! here, the caller's `info` and `aad` beside them, so that a share that was sealed for a sum never
//! opens as a referral. Three types of private keys keep them apart for a reader as well:
//! [`EnvelopeKey`] opens what names children and exists at nodes, [`ShareKey`] opens shares of
//! sums and [`RelayKey`] the wrapping of letters, and both exist at hubs. Nothing here says who
//! sealed.

mod envelope;
mod hybrid;
mod key;
mod padding;

pub use envelope::{Contents, ENVELOPE_TAG, Envelope, EnvelopeError, HEADER_BYTES_MAX};
pub use key::{
    EnvelopeKey, OfEnvelopes, OfRelays, OfShares, Opens, RecipientKey, RelayKey, SealingKey,
    ShareKey,
};
pub use padding::{pad, unpad};

use domain::digest::Digest;
use domain::unit::UnitId;

use crate::digest::sha256;
use crate::fields::Writer;
use crate::statement::{Purpose, StatedKey, VerifiedStatement};

/// Longest content that is sealed in one piece.
pub const CONTENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes by which a sealed content is longer: algorithm, encapsulated key and tag.
pub const OVERHEAD_BYTES: usize = 1 + hybrid::ENCAPSULATED_BYTES + hybrid::TAG_BYTES;

/// Bytes of the tagged form of a recipient's key.
pub const RECIPIENT_KEY_BYTES: usize = 1 + hybrid::PUBLIC_BYTES;

/// What every sealed content is bound to first.
const CONTEXT: &[u8] = b"xinqiao-seal-v1";

/// Which functions sealed a content or belong to a key. Stored in both and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SealAlgorithm {
    /// HPKE with X-Wing (ML-KEM-768 and X25519), SHAKE256 and ChaCha20-Poly1305.
    XWingShake256ChaCha20Poly1305 = 1,
}

/// A sealed content as it is stored and sent: the algorithm, then what the algorithm made.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why a content was not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Too short for a sealed content, or too long to be sealed.
    #[error("{0} bytes are no sealed content, or too many to be sealed")]
    Length(usize),
    /// An algorithm of a later version.
    #[error("sealing algorithm {0} is not known to this version")]
    Algorithm(u8),
    /// The bytes are no key of this algorithm.
    #[error("not a sealing key")]
    Key,
    /// The statement is for a key that signs, or for another purpose than the key.
    #[error("nothing is sealed under this purpose")]
    Purpose,
    /// Sealed to another key or under another binding, or altered: they cannot be told apart.
    #[error("sealed content does not open with this key")]
    Refused,
    /// The padding of the content is not the one that sealing makes.
    #[error("padding of the content is damaged")]
    Padding,
}

impl SealAlgorithm {
    fn from_byte(byte: u8) -> Result<Self, SealError> {
        let known = Self::XWingShake256ChaCha20Poly1305;
        if byte == known as u8 { Ok(known) } else { Err(SealError::Algorithm(byte)) }
    }
}

impl Sealed {
    /// Reads the stored form; whether it opens is not known before somebody opens it.
    ///
    /// # Errors
    /// Another length than a sealed content can have, or an algorithm of a later version.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SealError> {
        let algorithm = bytes.first().copied().ok_or(SealError::Length(0))?;
        SealAlgorithm::from_byte(algorithm)?;
        let content = bytes.len().checked_sub(OVERHEAD_BYTES);
        match content {
            Some(content) if content <= CONTENT_BYTES_MAX => Ok(Self(bytes)),
            _ => Err(SealError::Length(bytes.len())),
        }
    }

    /// The stored form.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digest of the stored form, by which a second copy is recognised.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.0)
    }

    fn body(&self) -> &[u8] {
        self.0.get(1..).unwrap_or_default()
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Seals a content to the unit of a verified statement. `info` says what it is for, `aad` is what
/// travels beside it in the clear; both are needed again to open it and neither is in the result.
///
/// # Errors
/// The statement's key signs and opens nothing, or the content or `info` is too long.
pub fn seal(
    to: &VerifiedStatement,
    info: &[u8],
    aad: &[u8],
    content: &[u8],
) -> Result<Sealed, SealError> {
    let StatedKey::Recipient(key) = &to.statement().key else {
        return Err(SealError::Purpose);
    };
    if content.len() > CONTENT_BYTES_MAX {
        return Err(SealError::Length(content.len()));
    }
    let bound = binding(&to.statement().unit, to.statement().purpose, info);
    let body = hybrid::seal(key.public(), &bound, aad, content)?;
    Ok(Sealed([[key.algorithm() as u8].as_slice(), &body].concat()))
}

/// The algorithm needs no place here: HPKE derives every key from its suite's name.
fn binding(unit: &UnitId, purpose: Purpose, info: &[u8]) -> Vec<u8> {
    let bound = Writer::default().field(CONTEXT).field(purpose.as_str().as_bytes());
    bound.field(unit.as_str().as_bytes()).field(info).finish()
}

#[cfg(test)]
mod tests;
