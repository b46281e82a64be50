//! Packs: catalogue, scales, calendar, divisions, signed under every root that a unit has pinned.
//!
//! One commission alone cannot change what is counted. A pack key stands directly under its root,
//! is for packs only, and carries the one name that no unit can have.

use domain::unit::Zone;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::chain::{ChainError, verify_pack_key};
use crate::key::{KeyError, SigningKey};
use crate::root::{RootCertificate, pack_name, spki_of};
use crate::signature::{KeyId, Signature, SignatureError};

/// What the signature is for; part of what is signed.
pub const CONTEXT: &str = "xinqiao-pack-v1";

/// Most signatures that are looked at: two commissions, each rolling over.
pub const SIGNATURES_MAX: usize = 4;

/// One commission's signature on a pack, with the certificate of the pack key that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackSignature {
    /// The signature over the pack's bytes.
    pub signature: Signature,
    /// The pack key's certificate, leaf first; the root itself need not be in it.
    pub chain: Vec<Vec<u8>>,
}

/// Why a pack is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// No root is pinned, so nothing can vouch for a pack.
    #[error("no root is pinned")]
    NoRoot,
    /// More signatures than two commissions have keys.
    #[error("a pack has at most {SIGNATURES_MAX} signatures")]
    TooMany,
    /// A pinned root has no signature on this pack.
    #[error("pack is not signed under every pinned root")]
    Missing,
    /// The certificate is not a pack key of this city.
    #[error("certificate is not a pack key of this city")]
    Name,
    /// The certificate does not stand directly under the root, or not at this time.
    #[error("pack key is not valid")]
    Chain(#[from] ChainError),
    /// The bytes are not the ones that were signed.
    #[error("signature of the pack is not valid")]
    Signature(#[from] SignatureError),
    /// The pack key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs a pack's bytes with a pack key.
///
/// # Errors
/// The certificate belongs to another key, or the library refused.
pub fn sign(bytes: &[u8], key: &SigningKey, chain: &[Vec<u8>]) -> Result<PackSignature, PackError> {
    let certified = chain.first().and_then(|leaf| spki_of(leaf));
    if certified.as_ref() != Some(key.public()) {
        return Err(PackError::Name);
    }
    Ok(PackSignature { signature: key.sign(CONTEXT, bytes)?, chain: chain.to_vec() })
}

/// Checks that a pack is signed under **every** pinned root; gives the pack keys, in the order of
/// the roots.
///
/// # Errors
/// A root has no valid signature; the reason is the one of the last signature under it.
pub fn verify(
    bytes: &[u8],
    signatures: &[PackSignature],
    roots: &[RootCertificate],
    zone: &Zone,
    now: Timestamp,
) -> Result<Vec<KeyId>, PackError> {
    if roots.is_empty() {
        return Err(PackError::NoRoot);
    }
    if signatures.len() > SIGNATURES_MAX {
        return Err(PackError::TooMany);
    }
    roots.iter().map(|root| verify_under(bytes, signatures, (root, zone), now)).collect()
}

fn verify_under(
    bytes: &[u8],
    signatures: &[PackSignature],
    (root, zone): (&RootCertificate, &Zone),
    now: Timestamp,
) -> Result<KeyId, PackError> {
    let mut reason = PackError::Missing;
    for signed in signatures {
        match verify_one(bytes, signed, (root, zone), now) {
            Ok(key) => return Ok(key),
            // A signature under the other root says nothing about this one.
            Err(PackError::Chain(ChainError::UnknownRoot)) => {}
            Err(cause) => reason = cause,
        }
    }
    Err(reason)
}

fn verify_one(
    bytes: &[u8],
    signed: &PackSignature,
    (root, zone): (&RootCertificate, &Zone),
    now: Timestamp,
) -> Result<KeyId, PackError> {
    verify_pack_key(&signed.chain, root, now)?;
    let leaf = signed.chain.first().ok_or(PackError::Name)?;
    if !is_pack_certificate(leaf, zone) {
        return Err(PackError::Name);
    }
    let key = spki_of(leaf).ok_or(PackError::Name)?;
    key.verify(CONTEXT, bytes, &signed.signature)?;
    Ok(key.id())
}

/// Exactly one name, the one of the city's pack keys.
fn is_pack_certificate(der: &[u8], zone: &Zone) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(der) else {
        return false;
    };
    match parsed.subject_alternative_name() {
        Ok(Some(names)) => names.value.general_names == [GeneralName::DNSName(&pack_name(zone))],
        _ => false,
    }
}

#[cfg(test)]
mod tests;
