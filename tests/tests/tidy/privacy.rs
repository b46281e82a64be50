//! What may not even be named: a hub cannot open a referral, and types that carry persons or raw
//! counts cannot be printed. Also no path of a developer's machine.

use crate::check;
use crate::lexer::{has_word, lex};
use crate::tree::{File, files, rust};

/// Functions and types by which a sealed referral is opened. A share of a sealed sum is another
/// type (`ShareKey` opens it), and so is the relay's routing layer (`RelayKey`). The type behind
/// all three is named nowhere either: what is inferred would not have to be named.
const OPENERS: [&str; 10] = [
    "open_envelope",
    "open_referral",
    "open_sealed",
    "unseal",
    "EnvelopeKey",
    "EnvelopeOpener",
    "OfEnvelopes",
    "OpenedEnvelope",
    "OpenedReferral",
    "SealingKey",
];

/// What opens where a letter is to go.
const RELAY_OPENERS: [&str; 2] = ["RelayKey", "OfRelays"];

/// The one folder of a hub that opens it, and the relay that a node's tests play.
const LETTERS: [&str; 3] =
    ["hub/src/letters/", "node/src/letters/histories/", "node/src/letters/testing.rs"];

/// Where a node opens what is sealed to it: referrals at a receiver, answers at a school, and
/// notices at either. Each asks the signed header which of them it is.
const OPENED_AT: [&str; 3] = ["node/src/intake/", "node/src/letters/", "node/src/neighbour/"];

/// Types that name a person or hold counts before disclosure control.
const UNPRINTABLE: [&str; 14] = [
    "Guardian",
    "ImportRow",
    "LedgerEntry",
    "Person",
    "PersonName",
    "Pupil",
    "RawTable",
    "RosterEntry",
    "RosterRow",
    "SealedReport",
    "StaffMember",
    "Student",
    "StudentRecord",
    "StudentRow",
];

/// Exact counts of a school before they are protected; the rules that do it are `domain`'s.
const RAW: [&str; 2] = ["RawTable", "SealedReport"];

/// Crates that no person's type may enter.
const CRATES_WITHOUT_PERSONS: [&str; 5] = ["domain/", "proto/", "certs/", "runtime/", "hub/"];

/// A hub relays blind. What it cannot name it cannot call.
#[test]
fn nothing_in_a_hub_opens_an_envelope() {
    let broken = named(&["hub/"], &OPENERS);
    let remedy = "a hub never opens a referral: move the code to node (receiver role), or name \
                  what it really is (a share of a sealed sum, a routing header)";
    check(remedy, &broken);
}

/// Who writes to whom is read in one place of a hub, small enough to be read whole, and in no
/// process that has no letters to pass on.
#[test]
fn letters_are_opened_in_one_folder() {
    let mut broken = named(&["hub/", "node/", "runtime/"], &RELAY_OPENERS);
    broken.retain(|place| !LETTERS.iter().any(|folder| place.starts_with(folder)));
    check("move what opens a letter's routing to hub/src/letters", &broken);
}

/// A school's node opens no referral and a receiver's no answer: whoever opens one stands beside
/// the question which of the two it is.
#[test]
fn envelopes_are_opened_in_three_folders() {
    let mut broken = named(&["node/", "runtime/"], &["ReferralEnvelope", "OpenedReferral"]);
    broken.retain(|place| !OPENED_AT.iter().any(|folder| place.starts_with(folder)));
    check("move what opens an envelope to intake, letters or neighbour in node/src", &broken);
}

/// A value that cannot be printed or serialised cannot slip into a log or a message.
#[test]
fn persons_and_raw_counts_cannot_be_printed() {
    let mut broken = Vec::new();
    for file in rust().iter().filter(|file| !file.is_under(&["tests/"])) {
        broken.extend(printable(file));
    }
    let remedy = "take Debug, Display and Serialize off the type; write a test's assertion about \
                  its fields instead";
    check(remedy, &broken);
}

