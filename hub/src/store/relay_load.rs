//! What units had this hub carry or keep, day by day.

use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// Whose room an item takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A report under the key that health stated for its school.
    Stated,
    /// Another report that is addressed to this hub.
    Other,
    /// An item for another hub.
    Carried,
}

/// How much there was of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Items.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Class {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Other => "other",
            Self::Carried => "carried",
        }
    }
}

/// What a unit signed that came since a day; of one sender, or of all.
///
/// # Errors
/// The store cannot be read.
pub fn since(
    tx: &Tx<'_>,
    (sender, unit): (Option<&UnitId>, &UnitId),
    class: Class,
    day: Date,
) -> Result<Load, SqlError> {
    let sum = tx.query_opt(
        "select coalesce(sum(items), 0), coalesce(sum(bytes), 0) from relay_load
         where unit = $1 and class = $2 and day > $3 and ($4 is null or sender = $4)",
        params![unit.as_str(), class.as_str(), &day.to_string(), sender.map(UnitId::as_str)],
        |row: &Row<'_, '_>| Ok(Load { items: row.u64(0)?, bytes: row.u64(1)? }),
    )?;
    Ok(sum.unwrap_or_default())
}

/// Counts what came on a day.
///
/// # Errors
/// The store cannot be written.
pub fn add(
    tx: &Tx<'_>,
    (sender, unit): (&UnitId, &UnitId),
    (class, day): (Class, Date),
    new: Load,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into relay_load (sender, unit, class, day, items, bytes)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (sender, unit, class, day) do update set
             items = items + excluded.items, bytes = bytes + excluded.bytes",
        params![
            sender.as_str(),
            unit.as_str(),
            class.as_str(),
            &day.to_string(),
            new.items,
            new.bytes,
        ],
    )?;
    Ok(())
}

/// Forgets what came before a day.
///
/// # Errors
/// The store cannot be written.
pub fn forget_before(tx: &Tx<'_>, day: Date) -> Result<usize, SqlError> {
    tx.execute("delete from relay_load where day < $1", params![&day.to_string()])
}
