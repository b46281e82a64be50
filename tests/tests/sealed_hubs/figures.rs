//! What people see of opened sums: figures of the area, its towns and the helper, against a sum
//! that is counted here from the schools' own cells.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::{Label, Stage};
use domain::period::Period;
use domain::unit::UnitKind;
use hub::console::{Breakdown, Filter, StatisticsSource};
use hub::opened::Closed;
use hub::packs::Packs;
use hub::statistics::{
    Blank, Figures, Floor, Holdings, Indicator, Members, Query, Reading, Statistics,
    StatisticsError, UnitName,
};
use jiff::civil::date;
use runtime::sql::Tx;
use tests::federation::RunningHub;

use crate::city::{City, FLOW, SCHOOLS, STOCK, TERM, WEEK, Wished};
use crate::school::{all_but, counted, draft, opened_after};
use crate::{THE_FLOW, THE_STOCK};

const MONTH: &str = "2026-09";
const WEEKS: [&str; 4] = ["2026-W36", "2026-W37", "2026-W38", "2026-W39"];

pub fn seen_by(hub: &RunningHub, unit: &str, kind: UnitKind) -> Statistics {
    let label = Label { zh: unit.to_owned(), en: unit.to_owned() };
    let at = UnitName { id: unit.parse().expect("unit"), kind, label };
    let hub = &hub.hub;
    Statistics::new(hub.database().clone(), hub.packs(), hub.clock().clone(), at)
}

pub fn figures(statistics: &Statistics, indicator: &str, period: &str, by: &[&str]) -> Figures {
    let query = Query {
        indicator: indicator.to_owned(),
        period: period.parse().expect("period"),
        by: by.iter().map(|one| (*one).to_owned()).collect(),
        members: Members::Left,
    };
    let read =
        statistics.read(move |tx, packs, at| hub::statistics::figures(tx, packs, at, &query));
    read.expect("figures")
}

/// A trend is, period by period, what each is alone; tells in how many periods sums were opened.
fn trend_agrees(statistics: &Statistics, indicator: &str, (from, to): (&str, &str)) -> usize {
    let (id, ends) = (indicator.to_owned(), (period(from), period(to)));
    let read = move |tx: &Tx<'_>, packs: &Packs, at: &UnitName| {
        let periods = hub::statistics::run(ends, packs.calendar()).expect("run");
        hub::statistics::trend(tx, packs, at, (&id, &periods))
    };
    let found = statistics.read(read).expect("trend");
    for point in &found.points {
        let alone = figures(statistics, indicator, &point.figures.period.to_string(), &[]);
        assert_eq!(point.figures, alone);
    }
    found.points.iter().filter(|point| !point.figures.whole.opened.is_empty()).count()
}

fn period(text: &str) -> Period {
    text.parse().expect("period")
}

/// Shown exactly from ten on, and zero; hidden between.
pub fn shown(value: u64) -> Result<u64, Blank> {
    if value == 0 || value >= 10 {
        Ok(value)
    } else {
        Err(Blank::Suppressed(Floor::Small { shown_from: 10 }))
    }
}

pub fn read(reading: Reading) -> Result<u64, Blank> {
    match reading {
        Reading::Count(amount) => {
            assert!(amount.is_exact() && amount.opened_cells > 0, "{amount:?}");
            Ok(amount.value)
        }
        Reading::Blank(blank) => Err(blank),
        Reading::Ratio { .. } => panic!("no ratio was asked for"),
    }
}

/// The recount of a table over some schools by some of its dimensions.
pub fn recount(
    city: &City,
    table: &str,
    dims: &[&str],
    schools: std::ops::RangeInclusive<u32>,
) -> BTreeMap<Vec<String>, u64> {
    let table = city.table(table);
    let mut sums = BTreeMap::new();
    for school in schools {
        for (place, value) in counted(city, table, school).into_iter().enumerate() {
            let values = table.block().values_at(place).expect("cell");
            let named: BTreeMap<&str, &str> =
                table.block().dims().map(|dim| dim.as_str()).zip(values).collect();
            let key = dims.iter().map(|dim| named.get(dim).unwrap_or(&"junior").to_string());
            *sums.entry(key.collect::<Vec<_>>()).or_insert(0) += value;
        }
    }
    sums
}

