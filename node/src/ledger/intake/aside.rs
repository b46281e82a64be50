//! What came to a receiver under a certificate that had ended, what a school asks about what it
//! put aside itself, and what was signed here, by which that is answered.

use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// Envelopes of one sender that are put aside; of more the first ones stay.
const ASIDE_MAX: u64 = 16;
/// How long after a school was asked it is asked once more; each time twice as long.
const ASKED_MS: i64 = 6 * 3_600_000;
/// How often it is asked.
const ASKED_TIMES: u32 = 6;
/// How long what was put aside waits for its school to seal it anew.
const ASIDE_MS: i64 = 30 * 24 * 3_600_000;
/// How long it is remembered what was signed here: as long as an ended certificate is looked at.
const SIGNED_MS: i64 = 400 * 24 * 3_600_000;
/// Bytes of a digest with its algorithm.
const TAGGED_BYTES: usize = 33;

/// An envelope that was put aside.
#[derive(Clone)]
pub struct Aside {
    /// Its id.
    pub envelope: [u8; 16],
    /// Digest of what was signed.
    pub digest: Digest,
    /// Whose certificate it was, with the district.
    pub sender: String,
    /// Which secret takes it back.
    pub withdrawal: Digest,
    /// When it came.
    pub came_at_ms: i64,
}

/// A school's question about what it put aside.
#[derive(Clone)]
pub struct Asked {
    /// About which referral.
    pub intake: i64,
    /// Which of what was signed.
    pub digests: Vec<Digest>,
}

/// Puts an envelope aside, once; says whether there was room for it.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep_aside(tx: &Tx<'_>, aside: &Aside) -> Result<bool, SqlError> {
    let count = "select count(*) from intake_aside where sender = $1 and envelope <> $2";
    let of = params![&aside.sender, &aside.envelope];
    if tx.query_opt(count, of, |row| row.u64(0))?.unwrap_or(0) >= ASIDE_MAX {
        return Ok(false);
    }
    tx.execute(
        "insert into intake_aside (envelope, digest, sender, withdrawal, came_at_ms)
         values ($1, $2, $3, $4, $5) on conflict (envelope) do nothing",
        params![
            &aside.envelope,
            &aside.digest.to_tagged(),
            &aside.sender,
            &aside.withdrawal.to_tagged(),
            aside.came_at_ms
        ],
    )?;
    Ok(true)
}

/// An envelope that was put aside.
///
/// # Errors
/// The store cannot be read.
pub fn aside(tx: &Tx<'_>, envelope: &[u8; 16]) -> Result<Option<Aside>, SqlError> {
    tx.query_opt(
        "select envelope, digest, sender, withdrawal, came_at_ms from intake_aside
         where envelope = $1",
        params![envelope],
        read,
    )
}

/// Envelopes whose schools are to be asked for them now.
///
/// # Errors
/// The store cannot be read.
pub fn asides_to_ask(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<Aside>, SqlError> {
    tx.query(
        "select envelope, digest, sender, withdrawal, came_at_ms from intake_aside
         where asked < $2
             and (asked_at_ms is null or asked_at_ms + $3 * (1 << max(asked - 1, 0)) <= $1)
         order by came_at_ms, envelope",
        params![now_ms, ASKED_TIMES, ASKED_MS],
        read,
    )
}

fn read(row: &Row<'_, '_>) -> Result<Aside, SqlError> {
    let tagged = |bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SqlError::Type);
    Ok(Aside {
        envelope: row.array(0)?,
        digest: tagged(row.bytes(1)?)?,
        sender: row.text(2)?,
        withdrawal: tagged(row.bytes(3)?)?,
        came_at_ms: row.i64(4)?,
    })
}

/// Notes that a school was asked for an envelope.
///
/// # Errors
/// The store cannot be written.
pub fn asked_for(tx: &Tx<'_>, envelope: &[u8; 16], now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update intake_aside set asked = asked + 1, asked_at_ms = $2 where envelope = $1",
        params![envelope, now_ms],
    )?;
    Ok(())
}

