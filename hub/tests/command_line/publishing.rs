//! A school year goes under seal: what is refused, and what is published.

use std::path::{Path, PathBuf};

use hub::app::{load_pins, open_store};
use hub::config::Config;
use hub::directive::{keep, verify};
use hub::store::contribution::{Contribution, Place, insert};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use runtime::clock::Clock;

use crate::helper::{ZONE, helper, install, roots, sign};
use crate::support::{Ran, ca, hub, text};

/// A city, a district that leads and a helper, with what both commissions sign with.
struct City {
    folder: tempfile::TempDir,
    roots: [PathBuf; 2],
    data: PathBuf,
    district: PathBuf,
    helper: PathBuf,
    statements: [PathBuf; 2],
    year: i16,
    today: Date,
    /// The first day on which a plan that is published may begin.
    soon: Date,
}

fn ok(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran
}

impl City {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let roots = roots(folder.path());
        let [education, health] = &roots;
        let at = |name: &str| folder.path().join(name);
        let level = |kind: &str, unit: &str| {
            let (data, signed) = (at(kind), at(&format!("{kind}.pem")));
            let args = ["init", "--kind", kind, "--unit", unit, "--data", text(&data)];
            ok(hub(&[args.as_slice(), &ZONE, &["--name", kind]].concat()));
            ok(sign(&data, education, &signed));
            ok(install(&data, &signed, &[education, health]));
            data
        };
        let (data, district) = (level("city", "370200"), level("district", "370203"));
        let (helping, signed) = (helper(folder.path()), at("helper.pem"));
        ok(sign(&helping, health, &signed));
        ok(install(&helping, &signed, &[education, health]));
        for root in &roots {
            for kind in ["statement-key", "pack-key"] {
                let out = root.join(kind);
                let args = [kind, "--dir", text(root), "--out", text(&out)];
                ok(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()));
            }
        }
        let statements = [("leader", &district, 0), ("helper", &helping, 1)]
            .map(|(half, hub_data, first)| stated(folder.path(), &roots, (half, hub_data, first)));
        let today = Clock::system().today();
        let soon = today.checked_add(3.days()).expect("day");
        let year = domain::span::school_year_of(soon);
        Self { data, district, helper: helping, statements, roots, folder, year, today, soon }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A pack of text, signed by these commissions.
    fn pack(&self, (kind, name): (&str, &str), file: &Path, how: (u32, Date, &[usize])) -> PathBuf {
        let (serial, from, by) = how;
        let out = self.at(&format!("{kind}-{name}-{serial}-{from}-{}.pack", by.len()));
        let (serial, from) = (serial.to_string(), from.to_string());
        let mut input = file.to_owned();
        for (place, root) in by.iter().enumerate() {
            let key = self.roots[*root].join("pack-key");
            let next = out.with_extension(format!("{place}"));
            let head = ["sign-pack", "--key", text(&key), "--out", text(&next), text(&input)];
            let about = ["--kind", kind, "--name", name, "--serial", &serial];
            let dates = ["--version-name", &serial, "--effective-from", &from];
            ok(match place {
                0 => ca(&[head.as_slice(), &about, &dates].concat()),
                _ => ca(&[head.as_slice(), &["--add"]].concat()),
            });
            input = next;
        }
        input
    }

    /// Roster and plan of an area, as texts.
    fn texts(&self, area: &str, (prefix, floor): (&str, &str)) -> [PathBuf; 2] {
        let dir = self.at(&format!("{area}-{floor}"));
        let keys = &self.statements;
        let (made, texts) = self.make(&dir, (area, self.year), (prefix, floor), keys);
        assert_eq!(ok(made).json()["draft"], false);
        texts
    }

    /// What making a plan did, with roster and plan.
    fn make(
        &self,
        dir: &Path,
        (area, year): (&str, i16),
        (prefix, floor): (&str, &str),
        [leader, helper]: &[PathBuf; 2],
    ) -> (Ran, [PathBuf; 2]) {
        std::fs::create_dir_all(dir).expect("folder");
        let roster = dir.join(format!("{area}-{year}.csv"));
        let plan = dir.join(format!("{area}-{year}.toml"));
        let head = "unit,town,operator,education_since,health_since,signed,stage,grade,male,\
                    female,unstated";
        let row = |n| format!("{prefix}{n},T1,o{n},2020,2021,yes,junior,g7,40,40,1");
        let rows: Vec<String> = std::iter::once(head.to_owned()).chain((1..13).map(row)).collect();
        std::fs::write(&roster, rows.join("\n")).expect("roster");
        // A list is of its own year, or of the months before it.
        let day = self.today.max(jiff::civil::date(year, 1, 1)).to_string();
        let args = ["plan", "make", text(&roster), "--census-day", &day, "--floor", floor];
        let keys = ["--leader-statement", text(leader), "--helper-statement", text(helper)];
        (hub(&[args.as_slice(), &keys].concat()), [roster, plan])
    }

    /// Has a hub keep packs that came down to it.
    fn deliver(&self, data: &Path, packs: &[&PathBuf]) {
        let config = Config::load(data).expect("config");
        let pins = load_pins(&config).expect("pins");
        let store = open_store(&config).expect("store");
        for pack in packs {
            let bytes = std::fs::read(pack).expect("pack");
            let now = Clock::system().now();
            let stored = verify(&bytes, &pins.roots, &pins.zone, now).expect("signed");
            let kept: Result<bool, runtime::sql::SqlError> =
                store.write("published", move |tx| keep(tx, &stored, 1));
            assert!(kept.expect("kept"));
        }
    }

    /// A calendar of the year's autumn term, from some weeks ago on.
    fn calendar(&self, serial: u32, (census, end): (Date, Date)) -> PathBuf {
        let start = self.today.nth_weekday(-4, Weekday::Monday).expect("day");
        let text = format!(
            "schema = \"calendar/1\"\nrevision = 1\ntime_zone = \"Asia/Shanghai\"\n\n[[term]]\n\
             id = \"{}S1\"\nstart = \"{start}\"\nend = \"{end}\"\nfirst_monday = \"{start}\"\n\
             census = \"{census}\"\ndue = \"{end}\"\nclosed = \"{end}\"\n",
            self.year
        );
        let file = self.at(&format!("calendar-{serial}-{census}.toml"));
        std::fs::write(&file, text).expect("calendar");
        self.pack(("calendar", "calendar"), &file, (serial, self.today, &[0, 1]))
    }

    fn spread(&self, signed: &Path) -> Ran {
        hub(&["directive", "publish", text(signed), "--data", text(&self.data)])
    }

    fn publish(&self, plan: &Path, roster: &Path) -> Ran {
        hub(&["plan", "publish", text(plan), text(roster), "--data", text(&self.data)])
    }
}

