//! The pages of hubs with opened sums, as a browser without scripts meets them.

use std::sync::Arc;

use certs::digest::sha256;
use domain::unit::UnitKind;
use hub::console;
use hub::statistics::Statistics;
use runtime::web::trial::{Browser, PASSWORD, shell};
use runtime::web::{Label, Role, Transport};
use tests::federation::RunningHub;

use crate::city::{City, SCHOOLS, STOCK, TERM, WEEK};
use crate::figures::{agree, figures, recount, seen_by};
use crate::restored::SPRING;
use crate::school::{all_but, draft, opened_after};
use crate::{THE_FLOW, THE_STOCK};

pub async fn browser(statistics: Statistics, kind: UnitKind, city: &City) -> Browser {
    let at = statistics.unit().clone();
    let unit = Label::new(at.label.zh, at.label.en);
    let site = console::site(kind, unit, at.id.to_string(), Transport::Loopback);
    let clock = city.federation.clock().clone();
    let shell = shell(site, Role::Operator, clock).await.expect("shell");
    let mut browser = Browser::new(console::router(kind, shell, Arc::new(statistics)));
    browser.sign_in("reader", PASSWORD).await.expect("sign in");
    browser
}

/// The text of a page in both languages; it must be whole.
pub async fn page(browser: &mut Browser, path: &str, name: &str) -> [String; 2] {
    let mut texts = Vec::new();
    for lang in ["zh", "en"] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let seen = browser.get(&format!("{path}{mark}lang={lang}")).await.expect("page");
        assert_eq!(seen.status.as_u16(), 200, "{path}: {}", seen.text);
        assert_eq!(seen.flaws(), Vec::<String>::new(), "{path}");
        seen.keep(&format!("sealed-{name}-{lang}.html")).expect("keep");
        texts.push(seen.text);
    }
    texts.try_into().expect("two")
}

/// The first eight digits of the record of the first opening.
fn first_record(hub: &RunningHub) -> String {
    let all = hub.read(hub::store::sealed::record::all);
    sha256(&all.first().expect("record").bytes).short()
}

pub fn has(page: &[String; 2], zh: &str, en: &str) {
    assert!(page[0].contains(zh), "{zh}");
    assert!(page[1].contains(en), "{en}");
}

/// The helper begins with the page of sealed sums and names records as the leader does.
async fn helper_pages(city: &City, (by_grade, digest): (&str, &str)) {
    let helper = seen_by(&city.helper, crate::city::HELPER, UnitKind::Helper);
    let mut helper = browser(helper, UnitKind::Helper, city).await;
    let start = page(&mut helper, "/", "helper").await;
    has(&start, "本枢纽是卫健方", "This hub is health");
    assert_eq!(first_record(&city.helper), digest, "both hubs name a record alike");
    has(&start, &format!("记录 {digest}"), &format!("record {digest}"));
    page(&mut helper, "/sealed", "helper-sealed").await;
    let indicator = page(&mut helper, by_grade, "helper-grade").await;
    has(&indicator, "370202 + HC-QD", "370202 + HC-QD");
    has(&indicator, "所协助各区合计", "All areas that it helps");
    let areas = page(&mut helper, "/indicators?indicator=alt.census&period=2026S1", "helper-areas");
    has(&areas.await, "区市 × 学段", "District × stage");
    let overview = page(&mut helper, "/overview", "helper-overview").await;
    has(&overview, "不经卫健方枢纽", "does not come to health");
    assert!(!overview[0].contains("还没有形成快照"), "no school reports to a helper");
}

/// A town reads of its own sums, which came down to it.
async fn town_pages(city: &City) {
    let town = seen_by(&city.leader, "T1", UnitKind::Street);
    let mut town = browser(town, UnitKind::Street, city).await;
    let sent = page(&mut town, "/sealed", "town-sealed").await;
    has(&sent, "区县发来的本街道（镇）合计", "own sums that the district sent down");
    assert!(!sent[0].contains("下级送来"), "nothing comes up to a street");
    let by_stage = "/indicators?indicator=alt.census&period=2026S1&breakdown=kind-stage";
    let seen = page(&mut town, by_stage, "town").await;
    has(&seen, "5 / 5", "5 / 5");
}

