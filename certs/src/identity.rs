//! Who a certificate speaks for, and a unit's own chain and key.
//!
//! A certificate names a unit by exactly one DNS name under the zone and by the SPIFFE URI that
//! agrees with it. Anything else is refused, because only DNS names are constrained: a certificate
//! with another URI, a second name or no DNS name could name anybody. The subject is never read.

use std::path::Path;

use domain::unit::{CITY_LABEL, IdentityName, Zone};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use zeroize::Zeroizing;

use crate::file::{read_small, write_private};
use crate::key::{KeyError, PublicKey, SigningKey};
use crate::root::is_reserved;
use crate::serial::Serial;

const CERTIFICATE_TAG: &str = "CERTIFICATE";
const CERTIFICATES_MAX: usize = 4;

/// Whom a certificate speaks for, and what a register needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerIdentity {
    name: IdentityName,
    serial: Serial,
    key: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// A unit's own certificate chain and the key that belongs to it, kept in one file so that the
/// two can never differ.
#[derive(Clone)]
pub struct LeafIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: SigningKey,
    peer: PeerIdentity,
}

/// Why a certificate names nobody, or a unit's own identity cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// No certificate, or one that cannot be read.
    #[error("not a certificate of a unit")]
    Certificate,
    /// Not exactly one DNS name of the zone and the URI that agrees with it.
    #[error("certificate names no unit of this city")]
    Name,
    /// The key belongs to another certificate.
    #[error("key does not belong to the certificate")]
    OtherKey,
    /// The key or its file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl PeerIdentity {
    /// Reads a chain whose first certificate is the peer's. The chain itself is not judged here:
    /// TLS did it, or [`crate::chain::Trust`] does.
    ///
    /// # Errors
    /// No certificate, or one that does not name exactly one unit of the zone.
    pub fn from_chain<C: AsRef<[u8]>>(chain: &[C], zone: &Zone) -> Result<Self, IdentityError> {
        let leaf = chain.first().ok_or(IdentityError::Certificate)?;
        Self::from_leaf(leaf.as_ref(), zone)
    }

    /// Reads one certificate.
    ///
    /// # Errors
    /// It does not name exactly one unit of the zone, or is no unit's.
    pub fn from_leaf(der: &[u8], zone: &Zone) -> Result<Self, IdentityError> {
        let parsed = parse(der)?;
        let (dns, uri) = names(&parsed)?;
        let name = IdentityName::parse(dns, zone).map_err(|_| IdentityError::Name)?;
        let reserved = is_reserved(name.unit()).map_err(|_| IdentityError::Name)?
            && name.district_label() == CITY_LABEL;
        if reserved || dns != name.to_string() || uri != name.spiffe_uri() {
            return Err(IdentityError::Name);
        }
        let damaged = |_| IdentityError::Certificate;
        let validity = parsed.validity();
        let instant = |second| Timestamp::from_second(second).map_err(damaged);
        Ok(Self {
            name,
            serial: Serial::from_bytes(parsed.raw_serial())
                .map_err(|_| IdentityError::Certificate)?,
            key: PublicKey::from_checked_spki(parsed.public_key().raw)?,
            not_before: instant(validity.not_before.timestamp())?,
            not_after: instant(validity.not_after.timestamp())?,
        })
    }

    /// The unit's name in the tree.
    #[must_use]
    pub const fn name(&self) -> &IdentityName {
        &self.name
    }

    /// The certificate's serial number, for the register and the revocation list.
    #[must_use]
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The unit's public key, by which its signatures are judged.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// From when the certificate is valid.
    #[must_use]
    pub const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when the certificate is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

