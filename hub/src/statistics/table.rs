//! The whole table of a hub: every indicator that can be computed, for the whole and by area, and
//! where each number came from.
//!
//! Made for terminals and for `--json`: plain rows, the same words and floors as everywhere.

use domain::catalogue::Catalogue;
use domain::period::Period;
use domain::rollup::Coverage;
use domain::unit::UnitKind;
use runtime::sql::Tx;
use runtime::web::{Label, Lang, time};
use serde::Serialize;
use utoipa::ToSchema;

use super::holdings::Holdings;
use super::plan::Indicator;
use super::report::{CoverageOut, FigureOut, NameOut, instant};
use super::sheet::Sheet;
use super::shown::shown;
use super::value::{Blank, Figures, NoFeed, UnitFigures, UnitName};
use super::{Members, StatisticsError};
use crate::packs::Packs;
use crate::store::reading;

/// One area of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AreaOut {
    /// Unit id.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// How complete its operational counts are.
    pub coverage: CoverageOut,
}

/// One indicator of the table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowOut {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: NameOut,
    /// `stock`, `flow`, `distinct` or `ratio`.
    pub kind: &'static str,
    /// How complete the figures are.
    pub coverage: CoverageOut,
    /// Schools, of those that reported, that can compute it; at most.
    pub schools_able: u32,
    /// The whole.
    pub total: FigureOut,
    /// The areas, in the order of the table's.
    pub areas: Vec<FigureOut>,
    #[serde(skip)]
    texts: [Vec<String>; 2],
}

/// An indicator without figures, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClosedOut {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: NameOut,
    /// Why, as a stable code.
    pub reason: &'static str,
}

/// One signed release in a sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceOut {
    /// Unit that signed it.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// Revision that counts.
    pub revision: u32,
    /// Digest of the signed bytes, in hexadecimal.
    pub digest: String,
    /// When they arrived, in UTC.
    pub arrived_at: String,
    /// Schools in them.
    pub coverage: CoverageOut,
    #[serde(skip)]
    arrived_at_ms: i64,
}

/// Where the numbers of one table came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableSourceOut {
    /// Table.
    pub table: String,
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Root digest over its contributions, in hexadecimal.
    pub root: String,
    /// When it was sealed, in UTC.
    pub sealed_at: String,
    /// How complete it is.
    pub coverage: CoverageOut,
    /// Releases that came later and go into the next snapshot.
    pub late: u32,
    /// Its contributions.
    pub contributions: Vec<SourceOut>,
}

/// The whole table of a hub and period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CityTable {
    /// Unit id of the hub.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// Period.
    pub period: String,
    /// Digest of the catalogue whose definitions hold, in hexadecimal.
    pub catalogue: String,
    /// Revision of that catalogue.
    pub catalogue_revision: u32,
    /// How complete the operational counts are.
    pub coverage: CoverageOut,
    /// Areas below the hub; never schools.
    pub areas: Vec<AreaOut>,
    /// Indicators with figures.
    pub rows: Vec<RowOut>,
    /// Indicators without.
    pub closed: Vec<ClosedOut>,
    /// Where the numbers came from.
    pub sources: Vec<TableSourceOut>,
}

/// The whole table of a hub for a period.
///
/// # Errors
/// The store cannot be read.
pub fn city_table(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    period: Period,
) -> Result<CityTable, StatisticsError> {
    let known = packs.in_force();
    let catalogue = known.catalogue.as_ref();
    let holdings = everything(tx, packs, at, period)?;
    let (mut rows, mut closed) = (Vec::new(), Vec::new());
    for indicator in Indicator::all(catalogue) {
        let figures = holdings.figures(packs, indicator.id(), &[])?;
        let blank = figures.whole.figures.first().and_then(|figure| figure.reading.blank());
        match blank.filter(|blank| is_closed(*blank)).and_then(Blank::reason) {
            Some(reason) => closed.push(ClosedOut {
                indicator: indicator.id().to_owned(),
                name: indicator.label().into(),
                reason,
            }),
            None => rows.push(row(catalogue, indicator, &figures)),
        }
    }
    let areas = holdings.members.iter().filter(|member| member.unit.kind.is_hub());
    let clear = |sheets: &[Sheet], due| {
        let first = sheets.first().map(|sheet| sheet.coverage);
        first.unwrap_or(Coverage { schools_due: due, ..Coverage::default() }).into()
    };
    let areas = areas.map(|member| AreaOut {
        unit: member.unit.id.to_string(),
        name: (&member.unit.label).into(),
        coverage: clear(&member.sheets, member.due),
    });
    Ok(CityTable {
        unit: at.id.to_string(),
        name: (&at.label).into(),
        period: period.to_string(),
        catalogue: known.digest.to_string(),
        catalogue_revision: catalogue.revision(),
        coverage: clear(&holdings.whole.sheets, holdings.whole.due),
        areas: areas.collect(),
        rows,
        closed,
        sources: sources(tx, &holdings)?,
    })
}

/// Where the numbers of a period came from, table by table.
///
/// # Errors
/// The store cannot be read.
pub fn provenance(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    period: Period,
) -> Result<Vec<TableSourceOut>, StatisticsError> {
    sources(tx, &everything(tx, packs, at, period)?)
}

/// All sheets of a period, the members' as well.
pub(super) fn everything(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    period: Period,
) -> Result<Holdings, StatisticsError> {
    let catalogue = packs.in_force().catalogue.clone();
    let tables: Vec<&str> = catalogue.tables().iter().map(|table| table.id().as_str()).collect();
    Holdings::open(tx, packs, at, (period, Members::Listed), &tables)
}

const fn is_closed(blank: Blank) -> bool {
    matches!(blank, Blank::Unsupported | Blank::NoFeed(_))
}

