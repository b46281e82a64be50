//! Which sheets are taken: never without the family's yes, and never over one that is there.

use std::sync::Arc;

use certs::digest::sha256;
use domain::digest::Digest;
use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, Purpose};
use domain::ledger::terms::InterviewResult;
use domain::scale::Setting;
use domain::screening::order::{LowestTier, PER_DAY};
use domain::screening::{Code, State, Unasked};
use jiff::civil::{Date, Time, date, time};
use runtime::clock::instant_ms;
use runtime::sql::Tx;

use super::answering::{self, AnsweringError, Barred};
use super::attendance::{self, Note};
use super::census::census;
use super::interview::{self, Held};
use super::opening::{self, Plan};
use super::shelf::Shelf;
use super::{paper, queue};
use crate::import::value::Grade;
use crate::ledger::author::Author;
use crate::ledger::consent::Consent;
use crate::ledger::critical::CriticalItem;
use crate::ledger::entry::{Moment, StaffId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::paper::Pass;
use crate::ledger::run::{self, RunId, people, seat};
use crate::ledger::testing::{
    AS_OF, NOW_MS, SCALE, School, TERM, TODAY, TestPupil, sheet_cells, slip, without_sheet,
};
use crate::ledger::{notice, read, write};
use crate::packs::Packs;

mod beside;

const CHILD: StudentId = StudentId(1);
const MONDAY: Date = date(2025, 11, 17);
const DAY_MS: i64 = 86_400_000;
/// Items of the two instruments of the run.
const ITEMS: [usize; 2] = [26, 7];

/// A school of one child with a run of two instruments.
struct Fair {
    school: School,
    shelf: Arc<Shelf>,
    run: RunId,
}

fn plan(unasked: Unasked, lowest: LowestTier) -> Plan {
    let packs = Packs::embedded().expect("packs");
    let scale = |id| packs.scale(id).expect("scale").clone();
    let grades = vec![Grade::from_code("g7").expect("grade")];
    Plan {
        name: "秋季普测".to_owned(),
        contact: "心理辅导室".to_owned(),
        term: *packs.calendar().term(TERM).expect("term"),
        scales: vec![(scale(SCALE), grades.clone()), (scale("gad-7"), grades)],
        first: MONDAY,
        last: date(2025, 11, 28),
        hours: (time(0, 0, 0, 0), time(23, 0, 0, 0)),
        classes_per_day: 0,
        lowest,
        unasked,
        per_day: PER_DAY,
        special: None,
    }
}

fn fair(roster: &'static str) -> Fair {
    let school = School::new();
    school.roster(&[TestPupil { consent: roster, ..TestPupil::new(1) }], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let shelf = Arc::new(Shelf::new(Setting::Demonstration, Packs::embedded));
    let own = Arc::clone(&shelf);
    let plan = plan(Unasked::Wait, LowestTier::Left);
    let opened = school.ledger.write("open", move |tx| opening::open(tx, &li(0), &plan, &own));
    Fair { school, shelf, run: opened.expect("run") }
}

/// The counsellor, so many days after the tests' day.
fn li(days: i64) -> Author {
    let staff = Some(StaffId(1));
    Author::new("li", SchoolRole::Counsellor, staff, NOW_MS + days * DAY_MS).because("登记")
}

fn token() -> Digest {
    sha256(b"a browser")
}

impl Fair {
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>, &Shelf, RunId) -> Result<T, AnsweringError> + Send + 'static,
    ) -> Result<T, AnsweringError> {
        let (shelf, run) = (Arc::clone(&self.shelf), self.run);
        self.school.ledger.write("test", move |tx| work(tx, &shelf, run))
    }

    fn issue(&self) -> Result<Code, AnsweringError> {
        self.write(|tx, _, run| {
            let who = people::of(tx, run, CHILD)?;
            Ok(attendance::issue(tx, &li(0), &run::get(tx, run)?, &who)?)
        })
    }

    /// Sits down with a code; what keeps the child from it.
    fn sit(&self, code: &Code) -> Result<(), Barred> {
        let code = answering::digest_of(code);
        match self.write(move |tx, _, _| answering::enter(tx, (&code, &token()), NOW_MS)) {
            Ok(()) => Ok(()),
            Err(AnsweringError::Barred(barred)) => Err(barred),
            Err(other) => panic!("{other}"),
        }
    }

    /// Questions that the browser is shown, and that are answered all with the same.
    fn press(&self, value: u8, most: usize) -> usize {
        let pressed = self.write(move |tx, shelf, _| {
            let sitting = answering::sitting(tx, shelf, &token(), NOW_MS)?;
            let asked: usize = sitting.answers.iter().map(|part| part.len()).sum();
            for place in 0..asked.min(most) {
                answering::answer(tx, shelf, (&token(), NOW_MS), (place, Some(value)))?;
            }
            Ok(asked)
        });
        pressed.expect("answered")
    }

    fn hand_in(&self) {
        self.write(|tx, shelf, _| answering::hand_in(tx, shelf, &token(), NOW_MS))
            .map(drop)
            .expect("handed in");
    }

    /// Types a sheet of paper twice and hands it in, so many days after the tests' day.
    fn paper(&self, part: usize, value: u8, (day, days): (Date, i64)) -> Result<usize, String> {
        let done = self.write(move |tx, shelf, run| {
            let parts = shelf.parts(tx, run)?;
            let answers = vec![Some(value); ITEMS[part]];
            let known = run::get(tx, run)?;
            for pass in [Pass::First, Pass::Second] {
                let who = people::of(tx, run, CHILD)?;
                paper::enter(tx, &li(days), (&known, &parts[part], &who), (pass, &answers))?;
            }
            let key = (run, parts[part].instrument.id);
            paper::hand_in(tx, &li(days), shelf, key, (&[CHILD], day))
        });
        done.map_err(|error| error.to_string())
    }

    fn note(&self, note: Note) {
        self.note_on(note, 0);
    }

    fn note_on(&self, note: Note, days: i64) {
        let noted = self.write(move |tx, shelf, run| {
            attendance::note(tx, &li(days), shelf, (run, CHILD), note)
        });
        noted.expect("noted");
    }

    fn close(&self) {
        self.close_on(0);
    }

    fn close_on(&self, days: i64) {
        let (shelf, run) = (Arc::clone(&self.shelf), self.run);
        let closed = self
            .school
            .ledger
            .write("close", move |tx| opening::close(tx, &li(days).because("停课"), &shelf, run));
        closed.expect("closed");
    }

    fn paper_says(&self, answer: Answer) {
        let paper = consent(answer, date(2025, 11, 18));
        self.write(move |tx, _, _| Ok(write::add(tx, &li(0), &paper)?)).expect("entered");
    }

    fn withdraw(&self) {
        let done = self.write(|tx, _, _| {
            let who = li(0).because("母亲来电");
            Ok(notice::withdraw(tx, &who, CHILD, (Purpose::Screening, ""))?)
        });
        done.expect("withdrawn");
    }

    fn state(&self) -> State {
        self.write(|tx, _, run| Ok(people::of(tx, run, CHILD)?.state)).expect("state")
    }

    /// The sheets that count: instrument, how it was handed in, revision.
    fn sheets(&self) -> Vec<(i64, String, i64)> {
        self.school.sheets_of_runs()
    }

    fn events(&self, what: &'static str) -> usize {
        self.school.run_events(what)
    }

    /// Writes an interview down an hour after what was typed and answered at the tests' instant.
    fn interview(&self, day: Date, time: Option<Time>) -> Result<(), String> {
        let held = Held {
            student: CHILD,
            day,
            time,
            result: InterviewResult::NoAttention,
            next_review: None,
            return_visit: None,
            note: String::new(),
        };
        let by = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS + 3_600_000);
        let held = self.write(move |tx, _, run| Ok(interview::hold(tx, &by, run, &held)?));
        held.map(drop).map_err(|error| error.to_string())
    }

    fn is_queued(&self) -> bool {
        let queued = self.write(|tx, _, run| Ok(queue::queue(tx, &li(0), run)?));
        queued.expect("queue").iter().any(|one| one.student == CHILD)
    }
}

