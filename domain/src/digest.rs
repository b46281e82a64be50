//! A digest with the algorithm that made it, so that another algorithm can come later.
//!
//! Computed in `certs` only; here it is carried, compared and printed.

use std::fmt;

/// Which function made a digest. Stored beside every digest and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DigestAlgorithm {
    /// SHA-256 (FIPS 180-4).
    Sha256 = 1,
}

/// A 32-byte digest and its algorithm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    bytes: [u8; 32],
}

/// Why bytes are not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not 33 bytes, or not 64 hexadecimal digits.
    #[error("a digest has {expected} bytes, {found} were given")]
    Length {
        /// Bytes that were expected.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// The algorithm byte is not one that this build knows.
    #[error("digest algorithm {0} is not known to this version")]
    Algorithm(u8),
    /// A character outside 0-9 and a-f.
    #[error("a digest is written in hexadecimal digits")]
    Hexadecimal,
}

impl Digest {
    /// Wraps the 32 bytes that SHA-256 gave.
    #[must_use]
    pub const fn sha256(bytes: [u8; 32]) -> Self {
        Self { algorithm: DigestAlgorithm::Sha256, bytes }
    }

    /// The digest's bytes without the algorithm.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Algorithm byte followed by the digest: the form that is stored and sent.
    #[must_use]
    pub fn to_tagged(self) -> Vec<u8> {
        let mut tagged = Vec::with_capacity(33);
        tagged.push(self.algorithm as u8);
        tagged.extend_from_slice(&self.bytes);
        tagged
    }

    /// Reads the form that [`Digest::to_tagged`] writes.
    ///
    /// # Errors
    /// Another length, or an algorithm that this build does not know.
    pub fn from_tagged(tagged: &[u8]) -> Result<Self, DigestError> {
        let wrong = DigestError::Length { expected: 33, found: tagged.len() };
        let (algorithm, rest) = tagged.split_first().ok_or(wrong)?;
        let bytes = <[u8; 32]>::try_from(rest).map_err(|_| wrong)?;
        match algorithm {
            1 => Ok(Self::sha256(bytes)),
            other => Err(DigestError::Algorithm(*other)),
        }
    }

    /// Reads 64 hexadecimal digits of a SHA-256 digest.
    ///
    /// # Errors
    /// Another length, or a character that is no hexadecimal digit.
    pub fn from_hex(text: &str) -> Result<Self, DigestError> {
        if text.len() != 64 {
            return Err(DigestError::Length { expected: 32, found: text.len() / 2 });
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| DigestError::Hexadecimal)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| DigestError::Hexadecimal)?;
        }
        Ok(Self::sha256(bytes))
    }

    /// The first eight hexadecimal digits, for people to compare.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

/// Bytes as hexadecimal digits, two for each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written can be read again, in both forms.
    #[test]
    fn a_digest_survives_both_of_its_forms() {
        let digest = Digest::sha256([7; 32]);
        assert_eq!(Digest::from_tagged(&digest.to_tagged()), Ok(digest));
        assert_eq!(Digest::from_hex(&digest.to_string()), Ok(digest));
        assert_eq!(hex(digest.bytes()), digest.to_string());
    }

    /// An algorithm from a later version is named, not guessed at.
    #[test]
    fn an_unknown_algorithm_is_refused_by_number() {
        let mut tagged = Digest::sha256([0; 32]).to_tagged();
        tagged[0] = 9;
        assert_eq!(Digest::from_tagged(&tagged), Err(DigestError::Algorithm(9)));
        assert!(Digest::from_tagged(&tagged[1..]).is_err());
        assert_eq!(Digest::from_hex("zz"), Err(DigestError::Length { expected: 32, found: 1 }));
    }
}
