//! The time in a demonstration: a year passes in minutes, in all its processes alike.
//!
//! A file of the city's folder says by how much its time is ahead of the machine's. Whoever builds
//! the city moves it, and every process that this binary starts as another program reads it. The
//! programs themselves have no way to be told the time (record 0040).

use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::DateTime;
use runtime::clock::{Clock, instant_ms, local_of};

/// Name of the file in the city's folder.
const FILE: &str = "clock";

/// How often a process looks whether its city's time was moved.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The time of a city, moved by the process that builds it.
#[derive(Clone)]
pub struct CityTime {
    file: PathBuf,
    ahead_ms: Arc<AtomicI64>,
}

impl CityTime {
    /// Begins at a time of day in Asia/Shanghai.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(folder: &Path, at: DateTime) -> Result<Self> {
        let time = Self { file: folder.join(FILE), ahead_ms: Arc::default() };
        time.set(at)?;
        Ok(time)
    }

    /// The file that the processes of this city read.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The clock of this city.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let ahead_ms = self.ahead_ms.clone();
        Clock::ahead_by(move || ahead_ms.load(Ordering::SeqCst))
    }

    /// Moves the time of all processes; it never goes back.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn move_to(&self, at: DateTime) -> Result<()> {
        if instant_ms(at) <= self.clock().now_ms() { Ok(()) } else { self.set(at) }
    }

    /// Lets so much time pass in all processes at once.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn pass(&self, by: Duration) -> Result<()> {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.move_to(local_of(self.clock().now_ms().saturating_add(by_ms)))
    }

    fn set(&self, at: DateTime) -> Result<()> {
        let machine_ms = self.clock().now_ms() - self.ahead_ms.load(Ordering::SeqCst);
        let ahead_ms = instant_ms(at).saturating_sub(machine_ms);
        // Replaced whole, so that nobody reads half of it.
        let new = self.file.with_extension("new");
        std::fs::write(&new, ahead_ms.to_string())?;
        std::fs::rename(&new, &self.file)?;
        self.ahead_ms.store(ahead_ms, Ordering::SeqCst);
        Ok(())
    }
}

/// Has this process take the time of a city for the machine's, for as long as it runs.
///
/// # Errors
/// The file cannot be read, or the process has another clock already.
pub fn live_in(file: &Path) -> Result<()> {
    let ahead_ms = Arc::new(AtomicI64::new(read(file)?));
    let seen = ahead_ms.clone();
    if !Clock::ahead_by(move || seen.load(Ordering::SeqCst)).danger_replace_system() {
        return Err(Error::new(ErrorKind::AlreadyExists, "the process has a clock"));
    }
    let file = file.to_owned();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(LOOK_EVERY);
            // A city whose folder was removed is about to end, and its time goes on as it was.
            if let Ok(ms) = read(&file) {
                ahead_ms.store(ms, Ordering::SeqCst);
            }
        }
    });
    Ok(())
}

fn read(file: &Path) -> Result<i64> {
    let text = std::fs::read_to_string(file)?;
    text.parse().map_err(|_| ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// A city begins on its day, goes on to a later one, and never goes back.
    #[test]
    fn the_time_of_a_city_only_goes_on() {
        let folder = tempfile::tempdir().expect("folder");
        let monday = date(2025, 9, 1).at(8, 0, 0, 0);
        let time = CityTime::begin(folder.path(), monday).expect("begun");
        let clock = time.clock();
        assert_eq!(clock.today(), date(2025, 9, 1));
        time.move_to(date(2025, 9, 9).at(6, 0, 0, 0)).expect("moved");
        assert_eq!((clock.today(), clock.hour()), (date(2025, 9, 9), 6));
        let told = read(time.file()).expect("file");
        time.move_to(monday).expect("asked");
        assert_eq!(clock.today(), date(2025, 9, 9));
        assert_eq!(read(time.file()).expect("file"), told);
        time.pass(Duration::from_hours(24)).expect("passed");
        assert_eq!((clock.today(), clock.hour()), (date(2025, 9, 10), 6));
    }
}
