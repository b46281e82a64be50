//! What only the school reads: a title and rows, as text with separators, padded.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{ListError, ROWS_MAX, STEP_BYTES, Topic};
use crate::import::value::StudentNumber;

const MARK: &str = "xinqiao-list-1";
const CELLS: usize = 8;
/// Longest cell in bytes.
pub(super) const CELL_BYTES_MAX: usize = 400;

/// One child as a department's list has it.
#[derive(Clone)]
pub struct ListRow {
    /// Row of the department's table.
    pub row: u32,
    /// National student number.
    pub number: Option<StudentNumber>,
    /// Name.
    pub name: Box<str>,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Grade as it stands there.
    pub grade: Box<str>,
    /// Class as it stands there.
    pub class: Box<str>,
    /// The school's code or name as it stands there.
    pub school: Box<str>,
    /// What the list says of the child.
    pub topic: Topic,
}

/// A list as it was opened.
pub struct Content {
    /// What the department calls it.
    pub title: String,
    /// Its rows.
    pub rows: Vec<ListRow>,
}

impl Content {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// No row or too many, or a cell that the school would not read.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ListError> {
        if self.rows.is_empty() || self.rows.len() > ROWS_MAX {
            return Err(ListError::Rows);
        }
        // Room from the start: growing would leave copies of names in freed memory.
        let room = self.rows.len().saturating_add(1).saturating_mul(CELL_BYTES_MAX);
        let mut writer =
            csv::WriterBuilder::new().flexible(true).from_writer(Vec::with_capacity(room));
        writer.write_record([MARK, &self.title]).map_err(|_| ListError::Content)?;
        for row in &self.rows {
            let number = row.number.map(|number| number.as_str().to_owned()).unwrap_or_default();
            let birth = row.birth_date.map(|day| day.to_string()).unwrap_or_default();
            let cells = [
                row.row.to_string(),
                number,
                row.name.to_string(),
                birth,
                row.grade.to_string(),
                row.class.to_string(),
                row.school.to_string(),
                row.topic.word(),
            ];
            if cells.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
                return Err(ListError::Long(row.row));
            }
            writer.write_record(&cells).map_err(|_| ListError::Content)?;
        }
        let plain = Zeroizing::new(writer.into_inner().map_err(|_| ListError::Content)?);
        certs::seal::pad(&plain, STEP_BYTES).map_err(|_| ListError::Rows)
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are no list of this version.
    pub fn read(padded: &[u8]) -> Result<Self, ListError> {
        let wrong = ListError::Content;
        let plain = certs::seal::unpad(padded).map_err(|_| ListError::Content)?;
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(plain);
        let mut records = reader.records();
        let first = records.next().and_then(Result::ok).ok_or(wrong)?;
        if first.get(0) != Some(MARK) || first.len() != 2 {
            return Err(ListError::Content);
        }
        let title = first.get(1).unwrap_or_default().to_owned();
        let mut rows = Vec::new();
        for record in records {
            let record = record.map_err(|_| ListError::Content)?;
            if rows.len() == ROWS_MAX {
                return Err(ListError::Rows);
            }
            rows.push(read_row(&record).ok_or(ListError::Content)?);
        }
        if rows.is_empty() { Err(ListError::Rows) } else { Ok(Self { title, rows }) }
    }
}

fn read_row(record: &csv::StringRecord) -> Option<ListRow> {
    let cell = |at: usize| record.get(at).filter(|text| text.len() <= CELL_BYTES_MAX);
    if record.len() != CELLS {
        return None;
    }
    let number = cell(1)?;
    let birth = cell(3)?;
    Some(ListRow {
        row: cell(0)?.parse().ok()?,
        number: match number {
            "" => None,
            text => Some(StudentNumber::parse(text).ok()?),
        },
        name: cell(2)?.into(),
        birth_date: match birth {
            "" => None,
            text => Some(text.parse().ok()?),
        },
        grade: cell(4)?.into(),
        class: cell(5)?.into(),
        school: cell(6)?.into(),
        topic: Topic::from_word(cell(7)?)?,
    })
}
