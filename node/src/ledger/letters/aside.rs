//! Answers that were put aside, since the certificate of who signed them had ended when they were
//! opened: they count for nothing until their sender has said that they are its own.

use certs::referral::EnvelopeId;
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

/// Answers about one envelope that are put aside.
const ASIDE_MAX: u64 = 16;
/// How long after a recipient was asked it is asked once more; each time twice as long.
const ASKED_MS: i64 = 6 * 3_600_000;
/// How often it is asked; after that a person decides.
const ASKED_TIMES: u32 = 8;

/// An answer that was put aside. It has no `Debug`.
pub struct Aside {
    /// Its envelope.
    pub id: EnvelopeId,
    /// Envelope of the referral that it answers.
    pub about: EnvelopeId,
    /// Digest of what was signed.
    pub digest: Digest,
    /// Whose certificate it was, with district and city.
    pub sender: String,
    /// Number of the recipient's act; 0 for none.
    pub act: u32,
    /// What was sealed.
    pub content: Zeroizing<Vec<u8>>,
    /// The envelope with its signature.
    pub signed: Vec<u8>,
    /// When it came.
    pub came_at_ms: i64,
}

/// Puts an answer aside, once; says whether there was room for it.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep_aside(tx: &Tx<'_>, aside: &Aside) -> Result<bool, SqlError> {
    let count = "select count(*) from letter_aside where about = $1 and envelope <> $2";
    let ids = params![aside.about.bytes(), aside.id.bytes()];
    if tx.query_opt(count, ids, |row| row.u64(0))?.unwrap_or(0) >= ASIDE_MAX {
        return Ok(false);
    }
    tx.execute(
        "insert into letter_aside
             (envelope, about, digest, sender, act, content, signed, came_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (envelope) do nothing",
        params![
            aside.id.bytes(),
            aside.about.bytes(),
            &aside.digest.to_tagged(),
            &aside.sender,
            aside.act,
            aside.content.as_slice(),
            aside.signed.as_slice(),
            aside.came_at_ms
        ],
    )?;
    Ok(true)
}

/// What was put aside, in the order in which it came; about one envelope, or all.
///
/// # Errors
/// The store cannot be read.
pub fn asides(tx: &Tx<'_>, about: Option<EnvelopeId>) -> Result<Vec<Aside>, SqlError> {
    let sql = "select envelope, about, digest, sender, act, content, signed, came_at_ms
         from letter_aside";
    match about {
        None => tx.query(&format!("{sql} order by came_at_ms, envelope"), &[], read),
        Some(about) => {
            let of_it = format!("{sql} where about = $1 order by came_at_ms, envelope");
            tx.query(&of_it, params![about.bytes()], read)
        }
    }
}

fn read(row: &Row<'_, '_>) -> Result<Aside, SqlError> {
    Ok(Aside {
        id: EnvelopeId::from_bytes(row.array(0)?),
        about: EnvelopeId::from_bytes(row.array(1)?),
        digest: Digest::from_tagged(row.bytes(2)?).map_err(|_| SqlError::Type)?,
        sender: row.text(3)?,
        act: row.u32(4)?,
        content: Zeroizing::new(row.blob(5)?),
        signed: row.blob(6)?,
        came_at_ms: row.i64(7)?,
    })
}

/// About how many envelopes something is put aside.
///
/// # Errors
/// The store cannot be read.
pub fn aside_count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = "select count(distinct about) from letter_aside";
    Ok(tx.query_opt(count, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Forgets what was put aside in one envelope: it was said again, or is nobody's.
///
/// # Errors
/// The store cannot be written.
pub fn forget_aside(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from letter_aside where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Notes who said by telephone that an answer is its recipient's own.
///
/// # Errors
/// The store cannot be written.
pub fn vouched(tx: &Tx<'_>, id: EnvelopeId, by: &str) -> Result<(), SqlError> {
    let note = "update letter_answer set vouched_by = $2 where envelope = $1";
    tx.execute(note, params![id.bytes(), by])?;
    Ok(())
}

/// Envelopes whose recipients are to be asked now for what was put aside about them.
///
/// # Errors
/// The store cannot be read.
pub fn asides_to_ask(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<EnvelopeId>, SqlError> {
    tx.query(
        "select e.envelope from letter_envelope e
         where exists (select 1 from letter_aside a where a.about = e.envelope)
             and e.again < $2
             and (e.again_at_ms is null or e.again_at_ms + $3 * (1 << max(e.again - 1, 0)) <= $1)
         order by e.made_at_ms, e.envelope",
        params![now_ms, ASKED_TIMES, ASKED_MS],
        |row| row.array(0).map(EnvelopeId::from_bytes),
    )
}

/// Notes that the recipient of an envelope was asked for what was put aside.
///
/// # Errors
/// The store cannot be written.
pub fn asked_again(tx: &Tx<'_>, about: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_envelope set again = again + 1, again_at_ms = $2 where envelope = $1",
        params![about.bytes(), now_ms],
    )?;
    Ok(())
}

/// Notes that a recipient answered when it was asked: what is put aside from now on is asked for
/// anew, no sooner than it would have been.
///
/// # Errors
/// The store cannot be written.
pub fn answered_again(tx: &Tx<'_>, about: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("update letter_envelope set again = 0 where envelope = $1", params![about.bytes()])?;
    Ok(())
}
