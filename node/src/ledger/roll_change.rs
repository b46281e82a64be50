//! Changes of the roll that a person enters: a student comes, leaves, or stands there wrongly.
//!
//! Each writes a version of the student and, for a coming or a leaving, an entry of the ledger, in
//! one transaction; counts follow from the day of it. No roster undoes one: it is settled against
//! them before it is compared.

use std::collections::BTreeSet;

use certs::digest::sha256;
use domain::catalogue::Grade as SchoolGrade;
use domain::ledger::consent::{NoConsent, Purpose};
use domain::ledger::day::{DayError, check_event};
use domain::ledger::terms::TransferKind;
use domain::ledger::{Action, Area, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Kept, RecordId, Rules, StudentId};
use super::import_batch::{self, ENTERED, ImportSource};
use super::refusal::LedgerRefusal;
use super::roll::{ClassRep, Mentor, Transfer};
use super::special_group::Helper;
use super::student::{self, CORRECTED, Change, TRANSFER, TURN};
use super::{case, consent, profile, read, write};
use crate::import::preview::{Change as Difference, Comparable as _, Counts};
use crate::import::roster::RosterRow;
use crate::import::value::{Consent, Grade, Sex, Status, StudentNumber};

/// A student who comes.
#[derive(Clone)]
pub struct Arrival {
    /// First day at this school.
    pub day: Date,
    /// National student number.
    pub number: StudentNumber,
    /// Name.
    pub name: Box<str>,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Grade.
    pub grade: Grade,
    /// Class.
    pub class: Box<str>,
    /// The school before, may be empty.
    pub other_school: String,
}

/// A student who leaves.
#[derive(Clone)]
pub struct Leaving {
    /// First day away.
    pub day: Date,
    /// How; never a coming.
    pub how: TransferKind,
    /// The school after, may be empty.
    pub other_school: String,
}

/// What a leaving did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The entry.
    pub entry: RecordId,
    /// Mentor pairs, helpers and posts of the class that ended with it.
    pub ended: u32,
    /// A case of the student is still open; it is moved out by two persons.
    pub open_case: bool,
}

/// What is right about a student instead of what stands there; nothing where it stays.
#[derive(Clone, Default)]
pub struct Correction {
    /// Name.
    pub name: Option<Box<str>>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Grade.
    pub grade: Option<Grade>,
    /// Class.
    pub class: Option<Box<str>>,
}

/// Enters a coming: adds the student, or brings back one who had left.
///
/// # Errors
/// The role may not, the student is on the roll, the grade is none of this school's, or the day
/// cannot be; nothing was written.
pub fn arrive(tx: &Tx<'_>, author: &Author, arrival: &Arrival) -> Result<StudentId, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), None)?;
    enter(tx, author, arrival)
}

/// As [`arrive`], of somebody whom a person has accepted before.
pub(super) fn enter(
    tx: &Tx<'_>,
    author: &Author,
    arrival: &Arrival,
) -> Result<StudentId, LedgerRefusal> {
    check_event(arrival.day, author.today(), arrival.birth_date)?;
    check_place(tx, arrival.grade, &arrival.class)?;
    let known = super::showing::student_of(tx, arrival.number.as_str())?;
    let before = match known {
        Some(known) => student::one(tx, known.0)?,
        None => None,
    };
    let row = RosterRow {
        student_number: arrival.number,
        local_number: before.as_ref().and_then(|known| known.row.local_number.clone()),
        name: arrival.name.clone(),
        sex: arrival.sex,
        birth_date: arrival.birth_date,
        grade: arrival.grade,
        class: arrival.class.clone(),
        // Consents do not move with a student, nor do they come back: the family is asked anew.
        consent: Consent::Unknown,
        consent_date: None,
        status: Status::Enrolled,
    };
    let batch = note(tx, author, (ENTERED, arrival.day), Counts { new: 1, ..Counts::default() })?;
    let from = Change { batch, valid_from: arrival.day, reason: TRANSFER };
    let student = match before {
        None => StudentId(student::add(tx, &row, &from)?),
        Some(known) if known.row.status.is_on_roll() => return Err(LedgerRefusal::OnRoll),
        Some(known) if arrival.day < known.from => return Err(DayError::Order.into()),
        Some(known) => {
            student::replace(tx, &row, &from)?;
            StudentId(known.id)
        }
    };
    let entry = Transfer {
        day: arrival.day,
        student,
        how: TransferKind::In,
        other_school: arrival.other_school.clone(),
        consent: None,
    };
    write::put_new(tx, author, &entry, None)?;
    Ok(student)
}

/// Enters a leaving: the student is off the roll from its day on, and who looked after the student
/// by a post does so no longer. An open case stays open and is told.
///
/// # Errors
/// The role may not, the student is not on the roll, or the day cannot be; nothing was written.
pub fn leave(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    leaving: &Leaving,
) -> Result<Left, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), Some(student))?;
    end_stay(tx, author, student, leaving)
}

