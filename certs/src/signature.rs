//! Signatures as they are stored and sent: algorithm, key id, bytes.
//!
//! What is signed is `context || 0x00 || message`, so that a signature made for one purpose is
//! never valid for another. ECDSA has two valid signatures for every one made, of which one is made
//! and taken here ([`SignatureError::Twin`]): nobody can write another one of what he saw. Who
//! signs can still sign twice, so compare signed bytes and not signatures.

use std::fmt;

use aws_lc_rs::digest::{Context, Digest, SHA256};

use crate::digest::sha256;
use crate::low_s::is_low;

/// Bytes of a signature in its tagged form: algorithm, key id, r and s.
pub const SIGNATURE_BYTES: usize = 1 + 32 + 64;

/// Which function made a signature. Stored in every signature and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256; r and s of 32 bytes each.
    EcdsaP256Sha256 = 1,
}

/// Names a public key: the SHA-256 of its `SubjectPublicKeyInfo`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 32]);

/// A signature, its algorithm and the key that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature {
    algorithm: SignatureAlgorithm,
    key_id: KeyId,
    bytes: [u8; 64],
}

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Not the length of a signature.
    #[error("a signature has {SIGNATURE_BYTES} bytes, {0} were given")]
    Length(usize),
    /// An algorithm of a later version.
    #[error("signature algorithm {0} is not known to this version")]
    Algorithm(u8),
    /// The higher one of the two that hold: not what was signed, but made of it by somebody else.
    #[error("the signature is the twin of one that was made")]
    Twin,
    /// Made by another key than the one it was checked against.
    #[error("signature was made by another key")]
    OtherKey,
    /// The bytes, the context or the signature were altered.
    #[error("signature does not fit what was signed")]
    Invalid,
}

impl KeyId {
    /// Names the key whose `SubjectPublicKeyInfo` this is.
    #[must_use]
    pub fn of_spki(spki: &[u8]) -> Self {
        Self(*sha256(spki).bytes())
    }

    /// Takes an id that was stored or sent.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight hexadecimal digits, for people and for logs.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.short())
    }
}

impl Signature {
    pub(crate) const fn ecdsa(key_id: KeyId, bytes: [u8; 64]) -> Self {
        Self { algorithm: SignatureAlgorithm::EcdsaP256Sha256, key_id, bytes }
    }

    /// Which function made it.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key that made it.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    pub(crate) const fn bytes(&self) -> &[u8; 64] {
        &self.bytes
    }

    /// The form that is stored and sent, of [`SIGNATURE_BYTES`] bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut tagged = Vec::with_capacity(SIGNATURE_BYTES);
        tagged.push(self.algorithm as u8);
        tagged.extend_from_slice(&self.key_id.0);
        tagged.extend_from_slice(&self.bytes);
        tagged
    }

    /// Reads the form that [`Signature::to_bytes`] writes.
    ///
    /// # Errors
    /// Another length, an algorithm that this build does not know, or the twin of a signature.
    pub fn from_bytes(tagged: &[u8]) -> Result<Self, SignatureError> {
        let length = SignatureError::Length(tagged.len());
        let (algorithm, rest) = tagged.split_first().ok_or(length)?;
        if *algorithm != SignatureAlgorithm::EcdsaP256Sha256 as u8 {
            return Err(SignatureError::Algorithm(*algorithm));
        }
        let (id, bytes) = rest.split_first_chunk::<32>().ok_or(length)?;
        let bytes = <[u8; 64]>::try_from(bytes).map_err(|_| length)?;
        if !is_low(&bytes) {
            return Err(SignatureError::Twin);
        }
        Ok(Self::ecdsa(KeyId(*id), bytes))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature(by {})", self.key_id.short())
    }
}

/// What is really signed. A context that holds a zero byte could pose as another one, so it is
/// `None`.
pub(crate) fn separated(context: &str, message: &[u8]) -> Option<Digest> {
    if context.is_empty() || context.contains('\0') {
        return None;
    }
    let mut hash = Context::new(&SHA256);
    hash.update(context.as_bytes());
    hash.update(&[0]);
    hash.update(message);
    Some(hash.finish())
}
