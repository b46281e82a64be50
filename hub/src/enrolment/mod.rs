//! Enrolment: how a unit becomes a member of this hub, and stays one.
//!
//! A machine proves its invite on its own connection and gets a certificate whose content comes
//! from this hub's register; from its request only the public key is taken. An invite works for
//! one key: the same key gets the same certificate however often it asks, another key is refused
//! and raises an alarm, because then two machines have the line. A city or a district issues by
//! its own authority; a street has none and asks its district.

mod error;
pub mod invitation;
mod issuing;
mod naming;
mod redeem;
mod renewal;
mod upstream;

use std::sync::Arc;

use certs::identity::PeerIdentity;
use certs::issuer::IssuingAuthority;
use certs::root::Commission;
use certs::tls::Exporter;
use domain::unit::{IdentityName, UnitId, UnitKind};
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::sql::{Database, Tx};

pub use error::EnrolError;
pub use issuing::{chain_from_bytes, chain_to_bytes};
pub use naming::{member_name, stands_under};
pub use renewal::Expired;
pub use upstream::{ALARM_OTHER_STREET, ForMember, release_to_street, street_of};

use crate::app::Hub;
use crate::config::Config;
use issuing::Issued;
use redeem::{Claim, Step};
use renewal::Renewal;
use upstream::Upstream;

/// Kind of the alarm that an invite was used with a second key.
pub const ALARM_STOLEN: &str = "invite_stolen";

/// The stage as the service calls it. Cheap to clone.
#[derive(Clone)]
pub struct Enrolment {
    config: Arc<Config>,
    database: Database,
    clock: Clock,
    issuing: Issuing,
}

/// Where certificates come from.
#[derive(Clone)]
enum Issuing {
    /// This hub's own authority.
    Own(Arc<IssuingAuthority>),
    /// The hub above, over our own connection.
    Upstream(Upstream),
    /// A street that was not joined to a district.
    Nowhere,
}

/// A machine's proof of an invite, as it arrived on its connection.
pub struct Proof {
    /// Id of the invite.
    pub invite: Vec<u8>,
    /// Certificate request, DER.
    pub csr: Vec<u8>,
    /// Signature by the invite's key.
    pub proof: Vec<u8>,
    /// What the machine says that it is; earlier versions say nothing.
    pub kind: Option<UnitKind>,
    /// This hub's end of the connection.
    pub exporter: Exporter,
    /// The certificate that was shown, where one was; a district or a helper shows its own.
    pub shown: Option<Shown>,
}

/// A certificate that a caller showed in the handshake.
#[derive(Clone)]
pub struct Shown {
    /// Whom it speaks for.
    pub identity: Arc<PeerIdentity>,
    /// The certificate, DER.
    pub leaf: Vec<u8>,
    /// Under which commission's root it stands.
    pub commission: Option<Commission>,
}

/// Where an enrolment stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    /// The certificate is there.
    Issued {
        /// Leaf and issuing certificates, DER, leaf first.
        chain: Vec<Vec<u8>>,
        /// The unit's identity name.
        name: IdentityName,
        /// What the unit is.
        kind: UnitKind,
    },
    /// An operator compares six words by telephone first.
    Pending,
}

/// Whether a call may redeem an invite or only asks what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Redeem it.
    Enrol,
    /// Only look.
    Poll,
}

impl Enrolment {
    /// The stage of a hub.
    #[must_use]
    pub fn of(hub: &Hub) -> Self {
        let issuing = match (hub.authority(), &hub.config().parent) {
            (Some(authority), _) => Issuing::Own(authority),
            (None, Some(parent)) => Issuing::Upstream(Upstream::new(hub, parent)),
            (None, None) => Issuing::Nowhere,
        };
        Self {
            config: Arc::new(hub.config().clone()),
            database: hub.database().clone(),
            clock: hub.clock().clone(),
            issuing,
        }
    }

