//! Teaching cases: a closed case retold for the school's own training, without identity.
//!
//! An entry holds no student, no case and no number of a record: nobody comes from it to a child,
//! and the destruction of a child's record finds nothing of it here. What would tell a person is
//! looked for in the text, of everybody at the school, since nothing says whose case it was. A text
//! is printed once another person than its writer has released that very text.

use domain::ledger::terms::AgeBand;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::{Flaw, LedgerRefusal};
use super::{read, second, tells};

entry! {
    /// A case retold without identity.
    pub struct TeachingCase = TeachingCase, day day {
        /// Day of writing.
        day: Date = "day",
        /// Who wrote the text.
        staff: StaffId = "staff",
        /// Age of the child in a band.
        age_band: AgeBand = "age_band",
        /// What led to the case.
        background: String = "background",
        /// How it was understood.
        assessment: String = "assessment",
        /// What was done.
        intervention: String = "intervention",
        /// What came of it.
        aftermath: String = "aftermath",
        /// What the writer would do again, and what not.
        reflection: String = "reflection",
        /// Day on which a second person released this very text.
        released: Option<Date> = "released",
    }
}

impl TeachingCase {
    /// The sections by the names of their columns, in the order in which they are read.
    #[must_use]
    pub fn sections(&self) -> [(&'static str, &str); 5] {
        [
            ("background", self.background.as_str()),
            ("assessment", self.assessment.as_str()),
            ("intervention", self.intervention.as_str()),
            ("aftermath", self.aftermath.as_str()),
            ("reflection", self.reflection.as_str()),
        ]
    }

    fn is_same_text(&self, other: &Self) -> bool {
        self.age_band == other.age_band && self.sections() == other.sections()
    }

    /// Who releases is another person than whoever wrote the text, and changes nothing of it.
    fn check_release(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let versions = match own {
            Some(own) => read::versions::<Self>(tx, own)?,
            None => Vec::new(),
        };
        let standing = versions.iter().rev().find(|(kept, _)| !kept.parallel);
        let same = standing
            .filter(|(kept, _)| kept.entry.staff == self.staff && self.is_same_text(&kept.entry));
        match (self.released, same) {
            // A new text is its writer's own.
            (None, None) if author.staff() == Some(self.staff) => Ok(()),
            (None, None) => Err(LedgerRefusal::Field("staff")),
            // A release is taken back by whoever may write here.
            (None, Some(_)) => Ok(()),
            (Some(_), None) => Err(LedgerRefusal::Field("released")),
            (Some(day), Some((kept, _))) if kept.entry.released == Some(day) => Ok(()),
            (Some(day), Some(_)) if day < self.day => {
                Err(LedgerRefusal::Flawed("released", Flaw::Before("day")))
            }
            (Some(_), Some((_, signed))) => {
                second::check(tx, author, (&signed.author, Some(self.staff)))
            }
        }
    }
}

/// Whether a reader may be the second person who releases the text that stands.
pub(super) fn may_release(
    tx: &Tx<'_>,
    reader: &Author,
    record: RecordId,
) -> Result<bool, SqlError> {
    let versions = read::versions::<TeachingCase>(tx, record)?;
    match versions.iter().rev().find(|(kept, _)| !kept.parallel) {
        Some((kept, signed)) if kept.entry.released.is_none() => {
            second::may(tx, reader, (&signed.author, Some(kept.entry.staff)))
        }
        _ => Ok(false),
    }
}

impl Rules for TeachingCase {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.released.is_none()
    }

    fn happened(&self) -> Vec<Date> {
        std::iter::once(self.day).chain(self.released).collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let sections = self.sections();
        if let Some((name, _)) = sections.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(LedgerRefusal::Flawed(name, Flaw::Empty));
        }
        let told = tells::of(tx, &sections)?;
        if !told.is_empty() {
            return Err(LedgerRefusal::Tells(told));
        }
        self.check_release(tx, author, own)
    }
}

#[cfg(test)]
mod tests {
    use domain::ledger::Kind;

    use super::super::guard_tests::{author, counsellor, head, run, school};
    use super::super::kinds::KINDS;
    use super::super::testing::{School, TODAY};
    use super::super::write;
    use super::*;
    use crate::ledger::entry::Shape;

