//! Issuing from the register's record, and registering the key that was certified.
//!
//! Both happen in one transaction with the invite's use: a certificate that the register does not
//! know would be refused at its first call.

use certs::identity::PeerIdentity;
use certs::issuer::{IssuingAuthority, LeafRecord};
use certs::key::PublicKey;
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::EnrolError;
use super::naming::member_name;
use super::redeem::Claim;
use crate::config::Config;
use crate::store::invite::{self, InviteState};
use crate::store::issuer;
use crate::store::member_key::{self, KeyState, MemberKey};
use crate::store::unit::{self, Unit, UnitStatus};

/// A certificate and whose it is.
pub(super) struct Issued {
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) name: IdentityName,
    pub(super) kind: UnitKind,
}

/// Most certificates in a stored chain.
const CHAIN_MAX: usize = 4;

/// Issues for a claimed invite.
pub(super) fn issue_claimed(
    tx: &Tx<'_>,
    (config, authority): (&Config, &IssuingAuthority),
    claim: &Claim,
    now: Timestamp,
) -> Result<Issued, EnrolError> {
    // A district's certificate is its own authority's; it is only registered.
    if let Some(own) = &claim.own_certificate {
        return keep_claimed(tx, config, claim, vec![own.clone()], now);
    }
    let chain = sign(config, authority, (&claim.unit.id, claim.unit.kind), &claim.key, now)?;
    keep_claimed(tx, config, claim, chain, now)
}

/// Registers what was issued for a claimed invite, and ends the invite.
pub(super) fn keep_claimed(
    tx: &Tx<'_>,
    config: &Config,
    claim: &Claim,
    chain: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<Issued, EnrolError> {
    let name = keep(tx, config, &claim.unit, (&claim.key, &chain), now)?;
    // Read again: an operator may have taken the invite back while the district was asked.
    let stored = invite::find(tx, &claim.invite)?.ok_or(EnrolError::Unknown)?;
    if stored.state == InviteState::Revoked {
        return Err(EnrolError::Revoked);
    }
    let chain_bytes = Some(chain_to_bytes(&chain));
    let issued = invite::Stored { chain: chain_bytes, state: InviteState::Issued, ..stored };
    invite::redeem(tx, &issued)?;
    Ok(Issued { chain, name, kind: claim.unit.kind })
}

/// Registers a certified key as the unit's latest and serves the unit from now on.
///
/// Keeping the same key again changes nothing.
pub(super) fn keep(
    tx: &Tx<'_>,
    config: &Config,
    unit: &Unit,
    (key, chain): (&PublicKey, &[Vec<u8>]),
    now: Timestamp,
) -> Result<IdentityName, EnrolError> {
    let name = member_name(config, &unit.id, unit.kind).ok_or(EnrolError::NotAMember)?;
    register(tx, (&name, key), chain, now)?;
    let current = unit::find(tx, &unit.id)?.ok_or(EnrolError::NotAMember)?;
    match current.status {
        UnitStatus::Invited => unit::set_status(tx, &unit.id, UnitStatus::Active)?,
        UnitStatus::Active => {}
        UnitStatus::Suspended => return Err(EnrolError::Suspended),
        UnitStatus::Closed => return Err(EnrolError::Closed),
    }
    Ok(name)
}

/// Puts a certified key into the register of keys.
pub(super) fn register(
    tx: &Tx<'_>,
    (name, key): (&IdentityName, &PublicKey),
    chain: &[Vec<u8>],
    now: Timestamp,
) -> Result<(), EnrolError> {
    let leaf = chain.first().ok_or(EnrolError::Upstream)?;
    let peer = PeerIdentity::from_leaf(leaf, name.zone()).map_err(|_| EnrolError::Upstream)?;
    // What the hub above sent is for this unit and this key, or it is not kept.
    if peer.name() != name || peer.key() != key {
        return Err(EnrolError::Upstream);
    }
    if let Some(known) = member_key::find(tx, key.id().bytes())? {
        let same = known.unit == name.unit().as_str() && known.state == KeyState::Current;
        return if same { Ok(()) } else { Err(EnrolError::KeyKnown) };
    }
    let stored = MemberKey {
        key_id: *key.id().bytes(),
        unit: name.unit().to_string(),
        spki: key.spki().to_vec(),
        certificate: leaf.clone(),
        serial: peer.serial().bytes().to_vec(),
        not_after_ms: peer.not_after().as_millisecond(),
        state: KeyState::Current,
        expired_renewal: false,
    };
    issuer::keep(tx, chain.get(1..).unwrap_or_default())?;
    Ok(member_key::insert(tx, &stored, now.as_millisecond())?)
}

/// Signs a certificate from the register's record.
pub(super) fn sign(
    config: &Config,
    authority: &IssuingAuthority,
    (unit, kind): (&UnitId, UnitKind),
    key: &PublicKey,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, EnrolError> {
    let name = member_name(config, unit, kind).ok_or(EnrolError::NotAMember)?;
    let record = LeafRecord { name, kind, key: key.clone() };
    Ok(authority.issue(&record, now)?.chain)
}

/// A chain as it is stored: each certificate after its length.
#[must_use]
pub fn chain_to_bytes(chain: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for certificate in chain {
        // A certificate is a few hundred bytes; the limit only has to exist.
        let length = u32::try_from(certificate.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(certificate);
    }
    bytes
}

/// Reads what [`chain_to_bytes`] writes.
///
/// # Errors
/// The bytes end early or hold more certificates than a chain has.
pub fn chain_from_bytes(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, SqlError> {
    let mut chain = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*head)).map_err(|_| SqlError::Type)?;
        let (certificate, rest) = rest.split_at_checked(length).ok_or(SqlError::Type)?;
        chain.push(certificate.to_vec());
        bytes = rest;
        if chain.len() > CHAIN_MAX {
            return Err(SqlError::Type);
        }
    }
    if bytes.is_empty() { Ok(chain) } else { Err(SqlError::Type) }
}
