//! A referral as the counsellor and the head work with it in the browser.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{Relation, Tier};
use domain::ledger::words::{Move, TalkTopic};
use domain::referral::Urgency;
use jiff::civil::date;
use runtime::clock::Clock;
use runtime::sql::SqlError;
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{Role, console};

use super::super::office::{Office, Rules};
use super::super::trial::{BuiltIn, Person, account, browser, shell, site};
use crate::ledger::case;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{AuthorNote, StaffId, Words};
use crate::ledger::guard_tests::{CHILD, counsellor, run, school};
use crate::ledger::roll::Guardian;
use crate::ledger::roll_change::{self, Correction};
use crate::ledger::talk::Talk;
use crate::ledger::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil, wish};
use crate::ledger::{referral, write};
use crate::letters::road::Desk;
use crate::letters::testing::Town;
use crate::list::taking::ListRecipient;
use crate::packs::{Packs, PacksError};
use crate::taking::FileRules;

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

/// A school that has joined and sends letters.
struct Joined(Desk);

impl Rules for Joined {
    fn packs(&self) -> Result<Packs, PacksError> {
        BuiltIn.packs()
    }

    fn sealed_school_years(&self) -> Result<BTreeSet<i16>, SqlError> {
        BuiltIn.sealed_school_years()
    }

    fn copies_days(&self) -> u32 {
        BuiltIn.copies_days()
    }

    fn small_school_classes(&self) -> u32 {
        BuiltIn.small_school_classes()
    }

    fn list_recipient(&self) -> Option<ListRecipient> {
        None
    }

    fn letter_desk(&self) -> Option<Desk> {
        Some(self.0.clone())
    }

    fn answered_at(&self) -> String {
        BuiltIn.answered_at()
    }

    fn file_rules(&self) -> FileRules {
        BuiltIn.file_rules()
    }
}

async fn joined(school: &School, desk: &Desk, person: Person) -> Browser {
    account(school, person, NOW_MS).await;
    let start = jiff::Timestamp::from_millisecond(NOW_MS).expect("instant");
    let (clock, _) = Clock::simulated(start);
    let shell = shell(school, site(), clock);
    let rules = Arc::new(Joined(desk.clone()));
    let office = Office { shell: Arc::clone(&shell), ledger: school.ledger.clone(), rules };
    let pages = super::super::office_pages().with_state(office);
    let mut browser = Browser::new(console(shell, pages));
    browser.sign_in(person.login, PASSWORD).await.expect("sign in");
    browser
}

/// A referral that the head approved and the family agreed to.
fn agreed(school: &School) -> String {
    use referral::tests::{approved, played, wanted};
    let record = run(school, |tx| referral::open(tx, &counsellor(), &wanted(Urgency::Routine)));
    let record = record.expect("opened");
    let events = [domain::referral::Event::AskConsent, domain::referral::Event::ConsentGiven];
    played(school, record, &events);
    approved(school, record);
    format!("/referrals/{}", record.0)
}

/// What will leave is seen before it is sealed, in both languages, and what was not seen is not
/// sealed; afterwards the family's slip names the recipient and has its word.
#[tokio::test]
async fn a_referral_is_sealed_in_the_browser() {
    let (school, town) = (ready(), Town::new());
    let page = agreed(&school);
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    let mut li = joined(&school, &town.desk, li).await;
    let unknown = li.get(&format!("{page}?lang=zh")).await.expect("page");
    assert!(!unknown.text.contains("加密发送给"), "nobody stated a key of the clinic");
    town.known(&school);
    let offered = li.get(&format!("{page}?lang=zh")).await.expect("page");
    assert!(offered.text.contains("加密发送给 示例医院"), "{}", offered.text);
    let prepare = format!("{page}/sealed/prepare");
    let contact = [("person", "王老师"), ("school_phone", "0532-9")];
    let (status, text) = post(&mut li, &page, &prepare, &contact).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let sealed = format!("{page}/sealed");
    for lang in ["zh", "en"] {
        let shown = li.get(&format!("{sealed}?lang={lang}")).await.expect("preview");
        assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
        shown.keep(&format!("referral_sealed_{lang}.html")).expect("keep");
        assert!(shown.text.contains("王老师 0532-9") && shown.text.contains("王母&#60;script"));
        assert!(!shown.text.contains(TALK));
    }
    let send = format!("{sealed}/send");
    let (status, _) = post(&mut li, &sealed, &send, &[("digest", "00")]).await;
    assert_eq!(status, StatusCode::CONFLICT, "something else was seen");
    let shown = li.get(&sealed).await.expect("preview");
    let digest = shown.field("digest").expect("digest").to_owned();
    let (status, text) = post(&mut li, &sealed, &send, &[("digest", digest.as_str())]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    for lang in ["zh", "en"] {
        for (name, at) in [("", "referral_sent"), ("/slip", "referral_slip")] {
            let shown = li.get(&format!("{page}{name}?lang={lang}")).await.expect("page");
            assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
            shown.keep(&format!("{at}_{lang}.html")).expect("keep");
            assert!(shown.text.contains("示例医院"), "{}", shown.text);
        }
    }
    refused_to_others(&school, &page).await;
}
