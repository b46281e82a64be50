//! Answers that come in a file, and go again with it.

use super::*;
use crate::ledger::testing::{sheet_cells, without_sheet};
use crate::taking::undo;

/// A file of answers counts in the run like a screen does.
#[tokio::test]
async fn imported_sheets_count_in_the_run() {
    let pupils = [TestPupil::new(1), TestPupil::new(2)];
    let fair = fair(&pupils);
    let [one, two] = pupils;
    let rows =
        [(one, "2025-11-19", sheet_cells(12, "0")), (two, "2025-11-19", without_sheet("请假"))];
    let batch = fair.school.answers(&rows).expect("answers").import.batch.expect("batch");
    assert_eq!((fair.state(0), fair.state(1)), (State::Submitted, State::Absent));
    let (seen, _) = fair.funnel();
    assert_eq!((seen.roll, seen.reached, seen.positive, seen.due), (2, 1, 1, 1));
    let nothing: Result<_, SqlError> = fair.school.ledger.read(people::on_roll);
    assert_eq!(nothing.expect("roll").len(), 2);
    // A file that was the wrong one leaves the students as they were, and they are asked again.
    let undone: Result<_, LedgerRefusal> = fair.school.ledger.write("undo", move |tx| {
        let li = Author::new("li", domain::ledger::SchoolRole::Counsellor, None, NOW_MS);
        undo::any(tx, &li.because("导错了文件"), batch)
    });
    undone.expect("undone");
    assert_eq!((fair.state(0), fair.state(1)), (State::Waiting, State::Waiting));
    assert_eq!(fair.funnel().0.reached, 0);
}
