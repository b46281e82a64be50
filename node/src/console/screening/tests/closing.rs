//! The closing report of a run: what it says once the run is over, and to whom.

use super::*;

/// Answers every question as nothing, but for the critical one.
async fn answer(fair: &Fair, code: &str, critical: &str) {
    let mut desk = fair.desk();
    enter(&mut desk, code).await;
    for place in 1..=26 {
        press(&mut desk, place, if place == 9 { critical } else { "0" }).await;
    }
    submit(&mut desk).await;
}

/// The counsellor speaks with the student whose answer was critical, finds a tier and sets the
/// return visit.
async fn interview(fair: &Fair, li: &mut Browser) {
    let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
    let csrf = queue.field("csrf").expect("csrf").to_owned();
    let seen = queue.field("seen_ms").expect("seen").to_owned();
    let path = format!("/screening/{}/queue/1", fair.run.0);
    let spoken = [("csrf", csrf.as_str()), ("seen_ms", seen.as_str())];
    li.post(&format!("{path}/spoken"), &spoken).await.expect("spoken");
    let found = [
        ("csrf", csrf.as_str()),
        ("day", "2025-11-20"),
        ("result", "t2"),
        ("reason", "近两周情绪低落"),
        ("return_visit", "2025-12-04"),
        ("note", ""),
    ];
    let held = li.post(&path, &found).await.expect("held");
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
}

/// A row of the report with its number.
fn row(what: &str, number: u64) -> String {
    format!("{what}</th><td class=\"num\">{number}</td>")
}

/// Three were asked and two were reached; one answer was critical and led to an interview, a tier
/// and a visit that is still to come. Closing the run leads to its report, which says that stage by
/// stage in both languages, with how the critical answer was met and by which instrument, and names
/// nobody: for the counsellor and the principal the same numbers. Nobody's record is read by it.
#[tokio::test]
async fn the_closing_report_tells_the_way_from_sheet_to_visit() {
    let pupils = [1, 2, 3].map(TestPupil::new);
    let fair = fair(&pupils);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    answer(&fair, &codes[0], "3").await;
    answer(&fair, &codes[1], "0").await;
    interview(&fair, &mut li).await;
    let page = li.get(&format!("/screening/{}", fair.run.0)).await.expect("run");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let sure = [("csrf", csrf.as_str()), ("sure", "yes"), ("reason", "停课")];
    let closed = li.post(&format!("/screening/{}/close", fair.run.0), &sure).await.expect("closed");
    let path = format!("/screening/{}/report", fair.run.0);
    assert_eq!((closed.status, closed.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
    let mut principal = fair.sign_in("zhao", Role::Principal, "").await;
    let before = fair.school.rows("access_log");
    for (lang, rows, said) in [
        ("zh", ZH, ["普测小结", "结束", "演示用 PHQ-9 与 GAD-7 合并问卷"]),
        ("en", EN, ["Report of the run", "closed", "From the first sheet to the return visit"]),
    ] {
        for reader in [&mut li, &mut principal] {
            let page = reader.get(&format!("{path}?lang={lang}")).await.expect("report");
            assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
            page.keep(&format!("screening-closing-{lang}.html")).expect("keep");
            let numbers = rows.iter().map(|(what, number)| row(what, *number));
            for told in numbers.chain(said.map(str::to_owned)).chain(["67 %".to_owned()]) {
                assert!(page.text.contains(&told), "{told}: {}", page.text);
            }
            for pupil in &pupils {
                assert!(!page.text.contains(&pupil.number()), "{}", page.text);
            }
            assert!(!page.text.contains("张某某") && !page.text.contains("近两周"));
        }
    }
    assert_eq!(fair.school.rows("access_log"), before);
}

const ZH: [(&str, u64); 13] = [
    ("应测学生", 3),
    ("已测（含低年级观察）", 2),
    ("有提示（量表、危险条目或观察）", 1),
    ("应访谈", 1),
    ("已访谈", 1),
    ("访谈后列入预警台账", 1),
    ("已安排跟踪回访", 1),
    ("已回访", 0),
    ("60 分钟级", 1),
    ("24 小时级", 0),
    ("按时谈话", 1),
    ("超时谈话", 0),
    ("尚未谈话", 0),
];

const EN: [(&str, u64); 13] = [
    ("Asked or observed", 3),
    ("Reached", 2),
    ("Anything suggested", 1),
    ("Interview due", 1),
    ("Interviewed", 1),
    ("Into the early-warning ledger", 1),
    ("Follow-up set", 1),
    ("Return visit made", 0),
    ("Within 60 minutes", 1),
    ("Within 24 hours", 0),
    ("Spoken with in time", 1),
    ("Spoken with late", 0),
    ("Not spoken with yet", 0),
];

/// A run that was voided has no report: what it asked another run may have taken over.
#[tokio::test]
async fn a_voided_run_has_no_report() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let path = format!("/screening/{}", fair.run.0);
    let page = li.get(&path).await.expect("run");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let why = [("csrf", csrf.as_str()), ("reason", "年级选错")];
    li.post(&format!("{path}/void"), &why).await.expect("voided");
    for (lang, said) in [("zh", "已作废，没有小结"), ("en", "voided; it has no report")] {
        let page = li.get(&format!("{path}/report?lang={lang}")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::CONFLICT, Vec::new()));
        assert!(page.text.contains(said), "{}", page.text);
    }
}
