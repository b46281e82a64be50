//! Sealed sums (rule L2): what a sealed report holds, under which task, and when sums are opened.
//!
//! A sealed report is a fixed list of cells that two departments sum without either of them
//! learning one. The arithmetic is in `certs`; here are the rules that both hubs and every school
//! must agree on to the byte: cell lists, task ids, caps, report numbers, the week that an event
//! is told in, what a second report of a school means, and which reports an opening may stand on.
//! Everything is decided by structure (catalogue, plan, roster, who reported), never by a figure.

mod cap;
mod control;
mod held;
mod intake;
mod number;
mod report;
mod table;
mod task;
#[cfg(test)]
mod tests;
mod week;
mod year;

pub use cap::{CAP_MAX, CAP_MIN, CapClass, CapError};
pub use control::{Cover, Off, control, persons_about};
pub use held::{Held, Listing, Objectable, Phase};
pub use intake::{Arrival, Decision, Kept, Known, Refusal, State, decide};
pub use number::{Answer, ReportNumber, Step, context, next_step};
pub use report::{MeasureError, SealedReport};
pub use table::{
    COMPLEMENT, Kind, SealedTable, SealedTables, Stratum, Unsealable, is_sealed, measure_of,
    special_measure_of, special_of,
};
pub use task::{TaskId, TaskTerms, lv};
pub use week::{Week, told_in, weeks_of};
pub use year::{SealedYear, sealed_year_of, year_of};
