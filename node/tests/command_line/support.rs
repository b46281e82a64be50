//! A data folder, a program that runs on it, and files that an office could have made.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use certs::identity::LeafIdentity;
use certs::invite::{Invite, InviteTerms};
use certs::issuer::{IssuingAuthority, LeafRecord, Subtree};
use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use domain::unit::{IdentityName, UnitKind, Zone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The school of the tests.
pub const UNIT: &str = "F370202004J01";
/// Nobody listens there.
pub const NOBODY: &str = "127.0.0.1:9";

/// A node's folder, opened by a key file, so that no test waits for a passphrase.
pub struct Folder {
    /// Removed with the test.
    pub root: tempfile::TempDir,
}

/// What a command did.
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output as the one JSON value that it must be.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no json: {}", self.out))
    }

    /// The stable code of the error.
    pub fn error(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Runs the program with nobody at the terminal and nothing of our environment.
pub fn run(args: &[&str]) -> Ran {
    run_in("en", args)
}

pub fn run_in(lang: &str, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-node"));
    command.args(args).args(["--lang", lang]).env_clear().stdin(Stdio::null());
    ran(&command.output().expect("program"))
}

/// What a program did that has ended.
pub fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Folder {
    /// A new node of a junior school, not joined.
    pub fn new(extra: &[&str]) -> Self {
        let folder = Self { root: tempfile::tempdir().expect("folder") };
        let (data, key) = (folder.data(), folder.path("machine.key"));
        let sheet = folder.path("sheet.txt");
        let mut args = vec!["init", "--data", text(&data), "--danger-key-file", text(&key)];
        args.extend(["--recovery-sheet", text(&sheet), "--school-type", "junior"]);
        args.extend(extra);
        let ran = run(&args);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        folder
    }

    /// A node that is a member of a hub that nobody runs.
    pub fn joined(extra: &[&str]) -> Self {
        Self::joined_in(&City::new(), extra)
    }

    /// The same in a city of the caller's.
    pub fn joined_in(city: &City, extra: &[&str]) -> Self {
        let folder = Self::new(extra);
        let data = folder.data();
        let name = city.name(UNIT);
        city.identity(&name).save(&data.join("identity.pem")).expect("identity");
        std::fs::create_dir_all(data.join("roots")).expect("roots");
        std::fs::write(data.join("roots/education.pem"), city.root.certificate().to_pem())
            .expect("root");
        let values = [
            ("unit", UNIT.to_owned()),
            ("zone", zone().to_string()),
            ("name", name.to_string()),
            ("parent_address", NOBODY.to_owned()),
            ("parent_name", city.name("370202").to_string()),
        ];
        node::config::update(&data.join("node.toml"), &values).expect("config");
        folder
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A file beside it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file beside it.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("file");
        path
    }

    /// Runs a command on it, for a program.
    pub fn run(&self, args: &[&str]) -> Ran {
        let data = self.data();
        let mut all = vec!["--data", text(&data), "--json"];
        all.extend(args);
        run(&all)
    }

    /// Makes an account whose password is `a long password`.
    pub fn account(&self, login: &str, role: &str, more: &[&str]) {
        let (file, first) = (self.path("password"), self.file("first", "a first password\n"));
        self.file("password", "a long password\n");
        let mut args = vec!["user", "add", login, "--role", role, "--password-file", text(&first)];
        args.extend(more);
        let ran = self.run(&args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let replace = ["user", "password", login, "--password-file", text(&first)];
        let ran = self.run(&[&replace[..], &["--new-password-file", text(&file)]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// Runs a command as an account.
    pub fn run_as(&self, login: &str, args: &[&str]) -> Ran {
        let file = self.path("password");
        let mut all = args.to_vec();
        all.extend(["--as", login, "--password-file", text(&file)]);
        self.run(&all)
    }

    /// Runs a command on it, for a person.
    pub fn run_in(&self, lang: &str, args: &[&str]) -> Ran {
        let data = self.data();
        run_in(lang, &[&["--data", text(&data)], args].concat())
    }

    /// Opens the node in this process.
    pub fn open(&self) -> node::app::Node {
        let opener = node::unlock::Opener::danger_from_key_file(&self.path("machine.key"));
        let clock = runtime::clock::Clock::system();
        node::app::open_folder(&self.data(), &opener.expect("key file"), clock).expect("node")
    }
}

/// A city of one root and one district, for identities and invites.
pub struct City {
    /// Its root.
    pub root: RootAuthority,
    district: IssuingAuthority,
    /// When its certificates are signed.
    now: Timestamp,
}

impl City {
    /// Makes the keys.
    pub fn new() -> Self {
        Self::signed_at(Timestamp::now())
    }

    /// The same, with certificates of so many days ago.
    pub fn of_days_ago(days: i64) -> Self {
        Self::signed_at(Timestamp::now() - SignedDuration::from_hours(24 * days))
    }

    fn signed_at(now: Timestamp) -> Self {
        let key = || SigningKey::generate().expect("key");
        let root = RootAuthority::create(Commission::Education, &zone(), key(), now);
        let root = root.expect("root");
        let subtree = Subtree::District("370202".parse().expect("unit"), zone());
        let issuing = key();
        let certificate = root.sign_issuer(&subtree, issuing.public(), now).expect("issuer");
        let district = IssuingAuthority::open(&certificate, issuing).expect("issuer");
        Self { root, district, now }
    }

    /// The name of a unit of the district.
    pub fn name(&self, unit: &str) -> IdentityName {
        let district = "370202".parse().expect("unit");
        IdentityName::in_district(unit.parse().expect("unit"), &district, zone())
    }

    /// A certificate with its key.
    pub fn identity(&self, name: &IdentityName) -> LeafIdentity {
        let key = SigningKey::generate().expect("key");
        let record =
            LeafRecord { name: name.clone(), kind: UnitKind::School, key: key.public().clone() };
        let issued = self.district.issue(&record, self.now).expect("issued");
        LeafIdentity::new(&issued.chain, key).expect("identity")
    }

    /// An invite line that ends so many hours from now.
    pub fn invite(&self, hours: i64) -> String {
        self.invite_for(hours, None)
    }

    /// An invite line for a kind of unit.
    pub fn invite_for(&self, hours: i64, kind: Option<UnitKind>) -> String {
        let expires = Timestamp::now() + SignedDuration::from_hours(hours);
        let terms = InviteTerms {
            address: NOBODY.parse().expect("address"),
            hub: self.name("370202"),
            unit: UNIT.parse().expect("unit"),
            kind,
            expires,
            roots: vec![self.root.certificate().digest()],
        };
        Invite::new(terms).expect("invite").expose_line().to_string()
    }
}

fn zone() -> Zone {
    "qingdao.example".parse().expect("zone")
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("utf-8")
}

/// A student number that cannot be anybody's.
pub fn number(n: u32) -> String {
    format!("G999999201301{n:05}A")
}

/// A roster of made-up pupils; the name is one that no other text has.
pub fn roster(pupils: u32) -> String {
    let mut text = "学籍号,姓名,性别,出生日期,年级,班级,监护人同意,同意日期\n".to_owned();
    for n in 0..pupils {
        let (sex, class) = (if n % 2 == 0 { "男" } else { "女" }, n % 3 + 1);
        let number = number(n);
        text += &format!("{number},甄别名,{sex},2013-04-01,七年级,{class}班,是,2025-09-17\n");
    }
    text
}

/// Answers of the 26 items of the demonstration scale; `critical` pupils answer item 9.
pub fn answers(pupils: u32, critical: u32) -> String {
    let items = (1..=9).map(|n| format!("phq{n}"));
    let items = items.chain((1..=7).map(|n| format!("gad{n}")));
    let items: Vec<String> = items.chain((1..=10).map(|n| format!("pss{n}"))).collect();
    let mut text = format!("学籍号,测评日期,{}\n", items.join(","));
    for n in 0..pupils {
        let answer = |item: usize| u8::from(n < critical && item == 8).to_string();
        let row: Vec<String> = (0..items.len()).map(answer).collect();
        text += &format!("{},2025-10-20,{}\n", number(n), row.join(","));
    }
    text
}
