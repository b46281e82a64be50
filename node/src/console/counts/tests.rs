//! The pages of counts, as a browser without scripts meets them.

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::terms::AnalysisDecision;
use domain::ledger::words::TalkTopic;
use jiff::civil::date;
use runtime::web::trial::{Browser, PASSWORD};

use super::super::trial::{self, Person};
use super::*;
use crate::ledger::analysis::Analysis;
use crate::ledger::author::Author;
use crate::ledger::entry::{AuthorNote, StaffId, StudentId, Words};
use crate::ledger::talk::Talk;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::ledger::write;

const WEEK: &str = "2025-W45";

/// A school with one talk that was raised and analysed, in the week of 3 November.
fn school() -> School {
    let school = School::new();
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "导师")]);
    let talked: Result<_, LedgerRefusal> = school.ledger.write("talk", |tx| {
        let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
        let talk = Talk {
            day: date(2025, 11, 4),
            student: StudentId(1),
            staff: StaffId(1),
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: true,
            home_visit: false,
            note: AuthorNote::new("只有我看".to_owned()),
        };
        let talk = write::add(tx, &author, &talk)?;
        let analysis = Analysis {
            day: date(2025, 11, 6),
            student: StudentId(1),
            talk: Some(talk),
            counsellor: StaffId(1),
            staff: StaffId(2),
            decision: AnalysisDecision::NoConcern,
            measures: String::new(),
            review: None,
            done: None,
        };
        write::add(tx, &author, &analysis)
    });
    talked.expect("talk");
    school
}

async fn browser(school: &School, login: &'static str, role: Role) -> Browser {
    trial::browser(school, Person { login, role, staff: "" }, NOW_MS).await
}

/// The ratios over the school's own counts stand below them with their valid n; what is barred from
/// assessment says so, and ratios of others are not there.
#[tokio::test]
async fn ratios_are_shown_with_their_valid_n() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    for (lang, told) in [("zh", "仅描述，不作考核"), ("en", "descriptive, never assessed")]
    {
        let list = browser.get(&format!("/counts?lang={lang}")).await.expect("list");
        assert_eq!((list.status, list.flaws()), (StatusCode::OK, Vec::new()));
        list.keep("counts.html").expect("keep");
        let row = list.text.split("<tr>").find(|row| row.contains("r.mtr.talked")).expect("ratio");
        let cells: Vec<&str> = row.split("<td class=\"num\">").skip(1).collect();
        let cells: Vec<&str> = cells.iter().filter_map(|cell| cell.split('<').next()).collect();
        assert_eq!(cells, ["33.3%", "1", "3"], "{row}");
        let rate = list.text.split("<tr>").find(|row| row.contains("r.alt.rate")).expect("ratio");
        assert!(rate.contains(told), "{rate}");
        assert!(!list.text.contains("r.hot.up") && !list.text.contains("r.scr.staff"));
    }
}

