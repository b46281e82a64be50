//! gRPC services: each handler identifies, parses, calls a stage and answers.

pub mod bundle;
pub mod enrol;
mod hello;
mod link;
pub mod peer;
pub mod stats;
pub mod sums;
pub mod sync;
