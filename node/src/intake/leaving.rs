//! What leaves a receiver and when: one letter in every slot, a dummy where nothing waits. The rule
//! is the one of slots; the queue decides only what lies in them.

use std::time::Duration;

use certs::letter::Letter;
use certs::statement::{Purpose, VerifiedStatement};
use domain::referral::slot::{Hop, Leaves, Moment, Slot, leaving, next_tick};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox::letters;
use runtime::uplink::{Uplink, notes};

use super::answering::{self, Sealed};
use super::{IntakeError, Receiver, cards, clock, renewing as unheard};
use crate::app::Node;
use crate::ledger::Ledger;
use crate::ledger::entry::Moment as At;
use crate::ledger::intake;
use crate::letters::restoring;
use crate::neighbour::answering::{self as answering_notices, House};
use crate::neighbour::{NeighbourError, renewing};
use crate::transfer::Transfer;

/// Note of the slot that was filled last.
const LAST_SLOT: &str = "letter_slot";

/// Ticks between two looks at what came, where nothing rang: a minute.
const LOOK_EVERY_TICKS: u32 = 4;

/// Ticks between two looks at whose keys the directories carry: five minutes.
const DIRECTORY_EVERY_TICKS: u32 = 20;

/// Lets letters leave for as long as the node serves, and looks after what came.
pub(crate) async fn keep(node: Node, uplink: Uplink) {
    let mut ticks = 0_u32;
    loop {
        let now = node.clock().now();
        let wait_ms = next_tick(now).as_millisecond().saturating_sub(now.as_millisecond());
        node.clock().sleep(Duration::from_millis(wait_ms.unsigned_abs())).await;
        let lists = ticks.is_multiple_of(DIRECTORY_EVERY_TICKS);
        // The first tick looks: that this folder was put back is known before anything is sealed.
        let (working, looks) = (node.clone(), ticks.is_multiple_of(LOOK_EVERY_TICKS));
        ticks = ticks.wrapping_add(1);
        let worked = runtime::blocking::run(move || {
            if lists && let Err(error) = working.know_recipients() {
                tracing::warn!(%error, "keys of the directories not kept yet");
            }
            if looks {
                working.work_intake();
            } else {
                working.seal_what_waits();
            }
            working.leave()
        });
        match worked.await {
            Ok(Ok(left)) if left > 0 => uplink.ring(),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "no letter left at this tick"),
            Err(_) => return,
        }
    }
}

impl Node {
    /// Takes in what came, lets the clock end what it ends, and seals the answers that wait;
    /// nothing at a school's node. What fails now is tried again with the next look.
    pub fn work_intake(&self) {
        if self.is_receiver()
            && let Err(error) = restoring::look(self.ledger(), self.transfer(), self.clock().now())
        {
            tracing::warn!(%error, "not known yet whether this folder was put back");
        }
        if let Err(error) = self.take_letters() {
            tracing::warn!(%error, "letters not taken in yet");
        }
        if let Err(error) = self.pass_time() {
            tracing::warn!(%error, "referrals not looked at by the clock yet");
        }
        self.seal_what_waits();
    }

    /// Seals the answers that wait, at every tick: one that was given just now leaves in the next
    /// slot.
    fn seal_what_waits(&self) {
        if let Err(error) = self.seal_answers() {
            tracing::warn!(%error, "answers not sealed yet");
        }
        if let Err(error) = self.keep_notices() {
            tracing::warn!(%error, "answers to notices not sealed yet");
        }
    }