/// As [`leave`], of somebody whose leaving a person has agreed to before.
pub(super) fn end_stay(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    leaving: &Leaving,
) -> Result<Left, LedgerRefusal> {
    let status = match leaving.how {
        TransferKind::Out => Status::TransferredOut,
        TransferKind::Graduated => Status::Graduated,
        TransferKind::Left => Status::Withdrawn,
        _ => return Err(LedgerRefusal::Field("how")),
    };
    let known = student::one(tx, student.0)?.ok_or(LedgerRefusal::Unknown)?;
    if !known.row.status.is_on_roll() {
        return Err(LedgerRefusal::NotOnRoll);
    }
    check_event(leaving.day, author.today(), known.row.birth_date)?;
    if student::known_since(tx, student.0)?.is_some_and(|first| leaving.day <= first) {
        return Err(DayError::Order.into());
    }
    let agreed = match agreed(tx, student, leaving.day) {
        Ok(paper) => Some(paper),
        Err(LedgerRefusal::Store(error)) => return Err(error.into()),
        Err(_) => None,
    };
    let batch = note(tx, author, (ENTERED, leaving.day), Counts { left: 1, ..Counts::default() })?;
    let from = Change { batch, valid_from: leaving.day, reason: TRANSFER };
    student::replace(tx, &RosterRow { status, ..known.row }, &from)?;
    let entry = Transfer {
        day: leaving.day,
        student,
        how: leaving.how,
        other_school: leaving.other_school.clone(),
        consent: agreed.filter(|_| leaving.how == TransferKind::Out),
    };
    let entry = write::put_new(tx, author, &entry, None)?;
    let why = leaving.how.label().0;
    let because = if author.reason().is_empty() { author.because(why) } else { author.clone() };
    let ended = end_posts(tx, &because, student, leaving.day)?;
    Ok(Left { entry, ended, open_case: has_open_case(tx, student)? })
}

/// Corrects what the roll says about a student, from a day on, and tells what is different now. The
/// versions before stay, and what happened to the student since then: a correction of the name is
/// written over each stretch of days, with the place and status of that stretch.
///
/// # Errors
/// The role may not, nothing would change, no reason was given, the grade is none of this
/// school's, the day cannot be, or the student stood in another place since; nothing was written.
pub fn correct(
    tx: &Tx<'_>,
    author: &Author,
    (student, day): (StudentId, Date),
    right: &Correction,
) -> Result<Vec<Difference>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), Some(student))?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let known = student::one(tx, student.0)?.ok_or(LedgerRefusal::Unknown)?;
    // What is filled in as it stands now is not corrected: on past days it may have been otherwise.
    let right = &different(right, &known.row);
    let row = corrected(&known.row, right);
    if row == known.row {
        return Err(LedgerRefusal::Field("name"));
    }
    check_event(day, author.today(), row.birth_date)?;
    // Whoever has left did so on that day, whenever it is found how the name is written.
    let day = if row.status.is_on_roll() { day } else { day.min(known.from) };
    let stretches = student::stretches(tx, student.0, day)?;
    if stretches.is_empty() {
        return Err(DayError::Order.into());
    }
    let place = |row: &RosterRow| (row.grade, row.class.clone());
    if place(&row) != place(&known.row) {
        check_place(tx, row.grade, &row.class)?;
        if stretches.iter().any(|stretch| place(&stretch.row) != place(&known.row)) {
            return Err(DayError::Order.into());
        }
    }
    let changes = row.changes(&known.row);
    let batch = note(tx, author, (ENTERED, day), Counts { changed: 1, ..Counts::default() })?;
    for stretch in stretches {
        let row = corrected(&stretch.row, right);
        // Who has left stays away: a coming brings a student back, never a correction or a file.
        let reason = match &*stretch.reason {
            _ if !row.status.is_on_roll() => TRANSFER,
            TRANSFER => TRANSFER,
            TURN => TURN,
            _ => CORRECTED,
        };
        student::replace(tx, &row, &Change { batch, valid_from: stretch.from, reason })?;
    }
    Ok(changes)
}

/// What of a correction is not as a line has it.
fn different(right: &Correction, row: &RosterRow) -> Correction {
    Correction {
        name: right.name.clone().filter(|name| *name != row.name),
        sex: right.sex.filter(|sex| *sex != row.sex),
        birth_date: right.birth_date.filter(|day| Some(*day) != row.birth_date),
        grade: right.grade.filter(|grade| *grade != row.grade),
        class: right.class.clone().filter(|class| *class != row.class),
    }
}

