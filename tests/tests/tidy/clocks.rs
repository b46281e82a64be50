//! One clock: no code of the product reads another one, and no program can be told the time.

use crate::check;
use crate::lexer::{has_word, lex};
use crate::tree::rust;

/// The crates of the programs.
const PRODUCT: [&str; 4] = ["certs/src", "runtime/src", "node/src", "hub/src"];

/// What reads the machine's clock, and where that may be.
const READS: [(&str, &[&str]); 4] = [
    ("Timestamp::now", &["runtime/src/clock.rs", "certs/src/tls.rs"]),
    ("Zoned::now", &[]),
    ("SystemTime::now", &[]),
    // What a trust has until it is given a clock; whoever dials or listens gives it one.
    ("TlsClock::system", &["certs/src/chain.rs"]),
];

/// A wait on the machine's time goes on for days after a demonstration's clock was moved; a time
/// from elsewhere would not be moved at all.
#[test]
fn one_clock_is_read() {
    let mut broken = Vec::new();
    for file in rust().iter().filter(|file| file.is_under(&PRODUCT)) {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            for (word, places) in READS {
                if has_word(line, word) && !places.contains(&file.path.as_str()) {
                    broken.push(format!("{}: {word}", file.at(number)));
                }
            }
        }
    }
    check("take a `runtime::clock::Clock` as an argument", &broken);
}

/// What makes another time, and where that may be. Beside it, code of tests.
const MOVES: [(&str, &[&str]); 6] = [
    ("danger_replace_system", &["tests/src/city/clock.rs"]),
    ("ahead_by", &["tests/src/city/clock.rs"]),
    ("skewed", &["tests/tests/lanes.rs"]),
    ("of_simulator", &["tests/tests/simulation/machine.rs"]),
    // Says what becomes of a commit: nothing that is shipped may decide that.
    (
        "danger_simulate",
        &[
            "tests/tests/simulation/machine.rs",
            "runtime/src/in_place.rs",
            "runtime/src/sql/simulated.rs",
        ],
    ),
    ("of_telephones", &["runtime/src/web/session/proving.rs"]),
];

/// Whoever could move a hub's clock could end the days in which schools object: only the
/// demonstration does it, in a process of its own.
#[test]
fn only_a_demonstration_moves_its_clock() {
    let mut broken = Vec::new();
    for file in rust().iter().filter(|file| file.path != "runtime/src/clock.rs") {
        for (number, line) in lex(&file.text).code.lines().enumerate() {
            for (word, places) in MOVES {
                if has_word(line, word) && !places.contains(&file.path.as_str()) {
                    broken.push(format!("{}: {word}", file.at(number)));
                }
            }
        }
    }
    check("no program that is shipped may be told the time; see record 0040", &broken);
}
