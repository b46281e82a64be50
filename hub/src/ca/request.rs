//! The request of a city, a district or a helper for its issuing authority, carried on a stick.

use certs::csr;
use certs::issuer::Subtree;
use certs::key::SigningKey;
use certs::root::RootAuthority;
use domain::digest::Digest;
use domain::unit::{CITY_LABEL, UnitId, UnitKind, Zone};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CeremonyError, Wanted};
use crate::enrolment::stands_under;

const TAG: &str = "CERTIFICATE REQUEST";

/// Longest request file in bytes.
const BYTES_MAX: usize = 16 * 1024;

/// What a hub asks the root for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unit: String,
    kind: String,
    zone: String,
    csr: String,
}

/// A request that was read and whose key was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerRequest {
    /// The hub that asks.
    pub unit: UnitId,
    /// What it is; decides which commission signs.
    pub kind: UnitKind,
    /// What the authority may name.
    pub subtree: Subtree,
    /// Certificate request, DER.
    pub csr: Vec<u8>,
}

impl IssuerRequest {
    /// Asks for a hub and its new key.
    ///
    /// # Errors
    /// The unit has no authority of its own, or the request could not be signed.
    pub fn new(
        unit: &UnitId,
        kind: UnitKind,
        zone: &Zone,
        key: &SigningKey,
    ) -> Result<Self, CeremonyError> {
        let subtree = subtree(unit, kind, zone)?;
        Ok(Self { unit: unit.clone(), kind, subtree, csr: csr::request(key)? })
    }

    /// Reads a request file and checks that the sender holds the key.
    ///
    /// # Errors
    /// No request file, or no proof of possession.
    pub fn parse(text: &str) -> Result<Self, CeremonyError> {
        let wrong = || CeremonyError::Content(Wanted::IssuerRequest);
        if text.len() > BYTES_MAX {
            return Err(wrong());
        }
        let file: File = toml::from_str(text).map_err(|_| wrong())?;
        let unit: UnitId = file.unit.parse().map_err(|_| wrong())?;
        let kind: UnitKind = file.kind.parse().map_err(|_| wrong())?;
        let zone: Zone = file.zone.parse().map_err(|_| wrong())?;
        let block = pem::parse(&file.csr).map_err(|_| wrong())?;
        let subtree = subtree(&unit, kind, &zone)?;
        let request = Self { unit, kind, subtree, csr: block.into_contents() };
        csr::public_key(&request.csr)?;
        Ok(request)
    }

    /// The request as a file.
    ///
    /// # Errors
    /// None with what [`IssuerRequest::new`] and [`IssuerRequest::parse`] make.
    pub fn to_text(&self) -> Result<String, CeremonyError> {
        let file = File {
            unit: self.unit.to_string(),
            kind: self.kind.to_string(),
            zone: self.subtree.zone().to_string(),
            csr: pem::encode(&pem::Pem::new(TAG, self.csr.as_slice())),
        };
        let text = toml::to_string(&file);
        text.map_err(|_| CeremonyError::Content(Wanted::IssuerRequest))
    }

    /// The digest of the key whose six words the hub and the ceremony compare.
    ///
    /// # Errors
    /// The request proves no key.
    pub fn key_digest(&self) -> Result<Digest, CeremonyError> {
        Ok(Digest::sha256(*csr::public_key(&self.csr)?.id().bytes()))
    }

    /// Signs the request: an authority for this subtree and no other.
    ///
    /// # Errors
    /// The request is for another city or the other commission, or the root has expired.
    pub fn sign(&self, root: &RootAuthority, now: Timestamp) -> Result<Vec<u8>, CeremonyError> {
        if self.subtree.zone() != root.certificate().zone() {
            return Err(CeremonyError::OtherZone);
        }
        if !stands_under(self.kind, root.certificate().commission()) {
            return Err(CeremonyError::OtherCommission);
        }
        let key = csr::public_key(&self.csr)?;
        Ok(root.sign_issuer(&self.subtree, &key, now)?)
    }
}

fn subtree(unit: &UnitId, kind: UnitKind, zone: &Zone) -> Result<Subtree, CeremonyError> {
    match kind {
        UnitKind::City => Ok(Subtree::City(zone.clone())),
        UnitKind::District => Ok(Subtree::District(unit.clone(), zone.clone())),
        // A subtree of its own. Not under a division code: that is a district's.
        UnitKind::Helper if unit.division_digits().is_none() && unit.label() != CITY_LABEL => {
            Ok(Subtree::District(unit.clone(), zone.clone()))
        }
        _ => Err(CeremonyError::Content(Wanted::Authority)),
    }
}
