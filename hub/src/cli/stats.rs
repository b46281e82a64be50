//! Figures at the terminal: one indicator, or the whole table of a period.
//!
//! The same figures with the same floors as on the pages; read from the store, so it works while
//! the hub serves and while it does not.

use clap::Args;
use domain::catalogue::Catalogue;
use domain::period::Period;
use domain::span::Span;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::texts;
use runtime::web::{Label, Lang};

use super::context::Context;
use crate::app::{load_pins, open_store};
use crate::opened::Closed;
use crate::packs::{PackCache, Packs};
use crate::statistics::{
    BANDS, Blank, CityTable, DataOut, Figures, GROUP_SCHOOLS_MIN, Indicator, LEGEND, Members,
    OpenedOut, Query, Statistics, StatisticsError, UnitName, WAITING, city_table, figures,
    latest_term, opened_lines, opened_why, shown, tree_lines,
};

texts! {
    UNIT = "单位", "Unit";
    FIGURE = "数值", "Figure";
    SCHOOLS = "报送学校", "Schools";
    STATE = "{0}  {1}  {2}  目录第 {3} 版", "{0}  {1}  {2}  catalogue revision {3}";
    SNAPSHOT = "{0}  快照 {1}  根摘要 {2}", "{0}  snapshot {1}  root {2}";
    FRESH = "{0} / {1} 所学校本学期的密封报告已计入，其余沿用上学期的。",
        "{0} of {1} schools are in with a report of this term, the others with their last one.";
    MISSING = "还没有收到密封合计的区域：{0}", "Areas without opened sums so far: {0}";
    AWAY = "{0} 所学校开启时登记为停课或停办，不在合计内，也不算应报。",
        "{0} schools were noted as closed or out of session when the sums were opened: neither in \
         them nor due.";
    CLOSED = "另有 {0} 项目前没有数（未支持或不开启）；用 --json 查看原因。",
        "{0} more indicators have no figures yet (unsupported or closed); --json says why.";
    NO_TERM = "没有这个时段。", "There is no such period.";
    NO_TERM_NEXT = "学期写作 2025S1（第一学期）或 2025S2（第二学期），周 2026-W48，月 2026-11，学年 2025Y。",
        "Terms are written 2025S1 (autumn) or 2025S2 (spring), weeks 2026-W48, months 2026-11, \
         school years 2025Y.";
    NO_INDICATOR = "指标目录中没有这个指标。", "The catalogue has no such indicator.";
    NO_INDICATOR_NEXT = "不带指标运行 xinqiao-hub stats 可列出有数的指标。",
        "xinqiao-hub stats without an indicator lists those with figures.";
    DIMENSION = "这个指标不能这样分组。", "The indicator cannot be broken down like this.";
    DIMENSION_NEXT = "可以按这些分组：{0}。", "It can be broken down by: {0}.";
    DIMENSION_NONE = "这个指标只有合计；不带 --by 再运行一次。",
        "It has a total and nothing finer: run it again without --by.";
    BY_KIND = "各类的数：加 --by {0}（{1}）", "Its kinds: add --by {0} ({1})";
    NOT_READ = "统计暂时读不出来，没有改动任何内容。", "The figures cannot be read; nothing was changed.";
}

/// Show figures
#[derive(Args)]
pub(super) struct Stats {
    /// Indicator such as scr.positive; the whole table where it is left out
    indicator: Option<String>,
    /// Period such as 2025S1, 2026-W48, 2026-11 or 2025Y; the latest term where it is left out
    #[arg(long, visible_alias = "term")]
    period: Option<String>,
    /// Dimensions to break down by, such as stage,sex
    #[arg(long, value_delimiter = ',')]
    by: Vec<String>,
    /// List the members' figures as well
    #[arg(long)]
    members: bool,
    /// Show which signed reports the table is made of
    #[arg(long, conflicts_with = "indicator")]
    sources: bool,
}

impl From<StatisticsError> for Failure {
    fn from(error: StatisticsError) -> Self {
        match error {
            StatisticsError::Store(error) => error.into(),
            StatisticsError::UnknownIndicator => {
                Self::new(Exit::NotFound, "UNKNOWN_INDICATOR", NO_INDICATOR).hint(NO_INDICATOR_NEXT)
            }
            StatisticsError::Dimension => Self::new(Exit::Usage, "DIMENSION_INVALID", DIMENSION),
            other => Self::new(Exit::Failed, "NOT_READ", NOT_READ).because(&other),
        }
    }
}

