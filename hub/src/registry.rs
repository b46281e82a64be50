//! The registry as intake needs it: who is a member today, and which keys may sign.
//!
//! A cache of the store, reloaded whenever the store's registry version moved; a change made by
//! another process is therefore seen by the next call, and revocation bites an open connection.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use certs::key::PublicKey;
use certs::signature::KeyId;
use domain::unit::{UnitId, UnitKind};
use runtime::sql::{SqlError, Tx};

use crate::store::member_key::{self, KeyState};
use crate::store::setting::registry_version;
use crate::store::unit::{self, Stay, UnitStatus};

/// What the registry says about one unit.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is.
    pub kind: UnitKind,
    /// Whether it is served.
    pub status: UnitStatus,
    /// Keys that may sign for it, revoked ones left out.
    pub keys: HashMap<KeyId, Arc<PublicKey>>,
}

/// Everything of one version of the registry.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// Version of the store that this is.
    pub version: u64,
    members: HashMap<UnitId, Member>,
    tree: OnceLock<Arc<Tree>>,
}

/// Who sat where and when, as sealing needs it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Stays under this hub.
    pub stays: Vec<Stay>,
    /// Stays under other hubs.
    pub elsewhere: Vec<Stay>,
}

impl Tree {
    /// Units that sat under another hub on a day and not under this one, in order.
    #[must_use]
    pub fn elsewhere_on(&self, day: &str) -> Vec<&str> {
        let here = |unit: &str| self.stays.iter().any(|stay| stay.unit == unit && stay.covers(day));
        let away = self.elsewhere.iter().filter(|stay| stay.covers(day));
        let mut units: Vec<&str> =
            away.map(|stay| &*stay.unit).filter(|unit| !here(unit)).collect();
        units.sort_unstable();
        units.dedup();
        units
    }
}

/// The registry in use.
#[derive(Default)]
pub struct RegistryCache(ArcSwap<Registry>);

impl Registry {
    /// A unit, whatever its status.
    #[must_use]
    pub fn member(&self, id: &UnitId) -> Option<&Member> {
        self.members.get(id)
    }

    /// A key of a unit that was not revoked. Whether the unit is served is asked apart, when its
    /// frame is decided: a refusal is final, and a suspension is not.
    #[must_use]
    pub fn signing_key(&self, id: &UnitId, key: &KeyId) -> Option<Arc<PublicKey>> {
        self.members.get(id)?.keys.get(key).cloned()
    }

    fn load(tx: &Tx<'_>, version: u64) -> Result<Self, SqlError> {
        let mut members: HashMap<UnitId, Member> = unit::all(tx)?
            .into_iter()
            .map(|unit| {
                let member = Member { kind: unit.kind, status: unit.status, keys: HashMap::new() };
                (unit.id, member)
            })
            .collect();
        for stored in member_key::all(tx)? {
            if stored.state == KeyState::Revoked {
                continue;
            }
            let id: UnitId = stored.unit.parse().map_err(|_| SqlError::Type)?;
            let key = PublicKey::from_checked_spki(&stored.spki).map_err(|_| SqlError::Type)?;
            if let Some(member) = members.get_mut(&id) {
                member.keys.insert(KeyId::from_bytes(stored.key_id), Arc::new(key));
            }
        }
        Ok(Self { version, members, tree: OnceLock::new() })
    }

    /// The tree around a hub as it is in this version: read once, when it is first asked for.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn tree(&self, tx: &Tx<'_>, hub: &UnitId) -> Result<Arc<Tree>, SqlError> {
        if let Some(known) = self.tree.get() {
            return Ok(known.clone());
        }
        let (stays, elsewhere) = (unit::stays(tx, hub)?, unit::stays_elsewhere(tx, hub)?);
        Ok(self.tree.get_or_init(|| Arc::new(Tree { stays, elsewhere })).clone())
    }
}

impl RegistryCache {
    /// The registry as it was when it was last looked at.
    #[must_use]
    pub fn last(&self) -> Arc<Registry> {
        self.0.load_full()
    }

    /// Keeps a registry that a transaction saw and committed, unless a later one is known.
    pub fn keep(&self, seen: Arc<Registry>) {
        if self.0.load().version < seen.version {
            self.0.store(seen);
        }
    }

    /// The registry as a transaction sees it, which may yet be undone: kept only after its commit.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn within(&self, tx: &Tx<'_>) -> Result<Arc<Registry>, SqlError> {
        let version = registry_version(tx)?;
        let known = self.0.load_full();
        if known.version == version && version > 0 {
            return Ok(known);
        }
        Ok(Arc::new(Registry::load(tx, version)?))
    }

    /// The registry as the store has it now; for reads, which see only what was committed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn fresh(&self, tx: &Tx<'_>) -> Result<Arc<Registry>, SqlError> {
        let version = registry_version(tx)?;
        let known = self.0.load_full();
        if known.version == version && version > 0 {
            return Ok(known);
        }
        let loaded = Arc::new(Registry::load(tx, version)?);
        self.0.store(loaded.clone());
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(unit: &str, from: &str, to: Option<&str>) -> Stay {
        Stay {
            unit: unit.to_owned(),
            kind: UnitKind::School,
            status: UnitStatus::Active,
            schools_below: 0,
            from: from.to_owned(),
            to: to.map(str::to_owned),
        }
    }

    /// A unit is elsewhere on the days on which it sat under another hub and not under this one.
    #[test]
    fn a_unit_is_elsewhere_only_while_it_is_not_here() {
        let tree = Tree {
            stays: vec![stay("S1", "2025-09-01", None), stay("S2", "2024-09-01", None)],
            elsewhere: vec![
                stay("S1", "2020-09-01", Some("2025-09-01")),
                stay("S2", "2020-09-01", Some("2025-09-01")),
                stay("S3", "2025-01-01", None),
            ],
        };
        assert_eq!(tree.elsewhere_on("2024-08-31"), ["S1", "S2"]);
        assert_eq!(tree.elsewhere_on("2025-08-31"), ["S1", "S3"]);
        assert_eq!(tree.elsewhere_on("2025-09-01"), ["S3"]);
    }
}
