//! Judging a certificate chain: signatures, dates, name constraints, purpose, revocation.
//!
//! A chain that holds says nothing yet about *who* it speaks for: that is [`crate::identity`],
//! and the two belong together, because a certificate with only a URI is outside every constraint
//! and still chain-valid. [`Trust::identify`] does both.

use std::sync::Arc;
use std::time::Duration;

use domain::unit::Zone;
use jiff::{SignedDuration, Timestamp};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, TrustAnchor, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, OwnedCertRevocationList,
    RevocationOptionsBuilder, UnknownStatusPolicy, anchor_from_trusted_cert,
};

use crate::identity::{IdentityError, PeerIdentity};
use crate::root::{Commission, RootCertificate};
use crate::tls::TlsClock;

/// Most certificates that a chain may have: leaf, issuing authority, root, and one to spare.
const CHAIN_CERTIFICATES_MAX: usize = 4;

/// How long after its end a certificate speaks for what was signed under it: as long as its unit
/// may still renew it.
const SPEAKS_AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Purposes as the content octets of their object identifiers. They are required, not merely
/// respected where present: a certificate without purposes is for nothing.
const SERVER_AUTH: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 2];
const DOCUMENT_SIGNING: &[u8] = &[43, 6, 1, 5, 5, 7, 3, 36];

/// What a certificate is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To call a hub, and to sign what is sent up: every unit.
    Member,
    /// To be called: hubs only.
    Hub,
    /// To sign what both commissions sign: pack keys and statement keys only.
    Document,
}

/// What certificates are judged by: pinned roots, revocation lists, and the clock of handshakes.
#[derive(Clone)]
pub struct Trust {
    roots: Vec<RootCertificate>,
    crls: Vec<CertificateRevocationListDer<'static>>,
    parsed_crls: Arc<Vec<CertRevocationList<'static>>>,
    stale_crls: ExpirationPolicy,
    clock: TlsClock,
}

/// Why a chain does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No certificate, or more than a chain of this system has.
    #[error("a chain has one to four certificates")]
    Length,
    /// Leads to no pinned root.
    #[error("certificate was not issued under a known root")]
    UnknownRoot,
    /// The certificate or its issuer is no longer valid.
    #[error("certificate has expired")]
    Expired,
    /// The certificate or its issuer is not valid yet; often one of the two clocks is wrong.
    #[error("certificate is not valid yet")]
    NotYetValid,
    /// The certificate or its issuer was revoked.
    #[error("certificate was revoked")]
    Revoked,
    /// The revocation list is too old to be relied on.
    #[error("revocation list is out of date")]
    StaleCrl,
    /// The issuer may not name this unit.
    #[error("certificate names a unit that its issuer may not name")]
    Constraint,
    /// The certificate is for something else.
    #[error("certificate is not for this purpose")]
    Purpose,
    /// Anything else that is wrong with a certificate or a list.
    #[error("certificate chain is damaged")]
    Damaged(#[source] webpki::Error),
    /// The chain holds, but the certificate names no unit in the one form that counts.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl From<webpki::Error> for ChainError {
    fn from(cause: webpki::Error) -> Self {
        match cause {
            webpki::Error::UnknownIssuer => Self::UnknownRoot,
            webpki::Error::CertExpired { .. } => Self::Expired,
            webpki::Error::CertNotValidYet { .. } => Self::NotYetValid,
            webpki::Error::CertRevoked => Self::Revoked,
            webpki::Error::CrlExpired { .. } => Self::StaleCrl,
            webpki::Error::NameConstraintViolation | webpki::Error::PathLenConstraintViolated => {
                Self::Constraint
            }
            webpki::Error::RequiredEkuNotFoundContext(_) => Self::Purpose,
            other => Self::Damaged(other),
        }
    }
}

impl Purpose {
    fn usage(self) -> KeyUsage {
        KeyUsage::required(match self {
            Self::Member => CLIENT_AUTH,
            Self::Hub => SERVER_AUTH,
            Self::Document => DOCUMENT_SIGNING,
        })
    }
}

impl Trust {
    /// Trusts pinned roots, with no revocation list and the machine's clock.
    #[must_use]
    pub fn new(roots: Vec<RootCertificate>) -> Self {
        Self {
            roots,
            crls: Vec::new(),
            parsed_crls: Arc::default(),
            stale_crls: ExpirationPolicy::Enforce,
            clock: TlsClock::system(),
        }
    }

    /// Whether a chain has a key that its root has taken back by now, by the clock of handshakes.
    ///
    /// Asked of a connection that stands, and of a session that was resumed: neither is judged
    /// again by anybody else.
    #[must_use]
    pub fn revokes_now<C: AsRef<[u8]>>(&self, chain: &[C]) -> bool {
        check_not_revoked(chain, &self.roots, self.clock.now()).is_err()
    }

