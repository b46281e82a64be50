//! What every certificate of this system has in common, and how one is signed.
//!
//! All validity starts 48 hours early, because school clocks are wrong; all times are whole
//! seconds, because X.509 knows no finer ones.

use domain::unit::Zone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, GeneralSubtree, IsCa,
    KeyUsagePurpose, NameConstraints, SerialNumber,
};
use time::OffsetDateTime;

use crate::serial::Serial;
use crate::signature::KeyId;

/// How much earlier than now a certificate starts to be valid.
pub(crate) const BACKDATED: SignedDuration = SignedDuration::from_hours(48);

/// Days that a year of an authority's certificate counts.
pub(crate) const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// From when to when a certificate is valid.
#[derive(Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// The instant is outside the years that X.509 can write.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("date is out of range for a certificate")]
pub(crate) struct OutOfRange;

impl Validity {
    /// Backdated from `now`, and ending `lifetime` after it.
    pub(crate) fn from(now: Timestamp, lifetime: SignedDuration) -> Result<Self, OutOfRange> {
        let whole = Timestamp::from_second(now.as_second()).map_err(|_| OutOfRange)?;
        let not_before = whole.checked_sub(BACKDATED).map_err(|_| OutOfRange)?;
        let not_after = whole.checked_add(lifetime).map_err(|_| OutOfRange)?;
        Ok(Self { not_before, not_after })
    }

    /// Ends with the issuer at the latest.
    pub(crate) fn within(self, issuer_not_after: Timestamp) -> Self {
        Self { not_after: self.not_after.min(issuer_not_after), ..self }
    }
}

/// The same instant in the type of the certificate library.
pub(crate) fn utc(instant: Timestamp) -> Result<OffsetDateTime, OutOfRange> {
    OffsetDateTime::from_unix_timestamp(instant.as_second()).map_err(|_| OutOfRange)
}

/// A certificate that cannot issue: subject, dates and a fresh serial number.
pub(crate) fn leaf(
    subject: DistinguishedName,
    validity: Validity,
    serial: &Serial,
) -> Result<CertificateParams, OutOfRange> {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = utc(validity.not_before)?;
    params.not_after = utc(validity.not_after)?;
    params.serial_number = Some(SerialNumber::from_slice(serial.bytes()));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A certificate that issues below one DNS subtree, `depth` authorities deep.
pub(crate) fn authority(
    subject: DistinguishedName,
    validity: Validity,
    subtree: &str,
    depth: u8,
) -> Result<CertificateParams, OutOfRange> {
    let mut params = leaf(subject, validity, &Serial::generate())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(depth));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(subtree.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

/// A subject: what it is, and the city it belongs to. Nothing is ever decided by it.
pub(crate) fn subject(common_name: &str, zone: &Zone) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, zone.as_str());
    name.push(DnType::CommonName, common_name);
    name
}

/// An authority's subject carries its key, because a revocation list is found by the subject: two
/// generations of one authority must not share it.
pub(crate) fn authority_subject(role: &str, key: KeyId, zone: &Zone) -> DistinguishedName {
    subject(&format!("Xinqiao {role} {}", key.short()), zone)
}
