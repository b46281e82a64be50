//! What holds of a federation once it is quiet, as functions of what its units hold and of nothing
//! else: nothing that was accepted is lost, nothing counts twice, totals are the recount of what
//! schools signed, and sequences have no gap.
//!
//! They know no store and no process, so that whoever kills real ones and whoever simulates them
//! ask the same questions. Each answer names what is wrong; an empty one is well.

use std::collections::{BTreeMap, BTreeSet};

use domain::cell::{Cell, CellError, unpack, unpack_counts};
use domain::digest::Digest;
use domain::release::Claimed;

/// Signed tables by the written form of their ids, with the digests of their bytes.
pub type Told = BTreeMap<String, Digest>;

/// A table and a period in its written form.
pub type Place = (String, String);

/// One table of one unit, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The unit that signed it.
    pub unit: String,
    /// Table and period.
    pub place: Place,
    /// The highest counts.
    pub revision: u32,
    /// Schools in it; one where a school signed it.
    pub schools: u32,
    /// Persons at these schools.
    pub persons: u64,
    /// Its figures.
    pub cells: Vec<Cell>,
    /// Contributors of each cell; nothing for a school, which contributes itself.
    pub contributors: Option<Vec<u32>>,
}

impl Sheet {
    /// Reads what was signed, of a table of so many cells.
    ///
    /// # Errors
    /// The cells do not fit the table.
    pub fn of(claimed: &Claimed, cells: usize) -> Result<Self, CellError> {
        let (id, sums) = (&claimed.header.id, claimed.provenance.as_ref());
        Ok(Self {
            unit: id.unit.to_string(),
            place: (id.table.to_string(), id.period.to_string()),
            revision: id.revision.get(),
            schools: sums.map_or(1, |sums| sums.schools_reported),
            persons: claimed.header.persons,
            cells: unpack(&claimed.cells, cells)?,
            contributors: sums.map(|sums| unpack_counts(&sums.contributors, cells)).transpose()?,
        })
    }
}

/// What one place adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Schools in it.
    pub schools: u32,
    /// Persons at these schools.
    pub persons: u64,
    /// The sum of each cell.
    pub values: Vec<u64>,
    /// Contributors of each cell.
    pub contributors: Vec<u32>,
}

impl Sum {
    fn add(&mut self, sheet: &Sheet) {
        self.schools += sheet.schools;
        self.persons += sheet.persons;
        let cells = self.values.len().max(sheet.cells.len());
        self.values.resize(cells, 0);
        self.contributors.resize(cells, 0);
        let both = self.values.iter_mut().zip(&mut self.contributors);
        for (at, (cell, (sum, count))) in sheet.cells.iter().zip(both).enumerate() {
            let Some(value) = cell.value() else { continue };
            let counts = sheet.contributors.as_ref();
            *sum += value;
            *count += counts.map_or(1, |counts| counts.get(at).copied().unwrap_or(0));
        }
    }
}

/// What was accepted and is not kept as it was sent.
#[must_use]
pub fn lost(accepted: &Told, kept: &Told) -> Vec<String> {
    let away = accepted.iter().filter(|(name, digest)| kept.get(*name) != Some(*digest));
    away.map(|(name, _)| name.clone()).collect()
}

/// Sequences that are missing among 1, 2, 3 and so on up to the last one, or stand there twice.
#[must_use]
pub fn breaks(sequences: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    for sequence in sequences {
        *seen.entry(sequence).or_default() += 1;
    }
    let last = seen.keys().next_back().copied().unwrap_or(0);
    let times = |sequence: &u64| seen.get(sequence).copied().unwrap_or(0);
    (0..=last).filter(|sequence| times(sequence) != u32::from(*sequence > 0)).collect()
}

/// The sheets that count: of every unit, table and period the highest revision.
#[must_use]
pub fn counting(sheets: impl IntoIterator<Item = Sheet>) -> Vec<Sheet> {
    let mut highest: BTreeMap<(String, Place), Sheet> = BTreeMap::new();
    for sheet in sheets {
        let key = (sheet.unit.clone(), sheet.place.clone());
        if highest.get(&key).is_none_or(|known| known.revision < sheet.revision) {
            highest.insert(key, sheet);
        }
    }
    highest.into_values().collect()
}

