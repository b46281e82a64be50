//! Source: opens a file by what it holds, not by its name, and hands out its rows.
//!
//! Text in UTF-8, UTF-16 with a mark, or GB18030, with commas, tabs or semicolons; an xlsx
//! workbook; or a OneRoster bundle. Everything else is refused by name. The file is read twice,
//! once to know it and once to hand out its rows, and never held as a whole but for a bundle, whose
//! tables are put together; the sizes of what is a zip file are checked before anything in it is
//! read.

mod archive;
mod decoding;
mod encoding;
mod error;
mod oneroster;
mod separated;
mod unpacking;
mod workbook;

use std::io::{Read, Seek, SeekFrom};

pub use encoding::Encoding;
pub use error::SourceError;
pub use oneroster::BundleError;

/// Largest file that is looked at.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// Largest number of rows in one file.
pub const ROWS_MAX: u32 = 500_000;
/// Largest number of columns in one row.
pub const COLUMNS_MAX: usize = 512;
/// Largest number of cells in one file.
pub const CELLS_MAX: u64 = 20_000_000;
/// Longest cell in bytes of UTF-8.
pub const CELL_BYTES_MAX: usize = 8_192;

/// What a source reads from: a file, or bytes in memory.
pub trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

/// A row as it stands in the file; reused from row to row.
#[derive(Default)]
pub struct Row {
    /// Number of the row as a spreadsheet shows it, from 1.
    pub number: u32,
    /// Its cells as text.
    pub cells: csv::StringRecord,
}

impl Row {
    /// Whether no cell holds anything but space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Whether the reader of rows wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    More,
    /// Stop reading.
    Stop,
}

/// What receives the rows of a file.
pub type RowSink<'a> = dyn FnMut(&Row) -> Flow + 'a;

/// The form in which a file holds its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Separated text.
    Text {
        /// How its characters are written.
        encoding: Encoding,
        /// The character between two cells.
        separator: char,
    },
    /// An xlsx workbook.
    Workbook {
        /// The sheet that is read.
        sheet: String,
        /// Other visible sheets that hold something; they are not read.
        unread: Vec<String>,
    },
    /// A OneRoster bundle, put together to one table of students.
    OneRoster {
        /// Version of the form, `1.1` or `1.2`.
        version: &'static str,
        /// Whether it lists only what changed: nothing follows for whoever is not in it.
        is_delta: bool,
        /// How the characters of its users are written.
        encoding: Encoding,
    },
}

impl Form {
    /// Whether the file says of itself that it lists only some.
    #[must_use]
    pub const fn is_part(&self) -> bool {
        matches!(self, Self::OneRoster { is_delta: true, .. })
    }
}

/// An opened file.
pub struct Source {
    input: Box<dyn Input>,
    form: Form,
    skipped_lines: u32,
    /// The rows of a bundle, which are put together from several tables.
    rows: Vec<Row>,
}

impl Source {
    /// Looks at a file and finds out what it is.
    ///
    /// # Errors
    /// When the file is empty, too large, or not a table of a form that is read here.
    pub fn open(input: impl Input + 'static) -> Result<Self, SourceError> {
        Self::open_sheet(input, None)
    }

    /// As [`Source::open`], and picks the sheet of a workbook by name.
    ///
    /// # Errors
    /// As [`Source::open`]; also when the workbook has no such sheet.
    pub fn open_sheet(
        input: impl Input + 'static,
        sheet: Option<&str>,
    ) -> Result<Self, SourceError> {
        let mut input: Box<dyn Input> = Box::new(input);
        let bytes = input.seek(SeekFrom::End(0))?;
        if bytes == 0 {
            return Err(SourceError::Empty);
        }
        if bytes > FILE_BYTES_MAX {
            return Err(SourceError::TooLarge { bytes });
        }
        input.rewind()?;
        let mut head = Vec::new();
        input.by_ref().take(4_096).read_to_end(&mut head)?;
        input.rewind()?;
        if archive::is_zip(&head) {
            let entries = archive::list(&mut *input, bytes)?;
            if oneroster::is_bundle(&entries) {
                archive::bounded(&mut *input, bytes, &entries)?;
                let (form, rows) = oneroster::open(&mut *input, &entries)?;
                return Ok(Self { input, form, skipped_lines: 0, rows });
            }
            archive::check(&mut *input, bytes, &entries)?;
            let form = workbook::choose_sheet(&mut *input, sheet)?;
            return Ok(Self { input, form, skipped_lines: 0, rows: Vec::new() });
        }
        Self::text(input, &head)
    }

    /// Separated text, of which the first bytes are at hand.
    fn text(mut input: Box<dyn Input>, head: &[u8]) -> Result<Self, SourceError> {
        error::refuse_known(head)?;
        let encoding = encoding::detect(&mut *input)?;
        let (separator, skipped_lines) = separated::detect(&mut *input, encoding)?;
        let form = Form::Text { encoding, separator };
        Ok(Self { input, form, skipped_lines, rows: Vec::new() })
    }

    /// What the file turned out to be.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// Hands out every row from the first on; can be called again.
    ///
    /// # Errors
    /// When the file cannot be read on, or passes a limit.
    pub fn for_each_row(&mut self, sink: &mut RowSink<'_>) -> Result<(), SourceError> {
        self.input.rewind()?;
        match &self.form {
            Form::Text { encoding, separator } => {
                let shape = separated::Shape {
                    encoding: *encoding,
                    separator: *separator,
                    skipped_lines: self.skipped_lines,
                };
                separated::for_each_row(&mut *self.input, shape, sink)
            }
            Form::Workbook { sheet, .. } => workbook::for_each_row(&mut *self.input, sheet, sink),
            Form::OneRoster { .. } => oneroster::for_each_row(&self.rows, sink),
        }
    }
}

/// Counts rows and cells against the limits of a file.
#[derive(Default)]
struct Tally {
    rows: u32,
    cells: u64,
}

impl Tally {
    fn add(&mut self, row: &Row) -> Result<(), SourceError> {
        self.rows = self.rows.saturating_add(1);
        self.cells = self.cells.saturating_add(row.cells.len() as u64);
        if self.rows > ROWS_MAX || self.cells > CELLS_MAX {
            return Err(SourceError::TooManyRows);
        }
        if row.cells.len() > COLUMNS_MAX {
            return Err(SourceError::TooManyColumns { row: row.number });
        }
        // The whole row first: most rows are shorter than the longest cell that is allowed.
        let long = row.cells.as_slice().len() > CELL_BYTES_MAX;
        if long && row.cells.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
            return Err(SourceError::LongCell { row: row.number });
        }
        Ok(())
    }
}
