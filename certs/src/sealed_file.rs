//! A file of any length sealed under a key, and that key under a passphrase's, as in a backup.
//!
//! Pieces of one mebibyte, each sealed with its place, its number and whether it is the last: a
//! piece that is missing, moved or of another file does not open, and neither does a file that was
//! cut. How a passphrase becomes a key is decided in `runtime`.

use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::digest::random_bytes;
use crate::file::{read_small, write_private};
use crate::keyfile::Derivation;
use crate::keywrap;

const PIECE_BYTES: u64 = 1 << 20;
/// Algorithm, nonce and tag of a sealed piece.
const AROUND_BYTES: u64 = 1 + 12 + 16;
/// Memory, passes and salt in front of a locked key.
const HEAD_BYTES: usize = 4 + 4 + 16;

/// Why a file or its key does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealedFileError {
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] io::Error),
    /// Another key or another place, or the bytes were altered or cut: they cannot be told apart.
    #[error("the file does not open with this key")]
    Refused,
}

/// The key of sealed files. Wiped when dropped, never printed.
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// Makes a key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Reads a key that nothing protects but the mode of its file.
    ///
    /// # Errors
    /// The file cannot be read or holds no key.
    pub fn load(path: &Path) -> Result<Self, SealedFileError> {
        let bytes = Zeroizing::new(read_small(path)?);
        let key = <&[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealedFileError::Refused)?;
        Ok(Self(Zeroizing::new(*key)))
    }

    /// Writes the key so that nothing protects it but the mode 0600 of its file.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn danger_save_plain(&self, path: &Path) -> Result<(), SealedFileError> {
        Ok(write_private(path, self.0.as_slice())?)
    }

    /// Writes the key under the one of a passphrase; `place` says what it belongs to.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn save_locked(
        &self,
        path: &Path,
        (outer, derivation): (&[u8; 32], &Derivation),
        place: &[u8],
    ) -> Result<(), SealedFileError> {
        let wrapped = keywrap::wrap(&self.0, outer, place).map_err(|_| SealedFileError::Refused)?;
        let memory = derivation.memory_kib.to_be_bytes();
        let passes = derivation.passes.to_be_bytes();
        let bytes = [memory.as_slice(), &passes, &derivation.salt, &wrapped];
        Ok(write_private(path, &bytes.concat())?)
    }

    /// Seals all that is read; says how many bytes that was. `place` is needed again to open it.
    ///
    /// # Errors
    /// Reading or writing failed; what was written is then not whole and does not open.
    pub fn seal(
        &self,
        from: &mut impl Read,
        to: &mut impl Write,
        place: &[u8],
    ) -> Result<u64, SealedFileError> {
        let (mut number, mut bytes) = (0_u64, 0_u64);
        let mut piece = read_piece(from, PIECE_BYTES)?;
        loop {
            let next = read_piece(from, PIECE_BYTES)?;
            let bound = placed(place, number, next.is_empty());
            let sealed = keywrap::seal(&piece, &self.0, &bound);
            to.write_all(&sealed.map_err(|_| SealedFileError::Refused)?)?;
            bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if next.is_empty() {
                return Ok(bytes);
            }
            (piece, number) = (next, number.saturating_add(1));
        }
    }

    /// Opens what [`FileKey::seal`] made; says how many bytes that was.
    ///
    /// # Errors
    /// It does not open as a whole; what was written until then is to be thrown away.
    pub fn open(
        &self,
        from: &mut impl Read,
        to: &mut impl Write,
        place: &[u8],
    ) -> Result<u64, SealedFileError> {
        let (mut number, mut bytes) = (0_u64, 0_u64);
        let mut piece = read_piece(from, PIECE_BYTES + AROUND_BYTES)?;
        loop {
            let next = read_piece(from, PIECE_BYTES + AROUND_BYTES)?;
            let bound = placed(place, number, next.is_empty());
            let opened = keywrap::open(&piece, &self.0, &bound);
            let opened = opened.map_err(|_| SealedFileError::Refused)?;
            to.write_all(&opened)?;
            bytes = bytes.saturating_add(u64::try_from(opened.len()).unwrap_or(u64::MAX));
            if next.is_empty() {
                return Ok(bytes);
            }
            (piece, number) = (next, number.saturating_add(1));
        }
    }
}

