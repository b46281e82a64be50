//! Table: reads a file of one kind row by row into typed rows, errors and warnings.
//!
//! A row with an error gives no typed row. Two rows with the same key are errors on both: which
//! of them is right cannot be told. Blank rows are passed over, everything else is counted.

use std::collections::HashMap;
use std::hash::Hash;

use super::ImportError;
use super::header::{self, Columns, Field, SavedMapping};
use super::said::Fault;
use super::source::{Flow, Form, Row, Source, SourceError};
use super::value::fold;

/// Rows among which the header is looked for: offices put a title above it.
const HEADER_ROWS_MAX: u32 = 10;
/// Errors that are kept one by one; more are only counted.
pub const ERRORS_KEPT_MAX: usize = 10_000;
/// Characters of a value that are shown with an error.
const VALUE_CHARS_MAX: usize = 24;

/// A row that can be told from others.
pub trait Keyed {
    /// What makes it the same row in another file.
    type Key: Eq + Hash + Clone;

    /// Its key.
    fn key(&self) -> Self::Key;
}

/// A kind of file: its fields and how a row of it is read.
pub trait Kind {
    /// The typed row.
    type Row: Keyed;

    /// The fields in the order by which [`Cells`] are asked for.
    fn fields(&self) -> Vec<Field>;

    /// The field that an error about a doubled key names.
    fn key_field(&self) -> usize;

    /// Looks at the columns before the first row; a kind may refuse them.
    ///
    /// # Errors
    /// When the columns cannot make a row of this kind.
    fn begin(&mut self, _columns: &Columns) -> Result<(), header::HeaderError> {
        Ok(())
    }

    /// Reads one row; nothing when `notes` got an error.
    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<Self::Row>;
}

/// What is wrong with a row. Holds a value of the file: not for logs.
pub struct RowError {
    /// Number of the row as a spreadsheet shows it.
    pub row: u32,
    /// Header of the column, as in the file.
    pub column: String,
    /// The value, cut short.
    pub value: String,
    /// Reason and hint.
    pub fault: Fault,
}

/// What was found in a file before and besides its rows. Names no person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Form, encoding, sheet.
    pub form: Form,
    /// Row of the header.
    pub header_row: u32,
    /// Rows below the header that hold something.
    pub rows: u32,
    /// Which column is which field.
    pub columns: Columns,
}

/// A file that was read: typed rows, and what is wrong.
pub struct ParsedFile<R> {
    /// What was found besides rows.
    pub facts: Facts,
    /// Rows without an error, with their numbers in the file.
    pub rows: Vec<(u32, R)>,
    /// What is wrong, in the order of rows.
    pub errors: Vec<RowError>,
    /// Rows with an error, including those beyond [`ERRORS_KEPT_MAX`].
    pub error_rows: u32,
    /// What was read in another way than the office may expect.
    pub warnings: Vec<RowError>,
}

impl<R> ParsedFile<R> {
    /// Whether the file has a column for a field.
    #[must_use]
    pub fn states(&self, field: usize) -> bool {
        self.facts.columns.place(field).is_some()
    }
}

/// The cells of one row by field.
pub struct Cells<'a> {
    row: &'a Row,
    columns: &'a Columns,
}

impl Cells<'_> {
    /// The cell of a field as it stands in the file; blank when there is no such column.
    #[must_use]
    pub fn text(&self, field: usize) -> &str {
        self.columns.place(field).and_then(|place| self.row.cells.get(place)).unwrap_or("")
    }

    /// Whether the file has a column for a field.
    #[must_use]
    pub fn has(&self, field: usize) -> bool {
        self.columns.place(field).is_some()
    }

    /// Number of the row as a spreadsheet shows it.
    #[must_use]
    pub const fn row_number(&self) -> u32 {
        self.row.number
    }

    /// Parses the cell of a field, and notes the fault when it has one.
    pub fn parse<T>(
        &self,
        field: usize,
        notes: &mut Notes,
        parser: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match parser(self.text(field)) {
            Ok(value) => Some(value),
            Err(fault) => {
                notes.error(self, field, fault);
                None
            }
        }
    }
}

/// Errors and warnings as they are found.
#[derive(Default)]
pub struct Notes {
    errors: Vec<RowError>,
    warnings: Vec<RowError>,
    last_error_row: u32,
    error_rows: u32,
}

impl Notes {
    /// Notes an error in a field of a row.
    pub fn error(&mut self, cells: &Cells<'_>, field: usize, fault: Fault) {
        let (row, column) = (cells.row.number, cells.columns.name(field).to_owned());
        let value = shorten(cells.text(field));
        self.push(RowError { row, column, value, fault });
    }

    /// Notes what was read in another way than the office may expect.
    pub fn warning(&mut self, cells: &Cells<'_>, field: usize, fault: Fault) {
        if self.warnings.len() < ERRORS_KEPT_MAX {
            let (row, column) = (cells.row.number, cells.columns.name(field).to_owned());
            let value = shorten(cells.text(field));
            self.warnings.push(RowError { row, column, value, fault });
        }
    }

    fn push(&mut self, error: RowError) {
        if error.row != self.last_error_row {
            self.error_rows = self.error_rows.saturating_add(1);
            self.last_error_row = error.row;
        }
        if self.errors.len() < ERRORS_KEPT_MAX {
            self.errors.push(error);
        }
    }
}

/// A value short enough to show; the birth date and sequence of an identity number are hidden.
fn shorten(value: &str) -> String {
    let text = fold(value);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits >= 17 && text.len() == 18 {
        return text.chars().take(6).chain("************".chars()).collect();
    }
    let mut short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    if text.chars().count() > VALUE_CHARS_MAX {
        short.push('…');
    }
    short
}

