//! Packs: catalogue, scales, calendar, divisions, signed under every root that a unit has pinned.
//!
//! One commission alone cannot change what is counted. A pack key stands directly under its root,
//! is for packs only, and carries the one name that no unit can have.

use domain::unit::Zone;
use jiff::Timestamp;

use crate::countersign::Kind;
use crate::key::SigningKey;
use crate::root::{RootCertificate, pack_name};
use crate::signature::KeyId;

pub use crate::countersign::{
    CountersignError as PackError, Countersignature as PackSignature, SIGNATURES_MAX,
};

/// What the signature is for; part of what is signed.
pub const CONTEXT: &str = "xinqiao-pack-v1";

const KIND: Kind = Kind { context: CONTEXT, name: pack_name };

/// Signs a pack's bytes with a pack key.
///
/// # Errors
/// The certificate belongs to another key, or the library refused.
pub fn sign(bytes: &[u8], key: &SigningKey, chain: &[Vec<u8>]) -> Result<PackSignature, PackError> {
    KIND.sign(bytes, key, chain)
}

/// Checks that a signature is over these very bytes, whoever made it: what a second commission
/// looks at before it adds its own.
///
/// # Errors
/// The certificate is none, or the bytes are not the ones that were signed.
pub fn fits(bytes: &[u8], signature: &PackSignature) -> Result<(), PackError> {
    KIND.fits(bytes, signature)
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
    KIND.verify(bytes, signatures, roots, (zone, now))
}

#[cfg(test)]
mod tests;
