//! The post: at every tick what came is taken, what was taken back is told, and in every slot one
//! letter leaves.
//!
//! Ticks and slots are of the clock and the same for everybody; which letter leaves in one, or that
//! one with nothing in it does, is decided by [`domain::referral::slot`].

use std::time::Duration;

use domain::referral::slot::next_tick;
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::SqlError;
use runtime::uplink::Uplink;

use crate::app::Node;
use crate::directory::{self, Judge};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, agency_listed, letters as store, moving as school_moves};
use crate::letters::{
    acknowledging, answers, cards, copying, ending, moving, renewing, restoring, revoking,
};
use crate::neighbour::answering::{self as neighbour, House};
use crate::transfer::letters::{self, Tick};
use crate::transfer::{Transfer, directive};

/// Ticks between two looks at whom the directories list where none came, since days begin and
/// statements end, and at a school that knows nobody's key: five minutes.
const ROUND_TICKS: u32 = 20;

/// What a tick leaves for the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Looked {
    /// The directive that came last when whom the directories list was looked at.
    directive: Option<i64>,
    /// Whether nobody's key was known.
    is_unused: bool,
}

/// Looks at the post at every tick for as long as the node serves.
pub(super) async fn keep(node: Node, uplink: Uplink) {
    let (mut ticks, mut looked) = (0_u32, Looked::default());
    loop {
        let now = node.clock().now();
        let wait = next_tick(now).duration_since(now);
        node.clock().sleep(Duration::try_from(wait).unwrap_or_default()).await;
        let (working, is_round) = (node.clone(), ticks.is_multiple_of(ROUND_TICKS));
        let done = runtime::blocking::run(move || working.tick(looked, is_round)).await;
        ticks = ticks.wrapping_add(1);
        match done {
            Ok(Ok((now_looked, left))) => {
                looked = now_looked;
                if left > 0 {
                    uplink.ring();
                }
            }
            Ok(Err(error)) => tracing::warn!(%error, "letters wait for the next look"),
            Err(_) => return,
        }
    }
}

impl Looked {
    /// Whether whom the directories list is to be looked at: a directive came since, or it is time.
    fn is_over(self, directive: Option<i64>, is_round: bool) -> bool {
        is_round || self.directive != directive
    }
}

impl Node {
    /// What is done at a tick; says how many letters left. Whom a directory lists is known at the
    /// first tick after it came, so that what a page says can be sealed is.
    fn tick(&self, before: Looked, is_round: bool) -> Result<(Looked, usize), LedgerRefusal> {
        let last = self.transfer().read(directive::last)?;
        let (is_over, mut looked) = (before.is_over(last, is_round), before);
        if is_over {
            let is_known = is_done("recipients", self.know_recipients());
            if is_done("agencies", self.know_agencies()) && is_known {
                looked.directive = last;
            }
        }
        // Nothing can be sealed yet, and so nothing leaves.
        if looked.is_unused && !is_over && !self.ledger.read(store::is_used)? {
            return Ok((looked, 0));
        }
        let left = self.post()?;
        looked.is_unused = left.is_none();
        Ok((looked, left.unwrap_or(0)))
    }

    /// Keeps the keys of whom the directories list and of relays and schools beside them, so that
    /// letters can be sealed to them, and forgets those of whom they bar. Schools and receivers do
    /// the same; what somebody enters from a file stands beside it.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub(crate) fn know_recipients(&self) -> Result<(), SqlError> {
        let Some(member) = self.member() else { return Ok(()) };
        let (now, areas) = (self.clock().now(), member.place().areas);
        know((self.ledger(), self.transfer()), Judge { pins: member.pins(), now, areas })
    }

    /// Keeps which agencies the directories list for this school, and until when.
    ///
    /// # Errors
    /// A store cannot be read or written.
    fn know_agencies(&self) -> Result<(), SqlError> {
        let Some(member) = self.member() else { return Ok(()) };
        let (place, today) = (member.place(), date_of(self.clock().now()));
        let agencies = self.transfer().read(move |tx| directory::agencies(tx, today, &place))?;
        if self.ledger.read(agency_listed::listed)? == agencies {
            return Ok(());
        }
        self.ledger.write("agencies", move |tx| agency_listed::keep(tx, &agencies))
    }

    /// Takes the letters that came, tells whoever holds what was taken back, and lets leave what
    /// leaves in this slot; says how many letters that were. Nothing where nobody's key was ever
    /// known: then nothing leaves.
    ///
    /// What goes wrong on the way is done at the next tick and silences nobody: a letter leaves as
    /// in every slot, with nothing in it where it is not known what was taken back.
    ///
    /// # Errors
    /// A store cannot be read or written.
    pub fn post(&self) -> Result<Option<usize>, LedgerRefusal> {
        let Some(desk) = self.letter_desk() else { return Ok(None) };
        let (now, past) = (self.clock().now(), self.past());
        // What a clock ends ends by what was witnessed of it; where nothing is known nothing does.
        let at = past.as_ref().map_or(Timestamp::UNIX_EPOCH, |past| *past);
        let is_timed = is_done("past", past);
        let looked = restoring::look(&self.ledger, self.transfer(), now);
        let is_looked = is_done("look", looked);
        let offered = self.ledger.read(school_moves::lengths)?;
        // Relays send to whoever has a stated key, whether or not this school knows one.
        is_done("take", answers::take(&self.ledger, self.transfer(), &desk, now));
        // Answers to tips wait to be copied as all letters do; what is old is erased in any case.
        let house = House::School(desk.clone());
        is_done("notices", neighbour::keep(&self.ledger, &house, now));
        is_done("notices_over", neighbour::forget(&self.ledger, at));
        if !self.ledger.read(store::is_used)? {
            return Ok(None);
        }
        // What is over by the clock alone does not leave, and is not lost where the clock is wrong.
        let is_believed = date_of(now) == date_of(at);
        let end = if is_believed { ending::end } else { ending::hold_back };
        let ended = end(&self.ledger, self.transfer(), &desk, now);
        let told = revoking::revoke(&self.ledger, self.transfer(), &desk, now);
        let times = (now, at);
        let of_cards = cards::revoking::revoke(&self.ledger, self.transfer(), &desk, times);
        is_done("renew", renewing::renew(&self.ledger, self.transfer(), &desk, now));
        // The day on which a student goes is decided on no clock that is not believed.
        if is_believed {
            is_done("transfers", moving::work(&self.ledger, self.transfer(), &desk, now));
        }
        is_done("erased", moving::fold_erased(&self.ledger, &offered));
        // What one of them could not do keeps the others from nothing.
        let (has_ended, is_told) = (is_done("consent_ended", ended), is_done("take_back", told));
        is_done("ask", restoring::ask(&self.ledger, &desk, now));
        is_done("acknowledge", acknowledging::acknowledge(&self.ledger, &desk, now));
        let is_known = is_done("take_cards_back", of_cards)
            && is_looked
            && is_timed
            && has_ended
            && is_told
            && is_done("copy", copying::copy(&self.ledger, self.transfer(), now.as_millisecond()));
        let of = desk.clone();
        let Some(relay) = self.ledger.read(move |tx| of.relay(tx, now))? else {
            return Ok(Some(0));
        };
        let left = self.transfer().write("letters_leave", move |tx| {
            let tick = Tick { relay: &relay, now };
            if is_known { letters::leave(tx, &tick) } else { letters::leave_empty(tx, &tick) }
        })?;
        Ok(Some(left))
    }
}

