//! What the sheets of one student scored, for whoever may read screenings.
//!
//! A sheet is no kind of entry, so no list of entries shows it: this is the one way to a result,
//! and it asks for the pass that logged the read.

use domain::digest::Digest;
use domain::ledger::Area;
use domain::scale::{Flag, Score, Tier};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::access::Pass;
use super::refusal::LedgerRefusal;
use super::sheet::{is_void, read_day, read_outcome};
use super::{packed, strange};
use crate::import::answers::AnswerOutcome;

/// Sheets that are shown of one student, the latest first.
pub const SHEETS_MAX: u32 = 200;

/// A sheet with what it scored. About one person, so without `Debug`.
#[derive(Clone)]
pub struct KeptSheet {
    /// Id of the scale.
    pub scale: String,
    /// Digest of the pack that scored it.
    pub pack: Digest,
    /// Day of the test.
    pub day: Date,
    /// Whether it was answered, refused or missed.
    pub handed_in: AnswerOutcome,
    /// Answers in the order of items; none where it was not answered.
    pub answers: Box<[Option<u8>]>,
    /// Total; nothing where it is unscored.
    pub total: Option<Score>,
    /// Code of the total's band.
    pub band: Option<String>,
    /// Worst tier that any band suggests.
    pub tier: Option<Tier>,
    /// Critical flags in rule order.
    pub flags: Vec<Flag>,
    /// Whether it cannot be read: void by its validity items, or not to be scored.
    pub is_void: bool,
}

/// The sheets of the student of a pass that count, the latest first.
///
/// # Errors
/// The pass does not open screenings, or the store cannot be read.
pub fn of(tx: &Tx<'_>, pass: &Pass) -> Result<Vec<KeptSheet>, LedgerRefusal> {
    pass.allow(Area::Screening)?;
    let statement = "select c.scale, p.digest, h.test_date, h.handed_in, h.answers, h.total,
             h.band, h.tier, h.flags, h.is_valid, h.outcome
         from sheet h join campaign c on c.id = h.campaign join scale_pack p on p.id = h.pack
         where h.student = $1 and h.current = 1
         order by h.test_date desc, c.id desc limit $2";
    Ok(tx.query(statement, params![pass.student().0, SHEETS_MAX], read)?)
}

fn read(row: &Row<'_, '_>) -> Result<KeptSheet, SqlError> {
    let handed_in = strange(AnswerOutcome::from_code(row.str(3)?))?;
    let answers = match handed_in {
        AnswerOutcome::Answered => strange(packed::unpack(row.bytes(4)?))?,
        AnswerOutcome::Refused | AnswerOutcome::Absent => Box::default(),
    };
    let total = row.opt_i64(5)?.map(|total| strange(u32::try_from(total).ok())).transpose()?;
    let tier = row.opt_text(7)?.map(|word| word.parse().map_err(|_| SqlError::Type));
    let flags = row.str(8)?.split(',').filter(|word| !word.is_empty());
    let flags = flags.map(|word| word.parse().map_err(|_| SqlError::Type));
    let is_answered = handed_in == AnswerOutcome::Answered;
    Ok(KeptSheet {
        scale: row.text(0)?,
        pack: Digest::from_tagged(row.bytes(1)?).map_err(|_| SqlError::Type)?,
        day: read_day(row, 2)?,
        handed_in,
        answers,
        total: total.map(Score::from_hundredths),
        band: row.opt_text(6)?,
        tier: tier.transpose()?,
        flags: flags.collect::<Result<_, _>>()?,
        is_void: is_answered && is_void(row.bool(9)?, read_outcome(row.str(10)?)?),
    })
}
