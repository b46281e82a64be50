//! Hearing: what one school says about a transfer is believed from that school alone, counts once
//! and by the highest number, and changes nothing when it comes late or again.
//!
//! The old school's roll ends with the day that it confirms, the new one's begins with that day,
//! and each is written in the transaction that says so.

use certs::referral::{EnvelopeId, Judge, OpenedReferral, Part, ReferralEnvelope, Role};
use domain::transfer::{In, NewSays, OldSays, Out, Told};
use domain::unit::{IdentityName, UnitKind};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::super::answers::joined;
use super::super::road::Desk;
use super::super::{again, author};
use super::{becomes, care_is_over, offered, offering, without_care};
use crate::content::{FromNew, FromOld, TransferOffer, TransferSaid};
use crate::ledger::Ledger;
use crate::ledger::aside::{self, Kind};
use crate::ledger::entry::Moment;
use crate::ledger::moving::{self, CareStands, Child, Entering, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealing_key::KeptKey;

/// Offers that wait at a school at most: who sends more is heard once some were answered.
const WAITING_MAX: usize = 1_000;

/// Of one sender: whoever offers without end keeps no other school out.
const OF_ONE_MAX: usize = 250;

/// Longest name of a school that is kept: it is entered with the coming.
const CALLED_CHARS_MAX: usize = 60;

/// Takes a part that belongs to no answer: what a school says about a transfer is one part. Says
/// whether it is about one.
///
/// # Errors
/// The store cannot be read or written.
pub(in crate::letters) fn take(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    part: &Part,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let Some((sender, said)) = believed((desk, keys), part, now) else {
        return put_aside(tx, (desk, keys), part, now);
    };
    if let TransferSaid::New(new) = &said {
        // Of one that is not known here the name proves whose it is, or nothing does.
        if let Some(row) = moving::named(tx, ("out", &new.transfer.0))? {
            let road = desk.road(tx, &row.unit, now)?;
            let relay = road.as_ref().map(|road| road.relay.as_str());
            let is_of = relay.is_some_and(|relay| desk.is_of(&sender, (&row.unit, relay)));
            if !is_of {
                tracing::warn!("an answer to a transfer came from somebody else");
                return Ok(true);
            }
        }
    }
    match hear(tx, &sender, said, now) {
        Ok(()) => Ok(true),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "what came about a transfer was not entered");
            Ok(true)
        }
    }
}

/// What opens, is signed by a school whose certificate holds now, and says what its header says.
fn believed(
    (desk, keys): (&Desk, &[KeptKey]),
    part: &Part,
    now: Timestamp,
) -> Option<(IdentityName, TransferSaid)> {
    let whole = joined(std::slice::from_ref(part), now)?;
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(&whole, &kept.key, &judge).ok();
    let opened: OpenedReferral = keys.iter().find_map(opening)?;
    let header = opened.header();
    if header.role != Role::Transfer || !UnitKind::School.fits(header.sender.unit()) {
        return None;
    }
    let said = TransferSaid::read(opened.content()).ok()?;
    said.fits(header).ok()?;
    Some((header.sender.clone(), said))
}

/// Puts aside that a school whose certificate had ended said something about a transfer: what it
/// says is neither heard nor kept, and no day follows from it. The school is asked, and says once
/// more where it stands. Says whether it is about one that may be of this school.
fn put_aside(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    part: &Part,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let whole = joined(std::slice::from_ref(part), now);
    let ended = whole.and_then(|whole| again::ended((desk, keys), &whole, now));
    let Some(ended) = ended else { return Ok(false) };
    let (header, name) = (ended.header(), ended.sender().name());
    let said = TransferSaid::read(ended.unbelieved()).ok();
    let Some(said) = said.filter(|said| said.fits(header).is_ok()) else { return Ok(false) };
    if header.role != Role::Transfer || !UnitKind::School.fits(name.unit()) {
        return Ok(false);
    }
    let transfer = said.transfer().0;
    let is_ours = match &said {
        TransferSaid::Old(_) => match moving::named(tx, ("in", &transfer))? {
            Some(row) => row.sender.is_some_and(|sender| sender == name.to_string()),
            None => true,
        },
        TransferSaid::New(_) => match moving::named(tx, ("out", &transfer))? {
            Some(row) => row.unit == name.unit().as_str(),
            // Of one that this school lost itself the name proves whose it is.
            None => moving::named_for(tx, transfer)?.is_some(),
        },
    };
    if !is_ours {
        return Ok(false);
    }
    let known = (Kind::Transfer, EnvelopeId::from_bytes(transfer), None);
    again::put_aside_bare(tx, &ended, known, now)
}

