//! Packs of schools' keys: which key each school of an area signs its sealed reports with, as the
//! health commission verified it with the school itself.
//!
//! A table in CSV of school and key, one row for each school; the pack's name says area and year.
//! Education certifies schools and signs this list as well, but it cannot write it alone: a report
//! under a certificate that education forged has a key that stands in no list.

use std::collections::BTreeMap;

use domain::catalogue::{Expected, Flaw, FlawKind};
use domain::digest::Digest;
use domain::unit::UnitId;
use serde::Deserialize;

use super::roster::area_year;
use super::{PackError, rows};

/// Columns of a list of keys, in order.
pub const COLUMNS: [&str; 2] = ["unit", "key"];

/// Most rows of a list: the schools of an area.
const ROWS_MAX: usize = 10_000;

/// The SHA-256 of the public key that each school signs its reports with.
pub type SchoolKeys = BTreeMap<UnitId, Digest>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    unit: String,
    key: String,
}

/// Reads a list: CSV in UTF-8 with the columns [`COLUMNS`].
///
/// # Errors
/// A name that is no area and year, other columns, a school twice, a key of two schools, a key
/// that is none.
pub fn read(pack: &str, bytes: &[u8]) -> Result<SchoolKeys, PackError> {
    area_year(pack)?;
    let (mut keys, mut owners) = (SchoolKeys::new(), BTreeMap::new());
    for (line, raw) in rows::<RawRow>(pack, bytes, (&COLUMNS, ROWS_MAX))? {
        let at = format!("line {line}, {}", raw.unit);
        let taken = row(&raw).and_then(|row| take((&mut keys, &mut owners), &row));
        taken.map_err(|flaw| PackError::content(pack, flaw.within(&at)))?;
    }
    if keys.is_empty() {
        let flaw = Flaw::named(FlawKind::Missing, "rows", "no row", Expected::SchoolRows);
        return Err(PackError::content(pack, flaw));
    }
    Ok(keys)
}

/// The text of a list, in order of schools.
#[must_use]
pub fn write(keys: &SchoolKeys) -> String {
    let head = COLUMNS.join(",");
    // An id of a unit and a digest need no quotes.
    let rows = keys.iter().map(|(unit, key)| format!("{unit},{key}"));
    std::iter::once(head).chain(rows).map(|line| line + "\n").collect()
}

fn row(raw: &RawRow) -> Result<(UnitId, Digest), Flaw> {
    let unit = raw.unit.parse::<UnitId>();
    let unit =
        unit.map_err(|_| Flaw::named(FlawKind::Form, "unit", &*raw.unit, Expected::UnitId))?;
    let key = Digest::from_hex(&raw.key).map_err(|_| {
        let expected = "the SHA-256 of the school's key, 64 hexadecimal digits";
        Flaw::new(FlawKind::Form, "key", &*raw.key, expected)
    })?;
    Ok((unit, key))
}

fn take(
    (keys, owners): (&mut SchoolKeys, &mut BTreeMap<Digest, UnitId>),
    (unit, key): &(UnitId, Digest),
) -> Result<(), Flaw> {
    if let Some(other) = owners.insert(*key, unit.clone()).filter(|other| other != unit) {
        let expected = format!("a key of one school; it is {other}'s");
        return Err(Flaw::new(FlawKind::Conflict, "key", key.to_string(), expected));
    }
    match keys.insert(unit.clone(), *key) {
        None => Ok(()),
        Some(_) => {
            Err(Flaw::new(FlawKind::Duplicate, "unit", unit.as_str(), "one key for each school"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "370203-2026";

    fn key(of: u8) -> Digest {
        Digest::sha256([of; 32])
    }

    fn refused(text: &str) -> (FlawKind, String) {
        match read(NAME, text.as_bytes()) {
            Err(PackError::Content { flaw, .. }) => (flaw.kind, flaw.to_string()),
            other => panic!("expected a flaw, got {other:?}"),
        }
    }

    /// A list is read as it was written.
    #[test]
    fn a_list_is_read_as_it_was_written() {
        let unit = |id: &str| -> UnitId { id.parse().expect("unit") };
        let keys = SchoolKeys::from([(unit("S1"), key(1)), (unit("S2"), key(2))]);
        assert_eq!(read(NAME, write(&keys).as_bytes()), Ok(keys));
    }

    /// Each way to state a key wrongly is named with its line.
    #[test]
    fn a_key_is_stated_once_for_one_school() {
        let (one, two) = (key(1), key(2));
        let (kind, said) = refused(&format!("unit,key\nS1,{one}\nS2,{one}\n"));
        assert_eq!(kind, FlawKind::Conflict);
        assert!(said.contains("line 3, S2") && said.contains("S1's"), "{said}");
        assert_eq!(refused(&format!("unit,key\nS1,{one}\nS1,{two}\n")).0, FlawKind::Duplicate);
        assert_eq!(refused(&format!("unit,key\nS1,{one}\nS1,{one}\n")).0, FlawKind::Duplicate);
        assert_eq!(refused("unit,key\nS1,abc\n").0, FlawKind::Form);
        assert_eq!(refused(&format!("unit,key\nS 1,{one}\n")).0, FlawKind::Form);
        assert_eq!(refused("unit,key\n").0, FlawKind::Missing);
        assert!(read("keys", format!("unit,key\nS1,{one}\n").as_bytes()).is_err(), "no area");
        let other = read(NAME, b"key,unit\n");
        assert!(matches!(other, Err(PackError::Columns { .. })), "{other:?}");
    }
}
