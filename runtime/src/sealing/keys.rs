//! Report keys: the key with which a school signs each sealed report, beside its certificate.
//!
//! The certificate is education's word; which report key is a school's is health's. The key is the
//! school's own for as long as its ledger lives, so that a certificate can be renewed, or issued
//! anew, without anybody telephoning.

use certs::digest::sha256;
use certs::key::PublicKey;
use certs::signature::Signature;
use domain::digest::Digest;
use proto::frame::REPORT_KEY_CONTEXT;
use proto::sealed::{Report, SealedError, split_key_signature};

/// Why a report is not signed by the key that it names.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no such signature in the report.
    #[error(transparent)]
    Form(#[from] SealedError),
    /// The report names a key that is none.
    #[error("the report key is none: {0}")]
    Key(#[from] certs::key::KeyError),
    /// The signature is none, or does not hold.
    #[error("the report key's signature does not hold: {0}")]
    Signature(#[from] certs::signature::SignatureError),
}

/// The digest of the key that signed a report, once its signature was checked; `body` are the bytes
/// that `report` was read from.
///
/// # Errors
/// The key that the report names did not sign it.
pub fn report_key(report: &Report, body: &[u8]) -> Result<Digest, KeyError> {
    let (signed, signature) = split_key_signature(body)?;
    let key = PublicKey::from_spki(&report.key)?;
    let signature = Signature::from_bytes(&signature)?;
    key.verify(REPORT_KEY_CONTEXT, signed, &signature)?;
    Ok(sha256(key.spki()))
}
