//! A referral as the counsellor and the head work with it in the browser.

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
use super::super::trial::{
    BuiltIn, Listed, Person, account, browser, shell, signed_in_under, site,
};
use crate::directory::tests::{at_night, gone, hospital, in_force, keep, with_room};
use crate::ledger::case;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{AuthorNote, StaffId, Words};
use crate::ledger::guard_tests::{CHILD, counsellor, run, school};
use crate::ledger::roll::Guardian;
use crate::ledger::roll_change::{self, Correction};
use crate::ledger::sealed::SealYears;
use crate::ledger::talk::Talk;
use crate::ledger::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil, wish};
use crate::ledger::{referral, write};
use crate::letters::road::Desk;
use crate::letters::testing::Town;
use crate::list::taking::ListRecipient;
use crate::list::testing::City;
use crate::packs::{Packs, PacksError};
use crate::taking::FileRules;
use crate::transfer::Transfer;

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

/// What a list says is chosen by a person: no risk stands there by itself.
#[tokio::test]
async fn nothing_of_a_referral_is_chosen_beforehand() {
    let school = ready();
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    let mut li = browser(&school, li, NOW_MS).await;
    let opening = li.get("/referrals/new?lang=zh").await.expect("page");
    let begins = "name=\"risk\" required><option value=\"\" selected>请选择";
    assert!(opening.text.contains(begins), "{}", opening.text);
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
    not_exported(&mut li, &page).await;
    refused_to_others(&school, &page).await;
}

/// Of what was handed over on paper nothing was sealed, and there is no file.
async fn not_exported(li: &mut Browser, page: &str) {
    let paper = li.get(&format!("{page}/fhir")).await.expect("page");
    assert_eq!(paper.status, StatusCode::CONFLICT, "nothing was sealed of it");
    assert_eq!(li.get("/work?lang=zh").await.expect("work").status, StatusCode::OK);
}

/// What was sealed is offered as a file of FHIR and comes as one.
async fn exported(li: &mut Browser, page: &str) {
    let href = format!("{page}/fhir");
    let shown = li.get(page).await.expect("page");
    assert!(shown.text.contains(&format!("href=\"{href}\"")), "{}", shown.text);
    let told = li.get(&href).await.expect("file");
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    assert!(told.header("content-type").starts_with("application/fhir+json"));
    assert!(told.header("content-disposition").starts_with("attachment"));
    assert!(told.text.contains("\"ServiceRequest\"") && !told.text.contains(TALK));
}

/// A counsellor's browser where a directory of the district has four hospitals; the last of them
/// may have been withdrawn since.
async fn under_directory(school: &School, is_gone: bool) -> Browser {
    let transfer = Transfer::in_memory().expect("transfer");
    let free = with_room(hospital("A-FREE", "有名额医院"), 3);
    let entries = vec![
        if is_gone { gone(free) } else { free },
        at_night(hospital("B-NIGHT", "急诊医院")),
        with_room(hospital("C-FULL", "满员医院"), 0),
        gone(hospital("D-GONE", "停用医院")),
    ];
    keep(&transfer, (1, "2025-11-01"), entries);
    let rules = Arc::new(Listed(Arc::new(in_force(&transfer, &City::both()))));
    signed_in_under(school, ("li", PASSWORD), NOW_MS, rules).await
}

/// The page of the first referral of the board.
async fn first_page(li: &mut Browser) -> String {
    let board = li.get("/referrals?lang=zh").await.expect("board").text;
    let ids = board.split("href=\"/referrals/").skip(1);
    let mut ids = ids.filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok());
    format!("/referrals/{}", ids.next().expect("a referral"))
}

/// The directory proposes by service and age, free places first; a choice fills in the recipient of
/// the referral and of the consent, who may not be chosen is refused also where its id is typed,
/// and a later directory changes nothing that was agreed.
#[tokio::test]
async fn a_recipient_is_chosen_from_the_directory() {
    let school = ready();
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    account(&school, li, NOW_MS).await;
    let mut li = under_directory(&school, false).await;
    let opening = li.get("/referrals/new?lang=zh").await.expect("form");
    assert_eq!((opening.status, opening.flaws()), (StatusCode::OK, Vec::new()));
    assert!(opening.text.contains("急诊医院 0532-1120"), "{}", opening.text);
    let number = TestPupil::new(0).number();
    let fields = [("student", number.as_str()), ("urgency", "routine"), ("risk", "unknown")];
    let fields = [&fields[..], &[("concerns", "mood")]].concat();
    let (status, text) = post(&mut li, "/referrals/new", "/referrals/new", &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let page = first_page(&mut li).await;
    let act = format!("{page}/act");
    for lang in ["zh", "en"] {
        let shown = li.get(&format!("{page}?lang={lang}")).await.expect("page");
        assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
        shown.keep(&format!("referral_offer_{lang}.html")).expect("keep");
    }
    let shown = li.get(&format!("{page}?lang=zh")).await.expect("page").text;
    let at = |id: &str| shown.find(&format!("name=\"entry\" value=\"{id}\""));
    let places = ["A-FREE", "B-NIGHT", "C-FULL"].map(|id| at(id).expect("proposed"));
    assert!(places.is_sorted() && at("D-GONE").is_none(), "{shown}");
    assert!(shown.contains("名额 3，3 天前填报"));
    let narrowed = li.get(&format!("{page}?lang=zh&service=emergency")).await.expect("page").text;
    assert!(narrowed.contains("value=\"B-NIGHT\"") && !narrowed.contains("value=\"A-FREE\""));
    let typed = [("act", "recipient"), ("recipient", "d-gone"), ("recipient_name", "停用医院")];
    for wrong in [&typed[..], &[("act", "choose"), ("entry", "D-GONE")]] {
        let (status, text) = post(&mut li, &page, &act, wrong).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(text.contains("不可选：已停用"), "{text}");
    }
    let choice = [("act", "choose"), ("entry", "A-FREE"), ("called", "0532-1001")];
    let (status, text) = post(&mut li, &page, &act, &choice).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let day = ("day", "2025-11-20");
    let (status, text) = post(&mut li, &page, &act, &[("act", "ask_consent"), day]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let told = ["有名额医院 A-FREE", "recipient=A-FREE", "recipient_contact=0532-1001"];
    for is_gone in [false, true] {
        let mut li = under_directory(&school, is_gone).await;
        let shown = li.get(&format!("{page}?lang=zh")).await.expect("page").text;
        assert!(told.iter().all(|words| shown.contains(words)), "{shown}");
        assert_eq!(shown.contains("现在不可选：已停用"), is_gone);
    }
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

    fn sealed_school_years(&self) -> Result<SealYears, SqlError> {
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
    let early = li.get(&format!("{page}/fhir")).await.expect("page");
    assert_eq!(early.status, StatusCode::CONFLICT, "nothing was sealed yet");
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
    exported(&mut li, &page).await;
    refused_to_others(&school, &page).await;
}
