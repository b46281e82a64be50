//! A student's way from one school to another: who owns the student on every day.
//!
//! Two sides, one decision: the student is the old school's until *it* has written the day from
//! which the student is the new school's, and the new school counts nobody before it has heard that
//! day. So no day has two owners, whatever is lost, late, repeated or in another order; and once
//! everything was heard, no day has none. Each side says where it stands, whole, under a number;
//! the highest number counts, and whoever was not heard says it again ([`Told`]).

use jiff::civil::Date;

use crate::ledger::day::plus_days;
use crate::ledger::words::{Word as _, word_list};

/// How long an offer stands, in days.
pub const OFFER_DAYS: u32 = 30;

/// Working days in which the new school answers.
pub const ANSWER_DAYS: u32 = 5;

/// How long it is waited for an answer before the same is said again.
const AGAIN_MS: i64 = 24 * 3_600_000;

/// How often, and for how long, the new school says again that it has a student although the old
/// one has heard so: a school that is put back from a backup goes back by days, seldom by more.
const HAS_OFTEN_MS: i64 = 30 * AGAIN_MS;
const HAS_EVERY_MS: i64 = 7 * AGAIN_MS;
const HAS_UNTIL_MS: i64 = 400 * AGAIN_MS;

/// For how long the same is said again without an answer: somebody telephones by then.
const SAID_MS: i64 = 60 * 24 * 3_600_000;

word_list!(
    /// Where a transfer stands at the old school.
    OutState {
        Offered = "offered", "已提出，待对方答复", "Offered";
        Accepted = "accepted", "对方已接收，待转出日", "Accepted, until the day comes";
        Confirmed = "confirmed", "已转出，待对方入册", "Moved, until the other school has entered it";
        Owed = "owed", "对方已入册，待本校转出", "Entered there, to be ended here";
        Closed = "closed", "已完成", "Closed";
        Declined = "declined", "对方不接收", "Declined";
        Recalled = "recalled", "已撤回", "Recalled";
        Expired = "expired", "逾期未答复", "Expired";
    }
);
word_list!(
    /// Where a transfer stands at the new school.
    InState {
        Offered = "offered", "待本校答复", "To be answered";
        Accepted = "accepted", "本校已接收，待原校转出", "Accepted, until the old school confirms";
        Moved = "moved", "原校已转出，待入册", "Confirmed, to be entered";
        Given = "given", "原校已转出，待本校登记", "Confirmed, and nobody here accepted it";
        Closed = "closed", "已入册", "On the roll";
        Declined = "declined", "不接收", "Declined";
        Recalled = "recalled", "原校已撤回", "Recalled by the old school";
        Expired = "expired", "已逾期", "Expired";
    }
);
word_list!(
    /// Why a school does not take a student.
    DeclinedWhy {
        NotApplied = "not_applied", "家长未向本校申请", "The family has not applied here";
        NoPlace = "no_place", "没有学位", "No place";
        WrongPerson = "wrong_person", "信息与申请不符", "Not who applied";
        Other = "other", "其他", "Other";
    }
);

/// A transfer at the old school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Out {
    /// It waits for an answer.
    Offered,
    /// The new school takes the student from a day on; the old one still has the student.
    Accepted(Date),
    /// The student is the new school's from a day on.
    Confirmed(Date),
    /// The new school counts from a day on and this side has lost what it knew of that.
    Owed(Date),
    /// The new school has entered the student.
    Closed(Date),
    /// The new school does not take the student.
    Declined,
    /// Taken back.
    Recalled,
    /// Nobody answered.
    Expired,
}

/// A transfer at the new school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum In {
    /// It is to be answered.
    Offered,
    /// Taken from a day on, if the old school confirms.
    Accepted(Date),
    /// Confirmed from a day on; the roll is to be written.
    Moved(Date),
    /// Confirmed from a day on, and this side has lost that it had accepted.
    Given(Date),
    /// On the roll from a day on.
    Closed(Date),
    /// Not taken.
    Declined,
    /// Taken back by the old school.
    Recalled,
    /// The offer has ended.
    Expired,
}

