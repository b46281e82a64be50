//! A receiver's pages in the browser: who sees what, what is logged, what is offered.

use axum::http::StatusCode;
use certs::referral::{EnvelopeId, Role as Sealed, WithdrawalSecret};
use runtime::clock::Clock;
use runtime::web::factor::FactorPolicy;
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{NewAccount, SessionStore, Sessions};

use super::super::trial::BuiltIn;
use super::*;
use crate::content::card::tests::card;
use crate::content::tests::referral;
use crate::intake::testing::{City, SCHOOL, now};
use crate::ledger::account::{self, Changer};
use crate::ledger::aside;

/// The child's name in the tests' referral.
const NAME: &str = "林小雨";

/// A clinic to which a referral has come.
fn city() -> City {
    let city = City::new();
    let secret = WithdrawalSecret::from_bytes([5; 16]);
    let envelope = EnvelopeId::from_bytes([1; 16]);
    for letter in city.letters(&referral(), (envelope, &secret)) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 1);
    city
}

async fn browser(city: &City, login: &'static str, role: Role) -> Browser {
    let (login, name, password) = (login.to_owned(), "韩医生".to_owned(), PASSWORD.to_owned());
    let named = login.clone();
    let stored = NewAccount { login, name, role, password }.hashed().await.expect("account");
    let changer = Changer { by: "test".to_owned(), at_ms: now().as_millisecond() };
    let put = move |tx: &Tx<'_>| account::put(tx, &stored, None, &changer);
    city.ledger.write("put", put).expect("put");
    let store = SessionStore::new(city.ledger.database().clone());
    let sessions = Sessions::new(store, FactorPolicy::DangerNobody).expect("sessions");
    let site = super::site(Label::same("示例医院"), "C1".to_owned(), Transport::Loopback);
    let (clock, _) = Clock::simulated(now());
    let shell = Arc::new(Shell { site, sessions, clock });
    let identity = Arc::new(city.clinic.clone());
    let signs = Arc::new(move || Arc::clone(&identity)) as Signs;
    let stores = (city.ledger.clone(), Some(city.receiver()), Some(signs));
    let mut browser = Browser::new(alone(shell, stores, Arc::new(BuiltIn)));
    browser.sign_in(&named, PASSWORD).await.expect("sign in");
    browser
}

async fn post(browser: &mut Browser, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let shown = browser.get("/intake/1").await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [&[("csrf", token.as_str())], fields].concat();
    let done = browser.post("/intake/1/act", &fields).await.expect("form");
    (done.status, done.text)
}

/// The list and the page of a referral name no child; what it says is behind a purpose, logged, and
/// gone with the decline. In both languages nothing is missing.
#[tokio::test]
async fn a_referral_is_worked_at_the_clinic() {
    let city = city();
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for page in ["/", "/intake", "/intake/1"] {
        for lang in ["zh", "en"] {
            let seen = intake.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(NAME), "{page} names the child");
        }
    }
    let unasked = intake.get("/intake/1/content").await.expect("page");
    assert_eq!(unasked.status, StatusCode::SEE_OTHER);
    assert_eq!(city.count("select count(*) from intake_read"), 0);
    let seen = intake.get("/intake/1/content?why=triage&lang=zh").await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains(NAME));
    assert_eq!(city.count("select count(*) from intake_read"), 1);

    let unasked = intake.get("/intake/1/fhir").await.expect("page");
    assert_eq!(unasked.status, StatusCode::SEE_OTHER);
    let told = intake.get("/intake/1/fhir?why=care").await.expect("file");
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    assert!(told.header("content-type").starts_with("application/fhir+json"));
    assert!(told.text.contains(NAME));
    assert_eq!(city.count("select count(*) from intake_read"), 2, "an export is a reading");

    let (status, text) = post(&mut intake, &[("act", "appoint"), ("day", "2026-11-05")]).await;
    assert_eq!(status, StatusCode::CONFLICT, "{text}");
    let (status, _) = post(&mut intake, &[("act", "decline"), ("reason", "no_capacity")]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let gone = intake.get("/intake/1/content?why=triage&lang=zh").await.expect("page");
    assert_eq!(gone.status, StatusCode::CONFLICT);
    assert!(!gone.text.contains(NAME) && !gone.text.contains("action=\"/intake/1/content\""));
}

/// People know schools by name: the list and the page of a referral have it with the id, as the
/// statement about the school's key says.
#[tokio::test]
async fn the_list_calls_a_school_by_its_name() {
    let city = city();
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for is_known in [false, true] {
        for page in ["/intake", "/intake/1"] {
            let text = intake.get(page).await.expect("page").text;
            assert_eq!(text.contains(&format!("示例单位 {SCHOOL}")), is_known, "{page}: {text}");
        }
        if !is_known {
            city.know_keys();
        }
    }
}