/// As [`Node::know_recipients`], over the stores alone.
fn know((ledger, transfer): (&Ledger, &Transfer), judge: Judge) -> Result<(), SqlError> {
    let (kept, now_ms) = (ledger.read(store::kept)?, judge.now.as_millisecond());
    let found = transfer.read(move |tx| {
        let barred = directory::barred(tx, &judge)?;
        let beside = directory::beside(tx, &judge, &kept)?;
        Ok::<_, SqlError>((directory::recipients(tx, &judge)?, beside, barred))
    });
    let (listed, beside, barred) = found?;
    if listed.is_empty() && beside.is_empty() && barred.is_empty() {
        return Ok(());
    }
    ledger.write("recipients", move |tx| {
        for one in listed.iter().filter(|one| !barred.contains(&one.entry.id)) {
            store::keep(tx, (&one.signed, &one.statement), one.relay.as_str(), now_ms)?;
        }
        for one in &beside {
            store::keep(tx, (&one.signed, &one.statement), one.relay.as_str(), now_ms)?;
        }
        barred.iter().try_for_each(|unit| store::forget(tx, unit).map(drop))
    })
}

/// Whether a step was done; what was not is logged, and done at the next tick.
fn is_done<T, E: std::fmt::Display>(step: &'static str, done: Result<T, E>) -> bool {
    match done {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%error, step, "letters wait for the next look");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use certs::statement::Purpose;
    use domain::unit::UnitId;

    use super::*;
    use crate::directory::tests::{beside_of, hospital, judge, keep_beside, keyed};
    use crate::list::testing::{City, now};

    /// What a directory carries is kept with the hub that serves each unit, of entries and beside
    /// them, so that answers and letters can be sealed to it; a file takes no hub from it.
    #[test]
    fn keys_of_a_directory_are_kept_with_their_hubs() {
        let (ledger, city) = (Ledger::in_memory().expect("ledger"), City::both());
        let transfer = Transfer::in_memory().expect("transfer");
        let unit = |id: &str| id.parse::<UnitId>().expect("unit");
        let keys = vec![
            beside_of(&city, ("S1", Purpose::Referral), Some("370203")),
            beside_of(&city, ("370202", Purpose::Relay), None),
        ];
        keep_beside(&transfer, keyed(&city, hospital("CLINIC1", "示例医院")), keys);
        for _ in 0..2 {
            know((&ledger, &transfer), judge(&city)).expect("known");
        }
        let wanted = [
            ("S1", Purpose::Referral, Some("370203")),
            ("370202", Purpose::Relay, None),
            ("CLINIC1", Purpose::Referral, Some("370202")),
        ];
        for (id, purpose, hub) in wanted {
            let of = unit(id);
            let found: Result<_, SqlError> = ledger.read(move |tx| {
                let begun = store::begun(tx, (&of, purpose), now().as_millisecond())?;
                Ok((begun.is_some(), store::served_by(tx, &of)?))
            });
            assert_eq!(found.expect("read"), (true, hub.map(str::to_owned)), "{id}");
        }
        let count: Result<usize, SqlError> = ledger.read(|tx| Ok(store::kept(tx)?.len()));
        assert_eq!(count.expect("read"), 3);
    }

    /// Whom a directory lists is looked at in the tick in which it is seen that one came, once, and
    /// with every round.
    #[test]
    fn a_directive_that_came_is_looked_at_at_once() {
        let begun = Looked::default();
        assert!(begun.is_over(Some(3), false) && begun.is_over(None, true));
        assert!(!begun.is_over(None, false), "none has ever come");
        let looked = Looked { directive: Some(3), ..begun };
        assert!(!looked.is_over(Some(3), false) && looked.is_over(Some(3), true));
        assert!(looked.is_over(Some(4), false), "another one came, or one was countersigned");
    }
}
