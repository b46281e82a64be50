//! A unit's signing key and its public half: ECDSA on P-256.
//!
//! The private key is made on the unit's machine and never leaves it: it is written to its own
//! file and to nothing else. It has no `Debug`. One key object is kept and shared, because reading
//! a key costs more than signing with it.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::{fmt, io};

use aws_lc_rs::pkcs8::Document;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use crate::file::{read_small, write_private};
use crate::low_s::lowered;
use crate::signature::{KeyId, Signature, SignatureError, separated};

/// DER in front of the 65-byte point in the `SubjectPublicKeyInfo` of every P-256 key.
const SPKI_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Bytes of an uncompressed point.
const POINT_BYTES: usize = 65;

const PEM_TAG: &str = "PRIVATE KEY";

/// A unit's private key. Clones share one key object.
#[derive(Clone)]
pub struct SigningKey(Arc<Pair>);

struct Pair {
    /// Signs what is stored and sent: r and s.
    fixed: EcdsaKeyPair,
    /// Signs certificates, requests and handshakes, whose formats want DER.
    der: EcdsaKeyPair,
    public: PublicKey,
}

/// The public half of a signing key.
#[derive(Clone)]
pub struct PublicKey {
    spki: Vec<u8>,
    id: KeyId,
    /// Made when a signature is first checked: most of the keys that a hub holds, one for each
    /// connection and one for each member, wait long for that.
    parsed: OnceLock<ParsedPublicKey>,
}

/// Why a key could not be made, read, written or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key file could not be read or written.
    #[error("key file could not be read or written")]
    File(#[from] io::Error),
    /// No PKCS#8 private key in PEM form.
    #[error("not a private key in pem form")]
    Encoding,
    /// Another kind of key than P-256, or no point of the curve.
    #[error("not a p-256 key")]
    Curve,
    /// The context is empty or holds a zero byte, or the library refused.
    #[error("signing failed")]
    Signing,
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// The library refused.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| KeyError::Signing)?;
        Self::from_pkcs8(pkcs8(&pair)?.as_ref())
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// The file cannot be read or holds no P-256 key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let text = Zeroizing::new(read_small(path)?);
        Self::from_pem(&text)
    }

    /// Writes the key file whole, with mode 0600.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        Ok(write_private(path, self.expose_pem()?.as_bytes())?)
    }

    /// Reads the first private key of a PEM text.
    ///
    /// # Errors
    /// No private key in it, or another kind than P-256.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let blocks = pem::parse_many(text).map_err(|_| KeyError::Encoding)?;
        let mut found = None;
        for block in blocks {
            if block.tag() == PEM_TAG && found.is_none() {
                found = Some(Zeroizing::new(block.into_contents()));
            }
        }
        Self::from_pkcs8(&found.ok_or(KeyError::Encoding)?)
    }

    /// The private key as PEM text, for its own file.
    ///
    /// # Errors
    /// The library refused.
    pub fn expose_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let document = pkcs8(&self.0.fixed)?;
        let block = pem::Pem::new(PEM_TAG, document.as_ref());
        let text = Zeroizing::new(pem::encode(&block));
        drop(Zeroizing::new(block.into_contents()));
        Ok(text)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.0.public
    }

    /// The name of this key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.public.id
    }

    /// Signs bytes for one purpose; `context` is a fixed text such as `xinqiao-release-v1`. Of the
    /// two values of s that hold the lower one is given.
    ///
    /// # Errors
    /// The context is empty or holds a zero byte, or the library refused.
    pub fn sign(&self, context: &str, message: &[u8]) -> Result<Signature, KeyError> {
        let digest = separated(context, message).ok_or(KeyError::Signing)?;
        let signature = self.0.fixed.sign_digest(&digest).map_err(|_| KeyError::Signing)?;
        let bytes = <[u8; 64]>::try_from(signature.as_ref()).map_err(|_| KeyError::Signing)?;
        Ok(Signature::ecdsa(self.id(), lowered(bytes)))
    }

    /// Signs as X.509 and TLS want it: no context, DER.
    pub(crate) fn sign_der(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signed = self.0.der.sign(&SystemRandom::new(), message);
        signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| KeyError::Signing)
    }

    /// The private key as a PKCS#8 document, for the file that seals it.
    pub(crate) fn expose_pkcs8(&self) -> Result<Document, KeyError> {
        pkcs8(&self.0.fixed)
    }

    /// Reads a PKCS#8 document.
    pub(crate) fn from_pkcs8(document: &[u8]) -> Result<Self, KeyError> {
        let read =
            |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, document).map_err(|_| KeyError::Curve);
        let fixed = read(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let der = read(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
        let point = fixed.public_key().as_ref();
        let public = PublicKey::from_spki(&[SPKI_HEAD.as_slice(), point].concat())?;
        Ok(Self(Arc::new(Pair { fixed, der, public })))
    }
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` of a P-256 key with an uncompressed point.
    ///
    /// # Errors
    /// Another kind of key, another encoding, or no point of the curve.
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let key = Self::from_checked_spki(spki)?;
        key.parsed().map(drop).ok_or(KeyError::Curve)?;
        Ok(key)
    }

    /// As [`PublicKey::from_spki`], for a key that was checked before: that of a certificate, or
    /// of a register. Where its point is none of the curve after all, it verifies nothing.
    ///
    /// # Errors
    /// Another kind of key or another encoding.
    pub fn from_checked_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let point = spki.strip_prefix(&SPKI_HEAD).ok_or(KeyError::Curve)?;
        if point.len() != POINT_BYTES || point.first() != Some(&4) {
            return Err(KeyError::Curve);
        }
        Ok(Self { id: KeyId::of_spki(spki), spki: spki.to_vec(), parsed: OnceLock::new() })
    }

    /// The key as `SubjectPublicKeyInfo`, the form that registers keep.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The name of this key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Checks a signature for one purpose.
    ///
    /// # Errors
    /// Made by another key, or not over these bytes and this context.
    pub fn verify(
        &self,
        context: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        if signature.key_id() != self.id {
            return Err(SignatureError::OtherKey);
        }
        let digest = separated(context, message).ok_or(SignatureError::Invalid)?;
        let parsed = self.parsed().ok_or(SignatureError::Invalid)?;
        let verified = parsed.verify_digest_sig(&digest, signature.bytes());
        verified.map_err(|_| SignatureError::Invalid)
    }

    /// Checks a signature as X.509 makes it.
    pub(crate) fn verify_der(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.point());
        key.verify(message, signature).is_ok()
    }

    fn parsed(&self) -> Option<&ParsedPublicKey> {
        if let Some(parsed) = self.parsed.get() {
            return Some(parsed);
        }
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point()).ok()?;
        Some(self.parsed.get_or_init(|| parsed))
    }

    fn point(&self) -> &[u8] {
        self.spki.strip_prefix(&SPKI_HEAD).unwrap_or_default()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id.short())
    }
}

impl rcgen::PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        self.point()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::PublicKeyData for SigningKey {
    fn der_bytes(&self) -> &[u8] {
        self.public().point()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for SigningKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.sign_der(message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

fn pkcs8(pair: &EcdsaKeyPair) -> Result<Document, KeyError> {
    pair.to_pkcs8v1().map_err(|_| KeyError::Signing)
}

#[cfg(test)]
mod tests;
