//! What a root takes back: authorities, pack keys, statement keys and units' keys.
//!
//! A list names keys, not certificates, so that a renewed certificate of a stolen key is taken back
//! with the first. It is whole, has a number that only rises, and is signed by the root itself. It
//! never ends, because what is taken back stays so: a root that nobody takes out of its safe for
//! years closes nothing by it. Who pins the root holds its latest list in the
//! [`RootCertificate`](crate::root::RootCertificate), where whatever is judged under that root asks
//! it; so no list says anything about what stands under another root.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use domain::digest::Digest;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::document::{DocumentCertificate, DocumentUse};
use crate::fields::{Malformed, Reader, Writer};
use crate::file::write_private;
use crate::identity::PeerIdentity;
use crate::key::KeyError;
use crate::root::{
    RootAuthority, RootCertificate, pack_name, permitted_subtree, spki_of, statement_name,
};
use crate::signature::{KeyId, SIGNATURE_BYTES, Signature, SignatureError};

/// What the root's signature is for; part of what is signed.
pub const CONTEXT: &str = "xinqiao-revocations-v1";

/// Most keys of one list.
pub const KEYS_MAX: usize = 5_000;

/// Largest list that is read.
pub const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;

const VERSION: u8 = 1;
const NAME_BYTES_MAX: usize = 253;

/// What a key was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Thing {
    /// An issuing authority, and so all that it certified.
    Authority = 1,
    /// A pack key.
    Packs = 2,
    /// A statement key.
    Statements = 3,
    /// A hub, a school or another unit.
    Unit = 4,
}

/// Why a key was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// Somebody else has it, or may have it.
    Stolen = 1,
    /// Nobody knows where it is.
    Lost = 2,
    /// It was certified by mistake.
    Mistake = 3,
    /// Its holder has ended.
    Ceased = 4,
}

/// A key that a root took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedKey {
    /// The key.
    pub key: KeyId,
    /// What it was for.
    pub thing: Thing,
    /// Whose it was, for people: the name in its certificate.
    pub name: String,
    /// From when on nothing is believed of it.
    pub since: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// A root's list, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    root: Digest,
    number: u64,
    signed_at: Timestamp,
    keys: BTreeMap<KeyId, RevokedKey>,
}

/// The list that a pinned root has at this time, shared by all copies of the root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<RwLock<Option<Arc<RevocationList>>>>);

/// Why a list was not made or not taken. What was known before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Not a list of this version.
    #[error("not a list of revocations of this version")]
    Form,
    /// Of a root that is not pinned here.
    #[error("the list is of a root that is not known here")]
    OtherRoot,
    /// Not signed by the root that it names.
    #[error("the list is not signed by its root")]
    Signature(#[from] SignatureError),
    /// A list of a higher number, or another one of this number, is known.
    #[error("list {0} is known already, this one is older or another one of that number")]
    Older(u64),
    /// Leaves out what was revoked for good.
    #[error("the list leaves out a key that was revoked before")]
    Shorter,
    /// More keys than a list has room for.
    #[error("a list has at most {KEYS_MAX} keys")]
    TooMany,
    /// The root's key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<Malformed> for RevocationError {
    fn from(_: Malformed) -> Self {
        Self::Form
    }
}

impl Thing {
    const ALL: [Self; 4] = [Self::Authority, Self::Packs, Self::Statements, Self::Unit];

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Packs => "packs",
            Self::Statements => "statements",
            Self::Unit => "unit",
        }
    }

    fn from_byte(byte: u8) -> Result<Self, Malformed> {
        Self::ALL.into_iter().find(|one| *one as u8 == byte).ok_or(Malformed)
    }
}

impl Reason {
    const ALL: [Self; 4] = [Self::Stolen, Self::Lost, Self::Mistake, Self::Ceased];

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stolen => "stolen",
            Self::Lost => "lost",
            Self::Mistake => "mistake",
            Self::Ceased => "ceased",
        }
    }

    fn from_byte(byte: u8) -> Result<Self, Malformed> {
        Self::ALL.into_iter().find(|one| *one as u8 == byte).ok_or(Malformed)
    }
}

