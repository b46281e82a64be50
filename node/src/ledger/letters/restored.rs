//! A ledger that was put back from a backup: what it cannot know any more of its letters.
//!
//! Whatever was sealed before may have left since, whatever this ledger or `transfer.db` says: so
//! it counts as left, and a withdrawal of it always travels.

use certs::referral::EnvelopeId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

use super::super::entry::RecordId;

/// Answers about one envelope that nobody here knows which are kept.
const STRAY_MAX: u64 = 64;
/// Envelopes that nobody here knows about which answers of one sender are kept; the oldest go
/// first. Any receiver of the city can say that it has one: what another said stays.
const STRAY_ENVELOPES_MAX: u32 = 50;
/// How long after it was put back a ledger keeps what came about a referral that it does not know,
/// and how long that is kept: no consent holds longer.
const STRAY_MS: i64 = 180 * 24 * 3_600_000;
/// How long nobody is asked again who was asked: longer than letters take there and back, so that
/// two sides that answer each other come to an end, and no longer, since a house that was put back
/// reads nothing until it is told.
const ASKED_MS: i64 = 6 * 3_600_000;

/// By what it was seen that the folder was put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// It says of itself that it is a copy.
    Copy,
    /// The lane of letters began anew.
    Lane,
}

/// Where the lane of letters stands, as far as it tells that a ledger was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneKnown {
    /// Its epoch.
    pub epoch: Vec<u8>,
    /// When the hub above was reached last under it.
    pub contact_ms: i64,
}

/// An answer about an envelope that this ledger does not know. It has no `Debug`.
pub struct Stray {
    /// Envelope of the answer.
    pub id: EnvelopeId,
    /// Envelope of the referral that it answers.
    pub about: EnvelopeId,
    /// Who sealed and signed it, with district and city.
    pub sender: String,
    /// What was sealed.
    pub content: Zeroizing<Vec<u8>>,
    /// The envelope with its sender's signature.
    pub signed: Vec<u8>,
    /// When it came.
    pub came_at_ms: i64,
}

/// Notes that this ledger was put back. Letters that were sealed count as left from here on,
/// recipients are asked again, and what a receiver holds is locked; gives the referrals of which it
/// was said after an instant that nothing had left, which is not known any more.
///
/// # Errors
/// The store cannot be written.
pub fn note(
    tx: &Tx<'_>,
    seen_by: SeenBy,
    (since_ms, now_ms): (i64, i64),
) -> Result<Vec<RecordId>, SqlError> {
    let word = match seen_by {
        SeenBy::Copy => "copy",
        SeenBy::Lane => "lane",
    };
    tx.execute("insert into restored (at_ms, seen_by) values ($1, $2)", params![now_ms, word])?;
    let unsure = tx.query(
        "select distinct referral from letter_envelope
         where stayed = 1 and revoked_at_ms >= $1 order by referral",
        params![since_ms],
        |row| row.i64(0).map(RecordId),
    )?;
    tx.execute(
        "update letter_envelope set stayed = 0, revoked_at_ms = null, done_at_ms = null, kept = null
         where stayed = 1 and revoked_at_ms >= $1",
        params![since_ms],
    )?;
    tx.execute(
        "update letter_out set may_have_left = 1
         where part > 0 and envelope in (
             select envelope from letter_envelope where revoked_at_ms is null)",
        &[],
    )?;
    tx.execute("update letter_envelope set ask = 1, asked_at_ms = null", &[])?;
    tx.execute(
        "update intake set locked_at_ms = $1
         where content is not null and consent is not null and locked_at_ms is null",
        params![now_ms],
    )?;
    // The school hears of everything that still says something, and answers by what it knows.
    tx.execute(
        "update intake_act set sealed_at_ms = null where said is not null and intake in (
             select id from intake where locked_at_ms is not null)",
        &[],
    )?;
    Ok(unsure)
}

/// When this ledger was put back last, as far as it was seen; nothing where it never was.
///
/// # Errors
/// The store cannot be read.
pub fn put_back_ms(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    let last = "select max(at_ms) from restored";
    Ok(tx.query_opt(last, &[], |row| row.opt_i64(0))?.flatten())
}

