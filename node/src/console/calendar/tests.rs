//! Calendar and workload, as a browser without scripts meets them.

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::words::CounsellorPost;
use jiff::civil::date;
use runtime::web::Role;

use crate::console::ledgers::tests::{browser, school};
use crate::desk::ical::tests::parse;
use crate::ledger::author::Author;
use crate::ledger::entry::StaffId;
use crate::ledger::qualification::Qualification;
use crate::ledger::testing::NOW_MS;
use crate::ledger::write;

/// The calendar shows what is due on its days in a month and in a week; the exported file has the
/// same duties by sort and number, and no name and no student number.
#[tokio::test]
async fn the_calendar_shows_names_and_its_file_none() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    for (path, name) in [
        ("/calendar?day=2025-12-10", "calendar.html"),
        ("/calendar?day=2025-12-01&view=week", "calendar-week.html"),
        ("/calendar?lang=en", "calendar-en.html"),
    ] {
        let page = li.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        page.keep(name).expect("keep");
        if path.contains("2025-12") {
            assert!(page.text.contains("研判 张某某"), "{}", page.text);
        }
    }
    let file = li.get("/calendar/duties.ics?lang=zh").await.expect("file");
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(!file.text.contains("张某某") && !file.text.contains("G9999992013"));
    let events = parse(&file.text);
    let values: Vec<&str> = events.iter().flatten().map(|(_, value)| value.as_str()).collect();
    assert!(events.len() >= 3, "{}", file.text);
    assert!(values.iter().any(|value| value.starts_with("首次约谈 #")));
    assert!(values.contains(&"20251201"));
}

/// The statement counts what a counsellor did, names no student, and is for who may read it.
#[tokio::test]
async fn the_workload_names_no_student() {
    let school = school();
    let qualified = school.ledger.write("qualified", |tx| {
        let head = Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS);
        let post = Qualification {
            from: date(2025, 9, 1),
            staff: StaffId(1),
            counsellor: CounsellorPost::FullTime,
            stage: None,
            has_degree: true,
            has_vocational: false,
            secrecy_signed: None,
            until: None,
        };
        write::add(tx, &head, &post)
    });
    qualified.expect("qualification");
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    for lang in ["zh", "en"] {
        let page = li.get(&format!("/workload?lang={lang}")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        assert!(page.text.contains("李某") && !page.text.contains("张某某"));
        page.keep(&format!("workload-{lang}.html")).expect("keep");
    }
    let mut mentor = browser(&school, "m", Role::Mentor, "T002").await;
    assert_eq!(mentor.get("/workload").await.expect("page").status, StatusCode::FORBIDDEN);
}
