//! What a person decides about a list: whom its rows mean, and that they are entered. With the
//! decision the list is erased.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::{Action, Area, Authority, authority};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::content::ListRow;
use super::entering::Ledgers;
use super::matching::{Found, Known, Roll};
use super::taking::{ListRecipient, school_of, waiting};
use super::{ListError, Topic};
use crate::ledger::author::Author;
use crate::ledger::department_list::{self, Decision, ListLine};
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, browse, student};

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

/// Whom somebody chose for the rows of a list.
pub struct Choices {
    /// A student for each row that is entered.
    pub students: BTreeMap<u32, StudentId>,
    /// Unclear rows of which nothing was said.
    pub open: usize,
}

/// Only who writes both ledgers for every student sees lists.
///
/// # Errors
/// The role does not.
pub fn allow(author: &Author) -> Result<(), ListError> {
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
    let (opened, _) = compare(tx, recipient, (id, reader.today()))?;
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

/// The students of all rows that mean one without doubt, and of those for which one is named, but
/// of none that is left out.
///
/// # Errors
/// A row is left out that offers nobody, or for which a student is named: it was mistyped.
pub fn choose(
    findings: &[Finding],
    named: &BTreeMap<u32, StudentId>,
    left_out: &BTreeSet<u32>,
) -> Result<Choices, ListError> {
    let offers = |row: &u32| {
        let is_offer = |found: &Found| matches!(found, Found::One(_) | Found::Unclear(_));
        findings.iter().any(|finding| finding.row.row == *row && is_offer(&finding.found))
    };
    if let Some(row) = left_out.iter().find(|row| named.contains_key(row) || !offers(row)) {
        return Err(ListError::LeftOut(*row));
    }
    let (mut students, mut open) = (named.clone(), 0);
    for Finding { row, found, .. } in findings {
        if named.contains_key(&row.row) || left_out.contains(&row.row) {
            continue;
        }
        match found {
            Found::One(student) => drop(students.insert(row.row, *student)),
            Found::Unclear(_) => open += 1,
            Found::Nobody | Found::Left | Found::OtherSchool => {}
        }
    }
    Ok(Choices { students, open })
}

/// Enters the students who were chosen for rows and erases the list; where none was, it is
/// destroyed.
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
    let (opened, ledgers) = compare(tx, recipient, (id, author.today()))?;
    let ends: Date = opened.line.valid_to.parse().map_err(|_| ListError::Content)?;
    if author.today() > ends {
        return Err(ListError::Ended(ends));
    }
    // Beside what is said of each student stands the first row that says it, for the refusal.
    let mut chosen: BTreeMap<StudentId, (u32, BTreeSet<Topic>)> = BTreeMap::new();
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
        let said = chosen.entry(*student).or_insert_with(|| (*row, BTreeSet::new()));
        said.1.insert(finding.row.topic);
    }
    let author = author.because(&reason(&opened.line));
    let (mut records, mut known) = (Vec::new(), 0);
    for (student, (row, topics)) in &chosen {
        let written = ledgers.enter(tx, &author, (*student, topics));
        let written = written.map_err(|refusal| ListError::of_row(*row, refusal))?;
        known += usize::from(written.is_empty());
        records.extend(written);
    }
    let taken = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let decision = if taken == 0 { Decision::Destroyed } else { Decision::Taken };
    department_list::decide(tx, &author, (id, decision), (&records, taken))?;
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
) -> Result<(Opened, Ledgers), ListError> {
    let content = waiting(tx, id, &recipient.unit)?;
    let line = department_list::one(tx, id)?.ok_or(ListError::NotWaiting)?;
    let (roll, school) = (roll(tx)?, school_of(tx, recipient)?);
    let ledgers = Ledgers::load(tx, today)?;
    let mut findings = Vec::with_capacity(content.rows.len());
    for row in content.rows {
        let found = roll.find(&row, &school);
        if found == Found::OtherSchool {
            continue;
        }
        let is_known = matches!(&found, Found::One(student) if ledgers.says(*student, row.topic));
        findings.push(Finding { row, found, is_known });
    }
    Ok((Opened { line, title: content.title, findings }, ledgers))
}

fn roll(tx: &Tx<'_>) -> Result<Roll, SqlError> {
    let ids = student::ids(tx)?;
    let everybody = student::current(tx)?.into_iter();
    let known = everybody
        .filter_map(|(number, row)| Some(Known { student: StudentId(*ids.get(&number)?), row }));
    Ok(Roll::new(known.collect()))
}

/// Why an entry stands in a ledger; names no child.
fn reason(line: &ListLine) -> String {
    format!("据{} {} 名单（第 {} 份）核对", line.sender_name, line.sealed_on, line.id)
}
