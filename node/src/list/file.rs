//! A department's own table: children of many schools, read with the readers of every import.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Topic;
use super::content::{CELL_BYTES_MAX, ListRow};
use crate::import::header::{Field, SavedMapping};
use crate::import::roster::{
    BIRTH_NAMES, CLASS_NAMES, GRADE_NAMES, NAME_NAMES, NUMBER_NAMES, SCHOOL_CODE_NAMES,
    SCHOOL_NAME_NAMES,
};
use crate::import::source::Source;
use crate::import::table::{self, Cells, Keyed, Kind, Notes, ParsedFile};
use crate::import::value::{self, DateSpan, StudentNumber};
use crate::import::{Fault, ImportError};

/// Oldest child that is believed, in years.
const AGE_YEARS_MAX: i32 = 30;

const NUMBER: usize = 0;
const NAME: usize = 1;
const BIRTH: usize = 2;
const GRADE: usize = 3;
const CLASS: usize = 4;
const SCHOOL_CODE: usize = 5;
const SCHOOL_NAME: usize = 6;
const TOPIC: usize = 7;

const TOPIC_NAMES: &str = "类别|类型|人员类别|困难类型|特殊类型|残疾类别|对象类别|topic|category";

const NO_TOPIC: Fault = Fault::fixed(
    "topic",
    ("无法识别的类别", "the category is not understood"),
    (
        "请写 留守儿童、残疾儿童、经济困难家庭 等，或用 --topic 为整份名单指定",
        "write left_behind, disabled, poverty and the like, or give one for all by --topic",
    ),
);
const NO_SCHOOL: Fault = Fault::fixed(
    "school",
    ("没有写明学校", "the school is not named"),
    ("请填学校标识码或学校名称", "fill in the school's code or its name"),
);
const LONG: Fault = Fault::fixed(
    "long",
    ("内容过长", "the cell is too long"),
    ("最多 400 字节，约 130 个汉字", "at most 400 bytes"),
);
const NOBODY: Fault = Fault::fixed(
    "nobody",
    ("既没有学籍号，也没有出生日期，学校无法核对", "neither student number nor birth date"),
    ("请补上其中一项", "add one of them"),
);

/// Reads a department's table; `topic` is for rows whose table does not say one.
///
/// # Errors
/// When the file is no table or has no such columns; errors in rows are part of the result.
pub fn read(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
    (topic, today): (Option<Topic>, Date),
) -> Result<ParsedFile<ListRow>, ImportError> {
    let births = DateSpan { from: today.saturating_sub(AGE_YEARS_MAX.years()), to: today };
    table::read(source, mapping, &mut Table { topic, births })
}

struct Table {
    topic: Option<Topic>,
    births: DateSpan,
}

impl Table {
    fn school(cells: &Cells<'_>, notes: &mut Notes) -> Option<Box<str>> {
        let code = value::same_form(cells.text(SCHOOL_CODE));
        let name = value::compact(cells.text(SCHOOL_NAME)).into_owned();
        let (column, school) =
            if code.is_empty() { (SCHOOL_NAME, name) } else { (SCHOOL_CODE, code) };
        if school.is_empty() || school.len() > CELL_BYTES_MAX {
            notes.error(cells, column, if school.is_empty() { NO_SCHOOL } else { LONG });
            return None;
        }
        Some(school.into())
    }
}

/// A cell as it stands there, unless no school would read it.
fn short(cell: &str) -> Result<Box<str>, Fault> {
    let text = value::fold(cell);
    if text.len() > CELL_BYTES_MAX { Err(LONG) } else { Ok(text.into()) }
}

impl Kind for Table {
    type Row = ListRow;

    fn fields(&self) -> Vec<Field> {
        let topic = Field::new("topic", TOPIC_NAMES);
        vec![
            Field::new("student_number", NUMBER_NAMES),
            Field::new("name", NAME_NAMES).required(),
            Field::new("birth_date", BIRTH_NAMES),
            Field::new("grade", GRADE_NAMES),
            Field::new("class", CLASS_NAMES),
            Field::new("school_code", SCHOOL_CODE_NAMES),
            Field::new("school_name", SCHOOL_NAME_NAMES),
            if self.topic.is_none() { topic.required() } else { topic },
        ]
    }

    fn key_field(&self) -> usize {
        NAME
    }

    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<ListRow> {
        // Every cell is read before the row is given up, so that one run names every fault.
        let number = cells.parse(NUMBER, notes, |cell| match value::fold(cell).is_empty() {
            true => Ok(None),
            false => StudentNumber::parse(cell).map(Some),
        });
        let name = cells.parse(NAME, notes, value::parse_name);
        let births = self.births;
        let birth_date = cells.parse(BIRTH, notes, |cell| match value::fold(cell).is_empty() {
            true => Ok(None),
            false => value::parse_date(cell, births).map(Some),
        });
        let grade = cells.parse(GRADE, notes, short);
        let class = cells.parse(CLASS, notes, |cell| match value::fold(cell).is_empty() {
            true => short(cell),
            false => value::parse_class(cell).and_then(|_| short(cell)),
        });
        let school = Self::school(cells, notes);
        let fallback = self.topic;
        let topic = cells.parse(TOPIC, notes, |cell| match value::fold(cell).is_empty() {
            true => fallback.ok_or(NO_TOPIC),
            false => Topic::read(cell).ok_or(NO_TOPIC),
        });
        let (number, birth_date) = (number?, birth_date?);
        if number.is_none() && birth_date.is_none() {
            notes.error(cells, BIRTH, NOBODY);
            return None;
        }
        Some(ListRow {
            row: cells.row_number(),
            number,
            name: name?,
            birth_date,
            grade: grade?,
            class: class?,
            school: school?,
            topic: topic?,
        })
    }
}

impl Keyed for ListRow {
    type Key = (Option<StudentNumber>, Box<str>, Option<Date>, Box<str>, String);

    fn key(&self) -> Self::Key {
        let (name, birth) = match self.number {
            // A number says who it is, however the name is written.
            Some(_) => ("".into(), None),
            None => (self.name.clone(), self.birth_date),
        };
        (self.number, name, birth, self.school.clone(), self.topic.word())
    }
}
