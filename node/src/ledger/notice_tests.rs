//! Notices, slips and withdrawals: what is no consent is not written as one.

use domain::ledger::SchoolRole;
use domain::ledger::consent::{DataClass, NoConsent, Purpose};
use domain::ledger::terms::Relation;
use jiff::civil::{Date, date};

use super::entry::StudentId;
use super::guard_tests::{CHILD, author, counsellor, head, run, school};
use super::notice::{self, Item, NewNotice, Slip, Taken};
use super::refusal::LedgerRefusal;
use super::testing::{School, TODAY};
use super::{consent, consented, read};
use crate::import::value::Consent as Said;

const SCAN: &str = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";
const SIGNED: Date = date(2025, 11, 18);

fn says() -> NewNotice {
    NewNotice {
        valid_from: date(2025, 11, 17),
        valid_to: date(2026, 5, 1),
        scales: vec!["phq-a".to_owned()],
        contact: "心理辅导室 0532-0000000".to_owned(),
        items: vec![
            Item {
                purpose: Purpose::Screening,
                classes: vec![DataClass::Answers],
                recipient: String::new(),
                recipient_name: String::new(),
            },
            Item {
                purpose: Purpose::Conference,
                classes: vec![DataClass::Reason],
                recipient: "E370202".to_owned(),
                recipient_name: "区心理健康指导中心".to_owned(),
            },
        ],
    }
}

fn make(school: &School, says: NewNotice) -> Result<i64, LedgerRefusal> {
    run(school, move |tx| notice::make(tx, &counsellor(), &says))
}

fn slip(item: usize, agrees: bool) -> Slip {
    Slip {
        student: CHILD,
        item,
        agrees,
        signed: SIGNED,
        relation: Some(Relation::Mother),
        student_signed: true,
        child_view: String::new(),
    }
}

fn take(
    school: &School,
    scan: &'static str,
    slips: Vec<Slip>,
) -> Result<Taken, (Option<StudentId>, LedgerRefusal)> {
    let done = school.ledger.write("slips", move |tx| {
        let notice = notice::find(tx, 1)?;
        match notice::take(tx, &counsellor(), (&notice, scan), &slips) {
            Ok(taken) => Ok(Ok(taken)),
            // An error of the transaction leaves nothing behind, as the page does it.
            Err(refused) => Err(Refused(refused)),
        }
    });
    match done {
        Ok(taken) => taken,
        Err(Refused(refused)) => Err(refused),
    }
}

struct Refused((Option<StudentId>, LedgerRefusal));

impl From<LedgerRefusal> for Refused {
    fn from(refusal: LedgerRefusal) -> Self {
        Self((None, refusal))
    }
}

impl From<runtime::sql::SqlError> for Refused {
    fn from(error: runtime::sql::SqlError) -> Self {
        Self((None, error.into()))
    }
}

fn stands(school: &School, purpose: Purpose, recipient: &'static str) -> bool {
    let class = if recipient.is_empty() { DataClass::Answers } else { DataClass::Reason };
    run(school, move |tx| {
        Ok(consent::standing(tx, CHILD, (purpose, recipient), &[class], TODAY).is_ok())
    })
    .expect("asked")
}

fn said(school: &School) -> Said {
    school.ledger.read(|tx| consented::of(tx, CHILD)).expect("family").on(TODAY)
}

/// A yes to one purpose is a yes to that one alone, and entering it twice writes it once.
#[test]
fn each_purpose_is_answered_alone() {
    let school = school();
    assert_eq!(make(&school, says()).expect("made"), 1);
    let slips = vec![slip(0, true), slip(1, false)];
    let taken = take(&school, SCAN, slips.clone()).expect("taken");
    assert_eq!(taken, Taken { written: 2, known: 0 });
    assert!(stands(&school, Purpose::Screening, ""));
    assert!(!stands(&school, Purpose::Conference, "E370202"));
    let again = take(&school, SCAN, slips).expect("taken");
    assert_eq!((again, school.rows("consent")), (Taken { written: 0, known: 2 }, 2));
}

