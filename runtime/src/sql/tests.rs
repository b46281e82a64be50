//! What a store may rely on: atomic jobs, group commits, keys, and migrations that never surprise.

use super::*;
use crate::params;

const FIRST: Migration = Migration {
    number: 1,
    name: "first",
    sql: "create table note (id integer primary key, text text not null) strict",
};
const SECOND: Migration = Migration {
    number: 2,
    name: "second",
    sql: "create table other (id integer primary key) strict",
};
const EDITED: Migration =
    Migration { number: 1, name: "first", sql: "create table note (id text) strict" };

const ONE: &[Migration] = &[FIRST];
const TWO: &[Migration] = &[FIRST, SECOND];
const CHANGED: &[Migration] = &[EDITED];

fn insert(database: &Database, id: i64) -> Result<usize, SqlError> {
    database.write("insert", move |tx| {
        tx.execute("insert into note (id, text) values ($1, $2)", params![id, "x"])
    })
}

fn count(database: &Database) -> i64 {
    database
        .read(|tx| tx.query_opt("select count(*) from note", &[], |row| row.i64(0)))
        .expect("count")
        .expect("row")
}

/// A failing transaction in a batch takes nothing of its neighbours with it.
///
/// Method: many threads write at once, every third breaking a rule half way through.
#[test]
fn a_failed_job_leaves_no_trace_and_harms_no_other() {
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    std::thread::scope(|scope| {
        for id in 0..60_i64 {
            let database = database.clone();
            scope.spawn(move || {
                let result: Result<(), SqlError> = database.write("pair", move |tx| {
                    tx.execute("insert into note (id, text) values ($1, 'a')", params![id])?;
                    let second = if id % 3 == 0 { id } else { id + 1_000 };
                    tx.execute("insert into note (id, text) values ($1, 'b')", params![second])?;
                    Ok(())
                });
                assert_eq!(result.is_err(), id % 3 == 0);
            });
        }
    });
    assert_eq!(count(&database), 80);
}

/// A job that shares its commit with nobody and fails half way leaves no trace, and the next one
/// finds the store free.
#[test]
fn a_failed_job_that_is_alone_leaves_no_trace() {
    let database = Database::in_memory(ONE).expect("open");
    let half_done: Result<(), SqlError> = database.write("half", |tx| {
        tx.execute("insert into note (id, text) values (1, 'a')", &[])?;
        Err(SqlError::Type)
    });
    assert!(matches!(half_done, Err(SqlError::Type)));
    let panics: Result<(), SqlError> = database.write("panics", |tx| {
        tx.execute("insert into note (id, text) values (2, 'a')", &[])?;
        panic!("in a test");
    });
    assert!(matches!(panics, Err(SqlError::Closed)));
    assert_eq!(count(&database), 0);
    insert(&database, 3).expect("insert");
    assert_eq!(count(&database), 1);
}

/// Only the key that made a database opens it, and its file shows nothing.
#[test]
fn an_encrypted_database_needs_its_key() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let open = |byte: u8| {
        Database::open(&path, Options::encrypted(DataKey::new([byte; 32]), ONE))
            .map(|db| count(&db))
    };
    let database =
        Database::open(&path, Options::encrypted(DataKey::new([1; 32]), ONE)).expect("open");
    database
        .write("mark", |tx| {
            tx.execute("insert into note (id, text) values (1, 'PLANTED-CANARY')", &[])
        })
        .map_err(|error: SqlError| error.to_string())
        .expect("write");
    drop(database);
    assert!(matches!(open(2), Err(SqlError::Unreadable)));
    assert!(matches!(Database::open(&path, Options::plain(ONE)), Err(SqlError::Unreadable)));
    assert_eq!(open(1).expect("right key"), 1);
    for entry in std::fs::read_dir(folder.path()).expect("list") {
        // A closing connection may take its write-ahead file away while we look.
        let Ok(bytes) = std::fs::read(entry.expect("entry").path()) else {
            continue;
        };
        assert!(!bytes.windows(14).any(|window| window == b"PLANTED-CANARY"));
    }
}

