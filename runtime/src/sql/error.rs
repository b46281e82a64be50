//! What can go wrong with a store, in the words that a caller can act on.

/// Why a store could not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// Another process holds the database for longer than the wait allows.
    #[error("the database is locked by another process")]
    Locked,
    /// No space is left where the database lies.
    #[error("no space is left for the database")]
    Full,
    /// The file is not a database, or the key is not the one it was made with.
    #[error("the file is not a database or the key is wrong")]
    Unreadable,
    /// A newer version of the software wrote this database.
    #[error("the database has version {found}, this software knows {known}")]
    Newer {
        /// Version found in the file.
        found: u32,
        /// Latest version that this build knows.
        known: u32,
    },
    /// A migration that was applied before is not the one in this build.
    #[error("migration {0} differs from the one that was applied")]
    Edited(u32),
    /// A rule of the schema was broken.
    #[error("a rule of the database was broken")]
    Constraint,
    /// A column holds another type than the code expects.
    #[error("a stored value has another type than expected")]
    Type,
    /// The writer has stopped.
    #[error("the database is closed")]
    Closed,
    /// Anything else; the cause goes to the log.
    #[error("the database refused the operation")]
    Other(#[source] rusqlite::Error),
    /// The file could not be read or written.
    #[error("the database file could not be opened")]
    File(#[from] std::io::Error),
}

impl SqlError {
    /// Whether the same call may succeed later without anybody's help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Locked | Self::Full)
    }
}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Locked,
            Some(Code::DiskFull) => Self::Full,
            Some(Code::NotADatabase) => Self::Unreadable,
            Some(Code::ConstraintViolation) => Self::Constraint,
            _ => Self::Other(error),
        }
    }
}
