//! Redeeming an invite, decided in one transaction.
//!
//! The proof is checked before anything about the invite is said. An invite is bound to the first
//! key that proves it; from then on its expiry no longer matters and no other key can have it.

use certs::csr;
use certs::invite::{InviteId, InvitePublicKey};
use certs::key::PublicKey;
use domain::unit::{UnitId, UnitKind};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::issuing::{Issued, chain_from_bytes};
use super::naming::{member_name, stands_under};
use super::{ALARM_STOLEN, Asked, EnrolError, Proof};
use crate::config::Config;
use crate::store::invite::{self, InviteState, Stored};
use crate::store::unit::{self, Unit, UnitStatus};
use crate::store::{alarm, member_key};

/// What the transaction found.
pub(super) enum Step {
    /// Issued before, to this key.
    Issued(Issued),
    /// An operator compares words first.
    Pending,
    /// The invite is this key's; a certificate is to be issued.
    Claimed(Claim),
    /// Another key has it; the alarm was raised, and must be committed.
    Stolen,
}

/// An invite that is bound to a key.
pub(super) struct Claim {
    pub(super) invite: Vec<u8>,
    pub(super) unit: Unit,
    pub(super) key: PublicKey,
    pub(super) csr: Vec<u8>,
    /// The certificate of a unit that certifies itself.
    pub(super) own_certificate: Option<Vec<u8>>,
}

/// Decides about a proof of an invite.
pub(super) fn redeem(
    tx: &Tx<'_>,
    config: &Config,
    proof: &Proof,
    (asked, now): (Asked, Timestamp),
) -> Result<Step, EnrolError> {
    let stored = invite::find(tx, &proof.invite)?.ok_or(EnrolError::Unknown)?;
    prove(&stored, proof)?;
    check_kind(tx, &stored, proof)?;
    let key = csr::public_key(&proof.csr)?;
    let first = stored.used_key.is_none();
    if stored.used_key.as_ref().is_some_and(|used| used != key.id().bytes()) {
        let detail = format!("a second key {} was shown for an invite", key.id().short());
        alarm::raise(tx, ALARM_STOLEN, &stored.unit, &detail, now.as_millisecond())?;
        return Ok(Step::Stolen);
    }
    let unit = admitted(tx, config, &stored)?;
    match stored.state {
        InviteState::Revoked => Err(EnrolError::Revoked),
        InviteState::Issued => already_issued(config, &stored, &unit).map(Step::Issued),
        InviteState::Pending => Ok(Step::Pending),
        InviteState::Open if first && asked == Asked::Poll => Err(EnrolError::NotRedeemed),
        InviteState::Open if first && has_expired(&stored, now) => Err(EnrolError::Expired),
        InviteState::Open => claim(tx, config, (stored, unit), (proof, key)),
    }
}

fn prove(stored: &Stored, proof: &Proof) -> Result<(), EnrolError> {
    let public = <[u8; 32]>::try_from(stored.public_key.as_slice()).map_err(|_| SqlError::Type)?;
    InvitePublicKey::from_bytes(public)
        .verify(InviteId::from_bytes(stored.id), &proof.exporter, &proof.csr, &proof.proof)
        .map_err(|_| EnrolError::Proof)
}

/// A school that was handed a street's line is no thief: it is told so before its key is looked at,
/// and the line stays good for the street.
fn check_kind(tx: &Tx<'_>, stored: &Stored, proof: &Proof) -> Result<(), EnrolError> {
    let id: UnitId = stored.unit.parse().map_err(|_| SqlError::Type)?;
    let invited = unit::find(tx, &id)?.ok_or(EnrolError::NotAMember)?.kind;
    match proof.kind {
        Some(kind) if kind != invited => Err(EnrolError::OtherKind(invited)),
        _ => Ok(()),
    }
}

fn has_expired(stored: &Stored, now: Timestamp) -> bool {
    now.as_millisecond() >= stored.expires_at_ms
}

fn admitted(tx: &Tx<'_>, config: &Config, stored: &Stored) -> Result<Unit, EnrolError> {
    let id: UnitId = stored.unit.parse().map_err(|_| SqlError::Type)?;
    let unit = unit::find(tx, &id)?.ok_or(EnrolError::NotAMember)?;
    match unit.status {
        UnitStatus::Closed => return Err(EnrolError::Closed),
        UnitStatus::Suspended => return Err(EnrolError::Suspended),
        UnitStatus::Invited | UnitStatus::Active => {}
    }
    member_name(config, &unit.id, unit.kind).ok_or(EnrolError::NotAMember)?;
    Ok(unit)
}

fn already_issued(config: &Config, stored: &Stored, unit: &Unit) -> Result<Issued, EnrolError> {
    let chain = stored.chain.as_deref().ok_or(SqlError::Type)?;
    let name = member_name(config, &unit.id, unit.kind).ok_or(EnrolError::NotAMember)?;
    Ok(Issued { chain: chain_from_bytes(chain)?, name, kind: unit.kind })
}

/// Binds the invite to the key. Schools go on at once; the others wait for an operator the first
/// time, who then sets the state back to open.
fn claim(
    tx: &Tx<'_>,
    config: &Config,
    (stored, unit): (Stored, Unit),
    (proof, key): (&Proof, PublicKey),
) -> Result<Step, EnrolError> {
    let own_certificate = own_certificate(config, &unit, (proof, &key))?;
    if member_key::find(tx, key.id().bytes())?.is_some() && own_certificate.is_none() {
        return Err(EnrolError::KeyKnown);
    }
    let approved = stored.used_key.is_some();
    let waits = unit.kind != UnitKind::School && !approved;
    let state = if waits { InviteState::Pending } else { InviteState::Open };
    let used_key = Some(key.id().bytes().to_vec());
    let csr = Some(proof.csr.clone());
    let bound = Stored { used_key, csr, state, ..stored };
    invite::redeem(tx, &bound)?;
    if waits {
        return Ok(Step::Pending);
    }
    Ok(Step::Claimed(Claim {
        invite: bound.id.to_vec(),
        unit,
        key,
        csr: proof.csr.clone(),
        own_certificate,
    }))
}

/// The certificate that a district or a helper shows: its own authority's, for the key of the
/// request, under the root of its own commission.
fn own_certificate(
    config: &Config,
    unit: &Unit,
    (proof, key): (&Proof, &PublicKey),
) -> Result<Option<Vec<u8>>, EnrolError> {
    if !unit.kind.certifies_itself() {
        return Ok(None);
    }
    let name = member_name(config, &unit.id, unit.kind);
    let shown = proof.shown.as_ref().filter(|shown| {
        Some(shown.identity.name()) == name.as_ref()
            && shown.identity.key() == key
            && stands_under(unit.kind, shown.commission)
    });
    shown.map(|shown| Some(shown.leaf.clone())).ok_or(EnrolError::OwnCertificate)
}