/// A step is applied once, with a copy of what was there before; the copy needs the same key.
#[test]
fn a_migration_backs_up_what_it_changes() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let key = || DataKey::new([3; 32]);
    let old = Database::open(&path, Options::encrypted(key(), ONE)).expect("open");
    insert(&old, 7).expect("insert");
    drop(old);
    let new = Database::open(&path, Options::encrypted(key(), TWO)).expect("migrate");
    assert_eq!(count(&new), 1);
    let copy = folder.path().join("ledger.db.before-v2");
    let bytes = std::fs::read(&copy).expect("copy");
    assert!(!bytes.starts_with(b"SQLite format 3"), "the copy is encrypted too");
    let copied = Database::open(&copy, Options::encrypted(key(), ONE)).expect("copy opens");
    assert_eq!(count(&copied), 1);
}

/// A database from a later version, and a step that somebody edited, stop the program.
#[test]
fn surprising_schemas_are_refused_untouched() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    drop(Database::open(&path, Options::plain(TWO)).expect("open"));
    assert!(matches!(
        Database::open(&path, Options::plain(ONE)),
        Err(SqlError::Newer { found: 2, known: 1 })
    ));
    let other = folder.path().join("other.db");
    drop(Database::open(&other, Options::plain(ONE)).expect("open"));
    assert!(matches!(Database::open(&other, Options::plain(CHANGED)), Err(SqlError::Edited(1))));
}

/// A database that another process holds is named as locked; later the same call succeeds.
#[test]
fn a_locked_database_says_so_and_recovers() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let mut options = Options::plain(ONE);
    options.busy_wait = std::time::Duration::from_millis(50);
    let database = Database::open(&path, options).expect("open");
    let holder = rusqlite::Connection::open(&path).expect("holder");
    holder.execute_batch("begin immediate").expect("lock");
    assert!(matches!(insert(&database, 1), Err(SqlError::Locked)));
    holder.execute_batch("commit").expect("unlock");
    insert(&database, 1).expect("after");
    assert_eq!(count(&database), 1);
}

/// A caller that finds nobody else there commits in place; where another process holds the store,
/// the waiting is left to the writer's thread.
#[test]
fn a_short_transaction_is_committed_where_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let database = Database::open(&path, Options::plain(ONE)).expect("open");
    let (sender, told) = std::sync::mpsc::channel();
    let submit = |id: i64| {
        let sender = sender.clone();
        let work = move |tx: &Tx<'_>| {
            tx.execute("insert into note (id, text) values ($1, 'x')", params![id])
        };
        let then = move |outcome: Result<usize, SqlError>| {
            sender.send((std::thread::current().id(), outcome.is_ok())).expect("told");
        };
        database.submit("insert", work, then).expect("taken");
    };
    let here = std::thread::current().id();
    submit(1);
    assert_eq!(told.try_recv().expect("committed"), (here, true));
    let holder = rusqlite::Connection::open(&path).expect("holder");
    holder.execute_batch("begin immediate").expect("lock");
    submit(2);
    assert!(told.try_recv().is_err(), "nobody waits here");
    holder.execute_batch("commit").expect("unlock");
    let (thread, is_kept) = told.recv().expect("committed later");
    assert!(thread != here && is_kept);
    assert_eq!(count(&database), 2);
}

/// A log that has grown is folded into its file beside the writer, and begins anew.
#[test]
fn a_long_log_is_folded_in_while_the_database_is_open() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let database = Database::open(&path, Options::plain(ONE)).expect("open");
    let big = "x".repeat(1_000_000);
    let size = || std::fs::metadata(&path).expect("file").len();
    for id in 0..12_i64 {
        let big = big.clone();
        let kept: Result<usize, SqlError> = database.write("big", move |tx| {
            tx.execute("insert into note (id, text) values ($1, $2)", params![id, &big])
        });
        kept.expect("kept");
    }
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while size() < 12_000_000 && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(size() >= 12_000_000, "{} bytes are in the file", size());
    assert_eq!(count(&database), 12);
}

