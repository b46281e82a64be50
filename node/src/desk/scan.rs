//! The scan of returned slips: told by its content, digested, and let go.
//!
//! The ledger keeps the digest and never the picture: the paper and its scan stay with the school.
//! Nothing of a file is given back to a browser.

use certs::digest::sha256;
use domain::digest::Digest;

/// First bytes of what a scanner makes.
const KINDS: [&[u8]; 3] = [b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"];

/// Why a file is no scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// No byte.
    #[error("the file is empty")]
    Empty,
    /// Something else than PDF, JPEG or PNG, whatever its name says.
    #[error("the file is no PDF, JPEG or PNG")]
    Foreign,
}

/// The digest of a scan in hexadecimal digits, as the ledger keeps it.
///
/// # Errors
/// The file is none.
pub fn digest(bytes: &[u8]) -> Result<String, ScanError> {
    if bytes.is_empty() {
        return Err(ScanError::Empty);
    }
    if !KINDS.iter().any(|kind| bytes.starts_with(kind)) {
        return Err(ScanError::Foreign);
    }
    Ok(hex(&sha256(bytes)))
}

/// A digest in hexadecimal digits.
#[must_use]
pub fn hex(digest: &Digest) -> String {
    digest.bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file is what its first bytes say; the digest is the one that any program computes.
    #[test]
    fn a_scan_is_told_by_its_content() {
        for bytes in [&b"%PDF-1.7 slips"[..], b"\xff\xd8\xff\xe0 jpeg", b"\x89PNG\r\n\x1a\n png"] {
            assert_eq!(digest(bytes), Ok(hex(&sha256(bytes))));
        }
        let abc = hex(&sha256(b"abc"));
        assert!(abc.starts_with("ba7816bf") && abc.ends_with("f20015ad"), "{abc}");
        assert_eq!(digest(b""), Err(ScanError::Empty));
        for bytes in [&b"<html><script>"[..], b"PK\x03\x04", b" %PDF-", b"GIF89a"] {
            assert_eq!(digest(bytes), Err(ScanError::Foreign));
        }
    }
}
