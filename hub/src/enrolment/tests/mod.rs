//! Enrolment over real TLS on loopback: who gets a certificate, who does not, and for how long.

mod city;
mod joining;
mod membership;
mod streets;

pub(crate) use city::City;
pub(super) use city::{Running, code, join, key, unit};