/// What the old school says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OldSays {
    /// It stands as it was offered.
    Offered,
    /// The student is the new school's from a day on.
    Confirmed(Date),
    /// It has heard that the student is not taken.
    Declined,
    /// It is taken back.
    Recalled,
    /// It was not answered in time.
    Expired,
}

/// What the new school says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewSays {
    /// It is here.
    Received,
    /// The student is taken from a day on.
    Accepted(Date),
    /// The student is not taken.
    Declined(DeclinedWhy),
    /// The student is on the roll from a day on.
    Closed(Date),
    /// It has heard that nothing comes of it.
    Ended,
}

/// Whether the old school's roll has the student, and since when it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// On the roll, known since a day.
    On(Date),
    /// Off the roll since a day, by somebody's hand.
    Off(Date),
}

impl Out {
    /// The word and the day that are stored.
    #[must_use]
    pub const fn stored(self) -> (OutState, Option<Date>) {
        match self {
            Self::Offered => (OutState::Offered, None),
            Self::Accepted(day) => (OutState::Accepted, Some(day)),
            Self::Confirmed(day) => (OutState::Confirmed, Some(day)),
            Self::Owed(day) => (OutState::Owed, Some(day)),
            Self::Closed(day) => (OutState::Closed, Some(day)),
            Self::Declined => (OutState::Declined, None),
            Self::Recalled => (OutState::Recalled, None),
            Self::Expired => (OutState::Expired, None),
        }
    }

    /// What was stored; nothing where a day is missing or too much.
    #[must_use]
    pub fn of_stored(word: &str, day: Option<Date>) -> Option<Self> {
        Some(match (OutState::from_word(word)?, day) {
            (OutState::Offered, None) => Self::Offered,
            (OutState::Accepted, Some(day)) => Self::Accepted(day),
            (OutState::Confirmed, Some(day)) => Self::Confirmed(day),
            (OutState::Owed, Some(day)) => Self::Owed(day),
            (OutState::Closed, Some(day)) => Self::Closed(day),
            (OutState::Declined, None) => Self::Declined,
            (OutState::Recalled, None) => Self::Recalled,
            (OutState::Expired, None) => Self::Expired,
            _ => return None,
        })
    }

    /// After the new school has said something.
    #[must_use]
    pub const fn hears(self, said: NewSays) -> Self {
        match (self, said) {
            (Self::Offered, NewSays::Accepted(day)) => Self::Accepted(day),
            (Self::Offered, NewSays::Declined(_)) => Self::Declined,
            (Self::Confirmed(day), NewSays::Closed(_)) => Self::Closed(day),
            // It counts the student since this side confirmed, which this side has lost.
            (
                Self::Offered | Self::Accepted(_) | Self::Recalled | Self::Expired,
                NewSays::Closed(day),
            ) => Self::Owed(day),
            // It has heard that this was taken back, which this side has lost: nobody moves.
            (Self::Accepted(_), NewSays::Ended) => Self::Recalled,
            _ => self,
        }
    }

    /// Taken back; nothing once the student has moved or it has ended.
    #[must_use]
    pub const fn recalled(self) -> Option<Self> {
        match self {
            Self::Offered | Self::Accepted(_) => Some(Self::Recalled),
            _ => None,
        }
    }

    /// What the clock does on a day: an offer ends, or the stay does, from the day that is given
    /// with it on. That day is never before the one that was agreed, nor one that this school has
    /// counted already: the student is the old school's until it writes that day, at every instant.
    #[must_use]
    pub fn settled(self, today: Date, until: Date, stay: Stay) -> (Self, Option<Date>) {
        match (self, stay) {
            (Self::Offered, _) if today > until => (Self::Expired, None),
            (Self::Accepted(day), Stay::On(since)) if today >= day && today > since => {
                (Self::Confirmed(today), Some(today))
            }
            (Self::Accepted(day), Stay::Off(since)) if today >= day.max(since) => {
                (Self::Confirmed(day.max(since)), None)
            }
            (Self::Owed(day), Stay::On(since)) if today >= day && today > since => {
                let left = day.max(plus_days(since, 1));
                (Self::Closed(day), Some(left))
            }
            (Self::Owed(day), Stay::Off(_)) => (Self::Closed(day), None),
            _ => (self, None),
        }
    }