/// A key under the one of a passphrase, as [`FileKey::save_locked`] wrote it.
pub struct LockedKey {
    derivation: Derivation,
    wrapped: Vec<u8>,
}

impl LockedKey {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read or is no such file.
    pub fn load(path: &Path) -> Result<Self, SealedFileError> {
        let bytes = read_small(path)?;
        let read = || {
            let (memory, rest) = bytes.split_first_chunk::<4>()?;
            let (passes, rest) = rest.split_first_chunk::<4>()?;
            let (salt, wrapped) = rest.split_first_chunk::<16>()?;
            let memory_kib = u32::from_be_bytes(*memory);
            let derivation =
                Derivation { memory_kib, passes: u32::from_be_bytes(*passes), salt: *salt };
            Some(Self { derivation, wrapped: wrapped.to_vec() })
        };
        let is_whole = bytes.len() == HEAD_BYTES + keywrap::WRAPPED_BYTES;
        read().filter(|_| is_whole).ok_or(SealedFileError::Refused)
    }

    /// How the passphrase becomes the key that opens it.
    #[must_use]
    pub const fn derivation(&self) -> &Derivation {
        &self.derivation
    }

    /// Opens it.
    ///
    /// # Errors
    /// Another passphrase or another place, or the file was altered.
    pub fn open(&self, outer: &[u8; 32], place: &[u8]) -> Result<FileKey, SealedFileError> {
        let key = keywrap::unwrap(&self.wrapped, outer, place);
        key.map(FileKey).map_err(|_| SealedFileError::Refused)
    }
}

fn read_piece(from: &mut impl Read, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let room = usize::try_from(limit).unwrap_or_default();
    let mut piece = Zeroizing::new(Vec::with_capacity(room));
    from.by_ref().take(limit).read_to_end(&mut piece)?;
    Ok(piece)
}

fn placed(place: &[u8], number: u64, is_last: bool) -> Vec<u8> {
    [place, &number.to_be_bytes(), &[u8::from(is_last)]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: usize = 1 << 20;

    fn sealed(key: &FileKey, content: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        key.seal(&mut &*content, &mut sealed, b"place").expect("sealed");
        sealed
    }

    fn opened(key: &FileKey, sealed: &[u8], place: &[u8]) -> Option<Vec<u8>> {
        let mut plain = Vec::new();
        key.open(&mut &*sealed, &mut plain, place).ok().map(|_| plain)
    }

    /// What was sealed opens whole, whatever its length, with its own key at its own place.
    #[test]
    fn a_file_opens_whole_at_its_place() {
        let key = FileKey::generate();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            let content: Vec<u8> = (0..length).map(|at| u8::from(at % 251 == 7)).collect();
            let bytes = sealed(&key, &content);
            assert_eq!(opened(&key, &bytes, b"place").as_deref(), Some(content.as_slice()));
            assert_eq!(opened(&key, &bytes, b"other"), None);
            assert_eq!(opened(&FileKey::generate(), &bytes, b"place"), None);
        }
    }

    /// A file that was cut, also between two pieces, or whose pieces were turned, does not open.
    #[test]
    fn a_cut_file_does_not_open() {
        let key = FileKey::generate();
        let bytes = sealed(&key, &vec![7; 2 * PIECE + 5]);
        let piece = PIECE + 29;
        for length in [0, 10, piece - 1, piece, 2 * piece, bytes.len() - 1] {
            assert_eq!(opened(&key, &bytes[..length], b"place"), None, "{length}");
        }
        let turned = [&bytes[piece..2 * piece], &bytes[..piece], &bytes[2 * piece..]].concat();
        assert_eq!(opened(&key, &turned, b"place"), None);
    }

    /// The key opens with its own passphrase's key, and not for another unit.
    #[test]
    fn a_locked_key_opens_with_its_passphrase() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("lock");
        let key = FileKey::generate();
        let derivation = Derivation { memory_kib: 64, passes: 1, salt: [7; 16] };
        key.save_locked(&path, (&[1; 32], &derivation), b"unit").expect("saved");
        let locked = LockedKey::load(&path).expect("lock");
        assert_eq!(*locked.derivation(), derivation);
        let same = locked.open(&[1; 32], b"unit").expect("opens");
        assert!(opened(&same, &sealed(&key, b"figures"), b"place").is_some());
        assert!(locked.open(&[2; 32], b"unit").is_err());
        assert!(locked.open(&[1; 32], b"other").is_err());
    }
}