/// How often this ledger was put back, as far as it was seen.
///
/// # Errors
/// The store cannot be read.
pub fn times(tx: &Tx<'_>) -> Result<u32, SqlError> {
    Ok(tx.query_opt("select count(*) from restored", &[], |row| row.u32(0))?.unwrap_or(0))
}

/// Whether this ledger was put back so lately that a referral may be elsewhere which it lost.
///
/// # Errors
/// The store cannot be read.
pub fn is_unsure(tx: &Tx<'_>, now_ms: i64) -> Result<bool, SqlError> {
    let lately = "select 1 from restored where at_ms > $1 limit 1";
    let since_ms = now_ms.saturating_sub(STRAY_MS);
    Ok(tx.query_opt(lately, params![since_ms], |row| row.i64(0))?.is_some())
}

/// Where the lane stood when it was looked at last.
///
/// # Errors
/// The store cannot be read.
pub fn lane(tx: &Tx<'_>) -> Result<Option<LaneKnown>, SqlError> {
    tx.query_opt("select epoch, contact_ms from letter_epoch", &[], |row| {
        Ok(LaneKnown { epoch: row.blob(0)?, contact_ms: row.i64(1)? })
    })
}

/// Remembers where the lane stands.
///
/// # Errors
/// The store cannot be written.
pub fn know_lane(tx: &Tx<'_>, known: &LaneKnown) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_epoch (one, epoch, contact_ms) values (1, $1, $2)
         on conflict (one) do update set epoch = excluded.epoch, contact_ms = excluded.contact_ms",
        params![known.epoch.as_slice(), known.contact_ms],
    )?;
    Ok(())
}

/// Whether a letter of an envelope may have left that this ledger and its queue know nothing of: it
/// was sealed before the ledger was put back, or bound to what the ledger had lost.
///
/// # Errors
/// The store cannot be read.
pub fn may_have_left(tx: &Tx<'_>, id: EnvelopeId) -> Result<bool, SqlError> {
    let any = "select 1 where exists (
            select 1 from letter_out where envelope = $1 and may_have_left = 1)
        or not exists (select 1 from letter_out where envelope = $1 and part > 0)";
    Ok(tx.query_opt(any, params![id.bytes()], |row| row.i64(0))?.is_some())
}

/// Notes that nothing of an envelope had left when it was taken back.
///
/// # Errors
/// The store cannot be written.
pub fn stayed(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("update letter_envelope set stayed = 1 where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Has the recipient of an envelope told once more how it stands: it says again what it had said,
/// as one does that was put back. Not so where it was asked lately, unless it was taken back since.
///
/// # Errors
/// The store cannot be written.
pub fn ask(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_envelope set ask = 1
         where envelope = $1 and (asked_at_ms is null or asked_at_ms < $2
             or revoked_at_ms > asked_at_ms)",
        params![id.bytes(), now_ms.saturating_sub(ASKED_MS)],
    )?;
    Ok(())
}

/// Envelopes whose recipients are to be told once more how they stand.
///
/// # Errors
/// The store cannot be read.
pub fn to_ask(tx: &Tx<'_>) -> Result<Vec<EnvelopeId>, SqlError> {
    tx.query(
        "select envelope from letter_envelope where ask = 1 order by made_at_ms, envelope",
        &[],
        |row| row.array(0).map(EnvelopeId::from_bytes),
    )
}

/// Notes that a recipient was told once more, or that there is nothing to tell it.
///
/// # Errors
/// The store cannot be written.
pub fn asked(tx: &Tx<'_>, id: EnvelopeId, told_at_ms: Option<i64>) -> Result<(), SqlError> {
    tx.execute(
        "update letter_envelope set ask = 0, asked_at_ms = coalesce($2, asked_at_ms)
         where envelope = $1",
        params![id.bytes(), told_at_ms],
    )?;
    Ok(())
}

/// Keeps an answer about an envelope that nobody here knows, once; says whether it is kept. Of one
/// sender's envelopes the oldest go, and so does what nobody has dealt with for too long.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep_stray(tx: &Tx<'_>, stray: &Stray) -> Result<bool, SqlError> {
    tx.execute(
        "delete from letter_stray where came_at_ms < $1",
        params![stray.came_at_ms.saturating_sub(STRAY_MS)],
    )?;
    let count = "select count(*) from letter_stray where about = $1 and sender = $2";
    let known =
        tx.query_opt(count, params![stray.about.bytes(), &stray.sender], |row| row.u64(0))?;
    if known.unwrap_or(0) >= STRAY_MAX {
        return Ok(false);
    }
    tx.execute(
        "insert into letter_stray (envelope, about, sender, content, signed, came_at_ms, ack_due)
         values ($1, $2, $3, $4, $5, $6, 1) on conflict (envelope) do update set ack_due = 1",
        params![
            stray.id.bytes(),
            stray.about.bytes(),
            &stray.sender,
            stray.content.as_slice(),
            stray.signed.as_slice(),
            stray.came_at_ms
        ],
    )?;
    tx.execute(
        "delete from letter_stray where sender = $1 and about not in (
             select about from letter_stray where sender = $1 group by about
             order by max(came_at_ms) desc, about limit $2)",
        params![&stray.sender, STRAY_ENVELOPES_MAX],
    )?;
    Ok(true)
}

