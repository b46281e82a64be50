//! Keys of programs that read statistics: stored as digests, shown once.
//!
//! The secret part has 256 random bits, so a plain digest of it tells nothing; whoever reads the
//! store cannot use a key. A key opens figures and nothing else.

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// What every key begins with, so that people and scanners recognise one.
const PREFIX: &str = "xqk";
/// Longest label in characters.
const LABEL_CHARS_MAX: usize = 80;
/// Longest key that is looked at.
const KEY_BYTES_MAX: usize = 160;

/// A new key. Neither printed by `Debug` nor kept: it is shown once.
pub struct NewApiKey {
    /// Public part.
    pub id: String,
    text: String,
}

impl NewApiKey {
    /// The key as a program sends it: `xqk_<id>_<secret>`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// A key as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Public part.
    pub id: String,
    /// What uses it.
    pub label: String,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it was revoked; nothing while it may be used.
    pub revoked_at_ms: Option<i64>,
}

/// Makes a key; every call makes another one.
///
/// # Errors
/// The store cannot be written.
pub fn add(tx: &Tx<'_>, label: &str, now_ms: i64) -> Result<NewApiKey, SqlError> {
    let id = hexadecimal(&random_bytes::<6>());
    let secret = hexadecimal(&random_bytes::<32>());
    let label: String = label.chars().take(LABEL_CHARS_MAX).collect();
    tx.execute(
        "insert into api_key (id, label, digest, created_at_ms, revoked_at_ms)
         values ($1, $2, $3, $4, null)",
        params![&id, &label, &sha256(secret.as_bytes()).to_tagged(), now_ms],
    )?;
    let text = format!("{PREFIX}_{id}_{secret}");
    Ok(NewApiKey { id, text })
}

/// Revokes a key; says whether one was in use. Revoking it again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn revoke(tx: &Tx<'_>, id: &str, now_ms: i64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update api_key set revoked_at_ms = $2 where id = $1 and revoked_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(changed > 0)
}

/// All keys in the order in which they were made.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<ApiKey>, SqlError> {
    tx.query(
        "select id, label, created_at_ms, revoked_at_ms from api_key order by created_at_ms, id",
        &[],
        |row| {
            Ok(ApiKey {
                id: row.text(0)?,
                label: row.text(1)?,
                created_at_ms: row.i64(2)?,
                revoked_at_ms: row.opt_i64(3)?,
            })
        },
    )
}

/// Whether a text is a key that may be used.
///
/// # Errors
/// The store cannot be read.
pub fn admits(tx: &Tx<'_>, text: &str) -> Result<bool, SqlError> {
    if text.len() > KEY_BYTES_MAX {
        return Ok(false);
    }
    let mut parts = text.split('_');
    let (Some(PREFIX), Some(id), Some(secret), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(false);
    };
    let stored = tx.query_opt(
        "select digest from api_key where id = $1 and revoked_at_ms is null",
        params![id],
        |row| row.blob(0),
    )?;
    let Some(stored) = stored else {
        return Ok(false);
    };
    let stored = Digest::from_tagged(&stored).map_err(|_| SqlError::Type)?;
    // Digests of what was sent are compared, so the time it takes tells nothing about the key.
    Ok(stored == sha256(secret.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use runtime::sql::Database;

    use super::*;

    /// A key admits until it is revoked; a wrong secret, a cut-off key and nonsense never do.
    #[test]
    fn a_key_admits_until_it_is_revoked() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let (first, second) = database
            .write("keys", |tx| Ok::<_, SqlError>((add(tx, "看板", 1)?, add(tx, "BI", 2)?)))
            .expect("keys");
        let check = |text: &str| {
            let text = text.to_owned();
            database.read(move |tx| admits(tx, &text)).expect("read")
        };
        assert!(check(first.expose()) && check(second.expose()));
        let swapped = second.expose().replace(&second.id, &first.id);
        let long = "x".repeat(500);
        let cut = first.expose().trim_end_matches(|c: char| c.is_ascii_hexdigit());
        for text in [swapped.as_str(), cut, "", "xqk__", "xqk_a_b_c", &long] {
            assert!(!check(text), "{text}");
        }
        let id = first.id.clone();
        let revoked = database.write("revoke", move |tx| {
            Ok::<_, SqlError>((revoke(tx, &id, 3)?, revoke(tx, &id, 4)?))
        });
        assert_eq!(revoked.expect("revoke"), (true, false));
        assert!(!check(first.expose()) && check(second.expose()));
        let listed = database.read(all).expect("list");
        let shown: Vec<_> = listed.iter().map(|k| (k.label.as_str(), k.revoked_at_ms)).collect();
        assert_eq!(shown, [("看板", Some(3)), ("BI", None)]);
    }
}
