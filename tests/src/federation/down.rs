//! What comes down: directives at a hub, and a member that remembers what it was told.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::sync::Mutex;

use domain::unit::UnitId;
use hub::store::directive::{self, Stored};
use runtime::sql::{SqlError, Tx};
use runtime::uplink::{Applied, Hooks};

use super::RunningHub;

/// Remembers what came down.
#[derive(Default)]
pub struct Memory(Mutex<Vec<String>>);

impl Memory {
    /// What came since this was asked last, in order.
    ///
    /// # Panics
    /// A member panicked while it wrote something down.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("memory"))
    }
}

impl Hooks for Memory {
    fn directive(&self, bytes: &[u8]) -> Result<(), SqlError> {
        self.0.lock().expect("memory").push(String::from_utf8_lossy(bytes).into_owned());
        Ok(())
    }

    fn applied(&self) -> Result<Vec<Applied>, SqlError> {
        Ok(Vec::new())
    }

    fn addressed(&self, _: &Tx<'_>, _: &UnitId, _: &[u8]) -> Result<(), SqlError> {
        Ok(())
    }

    fn schools_below(&self) -> u32 {
        0
    }
}

/// Has a hub give out directives that hold their names and nothing else.
///
/// # Panics
/// The hub has one of them already.
pub fn publish(hub: &RunningHub, names: &[&str]) {
    for name in names {
        let new = Stored {
            cursor: 0,
            kind: "scale".to_owned(),
            name: (*name).to_owned(),
            serial: 1,
            version: "1".to_owned(),
            effective_from: "2025-09-01".to_owned(),
            content_digest: vec![1],
            directive: name.as_bytes().to_vec(),
        };
        assert!(hub.write(move |tx| directive::insert(tx, &new, 1)), "{name} was there before");
    }
}
