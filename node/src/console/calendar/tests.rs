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

/// A secret address gives sorts of work and numbers without signing in, to nobody who guesses, as
/// long as it was not withdrawn or replaced and its account is not locked; nobody's read is logged.
#[tokio::test]
async fn a_secret_address_gives_numbers_until_it_is_withdrawn() {
    let school = school();
    let mut li = browser(&school, "li", Role::Counsellor, "T001").await;
    let form = li.get("/calendar?lang=zh").await.expect("page");
    let token = form.field("csrf").expect("csrf").to_owned();
    let made = li.post("/calendar/address", &[("csrf", &token)]).await.expect("reply");
    assert_eq!((made.status, made.flaws()), (StatusCode::OK, Vec::new()), "{}", made.text);
    made.keep("calendar-address.html").expect("keep");
    let path = |page: &runtime::web::trial::Seen| {
        let rest = page.text.split("http://127.0.0.1:8443").nth(1).expect("address");
        rest.split('<').next().expect("address").to_owned()
    };
    let first = path(&made);
    let mut nobody = li.clone();
    for cookie in ["xinqiao-session", "__Host-xinqiao-session", "xinqiao-node-session"] {
        nobody.forget(cookie);
    }
    let reads = school.rows("access_log");
    let feed = nobody.get(&first).await.expect("feed");
    assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8", "{}", feed.text);
    assert!(!feed.text.contains("张某某") && !feed.text.contains("G9999992013"));
    assert!(parse(&feed.text).len() >= 3 && school.rows("access_log") == reads);
    let guess = format!("/calendar/feed/{}.ics", "0".repeat(64));
    for wrong in [guess.as_str(), "/calendar/feed/x.ics", "/calendar/feed/"] {
        let seen = nobody.get(wrong).await.expect("reply");
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let page = li.get("/calendar").await.expect("page");
    assert!(!page.text.contains("/calendar/feed/"), "shown once");
    let token = page.field("csrf").expect("csrf").to_owned();
    let again = li.post("/calendar/address", &[("csrf", &token)]).await.expect("reply");
    let second = path(&again);
    assert_eq!(nobody.get(&first).await.expect("reply").status, StatusCode::NOT_FOUND);
    assert_eq!(nobody.get(&second).await.expect("reply").status, StatusCode::OK);
    let lock = |locked| {
        let changer = crate::ledger::account::Changer::terminal("office", NOW_MS);
        school.ledger.write("lock", move |tx| {
            let login = "li".parse().map_err(|_| runtime::sql::SqlError::Type)?;
            crate::ledger::account::change(tx, &login, locked, &changer)
        })
    };
    lock(crate::ledger::account::AccountChange::Lock).expect("locked");
    assert_eq!(nobody.get(&second).await.expect("reply").status, StatusCode::NOT_FOUND);
    lock(crate::ledger::account::AccountChange::Unlock).expect("unlocked");
    let dead = nobody.get(&second).await.expect("reply");
    assert_eq!(dead.status, StatusCode::NOT_FOUND, "unlocking brings no old address back");
    li.sign_in("li", runtime::web::trial::PASSWORD).await.expect("sign in");
    let page = li.get("/calendar").await.expect("page");
    assert!(!page.text.contains("/calendar/address/end"), "none is in use");
    assert!(page.text.contains("地址随即作废"), "{}", page.text);
    let token = page.field("csrf").expect("csrf").to_owned();
    let third = path(&li.post("/calendar/address", &[("csrf", &token)]).await.expect("reply"));
    let page = li.get("/calendar").await.expect("page");
    let token = page.field("csrf").expect("csrf").to_owned();
    let ended = li.post("/calendar/address/end", &[("csrf", &token)]).await.expect("reply");
    assert!(ended.text.contains("订阅地址已撤销"), "{}", ended.text);
    assert_eq!(nobody.get(&third).await.expect("reply").status, StatusCode::NOT_FOUND);
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
