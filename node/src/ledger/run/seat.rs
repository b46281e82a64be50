//! What a code opens: a student's place before the questions, and the answers given so far.
//!
//! Codes and session tokens are stored as digests only. The last browser that a code was typed
//! into counts: an earlier one, left open in the computer room, is shut by it.

use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::screening::{State, Unasked};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::people::{Stamp, note, read_instruments};
use super::{InstrumentId, ParticipantId, RunId, tally};
use crate::import::value::Grade;
use crate::ledger::consented::{self, Family};
use crate::ledger::entry::{Moment, StudentId};
use crate::ledger::{packed, strange};

/// A session that is not used for so long has ended; the answers stay.
const IDLE_MS: i64 = 40 * 60 * 1_000;
/// Use is written down once in so long, to spare the disk.
const TOUCH_MS: i64 = 60 * 1_000;

/// A student's place before the questions. About one person, so without `Debug`.
#[derive(Clone)]
pub struct Seat {
    /// Internal id.
    pub participant: ParticipantId,
    /// Who.
    pub student: StudentId,
    /// Name, of which the page shows a part.
    pub name: String,
    /// Grade now.
    pub grade: Grade,
    /// Class now.
    pub class: Box<str>,
    /// Whether the student is on the roll now.
    pub is_on_roll: bool,
    /// What the family said about screening, as it is known now.
    pub family: Family,
    /// Which run.
    pub run: RunId,
    /// Whom a student may turn to.
    pub contact: String,
    /// What is done where the guardian's answer is not known.
    pub unasked: Unasked,
    /// Whether the run was closed.
    pub is_closed: bool,
    /// How the student stands.
    pub state: State,
    /// An absence is on record.
    pub was_absent: bool,
    /// Instruments that are still to be answered, in order.
    pub instruments: Vec<InstrumentId>,
    /// Window of the class; nothing where the class has none.
    pub window: Option<(i64, i64)>,
    /// Let in to make up until then.
    pub late_until_ms: Option<i64>,
}

/// Gives a student a code, by its digest; an earlier code opens nothing any more, and a browser
/// that it opened is shut.
///
/// # Errors
/// The store cannot be written.
pub fn issue(
    tx: &Tx<'_>,
    stamp: Stamp<'_>,
    id: ParticipantId,
    code: &Digest,
) -> Result<(), SqlError> {
    tx.execute(
        "update participant set code = $2, code_at_ms = $3 where id = $1",
        params![id.0, &code.to_tagged(), stamp.now_ms],
    )?;
    leave(tx, id)?;
    note(tx, stamp, id, ("code", ""))
}

/// The seat that a code opens.
///
/// # Errors
/// The store cannot be read.
pub fn of_code(tx: &Tx<'_>, code: &Digest) -> Result<Option<Seat>, SqlError> {
    let statement = format!("select {SEAT} where p.code = $1");
    told(tx, tx.query_opt(&statement, params![&code.to_tagged()], read)?)
}

/// The seat of a student of a run.
///
/// # Errors
/// The store cannot be read.
pub fn of_participant(tx: &Tx<'_>, id: ParticipantId) -> Result<Option<Seat>, SqlError> {
    let statement = format!("select {SEAT} where p.id = $1");
    told(tx, tx.query_opt(&statement, params![id.0], read)?)
}

/// Seats a browser; the one before it is shut.
///
/// # Errors
/// The store cannot be written.
pub fn sit(tx: &Tx<'_>, id: ParticipantId, token: &Digest, now_ms: i64) -> Result<(), SqlError> {
    leave(tx, id)?;
    tx.execute(
        "insert into answer_session (token, participant, used_at_ms) values ($1, $2, $3)",
        params![&token.to_tagged(), id.0, now_ms],
    )?;
    Ok(())
}

/// The seat of a browser, if it was used lately.
///
/// # Errors
/// The store cannot be read.
pub fn of_token(tx: &Tx<'_>, token: &Digest, now_ms: i64) -> Result<Option<Seat>, SqlError> {
    let statement = format!(
        "select {SEAT} join answer_session a on a.participant = p.id
         where a.token = $1 and a.used_at_ms > $2"
    );
    let since = now_ms.saturating_sub(IDLE_MS);
    told(tx, tx.query_opt(&statement, params![&token.to_tagged(), since], read)?)
}

/// Notes that a browser was used, once a minute.
///
/// # Errors
/// The store cannot be written.
pub fn touch(tx: &Tx<'_>, id: ParticipantId, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update answer_session set used_at_ms = $2 where participant = $1 and used_at_ms < $3",
        params![id.0, now_ms, now_ms.saturating_sub(TOUCH_MS)],
    )?;
    Ok(())
}

