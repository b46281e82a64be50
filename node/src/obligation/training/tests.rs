//! Training, certificates and undertakings over a small staff.

use jiff::ToSpan as _;
use runtime::web::Role;

use super::*;
use crate::ledger::account::{self, Changer};
use crate::ledger::guard_tests::{counsellor, head, run, school};
use crate::ledger::refusal::Flaw;
use crate::ledger::testing::{School, TODAY, stored_account};
use crate::ledger::write;

fn read(school: &School) -> Training {
    run(school, |tx| Ok(of(tx, TODAY)?)).expect("read")
}

fn attended(staff: i64, day: Date) -> TrainingRecord {
    TrainingRecord {
        day,
        staff: StaffId(staff),
        role: StaffRole::ClassTeacher,
        course: Course::Identify,
        title: "识别与转介".to_owned(),
        hours: 4,
        organiser: "区教育学院".to_owned(),
    }
}

/// Who was trained last school year only is without a training in this one.
#[test]
fn coverage_is_of_this_school_year() {
    let school = school();
    run(&school, |tx| {
        write::add(tx, &counsellor(), &attended(4, TODAY))?;
        write::add(tx, &counsellor(), &attended(4, TODAY))?;
        write::add(tx, &counsellor(), &attended(3, jiff::civil::date(2025, 8, 31)))
    })
    .expect("training");
    let training = read(&school);
    let roles = training.roles.expect("staff roll");
    let of = |role| roles.iter().find(|one| one.role == role).expect("role");
    let teacher = of(StaffRole::ClassTeacher);
    assert_eq!((teacher.staff, teacher.trained, teacher.hours), (1, 1, 8));
    assert_eq!(teacher.courses[1], 1, "one person, whatever the number of trainings");
    assert_eq!(of(StaffRole::Mentor).trained, 0);
    let without: Vec<i64> = training.untrained.iter().map(|(_, staff)| staff.0).collect();
    assert_eq!(without, [1, 2, 3]);
}

fn qualified(has_degree: bool) -> Qualification {
    Qualification {
        from: TODAY,
        staff: StaffId(1),
        counsellor: CounsellorPost::PartTime,
        stage: None,
        has_degree,
        has_vocational: false,
        secrecy_signed: None,
        until: None,
    }
}

fn supervisor(from: Date) -> Supervisor {
    Supervisor { from, staff: StaffId(1), expert: "王督导".to_owned(), until: None }
}

/// A counsellor signs no session of her own: another member of staff does, or the supervisor's
/// sheet stands behind it; and only a supervisor whom the school had named by then.
#[test]
fn nobody_signs_the_own_supervised_session() {
    use crate::ledger::refusal::LedgerRefusal as R;
    let school = school();
    let before = TODAY - 2.days();
    run(&school, move |tx| write::add(tx, &head(), &supervisor(before))).expect("supervisor");
    let held = |day, signed, sheet: Option<&str>| Supervision {
        day,
        staff: StaffId(1),
        form: Form::Individual,
        supervisor: "王督导".to_owned(),
        signed,
        sheet_digest: sheet.map(str::to_owned),
    };
    let sheet = "0a".repeat(32);
    let enter = |who: fn() -> crate::ledger::author::Author, one: Supervision| {
        run(&school, move |tx| write::add(tx, &who(), &one))
    };
    let own = enter(counsellor, held(TODAY, Some(TODAY), None));
    assert!(matches!(own, Err(R::OwnSession)));
    let record = enter(counsellor, held(TODAY, None, None)).expect("not signed yet");
    let signed = held(TODAY, Some(TODAY), None);
    let later = run(&school, move |tx| write::update(tx, &counsellor(), (record, 1), &signed));
    assert!(matches!(later, Err(R::OwnSession)), "nor by a change");
    let bad = enter(counsellor, held(TODAY, Some(TODAY), Some("签了")));
    assert!(matches!(bad, Err(R::Flawed("sheet_digest", Flaw::Digest))));
    enter(counsellor, held(TODAY, Some(TODAY), Some(&sheet))).expect("with the sheet");
    enter(head, held(TODAY, Some(TODAY), None)).expect("by somebody else");
    let early = enter(head, held(TODAY, Some(TODAY - 1.days()), None));
    assert!(matches!(early, Err(R::Day(_))), "before it was held");
    let unnamed = enter(head, held(before - 1.days(), Some(TODAY), Some(&sheet)));
    assert!(matches!(unnamed, Err(R::NoSupervisor)), "named later");
    let other =
        Supervision { supervisor: "李督导".to_owned(), ..held(TODAY, Some(TODAY), None) };
    assert!(matches!(enter(head, other), Err(R::NoSupervisor)));
}