fn consent(answer: Answer, day: Date) -> Consent {
    slip(CHILD, answer, day, date(2026, 2, 20))
}

fn sheet(instrument: i64, handed_in: &str, revision: i64) -> (i64, String, i64) {
    (instrument, handed_in.to_owned(), revision)
}

/// A withdrawal bars the child at once: the code that was printed opens nothing, the browser that
/// sits open shows nothing, and no new code is given.
#[test]
fn a_withdrawal_bars_the_child() {
    let fair = fair("是");
    let code = fair.issue().expect("code");
    fair.sit(&code).expect("in");
    fair.press(1, 3);
    fair.withdraw();
    assert!(fair.sit(&code) == Err(Barred::NoConsent));
    let open = fair.write(|tx, shelf, _| {
        answering::answer(tx, shelf, (&token(), NOW_MS), (4, Some(1))).map(drop)
    });
    assert!(matches!(open, Err(AnsweringError::Barred(Barred::NoConsent))));
    assert!(fair.issue().is_err());
    assert!(fair.paper(0, 0, (TODAY, 0)).is_err(), "nor is paper typed");
    assert_eq!(fair.sheets(), []);
}

/// A slip that came back lets the child in, though the roster has no answer.
#[test]
fn a_slip_lets_the_child_in() {
    let fair = fair("");
    assert!(fair.issue().is_err());
    fair.paper_says(Answer::Given);
    let code = fair.issue().expect("code");
    assert!(fair.sit(&code).is_ok());
}

