//! Guardians of a student as they stand on a day: whom one may call, and whom nobody contacts.

use domain::ledger::day::{age_on, holds_on};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::entry::StudentId;
use super::super::refusal::LedgerRefusal;
use super::super::roll::Guardian;
use super::super::{read, write};

/// From this age on guardians are told, asked and heard only as the student wishes.
const ADULT: u8 = 18;

/// Guardians of a student on a day.
pub struct Kin {
    /// Who may be contacted.
    pub others: Vec<Guardian>,
    /// Who may not.
    pub suspects: Vec<Guardian>,
    /// Whether the student is of age; of unknown age is nobody.
    pub is_adult: bool,
}

/// Guardians of a student on a day.
///
/// # Errors
/// There is no such student, or the store.
pub fn kin(tx: &Tx<'_>, student: StudentId, today: Date) -> Result<Kin, LedgerRefusal> {
    let all = read::about::<Guardian>(tx, student.0)?.into_iter().map(|kept| kept.entry);
    let now = all.filter(|one| holds_on(today, one.from, one.until));
    let (suspects, others) = now.partition(|one| one.do_not_contact);
    let birth = write::birth(tx, student)?;
    let is_adult = birth.is_some_and(|birth| age_on(birth, today) >= ADULT);
    Ok(Kin { others, suspects, is_adult })
}

impl Kin {
    /// Whether there are guardians and none of them may be contacted.
    #[must_use]
    pub const fn is_all_suspect(&self) -> bool {
        self.others.is_empty() && !self.suspects.is_empty()
    }

    /// Whether a call may go to a guardian of that name: not where none may be contacted, nor to
    /// one who may not.
    #[must_use]
    pub fn may_call(&self, name: &str) -> bool {
        !self.is_all_suspect() && !self.suspects(name)
    }

    /// Whether somebody has to be told what became of the child.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        !self.is_adult && !self.others.is_empty()
    }

    /// Whether somebody has to be called, and can be.
    #[must_use]
    pub fn is_called(&self) -> bool {
        !self.is_adult && self.has_phone()
    }

    /// Whether a guardian who may be contacted has a telephone.
    #[must_use]
    pub fn has_phone(&self) -> bool {
        self.others.iter().any(|one| !one.phone.trim().is_empty())
    }

    /// Whether a name is that of a guardian whom nobody contacts.
    #[must_use]
    pub fn suspects(&self, name: &str) -> bool {
        self.suspects.iter().any(|one| one.name.trim() == name.trim())
    }
}
