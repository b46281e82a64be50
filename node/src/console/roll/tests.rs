//! The pages of the roll, as a browser without scripts meets them.

use axum::http::StatusCode;
use jiff::civil::date;
use runtime::web::Role;
use runtime::web::trial::{Browser, Seen};

use super::super::trial::{Person, browser};
use crate::ledger::student;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};

/// 2026-09-02 at noon in Shanghai.
const LATER_MS: i64 = 1_788_321_600_000;
const COUNSELLOR: Person = Person { login: "li", role: Role::Counsellor, staff: "T001" };
const HEAD: Person = Person { login: "wang", role: Role::MoralHead, staff: "T002" };

fn school() -> School {
    let school = School::new();
    let grades = ["七年级", "八年级", "九年级"];
    let pupils = (0..6).map(|n| TestPupil { grade: grades[n as usize / 2], ..TestPupil::new(n) });
    school.roster(&pupils.collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "班主任")]);
    school
}

fn on_roll(school: &School) -> usize {
    let day = date(2026, 9, 2);
    school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll").len()
}

fn fine(seen: &Seen) {
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{}", seen.text);
}

async fn csrf(browser: &mut Browser) -> String {
    let page = browser.get("/roll").await.expect("page");
    page.field("csrf").expect("csrf").to_owned()
}

/// A coming is entered by form; what is wrong is said above the form and changes
/// nothing; whoever does not keep the roll gets no page.
#[tokio::test]
async fn a_coming_is_entered_by_form() {
    let school = school();
    for (login, role) in
        [("it", Role::Operator), ("audit", Role::Auditor), ("head", Role::Principal)]
    {
        let mut other = browser(&school, Person { login, role, staff: "" }, NOW_MS).await;
        for path in ["/roll", "/roll/turn?day=2026-09-01"] {
            let seen = other.get(path).await.expect("page");
            assert!(seen.status == StatusCode::FORBIDDEN && !seen.text.contains("张某某"));
        }
    }
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let page = li.get("/roll").await.expect("page");
    fine(&page);
    assert!(page.text.contains("<select name=\"grade\" required><option value=\"\">请选择"));
    let csrf = csrf(&mut li).await;
    let number = TestPupil::new(9).number();
    let arrive = |number, grade| {
        vec![
            ("csrf", csrf.as_str()),
            ("number", number),
            ("name", "转某某"),
            ("sex", "女"),
            ("birth", "2013-03-04"),
            ("grade", grade),
            ("class", "2班"),
            ("day", "2025-11-18"),
        ]
    };
    for (number, grade) in [("123", "g7"), (number.as_str(), "g5"), (number.as_str(), "")] {
        let refused = li.post("/roll/arrive", &arrive(number, grade)).await.expect("reply");
        assert_eq!((refused.status, on_roll(&school)), (StatusCode::CONFLICT, 6));
        for typed in [number, "转某某", "2013-03-04", "2班", "2025-11-18"] {
            let field = format!("value=\"{typed}\"");
            assert!(refused.text.contains(&field), "{typed} is typed twice: {}", refused.text);
        }
        assert!(refused.text.contains("value=\"女\" selected"), "{}", refused.text);
    }
    let forged = &arrive(&number, "g7")[1..];
    let refused = li.post("/roll/arrive", forged).await.expect("reply");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = li.post("/roll/arrive", &arrive(&number, "g7")).await.expect("reply");
    assert_eq!((done.status, on_roll(&school)), (StatusCode::SEE_OTHER, 7), "{}", done.text);
    let page = li.get(done.header("location")).await.expect("page");
    assert!(page.text.contains("已登记转入：转某某"), "{}", page.text);
}

/// What was done is told as the roll has it and not as the address says: whoever writes an address
/// reads of no leaving that was none, and leaves no line in the log where nobody is named.
#[tokio::test]
async fn an_address_alone_says_nothing_of_a_student() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    for asked in ["student=1", "done=leave&student=1", "done=arrive&student=99", "done=x&student=1"]
    {
        let page = li.get(&format!("/roll?{asked}")).await.expect("page");
        fine(&page);
        assert!(!page.text.contains("张某某") && !page.text.contains("已登记"), "{asked}");
        assert_eq!(school.rows("access_log"), 0, "{asked}");
    }
}

