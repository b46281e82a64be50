//! The city's pages as a browser without scripts meets them, over made-up views.

mod sample;

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use domain::digest::Digest;
use domain::unit::UnitKind;
use runtime::web::trial::{self, Browser, PASSWORD, Seen};
use runtime::web::{Figure, Label, Role, Transport};

use super::*;
use crate::publication::{ReleaseOut, ReleasesOut};
use crate::statistics::{SpecialLineOut, SpecialOut};
use sample::{
    choice, indicator_view, overview_view, publication_view, sealed_view, special_view, trend_lines,
};

const NOW: i64 = 1_764_000_000_000;

/// A source that gives the same views to everybody and remembers what it was asked.
struct Fixed {
    indicator: IndicatorPage,
    asked: Mutex<Vec<Filter>>,
}

impl StatisticsSource for Fixed {
    fn overview(&self, period: Option<&str>) -> Result<OverviewPage, SourceError> {
        match period {
            None | Some("2025S1") => Ok(overview_view()),
            Some("2024S1") => Err(SourceError::Unavailable("disk on fire at /secret".into())),
            Some(_) => Err(SourceError::Unknown),
        }
    }

    fn indicator(&self, filter: &Filter) -> Result<IndicatorPage, SourceError> {
        self.asked.lock().expect("lock").push(filter.clone());
        Ok(self.indicator.clone())
    }

    fn sealed(&self, _period: Option<&str>) -> Result<SealedPage, SourceError> {
        Ok(sealed_view())
    }

    fn specials(&self) -> Result<Vec<SpecialLineOut>, SourceError> {
        Ok(vec![special_view().special])
    }

    fn publications(
        &self,
        id: Option<&str>,
    ) -> Result<(ReleasesOut, Option<ReleaseOut>), SourceError> {
        let (all, one) = publication_view();
        match id {
            None => Ok((all, None)),
            Some("2025S1-alerts") => Ok((all, Some(one))),
            Some(_) => Err(SourceError::Unknown),
        }
    }

    fn special(&self, id: &str) -> Result<SpecialOut, SourceError> {
        if id == "flood-2026" { Ok(special_view()) } else { Err(SourceError::Unknown) }
    }
}

async fn console_at(kind: UnitKind) -> Browser {
    console(kind, Role::Operator, indicator_view()).await.0
}

async fn console_of(role: Role, view: IndicatorPage) -> (Browser, Arc<Fixed>) {
    console(UnitKind::City, role, view).await
}

async fn console(kind: UnitKind, role: Role, view: IndicatorPage) -> (Browser, Arc<Fixed>) {
    let unit = Label::new("青岛市联防联控工作专班", "Qingdao task force");
    let mut site = site(kind, unit, "370200".to_owned(), Transport::Loopback);
    site.demonstration = true;
    let start = jiff::Timestamp::from_millisecond(NOW).expect("instant");
    let (clock, _) = runtime::clock::Clock::simulated(start);
    let shell = trial::shell(site, role, clock).await.expect("shell");
    let source = Arc::new(Fixed { indicator: view, asked: Mutex::default() });
    let mut browser = Browser::new(router(kind, shell, Arc::<Fixed>::clone(&source)));
    browser.sign_in("reader", PASSWORD).await.expect("sign in");
    (browser, source)
}

async fn check(browser: &mut Browser, path: &str, name: &str) -> Seen {
    let seen = browser.get(path).await.expect("reply");
    assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.text);
    assert_eq!(seen.flaws(), Vec::<String>::new(), "{path}");
    assert!(seen.header("content-security-policy").contains("default-src 'self'"));
    seen.keep(name).expect("keep");
    seen
}

/// Every page is whole in both languages, and the English one has no Chinese but the names
/// that have no English.
#[tokio::test]
async fn pages_are_whole_in_both_languages() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    for (path, name) in [("/", "hub-overview"), ("/indicators", "hub-indicator")] {
        let zh = check(&mut browser, &format!("{path}?lang=zh"), &format!("{name}-zh.html")).await;
        assert!(zh.text.contains("报送完整度"));
        let en = check(&mut browser, &format!("{path}?lang=en"), &format!("{name}-en.html")).await;
        assert!(en.text.contains("Schools that reported"));
        let known = en.text.replace("中文", "").replace("赵老师", "");
        let han = known.chars().find(|c| ('\u{4e00}'..='\u{9fff}').contains(c));
        assert_eq!(han, None, "{path}");
    }
}

