//! The pulse screen of a special period, as the form of runs opens it.

use domain::special::SpecialPeriod;
use jiff::civil::Date;
use runtime::clock::instant_ms;

use super::*;
use crate::packs::Known;
use crate::screening::pulse;

/// A special period with a pulse screen until a day.
fn flood(last: &str) -> Known<SpecialPeriod> {
    let text = format!(
        "schema = \"special/1\"\nid = \"flood\"\nrevision = 1\nzh = \"汛期\"\nen = \"Flood\"\n\
         first = \"2025-11-17\"\nlast = \"{last}\"\ncadence = \"day\"\n\
         [pulse]\nscale = \"phq-4\"\ngrades = [\"g7\"]\n[[school]]\nid = \"S1\"\n"
    );
    let special = proto::pack::special::read("flood", text.as_bytes()).expect("special");
    Known { digest: certs::digest::sha256(text.as_bytes()), pack: Arc::new(special) }
}

/// A school that follows it.
fn pulse_until(last: &str) -> Fair {
    let mut fair = fair(&[TestPupil::new(0)]);
    let followed = flood(last);
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

/// The form as it is filled in for the pulse screen, until a day.
fn plan_until<'a>(csrf: &'a str, last: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("csrf", csrf),
        ("special", "flood"),
        ("name", "汛期"),
        ("contact", "辅导室"),
        ("first", "2025-11-20"),
        ("last", last),
        ("from", "07:30"),
        ("to", "18:00"),
        ("classes_per_day", "0"),
        ("per_day", "6"),
        ("unasked", "wait"),
        ("use", "phq-4:g7"),
    ]
}

/// Ends runs as the packs have it on the tests' day; how many changed, and the last instant of each
/// run's windows.
fn end_by(fair: &Fair, packs: Packs) -> (usize, Vec<i64>) {
    let done: Result<_, LedgerRefusal> = fair.school.ledger.write("test", move |tx| {
        let ended = pulse::end_with_specials(tx, &packs, TODAY)?;
        let runs = run::list(tx)?;
        let mut last = Vec::new();
        for open in runs {
            let classes = run::classes(tx, open.id)?;
            last.push(classes.iter().map(|class| class.closes_at_ms).max().unwrap_or(0));
        }
        Ok((ended, last))
    });
    done.unwrap_or_else(|error| panic!("{error}"))
}

fn at(day: Date, hour: i8) -> i64 {
    instant_ms(day.at(hour, 0, 0, 0))
}

/// A run that was opened for a special period is no longer than it, and ends with it where that is
/// ended early from above or asks this school no more; a run of the school's own goes on.
#[tokio::test]
async fn a_run_ends_with_its_special_period() {
    let fair = pulse_until("2025-12-05");
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let form = li.get("/screening/new?special=flood&lang=zh").await.expect("form");
    assert!(form.text.contains("name=\"special\" value=\"flood\""), "{}", form.text);
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let long = li.post("/screening/new", &plan_until(&csrf, "2025-12-06")).await.expect("reply");
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", long.text);
    assert!(long.text.contains("2025-12-05"), "{}", long.text);
    let done = li.post("/screening/new", &plan_until(&csrf, "2025-12-05")).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let own = at(date(2025, 11, 28), 23);
    let known = || Packs::embedded().expect("packs").following(flood("2025-12-05"));
    assert_eq!(end_by(&fair, known()), (0, vec![at(date(2025, 12, 5), 18), own]));
    let ended = |day: Date| instant_ms(day.at(23, 59, 59, 0));
    let early = known().following(flood("2025-11-25"));
    let short = vec![ended(date(2025, 11, 25)), own];
    assert_eq!(end_by(&fair, early.clone()), (1, short.clone()));
    assert_eq!(end_by(&fair, early), (0, short), "once");
    // The next version does not name this school, from the tests' day on.
    let dropped = known().dated(TODAY, "flood", None);
    let yesterday = ended(TODAY.yesterday().expect("day"));
    assert_eq!(end_by(&fair, dropped), (1, vec![yesterday, own]));
}
