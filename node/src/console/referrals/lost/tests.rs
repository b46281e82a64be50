//! The page of late and lost letters, as to what was put aside.

use axum::http::StatusCode;
use certs::digest::sha256;
use certs::referral::EnvelopeId;
use runtime::web::Role;
use runtime::web::trial::Browser;

use crate::console::trial::{Person, browser};
use crate::ledger::aside::{self, Aside, Kind};
use crate::ledger::guard_tests::{run, school};
use crate::ledger::testing::{NOW_MS, School};

const HREF: &str = "/referrals/letters";

/// Something that was put aside, and about which its sender was asked once.
fn put_aside(school: &School, (kind, id, sender): (Kind, u8, &str)) {
    let id = EnvelopeId::from_bytes([id; 16]);
    let aside = Aside {
        id,
        about: if kind.is_answer() { EnvelopeId::from_bytes([99; 16]) } else { id },
        kind,
        digest: sha256(sender.as_bytes()),
        sender: format!("{sender}.370202.qd.example"),
        act: 1,
        withdrawal: None,
        content: zeroize::Zeroizing::default(),
        signed: Vec::new(),
        came_at_ms: NOW_MS - 7_200_000,
    };
    run(school, move |tx| {
        aside::keep(tx, &aside)?;
        Ok(aside::asked_again(tx, aside.about, NOW_MS - 3_600_000)?)
    })
    .expect("put aside");
}

async fn page(browser: &mut Browser, lang: &str) -> String {
    let shown = browser.get(&format!("{HREF}?lang={lang}")).await.expect("page");
    assert_eq!((shown.status, shown.flaws()), (StatusCode::OK, Vec::new()), "{lang}");
    shown.text
}

/// Whoever writes referrals sees what came under an ended certificate, who is asked, since when,
/// what stands and what to do, in both languages, and lets go of it there. That a tip waits the
/// head alone sees; whoever may not see letters sees nothing of it.
#[tokio::test]
async fn what_is_put_aside_is_on_the_page_of_letters() {
    let school = school();
    put_aside(&school, (Kind::CardAnswer, 1, "expert7"));
    put_aside(&school, (Kind::Transfer, 2, "school8"));
    put_aside(&school, (Kind::Tip, 3, "police9"));
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    let mut li = browser(&school, li, NOW_MS).await;
    let zh =
        ["证书已过期、等待对方确认", "专家对会诊卡的答复", "转学", "已询问 1 次", "请致电对方"];
    let en =
        ["waiting for its sender", "answer about a card", "Transfer of", "1 times", "telephone"];
    for (lang, told) in [("zh", zh), ("en", en)] {
        let shown = page(&mut li, lang).await;
        for said in told.into_iter().chain(["EXPERT7", "SCHOOL8"]) {
            assert!(shown.contains(said), "{lang} {said}: {shown}");
        }
        assert!(!shown.contains("POLICE9"), "that there is a tip is the head's to know");
    }
    let chen = Person { login: "chen", role: Role::MoralHead, staff: "T002" };
    let mut chen = browser(&school, chen, NOW_MS).await;
    assert!(page(&mut chen, "zh").await.contains("POLICE9"));
    let dao = Person { login: "dao", role: Role::Mentor, staff: "T003" };
    let mut dao = browser(&school, dao, NOW_MS).await;
    assert_eq!(dao.get(HREF).await.expect("page").status, StatusCode::FORBIDDEN);
    let token = li.get(HREF).await.expect("page").field("csrf").expect("token").to_owned();
    for (id, status) in [("03", StatusCode::CONFLICT), ("02", StatusCode::SEE_OTHER)] {
        let envelope = id.repeat(16);
        let fields = [("csrf", token.as_str()), ("act", "let_go"), ("envelope", envelope.as_str())];
        let done = li.post("/referrals/letters/act", &fields).await.expect("form");
        assert_eq!(done.status, status, "{id}: {}", done.text);
    }
    let left = run(&school, |tx| Ok(aside::all(tx, None)?)).expect("read");
    let kinds: Vec<Kind> = left.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::CardAnswer, Kind::Tip]);
}
