//! Breakdowns of an indicator: areas by stage, stages and grades by sex.

use domain::rollup::Coverage;
use domain::unit::UnitKind;
use runtime::web::{Export, Figure as Shown, Label};

use super::indicator::{Page, share_interval};
use super::{PageError, coverage, unit_label, value_label, why, words};
use crate::console::{AreaFigure, Breakdown, BreakdownTable, TableRow};
use crate::statistics::table::is_area;
use crate::statistics::{Blank, Figures, Reading, UnitFigures, shown};

/// Where Qingdao's districts stand on a tile map, roughly, by division code: column and row.
const TILES: [(&str, (u8, u8)); 10] = [
    ("370202", (1, 3)),
    ("370203", (1, 2)),
    ("370211", (0, 3)),
    ("370212", (2, 3)),
    ("370213", (2, 2)),
    ("370214", (1, 1)),
    ("370215", (2, 1)),
    ("370281", (0, 1)),
    ("370283", (0, 0)),
    ("370285", (1, 0)),
];

/// The breakdowns that the indicator has for the unit.
pub(super) fn available(page: &Page<'_>) -> Vec<Breakdown> {
    let mut offered = Vec::new();
    let has_areas = page.holdings.members.iter().any(|member| is_area(member.unit.kind));
    if has_area_rows(page) && has_areas {
        offered.push(match page.unit.kind {
            UnitKind::City | UnitKind::Helper => Breakdown::DistrictStage,
            _ => Breakdown::StreetStage,
        });
    }
    if page.indicator.has_dimension("stage") && page.tells_stages() {
        offered.push(Breakdown::StageSex);
    }
    if page.indicator.has_dimension("grade") && page.tells_stages() {
        offered.push(Breakdown::GradeSex);
    }
    let mut kinds = Vec::new();
    if kind_of(page).is_some() && page.is_opened(&page.indicator) {
        kinds.push(Breakdown::KindStage);
        if page.indicator.has_dimension("grade") && page.tells_stages() {
            kinds.push(Breakdown::GradeKind);
        }
    }
    // Kinds that do not add up come first, where there is something to see.
    if page.is_of_several() { [kinds, offered].concat() } else { [offered, kinds].concat() }
}

/// Whether areas stand in rows: of a week the area's total is opened, and a town has none.
fn has_area_rows(page: &Page<'_>) -> bool {
    let is_of_districts = matches!(page.unit.kind, UnitKind::City | UnitKind::Helper);
    page.is_whole() && (is_of_districts || page.tells_stages())
}

/// The table of a breakdown.
pub(super) fn table(page: &Page<'_>, breakdown: Breakdown) -> Result<BreakdownTable, PageError> {
    match breakdown {
        Breakdown::DistrictStage | Breakdown::StreetStage => by_area(page, breakdown),
        Breakdown::StageSex => by_dimension(page, ("stage", "sex"), words::STAGE.into()),
        Breakdown::GradeSex => by_dimension(page, ("grade", "sex"), words::GRADE.into()),
        Breakdown::KindStage => {
            let kind = kind_of(page).ok_or(PageError::Unknown)?;
            by_dimension(page, (&kind, "stage"), words::KIND.into())
        }
        Breakdown::GradeKind => {
            let kind = kind_of(page).ok_or(PageError::Unknown)?;
            by_dimension(page, ("grade", &kind), words::GRADE.into())
        }
    }
}

/// The dimension that says what is counted, such as tiers; none for a count without one.
fn kind_of(page: &Page<'_>) -> Option<String> {
    let roster = ["stage", "grade", "sex"];
    let mut dims = page.indicator.dims().iter().map(|dim| dim.as_str());
    dims.find(|dim| !roster.contains(dim)).map(str::to_owned)
}

fn by_area(page: &Page<'_>, breakdown: Breakdown) -> Result<BreakdownTable, PageError> {
    let (columns, parts) = if page.indicator.has_dimension("stage") && page.tells_stages() {
        let by = ["stage".to_owned()];
        let figures = page.holdings.figures(page.packs, page.indicator.id(), &by)?;
        (values(page, "stage"), Some(figures))
    } else {
        (Vec::new(), None)
    };
    let row = |total| area_line(page, parts.as_ref(), total);
    let members = page.totals.members.iter().filter(|unit| is_area(unit.unit.kind));
    let shown_members = members.filter(|_| has_area_rows(page)).map(row).collect();
    let kind = match breakdown {
        Breakdown::DistrictStage => words::DISTRICT,
        _ => words::STREET,
    };
    let mut labels: Vec<Label> =
        columns.iter().map(|value| value_label(page.catalogue, "stage", value)).collect();
    labels.push(words::TOTAL.into());
    Ok(assembled(page, kind.into(), labels, (shown_members, row(page.total()?))))
}

fn area_line(page: &Page<'_>, parts: Option<&Figures>, total: &UnitFigures) -> Line {
    let cells = parts.and_then(|figures| figures.of(&total.unit.id));
    let cells = cells.into_iter().flat_map(|unit| &unit.figures);
    let mut readings: Vec<Reading> = cells.map(|figure| figure.reading).collect();
    readings.push(page.reading(total));
    (unit_label(&total.unit), readings, total.coverage)
}

