//! Tidy CSV for spreadsheets: one row a figure, UTF-8 with a byte order mark for Excel.
//!
//! The `status` column is always there, and a figure that is not shown has an empty value.

use crate::statistics::{DataOut, FigureOut, StatusWord, TrendOut, UnitOut};

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

/// A trend as CSV: the columns of figures, and why a row must not be read with the one before.
///
/// # Errors
/// None: the rows are written to memory and have one width.
pub(super) fn trend(out: &TrendOut) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut head = vec!["indicator", "period", "unit", "unit_name"];
    head.extend(COLUMNS);
    head.push("breaks");
    writer.write_record(head)?;
    for point in &out.points {
        let unit = &point.unit;
        for figure in &unit.figures {
            let mut row = named((&out.indicator, &point.period), unit);
            row.extend(cells(unit, figure, &out.catalogue));
            let breaks: Vec<&str> = point.breaks.iter().map(|one| one.code).collect();
            row.push(breaks.join(" "));
            writer.write_record(row)?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn row(out: &DataOut, unit: &UnitOut, figure: &FigureOut) -> Vec<String> {
    let mut row = named((&out.indicator, &out.period), unit);
    row.extend(out.by.iter().map(|id| figure.key.get(id).cloned().unwrap_or_default()));
    row.extend(cells(unit, figure, &out.catalogue));
    row
}

/// What a row is of.
fn named((indicator, period): (&str, &str), unit: &UnitOut) -> Vec<String> {
    vec![indicator.to_owned(), period.to_owned(), unit.unit.clone(), plain(&unit.name.zh)]
}

/// The cells of [`COLUMNS`].
fn cells(unit: &UnitOut, figure: &FigureOut, catalogue: &str) -> [String; COLUMNS.len()] {
    let number = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    let status = match figure.status {
        StatusWord::Value => "value",
        StatusWord::Suppressed => "suppressed",
        StatusWord::NotReported => "not_reported",
        StatusWord::NotApplicable => "not_applicable",
        StatusWord::Closed => "closed",
        StatusWord::Waiting => "waiting",
        StatusWord::Stopped => "stopped",
    };
    [
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
        catalogue.to_owned(),
    ]
}

/// A name that no spreadsheet takes for a formula.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}
