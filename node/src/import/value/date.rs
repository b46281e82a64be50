//! Dates in the forms that Chinese offices use.
//!
//! The year comes first or the date is refused: which of `4/1/2013` is the month cannot be told.
//! A day is never guessed. Five digits are a spreadsheet's serial number only inside the span
//! that the column allows.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{fold, is_numeral, leading_number, numeral};
use crate::import::said::Fault;

/// The days that make sense in a column, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSpan {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

const FORM: Fault = Fault::fixed(
    "date_form",
    ("不是日期", "not a date"),
    ("请写成 2013-04-01 的样子", "write it like 2013-04-01"),
);
const ORDER: Fault = Fault::fixed(
    "date_order",
    ("分不清月和日的先后", "which number is the month cannot be told"),
    ("请写成 年-月-日，例如 2013-04-01", "write year, month, day: 2013-04-01"),
);
const SHORT_YEAR: Fault = Fault::fixed(
    "date_year",
    ("年份只有两位", "the year has only two digits"),
    ("请写四位年份，例如 2013-04-01", "write the year with four digits: 2013-04-01"),
);
const PARTIAL: Fault = Fault::fixed(
    "date_partial",
    ("缺少日", "the day is missing"),
    ("请写全年月日，例如 2013-04-01", "write year, month and day: 2013-04-01"),
);
const MONTH: Fault = Fault::fixed(
    "date_month",
    ("月份超过 12", "month is over 12"),
    ("请检查月份", "check the month"),
);
const MONTH_ZERO: Fault =
    Fault::fixed("date_month", ("月份是 0", "month is 0"), ("请检查月份", "check the month"));
const DAY: Fault = Fault::fixed(
    "date_day",
    ("该月没有这一天", "that month has no such day"),
    ("请检查日", "check the day"),
);
const RANGE: Fault = Fault::fixed(
    "date_range",
    ("日期超出合理范围", "the date is outside the span that makes sense"),
    ("请检查年份", "check the year"),
);

/// Parses a date that lies in `span`.
///
/// # Errors
/// With the reason for which the cell is no such date.
pub fn parse_date(cell: &str, span: DateSpan) -> Result<Date, Fault> {
    let text = fold(cell);
    let parsed = match iso(&text) {
        Some((year, month, day)) => civil(year, month, day)?,
        None => parse_any(&text, span)?,
    };
    if parsed < span.from || parsed > span.to {
        let (from, to) = (span.from, span.to);
        return Err(RANGE.because(
            format!("日期不在 {from} 至 {to} 之间"),
            format!("the date is not between {from} and {to}"),
        ));
    }
    Ok(parsed)
}

/// `2013-04-01`, `2013/04/01` and `2013.04.01`, the common case, without searching.
fn iso(text: &str) -> Option<(u32, u32, u32)> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let [a, b, c, d, first, e, f, second, g, h] = *bytes;
    if first != second || !matches!(first, b'-' | b'/' | b'.') {
        return None;
    }
    let join = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    Some((join(&[a, b, c, d])?, join(&[e, f])?, join(&[g, h])?))
}

fn parse_any(text: &str, span: DateSpan) -> Result<Date, Fault> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits == text.len();
    let starts_numeral = text.chars().next().is_some_and(is_numeral);
    if whole && digits == 8 {
        let packed: u32 = text.parse().map_err(|_| FORM)?;
        return civil(packed / 10_000, packed / 100 % 100, packed % 100);
    }
    if whole && digits == 6 {
        return Err(PARTIAL);
    }
    if digits == 5 {
        return serial(text, span);
    }
    if starts_numeral {
        return written(text);
    }
    grouped(text)
}

/// A serial number of the 1900 system, perhaps with a time of day after the point.
fn serial(text: &str, span: DateSpan) -> Result<Date, Fault> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let days: i32 = days.parse().map_err(|_| FORM)?;
    if !plain {
        return Err(FORM);
    }
    let epoch = date(1899, 12, 30);
    let parsed = epoch.checked_add(days.days()).map_err(|_| FORM)?;
    // Outside the span it is some other number, not a wrong date.
    (parsed >= span.from && parsed <= span.to).then_some(parsed).ok_or(FORM)
}

