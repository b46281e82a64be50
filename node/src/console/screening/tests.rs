//! Runs from the first code to the return visit, as browsers without scripts meet them.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::scale::Setting;
use domain::screening::order::{LowestTier, PER_DAY};
use domain::screening::{State, Unasked};
use jiff::civil::{date, time};
use runtime::clock::{Clock, SimulatedClock};
use runtime::web::trial::{Browser, PASSWORD, Seen};
use runtime::web::{Label, Role, Shell, Transport, console};

mod closing;
mod ends;
mod files;
mod pulse;
mod results;
mod slips;
mod stale;
mod tiers;
mod way;

use super::super::trial::{self, Person};
use super::*;
use crate::console::answer;
use crate::import::value::Grade;
use crate::ledger::critical::CriticalItem;
use crate::ledger::run::{self, RunId, people};
use crate::ledger::testing::{AS_OF, NOW_MS, SCALE, School, TODAY, TestPupil};
use crate::ledger::{read, sheet};
use crate::packs::Packs;
use crate::screening::funnel::{self, Funnel, Standing};
use crate::screening::opening::{self, Plan};

/// A school with a run over two pupils, and its pages.
struct Fair {
    school: School,
    shelf: Arc<Shelf>,
    run: RunId,
    clock: Clock,
    hand: SimulatedClock,
}

fn shelf() -> Arc<Shelf> {
    Arc::new(Shelf::new(Setting::Demonstration, Packs::embedded))
}

fn plan(name: &str) -> Plan {
    let packs = Packs::embedded().expect("packs");
    let grades = ["g7", "g8", "g9"].map(|code| Grade::from_code(code).expect("grade"));
    let term = *packs.calendar().term(crate::ledger::testing::TERM).expect("term");
    Plan {
        name: name.to_owned(),
        contact: "心理辅导室 204".to_owned(),
        term,
        scales: vec![(packs.scale(SCALE).expect("scale").clone(), grades.to_vec())],
        first: date(2025, 11, 17),
        last: date(2025, 11, 28),
        hours: (time(0, 0, 0, 0), time(23, 0, 0, 0)),
        classes_per_day: 0,
        lowest: LowestTier::Left,
        unasked: Unasked::Wait,
        per_day: PER_DAY,
        special: None,
    }
}

fn fair(pupils: &[TestPupil]) -> Fair {
    let school = School::new();
    school.roster(pupils, AS_OF);
    school.staff(&[(1, "心理教师"), (2, "班主任")]);
    let (shelf, start) = (shelf(), jiff::Timestamp::from_millisecond(NOW_MS).expect("instant"));
    let (clock, hand) = Clock::simulated(start);
    let own = Arc::clone(&shelf);
    let opened = school.ledger.write("open", move |tx| {
        let staff = Some(crate::ledger::entry::StaffId(1));
        let role = domain::ledger::SchoolRole::Counsellor;
        opening::open(tx, &Author::new("li", role, staff, NOW_MS), &plan("秋季普测 <b>"), &own)
    });
    let run = opened.expect("run");
    Fair { school, shelf, run, clock, hand }
}

impl Fair {
    async fn sign_in(&self, login: &'static str, role: Role, staff: &'static str) -> Browser {
        trial::account(&self.school, Person { login, role, staff }, NOW_MS).await;
        let shell = self.shell(trial::site());
        let office = trial::office(&shell, &self.school.ledger);
        let pages = router(office, Arc::clone(&self.shelf), "https://10.0.0.5:8481");
        let mut browser = Browser::new(console(shell, pages));
        browser.sign_in(login, PASSWORD).await.expect("sign in");
        browser
    }

    fn shell(&self, site: runtime::web::Site) -> Arc<Shell> {
        trial::shell(&self.school, site, self.clock.clone())
    }

    /// A student's browser.
    fn desk(&self) -> Browser {
        let site = answer::site(Label::same("示例"), "F1".to_owned(), Transport::Loopback);
        let (ledger, shelf) = (self.school.ledger.clone(), Arc::clone(&self.shelf));
        Browser::new(answer::alone(self.shell(site), ledger, shelf))
    }

    fn state(&self, n: usize) -> State {
        let run = self.run;
        self.school.ledger.read(move |tx| people::all(tx, run)).expect("people")[n].state
    }

    /// As if the sheet of everybody were void.
    fn void(&self) {
        self.school.ledger.write("void", people::danger_void_all).expect("void");
    }

