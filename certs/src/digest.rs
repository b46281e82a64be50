//! SHA-256, the keyed function behind rounding, and random bytes.
//!
//! This is the one place where a digest is computed; elsewhere digests are carried and compared.

use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use domain::digest::Digest;

/// Digests bytes with SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// SHA-256 over bytes that arrive in pieces; also a writer, for copying a file into it.
#[derive(Clone)]
pub struct Hasher(Context);

impl Hasher {
    /// Starts an empty digest.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces in order.
    #[must_use]
    pub fn finish(self) -> Digest {
        let mut bytes = [0; 32];
        for (byte, computed) in bytes.iter_mut().zip(self.0.finish().as_ref()) {
            *byte = *computed;
        }
        Digest::sha256(bytes)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl io::Write for Hasher {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.update(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The secret of a school's rounding: who holds it can undo the noise, so it stays in the ledger.
///
/// Has no `Debug`, no `Clone` and no serialised form but [`RoundingKey::expose`].
pub struct RoundingKey {
    bytes: Zeroizing<[u8; 32]>,
    key: hmac::Key,
}

impl RoundingKey {
    /// Draws a new key.
    #[must_use]
    pub fn generate() -> Self {
        Self::from_bytes(Zeroizing::new(random_bytes()))
    }

    /// Takes a key that was stored.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_ref());
        Self { bytes, key }
    }

    /// The key itself, for the encrypted ledger and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The first eight bytes of HMAC-SHA256 over the message, big-endian: the same message always
    /// draws the same number.
    #[must_use]
    pub fn draw(&self, message: &[u8]) -> u64 {
        let tag = hmac::sign(&self.key, message);
        tag.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// Draws bytes from the operating system's source through aws-lc.
#[must_use]
#[expect(clippy::expect_used, reason = "aws-lc waits for entropy or aborts; it never returns less")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the random source answers");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest is the one of FIPS 180-4, in one piece or in several.
    #[test]
    fn sha256_agrees_with_the_standard() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_string(), expected);
        let mut hasher = Hasher::new();
        hasher.update(b"a");
        io::copy(&mut b"bc".as_slice(), &mut hasher).expect("copy");
        assert_eq!(hasher.finish().to_string(), expected);
    }

    /// A draw is the head of HMAC-SHA256: test case 2 of RFC 4231, padded to a 32-byte key.
    #[test]
    fn a_draw_is_the_head_of_the_hmac() {
        let mut key = Zeroizing::new([0; 32]);
        key.iter_mut().zip(b"Jefe").for_each(|(byte, given)| *byte = *given);
        let key = RoundingKey::from_bytes(key);
        assert_eq!(key.draw(b"what do ya want for nothing?"), 0x5bdc_c146_bf60_754e);
        assert_eq!(key.draw(b"x"), key.draw(b"x"));
        assert_ne!(key.draw(b"x"), RoundingKey::generate().draw(b"x"));
    }

    /// Two draws of sixteen bytes differ.
    #[test]
    fn random_bytes_differ() {
        assert_ne!(random_bytes::<16>(), random_bytes::<16>());
    }
}