/// Every figure that has somebody of the roster behind it is the recount.
pub fn agree(figures: &Figures, expected: &BTreeMap<Vec<String>, u64>, factor: u64) -> usize {
    let mut compared = 0;
    for figure in &figures.whole.figures {
        let found = read(figure.reading);
        if found == Err(Blank::NotApplicable) {
            assert_eq!(expected.get(&figure.key).copied().unwrap_or(0), 0, "{figure:?}");
            continue;
        }
        let value = expected.get(&figure.key).copied().unwrap_or(0) * factor;
        assert_eq!(found, shown(value), "{figure:?}");
        compared += 1;
    }
    compared
}

/// A term's stock is exact by state, grade and sex for the district at both hubs, by state for its
/// towns, and nothing finer for a town.
#[tokio::test(flavor = "multi_thread")]
async fn a_terms_stock_is_shown_exactly() {
    let city = City::start().await;
    let leader = Statistics::of(&city.leader.hub);
    let waits = figures(&leader, "alt.census", TERM, &[]);
    assert_eq!(read(waits.whole.figures[0].reading), Err(Blank::Sealed(Closed::Reports)));
    // A child can be of several groups: kinds are told one by one and never added up.
    let groups = figures(&leader, "spg.students", TERM, &[]);
    assert_eq!(read(groups.whole.figures[0].reading), Err(Blank::Sealed(Closed::Several)));
    let one = figures(&leader, "spg.students", TERM, &["group"]);
    assert_eq!(read(one.whole.figures[0].reading), Err(Blank::Sealed(Closed::Reports)));
    all_but(&city, THE_STOCK, &[]);
    city.step().await;
    city.step().await;
    let waits = figures(&leader, "alt.census", TERM, &[]);
    assert_eq!(read(waits.whole.figures[0].reading), Err(Blank::Sealed(Closed::Objections)));
    city.days(7);
    city.step().await;
    for hub in [&city.leader, &city.helper] {
        let seen = Statistics::of(&hub.hub);
        for dims in [&[][..], &["alert_state"], &["alert_state", "grade"], &["sex", "alert_state"]]
        {
            let found = figures(&seen, "alt.census", TERM, dims);
            let expected = recount(&city, STOCK, dims, 1..=SCHOOLS);
            assert!(agree(&found, &expected, 1) > 0, "{dims:?}");
            assert_eq!(found.whole.coverage.schools_reported, SCHOOLS);
            assert_eq!(found.whole.coverage.schools_due, SCHOOLS);
        }
    }
    for (town, schools) in [("T1", 1..=5), ("T2", 6..=SCHOOLS)] {
        let street = seen_by(&city.leader, town, UnitKind::Street);
        let found = figures(&street, "alt.census", TERM, &["alert_state"]);
        let expected = recount(&city, STOCK, &["alert_state"], schools.clone());
        assert!(agree(&found, &expected, 1) > 0);
        let reported = usize::try_from(found.whole.coverage.schools_reported).expect("small");
        assert_eq!(reported, schools.count());
        let finer = figures(&street, "alt.census", TERM, &["alert_state", "grade"]);
        let told = finer.whole.figures.iter().map(|figure| read(figure.reading));
        let told: Vec<_> = told.filter(|told| *told != Err(Blank::NotApplicable)).collect();
        assert_eq!(told, vec![Err(Blank::Sealed(Closed::Detail)); 12], "four states, three grades");
    }
}

