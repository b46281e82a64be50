//! Notices between neighbours in the ledger: duty reports, tips and a hotline's hand-offs that were
//! written, and those that came, with what is answered.
//!
//! How one stands is not stored: it follows from its answers. Contents name a child, so nothing
//! that holds one has `Debug`.

pub mod report;
mod sent;
mod taken;
#[cfg(test)]
mod tests;

pub use sent::{
    NewOut, Out, Unheard, acked, all_out, came, due_out, keep_came, log_out_read, of_envelope,
    of_record, one_out, out_reads, put, renewed, sealed, unheard,
};
pub use taken::{
    Arrived, In, NewSaid, Said, all_in, caller, erase, in_envelope, is_over, is_read_by, link,
    log_read, name_reader, one_in, over, reads, receive, said, say, unsealed, was_sealed,
};

use domain::ledger::Word as _;
use domain::neighbour::{Handling, NoticeState, ReplyKind, standing};
use jiff::civil::Date;
use runtime::sql::{Row, SqlError};

use super::entry::Moment;
use super::strange;
use crate::content::Reply;

/// One answer, on either side.
#[derive(Clone)]
pub struct Answer {
    /// Which one, from 1.
    pub number: u32,
    /// What it says.
    pub said: Reply,
    /// When, by whoever answered.
    pub at: Moment,
}

/// How a notice stands after answers, in the order of their numbers.
#[must_use]
pub fn stands(answers: impl IntoIterator<Item = ReplyKind>) -> NoticeState {
    standing(&answers.into_iter().collect::<Vec<_>>())
}

/// What an answer has in columns: word, way of handling, day, note.
fn columns(said: &Reply) -> (&'static str, &'static str, Option<String>, &str) {
    let word = said.kind().as_str();
    match said {
        Reply::Received(receipt) => (word, "", None, receipt.as_str()),
        Reply::Handled(how, day) => (word, how.as_str(), Some(day.to_string()), ""),
        Reply::NotOurs => (word, "", None, ""),
        Reply::MoreNeeded(note) => (word, "", None, note.as_str()),
        Reply::Reached(day) | Reply::NotReached(day) => (word, "", Some(day.to_string()), ""),
    }
}

/// Reads an answer of the columns number, said, code, day, note, `at_ms`, from one on.
fn answer(row: &Row<'_, '_>, from: usize) -> Result<Answer, SqlError> {
    let day = || {
        let day = row.opt_text(from + 3)?.and_then(|day| day.parse::<Date>().ok());
        strange(day)
    };
    let said = match strange(ReplyKind::from_word(row.str(from + 1)?))? {
        ReplyKind::Received => Reply::Received(row.text(from + 4)?),
        ReplyKind::Handled => {
            Reply::Handled(strange(Handling::from_word(row.str(from + 2)?))?, day()?)
        }
        ReplyKind::NotOurs => Reply::NotOurs,
        ReplyKind::MoreNeeded => Reply::MoreNeeded(row.text(from + 4)?),
        ReplyKind::Reached => Reply::Reached(day()?),
        ReplyKind::NotReached => Reply::NotReached(day()?),
    };
    Ok(Answer { number: row.u32(from)?, said, at: Moment(row.i64(from + 5)?) })
}