    fn funnel(&self) -> (Funnel, Vec<Standing>) {
        let id = self.run;
        let found = self.school.ledger.read(move |tx| {
            let known = run::get(tx, id)?;
            let standings = funnel::standings(tx, &known, TODAY)?;
            let seen = funnel::funnel(tx, &known, &standings)?;
            Ok::<_, LedgerRefusal>((seen, standings.iter().map(|(_, how)| *how).collect()))
        });
        found.expect("funnel")
    }

    fn outcomes(&self) -> Vec<domain::scale::Outcome> {
        let found = self
            .school
            .ledger
            .read(|tx| sheet::outcomes(tx, crate::ledger::testing::TERM, date(2026, 1, 1)));
        found.expect("sheets").iter().map(|sheet| sheet.outcome).collect()
    }
}

/// The codes of the first class, as the counsellor prints them.
async fn codes(fair: &Fair, counsellor: &mut Browser) -> Vec<String> {
    let class = class_path(fair);
    let page = counsellor.get(&class).await.expect("class");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("screening-class.html").expect("keep");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let seen = page.field("seen").unwrap_or("0");
    let fields = [("csrf", csrf.as_str()), ("who", "all"), ("seen", seen)];
    let slips = counsellor.post(&format!("{class}/codes"), &fields).await.expect("slips");
    assert_eq!((slips.status, slips.flaws()), (StatusCode::OK, Vec::new()));
    slips.keep("screening-slips.html").expect("keep");
    assert!(slips.text.contains("https://10.0.0.5:8481"));
    let codes = slips.text.split("<b>").skip(1).filter_map(|rest| rest.split('<').next());
    codes.filter(|code| code.len() == 11).map(str::to_owned).collect()
}

fn class_path(fair: &Fair) -> String {
    format!("/screening/{}/classes/1", fair.run.0)
}

async fn enter(desk: &mut Browser, code: &str) -> Seen {
    let page = desk.get("/answer").await.expect("page");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    desk.post("/answer", &[("csrf", csrf.as_str()), ("code", code)]).await.expect("reply")
}

async fn press(desk: &mut Browser, place: usize, value: &str) -> Seen {
    let path = format!("/answer/items/{place}");
    let page = desk.get(&path).await.expect("item");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{}", page.text);
    let csrf = page.field("csrf").expect("csrf").to_owned();
    desk.post(&path, &[("csrf", csrf.as_str()), ("value", value)]).await.expect("saved")
}

async fn submit(desk: &mut Browser) -> Seen {
    let page = desk.get("/answer/review").await.expect("review");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("answer-review.html").expect("keep");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    desk.post("/answer/submit", &[("csrf", csrf.as_str())]).await.expect("submitted")
}

/// A code opens the questions, every answer is kept at once, another browser goes on where the
/// first one stopped, and what is handed in is a sheet like an imported one.
#[tokio::test]
async fn a_student_answers_stops_goes_on_elsewhere_and_hands_in() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    assert_eq!(codes.len(), 2);
    let mut first = fair.desk();
    let page = first.get("/answer").await.expect("page");
    page.keep("answer-code.html").expect("keep");
    assert_eq!(page.flaws(), Vec::<String>::new());
    assert_eq!(enter(&mut first, &codes[0].to_lowercase()).await.status, StatusCode::SEE_OTHER);
    let start = first.get("/answer/start").await.expect("start");
    start.keep("answer-start.html").expect("keep");
    assert!(start.text.contains("＊某某") && !start.text.contains("张某某"), "{}", start.text);
    assert!(start.text.contains("12356") && start.text.contains("心理辅导室 204"));
    for place in 1..=5 {
        let saved = press(&mut first, place, "1").await;
        assert_eq!(saved.header("location"), format!("/answer/items/{}#q", place + 1));
    }
    assert_eq!(fair.state(0), State::Started);
    let item = first.get("/answer/items/3").await.expect("item");
    item.keep("answer-item.html").expect("keep");
    assert!(item.text.contains("aria-pressed=\"true\"") && !item.text.contains("分"));
    // Another browser with the same code goes on; the first one is shut.
    let mut second = fair.desk();
    enter(&mut second, &codes[0]).await;
    let start = second.get("/answer/start").await.expect("start");
    assert!(start.text.contains("/answer/items/6"), "it goes on at the first open question");
    let shut = first.get("/answer/items/6").await.expect("shut");
    assert_eq!(shut.header("location"), "/answer?ended=1");
    for place in 6..=26 {
        press(&mut second, place, "0").await;
    }
    let done = submit(&mut second).await;
    assert_eq!((done.status, done.flaws()), (StatusCode::OK, Vec::new()));
    done.keep("answer-done.html").expect("keep");
    assert!(done.text.contains("谢谢") && done.text.contains("12356"));
    assert_eq!(fair.state(0), State::Submitted);
    assert_eq!(fair.outcomes().len(), 1);
    assert_eq!(fair.school.rows("draft"), 0, "what was handed in is in the sheet alone");
    // The code opens nothing any more, and says so kindly.
    let again = enter(&mut fair.desk(), &codes[0]).await;
    assert!(again.text.contains("已经交过卷"), "{}", again.text);
}

