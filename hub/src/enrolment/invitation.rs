//! The operator's side of invites: new ones, and the approval of those that wait.

use certs::csr;
use certs::invite::{Address, Invite, InviteError, InviteTerms};
use domain::digest::Digest;
use domain::unit::UnitId;
use jiff::{SignedDuration, Timestamp};
use runtime::sql::{SqlError, Tx};

use super::naming::member_name;
use crate::config::Config;
use crate::store::invite::{self, InviteState, Stored};
use crate::store::unit::{self, UnitStatus};

/// Longest time that an invite may live.
pub const LIFETIME_MAX: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Why no invite was made, or none approved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// No unit of this id.
    #[error("unit {0} is not registered")]
    NoUnit(UnitId),
    /// The unit is closed or suspended, or of a kind that this hub has no members of.
    #[error("unit {0} cannot be invited by this hub")]
    NotInvitable(UnitId),
    /// Longer than an invite may live, or no time at all.
    #[error("an invite lives for at least a minute and at most 30 days")]
    Lifetime,
    /// No invite of this unit waits for approval.
    #[error("no invite of unit {0} waits for approval")]
    NothingPending(UnitId),
    /// The invite could not be made.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// What an operator sees of an invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The invite's id.
    pub id: [u8; 10],
    /// Unit that it is for.
    pub unit: String,
    /// When it stops working.
    pub expires_at_ms: i64,
    /// `open`, `expired`, `pending`, `approved`, `issued`, `revoked`.
    pub state: &'static str,
    /// Digest of the key that redeemed it, for the six words.
    pub key: Option<Digest>,
}

/// Makes an invite and keeps its public half; the unit's earlier invites stop working.
///
/// # Errors
/// The unit cannot be invited, or the store cannot be written.
pub fn create(
    tx: &Tx<'_>,
    config: &Config,
    unit: &UnitId,
    (roots, lifetime): (Vec<Digest>, SignedDuration),
    now: Timestamp,
) -> Result<Invite, InvitationError> {
    if lifetime < SignedDuration::from_mins(1) || lifetime > LIFETIME_MAX {
        return Err(InvitationError::Lifetime);
    }
    let found = unit::find(tx, unit)?.ok_or_else(|| InvitationError::NoUnit(unit.clone()))?;
    let served = matches!(found.status, UnitStatus::Invited | UnitStatus::Active);
    if !served || member_name(config, unit, found.kind).is_none() {
        return Err(InvitationError::NotInvitable(unit.clone()));
    }
    let address: Address = config.advertise.parse()?;
    let expires = now.checked_add(lifetime).map_err(|_| InvitationError::Lifetime)?;
    let hub = config.name.clone();
    let (unit, kind) = (unit.clone(), Some(found.kind));
    let invite = Invite::new(InviteTerms { address, hub, unit, kind, expires, roots })?;
    let stored = Stored {
        id: *invite.id().bytes(),
        unit: invite.terms().unit.to_string(),
        public_key: invite.key()?.public()?.bytes().to_vec(),
        expires_at_ms: invite.terms().expires.as_millisecond(),
        used_key: None,
        csr: None,
        chain: None,
        state: InviteState::Open,
    };
    invite::insert(tx, &stored, now.as_millisecond())?;
    Ok(invite)
}

/// All invites as an operator sees them, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn list(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Shown>, SqlError> {
    let all = invite::all(tx)?;
    Ok(all.into_iter().map(|stored| shown(&stored, now)).collect())
}

/// The invites of a unit that a new one would void: not used yet and in time, or on their way
/// through an approval.
///
/// # Errors
/// The store cannot be read.
pub fn outstanding(tx: &Tx<'_>, unit: &UnitId, now: Timestamp) -> Result<Vec<Shown>, SqlError> {
    let mut all = list(tx, now)?;
    let counts = ["open", "pending", "approved"];
    all.retain(|shown| shown.unit == unit.as_str() && counts.contains(&shown.state));
    Ok(all)
}

/// The invite of a unit that waits for approval.
///
/// # Errors
/// None waits, or the store cannot be read.
pub fn pending(tx: &Tx<'_>, unit: &UnitId) -> Result<Stored, InvitationError> {
    let all = invite::all(tx)?;
    let waits =
        |stored: &Stored| stored.state == InviteState::Pending && stored.unit == unit.as_str();
    let found = all.into_iter().find(waits);
    found.ok_or_else(|| InvitationError::NothingPending(unit.clone()))
}

/// Approves what waits for a unit; the certificate is issued at the machine's next call.
///
/// # Errors
/// None waits, or the store cannot be written.
pub fn approve(tx: &Tx<'_>, unit: &UnitId) -> Result<(), InvitationError> {
    let stored = pending(tx, unit)?;
    // Open and bound to a key: what approval leaves to be done is to issue.
    invite::redeem(tx, &Stored { state: InviteState::Open, ..stored })?;
    Ok(())
}

/// The digest whose six words the operator and the unit compare.
#[must_use]
pub fn key_digest(stored: &Stored) -> Option<Digest> {
    let key = csr::public_key(stored.csr.as_deref()?).ok()?;
    Some(Digest::sha256(*key.id().bytes()))
}

fn shown(stored: &Stored, now: Timestamp) -> Shown {
    let state = match (stored.state, stored.used_key.is_some()) {
        (InviteState::Open, true) => "approved",
        (InviteState::Open, false) if now.as_millisecond() >= stored.expires_at_ms => "expired",
        (state, _) => state.as_str(),
    };
    Shown {
        id: stored.id,
        unit: stored.unit.clone(),
        expires_at_ms: stored.expires_at_ms,
        state,
        key: key_digest(stored),
    }
}
