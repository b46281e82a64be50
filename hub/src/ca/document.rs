//! The keys that stand directly under a root and sign documents: pack keys and statement keys.
//!
//! Key and certificate are one file. A file for one role does not open for the other where it has
//! a passphrase, and what it would sign is believed by nobody, because the certificate's name is
//! the other role's.

use std::path::Path;

use certs::document::{DocumentCertificate, DocumentUse};
use certs::key::SigningKey;
use certs::keyfile::Around;
use certs::root::RootAuthority;
use jiff::Timestamp;
use runtime::passphrase::Passphrase;

use super::vault::{self, Lock};
use super::{CeremonyError, root};

/// What such a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Packs.
    Pack,
    /// Key statements.
    Statement,
}

/// A key and its certificate.
pub struct DocumentKey {
    key: SigningKey,
    chain: [Vec<u8>; 1],
    role: Role,
}

impl Role {
    /// What its key files are locked for.
    pub(super) const fn place(self) -> &'static [u8] {
        match self {
            Self::Pack => vault::PACK,
            Self::Statement => vault::STATEMENT,
        }
    }
}

/// Refuses a key file whose certificate is for the other role, before a passphrase is asked for:
/// the right one would be called wrong. A file without such a certificate is judged when it opens.
///
/// # Errors
/// The key is of the other role.
pub(super) fn check_role(path: &Path, role: Role) -> Result<(), CeremonyError> {
    let found = root::read_certificate(path).ok();
    match found.and_then(|der| DocumentCertificate::from_der(&der)).map(|one| one.signs) {
        Some(DocumentUse::Packs) if role != Role::Pack => Err(CeremonyError::OtherRole(Role::Pack)),
        Some(DocumentUse::Statements) if role != Role::Statement => {
            Err(CeremonyError::OtherRole(Role::Statement))
        }
        _ => Ok(()),
    }
}

impl DocumentKey {
    /// Makes a key under a root.
    ///
    /// # Errors
    /// The root has expired, or the library refused.
    pub fn create(root: &RootAuthority, role: Role, now: Timestamp) -> Result<Self, CeremonyError> {
        let key = SigningKey::generate()?;
        let certificate = match role {
            Role::Pack => root.sign_pack_key(key.public(), now)?,
            Role::Statement => root.sign_statement_key(key.public(), now)?,
        };
        Ok(Self { key, chain: [certificate], role })
    }

    /// Writes key and certificate into one new file, readable by its owner only.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn save(&self, path: &Path, lock: &Lock) -> Result<(), CeremonyError> {
        if path.exists() {
            return Err(CeremonyError::Exists);
        }
        let [certificate] = &self.chain;
        let around = Around::after(root::to_pem(certificate));
        vault::save(path, &self.key, lock, self.role.place(), &around)
    }

    /// Reads what [`DocumentKey::save`] writes.
    ///
    /// # Errors
    /// The file cannot be read or holds no key of this role with its certificate, or the
    /// passphrase is missing or wrong.
    pub fn load(
        path: &Path,
        role: Role,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, CeremonyError> {
        let key = vault::open(path, passphrase, role.place())?;
        Ok(Self { key, chain: [root::read_certificate(path)?], role })
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Its certificate, as a chain.
    #[must_use]
    pub const fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }
}
