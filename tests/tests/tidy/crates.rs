//! The crate graph: `domain <- proto, certs <- runtime <- node, hub <- tests`, never the reverse.
//!
//! A crate may use what is left of it. What a crate must not be able to do it must not be able to
//! name, so the libraries that could break a promise are fenced as well.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::check;
use crate::lexer::{has_word, lex};
use crate::tree::{rust, text};

/// Each crate and the crates of ours that it may use.
const USES: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("proto", &["domain"]),
    ("certs", &["domain"]),
    ("runtime", &["domain", "proto", "certs"]),
    ("node", &["domain", "proto", "certs", "runtime"]),
    ("hub", &["domain", "proto", "certs", "runtime"]),
    ("tests", &["domain", "proto", "certs", "runtime", "node", "hub"]),
];

/// All that `domain` may use from outside; neither does anything but compute.
const DOMAIN_EXTERNAL: [&str; 3] = ["jiff", "microlp", "thiserror"];

/// Libraries that only these crates may use in what users run.
const FENCED: [(&str, &[&str]); 9] = [
    ("rusqlite", &["runtime"]),
    ("aws-lc-rs", &["certs"]),
    ("hpke", &["certs"]),
    ("rcgen", &["certs"]),
    ("prio", &["certs"]),
    ("x509-parser", &["certs"]),
    // Certificate files of the ceremony; keys are read and written by `certs` alone.
    ("pem", &["certs", "hub", "tests"]),
    ("argon2", &["runtime"]),
    ("calamine", &["node"]),
];

/// What pure code does not say: files, sockets, clocks, threads, and maps in random order.
const IMPURE: [&str; 13] = [
    "async fn",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "TimeZone::get",
    "TimeZone::system",
];

/// Direction is what keeps a hub from ever reading a ledger.
#[test]
fn crates_use_only_what_is_left_of_them() {
    let mut broken = Vec::new();
    let ours: BTreeSet<&str> = USES.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in USES {
        for used in dependencies(&manifest(name), Scope::All) {
            if ours.contains(used.as_str()) && !allowed.contains(&used.as_str()) {
                broken.push(format!("{name}/Cargo.toml uses {used}"));
            }
        }
    }
    let remedy = "move the code to a crate further left, or pass what is needed as an argument; \
                  the order is domain <- proto, certs <- runtime <- node, hub <- tests";
    check(remedy, &broken);
}

/// The workspace has these seven crates, and no drawer beside them.
#[test]
fn the_workspace_has_seven_crates() {
    let workspace: Table = text("Cargo.toml").parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap().iter();
    let members: BTreeSet<&str> = members.filter_map(Value::as_str).collect();
    assert_eq!(
        members,
        USES.iter().map(|(name, _)| *name).collect(),
        "a new crate is a change of the architecture: write a decision record, then change this"
    );
}

/// Rules that could read a clock or a disk would differ from machine to machine.
#[test]
fn domain_is_pure() {
    let mut broken = Vec::new();
    for used in dependencies(&manifest("domain"), Scope::Product) {
        if !DOMAIN_EXTERNAL.contains(&used.as_str()) {
            broken.push(format!("domain/Cargo.toml uses {used}"));
        }
    }
    for file in rust().iter().filter(|file| file.crate_name() == "domain") {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            for word in IMPURE.iter().chain(&["HashMap", "HashSet"]) {
                if has_word(line, word) {
                    broken.push(format!("{}: {word}", file.at(number)));
                }
            }
        }
    }
    let remedy = "take the time, the random number or the text as an argument, and keep maps in \
                  order (BTreeMap); domain has no I/O, clock, randomness or serde";
    check(remedy, &broken);
}

/// Key material, SQL and workbooks are each touched in one place.
#[test]
fn fenced_libraries_stay_in_their_crate() {
    let mut broken = Vec::new();
    for (name, _) in USES {
        for used in dependencies(&manifest(name), Scope::Product) {
            let fence = FENCED.iter().find(|(library, _)| *library == used);
            if fence.is_some_and(|(_, crates)| !crates.contains(&name)) {
                broken.push(format!("{name}/Cargo.toml uses {used}"));
            }
        }
    }
    check("call the crate that owns the library (see FENCED) instead", &broken);
}

/// A star silently falls to an ancient version; lints that a crate forgets do not bind it.
#[test]
fn manifests_pin_versions_and_share_the_lints() {
    let mut broken = Vec::new();
    for (name, _) in USES {
        let manifest = manifest(name);
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(Value::as_bool) != Some(true) {
            broken.push(format!("{name}/Cargo.toml does not inherit the workspace's lints"));
        }
    }
    for name in USES.iter().map(|(name, _)| format!("{name}/Cargo.toml")) {
        broken.extend(stars(&name));
    }
    broken.extend(stars("Cargo.toml"));
    check("name a version, and write `[lints] workspace = true`", &broken);
}

#[derive(Clone, Copy)]
enum Scope {
    /// What users run, and what builds it.
    Product,
    /// Tests as well.
    All,
}

fn manifest(name: &str) -> Table {
    text(&format!("{name}/Cargo.toml")).parse().unwrap()
}

/// The names of the crates that a manifest uses, on any target.
fn dependencies(manifest: &Table, scope: Scope) -> BTreeSet<String> {
    let mut sections = vec!["dependencies", "build-dependencies"];
    if matches!(scope, Scope::All) {
        sections.push("dev-dependencies");
    }
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut names = BTreeSet::new();
    for table in targets.chain([manifest]) {
        for section in &sections {
            let section = table.get(*section).and_then(Value::as_table);
            names.extend(section.into_iter().flat_map(Table::iter).map(name_of));
        }
    }
    names
}

/// A dependency's own name, also where the manifest gives it another.
fn name_of((key, value): (&String, &Value)) -> String {
    let renamed = value.get("package").and_then(Value::as_str);
    renamed.unwrap_or(key).to_owned()
}

fn stars(path: &str) -> Vec<String> {
    let text = text(path);
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| line.contains("= \"*\""))
        .map(|(number, _)| format!("{path}:{}: version \"*\"", number + 1))
        .collect()
}
