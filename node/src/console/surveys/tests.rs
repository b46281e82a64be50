//! Anonymous surveys as a counsellor and students without scripts meet them.

use std::sync::Arc;

use axum::http::StatusCode;
use runtime::clock::Clock;
use runtime::web::trial::{Browser, Seen};
use runtime::web::{Label, Role, Transport};

use super::super::answer;
use super::super::trial::{Person, browser, shell};
use crate::ledger::survey_tests::school;
use crate::ledger::testing::{NOW_MS, School};
use crate::screening::shelf::Shelf;

const LI: Person = Person { login: "li", role: Role::Counsellor, staff: "T001" };
const QUESTIONS: &str = "你喜欢上学吗？\n- 喜欢\n- 不喜欢\n睡得好吗？\n- 好\n- 不好\n";

fn clean(page: &Seen, name: &str) {
    assert_eq!(page.flaws(), Vec::<String>::new(), "{name}");
    page.keep(&format!("{name}.html")).expect("keep");
}

fn students(school: &School) -> Browser {
    let start = jiff::Timestamp::from_millisecond(NOW_MS).expect("instant");
    let (clock, _) = Clock::simulated(start);
    let name = Label::new("示例初级中学", "Example Junior Middle School");
    let site = answer::site(name, "F1".to_owned(), Transport::Loopback);
    let shelf = Shelf::new(domain::scale::Setting::Service, crate::packs::Packs::embedded);
    let shell = shell(school, site, clock);
    Browser::new(answer::alone(shell, school.ledger.clone(), Arc::new(shelf)))
}

/// Makes a survey and returns its page and slips.
async fn made(li: &mut Browser, count: usize) -> (String, Vec<String>) {
    let page = li.get("/surveys?lang=zh").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [
        ("csrf", &*csrf),
        ("title", "上学情况"),
        ("questions", QUESTIONS),
        ("least", "10"),
        ("until", "2099-01-01"),
    ];
    let reply = li.post("/surveys", &fields).await.expect("made");
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    let href = reply.header("location").to_owned();
    let count = count.to_string();
    let fields = [("csrf", &*csrf), ("grade", "g7"), ("count", &*count)];
    let slips = li.post(&format!("{href}/slips"), &fields).await.expect("slips");
    assert_eq!(slips.status, StatusCode::OK, "{}", slips.text);
    clean(&slips, "survey-slips");
    assert!(slips.text.contains("http://192.168.1.20:8080"));
    let codes = slips.text.split("<b>").skip(1).filter_map(|rest| rest.split("</b>").next());
    (href, codes.filter(|code| code.len() == 11).map(str::to_owned).collect())
}

async fn hand_in(student: &mut Browser, code: &str, choices: [&str; 2]) -> Seen {
    let door = student.get("/answer").await.expect("door");
    let csrf = door.field("csrf").expect("csrf").to_owned();
    let form = student.post("/answer", &[("csrf", &csrf), ("code", code)]).await.expect("form");
    if form.status != StatusCode::OK {
        return form;
    }
    clean(&form, "answer-survey");
    let (csrf, code) = (form.field("csrf").expect("csrf"), form.field("code").expect("code"));
    let mut fields = vec![("csrf", csrf), ("code", code)];
    let named = ["q0", "q1"].into_iter().zip(choices);
    fields.extend(named.filter(|(_, choice)| !choice.is_empty()));
    student.post("/answer/survey", &fields).await.expect("handed in")
}

/// Twelve students answer without names; nobody sees a result before the survey is closed, and
/// afterwards the page has the counts.
#[tokio::test]
async fn a_survey_from_slips_to_results() {
    let school = school();
    let mut li = browser(&school, LI, NOW_MS).await;
    let (href, codes) = made(&mut li, 13).await;
    assert_eq!(codes.len(), 13);
    let mut student = students(&school);
    for code in codes.iter().take(8) {
        let done = hand_in(&mut student, code, ["0", "1"]).await;
        assert!(done.status == StatusCode::OK && done.text.contains("已经收到"), "{}", done.text);
    }
    for code in &codes[8..12] {
        assert_eq!(hand_in(&mut student, code, ["1", ""]).await.status, StatusCode::OK);
    }
    let again = hand_in(&mut student, &codes[0], ["1", "1"]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("这张纸条已经用过了"));
    clean(&again, "answer-survey-used");
    let page = li.get(&href).await.expect("page");
    assert!(page.text.contains("<td>12</td>") && !page.text.contains('%'), "{}", page.text);
    clean(&page, "survey-open");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let closed = li.post(&format!("{href}/close"), &[("csrf", &csrf)]).await.expect("closed");
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    for lang in ["zh", "en"] {
        let page = li.get(&format!("{href}?lang={lang}")).await.expect("page");
        for share in ["<td>8</td><td>66.7%</td>", "<td>4</td><td>33.3%</td>"] {
            assert!(page.text.contains(share), "{}", page.text);
        }
        clean(&page, &format!("survey-closed-{lang}"));
        clean(&li.get(&format!("/surveys?lang={lang}")).await.expect("list"), "surveys");
    }
    let late = hand_in(&mut student, &codes[12], ["0", "0"]).await;
    assert!(late.text.contains("这次调研已经结束"), "{}", late.text);
}

/// What cannot be used is said with its line, and what was typed is still there.
#[tokio::test]
async fn a_refused_draft_comes_back_filled() {
    let school = school();
    let mut li = browser(&school, LI, NOW_MS).await;
    let page = li.get("/surveys?lang=zh").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let questions = "第一题\n- 是\n- 否\n第二题\n- 只有一个\n";
    let fields = [
        ("csrf", &*csrf),
        ("title", "饮食 <script>"),
        ("questions", questions),
        ("least", "10"),
        ("until", "2099-01-01"),
    ];
    let reply = li.post("/surveys", &fields).await.expect("reply");
    assert_eq!(reply.status, StatusCode::CONFLICT);
    assert!(reply.text.contains("第 2 题的选项不是 2 至 9 个"), "{}", reply.text);
    assert!(reply.text.contains("只有一个") && !reply.text.contains("<script>"));
    clean(&reply, "survey-refused");
}

/// Mentors and school IT see neither the page nor a link to it; a guessed slip opens nothing.
#[tokio::test]
async fn others_are_not_let_in() {
    let school = school();
    for (login, role, staff) in [("dao", Role::Mentor, "T003"), ("it", Role::Operator, "T004")] {
        let who = Person { login, role, staff };
        let mut other = browser(&school, who, NOW_MS).await;
        let page = other.get("/surveys").await.expect("page");
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{login}");
        let home = other.get("/approvals").await.expect("page");
        assert!(!home.text.contains("/surveys"), "{login}");
    }
    let mut student = students(&school);
    let guess = domain::screening::Code::from_random([3; 16]).to_string();
    let reply = hand_in(&mut student, &guess, ["0", "0"]).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