/// A critical answer is before the counsellors when it is given, with its limit and first in the
/// queue, while the sheet is still open; the student is offered help and told no score.
#[tokio::test]
async fn a_critical_answer_calls_before_the_sheet_is_handed_in() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[1]).await;
    let saved = press(&mut desk, 9, "3").await;
    assert_eq!(saved.header("location"), "/answer/items/10?care=1#q");
    let next = desk.get("/answer/items/10?care=1").await.expect("next");
    assert_eq!(next.flaws(), Vec::<String>::new());
    next.keep("answer-care.html").expect("keep");
    assert!(next.text.contains("12356") && next.text.contains("举手"));
    let items = || fair.school.ledger.read(read::all::<CriticalItem>).expect("items").len();
    assert_eq!((items(), fair.school.rows("sheet")), (1, 0));
    // Changing it afterwards neither doubles the call nor takes it back.
    press(&mut desk, 9, "2").await;
    press(&mut desk, 9, "0").await;
    assert_eq!(items(), 1);
    let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
    assert_eq!((queue.status, queue.flaws()), (StatusCode::OK, Vec::new()));
    queue.keep("screening-queue.html").expect("keep");
    assert!(queue.text.contains("60 分钟内谈话"), "{}", queue.text);
    // Spoken with: it leaves the urgent place and still waits for the interview.
    let csrf = queue.field("csrf").expect("csrf").to_owned();
    let path = format!("/screening/{}/queue/2", fair.run.0);
    // What is raised between the page and the button is not spoken about with it.
    let seen = queue.field("seen_ms").expect("seen").to_owned();
    let before = (seen.parse::<i64>().expect("instant") - 86_400_000).to_string();
    for (seen_ms, is_open) in [(before, true), (seen, false)] {
        let fields = [("csrf", csrf.as_str()), ("seen_ms", seen_ms.as_str())];
        li.post(&format!("{path}/spoken"), &fields).await.expect("spoken");
        let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
        assert_eq!(queue.text.contains("60 分钟内谈话"), is_open, "{}", queue.text);
    }
    let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
    assert!(queue.text.contains("危险条目已谈话"));
    // The interview decides the tier, opens the case and sets the return visit.
    let form = li.get(&path).await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    form.keep("screening-interview.html").expect("keep");
    let fields = [
        ("csrf", csrf.as_str()),
        ("day", "2025-11-20"),
        ("result", "t2"),
        ("reason", "近两周情绪低落"),
        ("return_visit", "2025-12-04"),
        ("note", "<script>alert(1)</script>"),
    ];
    let held = li.post(&path, &fields).await.expect("held");
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    let (seen, _) = fair.funnel();
    let ways = (seen.positive, seen.due, seen.interviewed, seen.tiered, seen.followed);
    assert_eq!((ways, seen.returned), ((1, 1, 1, 1, 1), 0));
    let queue = li.get(&format!("/screening/{}/queue", fair.run.0)).await.expect("queue");
    assert!(queue.text.contains("没有待访谈"), "{}", queue.text);
}

