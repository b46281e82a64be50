//! The roll: pupils and every version of what is known about them.
//!
//! A version holds from a day on. The first roster of a ledger holds from the beginning of its
//! school year, since nobody can know better; later ones hold from the day they are right for.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::access::Pass;
use super::entry::StudentId;
use super::import_batch::{self, ImportReceipt, ImportSource};
use super::strange;
use crate::import::preview::Accepted;
use crate::import::roster::{ByHand, RosterRow};
use crate::import::value::{Consent, Grade, Sex, Status, StudentNumber};

/// Reason of a version that a file brought.
const IMPORTED: &str = "import";
/// Reason of a version for a pupil whom a whole roster no longer has.
const ABSENT: &str = "absent";
/// Reasons of versions that persons entered: no file undoes them.
const BY_HAND: [&str; 3] = [TRANSFER, TURN, CORRECTED];
/// Every reason of a version.
const REASONS: [&str; 5] = [IMPORTED, ABSENT, TRANSFER, TURN, CORRECTED];
/// Reason of a version by a coming or a leaving.
pub(super) const TRANSFER: &str = "transfer";
/// Reason of a version by the turn of the year.
pub(super) const TURN: &str = "turn";
/// Reason of a version by a correction.
pub(super) const CORRECTED: &str = "corrected";
/// First month of a school year as rosters see it: they are made in August.
const YEAR_BEGINS: i8 = 8;

/// A pupil as of some day, as figures see them: without name and numbers.
#[derive(Clone)]
pub struct Pupil {
    /// Internal id.
    pub id: i64,
    /// Sex.
    pub sex: Sex,
    /// Grade.
    pub grade: Grade,
    /// Class.
    pub class: Box<str>,
}

/// From which day a roster counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// First day.
    pub from: Date,
    /// Whether the ledger knew nobody before it.
    pub first: bool,
}

/// From which day a roster that is right on a day counts: the first one of a ledger from the
/// beginning of that day's school year, a later one from the day itself.
///
/// # Errors
/// The store cannot be read.
pub fn beginning(tx: &Tx<'_>, as_of: Date) -> Result<Beginning, SqlError> {
    let first = is_empty(tx)?;
    Ok(Beginning { from: if first { year_start(as_of) } else { as_of }, first })
}

/// Writes a roster: one version for each new, changed or missing pupil, all in one transaction.
///
/// A batch without changes writes nothing at all.
///
/// # Errors
/// The store cannot be written; nothing was.
pub fn apply(
    tx: &Tx<'_>,
    batch: &Accepted<RosterRow>,
    source: &ImportSource,
) -> Result<ImportReceipt, SqlError> {
    let counts = batch.counts();
    if batch.is_empty() {
        return Ok(ImportReceipt { batch: None, counts });
    }
    let number = import_batch::insert(tx, import_batch::ROSTER, source, counts)?;
    let valid_from = beginning(tx, source.as_of)?.from;
    let from = Change { batch: number, valid_from, reason: IMPORTED };
    for record in batch.new_records() {
        bring(tx, record, &from)?;
    }
    if batch.changed_records().is_empty() && batch.left().is_empty() {
        return Ok(ImportReceipt { batch: Some(number), counts });
    }
    for record in batch.changed_records() {
        replace(tx, record, &from)?;
    }
    let known = current(tx)?;
    let absent = Change { reason: ABSENT, ..from };
    for left in batch.left() {
        if let Some(record) = known.get(left) {
            let record = RosterRow { status: Status::Withdrawn, ..record.clone() };
            replace(tx, &record, &absent)?;
        }
    }
    Ok(ImportReceipt { batch: Some(number), counts })
}

/// Where a version comes from.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) batch: i64,
    pub(super) valid_from: Date,
    pub(super) reason: &'static str,
}

/// A pupil as the roll has one now.
#[derive(Clone)]
pub(super) struct OnRoll {
    pub(super) id: i64,
    pub(super) row: RosterRow,
    pub(super) from: Date,
}

