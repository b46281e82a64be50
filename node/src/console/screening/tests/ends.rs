//! Runs that should not be there: a second one beside the first, and one that was a mistake.

use super::*;

/// A second run over the same classes is refused by the name of the first; once that is voided with
/// a reason it may be opened, and the first stays in the list as voided.
#[tokio::test]
async fn a_run_that_was_a_mistake_is_voided_and_opened_anew() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let path = format!("/screening/{}", fair.run.0);
    let page = li.get(&path).await.expect("run");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let scale = format!("{SCALE}:g7");
    let fields = [
        ("csrf", csrf.as_str()),
        ("name", "再来一次"),
        ("contact", "204"),
        ("first", "2025-11-20"),
        ("last", "2025-11-28"),
        ("from", "07:30"),
        ("to", "18:00"),
        ("classes_per_day", "0"),
        ("per_day", "6"),
        ("unasked", "wait"),
        ("use", scale.as_str()),
    ];
    let refused = li.post("/screening/new", &fields).await.expect("reply");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = "本学期已有进行中的“秋季普测 &#60;b&#62;”（七年级）";
    assert!(refused.text.contains(told), "{}", refused.text);
    assert!(page.text.contains("作废这次普测"), "{}", page.text);
    let void = format!("{path}/void");
    let bare = li.post(&void, &[("csrf", csrf.as_str())]).await.expect("reply");
    assert_eq!(bare.status, StatusCode::CONFLICT);
    let why = [("csrf", csrf.as_str()), ("reason", "年级选错")];
    assert_eq!(li.post(&void, &why).await.expect("reply").status, StatusCode::SEE_OTHER);
    let page = li.get(&path).await.expect("run");
    assert!(page.text.contains("由 li 作废：年级选错"), "{}", page.text);
    assert!(li.get("/screening").await.expect("list").text.contains("已作废"));
    let opened = li.post("/screening/new", &fields).await.expect("reply");
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
}