/// A refusal is noted kindly, taken back by the counsellor, and a guardian's refusal gives no code.
#[tokio::test]
async fn refusals_and_absences_are_on_record_and_made_up() {
    let mut refused = TestPupil::new(3);
    refused.consent = "否";
    let mut unasked = TestPupil::new(4);
    unasked.consent = "";
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2), refused, unasked]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    assert_eq!(codes.len(), 2, "who did not agree or was not asked is given no code");
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    press(&mut desk, 1, "2").await;
    let page = desk.get("/answer/decline").await.expect("decline");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let noted = desk.post("/answer/decline", &[("csrf", csrf.as_str())]).await.expect("noted");
    assert!(noted.text.contains("这没有关系"));
    assert_eq!((fair.state(0), fair.school.rows("draft")), (State::Refused, 0));
    let class = class_path(&fair);
    let page = li.get(&class).await.expect("class");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let note = |what| [("csrf", csrf.clone()), ("what", String::from(what)), ("back", "1".into())];
    for (student, what) in [(2, "absent"), (1, "reopened")] {
        let fields = note(what);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let path = format!("/screening/{}/people/{student}", fair.run.0);
        let done = li.post(&path, &fields).await.expect("noted");
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    assert_eq!((fair.state(0), fair.state(1)), (State::Waiting, State::Absent));
    let page = li.get(&format!("/screening/{}/makeup", fair.run.0)).await.expect("list");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("screening-makeup.html").expect("keep");
    // The absent student answers after all: made up.
    let mut desk = fair.desk();
    enter(&mut desk, &codes[1]).await;
    for place in 1..=26 {
        press(&mut desk, place, "0").await;
    }
    submit(&mut desk).await;
    assert_eq!(fair.state(1), State::MadeUp);
    let (_, standings) = fair.funnel();
    let (waiting, unasked) = (Standing::Waiting, Standing::Unasked);
    assert_eq!(standings, [waiting, Standing::MadeUp, Standing::Refused, unasked]);
}

/// A void sheet is answered again by order, with the same code.
#[tokio::test]
async fn a_void_sheet_is_answered_again() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    press(&mut desk, 1, "0").await;
    submit(&mut desk).await;
    assert_eq!(fair.state(0), State::Void);
    assert!(enter(&mut fair.desk(), &codes[0]).await.text.contains("已经交过卷"));
    let page = li.get(&class_path(&fair)).await.expect("class");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("what", "retest"), ("back", "1")];
    li.post(&format!("/screening/{}/people/1", fair.run.0), &fields).await.expect("retest");
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    for place in 1..=26 {
        press(&mut desk, place, "1").await;
    }
    submit(&mut desk).await;
    assert_eq!(fair.state(0), State::Submitted);
}

/// Guessed codes are counted and shut the address, with a sentence; slips are not guesses, and a
/// class that answers already is not disturbed.
#[tokio::test]
async fn guessed_codes_are_stopped() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let codes = codes(&fair, &mut li).await;
    let mut answering = fair.desk();
    enter(&mut answering, &codes[0]).await;
    let mut thief = fair.desk();
    let slip = enter(&mut thief, "222-222-223").await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut shut = false;
    for n in 0..60_u8 {
        let code = domain::screening::Code::from_random([n; 16]).to_string();
        let said = enter(&mut thief, &code).await;
        shut |= said.status == StatusCode::TOO_MANY_REQUESTS;
        assert!(matches!(said.status, StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS));
    }
    assert!(shut);
    let right = enter(&mut thief, &codes[0]).await;
    assert!(right.text.contains("分钟再试"), "even the right code waits: {}", right.text);
    // Each browser of this test is one address, and so is this one: it goes on all the same.
    assert_eq!(press(&mut answering, 1, "1").await.status, StatusCode::SEE_OTHER);
    fair.hand.advance_ms(11 * 60_000);
    assert_eq!(enter(&mut thief, &codes[0]).await.status, StatusCode::SEE_OTHER);
}

