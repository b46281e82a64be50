//! What the forms offer: lists as people say them, nobody preset who was not asked for, and no
//! button that could only be refused.

use axum::http::StatusCode;
use runtime::web::trial::{Browser, Seen};
use runtime::web::{Role, in_address};

use super::tests::{PUPIL, place, send, two};
use crate::console::ledgers::tests::browser;
use crate::ledger::alert::{AlertCase, AlertMove};
use crate::ledger::read;
use crate::ledger::testing::{AS_OF, School, TestPupil};

async fn get(browser: &mut Browser, path: &str) -> Seen {
    browser.get(path).await.expect("page")
}

/// Grades are those of the school, by their names, in the form, in the filter and in the list; who
/// is made class teacher or mentor is never the writer as a matter of course.
#[tokio::test]
async fn grades_have_names_and_nobody_appoints_oneself() {
    let (_school, mut li, mut head) = two().await;
    let form = get(&mut head, "/ledgers/class_teacher/new?lang=zh").await;
    form.keep("class-teacher-zh.html").expect("keep");
    assert!(form.text.contains(">七年级</option>") && form.text.contains(">九年级</option>"));
    for other in [">g7<", ">小班<", ">六年级<", ">高一<"] {
        assert!(!form.text.contains(other), "{other}");
    }
    let english = get(&mut head, "/ledgers/class_teacher/new?lang=en").await;
    assert!(english.text.contains(">Grade 7</option>"), "{}", english.text);
    for path in ["/ledgers/class_teacher/new?lang=zh", "/ledgers/mentor/new?lang=zh"] {
        assert_eq!(get(&mut head, path).await.field("staff"), Some(""), "{path}");
    }
    let talk = get(&mut li, "/ledgers/talk/new?lang=zh").await;
    assert!(talk.field("staff").is_some_and(|staff| staff.starts_with("T001")));
    let post = [("grade", "g7"), ("class", "1班"), ("staff", "T002"), ("day", "2025-10-10")];
    place(&send(&mut head, "/ledgers/class_teacher/new", &post).await);
    let list = get(&mut head, "/ledgers/class_teacher?lang=zh").await;
    assert!(list.text.contains("年级 七年级"), "{}", list.text);
    assert!(list.text.contains(">七年级</option>") && !list.text.contains(">小班<"));
}

/// Nothing is offered that could only be refused: annulling somebody else's or a raised talk,
/// signing what was signed or what one asked for, entering a student who is on the ledger.
#[tokio::test]
async fn what_could_only_be_refused_is_not_offered() {
    let (school, mut li, mut head) = two().await;
    let talk = |raised: &'static str, day: &'static str| {
        let concern = if raised == "1" { "1" } else { "" };
        [
            ("student", PUPIL),
            ("day", day),
            ("staff", "T001"),
            ("topics", "study"),
            ("concern", concern),
            ("raised", raised),
        ]
    };
    let plain = place(&send(&mut li, "/ledgers/talk/new", &talk("", "2025-11-17")).await);
    let annul = format!("{plain}/annul");
    assert!(get(&mut li, &plain).await.text.contains(&annul));
    assert!(!get(&mut head, &plain).await.text.contains(&annul), "somebody else's");
    let raised = place(&send(&mut li, "/ledgers/talk/new", &talk("1", "2025-11-18")).await);
    assert!(!get(&mut li, &raised).await.text.contains("/annul"), "raised");
    let moved = school.ledger.read(read::waiting::<AlertMove>);
    let moved = moved.expect("moves").first().expect("a move").record.0;
    let (at, sign) = (format!("/ledgers/alert_move/{moved}"), format!("/acts/sign/{moved}"));
    assert!(!get(&mut li, &at).await.text.contains(&sign), "the own raise");
    assert!(get(&mut head, &at).await.text.contains(&sign));
    place(&send(&mut head, &sign, &[("answer", "yes"), ("reason", "同意")]).await);
    assert!(!get(&mut head, &at).await.text.contains(&sign), "signed");
    for (student, is_offered) in [(1, false), (3, true)] {
        let path = format!("/students/{student}");
        let page = send(&mut li, &path, &[("purpose", "counselling")]).await;
        assert_eq!(page.text.contains("/acts/open?student="), is_offered, "{student}");
    }
}

