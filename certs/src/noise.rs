//! The secret behind noise in open publications, and the stream of words that a release draws from.
//!
//! The same release draws the same numbers for ever: a hub that was put back to before a draw can
//! only repeat it, and nobody can average two draws. Other values make another identity and so an
//! independent stream: the same noise over two values would tell their difference exactly.

use std::collections::VecDeque;

use aws_lc_rs::hmac;
use domain::digest::Digest;
use domain::disclosure::noise::Randomness;
use zeroize::Zeroizing;

use crate::digest::random_bytes;

/// What stands before every message of a stream; an identity never begins like this.
const STREAM: &[u8] = b"xinqiao/noise/v1";

/// The secret of a hub's noise: who holds it can take the noise away again.
///
/// Has no `Debug`, no `Clone` and no serialised form but [`NoiseKey::expose`].
pub struct NoiseKey {
    bytes: Zeroizing<[u8; 32]>,
    key: hmac::Key,
}

/// The words of one release: HMAC-SHA256 over its identity and a counter, eight bytes a word.
pub struct NoiseStream {
    key: hmac::Key,
    identity: Digest,
    counter: u64,
    words: VecDeque<u64>,
}

impl NoiseKey {
    /// Draws a new key.
    #[must_use]
    pub fn generate() -> Self {
        Self::from_bytes(random_bytes())
    }

    /// Takes a key that was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_ref());
        Self { bytes, key }
    }

    /// The key itself, for the hub's store and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The identity of what a release is made of. It is keyed, so that it can be shown: a plain
    /// digest of exact values would let anybody try values out.
    #[must_use]
    pub fn identity(&self, content: &[u8]) -> Digest {
        digest(&self.key, &[content])
    }

    /// The words that a release draws from.
    #[must_use]
    pub fn stream(&self, identity: Digest) -> NoiseStream {
        NoiseStream { key: self.key.clone(), identity, counter: 0, words: VecDeque::new() }
    }
}

impl Randomness for NoiseStream {
    fn word(&mut self) -> u64 {
        if self.words.is_empty() {
            let counter = self.counter.to_be_bytes();
            let block = digest(&self.key, &[STREAM, self.identity.bytes(), &counter]);
            self.counter += 1;
            let word = |bytes: &[u8]| bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
            self.words.extend(block.bytes().chunks_exact(8).map(word));
        }
        // A block has four words.
        self.words.pop_front().unwrap_or_default()
    }
}

fn digest(key: &hmac::Key, pieces: &[&[u8]]) -> Digest {
    let mut context = hmac::Context::with_key(key);
    pieces.iter().for_each(|piece| context.update(piece));
    let mut bytes = [0; 32];
    for (byte, computed) in bytes.iter_mut().zip(context.sign().as_ref()) {
        *byte = *computed;
    }
    Digest::sha256(bytes)
}

#[cfg(test)]
mod tests {
    use domain::disclosure::noise::{Scale, discrete_laplace};

    use super::*;

    fn fixed() -> NoiseKey {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        NoiseKey::from_bytes(bytes)
    }

    /// Identity, words and noise under a fixed key are those of another implementation: a changed
    /// byte order, counter or prefix would give a restored hub other numbers than it published.
    #[test]
    fn a_stream_has_its_known_answers() {
        let key = fixed();
        let identity = key.identity(b"a release");
        assert_eq!(
            identity.to_string(),
            "12f8e729835767b9b48e0f32345a24b3351950f3ef8681e0b122226cfeb49ea8"
        );
        let mut stream = key.stream(identity);
        let words: Vec<u64> = (0..5).map(|_| stream.word()).collect();
        assert_eq!(
            words,
            [
                0xb462_063b_b78c_8742,
                0xe0b7_2f2b_3193_e352,
                0x1b4e_10ad_ef85_98cb,
                0xced8_b4c6_75a6_3d6b,
                0x6c02_1981_1108_b8e0
            ]
        );
        let (mut stream, scale) = (key.stream(identity), Scale::new(4, 1).expect("scale"));
        let draw = |_| discrete_laplace(&mut stream, scale).expect("draw");
        let drawn: Vec<i64> = (0..24).map(draw).collect();
        assert_eq!(
            drawn,
            [2, -3, 2, 3, 7, 4, -1, -11, 25, 0, 3, 4, -11, 5, 1, 2, 3, 0, 0, 0, 0, 0, -1, -4]
        );
    }

    /// The same release draws the same, another one and another key draw otherwise.
    #[test]
    fn a_release_draws_the_same_again() {
        let (key, other) = (fixed(), NoiseKey::generate());
        let words = |key: &NoiseKey, content: &[u8]| -> Vec<u64> {
            let mut stream = key.stream(key.identity(content));
            (0..9).map(|_| stream.word()).collect()
        };
        assert_eq!(words(&key, b"a"), words(&fixed(), b"a"));
        assert_ne!(words(&key, b"a"), words(&key, b"b"));
        assert_ne!(words(&key, b"a"), words(&other, b"a"));
    }
}