fn by_dimension(
    page: &Page<'_>,
    (rows, across): (&str, &str),
    kind: Label,
) -> Result<BreakdownTable, PageError> {
    let is_opened = page.is_opened(&page.indicator);
    let has_sex = page.indicator.has_dimension(across) || (across == "stage" && is_opened);
    let has_sex = has_sex && (across != "stage" || page.tells_stages());
    let read = |by: &[&str]| -> Result<Vec<Reading>, PageError> {
        let by: Vec<String> = by.iter().map(|id| (*id).to_owned()).collect();
        let figures = page.holdings.figures(page.packs, page.indicator.id(), &by)?;
        let unit = figures.of(&page.unit.id).ok_or(PageError::Unknown)?;
        Ok(unit.figures.iter().map(|figure| figure.reading).collect())
    };
    let sexes = if has_sex { values(page, across) } else { Vec::new() };
    let cells = if has_sex { read(&[rows, across])? } else { Vec::new() };
    let (totals, columns) = (read(&[rows])?, if has_sex { read(&[across])? } else { Vec::new() });
    let unit = page.total()?;
    let lines = values(page, rows).into_iter().zip(totals).enumerate().map(|(at, (value, all))| {
        let from = at * sexes.len();
        let mut readings = cells.get(from..from + sexes.len()).unwrap_or_default().to_vec();
        readings.push(all);
        let own = (page.indicator, &page.unit.id);
        let coverage = page.holdings.coverage_where(page.packs, own, (rows, &value));
        let coverage = coverage.unwrap_or(unit.coverage);
        (value_label(page.catalogue, rows, &value), readings, coverage)
    });
    let lines: Vec<_> = lines.collect();
    let mut labels: Vec<Label> =
        sexes.iter().map(|value| value_label(page.catalogue, across, value)).collect();
    labels.push(words::TOTAL.into());
    let mut last = columns;
    last.push(page.reading(unit));
    let whole = (unit_label(&unit.unit), last, unit.coverage);
    Ok(assembled(page, kind, labels, (lines, whole)))
}

type Line = (Label, Vec<Reading>, Coverage);

/// Puts a table together; columns and rows that no school can have are left out.
fn assembled(
    page: &Page<'_>,
    row_kind: Label,
    columns: Vec<Label>,
    (lines, whole): (Vec<Line>, Line),
) -> BreakdownTable {
    let never = Reading::Blank(Blank::NotApplicable);
    let all = || lines.iter().chain(std::iter::once(&whole));
    let kept: Vec<bool> = (0..columns.len())
        .map(|at| all().any(|(_, readings, _)| readings.get(at).is_some_and(|r| *r != never)))
        .collect();
    let row = |(label, readings, covered): &Line| {
        let kept_readings = readings.iter().zip(&kept).filter(|(_, kept)| **kept);
        let figures =
            kept_readings.map(|(reading, _)| shown(page.catalogue, page.indicator, reading));
        // Who is not due because nothing is opened did not fail to report.
        let blank = readings.last().and_then(Reading::blank);
        let closed = blank.filter(|blank| matches!(blank, Blank::Sealed(_))).and_then(why);
        TableRow {
            label: label.clone(),
            figures: figures.collect(),
            coverage: coverage(*covered),
            closed: closed.filter(|_| covered.schools_due == 0),
        }
    };
    let is_empty = |row: &TableRow| row.figures.iter().all(|f| *f == Shown::NotApplicable);
    let rows: Vec<TableRow> = lines.iter().map(row).filter(|row| !is_empty(row)).collect();
    let labels = columns.into_iter().zip(&kept).filter(|(_, kept)| **kept);
    BreakdownTable {
        row_kind,
        columns: labels.map(|(label, _)| label).collect(),
        rows,
        whole: row(&whole),
    }
}

fn values(page: &Page<'_>, dimension: &str) -> Vec<String> {
    let known = page.catalogue.dimension(dimension);
    let values = known.into_iter().flat_map(|dimension| &dimension.values);
    values.map(|value| value.id.clone()).collect()
}

/// The areas for the charts.
pub(super) fn areas(page: &Page<'_>) -> Vec<AreaFigure> {
    if !page.is_whole() {
        return Vec::new();
    }
    let members = page.totals.members.iter().filter(|unit| is_area(unit.unit.kind));
    let area = |unit: &UnitFigures| {
        let reading = page.reading(unit);
        let tile = TILES.iter().find(|(code, _)| *code == unit.unit.id.as_str());
        AreaFigure {
            label: (&unit.unit.label).into(),
            figure: shown(page.catalogue, page.indicator, &reading),
            interval: share_interval(page, &reading),
            coverage: coverage(unit.coverage),
            tile: tile.map(|(_, place)| *place),
        }
    };
    members.map(area).collect()
}

/// The same figures for programs.
pub(super) fn exports(page: &Page<'_>, breakdown: Breakdown, term: &str) -> Vec<Export> {
    let wanted: &[&str] = match breakdown {
        Breakdown::DistrictStage | Breakdown::StreetStage => &["stage"],
        Breakdown::StageSex => &["stage", "sex"],
        Breakdown::GradeSex | Breakdown::GradeKind => &["grade", "sex"],
        Breakdown::KindStage => &["stage"],
    };
    let has = |id: &str| page.indicator.has_dimension(id) && page.tells_stages();
    let mut by: Vec<&str> = wanted.iter().copied().filter(|id| has(id)).collect();
    let kind = kind_of(page);
    let is_by_kind = matches!(breakdown, Breakdown::KindStage | Breakdown::GradeKind);
    by.extend(kind.as_deref().filter(|_| is_by_kind));
    let unit = if breakdown.has_areas() && page.is_whole() { "" } else { page.unit.id.as_str() };
    let export = |label: &str, format: &str| Export {
        label: label.to_owned(),
        href: format!(
            "/api/v1/data?indicator={}&period={term}&unit={unit}&by={}&format={format}",
            page.indicator.id(),
            by.join(",")
        ),
    };
    vec![export("CSV", "csv"), export("JSON", "json")]
}