/// What would be no consent is refused with its reason, and the other slips of the class with it:
/// no student's signature from 14 on, no guardian's, no scan, a day in the future, a line that the
/// notice does not have, a notice that has run out.
#[test]
fn what_is_no_consent_is_not_entered_as_one() {
    let school = school();
    make(&school, says()).expect("made");
    let cases: [(&str, Slip); 6] = [
        (SCAN, Slip { student_signed: false, ..slip(0, true) }),
        (SCAN, Slip { relation: None, ..slip(0, true) }),
        ("", slip(0, true)),
        (SCAN, Slip { signed: date(2025, 11, 21), ..slip(0, true) }),
        (SCAN, slip(7, true)),
        (SCAN, Slip { student: StudentId(99), ..slip(0, true) }),
    ];
    for (place, (scan, wrong)) in cases.into_iter().enumerate() {
        let good = Slip { student: StudentId(2), ..slip(0, true) };
        assert!(take(&school, scan, vec![good, wrong]).is_err(), "{place}");
        assert_eq!(school.rows("consent"), 0, "{place}");
    }
    let why = take(&school, SCAN, vec![Slip { student_signed: false, ..slip(0, true) }]);
    let is_signature = |refused: &(Option<StudentId>, LedgerRefusal)| {
        matches!(refused, (Some(CHILD), LedgerRefusal::Consent(NoConsent::Signature)))
    };
    assert!(why.as_ref().is_err_and(is_signature));
    let past = NewNotice { valid_from: date(2025, 5, 1), valid_to: date(2025, 10, 1), ..says() };
    make(&school, past).expect("made");
    let expired = run(&school, |tx| {
        let old = notice::find(tx, 2)?;
        Ok(notice::take(tx, &counsellor(), (&old, SCAN), &[slip(0, true)]).is_err())
    });
    assert!(expired.expect("asked"));
}

/// A notice asks purpose by purpose, names who receives what leaves, and lives no longer than a
/// consent.
#[test]
fn a_notice_must_be_whole() {
    let school = school();
    let with = |change: fn(&mut NewNotice)| {
        let mut says = says();
        change(&mut says);
        make(&school, says)
    };
    let wrong: [fn(&mut NewNotice); 7] = [
        |says| says.items.clear(),
        |says| says.items[1].recipient.clear(),
        |says| says.items[0].recipient.push_str("E1"),
        |says| says.items[0].classes.clear(),
        |says| says.items.push(says.items[0].clone()),
        |says| says.valid_to = date(2026, 9, 1),
        |says| says.contact = "  ".to_owned(),
    ];
    for (place, change) in wrong.into_iter().enumerate() {
        assert!(with(change).is_err(), "{place}");
    }
    let teacher = run(&school, |tx| {
        notice::make(tx, &author("teacher", SchoolRole::ClassTeacher, 4), &says())
    });
    assert!(matches!(teacher, Err(LedgerRefusal::NotAllowed)));
    assert_eq!(school.rows("family_notice"), 0);
}

/// A withdrawal ends the consent at once, for counting too, needs a reason, and cannot be doubled;
/// a yes that only the roster had is withdrawn as well, and a later yes counts again.
#[test]
fn a_withdrawal_counts_at_once() {
    let school = school();
    make(&school, says()).expect("made");
    let withdraw = |purpose, recipient: &'static str, why: &'static str| {
        run(&school, move |tx| {
            notice::withdraw(tx, &head().because(why), CHILD, (purpose, recipient))
        })
    };
    assert!(said(&school) == Said::Given, "the roster's");
    assert!(matches!(withdraw(Purpose::Screening, "", ""), Err(LedgerRefusal::Reason)));
    withdraw(Purpose::Screening, "", "家长撤回").expect("withdrawn");
    assert!(said(&school) == Said::Refused && !stands(&school, Purpose::Screening, ""));
    let twice = withdraw(Purpose::Screening, "", "再次");
    assert!(matches!(twice, Err(LedgerRefusal::NotWaiting)));
    let today = Slip { signed: TODAY, ..slip(0, true) };
    take(&school, SCAN, vec![today]).expect("given again");
    assert!(said(&school) == Said::Given && stands(&school, Purpose::Screening, ""));
    withdraw(Purpose::Screening, "", "撤回").expect("withdrawn again");
    assert!(said(&school) == Said::Refused);
    let never = withdraw(Purpose::Research, "E1", "撤回");
    assert!(matches!(never, Err(LedgerRefusal::Unknown)));
    let versions = run(&school, |tx| {
        let kept = read::about::<consent::Consent>(tx, CHILD.0)?;
        let last = kept.last().ok_or(LedgerRefusal::Unknown)?;
        Ok(read::versions::<consent::Consent>(tx, last.record)?.len())
    });
    assert_eq!(versions.expect("versions"), 2, "what was given stays readable");
}
