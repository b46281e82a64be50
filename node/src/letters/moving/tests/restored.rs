//! Transfers after a restore, and what else would leave a student with nobody or with two.

use domain::transfer::Told;
use domain::unit::IdentityName;

use super::*;
use crate::content::{FromOld, TransferId};
use crate::ledger::rounding_key;

/// A new school that was put back to before it accepted, and says no now, does not leave the child
/// with nobody: what was confirmed comes again with the child, and a person enters it.
#[test]
fn who_was_confirmed_is_somebodys_after_a_restore() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    let before = Street::row(&street.new);
    street.accepted(0, TODAY).expect("accepted");
    street.carry(false);
    street.take(false);
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Confirmed(TODAY)));
    let back = Move { offer: None, told: Told::default(), ..before };
    let id = back.id;
    let said_no = run(&street.new, move |tx| {
        moving::save(tx, &back)?;
        answering::decline(tx, &head(), (id, DeclinedWhy::Other, ""))
    });
    said_no.expect("declined");
    street.carry(true);
    street.take(true);
    let row = Street::row(&street.new);
    assert!(row.stands == Stands::In(In::Given(TODAY)) && row.offer.is_some(), "looked at again");
    street.accepted(0, TODAY).expect("entered");
    hearing::settle(&street.new.ledger, now()).expect("settled");
    assert_eq!(Street::row(&street.new).stands, Stands::In(In::Closed(TODAY)));
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 4));
}

/// An old school that was put back to before its own offer hears, without anybody's telephone, that
/// the child is another school's, and ends the stay: no day has two owners any more. A name that it
/// never gave takes no child away.
#[test]
fn who_lost_its_own_offer_hears_where_the_child_is() {
    let mut street = Street::new();
    let key = run(&street.old, |tx| Ok(*rounding_key::load_or_make(tx, NOW_MS)?.expose()));
    let (key, back) = (key.expect("key"), ready());
    run(&back, move |tx| {
        rounding_key::put(tx, &key)?;
        Ok(())
    })
    .expect("the key of the backup");
    street.moved();
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Closed(TODAY)));
    street.old = back;
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (4, 4), "two owners");
    let mut row = Street::row(&street.new);
    let TransferSaid::New(said) = saying::said(&mut row, NOW_MS) else { panic!("the new one's") };
    let hears = |said: crate::content::FromNew| {
        let sender = street.town.other.name.clone();
        let heard =
            run(&street.old, move |tx| hearing::hear(tx, &sender, TransferSaid::New(said), now()));
        hearing::settle(&street.old.ledger, now()).expect("settled");
        heard
    };
    let forged = crate::content::FromNew { transfer: TransferId([9; 16]), ..said.clone() };
    assert!(matches!(hears(forged), Err(LedgerRefusal::Unknown)));
    assert_eq!(on_roll(&street.old, TODAY), 4);
    hears(said).expect("heard");
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 4));
    let row = Street::row(&street.old);
    assert!(row.stands == Stands::Out(Out::Closed(TODAY)) && row.student == Some(CHILD));
}

/// The new school says again that it has a student: the next day, once, and not of one who has gone
/// on since.
#[test]
fn that_a_student_is_here_is_said_again() {
    let street = Street::new();
    street.moved();
    street.carry(true);
    street.take(true);
    let says = |hours: i64| {
        let at = now() + SignedDuration::from_hours(hours);
        let desk = &street.town.other;
        saying::say(&street.new.ledger, &street.inboxes[1], desk, at).expect("said")
    };
    assert_eq!((says(1), says(25), says(26), says(49)), (0, 1, 0, 1));
    let student = Street::row(&street.new).student.expect("entered");
    run(&street.new, move |tx| {
        let by = crate::letters::author(now() + SignedDuration::from_hours(48));
        moving::end(tx, &by, (student, plus_days(TODAY, 1)), "示例第三中学")
    })
    .expect("gone on");
    assert_eq!(says(97), 0);
}

