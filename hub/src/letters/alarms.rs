//! What a relay tells its operator: what is late, what waits for too long, and that it is full.
//!
//! None of it names a unit but this hub, nor an envelope. Each alarm is taken back once its cause
//! is gone.

use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::desk::Waiting;
use super::rules::{HOP_EMERGENCY_SECONDS, HOP_URGENT_SECONDS};
use super::status;
use crate::store::{alarm, letters};

/// Kind of the alarm that the relay takes no more letters.
const FULL: &str = "letters_full";
/// Kind of the alarm that a limit passed which nobody met.
pub(super) const LATE: &str = "letters_late";
/// Kind of the alarm that what is urgent waits here for longer than its hop may take.
pub(super) const WAITING: &str = "letters_waiting";

const FULL_SAID: &str = "so many letters wait at this relay that it takes no more; look for units \
                         without a key statement, and for a member that sends too many";
const EMERGENCY_SAID: &str = "an emergency waits at this relay for more than five minutes: its \
                              recipient has no key statement or no way here, or fetches nothing";
const URGENT_SAID: &str = "an urgent letter waits at this relay for more than 15 minutes: its \
                           recipient has no key statement or no way here, or fetches nothing";

/// What people are told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What is late: each class with the hour in which it passed.
    pub(super) late: Vec<(DeadlineClass, i64)>,
    /// Letters for a unit of which there is no key statement, or no way.
    pub(super) stuck: u64,
    /// Whether an emergency waits here for too long, and whether an urgent letter does.
    pub(super) held: [bool; 2],
    /// Whether no more letters are taken.
    pub(super) is_full: bool,
}

/// Whether an emergency waits for longer than its hop may take, and whether an urgent letter does.
pub(super) fn held<'a>(
    waiting: &(impl Iterator<Item = &'a Waiting> + Clone),
    now: Timestamp,
) -> [bool; 2] {
    let hops = [(Rank::Emergency, HOP_EMERGENCY_SECONDS), (Rank::Urgent, HOP_URGENT_SECONDS)];
    hops.map(|(rank, seconds)| {
        let since_ms = now.as_millisecond().saturating_sub(seconds * 1_000);
        let mut waiting = waiting.clone().filter(|one| one.rank == rank);
        waiting.any(|one| one.arrived_at_ms < since_ms)
    })
}

/// Writes down what is told, raises alarms and takes back those whose cause is gone.
pub(super) fn write(tx: &Tx<'_>, own: &UnitId, told: &Told, now_ms: i64) -> Result<(), SqlError> {
    letters::set_late(tx, &told.late)?;
    letters::set_count(tx, status::STUCK, told.stuck)?;
    let set = |is_so: bool, kind: &str, said: &str| match is_so {
        true => alarm::raise(tx, kind, own.as_str(), said, now_ms),
        false => alarm::take_back(tx, kind, own.as_str(), said),
    };
    set(told.is_full, FULL, FULL_SAID)?;
    let [emergency, urgent] = told.held;
    set(emergency, WAITING, EMERGENCY_SAID)?;
    set(urgent, WAITING, URGENT_SAID)?;
    for class in DeadlineClass::ALL {
        let is_late = told.late.iter().any(|(known, _)| known == class);
        let (_, name) = class.label();
        let said = format!(
            "a limit passed that nobody met: {name}; the district's desk asks the receivers one by \
             one"
        );
        set(is_late, LATE, &said)?;
    }
    Ok(())
}
