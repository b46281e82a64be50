//! The old school: what will be offered is written, shown from its bytes, offered, and taken back.
//!
//! The enrolment rests on the duty to hand it over to the school to which the family applied; how
//! the student is looked after goes along on a consent that names that school, or stays behind.

use certs::digest::sha256;
use domain::digest::Digest;
use domain::ledger::day::plus_days;
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area};
use domain::transfer::{OFFER_DAYS, Out, Told};
use domain::unit::{UnitId, UnitKind};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::road::{Desk, Road};
use super::{becomes, without_care};
use crate::content::{CARE, Care, Contact, TransferId, TransferOffer};
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, StudentId};
use crate::ledger::moving::{self, CareStands, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{access, referral, write};

/// For how long what was shown may be offered.
const SHOWN_MS: i64 = 3_600_000;

/// Longest offer in bytes: with what stands around it, it is one part.
const OFFER_BYTES_MAX: usize = 8_000;

/// Whom, to which school, and what goes along.
#[derive(Clone)]
pub struct Wish {
    /// Whom.
    pub student: StudentId,
    /// Unit id of the new school.
    pub unit: String,
    /// Day on which the family applied.
    pub applied: Date,
    /// How the student is looked after, or nothing of it.
    pub care: CareStands,
    /// Whom to ask at this school.
    pub person: String,
    /// Telephone at this school.
    pub phone: String,
}

/// What will be offered, read from its bytes.
pub struct Preview {
    /// What it says.
    pub offer: TransferOffer,
    /// To which school.
    pub unit: String,
    /// Digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub length: usize,
}

/// Writes what would be offered now, to be looked at; logs the disclosure.
///
/// # Errors
/// The role may not, the student is not on the roll or on another way, the school is none, no key
/// of it is known, no consent lets the care out, or the store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    author: &Author,
    desk: &Desk,
    wish: &Wish,
) -> Result<(), LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), Some(wish.student))?;
    check_free(tx, wish.student)?;
    if wish.applied > author.today() {
        return Err(LedgerRefusal::Field("day"));
    }
    let road = road(tx, author, desk, &wish.unit)?;
    let known = moving::draft(tx, wish.student)?;
    let known = known.and_then(|(_, bytes, _)| TransferOffer::read(&bytes).ok());
    let transfer = match known {
        Some(offer) => offer.transfer,
        None => TransferId(moving::new_name(tx, wish.student, author.now().0)?),
    };
    let offer = compose(tx, author, (desk, &road, wish), (transfer, author.now()))?;
    let bytes = offer.write().map_err(|_| LedgerRefusal::NotSealed)?;
    if bytes.len() > OFFER_BYTES_MAX {
        return Err(LedgerRefusal::NotSealed);
    }
    let whom = [wish.student].into_iter().collect();
    access::log_list(tx, author, &whom, ReadPurpose::ClassWork)?;
    Ok(moving::keep_draft(tx, (wish.student, wish.unit.as_str()), &bytes, author.now().0)?)
}

/// What will be offered, read from the bytes that were written; nothing where nothing was.
///
/// # Errors
/// The role may not, the bytes are of another version, or the store.
pub fn preview(
    tx: &Tx<'_>,
    author: &Author,
    student: StudentId,
) -> Result<Option<Preview>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), Some(student))?;
    let Some((unit, bytes, _)) = moving::draft(tx, student)? else { return Ok(None) };
    let offer = TransferOffer::read(&bytes).map_err(|_| LedgerRefusal::NotSealed)?;
    let whom = [student].into_iter().collect();
    access::log_list(tx, author, &whom, ReadPurpose::ClassWork)?;
    Ok(Some(Preview { offer, unit, digest: sha256(&bytes), length: bytes.len() }))
}

/// Offers what was shown: it is sealed at the next tick. Gives its number.
///
/// # Errors
/// What would be offered now is not what was shown, or as [`prepare`]; nothing was written.
pub fn offer(
    tx: &Tx<'_>,
    author: &Author,
    desk: &Desk,
    (student, digest): (StudentId, &str),
) -> Result<i64, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Roll), Some(student))?;
    check_free(tx, student)?;
    let (unit, bytes, made_at_ms) = moving::draft(tx, student)?.ok_or(LedgerRefusal::Changed)?;
    let is_late = author.now().0.saturating_sub(made_at_ms) > SHOWN_MS;
    if is_late || sha256(&bytes).to_string() != digest {
        return Err(LedgerRefusal::Changed);
    }
    let shown = TransferOffer::read(&bytes).map_err(|_| LedgerRefusal::NotSealed)?;
    let road = road(tx, author, desk, &unit)?;
    let care = if shown.care.is_some() { CareStands::Along } else { CareStands::Behind };
    let wish = Wish {
        student,
        unit,
        applied: shown.applied,
        care,
        person: shown.sender.person.clone(),
        phone: shown.sender.phone.clone(),
    };
    let again = compose(tx, author, (desk, &road, &wish), (shown.transfer, shown.at))?;
    if again.write().map_err(|_| LedgerRefusal::NotSealed)? != bytes {
        return Err(LedgerRefusal::Changed);
    }
    let new = Move { care, offer: Some(bytes), ..bare(&wish, &shown, author.now()) };
    moving::forget_draft(tx, student)?;
    moving::log(tx, author, (&new.transfer, new.stands.word()))?;
    Ok(moving::insert(tx, &new)?)
}

