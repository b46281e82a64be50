//! Facts about a relay's desk, with real keys: nothing is lost or doubled, nothing is written down
//! that it read, and what leaves shares nothing with what came.

mod course;
mod office;
mod order;

use certs::key::SigningKey;
use certs::letter::Routing;
use certs::referral::EnvelopeId;
use domain::referral::{DeadlineClass, Urgency};
use domain::unit::UnitId;
use jiff::SignedDuration;
use runtime::sql::SqlError;
use runtime::web::Lang;

use super::key::{self, RelayKeyError, Stands};
use super::rules::WAITING_OF_ONE_MAX;
use super::status::{self, Letters};
use super::{Post, alarm_in, alarms};
use crate::store::{setting, share_key_record};
use office::{Came, OTHER, Office, id, part_one, secret};

const SCHOOL: &str = "S1";
const CLINIC: &str = "CLINIC1";
/// Served by the other relay.
const FAR: &str = "CLINIC2";

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

/// A part goes on in the next slot, in a letter that has nothing in common with the one that came,
/// and its sender gets the acknowledgement as soon; the letter that came is gone.
#[test]
fn a_part_goes_on_in_the_next_slot() {
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

/// Every list gets in every slot what is its kind's, whatever waits: a school two letters, a clinic
/// and another relay four.
#[test]
fn every_slot_has_as_many_letters_as_always() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, (CLINIC, office::OWN), Urgency::Routine), Some(SCHOOL));
    office.arrive(&office.referral(2, (CLINIC, office::OWN), Urgency::Routine), Some(SCHOOL));
    office.look();
    assert_eq!((office.letters().waiting, office.letters().acks), (2, 2));
    for slot in 1..=3 {
        office.round();
        assert_eq!((office.letters().waiting, office.letters().acks), (0, 0));
        for (served, letters) in [(SCHOOL, 2), (CLINIC, 4), (OTHER, 4)] {
            assert_eq!(office.listed(served), slot * letters, "{served} in {slot}");
        }
    }
}

/// What came within half an hour, by the tick at which it did.
fn busy(office: &Office, tick: usize) {
    let near = (CLINIC, office::OWN);
    match tick {
        3 => office.arrive(&office.referral(1, near, Urgency::Emergency), Some(SCHOOL)),
        4 => office.arrive(&office.referral(2, (FAR, OTHER), Urgency::Urgent), Some(SCHOOL)),
        17 => office.arrive(&office.answer(0x21, 1, (SCHOOL, office::OWN)), Some(CLINIC)),
        30 => office.revoke(&[1], near),
        31..=34 => office.arrive(&office.referral(0x40, near, Urgency::Routine), Some(SCHOOL)),
        _ => {}
    }
}

/// Whoever sees all lists of a relay at every tick, and how long what lies in them is, sees the
/// same with an emergency, its acknowledgement, its answer and its withdrawal as with nothing.
///
/// Method: half an hour twice, tick by tick; what lies in each list is fetched as its unit would.
#[test]
fn an_observer_sees_the_same_letters() {
    let watched = |is_busy: bool| {
        let mut office = Office::new();
        let mut trace = Vec::new();
        for tick in 0..120 {
            if is_busy {
                busy(&office, tick);
            }
            office.tick();
            for served in [SCHOOL, CLINIC, OTHER] {
                let came = office.fetch(served);
                let lengths: Vec<usize> = came.iter().map(|one| one.to_bytes().len()).collect();
                trace.push((tick, served, lengths));
            }
        }
        let counts = office.letters();
        assert_eq!((counts.waiting, counts.acks), (0, 0), "all of it left");
        (trace, counts.count(status::PASSED_ON))
    };
    let (busy, passed_on) = watched(true);
    let (silent, nothing) = watched(false);
    assert!(passed_on >= 5 && nothing == 0);
    assert_eq!(silent.iter().filter(|(_, _, came)| !came.is_empty()).count(), 30);
    assert!(busy == silent, "{busy:?}");
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

/// Neither withdrawals nor emergencies of one school keep an emergency of another one back by a
/// slot.
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
    office.round();
    let left = office.fetch_opened();
    let left = left.iter().filter_map(|(_, routing)| Some(routing.carried()?.envelope));
    assert!(left.collect::<Vec<_>>().contains(&id(0x90)));
}

