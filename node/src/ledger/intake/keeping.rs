//! What is erased and when, what was taken back before it came, and what was refused.

use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::receiver::ErasedWhy;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::entry::Moment;
use super::unheard;

/// Withdrawals that are remembered of envelopes that have not come. They are told without a proof:
/// so many that no member pushes one out before its envelope is here.
const WITHDRAWN_MAX: u64 = 10_000;

/// How long one is remembered: no consent holds longer, and no letter travels so long.
const WITHDRAWN_MS: i64 = 180 * 24 * 3_600_000;

/// Refusals that are remembered.
const REFUSED_MAX: u64 = 1_000;

/// An emergency has no last day; what it said is erased after the longest life of a consent.
const EMERGENCY_MS: i64 = 180 * 24 * 3_600_000;

/// How much is here; names nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Referrals whose content is here.
    pub open: u64,
    /// Answers that wait to be sealed.
    pub unsealed: u64,
    /// Letters that wait for their slot.
    pub letters: u64,
    /// What was refused, as far as it is remembered.
    pub refused: u64,
}

/// A secret that was made known for an envelope.
pub struct Withdrawn {
    /// Which envelope.
    pub envelope: [u8; 16],
    /// What an envelope that it takes back carries.
    pub mark: Digest,
}

/// Erases what an envelope says and what was said about it, as far as that was sealed already; the
/// rest goes when it is. What was answered to a withdrawal stays: it says what is kept, and is said
/// again to a school that lost it. Doing it again changes nothing.
///
/// What the receiver's own answer erases, that answer and those before it are sealed anew until the
/// school has them, which nobody here can read. What a withdrawal or a last day erases is not.
///
/// # Errors
/// The store cannot be written.
pub fn erase(tx: &Tx<'_>, id: i64, (why, now_ms): (ErasedWhy, i64)) -> Result<(), SqlError> {
    tx.execute(
        "update intake set content = null, erased_at_ms = $2, erased_why = $3
         where id = $1 and content is not null",
        params![id, now_ms, why.as_str()],
    )?;
    tx.execute(
        "update intake_act set said = null
         where intake = $1 and number > 0 and sealed_at_ms is not null",
        params![id],
    )?;
    match why {
        ErasedWhy::Declined | ErasedWhy::Redirected | ErasedWhy::Expired => Ok(()),
        ErasedWhy::Revoked | ErasedWhy::Ended | ErasedWhy::StoodDown => unheard::drop_parts(tx, id),
    }
}

/// What was done about an envelope and is not sealed yet is not said any more: its family has taken
/// back what it agreed to. The answer to that is another act.
///
/// # Errors
/// The store cannot be written.
pub fn unsay(tx: &Tx<'_>, id: i64) -> Result<(), SqlError> {
    tx.execute(
        "update intake_act set said = null
         where intake = $1 and number > 0 and sealed_at_ms is null",
        params![id],
    )?;
    Ok(())
}

/// Unlocks what an envelope says, since its school has said that it stands: by its letter, or by
/// telephone, which names who; says whether it was locked.
///
/// # Errors
/// The store cannot be written.
pub fn unlock(tx: &Tx<'_>, id: i64, by: Option<&str>) -> Result<bool, SqlError> {
    let unlocked = tx.execute(
        "update intake set locked_at_ms = null, unlocked_by = $2
         where id = $1 and locked_at_ms is not null",
        params![id, by],
    )?;
    Ok(unlocked > 0)
}

/// Notes that an envelope was taken back, of which nothing that was answered before is sealed anew
/// any more; says whether it was not before.
///
/// # Errors
/// The store cannot be written.
pub fn mark_revoked(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<bool, SqlError> {
    let marked = tx.execute(
        "update intake set revoked_at_ms = $2 where id = $1 and revoked_at_ms is null",
        params![id, now_ms],
    )?;
    unheard::drop_parts(tx, id)?;
    Ok(marked > 0)
}

/// Remembers that an envelope was taken back that has not come; old ones go, and of too many the
/// oldest: anybody can make withdrawals of what there never was, and who filled this once would
/// have every later one forgotten.
///
/// # Errors
/// The store cannot be written.
pub fn note_withdrawn(tx: &Tx<'_>, told: &Withdrawn, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "delete from intake_withdrawn where at_ms < $1",
        params![now_ms.saturating_sub(WITHDRAWN_MS)],
    )?;
    tx.execute(
        "insert into intake_withdrawn (envelope, mark, at_ms) values ($1, $2, $3)
         on conflict (envelope, mark) do update set at_ms = excluded.at_ms",
        params![&told.envelope, &told.mark.to_tagged(), now_ms],
    )?;
    let count = tx.query_opt("select count(*) from intake_withdrawn", &[], |row| row.u64(0))?;
    let too_many = count.unwrap_or(0).saturating_sub(WITHDRAWN_MAX);
    if too_many > 0 {
        tracing::warn!("too many withdrawals wait for their envelopes: the oldest is forgotten");
        tx.execute(
            "delete from intake_withdrawn where (envelope, mark) in (
                 select envelope, mark from intake_withdrawn order by at_ms, envelope limit $1)",
            params![too_many],
        )?;
    }
    Ok(())
}

