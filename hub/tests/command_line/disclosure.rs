//! The shipped attacker at the command line.

use std::path::{Path, PathBuf};

use crate::support::{district, hub, said, text};

/// A file without a table is judged neither way: it says so, with a code of its own.
#[test]
fn a_file_without_tables_is_not_called_safe() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("street.json");
    let none = r#"{"k": 5, "units": {}, "periods": [], "cumulative": true, "tables": []}"#;
    std::fs::write(&file, none).expect("file");
    let empty = hub(&["disclosure", "audit", text(&file)]);
    assert_eq!(empty.failed(), (3, "NOTHING_TO_JUDGE".to_owned()), "{}", empty.out);
    let table = r#"{"k": 5, "units": {"S1": {"level": "school"}}, "periods": ["2025S1"],
        "cumulative": true,
        "tables": [{"id": "a", "level": "school", "unit": "S1", "period": "2025S1",
        "measure": "m", "dims": ["tier"], "cells": [{"key": ["t1"], "value": 7,
        "status": "exact"}]}]}"#;
    std::fs::write(&file, table).expect("file");
    let judged = hub(&["disclosure", "audit", text(&file)]);
    assert_eq!(judged.code, 0, "{} {}", judged.out, judged.err);
}

/// A file of what one role has seen: the sum of five schools, and what single schools know.
fn seen(folder: &Path, name: &str, tables: &[(&str, &[&str], u64)]) -> PathBuf {
    let unit = |id: &str| format!(r#""{id}": {{"parent": "D", "level": "school"}}"#);
    let units: Vec<String> = ["S1", "S2", "S3", "S4", "S5"].map(unit).to_vec();
    let table = |(of, members, value): &(&str, &[&str], u64)| {
        let members = match members {
            [] => String::new(),
            all => format!(r#""members": ["{}"], "#, all.join("\", \"")),
        };
        format!(
            r#"{{"id": "{name}/{of}", "level": "school", "unit": "{of}", "period": "2025-W40",
            "measure": "alt.opened", "dims": ["tier"], {members}
            "cells": [{{"key": ["t1"], "value": {value}, "status": "exact"}}]}}"#
        )
    };
    let tables: Vec<String> = tables.iter().map(table).collect();
    let text = format!(
        r#"{{"k": 5, "units": {{"D": {{"level": "district"}}, {}}}, "periods": ["2025-W40"],
        "cumulative": "series", "tables": [{}]}}"#,
        units.join(", "),
        tables.join(", "),
    );
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, text).expect("file");
    path
}

/// Schools that put their own files beside a district's: with three of a group of five nothing
/// follows, with the fourth the fifth's small count does, by its name. A file that tells another
/// sum of the same schools fits nothing and is refused.
#[test]
fn files_of_colluding_schools_are_put_beside_it() {
    let folder = tempfile::tempdir().expect("folder");
    let at = folder.path();
    let all: &[&str] = &["S1", "S2", "S3", "S4", "S5"];
    let district = seen(at, "district", &[("D", all, 30)]);
    let own = [("S1", 9), ("S2", 0), ("S3", 12), ("S4", 6)];
    let own = own.map(|(school, count)| seen(at, school, &[(school, &[], count)]));
    let audit = |with: &[PathBuf]| {
        let with = with.iter().flat_map(|file| ["--with", text(file)]);
        let audit = ["disclosure", "audit", text(&district)].into_iter();
        hub(&audit.chain(with).collect::<Vec<&str>>())
    };
    let [first, second, third, fourth] = own;
    let three = [first, second, third];
    for with in [&[][..], &three] {
        let judged = audit(with);
        assert_eq!(judged.code, 0, "{}{}", judged.out, judged.err);
        assert_eq!(judged.json()["leaks"], serde_json::json!([]));
    }
    let four = [three.as_slice(), &[fourth]].concat();
    let found = audit(&four);
    assert_eq!(found.failed(), (9, "LEAKS".to_owned()), "{}{}", found.out, found.err);
    let leaks = found.json()["leaks"].clone();
    let leaks = leaks.as_array().expect("a list");
    assert!(!leaks.is_empty());
    for leak in leaks {
        assert_eq!((&leak["unit"], &leak["verdict"]), (&"S5".into(), &"exact".into()));
        assert_eq!((&leak["lo"], &leak["hi"]), (&3.into(), &3.into()));
    }
    let liar = seen(at, "liar", &[("D", all, 31)]);
    let refused = audit(&[liar]);
    assert_eq!(refused.failed(), (7, "FILE_INVALID".to_owned()), "{}", refused.out);
    let told = format!("{}{}", refused.out, refused.err);
    assert!(told.contains("alt.opened") && told.contains("2025-W40"), "{told}");
}

/// A hub has its own half of sealed sums and not the other one's: an empty file of that role would
/// look like one in which nothing was found.
#[test]
fn nobody_exports_what_the_other_half_has_seen() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, out) = (district(folder.path()), folder.path().join("seen.json"));
    let args = ["disclosure", "export", "--data", text(&data), "--role", "helper"];
    let refused = hub(&[args.as_slice(), &["--out", text(&out)]].concat());
    assert_eq!(refused.failed(), (2, "ROLE_UNKNOWN".to_owned()), "{}", refused.err);
    assert!(!out.exists());
}

/// Before the first term under seal is over nothing can be published, and no release of an earlier
/// one is given as an example.
#[test]
fn a_hub_without_a_term_under_seal_lists_no_release() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let list = said("zh", &["publish", "list", "--data", text(&data)]);
    assert!(list.out.contains("还没有可以发布的学期"), "{}{}", list.out, list.err);
    assert!(!list.out.contains("-alerts"), "{}", list.out);
}
