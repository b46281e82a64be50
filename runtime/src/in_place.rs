//! What a simulator puts in place of threads and of the disk, on its own thread alone.
//!
//! A simulation is one thread: whatever the programs give to other threads is done in place there,
//! and the simulator says what becomes of every commit. No program that is shipped sets this up.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::sql::SqlError;

/// What becomes of a commit.
#[derive(Debug)]
pub enum Fate {
    /// It reaches the disk and is answered.
    Stands,
    /// The disk refuses it: what it held is undone, and who waits is told.
    Fails(SqlError),
    /// The process dies before it: what it held is undone, and nobody is told anything.
    DiesBefore,
    /// The process dies after it: it is on the disk, and nobody is told anything.
    DiesAfter,
}

/// The machine of a simulated process, as far as its databases see it.
pub trait Machine: Send + Sync {
    /// How long the next commit of a database takes: what is queued meanwhile shares it.
    fn commit_takes(&self, database: &Path) -> Duration;

    /// Decides a commit of a database that holds transactions of these names.
    fn fate(&self, database: &Path, transactions: &[&'static str]) -> Fate;
}

thread_local! {
    static MACHINE: RefCell<Option<Arc<dyn Machine>>> = const { RefCell::new(None) };
}

/// Until it is dropped, this thread is a simulator's.
pub struct InPlace(());

/// Has everything that is opened and begun on this thread done in place, on a simulator's machine.
///
/// Only a simulator calls this: it decides whether what was answered is on the disk.
#[must_use]
pub fn danger_simulate(machine: Arc<dyn Machine>) -> InPlace {
    MACHINE.with(|own| *own.borrow_mut() = Some(machine));
    InPlace(())
}

impl Drop for InPlace {
    fn drop(&mut self) {
        MACHINE.with(|own| *own.borrow_mut() = None);
    }
}

/// The simulator's machine, on its own thread.
pub(crate) fn machine() -> Option<Arc<dyn Machine>> {
    MACHINE.with(|own| own.borrow().clone())
}