/// Whether an envelope was taken back before it came; it is asked once.
///
/// # Errors
/// The store cannot be written.
pub fn is_withdrawn(tx: &Tx<'_>, told: &Withdrawn) -> Result<bool, SqlError> {
    let (envelope, mark) = (&told.envelope, told.mark.to_tagged());
    let found = tx.query_opt(
        "select 1 from intake_withdrawn where envelope = $1 and mark = $2",
        params![envelope, &mark],
        |row| row.i64(0),
    )?;
    tx.execute("delete from intake_withdrawn where envelope = $1", params![envelope])?;
    Ok(found.is_some())
}

/// Remembers that something was refused, by one word and with nothing of it.
///
/// # Errors
/// The store cannot be written.
pub fn note_refused(tx: &Tx<'_>, why: &str, now_ms: i64) -> Result<(), SqlError> {
    tx.execute("insert into intake_refused (why, at_ms) values ($1, $2)", params![why, now_ms])?;
    tx.execute(
        "delete from intake_refused where id <= (select max(id) from intake_refused) - $1",
        params![REFUSED_MAX],
    )?;
    Ok(())
}

/// What was refused, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn refused(tx: &Tx<'_>, limit: u32) -> Result<Vec<(Moment, String)>, SqlError> {
    tx.query(
        "select at_ms, why from intake_refused order by id desc limit $1",
        params![limit],
        |row| Ok((Moment(row.i64(0)?), row.text(1)?)),
    )
}

/// Envelopes whose content is here although its time is over: the consent's last day has passed.
///
/// # Errors
/// The store cannot be read.
pub fn over(tx: &Tx<'_>, (today, now_ms): (Date, i64)) -> Result<Vec<i64>, SqlError> {
    tx.query(
        "select id from intake where content is not null
             and (valid_to < $1 or (valid_to is null and received_at_ms < $2))
         order by id limit 1000",
        params![&today.to_string(), now_ms.saturating_sub(EMERGENCY_MS)],
        |row| row.i64(0),
    )
}

/// How much is here.
///
/// # Errors
/// The store cannot be read.
pub fn counts(tx: &Tx<'_>) -> Result<Counts, SqlError> {
    let found = tx.query_opt(
        "select (select count(*) from intake where content is not null),
             (select count(*) from intake_act where sealed_at_ms is null and said is not null),
             (select count(*) from intake_letter), (select count(*) from intake_refused)",
        &[],
        |row| {
            let (open, unsealed) = (row.u64(0)?, row.u64(1)?);
            Ok(Counts { open, unsealed, letters: row.u64(2)?, refused: row.u64(3)? })
        },
    )?;
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;

    use super::*;
    use crate::ledger::guard_tests::run;
    use crate::ledger::referral::tests::ready;

    /// Whoever makes withdrawals of envelopes that there never were fills what is remembered, and
    /// has none forgotten that comes after them.
    #[test]
    fn false_withdrawals_have_no_later_one_forgotten() {
        let told = Withdrawn { envelope: [1; 16], mark: sha256(b"mark") };
        let found = run(&ready(), move |tx| {
            tx.execute(
                "with recursive one(at) as (select 1 union all select at + 1 from one where at < $1)
                 insert into intake_withdrawn (envelope, mark, at_ms)
                 select cast(printf('%016d', at) as blob), x'00', at from one",
                params![WITHDRAWN_MAX],
            )?;
            note_withdrawn(tx, &told, 20_000)?;
            let read = "select count(*), min(at_ms) from intake_withdrawn";
            let kept = tx.query_opt(read, &[], |row| Ok((row.u64(0)?, row.i64(1)?)))?;
            Ok((kept, is_withdrawn(tx, &told)?))
        });
        assert_eq!(found.expect("store"), (Some((WITHDRAWN_MAX, 2)), true));
    }
}
