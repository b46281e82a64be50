//! SQL placement: a binary's SQL stands in its store, and the driver is named in one crate.

use crate::check;
use crate::lexer::{has_word, is_word, lex};
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
const OUTSIDERS: [&str; 5] =
    ["tests/tests/", "tests/benches/", "tests/src/federation/", "node/tests/", "runtime/tests/"];

/// Where the driver's own types may stand: behind the project's transaction type.
const DRIVER_PLACES: [&str; 3] = ["runtime/src/sql", "tests/tests/", "tests/benches/"];

/// Whose statements must run on PostgreSQL as they stand: a hub's, and what hubs and schools share.
/// A school's ledgers stay on the machine and in SQLite.
const PORTABLE: [&str; 3] =
    ["hub/src/store/", "runtime/src/uplink/outbox", "runtime/src/web/session_store"];

/// Words that SQLite alone knows, or knows otherwise. Of `max` and `min` only those of two values
/// are meant, which PostgreSQL calls `greatest` and `least`; see [`is_scalar`].
const SQLITE_ONLY: [&str; 26] = [
    "insert or",
    "replace into",
    "rowid",
    "glob",
    "regexp",
    "pragma",
    "attach",
    "vacuum",
    "ifnull(",
    "iif(",
    "instr(",
    "group_concat(",
    "total(",
    "typeof(",
    "printf(",
    "hex(",
    "randomblob(",
    "zeroblob(",
    "julianday(",
    "strftime(",
    "datetime(",
    "unixepoch(",
    "json_",
    "collate",
    "x'",
    "is not $",
];

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

/// What a statement says that only SQLite understands.
fn of_sqlite(statement: &str) -> Vec<&'static str> {
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let stands = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            let ends_open = word.ends_with(['(', '\'', '_', '$']);
            let is_inside = before.is_some_and(|mark| is_word(mark) || mark == '\'');
            !is_inside && (ends_open || !after.is_some_and(is_word))
        })
    };
    let mut found: Vec<&'static str> = SQLITE_ONLY.into_iter().filter(stands).collect();
    found.extend(["max(", "min("].into_iter().filter(|name| is_scalar(&text, name)));
    found
}

/// Whether a function is called with more than one value.
fn is_scalar(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let mut depth = 1;
        for mark in text[at + name.len()..].chars() {
            match mark {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 1 => return true,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        false
    })
}

/// A hub can outgrow one machine: its statements stay in what SQLite and PostgreSQL share.
/// Migrations are SQLite's own (record 0063), and so is what opens a database.
#[test]
fn statements_of_hubs_stay_portable() {
    let (mut broken, mut statements) = (Vec::new(), 0);
    for file in rust().iter().filter(|file| file.is_under(&PORTABLE)) {
        let program = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        if file.path.ends_with("tests.rs") {
            continue;
        }
        for literal in lex(program).literals {
            statements += usize::from(is_sql(&literal.text));
            let found = of_sqlite(&literal.text);
            if !found.is_empty() {
                broken.push(format!("{}: {}", file.at(literal.line), found.join(" ")));
            }
        }
    }
    assert!(statements > 100, "the walk found only {statements} statements");
    check("say it in SQL that PostgreSQL has too, or decide it in Rust", &broken);
}

/// The rule sees what SQLite alone has and leaves alone what both have.
#[test]
fn what_sqlite_alone_has_is_told() {
    for (sql, found) in [
        ("insert or ignore into unit values ($1)", "insert or"),
        ("update t set a = x'' where b = $1", "x'"),
        ("select  instr(name, $1) from t", "instr("),
        ("select max(a, b) from t", "max("),
        ("select a from t where b is not $1", "is not $"),
    ] {
        assert_eq!(of_sqlite(sql), [found], "{sql}");
    }
    for sql in [
        "select max(a), min(coalesce(b, 0)) from t where c is not null",
        "insert into t (a) values ($1) on conflict (a) do update set a = excluded.a returning id",
        "select a from global where max_x = 'x'",
    ] {
        assert!(of_sqlite(sql).is_empty(), "{sql}: {:?}", of_sqlite(sql));
    }
}