/// Shuts the browser of a student. The answers stay.
///
/// # Errors
/// The store cannot be written.
pub fn leave(tx: &Tx<'_>, id: ParticipantId) -> Result<(), SqlError> {
    tx.execute("delete from answer_session where participant = $1", params![id.0])?;
    Ok(())
}

/// The answers given so far to one instrument; nothing before the first.
///
/// # Errors
/// The store cannot be read.
pub fn draft(
    tx: &Tx<'_>,
    id: ParticipantId,
    instrument: InstrumentId,
) -> Result<Option<Box<[Option<u8>]>>, SqlError> {
    tx.query_opt(
        "select answers from draft where participant = $1 and instrument = $2",
        params![id.0, instrument.0],
        |row| strange(packed::unpack(row.bytes(0)?)),
    )
}

/// Keeps the answers given so far.
///
/// # Errors
/// The store cannot be written.
pub fn save(
    tx: &Tx<'_>,
    (id, instrument): (ParticipantId, InstrumentId),
    answers: &[Option<u8>],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into draft (participant, instrument, answers, saved_at_ms, begun_at_ms)
         values ($1, $2, $3, $4, $4) on conflict (participant, instrument)
         do update set answers = excluded.answers, saved_at_ms = excluded.saved_at_ms",
        params![id.0, instrument.0, &packed::pack(answers), now_ms],
    )?;
    Ok(())
}

/// When the first answer of what is not handed in yet was given.
///
/// # Errors
/// The store cannot be read.
pub fn begun(
    tx: &Tx<'_>,
    id: ParticipantId,
    instrument: InstrumentId,
) -> Result<Option<Moment>, SqlError> {
    let began = "select begun_at_ms from draft where participant = $1 and instrument = $2";
    let found = tx.query_opt(began, params![id.0, instrument.0], |row| row.opt_i64(0))?;
    Ok(found.flatten().map(Moment))
}

/// Whoever began on a screen and did not hand in, and when each answered last.
///
/// # Errors
/// The store cannot be read.
pub fn with_drafts(tx: &Tx<'_>, run: RunId) -> Result<Vec<(ParticipantId, i64)>, SqlError> {
    let statement = "select d.participant, max(d.saved_at_ms) from draft d
        join participant p on p.id = d.participant where p.run = $1
        group by d.participant order by d.participant";
    tx.query(statement, params![run.0], |row| Ok((ParticipantId(row.i64(0)?), row.i64(1)?)))
}

/// Throws the drafts of a student away: they were handed in, or are to be answered anew.
///
/// # Errors
/// The store cannot be written.
pub fn drop_drafts(tx: &Tx<'_>, id: ParticipantId) -> Result<(), SqlError> {
    tx.execute("delete from draft where participant = $1", params![id.0])?;
    Ok(())
}

const SEAT: &str =
    "p.id, p.student, v.name, v.grade, v.class, v.status, r.id, r.contact, r.unasked,
    r.closed_at_ms, p.state, p.was_absent, p.instruments, c.opens_at_ms, c.closes_at_ms,
    p.late_until_ms
    from participant p join screening_run r on r.id = p.run
    join student s on s.id = p.student
    join student_version v on v.student = s.id and v.version = s.version
    left join run_class c on c.run = p.run and c.grade = v.grade and c.class = v.class";

/// What the ledgers say of a seat: the family's answer, and what was handed in already.
fn told(tx: &Tx<'_>, seat: Option<Seat>) -> Result<Option<Seat>, SqlError> {
    let Some(seat) = seat else { return Ok(None) };
    let family = consented::of(tx, seat.student)?;
    let asked = (seat.state, seat.instruments.as_slice());
    let instruments = tally::still_asked(tx, (seat.run, seat.student), asked)?;
    Ok(Some(Seat { family, instruments, ..seat }))
}

fn read(row: &Row<'_, '_>) -> Result<Seat, SqlError> {
    Ok(Seat {
        participant: ParticipantId(row.i64(0)?),
        student: StudentId(row.i64(1)?),
        name: row.text(2)?,
        grade: strange(Grade::from_code(row.str(3)?))?,
        class: row.str(4)?.into(),
        is_on_roll: matches!(row.str(5)?, "enrolled" | "suspended"),
        family: Family::default(),
        run: RunId(row.i64(6)?),
        contact: row.text(7)?,
        unasked: strange(Unasked::from_word(row.str(8)?))?,
        is_closed: row.opt_i64(9)?.is_some(),
        state: strange(State::from_word(row.str(10)?))?,
        was_absent: row.bool(11)?,
        instruments: read_instruments(row.str(12)?)?,
        window: row.opt_i64(13)?.zip(row.opt_i64(14)?),
        late_until_ms: row.opt_i64(15)?,
    })
}
