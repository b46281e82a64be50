//! Who is calling, checked on every call and not only at the handshake.
//!
//! TLS says whose certificate it is; the registry says whether that unit is served today, under
//! which one name, and whether the key is one of its own that was not revoked. The name counts as
//! a whole: a district can put any unit id under its own label, and its chain still holds.
//!
//! A refusal carries its stable code in the metadata (`runtime::transport::CODE_KEY`).

use std::sync::Arc;

use certs::chain::{Purpose, Trust};
use certs::identity::PeerIdentity;
use certs::root::{Commission, RootCertificate};
use certs::signature::KeyId;
use domain::unit::{UnitId, UnitKind};
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};
use runtime::transport::{Peer, coded};
use runtime::uplink::HUB_FULL;
use tonic::{Code, Request, Status};

use crate::app::Hub;
use crate::config::Config;
use crate::enrolment::{member_name, stands_under};
use crate::registry::Registry;
use crate::store::member_key::{self, KeyState, MemberKey};
use crate::store::unit::UnitStatus;

/// Who holds a call open: what the certificate says, and the chain that was shown with it.
#[derive(Clone)]
pub(super) struct Caller {
    /// Whom the certificate speaks for.
    pub(super) identity: Arc<PeerIdentity>,
    /// Leaf first.
    pub(super) chain: Arc<Vec<Vec<u8>>>,
}

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
    served(hub, &identity, &peer.chain).await
}

/// The active member that a certificate speaks for, of which it is proved that its owner speaks.
///
/// # Errors
/// A unit that is not served, or a key that was revoked.
pub(super) async fn served(
    hub: &Hub,
    identity: &Arc<PeerIdentity>,
    chain: &[Vec<u8>],
) -> Result<UnitId, Status> {
    refuse_revoked(hub, chain)?;
    let standing = standing(hub, identity)?;
    // A new key of a unit that certifies itself counts under its own commission's root only.
    if let Standing::NewKey(kind) = standing
        && !stands_under(kind, commission_of(hub, chain))
    {
        let text = "this unit's certificate stands under the other commission's root";
        return Err(coded(Code::PermissionDenied, "OTHER_ROOT", text));
    }
    let unit = identity.name().unit().clone();
    match standing {
        Standing::Served => Ok(unit),
        Standing::NewKey(_) => {
            let leaf = chain.first().cloned().unwrap_or_default();
            let (identity, now_ms) = (identity.clone(), hub.clock().now_ms());
            hub.database()
                .write_async("register_key", move |tx| register(tx, &identity, leaf, now_ms))
                .await
                .map_err(store_status)?;
            Ok(unit)
        }
        Standing::Refused(code, reason) => Err(coded(Code::PermissionDenied, code, reason)),
    }
}

/// A key, or an authority's, that a root took back since the connection was made; the code is that
/// of a certificate which a hub revoked.
fn refuse_revoked(hub: &Hub, chain: &[Vec<u8>]) -> Result<(), Status> {
    if is_revoked(hub, chain) {
        let text = "a root has revoked this certificate, or its authority's";
        return Err(coded(Code::PermissionDenied, "CERTIFICATE_REVOKED", text));
    }
    Ok(())
}

/// Whether a root has taken back a key of a chain by now.
pub(super) fn is_revoked(hub: &Hub, chain: &[Vec<u8>]) -> bool {
    let now = hub.clock().now();
    hub.roots().iter().any(|root| root.revokes(chain, now))
}

/// Under which commission's root a chain stands that was shown here and holds.
pub(super) fn commission_of(hub: &Hub, chain: &[Vec<u8>]) -> Option<Commission> {
    let trust = Trust::new(hub.roots().to_vec());
    let root = trust.root_of(chain, Purpose::Member, hub.clock().now())?;
    root.commission()
}

/// Lets only leaders through to a helper: hubs under education's root whose certificates may serve
/// and that a plan in use names beside this hub. Which task they lead is decided for each call.
pub fn leaders(hub: Hub) -> impl Fn(Request<()>) -> Result<Request<()>, Status> + Clone {
    move |request| {
        check_leader(&request, &hub)?;
        Ok(request)
    }
}

fn check_leader<T>(request: &Request<T>, hub: &Hub) -> Result<(), Status> {
    let peer = request.extensions().get::<Peer>();
    let peer = peer.ok_or_else(|| Status::internal("the connection has no peer"))?;
    let identity = peer.identity.as_ref().ok_or_else(|| {
        coded(Code::Unauthenticated, "NO_CERTIFICATE", "a hub's certificate is needed")
    })?;
    let denied = |code, text| coded(Code::PermissionDenied, code, text);
    let trust = Trust::new(hub.roots().to_vec());
    let root = trust.root_of(&peer.chain, Purpose::Hub, hub.clock().now());
    if root.and_then(RootCertificate::commission) != Some(Commission::Education) {
        return Err(denied("OTHER_ROOT", "a leader is a hub under education's root"));
    }
    let (packs, own) = (hub.packs().last(), &hub.config().unit);
    let mut years = packs.sealed_years().sealing().map(SealingYear::year);
    if !years.any(|year| year.helper == *own && identity.name().names_hub(&year.leader)) {
        return Err(denied("NOT_A_LEADER", "no plan names this unit as leader beside this hub"));
    }
    Ok(())
}

/// Whether a caller whose call is still open would be served now: a revocation or a suspension ends
/// a stream that otherwise waits for news.
///
/// # Errors
/// As [`peer_member`], or the store cannot be read.
pub(super) fn still_served(hub: &Hub, caller: &Caller) -> Result<(), Status> {
    refuse_revoked(hub, &caller.chain)?;
    match standing(hub, &caller.identity)? {
        Standing::Served | Standing::NewKey(_) => Ok(()),
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
    /// A unit that certifies itself shows a key for the first time: its chain is valid, and only
    /// its own authority can name it.
    NewKey(UnitKind),
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
        None if member.kind.certifies_itself() => Standing::NewKey(member.kind),
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
pub fn store_status(error: SqlError) -> Status {
    tracing::error!(%error, "store failed");
    match error {
        SqlError::Full => coded(Code::Unavailable, HUB_FULL, "the hub has no space left"),
        error if error.is_retryable() => {
            Status::unavailable("the hub cannot store now; try again later")
        }
        _ => Status::internal("the hub's store failed"),
    }
}