/// Whatever is typed into a field, a script in it is text; forms of other sites are refused.
#[tokio::test]
async fn scripts_are_text_and_other_sites_are_refused() {
    let fair = fair(&[TestPupil::new(1)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let list = li.get("/screening").await.expect("list");
    assert_eq!((list.status, list.flaws()), (StatusCode::OK, Vec::new()));
    list.keep("screening-list.html").expect("keep");
    assert!(list.text.contains("秋季普测 &#60;b&#62;"), "{}", list.text);
    let mut desk = fair.desk();
    let said = enter(&mut desk, "\"><script>alert(1)</script>").await;
    assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!said.text.contains("<script"));
    let codes = codes(&fair, &mut li).await;
    enter(&mut desk, &codes[0]).await;
    let page = desk.get("/answer/items/1").await.expect("item");
    let csrf = page.field("csrf").expect("csrf").to_owned();
    for value in ["<script>", "-1", "9", "256"] {
        let fields = [("csrf", csrf.as_str()), ("value", value)];
        let said = desk.post("/answer/items/1", &fields).await.expect("reply");
        assert!(said.status.is_client_error(), "{value}: {}", said.status);
    }
    let forged = desk.post("/answer/items/1", &[("csrf", ""), ("value", "1")]).await.expect("r");
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    desk.headers.push(("sec-fetch-site".into(), "cross-site".into()));
    let fields = [("csrf", csrf.as_str()), ("value", "1")];
    let other = desk.post("/answer/items/1", &fields).await.expect("reply");
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert_eq!(fair.school.rows("draft"), 0, "nothing was kept");
    // The address of the answering pages leads to nothing else.
    for path in ["/login", "/screening", "/work", "/logout", "/egress"] {
        assert_eq!(fair.desk().get(path).await.expect("reply").status, StatusCode::NOT_FOUND);
    }
}

/// A sheet of paper is typed twice, what differs is shown, and it scores like any other sheet.
#[tokio::test]
async fn paper_is_typed_twice_and_what_differs_is_shown() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let here = format!("{}/paper/1", class_path(&fair));
    let line = |first: &str| format!("{first}{}", "0".repeat(25));
    let page = li.get(&here).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let short =
        [("csrf", csrf.as_str()), ("pass", "1"), ("line.1", "0123"), ("line.2", &line("1"))];
    let said = li.post(&here, &short).await.expect("reply");
    assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.text.contains("应为 26 个") && said.text.contains("value=\"0123\""));
    // Item 9 of the first student is critical: it calls at the first pass.
    let critical = format!("{}2{}", "0".repeat(8), "0".repeat(17));
    let first = [("csrf", csrf.as_str()), ("pass", "1"), ("line.1", critical.as_str())];
    let said = li.post(&here, &first).await.expect("reply");
    assert!(said.header("location").ends_with("urgent=1"));
    assert_eq!(fair.school.rows("critical_item"), 1);
    let second = [
        ("csrf", csrf.as_str()),
        ("pass", "2"),
        ("line.1", critical.as_str()),
        ("line.2", &line("2")),
    ];
    li.post(&here, &second).await.expect("reply");
    let page = li.get(&here).await.expect("page");
    page.keep("screening-paper.html").expect("keep");
    assert!(page.text.contains("第 1 题：第一遍 1，第二遍 2"), "{}", page.text);
    let settle = [("csrf", csrf.as_str()), ("pass", "3"), ("line.2", &line("2"))];
    li.post(&here, &settle).await.expect("reply");
    let hand_in =
        [("csrf", csrf.as_str()), ("student", "1"), ("student", "2"), ("day", "2025-11-19")];
    let done = li.post(&format!("{here}/submit"), &hand_in).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    use domain::scale::Outcome;
    assert_eq!(fair.outcomes(), [Outcome::Critical, Outcome::Negative]);
    assert_eq!((fair.state(0), fair.school.rows("paper_entry")), (State::Submitted, 0));
    let items = fair.school.ledger.read(read::all::<CriticalItem>).expect("items");
    let tested: Vec<_> = items.iter().map(|kept| kept.entry.tested).collect();
    assert_eq!(tested, [Some(date(2025, 11, 19))], "it was before them already");
}

