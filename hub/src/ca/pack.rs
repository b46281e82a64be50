//! Packs and the keys that sign them.
//!
//! A pack is signed once under each root, by each commission on its own machine; the second adds
//! its signature to the very bytes that the first signed.

use std::path::Path;

use certs::pack::{PackSignature, SIGNATURES_MAX, fits, sign};
use certs::root::RootAuthority;
use certs::signature::{KeyId, Signature};
use jiff::Timestamp;
use prost::Message as _;
use proto::wire::directive::{Directive, Pack, PackSignature as WireSignature};
use runtime::passphrase::Passphrase;

use super::document::{DocumentKey, Role};
use super::vault::Lock;
use super::{CeremonyError, Wanted};

/// A pack key and its certificate, in one file.
pub struct PackKey(DocumentKey);

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The word of a kind of pack.
    pub kind: String,
    /// Name within the kind.
    pub name: String,
    /// Grows with every version.
    pub serial: u64,
    /// Version for people.
    pub version: String,
    /// First day in force, as YYYY-MM-DD.
    pub effective_from: String,
}

impl PackKey {
    /// Makes a pack key under a root.
    ///
    /// # Errors
    /// The root has expired, or the library refused.
    pub fn create(root: &RootAuthority, now: Timestamp) -> Result<Self, CeremonyError> {
        DocumentKey::create(root, Role::Pack, now).map(Self)
    }

    /// Writes key and certificate into one new file, readable by its owner only.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn save(&self, path: &Path, lock: &Lock) -> Result<(), CeremonyError> {
        self.0.save(path, lock)
    }

    /// Reads what [`PackKey::save`] writes.
    ///
    /// # Errors
    /// The file cannot be read or holds no pack key with its certificate, or the passphrase is
    /// missing or wrong.
    pub fn load(path: &Path, passphrase: Option<&Passphrase>) -> Result<Self, CeremonyError> {
        DocumentKey::load(path, Role::Pack, passphrase).map(Self)
    }

    /// The name of the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.key().id()
    }

    /// Makes a directive of a pack's content, with this key's signature.
    ///
    /// # Errors
    /// The content cannot be read as a pack of its kind, or the library refused.
    pub fn sign(&self, about: &Description, content: &[u8]) -> Result<Vec<u8>, CeremonyError> {
        let kind = proto::pack::PackKind::from_word(&about.kind);
        let kind = kind.ok_or(CeremonyError::Content(Wanted::PackKind))?;
        // A pack that no unit could read is not worth two signatures.
        proto::pack::read(kind, &about.name, content).map_err(CeremonyError::Source)?;
        let pack = Pack {
            kind: about.kind.clone(),
            name: about.name.clone(),
            version: about.version.clone(),
            serial: about.serial,
            effective_from: about.effective_from.clone(),
            content: content.to_vec(),
        };
        let pack = pack.encode_to_vec();
        let signatures = vec![self.signature(&pack)?];
        Ok(Directive { pack, signatures }.encode_to_vec())
    }

    /// Adds this key's signature to a directive; the pack's bytes stay as they are. A signature
    /// that this key made before is replaced, where another one stands beside it.
    ///
    /// # Errors
    /// No directive, one that nobody but this key signed, a signature that is not over these
    /// bytes, or too many.
    pub fn add_signature(&self, directive: &[u8]) -> Result<Vec<u8>, CeremonyError> {
        let read = Directive::decode(directive);
        let mut directive = read.map_err(|_| CeremonyError::Content(Wanted::SignedPack))?;
        let own = |signed: &WireSignature| signed.chain.first() == self.0.chain().first();
        let was_signed = !directive.signatures.is_empty();
        directive.signatures.retain(|signed| !own(signed));
        if was_signed && directive.signatures.is_empty() {
            return Err(CeremonyError::OwnPack);
        }
        // Who signs second would vouch for bytes that the first never saw.
        let fits = |signed: &WireSignature| {
            let chain = signed.chain.clone();
            let signature = Signature::from_bytes(&signed.signature).ok()?;
            fits(&directive.pack, &PackSignature { signature, chain }).ok()
        };
        if !directive.signatures.iter().all(|signed| fits(signed).is_some()) {
            return Err(CeremonyError::Altered);
        }
        if directive.pack.is_empty() || directive.signatures.len() >= SIGNATURES_MAX {
            return Err(CeremonyError::Content(Wanted::PackWithRoom));
        }
        directive.signatures.push(self.signature(&directive.pack)?);
        Ok(directive.encode_to_vec())
    }

    fn signature(&self, pack: &[u8]) -> Result<WireSignature, CeremonyError> {
        let PackSignature { signature, chain } = sign(pack, self.0.key(), self.0.chain())?;
        Ok(WireSignature { signature: signature.to_bytes(), chain })
    }
}

/// What a directive says, and how many signatures it has; nothing is verified.
///
/// # Errors
/// No directive.
pub fn describe(directive: &[u8]) -> Result<(Description, Vec<u8>, usize), CeremonyError> {
    let wrong = |_| CeremonyError::Content(Wanted::SignedPack);
    let directive = Directive::decode(directive).map_err(wrong)?;
    let pack = Pack::decode(directive.pack.as_slice()).map_err(wrong)?;
    if pack.kind.is_empty() {
        return Err(CeremonyError::Content(Wanted::SignedPack));
    }
    let about = Description {
        kind: pack.kind,
        name: pack.name,
        serial: pack.serial,
        version: pack.version,
        effective_from: pack.effective_from,
    };
    Ok((about, pack.content, directive.signatures.len()))
}
