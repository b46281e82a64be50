//! The file's form, field by field, and its conversion to what the attacker takes.
//!
//! Unknown fields are refused: a misspelt `members` would make another table of it, and an audit
//! of another table is worse than none.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::ROUNDING_BASE;
use domain::disclosure::attacker::{Course, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View};
use serde::{Deserialize, Serialize};

/// Why a file is not what a role has seen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No JSON of this form.
    #[error("the file is not of this form")]
    Form(#[from] serde_json::Error),
    /// `cumulative` is neither `true` nor `"series"`.
    #[error("cumulative is neither true nor \"series\"")]
    Course,
    /// `k` is below 2, so that no count would be small.
    #[error("k is below 2")]
    Small,
    /// A cell whose status and value do not go together.
    #[error("table {0} has a cell whose status and value do not go together")]
    Cell(String),
}

/// Reads a file.
///
/// # Errors
/// It is not of this form.
pub fn read(bytes: &[u8]) -> Result<View, FormatError> {
    let file: File = serde_json::from_slice(bytes)?;
    let course = match file.cumulative {
        Cumulative::Is(true) => Course::Cumulative,
        Cumulative::As(word) if word == SERIES => Course::Series,
        Cumulative::Is(false) | Cumulative::As(_) => return Err(FormatError::Course),
    };
    if file.k < 2 {
        return Err(FormatError::Small);
    }
    let units = file.units.into_iter().map(|(id, unit)| {
        let FileUnit { parent, level, has } = unit;
        (id, Unit { parent, level, has })
    });
    let periods = file.periods.into_iter().map(|period| match period {
        FilePeriod::Name(id) => SeenPeriod { id, parts: Vec::new() },
        FilePeriod::Sum { id, parts } => SeenPeriod { id, parts },
    });
    let tables: Result<Vec<SeenTable>, FormatError> =
        file.tables.into_iter().map(FileTable::into_seen).collect();
    let (units, periods, tables) = (units.collect(), periods.collect(), tables?);
    Ok(View { k: file.k, units, periods, course, tables })
}

/// Writes a view as a file that [`read`] reads back.
///
/// # Errors
/// None of a view: the form has a place for everything that one holds.
pub fn write(view: &View) -> Result<Vec<u8>, FormatError> {
    let units = view.units.iter().map(|(id, unit)| {
        let Unit { parent, level, has } = unit.clone();
        (id.clone(), FileUnit { parent, level, has })
    });
    let periods = view.periods.iter().map(|period| {
        let SeenPeriod { id, parts } = period.clone();
        if parts.is_empty() { FilePeriod::Name(id) } else { FilePeriod::Sum { id, parts } }
    });
    let file = File {
        k: view.k,
        units: units.collect(),
        periods: periods.collect(),
        cumulative: match view.course {
            Course::Cumulative => Cumulative::Is(true),
            Course::Series => Cumulative::As(SERIES.to_owned()),
        },
        tables: view.tables.iter().map(|table| FileTable::of(view, table)).collect(),
    };
    Ok(serde_json::to_vec(&file)?)
}

const SERIES: &str = "series";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    k: u32,
    units: BTreeMap<String, FileUnit>,
    periods: Vec<FilePeriod>,
    cumulative: Cumulative,
    tables: Vec<FileTable>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileUnit {
    #[serde(default)]
    parent: Option<String>,
    level: String,
    /// The categories of a dimension in which the unit can have anybody.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    has: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum FilePeriod {
    Name(String),
    Sum { id: String, parts: Vec<String> },
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Cumulative {
    Is(bool),
    As(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    id: String,
    #[serde(default)]
    level: String,
    unit: String,
    period: String,
    measure: String,
    dims: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    members: Option<Vec<String>>,
    /// Units that stand in the sum with the figure of an earlier period.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    carried: BTreeMap<String, String>,
    cells: Vec<FileCell>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    totals: Vec<FileCell>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCell {
    key: Vec<String>,
    #[serde(default)]
    value: Option<i64>,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lo: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hi: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Exact,
    Suppressed,
    Rounded,
    Noised,
}

impl FileTable {
    fn into_seen(self) -> Result<SeenTable, FormatError> {
        let cells = self.cells.into_iter().chain(self.totals).map(|cell| {
            let printed = cell.printed().ok_or_else(|| FormatError::Cell(self.id.clone()))?;
            Ok(SeenCell { key: cell.key, printed })
        });
        let cells: Result<Vec<SeenCell>, FormatError> = cells.collect();
        Ok(SeenTable {
            cells: cells?,
            id: self.id,
            unit: self.unit,
            period: self.period,
            measure: self.measure,
            dims: self.dims,
            members: self.members,
            carried: self.carried,
        })
    }

    fn of(view: &View, table: &SeenTable) -> Self {
        let SeenTable { id, unit, period, measure, dims, members, carried, cells } = table.clone();
        let level = view.units.get(&unit).map(|known| known.level.clone()).unwrap_or_default();
        let cells = cells.iter().map(FileCell::of).collect();
        let totals = Vec::new();
        Self { id, level, unit, period, measure, dims, members, carried, cells, totals }
    }
}

impl FileCell {
    fn printed(&self) -> Option<Printed> {
        let value = || self.value.and_then(|value| u64::try_from(value).ok());
        let between = || Printed::Between(self.lo.unwrap_or(0), self.hi);
        let is_bounded = self.lo.is_some() || self.hi.is_some();
        match self.status {
            Status::Exact => value().map(Printed::Exact),
            Status::Suppressed => Some(between()),
            // Noise has no bounds: an interval that was written beside it is an estimate.
            Status::Noised if is_bounded => None,
            Status::Rounded if is_bounded => Some(between()),
            Status::Rounded => {
                let base = self.base.unwrap_or(ROUNDING_BASE);
                value().filter(|_| base > 0).map(|value| Printed::rounded(value, base))
            }
            Status::Noised => Some(Printed::Noised(self.value)),
        }
    }

    fn of(cell: &SeenCell) -> Self {
        let empty = |status| Self {
            key: cell.key.clone(),
            value: None,
            status,
            base: None,
            lo: None,
            hi: None,
        };
        match cell.printed {
            Printed::Exact(value) => {
                Self { value: i64::try_from(value).ok(), ..empty(Status::Exact) }
            }
            Printed::Between(lo, hi) => Self { lo: Some(lo), hi, ..empty(Status::Suppressed) },
            Printed::Noised(value) => Self { value, ..empty(Status::Noised) },
        }
    }
}
