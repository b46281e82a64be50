//! The machines of all simulated processes: their clocks, disks and deaths, and the trace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::in_place::{Fate, InPlace, Machine, danger_simulate};
use runtime::sql::SqlError;
use turmoil::net::TcpStream;

/// How a disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// Commits take no time.
    Well,
    /// Every commit takes so many milliseconds.
    Slow(u64),
    /// No commit finds room.
    Full,
    /// Every commit finds the database locked by somebody else.
    Locked,
}

/// Where a process dies: when so many commits or writes to the network have begun from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Nothing of the commit is on the disk.
    BeforeCommit(u32),
    /// All of it is, and nobody was told.
    AfterCommit(u32),
    /// Nothing of what was to be written leaves.
    AtWrite(u32),
}

/// One process, by the folder of its data.
#[derive(Debug)]
struct Process {
    name: String,
    disk: Disk,
    death: Option<Death>,
    is_dead: bool,
    ahead_ms: i64,
}

/// What was counted over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Commits that stood.
    pub commits: u64,
    /// Commits that the disk refused.
    pub refused: u64,
    /// Processes that died at a commit or a write.
    pub deaths: u64,
}

#[derive(Default)]
struct State {
    now_ms: i64,
    processes: BTreeMap<PathBuf, Process>,
    trace: Vec<String>,
    counts: Counts,
    lines: u64,
    /// Lines of dead processes.
    kept_lines: BTreeMap<(PathBuf, u64), TcpStream>,
}

/// All machines of a run. Cheap to clone.
#[derive(Clone, Default)]
pub struct Machines(Arc<Mutex<State>>);