    /// What this side says.
    #[must_use]
    pub const fn says(self) -> OldSays {
        match self {
            Self::Offered | Self::Accepted(_) => OldSays::Offered,
            Self::Confirmed(day) | Self::Owed(day) | Self::Closed(day) => OldSays::Confirmed(day),
            Self::Declined => OldSays::Declined,
            Self::Recalled => OldSays::Recalled,
            Self::Expired => OldSays::Expired,
        }
    }

    /// Whether it still may become something else.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted(_) | Self::Confirmed(_) | Self::Owed(_))
    }
}

impl In {
    /// The word and the day that are stored.
    #[must_use]
    pub const fn stored(self) -> (InState, Option<Date>) {
        match self {
            Self::Offered => (InState::Offered, None),
            Self::Accepted(day) => (InState::Accepted, Some(day)),
            Self::Moved(day) => (InState::Moved, Some(day)),
            Self::Given(day) => (InState::Given, Some(day)),
            Self::Closed(day) => (InState::Closed, Some(day)),
            Self::Declined => (InState::Declined, None),
            Self::Recalled => (InState::Recalled, None),
            Self::Expired => (InState::Expired, None),
        }
    }

    /// What was stored; nothing where a day is missing or too much.
    #[must_use]
    pub fn of_stored(word: &str, day: Option<Date>) -> Option<Self> {
        Some(match (InState::from_word(word)?, day) {
            (InState::Offered, None) => Self::Offered,
            (InState::Accepted, Some(day)) => Self::Accepted(day),
            (InState::Moved, Some(day)) => Self::Moved(day),
            (InState::Given, Some(day)) => Self::Given(day),
            (InState::Closed, Some(day)) => Self::Closed(day),
            (InState::Declined, None) => Self::Declined,
            (InState::Recalled, None) => Self::Recalled,
            (InState::Expired, None) => Self::Expired,
            _ => return None,
        })
    }

    /// After the old school has said something.
    #[must_use]
    pub const fn hears(self, said: OldSays) -> Self {
        match (self, said) {
            (Self::Offered | Self::Accepted(_), OldSays::Recalled) => Self::Recalled,
            (Self::Offered | Self::Accepted(_), OldSays::Expired) => Self::Expired,
            (Self::Accepted(_), OldSays::Confirmed(day)) => Self::Moved(day),
            // Nobody confirms what was not accepted: one of the two was put back since, and a
            // person looks at it here. The student would be nobody's otherwise.
            (
                Self::Offered | Self::Expired | Self::Declined | Self::Recalled,
                OldSays::Confirmed(day),
            ) => Self::Given(day),
            _ => self,
        }
    }

    /// Taken from a day on; nothing where it is not asked any more, or the day cannot be.
    #[must_use]
    pub fn accepted(self, day: Date, (today, until): (Date, Date)) -> Option<Self> {
        match self {
            Self::Offered if today <= day && day <= until => Some(Self::Accepted(day)),
            // What could not be entered, the number being another student's, is entered otherwise.
            Self::Given(moved) | Self::Moved(moved) => Some(Self::Moved(moved)),
            _ => None,
        }
    }

    /// Not taken; nothing where it is not asked any more.
    #[must_use]
    pub const fn declined(self) -> Option<Self> {
        match self {
            Self::Offered => Some(Self::Declined),
            _ => None,
        }
    }

    /// The day from which the roll is to be written today.
    #[must_use]
    pub fn arrives(self, today: Date) -> Option<Date> {
        match self {
            Self::Moved(day) if day <= today => Some(day),
            _ => None,
        }
    }

