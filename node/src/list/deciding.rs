//! What a person decides about a list: whom its rows mean, and that they are entered. With the
//! decision the list is erased.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::words::{Group, Physique};
use domain::ledger::{Action, Area, Authority, authority};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::content::ListRow;
use super::matching::{Found, Known, Roll};
use super::taking::{ListRecipient, waiting};
use super::{ListError, Topic};
use crate::ledger::author::Author;
use crate::ledger::department_list::{self, Decision, ListLine};
use crate::ledger::entry::{Kept, RecordId, StudentId, Words};
use crate::ledger::physique::PhysiqueCase;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::special_group::FamilyCase;
use crate::ledger::{access, browse, read, student, write};

/// A row with whom it means.
pub struct Finding {
    /// The row.
    pub row: ListRow,
    /// Whom it means.
    pub found: Found,
    /// Whether the ledger says it of that student already.
    pub is_known: bool,
}

/// A list that waits, compared with the roll.
pub struct Opened {
    /// The list.
    pub line: ListLine,
    /// What the department calls it.
    pub title: String,
    /// Its rows, without those of other schools.
    pub findings: Vec<Finding>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Entries that were added or changed.
    pub written: usize,
    /// Students of whom the ledger said it already.
    pub known: usize,
}

/// Only who writes both ledgers for every student sees a list.
///
/// # Errors
/// The role does not.
pub(super) fn allow(author: &Author) -> Result<(), ListError> {
    let may = |area| authority(author.role(), Action::Write(area)) == Authority::Allowed;
    if may(Area::Family) && may(Area::Physique) {
        Ok(())
    } else {
        Err(LedgerRefusal::NotAllowed.into())
    }
}

/// Opens a list that waits and compares it with the roll; logged, for the list and for every
/// student whom it names.
///
/// # Errors
/// The role may not, none of that number waits, or it does not open.
pub fn open(
    tx: &Tx<'_>,
    (reader, recipient): (&Author, &ListRecipient),
    id: i64,
) -> Result<Opened, ListError> {
    allow(reader)?;
    let opened = compare(tx, recipient, (id, reader.today()))?;
    let mut named = BTreeSet::new();
    for finding in &opened.findings {
        match &finding.found {
            Found::One(student) => drop(named.insert(*student)),
            Found::Unclear(students) => named.extend(students),
            _ => {}
        }
    }
    access::log_list(tx, reader, &named, browse::purpose_of(reader.role()))?;
    department_list::log_read(tx, reader, id)?;
    Ok(opened)
}

/// Enters the students who were chosen for rows and erases the list.
///
/// # Errors
/// As [`open`], the list's last day is over, a row does not offer the student, or the ledger
/// refused an entry; then nothing was written and the list waits on.
pub fn take(
    tx: &Tx<'_>,
    (author, recipient): (&Author, &ListRecipient),
    (id, choices): (i64, &BTreeMap<u32, StudentId>),
) -> Result<Outcome, ListError> {
    allow(author)?;
    let opened = compare(tx, recipient, (id, author.today()))?;
    let ends: Date = opened.line.valid_to.parse().map_err(|_| ListError::Content)?;
    if author.today() > ends {
        return Err(ListError::Ended(ends));
    }
    let mut chosen: BTreeMap<StudentId, BTreeSet<Topic>> = BTreeMap::new();
    for (row, student) in choices {
        let finding = opened.findings.iter().find(|finding| finding.row.row == *row);
        let finding = finding.ok_or(ListError::Choice(*row))?;
        let offers = match &finding.found {
            Found::One(one) => one == student,
            Found::Unclear(several) => several.contains(student),
            _ => false,
        };
        if !offers {
            return Err(ListError::Choice(*row));
        }
        chosen.entry(*student).or_default().insert(finding.row.topic);
    }
    let author = author.because(&reason(&opened.line));
    let (mut records, mut known) = (Vec::new(), 0);
    for (student, topics) in &chosen {
        let written = enter(tx, &author, (*student, topics), &opened.line)?;
        known += usize::from(written.is_empty());
        records.extend(written);
    }
    let taken = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    department_list::decide(tx, &author, (id, Decision::Taken), (&records, taken))?;
    Ok(Outcome { written: records.len(), known })
}

