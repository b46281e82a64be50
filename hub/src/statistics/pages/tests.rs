//! The pages over a real store, as a browser without scripts meets them.

use std::sync::Arc;

use certs::digest::sha256;
use domain::catalogue::SchoolType;
use domain::unit::UnitKind;
use runtime::sql::{SqlError, Tx};
use runtime::web::trial::{Browser, PASSWORD, Seen, shell};
use runtime::web::{Figure, Label, Role, Transport};

use crate::console::{
    Breakdown, Filter, Protection, SourceError, StatisticsSource, Support, router, site,
};
use crate::statistics::fixture::{CLEAR, Fixture, NOW_MS, SCHOOLS, School, TERM, school};
use crate::statistics::{BANDS, city_table, tree_lines};
use crate::store::member_key::{self, KeyState, MemberKey};
use crate::store::unit::{self, UnitStatus};

const MORE: [School; 6] = [
    school("A1", SchoolType::Primary, 31),
    school("A2", SchoolType::Primary, 32),
    school("A3", SchoolType::Primary, 33),
    school("A4", SchoolType::Primary, 34),
    school("A5", SchoolType::Primary, 35),
    school("A6", SchoolType::Primary, 36),
];

/// A city with two districts that reported and one that did not.
fn city() -> Fixture {
    let city = Fixture::new("370200", UnitKind::City);
    city.member("370211", UnitKind::District, 5);
    city.hub("370202", UnitKind::District, &SCHOOLS, 14);
    city.hub("370203", UnitKind::District, &MORE, 8);
    city
}

fn filter(indicator: &str, unit: &str, breakdown: Option<Breakdown>) -> Filter {
    let (indicator, unit) = (indicator.to_owned(), unit.to_owned());
    Filter { indicator, period: TERM.to_owned(), unit, breakdown }
}

async fn browser(city: &Fixture) -> Browser {
    let statistics = city.statistics();
    let site =
        site(UnitKind::City, (&city.at.label).into(), city.at.id.to_string(), Transport::Loopback);
    let shell = shell(site, Role::Analyst, statistics.clock().clone()).await.expect("shell");
    let mut browser = Browser::new(router(UnitKind::City, shell, Arc::new(statistics)));
    browser.sign_in("reader", PASSWORD).await.expect("sign in");
    browser
}

async fn check(browser: &mut Browser, path: &str) -> Seen {
    let seen = browser.get(path).await.expect("reply");
    assert_eq!(seen.status.as_u16(), 200, "{path}");
    assert_eq!(seen.flaws(), Vec::<String>::new(), "{path}");
    seen
}

/// Every indicator of the catalogue has its page, in both languages, whether it has figures or not.
#[tokio::test]
async fn every_indicator_has_a_page() {
    let city = city();
    let mut browser = browser(&city).await;
    let overview = check(&mut browser, "/?lang=zh").await;
    assert!(overview.text.contains("筛查覆盖率"));
    assert!(overview.text.contains("20 / 27"));
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let ids = catalogue.counts().iter().map(|count| count.id.to_string());
    let ratios = catalogue.ratios().iter().map(|ratio| ratio.id.to_string());
    for id in ids.chain(ratios) {
        for lang in ["zh", "en"] {
            check(&mut browser, &format!("/indicators?indicator={id}&lang={lang}")).await;
        }
    }
    check(&mut browser, "/indicators").await.keep("hub-live-indicator.html").expect("kept");
    overview.keep("hub-live-overview.html").expect("kept");
}

/// An English page has no Chinese on it, but for the switch and names of the test's units.
#[tokio::test]
async fn english_pages_are_english() {
    let city = city();
    let mut browser = browser(&city).await;
    for path in ["/?lang=en", "/indicators?lang=en&indicator=r.scr.positive"] {
        let text = check(&mut browser, path).await.text;
        let known = text.replace("中文", "").replace("赵老师", "");
        let han = known.char_indices().find(|(_, c)| ('\u{4e00}'..='\u{9fff}').contains(c));
        let around = han.map(|(at, _)| known[at.saturating_sub(60)..].chars().take(90));
        assert_eq!(around.map(String::from_iter), None, "{path}");
    }
}

