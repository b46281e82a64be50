//! The whole table of a hub: every indicator that can be computed, for the whole and by area.
//!
//! Made for terminals and for `--json`: plain rows, the same words and floors as everywhere.

use domain::catalogue::Catalogue;
use domain::period::{Period, TermId};
use domain::rollup::Coverage;
use domain::unit::UnitKind;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::{Figure, Label, Lang, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::holdings::Holdings;
use super::naming::{period_name, stage_schools};
use super::opened_out::OpenedOut;
use super::plan::Indicator;
use super::provenance::{TableSourceOut, schools_of, sources};
use super::report::{CoverageOut, FigureOut, NameOut, WaitingOut};
use super::sheet::Sheet;
use super::shown::{amount_shown, shown};
use super::value::{Blank, Figures, NoFeed, Reading, UnitFigures, UnitName};
use super::{Members, StatisticsError};
use crate::packs::Packs;
use crate::store::snapshot;

texts! {
    TITLE = "{0}  {1}  目录第 {2} 版", "{0}  {1}  catalogue revision {2}";
    OUTSIDE = "{0}（另有 {1} 不开启）", "{0} (besides {1}, closed)";
}

/// What the words and marks of such a table mean, for a terminal.
pub const LEGEND: Text = Text::new(
    "≈ 近似数（取整，或加随机误差后取整）；M–N 只知道范围；(a/b) 分子和分母；隐去：人数或学校太少；未报齐：还差学校；\
     不开启：按规则不开启；待开启：密封汇总还没有开启；分类查看：各类不能相加；未支持：台账还算不出；—：不适用",
    "≈ approximate (rounded, some after a little noise); M–N only the range is known; (a/b) \
     numerator and denominator; suppressed: too few persons or schools; not reported: schools \
     are missing; closed: by rule; waiting: not opened yet; by kind: kinds do not add up; \
     unsupported: ledgers do not give it; —: not applicable",
);

/// Who gives no band, and that a total of bands holds those that were given.
pub const BANDS: Text = Text::new(
    "启用密封汇总的学校不报分段数，按学段报的，在校不足 100 人的学段也不报；合计只含报出的部分",
    "schools under seal give no band, nor, where it is told by stage, do stages with fewer than \
     100 students; a total holds those that were given",
);

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
    #[serde(skip)]
    outside: Option<NameOut>,
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

/// The whole table of a hub and period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CityTable {
    /// Unit id of the hub.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// Period.
    pub period: String,
    #[serde(skip)]
    period_name: NameOut,
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
    /// Reports that have arrived and are not shown yet; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingOut>,
    /// Where the numbers came from.
    pub sources: Vec<TableSourceOut>,
    /// Opened sums in them, each exact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<OpenedOut>,
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
    let (mut rows, mut closed, mut opened) = (Vec::new(), Vec::new(), Vec::new());
    for indicator in Indicator::all(catalogue) {
        let figures = holdings.figures(packs, indicator.id(), &[])?;
        match closed_by(&figures) {
            Some(reason) => closed.push(ClosedOut {
                indicator: indicator.id().to_owned(),
                name: indicator.label().into(),
                reason,
            }),
            None => {
                opened.extend(figures.whole.opened.iter().map(OpenedOut::from));
                rows.push(row(catalogue, indicator, &figures));
            }
        }
    }
    // Indicators of one table are made of the same sums.
    opened.sort_by(|one: &OpenedOut, other| one.place().cmp(&other.place()));
    opened.dedup();
    let waiting = holdings.whole.sheets.iter().map(|sheet| sheet.waiting).max();
    let areas = holdings.members.iter().filter(|member| member.unit.kind.is_area());
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
        period_name: said(&period_name(period)),
        catalogue: known.digest.to_string(),
        catalogue_revision: catalogue.revision(),
        coverage: clear(&holdings.whole.sheets, holdings.whole.due),
        areas: areas.collect(),
        rows,
        closed,
        waiting: WaitingOut::new(waiting.unwrap_or(0)),
        sources: sources(tx, &holdings)?,
        opened,
    })
}

