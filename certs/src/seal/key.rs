//! The two halves of a sealing key.
//!
//! A private key knows its unit and its purpose and opens nothing else. It is made on the unit's
//! machine, has no `Debug` and is wiped when dropped. Its seed leaves this crate in one function,
//! for the encrypted ledger of the node.

use std::marker::PhantomData;
use std::path::Path;

use domain::digest::Digest;
use domain::unit::UnitId;
use zeroize::Zeroizing;

use super::hybrid::{self, SECRET_BYTES};
use super::{RECIPIENT_KEY_BYTES, SealAlgorithm, SealError, Sealed};
use crate::digest::{random_bytes, sha256};
use crate::keyfile::{self, Around, Derivation, KeyOfFile, KeyfileError};
use crate::statement::Purpose;

/// The public half: what a unit's statement names and others seal to.
#[derive(Clone, PartialEq, Eq)]
pub struct RecipientKey {
    algorithm: SealAlgorithm,
    public: Box<hybrid::Public>,
    tagged: Vec<u8>,
}

/// Opens what names children: lists and referrals. It exists at nodes; no hub may even name it.
pub type EnvelopeKey = SealingKey<OfEnvelopes>;

/// Opens shares of sealed sums. It exists at hubs that sum.
pub type ShareKey = SealingKey<OfShares>;

/// Opens the wrapping of letters at a hub that passes them on. It opens no envelope: of what a
/// letter carries it sees sealed bytes.
pub type RelayKey = SealingKey<OfRelays>;

/// The private half, of one unit and for one purpose of its kind.
pub struct SealingKey<K> {
    unit: UnitId,
    purpose: Purpose,
    seed: Zeroizing<[u8; SECRET_BYTES]>,
    secret: hybrid::Secret,
    public: RecipientKey,
    kind: PhantomData<K>,
}

/// What the keys of a type open.
pub trait Opens: closed::Closed {
    /// Whether a purpose is one of them.
    fn is_for(purpose: Purpose) -> bool;
}

/// Marks the keys that open what names children.
pub enum OfEnvelopes {}

/// Marks the keys that open shares of sums.
pub enum OfShares {}

/// Marks the keys that open the wrapping of letters on their way.
pub enum OfRelays {}

/// Only this file says what a type of keys opens.
mod closed {
    pub trait Closed {}
    impl Closed for super::OfEnvelopes {}
    impl Closed for super::OfShares {}
    impl Closed for super::OfRelays {}
}

impl Opens for OfEnvelopes {
    fn is_for(purpose: Purpose) -> bool {
        purpose.is_envelope()
    }
}

impl Opens for OfShares {
    fn is_for(purpose: Purpose) -> bool {
        purpose.is_share()
    }
}

impl Opens for OfRelays {
    fn is_for(purpose: Purpose) -> bool {
        purpose.is_relay()
    }
}

impl RecipientKey {
    /// Reads the tagged form.
    ///
    /// # Errors
    /// An algorithm of a later version, or no key of this one.
    pub fn from_bytes(tagged: &[u8]) -> Result<Self, SealError> {
        let (algorithm, bytes) = tagged.split_first().ok_or(SealError::Key)?;
        let algorithm = SealAlgorithm::from_byte(*algorithm)?;
        let public = Box::new(hybrid::read_public(bytes)?);
        Ok(Self { algorithm, public, tagged: tagged.to_vec() })
    }

    /// The tagged form of [`RECIPIENT_KEY_BYTES`] bytes: algorithm, then key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        debug_assert_eq!(self.tagged.len(), RECIPIENT_KEY_BYTES);
        &self.tagged
    }

    /// The name of this key: the digest of its tagged form.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.tagged)
    }

    pub(super) const fn algorithm(&self) -> SealAlgorithm {
        self.algorithm
    }

    pub(super) fn public(&self) -> &hybrid::Public {
        &self.public
    }
}

impl std::fmt::Debug for RecipientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecipientKey({:?})", self.digest())
    }
}

impl<K: Opens> SealingKey<K> {
    /// Makes a new key of a unit.
    ///
    /// # Errors
    /// This type of key is not for this purpose.
    pub fn generate(unit: UnitId, purpose: Purpose) -> Result<Self, SealError> {
        Self::from_seed(unit, purpose, Zeroizing::new(random_bytes()))
    }

