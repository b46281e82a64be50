//! Small named settings of the hub that are data, not configuration.

use runtime::params;
use runtime::sql::{SqlError, Tx};

/// Reads a setting.
///
/// # Errors
/// The store cannot be read.
pub fn value(tx: &Tx<'_>, name: &str) -> Result<Option<String>, SqlError> {
    tx.query_opt("select value from setting where name = $1", params![name], |row| row.text(0))
}

/// Writes a setting; writing it again replaces it.
///
/// # Errors
/// The store cannot be written.
pub fn set(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), SqlError> {
    tx.execute(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

/// Grows whenever the registry changes, so that caches know when to reload.
pub const REGISTRY_VERSION: &str = "registry_version";

/// Marks the registry as changed.
///
/// # Errors
/// The store cannot be written.
pub fn touch_registry(tx: &Tx<'_>) -> Result<(), SqlError> {
    let version = registry_version(tx)? + 1;
    set(tx, REGISTRY_VERSION, &version.to_string())
}

/// The registry's version; zero before anything was registered.
///
/// # Errors
/// The store cannot be read.
pub fn registry_version(tx: &Tx<'_>) -> Result<u64, SqlError> {
    Ok(value(tx, REGISTRY_VERSION)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}