/// Forgets an envelope that was put aside: it came anew, or was taken back.
///
/// # Errors
/// The store cannot be written.
pub fn forget_aside(tx: &Tx<'_>, envelope: &[u8; 16]) -> Result<(), SqlError> {
    tx.execute("delete from intake_aside where envelope = $1", params![envelope])?;
    Ok(())
}

/// Whether something has waited too long.
///
/// # Errors
/// The store cannot be read.
pub fn is_over(tx: &Tx<'_>, now_ms: i64) -> Result<bool, SqlError> {
    let over = "select 1 from intake_aside where came_at_ms < $1 limit 1";
    let before_ms = now_ms.saturating_sub(ASIDE_MS);
    Ok(tx.query_opt(over, params![before_ms], |row| row.i64(0))?.is_some())
}

/// Forgets what has waited too long.
///
/// # Errors
/// The store cannot be written.
pub fn forget_over(tx: &Tx<'_>, now_ms: i64) -> Result<(), SqlError> {
    let over = "delete from intake_aside where came_at_ms < $1";
    tx.execute(over, params![now_ms.saturating_sub(ASIDE_MS)])?;
    Ok(())
}

/// How many envelopes are put aside.
///
/// # Errors
/// The store cannot be read.
pub fn aside_count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = "select count(*) from intake_aside";
    Ok(tx.query_opt(count, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Remembers what was signed for a school about a referral.
///
/// # Errors
/// The store cannot be written.
pub fn note_signed(
    tx: &Tx<'_>,
    (intake, digest): (i64, Digest),
    now_ms: i64,
) -> Result<(), SqlError> {
    let over = "delete from intake_signed where at_ms < $1";
    tx.execute(over, params![now_ms.saturating_sub(SIGNED_MS)])?;
    tx.execute(
        "insert into intake_signed (digest, intake, at_ms) values ($1, $2, $3)
         on conflict (digest) do nothing",
        params![&digest.to_tagged(), intake, now_ms],
    )?;
    Ok(())
}

/// Whether something was signed here about a referral.
///
/// # Errors
/// The store cannot be read.
pub fn is_signed(tx: &Tx<'_>, (intake, digest): (i64, Digest)) -> Result<bool, SqlError> {
    let known = "select 1 from intake_signed where digest = $1 and intake = $2";
    Ok(tx.query_opt(known, params![&digest.to_tagged(), intake], |row| row.i64(0))?.is_some())
}

/// Keeps a school's question until it is answered; the last one about a referral counts.
///
/// # Errors
/// The store cannot be written.
pub fn keep_asked(tx: &Tx<'_>, asked: &Asked, now_ms: i64) -> Result<(), SqlError> {
    let digests: Vec<u8> = asked.digests.iter().flat_map(|one| one.to_tagged()).collect();
    tx.execute(
        "insert into intake_asked (intake, digests, at_ms) values ($1, $2, $3)
         on conflict (intake) do update set digests = excluded.digests, at_ms = excluded.at_ms",
        params![asked.intake, digests.as_slice(), now_ms],
    )?;
    Ok(())
}

/// Questions that wait for their answer.
///
/// # Errors
/// The store cannot be read.
pub fn all_asked(tx: &Tx<'_>) -> Result<Vec<Asked>, SqlError> {
    tx.query("select intake, digests from intake_asked order by intake", &[], |row| {
        let tagged = |bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SqlError::Type);
        let digests = row.bytes(1)?.chunks(TAGGED_BYTES).map(tagged);
        Ok(Asked { intake: row.i64(0)?, digests: digests.collect::<Result<_, _>>()? })
    })
}

/// Notes that a question was answered; says whether it waited.
///
/// # Errors
/// The store cannot be written.
pub fn answered(tx: &Tx<'_>, intake: i64) -> Result<bool, SqlError> {
    Ok(tx.execute("delete from intake_asked where intake = $1", params![intake])? > 0)
}
