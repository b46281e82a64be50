//! To whose keys a letter is sealed, and with whose certificate it is signed.

use std::sync::Arc;

use certs::chain::Trust;
use certs::identity::LeafIdentity;
use certs::statement::{self, Purpose, SignedStatement, VerifiedStatement};
use domain::unit::{CITY_LABEL, IdentityName, UnitId};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use crate::ledger::letters;

/// Who sends and gets letters here.
#[derive(Clone)]
pub struct Desk {
    /// The own name, with the district.
    pub name: IdentityName,
    /// The hub above.
    pub parent: UnitId,
    /// The school's name, for people.
    pub school: String,
    /// Pinned roots and revocation lists.
    pub trust: Trust,
    /// The certificate and its key.
    pub identity: Arc<LeafIdentity>,
}

/// To whose keys a letter to one recipient is sealed.
#[derive(Clone, Debug)]
pub struct Road {
    /// The recipient's.
    pub recipient: VerifiedStatement,
    /// The hub that serves the recipient.
    pub relay: UnitId,
    /// That of the hub which opens our letters first.
    pub first: VerifiedStatement,
}

impl Desk {
    /// The school's town and district, whose own directories are for it.
    #[must_use]
    pub fn areas(&self) -> Vec<UnitId> {
        let district = self.name.district_label().parse::<UnitId>().ok();
        std::iter::once(self.parent.clone()).chain(district).collect()
    }

    /// The road to a recipient; none where a statement is missing or holds no more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn road(
        &self,
        tx: &Tx<'_>,
        recipient: &str,
        now: Timestamp,
    ) -> Result<Option<Road>, SqlError> {
        let Some(first) = self.relay(tx, now)? else { return Ok(None) };
        let of_it = |unit: &UnitId| unit.as_str() == recipient;
        let Some((to, relay)) = self.newest(tx, Purpose::Referral, of_it, now)? else {
            return Ok(None);
        };
        let relay = relay.parse().ok();
        Ok(relay.map(|relay| Road { recipient: to, relay, first }))
    }

    /// The statement of the hub that opens our letters first: our district's, or where the city
    /// runs this school itself, that of the hub above.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn relay(
        &self,
        tx: &Tx<'_>,
        now: Timestamp,
    ) -> Result<Option<VerifiedStatement>, SqlError> {
        let district = self.name.district_label();
        let is_ours = |unit: &UnitId| match district {
            CITY_LABEL => *unit == self.parent,
            label => unit.label() == label,
        };
        let found = self.newest(tx, Purpose::Relay, is_ours, now)?;
        Ok(found.map(|(statement, _)| statement))
    }

    /// Keeps statements of recipients and relays that hold now, with the hub that serves a
    /// recipient; says how many there were.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep(
        &self,
        tx: &Tx<'_>,
        (signed, relay): (&[SignedStatement], Option<&UnitId>),
        now: Timestamp,
    ) -> Result<usize, SqlError> {
        let mut kept = 0;
        for signed in signed {
            let Some(verified) = self.verified(signed, now) else { continue };
            let says = verified.statement();
            let relay = match says.purpose {
                Purpose::Relay => &says.unit,
                Purpose::Referral => match relay {
                    Some(relay) => relay,
                    None => continue,
                },
                _ => continue,
            };
            letters::keep(tx, (signed, &verified), relay.as_str(), now.as_millisecond())?;
            kept += 1;
        }
        Ok(kept)
    }

    /// Whether a certificate's name is the recipient's that a hub serves: any district's authority
    /// can name any unit under its own label, so the label is looked at.
    #[must_use]
    pub fn is_of(&self, name: &IdentityName, (unit, relay): (&str, &str)) -> bool {
        let label = name.district_label();
        name.unit().as_str() == unit
            && name.zone() == self.name.zone()
            && (label == CITY_LABEL || label == relay.to_ascii_lowercase())
    }

    /// Of several statements about a unit the one that begins last counts; where that one holds no
    /// more, none does.
    fn newest(
        &self,
        tx: &Tx<'_>,
        purpose: Purpose,
        is_it: impl Fn(&UnitId) -> bool,
        now: Timestamp,
    ) -> Result<Option<(VerifiedStatement, String)>, SqlError> {
        let about_it = |one: &letters::Stated| {
            one.signed.unverified().is_ok_and(|says| says.purpose == purpose && is_it(&says.unit))
        };
        let newest = letters::stated(tx, purpose)?.into_iter().find(about_it);
        Ok(newest.and_then(|one| Some((self.verified(&one.signed, now)?, one.relay))))
    }

    fn verified(&self, signed: &SignedStatement, now: Timestamp) -> Option<VerifiedStatement> {
        statement::verify(signed, self.trust.roots(), self.name.zone(), now).ok()
    }
}