/// Only signed sessions lead to the certificate; who has one that runs out is told in time, and who
/// has one that ran out needs one again.
#[test]
fn a_certificate_is_earned_and_runs_out() {
    let school = school();
    run(&school, |tx| {
        write::add(tx, &head(), &qualified(false))?;
        write::add(tx, &head(), &supervisor(TODAY))?;
        let session = |form, signed| Supervision {
            day: TODAY,
            staff: StaffId(1),
            form,
            supervisor: "王督导".to_owned(),
            signed,
            sheet_digest: None,
        };
        for _ in 0..10 {
            write::add(tx, &head(), &session(Form::Individual, Some(TODAY)))?;
        }
        for signed in [Some(TODAY), Some(TODAY), None] {
            write::add(tx, &head(), &session(Form::Group, signed))?;
        }
        Ok(())
    })
    .expect("sessions");
    let one = read(&school).counsellors.remove(0);
    assert!(one.needs && one.is_open());
    assert_eq!((one.sessions, one.unsigned, one.missing()), ((10, 2), 1, (0, 1)));
    run(&school, |tx| {
        let last = Supervision {
            day: TODAY,
            staff: StaffId(1),
            form: Form::Group,
            supervisor: "王督导".to_owned(),
            signed: Some(TODAY),
            sheet_digest: None,
        };
        write::add(tx, &head(), &last)?;
        let certificate = Certificate {
            issued: TODAY,
            staff: StaffId(1),
            test_passed: TODAY,
            number: "QD-2025-001".to_owned(),
            issuer: "区教育局".to_owned(),
            expires: TODAY + 90.days(),
            revoked: None,
        };
        write::add(tx, &head(), &certificate)
    })
    .expect("certificate");
    let state = |days: i64| {
        let day = TODAY + days.days();
        let one = run(&school, move |tx| Ok(of(tx, day)?)).expect("read").counsellors.remove(0);
        (one.certificate.as_ref().expect("certificate").state, one.is_open())
    };
    assert_eq!(state(0), (CertificateState::Valid, false));
    assert_eq!(state(30), (CertificateState::EndsSoon, false));
    assert_eq!(state(91), (CertificateState::Expired, true));
}

/// Every account that reads of students is there, school IT is not; an undertaking belongs to the
/// person and not to the account.
#[test]
fn every_reader_has_an_undertaking() {
    let school = school();
    run(&school, |tx| {
        let changer = Changer { by: "test".to_owned(), at_ms: counsellor().now().0 };
        for (login, role, staff) in [
            ("li", Role::Counsellor, Some(StaffId(1))),
            ("ban", Role::ClassTeacher, Some(StaffId(4))),
            ("it", Role::Operator, None),
        ] {
            account::put(tx, &stored_account(login, role), staff, &changer).expect("account");
        }
        let pledge = SecrecyPledge {
            from: TODAY,
            staff: StaffId(4),
            edition: "2026-1".to_owned(),
            until: None,
        };
        write::add(tx, &head(), &pledge)
    })
    .expect("pledge");
    let readers = read(&school).readers;
    let seen: Vec<_> = readers.iter().map(|one| (one.login.as_str(), one.signed)).collect();
    assert_eq!(seen, [("ban", Some(TODAY)), ("li", None)]);
}