/// Erases a list without entering anybody.
///
/// # Errors
/// The role may not, or none of that number waits.
pub fn destroy(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(), ListError> {
    allow(author)?;
    department_list::envelope(tx, id)?.ok_or(ListError::NotWaiting)?;
    Ok(department_list::decide(tx, author, (id, Decision::Destroyed), (&[], 0))?)
}

fn compare(
    tx: &Tx<'_>,
    recipient: &ListRecipient,
    (id, today): (i64, Date),
) -> Result<Opened, ListError> {
    let content = waiting(tx, id, &recipient.unit)?;
    let line = department_list::one(tx, id)?.ok_or(ListError::NotWaiting)?;
    let roll = roll(tx)?;
    let ledgers = Ledgers::load(tx, today)?;
    let mut findings = Vec::with_capacity(content.rows.len());
    for row in content.rows {
        let found = roll.find(&row, &recipient.school);
        if found == Found::OtherSchool {
            continue;
        }
        let is_known = matches!(&found, Found::One(student) if ledgers.says(*student, row.topic));
        findings.push(Finding { row, found, is_known });
    }
    Ok(Opened { line, title: content.title, findings })
}

fn roll(tx: &Tx<'_>) -> Result<Roll, SqlError> {
    let ids = student::ids(tx)?;
    let everybody = student::current(tx)?.into_iter();
    let known = everybody
        .filter_map(|(number, row)| Some(Known { student: StudentId(*ids.get(&number)?), row }));
    Ok(Roll::new(known.collect()))
}

/// What the two ledgers say today.
struct Ledgers {
    groups: BTreeMap<StudentId, Vec<Group>>,
    kinds: BTreeMap<StudentId, Vec<Physique>>,
}

impl Ledgers {
    fn load(tx: &Tx<'_>, today: Date) -> Result<Self, SqlError> {
        let groups = read::at::<FamilyCase>(tx, today)?.into_iter();
        let kinds = read::at::<PhysiqueCase>(tx, today)?.into_iter();
        Ok(Self {
            groups: groups.map(|c| (c.entry.student, c.entry.groups.as_slice().to_vec())).collect(),
            kinds: kinds.map(|c| (c.entry.student, c.entry.kinds.as_slice().to_vec())).collect(),
        })
    }

    fn says(&self, student: StudentId, topic: Topic) -> bool {
        match topic {
            Topic::Group(group) => self.groups.get(&student).is_some_and(|g| g.contains(&group)),
            Topic::Physique(kind) => self.kinds.get(&student).is_some_and(|k| k.contains(&kind)),
        }
    }
}

/// Why an entry stands in a ledger; names no child.
fn reason(line: &ListLine) -> String {
    format!("据{} {} 名单（第 {} 份）核对", line.sender_name, line.sealed_on, line.id)
}

/// Writes what is new of a student's topics into the ledgers that keep them.
fn enter(
    tx: &Tx<'_>,
    author: &Author,
    (student, topics): (StudentId, &BTreeSet<Topic>),
    line: &ListLine,
) -> Result<Vec<RecordId>, LedgerRefusal> {
    let groups = topics.iter().filter_map(|topic| match topic {
        Topic::Group(group) => Some(*group),
        Topic::Physique(_) => None,
    });
    let kinds = topics.iter().filter_map(|topic| match topic {
        Topic::Physique(kind) => Some(*kind),
        Topic::Group(_) => None,
    });
    let (groups, kinds): (Vec<Group>, Vec<Physique>) = (groups.collect(), kinds.collect());
    let family = enter_family(tx, author, (student, &groups), line)?;
    let physique = enter_physique(tx, author, (student, &kinds))?;
    Ok(family.into_iter().chain(physique).collect())
}

fn enter_family(
    tx: &Tx<'_>,
    author: &Author,
    (student, new): (StudentId, &[Group]),
    line: &ListLine,
) -> Result<Option<RecordId>, LedgerRefusal> {
    let today = author.today();
    let open = read::at::<FamilyCase>(tx, today)?;
    let open = open.into_iter().find(|kept| kept.entry.student == student);
    let Some(Kept { record, version, entry, .. }) = open else {
        if new.is_empty() {
            return Ok(None);
        }
        let entry = FamilyCase {
            from: today,
            student,
            groups: Words::new(new.iter().copied()),
            situation: reason(line),
            until: None,
        };
        return write::add(tx, author, &entry).map(Some);
    };
    if new.iter().all(|group| entry.groups.as_slice().contains(group)) {
        return Ok(None);
    }
    let groups = Words::new(entry.groups.as_slice().iter().chain(new).copied());
    let entry = FamilyCase { from: today, groups, ..entry };
    write::update(tx, author, (record, version), &entry)?;
    Ok(Some(record))
}

fn enter_physique(
    tx: &Tx<'_>,
    author: &Author,
    (student, new): (StudentId, &[Physique]),
) -> Result<Option<RecordId>, LedgerRefusal> {
    let today = author.today();
    let open = read::at::<PhysiqueCase>(tx, today)?;
    let open = open.into_iter().find(|kept| kept.entry.student == student);
    let Some(Kept { record, version, entry, .. }) = open else {
        if new.is_empty() {
            return Ok(None);
        }
        let entry = PhysiqueCase {
            from: today,
            student,
            kinds: Words::new(new.iter().copied()),
            emergency_line: String::new(),
            until: None,
        };
        return write::add(tx, author, &entry).map(Some);
    };
    if new.iter().all(|kind| entry.kinds.as_slice().contains(kind)) {
        return Ok(None);
    }
    let kinds = Words::new(entry.kinds.as_slice().iter().chain(new).copied());
    let entry = PhysiqueCase { from: today, kinds, ..entry };
    write::update(tx, author, (record, version), &entry)?;
    Ok(Some(record))
}
