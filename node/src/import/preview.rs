//! Preview: what a file would change, row by row, before anything is written.
//!
//! Only [`Preview::accept`] makes an [`Accepted`] batch, and only when no row is wrong: whole
//! file or nothing. A file that says what the ledger already holds makes an empty batch.

use std::collections::HashSet;

use super::header::Columns;
use super::table::{Facts, Keyed, ParsedFile, RowError};

/// One field that a file would change. Holds values of a person: not for logs.
pub struct Change {
    /// Our name of the field.
    pub field: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// What the ledger holds; blank for nothing.
    pub old: String,
    /// What the file says; blank for nothing.
    pub new: String,
}

impl Change {
    /// A change, if the two values differ.
    pub fn between<T: PartialEq>(
        field: &'static str,
        label: &'static str,
        old: &T,
        new: &T,
        show: impl Fn(&T) -> String,
    ) -> Option<Self> {
        (old != new).then(|| Self { field, label, old: show(old), new: show(new) })
    }
}

/// A row that can be compared with what the ledger holds.
pub trait Comparable: Keyed {
    /// Takes over from the ledger what the file has no column for.
    fn fill(&mut self, old: &Self, columns: &Columns);

    /// What differs from the ledger's record; nothing when they are equal.
    fn changes(&self, old: &Self) -> Vec<Change>;
}

/// Whether a file lists everyone or some.
pub enum Scope<K> {
    /// Everyone: who is on the roll and not in the file has left.
    Whole(Vec<K>),
    /// Some: nothing follows for the others.
    Part,
}

/// A record that a file would change.
pub struct Changed<R> {
    /// Row in the file.
    pub row: u32,
    /// The record as it would be.
    pub record: R,
    /// Field by field, old and new.
    pub changes: Vec<Change>,
}

/// What a file would do.
pub struct Preview<R: Keyed> {
    /// What was found besides rows.
    pub facts: Facts,
    /// Rows that the ledger does not have.
    pub new: Vec<(u32, R)>,
    /// Rows that the ledger has otherwise.
    pub changed: Vec<Changed<R>>,
    /// Rows that the ledger has just so.
    pub unchanged: Vec<u32>,
    /// Keys on the roll that a whole file does not have.
    pub left: Vec<R::Key>,
    /// What is wrong.
    pub errors: Vec<RowError>,
    /// Rows with an error.
    pub error_rows: u32,
    /// What was read in another way than the office may expect.
    pub warnings: Vec<RowError>,
}

/// How many rows of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Rows below the header.
    pub rows: u64,
    /// Not in the ledger.
    pub new: u64,
    /// In the ledger otherwise.
    pub changed: u64,
    /// In the ledger just so.
    pub unchanged: u64,
    /// On the roll, not in the file.
    pub left: u64,
    /// Wrong.
    pub errors: u64,
    /// With a warning.
    pub warnings: u64,
}

/// A batch without errors, ready to be written in one transaction.
pub struct Accepted<R: Keyed> {
    new: Vec<R>,
    changed: Vec<R>,
    left: Vec<R::Key>,
    counts: Counts,
}

/// Compares a file with the ledger; `lookup` answers with the record of a key.
///
/// # Errors
/// Only those of `lookup`.
pub fn compare<R: Comparable, E>(
    file: ParsedFile<R>,
    scope: Scope<R::Key>,
    mut lookup: impl FnMut(&R::Key) -> Result<Option<R>, E>,
) -> Result<Preview<R>, E> {
    let left = left(&file, scope);
    let mut preview = Preview {
        facts: file.facts,
        new: Vec::new(),
        changed: Vec::new(),
        unchanged: Vec::new(),
        left,
        errors: file.errors,
        error_rows: file.error_rows,
        warnings: file.warnings,
    };
    for (row, mut record) in file.rows {
        let Some(old) = lookup(&record.key())? else {
            preview.new.push((row, record));
            continue;
        };
        record.fill(&old, &preview.facts.columns);
        let changes = record.changes(&old);
        if changes.is_empty() {
            preview.unchanged.push(row);
        } else {
            preview.changed.push(Changed { row, record, changes });
        }
    }
    Ok(preview)
}

fn left<R: Keyed>(file: &ParsedFile<R>, scope: Scope<R::Key>) -> Vec<R::Key> {
    let Scope::Whole(roll) = scope else {
        return Vec::new();
    };
    // With wrong rows in the file it cannot be told who is missing from it.
    if file.error_rows > 0 {
        return Vec::new();
    }
    let present: HashSet<R::Key> = file.rows.iter().map(|(_, record)| record.key()).collect();
    roll.into_iter().filter(|key| !present.contains(key)).collect()
}

impl<R: Keyed> Preview<R> {
    /// How many rows of each sort.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            rows: u64::from(self.facts.rows),
            new: self.new.len() as u64,
            changed: self.changed.len() as u64,
            unchanged: self.unchanged.len() as u64,
            left: self.left.len() as u64,
            errors: u64::from(self.error_rows),
            warnings: self.warnings.len() as u64,
        }
    }

    /// The batch to write, or the preview back when a row is wrong.
    ///
    /// # Errors
    /// With the preview itself, so that its errors can be told.
    pub fn accept(self) -> Result<Accepted<R>, Box<Self>> {
        if self.error_rows > 0 {
            return Err(Box::new(self));
        }
        let counts = self.counts();
        Ok(Accepted {
            new: self.new.into_iter().map(|(_, record)| record).collect(),
            changed: self.changed.into_iter().map(|changed| changed.record).collect(),
            left: self.left,
            counts,
        })
    }
}

impl<R: Keyed> Accepted<R> {
    /// Records that are not in the ledger yet.
    #[must_use]
    pub fn new_records(&self) -> &[R] {
        &self.new
    }

    /// Records that the ledger has otherwise, as they are to be.
    #[must_use]
    pub fn changed_records(&self) -> &[R] {
        &self.changed
    }

    /// Keys of those who have left.
    #[must_use]
    pub fn left(&self) -> &[R::Key] {
        &self.left
    }

    /// The counts to record with the import.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.left.is_empty()
    }
}
