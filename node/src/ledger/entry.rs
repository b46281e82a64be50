//! Entries: typed rows of a ledger, and the canonical bytes that their digests are taken of.
//!
//! [`entry!`](self) makes a struct, its columns and both directions between them from one list, so
//! that what is read, written and digested cannot differ. Entries may name persons: they implement
//! neither `Debug` nor any serialisation.

mod codes;
mod listed;

use domain::ledger::words::*;
use domain::ledger::{Action, Kind};
use jiff::civil::Date;
use runtime::sql::{Row, SqlError, Tx, Value};

use super::author::{Author, Signature};
use super::refusal::LedgerRefusal;
use super::strange;

pub use codes::stage_label;

/// A stored value, whatever its column.
#[derive(Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CellType {
    /// Numbers.
    Integer,
    /// Texts.
    Text,
}

/// What a column's values are to a person who writes or reads them.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant.
    Moment,
    /// A student.
    Student,
    /// A member of staff.
    Staff,
    /// Another record.
    Record,
    /// A text that only its author opens.
    Note,
    /// One word of a closed list.
    Word(fn() -> Vec<WordText>),
    /// Several words of a closed list.
    Words(fn() -> Vec<WordText>),
}

/// A word of a closed list and what people read for it.
#[derive(Clone, Copy, Debug)]
pub struct WordText {
    /// As it is stored.
    pub word: &'static str,
    /// Chinese and English.
    pub label: (&'static str, &'static str),
}

/// Every word of a list, in its order.
#[must_use]
pub fn words_of<W: Word>() -> Vec<WordText> {
    W::ALL.iter().map(|word| WordText { word: word.as_str(), label: word.label() }).collect()
}

/// A column of an entry's table.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: CellType,
    /// What its values are to a person.
    pub shape: Shape,
    /// May be left empty.
    pub optional: bool,
}

/// A value that an entry can hold.
pub trait Field: Sized {
    /// What its column holds.
    const HOLDS: CellType;
    /// What its values are to a person.
    const SHAPE: Shape;
    /// Whether its column may be left empty.
    const OPTIONAL: bool = false;

    /// As it is stored.
    fn to_cell(&self) -> Cell;

    /// As it was stored.
    ///
    /// # Errors
    /// The cell holds something else.
    fn from_cell(cell: Cell) -> Result<Self, SqlError>;
}

/// One sort of entry.
pub trait Entry: Sized + Clone + Send + 'static {
    /// What it is; the word is its table.
    const KIND: Kind;
    /// Its columns in the order of its fields.
    const COLUMNS: &'static [Column];

    /// Its values in the order of its columns.
    fn cells(&self) -> Vec<Cell>;

    /// Reads its values.
    ///
    /// # Errors
    /// A value that is none of its field's.
    fn from_cells(cells: Vec<Cell>) -> Result<Self, SqlError>;

    /// Day of the event, due day, or first day of what holds for a time.
    fn day(&self) -> Date;
}

/// What a sort of entry must obey beside the table of authority.
pub trait Rules: Entry {
    /// Whether [`super::write::add`] and [`super::write::update`] may write it; what has an act of
    /// its own may not be written past it.
    const DIRECT: bool = true;

    /// The student whom it is about.
    fn subject(&self) -> Option<StudentId>;

    /// Days that must not lie in the future or before the student's birth.
    fn happened(&self) -> Vec<Date> {
        vec![self.day()]
    }

    /// Whether it waits for somebody to do something; a version that does not is done with.
    fn waits(&self) -> bool {
        false
    }

    /// What its writer must be allowed.
    fn action(&self) -> Action {
        Action::Write(Self::KIND.area())
    }

    /// Its own rules, against what the ledgers hold; `own` is its record where it has one.
    ///
    /// # Errors
    /// The rule that it breaks.
    fn check(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        Ok(())
    }

    /// What a version that counts brings with it, in the same transaction and by nobody's wish:
    /// the next thing that is due, say.
    ///
    /// # Errors
    /// A rule that what follows breaks, or the store; then nothing was written.
    fn brings(&self, _tx: &Tx<'_>, _author: &Author, _own: RecordId) -> Result<(), LedgerRefusal> {
        Ok(())
    }

    /// What a version brings with it that was written beside another and does not count.
    ///
    /// # Errors
    /// As [`Rules::brings`].
    fn brings_beside(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: RecordId,
    ) -> Result<(), LedgerRefusal> {
        Ok(())
    }

    /// Whether an entry made in error is annulled. What decides about somebody, proves something or
    /// has an end of its own is ended instead, and is never taken out of the counts.
    const ANNULS: bool = false;

