//! Letters in the ledger: whose keys are known, what was sealed of a referral, what waits to be
//! copied to `transfer.db`, and what came back.
//!
//! An envelope is sealed once, in the transaction of the act that sends it, and never again.
//! Contents name children, so nothing that holds one has `Debug`.

mod came;
pub mod cards;
mod sealed;
mod statement;
#[cfg(test)]
mod tests;

pub use came::{
    Answer, answer_count, forget_parts, is_known, keep_answer, keep_part, parts, take_answer,
    waiting,
};
pub use sealed::{
    Draft, Envelope, NewEnvelope, NewLetter, Outgoing, Rank, acked, carrying, done, draft,
    drop_letters, envelope, envelopes, insert, insert_letter, keep_draft, note_acked, note_copied,
    revoked, secret, to_remind, to_revoke, unacked, waiting_letters,
};
pub use statement::{Stated, forget, is_used, keep, stated};
