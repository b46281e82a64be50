//! What the tests of import share: one way in for rosters and answers.

use std::io::Cursor;

use jiff::civil::{Date, date};

use crate::import::answers::{self, AnswerRow, AnswersContext, ItemColumn};
use crate::import::preview::{Preview, Scope, compare};
use crate::import::roster::{self, RosterContext, RosterRow};
use crate::import::source::{Source, SourceError};
use crate::import::table::ParsedFile;
use crate::import::value::{Grade, GradeSpan, StudentNumber};
use crate::import::{ImportError, Language};

pub const TODAY: Date = date(2025, 11, 7);
pub const HEADER: &str = "学籍号,学号,姓名,性别,出生日期,年级,班级,监护人同意,同意日期";

/// A student number that cannot be anybody's.
pub fn number(n: u32) -> String {
    format!("G999999201301{n:05}A")
}

/// A sound roster row.
pub fn pupil(n: u32) -> String {
    format!("{},2025{n:04},张三,男,2013-04-01,七年级,1班,是,2025-09-17", number(n))
}

pub fn roster_text(rows: u32) -> String {
    let rows: Vec<String> = (0..rows).map(pupil).collect();
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

pub fn context() -> RosterContext {
    RosterContext {
        today: TODAY,
        school_year: 2025,
        grades: GradeSpan {
            from: Grade::from_code("g7").unwrap(),
            to: Grade::from_code("g9").unwrap(),
        },
        school_codes: vec!["F370202004J01".to_owned()],
        school_names: Vec::new(),
    }
}

pub fn open(bytes: impl Into<Vec<u8>>) -> Result<Source, SourceError> {
    Source::open(Cursor::new(bytes.into()))
}

/// Reads a roster from the bytes of a file.
pub fn roster(bytes: impl Into<Vec<u8>>) -> Result<ParsedFile<RosterRow>, ImportError> {
    roster::read(&mut open(bytes)?, None, &context())
}

/// The codes of the errors with their rows.
pub fn faults<R>(file: &ParsedFile<R>) -> Vec<(u32, &'static str)> {
    file.errors.iter().map(|error| (error.row, error.fault.code)).collect()
}

/// The error that a file was refused with.
pub fn refusal(bytes: impl Into<Vec<u8>>) -> ImportError {
    match roster(bytes) {
        Ok(_) => panic!("the file was not refused"),
        Err(error) => {
            for language in [Language::Zh, Language::En] {
                assert!(error.fault().sentence(language).chars().count() > 8);
            }
            error
        }
    }
}

/// Reads answers to three items of 0 to 3 from the bytes of a file.
pub fn sheets(bytes: impl Into<Vec<u8>>) -> Result<ParsedFile<AnswerRow>, ImportError> {
    let items: Vec<ItemColumn> =
        (1..=3).map(|n| ItemColumn::numbered(&format!("gad{n}"), n, 0, 3)).collect();
    let on_roll = |student: &StudentNumber| student.as_str() != number(999);
    let context = AnswersContext {
        scale: "gad-3",
        scale_names: &["GAD3".to_owned()],
        items: &items,
        today: TODAY,
        default_date: None,
        on_roll: &on_roll,
    };
    answers::read(&mut open(bytes)?, None, &context)
}

/// Compares a roster with records that are on the roll.
pub fn preview(file: ParsedFile<RosterRow>, roll: &[RosterRow]) -> Preview<RosterRow> {
    let scope = Scope::Whole(roll.iter().map(|row| row.student_number).collect());
    let found = |key: &StudentNumber| {
        Ok::<_, ()>(roll.iter().find(|row| row.student_number == *key).cloned())
    };
    match compare(file, scope, found) {
        Ok(preview) => preview,
        Err(()) => panic!("the lookup cannot fail"),
    }
}

/// A zip file of parts, packed by nothing, whose table of contents tells sizes of the caller's.
pub fn archive(parts: &[(&str, &[u8])], declared: impl Fn(usize) -> usize) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let u32s = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let u16s = |n: usize| u16::try_from(n).unwrap().to_le_bytes();
        let start = bytes.len();
        let sizes = [u32s(content.len()), u32s(declared(content.len()))].concat();
        let shared = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sizes[..]].concat();
        bytes.extend([b"PK\x03\x04", &shared[..], &u16s(name.len()), &[0, 0]].concat());
        bytes.extend([name.as_bytes(), *content].concat());
        directory.extend([b"PK\x01\x02", &[20, 0][..], &shared, &u16s(name.len())].concat());
        directory.extend([&[0; 12][..], &u32s(start), name.as_bytes()].concat());
    }
    let at = bytes.len();
    let u32s = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    bytes.extend(&directory);
    bytes.extend([b"PK\x05\x06", &[0; 4][..], &count, &count].concat());
    bytes.extend([&u32s(directory.len())[..], &u32s(at), &[0, 0]].concat());
    bytes
}