/// Reads a whole file.
///
/// # Errors
/// When the file is no table or its columns are not those of this kind; errors in rows are part
/// of the result.
pub fn read<K: Kind>(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
    kind: &mut K,
) -> Result<ParsedFile<K::Row>, ImportError> {
    let fields = kind.fields();
    let header_row = find_header(source, &fields, mapping)?;
    let form = source.form().clone();
    let mut pass = Pass::new(kind, header_row);
    let mut refused = None;
    source.for_each_row(&mut |row| {
        if row.number == header_row {
            let matched = header::match_columns(row, &fields, mapping);
            refused = matched.and_then(|columns| pass.begin(columns)).err();
        } else if row.number > header_row && !row.is_blank() {
            pass.take(row);
        }
        if refused.is_some() { Flow::Stop } else { Flow::More }
    })?;
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(pass.finish(form)),
    }
}

/// The headings of a file, as they stand in it: for whoever says which column is which.
///
/// # Errors
/// The file cannot be read, or holds nothing.
pub fn headings(source: &mut Source, fields: &[Field]) -> Result<Vec<String>, SourceError> {
    let header_row = find_header(source, fields, None)?;
    let mut found = Vec::new();
    source.for_each_row(&mut |row| {
        if row.number == header_row {
            found = row.cells.iter().map(|cell| fold(cell).into_owned()).collect();
        }
        if row.number < header_row { Flow::More } else { Flow::Stop }
    })?;
    Ok(found)
}

/// The row that names most fields among the first rows; the first row that holds anything if
/// none names two.
fn find_header(
    source: &mut Source,
    fields: &[Field],
    mapping: Option<&SavedMapping>,
) -> Result<u32, SourceError> {
    let known = header::KnownNames::of(fields, mapping);
    let mut first = None;
    let mut best = (0, 1);
    source.for_each_row(&mut |row| {
        if row.number > HEADER_ROWS_MAX {
            return Flow::Stop;
        }
        if !row.is_blank() {
            first = first.or(Some(row.number));
            let count = known.count(row);
            if count > best.1 {
                best = (row.number, count);
            }
        }
        Flow::More
    })?;
    match (best.0, first) {
        (0, None) => Err(SourceError::Empty),
        (0, Some(first)) => Ok(first),
        (found, _) => Ok(found),
    }
}

/// The state of one pass over the rows.
struct Pass<'k, K: Kind> {
    kind: &'k mut K,
    columns: Columns,
    header_row: u32,
    width: usize,
    count: u32,
    rows: Vec<(u32, K::Row)>,
    seen: HashMap<<K::Row as Keyed>::Key, usize>,
    doubled: HashMap<usize, RowError>,
    notes: Notes,
}

impl<'k, K: Kind> Pass<'k, K> {
    fn new(kind: &'k mut K, header_row: u32) -> Self {
        Self {
            kind,
            columns: Columns::default(),
            header_row,
            width: 0,
            count: 0,
            rows: Vec::new(),
            seen: HashMap::new(),
            doubled: HashMap::new(),
            notes: Notes::default(),
        }
    }

    fn begin(&mut self, columns: Columns) -> Result<(), header::HeaderError> {
        self.kind.begin(&columns)?;
        self.width = columns.width();
        self.columns = columns;
        Ok(())
    }

    fn take(&mut self, row: &Row) {
        self.count = self.count.saturating_add(1);
        if let Some(error) = beyond(row, self.width) {
            self.notes.push(error);
            return;
        }
        let cells = Cells { row, columns: &self.columns };
        let Some(typed) = self.kind.read(&cells, &mut self.notes) else {
            return;
        };
        let next = self.rows.len();
        match self.seen.get(&typed.key()) {
            None => {
                self.seen.insert(typed.key(), next);
                self.rows.push((row.number, typed));
            }
            Some(first) => {
                let field = self.kind.key_field();
                let first_row = self.rows.get(*first).map_or(0, |(number, _)| *number);
                self.notes.error(&cells, field, same_as(first_row));
                let column = self.columns.name(field).to_owned();
                let value = shorten(cells.text(field));
                self.doubled.entry(*first).or_insert(RowError {
                    row: first_row,
                    column,
                    value,
                    fault: same_as(row.number),
                });
            }
        }
    }

    fn finish(mut self, form: Form) -> ParsedFile<K::Row> {
        let mut place = 0;
        let doubled = &self.doubled;
        self.rows.retain(|_| {
            place += 1;
            !doubled.contains_key(&(place - 1))
        });
        for error in self.doubled.into_values() {
            self.notes.push(error);
        }
        // Rows with an error of their own never got a place, so no row is counted twice.
        self.notes.errors.sort_by_key(|error| error.row);
        let facts =
            Facts { form, header_row: self.header_row, rows: self.count, columns: self.columns };
        ParsedFile {
            facts,
            rows: self.rows,
            errors: self.notes.errors,
            error_rows: self.notes.error_rows,
            warnings: self.notes.warnings,
        }
    }
}

/// A row with something to the right of the last header: its cells have shifted.
fn beyond(row: &Row, width: usize) -> Option<RowError> {
    if row.cells.len() <= width {
        return None;
    }
    let extra = row.cells.iter().skip(width).find(|cell| !cell.trim().is_empty())?;
    let fault = Fault::fixed(
        "row_too_long",
        ("这一行比表头多出内容，可能串列", "the row has more cells than the header"),
        ("请检查是否有未加引号的逗号", "check for a comma without quotation marks"),
    );
    Some(RowError { row: row.number, column: String::new(), value: shorten(extra), fault })
}

fn same_as(row: u32) -> Fault {
    Fault::fixed("doubled", ("", ""), ("请核对后删去一行", "check both and remove one"))
        .because(format!("与第 {row} 行重复"), format!("the same as row {row}"))
}
