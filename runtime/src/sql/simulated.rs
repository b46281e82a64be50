//! The writer where a simulator is the machine: no thread, and every commit is decided first.
//!
//! On a quick disk a transaction is committed where it is queued; on a slow one what is queued
//! meanwhile shares its commit, as it does before the writer's thread.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::SqlError;
use super::writer::{Desk, Job, answer};
use crate::in_place::{self, Fate, Machine};

/// What there is instead of the writer's thread. Cheap to clone.
#[derive(Clone)]
pub(super) struct Simulated {
    path: PathBuf,
    machine: Arc<dyn Machine>,
    queued: Arc<Mutex<Vec<Box<dyn Job>>>>,
}

impl Simulated {
    /// For a database that is opened on a simulator's thread; nothing on any other.
    pub(super) fn here(path: &Path) -> Option<Self> {
        let machine = in_place::machine()?;
        Some(Self { path: path.to_owned(), machine, queued: Arc::default() })
    }

    /// Commits a transaction, now or, on a slow disk, in a while and with others.
    pub(super) fn push(&self, desk: &Arc<Desk>, job: Box<dyn Job>) {
        let takes = self.machine.commit_takes(&self.path);
        let mut queued = self.queued.lock().unwrap_or_else(PoisonError::into_inner);
        queued.push(job);
        let (is_first, is_alone) = (queued.len() == 1, takes == Duration::ZERO);
        drop(queued);
        if is_alone {
            self.run_queued(desk);
        } else if is_first {
            let (own, desk) = (self.clone(), desk.clone());
            tokio::spawn(async move {
                tokio::time::sleep(takes).await;
                own.run_queued(&desk);
            });
        }
    }

    fn run_queued(&self, desk: &Desk) {
        let mut queued = self.queued.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = std::mem::take(&mut *queued);
        drop(queued);
        if !batch.is_empty() {
            self.run(desk, batch);
        }
    }

    /// Commits transactions together and answers them, unless the process dies of it.
    pub(super) fn run(&self, desk: &Desk, mut batch: Vec<Box<dyn Job>>) {
        let names: Vec<&'static str> = batch.iter().map(|job| job.name()).collect();
        let mut has_died = false;
        let outcome =
            desk.run_decided(&mut batch, || match self.machine.fate(&self.path, &names) {
                Fate::Stands => Ok(()),
                Fate::Fails(error) => Err(error),
                Fate::DiesBefore => {
                    has_died = true;
                    Err(SqlError::Closed)
                }
                Fate::DiesAfter => {
                    has_died = true;
                    Ok(())
                }
            });
        if !has_died {
            answer(batch, outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_place::danger_simulate;
    use crate::sql::{Database, Migration, Options};

    const SCHEMA: &[Migration] =
        &[Migration { number: 1, name: "kept", sql: "create table kept (value integer) strict;" }];

    /// Gives out fates in order, and says what they were asked for.
    struct Script {
        fates: Mutex<Vec<Fate>>,
        asked: Mutex<Vec<String>>,
        takes: Duration,
    }

    impl Machine for Script {
        fn commit_takes(&self, _: &Path) -> Duration {
            self.takes
        }

        fn fate(&self, _: &Path, transactions: &[&'static str]) -> Fate {
            self.asked.lock().expect("asked").push(transactions.join("+"));
            self.fates.lock().expect("fates").pop().unwrap_or(Fate::Stands)
        }
    }

    fn script(mut fates: Vec<Fate>, takes_ms: u64) -> Arc<Script> {
        fates.reverse();
        let (fates, takes) = (Mutex::new(fates), Duration::from_millis(takes_ms));
        Arc::new(Script { fates, asked: Mutex::default(), takes })
    }

    fn kept(database: &Database) -> Vec<i64> {
        let read: Result<_, SqlError> = database
            .read(|tx| tx.query("select value from kept order by value", &[], |row| row.i64(0)));
        read.expect("read")
    }

    fn keep(database: &Database, value: i64) -> Result<(), SqlError> {
        let sql = "insert into kept (value) values ($1)";
        database.write("keep", move |tx| tx.execute(sql, crate::params![value]).map(drop))
    }

    /// What the machine lets stand is there, what it refuses or what dies before is not, and
    /// nobody is told of either death.
    #[test]
    fn a_commit_ends_as_the_machine_says() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("kept.db");
        let fates = vec![Fate::Fails(SqlError::Full), Fate::DiesBefore, Fate::DiesAfter];
        let _here = danger_simulate(script(fates, 0));
        let database = Database::open(&path, Options::plain(SCHEMA)).expect("database");
        assert!(matches!(keep(&database, 1), Err(SqlError::Full)));
        assert!(matches!(keep(&database, 2), Err(SqlError::Closed)));
        assert!(matches!(keep(&database, 3), Err(SqlError::Closed)));
        keep(&database, 4).expect("stands");
        assert_eq!(kept(&database), [3, 4]);
    }

    /// On a slow disk transactions share a commit, and one that fails takes no other with it.
    #[tokio::test]
    async fn a_slow_disk_commits_many_at_once() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("kept.db");
        let machine = script(Vec::new(), 50);
        let _here = danger_simulate(machine.clone());
        let database = Database::open(&path, Options::plain(SCHEMA)).expect("database");
        let insert = |value: i64| {
            let sql = "insert into kept (value) values ($1)";
            database.write_async("keep", move |tx| {
                tx.execute(sql, crate::params![value])?;
                if value == 2 { Err(SqlError::Type) } else { Ok(()) }
            })
        };
        let (one, two, three) = tokio::join!(insert(1), insert(2), insert(3));
        assert!(one.is_ok() && matches!(two, Err(SqlError::Type)) && three.is_ok());
        assert_eq!(kept(&database), [1, 3]);
        assert_eq!(*machine.asked.lock().expect("asked"), ["keep+keep+keep"]);
    }
}
