//! The first files of a process may be opened by several threads at once.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::process::Command;
use std::sync::{Arc, Barrier};

use runtime::sql::{DataKey, Database, Migration, Options};

const PROCESSES: u32 = 100;
const THREADS: u8 = 16;
const CHILD: &str = "XINQIAO_TEST_FIRST_OPEN";

const SCHEMA: &[Migration] = &[Migration {
    number: 1,
    name: "first",
    sql: "create table note (id integer primary key) strict",
}];

fn open_at_once() {
    let folder = tempfile::tempdir().expect("folder");
    let gate = Arc::new(Barrier::new(usize::from(THREADS)));
    let open = |number: u8| {
        let (gate, path) = (Arc::clone(&gate), folder.path().join(format!("{number}.db")));
        std::thread::spawn(move || {
            gate.wait();
            Database::open(&path, Options::encrypted(DataKey::new([number; 32]), SCHEMA))
        })
    };
    let threads: Vec<_> = (0..THREADS).map(open).collect();
    for thread in threads {
        let opened = thread.join().expect("thread");
        assert!(opened.is_ok(), "{:?}", opened.err());
    }
}

/// The library below loads itself at the first opening, of which a process has only one: so the
/// test calls itself, over and over.
#[test]
fn the_first_files_of_a_process_open_side_by_side() {
    if std::env::var_os(CHILD).is_some() {
        return open_at_once();
    }
    let own = std::env::current_exe().expect("own file");
    for process in 0..PROCESSES {
        let ran = Command::new(&own).env(CHILD, "1").output().expect("runs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "process {process}: {said}");
    }
}
