//! The register at the terminal: severe commands, how the hub and its members stand, its figures.

use std::path::Path;
use std::process::{Command, Stdio};

use hub::app::open_store;
use hub::config::Config;
use hub::store::contact::{Applied, note_applied};
use hub::store::directive;
use runtime::sql::SqlError;
use serde_json::Value;

use crate::packs::city;
use crate::support::{ca, district, hub, said, text};

const SCHOOL: &str = "F370202004J01";

/// A district's hub with a school and a street in its register.
fn registered(folder: &Path) -> std::path::PathBuf {
    let data = district(folder);
    for (id, kind) in [(SCHOOL, "school"), ("370202004", "street")] {
        let args = ["unit", "add", "--data", text(&data), "--id", id, "--kind", kind];
        let more = ["--name", "示例单位", "--from", "2025-09-01"];
        let ran = hub(&[args.as_slice(), &more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    data
}

/// A unit of the register.
fn unit<'v>(listed: &'v Value, id: &str) -> &'v Value {
    let mut found = listed.as_array().expect("units").iter().filter(|one| one["unit"] == id);
    found.next().unwrap_or(&Value::Null)
}

/// What takes a unit's service away asks for its id twice; another one changes nothing and says
/// so. A unit that is closed is neither suspended nor brought back.
#[test]
fn severe_commands_need_the_id_twice() {
    let folder = tempfile::tempdir().expect("folder");
    let data = registered(folder.path());
    let data = text(&data);
    let list = || hub(&["unit", "list", "--data", data]).json();
    let before = list();
    for command in ["suspend", "revoke", "close"] {
        let wrong = ["unit", command, "--data", data, SCHOOL, "--confirm", "F370202004J02"];
        let ran = hub(&wrong);
        assert_eq!(ran.failed(), (4, "CONFIRM_DIFFERS".to_owned()), "{command}: {}", ran.err);
        assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
        assert!(ran.err.contains("write the same id"), "{}", ran.err);
        let none = hub(&["unit", command, "--data", data, SCHOOL]);
        assert_eq!(none.code, 2, "{command} without --confirm: {}", none.err);
    }
    assert_eq!(list(), before);
    let severe =
        |command: &str| hub(&["unit", command, "--data", data, SCHOOL, "--confirm", SCHOOL]);
    let ran = severe("suspend");
    assert_eq!((ran.code, &ran.json()["status"]), (0, &"suspended".into()), "{}", ran.err);
    assert_eq!(unit(&list(), SCHOOL)["status"], "suspended");
    let ran = hub(&["unit", "resume", "--data", data, SCHOOL]);
    assert_eq!((ran.code, &ran.json()["status"]), (0, &"invited".into()), "it never joined");
    assert_eq!(severe("revoke").failed(), (3, "NO_CERTIFICATE".to_owned()));
    let move_to = ["unit", "move", "--data", data, SCHOOL, "--under", "370202004"];
    let ran = hub(&[move_to.as_slice(), &["--from", "2026-02-20"]].concat());
    assert_eq!((ran.code, &ran.json()["parent"]), (0, &"370202004".into()), "{}", ran.err);
    assert_eq!(unit(&list(), SCHOOL)["parent"], "370202004");
    assert_eq!(severe("close").code, 0);
    assert_eq!(unit(&list(), SCHOOL)["status"], "closed");
    for again in [severe("suspend"), hub(&["unit", "resume", "--data", data, SCHOOL])] {
        assert_eq!(again.code, 3, "{}", again.err);
    }
    assert_eq!(unit(&list(), SCHOOL)["status"], "closed");
    let unknown = ["unit", "close", "--data", data, "F370202004J09", "--confirm", "F370202004J09"];
    assert_eq!(hub(&unknown).code, 3);
}

/// `status` says how the hub and each member stand, to a program and to a person in either
/// language.
#[test]
fn status_says_how_the_hub_and_its_members_stand() {
    let folder = tempfile::tempdir().expect("folder");
    let data = registered(folder.path());
    let ran = hub(&["status", "--data", text(&data)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let status = ran.json();
    assert_eq!((&status["unit"], &status["kind"]), (&"370202".into(), &"district".into()));
    assert!(status["certificate_days_left"].as_i64().is_some_and(|days| days > 80), "{status}");
    let members = status["members"].as_array().expect("members");
    let school = members.iter().find(|member| member["unit"] == SCHOOL).expect("school");
    assert_eq!((&school["status"], &school["last_contact"]), (&"invited".into(), &Value::Null));
    assert_eq!((&school["clock_skew_ms"], &school["applied"]), (&Value::Null, &0.into()));
    assert_eq!((&status["alarms"], &status["invites_waiting"]), (&0.into(), &0.into()));
    assert_eq!(status["served"], false);
    // As long as `serve` runs it holds this file.
    let lock = std::fs::File::create(data.join("serve.lock")).expect("lock");
    lock.lock().expect("lock");
    assert_eq!(hub(&["status", "--data", text(&data)]).json()["served"], true);
    drop(lock);
    let zh = said("zh", &["status", "--data", text(&data)]);
    assert!(zh.out.contains(SCHOOL) && zh.out.contains("示例单位"), "{}", zh.out);
    let en = said("en", &["status", "--data", text(&data)]);
    assert!(en.out.contains(SCHOOL) && zh.out != en.out, "{}", en.out);
}

/// `stats` shows the whole table and one indicator, with a word for what was not reported and
/// never a zero; what it does not know is named with what to do.
#[test]
fn stats_say_what_was_not_reported() {
    let folder = tempfile::tempdir().expect("folder");
    let data = registered(folder.path());
    let data = text(&data);
    let ran = hub(&["stats", "--data", data, "--period", "2025S1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let table = ran.json();
    assert_eq!(table["coverage"]["schools_reported"], 0);
    let one = ["stats", "--data", data, "base.students", "--period", "2025S1"];
    let ran = hub(&one);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("not_reported") && !ran.out.contains("\"value\": 0"), "{}", ran.out);
    for (lang, word) in [("zh", "未报"), ("en", "not reported")] {
        let shown = said(lang, &one);
        assert_eq!(shown.code, 0, "{}", shown.err);
        assert!(shown.out.contains(word), "{}", shown.out);
    }
    for (args, failed) in [
        (["no.such", "--period", "2025S1"].as_slice(), (3, "UNKNOWN_INDICATOR")),
        (&["base.students", "--period", "2099S1"], (3, "UNKNOWN_TERM")),
        (&["base.students", "--period", "2025S1", "--by", "weather"], (2, "DIMENSION_INVALID")),
    ] {
        let ran = hub(&[&["stats", "--data", data], args].concat());
        assert_eq!(ran.failed(), (failed.0, failed.1.to_owned()), "{}", ran.err);
    }
    let by_weather = [one.as_slice(), &["--by", "weather"]].concat();
    for (lang, offered) in [("zh", "stage（学段）"), ("en", "stage (")] {
        let ran = said(lang, &by_weather);
        assert!(ran.err.contains(offered), "{}", ran.err);
    }
}

/// Of each pack that was published it is told how many units stored it and follow it, of how many
/// that reported.
#[test]
fn acks_count_who_follows_a_pack() {
    let folder = tempfile::tempdir().expect("folder");
    city(folder.path());
    let at = |name: &str| folder.path().join(name);
    let data = at("city");
    let (source, signed, key) = (at("calendar.toml"), at("calendar.pack"), at("packs.key"));
    assert_eq!(ca(&["export-pack", "calendar", "--out", text(&source)]).code, 0);
    let args = ["sign-pack", "--key", text(&key), "--kind", "calendar", "--name", "calendar"];
    let version = ["--serial", "1", "--version-name", "one", "--effective-from", "2025-09-01"];
    let files = [text(&source), "--out", text(&signed)];
    assert_eq!(ca(&[args.as_slice(), &version, &files].concat()).code, 0);
    let ran = hub(&["directive", "publish", "--data", text(&data), text(&signed)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let store = open_store(&Config::load(&data).expect("configuration")).expect("store");
    let reported: Result<(), SqlError> = store.write("report", |tx| {
        let pack = directive::all(tx)?.into_iter().next().expect("published");
        for (unit, content, in_force) in [
            ("S1", pack.content_digest.clone(), true),
            ("S2", pack.content_digest.clone(), false),
            ("S3", vec![1; 33], true),
        ] {
            let line = Applied {
                unit: unit.to_owned(),
                kind: pack.kind.clone(),
                name: pack.name.clone(),
                content,
                in_force,
                reason: String::new(),
            };
            note_applied(tx, &line, 1)?;
        }
        Ok(())
    });
    reported.expect("reported");
    drop(store);
    let acks = ["directive", "acks", "--data", text(&data)];
    let ran = hub(&acks);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = ran.json()[0].clone();
    assert_eq!((&told["kind"], &told["version"]), (&"calendar".into(), &"one".into()));
    let counts = ["stored", "in_force", "units"].map(|count| told[count].as_u64());
    assert_eq!(counts, [Some(2), Some(1), Some(3)], "{told}");
    for lang in ["zh", "en"] {
        let shown = said(lang, &acks);
        let has = ["one", "2", "3", "1"].iter().all(|word| shown.out.contains(word));
        assert!(shown.code == 0 && has, "{}", shown.out);
    }
    // Of what is still to begin it is said when, and not that nobody follows it.
    let ahead = at("ahead.pack");
    let version = ["--serial", "2", "--version-name", "two", "--effective-from", "2099-09-01"];
    let files = [text(&source), "--out", text(&ahead)];
    assert_eq!(ca(&[args.as_slice(), &version, &files].concat()).code, 0);
    let ran = hub(&["directive", "publish", "--data", text(&data), text(&ahead)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(said("zh", &acks).out.contains("自 2099-09-01 起生效"), "{}", said("zh", &acks).out);
}

/// A store that another process holds is waited for, then named; nothing is changed, and the same
/// command works afterwards.
#[test]
fn a_locked_store_is_exit_8() {
    let folder = tempfile::tempdir().expect("folder");
    let data = registered(folder.path());
    let store = open_store(&Config::load(&data).expect("configuration")).expect("store");
    let (begun, wait) = std::sync::mpsc::channel();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        store.write("hold", move |_| {
            begun.send(()).expect("begun");
            // Ends when the test lets go, or dies.
            let _ = held.recv();
            Ok::<_, SqlError>(())
        })
    });
    wait.recv().expect("begun");
    let suspend = ["unit", "suspend", "--data", text(&data), SCHOOL, "--confirm", SCHOOL];
    let ran = hub(&suspend);
    drop(release);
    writer.join().expect("thread").expect("written");
    assert_eq!(ran.failed(), (8, "STORE_LOCKED".to_owned()), "{}", ran.err);
    assert_eq!(ran.json()["error"]["retryable"], true);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    let list = || hub(&["unit", "list", "--data", text(&data)]).json();
    assert_eq!(unit(&list(), SCHOOL)["status"], "invited");
    assert_eq!(hub(&suspend).code, 0);
    assert_eq!(unit(&list(), SCHOOL)["status"], "suspended");
}

/// `config show` says of each setting where it comes from; a variable that is misspelt stops every
/// command and names the one that was meant.
#[test]
fn settings_are_shown_with_their_origin() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let run = |args: &[&str], name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-hub"));
        command.args(args).args(["--lang", "en", "--json", "--data", text(&data)]);
        command.env_clear().env(name, value).stdin(Stdio::null()).output().expect("program")
    };
    let show = ["config", "show", "--origin"];
    let ran = run(&show, "XINQIAO_HUB_CONSOLE", "127.0.0.1:8499");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let shown: Value = serde_json::from_slice(&ran.stdout).expect("json");
    let origin = |key: &str| [&shown[key]["value"], &shown[key]["origin"]];
    assert_eq!(origin("console"), ["127.0.0.1:8499", "environment"]);
    assert_eq!(origin("unit"), ["370202", "file"]);
    assert_eq!(origin("helper_address"), ["", "default"]);
    for command in [show.as_slice(), &["status"], &["unit", "list"]] {
        let ran = run(command, "XINQIAO_HUB_LISTNE", "127.0.0.1:1");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(7), "{command:?}: {said}");
        assert!(said.contains("did you mean XINQIAO_HUB_LISTEN?"), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
    }
}

/// A hub is set up as a service of its unit: several may live on one machine. The dry run shows
/// the file that is written then.
#[test]
#[cfg(target_os = "linux")]
fn a_service_is_shown_and_then_written() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, units) = (district(folder.path()), folder.path().join("units"));
    std::fs::create_dir(&units).expect("folder");
    let install = ["service", "install", "--data", text(&data), "--units", text(&units)];
    let shown = hub(&[&install[..], &["--dry-run"]].concat());
    assert_eq!(shown.code, 0, "{}", shown.err);
    let shown = shown.json();
    let unit = shown["text"].as_str().expect("text");
    let starts = format!("\"serve\" \"--no-input\" \"--data\" \"{}\"\n", text(&data));
    assert!(unit.contains(&starts) && unit.contains("Restart=on-failure\n"), "{unit}");
    let file = units.join("xinqiao-hub-370202.service");
    assert!(!file.exists() && shown["written"] == false, "{shown}");
    assert_eq!(hub(&install).code, 0);
    assert_eq!(std::fs::read_to_string(&file).expect("unit"), unit);
}
