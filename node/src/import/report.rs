//! Report: a preview as lines for a terminal, as JSON, and as a file of the rejected rows.
//!
//! Values of a person stand in the terminal's lines and in the errors file, which stay on this
//! machine. JSON is made to be passed on: it has rows, columns and reasons, no values.

use std::collections::HashSet;
use std::io::Write;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::ImportError;
use super::header::{Field, SavedMapping};
use super::preview::Preview;
use super::said::Language;
use super::source::{Flow, Form, Source, SourceError};
use super::table::{Facts, Keyed, RowError};

/// Names of dropped columns in one line.
const DROPPED_SHOWN: usize = 20;
/// Errors in JSON.
const JSON_ERRORS_MAX: usize = 1_000;

/// Whom a file lists, and so what it is called when somebody is no longer in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// Pupils, who leave the school.
    #[default]
    Pupils,
    /// Staff, who leave their post or are moved.
    Staff,
}

impl People {
    /// The word for who is no longer in the file.
    #[must_use]
    pub const fn left(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Pupils, Language::Zh) => "离校",
            (Self::Pupils, Language::En) => "left school",
            (Self::Staff, Language::Zh) => "离职或调离",
            (Self::Staff, Language::En) => "left the staff",
        }
    }
}

/// How a preview is told.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whom the file lists.
    pub people: People,
    /// Language of the lines.
    pub language: Language,
    /// Most errors that are told one by one.
    pub errors_max: usize,
    /// Most changes and warnings that are told one by one.
    pub changes_max: usize,
}

impl Style {
    /// Ten errors and five changes, as on a screen.
    #[must_use]
    pub const fn screen(language: Language) -> Self {
        Self { people: People::Pupils, language, errors_max: 10, changes_max: 5 }
    }

    fn say(self, zh: String, en: String) -> String {
        if self.language == Language::Zh { zh } else { en }
    }

    fn word(self, zh: &'static str, en: &'static str) -> &'static str {
        if self.language == Language::Zh { zh } else { en }
    }
}

/// The preview as lines; `file_name` is what the person called the file.
#[must_use]
pub fn lines<R: Keyed>(preview: &Preview<R>, file_name: &str, style: Style) -> Vec<String> {
    let mut lines = vec![head(&preview.facts, file_name, style)];
    lines.extend(notices(&preview.facts, style));
    let counts = preview.counts();
    let numbers = [
        (style.word("新增", "new"), counts.new),
        (style.word("变更", "changed"), counts.changed),
        (style.word("不变", "unchanged"), counts.unchanged),
        (style.people.left(style.language), counts.left),
        (style.word("错误", "errors"), counts.errors),
    ];
    let words: Vec<String> =
        numbers.iter().map(|(word, count)| format!("{word} {}", grouped(*count))).collect();
    lines.push(format!("  {}", words.join("   ")));
    lines.extend(changes(preview, style));
    lines.extend(aligned(&preview.warnings, style.changes_max, style));
    lines.extend(more(preview.warnings.len(), style.changes_max, style, ("提示", "warnings")));
    lines.extend(aligned(&preview.errors, style.errors_max, style));
    // Whoever has none listed here lists them without their values.
    if style.errors_max > 0 {
        lines.extend(more(preview.errors.len(), style.errors_max, style, ("错误", "errors")));
    }
    lines
}

/// The line that ends a refused import.
#[must_use]
pub fn refusal(error_rows: u32, errors_file: Option<&str>, language: Language) -> String {
    let style = Style::screen(language);
    let count = grouped(u64::from(error_rows));
    match errors_file {
        Some(file) => style.say(
            format!("什么都没有写入。请改正 {file} 中列出的 {count} 行，然后重新导入整个文件。"),
            format!(
                "Nothing was written. Fix the {count} rows listed in {file} and import the whole \
                 file again."
            ),
        ),
        None => style.say(
            format!("什么都没有写入。请改正这 {count} 行，然后重新导入整个文件。"),
            format!("Nothing was written. Fix the {count} rows and import the whole file again."),
        ),
    }
}

