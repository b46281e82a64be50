//! Key statements that travel beside the entries of a directory: of the hubs that open letters
//! first, and of who gets letters without being listed, as schools do.
//!
//! Nothing of a statement is believed here: it stands under both commissions' own signatures, and
//! whoever seals verifies those.

use std::collections::BTreeSet;

use super::check::{STATEMENT_BYTES_MAX, is_within};
use super::words::{Field, Level, Wrong};
use super::{Directory, Fault};
use crate::unit::UnitId;

/// Most statements beside the entries of a directory.
pub const KEYS_MAX: usize = 2_000;

/// A key statement beside the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBeside {
    /// Whose key it is.
    pub unit: UnitId,
    /// The hub that serves it; where none is named, that of the directory's area. Of a hub nothing.
    pub relay: Option<UnitId>,
    /// Text of the statement.
    pub statement: String,
}

impl Directory {
    /// The same directory with these statements beside its entries, each unit's once and none of
    /// a unit that has an entry.
    ///
    /// # Errors
    /// The first unit whose statement cannot stand there, or too many.
    pub fn with_keys(mut self, mut keys: Vec<KeyBeside>) -> Result<Self, (UnitId, Fault)> {
        if keys.len() > KEYS_MAX {
            return Err((self.area, Fault::new(Field::Statement, Wrong::Long)));
        }
        let mut seen = BTreeSet::new();
        for key in &keys {
            let sound = match seen.insert(key.unit.clone()) && self.find(&key.unit).is_none() {
                true => self.check_key(key),
                false => Err(Fault::new(Field::Statement, Wrong::Twice)),
            };
            sound.map_err(|fault| (key.unit.clone(), fault))?;
        }
        keys.sort_by(|one, other| one.unit.cmp(&other.unit));
        self.keys = keys;
        Ok(self)
    }

    /// Statements beside the entries, in order of units.
    #[must_use]
    pub fn keys(&self) -> &[KeyBeside] {
        &self.keys
    }

    /// The hub that serves the unit of a statement beside the entries.
    #[must_use]
    pub fn key_relay<'d>(&'d self, key: &'d KeyBeside) -> &'d UnitId {
        key.relay.as_ref().unwrap_or(&self.area)
    }

    /// A district says by itself only whom its own hubs serve.
    fn check_key(&self, key: &KeyBeside) -> Result<(), Fault> {
        if key.statement.is_empty() {
            return Err(Fault::new(Field::Statement, Wrong::Missing));
        }
        if key.statement.len() > STATEMENT_BYTES_MAX {
            return Err(Fault::new(Field::Statement, Wrong::Long));
        }
        let is_own = self.level == Level::Own;
        match key.relay.iter().all(|relay| !is_own || is_within(relay, &self.area)) {
            true => Ok(()),
            false => Err(Fault::new(Field::Relay, Wrong::OwnArea)),
        }
    }
}
