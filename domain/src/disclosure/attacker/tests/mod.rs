//! The attacker against enumeration, and against schemes whose leaks are known.

mod bounding;
mod brute;
mod joined;
mod leaks;
mod parted;
mod rosters;

use super::*;

/// A unit below another.
fn unit(parent: Option<&str>, level: &str) -> Unit {
    Unit { parent: parent.map(str::to_owned), level: level.to_owned(), has: BTreeMap::new() }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

fn period(id: &str) -> SeenPeriod {
    SeenPeriod { id: id.to_owned(), parts: Vec::new() }
}

use std::collections::BTreeMap;
