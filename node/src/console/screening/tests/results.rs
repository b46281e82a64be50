//! Who is shown what a student's sheets scored, and who is not.

use domain::ledger::words::AlertSource;

use super::*;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::critical::Interview;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::testing::sheet_cells;
use crate::ledger::{roll, write};

/// Words that stand on a page with a result of the sheet of these tests, and nowhere else.
const TOLD: [&str; 4] = ["量表结果", "有不如死掉", "一半以上的天数", "60 分钟内处置"];

fn counsellor() -> Author {
    let role = domain::ledger::SchoolRole::Counsellor;
    Author::new("li", role, Some(StaffId(1)), NOW_MS).because("列入")
}

/// A school where one pupil handed in a sheet each in October and November, the later one with a
/// critical answer; staff 2 teaches the class, staff 3 is head, staff 4 is the pupil's mentor.
fn screened() -> Fair {
    let pupil = TestPupil::new(1);
    let fair = fair(std::slice::from_ref(&pupil));
    fair.school.staff(&[(1, "心理教师"), (2, "班主任"), (3, "德育主任"), (4, "任课教师")]);
    let pack = Packs::embedded().expect("packs").scale(SCALE).expect("scale").digest;
    let rows = [("2025-10-14", sheet_cells(4, "0")), ("2025-11-18", sheet_cells(10, "2"))];
    let rows = rows.map(|(day, cells)| (pupil.clone(), day, cells));
    fair.school.answers_by(pack, &rows).expect("sheets");
    let placed: Result<_, LedgerRefusal> = fair.school.ledger.write("places", |tx| {
        let (from, until) = (date(2025, 9, 1), None);
        let grade = domain::catalogue::Grade::school(7).expect("grade");
        let class = "1班".to_owned();
        let teacher = roll::ClassTeacher { from, grade, class, staff: StaffId(2), until };
        write::add(tx, &counsellor(), &teacher)?;
        let mentor = roll::Mentor { from, student: StudentId(1), staff: StaffId(4), until };
        write::add(tx, &counsellor(), &mentor)
    });
    placed.expect("places");
    fair
}

/// The pages over the ledger, as somebody sees them.
async fn signed_in(fair: &Fair, login: &'static str, role: Role, staff: &'static str) -> Browser {
    trial::browser(&fair.school, Person { login, role, staff }, NOW_MS).await
}

/// The page of the pupil, opened for a purpose.
async fn record(browser: &mut Browser) -> Seen {
    let ask = browser.get("/students/1?lang=zh").await.expect("page");
    if ask.status != StatusCode::OK {
        return ask;
    }
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("purpose", "counselling"), ("reason", "核对")];
    browser.post("/students/1", &fields).await.expect("page")
}

/// The counsellor reads instrument, day, scores with bands, whether the sheet counts, the critical
/// answer in words and how the scores went, in both languages; the look is on record.
#[tokio::test]
async fn a_counsellor_reads_a_result_on_the_students_page() {
    let fair = screened();
    let mut li = signed_in(&fair, "li", Role::Counsellor, "T001").await;
    let page = record(&mut li).await;
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
    page.keep("student-results.html").expect("keep");
    let said = ["2025-11-18", "演示用 PHQ-9 与 GAD-7 合并问卷", "有效", "比上次高 8", "历次得分"];
    for told in TOLD.iter().chain(&said) {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert!(page.text.contains("2025-10-14 4 → 2025-11-18 12"), "{}", page.text);
    // Class teachers and mentors see no score, on the case or not: the page must not say they do.
    assert!(page.text.contains("以及参与该个案的德育主任、校长能看到"), "{}", page.text);
    assert_eq!(page.text.matches("有不如死掉").count(), 1, "one answer is told once");
    assert_eq!(fair.school.rows("access_log"), 1);
    let ask = li.get("/students/1?lang=en").await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("purpose", "counselling"), ("reason", "")];
    let page = li.post("/students/1?lang=en", &fields).await.expect("page");
    for told in ["Screening results", "Item 9", "More than half the days", "8 more than"] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
}

/// The result stands above the form of the interview, and opening the form is a read of the record.
#[tokio::test]
async fn a_result_stands_above_the_interview() {
    let fair = screened();
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let path = format!("/screening/{}/queue/1", fair.run.0);
    let queue = format!("/screening/{}/queue", fair.run.0);
    li.get(&queue).await.expect("queue");
    let before = fair.school.rows("access_log");
    let form = li.get(&path).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()), "{}", form.text);
    form.keep("screening-interview.html").expect("keep");
    for told in TOLD {
        assert!(form.text.contains(told), "{told}: {}", form.text);
    }
    assert_eq!(fair.school.rows("access_log"), before + 1);
    assert!(!li.get(&queue).await.expect("queue").text.contains("有不如死掉"));
}