/// A leaving is entered once it was shown whose it is; another student's confirmation is none.
#[tokio::test]
async fn a_leaving_is_shown_before_it_is_entered() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let csrf = csrf(&mut li).await;
    let gone = TestPupil::new(0).number();
    let leave = [
        ("csrf", csrf.as_str()),
        ("student", gone.as_str()),
        ("how", "out"),
        ("day", "2025-11-18"),
        ("other_school", "三中 <b>"),
    ];
    let asked = li.post("/roll/leave", &leave).await.expect("reply");
    fine(&asked);
    asked.keep("roll_leave.html").expect("keep");
    assert!(asked.text.contains("张某某") && asked.text.contains("2025-11-18"), "{}", asked.text);
    assert_eq!(on_roll(&school), 6, "nobody leaves before it was shown who does");
    let sure = asked.text.split("name=\"sure\" value=\"").nth(1).and_then(|s| s.split('"').next());
    let with = |name, value| [&leave[..], &[(name, value)]].concat();
    let back = li.post("/roll/leave", &with("act", "back")).await.expect("reply");
    assert!(back.text.contains(&format!("value=\"{gone}\"")) && on_roll(&school) == 6);
    let other = li.post("/roll/leave", &with("sure", "99")).await.expect("reply");
    assert_eq!((other.status, on_roll(&school)), (StatusCode::OK, 6), "sure of somebody else");
    let sure = with("sure", sure.expect("a button that says who"));
    let done = li.post("/roll/leave", &sure).await.expect("reply");
    assert_eq!((done.status, on_roll(&school)), (StatusCode::SEE_OTHER, 5));
    let page = li.get(done.header("location")).await.expect("page");
    fine(&page);
    assert!(page.text.contains("已登记离校：张某某"), "{}", page.text);
    page.keep("roll.html").expect("keep");
    let place = done.header("location").replace("done=leave", "done=arrive");
    let wrong = li.get(&place).await.expect("page");
    assert!(!wrong.text.contains("已登记转入"), "who has left has not come: {}", wrong.text);
    assert!(page.text.contains("三中 &#60;b&#62;"));
    let other = page.field("csrf").expect("csrf");
    let again = [&[("csrf", other)], &leave[1..]].concat();
    let again = li.post("/roll/leave", &again).await.expect("reply");
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("不在本校名册上"));
}

/// A correction is shown as what becomes of which field, of a student who may be named; of two of
/// one name one is chosen.
#[tokio::test]
async fn a_correction_is_shown_before_it_is_entered() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, NOW_MS).await;
    let csrf = csrf(&mut li).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("student", "张某某"),
        ("class", "2班"),
        ("sex", ""),
        ("day", "2025-11-18"),
        ("reason", "转班"),
    ];
    let versions = || school.rows("student_version");
    let before = versions();
    let reads = school.rows("access_log");
    let asked = li.post("/roll/correct", &fields).await.expect("reply");
    fine(&asked);
    assert!(asked.text.contains("不止一名学生") && school.rows("access_log") > reads);
    let number = TestPupil::new(2).number();
    let all = [&fields[..], &[("pick", number.as_str())]].concat();
    let shown = li.post("/roll/correct", &all).await.expect("reply");
    fine(&shown);
    shown.keep("roll_correct.html").expect("keep");
    assert!(shown.text.contains("1班 → 2班") && shown.text.contains(&number), "{}", shown.text);
    assert_eq!(versions(), before);
    let sure = shown.text.split("name=\"sure\" value=\"").nth(1).and_then(|s| s.split('"').next());
    let all = [&all[..], &[("sure", sure.expect("sure"))]].concat();
    let done = li.post("/roll/correct", &all).await.expect("reply");
    assert_eq!((done.status, versions()), (StatusCode::SEE_OTHER, before + 1), "{}", done.text);
}

/// What was typed about a turn is there again after a refusal, so that a second press asks for the
/// plan that stands on the page and not for the rule's.
#[tokio::test]
async fn a_refused_turn_keeps_its_plan() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, LATER_MS).await;
    let page = li.get("/roll/turn?day=2026-09-01").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let stay = TestPupil::new(1).number();
    let fields = [
        ("csrf", csrf.as_str()),
        ("day", "2026-09-01"),
        ("to.g7/1班", "八年级3班"),
        ("to.g8/1班", "九年级1班"),
        ("to.g9/1班", "毕业离校"),
        ("mentors", "1"),
        ("stay", stay.as_str()),
        ("reason", ""),
        ("act", "ask"),
    ];
    let refused = li.post("/roll/turn", &fields).await.expect("reply");
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    refused.keep("roll_turn_refused.html").expect("keep");
    for kept in ["value=\"八年级3班\" maxlength", "name=\"mentors\" value=\"1\" checked", &stay]
    {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    assert!(refused.text.contains("升级 3 人"), "{}", refused.text);
    let mut wrong = fields.to_vec();
    wrong[6] = ("stay", "G0");
    wrong[7] = ("reason", "新学年");
    let refused = li.post("/roll/turn", &wrong).await.expect("reply");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for kept in ["value=\"八年级3班\" maxlength", "value=\"新学年\"", ">G0</textarea>"] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    let mut right = fields.to_vec();
    right[7] = ("reason", "新学年");
    let asked = li.post("/roll/turn", &right).await.expect("reply");
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let waiting = li.get("/roll/turn?turn=1").await.expect("page");
    assert!(waiting.text.contains("八年级3班") && waiting.text.contains("升级 3 人"));
}