fn corrected(row: &RosterRow, right: &Correction) -> RosterRow {
    let mut row = row.clone();
    row.name = right.name.clone().unwrap_or(row.name);
    row.sex = right.sex.unwrap_or(row.sex);
    row.birth_date = right.birth_date.or(row.birth_date);
    row.grade = right.grade.unwrap_or(row.grade);
    row.class = right.class.clone().unwrap_or(row.class);
    row
}

/// Asks that a student's last entry of this kind is a coming, by a day, and that the family agreed
/// to the hand-over; the paper that says so is noted with the coming. A case is moved in by this
/// alone: else nobody could say why another school told of it.
pub(super) fn check_handed_over(
    tx: &Tx<'_>,
    author: &Author,
    (student, day): (StudentId, Date),
) -> Result<(), LedgerRefusal> {
    let comings = read::about::<Transfer>(tx, student.0)?;
    let last = comings.into_iter().max_by_key(|kept| (kept.entry.day, kept.record));
    let came = last.filter(|kept| kept.entry.how == TransferKind::In && kept.entry.day <= day);
    let Kept { record, version, entry, .. } = came.ok_or(LedgerRefusal::NotMovedIn)?;
    let paper = Some(agreed(tx, student, author.today())?);
    if entry.consent != paper {
        let noted = Transfer { consent: paper, ..entry };
        write::put_change(tx, author, (record, version), &noted, None)?;
    }
    Ok(())
}

/// The paper by which a family agrees to a hand-over on a day, whatever school it names.
fn agreed(tx: &Tx<'_>, student: StudentId, day: Date) -> Result<RecordId, LedgerRefusal> {
    let papers = consent::heard(tx, Some(student))?.into_iter();
    let papers = papers.filter(|kept| kept.entry.purpose == Purpose::Transfer);
    let named: BTreeSet<String> = papers.map(|kept| kept.entry.recipient).collect();
    let mut why = LedgerRefusal::Consent(NoConsent::Unanswered);
    for recipient in &named {
        match consent::standing(tx, student, (Purpose::Transfer, recipient), &[], day) {
            Ok(kept) => return Ok(kept.record),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// Whether a case of a student is open now.
///
/// # Errors
/// The store cannot be read.
pub fn has_open_case(tx: &Tx<'_>, student: StudentId) -> Result<bool, LedgerRefusal> {
    for kept in read::about::<super::alert::AlertCase>(tx, student.0)? {
        if case::tier_of(tx, student, kept.record, Date::MAX)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A change of the roll by a person, noted beside the imports: who, when, right from which day.
pub(super) fn note(
    tx: &Tx<'_>,
    author: &Author,
    (kind, as_of): (&str, Date),
    counts: Counts,
) -> Result<i64, LedgerRefusal> {
    let source = ImportSource {
        file_name: String::new(),
        // There is no file; the digest is that of nothing.
        digest: sha256(b""),
        author: author.account().to_owned(),
        as_of,
        now_ms: author.now().0,
    };
    Ok(import_batch::insert(tx, kind, &source, counts)?)
}

/// Mentor pair, named helper and post of the class end with a leaving; tells how many.
pub(super) fn end_posts(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    day: Date,
) -> Result<u32, LedgerRefusal> {
    let runs = |until: Option<Date>| until.is_none_or(|until| until > day);
    let mentors = end::<Mentor>(tx, author, student, |entry| {
        let until = Some(day.max(entry.from));
        runs(entry.until).then(|| Mentor { until, ..entry.clone() })
    })?;
    let helpers = end::<Helper>(tx, author, student, |entry| {
        let until = Some(day.max(entry.from));
        runs(entry.until).then(|| Helper { until, ..entry.clone() })
    })?;
    let posts = end::<ClassRep>(tx, author, student, |entry| {
        let until = Some(day.max(entry.from));
        runs(entry.until).then(|| ClassRep { until, ..entry.clone() })
    })?;
    Ok(mentors + helpers + posts)
}

fn end<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
    ended: impl Fn(&T) -> Option<T>,
) -> Result<u32, LedgerRefusal> {
    let mut count = 0;
    for Kept { record, version, entry, .. } in read::about::<T>(tx, student.0)? {
        if let Some(entry) = ended(&entry) {
            write::put_change(tx, author, (record, version), &entry, None)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The grade must be one of this school's and the class must have a name.
pub(super) fn check_place(tx: &Tx<'_>, grade: Grade, class: &str) -> Result<(), LedgerRefusal> {
    if class.trim().is_empty() {
        return Err(LedgerRefusal::Field("class"));
    }
    let Some(profile) = profile::load(tx)? else { return Ok(()) };
    let grade = SchoolGrade::from_word(grade.code());
    match grade.and_then(|grade| profile.stage_of(grade)) {
        Some(_) => Ok(()),
        None => Err(LedgerRefusal::Field("grade")),
    }
}