/// A lifting that waits for the second person is not called done, and is offered to that one only.
#[tokio::test]
async fn a_lifting_says_what_it_waits_for() {
    let (_school, _, mut head) = two().await;
    let hold = [("student", PUPIL), ("ordered_by", "区教育局"), ("reason", "来函")];
    let at = place(&send(&mut head, "/acts/hold", &hold).await);
    let number = at.rsplit('/').next().unwrap_or_default();
    let lift = format!("/acts/lift/{number}");
    assert!(get(&mut head, &at).await.text.contains(&lift));
    let asked = send(&mut head, &lift, &[("reason", "案件已结")]).await;
    let shown = get(&mut head, asked.header("location")).await;
    assert!(shown.text.contains("等另一人同意后才解除"), "{}", shown.text);
    assert!(!shown.text.contains("已办理。") && !shown.text.contains(&lift), "{}", shown.text);
    let work = get(&mut head, "/work?lang=zh").await;
    assert!(work.text.contains("等另一人签署") && !work.text.contains(&lift), "{}", work.text);
}

/// A principal who is not on the case is led to the order that waits, signs it without a name or
/// the record, and is back at the list; so is the page of what is to be destroyed open.
#[tokio::test]
async fn a_principal_signs_what_waits_without_the_record() {
    let (school, _, mut head) = two().await;
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
    let mut zhao = browser(&school, "zhao", Role::Principal, "T003").await;
    let hold = [("student", PUPIL), ("ordered_by", "区教育局"), ("reason", "来函")];
    let at = place(&send(&mut head, "/acts/hold", &hold).await);
    let number = at.rsplit('/').next().unwrap_or_default();
    let lift = format!("/acts/lift/{number}");
    send(&mut head, &lift, &[("reason", "案件已结")]).await;
    let work = get(&mut zhao, "/work?lang=zh").await;
    assert!(work.text.contains(&lift) && !work.text.contains("张某某"), "{}", work.text);
    let form = get(&mut zhao, &lift).await;
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()), "{}", form.text);
    assert!(form.text.contains("区教育局") && form.text.contains(&format!("#{number}")));
    assert!(!form.text.contains("张某某") && !form.text.contains(PUPIL));
    let done = send(&mut zhao, &lift, &[("reason", "同意")]).await;
    assert_eq!(place(&done), "/work");
    let work = get(&mut zhao, "/work?lang=zh").await;
    assert!(work.status == StatusCode::OK && !work.text.contains(&lift), "{}", work.text);
    let lifted = get(&mut head, &at).await;
    assert!(lifted.status == StatusCode::OK && !lifted.text.contains(&lift));
    assert_eq!(get(&mut zhao, "/keeping").await.status, StatusCode::OK);
}

/// What waits for a second person is on the list of who asked for it too, who is told that another
/// person signs; only who may be that person is led to the form.
#[tokio::test]
async fn only_who_may_sign_is_led_to_the_signature() {
    let (school, mut li, mut head) = two().await;
    let moved = school.ledger.read(read::waiting::<AlertMove>);
    let moved = moved.expect("moves").first().expect("a move").record.0;
    let sign = format!("/acts/sign/{moved}");
    let work = get(&mut li, "/work?lang=zh").await;
    assert_eq!((work.status, work.flaws()), (StatusCode::OK, Vec::new()));
    assert!(work.text.contains("升级会签") && !work.text.contains(&sign), "{}", work.text);
    assert!(work.text.contains("等另一人签署"), "{}", work.text);
    let calendar = get(&mut li, "/calendar?lang=zh").await;
    assert!(!calendar.text.contains(&sign), "{}", calendar.text);
    let work = get(&mut head, "/work?lang=zh").await;
    assert!(work.text.contains(&sign) && !work.text.contains("等另一人签署"), "{}", work.text);
}

/// Who said no to a move is not called who signed it, and the audit names who answered and who had
/// asked.
#[tokio::test]
async fn a_no_is_not_called_a_signature() {
    let (school, mut li, mut head) = two().await;
    let moved = school.ledger.read(read::waiting::<AlertMove>);
    let moved = moved.expect("moves").first().expect("a move").record.0;
    let answer = [("answer", "no"), ("reason", "依据不足")];
    let at = place(&send(&mut head, &format!("/acts/sign/{moved}"), &answer).await);
    let zh = get(&mut li, &format!("{at}?lang=zh")).await;
    assert!(zh.text.contains("不同意人 head") && !zh.text.contains("会签人"), "{}", zh.text);
    let en = get(&mut li, &format!("{at}?lang=en")).await;
    assert!(en.text.contains("objected by head"), "{}", en.text);
    let audit = get(&mut head, "/audit?lang=zh").await;
    assert!(audit.text.contains("<td>head</td><td>li</td>"), "{}", audit.text);
    assert!(audit.text.contains("以第二人身份办理：") && audit.text.contains("提出人"));
}

