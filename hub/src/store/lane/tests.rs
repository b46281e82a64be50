//! The answers of a lane are found again, also those that an earlier version kept.

use runtime::sql::{Database, Options};

use super::*;
use crate::store::MIGRATIONS;

const EPOCH: Epoch = [7; 16];

fn answer_of(id: i64, sequence: u64) -> StoredAnswer {
    StoredAnswer {
        member: "S1".to_owned(),
        epoch: EPOCH.to_vec(),
        lane: 1,
        sequence,
        frame: sequence.to_be_bytes().to_vec(),
        outcome: 1,
        code: String::new(),
        reason: String::new(),
        answered_at_ms: 0,
        id,
    }
}

/// The answers of a lane from 1 to `last` are found under their ids, and none after them.
fn check_found(database: &Database, last: u64, id_of: impl Fn(u64) -> i64 + Send + 'static) {
    let checked: Result<(), SqlError> = database.read(move |tx| {
        let lane = find(tx, "S1", 1, &EPOCH)?.ok_or(SqlError::Type)?;
        assert_eq!(lane.next_sequence, last + 1);
        for sequence in 1..=last {
            let found = answer(tx, &lane, sequence)?.expect("answered");
            assert_eq!((found.id, found.sequence), (id_of(sequence), sequence));
            assert_eq!(found.frame, sequence.to_be_bytes());
        }
        assert_eq!(answer(tx, &lane, last + 1)?, None);
        assert_eq!(answer(tx, &lane, 0)?, None);
        Ok(())
    });
    checked.expect("store");
}

/// Answers of two lanes in turns, one to forty of them a commit.
#[test]
fn every_answer_of_a_lane_is_found_however_many_shared_a_commit() {
    for each in [1, 5, 16, 17, 40] {
        let database = Database::in_memory(MIGRATIONS).expect("database");
        let kept: Result<(), SqlError> = database.write("answers", move |tx| {
            begin(tx, "S1", 1, &EPOCH, 1)?;
            begin(tx, "S2", 1, &EPOCH, 1)?;
            for commit in 0..4 {
                for member in ["S1", "S2"] {
                    let mut lane = find(tx, member, 1, &EPOCH)?.ok_or(SqlError::Type)?;
                    let first = next_answer(tx)?;
                    let batch = StoredBatch { first, root: vec![1], signature: vec![commit] };
                    for place in 0..each {
                        let answer = answer_of(first + place, lane.next_sequence);
                        insert_answer(tx, &mut lane, &answer, &batch)?;
                        lane.next_sequence += 1;
                    }
                    advance(tx, &mut lane)?;
                }
            }
            Ok(())
        });
        kept.expect("kept");
        // Of every two commits the first is of this lane.
        let commit_of = move |sequence: u64| (sequence.cast_signed() - 1) / each;
        let last = 4 * each.unsigned_abs();
        check_found(&database, last, move |s| s.cast_signed() + commit_of(s) * each);
        let batch: Result<_, SqlError> = database.read(move |tx| batch_of(tx, 3 * each));
        let (batch, answers) = batch.expect("store").expect("batch");
        assert_eq!((batch.first, batch.signature), (2 * each + 1, vec![1]));
        assert_eq!(answers.len(), usize::try_from(each).expect("small"));
    }
}

/// A store of the version before knows its answers and batches after the change.
#[test]
fn answers_that_were_kept_before_are_found() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let steps = MIGRATIONS.iter().position(|step| step.number == 16).expect("step");
    let before = MIGRATIONS.get(..steps).expect("steps");
    let old = Database::open(&path, Options::plain(before)).expect("old store");
    let filled: Result<(), SqlError> = old.write("fill", |tx| {
        begin(tx, "S1", 1, &EPOCH, 1)?;
        for sequence in 1..=37_i64 {
            tx.execute(
                "insert into answer (id, lane_epoch, sequence, frame, outcome, code, reason)
                 values ($1, 1, $1, $2, 1, '', '')",
                params![sequence, &sequence.to_be_bytes()],
            )?;
            // Batches of five.
            if sequence % 5 == 1 {
                tx.execute(
                    "insert into answer_batch (first_answer, root, signature, answered_at_ms)
                     values ($1, x'01', x'02', $1 * 10)",
                    params![sequence],
                )?;
            }
        }
        tx.execute("update lane_epoch set next_sequence = 38", &[])?;
        Ok(())
    });
    filled.expect("filled");
    drop(old);
    let store = Database::open(&path, Options::plain(MIGRATIONS)).expect("new store");
    check_found(&store, 37, |sequence| sequence.cast_signed());
    let batch: Result<_, SqlError> = store.read(|tx| batch_of(tx, 33));
    let (batch, answers) = batch.expect("store").expect("batch");
    assert_eq!(batch, StoredBatch { first: 31, root: vec![1], signature: vec![2] });
    assert_eq!(answers.len(), 5);
    assert!(answers.iter().all(|answer| answer.answered_at_ms == 310));
}
