//! The students of a run: who they are, how each stands, and what happened to them.
//!
//! Whoever is on the roll now is in the run; who left the roll is in none of its lists. Each event
//! leaves a line that nothing removes.

use domain::ledger::Word as _;
use domain::screening::{Event, State, progress};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{InstrumentId, ParticipantId, RunId, class_order};
use crate::import::value::{Grade, StudentNumber};
use crate::ledger::consented::{self, Family};
use crate::ledger::entry::StudentId;
use crate::ledger::people::IN_CLASS;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::strange;
use crate::ledger::student::read_number;

/// A student of a run. About one person, so without `Debug`.
#[derive(Clone)]
pub struct Participant {
    /// Internal id.
    pub id: ParticipantId,
    /// Who.
    pub student: StudentId,
    /// National student number.
    pub number: StudentNumber,
    /// Grade now.
    pub grade: Grade,
    /// Class now.
    pub class: Box<str>,
    /// What the family said about screening, as it is known now.
    pub family: Family,
    /// Instruments to answer, in order.
    pub instruments: Vec<InstrumentId>,
    /// How the student stands.
    pub state: State,
    /// An absence is on record.
    pub was_absent: bool,
    /// Let in to make up until then.
    pub late_until_ms: Option<i64>,
    /// When the code was made; nothing without one.
    pub code_at_ms: Option<i64>,
}

/// A student on the roll, as a run decides about instruments.
pub struct OnRoll {
    /// Who.
    pub student: StudentId,
    /// Grade.
    pub grade: Grade,
    /// Class.
    pub class: Box<str>,
    /// Day of birth, where it is known.
    pub birth: Option<Date>,
}

/// Who does something, and when.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    /// Account, or [`STUDENT`].
    pub by: &'a str,
    /// By this machine's clock.
    pub now_ms: i64,
}

/// Author of what was answered on a screen: the student, who has no account.
pub const STUDENT: &str = "student";

/// Everybody on the roll now.
///
/// # Errors
/// The store cannot be read.
pub fn on_roll(tx: &Tx<'_>) -> Result<Vec<OnRoll>, SqlError> {
    tx.query(
        "select s.id, v.grade, v.class, v.birth_date from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.status in ('enrolled', 'suspended') order by s.id",
        &[],
        |row| {
            let birth = row.opt_text(3)?;
            Ok(OnRoll {
                student: StudentId(row.i64(0)?),
                grade: strange(Grade::from_code(row.str(1)?))?,
                class: row.str(2)?.into(),
                birth: birth.map(|day| day.parse().map_err(|_| SqlError::Type)).transpose()?,
            })
        },
    )
}

/// Puts a student into a run, or gives one who has not begun the instruments that fit now.
///
/// # Errors
/// The store cannot be written.
pub fn enrol(
    tx: &Tx<'_>,
    run: RunId,
    student: StudentId,
    instruments: &[InstrumentId],
) -> Result<(), SqlError> {
    let ids: Vec<String> = instruments.iter().map(|id| id.0.to_string()).collect();
    tx.execute(
        "insert into participant (run, student, instruments, state, was_absent)
         values ($1, $2, $3, 'waiting', 0) on conflict (run, student)
         do update set instruments = excluded.instruments
         where state = 'waiting' and instruments <> excluded.instruments",
        params![run.0, student.0, &ids.join(",")],
    )?;
    Ok(())
}

/// Everybody of a run who is on the roll now, by class and number in it.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, run: RunId) -> Result<Vec<Participant>, SqlError> {
    let statement = format!("{PARTICIPANT} where p.run = $1 and {ON_ROLL} order by {IN_CLASS}");
    let mut found = tx.query(&statement, params![run.0], read)?;
    let families = consented::all(tx)?;
    for one in &mut found {
        one.family = families.of(one.student.0);
    }
    found.sort_by_cached_key(|known| class_order(known.grade, &known.class));
    Ok(found)
}

/// One student of a run.
///
/// # Errors
/// There is none, or the student left the roll, or the store.
pub fn of(tx: &Tx<'_>, run: RunId, student: StudentId) -> Result<Participant, LedgerRefusal> {
    let statement = format!("{PARTICIPANT} where p.run = $1 and p.student = $2 and {ON_ROLL}");
    let found = tx.query_opt(&statement, params![run.0, student.0], read)?;
    with_family(tx, found)
}

/// One student of a run by internal id.
///
/// # Errors
/// There is none, or the store.
pub fn get(tx: &Tx<'_>, id: ParticipantId) -> Result<Participant, LedgerRefusal> {
    let statement = format!("{PARTICIPANT} where p.id = $1");
    let found = tx.query_opt(&statement, params![id.0], read)?;
    with_family(tx, found)
}

