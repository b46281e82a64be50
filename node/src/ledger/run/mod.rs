//! Screening runs as they are kept: the run itself, its instruments, the windows of its classes.
//!
//! A run is a plan and its working papers. What was handed in is a sheet like an imported one, in
//! the campaign of its scale, so figures know nothing of runs.

pub mod paper;
pub mod people;
pub mod seat;
pub mod tally;

use domain::digest::Digest;
use domain::ledger::Word as _;
use domain::period::TermId;
use domain::screening::Unasked;
use domain::screening::order::LowestTier;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::campaign::Place;
use super::refusal::LedgerRefusal;
use super::strange;
use crate::import::value::Grade;

/// Runs that the list gives.
const RUNS_MAX: u32 = 100;

/// Number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

/// Internal id of an instrument of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstrumentId(pub i64);

/// Internal id of a class of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub i64);

/// Internal id of a student in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParticipantId(pub i64);

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Its term.
    pub term: TermId,
    /// As the school calls it.
    pub name: String,
    /// Whom a student may turn to.
    pub contact: String,
    /// First day: ages are those of this day.
    pub first_day: Date,
    /// What the school does where a scale suggests the lowest tier.
    pub lowest: LowestTier,
    /// What is done where the guardian's answer is not known.
    pub unasked: Unasked,
    /// Interviews a school day.
    pub per_day: u32,
    /// Where its sheets come from.
    pub batch: i64,
    /// The special period whose pulse screen it is: it ends with it.
    pub special: Option<String>,
    /// Account that opened it.
    pub opened_by: String,
    /// When it was closed; nothing while it is open.
    pub closed_at_ms: Option<i64>,
    /// Account that closed or voided it.
    pub closed_by: Option<String>,
    /// Voided: it counts nowhere.
    pub is_voided: bool,
    /// Why it was voided or ended early; else empty.
    pub ended_why: String,
}

/// An instrument of a run.
#[derive(Clone, Debug)]
pub struct Instrument {
    /// Its id.
    pub id: InstrumentId,
    /// Id of the scale.
    pub scale: String,
    /// Where its sheets go.
    pub place: Place,
    /// Digest of the pack that asks and scores.
    pub pack: Digest,
    /// Grades that answer it.
    pub grades: Vec<Grade>,
}

/// When a class answers.
#[derive(Clone, Debug)]
pub struct ClassWindow {
    /// Its id.
    pub id: ClassId,
    /// Grade.
    pub grade: Grade,
    /// Class.
    pub class: String,
    /// From then on.
    pub opens_at_ms: i64,
    /// Until then.
    pub closes_at_ms: i64,
}

/// A run to be kept.
pub struct NewRun<'a> {
    /// Its term.
    pub term: TermId,
    /// As the school calls it.
    pub name: &'a str,
    /// Whom a student may turn to.
    pub contact: &'a str,
    /// First day.
    pub first_day: Date,
    /// What the school does with the lowest tier.
    pub lowest: LowestTier,
    /// What is done where the guardian's answer is not known.
    pub unasked: Unasked,
    /// Interviews a school day.
    pub per_day: u32,
    /// Where its sheets come from.
    pub batch: i64,
    /// The special period whose pulse screen it is.
    pub special: Option<&'a str>,
}

/// Keeps a run.
///
/// # Errors
/// The store cannot be written.
pub fn insert(tx: &Tx<'_>, run: &NewRun<'_>, by: (&str, i64)) -> Result<RunId, SqlError> {
    let id = tx.query_opt(
        "insert into screening_run (term, name, contact, first_day, lowest_tier, unasked, per_day,
             batch, opened_by, opened_at_ms, special)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        params![
            &run.term.to_string(),
            run.name,
            run.contact,
            &run.first_day.to_string(),
            lowest_word(run.lowest),
            run.unasked.as_str(),
            run.per_day,
            run.batch,
            by.0,
            by.1,
            run.special.unwrap_or_default(),
        ],
        |row| row.i64(0),
    )?;
    strange(id).map(RunId)
}

/// Adds an instrument, answered by some grades.
///
/// # Errors
/// The store cannot be written.
pub fn add_instrument(
    tx: &Tx<'_>,
    run: RunId,
    (scale, place): (&str, Place),
    grades: &[Grade],
) -> Result<InstrumentId, SqlError> {
    let grades: Vec<&str> = grades.iter().map(|grade| grade.code()).collect();
    let id = tx.query_opt(
        "insert into run_instrument (run, scale, campaign, pack, grades)
         values ($1, $2, $3, $4, $5) returning id",
        params![run.0, scale, place.campaign, place.pack, &grades.join(",")],
        |row| row.i64(0),
    )?;
    strange(id).map(InstrumentId)
}

/// Adds a class with its window; a class that is there keeps its own.
///
/// # Errors
/// The store cannot be written.
pub fn add_class(
    tx: &Tx<'_>,
    run: RunId,
    (grade, class): (Grade, &str),
    (opens_at_ms, closes_at_ms): (i64, i64),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into run_class (run, grade, class, opens_at_ms, closes_at_ms)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        params![run.0, grade.code(), class, opens_at_ms, closes_at_ms],
    )?;
    Ok(())
}

