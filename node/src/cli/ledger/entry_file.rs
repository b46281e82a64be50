//! An entry as a TOML file: names instead of numbers for persons, words or labels for lists.

use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence};
use runtime::sql::{SqlError, Tx};
use runtime::web::{Lang, Text};
use serde_json::json;
use toml::Value;

use super::words;
use crate::desk::written;
use crate::ledger::account::staff_of;
use crate::ledger::entry::{Cell, Column, Shape, WordText};
use crate::ledger::kinds::KindColumns;
use crate::ledger::showing::student_of;

/// Mistakes that the sentence names; the JSON has all of them.
const NAMED_MAX: usize = 5;

/// Reads the cells of a kind's columns; every mistake is told at once.
///
/// # Errors
/// The file is no TOML or does not fit the kind; nothing was written.
pub(super) fn cells(tx: &Tx<'_>, kind: &KindColumns, text: &str) -> Result<Vec<Cell>, Failure> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // Its full text would repeat the line, which may be about a student.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let message = Sentence::new(words::ENTRY_TOML, &[&(before.matches('\n').count() + 1)]);
        Failure::new(Exit::Invalid, "ENTRY_TOML", message).because_of(error.message())
    })?;
    let mut mistakes: Vec<(String, Sentence)> = Vec::new();
    for name in table.keys() {
        if !kind.columns.iter().any(|column| column.name == name) {
            mistakes.push((name.clone(), Sentence::new(words::STRANGE, &[name])));
        }
    }
    let mut cells = Vec::new();
    for column in kind.columns {
        let said = match table.get(column.name) {
            None => written::blank(column).ok_or(Sentence::new(words::MISSING, &[&column.name])),
            Some(value) => cell(tx, column, value)?.ok_or_else(|| should_be(column)),
        };
        match said {
            Ok(cell) => cells.push(cell),
            Err(mistake) => mistakes.push((column.name.to_owned(), mistake)),
        }
    }
    if mistakes.is_empty() { Ok(cells) } else { Err(refused(kind, &mistakes)) }
}

fn refused(kind: &KindColumns, mistakes: &[(String, Sentence)]) -> Failure {
    let listed = |lang: Lang, between: &str| {
        let named = mistakes.iter().take(NAMED_MAX).map(|(_, said)| said.in_lang(lang));
        let named: Vec<&str> = named.collect();
        words::ENTRY_WRONG.fill(lang, &[&mistakes.len(), &named.join(between)])
    };
    let message = Sentence::pair(listed(Lang::Zh, "；"), listed(Lang::En, "; "));
    let fields: Vec<_> = mistakes
        .iter()
        .map(|(name, said)| json!({"field": name, "message": said.in_lang(Lang::En)}))
        .collect();
    Failure::new(Exit::Invalid, "ENTRY_INVALID", message)
        .hint(Sentence::new(words::ENTRY_WRONG_NEXT, &[&domain::ledger::Word::as_str(kind.kind)]))
        .details(json!({ "fields": fields }))
}

fn cell(tx: &Tx<'_>, column: &Column, value: &Value) -> Result<Option<Cell>, SqlError> {
    let text = value.as_str().map(str::trim);
    Ok(match column.shape {
        Shape::Text | Shape::Note => value.as_str().map(|text| Cell::Text(text.to_owned())),
        Shape::Number | Shape::Record => value.as_integer().map(Cell::Integer),
        Shape::Flag => value.as_bool().map(|flag| Cell::Integer(flag.into())),
        Shape::Day => plain(value).parse::<Date>().ok().map(|day| Cell::Text(day.to_string())),
        Shape::Moment => written::moment(&plain(value)).map(Cell::Integer),
        Shape::Student => match text {
            Some(number) => student_of(tx, number)?.map(|student| Cell::Integer(student.0)),
            None => None,
        },
        Shape::Staff => match text {
            Some(number) => staff_of(tx, number)?.map(|staff| Cell::Integer(staff.0)),
            None => None,
        },
        Shape::Word(list) => text
            .and_then(|text| written::word(&list(), text))
            .map(|word| Cell::Text(word.to_owned())),
        Shape::Words(list) => {
            let words = value.as_array().map(|all| all.iter().map(Value::as_str).collect());
            let words: Option<Option<Vec<&str>>> = words;
            words.flatten().and_then(|words| written::several(&list(), words.into_iter()))
        }
    })
}

/// TOML has days and instants of its own; they are written the same with and without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

fn should_be(column: &Column) -> Sentence {
    let fill = |lang| words::BAD.fill(lang, &[&column.name, &how(column, lang)]);
    Sentence::pair(fill(Lang::Zh), fill(Lang::En))
}

/// How a value of a column is written.
pub(super) fn how(column: &Column, lang: Lang) -> String {
    let text: Text = match column.shape {
        Shape::Text | Shape::Note => words::A_TEXT,
        Shape::Number => words::A_NUMBER,
        Shape::Flag => words::A_FLAG,
        Shape::Day => words::A_DAY,
        Shape::Moment => words::A_MOMENT,
        Shape::Student => words::A_STUDENT,
        Shape::Staff => words::A_STAFF,
        Shape::Record => words::A_RECORD,
        Shape::Word(list) => return listed(&list(), " | ", lang),
        Shape::Words(list) => return format!("[{}]", listed(&list(), ", ", lang)),
    };
    text.in_lang(lang).to_owned()
}

/// The words of a list, with what people read for them where that is another script.
pub(super) fn listed(list: &[WordText], between: &str, lang: Lang) -> String {
    let one = |entry: &WordText| match lang {
        Lang::Zh => format!("{} {}", entry.word, entry.label.0),
        Lang::En => entry.word.to_owned(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(between)
}