/// Areas stand in rows with their own coverage; the silent one is missing, never zero.
#[test]
fn areas_stand_beside_the_whole() {
    let statistics = city().statistics();
    let view = statistics.indicator(&filter("r.scr.coverage", "", None)).expect("view");
    assert_eq!(view.selected.breakdown, Some(Breakdown::DistrictStage));
    assert_eq!(view.table.rows.len(), 3);
    assert_eq!(view.table.rows[2].figures.last(), Some(&Figure::NotReported));
    assert_eq!(view.areas[0].tile, Some((1, 3)));
    assert!(view.areas[0].interval.is_some() && view.headline.range.is_some());
    assert_eq!(view.headline.parts.len(), 2);
    assert!(matches!(view.protection, Protection::Rounded { base: 5, cells: 1.. }));
    assert_eq!(view.sources.len(), 4, "two districts, two tables");
    assert_eq!(view.coverage.due, 27);
    let shared = &view.exports[0].href;
    assert!(shared.contains("indicator=r.scr.coverage&period=2025S1&unit=&by=stage"), "{shared}");
}

/// A district can be looked into; a school, an unknown term and an unknown indicator cannot.
#[test]
fn a_member_hub_can_be_looked_into_and_a_school_cannot() {
    let statistics = city().statistics();
    let view = statistics.indicator(&filter("base.students", "370202", None)).expect("view");
    assert!(view.areas.is_empty() && view.protection == Protection::Clear);
    let asked = filter("scr.completed", "370202", Some(Breakdown::GradeSex));
    let view = statistics.indicator(&asked).expect("view");
    assert_eq!(view.selected.unit, "370202");
    assert_eq!(view.table.columns.len(), 4, "three sexes and the total");
    let district = Fixture::new("370202", UnitKind::District);
    district.schools(&SCHOOLS);
    let statistics = district.statistics();
    let refused = |asked: &Filter| statistics.indicator(asked).map(drop);
    for asked in [
        filter("base.students", "P01", None),
        filter("no.such", "", None),
        Filter { period: "1999S1".to_owned(), ..filter("base.students", "", None) },
    ] {
        assert!(matches!(refused(&asked), Err(SourceError::Unknown)), "{asked:?}");
    }
    let view = statistics.indicator(&filter("base.students", "", None)).expect("view");
    assert!(!view.table.rows.iter().any(|row| row.label.zh.starts_with("单位P")));
    assert!(view.closed.iter().any(|line| line.what.zh == "直属学校 14 所"));
}

/// The page draws the hub's own figure over the terms, each with its coverage and state, and a
/// blank where one was not reported; one term is no line, and a term's indicator has none by weeks.
#[test]
fn terms_are_drawn_as_a_line() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    let view = |indicator: &str, period: &str| {
        let asked = Filter { period: period.to_owned(), ..filter(indicator, "", None) };
        hub.statistics().indicator(&asked).expect("view")
    };
    assert!(view("base.students", TERM).trend.is_empty(), "one term");
    for school in &SCHOOLS[..7] {
        let next = "2025S2".parse().expect("term");
        hub.fold(&school.release_in(&hub.packs.last(), CLEAR, next), 1, NOW_MS);
    }
    hub.seal(NOW_MS);
    let students = view("base.students", TERM);
    let [first, second] = students.trend.as_slice() else { panic!("{:?}", students.trend) };
    assert_eq!((first.period.as_str(), second.period.as_str()), (TERM, "2025S2"));
    assert_eq!((first.figure, first.coverage), (students.headline.value, students.coverage));
    assert_eq!(first.snapshots.first(), Some(&(students.version.snapshot, students.version.root)));
    assert_eq!((second.coverage.reported, second.coverage.due), (7, 14));
    assert!(second.blank.is_none() && second.breaks.is_empty());
    let share = view("r.scr.coverage", "2025S2");
    assert_eq!(share.trend[0].range, view("r.scr.coverage", TERM).headline.range);
    assert_eq!(share.trend[1].figure, Figure::NotReported);
    assert!(share.trend[1].blank.is_some() && share.trend[0].range.is_some());
    assert!(view("base.students", "2026-W02").trend.is_empty(), "told by term");
}

