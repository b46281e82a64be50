//! What leaves when: what cannot wait at the next tick, the rest in its slot, and a letter with
//! nothing in it where nothing waits.

use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority};
use certs::seal::EnvelopeKey;
use certs::statement::{self, Purpose, SignedStatement, StatedKey};
use domain::referral::slot::{COVER_EVERY_TICKS, minute};
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

/// An instant of the hour in which the unit's slot has or has not come.
fn at(is_due: bool) -> Timestamp {
    let hour = now().as_second().div_euclid(3_600) * 3_600;
    let minute = minute(&unit(), now()) * 60;
    Timestamp::from_second(hour + if is_due { minute } else { minute - 1 }).expect("instant")
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
    fn leave(&self, now: Timestamp, draw: u64) -> Vec<String> {
        let relay = self.relay.clone();
        let before = self.out().len();
        let left: Result<usize, SqlError> = self
            .transfer
            .write("leave", move |tx| leave(tx, &Tick { unit: &unit(), relay: &relay, now, draw }));
        let out = self.out();
        assert_eq!(left.expect("left"), out.len() - before);
        out[before..].to_vec()
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

/// What cannot wait leaves one a tick, whose rank the tick is first; what is routine waits for its
/// slot, which is filled once an hour, with nothing where nothing waits.
#[test]
fn letters_leave_by_rank_and_slot() {
    let post = Post::new();
    let routine = post.queue(Rank::Routine);
    let urgent = post.queue(Rank::Urgent);
    let withdrawal = post.queue(Rank::Withdrawal);
    if minute(&unit(), now()) > 0 {
        assert_eq!(post.leave(at(false), 1), [urgent], "its tick is before a whole minute");
        assert_eq!(post.leave(at(false), 1), [withdrawal]);
        assert!(post.leave(at(false), 1).is_empty(), "what is routine waits");
        assert_eq!(post.leave(at(true), 1), [routine]);
    } else {
        assert_eq!(post.leave(at(true), 1), [withdrawal, urgent]);
        assert!(post.leave(at(true), 1).is_empty());
        let next = at(true) + SignedDuration::from_hours(1);
        assert_eq!(post.leave(next, 1), [routine]);
    }
    let hours = SignedDuration::from_hours(2);
    assert!(post.leave(at(true), 1).is_empty(), "the slot is filled");
    assert_eq!(post.leave(at(true) + hours, 1).len(), 1, "a letter with nothing in it");
    assert!(post.leave(at(true) + hours, 1).is_empty());
    assert_eq!(post.leave(at(true) + hours, COVER_EVERY_TICKS).len(), 1, "one as if urgent");
}

/// A thousand withdrawals before it keep an emergency back by one tick.
#[test]
fn withdrawals_keep_no_emergency_back() {
    let post = Post::new();
    let letters: Vec<Letter> =
        (0..5).map(|_| Letter::dummy(&post.relay).expect("letter")).collect();
    let filled: Result<(), SqlError> = post.transfer.write("queue", move |tx| {
        for number in 0..1_000 {
            let letter = letters.get(number % 5).ok_or(SqlError::Type)?;
            let rank = super::number(Rank::Withdrawal);
            queue(tx, &number.to_string(), (&letter.to_bytes(), rank), 1)?;
        }
        Ok(())
    });
    filled.expect("queued");
    let emergency = post.queue(Rank::Emergency);
    let ticks = [0, 15].map(SignedDuration::from_secs);
    let left = ticks.map(|later| post.leave(at(true) + later, 1)).concat();
    assert!(left.contains(&emergency));
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
    assert!(!post.leave(at(true), 1).is_empty());
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
    assert_eq!(back(both), 2, "both had left: one in the slot, one at once");
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
    assert!(!left(&post), "it waits for its tick");
    let before = post.leave(at(true), 1).len();
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
    post.leave(at(true), 1);
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
    let hours = SignedDuration::from_hours(1);
    assert_eq!(post.leave(at(true), 1).len(), 2, "an emergency, and nothing in the slot");
    post.queue(Rank::Urgent);
    let relay = post.relay.clone();
    let now = at(true) + hours;
    let empty: Result<usize, SqlError> = post.transfer.write("leave", move |tx| {
        leave_empty(tx, &Tick { unit: &unit(), relay: &relay, now, draw: COVER_EVERY_TICKS })
    });
    assert_eq!(empty.expect("left"), 2);
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
    assert_eq!(alike.expect("queue"), [(number(Rank::Routine), 0, true); 4]);
}
