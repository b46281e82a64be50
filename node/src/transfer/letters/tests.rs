//! What leaves when: one letter in every slot, with nothing in it where nothing waits.

use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::EnvelopeKey;
use certs::statement::{self, Purpose, SignedStatement, StatedKey};
use domain::referral::Urgency;
use domain::referral::slot::SLOT_SECONDS;
use domain::unit::UnitId;
use jiff::SignedDuration;
use proto::wire::sync::Lane;
use runtime::uplink::outbox::{frame_waiting, sent};

use super::*;
use crate::list::testing::{about, now, zone};
use crate::transfer::Transfer;

const UNIT: &str = "F370202004J01";

fn unit() -> UnitId {
    UNIT.parse().expect("unit")
}

/// A statement of somebody to whom letters are sealed.
fn relay() -> VerifiedStatement {
    let key = || SigningKey::generate().expect("key");
    let root = RootAuthority::create(Commission::Education, &zone(), key(), now()).expect("root");
    let own = key();
    let chain = [root.sign_statement_key(own.public(), now()).expect("certificate")];
    let opener = EnvelopeKey::generate(unit(), Purpose::Referral).expect("key");
    let stated = StatedKey::Recipient(opener.public().clone());
    let says = about(UNIT, "区枢纽", (Purpose::Relay, stated), now());
    let signed = SignedStatement::sign(&says, &own, &chain).expect("signed");
    statement::verify(&signed, &[root.certificate().clone()], &zone(), now()).expect("verified")
}

/// The beginning of a slot, counted from that of now.
fn at(slot: i64) -> Timestamp {
    let slot = Slot::at(now()).number() + slot;
    Timestamp::from_second(slot * SLOT_SECONDS).expect("instant")
}

struct Post {
    transfer: Transfer,
    relay: VerifiedStatement,
}

impl Post {
    fn new() -> Self {
        Self { transfer: Transfer::in_memory().expect("transfer"), relay: relay() }
    }

    /// A letter that waits; gives its name in the outbox.
    fn queue(&self, rank: Rank) -> String {
        let letter = Letter::dummy(&self.relay).expect("letter");
        let name = outbox::name(&letter);
        let queued: Result<(bool, bool), SqlError> = self.transfer.write("queue", move |tx| {
            let (bytes, digest) = (letter.to_bytes(), letter.digest().to_string());
            let put = || queue(tx, &digest, (&bytes, number(rank)), 1);
            Ok((put()?, put()?))
        });
        assert_eq!(queued.expect("queued"), (true, false));
        name
    }

    /// Names of what leaves at an instant, in the order of the outbox.
    fn leave(&self, now: Timestamp) -> Vec<String> {
        let relay = self.relay.clone();
        let before = self.out().len();
        let left: Result<usize, SqlError> =
            self.transfer.write("leave", move |tx| leave(tx, &Tick { relay: &relay, now }));
        let out = self.out();
        let left = left.expect("left");
        assert!(out.len() <= before + left, "what was answered may be gone");
        out[out.len() - left..].to_vec()
    }

    /// Lengths of what lies in the outbox under these names.
    fn lengths(&self, names: &[String]) -> Vec<usize> {
        let found: Result<Vec<_>, SqlError> =
            self.transfer.read(|tx| sent(tx, Lane::Referral, 1_000));
        let found = found.expect("outbox").into_iter().filter(|one| names.contains(&one.name));
        found.map(|one| one.item.len()).collect()
    }

    /// The hub above has everything.
    fn answer(&self) {
        self.frame();
        let answered: Result<usize, SqlError> = self
            .transfer
            .write("answer", |tx| tx.execute("update outbox_item set outcome = 1", &[]));
        answered.expect("answered");
    }

    /// The uplink builds frames of what lies in the outbox: it may have left from here on.
    fn frame(&self) {
        let built: Result<(), SqlError> =
            self.transfer.write("frame", |tx| frame_waiting(tx, Lane::Referral, 100, 1));
        built.expect("framed");
    }

    fn out(&self) -> Vec<String> {
        let found: Result<Vec<_>, SqlError> =
            self.transfer.read(|tx| sent(tx, Lane::Referral, 1_000));
        found.expect("outbox").into_iter().rev().map(|one| one.name).collect()
    }
}