    /// What keeps it from being annulled, beside the rights to write it; writes nothing.
    ///
    /// # Errors
    /// What keeps it, or the store.
    fn stays(&self, _tx: &Tx<'_>, _author: &Author, _own: RecordId) -> Result<(), LedgerRefusal> {
        Ok(())
    }

    /// What annulling it asks for and brings with it, in the same transaction; it still stands when
    /// this is asked.
    ///
    /// # Errors
    /// A rule that keeps it, or the store; then nothing was written.
    fn leaves(&self, _tx: &Tx<'_>, _author: &Author, _own: RecordId) -> Result<(), LedgerRefusal> {
        Ok(())
    }
}

/// An entry as the ledger keeps it.
#[derive(Clone)]
pub struct Kept<T> {
    /// Which record.
    pub record: RecordId,
    /// Which version of it.
    pub version: u32,
    /// Written beside another version; it does not count.
    pub parallel: bool,
    /// What it says.
    pub entry: T,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident is $shape:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl Field for $name {
            const HOLDS: CellType = CellType::Integer;
            const SHAPE: Shape = Shape::$shape;

            fn to_cell(&self) -> Cell {
                Cell::Integer(self.0)
            }

            fn from_cell(cell: Cell) -> Result<Self, SqlError> {
                i64::from_cell(cell).map(Self)
            }
        }
    };
}

number_id!(
    /// Internal id of a student.
    StudentId is Student
);
number_id!(
    /// Internal id of a member of staff.
    StaffId is Staff
);
number_id!(
    /// Number of a record.
    RecordId is Record
);
number_id!(
    /// An instant in milliseconds since 1970 UTC.
    Moment is Moment
);

/// Several words of one list, in its order, each once.
#[derive(Clone, PartialEq, Eq)]
pub struct Words<W>(Vec<W>);

impl<W: Word> Words<W> {
    /// Takes words in any order.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = W>) -> Self {
        let mut words: Vec<W> = words.into_iter().collect();
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// The words.
    #[must_use]
    pub fn as_slice(&self) -> &[W] {
        &self.0
    }
}

/// A note that only the author of its version can open.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorNote(String);

impl AuthorNote {
    /// Takes a note.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The note, for who wrote it.
    #[must_use]
    pub fn open(&self, signature: &Signature, reader: &Author) -> Option<&str> {
        (signature.author == reader.account()).then_some(self.0.as_str())
    }
}

impl Field for AuthorNote {
    const HOLDS: CellType = CellType::Text;
    const SHAPE: Shape = Shape::Note;

    fn to_cell(&self) -> Cell {
        Cell::Text(self.0.clone())
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        String::from_cell(cell).map(Self)
    }
}

impl Field for i64 {
    const HOLDS: CellType = CellType::Integer;
    const SHAPE: Shape = Shape::Number;

    fn to_cell(&self) -> Cell {
        Cell::Integer(*self)
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        match cell {
            Cell::Integer(number) => Ok(number),
            Cell::Null | Cell::Text(_) => Err(SqlError::Type),
        }
    }
}

impl Field for u32 {
    const HOLDS: CellType = CellType::Integer;
    const SHAPE: Shape = Shape::Number;

    fn to_cell(&self) -> Cell {
        Cell::Integer((*self).into())
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        Self::try_from(i64::from_cell(cell)?).map_err(|_| SqlError::Type)
    }
}

impl Field for bool {
    const HOLDS: CellType = CellType::Integer;
    const SHAPE: Shape = Shape::Flag;

    fn to_cell(&self) -> Cell {
        Cell::Integer((*self).into())
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        Ok(i64::from_cell(cell)? != 0)
    }
}

impl Field for String {
    const HOLDS: CellType = CellType::Text;
    const SHAPE: Shape = Shape::Text;

    fn to_cell(&self) -> Cell {
        Cell::Text(self.clone())
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        match cell {
            Cell::Text(text) => Ok(text),
            Cell::Null | Cell::Integer(_) => Err(SqlError::Type),
        }
    }
}

impl Field for Date {
    const HOLDS: CellType = CellType::Text;
    const SHAPE: Shape = Shape::Day;

    fn to_cell(&self) -> Cell {
        Cell::Text(self.to_string())
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        String::from_cell(cell)?.parse().map_err(|_| SqlError::Type)
    }
}

impl<T: Field> Field for Option<T> {
    const HOLDS: CellType = T::HOLDS;
    const SHAPE: Shape = T::SHAPE;
    const OPTIONAL: bool = true;

