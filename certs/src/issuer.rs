//! Issuing authorities: the city's and the districts', each constrained to its own DNS subtree.
//!
//! A certificate is built from the hub's record. The only thing that is taken from a request is
//! the public key, so a request cannot ask for a name, a purpose or a date.

use domain::unit::{CITY_LABEL, IdentityName, UnitId, UnitKind, Zone};
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, SanType};
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::crl::{self, CrlError, Revoked};
use crate::key::{PublicKey, SigningKey};
use crate::root::{is_reserved, permitted_subtree, spki_of};
use crate::serial::Serial;
use crate::template::{self, OutOfRange, Validity};

/// How long a unit's certificate is valid from the moment of issuing.
pub const LEAF_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The part of a city's names that one authority may issue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subtree {
    /// `city.<zone>`: what the city runs itself.
    City(Zone),
    /// `<district>.<zone>`.
    District(UnitId, Zone),
}

/// What the hub's register says about a unit, and the key that it is to be certified for.
#[derive(Clone, Debug)]
pub struct LeafRecord {
    /// The unit's name in the tree, from the register.
    pub name: IdentityName,
    /// The unit's kind, from the register; only hubs may serve.
    pub kind: UnitKind,
    /// The public key, from a request whose proof of possession was checked.
    pub key: PublicKey,
}

/// A certificate that was just issued, and what the register keeps of it.
#[derive(Clone, Debug)]
pub struct IssuedLeaf {
    /// The certificate followed by the issuing authority's, as it is sent to the unit.
    pub chain: Vec<Vec<u8>>,
    /// The certificate's serial number.
    pub serial: Serial,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

/// A city's or a district's authority with its key, as it runs in a hub.
pub struct IssuingAuthority {
    issuer: Issuer<'static, SigningKey>,
    certificate: CertificateDer<'static>,
    subtree: Subtree,
    not_after: Timestamp,
}

/// Why an authority could not be opened or did not issue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// Not an authority for the city's or one district's subtree.
    #[error("not an issuing authority")]
    Certificate,
    /// The key belongs to another certificate.
    #[error("key does not belong to the issuing authority")]
    Key,
    /// The unit belongs to another authority, or its name is kept for pack keys.
    #[error("unit is not below this issuing authority")]
    Subtree,
    /// The authority has expired, or a date is out of range.
    #[error("issuing authority has expired or the date is out of range")]
    Date,
    /// The library refused.
    #[error("certificate could not be signed")]
    Signing(#[from] rcgen::Error),
    /// The revocation list could not be signed.
    #[error(transparent)]
    Crl(#[from] CrlError),
}

impl From<OutOfRange> for IssueError {
    fn from(_: OutOfRange) -> Self {
        Self::Date
    }
}

impl Subtree {
    /// The label in front of the zone.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::City(_) => CITY_LABEL.to_owned(),
            Self::District(district, _) => district.label(),
        }
    }

    /// The city's zone.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        match self {
            Self::City(zone) | Self::District(_, zone) => zone,
        }
    }

    /// The DNS subtree that the authority's certificate is constrained to.
    #[must_use]
    pub fn dns_name(&self) -> String {
        format!("{}.{}", self.label(), self.zone())
    }

    /// Whether the authority may name this unit.
    #[must_use]
    pub fn contains(&self, name: &IdentityName) -> bool {
        name.zone() == self.zone() && name.district_label() == self.label()
    }

    fn from_dns_name(name: &str) -> Option<Self> {
        let (label, zone) = name.split_once('.')?;
        let zone = zone.parse().ok()?;
        if label == CITY_LABEL {
            return Some(Self::City(zone));
        }
        Some(Self::District(label.parse().ok()?, zone))
    }
}

impl IssuingAuthority {
    /// Takes the certificate that a root signed, and its key.
    ///
    /// # Errors
    /// Not an authority for one subtree, or not its key.
    pub fn open(der: &[u8], key: SigningKey) -> Result<Self, IssueError> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| IssueError::Certificate)?;
        let subtree = permitted_subtree(&parsed).and_then(|name| Subtree::from_dns_name(&name));
        let subtree = subtree.filter(|_| parsed.is_ca()).ok_or(IssueError::Certificate)?;
        let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp());
        if spki_of(der).as_ref() != Some(key.public()) {
            return Err(IssueError::Key);
        }
        let certificate = CertificateDer::from(der.to_vec());
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        let not_after = not_after.map_err(|_| IssueError::Date)?;
        Ok(Self { issuer, certificate, subtree, not_after })
    }

    /// The authority's certificate.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The part of the city's names that this authority issues.
    #[must_use]
    pub const fn subtree(&self) -> &Subtree {
        &self.subtree
    }

    /// Until when the authority itself is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The authority's key, for its file.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        self.issuer.key()
    }

    /// Issues a unit's certificate from its record: 90 days, backdated by 48 hours, never longer
    /// than the authority's own.
    ///
    /// # Errors
    /// The unit belongs to another authority, the authority has expired, or the library refused.
    pub fn issue(&self, record: &LeafRecord, now: Timestamp) -> Result<IssuedLeaf, IssueError> {
        let reserved = is_reserved(record.name.unit()).map_err(|_| IssueError::Subtree)?;
        if reserved || !self.subtree.contains(&record.name) {
            return Err(IssueError::Subtree);
        }
        if now >= self.not_after {
            return Err(IssueError::Date);
        }
        let validity = Validity::from(now, LEAF_LIFETIME)?.within(self.not_after);
        let serial = Serial::generate();
        let params = leaf_params(record, validity, &serial)?;
        let leaf = params.signed_by(&record.key, &self.issuer)?;
        Ok(IssuedLeaf {
            chain: vec![leaf.der().to_vec(), self.certificate.to_vec()],
            serial,
            not_before: validity.not_before,
            not_after: validity.not_after,
        })
    }

    /// Signs the list of revoked certificates, current for 24 hours; `number` only ever grows.
    ///
    /// # Errors
    /// The date is out of range, or the library refused.
    pub fn sign_crl(
        &self,
        revoked: &[Revoked],
        number: u64,
        now: Timestamp,
    ) -> Result<Vec<u8>, IssueError> {
        Ok(crl::sign(&self.issuer, revoked, number, now, crl::LIFETIME)?)
    }
}

fn leaf_params(
    record: &LeafRecord,
    validity: Validity,
    serial: &Serial,
) -> Result<CertificateParams, IssueError> {
    let subject = template::subject(record.name.unit().as_str(), record.name.zone());
    let mut params = template::leaf(subject, validity, serial)?;
    params.subject_alt_names = vec![
        SanType::DnsName(record.name.to_string().try_into()?),
        SanType::URI(record.name.spiffe_uri().try_into()?),
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    if record.kind.is_hub() {
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    }
    Ok(params)
}

#[cfg(test)]
mod tests;
