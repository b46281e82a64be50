//! How a hub judges a certificate that a member shows: as the library does, and by what the roots
//! have taken back.

use std::iter;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::chain::{Trust, check_not_revoked, instant};
use crate::root::RootCertificate;

/// Judges a member's chain.
#[derive(Debug)]
pub(super) struct MemberVerifier {
    library: Arc<dyn ClientCertVerifier>,
    roots: Vec<RootCertificate>,
}

impl MemberVerifier {
    /// Adds to the library's verifier what the roots of a trust say.
    pub(super) fn new(library: Arc<dyn ClientCertVerifier>, trust: &Trust) -> Self {
        Self { library, roots: trust.roots().to_vec() }
    }
}

impl ClientCertVerifier for MemberVerifier {
    fn offer_client_auth(&self) -> bool {
        self.library.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.library.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.library.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.library.verify_client_cert(leaf, between, now)?;
        let chain: Vec<&CertificateDer<'_>> = iter::once(leaf).chain(between).collect();
        check_not_revoked(&chain, &self.roots, instant(now))
            .map_err(|_| CertificateError::Revoked)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.library.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.library.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.library.supported_verify_schemes()
    }
}