    fn to_cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, T::to_cell)
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        if cell == Cell::Null { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl<W: Word> Field for Words<W> {
    const HOLDS: CellType = CellType::Text;
    const SHAPE: Shape = Shape::Words(words_of::<W>);

    fn to_cell(&self) -> Cell {
        let words: Vec<&str> = self.0.iter().map(|word| word.as_str()).collect();
        Cell::Text(words.join(","))
    }

    fn from_cell(cell: Cell) -> Result<Self, SqlError> {
        let text = String::from_cell(cell)?;
        let words = text.split(',').filter(|word| !word.is_empty());
        words.map(|word| strange(W::from_word(word))).collect::<Result<Vec<W>, _>>().map(Self)
    }
}

/// Declares a sort of entry: its struct, and its columns in the same order.
macro_rules! entry {
    ($(#[$doc:meta])* pub struct $name:ident = $kind:ident, day $day:ident {
        $($(#[$about:meta])* $field:ident: $type:ty = $column:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name { $($(#[$about])* pub $field: $type,)+ }

        impl $crate::ledger::entry::Entry for $name {
            const KIND: domain::ledger::Kind = domain::ledger::Kind::$kind;
            const COLUMNS: &'static [$crate::ledger::entry::Column] = &[
                $($crate::ledger::entry::Column {
                    name: $column,
                    holds: <$type as $crate::ledger::entry::Field>::HOLDS,
                    shape: <$type as $crate::ledger::entry::Field>::SHAPE,
                    optional: <$type as $crate::ledger::entry::Field>::OPTIONAL,
                },)+
            ];

            fn cells(&self) -> Vec<$crate::ledger::entry::Cell> {
                vec![$($crate::ledger::entry::Field::to_cell(&self.$field),)+]
            }

            fn from_cells(
                cells: Vec<$crate::ledger::entry::Cell>,
            ) -> Result<Self, runtime::sql::SqlError> {
                let mut cells = cells.into_iter();
                Ok(Self {
                    $($field: $crate::ledger::entry::Field::from_cell(
                        $crate::ledger::strange(cells.next())?,
                    )?,)+
                })
            }

            fn day(&self) -> jiff::civil::Date {
                self.$day
            }
        }
    };
}
pub(super) use entry;

impl Cell {
    /// Bound to a statement.
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
        }
    }

    /// Read from a row.
    pub(super) fn read(row: &Row<'_, '_>, at: usize, holds: CellType) -> Result<Self, SqlError> {
        Ok(match holds {
            CellType::Integer => row.opt_i64(at)?.map_or(Self::Null, Self::Integer),
            CellType::Text => row.opt_text(at)?.map_or(Self::Null, Self::Text),
        })
    }
}

/// Reads the columns of an entry from a place in a row on.
pub(super) fn read_cells(
    row: &Row<'_, '_>,
    from: usize,
    columns: &[Column],
) -> Result<Vec<Cell>, SqlError> {
    let numbered = columns.iter().enumerate();
    numbered.map(|(at, column)| Cell::read(row, from + at, column.holds)).collect()
}

/// How a version stands to the others of its record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It counts from then on.
    Counts,
    /// It counts from then on, and what waited beside the record is history.
    Settles,
    /// It waits beside the one that counts.
    Beside,
    /// The entry was made in error: it says what stood there, and counts nowhere from then on.
    Annuls,
}

/// What every version has beside its entry.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) record: RecordId,
    pub(super) version: u32,
    pub(super) place: Place,
    pub(super) nonce: Vec<u8>,
    pub(super) reason: String,
}

/// Canonical bytes of a version: every value with its name and length, nothing left out but what is
/// empty, so that a column added later changes no digest.
pub(super) fn canonical(kind: Kind, head: &Head, columns: &[Column], cells: &[Cell]) -> Vec<u8> {
    let mut bytes = b"xinqiao ledger version 1".to_vec();
    put(&mut bytes, kind.as_str().as_bytes());
    put(&mut bytes, &head.record.0.to_be_bytes());
    put(&mut bytes, &head.version.to_be_bytes());
    put(&mut bytes, &[u8::from(head.place == Place::Beside)]);
    put(&mut bytes, &head.nonce);
    put(&mut bytes, head.reason.as_bytes());
    for (column, cell) in columns.iter().zip(cells) {
        match cell {
            Cell::Null => continue,
            Cell::Integer(number) => {
                put(&mut bytes, column.name.as_bytes());
                bytes.push(1);
                put(&mut bytes, &number.to_be_bytes());
            }
            Cell::Text(text) => {
                put(&mut bytes, column.name.as_bytes());
                bytes.push(2);
                put(&mut bytes, text.as_bytes());
            }
        }
    }
    bytes
}

/// Adds bytes with their length before them.
pub(super) fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}