/// What was handed in on paper stays whatever is noted afterwards: an absence and a refusal are of
/// the instruments that are missing.
#[test]
fn what_was_handed_in_stays() {
    let fair = fair("是");
    assert_eq!(fair.paper(0, 0, (MONDAY, 0)), Ok(1));
    fair.note(Note::Absent);
    let kept = sheet(1, "answered", 1);
    assert_eq!(fair.sheets(), [kept.clone(), sheet(2, "absent", 1)]);
    // On the screen only the missing one is asked, and it alone is handed in.
    let code = fair.issue().expect("code");
    fair.sit(&code).expect("in");
    assert_eq!(fair.press(0, usize::MAX), ITEMS[1]);
    fair.hand_in();
    assert_eq!(fair.sheets(), [kept, sheet(2, "answered", 2)]);
    assert!(fair.state() == State::MadeUp);
}

/// A child who declines on the screen declines what is left.
#[test]
fn a_refusal_takes_nothing_back() {
    let fair = fair("是");
    assert_eq!(fair.paper(0, 0, (TODAY, 0)), Ok(1));
    let code = fair.issue().expect("code");
    fair.sit(&code).expect("in");
    fair.write(|tx, shelf, _| answering::refuse(tx, shelf, &token(), NOW_MS)).expect("refused");
    assert_eq!(fair.sheets(), [sheet(1, "answered", 1), sheet(2, "refused", 1)]);
    assert!(fair.state() == State::Refused);
}

/// A refusal that was taken back is past, whatever day the paper has that comes in since: the child
/// may answer what is left, and is done with it.
#[test]
fn a_refusal_that_was_taken_back_is_past() {
    let fair = fair("是");
    let refuse = || {
        let code = fair.issue().expect("code");
        fair.sit(&code).expect("in");
        fair.write(|tx, shelf, _| answering::refuse(tx, shelf, &token(), NOW_MS)).expect("refused");
        code
    };
    refuse();
    fair.note(Note::Reopened);
    let before = date(2025, 11, 19);
    assert_eq!(fair.paper(0, 0, (before, 0)), Ok(1));
    assert!(fair.state() == State::Waiting, "not refused again");
    let code = refuse();
    assert!(fair.state() == State::Refused && fair.sit(&code).is_err());
    fair.note(Note::Reopened);
    assert_eq!(fair.paper(1, 0, (before, 0)), Ok(1));
    assert!(fair.state() == State::Submitted);
}

/// A refusal that a file brings after that is heard; one of a file from before is not.
#[test]
fn a_file_may_refuse_after_a_refusal_was_taken_back() {
    let refused_by_file = |fair: &Fair| {
        let row = (TestPupil::new(1), "2025-11-18", without_sheet("拒测"));
        fair.school.answers(&[row]).expect("answers");
    };
    let after = fair("是");
    after.note_on(Note::Refused, -1);
    after.note_on(Note::Reopened, -1);
    refused_by_file(&after);
    assert!(after.state() == State::Refused);
    let before = fair("是");
    refused_by_file(&before);
    assert!(before.state() == State::Refused);
    before.note(Note::Reopened);
    assert_eq!(before.paper(1, 0, (MONDAY, 0)), Ok(1));
    assert!(before.state() == State::Waiting);
}

