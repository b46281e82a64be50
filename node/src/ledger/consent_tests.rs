//! Which of a family's answers stands.

use domain::ledger::consent::{Answer, DataClass, NoConsent, Purpose};
use jiff::civil::{Date, date};

use super::consent::{self, Consent};
use super::entry::{RecordId, Words};
use super::guard_tests::{CHILD, counsellor, head, run, school};
use super::refusal::LedgerRefusal;
use super::testing::{AS_OF, TODAY, slip};
use super::write;

fn paper(answer: Answer, day: Date) -> Consent {
    Consent {
        purpose: Purpose::Referral,
        classes: Words::new([DataClass::Identity, DataClass::Reason]),
        recipient: "CLINIC1".to_owned(),
        recipient_name: "市第一医院".to_owned(),
        ..slip(CHILD, answer, day, date(2026, 1, 31))
    }
}

/// What stands after papers were entered in this order.
fn stands(papers: Vec<Consent>) -> Result<RecordId, LedgerRefusal> {
    let school = school();
    run(&school, move |tx| {
        for paper in &papers {
            write::add(tx, &counsellor(), paper)?;
        }
        let wanted = (Purpose::Referral, "CLINIC1");
        Ok(consent::standing(tx, CHILD, wanted, &[DataClass::Reason], TODAY)?.record)
    })
}

/// A family's later no ends every earlier yes, whatever paper it is on; asking again does not.
#[test]
fn the_latest_answer_decides() {
    let given = || paper(Answer::Given, date(2025, 11, 1));
    let later = |answer| paper(answer, date(2025, 11, 10));
    assert!(stands(vec![given()]).is_ok());
    for (answer, reason) in [
        (Answer::Refused, NoConsent::Refused),
        (Answer::Withdrawn, NoConsent::Withdrawn),
        (Answer::OnHold, NoConsent::OnHold),
    ] {
        // In either order of entry: the day of the answer decides, not the day of the typing.
        for papers in [vec![given(), later(answer)], vec![later(answer), given()]] {
            let said = stands(papers);
            assert!(matches!(said, Err(LedgerRefusal::Consent(no)) if no == reason), "{answer:?}");
        }
        let again = vec![given(), later(answer), paper(Answer::Given, date(2025, 11, 15))];
        assert!(stands(again).is_ok(), "{answer:?}, then given again");
        let mut general = later(answer);
        (general.recipient, general.recipient_name) = (String::new(), String::new());
        assert!(stands(vec![given(), general]).is_err(), "a no to everybody");
        let mut elsewhere = later(answer);
        elsewhere.recipient = "CLINIC2".to_owned();
        assert!(stands(vec![given(), elsewhere]).is_ok(), "a no to another recipient");
    }
    for answer in [Answer::Asked, Answer::Blank] {
        assert!(stands(vec![given(), later(answer)]).is_ok(), "{answer:?} is no answer");
    }
    // A withdrawal on the old paper carries the old day; the day of withdrawing counts.
    let noted = Consent { withdrawn: Some(date(2025, 11, 12)), ..paper(Answer::Withdrawn, AS_OF) };
    assert!(stands(vec![given(), noted]).is_err());
    let mut narrow = later(Answer::Given);
    narrow.classes = Words::new([DataClass::Identity]);
    assert!(stands(vec![given(), narrow]).is_err(), "the narrower answer is the later one");
}

/// A withdrawal that waits beside another change of the same paper stops the consent already.
#[test]
fn a_withdrawal_written_beside_stops_at_once() {
    let school = school();
    let said = run(&school, |tx| {
        let given = paper(Answer::Given, date(2025, 11, 1));
        let record = write::add(tx, &counsellor(), &given)?;
        let named = Consent { witness: "李老师".to_owned(), ..given.clone() };
        write::update(tx, &counsellor(), (record, 1), &named)?;
        let (answer, withdrawn) = (Answer::Withdrawn, Some(TODAY));
        let beside = Consent { answer, withdrawn, ..given };
        write::update(tx, &head(), (record, 1), &beside)?;
        let wanted = (Purpose::Referral, "CLINIC1");
        Ok(consent::standing(tx, CHILD, wanted, &[DataClass::Reason], TODAY).is_err())
    });
    assert!(said.expect("written"));
}
