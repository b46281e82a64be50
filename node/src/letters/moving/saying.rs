//! Saying: where a transfer stands is sealed to the other school at a tick, once and again until it
//! is known to be heard.

use certs::letter::{Carried, Letter, Routing, Way};
use certs::referral::{Draft, EnvelopeId, ReferralEnvelope, Role};
use domain::referral::Urgency;
use domain::referral::slot::Rank;
use domain::transfer::{DeclinedWhy, OldSays, Stay};
use domain::unit::IdentityName;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::super::ending;
use super::super::road::{Desk, Road};
use crate::content::{FromNew, FromOld, TransferId, TransferSaid};
use crate::ledger::Ledger;
use crate::ledger::letters::{self as store, NewLetter};
use crate::ledger::moving::{self, CareStands, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::transfer::Transfer;
use crate::transfer::letters::number;

/// Seals what is to be said now; says how many letters that made.
///
/// # Errors
/// One of the stores cannot be read or written; the next tick goes on where it stopped.
pub(super) fn say(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, SqlError> {
    let now_ms = now.as_millisecond();
    let rows: Vec<Move> = ledger.read(moving::all)?;
    let is_due = |row: &&Move| row.told.is_due(now_ms) || is_said_again(row, now_ms);
    let due: Vec<i64> = rows.iter().filter(is_due).map(|row| row.id).collect();
    let mut said = 0;
    for id in due {
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let work = move |tx: &Tx<'_>| say_one(tx, (&transfer, &desk), id, now);
        match ledger.write("transfer_say", work) {
            Ok(is_said) => said += usize::from(is_said),
            Err(LedgerRefusal::Store(error)) => return Err(error),
            Err(error) => tracing::warn!(%error, "something about a transfer was not sealed"),
        }
    }
    Ok(said)
}

/// Seals one; where no key of the other school is known it waits, and its page says so.
fn say_one(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    id: i64,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let mut row = moving::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
    let now_ms = now.as_millisecond();
    if !row.told.is_due(now_ms) && !is_here(tx, &row)? {
        row.told.said_at_ms = Some(now_ms);
        moving::save(tx, &row)?;
        return Ok(false);
    }
    let Some(road) = desk.road(tx, &row.unit, now)? else { return Ok(false) };
    if !is_of_sender(desk, &row, &road) {
        tracing::warn!("a transfer came under another label than its school's key");
        return Ok(false);
    }
    say_on(tx, (transfer, desk), (row, &road), now)?;
    Ok(true)
}

/// That a student is here is said again to the school before, which may have lost that it said so.
fn is_said_again(row: &Move, now_ms: i64) -> bool {
    match row.stands {
        Stands::In(new) => new.is_said_again(&row.told, (row.made_at.0, now_ms)),
        Stands::Out(_) => false,
    }
}

/// Whether the roll here has the student: of one who went on nothing is said again.
fn is_here(tx: &Tx<'_>, row: &Move) -> Result<bool, LedgerRefusal> {
    let Some(student) = row.student else { return Ok(false) };
    Ok(matches!(moving::stay(tx, student)?, Stay::On(_)))
}

/// As [`say_one`], on a road that is known.
pub(super) fn say_on(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    (mut row, road): (Move, &Road),
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let said = said(&mut row, now.as_millisecond());
    let urgency = if takes_back(&said, &row) { Urgency::Urgent } else { Urgency::Routine };
    take_back_older(tx, (transfer, desk), &row, now)?;
    let envelope = EnvelopeId::generate();
    let letter = sealed((desk, road), (envelope, urgency), &said)?;
    let new = NewLetter {
        name: letter.digest(),
        letter: &letter.to_bytes(),
        rank: number(Rank::of(urgency)),
        envelope,
        part: 1,
    };
    store::insert_letter(tx, &new, now.as_millisecond())?;
    row.envelope = Some(envelope);
    Ok(moving::save(tx, &row)?)
}

/// Who sent an offer is the school to whose key its answer is sealed.
fn is_of_sender(desk: &Desk, row: &Move, road: &Road) -> bool {
    let Some(sender) = &row.sender else { return true };
    let sender = IdentityName::parse(sender, desk.name.zone());
    sender.is_ok_and(|sender| desk.is_of(&sender, (&row.unit, road.relay.as_str())))
}

/// What is said of a transfer now; it was said.
pub(super) fn said(row: &mut Move, now_ms: i64) -> TransferSaid {
    let (transfer, line) = (TransferId(row.transfer), row.told.line(now_ms));
    match row.stands {
        Stands::Out(out) => {
            let says = out.says();
            let is_told = matches!(says, OldSays::Offered | OldSays::Confirmed(_));
            let offer = row.offer.clone().filter(|_| is_told);
            let has_care = row.care == CareStands::Along;
            TransferSaid::Old(FromOld { transfer, line, says, has_care, offer })
        }
        Stands::In(new) => {
            let says = new.says(row.why.unwrap_or(DeclinedWhy::Other));
            let note = row.note.clone();
            TransferSaid::New(FromNew { transfer, line, says, note })
        }
    }
}

/// Whether something is taken back with it, which goes before what is routine.
fn takes_back(said: &TransferSaid, row: &Move) -> bool {
    let is_recalled = matches!(said, TransferSaid::Old(FromOld { says: OldSays::Recalled, .. }));
    let is_out = matches!(row.stands, Stands::Out(_));
    is_recalled || (is_out && row.care == CareStands::Over)
}

/// What was said before and has not left says nothing any more.
fn take_back_older(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    row: &Move,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let Some(older) = row.envelope else { return Ok(()) };
    ending::take_back(tx, (transfer, desk), older, now)?;
    // Nobody asks for it any more, and what is said again for a year would fill the ledger.
    Ok(store::forget_letters(tx, older)?)
}

/// One letter, to hubs an answer like any other: it names an envelope that nobody has.
fn sealed(
    (desk, road): (&Desk, &Road),
    (envelope, urgency): (EnvelopeId, Urgency),
    said: &TransferSaid,
) -> Result<Letter, LedgerRefusal> {
    let content = said.write().map_err(|_| LedgerRefusal::NotSealed)?;
    let ground = said.ground().map_err(|_| LedgerRefusal::NotSealed)?;
    let draft = Draft { role: Role::Transfer, envelope, ground, content: &content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, &desk.identity)
        .map_err(|_| LedgerRefusal::NotSealed)?;
    said.fits(closed.header()).map_err(|_| LedgerRefusal::NotSealed)?;
    let parts = closed.parts(&road.recipient).map_err(|_| LedgerRefusal::NotSealed)?;
    let [part] = parts.as_slice() else { return Err(LedgerRefusal::NotSealed) };
    let way = Way { recipient: road.recipient.statement().unit.clone(), relay: road.relay.clone() };
    let carried = Carried { way, envelope, number: part.number(), urgency, due: None };
    let routing = Routing::Answer { carried, to: EnvelopeId::generate(), met: None };
    Letter::seal(&road.first, &routing, Some(part)).map_err(|_| LedgerRefusal::NotSealed)
}
