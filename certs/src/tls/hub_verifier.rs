//! How a member judges the hub that it called: chain, purpose, and exactly one name.
//!
//! The name that counts is the one this verifier was made for, not the one that the connection
//! happens to ask for. When joining, the only anchor is the presented root whose digest is pinned:
//! a chain that leads elsewhere ends the handshake before anything is sent. What a known root has
//! taken back is no hub.

use std::iter;
use std::sync::Arc;

use domain::digest::Digest;
use domain::unit::IdentityName;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore,
    SignatureScheme,
};

use crate::chain::{Trust, check_not_revoked, instant};
use crate::digest::sha256;
use crate::identity::PeerIdentity;
use crate::root::RootCertificate;
use crate::tls::{Suite, TlsError, provider, server_name};

/// Judges a hub's chain and name.
#[derive(Debug)]
pub(super) struct HubVerifier {
    anchors: Anchors,
    hub: IdentityName,
    name: ServerName<'static>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Anchors {
    /// Roots that the member has stored, which also say what they took back.
    Known(Arc<WebPkiServerVerifier>, Vec<RootCertificate>),
    /// Digests of roots from an invite.
    Pinned(Vec<Digest>),
}

impl HubVerifier {
    /// Judges by the roots that a member has stored.
    pub(super) fn known(hub: &IdentityName, trust: &Trust) -> Result<Self, TlsError> {
        let provider = provider(Suite::International);
        let builder = WebPkiServerVerifier::builder_with_provider(trust.store()?, provider.clone())
            .with_crls(trust.crls().iter().cloned())
            .allow_unknown_revocation_status();
        let builder = match trust.refuses_stale_crls() {
            true => builder.enforce_revocation_expiration(),
            false => builder,
        };
        let anchors = Anchors::Known(builder.build()?, trust.roots().to_vec());
        Ok(Self { anchors, hub: hub.clone(), name: server_name(hub)?, provider })
    }

    /// Judges by the digests in an invite.
    pub(super) fn pinned(hub: &IdentityName, pins: &[Digest]) -> Result<Self, TlsError> {
        let anchors = Anchors::Pinned(pins.to_vec());
        let provider = provider(Suite::International);
        Ok(Self { anchors, hub: hub.clone(), name: server_name(hub)?, provider })
    }

    /// A verifier whose only anchors are the presented certificates that are pinned.
    fn anchored_in(
        &self,
        presented: &[CertificateDer<'_>],
        pins: &[Digest],
    ) -> Result<Arc<WebPkiServerVerifier>, Error> {
        let mut store = RootCertStore::empty();
        for certificate in presented {
            if pins.contains(&sha256(certificate)) {
                store.add(certificate.clone().into_owned())?;
            }
        }
        let provider = self.provider.clone();
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider);
        // Without any anchor there is nothing to build: the root is not the pinned one.
        builder.build().map_err(|_| CertificateError::UnknownIssuer.into())
    }
}

impl ServerCertVerifier for HubVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _asked: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verifier = match &self.anchors {
            Anchors::Known(verifier, _) => verifier.clone(),
            Anchors::Pinned(pins) => self.anchored_in(between, pins)?,
        };
        let verified = verifier.verify_server_cert(leaf, between, &self.name, ocsp, now)?;
        if let Anchors::Known(_, roots) = &self.anchors {
            let chain: Vec<&CertificateDer<'_>> = iter::once(leaf).chain(between).collect();
            // Told apart from what the hub says of our own certificate.
            check_not_revoked(&chain, roots, instant(now))
                .map_err(|_| CertificateError::ApplicationVerificationFailure)?;
        }
        match PeerIdentity::from_leaf(leaf, self.hub.zone()) {
            Ok(peer) if *peer.name() == self.hub => Ok(verified),
            _ => Err(CertificateError::NotValidForName.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
