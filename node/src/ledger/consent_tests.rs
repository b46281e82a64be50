//! Which of a family's answers stands.

use domain::ledger::consent::{Answer, DataClass, NoConsent, Purpose};
use jiff::civil::{Date, date};

use super::consent::{self, Consent};
use super::entry::{RecordId, Words};
use super::guard_tests::{CHILD, counsellor, head, run, school};
use super::refusal::LedgerRefusal;
use super::testing::{AS_OF, TODAY, slip};
use super::{read, write};

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

/// A yes is written with the digest of its form, with what its signer is to the student, with words
/// where a view is wanted and with a recipient only where something leaves; a paper of before that
/// lacks one of them is no consent, and is withdrawn all the same.
#[test]
fn a_yes_without_its_evidence_is_not_taken() {
    let given = || paper(Answer::Given, date(2025, 11, 1));
    let cases = [
        (Consent { form_digest: "无".to_owned(), ..given() }, "form_digest"),
        (Consent { form_digest: "0g".repeat(32), ..given() }, "form_digest"),
        (Consent { form_digest: String::new(), ..given() }, "form_digest"),
        (Consent { relation: None, ..given() }, "relation"),
        (Consent { child_view: " ".to_owned(), ..given() }, "child_view"),
        (Consent { recipient: "CLINIC1 ".to_owned(), ..given() }, "recipient"),
        (Consent { recipient: " ".to_owned(), ..given() }, "recipient"),
        (Consent { purpose: Purpose::Screening, ..given() }, "recipient"),
    ];
    let school = school();
    for (paper, field) in cases {
        let no = Consent { answer: Answer::Refused, ..paper.clone() };
        let said = run(&school, move |tx| write::add(tx, &counsellor(), &paper).map(drop));
        assert!(matches!(said, Err(LedgerRefusal::Field(name)) if name == field), "{field}");
        if field != "recipient" {
            run(&school, move |tx| write::add(tx, &counsellor(), &no)).expect("a no is a no");
        }
    }
    let old = Consent { form_digest: "无".to_owned(), ..given() };
    assert!(!old.paper().has_evidence);
    let unseen = Consent { child_view: " ".to_owned(), ..given() };
    assert!(!unseen.paper().child_view);
}

/// A no to screening is heard although somebody typed a recipient beside it.
#[test]
fn a_no_to_screening_is_heard_whatever_was_typed_beside_it() {
    for answer in [Answer::Refused, Answer::OnHold, Answer::Withdrawn] {
        let school = school();
        let said = run(&school, move |tx| {
            let yes = slip(CHILD, Answer::Given, date(2025, 11, 1), date(2026, 1, 31));
            write::add(tx, &counsellor(), &yes)?;
            let no = Consent { purpose: Purpose::Screening, ..paper(answer, date(2025, 11, 10)) };
            write::add(tx, &counsellor(), &no)?;
            let wanted = (Purpose::Screening, "");
            let stands = consent::standing(tx, CHILD, wanted, &[DataClass::Answers], TODAY);
            Ok((super::consented::of(tx, CHILD)?.on(TODAY), stands.is_ok()))
        });
        let (said, stands) = said.expect("heard");
        assert!(said == crate::import::value::Consent::Refused && !stands, "{answer:?}");
    }
}

/// How to reach the recipient is kept as the family was told it; where nobody receives, nobody is
/// reached.
#[test]
fn the_recipients_contact_is_kept() {
    let school = school();
    let given = Consent {
        recipient_contact: Some("0532-62001234".to_owned()),
        ..paper(Answer::Given, TODAY)
    };
    let stays = Consent {
        recipient_contact: given.recipient_contact.clone(),
        ..slip(CHILD, Answer::Given, TODAY, date(2026, 1, 31))
    };
    let refused = run(&school, move |tx| write::add(tx, &counsellor(), &stays));
    assert!(matches!(refused, Err(LedgerRefusal::Field("recipient_contact"))));
    let kept = run(&school, move |tx| {
        let record = write::add(tx, &counsellor(), &given)?;
        Ok(read::one::<Consent>(tx, record)?.expect("consent").entry.recipient_contact)
    });
    assert_eq!(kept.expect("kept").as_deref(), Some("0532-62001234"));
}
