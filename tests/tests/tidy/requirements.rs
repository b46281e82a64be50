//! Requirements: every one of the 120 stands in the project's table exactly once, and says where
//! it is served or under which planned capability it will be.

use std::collections::BTreeSet;

use crate::check;
use crate::tree::{File, exists, files, text};

const PAGE: &str = "docs/requirements.md";
const REQUIREMENTS: usize = 120;
const COLUMNS: usize = 6;

/// Nothing that the two policy documents ask for is dropped on the way.
#[test]
fn every_requirement_stands_in_the_table_once() {
    let page = text(PAGE);
    let mut broken = Vec::new();
    for number in 1..=REQUIREMENTS {
        let id = format!("R{number:03}");
        let count = rows(&page).filter(|row| row.first() == Some(&id.as_str())).count();
        if count != 1 {
            broken.push(format!("{id} stands {count} times"));
        }
    }
    if rows(&page).count() != REQUIREMENTS {
        broken.push(format!("{} rows", rows(&page).count()));
    }
    check(&format!("give each requirement R001 to R120 one row in {PAGE}"), &broken);
}

/// A row without a place is a promise that nobody keeps.
#[test]
fn every_requirement_says_where_it_is_served() {
    let page = text(PAGE);
    let planned = capabilities(&page);
    let mut broken = Vec::new();
    for row in rows(&page) {
        let id = row.first().copied().unwrap_or_default();
        if row.len() != COLUMNS || row.iter().any(|cell| cell.is_empty()) {
            broken.push(format!("{id}: {} filled columns, {COLUMNS} expected", row.len()));
        }
        broken.extend(place(row.last().copied().unwrap_or_default(), &planned, id));
    }
    let remedy = "write `served: where`, `in part: where; planned: capability` or `planned: \
                  capability`, with a capability from the list at the head of the page";
    check(remedy, &broken);
}

/// An indicator that the table names is in the catalogue.
#[test]
fn indicators_named_in_the_table_exist() {
    let packs: Vec<File> =
        files(&[".toml"]).into_iter().filter(|file| file.is_under(&["proto/packs/"])).collect();
    assert!(exists("proto/packs"), "the catalogue's packs stand in proto/packs");
    let page = text(PAGE);
    let mut broken = Vec::new();
    for name in page.split('`').skip(1).step_by(2).filter(|name| is_indicator(name)) {
        let quoted = format!("\"{name}\"");
        if !packs.iter().any(|pack| pack.text.contains(&quoted)) {
            broken.push(name.to_owned());
        }
    }
    check("name the indicator as the catalogue does", &broken);
}

/// The rows of the table, cell by cell; the heading's row has no number.
fn rows(page: &str) -> impl Iterator<Item = Vec<&str>> {
    let is_row = |line: &&str| {
        let number = line.strip_prefix("| R").and_then(|rest| rest.chars().next());
        number.is_some_and(|c| c.is_ascii_digit())
    };
    page.lines()
        .filter(is_row)
        .map(|line| line.trim().trim_matches('|').split('|').map(str::trim).collect())
}

/// The planned capabilities: the bold names at the head of list items.
fn capabilities(page: &str) -> BTreeSet<&str> {
    page.lines()
        .filter_map(|line| line.strip_prefix("- **"))
        .filter_map(|line| line.split_once("**"))
        .map(|(name, _)| name)
        .collect()
}

fn place(cell: &str, planned: &BTreeSet<&str>, id: &str) -> Option<String> {
    let names: Vec<&str> = cell.split("planned: ").skip(1).collect();
    let is_known = |text: &str| {
        text.split([';', '(']).next().is_some_and(|name| planned.contains(name.trim()))
    };
    if let Some(name) = names.iter().find(|name| !is_known(name)) {
        return Some(format!("{id}: unknown capability \"{name}\""));
    }
    let is_served = cell.starts_with("served: ") && names.is_empty();
    let is_begun = cell.starts_with("in part: ") && !names.is_empty();
    let is_planned = cell.starts_with("planned: ") && !names.is_empty();
    let is_placed = is_served || is_begun || is_planned;
    (!is_placed).then(|| format!("{id}: \"{cell}\""))
}

/// An indicator's id: a short family, a dot, and a name in lower case.
fn is_indicator(name: &str) -> bool {
    let family = name.strip_prefix("r.").unwrap_or(name);
    let Some((family, rest)) = family.split_once('.') else {
        return false;
    };
    let lower = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c));
    let is_family = family.len() == 3 || family == "base";
    is_family && !rest.is_empty() && lower(family) && lower(rest)
}
