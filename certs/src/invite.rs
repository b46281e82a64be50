//! The one line that lets a unit join, and the proof that a machine holds it.
//!
//! The line carries a seed. The seed never crosses the wire: the machine derives a key from it and
//! signs the connection and its request, so a proof that was overheard is worth nothing on another
//! connection. The hub keeps the public key only; a stolen hub database enrols nobody.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::base32;
use crate::digest::{random_bytes, sha256};
use crate::tls::Exporter;

mod line;

pub use line::Address;

/// What the proof is for; the first part of what is signed.
const CONTEXT: &[u8] = b"xinqiao-enrol-v1";

/// Most roots that an invite pins: one of each commission.
pub const ROOTS_MAX: usize = 2;

/// How long invites live unless the operator says otherwise.
pub const INVITE_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Names an invite at the hub; not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InviteId([u8; 10]);

/// What an operator invites to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteTerms {
    /// Where the hub is dialled; may change later, and proves nothing.
    pub address: Address,
    /// The name that the hub must show.
    pub hub: IdentityName,
    /// The unit that is to join.
    pub unit: UnitId,
    /// What the unit is. A line without it is a school's, or one of an earlier version.
    pub kind: Option<UnitKind>,
    /// When the invite ends; kept to the minute.
    pub expires: Timestamp,
    /// Digests of the roots, education's first; one or two.
    pub roots: Vec<Digest>,
}

/// An invite as its holder has it. No `Debug`: who reads the seed can join in the unit's place.
pub struct Invite {
    terms: InviteTerms,
    id: InviteId,
    seed: Zeroizing<[u8; 32]>,
}

/// The key that is derived from an invite's seed.
pub struct InviteKey {
    pair: Ed25519KeyPair,
    id: InviteId,
}

/// The public half of an invite's key: all that the hub keeps of the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitePublicKey([u8; 32]);

/// Why an invite cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// No invite line in the text.
    #[error("text holds no invite line")]
    NotAnInvite,
    /// A line of a later version of this program.
    #[error("invite line is of another version")]
    Version,
    /// The line ends too early; e-mail programs do this.
    #[error("invite line is cut off")]
    CutOff,
    /// One or more characters are not the ones that were written.
    #[error("invite line is damaged: its check characters do not fit")]
    Damaged,
    /// The invite's time is over; the operator makes a new one.
    #[error("invite expired at {at}")]
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// An invite with no root, too many, or an end that cannot be written.
    #[error("an invite names one or two roots and an end within this century")]
    Terms,
    /// The library refused the seed.
    #[error("invite key cannot be used")]
    Key,
}

/// The proof was made with another seed, on another connection, or for another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("proof of the invite does not hold on this connection")]
pub struct ProofError;

impl InviteId {
    /// Takes an id that was stored or sent.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 10] {
        &self.0
    }
}

impl std::fmt::Display for InviteId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&base32::encode(&self.0))
    }
}

impl Invite {
    /// Draws the seed and the id of a new invite.
    ///
    /// # Errors
    /// No root, more than two, or an end that cannot be written.
    pub fn new(terms: InviteTerms) -> Result<Self, InviteError> {
        let roots = (1..=ROOTS_MAX).contains(&terms.roots.len());
        let expires = line::whole_minute(terms.expires).filter(|_| roots);
        let expires = expires.ok_or(InviteError::Terms)?;
        let terms = InviteTerms { expires, ..terms };
        let seed = Zeroizing::new(random_bytes());
        Ok(Self { terms, id: InviteId(random_bytes()), seed })
    }

    /// Finds and reads an invite line in a text, as an e-mail, a chat or a file holds it.
    ///
    /// White space, line breaks, invisible and full-width characters do not matter, nor what
    /// stands before and after the line. The end is judged here, before anything is dialled.
    ///
    /// # Errors
    /// No invite, another version, cut off, damaged, or expired at `now`.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, InviteError> {
        let invite = line::parse(text)?;
        if now >= invite.terms.expires {
            return Err(InviteError::Expired { at: invite.terms.expires });
        }
        Ok(invite)
    }

    /// The line to hand over; whoever reads it can join in the unit's place.
    #[must_use]
    pub fn expose_line(&self) -> Zeroizing<String> {
        line::write(self)
    }

    /// What the invite is for.
    #[must_use]
    pub const fn terms(&self) -> &InviteTerms {
        &self.terms
    }

    /// The name of the invite at the hub.
    #[must_use]
    pub const fn id(&self) -> InviteId {
        self.id
    }

    /// The key that is derived from the seed.
    ///
    /// # Errors
    /// The library refused the seed.
    pub fn key(&self) -> Result<InviteKey, InviteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.seed.as_ref());
        Ok(InviteKey { pair: pair.map_err(|_| InviteError::Key)?, id: self.id })
    }
}

impl InviteKey {
    /// The public half, for the hub's register.
    ///
    /// # Errors
    /// The library gave a key of another length.
    pub fn public(&self) -> Result<InvitePublicKey, InviteError> {
        let bytes = <[u8; 32]>::try_from(self.pair.public_key().as_ref());
        bytes.map(InvitePublicKey).map_err(|_| InviteError::Key)
    }

    /// Proves the invite on this connection, for this request.
    #[must_use]
    pub fn prove(&self, exporter: &Exporter, request: &[u8]) -> Vec<u8> {
        self.pair.sign(&message(self.id, exporter, request)).as_ref().to_vec()
    }
}

impl InvitePublicKey {
    /// Takes a key that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks a proof against the hub's own end of the connection.
    ///
    /// # Errors
    /// Made with another seed, on another connection, or for another request.
    pub fn verify(
        &self,
        id: InviteId,
        exporter: &Exporter,
        request: &[u8],
        proof: &[u8],
    ) -> Result<(), ProofError> {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(&message(id, exporter, request), proof).map_err(|_| ProofError)
    }
}

/// Four parts of fixed length, so that none can run into the next.
fn message(id: InviteId, exporter: &Exporter, request: &[u8]) -> Vec<u8> {
    let digest = sha256(request);
    [CONTEXT, &id.0, exporter.bytes(), digest.bytes()].concat()
}

#[cfg(test)]
mod tests;