impl RevocationList {
    /// The list that follows the one that is known, with keys taken back since. A key that is on it
    /// already stays as it was, or from an earlier instant on.
    ///
    /// # Errors
    /// The known list is another root's, or there are too many keys.
    pub fn following(
        known: Option<&Self>,
        added: Vec<RevokedKey>,
        (root, now): (&RootCertificate, Timestamp),
    ) -> Result<Self, RevocationError> {
        if known.is_some_and(|known| known.root != root.digest()) {
            return Err(RevocationError::OtherRoot);
        }
        let mut keys = known.map(|known| known.keys.clone()).unwrap_or_default();
        for mut one in added {
            one.since = instant(one.since.as_second())?;
            let earlier = keys.get(&one.key).is_some_and(|before| before.since <= one.since);
            if !earlier {
                keys.insert(one.key, one);
            }
        }
        if keys.len() > KEYS_MAX {
            return Err(RevocationError::TooMany);
        }
        let number = known.map_or(0, |known| known.number).saturating_add(1);
        Ok(Self { root: root.digest(), number, signed_at: instant(now.as_second())?, keys })
    }

    /// Signs the list with the key of its root.
    ///
    /// # Errors
    /// It is another root's, or the key refused.
    pub fn sign(&self, root: &RootAuthority) -> Result<Vec<u8>, RevocationError> {
        if root.certificate().digest() != self.root {
            return Err(RevocationError::OtherRoot);
        }
        let body = self.body();
        let signature = root.key().sign(CONTEXT, &body)?.to_bytes();
        Ok(Writer::default().field(&body).field(&signature).finish())
    }

    /// Reads a list and the root of these that signed it.
    ///
    /// # Errors
    /// No list, or not signed by any of these roots.
    pub fn verify<'r>(
        signed: &[u8],
        roots: &'r [RootCertificate],
    ) -> Result<(Self, &'r RootCertificate), RevocationError> {
        let mut reader = Reader::new(signed);
        let body = reader.field(LIST_BYTES_MAX)?;
        let signature = reader.field(SIGNATURE_BYTES)?;
        reader.finish()?;
        let list = Self::read(body)?;
        let root = roots.iter().find(|root| root.digest() == list.root);
        let root = root.ok_or(RevocationError::OtherRoot)?;
        let key = spki_of(root.der()).ok_or(RevocationError::OtherRoot)?;
        key.verify(CONTEXT, body, &Signature::from_bytes(signature)?)?;
        Ok((list, root))
    }

    /// Grows with every list of the root.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When it was signed, by the clock of the offline machine.
    #[must_use]
    pub const fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    /// Every key that was taken back.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &RevokedKey> {
        self.keys.values()
    }

    /// What is said of a key.
    #[must_use]
    pub fn key(&self, key: &KeyId) -> Option<&RevokedKey> {
        self.keys.get(key)
    }

    /// Whether it is newer than what is known of a root; the same again is not.
    fn follows(&self, root: Digest, known: Option<&Self>) -> Result<bool, RevocationError> {
        if self.root != root {
            return Err(RevocationError::OtherRoot);
        }
        match known {
            None => Ok(true),
            Some(known) if known == self => Ok(false),
            Some(known) if known.number >= self.number => Err(RevocationError::Older(known.number)),
            Some(known) if !self.holds_all(known) => Err(RevocationError::Shorter),
            Some(_) => Ok(true),
        }
    }

    /// Whether it takes back all that another one does, from no later on.
    fn holds_all(&self, other: &Self) -> bool {
        other.keys.values().all(|old| self.key(&old.key).is_some_and(|new| new.since <= old.since))
    }

    fn body(&self) -> Vec<u8> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let head = Writer::default()
            .byte(VERSION)
            .field(self.root.bytes())
            .number(number(self.number))
            .number(self.signed_at.as_second())
            .number(number(u64::try_from(self.keys.len()).unwrap_or(u64::MAX)));
        let keys = self.keys.values().fold(head, |writer, one| {
            writer
                .field(one.key.bytes())
                .byte(one.thing as u8)
                .field(one.name.as_bytes())
                .number(one.since.as_second())
                .byte(one.reason as u8)
        });
        keys.finish()
    }

    /// One reading: keys in order, each once.
    fn read(body: &[u8]) -> Result<Self, RevocationError> {
        let mut reader = Reader::new(body);
        if reader.byte()? != VERSION {
            return Err(RevocationError::Form);
        }
        let root = Digest::sha256(reader.array()?);
        let number = u64::try_from(reader.number()?).map_err(|_| RevocationError::Form)?;
        let signed_at = instant(reader.number()?)?;
        let count = usize::try_from(reader.number()?).map_err(|_| RevocationError::Form)?;
        if count > KEYS_MAX || number == 0 {
            return Err(RevocationError::Form);
        }
        let mut keys = BTreeMap::new();
        for _ in 0..count {
            let one = RevokedKey {
                key: KeyId::from_bytes(reader.array()?),
                thing: Thing::from_byte(reader.byte()?)?,
                name: reader.text(NAME_BYTES_MAX)?.to_owned(),
                since: instant(reader.number()?)?,
                reason: Reason::from_byte(reader.byte()?)?,
            };
            if keys.last_key_value().is_some_and(|(last, _)| *last >= one.key)
                || one.name.chars().any(char::is_control)
            {
                return Err(RevocationError::Form);
            }
            keys.insert(one.key, one);
        }
        reader.finish()?;
        Ok(Self { root, number, signed_at, keys })
    }
}