    /// Seals answers to duty reports and, anew, notices of which no relay has said a word, and
    /// erases what has been here long enough; says how many were sealed. Nothing at a school's.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn keep_notices(&self) -> Result<usize, NeighbourError> {
        let (Some(receiver), Some(member)) = (self.receiver(), self.member()) else {
            return Ok(0);
        };
        let (identity, now) = (member.identity.current(), self.clock().now());
        let renewed = renewing::renew(self.ledger(), (&receiver, &identity), now)?;
        answering_notices::forget(self.ledger(), self.past()?)?;
        let house = House::Receiver(receiver, identity);
        Ok(renewed + answering_notices::keep(self.ledger(), &house, now)?)
    }

    /// Ends what the receiver's clock ends, as far as this node has witnessed it; gives how many
    /// contents were erased.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn pass_time(&self) -> Result<usize, IntakeError> {
        let Some(receiver) = self.receiver() else { return Ok(0) };
        let now = At(self.past()?.as_millisecond());
        let is_due = move |tx: &Tx<'_>| {
            let is_due = clock::is_due(tx, now)? || cards::is_due(tx, now)?;
            Ok::<_, SqlError>(is_due || unheard::is_over(tx, now.0)?)
        };
        if !self.ledger().read(is_due)? {
            return Ok(0);
        }
        let pass = move |tx: &Tx<'_>| {
            unheard::forget(tx, now.0)?;
            Ok::<_, IntakeError>(
                clock::pass(tx, &receiver, now)? + cards::pass(tx, &receiver, now)?,
            )
        };
        let erased = self.ledger().write("receiver_clock", pass)?;
        if erased > 0 && self.ledger().fold().is_err() {
            tracing::warn!("the log of the ledger was not folded in at once");
        }
        Ok(erased)
    }

    /// Seals the answers that wait.
    ///
    /// # Errors
    /// The ledger cannot be read or written.
    pub fn seal_answers(&self) -> Result<Sealed, IntakeError> {
        let (Some(receiver), Some(member)) = (self.receiver(), self.member()) else {
            return Ok(Sealed::default());
        };
        let identity = member.identity.current();
        let by = (&*identity, self.clock().now());
        let about_cards = cards::seal_waiting(self.ledger(), &receiver, by)?;
        let told = answering::seal_waiting(self.ledger(), &receiver, by)?;
        let sealed = told.sealed + about_cards.sealed;
        Ok(Sealed { sealed, waiting: told.waiting + about_cards.waiting })
    }

    /// Lets one letter leave where a slot is due; nothing where no relay's key is known.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn leave(&self) -> Result<usize, IntakeError> {
        let Some(receiver) = self.receiver() else { return Ok(0) };
        leave((self.ledger(), self.transfer()), &receiver, self.clock().now())
    }
}

/// Decides what leaves and puts it into the outbox. A letter is copied before it goes out of the
/// queue: a node that was killed between the two copies it once more, which changes nothing.
pub(super) fn leave(
    (ledger, transfer): (&Ledger, &Transfer),
    receiver: &Receiver,
    now: Timestamp,
) -> Result<usize, IntakeError> {
    let of = receiver.clone();
    let relay =
        ledger.read(move |tx| answering::verified(tx, &of, (&of.relay(), Purpose::Relay), now))?;
    let Some(relay) = relay else { return Ok(0) };
    let queue = ledger.read(intake::queued)?;
    let last = transfer.read(|tx| notes::get(tx, LAST_SLOT))?;
    let last = last.and_then(|text| text.parse().ok()).map(Slot::from_number);
    let decided = leaving(&Moment { hop: Hop::ToRelay, now, last }, &queue);
    let Some((slot, leaves)) = decided else { return Ok(0) };
    Ok(usize::from(send((ledger, transfer), &relay, (leaves, slot), now)?))
}

/// Puts one letter into the outbox, and the slot that it fills beside it.
fn send(
    (ledger, transfer): (&Ledger, &Transfer),
    relay: &VerifiedStatement,
    (leaves, slot): (Leaves<i64>, Slot),
    now: Timestamp,
) -> Result<bool, IntakeError> {
    let (letter, queued) = match leaves {
        Leaves::Letter(id) => {
            let bytes = ledger.read(move |tx| intake::letter(tx, id))?;
            (bytes.and_then(|bytes| Letter::from_bytes(&bytes).ok()), Some(id))
        }
        Leaves::Dummy => (None, None),
    };
    // What a damaged disk made of one keeps no other back.
    let Some(letter) = letter.or_else(|| Letter::dummy(relay).ok()) else { return Ok(false) };
    let now_ms = now.as_millisecond();
    let is_sent = transfer.write("letter_leaves", move |tx| {
        letters::forget(tx)?;
        if letters::is_full(tx)? {
            return Ok::<_, SqlError>(None);
        }
        notes::set(tx, LAST_SLOT, &slot.number().to_string())?;
        Ok(Some(letters::enqueue(tx, &letter, now_ms)?))
    })?;
    let Some(is_sent) = is_sent else { return Ok(false) };
    if let Some(id) = queued {
        ledger.write("letter_left", move |tx| intake::take_out(tx, id).map(drop))?;
    }
    Ok(is_sent)
}
