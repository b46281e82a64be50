//! Two people, two pages: what one page does not know of, it neither undoes nor doubles.

use domain::ledger::terms::Tier;
use domain::ledger::words::{AlertSource, Move};

use super::*;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::critical::{Interview, Observation};
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::profile;
use crate::ledger::roll_change::{self, Correction};

pub(super) fn counsellor() -> Author {
    Author::new("li", domain::ledger::SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS)
}

/// Makes the class one of the third grade, which is observed; gives the address of its page.
pub(super) fn third_grade(fair: &Fair) -> String {
    let grade = |tx: &runtime::sql::Tx<'_>| {
        let school = domain::catalogue::Grade::school;
        let mut profile = profile::load(tx)?.expect("profile");
        profile.school_type = domain::catalogue::SchoolType::NineYear;
        profile.grade_from = school(1).expect("grade");
        profile::set(tx, &profile)?;
        let right = Correction { grade: Grade::from_code("g3"), ..Correction::default() };
        let author = counsellor().because("转班");
        roll_change::correct(tx, &author, (StudentId(1), date(2025, 11, 18)), &right)
    };
    let moved: Result<_, LedgerRefusal> = fair.school.ledger.write("grade", grade);
    moved.expect("grade");
    let teacher = |tx: &runtime::sql::Tx<'_>| {
        let entry = crate::ledger::roll::ClassTeacher {
            from: date(2025, 9, 1),
            grade: domain::catalogue::Grade::school(3).expect("grade"),
            class: "1班".to_owned(),
            staff: StaffId(2),
            until: None,
        };
        crate::ledger::write::add(tx, &counsellor(), &entry)
    };
    let named: Result<_, LedgerRefusal> = fair.school.ledger.write("class", teacher);
    named.expect("class teacher");
    format!("/screening/{}/classes/2", fair.run.0)
}

/// What the form of the first student sends as it stands, with some fields typed over.
pub(super) fn form<'a>(
    page: &'a Seen,
    typed: &[(&'static str, &'a str)],
) -> Vec<(&'static str, &'a str)> {
    let kept = ["csrf", "back", "observed", "heard", "was_observed", "was_heard", "was_concern"];
    let kept = kept.into_iter().filter(|name| typed.iter().all(|(other, _)| other != name));
    let mut fields: Vec<_> =
        kept.filter_map(|name| page.field(name).map(|value| (name, value))).collect();
    fields.extend(typed);
    fields
}

/// A teacher's half and a counsellor's half, each entered on a page that does not know of the
/// other, are both there; a teacher's page does not take a counsellor's concern back.
#[tokio::test]
async fn both_halves_of_an_observation_stay() {
    let fair = fair(&[TestPupil::new(1)]);
    let class = third_grade(&fair);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let mut teacher = fair.sign_in("wu", Role::ClassTeacher, "T002").await;
    let older = teacher.get(&class).await.expect("page");
    assert_eq!((older.status, older.flaws()), (StatusCode::OK, Vec::new()), "{}", older.text);
    older.keep("screening-observe.html").expect("keep");
    let path = format!("/screening/{}/people/1/observe", fair.run.0);
    let page = li.get(&class).await.expect("page");
    let half = form(&page, &[("heard", "2025-11-19"), ("concern", "yes")]);
    let saved = li.post(&path, &half).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let other = form(&older, &[("observed", "2025-11-18")]);
    let saved = teacher.post(&path, &other).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let seen = fair.school.ledger.read(read::all::<Observation>).expect("read");
    let [kept] = &seen[..] else { panic!("one observation") };
    let said = (kept.entry.observed, kept.entry.guardian_heard, kept.entry.concern);
    assert_eq!(said, (Some(date(2025, 11, 18)), Some(date(2025, 11, 19)), true));
    let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
    assert!(queue.text.contains("/queue/1"), "the child still waits: {}", queue.text);
    // The counsellor may take it back, who has seen it.
    let page = li.get(&class).await.expect("page");
    let saved = li.post(&path, &form(&page, &[])).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let seen = fair.school.ledger.read(read::all::<Observation>).expect("read");
    assert!(seen.iter().all(|kept| !kept.entry.concern && kept.entry.observed.is_some()));
}

/// An observation that is refused comes back with what was typed and its sentence, beside what
/// somebody else entered meanwhile.
#[tokio::test]
async fn a_refused_observation_comes_back_filled_in() {
    let fair = fair(&[TestPupil::new(1)]);
    let class = third_grade(&fair);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let path = format!("/screening/{}/people/1/observe", fair.run.0);
    let page = li.get(&class).await.expect("page");
    let wrong = form(&page, &[("observed", "2026-11-18"), ("concern", "yes")]);
    let other = form(&page, &[("heard", "2025-11-19")]);
    let saved = li.post(&path, &other).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let refused = li.post(&path, &wrong).await.expect("reply");
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    refused.keep("screening-observe-refused.html").expect("keep");
    for kept in [
        "name=\"observed\" value=\"2026-11-18\"",
        "name=\"heard\" value=\"2025-11-19\"",
        "name=\"concern\" value=\"yes\" checked",
        "name=\"was_observed\" value=\"\"",
        "<p class=\"err\">",
    ] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    let right = form(&refused, &[("observed", "2025-11-18"), ("concern", "yes")]);
    let saved = li.post(&path, &right).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let seen = fair.school.ledger.read(read::all::<Observation>).expect("read");
    let [kept] = &seen[..] else { panic!("one observation") };
    let said = (kept.entry.observed, kept.entry.guardian_heard, kept.entry.concern);
    assert_eq!(said, (Some(date(2025, 11, 18)), Some(date(2025, 11, 19)), true));
}

