//! Renewal: a new key for a member that proves itself by its connection, or, after expiry and once
//! an operator allowed it, by its latest key.
//!
//! A renewal whose reply was lost is repeated with the same request and gets the same certificate.

use certs::csr;
use certs::issuer::IssuingAuthority;
use certs::key::PublicKey;
use certs::renewal::verify;
use certs::signature::{KeyId, Signature};
use certs::tls::Exporter;
use domain::unit::UnitId;
use jiff::{SignedDuration, Timestamp};
use runtime::sql::{SqlError, Tx};

use super::EnrolError;
use super::issuing::{keep, sign};
use crate::config::Config;
use crate::store::member_key::{self, KeyState, MemberKey};
use crate::store::unit::{self, Unit, UnitStatus};

/// How long after its end a certificate can still be renewed.
const EXPIRED_MAX: SignedDuration = SignedDuration::from_hours(24 * 400);

/// What a unit with an expired certificate sends.
pub struct Expired {
    /// Request with the new key, DER.
    pub csr: Vec<u8>,
    /// The expired certificate, DER.
    pub certificate: Vec<u8>,
    /// Tagged signature by the expired certificate's key.
    pub proof: Vec<u8>,
    /// This hub's end of the connection.
    pub exporter: Exporter,
}

/// A renewal that was checked.
pub(super) struct Renewal {
    pub(super) unit: Unit,
    pub(super) key: PublicKey,
    pub(super) csr: Vec<u8>,
    /// The certificate, where this key was certified before.
    pub(super) known: Option<Vec<u8>>,
}

/// Checks a renewal over the member's own connection.
pub(super) fn prepare(tx: &Tx<'_>, id: &UnitId, csr: Vec<u8>) -> Result<Renewal, EnrolError> {
    let unit = renewable(tx, id)?;
    let key = csr::public_key(&csr)?;
    let known = match member_key::find(tx, key.id().bytes())? {
        None => None,
        Some(known) if known.unit == id.as_str() && known.state == KeyState::Current => {
            Some(known.certificate)
        }
        Some(_) => return Err(EnrolError::KeyKnown),
    };
    Ok(Renewal { unit, key, csr, known })
}

/// Checks a renewal after expiry.
pub(super) fn prepare_expired(
    tx: &Tx<'_>,
    expired: &Expired,
    now: Timestamp,
) -> Result<Renewal, EnrolError> {
    let refused = EnrolError::RenewalNotAllowed;
    let signature = Signature::from_bytes(&expired.proof).map_err(|_| EnrolError::Proof)?;
    let old = registered(tx, signature.key_id())?.ok_or(EnrolError::NotAMember)?;
    let key = PublicKey::from_spki(&old.spki).map_err(|_| SqlError::Type)?;
    verify(&key, &expired.exporter, &expired.csr, &signature).map_err(|_| EnrolError::Proof)?;
    if old.certificate != expired.certificate {
        return Err(refused);
    }
    let id: UnitId = old.unit.parse().map_err(|_| SqlError::Type)?;
    let wanted = prepare(tx, &id, expired.csr.clone())?;
    // A repeat finds the old key superseded by the very key that it asks for.
    if wanted.known.is_some() && old.state == KeyState::Superseded {
        return Ok(wanted);
    }
    let age = now.as_millisecond().saturating_sub(old.not_after_ms);
    let in_time = i128::from(age) <= EXPIRED_MAX.as_millis();
    if old.state == KeyState::Current && old.expired_renewal && in_time {
        Ok(wanted)
    } else {
        Err(refused)
    }
}

/// Issues a renewal by our own authority and registers its key; the one before is superseded.
pub(super) fn issue(
    tx: &Tx<'_>,
    (config, authority): (&Config, &IssuingAuthority),
    renewal: &Renewal,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, EnrolError> {
    if let Some(known) = &renewal.known {
        return Ok(vec![known.clone(), authority.certificate().to_vec()]);
    }
    let unit = &renewal.unit;
    let chain = sign(config, authority, (&unit.id, unit.kind), &renewal.key, now)?;
    keep(tx, config, unit, (&renewal.key, &chain), now)?;
    Ok(chain)
}

fn renewable(tx: &Tx<'_>, id: &UnitId) -> Result<Unit, EnrolError> {
    let unit = unit::find(tx, id)?.ok_or(EnrolError::NotAMember)?;
    // A district or a helper renews by its own authority.
    if unit.kind.certifies_itself() {
        return Err(EnrolError::OwnCertificate);
    }
    match unit.status {
        UnitStatus::Active => Ok(unit),
        UnitStatus::Suspended => Err(EnrolError::Suspended),
        UnitStatus::Closed => Err(EnrolError::Closed),
        UnitStatus::Invited => Err(EnrolError::NotAMember),
    }
}

fn registered(tx: &Tx<'_>, key: KeyId) -> Result<Option<MemberKey>, SqlError> {
    member_key::find(tx, key.bytes())
}
