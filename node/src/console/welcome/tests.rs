//! The first set-up over a new node in a folder, as a browser without scripts meets it.

use certs::invite::InviteTerms;
use certs::words::{Length, english};
use domain::unit::{IdentityName, UnitKind};
use jiff::SignedDuration;
use runtime::clock::Clock;
use runtime::uplink::enrol::JOINING_KEY;
use runtime::web::trial::{Browser, Seen};

use super::*;
use crate::unlock::Opener;

const KEY: &str = "k7m2-9qxd-3wab-0c5e";

fn node() -> (tempfile::TempDir, Node) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
    let settings = [("name_zh", "示例中学".to_owned())];
    crate::app::create(&data, &settings, &opener, &Clock::system()).expect("created");
    let node = crate::app::open_folder(&data, &opener, Clock::system()).expect("node");
    (folder, node)
}

fn browser(node: &Node) -> Browser {
    Browser::new(node.console_router_with(Some(KEY)).expect("router"))
}

async fn get(browser: &mut Browser, step: &str, status: StatusCode) -> Seen {
    let seen = browser.get(&format!("/welcome/{KEY}{step}")).await.expect("page");
    assert_eq!(seen.status, status, "{step}: {}", seen.text);
    seen
}

async fn post(browser: &mut Browser, step: &str, fields: &[(&str, &str)]) -> Seen {
    browser.post(&format!("/welcome/{KEY}/{step}"), fields).await.expect("reply")
}

/// Without the address there is nothing, and without a key neither.
#[tokio::test]
async fn the_set_up_is_for_who_has_the_address() {
    let (_folder, node) = node();
    assert!(is_unfinished(&node).expect("read"));
    let mut browser = browser(&node);
    for path in ["/welcome/guess", "/welcome/guess/accounts", "/welcome/"] {
        assert_eq!(browser.get(path).await.expect("page").status, StatusCode::NOT_FOUND, "{path}");
    }
    let mut closed = Browser::new(node.console_router().expect("router"));
    let seen = closed.get(&format!("/welcome/{KEY}/accounts")).await.expect("page");
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
}

/// Every step is whole in both languages, and the first open one is where the set-up begins.
#[tokio::test]
async fn every_step_is_whole() {
    let (_folder, node) = node();
    let mut browser = browser(&node);
    let away = get(&mut browser, "", StatusCode::SEE_OTHER).await;
    assert!(away.header("location").ends_with("/school"));
    for step in Step::ALL {
        for lang in ["en", "zh"] {
            let path = format!("/{}?lang={lang}", step.word());
            let page = get(&mut browser, &path, StatusCode::OK).await;
            let flaws = page.flaws();
            // A form here carries its secret in its address, there is no session yet.
            let flaws: Vec<_> = flaws.iter().filter(|f| *f != "a form has no token").collect();
            assert_eq!(flaws, Vec::<&String>::new(), "{path}");
            page.keep(&format!("welcome-{}-{lang}.html", step.word())).expect("keep");
        }
    }
}

/// The school is written into the file and checked first; the set-up goes on where it stood.
#[tokio::test]
async fn the_school_is_checked_and_written() {
    let (_folder, node) = node();
    let mut browser = browser(&node);
    let wrong = [("name_zh", "示例中学"), ("school_type", "junior"), ("grades", "1-2")];
    let refused = post(&mut browser, "school", &wrong).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let right = [("name_zh", "示例中学"), ("school_type", "junior"), ("grades", "7-9")];
    let done = post(&mut browser, "school", &right).await;
    assert!(done.header("location").ends_with("/join"), "{}", done.text);
    let config = Config::load(&node.config().data).expect("config");
    assert_eq!(config.school.school_type.map(|kind| kind.as_str()), Some("junior"));
    let page = get(&mut browser, "/join", StatusCode::OK).await;
    assert!(page.text.contains("再启动一次"), "the running node does not know it yet");
    let bad = post(&mut browser, "join", &[("line", "xq1:nonsense")]).await;
    assert_eq!(bad.status, StatusCode::CONFLICT);
}

/// An invite line that ends so many hours from now, from a hub where nobody listens.
fn invite(hours: i64, kind: Option<UnitKind>) -> String {
    let (hub, district) = ("370202".parse().expect("unit"), "370202".parse().expect("unit"));
    let zone = "qingdao.example".parse().expect("zone");
    let terms = InviteTerms {
        address: "127.0.0.1:9".parse().expect("address"),
        hub: IdentityName::in_district(hub, &district, zone),
        unit: "F370202004J01".parse().expect("unit"),
        kind,
        expires: Clock::system().now() + SignedDuration::from_hours(hours),
        roots: vec![sha256(b"a root")],
    };
    Invite::new(terms).expect("invite").expose_line().to_string()
}