fn head(facts: &Facts, file_name: &str, style: Style) -> String {
    let rows = grouped(u64::from(facts.rows));
    let (matched, total) = (facts.columns.matched(), facts.columns.total());
    let (zh, en) = match &facts.form {
        Form::Text { encoding, .. } => {
            let name = encoding.as_str();
            (format!("编码 {name}"), format!("encoding {name}"))
        }
        Form::Workbook { sheet, .. } => (format!("工作表“{sheet}”"), format!("sheet \"{sheet}\"")),
        Form::OneRoster { version, is_delta, .. } => {
            let (zh, en) = if *is_delta { ("增量", "changes") } else { ("全量", "everybody") };
            (format!("OneRoster {version} {zh}"), format!("OneRoster {version}, {en}"))
        }
    };
    style.say(
        format!("{file_name}  {rows} 行，{zh}，{total} 列中认出 {matched} 列"),
        format!("{file_name}  {rows} rows, {en}, {matched} of {total} columns matched"),
    )
}

fn notices(facts: &Facts, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    let dropped = facts.columns.dropped();
    if !dropped.is_empty() {
        let names: Vec<&str> = dropped.iter().take(DROPPED_SHOWN).map(String::as_str).collect();
        let names = names.join(style.word("、", ", "));
        let tail = if dropped.len() > DROPPED_SHOWN { " …" } else { "" };
        lines.push(style.say(
            format!("  不读取的列：{names}{tail}"),
            format!("  columns not read: {names}{tail}"),
        ));
    }
    if let Form::Workbook { unread, .. } = &facts.form
        && !unread.is_empty()
    {
        let names = unread.join(style.word("、", ", "));
        lines.push(style.say(
            format!("  没有读取的其他工作表：{names}"),
            format!("  other sheets, not read: {names}"),
        ));
    }
    lines
}

fn changes<R: Keyed>(preview: &Preview<R>, style: Style) -> Vec<String> {
    let blank = |text: &str| {
        if text.is_empty() {
            style.word("（空）", "(blank)").to_owned()
        } else {
            text.to_owned()
        }
    };
    let mut lines = Vec::new();
    for changed in preview.changed.iter().take(style.changes_max) {
        let said: Vec<String> = changed
            .changes
            .iter()
            .map(|change| match (change.field, &*change.old) {
                ("answers", _) => style.say(
                    format!("{} 处答案不同", change.new),
                    format!("{} answers differ", change.new),
                ),
                _ => format!("{} {} → {}", change.label, blank(&change.old), blank(&change.new)),
            })
            .collect();
        let said = said.join(style.word("；", "; "));
        lines.push(format!("  {}  {said}", row_word(changed.row, style)));
    }
    lines.extend(more(preview.changed.len(), style.changes_max, style, ("变更", "changes")));
    lines
}

fn more(total: usize, shown: usize, style: Style, word: (&str, &str)) -> Option<String> {
    let rest = total.checked_sub(shown).filter(|rest| *rest > 0)?;
    // Where none is listed, none is left over either.
    Some(match shown {
        0 => style.say(
            format!("  {rest} 条{}，内容未列出", word.0),
            format!("  {rest} {}, not listed", word.1),
        ),
        _ => style
            .say(format!("  … 还有 {rest} 条{}", word.0), format!("  ... {rest} more {}", word.1)),
    })
}

fn row_word(row: u32, style: Style) -> String {
    style.say(format!("第 {row} 行"), format!("row {row}"))
}

