//! TLS configurations for both sides: TLS 1.3 only, with X25519MLKEM768 preferred.
//!
//! The cryptography provider is always named here and never taken from the process. A resumed
//! session does not run the verifier again, so roots, revocation lists and identities are never
//! exchanged inside a configuration: build a whole new one and swap the `Arc`, which also forgets
//! the key under which sessions are kept. Dates are looked at again on every resumption
//! ([`is_outlived`]), and revocation and status on every call. What a root takes back
//! ([`crate::revocation`]) is asked at every handshake and needs no other configuration.
//!
//! A member dials any address and verifies the hub's identity name, so addresses may change and
//! certificates never name them. A server's client certificate is optional: enrolment comes
//! without one, and the handlers decide.

use std::fmt;
use std::sync::{Arc, OnceLock};

use domain::digest::Digest;
use domain::unit::IdentityName;
use jiff::Timestamp;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName, UnixTime};
use rustls::server::{
    ClientCertVerifierBuilder, NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier,
};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{ClientConfig, ConnectionCommon, HandshakeKind, ServerConfig};

use crate::chain::{Trust, unix_time};
use crate::identity::LeafIdentity;
use crate::root::RootCertificate;

mod hub_verifier;
mod member_verifier;
mod page;
mod refusal;
mod signer;

pub use page::{PageConfig, page_config};
pub use refusal::{Refusal, find_refusal, refusal};

use hub_verifier::HubVerifier;
use member_verifier::MemberVerifier;
use signer::TlsKey;

/// Label under which both sides derive the value that binds a proof to their connection.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-xinqiao-enrol-v1";

/// The one protocol that is spoken inside: HTTP/2.
pub const ALPN: &[u8] = b"h2";

/// Which family of algorithms a build speaks; commercial cryptography would be the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// AES-GCM and ChaCha20-Poly1305, X25519MLKEM768, P-256.
    International,
}

/// The clock by which handshakes judge dates: the machine's, or a simulated one.
#[derive(Clone)]
pub struct TlsClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

/// Value that only the two ends of one connection can derive.
///
/// It binds a proof to its connection; it is not to be logged or sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Exporter([u8; 32]);

/// Why a configuration could not be built or a value not be derived.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The library refused the configuration or the handshake is not finished.
    #[error("tls configuration or connection is not usable")]
    Library(#[from] rustls::Error),
    /// No root is pinned, or a revocation list cannot be read.
    #[error("tls configuration has no usable root or revocation list")]
    Verifier(#[from] VerifierBuilderError),
    /// The hub's name is no DNS name.
    #[error("hub name is not a dns name")]
    Name(#[from] InvalidDnsNameError),
}

impl TlsClock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of the caller's.
    #[must_use]
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for TlsClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsClock")
    }
}

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix_time(self.now()))
    }
}

impl Exporter {
    /// Takes a value that was derived elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The cryptography of a suite; the same object for every configuration.
#[must_use]
pub fn provider(suite: Suite) -> Arc<CryptoProvider> {
    static INTERNATIONAL: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    let Suite::International = suite;
    let make = || Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    INTERNATIONAL.get_or_init(make).clone()
}

/// What a hub listens with: its identity, its root for machines that join, whom it accepts.
///
/// # Errors
/// No root is trusted, or the library refused.
pub fn server_config(
    identity: &LeafIdentity,
    root: &RootCertificate,
    trust: &Trust,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider(Suite::International);
    let clients = WebPkiClientVerifier::builder_with_provider(trust.store()?, provider.clone());
    let clients = with_lists(clients, trust).allow_unauthenticated().build()?;
    let mut certified = certified_key(identity);
    // A joining machine has only the root's digest; it finds the root here.
    certified.cert.push(root.certificate().clone());
    let clock = Arc::new(trust.clock().clone());
    let mut config = ServerConfig::builder_with_details(provider, clock)
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::new(MemberVerifier::new(clients, trust)))
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Sessions lie with the members, sealed under a key of this configuration: thousands of them
    // cost the hub no memory. A member has one connection, so it needs one ticket.
    config.ticketer = Ticketer::new()?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

/// What a member calls its hub with: the hub must show this name under a root that is known.
///
/// # Errors
/// No root is trusted, or the library refused.
pub fn client_config(
    identity: Option<&LeafIdentity>,
    hub: &IdentityName,
    trust: &Trust,
) -> Result<Arc<ClientConfig>, TlsError> {
    let verifier = HubVerifier::known(hub, trust)?;
    let builder = ClientConfig::builder_with_details(
        provider(Suite::International),
        Arc::new(trust.clock().clone()),
    );
    let builder = builder
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        Some(identity) => {
            let own = SingleCertAndKey::from(certified_key(identity));
            builder.with_client_cert_resolver(Arc::new(own))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

/// What a joining machine calls with: all it knows are the hub's name and the digests of roots.
///
/// Nothing is sent unless the presented chain holds a root with one of these digests, leads to
/// it, and names this hub.
///
/// # Errors
/// The hub's name is no DNS name, or the library refused.
pub fn enrolment_config(
    hub: &IdentityName,
    pins: &[Digest],
    clock: TlsClock,
) -> Result<Arc<ClientConfig>, TlsError> {
    let verifier = HubVerifier::pinned(hub, pins)?;
    let provider = provider(Suite::International);
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(clock))
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}

/// The server name for a connection to a hub, whatever address is dialled.
///
/// # Errors
/// The hub's name is no DNS name: a label over 63 characters.
pub fn server_name(hub: &IdentityName) -> Result<ServerName<'static>, TlsError> {
    Ok(ServerName::try_from(hub.to_string())?)
}

/// Whether a connection was resumed on certificates of the other side that are out of their dates
/// by now: who resumes a session is not judged again, so both sides ask this.
pub fn is_outlived<D>(connection: &ConnectionCommon<D>, clock: &dyn TimeProvider) -> bool {
    if connection.handshake_kind() != Some(HandshakeKind::Resumed) {
        return false;
    }
    let now = clock.current_time().and_then(|now| i64::try_from(now.as_secs()).ok());
    let is_valid = |certificate: &CertificateDer<'_>| {
        let read = x509_parser::parse_x509_certificate(certificate);
        read.is_ok_and(|(_, read)| {
            let (dates, now) = (read.validity(), now.unwrap_or(i64::MAX));
            (dates.not_before.timestamp()..=dates.not_after.timestamp()).contains(&now)
        })
    };
    !connection.peer_certificates().is_none_or(|chain| chain.iter().all(is_valid))
}

/// Derives the value that binds a proof to this connection; the same on both sides.
///
/// # Errors
/// The handshake is not finished.
pub fn exporter<D>(connection: &ConnectionCommon<D>) -> Result<Exporter, TlsError> {
    Ok(Exporter(connection.export_keying_material([0; 32], EXPORTER_LABEL, None)?))
}

fn certified_key(identity: &LeafIdentity) -> CertifiedKey {
    CertifiedKey::new(identity.chain().to_vec(), Arc::new(TlsKey::new(identity.key())))
}

/// A list counts where there is one for the issuer; the register is asked on every call besides.
fn with_lists(builder: ClientCertVerifierBuilder, trust: &Trust) -> ClientCertVerifierBuilder {
    let builder = builder.with_crls(trust.crls().iter().cloned()).allow_unknown_revocation_status();
    if trust.refuses_stale_crls() { builder.enforce_revocation_expiration() } else { builder }
}

#[cfg(test)]
mod tests;
