//! Roots: one for each commission, offline: signers of authorities, pack keys and statement keys.
//!
//! A root is trusted by the SHA-256 of its certificate, which an invite pins and two persons
//! compare with a letter. Its certificate is constrained to the city's zone, so that it cannot
//! speak for another city, and to one level of issuing authorities below it.

use domain::digest::Digest;
use domain::unit::{UnitError, UnitId, Zone};
use jiff::Timestamp;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, SanType};
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};

use crate::digest::sha256;
use crate::issuer::Subtree;
use crate::key::{PublicKey, SigningKey};
use crate::revocation::Held;
use crate::serial::Serial;
use crate::template::{self, OutOfRange, Validity, YEAR};

/// Label of the DNS name under which pack keys sign: `packs.city.<zone>`.
pub const PACK_LABEL: &str = "packs";

/// Label of the DNS name under which statement keys sign: `statements.city.<zone>`.
pub const STATEMENT_LABEL: &str = "statements";

/// Purpose of such a key's certificate: document signing (RFC 9336). A certificate without any
/// purpose would be accepted for every purpose, TLS among them.
pub(crate) const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

const PEM_TAG: &str = "CERTIFICATE";
const ROOT_YEARS: i32 = 20;
const ISSUER_YEARS: i32 = 5;
const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;

/// Which commission holds a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Commission {
    /// Issues to hubs, schools and centres.
    Education,
    /// Issues to the helper hub and to clinics.
    Health,
}

/// A root's certificate as it is pinned, stored and appended to a server's chain, with what it
/// has taken back.
///
/// Its copies share the list of revocations: what one of them takes, all of them know. Reading the
/// certificate anew begins without a list.
#[derive(Clone, Debug)]
pub struct RootCertificate {
    der: CertificateDer<'static>,
    digest: Digest,
    zone: Zone,
    not_after: Timestamp,
    held: Held,
}

/// The same certificate, whatever was taken back under it.
impl PartialEq for RootCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for RootCertificate {}

/// A root with its key, as it exists on an offline machine during a ceremony.
pub struct RootAuthority {
    issuer: Issuer<'static, SigningKey>,
    certificate: RootCertificate,
}

/// Why a root could not be made, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// Not a self-signed authority for one zone.
    #[error("not a root certificate")]
    Certificate,
    /// The key belongs to another certificate.
    #[error("key does not belong to the root certificate")]
    Key,
    /// The root's or the new certificate's dates are out of range.
    #[error("root certificate has expired or the date is out of range")]
    Date,
    /// The subtree lies outside the root's zone.
    #[error("subtree is outside the zone of the root")]
    Zone,
    /// The certificate could not be built or signed.
    #[error("certificate could not be signed")]
    Signing(#[from] rcgen::Error),
}

impl Commission {
    /// The word in a root's subject.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Education => "education",
            Self::Health => "health",
        }
    }
}

impl From<OutOfRange> for RootError {
    fn from(_: OutOfRange) -> Self {
        Self::Date
    }
}

impl RootCertificate {
    /// Reads a root certificate from DER.
    ///
    /// # Errors
    /// Not a self-signed authority that is constrained to one zone.
    pub fn from_der(der: &[u8]) -> Result<Self, RootError> {
        if der.len() > CERTIFICATE_BYTES_MAX {
            return Err(RootError::Certificate);
        }
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| RootError::Certificate)?;
        let names_itself = parsed.subject() == parsed.issuer();
        if !rest.is_empty() || !parsed.is_ca() || !names_itself {
            return Err(RootError::Certificate);
        }
        let zone = permitted_subtree(&parsed).and_then(|text| text.parse().ok());
        let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp());
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            digest: sha256(der),
            zone: zone.ok_or(RootError::Certificate)?,
            not_after: not_after.map_err(|_| RootError::Date)?,
            held: Held::default(),
        })
    }

    pub(crate) const fn held(&self) -> &Held {
        &self.held
    }

    /// Reads the one certificate of a file that [`RootCertificate::to_pem`] made.
    ///
    /// # Errors
    /// Not one certificate, or not a root's.
    pub fn from_pem(text: &[u8]) -> Result<Self, RootError> {
        let block = pem::parse(text).map_err(|_| RootError::Certificate)?;
        if block.tag() != PEM_TAG {
            return Err(RootError::Certificate);
        }
        Self::from_der(block.contents())
    }

    /// The certificate as text, for a file.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(&pem::Pem::new(PEM_TAG, self.der.as_ref()))
    }

    /// The certificate as it is stored and sent.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) const fn certificate(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// SHA-256 of the certificate: the pin in an invite, and what two persons compare in words.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The one zone that this root may speak for.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Which commission's root it says that it is; two persons compared that with its letter.
    #[must_use]
    pub fn commission(&self) -> Option<Commission> {
        let (_, parsed) = X509Certificate::from_der(&self.der).ok()?;
        commission_in(parsed.subject())
    }

    /// Until when the root is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The certificates among `offered` that are pinned, in the order of the pins.
    ///
    /// An enrolled unit stores exactly these and never one that it was merely sent.
    #[must_use]
    pub fn pinned<C: AsRef<[u8]>>(offered: &[C], pins: &[Digest]) -> Vec<Self> {
        let find = |pin: &Digest| offered.iter().find(|der| sha256(der.as_ref()) == *pin);
        pins.iter().filter_map(find).filter_map(|der| Self::from_der(der.as_ref()).ok()).collect()
    }
}

