//! What the outbox promises: frames are built once, answers stick, a new epoch loses nothing.

use super::*;
use crate::sql::{Database, Migration};

const SCHEMA: &[Migration] = &[
    Migration { number: 1, name: "outbox", sql: crate::uplink::OUTBOX_SCHEMA },
    Migration { number: 2, name: "framed once", sql: crate::uplink::OUTBOX_FRAMED_ONCE },
];
const LANE: Lane = Lane::Statistics;

fn database() -> Database {
    Database::in_memory(SCHEMA).expect("database")
}

fn run<T: Send + 'static>(
    database: &Database,
    work: impl FnOnce(&Tx<'_>) -> Result<T, SqlError> + Send + 'static,
) -> T {
    database.write("test", work).expect("transaction")
}

fn fill(database: &Database, names: &'static [&'static str]) {
    run(database, move |tx| {
        for name in names {
            enqueue(tx, LANE, name, name.as_bytes(), 1)?;
        }
        Ok(())
    });
}

fn frames(database: &Database, from: u64) -> Vec<ReadyFrame> {
    run(database, move |tx| frames_from(tx, LANE, from, 10, 1))
}

fn answer(database: &Database, sequence: u64, frame: &[u8]) -> bool {
    let frame = sha256(frame).to_tagged();
    run(database, move |tx| {
        let epoch = lane_head(tx, LANE, 1)?.epoch;
        record_answer(
            tx,
            &ProvenAnswer {
                epoch,
                lane: LANE,
                sequence,
                frame,
                outcome: 1,
                code: String::new(),
                reason: String::new(),
                answered_at_ms: 2,
                body: vec![1],
                path: vec![2],
                root: vec![3],
                signature: vec![4],
            },
        )
    })
}

