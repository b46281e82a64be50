//! Mentor talks: five topics, concern or none; the note stays with its author.

use domain::ledger::words::TalkTopic;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{AuthorNote, RecordId, Rules, StaffId, StudentId, Words, entry};
use super::refusal::LedgerRefusal;
use super::{analysis, read, write};

entry! {
    /// A talk with a student.
    pub struct Talk = Talk, day day {
        /// Day of the talk.
        day: Date = "day",
        /// With whom.
        student: StudentId = "student",
        /// Who talked.
        staff: StaffId = "staff",
        /// What about, several.
        topics: Words<TalkTopic> = "topics",
        /// Whether there is concern.
        concern: bool = "concern",
        /// Taken to the counsellor for joint analysis.
        raised: bool = "raised",
        /// Held at the student's home.
        home_visit: bool = "home_visit",
        /// For its author only.
        note: AuthorNote = "note",
    }
}

impl Rules for Talk {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    /// One that was raised waits for the counsellor until it was analysed.
    fn waits(&self) -> bool {
        self.raised
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.topics.as_slice().is_empty() {
            return Err(LedgerRefusal::Field("topics"));
        }
        // The note is the author's alone, so nobody else may write a version over it.
        let Some(record) = own else { return Ok(()) };
        let first = read::versions::<Self>(tx, record)?;
        let is_author = first.first().is_some_and(|(_, by)| by.author == author.account());
        if !is_author {
            return Err(LedgerRefusal::NotAuthor);
        }
        // Who raised a concern does not lay it to rest: that is what the analysis is for.
        let was_raised = first.iter().any(|(kept, _)| kept.entry.raised && !kept.parallel);
        if was_raised && !self.raised && !analysis::is_of(tx, self.student, record)? {
            return Err(LedgerRefusal::Field("raised"));
        }
        Ok(())
    }

    /// Who writes on an analysed talk raises it no second time.
    fn brings(&self, tx: &Tx<'_>, _author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        if self.raised && analysis::is_of(tx, self.student, own)? {
            write::mark_waiting(tx, own, false)?;
        }
        Ok(())
    }
}