    /// Once the roll was written, or where a clock ends what nobody answered.
    #[must_use]
    pub fn settled(self, today: Date, until: Date) -> Self {
        match self {
            Self::Moved(day) if day <= today => Self::Closed(day),
            Self::Offered if today > until => Self::Expired,
            _ => self,
        }
    }

    /// What this side says.
    #[must_use]
    pub const fn says(self, why: DeclinedWhy) -> NewSays {
        match self {
            Self::Offered | Self::Given(_) => NewSays::Received,
            Self::Accepted(day) | Self::Moved(day) => NewSays::Accepted(day),
            Self::Closed(day) => NewSays::Closed(day),
            Self::Declined => NewSays::Declined(why),
            Self::Recalled | Self::Expired => NewSays::Ended,
        }
    }

    /// Whether that the student is here is to be said once more, although it was heard: daily for
    /// a month, then weekly for a year. The old school may have lost all that it said itself.
    #[must_use]
    pub fn is_said_again(self, told: &Told, (made_at_ms, now_ms): (i64, i64)) -> bool {
        let (Self::Closed(_), Some(said_at_ms)) = (self, told.said_at_ms) else { return false };
        let age_ms = now_ms.saturating_sub(made_at_ms);
        let every_ms = if age_ms < HAS_OFTEN_MS { AGAIN_MS } else { HAS_EVERY_MS };
        age_ms < HAS_UNTIL_MS && now_ms.saturating_sub(said_at_ms) >= every_ms
    }

    /// Whether it still may become something else.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted(_) | Self::Moved(_) | Self::Given(_))
    }
}

/// How far two sides have heard each other, as one of them knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Number of what this side says now.
    pub own: u32,
    /// Highest number of this side of which the other one is known to have heard.
    pub known: u32,
    /// Highest number of the other side that was heard.
    pub heard: u32,
    /// Whether something is to be said although nothing is new here.
    pub owes: bool,
    /// When something was said last.
    pub said_at_ms: Option<i64>,
    /// When what is said now was said first.
    pub since_ms: Option<i64>,
}

/// Number, and what the sender knew, of something that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Number of what its sender says.
    pub number: u32,
    /// Highest number of the other side that its sender had heard.
    pub seen: u32,
    /// Whether its sender does not know yet that this was heard.
    pub asks: bool,
}

impl Told {
    /// This side says something new.
    pub const fn says(&mut self) {
        self.own = self.own.saturating_add(1);
        self.said_at_ms = None;
        self.since_ms = None;
    }

    /// Hears something; says whether it is new. What is not changes nothing and is answered where
    /// its sender asks.
    pub fn hears(&mut self, line: Line) -> bool {
        // The other side has heard more than this one knows to have said: it was put back since.
        if line.seen > self.own {
            self.own = line.seen;
            self.says();
        } else {
            self.known = self.known.max(line.seen);
        }
        self.owes |= line.asks;
        let is_new = line.number > self.heard;
        self.heard = self.heard.max(line.number);
        is_new
    }

    /// Whether the other side is not known to have heard what is said now.
    #[must_use]
    pub const fn asks(&self) -> bool {
        self.known < self.own
    }

    /// Whether something is to be said now.
    #[must_use]
    pub fn is_due(&self, now_ms: i64) -> bool {
        let since = self.since_ms.unwrap_or(now_ms);
        let is_over = now_ms.saturating_sub(since) > SAID_MS;
        let waited = self.said_at_ms.is_none_or(|at| now_ms.saturating_sub(at) >= AGAIN_MS);
        self.owes || (self.asks() && waited && !is_over)
    }

    /// What stands on what is said now; it was said.
    pub fn line(&mut self, now_ms: i64) -> Line {
        self.owes = false;
        self.said_at_ms = Some(now_ms);
        self.since_ms = self.since_ms.or(Some(now_ms));
        Line { number: self.own, seen: self.heard, asks: self.asks() }
    }
}

#[cfg(test)]
mod tests;
