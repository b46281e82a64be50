//! Answers that are asked for once more: the batch that holds one is built again for many.
//!
//! A replay gets the bytes that it got, and its path to the signed root is not stored, so the whole
//! batch is read and hashed again. Batches that were built lately are kept, and how many a member
//! may have built at a time is bounded by how many frames it may have in flight: more is no member
//! that missed its answers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use certs::merkle::MerkleTree;
use domain::digest::Digest;
use domain::unit::UnitId;
use proto::limits::FRAMES_IN_FLIGHT_MAX;
use runtime::sql::{SqlError, Tx};

use super::batch::body;
use crate::store::lane::{self, StoredBatch};

/// Batches that are kept; one is at most 256 answers, about 16 KiB.
const KEPT_MAX: usize = 128;

/// Batches that one commit builds again for one member.
const BUILT_MAX: usize = FRAMES_IN_FLIGHT_MAX;

/// A batch of answers with the tree over them.
pub(super) struct Rebuilt {
    pub(super) batch: StoredBatch,
    pub(super) tree: MerkleTree,
    /// First answer after it.
    end: i64,
}

/// The batches that were built lately, the latest last.
#[derive(Default)]
pub(super) struct Replays {
    kept: VecDeque<Arc<Rebuilt>>,
}

/// What one commit built again. It is kept once the commit stands: the numbers of answers that were
/// undone are given out again, to others.
#[derive(Default)]
pub(super) struct Built {
    counts: HashMap<UnitId, usize>,
    batches: Vec<Arc<Rebuilt>>,
}

impl Replays {
    /// The batch that holds an answer to a member; nothing where the member had too many built in
    /// this commit.
    ///
    /// # Errors
    /// The store cannot be read, or does not hold what was signed.
    pub(super) fn find(
        &mut self,
        tx: &Tx<'_>,
        answer: i64,
        (member, built): (&UnitId, &mut Built),
    ) -> Result<Option<Arc<Rebuilt>>, SqlError> {
        let holds = |kept: &Arc<Rebuilt>| (kept.batch.first..kept.end).contains(&answer);
        if let Some(place) = self.kept.iter().position(holds) {
            let found = self.kept.remove(place).ok_or(SqlError::Type)?;
            self.kept.push_back(found.clone());
            return Ok(Some(found));
        }
        if let Some(found) = built.batches.iter().find(|built| holds(built)) {
            return Ok(Some(found.clone()));
        }
        let count = built.counts.entry(member.clone()).or_default();
        if *count >= BUILT_MAX {
            return Ok(None);
        }
        *count += 1;
        let rebuilt = Arc::new(rebuild(tx, answer)?);
        built.batches.push(rebuilt.clone());
        Ok(Some(rebuilt))
    }

    /// Keeps what a commit that stands has built.
    pub(super) fn keep(&mut self, built: Built) {
        for rebuilt in built.batches {
            if self.kept.len() >= KEPT_MAX {
                self.kept.pop_front();
            }
            self.kept.push_back(rebuilt);
        }
    }
}

fn rebuild(tx: &Tx<'_>, answer: i64) -> Result<Rebuilt, SqlError> {
    let (batch, answers) = lane::batch_of(tx, answer)?.ok_or(SqlError::Type)?;
    let bodies: Vec<Vec<u8>> = answers.iter().map(body).collect();
    let tree = MerkleTree::new(&bodies).map_err(|_| SqlError::Type)?;
    if Digest::from_tagged(&batch.root) != Ok(tree.root()) {
        return Err(SqlError::Type);
    }
    let end = batch.first + i64::try_from(answers.len()).map_err(|_| SqlError::Type)?;
    Ok(Rebuilt { batch, tree, end })
}

#[cfg(test)]
mod tests {
    use runtime::sql::Database;

    use super::*;
    use crate::store::lane::StoredAnswer;

    /// A store with so many batches of four answers to one member.
    fn store(batches: i64) -> Database {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let kept: Result<(), SqlError> = database.write("answers", move |tx| {
            lane::begin(tx, "S1", 1, &[7; 16], 1)?;
            let mut at = lane::find(tx, "S1", 1, &[7; 16])?.ok_or(SqlError::Type)?;
            for first in (0..batches).map(|batch| batch * 4 + 1) {
                let answers: Vec<StoredAnswer> = (first..first + 4).map(answer).collect();
                let bodies: Vec<Vec<u8>> = answers.iter().map(body).collect();
                let root = MerkleTree::new(&bodies).map_err(|_| SqlError::Type)?.root();
                let signature = vec![1];
                let batch = StoredBatch { first, root: root.to_tagged(), signature };
                for answer in &answers {
                    lane::insert_answer(tx, &mut at, answer, &batch)?;
                }
            }
            at.next_sequence = batches.unsigned_abs() * 4 + 1;
            lane::advance(tx, &mut at)
        });
        kept.expect("kept");
        database
    }

