//! Facts about a relay's desk, with real keys: nothing is lost or doubled, nothing is written down
//! that it read, and what leaves shares nothing with what came.

mod course;
mod office;

use certs::letter::Routing;
use certs::referral::EnvelopeId;
use domain::referral::{DeadlineClass, Urgency};
use domain::unit::UnitId;

use super::Post;
use super::status::{self, Letters};
use office::{Came, OTHER, Office, id, part_one, secret};

const SCHOOL: &str = "S1";
const CLINIC: &str = "CLINIC1";
/// Served by the other relay.
const FAR: &str = "CLINIC2";

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

/// An urgent part goes on at the next tick, in a letter that has nothing in common with the one
/// that came, and its sender gets the acknowledgement as soon; the letter that came is gone.
#[test]
fn an_urgent_part_goes_on_at_the_next_tick() {
    let mut office = Office::new();
    let came = office.referral(1, (FAR, OTHER), Urgency::Urgent);
    office.arrive(&came, Some(SCHOOL));
    office.round();
    let [(letter, routing)] = <[_; 1]>::try_from(office.fetch_opened()).ok().expect("one letter");
    assert!(letter.id() != came.id());
    let carried = routing.carried().expect("a part");
    assert_eq!((carried.envelope, carried.way.recipient.as_str()), (id(1), FAR));
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.acks, counts.unopened), (0, 0, 0));
    assert_eq!(counts.count(status::PASSED_ON), 1);
    assert_eq!(counts.count(status::ACKNOWLEDGED), 1);
    let runs: std::collections::HashSet<Vec<u8>> =
        came.to_bytes()[70..].windows(8).map(<[u8]>::to_vec).collect();
    assert!(letter.to_bytes()[70..].windows(8).all(|run| !runs.contains(run)));
}

/// A routine part waits for the slot of who opens it next, and every unit that is served gets one
/// letter in every hour, whatever waits.
#[test]
fn a_routine_part_waits_for_its_slot() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, (CLINIC, office::OWN), Urgency::Routine), Some(SCHOOL));
    office.arrive(&office.referral(2, (CLINIC, office::OWN), Urgency::Routine), Some(SCHOOL));
    office.round();
    assert_eq!(office.letters().waiting, 2);
    office.hours(1);
    assert_eq!((office.letters().waiting, office.letters().acks), (1, 1));
    for served in [SCHOOL, CLINIC, OTHER] {
        assert_eq!(office.listed(served), 1, "{served}");
    }
    office.hours(1);
    assert_eq!((office.letters().waiting, office.letters().acks), (0, 0));
    office.hours(1);
    for served in [SCHOOL, CLINIC, OTHER] {
        assert_eq!(office.listed(served), 3, "{served}");
    }
}

/// A letter that comes again goes nowhere, before it left and after, and so does an empty one; what
/// no key opens is counted.
#[test]
fn what_comes_again_is_dropped() {
    let mut office = Office::new();
    let came = office.referral(1, (FAR, OTHER), Urgency::Urgent);
    let dummy = office.seal(&Routing::Dummy, None);
    let strange = office.strange();
    for _ in 0..2 {
        for letter in [&came, &dummy, &strange] {
            office.arrive(letter, Some(SCHOOL));
            office.arrive(letter, Some(SCHOOL));
        }
        office.round();
    }
    assert_eq!(office.fetch_opened().len(), 1);
    let counts = office.letters();
    let told = [status::OPENED, status::DUMMIES, status::REPEATED, status::UNOPENED];
    assert_eq!(told.map(|name| counts.count(name)), [1, 1, 2, 2]);
}

/// While a part waits, and after it left, nothing of what the relay read is in the store's files:
/// no recipient, no envelope, no mark and no unit that handed it in.
#[test]
fn nothing_that_was_read_is_written_down() {
    let mut office = Office::on_disk();
    office.arrive(&office.referral(0x5a, (FAR, OTHER), Urgency::Routine), Some(SCHOOL));
    office.arrive(&office.referral(0x5b, (FAR, OTHER), Urgency::Urgent), Some(SCHOOL));
    office.revoke(&[0x5c], (FAR, OTHER));
    office.round();
    office.hours(2);
    office.fold();
    let files = office.files();
    let mark = secret().mark(id(0x5a)).digest();
    let planted = [FAR.as_bytes(), &[0x5a; 16], &[0x5b; 16], &[0x5c; 16], mark.bytes()];
    for needle in planted {
        let found = files.windows(needle.len()).any(|run| run == needle);
        assert!(!found, "{needle:x?} is in the store");
    }
    assert!(files.windows(6).any(|run| run == b"370203"), "the search finds what is there");
}

