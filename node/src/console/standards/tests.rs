//! The pages of rules, training and undertakings, seen by who may.

use axum::http::StatusCode;
use runtime::web::Role;

use super::super::trial::{Person, browser};
use crate::ledger::governance::{Budget, SchoolYear};
use crate::ledger::guard_tests::{counsellor, run};
use crate::ledger::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil};
use crate::ledger::write;

fn school() -> School {
    let school = School::new();
    school.roster(&(0..12).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

/// The head sees every rule, both languages, and nobody's name; the class teacher sees classes and
/// nothing of posts, money or training.
#[tokio::test]
async fn rules_are_shown_to_who_works_by_them() {
    let school = school();
    let head = Person { login: "de", role: Role::MoralHead, staff: "T002" };
    let mut head = browser(&school, head, NOW_MS).await;
    for (path, words) in [
        ("/standards?lang=zh", ["各班心理课与班团队会", "心理教师配备", "本学年演练"]),
        ("/standards?lang=en", ["Lessons and meetings by class", "Counsellors:", "Drills of"]),
        ("/training?lang=zh", ["各岗位培训覆盖", "本学年还没有培训记录", "保密承诺"]),
        ("/training?lang=en", ["Coverage by role", "Staff without a training", "not signed"]),
        ("/training/pledge?lang=zh", ["保密承诺书", "承诺人", "文本版次"]),
        ("/training/pledge?lang=en", ["Undertaking of secrecy", "Signed", "Edition"]),
    ] {
        let page = head.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        for word in words {
            assert!(page.text.contains(word), "{path}: {word}");
        }
        assert!(!page.text.contains("张某某"), "{path} names a student");
        page.keep(&format!("{}.html", path.replace(['/', '?', '='], "_"))).expect("keep");
    }
    let page = head.get("/standards?lang=zh").await.expect("page");
    assert!(
        page.text.contains("本学年的年度核查还没有填写") && page.text.contains("属于小规模学校")
    );
    run(&school, |tx| {
        let check =
            SchoolYear { from: TODAY, school_year: 2025, is_small: false, equal_treatment: true };
        write::add(tx, &counsellor(), &check)
    })
    .expect("check");
    let page = head.get("/standards?lang=zh").await.expect("page");
    assert!(page.text.contains("1 个班，应配 1 名") && page.text.contains("与年度核查不一致"));
    // Complaints about conduct are for the heads alone, even as a number.
    assert!(page.text.contains("师德投诉"), "{}", page.text);
    let li = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    let mut li = browser(&school, li, NOW_MS).await;
    let page = li.get("/standards?lang=zh").await.expect("page");
    assert!(page.text.contains("本学年演练") && !page.text.contains("师德投诉"), "{}", page.text);
    for path in ["/ledgers/conduct_complaint", "/ledgers/conduct_complaint/new"] {
        assert_eq!(li.get(path).await.expect("page").status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(head.get(path).await.expect("page").status, StatusCode::OK, "{path}");
    }
    let teacher = Person { login: "ban", role: Role::ClassTeacher, staff: "T004" };
    let mut teacher = browser(&school, teacher, NOW_MS).await;
    let page = teacher.get("/standards?lang=zh").await.expect("page");
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("各班心理课与班团队会"));
    assert!(!page.text.contains("心理教师配备（") && !page.text.contains("本学年演练"));
    let refused = teacher.get("/training").await.expect("page");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let it = Person { login: "it", role: Role::Operator, staff: "" };
    let mut it = browser(&school, it, NOW_MS).await;
    assert_eq!(it.get("/standards").await.expect("page").status, StatusCode::FORBIDDEN);
    assert_eq!(school.rows("access_log"), 0, "nobody was named, nobody was read");
}

/// What no entry stands behind is not called kept, and a school that has not joined is told to.
#[tokio::test]
async fn what_has_no_entry_is_not_called_kept() {
    let de = Person { login: "de", role: Role::MoralHead, staff: "T002" };
    let school = school();
    let mut head = browser(&school, de, NOW_MS).await;
    let page = head.get("/standards?lang=zh").await.expect("page");
    let (_, line) = page.text.split_once("物防技防隐患三十天内整改").expect("the line");
    let line = line.split("</tr>").next().unwrap_or_default();
    assert!(line.contains("还没有登记过") && !line.contains("已达标"), "{line}");
    assert!(!page.text.contains("加入枢纽"));
    // Of a ledger that was never used no figure is shown, a nought no more than another one.
    for figure in ["0 个班已开", "：0 次", "专职 0 名", "预算 0", "0 种", "收到 0 件"]
    {
        assert!(!page.text.contains(figure), "{figure}: {}", page.text);
    }
    for told in ["经费：还没有登记过", "师德投诉：还没有登记过", "还没有登记过心理教师资质"]
    {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    let budget = Budget {
        day: TODAY,
        school_year: 2025,
        planned_yuan: 0,
        spent_yuan: 0,
        what: "沙盘".to_owned(),
    };
    run(&school, move |tx| write::add(tx, &counsellor(), &budget)).expect("budget");
    let told = head.get("/standards?lang=zh").await.expect("page");
    assert!(told.text.contains("预算 0，支出 0"), "{}", told.text);
    assert!(told.flaws().is_empty() && !told.text.contains("经费：还没有登记过"));
    let ledger = crate::ledger::Ledger::in_memory().expect("ledger");
    let alone = School { ledger, ..School::new() };
    alone.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let mut head = browser(&alone, de, NOW_MS).await;
    for (lang, said) in [("zh", "本校还没有加入枢纽"), ("en", "has not joined a hub")] {
        let page = head.get(&format!("/standards?lang={lang}")).await.expect("page");
        assert!(page.text.contains(said), "{}", page.text);
        page.keep(&format!("standards-alone-{lang}.html")).expect("keep");
    }
}
