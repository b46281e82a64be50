//! The file of a private key under a passphrase, as an offline authority keeps it.
//!
//! A PEM block of its own kind: the head says how the passphrase becomes a key, the body is the
//! private key's document sealed under that key, with the algorithm's id in front. How a passphrase
//! becomes a key is decided in `runtime`. A plain key is written only by the function whose name
//! says that this is a danger; which of the two a file holds is told without any secret.

use std::path::Path;

use domain::digest::hex;
use zeroize::Zeroizing;

use crate::file::{read_small, write_private};
use crate::key::{KeyError, SigningKey};
use crate::keywrap::{self, KeywrapError};

const PEM_TAG: &str = "XINQIAO PROTECTED KEY";
const ARGON2ID: &str = "argon2id";

/// How a passphrase becomes the key that opens a file: argon2id with these costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Random, and another one in every file.
    pub salt: [u8; 16],
}

/// What it takes to open a key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nothing: whoever reads the file has the key.
    Plain,
    /// The key that comes from a passphrase.
    Passphrase(Derivation),
}

/// Why a key file was not written or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyfileError {
    /// The file, or the key in it.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The head of the file is damaged or of a later version.
    #[error("key file is damaged or of a later version")]
    Form,
    /// Another passphrase or another purpose, or the file was altered: they cannot be told apart.
    #[error("the passphrase does not open the key file")]
    Refused,
    /// The file needs a passphrase and none was given, or the other way round.
    #[error("key file is protected otherwise")]
    OtherProtection,
}

impl From<std::io::Error> for KeyfileError {
    fn from(error: std::io::Error) -> Self {
        Self::Key(error.into())
    }
}

impl From<KeywrapError> for KeyfileError {
    fn from(error: KeywrapError) -> Self {
        match error {
            KeywrapError::Refused => Self::Refused,
            _ => Self::Form,
        }
    }
}

/// A private key that can stand in a key file.
pub(crate) trait KeyOfFile: Sized {
    /// The tag of the PEM block of a plain key.
    const PLAIN_TAG: &'static str;

    /// The key's bytes, to be sealed or written.
    fn expose_document(&self) -> Result<Zeroizing<Vec<u8>>, KeyfileError>;

    /// Reads what [`KeyOfFile::expose_document`] gave.
    fn from_document(document: &[u8]) -> Result<Self, KeyfileError>;
}

impl KeyOfFile for SigningKey {
    const PLAIN_TAG: &'static str = "PRIVATE KEY";

    fn expose_document(&self) -> Result<Zeroizing<Vec<u8>>, KeyfileError> {
        Ok(Zeroizing::new(Self::expose_pkcs8(self)?.as_ref().to_vec()))
    }

    fn from_document(document: &[u8]) -> Result<Self, KeyfileError> {
        Ok(Self::from_pkcs8(document)?)
    }
}

/// Says what it takes to open a key file.
///
/// # Errors
/// The file cannot be read, or holds no signing key of either kind.
pub fn protection_of(path: &Path) -> Result<Protection, KeyfileError> {
    let text = Zeroizing::new(read_small(path)?);
    match protected_block(&text)? {
        Some(block) => Ok(Protection::Passphrase(derivation_of(&block)?)),
        None => plain_key::<SigningKey>(&text).map(|_| Protection::Plain),
    }
}

/// What stands before and after the one key of a file, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    before: String,
    after: String,
}

impl Around {
    /// Something that follows the key, such as its certificate.
    #[must_use]
    pub fn after(text: String) -> Self {
        Self { before: String::new(), after: text }
    }

    /// What stands around the key of a file, to be kept where the key is locked anew.
    ///
    /// # Errors
    /// The file cannot be read, or holds no key or several.
    pub fn of(path: &Path) -> Result<Self, KeyfileError> {
        let bytes = Zeroizing::new(read_small(path)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| KeyfileError::Form)?;
        let begins = |tag: &str| format!("-----BEGIN {tag}-----");
        let found: Vec<(usize, &str)> = [PEM_TAG, SigningKey::PLAIN_TAG]
            .into_iter()
            .flat_map(|tag| {
                let places: Vec<usize> =
                    text.match_indices(&begins(tag)).map(|(at, _)| at).collect();
                places.into_iter().map(move |at| (at, tag))
            })
            .collect();
        let [(start, tag)] = found.as_slice() else {
            return Err(KeyfileError::Form);
        };
        let (before, rest) = text.split_at(*start);
        let end = format!("-----END {tag}-----");
        let (_, after) = rest.split_once(&end).ok_or(KeyfileError::Form)?;
        // The end of the key's own last line belongs to the key.
        let after = after.strip_prefix("\r\n").or(after.strip_prefix('\n')).unwrap_or(after);
        Ok(Self { before: before.to_owned(), after: after.to_owned() })
    }
}

