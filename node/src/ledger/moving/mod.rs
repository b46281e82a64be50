//! Students on their way between schools: where each stands, what was offered, who read it.
//!
//! One row a transfer and side, as the rules of [`domain::transfer`] have it; what was offered
//! names a child and is erased when nothing comes of it. Nothing here has `Debug`.

mod naming;
mod roll;

pub use naming::{named_for, new_name};
pub use roll::{Carried, Child, Entering, carried, check_entering, child, end, enter, stay};

use certs::referral::EnvelopeId;
use domain::ledger::Word as _;
use domain::referral::working;
use domain::transfer::{ANSWER_DAYS, DeclinedWhy, In, Out, Told};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use zeroize::Zeroizing;

use super::author::Author;
use super::entry::{Moment, StudentId};
use super::strange;
use super::student::read_date;

/// Who reads the same again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// What a line of the log says where somebody read.
pub const READ: &str = "read";

/// Where a transfer stands, by its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// From this school.
    Out(Out),
    /// To this school.
    In(In),
}

/// Whether how a student is looked after goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CareStands {
    /// It stays behind.
    Behind,
    /// Its consent stands.
    Along,
    /// Its consent was taken back: whoever has it erases it.
    Over,
}

/// How the new school enters a student.
#[derive(Clone)]
pub struct Enrol {
    /// Student number.
    pub number: String,
    /// Code of the grade.
    pub grade: String,
    /// Class.
    pub class: String,
}

/// A transfer as one side has it.
#[derive(Clone)]
pub struct Move {
    /// Its number here.
    pub id: i64,
    /// Its random name.
    pub transfer: [u8; 16],
    /// Whom; of one who comes once on the roll.
    pub student: Option<StudentId>,
    /// The other school.
    pub unit: String,
    /// What the other school is called.
    pub called: String,
    /// Who sealed an offer that came, with the district.
    pub sender: Option<String>,
    /// Last day of the offer.
    pub until: Date,
    /// Where it stands.
    pub stands: Stands,
    /// Whether how the student is looked after goes along.
    pub care: CareStands,
    /// What is offered.
    pub offer: Option<Zeroizing<Vec<u8>>>,
    /// How the student is entered.
    pub enrol: Option<Enrol>,
    /// Why it was declined.
    pub why: Option<DeclinedWhy>,
    /// Whom to ask at the new school, or a word of it.
    pub note: String,
    /// How far both have heard each other.
    pub told: Told,
    /// Envelope of what was said last.
    pub envelope: Option<EnvelopeId>,
    /// When it was written.
    pub made_at: Moment,
}

/// A line of the log.
pub struct LogLine {
    /// What was done.
    pub what: String,
    /// Who.
    pub account: String,
    /// When.
    pub at: Moment,
}

const COLUMNS: &str = "select id, transfer, student, unit, called, sender, until, side, state, day,
     care, offer, number, grade, class, why, note, own, known, heard, owes, said_at_ms,
     since_ms, envelope, made_at_ms from school_move";

impl CareStands {
    const fn number(self) -> u32 {
        match self {
            Self::Behind => 0,
            Self::Along => 1,
            Self::Over => 2,
        }
    }

    const fn of(number: u32) -> Self {
        match number {
            1 => Self::Along,
            2 => Self::Over,
            _ => Self::Behind,
        }
    }
}

impl Stands {
    const fn side(self) -> &'static str {
        match self {
            Self::Out(_) => "out",
            Self::In(_) => "in",
        }
    }

    /// The word that is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Out(out) => out.stored().0.as_str(),
            Self::In(new) => new.stored().0.as_str(),
        }
    }

    /// What people read, Chinese and English.
    #[must_use]
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Out(out) => out.stored().0.label(),
            Self::In(new) => new.stored().0.label(),
        }
    }

    /// The day that was agreed, or from which it holds.
    #[must_use]
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::Out(out) => out.stored().1,
            Self::In(new) => new.stored().1,
        }
    }

    /// Whether it still may become something else.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Out(out) => out.is_open(),
            Self::In(new) => new.is_open(),
        }
    }
}

