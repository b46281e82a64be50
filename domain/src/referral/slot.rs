//! Slots: when a letter leaves, so that silence and traffic look alike to whoever counts letters.
//!
//! A member sends one letter in every hour, at its own minute, and a dummy where nothing waits. The
//! times of slots follow from unit, day and clock alone; the queue decides only what lies in them.
//! What cannot wait leaves at the next tick, and dummies leave at ticks too, at random. All that is
//! random is an argument. A relay fills the list of each of its members downward by the same rule.
//!
//! No rank and no sender holds an emergency back: which rank is asked first changes from tick to
//! tick, and within a rank senders take turns.

use jiff::Timestamp;

use super::state::Urgency;
use crate::unit::UnitId;

/// Seconds between the moments at which a letter may leave. Everything waits for the next one: a
/// letter that left the moment it was written would be told from a dummy by its second.
pub const TICK_SECONDS: i64 = 15;

/// One in so many ticks without an urgent letter has a dummy: four a day in the mean. A school with
/// one urgent referral a month is then one of about a hundred and twenty such letters.
pub const COVER_EVERY_TICKS: u64 = 6 * 3_600 / 15;

const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;
const MINUTES: u64 = 60;

/// How soon a letter goes. What a withdrawal takes back is dropped wherever it waits, so it need
/// not be the first one to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Takes a referral back.
    Withdrawal,
    /// Of an emergency.
    Emergency,
    /// Of an urgent referral.
    Urgent,
    /// Anything else: it waits for its slot.
    Routine,
}

/// A letter that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<I> {
    /// How soon it goes.
    pub rank: Rank,
    /// The turn at which a letter of its sender left from this queue last, 0 where none did: within
    /// a rank who waited longest goes first. Where all are one sender's it is 0.
    pub turn: u64,
    /// Its number in the queue: of one sender and rank the lower one goes first, so that the parts
    /// of an envelope leave in their order.
    pub queued: u64,
    /// Which letter.
    pub id: I,
}

/// The slot of one hour, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(i64);

/// What leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves<I> {
    /// This letter.
    Letter(I),
    /// A letter with nothing in it.
    Dummy,
}

/// What the decision is made by.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Who sends.
    pub unit: &'a UnitId,
    /// Now.
    pub now: Timestamp,
    /// The slot that was filled last.
    pub last: Option<Slot>,
    /// A new random number in every tick.
    pub draw: u64,
}

/// What leaves at a tick; at most two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving<I> {
    /// What fills which slot, where one is due.
    pub slot: Option<(Slot, Leaves<I>)>,
    /// What does not wait for a slot.
    pub at_once: Option<Leaves<I>>,
}

impl Rank {
    /// The rank of a letter that carries a referral or an answer.
    #[must_use]
    pub const fn of(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Routine => Self::Routine,
            Urgency::Urgent => Self::Urgent,
            Urgency::Emergency => Self::Emergency,
        }
    }

    /// In which order ranks are asked at a moment. Every second tick is an emergency's, and of the
    /// others a withdrawal and what is urgent have every second one: an emergency is behind no more
    /// than one letter of another rank, and no rank waits for four ticks since others are full.
    #[must_use]
    pub fn order_at(now: Timestamp) -> [Self; 4] {
        match now.as_second().div_euclid(TICK_SECONDS).rem_euclid(4) {
            1 => [Self::Withdrawal, Self::Emergency, Self::Urgent, Self::Routine],
            3 => [Self::Urgent, Self::Emergency, Self::Withdrawal, Self::Routine],
            _ => [Self::Emergency, Self::Withdrawal, Self::Urgent, Self::Routine],
        }
    }

    /// Whether it leaves at the next tick.
    #[must_use]
    pub const fn leaves_at_once(self) -> bool {
        !matches!(self, Self::Routine)
    }
}

impl Slot {
    /// Takes a number that was stored.
    #[must_use]
    pub const fn from_number(hours: i64) -> Self {
        Self(hours)
    }

    /// The number that is stored.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The slot of an hour in which this moment lies.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(HOUR_SECONDS))
    }
}

/// Decides what leaves now. What is returned has left when the caller has written so.
#[must_use]
pub fn leaving<I: Copy>(moment: &Moment<'_>, queue: &[Waiting<I>]) -> Leaving<I> {
    let mut order: Vec<&Waiting<I>> = queue.iter().collect();
    let ranks = Rank::order_at(moment.now);
    let place = |rank: Rank| ranks.iter().position(|known| *known == rank);
    order.sort_by_key(|waiting| (place(waiting.rank), waiting.turn, waiting.queued));
    let mut order = order.into_iter().peekable();
    let urgent = order.next_if(|first| first.rank.leaves_at_once());
    let at_once = match urgent {
        Some(letter) => Some(Leaves::Letter(letter.id)),
        None => moment.draw.is_multiple_of(COVER_EVERY_TICKS).then_some(Leaves::Dummy),
    };
    let filled = order.next().map_or(Leaves::Dummy, |letter| Leaves::Letter(letter.id));
    Leaving { slot: due(moment).map(|slot| (slot, filled)), at_once }
}

/// The next moment at which something may leave.
#[must_use]
pub fn next_tick(now: Timestamp) -> Timestamp {
    let next = (now.as_second().div_euclid(TICK_SECONDS) + 1) * TICK_SECONDS;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// The minute of every hour of a day at which a unit's slot is. It is no secret: it spreads the
/// load, and another day has another one, so that no unit is always the last.
#[must_use]
pub fn minute(unit: &UnitId, now: Timestamp) -> i64 {
    let day = now.as_second().div_euclid(DAY_SECONDS);
    let name = unit.as_str().bytes().chain(*b"/").chain(day.to_be_bytes());
    i64::try_from(mixed(name) % MINUTES).unwrap_or_default()
}

/// The slot that is due: from its minute to the end of its hour, unless it was filled. An hour that
/// was missed is not made up for, since a burst would tell who was away. A slot that lies far ahead
/// was filled by a clock that was wrong, and silences nobody.
fn due(moment: &Moment<'_>) -> Option<Slot> {
    let slot = Slot::at(moment.now);
    let is_filled = moment.last.is_some_and(|last| (slot.0..=slot.0 + 1).contains(&last.0));
    let minute_now = moment.now.as_second().rem_euclid(HOUR_SECONDS) / 60;
    (!is_filled && minute_now >= minute(moment.unit, moment.now)).then_some(slot)
}

/// FNV-1a, then the last step of `SplitMix64`: the same number on every machine and in every
/// version.
fn mixed(bytes: impl Iterator<Item = u8>) -> u64 {
    let folded = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |folded, byte| {
        (folded ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (folded ^ (folded >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests;