/// A relay's start page tells how many letters there are and how much is late, and of whom nothing.
#[tokio::test]
async fn letters_are_told_in_counts() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let zh = check(&mut browser, "/?lang=zh", "hub-letters-zh.html").await.text;
    assert!(!zh.contains("等待时段") && zh.contains("有 2 封的去向没有公钥声明"));
    assert!(zh.contains("对方答复") && zh.contains("已逾期 2 件"));
    assert!(zh.contains("等待过久") && zh.contains("有紧急信件在本转递处等了 5 分钟以上"));
    let en = check(&mut browser, "/?lang=en", "hub-letters-en.html").await.text;
    assert!(en.contains("The recipient's answer") || en.contains("The recipient&#39;s answer"));
    assert!(en.contains("2 late") && !en.contains("Nothing is late"));
    assert!(en.contains("Waits for too long") && en.contains("an emergency waits at this relay"));
}

/// A share says what it is made of, and of which schools nothing is opened: two counts of the same
/// page would else be taken for its parts.
#[tokio::test]
async fn a_share_stands_beside_its_parts() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let zh = check(&mut browser, "/?lang=zh", "hub-parts-zh.html").await.text;
    assert!(zh.contains("3,003 / 3,742") && zh.contains("另有 普通高中 2 校，学校太少不开启"));
    let en = check(&mut browser, "/?lang=en", "hub-parts-en.html").await.text;
    assert!(en.contains("3,003 / 3,742") && en.contains("besides Senior middle (2)"));
}

/// Of what is never opened, or never leaves a school, no report is missing.
#[tokio::test]
async fn what_is_not_opened_misses_no_schools() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let page = check(&mut browser, "/?lang=zh", "hub-unopened-zh.html").await.text;
    assert!(page.contains("745 / 777") && !page.contains("0 / 777"));
    assert!(page.matches("<td class=\"num\">—</td>").count() >= 2, "closed, and local");
}

/// That a higher rate may mean that more was noticed is said of what was found in students, and of
/// nothing else.
#[tokio::test]
async fn only_findings_carry_the_caution() {
    let caution = "检出率高可能因为发现得多";
    for (id, is_said) in [("r.scr.positive", true), ("base.students", false)] {
        let mut view = indicator_view();
        view.selected.indicator = id.to_owned();
        let (mut browser, _) = console_of(Role::Analyst, view).await;
        let page = check(&mut browser, "/indicators?lang=zh", "hub-caution.html").await;
        assert_eq!(page.text.contains(caution), is_said, "{id}");
    }
}

/// The page of sealed sums says in both languages who is missing, what is opened and what stays
/// closed; a helper begins with it.
#[tokio::test]
async fn sealed_sums_are_told_in_both_languages() {
    let (mut browser, _) = console_of(Role::Operator, indicator_view()).await;
    let zh = check(&mut browser, "/sealed?lang=zh", "hub-sealed-zh.html").await;
    for said in
        ["未收到：S08（示例八中）", "记录 3f0a9c1d", "学校太少，按方案不开启", "打电话请学校核对"]
    {
        assert!(zh.text.contains(said), "{said}");
    }
    let en = check(&mut browser, "/sealed?lang=en", "hub-sealed-en.html").await;
    assert!(en.text.contains("Missing: S08") && en.text.contains("record 3f0a9c1d"));
    // How tasks stand comes first; what is opened, and sums from below by area, can be unfolded.
    for said in ["等报告 1", "已全部开启的 1 项", "市北区：1 份", "09090909"] {
        assert!(zh.text.contains(said), "{said}");
    }
    assert!(en.text.contains("waits for reports 1") && en.text.contains("Shibei District: 1 sums"));
    let site = site(UnitKind::Helper, Label::same("H"), "HC-QD".to_owned(), Transport::Loopback);
    let links: Vec<&str> = site.nav[0].links.iter().map(|link| link.href).collect();
    assert_eq!(links, ["/", "/overview", "/indicators"]);
}