/// What is sent again is byte for byte what was sent before, and in the order of queuing.
#[test]
fn frames_are_built_once() {
    let database = database();
    fill(&database, &["a", "b", "c"]);
    let first = frames(&database, 1);
    assert_eq!(first.iter().map(|frame| frame.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(frames(&database, 1), first);
    assert_eq!(frames(&database, 3), first[2..]);
    fill(&database, &["d", "a"]);
    let more = frames(&database, 4);
    assert_eq!(more.len(), 1, "queuing a name again queues nothing");
}

/// Every frame names the one before it.
#[test]
fn frames_are_chained() {
    let database = database();
    fill(&database, &["a", "b"]);
    let sent = frames(&database, 1);
    let first = proto::frame::decode_frame(&sent[0].bytes).expect("frame");
    assert!(first.item.is_err(), "the test's items are no signed items");
    let tag = sha256(&sent[0].bytes).to_tagged();
    assert!(sent[1].bytes.windows(tag.len()).any(|window| window == tag));
}

/// An answer about other bytes is not taken for ours.
#[test]
fn answers_belong_to_their_frame() {
    let database = database();
    fill(&database, &["a"]);
    let sent = frames(&database, 1);
    assert!(!answer(&database, 1, b"other"));
    assert!(answer(&database, 1, &sent[0].bytes));
    let backlog = run(&database, |tx| backlog(tx, LANE));
    assert_eq!(backlog, Backlog { waiting: 0, head: 1, answered: 1, refused: 0 });
}

/// A restored node begins an epoch: answered items stay answered, all others travel again.
#[test]
fn a_new_epoch_resends_what_has_no_answer() {
    let database = database();
    fill(&database, &["a", "b", "c"]);
    let sent = frames(&database, 1);
    answer(&database, 1, &sent[0].bytes);
    let old = run(&database, |tx| lane_head(tx, LANE, 1));
    let new = run(&database, |tx| begin_epoch(tx, LANE, 5));
    assert_eq!((new.previous_epoch, new.previous_answered), (old.epoch.to_vec(), 1));
    let again = frames(&database, 1);
    assert_eq!(again.iter().map(|frame| frame.sequence).collect::<Vec<_>>(), [1, 2]);
    assert_ne!(again[0].bytes, sent[1].bytes);
}

/// What never had a frame can be taken back; what had one stays with its trace, also after a new
/// epoch took the frame away because the answer was lost.
#[test]
fn what_was_framed_once_is_never_taken_back() {
    let database = database();
    fill(&database, &["left", "waits"]);
    run(&database, |tx| frames_from(tx, LANE, 1, 1, 1));
    run(&database, |tx| begin_epoch(tx, LANE, 5));
    let names = ["left", "waits", "unknown"];
    let taken = names.map(|name| run(&database, move |tx| take_back(tx, name)));
    assert_eq!(taken, [false, true, false]);
    let left = names.map(|name| run(&database, move |tx| find(tx, name)).is_some());
    assert_eq!(left, [true, false, false]);
}

/// A later sending of an item is taken back with it, and no other item whose name begins alike.
#[test]
fn every_sending_that_waits_is_taken_back() {
    let database = database();
    fill(&database, &["report", "report2"]);
    frames(&database, 1);
    run(&database, |tx| tx.execute("update outbox_item set outcome = 2, code = 'busy'", &[]));
    assert!(run(&database, |tx| {
        send_again_as(tx, (LANE, "report"), |_| b"wrapped".to_vec(), (|_: &SentItem, _| 0, 9))
    }));
    let (sent, times) = run(&database, |tx| latest(tx, "report")).expect("queued");
    assert_eq!((sent.item.as_slice(), times), (&b"wrapped"[..], 2));
    assert!(run(&database, |tx| take_back(tx, "report")));
    let (sent, times) = run(&database, |tx| latest(tx, "report")).expect("the first stays");
    assert_eq!((sent.item.as_slice(), times), (&b"report"[..], 1));
    assert!(!run(&database, |tx| take_back(tx, "report")));
    assert!(run(&database, |tx| find(tx, "report2")).is_some());
}

/// A database from before the mark keeps whatever an earlier epoch may have sent.
#[test]
fn an_older_database_marks_what_may_have_left() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("transfer.db");
    let (first, _) = SCHEMA.split_at(1);
    let older = Database::open(&path, crate::sql::Options::plain(first)).expect("older");
    run(&older, |tx| {
        for (name, at_ms) in [("left", 1), ("framed", 1), ("waits", 9)] {
            enqueue(tx, LANE, name, b"item", at_ms)?;
        }
        begin_epoch(tx, LANE, 0)?;
        begin_epoch(tx, LANE, 5)?;
        tx.execute("update outbox_item set epoch = x'01', sequence = 1 where name = 'framed'", &[])
    });
    drop(older);
    let database = Database::open(&path, crate::sql::Options::plain(SCHEMA)).expect("newer");
    let names = ["left", "framed", "waits"];
    let taken = names.map(|name| run(&database, move |tx| take_back(tx, name)));
    assert_eq!(taken, [false, false, true]);
}

/// What has a frame can be read without the writer; what has none is said to need one.
#[test]
fn frames_that_were_built_are_read_without_writing() {
    let database = database();
    let built = |from: u64, limit: u32| run(&database, move |tx| built_from(tx, LANE, from, limit));
    assert_eq!(built(1, 10), Ready::ToBuild, "no epoch has begun");
    fill(&database, &["a", "b"]);
    let sent = frames(&database, 1);
    assert_eq!(built(1, 10), Ready::All(sent.clone()));
    assert_eq!(built(2, 10), Ready::All(sent[1..].to_vec()));
    assert_eq!(built(3, 10), Ready::All(Vec::new()), "nothing waits");
    fill(&database, &["c"]);
    assert_eq!(built(3, 10), Ready::ToBuild);
    assert_eq!(built(1, 2), Ready::All(sent), "there is no room for more");
}

/// Old items of one sort are forgotten once they are answered, but for the last frame of an epoch.
#[test]
fn answered_items_of_one_sort_are_forgotten() {
    let database = database();
    fill(&database, &["sealed/a", "sealed/b", "sealee", "sealed/c", "sealed/d"]);
    let sent = frames(&database, 1);
    for (sequence, frame) in (1..=4).zip(&sent) {
        assert!(answer(&database, sequence, &frame.bytes));
    }
    let forget = |before_ms| run(&database, move |tx| forget_answered(tx, "sealed/", before_ms));
    assert_eq!(forget(0), 0, "they are not old");
    assert_eq!(forget(i64::MAX), 3, "d has no answer");
    assert!(answer(&database, 5, &sent[4].bytes));
    assert_eq!(forget(i64::MAX), 0, "d is the last frame");
    let left = run(&database, |tx| super::sent(tx, LANE, 10));
    assert_eq!(left.iter().map(|item| &*item.name).collect::<Vec<_>>(), ["sealed/d", "sealee"]);
}

/// An item is sent again once it was answered and has waited as long as so many sendings ask for;
/// the bytes are the same, and what was sent before keeps its answer.
#[test]
fn an_item_is_sent_again_after_its_wait() {
    const DAY: i64 = 24 * 3_600_000;
    let database = database();
    run(&database, |tx| enqueue(tx, LANE, "report", b"bytes", 0));
    let again = |now_ms: i64| {
        let wait = |_: &SentItem, times: u32| i64::from(times) * DAY;
        run(&database, move |tx| send_again(tx, (LANE, "report"), wait, now_ms))
    };
    let answer = || {
        run(&database, |tx| tx.execute("update outbox_item set outcome = 2, code = 'busy'", &[]))
    };
    assert!(!again(9 * DAY), "it was not answered yet");
    answer();
    assert!(!again(DAY - 1));
    assert!(again(DAY));
    let (sent, times) = run(&database, |tx| latest(tx, "report")).expect("queued");
    assert_eq!((times, sent.item.as_slice(), sent.outcome), (2, &b"bytes"[..], None));
    let first = run(&database, |tx| find(tx, "report")).expect("kept");
    assert_eq!(first.outcome, Some(2));
    answer();
    assert!(!again(2 * DAY), "the second time it waits longer");
    assert!(again(3 * DAY));
}

/// Of many items that were refused for now none is passed over, however many sendings of others
/// stand before them: those that were queued longest ago come first.
#[test]
fn refused_items_are_all_sent_again() {
    const DAY: i64 = 24 * 3_600_000;
    let database = database();
    for at in 0..5 {
        let name = format!("opened/{at}");
        run(&database, move |tx| enqueue(tx, LANE, &name, b"bytes", at));
    }
    let answer = |outcome: i64| {
        let sql = "update outbox_item set outcome = $1, code = 'full' where outcome is null";
        run(&database, move |tx| tx.execute(sql, crate::params![outcome]))
    };
    let refused = || run(&database, |tx| refused_with(tx, ("opened/", "full"), 2));
    assert_eq!(answer(2), 5);
    for day in 1..=2 {
        for name in refused() {
            let queue =
                move |tx: &Tx<'_>| send_again(tx, (LANE, &name), |_, _| DAY, (day + 1) * DAY);
            assert!(run(&database, queue));
        }
        assert_eq!(answer(1), 2, "two of them are taken each day");
    }
    assert_eq!(refused(), ["opened/4"], "and the last one is not forgotten");
}

/// A link that stands says nothing, and is no contact of the day on which it was made.
#[test]
fn a_link_that_stands_is_contact() {
    use crate::uplink::{LAST_CONTACT, LAST_STOOD};

    let database = database();
    let contact = |name: &'static str, at: &'static str| {
        run(&database, move |tx| {
            notes::set(tx, name, at)?;
            notes::last_contact_ms(tx)
        })
    };
    assert_eq!(contact(LAST_CONTACT, "1000"), Some(1_000));
    assert_eq!(contact(LAST_STOOD, "950"), Some(1_000), "a hello is later");
    assert_eq!(contact(LAST_STOOD, "61000"), Some(61_000));
    assert_eq!(contact(LAST_CONTACT, "90000"), Some(90_000));
}