/// Shows figures of one indicator or of all.
pub(super) fn run(context: &Context, stats: Stats) -> Result<(), Failure> {
    let config = context.config()?;
    let database = open_store(&config)?;
    let today = context.clock.today();
    let pins = load_pins(&config)?;
    let packs = database.read(move |tx| Packs::load(tx, today, &pins));
    let packs = packs.map_err(crate::app::HubError::from)?;
    let statistics = Statistics::new(
        database,
        std::sync::Arc::new(PackCache::new(packs)),
        context.clock.clone(),
        UnitName::of(&config),
    );
    let period = period(&statistics, stats.period.as_deref())?;
    match stats.indicator {
        Some(indicator) => {
            let members = if stats.members { Members::Listed } else { Members::Left };
            one(context, &statistics, Query { indicator, period, by: stats.by, members })
        }
        None => all(context, &statistics, period, stats.sources),
    }
}

fn period(statistics: &Statistics, asked: Option<&str>) -> Result<Period, Failure> {
    let today = statistics.clock().today();
    let unknown = || Failure::new(Exit::NotFound, "UNKNOWN_TERM", NO_TERM).hint(NO_TERM_NEXT);
    let asked = asked.map(|text| text.parse::<Period>().map_err(|_| unknown())).transpose()?;
    if let Some(period) = asked {
        let is_known = statistics.read(move |_, packs, _| {
            Ok::<_, StatisticsError>(Span::of(period, packs.calendar()).is_ok())
        })?;
        return if is_known { Ok(period) } else { Err(unknown()) };
    }
    let term = statistics.read(move |tx, packs, _| latest_term(tx, packs, today))?;
    term.map(Period::Term).ok_or_else(unknown)
}

fn one(context: &Context, statistics: &Statistics, query: Query) -> Result<(), Failure> {
    let asked = query.indicator.clone();
    let found = statistics.read(move |tx, packs, at| figures(tx, packs, at, &query));
    let packs = statistics.packs();
    let catalogue = &packs.in_force().catalogue;
    let found = found.map_err(|error| match error {
        StatisticsError::Dimension => Failure::from(error).hint(groupings(catalogue, &asked)),
        other => other.into(),
    })?;
    let indicator = Indicator::find(catalogue, &found.indicator);
    let indicator = indicator.ok_or(StatisticsError::UnknownIndicator)?;
    let units: Vec<_> = std::iter::once(&found.whole).chain(&found.members).collect();
    let value = DataOut::new(catalogue, &found, &units);
    context.terminal.result(&value, |terminal| {
        let lang = terminal.lang();
        let mut table = Table::new().column(UNIT.in_lang(lang), Align::Left);
        for id in &found.by {
            let dimension = catalogue.dimension(id).map(|known| Label::from(&known.label));
            let head = dimension.unwrap_or_else(|| Label::same(id.clone()));
            table = table.column(head.in_lang(lang), Align::Left);
        }
        table = table
            .column(FIGURE.in_lang(lang), Align::Right)
            .column(SCHOOLS.in_lang(lang), Align::Right);
        for unit in units {
            for figure in &unit.figures {
                let name = Label::from(&unit.unit.label);
                let mut row = vec![name.in_lang(lang).to_owned()];
                row.extend(found.by.iter().zip(&figure.key).map(|(id, value)| {
                    let label = catalogue.dimension(id).and_then(|known| known.label_of(value));
                    label.map_or_else(|| value.clone(), |l| Label::from(l).in_lang(lang).to_owned())
                }));
                row.push(shown(catalogue, indicator, &figure.reading).text(lang));
                let coverage = unit.coverage;
                row.push(format!("{}/{}", coverage.schools_reported, coverage.schools_due));
                table.row(row);
            }
        }
        let name = Label::from(indicator.label());
        let head = head(terminal, (catalogue.as_ref(), &found), name.in_lang(lang));
        let own = named(catalogue, indicator).into_iter().next();
        let kinds = own
            .filter(|_| is_of_several(&found))
            .map(|(id, label)| terminal.text(BY_KIND, &[&id, &label.in_lang(lang)]));
        let bands = indicator.is_band().then(|| terminal.text(BANDS, &[]));
        let lines = [Some(head), kinds, Some(table.render()), bands];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    })
}

/// Whether there is no total of it since one can have several of its values.
fn is_of_several(found: &Figures) -> bool {
    let several = Some(Blank::Sealed(Closed::Several));
    let mut figures = found.whole.figures.iter();
    figures.any(|figure| figure.reading.blank() == several)
}