/// Adds sheets up, cell by cell.
#[must_use]
pub fn recounted<'s>(sheets: impl IntoIterator<Item = &'s Sheet>) -> BTreeMap<Place, Sum> {
    let mut sums: BTreeMap<Place, Sum> = BTreeMap::new();
    for sheet in sheets {
        sums.entry(sheet.place.clone()).or_default().add(sheet);
    }
    sums
}

/// Places whose totals are not what they must be.
#[must_use]
pub fn differing(held: &BTreeMap<Place, Sum>, due: &BTreeMap<Place, Sum>) -> Vec<String> {
    let places: BTreeSet<&Place> = held.keys().chain(due.keys()).collect();
    let wrong = places.into_iter().filter(|place| held.get(*place) != due.get(*place));
    wrong.map(|place| said(place, held.get(place), due.get(place))).collect()
}

fn said((table, period): &Place, held: Option<&Sum>, due: Option<&Sum>) -> String {
    let short = |sum: Option<&Sum>| {
        let Some(sum) = sum else { return "nothing".to_owned() };
        let all: u64 = sum.values.iter().sum();
        format!("{all} of {} schools and {} persons", sum.schools, sum.persons)
    };
    format!("{table} {period}: {}, recounted {}", short(held), short(due))
}

/// Places at which more schools stand than there are: one of them twice. This holds at any moment,
/// also where much is still on its way.
#[must_use]
pub fn twice(held: &BTreeMap<Place, Sum>, schools: u32) -> Vec<String> {
    let more =
        |sum: &Sum| sum.schools > schools || sum.contributors.iter().any(|count| *count > schools);
    let wrong = held.iter().filter(|(_, sum)| more(sum));
    wrong.map(|(place, sum)| said(place, Some(sum), None)).collect()
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;

    use super::*;

    fn sheet(unit: &str, revision: u32, cells: &[Option<u64>]) -> Sheet {
        let cell = |value: &Option<u64>| value.map_or(Cell::Unsupported, Cell::Value);
        Sheet {
            unit: unit.to_owned(),
            place: ("clear.week".to_owned(), "2026-W03".to_owned()),
            revision,
            schools: 1,
            persons: 40,
            cells: cells.iter().map(cell).collect(),
            contributors: None,
        }
    }

    /// What is missing, and what is kept with other bytes, is lost; what is kept beside it is not.
    #[test]
    fn missing_and_changed_bytes_are_lost() {
        let told = |items: &[(&str, &str)]| -> Told {
            items.iter().map(|(name, text)| ((*name).to_owned(), sha256(text.as_bytes()))).collect()
        };
        let accepted = told(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(lost(&accepted, &told(&[("a", "1"), ("b", "other")])), ["b", "c"]);
        assert!(
            lost(&accepted, &told(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")])).is_empty()
        );
    }

    /// A gap, a repeat and a zero are found, and an unbroken lane is well.
    #[test]
    fn gaps_and_repeats_break_a_lane() {
        assert_eq!(breaks([3, 1, 2]), [0; 0]);
        assert_eq!(breaks([]), [0; 0]);
        assert_eq!(breaks([1, 2, 5, 5]), [3, 4, 5]);
        assert_eq!(breaks([0, 1]), [0]);
    }

    /// Sums of sums are the sum of all; a lower revision, a school that is lost and one that is
    /// there twice are found.
    #[test]
    fn totals_are_compared_with_the_recount() {
        let schools = [
            sheet("S1", 1, &[Some(9), None]),
            sheet("S1", 2, &[Some(1), None]),
            sheet("S2", 1, &[Some(2), Some(5)]),
        ];
        let counting = counting(schools);
        let all = recounted(&counting);
        let sum = Sum { schools: 2, persons: 80, values: vec![3, 5], contributors: vec![2, 1] };
        assert_eq!(all.values().collect::<Vec<_>>(), [&sum]);
        let hub = Sheet {
            schools: sum.schools,
            persons: sum.persons,
            cells: sum.values.iter().copied().map(Cell::Value).collect(),
            contributors: Some(sum.contributors.clone()),
            ..sheet("D", 1, &[])
        };
        let above = recounted([&hub]);
        assert!(differing(&above, &all).is_empty() && twice(&above, 2).is_empty());
        let lacks = recounted(&counting[..1]);
        assert_eq!(differing(&lacks, &all).len(), 1);
        assert_eq!(differing(&BTreeMap::new(), &all).len(), 1);
        let doubled = recounted(counting.iter().chain(&counting[..1]));
        assert_eq!((differing(&doubled, &all).len(), twice(&doubled, 2).len()), (1, 1));
    }
}
