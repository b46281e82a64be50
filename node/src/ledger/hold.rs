//! Holds: the principal stops what would leave for a period, and lifts the stop again.
//!
//! Append-only, like all history here: a hold and its lifting are two lines. The latest line of a
//! period counts, and signing reads it in the very transaction that signs.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// Longest reason in characters.
pub const REASON_CHARS_MAX: usize = 300;

/// A hold that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Written form of the period.
    pub period: String,
    /// Why, in the words of whoever stopped it.
    pub reason: String,
    /// Who stopped it.
    pub author: String,
    /// Since when, by this machine's clock.
    pub since_ms: i64,
}

/// What somebody does to the releases of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Written form of the period.
    pub period: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub author: String,
    /// When, by this machine's clock.
    pub at_ms: i64,
}

/// The hold on a period, if one is in force.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(tx: &Tx<'_>, period: &str) -> Result<Option<Hold>, SqlError> {
    let last = tx.query_opt(
        "select period, reason, author, at_ms, act from release_hold
         where period = $1 order by id desc limit 1",
        params![period],
        read,
    )?;
    Ok(last.and_then(|(hold, act)| (act == "hold").then_some(hold)))
}

/// All holds in force, in the order of their periods.
///
/// # Errors
/// The store cannot be read.
pub fn in_force(tx: &Tx<'_>) -> Result<Vec<Hold>, SqlError> {
    let latest = tx.query(
        "select period, reason, author, at_ms, act from release_hold
         where id in (select max(id) from release_hold group by period) order by period",
        &[],
        read,
    )?;
    Ok(latest.into_iter().filter(|(_, act)| act == "hold").map(|(hold, _)| hold).collect())
}

/// Holds a period; a second hold keeps the first and says so.
///
/// # Errors
/// The store cannot be read or written.
pub fn hold(tx: &Tx<'_>, act: &Act) -> Result<bool, SqlError> {
    if of_period(tx, &act.period)?.is_some() {
        return Ok(false);
    }
    append(tx, act, "hold").map(|()| true)
}

/// Lifts the hold of a period; says whether there was one.
///
/// # Errors
/// The store cannot be read or written.
pub fn lift(tx: &Tx<'_>, act: &Act) -> Result<bool, SqlError> {
    if of_period(tx, &act.period)?.is_none() {
        return Ok(false);
    }
    append(tx, act, "lift").map(|()| true)
}

fn append(tx: &Tx<'_>, act: &Act, word: &str) -> Result<(), SqlError> {
    let reason: String = act.reason.chars().take(REASON_CHARS_MAX).collect();
    tx.execute(
        "insert into release_hold (period, act, reason, author, at_ms)
         values ($1, $2, $3, $4, $5)",
        params![&act.period, word, &reason, &act.author, act.at_ms],
    )?;
    Ok(())
}

fn read(row: &Row<'_, '_>) -> Result<(Hold, String), SqlError> {
    let hold = Hold {
        period: row.text(0)?,
        reason: row.text(1)?,
        author: row.text(2)?,
        since_ms: row.i64(3)?,
    };
    Ok((hold, row.text(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;

    fn act(period: &str, reason: &str, at_ms: i64) -> Act {
        Act { period: period.into(), reason: reason.into(), author: "li.xz".into(), at_ms }
    }

    /// The latest act of a period counts, the first reason of a hold stays, and nothing is
    /// overwritten: every act that changed something is a line.
    #[test]
    fn the_latest_act_of_a_period_counts() {
        let ledger = Ledger::in_memory().expect("ledger");
        let seen = ledger.write("holds", |tx| {
            let held = hold(tx, &act("2025S1", "counts look wrong", 1))?;
            let again = hold(tx, &act("2025S1", "another reason", 2))?;
            hold(tx, &act("2025S2", "not yet", 3))?;
            let first = of_period(tx, "2025S1")?.map(|hold| (hold.reason, hold.since_ms));
            let lifted = lift(tx, &act("2025S1", "", 4))?;
            let nothing = lift(tx, &act("2024S1", "", 5))?;
            let left: Vec<String> = in_force(tx)?.into_iter().map(|hold| hold.period).collect();
            let gone = of_period(tx, "2025S1")?.is_none();
            hold(tx, &act("2025S1", "again", 6))?;
            let lines = tx.query("select act from release_hold", &[], |row| row.text(0))?;
            Ok::<_, SqlError>((held, again, first, lifted, nothing, left, gone, lines))
        });
        let (held, again, first, lifted, nothing, left, gone, lines) = seen.expect("holds");
        assert_eq!((held, again, lifted, nothing, gone), (true, false, true, false, true));
        assert_eq!(first, Some(("counts look wrong".to_owned(), 1)));
        assert_eq!(left, ["2025S2"]);
        assert_eq!(lines, ["hold", "hold", "lift", "hold"]);
    }
}