/// A week shows the district's total, a month the sum of its weeks once all are opened, and never
/// a part of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_the_sum_of_its_weeks() {
    let city = City::start_with(Wished { is_early: true, ..Wished::default() }).await;
    let leader = Statistics::of(&city.leader.hub);
    let tiers = recount(&city, FLOW, &["tier"], 1..=SCHOOLS);
    let both = recount(&city, FLOW, &["tier", "stage"], 1..=SCHOOLS);
    let open = |leader: &Statistics| {
        let month = figures(leader, "alt.opened", MONTH, &[]);
        read(month.whole.figures[0].reading)
    };
    for (done, name) in (0..).zip(WEEKS) {
        let waits = Closed::Weeks { open: done, of: 4 };
        assert_eq!(open(&leader), Err(Blank::Sealed(waits)));
        // The last week is sealed when it is over.
        if done > 1 {
            city.days(7);
        }
        opened_after(&city, (FLOW, name), &[], 1).await;
        let one = figures(&leader, "alt.opened", name, &["tier"]);
        assert!(agree(&one, &tiers, 1) > 0, "{name}");
        let finer = figures(&leader, "alt.opened", name, &["tier", "stage"]);
        let junior = finer.whole.figures.iter().filter(|figure| figure.key[1] == "junior");
        let detail = Err(Blank::Sealed(Closed::Detail));
        assert!(junior.into_iter().all(|figure| read(figure.reading) == detail));
        // A table that has nothing but its stage is no exception.
        let emergency = figures(&leader, "ref.emergency", name, &["stage"]);
        let junior = emergency.whole.figures.iter().filter(|figure| figure.key[0] == "junior");
        assert!(junior.into_iter().all(|figure| read(figure.reading) == detail));
    }
    for hub in [&city.leader, &city.helper] {
        let month = figures(&Statistics::of(&hub.hub), "alt.opened", MONTH, &["tier", "stage"]);
        assert!(agree(&month, &both, WEEKS.len() as u64) > 0);
        assert_eq!(month.whole.coverage.schools_reported, SCHOOLS);
    }
    let weeks = trend_agrees(&leader, "alt.opened", ("2026-W34", "2026-W41"));
    assert_eq!(weeks, WEEKS.len(), "of the others nothing is open");
    assert_eq!(trend_agrees(&leader, "alt.opened", ("2026-08", "2026-10")), 1);
    // The term has more weeks than these.
    let term = figures(&leader, "alt.opened", TERM, &[]);
    let blank = read(term.whole.figures[0].reading);
    assert!(matches!(blank, Err(Blank::Sealed(Closed::Weeks { open: 4, .. }))), "{blank:?}");
    let street = seen_by(&city.leader, "T1", UnitKind::Street);
    let town = figures(&street, "alt.opened", MONTH, &[]);
    assert_eq!(read(town.whole.figures[0].reading), Err(Blank::Sealed(Closed::Detail)));
}

/// Opens the tables of the five topics of talks of a week.
async fn topics_opened(city: &City) {
    let of_topics = city.tables.all().iter().filter(|table| table.indicator() == "mtr.topics");
    let tables: Vec<String> = of_topics.map(|table| table.id().to_string()).collect();
    assert_eq!(tables.len(), 5);
    tables.iter().for_each(|table| all_but(city, (table.as_str(), WEEK), &[]));
    city.step().await;
    city.step().await;
    city.days(1);
    city.step().await;
}

/// A count of which one can have several values has no total; which schools and which sums are in
/// its kinds is told all the same, and no area is said to be missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_count_of_several_values_tells_its_schools_and_sums() {
    let city = City::start().await;
    topics_opened(&city).await;
    for hub in [&city.leader, &city.helper] {
        let seen = Statistics::of(&hub.hub);
        let whole = figures(&seen, "mtr.topics", WEEK, &["talk_topic"]).whole;
        let is_told = |reading| matches!(read(reading), Ok(_) | Err(Blank::Suppressed(_)));
        assert!(whole.figures.iter().all(|figure| is_told(figure.reading)), "{whole:?}");
        let total = figures(&seen, "mtr.topics", WEEK, &[]).whole;
        assert_eq!(read(total.figures[0].reading), Err(Blank::Sealed(Closed::Several)));
        for whole in [&whole, &total] {
            let coverage = whole.coverage;
            assert_eq!((coverage.schools_reported, coverage.schools_due), (SCHOOLS, SCHOOLS));
            assert!(whole.missing.is_empty(), "{:?}", whole.missing);
            let tables: BTreeSet<&str> =
                whole.opened.iter().map(|from| from.sum.table.as_str()).collect();
            assert_eq!(tables.len(), 5, "one for each topic");
        }
    }
}

