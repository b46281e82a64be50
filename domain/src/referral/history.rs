//! One course out of what several sides did without hearing each other.
//!
//! Each side numbers its own acts and says of each how many of every other side's it had seen.
//! [`replay`] puts them into one order that depends on nothing else, so whoever has the same acts
//! has the same state, in whatever order they came and however often. Of acts that crossed, what
//! takes content back goes first, then the recipients', then the school's: what the recipient did
//! with the child weighs more than what the school wished meanwhile. A withdrawal, and whatever
//! else ends it at the school, weighs more than both: whoever is told of that has deleted, which
//! nobody undoes. So does standing an emergency down; a house that took the child over meanwhile
//! goes on caring for it by its own law, and its act is kept as late, which somebody looks at.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Actor, Event, Fact, State};
use super::table::step;

/// Who numbers acts. Order is precedence among acts that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The recipient of an envelope, by the number of the envelope within the referral.
    Recipient(u32),
    /// The school.
    School,
}

/// An act as it is recorded and travels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act {
    /// Who recorded it.
    pub side: Side,
    /// Its number on that side, from 1, without gaps.
    pub number: u32,
    /// What happened.
    pub event: Event,
    /// Who did it: a guardian's withdrawal is recorded by the school.
    pub actor: Actor,
    /// How many acts of other sides had been seen.
    pub seen: BTreeMap<Side, u32>,
}

/// How an act came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It led to this state.
    Took(State),
    /// It came to a state from which it does not happen: kept, answered, and without effect.
    Late(State),
}

/// What a course knows of itself beside its state, which decides some facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trail {
    /// Something left the school. An emergency that was stood down left nothing that stands: its
    /// record stays and the guardian is told, and what comes after is a draft like any other.
    pub has_left: bool,
    /// An emergency was made and not stood down.
    pub is_emergency: bool,
}

impl Trail {
    /// The same after an event that took effect.
    #[must_use]
    pub const fn after(self, event: Event) -> Self {
        match event {
            Event::Send | Event::ResendInScope | Event::TakenOver | Event::HandedOverByPhone => {
                Self { has_left: true, ..self }
            }
            Event::Emergency => Self { is_emergency: true, ..self },
            Event::StoodDown => Self { is_emergency: false, ..self },
            _ => self,
        }
    }

    /// Whether a fact holds, where the course alone decides it.
    #[must_use]
    pub const fn knows(self, fact: Fact) -> Option<bool> {
        match fact {
            Fact::NothingLeft => Some(!self.has_left && !self.is_emergency),
            Fact::NoEmergency => Some(!self.is_emergency),
            _ => None,
        }
    }
}

/// The course of a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Where it stands.
    pub state: State,
    /// The envelope that is current, from 1; zero before the first.
    pub envelope: u32,
    /// What it knows of itself beside its state.
    pub trail: Trail,
    /// Every act that counts, in the one order, with how it came out.
    pub acts: Vec<(Side, u32, Standing)>,
    /// Acts that wait for others that have not come.
    pub waiting: usize,
}

/// Makes the one course of a set of acts. Guards are not asked again: whoever recorded an act had
/// asked them, and what the other side must check it checks before it records.
#[must_use]
pub fn replay(acts: &BTreeSet<Act>) -> Course {
    let mut queues: BTreeMap<Side, Vec<&Act>> = BTreeMap::new();
    for act in acts {
        queues.entry(act.side).or_default().push(act);
    }
    let mut done: BTreeMap<Side, u32> = BTreeMap::new();
    let trail = Trail::default();
    let mut course =
        Course { state: State::Draft, envelope: 0, trail, acts: Vec::new(), waiting: 0 };
    while let Some(act) = next(&queues, &done) {
        done.insert(act.side, act.number);
        let standing = take(&mut course, act);
        course.acts.push((act.side, act.number, standing));
    }
    course.waiting = acts.len() - course.acts.len();
    course
}

/// Whether whoever holds content is told to delete it: it is gone then, whatever crossed that. What
/// an emergency let out, nobody had consented to: with the danger its ground is gone.
fn deletes(act: &Act) -> bool {
    match act.event {
        Event::WithdrawConsent
        | Event::Recall
        | Event::WrongPerson
        | Event::Cancel
        | Event::StoodDown => true,
        Event::Timeout => act.side == Side::School,
        _ => false,
    }
}

/// The next act of the one order: what a withdrawal had seen, then the withdrawal, then the rest by
/// side. Nothing that crossed a withdrawal comes before it, so it can never come too late. What
/// else deletes goes with it.
fn next<'a>(queues: &BTreeMap<Side, Vec<&'a Act>>, done: &BTreeMap<Side, u32>) -> Option<&'a Act> {
    let count = |side: &Side| done.get(side).copied().unwrap_or(0);
    let heads = || {
        queues.iter().filter_map(|(side, acts)| {
            let head = acts.iter().find(|act| act.number == count(side) + 1)?;
            let is_ready = head.seen.iter().all(|(other, seen)| *seen <= count(other));
            is_ready.then_some(*head)
        })
    };
    // Of each side the first one that is left: what a later one has seen crossed it, maybe.
    let withdrawals = queues.iter().filter_map(|(side, acts)| {
        acts.iter().find(|act| deletes(act) && act.number > count(side))
    });
    let of_a_withdrawal = withdrawals.filter_map(|last| {
        let before = |act: &&Act| match act.side == last.side {
            true => act.number <= last.number,
            false => act.number <= last.seen.get(&act.side).copied().unwrap_or(0),
        };
        heads().find(before)
    });
    of_a_withdrawal.min_by_key(|act| act.side).or_else(|| heads().min_by_key(|act| act.side))
}

fn take(course: &mut Course, act: &Act) -> Standing {
    let is_of_another = match act.side {
        Side::Recipient(envelope) => envelope != course.envelope,
        Side::School => false,
    };
    if is_of_another {
        return Standing::Late(course.state);
    }
    match step(course.state, act.event, act.actor, |_| true) {
        Ok(found) => {
            course.state = found.to;
            course.trail = course.trail.after(act.event);
            if matches!(act.event, Event::Send | Event::ResendInScope | Event::Emergency) {
                course.envelope += 1;
            }
            Standing::Took(found.to)
        }
        Err(_) => Standing::Late(course.state),
    }
}
