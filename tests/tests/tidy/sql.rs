//! SQL placement: a binary's SQL stands in its store, and the driver is named in one crate.

use crate::check;
use crate::lexer::{has_word, lex};
use crate::tree::{files, rust};

/// Where SQL may stand in the product.
const PLACES: [&str; 6] = [
    "node/src/ledger/",
    "node/src/transfer/",
    "hub/src/store/",
    "runtime/src/sql/",
    "runtime/src/uplink/outbox",
    "runtime/src/web/session_store",
];

/// Tests and reference implementations look into a database from outside.
const OUTSIDERS: [&str; 3] = ["tests/tests/", "tests/benches/", "tests/src/federation/"];

/// Where the driver's own types may stand: behind the project's transaction type.
const DRIVER_PLACES: [&str; 3] = ["runtime/src/sql", "tests/tests/", "tests/benches/"];

/// A reader who looks for what is stored, and how, looks in one folder a binary.
#[test]
fn sql_stands_in_the_stores() {
    let mut broken = Vec::new();
    for file in rust() {
        if file.is_under(&PLACES) || file.is_under(&OUTSIDERS) {
            continue;
        }
        for literal in lex(&file.text).literals {
            if is_sql(&literal.text) {
                broken.push(file.at(literal.line));
            }
        }
    }
    for file in files(&[".sql"]) {
        if !file.is_under(&PLACES) && !file.is_under(&OUTSIDERS) {
            broken.push(file.path);
        }
    }
    let remedy = "move the statement into the binary's store (node: ledger/ or transfer/, hub: \
                  store/) and call a function named after what it does";
    check(remedy, &broken);
}

/// Hub SQL must run on SQLite and PostgreSQL, so no driver's type may show.
#[test]
fn the_driver_is_named_in_one_place() {
    let mut broken = Vec::new();
    for file in rust().iter().filter(|file| !file.is_under(&DRIVER_PLACES)) {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            if has_word(line, "rusqlite") {
                broken.push(file.at(number));
            }
        }
    }
    check("use runtime::sql::{Database, Tx} instead of the driver", &broken);
}

/// Whether a literal is a statement: its opening words in capitals, or a whole one in lower case.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let upper = words.windows(2).any(is_opening) || opens_select(&words);
    upper || is_lower_statement(&words)
}

fn is_opening(pair: &[&str]) -> bool {
    let pairs = [
        ("INSERT", "INTO"),
        ("INSERT", "OR"),
        ("DELETE", "FROM"),
        ("CREATE", "TABLE"),
        ("CREATE", "INDEX"),
        ("CREATE", "UNIQUE"),
        ("CREATE", "VIEW"),
        ("ALTER", "TABLE"),
        ("DROP", "TABLE"),
        ("ON", "CONFLICT"),
        ("BEGIN", "IMMEDIATE"),
        ("ORDER", "BY"),
        ("GROUP", "BY"),
        ("VACUUM", "INTO"),
    ];
    pairs.iter().any(|(a, b)| pair.first() == Some(a) && pair.get(1) == Some(b))
}

fn opens_select(words: &[&str]) -> bool {
    let has = |word: &str| words.contains(&word);
    let first = words.first().copied().unwrap_or_default();
    has("SELECT") || (has("UPDATE") && has("SET")) || first == "PRAGMA"
}

fn is_lower_statement(words: &[&str]) -> bool {
    let has = |word: &str| words.contains(&word);
    let second = words.get(1).copied().unwrap_or_default();
    match words.first().copied().unwrap_or_default() {
        "select" => has("from") && words.iter().any(|w| w.contains('$') || *w == "where"),
        "insert" | "delete" => (second == "into" || second == "from") && words.len() > 2,
        "update" => has("set") && has("="),
        "create" => second == "table" || second == "index",
        "pragma" => true,
        _ => false,
    }
}

/// The rule sees statements and leaves prose alone.
#[test]
fn statements_are_told_from_prose() {
    for sql in ["SELECT 1", "\n  INSERT INTO unit (id) VALUES ($1)", "select a from b where c"] {
        assert!(is_sql(sql), "{sql}");
    }
    for prose in ["select a file from the list", "update the hub first", "DELETE", "values"] {
        assert!(!is_sql(prose), "{prose}");
    }
}