/// The row of an offer that is said for the first time.
fn bare(wish: &Wish, shown: &TransferOffer, now: Moment) -> Move {
    let mut told = Told::default();
    told.says();
    Move {
        id: 0,
        transfer: shown.transfer.0,
        student: Some(wish.student),
        unit: wish.unit.clone(),
        called: shown.recipient.clone(),
        sender: None,
        until: shown.until,
        stands: Stands::Out(Out::Offered),
        care: CareStands::Behind,
        offer: None,
        enrol: None,
        why: None,
        note: String::new(),
        told,
        envelope: None,
        made_at: now,
    }
}

/// Takes an offer back: the student stays, and the new school erases what it has of the child.
///
/// # Errors
/// The role may not, the student has moved or it has ended, or the store; nothing was written.
pub fn recall(tx: &Tx<'_>, author: &Author, id: i64) -> Result<(), LedgerRefusal> {
    let mut row = moving::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    write::allow(tx, author, Action::Write(Area::Roll), row.student)?;
    let Stands::Out(out) = row.stands else { return Err(LedgerRefusal::Unknown) };
    let next = out.recalled().ok_or(LedgerRefusal::Changed)?;
    becomes(&mut row, Stands::Out(next));
    moving::log(tx, author, (&row.transfer, row.stands.word()))?;
    Ok(moving::save(tx, &row)?)
}

/// Looks again whether the family still lets a care go along; where it has taken that back, it is
/// said to the new school first of all.
///
/// # Errors
/// The store cannot be read.
pub(super) fn heed(
    tx: &Tx<'_>,
    row: &mut Move,
    (student, today): (StudentId, Date),
) -> Result<(), LedgerRefusal> {
    use domain::ledger::consent::NoConsent as N;

    let is_over = matches!(
        row.stands,
        Stands::Out(Out::Declined | Out::Recalled | Out::Expired) | Stands::In(_)
    );
    if row.care != CareStands::Along || is_over {
        return Ok(());
    }
    let to = (row.unit.as_str(), row.called.as_str());
    match referral::live_transfer(tx, student, to, (CARE, today)) {
        Err(LedgerRefusal::Store(error)) => Err(error.into()),
        // A later paper that lets less go along takes back as a no does, and so does it where the
        // student came back.
        Err(LedgerRefusal::Consent(
            N::Refused
            | N::Withdrawn
            | N::OnHold
            | N::Suspected
            | N::Unanswered
            | N::Blank
            | N::OtherData
            | N::Left,
        )) => {
            row.care = CareStands::Over;
            without_care(row)?;
            row.told.says();
            Ok(())
        }
        // One that has run out is over at both sides by its own last day.
        _ => Ok(()),
    }
}

/// One way at a time.
fn check_free(tx: &Tx<'_>, student: StudentId) -> Result<(), LedgerRefusal> {
    let is_on_way = |row: &Move| {
        let is_out = matches!(row.stands, Stands::Out(_));
        row.student == Some(student) && is_out && row.stands.is_open()
    };
    match moving::all(tx)?.iter().any(is_on_way) {
        true => Err(LedgerRefusal::Double),
        false => Ok(()),
    }
}

fn road(tx: &Tx<'_>, author: &Author, desk: &Desk, unit: &str) -> Result<Road, LedgerRefusal> {
    let id: UnitId = unit.parse().map_err(|_| LedgerRefusal::Field("recipient"))?;
    if !UnitKind::School.fits(&id) || id == *desk.name.unit() {
        return Err(LedgerRefusal::Field("recipient"));
    }
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    desk.road(tx, unit, now)?.ok_or(LedgerRefusal::NoRoad)
}

/// What the ledgers say now, as it would be offered.
fn compose(
    tx: &Tx<'_>,
    author: &Author,
    (desk, road, wish): (&Desk, &Road, &Wish),
    (transfer, at): (TransferId, Moment),
) -> Result<TransferOffer, LedgerRefusal> {
    let today = author.today();
    let recipient = road.recipient.statement().name.clone();
    let child = moving::child(tx, wish.student, today)?;
    let care = match wish.care {
        CareStands::Along => {
            write::allow(tx, author, Action::Write(Area::Referral), Some(wish.student))?;
            let to = (wish.unit.as_str(), recipient.as_str());
            let paper = referral::live_transfer(tx, wish.student, to, (CARE, today))?;
            let said = moving::carried(tx, wish.student, today)?;
            let consent = Digest::from_hex(paper.digest()).map_err(|_| LedgerRefusal::NotSealed)?;
            Some(Care {
                consent,
                valid_to: paper.valid_to(),
                tier: said.tier,
                has_case: said.has_case,
                followups: said.followups,
                helper: said.helper,
            })
        }
        CareStands::Behind | CareStands::Over => None,
    };
    Ok(TransferOffer {
        transfer,
        sender: Contact {
            unit: desk.school.clone(),
            person: wish.person.trim().to_owned(),
            phone: wish.phone.trim().to_owned(),
        },
        recipient,
        at,
        until: plus_days(at.day(), OFFER_DAYS),
        applied: wish.applied,
        name: child.name,
        sex: child.sex,
        birth: child.birth,
        guardians: child.guardians,
        grade: child.grade,
        care,
    })
}