/// A withdrawal drops parts that wait, empties places of those that nobody fetched, keeps out those
/// that come later, and goes on itself; one with another secret does nothing but go on.
#[test]
fn a_withdrawal_drops_what_is_still_here() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, (FAR, OTHER), Urgency::Urgent), Some(SCHOOL));
    office.round();
    office.arrive(&office.referral(2, (FAR, OTHER), Urgency::Routine), Some(SCHOOL));
    office.arrive(&office.referral(3, (FAR, OTHER), Urgency::Routine), Some(SCHOOL));
    office.revoke_by(&[9; 16], &[3], (FAR, OTHER));
    office.revoke(&[1, 2], (FAR, OTHER));
    office.round();
    assert_eq!(office.letters().count(status::WITHDRAWN), 2);
    office.arrive(&office.referral(2, (FAR, OTHER), Urgency::Routine), Some(SCHOOL));
    office.round();
    assert_eq!(office.letters().count(status::WITHDRAWN), 3);
    office.hours(3);
    let left = office.fetch_opened();
    let parts: Vec<EnvelopeId> =
        left.iter().filter_map(|(_, routing)| Some(routing.carried()?.envelope)).collect();
    assert_eq!(parts, [id(3)]);
    let said = left.iter().filter(|(_, routing)| matches!(routing, Routing::Revocation { .. }));
    assert_eq!(said.count(), 2);
}

/// Withdrawals of one school keep back no emergency of another one by more than a tick, and its
/// emergencies keep back none of another's.
#[test]
fn no_school_holds_back_anothers_emergency() {
    let mut office = Office::new();
    for envelope in 1..=30 {
        office.revoke(&[envelope], (FAR, OTHER));
    }
    for envelope in 31..=60 {
        office.arrive(&office.referral(envelope, (FAR, OTHER), Urgency::Emergency), Some(SCHOOL));
    }
    (0..4).for_each(|_| office.round());
    office.fetch_opened();
    office.arrive(&office.referral(0x90, (FAR, OTHER), Urgency::Emergency), Some("S2"));
    (0..2).for_each(|_| office.round());
    let left = office.fetch_opened();
    let left = left.iter().filter_map(|(_, routing)| Some(routing.carried()?.envelope));
    assert!(left.collect::<Vec<_>>().contains(&id(0x90)));
}

/// Of one sender so many withdrawals a day leave at once; the others wait for slots and are not
/// lost.
#[test]
fn withdrawals_beyond_a_days_wait_for_slots() {
    let mut office = Office::new();
    for envelope in 1..=45 {
        office.revoke(&[envelope], (FAR, OTHER));
    }
    let mut said = 0;
    let mut fetch = |office: &Office| {
        let left = office.fetch_opened();
        said += left.iter().filter(|(_, one)| matches!(one, Routing::Revocation { .. })).count();
        said
    };
    for _ in 0..60 {
        office.round();
        fetch(&office);
    }
    // The hour's slot may have come meanwhile, and takes one more.
    assert!((40..=41).contains(&fetch(&office)), "the others wait");
    office.hours(6);
    assert_eq!(fetch(&office), 45);
    assert_eq!(office.letters().waiting, 0);
}

/// Limits are counted by class until an answer meets them; a withdrawal ends them and sets its own,
/// and what is late is told without a name.
#[test]
fn limits_are_counted_without_names() {
    let mut office = Office::new();
    for envelope in [1, 2, 3] {
        let due = (DeadlineClass::Answered, office.now());
        office.arrive(&office.due(envelope, (FAR, OTHER), due), Some(SCHOOL));
    }
    office.hours(1);
    assert_eq!(office.letters().late_of(DeadlineClass::Answered), 3);
    office.arrive(&office.answer(0x21, 1, (SCHOOL, office::OWN)), None);
    office.revoke(&[2], (FAR, OTHER));
    office.hours(1);
    let late = office.letters();
    assert_eq!(late.late_of(DeadlineClass::Answered), 1);
    assert_eq!(late.late_of(DeadlineClass::Withdrawal), 0, "a day is not over");
    office.hours(25);
    assert_eq!(office.letters().late_of(DeadlineClass::Withdrawal), 1);
    // The process ends: its limits are gone, and the page says since when they are counted.
    let since = office.letters().counted_since_ms;
    office.crash();
    office.hours(1);
    let Letters { late, counted_since_ms, .. } = office.letters();
    assert!(late.is_empty() && counted_since_ms > since);
}