/// A key statement about a hub's key, signed first by its own commission and then by the other.
fn stated(
    folder: &Path,
    roots: &[PathBuf; 2],
    (half, data, first): (&str, &Path, usize),
) -> PathBuf {
    let at = |name: &str| folder.join(format!("{half}-{name}"));
    let (request, one, both) = (at("request"), at("one"), at("both"));
    let purpose = if half == "relay" { half.to_owned() } else { format!("aggregate-{half}") };
    let args = ["key", "request", "--purpose", &purpose, "--out", text(&request)];
    ok(hub(&[args.as_slice(), &["--data", text(data)]].concat()));
    let (own, other) = (&roots[first], &roots[1 - first]);
    let pems = [own.join("root.pem"), other.join("root.pem")];
    let [key, second] = [own, other].map(|root| root.join("statement-key"));
    // Long enough for two school years, so that nothing but its key is wrong with it in the second.
    let last = Clock::system().today().checked_add(1_000.days()).expect("day").to_string();
    let args = ["sign-statement", "--key", text(&key), "--root", text(&pems[0]), "--yes"];
    let days = ["--valid-to", last.as_str(), "--out", text(&one), text(&request)];
    ok(ca(&[args.as_slice(), &days].concat()));
    let args = ["sign-statement", "--add", "--yes", "--key", text(&second)];
    let pins = ["--root", text(&pems[0]), "--root", text(&pems[1])];
    ok(ca(&[args.as_slice(), &pins, &["--out", text(&both), text(&one)]].concat()));
    both
}

