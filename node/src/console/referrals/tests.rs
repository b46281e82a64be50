//! A referral as the counsellor and the head work with it in the browser.

use axum::http::StatusCode;
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::words::{Move, TalkTopic};
use jiff::civil::date;
use runtime::web::Role;
use runtime::web::trial::Browser;

use super::super::trial::{Person, browser};
use crate::ledger::case;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{AuthorNote, StaffId, Words};
use crate::ledger::guard_tests::{CHILD, counsellor, run, school};
use crate::ledger::roll::Guardian;
use crate::ledger::roll_change::{self, Correction};
use crate::ledger::talk::Talk;
use crate::ledger::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil, wish};
use crate::ledger::write;

/// Words of a talk that no sheet may hold.
const TALK: &str = "他说的话只写在谈话记录里";

fn ready() -> School {
    let school = school();
    let done = run(&school, |tx| {
        let right = Correction {
            name: None,
            sex: None,
            birth_date: Some(date(2013, 3, 4)),
            grade: None,
            class: None,
        };
        roll_change::correct(tx, &counsellor(), (CHILD, AS_OF), &right)?;
        let guardian = Guardian {
            from: AS_OF,
            student: CHILD,
            name: "王母<script>alert(1)</script>".to_owned(),
            relation: Relation::Mother,
            phone: "13800000000".to_owned(),
            do_not_contact: false,
            objects: false,
            until: None,
        };
        write::add(tx, &counsellor(), &guardian)?;
        let opened = wish(Move::Opened, Some(Tier::T3), 1);
        let talk = Talk {
            day: TODAY,
            student: CHILD,
            staff: StaffId(1),
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(TALK.to_owned()),
        };
        write::add(tx, &counsellor(), &talk)?;
        case::open(tx, &counsellor().because(TALK), CHILD, TODAY, &opened)?;
        let paper = Consent {
            purpose: Purpose::Referral,
            classes: Words::new([DataClass::Identity, DataClass::Reason]),
            recipient: "CLINIC1".to_owned(),
            recipient_name: "示例医院".to_owned(),
            ..testing::slip(CHILD, Answer::Given, TODAY, date(2026, 3, 1))
        };
        write::add(tx, &counsellor(), &paper)
    });
    done.expect("ready");
    school
}

async fn post(
    browser: &mut Browser,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let shown = browser.get(page).await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [&[("csrf", token.as_str())], fields].concat();
    let done = browser.post(path, &fields).await.expect("form");
    (done.status, done.text)
}

/// The counsellor opens a referral and is told what is missing; the head approves; it is sent, and
/// the sheet on the way there names what the family agreed to and no more. Who is not on the case
/// is refused, and nobody for the computer sees the board.
#[tokio::test]
async fn a_referral_is_worked_in_the_browser() {
    let school = ready();
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    let mut li = browser(&school, li, NOW_MS).await;
    let number = TestPupil::new(0).number();
    let fields = [
        ("student", number.as_str()),
        ("urgency", "routine"),
        ("concerns", "mood"),
        ("recipient", "CLINIC1"),
        ("recipient_name", "示例医院"),
        ("phone", "0532-1"),
        ("risk", "unknown"),
    ];
    let (status, _) = post(&mut li, "/referrals/new", "/referrals/new", &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let board = li.get("/referrals?lang=zh").await.expect("board");
    assert_eq!((board.status, board.flaws()), (StatusCode::OK, Vec::new()));
    let at = board.text.find("/referrals/").and_then(|_| {
        board
            .text
            .split("href=\"/referrals/")
            .filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok())
            .next()
    });
    let page = format!("/referrals/{}", at.expect("its page"));
    let act = format!("{page}/act");
    let day = ("day", "2025-11-20");
    for step in ["ask_consent", "consent_given"] {
        let (status, text) = post(&mut li, &page, &act, &[("act", step), day]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{step} {text}");
    }
    put_right(&mut li, &page).await;
    let send = [("act", "send"), day, ("who", "李医生"), ("way", "in_person")];
    let (status, text) = post(&mut li, &page, &act, &send).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(text.contains("已由另一人批准"), "{text}");
    let head = Person { login: "de", role: Role::MoralHead, staff: "T002" };
    let mut head = browser(&school, head, NOW_MS).await;
    let (status, _) = post(&mut head, &page, &act, &[("act", "approve")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let sheet = li.get(&format!("{page}/sheet?lang=zh")).await.expect("sheet");
    assert!(sheet.text.contains("请先登记“发出”"), "nothing is printed of what is not handed over");
    let (status, text) = post(&mut li, &page, &act, &send).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let sheet = li.get(&format!("{page}/sheet?lang=zh")).await.expect("sheet");
    assert_eq!((sheet.status, sheet.flaws()), (StatusCode::OK, Vec::new()));
    sheet.keep("referral_sheet.html").expect("keep");
    // A script in a name is text on paper too.
    assert!(sheet.text.contains("王母&#60;script&#62;") && sheet.text.contains("情绪低落"));
    assert!(sheet.text.contains("谈心谈话 1 次") && sheet.text.contains("学校联系人及电话"));
    let kept = [TALK, number.as_str(), "item", "总分"];
    assert!(kept.iter().all(|word| !sheet.text.contains(word)), "{}", sheet.text);
    for lang in ["zh", "en"] {
        let shown = li.get(&format!("{page}?lang={lang}")).await.expect("page");
        assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
        shown.keep(&format!("referral_{lang}.html")).expect("keep");
    }
    assert_eq!(li.get("/work?lang=zh").await.expect("work").status, StatusCode::OK);
    refused_to_others(&school, &page).await;
}

/// The counsellor puts the draft right, with a reason and once: the form comes with what it says.
async fn put_right(li: &mut Browser, page: &str) {
    let act = format!("{page}/act");
    let shown = li.get(&format!("{page}?lang=zh")).await.expect("page");
    assert!(shown.text.contains("更正转介内容") && shown.text.contains("value=\"mood\" checked"));
    let mut right = vec![
        ("act", "amend"),
        ("seen", "1"),
        ("urgency", "routine"),
        ("concerns", "mood"),
        ("risk", "yes"),
        ("means", "家中药品"),
    ];
    let (status, text) = post(li, page, &act, &right).await;
    assert_eq!(status, StatusCode::CONFLICT, "without a reason");
    assert!(text.contains("value=\"家中药品\""), "what was typed stands in the form: {text}");
    right.push(("why", "家长补充说明"));
    let (status, text) = post(li, page, &act, &right).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let (status, _) = post(li, page, &act, &right).await;
    assert_eq!(status, StatusCode::CONFLICT, "it was changed since that version");
}

/// Who is not on the case, and nobody for the computer.
async fn refused_to_others(school: &School, page: &str) {
    let mentor = Person { login: "dao", role: Role::Mentor, staff: "T003" };
    let mut mentor = browser(school, mentor, NOW_MS).await;
    assert_eq!(mentor.get(page).await.expect("page").status, StatusCode::FORBIDDEN);
    assert!(!mentor.get("/referrals").await.expect("board").text.contains("示例医院"));
    assert_eq!(mentor.get("/referrals/new").await.expect("new").status, StatusCode::FORBIDDEN);
    let it = Person { login: "it", role: Role::Operator, staff: "T004" };
    let mut it = browser(school, it, NOW_MS).await;
    for path in ["/referrals", page] {
        assert_eq!(it.get(path).await.expect("page").status, StatusCode::FORBIDDEN, "{path}");
    }
}
