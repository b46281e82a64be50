//! Forwarding: a street has no authority, so its district issues for the street's members.
//!
//! The street has checked the invite and the proof; the district checks that the caller is an
//! active street, that the unit is not one of its own, and that no other street asked for it
//! before. It certifies schools and receivers only, never a hub: a street cannot make hubs.

use std::sync::Arc;

use certs::chain::Trust;
use certs::csr;
use certs::issuer::IssuingAuthority;
use certs::tls::client_config;
use domain::unit::{UnitId, UnitKind};
use jiff::Timestamp;
use proto::wire::enrol::IssueForMemberRequest;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use runtime::sql::{SqlError, Tx};
use runtime::transport::{code_of, connect};
use runtime::uplink::IdentityCell;
use tokio::sync::Semaphore;

use super::EnrolError;
use super::issuing::{register, sign};
use super::naming::member_name;
use crate::app::Hub;
use crate::config::{Config, ParentConfig};
use crate::store::member_key::{self, KeyState};
use crate::store::unit::{self, UnitStatus};
use crate::store::{alarm, setting};

/// Front part of the setting that says for which street a unit was certified.
const STREET_OF: &str = "street_of:";

/// Kind of the alarm that a street asked for a unit of another one.
pub const ALARM_OTHER_STREET: &str = "unit_of_other_street";

/// Requests to the hub above that may be open at once; each has its own connection.
const FORWARDS_MAX: usize = 16;

/// What a street asks for.
pub struct ForMember {
    /// The member.
    pub unit: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// The member's request, DER.
    pub csr: Vec<u8>,
}

/// The way to the hub above for requests of members.
#[derive(Clone)]
pub(super) struct Upstream {
    identity: IdentityCell,
    parent: ParentConfig,
    trust: Trust,
    turns: Arc<Semaphore>,
}

impl Upstream {
    pub(super) fn new(hub: &Hub, parent: &ParentConfig) -> Self {
        Self {
            identity: hub.identity().clone(),
            parent: parent.clone(),
            trust: Trust::new(hub.roots().to_vec()).with_clock(hub.clock().for_tls()),
            turns: Arc::new(Semaphore::new(FORWARDS_MAX)),
        }
    }

    /// Asks the hub above to issue for a member of ours.
    pub(super) async fn issue(
        &self,
        unit: &UnitId,
        kind: UnitKind,
        csr: &[u8],
    ) -> Result<Vec<Vec<u8>>, EnrolError> {
        let _turn = self.turns.acquire().await.map_err(|_| EnrolError::Upstream)?;
        let identity = self.identity.current();
        let unavailable = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "the hub above could not be asked to issue");
            EnrolError::Upstream
        };
        let config = client_config(Some(&identity), &self.parent.name, &self.trust)
            .map_err(|error| unavailable(&error))?;
        let dial = connect(&self.parent.address, &self.parent.name, config)
            .await
            .map_err(|error| unavailable(&error))?;
        let request = IssueForMemberRequest {
            unit: unit.to_string(),
            kind: kind.to_string(),
            csr: csr.to_vec(),
        };
        match EnrolmentClient::new(dial.channel).issue_for_member(request).await {
            Ok(answer) => Ok(answer.into_inner().chain),
            Err(status) if code_of(&status).is_empty() || is_passing(status.code()) => {
                Err(unavailable(&status))
            }
            Err(status) => Err(EnrolError::UpstreamRefused(code_of(&status).to_owned())),
        }
    }
}

fn is_passing(code: tonic::Code) -> bool {
    matches!(code, tonic::Code::Unavailable | tonic::Code::Internal | tonic::Code::Aborted)
}

/// Issues for a street's member. Asking again with the same key gives the same certificate.
///
/// Nothing where the unit is another street's: the alarm about it must be committed.
pub(super) fn issue(
    tx: &Tx<'_>,
    (config, authority): (&Config, &IssuingAuthority),
    (street, asked): (&UnitId, &ForMember),
    now: Timestamp,
) -> Result<Option<Vec<Vec<u8>>>, EnrolError> {
    check_street(tx, street)?;
    // A hub's certificate may serve, and a unit of our own register is not a street's.
    let own = asked.unit == config.unit || unit::find(tx, &asked.unit)?.is_some();
    if own || asked.kind.is_hub() {
        return Err(EnrolError::OtherStreet);
    }
    if let Some(other) = street_of(tx, &asked.unit)?
        && other != *street
    {
        let detail = format!("{street} asked for a unit of {other}");
        alarm::raise(tx, ALARM_OTHER_STREET, asked.unit.as_str(), &detail, now.as_millisecond())?;
        return Ok(None);
    }
    let key = csr::public_key(&asked.csr)?;
    if let Some(known) = member_key::find(tx, key.id().bytes())? {
        let same = known.unit == asked.unit.as_str() && known.state == KeyState::Current;
        let chain = vec![known.certificate, authority.certificate().to_vec()];
        return if same { Ok(Some(chain)) } else { Err(EnrolError::KeyKnown) };
    }
    let name = member_name(config, &asked.unit, asked.kind).ok_or(EnrolError::NotAMember)?;
    let chain = sign(config, authority, (&asked.unit, asked.kind), &key, now)?;
    register(tx, (&name, &key), &chain, now)?;
    setting::set(tx, &setting_name(&asked.unit), street.as_str())?;
    Ok(Some(chain))
}

fn check_street(tx: &Tx<'_>, street: &UnitId) -> Result<(), EnrolError> {
    let caller = unit::find(tx, street)?.ok_or(EnrolError::NotAMember)?;
    let served = caller.kind == UnitKind::Street && caller.status == UnitStatus::Active;
    if served { Ok(()) } else { Err(EnrolError::NotAMember) }
}

/// The street for which a unit was certified, where it is a street's.
///
/// # Errors
/// The store cannot be read.
pub fn street_of(tx: &Tx<'_>, unit: &UnitId) -> Result<Option<UnitId>, SqlError> {
    let street = setting::value(tx, &setting_name(unit))?;
    street.map(|street| street.parse().map_err(|_| SqlError::Type)).transpose()
}

/// Lets another street ask for a unit from now on: the unit moved within the district.
///
/// # Errors
/// The store cannot be written.
pub fn release_to_street(tx: &Tx<'_>, unit: &UnitId, street: &UnitId) -> Result<(), SqlError> {
    setting::set(tx, &setting_name(unit), street.as_str())
}

fn setting_name(unit: &UnitId) -> String {
    format!("{STREET_OF}{unit}")
}
