//! The pages that name students, as a browser without scripts meets them.

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::terms::Tier;
use domain::ledger::words::{AlertSource, Move};
use jiff::civil::date;
use runtime::web::Role;
use runtime::web::trial::Browser;

use super::super::trial::{self, Person};
use super::*;
use crate::ledger::author::Author;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::entry::StaffId;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};

const PAGES: [&str; 4] = ["/work", "/alerts", "/ledgers/talk", "/students/1"];

pub(in crate::console) fn school() -> School {
    let school = School::new();
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let opened = school.ledger.write("case", |tx| {
        let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
        let (source, owner) = (AlertSource::Mentor, StaffId(1));
        let next_review = Some(date(2025, 12, 1));
        let wish = MoveWish { how: Move::Opened, to: Some(Tier::T2), source, owner, next_review };
        let day = date(2025, 11, 19);
        case::open(tx, &author.because("情绪低落 <b>"), StudentId(1), day, &wish)
    });
    opened.expect("case");
    school
}

pub(in crate::console) async fn browser(
    school: &School,
    login: &'static str,
    role: Role,
    staff: &'static str,
) -> Browser {
    trial::browser(school, Person { login, role, staff }, NOW_MS).await
}

/// School IT and the auditor get no page that names a student, and nothing is logged or shown; on
/// the list of what is due school IT finds requests about accounts alone.
#[tokio::test]
async fn school_it_and_the_auditor_see_no_student() {
    let school = school();
    for (login, role) in [("it", Role::Operator), ("audit", Role::Auditor)] {
        let mut browser = browser(&school, login, role, "").await;
        for path in PAGES {
            let seen = browser.get(path).await.expect("page");
            let is_work = path == "/work" && role == Role::Operator;
            let status = if is_work { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(seen.status, status, "{path}");
            assert!(!seen.text.contains("张某某"), "{path}");
        }
        assert_eq!(browser.get("/ledgers").await.expect("page").status, StatusCode::OK);
    }
    assert_eq!(school.rows("access_log"), 0);
}

/// The board shows tiers in words; a wrong form is answered with a sentence and comes back filled
/// in, a raise acts at once, and its author cannot sign it, while somebody else can.
#[tokio::test]
async fn the_board_raises_and_a_second_person_signs() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    for path in ["/alerts", "/alerts?view=board"] {
        let board = li.get(path).await.expect("board");
        assert_eq!((board.status, board.flaws()), (StatusCode::OK, Vec::new()));
        assert!(board.text.contains("重点关注") && board.text.contains("张某某"));
        board
            .keep(if path.contains("board") { "board.html" } else { "alerts.html" })
            .expect("keep");
    }
    let board = li.get("/alerts").await.expect("board");
    let path = link(&board.text, "/acts/move/");
    let form = li.get(&path).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()), "{}", form.text);
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let wish = |review: &'static str| {
        [("how", "tier_up"), ("to_tier", "t3"), ("source", "mentor"), ("next_review", review)]
    };
    let mut fields = vec![("csrf", csrf.as_str()), ("reason", "加重 <b>")];
    fields.extend(wish("2026-01-30"));
    let refused = li.post(&path, &fields).await.expect("reply");
    assert_eq!(refused.status, StatusCode::CONFLICT, "{path}: {}", refused.text);
    assert!(refused.text.contains("台账没有改动") && refused.text.contains("危机 7 天"));
    assert!(refused.text.contains("加重 &#60;b&#62;") && refused.text.contains("2026-01-30"));
    fields.truncate(2);
    fields.extend(wish("2025-11-25"));
    let forged: Vec<_> = fields.iter().filter(|(name, _)| *name != "csrf").copied().collect();
    assert_eq!(li.post(&path, &forged).await.expect("reply").status, StatusCode::FORBIDDEN);
    assert_eq!(li.post(&path, &fields).await.expect("reply").status, StatusCode::SEE_OTHER);
    let board = li.get("/alerts").await.expect("board");
    assert!(board.text.contains("危机</span>"), "{}", board.text);
    assert!(!board.text.contains("/acts/sign/"), "nobody signs their own move");
    assert!(board.text.contains("等另一人签署"), "{}", board.text);
    let mut head = browser(&school, "head", Role::MoralHead, "T002").await;
    let seen = head.get("/alerts").await.expect("board").text;
    assert!(!seen.contains("等另一人签署"), "{seen}");
    let sign = link(&seen, "/acts/sign/");
    let agree = [("csrf", csrf.as_str()), ("answer", "yes"), ("reason", "同意")];
    let own = li.post(&sign, &agree).await.expect("reply");
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("第二人必须是另一个人"));
    let csrf = head.get(&sign).await.expect("form").field("csrf").expect("csrf").to_owned();
    let agree = [("csrf", csrf.as_str()), ("answer", "yes"), ("reason", "同意")];
    assert_eq!(head.post(&sign, &agree).await.expect("reply").status, StatusCode::SEE_OTHER);
    let board = head.get("/alerts").await.expect("board");
    assert!(!board.text.contains(&sign), "what is signed waits no more");
}

