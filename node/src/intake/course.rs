//! Where a referral stands at its receiver, and until when it is whose turn.
//!
//! Nothing of it is stored: the state is what the one table of transitions makes of the acts. The
//! clock is the receiver's own.

use domain::ledger::Word as _;
use domain::ledger::day::plus_days;
use domain::receiver::ErasedWhy;
use domain::referral::{Actor, DeadlineClass, Limit, State, Urgency, due, step, working};
use jiff::civil::Date;
use runtime::clock::instant_ms;

use crate::ledger::entry::Moment;
use crate::ledger::intake::{Done, Entry};

/// Days after which one asks where no day was agreed.
const UNAGREED_DAYS: u32 = 28;

/// Until when the answer to a withdrawal is due: a day.
const WITHDRAWAL_MS: i64 = 24 * 3_600_000;

/// Where a referral stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The state.
    pub state: State,
    /// Since when.
    pub since: Moment,
    /// How many acts were written.
    pub acts: u32,
    /// By when this side acts next; nothing where it is not its turn.
    pub due_ms: Option<i64>,
    /// Which limit that is, where a relay counts it.
    pub class: Option<DeadlineClass>,
    /// An emergency that its school stood down, or that was of the wrong person.
    pub is_stood_down: bool,
}

impl Course {
    /// Where a referral stands after its acts.
    #[must_use]
    pub fn of(entry: &Entry, done: &[Done]) -> Self {
        let arrival = &entry.arrival;
        let mut state = match arrival.consent {
            Some(_) => State::Sent,
            None => State::EmergencyOut,
        };
        let (mut since, mut agreed, mut acts) = (arrival.received_at, None, 0);
        for act in done {
            let Some(event) = act.event else { continue };
            acts += 1;
            // What was asked when it was written is not asked again.
            if let Ok(line) = step(state, event, Actor::Recipient, |_| true) {
                (state, since, agreed) = (line.to, act.at, act.agreed);
            }
        }
        if let Some(revoked_at) = entry.revoked_at {
            let is_said = done.iter().any(|act| act.event.is_none());
            let due_ms = (!is_said).then_some(revoked_at.0.saturating_add(WITHDRAWAL_MS));
            let class = due_ms.map(|_| DeadlineClass::Withdrawal);
            let (state, since) = (State::Withdrawn, revoked_at);
            let is_stood_down = arrival.consent.is_none();
            return Self { state, since, acts, due_ms, class, is_stood_down };
        }
        let class = class_of(state);
        let due_ms = class.and_then(|_| ends(state, arrival.urgency, (since, agreed)));
        Self { state, since, acts, due_ms, class, is_stood_down: false }
    }

    /// The state as people read it: nobody had consented to an emergency that is taken back.
    #[must_use]
    pub fn label(&self) -> (&'static str, &'static str) {
        if self.is_stood_down { ErasedWhy::StoodDown.label() } else { self.state.label() }
    }

    /// When the receiver's clock ends a referral that nobody answered: once the limit has passed a
    /// second time. Until then somebody may still accept it, and the district's desk was told.
    #[must_use]
    pub fn expires_ms(&self) -> Option<i64> {
        let due_ms = self.due_ms.filter(|_| self.state == State::Received)?;
        Some(due_ms.saturating_add(due_ms.saturating_sub(self.since.0)))
    }
}

/// The limit of a state in which it is the receiver's turn.
const fn class_of(state: State) -> Option<DeadlineClass> {
    match state {
        State::Received | State::EmergencyOut => Some(DeadlineClass::Answered),
        State::Accepted | State::Appointed => Some(DeadlineClass::FirstDate),
        State::InCare => Some(DeadlineClass::Outcome),
        _ => None,
    }
}

/// The instant at which the limit of a state ends, by the working days of Monday to Friday.
fn ends(state: State, urgency: Urgency, (since, agreed): (Moment, Option<Date>)) -> Option<i64> {
    let limit = due(state, urgency)?.limit;
    let minutes = |minutes: u32| since.0.saturating_add(i64::from(minutes) * 60_000);
    Some(match limit {
        Limit::Now => since.0,
        Limit::Minutes(count) => minutes(count),
        Limit::Days(count) => minutes(count.saturating_mul(24 * 60)),
        Limit::WorkingDays(count) => end_of(working(since.day(), count)),
        Limit::AfterAgreedDay(count) => {
            let day = agreed.unwrap_or_else(|| plus_days(since.day(), UNAGREED_DAYS));
            end_of(working(day, count))
        }
    })
}

/// The last second of a day in Asia/Shanghai.
fn end_of(day: Date) -> i64 {
    instant_ms(day.at(23, 59, 59, 0))
}
