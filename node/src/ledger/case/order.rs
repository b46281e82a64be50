//! The order of moves: that in which they came into force, as the journal has it.
//!
//! No clock decides which move is the last one of a case: a machine's clock may stand still or be
//! set back, and a raise that is entered then counts all the same. The journal only grows, its
//! numbers are chained, and it has them of every move that was ever written.

use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::alert::AlertMove;
use super::super::entry::{Kept, StudentId};
use super::super::read;

/// A raise is in force with its first version, a lowering with the one that was signed. What stands
/// in no journal, as only a damaged ledger can hold it, comes last.
const IN_ORDER: &str = "order by coalesce((select min(j.entry) from alert_move f
        join journal j on j.record = f.record and j.version = f.version
        where f.record = r.id and f.parallel = 0 and f.standing in ('in_force', 'objected')),
        9223372036854775807), r.id";

const IN_FORCE: &str =
    "from standing r join alert_move t on t.record = r.id and t.version = r.version
    where r.kind = 'alert_move' and t.standing in ('in_force', 'objected')";

/// Moves in force of every case whose day lies in a period.
pub(in crate::ledger) fn between(
    tx: &Tx<'_>,
    from: Date,
    to: Date,
) -> Result<Vec<Kept<AlertMove>>, SqlError> {
    let rest = format!("{IN_FORCE} and r.day between $1 and $2 {IN_ORDER}");
    read::select(tx, &rest, params![&from.to_string(), &to.to_string()])
}

/// Moves in force of a student's cases.
pub(in crate::ledger) fn of_student(
    tx: &Tx<'_>,
    student: StudentId,
) -> Result<Vec<Kept<AlertMove>>, SqlError> {
    read::select(tx, &format!("{IN_FORCE} and r.student = $1 {IN_ORDER}"), params![student.0])
}
