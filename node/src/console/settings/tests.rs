//! The machine's pages over a node in a folder, as a browser without scripts meets them.

use axum::http::StatusCode;
use runtime::clock::Clock;
use runtime::sql::Tx;
use runtime::web::NewAccount;
use runtime::web::trial::{Browser, PASSWORD};

use super::*;
use crate::ledger::account::{self, Changer};
use crate::unlock::Opener;

const PAGES: [&str; 3] = [SETTINGS_HREF, NOTICES_HREF, STATUS_HREF];

/// A node in a folder of its own; the folder goes with the first value.
fn node() -> (tempfile::TempDir, Node) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
    let settings = [("school_type", "junior".to_owned()), ("name_zh", "示例中学".to_owned())];
    crate::app::create(&data, &settings, &opener, &Clock::system()).expect("created");
    let file = data.join(crate::config::FILE_NAME);
    crate::config::update(&file, &[("danger_no_second_factor", "true".to_owned())]).expect("file");
    let node = crate::app::open_folder(&data, &opener, Clock::system()).expect("node");
    (folder, node)
}

async fn browser(node: &Node, login: &str, role: Role) -> Browser {
    let (name, password) = ("王老师".to_owned(), PASSWORD.to_owned());
    let person = NewAccount { login: login.to_owned(), name, role, password };
    let stored = person.hashed().await.expect("account");
    let put = move |tx: &Tx<'_>| {
        let changer = Changer { by: "test".to_owned(), at_ms: 0 };
        account::put(tx, &stored, None, &changer)
    };
    node.ledger().write("put", put).expect("put");
    let mut browser = Browser::new(node.console_router().expect("router"));
    browser.sign_in(login, PASSWORD).await.expect("sign in");
    browser
}

