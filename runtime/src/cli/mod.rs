//! What the command lines of node, hub, authority and demonstration share.
//!
//! The result goes to standard output, talk goes to standard error, and with `--json` standard
//! output holds one JSON value and nothing else, also when the command fails. A failure says what
//! happened and what was left untouched, then what to do next, and names one exit code of a closed
//! list. Nothing asks a question unless a person sits at the terminal. Secrets come from a file or
//! from standard input, never from a flag.
//!
//! A binary has a `clap` type that flattens [`Globals`], parses it with [`parse`], makes a
//! [`Terminal`] of the globals and hands its command's `Result<(), Failure>` to
//! [`Terminal::finish`].

mod carried;
pub mod doctor;
mod exit;
mod failure;
mod globals;
mod help;
mod link;
mod log;
mod pages;
mod quoted;
mod reason;
mod secret;
mod service;
mod table;
mod terminal;
mod words;

pub use carried::{read_carried, write_carried};
pub use exit::Exit;
pub use failure::{Failure, Sentence};
pub use globals::{Globals, locale};
pub use help::{Translation, localised, parse, untranslated};
pub use log::start_log;
pub use pages::{Completions, ManPages, completions, man};
pub use quoted::broken_quotes;
pub use secret::{SECRET_BYTES_MAX, read_secret};
pub use service::{Service, ServiceInstall, from_anywhere, install_service, service_name};
pub use table::{Align, Table, display_width};
pub use terminal::{Answer, Paint, Terminal};

use std::future::Future;

/// Runs a command's future on a new multi-threaded executor.
///
/// # Errors
/// The system gives no threads.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(cause) => {
            Err(Failure::new(Exit::Failed, "NO_THREADS", words::NO_THREADS).because(&cause))
        }
    }
}

#[cfg(test)]
mod tests;