/// The form says at which tier the case stands and why a move was asked for; what only waits is
/// not called done, a second one is refused, and a no is told as a no.
#[tokio::test]
async fn a_move_that_waits_is_told_as_waiting() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let board = li.get("/alerts").await.expect("board");
    let path = link(&board.text, "/acts/move/");
    let form = li.get(&path).await.expect("form");
    assert!(form.text.contains("现在的级别：重点关注"), "{}", form.text);
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let down = [
        ("csrf", csrf.as_str()),
        ("how", "tier_down"),
        ("to_tier", "t1"),
        ("source", "mentor"),
        ("next_review", "2025-12-10"),
        ("reason", "两周平稳"),
    ];
    let asked = li.post(&path, &down).await.expect("reply");
    let told = li.get(asked.header("location")).await.expect("record");
    assert!(told.text.contains("尚未生效") && !told.text.contains("已办理"), "{}", told.text);
    // The same press twice is one; another wish is refused.
    let further = down.map(|(name, said)| (name, if name == "reason" { "再降" } else { said }));
    let again = li.post(&path, &further).await.expect("reply");
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("已有一项待签"), "{}", again.text);
    let mut head = browser(&school, "head", Role::MoralHead, "T002").await;
    let board = head.get("/alerts").await.expect("board");
    assert_eq!(board.text.matches("/acts/sign/").count(), 2, "both signatures that wait");
    let signs: Vec<String> =
        board.text.split("href=\"/acts/sign/").skip(1).map(str::to_owned).collect();
    for (rest, reason, said) in
        [(&signs[0], "两周平稳", "这项变动不生效"), (&signs[1], "情绪低落", "在 24 小时内复议")]
    {
        let sign = format!("/acts/sign/{}", rest.split('"').next().unwrap_or_default());
        let form = head.get(&sign).await.expect("form");
        assert!(form.text.contains(reason), "{}", form.text);
        let csrf = form.field("csrf").expect("csrf").to_owned();
        let no = [("csrf", csrf.as_str()), ("answer", "no"), ("reason", "先观察")];
        let done = head.post(&sign, &no).await.expect("reply");
        let told = head.get(done.header("location")).await.expect("record");
        assert!(told.text.contains(said) && told.flaws().is_empty(), "{}", told.text);
    }
    let work = li.get("/work").await.expect("work");
    assert!(work.text.contains("待复议"), "{}", work.text);
}

/// The first address on a page that begins so.
fn link(page: &str, start: &str) -> String {
    let rest = page.split(&format!("href=\"{start}")).nth(1).expect("link");
    format!("{start}{}", rest.split('"').next().unwrap_or_default())
}

/// A student page opens with a purpose only, shows that read itself, and escapes what was written.
#[tokio::test]
async fn a_student_page_shows_who_read_it() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let ask = li.get("/students/1").await.expect("page");
    assert!(ask.status == StatusCode::OK && !ask.text.contains("张某某"));
    assert_eq!((ask.flaws(), school.rows("access_log")), (Vec::new(), 0));
    assert!(ask.text.contains("<option value=\"counselling\" selected>"));
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("purpose", "review"), ("reason", "周会 <i>")];
    let page = li.post("/students/1", &fields).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("student.html").expect("keep");
    assert!(page.text.contains("张某某") && page.text.contains("级别变动"));
    assert!(page.text.contains("周会 &#60;i&#62;"), "{}", page.text);
    assert_eq!(school.rows("access_log"), 1);
    let work = li.get("/work").await.expect("work");
    assert!(work.text.contains("首次约谈") && work.text.contains("升级会签"), "{}", work.text);
    assert_eq!(work.flaws(), Vec::<String>::new());
    work.keep("work.html").expect("keep");
    for _ in 0..3 {
        li.get("/alerts").await.expect("board");
    }
    assert_eq!(school.rows("access_log"), 2, "a board that is looked at again logs once an hour");
}

/// A table is narrowed by days; what cannot be gone by is told with what was typed still there, and
/// what finds nothing says so.
#[tokio::test]
async fn a_table_is_narrowed_by_days() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    for (asked, counted, said) in [
        ("from=2025-11-19&to=2025-11-19", "共 1 条", "张某某"),
        ("from=2025-11-20", "共 0 条", "没有可显示的记录"),
        ("to=2025-11-18", "共 0 条", "没有可显示的记录"),
        ("from=2025-13-40&student=G99999920130100000A", "共 1 条", "没有按日期筛选"),
        ("from=2025-11-20&to=2025-11-01", "共 1 条", "开始日期晚于结束日期"),
        ("student=nobody", "共 0 条", "没有找到这名学生"),
    ] {
        let page = li.get(&format!("/ledgers/alert_case?{asked}&lang=zh")).await.expect("table");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{asked}");
        assert!(page.text.contains(counted) && page.text.contains(said), "{asked}: {}", page.text);
        for typed in asked.split('&').filter_map(|pair| pair.split('=').nth(1)) {
            assert!(page.text.contains(&format!("value=\"{typed}\"")), "{typed}: {}", page.text);
        }
    }
    let en = li.get("/ledgers/alert_case?from=soon&lang=en").await.expect("table");
    assert!(en.text.contains("A day is written as 2025-11-18"), "{}", en.text);
}

/// A page past the end of a list is its last one: what is done meanwhile shortens a list, and an
/// empty page would say that nothing is due.
#[tokio::test]
async fn a_page_past_the_end_is_the_last_one() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    for (path, empty) in [
        ("/work", "没有待办事项"),
        ("/ledgers/alert_case", "没有可显示的记录"),
        ("/students", "没有符合条件的学生"),
    ] {
        let page = li.get(&format!("{path}?page=7&lang=zh")).await.expect("list");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        let is_there = page.text.contains("张某某") && !page.text.contains(empty);
        assert!(is_there, "{path}: {}", page.text);
    }
}
