//! Facts about making reports: nothing is held while they are made, what changed meanwhile is
//! counted anew, and a school that changed in mid-year still tells its weeks.

use std::sync::mpsc::channel;

use certs::key::SigningKey;
use domain::catalogue::{Grade, Stage};
use domain::period::Period;
use jiff::civil::date;
use runtime::sql::{DataKey, SqlError};

use super::make::{draft, keep};
use super::testing::Hubs;
use super::tests::{
    OPENED, open_case, registered, report, school, school_in, seal, sealed, told, week,
};
use super::{Made, absences, plan_missing};
use crate::indicator::Unsealed;
use crate::ledger::testing::PERIOD;
use crate::ledger::{Ledger, profile, report_key};

/// While another process writes to the ledger, figures are counted and proofs made all the same;
/// only storing them waits for it.
#[test]
fn proofs_are_made_while_another_process_writes() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let open = || Ledger::open(&path, DataKey::new([7; 32])).expect("ledger");
    let (school, other) = (school_in(open()), open());
    open_case(&school, 1, date(2025, 11, 5));
    school.ledger.write("key", |tx| report_key::load_or_make(tx, 1)).expect("key");
    let (hubs, key) = (Hubs::new(), SigningKey::generate().expect("key"));
    let context = hubs.context(date(2025, 11, 11));
    let ((is_held, held), (let_go, told_to)) = (channel(), channel::<()>());
    let holder = std::thread::spawn(move || {
        let hold = move |_: &runtime::sql::Tx<'_>| {
            is_held.send(()).expect("waited for");
            let _ = told_to.recv();
            Ok::<_, SqlError>(())
        };
        other.write("hold", hold).expect("held");
    });
    held.recv().expect("held");
    let drafted = draft(&school.ledger, &context, week("2025-W45"), &key).expect("drafted");
    assert!(registered(&school, OPENED, "2025-W45").is_none());
    let_go.send(()).expect("told");
    holder.join().expect("ended");
    let kept = keep(&school.ledger, (&context, week("2025-W45")), drafted).expect("kept");
    assert!(sealed(&kept.expect("nothing changed")) > 0);
    assert_eq!(told(&hubs, &school, "2025-W45"), 1);
}

/// What another process sealed or heard between drafting and storing makes a draft void: an event
/// that the other week told is not told again, and no table of a period is sealed twice.
#[test]
fn a_draft_by_another_register_is_not_kept() {
    let (school, hubs) = (school(), Hubs::new());
    let key = SigningKey::generate().expect("key");
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    let drafted = |period| draft(&school.ledger, &context, period, &key).expect("drafted");
    let kept = |period, drafted| {
        keep(&school.ledger, (&context, period), drafted).expect("asked").is_some()
    };
    let (first, second, later) = (week("2025-W45"), week("2025-W45"), week("2025-W46"));
    let (one, two, three) = (drafted(first), drafted(second), drafted(later));
    assert!(kept(first, one));
    assert!(!kept(second, two), "the other process sealed it");
    assert!(!kept(later, three), "what it reaches back to was told meanwhile");
    seal(&school, &context, later);
    assert_eq!((told(&hubs, &school, "2025-W45"), told(&hubs, &school, "2025-W46")), (1, 0));
}

/// A school that gave up a grade in mid-year seals all weeks: by the signed roster the grade is its
/// own until the year ends, with what was told of it before, and nobody in it from then on.
#[test]
fn a_grade_that_was_given_up_ends_no_week() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, PERIOD);
    let before = report(&school, "sealed.alt.census", "2025S1").enrolled;
    let school = self::school();
    open_case(&school, 1, date(2025, 11, 5));
    let given_up = school.ledger.write("profile", |tx| {
        let known = profile::load(tx)?.expect("profile");
        let grade_from = Grade::school(8).expect("grade");
        profile::set(tx, &profile::Profile { grade_from, ..known })
    });
    given_up.expect("set");
    assert!(sealed(&seal(&school, &context, week("2025-W45"))) > 0);
    assert_eq!(told(&hubs, &school, "2025-W45"), 1, "a case of grade 7");
    seal(&school, &context, PERIOD);
    let after = report(&school, "sealed.alt.census", "2025S1").enrolled;
    assert_eq!((after.get(&Stage::Junior), &after), (before.get(&Stage::Junior), &before));
}

/// A school that held no screening is told that nothing is reported of one, and what to do; so is
/// one to which the plan of its year did not come.
#[test]
fn a_school_that_did_not_screen_is_told_so() {
    let year = Period::SchoolYear(2025);
    let table = "sealed.scr.census".parse().expect("table");
    let made = Ok(vec![Made::Absent { table, reason: Unsealed::NotScreened }]);
    let told = absences(PERIOD, &made);
    assert_eq!((told.len(), told[0].code.as_str(), told[0].tables), (1, "not_screened", Some(1)));
    assert!(told[0].zh.contains("普测") && told[0].en.contains("import the answers"));
    // So is one that began after the period: its group would wait for ever, and nobody would know.
    let table = "sealed.alt.census".parse().expect("table");
    let told = absences(PERIOD, &Ok(vec![Made::Absent { table, reason: Unsealed::NotAtWork }]));
    assert_eq!(told[0].code, "not_at_work");
    for remedy in ["按实际日期补录", "sealed away"] {
        assert!(told[0].zh.contains(remedy), "{}", told[0].zh);
    }
    assert!(told[0].en.contains("true day") && told[0].en.contains("sealed away"));
    let missing = plan_missing(&"370202".parse().expect("unit"), 2025);
    assert_eq!((missing.period.parse().ok(), missing.code.as_str()), (Some(year), "plan_missing"));
    assert!(missing.zh.contains("370202") && missing.en.contains("ring the district's hub"));
}
