//! One table of a bundle: its columns by name, its rows as they stand.

use std::collections::HashMap;
use std::io::Cursor;

use super::super::archive::{Entry, is_zip};
use super::super::{Encoding, Flow, Form, Input, Row, Source, SourceError, unpacking};
use super::BundleError;

/// First bytes by which a file is known.
const HEAD_BYTES: usize = 4_096;

/// A table of a bundle.
pub(super) struct Part {
    columns: HashMap<String, usize>,
    /// Its rows below the heading.
    pub(super) rows: Vec<Row>,
    /// How its characters are written.
    pub(super) encoding: Encoding,
}

/// The file of a name in an archive, in whichever folder of it.
pub(super) fn find<'e>(
    entries: &'e [Entry],
    file: &'static str,
) -> Result<Option<&'e Entry>, BundleError> {
    let mut found = entries.iter().filter(|entry| is_named(&entry.name, file));
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err(BundleError::Twice(file)),
        (found, _) => Ok(found),
    }
}

/// Whether a path ends in a file name; what a Mac adds of its own is none.
pub(super) fn is_named(path: &[u8], file: &str) -> bool {
    let name = path.rsplit(|byte| *byte == b'/' || *byte == b'\\').next().unwrap_or_default();
    name.eq_ignore_ascii_case(file.as_bytes()) && !path.starts_with(b"__MACOSX")
}

impl Part {
    /// Reads a table, which must have some columns.
    pub(super) fn read(
        input: &mut dyn Input,
        entry: &Entry,
        (file, needed): (&'static str, &[&'static str]),
    ) -> Result<Self, SourceError> {
        let bytes = unpacking::content(input, entry)?;
        let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default().to_vec();
        if is_zip(&head) {
            return Err(SourceError::NotText);
        }
        let mut source = Source::text(Box::new(Cursor::new(bytes)), &head)?;
        let Form::Text { encoding, .. } = *source.form() else {
            return Err(SourceError::NotText);
        };
        let mut part = Self { columns: HashMap::new(), rows: Vec::new(), encoding };
        source.for_each_row(&mut |row| {
            if part.columns.is_empty() {
                let names = row.cells.iter().map(|cell| cell.trim().to_ascii_lowercase());
                part.columns = names.enumerate().map(|(at, name)| (name, at)).collect();
            } else if !row.is_blank() {
                part.rows.push(Row { number: row.number, cells: row.cells.clone() });
            }
            Flow::More
        })?;
        match needed.iter().copied().find(|column| !part.has(column)) {
            Some(column) => Err(BundleError::Column { file, column }.into()),
            None => Ok(part),
        }
    }

    /// Whether it has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(&column.to_ascii_lowercase())
    }

    /// The cell of a column, trimmed; blank where there is none.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let place = self.columns.get(&column.to_ascii_lowercase());
        place.and_then(|place| row.cells.get(*place)).unwrap_or_default().trim()
    }

    /// Whether a row is one that its system has taken out.
    pub(super) fn is_deleted(&self, row: &Row) -> bool {
        self.cell(row, "status").eq_ignore_ascii_case("tobedeleted")
    }
}