/// Hears what a school says about a transfer; what it said before and was put aside waits no more.
///
/// # Errors
/// It is about a transfer of another school, too many wait, or the store; nothing was written.
pub fn hear(
    tx: &Tx<'_>,
    sender: &IdentityName,
    said: TransferSaid,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let transfer = EnvelopeId::from_bytes(said.transfer().0);
    match said {
        TransferSaid::Old(said) => hear_old(tx, sender, said, now)?,
        TransferSaid::New(said) => hear_new(tx, sender, said, now)?,
    }
    Ok(aside::forget(tx, transfer)?)
}

fn hear_old(
    tx: &Tx<'_>,
    sender: &IdentityName,
    said: FromOld,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let known = moving::named(tx, ("in", &said.transfer.0))?;
    let (mut row, is_first) = match known {
        Some(row) if row.sender.as_deref() != Some(sender.to_string().as_str()) => {
            return Err(LedgerRefusal::Unknown);
        }
        Some(row) => (row, false),
        None => (first(tx, sender, &said, now)?, true),
    };
    if row.told.hears(said.line) {
        heard_old(&mut row, said, (is_first, date_of(now)))?;
    }
    Ok(moving::save(tx, &row)?)
}

/// A transfer of which nothing was heard before: its offer, or what became of it since.
fn first(
    tx: &Tx<'_>,
    sender: &IdentityName,
    said: &FromOld,
    now: Timestamp,
) -> Result<Move, LedgerRefusal> {
    let mut waiting = moving::all(tx)?;
    waiting.retain(|row| matches!(row.stands, Stands::In(In::Offered)));
    let signed = sender.to_string();
    let of_one = waiting.iter().filter(|row| row.sender.as_deref() == Some(signed.as_str()));
    if waiting.len() >= WAITING_MAX || of_one.count() >= OF_ONE_MAX {
        return Err(LedgerRefusal::Double);
    }
    let mut row = Move {
        id: 0,
        transfer: said.transfer.0,
        student: None,
        unit: sender.unit().to_string(),
        called: sender.unit().to_string(),
        sender: Some(signed),
        until: date_of(now),
        stands: Stands::In(In::Offered),
        care: CareStands::Behind,
        offer: None,
        enrol: None,
        why: None,
        note: String::new(),
        told: Told::default(),
        envelope: None,
        made_at: Moment(now.as_millisecond()),
    };
    row.id = moving::insert(tx, &row)?;
    Ok(row)
}

fn heard_old(
    row: &mut Move,
    said: FromOld,
    (is_first, today): (bool, Date),
) -> Result<(), LedgerRefusal> {
    let Stands::In(new) = row.stands else { return Err(LedgerRefusal::Unknown) };
    let is_confirmed = matches!(said.says, OldSays::Confirmed(_));
    let is_wanted = match new {
        In::Offered | In::Accepted(_) | In::Given(_) => true,
        // Of one that is confirmed a person here has to see whom.
        In::Declined | In::Recalled | In::Expired => is_confirmed,
        In::Moved(_) | In::Closed(_) => false,
    };
    if let Some(bytes) = said.offer.filter(|_| is_wanted) {
        let offer = TransferOffer::read(&bytes).map_err(|_| LedgerRefusal::NotSealed)?;
        row.until = offer.until;
        if !offer.sender.unit.trim().is_empty() {
            row.called = offer.sender.unit.trim().chars().take(CALLED_CHARS_MAX).collect();
        }
        let has_care = offer.care.is_some();
        row.care = if has_care { CareStands::Along } else { CareStands::Behind };
        row.offer = Some(bytes);
    }
    if !said.has_care {
        if row.care == CareStands::Along {
            row.care = CareStands::Over;
        }
        without_care(row)?;
    }
    care_is_over(row, today)?;
    becomes(row, Stands::In(new.hears(said.says)));
    // That it is here is new to whoever says it first.
    if is_first && row.told.own == 0 {
        row.told.says();
    }
    Ok(())
}

fn hear_new(
    tx: &Tx<'_>,
    sender: &IdentityName,
    said: FromNew,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let mut row = match moving::named(tx, ("out", &said.transfer.0))? {
        Some(row) => row,
        None => lost(tx, sender, &said, now)?,
    };
    if row.unit != sender.unit().as_str() {
        return Err(LedgerRefusal::Unknown);
    }
    if row.told.hears(said.line) {
        let Stands::Out(out) = row.stands else { return Err(LedgerRefusal::Unknown) };
        if let NewSays::Declined(why) = said.says {
            row.why = Some(why);
        }
        row.note = said.note;
        becomes(&mut row, Stands::Out(out.hears(said.says)));
    }
    Ok(moving::save(tx, &row)?)
}

