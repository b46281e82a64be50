//! The pulse screen of a special period, as the form of runs opens it.

use super::*;

/// A school that follows a special period with a pulse screen until a day.
fn pulse_until(last: &str) -> Fair {
    let mut fair = fair(&[TestPupil::new(0)]);
    let text = format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"2025-11-17\"\nlast = \"{last}\"\ncadence = \"day\"\n\
         [pulse]\nscale = \"phq-4\"\ngrades = [\"g7\"]\n[[school]]\nid = \"S1\"\n"
    );
    let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
    let followed = crate::packs::Known {
        digest: certs::digest::sha256(text.as_bytes()),
        pack: Arc::new(special),
    };
    let packs = move || Ok(Packs::embedded()?.following(followed.clone()));
    fair.shelf = Arc::new(Shelf::new(Setting::Service, packs));
    fair
}

/// The pulse screen of a special period that goes on through the holidays ends with the term: a
/// run lies within one, and the form as it is filled in can be sent.
#[tokio::test]
async fn a_pulse_screen_ends_with_the_term() {
    let fair = pulse_until("2026-02-10");
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let form = li.get("/screening/new?special=flood&lang=zh").await.expect("form");
    assert!(form.text.contains("2026-01-30"), "{}", form.text);
    assert!(!form.text.contains("2026-02-10"), "{}", form.text);
}

/// The form for the pulse screen of a special period has its name, days, scale and grades filled
/// in; what there is none of leads nowhere.
#[tokio::test]
async fn a_pulse_screen_is_opened_from_its_special_period() {
    let fair = pulse_until("2025-12-05");
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let form = li.get("/screening/new?special=flood&lang=zh").await.expect("form");
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    assert!(form.text.contains("汛期") && form.text.contains("2025-12-05"), "{}", form.text);
    let chosen =
        form.text.split("value=\"phq-4:g7\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(chosen.is_some_and(|tag| tag.contains("checked")), "{}", form.text);
    let none = li.get("/screening/new?special=other").await.expect("reply");
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
