//! Mentor talks: five topics, concern or none; the note stays with its author.

use domain::ledger::words::TalkTopic;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::{Author, Signature};
use super::entry::{
    AuthorNote, Entry as _, Kept, RecordId, Rules, StaffId, StudentId, Words, entry,
};
use super::refusal::{Flaw, LedgerRefusal};
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
    const ANNULS: bool = true;

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
            return Err(LedgerRefusal::Flawed("topics", Flaw::Empty));
        }
        let Some(record) = own else { return self.check_once(tx, author) };
        let first = versions_of_author(tx, author, record)?;
        // Who raised a concern does not lay it to rest: that is what the analysis is for.
        let was_raised = first.iter().any(|(kept, _)| kept.entry.raised && !kept.parallel);
        if was_raised && !self.raised && !analysis::is_of(tx, self.student, record)? {
            return Err(LedgerRefusal::Field("raised"));
        }
        Ok(())
    }

    /// A concern that was raised is laid to rest by an analysis, and by nothing else.
    fn stays(&self, tx: &Tx<'_>, author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        versions_of_author(tx, author, own)?;
        if self.raised { Err(LedgerRefusal::Field("raised")) } else { Ok(()) }
    }

    /// Who writes on an analysed talk raises it no second time.
    fn brings(&self, tx: &Tx<'_>, _author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        if self.raised && analysis::is_of(tx, self.student, own)? {
            write::mark_waiting(tx, own, false)?;
        }
        Ok(())
    }
}

impl Talk {
    /// A second talk of the same two persons on one day is one that was entered twice as likely as
    /// not, so its author says that it is another.
    fn check_once(&self, tx: &Tx<'_>, author: &Author) -> Result<(), LedgerRefusal> {
        if author.means_again() {
            return Ok(());
        }
        let same = |kept: &Kept<Self>| (kept.entry.day, kept.entry.staff) == (self.day, self.staff);
        match read::about::<Self>(tx, self.student.0)?.iter().find(|kept| same(kept)) {
            Some(kept) => Err(LedgerRefusal::Again(Self::KIND, kept.record)),
            None => Ok(()),
        }
    }
}

/// Every version of a talk, for its author. The note is the author's alone, so nobody else may
/// write over it.
fn versions_of_author(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<Vec<(Kept<Talk>, Signature)>, LedgerRefusal> {
    let versions = read::versions::<Talk>(tx, record)?;
    let is_author = versions.first().is_some_and(|(_, by)| by.author == author.account());
    if is_author { Ok(versions) } else { Err(LedgerRefusal::NotAuthor) }
}
