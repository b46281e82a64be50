//! The pages of departments' lists, as a browser without scripts meets them.

use std::sync::Arc;

use axum::http::StatusCode;
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::web::Role;
use runtime::web::console;
use runtime::web::trial::{Browser, PASSWORD};

use super::super::office::{Office, Rules};
use super::super::trial::{Person, account, shell, site};
use super::*;
use crate::ledger::sealed::SealYears;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::letters::road::Desk;
use crate::list::testing::{City, UNIT};
use crate::packs::{Packs, PacksError};

const LI: Person = Person { login: "li", role: Role::Counsellor, staff: "T001" };

struct Member(ListRecipient);

impl Rules for Member {
    fn packs(&self) -> Result<Packs, PacksError> {
        Packs::embedded()
    }

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
        Ok(SealYears::default())
    }

    fn copies_days(&self) -> u32 {
        30
    }

    fn small_school_classes(&self) -> u32 {
        0
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        Some(self.0.clone())
    }

    fn letter_desk(&self) -> Option<Desk> {
        None
    }

    fn answered_at(&self) -> String {
        String::new()
    }

    fn file_rules(&self) -> crate::taking::FileRules {
        crate::console::trial::BuiltIn.file_rules()
    }
}

async fn browser(school: &School, city: &City, person: Person) -> Browser {
    account(school, person, NOW_MS).await;
    let start = jiff::Timestamp::from_millisecond(NOW_MS).expect("instant");
    let (clock, _) = Clock::simulated(start);
    let shell = shell(school, site(), clock);
    let rules = Arc::new(Member(city.recipient()));
    let office = Office { shell: Arc::clone(&shell), ledger: school.ledger.clone(), rules };
    let pages = super::super::office_pages().with_state(office);
    let mut browser = Browser::new(console(shell, pages));
    browser.sign_in(person.login, PASSWORD).await.expect("sign in");
    browser
}

fn table() -> String {
    let line = |n: u32, name: &str, school: &str, topic: &str| {
        format!("{},{name},,七年级,1班,{school},{topic}\n", TestPupil::new(n).number())
    };
    let head = "学籍号,姓名,出生日期,年级,班级,学校,类别\n";
    [
        head.to_owned(),
        line(0, "张某某", UNIT, "残疾"),
        line(1, "章某某", UNIT, "留守"),
        format!(",欧阳甄别,2012-05-06,七年级,1班,{UNIT},残疾\n"),
        line(2, "张某某", "另一所中学", "孤儿"),
    ]
    .concat()
}

/// A list is pasted, matched, decided and gone; what is wrong is said above the page.
#[tokio::test]
async fn a_list_is_pasted_matched_and_decided() {
    let (school, city) = (School::new(), City::both());
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "校长")]);
    let text = city.seal(&city.key_of(&school.ledger, UNIT), &table());
    let mut li = browser(&school, &city, LI).await;
    let page = li.get(LISTS_HREF).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let wrong = [("csrf", csrf.as_str()), ("list", "\u{89}PNG")];
    let refused = li.post(LISTS_HREF, &wrong).await.expect("reply");
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    assert!(refused.text.contains("这不是部门密封名单"));
    let paste = [("csrf", csrf.as_str()), ("list", text.as_str())];
    let taken = li.post(LISTS_HREF, &paste).await.expect("reply");
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    assert_eq!(taken.header("location"), "/lists/1");
    let page = li.get("/lists/1").await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("list.html").expect("keep");
    li.get("/lists/1?lang=en").await.expect("page").keep("list-en.html").expect("keep");
    assert!(page.text.contains("2025 年秋季名单") && page.text.contains("欧阳甄别"));
    assert!(page.text.contains("name=\"row.2\" value=\"1\" checked"));
    assert!(page.text.contains("<select name=\"row.3\"") && !page.text.contains("孤儿"));
    let other = li.get("/lists?lang=zh").await.expect("page");
    let paste = [("csrf", other.field("csrf").expect("csrf")), ("list", text.as_str())];
    let again = li.post(LISTS_HREF, &paste).await.expect("reply");
    assert!(again.status == StatusCode::CONFLICT && again.text.contains("已经收过"));
    // What is refused comes back as it was decided: the match that was taken out stays out.
    let (_, select) = page.text.split_once("<select name=\"row.3\"").expect("unclear row");
    let (_, option) = select.split_once("</option><option value=\"").expect("an option");
    let (guess, _) = option.split_once('"').expect("a student");
    let wrong = [("csrf", &*csrf), ("row.3", guess), ("row.9", "1"), ("decision", "take")];
    let destroy = [("csrf", &*csrf), ("row.3", guess), ("decision", "destroy")];
    for fields in [&wrong[..], &destroy[..]] {
        let refused = li.post("/lists/1", fields).await.expect("reply");
        assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
        let chosen = format!("<option value=\"{guess}\" selected>");
        assert!(refused.text.contains("name=\"row.2\" value=\"1\">"), "{}", refused.text);
        assert!(refused.text.contains(&chosen), "{}", refused.text);
        refused.keep("list-refused.html").expect("keep");
    }
    // To enter nobody is to destroy the list, so it asks as much.
    let nobody = [("csrf", csrf.as_str()), ("row.3", ""), ("decision", "take")];
    let refused = li.post("/lists/1", &nobody).await.expect("reply");
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("没有销毁"));
    let decide = [("csrf", csrf.as_str()), ("row.2", "1"), ("row.3", ""), ("decision", "take")];
    let done = li.post("/lists/1", &decide).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = li.get(LISTS_HREF).await.expect("page");
    page.keep("lists.html").expect("keep");
    li.get("/lists?lang=en").await.expect("page").keep("lists-en.html").expect("keep");
    let page = li.get("/lists?lang=zh").await.expect("page");
    assert!(page.text.contains("采用 1 名学生") && !page.text.contains("欧阳甄别"));
    assert_eq!(school.rows("family_case"), 1);
    assert_eq!(li.get("/lists/1").await.expect("page").status, StatusCode::NOT_FOUND);
    for (login, role, staff) in [("zhao", Role::Principal, "T002"), ("it", Role::Operator, "")] {
        let mut other = browser(&school, &city, Person { login, role, staff }).await;
        assert_eq!(other.get(LISTS_HREF).await.expect("page").status, StatusCode::FORBIDDEN);
    }
}
