//! The first page, as each role meets it.

use std::sync::Arc;

use axum::http::StatusCode;
use runtime::clock::Clock;
use runtime::web::Role;
use runtime::web::console;
use runtime::web::trial::{Browser, PASSWORD, Seen};

use super::super::ledgers::tests::school;
use super::super::tests::Fixed;
use super::super::trial::{self, Person};
use super::super::{SyncState, office_pages, outward_pages};
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::guard_tests::{counsellor, run};
use crate::ledger::roll::Mentor;
use crate::ledger::testing::{AS_OF, NOW_MS, School};
use crate::ledger::write;

async fn browser(
    school: &School,
    (login, role, staff): (&'static str, Role, &'static str),
) -> Browser {
    trial::account(school, Person { login, role, staff }, NOW_MS).await;
    let start = jiff::Timestamp::from_millisecond(NOW_MS).expect("instant");
    let (clock, _) = Clock::simulated(start);
    let shell = trial::shell(school, trial::site(), clock);
    let office = trial::office(&shell, &school.ledger);
    let source = Fixed { state: SyncState::Acknowledged, empty: false };
    let pages = outward_pages(&office, Arc::new(source)).merge(office_pages().with_state(office));
    let mut browser = Browser::new(console(shell, pages));
    browser.sign_in(login, PASSWORD).await.expect("sign in");
    browser
}

async fn first(browser: &mut Browser, lang: &str, name: &str) -> Seen {
    let page = browser.get(&format!("/?lang={lang}")).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
    page.keep(&format!("{name}-{lang}.html")).expect("keep");
    page
}

/// The counsellor begins with what presses and what is due, by name and with where it is done;
/// what leaves the school is one line with its state, and a special period is announced.
#[tokio::test]
async fn the_day_of_the_counsellor_stands_first() {
    let school = school();
    let mut li = browser(&school, ("li", Role::Counsellor, "T001")).await;
    let zh = first(&mut li, "zh", "day-counsellor").await;
    for said in [
        "当前要紧",
        "首次约谈",
        "升级会签",
        "张某某",
        "/acts/contact/",
        "今天到期与已逾期",
        "href=\"/work\"",
        "今天的日程",
        "至今共出校报表 19 份；另已生成密封报告 93 份",
        "已确认",
        "/screening/new?special=flood-2026",
    ] {
        assert!(zh.text.contains(said), "{said}: {}", zh.text);
    }
    assert!(!zh.text.contains("签名时间"), "the list of releases is on a page of its own");
    let en = first(&mut li, "en", "day-counsellor").await;
    assert!(en.text.contains("Cannot wait") && en.text.contains("Due today or overdue"));
}

/// A mentor is told of the own students alone, and nothing of the early-warning ledger; whom the
/// page names is logged, and whom it only counts is not.
#[tokio::test]
async fn a_mentor_sees_the_own_students_and_nothing_of_cases() {
    let school = school();
    run(&school, |tx| {
        let (student, staff) = (StudentId(2), StaffId(2));
        write::add(tx, &counsellor(), &Mentor { from: AS_OF, student, staff, until: None })
    })
    .expect("pair");
    let mut mentor = browser(&school, ("dao", Role::Mentor, "T002")).await;
    let before = school.rows("access_log");
    let zh = first(&mut mentor, "zh", "day-mentor").await;
    assert!(zh.text.contains("本学期还没有联系过的学生") && zh.text.contains("/students/2\""));
    assert!(zh.text.contains("/mine?silent=yes"));
    for said in ["首次约谈</td>", "升级会签</td>", "/students/1\"", "/students/3\""] {
        assert!(!zh.text.contains(said), "{said}");
    }
    assert_eq!(school.rows("access_log"), before + 1);
    first(&mut mentor, "en", "day-mentor").await;
}

/// School IT keeps the technical page, sees no student and leaves no line in the log of reads.
#[tokio::test]
async fn school_it_keeps_the_technical_first_page() {
    let school = school();
    let mut it = browser(&school, ("it", Role::Operator, "")).await;
    let zh = first(&mut it, "zh", "day-it").await;
    assert!(zh.text.contains("最近出校") && zh.text.contains("由谁处理"));
    assert!(!zh.text.contains("张某某") && !zh.text.contains("当前要紧"));
    assert_eq!(school.rows("access_log"), 0);
}
