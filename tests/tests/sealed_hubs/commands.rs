//! The commands of sealed sums as an operator types them beside a hub that serves: what waits and
//! what is opened, which reports were refused, a school's objection, a school that is away.
//!
//! Each is a process of its own on the hub's folder, in the time of the city.

use std::process::Command;

use certs::digest::sha256;
use domain::disclosure::sealed::CapClass;
use hub::store::sealed::{notes, record, year};
use runtime::clock::Clock;
use serde_json::{Value, json};
use tests::federation::RunningHub;

use crate::city::{City, FLOW, LEADER, SCHOOLS, STOCK, TERM, WEEK, Wished};
use crate::figures::CLOSED;
use crate::roll_up::arrived;
use crate::school::{all_but, draft, opened_after, recount, task};
use crate::{THE_FLOW, THE_STOCK};

/// What a command did.
pub struct Ran {
    pub code: Option<i32>,
    out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no json: {}", self.out))
    }

    /// Exit code and the stable code of the error.
    fn failed(&self) -> (Option<i32>, String) {
        let code = self.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        (self.code, code)
    }
}

/// Runs `xinqiao-hub sealed` in a hub's folder, in the city's time.
fn sealed_in(city: &City, hub: &RunningHub, args: &[&str]) -> Ran {
    hub_in(city, hub, &[&["sealed"], args].concat())
}

