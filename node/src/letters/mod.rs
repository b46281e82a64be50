//! Referrals by letter: what is sealed for a recipient, and what comes back.

pub mod content;