/// Answers about envelopes that nobody here knows, in the order in which they came; of one
/// envelope, or of all.
///
/// # Errors
/// The store cannot be read.
pub fn strays(tx: &Tx<'_>, about: Option<EnvelopeId>) -> Result<Vec<Stray>, SqlError> {
    let sql = "select envelope, about, sender, content, signed, came_at_ms from letter_stray";
    match about {
        None => tx.query(&format!("{sql} order by came_at_ms, envelope"), &[], read),
        Some(about) => {
            let of_it = format!("{sql} where about = $1 order by came_at_ms, envelope");
            tx.query(&of_it, params![about.bytes()], read)
        }
    }
}

fn read(row: &Row<'_, '_>) -> Result<Stray, SqlError> {
    Ok(Stray {
        id: EnvelopeId::from_bytes(row.array(0)?),
        about: EnvelopeId::from_bytes(row.array(1)?),
        sender: row.text(2)?,
        content: Zeroizing::new(row.blob(3)?),
        signed: row.blob(4)?,
        came_at_ms: row.i64(5)?,
    })
}

/// About how many envelopes that nobody here knows an answer is kept.
///
/// # Errors
/// The store cannot be read.
pub fn stray_count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = "select count(distinct about) from letter_stray";
    Ok(tx.query_opt(count, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Forgets what is kept about an envelope: somebody dealt with it.
///
/// # Errors
/// The store cannot be written.
pub fn forget_strays(tx: &Tx<'_>, about: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from letter_stray where about = $1", params![about.bytes()])?;
    Ok(())
}

/// Binds a referral that was entered again to the envelope that its recipient holds: by what it is
/// known there, by what it is taken back, and by which hand-over it was.
///
/// # Errors
/// The referral has such a binding or such a hand-over already, or the store; nothing was written.
pub fn bind(
    tx: &Tx<'_>,
    (referral, number): (RecordId, u32),
    (name, secret): (&[u8; 16], &[u8; 16]),
    (envelope, recipient, relay): (EnvelopeId, &str, &str),
    now_ms: i64,
) -> Result<(), SqlError> {
    // A preview that was never sealed may have made another secret.
    tx.execute("delete from letter_draft where referral = $1", params![referral.0])?;
    tx.execute("delete from referral_secret where referral = $1", params![referral.0])?;
    tx.execute(
        "insert into referral_secret (referral, name, secret, made_at_ms) values ($1, $2, $3, $4)",
        params![referral.0, name, secret, now_ms],
    )?;
    let nothing: &[u8] = &[];
    let unsigned = certs::digest::sha256(nothing);
    tx.execute(
        "insert into letter_envelope
             (envelope, referral, number, recipient, relay, parts, content, signed, made_at_ms,
              acked_at_ms)
         values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $8)",
        params![
            envelope.bytes(),
            referral.0,
            number,
            recipient,
            relay,
            nothing,
            &unsigned.to_tagged(),
            now_ms
        ],
    )?;
    Ok(())
}