fn row(catalogue: &Catalogue, indicator: Indicator<'_>, figures: &Figures) -> RowOut {
    let areas = || figures.members.iter().filter(|member| member.unit.kind.is_hub());
    let units: Vec<&UnitFigures> = std::iter::once(&figures.whole).chain(areas()).collect();
    let text = |lang: Lang| {
        let cell = |unit: &&UnitFigures| {
            let figure = unit.figures.first();
            let text = figure.map(|f| shown(catalogue, indicator, &f.reading).text(lang));
            text.unwrap_or_default()
        };
        units.iter().map(cell).collect()
    };
    let out = |unit: &UnitFigures| {
        let missing = super::value::Reading::Blank(Blank::NoFeed(NoFeed::SecondHub));
        let bare = super::Figure { key: Vec::new(), reading: missing, schools: 0 };
        FigureOut::new(unit.figures.first().unwrap_or(&bare), &[])
    };
    RowOut {
        indicator: indicator.id().to_owned(),
        name: indicator.label().into(),
        kind: indicator.kind(),
        coverage: figures.whole.coverage.into(),
        schools_able: figures.whole.able,
        total: out(&figures.whole),
        areas: areas().map(out).collect(),
        texts: [text(Lang::Zh), text(Lang::En)],
    }
}

fn sources(tx: &Tx<'_>, holdings: &Holdings) -> Result<Vec<TableSourceOut>, StatisticsError> {
    let period = holdings.period.to_string();
    let mut tables = Vec::new();
    for sheet in &holdings.whole.sheets {
        let Some(root) = sheet.root else { continue };
        let contributions = holdings.members.iter().flat_map(|member| {
            let sources = member.sources.iter().filter(|source| source.table == sheet.table());
            sources.map(|source| SourceOut {
                unit: member.unit.id.to_string(),
                name: (&member.unit.label).into(),
                revision: source.revision,
                digest: source.digest.to_string(),
                arrived_at: instant(source.arrived_at_ms),
                coverage: source.coverage.into(),
                arrived_at_ms: source.arrived_at_ms,
            })
        });
        tables.push(TableSourceOut {
            table: sheet.table().to_owned(),
            snapshot: sheet.snapshot,
            root: root.to_string(),
            sealed_at: instant(sheet.at_ms),
            coverage: sheet.coverage.into(),
            late: late(tx, sheet, &period)?,
            contributions: contributions.collect(),
        });
    }
    Ok(tables)
}

/// Contributions that count now and are not in the snapshot.
pub(super) fn late(tx: &Tx<'_>, sheet: &Sheet, period: &str) -> Result<u32, StatisticsError> {
    let Some(described) = reading::described(tx, sheet.snapshot)? else { return Ok(0) };
    let sealed: std::collections::HashSet<(&str, &str)> = described
        .contributions
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            words.next().zip(words.next())
        })
        .collect();
    let current = reading::current_revisions(tx, sheet.table(), period)?;
    let late = current.iter().filter(|(unit, revision)| {
        !sealed.contains(&(unit.as_str(), revision.to_string().as_str()))
    });
    Ok(u32::try_from(late.count()).unwrap_or(u32::MAX))
}

impl CityTable {
    /// Heading and rows for a terminal: indicator, whole, areas, schools that reported.
    #[must_use]
    pub fn lines(&self, lang: Lang) -> Vec<Vec<String>> {
        let name = |name: &NameOut| in_lang(name, lang);
        let (indicator, schools) = match lang {
            Lang::Zh => ("指标", "报送学校"),
            Lang::En => ("Indicator", "Schools"),
        };
        let mut head = vec![indicator.to_owned(), name(&self.name)];
        head.extend(self.areas.iter().map(|area| name(&area.name)));
        head.push(schools.to_owned());
        let body = self.rows.iter().map(|row| {
            let texts = match (lang, &row.texts) {
                (Lang::Zh, [zh, _]) => zh,
                (Lang::En, [_, en]) => en,
            };
            let mut line = vec![name(&row.name)];
            line.extend(texts.iter().cloned());
            line.push(schools_of(row.coverage));
            line
        });
        std::iter::once(head).chain(body).collect()
    }
}

/// Where the numbers came from, as the lines of a tree.
#[must_use]
pub fn tree_lines(tables: &[TableSourceOut], lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for table in tables {
        let (snapshot, schools) = match lang {
            Lang::Zh => ("快照", "校"),
            Lang::En => ("snapshot", "schools"),
        };
        let root: String = table.root.chars().take(16).collect();
        lines.push(format!(
            "{}  {snapshot} {}  {root}  {} {schools}",
            table.table,
            table.snapshot,
            schools_of(table.coverage)
        ));
        let last = table.contributions.len().saturating_sub(1);
        for (at, source) in table.contributions.iter().enumerate() {
            let branch = if at == last { "└─" } else { "├─" };
            let digest: String = source.digest.chars().take(16).collect();
            lines.push(format!(
                "{branch} {} {}  r{}  {digest}  {}  {} {schools}",
                in_lang(&source.name, lang),
                source.unit,
                source.revision,
                time::minute(source.arrived_at_ms),
                schools_of(source.coverage)
            ));
        }
    }
    lines
}

fn in_lang(name: &NameOut, lang: Lang) -> String {
    Label::new(name.zh.clone(), name.en.clone()).in_lang(lang).to_owned()
}

fn schools_of(coverage: CoverageOut) -> String {
    format!("{}/{}", coverage.schools_reported, coverage.schools_due)
}

/// Whether figures of a unit of this kind may stand in a row of their own.
#[must_use]
pub(super) const fn is_area(kind: UnitKind) -> bool {
    kind.is_hub()
}
