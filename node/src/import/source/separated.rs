//! Rows of separated text.
//!
//! The separator is the one that cuts the first rows most evenly into cells. Row numbers are those
//! that a spreadsheet shows: blank lines count, line breaks inside quotation marks do not, and a
//! leading `sep=;` line is no row.

use std::io::Read;

use super::decoding::TextReader;
use super::{Encoding, Flow, Input, Row, RowSink, SourceError, Tally};

/// What is known of a text file after the first pass.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// How its characters are written.
    pub encoding: Encoding,
    /// The character between two cells; one of [`SEPARATORS`] or what `sep=` names.
    pub separator: char,
    /// 1 when the file begins with a `sep=` line.
    pub skipped_lines: u32,
}

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
const SAMPLE_BYTES: u64 = 64 << 10;
const SAMPLE_ROWS: usize = 10;

/// Finds the separator, and how many lines come before the first row.
pub(super) fn detect(
    input: &mut dyn Input,
    encoding: Encoding,
) -> Result<(char, u32), SourceError> {
    let mut sample = Vec::new();
    TextReader::start(input, encoding)?.take(SAMPLE_BYTES).read_to_end(&mut sample)?;
    let first = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', named] = first
        && (named.is_ascii_punctuation() || *named == b'\t')
    {
        return Ok((char::from(*named), 1));
    }
    let mut best = (b',', (false, 0));
    for separator in SEPARATORS {
        let score = (quotes_fit(&sample, separator), evenness(&sample, separator));
        if score.1 > 0 && score > best.1 {
            best = (separator, score);
        }
    }
    Ok((char::from(best.0), 0))
}

/// Whether every quotation mark stands at the edge of a cell, or doubled inside a quoted one.
///
/// A wrong separator leaves quotation marks in the middle of what it takes for cells.
fn quotes_fit(sample: &[u8], separator: u8) -> bool {
    let (mut at_start, mut inside, mut closed) = (true, false, false);
    for byte in sample {
        match byte {
            b'"' if inside => (inside, closed) = (false, true),
            b'"' if at_start || closed => (inside, closed) = (true, false),
            b'"' => return false,
            _ if inside => {}
            byte if *byte == separator || *byte == b'\n' => {
                (at_start, closed) = (true, false);
                continue;
            }
            _ if closed => return false,
            _ => {}
        }
        at_start = false;
    }
    true
}

/// How many cells a separator cuts the first rows into, over rows of the most common width.
fn evenness(sample: &[u8], separator: u8) -> usize {
    let mut reader = builder(separator).from_reader(sample);
    let mut record = csv::ByteRecord::new();
    let mut widths = Vec::new();
    for _ in 0..SAMPLE_ROWS {
        match reader.read_byte_record(&mut record) {
            Ok(true) => widths.push(record.len()),
            _ => break,
        }
    }
    let cuts = |width: usize| {
        let rows = widths.iter().filter(|other| **other == width).count();
        rows * width.saturating_sub(1)
    };
    widths.iter().map(|width| cuts(*width)).max().unwrap_or(0)
}

fn builder(separator: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).buffer_capacity(32 << 10);
    builder
}

/// Hands out the rows of a text file.
pub(super) fn for_each_row(
    input: &mut dyn Input,
    shape: Shape,
    sink: &mut RowSink<'_>,
) -> Result<(), SourceError> {
    let separator = u8::try_from(shape.separator).unwrap_or(b',');
    let text = TextReader::start(input, shape.encoding)?;
    let mut reader = builder(separator).from_reader(text);
    let mut row = Row::default();
    let mut tally = Tally::default();
    let mut lines = Lines { before: 1, inside_rows: u64::from(shape.skipped_lines) };
    let mut skip = shape.skipped_lines;
    while reader.read_record(&mut row.cells).map_err(read_error)? {
        if skip > 0 {
            skip -= 1;
            lines.before = reader.position().line();
            continue;
        }
        row.number = lines.number(reader.position().line(), &row);
        tally.add(&row)?;
        if sink(&row) == Flow::Stop {
            break;
        }
    }
    Ok(())
}

/// Tells the number of a row from the count of lines.
struct Lines {
    before: u64,
    inside_rows: u64,
}

impl Lines {
    /// The row that ended just before line `after`.
    fn number(&mut self, after: u64, row: &Row) -> u32 {
        // One line further is the rule; only then can a cell hold no line break.
        if after > self.before + 1 {
            let breaks = row.cells.as_slice().bytes().filter(|byte| *byte == b'\n').count();
            self.inside_rows = self.inside_rows.saturating_add(breaks as u64);
        }
        self.before = after;
        let number = after.saturating_sub(1).saturating_sub(self.inside_rows);
        u32::try_from(number).unwrap_or(u32::MAX)
    }
}

fn read_error(error: csv::Error) -> SourceError {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => SourceError::Read(cause),
        _ => SourceError::NotText,
    }
}
