//! Letting somebody onto a student's record: nobody lets oneself in.

use jiff::civil::Date;

use super::author::Author;
use super::entry::StaffId;
use super::refusal::LedgerRefusal;

/// Longest time in days for which somebody is let onto a case at once.
pub(super) const MEMBER_DAYS_MAX: u32 = 90;

/// Refuses to let oneself in, or to stay longer; whoever was let in may leave sooner.
pub(super) fn check_other(
    author: &Author,
    (staff, until): (StaffId, Option<Date>),
    before: Option<(StaffId, Option<Date>)>,
) -> Result<(), LedgerRefusal> {
    let leaves = before.is_some_and(|(who, end)| {
        who == staff && until.is_some_and(|until| end.is_none_or(|end| until <= end))
    });
    match author.staff() {
        _ if leaves => Ok(()),
        None => Err(LedgerRefusal::Unlinked),
        Some(own) if own == staff => Err(LedgerRefusal::SamePerson),
        Some(_) => Ok(()),
    }
}
