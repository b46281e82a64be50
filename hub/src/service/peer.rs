//! Who is calling, checked on every call and not only at the handshake.
//!
//! TLS says whose certificate it is; the registry says whether that unit is served today, under
//! which one name, and whether the key is one of its own that was not revoked. The name counts as
//! a whole: a district can put any unit id under its own label, and its chain still holds.
//!
//! A refusal carries its stable code in the metadata (`runtime::transport::CODE_KEY`).

use std::sync::Arc;

use certs::identity::PeerIdentity;
use certs::signature::KeyId;
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};
use runtime::transport::{Peer, coded};
use tonic::{Code, Request, Status};

use crate::app::Hub;
use crate::config::Config;
use crate::enrolment::member_name;
use crate::registry::Registry;
use crate::store::member_key::{self, KeyState, MemberKey};
use crate::store::unit::UnitStatus;

/// The active member that makes this call.
///
/// # Errors
/// No certificate, a unit that is not served, or a key that was revoked.
pub async fn peer_member<T: Sync>(request: &Request<T>, hub: &Hub) -> Result<UnitId, Status> {
    let peer = request.extensions().get::<Peer>();
    let peer = peer.ok_or_else(|| Status::internal("the connection has no peer"))?.clone();
    let identity = peer.identity.ok_or_else(|| {
        coded(Code::Unauthenticated, "NO_CERTIFICATE", "a unit's certificate is needed")
    })?;
    let standing = standing(hub, &identity)?;
    let unit = identity.name().unit().clone();
    match standing {
        Standing::Served => Ok(unit),
        Standing::NewKey => {
            let leaf = peer.leaf.map(|leaf| leaf.to_vec()).unwrap_or_default();
            let now_ms = hub.clock().now_ms();
            hub.database()
                .write_async("register_key", move |tx| register(tx, &identity, leaf, now_ms))
                .await
                .map_err(store_status)?;
            Ok(unit)
        }
        Standing::Refused(code, reason) => Err(coded(Code::PermissionDenied, code, reason)),
    }
}

/// Whether a caller whose call is still open would be served now: a revocation or a suspension ends
/// a stream that otherwise waits for news.
///
/// # Errors
/// As [`peer_member`], or the store cannot be read.
pub(super) fn still_served(hub: &Hub, caller: &Arc<PeerIdentity>) -> Result<(), Status> {
    match standing(hub, caller)? {
        Standing::Served | Standing::NewKey => Ok(()),
        Standing::Refused(code, reason) => Err(coded(Code::PermissionDenied, code, reason)),
    }
}

/// How a caller stands now. Two look-ups by key in place: a change of threads would cost several
/// times as much.
fn standing(hub: &Hub, caller: &Arc<PeerIdentity>) -> Result<Standing, Status> {
    let (asked, caller) = (hub.clone(), caller.clone());
    let standing = hub.database().read(move |tx| {
        let registry = asked.registry().fresh(tx)?;
        let known = member_key::find(tx, caller.key().id().bytes())?;
        Ok::<_, SqlError>(judge(asked.config(), &registry, known.as_ref(), &caller))
    });
    standing.map_err(store_status)
}

enum Standing {
    Served,
    /// A district that certifies itself shows a key for the first time: its chain is valid, and
    /// only its own authority can name it.
    NewKey,
    /// Stable code and reason.
    Refused(&'static str, &'static str),
}

fn judge(
    config: &Config,
    registry: &Registry,
    known: Option<&MemberKey>,
    caller: &PeerIdentity,
) -> Standing {
    use Standing::Refused;
    let unit = caller.name().unit();
    let Some(member) = registry.member(unit) else {
        return Refused("NOT_A_MEMBER", "this unit is not a member of this hub");
    };
    if member_name(config, unit, member.kind).as_ref() != Some(caller.name()) {
        return Refused("OTHER_NAME", "this unit has another name here");
    }
    if known.is_some_and(|key| key.state == KeyState::Revoked) {
        return Refused("CERTIFICATE_REVOKED", "this certificate has been revoked");
    }
    match member.status {
        UnitStatus::Active => {}
        UnitStatus::Invited => return Refused("NOT_A_MEMBER", "this unit was not enrolled"),
        UnitStatus::Suspended => return Refused("UNIT_SUSPENDED", "this unit is suspended"),
        UnitStatus::Closed => return Refused("UNIT_CLOSED", "this unit is closed"),
    }
    match known {
        Some(key) if key.unit != unit.as_str() => {
            Refused("NOT_A_MEMBER", "the key is another unit's")
        }
        Some(_) => Standing::Served,
        None if member.kind == UnitKind::District => Standing::NewKey,
        None => Refused("CERTIFICATE_UNKNOWN", "this certificate is not known here"),
    }
}

/// Registers a key that a member's certificate shows; one that is registered already stays as it
/// is.
///
/// # Errors
/// The store cannot be written.
pub fn register(
    tx: &Tx<'_>,
    identity: &PeerIdentity,
    certificate: Vec<u8>,
    now_ms: i64,
) -> Result<(), SqlError> {
    let key_id: KeyId = identity.key().id();
    if member_key::find(tx, key_id.bytes())?.is_some() {
        return Ok(());
    }
    let key = MemberKey {
        key_id: *key_id.bytes(),
        unit: identity.name().unit().to_string(),
        spki: identity.key().spki().to_vec(),
        certificate,
        serial: identity.serial().bytes().to_vec(),
        not_after_ms: identity.not_after().as_millisecond(),
        state: KeyState::Current,
        expired_renewal: false,
    };
    member_key::insert(tx, &key, now_ms)
}

/// A store failure as a caller sees it: no detail, and whether trying again helps.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub fn store_status(error: SqlError) -> Status {
    tracing::error!(%error, "store failed");
    if error.is_retryable() {
        Status::unavailable("the hub cannot store now; try again later")
    } else {
        Status::internal("the hub's store failed")
    }
}
