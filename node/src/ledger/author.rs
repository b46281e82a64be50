//! Who writes or reads, in which role, when and why.

use domain::ledger::SchoolRole;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;

use super::entry::{Moment, StaffId};
use super::refusal::LedgerRefusal;

/// Who writes or reads. Names an account, so without `Debug`.
#[derive(Clone)]
pub struct Author {
    account: String,
    role: SchoolRole,
    staff: Option<StaffId>,
    now: Moment,
    reason: String,
    again: bool,
}

/// Who wrote a version.
#[derive(Clone)]
pub struct Signature {
    /// Account.
    pub author: String,
    /// Account of the second person.
    pub second: Option<String>,
    /// When it was entered.
    pub entered_at: Moment,
    /// Why.
    pub reason: String,
}

impl Author {
    /// An account in its role, at an instant of the process's clock.
    #[must_use]
    pub fn new(account: &str, role: SchoolRole, staff: Option<StaffId>, now_ms: i64) -> Self {
        let (account, now) = (account.to_owned(), Moment(now_ms));
        Self { account, role, staff, now, reason: String::new(), again: false }
    }

    /// The same, with a reason for what follows.
    #[must_use]
    pub fn because(&self, reason: &str) -> Self {
        Self { reason: reason.trim().to_owned(), ..self.clone() }
    }

    /// The same, who knows that the like is entered already and means it once more.
    #[must_use]
    pub fn once_more(&self, again: bool) -> Self {
        Self { again, ..self.clone() }
    }

    /// Whether what is entered already is meant once more.
    #[must_use]
    pub const fn means_again(&self) -> bool {
        self.again
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The role.
    #[must_use]
    pub const fn role(&self) -> SchoolRole {
        self.role
    }

    /// The member of staff whom the account belongs to.
    #[must_use]
    pub const fn staff(&self) -> Option<StaffId> {
        self.staff
    }

    /// Now.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether what was entered may be called off: nothing that was done is, and there is a reason.
    pub(super) fn check_cancelled(
        &self,
        cancelled: bool,
        is_done: bool,
    ) -> Result<(), LedgerRefusal> {
        match cancelled {
            true if is_done => Err(LedgerRefusal::Field("cancelled")),
            true if self.reason.is_empty() => Err(LedgerRefusal::Reason),
            _ => Ok(()),
        }
    }

    /// Today in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.day()
    }
}

impl Moment {
    /// The day in Asia/Shanghai.
    #[must_use]
    pub fn day(self) -> Date {
        date_of(Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::MAX))
    }
}