/// A window that ends before it opens comes back as it was typed, with its sentence.
#[tokio::test]
async fn a_refused_window_comes_back_filled_in() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let run = format!("/screening/{}", fair.run.0);
    let page = li.get(&run).await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let window = page.text.split(&format!("action=\"{run}/classes/")).nth(1).expect("a window");
    let path = format!("{run}/classes/{}", window.split('"').next().expect("address"));
    let (opens, closes) = ("2025-11-24T08:00", "2025-11-23T08:00");
    let fields = [("csrf", csrf.as_str()), ("opens", opens), ("closes", closes)];
    let refused = li.post(&path, &fields).await.expect("reply");
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    refused.keep("screening-window-refused.html").expect("keep");
    let said = "<p class=\"err\">“结束时间”";
    for kept in ["<details class=\"acts\" open>", opens, closes, said] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    let right = [("csrf", csrf.as_str()), ("opens", opens), ("closes", "2025-11-28T17:00")];
    let moved = li.post(&path, &right).await.expect("reply");
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
}

/// Codes that were drawn since a page was made are not drawn over from it: not by the button for
/// those without one, for all, or for one student.
#[tokio::test]
async fn codes_are_not_drawn_over_from_an_older_page() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let class = class_path(&fair);
    let older = li.get(&class).await.expect("class");
    let csrf = older.field("csrf").expect("csrf").to_owned();
    let first = codes(&fair, &mut li).await;
    fair.hand.advance_ms(20 * 60_000);
    let one = format!("/screening/{}/people/1/code", fair.run.0);
    for (path, who) in
        [(format!("{class}/codes"), "new"), (format!("{class}/codes"), "all"), (one, "")]
    {
        let fields = [("csrf", csrf.as_str()), ("who", who), ("seen", "0")];
        let told = li.post(&path, &fields).await.expect("reply");
        assert_eq!((told.status, told.flaws()), (StatusCode::CONFLICT, Vec::new()), "{path} {who}");
        assert!(told.text.contains("已经发过代码，这次没有重发"), "{}", told.text);
    }
    assert_eq!(enter(&mut fair.desk(), &first[0]).await.status, StatusCode::SEE_OTHER);
    // A page that knows of them may.
    let page = li.get(&class).await.expect("class");
    let seen = page.field("seen").expect("seen").to_owned();
    let fields = [("csrf", csrf.as_str()), ("who", "all"), ("seen", seen.as_str())];
    let again = li.post(&format!("{class}/codes"), &fields).await.expect("reply");
    assert!(again.status == StatusCode::OK && again.text.contains("class=\"slip\""));
}

/// An interview that finds another tier than an open case stands at leads on to the form that asks
/// for the move; a second one for the same sheet is not written.
#[tokio::test]
async fn an_interview_that_finds_more_leads_to_the_move() {
    let fair = fair(&[TestPupil::new(1)]);
    let class = third_grade(&fair);
    let case = fair.school.ledger.write("case", |tx| {
        let wish = MoveWish {
            how: Move::Opened,
            to: Some(Tier::T1),
            source: AlertSource::Mentor,
            owner: StaffId(1),
            next_review: Some(date(2025, 12, 10)),
        };
        let author = counsellor().because("连续两周缺课");
        case::open(tx, &author, StudentId(1), date(2025, 11, 18), &wish)
    });
    let case: crate::ledger::entry::RecordId = case.expect("case");
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let page = li.get(&class).await.expect("page");
    let seen = form(&page, &[("observed", "2025-11-18"), ("concern", "yes")]);
    li.post(&format!("/screening/{}/people/1/observe", fair.run.0), &seen).await.expect("reply");
    let path = format!("/screening/{}/queue/1", fair.run.0);
    let page = li.get(&path).await.expect("form");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("day", "2025-11-20"),
        ("result", "t3"),
        ("reason", "有具体计划"),
        ("note", "需立即处理"),
    ];
    let held = li.post(&path, &fields).await.expect("held");
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    let to = held.header("location").to_owned();
    assert!(to.starts_with(&format!("/acts/move/{}?how=tier_up&to_tier=t3", case.0)), "{to}");
    let mut again = fields.to_vec();
    again[4] = ("note", "另一次点击");
    let again = li.post(&path, &again).await.expect("again");
    assert_ne!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    let interviews = fair.school.ledger.read(read::all::<Interview>).expect("read");
    assert_eq!(interviews.len(), 1);
}

/// On a computer that one student after another uses, the address of the slip asks for a code and
/// leaves the seat of whoever sat there before.
#[tokio::test]
async fn the_next_student_does_not_sit_in_the_seat_before() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    press(&mut desk, 1, "2").await;
    let page = desk.get("/answer").await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    assert!(page.field("csrf").is_some() && page.text.contains("name=\"code\""), "{}", page.text);
    let left = desk.get("/answer/items/1").await.expect("item");
    assert_ne!(left.status, StatusCode::OK, "{}", left.text);
    enter(&mut desk, &codes[1]).await;
    assert_eq!(desk.get("/answer/start").await.expect("start").status, StatusCode::OK);
    assert_eq!((fair.state(0), fair.state(1)), (State::Started, State::Waiting));
}
