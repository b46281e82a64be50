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

/// Schools in a figure, due, and too few to be opened: of its stage, where it is about one. Of all
/// stages together the last is not said: a school can have several.
fn schools(out: &ReleaseOut, cell: &CellOut) -> [String; 3] {
    let asked = cell.key.get("stage");
    let of_stage = out.stages.iter().find(|one| asked.is_some_and(|stage| stage == one.stage));
    let all = out.release.coverage;
    match of_stage {
        Some(one) => [one.schools, one.schools, one.closed_schools].map(|count| count.to_string()),
        None => [all.schools_reported.to_string(), all.schools_due.to_string(), String::new()],
    }
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

#[cfg(test)]
mod tests {
    use super::super::ReleaseStageOut;
    use super::super::out::{ReleaseLineOut, same};
    use super::*;
    use crate::statistics::CoverageOut;

    fn cell(stage: Option<&str>) -> CellOut {
        CellOut {
            key: stage.map(|stage| ("stage".to_owned(), stage.to_owned())).into_iter().collect(),
            names: Vec::new(),
            status: "noised",
            value: Some(120),
            shown: "120".to_owned(),
            low: Some(108),
            high: Some(132),
            left_out: false,
        }
    }

    fn release() -> ReleaseOut {
        let stage = |stage, schools, closed_schools| ReleaseStageOut {
            stage,
            name: same(stage),
            schools,
            closed_schools,
        };
        let area = |area: &str| ReleaseAreaOut {
            area: area.to_owned(),
            name: same(area),
            schools_reported: 5,
            schools_due: 5,
            plan: format!("p{area}"),
            roster: format!("r{area}"),
        };
        ReleaseOut {
            unit: "370200".to_owned(),
            name: same("370200"),
            release: ReleaseLineOut {
                id: "2025S1-alerts".to_owned(),
                subject: same("alerts"),
                period: "2025S1".to_owned(),
                period_name: same("2025S1"),
                state: "drawn",
                epsilon: "0.375".to_owned(),
                scale: "8".to_owned(),
                margin95: 24,
                coverage: CoverageOut { schools_reported: 10, schools_due: 11, persons: 9_000 },
                carried: 0,
                drawn_at: Some("2026-02-20T02:00:00Z".to_owned()),
                drawn_by: String::new(),
            },
            note: same("noisy"),
            sums: 2,
            sums_opened_until: "2026-02-10T00:00:00Z".to_owned(),
            catalogue: "c".to_owned(),
            areas: vec![area("370202"), area("310117")],
            stages: vec![stage("junior", 10, 0), stage("senior", 0, 2)],
            line: 1,
            identity: String::new(),
            tables: vec![OpenTableOut {
                query: "state.stage".to_owned(),
                by: vec!["stage".to_owned()],
                by_names: Vec::new(),
                cells: vec![cell(Some("senior")), cell(Some("junior")), cell(None)],
            }],
        }
    }

    /// A row of a stage has that stage's schools, the others those of the release; each names its
    /// documents.
    #[test]
    fn rows_have_the_schools_of_their_stage_and_their_documents() {
        let bytes = csv(&release()).expect("csv");
        let text = String::from_utf8(bytes).expect("utf-8");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let head = reader.headers().expect("head").clone();
        let at = |name: &str| head.iter().position(|known| known == name).expect("column");
        let rows: Vec<_> = reader.records().map(|row| row.expect("row")).collect();
        let schools = |row: usize| {
            let names = ["schools_reported", "schools_due", "schools_closed"];
            names.map(|name| rows[row][at(name)].to_owned())
        };
        assert_eq!(schools(0), ["0", "0", "2"]);
        assert_eq!(schools(1), ["10", "10", "0"]);
        assert_eq!(schools(2), ["10", "11", ""]);
        assert_eq!(&rows[0][at("plans")], "p370202 p310117");
        assert_eq!(&rows[0][at("rosters")], "r370202 r310117");
        assert_eq!(&rows[0][at("drawn_at")], "2026-02-20T02:00:00Z");
    }
}