/// Runs `xinqiao-hub` in a hub's folder, in the city's time.
pub fn hub_in(city: &City, hub: &RunningHub, args: &[&str]) -> Ran {
    let clock = city.federation.root().join("clock");
    let ahead_ms = city.federation.clock().now_ms() - Clock::system().now_ms();
    std::fs::write(&clock, ahead_ms.to_string()).expect("clock");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
    command.args(["__run", "--clock"]).arg(&clock).arg("hub").args(args);
    command.arg("--data").arg(&hub.hub.config().data).env_clear();
    let output = command.output().expect("program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The same for a program.
fn sealed(city: &City, hub: &RunningHub, args: &[&str]) -> Ran {
    sealed_in(city, hub, &[args, &["--json"]].concat())
}

/// The one area of the week as `sealed show` tells it.
fn shown(city: &City, hub: &RunningHub) -> Value {
    let ran = sealed(city, hub, &["show", FLOW, WEEK]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let told = ran.json();
    assert_eq!((&told["table"], &told["period"]), (&json!(FLOW), &json!(WEEK)));
    assert_eq!(told["areas"].as_array().map(Vec::len), Some(1), "{told}");
    told["areas"][0].clone()
}

/// What people read of a command, in both languages.
fn says(city: &City, hub: &RunningHub, args: &[&str], texts: [&str; 2]) {
    for (lang, text) in ["zh", "en"].into_iter().zip(texts) {
        let ran = sealed_in(city, hub, &[args, &["--lang", lang]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
}

/// A list counts what has not begun, shows it to whoever asks, and can be narrowed.
fn lists(city: &City, hub: &RunningHub, opened: &Value) {
    let ahead = ["的时段还没有开始（加 --ahead 列出）", "have not begun (--ahead lists them)"];
    says(city, hub, &["list"], ahead);
    says(city, hub, &["list", "--ahead"], ["时段还没有开始", "its period has not begun"]);
    says(city, hub, &["list", "--ahead"], ["已列在表中", "in the table"]);
    let unknown = (Some(3), "TASK_UNKNOWN".to_owned());
    for asked in [["--area", "999999"], ["--period", "hello"]] {
        assert_eq!(sealed(city, hub, &[&["list"], &asked[..]].concat()).failed(), unknown);
    }
    let waiting = sealed(city, hub, &["list", "--waiting"]).json();
    let waiting = waiting.as_array().expect("tasks");
    assert!(!waiting.is_empty() && !waiting.contains(opened), "what is opened waits for nobody");
    let week = sealed(city, hub, &["list", "--area", "370202", "--period", WEEK]).json();
    let week = week.as_array().expect("tasks");
    assert!(week.contains(opened) && week.iter().all(|one| one["period"] == WEEK));
}

/// What both operators read out, and the school has on its page.
fn is_listed(city: &City, digest: &str) {
    for hub in [&city.leader, &city.helper] {
        let listed = sealed(city, hub, &["reports", "S03"]).json();
        let own = json!({
            "table": FLOW, "period": WEEK, "number": 1, "report": digest, "state": "accepted",
            "code": "",
        });
        assert_eq!(listed, json!([own]));
        says(city, hub, &["reports", "S03"], [digest, digest]);
        says(city, hub, &["reports", "S03"], ["双方已确认", "accepted by both hubs"]);
    }
    let unknown = sealed(city, &city.leader, &["reports", "S99"]);
    assert_eq!(unknown.failed(), (Some(3), "SCHOOL_UNKNOWN".to_owned()));
}

/// A school rings a hub: the report that is listed there is not its own. The operator's command
/// keeps the sum closed, also at the hub that was not rung, and takes back what was a mistake; a
/// wrong digit, or another school's digest, is none. What then opens is shown with its record.
#[tokio::test(flavor = "multi_thread")]
async fn an_objection_is_typed_in_and_taken_back() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[3]);
    let digest = draft(&city, THE_FLOW, 3, 1).send(&city).to_string();
    city.step().await;
    city.step().await;
    let waiting = shown(&city, &city.leader);
    assert_eq!(waiting["state"], "schools_can_object");
    assert_eq!((&waiting["fresh"], &waiting["due"]), (&json!(SCHOOLS), &json!(SCHOOLS)));
    assert_eq!(waiting["ready"][0]["from"], "2026-09-15", "they have a day");
    let object = |school: &str, digest: &str, more: &[&str]| {
        sealed(&city, &city.helper, &[&["object", school, digest], more].concat())
    };
    is_listed(&city, &digest);
    let unknown = (Some(3), "REPORT_UNKNOWN".to_owned());
    let wrong = digest.chars().rev().collect::<String>();
    assert_eq!(object("S03", &wrong, &[]).failed(), unknown);
    assert_eq!(object("S03", "no digest", &[]).failed(), unknown);
    assert_eq!(object("S04", &digest, &[]).failed(), unknown, "another school's");
    assert_eq!(object("S03", &digest, &["--withdraw"]).failed(), unknown, "there was none");
    let noted = object("S03", &digest, &["--note", "the head teacher rang"]);
    assert_eq!(noted.code, Some(0), "{}", noted.err);
    assert_eq!(noted.json(), json!({"school": "S03", "report": digest, "withdrawn": false}));
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()));
    let kept = shown(&city, &city.leader);
    assert_eq!(kept["openings"][0]["refused"], "OBJECTABLE", "{kept}");
    assert_eq!(kept["openings"][0]["record"], Value::Null);

    let back = object("S03", &digest, &["--withdraw"]);
    assert_eq!((back.code, &back.json()["withdrawn"]), (Some(0), &json!(true)), "{}", back.err);
    city.step().await;
    assert_eq!(city.opened(id), [("cells".to_owned(), recount(&city, FLOW, 1..=SCHOOLS))]);
    for hub in [&city.leader, &city.helper] {
        let opened = shown(&city, hub);
        let records = hub.read(record::all);
        let bytes = &records.first().expect("record").bytes;
        assert_eq!(opened["state"], "opened");
        assert_eq!(opened["openings"][0]["record"], json!(records[0].number));
        assert_eq!(opened["openings"][0]["record_digest"], json!(sha256(bytes).to_string()));
        assert_eq!(opened["openings"][0]["groups"].as_array().map(Vec::len), Some(2));
        let digest = sha256(bytes).short();
        let texts = [digest.as_str(), digest.as_str()];
        says(&city, hub, &["show", FLOW, WEEK], texts);
        let all = sealed(&city, hub, &["list"]).json();
        let week = |one: &&Value| (&one["table"], &one["period"]) == (&json!(FLOW), &json!(WEEK));
        let found: Vec<&Value> = all.as_array().expect("tasks").iter().filter(week).collect();
        assert_eq!(found, [&opened], "a list has what is shown of one");
        says(&city, hub, &["list"], ["11 / 11", "11 / 11"]);
        lists(&city, hub, &opened);
    }
    let unknown = sealed(&city, &city.leader, &["show", FLOW, "2020-W01"]);
    assert_eq!(unknown.failed(), (Some(3), "TASK_UNKNOWN".to_owned()));
}

/// A school closes: written down at both hubs it is not waited for, and at one hub alone nothing
/// opens. One that is on no roster and days that end before they begin are refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_that_is_away_is_typed_in_at_both_hubs() {
    let city = City::start().await;
    all_but(&city, THE_FLOW, &[7]);
    city.step().await;
    city.step().await;
    says(&city, &city.leader, &["reports", "S07"], ["没有 S07", "No sealed report of S07"]);
    let away = |hub: &RunningHub, school: &str, days: &[&str]| {
        sealed(&city, hub, &[&["away", school], days].concat())
    };
    let stranger = away(&city.leader, "S99", &["--from", "2026-09-01"]);
    assert_eq!(stranger.failed(), (Some(3), "SCHOOL_UNKNOWN".to_owned()));
    let backwards = ["--from", "2026-09-02", "--to", "2026-09-01"];
    assert_eq!(away(&city.leader, "S07", &backwards).failed(), (Some(2), "DAYS".to_owned()));
    let missing = shown(&city, &city.leader);
    assert_eq!((&missing["missing"], &missing["due"]), (&json!(["S07"]), &json!(11)));
    says(&city, &city.leader, &["show", FLOW, WEEK], ["S07", "S07"]);
    let closed = ["--from", "2026-09-01", "--note", "merged into another school"];
    let noted = away(&city.leader, "S07", &closed);
    assert_eq!(noted.json(), json!({"school": "S07", "from": "2026-09-01", "to": null}));
    let fewer = shown(&city, &city.leader);
    assert_eq!((&fewer["missing"], &fewer["due"]), (&json!([]), &json!(10)));
    city.days(1);
    city.step().await;
    let id = task(&city, THE_FLOW);
    assert_eq!(shown(&city, &city.leader)["openings"][0]["refused"], "NOT_ADMITTED");
    assert!(city.opened(id).iter().all(|(_, cells)| cells.is_empty()), "health does not know");
    assert_eq!(away(&city.helper, "S07", &closed).code, Some(0));
    city.step().await;
    let opened = city.opened(id);
    let exact = recount(&city, FLOW, (1..=SCHOOLS).filter(|school| *school != 7));
    assert!(!opened[0].1.is_empty());
    assert!(opened[0].1.iter().all(|(place, value)| exact.get(place) == Some(value)));
    // It was a mistake: the absence ends before this week, for which the school is awaited again.
    let awaited = || {
        let next = sealed(&city, &city.leader, &["show", FLOW, "2026-W38"]).json();
        let missing = next["areas"][0]["missing"].as_array().expect("schools").clone();
        (missing.len(), missing.contains(&json!("S07")))
    };
    assert_eq!(awaited(), (10, false));
    let mended = away(&city.leader, "S07", &["--from", "2026-09-01", "--to", "2026-09-01"]);
    assert_eq!(mended.json()["to"], "2026-09-01");
    assert_eq!(awaited(), (11, true));
}

/// Closing a year changes nothing of what was opened: the terminal says so, names the stages that
/// the plan never opens, and what was left.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_keeps_what_was_opened() {
    let wished = Wished { further: &CLOSED, ..Wished::default() };
    let city = City::start_with(wished).await;
    opened_after(&city, THE_STOCK, &[], 7).await;
    city.leader.write(|tx| {
        let area = LEADER.parse().expect("unit");
        year::close(tx, (&area, 2026), (b"record", b"signature"), 1)
    });
    let told = |table: &str, period: &str| {
        sealed(&city, &city.leader, &["show", table, period]).json()["areas"][0].clone()
    };
    let (stock, week) = (told(STOCK, TERM), told(FLOW, WEEK));
    assert_eq!((&stock["state"], &stock["closed"]), (&json!("opened"), &json!(true)), "{stock}");
    assert_eq!(stock["left"], json!([]));
    let waits = stock["waits"].as_array().expect("groups");
    assert!(!waits.is_empty(), "{stock}");
    assert!(waits.iter().all(|one| one["stage"] == "senior" && one["closed"] == json!(true)));
    assert_eq!(week["state"], "year_closed");
    assert_eq!(week["left"].as_array().map(Vec::len), Some(2), "{week}");
    let asked = ["show", STOCK, TERM];
    let few = ["学校太少，按方案不开启", "too few schools: closed by the plan"];
    says(&city, &city.leader, &asked, few);
    let over = ["2026–2027 学年已在本枢纽结清", "School year 2026–2027 of 370202"];
    let told: [&[&str]; 3] = [&asked, &["list"], &["show", FLOW, WEEK]];
    for asked in told {
        says(&city, &city.leader, asked, over);
    }
    let left = ["学年结清前没有开启", "not opened before the school year was closed"];
    says(&city, &city.leader, &["show", FLOW, WEEK], left);
    let waiting = sealed(&city, &city.leader, &["list", "--waiting"]).json();
    assert_eq!(waiting, json!([]), "nothing of a closed year is waited for");
}