/// Whoever treats reads for what the family agreed, which data and whether the outcome may go
/// back, as it was sealed; before a purpose is named only what names nobody.
#[tokio::test]
async fn what_the_family_agreed_to_is_read_with_the_referral() {
    let city = city();
    let mut clinician = browser(&city, "han", Role::Clinician).await;
    let classes = "身份与联系方式、原因与学校已做工作、量表得分、当前风险";
    let facts = clinician.get("/intake/1?lang=zh").await.expect("page");
    assert!(facts.text.contains(classes) && facts.text.contains("摘要"), "{}", facts.text);
    assert!(!facts.text.contains("母亲"), "{}", facts.text);
    let read = clinician.get("/intake/1/content?why=care&lang=zh").await.expect("page");
    let told = ["转介给市精神卫生中心，不作他用", classes, "摘要", "2027-03-31"];
    for said in told.into_iter().chain(["母亲 2026-11-02", "纸质签字", "已征询", "v1"]) {
        assert!(read.text.contains(said), "{said}: {}", read.text);
    }
    let read = clinician.get("/intake/1/content?why=care&lang=en").await.expect("page");
    assert!(read.text.contains("Referral to 市精神卫生中心, and nothing else"), "{}", read.text);
    assert!(read.flaws().is_empty());
}

/// Who looks after the machine sees counts alone; the log is the head's; no page of a school is
/// here.
#[tokio::test]
async fn each_role_sees_its_own() {
    let city = city();
    let all = [
        ("wei", Role::Operator, [StatusCode::OK, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN]),
        ("han", Role::Clinician, [StatusCode::OK, StatusCode::OK, StatusCode::FORBIDDEN]),
        ("fu", Role::ReceiverHead, [StatusCode::OK, StatusCode::OK, StatusCode::OK]),
    ];
    for (login, role, expected) in all {
        let mut person = browser(&city, login, role).await;
        for (page, status) in ["/", "/intake", "/intake/log"].into_iter().zip(expected) {
            let seen = person.get(page).await.expect("page");
            assert_eq!(seen.status, status, "{login} {page}");
        }
        for page in ["/referrals", "/egress", "/roll", "/work"] {
            let seen = person.get(page).await.expect("page");
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{page}");
        }
    }
}

/// A card's list and page say nothing of it; an expert reads it, which is logged, and answers once;
/// whoever registers sees neither card nor opinion.
#[tokio::test]
async fn a_card_is_read_and_answered_by_an_expert() {
    let city = City::new();
    let envelope = EnvelopeId::from_bytes([1; 16]);
    let withdrawal = WithdrawalSecret::from_bytes([5; 16]).mark(envelope);
    let (bytes, ground) = (card().write().expect("card"), card().ground.signed());
    for letter in city.sealed(&bytes, (Sealed::Referral { withdrawal }, ground), envelope) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).taken, 1);
    let mut expert = browser(&city, "han", Role::Clinician).await;
    for page in ["/cards", "/cards/1"] {
        for lang in ["zh", "en"] {
            let seen = expert.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(&card().text), "{page} says what the card says");
        }
    }
    assert_eq!(city.count("select count(*) from card_read"), 0);
    for lang in ["zh", "en"] {
        let seen = expert.get(&format!("/cards/1/content?lang={lang}")).await.expect("page");
        assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
        assert!(seen.text.contains(&card().text));
    }
    assert_eq!(city.count("select count(*) from card_read"), 1);
    let opinion = "先稳定作息，每周辅导两次";
    let said = [("act", "opinion"), ("advice", "more_help"), ("text", opinion)];
    let shown = expert.get("/cards/1").await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let again = [("act", "opinion"), ("advice", "refer"), ("text", "另有补充")];
    for (said, status) in [(said, StatusCode::SEE_OTHER), (again, StatusCode::CONFLICT)] {
        let fields = [&[("csrf", token.as_str())], &said[..]].concat();
        let done = expert.post("/cards/1/act", &fields).await.expect("form");
        assert_eq!(done.status, status, "{}", done.text);
    }
    let shown = expert.get("/cards/1?lang=zh").await.expect("page");
    assert!(shown.text.contains(opinion), "{}", shown.text);
    let mut intake = browser(&city, "deng", Role::Intake).await;
    let page = intake.get("/cards/1?lang=zh").await.expect("page");
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains(opinion) && !page.text.contains("/cards/1/content"));
    let refused = intake.get("/cards/1/content").await.expect("page");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(intake.get("/cards/2").await.expect("page").status, StatusCode::NOT_FOUND);
}

