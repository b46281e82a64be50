//! What was sealed of a referral: its secret, the draft of a content, envelopes, and the letters
//! that carry or withdraw them.

use certs::digest::random_bytes;
use certs::referral::{EnvelopeId, WithdrawalSecret};
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

use super::super::entry::RecordId;
use super::anew::drop_sealed_parts;

/// What goes first in the queue of letters, as it is stored.
pub type Rank = u32;

/// The bytes that will be sealed, as their preview shows them.
pub struct Draft {
    /// The bytes.
    pub content: Zeroizing<Vec<u8>>,
    /// When they were written.
    pub made_at_ms: i64,
}

/// An envelope that was sealed. It has no `Debug`.
#[derive(Clone)]
pub struct Envelope {
    /// Its id.
    pub id: EnvelopeId,
    /// Which referral.
    pub referral: RecordId,
    /// Which hand-over of it.
    pub number: u32,
    /// Unit id of its recipient.
    pub recipient: String,
    /// Hub that serves the recipient.
    pub relay: String,
    /// How many letters carry it.
    pub parts: u32,
    /// The bytes that were sealed.
    pub content: Vec<u8>,
    /// When it was sealed.
    pub made_at_ms: i64,
    /// When a relay had all of it.
    pub acked_at_ms: Option<i64>,
    /// When its withdrawal was written.
    pub revoked_at_ms: Option<i64>,
    /// When its recipient had deleted it.
    pub done_at_ms: Option<i64>,
    /// What the recipient keeps, and why.
    pub kept: Option<String>,
}

/// What is stored of a new envelope.
pub struct NewEnvelope<'a> {
    /// Its id.
    pub id: EnvelopeId,
    /// Which referral, and which hand-over of it.
    pub of: (RecordId, u32),
    /// Unit ids of recipient and of the hub that serves it.
    pub to: (&'a str, &'a str),
    /// How many letters carry it.
    pub parts: u32,
    /// The bytes that were sealed.
    pub content: &'a [u8],
    /// Digest of what was signed.
    pub signed: Digest,
}

/// A letter that is to leave.
pub struct NewLetter<'a> {
    /// Digest of the letter.
    pub name: Digest,
    /// Its bytes.
    pub letter: &'a [u8],
    /// What goes first.
    pub rank: Rank,
    /// Which envelope it carries or withdraws.
    pub envelope: EnvelopeId,
    /// Which part; 0 for a withdrawal.
    pub part: u8,
}

/// A letter of the hand-over table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Order of sealing.
    pub id: i64,
    /// Digest of the letter.
    pub name: String,
    /// Its bytes.
    pub letter: Vec<u8>,
    /// What goes first.
    pub rank: Rank,
}

/// The id of a referral in what is sealed about it, and the secret that takes it back; made by the
/// first call.
///
/// # Errors
/// The store cannot be read or written.
pub fn secret(
    tx: &Tx<'_>,
    referral: RecordId,
    now_ms: i64,
) -> Result<([u8; 16], WithdrawalSecret), SqlError> {
    let known = tx.query_opt(
        "select name, secret from referral_secret where referral = $1",
        params![referral.0],
        |row| Ok((row.array(0)?, WithdrawalSecret::from_bytes(row.array(1)?))),
    )?;
    if let Some(known) = known {
        return Ok(known);
    }
    let (name, secret) = (random_bytes::<16>(), WithdrawalSecret::generate());
    tx.execute(
        "insert into referral_secret (referral, name, secret, made_at_ms) values ($1, $2, $3, $4)",
        params![referral.0, &name, secret.expose(), now_ms],
    )?;
    Ok((name, secret))
}

/// Keeps what will be sealed, in place of an earlier draft.
///
/// # Errors
/// The store cannot be written.
pub fn keep_draft(
    tx: &Tx<'_>,
    referral: RecordId,
    content: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_draft (referral, content, made_at_ms) values ($1, $2, $3)
         on conflict (referral) do update set content = excluded.content,
             made_at_ms = excluded.made_at_ms",
        params![referral.0, content, now_ms],
    )?;
    Ok(())
}

/// What will be sealed, where something was prepared.
///
/// # Errors
/// The store cannot be read.
pub fn draft(tx: &Tx<'_>, referral: RecordId) -> Result<Option<Draft>, SqlError> {
    tx.query_opt(
        "select content, made_at_ms from letter_draft where referral = $1",
        params![referral.0],
        |row| Ok(Draft { content: Zeroizing::new(row.blob(0)?), made_at_ms: row.i64(1)? }),
    )
}

/// Stores an envelope; its draft is none any more.
///
/// # Errors
/// Another one of that hand-over is there, or the store cannot be written; nothing was.
pub fn insert(tx: &Tx<'_>, new: &NewEnvelope<'_>, now_ms: i64) -> Result<(), SqlError> {
    let (referral, number) = new.of;
    tx.execute(
        "insert into letter_envelope
             (envelope, referral, number, recipient, relay, parts, content, signed, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            new.id.bytes(),
            referral.0,
            number,
            new.to.0,
            new.to.1,
            new.parts,
            new.content,
            &new.signed.to_tagged(),
            now_ms
        ],
    )?;
    tx.execute("delete from letter_draft where referral = $1", params![referral.0])?;
    Ok(())
}