/// Writes a key under the key of a passphrase, whole and with mode 0600; `around` stands before and
/// after it in the same file, such as a certificate. `place` says what the key is for.
///
/// # Errors
/// The file cannot be written; an older one is then left as it was.
pub fn save(
    path: &Path,
    key: &SigningKey,
    outer: (&[u8; 32], &Derivation),
    place: &[u8],
    around: &Around,
) -> Result<(), KeyfileError> {
    save_key(path, key, outer, place, around)
}

/// As [`save`], for a private key of any kind.
pub(crate) fn save_key<K: KeyOfFile>(
    path: &Path,
    key: &K,
    (outer, derivation): (&[u8; 32], &Derivation),
    place: &[u8],
    around: &Around,
) -> Result<(), KeyfileError> {
    let sealed = keywrap::seal(&key.expose_document()?, outer, place)?;
    let mut block = pem::Pem::new(PEM_TAG, sealed);
    let heads = [
        ("Derivation", ARGON2ID.to_owned()),
        ("Memory-KiB", derivation.memory_kib.to_string()),
        ("Passes", derivation.passes.to_string()),
        ("Salt", hex(&derivation.salt)),
    ];
    for (name, value) in heads {
        block.headers_mut().add(name, &value).map_err(|_| KeyfileError::Form)?;
    }
    let Around { before, after } = around;
    write_private(path, format!("{before}{}{after}", pem::encode(&block)).as_bytes())?;
    Ok(())
}

/// Writes a key that nothing protects but the mode 0600 of its file.
///
/// # Errors
/// The file cannot be written; an older one is then left as it was.
pub fn danger_save_plain(
    path: &Path,
    key: &SigningKey,
    around: &Around,
) -> Result<(), KeyfileError> {
    danger_save_plain_key(path, key, around)
}

/// As [`danger_save_plain`], for a private key of any kind.
pub(crate) fn danger_save_plain_key<K: KeyOfFile>(
    path: &Path,
    key: &K,
    around: &Around,
) -> Result<(), KeyfileError> {
    let Around { before, after } = around;
    let block = pem::Pem::new(K::PLAIN_TAG, key.expose_document()?.as_slice());
    let encoded = Zeroizing::new(pem::encode(&block));
    let text = Zeroizing::new(format!("{before}{}{after}", encoded.as_str()));
    drop(Zeroizing::new(block.into_contents()));
    Ok(write_private(path, text.as_bytes())?)
}

/// Opens a key file; `outer` comes from the passphrase, nothing for a plain file.
///
/// # Errors
/// The file cannot be read, or `outer` does not open it.
pub fn open(
    path: &Path,
    outer: Option<&[u8; 32]>,
    place: &[u8],
) -> Result<SigningKey, KeyfileError> {
    open_key(path, outer, place)
}

/// As [`open`], for a private key of any kind.
pub(crate) fn open_key<K: KeyOfFile>(
    path: &Path,
    outer: Option<&[u8; 32]>,
    place: &[u8],
) -> Result<K, KeyfileError> {
    let text = Zeroizing::new(read_small(path)?);
    match (protected_block(&text)?, outer) {
        (Some(block), Some(outer)) => {
            let document = keywrap::open(block.contents(), outer, place)?;
            K::from_document(&document)
        }
        (None, None) => plain_key(&text),
        _ => Err(KeyfileError::OtherProtection),
    }
}

/// The first plain key of its kind in a text.
fn plain_key<K: KeyOfFile>(text: &[u8]) -> Result<K, KeyfileError> {
    let blocks = pem::parse_many(text).map_err(|_| KeyError::Encoding)?;
    let mut found = None;
    for block in blocks {
        let is_key = block.tag() == K::PLAIN_TAG;
        let content = Zeroizing::new(block.into_contents());
        if is_key && found.is_none() {
            found = Some(content);
        }
    }
    K::from_document(&found.ok_or(KeyError::Encoding)?)
}

fn protected_block(text: &[u8]) -> Result<Option<pem::Pem>, KeyfileError> {
    let blocks = pem::parse_many(text).map_err(|_| KeyError::Encoding)?;
    Ok(blocks.into_iter().find(|block| block.tag() == PEM_TAG))
}

