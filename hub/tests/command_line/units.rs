//! The register of units, and what only a city may do.

use crate::support::{district, hub, said, text};

/// An id says what its unit is: a street under a school's code, and a school under a division
/// code or a word, are refused; a unit that is on no list is named by its hub.
#[test]
fn an_id_fits_its_kind() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let add = |id: &str, kind: &str, more: &[&str]| {
        let args = ["unit", "add", "--data", text(&data), "--id", id, "--kind", kind];
        hub(&[args.as_slice(), &["--name", "单位"], more].concat())
    };
    for (id, kind) in
        [("s01", "street"), ("370202004", "school"), ("abc", "school"), ("370202", "clinic")]
    {
        let ran = add(id, kind, &[]);
        assert_eq!(ran.failed(), (4, "ID_FORM".to_owned()), "{id} {kind}");
        assert!(ran.err.contains("nothing was registered"), "{}", ran.err);
        assert!(ran.err.contains("--uncoded"), "{}", ran.err);
    }
    assert_eq!(hub(&["unit", "list", "--data", text(&data)]).json(), serde_json::json!([]));
    for (id, kind, more) in [
        ("370202004", "street", [].as_slice()),
        ("F370202004J01", "school", &[]),
        ("3137012345", "school", &[]),
        ("abc", "school", &["--uncoded"]),
        ("GX-ZONE", "street", &["--uncoded"]),
    ] {
        let ran = add(id, kind, more);
        assert_eq!(ran.code, 0, "{id} {kind}: {}", ran.err);
    }
}

/// What is counted is the city's: a district publishes none of its packs, whoever signed them.
#[test]
fn a_district_publishes_no_packs_of_the_city() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let pack = folder.path().join("calendar.pack");
    std::fs::write(&pack, b"whatever").expect("file");
    let ran = hub(&["directive", "publish", "--data", text(&data), text(&pack)]);
    assert_eq!(ran.failed(), (4, "CITY_PUBLISHES".to_owned()), "{}", ran.err);
    assert!(ran.err.contains("none was published"), "{}", ran.err);
    assert_eq!(hub(&["directive", "list", "--data", text(&data)]).json(), serde_json::json!([]));
}

/// Who is registered says from when it is due, and is invited by nobody yet; a first day or a name
/// that was entered wrongly is corrected.
#[test]
fn a_first_day_is_told_and_corrected() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let data = text(&data);
    let school = "F370202004J01";
    let list = |lang: &str| said(lang, &["unit", "list", "--data", data]).out;
    let listed = || hub(&["unit", "list", "--data", data]).json()[0].clone();
    let args = ["unit", "add", "--data", data, "--id", school, "--kind", "school", "--name", "校"];
    let added = hub(&[args.as_slice(), &["--from", "2026-09-02"]].concat());
    assert_eq!((added.code, &added.json()["from"]), (0, &"2026-09-02".into()), "{}", added.err);
    assert_eq!((&listed()["status"], &listed()["invite_out"]), (&"invited".into(), &false.into()));
    assert!(list("zh").contains("未邀请"), "{}", list("zh"));
    let again = hub(&args);
    assert_eq!(again.failed(), (4, "UNIT_EXISTS".to_owned()));
    assert!(again.err.contains("unit edit"), "{}", again.err);
    let edit = ["unit", "edit", "--data", data, school];
    assert_eq!(hub(&edit).failed(), (2, "USAGE".to_owned()));
    let ran = hub(&[edit.as_slice(), &["--from", "2026-08-31", "--name", "实验学校"]].concat());
    assert_eq!((ran.code, &ran.json()["from"]), (0, &"2026-08-31".into()), "{}", ran.err);
    assert_eq!(listed()["name"], "实验学校");
    let invite = folder.path().join("invite.txt");
    let ran = hub(&["invite", "new", "--data", data, "--unit", school, "--out", text(&invite)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(listed()["invite_out"], true);
    assert!(!list("zh").contains("未邀请"), "{}", list("zh"));
    // Where it sat before is known: its stay there ends on the corrected day.
    let args = ["unit", "add", "--data", data, "--id", "F370202004J02", "--kind", "school"];
    let moved = ["--name", "乙", "--moved-from", "370203", "--from", "2026-03-01"];
    assert_eq!(hub(&[args.as_slice(), &moved].concat()).code, 0);
    let edit = ["unit", "edit", "--data", data, "F370202004J02", "--from", "2026-02-20"];
    assert_eq!(hub(&edit).code, 0);
    let withdraw = ["unit", "move", "--data", data, "F370202004J02", "--withdraw"];
    assert_eq!(hub(&withdraw).failed(), (3, "NO_MOVE".to_owned()), "it came here by no move");
}

/// A move goes to a hub that is known, or that somebody vouches for, comes after the move before
/// it, is listed, and can be taken back.
#[test]
fn a_move_is_checked_listed_and_taken_back() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let data = text(&data);
    let school = "F370202004J01";
    let args = ["unit", "add", "--data", data, "--id", school, "--kind", "school", "--name", "校"];
    assert_eq!(hub(&[args.as_slice(), &["--from", "2026-09-01"]].concat()).code, 0);
    let go = |to: &str, from: &str, more: &[&str]| {
        let args = ["unit", "move", "--data", data, school, "--under", to, "--from", from];
        hub(&[args.as_slice(), more].concat())
    };
    let refused = go("99999", "2099-12-05", &[]);
    assert_eq!(refused.failed(), (4, "HUB_UNKNOWN".to_owned()), "{}", refused.err);
    assert!(refused.err.contains("nothing was changed"), "{}", refused.err);
    assert_eq!(go(school, "2099-12-05", &[]).failed(), (4, "NOT_A_HUB".to_owned()));
    assert_eq!(go("370203", "2099-12-05", &["--yes"]).code, 0);
    let listed = || hub(&["unit", "list", "--data", data]).json()[0].clone();
    assert_eq!(listed()["moves"][0]["parent"], "370203");
    let back = go("370202", "2099-12-01", &[]);
    assert_eq!(back.failed(), (4, "MOVE_TOO_EARLY".to_owned()), "{}", back.err);
    assert!(back.err.contains("--withdraw"), "{}", back.err);
    let withdraw = ["unit", "move", "--data", data, school, "--withdraw"];
    let ran = hub(&withdraw);
    assert_eq!((ran.code, &ran.json()["parent"]), (0, &"370202".into()), "{}", ran.err);
    assert_eq!(listed()["moves"], serde_json::json!([]));
    assert_eq!(hub(&withdraw).failed(), (3, "NO_MOVE".to_owned()));
    assert_eq!(go("370202", "2099-12-01", &[]).failed(), (4, "MOVED_THERE".to_owned()));
}
