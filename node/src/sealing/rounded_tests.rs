//! Facts about sealing beside rounding: no school year has both of one record, whatever becomes of
//! the plan within it.

use std::collections::BTreeSet;

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::catalogue::TableId;
use domain::disclosure::sealed::ReportNumber;
use domain::period::Period;
use jiff::civil::{Date, date};

use super::testing::Hubs;
use super::tests::{open_case, school, seal, sealed, week};
use super::{Context, queued};
use crate::ledger::sealed::{self as register, Seal, SealYears, StoredReport};
use crate::ledger::testing::{NOW_MS, PERIOD, School, TestPupil, sheet_cells};
use crate::release::{self, AbsentReason, copy_handover};
use crate::transfer::Transfer;

/// A school that works in its ledgers and has screened in the autumn.
fn screened() -> School {
    let school = school();
    let pupils: Vec<_> = (0..40).map(TestPupil::new).collect();
    let rows: Vec<_> =
        pupils.iter().map(|one| (one.clone(), "2025-10-20", sheet_cells(6, "0"))).collect();
    school.answers(&rows).expect("answers");
    school
}

fn term(text: &str) -> Period {
    text.parse().expect("term")
}

/// What is released without any plan: these years went under seal by what else is known.
fn releasing(school: &School, today: Date, ever: &[i16]) -> release::Context {
    let ever = ever.iter().copied().collect();
    let sealed_years = SealYears { ever, ..SealYears::default() };
    release::Context { today, sealed_years, ..school.context() }
}

/// How many rounded tables a term would have, and why it lacks others.
fn rounded(school: &School, context: &release::Context, of: Period) -> (usize, Vec<AbsentReason>) {
    let made = release::prepare(&school.ledger, context, of).expect("prepared");
    let is_rounded = |table: &TableId| table.as_str().starts_with("rounded.");
    let absent = made.absent.into_iter().filter(|one| is_rounded(&one.table));
    let drafts = made.drafts.iter().filter(|draft| draft.release.rule().is_rounded());
    (drafts.count(), absent.map(|one| one.reason).collect())
}

/// A report of a period is in the ledger, as an earlier year left it.
fn registered(school: &School, period: &str) {
    let report = StoredReport {
        table: "sealed.alt.opened".to_owned(),
        period: period.to_owned(),
        number: ReportNumber::new(1).expect("number"),
        task: vec![7; 33],
        body: sha256(period.as_bytes()),
        name: format!("F370202004J01/sealed.alt.opened/{period}/1"),
        made_at_ms: NOW_MS,
        verdict: None,
    };
    let insert = move |tx: &runtime::sql::Tx<'_>| register::insert(tx, &report, &[], b"item");
    school.ledger.write("report", insert).expect("inserted");
}

/// A week of the autumn was sealed and then the plan is gone: neither term of the year is rounded,
/// and each says that it is closed. The years beside it are rounded as ever.
#[test]
fn nothing_goes_both_sealed_and_rounded() {
    let (school, hubs) = (screened(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let before = releasing(&school, date(2025, 11, 25), &[]);
    assert_eq!(rounded(&school, &before, PERIOD), (1, Vec::new()), "nothing was sealed yet");
    assert!(sealed(&seal(&school, &hubs.context(date(2025, 11, 18)), week("2025-W45"))) > 0);
    let closed = (0, vec![AbsentReason::WentSealed]);
    assert_eq!(rounded(&school, &before, PERIOD), closed, "the term of the week");
    let spring = releasing(&school, date(2026, 5, 20), &[]);
    assert_eq!(rounded(&school, &spring, term("2025S2")), closed, "the term after it");
    let key = SigningKey::generate().expect("key");
    let made = release::make(&school.ledger, &before, PERIOD, &key).expect("made");
    assert!(made.drafts.iter().all(|draft| !draft.release.rule().is_rounded()));
    for year in ["2024S2", "2026S1"] {
        let (asked, year) = (spring.clone(), term(year));
        let seal = school.ledger.read(move |tx| asked.seal(tx, year)).expect("read");
        assert_eq!(seal, Seal::Open, "{year}");
    }
}

/// A year that went sealed closes no other: after the last week of the year before, the autumn is
/// rounded; what was sealed in the spring of the same year, or in its stock, closes it.
#[test]
fn a_sealed_year_closes_itself_alone() {
    for (period, is_closed) in
        [("2025-W20", false), ("2024S2", false), ("2026-W20", true), ("2025S1", true)]
    {
        let school = screened();
        registered(&school, period);
        let context = releasing(&school, date(2025, 11, 25), &[]);
        let drafts = rounded(&school, &context, PERIOD).0;
        assert_eq!(drafts, usize::from(!is_closed), "{period}");
    }
}

/// A ledger that was put back to before the seals knows of no report: a plan that once listed the
/// school, or what was queued, closes the year as well.
#[test]
fn a_restored_ledger_rounds_nothing_beside_its_lost_reports() {
    let hubs = Hubs::new();
    let (sealing, restored) = (screened(), screened());
    let transfer = Transfer::in_memory().expect("transfer");
    seal(&sealing, &hubs.context(date(2025, 11, 18)), week("2025-W45"));
    copy_handover(&sealing.ledger, &transfer, NOW_MS).expect("copied");
    let ever = queued::sealed_years(&transfer.names().expect("names"));
    assert_eq!(ever, BTreeSet::from([2025]));
    let context = releasing(&restored, date(2025, 11, 25), &[2025]);
    let closed = (0, vec![AbsentReason::WentSealed]);
    assert_eq!(rounded(&restored, &context, PERIOD), closed);
}

/// What left rounded before the seals began is not sealed beside it: not the term's stocks, not
/// under another table's name, and not by a ledger that was put back and has lost the release.
#[test]
fn nothing_is_sealed_beside_what_went_rounded() {
    let hubs = Hubs::new();
    let (school, restored) = (screened(), screened());
    let context = hubs.context(date(2025, 11, 25));
    let key = SigningKey::generate().expect("key");
    release::make(&school.ledger, &school.context(), PERIOD, &key).expect("made");
    assert_eq!(sealed(&seal(&school, &context, PERIOD)), 0);
    let transfer = Transfer::in_memory().expect("transfer");
    copy_handover(&school.ledger, &transfer, NOW_MS).expect("copied");
    let rounded = queued::rounded(&transfer.names().expect("names"));
    assert_eq!(rounded, BTreeSet::from([PERIOD]));
    let knowing = Context { rounded, ..context.clone() };
    assert_eq!(sealed(&seal(&restored, &knowing, PERIOD)), 0);
    assert!(sealed(&seal(&restored, &context, PERIOD)) > 0, "which else would be sealed");
}

/// Only stocks count what a rounded table does: were there a weekly table of the same records,
/// weeks would have to be held back beside a rounded term too.
#[test]
fn no_weekly_table_counts_what_is_rounded() {
    use domain::disclosure::sealed::{Kind, SealedTables};
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let rounded: Vec<_> = catalogue
        .partitions()
        .iter()
        .filter_map(|one| catalogue.count(one.whole.as_str())?.definition.as_ref())
        .map(|definition| definition.source)
        .collect();
    assert!(!rounded.is_empty());
    let tables = SealedTables::of(&catalogue);
    for table in tables.all().iter().filter(|table| table.kind() == Kind::Flow) {
        let source = table.counted_by(&catalogue).map(|(definition, _)| definition.source);
        assert!(source.is_some_and(|source| !rounded.contains(&source)), "{}", table.id());
    }
}