    fn text() -> TeachingCase {
        TeachingCase {
            day: TODAY,
            staff: StaffId(1),
            age_band: AgeBand::Early,
            background: "初中阶段，升学后情绪低落，2023-2024学年开始缺课".to_owned(),
            assessment: "筛查提示中度抑郁倾向，无自伤".to_owned(),
            intervention: "每周一次个别辅导，与母亲约谈三次".to_owned(),
            aftermath: "9月起恢复到校，半年后结案".to_owned(),
            reflection: "约谈家长应更早".to_owned(),
            released: None,
        }
    }

    fn told(school: &School, entry: TeachingCase) -> Vec<(&'static str, &'static str, String)> {
        let said = run(school, move |tx| write::add(tx, &counsellor(), &entry));
        match said {
            Err(LedgerRefusal::Tells(told)) => {
                told.iter().map(|one| (one.section, one.what, one.words.as_str().into())).collect()
            }
            Ok(_) => Vec::new(),
            Err(_) => vec![("", "another refusal", String::new())],
        }
    }

    /// What tells a person is found in each section with the words, whoever it is; months, school
    /// years and family words are not.
    #[test]
    fn a_text_that_tells_somebody_is_refused_with_the_words() {
        let school = school();
        for (words, what) in [
            ("张 某某", "student_name"),
            ("李 某", "staff_name"),
            ("该生在七年级（3）班", "class"),
            ("2025年3月9日", "date"),
            ("3月9号", "date"),
            ("三月九日", "date"),
            ("2025-03-09", "date"),
            ("9 March", "date"),
            ("电话138 0013 8000", "phone"),
        ] {
            let entry = TeachingCase { aftermath: format!("后来，{words}。"), ..text() };
            let found = told(&school, entry);
            assert!(found.iter().any(|one| (one.0, one.1) == ("aftermath", what)), "{words}");
        }
        assert_eq!(school.rows("teaching_case"), 0, "nothing was written");
        assert!(told(&school, text()).is_empty());
        assert_eq!(school.rows("teaching_case"), 1);
    }

    /// Its writer never releases a text; another person does, that very text, and a change takes
    /// the release away.
    #[test]
    fn another_person_releases_the_very_text() {
        let school = school();
        let ready = || TeachingCase { released: Some(TODAY), ..text() };
        let at_once = run(&school, move |tx| write::add(tx, &counsellor(), &ready()));
        assert!(matches!(at_once, Err(LedgerRefusal::Field("released"))));
        let other = run(&school, |tx| write::add(tx, &head(), &text()));
        assert!(matches!(other, Err(LedgerRefusal::Field("staff"))), "in another's name");
        let record = run(&school, |tx| write::add(tx, &counsellor(), &text())).expect("written");
        let change = |seen: u32, by: Author, entry: TeachingCase| {
            run(&school, move |tx| write::update(tx, &by, (record, seen), &entry)).map(drop)
        };
        let own = change(1, counsellor(), ready());
        assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
        let twin = author("second", domain::ledger::SchoolRole::Counsellor, 1);
        assert!(matches!(change(1, twin, ready()), Err(LedgerRefusal::SamePerson)));
        let altered = TeachingCase { reflection: "改".to_owned(), ..ready() };
        let said = change(1, head(), altered);
        assert!(matches!(said, Err(LedgerRefusal::Field("released"))), "not the text that stood");
        change(1, head(), ready()).expect("released");
        let more = TeachingCase { reflection: "补充".to_owned(), ..text() };
        change(2, counsellor(), more).expect("a new text waits again");
        assert!(run(&school, move |tx| Ok(read::does_wait(tx, record)?)).expect("read"));
    }

    /// No column leads to a student, a case or any record.
    #[test]
    fn no_column_leads_to_a_person_but_its_writer() {
        let known = KINDS.iter().find(|known| known.kind == Kind::TeachingCase).expect("kind");
        let leads = |shape: &Shape| matches!(shape, Shape::Student | Shape::Record);
        assert!(known.columns.iter().all(|column| !leads(&column.shape)));
        assert!(!Kind::TeachingCase.area().is_about_students());
    }
}
