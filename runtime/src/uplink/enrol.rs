//! Joining a hub with an invite: the machine's side, used by nodes and by hubs.
//!
//! The key is written to its file before anything is sent, so a killed process or a lost reply
//! goes on with the same key and gets the same certificate. Nothing is sent to a hub that does not
//! show the invite's root and name, and nothing that the hub sends is taken without being checked
//! against the invite.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use certs::chain::{ChainError, Trust};
use certs::csr::{self, CsrError};
use certs::identity::{IdentityError, LeafIdentity};
use certs::invite::{Invite, InviteError};
use certs::key::{KeyError, SigningKey};
use certs::renewal;
use certs::root::RootCertificate;
use certs::tls::{Exporter, TlsError, client_config, enrolment_config, find_refusal};
use domain::digest::Digest;
use domain::unit::UnitKind;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use proto::wire::enrol::{EnrolRequest, EnrolResponse, RenewExpiredRequest, State};
use rustls::ClientConfig;
use tonic::Status;

use super::Parent;
use crate::clock::Clock;
use crate::transport::{self, Dial, TransportError};

/// Name of the file that holds the key until the certificate is there.
pub const JOINING_KEY: &str = "joining.key";

/// How often a machine that waits for approval asks.
pub const POLL_EVERY: Duration = Duration::from_secs(5);

/// What a machine is once it joined.
pub struct Joined {
    /// Its certificates and key, to be saved.
    pub identity: LeafIdentity,
    /// The invite's roots, to be stored; never others.
    pub roots: Vec<RootCertificate>,
    /// What the hub's register says that it is.
    pub kind: UnitKind,
}

/// How far joining got.
pub enum Outcome {
    /// The certificate is here.
    Joined(Box<Joined>),
    /// An operator compares six words of this digest by telephone first.
    Pending(Digest),
}