/// The page of publications says in both languages what a figure with noise is, how far it may be
/// off, and what is left of the year; a figure below twenty is not told, a closed one is no zero.
#[tokio::test]
async fn publications_are_told_in_both_languages() {
    let (mut browser, _) = console_of(Role::Auditor, indicator_view()).await;
    let list = check(&mut browser, "/publications?lang=zh", "hub-publications-zh.html").await;
    for said in ["预算还剩 0.625", "±24", "每名学生每学年最多用 3.000", "赵老师"]
    {
        assert!(list.text.contains(said), "{said}");
    }
    assert!(!list.text.contains("~1,311"), "no release was asked for");
    let path = "/publications?id=2025S1-alerts";
    let zh = check(&mut browser, &format!("{path}&lang=zh"), "hub-publication-zh.html").await;
    for said in ["~1,311", "&#60;20", "不开启", "合计不必等于各项之和", "误差不超过 ±24"]
    {
        assert!(zh.text.contains(said), "{said}");
    }
    let en = check(&mut browser, &format!("{path}&lang=en"), "hub-publication-en.html").await;
    for said in ["~1,311", "closed", "margins need not add up", "within ±24"] {
        assert!(en.text.contains(said), "{said}");
    }
    let exports = "/api/v1/publications/2025S1-alerts?format=csv";
    assert!(en.text.contains(&exports.replace('&', "&#38;")));
    let lost = browser.get("/publications?id=2025S2-alerts").await.expect("reply");
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    let hrefs = |kind| {
        let site = site(kind, Label::same("H"), "370202".to_owned(), Transport::Loopback);
        let links = site.nav.iter().flat_map(|group| &group.links).map(|link| link.href);
        links.collect::<Vec<_>>()
    };
    assert!(hrefs(UnitKind::District).contains(&"/publications"));
    assert!(hrefs(UnitKind::City).contains(&"/publications"));
    assert!(!hrefs(UnitKind::Street).contains(&"/publications"), "a street publishes nothing");
    let [mut street, mut helper] =
        [console_at(UnitKind::Street).await, console_at(UnitKind::Helper).await];
    for browser in [&mut street, &mut helper] {
        let none = browser.get("/publications").await.expect("reply");
        assert_eq!(none.status, StatusCode::NOT_FOUND, "no page without a right to publish");
    }
    check(&mut helper, "/sealed", "hub-helper-sealed.html").await;
}

/// Zero, suppressed, not reported and not applicable stand in the table as four different things.
#[tokio::test]
async fn four_blanks_are_told_apart_on_the_page() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-blanks.html").await;
    for cell in [
        "<td class=\"num zero\">0</td>",
        ">隐去</td>",
        ">未报齐</td>",
        "<td class=\"num na\" title=\"不适用，本来就没有这一项\">—</td>",
    ] {
        assert!(page.text.contains(cell), "{cell}");
    }
}

/// The trend is a picture and a table in both languages: broken at blanks and at changes, with its
/// ranges and states, and each period leads to its own page.
#[tokio::test]
async fn a_trend_is_broken_where_it_must_not_be_read_across() {
    let mut view = indicator_view();
    view.trend = trend_lines();
    let (mut browser, _) = console_of(Role::Analyst, view.clone()).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-trend-zh.html").await;
    assert!(page.text.contains("历期走势") && page.text.contains("应报学校由 777 所变为 780 所"));
    assert_eq!(page.text.matches("class=\"series\"").count(), 3, "each stretch by itself");
    assert_eq!(page.text.matches("class=\"split\"").count(), 1);
    for gap in ["not_reported", "suppressed"] {
        assert_eq!(page.text.matches(&format!("class=\"gap {gap}\"")).count(), 2, "{gap}");
    }
    for text in ["4.9%–5.1%", "740 / 777", "快照 741", "本期没有数据上报"] {
        assert!(page.text.contains(text), "{text}");
    }
    let all =
        "/api/v1/trends?indicator=scr.positive_rate&amp;from=2023S1&amp;to=2025S1&amp;format=csv";
    assert!(page.text.contains(all), "the same for programs");
    let earlier = browser.get("/indicators?indicator=scr.positive_rate&period=2023S1").await;
    assert_eq!(earlier.expect("reply").status, StatusCode::OK);
    let en = check(&mut browser, "/indicators?lang=en", "hub-trend-en.html").await.text;
    assert!(en.contains("Over time") && en.contains("Nothing was reported"));
    view.trend.truncate(1);
    let (mut browser, _) = console_of(Role::Analyst, view).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-trend-none.html").await;
    assert!(!page.text.contains("历期走势"), "one period is no trend");
}

