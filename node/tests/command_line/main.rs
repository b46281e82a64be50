//! The program as school IT runs it: exit codes, sentences, and what was left untouched.
//!
//! Every test runs the real program in a folder of its own, with nobody at the terminal. Pupils
//! are made up; the hub's address is one where nobody listens.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test without its folder, its program or an answer cannot go on"
)]

mod accounts;
mod backup;
mod bundle;
mod doctor;
mod exits;
mod imports;
mod joining;
#[cfg(target_os = "linux")]
mod large;
mod ledgers;
mod receivers;
mod releases;
mod roots;
mod school_it;
#[cfg(target_os = "linux")]
mod service;
mod stores;
mod support;
mod tables;