/// The overview tells supported, unsupported, closed and local indicators apart.
#[test]
fn support_is_told_for_every_indicator() {
    let view = city().statistics().overview(None).expect("view");
    let line = |id: &str| {
        let mut lines = view.groups.iter().flat_map(|group| &group.lines);
        lines.find(|line| line.id == id).expect("line").clone()
    };
    assert_eq!(line("base.students").support, Support::Reported);
    assert_eq!(line("base.classes").support, Support::Unsupported);
    assert_eq!(line("base.classes").figure, Figure::Unsupported);
    assert!(matches!(line("alt.open").support, Support::Closed(_)));
    assert_eq!(line("scr.staff_due").support, Support::Local);
    assert_eq!(line("cns.group").support, Support::Unsupported, "weekly");
    assert_eq!((view.period.as_str(), view.areas.len()), (TERM, 3));
    assert!(view.areas[2].received_at_ms.is_none());
    let count: usize = view.groups.iter().map(|group| group.lines.len()).sum();
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    assert_eq!(count, catalogue.counts().len() + catalogue.ratios().len());
}

/// A band that schools do not give is not laid to their ledgers: its line says by which rules it is
/// missing and of how many, its page has them, and claims of nothing that it is not withheld.
#[test]
fn a_band_that_is_not_given_says_by_which_rule() {
    let support = |without: &[School]| {
        let hub = Fixture::new("370202", UnitKind::District);
        let packs = hub.packs.last();
        for school in &SCHOOLS {
            hub.member(school.id, UnitKind::School, 0);
            let is_without = without.iter().any(|one| one.id == school.id);
            let release = if is_without {
                school.without_band(&packs)
            } else {
                school.release(&packs, CLEAR)
            };
            hub.fold(&release, 1, NOW_MS);
        }
        hub.seal(NOW_MS);
        let asked = filter("scr.completed_band", "", None);
        let page = hub.statistics().indicator(&asked).expect("view");
        assert_eq!(page.headline.note, Some(BANDS.into()));
        assert!(page.closed.iter().any(|line| line.why == Label::from(BANDS)));
        let view = hub.statistics().overview(None).expect("view");
        let mut lines = view.groups.iter().flat_map(|group| &group.lines);
        lines.find(|line| line.id == "scr.completed_band").expect("line").support.clone()
    };
    assert_eq!(support(&[]), Support::Reported);
    let banded = |given| Support::Banded { given, of: 14, why: BANDS.into() };
    assert_eq!(support(&SCHOOLS[..3]), banded(11));
    assert_eq!(support(&SCHOOLS), banded(0));
}

/// Before the first report there are pages, and nothing on them is zero.
#[tokio::test]
async fn an_empty_hub_has_pages() {
    let empty = Fixture::new("370200", UnitKind::City);
    empty.member("370202", UnitKind::District, 9);
    let mut browser = browser(&empty).await;
    let overview = check(&mut browser, "/?lang=zh").await;
    assert!(overview.text.contains("还没有形成快照") && !overview.text.contains("num zero"));
    let page = check(&mut browser, "/indicators?lang=zh").await;
    assert!(page.text.contains("还没有收到任何上报") && !page.text.contains("num zero"));
}

