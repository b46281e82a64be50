//! The federation harness, the demonstration city, and what the tests and benchmarks share.

pub mod answering;
pub mod city;
pub mod federation;
pub mod invariants;
pub mod life;
