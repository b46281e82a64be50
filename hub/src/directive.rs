//! Directives on their way down: verified once, stored as they travelled, passed on unchanged.
//!
//! A directive is accepted only with a valid signature under every root that this hub has pinned.
//! A serial that is not higher than the one that is stored is an old pack sent again: it changes
//! nothing, unless it brings the second commission's signature.

use certs::digest::sha256;
use certs::pack::{PackError, PackSignature};
use certs::root::RootCertificate;
use certs::signature::Signature;
use domain::unit::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use prost::Message;
use proto::limits::PACK_BYTES_MAX;
use proto::wire::directive::{Directive, Pack};
use runtime::sql::{SqlError, Tx};

use crate::store::directive::{self, Stored};

/// Why a directive was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DirectiveError {
    /// Not a directive, or a field of it is malformed.
    #[error("the directive cannot be read: {0}")]
    Unreadable(&'static str),
    /// Not signed by a pack key under every root that is pinned here.
    #[error(transparent)]
    Signature(#[from] PackError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Verifies a directive and takes its description out; its cursor is set when it is stored.
///
/// # Errors
/// Unreadable, or not signed under every pinned root.
pub fn verify(
    bytes: &[u8],
    roots: &[RootCertificate],
    zone: &Zone,
    now: Timestamp,
) -> Result<Stored, DirectiveError> {
    let unreadable = DirectiveError::Unreadable;
    let directive = Directive::decode(bytes).map_err(|_| unreadable("no directive"))?;
    let mut signatures = Vec::with_capacity(directive.signatures.len());
    for signed in directive.signatures {
        let signature =
            Signature::from_bytes(&signed.signature).map_err(|_| unreadable("signature"))?;
        signatures.push(PackSignature { signature, chain: signed.chain });
    }
    certs::pack::verify(&directive.pack, &signatures, roots, zone, now)?;
    let pack = Pack::decode(directive.pack.as_slice()).map_err(|_| unreadable("no pack"))?;
    if pack.kind.is_empty() || pack.name.is_empty() || pack.serial == 0 {
        return Err(unreadable("kind, name or serial is missing"));
    }
    if pack.content.len() > PACK_BYTES_MAX {
        return Err(unreadable("the content is too large"));
    }
    pack.effective_from.parse::<Date>().map_err(|_| unreadable("effective_from"))?;
    Ok(Stored {
        cursor: 0,
        kind: pack.kind,
        name: pack.name,
        serial: pack.serial,
        version: pack.version,
        effective_from: pack.effective_from,
        content_digest: sha256(&pack.content).to_tagged(),
        directive: bytes.to_vec(),
    })
}

/// Stores a verified directive; says whether it is new.
///
/// A pack that is stored already and comes with more signatures replaces what is stored and goes
/// down once more: the second commission countersigned it, and units that pinned both roots take
/// no other. Its content and serial stay, so nothing else changes.
///
/// # Errors
/// The store cannot be written.
pub fn keep(tx: &Tx<'_>, verified: &Stored, now_ms: i64) -> Result<bool, SqlError> {
    let last = directive::last_serial(tx, &verified.kind, &verified.name)?;
    if last < verified.serial {
        return directive::insert(tx, verified, now_ms);
    }
    let known = directive::find(tx, (&verified.kind, &verified.name), verified.serial)?;
    match known {
        Some(known) if is_countersigned(&known.directive, &verified.directive) => {
            directive::replace(tx, &known, &verified.directive, now_ms)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Whether the second holds the very pack of the first, under more signatures.
fn is_countersigned(known: &[u8], new: &[u8]) -> bool {
    match (Directive::decode(known), Directive::decode(new)) {
        (Ok(known), Ok(new)) => {
            known.pack == new.pack && new.signatures.len() > known.signatures.len()
        }
        _ => false,
    }
}
