//! Which answers are to be acknowledged to who sent them.

use certs::referral::EnvelopeId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// How long nobody is told once more that an answer is here: less than any sender waits before it
/// seals it anew, so that a letter that a hub doubles is answered once.
const TOLD_MS: i64 = 15 * 60_000;

/// An answer came again: whoever sent it does not know that it is here, and is told once more.
///
/// # Errors
/// The store cannot be written.
pub fn came_again(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_answer set ack_due = 1
         where envelope = $1 and (acked_at_ms is null or acked_at_ms < $2)",
        params![id.bytes(), now_ms.saturating_sub(TOLD_MS)],
    )?;
    Ok(())
}

/// Envelopes about which answers are to be acknowledged.
///
/// # Errors
/// The store cannot be read.
pub fn to_acknowledge(tx: &Tx<'_>) -> Result<Vec<EnvelopeId>, SqlError> {
    tx.query(
        "select distinct about from letter_answer where ack_due = 1 order by about",
        &[],
        |row| row.array(0).map(EnvelopeId::from_bytes),
    )
}

/// Answers about an envelope that are to be acknowledged, each with what its sender signed.
///
/// # Errors
/// The store cannot be read.
pub fn unacknowledged(
    tx: &Tx<'_>,
    about: EnvelopeId,
    limit: u32,
) -> Result<Vec<(EnvelopeId, Vec<u8>)>, SqlError> {
    tx.query(
        "select envelope, signed from letter_answer where about = $1 and ack_due = 1
         order by came_at_ms, envelope limit $2",
        params![about.bytes(), limit],
        |row| Ok((EnvelopeId::from_bytes(row.array(0)?), row.blob(1)?)),
    )
}

/// Forgets the letters of earlier acknowledgements about an envelope that are in `transfer.db`.
///
/// # Errors
/// The store cannot be written.
pub fn forget_acks(tx: &Tx<'_>, about: EnvelopeId) -> Result<(), SqlError> {
    tx.execute(
        "delete from letter_out where copied_at_ms is not null and envelope in (
             select ack from letter_answer where about = $1 and ack is not null)",
        params![about.bytes()],
    )?;
    Ok(())
}

/// Notes that an answer was acknowledged in an envelope; in none where it cannot be.
///
/// # Errors
/// The store cannot be written.
pub fn acknowledged(
    tx: &Tx<'_>,
    id: EnvelopeId,
    (ack, now_ms): (Option<EnvelopeId>, i64),
) -> Result<(), SqlError> {
    tx.execute(
        "update letter_answer set ack_due = 0, acked_at_ms = $2, ack = coalesce($3, ack)
         where envelope = $1",
        params![id.bytes(), now_ms, ack.as_ref().map(EnvelopeId::bytes)],
    )?;
    Ok(())
}
