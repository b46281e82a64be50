//! Screening sheets: answers packed into one value, and what they scored, one row a sheet.
//!
//! A sheet that is imported again with other answers gets a revision; the old one stays.

use std::collections::HashMap;

use domain::digest::Digest;
use domain::period::TermId;
use domain::scale::{Flag, Outcome, Score, Tier};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx, Value};

use super::campaign::Place;
use super::entry::Moment;
use super::student::read_number;
use super::{import_batch, packed, strange};
use crate::import::answers::{AnswerOutcome, AnswerRow};
use crate::import::value::{Grade, Sex, StudentNumber};

/// What a sheet scored, as it is kept. About one person, so without `Debug`.
pub struct SheetResult {
    /// Total; nothing where it is unscored.
    pub total: Option<Score>,
    /// Code of the total's band.
    pub band: Option<String>,
    /// Worst tier that any band suggests.
    pub tier: Option<Tier>,
    /// Critical flags in rule order.
    pub flags: Vec<Flag>,
    /// False where validity items void the sheet.
    pub is_valid: bool,
    /// Whether everything could be scored.
    pub is_complete: bool,
    /// How the screening ended by this sheet alone.
    pub outcome: Outcome,
}

/// Whether a sheet is the first of its pupil and day, or replaces one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revise {
    /// There is none yet.
    First,
    /// The one that counted stays as history.
    Replace,
}

/// Where one sheet goes.
#[derive(Clone, Copy)]
pub(crate) struct SheetPlace {
    /// Campaign and pack.
    pub(crate) place: Place,
    /// Import that brings it.
    pub(crate) batch: i64,
    /// Internal id of the pupil.
    pub(crate) student: i64,
    /// Since when it was answered or typed here; none of a file.
    pub(crate) begun: Option<Moment>,
}

/// What became of one sheet, as a pupil's outcome is made from it.
#[derive(Clone, Copy)]
pub struct SheetOutcome {
    /// Internal id of the pupil.
    pub student: i64,
    /// Whether there is a sheet at all.
    pub handed_in: AnswerOutcome,
    /// How the screening ended by this sheet alone; where a run of the school interviews the lowest
    /// tier too, that calls for an interview as well.
    pub outcome: Outcome,
    /// Day of the test.
    pub test_date: Date,
}

/// A sheet for the school's own report.
pub struct LocalSheet {
    /// Grade of the pupil now.
    pub grade: Grade,
    /// Sex of the pupil.
    pub sex: Sex,
    /// Digest of the pack that scored it.
    pub pack: Digest,
    /// Answers in the order of items.
    pub answers: Box<[Option<u8>]>,
}

/// Keeps a sheet.
pub(crate) fn insert(
    tx: &Tx<'_>,
    at: SheetPlace,
    row: &AnswerRow,
    result: &SheetResult,
    revise: Revise,
) -> Result<(), SqlError> {
    let test_date = row.test_date.to_string();
    let (campaign, student) = (at.place.campaign, at.student);
    if revise == Revise::Replace {
        retire(tx, campaign, student, &test_date)?;
    }
    let revision = last_revision(tx, campaign, student, &test_date)? + 1;
    let answers = match row.outcome {
        AnswerOutcome::Answered => packed::pack(&row.answers),
        AnswerOutcome::Refused | AnswerOutcome::Absent => Vec::new(),
    };
    let flags: Vec<&str> = result.flags.iter().map(|flag| flag.as_str()).collect();
    tx.execute(
        "insert into sheet (campaign, student, test_date, revision, current, batch, pack,
             handed_in, answers, total, band, tier, flags, is_valid, is_complete, outcome)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            campaign,
            student,
            &test_date,
            revision,
            at.batch,
            at.place.pack,
            row.outcome.code(),
            &answers,
            result.total.map(Score::hundredths),
            result.band.as_deref(),
            result.tier.map(Tier::as_str),
            flags.join(",").as_str(),
            result.is_valid,
            result.is_complete,
            result.outcome.as_str(),
        ],
    )?;
    Ok(())
}

/// Whether a sheet of that pupil and day is there already.
pub(crate) fn revise_of(
    tx: &Tx<'_>,
    campaign: i64,
    student: i64,
    test_date: Date,
) -> Result<Revise, SqlError> {
    let found = tx.query_opt(
        "select 1 from sheet
         where campaign = $1 and student = $2 and test_date = $3 and current = 1",
        params![campaign, student, &test_date.to_string()],
        |row| row.i64(0),
    )?;
    Ok(if found.is_some() { Revise::Replace } else { Revise::First })
}

/// Makes the sheet that counts history.
fn retire(tx: &Tx<'_>, campaign: i64, student: i64, test_date: &str) -> Result<(), SqlError> {
    tx.execute(
        "update sheet set current = 0
         where campaign = $1 and student = $2 and test_date = $3 and current = 1",
        params![campaign, student, test_date],
    )?;
    Ok(())
}