/// Nor does paper replace what was answered, unless it is void and answered again.
#[test]
fn paper_replaces_what_is_void_alone() {
    let fair = fair("是");
    assert_eq!(fair.paper(0, 0, (TODAY, 0)), Ok(1));
    assert!(fair.paper(0, 1, (TODAY, 0)).is_err(), "it is there");
    let code = fair.issue().expect("code");
    fair.sit(&code).expect("in");
    fair.press(0, 1);
    fair.hand_in();
    assert!(fair.state() == State::Void);
    fair.note(Note::Retest);
    fair.sit(&code).expect("in");
    assert_eq!(fair.press(0, usize::MAX), ITEMS[1], "only what is void is asked again");
    fair.hand_in();
    assert_eq!(fair.sheets(), [sheet(1, "answered", 1), sheet(2, "answered", 2)]);
    assert!(fair.state() == State::Submitted);
}

/// Closing hands in what was begun, of an absent child too, and nothing against a refusal, which is
/// noted.
#[test]
fn closing_hands_in_nothing_against_a_refusal() {
    let begun = |fair: &Fair| {
        let code = fair.issue().expect("code");
        fair.sit(&code).expect("in");
        fair.press(0, 5);
    };
    let refused = fair("是");
    begun(&refused);
    refused.paper_says(Answer::Refused);
    refused.close();
    assert_eq!((refused.sheets(), refused.events("withheld")), (vec![], 1));
    assert_eq!(refused.school.rows("draft"), 0);
    let absent = fair("是");
    begun(&absent);
    absent.note(Note::Absent);
    absent.close();
    assert_eq!(absent.sheets(), [sheet(1, "answered", 2), sheet(2, "absent", 1)]);
    let later = fair("是");
    begun(&later);
    later.note_on(Note::Absent, 1);
    later.close_on(1);
    let day = |sheet: &(i64, String, i64)| (sheet.0, sheet.1.clone());
    let expected = [(1, "answered"), (1, "absent"), (2, "absent")];
    let found: Vec<_> = later.sheets().iter().map(day).collect();
    assert_eq!(found, expected.map(|(id, word)| (id, word.to_owned())), "each on its own day");
    let open = fair("是");
    begun(&open);
    open.close();
    assert_eq!((open.sheets(), open.events("withheld")), (vec![sheet(1, "answered", 1)], 0));
}

/// Paper is of the run's term, like a file of answers.
#[test]
fn paper_of_another_term_is_refused() {
    let fair = fair("是");
    let spring = date(2026, 3, 2);
    assert!(fair.paper(0, 0, (spring, 110)).is_err());
    assert_eq!(fair.sheets(), []);
    assert_eq!(fair.paper(0, 0, (TODAY, 110)), Ok(1), "typed late, of a day in the term");
}

/// Whoever was interviewed is called again by what came in since, and by nothing else.
#[test]
fn what_came_after_the_interview_calls_anew() {
    let fair = fair("是");
    assert_eq!(fair.paper(1, 3, (MONDAY, 0)), Ok(1));
    assert!(fair.is_queued());
    fair.interview(date(2025, 11, 18), None).expect("held");
    assert!(!fair.is_queued());
    assert_eq!(fair.paper(0, 2, (date(2025, 11, 19), 0)), Ok(1));
    assert!(fair.is_queued(), "a sheet of the day after");
    fair.interview(TODAY, Some(time(9, 30, 0, 0))).expect("held");
    assert!(!fair.is_queued());
}

/// An interview of yesterday that is written down today silences nothing that was answered today;
/// of the very day, its time says whether the answer was spoken about, and is asked for.
#[test]
fn an_interview_closes_only_what_was_raised_before_it() {
    let fair = fair("是");
    let yesterday = date(2025, 11, 19);
    assert_eq!(fair.paper(0, 2, (yesterday, 0)), Ok(1));
    let open = || {
        let items = fair.school.ledger.read(read::all::<CriticalItem>).expect("items");
        items.into_iter().map(|kept| kept.entry.contacted_at).collect::<Vec<_>>()
    };
    fair.interview(yesterday, None).expect("written down late");
    assert_eq!(open(), [None], "answered after the talk");
    assert!(fair.is_queued());
    let asked = fair.interview(TODAY, None).expect_err("the time is asked for");
    assert!(asked.contains("time of the talk"), "{asked}");
    fair.interview(TODAY, Some(time(8, 0, 0, 0))).expect("before the answer");
    assert_eq!(open(), [None]);
    assert!(fair.interview(TODAY, Some(time(23, 0, 0, 0))).is_err(), "not yet");
    fair.interview(TODAY, Some(time(9, 30, 0, 0))).expect("after it");
    assert_eq!(open(), [Some(Moment(instant_ms(TODAY.at(9, 30, 0, 0))))]);
}

