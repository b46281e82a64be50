//! Tidy CSV for spreadsheets: one row a figure, UTF-8 with a byte order mark for Excel.
//!
//! The `status` column is always there, and a figure that is not shown has an empty value.

use crate::statistics::{DataOut, FigureOut, StatusWord, UnitOut};

/// Columns after the dimensions.
const COLUMNS: [&str; 13] = [
    "status",
    "reason",
    "value",
    "numerator",
    "denominator",
    "low",
    "high",
    "schools_reported",
    "schools_due",
    "persons",
    "snapshot",
    "root",
    "catalogue",
];

/// Figures as CSV.
///
/// # Errors
/// None: the rows are written to memory and have one width.
pub(super) fn data(out: &DataOut) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut head = vec!["indicator", "period", "unit", "unit_name"];
    head.extend(out.by.iter().map(String::as_str));
    head.extend(COLUMNS);
    writer.write_record(head)?;
    for unit in &out.units {
        for figure in &unit.figures {
            writer.write_record(row(out, unit, figure))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn row(out: &DataOut, unit: &UnitOut, figure: &FigureOut) -> Vec<String> {
    let number = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let mut row =
        vec![out.indicator.clone(), out.period.clone(), unit.unit.clone(), plain(&unit.name.zh)];
    row.extend(out.by.iter().map(|id| figure.key.get(id).cloned().unwrap_or_default()));
    let status = match figure.status {
        StatusWord::Value => "value",
        StatusWord::Suppressed => "suppressed",
        StatusWord::NotReported => "not_reported",
        StatusWord::NotApplicable => "not_applicable",
        StatusWord::Closed => "closed",
        StatusWord::Waiting => "waiting",
        StatusWord::Stopped => "stopped",
    };
    row.extend([
        status.to_owned(),
        figure.reason.unwrap_or_default().to_owned(),
        figure.value.as_ref().map_or_else(String::new, ToString::to_string),
        number(figure.numerator),
        number(figure.denominator),
        number(figure.low),
        number(figure.high),
        unit.coverage.schools_reported.to_string(),
        unit.coverage.schools_due.to_string(),
        unit.coverage.persons.to_string(),
        number(unit.snapshot),
        unit.root.clone().unwrap_or_default(),
        out.catalogue.clone(),
    ]);
    row
}

/// A name that no spreadsheet takes for a formula.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}
