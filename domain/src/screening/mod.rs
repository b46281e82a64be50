//! Rules of a screening run: who answers what and when, how each student stands, and who is
//! interviewed first.
//!
//! A run asks the whole roll. Below grade 4 nobody is given a questionnaire: a teacher observes and
//! a guardian is heard instead. A score suggests an interview and never decides a tier. No type
//! here names a person.

pub mod code;
pub mod fit;
pub mod order;
pub mod progress;

pub use code::{Code, CodeError};
pub use progress::{Event, NotNow, State};

use crate::ledger::words::word_list;

word_list!(
    /// What is done where the roll does not say what the guardian answered.
    Unasked {
        Wait = "wait", "先不作答，等监护人答复", "Wait for the guardian's answer";
        Answer = "answer", "可以作答，但不计入任何上报", "May answer; counted nowhere outside";
    }
);
