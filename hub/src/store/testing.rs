//! What tests write into a store that no part of the product writes like that.

use runtime::sql::{Database, SqlError};

/// Has everything that waits for the parent taken by it.
pub fn answer_all(database: &Database) {
    let taken = "update outbox_item set outcome = 1, code = '' where outcome is null";
    let write = database.write::<_, SqlError>("answered", move |tx| tx.execute(taken, &[]));
    write.expect("answered");
}
