//! Values: cells as people in offices write them, parsed once into types that cannot be wrong.
//!
//! Every parser takes a cell that [`fold`] has cleaned and answers with a value or a [`Fault`].
//! What is not understood is a fault, never a guess. Types that name a person are neither `Debug`
//! nor `Serialize`.

mod consent;
mod date;
mod grade;
mod person;

use std::borrow::Cow;

pub use consent::{Consent, ConsentCoding};
pub use date::{DateSpan, parse_date};
pub use grade::{ClassName, Grade, GradeClue, GradeSpan, grade_of, parse_class, parse_grade};
pub use person::{
    NUMBER_CHARS, Sex, Status, StudentNumber, parse_local_number, parse_name, parse_sex,
    parse_status,
};

use crate::import::said::Fault;

/// A cell in half-width characters, without spaces at its ends or doubled inside, invisible
/// characters, or the wrappings by which offices keep Excel from changing an id.
#[must_use]
pub fn fold(cell: &str) -> Cow<'_, str> {
    let plain = unwrap(cell.trim());
    if plain.chars().all(|c| c != '\u{20}' && folded(c) == Some(c)) {
        return Cow::Borrowed(plain);
    }
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars().filter_map(folded) {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Cow::Owned(out)
}

/// As [`fold`], without any space.
#[must_use]
pub fn compact(cell: &str) -> Cow<'_, str> {
    match fold(cell) {
        Cow::Owned(mut text) => {
            text.retain(|c| c != ' ');
            Cow::Owned(text)
        }
        Cow::Borrowed(text) => Cow::Borrowed(text),
    }
}

/// A code or name of a school without width, spaces and case, by which it is compared.
#[must_use]
pub fn same_form(text: &str) -> String {
    compact(text).to_uppercase()
}

/// `="0012"` and `'0012` are how a spreadsheet is told to leave an id alone.
fn unwrap(text: &str) -> &str {
    let formula = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    formula.or_else(|| text.strip_prefix('\'')).unwrap_or(text)
}

/// The half-width form of a character; nothing for one that cannot be seen.
fn folded(c: char) -> Option<char> {
    match c {
        '!'..='~' => Some(c),
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' => None,
        '\u{FEFF}' | '\u{00AD}' => None,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0),
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() => None,
        _ => Some(c),
    }
}

/// A number at the start of a text, in Arabic or Chinese numerals up to 99, and what follows.
fn leading_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let (number, rest) = text.split_at_checked(digits)?;
        return Some((number.parse().ok().filter(|_| digits <= 6)?, rest));
    }
    let end = text.find(|c| !is_numeral(c)).unwrap_or(text.len());
    let (numerals, rest) = text.split_at_checked(end)?;
    Some((chinese_number(numerals)?, rest))
}

fn is_numeral(c: char) -> bool {
    c == '十' || c == '廿' || c == '卅' || numeral(c).is_some()
}

/// The value of one Chinese digit.
fn numeral(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' | 'Ο' | 'O' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// One to 99 as spoken: `五`, `十`, `十二`, `二十`, `二十一`, `廿一`, `三十`.
fn chinese_number(text: &str) -> Option<u32> {
    let text = text.replace('廿', "二十").replace('卅', "三十");
    let Some((tens, ones)) = text.split_once('十') else {
        let mut digits = text.chars();
        let value = numeral(digits.next()?)?;
        return digits.next().is_none().then_some(value).filter(|value| *value > 0);
    };
    let one_digit = |part: &str, absent: u32| match part.chars().count() {
        0 => Some(absent),
        1 => part.chars().next().and_then(numeral),
        _ => None,
    };
    Some(one_digit(tens, 1)? * 10 + one_digit(ones, 0)?)
}

/// Whether a spreadsheet wrote an error, or a row of `#`, where a value should be.
fn is_sheet_error(text: &str) -> bool {
    let errors = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"];
    text.starts_with("##") || errors.iter().any(|error| text.eq_ignore_ascii_case(error))
}

/// The fault of a cell that must not be blank.
pub(super) const BLANK: Fault = Fault::fixed(
    "blank",
    ("必填内容为空", "a required cell is blank"),
    ("请填写这一格", "fill in this cell"),
);

/// The fault of a cell that holds a spreadsheet's error.
const SHEET_ERROR: Fault = Fault::fixed(
    "sheet_error",
    ("这一格是 Excel 的错误值", "the cell holds a spreadsheet error"),
    ("请改成真实内容", "replace it by the real content"),
);

#[cfg(test)]
mod tests;