/// The latest runs, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Run>, SqlError> {
    let statement = format!("{RUN} order by id desc limit $1");
    tx.query(&statement, params![RUNS_MAX], read_run)
}

/// One run.
///
/// # Errors
/// There is none, or the store.
pub fn get(tx: &Tx<'_>, run: RunId) -> Result<Run, LedgerRefusal> {
    let found = tx.query_opt(&format!("{RUN} where id = $1"), params![run.0], read_run)?;
    found.ok_or(LedgerRefusal::Unknown)
}

/// One run that is open.
///
/// # Errors
/// There is none, it is closed, or the store.
pub fn get_open(tx: &Tx<'_>, run: RunId) -> Result<Run, LedgerRefusal> {
    let found = get(tx, run)?;
    if found.closed_at_ms.is_some() { Err(LedgerRefusal::NotWaiting) } else { Ok(found) }
}

/// The open runs that ask by a campaign's scale in its term.
///
/// # Errors
/// The store cannot be read.
pub fn open_of_campaign(tx: &Tx<'_>, campaign: i64) -> Result<Vec<Run>, SqlError> {
    let statement = format!(
        "{RUN} where closed_at_ms is null
         and id in (select run from run_instrument where campaign = $1) order by id"
    );
    tx.query(&statement, params![campaign], read_run)
}

/// Whether a run that asks by a campaign was closed at or after an instant.
///
/// # Errors
/// The store cannot be read.
pub fn is_closed_since(tx: &Tx<'_>, campaign: i64, at_ms: i64) -> Result<bool, SqlError> {
    let closed = "select 1 from screening_run r join run_instrument i on i.run = r.id
        where i.campaign = $1 and r.closed_at_ms >= $2 and r.voided = 0 limit 1";
    Ok(tx.query_opt(closed, params![campaign, at_ms], |row| row.i64(0))?.is_some())
}

/// The instruments of a run, in the order in which they are answered.
///
/// # Errors
/// The store cannot be read.
pub fn instruments(tx: &Tx<'_>, run: RunId) -> Result<Vec<Instrument>, SqlError> {
    tx.query(
        "select i.id, i.scale, i.campaign, i.pack, p.digest, i.grades from run_instrument i
         join scale_pack p on p.id = i.pack where i.run = $1 order by i.id",
        params![run.0],
        |row| {
            let grades = row.str(5)?.split(',').filter(|word| !word.is_empty());
            Ok(Instrument {
                id: InstrumentId(row.i64(0)?),
                scale: row.text(1)?,
                place: Place { campaign: row.i64(2)?, pack: row.i64(3)? },
                pack: Digest::from_tagged(row.bytes(4)?).map_err(|_| SqlError::Type)?,
                grades: grades
                    .map(|word| strange(Grade::from_code(word)))
                    .collect::<Result<_, _>>()?,
            })
        },
    )
}

/// The classes of a run, by grade and by the number in their name.
///
/// # Errors
/// The store cannot be read.
pub fn classes(tx: &Tx<'_>, run: RunId) -> Result<Vec<ClassWindow>, SqlError> {
    let mut classes = tx.query(
        "select id, grade, class, opens_at_ms, closes_at_ms from run_class where run = $1",
        params![run.0],
        |row| {
            Ok(ClassWindow {
                id: ClassId(row.i64(0)?),
                grade: strange(Grade::from_code(row.str(1)?))?,
                class: row.text(2)?,
                opens_at_ms: row.i64(3)?,
                closes_at_ms: row.i64(4)?,
            })
        },
    )?;
    classes.sort_by_cached_key(|known| class_order(known.grade, &known.class));
    Ok(classes)
}

/// One class of a run.
///
/// # Errors
/// There is none, or the store.
pub fn class(tx: &Tx<'_>, run: RunId, class: ClassId) -> Result<ClassWindow, LedgerRefusal> {
    let found = classes(tx, run)?.into_iter().find(|known| known.id == class);
    found.ok_or(LedgerRefusal::Unknown)
}

/// Moves the window of a class.
///
/// # Errors
/// There is no such class, or the store.
pub fn set_window(
    tx: &Tx<'_>,
    (run, class): (RunId, ClassId),
    (opens_at_ms, closes_at_ms): (i64, i64),
) -> Result<(), LedgerRefusal> {
    let changed = tx.execute(
        "update run_class set opens_at_ms = $3, closes_at_ms = $4 where run = $1 and id = $2",
        params![run.0, class.0, opens_at_ms, closes_at_ms],
    )?;
    if changed == 1 { Ok(()) } else { Err(LedgerRefusal::Unknown) }
}