/// A first contact stands in the timeline on the day on which it was made, its limit beside it.
#[tokio::test]
async fn a_contact_stands_on_the_day_it_was_made() {
    let (_school, mut li, _) = two().await;
    let board = get(&mut li, "/alerts").await;
    let (_, rest) = board.text.split_once("/acts/contact/").expect("a contact");
    let act = format!("/acts/contact/{}", rest.split('"').next().unwrap_or_default());
    let made = [
        ("contacted_at", "2025-11-20T08:40"),
        ("contacted_by", "T001"),
        ("way", "in_person"),
        ("reason", "约谈"),
    ];
    let done = send(&mut li, &act, &made).await;
    let said = done.status == StatusCode::SEE_OTHER;
    assert!(said, "{}", done.text);
    let page = send(&mut li, "/students/1", &[("purpose", "counselling")]).await;
    let number = act.rsplit('/').next().unwrap_or_default();
    let link = format!("/ledgers/first_contact/{number}\"");
    let (before, after) = page.text.split_once(&link).expect("in the timeline");
    assert!(before.ends_with("<td class=\"when\">2025-11-20</td><td><a href=\""), "{before}");
    assert!(after.contains("应完成日期 2025-11-2"), "{after}");
}

/// The timeline says of what is due that it is planned, says nothing of what is not so, and names
/// what helps in an emergency as the page of plans does.
#[tokio::test]
async fn a_plan_in_the_timeline_is_no_deed() {
    let (_school, mut li, mut head) = two().await;
    let physique = [
        ("student", "G99999920130100000A"),
        ("day", "2025-11-03"),
        ("kinds", "asthma"),
        ("emergency_line", "随身带喷雾"),
    ];
    let at = place(&send(&mut head, "/ledgers/physique_case/new", &physique).await);
    let seen = get(&mut head, &format!("{at}?lang=zh")).await;
    assert!(seen.text.contains("应急提示 随身带喷雾"), "{}", seen.text);
    let page = send(&mut li, "/students/1?lang=zh", &[("purpose", "counselling")]).await;
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
    assert!(page.text.contains("计划，尚未完成 · "), "{}", page.text);
    assert!(!page.text.contains("已取消 否") && !page.text.contains("求助热线"), "{}", page.text);
}

/// A day before the case is refused with the day on which the case was entered.
#[tokio::test]
async fn a_day_before_the_case_is_told_with_the_day() {
    let (_school, mut li, _) = two().await;
    let board = get(&mut li, "/alerts").await;
    let (_, rest) = board.text.split_once("/acts/review/").expect("a review");
    let act = format!("/acts/review/{}", rest.split('"').next().unwrap_or_default());
    let held = [
        ("done", "2025-11-18"),
        ("decision", "keep"),
        ("next_review", "2025-12-01"),
        ("reason", "研判"),
    ];
    for (lang, said) in [
        ("zh", "“完成日期”早于个案列入日 2025-11-19"),
        ("en", "lies before 2025-11-19, when the case was entered"),
    ] {
        let refused = send(&mut li, &format!("{act}?lang={lang}"), &held).await;
        assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
        assert!(refused.text.contains(said), "{}", refused.text);
    }
}

/// The form of a review that was held leads to what was entered then, and is no blank form; one
/// that a role never holds, or that does not exist, is refused as before.
#[tokio::test]
async fn what_is_done_is_no_blank_form() {
    let (school, mut li, _) = two().await;
    let board = get(&mut li, "/alerts").await;
    let (_, rest) = board.text.split_once("/acts/review/").expect("a review");
    let number = rest.split('"').next().unwrap_or_default().to_owned();
    let act = format!("/acts/review/{number}");
    assert_eq!(get(&mut li, &act).await.status, StatusCode::OK);
    let held = [
        ("done", "2025-11-20"),
        ("decision", "keep"),
        ("next_review", "2025-12-01"),
        ("reason", "研判"),
    ];
    let at = place(&send(&mut li, &act, &held).await);
    let again = get(&mut li, &act).await;
    assert_eq!((place(&again), again.header("location").contains("done_before")), (at, true));
    let shown = get(&mut li, again.header("location")).await;
    assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()));
    assert!(shown.text.contains("已经办完或取消"), "{}", shown.text);
    assert_eq!(get(&mut li, "/acts/review/99999").await.status, StatusCode::NOT_FOUND);
    let mut mentor = browser(&school, "dao", Role::Mentor, "").await;
    assert_eq!(get(&mut mentor, &act).await.status, StatusCode::FORBIDDEN);
}