/// The number of the last sheet of a pupil and day, counting or not; zero where there is none.
fn last_revision(
    tx: &Tx<'_>,
    campaign: i64,
    student: i64,
    test_date: &str,
) -> Result<i64, SqlError> {
    let last = "select max(revision) from sheet
        where campaign = $1 and student = $2 and test_date = $3";
    let last = tx.query_opt(last, params![campaign, student, test_date], |row| row.opt_i64(0))?;
    Ok(last.flatten().unwrap_or(0))
}

/// A sheet that an import brought. About one person, so without `Debug`.
pub(crate) struct Brought {
    /// Which screening.
    pub(crate) campaign: i64,
    /// Id of its scale.
    pub(crate) scale: String,
    /// Internal id of the pupil.
    pub(crate) student: i64,
    /// Whether it counts; another one took its place where it does not.
    pub(crate) counts: bool,
    test_date: String,
    revision: i64,
}

/// Every sheet that an import brought.
pub(crate) fn of_batch(tx: &Tx<'_>, batch: i64) -> Result<Vec<Brought>, SqlError> {
    let brought = "select h.campaign, c.scale, h.student, h.current, h.test_date, h.revision
        from sheet h join campaign c on c.id = h.campaign where h.batch = $1
        order by h.campaign, h.student, h.test_date, h.revision";
    tx.query(brought, params![batch], |row| {
        Ok(Brought {
            campaign: row.i64(0)?,
            scale: row.text(1)?,
            student: row.i64(2)?,
            counts: row.bool(3)?,
            test_date: row.text(4)?,
            revision: row.i64(5)?,
        })
    })
}

/// Takes a sheet back: it is history, and the one that it replaced counts again; says whether there
/// is one. Not one of a file that was taken back itself.
pub(crate) fn take_back(tx: &Tx<'_>, sheet: &Brought) -> Result<bool, SqlError> {
    let (campaign, student, test_date) = (sheet.campaign, sheet.student, &sheet.test_date);
    retire(tx, campaign, student, test_date)?;
    let before = tx.execute(
        "update sheet set current = 1 where campaign = $1 and student = $2 and test_date = $3
         and revision = (select max(h.revision) from sheet h where h.campaign = $1
             and h.student = $2 and h.test_date = $3 and h.revision < $4
             and not exists (select 1 from import_undo u where u.roster = h.batch))",
        params![campaign, student, test_date, sheet.revision],
    )?;
    Ok(before > 0)
}

/// The sheets of a scale in a term as they count now, for the preview of a file; one query.
///
/// `items` is the number of items of the scale: a sheet without answers has as many blanks.
///
/// # Errors
/// The store cannot be read.
pub fn known(
    tx: &Tx<'_>,
    term: TermId,
    scale: &str,
    items: usize,
) -> Result<HashMap<(StudentNumber, Date), AnswerRow>, SqlError> {
    let rows = tx.query(
        "select s.student_number, h.test_date, h.handed_in, h.answers from campaign c
         join sheet h on h.campaign = c.id join student s on s.id = h.student
         where c.term = $1 and c.scale = $2 and h.current = 1",
        params![&term.to_string(), scale],
        |row| {
            let outcome = strange(AnswerOutcome::from_code(row.str(2)?))?;
            let answers = match outcome {
                AnswerOutcome::Answered => strange(packed::unpack(row.bytes(3)?))?,
                AnswerOutcome::Refused | AnswerOutcome::Absent => vec![None; items].into(),
            };
            Ok(AnswerRow {
                student_number: read_number(row.str(0)?)?,
                test_date: read_day(row, 1)?,
                outcome,
                answers,
            })
        },
    )?;
    Ok(rows.into_iter().map(|row| ((row.student_number, row.test_date), row)).collect())
}

/// Students with a sheet of a scale in a term that was answered here, on a screen or on paper, and
/// the day of the first that counts now.
///
/// # Errors
/// The store cannot be read.
pub fn answered_here(
    tx: &Tx<'_>,
    term: TermId,
    scale: &str,
) -> Result<HashMap<i64, Date>, SqlError> {
    let own = "select h.student, min(h.test_date) from campaign c
        join sheet h on h.campaign = c.id join import_batch b on b.id = h.batch
        where c.term = $1 and c.scale = $2 and h.current = 1 and h.handed_in = 'answered'
            and b.kind = $3 group by h.student";
    let term = term.to_string();
    let values = params![&term, scale, import_batch::RUN];
    let found = tx.query(own, values, |row| Ok((row.i64(0)?, read_day(row, 1)?)))?;
    Ok(found.into_iter().collect())
}