/// Stores a letter for the copy.
///
/// # Errors
/// The store cannot be written.
pub fn insert_letter(tx: &Tx<'_>, new: &NewLetter<'_>, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into letter_out (name, letter, rank, envelope, part, made_at_ms)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            &new.name.to_string(),
            new.letter,
            new.rank,
            new.envelope.bytes(),
            u32::from(new.part),
            now_ms
        ],
    )?;
    Ok(())
}

const ENVELOPE: &str = "select envelope, referral, number, recipient, relay, content, made_at_ms,
    acked_at_ms, revoked_at_ms, done_at_ms, kept, parts from letter_envelope";

fn read(row: &Row<'_, '_>) -> Result<Envelope, SqlError> {
    Ok(Envelope {
        id: EnvelopeId::from_bytes(row.array(0)?),
        referral: RecordId(row.i64(1)?),
        number: row.u32(2)?,
        recipient: row.text(3)?,
        relay: row.text(4)?,
        content: row.blob(5)?,
        made_at_ms: row.i64(6)?,
        acked_at_ms: row.opt_i64(7)?,
        revoked_at_ms: row.opt_i64(8)?,
        done_at_ms: row.opt_i64(9)?,
        kept: row.opt_text(10)?,
        parts: row.u32(11)?,
    })
}

/// An envelope of this school.
///
/// # Errors
/// The store cannot be read.
pub fn envelope(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<Envelope>, SqlError> {
    tx.query_opt(&format!("{ENVELOPE} where envelope = $1"), params![id.bytes()], read)
}

/// The envelopes of a referral in the order of its hand-overs.
///
/// # Errors
/// The store cannot be read.
pub fn envelopes(tx: &Tx<'_>, referral: RecordId) -> Result<Vec<Envelope>, SqlError> {
    let of_it = format!("{ENVELOPE} where referral = $1 order by number");
    tx.query(&of_it, params![referral.0], read)
}

/// Letters that are not known to be in `transfer.db` and were not taken back, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn waiting_letters(tx: &Tx<'_>, limit: u32) -> Result<Vec<Outgoing>, SqlError> {
    tx.query(
        "select id, name, letter, rank from letter_out
         where copied_at_ms is null and dropped_at_ms is null order by id limit $1",
        params![limit],
        |row| {
            Ok(Outgoing {
                id: row.i64(0)?,
                name: row.text(1)?,
                letter: row.blob(2)?,
                rank: row.u32(3)?,
            })
        },
    )
}

/// Notes that a letter is in `transfer.db`.
///
/// # Errors
/// The store cannot be written.
pub fn note_copied(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_out set copied_at_ms = $2 where id = $1 and copied_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(())
}