/// By when somebody at this school has to do something: answer, telephone, or settle by hand.
#[must_use]
pub fn due(row: &Move) -> Option<Date> {
    let answered = working(row.made_at.day(), ANSWER_DAYS).min(row.until);
    match row.stands {
        Stands::In(In::Offered | In::Given(_)) | Stands::Out(Out::Offered) => Some(answered),
        Stands::In(In::Accepted(day) | In::Moved(day)) => Some(working(day, 2)),
        Stands::Out(Out::Accepted(day) | Out::Owed(day) | Out::Confirmed(day)) => {
            Some(working(day, ANSWER_DAYS))
        }
        _ => None,
    }
}

/// Writes a new transfer; gives its number.
///
/// # Errors
/// One of that name is there on that side, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &Move) -> Result<i64, SqlError> {
    let day = new.stands.day().map(|day| day.to_string());
    let id = tx.query_opt(
        "insert into school_move (side, transfer, student, unit, called, sender, until, state, day,
             care, offer, note, own, known, heard, owes, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         returning id",
        params![
            new.stands.side(),
            &new.transfer,
            new.student.map(|student| student.0),
            &new.unit,
            &new.called,
            new.sender.as_deref(),
            &new.until.to_string(),
            new.stands.word(),
            day.as_deref(),
            new.care.number(),
            new.offer.as_ref().map(|offer| offer.as_slice()),
            &new.note,
            new.told.own,
            new.told.known,
            new.told.heard,
            new.told.owes,
            new.made_at.0,
        ],
        |row| row.i64(0),
    )?;
    strange(id)
}

/// Writes how a transfer stands now; all but whose it is and who sent it.
///
/// # Errors
/// The store cannot be written.
pub fn save(tx: &Tx<'_>, now: &Move) -> Result<(), SqlError> {
    let day = now.stands.day().map(|day| day.to_string());
    let enrol = now.enrol.as_ref();
    tx.execute(
        "update school_move set student = $2, called = $3, until = $4, state = $5, day = $6,
             care = $7, offer = $8, number = $9, grade = $10, class = $11, why = $12,
             note = $13, own = $14, known = $15, heard = $16, owes = $17, said_at_ms = $18,
             since_ms = $19, envelope = $20
         where id = $1",
        params![
            now.id,
            now.student.map(|student| student.0),
            &now.called,
            &now.until.to_string(),
            now.stands.word(),
            day.as_deref(),
            now.care.number(),
            now.offer.as_ref().map(|offer| offer.as_slice()),
            enrol.map(|enrol| enrol.number.as_str()),
            enrol.map(|enrol| enrol.grade.as_str()),
            enrol.map(|enrol| enrol.class.as_str()),
            now.why.map(|why| why.as_str()),
            &now.note,
            now.told.own,
            now.told.known,
            now.told.heard,
            now.told.owes,
            now.told.said_at_ms,
            now.told.since_ms,
            now.envelope.as_ref().map(EnvelopeId::bytes),
        ],
    )?;
    Ok(())
}

/// One transfer by its number here.
///
/// # Errors
/// The store cannot be read.
pub fn one(tx: &Tx<'_>, id: i64) -> Result<Option<Move>, SqlError> {
    tx.query_opt(&format!("{COLUMNS} where id = $1"), params![id], read)
}

/// One transfer of a side by its name.
///
/// # Errors
/// The store cannot be read.
pub fn named(tx: &Tx<'_>, (side, name): (&str, &[u8; 16])) -> Result<Option<Move>, SqlError> {
    let of_it = format!("{COLUMNS} where side = $1 and transfer = $2");
    tx.query_opt(&of_it, params![side, name], read)
}

/// Every transfer, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Move>, SqlError> {
    tx.query(&format!("{COLUMNS} order by id desc"), &[], read)
}

/// How many bytes of what is offered each transfer has here; none where nothing is.
///
/// # Errors
/// The store cannot be read.
pub fn lengths(tx: &Tx<'_>) -> Result<Vec<(i64, i64)>, SqlError> {
    let all = "select id, length(offer) from school_move where offer is not null order by id";
    tx.query(all, &[], |row| Ok((row.i64(0)?, row.i64(1)?)))
}