    /// Refuses a chain with a key that its root has taken back by an instant, for what bears a date
    /// of its signer's own.
    ///
    /// # Errors
    /// A root took back a key of it.
    pub fn check_not_revoked<C: AsRef<[u8]>>(
        &self,
        chain: &[C],
        at: Timestamp,
    ) -> Result<(), ChainError> {
        check_not_revoked(chain, &self.roots, at)
    }

    /// Replaces the revocation lists; each counts only for what its own authority issued.
    ///
    /// # Errors
    /// One of them is no revocation list.
    pub fn with_crls(mut self, crls: &[Vec<u8>]) -> Result<Self, ChainError> {
        let parsed: Result<Vec<CertRevocationList<'static>>, _> = crls
            .iter()
            .map(|der| OwnedCertRevocationList::from_der(der).map(CertRevocationList::from))
            .collect();
        self.parsed_crls = Arc::new(parsed?);
        self.crls = crls.iter().cloned().map(CertificateRevocationListDer::from).collect();
        Ok(self)
    }

    /// Goes on with revocation lists that are out of date.
    ///
    /// For a hub that holds no authority and cannot reach its district: it checks every member in
    /// its own register on every call anyway. And for a report that waits at the hub which signs
    /// the list: that it is late with it is nothing against the school. The keys on it are refused.
    #[must_use]
    pub const fn danger_accept_stale_crls(mut self) -> Self {
        self.stale_crls = ExpirationPolicy::Ignore;
        self
    }

    /// Uses another clock in handshakes.
    #[must_use]
    pub fn with_clock(mut self, clock: TlsClock) -> Self {
        self.clock = clock;
        self
    }

    /// The same trust, in one commission's root alone: what it certifies is no other's.
    #[must_use]
    pub fn under(&self, commission: Commission) -> Self {
        let own = self.roots.iter().filter(|root| root.commission() == Some(commission));
        Self { roots: own.cloned().collect(), ..self.clone() }
    }

    /// The pinned roots.
    #[must_use]
    pub fn roots(&self) -> &[RootCertificate] {
        &self.roots
    }

    pub(crate) fn crls(&self) -> &[CertificateRevocationListDer<'static>] {
        &self.crls
    }

    pub(crate) fn refuses_stale_crls(&self) -> bool {
        matches!(self.stale_crls, ExpirationPolicy::Enforce)
    }

    pub(crate) const fn clock(&self) -> &TlsClock {
        &self.clock
    }

    pub(crate) fn store(&self) -> Result<Arc<RootCertStore>, rustls::Error> {
        let mut store = RootCertStore::empty();
        for root in &self.roots {
            store.add(root.certificate().clone())?;
        }
        Ok(Arc::new(store))
    }

    /// Checks that a chain leads to a pinned root and may be used for this purpose at `now`.
    ///
    /// # Errors
    /// It does not hold; the reason is the first one that was found.
    pub fn verify<C: AsRef<[u8]>>(
        &self,
        chain: &[C],
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<(), ChainError> {
        let lists: Vec<&CertRevocationList<'_>> = self.parsed_crls.iter().collect();
        let crls = Lists { lists: &lists, stale: self.stale_crls };
        verify_path(chain, &self.roots, &crls, (purpose, now)).map(drop)
    }

    /// The pinned root that a chain leads to, where it holds for this purpose at `now`.
    #[must_use]
    pub fn root_of<C: AsRef<[u8]>>(
        &self,
        chain: &[C],
        purpose: Purpose,
        now: Timestamp,
    ) -> Option<&RootCertificate> {
        let lists: Vec<&CertRevocationList<'_>> = self.parsed_crls.iter().collect();
        let crls = Lists { lists: &lists, stale: self.stale_crls };
        self.roots.iter().find(|root| {
            verify_path(chain, std::slice::from_ref(root), &crls, (purpose, now)).is_ok()
        })
    }

    /// Checks a chain and reads whom it speaks for.
    ///
    /// # Errors
    /// It does not hold, or names no unit of this zone.
    pub fn identify<C: AsRef<[u8]>>(
        &self,
        chain: &[C],
        zone: &Zone,
        now: Timestamp,
    ) -> Result<PeerIdentity, ChainError> {
        self.verify(chain, Purpose::Member, now)?;
        let leaf = chain.first().ok_or(ChainError::Length)?;
        Ok(PeerIdentity::from_leaf(leaf.as_ref(), zone)?)
    }

    /// Checks the chain beside a signature that others passed on, and reads whom it speaks for.
    ///
    /// What was signed may have waited over a summer in which the certificate ended. It is judged
    /// by the last instant at which the certificate was valid, and no longer than 400 days after
    /// it; the signer's own clock says nothing that could be relied on. What its root took back
    /// meanwhile speaks for nothing that comes now, whenever it was signed; whether a hub took the
    /// key back is asked of a register of keys.
    ///
    /// # Errors
    /// It does not hold, names no unit of this zone, or ended too long ago.
    pub fn identify_signer<C: AsRef<[u8]>>(
        &self,
        chain: &[C],
        zone: &Zone,
        now: Timestamp,
    ) -> Result<PeerIdentity, ChainError> {
        let leaf = chain.first().ok_or(ChainError::Length)?;
        let signer = PeerIdentity::from_leaf(leaf.as_ref(), zone)?;
        if signer.not_after().duration_until(now) > SPEAKS_AFTER_END {
            return Err(ChainError::Expired);
        }
        self.verify(chain, Purpose::Member, now.min(signer.not_after()))?;
        check_not_revoked(chain, &self.roots, now)?;
        Ok(signer)
    }
}

/// Checks that a certificate stands directly under this one root and is for documents.
pub(crate) fn verify_document_key<C: AsRef<[u8]>>(
    chain: &[C],
    root: &RootCertificate,
    now: Timestamp,
) -> Result<(), ChainError> {
    let none = Lists { lists: &[], stale: ExpirationPolicy::Enforce };
    let roots = std::slice::from_ref(root);
    match verify_path(chain, roots, &none, (Purpose::Document, now))? {
        0 => Ok(()),
        _ => Err(ChainError::Constraint),
    }
}

struct Lists<'a> {
    lists: &'a [&'a CertRevocationList<'a>],
    stale: ExpirationPolicy,
}

