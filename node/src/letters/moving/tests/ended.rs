//! What a school said about a transfer comes under a certificate that has ended: no day has two
//! owners by it, none is left with nobody for good, and an old key moves no child.

use certs::identity::LeafIdentity;
use certs::referral::EnvelopeId;

use super::*;
use crate::content::AgainContent;
use crate::ledger::aside::{self, Aside, Kind};
use crate::letters::restoring;
use crate::letters::testing::answer_of;
use crate::list::testing::UNIT;

/// Longer than a certificate holds.
fn later() -> Timestamp {
    now() + SignedDuration::from_hours(24 * 95)
}

/// The new school takes what lies in its inbox after the summer.
fn takes(street: &Street) -> Vec<Aside> {
    let (ledger, desk) = (&street.new.ledger, &street.town.other);
    answers::take(ledger, &street.inboxes[1], desk, later()).expect("taken");
    run(&street.new, |tx| Ok(aside::all(tx, None)?)).expect("read")
}

/// The new school's question about a transfer comes to the old one.
fn asks(street: &Street, by: &LeafIdentity, transfer: [u8; 16]) {
    let asked = vec![certs::digest::sha256(b"what was signed")];
    let said = AgainContent { asked, ..AgainContent::default() }.write().expect("said");
    let to = &street.roads[1].recipient;
    arrive(&street.inboxes[0], &answer_of(by, to, EnvelopeId::from_bytes(transfer), &said));
    let (ledger, desk) = (&street.old.ledger, &street.town.desk);
    answers::take(ledger, &street.inboxes[0], desk, later()).expect("taken");
    restoring::ask(ledger, desk, later()).expect("answered");
}

/// The old school says where it stands under its certificate of now, where something is due.
fn says_again(street: &Street) -> usize {
    let identity = std::sync::Arc::new(street.town.renewed(UNIT, later()));
    let desk = Desk { identity, ..street.town.desk.clone() };
    let (road, own) = (street.roads[0].clone(), street.inboxes[0].clone());
    let row = Street::row(&street.old);
    let letters: Vec<Letter> = run(&street.old, move |tx| {
        if row.told.is_due(later().as_millisecond()) {
            saying::say_on(tx, (&own, &desk), (row, &road), later())?;
        }
        let waiting = store::waiting_letters(tx, 100)?;
        waiting.iter().try_for_each(|one| store::note_copied(tx, one.id, NOW_MS))?;
        let read = |one: &store::Outgoing| Letter::from_bytes(&one.letter).expect("letter");
        Ok(waiting.iter().map(read).collect())
    })
    .expect("said");
    arrive(&street.inboxes[1], &letters);
    letters.len()
}

/// Goal: a day that the old school confirmed before a summer has one owner after it. Method: its
/// letter is opened once the certificate has ended; the new school counts nobody, asks, and enters
/// the child once the old one has said the same again, long after it had stopped saying it.
#[test]
fn a_day_confirmed_before_a_summer_has_one_owner_after_it() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    street.carry(true);
    street.take(true);
    street.accepted(0, TODAY).expect("accepted");
    street.carry(false);
    street.take(false);
    street.carry(true);
    assert_eq!(Street::row(&street.old).stands, Stands::Out(Out::Confirmed(TODAY)));
    let found = takes(&street);
    let transfer = Street::row(&street.old).transfer;
    assert_eq!((found.len(), found[0].kind), (1, Kind::Transfer));
    assert!(found[0].content.is_empty() && found[0].id == EnvelopeId::from_bytes(transfer));
    hearing::settle(&street.new.ledger, now()).expect("settled");
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 3));
    assert_eq!(restoring::ask(&street.new.ledger, &street.town.other, later()).expect("ask"), 1);
    asks(&street, &street.town.other.identity, transfer);
    assert!(!Street::row(&street.old).told.owes, "an ended key asks nothing");
    asks(&street, &street.town.renewed(UNIT, later()), transfer);
    assert!(!Street::row(&street.old).told.owes, "another school asks nothing");
    asks(&street, &street.town.renewed(OTHER, later()), transfer);
    assert!(Street::row(&street.old).told.owes);
    assert!(says_again(&street) > 0);
    assert!(takes(&street).is_empty(), "it was said again");
    hearing::settle(&street.new.ledger, now()).expect("settled");
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (3, 4));
}

/// An offer under an ended certificate is shown to nobody and kept as nothing but a question; the
/// same said again in other letters takes no second place.
#[test]
fn an_offer_under_an_ended_certificate_is_a_question() {
    let street = Street::new();
    street.offered(CareStands::Behind);
    for _ in 0..3 {
        let mut row = Street::row(&street.old);
        row.told.owes = true;
        run(&street.old, move |tx| Ok(moving::save(tx, &row)?)).expect("said again");
        street.carry(true);
    }
    let found = takes(&street);
    assert_eq!((found.len(), Street::rows(&street.new).len()), (1, 0));
    assert!(found[0].content.is_empty() && found[0].signed.is_empty());
    assert_eq!((on_roll(&street.old, TODAY), on_roll(&street.new, TODAY)), (4, 3));
}
