//! One call to the parent and back, for `doctor`: it sends no lane and takes nothing down.

use std::time::Instant;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::tls::{TlsError, client_config};
use proto::wire::sync::HelloRequest;
use proto::wire::sync::sync_client::SyncClient;

use super::driver::explain;
use super::{Parent, UplinkError};
use crate::clock::Clock;
use crate::transport::{self, TransportError};

/// What one call to the parent showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// From the call to its answer, on a connection that was open.
    pub round_trip_ms: u64,
    /// Our clock minus the parent's.
    pub skew_ms: i64,
}

/// Connects as the unit and says hello without a lane, which the parent counts as a contact.
///
/// # Errors
/// The hub cannot be reached, is another one, or does not serve this unit.
pub async fn probe(
    parent: &Parent,
    identity: &LeafIdentity,
    (trust, clock): (&Trust, &Clock),
    schools_below: u32,
) -> Result<Probe, UplinkError> {
    let trust = trust.clone().with_clock(clock.for_tls());
    let config = client_config(Some(identity), &parent.name, &trust)
        .map_err(|error: TlsError| TransportError::Tls(error))?;
    let dial = transport::connect(&parent.address, &parent.name, config).await?;
    let (asked, asked_at_ms) = (Instant::now(), clock.now_ms());
    let request = HelloRequest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock_ms: asked_at_ms,
        lanes: Vec::new(),
        schools_below,
    };
    let answer = SyncClient::new(dial.channel).hello(request).await.map_err(explain)?.into_inner();
    let took = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
    // The parent read its clock about half way.
    let half_ms = i64::try_from(took / 2).unwrap_or(0);
    let skew_ms = asked_at_ms.saturating_add(half_ms).saturating_sub(answer.clock_ms);
    Ok(Probe { round_trip_ms: took, skew_ms })
}