/// A full disk fails the write and nothing else: what was stored stays, later writes succeed.
#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    insert(&database, 1).expect("before");
    let limit = |pages: i64| {
        let result: Result<(), SqlError> = database.write("limit", move |tx| {
            tx.query(&format!("pragma max_page_count = {pages}"), &[], |_| Ok(()))?;
            Ok(())
        });
        result.expect("limit");
    };
    limit(4);
    let big = "x".repeat(100_000);
    let full: Result<usize, SqlError> = database.write("big", move |tx| {
        tx.execute("insert into note (id, text) values (2, $1)", params![&big])
    });
    assert!(matches!(full, Err(SqlError::Full)), "{full:?}");
    assert_eq!(count(&database), 1);
    limit(100_000);
    insert(&database, 2).expect("after");
    assert_eq!(count(&database), 2);
}

/// Counts notes, in memory and in the store; they must be the same whenever anybody looks.
#[derive(Default)]
struct Known(Option<i64>);

impl Known {
    fn count(&mut self, tx: &Tx<'_>) -> Result<i64, SqlError> {
        if let Some(known) = self.0 {
            return Ok(known);
        }
        let count = tx.query_opt("select count(*) from note", &[], |row| row.i64(0))?;
        Ok(*self.0.insert(count.unwrap_or(0)))
    }

    /// Writes a note and, where the caller says so, fails after it.
    fn add(&mut self, tx: &Tx<'_>, fails: bool) -> Result<(), SqlError> {
        let known = self.count(tx)?;
        tx.execute("insert into note (text) values ('x')", &[])?;
        self.0 = Some(known + 1);
        if fails { Err(SqlError::Type) } else { Ok(()) }
    }
}

/// What memory and the store say, within one transaction of the writer.
fn both(database: &Database) -> (i64, i64) {
    let said: Result<_, SqlError> = database.write("both", |tx| {
        let known = tx.kept(|known: &mut Known| known.count(tx))?;
        Ok((known, Known::default().count(tx)?))
    });
    said.expect("said")
}

/// What is kept in memory is used by the next transaction, and is never something that was undone,
/// by the work that had it, by its job, or by a panic.
#[test]
fn what_was_undone_is_not_kept_in_memory() {
    let database = Database::in_memory(ONE).expect("open");
    let add = |lent_fails: bool, job_fails: bool| -> Result<(), SqlError> {
        database.write("add", move |tx| {
            let added = tx.kept(|known: &mut Known| known.add(tx, lent_fails));
            if job_fails { Err(SqlError::Type) } else { added }
        })
    };
    add(false, false).expect("added");
    let is_used: Result<bool, SqlError> =
        database.write("used", |tx| tx.kept(|known: &mut Known| Ok(known.0 == Some(1))));
    assert!(is_used.expect("kept"), "kept for the next transaction");
    assert_eq!(both(&database), (1, 1));
    add(true, true).expect_err("undone");
    assert_eq!(both(&database), (1, 1));
    add(false, true).expect_err("undone");
    assert_eq!(both(&database), (1, 1));
    let panics: Result<(), SqlError> = database.write("panics", |tx| {
        tx.kept(|known: &mut Known| known.add(tx, false))?;
        panic!("in a test");
    });
    panics.expect_err("undone");
    assert_eq!(both(&database), (1, 1));
    // A job that goes on although what had the memory failed keeps what it wrote, and no memory.
    let goes_on: Result<(), SqlError> = database.write("goes on", |tx| {
        let _ = tx.kept(|known: &mut Known| known.add(tx, true));
        Ok(())
    });
    goes_on.expect("kept");
    assert_eq!(both(&database), (2, 2));
    // Lent within itself, neither of the two knows of the other.
    let twice: Result<(), SqlError> = database.write("twice", |tx| {
        tx.kept(|outer: &mut Known| {
            outer.add(tx, false)?;
            tx.kept(|inner: &mut Known| inner.add(tx, false))
        })
    });
    twice.expect("kept");
    assert_eq!(both(&database), (4, 4));
}

/// What another connection commits empties the memory, and a reader has none.
#[test]
fn what_others_commit_is_seen() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("hub.db");
    let database = Database::open(&path, Options::plain(ONE)).expect("open");
    assert_eq!(both(&database), (0, 0));
    let other = rusqlite::Connection::open(&path).expect("other");
    other.execute_batch("insert into note (text) values ('x')").expect("insert");
    assert_eq!(both(&database), (1, 1));
    insert(&database, 9).expect("insert");
    let read: Result<bool, SqlError> =
        database.read(|tx| tx.kept(|known: &mut Known| Ok(known.0.is_none())));
    assert!(read.expect("read"), "a reader keeps nothing");
}

