//! What node and hub share, and nothing else: a closed list, not a drawer.

pub mod blocking;
pub mod cli;
pub mod clock;
pub mod in_place;
pub mod passphrase;
pub mod private;
pub mod revocation;
pub mod sealing;
pub mod seen;
pub mod sql;
pub mod transport;
pub mod uplink;
pub mod web;
