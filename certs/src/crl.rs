//! Revocation lists: what an authority signs, and what a hub reads of one.
//!
//! A list names serial numbers only. A hub checks the status of its members on every call; the
//! list is how other hubs, and a new handshake, come to know. What a root takes back it says
//! otherwise: [`crate::revocation`].

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateRevocationListParams, Issuer, KeyIdMethod, RevokedCertParams, SerialNumber,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use crate::file::write_private;
use crate::key::SigningKey;
use crate::serial::Serial;
use crate::template::{OutOfRange, utc};

/// How long a list of an issuing authority is current; it is signed anew every hour.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// Largest list that is read: about a hundred thousand certificates.
const CRL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Replaces a list's file as a whole: a reader sees the old or the new one, and two writers do not
/// meet.
///
/// # Errors
/// The folder or the disk; the old file is then still there, whole.
pub fn save(path: &std::path::Path, list: &[u8]) -> std::io::Result<()> {
    write_private(path, list)
}

/// A certificate whose trust was taken away for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The certificate's serial number.
    pub serial: Serial,
    /// When it was revoked.
    pub at: Timestamp,
}

/// What a list says, without judging its signature: [`crate::chain::Trust`] does that whenever it
/// uses the list.
#[derive(Clone, Debug)]
pub struct CrlContent {
    /// Number of the list; a smaller number than the one known is an old list sent again.
    pub number: u64,
    /// When the list was signed.
    pub this_update: Timestamp,
    /// Until when the list is current.
    pub next_update: Timestamp,
    /// What is revoked.
    pub revoked: Vec<Revoked>,
}

/// Why a list could not be signed or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// Not a revocation list, or one without number or end.
    #[error("not a revocation list")]
    Encoding,
    /// A date that X.509 cannot write.
    #[error("date is out of range for a revocation list")]
    Date,
    /// The library refused.
    #[error("revocation list could not be signed")]
    Signing(#[from] rcgen::Error),
}

impl From<OutOfRange> for CrlError {
    fn from(_: OutOfRange) -> Self {
        Self::Date
    }
}

impl CrlContent {
    /// Reads a list.
    ///
    /// # Errors
    /// Not a revocation list, one without number or end, or one that is too large.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        if der.len() > CRL_BYTES_MAX {
            return Err(CrlError::Encoding);
        }
        let (rest, list) =
            CertificateRevocationList::from_der(der).map_err(|_| CrlError::Encoding)?;
        let number = list.crl_number().and_then(|number| u64::try_from(number).ok());
        let end = list.next_update().ok_or(CrlError::Encoding)?;
        if !rest.is_empty() {
            return Err(CrlError::Encoding);
        }
        let revoked = list.iter_revoked_certificates().map(|entry| {
            let serial = Serial::from_bytes(entry.raw_serial()).map_err(|_| CrlError::Encoding)?;
            Ok(Revoked { serial, at: instant(entry.revocation_date.timestamp())? })
        });
        Ok(Self {
            number: number.ok_or(CrlError::Encoding)?,
            this_update: instant(list.last_update().timestamp())?,
            next_update: instant(end.timestamp())?,
            revoked: revoked.collect::<Result<_, CrlError>>()?,
        })
    }
}

/// Signs a list.
pub(crate) fn sign(
    issuer: &Issuer<'_, SigningKey>,
    revoked: &[Revoked],
    number: u64,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<Vec<u8>, CrlError> {
    let end = now.checked_add(lifetime).map_err(|_| CrlError::Date)?;
    let entries = revoked.iter().map(|entry| {
        Ok(RevokedCertParams {
            serial_number: SerialNumber::from_slice(entry.serial.bytes()),
            revocation_time: utc(entry.at)?,
            reason_code: None,
            invalidity_date: None,
        })
    });
    let params = CertificateRevocationListParams {
        this_update: utc(now)?,
        next_update: utc(end)?,
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: entries.collect::<Result<_, OutOfRange>>()?,
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(params.signed_by(issuer)?.der().to_vec())
}

fn instant(second: i64) -> Result<Timestamp, CrlError> {
    Timestamp::from_second(second).map_err(|_| CrlError::Date)
}
