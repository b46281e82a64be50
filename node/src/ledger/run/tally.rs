//! The sheets that were handed in for a run, without answers and scores.

use std::collections::HashMap;

use domain::scale::{Flag, Outcome, Tier};
use domain::screening::State;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{InstrumentId, Run, RunId};
use crate::import::answers::AnswerOutcome;
use crate::ledger::entry::StudentId;
use crate::ledger::sheet::{is_void, read_day, read_outcome};
use crate::ledger::strange;

/// A sheet of a run as it counts now. About one person, so without `Debug`.
#[derive(Clone)]
pub struct RunSheet {
    /// Whose.
    pub student: StudentId,
    /// Which campaign, so which instrument.
    pub campaign: i64,
    /// Day of the test.
    pub test_date: Date,
    /// Whether there is a sheet at all.
    pub handed_in: AnswerOutcome,
    /// Critical flags.
    pub flags: Vec<Flag>,
    /// Worst tier that a band suggests.
    pub tier: Option<Tier>,
    /// False where validity items void it.
    pub is_valid: bool,
    /// How the screening ended by this sheet alone.
    pub outcome: Outcome,
    /// When its file came; of what was handed in or noted here, when the run was opened.
    pub batch_at_ms: i64,
}

impl RunSheet {
    /// Whether it must be answered again to be read.
    #[must_use]
    pub fn is_void(&self) -> bool {
        is_void(self.is_valid, self.outcome)
    }
}

/// Every sheet since the first day of a run in the campaigns of its instruments, by student and
/// day. What another run asked of students whom this one does not ask is that one's alone.
///
/// # Errors
/// The store cannot be read.
pub fn sheets(tx: &Tx<'_>, run: &Run) -> Result<Vec<RunSheet>, SqlError> {
    let statement = format!("{SHEET} order by h.student, h.test_date");
    tx.query(&statement, params![run.id.0, &run.first_day.to_string()], read)
}

/// As [`sheets`], of one student.
///
/// # Errors
/// The store cannot be read.
pub fn sheets_of(tx: &Tx<'_>, run: &Run, student: StudentId) -> Result<Vec<RunSheet>, SqlError> {
    let statement = format!("{SHEET} and h.student = $3 order by h.test_date");
    tx.query(&statement, params![run.id.0, &run.first_day.to_string(), student.0], read)
}

/// Which of a student's instruments are still asked: all but those with an answered sheet in the
/// run. What is void is asked again once the student stands so. Whatever takes or notes a sheet
/// asks here first, so that none is written over one that is there.
///
/// # Errors
/// The store cannot be read.
pub fn still_asked(
    tx: &Tx<'_>,
    (run, student): (RunId, StudentId),
    (state, instruments): (State, &[InstrumentId]),
) -> Result<Vec<InstrumentId>, SqlError> {
    let statement = "select i.id, h.is_valid, h.outcome from run_instrument i
        join screening_run r on r.id = i.run join sheet h on h.campaign = i.campaign
        where i.run = $1 and h.student = $2 and h.current = 1 and h.handed_in = 'answered'
            and h.test_date >= r.first_day order by h.test_date";
    let answered = tx.query(statement, params![run.0, student.0], |row| {
        Ok((InstrumentId(row.i64(0)?), is_void(row.bool(1)?, read_outcome(row.str(2)?)?)))
    })?;
    // The last sheet of an instrument counts.
    let last: HashMap<InstrumentId, bool> = answered.into_iter().collect();
    let is_again = matches!(state, State::Void | State::Retest);
    let asked = |id: &&InstrumentId| last.get(id).is_none_or(|is_void| *is_void && is_again);
    Ok(instruments.iter().filter(asked).copied().collect())
}

const SHEET: &str = "select h.student, h.campaign, h.test_date, h.handed_in, h.flags, h.tier,
    h.is_valid, h.outcome, b.imported_at_ms
    from run_instrument i join screening_run r on r.id = i.run
    join sheet h on h.campaign = i.campaign join import_batch b on b.id = h.batch
    left join participant p on p.run = i.run and p.student = h.student
    where i.run = $1 and h.current = 1 and h.test_date >= $2
        and (b.kind <> 'run' or b.id = r.batch
            or ',' || p.instruments || ',' like '%,' || i.id || ',%')";

fn read(row: &Row<'_, '_>) -> Result<RunSheet, SqlError> {
    let flags = row.str(4)?.split(',').filter(|word| !word.is_empty());
    let tier = row.opt_text(5)?;
    Ok(RunSheet {
        student: StudentId(row.i64(0)?),
        campaign: row.i64(1)?,
        test_date: read_day(row, 2)?,
        handed_in: strange(AnswerOutcome::from_code(row.str(3)?))?,
        flags: flags
            .map(|word| word.parse().map_err(|_| SqlError::Type))
            .collect::<Result<_, _>>()?,
        tier: tier.map(|word| word.parse().map_err(|_| SqlError::Type)).transpose()?,
        is_valid: row.bool(6)?,
        outcome: read_outcome(row.str(7)?)?,
        batch_at_ms: row.i64(8)?,
    })
}
