//! The turn of the year: one person asks with the preview before them, another signs, and every
//! class moves up in one transaction; it can be undone until something was built on it.
//!
//! What was asked for is carried out or nothing is: the preview's digest is kept, and a roll that
//! says something else at the moment of signing refuses.

pub mod decisions;
pub mod plan;
mod write;

use domain::digest::Digest;
use domain::ledger::Action;
use domain::ledger::Area;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::entry::{Moment, StaffId};
use super::refusal::LedgerRefusal;
use super::{import_batch, journal, second, strange};
use decisions::Decisions;
use plan::Plan;

/// First month of a school year.
const YEAR_BEGINS: i8 = 8;

/// Where a turn stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnState {
    /// It waits for the second person.
    Waiting,
    /// It was carried out.
    Done,
    /// The second person did not agree.
    Refused,
    /// It was carried out and undone.
    Undone,
}

/// A turn as lists show it. Names accounts, so without `Debug`.
#[derive(Clone)]
pub struct TurnLine {
    /// Its number.
    pub id: i64,
    /// Year in which the new school year begins.
    pub school_year: i16,
    /// First day in the new grades.
    pub day: Date,
    /// Where it stands.
    pub state: TurnState,
    /// Account that asked.
    pub asked_by: String,
    /// When it was asked for.
    pub asked_at: Moment,
    /// Account of the second person or of who undid it.
    pub acted_by: Option<String>,
    /// Whether it can still be undone.
    pub can_undo: bool,
}

/// A turn as it is stored.
struct Stored {
    line: TurnLine,
    asked_staff: StaffId,
    decisions: String,
    outcome: Digest,
    batch: Option<i64>,
    /// First and last entry of the journal that its last act wrote.
    entries: (u64, u64),
}

/// Year in which the school year of a day begins; rosters for a new year are made in August.
#[must_use]
pub fn year_of(day: Date) -> i16 {
    if day.month() >= YEAR_BEGINS { day.year() } else { day.year() - 1 }
}

/// What a turn would do, class by class. Shows no student by name; writes nothing.
///
/// # Errors
/// The role may not, the day cannot be, or the roll stands for the new year already.
pub fn preview(tx: &Tx<'_>, author: &Author, decisions: &Decisions) -> Result<Plan, LedgerRefusal> {
    super::write::allow(tx, author, Action::Write(Area::Roll), None)?;
    check_day(tx, author, decisions.day)?;
    plan::of(tx, decisions)
}

/// Asks for a turn; it waits for [`sign`].
///
/// # Errors
/// As [`preview`], no reason was given, the account is nobody's, or another turn waits.
pub fn ask(tx: &Tx<'_>, author: &Author, decisions: &Decisions) -> Result<i64, LedgerRefusal> {
    let plan = preview(tx, author, decisions)?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let staff = second::first(author)?;
    if all(tx)?.iter().any(|turn| turn.state == TurnState::Waiting) {
        return Err(LedgerRefusal::Double);
    }
    let id = tx.query_opt(
        "insert into roll_turn (school_year, day, decisions, outcome, asked_by, asked_staff,
                                asked_at_ms, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        params![
            i64::from(year_of(decisions.day)),
            &decisions.day.to_string(),
            &decisions.to_text(),
            &plan.digest().to_tagged(),
            author.account(),
            staff.0,
            author.now().0,
            author.reason(),
        ],
        |row| row.i64(0),
    )?;
    Ok(strange(id)?)
}

/// Signs a turn as the second person and carries it out, or refuses it.
///
/// # Errors
/// It is the same person, it does not wait, or the roll has changed since it was asked for;
/// nothing was written.
pub fn sign(tx: &Tx<'_>, author: &Author, id: i64, agrees: bool) -> Result<(), LedgerRefusal> {
    super::write::allow(tx, author, Action::Write(Area::Roll), None)?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let turn = find(tx, id)?;
    if turn.line.state != TurnState::Waiting {
        return Err(LedgerRefusal::NotWaiting);
    }
    second::check(tx, author, (&turn.line.asked_by, Some(turn.asked_staff)))?;
    if !agrees {
        return act(tx, author, id, ("refused", None, 0));
    }
    let decisions = Decisions::parse(&turn.decisions)?;
    let plan = preview(tx, author, &decisions)?;
    if plan.digest() != turn.outcome {
        return Err(LedgerRefusal::Changed);
    }
    let before = journal::head(tx)?.entries;
    let batch = write::carry_out(tx, author, &plan)?;
    act(tx, author, id, ("done", Some(batch), before + 1))
}

