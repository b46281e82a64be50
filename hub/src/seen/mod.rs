//! What one role has seen, as a file: read for the shipped attacker, written so that others can
//! attack it with their own tools.

mod format;
#[cfg(test)]
mod tests;

pub use format::{FormatError, read, write};

/// Largest file in bytes.
pub const SEEN_BYTES_MAX: u64 = 256 << 20;