/// An area below 80 % of its schools is listed with the reason, last and without a dot.
#[tokio::test]
async fn areas_that_reported_too_little_are_not_compared() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-compared.html").await;
    assert!(page.text.contains("报送 71.2%，低于 80%，不参与比较"));
    assert!(page.text.contains("检出率高可能因为发现得多，不宜用作考核排名。"));
    let plot = page.text.split("class=\"chart\"").nth(1).expect("plot");
    let plot = plot.split("</svg>").next().expect("end");
    assert_eq!(plot.matches("<circle").count(), 9);
    let order: Vec<Option<usize>> =
        ["市北区", "李沧区", "莱西市", "城阳区"].iter().map(|name| plot.find(name)).collect();
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
}

/// The page says how far rounding can be off, which snapshot it shows and whose reports it adds.
#[tokio::test]
async fn the_page_says_where_each_number_came_from() {
    let (mut browser, _) = console_of(Role::Auditor, indicator_view()).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-sources.html").await;
    for text in ["±4", "18,625 格", "快照 7", "指标目录第 1 版", "rounded.scr.census", "41 / 41"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(page.text.contains(&Digest::sha256([0x5b; 32]).to_string()));
    assert!(page.text.contains("参与学校少于 5 所的街道不开启"));
}

/// Names that came over the wire cannot become markup, in the page, the chart or the address.
#[tokio::test]
async fn hostile_names_are_escaped_everywhere() {
    let hostile = "\"><script>alert('x')</script>";
    let mut view = indicator_view();
    view.whole = Label::same(hostile);
    view.name = Label::same(hostile);
    view.areas[0].label = Label::same(hostile);
    view.table.rows[0].label = Label::same(hostile);
    view.sources[0].unit = Label::same(hostile);
    view.choices.units[1] = choice(hostile, hostile, hostile);
    let (mut browser, _) = console_of(Role::Analyst, view).await;
    let page = check(&mut browser, "/indicators", "hub-hostile.html").await;
    assert!(!page.text.contains("<script") && !page.text.contains("alert('x')"));
    assert!(page.text.matches("&#60;script&#62;").count() >= 6);
}

/// The filter is a plain form: what it sends reaches the source, and nonsense does not.
#[tokio::test]
async fn the_filter_works_without_scripts() {
    let (mut browser, source) = console_of(Role::Analyst, indicator_view()).await;
    let query = "/indicators?indicator=scr.positive&period=2025S1&unit=370202&breakdown=grade-sex";
    browser.get(query).await.expect("reply");
    let asked = source.asked.lock().expect("lock").pop().expect("filter");
    assert_eq!(asked.unit, "370202");
    assert_eq!(asked.breakdown, Some(Breakdown::GradeSex));
    for query in ["unit=%3Cscript%3E", "breakdown=school", "period=..%2F..", "unit=学校"] {
        let uri = format!("/indicators?{}", query.replace("学校", "%E5%AD%A6"));
        let reply = browser.get(&uri).await.expect("reply");
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
    assert!(source.asked.lock().expect("lock").is_empty());
}

/// What the store cannot give is an error page that tells neither a path nor a cause.
#[tokio::test]
async fn errors_of_the_store_are_pages() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let gone = browser.get("/?period=1999S1").await.expect("reply");
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let busy = browser.get("/?period=2024S1").await.expect("reply");
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.text.contains("没有丢失") && !busy.text.contains("disk on fire"));
    for seen in [gone, busy] {
        assert_eq!(seen.flaws(), Vec::<String>::new());
    }
}

/// Statistics are for the task force, not for every account.
#[tokio::test]
async fn a_class_teacher_does_not_read_the_citys_statistics() {
    let (mut browser, _) = console_of(Role::ClassTeacher, indicator_view()).await;
    let reply = browser.get("/indicators").await.expect("reply");
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(!reply.text.contains("筛查阳性率"));
}

