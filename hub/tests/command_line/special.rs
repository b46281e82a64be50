//! Special periods at the terminal of a city: made, checked, signed, published, shown, ended.

use crate::packs::city;
use crate::support::{Ran, ca, hub, text};

/// A list of schools of two streets.
fn schools(number: usize) -> String {
    let line = |n: usize| format!("F37020200400{n},370202 370202004\n");
    format!("unit,above\n{}", (1..=number).map(line).collect::<String>())
}

/// A city makes a special period from counts that it knows, signs and publishes it, and ends it
/// earlier; what nodes would refuse is refused before it is signed, with the reason.
#[test]
fn a_special_period_is_made_published_and_ended() {
    let folder = tempfile::tempdir().expect("folder");
    city(folder.path());
    let at = |name: &str| folder.path().join(name);
    let data = at("city");
    let (six, four) = (at("six.csv"), at("four.csv"));
    std::fs::write(&six, schools(6)).expect("file");
    std::fs::write(&four, schools(4)).expect("file");
    // As the program counts days, whatever the zone of the machine.
    let today = runtime::clock::Clock::system().today();
    let day = |n: i64| today.saturating_add(jiff::ToSpan::days(n)).to_string();
    let (first, last, earlier) = (day(-1), day(20), day(5));
    let make = |file: &str, counts: &str, list: &std::path::Path| {
        let days = ["--first", first.as_str(), "--last", last.as_str()];
        let args = ["special", "make", "--data", text(&data), "--id", "flood", "--zh", "汛期"];
        let more = ["--en", "Flood", "--counts", counts, "--schools", text(list), "--out", file];
        hub(&[args.as_slice(), &days, &more].concat())
    };
    let made = at("flood.toml");
    let refused = |ran: Ran, words: &str| {
        assert_eq!(ran.failed(), (4, "UNPROTECTED".to_owned()), "{}", ran.err);
        assert!(ran.err.contains(words) || ran.out.contains(words), "{} {}", ran.err, ran.out);
        assert!(!made.exists());
    };
    refused(make(text(&made), "evt.drills", &four), "4 schools");
    refused(make(text(&made), "cns.individual", &six), "about persons");
    refused(make(text(&made), "base.students", &six), "base.students");
    assert_eq!(make(text(&made), "no.such", &six).failed(), (3, "COUNT".to_owned()));
    let ran = make(text(&made), "evt.drills,cns.group,edu.hours", &six);
    assert_eq!((ran.code, &ran.json()["schools"]), (0, &6.into()), "{}", ran.err);
    let ran = hub(&["special", "check", "--data", text(&data), text(&made)]);
    assert_eq!((ran.code, &ran.json()["counts"]), (0, &3.into()), "{}", ran.err);

    let (key, signed) = (at("packs.key"), at("flood.pack"));
    let sign = |source: &std::path::Path, serial: &str, out: &std::path::Path| {
        let args = ["sign-pack", "--key", text(&key), "--kind", "special", "--name", "flood"];
        let version = ["--serial", serial, "--version-name", serial, "--effective-from", &first];
        let ran = ca(&[args.as_slice(), &version, &[text(source), "--out", text(out)]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let ran = hub(&["directive", "publish", "--data", text(&data), text(out)]);
        assert_eq!((ran.code, &ran.json()[0]["new"]), (0, &true.into()), "{}", ran.err);
    };
    sign(&made, "1", &signed);
    let list = hub(&["special", "list", "--data", text(&data)]).json();
    assert_eq!((&list[0]["id"], &list[0]["state"]), (&"flood".into(), &"running".into()));
    let shown = hub(&["special", "show", "--data", text(&data), "flood"]).json();
    assert_eq!(shown["followers"]["silent"], 6, "{shown}");
    assert_eq!(shown["periods"].as_array().map(Vec::len), Some(2), "yesterday and today");
    assert_eq!(shown["periods"][0]["figures"][0]["status"], "not_reported", "{shown}");
    let none = hub(&["special", "show", "--data", text(&data), "other"]);
    assert_eq!(none.failed(), (3, "SPECIAL_UNKNOWN".to_owned()));

    let (end, ended) = (at("end.toml"), at("end.pack"));
    let args = ["special", "end", "--data", text(&data), "flood", "--on"];
    let late = hub(&[args.as_slice(), &[last.as_str(), "--out", text(&end)]].concat());
    assert_eq!(late.failed(), (2, "DAY".to_owned()));
    let ran = hub(&[args.as_slice(), &[earlier.as_str(), "--out", text(&end)]].concat());
    assert_eq!((ran.code, &ran.json()["serial"]), (0, &2.into()), "{}", ran.err);
    sign(&end, "2", &ended);
    let list = hub(&["special", "list", "--data", text(&data)]).json();
    assert_eq!(list[0]["last"], earlier);
}

/// Ids that this hub registered for no school are named before anybody signs: those that were made
/// up count as schools and hide nobody.
#[test]
fn ids_of_no_known_school_are_named() {
    let folder = tempfile::tempdir().expect("folder");
    city(folder.path());
    let at = |name: &str| folder.path().join(name);
    let (data, list, made) = (at("city"), at("six.csv"), at("flood.toml"));
    std::fs::write(&list, schools(6)).expect("file");
    let add = ["unit", "add", "--data", text(&data), "--id", "F370202004001", "--kind", "school"];
    let ran = hub(&[add.as_slice(), &["--name", "校"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let today = runtime::clock::Clock::system().today();
    let last = today.saturating_add(jiff::ToSpan::days(5)).to_string();
    let first = today.to_string();
    let args = ["special", "make", "--data", text(&data), "--id", "flood", "--zh", "汛期"];
    let days = ["--en", "Flood", "--first", &first, "--last", &last, "--counts", "evt.drills"];
    let files = ["--schools", text(&list), "--out", text(&made)];
    let ran = hub(&[args.as_slice(), &days, &files].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("5 ids of the list"), "{}", ran.err);
    assert!(ran.err.contains("F370202004006"), "{}", ran.err);
    assert!(!ran.err.contains("F370202004001"), "it is registered: {}", ran.err);
}
