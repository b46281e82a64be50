//! Scales at hand: what a run asks by, read from the packs once and then kept.
//!
//! Reading every pack takes milliseconds, and five hundred students ask at once. Instruments of a
//! run never change, so what was read stays right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::digest::Digest;
use domain::period::TermId;
use domain::scale::{Scale, Setting};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use crate::ledger::run::seat::Seat;
use crate::ledger::run::{self, Instrument, InstrumentId, RunId};
use crate::packs::{Packs, PacksError};

/// Runs that are kept; the oldest of more are read again.
const RUNS_MAX: usize = 32;

/// An instrument with its scale.
#[derive(Clone)]
pub struct Part {
    /// The instrument.
    pub instrument: Instrument,
    /// Its scale.
    pub scale: Arc<Scale>,
}

/// The parts of a run, in the order in which they are answered.
pub type Parts = Arc<[Part]>;

type Load = dyn Fn() -> Result<Packs, PacksError> + Send + Sync;

/// The scales of the school's runs.
pub struct Shelf {
    load: Box<Load>,
    setting: Setting,
    known: Mutex<HashMap<RunId, Parts>>,
}

impl Shelf {
    /// A shelf over the packs that `load` reads.
    #[must_use]
    pub fn new(
        setting: Setting,
        load: impl Fn() -> Result<Packs, PacksError> + Send + Sync + 'static,
    ) -> Self {
        Self { load: Box::new(load), setting, known: Mutex::default() }
    }

    /// What sort of city this is.
    #[must_use]
    pub const fn setting(&self) -> Setting {
        self.setting
    }

    /// The packs in force.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn packs(&self) -> Result<Packs, PacksError> {
        (self.load)()
    }

    /// The last day of a term: no sheet of its runs is of a later one.
    ///
    /// # Errors
    /// The store cannot be read, or the calendar does not know the term.
    pub fn last_day(&self, term: TermId) -> Result<Date, SqlError> {
        let packs = self.read_packs()?;
        packs.calendar().term(term).map(|term| term.end).map_err(|_| SqlError::Type)
    }

    fn read_packs(&self) -> Result<Packs, SqlError> {
        (self.load)().map_err(|error| {
            tracing::error!(%error, "packs not read");
            SqlError::Unreadable
        })
    }

    /// The parts of a run.
    ///
    /// # Errors
    /// The store cannot be read, or a pack that the run began with is gone.
    pub fn parts(&self, tx: &Tx<'_>, run: RunId) -> Result<Parts, SqlError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parts) = known.get(&run) {
            return Ok(Arc::clone(parts));
        }
        let packs = self.read_packs()?;
        let scales: HashMap<Digest, Arc<Scale>> = packs.scales_ever().into_iter().collect();
        let part = |instrument: Instrument| {
            let scale = scales.get(&instrument.pack).cloned().ok_or(SqlError::Type)?;
            Ok(Part { instrument, scale })
        };
        let found = run::instruments(tx, run)?.into_iter().map(part);
        let parts: Parts = found.collect::<Result<Vec<_>, SqlError>>()?.into();
        if known.len() >= RUNS_MAX {
            known.clear();
        }
        known.insert(run, Arc::clone(&parts));
        Ok(parts)
    }
}

/// The parts that a student answers.
pub fn own<'p>(parts: &'p Parts, ids: &[InstrumentId]) -> Vec<&'p Part> {
    parts.iter().filter(|part| ids.contains(&part.instrument.id)).collect()
}

/// The parts that a seat answers.
#[must_use]
pub fn of_seat<'p>(parts: &'p Parts, seat: &Seat) -> Vec<&'p Part> {
    own(parts, &seat.instruments)
}
