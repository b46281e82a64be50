//! What came back: parts of answers, and answers that wait for their turn.

use certs::referral::{EnvelopeId, Part, PartNumber};
use runtime::params;
use runtime::sql::{SqlError, Tx};
use zeroize::Zeroizing;

use super::super::strange;

/// Envelopes whose parts are waited for at most; the oldest go first.
const ENVELOPES_MAX: u32 = 64;

/// An answer that was opened and believed. It has no `Debug`.
pub struct Answer {
    /// Its envelope.
    pub id: EnvelopeId,
    /// Envelope of the referral that it answers.
    pub about: EnvelopeId,
    /// Number of the recipient's act; 0 for none.
    pub act: u32,
    /// What was sealed.
    pub content: Zeroizing<Vec<u8>>,
}

/// Keeps a part of an answer, once. Of what never becomes whole the oldest goes.
///
/// # Errors
/// The store cannot be written.
pub fn keep_part(
    tx: &Tx<'_>,
    (part, about): (&Part, EnvelopeId),
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_part (envelope, number, about, parts, part, came_at_ms)
         values ($1, $2, $3, $4, $5, $6) on conflict (envelope, number) do nothing",
        params![
            part.envelope().bytes(),
            u32::from(part.number().number()),
            about.bytes(),
            u32::from(part.number().of()),
            part.bytes(),
            now_ms
        ],
    )?;
    tx.execute(
        "delete from letter_part where envelope not in (
             select envelope from letter_part group by envelope
             order by max(came_at_ms) desc, envelope limit $1)",
        params![ENVELOPES_MAX],
    )?;
    Ok(())
}

/// The parts of an answer that are here.
///
/// # Errors
/// The store cannot be read.
pub fn parts(tx: &Tx<'_>, id: EnvelopeId) -> Result<Vec<Part>, SqlError> {
    tx.query(
        "select number, parts, part from letter_part where envelope = $1 order by number",
        params![id.bytes()],
        |row| {
            let number = |at: usize| u8::try_from(row.u32(at)?).map_err(|_| SqlError::Type);
            let place = strange(PartNumber::new(number(0)?, number(1)?).ok())?;
            strange(Part::new(id, place, row.blob(2)?).ok())
        },
    )
}

/// Whether an answer of that envelope was opened before.
///
/// # Errors
/// The store cannot be read.
pub fn is_known(tx: &Tx<'_>, id: EnvelopeId) -> Result<bool, SqlError> {
    let known = "select 1 from letter_answer where envelope = $1";
    Ok(tx.query_opt(known, params![id.bytes()], |row| row.i64(0))?.is_some())
}

/// How many answers about an envelope are kept.
///
/// # Errors
/// The store cannot be read.
pub fn answer_count(tx: &Tx<'_>, about: EnvelopeId) -> Result<u64, SqlError> {
    let count = "select count(*) from letter_answer where about = $1";
    Ok(tx.query_opt(count, params![about.bytes()], |row| row.u64(0))?.unwrap_or(0))
}

/// Keeps an answer until its turn comes, with the envelope that proves it; its parts go. Whoever
/// sent it is to hear that it is here.
///
/// # Errors
/// The store cannot be written.
pub fn keep_answer(
    tx: &Tx<'_>,
    answer: &Answer,
    signed: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_answer (envelope, about, act, content, signed, came_at_ms, ack_due)
         values ($1, $2, $3, $4, $5, $6, 1) on conflict (envelope) do nothing",
        params![
            answer.id.bytes(),
            answer.about.bytes(),
            answer.act,
            answer.content.as_slice(),
            signed,
            now_ms
        ],
    )?;
    forget_parts(tx, answer.id)
}

/// Forgets the parts of what was opened or is not believed.
///
/// # Errors
/// The store cannot be written.
pub fn forget_parts(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from letter_part where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Answers about an envelope that do not stand in its course yet, in the order of their numbers.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, about: EnvelopeId) -> Result<Vec<Answer>, SqlError> {
    tx.query(
        "select envelope, act, content from letter_answer
         where about = $1 and taken_at_ms is null order by act, envelope",
        params![about.bytes()],
        |row| {
            Ok(Answer {
                id: EnvelopeId::from_bytes(row.array(0)?),
                about,
                act: row.u32(1)?,
                content: Zeroizing::new(row.blob(2)?),
            })
        },
    )
}

/// Answers about an envelope that were taken into its course, in the order of their numbers; of two
/// of one number the one that came first stands there.
///
/// # Errors
/// The store cannot be read.
pub fn answers(tx: &Tx<'_>, about: EnvelopeId) -> Result<Vec<Answer>, SqlError> {
    tx.query(
        "select envelope, act, content from letter_answer
         where about = $1 and taken_at_ms is not null order by act, came_at_ms, envelope",
        params![about.bytes()],
        |row| {
            Ok(Answer {
                id: EnvelopeId::from_bytes(row.array(0)?),
                about,
                act: row.u32(1)?,
                content: Zeroizing::new(row.blob(2)?),
            })
        },
    )
}

/// Notes that an answer stands in the course of its referral.
///
/// # Errors
/// The store cannot be written.
pub fn take_answer(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_answer set taken_at_ms = $2 where envelope = $1 and taken_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}