/// Types that name a person exist in the node only.
#[test]
fn persons_are_named_in_the_node_only() {
    let mut broken = Vec::new();
    for file in rust().iter().filter(|file| file.is_under(&CRATES_WITHOUT_PERSONS)) {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            let name = defined(line).filter(|name| !RAW.contains(name));
            if name.is_some_and(|name| UNPRINTABLE.contains(&name)) {
                broken.push(file.at(number));
            }
        }
    }
    check("move the type to node; no other crate may know persons", &broken);
}

/// A clone works anywhere, so no file knows where another machine keeps things.
#[test]
fn no_file_names_a_path_of_this_machine() {
    // Put together here, so that this file does not contain what it looks for.
    let roots = ["work", "farm", "home", "root", "tmp", "Users"];
    let mut patterns: Vec<String> = roots.iter().map(|root| format!("/{root}/")).collect();
    patterns.push(["..", "shared"].join("/"));
    let endings = [".rs", ".toml", ".md", ".html", ".css", ".js", ".proto", ".sql", "run"];
    let mut broken = Vec::new();
    for file in files(&endings) {
        for (number, line) in file.text.lines().enumerate() {
            if patterns.iter().any(|pattern| names_path(line, pattern)) {
                broken.push(file.at(number));
            }
        }
    }
    let remedy = "take the path as an argument, from the environment or from a temporary folder \
                  (tempfile); in documents write a placeholder such as DIR";
    check(remedy, &broken);
}

/// Whether a path starts with the pattern: in the middle of a longer one it names another thing.
fn names_path(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "-_.}>".contains(c))
    })
}

fn named(folders: &[&str], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in rust().iter().filter(|file| file.is_under(folders)) {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                found.push(format!("{}: {word}", file.at(number)));
            }
        }
    }
    found
}

/// Places that make one of the unprintable types printable, by derive or by hand.
fn printable(file: &File) -> Vec<String> {
    let code = lex(&file.text).code;
    let mut found = Vec::new();
    let mut derives = String::new();
    for (number, line) in code.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("#[") || (!derives.is_empty() && defined(line).is_none()) {
            derives.push_str(line);
        }
        let is_ours = |name: &str| UNPRINTABLE.contains(&name);
        let prints = ["Debug", "Serialize"].iter().any(|word| has_word(&derives, word));
        if defined(line).is_some_and(|name| prints && is_ours(name)) || implements(line) {
            found.push(file.at(number));
        }
        if line.ends_with(['{', '}', ';']) || line.is_empty() {
            derives.clear();
        }
    }
    found
}

/// The name of a struct or enum that a line defines.
fn defined(line: &str) -> Option<&str> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find(|word| matches!(*word, "struct" | "enum"))?;
    words.next()
}

fn implements(line: &str) -> bool {
    let Some((head, name)) = line.split_once(" for ") else {
        return false;
    };
    let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
    let prints = ["Debug", "Display", "Serialize"].iter().any(|word| has_word(head, word));
    line.starts_with("impl") && prints && UNPRINTABLE.contains(&name.as_str())
}

/// The rule sees a derive above its type, also over several lines.
#[test]
fn a_derive_is_seen_with_its_type() {
    let bad = "#[derive(\n    Clone,\n    Debug,\n)]\npub struct Student {\n    a: u8,\n}\n";
    let good = "#[derive(Debug)]\nstruct A;\n#[derive(Clone)]\nstruct Student;\n";
    let file = |text: &str| File { path: String::from("node/src/a.rs"), text: text.to_owned() };
    assert_eq!(printable(&file(bad)).len(), 1);
    assert!(printable(&file(good)).is_empty());
}

/// A path is found at its start, not inside a longer one.
#[test]
fn a_path_is_found_at_its_start() {
    let pattern = ["", "work", ""].join("/");
    assert!(names_path(&format!("see {pattern}main"), &pattern));
    assert!(names_path(&format!("\"{pattern}main\""), &pattern));
    assert!(!names_path(&format!("docs{pattern}main"), &pattern));
}
