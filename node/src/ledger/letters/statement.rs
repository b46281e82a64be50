//! Key statements of recipients and relays, as the commissions signed them.

use certs::statement::{Purpose, SignedStatement, VerifiedStatement};
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::strange;

/// A statement with the hub that serves its unit. Nothing of it is believed before it is verified.
pub struct Stated {
    /// As it was signed.
    pub signed: SignedStatement,
    /// The hub; of a relay itself.
    pub relay: String,
}

/// Keeps a statement that holds; the same one again changes its hub and nothing else.
///
/// # Errors
/// The store cannot be written.
pub fn keep(
    tx: &Tx<'_>,
    (signed, verified): (&SignedStatement, &VerifiedStatement),
    relay: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    let says = verified.statement();
    tx.execute(
        "insert into letter_statement
             (digest, unit, purpose, relay, valid_from_ms, statement, kept_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (digest) do update set relay = excluded.relay",
        params![
            &verified.digest().to_string(),
            says.unit.as_str(),
            says.purpose.as_str(),
            relay,
            says.valid_from.as_millisecond(),
            &signed.to_pem(),
            now_ms
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
        "delete from letter_statement where unit = $1 and purpose = $2",
        params![unit.as_str(), Purpose::Referral.as_str()],
    )
}

/// All statements of a purpose, the one that begins last first.
///
/// # Errors
/// The store cannot be read.
pub fn stated(tx: &Tx<'_>, purpose: Purpose) -> Result<Vec<Stated>, SqlError> {
    tx.query(
        "select statement, relay from letter_statement where purpose = $1
         order by valid_from_ms desc, digest",
        params![purpose.as_str()],
        |row| {
            let signed = strange(SignedStatement::from_pem(row.str(0)?.as_bytes()).ok())?;
            Ok(Stated { signed, relay: row.text(1)? })
        },
    )
}

/// Whether any statement was ever kept: before that nothing can be sealed.
///
/// # Errors
/// The store cannot be read.
pub fn is_used(tx: &Tx<'_>) -> Result<bool, SqlError> {
    let any = "select 1 from letter_statement limit 1";
    Ok(tx.query_opt(any, &[], |row| row.i64(0))?.is_some())
}
