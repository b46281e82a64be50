//! Shares that a helper gave and that came to no end: the leader has the figures from then on, and
//! without its record nobody else has, nor does this hub's attacker.
//!
//! A leader that was ended in between goes on by itself within minutes. One that does not is named,
//! and is given no further share of the task.

use certs::aggregate::Role;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::documents::Documents;
use crate::store::sealed::{opening, task, year};

/// Kind of the alarm about a share that was given and not recorded.
pub const ALARM: &str = "sealed_share_out";

/// Days after the one on which a share was given, by which at least 48 hours are over.
const DAYS: i32 = 2;

/// A share that has been out for too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The leader that has it.
    pub leader: UnitId,
    /// Table, period, stage and detail.
    pub what: String,
    /// The day on which it was given.
    pub on: String,
}

/// Shares that this hub gave as a helper more than two days ago, of sums that it neither signed nor
/// refused and of which the leader does not say that they stay closed.
///
/// # Errors
/// The store cannot be read.
pub fn unrecorded(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    today: Date,
) -> Result<Vec<Given>, SqlError> {
    let mut found = Vec::new();
    for one in opening::out(tx)? {
        let on: Date = one.asked_on.parse().map_err(|_| SqlError::Type)?;
        let Some(stored) = task::find(tx, &one.set.task)? else { continue };
        let place = (&stored.area, stored.school_year);
        let of = documents.year(place.0, place.1);
        let of = of.filter(|of| of.role_of(own) == Some(Role::Helper));
        let Some(of) = of.filter(|_| on.saturating_add(DAYS.days()) < today) else { continue };
        if year::is_closed(tx, place)? {
            continue;
        }
        let (stage, detail) = (one.set.stage.as_str(), one.set.detail.as_str());
        let what = format!("{} {} {stage} {detail}", stored.sheet, stored.period);
        found.push(Given { leader: of.sealed().leader.clone(), what, on: one.asked_on });
    }
    Ok(found)
}
