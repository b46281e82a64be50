//! The checks that a node and a hub share.

use std::io;
use std::path::Path;

use super::{Check, Subject, words};
use crate::cli::{Failure, Sentence};
use crate::sql::SqlError;
use crate::uplink::{Probe, UplinkError};
use crate::web::Text;

/// Free space where the data folder lies.
pub const DISK: Subject = ("disk", words::DISK_TITLE);
/// The unit's own certificate.
pub const CERTIFICATE: Subject = ("certificate", words::CERTIFICATE_TITLE);
/// The certificate of an issuing authority.
pub const AUTHORITY: Subject = ("issuing_ca", words::AUTHORITY_TITLE);
/// Our clock.
pub const CLOCK: Subject = ("clock", words::CLOCK_TITLE);
/// The hub above.
pub const HUB: Subject = ("hub", words::HUB_TITLE);

/// Bytes of a mebibyte.
pub const MIB: u64 = 1024 * 1024;
/// Below this, nothing can be imported or taken in reliably.
const FREE_BYTES_MIN: u64 = 200 * MIB;
/// Below this, somebody should make room.
const FREE_BYTES_LOW: u64 = 1024 * MIB;
/// A log of this size was not folded in for long.
const LOG_BYTES_MAX: u64 = 256 * MIB;
/// Difference of clocks from which certificates and dates go wrong.
const SKEW_MS_MAX: i64 = 30_000;

/// Free bytes where a path lies, for whoever runs this process.
///
/// # Errors
/// The system does not say.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    fs4::available_space(path)
}

/// Whether there is room to work.
#[must_use]
pub fn disk(free: &io::Result<u64>) -> Check {
    let free = match free {
        Ok(free) => *free,
        Err(cause) => {
            return Check::unchecked(DISK, Sentence::new(words::DISK_UNKNOWN, &[&cause.kind()]));
        }
    };
    let fix = || Sentence::new(words::DISK_FIX, &[&(FREE_BYTES_LOW / MIB)]);
    let low = || Sentence::new(words::DISK_LOW, &[&(free / MIB)]);
    if free < FREE_BYTES_MIN {
        return Check::problem(DISK, low(), fix());
    }
    if free < FREE_BYTES_LOW {
        return Check::warning(DISK, low(), fix());
    }
    Check::well(DISK, Sentence::new(words::DISK_FREE, &[&(free / MIB)]))
}

/// Whether a database file is whole, and its log of a usual size; `damage` is what
/// [`crate::sql::Database::damage`] found.
#[must_use]
pub fn store(subject: Subject, path: &Path, damage: Result<Vec<String>, SqlError>) -> Check {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let damaged = |what: &str| {
        let found = Sentence::new(words::STORE_DAMAGED, &[&name, &what]);
        Check::problem(subject, found, words::STORE_DAMAGED_FIX)
    };
    match damage {
        Ok(found) => match found.first() {
            Some(first) => damaged(first),
            None => sizes(subject, path, &name),
        },
        // What the file is called does not help against these; each has a remedy of its own.
        Err(
            error @ (SqlError::Locked
            | SqlError::Full
            | SqlError::Newer { .. }
            | SqlError::Unreadable
            | SqlError::File(_)),
        ) => Check::failed(subject, &Failure::from(error)),
        Err(error) => damaged(&error.to_string()),
    }
}

fn sizes(subject: Subject, path: &Path, name: &str) -> Check {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    let log = path.with_file_name(format!("{name}-wal"));
    let (held, log) = (size(path), size(&log));
    if log > LOG_BYTES_MAX {
        let found = Sentence::new(words::STORE_LOG, &[&name, &mebibytes(log)]);
        return Check::warning(subject, found, words::STORE_LOG_FIX);
    }
    let values: [&dyn std::fmt::Display; 3] = [&name, &mebibytes(held), &mebibytes(log)];
    Check::well(subject, Sentence::new(words::STORE_WELL, &values))
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / MIB;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Whether a certificate lasts; below `low` days it is worth a word.
#[must_use]
pub fn certificate(subject: Subject, days: i64, low: i64, (ends, over): (Text, Text)) -> Check {
    let left = Sentence::new(words::DAYS_LEFT, &[&days]);
    if days < 0 {
        let ago = days.saturating_neg();
        return Check::problem(subject, Sentence::new(words::DAYS_OVER, &[&ago]), over);
    }
    if days < low {
        return Check::warning(subject, left, ends);
    }
    Check::well(subject, left)
}

/// Whether our clock is right; `skew_ms` is ours minus the other's.
#[must_use]
pub fn clock(skew_ms: Option<i64>) -> Check {
    let Some(skew_ms) = skew_ms else {
        return Check::unchecked(CLOCK, words::CLOCK_UNKNOWN);
    };
    let (seconds, limit) = (skew_ms.saturating_abs() / 1_000, SKEW_MS_MAX / 1_000);
    if skew_ms.saturating_abs() <= SKEW_MS_MAX {
        return Check::well(CLOCK, Sentence::new(words::CLOCK_WELL, &[&seconds]));
    }
    let text = if skew_ms > 0 { words::CLOCK_FAST } else { words::CLOCK_SLOW };
    Check::problem(CLOCK, Sentence::new(text, &[&seconds, &limit]), words::CLOCK_FIX)
}

/// Whether the hub above answers and serves us.
#[must_use]
pub fn hub(address: &str, probed: Result<Probe, UplinkError>) -> Check {
    match probed {
        Ok(probe) => {
            let found = Sentence::new(words::HUB_WELL, &[&address, &probe.round_trip_ms]);
            Check::well(HUB, found)
        }
        Err(error) => Check::failed(HUB, &Failure::from(error)),
    }
}