/// Takes the letters of an envelope back that carry it; gives their names, and of each whether it
/// was ever copied to `transfer.db`.
///
/// # Errors
/// The store cannot be written.
pub fn drop_letters(
    tx: &Tx<'_>,
    id: EnvelopeId,
    now_ms: i64,
) -> Result<Vec<(String, bool)>, SqlError> {
    tx.execute(
        "update letter_out set dropped_at_ms = $2
         where envelope = $1 and part > 0 and dropped_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    drop_sealed_parts(tx, id)?;
    dropped(tx, id)
}

/// Forgets the letters of an envelope of which nothing is asked any more.
///
/// # Errors
/// The store cannot be written.
pub fn forget_letters(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from letter_out where envelope = $1", params![id.bytes()])?;
    Ok(())
}

/// Notes of an envelope whose letters were taken back that none of them ever left.
///
/// # Errors
/// The store cannot be written.
pub fn never_left(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute(
        "update letter_out set copied_at_ms = null
         where envelope = $1 and part > 0 and dropped_at_ms is not null and acked_at_ms is null",
        params![id.bytes()],
    )?;
    Ok(())
}

/// The letters of an envelope that were taken back.
fn dropped(tx: &Tx<'_>, id: EnvelopeId) -> Result<Vec<(String, bool)>, SqlError> {
    tx.query(
        "select name, copied_at_ms is not null or acked_at_ms is not null from letter_out
         where envelope = $1 and dropped_at_ms is not null order by id",
        params![id.bytes()],
        |row| Ok((row.text(0)?, row.i64(1)? != 0)),
    )
}

/// Names of the letters that carry an envelope and were not taken back.
///
/// # Errors
/// The store cannot be read.
pub fn carrying(tx: &Tx<'_>, id: EnvelopeId) -> Result<Vec<String>, SqlError> {
    tx.query(
        "select name from letter_out
         where envelope = $1 and part > 0 and dropped_at_ms is null order by id",
        params![id.bytes()],
        |row| row.text(0),
    )
}

/// A letter that carries or carried a part of an envelope.
pub struct Carrier {
    /// Which part.
    pub part: u32,
    /// Name of the letter.
    pub name: String,
    /// Whether it was taken back.
    pub is_dropped: bool,
}

/// Every letter that carries or carried an envelope.
///
/// # Errors
/// The store cannot be read.
pub fn carriers(tx: &Tx<'_>, id: EnvelopeId) -> Result<Vec<Carrier>, SqlError> {
    tx.query(
        "select part, name, dropped_at_ms is not null from letter_out
         where envelope = $1 and part > 0 order by id",
        params![id.bytes()],
        |row| Ok(Carrier { part: row.u32(0)?, name: row.text(1)?, is_dropped: row.i64(2)? != 0 }),
    )
}

/// Envelopes that no relay has acknowledged and nobody has taken back.
///
/// # Errors
/// The store cannot be read.
pub fn unacked(tx: &Tx<'_>) -> Result<Vec<Envelope>, SqlError> {
    let of_them = format!(
        "{ENVELOPE} where acked_at_ms is null and revoked_at_ms is null order by made_at_ms"
    );
    tx.query(&of_them, &[], read)
}

/// Notes that a relay has a part; says whether that was the last one of its envelope.
///
/// # Errors
/// The store cannot be read or written.
pub fn note_acked(tx: &Tx<'_>, id: EnvelopeId, part: u8, now_ms: i64) -> Result<bool, SqlError> {
    let new = tx.execute(
        "update letter_out set acked_at_ms = $3
         where envelope = $1 and part = $2 and acked_at_ms is null",
        params![id.bytes(), u32::from(part), now_ms],
    )?;
    if new == 0 || part == 0 {
        return Ok(false);
    }
    let open = tx.query_opt(
        "select count(*) from letter_out
         where envelope = $1 and part > 0 and acked_at_ms is null",
        params![id.bytes()],
        |row| row.u64(0),
    )?;
    let is_all = open == Some(0);
    if is_all {
        drop_sealed_parts(tx, id)?;
    }
    Ok(is_all)
}

/// Notes that a relay has all of an envelope; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn acked(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_envelope set acked_at_ms = $2
         where envelope = $1 and acked_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Referrals with an act that may take back what is in an envelope of theirs which nobody has
/// withdrawn yet, and those that ended after an emergency that was stood down and whose recipient
/// had answered before; whether the act took effect is for the course to say.
///
/// # Errors
/// The store cannot be read.
pub fn to_revoke(tx: &Tx<'_>) -> Result<Vec<RecordId>, SqlError> {
    tx.query(
        "select distinct e.referral from letter_envelope e
         join referral_act a on a.referral = e.referral
         where e.revoked_at_ms is null
                 and (a.event in ('withdraw_consent', 'recall', 'wrong_person', 'timeout', 'cancel')
                      or a.event = 'stood_down' and e.number <= a.envelope)
             or a.event in ('wrong_person', 'timeout', 'cancel')
                 and not exists (select 1 from letter_envelope x
                                 where x.referral = e.referral and x.done_at_ms is null)
                 and exists (select 1 from referral_act s
                             where s.referral = e.referral and s.event = 'stood_down')
                 and not exists (select 1 from referral_act n
                                 where n.record = a.record and n.acknowledged is not null)
         order by e.referral",
        &[],
        |row| row.i64(0).map(RecordId),
    )
}

/// Referrals of which an envelope was withdrawn after one instant and its recipient has not
/// answered, and whose last letter that says so is from before another.
///
/// # Errors
/// The store cannot be read.
pub fn to_remind(tx: &Tx<'_>, (since_ms, told_ms): (i64, i64)) -> Result<Vec<RecordId>, SqlError> {
    tx.query(
        "select distinct e.referral from letter_envelope e
         where e.revoked_at_ms > $1 and e.done_at_ms is null
             and not exists (
                 select 1 from letter_out o join letter_envelope x on x.envelope = o.envelope
                 where x.referral = e.referral and o.part = 0 and o.made_at_ms > $2)
         order by e.referral",
        params![since_ms, told_ms],
        |row| row.i64(0).map(RecordId),
    )
}

/// Notes that the withdrawal of an envelope was written.
///
/// # Errors
/// The store cannot be written.
pub fn revoked(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update letter_envelope set revoked_at_ms = $2
         where envelope = $1 and revoked_at_ms is null",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// Notes what the recipient of an envelope keeps after its withdrawal; says whether that was new.
///
/// # Errors
/// The store cannot be written.
pub fn done(tx: &Tx<'_>, id: EnvelopeId, kept: &str, now_ms: i64) -> Result<bool, SqlError> {
    let noted = tx.execute(
        "update letter_envelope set done_at_ms = $2, kept = $3
         where envelope = $1 and done_at_ms is null",
        params![id.bytes(), now_ms, kept],
    )?;
    Ok(noted > 0)
}