/// A transfer of which this school has lost everything, its own offer too: it was put back from a
/// backup. That the student is on another roll is believed where the name is one that this school
/// gave to one of its students: nobody knows it but to whom it was offered.
fn lost(
    tx: &Tx<'_>,
    sender: &IdentityName,
    said: &FromNew,
    now: Timestamp,
) -> Result<Move, LedgerRefusal> {
    let student = match said.says {
        NewSays::Closed(_) => moving::named_for(tx, said.transfer.0)?,
        _ => None,
    };
    let mut row = Move {
        id: 0,
        transfer: said.transfer.0,
        student: Some(student.ok_or(LedgerRefusal::Unknown)?),
        unit: sender.unit().to_string(),
        called: sender.unit().to_string(),
        sender: None,
        until: date_of(now),
        stands: Stands::Out(Out::Offered),
        // What the family let go along stays there until it takes that back, or the day ends it.
        care: CareStands::Along,
        offer: None,
        enrol: None,
        why: None,
        note: said.note.clone(),
        told: Told::default(),
        envelope: None,
        made_at: Moment(now.as_millisecond()),
    };
    tracing::warn!("another school has a student whose transfer this folder has lost");
    row.id = moving::insert(tx, &row)?;
    Ok(row)
}

/// Does what the clock or what was heard has decided: each transfer in a transaction of its own.
///
/// # Errors
/// The store cannot be read or written; again goes on where it stopped.
pub fn settle(ledger: &Ledger, now: Timestamp) -> Result<(), SqlError> {
    let rows: Vec<Move> = ledger.read(moving::all)?;
    let ids: Vec<i64> = rows.iter().filter(|row| is_settled(row)).map(|row| row.id).collect();
    for id in ids {
        match ledger.write("transfer_settle", move |tx| settle_one(tx, id, now)) {
            Ok(()) => {}
            Err(LedgerRefusal::Store(error)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a transfer was not settled; the next look tries"),
        }
    }
    Ok(())
}

/// Whether a clock or a roll may have something to do with it.
const fn is_settled(row: &Move) -> bool {
    row.stands.is_open() || row.offer.is_some() || matches!(row.care, CareStands::Along)
}

fn settle_one(tx: &Tx<'_>, id: i64, now: Timestamp) -> Result<(), LedgerRefusal> {
    let mut row = moving::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    let before = (row.stands, row.care, row.offer.is_some(), row.told);
    match row.stands {
        Stands::Out(out) => settle_out(tx, &mut row, out, now)?,
        Stands::In(new) => settle_in(tx, &mut row, new, now)?,
    }
    if before == (row.stands, row.care, row.offer.is_some(), row.told) {
        return Ok(());
    }
    if row.stands != before.0 {
        moving::log(tx, &author(now), (&row.transfer, row.stands.word()))?;
    }
    Ok(moving::save(tx, &row)?)
}

fn settle_out(tx: &Tx<'_>, row: &mut Move, out: Out, now: Timestamp) -> Result<(), LedgerRefusal> {
    let (today, student) = (date_of(now), row.student.ok_or(LedgerRefusal::Unknown)?);
    offering::heed(tx, row, (student, today))?;
    // What is said again carries no care whose consent has run out.
    care_is_over(row, today)?;
    let (next, left) = out.settled(today, row.until, moving::stay(tx, student)?);
    if let Some(day) = left {
        moving::end(tx, &author(now), (student, day), &row.called)?;
    }
    becomes(row, Stands::Out(next));
    Ok(())
}

fn settle_in(tx: &Tx<'_>, row: &mut Move, new: In, now: Timestamp) -> Result<(), LedgerRefusal> {
    let today = date_of(now);
    care_is_over(row, today)?;
    if let Some(day) = new.arrives(today) {
        let offer = offered(row)?.ok_or(LedgerRefusal::Changed)?;
        let enrol = row.enrol.clone().ok_or(LedgerRefusal::Changed)?;
        let child = Child {
            name: offer.name,
            sex: offer.sex,
            birth: offer.birth,
            guardians: offer.guardians,
            grade: offer.grade,
        };
        let entering = Entering { child: &child, enrol: &enrol, before: &row.called };
        row.student = Some(moving::enter(tx, &author(now), &entering, day)?);
    }
    becomes(row, Stands::In(new.settled(today, row.until)));
    // What the roll has now is there; a care is kept until its consent is over.
    let is_entered = matches!(row.stands, Stands::In(In::Closed(_)));
    if is_entered && row.care != CareStands::Along {
        row.offer = None;
    }
    Ok(())
}
