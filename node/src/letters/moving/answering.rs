//! The new school: what came is listed without a name, read with a line in the log, and answered.

use domain::ledger::day::check_span;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area};
use domain::transfer::{DeclinedWhy, In};
use domain::unit::IdentityName;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::road::Desk;
use super::{becomes, offered};
use crate::content::TransferOffer;
use crate::ledger::author::Author;
use crate::ledger::moving::{self, Enrol, LogLine, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, write};

/// Longest word beside an answer in bytes.
const NOTE_BYTES_MAX: usize = 1_000;

/// How a student is taken.
#[derive(Clone)]
pub struct Acceptance {
    /// First day here, if the old school confirms by then.
    pub day: Date,
    /// As the student is entered.
    pub enrol: Enrol,
    /// Whom to ask here; may be empty.
    pub contact: String,
}

/// A transfer with what is offered, as far as it is here, and its log.
pub struct Shown {
    /// Where it stands.
    pub row: Move,
    /// What is offered.
    pub offer: Option<TransferOffer>,
    /// Who did what, and who read it.
    pub log: Vec<LogLine>,
}

/// Every transfer, the newest first, with the day by which somebody here has to do something.
/// Students who go are named, and logged; who comes is not named here.
///
/// # Errors
/// The role may not, or the store.
pub fn list(tx: &Tx<'_>, reader: &Author) -> Result<Vec<(Move, Option<Date>)>, LedgerRefusal> {
    write::allow(tx, reader, Action::Write(Area::Roll), None)?;
    let rows = moving::all(tx)?;
    let whom = rows.iter().filter_map(|row| row.student).collect();
    access::log_list(tx, reader, &whom, ReadPurpose::ClassWork)?;
    let with_due = |row: Move| {
        let by = moving::due(&row);
        (row, by)
    };
    Ok(rows.into_iter().map(with_due).collect())
}

/// One transfer with what is offered; its reading is logged before it is shown.
///
/// # Errors
/// The role may not, there is none, or the store.
pub fn show(tx: &Tx<'_>, reader: &Author, id: i64) -> Result<Shown, LedgerRefusal> {
    let row = moving::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    write::allow(tx, reader, Action::Write(Area::Roll), row.student)?;
    moving::log_read(tx, reader, &row.transfer)?;
    let whom = row.student.into_iter().collect();
    access::log_list(tx, reader, &whom, ReadPurpose::ClassWork)?;
    let (offer, log) = (offered(&row)?, moving::logged(tx, &row.transfer)?);
    Ok(Shown { row, offer, log })
}

/// Takes a student from a day on. The old school owns and counts the student until it confirms;
/// the roll here is written then, from the day that it says.
///
/// # Errors
/// The role may not, it is not asked any more, the day or the place cannot be, the student is on
/// the roll, the sender is not the school of its statement, or the store; nothing was written.
pub fn accept(
    tx: &Tx<'_>,
    author: &Author,
    desk: &Desk,
    (id, wanted): (i64, &Acceptance),
) -> Result<(), LedgerRefusal> {
    let (mut row, new) = of_here(tx, author, id)?;
    check_sender(tx, author, desk, &row)?;
    moving::check_entering(tx, &wanted.enrol)?;
    check_number(tx, (id, &wanted.enrol.number))?;
    if row.offer.is_none() {
        return Err(LedgerRefusal::Changed);
    }
    // The day of what is confirmed is the old school's, whatever is asked for.
    if matches!(new, In::Offered) {
        check_span(author.today(), Some(wanted.day))?;
        if wanted.day > row.until {
            return Err(LedgerRefusal::Field("day"));
        }
    }
    let next = new.accepted(wanted.day, (author.today(), row.until));
    let next = next.ok_or(LedgerRefusal::Changed)?;
    row.enrol = Some(wanted.enrol.clone());
    row.note = note_of(&wanted.contact)?;
    becomes(&mut row, Stands::In(next));
    moving::log(tx, author, (&row.transfer, row.stands.word()))?;
    Ok(moving::save(tx, &row)?)
}

/// Does not take a student; what is here of the child is erased at once.
///
/// # Errors
/// The role may not, it is not asked any more, or the store; nothing was written.
pub fn decline(
    tx: &Tx<'_>,
    author: &Author,
    (id, why, note): (i64, DeclinedWhy, &str),
) -> Result<(), LedgerRefusal> {
    let (mut row, new) = of_here(tx, author, id)?;
    let next = new.declined().ok_or(LedgerRefusal::Changed)?;
    row.why = Some(why);
    row.note = note_of(note)?;
    becomes(&mut row, Stands::In(next));
    moving::log(tx, author, (&row.transfer, row.stands.word()))?;
    Ok(moving::save(tx, &row)?)
}

/// Two who come at once have two numbers: the second one would pass for the first.
fn check_number(tx: &Tx<'_>, (id, number): (i64, &str)) -> Result<(), LedgerRefusal> {
    let is_taken = |other: &Move| {
        let comes = matches!(other.stands, Stands::In(In::Accepted(_) | In::Moved(_)));
        let has_it = other.enrol.as_ref().is_some_and(|enrol| enrol.number == number);
        other.id != id && comes && has_it
    };
    match moving::all(tx)?.iter().any(is_taken) {
        true => Err(LedgerRefusal::Field("student_number")),
        false => Ok(()),
    }
}

fn note_of(text: &str) -> Result<String, LedgerRefusal> {
    match text.len() <= NOTE_BYTES_MAX {
        true => Ok(text.trim().to_owned()),
        false => Err(LedgerRefusal::TooLong("detail")),
    }
}

fn of_here(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(Move, In), LedgerRefusal> {
    let row = moving::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    write::allow(tx, author, Action::Write(Area::Roll), row.student)?;
    match row.stands {
        Stands::In(new) => Ok((row, new)),
        Stands::Out(_) => Err(LedgerRefusal::Unknown),
    }
}

/// Any district's authority can name any unit under its own label: the sender is compared with the
/// statement of that school's key, to which the answer will be sealed.
fn check_sender(
    tx: &Tx<'_>,
    author: &Author,
    desk: &Desk,
    row: &Move,
) -> Result<(), LedgerRefusal> {
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let road = desk.road(tx, &row.unit, now)?.ok_or(LedgerRefusal::NoRoad)?;
    let sender = row.sender.as_deref().unwrap_or_default();
    let sender = IdentityName::parse(sender, desk.name.zone());
    let sender = sender.map_err(|_| LedgerRefusal::NoRoad)?;
    match desk.is_of(&sender, (&row.unit, road.relay.as_str())) {
        true => Ok(()),
        false => Err(LedgerRefusal::NoRoad),
    }
}
