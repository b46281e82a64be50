//! Rows of an xlsx workbook, with every cell as the text that its reader saw.
//!
//! Date cells become ISO dates. A number of more than 15 digits becomes scientific notation as
//! Excel shows it, because its last digits are lost: the value parsers refuse that form, so a
//! ruined id is never read as another pupil's.

use std::fmt::Write;
use std::io::BufReader;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{COLUMNS_MAX, Flow, Form, Input, Row, RowSink, SourceError, Tally};

/// Cells looked at to see whether a sheet holds anything.
const PROBE_CELLS: usize = 200;
/// Excel keeps 15 digits of a number.
const EXACT_BELOW: f64 = 1e15;

type Book<'a> = Xlsx<BufReader<&'a mut dyn Input>>;

/// Picks the sheet by name, or the first visible one that holds anything.
pub(super) fn choose_sheet(
    input: &mut dyn Input,
    wanted: Option<&str>,
) -> Result<Form, SourceError> {
    let mut book = open(input)?;
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .filter(|sheet| sheet.visible == SheetVisible::Visible || Some(&*sheet.name) == wanted)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut filled = Vec::new();
    for name in names {
        if is_filled(&mut book, &name)? {
            filled.push(name);
        }
    }
    let place = match wanted {
        Some(wanted) => filled.iter().position(|name| name == wanted),
        None => (!filled.is_empty()).then_some(0),
    };
    let sheet = place.map(|at| filled.remove(at)).ok_or(SourceError::NoSheet)?;
    Ok(Form::Workbook { sheet, unread: filled })
}

/// Hands out the rows of one sheet.
pub(super) fn for_each_row(
    input: &mut dyn Input,
    sheet: &str,
    sink: &mut RowSink<'_>,
) -> Result<(), SourceError> {
    let mut book = open(input)?;
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut row = Row::default();
    let mut tally = Tally::default();
    let mut text = String::new();
    let mut seen = 0_u64;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        seen += 1;
        if seen > super::CELLS_MAX {
            return Err(SourceError::TooManyRows);
        }
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let (row_index, column_index) = cell.get_position();
        let number = row_index.saturating_add(1);
        if number != row.number {
            if row.number > 0 && give(&row, &mut tally, sink)? == Flow::Stop {
                return Ok(());
            }
            row.cells.clear();
            row.number = number;
        }
        place(&mut row, column_index as usize, cell.get_value(), &mut text)?;
    }
    if row.number > 0 {
        give(&row, &mut tally, sink)?;
    }
    Ok(())
}

fn give(row: &Row, tally: &mut Tally, sink: &mut RowSink<'_>) -> Result<Flow, SourceError> {
    tally.add(row)?;
    Ok(sink(row))
}

/// Puts a cell at its column, with blanks for the columns that the file leaves out.
fn place(
    row: &mut Row,
    column: usize,
    value: &DataRef<'_>,
    text: &mut String,
) -> Result<(), SourceError> {
    if column >= COLUMNS_MAX {
        return Err(SourceError::TooManyColumns { row: row.number });
    }
    if column < row.cells.len() {
        return Err(SourceError::DamagedWorkbook(None));
    }
    while row.cells.len() < column {
        row.cells.push_field("");
    }
    match value {
        DataRef::String(cell) | DataRef::DateTimeIso(cell) | DataRef::DurationIso(cell) => {
            row.cells.push_field(cell);
        }
        DataRef::SharedString(cell) => row.cells.push_field(cell),
        other => {
            text.clear();
            write_value(other, text);
            row.cells.push_field(text);
        }
    }
    Ok(())
}

/// Writes numbers, dates, truth values and errors as text.
fn write_value(value: &DataRef<'_>, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match value {
        DataRef::Int(number) if number.unsigned_abs() < 1_000_000_000_000_000 => {
            write!(text, "{number}")
        }
        #[expect(clippy::cast_precision_loss, reason = "such a number is shown as ruined")]
        DataRef::Int(number) => write_float(*number as f64, text),
        DataRef::Float(number) => write_float(*number, text),
        DataRef::DateTime(moment) => write_moment(moment, text),
        DataRef::Bool(true) => write!(text, "TRUE"),
        DataRef::Bool(false) => write!(text, "FALSE"),
        DataRef::Error(error) => write!(text, "{error}"),
        _ => Ok(()),
    };
}

fn write_float(number: f64, text: &mut String) -> std::fmt::Result {
    if number.abs() < EXACT_BELOW {
        // Rust writes a whole number without a point, and a fraction in its shortest form.
        return write!(text, "{number}");
    }
    let plain = format!("{number:.5E}");
    write!(text, "{}", plain.replacen('E', "E+", 1))
}

fn write_moment(moment: &ExcelDateTime, text: &mut String) -> std::fmt::Result {
    // A time of day without a date, or a duration, is no date.
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return write_float(moment.as_f64(), text);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    write!(text, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second) != (0, 0, 0) {
        write!(text, " {hour:02}:{minute:02}:{second:02}")?;
    }
    Ok(())
}

fn open(input: &mut dyn Input) -> Result<Book<'_>, SourceError> {
    input.rewind()?;
    Xlsx::new(BufReader::new(input)).map_err(damaged)
}

fn is_filled(book: &mut Book<'_>, sheet: &str) -> Result<bool, SourceError> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    for _ in 0..PROBE_CELLS {
        match cells.next_cell().map_err(damaged)? {
            None => return Ok(false),
            Some(cell) if matches!(cell.get_value(), DataRef::Empty) => {}
            Some(_) => return Ok(true),
        }
    }
    Ok(false)
}

fn damaged(error: XlsxError) -> SourceError {
    SourceError::DamagedWorkbook(Some(Box::new(error)))
}