/// Why joining did not succeed. The key stays in its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// No connection, or the other side is not the hub of the invite.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The hub refused; its stable code says why.
    #[error("the hub refused: {message}")]
    Refused {
        /// Stable code, such as `INVITE_USED`.
        code: String,
        /// The hub's words, for the log.
        message: String,
        /// Whether the same call may succeed later.
        retryable: bool,
    },
    /// The hub's answer does not fit the invite.
    #[error("the hub's answer does not fit the invite: {0}")]
    Answer(&'static str),
    /// The certificates in the answer do not hold under the invite's roots.
    #[error("the certificates in the answer do not hold")]
    Chain(#[from] ChainError),
    /// The certificate in the answer is for another key.
    #[error("the certificate in the answer is not ours")]
    Identity(#[from] IdentityError),
    /// The invite's seed cannot be used.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The key or its file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The request could not be made.
    #[error(transparent)]
    Request(#[from] CsrError),
}

impl From<TlsError> for JoinError {
    fn from(error: TlsError) -> Self {
        Self::Transport(TransportError::Tls(error))
    }
}

impl From<Status> for JoinError {
    fn from(status: Status) -> Self {
        // The first call is where a client learns that its handshake was refused.
        if let Some(refusal) = find_refusal(&status) {
            return Self::Transport(TransportError::Refused(refusal));
        }
        let retryable = matches!(
            status.code(),
            tonic::Code::Unavailable | tonic::Code::DeadlineExceeded | tonic::Code::Aborted
        );
        Self::Refused {
            code: transport::code_of(&status).to_owned(),
            message: status.message().to_owned(),
            retryable,
        }
    }
}

/// The key for joining: the one that an interrupted attempt left, or a new one, on the disk before
/// it is used.
///
/// # Errors
/// The file cannot be read or written.
pub fn key_for_joining(folder: &Path) -> Result<SigningKey, KeyError> {
    let path = joining_key_path(folder);
    if path.exists() {
        return SigningKey::load(&path);
    }
    let key = SigningKey::generate()?;
    key.save(&path)?;
    Ok(key)
}

/// Removes the joining key once the identity, which holds the same key, is saved.
///
/// # Errors
/// The file cannot be removed.
pub fn forget_joining_key(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(joining_key_path(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn joining_key_path(folder: &Path) -> PathBuf {
    folder.join(JOINING_KEY)
}

/// Redeems an invite with a key, as what this machine is; repeating it with the same key changes
/// nothing.
///
/// # Errors
/// The hub cannot be reached, is not the one of the invite, refuses, or answers what does not fit.
pub async fn join(
    invite: &Invite,
    (key, kind): (&SigningKey, UnitKind),
    clock: &Clock,
) -> Result<Outcome, JoinError> {
    let terms = invite.terms();
    let config = enrolment_config(&terms.hub, &terms.roots, clock.for_tls())?;
    let (dial, answer) = redeem(invite, (key, kind), config).await?;
    if answer.state() == State::Pending {
        return Ok(Outcome::Pending(key_digest(key)));
    }
    if answer.state() != State::Issued {
        return Err(JoinError::Answer("no state"));
    }
    let offered: Vec<&[u8]> = answer.roots.iter().chain(&dial.shown).map(Vec::as_slice).collect();
    let roots = RootCertificate::pinned(&offered, &terms.roots);
    if roots.len() != terms.roots.len() {
        return Err(JoinError::Answer("a root of the invite is missing"));
    }
    let trust = Trust::new(roots.clone());
    let peer = trust.identify(&answer.chain, terms.hub.zone(), clock.now())?;
    if *peer.name().unit() != terms.unit || peer.name().to_string() != answer.name {
        return Err(JoinError::Answer("another unit"));
    }
    let kind = answer.kind.parse().map_err(|_| JoinError::Answer("unknown kind of unit"))?;
    let identity = LeafIdentity::new(&answer.chain, key.clone())?;
    Ok(Outcome::Joined(Box::new(Joined { identity, roots, kind })))
}

/// Proves an invite for a unit that has its certificate from elsewhere: a district or a helper,
/// whose own authority issued it. The hub registers the key and serves the unit from then on.
///
/// Returns `None` once that is done, or the digest whose six words an operator compares first.
///
/// # Errors
/// As [`join`]; also if the invite pins other roots than the unit has.
pub async fn introduce(
    invite: &Invite,
    (identity, kind): (&LeafIdentity, UnitKind),
    trust: &Trust,
    clock: &Clock,
) -> Result<Option<Digest>, JoinError> {
    let terms = invite.terms();
    let pinned: Vec<Digest> = trust.roots().iter().map(RootCertificate::digest).collect();
    if terms.roots.iter().any(|root| !pinned.contains(root)) {
        return Err(JoinError::Answer("the invite pins another root than this unit has"));
    }
    if *identity.peer().name().unit() != terms.unit {
        return Err(JoinError::Answer("the invite is for another unit"));
    }
    let trust = trust.clone().with_clock(clock.for_tls());
    let config = client_config(Some(identity), &terms.hub, &trust)?;
    let (_, answer) = redeem(invite, (identity.key(), kind), config).await?;
    match answer.state() {
        State::Issued => Ok(None),
        State::Pending => Ok(Some(key_digest(identity.key()))),
        State::Unspecified => Err(JoinError::Answer("no state")),
    }
}

/// Renews a certificate that has expired, once an operator allowed it.
///
/// The new key must be saved by the caller before the call, as for [`join`].
///
/// # Errors
/// The hub cannot be reached or refuses, or answers what does not fit.
pub async fn renew_expired(
    (parent, trust): (&Parent, &Trust),
    expired: &LeafIdentity,
    key: &SigningKey,
    clock: &Clock,
) -> Result<LeafIdentity, JoinError> {
    let trust = trust.clone().with_clock(clock.for_tls());
    let config = client_config(None, &parent.name, &trust)?;
    let dial = transport::connect(&parent.address, &parent.name, config).await?;
    let csr = csr::request(key)?;
    let proof = renewal::prove(expired.key(), &dial.exporter, &csr)?.to_bytes();
    let leaf = expired.chain().first().map(|leaf| leaf.to_vec()).unwrap_or_default();
    let request = RenewExpiredRequest { csr, expired: leaf, proof };
    let answer = EnrolmentClient::new(dial.channel).renew_expired(request).await?.into_inner();
    let peer = trust.identify(&answer.chain, parent.name.zone(), clock.now())?;
    if peer.name() != expired.peer().name() {
        return Err(JoinError::Answer("another unit"));
    }
    Ok(LeafIdentity::new(&answer.chain, key.clone())?)
}

/// The stable code by which a hub says that an invite is for another kind of unit.
#[must_use]
pub const fn invite_for_code(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::City => "INVITE_FOR_CITY",
        UnitKind::District => "INVITE_FOR_DISTRICT",
        UnitKind::Street => "INVITE_FOR_STREET",
        UnitKind::School => "INVITE_FOR_SCHOOL",
        UnitKind::Centre => "INVITE_FOR_CENTRE",
        UnitKind::Clinic => "INVITE_FOR_CLINIC",
        UnitKind::Helper => "INVITE_FOR_HELPER",
    }
}

/// The digest of a key whose six words the unit and the operator compare.
#[must_use]
pub fn key_digest(key: &SigningKey) -> Digest {
    Digest::sha256(*key.id().bytes())
}

async fn redeem(
    invite: &Invite,
    who: (&SigningKey, UnitKind),
    config: Arc<ClientConfig>,
) -> Result<(Dial, EnrolResponse), JoinError> {
    let terms = invite.terms();
    let dial = transport::connect(terms.address.as_str(), &terms.hub, config).await?;
    let request = proven(invite, who, &dial.exporter)?;
    let mut client = EnrolmentClient::new(dial.channel.clone());
    let answer = client.enrol(request).await?.into_inner();
    Ok((dial, answer))
}

fn proven(
    invite: &Invite,
    (key, kind): (&SigningKey, UnitKind),
    exporter: &Exporter,
) -> Result<EnrolRequest, JoinError> {
    let csr = csr::request(key)?;
    let proof = invite.key()?.prove(exporter, &csr);
    Ok(EnrolRequest { invite: invite.id().bytes().to_vec(), csr, proof, kind: kind.to_string() })
}
