//! Referral: a child's way from the school to a doctor and back, as one table.
//!
//! [`TRANSITIONS`] is the whole machine: who may do what from where, and what must be known for it.
//! [`step`] asks it, [`due`] says who must act by when in each state, and [`history::replay`] makes
//! one course out of what both sides did while they could not hear each other. [`slot`] says when a
//! letter leaves. Nothing here names a person; the ledger of the school and the receiver's keep the
//! records.
//!
//! Source: clauses Q2.2, S2.3.3 and S2.3.4; laws by article where a rule needs them.

mod deadline;
pub mod history;
pub mod slot;
mod stage;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use deadline::{DeadlineClass, Due, Expiry, Limit, Owner, due, hop_minutes, working};
pub use stage::{RefStage, WaitBucket};
pub use state::{Actor, DeclineReason, Event, Fact, State, Urgency};
pub use table::{Refused, TRANSITIONS, Transition, step};
pub use words::{CallParty, Concern, EndReason, FitForSchool, KeptWhy, RiskNow};

/// Days after sending as of which a referral is counted by how far it came.
pub const COHORT_DAYS: u32 = 90;
