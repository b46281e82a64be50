//! HPKE (RFC 9180) in its base mode with X-Wing, SHAKE256 and ChaCha20-Poly1305, and nothing of
//! our own: the suite of which the draft of post-quantum HPKE publishes known answers.
//!
//! Base mode proves nothing about a sender; who needs that signs what was sealed.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::KdfShake256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use super::SealError;

pub(super) const SECRET_BYTES: usize = 32;
pub(super) const PUBLIC_BYTES: usize = 1216;
/// What carries the shared secret, in front of the ciphertext.
pub(super) const ENCAPSULATED_BYTES: usize = 1120;
pub(super) const TAG_BYTES: usize = 16;

/// The library counts with 16 bits and would panic beyond them.
const INFO_BYTES_MAX: usize = 32 * 1024;

pub(super) type Public = <XWing as Kem>::PublicKey;
pub(super) type Secret = <XWing as Kem>::PrivateKey;

pub(super) fn read_secret(bytes: &[u8; SECRET_BYTES]) -> Result<Secret, SealError> {
    Secret::from_bytes(bytes).map_err(|_| SealError::Key)
}

pub(super) fn read_public(bytes: &[u8]) -> Result<Public, SealError> {
    if bytes.len() != PUBLIC_BYTES {
        return Err(SealError::Key);
    }
    Public::from_bytes(bytes).map_err(|_| SealError::Key)
}

pub(super) fn public_of(secret: &Secret) -> Vec<u8> {
    XWing::sk_to_pk(secret).to_bytes().to_vec()
}

/// Encapsulated key and ciphertext, in this order.
pub(super) fn seal(
    to: &Public,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    let length = bounded(info)?;
    let sealed = hpke::single_shot_seal::<ChaCha20Poly1305, KdfShake256, XWing>(
        &OpModeS::Base,
        to,
        length,
        plaintext,
        aad,
    );
    let (encapsulated, ciphertext) = sealed.map_err(|_| SealError::Refused)?;
    Ok([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
}

pub(super) fn open(
    secret: &Secret,
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let cut = SealError::Length(sealed.len());
    let (encapsulated, ciphertext) = sealed.split_first_chunk::<ENCAPSULATED_BYTES>().ok_or(cut)?;
    let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated);
    let plaintext = hpke::single_shot_open::<ChaCha20Poly1305, KdfShake256, XWing>(
        &OpModeR::Base,
        secret,
        &encapsulated.map_err(|_| SealError::Refused)?,
        bounded(info)?,
        ciphertext,
        aad,
    );
    plaintext.map(Zeroizing::new).map_err(|_| SealError::Refused)
}

const fn bounded(info: &[u8]) -> Result<&[u8], SealError> {
    if info.len() > INFO_BYTES_MAX { Err(SealError::Length(info.len())) } else { Ok(info) }
}
