//! What is no duty any more because its student has left the school.

use std::collections::BTreeSet;

use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::super::entry::{RecordId, StudentId};
use super::super::followup::Followup;
use super::super::{case, read, student};
use super::{Duty, DutyKind};

/// Leaves out follow-ups, plans, appointments and consents of students who have left. The follow-up
/// of a case that is open stays: such a case is moved out by somebody.
pub(super) fn leave_out(tx: &Tx<'_>, today: Date, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let asked = duties.iter().filter(|duty| ends_with_leaving(duty.kind));
    let asked: BTreeSet<StudentId> = asked.filter_map(|duty| duty.student).collect();
    let gone = student::gone_by(tx, today, &asked)?;
    if gone.is_empty() {
        return Ok(());
    }
    let open: BTreeSet<RecordId> =
        case::open_now(tx)?.into_iter().map(|now| now.case.record).collect();
    let mut of_case = BTreeSet::new();
    for kept in read::waiting::<Followup>(tx)? {
        if kept.entry.case.is_some_and(|case| open.contains(&case)) {
            of_case.insert(kept.record);
        }
    }
    duties.retain(|duty| {
        let is_gone = duty.student.is_some_and(|student| gone.contains(&student));
        !(is_gone && ends_with_leaving(duty.kind)) || of_case.contains(&duty.record)
    });
    Ok(())
}

const fn ends_with_leaving(kind: DutyKind) -> bool {
    matches!(kind, DutyKind::Followup | DutyKind::Plan | DutyKind::Appointment | DutyKind::Consent)
}
