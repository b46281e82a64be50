//! The second person: another member of staff, not another account of the first.

use super::author::Author;
use super::entry::StaffId;
use super::refusal::LedgerRefusal;

/// The member of staff who asks for what needs a second one.
pub(super) fn first(author: &Author) -> Result<StaffId, LedgerRefusal> {
    author.staff().ok_or(LedgerRefusal::Unlinked)
}

/// Refuses a second signature of who asked, by that account or another one.
pub(super) fn check(
    author: &Author,
    (account, staff): (&str, Option<StaffId>),
) -> Result<(), LedgerRefusal> {
    if account == author.account() {
        return Err(LedgerRefusal::SamePerson);
    }
    // Who asked without being linked may be anybody, also who signs now.
    let (Some(asked), Some(signs)) = (staff, author.staff()) else {
        return Err(LedgerRefusal::Unlinked);
    };
    if asked == signs { Err(LedgerRefusal::SamePerson) } else { Ok(()) }
}
