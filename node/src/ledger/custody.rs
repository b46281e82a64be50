//! Custody: which held records were shown or handed over, to whom, and when they came back.

use domain::ledger::day::check_span;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::consent::LegalHold;
use super::entry::{RecordId, Rules, StaffId, StudentId, entry};
use super::read;
use super::refusal::LedgerRefusal;

entry! {
    /// Held records that were shown or handed over.
    pub struct Custody = Custody, day day {
        /// Day of it.
        day: Date = "day",
        /// Whose records.
        student: StudentId = "student",
        /// Under which hold.
        hold: RecordId = "hold",
        /// Which records; never what a child told investigators.
        item: String = "item",
        /// Office that received them.
        receiver: String = "receiver",
        /// Who handed them over.
        staff: StaffId = "staff",
        /// On what paper, may be empty.
        detail: String = "detail",
        /// Day on which they came back.
        returned: Option<Date> = "returned",
    }
}

impl Rules for Custody {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn happened(&self) -> Vec<Date> {
        [Some(self.day), self.returned].into_iter().flatten().collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.day, self.returned)?;
        for (text, name) in [(&self.item, "item"), (&self.receiver, "receiver")] {
            if text.trim().is_empty() {
                return Err(LedgerRefusal::Field(name));
            }
        }
        let hold = read::one::<LegalHold>(tx, self.hold)?;
        let stood = hold.is_some_and(|kept| {
            let hold = &kept.entry;
            let is_on = hold.from <= self.day && hold.until.is_none_or(|until| self.day <= until);
            hold.student == self.student && is_on
        });
        if stood { Ok(()) } else { Err(LedgerRefusal::Field("hold")) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::consent;
    use super::super::guard_tests::{CHILD, counsellor, head, run, school};
    use super::super::testing::TODAY;
    use super::super::write;
    use super::*;

    /// What is handed over is handed over under a hold on that student's records, by who may hold.
    #[test]
    fn records_are_handed_over_under_a_hold() {
        let school = school();
        let hold = run(&school, |tx| consent::place_hold(tx, &head(), CHILD, "区公安分局", None));
        let hold = hold.expect("hold");
        let given = Custody {
            day: TODAY,
            student: CHILD,
            hold,
            item: "2025 年心理辅导记录复印件 3 页".to_owned(),
            receiver: "区公安分局".to_owned(),
            staff: StaffId(2),
            detail: "调取证据通知书".to_owned(),
            returned: None,
        };
        let other = Custody { student: StudentId(2), ..given.clone() };
        let blank = Custody { receiver: " ".to_owned(), ..given.clone() };
        for (entry, field) in [(other, "hold"), (blank, "receiver")] {
            let written = run(&school, move |tx| write::add(tx, &head(), &entry));
            assert!(matches!(written, Err(LedgerRefusal::Field(name)) if name == field), "{field}");
        }
        let by_counsellor = given.clone();
        let written = run(&school, move |tx| write::add(tx, &counsellor(), &by_counsellor));
        assert!(matches!(written, Err(LedgerRefusal::NotAllowed)));
        run(&school, move |tx| {
            let record = write::add(tx, &head(), &given)?;
            let back = Custody { returned: Some(TODAY), ..given };
            write::update(tx, &head(), (record, 1), &back)
        })
        .expect("handed over and back");
    }
}
