//! Which column of an office's file is which field, as somebody said for an earlier one.

use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::Moment;

/// A way of reading, and who said so when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptColumns {
    /// `field = "column"`, as TOML.
    pub text: String,
    /// Who said so.
    pub account: String,
    /// When.
    pub at: Moment,
}

/// Keeps how a kind of file is read; for answers, of a scale.
///
/// # Errors
/// The store cannot be written.
pub fn keep(
    tx: &Tx<'_>,
    author: &Author,
    (kind, scale): (&str, &str),
    text: &str,
) -> Result<(), SqlError> {
    if latest(tx, kind, scale)?.is_some_and(|kept| kept.text == text) {
        return Ok(());
    }
    tx.execute(
        "insert into import_columns (kind, scale, columns, account, at_ms)
         values ($1, $2, $3, $4, $5)",
        params![kind, scale, text, author.account(), author.now().0],
    )?;
    Ok(())
}

/// How a kind of file was read last.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, kind: &str, scale: &str) -> Result<Option<KeptColumns>, SqlError> {
    tx.query_opt(
        "select columns, account, at_ms from import_columns where kind = $1 and scale = $2
         order by id desc limit 1",
        params![kind, scale],
        |row| {
            Ok(KeptColumns { text: row.text(0)?, account: row.text(1)?, at: Moment(row.i64(2)?) })
        },
    )
}
