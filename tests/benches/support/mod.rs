//! What the benchmarks share: a hub in a process of its own, schools that push, reference limits.
//!
//! The hub runs in a child process, so that its processor time and memory are its own; schools are
//! driven from this process over real TLS. Every goal is a ratio to a limit that is measured in
//! the same run, turn by turn with ours, because wall times of two runs do not compare.
#![allow(dead_code, reason = "each benchmark uses a part of this")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

pub mod catalogue;
pub mod child;
pub mod city;
pub mod limit;
pub mod load;
pub mod pace;
#[cfg(unix)]
pub mod postgres;
pub mod proxy;
pub mod report;
pub mod school;
pub mod seen;

use std::future::Future;

/// Runs a benchmark's async part on all processors.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("executor").block_on(work)
}

/// Whether an argument was given, such as `--quick`.
pub fn has_flag(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}