/// The open runs that are the pulse screen of a special period.
///
/// # Errors
/// The store cannot be read.
pub fn open_of_specials(tx: &Tx<'_>) -> Result<Vec<Run>, SqlError> {
    let statement = format!("{RUN} where closed_at_ms is null and special <> '' order by id");
    tx.query(&statement, &[], read_run)
}

/// Lets nobody answer in a run after an instant: no window goes on, and nobody who was let in to
/// make up stays. Says whether anything changed.
///
/// # Errors
/// The store cannot be written.
pub fn end_windows(tx: &Tx<'_>, run: RunId, at_ms: i64) -> Result<bool, SqlError> {
    let windows = "update run_class set opens_at_ms = min(opens_at_ms, $2), closes_at_ms = $2
        where run = $1 and closes_at_ms > $2";
    let late = "update participant set late_until_ms = $2 where run = $1 and late_until_ms > $2";
    let changed = tx.execute(windows, params![run.0, at_ms])?;
    Ok(tx.execute(late, params![run.0, at_ms])? + changed > 0)
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was held.
    Closed,
    /// It was opened by mistake.
    Voided,
}

/// Whether anything of a run is there that a student answered or somebody noted or typed.
///
/// # Errors
/// The store cannot be read.
pub fn has_answers(tx: &Tx<'_>, run: &Run) -> Result<bool, SqlError> {
    let any = "select 1 from sheet where batch = $2
        union all select 1 from participant p where p.run = $1
            and (p.state <> 'waiting' or exists (select 1 from draft d where d.participant = p.id)
                or exists (select 1 from paper_entry e where e.participant = p.id))
        limit 1";
    Ok(tx.query_opt(any, params![run.id.0, run.batch], |row| row.i64(0))?.is_some())
}

/// An open run that asks by a scale in a term, with those of some grades that it asks too.
///
/// # Errors
/// The store cannot be read.
pub fn open_over(
    tx: &Tx<'_>,
    (term, scale): (TermId, &str),
    grades: &[Grade],
) -> Result<Option<(Run, Vec<Grade>)>, SqlError> {
    let statement = format!("{RUN} where closed_at_ms is null and term = $1 order by id");
    for open in tx.query(&statement, params![&term.to_string()], read_run)? {
        let own = instruments(tx, open.id)?.into_iter().filter(|known| known.scale == scale);
        let shared: Vec<Grade> =
            own.flat_map(|known| known.grades).filter(|grade| grades.contains(grade)).collect();
        if !shared.is_empty() {
            return Ok(Some((open, shared)));
        }
    }
    Ok(None)
}

/// Closes a run and destroys its working papers: codes, sessions, drafts, passes of paper.
///
/// # Errors
/// The store cannot be written.
pub fn close(
    tx: &Tx<'_>,
    run: RunId,
    (author, now_ms): (&str, i64),
    (end, why): (End, &str),
) -> Result<(), SqlError> {
    let own = "(select id from participant where run = $1)";
    for table in ["answer_session", "draft", "paper_entry"] {
        let statement = format!("delete from {table} where participant in {own}");
        tx.execute(&statement, params![run.0])?;
    }
    tx.execute("update participant set code = null where run = $1", params![run.0])?;
    tx.execute(
        "update screening_run set closed_by = $2, closed_at_ms = $3, voided = $4, ended_why = $5
         where id = $1",
        params![run.0, author, now_ms, end == End::Voided, why],
    )?;
    Ok(())
}

/// Grade, then the number in the name of the class, then the name.
pub(crate) fn class_order(grade: Grade, class: &str) -> (Grade, u32, String) {
    let digits: String = class.chars().filter(char::is_ascii_digit).take(6).collect();
    (grade, digits.parse().unwrap_or(u32::MAX), class.to_owned())
}

const RUN: &str = "select id, term, name, contact, first_day, lowest_tier, unasked, per_day, batch,
    opened_by, closed_at_ms, closed_by, voided, ended_why, special from screening_run";

fn read_run(row: &Row<'_, '_>) -> Result<Run, SqlError> {
    Ok(Run {
        id: RunId(row.i64(0)?),
        term: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
        name: row.text(2)?,
        contact: row.text(3)?,
        first_day: row.str(4)?.parse().map_err(|_| SqlError::Type)?,
        lowest: strange(lowest_of(row.str(5)?))?,
        unasked: strange(Unasked::from_word(row.str(6)?))?,
        per_day: row.u32(7)?,
        batch: row.i64(8)?,
        opened_by: row.text(9)?,
        closed_at_ms: row.opt_i64(10)?,
        closed_by: row.opt_text(11)?,
        is_voided: row.bool(12)?,
        ended_why: row.text(13)?,
        special: Some(row.text(14)?).filter(|special| !special.is_empty()),
    })
}

const fn lowest_word(lowest: LowestTier) -> &'static str {
    match lowest {
        LowestTier::Interviewed => "interviewed",
        LowestTier::Left => "left",
    }
}

fn lowest_of(word: &str) -> Option<LowestTier> {
    [LowestTier::Interviewed, LowestTier::Left].into_iter().find(|l| lowest_word(*l) == word)
}