/// A number that another student got meanwhile is not taken for the child who comes: nobody is
/// entered until somebody gives another number.
#[test]
fn another_students_number_enters_nobody() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    street.accepted(0, TODAY).expect("accepted");
    let mut text = "学籍号,姓名,性别,年级,班级,监护人同意,同意日期\n".to_owned();
    for (n, name) in [(50, "张某某"), (51, "张某某"), (52, "张某某"), (0, "李某某")] {
        let number = TestPupil::new(n).number();
        text += &format!("{number},{name},男,七年级,1班,是,2025-09-17\n");
    }
    street.new.roster_of(&text, TODAY);
    street.carry(false);
    street.take(false);
    street.carry(true);
    street.take(true);
    let row = Street::row(&street.new);
    assert!(row.stands == Stands::In(In::Moved(TODAY)) && row.student.is_none());
    assert_eq!(on_roll(&street.new, TODAY), 4, "three, and the other student");
    street.accepted(60, TODAY).expect("with another number");
    hearing::settle(&street.new.ledger, now()).expect("settled");
    let row = Street::row(&street.new);
    assert!(row.stands == Stands::In(In::Closed(TODAY)) && row.student.is_some());
    assert_eq!(on_roll(&street.new, TODAY), 5);
}

/// The offer of the old school as it would be said of another transfer.
fn another(of: &mut Move, n: u16) -> FromOld {
    let TransferSaid::Old(said) = saying::said(of, NOW_MS) else { panic!("an offer") };
    let mut offer = TransferOffer::read(said.offer.as_ref().expect("offer")).expect("read");
    let mut name = [0_u8; 16];
    name[..2].copy_from_slice(&n.to_be_bytes());
    offer.transfer = TransferId(name);
    let bytes = offer.write().expect("written");
    FromOld { transfer: TransferId(name), offer: Some(bytes), ..said }
}

/// Whoever offers without end keeps no other school's offer out.
#[test]
fn one_sender_fills_no_list() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    let mut row = Street::row(&street.old);
    let (own, other) = (street.town.desk.name.clone(), street.town.other.name.clone());
    let heard = run(&street.new, move |tx| {
        let mut hears = |from: &IdentityName, n: u16| {
            let said = TransferSaid::Old(another(&mut row, n));
            hearing::hear(tx, from, said, now())
        };
        let taken = (0..300).filter(|n| hears(&own, *n).is_ok()).count();
        Ok((taken, hears(&other, 400).is_ok()))
    });
    assert_eq!(heard.expect("heard"), (250, true));
}

/// Two who come at once are not entered under one number.
#[test]
fn two_who_come_have_two_numbers() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    street.accepted(0, TODAY).expect("the first");
    let (mut row, own) = (Street::row(&street.old), street.town.desk.name.clone());
    run(&street.new, move |tx| {
        hearing::hear(tx, &own, TransferSaid::Old(another(&mut row, 1)), now())
    })
    .expect("another offer");
    let rows = Street::rows(&street.new);
    let open = rows.iter().find(|row| row.stands == Stands::In(In::Offered)).expect("offered");
    let (desk, id) = (street.town.other.clone(), open.id);
    let accept = |n: u32| {
        let (desk, wanted) = (desk.clone(), taking(n, TODAY));
        run(&street.new, move |tx| answering::accept(tx, &head(), &desk, (id, &wanted)))
    };
    assert!(matches!(accept(0), Err(LedgerRefusal::Field("student_number"))));
    accept(1).expect("with a number of its own");
}

/// A later paper that lets less go along takes the care back at the other school, as a no does.
#[test]
fn a_narrower_paper_takes_the_care_back() {
    let street = Street::new();
    run(&street.old, |tx| write::add(tx, &counsellor(), &agreed(Answer::Given))).expect("paper");
    street.offered(CareStands::Along);
    street.carry(true);
    street.take(true);
    assert_eq!(Street::row(&street.new).care, CareStands::Along);
    let less = Consent { classes: Words::new([DataClass::Reason]), ..agreed(Answer::Given) };
    let kept = run(&street.old, move |tx| write::add(tx, &counsellor().once_more(true), &less));
    kept.expect("paper");
    street.carry(true);
    street.take(true);
    assert_eq!(Street::row(&street.old).care, CareStands::Over);
    let row = Street::row(&street.new);
    let offer = super::super::offered(&row).expect("offer").expect("kept");
    assert!(row.care != CareStands::Along && offer.care.is_none());
}

/// What is erased with a refusal leaves the log of the database too.
#[test]
fn what_is_erased_is_folded_in() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    let before = street.new.ledger.read(moving::lengths).expect("before");
    assert!(matches!(before.as_slice(), [(_, bytes)] if *bytes > 0));
    let folds = |before: &[(i64, i64)]| {
        super::super::fold_erased(&street.new.ledger, before).expect("looked")
    };
    assert!(!folds(&before), "nothing was erased");
    let id = Street::row(&street.new).id;
    let why = (id, DeclinedWhy::NoPlace, "");
    run(&street.new, move |tx| answering::decline(tx, &head(), why)).expect("declined");
    assert!(folds(&before));
}
