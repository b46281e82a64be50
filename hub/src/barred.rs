//! Barred keys: which keys of this hub and below it may not speak any more, upward and downward.
//!
//! A hub tells its parent the whole list over its own connection, as it tells its sums: the parent
//! believes it about what lies below it and about nothing else. A district that hears from a street
//! that a school's key was revoked revokes the certificate that it issued, so that its revocation
//! list has it within seconds.

use std::collections::HashSet;

use certs::identity::PeerIdentity;
use domain::digest::hex;
use domain::unit::{IdentityName, UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{Bar, BarredKey};

use crate::below::{self, Standing};
use crate::config::Config;
use crate::store::barred_key::{self, Stored};
use crate::store::member_key::{self, KeyState};
use crate::store::unit::{self, Unit, UnitStatus};
use crate::store::{alarm, setting};

/// Kind of the alarm that a hub told of a key that does not lie below it.
pub const ALARM_FOREIGN: &str = "barred_key_of_another";

/// Kind of the alarm that a hub told of more keys than it can have.
pub const ALARM_TOO_MANY: &str = "barred_keys_too_many";

/// Keys of one district that are kept although we did not certify them.
const OF_DISTRICT_MAX: usize = 4_000;
/// The same of one street, whose units' keys we certified ourselves unless a backup forgot them.
const OF_STREET_MAX: usize = 200;

/// Front part of the setting that holds the digest of a member hub's last list.
const LIST_OF: &str = "barred_keys_of:";

/// The keys that may not speak: those of our own register, and those that member hubs told of.
///
/// # Errors
/// The store cannot be read, or a certificate in it cannot.
pub fn all(tx: &Tx<'_>, config: &Config) -> Result<Vec<BarredKey>, SqlError> {
    // Our own first: should the list be too long to travel, these are the ones that do.
    let mut found = Vec::new();
    for key in member_key::all(tx)? {
        let suspended = || {
            let id: UnitId = key.unit.parse().map_err(|_| SqlError::Type)?;
            let unit = unit::find(tx, &id)?;
            Ok::<_, SqlError>(unit.is_some_and(|unit| unit.status == UnitStatus::Suspended))
        };
        let bar = match key.state {
            KeyState::Revoked => Bar::Revoked,
            _ if suspended()? => Bar::Suspended,
            _ => continue,
        };
        let identity = PeerIdentity::from_leaf(&key.certificate, config.zone());
        let name = identity.map_err(|_| SqlError::Type)?.name().to_string();
        found.push(BarredKey { name, key: key.key_id, bar });
    }
    let told = barred_key::all(tx)?.into_iter();
    found.extend(told.map(|key| BarredKey { name: key.name, key: key.key_id, bar: key.bar }));
    Ok(found)
}

/// Takes a member hub's list over; lines about what does not lie below it are left out and alarmed.
///
/// # Errors
/// The store cannot be written.
pub fn take(
    tx: &Tx<'_>,
    config: &Config,
    (teller, digest): (&UnitId, &[u8; 32]),
    told: Vec<BarredKey>,
    now_ms: i64,
) -> Result<(), SqlError> {
    let Some(hub) = unit::find(tx, teller)?.filter(|hub| hub.kind.is_area()) else {
        return Ok(());
    };
    let mut room = Room::of(tx, &hub, &told)?;
    let mut kept = Vec::with_capacity(told.len());
    for key in told {
        match standing(tx, config, &hub, &key)? {
            Standing::Below => {}
            Standing::Gone => continue,
            Standing::Foreign => {
                let detail = "the hub told of a key of a unit that does not lie below it";
                alarm::raise(tx, ALARM_FOREIGN, teller.as_str(), detail, now_ms)?;
                continue;
            }
        }
        if !room.takes(tx, &key)? {
            continue;
        }
        if key.bar == Bar::Revoked {
            // Where we certified it for the street, it goes onto our list of revoked certificates.
            member_key::revoke(tx, &key.key)?;
        }
        kept.push(Stored {
            key_id: key.key,
            name: key.name,
            bar: key.bar,
            told_by: teller.to_string(),
            told_at_ms: now_ms,
        });
    }
    if room.is_full {
        let detail = "the hub told of more keys than it can have; those that are new were left out";
        alarm::raise(tx, ALARM_TOO_MANY, teller.as_str(), detail, now_ms)?;
    }
    barred_key::replace(tx, teller.as_str(), &kept)?;
    if room.is_full {
        // Not taken whole, so whatever list there is is told at the next connection.
        return setting::set(tx, &format!("{LIST_OF}{teller}"), "");
    }
    setting::set(tx, &format!("{LIST_OF}{teller}"), &hex(digest))
}

/// SHA-256 of the last list that a member hub told; empty if it told none.
///
/// # Errors
/// The store cannot be read.
pub fn last_list(tx: &Tx<'_>, teller: &UnitId) -> Result<Vec<u8>, SqlError> {
    let shown = setting::value(tx, &format!("{LIST_OF}{teller}"))?.unwrap_or_default();
    let digits: Vec<u32> = shown.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit));
    Ok(digits.chunks(2).filter_map(|pair| byte(pair).ok()).collect())
}

/// How many keys that we did not certify are kept of one hub: nobody can ask whether they exist,
/// and what is revoked is kept for good.
struct Room {
    /// Keys of that hub that are kept already.
    stored: HashSet<[u8; 32]>,
    left: usize,
    is_full: bool,
}

impl Room {
    /// What this very list lifts makes room for what it brings.
    fn of(tx: &Tx<'_>, hub: &Unit, told: &[BarredKey]) -> Result<Self, SqlError> {
        let told = told.iter().map(|key| key.key).collect();
        let stored = barred_key::staying(tx, hub.id.as_str(), &told)?;
        let limit = if hub.kind == UnitKind::District { OF_DISTRICT_MAX } else { OF_STREET_MAX };
        Ok(Self { left: limit.saturating_sub(stored.len()), stored, is_full: false })
    }

    fn takes(&mut self, tx: &Tx<'_>, key: &BarredKey) -> Result<bool, SqlError> {
        if self.stored.contains(&key.key) || member_key::find(tx, &key.key)?.is_some() {
            return Ok(true);
        }
        self.is_full |= self.left == 0;
        let takes = self.left > 0;
        self.left = self.left.saturating_sub(1);
        Ok(takes)
    }
}

/// How a key stands to the hub that tells of it.
fn standing(
    tx: &Tx<'_>,
    config: &Config,
    hub: &Unit,
    key: &BarredKey,
) -> Result<Standing, SqlError> {
    match IdentityName::parse(&key.name, config.zone()) {
        Ok(name) => below::standing(tx, config, hub, (&name, &key.key)),
        Err(_) => Ok(Standing::Foreign),
    }
}

#[cfg(test)]
mod tests;