/// The page of a week offers what is opened by week whatever its own period is, kinds that do not
/// add up first and without the stages that a week does not have. An indicator that the period
/// does not have says so, and no other one stands in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_has_a_page_of_what_is_opened_by_week() {
    let city = City::start().await;
    topics_opened(&city).await;
    let leader = Statistics::of(&city.leader.hub);
    let page = |indicator: &str| {
        let (indicator, period) = (indicator.to_owned(), WEEK.to_owned());
        leader.indicator(&Filter { indicator, period, ..Filter::default() }).expect("page")
    };
    let topics = page("mtr.topics");
    assert!(topics.choices.indicators.iter().any(|one| one.value == "mtr.topics"));
    assert_eq!(topics.selected.breakdown, Some(Breakdown::KindStage));
    let (rows, columns) = (topics.table.rows.len(), topics.table.columns.len());
    assert_eq!((rows, columns), (5, 1), "five topics, no stages");
    assert_eq!((topics.coverage.reported, topics.coverage.due), (SCHOOLS, SCHOOLS));
    let students = page("base.students");
    assert_eq!(students.selected.indicator, "base.students");
    assert!(students.closed[0].why.zh.starts_with("按学期统计"), "{:?}", students.closed);
    assert_eq!((students.closed.len(), students.table.rows.len()), (1, 0));
}

/// A week of which one group waits shows the other with its coverage; the groups add up to the
/// district when the late one is opened, and the month waits until then.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_group_is_in_the_coverage() {
    let city = City::start().await;
    let leader = Statistics::of(&city.leader.hub);
    let late = draft(&city, THE_FLOW, 8, 1);
    opened_after(&city, (FLOW, WEEK), &[8], 1).await;
    let waits = figures(&leader, "alt.opened", WEEK, &[]);
    assert_eq!(read(waits.whole.figures[0].reading), Err(Blank::Sealed(Closed::Reports)));
    city.days(4);
    city.step().await;
    let total = |schools| recount(&city, FLOW, &[], schools).values().sum::<u64>();
    let part = figures(&leader, "alt.opened", WEEK, &[]);
    assert_eq!(read(part.whole.figures[0].reading), shown(total(1..=5)));
    let coverage = part.whole.coverage;
    assert_eq!((coverage.schools_reported, coverage.schools_due), (5, SCHOOLS));
    late.send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    let all = figures(&leader, "alt.opened", WEEK, &[]);
    assert_eq!(total(1..=5) + total(6..=SCHOOLS), total(1..=SCHOOLS));
    assert_eq!(read(all.whole.figures[0].reading), shown(total(1..=SCHOOLS)));
    assert_eq!(all.whole.coverage.schools_reported, SCHOOLS);
}

/// Two schools of a stage that has too few of them.
pub const CLOSED: [&str; 2] = [
    "S12,T2,office 12,2020,2021,yes,senior,g10,120,120,0",
    "S13,T2,office 13,2020,2021,yes,senior,g10,110,110,0",
];

