//! Migrations are numbered, append-only and never edited: a database in a school has already run
//! them, and what it ran must stay what we can read.

use std::collections::{BTreeMap, BTreeSet};

use crate::check;
use crate::tree::{File, exists, files, text};

/// The list of what was merged, one migration a line.
const LOCK: &str = "tests/tests/tidy/migrations.lock";

/// A changed step would give two schools two schemas under one version number.
#[test]
fn merged_migrations_never_change() {
    let mut broken = Vec::new();
    for (path, seal) in locked() {
        if !exists(&path) {
            broken.push(format!("{path} was taken away"));
        } else if self::seal(&text(&path)) != seal {
            broken.push(format!("{path} was edited"));
        }
    }
    let remedy = "restore the file as it was merged and write a new migration under the next \
                  number that makes the change";
    check(remedy, &broken);
}

/// A migration enters the list in the commit that adds it.
#[test]
fn every_migration_is_listed() {
    let known = locked();
    let broken: Vec<String> = migrations()
        .iter()
        .filter(|file| !known.contains_key(&file.path))
        .map(|file| format!("{} {}", seal(&file.text), file.path))
        .collect();
    check(&format!("add these lines at the end of {LOCK}"), &broken);
}

/// Numbers start at 1 and leave no gap, so that the version of a database is a count.
#[test]
fn migrations_are_numbered_without_gaps() {
    let mut folders: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut broken = Vec::new();
    for file in migrations() {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(number) if folders.entry(folder.to_owned()).or_default().insert(number) => {}
            Ok(number) => broken.push(format!("{}: number {number} is taken", file.path)),
            Err(_) => broken.push(format!("{}: has no number", file.path)),
        }
    }
    for (folder, numbers) in &folders {
        if numbers.last() != Some(&numbers.len()) {
            broken.push(format!("{folder}: numbers {numbers:?} do not run from 1"));
        }
    }
    check("name migrations 0001_what.sql, 0002_what.sql, ... in one folder a database", &broken);
}

/// Without STRICT a text would be stored in an integer's column and found years later.
#[test]
fn tables_are_strict_and_their_columns_explained() {
    let broken: Vec<String> = migrations().iter().flat_map(loose_tables).collect();
    let remedy = "end the table with `) STRICT;` and give every column a `--` comment, on its \
                  line or on the one before";
    check(remedy, &broken);
}

fn migrations() -> Vec<File> {
    files(&[".sql"])
}

/// Path and seal of every listed migration.
fn locked() -> BTreeMap<String, String> {
    text(LOCK)
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(seal, path)| (path.to_owned(), seal.to_owned()))
        .collect()
}

/// Digest and length of a migration; guards against accidents, not against an attacker.
fn seal(text: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x} {}", text.len())
}

fn loose_tables(file: &File) -> Vec<String> {
    let mut broken = Vec::new();
    let mut open = None;
    let mut before = "";
    for (number, line) in file.text.lines().enumerate() {
        let line = line.trim();
        let statement = line.split("--").next().unwrap_or_default().trim_end();
        if statement.to_uppercase().starts_with("CREATE TABLE") {
            open = Some(number);
        }
        if open.is_some() && is_column(statement) && !has_comment(line, before) {
            broken.push(format!("{}: column without a comment", file.at(number)));
        }
        if statement.ends_with(';') {
            let is_strict = statement.to_uppercase().contains("STRICT");
            if let Some(start) = open.take().filter(|_| !is_strict) {
                broken.push(format!("{}: table is not STRICT", file.at(start)));
            }
        }
        before = line;
    }
    broken
}

/// A column is a name in lower case and a type in capitals.
fn is_column(statement: &str) -> bool {
    let mut words = statement.split_whitespace();
    let name = words.next().unwrap_or_default();
    let kind = words.next().unwrap_or_default().trim_end_matches([',', ')']);
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
    is_name && matches!(kind, "INTEGER" | "TEXT" | "BLOB" | "REAL" | "ANY" | "BIGINT")
}

fn has_comment(line: &str, before: &str) -> bool {
    line.contains("--") || before.starts_with("--")
}

/// The seal is FNV-1a in 64 bits, as published.
#[test]
fn seal_matches_the_published_vector() {
    assert_eq!(seal(""), "cbf29ce484222325 0");
    assert_eq!(seal("foobar"), "85944171f73967e8 6");
}