/// The dimensions of an indicator, those of its own first, with their names.
fn named(catalogue: &Catalogue, indicator: Indicator<'_>) -> Vec<(String, Label)> {
    let roster = ["stage", "grade", "sex"];
    let mut dims: Vec<&str> = indicator.dims().iter().map(|dim| dim.as_str()).collect();
    dims.sort_by_key(|dim| roster.contains(dim));
    let named = |id: &str| {
        let known = catalogue.dimension(id).map(|known| Label::from(&known.label));
        (id.to_owned(), known.unwrap_or_else(|| Label::same(id.to_owned())))
    };
    dims.into_iter().map(named).collect()
}

/// By what an indicator can be broken down, in a sentence.
fn groupings(catalogue: &Catalogue, indicator: &str) -> Sentence {
    let found = Indicator::find(catalogue, indicator);
    let dims = found.map(|found| named(catalogue, found)).unwrap_or_default();
    if dims.is_empty() {
        return DIMENSION_NONE.into();
    }
    let said = |lang: Lang| dims.iter().map(move |(id, label)| (id, label.in_lang(lang)));
    let zh: Vec<String> = said(Lang::Zh).map(|(id, name)| format!("{id}（{name}）")).collect();
    let en: Vec<String> = said(Lang::En).map(|(id, name)| format!("{id} ({name})")).collect();
    Sentence::pair(
        DIMENSION_NEXT.fill(Lang::Zh, &[&zh.join("、")]),
        DIMENSION_NEXT.fill(Lang::En, &[&en.join(", ")]),
    )
}

fn head(terminal: &Terminal, (catalogue, found): (&Catalogue, &Figures), name: &str) -> String {
    let mut lines =
        vec![terminal.text(STATE, &[&name, &found.indicator, &found.period, &found.revision])];
    lines.extend(
        found.states.iter().map(|state| {
            terminal.text(SNAPSHOT, &[&state.table, &state.number, &state.root.short()])
        }),
    );
    if found.waiting > 0 {
        lines.push(terminal.text(WAITING, &[&found.waiting, &GROUP_SCHOOLS_MIN]));
    }
    if let Some((fresh, due)) = found.whole.fresh {
        lines.push(terminal.text(FRESH, &[&fresh, &due]));
    }
    if !found.whole.missing.is_empty() {
        let areas: Vec<&str> = found.whole.missing.iter().map(|area| area.as_str()).collect();
        lines.push(terminal.text(MISSING, &[&areas.join(" ")]));
    }
    if found.whole.away > 0 {
        lines.push(terminal.text(AWAY, &[&found.whole.away]));
    }
    let sums: Vec<OpenedOut> = found.whole.opened.iter().map(OpenedOut::from).collect();
    lines.extend(opened_lines(catalogue, &sums, terminal.lang()));
    let mut why: Vec<String> = found
        .whole
        .figures
        .iter()
        .filter_map(|figure| opened_why(&figure.reading, terminal.lang()))
        .collect();
    why.sort();
    why.dedup();
    lines.extend(why);
    lines.join("\n")
}

fn all(
    context: &Context,
    statistics: &Statistics,
    period: Period,
    sources: bool,
) -> Result<(), Failure> {
    let table = statistics.read(move |tx, packs, at| city_table(tx, packs, at, period))?;
    let packs = statistics.packs();
    let catalogue = &packs.in_force().catalogue;
    context.terminal.result(&table, |terminal| {
        let lang = terminal.lang();
        if sources {
            let opened = opened_lines(catalogue, &table.opened, lang);
            [tree_lines(&table.sources, lang), opened].concat().join("\n")
        } else {
            let closed = terminal.text(CLOSED, &[&table.closed.len()]);
            let waiting = table.waiting.as_ref();
            let waits =
                waiting.map(|known| terminal.text(WAITING, &[&known.schools, &GROUP_SCHOOLS_MIN]));
            let (title, legend) = (table.title(lang), LEGEND.in_lang(lang).to_owned());
            let lines = [Some(title), Some(drawn(&table, lang)), Some(legend), Some(closed), waits];
            lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
        }
    })
}

/// The whole table as aligned lines.
fn drawn(table: &CityTable, lang: Lang) -> String {
    let mut lines = table.lines(lang).into_iter();
    let mut drawn = Table::new();
    for (at, head) in lines.next().unwrap_or_default().into_iter().enumerate() {
        drawn = drawn.column(&head, if at == 0 { Align::Left } else { Align::Right });
    }
    lines.for_each(|line| drawn.row(line));
    drawn.render()
}