/// Row, column, value and reason in columns as wide as what stands in them.
fn aligned(errors: &[RowError], most: usize, style: Style) -> Vec<String> {
    let parts: Vec<[String; 4]> = errors
        .iter()
        .take(most)
        .map(|error| {
            let value = format!("\"{}\"", error.value);
            let (row, reason) = (row_word(error.row, style), error.fault.sentence(style.language));
            [row, error.column.clone(), value, reason]
        })
        .collect();
    let width = |at: usize| {
        parts.iter().filter_map(|part| part.get(at)).map(|text| text.width()).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    parts
        .iter()
        .map(|[row, column, value, reason]| {
            let padded: String = [row, column, value]
                .iter()
                .zip(widths)
                .map(|(text, width)| {
                    format!("{text}{}  ", " ".repeat(width.saturating_sub(text.width())))
                })
                .collect();
            format!("  {padded}{reason}")
        })
        .collect()
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The preview for a program: counts, columns, and errors without values.
#[must_use]
pub fn summary<R: Keyed>(preview: &Preview<R>) -> Value {
    let facts = &preview.facts;
    let form = match &facts.form {
        Form::Text { encoding, separator } => {
            json!({"kind": "text", "encoding": encoding.as_str(), "separator": separator})
        }
        Form::Workbook { sheet, unread } => {
            json!({"kind": "xlsx", "sheet": sheet, "sheets_not_read": unread})
        }
        Form::OneRoster { version, is_delta, encoding } => {
            let (kind, encoding) = ("oneroster", encoding.as_str());
            json!({"kind": kind, "version": version, "delta": is_delta, "encoding": encoding})
        }
    };
    let told = |errors: &[RowError]| {
        errors.iter().take(JSON_ERRORS_MAX).map(error_json).collect::<Vec<Value>>()
    };
    json!({
        "form": form,
        "header_row": facts.header_row,
        "columns": {
            "matched": facts.columns.matched(),
            "total": facts.columns.total(),
            "dropped": facts.columns.dropped(),
        },
        "counts": preview.counts(),
        "errors": told(&preview.errors),
        "warnings": told(&preview.warnings),
    })
}

fn error_json(error: &RowError) -> Value {
    json!({
        "row": error.row,
        "column": error.column,
        "code": error.fault.code,
        "reason": error.fault.reason.en,
        "reason_zh": error.fault.reason.zh,
        "hint": error.fault.hint.en,
        "hint_zh": error.fault.hint.zh,
    })
}

/// The mapping to save so that the next file is read in the same way.
#[must_use]
pub fn mapping_to_save(fields: &[Field], facts: &Facts) -> String {
    SavedMapping::of(fields, &facts.columns).to_toml()
}

/// Writes the rejected rows as CSV for a spreadsheet, with row number and error before the cells;
/// the file can be imported again, since these two columns are ones that are not read.
///
/// # Errors
/// When the source cannot be read again, or `out` cannot be written.
pub fn write_errors(
    source: &mut Source,
    facts: &Facts,
    errors: &[RowError],
    language: Language,
    out: &mut dyn Write,
) -> Result<u32, ImportError> {
    out.write_all(b"\xEF\xBB\xBF").map_err(SourceError::Read)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let wrong: HashSet<u32> = errors.iter().map(|error| error.row).collect();
    let mut written = 0_u32;
    let mut failed = None;
    source.for_each_row(&mut |row| {
        let heading = row.number == facts.header_row;
        if !heading && !wrong.contains(&row.number) {
            return Flow::More;
        }
        let first = match (heading, language) {
            (true, Language::Zh) => ["行号".to_owned(), "错误".to_owned()],
            (true, Language::En) => ["row".to_owned(), "error".to_owned()],
            (false, _) => [row.number.to_string(), reasons(errors, row.number, language)],
        };
        let cells = row.cells.iter().map(harmless);
        written += u32::from(!heading);
        failed = writer.write_record(first.into_iter().chain(cells)).err();
        if failed.is_some() { Flow::Stop } else { Flow::More }
    })?;
    writer.flush().map_err(SourceError::Read)?;
    match failed {
        Some(error) => Err(SourceError::Read(std::io::Error::other(error)).into()),
        None => Ok(written),
    }
}

/// What is wrong with one row, every fault of it.
fn reasons(errors: &[RowError], row: u32, language: Language) -> String {
    let start = errors.partition_point(|error| error.row < row);
    let of_row = errors.iter().skip(start).take_while(|error| error.row == row);
    let said: Vec<String> = of_row
        .map(|error| format!("{} {}", error.column, error.fault.sentence(language)))
        .collect();
    said.join(" | ")
}

/// A cell that a spreadsheet will not take for a formula.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}
