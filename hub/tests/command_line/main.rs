//! The programs of operators and officers, run as they run them: exit codes, JSON, files.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test without its folder, its program or an answer cannot go on"
)]

mod accounts;
mod api_keys;
mod authority;
mod backups;
mod bundles;
mod directory;
mod disclosure;
mod doctor;
mod helper;
mod invites;
mod packs;
mod plan;
mod publishing;
mod register;
mod roots;
mod special;
mod support;
mod units;