/// The latest term with figures; before the first, the one that the calendar says it is.
///
/// # Errors
/// The store cannot be read.
pub fn latest_term(
    tx: &Tx<'_>,
    packs: &Packs,
    today: Date,
) -> Result<Option<TermId>, StatisticsError> {
    let latest = snapshot::periods(tx)?.iter().find_map(|text| text.parse().ok());
    Ok(latest.or_else(|| packs.calendar().current(today).map(|term| term.id)))
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

/// Why an indicator has no row: nobody can give it, it is not opened, or no school is due for it
/// in a period of this kind.
fn closed_by(figures: &Figures) -> Option<&'static str> {
    let blank = figures.whole.figures.first()?.reading.blank()?;
    match blank {
        Blank::Unsupported | Blank::NoFeed(_) => blank.reason(),
        Blank::NotApplicable if figures.whole.coverage.schools_due == 0 => Some("other_period"),
        _ => None,
    }
}

/// A name as programs read it.
fn said(label: &Label) -> NameOut {
    let text = |lang| label.in_lang(lang).to_owned();
    NameOut { zh: text(Lang::Zh), en: text(Lang::En) }
}

fn row(catalogue: &Catalogue, indicator: Indicator<'_>, figures: &Figures) -> RowOut {
    let areas = || figures.members.iter().filter(|member| member.unit.kind.is_area());
    let units: Vec<&UnitFigures> = std::iter::once(&figures.whole).chain(areas()).collect();
    let text = |lang: Lang| {
        let cell = |unit: &&UnitFigures| {
            let figure = unit.figures.first();
            let text = figure.map(|f| shown(catalogue, indicator, &f.reading).text(lang));
            text.unwrap_or_default()
        };
        let mut texts: Vec<String> = units.iter().map(cell).collect();
        if let Some((whole, parts)) = texts.first_mut().zip(parts(catalogue, indicator, figures)) {
            let [above, below] = parts.map(|part| part.text(lang));
            *whole = format!("{whole} ({above}/{below})");
        }
        texts
    };
    let out = |unit: &UnitFigures| {
        let missing = Reading::Blank(Blank::NoFeed(NoFeed::SecondHub));
        let bare = super::Figure { key: Vec::new(), reading: missing };
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
        outside: stage_schools(catalogue, &figures.whole.closed).as_ref().map(said),
    }
}

/// Numerator and denominator of a share of the whole.
fn parts(
    catalogue: &Catalogue,
    indicator: Indicator<'_>,
    figures: &Figures,
) -> Option<[Figure; 2]> {
    let reading = figures.whole.figures.first()?.reading;
    match reading {
        Reading::Ratio { numerator, denominator } if indicator.is_share(catalogue) => {
            Some([numerator, denominator].map(amount_shown))
        }
        _ => None,
    }
}

impl CityTable {
    /// What the table is of, for a terminal.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        let values: [&dyn std::fmt::Display; 3] =
            [&self.name.in_lang(lang), &self.period_name.in_lang(lang), &self.catalogue_revision];
        TITLE.fill(lang, &values)
    }

    /// Heading and rows for a terminal: indicator, whole, areas, schools that reported.
    #[must_use]
    pub fn lines(&self, lang: Lang) -> Vec<Vec<String>> {
        let name = |name: &NameOut| name.in_lang(lang).to_owned();
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
            let schools = schools_of(row.coverage);
            line.push(match &row.outside {
                Some(outside) => OUTSIDE.fill(lang, &[&schools, &outside.in_lang(lang)]),
                None => schools,
            });
            line
        });
        std::iter::once(head).chain(body).collect()
    }
}

/// Whether figures of a unit of this kind may stand in a row of their own.
#[must_use]
pub(super) const fn is_area(kind: UnitKind) -> bool {
    kind.is_area()
}
