//! What every command needs: the terminal, the clock, the data folder.

use std::path::{Path, PathBuf};

use domain::unit::UnitId;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError, Tx};

use super::settings::Settings;
use super::{Place, words};
use crate::app::open_store;
use crate::config::Config;
use crate::store::unit::{self, Unit};

/// The surroundings of a command.
pub(super) struct Context {
    pub(super) terminal: Terminal,
    pub(super) clock: Clock,
    data: PathBuf,
    config_file: PathBuf,
}

impl Context {
    pub(super) fn new(terminal: Terminal, clock: Clock, place: Place) -> Result<Self, Failure> {
        let data = place
            .data
            .ok_or_else(|| Failure::new(Exit::Usage, "DATA_MISSING", words::DATA_MISSING))?;
        let config_file = place.config.unwrap_or_else(|| data.join("hub.toml"));
        Ok(Self { terminal, clock, data, config_file })
    }

    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn config_file(&self) -> &Path {
        &self.config_file
    }

    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        // What is no text is nobody's setting.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let variables: Vec<(String, String)> = variables.collect();
        Settings::read(&self.data, &self.config_file, &variables)
    }

    pub(super) fn config(&self) -> Result<Config, Failure> {
        Ok(self.settings()?.config)
    }

    /// The configuration and the store.
    pub(super) fn open(&self) -> Result<(Config, Database), Failure> {
        let config = self.config()?;
        let database = open_store(&config)?;
        Ok((config, database))
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// A unit of the register, or that there is none.
pub(super) fn registered(tx: &Tx<'_>, id: &UnitId) -> Result<Unit, Missing> {
    unit::find(tx, id)?.ok_or_else(|| Missing::Unit(id.clone()))
}

/// A unit that is not there, or the store's failure.
#[derive(Debug)]
pub(super) enum Missing {
    Unit(UnitId),
    Store(SqlError),
}

impl From<SqlError> for Missing {
    fn from(error: SqlError) -> Self {
        Self::Store(error)
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Store(error) => error.into(),
            Missing::Unit(id) => no_unit(&id),
        }
    }
}

/// No unit of this id is registered.
pub(super) fn no_unit(id: &UnitId) -> Failure {
    Failure::new(Exit::NotFound, "UNIT_UNKNOWN", Sentence::new(words::NO_UNIT, &[id]))
        .hint(words::NO_UNIT_NEXT)
}
