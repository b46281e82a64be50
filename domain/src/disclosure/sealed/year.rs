//! A school year under seal: the signed documents from which school and hubs make the same tasks.

use jiff::civil::Date;

use super::super::plan::{Plan, Roster};
use super::{Kind, SealedTable, TaskTerms};
use crate::digest::Digest;
use crate::period::Period;
use crate::span::school_year_of;
use crate::unit::{UnitId, Zone};

/// What both commissions signed for an area and school year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedYear {
    /// Name space of the city.
    pub city: Zone,
    /// Which schools may be summed.
    pub plan: Plan,
    /// Digest of the plan's pack.
    pub plan_digest: Digest,
    /// The schools of the area, as both departments list them.
    pub roster: Roster,
    /// Digest of the roster's pack.
    pub roster_digest: Digest,
    /// Day on which the roster's enrolment was read.
    pub census_day: Date,
    /// Education's hub, by its key statement.
    pub leader: UnitId,
    /// Health's hub, by its key statement.
    pub helper: UnitId,
    /// One digest over both key statements, the leader's first.
    pub key_statements: Digest,
}

/// The school year whose plan sums a period: a term's stock, or a week's flow; none of another.
#[must_use]
pub fn year_of(period: Period) -> Option<i16> {
    [Kind::Stock, Kind::Flow].into_iter().find_map(|kind| sealed_year_of(kind, period))
}

impl SealedYear {
    /// The terms of a task of this year; `pack` is the catalogue that is in force on the period's
    /// first day.
    ///
    /// None where the period is another year's, or no period of such a table: a stock is about a
    /// term, a flow about a week.
    #[must_use]
    pub fn terms(&self, table: &SealedTable, period: Period, pack: Digest) -> Option<TaskTerms> {
        let year = sealed_year_of(table.kind(), period)?;
        if year != self.plan.year() {
            return None;
        }
        Some(TaskTerms {
            city: self.city.clone(),
            period,
            table: table.id().clone(),
            kind: table.kind(),
            cells: u32::try_from(table.cells()).ok()?,
            pack,
            plan: self.plan_digest,
            roster: self.roster_digest,
            census_day: self.census_day,
            leader: self.leader.clone(),
            helper: self.helper.clone(),
            key_statements: self.key_statements,
        })
    }
}

/// The school year that a sealed period belongs to; an ISO week belongs to that of its Thursday.
#[must_use]
pub fn sealed_year_of(kind: Kind, period: Period) -> Option<i16> {
    match (kind, period) {
        (Kind::Stock, Period::Term(term)) => Some(term.school_year),
        (Kind::Flow, Period::Week { year, week }) => {
            crate::period::week_thursday(year, week).map(school_year_of)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A week of two school years belongs to that of its Thursday.
    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        let year = |kind, period: &str| sealed_year_of(kind, period.parse().expect("period"));
        // Thursday 2026-09-03, and Thursday 2026-08-27.
        assert_eq!(year(Kind::Flow, "2026-W36"), Some(2026));
        assert_eq!(year(Kind::Flow, "2026-W35"), Some(2025));
        assert_eq!(year(Kind::Stock, "2025S2"), Some(2025));
        assert_eq!(year(Kind::Stock, "2026-W36"), None);
        assert_eq!(year(Kind::Flow, "2025S2"), None);
    }
}
