//! What a hub does with a report that arrives, the same at the leader and at the helper.
//!
//! The proof system accepts the same report twice, so that nothing is counted twice is decided
//! here: one report for a task and school, one use of a nonce. The first one is kept. The same
//! bytes again get the answer of the first time; other bytes are refused, and take a refused
//! report's place only under a higher number.

use super::{ReportNumber, TaskId};
use crate::digest::Digest;
use crate::unit::UnitId;

/// A report as it arrived: authenticated, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The task that it names.
    pub task: TaskId,
    /// The school that signed it.
    pub school: UnitId,
    /// Its number.
    pub number: ReportNumber,
    /// Its nonce.
    pub nonce: [u8; 16],
    /// Digest of the bytes that the school signed.
    pub digest: Digest,
}

/// How far a report came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored; the two hubs have not both answered.
    Pending,
    /// Both accepted it: it is in the sum.
    Accepted,
    /// One of them refused it: it is in no sum.
    Refused,
}

/// A report that the hub holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// As it arrived.
    pub arrival: Arrival,
    /// How far it came.
    pub state: State,
}

/// What the hub knows that bears on an arrival.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The task, if both hubs agreed on it and it has not ended.
    pub task: Option<TaskId>,
    /// The report that stands for this task and school.
    pub kept: Option<&'k Kept>,
    /// Whichever report used this nonce, of any task and school.
    pub nonce: Option<&'k Kept>,
}

/// Why a report is not taken; the sender is told, and what the hub holds stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such task here: another catalogue, plan or roster, or a period that has ended.
    #[error("the report names a task that this hub does not have")]
    OtherTask,
    /// Another report of the school stands for this task.
    #[error("another report of this school is held for this task, the first one is kept")]
    OtherReport,
    /// A refused report came again in other bytes under its own number or a lower one.
    #[error("a refused report is replaced only under a higher number")]
    SameNumber,
    /// The nonce was used before.
    #[error("the nonce of the report was used before")]
    Nonce,
}

/// What to do with an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Store it and verify it.
    Verify,
    /// It was here before: answer as then.
    Again(State),
    /// Do not take it.
    Refuse(Refusal),
}

/// Decides on an arrival.
#[must_use]
pub fn decide(arrival: &Arrival, known: Known<'_>) -> Decision {
    if known.task != Some(arrival.task) {
        return Decision::Refuse(Refusal::OtherTask);
    }
    if let Some(kept) = known.kept {
        if kept.arrival == *arrival {
            return Decision::Again(kept.state);
        }
        if kept.state != State::Refused {
            return Decision::Refuse(Refusal::OtherReport);
        }
        if arrival.number <= kept.arrival.number {
            return Decision::Refuse(Refusal::SameNumber);
        }
    }
    match known.nonce {
        Some(_) => Decision::Refuse(Refusal::Nonce),
        None => Decision::Verify,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arrival(task: u8, school: u8, number: u32, nonce: u8, digest: u8) -> Arrival {
        Arrival {
            task: TaskId::from_bytes([task; 32]),
            school: format!("S{school}").parse().expect("unit"),
            number: ReportNumber::new(number).expect("number"),
            nonce: [nonce; 16],
            digest: Digest::sha256([digest; 32]),
        }
    }

    /// A hub as plainly as possible: everything that it ever took, in order.
    #[derive(Default)]
    struct Hub(Vec<Kept>);

    impl Hub {
        fn take(&mut self, arrival: &Arrival, outcome: State) -> Decision {
            let of = |kept: &&Kept| {
                (kept.arrival.task, &kept.arrival.school) == (arrival.task, &arrival.school)
            };
            let kept = self.0.iter().rev().find(of);
            let nonce = self.0.iter().find(|kept| kept.arrival.nonce == arrival.nonce);
            let task = [1, 2].map(|task| TaskId::from_bytes([task; 32]));
            let task = task.into_iter().find(|task| *task == arrival.task);
            let decision = decide(arrival, Known { task, kept, nonce });
            if decision == Decision::Verify {
                self.0.push(Kept { arrival: arrival.clone(), state: outcome });
            }
            decision
        }
    }

    /// The cases of the rule, one after the other at one hub.
    #[test]
    fn the_first_report_is_kept() {
        let mut hub = Hub::default();
        let mut check = |given: &Arrival, outcome, expected| {
            assert_eq!(hub.take(given, outcome), expected, "{given:?}");
        };
        let first = arrival(1, 1, 1, 1, 1);
        check(&first, State::Accepted, Decision::Verify);
        check(&first, State::Refused, Decision::Again(State::Accepted));
        let other = Decision::Refuse(Refusal::OtherReport);
        check(&arrival(1, 1, 1, 2, 2), State::Accepted, other);
        check(&arrival(1, 1, 2, 2, 2), State::Accepted, other);
        let nonce = Decision::Refuse(Refusal::Nonce);
        check(&arrival(1, 2, 1, 1, 3), State::Accepted, nonce);
        check(&arrival(2, 1, 2, 1, 1), State::Accepted, nonce);
        let task = Decision::Refuse(Refusal::OtherTask);
        check(&arrival(3, 1, 1, 9, 1), State::Accepted, task);
        check(&arrival(1, 2, 4, 4, 4), State::Refused, Decision::Verify);
        check(&arrival(1, 2, 4, 4, 4), State::Accepted, Decision::Again(State::Refused));
        let number = Decision::Refuse(Refusal::SameNumber);
        check(&arrival(1, 2, 4, 5, 5), State::Accepted, number);
        check(&arrival(1, 2, 3, 5, 5), State::Accepted, number);
        check(&arrival(1, 2, 5, 4, 5), State::Accepted, nonce);
        check(&arrival(1, 2, 5, 6, 5), State::Pending, Decision::Verify);
        check(&arrival(1, 2, 5, 6, 5), State::Accepted, Decision::Again(State::Pending));
        check(&arrival(1, 2, 6, 7, 6), State::Accepted, other);
    }

    proptest! {
        /// Whatever arrives in whatever order, a school is in a sum once at most, a nonce is used
        /// once, and what was accepted stays.
        #[test]
        fn nothing_is_counted_twice(
            arrivals in prop::collection::vec(
                (1..4_u8, 0..3_u8, 1..5_u32, 0..6_u8, 0..3_u8, 0..3_u8),
                1..60,
            )
        ) {
            let mut hub = Hub::default();
            for (task, school, number, nonce, digest, outcome) in arrivals {
                let states = [State::Pending, State::Accepted, State::Refused];
                let before = hub.0.clone();
                let arrival = arrival(task, school, number, nonce, digest);
                hub.take(&arrival, states[usize::from(outcome)]);
                prop_assert_eq!(&hub.0[..before.len()], &before[..]);
            }
            for (place, one) in hub.0.iter().enumerate() {
                for two in &hub.0[place + 1..] {
                    prop_assert_ne!(one.arrival.nonce, two.arrival.nonce);
                    let same = one.arrival.task == two.arrival.task
                        && one.arrival.school == two.arrival.school;
                    prop_assert!(!same || one.state == State::Refused);
                    prop_assert!(!same || one.arrival.number < two.arrival.number);
                }
            }
        }
    }
}
