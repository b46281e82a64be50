//! A score suggests and calls; it never puts anybody into the early-warning ledger.

use domain::screening::order::Call;

use super::stale::{counsellor, form, third_grade};
use super::*;
use crate::screening::queue;

/// The first eight items of depression and all of anxiety at their most, no critical answer.
fn gravest(place: usize) -> u8 {
    if place == 9 || place > 16 { 0 } else { 3 }
}

/// A sheet that suggests a crisis opens no case and moves none: answered on a screen, typed from
/// paper, brought by a file, or an observation with concern; nor does the end of the run. All of
/// them wait for a person, who decides.
#[tokio::test]
async fn a_score_opens_no_case_however_it_came() {
    let pupils = [1, 2, 3, 4].map(TestPupil::new);
    let fair = fair(&pupils);
    let observed = third_grade(&fair);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    for place in 1..=26 {
        press(&mut desk, place, &gravest(place).to_string()).await;
    }
    submit(&mut desk).await;
    let here = format!("{}/paper/1", class_path(&fair));
    let page = li.get(&here).await.expect("page");
    let numbered = format!(">{} 张某某", TestPupil::new(3).number());
    assert!(page.text.contains(&numbered), "by the number that stands on the paper: {}", page.text);
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let line: String = (1..=26).map(|place| gravest(place).to_string()).collect();
    for pass in ["1", "2"] {
        let typed = [("csrf", csrf.as_str()), ("pass", pass), ("line.3", line.as_str())];
        li.post(&here, &typed).await.expect("typed");
    }
    let hand_in = [("csrf", csrf.as_str()), ("student", "3"), ("day", "2025-11-19")];
    let done = li.post(&format!("{here}/submit"), &hand_in).await.expect("handed in");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let cells: Vec<String> = (1..=26).map(|place| gravest(place).to_string()).collect();
    let [.., last] = pupils;
    let brought = [(last, "2025-11-19", format!("已测,{}", cells.join(",")))];
    fair.school.answers(&brought).expect("answers");
    let page = li.get(&observed).await.expect("page");
    let seen =
        form(&page, &[("observed", "2025-11-18"), ("heard", "2025-11-19"), ("concern", "yes")]);
    let path = format!("/screening/{}/people/1/observe", fair.run.0);
    let saved = li.post(&path, &seen).await.expect("observed");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let (run, shelf) = (fair.run, Arc::clone(&fair.shelf));
    let calls = fair.school.ledger.write("queue", move |tx| {
        let waiting = queue::queue(tx, &counsellor(), run)?;
        Ok::<_, LedgerRefusal>(waiting.iter().map(|one| (one.student.0, one.call)).collect())
    });
    let mut calls: Vec<(i64, Call)> = calls.expect("queue");
    calls.sort();
    assert_eq!(calls, [(1, Call::Review), (2, Call::T3), (3, Call::T3), (4, Call::T3)]);
    let closed = fair
        .school
        .ledger
        .write("close", move |tx| opening::close(tx, &counsellor().because("停课"), &shelf, run));
    closed.expect("closed");
    for table in ["alert_case", "alert_move", "interview"] {
        assert_eq!(fair.school.rows(table), 0, "{table}");
    }
}