    /// Redeems an invite, or looks what became of it.
    ///
    /// Repeating it with the same key gives the same certificate; an error leaves no trace but the
    /// alarm about a second key.
    ///
    /// # Errors
    /// Each reason is its own; see [`EnrolError`].
    pub async fn enrol(&self, proof: Proof, asked: Asked) -> Result<Standing, EnrolError> {
        let (config, now) = (self.config.clone(), self.clock.now());
        let own = match &self.issuing {
            Issuing::Own(authority) => Some(authority.clone()),
            Issuing::Upstream(_) | Issuing::Nowhere => None,
        };
        let step = self
            .database
            .write_async("redeem_invite", move |tx| {
                let step = redeem::redeem(tx, &config, &proof, (asked, now))?;
                match (step, own) {
                    (Step::Claimed(claim), Some(authority)) => {
                        issuing::issue_claimed(tx, (&config, &authority), &claim, now)
                            .map(Step::Issued)
                    }
                    (step, _) => Ok(step),
                }
            })
            .await?;
        match step {
            Step::Issued(issued) => Ok(issued.into()),
            Step::Pending => Ok(Standing::Pending),
            Step::Stolen => Err(EnrolError::Used),
            Step::Claimed(claim) => self.forward(claim).await.map(Standing::from),
        }
    }

    /// A street's second half: the key is bound to the invite, the district issues.
    async fn forward(&self, claim: Claim) -> Result<Issued, EnrolError> {
        let chain = self.upstream()?.issue(&claim.unit.id, claim.unit.kind, &claim.csr).await?;
        let (config, now) = (self.config.clone(), self.clock.now());
        self.database
            .write_async("keep_forwarded", move |tx| {
                issuing::keep_claimed(tx, &config, &claim, chain, now)
            })
            .await
    }

    /// Renews over the member's own connection, with a new key.
    ///
    /// # Errors
    /// The request is unusable, or the key or the unit is not one to renew.
    pub async fn renew(&self, unit: UnitId, csr: Vec<u8>) -> Result<Vec<Vec<u8>>, EnrolError> {
        self.renewed("renew", move |tx, _| renewal::prepare(tx, &unit, csr)).await
    }

    /// Renews an expired certificate, once, where an operator allowed it.
    ///
    /// # Errors
    /// Not allowed, not the unit's latest key, too old, or the proof does not hold here.
    pub async fn renew_expired(&self, expired: Expired) -> Result<Vec<Vec<u8>>, EnrolError> {
        let check = move |tx: &Tx<'_>, now| renewal::prepare_expired(tx, &expired, now);
        self.renewed("renew_expired", check).await
    }

    async fn renewed(
        &self,
        name: &'static str,
        check: impl FnOnce(&Tx<'_>, Timestamp) -> Result<Renewal, EnrolError> + Send + 'static,
    ) -> Result<Vec<Vec<u8>>, EnrolError> {
        let (config, now) = (self.config.clone(), self.clock.now());
        if let Issuing::Own(authority) = self.issuing.clone() {
            let work = move |tx: &Tx<'_>| {
                let renewal = check(tx, now)?;
                renewal::issue(tx, (&config, &authority), &renewal, now)
            };
            return self.database.write_async(name, work).await;
        }
        let renewal = self.database.read_async(move |tx| check(tx, now)).await?;
        let unit = &renewal.unit;
        let chain = self.upstream()?.issue(&unit.id, unit.kind, &renewal.csr).await?;
        let keep = move |tx: &Tx<'_>| {
            issuing::keep(tx, &config, &renewal.unit, (&renewal.key, &chain), now)?;
            Ok(chain)
        };
        self.database.write_async(name, keep).await
    }

    /// Issues for a member of a street that is a member of ours.
    ///
    /// # Errors
    /// The caller is no street, or the unit is not one that it may ask for.
    pub async fn issue_for_member(
        &self,
        street: UnitId,
        asked: ForMember,
    ) -> Result<Vec<Vec<u8>>, EnrolError> {
        let Issuing::Own(authority) = self.issuing.clone() else {
            return Err(EnrolError::NoAuthority);
        };
        let (config, now) = (self.config.clone(), self.clock.now());
        let issued = self
            .database
            .write_async("issue_for_member", move |tx| {
                upstream::issue(tx, (&config, &authority), (&street, &asked), now)
            })
            .await?;
        issued.ok_or(EnrolError::OtherStreet)
    }

    fn upstream(&self) -> Result<&Upstream, EnrolError> {
        match &self.issuing {
            Issuing::Upstream(upstream) => Ok(upstream),
            Issuing::Own(_) | Issuing::Nowhere => Err(EnrolError::NoAuthority),
        }
    }
}

impl From<Issued> for Standing {
    fn from(issued: Issued) -> Self {
        Self::Issued { chain: issued.chain, name: issued.name, kind: issued.kind }
    }
}

#[cfg(test)]
pub(crate) mod tests;