impl Machines {
    /// Has everything on this thread run on these machines, until the guard is dropped.
    #[must_use]
    pub fn take_over(&self) -> InPlace {
        danger_simulate(Arc::new(self.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("machines")
    }

    /// Adds a process that keeps its data in a folder.
    pub fn add(&self, folder: &Path, name: &str) {
        let (name, disk) = (name.to_owned(), Disk::Well);
        let process = Process { name, disk, death: None, is_dead: false, ahead_ms: 0 };
        self.state().processes.insert(folder.to_owned(), process);
    }

    /// Says what time it is.
    pub fn set_now(&self, now_ms: i64) {
        self.state().now_ms = now_ms;
    }

    /// What time it is.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.state().now_ms
    }

    /// The clock of a process.
    #[must_use]
    pub fn clock(&self, folder: &Path) -> Clock {
        let (own, folder) = (self.clone(), folder.to_owned());
        Clock::of_simulator(move || {
            let state = own.state();
            let ahead_ms = state.processes.get(&folder).map_or(0, |process| process.ahead_ms);
            Timestamp::from_millisecond(state.now_ms + ahead_ms).expect("instant")
        })
    }

    /// Notes something in the trace.
    pub fn note(&self, what: &str) {
        let mut state = self.state();
        let line = format!("{} {what}", state.now_ms);
        state.trace.push(line);
    }

    /// All that happened, in order.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Changes a process and says so in the trace.
    fn change(&self, folder: &Path, what: &str, change: impl FnOnce(&mut Process)) {
        let mut state = self.state();
        let now_ms = state.now_ms;
        let Some(process) = state.processes.get_mut(folder) else { return };
        change(process);
        let line = format!("{now_ms} {} {what}", process.name);
        state.trace.push(line);
    }

    /// Exchanges the disk of a process.
    pub fn set_disk(&self, folder: &Path, disk: Disk) {
        self.change(folder, &format!("disk {disk:?}"), |process| process.disk = disk);
    }

    /// Moves the clock of a process.
    pub fn jump(&self, folder: &Path, by_ms: i64) {
        self.change(folder, &format!("clock {by_ms}"), |process| process.ahead_ms += by_ms);
    }

    /// Has a process die later.
    pub fn doom(&self, folder: &Path, death: Death) {
        self.change(folder, &format!("doomed {death:?}"), |process| process.death = Some(death));
    }

    /// The process has ended, however that came.
    pub fn end(&self, folder: &Path) {
        self.change(folder, "ends", |process| (process.is_dead, process.death) = (true, None));
    }

    /// The process begins anew.
    pub fn begin(&self, folder: &Path) {
        self.change(folder, "begins", |process| process.is_dead = false);
    }

    /// The number of the next line.
    #[must_use]
    pub fn next_line(&self) -> u64 {
        let mut state = self.state();
        state.lines += 1;
        state.lines
    }

    /// Keeps a line of a dead process.
    pub fn keep_line(&self, folder: &Path, number: u64, stream: TcpStream) {
        self.state().kept_lines.insert((folder.to_owned(), number), stream);
    }

    /// Closes the lines that a process left when it died; called by the one that begins.
    pub fn close_lines(&self, folder: &Path) {
        let left = self.state().kept_lines.extract_if(.., |(of, _), _| of == folder).collect();
        let left: Vec<((PathBuf, u64), TcpStream)> = left;
        drop(left);
    }

    /// Whether nothing that a process does has an effect any more.
    #[must_use]
    pub fn is_dead(&self, folder: &Path) -> bool {
        self.state().processes.get(folder).is_some_and(|process| process.is_dead)
    }

    /// A process writes to the network; says whether it lives on.
    #[must_use]
    pub fn writes(&self, folder: &Path) -> bool {
        let mut state = self.state();
        let now_ms = state.now_ms;
        let Some(process) = state.processes.get_mut(folder) else { return true };
        if process.is_dead {
            return false;
        }
        let Some(Death::AtWrite(left)) = &mut process.death else { return true };
        *left = left.saturating_sub(1);
        if *left > 0 {
            return true;
        }
        (process.is_dead, process.death) = (true, None);
        let line = format!("{now_ms} {} dies at a write", process.name);
        state.trace.push(line);
        state.counts.deaths += 1;
        false
    }
}

impl Process {
    fn fate(&mut self) -> Fate {
        if self.is_dead {
            return Fate::DiesBefore;
        }
        match self.disk {
            Disk::Full => return Fate::Fails(SqlError::Full),
            Disk::Locked => return Fate::Fails(SqlError::Locked),
            Disk::Well | Disk::Slow(_) => {}
        }
        let (fate, left) = match &mut self.death {
            Some(Death::BeforeCommit(left)) => (Fate::DiesBefore, left),
            Some(Death::AfterCommit(left)) => (Fate::DiesAfter, left),
            Some(Death::AtWrite(_)) | None => return Fate::Stands,
        };
        *left = left.saturating_sub(1);
        if *left > 0 {
            return Fate::Stands;
        }
        (self.is_dead, self.death) = (true, None);
        fate
    }
}

impl Machine for Machines {
    fn commit_takes(&self, database: &Path) -> Duration {
        let state = self.state();
        let process = database.parent().and_then(|folder| state.processes.get(folder));
        match process.map(|process| process.disk) {
            Some(Disk::Slow(ms)) => Duration::from_millis(ms),
            _ => Duration::ZERO,
        }
    }

    fn fate(&self, database: &Path, transactions: &[&'static str]) -> Fate {
        let mut state = self.state();
        let now_ms = state.now_ms;
        let process = database.parent().and_then(|folder| state.processes.get_mut(folder));
        let Some(process) = process else { return Fate::Stands };
        let was_dead = process.is_dead;
        let fate = process.fate();
        if was_dead {
            return fate;
        }
        let line = format!("{now_ms} {} commit {} {fate:?}", process.name, transactions.join("+"));
        match &fate {
            Fate::Stands => state.counts.commits += 1,
            Fate::Fails(_) => state.counts.refused += 1,
            Fate::DiesBefore | Fate::DiesAfter => state.counts.deaths += 1,
        }
        state.trace.push(line);
        fate
    }
}