fn instant(seconds: i64) -> Result<Timestamp, RevocationError> {
    Timestamp::from_second(seconds).map_err(|_| RevocationError::Form)
}

/// Replaces a list's file as a whole: a reader sees the old or the new one.
///
/// # Errors
/// The folder or the disk; the old file is then still there, whole.
pub fn save(path: &Path, signed: &[u8]) -> std::io::Result<()> {
    write_private(path, signed)
}

impl RootCertificate {
    /// The latest list of this root that is known here; nothing where it took nothing back.
    #[must_use]
    pub fn revocations(&self) -> Option<Arc<RevocationList>> {
        self.held().0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a list that [`RevocationList::verify`] read would be new here; changes nothing.
    ///
    /// # Errors
    /// Another root's, an older one, or one that leaves out what was revoked.
    pub fn is_new(&self, list: &RevocationList) -> Result<bool, RevocationError> {
        list.follows(self.digest(), self.revocations().as_deref())
    }

    /// Takes such a list, for all copies of this root; says whether it is new.
    ///
    /// # Errors
    /// As [`RootCertificate::is_new`]; what was known before stays.
    pub fn take_revocations(&self, list: RevocationList) -> Result<bool, RevocationError> {
        let mut held = self.held().0.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = list.follows(self.digest(), held.as_deref())?;
        if is_new {
            *held = Some(Arc::new(list));
        }
        Ok(is_new)
    }

    /// The key that a chain begins with, as this root would take it back: an authority, a pack key
    /// or a statement key that it certified itself, or a unit under its authority. Nothing where
    /// the chain names another root as its issuer; that it holds is not checked.
    #[must_use]
    pub fn certified<C: AsRef<[u8]>>(&self, chain: &[C]) -> Option<(KeyId, Thing, String)> {
        let (_, own) = X509Certificate::from_der(self.der()).ok()?;
        let leaf: &[u8] = chain.first()?.as_ref();
        let (_, read) = X509Certificate::from_der(leaf).ok()?;
        let key = KeyId::of_spki(read.public_key().raw);
        if read.issuer() == own.subject() && read.subject() != own.subject() {
            if read.is_ca() {
                return Some((key, Thing::Authority, permitted_subtree(&read)?));
            }
            let (thing, name) = match DocumentCertificate::from_der(leaf)?.signs {
                DocumentUse::Packs => (Thing::Packs, pack_name(self.zone())),
                DocumentUse::Statements => (Thing::Statements, statement_name(self.zone())),
            };
            return Some((key, thing, name));
        }
        let (_, issuer) = X509Certificate::from_der(chain.get(1)?.as_ref()).ok()?;
        if issuer.issuer() != own.subject() || read.issuer() != issuer.subject() {
            return None;
        }
        let unit = PeerIdentity::from_leaf(leaf, self.zone()).ok()?;
        Some((key, Thing::Unit, unit.name().to_string()))
    }

    /// Whether a chain that leads to this root has a key that the root took back by an instant.
    ///
    /// A chain under another root is none of its business, whatever keys are in it. That the chain
    /// holds is somebody else's to check.
    #[must_use]
    pub fn revokes<C: AsRef<[u8]>>(&self, chain: &[C], at: Timestamp) -> bool {
        let Some(list) = self.revocations() else { return false };
        let Ok((_, own)) = X509Certificate::from_der(self.der()) else { return false };
        let (mut is_below, mut is_named) = (false, false);
        for der in chain {
            let Ok((_, read)) = X509Certificate::from_der(der.as_ref()) else { continue };
            is_below |= read.issuer() == own.subject() && read.subject() != own.subject();
            let known = list.key(&KeyId::of_spki(read.public_key().raw));
            is_named |= known.is_some_and(|known| known.since <= at);
        }
        is_below && is_named
    }
}

#[cfg(test)]
mod tests;