    fn answer(id: i64) -> StoredAnswer {
        StoredAnswer {
            member: "S1".to_owned(),
            epoch: vec![7; 16],
            lane: 1,
            sequence: u64::try_from(id).expect("sequence"),
            frame: vec![2; 33],
            outcome: 1,
            code: String::new(),
            reason: String::new(),
            answered_at_ms: 5,
            id,
        }
    }

    /// One commit that is asked for answers again: how many it built, and how many it gave.
    fn commit(
        database: &Database,
        replays: Replays,
        asked: impl Iterator<Item = i64> + Send + 'static,
    ) -> (Replays, usize, usize) {
        let done: Result<_, SqlError> = database.read(move |tx| {
            let (mut replays, mut built) = (replays, Built::default());
            let member: UnitId = "S1".parse().expect("unit");
            let mut given = 0;
            for id in asked {
                let found = replays.find(tx, id, (&member, &mut built))?;
                if let Some(found) = &found {
                    let place = u32::try_from(id - found.batch.first).expect("place");
                    assert!(found.tree.path(place).is_some(), "{id}");
                }
                given += usize::from(found.is_some());
            }
            Ok((replays, built, given))
        });
        let (mut replays, built, given) = done.expect("commit");
        let count = built.counts.values().sum();
        replays.keep(built);
        (replays, count, given)
    }

    /// What a commit that is undone has built is not found again: its numbers go to other answers.
    #[test]
    fn what_was_undone_is_not_kept() {
        let database = store(1);
        let replays = Arc::new(std::sync::Mutex::new(Replays::default()));
        let member: UnitId = "S1".parse().expect("unit");
        let find = |member: UnitId, sequence: i64| {
            let replays = replays.clone();
            move |tx: &Tx<'_>| {
                let mut at = lane::find(tx, "S1", 1, &[7; 16])?.ok_or(SqlError::Type)?;
                let answer = StoredAnswer {
                    sequence: u64::try_from(sequence).map_err(|_| SqlError::Type)?,
                    ..answer(5)
                };
                let root = MerkleTree::new([body(&answer)]).map_err(|_| SqlError::Type)?.root();
                let batch = StoredBatch { first: 5, root: root.to_tagged(), signature: vec![1] };
                lane::insert_answer(tx, &mut at, &answer, &batch)?;
                let mut built = Built::default();
                let mut replays = replays.lock().map_err(|_| SqlError::Type)?;
                let found = replays.find(tx, 5, (&member, &mut built))?;
                let found = found.is_some_and(|found| found.batch.root == root.to_tagged());
                Ok::<_, SqlError>((found, built))
            }
        };
        let work = find(member.clone(), 5);
        let undone: Result<(), SqlError> = database.write("undone", move |tx| {
            assert!(work(tx)?.0);
            Err(SqlError::Closed)
        });
        undone.expect_err("undone");
        let (is_right, built) = database.write("kept", find(member, 6)).expect("kept");
        assert!(is_right, "answer 5 is another one now");
        replays.lock().expect("replays").keep(built);
        assert_eq!(replays.lock().expect("replays").kept.len(), 1);
    }

    /// A member that sends the same old frames over and over costs one building of each batch.
    #[test]
    fn a_batch_is_built_once_for_many_replays() {
        let database = store(16);
        let many = || (0..10).flat_map(|_| 1..=64);
        let (replays, built, given) = commit(&database, Replays::default(), many());
        assert_eq!((built, given), (16, 640));
        let (_, built, given) = commit(&database, replays, many());
        assert_eq!((built, given), (0, 640), "kept from the commit before");
    }

    /// What one member has built in one commit is bounded, and so is what is kept.
    #[test]
    fn building_and_keeping_are_bounded() {
        let database = store(200);
        let each = || (0..200).map(|batch| batch * 4 + 2);
        let (replays, built, given) = commit(&database, Replays::default(), each());
        assert_eq!((built, given), (BUILT_MAX, BUILT_MAX));
        let (replays, built, given) = commit(&database, replays, each());
        assert_eq!((built, given), (BUILT_MAX, 2 * BUILT_MAX), "it goes on where it was");
        let (replays, ..) = commit(&database, replays, each().skip(128));
        assert_eq!(replays.kept.len(), KEPT_MAX);
    }
}