/// Jobs that share a commit share the memory: one that fails among them leaves nothing in it.
#[test]
fn a_failed_neighbour_leaves_nothing_in_memory() {
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    std::thread::scope(|scope| {
        for id in 0..60 {
            let database = database.clone();
            scope.spawn(move || {
                let added: Result<(), SqlError> = database.write("add", move |tx| {
                    tx.kept(|known: &mut Known| known.add(tx, false))?;
                    if id % 3 == 0 { Err(SqlError::Type) } else { Ok(()) }
                });
                assert_eq!(added.is_err(), id % 3 == 0);
            });
        }
    });
    assert_eq!(both(&database), (40, 40));
}

/// Work that can wait is done after all that was asked for since.
///
/// Method: a job holds the writer until three others are queued; each writes a note and says how
/// many there are then.
#[tokio::test]
async fn work_that_can_wait_lets_others_go_first() {
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    let (began, holds) = std::sync::mpsc::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let holder = database.clone();
    let held = std::thread::spawn(move || {
        holder.write("hold", move |_| {
            began.send(()).expect("began");
            gate.recv().expect("go");
            Ok::<_, SqlError>(())
        })
    });
    holds.recv().expect("held");
    let note = |id: i64| {
        move |tx: &Tx<'_>| -> Result<i64, SqlError> {
            tx.execute("insert into note (id, text) values ($1, 'x')", params![id])?;
            let before = tx.query_opt("select count(*) from note", &[], |row| row.i64(0))?;
            Ok(before.unwrap_or(0))
        }
    };
    let open = async { go.send(()).expect("gate") };
    let (spare, first, second, ()) = tokio::join!(
        database.write_spare("spare", note(1)),
        database.write_async("first", note(2)),
        database.write_async("second", note(3)),
        open
    );
    assert_eq!((first.ok(), second.ok(), spare.ok()), (Some(1), Some(2), Some(3)));
    held.join().expect("thread").expect("held");
    let failed: Result<(), SqlError> = database.write_spare("fails", |_| Err(SqlError::Type)).await;
    assert!(matches!(failed, Err(SqlError::Type)));
    assert_eq!(count(&database), 3);
}

/// Work that can wait is done in the end, however much others ask for.
#[test]
fn work_that_can_wait_is_not_starved() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    let is_done = AtomicBool::new(false);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_done.load(Ordering::Acquire) && std::time::Instant::now() < until {
                    let asked: Result<(), SqlError> = database.write("ask", |_| Ok(()));
                    asked.expect("asked");
                }
            });
        }
        let executor = tokio::runtime::Builder::new_current_thread().build().expect("executor");
        let spare = database.write_spare("spare", |_| Ok::<_, SqlError>(()));
        executor.block_on(spare).expect("done");
        assert!(std::time::Instant::now() < until, "only once nobody asked any more");
        is_done.store(true, Ordering::Release);
    });
}

/// Nor by one who commits in place and asks again at once: a lock is not handed on in turn.
#[test]
fn work_that_can_wait_is_not_starved_by_commits_in_place() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let folder = tempfile::tempdir().expect("folder");
    let database = Database::open(&folder.path().join("a.db"), Options::plain(ONE)).expect("open");
    let is_done = AtomicBool::new(false);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Acquire) && std::time::Instant::now() < until {
                let (told, heard) = std::sync::mpsc::channel();
                let answer = move |asked: Result<(), SqlError>| {
                    told.send(asked.is_ok()).expect("told");
                };
                database.submit("ask", |_| Ok(()), answer).expect("taken");
                assert!(heard.recv().expect("heard"));
            }
        });
        let executor = tokio::runtime::Builder::new_current_thread().build().expect("executor");
        for _ in 0..20 {
            let spare = database.write_spare("spare", |_| Ok::<_, SqlError>(()));
            executor.block_on(spare).expect("done");
        }
        assert!(std::time::Instant::now() < until, "only once nobody asked any more");
        is_done.store(true, Ordering::Release);
    });
}
