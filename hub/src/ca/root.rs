//! A root in its folder: `root.pem`, the certificate, and `root.key`, locked with a passphrase and
//! readable by its owner only.

use std::path::Path;

use certs::key::SigningKey;
use certs::keyfile::Around;
use certs::root::{Commission, RootAuthority, RootCertificate};
use domain::unit::Zone;
use jiff::Timestamp;
use runtime::passphrase::Passphrase;

use super::vault::{self, Lock};
use super::{CeremonyError, Wanted};

/// Name of the certificate in the folder; the one file that leaves it.
pub const CERTIFICATE: &str = "root.pem";

/// Name of the key in the folder.
pub const KEY: &str = "root.key";

const TAG: &str = "CERTIFICATE";

/// Makes a root in an empty folder.
///
/// # Errors
/// A root is there already, or the files cannot be written.
pub fn create(
    folder: &Path,
    commission: Commission,
    zone: &Zone,
    now: Timestamp,
    lock: &Lock,
) -> Result<RootAuthority, CeremonyError> {
    if is_made(folder) {
        return Err(CeremonyError::Exists);
    }
    let root = RootAuthority::create(commission, zone, SigningKey::generate()?, now)?;
    std::fs::create_dir_all(folder)?;
    vault::save(&folder.join(KEY), root.key(), lock, vault::ROOT, &Around::default())?;
    write_certificate(&folder.join(CERTIFICATE), root.certificate().der())?;
    Ok(root)
}

/// Whether a folder holds a root or a part of one.
#[must_use]
pub fn is_made(folder: &Path) -> bool {
    folder.join(CERTIFICATE).exists() || folder.join(KEY).exists()
}

/// Opens a root for a ceremony.
///
/// # Errors
/// The files cannot be read or do not belong together, or the passphrase is missing or wrong.
pub fn open(
    folder: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<RootAuthority, CeremonyError> {
    let der = read_certificate(&folder.join(CERTIFICATE))?;
    let key = vault::open(&folder.join(KEY), passphrase, vault::ROOT)?;
    Ok(RootAuthority::open(&der, key)?)
}

/// Reads a root's certificate from its file.
///
/// # Errors
/// No file, or no root certificate.
pub fn read(path: &Path) -> Result<RootCertificate, CeremonyError> {
    Ok(RootCertificate::from_der(&read_certificate(path)?)?)
}

/// Reads the first certificate of a PEM file.
///
/// # Errors
/// No file, or no certificate in it.
pub fn read_certificate(path: &Path) -> Result<Vec<u8>, CeremonyError> {
    let blocks = pem::parse_many(std::fs::read(path)?);
    let blocks = blocks.map_err(|_| CeremonyError::Content(Wanted::Certificate))?;
    let found = blocks.into_iter().find(|block| block.tag() == TAG);
    found.map(pem::Pem::into_contents).ok_or(CeremonyError::Content(Wanted::Certificate))
}

/// Writes a certificate as PEM.
///
/// # Errors
/// The file cannot be written.
pub fn write_certificate(path: &Path, der: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, to_pem(der))
}

/// A certificate as PEM.
#[must_use]
pub fn to_pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new(TAG, der))
}
