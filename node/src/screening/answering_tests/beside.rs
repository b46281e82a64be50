//! A run beside another one, and a file beside what was answered here.

use std::collections::HashMap;
use std::io::Cursor;

use domain::ledger::terms::ReadPurpose;

use super::*;
use crate::import::source::Source;
use crate::import::value::StudentNumber;
use crate::ledger::access;
use crate::ledger::import_batch::ImportSource;
use crate::ledger::student;
use crate::screening::funnel::{self, Standing};
use crate::screening::opening::OpeningError;
use crate::taking::{
    self, Against, Confirmed, FileKind, FileRules, Replaced, Taken, TakingError, Wish,
};

fn of_grades(codes: &[&str]) -> Plan {
    let grades: Vec<Grade> =
        codes.iter().map(|code| Grade::from_code(code).expect("grade")).collect();
    let plan = plan(Unasked::Wait, LowestTier::Left);
    let scales = plan.scales.iter().take(1).map(|(scale, _)| (scale.clone(), grades.clone()));
    Plan { scales: scales.collect(), ..plan }
}

fn open(fair: &Fair, plan: Plan) -> Result<RunId, OpeningError> {
    let shelf = Arc::clone(&fair.shelf);
    fair.school.ledger.write("open", move |tx| opening::open(tx, &li(0), &plan, &shelf))
}

/// A second run that asks a grade by the scale of an open one is refused and names it, whatever it
/// is called; another grade, and the same one once the first is closed, is taken.
#[test]
fn two_open_runs_never_ask_the_same_of_a_grade() {
    let fair = fair("是");
    let again = open(&fair, Plan { name: "补测".to_owned(), ..of_grades(&["g7", "g8"]) });
    let Err(OpeningError::Stands { name, grades }) = again else { panic!("opened twice") };
    assert_eq!((name.as_str(), grades.len()), ("秋季普测", 1));
    open(&fair, of_grades(&["g8"])).expect("another grade");
    fair.close();
    open(&fair, of_grades(&["g7"])).expect("the first is closed");
}

/// A run counts whom it asks: what another run or a file brings of another grade is no part of it.
#[test]
fn a_run_counts_whom_it_asks() {
    let fair = fair("是");
    let eighth = TestPupil { grade: "八年级", ..TestPupil::new(2) };
    fair.school.roster(&[TestPupil::new(1), eighth.clone()], AS_OF);
    open(&fair, of_grades(&["g8"])).expect("another grade");
    let standings = || {
        let found = fair.write(|tx, shelf, id| {
            let known = run::get(tx, id)?;
            opening::follow_roll(tx, shelf, &known).map_err(LedgerRefusal::from)?;
            Ok(funnel::standings(tx, &known, TODAY).map_err(LedgerRefusal::from)?)
        });
        found.expect("standings")
    };
    let of = |standings: &[(people::Participant, Standing)]| {
        let (whole, _) = funnel::progress(standings);
        (whole.reached(), whole.roll(), whole.count(Standing::NothingAsked))
    };
    assert_eq!(of(&standings()), (0, 1, 1));
    let row = (eighth, "2025-11-18", sheet_cells(6, "0"));
    fair.school.answers(&[row]).expect("answers");
    assert_eq!(of(&standings()), (0, 1, 1), "the sheet is the other run's");
    let funnel = fair.write(|tx, _, id| {
        let known = run::get(tx, id)?;
        let standings = funnel::standings(tx, &known, TODAY).map_err(LedgerRefusal::from)?;
        Ok(funnel::funnel(tx, &known, &standings).map_err(LedgerRefusal::from)?)
    });
    let funnel = funnel.expect("funnel");
    assert_eq!((funnel.roll, funnel.reached), (1, 0));
}

/// A run that nobody has answered in is voided with a reason and counts nowhere: its term has no
/// campaign of it, and another one may be opened. Once anything is there it is closed instead.
#[test]
fn a_run_is_voided_while_nobody_has_answered() {
    let fair = fair("是");
    let void = |why: &'static str| {
        let run = fair.run;
        fair.school.ledger.write("void", move |tx| opening::void(tx, &li(0).because(why), run))
    };
    assert!(matches!(void(""), Err(OpeningError::Refused(LedgerRefusal::Reason))));
    void("日期填错").expect("voided");
    let known = fair.write(|tx, _, run| Ok(run::get(tx, run)?)).expect("run");
    assert!(known.is_voided && known.closed_at_ms.is_some() && known.ended_why == "日期填错");
    let campaigns = fair.school.ledger.read(|tx| crate::ledger::campaign::of_term(tx, TERM));
    assert_eq!(campaigns.expect("campaigns"), []);
    let first = fair.run;
    let second = Fair { run: open(&fair, of_grades(&["g7"])).expect("again"), ..fair };
    second.paper(0, 1, (TODAY, 0)).expect("typed");
    let voided = second.write(move |tx, _, _| {
        let known = run::get(tx, first)?;
        let standings = funnel::standings(tx, &known, TODAY).map_err(LedgerRefusal::from)?;
        Ok((
            standings.len(),
            matches!(queue::queue(tx, &li(0), first), Err(LedgerRefusal::NotWaiting)),
        ))
    });
    assert_eq!(voided.expect("read"), (0, true), "the sheet is the second run's alone");
    let run = second.run;
    let late = second.school.ledger.write("void", move |tx| opening::void(tx, &li(0), run));
    assert!(matches!(late, Err(OpeningError::Answered)));
}

