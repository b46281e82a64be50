//! Who must act in each state, and by when. Proposed defaults unless an article of law is named.

use jiff::civil::{Date, Weekday};

use super::state::{State, Urgency};
use crate::ledger::day::plus_days;
use crate::ledger::words::word_list;

word_list!(
    /// Whose turn it is.
    Owner {
        School = "school", "学校", "School";
        Relay = "relay", "传送途中的枢纽", "The hubs on the way";
        Recipient = "recipient", "接收方", "Recipient";
    }
);

word_list!(
    /// What becomes of a deadline that nobody kept.
    Expiry {
        Expires = "expires", "到期失效", "The referral expires";
        Phone = "phone", "改用电话", "Telephone";
        DistrictDesk = "district_desk", "通知区级绿色通道", "The district's desk is told";
        HeadTold = "head_told", "通知德育主任", "The moral-education head is told";
        Reminder = "reminder", "再次提醒", "A reminder";
    }
);

word_list!(
    /// Which limit of a recipient travels with a letter, so that a relay counts what is late
    /// without knowing how the referral stands.
    DeadlineClass {
        Answered = "answered", "对方答复", "The recipient's answer";
        FirstDate = "first_date", "首次就诊", "The first date";
        Outcome = "outcome", "结果回传", "The return of the outcome";
        Withdrawal = "withdrawal", "撤回后的答复", "The answer to a withdrawal";
    }
);

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At once.
    Now,
    /// Minutes by the clock.
    Minutes(u32),
    /// Days by the calendar.
    Days(u32),
    /// Days on which schools and clinics work.
    WorkingDays(u32),
    /// Until the day that was agreed, and so many working days more.
    AfterAgreedDay(u32),
}

/// Whose turn it is, until when, and what follows otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Who must act.
    pub owner: Owner,
    /// How long from the moment of the state, by the owner's own clock.
    pub limit: Limit,
    /// What follows otherwise.
    pub expiry: Expiry,
}

/// For how many minutes a letter may be on one hop: by then whoever has it has said so.
#[must_use]
pub const fn hop_minutes(urgency: Urgency) -> u32 {
    match urgency {
        Urgency::Routine => 4 * 60,
        Urgency::Urgent => 15,
        Urgency::Emergency => 5,
    }
}

/// Whose turn it is in a state; nobody's at the end.
#[must_use]
pub const fn due(state: State, urgency: Urgency) -> Option<Due> {
    use Expiry as X;
    use Limit as L;
    use Owner as O;
    let (owner, routine, urgent, emergency, expiry) = match state {
        State::Draft => (O::School, L::Days(7), L::Minutes(24 * 60), L::Now, X::Expires),
        State::ConsentPending => (O::School, L::Days(14), L::Days(2), L::Now, X::Expires),
        State::Consented => (O::School, L::Days(3), L::Minutes(4 * 60), L::Now, X::Expires),
        State::Sent | State::Routed => {
            let hop = L::Minutes(hop_minutes(urgency));
            (O::Relay, hop, hop, hop, X::Phone)
        }
        State::Received => {
            (O::Recipient, L::WorkingDays(3), L::WorkingDays(1), L::Now, X::DistrictDesk)
        }
        State::Declined | State::RedirectProposed => {
            (O::School, L::WorkingDays(3), L::WorkingDays(1), L::Now, X::HeadTold)
        }
        State::Accepted => {
            let urgent = L::Minutes(48 * 60);
            (O::Recipient, L::WorkingDays(10), urgent, L::Minutes(12 * 60), X::DistrictDesk)
        }
        State::Appointed => {
            let after = L::AfterAgreedDay(1);
            (O::Recipient, after, after, after, X::Reminder)
        }
        State::NoShow => (O::School, L::WorkingDays(1), L::WorkingDays(1), L::Now, X::HeadTold),
        State::InCare => {
            let after = L::AfterAgreedDay(5);
            (O::Recipient, after, after, L::AfterAgreedDay(3), X::Reminder)
        }
        State::OutcomeIn => {
            let three = L::WorkingDays(3);
            (O::School, three, three, three, X::HeadTold)
        }
        State::Returned => {
            let next = L::AfterAgreedDay(0);
            (O::School, next, next, next, X::HeadTold)
        }
        State::EmergencyOut => (O::School, L::Now, L::Now, L::Now, X::Phone),
        State::Closed
        | State::Withdrawn
        | State::Refused
        | State::Expired
        | State::Cancelled
        | State::Error => return None,
    };
    let limit = match urgency {
        Urgency::Routine => routine,
        Urgency::Urgent => urgent,
        Urgency::Emergency => emergency,
    };
    Some(Due { owner, limit, expiry })
}

/// So many days on from Monday to Friday; holidays make it earlier than need be, never later.
#[must_use]
pub fn working(from: Date, days: u32) -> Date {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        day = plus_days(day, 1);
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}