/// What is answered on one day and handed in on the next calls once, and is of the sheet's day.
#[test]
fn a_sheet_of_two_days_calls_once() {
    let fair = fair("是");
    let items = || {
        let items = fair.school.ledger.read(read::all::<CriticalItem>).expect("items");
        items.into_iter().map(|kept| (kept.entry.day, kept.entry.tested)).collect::<Vec<_>>()
    };
    let code = fair.issue().expect("code");
    assert_eq!(fair.sit(&code), Ok(()));
    fair.press(2, ITEMS[0]);
    let called = items();
    assert!(!called.is_empty());
    assert!(called.iter().all(|item| *item == (TODAY, Some(TODAY))), "{called:?}");
    let (code, later) = (answering::digest_of(&code), NOW_MS + DAY_MS);
    let handed_in = fair.write(move |tx, shelf, _| {
        answering::enter(tx, (&code, &token()), later)?;
        answering::hand_in(tx, shelf, &token(), later)
    });
    handed_in.map(drop).expect("handed in on the next day");
    let tomorrow = date(2025, 11, 21);
    assert_eq!(items(), vec![(TODAY, Some(tomorrow)); called.len()]);
}

/// A sheet of paper that is typed late is of the day of the test; both passes and the handing in
/// call once.
#[test]
fn a_typed_sheet_is_of_the_day_of_its_test() {
    let fair = fair("是");
    assert_eq!(fair.paper(0, 2, (MONDAY, 0)), Ok(1));
    let items = || {
        let items = fair.school.ledger.read(read::all::<CriticalItem>).expect("items");
        items.into_iter().map(|kept| (kept.entry.day, kept.entry.tested)).collect::<Vec<_>>()
    };
    assert_eq!(items(), [(TODAY, Some(MONDAY))]);
}

/// Where the school interviews the lowest tier too, a sheet that suggests it calls for an interview
/// in the census as it does in the queue.
#[test]
fn the_lowest_tier_is_due_where_the_school_says_so() {
    let outcome = |lowest: Option<LowestTier>| {
        let school = School::new();
        school.roster(&[TestPupil::new(1)], AS_OF);
        school.staff(&[(1, "心理教师")]);
        let shelf = Shelf::new(Setting::Demonstration, Packs::embedded);
        if let Some(lowest) = lowest {
            let plan = Plan { first: date(2025, 10, 13), ..plan(Unasked::Wait, lowest) };
            let opened =
                school.ledger.write("open", move |tx| opening::open(tx, &li(0), &plan, &shelf));
            opened.expect("run");
        }
        let row = (TestPupil::new(1), "2025-10-20", sheet_cells(6, "0"));
        school.answers(&[row]).expect("answers");
        let term = school.term();
        let counted = school.ledger.read(move |tx| census(tx, &term)).expect("census");
        counted.expect("a campaign").first().map(|one| one.outcome)
    };
    use domain::scale::Outcome::{Due, Positive};
    assert_eq!(outcome(None), Some(Positive));
    assert_eq!(outcome(Some(LowestTier::Left)), Some(Positive));
    assert_eq!(outcome(Some(LowestTier::Interviewed)), Some(Due));
}

/// The child whom a seat shows is the one whose family was asked.
#[test]
fn a_seat_knows_the_family() {
    let fair = fair("否");
    let consent = fair.write(|tx, _, run| {
        let who = people::of(tx, run, CHILD)?;
        let seat = seat::of_participant(tx, who.id)?.ok_or(LedgerRefusal::Unknown)?;
        Ok(answering::admit(&seat, NOW_MS))
    });
    assert!(consent.expect("seat") == Err(Barred::NoConsent));
}
