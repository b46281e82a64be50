//! The special-physique health ledger.

use domain::ledger::words::Physique;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Entry as _, RecordId, Rules, StudentId, Words, entry};
use super::refusal::LedgerRefusal;
use super::{read, single::only_one};
use domain::ledger::day::check_span;

entry! {
    /// A student of the special-physique ledger.
    pub struct PhysiqueCase = PhysiqueCase, day from {
        /// First day.
        from: Date = "day",
        /// Who.
        student: StudentId = "student",
        /// Kinds, several.
        kinds: Words<Physique> = "kinds",
        /// The one line that an emergency envelope carries.
        emergency_line: String = "emergency_line",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

impl Rules for PhysiqueCase {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        if self.kinds.as_slice().is_empty() {
            return Err(LedgerRefusal::Field("kinds"));
        }
        let others = read::about::<Self>(tx, self.student.0)?;
        only_one(
            Self::KIND,
            others.iter().map(|kept| (kept.record, kept.entry.from, kept.entry.until)),
            (own, self.from, self.until),
        )
    }
}
