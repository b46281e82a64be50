//! Division packs: codes and names of city, districts and streets, with the days they hold.
//!
//! Codes change and names collide (中山街道, 中山路街道), so a division is known by its code and a
//! day, never by its name, and the list is data that a city sends, never compiled in.

use std::collections::BTreeSet;
use std::str::FromStr;

use domain::catalogue::{Flaw, FlawKind, Label};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PackError, rows};

/// Columns of a division pack, in order.
pub const COLUMNS: [&str; 9] = [
    "code",
    "name_zh",
    "name_en",
    "level",
    "kind",
    "parent",
    "valid_from",
    "valid_to",
    "successors",
];
/// Most divisions of a pack.
const ROWS_MAX: usize = 20_000;

/// Level of a division.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DivisionLevel {
    /// A city.
    City,
    /// A district or county-level city.
    District,
    /// A street, town or zone.
    Street,
}

impl FromStr for DivisionLevel {
    type Err = Flaw;

    fn from_str(word: &str) -> Result<Self, Flaw> {
        match word {
            "city" => Ok(Self::City),
            "district" => Ok(Self::District),
            "street" => Ok(Self::Street),
            other => {
                let expected = "city, district or street";
                Err(Flaw::new(FlawKind::Unknown, "level", other, expected))
            }
        }
    }
}

/// One division for the days it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Code: digits, 6 for districts, 9 for streets.
    pub code: String,
    /// Name.
    pub label: Label,
    /// Level.
    pub level: DivisionLevel,
    /// What it is by law, such as `subdistrict` or `town`.
    pub kind: String,
    /// Code of the division that holds it; a city's may lie outside the list.
    pub parent: Option<String>,
    /// First day.
    pub valid_from: Date,
    /// Last day, where it has ended.
    pub valid_to: Option<Date>,
    /// Codes that follow it.
    pub successors: Vec<String>,
}

/// A checked list of divisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divisions(Vec<Division>);

impl Divisions {
    /// All rows in the order of the pack.
    #[must_use]
    pub fn rows(&self) -> &[Division] {
        &self.0
    }

    /// The division of a code on a day.
    #[must_use]
    pub fn on(&self, code: &str, day: Date) -> Option<&Division> {
        self.0.iter().find(|row| {
            let ended = row.valid_to.is_some_and(|last| last < day);
            row.code == code && row.valid_from <= day && !ended
        })
    }

    /// Divisions directly below a code on a day.
    pub fn below<'d>(&'d self, code: &'d str, day: Date) -> impl Iterator<Item = &'d Division> {
        self.0.iter().filter(move |row| {
            let ended = row.valid_to.is_some_and(|last| last < day);
            row.parent.as_deref() == Some(code) && row.valid_from <= day && !ended
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDivision {
    code: String,
    name_zh: String,
    name_en: String,
    level: String,
    kind: String,
    parent: String,
    valid_from: String,
    valid_to: String,
    successors: String,
}

/// Reads a list of divisions: CSV in UTF-8 with the columns [`COLUMNS`].
///
/// # Errors
/// Other columns, a code twice on one day, a parent or successor that is not in the list, days
/// that do not exist or end before they begin.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Divisions, PackError> {
    let mut found = Vec::new();
    for (line, raw) in rows::<RawDivision>(pack, bytes, (&COLUMNS, ROWS_MAX))? {
        let key = format!("line {line}, {}", raw.code);
        let row = division(&raw).map_err(|flaw| PackError::content(pack, flaw.within(&key)))?;
        found.push(row);
    }
    check(&found).map_err(|flaw| PackError::content(pack, flaw))?;
    Ok(Divisions(found))
}

fn division(raw: &RawDivision) -> Result<Division, Flaw> {
    let level: DivisionLevel = raw.level.parse()?;
    let digits = if level == DivisionLevel::Street { 9 } else { 6 };
    let plain = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit());
    if raw.code.len() != digits || !plain(&raw.code) {
        let expected = format!("{digits} digits");
        return Err(Flaw::new(FlawKind::Form, "code", &*raw.code, expected));
    }
    for (key, name) in [("name_zh", &raw.name_zh), ("name_en", &raw.name_en)] {
        if name.trim().is_empty() {
            return Err(Flaw::new(FlawKind::Missing, key, "no name", "a name in zh and en"));
        }
    }
    let valid_from = day("valid_from", &raw.valid_from)?;
    let valid_to =
        if raw.valid_to.is_empty() { None } else { Some(day("valid_to", &raw.valid_to)?) };
    if valid_to.is_some_and(|last| last < valid_from) {
        let wrong = raw.valid_to.as_str();
        return Err(Flaw::new(FlawKind::Range, "valid_to", wrong, "a day from valid_from on"));
    }
    Ok(Division {
        code: raw.code.clone(),
        label: Label { zh: raw.name_zh.clone(), en: raw.name_en.clone() },
        level,
        kind: raw.kind.clone(),
        parent: Some(raw.parent.clone()).filter(|parent| !parent.is_empty()),
        valid_from,
        valid_to,
        successors: raw.successors.split_whitespace().map(str::to_owned).collect(),
    })
}

fn day(key: &str, text: &str) -> Result<Date, Flaw> {
    text.parse().map_err(|_| Flaw::new(FlawKind::Form, key, text, "a day such as 2025-09-01"))
}

fn check(rows: &[Division]) -> Result<(), Flaw> {
    let codes: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let mut spans: Vec<(&str, Date, Option<Date>)> =
        rows.iter().map(|row| (row.code.as_str(), row.valid_from, row.valid_to)).collect();
    spans.sort_unstable();
    for (first, next) in spans.iter().zip(spans.iter().skip(1)) {
        if first.0 == next.0 && first.2.is_none_or(|last| last >= next.1) {
            let expected = "each code once on any day";
            return Err(Flaw::new(FlawKind::Duplicate, "code", first.0, expected));
        }
    }
    for row in rows {
        let parent = row.parent.as_deref();
        let held = parent.is_some_and(|parent| codes.contains(parent));
        if row.level != DivisionLevel::City && !held {
            let key = format!("{}, parent", row.code);
            let wrong = parent.unwrap_or("no parent");
            return Err(Flaw::new(FlawKind::Unknown, key, wrong, "a code of this list"));
        }
        if let Some(code) = row.successors.iter().find(|code| !codes.contains(code.as_str())) {
            let key = format!("{}, successors", row.code);
            return Err(Flaw::new(FlawKind::Unknown, key, &**code, "codes of this list"));
        }
    }
    Ok(())
}