/// Undoes a turn that was carried out: every student stands again where the turn found them.
///
/// # Errors
/// It was not carried out, something was built on it, or the role may not; nothing was written.
pub fn undo(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(), LedgerRefusal> {
    super::write::allow(tx, author, Action::Write(Area::Roll), None)?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let turn = find(tx, id)?;
    let (TurnState::Done, Some(batch)) = (turn.line.state, turn.batch) else {
        return Err(LedgerRefusal::NotWaiting);
    };
    if !turn.line.can_undo {
        return Err(LedgerRefusal::BuiltOn);
    }
    let decisions = Decisions::parse(&turn.decisions)?;
    let (first, last) = turn.entries;
    let written = write::take_back(tx, author, (batch, first, last), decisions.day)?;
    act(tx, author, id, ("undone", Some(written), last + 1))
}

/// What a turn would do or did, for whoever is to sign it.
///
/// # Errors
/// There is no such turn, it does not wait, or the role may not.
pub fn waiting_plan(tx: &Tx<'_>, author: &Author, id: i64) -> Result<Plan, LedgerRefusal> {
    let turn = find(tx, id)?;
    if turn.line.state != TurnState::Waiting {
        return Err(LedgerRefusal::NotWaiting);
    }
    preview(tx, author, &Decisions::parse(&turn.decisions)?)
}

/// Every turn, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<TurnLine>, LedgerRefusal> {
    Ok(stored(tx)?.into_iter().map(|turn| turn.line).collect())
}

fn find(tx: &Tx<'_>, id: i64) -> Result<Stored, LedgerRefusal> {
    stored(tx)?.into_iter().find(|turn| turn.line.id == id).ok_or(LedgerRefusal::Unknown)
}

fn stored(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    let mut turns = tx.query(
        "select t.id, t.school_year, t.day, t.asked_by, t.asked_at_ms, t.asked_staff, t.decisions,
                t.outcome, a.act, a.by, a.batch, a.first_entry, a.last_entry
         from roll_turn t left join roll_turn_act a
             on a.id = (select max(id) from roll_turn_act where turn = t.id)
         order by t.id desc",
        &[],
        read,
    )?;
    for turn in &mut turns {
        let done = turn.line.state == TurnState::Done;
        turn.line.can_undo = done && !is_built_on(tx, turn)?;
    }
    Ok(turns)
}

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    let state = match row.opt_text(8)?.as_deref() {
        None => TurnState::Waiting,
        Some("done") => TurnState::Done,
        Some("refused") => TurnState::Refused,
        Some("undone") => TurnState::Undone,
        Some(_) => return Err(SqlError::Type),
    };
    let line = TurnLine {
        id: row.i64(0)?,
        school_year: i16::try_from(row.i64(1)?).map_err(|_| SqlError::Type)?,
        day: row.str(2)?.parse().map_err(|_| SqlError::Type)?,
        state,
        asked_by: row.text(3)?,
        asked_at: Moment(row.i64(4)?),
        acted_by: row.opt_text(9)?,
        can_undo: false,
    };
    let entry = |column| -> Result<u64, SqlError> {
        Ok(row.opt_i64(column)?.and_then(|entry| u64::try_from(entry).ok()).unwrap_or(0))
    };
    Ok(Stored {
        line,
        asked_staff: StaffId(row.i64(5)?),
        decisions: row.text(6)?,
        outcome: strange(Digest::from_tagged(row.bytes(7)?).ok())?,
        batch: row.opt_i64(10)?,
        entries: (entry(11)?, entry(12)?),
    })
}

/// Whether the roll was changed or a sheet came in since, what the turn wrote was written on, or an
/// entry of the new year is about a student or a class: taking the turn back would lose the one and
/// put the other into the wrong grade.
fn is_built_on(tx: &Tx<'_>, turn: &Stored) -> Result<bool, SqlError> {
    let later = "select 1 from import_batch where id > $1 and kind <> 'staff' limit 1";
    if tx.query_opt(later, params![turn.batch], |row| row.i64(0))?.is_some() {
        return Ok(true);
    }
    let again = "select 1 from journal a join journal b on b.record = a.record
        where a.entry between $1 and $2 and b.entry > $2 limit 1";
    let wrote = params![turn.entries.0, turn.entries.1];
    if tx.query_opt(again, wrote, |row| row.i64(0))?.is_some() {
        return Ok(true);
    }
    let entry = "select 1 from journal j join record r on r.id = j.record
        where j.entry > $1 and j.event_day >= $2
        and (r.student is not null or j.kind = 'class_teacher') limit 1";
    let day = turn.line.day.to_string();
    let found = tx.query_opt(entry, params![turn.entries.1, &day], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// The day must have come, its school year must not have turned, and no roster may stand for it.
fn check_day(tx: &Tx<'_>, author: &Author, day: Date) -> Result<(), LedgerRefusal> {
    domain::ledger::day::check_event(day, author.today(), None)?;
    let year = year_of(day);
    let turned = all(tx)?;
    if turned.iter().any(|turn| turn.state == TurnState::Done && turn.school_year >= year) {
        return Err(LedgerRefusal::Turned);
    }
    // Taking a roster for last year's would move everybody up twice.
    match import_batch::has_roster_from(tx, day)? {
        true => Err(LedgerRefusal::Turned),
        false => Ok(()),
    }
}

fn act(
    tx: &Tx<'_>,
    author: &Author,
    turn: i64,
    (word, batch, first): (&str, Option<i64>, u64),
) -> Result<(), LedgerRefusal> {
    let last = journal::head(tx)?.entries;
    tx.execute(
        "insert into roll_turn_act (turn, act, by, at_ms, reason, batch, first_entry, last_entry)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![turn, word, author.account(), author.now().0, author.reason(), batch, first, last],
    )?;
    Ok(())
}
