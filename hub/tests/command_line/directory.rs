//! A directory at the terminal of a city: an office's table, its mistakes, its versions.

use std::path::{Path, PathBuf};

use crate::packs::city;
use crate::support::{Ran, ca, hub, said, text};

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

/// A city's hub and the folder of its office.
struct Office {
    folder: tempfile::TempDir,
    data: String,
    today: String,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        city(folder.path());
        let data = text(&folder.path().join("city")).to_owned();
        let today = runtime::clock::Clock::system().today().to_string();
        Self { folder, data, today }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Ran {
        hub(&[["directory"].as_slice(), args, &["--data", &self.data]].concat())
    }

    fn table(&self, name: &str) -> (Ran, String) {
        let out = self.at(name);
        let ran = self.run(&["table", "--area", "370200", "--out", text(&out)]);
        (ran, std::fs::read_to_string(&out).expect("table"))
    }

    /// Fills a table in and has it made into a directory.
    fn make(&self, content: &str, out: &Path) -> Ran {
        let filled = self.at("filled.csv");
        std::fs::write(&filled, content).expect("table");
        let args = ["make", text(&filled), "--area", "370200", "--level", "city"];
        self.run(&[args.as_slice(), &["--out", text(out)]].concat())
    }

    /// Signs a directory under a serial and publishes it.
    fn publish(&self, source: &Path, serial: &str) -> Ran {
        let name = source.file_stem().and_then(|stem| stem.to_str()).expect("name");
        let (key, out) = (self.at("packs.key"), self.at(&format!("{name}-{serial}.pack")));
        let args = ["sign-pack", "--key", text(&key), "--kind", "directory", "--name", "370200"];
        let version =
            ["--serial", serial, "--version-name", serial, "--effective-from", &self.today];
        let files = [text(source), "--out", text(&out)];
        let ran = ca(&[args.as_slice(), &version, &files].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        hub(&["directive", "publish", "--data", &self.data, text(&out)])
    }
}

/// An office is told of every mistake of its table at once, by line and column in its own language;
/// what has ended makes no directory.
#[test]
fn an_office_is_told_of_every_mistake_at_once() {
    let office = Office::new();
    let (ran, heads) = office.table("empty.csv");
    assert_eq!((ran.code, &ran.json()["entries"]), (0, &0.into()), "{}", ran.err);
    let made = office.at("one.toml");
    let wrong = table(&heads, "0532-1", "2099-05-01", &office.today);
    let wrong = wrong.replace("心理咨询", "算命").replace(",是,是,", ",否,是,");
    let ran = office.make(&wrong, &made);
    assert_eq!(ran.failed(), (7, "DIRECTORY_TABLE".to_owned()), "{}", ran.err);
    let filled = office.at("filled.csv");
    let args = ["directory", "make", text(&filled), "--area", "370200", "--data", &office.data];
    let zh = said("zh", &[args.as_slice(), &["--out", text(&made)]].concat());
    assert!(zh.err.contains("第 3 行，“服务项目”列，“算命”"), "{}", zh.err);
    assert!(zh.err.contains("第 2 行，“全天服务”列，“否”"), "{}", zh.err);
    let ran = office.make(&table(&heads, "0532-1", "2020-05-01", &office.today), &made);
    assert_eq!(ran.failed(), (4, "DIRECTORY".to_owned()), "a licence that has ended");
    assert!(!made.exists());
}

/// What a district publishes itself goes down from its own hub: the city's refuses to, and no hub
/// takes the commissions' signature for it.
#[test]
fn a_district_publishes_its_own_directory_at_its_own_hub() {
    let office = Office::new();
    let (_, heads) = office.table("empty.csv");
    let agency = table(&heads, "0532-1", "2099-05-01", &office.today);
    let only: Vec<&str> = agency.lines().filter(|line| !line.starts_with("CLINIC1")).collect();
    let (filled, made) = (office.at("own.csv"), office.at("own.toml"));
    std::fs::write(&filled, only.join("\n")).expect("table");
    let args = ["make", text(&filled), "--area", "370202", "--level", "own"];
    let ran = office.run(&[args.as_slice(), &["--out", text(&made)]].concat());
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &1.into()), "{}", ran.err);
    let ran = office.run(&["publish", text(&made)]);
    assert_eq!(ran.failed(), (4, "NOT_OWN".to_owned()), "{}", ran.err);
    let ran = office.make(&agency, &office.at("both.toml"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let filled = office.at("filled.csv");
    let args = ["make", text(&filled), "--area", "370202", "--level", "own"];
    let out = office.at("clinic.toml");
    let ran = office.run(&[args.as_slice(), &["--out", text(&out)]].concat());
    assert_eq!(ran.failed(), (4, "DIRECTORY_TEXT".to_owned()), "a clinic needs health");
    let (key, pack) = (office.at("packs.key"), office.at("own.pack"));
    let args = ["sign-pack", "--key", text(&key), "--kind", "directory", "--name", "own-370202"];
    let version = ["--serial", "1", "--version-name", "1", "--effective-from", &office.today];
    let ran = ca(&[args.as_slice(), &version, &[text(&made), "--out", text(&pack)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = hub(&["directive", "publish", "--data", &office.data, text(&pack)]);
    assert_eq!(ran.failed().1, "PACK_REFUSED");
}

/// A directory is made, signed and published; its successor is compared with it, an older serial is
/// refused, and what was published is the table of the next version.
#[test]
fn a_directory_is_published_and_only_rises() {
    let office = Office::new();
    let (_, heads) = office.table("empty.csv");
    let [made, other, next] =
        ["one", "other", "next"].map(|name| office.at(&[name, ".toml"].concat()));
    let filled = |phone: &str| table(&heads, phone, "2099-05-01", &office.today);
    let ran = office.make(&filled("0532-1"), &made);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &1.into()), "{}", ran.err);
    assert_eq!(office.publish(&made, "4").code, 0);
    let ran = office.make(&filled("0532-2"), &other);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &5.into()), "{}", ran.err);
    let ran = office.run(&["check", text(&other)]);
    assert_eq!((ran.code, &ran.json()["changes"]), (0, &1.into()), "{}", ran.err);
    for old in ["3", "4"] {
        let refused = office.publish(&other, old);
        assert_eq!(refused.failed(), (4, "DIRECTORY_OLD".to_owned()), "{old}");
    }
    assert_eq!(office.publish(&other, "5").code, 0);
    let shown = office.run(&["show", "370200"]).json();
    assert_eq!((&shown["serial"], &shown["entries"][1]["phone"]), (&5.into(), &"0532-2".into()));
    assert_eq!(shown["entries"][1]["sealed"], false);
    assert_eq!(office.run(&["list"]).json().as_array().map(Vec::len), Some(2));
    assert_eq!(office.run(&["show", "310117"]).failed(), (3, "NO_DIRECTORY".to_owned()));
    let (ran, same) = office.table("again.csv");
    assert_eq!((ran.code, &ran.json()["entries"]), (0, &2.into()), "{}", ran.err);
    assert_eq!(office.make(&same, &next).code, 0);
    assert_eq!(office.run(&["check", text(&next)]).json()["changes"], 0);
}
