//! A transaction as the stores see it: plain statements with bound values.

use std::any::Any;

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection};

use super::SqlError;
use super::memory::Memory;

/// A value bound to a placeholder. Borrowed, so that large vectors are not copied.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// SQL `NULL`.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u64> for Value<'_> {
    /// Sequence numbers and counts never reach 2^63; what does is kept at the largest value.
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Blob(value)
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// One row of a result; columns are read by position.
pub struct Row<'r, 's> {
    row: &'r rusqlite::Row<'s>,
}

impl Row<'_, '_> {
    fn value(&self, column: usize) -> Result<ValueRef<'_>, SqlError> {
        self.row.get_ref(column).map_err(|_| SqlError::Type)
    }

    /// An integer.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn i64(&self, column: usize) -> Result<i64, SqlError> {
        self.value(column)?.as_i64().map_err(|_| SqlError::Type)
    }

    /// A count or sequence number.
    ///
    /// # Errors
    /// The column holds something else, or a negative number.
    pub fn u64(&self, column: usize) -> Result<u64, SqlError> {
        u64::try_from(self.i64(column)?).map_err(|_| SqlError::Type)
    }

    /// A small count.
    ///
    /// # Errors
    /// The column holds something else, or a number outside 32 bits.
    pub fn u32(&self, column: usize) -> Result<u32, SqlError> {
        u32::try_from(self.i64(column)?).map_err(|_| SqlError::Type)
    }

    /// A truth value.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn bool(&self, column: usize) -> Result<bool, SqlError> {
        Ok(self.i64(column)? != 0)
    }

    /// A text, borrowed from the row.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn str(&self, column: usize) -> Result<&str, SqlError> {
        self.value(column)?.as_str().map_err(|_| SqlError::Type)
    }

    /// A text.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn text(&self, column: usize) -> Result<String, SqlError> {
        self.str(column).map(str::to_owned)
    }

    /// A text or nothing.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, SqlError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            value => Ok(Some(value.as_str().map_err(|_| SqlError::Type)?.to_owned())),
        }
    }

    /// An integer or nothing.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn opt_i64(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            value => value.as_i64().map(Some).map_err(|_| SqlError::Type),
        }
    }

    /// Bytes, borrowed from the row.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn bytes(&self, column: usize) -> Result<&[u8], SqlError> {
        self.value(column)?.as_blob().map_err(|_| SqlError::Type)
    }

    /// Bytes.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, SqlError> {
        self.bytes(column).map(<[u8]>::to_vec)
    }

    /// Bytes or nothing.
    ///
    /// # Errors
    /// The column holds something else.
    pub fn opt_blob(&self, column: usize) -> Result<Option<Vec<u8>>, SqlError> {
        match self.value(column)? {
            ValueRef::Null => Ok(None),
            value => Ok(Some(value.as_blob().map_err(|_| SqlError::Type)?.to_vec())),
        }
    }

    /// Bytes of a fixed length, such as an epoch.
    ///
    /// # Errors
    /// The column holds something else, or another number of bytes.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], SqlError> {
        self.bytes(column)?.try_into().map_err(|_| SqlError::Type)
    }
}

/// A transaction, or a consistent view where the caller only reads.
pub struct Tx<'c> {
    connection: &'c Connection,
    /// The writer's; readers have none.
    memory: Option<&'c Memory>,
}

impl<'c> Tx<'c> {
    /// A view for a reader.
    pub(super) const fn reading(connection: &'c Connection) -> Self {
        Self { connection, memory: None }
    }

    /// A transaction of the writer.
    pub(super) const fn writing(connection: &'c Connection, memory: &'c Memory) -> Self {
        Self { connection, memory: Some(memory) }
    }

    /// Works with what is kept in memory between the writer's transactions: one value for a
    /// store, of whatever type its owner chooses. It is new (`T::default()`) after the store was
    /// opened, after anything was undone, after another process or connection committed, where
    /// the work before failed, and always for a reader.
    ///
    /// So a value that only ever holds what the store's statements say within this transaction, and
    /// is changed together with them, is right whenever it is lent.
    ///
    /// # Errors
    /// What the work returns, or that the store cannot be read.
    pub fn kept<T, R, E>(&self, work: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E>
    where
        T: Any + Send + Default,
        E: From<SqlError>,
    {
        match self.memory {
            Some(memory) => memory.lend(self.version_of_others()?, work),
            None => work(&mut T::default()),
        }
    }

    /// Changes whenever another connection has committed, and only then.
    fn version_of_others(&self) -> Result<i64, SqlError> {
        let mut statement = self.connection.prepare_cached("pragma data_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    fn bound(&self, sql: &str, values: &[Value<'_>]) -> Result<CachedStatement<'c>, SqlError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        for (index, value) in values.iter().enumerate() {
            let name = placeholder(index);
            // Nearly always named in order; a look-up by name costs an allocation each.
            let at = if statement.parameter_name(index + 1) == Some(&*name) {
                index + 1
            } else {
                // A value that no placeholder names is a mistake of ours and must not pass.
                statement.parameter_index(&name)?.ok_or(SqlError::Type)?
            };
            statement.raw_bind_parameter(at, value)?;
        }
        Ok(statement)
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// As the database reports them.
    pub fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, SqlError> {
        Ok(self.bound(sql, values)?.raw_execute()?)
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// As the database reports them, or as `read` does.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnOnce(&Row<'_, '_>) -> Result<T, SqlError>,
    ) -> Result<Option<T>, SqlError> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => read(&Row { row }).map(Some),
            None => Ok(None),
        }
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// As the database reports them, or as `read` does.
    pub fn query<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_, '_>) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&Row { row })?);
        }
        Ok(found)
    }
}

fn placeholder(index: usize) -> std::borrow::Cow<'static, str> {
    const NAMES: [&str; 20] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14",
        "$15", "$16", "$17", "$18", "$19", "$20",
    ];
    match NAMES.get(index) {
        Some(name) => (*name).into(),
        None => format!("${}", index + 1).into(),
    }
}