/// Three groups of digits with equal separators, or with `年`, `月` and `日`.
fn grouped(text: &str) -> Result<Date, Fault> {
    let (first, rest) = group(text).ok_or(FORM)?;
    let (mark, rest) = separator(rest).ok_or(FORM)?;
    let (second, rest) = group(rest).ok_or(FORM)?;
    let (next_mark, rest) = match separator(rest) {
        Some(pair) => pair,
        None if mark != '年' && rest.is_empty() && first.len() == 4 => return Err(PARTIAL),
        None => return Err(FORM),
    };
    let third = group(rest);
    if mark == '年' && next_mark == '月' && third.is_none() {
        return Err(if rest.is_empty() { PARTIAL } else { FORM });
    }
    let (third, rest) = third.ok_or(FORM)?;
    let same = if mark == '年' { next_mark == '月' } else { mark == next_mark };
    let day_mark = rest.trim_start().strip_prefix(['日', '号']);
    let rest = if mark == '年' { day_mark.unwrap_or(rest) } else { rest };
    if !same || !is_time(rest) {
        return Err(FORM);
    }
    match (first.len(), third.len()) {
        (4, 1 | 2) => {}
        (1 | 2, 4) => return Err(ORDER),
        (1 | 2, 1 | 2) => return Err(SHORT_YEAR),
        _ => return Err(FORM),
    }
    let number = |group: &str| group.parse::<u32>().map_err(|_| FORM);
    if second.len() > 2 {
        return Err(FORM);
    }
    civil(number(first)?, number(second)?, number(third)?)
}

fn group(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())
}

fn separator(text: &str) -> Option<(char, &str)> {
    let text = text.trim_start();
    let mark = text.chars().next().filter(|c| matches!(c, '-' | '/' | '.' | '年' | '月'))?;
    Some((mark, text.get(mark.len_utf8()..)?))
}

/// Nothing, or a time of day such as `00:00:00`, `T08:30` or `0:00:00.000Z`.
fn is_time(text: &str) -> bool {
    let text = text.trim_start();
    if text.is_empty() {
        return true;
    }
    let text = text.strip_prefix('T').unwrap_or(text);
    let text = text.strip_suffix('Z').unwrap_or(text);
    let parts: Vec<&str> = text.split(':').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let short = |part: &&str| !part.is_empty() && part.len() <= 12;
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| short(part) && digits(part))
}

/// `二〇一三年四月一日`.
fn written(text: &str) -> Result<Date, Fault> {
    let text = text.replace(' ', "");
    let (year, rest) = text.split_once('年').ok_or(FORM)?;
    let (month, rest) = rest.split_once('月').ok_or(FORM)?;
    if year.chars().count() != 4 {
        return Err(SHORT_YEAR);
    }
    if rest.is_empty() {
        return Err(PARTIAL);
    }
    let year = year.chars().try_fold(0, |sum, c| Some(sum * 10 + numeral(c)?)).ok_or(FORM)?;
    let month = leading_number(month).filter(|(_, rest)| rest.is_empty()).ok_or(FORM)?;
    let day = leading_number(rest).filter(|(_, rest)| matches!(*rest, "" | "日" | "号"));
    civil(year, month.0, day.ok_or(FORM)?.0)
}

fn civil(year: u32, month: u32, day: u32) -> Result<Date, Fault> {
    if month == 0 {
        return Err(MONTH_ZERO);
    }
    if month > 12 {
        return Err(MONTH);
    }
    let year = i16::try_from(year).map_err(|_| FORM)?;
    let month = i8::try_from(month).map_err(|_| MONTH)?;
    let day = i8::try_from(day).map_err(|_| DAY)?;
    Date::new(year, month, day).map_err(|_| DAY)
}
