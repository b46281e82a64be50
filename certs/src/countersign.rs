//! What both commissions sign: bytes with a signature under every root that a unit has pinned.
//!
//! The key that signs stands directly under its root, is for documents only and carries a name
//! that no unit can have; which name says what it may sign. A signature of one kind of document
//! is therefore none of another, by its context and by the certificate that stands behind it.

use domain::unit::Zone;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::chain::{ChainError, verify_document_key};
use crate::key::{KeyError, SigningKey};
use crate::root::{RootCertificate, spki_of};
use crate::signature::{KeyId, Signature, SignatureError};

/// Most signatures that are looked at: two commissions, each rolling over.
pub const SIGNATURES_MAX: usize = 4;

/// A kind of document that both commissions sign.
pub(crate) struct Kind {
    /// What the signature is for; part of what is signed.
    pub(crate) context: &'static str,
    /// The one name of the certificates of its keys.
    pub(crate) name: fn(&Zone) -> String,
}

/// One commission's signature, with the certificate of the key that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersignature {
    /// The signature over the document's bytes.
    pub signature: Signature,
    /// The key's certificate, leaf first; the root itself need not be in it.
    pub chain: Vec<Vec<u8>>,
}

/// Why a document is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CountersignError {
    /// No root is pinned, so nothing can vouch for anything.
    #[error("no root is pinned")]
    NoRoot,
    /// More signatures than two commissions have keys.
    #[error("at most {SIGNATURES_MAX} signatures are looked at")]
    TooMany,
    /// A pinned root has no signature on it.
    #[error("not signed under every pinned root")]
    Missing,
    /// The certificate is not one of this city's keys for this kind of document.
    #[error("certificate is not this city's key for such a document")]
    Name,
    /// The certificate does not stand directly under the root, or not at this time.
    #[error("signing key is not valid")]
    Chain(#[from] ChainError),
    /// The bytes are not the ones that were signed.
    #[error("signature is not valid")]
    Signature(#[from] SignatureError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Kind {
    /// Signs a document's bytes.
    pub(crate) fn sign(
        &self,
        bytes: &[u8],
        key: &SigningKey,
        chain: &[Vec<u8>],
    ) -> Result<Countersignature, CountersignError> {
        let certified = chain.first().and_then(|leaf| spki_of(leaf));
        if certified.as_ref() != Some(key.public()) {
            return Err(CountersignError::Name);
        }
        Ok(Countersignature { signature: key.sign(self.context, bytes)?, chain: chain.to_vec() })
    }

    /// Whether a signature was made over these very bytes by the key of its own certificate. Says
    /// nothing about whose certificate that is.
    pub(crate) fn fits(
        &self,
        bytes: &[u8],
        signed: &Countersignature,
    ) -> Result<(), CountersignError> {
        let key = signed.chain.first().and_then(|leaf| spki_of(leaf));
        let key = key.ok_or(CountersignError::Name)?;
        Ok(key.verify(self.context, bytes, &signed.signature)?)
    }

    /// Checks that a document is signed under **every** pinned root; gives the keys, in the order
    /// of the roots.
    pub(crate) fn verify(
        &self,
        bytes: &[u8],
        signatures: &[Countersignature],
        roots: &[RootCertificate],
        (zone, now): (&Zone, Timestamp),
    ) -> Result<Vec<KeyId>, CountersignError> {
        if roots.is_empty() {
            return Err(CountersignError::NoRoot);
        }
        if signatures.len() > SIGNATURES_MAX {
            return Err(CountersignError::TooMany);
        }
        roots.iter().map(|root| self.verify_under(bytes, signatures, (root, zone), now)).collect()
    }

    fn verify_under(
        &self,
        bytes: &[u8],
        signatures: &[Countersignature],
        under: (&RootCertificate, &Zone),
        now: Timestamp,
    ) -> Result<KeyId, CountersignError> {
        let mut reason = CountersignError::Missing;
        for signed in signatures {
            match self.verify_one(bytes, signed, under, now) {
                Ok(key) => return Ok(key),
                // A signature under the other root says nothing about this one.
                Err(CountersignError::Chain(ChainError::UnknownRoot)) => {}
                Err(cause) => reason = cause,
            }
        }
        Err(reason)
    }

    fn verify_one(
        &self,
        bytes: &[u8],
        signed: &Countersignature,
        (root, zone): (&RootCertificate, &Zone),
        now: Timestamp,
    ) -> Result<KeyId, CountersignError> {
        verify_document_key(&signed.chain, root, now)?;
        let leaf = signed.chain.first().ok_or(CountersignError::Name)?;
        if !has_name(leaf, &(self.name)(zone)) {
            return Err(CountersignError::Name);
        }
        let key = spki_of(leaf).ok_or(CountersignError::Name)?;
        key.verify(self.context, bytes, &signed.signature)?;
        Ok(key.id())
    }
}

/// Exactly one name, and this one.
fn has_name(der: &[u8], name: &str) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return false;
    };
    match parsed.subject_alternative_name() {
        Ok(Some(names)) => names.value.general_names == [GeneralName::DNSName(name)],
        _ => false,
    }
}
