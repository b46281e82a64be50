//! Certificate requests: a public key and the proof that the sender holds the private one.
//!
//! Names and extensions that a request asks for are never read; the certificate says what the
//! hub's record says.

use rcgen::{CertificateParams, DistinguishedName};
use x509_parser::oid_registry::OID_SIG_ECDSA_WITH_SHA256;
use x509_parser::prelude::{FromDer, X509CertificationRequest};

use crate::key::{PublicKey, SigningKey};

/// Largest request that is read.
pub const CSR_BYTES_MAX: usize = 4096;

/// Why a request was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsrError {
    /// Too large, or not a certificate request.
    #[error("not a certificate request")]
    Encoding,
    /// Another kind of key or signature than ECDSA on P-256 with SHA-256.
    #[error("request is not for a p-256 key")]
    Key,
    /// The signature was not made by the key that is in the request.
    #[error("request does not prove possession of its key")]
    Proof,
    /// The request could not be signed.
    #[error("request could not be signed")]
    Signing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Makes a request for a key, without any name.
///
/// # Errors
/// The library refused.
pub fn request(key: &SigningKey) -> Result<Vec<u8>, CsrError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    match params.serialize_request(key) {
        Ok(request) => Ok(request.der().to_vec()),
        Err(cause) => Err(CsrError::Signing(Box::new(cause))),
    }
}

/// Reads a request and checks its proof of possession; gives the one thing that counts.
///
/// # Errors
/// Not a request, another kind of key, or no proof of possession.
pub fn public_key(request: &[u8]) -> Result<PublicKey, CsrError> {
    if request.len() > CSR_BYTES_MAX {
        return Err(CsrError::Encoding);
    }
    let (rest, parsed) =
        X509CertificationRequest::from_der(request).map_err(|_| CsrError::Encoding)?;
    if !rest.is_empty() {
        return Err(CsrError::Encoding);
    }
    let info = &parsed.certification_request_info;
    let key = PublicKey::from_spki(info.subject_pki.raw).map_err(|_| CsrError::Key)?;
    if parsed.signature_algorithm.algorithm != OID_SIG_ECDSA_WITH_SHA256 {
        return Err(CsrError::Key);
    }
    let proved = key.verify_der(info.raw, &parsed.signature_value.data);
    proved.then_some(key).ok_or(CsrError::Proof)
}

#[cfg(test)]
mod tests {
    use rcgen::{DnType, IsCa, SanType};

    use super::*;

    fn key() -> SigningKey {
        SigningKey::generate().expect("key")
    }

    /// A request gives its public key, whatever names it asks for.
    #[test]
    fn a_request_gives_its_key_and_nothing_else() {
        let key = key();
        let request = request(&key).expect("request");
        assert_eq!(&public_key(&request).expect("key"), key.public());
        let mut greedy = CertificateParams::default();
        greedy.is_ca = IsCa::NoCa;
        greedy.distinguished_name.push(DnType::CommonName, "city");
        let name = "370200.city.qingdao.example".try_into().expect("name");
        greedy.subject_alt_names = vec![SanType::DnsName(name)];
        let greedy = greedy.serialize_request(&key).expect("request");
        assert_eq!(&public_key(greedy.der()).expect("key"), key.public());
    }

    /// A request with another key's signature, one that was altered, and noise are refused.
    #[test]
    fn a_request_without_proof_is_refused() {
        let mut forged = request(&key()).expect("request");
        let at = forged.len() - 1;
        forged[at] ^= 1;
        assert!(matches!(public_key(&forged), Err(CsrError::Proof | CsrError::Encoding)));
        assert!(matches!(public_key(b"noise"), Err(CsrError::Encoding)));
        assert!(matches!(public_key(&vec![0x30; 5000]), Err(CsrError::Encoding)));
        let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("key");
        let other = CertificateParams::default().serialize_request(&other).expect("request");
        assert!(matches!(public_key(other.der()), Err(CsrError::Key)));
    }
}
