//! When members were last seen, with which software and clock, and what they applied.

use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::setting;

/// A member's last hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Member.
    pub unit: String,
    /// Its software.
    pub version: String,
    /// Its clock minus ours.
    pub skew_ms: i64,
    /// When it was seen, by our clock.
    pub seen_at_ms: i64,
}

/// Notes a hello.
///
/// # Errors
/// The store cannot be written.
pub fn note(tx: &Tx<'_>, contact: &Contact) -> Result<(), SqlError> {
    tx.execute(
        "insert into contact (unit, version, skew_ms, seen_at_ms) values ($1, $2, $3, $4)
         on conflict (unit) do update set version = excluded.version, skew_ms = excluded.skew_ms,
             seen_at_ms = excluded.seen_at_ms",
        params![&contact.unit, &contact.version, contact.skew_ms, contact.seen_at_ms],
    )?;
    Ok(())
}

/// Whether a member ever said hello.
///
/// # Errors
/// The store cannot be read.
pub fn was_seen(tx: &Tx<'_>, unit: &UnitId) -> Result<bool, SqlError> {
    let sql = "select 1 from contact where unit = $1";
    Ok(tx.query_opt(sql, params![unit.as_str()], |row| row.u32(0))?.is_some())
}

/// All members' last hellos.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Contact>, SqlError> {
    tx.query("select unit, version, skew_ms, seen_at_ms from contact order by unit", &[], |row| {
        Ok(Contact {
            unit: row.text(0)?,
            version: row.text(1)?,
            skew_ms: row.i64(2)?,
            seen_at_ms: row.i64(3)?,
        })
    })
}

/// One directive as a unit applied it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Unit that reports.
    pub unit: String,
    /// Kind of the pack.
    pub kind: String,
    /// Name of the pack.
    pub name: String,
    /// Tagged digest of its content.
    pub content: Vec<u8>,
    /// Whether it is in force there.
    pub in_force: bool,
    /// Why not.
    pub reason: String,
}

/// Setting that grows with every change of what units applied.
const VERSION: &str = "applied_version";

/// A number that grows with every change of what units applied.
///
/// # Errors
/// The store cannot be read.
pub fn applied_version(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let version = setting::value(tx, VERSION)?;
    Ok(version.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Notes what a unit applied; the latest report counts, and one that says the same changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn note_applied(tx: &Tx<'_>, applied: &Applied, now_ms: i64) -> Result<(), SqlError> {
    let changed = tx.execute(
        "insert into applied (unit, kind, name, content, in_force, reason, reported_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (unit, kind, name) do update set content = excluded.content,
             in_force = excluded.in_force, reason = excluded.reason,
             reported_at_ms = excluded.reported_at_ms
         where applied.content <> excluded.content or applied.in_force <> excluded.in_force
             or applied.reason <> excluded.reason",
        params![
            &applied.unit,
            &applied.kind,
            &applied.name,
            &applied.content,
            applied.in_force,
            &applied.reason,
            now_ms,
        ],
    )?;
    if changed > 0 {
        let next = applied_version(tx)?.saturating_add(1);
        setting::set(tx, VERSION, &next.to_string())?;
    }
    Ok(())
}

/// Everything that units reported as applied.
///
/// # Errors
/// The store cannot be read.
pub fn all_applied(tx: &Tx<'_>) -> Result<Vec<Applied>, SqlError> {
    tx.query(
        "select unit, kind, name, content, in_force, reason from applied
         order by kind, name, unit",
        &[],
        |row| {
            Ok(Applied {
                unit: row.text(0)?,
                kind: row.text(1)?,
                name: row.text(2)?,
                content: row.blob(3)?,
                in_force: row.bool(4)?,
                reason: row.text(5)?,
            })
        },
    )
}