/// Keeps what will be offered, in place of an earlier draft.
///
/// # Errors
/// The store cannot be written.
pub fn keep_draft(
    tx: &Tx<'_>,
    (student, unit): (StudentId, &str),
    offer: &[u8],
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into school_move_draft (student, unit, offer, made_at_ms) values ($1, $2, $3, $4)
         on conflict (student) do update set unit = excluded.unit, offer = excluded.offer,
             made_at_ms = excluded.made_at_ms",
        params![student.0, unit, offer, now_ms],
    )?;
    Ok(())
}

/// To which school something will be offered, the offer's bytes, and when they were written.
pub type Draft = (String, Zeroizing<Vec<u8>>, i64);

/// What will be offered to which school, and when that was written.
///
/// # Errors
/// The store cannot be read.
pub fn draft(tx: &Tx<'_>, student: StudentId) -> Result<Option<Draft>, SqlError> {
    tx.query_opt(
        "select unit, offer, made_at_ms from school_move_draft where student = $1",
        params![student.0],
        |row| Ok((row.text(0)?, Zeroizing::new(row.blob(1)?), row.i64(2)?)),
    )
}

/// Forgets what would have been offered.
///
/// # Errors
/// The store cannot be written.
pub fn forget_draft(tx: &Tx<'_>, student: StudentId) -> Result<(), SqlError> {
    tx.execute("delete from school_move_draft where student = $1", params![student.0])?;
    Ok(())
}

/// Logs who did something about a transfer.
///
/// # Errors
/// The store cannot be written.
pub fn log(
    tx: &Tx<'_>,
    author: &Author,
    (transfer, what): (&[u8; 16], &str),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into school_move_log (transfer, what, account, role, at_ms)
         values ($1, $2, $3, $4, $5)",
        params![transfer, what, author.account(), author.role().as_str(), author.now().0],
    )?;
    Ok(())
}

/// Logs that somebody reads what is offered; the same again within an hour leaves no second line.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_read(tx: &Tx<'_>, reader: &Author, transfer: &[u8; 16]) -> Result<(), SqlError> {
    let known = tx.query_opt(
        "select 1 from school_move_log where transfer = $1 and what = $2 and account = $3
             and at_ms > $4 limit 1",
        params![transfer, READ, reader.account(), reader.now().0.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_some() { Ok(()) } else { log(tx, reader, (transfer, READ)) }
}

/// Who did what about a transfer, and who read it; the oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn logged(tx: &Tx<'_>, transfer: &[u8; 16]) -> Result<Vec<LogLine>, SqlError> {
    tx.query(
        "select what, account, at_ms from school_move_log where transfer = $1 order by id",
        params![transfer],
        |row| Ok(LogLine { what: row.text(0)?, account: row.text(1)?, at: Moment(row.i64(2)?) }),
    )
}

fn read(row: &Row<'_, '_>) -> Result<Move, SqlError> {
    let (state, day) = (row.text(8)?, read_date(row, 9)?);
    let stands = match row.str(7)? {
        "out" => Out::of_stored(&state, day).map(Stands::Out),
        _ => In::of_stored(&state, day).map(Stands::In),
    };
    let enrol = match (row.opt_text(12)?, row.opt_text(13)?, row.opt_text(14)?) {
        (Some(number), Some(grade), Some(class)) => Some(Enrol { number, grade, class }),
        _ => None,
    };
    let why = match row.opt_text(15)? {
        Some(word) => Some(strange(DeclinedWhy::from_word(&word))?),
        None => None,
    };
    let envelope = match row.opt_blob(23)? {
        Some(bytes) => Some(EnvelopeId::from_bytes(strange(bytes.try_into().ok())?)),
        None => None,
    };
    Ok(Move {
        id: row.i64(0)?,
        transfer: row.array(1)?,
        student: row.opt_i64(2)?.map(StudentId),
        unit: row.text(3)?,
        called: row.text(4)?,
        sender: row.opt_text(5)?,
        until: strange(read_date(row, 6)?)?,
        stands: strange(stands)?,
        care: CareStands::of(row.u32(10)?),
        offer: row.opt_blob(11)?.map(Zeroizing::new),
        enrol,
        why,
        note: row.text(16)?,
        told: Told {
            own: row.u32(17)?,
            known: row.u32(18)?,
            heard: row.u32(19)?,
            owes: row.bool(20)?,
            said_at_ms: row.opt_i64(21)?,
            since_ms: row.opt_i64(22)?,
        },
        envelope,
        made_at: Moment(row.i64(24)?),
    })
}
