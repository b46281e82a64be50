//! Stages of a referral as the catalogue counts them, and how long it waited.
//!
//! A stage is entered by an event, and not every event enters one: what only moves a referral on
//! between two sides is nobody's figure. What an emergency hands over counts as sent, and whoever
//! takes the child over has seen it.

use super::state::{Event, State};
use crate::ledger::words::word_list;

word_list!(
    /// A stage that a referral enters; dimension `ref_stage`.
    RefStage {
        Drafted = "drafted", "已拟稿", "Drafted";
        Consented = "consented", "已同意", "Consented";
        ConsentRefused = "consent_refused", "未同意", "Consent refused";
        ConsentWithdrawn = "consent_withdrawn", "已撤回同意", "Consent withdrawn";
        Sent = "sent", "已发出", "Sent";
        Accepted = "accepted", "已接收", "Accepted";
        Declined = "declined", "不予接收", "Declined";
        Redirected = "redirected", "已改转", "Redirected";
        Appointed = "appointed", "已预约", "Appointed";
        NoShow = "no_show", "未到诊", "No show";
        FirstSeen = "first_seen", "已首诊", "First seen";
        OutcomeIn = "outcome_in", "已反馈结果", "Outcome received";
        Returned = "returned", "已返校", "Returned to school";
        Closed = "closed", "已结案", "Closed";
        Expired = "expired", "已失效", "Expired";
    }
);

impl RefStage {
    /// The stage that an event enters from a state; none where it enters none, and none where a
    /// paper that was confirmed before is only confirmed again.
    #[must_use]
    pub const fn entered(event: Event, from: State) -> Option<Self> {
        Some(match event {
            Event::ConsentGiven => match from {
                State::Consented => return None,
                _ => Self::Consented,
            },
            Event::ConsentRefused => Self::ConsentRefused,
            Event::WithdrawConsent => Self::ConsentWithdrawn,
            Event::Send | Event::ResendInScope | Event::Emergency => Self::Sent,
            Event::Accept => Self::Accepted,
            Event::Decline => Self::Declined,
            Event::Redirect => Self::Redirected,
            Event::Appoint => Self::Appointed,
            Event::NotSeen => Self::NoShow,
            Event::Seen | Event::TakenOver | Event::HandedOverByPhone => Self::FirstSeen,
            Event::Outcome => Self::OutcomeIn,
            Event::Return => Self::Returned,
            Event::Close | Event::GiveUp | Event::Relapse => Self::Closed,
            Event::Timeout => Self::Expired,
            Event::AskConsent
            | Event::Cancel
            | Event::HubAck
            | Event::Delivered
            | Event::ChooseAgain
            | Event::MoreCare
            | Event::Recall
            | Event::StoodDown
            | Event::WrongPerson => return None,
        })
    }
}

word_list!(
    /// Days from sending to the first visit; dimension `wait_bucket`.
    WaitBucket {
        UpTo2 = "d0_2", "0—2天", "0 to 2 days";
        UpTo7 = "d3_7", "3—7天", "3 to 7 days";
        UpTo14 = "d8_14", "8—14天", "8 to 14 days";
        UpTo30 = "d15_30", "15—30天", "15 to 30 days";
        Longer = "d31_plus", "31天及以上", "31 days or more";
    }
);

impl WaitBucket {
    /// Where so many days belong.
    #[must_use]
    pub const fn of(days: u32) -> Self {
        match days {
            0..=2 => Self::UpTo2,
            3..=7 => Self::UpTo7,
            8..=14 => Self::UpTo14,
            15..=30 => Self::UpTo30,
            _ => Self::Longer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ledger::Word as _;
    use crate::referral::TRANSITIONS;

    /// Every stage but the draft, which is there before any event, is entered by some line of the
    /// table, and every end of a referral that a family or a recipient makes is one.
    #[test]
    fn every_stage_is_entered_by_a_line_of_the_table() {
        let lines = TRANSITIONS.iter();
        let entered: BTreeSet<RefStage> = lines
            .flat_map(|line| line.from.iter().map(|from| (line.event, *from)))
            .filter_map(|(event, from)| RefStage::entered(event, from))
            .collect();
        let all: BTreeSet<RefStage> = RefStage::ALL.iter().copied().collect();
        let missing: Vec<_> = all.difference(&entered).collect();
        assert_eq!(missing, [&RefStage::Drafted]);
        let again = RefStage::entered(Event::ConsentGiven, State::Consented);
        assert_eq!(again, None, "a paper that is confirmed again is consented once");
    }

    #[test]
    fn days_of_waiting_have_one_bucket() {
        for (days, bucket) in [
            (0, WaitBucket::UpTo2),
            (2, WaitBucket::UpTo2),
            (3, WaitBucket::UpTo7),
            (7, WaitBucket::UpTo7),
            (8, WaitBucket::UpTo14),
            (14, WaitBucket::UpTo14),
            (15, WaitBucket::UpTo30),
            (30, WaitBucket::UpTo30),
            (31, WaitBucket::Longer),
            (400, WaitBucket::Longer),
        ] {
            assert_eq!(WaitBucket::of(days), bucket, "{days}");
        }
    }
}