/// Everybody whom the ledger knows as of now, those who left too, in the order of ids.
pub(super) fn everybody(tx: &Tx<'_>) -> Result<Vec<OnRoll>, SqlError> {
    let statement = "select s.student_number, v.local_number, v.name, v.sex, v.birth_date, v.grade,
            v.class, v.status, v.consent, v.consent_date, s.id, v.valid_from
         from student s join student_version v on v.student = s.id and v.version = s.version
         order by s.id";
    tx.query(statement, &[], |row| {
        let from = strange(read_date(row, 11)?)?;
        Ok(OnRoll { row: read_record(row)?, id: row.i64(10)?, from })
    })
}

/// Birth dates as they are known now, by internal id.
pub(super) fn births(tx: &Tx<'_>) -> Result<HashMap<i64, Date>, SqlError> {
    let rows = tx.query(
        "select s.id, v.birth_date from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.birth_date is not null",
        &[],
        |row| Ok((row.i64(0)?, strange(read_date(row, 1)?)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// One pupil as the roll has one now.
pub(super) fn one(tx: &Tx<'_>, id: i64) -> Result<Option<OnRoll>, SqlError> {
    let statement = "select s.student_number, v.local_number, v.name, v.sex, v.birth_date, v.grade,
            v.class, v.status, v.consent, v.consent_date, s.id, v.valid_from
         from student s join student_version v on v.student = s.id and v.version = s.version
         where s.id = $1";
    tx.query_opt(statement, params![id], |row| {
        let from = strange(read_date(row, 11)?)?;
        Ok(OnRoll { row: read_record(row)?, id: row.i64(10)?, from })
    })
}

/// The first day on which the roll knew a pupil.
pub(super) fn known_since(tx: &Tx<'_>, id: i64) -> Result<Option<Date>, SqlError> {
    let statement = "select min(valid_from) from student_version where student = $1";
    let first = tx.query_opt(statement, params![id], |row| read_date(row, 0))?;
    Ok(first.flatten())
}

/// A stretch of days in which the roll says one thing about a pupil.
pub(super) struct Stretch {
    /// First day.
    pub(super) from: Date,
    pub(super) row: RosterRow,
    pub(super) reason: String,
}

/// What the roll says about a pupil from a day on, stretch by stretch; the first begins on that
/// day. Nothing where the roll did not know the pupil then.
pub(super) fn stretches(tx: &Tx<'_>, id: i64, day: Date) -> Result<Vec<Stretch>, SqlError> {
    let mut stretches = stretches_before(tx, id, i64::MAX)?;
    let begun = stretches.iter().rposition(|stretch| stretch.from <= day);
    let Some(begun) = begun else { return Ok(Vec::new()) };
    let mut rest = stretches.split_off(begun);
    if let Some(first) = rest.first_mut() {
        first.from = day;
    }
    Ok(rest)
}

/// What the versions of a pupil before one say, stretch by stretch from the first day on.
fn stretches_before(tx: &Tx<'_>, id: i64, version: i64) -> Result<Vec<Stretch>, SqlError> {
    let statement = "select s.student_number, v.local_number, v.name, v.sex, v.birth_date, v.grade,
            v.class, v.status, v.consent, v.consent_date, v.valid_from, v.reason
         from student s join student_version v on v.student = s.id
         where s.id = $1 and v.version < $2 order by v.version";
    let versions = tx.query(statement, params![id, version], |row| {
        let from = strange(read_date(row, 10)?)?;
        Ok(Stretch { from, row: read_record(row)?, reason: row.text(11)? })
    })?;
    let mut stretches: Vec<Stretch> = Vec::new();
    for version in versions {
        // A later version holds from its day on, whatever stood there.
        stretches.retain(|before| before.from < version.from);
        stretches.push(version);
    }
    Ok(stretches)
}

/// A pupil of whom a change of the roll wrote versions.
pub(super) struct Touched {
    pub(super) student: i64,
    /// The first version that it wrote.
    pub(super) version: i64,
    /// The first day that it changed.
    from: Date,
}

/// Whose versions a change of the roll wrote.
pub(super) fn touched(tx: &Tx<'_>, batch: i64) -> Result<Vec<Touched>, SqlError> {
    let statement = "select student, min(version), min(valid_from) from student_version
         where batch = $1 group by student order by student";
    tx.query(statement, params![batch], |row| {
        let from = strange(read_date(row, 2)?)?;
        Ok(Touched { student: row.i64(0)?, version: row.i64(1)?, from })
    })
}

/// Says again what stood before a change of the roll, on every day that it changed; whom it had put
/// on the roll before anybody knew of the pupil is off it until then.
pub(super) fn restore(tx: &Tx<'_>, touched: &Touched, batch: i64) -> Result<(), SqlError> {
    let mut before = stretches_before(tx, touched.student, touched.version)?;
    let begun = before.iter().rposition(|stretch| stretch.from <= touched.from);
    match (begun, before.first()) {
        (Some(begun), _) => before = before.split_off(begun),
        (None, Some(first)) => {
            let row = RosterRow { status: Status::Withdrawn, ..first.row.clone() };
            before.insert(0, Stretch { from: touched.from, row, reason: ABSENT.to_owned() });
        }
        (None, None) => return Err(SqlError::Type),
    }
    for Stretch { from, row, reason } in before {
        let reason = strange(REASONS.into_iter().find(|known| *known == reason))?;
        replace(tx, &row, &Change { batch, valid_from: from, reason })?;
    }
    Ok(())
}

/// Takes a student whom a file brought by mistake off the roll, from the very first day.
///
/// # Errors
/// The store cannot be written.
pub(super) fn take_off(tx: &Tx<'_>, student: i64, batch: i64) -> Result<(), SqlError> {
    let brought = stretches_before(tx, student, i64::MAX)?;
    let Stretch { from, row, .. } = strange(brought.into_iter().next())?;
    let row = RosterRow { status: Status::Withdrawn, ..row };
    replace(tx, &row, &Change { batch, valid_from: from, reason: ABSENT })
}

/// What persons entered and no file undoes: those who left, and who came and from which day.
///
/// # Errors
/// The store cannot be read.
pub fn by_hand(tx: &Tx<'_>) -> Result<HashMap<StudentNumber, ByHand>, SqlError> {
    let rows = tx.query(
        "select s.student_number, v.valid_from, v.status, v.reason from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.reason not in ('import', 'absent')",
        &[],
        |row| {
            let number = read_number(row.str(0)?)?;
            let from = strange(read_date(row, 1)?)?;
            let is_on_roll = strange(Status::from_code(row.str(2)?))?.is_on_roll();
            Ok(BY_HAND.contains(&row.str(3)?).then_some((number, ByHand { from, is_on_roll })))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

/// Every pupil whom the ledger knows, by student number, as of now; one query. Whom a file brought
/// by mistake, and who was taken off from the very first day, was never known.
///
/// # Errors
/// The store cannot be read.
pub fn current(tx: &Tx<'_>) -> Result<HashMap<StudentNumber, RosterRow>, SqlError> {
    let rows = tx.query(
        "select s.student_number, v.local_number, v.name, v.sex, v.birth_date, v.grade, v.class,
                v.status, v.consent, v.consent_date
         from student s join student_version v on v.student = s.id and v.version = s.version
         where v.reason <> $1 or v.valid_from > (select min(f.valid_from) from student_version f
             where f.student = s.id)",
        params![ABSENT],
        read_record,
    )?;
    Ok(rows.into_iter().map(|record| (record.student_number, record)).collect())
}

/// Internal ids by student number, for imports that name pupils.
///
/// # Errors
/// The store cannot be read.
pub fn ids(tx: &Tx<'_>) -> Result<HashMap<StudentNumber, i64>, SqlError> {
    let rows = tx.query("select student_number, id from student", &[], |row| {
        Ok((read_number(row.str(0)?)?, row.i64(1)?))
    })?;
    Ok(rows.into_iter().collect())
}

/// Number of pupils on the roll now.
///
/// # Errors
/// The store cannot be read.
pub fn count_on_roll(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let count = tx.query_opt(
        "select count(*) from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.status in ('enrolled', 'suspended')",
        &[],
        |row| row.u64(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Number of pupils of a grade on the roll now.
///
/// # Errors
/// The store cannot be read.
pub fn count_on_roll_in(tx: &Tx<'_>, grade: Grade) -> Result<u32, SqlError> {
    let count = tx.query_opt(
        "select count(*) from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.status in ('enrolled', 'suspended') and v.grade = $1",
        params![grade.code()],
        |row| row.u32(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Everybody on the roll on a day, in order of id.
///
/// # Errors
/// The store cannot be read.
pub fn roll_at(tx: &Tx<'_>, day: Date) -> Result<Vec<Pupil>, SqlError> {
    tx.query(
        "select v.student, v.sex, v.grade, v.class from student_version v
         join (select student, max(version) as version from student_version
               where valid_from <= $1 group by student) l
           on l.student = v.student and l.version = v.version
         where v.status in ('enrolled', 'suspended') order by v.student",
        params![&day.to_string()],
        |row| {
            Ok(Pupil {
                id: row.i64(0)?,
                sex: strange(Sex::from_code(row.str(1)?))?,
                grade: strange(Grade::from_code(row.str(2)?))?,
                class: row.str(3)?.into(),
            })
        },
    )
}

/// Those of some students whom the roll had lost by a day. Who came only later is not among them.
///
/// # Errors
/// The store cannot be read.
pub fn gone_by(
    tx: &Tx<'_>,
    day: Date,
    students: &BTreeSet<StudentId>,
) -> Result<BTreeSet<StudentId>, SqlError> {
    let ids: Vec<String> = students.iter().map(|student| student.0.to_string()).collect();
    let gone = tx.query(
        "select v.student from student_version v
         join (select student, max(version) as version from student_version
               where valid_from <= $1 and student in (select value from json_each($2))
               group by student) l
           on l.student = v.student and l.version = v.version
         where v.status not in ('enrolled', 'suspended')",
        params![&day.to_string(), &format!("[{}]", ids.join(","))],
        |row| row.i64(0),
    )?;
    Ok(gone.into_iter().map(StudentId).collect())
}

/// Where a pupil stood from a day on.
#[derive(Clone, Copy)]
pub struct Placement {
    /// First day.
    pub from: Date,
    /// Sex.
    pub sex: Sex,
    /// Grade.
    pub grade: Grade,
}

/// Every version of every pupil's place in the school, oldest first, by internal id: what an event
/// of any day is told by.
///
/// # Errors
/// The store cannot be read.
pub fn placements(tx: &Tx<'_>) -> Result<HashMap<i64, Vec<Placement>>, SqlError> {
    let rows = tx.query(
        "select student, valid_from, sex, grade from student_version order by student, version",
        &[],
        |row| {
            let from = strange(read_date(row, 1)?)?;
            let sex = strange(Sex::from_code(row.str(2)?))?;
            let grade = strange(Grade::from_code(row.str(3)?))?;
            Ok((row.i64(0)?, Placement { from, sex, grade }))
        },
    )?;
    let mut placements: HashMap<i64, Vec<Placement>> = HashMap::new();
    for (student, placement) in rows {
        placements.entry(student).or_default().push(placement);
    }
    Ok(placements)
}

/// Number and name of a pupil, for who may read them.
///
/// # Errors
/// The store cannot be read.
pub fn name_of(tx: &Tx<'_>, pass: &Pass) -> Result<Option<(String, String)>, SqlError> {
    tx.query_opt(
        "select s.student_number, v.name from student s
         join student_version v on v.student = s.id and v.version = s.version where s.id = $1",
        params![pass.student().0],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

fn is_empty(tx: &Tx<'_>) -> Result<bool, SqlError> {
    // Whom a file brought by mistake is off the roll from the first day and was never known.
    let known = "select 1 from student s join student_version v
        on v.student = s.id and v.version = s.version
        where v.reason <> $1 or v.valid_from > (select min(f.valid_from) from student_version f
            where f.student = s.id) limit 1";
    let any = tx.query_opt(known, params![ABSENT], |row| row.i64(0))?;
    Ok(any.is_none())
}

/// First of September of the school year that a day belongs to, or the day itself before it.
fn year_start(day: Date) -> Date {
    let year = if day.month() >= YEAR_BEGINS { day.year() } else { day.year() - 1 };
    Date::new(year, 9, 1).map_or(day, |start| start.min(day))
}

/// Adds a pupil whom the ledger does not know; gives the internal id.
pub(super) fn add(tx: &Tx<'_>, record: &RosterRow, from: &Change) -> Result<i64, SqlError> {
    let id = tx.query_opt(
        "insert into student (student_number, version) values ($1, 1) returning id",
        params![record.student_number.as_str()],
        |row| row.i64(0),
    )?;
    let id = strange(id)?;
    insert_version(tx, (id, 1), record, from)?;
    Ok(id)
}

/// Adds a pupil whom a file brings; one who was taken off as never known keeps the id.
fn bring(tx: &Tx<'_>, record: &RosterRow, from: &Change) -> Result<(), SqlError> {
    let found = tx.query_opt(
        "insert into student (student_number, version) values ($1, 1)
         on conflict (student_number) do update set version = version + 1 returning id, version",
        params![record.student_number.as_str()],
        |row| Ok((row.i64(0)?, row.i64(1)?)),
    )?;
    insert_version(tx, strange(found)?, record, from)
}

/// Adds a version to a pupil whom the ledger knows.
pub(super) fn replace(tx: &Tx<'_>, record: &RosterRow, from: &Change) -> Result<(), SqlError> {
    let found = tx.query_opt(
        "update student set version = version + 1 where student_number = $1
         returning id, version",
        params![record.student_number.as_str()],
        |row| Ok((row.i64(0)?, row.i64(1)?)),
    )?;
    insert_version(tx, strange(found)?, record, from)
}

fn insert_version(
    tx: &Tx<'_>,
    (student, version): (i64, i64),
    record: &RosterRow,
    from: &Change,
) -> Result<(), SqlError> {
    let birth_date = record.birth_date.map(|day| day.to_string());
    let consent_date = record.consent_date.map(|day| day.to_string());
    tx.execute(
        "insert into student_version (student, version, valid_from, batch, reason, local_number,
             name, sex, birth_date, grade, class, status, consent, consent_date)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            student,
            version,
            &from.valid_from.to_string(),
            from.batch,
            from.reason,
            record.local_number.as_deref(),
            &*record.name,
            record.sex.code(),
            birth_date.as_deref(),
            record.grade.code(),
            &*record.class,
            record.status.code(),
            record.consent.code(),
            consent_date.as_deref(),
        ],
    )?;
    Ok(())
}

fn read_record(row: &Row<'_, '_>) -> Result<RosterRow, SqlError> {
    Ok(RosterRow {
        student_number: read_number(row.str(0)?)?,
        local_number: row.opt_text(1)?.map(String::into_boxed_str),
        name: row.str(2)?.into(),
        sex: strange(Sex::from_code(row.str(3)?))?,
        birth_date: read_date(row, 4)?,
        grade: strange(Grade::from_code(row.str(5)?))?,
        class: row.str(6)?.into(),
        status: strange(Status::from_code(row.str(7)?))?,
        consent: Consent::from_code(row.str(8)?),
        consent_date: read_date(row, 9)?,
    })
}

/// A stored student number.
pub(super) fn read_number(text: &str) -> Result<StudentNumber, SqlError> {
    StudentNumber::parse(text).map_err(|_| SqlError::Type)
}

/// A stored date or nothing.
pub(super) fn read_date(row: &Row<'_, '_>, column: usize) -> Result<Option<Date>, SqlError> {
    let text = row.opt_text(column)?;
    text.map(|text| text.parse().map_err(|_| SqlError::Type)).transpose()
}