/// One letter leaves in a slot: what an emergency says, what takes back, what is urgent and the
/// rest, and one with nothing in it where nothing waits; a slot is filled once.
#[test]
fn letters_leave_by_rank_and_slot() {
    let post = Post::new();
    let routine = post.queue(Rank::Routine);
    let urgent = post.queue(Rank::Urgent);
    let withdrawal = post.queue(Rank::Withdrawal);
    let emergency = post.queue(Rank::Emergency);
    let mut left: Vec<String> = Vec::new();
    for slot in 0..8 {
        let of_slot = post.leave(at(slot));
        assert_eq!(of_slot.len(), 1, "{slot}");
        assert!(post.leave(at(slot) + SignedDuration::from_secs(165)).is_empty(), "filled");
        left.extend(of_slot);
    }
    assert_eq!(left[..2], [emergency, withdrawal]);
    let place = |name: &String| left.iter().position(|known| known == name);
    assert!([&routine, &urgent].iter().all(|name| place(name).is_some_and(|place| place < 4)));
}

/// Whoever counts what a school hands in sees the same letters at the same seconds, whatever was
/// written there and however urgent: names and lengths of the outbox tell none from another.
///
/// Method: a day's first hours twice, once with letters of all ranks at odd moments, and the
/// outbox at each tick as it would be sent.
#[test]
fn an_observer_counts_the_same_letters() {
    let watched = |is_busy: bool| {
        let post = Post::new();
        let mut trace = Vec::new();
        for tick in 0..240 {
            let rank = match tick {
                5 => Some(Rank::Emergency),
                6 | 100 => Some(Rank::Urgent),
                17 => Some(Rank::Withdrawal),
                33..=35 => Some(Rank::Routine),
                _ => None,
            };
            if let Some(rank) = rank.filter(|_| is_busy) {
                post.queue(rank);
            }
            let left = post.leave(at(0) + SignedDuration::from_secs(tick * 15));
            let lengths: Vec<usize> = post.lengths(&left);
            trace.push((tick, lengths));
            post.answer();
        }
        let waiting: Result<Queue, SqlError> = post.transfer.read(waiting);
        assert_eq!(waiting.expect("queue"), Queue::default(), "all of it left");
        trace
    };
    let (busy, silent) = (watched(true), watched(false));
    assert_eq!(silent.iter().filter(|(_, left)| !left.is_empty()).count(), 20);
    assert_eq!(busy, silent);
}

/// Where the link is down the outbox is filled up to a bound, and what is written later waits where
/// it can be taken back.
#[test]
fn an_offline_school_fills_its_outbox_up_to_a_bound() {
    let post = Post::new();
    (0..60).for_each(|slot| drop(post.leave(at(slot))));
    assert_eq!(post.out().len(), 40);
    let emergency = post.queue(Rank::Emergency);
    assert!(post.leave(at(60)).is_empty());
    post.answer();
    let left = [post.leave(at(61)), post.leave(at(62))].concat();
    assert!(left.contains(&emergency));
}

/// A thousand withdrawals before it keep an emergency back by no slot, and what is urgent or
/// routine by eight.
#[test]
fn withdrawals_keep_no_emergency_back() {
    let post = Post::new();
    let letters: Vec<Letter> =
        (0..10).map(|_| Letter::dummy(&post.relay).expect("letter")).collect();
    let filled: Result<(), SqlError> = post.transfer.write("queue", move |tx| {
        for number in 0..1_000 {
            let letter = letters.get(number % 10).ok_or(SqlError::Type)?;
            let rank = super::number(Rank::Withdrawal);
            queue(tx, &number.to_string(), (&letter.to_bytes(), rank), 1)?;
        }
        Ok(())
    });
    filled.expect("queued");
    let emergency = post.queue(Rank::Emergency);
    let others = [post.queue(Rank::Urgent), post.queue(Rank::Routine)];
    assert_eq!(post.leave(at(0)), [emergency]);
    let left: Vec<String> = (1..=8).flat_map(|slot| post.leave(at(slot))).collect();
    assert!(others.iter().all(|name| left.contains(name)));
}

/// A duty report, an urgent referral, a transfer and answers wait, as after a busy quarter of an
/// hour: an emergency that is sealed now leaves in the next slot, and its withdrawal in the one
/// after it.
#[test]
fn an_emergency_leaves_in_the_next_slot() {
    let post = Post::new();
    for rank in [Rank::REPORTED, Rank::Routine, Rank::answering(Urgency::Emergency)] {
        (0..5).for_each(|_| drop(post.queue(rank)));
    }
    for slot in 0..8 {
        let emergency = post.queue(Rank::Emergency);
        let withdrawal = post.queue(Rank::Withdrawal);
        assert_eq!(post.leave(at(2 * slot)), [emergency], "{slot}");
        assert_eq!(post.leave(at(2 * slot + 1)), [withdrawal], "{slot}");
    }
}

