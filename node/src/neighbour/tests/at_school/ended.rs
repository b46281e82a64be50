//! Notices and their answers under a certificate that has ended: none is believed, none is lost.

use certs::identity::LeafIdentity;
use certs::statement::VerifiedStatement;
use jiff::Timestamp;

use super::*;
use crate::content::AgainContent;
use crate::ledger::aside::{self, Aside, Kind};
use crate::letters::again::deciding;
use crate::letters::restoring;

/// Longer than a certificate holds.
fn later() -> Timestamp {
    now() + SignedDuration::from_hours(24 * 95)
}

fn comes(world: &World, letters: &[Letter]) {
    arrive(&world.transfer, letters);
    let (ledger, desk) = (&world.school.ledger, &world.town.desk);
    answers::take(ledger, &world.transfer, desk, later()).expect("taken");
}

fn asides(world: &World) -> Vec<Aside> {
    run(&world.school, |tx| Ok(aside::all(tx, None)?)).expect("read")
}

fn asks(world: &World) -> usize {
    restoring::ask(&world.school.ledger, &world.town.desk, later()).expect("asked")
}

/// A tip in the letters of its last hop.
fn tip_of(to: &VerifiedStatement, by: &LeafIdentity, id: u8) -> Vec<Letter> {
    let envelope = EnvelopeId::from_bytes([id; 16]);
    let withdrawal = WithdrawalSecret::from_bytes([7; 16]).mark(envelope);
    let bytes = tip().write().expect("tip");
    of_duty(by, to, (Role::Referral { withdrawal }, envelope), &bytes)
}

/// A tip that came under an ended certificate is not taken and nothing of it is kept; its office is
/// asked, the head alone sees that it waits, and what the office seals anew is taken once. Of an
/// old key no more than sixteen are put aside.
#[test]
fn a_tip_under_an_ended_certificate_is_asked_for() {
    let world = World::of(EntryKind::Police);
    let to = world.town.to_school(&world.school);
    for id in 1..=20 {
        comes(&world, &tip_of(&to, &world.town.clinic, id));
    }
    comes(&world, &tip_of(&to, &world.town.posed, 30));
    let found = asides(&world);
    assert_eq!((found.len(), world.rows("select count(*) from neighbour_in")), (16, 0));
    assert!(found.iter().all(|one| one.kind == Kind::Tip && one.content.is_empty()));
    let seen = |by: Author| {
        let seen = run(&world.school, move |tx| deciding::waiting(tx, &by));
        seen.expect("seen").len()
    };
    assert_eq!((seen(head()), seen(counsellor())), (16, 0));
    let of = |by: Author, about: EnvelopeId| {
        run(&world.school, move |tx| deciding::let_go(tx, &by, about))
    };
    let second = EnvelopeId::from_bytes([2; 16]);
    assert!(of(counsellor(), second).is_err(), "that there is one is told to nobody else");
    of(head(), second).expect("let go");
    assert_eq!((asks(&world), asks(&world)), (15, 0));
    let renewed = world.town.renewed(CLINIC, later());
    for _ in 0..2 {
        comes(&world, &tip_of(&to, &renewed, 1));
        assert_eq!(world.rows("select count(*) from neighbour_in"), 1);
        assert_eq!(asides(&world).len(), 14);
    }
    comes(&world, &tip_of(&to, &world.town.clinic, 1));
    assert_eq!(asides(&world).len(), 14, "it is here");
}

/// An office's answer under an ended certificate stands once the office says that it is its own, or
/// somebody there by telephone; nothing follows from it before.
#[test]
fn an_answer_under_an_ended_certificate_is_asked_about() {
    for is_told in [false, true] {
        let world = World::of(EntryKind::Police);
        let (record, envelope) = reported(&world);
        let to = world.town.to_school(&world.school);
        let letters = |by: &LeafIdentity, id: u8, bytes: &[u8]| {
            let of = (Role::Answer { to: envelope }, EnvelopeId::from_bytes([id; 16]));
            of_duty(by, &to, of, bytes)
        };
        let received = reply((&world, record), 1, Reply::Received("2025-117".to_owned()));
        comes(&world, &letters(&world.town.clinic, 1, &received));
        let came = || world.rows("select count(*) from neighbour_came");
        let found = asides(&world);
        assert_eq!((came(), found.len(), found[0].kind), (0, 1, Kind::Reply));
        assert_eq!(asks(&world), 1);
        if is_told {
            let told = run(&world.school, move |tx| {
                deciding::told(tx, &counsellor(), (envelope, "值班民警"))
            });
            told.expect("told");
            assert_eq!(world.rows("select count(vouched_by) from neighbour_came"), 1);
        } else {
            let own = vec![found[0].digest];
            let said = AgainContent { own, ..AgainContent::default() }.write().expect("said");
            comes(&world, &letters(&world.town.clinic, 2, &said));
            assert_eq!(came(), 0, "an ended key vouches for nothing");
            comes(&world, &letters(&world.town.renewed(CLINIC, later()), 3, &said));
        }
        assert_eq!((came(), asides(&world).len()), (1, 0));
    }
}

/// A report for which its office asks is signed and sealed anew, as the same, though a relay had
/// it; for whoever else asks it is not.
#[test]
fn a_report_is_sealed_anew_for_its_office() {
    let world = World::of(EntryKind::Police);
    let (_, envelope) = reported(&world);
    run(&world.school, move |tx| Ok(neighbour::acked(tx, envelope, NOW_MS)?)).expect("acked");
    let to = world.town.to_school(&world.school);
    let identity = std::sync::Arc::new(world.town.renewed(UNIT, later()));
    let desk = crate::letters::road::Desk { identity, ..world.town.desk.clone() };
    let asked = |by: &LeafIdentity, id: u8| {
        let asked = vec![certs::digest::sha256(b"what was signed")];
        let said = AgainContent { asked, ..AgainContent::default() }.write().expect("said");
        let of = (Role::Answer { to: envelope }, EnvelopeId::from_bytes([id; 16]));
        comes(&world, &of_duty(by, &to, of, &said));
        let (ledger, transfer) = (&world.school.ledger, &world.transfer);
        renewing::renew(ledger, transfer, &desk, later()).expect("looked")
    };
    assert_eq!(asked(&world.town.renewed(UNIT, later()), 1), 0);
    let office = world.town.renewed(CLINIC, later());
    assert_eq!((asked(&office, 2), world.letters().len()), (1, 2));
}
