//! Unlocking: how a person or a machine gets at the key of the encrypted ledger.
//!
//! The ledger's key is random and never changes; `ledger.key` holds it wrapped, under a key that
//! comes from a passphrase or from a key file. Changing the passphrase wraps it anew. The recovery
//! sheet is the ledger's key itself, on paper; it is shown once and stored nowhere.

use std::path::Path;

use certs::keywrap::{self, KeywrapError};
use runtime::passphrase::{Cost, Passphrase, PassphraseError};
use runtime::sql::DataKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The file with the wrapped key.
pub const FILE_NAME: &str = "ledger.key";

/// Name of the credential that systemd hands to the service.
pub const CREDENTIAL: &str = "xinqiao-ledger";

/// What the wrapped key belongs to: a key of another purpose does not open here.
const PLACE: &[u8] = b"xinqiao-node/ledger";

/// Largest key file that is read.
const FILE_BYTES_MAX: u64 = 4_096;

/// Why the ledger was not unlocked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// No node was set up in the folder.
    #[error("ledger.key is missing")]
    Missing,
    /// The file could not be read or written.
    #[error("ledger.key or the key file could not be read or written")]
    File(#[from] std::io::Error),
    /// The file does not have the form that this version knows.
    #[error("ledger.key is damaged or of a later version")]
    Damaged,
    /// Not the passphrase or key file that it was made with.
    #[error("the passphrase or key file does not open the ledger")]
    Wrong,
    /// The ledger opens with a key file and a passphrase was given, or the other way round.
    #[error("the ledger opens with a {0}")]
    OtherKind(&'static str),
    /// The passphrase is too short or too long.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
}

/// What opens a wrapped key.
pub enum Opener {
    /// A person's passphrase, or a machine's sealed credential.
    Passphrase(Passphrase),
    /// The content of a key file. Whoever reads that file reads every record.
    DangerKeyFile(Zeroizing<[u8; 32]>),
}

/// The ledger's key, unlocked. Has no `Debug`.
pub struct LedgerKey(Zeroizing<[u8; 32]>);

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    /// `argon2id`, or `none` for a key file.
    derivation: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    wrapped: String,
}

impl Opener {
    fn kind(&self) -> &'static str {
        match self {
            Self::Passphrase(_) => "passphrase",
            Self::DangerKeyFile(_) => "key file",
        }
    }

    /// Reads a key file: 64 hexadecimal digits.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn danger_from_key_file(path: &Path) -> Result<Self, UnlockError> {
        let text = Zeroizing::new(read_small(path)?);
        let bytes = hex_decode(text.trim()).map(Zeroizing::new).ok_or(UnlockError::Damaged)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| UnlockError::Damaged)?;
        Ok(Self::DangerKeyFile(Zeroizing::new(key)))
    }

    /// Draws a new key file.
    ///
    /// # Errors
    /// The file exists or cannot be written.
    pub fn danger_new_key_file(path: &Path) -> Result<Self, UnlockError> {
        let key = Zeroizing::new(certs::digest::random_bytes::<32>());
        let text = Zeroizing::new(hex_encode(key.as_slice()) + "\n");
        write_new_private(path, text.as_bytes())?;
        Ok(Self::DangerKeyFile(key))
    }
}

impl LedgerKey {
    /// Draws the key of a new ledger.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(certs::digest::random_bytes()))
    }

    /// Takes the key from a recovery sheet.
    ///
    /// # Errors
    /// The sheet was mistyped; the error names the group.
    pub fn from_sheet(typed: &str) -> Result<Self, certs::recovery::RecoveryError> {
        certs::recovery::parse(typed).map(Self)
    }

    /// The groups of the recovery sheet; whoever reads them reads every record.
    #[must_use]
    pub fn expose_groups(&self) -> Vec<Zeroizing<String>> {
        certs::recovery::expose_groups(&self.0)
    }

    /// The key for opening the database.
    #[must_use]
    pub fn data_key(&self) -> DataKey {
        DataKey::new(*self.0)
    }

    /// Unlocks the key of a data folder.
    ///
    /// # Errors
    /// The file is missing or damaged, or `opener` is not what it was locked with.
    pub fn open(data: &Path, opener: &Opener) -> Result<Self, UnlockError> {
        let path = data.join(FILE_NAME);
        let text = match read_small(&path) {
            Err(UnlockError::File(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(UnlockError::Missing);
            }
            other => other?,
        };
        let file: File = toml::from_str(&text).map_err(|_| UnlockError::Damaged)?;
        if file.version != 1 {
            return Err(UnlockError::Damaged);
        }
        let wrapped = hex_decode(&file.wrapped).ok_or(UnlockError::Damaged)?;
        let outer = match (&*file.derivation, opener) {
            ("argon2id", Opener::Passphrase(passphrase)) => {
                let salt = hex_decode(&file.salt).ok_or(UnlockError::Damaged)?;
                let salt = <[u8; 16]>::try_from(salt).map_err(|_| UnlockError::Damaged)?;
                let cost = Cost { memory_kib: file.memory_kib, passes: file.passes };
                passphrase.derive(&salt, cost)?
            }
            ("none", Opener::DangerKeyFile(key)) => key.clone(),
            ("argon2id", _) => return Err(UnlockError::OtherKind("passphrase")),
            ("none", _) => return Err(UnlockError::OtherKind("key file")),
            _ => return Err(UnlockError::Damaged),
        };
        match keywrap::unwrap(&wrapped, &outer, PLACE) {
            Ok(key) => Ok(Self(key)),
            Err(KeywrapError::Refused) => Err(UnlockError::Wrong),
            Err(_) => Err(UnlockError::Damaged),
        }
    }

    /// Locks the key into a data folder, in place of what was there.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn lock(&self, data: &Path, opener: &Opener) -> Result<(), UnlockError> {
        let salt: [u8; 16] = certs::digest::random_bytes();
        let cost = Cost::default();
        let (derivation, outer) = match opener {
            Opener::Passphrase(passphrase) => ("argon2id", passphrase.derive(&salt, cost)?),
            Opener::DangerKeyFile(key) => ("none", key.clone()),
        };
        let wrapped = keywrap::wrap(&self.0, &outer, PLACE).map_err(|_| UnlockError::Damaged)?;
        let file = File {
            version: 1,
            derivation: derivation.to_owned(),
            memory_kib: cost.memory_kib,
            passes: cost.passes,
            salt: hex_encode(&salt),
            wrapped: hex_encode(&wrapped),
        };
        let text = toml::to_string(&file).map_err(|_| UnlockError::Damaged)?;
        write_private(&data.join(FILE_NAME), text.as_bytes(), Existing::Replace)
    }
}