/// The city's table has a row for what can be computed, and a reason for everything else.
#[test]
fn the_citys_table_is_whole() {
    let city = city();
    let period = TERM.parse().expect("term");
    let read = city.statistics().read(move |tx, packs, at| city_table(tx, packs, at, period));
    let table = read.expect("table");
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let all = catalogue.counts().len() + catalogue.ratios().len();
    assert!(table.rows.len() + table.closed.len() == all && table.rows.len() >= 10);
    let lines = table.lines(runtime::web::Lang::Zh);
    assert_eq!(
        lines[0],
        ["指标", "枢纽370200", "单位370202", "单位370203", "单位370211", "报送学校"]
    );
    let students = lines.iter().find(|line| line[0] == "在校学生数").expect("row");
    assert_eq!((students[4].as_str(), students[5].as_str()), ("未报齐", "20/27"));
    let title = table.title(runtime::web::Lang::Zh);
    assert!(title.starts_with("枢纽370200  2025–2026 学年第一学期  目录第"), "{title}");
    let share = lines.iter().find(|line| line[0] == "筛查覆盖率").expect("row");
    assert!(share[1].contains("% (") && share[1].ends_with(')'), "beside its parts: {}", share[1]);
    let tree = tree_lines(&table.sources, runtime::web::Lang::Zh);
    assert!(
        tree[0].starts_with("clear.term  快照") && tree[2].starts_with("└─ 单位370203 370203  r1")
    );
    let json = serde_json::to_value(&table).expect("json");
    assert_eq!(json["coverage"]["schools_due"], 27);
    assert_eq!(json["rows"][0]["areas"][2]["status"], "not_reported");
    assert_eq!(json["rows"][0]["areas"][2].get("value"), None);
}

/// The start page says whose certificate ends within a month, in both languages: at 29 days as at 7
/// and 1, on the last day, and when it is over; the latest certificate counts, and one that has 30
/// days left or is of a unit that is not served any more is not told.
#[tokio::test]
async fn members_whose_certificates_end_are_told() {
    let city = city();
    for (id, days) in [("370211", 29), ("370202", 7), ("370203", 1)] {
        certificate(&city, id, days);
    }
    let mut browser = browser(&city).await;
    let zh = check(&mut browser, "/?lang=zh").await.text;
    for said in ["即将到期的下级证书", "还有 29 天到期", "还有 7 天到期", "还有 1 天到期", "致电"]
    {
        assert!(zh.contains(said), "{said}: {zh}");
    }
    let place = |said: &str| zh.find(said).expect("said");
    assert!(place("还有 1 天") < place("还有 7 天") && place("还有 7 天") < place("还有 29 天"));
    let en = check(&mut browser, "/?lang=en").await.text;
    for said in ["Unit 370211", "ends in 29 days", "ends in 7 days", "ends in 1 day<"] {
        assert!(en.contains(said), "{said}: {en}");
    }
    // Renewed, at its end, over.
    for (id, days) in [("370211", 30), ("370202", 0), ("370203", -1)] {
        certificate(&city, id, days);
    }
    let zh = check(&mut browser, "/?lang=zh").await.text;
    assert!(zh.contains("不到 1 天就到期") && zh.contains("已过期"), "{zh}");
    assert!(!zh.contains("天到期") && zh.contains("allow-expired-renewal"), "{zh}");
    for id in ["370202", "370203"] {
        let id = id.parse().expect("id");
        let closed = move |tx: &Tx<'_>| unit::set_status(tx, &id, UnitStatus::Closed);
        city.database.write::<_, SqlError>("close", closed).expect("closed");
    }
    let zh = check(&mut browser, "/?lang=zh").await.text;
    assert!(!zh.contains("即将到期的下级证书"), "{zh}");
}

/// Gives a member a new certificate with so many days left, and an hour.
fn certificate(city: &Fixture, id: &str, days: i64) {
    let of = format!("{id} {days}");
    let key = MemberKey {
        key_id: *sha256(of.as_bytes()).bytes(),
        unit: id.to_owned(),
        spki: of.clone().into_bytes(),
        certificate: Vec::new(),
        serial: of.into_bytes(),
        not_after_ms: NOW_MS + (24 * days + 1) * 3_600_000,
        state: KeyState::Current,
        expired_renewal: false,
    };
    let kept = move |tx: &Tx<'_>| member_key::insert(tx, &key, NOW_MS);
    city.database.write::<_, SqlError>("certificate", kept).expect("certificate");
}