/// What would be found only after four signatures stops a plan when it is made: a key statement
/// that ends within the year. The final plan takes the place of its own draft, and of nothing else.
#[test]
fn a_plan_is_made_over_its_draft_for_the_whole_year() {
    let city = City::new();
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let [leader, helper] = &city.statements;
    let day = city.today.to_string();
    let make = |leader: &Path| {
        let args = ["plan", "make", text(&roster), "--census-day", &day];
        let keys = ["--leader-statement", text(leader), "--helper-statement", text(helper)];
        hub(&[args.as_slice(), &keys].concat())
    };
    assert_eq!(make(leader).failed(), (4, "SOURCE_FILE".to_owned()), "it is no draft");
    std::fs::remove_file(&plan).expect("plan");
    assert_eq!(ok(hub(&["plan", "make", text(&roster)])).json()["draft"], true);
    let draft = std::fs::read_to_string(&plan).expect("plan");
    assert!(draft.starts_with("# 草案"), "{draft}");
    let (one, short) = (city.at("short-one"), city.at("short"));
    let [own, other] = &city.roots;
    let pems = [own.join("root.pem"), other.join("root.pem")];
    let soon = city.soon.to_string();
    let roots = ["--root", text(&pems[0]), "--root", text(&pems[1])];
    for (root, file, out, how) in [
        (own, city.at("leader-request"), &one, ["--valid-to", soon.as_str()].as_slice()),
        (other, one.clone(), &short, &["--add"]),
    ] {
        let key = root.join("statement-key");
        let args = ["sign-statement", "--yes", "--key", text(&key), "--out", text(out)];
        ok(ca(&[args.as_slice(), &roots, how, &[text(&file)]].concat()));
    }
    let refused = make(&short);
    assert_eq!(refused.failed(), (4, "STATEMENT_SHORT".to_owned()), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(&plan).expect("plan"), draft);
    assert_eq!(ok(make(leader)).json()["draft"], false);
    let shown = ok(hub(&["plan", "show", text(&plan)])).json();
    assert_eq!((&shown["leader"], &shown["helper"]), (&"370203".into(), &"HC-QD".into()));
    assert_eq!((&shown["draft"], &shown["census_day"]), (&false.into(), &day.as_str().into()));
    let table = hub(&["plan", "check", text(&roster)]);
    assert_eq!(table.failed(), (7, "PLAN_FILE".to_owned()));
    assert!(table.err.contains("is a roster"), "{}", table.err);
}