/// Coverage counts the schools that can be in a figure. A stage of too few schools is named, its
/// schools are neither due nor missing, and the row of a stage has that stage's schools.
#[tokio::test(flavor = "multi_thread")]
async fn schools_of_a_closed_stage_are_not_missing() {
    let wished = Wished { further: &CLOSED, ..Wished::default() };
    let city = City::start_with(wished).await;
    let leader = Statistics::of(&city.leader.hub);
    let waits = figures(&leader, "alt.census", TERM, &["stage"]);
    let coverage = waits.whole.coverage;
    assert_eq!((coverage.schools_reported, coverage.schools_due), (0, SCHOOLS), "due, and not in");
    assert_eq!(waits.whole.closed, BTreeMap::from([(Stage::Senior, 2)]));
    opened_after(&city, THE_STOCK, &[], 7).await;
    let found = figures(&leader, "alt.census", TERM, &["stage"]);
    let coverage = found.whole.coverage;
    assert_eq!((coverage.schools_reported, coverage.schools_due), (SCHOOLS, SCHOOLS));
    assert_eq!(found.whole.closed, BTreeMap::from([(Stage::Senior, 2)]));
    let of = |stage: &str| {
        let figure = found.whole.figures.iter().find(|figure| figure.key[0] == stage);
        read(figure.expect("stage").reading)
    };
    assert_eq!(of("senior"), Err(Blank::Sealed(Closed::FewSchools)));
    assert_eq!(of("primary_low"), Err(Blank::NotApplicable), "nobody has it");
    assert!(of("junior").is_ok());
    let by_stage = |stage: &'static str| {
        let asked = move |tx: &Tx<'_>, packs: &Packs, at: &UnitName| {
            let period = TERM.parse().expect("term");
            let holdings = Holdings::open(tx, packs, at, (period, Members::Left), &[])?;
            let catalogue = &packs.in_force().catalogue;
            let census = Indicator::find(catalogue, "alt.census").expect("indicator");
            let found = holdings.coverage_where(packs, (census, &at.id), ("stage", stage));
            let found = found.expect("coverage");
            Ok::<_, StatisticsError>((found.schools_reported, found.schools_due))
        };
        leader.read(asked).expect("read")
    };
    assert_eq!(by_stage("junior"), (SCHOOLS, SCHOOLS));
    assert_eq!(by_stage("senior"), (0, 0));
    let asked = Filter { indicator: "alt.census".to_owned(), ..Filter::default() };
    let page = leader.indicator(&Filter { period: TERM.to_owned(), ..asked }).expect("page");
    let outside = page.outside.as_ref().map(|outside| outside.zh.as_str());
    assert_eq!(outside, Some("普通高中 2 校"), "beside the coverage too");
    let named = page.closed.iter().find(|line| line.what.zh == "学校太少的学段");
    let named = named.expect("the closed stage is named");
    assert!(named.why.zh.starts_with("普通高中 2 校：按汇总方案不开启"), "{}", named.why.zh);
    assert!(named.why.en.starts_with("Senior middle (2): by the plan"), "{}", named.why.en);
    let sealed = leader.sealed(None).expect("page");
    let closed = sealed.areas[0].closed.as_ref().expect("named once");
    assert_eq!(closed.zh, "学校太少、不开启的学段：普通高中 2 校");
    let waits = sealed.areas[0].tasks.iter().chain(&sealed.areas[0].done);
    assert!(waits.flat_map(|task| &task.waits).all(|line| !line.zh.contains("普通高中")));
}

/// A week that was over before the plan began is closed for that, and not for want of schools; no
/// school is due.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_before_the_plan_says_so() {
    let wished = Wished { further: &CLOSED, from: date(2026, 9, 7), ..Wished::default() };
    let city = City::start_with(wished).await;
    let leader = Statistics::of(&city.leader.hub);
    for period in ["2026-W36", MONTH, TERM] {
        let found = figures(&leader, "alt.opened", period, &[]);
        let before = Err(Blank::Sealed(Closed::BeforePlan));
        assert_eq!(read(found.whole.figures[0].reading), before, "{period}");
        let coverage = found.whole.coverage;
        assert_eq!((coverage.schools_reported, coverage.schools_due), (0, 0), "{period}");
        let asked = Filter { indicator: "alt.opened".to_owned(), ..Filter::default() };
        let page = leader.indicator(&Filter { period: period.to_owned(), ..asked }).expect("page");
        let why: Vec<&str> = page.closed.iter().map(|line| line.what.zh.as_str()).collect();
        assert_eq!(why, ["本项指标"], "{period}: nothing is awaited");
    }
    let stock = figures(&leader, "alt.census", TERM, &[]);
    let waits = Err(Blank::Sealed(Closed::Reports));
    assert_eq!(read(stock.whole.figures[0].reading), waits, "the day of its count comes");
}