/// A hub above lists what came to it by area and period, refuses what nothing came of, and says
/// which stages of an area stay closed; what waits is not for it to know.
#[tokio::test(flavor = "multi_thread")]
async fn a_hub_above_lists_what_is_asked_for() {
    let wished = Wished { further: &CLOSED, ..Wished::default() };
    let (city, top) = City::start_below_top(wished).await;
    opened_after(&city, THE_FLOW, &[], 1).await;
    arrived(&city, &top, 1).await;
    let list = |asked: &[&str]| sealed(&city, &top, &[&["list"], asked].concat());
    let all = list(&[]).json();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    assert_eq!(list(&["--area", LEADER, "--period", WEEK]).json(), all);
    let unknown = (Some(3), "TASK_UNKNOWN".to_owned());
    for asked in [["--area", "310117"], ["--period", "2026-W38"], ["--period", "hello"]] {
        assert_eq!(list(&asked).failed(), unknown, "{asked:?}");
    }
    assert_eq!(list(&["--waiting"]).json(), json!([]));
    says(&city, &top, &["list", "--waiting"], ["看不到还在等待的", "does not know what waits"]);
    let closed = ["不开启的学段：普通高中 2 校", "which stay closed: Senior middle (2 schools)"];
    says(&city, &top, &["show", FLOW, WEEK], closed);
    let shown = sealed(&city, &top, &["show", FLOW, WEEK]).json();
    let closed = json!([{"stage": "senior", "schools": 2}]);
    assert_eq!(shown["areas"][0]["closed"], closed, "{shown}");
}