/// Only the city publishes, both packs together, under both commissions, three days ahead; a plan
/// that is in force is not replaced, and a year of which a rounded table was taken stays as it is.
#[test]
fn a_school_year_goes_under_seal() {
    let city = City::new();
    let name = format!("370203-{}", city.year);
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let both = [0, 1].as_slice();
    let listed = city.pack(("roster", &name), &roster, (1, city.today, both));
    let signed = city.pack(("plan", &name), &plan, (1, city.soon, both));
    let half = city.pack(("plan", &name), &plan, (1, city.soon, &[0]));
    let elsewhere = ["plan", "publish", text(&signed), text(&listed), "--data"];
    let refused = hub(&[elsewhere.as_slice(), &[text(&city.district)]].concat());
    assert_eq!(refused.failed(), (4, "CITY_PUBLISHES".to_owned()));
    let alone = hub(&["directive", "publish", text(&signed), "--data", text(&city.data)]);
    assert_eq!(alone.failed(), (4, "PLAN_PUBLISHES".to_owned()));
    assert_eq!(city.publish(&half, &listed).failed().1, "PACK_REFUSED");
    assert_eq!(city.publish(&listed, &signed).failed().1, "PACK_KIND");
    for too_soon in [city.today, city.soon.yesterday().expect("day")] {
        let late = city.pack(("plan", &name), &plan, (1, too_soon, both));
        assert_eq!(city.publish(&late, &listed).failed(), (4, "PLAN_BEGAN".to_owned()));
    }
    let [other, wider] = city.texts("370203", ("S", "6"));
    let text_of = std::fs::read_to_string(&other).expect("roster") + "\n";
    std::fs::write(&other, text_of).expect("roster");
    let foreign = city.pack(("roster", &name), &other, (2, city.today, both));
    assert_eq!(city.publish(&signed, &foreign).failed(), (4, "ROSTER".to_owned()));

    let done = ok(city.publish(&signed, &listed)).json();
    assert_eq!((&done["schools"], &done["helper"]), (&12.into(), &"HC-QD".into()));
    ok(city.publish(&signed, &listed));
    let known = ok(hub(&["directive", "list", "--data", text(&city.data)])).json();
    assert_eq!(known.as_array().map(Vec::len), Some(2), "{known}");
    let later = city.soon.tomorrow().expect("day");
    let other = city.pack(("plan", &name), &plan, (1, later, both));
    assert_eq!(city.publish(&other, &listed).failed(), (4, "OTHER_PUBLISHED".to_owned()));
    // Until its first day it can be replaced.
    let newer = city.pack(("plan", &name), &wider, (2, later, both));
    ok(city.publish(&newer, &listed));

    let second = format!("370202-{}", city.year);
    let [roster, plan] = city.texts("370202", ("R", "5"));
    let config = Config::load(&city.data).expect("config");
    let store = open_store(&config).expect("store");
    let taken = Contribution {
        place: Place {
            unit: "370202".to_owned(),
            table: "rounded.alt".to_owned(),
            period: format!("{}S1", city.year),
        },
        revision: 1,
        catalogue: vec![1; 33],
        digest: vec![1; 33],
        body: vec![1],
        signature: vec![1],
        arrived_at_ms: 1,
    };
    let inserted: Result<(), runtime::sql::SqlError> =
        store.write("taken", move |tx| insert(tx, &taken));
    inserted.expect("inserted");
    drop(store);
    let listed = city.pack(("roster", &second), &roster, (1, city.today, both));
    let signed = city.pack(("plan", &second), &plan, (1, city.soon, both));
    let refused = city.publish(&signed, &listed);
    assert_eq!(refused.failed(), (4, "ROUNDED_TAKEN".to_owned()), "{}", refused.err);
}

/// A version that is sound by itself and leaks beside the one that is published is refused with its
/// group; made beside that one, its group rests, and it is published.
#[test]
fn a_version_that_leaks_beside_the_published_one_is_refused() {
    let city = City::new();
    let name = format!("370203-{}", city.year);
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let both = [0, 1].as_slice();
    let listed = city.pack(("roster", &name), &roster, (1, city.today, both));
    ok(city.publish(&city.pack(("plan", &name), &plan, (1, city.soon, both)), &listed));
    let folder = city.at("exchanged");
    std::fs::create_dir(&folder).expect("folder");
    let other = folder.join(format!("{name}.csv"));
    let rows = std::fs::read_to_string(&roster).expect("roster");
    std::fs::write(&other, rows.replace("S12,T1,o12,", "S13,T1,o13,")).expect("roster");
    let listed = city.pack(("roster", &name), &other, (2, city.today, both));
    let (day, [leader, helper]) = (city.today.to_string(), &city.statements);
    let made = |more: &[&str]| {
        let args = ["plan", "make", text(&other), "--census-day", &day];
        let keys = ["--leader-statement", text(leader), "--helper-statement", text(helper)];
        ok(hub(&[args.as_slice(), &keys, more].concat()));
        folder.join(format!("{name}.toml"))
    };
    let alone = made(&[]);
    let signed = city.pack(("plan", &name), &alone, (2, city.soon, both));
    let refused = city.publish(&signed, &listed);
    assert_eq!(refused.failed(), (4, "PLAN_LEAKS".to_owned()), "{}", refused.err);
    assert!(refused.err.contains(&format!("{}-junior-", city.year)), "{}", refused.err);
    std::fs::remove_file(&alone).expect("plan");
    let beside = made(&["--replaces", text(&plan)]);
    let signed = city.pack(("plan", &name), &beside, (3, city.soon, both));
    ok(city.publish(&signed, &listed));
}