fn file(fair: &Fair, day: &str, replaces: bool) -> Result<(Replaced, Taken), TakingError> {
    let codes: Vec<String> =
        fair.school.scale.items().iter().map(|item| item.code.clone()).collect();
    let number = TestPupil::new(1).number();
    let text = format!(
        "学籍号,测评日期,参测情况,{}\n{number},{day},{}\n",
        codes.join(","),
        sheet_cells(6, "0")
    );
    fair.school.ledger.write("file", move |tx| {
        let rules = FileRules {
            grades: None,
            codes: Vec::new(),
            names: Vec::new(),
            setting: Setting::Demonstration,
        };
        let packs = Packs::embedded().expect("packs");
        let ids: HashMap<StudentNumber, i64> = student::ids(tx)?;
        let against = Against { rules: &rules, packs: &packs, ids: &ids, today: TODAY };
        let (scale, term) = (SCALE.to_owned(), Some(TERM));
        let kind = FileKind::Answers;
        let wish = Wish { kind, as_of: TODAY, is_part: true, scale, term, day: None };
        let mut source = Source::open(Cursor::new(text.clone().into_bytes())).expect("source");
        let parsed = taking::parse(&mut source, None, &wish, &against)?;
        let planned = taking::plan(tx, parsed, &wish, &against)?;
        let replaced = planned.plan.replaced;
        let confirmed = Confirmed { stamp: planned.plan.stamp, left: None, replaces };
        let from = ImportSource {
            file_name: "答卷.csv".to_owned(),
            digest: sha256(text.as_bytes()),
            author: "li".to_owned(),
            as_of: TODAY,
            now_ms: NOW_MS,
        };
        Ok((replaced, taking::write(tx, planned, &confirmed, &from)?))
    })
}

/// A file with another sheet of somebody who answered here is taken only once somebody agreed; one
/// from before what was answered here takes nobody's place.
#[test]
fn a_file_takes_the_place_of_a_sheet_from_here_only_if_told_so() {
    let fair = fair("是");
    fair.paper(0, 1, (TODAY, 0)).expect("typed");
    let today = TODAY.to_string();
    assert!(matches!(file(&fair, &today, false), Err(TakingError::Replaces(1))));
    fair.interview(TODAY, Some(time(9, 30, 0, 0))).expect("interview");
    let (replaced, _) = file(&fair, "2025-11-18", false).expect("an older sheet");
    assert_eq!(replaced, Replaced::default());
    let (replaced, taken) = file(&fair, &today, true).expect("agreed");
    assert_eq!(replaced, Replaced { students: 1, interviewed: 1 });
    assert_eq!(taken.counts.changed, 1);
}

/// The words of an interview are about one student: nobody else who waits has them in the log of
/// reads.
#[test]
fn the_words_of_an_interview_stand_in_one_log() {
    let fair = fair("是");
    let pupils = [TestPupil::new(1), TestPupil::new(2)];
    fair.school.roster(&pupils, AS_OF);
    let rows = pupils.map(|pupil| (pupil, "2025-11-18", sheet_cells(6, "1")));
    fair.school.answers(&rows).expect("answers");
    let why = "同学说他在天台上站了很久";
    let found = fair.write(move |tx, _, run| {
        let by = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS + 3_600_000);
        let waiting = queue::queue(tx, &by, run)?.len();
        let held = Held {
            student: CHILD,
            day: TODAY,
            time: Some(time(9, 30, 0, 0)),
            result: InterviewResult::NoAttention,
            next_review: None,
            return_visit: None,
            note: String::new(),
        };
        interview::hold(tx, &by.because(why), run, &held)?;
        let mut said = Vec::new();
        for child in [CHILD, StudentId(2)] {
            let pass = access::open(tx, &by, child, ReadPurpose::Counselling)?;
            let lines = access::reads(tx, &pass, 50).map_err(LedgerRefusal::from)?;
            said.push(lines.iter().filter(|line| line.reason.as_deref() == Some(why)).count());
        }
        Ok((waiting, said))
    });
    assert_eq!(found.expect("held"), (2, vec![1, 0]));
}