/// Leader, helper and a town each say what is opened and from where, what waits and what stays
/// closed; the helper begins with the page of sealed sums.
#[tokio::test(flavor = "multi_thread")]
async fn pages_show_opened_sums_and_where_they_came_from() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[]);
    opened_after(&city, THE_FLOW, &[8], 7).await;
    let kind = UnitKind::District;
    let mut leader = browser(Statistics::of(&city.leader.hub), kind, &city).await;
    let sealed = page(&mut leader, "/sealed", "leader").await;
    has(&sealed, "未收到：S08", "Missing: S08");
    has(&sealed, "部分开启 1", "opened in part 1");
    has(&sealed, "已全部开启的 1 项", "1 of which everything is opened");
    let digest = first_record(&city.leader);
    has(&sealed, &format!("记录 {digest}"), &format!("record {digest}"));
    has(&sealed, "本枢纽是教育方", "This hub is education");
    assert!(sealed[0].contains(STOCK));
    let by_grade = "/indicators?indicator=alt.census&period=2026S1&breakdown=grade-kind";
    let indicator = page(&mut leader, by_grade, "leader-grade").await;
    has(&indicator, "这些数由哪些密封合计组成", "The opened sums behind these figures");
    has(&indicator, "370202 + HC-QD", "370202 + HC-QD");
    has(&indicator, "没有取整误差", "without rounding");
    assert!(!indicator[0].contains("取整数相加") && !indicator[0].contains("自己的取整数"));
    has(&indicator, "没有预警的也在内", "those without an alert as well");
    has(&indicator, "在册学生总数", "the tiers are in the table below");
    assert!(!indicator[0].contains('≈') || indicator[0].contains("≈0"), "nothing is rounded");
    let week = format!("/indicators?indicator=alt.opened&period={WEEK}&breakdown=kind-stage");
    let week = page(&mut leader, &week, "leader-week").await;
    has(&week, "不开启", "closed");
    has(&week, "等 1 所学校的报告", "waits for the report of 1 school");
    let month = "/indicators?indicator=alt.opened&period=2026-09&breakdown=kind-stage";
    let month = page(&mut leader, month, "leader-month").await;
    has(&month, "本时段共 4 周，已开启 0 周", "0 of 4 weeks are opened");
    let overview = page(&mut leader, &format!("/?period={TERM}"), "leader-overview").await;
    has(&overview, "待开启", "waiting");
    helper_pages(&city, (by_grade, digest.as_str())).await;
    town_pages(&city).await;
    // The late group opens alone and stands in its own line.
    draft(&city, THE_FLOW, 8, 1).send(&city);
    city.step().await;
    city.days(1);
    city.step().await;
    // The first session has ended meanwhile.
    let mut leader = browser(Statistics::of(&city.leader.hub), kind, &city).await;
    let sealed = page(&mut leader, &format!("/sealed?period={WEEK}"), "leader-done").await;
    assert!(!sealed[0].contains("未收到：S08"), "nothing is missing");
}

/// A stock in which one school stands with its report of the term before says so: the figure, at
/// both hubs, and the page beside it. Where all reports are of the term, that is said.
pub async fn say_how_many_are_fresh(city: &City) {
    let page_of = |term: &str| format!("/indicators?indicator=alt.census&period={term}");
    for hub in [&city.leader, &city.helper] {
        let seen = Statistics::of(&hub.hub);
        let spring = figures(&seen, "alt.census", SPRING.1, &["alert_state"]);
        assert_eq!(spring.whole.fresh, Some((SCHOOLS - 1, SCHOOLS)));
        let coverage = spring.whole.coverage;
        assert_eq!((coverage.schools_reported, coverage.schools_due), (SCHOOLS, SCHOOLS));
        // Schools of these tests have the same cases in each term, carried or not.
        assert!(agree(&spring, &recount(city, STOCK, &["alert_state"], 1..=SCHOOLS), 1) > 0);
        let autumn = figures(&seen, "alt.census", TERM, &[]);
        assert_eq!(autumn.whole.fresh, Some((SCHOOLS, SCHOOLS)));
    }
    let leader = Statistics::of(&city.leader.hub);
    let mut leader = browser(leader, UnitKind::District, city).await;
    let part =
        ["10 / 11 校为本学期报告，其余沿用上一份", "10 of 11 schools fresh, the others carried"];
    let all = ["都是本学期的报告", "all reports are of this term"];
    let spring = page(&mut leader, &page_of(SPRING.1), "fresh-in-part").await;
    has(&spring, part[0], part[1]);
    assert!(!spring[0].contains(all[0]) && !spring[1].contains(all[1]));
    let autumn = page(&mut leader, &page_of(TERM), "fresh").await;
    has(&autumn, all[0], all[1]);
    assert!(!autumn[0].contains("沿用上一份"));
    // The city's list of sums has the same numbers at each sum.
    has(&page(&mut leader, "/sealed?period=2026S2", "fresh-sealed").await, "10 / 11", "10 / 11");
}