/// A duty report is read for a purpose and answered on pages of its own, which name no child in a
/// list; a tip is shown before it leaves.
#[tokio::test]
async fn duty_reports_and_tips_have_pages_of_their_own() {
    use certs::referral::{Ground, Role as Headed};

    use crate::content::neighbour::tests::report;
    let (city, envelope) = (City::new(), EnvelopeId::from_bytes([1; 16]));
    let withdrawal = WithdrawalSecret::from_bytes([5; 16]).mark(envelope);
    let of = (Headed::Referral { withdrawal }, Ground::Duty);
    for letter in city.sealed(&report().write().expect("report"), of, envelope) {
        city.arrive(&letter);
    }
    assert_eq!(city.sweep(now()).notices, 1);
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for page in ["/reports", "/reports/1", "/tips"] {
        for lang in ["zh", "en"] {
            let seen = intake.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(&report().child), "{page} names the child");
        }
    }
    let seen = intake.get("/reports/1/content?why=triage&lang=zh").await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains(&report().child));
    assert_eq!(city.count("select count(*) from neighbour_read"), 1);
    let shown = intake.get("/reports/1").await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [("csrf", token.as_str()), ("act", "received"), ("note", "2026-117")];
    let done = intake.post("/reports/1/act", &fields).await.expect("form");
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(city.count("select count(*) from neighbour_said"), 1);
    let mut machine = browser(&city, "wei", Role::Operator).await;
    for page in ["/reports", "/tips"] {
        assert_eq!(machine.get(page).await.expect("page").status, StatusCode::FORBIDDEN, "{page}");
    }
}

/// A hotline writes a hand-off on a page of its own; one to a school whose key is not known is
/// refused with what was typed, and the operator sees no page.
#[tokio::test]
async fn a_hotline_has_pages_of_its_own() {
    let city = City::new();
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for (page, lang) in [("/hand-offs", "zh"), ("/hand-offs", "en"), ("/callers", "zh")] {
        let seen = intake.get(&format!("{page}?lang={lang}")).await.expect("page");
        assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    }
    let shown = intake.get("/hand-offs").await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [
        ("csrf", token.as_str()),
        ("act", "write"),
        ("to", "SCHOOL-1"),
        ("name", "小雨"),
        ("reach", "晚七点后"),
        ("danger", "no"),
        ("ground", "spoken"),
        ("agreed", "由心理教师打电话"),
        ("phone", "0532-00000000"),
    ];
    let done = intake.post("/hand-offs", &fields).await.expect("form");
    assert_eq!((done.status, done.flaws()), (StatusCode::CONFLICT, Vec::new()));
    assert!(done.text.contains("由心理教师打电话"), "what was typed stays");
    assert_eq!(city.count("select count(*) from neighbour_out"), 0);
    assert_eq!(intake.get("/hand-offs/1").await.expect("page").status, StatusCode::NOT_FOUND);
    let mut machine = browser(&city, "wei", Role::Operator).await;
    assert_eq!(machine.get("/hand-offs").await.expect("page").status, StatusCode::FORBIDDEN);
}

/// A card under an ended certificate, about which its school was asked once an hour later.
fn put_aside(city: &City, came_at_ms: i64) {
    let aside = aside::Aside {
        id: EnvelopeId::from_bytes([8; 16]),
        about: EnvelopeId::from_bytes([8; 16]),
        kind: aside::Kind::Card,
        digest: certs::digest::sha256(b"signed"),
        sender: "school9.370202.qd.example".to_owned(),
        act: 0,
        withdrawal: None,
        content: zeroize::Zeroizing::default(),
        signed: Vec::new(),
        came_at_ms,
    };
    let put = move |tx: &Tx<'_>| {
        aside::keep(tx, &aside)?;
        aside::asked_again(tx, aside.about, came_at_ms + 3_600_000)
    };
    city.ledger.write::<_, SqlError>("aside", put).expect("aside");
}

