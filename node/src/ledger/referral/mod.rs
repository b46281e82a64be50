//! Referrals: each kept at the school first and handed over by hand, on paper or by telephone.
//!
//! Where a referral stands is what its acts say, by the one table of [`domain::referral`]; nothing
//! stores a state. What the recipient does is written by the school as it was told, with who said
//! so. Nothing leaves but by a [`LiveConsent`] or an [`EmergencyBasis`], which only the functions
//! that checked them can make.

mod acts;
mod amend;
#[cfg(test)]
mod amend_tests;
mod counted;
mod course;
#[cfg(test)]
mod course_tests;
mod due;
#[cfg(test)]
mod edge_tests;
mod emergency;
mod facts;
mod kin;
mod lane;
mod live;
mod post;
mod sheet;
#[cfg(test)]
pub(crate) mod tests;
mod withdrawal;

use domain::ledger::consent::DataClass;
use domain::ledger::terms::ContactWay;
use domain::referral::{Actor, CallParty, Concern, Event, RiskNow, Urgency};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Moment, RecordId, Rules, StaffId, StudentId, Words, entry};
use super::read;
use super::refusal::LedgerRefusal;

pub use acts::{Told, Way, Wish, act, approve, name_recipient, open, send};
pub use amend::{Amendment, amend, is_amendable};
pub(crate) use counted::{Counted, Step, counted};
pub use course::{Course, Row, board, course, history, possible};
pub use due::{ReferralDue, dues, expires_at};
pub use emergency::{
    Call, Danger, EmergencyBasis, countersign, emergency, may_review, may_sign, note_call,
    note_notice, review,
};
pub use kin::{Kin, age, kin};
pub(crate) use lane::{Came, acknowledge, came, hub_ack, is_taken_back, lapse, reopen, stood_down};
pub(crate) use live::digest_of as consent_digest;
pub use live::{LiveConsent, TransferConsent, live, live_transfer};
pub use post::{Open, Unsettled, unsettled};
pub use sheet::{Ground, HandOver, Part, Score, ground, ground_to_send, hand_over};
pub use withdrawal::{handed_to, heed, reply, withdraw};

/// Kinds of data without which a referral is none; the others go where the family agreed to them.
pub const LEAST: &[DataClass] = &[DataClass::Identity, DataClass::Reason];

entry! {
    /// A referral. Where it stands is what its acts say.
    pub struct Referral = Referral, day day {
        /// Day on which it was opened.
        day: Date = "day",
        /// Who is referred.
        student: StudentId = "student",
        /// Case of the early-warning ledger.
        case: Option<RecordId> = "of_case",
        /// How urgent it is.
        urgency: Urgency = "urgency",
        /// Why, in coded words.
        concerns: Words<Concern> = "concerns",
        /// Id of the unit that it goes to; empty while none is chosen.
        recipient: String = "recipient",
        /// Recipient as told to the family.
        recipient_name: String = "recipient_name",
        /// Telephone of the recipient.
        phone: String = "phone",
        /// Whether there is a risk now.
        risk: RiskNow = "risk",
        /// Means at hand, may be empty.
        means: String = "means",
        /// Who protects the child, may be empty.
        protection: String = "protection",
        /// Medication that is known, may be empty.
        medication: String = "medication",
        /// The referral that it follows after a relapse.
        replaces: Option<RecordId> = "replaces",
        /// Instant of opening.
        made_at: Moment = "made_at",
        /// Who opened it, named the recipient that it has, or put it right last.
        asked_staff: Option<StaffId> = "asked_staff",
        /// Who approved that it goes to this recipient.
        approved_by: Option<StaffId> = "approved_by",
        /// When.
        approved_at: Option<Moment> = "approved_at",
    }
}

