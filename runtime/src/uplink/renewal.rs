//! Renewal of our own certificate over the connection that it opened: a new key each time.

use certs::csr;
use certs::identity::LeafIdentity;
use proto::wire::enrol::RenewRequest;
use proto::wire::enrol::enrolment_client::EnrolmentClient;
use tonic::transport::Channel;

use super::{IdentityCell, UplinkError};
use crate::clock::Clock;

/// Renews if two thirds of the certificate's life are over; says whether it did.
pub(super) async fn renew_if_due(
    channel: Channel,
    identity: &IdentityCell,
    clock: &Clock,
) -> Result<bool, UplinkError> {
    let current = identity.current();
    if clock.now() < current.renew_from() {
        return Ok(false);
    }
    // Kept on the disk until the answer is: a lost reply is asked for again with the same key.
    let key = identity.renewal_key().map_err(|_| UplinkError::Renewal)?;
    let csr = csr::request(&key).map_err(|_| UplinkError::Renewal)?;
    let answer = EnrolmentClient::new(channel).renew(RenewRequest { csr }).await?;
    let renewed =
        LeafIdentity::new(&answer.into_inner().chain, key).map_err(|_| UplinkError::Renewal)?;
    // The hub decides what the certificate says; another name than ours would be a mistake.
    if renewed.peer().name() != current.peer().name() {
        return Err(UplinkError::Renewal);
    }
    identity.replace(renewed).map_err(|_| UplinkError::Renewal)?;
    identity.forget_renewal_key();
    tracing::info!("certificate renewed");
    Ok(true)
}