/// What an invite says is shown, with the words of its root to compare by telephone, before any key
/// is made; one that has run out or is for a hub makes none either, and its line stays in the form.
#[tokio::test]
async fn an_invite_is_looked_at_before_a_key_is_made() {
    let (_folder, node) = node();
    let key = node.config().data.join(JOINING_KEY);
    let mut browser = browser(&node);
    let good = invite(24, None);
    let shown = post(&mut browser, "join", &[("line", &good)]).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let words = english(&sha256(b"a root"), Length::Full);
    for said in ["F370202004J01", "127.0.0.1:9", words.as_str()] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    assert!(!key.exists());
    let of_hub = invite(24, Some(UnitKind::District));
    for line in [invite(-1, None), of_hub] {
        let compared = [("line", line.as_str()), ("compared", "yes")];
        let refused = post(&mut browser, "join", &compared).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(refused.text.contains(&format!("{line}</textarea>")), "{}", refused.text);
        assert!(!key.exists(), "{}", refused.text);
    }
    // Nobody answers: the key stays for the next attempt, and nothing was joined.
    let compared = [("line", good.as_str()), ("compared", "yes")];
    let silent = post(&mut browser, "join", &compared).await;
    assert_eq!(silent.status, StatusCode::CONFLICT, "{}", silent.text);
    assert!(key.exists() && !node.config().data.join("identity.pem").exists());
}

/// The first head and the first account of school IT are made, and no second one of either.
#[tokio::test]
async fn only_the_first_accounts_are_made() {
    let (_folder, node) = node();
    let mut browser = browser(&node);
    let making = |login: &'static str, role: &'static str| {
        [
            ("login", login),
            ("role", role),
            ("password", "four green umbrellas"),
            ("again", "four green umbrellas"),
        ]
    };
    let counsellor = post(&mut browser, "accounts", &making("li", "counsellor")).await;
    assert_eq!(counsellor.status, StatusCode::CONFLICT);
    for (login, role) in [("zhao", "principal"), ("it", "operator")] {
        let done = post(&mut browser, "accounts", &making(login, role)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{login}: {}", done.text);
        let made = browser.get(done.header("location")).await.expect("page");
        assert!(made.text.contains(&format!("已建立账号 {login}。")), "{}", made.text);
        made.keep(&format!("welcome-made-{login}.html")).expect("keep");
        let again = post(&mut browser, "accounts", &making("other", role)).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{role} twice");
    }
    let lines = node.ledger().read(account::list).expect("accounts");
    assert_eq!(lines.len(), 2);
    let page = get(&mut browser, "/accounts", StatusCode::OK).await;
    assert!(!page.text.contains("name=\"password\"") && !page.text.contains("已建立账号"));
    let forged = get(&mut browser, "/accounts?made=nobody", StatusCode::OK).await;
    assert!(!forged.text.contains("已建立账号 nobody"));
    post(&mut browser, "sheet", &[]).await;
    let tested = post(&mut browser, "test", &[]).await;
    assert_eq!(tested.status, StatusCode::OK, "{}", tested.text);
}

/// A folder that is not there, or a key that opens nothing, is told and nothing is written; then
/// the first copy is made and put back for a test, and the status page has the day of it.
#[tokio::test]
async fn the_first_copy_is_made_and_proven() {
    let (folder, node) = node();
    let file = node.config().data.join(config::FILE_NAME);
    let key = folder.path().join("key").display().to_string();
    config::update(&file, &[("danger_key_file", key)]).expect("file");
    let mut browser = browser(&node);
    let usb = folder.path().join("usb");
    let to = usb.display().to_string();
    let away = post(&mut browser, "backup", &[("to", &to)]).await;
    assert_eq!(away.status, StatusCode::CONFLICT);
    assert!(away.text.contains("什么都没有写入") && away.text.contains(&to), "{}", away.text);
    assert!(Config::load(&node.config().data).expect("config").backup.is_none());
    let page = get(&mut browser, "/backup?lang=zh", StatusCode::OK).await;
    assert!(!page.text.contains("name=\"passphrase\""), "a key file opens it: {}", page.text);
    std::fs::create_dir(&usb).expect("place");
    let done = post(&mut browser, "backup", &[("to", &to)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.text.contains("恢复试验成功"), "{}", done.text);
    done.keep("welcome-backup.html").expect("keep");
    let plan = Config::load(&node.config().data).expect("config").backup.expect("a plan");
    assert_eq!(plan.to, usb);
    assert_eq!(backup::found(&plan, node.config()).len(), 1);
    let proof = node.ledger().read(restore_proof::last).expect("read");
    assert!(proof.is_some_and(|proof| proof.copy.starts_with("xinqiao-node-")));
}

/// Where a passphrase opens the ledger it is asked for, and a wrong one proves nothing: no copy is
/// made, and where copies go is not noted.
#[tokio::test]
async fn a_wrong_passphrase_proves_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let typed = Passphrase::typed("correct horse battery staple").expect("passphrase");
    let opener = Opener::Passphrase(typed);
    let settings = [("name_zh", "示例中学".to_owned())];
    crate::app::create(&data, &settings, &opener, &Clock::system()).expect("created");
    let node = crate::app::open_folder(&data, &opener, Clock::system()).expect("node");
    let mut browser = browser(&node);
    let usb = folder.path().join("usb");
    std::fs::create_dir(&usb).expect("place");
    let to = usb.display().to_string();
    let page = get(&mut browser, "/backup", StatusCode::OK).await;
    assert!(page.text.contains("name=\"passphrase\""), "{}", page.text);
    let fields = [("to", to.as_str()), ("passphrase", "something else entirely")];
    let wrong = post(&mut browser, "backup", &fields).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "{}", wrong.text);
    assert!(!wrong.text.contains("something else"), "{}", wrong.text);
    assert!(Config::load(&node.config().data).expect("config").backup.is_none());
    let fields = [("to", to.as_str()), ("passphrase", "correct horse battery staple")];
    let done = post(&mut browser, "backup", &fields).await;
    assert!(done.text.contains("恢复试验成功"), "{}", done.text);
}
