//! What the owner of a store keeps in memory between the writer's transactions, so that one does
//! not read and decode again what another has just written.
//!
//! It lies with the writer's connection, and only the transaction that has the connection comes to
//! it: what is kept is what that transaction would read, or nothing is kept. Whatever is undone and
//! whatever another connection commits empties it, so that nobody has to think of it.

use std::any::Any;
use std::cell::{Cell, RefCell};

/// The writer's memory.
#[derive(Default)]
pub(super) struct Memory {
    kept: RefCell<Option<Box<dyn Any + Send>>>,
    /// What the connection's count of others' commits was when it was last lent.
    version: Cell<Option<i64>>,
    /// How often it was lent or emptied.
    turns: Cell<u64>,
}

impl Memory {
    /// Lends what is kept, or a new one where nothing is, and keeps it again if the work succeeds.
    pub(super) fn lend<T, R, E>(
        &self,
        version: i64,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E>
    where
        T: Any + Send + Default,
    {
        let is_current = self.version.replace(Some(version)) == Some(version);
        let kept = self.kept.take().filter(|_| is_current);
        let mut lent: Box<T> = kept.and_then(|kept| kept.downcast().ok()).unwrap_or_default();
        let turn = self.next_turn();
        let result = work(&mut lent);
        // Who lent it once more within the work changed another one: neither is right then.
        let is_right = result.is_ok() && self.turns.get() == turn;
        let lent: Box<dyn Any + Send> = lent;
        *self.kept.borrow_mut() = is_right.then_some(lent);
        result
    }

    /// Empties it: something was undone.
    pub(super) fn forget(&self) {
        self.next_turn();
        *self.kept.borrow_mut() = None;
    }

    fn next_turn(&self) -> u64 {
        let turn = self.turns.get().wrapping_add(1);
        self.turns.set(turn);
        turn
    }
}