/// What cannot be opened, what was not sealed or not acknowledged and what is locked stand on one
/// page with what to do next, and name no child; the operator sees none of it.
#[tokio::test]
async fn letters_that_need_somebody_have_a_page() {
    use crate::ledger::intake::unheard::NewSealed;
    use crate::ledger::letters::{self, SeenBy};

    let city = city();
    let (now_ms, hour) = (now().as_millisecond(), 3_600_000);
    let late = move |tx: &Tx<'_>| {
        intake::note_refused(tx, "not_ours", now_ms - hour)?;
        intake::note_refused(tx, "ended", now_ms - 31 * 24 * hour)?;
        // What came on a consent is locked with this.
        letters::note(tx, SeenBy::Copy, (0, now_ms)).map(drop)
    };
    let written: Result<(), SqlError> = city.ledger.write("late", late);
    written.expect("written");
    put_aside(&city, now_ms - 2 * hour);
    let act = intake::NewAct {
        intake: 1,
        number: 9,
        event: None,
        account: "han",
        at: crate::ledger::entry::Moment(now_ms - hour),
        agreed: None,
        said: b"x",
    };
    let write = move |tx: &Tx<'_>| intake::add(tx, &act);
    let added: Result<(), SqlError> = city.ledger.write("act", write);
    added.expect("act");
    let silent = move |tx: &Tx<'_>| {
        let act = intake::done(tx, 1)?.first().map(|act| act.id).ok_or(SqlError::Type)?;
        let (envelope, digest) = (EnvelopeId::generate(), certs::digest::sha256(b"signed"));
        let new = NewSealed { act, envelope, digest, parts: Vec::new() };
        intake::unheard::keep(tx, &new, now_ms - 25 * hour)
    };
    let kept: Result<(), SqlError> = city.ledger.write("silent", silent);
    kept.expect("kept");
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for lang in ["zh", "en"] {
        let seen = intake.get(&format!("/intake/letters?lang={lang}")).await.expect("page");
        assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
        assert!(!seen.text.contains(NAME), "the page names the child");
    }
    let seen = intake.get("/intake/letters?lang=zh").await.expect("page").text;
    let told = [
        "不是密封给本机构的",
        "没有学校或枢纽的有效公钥声明",
        "学校的节点还没有回执",
        "还没有确认这份转介仍然有效",
        "证书已过期、等待对方确认",
        "会诊卡",
        "SCHOOL9",
        "已询问 1 次",
        "不要按来信办理",
    ];
    for said in told {
        assert!(seen.contains(said), "{said}: {seen}");
    }
    assert!(!seen.contains("知情同意已经过期"), "what was refused long ago is not shown");
    assert!(!seen.contains("class=\"empty\""), "{seen}");
    let mut machine = browser(&city, "wei", Role::Operator).await;
    let refused = machine.get("/intake/letters").await.expect("page");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

/// A caller whom a hotline handed over stands above the worklist and on a page of its own: danger
/// and telephones first, what is said behind a purpose, and the answer whether he was reached.
#[tokio::test]
async fn a_caller_is_worked_at_the_clinic() {
    use domain::neighbour::NoticeKind;

    use crate::ledger::entry::Moment;
    use crate::ledger::neighbour::{self, Arrived};
    let city = City::new();
    let caller = crate::content::neighbour::tests::hand_off();
    let (name, bytes) = (caller.name.clone(), caller.write().expect("hand-off"));
    let taken: Result<bool, SqlError> = city.ledger.write("take", move |tx| {
        let new = Arrived {
            kind: NoticeKind::HandOff,
            name: &caller.id.0,
            envelope: &[1; 16],
            signed: certs::digest::sha256(b"signed"),
            sender: ("HOTLINE.370202.qd.example", "示例热线"),
            content: &bytes,
            at: Moment(now().as_millisecond()),
        };
        neighbour::receive(tx, &new)
    });
    assert!(taken.expect("taken"));
    let mut intake = browser(&city, "deng", Role::Intake).await;
    for page in ["/intake", "/callers", "/callers/1"] {
        for lang in ["zh", "en"] {
            let seen = intake.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(&name), "{page} names the caller");
        }
    }
    let list = intake.get("/intake?lang=zh").await.expect("list").text;
    assert!(list.contains("热线转来的来电人 1 人待办，其中有危险的 1 人"), "{list}");
    let shown = intake.get("/callers/1?lang=zh").await.expect("page").text;
    assert!(shown.contains("必要时拨打 110、120"), "{shown}");
    let seen = intake.get("/callers/1/content?why=contact&lang=zh").await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains(&name));
    assert_eq!(city.count("select count(*) from neighbour_read"), 1);
    let token =
        intake.get("/callers/1").await.expect("page").field("csrf").expect("token").to_owned();
    let fields = [("csrf", token.as_str()), ("act", "received"), ("note", "")];
    let other = intake.post("/reports/1/act", &fields).await.expect("form");
    assert_eq!(other.status, StatusCode::NOT_FOUND, "it is no report");
    assert_eq!(city.count("select count(*) from neighbour_said"), 0);
    let done = intake.post("/callers/1/act", &fields).await.expect("form");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(city.count("select count(*) from neighbour_said"), 1);
    assert_eq!(intake.get("/reports/1").await.expect("page").status, StatusCode::NOT_FOUND);
    let mut machine = browser(&city, "wei", Role::Operator).await;
    assert_eq!(machine.get("/callers").await.expect("page").status, StatusCode::FORBIDDEN);
}
