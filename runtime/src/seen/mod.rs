//! What one role has seen, as a file that the shipped attacker reads: hubs write theirs, a school
//! its own, and anybody reads them.

mod format;
#[cfg(test)]
mod tests;

pub use format::{FormatError, read, write};

/// Largest file in bytes.
pub const SEEN_BYTES_MAX: u64 = 256 << 20;