/// The pages are whole in both languages; each setting says where it comes from, a dangerous one
/// in red, and what is not backed up is not called well.
#[tokio::test]
async fn the_machine_is_told_in_words() {
    let (_folder, node) = node();
    let mut browser = browser(&node, "it", Role::Operator).await;
    for path in PAGES {
        for lang in ["en", "zh"] {
            let page = browser.get(&format!("{path}?lang={lang}")).await.expect("page");
            assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
            page.keep(&format!("node{}-{lang}.html", path.replace('/', "-"))).expect("keep");
        }
    }
    let page = browser.get(SETTINGS_HREF).await.expect("page");
    for text in ["school_type · 学校类型", "junior", "node.toml 中的 school_type", "危险设置"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(page.text.contains("在 node.toml 中写 console"), "a default");
    let notices = browser.get(NOTICES_HREF).await.expect("page");
    assert!(notices.text.contains("还没有收到下发内容"));
    let copy = node.config().data.join("ledger.db.before-v3");
    std::fs::write(copy, b"copy").expect("file");
    let status = browser.get(STATUS_HREF).await.expect("page");
    status.keep("status.html").expect("keep");
    for text in ["没有设置每日备份", "ledger.db.before-v3", "磁盘", "与上级枢纽的同步"]
    {
        assert!(status.text.contains(text), "{text}: {}", status.text);
    }
}

/// Where daily copies are set, the page says where they go and lists them; while their place is not
/// there it says so.
#[tokio::test]
async fn daily_copies_are_told() {
    let (folder, node) = node();
    let file = node.config().data.join(crate::config::FILE_NAME);
    let usb = folder.path().join("usb");
    let to = usb.display().to_string();
    crate::config::update(&file, &[("backup_to", to), ("backup_keep", "3".to_owned())])
        .expect("file");
    let opener = Opener::danger_from_key_file(&folder.path().join("key")).expect("key file");
    let data = node.config().data.clone();
    drop(node);
    let node = crate::app::open_folder(&data, &opener, Clock::system()).expect("node");
    let mut it = browser(&node, "it", Role::Operator).await;
    let away = it.get(STATUS_HREF).await.expect("page");
    assert!(away.text.contains("备份位置现在不在") && away.flaws().is_empty(), "{}", away.text);
    std::fs::create_dir(&usb).expect("place");
    let plan = node.config().backup.clone().expect("a plan");
    let made = crate::backup::make(&node, &plan).expect("made");
    let page = it.get(STATUS_HREF).await.expect("page");
    for text in ["保留最近 3 份", made.name.as_str(), "最近一次备份"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    page.keep("status-backup.html").expect("keep");
    assert!(page.text.contains("还没有试过恢复"), "{}", page.text);
    crate::backup::prove(&node, &plan.to.join(&made.name), &opener).expect("proven");
    let page = it.get(STATUS_HREF).await.expect("page");
    assert!(page.text.contains("最近一次成功恢复试验") && page.flaws().is_empty(), "{}", page.text);
}

/// Why a special period was refused is said in the reader's language, though English went up.
#[tokio::test]
async fn a_refused_special_period_is_explained_in_the_readers_language() {
    use prost::Message as _;
    use proto::wire::directive::{Directive, Pack};
    let (_folder, node) = node();
    let content = "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\n\
         en = \"Flood\"\nfirst = \"2025-10-17\"\nlast = \"2025-10-31\"\ncadence = \"day\"\n\
         [[count]]\nid = \"sp.x\"\nzh = \"数\"\nen = \"Count\"\nchannel = \"clear\"\n\
         ledger = \"lesson\"\nunit = \"lesson\"\n\
         define = { source = \"lesson\", count = \"records\", at = \"in_period\" }\n\
         [[school]]\nid = \"S1\"\n[[school]]\nid = \"S2\"\n";
    let pack = Pack {
        kind: "special".to_owned(),
        name: "flood".to_owned(),
        version: "1".to_owned(),
        serial: 1,
        effective_from: "2025-10-01".to_owned(),
        content: content.into(),
    };
    let signatures = Vec::new();
    let bytes = Directive { pack: pack.encode_to_vec(), signatures }.encode_to_vec();
    let open = directive::open(&bytes).expect("a directive");
    let read = proto::pack::read(PackKind::Special, "flood", content.as_bytes());
    let Ok(proto::pack::Pack::Special(special)) = read else { panic!("a special period") };
    let verdict = Verdict::refused(&may_run(&special).expect_err("two schools"));
    let kept =
        node.transfer().write("store", move |tx| directive::store(tx, &open, &bytes, &verdict, 0));
    assert!(kept.expect("kept"));
    let mut it = browser(&node, "it", Role::Operator).await;
    let zh = it.get(&format!("{NOTICES_HREF}?lang=zh")).await.expect("page");
    assert!(zh.text.contains("范围内只有 2 所学校"), "{}", zh.text);
    assert!(!zh.text.contains("the area has") && zh.flaws().is_empty(), "{}", zh.text);
    let en = it.get(&format!("{NOTICES_HREF}?lang=en")).await.expect("page");
    assert!(en.text.contains("the area has 2 schools"), "{}", en.text);
}

/// Settings are for who answers for the machine; notices and status name nobody and are for all.
#[tokio::test]
async fn settings_are_for_who_answers_for_them() {
    let (_folder, node) = node();
    let mut mentor = browser(&node, "mentor", Role::Mentor).await;
    let seen = mentor.get(SETTINGS_HREF).await.expect("page");
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    for path in [NOTICES_HREF, STATUS_HREF] {
        assert_eq!(mentor.get(path).await.expect("page").status, StatusCode::OK, "{path}");
    }
}

/// Every link of the menu that a role is shown leads to a page that the role may see.
#[tokio::test]
async fn the_menu_shows_what_opens() {
    let (_folder, node) = node();
    for role in [Role::Operator, Role::Counsellor, Role::MoralHead] {
        let login = role.as_str();
        let mut browser = browser(&node, login, role).await;
        let home = browser.get("/").await.expect("page");
        let menu = home.text.split("<nav class=\"nav\"").nth(1).expect("menu");
        let menu = menu.split("</nav>").next().expect("menu");
        let links: Vec<String> = menu
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect();
        assert!(links.len() >= 4, "{login}: {links:?}");
        for link in links {
            let seen = browser.get(&link).await.expect("page");
            assert_eq!(seen.status, StatusCode::OK, "{login} {link}");
            // Before joining there are no figures, and the page says why.
            assert!(link != "/counts" || seen.text.contains("还没有加入上级枢纽"), "{}", seen.text);
        }
    }
}
