//! Slots: when a letter leaves, so that silence and traffic look alike to whoever counts letters.
//!
//! A member sends one letter in every slot of three minutes, and a relay a fixed number of them
//! into each list, with nothing in it where nothing waits. The times of slots follow from the clock
//! alone; the queue decides only what lies in them. Nothing leaves beside a slot, however urgent:
//! what did would be told by its second, and by the second of its answer.
//!
//! Slots of the hops of a way follow each other, so that a letter is passed on in the slot in which
//! it came. What an emergency says goes before everything, and then what takes a referral back;
//! within a rank senders take turns. Where more of either waits than an envelope has parts, others
//! have a share of the places, so that nobody stops them with a flood.

use jiff::Timestamp;

use super::state::Urgency;

/// Seconds between two looks at what is due. Slots begin at these moments.
pub const TICK_SECONDS: i64 = 15;

/// Seconds of a slot. With the hops behind each other a letter is at its recipient, and its
/// acknowledgement back, within a slot and a minute: less than the five minutes in which the hop of
/// an emergency is to be acknowledged.
pub const SLOT_SECONDS: i64 = 180;

/// Slots of a day.
pub const SLOTS_A_DAY: i64 = 24 * 3_600 / SLOT_SECONDS;

/// Places after which the order of ranks begins anew.
const PLACES: i64 = 8;

/// Emergencies, and withdrawals, up to which nothing of a lower rank goes before them: as many
/// letters as the longest envelope has parts.
pub const CROWD: u32 = 7;

/// What goes first among what waits. What a withdrawal takes back is dropped wherever it waits, so
/// it need not go before an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// What an emergency says.
    Emergency,
    /// Takes a referral back.
    Withdrawal,
    /// What an urgent referral says, and whatever is answered to one or to an emergency.
    Urgent,
    /// Anything else.
    Routine,
}

/// Of which ranks more waits than a crowd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// Of emergencies.
    pub emergencies: bool,
    /// Of withdrawals.
    pub withdrawals: bool,
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

/// A slot, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(i64);

/// Which part of its way a letter begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// From a school or a recipient to the relay that opens it.
    ToRelay,
    /// From one relay to another.
    BetweenRelays,
    /// From a relay to who receives letters.
    FromRelay,
}

/// What leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves<I> {
    /// This letter.
    Letter(I),
    /// A letter with nothing in it.
    Dummy,
}

/// What it is decided by whether a slot is due.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Which hop begins.
    pub hop: Hop,
    /// Now.
    pub now: Timestamp,
    /// The slot that was filled last.
    pub last: Option<Slot>,
}

impl Hop {
    /// Seconds from the beginning of a slot at which it is filled: what came in a slot goes on in
    /// it.
    #[must_use]
    pub const fn after_seconds(self) -> i64 {
        match self {
            Self::ToRelay => 0,
            Self::BetweenRelays => 30,
            Self::FromRelay => 60,
        }
    }
}

impl Rank {
    /// The rank of a notice that says of nobody that he or she is in danger, in its sender's queue:
    /// to a relay all notices are emergencies.
    pub const REPORTED: Self = Self::Urgent;

    /// The rank of a letter that carries a referral.
    #[must_use]
    pub const fn of(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Routine => Self::Routine,
            Urgency::Urgent => Self::Urgent,
            Urgency::Emergency => Self::Emergency,
        }
    }

    /// The rank of an answer, and of a relay's acknowledgement: behind what nobody has read yet.
    #[must_use]
    pub const fn answering(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Routine => Self::Routine,
            Urgency::Urgent | Urgency::Emergency => Self::Urgent,
        }
    }

    /// In which order ranks are asked for a place, counted over all slots of a list: emergencies,
    /// withdrawals, and then what is urgent, or in two places of eight what is routine. Where the
    /// rank that is asked has nothing, the next one goes.
    ///
    /// Of four places a crowd of emergencies leaves one to withdrawals and one to the others; a
    /// crowd of withdrawals leaves one to the others. The first of every two is an emergency's.
    #[must_use]
    pub const fn order_of(place: i64, crowd: Crowd) -> [Self; 4] {
        let [one, two] = match place.rem_euclid(PLACES) {
            2 | 7 => [Self::Routine, Self::Urgent],
            _ => [Self::Urgent, Self::Routine],
        };
        match (place.rem_euclid(PLACES), crowd.emergencies, crowd.withdrawals) {
            (1 | 5, true, _) => [Self::Withdrawal, Self::Emergency, one, two],
            (3 | 7, true, _) => [one, two, Self::Emergency, Self::Withdrawal],
            (3 | 7, false, true) => [Self::Emergency, one, two, Self::Withdrawal],
            _ => [Self::Emergency, Self::Withdrawal, one, two],
        }
    }
}

impl Crowd {
    /// What is crowded of what waits; of each rank no more need be looked at than one letter beyond
    /// a crowd.
    #[must_use]
    pub fn of<I>(queue: &[Waiting<I>]) -> Self {
        let is_one = |rank: Rank| {
            let of_rank = queue.iter().filter(|one| one.rank == rank);
            of_rank.count() > CROWD as usize
        };
        Self { emergencies: is_one(Rank::Emergency), withdrawals: is_one(Rank::Withdrawal) }
    }
}

impl Slot {
    /// Takes a number that was stored.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number that is stored.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The slot in which this moment lies.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(SLOT_SECONDS))
    }

    /// The number of a place in it, where every slot of a list has so many of them.
    #[must_use]
    pub fn place(self, index: u8, of: u8) -> i64 {
        self.0.saturating_mul(i64::from(of)).saturating_add(i64::from(index))
    }
}

/// Decides what leaves now, where one letter does in a slot: nothing where none is due. What is
/// returned has left when the caller has written so.
#[must_use]
pub fn leaving<I: Copy>(moment: &Moment, queue: &[Waiting<I>]) -> Option<(Slot, Leaves<I>)> {
    due(moment).map(|slot| (slot, next(slot.place(0, 1), queue)))
}

/// What lies in a place.
#[must_use]
pub fn next<I: Copy>(place: i64, queue: &[Waiting<I>]) -> Leaves<I> {
    let ranks = Rank::order_of(place, Crowd::of(queue));
    let asked = |rank: Rank| ranks.iter().position(|known| *known == rank);
    let first = queue.iter().min_by_key(|one| (asked(one.rank), one.turn, one.queued));
    first.map_or(Leaves::Dummy, |letter| Leaves::Letter(letter.id))
}

/// The next moment at which something may leave.
#[must_use]
pub fn next_tick(now: Timestamp) -> Timestamp {
    let next = (now.as_second().div_euclid(TICK_SECONDS) + 1) * TICK_SECONDS;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// The slot that is due: from the second of its hop to its end, unless it was filled. One that was
/// missed is not made up for, since a burst would tell who was away. A slot that lies far ahead was
/// filled by a clock that was wrong, and silences nobody.
#[must_use]
pub fn due(moment: &Moment) -> Option<Slot> {
    let slot = Slot::at(moment.now);
    let is_filled = moment.last.is_some_and(|last| (slot.0..=slot.0 + 1).contains(&last.0));
    let second = moment.now.as_second().rem_euclid(SLOT_SECONDS);
    (!is_filled && second >= moment.hop.after_seconds()).then_some(slot)
}

#[cfg(test)]
mod tests;