/// A part for a unit of which nobody has stated a key waits and is not acknowledged; it goes on
/// once there is a statement, and is dropped after its consent's last day.
#[test]
fn a_part_for_an_unknown_unit_waits() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, ("CLINIC9", office::OWN), Urgency::Urgent), Some(SCHOOL));
    office.arrive(&office.until(2, ("CLINIC8", office::OWN), "2026-11-29"), Some(SCHOOL));
    office.hours(1);
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.acks, counts.count(status::STUCK)), (2, 0, 2));
    office.serve("CLINIC9");
    office.hours(1);
    assert_eq!(office.letters().count(status::PASSED_ON), 1);
    office.hours(48);
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.count(status::EXPIRED)), (0, 1));
}

/// A key that stands in a published directory counts like one that the operator kept.
#[test]
fn a_statement_of_a_directory_is_taken() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, ("CLINIC9", office::OWN), Urgency::Urgent), Some(SCHOOL));
    office.round();
    office.publish("CLINIC9");
    office.hours(1);
    assert_eq!(office.letters().count(status::PASSED_ON), 1);
    assert!(office.listed("CLINIC9") >= 1);
}

/// An answer goes on and has no acknowledgement, which would take the slot of a referral.
#[test]
fn an_answer_is_not_acknowledged() {
    let mut office = Office::new();
    office.arrive(&office.answer(0x21, 1, (SCHOOL, office::OWN)), Some(CLINIC));
    office.round();
    assert_eq!((office.letters().waiting, office.letters().acks), (1, 0));
    office.arrive(&office.referral(1, (SCHOOL, office::OWN), Urgency::Routine), Some(CLINIC));
    office.round();
    assert_eq!((office.letters().waiting, office.letters().acks), (2, 1));
}

/// A member hands in as many letters as it may have after a month without a network, and no more
/// than a few hundred a day; others are not touched by it.
#[test]
fn a_member_fills_no_relay() {
    let folder = tempfile::tempdir().expect("folder");
    let post = Post::of(&office::config(folder.path()));
    let (one, other, day) = (unit("S1"), unit("S2"), 24 * 3_600_000);
    let admitted = |now_ms| (0..3_000).filter(|_| post.admits(&one, now_ms)).count();
    assert_eq!(admitted(1), 1_000);
    assert!(post.admits(&other, 1));
    assert_eq!(admitted(1 + day), 300);
    assert_eq!(admitted(1 - 30 * day), 1_000, "a clock that was put back silences nobody");
}

/// A list that nobody fetches is not filled for ever, and what waits goes on once it is.
#[test]
fn a_list_that_nobody_fetches_is_bounded() {
    let mut office = Office::new();
    office.hours(60);
    assert_eq!(office.listed(CLINIC), 48);
    office.arrive(&office.referral(1, (CLINIC, office::OWN), Urgency::Urgent), Some(SCHOOL));
    office.round();
    assert_eq!(office.letters().waiting, 1);
    assert_eq!(office.fetch(CLINIC).len(), 48);
    office.round();
    assert_eq!((office.letters().waiting, office.listed(CLINIC)), (0, 1));
}

/// A part is named by its bytes as well: another letter with the same part is another letter.
#[test]
fn the_part_goes_on_whole() {
    let mut office = Office::new();
    office.arrive(&office.referral(7, (FAR, OTHER), Urgency::Emergency), Some(SCHOOL));
    office.round();
    let came: Vec<Came> = office.fetch(OTHER);
    let opened = came.iter().find_map(|came| office.opened(came));
    let (_, routing, part) = opened.expect("a part");
    assert!(matches!(routing, Routing::Referral { .. }));
    assert!(part.as_ref() == Some(&part_one(7)));
}
