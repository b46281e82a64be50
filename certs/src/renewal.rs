//! Renewal of a certificate that has expired, by a signature that is bound to the connection.
//!
//! A school that was switched off over the summer cannot show its certificate in a handshake any
//! more. It connects without one and signs the channel and its request with its latest key. The
//! hub decides by its register of keys, once, after a telephone call that the operator records.

use crate::digest::sha256;
use crate::key::{KeyError, PublicKey, SigningKey};
use crate::signature::{Signature, SignatureError};
use crate::tls::Exporter;

/// What the proof is for; part of what is signed.
pub const CONTEXT: &str = "xinqiao-renew-v1";

/// Proves possession of the latest key on this connection, for this request.
///
/// # Errors
/// The library refused.
pub fn prove(
    latest: &SigningKey,
    exporter: &Exporter,
    request: &[u8],
) -> Result<Signature, KeyError> {
    latest.sign(CONTEXT, &message(exporter, request))
}

/// Checks the proof against the key that the register names as the unit's latest.
///
/// # Errors
/// Made by another key, on another connection, or for another request.
pub fn verify(
    latest: &PublicKey,
    exporter: &Exporter,
    request: &[u8],
    proof: &Signature,
) -> Result<(), SignatureError> {
    latest.verify(CONTEXT, &message(exporter, request), proof)
}

/// Two parts of fixed length, so that neither can run into the other.
fn message(exporter: &Exporter, request: &[u8]) -> Vec<u8> {
    [exporter.bytes().as_slice(), sha256(request).bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A proof holds on its own connection, for its own request, by the registered key.
    #[test]
    fn a_renewal_proof_is_bound_to_its_connection() {
        let key = SigningKey::generate().expect("key");
        let other = SigningKey::generate().expect("key");
        let (here, there) = (Exporter::from_bytes([1; 32]), Exporter::from_bytes([2; 32]));
        let proof = prove(&key, &here, b"request").expect("proof");
        let check = |key: &SigningKey, exporter: &Exporter, request: &[u8]| {
            verify(key.public(), exporter, request, &proof)
        };
        assert_eq!(check(&key, &here, b"request"), Ok(()));
        assert_eq!(check(&key, &there, b"request"), Err(SignatureError::Invalid));
        assert_eq!(check(&key, &here, b"another"), Err(SignatureError::Invalid));
        assert_eq!(check(&other, &here, b"request"), Err(SignatureError::OtherKey));
    }
}