/// Of one sender so many withdrawals a day have a rank of their own and keep out parts that come
/// later; those behind them are routine, hold no other school's letter back, and are not lost.
#[test]
fn withdrawals_beyond_a_days_are_routine() {
    let mut office = Office::new();
    for envelope in 1..=45 {
        office.revoke(&[envelope], (FAR, OTHER));
    }
    office.look();
    for envelope in [1, 45] {
        office.arrive(&office.referral(envelope, (FAR, OTHER), Urgency::Routine), Some(SCHOOL));
    }
    office.arrive(&office.referral(0x70, (FAR, OTHER), Urgency::Routine), Some("S2"));
    (0..2).for_each(|_| office.round());
    assert_eq!(office.letters().count(status::WITHDRAWN), 1, "the other one is not remembered");
    let left = office.fetch_opened();
    assert!(
        left.iter().any(|(_, one)| one.carried().is_some_and(|part| part.envelope == id(0x70)))
    );
    (0..12).for_each(|_| office.round());
    let left = left.into_iter().chain(office.fetch_opened());
    let said = left.filter(|(_, one)| matches!(one, Routing::Revocation { .. }));
    assert_eq!(said.count(), 45);
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

/// What nobody answered in time is an alarm by its class, and so is an emergency that waits here
/// for longer than its hop may take; neither names a unit but this hub, and both are gone with
/// their cause.
#[test]
fn what_is_late_is_an_alarm_that_heals() {
    let mut office = Office::new();
    let due = (DeadlineClass::Answered, office.now());
    office.arrive(&office.due(1, (CLINIC, office::OWN), due), Some(SCHOOL));
    office.arrive(&office.referral(2, ("CLINIC9", office::OWN), Urgency::Emergency), Some(SCHOOL));
    office.round();
    assert!(office.alarms(alarms::WAITING).is_empty(), "not for five minutes yet");
    (0..2).for_each(|_| office.round());
    let told = [office.alarms(alarms::LATE), office.alarms(alarms::WAITING)];
    assert_eq!(told.each_ref().map(Vec::len), [1, 1]);
    let named = |said: &String| [SCHOOL, "CLINIC"].iter().any(|unit| said.contains(unit));
    assert!(!told.iter().flatten().any(named), "{told:?}");
    assert_eq!(office.letters().held, told[1], "what an alarm says, counts say too");
    let zh = told[1].iter().map(|said| alarm_in(said, Lang::Zh)).collect::<String>();
    assert!(zh.contains("没有公钥声明") && !zh.contains("没有来取信"), "{zh}");
    let late = told[0].iter().map(|said| alarm_in(said, Lang::Zh)).collect::<String>();
    assert!(late.contains("逐一询问"), "{late}");
    assert_eq!(alarm_in("of something else", Lang::Zh), "of something else");
    office.arrive(&office.answer(0x21, 1, (SCHOOL, office::OWN)), None);
    office.serve("CLINIC9");
    office.hours(1);
    assert!(office.alarms(alarms::LATE).is_empty() && office.alarms(alarms::WAITING).is_empty());
    assert!(office.letters().held.is_empty());
}

/// A key is destroyed once its statement is over for as long as a letter may wait, with one signed
/// record; before that nothing happens to it.
#[test]
fn a_key_is_destroyed_after_its_period() {
    let office = Office::new();
    let held = key::held(office.config()).expect("keys").remove(0);
    let place = office.config().clone();
    let days = |days: i64| office.now() + SignedDuration::from_hours(24 * days);
    let (ended, over) = (days(366), days(396));
    let now = office.now();
    let recorded: Result<(), RelayKeyError> = office.database().write("record", move |tx| {
        let identity = SigningKey::generate()?;
        assert!(matches!(held.stands(tx, &place, now)?, Stands::Until(_)));
        assert!(matches!(held.stands(tx, &place, ended)?, Stands::Ended(_)));
        let early = held.record(tx, (&place, &identity), ended);
        assert!(matches!(early, Err(RelayKeyError::Needed)));
        assert_eq!(held.stands(tx, &place, over)?, Stands::Over);
        held.record(tx, (&place, &identity), over)?;
        held.record(tx, (&place, &identity), over)?;
        assert_eq!(share_key_record::all(tx)?.len(), 1);
        held.erase()
    });
    recorded.expect("destroyed");
    assert!(key::held(office.config()).expect("keys").is_empty());
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

/// One reading of a clock that is far ahead drops nothing that waits, and nothing that comes; what
/// can go on does so afterwards.
#[test]
fn a_clock_that_is_far_ahead_drops_nothing() {
    let mut office = Office::new();
    office.arrive(&office.referral(1, ("CLINIC9", office::OWN), Urgency::Urgent), Some(SCHOOL));
    office.arrive(&office.until(2, ("CLINIC8", office::OWN), "2026-11-29"), Some(SCHOOL));
    office.hours(1);
    office.ahead(400);
    office.arrive(&office.until(3, ("CLINIC8", office::OWN), "2026-11-29"), Some(SCHOOL));
    office.ahead(401);
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.count(status::EXPIRED)), (3, 0));
    office.serve("CLINIC9");
    office.hours(1);
    assert_eq!(office.letters().count(status::PASSED_ON), 1);
    office.hours(48);
    let counts = office.letters();
    assert_eq!((counts.waiting, counts.count(status::EXPIRED)), (0, 2));
}

