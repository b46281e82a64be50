//! What somebody typed, read as the cell of a column: one reader for forms, tables and files.

use jiff::civil::{Date, DateTime};
use runtime::sql::{SqlError, Tx};
use runtime::texts;
use runtime::web::Text;

use crate::ledger::author::Author;
use crate::ledger::entry::{Cell, Column, Shape, WordText};
use crate::ledger::people;

texts! {
    MISSING = "这一项要填", "this must be filled in";
    NOT_DAY = "请写成 2026-11-26 这样的日期", "write a day such as 2026-11-26";
    NOT_MOMENT = "请写成 2026-11-26 14:05 这样的时间", "write a time such as 2026-11-26 14:05";
    NOT_NUMBER = "请填整数", "write a whole number";
    NOT_FLAG = "请写“是”或“否”", "write yes or no";
    NOT_LISTED = "请从列表中选择", "choose from the list";
    NO_STUDENT = "没有找到这名学生，或不在您可查看的范围内；请核对学号、学籍号或姓名",
        "no such student, or none that you may see; check number or name";
    NAMESAKES = "不止一名学生的姓名或学号与此相同，请从下面选一名，或改填学籍号",
        "several students have this name or number; choose one below, or write the national number";
    NO_STAFF = "教职工名册上没有这个工号或姓名", "nobody on the staff roll has this number or name";
    SAME_STAFF = "不止一位教职工叫这个名字，请改填工号",
        "several members of staff have this name; write the number";
}

/// Reads what was typed into a field; the sentence says what is wrong with it.
///
/// # Errors
/// The store cannot be read.
pub fn cell(
    tx: &Tx<'_>,
    reader: &Author,
    column: &Column,
    typed: &[&str],
) -> Result<Result<Cell, Text>, SqlError> {
    let text = typed.first().map_or("", |text| text.trim());
    if typed.iter().all(|text| text.trim().is_empty()) {
        return Ok(blank(column).ok_or(MISSING));
    }
    Ok(match column.shape {
        Shape::Text | Shape::Note => Ok(Cell::Text(lines(text))),
        Shape::Number => match text.parse::<u32>() {
            Ok(number) => Ok(Cell::Integer(number.into())),
            Err(_) => Err(NOT_NUMBER),
        },
        Shape::Record => {
            text.trim_start_matches('#').parse().map(Cell::Integer).map_err(|_| NOT_NUMBER)
        }
        Shape::Flag => flag(text).map(|flag| Cell::Integer(flag.into())).ok_or(NOT_FLAG),
        Shape::Day => day(text).map(|day| Cell::Text(day.to_string())).ok_or(NOT_DAY),
        Shape::Moment => moment(text).map(Cell::Integer).ok_or(NOT_MOMENT),
        Shape::Student => match &*people::meant(tx, reader, text)? {
            [] => Err(NO_STUDENT),
            [one] => Ok(Cell::Integer(one.student.0)),
            _ => Err(NAMESAKES),
        },
        Shape::Staff => match &*people::staff_meant(tx, text)? {
            [] => Err(NO_STAFF),
            [one] => Ok(Cell::Integer(one.0)),
            _ => Err(SAME_STAFF),
        },
        Shape::Word(list) => {
            word(&list(), text).map(|word| Cell::Text(word.to_owned())).ok_or(NOT_LISTED)
        }
        Shape::Words(list) => {
            let parts = typed.iter().flat_map(|text| text.split(SEPARATORS));
            let parts = parts.map(str::trim).filter(|part| !part.is_empty());
            several(&list(), parts).ok_or(NOT_LISTED)
        }
    })
}

/// Between the words of one cell.
const SEPARATORS: [char; 7] = ['、', ',', '，', ';', '；', '/', '|'];

/// What a column holds where nothing was written; nothing where it must be.
#[must_use]
pub fn blank(column: &Column) -> Option<Cell> {
    match column.shape {
        _ if column.optional => Some(Cell::Null),
        Shape::Flag => Some(Cell::Integer(0)),
        Shape::Text | Shape::Note | Shape::Words(_) => Some(Cell::Text(String::new())),
        _ => None,
    }
}

/// The word of a list by itself or by one of its labels.
#[must_use]
pub fn word(list: &[WordText], text: &str) -> Option<&'static str> {
    let text = text.trim();
    let is = |entry: &&WordText| {
        let (zh, en) = entry.label;
        entry.word == text || zh == text || en.eq_ignore_ascii_case(text)
    };
    list.iter().find(is).map(|entry| entry.word)
}

/// Words of a list as they are stored: in its order, each once, so that equal entries have equal
/// digests.
pub fn several<'a>(list: &[WordText], parts: impl Iterator<Item = &'a str>) -> Option<Cell> {
    let found = parts.map(|part| word(list, part)).collect::<Option<Vec<&str>>>()?;
    let ordered = list.iter().map(|entry| entry.word).filter(|word| found.contains(word));
    Some(Cell::Text(ordered.collect::<Vec<_>>().join(",")))
}

/// An instant as a wall clock in Asia/Shanghai shows it.
#[must_use]
pub fn moment(text: &str) -> Option<i64> {
    let at: DateTime = text.trim().replace('/', "-").parse().ok()?;
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Some(at.to_zoned(zone).ok()?.timestamp().as_millisecond())
}

/// A day as forms, spreadsheets and people write it.
fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> =
        text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let [year, month, day] = &parts[..] else { return None };
    // Spreadsheets add a time of day to a day.
    let day = day.split([' ', 'T']).next()?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "是" | "有" | "√" | "yes" | "y" | "true" | "on" => Some(true),
        "0" | "否" | "无" | "×" | "no" | "n" | "false" => Some(false),
        _ => None,
    }
}

/// Browsers end lines with two characters.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::words::TalkTopic;

    use crate::ledger::entry::words_of;

    /// Days as offices write them are the same day; what is none is told.
    #[test]
    fn days_are_read_as_people_write_them() {
        let wanted = Date::new(2025, 11, 3).ok();
        for text in ["2025-11-03", "2025/11/3", "2025.11.3", "2025年11月3日", "2025-11-03 00:00:00"]
        {
            assert_eq!(day(text), wanted, "{text}");
        }
        for text in ["2025-13-03", "明天", "3/11", "", "2025-11-3x"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    /// Words come by themselves or by a label, in any order, and are stored in the list's order.
    #[test]
    fn words_are_stored_in_the_order_of_the_list() {
        let list = words_of::<TalkTopic>();
        let read = |parts: &[&str]| several(&list, parts.iter().copied());
        let stored = |cell: Option<Cell>| match cell {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        };
        assert_eq!(
            stored(read(&["家庭", "study", "Thoughts"])).as_deref(),
            Some("thought,study,family")
        );
        assert_eq!(stored(read(&["家庭", "天气"])), None);
    }

    /// A wall clock is the one of the school.
    #[test]
    fn an_instant_is_the_wall_clock_of_the_school() {
        assert_eq!(moment("2025-11-20 08:53"), Some(1_763_599_980_000));
        assert_eq!(moment("2025-11-20T08:53"), moment("2025/11/20 08:53"));
        assert_eq!(moment("noon"), None);
    }
}