/// A calendar moves days freely until a year of theirs is under seal; from then on those that lie
/// ahead, and none that has passed: by such a day it is decided that no key is made any more.
#[test]
fn a_day_that_passed_stays_in_a_year_under_seal() {
    let city = City::new();
    let name = format!("370203-{}", city.year);
    let [before, yesterday] =
        [-2_i32, -1].map(|days| city.today.checked_add(days.days()).expect("day"));
    let [end, longer] = [60_i32, 67].map(|days| city.today.checked_add(days.days()).expect("day"));
    ok(city.spread(&city.calendar(1, (before, end))));
    ok(city.spread(&city.calendar(2, (yesterday, end))));
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let listed = city.pack(("roster", &name), &roster, (1, city.today, &[0, 1]));
    let signed = city.pack(("plan", &name), &plan, (1, city.soon, &[0, 1]));
    ok(city.publish(&signed, &listed));
    let moved = city.spread(&city.calendar(3, (city.today, longer)));
    assert_eq!(moved.failed(), (4, "DAY_PASSED".to_owned()), "{}", moved.err);
    let said = moved.json().to_string();
    assert!(said.contains(&yesterday.to_string()), "{said}");
    ok(city.spread(&city.calendar(4, (yesterday, longer))));
}

/// A plan that is in force is not replaced, by the same content under another day neither: its
/// tasks would be the same, and what was over would not be over any more.
///
/// Method: the store has a plan that was published some days ago.
#[test]
fn a_plan_that_is_in_force_stands() {
    let city = City::new();
    let name = format!("370203-{}", city.year);
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let [_, wider] = city.texts("370203", ("S", "6"));
    let listed = city.pack(("roster", &name), &roster, (1, city.today, &[0, 1]));
    let signed = city.pack(("plan", &name), &plan, (1, city.today, &[0, 1]));
    city.deliver(&city.data, &[&listed, &signed]);
    ok(city.publish(&signed, &listed));
    for (text, serial) in [(&wider, 2), (&plan, 3)] {
        let newer = city.pack(("plan", &name), text, (serial, city.soon, &[0, 1]));
        let refused = city.publish(&newer, &listed);
        assert_eq!(refused.failed(), (4, "PLAN_STANDS".to_owned()), "{serial}: {}", refused.out);
    }
}

/// Statements of both hubs for the year after the one of which these packs came down to them.
fn next_statements(city: &City, packs: &[&PathBuf]) -> [PathBuf; 2] {
    std::fs::create_dir(city.at("next")).expect("folder");
    let hubs = [("leader", &city.district, 0), ("helper", &city.helper, 1)];
    hubs.map(|(half, data, first)| {
        city.deliver(data, packs);
        let purpose = format!("aggregate-{half}");
        let held = || {
            let list = ok(hub(&["key", "list", "--data", text(data)])).json();
            list["keys"].as_array().expect("keys").len()
        };
        assert_eq!(held(), 1);
        let statement = stated(&city.at("next"), &city.roots, (half, data, first));
        assert_eq!(held(), 2, "without --renew");
        // No plan names this one: it is asked for again as it is.
        let again = city.at(&format!("{half}-again"));
        let args = ["key", "request", "--purpose", &purpose, "--out", text(&again)];
        let told = ok(hub(&[args.as_slice(), &["--data", text(data)]].concat())).json();
        assert_eq!((&told["new"], held()), (&false.into(), 2));
        statement
    })
}

