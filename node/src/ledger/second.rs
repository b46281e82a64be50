//! The second person: another member of staff, not another account of the first.
//!
//! An account that somebody alone made, linked or gave a password is nobody's second person: its
//! maker may be the one who signs with it.

use runtime::sql::{SqlError, Tx};

use super::account;
use super::author::Author;
use super::entry::StaffId;
use super::refusal::LedgerRefusal;

/// The member of staff who asks for what needs a second one.
pub(super) fn first(author: &Author) -> Result<StaffId, LedgerRefusal> {
    author.staff().ok_or(LedgerRefusal::Unlinked)
}

/// Refuses a second signature of who asked, by that account or another one.
pub(super) fn check(
    tx: &Tx<'_>,
    author: &Author,
    asked: (&str, Option<StaffId>),
) -> Result<(), LedgerRefusal> {
    if asked.0 == author.account() {
        return Err(LedgerRefusal::SamePerson);
    }
    // Who asked without being linked may be anybody, also who signs now.
    if asked.1.is_none() || author.staff().is_none() {
        return Err(LedgerRefusal::Unlinked);
    }
    check_office(tx, author, asked)
}

/// As [`check`], as a question: whether somebody may sign second for who asked.
pub(super) fn may(
    tx: &Tx<'_>,
    author: &Author,
    asked: (&str, Option<StaffId>),
) -> Result<bool, SqlError> {
    match check(tx, author, asked) {
        Ok(()) => Ok(true),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// As [`check`], for acts on accounts: there, school IT need not be a member of staff, and the
/// first head has an account before there is a roll of staff.
pub(super) fn check_office(
    tx: &Tx<'_>,
    author: &Author,
    (account, staff): (&str, Option<StaffId>),
) -> Result<(), LedgerRefusal> {
    let is_one_person = staff.is_some() && staff == author.staff();
    if account == author.account() || is_one_person {
        return Err(LedgerRefusal::SamePerson);
    }
    for account in [account, author.account()] {
        if account::is_in_one_hand(tx, account)? {
            return Err(LedgerRefusal::OneHand);
        }
    }
    Ok(())
}