/// A number that an operator confirmed is shown with the sum in which it stood, in whose words,
/// also after it was taken back; without a note nothing is confirmed or taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_number_is_shown_with_its_sum() {
    let city = City::start().await;
    all_but(&city, THE_STOCK, &[3]);
    let digest = draft(&city, THE_STOCK, 3, 1).send(&city).to_string();
    city.step().await;
    city.step().await;
    let confirm = |more: &[&str]| {
        let asked = ["confirm", "S03", digest.as_str(), "junior"];
        sealed(&city, &city.leader, &[&asked[..], more].concat())
    };
    assert_eq!(confirm(&[]).code, Some(2), "who called, and what was said");
    assert_eq!(confirm(&["--note", ""]).code, Some(2));
    let noted = confirm(&["--note", "the head teacher"]);
    assert_eq!(noted.code, Some(0), "{}", noted.err);
    city.days(7);
    city.step().await;
    let kept = || {
        let told = sealed(&city, &city.leader, &["show", STOCK, TERM]).json();
        let openings = told["areas"][0]["openings"].as_array().expect("openings").clone();
        assert!(openings[0]["record"].is_number(), "{told}");
        openings[0]["confirmed"].clone()
    };
    let before = kept();
    assert_eq!(before.as_array().map(Vec::len), Some(1), "{before}");
    assert_eq!(
        (&before[0]["school"], &before[0]["note"]),
        (&json!("S03"), &json!("the head teacher"))
    );
    assert_eq!(before[0]["withdrawn"], Value::Null);
    assert_eq!(confirm(&["--withdraw"]).code, Some(2));
    let back = confirm(&["--withdraw", "--note", "another school"]);
    assert_eq!(back.code, Some(0), "{}", back.err);
    let after = kept();
    assert_eq!(after[0]["withdrawn"]["note"], "another school");
    assert_eq!(after[0]["at"], before[0]["at"]);
    let texts = ["the head teacher；", "the head teacher; taken back"];
    says(&city, &city.leader, &["show", STOCK, TERM], texts);
}

