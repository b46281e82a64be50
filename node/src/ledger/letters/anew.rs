//! What is sealed anew: envelopes of any kind of which no relay has said a word, and the parts of
//! those that fill several letters. Parts fit no part of another sealing, so they are kept.

use certs::referral::{EnvelopeId, Part, PartNumber};
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::strange;
use super::sealed::Rank;

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A referral.
    Referral,
    /// A card of a consultation.
    Card,
    /// A duty report.
    Report,
}

/// An envelope that no relay has acknowledged.
#[derive(Clone, Copy)]
pub struct Unheard {
    /// Its id.
    pub id: EnvelopeId,
    /// What it holds.
    pub kind: Kind,
    /// What goes first of what carries it.
    pub rank: Rank,
    /// When it was sealed.
    pub made_at_ms: i64,
    /// When its last letter was.
    pub last_at_ms: i64,
}

/// The kinds as the query below numbers them.
const KINDS: [Kind; 3] = [Kind::Referral, Kind::Card, Kind::Report];

/// Envelopes that were sealed after an instant, that no relay has acknowledged, nobody has taken
/// back and nobody has answered.
///
/// # Errors
/// The store cannot be read.
pub fn unheard(tx: &Tx<'_>, since_ms: i64) -> Result<Vec<Unheard>, SqlError> {
    tx.query(
        "select u.envelope, u.kind, min(o.rank), u.made_at_ms, max(o.made_at_ms) from (
             select envelope, 0 as kind, made_at_ms from letter_envelope
             where acked_at_ms is null and revoked_at_ms is null
             union all
             select envelope, 1, made_at_ms from card_envelope
             where acked_at_ms is null and revoked_at_ms is null and recalled_at_ms is null
                 and ended_at_ms is null
                 and not exists (select 1 from card_answer a
                                 where a.about = card_envelope.envelope)
             union all
             select envelope, 2, sent_at_ms from neighbour_out
             where kind = 'report' and acked_at_ms is null and envelope is not null
                 and content is not null
                 and not exists (select 1 from neighbour_came c
                                 where c.notice = neighbour_out.id)
         ) u join letter_out o on o.envelope = u.envelope and o.part > 0
         where u.made_at_ms > $1
         group by u.envelope, u.kind, u.made_at_ms order by u.made_at_ms",
        params![since_ms],
        |row| {
            let kind = usize::try_from(row.u32(1)?).ok().and_then(|at| KINDS.get(at).copied());
            Ok(Unheard {
                id: EnvelopeId::from_bytes(row.array(0)?),
                kind: strange(kind)?,
                rank: row.u32(2)?,
                made_at_ms: row.i64(3)?,
                last_at_ms: row.i64(4)?,
            })
        },
    )
}

/// Keeps the parts of an envelope of several, sealed to a key of its recipient's, in place of those
/// of an earlier sealing. One of a single part fits whatever it is sealed to, and is not kept.
///
/// # Errors
/// The store cannot be written.
pub fn keep_sealed_parts(
    tx: &Tx<'_>,
    key: &Digest,
    parts: &[Part],
    now_ms: i64,
) -> Result<(), SqlError> {
    let Some(first) = parts.first().filter(|_| parts.len() > 1) else { return Ok(()) };
    drop_sealed_parts(tx, first.envelope())?;
    for part in parts {
        tx.execute(
            "insert into letter_sealed_part (envelope, number, parts, key, part, made_at_ms)
             values ($1, $2, $3, $4, $5, $6)",
            params![
                part.envelope().bytes(),
                u32::from(part.number().number()),
                u32::from(part.number().of()),
                &key.to_string(),
                part.bytes(),
                now_ms
            ],
        )?;
    }
    Ok(())
}

/// The parts of an envelope as they were sealed to a key; none where there are none to that key.
///
/// # Errors
/// The store cannot be read.
pub fn sealed_parts(tx: &Tx<'_>, id: EnvelopeId, key: &Digest) -> Result<Vec<Part>, SqlError> {
    tx.query(
        "select number, parts, part from letter_sealed_part
         where envelope = $1 and key = $2 order by number",
        params![id.bytes(), &key.to_string()],
        |row| {
            let number = |at: usize| u8::try_from(row.u32(at)?).map_err(|_| SqlError::Type);
            let place = strange(PartNumber::new(number(0)?, number(1)?).ok())?;
            strange(Part::new(id, place, row.blob(2)?).ok())
        },
    )
}

/// Notes at a receiver that a relay has a part of several; says whether it has all of them.
///
/// # Errors
/// The store cannot be read or written.
pub fn note_part_acked(
    tx: &Tx<'_>,
    (id, number): (EnvelopeId, PartNumber),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update letter_sealed_part set acked_at_ms = $3 where envelope = $1 and number = $2",
        params![id.bytes(), u32::from(number.number()), now_ms],
    )?;
    let open = tx.query_opt(
        "select count(*) from letter_sealed_part where envelope = $1 and acked_at_ms is null",
        params![id.bytes()],
        |row| row.u64(0),
    )?;
    Ok(noted > 0 && open == Some(0))
}

/// Forgets the parts of an envelope: a relay has them all, or nobody is to get them.
///
/// # Errors
/// The store cannot be written.
pub fn drop_sealed_parts(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from letter_sealed_part where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Whether there are parts of what was sealed before an instant.
///
/// # Errors
/// The store cannot be read.
pub fn has_sealed_parts(tx: &Tx<'_>, before_ms: i64) -> Result<bool, SqlError> {
    let old = "select 1 from letter_sealed_part where made_at_ms < $1 limit 1";
    Ok(tx.query_opt(old, params![before_ms], |row| row.i64(0))?.is_some())
}

/// Forgets the parts of what was sealed before an instant and is sealed anew no more; says how many
/// there were.
///
/// # Errors
/// The store cannot be read or written.
pub fn forget_sealed_parts(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    tx.execute("delete from letter_sealed_part where made_at_ms < $1", params![before_ms])
}
