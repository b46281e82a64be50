//! The register of units, and what only a city may do.

use crate::support::{district, hub, text};

/// An id says what its unit is: a street under a school's code, and a school under a division
/// code, are refused; a unit that is on no list is named by its hub.
#[test]
fn an_id_fits_its_kind() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let add = |id: &str, kind: &str, more: &[&str]| {
        let args = ["unit", "add", "--data", text(&data), "--id", id, "--kind", kind];
        hub(&[args.as_slice(), &["--name", "单位"], more].concat())
    };
    for (id, kind) in [("s01", "street"), ("370202004", "school"), ("370202", "clinic")] {
        let ran = add(id, kind, &[]);
        assert_eq!(ran.failed(), (4, "ID_FORM".to_owned()), "{id} {kind}");
        assert!(ran.err.contains("nothing was registered"), "{}", ran.err);
        assert!(ran.err.contains("--uncoded"), "{}", ran.err);
    }
    assert_eq!(hub(&["unit", "list", "--data", text(&data)]).json(), serde_json::json!([]));
    for (id, kind, more) in [
        ("370202004", "street", [].as_slice()),
        ("F370202004J01", "school", &[]),
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