/// The operator of a hub that was put back reads what to enter again, and says so once it is done;
/// at a hub that waits for nothing the command does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_lacks_is_said_to_be_entered_again() {
    let city = City::start().await;
    let renoted = |args: &[&str]| sealed(&city, &city.helper, &[&["renoted"], args].concat());
    let nothing = (Some(3), "NO_NOTES_LOST".to_owned());
    assert_eq!(renoted(&["--note", "the log"]).failed(), nothing);
    city.helper.write(|tx| notes::lose(tx, 1_788_700_000_000));
    says(&city, &city.helper, &["list"], ["sealed renoted", "sealed renoted"]);
    assert_eq!(renoted(&[]).code, Some(2), "by which list");
    let done = renoted(&["--note", "the log"]);
    assert_eq!((done.code, done.json()), (Some(0), json!({"entered": true})), "{}", done.err);
    assert_eq!(city.helper.read(notes::lost), None);
    assert_eq!(renoted(&["--note", "the log"]).failed(), nothing);
}

/// Reports that were refused are listed by school with their code, and people are told what to do
/// about each; at a hub where none was, it says so.
#[tokio::test(flavor = "multi_thread")]
async fn refused_reports_are_listed_with_what_to_do() {
    let city = City::start().await;
    let none = ["没有被拒收的报告", "No report was refused"];
    says(&city, &city.leader, &["refused"], none);
    assert_eq!(sealed(&city, &city.leader, &["refused"]).json(), json!([]));
    draft(&city, THE_FLOW, 1, 1).send(&city);
    city.step().await;
    city.step().await;
    // The same number a second time, and a cap that is not the school's.
    let second = draft(&city, THE_FLOW, 1, 1).send(&city);
    let mut over = draft(&city, THE_FLOW, 2, 1);
    over.report.cap = CapClass::all().last().expect("cap");
    let over = over.send(&city);
    city.step().await;
    let listed = sealed(&city, &city.leader, &["refused"]).json();
    let of = |school: &str| {
        let all = listed.as_array().expect("a list").iter();
        let own: Vec<&Value> = all.filter(|one| one["school"] == school).collect();
        assert_eq!(own.len(), 1, "{listed}");
        (own[0]["code"].clone(), own[0]["report"].clone(), own[0]["period"].clone())
    };
    let told = |code: &str, report: String| (json!(code), json!(report), json!(WEEK));
    assert_eq!(of("S01"), told("other_report", second.to_string()));
    assert_eq!(of("S02"), told("other_cap", over.to_string()));
    for texts in [
        ["S01", "S02"],
        ["先到的一份有效，无须处理", "the first one stands"],
        ["请学校确认已收到最新的方案和目录", "has the latest plan and catalogue"],
    ] {
        says(&city, &city.leader, &["refused"], texts);
    }
}
