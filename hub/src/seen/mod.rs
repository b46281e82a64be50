//! What one role has seen, as a file that the shipped attacker reads.

mod format;
#[cfg(test)]
mod tests;

pub use format::{FormatError, read};

/// Largest file in bytes.
pub const SEEN_BYTES_MAX: u64 = 256 << 20;
