//! Which answers are to be acknowledged to who sent them: those about what this school sealed, and
//! those about what its ledger lost.

use certs::referral::EnvelopeId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// How long nobody is told once more about one envelope: less than any sender waits before it seals
/// an answer anew. Who sends without an end gets no answer without one.
const TOLD_MS: i64 = 15 * 60_000;

/// Where an answer is kept.
#[derive(Clone, Copy)]
pub enum KeptIn {
    /// With an envelope of this school.
    Course,
    /// With what a ledger that was put back from a backup does not know.
    Strays,
}

impl KeptIn {
    const fn table(self) -> &'static str {
        match self {
            Self::Course => "letter_answer",
            Self::Strays => "letter_stray",
        }
    }
}

/// An envelope about which something is to be acknowledged.
pub struct AckDue {
    /// Which one.
    pub about: EnvelopeId,
    /// To whom: a unit id, or a name with district and city.
    pub to: String,
    /// Where what came is kept.
    pub kept: KeptIn,
}

/// An answer came again: whoever sent it does not know that it is here, and is told once more.
///
/// # Errors
/// The store cannot be written.
pub fn came_again(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    let note = "update letter_answer set ack_due = 1 where envelope = $1";
    tx.execute(note, params![id.bytes()])?;
    Ok(())
}

/// Envelopes about which answers are to be acknowledged now.
///
/// # Errors
/// The store cannot be read.
pub fn to_acknowledge(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<AckDue>, SqlError> {
    let of_course = "select e.envelope, e.recipient from letter_envelope e
         where e.envelope in (select about from letter_answer where ack_due = 1)
             and not exists (select 1 from letter_answer a
                             where a.about = e.envelope and a.acked_at_ms > $1)
         order by e.envelope";
    let strays = "select s.about, min(s.sender) from letter_stray s
         where s.ack_due = 1
             and not exists (select 1 from letter_stray k
                             where k.about = s.about and k.acked_at_ms > $1)
         group by s.about order by s.about";
    let since_ms = now_ms.saturating_sub(TOLD_MS);
    let mut due = Vec::new();
    for (sql, kept) in [(of_course, KeptIn::Course), (strays, KeptIn::Strays)] {
        due.extend(tx.query(sql, params![since_ms], |row| {
            let about = EnvelopeId::from_bytes(row.array(0)?);
            Ok(AckDue { about, to: row.text(1)?, kept })
        })?);
    }
    Ok(due)
}

/// Answers about an envelope that are to be acknowledged, each with what its sender signed.
///
/// # Errors
/// The store cannot be read.
pub fn unacknowledged(
    tx: &Tx<'_>,
    due: &AckDue,
    limit: u32,
) -> Result<Vec<(EnvelopeId, Vec<u8>)>, SqlError> {
    let sql = format!(
        "select envelope, signed from {} where about = $1 and ack_due = 1
         order by came_at_ms, envelope limit $2",
        due.kept.table()
    );
    tx.query(&sql, params![due.about.bytes(), limit], |row| {
        Ok((EnvelopeId::from_bytes(row.array(0)?), row.blob(1)?))
    })
}

/// Forgets the letters of earlier acknowledgements about an envelope that are in `transfer.db`.
///
/// # Errors
/// The store cannot be written.
pub fn forget_acks(tx: &Tx<'_>, due: &AckDue) -> Result<(), SqlError> {
    let sql = format!(
        "delete from letter_out where copied_at_ms is not null and envelope in (
             select ack from {} where about = $1 and ack is not null)",
        due.kept.table()
    );
    tx.execute(&sql, params![due.about.bytes()])?;
    Ok(())
}

/// Notes that an answer was acknowledged in an envelope; in none where it cannot be.
///
/// # Errors
/// The store cannot be written.
pub fn acknowledged(
    tx: &Tx<'_>,
    (kept, id): (KeptIn, EnvelopeId),
    (ack, now_ms): (Option<EnvelopeId>, i64),
) -> Result<(), SqlError> {
    let sql = format!(
        "update {} set ack_due = 0, acked_at_ms = $2, ack = coalesce($3, ack)
         where envelope = $1",
        kept.table()
    );
    tx.execute(&sql, params![id.bytes(), now_ms, ack.as_ref().map(EnvelopeId::bytes)])?;
    Ok(())
}