fn derivation_of(block: &pem::Pem) -> Result<Derivation, KeyfileError> {
    let heads = block.headers();
    let head = |name: &str| heads.get(name).map(str::trim).ok_or(KeyfileError::Form);
    let number = |name| head(name)?.parse::<u32>().map_err(|_| KeyfileError::Form);
    if head("Derivation")? != ARGON2ID {
        return Err(KeyfileError::Form);
    }
    let salt = unhex(head("Salt")?).ok_or(KeyfileError::Form)?;
    Ok(Derivation { memory_kib: number("Memory-KiB")?, passes: number("Passes")?, salt })
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DERIVATION: Derivation = Derivation { memory_kib: 64, passes: 1, salt: [7; 16] };

    /// A protected key opens with its own passphrase's key for its own purpose, says how that key
    /// is derived, and no byte of the file tells anything of the key.
    #[test]
    fn a_protected_key_opens_with_its_own_passphrase() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("root.key");
        let key = SigningKey::generate().expect("key");
        let alone = Around::default();
        save(&path, &key, (&[1; 32], &DERIVATION), b"root", &alone).expect("save");
        assert_eq!(protection_of(&path).expect("read"), Protection::Passphrase(DERIVATION));
        let opened = open(&path, Some(&[1; 32]), b"root").expect("open");
        assert_eq!(opened.id(), key.id());
        for (outer, place) in [([2; 32], b"root"), ([1; 32], b"pack")] {
            let refused = open(&path, Some(&outer), place);
            assert!(matches!(refused, Err(KeyfileError::Refused)));
        }
        assert!(matches!(open(&path, None, b"root"), Err(KeyfileError::OtherProtection)));
        let text = std::fs::read_to_string(&path).expect("read");
        let plain = key.expose_pem().expect("pem");
        let body = plain.lines().nth(1).expect("line");
        assert!(!text.contains(body) && !text.contains("PRIVATE KEY"), "{text}");
        assert!(SigningKey::from_pem(text.as_bytes()).is_err());
        let later = text.replace(ARGON2ID, "argon3");
        std::fs::write(&path, later).expect("write");
        assert!(matches!(protection_of(&path), Err(KeyfileError::Form)));
    }

    /// A plain key is told apart, and what follows a key in its file stays there.
    #[test]
    fn a_plain_key_is_told_apart() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("pack.pem");
        let key = SigningKey::generate().expect("key");
        let after = pem::encode(&pem::Pem::new("CERTIFICATE", b"leaf".as_slice()));
        let with = Around::after(after.clone());
        danger_save_plain(&path, &key, &with).expect("save");
        assert_eq!(protection_of(&path).expect("read"), Protection::Plain);
        assert_eq!(open(&path, None, b"pack").expect("open").id(), key.id());
        assert!(matches!(open(&path, Some(&[1; 32]), b"pack"), Err(KeyfileError::OtherProtection)));
        save(&path, &key, (&[1; 32], &DERIVATION), b"pack", &with).expect("save");
        assert!(std::fs::read_to_string(&path).expect("read").ends_with(&after));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "nothing").expect("write");
        assert!(protection_of(&path).is_err());
    }

    /// Locking a key anew keeps all else of its file: a note in front, several certificates, and
    /// the ends of their lines. A file with two keys is none of ours.
    #[test]
    fn what_stands_around_a_key_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("packs.key");
        let key = SigningKey::generate().expect("key");
        let block = |bytes: &[u8]| pem::encode(&pem::Pem::new("CERTIFICATE", bytes));
        let (first, second) = (block(b"leaf"), block(b"the one before").replace("\r\n", "\n"));
        let before = "# pack key of the education commission\n";
        let after = format!("{first}\nnote\n{second}");
        let plain = key.expose_pem().expect("pem");
        std::fs::write(&path, format!("{before}{}{after}", plain.as_str())).expect("write");
        let around = Around::of(&path).expect("around");
        assert_eq!((around.before.as_str(), around.after.as_str()), (before, after.as_str()));
        save(&path, &key, (&[1; 32], &DERIVATION), b"pack", &around).expect("save");
        assert_eq!(Around::of(&path).expect("around"), around);
        danger_save_plain(&path, &key, &around).expect("save");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, format!("{before}{}{after}", plain.as_str()));
        std::fs::write(&path, format!("{text}{}", plain.as_str())).expect("write");
        assert!(matches!(Around::of(&path), Err(KeyfileError::Form)));
    }
}