entry! {
    /// One act of a referral's course.
    pub struct ReferralAct = ReferralAct, day day {
        /// Day on which it happened.
        day: Date = "day",
        /// Who is referred.
        student: StudentId = "student",
        /// The referral.
        referral: RecordId = "referral",
        /// What happened.
        event: Event = "event",
        /// Who did it.
        actor: Actor = "actor",
        /// Which hand-over it is about, from 1; 0 before the first.
        envelope: u32 = "envelope",
        /// Instant at which it was entered.
        made_at: Moment = "made_at",
        /// Who said or took it, by name.
        who: String = "who",
        /// How it was told.
        way: Option<ContactWay> = "way",
        /// Coded reason, may be empty.
        code: String = "code",
        /// Facts, plan or another recipient; may be empty.
        detail: String = "detail",
        /// Day that was agreed.
        agreed: Option<Date> = "agreed",
        /// Place, may be empty.
        place: String = "place",
        /// Unit to which it was handed.
        recipient: String = "recipient",
        /// The consent that it stands on.
        consent: Option<RecordId> = "consent",
        /// Digest of that version of it; empty without one.
        consent_digest: String = "consent_digest",
        /// Who made an emergency of it.
        asked_staff: Option<StaffId> = "asked_staff",
        /// Account of the second person.
        signed_by: Option<String> = "signed_by",
        /// When that one signed.
        signed_at: Option<Moment> = "signed_at",
        /// Day on which the head reviewed it.
        reviewed: Option<Date> = "reviewed",
        /// What the review found.
        findings: String = "findings",
        /// Day of the written notice to the guardian.
        noticed: Option<Date> = "noticed",
        /// Day on which the recipient answered that it deleted what it held.
        acknowledged: Option<Date> = "acknowledged",
        /// What it keeps, and why.
        reply: String = "reply",
        /// Number of the act among the recipient's own, where it came by letter.
        lane_number: Option<u32> = "lane_number",
        /// How many acts of the school the recipient had seen, where it came by letter.
        lane_seen: Option<u32> = "lane_seen",
    }
}

entry! {
    /// A telephone call about a referral, tried or made.
    pub struct ReferralCall = ReferralCall, day day {
        /// Day of the call.
        day: Date = "day",
        /// Who is referred.
        student: StudentId = "student",
        /// The referral.
        referral: RecordId = "referral",
        /// Whose telephone.
        party: CallParty = "party",
        /// When.
        at: Moment = "contacted_at",
        /// Who called.
        by: StaffId = "contacted_by",
        /// Who was called, by name.
        who: String = "who",
        /// Whether somebody answered.
        reached: bool = "reached",
        /// What was said.
        detail: String = "detail",
    }
}

impl Rules for Referral {
    const DIRECT: bool = false;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    /// Until its acts have come to an end, which they say.
    fn waits(&self) -> bool {
        true
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.concerns.as_slice().is_empty() {
            return Err(LedgerRefusal::Field("concerns"));
        }
        if self.recipient.is_empty() != self.recipient_name.is_empty() {
            return Err(LedgerRefusal::Field("recipient"));
        }
        let Some(replaced) = self.replaces else { return Ok(()) };
        match read::one::<Self>(tx, replaced)? {
            Some(kept) if kept.entry.student == self.student => Ok(()),
            _ => Err(LedgerRefusal::OtherStudent("replaces", replaced)),
        }
    }
}

impl Rules for ReferralAct {
    const DIRECT: bool = false;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn happened(&self) -> Vec<Date> {
        [Some(self.day), self.noticed, self.acknowledged].into_iter().flatten().collect()
    }

    /// An emergency waits for its second person, its review and the written notice; what takes
    /// content back, for the answer of whoever holds it.
    fn waits(&self) -> bool {
        match self.event {
            Event::Emergency => !self.is_answered_for() || self.noticed.is_none(),
            _ => self.is_unanswered(),
        }
    }
}

impl Rules for ReferralCall {
    const DIRECT: bool = false;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.at > author.now() {
            return Err(domain::ledger::day::DayError::Future.into());
        }
        if self.who.trim().is_empty() { Err(LedgerRefusal::Field("who")) } else { Ok(()) }
    }
}

impl ReferralAct {
    /// A second person signed it as an emergency, and the head reviewed it.
    #[must_use]
    pub const fn is_answered_for(&self) -> bool {
        self.signed_by.is_some() && self.reviewed.is_some()
    }

    /// It takes back what a recipient holds, who has not said what became of it.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.takes_back() && self.acknowledged.is_none()
    }

    /// It takes back what a recipient holds.
    #[must_use]
    pub const fn takes_back(&self) -> bool {
        let is_end = matches!(
            self.event,
            Event::WithdrawConsent
                | Event::Recall
                | Event::WrongPerson
                | Event::Timeout
                // After an emergency that was stood down, whose sheet somebody may hold.
                | Event::Cancel
        );
        is_end && self.envelope > 0
    }
}