/// Lets an event happen to a student: checks that it may follow, and writes it down.
///
/// # Errors
/// It cannot follow the present state, or the store.
pub fn happen(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    (id, state): (ParticipantId, State),
    (event, reason): (Event, &str),
) -> Result<State, LedgerRefusal> {
    let after = progress::next(state, event).map_err(|_| LedgerRefusal::NotWaiting)?;
    if after == state && event == Event::Answer {
        return Ok(after);
    }
    tx.execute(
        "update participant set state = $2, was_absent = max(was_absent, $3) where id = $1",
        params![id.0, after.as_str(), event == Event::Absent],
    )?;
    note(tx, stamp, id, (word(event, after), reason))?;
    Ok(after)
}

/// When a refusal or absence was last taken back, where none was noted since.
///
/// # Errors
/// The store cannot be read.
pub fn reopened_at(tx: &Tx<'_>, id: ParticipantId) -> Result<Option<i64>, SqlError> {
    let last = "select at_ms, what = 'reopened' from participant_event where participant = $1
        and what in ('refused', 'absent', 'reopened') order by id desc limit 1";
    let last = tx.query_opt(last, params![id.0], |row| Ok((row.i64(0)?, row.bool(1)?)))?;
    Ok(last.and_then(|(at_ms, is_reopened)| is_reopened.then_some(at_ms)))
}

/// As if the sheet of everybody were void, for tests of what is shown then.
#[cfg(test)]
pub(crate) fn danger_void_all(tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
    tx.execute("update participant set state = 'void'", &[])?;
    Ok(())
}

/// Lets a student in to make up until an instant.
///
/// # Errors
/// The store cannot be written.
pub fn admit_late(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    id: ParticipantId,
    until_ms: i64,
) -> Result<(), SqlError> {
    let statement = "update participant set late_until_ms = $2 where id = $1";
    tx.execute(statement, params![id.0, until_ms])?;
    note(tx, stamp, id, ("late", ""))
}

/// Writes a line about a student that stays.
///
/// # Errors
/// The store cannot be written.
pub fn note(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    id: ParticipantId,
    (what, reason): (&str, &str),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into participant_event (participant, at_ms, author, what, reason)
         values ($1, $2, $3, $4, $5)",
        params![id.0, stamp.now_ms, stamp.by, what, reason],
    )?;
    Ok(())
}

const fn word(event: Event, after: State) -> &'static str {
    match (event, after) {
        (Event::Answer, _) => "started",
        (Event::HandIn { .. }, State::Void) => "void",
        (Event::HandIn { .. }, State::MadeUp) => "made_up",
        (Event::HandIn { .. }, _) => "submitted",
        (Event::Refuse, _) => "refused",
        (Event::Absent, _) => "absent",
        (Event::Reopen, _) => "reopened",
        (Event::Retest, _) => "retest",
        (Event::TakenBack, _) => "taken_back",
    }
}

const PARTICIPANT: &str = "select p.id, p.student, s.student_number, v.grade, v.class,
    p.instruments, p.state, p.was_absent, p.late_until_ms, iif(p.code is null, null, p.code_at_ms)
    from participant p join student s on s.id = p.student
    join student_version v on v.student = s.id and v.version = s.version";
const ON_ROLL: &str = "v.status in ('enrolled', 'suspended')";

fn with_family(tx: &Tx<'_>, found: Option<Participant>) -> Result<Participant, LedgerRefusal> {
    let found = found.ok_or(LedgerRefusal::Unknown)?;
    let family = consented::of(tx, found.student)?;
    Ok(Participant { family, ..found })
}

fn read(row: &Row<'_, '_>) -> Result<Participant, SqlError> {
    Ok(Participant {
        id: ParticipantId(row.i64(0)?),
        student: StudentId(row.i64(1)?),
        number: read_number(row.str(2)?)?,
        grade: strange(Grade::from_code(row.str(3)?))?,
        class: row.str(4)?.into(),
        family: Family::default(),
        instruments: read_instruments(row.str(5)?)?,
        state: strange(State::from_word(row.str(6)?))?,
        was_absent: row.bool(7)?,
        late_until_ms: row.opt_i64(8)?,
        code_at_ms: row.opt_i64(9)?,
    })
}

/// Stored ids of instruments.
pub(super) fn read_instruments(text: &str) -> Result<Vec<InstrumentId>, SqlError> {
    let ids = text.split(',').filter(|word| !word.is_empty());
    ids.map(|id| id.parse().map(InstrumentId).map_err(|_| SqlError::Type)).collect()
}