/// A hub's key is one school year's. Once a plan names it the next request makes another; a plan of
/// the next year that names it all the same is neither made, nor called sound, nor published,
/// whichever area it is of, and each refusal says what to do.
#[test]
fn a_key_is_that_of_one_school_year() {
    let city = City::new();
    let both = [0, 1].as_slice();
    let (name, next) = (format!("370203-{}", city.year), city.year + 1);
    let folder = city.at("370203-5");
    let [roster, plan] = city.texts("370203", ("S", "5"));
    let listed = city.pack(("roster", &name), &roster, (1, city.today, both));
    let signed = city.pack(("plan", &name), &plan, (1, city.soon, both));
    ok(city.publish(&signed, &listed));
    let taken = (4, "KEY_OF_OTHER_YEAR".to_owned());
    let (made, [_, later]) = city.make(&folder, ("370203", next), ("S", "5"), &city.statements);
    assert_eq!(made.failed(), taken);
    let said = made.json().to_string();
    assert!(said.contains(&name) && said.contains("key request"), "{said}");
    assert!(!later.exists());
    // Made where the year before does not lie beside it, it is refused all the same.
    for area in ["370203", "370202"] {
        let apart = city.at(&format!("apart-{area}"));
        let (made, [roster, plan]) = city.make(&apart, (area, next), ("R", "5"), &city.statements);
        ok(made);
        let name = format!("{area}-{next}");
        let listed = city.pack(("roster", &name), &roster, (1, city.today, both));
        let signed = city.pack(("plan", &name), &plan, (1, city.soon, both));
        assert_eq!(city.publish(&signed, &listed).failed(), taken, "{area}");
        if area == "370203" {
            for file in [&roster, &plan] {
                let beside = folder.join(file.file_name().expect("name"));
                std::fs::copy(file, beside).expect("copied");
            }
            let look = hub(&["plan", "check", text(&later)]);
            assert_eq!(look.failed(), taken);
        }
    }
    for file in ["csv", "toml"] {
        std::fs::remove_file(folder.join(format!("370203-{next}.{file}"))).expect("removed");
    }
    let statements = next_statements(&city, &[&listed, &signed]);
    let (made, [roster, plan]) = city.make(&folder, ("370203", next), ("S", "5"), &statements);
    ok(made);
    ok(hub(&["plan", "check", text(&plan)]));
    let name = format!("370203-{next}");
    let listed = city.pack(("roster", &name), &roster, (2, city.today, both));
    let signed = city.pack(("plan", &name), &plan, (2, city.soon, both));
    let refused = city.publish(&signed, &listed).failed();
    assert_ne!(refused, taken, "its key is its own");
}

/// A relay's key is requested at a district, signed by both commissions, kept and listed; a helper
/// is no relay, a statement for sums is none for letters, and letters are told in counts.
#[test]
fn a_relays_key_is_stated_at_the_terminal() {
    let city = City::new();
    let run = |args: &[&str]| hub(&[args, &["--data", text(&city.district)]].concat());
    let before = ok(run(&["letters", "status"])).json();
    assert_eq!(before["relay_keys"], 0, "{before}");
    assert_eq!((&before["in_lists"], before.get("waiting")), (&serde_json::json!(0), None));
    assert!(before["limits_counted_since"].is_null() && before["late"] == serde_json::json!([]));
    let none = city.at("none");
    let args = ["key", "request", "--purpose", "relay", "--out", text(&none)];
    let refused = hub(&[args.as_slice(), &["--data", text(&city.helper)]].concat());
    assert_eq!(refused.failed(), (4, "NOT_A_RELAY".to_owned()));
    let statement = stated(city.folder.path(), &city.roots, ("relay", &city.district, 0));
    let list = ok(run(&["key", "list"])).json();
    let key = list["relay_keys"][0]["key"].clone();
    assert!(key.is_string(), "{list}");
    let kept = ok(run(&["key", "state", text(&statement)])).json();
    assert_eq!(kept, serde_json::json!([{"unit": "370203", "purpose": "relay", "key": key}]));
    ok(run(&["key", "state", text(&statement), text(&statement)]));
    let [of_sums, _] = &city.statements;
    let refused = run(&["key", "state", text(of_sums)]);
    assert_eq!(refused.failed(), (4, "STATEMENT_PURPOSE".to_owned()));
    let refused = run(&["key", "state", text(&city.at("nowhere"))]);
    assert_eq!(refused.failed(), (3, "STATEMENT_FILE".to_owned()));
    let one = city.at("relay-one");
    let refused = run(&["key", "state", text(&one)]);
    assert_eq!(refused.failed(), (4, "STATEMENT".to_owned()), "one commission has signed it");
    assert_eq!(ok(run(&["letters", "status"])).json()["relay_keys"], 1);
}