impl RootAuthority {
    /// Makes a root: a new key and a certificate of twenty years, signed by itself.
    ///
    /// # Errors
    /// The date is out of range, or the library refused.
    pub fn create(
        commission: Commission,
        zone: &Zone,
        key: SigningKey,
        now: Timestamp,
    ) -> Result<Self, RootError> {
        let role = format!("{} root", commission.as_str());
        let subject = template::authority_subject(&role, key.id(), zone);
        let validity = Validity::from(now, YEAR * ROOT_YEARS)?;
        let params = template::authority(subject, validity, zone.as_str(), 1)?;
        let certificate = params.self_signed(&key)?;
        Self::open(certificate.der(), key)
    }

    /// Takes a stored root and its key for a ceremony.
    ///
    /// # Errors
    /// Not a root certificate, or not its key.
    pub fn open(der: &[u8], key: SigningKey) -> Result<Self, RootError> {
        let certificate = RootCertificate::from_der(der)?;
        if spki_of(der) != Some(key.public().clone()) {
            return Err(RootError::Key);
        }
        let issuer = Issuer::from_ca_cert_der(certificate.certificate(), key)?;
        Ok(Self { issuer, certificate })
    }

    /// The root's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &RootCertificate {
        &self.certificate
    }

    /// The root's key, for its file and for statements of the commission.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        self.issuer.key()
    }

    /// Signs an issuing authority for five years: it can name units of its subtree and no other
    /// authority.
    ///
    /// # Errors
    /// The subtree lies outside the zone, the root has expired, or the library refused.
    pub fn sign_issuer(
        &self,
        subtree: &Subtree,
        key: &PublicKey,
        now: Timestamp,
    ) -> Result<Vec<u8>, RootError> {
        if subtree.zone() != self.certificate.zone() {
            return Err(RootError::Zone);
        }
        let role = format!("{} issuing", subtree.label());
        let subject = template::authority_subject(&role, key.id(), self.certificate.zone());
        let validity = self.validity(now)?;
        let mut params = template::authority(subject, validity, &subtree.dns_name(), 0)?;
        // Purposes bind everything below: an issuing authority can never make a pack key.
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params, key)
    }

    /// Signs a pack key for five years, directly under this root and for packs only.
    ///
    /// # Errors
    /// The root has expired, or the library refused.
    pub fn sign_pack_key(&self, key: &PublicKey, now: Timestamp) -> Result<Vec<u8>, RootError> {
        self.sign_document_key(key, ("Xinqiao packs", pack_name(self.certificate.zone())), now)
    }

    /// Signs a statement key for five years, directly under this root and for key statements only.
    ///
    /// # Errors
    /// The root has expired, or the library refused.
    pub fn sign_statement_key(
        &self,
        key: &PublicKey,
        now: Timestamp,
    ) -> Result<Vec<u8>, RootError> {
        let name = statement_name(self.certificate.zone());
        self.sign_document_key(key, ("Xinqiao statements", name), now)
    }

    fn sign_document_key(
        &self,
        key: &PublicKey,
        (subject, name): (&str, String),
        now: Timestamp,
    ) -> Result<Vec<u8>, RootError> {
        let subject = template::subject(subject, self.certificate.zone());
        let mut params = template::leaf(subject, self.validity(now)?, &Serial::generate())?;
        params.subject_alt_names = vec![SanType::DnsName(name.try_into()?)];
        let purpose = ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec());
        params.extended_key_usages = vec![purpose];
        self.sign(&params, key)
    }

    fn validity(&self, now: Timestamp) -> Result<Validity, RootError> {
        if now >= self.certificate.not_after {
            return Err(RootError::Date);
        }
        let validity = Validity::from(now, YEAR * ISSUER_YEARS)?;
        Ok(validity.within(self.certificate.not_after))
    }

    fn sign(&self, params: &CertificateParams, key: &PublicKey) -> Result<Vec<u8>, RootError> {
        Ok(params.signed_by(key, &self.issuer)?.der().to_vec())
    }
}

/// The DNS name of every pack key of a city.
#[must_use]
pub fn pack_name(zone: &Zone) -> String {
    format!("{PACK_LABEL}.{}.{zone}", domain::unit::CITY_LABEL)
}

/// The DNS name of every statement key of a city.
#[must_use]
pub fn statement_name(zone: &Zone) -> String {
    format!("{STATEMENT_LABEL}.{}.{zone}", domain::unit::CITY_LABEL)
}

/// Whether a unit's id would make its name the one of the pack keys or of the statement keys.
pub(crate) fn is_reserved(unit: &UnitId) -> Result<bool, UnitError> {
    Ok(*unit == PACK_LABEL.parse()? || *unit == STATEMENT_LABEL.parse()?)
}

/// The one DNS subtree that an authority is constrained to.
pub(crate) fn permitted_subtree(parsed: &X509Certificate<'_>) -> Option<String> {
    let constraints = parsed.name_constraints().ok()??.value;
    match constraints.permitted_subtrees.as_deref() {
        Some([only]) => match only.base {
            GeneralName::DNSName(name) => Some(name.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// The commission whose root a name is.
pub(crate) fn commission_in(name: &X509Name<'_>) -> Option<Commission> {
    let name = name.iter_common_name().next()?.as_str().ok()?;
    let is = |one: &Commission| name.starts_with(&format!("Xinqiao {} root ", one.as_str()));
    [Commission::Education, Commission::Health].into_iter().find(is)
}

/// The public key of a certificate.
pub(crate) fn spki_of(der: &[u8]) -> Option<PublicKey> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    PublicKey::from_spki(parsed.public_key().raw).ok()
}