/// The list has every count of a school, the page of one its cells, and neither logs or names
/// anybody.
#[tokio::test]
async fn counts_are_shown_without_naming_anybody() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let list = browser.get(&format!("/counts?period={WEEK}")).await.expect("list");
    assert_eq!(list.status, StatusCode::OK);
    let own = school.catalogue.counts().iter().filter(|count| count.origin == Origin::School);
    for count in own {
        assert!(list.text.contains(&format!("/counts/{}?", count.id)), "{}", count.id);
    }
    let page = browser.get(&format!("/counts/mtr.raised?period={WEEK}")).await.expect("count");
    assert!(page.text.contains("初中: 1"), "{}", page.text);
    assert!(!list.text.contains("张某某") && !page.text.contains("张某某"));
    assert_eq!(school.rows("access_log"), 0);
    for path in ["/counts/nothing", "/counts/hot.contacts"] {
        assert_eq!(browser.get(path).await.expect("page").status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Changes stand beside what they are changes of: a term before the ledgers has no figure and no
/// verdict, no count of staff or lessons is there, and nobody is named or logged.
#[tokio::test]
async fn changes_are_shown_with_their_intervals() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let list = browser.get("/counts?lang=zh").await.expect("list");
    assert!(list.text.contains("href=\"/counts/changes\""), "{}", list.text);
    for (lang, blank) in [("zh", "有一个学期没有数值"), ("en", "one of the terms has no figure")]
    {
        let page = browser.get(&format!("/counts/changes?lang={lang}&period=2025S1")).await;
        let page = page.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        page.keep("changes.html").expect("keep");
        let row = |id: &str| {
            let named = format!(">{id}</span>");
            page.text.split("<tr>").find(|row| row.contains(&named)).map(str::to_owned)
        };
        let talks = row("mtr.talks").expect("talks");
        assert!(talks.contains(blank) && !talks.contains("<b>"), "{talks}");
        assert!(row("r.mtr.talked").is_some() && row("edu.hours").is_none());
        assert!(row("r.mtr.load").is_none() && !page.text.contains("张某某"));
    }
    let wrong = browser.get("/counts/changes?period=2025-11").await.expect("page");
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "a month is no term");
    assert_eq!(school.rows("access_log"), 0);
    let mut teacher = self::browser(&school, "wang", Role::ClassTeacher).await;
    let refused = teacher.get("/counts/changes").await.expect("page");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// The page of one count offers periods as the list of all does, and a period that nobody knows, or
/// that the calendar has not, is answered with what was typed and with those that there are.
#[tokio::test]
async fn a_period_is_chosen_on_every_page_of_counts() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let offers = "<option value=\"2025S1\">";
    for path in ["/counts", "/counts/mtr.raised"] {
        let page = browser.get(&format!("{path}?lang=zh")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        assert!(page.text.contains(offers), "{path}: {}", page.text);
        for (wrong, lang, said) in [
            ("heute", "zh", "没有“heute”这个统计期。"),
            ("1999S1", "en", "There is no period “1999S1”."),
        ] {
            let page = browser.get(&format!("{path}?lang={lang}&period={wrong}")).await;
            let page = page.expect("page");
            assert_eq!((page.status, page.flaws()), (StatusCode::BAD_REQUEST, Vec::new()));
            assert!(page.text.contains(said) && page.text.contains(offers), "{}", page.text);
            assert!(page.text.contains(&format!("action=\"{path}\"")), "{}", page.text);
            page.keep("counts-no-period.html").expect("keep");
        }
    }
}

/// In a year under seal a count that sealed reports hold is said to leave in them, and never to
/// stay, and one of a weekly sheet names the sheet. In a year that is not under seal the first
/// stays, and what a rounded table carries leaves rounded.
#[tokio::test]
async fn where_a_count_goes_is_told_as_it_is() {
    let school = school();
    let leaves = |text: &str, id: &str| {
        let row = text.split("<tr>").find(|row| row.contains(&format!("/counts/{id}?")));
        let last = row.and_then(|row| row.rsplit("<td>").next()?.split("</td>").next());
        last.expect("a row").to_owned()
    };
    let mut open = browser(&school, "it", Role::Operator).await;
    let list = open.get("/counts?lang=zh").await.expect("list");
    assert_eq!(leaves(&list.text, "alt.opened"), "该学年没有启用密封汇总，不出校");
    assert_eq!(leaves(&list.text, "scr.positive"), "取整后出校，每学期一次");
    let rules = Arc::new(trial::UnderSeal(2025));
    let mut browser = trial::signed_in_under(&school, ("it", PASSWORD), NOW_MS, rules).await;
    let list = browser.get("/counts?lang=zh").await.expect("list");
    for id in ["alt.opened", "scr.positive"] {
        let said = leaves(&list.text, id);
        assert_eq!(said, "以密封报告出校，只有多所学校的合计能打开", "{id}");
    }
    assert_eq!(leaves(&list.text, "edu.hours"), "随“工作数据周报”出校");
    let page = browser.get("/counts/alt.opened?lang=en").await.expect("count");
    assert!(page.text.contains("leaves in sealed reports"), "{}", page.text);
}

/// The records behind a figure are shown to who may read them, with a reason, and logged; others
/// learn how many there are.
#[tokio::test]
async fn why_shows_records_to_whom_may_read_them() {
    let school = school();
    let junior = |text: &str| {
        let cells = text.split("<select name=\"cell\">").nth(1).expect("cells");
        let place = cells.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next());
        place.expect("a cell").to_owned()
    };
    let mut it = browser(&school, "it", Role::Operator).await;
    let page = it.get(&format!("/counts/mtr.raised?period={WEEK}")).await.expect("count");
    let cell = junior(&page.text);
    let token = page.field("csrf").expect("token").to_owned();
    let fields = [("csrf", token.as_str()), ("period", WEEK), ("cell", &cell), ("reason", "核对")];
    let hidden = it.post("/counts/mtr.raised/why", &fields).await.expect("why");
    assert!(hidden.text.contains("另有 1 条记录"), "{}", hidden.text);
    assert!(!hidden.text.contains("张某某"));
    assert_eq!(school.rows("access_log"), 0);
    let mut li = browser(&school, "li", Role::Counsellor).await;
    let page = li.get(&format!("/counts/mtr.raised?period={WEEK}")).await.expect("count");
    let token = page.field("csrf").expect("token").to_owned();
    let with = |reason| {
        [("csrf", token.as_str()), ("period", WEEK), ("cell", cell.as_str()), ("reason", reason)]
    };
    let mute = li.post("/counts/mtr.raised/why", &with(" ")).await.expect("why");
    assert_eq!((mute.status, mute.flaws()), (StatusCode::CONFLICT, Vec::new()));
    let kept = format!("<option value=\"{cell}\" selected>");
    assert!(mute.text.contains("role=\"alert\"") && mute.text.contains(&kept), "{}", mute.text);
    assert!(!mute.text.contains("张某某"), "{}", mute.text);
    let fields = with("核对");
    let seen = li.post("/counts/mtr.raised/why", &fields).await.expect("why");
    assert!(seen.text.contains("张某某") && seen.text.contains("谈心谈话第 1 号"), "{}", seen.text);
    assert!(seen.text.contains("/students/1") && !seen.text.contains("只有我看"));
    assert_eq!(school.rows("access_log"), 1);
}

