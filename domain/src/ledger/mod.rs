//! Rules of the school's ledgers: tiers and moves, limits in time, consents, certificates, keeping,
//! and who may do what.
//!
//! No type here names a person: a rule is handed days, tiers and truth values and answers with a
//! verdict. What is stored, and about whom, is `node::ledger`'s.

pub mod authority;
pub mod case;
pub mod certificate;
pub mod consent;
pub mod critical;
pub mod day;
pub mod due;
pub mod kind;
pub mod retention;
pub mod staffing;
pub mod terms;
pub mod turn;
pub mod words;

pub use authority::{
    Act, Action, Authority, SchoolRole, Standing as Footing, administers, authority,
    needs_two_to_open, permits, reads_students,
};
pub use kind::{Area, Kind, LedgerName};
pub use terms::Tier;
pub use words::Word;