/// What is taken back before it left never leaves, and what left is counted.
#[test]
fn what_is_taken_back_does_not_leave() {
    let post = Post::new();
    let names = |post: &Post| {
        let found: Result<Vec<String>, SqlError> = post.transfer.read(|tx| {
            tx.query("select name from letter_queue order by id", &[], |row| row.text(0))
        });
        found.expect("queue")
    };
    post.queue(Rank::Urgent);
    post.queue(Rank::Urgent);
    let both = names(&post);
    [0, 1].iter().for_each(|slot| assert!(!post.leave(at(*slot)).is_empty()));
    post.frame();
    let back = |names: Vec<String>| {
        let letters: Vec<(String, bool)> = names.into_iter().map(|name| (name, true)).collect();
        let left: Result<usize, SqlError> =
            post.transfer.write("back", move |tx| take_back(tx, &letters, None));
        left.expect("taken back")
    };
    post.queue(Rank::Urgent);
    let third = names(&post).pop().expect("third");
    assert_eq!(back(vec![third.clone()]), 0);
    assert!(!names(&post).contains(&third));
    assert_eq!(back(both), 2, "both had left");
    let queue: Result<Queue, SqlError> = post.transfer.read(waiting);
    assert_eq!(queue.expect("queue"), Queue::default());
    assert_eq!(back(vec!["put here before this file was lost".to_owned()]), 1);
    let never = [("never copied".to_owned(), false)];
    let left: Result<usize, SqlError> =
        post.transfer.write("back", move |tx| take_back(tx, &never, None));
    assert_eq!(left.expect("taken back"), 0);
}

/// What lies in the outbox of a unit that is offline has not left: it is taken back, a letter with
/// nothing in it goes in its place, and nothing tells that there was another.
#[test]
fn what_has_no_frame_has_not_left() {
    let post = Post::new();
    let first = post.queue(Rank::Urgent);
    let names = [first.trim_start_matches("letter/").to_owned()];
    let left = |post: &Post| {
        let names = names.clone();
        let found: Result<bool, SqlError> = post.transfer.read(move |tx| have_left(tx, &names));
        found.expect("queue")
    };
    assert!(!left(&post), "it waits for its slot");
    let before = post.leave(at(0)).len();
    assert!(!left(&post), "it waits for the network");
    let (relay, back) = (post.relay.clone(), [(names[0].clone(), true)]);
    let taken: Result<usize, SqlError> =
        post.transfer.write("back", move |tx| take_back(tx, &back, Some(&relay)));
    assert_eq!(taken.expect("taken back"), 0);
    let out = post.out();
    assert_eq!(out.len(), before);
    assert!(!out.contains(&first));
    let known: Result<Vec<String>, SqlError> =
        post.transfer.read(|tx| tx.query("select name from letter_queue", &[], |row| row.text(0)));
    let known: Vec<String> =
        known.expect("queue").into_iter().map(|name| format!("letter/{name}")).collect();
    assert!(out.iter().all(|name| known.contains(name)) && known.len() == out.len());

    let second = post.queue(Rank::Urgent);
    let second = [second.trim_start_matches("letter/").to_owned()];
    post.leave(at(1));
    post.frame();
    let found: Result<bool, SqlError> = post.transfer.read(move |tx| have_left(tx, &second));
    assert!(found.expect("queue"));
}

/// Of what left the file tells no letter from one with nothing in it: rows are alike but for names
/// and times. While it is not known what was taken back, only the latter leave, at the same times.
#[test]
fn what_left_looks_alike() {
    let post = Post::new();
    post.queue(Rank::Emergency);
    assert_eq!([post.leave(at(0)), post.leave(at(1))].concat().len(), 2, "one holds nothing");
    post.queue(Rank::Urgent);
    let relay = post.relay.clone();
    let empty: Result<usize, SqlError> = post
        .transfer
        .write("leave", move |tx| leave_empty(tx, &Tick { relay: &relay, now: at(2) }));
    assert_eq!(empty.expect("left"), 1);
    let queue: Result<Queue, SqlError> = post.transfer.read(waiting);
    assert_eq!(queue.expect("queue").waiting, 1, "what waits stays");
    let alike: Result<Vec<(u32, usize, bool)>, SqlError> = post.transfer.read(|tx| {
        tx.query(
            "select rank, letter, queued_at_ms = left_at_ms from letter_queue
             where left_at_ms is not null",
            &[],
            |row| Ok((row.u32(0)?, row.blob(1)?.len(), row.i64(2)? == 1)),
        )
    });
    assert_eq!(alike.expect("queue"), [(number(Rank::Routine), 0, true); 3]);
}
