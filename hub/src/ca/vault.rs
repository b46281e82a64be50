//! How the file of a root's, a pack's or a statement's key is locked: under a passphrase, unless
//! somebody chose the danger by name. What is in the file is `certs`' matter; the derivation is
//! `runtime`'s.

use std::path::Path;

use certs::key::SigningKey;
use certs::keyfile::{self, Around, Derivation, Protection};
use runtime::passphrase::{Cost, Passphrase};

use super::CeremonyError;

/// What a root's key is for; a key of another purpose does not open in its place.
pub const ROOT: &[u8] = b"xinqiao-ca/root";
/// What a pack key is for.
pub const PACK: &[u8] = b"xinqiao-ca/pack";
/// What a statement key is for.
pub const STATEMENT: &[u8] = b"xinqiao-ca/statement";

/// What a new key file is locked with.
pub enum Lock {
    /// A passphrase that somebody chose.
    Passphrase(Passphrase),
    /// Nothing: whoever reads the file signs for the commission.
    DangerPlain,
}

/// Writes a key file; `around` stands before and after the key, such as its certificate.
///
/// # Errors
/// The file cannot be written.
pub fn save(
    path: &Path,
    key: &SigningKey,
    lock: &Lock,
    place: &[u8],
    around: &Around,
) -> Result<(), CeremonyError> {
    let Lock::Passphrase(passphrase) = lock else {
        return Ok(keyfile::danger_save_plain(path, key, around)?);
    };
    let (cost, salt) = (Cost::default(), certs::digest::random_bytes());
    let outer = passphrase.derive(&salt, cost)?;
    let derivation = Derivation { memory_kib: cost.memory_kib, passes: cost.passes, salt };
    Ok(keyfile::save(path, key, (&outer, &derivation), place, around)?)
}

/// Whether a key file opens with a passphrase only.
///
/// # Errors
/// The file cannot be read or holds no key.
pub fn needs_passphrase(path: &Path) -> Result<bool, CeremonyError> {
    Ok(keyfile::protection_of(path)? != Protection::Plain)
}

/// Opens a key file; a passphrase for a file that needs none is not looked at.
///
/// # Errors
/// The file cannot be read, or the passphrase is missing or another one.
pub fn open(
    path: &Path,
    passphrase: Option<&Passphrase>,
    place: &[u8],
) -> Result<SigningKey, CeremonyError> {
    let outer = match (keyfile::protection_of(path)?, passphrase) {
        (Protection::Passphrase(how), Some(passphrase)) => {
            let cost = Cost { memory_kib: how.memory_kib, passes: how.passes };
            Some(passphrase.derive(&how.salt, cost)?)
        }
        _ => None,
    };
    Ok(keyfile::open(path, outer.as_deref(), place)?)
}