/// What became of every sheet of a term's campaigns up to a day, in order of pupil.
///
/// # Errors
/// The store cannot be read.
pub fn outcomes(tx: &Tx<'_>, term: TermId, until: Date) -> Result<Vec<SheetOutcome>, SqlError> {
    tx.query(
        "select h.student, h.handed_in, h.outcome, h.test_date, exists (
             select 1 from run_instrument i join screening_run r on r.id = i.run
             where i.campaign = h.campaign and r.lowest_tier = 'interviewed' and r.voided = 0
                 and r.first_day <= h.test_date)
         from campaign c
         join sheet h on h.campaign = c.id
         where c.term = $1 and h.current = 1 and h.test_date <= $2 order by h.student",
        params![&term.to_string(), &until.to_string()],
        |row| {
            let outcome = match (read_outcome(row.str(2)?)?, row.bool(4)?) {
                (Outcome::Positive, true) => Outcome::Due,
                (outcome, _) => outcome,
            };
            Ok(SheetOutcome {
                student: row.i64(0)?,
                handed_in: strange(AnswerOutcome::from_code(row.str(1)?))?,
                outcome,
                test_date: read_day(row, 3)?,
            })
        },
    )
}

/// An answered sheet as figures see it: without answers and scores.
pub struct SheetFact {
    /// Internal id of the pupil.
    pub student: i64,
    /// Term of the campaign.
    pub term: TermId,
    /// Id of the scale.
    pub scale: String,
    /// Day of the test.
    pub test_date: Date,
    /// Worst tier that any band suggests.
    pub tier: Option<String>,
    /// False where validity items void the sheet.
    pub is_valid: bool,
    /// How the screening ended by this sheet alone.
    pub outcome: Outcome,
}

/// Answered sheets of a term's campaigns up to a day, by pupil and day.
///
/// # Errors
/// The store cannot be read.
pub fn answered_of_term(
    tx: &Tx<'_>,
    term: TermId,
    until: Date,
) -> Result<Vec<SheetFact>, SqlError> {
    let rest = "c.term = $1 and h.test_date <= $2";
    facts(tx, rest, params![&term.to_string(), &until.to_string()])
}

/// Answered sheets of all campaigns with a test day in a period, by pupil and day.
///
/// # Errors
/// The store cannot be read.
pub fn answered_in(tx: &Tx<'_>, from: Date, to: Date) -> Result<Vec<SheetFact>, SqlError> {
    let rest = "h.test_date between $1 and $2";
    facts(tx, rest, params![&from.to_string(), &to.to_string()])
}

fn facts(tx: &Tx<'_>, rest: &str, values: &[Value<'_>]) -> Result<Vec<SheetFact>, SqlError> {
    let statement = format!(
        "select h.student, c.term, c.scale, h.test_date, h.tier, h.is_valid, h.outcome
         from campaign c join sheet h on h.campaign = c.id
         where h.current = 1 and h.handed_in = 'answered' and {rest}
         order by h.student, h.test_date, c.id"
    );
    tx.query(&statement, values, |row| {
        Ok(SheetFact {
            student: row.i64(0)?,
            term: row.str(1)?.parse().map_err(|_| SqlError::Type)?,
            scale: row.text(2)?,
            test_date: read_day(row, 3)?,
            tier: row.opt_text(4)?,
            is_valid: row.bool(5)?,
            outcome: read_outcome(row.str(6)?)?,
        })
    })
}

/// Every sheet with answers, consented or not: for a report that never leaves the school.
///
/// # Errors
/// The store cannot be read.
pub fn danger_all_answered(tx: &Tx<'_>) -> Result<Vec<LocalSheet>, SqlError> {
    tx.query(
        "select v.grade, v.sex, p.digest, h.answers from sheet h
         join scale_pack p on p.id = h.pack join student s on s.id = h.student
         join student_version v on v.student = s.id and v.version = s.version
         where h.current = 1 and h.handed_in = 'answered'",
        &[],
        |row| {
            Ok(LocalSheet {
                grade: strange(Grade::from_code(row.str(0)?))?,
                sex: strange(Sex::from_code(row.str(1)?))?,
                pack: Digest::from_tagged(row.bytes(2)?).map_err(|_| SqlError::Type)?,
                answers: strange(packed::unpack(row.bytes(3)?))?,
            })
        },
    )
}

pub(super) fn read_day(row: &Row<'_, '_>, column: usize) -> Result<Date, SqlError> {
    row.str(column)?.parse().map_err(|_| SqlError::Type)
}

/// Whether a sheet must be answered again to be read: validity items void it, or it could not be
/// scored.
#[must_use]
pub fn is_void(is_valid: bool, outcome: Outcome) -> bool {
    !is_valid || outcome == Outcome::Void
}

pub(super) fn read_outcome(word: &str) -> Result<Outcome, SqlError> {
    strange(Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word))
}
