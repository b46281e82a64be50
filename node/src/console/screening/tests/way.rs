//! The way of one student from a void sheet to the return visit, in the numbers of the run.

use domain::ledger::terms::FollowupKind;

use super::*;
use crate::ledger::followup::Followup;

/// The steps of the funnel: reached, positive, due, interviewed, tiered, followed, returned.
fn steps(fair: &Fair) -> [u64; 7] {
    let (seen, _) = fair.funnel();
    assert_eq!(seen.roll, 1);
    let Funnel { reached, positive, due, interviewed, tiered, followed, returned, .. } = seen;
    [reached, positive, due, interviewed, tiered, followed, returned]
}

async fn answer(desk: &mut Browser, value: impl Fn(usize) -> u8) {
    for place in 1..=26 {
        press(desk, place, &value(place).to_string()).await;
    }
    submit(desk).await;
}

/// Each step counts once it has happened and not before; a void sheet is no step, the retest that
/// takes its place is one, and the last is the return visit that was made.
#[tokio::test]
async fn the_way_leads_by_a_retest_to_the_return_visit() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    press(&mut desk, 1, "3").await;
    submit(&mut desk).await;
    assert_eq!((fair.state(0), steps(&fair)), (State::Void, [0; 7]));
    let page = li.get(&class_path(&fair)).await.expect("class");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("what", "retest"), ("back", "1")];
    li.post(&format!("/screening/{}/people/1", fair.run.0), &fields).await.expect("retest");
    assert_eq!((fair.state(0), steps(&fair)), (State::Retest, [0; 7]));
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    answer(&mut desk, |place| if place == 9 || place > 16 { 0 } else { 3 }).await;
    assert_eq!((fair.state(0), steps(&fair)), (State::Submitted, [1, 1, 1, 0, 0, 0, 0]));
    let held = [
        ("csrf", csrf.as_str()),
        ("day", "2025-11-20"),
        ("result", "t2"),
        ("reason", "近两周情绪低落"),
        ("return_visit", "2025-12-04"),
        ("note", ""),
    ];
    let held = li.post(&format!("/screening/{}/queue/1", fair.run.0), &held).await.expect("held");
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    assert_eq!(steps(&fair), [1, 1, 1, 1, 1, 1, 0]);
    let visits = fair.school.ledger.read(read::waiting::<Followup>).expect("visits");
    let visit = visits.iter().find(|kept| kept.entry.why == FollowupKind::Screening);
    let visit = visit.expect("a return visit").record.0;
    // A fortnight later, on the page on which follow-ups are noted.
    let later = NOW_MS + 15 * 86_400_000;
    let mut then = trial::signed_in(&fair.school, "li", PASSWORD, later).await;
    let path = format!("/acts/followup/{visit}");
    let form = then.get(&path).await.expect("form");
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let made = [
        ("csrf", csrf.as_str()),
        ("done", "2025-12-04"),
        ("way", "in_person"),
        ("reason", "已回访"),
    ];
    let made = then.post(&path, &made).await.expect("made");
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    assert_eq!(steps(&fair), [1; 7]);
}
