//! The page of directories as people of the school see it.

use std::sync::Arc;

use axum::http::StatusCode;
use runtime::web::Role;
use runtime::web::trial::PASSWORD;

use super::super::trial::{Listed, Person, account, signed_in, signed_in_under};
use super::DIRECTORY_HREF;
use crate::directory::Directories;
use crate::directory::tests::{at_night, gone, hospital, in_force, keep, keyed, with_room};
use crate::ledger::guard_tests::school;
use crate::ledger::testing::NOW_MS;
use crate::list::testing::City;
use crate::transfer::Transfer;

const LI: Person = Person { login: "li", role: Role::Counsellor, staff: "T001" };

fn directories() -> Arc<Directories> {
    let (transfer, city) = (Transfer::in_memory().expect("transfer"), City::both());
    let mut stale = hospital("D-STALE", "久未核实医院");
    stale.verified = jiff::civil::date(2025, 3, 1);
    let entries = vec![
        keyed(&city, with_room(hospital("A-FREE", "有名额医院"), 3)),
        at_night(hospital("B-NIGHT", "急诊<script>医院")),
        gone(hospital("C-GONE", "停用医院")),
        stale,
    ];
    keep(&transfer, (1, "2025-11-01"), entries);
    Arc::new(in_force(&transfer, &city))
}

/// The page says of everybody whether it may be chosen and why not, how old the word on places is
/// and whether one can send sealed, in both languages; whoever sees no students sees no page.
#[tokio::test]
async fn the_page_says_who_may_be_chosen() {
    let school = school();
    account(&school, LI, NOW_MS).await;
    let rules = Arc::new(Listed(directories()));
    let mut li = signed_in_under(&school, (LI.login, PASSWORD), NOW_MS, rules).await;
    let zh = li.get("/directory?lang=zh").await.expect("page");
    assert_eq!((zh.status, zh.flaws()), (StatusCode::OK, Vec::new()));
    zh.keep("directory_zh.html").expect("keep");
    let said = [
        "名额 3，3 天前填报",
        "可加密发送",
        "只能当面、电话或纸质交接",
        "不可选：已停用（搬迁）",
        "不可选：超过 180 天未核实",
        "急救 0532-1120",
        "急诊&#60;script&#62;医院",
        "两个部门都已签名",
    ];
    assert!(said.iter().all(|words| zh.text.contains(words)), "{}", zh.text);
    let en = li.get("/directory?lang=en").await.expect("page");
    assert_eq!((en.status, en.flaws()), (StatusCode::OK, Vec::new()));
    en.keep("directory_en.html").expect("keep");
    let said = ["3 free, told 3 days ago", "can be sent sealed", "not to be chosen: Withdrawn"];
    assert!(said.iter().all(|words| en.text.contains(words)), "{}", en.text);
    let it = Person { login: "it", role: Role::Operator, staff: "T004" };
    account(&school, it, NOW_MS).await;
    let mut it = signed_in(&school, it.login, PASSWORD, NOW_MS).await;
    assert_eq!(it.get(DIRECTORY_HREF).await.expect("page").status, StatusCode::FORBIDDEN);
}

/// Without a directory the page says what to do.
#[tokio::test]
async fn a_school_without_a_directory_is_told_whom_to_call() {
    let school = school();
    account(&school, LI, NOW_MS).await;
    let mut li = signed_in(&school, LI.login, PASSWORD, NOW_MS).await;
    let page = li.get("/directory?lang=zh").await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    assert!(page.text.contains("还没有收到名录") && page.text.contains("12356"));
}
