//! The street, district and city process, and the offline authority.
//!
//! The way of a figure is one direction: `intake` (identify, verify, answer) -> `store` ->
//! `rollup` (fold, seal) -> `publish` (upward) and `statistics` (shown). Nothing here can name a
//! person or open a referral.

pub mod app;
pub mod authority;
pub mod backup;
pub mod barred;
mod below;
pub mod bundles;
pub mod ca;
pub mod cli;
pub mod config;
pub mod console;
pub mod contradiction;
pub mod directive;
mod ending;
pub mod enrolment;
mod hooks;
pub mod intake;
pub mod letters;
pub mod listing;
pub mod metrics;
pub mod opened;
pub mod packs;
pub mod publication;
pub mod publish;
pub mod registry;
pub mod relay;
pub mod rest;
pub mod rollup;
pub mod sealed;
pub mod seen;
pub mod service;
pub mod share_key;
mod showing;
pub mod statistics;
pub mod store;
mod suppression;
pub mod web;
