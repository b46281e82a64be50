//! Exit codes: a closed list that scripts may rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked is done.
    Done = 0,
    /// It failed for a reason that has no code of its own.
    Failed = 1,
    /// The command was typed wrongly, or needs an answer that nobody can give here.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// A rule, or a missing consent or approval, forbids it.
    Refused = 4,
    /// Passphrase, invite or certificate.
    Authentication = 5,
    /// The other side cannot be reached; the same command may work later.
    Network = 6,
    /// The data is not valid; nothing of it was taken.
    Invalid = 7,
    /// Another process holds what is needed; the same command may work later.
    Busy = 8,
    /// The checks ran and found something wrong.
    Problems = 9,
    /// Ended by the person at the terminal.
    Interrupted = 130,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether the same command may succeed later without anybody's help.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Network | Self::Busy)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}
