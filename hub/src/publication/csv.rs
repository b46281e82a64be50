//! A release as tidy CSV: one row a figure, and every row says that it is noisy, how much, how many
//! schools are in it, and by which documents.

use super::out::{CellOut, OpenTableOut, ReleaseAreaOut, ReleaseOut};

/// What every row says beside its figure.
const TAIL: [&str; 23] = [
    "status",
    "value",
    "shown",
    "low95",
    "high95",
    "left_out",
    "margin95",
    "epsilon",
    "scale",
    "schools_reported",
    "schools_due",
    "schools_closed",
    "carried",
    "sums",
    "sums_opened_until",
    "drawn_at",
    "areas",
    "plans",
    "rosters",
    "catalogue",
    "line",
    "note_zh",
    "note_en",
];

/// A release as CSV.
///
/// # Errors
/// None: the rows are written to memory and have one width.
pub fn csv(out: &ReleaseOut) -> Result<Vec<u8>, csv::Error> {
    let mut dims: Vec<&String> = Vec::new();
    for dim in out.tables.iter().flat_map(|table| &table.by) {
        if !dims.contains(&dim) {
            dims.push(dim);
        }
    }
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut head = vec!["release", "unit", "period", "query"];
    head.extend(dims.iter().map(|dim| dim.as_str()));
    head.extend(TAIL);
    writer.write_record(&head)?;
    for table in &out.tables {
        for cell in &table.cells {
            writer.write_record(row(out, (table, cell), &dims))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Schools in a figure, due, and too few to be opened: of its stage, where it is about one.
fn schools(out: &ReleaseOut, cell: &CellOut) -> [String; 3] {
    let asked = cell.key.get("stage");
    let of_stage = out.stages.iter().find(|one| asked.is_some_and(|stage| stage == one.stage));
    let closed: u32 = out.stages.iter().map(|one| one.closed_schools).sum();
    let all = out.release.coverage;
    let known = !out.stages.is_empty();
    let [reported, due, closed] = match of_stage {
        Some(one) => [one.schools, one.schools, one.closed_schools],
        None => [all.schools_reported, all.schools_due, closed],
    };
    let closed = if known { closed.to_string() } else { String::new() };
    [reported.to_string(), due.to_string(), closed]
}

fn row(
    out: &ReleaseOut,
    (table, cell): (&OpenTableOut, &CellOut),
    dims: &[&String],
) -> Vec<String> {
    let number = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
    let each =
        |of: fn(&ReleaseAreaOut) -> &str| out.areas.iter().map(of).collect::<Vec<_>>().join(" ");
    let release = &out.release;
    let mut row =
        vec![release.id.clone(), out.unit.clone(), release.period.clone(), table.query.clone()];
    row.extend(dims.iter().map(|dim| cell.key.get(*dim).cloned().unwrap_or_default()));
    row.extend([
        cell.status.to_owned(),
        number(cell.value),
        cell.shown.clone(),
        number(cell.low),
        number(cell.high),
        if cell.left_out { "yes" } else { "no" }.to_owned(),
        release.margin95.to_string(),
        release.epsilon.clone(),
        release.scale.clone(),
    ]);
    row.extend(schools(out, cell));
    row.extend([
        release.carried.to_string(),
        out.sums.to_string(),
        out.sums_opened_until.clone(),
        release.drawn_at.clone().unwrap_or_default(),
        each(|area| &area.area),
        each(|area| &area.plan),
        each(|area| &area.roster),
        out.catalogue.clone(),
        out.line.to_string(),
        out.note.zh.clone(),
        out.note.en.clone(),
    ]);
    row
}
