//! What is due today, for one reader's first page: what presses, what is due by tonight, and how
//! much there is of each. Whom it shows is logged, and nobody whom it only counts.

use std::collections::BTreeSet;

use runtime::sql::{SqlError, Tx};

use super::super::access;
use super::super::author::Author;
use super::super::browse::purpose_of;
use super::{Duty, DutyKind, all, end_of};

/// The first few of some duties, and how many there are.
#[derive(Clone, Default)]
pub struct Few {
    /// The first ones.
    pub shown: Vec<Duty>,
    /// All of them.
    pub total: usize,
}

/// What somebody's day begins with.
#[derive(Clone, Default)]
pub struct DayDuties {
    /// What cannot wait, and what waits for a second person: whatever its day.
    pub pressing: Few,
    /// The rest of what is due by tonight, the earliest first.
    pub due: Few,
    /// Of what is due by tonight the appointments of today, all of them.
    pub appointments: Vec<Duty>,
    /// Of what is due by tonight, without what presses: overdue.
    pub late: usize,
    /// Everything that is due at any time, that the reader may see.
    pub all: usize,
}

/// Reads it, up to so many of each.
///
/// # Errors
/// The store cannot be read.
pub fn of_day(tx: &Tx<'_>, reader: &Author, most: usize) -> Result<DayDuties, SqlError> {
    let (now_ms, tonight) = (reader.now().0, end_of(reader.today()));
    let mut duties = all(tx, reader)?;
    let of_all = duties.len();
    duties.sort_by_key(|duty| (duty.due_ms.unwrap_or(i64::MAX), duty.kind, duty.record));
    let (pressing, rest): (Vec<_>, Vec<_>) = duties.into_iter().partition(presses);
    let due: Vec<Duty> =
        rest.into_iter().filter(|duty| duty.due_ms.is_some_and(|at| at <= tonight)).collect();
    let is_late = |duty: &&Duty| duty.due_ms.is_some_and(|at| at < now_ms);
    let late = due.iter().filter(is_late).count();
    let is_today =
        |duty: &&Duty| duty.kind == DutyKind::Appointment && duty.due_day() == Some(reader.today());
    let appointments = due.iter().filter(is_today).copied().collect();
    let few = |mut duties: Vec<Duty>| {
        let total = duties.len();
        duties.truncate(most);
        Few { shown: duties, total }
    };
    let (pressing, due) = (few(pressing), few(due));
    let day = DayDuties { pressing, due, appointments, late, all: of_all };
    let shown = day.pressing.shown.iter().chain(&day.due.shown).chain(&day.appointments);
    let students: BTreeSet<_> = shown.filter_map(|duty| duty.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(day)
}

fn presses(duty: &Duty) -> bool {
    duty.kind.presses() || matches!(duty.kind, DutyKind::Second | DutyKind::Reconsider)
}