    /// Takes a key that was stored.
    ///
    /// # Errors
    /// This type of key is not for this purpose.
    pub fn from_seed(
        unit: UnitId,
        purpose: Purpose,
        seed: Zeroizing<[u8; SECRET_BYTES]>,
    ) -> Result<Self, SealError> {
        if !K::is_for(purpose) {
            return Err(SealError::Purpose);
        }
        let secret = hybrid::read_secret(&seed)?;
        let algorithm = SealAlgorithm::XWingShake256ChaCha20Poly1305;
        let public = [[algorithm as u8].as_slice(), &hybrid::public_of(&secret)].concat();
        let public = RecipientKey::from_bytes(&public)?;
        Ok(Self { unit, purpose, seed, secret, public, kind: PhantomData })
    }

    /// The private key itself: for an encrypted store and, within this crate, for what follows from
    /// it. For nothing else.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; SECRET_BYTES] {
        &self.seed
    }

    /// The unit whose key it is.
    #[must_use]
    pub const fn unit(&self) -> &UnitId {
        &self.unit
    }

    /// What it opens.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &RecipientKey {
        &self.public
    }

    /// Opens a content that was sealed to this key, with the `info` and `aad` of the sealing.
    ///
    /// # Errors
    /// Sealed to another key, unit or purpose, with another `info` or `aad`, or altered.
    pub fn open(
        &self,
        sealed: &Sealed,
        info: &[u8],
        aad: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let bound = super::binding(&self.unit, self.purpose, info);
        hybrid::open(&self.secret, &bound, aad, sealed.body())
    }

    /// Writes the key's file under the key of a passphrase, whole and with mode 0600.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn save(&self, path: &Path, outer: (&[u8; 32], &Derivation)) -> Result<(), KeyfileError> {
        let place = place(&self.unit, self.purpose);
        keyfile::save_key(path, &self.document(), outer, &place, &Around::default())
    }

    /// Writes the key's file with nothing that protects it but its mode 0600, as a hub keeps the
    /// keys with which it works while nobody is there.
    ///
    /// # Errors
    /// The file cannot be written; an older one is then left as it was.
    pub fn danger_save_plain(&self, path: &Path) -> Result<(), KeyfileError> {
        keyfile::danger_save_plain_key(path, &self.document(), &Around::default())
    }

    fn document(&self) -> Document {
        Document { seed: self.seed.clone(), place: place(&self.unit, self.purpose) }
    }

    /// Reads a key's file; `outer` comes from the passphrase, nothing for a plain file.
    ///
    /// # Errors
    /// The file cannot be read, or is another unit's or for another purpose.
    pub fn load(
        path: &Path,
        outer: Option<&[u8; 32]>,
        (unit, purpose): (UnitId, Purpose),
    ) -> Result<Self, KeyfileError> {
        let own = place(&unit, purpose);
        let Document { seed, place } = keyfile::open_key(path, outer, &own)?;
        // A plain file is bound to nothing from outside.
        if place != own {
            return Err(KeyfileError::Form);
        }
        Self::from_seed(unit, purpose, seed).map_err(|_| KeyfileError::Form)
    }
}

/// What a key file is for: a file that was copied from another unit, or made for another purpose,
/// does not open in its place.
fn place(unit: &UnitId, purpose: Purpose) -> Vec<u8> {
    format!("xinqiao-seal/{}/{unit}", purpose.as_str()).into_bytes()
}

/// The form in a key file: algorithm, seed, then what the file is for.
struct Document {
    seed: Zeroizing<[u8; SECRET_BYTES]>,
    place: Vec<u8>,
}

impl KeyOfFile for Document {
    const PLAIN_TAG: &'static str = "XINQIAO SEALING KEY";

    fn expose_document(&self) -> Result<Zeroizing<Vec<u8>>, KeyfileError> {
        let length = 1 + SECRET_BYTES + self.place.len();
        let mut document = Zeroizing::new(Vec::with_capacity(length));
        document.push(SealAlgorithm::XWingShake256ChaCha20Poly1305 as u8);
        document.extend_from_slice(self.seed.as_slice());
        document.extend_from_slice(&self.place);
        Ok(document)
    }

    fn from_document(document: &[u8]) -> Result<Self, KeyfileError> {
        let (algorithm, rest) = document.split_first().ok_or(KeyfileError::Form)?;
        SealAlgorithm::from_byte(*algorithm).map_err(|_| KeyfileError::Form)?;
        let (seed, place) = rest.split_first_chunk().ok_or(KeyfileError::Form)?;
        Ok(Self { seed: Zeroizing::new(*seed), place: place.to_vec() })
    }
}