/// A key is not over by a clock that is ahead of what the hub has witnessed.
#[test]
fn a_clock_that_is_far_ahead_ends_no_key() {
    let office = Office::new();
    let held = key::held(office.config()).expect("keys").remove(0);
    let (place, now) = (office.config().clone(), office.now());
    let over = now + SignedDuration::from_hours(24 * 396);
    let stands: Result<[Stands; 2], SqlError> = office.database().write("stands", move |tx| {
        let believed = held.stands(tx, &place, over)?;
        setting::set(tx, "witnessed_ms", &now.as_millisecond().to_string())?;
        Ok([believed, held.stands(tx, &place, over)?])
    });
    assert!(matches!(stands.expect("stands"), [Stands::Over, Stands::Until(_)]));
}

/// A key that stands in a published directory, in an entry or beside the entries, counts like one
/// that the operator kept.
#[test]
fn a_statement_of_a_directory_is_taken() {
    for part in ["entry", "key"] {
        let mut office = Office::new();
        let way = ("CLINIC9", office::OWN);
        office.arrive(&office.referral(1, way, Urgency::Urgent), Some(SCHOOL));
        office.round();
        office.publish("CLINIC9", part);
        office.hours(1);
        assert_eq!(office.letters().count(status::PASSED_ON), 1, "{part}");
        assert!(office.listed("CLINIC9") >= 1);
    }
}

/// An answer goes on and has no acknowledgement, which would take the slot of a referral.
#[test]
fn an_answer_is_not_acknowledged() {
    let mut office = Office::new();
    office.arrive(&office.answer(0x21, 1, (SCHOOL, office::OWN)), Some(CLINIC));
    office.look();
    assert_eq!((office.letters().waiting, office.letters().acks), (1, 0));
    office.arrive(&office.referral(1, (SCHOOL, office::OWN), Urgency::Routine), Some(CLINIC));
    office.look();
    assert_eq!((office.letters().waiting, office.letters().acks), (2, 1));
}

/// A member hands in more letters than it has after days without a network, and in the long run a
/// quarter more than there are slots; others are not touched by it.
#[test]
fn a_member_fills_no_relay() {
    let folder = tempfile::tempdir().expect("folder");
    let post = Post::of(&office::config(folder.path()));
    let (one, other, hour) = (unit("S1"), unit("S2"), 3_600_000);
    let admitted = |now_ms| (0..3_000).filter(|_| post.admits(&one, now_ms)).count();
    assert_eq!(admitted(1), 100);
    assert!(post.admits(&other, 1));
    assert_eq!(admitted(1 + hour), 25);
    assert_eq!(admitted(1 - 720 * hour), 100, "a clock that was put back silences nobody");
}

/// Letters of one member that nobody fetches leave room at the relay for those of others.
#[test]
fn one_member_leaves_room_at_the_relay() {
    let mut office = Office::new();
    for _ in 0..=WAITING_OF_ONE_MAX {
        office.arrive(&office.referral(1, ("CLINIC9", office::OWN), Urgency::Routine), Some("S2"));
    }
    office.arrive(&office.referral(2, (CLINIC, office::OWN), Urgency::Routine), Some(SCHOOL));
    office.look();
    let (counts, most) = (office.letters(), u64::try_from(WAITING_OF_ONE_MAX).expect("small"));
    assert_eq!((counts.waiting, counts.count(status::LOST)), (most + 1, 1));
}

/// A list that nobody fetches is not filled for ever, and what waits goes on once it is.
#[test]
fn a_list_that_nobody_fetches_is_bounded() {
    let mut office = Office::new();
    office.hours(60);
    assert_eq!((office.listed(CLINIC), office.listed(SCHOOL)), (192, 96));
    office.arrive(&office.referral(1, (CLINIC, office::OWN), Urgency::Urgent), Some(SCHOOL));
    office.round();
    assert_eq!(office.letters().waiting, 1);
    assert_eq!(office.fetch(CLINIC).len(), 192);
    office.round();
    assert_eq!((office.letters().waiting, office.listed(CLINIC)), (0, 4));
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