/// What opens the ledger of a data folder, as its file says: `passphrase` or `key file`.
///
/// # Errors
/// The file is missing or damaged.
pub fn kind_of(data: &Path) -> Result<&'static str, UnlockError> {
    let nobody = Opener::DangerKeyFile(Zeroizing::new([0; 32]));
    match LedgerKey::open(data, &nobody) {
        Err(UnlockError::OtherKind(kind)) => Ok(kind),
        Ok(_) | Err(UnlockError::Wrong) => Ok(nobody.kind()),
        Err(error) => Err(error),
    }
}

/// Writes a new file that only its owner can read; one that exists is never overwritten.
///
/// # Errors
/// The file exists or cannot be written.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), UnlockError> {
    write_private(path, bytes, Existing::Keep)
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Keep,
    Replace,
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), UnlockError> {
    use std::io::Write as _;
    let target = match existing {
        Existing::Keep => path.to_owned(),
        Existing::Replace => path.with_extension("key.new"),
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    match existing {
        Existing::Keep => options.create_new(true),
        Existing::Replace => options.create(true).truncate(true),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&target)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if existing == Existing::Replace {
        std::fs::rename(&target, path)?;
    }
    Ok(())
}

fn read_small(path: &Path) -> Result<String, UnlockError> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(UnlockError::Damaged);
    }
    Ok(std::fs::read_to_string(path)?)
}

fn hex_encode(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn hex_decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Opener {
        Opener::Passphrase(Passphrase::typed(text).expect("passphrase"))
    }

    fn sheet(key: &LedgerKey) -> String {
        let groups = key.expose_groups();
        groups.iter().map(|group| group.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Only the passphrase that locked a key unlocks it, and a changed one replaces the old.
    #[test]
    fn a_key_opens_with_its_own_passphrase() {
        let folder = tempfile::tempdir().expect("folder");
        let key = LedgerKey::generate();
        key.lock(folder.path(), &passphrase("correct horse battery")).expect("lock");
        let open = |text: &str| LedgerKey::open(folder.path(), &passphrase(text));
        assert_eq!(open("correct horse battery").map(|key| sheet(&key)).ok(), Some(sheet(&key)));
        assert!(matches!(open("wrong horse battery"), Err(UnlockError::Wrong)));
        key.lock(folder.path(), &passphrase("another long passphrase")).expect("lock");
        assert!(matches!(open("correct horse battery"), Err(UnlockError::Wrong)));
        assert_eq!(kind_of(folder.path()).ok(), Some("passphrase"));
    }

    /// A machine's key file opens what it locked; a passphrase there is a mistake with a name.
    #[test]
    fn a_key_file_opens_what_it_locked() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("machine.key");
        let key = LedgerKey::generate();
        let opener = Opener::danger_new_key_file(&path).expect("key file");
        key.lock(folder.path(), &opener).expect("lock");
        let read = Opener::danger_from_key_file(&path).expect("key file");
        let opened = LedgerKey::open(folder.path(), &read).map(|key| sheet(&key));
        assert_eq!(opened.ok(), Some(sheet(&key)));
        let typed = LedgerKey::open(folder.path(), &passphrase("correct horse battery"));
        assert!(matches!(typed, Err(UnlockError::OtherKind("key file"))));
        assert!(Opener::danger_new_key_file(&path).is_err(), "never overwritten");
    }

    /// The sheet brings the key back; a damaged file is told apart from a wrong passphrase.
    #[test]
    fn the_sheet_brings_the_key_back_when_the_file_is_damaged() {
        let folder = tempfile::tempdir().expect("folder");
        let key = LedgerKey::generate();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "version = 1\n").expect("write");
        let opened = LedgerKey::open(folder.path(), &passphrase("correct horse battery"));
        assert!(matches!(opened, Err(UnlockError::Damaged)));
        let restored = LedgerKey::from_sheet(&sheet(&key)).expect("sheet");
        assert_eq!(sheet(&restored), sheet(&key));
        assert!(LedgerKey::from_sheet("ABCDE").is_err());
        std::fs::remove_file(&path).expect("remove");
        assert!(matches!(kind_of(folder.path()), Err(UnlockError::Missing)));
    }
}