/// A day that cannot be is told above the form in which it was typed, and stands there still.
#[tokio::test]
async fn a_mistyped_day_of_a_turn_is_told() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, LATER_MS).await;
    for (typed, lang, said) in [
        ("2026-13-40", "zh", "日期要写成 2026-09-01 的样子"),
        ("soon", "en", "A day is written as 2026-09-01"),
    ] {
        let page = li.get(&format!("/roll/turn?day={typed}&lang={lang}")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::CONFLICT, Vec::new()), "{typed}");
        page.keep("roll_turn_no_day.html").expect("keep");
        let kept = format!("name=\"day\" value=\"{typed}\"");
        assert!(page.text.contains(said) && page.text.contains(&kept), "{}", page.text);
    }
    let page = li.get("/roll/turn?day=2026-09-01&lang=zh").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("day", "heute"), ("act", "ask"), ("reason", "新学年")];
    let refused = li.post("/roll/turn", &fields).await.expect("reply");
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("value=\"heute\""), "{}", refused.text);
}

/// A turn is previewed, changed by form, asked for, signed by somebody else, and undone.
#[tokio::test]
async fn a_turn_is_previewed_signed_and_undone() {
    let school = school();
    let mut li = browser(&school, COUNSELLOR, LATER_MS).await;
    let page = li.get("/roll/turn?day=2026-09-01").await.expect("page");
    fine(&page);
    page.keep("roll_turn.html").expect("keep");
    assert!(page.text.contains("升级 4 人") && page.text.contains("毕业 2 人"), "{}", page.text);
    let csrf_li = page.field("csrf").expect("csrf").to_owned();
    let stay = TestPupil::new(1).number();
    let mut fields = vec![
        ("csrf", csrf_li.as_str()),
        ("day", "2026-09-01"),
        ("to.g7/1班", "g8/3"),
        ("to.g8/1班", "g9/1班"),
        ("to.g9/1班", "leave"),
        ("stay", stay.as_str()),
        ("reason", "新学年"),
        ("act", "preview"),
    ];
    let page = li.post("/roll/turn", &fields).await.expect("page");
    fine(&page);
    assert!(page.text.contains("升级 3 人") && page.text.contains("八年级3班"), "{}", page.text);
    *fields.last_mut().expect("act") = ("act", "ask");
    fields[2] = ("to.g7/1班", "g9/1班");
    let refused = li.post("/roll/turn", &fields).await.expect("reply");
    assert_eq!((refused.status, on_roll(&school)), (StatusCode::CONFLICT, 6));
    fields[2] = ("to.g7/1班", "g8/3班");
    let asked = li.post("/roll/turn", &fields).await.expect("reply");
    assert_eq!((asked.status, on_roll(&school)), (StatusCode::SEE_OTHER, 6), "{}", asked.text);
    let sign = [("csrf", csrf_li.as_str()), ("agrees", "yes"), ("reason", "同意")];
    let own = li.post("/roll/turn/1/sign", &sign).await.expect("reply");
    assert!(own.status == StatusCode::CONFLICT && own.text.contains("第二人必须是另一个人"));
    let mut wang = browser(&school, HEAD, LATER_MS).await;
    let page = wang.get("/roll/turn?turn=1").await.expect("page");
    fine(&page);
    page.keep("roll_turn_sign.html").expect("keep");
    let csrf_wang = page.field("csrf").expect("csrf").to_owned();
    let sign = [("csrf", csrf_wang.as_str()), ("agrees", "yes"), ("reason", "同意")];
    let done = wang.post("/roll/turn/1/sign", &sign).await.expect("reply");
    assert_eq!((done.status, on_roll(&school)), (StatusCode::SEE_OTHER, 4));
    let page = wang.get("/roll").await.expect("page");
    fine(&page);
    assert!(page.text.contains("已执行") && page.text.contains("/roll/turn/1/undo"));
    let done = wang.post("/roll/turn/1/undo", &sign).await.expect("reply");
    assert_eq!((done.status, on_roll(&school)), (StatusCode::SEE_OTHER, 6));
}
