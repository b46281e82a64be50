//! Key statements of recipients and relays, as the commissions signed them: what a school seals to,
//! and what a receiver answers to.

use std::collections::BTreeSet;

use certs::statement::{Purpose, SignedStatement, VerifiedStatement};
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::strange;

/// A statement with the hub that serves its unit. Nothing of it is believed before it is verified.
pub struct Stated {
    /// As it was signed.
    pub signed: SignedStatement,
    /// The hub; of a relay itself; empty where nobody said it.
    pub relay: String,
}

/// Keeps a statement that holds; the same one again changes its hub and nothing else.
///
/// # Errors
/// The store cannot be written.
pub fn keep(
    tx: &Tx<'_>,
    statement: (&SignedStatement, &VerifiedStatement),
    relay: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    insert(tx, statement, (relay, None), now_ms)
}

/// Keeps a statement that somebody at a receiver entered from a file; one that is there stays as it
/// is. A file does not say which hub serves a school: its letters do.
///
/// # Errors
/// The store cannot be written.
pub fn enter(
    tx: &Tx<'_>,
    (signed, verified): (&SignedStatement, &VerifiedStatement),
    account: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    let says = verified.statement();
    let relay = if says.purpose == Purpose::Relay { says.unit.as_str() } else { "" };
    insert(tx, (signed, verified), (relay, Some(account)), now_ms)
}

fn insert(
    tx: &Tx<'_>,
    (signed, verified): (&SignedStatement, &VerifiedStatement),
    (relay, account): (&str, Option<&str>),
    now_ms: i64,
) -> Result<(), SqlError> {
    let says = verified.statement();
    tx.execute(
        "insert into key_statement
             (digest, unit, purpose, relay, valid_from_ms, statement, kept_at_ms, kept_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (digest) do update set relay = excluded.relay where excluded.relay <> ''",
        params![
            &verified.digest().to_string(),
            says.unit.as_str(),
            says.purpose.as_str(),
            relay,
            says.valid_from.as_millisecond(),
            &signed.to_pem(),
            now_ms,
            account,
        ],
    )?;
    Ok(())
}

/// Forgets whose key a recipient's is: nothing is sealed to it until it is stated anew. What it
/// holds is still withdrawn, which needs a relay's key alone.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>, unit: &UnitId) -> Result<usize, SqlError> {
    tx.execute(
        "delete from key_statement where unit = $1 and purpose = $2",
        params![unit.as_str(), Purpose::Referral.as_str()],
    )
}

/// All statements of a purpose, the one that begins last first.
///
/// # Errors
/// The store cannot be read.
pub fn stated(tx: &Tx<'_>, purpose: Purpose) -> Result<Vec<Stated>, SqlError> {
    tx.query(
        "select statement, relay from key_statement where purpose = $1
         order by valid_from_ms desc, digest",
        params![purpose.as_str()],
        |row| {
            let signed = strange(SignedStatement::from_pem(row.str(0)?.as_bytes()).ok())?;
            Ok(Stated { signed, relay: row.text(1)? })
        },
    )
}

/// The statement of a unit for a purpose that begins last, of those that have begun.
///
/// # Errors
/// The store cannot be read.
pub fn begun(
    tx: &Tx<'_>,
    (unit, purpose): (&UnitId, Purpose),
    now_ms: i64,
) -> Result<Option<SignedStatement>, SqlError> {
    let found = tx.query_opt(
        "select statement from key_statement
         where unit = $1 and purpose = $2 and valid_from_ms <= $3
         order by valid_from_ms desc, digest limit 1",
        params![unit.as_str(), purpose.as_str(), now_ms],
        |row| row.text(0),
    )?;
    found.map(|pem| strange(SignedStatement::from_pem(pem.as_bytes()).ok())).transpose()
}

/// The hub that serves a unit, as the directory says that stated its key last; nothing where no
/// directory did.
///
/// # Errors
/// The store cannot be read.
pub fn served_by(tx: &Tx<'_>, unit: &UnitId) -> Result<Option<String>, SqlError> {
    tx.query_opt(
        "select relay from key_statement where unit = $1 and purpose = $2 and relay <> ''
         order by valid_from_ms desc, digest limit 1",
        params![unit.as_str(), Purpose::Referral.as_str()],
        |row| row.text(0),
    )
}

/// The digests of all statements with the hub that serves each: what need not be verified again.
///
/// # Errors
/// The store cannot be read.
pub fn kept(tx: &Tx<'_>) -> Result<BTreeSet<(String, String)>, SqlError> {
    let of = "select digest, relay from key_statement";
    Ok(tx.query(of, &[], |row| Ok((row.text(0)?, row.text(1)?)))?.into_iter().collect())
}

/// Whether any statement was ever kept: before that nothing can be sealed.
///
/// # Errors
/// The store cannot be read.
pub fn is_used(tx: &Tx<'_>) -> Result<bool, SqlError> {
    let any = "select 1 from key_statement limit 1";
    Ok(tx.query_opt(any, &[], |row| row.i64(0))?.is_some())
}
