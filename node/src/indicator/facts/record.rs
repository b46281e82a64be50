//! What a fact is: whom it counts, what record is behind it, and named values.

use domain::catalogue::Field;
use domain::ledger::Kind;
use jiff::civil::Date;

use crate::ledger::entry::{Entry, Kept};

/// A value of a field: a word of the catalogue or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A word of the catalogue.
    Word(&'static str),
    /// Several words of the catalogue: the record counts in each of their cells.
    Words(Vec<&'static str>),
    /// A number.
    Number(u32),
    /// The record says nothing here.
    None,
}

/// The record behind a fact. Ids and days only; who may see more opens the record itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Behind {
    /// A student on the roll.
    Student(i64),
    /// A member of staff on the staff roll.
    Staff(i64),
    /// A class of the roll.
    Class,
    /// The school itself, or a stage of it.
    School,
    /// A sheet of a student.
    Sheet(i64, Date),
    /// An entry of a ledger.
    Entry {
        /// Of which kind.
        kind: Kind,
        /// Number of the record.
        record: i64,
        /// Day that it is dated.
        day: Date,
    },
}

/// One record: whom or what it is about, and its values in the order of the source's fields.
#[derive(Clone)]
pub(crate) struct Record {
    /// Internal id of the student whom it counts; none where it counts nobody.
    pub(crate) student: Option<i64>,
    /// Internal id of the member of staff whom it counts.
    pub(crate) staff: Option<i64>,
    /// The record behind it.
    pub(crate) behind: Behind,
    /// Values in the order of fields.
    pub(crate) values: Vec<Value>,
}

/// All records of one source.
pub(crate) struct Records {
    /// Fields that the ledgers fill.
    pub(crate) fields: Vec<Field>,
    /// The records.
    pub(crate) rows: Vec<Record>,
}

impl Behind {
    /// The day that the record is dated; none of what has no day of its own.
    pub(crate) const fn day(&self) -> Option<Date> {
        match self {
            Self::Sheet(_, day) | Self::Entry { day, .. } => Some(*day),
            Self::Student(_) | Self::Staff(_) | Self::Class | Self::School => None,
        }
    }

    /// An entry.
    pub(crate) fn entry<T: Entry>(kept: &Kept<T>) -> Self {
        Self::Entry { kind: T::KIND, record: kept.record.0, day: kept.entry.day() }
    }

    /// An entry that counts on the day on which what it asks for is due.
    pub(crate) const fn due<T: Entry>(kept: &Kept<T>, day: Date) -> Self {
        Self::Entry { kind: T::KIND, record: kept.record.0, day }
    }
}

impl Record {
    /// A record that counts no person.
    pub(crate) const fn of_work(behind: Behind, values: Vec<Value>) -> Self {
        Self { student: None, staff: None, behind, values }
    }

    /// A record about a student.
    pub(crate) const fn of_student(student: i64, behind: Behind, values: Vec<Value>) -> Self {
        Self { student: Some(student), staff: None, behind, values }
    }

    /// A record about a member of staff.
    pub(crate) const fn of_staff(staff: i64, behind: Behind, values: Vec<Value>) -> Self {
        Self { student: None, staff: Some(staff), behind, values }
    }
}

impl Records {
    /// Records with their fields.
    pub(crate) fn new(fields: &[Field], rows: Vec<Record>) -> Self {
        Self { fields: fields.to_vec(), rows }
    }
}

/// A truth value as the catalogue writes it.
pub(crate) const fn yes(holds: bool) -> Value {
    Value::Word(if holds { "yes" } else { "no" })
}
