//! Facts about scoring: alarms that nothing can silence, and refusals that leave nothing behind.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::scale::Setting;
use proptest::prelude::*;

use super::report::{danger_local_report, danger_write_csv};
use super::{Screening, ScreeningError};
use crate::ledger::author::Author;
use crate::ledger::critical::CriticalItem;
use crate::ledger::duty::{self, DutyKind};
use crate::ledger::read;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil, sheet_cells, without_sheet};

fn school(pupils: &[TestPupil]) -> School {
    let school = School::new();
    school.roster(pupils, AS_OF);
    school
}

/// A critical item fires whatever the total, on an unscored sheet, and without consent.
#[test]
fn critical_items_fire_whatever_else_is_on_the_sheet() {
    let mut refused = TestPupil::new(3);
    refused.consent = "否";
    let pupils = [TestPupil::new(1), TestPupil::new(2), refused];
    let school = school(&pupils);
    let unscored = format!("已测,,,,,,,,,1{}", ",".repeat(17));
    let [low, blank, other] = pupils;
    let receipt = school.answers(&[
        (low, "2025-10-20", sheet_cells(0, "2")),
        (blank, "2025-10-20", unscored),
        (other, "2025-10-20", sheet_cells(0, "1")),
    ]);
    let receipt = receipt.expect("answers");
    assert_eq!((receipt.urgent, receipt.review), (3, 0));
    use CriticalLevel::{Urgent, UrgentNow};
    let raised = || {
        let all = school.ledger.read(read::all::<CriticalItem>).expect("items");
        all.into_iter().map(|kept| kept.entry.level).collect::<Vec<_>>()
    };
    assert_eq!(raised(), [UrgentNow, Urgent, Urgent]);
    let duties = school.ledger.read(|tx| {
        let counsellor = Author::new("lin", SchoolRole::Counsellor, None, NOW_MS);
        duty::duties(tx, &counsellor, |_| true)
    });
    let due: Vec<_> = duties.expect("duties").shown.into_iter().map(|duty| duty.kind).collect();
    assert_eq!(due, [DutyKind::Critical; 3], "what is urgent stands on the counsellor's page");
    // The same sheets with one correction: who was put before the counsellor stands there once.
    let again = school.answers(&[(TestPupil::new(1), "2025-10-20", sheet_cells(1, "2"))]);
    assert_eq!(again.expect("answers").urgent, 1);
    assert_eq!(raised().len(), 3);
}

/// Sheets of another term are not taken, and nothing of their file is.
#[test]
fn sheets_of_another_term_are_refused_whole() {
    let pupils = [TestPupil::new(1), TestPupil::new(2)];
    let school = school(&pupils);
    let [first, second] = pupils;
    let refused = school.answers(&[
        (first, "2025-10-20", sheet_cells(3, "0")),
        (second, "2025-06-20", sheet_cells(3, "0")),
    ]);
    assert!(matches!(refused, Err(ScreeningError::OutsideTerm { rows: 1, .. })));
    assert_eq!(school.rows("sheet"), 0);
}

/// A demonstration scale is refused where real pupils are, with its reason.
#[test]
fn scales_that_are_not_for_screening_are_refused() {
    let school = School::new();
    let pack = sha256(b"pack");
    let refused = Screening::new(school.scale.clone(), pack, school.term(), Setting::Service);
    let reason = refused.err().expect("refused").to_string();
    assert!(reason.contains("demonstration cities only"), "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The local report's sums are those of a plain recount of the file, consented or not.
    #[test]
    fn the_local_report_equals_a_plain_recount(
        sheets in prop::collection::vec((0_u8..=24, 0_usize..4, 0_usize..3), 1..25),
    ) {
        let mut truth: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        let mut rows = Vec::new();
        let mut pupils = Vec::new();
        for (n, (phq, item9, consent)) in (0_u32..).zip(sheets) {
            let mut pupil = TestPupil::new(n);
            pupil.consent = ["是", "否", ""][consent];
            let answer = ["0", "1", "3", ""][item9];
            rows.push((pupil.clone(), "2025-10-20", sheet_cells(phq, answer)));
            pupils.push(pupil.clone());
            let Ok(ninth) = answer.parse::<u64>() else { continue };
            let [valid, sum, high] = truth.entry(pupil.sex).or_default();
            *valid += 1;
            *sum += u64::from(phq) + ninth;
            *high += u64::from(u64::from(phq) + ninth >= 10);
        }
        let school = school(&pupils);
        school.answers(&rows).expect("answers");
        let packs = vec![(sha256(b"pack of the tests"), school.scale.clone())];
        let report = school.ledger.read(move |tx| danger_local_report(tx, &packs));
        let report = report.expect("report");
        let found: BTreeMap<&str, [u64; 3]> = report
            .iter()
            .filter(|line| line.subscale == "depression")
            .map(|line| (line.sex.zh(), [line.valid, line.sum_hundredths / 100, line.high]))
            .collect();
        prop_assert_eq!(found, truth);
    }
}

/// The report's file has the columns by which it is checked, and says whole sums as such.
#[test]
fn the_local_report_is_written_as_csv() {
    let pupils = [TestPupil::new(1), TestPupil::new(2)];
    let school = school(&pupils);
    let [first, second] = pupils;
    let rows = [
        (first, "2025-10-20", sheet_cells(12, "0")),
        (second, "2025-10-20", without_sheet("请假")),
    ];
    school.answers(&rows).expect("answers");
    let packs = vec![(sha256(b"pack of the tests"), school.scale.clone())];
    let lines = school.ledger.read(move |tx| danger_local_report(tx, &packs)).expect("report");
    let unit = "F370202004J01".parse().expect("unit");
    let mut file = Vec::new();
    danger_write_csv(&lines, &unit, &mut file).expect("written");
    let text = String::from_utf8(file).expect("utf-8");
    assert!(text.starts_with("school_code,grade,sex,scale,subscale,n,sum,n_high\n"));
    assert!(text.contains("F370202004J01,七年级,女,demo-phq9-gad7,depression,1,12,1\n"), "{text}");
    assert!(text.contains(",item9,1,0,0\n") && !text.contains("perceived_stress"), "{text}");
}
