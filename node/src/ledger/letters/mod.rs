//! Letters in the ledger: whose keys are known, what was sealed of a referral, what waits to be
//! copied to `transfer.db`, and what came back.
//!
//! An envelope is sealed in the transaction of the act that sends it; of what no relay has said a
//! word the same bytes are put into new letters.
//! Contents name children, so nothing that holds one has `Debug`.

mod acks;
mod anew;
mod came;
pub mod cards;
mod restored;
mod sealed;
mod statement;
#[cfg(test)]
mod tests;

pub use acks::{
    AckDue, KeptIn, acknowledged, came_again, forget_acks, to_acknowledge, unacknowledged,
};
pub use anew::{
    Kind, Unheard, drop_sealed_parts, forget_sealed_parts, has_sealed_parts, keep_sealed_parts,
    note_part_acked, sealed_parts, unheard,
};
pub use came::{
    Answer, answer_count, answers, forget_parts, is_known, keep_answer, keep_part, parts,
    take_answer, waiting,
};
pub use restored::{
    LaneKnown, SeenBy, Stray, ask, asked, bind, forget_strays, is_unsure, keep_stray, know_lane,
    lane, may_have_left, note, put_back_ms, stayed, stray_count, strays, times, to_ask,
};
pub use sealed::{
    Carrier, Draft, Envelope, NewEnvelope, NewLetter, Outgoing, Rank, acked, carriers, carrying,
    done, draft, drop_letters, envelope, envelopes, forget_letters, insert, insert_letter,
    keep_draft, never_left, note_acked, note_copied, revoked, secret, to_remind, to_revoke,
    unacked, waiting_letters,
};
pub use statement::{Stated, begun, enter, forget, is_used, keep, kept, served_by, stated};
