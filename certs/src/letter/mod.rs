//! A letter: what one hop carries, always of one length and with nothing on it but an addressee.
//!
//! It is sealed to whoever opens it next: a relay with its [`crate::seal::RelayKey`], or at the
//! last hop the recipient. Inside are the [`Routing`] and one part of an envelope, each in an area
//! of fixed size, or a dummy, which nobody tells from the others without the key. A relay never
//! passes on bytes that it got: [`OpenedLetter::rewrap`] makes a new letter with a new id. Keys
//! that open shares of sums open no letter: they are no [`OpensLetters`].
//!
//! Whoever keeps letters can send one again and watch what comes out. A relay therefore remembers
//! [`Letter::digest`] of what it opened for as long as its key is stated; a letter cannot be
//! altered so that it still opens.

mod routing;

pub use routing::{Basis, Carried, Due, REVOKED_MAX, Routing, Way};

use domain::digest::Digest;
use domain::unit::{UNIT_ID_CHARS_MAX, UnitId};
use zeroize::Zeroizing;

use crate::digest::{random_bytes, sha256};
use crate::fields::{Malformed, Reader, Writer};
use crate::referral::{PART_BYTES, Part, PartError, TermsError};
use crate::seal::{
    OVERHEAD_BYTES, OfEnvelopes, OfRelays, Opens, SealError, Sealed, SealingKey, pad, seal, unpad,
};
use crate::statement::{Purpose, VerifiedStatement};

/// Bytes of every letter as it is stored and sent.
pub const LETTER_BYTES: usize = 14 * 1_024;

/// Bytes of the area for routing, with the length in front of it.
pub const ROUTING_BYTES: usize = 512;

/// Bytes of the header: version, id and the addressee in a field as long as the longest id.
const HEAD_BYTES: usize = 1 + (4 + 16) + (4 + UNIT_ID_CHARS_MAX);

const _: () = assert!(
    HEAD_BYTES + OVERHEAD_BYTES + ROUTING_BYTES + PART_BYTES == LETTER_BYTES,
    "the areas of a letter fill it to the byte"
);

const VERSION: u8 = 1;

/// What a letter is sealed for.
const INFO: &[u8] = b"xinqiao-letter-v1";

/// Names a letter on one hop; nothing else has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterId([u8; 16]);

/// A letter as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    id: LetterId,
    to: UnitId,
    sealed: Sealed,
}

/// A letter that was opened. It has no `Debug`: what it says of the way belongs into no log.
pub struct OpenedLetter {
    routing: Routing,
    part: Option<Part>,
    at: UnitId,
    purpose: Purpose,
}

/// Keys that open letters: a relay's on the way, a recipient's at its end. A hub's key for shares
/// of sums is none of them:
///
/// ```compile_fail,E0277
/// fn read(letter: &certs::letter::Letter, key: &certs::seal::ShareKey) -> bool {
///     letter.open(key).is_ok()
/// }
/// ```
pub trait OpensLetters: Opens {}

impl OpensLetters for OfRelays {}
impl OpensLetters for OfEnvelopes {}

/// Why a letter was not made, read or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// The bytes are no letter of this version.
    #[error("not a letter of this version")]
    Form,
    /// Another length.
    #[error("a letter has {LETTER_BYTES} bytes, {0} were given")]
    Length(usize),
    /// The routing is not read.
    #[error(transparent)]
    Routing(#[from] TermsError),
    /// A withdrawal that names no envelope or too many.
    #[error("a withdrawal names 1 to {REVOKED_MAX} envelopes")]
    Revoked,
    /// Routing and part do not belong together.
    #[error("the part is not the one that the routing names")]
    Part,
    /// The statement is neither a relay's nor a recipient's.
    #[error("letters are sealed to relays and recipients")]
    Purpose,
    /// The letter is for another unit.
    #[error("the letter is for another unit")]
    Addressee,
    /// It ends where it was opened, or its way leads elsewhere.
    #[error("the letter does not go on to this unit")]
    Way,
    /// It was not sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<Malformed> for LetterError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl From<PartError> for LetterError {
    fn from(_: PartError) -> Self {
        Self::Part
    }
}

impl LetterId {
    /// The id's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Letter {
    /// Seals routing and part to the next hop, in a letter with a new id.
    ///
    /// # Errors
    /// The statement is neither a relay's nor a recipient's, the part is missing or another one, or
    /// the routing names too much.
    pub fn seal(
        to: &VerifiedStatement,
        routing: &Routing,
        part: Option<&Part>,
    ) -> Result<Self, LetterError> {
        if !matches!(to.statement().purpose, Purpose::Relay | Purpose::Referral) {
            return Err(LetterError::Purpose);
        }
        let plain = plaintext(routing, part)?;
        let (id, unit) = (LetterId(random_bytes()), to.statement().unit.clone());
        let sealed = seal(to, INFO, &head(id, &unit), &plain)?;
        Ok(Self { id, to: unit, sealed })
    }

    /// A letter with nothing in it.
    ///
    /// # Errors
    /// The statement is neither a relay's nor a recipient's.
    pub fn dummy(to: &VerifiedStatement) -> Result<Self, LetterError> {
        Self::seal(to, &Routing::Dummy, None)
    }

