//! Answers of which their schools have not said that they have them: what is put into new letters.
//! It is sealed to the school, so that nothing here can be read once it is erased.

use certs::referral::{EnvelopeId, Part, PartNumber};
use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::referral::Urgency;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::entry::Moment;
use super::super::strange;

/// An answer that was sealed.
pub struct NewSealed {
    /// Which act it tells.
    pub act: i64,
    /// Its envelope.
    pub envelope: EnvelopeId,
    /// Digest of what was signed.
    pub digest: Digest,
    /// Its parts, sealed to the school.
    pub parts: Vec<Part>,
}

/// An answer that its school has not acknowledged and that may be sealed anew.
pub struct Unheard {
    /// Its envelope.
    pub envelope: EnvelopeId,
    /// Which act it tells.
    pub act: i64,
    /// About which referral.
    pub intake: i64,
    /// How urgent that is.
    pub urgency: Urgency,
    /// When it was sealed first.
    pub made_at_ms: i64,
    /// When its letters were sealed last.
    pub last_at_ms: i64,
}

/// Keeps an answer until its school has it, in place of an earlier one that told the same act.
///
/// # Errors
/// The store cannot be read or written.
pub fn keep(tx: &Tx<'_>, new: &NewSealed, now_ms: i64) -> Result<(), SqlError> {
    let of_it = "select envelope from intake_unheard where act = $1";
    let known =
        tx.query(of_it, params![new.act], |row| row.array(0).map(EnvelopeId::from_bytes))?;
    known.into_iter().try_for_each(|id| forget(tx, id))?;
    tx.execute(
        "insert into intake_unheard (envelope, act, digest, made_at_ms, last_at_ms)
         values ($1, $2, $3, $4, $4)",
        params![new.envelope.bytes(), new.act, &new.digest.to_tagged(), now_ms],
    )?;
    for part in &new.parts {
        tx.execute(
            "insert into intake_unheard_part (envelope, number, parts, part)
             values ($1, $2, $3, $4)",
            params![
                new.envelope.bytes(),
                u32::from(part.number().number()),
                u32::from(part.number().of()),
                part.bytes()
            ],
        )?;
    }
    Ok(())
}

/// Answers that were sealed after an instant and that their schools have not acknowledged. Of what
/// was taken back only the answer to that is among them, and nothing of what is locked.
///
/// # Errors
/// The store cannot be read.
pub fn to_renew(tx: &Tx<'_>, since_ms: i64) -> Result<Vec<Unheard>, SqlError> {
    tx.query(
        "select u.envelope, u.act, a.intake, i.urgency, u.made_at_ms, u.last_at_ms
         from intake_unheard u
             join intake_act a on a.id = u.act
             join intake i on i.id = a.intake
         where u.made_at_ms > $1 and i.locked_at_ms is null
             and (i.revoked_at_ms is null or a.number = 0)
             and exists (select 1 from intake_unheard_part p where p.envelope = u.envelope)
         order by u.act",
        params![since_ms],
        |row| {
            Ok(Unheard {
                envelope: EnvelopeId::from_bytes(row.array(0)?),
                act: row.i64(1)?,
                intake: row.i64(2)?,
                urgency: strange(Urgency::from_word(row.str(3)?))?,
                made_at_ms: row.i64(4)?,
                last_at_ms: row.i64(5)?,
            })
        },
    )
}

/// The parts of an answer as they were sealed first; none once it is not sealed anew any more.
///
/// # Errors
/// The store cannot be read.
pub fn parts(tx: &Tx<'_>, id: EnvelopeId) -> Result<Vec<Part>, SqlError> {
    tx.query(
        "select number, parts, part from intake_unheard_part where envelope = $1 order by number",
        params![id.bytes()],
        |row| {
            let number = |at: usize| u8::try_from(row.u32(at)?).map_err(|_| SqlError::Type);
            let place = strange(PartNumber::new(number(0)?, number(1)?).ok())?;
            strange(Part::new(id, place, row.blob(2)?).ok())
        },
    )
}

