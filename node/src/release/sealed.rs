//! Signed items read back: what left is what these bytes say, not what the ledgers say now.

use certs::digest::sha256;
use certs::key::PublicKey;
use certs::signature::Signature;
use domain::catalogue::{Catalogue, TableSpec};
use domain::cell::{self, Cell, CellError};
use domain::digest::Digest;
use domain::release::Claimed;
use proto::frame::{FrameError, RELEASE_CONTEXT, decode_item};
use proto::release::ReleaseError as WireError;
use proto::wire::sync::ItemKind;

/// A release as its signed bytes say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedRelease {
    /// What the bytes claim.
    pub claimed: Claimed,
    /// Its cells in the order of the table.
    pub cells: Vec<Cell>,
    /// Layout of the table.
    pub spec: TableSpec,
    /// Digest of the signed bytes.
    pub digest: Digest,
    /// The signed bytes.
    pub body: Vec<u8>,
    /// The signature over them.
    pub signature: Signature,
}

/// Why signed bytes cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not a signed item.
    #[error(transparent)]
    Item(#[from] FrameError),
    /// A signed item of another kind.
    #[error("the item is not a release")]
    Kind,
    /// The signature cannot be read.
    #[error("the signature cannot be read")]
    Signature,
    /// Not a release.
    #[error(transparent)]
    Release(#[from] WireError),
    /// The catalogue has no such table.
    #[error("the catalogue has no table {0}")]
    Table(String),
    /// The cells do not fit the table: made with another catalogue.
    #[error(transparent)]
    Cells(#[from] CellError),
}

/// Digest of the catalogue pack that a signed item names, to decode it with.
///
/// # Errors
/// Bytes that are no release.
pub fn named_catalogue(item: &[u8]) -> Result<Digest, DecodeError> {
    let item = decode_item(item)?;
    match item.kind {
        ItemKind::Release => Ok(proto::release::decode(&item.body)?.header.catalogue),
        _ => Err(DecodeError::Kind),
    }
}

/// Decodes a signed item with the catalogue that it names, see [`named_catalogue`].
///
/// # Errors
/// Bytes that are no release, or not one of this catalogue's tables.
pub fn decode_for_page(item: &[u8], catalogue: &Catalogue) -> Result<DecodedRelease, DecodeError> {
    let item = decode_item(item)?;
    if item.kind != ItemKind::Release {
        return Err(DecodeError::Kind);
    }
    let signature = Signature::from_bytes(&item.signature).map_err(|_| DecodeError::Signature)?;
    let claimed = proto::release::decode(&item.body)?;
    let table = claimed.header.id.table.as_str();
    let spec = catalogue.table(table).ok_or_else(|| DecodeError::Table(table.to_owned()))?;
    let cells = cell::unpack(&claimed.cells, spec.cells())?;
    Ok(DecodedRelease {
        cells,
        spec: spec.clone(),
        digest: sha256(&item.body),
        body: item.body,
        signature,
        claimed,
    })
}

impl DecodedRelease {
    /// Whether this key signed exactly these bytes as a release.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verify(RELEASE_CONTEXT, &self.body, &self.signature).is_ok()
    }
}