/// The form of a critical item shows what was asked and answered on its sheet to whoever may read
/// that, and to nobody else.
#[tokio::test]
async fn a_critical_item_is_shown_with_question_and_answer() {
    let fair = screened();
    let items = fair.school.ledger.read(read::waiting::<CriticalItem>).expect("items");
    let item = items.first().expect("an item").record.0;
    let (path, kept) = (format!("/acts/critical/{item}"), format!("/ledgers/critical_item/{item}"));
    let mut li = signed_in(&fair, "li", Role::Counsellor, "T001").await;
    let mut head = signed_in(&fair, "zheng", Role::MoralHead, "T003").await;
    for (lang, told, of_rule) in [
        ("zh", ["量表作答：", "有不如死掉", "一半以上的天数"], "由系统按规则自动登记"),
        ("en", ["On the sheet: ", "Item 9", "More than half the days"], "entered by rule"),
    ] {
        let form = li.get(&format!("{path}?lang={lang}")).await.expect("form");
        assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()), "{}", form.text);
        form.keep(&format!("critical-answer-{lang}.html")).expect("keep");
        let off = head.get(&format!("{path}?lang={lang}")).await.expect("form");
        for said in told {
            assert!(form.text.contains(said), "{said}: {}", form.text);
            assert!(!off.text.contains(said), "off the case {said}: {}", off.text);
        }
        // The reason that the rule leaves is no word for people, on the form or on the record.
        let record = li.get(&format!("{kept}?lang={lang}")).await.expect("record");
        for page in [&form, &record] {
            assert!(page.text.contains(of_rule), "{of_rule}: {}", page.text);
            assert!(!page.text.contains(">rule<") && !page.text.contains("：rule"), "{lang}");
            assert!(!page.text.contains(": rule"), "{lang}");
        }
    }
}

/// An interview that found a crisis leads to the page of its case, which says what comes next, and
/// its own record leads there too; one without a case leads to the form that enters it.
#[tokio::test]
async fn a_crisis_leads_to_its_case() {
    let fair = screened();
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let path = format!("/screening/{}/queue/1", fair.run.0);
    let form = li.get(&path).await.expect("form");
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("day", "2025-11-20"),
        ("time", "08:50"),
        ("result", "t3"),
        ("reason", "有具体计划"),
        ("note", ""),
    ];
    let held = li.post(&path, &fields).await.expect("held");
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    let to = held.header("location").to_owned();
    assert!(to.starts_with("/ledgers/alert_case/") && to.ends_with("?done=crisis"), "{to}");
    let mut desk = trial::signed_in(&fair.school, "li", PASSWORD, NOW_MS).await;
    let page = desk.get(&format!("{to}&lang=zh")).await.expect("case");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
    assert!(page.text.contains("马上联络监护人") && page.text.contains("登记联络"));
    page.keep("interview-crisis.html").expect("keep");
    let interviews = fair.school.ledger.read(read::all::<Interview>).expect("read");
    let own = interviews.first().expect("an interview");
    let record = desk.get(&format!("/ledgers/interview/{}", own.record.0)).await.expect("record");
    let case = to.split('?').next().unwrap_or_default();
    assert!(record.text.contains(&format!("href=\"{case}\"")), "{}", record.text);
    let alone = Interview { student: StudentId(2), case: None, ..own.entry.clone() };
    let other = TestPupil::new(2);
    fair.school.roster(&[TestPupil::new(1), other.clone()], TODAY);
    let added = fair.school.ledger.write("alone", move |tx| write::add(tx, &counsellor(), &alone));
    let added: crate::ledger::entry::RecordId = added.expect("interview");
    let record = desk.get(&format!("/ledgers/interview/{}", added.0)).await.expect("record");
    let open = format!("/acts/open?student={}&#38;to_tier=t3", other.number());
    assert!(record.text.contains(&open), "{}", record.text);
}

/// Mentor and class teacher of the pupil open the page and find nothing of a screening there;
/// school IT and the auditor open no page; the head finds results only on the case.
#[tokio::test]
async fn results_are_not_for_who_may_not_read_screenings() {
    let fair = screened();
    let others = [("wu", Role::ClassTeacher, "T002"), ("sun", Role::Mentor, "T004")];
    for (login, role, staff) in others {
        let mut browser = signed_in(&fair, login, role, staff).await;
        let page = record(&mut browser).await;
        assert!(page.status == StatusCode::OK && page.text.contains("张某某"), "{login}");
        for told in TOLD {
            assert!(!page.text.contains(told), "{login} {told}: {}", page.text);
        }
    }
    let path = format!("/screening/{}/queue/1", fair.run.0);
    let outside = [("it", "it2", Role::Operator), ("audit", "audit2", Role::Auditor)];
    for (login, other, role) in outside {
        let mut browser = signed_in(&fair, login, role, "").await;
        assert_eq!(record(&mut browser).await.status, StatusCode::FORBIDDEN, "{login}");
        let mut browser = fair.sign_in(other, role, "").await;
        let form = browser.get(&path).await.expect("form");
        assert_eq!(form.status, StatusCode::FORBIDDEN, "{login}");
    }
    let mut head = signed_in(&fair, "zheng", Role::MoralHead, "T003").await;
    let page = record(&mut head).await;
    assert_eq!(page.status, StatusCode::OK);
    for told in TOLD {
        assert!(!page.text.contains(told), "off the case {told}: {}", page.text);
    }
    let let_in: Result<_, LedgerRefusal> = fair.school.ledger.write("case", |tx| {
        let how = domain::ledger::words::Move::Opened;
        // Whoever owns a case is on it, once somebody else named the owner.
        let (source, owner) = (AlertSource::Screening, StaffId(3));
        let to = Some(domain::ledger::terms::Tier::T2);
        let next_review = Some(date(2025, 12, 1));
        let wish = MoveWish { how, to, source, owner, next_review };
        case::open(tx, &counsellor(), StudentId(1), TODAY, &wish)
    });
    let_in.expect("case");
    let page = record(&mut head).await;
    for told in TOLD {
        assert!(page.text.contains(told), "on the case {told}: {}", page.text);
    }
}
