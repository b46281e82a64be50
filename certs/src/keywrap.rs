//! A 32-byte data key wrapped under another key, such as the encrypted ledger's under the one
//! that is derived from a passphrase.
//!
//! AES-256-GCM. The associated data binds the wrapped key to its place, so that one that was
//! copied from another unit's file does not open here. How a passphrase becomes a key is decided
//! in `runtime`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// Bytes of a wrapped key: algorithm, nonce, key, tag.
pub const WRAPPED_BYTES: usize = 1 + 12 + 32 + 16;

/// The one algorithm so far: AES-256-GCM with a random nonce.
const AES_256_GCM_ID: u8 = 1;

/// Why a key was not wrapped or unwrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeywrapError {
    /// Not the length of a wrapped key.
    #[error("a wrapped key has {WRAPPED_BYTES} bytes, {0} were given")]
    Length(usize),
    /// An algorithm of a later version.
    #[error("key wrapping algorithm {0} is not known to this version")]
    Algorithm(u8),
    /// Another key or another place, or the bytes were altered: the three cannot be told apart.
    #[error("wrapped key does not open with this key")]
    Refused,
}

/// Wraps a data key. `place` says what it belongs to, and is needed again to open it.
///
/// # Errors
/// The library refused.
pub fn wrap(
    data_key: &[u8; 32],
    wrapping_key: &[u8; 32],
    place: &[u8],
) -> Result<Vec<u8>, KeywrapError> {
    seal(data_key, wrapping_key, place)
}

/// Opens a wrapped data key.
///
/// # Errors
/// Not a wrapped key, a later algorithm, or another key or place.
pub fn unwrap(
    wrapped: &[u8],
    wrapping_key: &[u8; 32],
    place: &[u8],
) -> Result<Zeroizing<[u8; 32]>, KeywrapError> {
    let length = KeywrapError::Length(wrapped.len());
    let known = wrapped.first() == Some(&AES_256_GCM_ID);
    if known && wrapped.len() != WRAPPED_BYTES {
        return Err(length);
    }
    let plain = open(wrapped, wrapping_key, place)?;
    let plain = <&[u8; 32]>::try_from(plain.as_slice()).map_err(|_| KeywrapError::Refused)?;
    Ok(Zeroizing::new(*plain))
}

/// Seals a secret of any length, such as a private key's document.
pub(crate) fn seal(
    secret: &[u8],
    wrapping_key: &[u8; 32],
    place: &[u8],
) -> Result<Vec<u8>, KeywrapError> {
    let key = aead(wrapping_key)?;
    // Room for the tag from the start: growing would leave a copy of the secret in freed memory.
    let mut sealed = Zeroizing::new(Vec::with_capacity(secret.len() + 16));
    sealed.extend_from_slice(secret);
    let nonce = key.seal_in_place_append_tag(Aad::from(bound(place)), &mut *sealed);
    let nonce = nonce.map_err(|_| KeywrapError::Refused)?;
    let head = [AES_256_GCM_ID];
    Ok([head.as_slice(), nonce.as_ref().as_slice(), &sealed].concat())
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    wrapped: &[u8],
    wrapping_key: &[u8; 32],
    place: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeywrapError> {
    let length = KeywrapError::Length(wrapped.len());
    let (algorithm, rest) = wrapped.split_first().ok_or(length)?;
    if *algorithm != AES_256_GCM_ID {
        return Err(KeywrapError::Algorithm(*algorithm));
    }
    let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or(length)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let key = aead(wrapping_key)?;
    let plain = key.open_in_place(nonce, Aad::from(bound(place)), opened.as_mut_slice());
    let plain = plain.map_err(|_| KeywrapError::Refused)?.len();
    opened.truncate(plain);
    Ok(opened)
}

fn aead(wrapping_key: &[u8; 32]) -> Result<RandomizedNonceKey, KeywrapError> {
    RandomizedNonceKey::new(&AES_256_GCM, wrapping_key).map_err(|_| KeywrapError::Refused)
}

/// The algorithm is authenticated too, so that it cannot be changed for a weaker one.
fn bound(place: &[u8]) -> Vec<u8> {
    [b"xinqiao-keywrap-v1\0".as_slice(), &[AES_256_GCM_ID], place].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::random_bytes;

    /// A wrapped key opens with its own key at its own place, and with nothing else.
    #[test]
    fn a_wrapped_key_opens_at_its_own_place() {
        let (data, outer, other) = (random_bytes(), random_bytes(), random_bytes());
        let wrapped = wrap(&data, &outer, b"ledger").expect("wrap");
        assert_eq!(wrapped.len(), WRAPPED_BYTES);
        let open = |bytes: &[u8], key, place: &[u8]| unwrap(bytes, key, place).map(|key| *key);
        assert_eq!(open(&wrapped, &outer, b"ledger"), Ok(data));
        assert_eq!(open(&wrapped, &other, b"ledger"), Err(KeywrapError::Refused));
        assert_eq!(open(&wrapped, &outer, b"backup"), Err(KeywrapError::Refused));
        for at in 1..wrapped.len() {
            let mut altered = wrapped.clone();
            altered[at] ^= 1;
            assert_eq!(open(&altered, &outer, b"ledger"), Err(KeywrapError::Refused));
        }
        let mut later = wrapped.clone();
        later[0] = 9;
        assert_eq!(open(&later, &outer, b"ledger"), Err(KeywrapError::Algorithm(9)));
        assert_eq!(open(&wrapped[..60], &outer, b"ledger"), Err(KeywrapError::Length(60)));
        assert_ne!(wrap(&data, &outer, b"ledger"), Ok(wrapped), "every nonce is new");
    }
}
