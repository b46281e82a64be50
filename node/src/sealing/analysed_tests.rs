//! A talk that is analysed late: told once, by the week in which that became known.

use domain::ledger::terms::AnalysisDecision;
use domain::ledger::words::TalkTopic;
use jiff::civil::{Date, date};

use super::testing::Hubs;
use super::tests::{author, report, school, seal, week};
use crate::ledger::analysis::Analysis;
use crate::ledger::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::talk::Talk;
use crate::ledger::testing::{School, TODAY};
use crate::ledger::write;

/// Talks of a week that led to an analysis.
const RAISED: &str = "sealed.mtr.raised";

fn raised(school: &School, day: Date) -> RecordId {
    let talk = Talk {
        day,
        student: StudentId(1),
        staff: StaffId(2),
        topics: Words::new([TalkTopic::Mind]),
        concern: true,
        raised: true,
        home_visit: false,
        note: AuthorNote::new(String::new()),
    };
    let written: Result<_, LedgerRefusal> =
        school.ledger.write("talk", move |tx| write::add(tx, &author(), &talk));
    written.expect("talk")
}

fn analyse(school: &School, talk: RecordId, day: Date) {
    let analysis = Analysis {
        day,
        student: StudentId(1),
        talk: Some(talk),
        counsellor: StaffId(1),
        staff: StaffId(2),
        decision: AnalysisDecision::NoConcern,
        measures: String::new(),
        review: None,
        done: None,
    };
    let written: Result<_, LedgerRefusal> =
        school.ledger.write("analysis", move |tx| write::add(tx, &author(), &analysis));
    written.expect("analysis");
}

/// A tick alone is no analysis and is told by nobody. A talk that is analysed after its week was
/// sealed is told by the next week, once, and what the sealed week told stays as it is.
#[test]
fn a_talk_counts_once_it_is_analysed_and_is_told_once() {
    let (school, hubs) = (school(), Hubs::new());
    let told = |name: &str| hubs.read(&school, &report(&school, RAISED, name)).iter().sum::<u64>();
    let (first, second) = (raised(&school, date(2025, 11, 4)), raised(&school, date(2025, 11, 5)));
    analyse(&school, first, date(2025, 11, 6));
    seal(&school, &hubs.context(date(2025, 11, 11)), week("2025-W45"));
    assert_eq!(told("2025-W45"), 1, "the other one waits for its analysis");
    analyse(&school, second, date(2025, 11, 14));
    seal(&school, &hubs.context(TODAY), week("2025-W46"));
    assert_eq!((told("2025-W45"), told("2025-W46")), (1, 1));
    seal(&school, &hubs.context(date(2025, 11, 25)), week("2025-W47"));
    assert_eq!(told("2025-W47"), 0, "nothing twice");
}
