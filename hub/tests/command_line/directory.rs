//! A directory at the terminal of a city: an office's table, its mistakes, its versions.

use std::path::Path;

use crate::packs::city;
use crate::support::{ca, hub, said, text};

/// The table as an office fills it in, under the heads that the program wrote.
fn table(heads: &str, phone: &str, licensed_to: &str, verified: &str) -> String {
    let clinic = format!(
        "CLINIC1,医院或诊所,示例医院,Example Hospital,门诊、急诊,6,18,,,{phone},示例路 1 号,全天,是,是,\
         0532-120,3,{verified},2020-09-01,2099-08-31,{verified},,,,,,,,,,,"
    );
    let agency = format!(
        "AGENCY1,社会服务机构,示例机构,Example Agency,心理咨询,,,,,0532-3,,,,,,,,2020-09-01,2099-08-31,\
         {verified},,,,,,,L-1,{licensed_to},{verified},C-1,2099-03-01"
    );
    format!("{}\n{clinic}\n{agency}\n", heads.trim_end())
}

/// An office gets a table, fills it in, is told of every mistake at once; the directory is checked,
/// signed and published, its successor is compared with it, and an older serial is refused.
#[test]
fn a_directory_is_made_of_a_table_and_only_rises() {
    let folder = tempfile::tempdir().expect("folder");
    city(folder.path());
    let at = |name: &str| folder.path().join(name);
    let data = at("city");
    let run = |args: &[&str]| hub(&[["directory"].as_slice(), args, &["--data", text(&data)]].concat());
    let today = runtime::clock::Clock::system().today().to_string();
    let empty = at("empty.csv");
    let ran = run(&["table", "--area", "370200", "--out", text(&empty)]);
    assert_eq!((ran.code, &ran.json()["entries"]), (0, &0.into()), "{}", ran.err);
    let heads = std::fs::read_to_string(&empty).expect("table");
    let filled = at("filled.csv");
    let make = |content: String, out: &Path| {
        std::fs::write(&filled, content).expect("table");
        let args = ["make", text(&filled), "--area", "370200", "--level", "city"];
        run(&[&args[..], &["--out", text(out)]].concat())
    };
    let made = at("one.toml");
    let wrong = table(&heads, "0532-1", "2099-05-01", &today).replace("心理咨询", "算命");
    let ran = make(wrong.replace(",是,是,", ",否,是,"), &made);
    assert_eq!(ran.failed(), (7, "DIRECTORY_TABLE".to_owned()), "{}", ran.err);
    let args = ["directory", "make", text(&filled), "--area", "370200", "--data", text(&data)];
    let zh = said("zh", &[&args[..], &["--out", text(&made)]].concat());
    assert!(zh.err.contains("第 3 行，“服务项目”列，“算命”"), "{}", zh.err);
    assert!(zh.err.contains("第 2 行，“全天服务”列"), "{}", zh.err);
    let ran = make(table(&heads, "0532-1", "2020-05-01", &today), &made);
    assert_eq!(ran.failed(), (4, "DIRECTORY".to_owned()), "a licence that has ended");
    assert!(!made.exists());
    let ran = make(table(&heads, "0532-1", "2099-05-01", &today), &made);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &1.into()), "{}", ran.err);
    let key = at("packs.key");
    let publish = |source: &Path, serial: &str| {
        let out = at(&format!("{serial}-{}.pack", source.display().to_string().len()));
        let args = ["sign-pack", "--key", text(&key), "--kind", "directory", "--name", "370200"];
        let version = ["--serial", serial, "--version-name", serial, "--effective-from", &today];
        let ran = ca(&[&args[..], &version, &[text(source), "--out", text(&out)]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        hub(&["directive", "publish", "--data", text(&data), text(&out)])
    };
    assert_eq!(publish(&made, "4").code, 0);
    let other = at("other.toml");
    let ran = make(table(&heads, "0532-2", "2099-05-01", &today), &other);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &5.into()), "{}", ran.err);
    let ran = run(&["check", text(&other)]);
    assert_eq!((ran.code, &ran.json()["changes"]), (0, &1.into()), "{}", ran.err);
    for old in ["3", "4"] {
        assert_eq!(publish(&other, old).failed(), (4, "DIRECTORY_OLD".to_owned()), "{old}");
    }
    assert_eq!(publish(&other, "5").code, 0);
    let shown = run(&["show", "370200"]).json();
    assert_eq!((&shown["serial"], &shown["entries"][1]["phone"]), (&5.into(), &"0532-2".into()));
    assert_eq!(shown["entries"][1]["sealed"], false);
    assert_eq!(run(&["list"]).json().as_array().map(Vec::len), Some(2));
    assert_eq!(run(&["show", "310117"]).failed(), (3, "NO_DIRECTORY".to_owned()));
    // What was published is the table of the next version.
    let again = at("again.csv");
    let ran = run(&["table", "--area", "370200", "--out", text(&again)]);
    assert_eq!((ran.code, &ran.json()["entries"]), (0, &2.into()), "{}", ran.err);
    let next = at("next.toml");
    let same = std::fs::read_to_string(&again).expect("table");
    assert_eq!(make(same, &next).code, 0);
    assert_eq!(run(&["check", text(&next)]).json()["changes"], 0);
}