/// Notes that an answer was put into new letters.
///
/// # Errors
/// The store cannot be written.
pub fn renewed(tx: &Tx<'_>, id: EnvelopeId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update intake_unheard set last_at_ms = $2 where envelope = $1",
        params![id.bytes(), now_ms],
    )?;
    Ok(())
}

/// The school of a referral has an answer about it: nothing of it is kept any more. Says whether it
/// was waited for.
///
/// # Errors
/// The store cannot be read or written.
pub fn heard(tx: &Tx<'_>, (intake, digest): (i64, Digest)) -> Result<bool, SqlError> {
    let known = tx.query_opt(
        "select u.envelope from intake_unheard u join intake_act a on a.id = u.act
         where u.digest = $1 and a.intake = $2",
        params![&digest.to_tagged(), intake],
        |row| row.array(0).map(EnvelopeId::from_bytes),
    )?;
    match known {
        Some(id) => forget(tx, id).map(|()| true),
        None => Ok(false),
    }
}

/// What was answered about a referral is not sealed anew any more, other than what was answered to
/// a withdrawal. That no school acknowledged it is still known.
///
/// # Errors
/// The store cannot be written.
pub fn drop_parts(tx: &Tx<'_>, intake: i64) -> Result<(), SqlError> {
    tx.execute(
        "delete from intake_unheard_part where envelope in (
             select u.envelope from intake_unheard u join intake_act a on a.id = u.act
             where a.intake = $1 and a.number > 0)",
        params![intake],
    )?;
    Ok(())
}

/// Whether something is kept for longer than it is sealed anew, or known for longer than it is
/// shown; both by the instant before which it was sealed.
///
/// # Errors
/// The store cannot be read.
pub fn is_over(tx: &Tx<'_>, (anew_ms, shown_ms): (i64, i64)) -> Result<bool, SqlError> {
    let over = "select 1 from intake_unheard u
         where u.made_at_ms <= $2 or (u.made_at_ms <= $1 and exists (
             select 1 from intake_unheard_part p where p.envelope = u.envelope)) limit 1";
    Ok(tx.query_opt(over, params![anew_ms, shown_ms], |row| row.i64(0))?.is_some())
}

/// Forgets what [`is_over`] finds.
///
/// # Errors
/// The store cannot be written.
pub fn forget_over(tx: &Tx<'_>, (anew_ms, shown_ms): (i64, i64)) -> Result<(), SqlError> {
    tx.execute(
        "delete from intake_unheard_part where envelope in (
             select envelope from intake_unheard where made_at_ms <= $1 or made_at_ms <= $2)",
        params![anew_ms, shown_ms],
    )?;
    tx.execute("delete from intake_unheard where made_at_ms <= $1", params![shown_ms])?;
    Ok(())
}

/// Referrals with an answer that was sealed before an instant and not acknowledged, each with the
/// instant of the first one; the longest first.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(
    tx: &Tx<'_>,
    (before_ms, limit): (i64, u32),
) -> Result<Vec<(i64, Moment)>, SqlError> {
    tx.query(
        "select a.intake, min(u.made_at_ms) from intake_unheard u
             join intake_act a on a.id = u.act
         where u.made_at_ms < $1
         group by a.intake order by min(u.made_at_ms), a.intake limit $2",
        params![before_ms, limit],
        |row| Ok((row.i64(0)?, Moment(row.i64(1)?))),
    )
}

/// How many answers are sealed anew until their schools acknowledge them.
///
/// # Errors
/// The store cannot be read.
pub fn on_way(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = "select count(distinct envelope) from intake_unheard_part";
    Ok(tx.query_opt(count, &[], |row| row.u64(0))?.unwrap_or(0))
}

fn forget(tx: &Tx<'_>, id: EnvelopeId) -> Result<(), SqlError> {
    tx.execute("delete from intake_unheard_part where envelope = $1", params![id.bytes()])?;
    tx.execute("delete from intake_unheard where envelope = $1", params![id.bytes()])?;
    Ok(())
}