/// A class teacher sees what is done in the own class and no more; school IT and the auditor see
/// nothing; the principal sees counts.
#[tokio::test]
async fn who_sees_what_of_a_run() {
    let fair = fair(&[TestPupil::new(1)]);
    let run = format!("/screening/{}", fair.run.0);
    let class = class_path(&fair);
    for (login, role) in [("it", Role::Operator), ("audit", Role::Auditor)] {
        let mut browser = fair.sign_in(login, role, "").await;
        for path in ["/screening", &run, &class, &format!("{run}/queue"), &format!("{run}/report")]
        {
            let seen = browser.get(path).await.expect("page");
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{login} {path}");
        }
    }
    let mut teacher = fair.sign_in("wu", Role::ClassTeacher, "T002").await;
    assert_eq!(teacher.get(&class).await.expect("page").status, StatusCode::FORBIDDEN);
    let named: Result<_, LedgerRefusal> = fair.school.ledger.write("class", |tx| {
        let author = Author::new(
            "li",
            domain::ledger::SchoolRole::Counsellor,
            Some(crate::ledger::entry::StaffId(1)),
            NOW_MS,
        );
        let entry = crate::ledger::roll::ClassTeacher {
            from: date(2025, 9, 1),
            grade: domain::catalogue::Grade::school(7).expect("grade"),
            class: "1班".to_owned(),
            staff: crate::ledger::entry::StaffId(2),
            until: None,
        };
        crate::ledger::write::add(tx, &author, &entry)
    });
    named.expect("class teacher");
    let seen = teacher.get(&class).await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains("张某某") && seen.text.contains("未完成"), "{}", seen.text);
    // Why something is missing is told neither by a colour nor by the row of the class.
    fair.void();
    let page = teacher.get(&class).await.expect("page").text;
    assert!(page.contains("未完成") && !page.contains("待重测"), "{page}");
    assert!(page.contains("tag mute") && !page.contains("tag warn"), "{page}");
    let page = teacher.get(&run).await.expect("page").text;
    assert!(page.contains("未完成"), "{page}");
    for told in ["待重测", "缺测", "作答中", "未开始", "补测</th>"] {
        assert!(!page.contains(told), "{told}: {page}");
    }
    assert!(!seen.text.contains("重发代码") && !seen.text.contains("发码"));
    for path in [format!("{run}/queue"), format!("{run}/report"), format!("{class}/paper/1")] {
        let seen = teacher.get(&path).await.expect("page");
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut principal = fair.sign_in("zhao", Role::Principal, "").await;
    let seen = principal.get(&format!("{run}/report")).await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    seen.keep("screening-report.html").expect("keep");
    let told = ["张某某", "待重测", "缺测", "作答中"].map(|told| seen.text.contains(told));
    assert!(seen.text.contains("未完成") && told == [false; 4], "{told:?}: {}", seen.text);
    assert_eq!(principal.get(&class).await.expect("page").status, StatusCode::FORBIDDEN);
    assert!(fair.school.rows("access_log") > 0, "the teacher's look is on record");
}

/// The form opens a run with what it says, and says what is wrong with it; a closed run keeps no
/// code and no draft, and what was begun is handed in as it stands.
#[tokio::test]
async fn a_run_is_opened_by_the_form_and_closed_with_its_papers_destroyed() {
    let fair = fair(&[TestPupil::new(1), TestPupil::new(2)]);
    let mut li = fair.sign_in("li", Role::Counsellor, "T001").await;
    let form = li.get("/screening/new").await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    form.keep("screening-new.html").expect("keep");
    assert!(form.text.contains("phq-9:g7") && form.text.contains("版权"), "{}", form.text);
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("name", "冬季普测"),
        ("contact", "204"),
        ("first", "2025-11-20"),
        ("last", "2025-11-28"),
        ("from", "07:30"),
        ("to", "18:00"),
        ("classes_per_day", "2"),
        ("per_day", "6"),
        ("unasked", "wait"),
    ];
    let wrong = li.post("/screening/new", &fields).await.expect("reply");
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("没有为任何年级选择量表") && wrong.text.contains("冬季普测"));
    fields.push(("use", "gad-7:g7"));
    let opened = li.post("/screening/new", &fields).await.expect("reply");
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let page = li.get(opened.header("location")).await.expect("run");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("screening-run.html").expect("keep");
    let codes = codes(&fair, &mut li).await;
    let mut desk = fair.desk();
    enter(&mut desk, &codes[0]).await;
    press(&mut desk, 9, "1").await;
    let path = format!("/screening/{}/close", fair.run.0);
    let unsure = li.post(&path, &[("csrf", csrf.as_str())]).await.expect("reply");
    assert_eq!(unsure.status, StatusCode::CONFLICT);
    let sure = [("csrf", csrf.as_str()), ("sure", "yes")];
    let early = li.post(&path, &sure).await.expect("reply");
    assert!(early.status == StatusCode::CONFLICT && early.text.contains("理由"), "{}", early.text);
    let sure = [sure[0], sure[1], ("reason", "停课")];
    let closed = li.post(&path, &sure).await.expect("reply");
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    assert_eq!(fair.outcomes(), [domain::scale::Outcome::Critical]);
    assert_eq!((fair.school.rows("draft"), fair.school.rows("answer_session")), (0, 0));
    assert_eq!(enter(&mut fair.desk(), &codes[1]).await.status, StatusCode::NOT_FOUND);
}