impl LeafIdentity {
    /// Joins a chain, leaf first, with its key.
    ///
    /// # Errors
    /// The first certificate is no unit's or belongs to another key.
    pub fn new(chain: &[Vec<u8>], key: SigningKey) -> Result<Self, IdentityError> {
        let leaf = chain.first().ok_or(IdentityError::Certificate)?;
        let zone = zone_of(leaf)?;
        let peer = PeerIdentity::from_leaf(leaf, &zone)?;
        if peer.key != *key.public() {
            return Err(IdentityError::OtherKey);
        }
        let chain = chain.iter().take(CERTIFICATES_MAX).cloned().map(CertificateDer::from);
        Ok(Self { chain: chain.collect(), key, peer })
    }

    /// Reads the file that [`LeafIdentity::save`] writes.
    ///
    /// # Errors
    /// The file cannot be read, or key and chain do not belong together.
    pub fn load(path: &Path) -> Result<Self, IdentityError> {
        let text = Zeroizing::new(read_small(path).map_err(KeyError::File)?);
        let key = SigningKey::from_pem(&text)?;
        let blocks = pem::parse_many(&*text).map_err(|_| IdentityError::Certificate)?;
        let mut chain = Vec::new();
        for block in blocks {
            if block.tag() == CERTIFICATE_TAG {
                chain.push(block.into_contents());
            } else {
                drop(Zeroizing::new(block.into_contents()));
            }
        }
        Self::new(&chain, key)
    }

    /// Writes key and chain as one file, whole, with mode 0600.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn save(&self, path: &Path) -> Result<(), IdentityError> {
        let mut text = self.key.expose_pem()?;
        let certificates =
            self.chain.iter().map(|der| pem::Pem::new(CERTIFICATE_TAG, der.to_vec()));
        let certificates = pem::encode_many(&certificates.collect::<Vec<_>>());
        // Reserved first, so that growing leaves no unwiped copy of the key behind.
        let mut whole = Zeroizing::new(String::with_capacity(text.len() + certificates.len()));
        whole.push_str(&text);
        whole.push_str(&certificates);
        zeroize::Zeroize::zeroize(&mut *text);
        write_private(path, whole.as_bytes()).map_err(KeyError::File)?;
        Ok(())
    }

    /// What others read of this identity: name, serial number, key, dates.
    #[must_use]
    pub const fn peer(&self) -> &PeerIdentity {
        &self.peer
    }

    /// The key, for signing what is sent.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The chain, leaf first, without the root.
    #[must_use]
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// From when on the next certificate is asked for: after two thirds of this one's life.
    #[must_use]
    pub fn renew_from(&self) -> Timestamp {
        let issued = self.peer.not_before.saturating_add(crate::template::BACKDATED);
        let third = issued.unwrap_or(self.peer.not_after).duration_until(self.peer.not_after) / 3;
        self.peer.not_after.saturating_sub(third).unwrap_or(self.peer.not_after)
    }
}

fn parse(der: &[u8]) -> Result<X509Certificate<'_>, IdentityError> {
    let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| IdentityError::Certificate)?;
    if !rest.is_empty() || parsed.is_ca() {
        return Err(IdentityError::Certificate);
    }
    Ok(parsed)
}

/// The one DNS name and the one URI; in either order, but nothing beside them.
fn names<'a>(parsed: &'a X509Certificate<'_>) -> Result<(&'a str, &'a str), IdentityError> {
    let extension = parsed.subject_alternative_name().map_err(|_| IdentityError::Name)?;
    match extension.ok_or(IdentityError::Name)?.value.general_names.as_slice() {
        [GeneralName::DNSName(dns), GeneralName::URI(uri)]
        | [GeneralName::URI(uri), GeneralName::DNSName(dns)] => Ok((dns, uri)),
        _ => Err(IdentityError::Name),
    }
}

/// The zone of a unit's own certificate: what follows the first two labels.
fn zone_of(leaf: &[u8]) -> Result<Zone, IdentityError> {
    let parsed = parse(leaf)?;
    let (dns, _) = names(&parsed)?;
    let zone = dns.splitn(3, '.').nth(2).ok_or(IdentityError::Name)?;
    zone.parse().map_err(|_| IdentityError::Name)
}

#[cfg(test)]
mod tests;