/// A pack key is stolen: its root takes it back by a list that any hub publishes, and from then on
/// no pack under it is published; under the key that replaces it packs are. The other commission's
/// root takes it back neither by mistake nor on purpose, and a list is not numbered twice.
#[test]
fn a_stolen_pack_key_is_taken_back() {
    let city = City::new();
    let [own, other] = &city.roots;
    let key = own.join("pack-key");
    let revoke = |(root, certificate): (&Path, &Path), out: &str, extra: &[&str]| {
        let out = city.at(out);
        let args = ["revoke", "--dir", text(root), "--reason", "stolen", "--out", text(&out)];
        (ca(&[args.as_slice(), &["--certificate", text(certificate)], extra].concat()), out)
    };
    let (refused, _) = revoke((other, &key), "none", &["--yes"]);
    assert_eq!(refused.failed(), (4, "NOT_OF_THIS_ROOT".to_owned()), "{}", refused.err);
    assert_eq!(revoke((own, &key), "none", &[]).0.failed(), (2, "INPUT_NEEDED".to_owned()));
    assert!(!own.join("revocations.list").exists(), "nothing was signed");
    let [census, end] = [-2_i32, 60].map(|n| city.today.checked_add(n.days()).expect("day"));
    let [first, second] = [1, 2].map(|serial| city.calendar(serial, (census, end)));
    ok(city.spread(&first));

    // The key file is gone with the thief; a pack that it signed says which key it was.
    let (made, list) = revoke((own, &first), "list", &["--yes"]);
    let made = ok(made).json();
    assert_eq!((&made["number"], &made["revoked"][0]["of"]), (&1.into(), &"packs".into()));
    assert_ne!(revoke((own, &key), "again", &["--yes"]).0.code, 0, "it is on the list");
    let at_district =
        |file: &Path| hub(&["directive", "publish", text(file), "--data", text(&city.district)]);
    assert_eq!(at_district(&second).failed().1, "CITY_PUBLISHES");
    ok(at_district(&list));
    assert_eq!(ok(city.spread(&list)).json()[0]["new"], true);
    assert_eq!(ok(city.spread(&list)).json()[0]["new"], false);
    assert_eq!(city.spread(&second).failed(), (5, "PACK_REFUSED".to_owned()));
    let listed = ok(hub(&["directive", "list", "--data", text(&city.data)])).json();
    let marks: Vec<_> = listed
        .as_array()
        .expect("list")
        .iter()
        .map(|one| (one["kind"].as_str().expect("kind"), one["signer_revoked"] == true))
        .collect();
    assert_eq!(marks, [("calendar", true), ("revocations", false)]);

    std::fs::remove_file(&key).expect("stolen");
    let args = ["pack-key", "--dir", text(own), "--out", text(&key)];
    ok(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()));
    ok(city.spread(&city.calendar(3, (census, end))));
    let (made, _) = revoke((own, &own.join("statement-key")), "next", &["--yes"]);
    let made = ok(made).json();
    assert_eq!((&made["number"], made["revoked"].as_array().map(Vec::len)), (&2.into(), Some(2)));
}