/// Gives the number of authorities between the certificate and the root.
fn verify_path<C: AsRef<[u8]>>(
    chain: &[C],
    roots: &[RootCertificate],
    crls: &Lists<'_>,
    (purpose, now): (Purpose, Timestamp),
) -> Result<usize, ChainError> {
    if chain.len() > CHAIN_CERTIFICATES_MAX {
        return Err(ChainError::Length);
    }
    let mut certificates = chain.iter().map(|der| CertificateDer::from(der.as_ref()));
    let leaf = certificates.next().ok_or(ChainError::Length)?;
    let between: Vec<_> = certificates.collect();
    let anchors: Result<Vec<TrustAnchor<'_>>, _> =
        roots.iter().map(|root| anchor_from_trusted_cert(root.certificate())).collect();
    let anchors = anchors?;
    let revocation = match RevocationOptionsBuilder::new(crls.lists) {
        Ok(builder) => Some(
            builder
                .with_status_policy(UnknownStatusPolicy::Allow)
                .with_expiration_policy(crls.stale)
                .build(),
        ),
        Err(_) => None,
    };
    let leaf = EndEntityCert::try_from(&leaf)?;
    let path = leaf.verify_for_usage(
        &[webpki::aws_lc_rs::ECDSA_P256_SHA256],
        &anchors,
        &between,
        unix_time(now),
        purpose.usage(),
        revocation,
        None,
    )?;
    check_not_revoked(chain, roots, now)?;
    Ok(path.intermediate_certificates().count())
}

/// Asks each root what it has taken back by an instant of what stands under it.
pub(crate) fn check_not_revoked<C: AsRef<[u8]>>(
    chain: &[C],
    roots: &[RootCertificate],
    at: Timestamp,
) -> Result<(), ChainError> {
    match roots.iter().any(|root| root.revokes(chain, at)) {
        true => Err(ChainError::Revoked),
        false => Ok(()),
    }
}

/// The instant of the TLS library; one beyond all dates is the last.
pub(crate) fn instant(now: UnixTime) -> Timestamp {
    let seconds = i64::try_from(now.as_secs()).ok();
    seconds.and_then(|now| Timestamp::from_second(now).ok()).unwrap_or(Timestamp::MAX)
}

/// The instant as the TLS library writes it; before 1970 it is 1970, when nothing was valid.
pub(crate) fn unix_time(now: Timestamp) -> UnixTime {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use domain::unit::UnitKind;

    use super::*;
    use crate::root::Commission;
    use crate::testing::{days, district, identity, in_district, now, root, trust, zone};

    /// A signature that waited for its way speaks for its unit until 400 days after the
    /// certificate's end; one that another root's authority made never does.
    #[test]
    fn a_passed_on_signature_outlives_its_certificate() {
        let education = root(Commission::Education);
        let name = in_district("s1", "370202");
        let issuer = district(&education, "370202");
        let signer = identity(&issuer, &name, UnitKind::School, now());
        let chain: Vec<Vec<u8>> = signer.chain().iter().map(|der| der.to_vec()).collect();
        let ends = signer.peer().not_after();
        let trust = trust(&education, now());
        let judged =
            |at| trust.identify_signer(&chain, &zone(), at).map(|peer| peer.name().clone());
        assert_eq!(judged(now()).expect("valid"), name);
        assert_eq!(judged(ends + days(400)).expect("waited"), name);
        assert!(matches!(judged(ends + days(401)), Err(ChainError::Expired)));
        assert!(matches!(judged(now() - days(30)), Err(ChainError::NotYetValid)));
        let other = crate::testing::trust(&root(Commission::Education), now());
        let foreign = other.identify_signer(&chain, &zone(), ends + days(1));
        assert!(matches!(foreign, Err(ChainError::UnknownRoot)), "{foreign:?}");
        assert!(trust.identify_signer(&chain[1..], &zone(), now()).is_err());
    }
}
