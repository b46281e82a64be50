//! The receiver of referrals: a clinic, a counselling centre, a department's desk.
//!
//! Letters that came are opened with the receiver's own key, envelopes are believed by their
//! sender's certificate, and what they say is kept in the encrypted ledger until it is declined,
//! withdrawn, expired or over. What somebody does about one is answered in an envelope of its own,
//! sealed to the school.
//!
//! Everything here asks for a [`Receiver`], which only a node of that role has: a school's node
//! opens no referral, whatever key it holds. The other way round a receiver opens referrals and no
//! answers, and its key is bound to its own unit and to the purpose.

pub mod acting;
mod again;
pub(crate) mod answering;
pub mod cards;
mod clock;
pub mod course;
mod leaving;
mod opening;
#[cfg(test)]
mod parts_tests;
mod renewing;
#[cfg(test)]
mod renewing_tests;
mod said;
pub mod stuck;
mod taking;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use answering::Sealed;
pub(crate) use leaving::keep;
pub use taking::Swept;

use certs::chain::Trust;
use certs::seal::EnvelopeKey;
use certs::statement::Purpose;
use domain::referral::Refused;
use domain::unit::{CITY_LABEL, IdentityName, UnitId};
use runtime::sql::{SqlError, Tx};

use crate::app::Node;
use crate::config::NodeRole;
use crate::content::ContentError;
use crate::fhir::FhirError;
use crate::ledger::sealing_key;

/// A receiver. Only [`Node::receiver`] makes one, and only where the node's role is a receiver's.
#[derive(Clone)]
pub struct Receiver {
    name: IdentityName,
    parent: IdentityName,
    trust: Trust,
    called: String,
}

/// Why nothing was shown or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The node is a school's, or has not joined.
    #[error("this node is no receiver, or has not joined")]
    NoReceiver,
    /// The role may not do this.
    #[error("this role may not do that")]
    NotAllowed,
    /// There is no such referral here.
    #[error("there is no such referral here")]
    Unknown,
    /// What it says was erased.
    #[error("what the referral says was erased")]
    Erased,
    /// It was put back from a backup, and its school has not said that it stands.
    #[error("the referral was put back from a backup and is locked")]
    Locked,
    /// It was taken back.
    #[error("the referral was taken back")]
    Withdrawn,
    /// It was not taken back, or what is kept of it was said.
    #[error("nothing is to be said about what is kept")]
    NotAsked,
    /// A field is empty or cannot be right.
    #[error("the field {0} is empty or cannot be right")]
    Field(&'static str),
    /// The consent lets no such outcome back.
    #[error("the consent lets no such outcome back")]
    NotCovered,
    /// It does not happen now.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It is longer than an answer carries.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A bundle of the house's own system, or one for it.
    #[error(transparent)]
    Fhir(#[from] FhirError),
    /// None of the statements holds, or is a school's or a relay's.
    #[error("no statement about a key for referrals or of a relay holds among these")]
    NoStatement,
    /// Something about a card of a consultation.
    #[error(transparent)]
    Card(#[from] cards::CardError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Receiver {
    /// A receiver for tests of what it does; the product has none but its node's.
    #[cfg(test)]
    pub(crate) fn of_tests(
        (name, parent): (IdentityName, IdentityName),
        trust: Trust,
        called: &str,
    ) -> Self {
        Self { name, parent, trust, called: called.to_owned() }
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(&self) -> &UnitId {
        self.name.unit()
    }

    /// What it is called.
    #[must_use]
    pub fn called(&self) -> &str {
        &self.called
    }

    /// The hub to whose relay its letters are sealed: its district's.
    #[must_use]
    pub fn relay(&self) -> UnitId {
        relay_of(&self.name, &self.parent)
    }

    /// The hub above and the district, whose own directories are for it.
    pub(crate) fn areas(&self) -> Vec<UnitId> {
        let district = self.name.district_label().parse::<UnitId>().ok();
        std::iter::once(self.parent.unit().clone()).chain(district).collect()
    }

    /// The keys that open what is sealed to it, the newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn keys(&self, tx: &Tx<'_>) -> Result<Vec<EnvelopeKey>, SqlError> {
        let kept = sealing_key::all_for(tx, (self.unit(), Purpose::Referral))?;
        Ok(kept.into_iter().map(|kept| kept.key).collect())
    }
}

impl Node {
    /// The receiver that this node is; nothing at a school's node, or before joining.
    #[must_use]
    pub fn receiver(&self) -> Option<Receiver> {
        if self.config().role != NodeRole::Receiver {
            return None;
        }
        let member = self.member()?;
        let (name, parent) = (&member.membership.name, &member.membership.parent_name);
        let names = &self.config().school;
        let called = match names.name_zh.as_str() {
            "" => name.unit().to_string(),
            known => known.to_owned(),
        };
        let (name, parent) = (name.clone(), parent.clone());
        Some(Receiver { name, parent, trust: member.trust.clone(), called })
    }

    /// Whether this node is a receiver's, joined or not.
    #[must_use]
    pub fn is_receiver(&self) -> bool {
        self.config().role == NodeRole::Receiver
    }
}

/// The hub whose relay serves a unit: its district's, by the label under which it is certified; of
/// what the city runs itself the hub above it.
fn relay_of(name: &IdentityName, parent: &IdentityName) -> UnitId {
    let district = Some(name.district_label()).filter(|label| *label != CITY_LABEL);
    let district = district.and_then(|label| label.parse().ok());
    district.unwrap_or_else(|| parent.unit().clone())
}