/// Enters a case of a student; gives the start of its choice in a form.
async fn option_of_case(browser: &mut Browser, student: &str) -> String {
    let open = [
        ("student", student),
        ("day", "2025-11-19"),
        ("to_tier", "t2"),
        ("source", "mentor"),
        ("owner", "T001"),
        ("next_review", "2025-12-01"),
        ("reason", "情绪低落"),
    ];
    let at = place(&send(browser, "/acts/open", &open).await);
    format!("<option value=\"{}\"", at.rsplit('/').next().unwrap_or_default())
}

/// A form that knows its student offers that student's cases and no others.
#[tokio::test]
async fn a_follow_up_is_offered_its_own_students_cases() {
    let (school, mut li, _) = two().await;
    let own = option_of_case(&mut li, PUPIL).await;
    let cases = school.ledger.read(read::waiting::<AlertCase>).expect("cases");
    let other = cases.iter().find(|kept| kept.entry.student.0 == 1).expect("the other's").record;
    let other = format!("<option value=\"{}\"", other.0);
    let all = get(&mut li, "/ledgers/followup/new").await.text;
    assert!(all.contains(&own) && all.contains(&other), "{all}");
    let form = get(&mut li, &format!("/ledgers/followup/new?student={PUPIL}")).await;
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    assert!(form.text.contains(&own) && !form.text.contains(&other), "{}", form.text);
}

/// It knows its student by the number that the school gives as well, and offers that student's
/// consents alone too; what means nobody, or several, leaves the list as it is.
#[tokio::test]
async fn a_form_knows_its_student_by_any_number() {
    let school = School::new();
    let mut roster = "学籍号,学号,姓名,性别,年级,班级,监护人同意,同意日期\n".to_owned();
    for n in 0..2 {
        let number = TestPupil::new(n).number();
        roster += &format!("{number},2025010{n},张某某,男,七年级,1班,是,2025-09-17\n");
    }
    school.roster_of(&roster, AS_OF);
    school.staff(&[(1, "心理教师")]);
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let mut cases = Vec::new();
    for local in ["20250100", "20250101"] {
        cases.push(option_of_case(&mut li, local).await);
    }
    let form = get(&mut li, "/ledgers/followup/new?student=20250101").await;
    assert!(form.text.contains(&cases[1]) && !form.text.contains(&cases[0]), "{}", form.text);
    for open in ["20250109", "张某某"] {
        let address = format!("/ledgers/followup/new?student={}", in_address(open));
        let form = get(&mut li, &address).await;
        assert!(form.text.contains(&cases[1]) && form.text.contains(&cases[0]), "{}", form.text);
    }
}

/// A wrong row of a pasted table shows what stands in it, names the words of its list, and says
/// whom a name of several may mean.
#[tokio::test]
async fn a_wrong_row_says_what_can_be_written() {
    let (_school, mut li, _) = two().await;
    let table = "日期\t学生\t教职工\t主题\n2025-11-17\t张某某\tT001\t学习\n\
        2025-11-18\tG99999920130100001A\tT001\t天气";
    let tried = send(&mut li, "/ledgers/talk/import", &[("table", table)]).await;
    assert_eq!(tried.flaws(), Vec::<String>::new());
    tried.keep("import-wrong.html").expect("keep");
    for said in ["2025-11-18 · G99999920130100001A · T001 · 天气", "请从列表中选择：", "家庭"]
    {
        assert!(tried.text.contains(said), "{said}: {}", tried.text);
    }
    assert!(tried.text.contains("2025-11-17 · 张某某 · T001 · 学习"), "{}", tried.text);
    assert!(tried.text.contains("同名的有：张某某 七年级 1班 G99999920130100000A"));
    assert!(!tried.text.contains("请从下面选一名"));
}
