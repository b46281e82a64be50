//! What a list adds to the two ledgers: an entry of a student is opened or says more than before.
//! Nothing that stands there is taken back.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::Word;
use domain::ledger::words::{Group, Physique};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::Topic;
use crate::ledger::author::Author;
use crate::ledger::entry::{Kept, RecordId, Rules, StudentId, Words};
use crate::ledger::physique::PhysiqueCase;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::special_group::FamilyCase;
use crate::ledger::{read, write};

/// What the two ledgers say of each student on a day.
pub(super) struct Ledgers {
    families: BTreeMap<StudentId, Kept<FamilyCase>>,
    physiques: BTreeMap<StudentId, Kept<PhysiqueCase>>,
}

/// An entry that says words of one list about a student.
trait Listed: Rules {
    type Mark: Word;

    /// What it says.
    fn marks(&self) -> &Words<Self::Mark>;

    /// The same entry, saying something else from a day on.
    fn saying(self, from: Date, marks: Words<Self::Mark>) -> Self;

    /// A first entry about a student.
    fn first(about: StudentId, from: Date, marks: Words<Self::Mark>, why: &str) -> Self;
}

impl Ledgers {
    pub(super) fn load(tx: &Tx<'_>, day: Date) -> Result<Self, SqlError> {
        Ok(Self { families: by_student(tx, day)?, physiques: by_student(tx, day)? })
    }

    /// Whether the ledger of a topic says it of a student.
    pub(super) fn says(&self, student: StudentId, topic: Topic) -> bool {
        match topic {
            Topic::Group(group) => says(&self.families, student, group),
            Topic::Physique(kind) => says(&self.physiques, student, kind),
        }
    }

    /// Enters topics of a student; gives the records that were written. Once for each student:
    /// what was loaded is what is written on.
    pub(super) fn enter(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        (student, topics): (StudentId, &BTreeSet<Topic>),
    ) -> Result<Vec<RecordId>, LedgerRefusal> {
        let groups: Vec<Group> = topics.iter().filter_map(|topic| topic.group()).collect();
        let kinds: Vec<Physique> = topics.iter().filter_map(|topic| topic.physique()).collect();
        let family = add(tx, author, (student, &groups), self.families.get(&student))?;
        let physique = add(tx, author, (student, &kinds), self.physiques.get(&student))?;
        Ok(family.into_iter().chain(physique).collect())
    }
}

impl Topic {
    const fn group(self) -> Option<Group> {
        match self {
            Self::Group(group) => Some(group),
            Self::Physique(_) => None,
        }
    }

    const fn physique(self) -> Option<Physique> {
        match self {
            Self::Physique(kind) => Some(kind),
            Self::Group(_) => None,
        }
    }
}

impl Listed for FamilyCase {
    type Mark = Group;

    fn marks(&self) -> &Words<Group> {
        &self.groups
    }

    fn saying(self, from: Date, groups: Words<Group>) -> Self {
        Self { from, groups, ..self }
    }

    fn first(student: StudentId, from: Date, groups: Words<Group>, why: &str) -> Self {
        Self { from, student, groups, situation: why.to_owned(), until: None }
    }
}

impl Listed for PhysiqueCase {
    type Mark = Physique;

    fn marks(&self) -> &Words<Physique> {
        &self.kinds
    }

    fn saying(self, from: Date, kinds: Words<Physique>) -> Self {
        Self { from, kinds, ..self }
    }

    fn first(student: StudentId, from: Date, kinds: Words<Physique>, _why: &str) -> Self {
        Self { from, student, kinds, emergency_line: String::new(), until: None }
    }
}

fn by_student<T: Listed>(tx: &Tx<'_>, day: Date) -> Result<BTreeMap<StudentId, Kept<T>>, SqlError> {
    let mut found = BTreeMap::new();
    for kept in read::at::<T>(tx, day)? {
        if let Some(student) = kept.entry.subject() {
            found.entry(student).or_insert(kept);
        }
    }
    Ok(found)
}

fn says<T: Listed>(
    known: &BTreeMap<StudentId, Kept<T>>,
    student: StudentId,
    mark: T::Mark,
) -> bool {
    known.get(&student).is_some_and(|kept| kept.entry.marks().as_slice().contains(&mark))
}

fn add<T: Listed>(
    tx: &Tx<'_>,
    author: &Author,
    (student, new): (StudentId, &[T::Mark]),
    known: Option<&Kept<T>>,
) -> Result<Option<RecordId>, LedgerRefusal> {
    let today = author.today();
    let said = known.map_or(&[][..], |kept| kept.entry.marks().as_slice());
    if new.iter().all(|mark| said.contains(mark)) {
        return Ok(None);
    }
    let marks = Words::new(said.iter().chain(new).copied());
    let Some(kept) = known else {
        let entry = T::first(student, today, marks, author.reason());
        return write::add(tx, author, &entry).map(Some);
    };
    let entry = kept.entry.clone().saying(today, marks);
    write::update(tx, author, (kept.record, kept.version), &entry)?;
    Ok(Some(kept.record))
}