/// Before the first report the pages say what will happen, and an area without a rate is a bar.
#[tokio::test]
async fn an_empty_city_and_a_count_are_shown() {
    let mut view = indicator_view();
    let note = Some(Label::new("在册学生总数", "everyone on the roll"));
    let marks = vec![Label::new("与目录规则矛盾", "It contradicts a rule")];
    let (value, range) = (Figure::NotReported, None);
    view.headline = Headline { value, range, parts: Vec::new(), note, marks };
    view.sources.clear();
    view.areas[0].figure = Figure::Count(812);
    let (mut browser, _) = console_of(Role::Analyst, view).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-count-zh.html").await;
    assert!(page.text.contains("还没有收到任何上报") && page.text.contains("计数指标"));
    assert!(page.text.contains("<em>在册学生总数</em>"), "whom the figure counts");
    assert!(page.text.contains("<em>与目录规则矛盾</em>"), "what it contradicts");
    assert!(page.text.contains("class=\"bar\"") && !page.text.contains("class=\"dot\""));
}

/// An area of which nothing is opened did not fail to report: it is called closed, with the
/// reason and without the colour of a warning.
#[tokio::test]
async fn an_area_that_is_not_opened_is_no_fault() {
    let mut view = indicator_view();
    view.table.rows.truncate(1);
    view.table.rows[0].coverage = Coverage { reported: 0, due: 0, persons: None };
    view.table.rows[0].closed = Some(Label::new("学校太少。", "Too few schools."));
    view.areas[0].coverage = view.table.rows[0].coverage;
    let (mut browser, _) = console_of(Role::Analyst, view).await;
    let page = check(&mut browser, "/indicators?lang=zh", "hub-not-open-zh.html").await;
    assert!(page.text.contains("<td>不开启 <span class=\"sub\">学校太少。</span></td>"));
    assert!(!page.text.contains("0 / 0") && !page.text.contains("num hot"));
}

/// The page of special periods says until when one runs, who refuses and why, and what each day
/// told; a day that nobody told is no zero, and neither is a sum that waits or stays closed.
#[tokio::test]
async fn special_periods_are_shown_with_their_refusals() {
    let (mut browser, _) = console_of(Role::Analyst, indicator_view()).await;
    let list = check(&mut browser, "/special?lang=zh", "hub-specials-zh.html").await;
    assert!(list.text.contains("2026年防汛") && list.text.contains("进行中"));
    let path = "/special?id=flood-2026";
    let zh = check(&mut browser, &format!("{path}&lang=zh"), "hub-special-zh.html").await;
    let (zero, missing) = ("<td class=\"num zero\">0</td>", ">未报齐</td>");
    for text in ["执行 5 所，拒绝 1 所", "5 / 6", zero, missing, ">待开启</td>", ">不开启</td>"]
    {
        assert!(zh.text.contains(text), "{text}: {}", zh.text);
    }
    assert!(zh.text.contains("范围内只有 4 所学校"), "why, in the reader's language");
    assert!(!zh.text.contains("the area has 4 schools"), "and not in the node's");
    let en = check(&mut browser, &format!("{path}&lang=en"), "hub-special-en.html").await;
    assert!(en.text.contains("the area has 4 schools"));
    assert!(zh.text.contains("约数在每个时段") && en.text.contains("do not add up to the whole"));
    let none = browser.get("/special?id=other").await.expect("reply");
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// A ratio without a figure is not called a count: what it is divided by stays part of it.
#[tokio::test]
async fn a_ratio_without_a_figure_is_no_count() {
    let mut view = indicator_view();
    view.headline.parts.clear();
    for (indicator, is_count) in [("r.mtr.talked", false), ("mtr.talks", true)] {
        view.selected.indicator = indicator.to_owned();
        let (mut browser, _) = console_of(Role::Analyst, view.clone()).await;
        let seen = check(&mut browser, "/indicators?lang=en", "hub-blank-ratio.html").await;
        assert_eq!(seen.text.contains("A count; it has no denominator"), is_count, "{indicator}");
    }
}
