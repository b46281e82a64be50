//! Load, gaps and hand-over, as the moral-education head works with them.

use axum::http::StatusCode;
use runtime::web::Role;

use super::super::trial::{Person, browser};
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::guard_tests::{counsellor, run};
use crate::ledger::roll::Mentor;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::ledger::write;

fn school() -> School {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    for student in 1..=3 {
        let pair =
            Mentor { from: AS_OF, student: StudentId(student), staff: StaffId(3), until: None };
        run(&school, move |tx| write::add(tx, &counsellor(), &pair)).expect("pair");
    }
    school
}

/// The head sees the gap, opens the mentor's sheet and hands two students over; a form without a
/// mentor to go to comes back with what was typed, and nothing was written.
#[tokio::test]
async fn a_mentor_s_students_are_handed_over() {
    let school = school();
    let head = Person { login: "de", role: Role::MoralHead, staff: "T002" };
    let mut head = browser(&school, head, NOW_MS).await;
    for (path, word) in [
        ("/mentors?lang=en", "Students without a mentor"),
        ("/mentors?lang=zh", "没有在岗导师的学生"),
        ("/mentors/3?lang=en", "Hand-over of"),
        ("/mentors/3?lang=zh", "导师交接单"),
    ] {
        let page = head.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        assert!(page.text.contains(word), "{path}");
        page.keep(&format!("{}.html", path.replace(['/', '?', '='], "_"))).expect("keep");
    }
    let path = "/mentors/3/hand-over";
    let token = head.get("/mentors/3?lang=zh").await.expect("page");
    let token = token.field("csrf").expect("token").to_owned();
    let fields = |to: &'static str| {
        let chosen = [("csrf", &*token), ("student", "1"), ("student", "2")];
        [&chosen[..], &[("to", to), ("day", "2025-11-20"), ("reason", "产假")]].concat()
    };
    let refused = head.post(path, &fields("T099")).await.expect("form");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("T099") && refused.text.contains("没有写入任何内容"));
    assert_eq!(school.rows("mentor"), 3);
    let done = head.post(path, &fields("T004")).await.expect("form");
    let page = head.get(done.header("location")).await.expect("page");
    assert!(page.text.contains("已交接 2 名学生"), "{}", page.text);
    assert_eq!(school.rows("mentor"), 7, "two ended, two begun");
    let teacher = Person { login: "ban", role: Role::ClassTeacher, staff: "T004" };
    let mut teacher = browser(&school, teacher, NOW_MS).await;
    assert_eq!(teacher.get("/mentors").await.expect("page").status, StatusCode::FORBIDDEN);
}