/// Class teachers and mentors see no counts, and are sent to who can change a role: school IT, who
/// runs the machine, cannot.
#[tokio::test]
async fn teachers_see_no_counts() {
    let school = school();
    let mut teacher = browser(&school, "wang", Role::ClassTeacher).await;
    let refused = teacher.get("/counts?lang=zh").await.expect("page");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("学校为德育主任或校长"), "{}", refused.text);
}

/// Before the census day the page says from when on a stock is counted, and not that its ledger is
/// not kept.
#[tokio::test]
async fn a_stock_is_told_as_counted_from_its_census_day_on() {
    let school = school();
    let term = school.term();
    // A day of the term's first weeks, at noon.
    let early = runtime::clock::instant_ms(term.start.tomorrow().expect("day").at(12, 0, 0, 0));
    let person = Person { login: "it", role: Role::Operator, staff: "" };
    let mut browser = trial::browser(&school, person, early).await;
    let list = browser.get("/counts?lang=zh").await.expect("list");
    let row = list.text.split("<tr>").find(|row| row.contains("/counts/base.students?"));
    let said = format!("尚未到统计时间，自 {} 起统计", term.census);
    assert!(row.is_some_and(|row| row.contains(&said)), "{}", list.text);
}

/// Of a period that has not begun nothing is told but its first day: neither zeros nor the stock
/// of today.
#[tokio::test]
async fn a_period_to_come_has_no_figures() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let list = browser.get("/counts?lang=zh&period=2025-12").await.expect("list");
    for id in ["mtr.raised", "alt.open", "edu.hours"] {
        let row = list.text.split("<tr>").find(|row| row.contains(&format!("/counts/{id}?")));
        let said = "尚未到统计时间，自 2025-12-01 起统计";
        assert!(row.is_some_and(|row| row.contains(said)), "{id}: {}", list.text);
    }
    let page = browser.get("/counts/mtr.raised?lang=zh&period=2025-12").await.expect("count");
    assert!(
        page.text.contains("尚未到统计时间") && !page.text.contains("name=\"cell\""),
        "{}",
        page.text
    );
}

/// A ledger without an entry is told as one, and the page says that this is no zero.
#[tokio::test]
async fn a_ledger_without_an_entry_is_told_as_one() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let list = browser.get("/counts?lang=zh").await.expect("list");
    let row = list.text.split("<tr>").find(|row| row.contains("/counts/evt.drills?"));
    assert!(row.is_some_and(|row| row.contains("<td>还没有登记过</td>")), "{}", list.text);
    assert!(list.text.contains("“还没有登记过”不等于零"));
}

/// Periods are offered by name, so that nobody has to know how one is written; where a ratio
/// stands on a census day and the period has none, the page says why it is blank.
#[tokio::test]
async fn periods_are_offered_and_a_blank_ratio_says_why() {
    let school = school();
    let mut browser = browser(&school, "it", Role::Operator).await;
    let list = browser.get("/counts?lang=zh&period=2025-11").await.expect("list");
    for said in ["<option value=\"2025S1\">2025–2026 学年第一学期</option>", "list=\"periods\""]
    {
        assert!(list.text.contains(said), "{said}: {}", list.text);
    }
    let load = list.text.split("<tr>").find(|row| row.contains("r.stf.load")).expect("ratio");
    assert!(load.contains("请将统计期改为学期"), "{load}");
    let term = browser.get("/counts?lang=zh&period=2025S1").await.expect("list");
    let load = term.text.split("<tr>").find(|row| row.contains("r.stf.load")).expect("ratio");
    assert!(!load.contains("请将统计期改为学期"), "{load}");
}