    /// Its id on this hop.
    #[must_use]
    pub const fn id(&self) -> LetterId {
        self.id
    }

    /// Who opens it.
    #[must_use]
    pub const fn to(&self) -> &UnitId {
        &self.to
    }

    /// The digest of all of it, by which one that was sent again is known.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.to_bytes())
    }

    /// Opens it as a relay or as the recipient, whichever the key is for.
    ///
    /// # Errors
    /// It is another unit's, sealed to another key or for another purpose, altered, or what is in
    /// it is no routing of this version.
    pub fn open<K: OpensLetters>(&self, key: &SealingKey<K>) -> Result<OpenedLetter, LetterError> {
        if self.to != *key.unit() {
            return Err(LetterError::Addressee);
        }
        let plain = key.open(&self.sealed, INFO, &head(self.id, &self.to))?;
        let (routing, part) = read_plaintext(&plain)?;
        Ok(OpenedLetter { routing, part, at: self.to.clone(), purpose: key.purpose() })
    }

    /// The form that is stored and sent, of [`LETTER_BYTES`] bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [head(self.id, &self.to).as_slice(), self.sealed.bytes()].concat()
    }

    /// Reads that form; whether it opens is not known before somebody opens it.
    ///
    /// # Errors
    /// The bytes are no letter of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LetterError> {
        let length = LetterError::Length(bytes.len());
        if bytes.len() != LETTER_BYTES {
            return Err(length);
        }
        let (front, sealed) = bytes.split_at_checked(HEAD_BYTES).ok_or(length)?;
        let mut reader = Reader::new(front);
        if reader.byte()? != VERSION {
            return Err(LetterError::Form);
        }
        let id = LetterId(reader.array()?);
        let field: [u8; UNIT_ID_CHARS_MAX] = reader.array()?;
        reader.finish()?;
        let to = std::str::from_utf8(&field).map_err(|_| LetterError::Form)?;
        let to: UnitId = to.trim_end_matches('\0').parse().map_err(|_| LetterError::Form)?;
        if head(id, &to) != front {
            return Err(LetterError::Form);
        }
        Ok(Self { id, to, sealed: Sealed::from_bytes(sealed.to_vec())? })
    }
}

impl OpenedLetter {
    /// What the relay or the recipient reads of it.
    #[must_use]
    pub const fn routing(&self) -> &Routing {
        &self.routing
    }

    /// The part of an envelope, sealed.
    #[must_use]
    pub const fn part(&self) -> Option<&Part> {
        self.part.as_ref()
    }

    /// Seals what is in it anew to the next hop: a relay that is not the recipient's sends it to
    /// the one that is, and that one to the recipient. No letter has more hops, and none goes back.
    ///
    /// # Errors
    /// It ends here, or the statement is not the next hop's.
    pub fn rewrap(&self, to: &VerifiedStatement) -> Result<Letter, LetterError> {
        let way = self.routing.way().ok_or(LetterError::Way)?;
        if self.purpose != Purpose::Relay {
            return Err(LetterError::Way);
        }
        let next = match way.relay == self.at {
            true => (&way.recipient, Purpose::Referral),
            false => (&way.relay, Purpose::Relay),
        };
        if (&to.statement().unit, to.statement().purpose) != next {
            return Err(LetterError::Way);
        }
        Letter::seal(to, &self.routing, self.part.as_ref())
    }
}

/// What stands outside; bound to what is sealed.
fn head(id: LetterId, to: &UnitId) -> Vec<u8> {
    let mut field = [0; UNIT_ID_CHARS_MAX];
    field.iter_mut().zip(to.as_str().bytes()).for_each(|(place, byte)| *place = byte);
    Writer::default().byte(VERSION).field(&id.0).field(&field).finish()
}

/// Routing and part, each in its area; zeros where there is no part.
fn plaintext(routing: &Routing, part: Option<&Part>) -> Result<Zeroizing<Vec<u8>>, LetterError> {
    let empty = [0; PART_BYTES];
    let area = match (routing.carried(), part) {
        (Some(carried), Some(part)) if carried.is_of(part) => part.bytes(),
        (None, None) => empty.as_slice(),
        _ => return Err(LetterError::Part),
    };
    let written = Zeroizing::new(routing.to_bytes()?);
    let mut plain = Zeroizing::new(Vec::with_capacity(ROUTING_BYTES + PART_BYTES));
    plain.extend_from_slice(&pad(&written, ROUTING_BYTES)?);
    plain.extend_from_slice(area);
    if plain.len() != ROUTING_BYTES + PART_BYTES {
        return Err(LetterError::Form);
    }
    Ok(plain)
}

fn read_plaintext(plain: &[u8]) -> Result<(Routing, Option<Part>), LetterError> {
    let (front, area) = plain.split_at_checked(ROUTING_BYTES).ok_or(LetterError::Form)?;
    let routing = Routing::from_bytes(unpad(front)?)?;
    let part = match routing.carried() {
        Some(carried) => Some(Part::new(carried.envelope, carried.number, area.to_vec())?),
        None if area.len() == PART_BYTES && area.iter().all(|byte| *byte == 0) => None,
        None => return Err(LetterError::Form),
    };
    Ok((routing, part))
}

#[cfg(test)]
mod tests;
