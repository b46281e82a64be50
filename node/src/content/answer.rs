//! An answer as the school reads it: one act of the recipient, or what it did after a withdrawal.

use domain::referral::{DeclineReason, Event, FitForSchool, KeptWhy};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::referral::{Contact, ReferralId, read_contact, write_contact};
use super::{ContentError, VERSION, opened};
use crate::ledger::entry::Moment;

/// What stands behind the version.
const KIND: u8 = 2;

const DELIVERED: u8 = 1;
const ACCEPTED: u8 = 2;
const DECLINED: u8 = 3;
const REDIRECTED: u8 = 4;
const APPOINTED: u8 = 5;
const NOT_SEEN: u8 = 6;
const SEEN: u8 = 7;
const OUTCOME: u8 = 8;
const MORE_CARE: u8 = 9;
const TAKEN_OVER: u8 = 10;
const TIMED_OUT: u8 = 11;
const REVOCATION_DONE: u8 = 12;

/// What is kept after a withdrawal, and why.
#[derive(Clone)]
pub struct Kept {
    /// Why; nothing is kept for [`KeptWhy::Nothing`].
    pub why: KeptWhy,
    /// What, and under which article; may be empty.
    pub detail: String,
}

/// What comes back for the return to school: as much as the consent lets back, no diagnosis.
#[derive(Clone)]
pub struct Outcome {
    /// Whether the child is fit for school; nothing where the consent lets nothing back.
    pub fit: Option<FitForSchool>,
    /// The rest, where the consent lets a summary back.
    pub summary: Option<Summary>,
}

/// A summary for the return.
#[derive(Clone)]
pub struct Summary {
    /// What the school adjusts.
    pub adjustments: String,
    /// What the school watches for.
    pub watch: String,
    /// Next visit.
    pub next_visit: Option<Date>,
}

/// What an answer says.
#[derive(Clone)]
pub enum Answered {
    /// Opened, with signature and consent verified.
    Delivered,
    /// Accepted.
    Accepted {
        /// How it goes on; may be empty.
        note: String,
    },
    /// Declined; the content is deleted.
    Declined {
        /// Why.
        reason: DeclineReason,
        /// What is missing, or the words of another reason; may be empty.
        note: String,
    },
    /// Another recipient is proposed; the content is not forwarded.
    Redirected {
        /// Id of that unit; empty where it has none.
        unit: String,
        /// Its name and telephone.
        to: Contact,
    },
    /// An appointment.
    Appointed {
        /// When.
        day: Date,
        /// Time of day, may be empty.
        time: String,
        /// Where.
        place: String,
    },
    /// The child did not come on a day.
    NotSeen(Date),
    /// The child was seen on a day.
    Seen(Date),
    /// The outcome.
    Outcome(Outcome),
    /// Care goes on after an interim outcome.
    MoreCare,
    /// An emergency was taken over.
    TakenOver {
        /// By whom.
        by: String,
        /// Where.
        place: String,
    },
    /// The recipient's time ran out.
    TimedOut,
    /// Use has stopped and what need not be kept is deleted.
    RevocationDone(Kept),
}

/// An answer as the school reads it. Its envelope's header repeats the referral's ground.
#[derive(Clone)]
pub struct AnswerContent {
    /// Of which referral.
    pub referral: ReferralId,
    /// Of which hand-over of it.
    pub number: u32,
    /// Number of this act among the recipient's acts of that hand-over, from 1 without gaps; 0 for
    /// [`Answered::RevocationDone`], which is no act of the course.
    pub act: u32,
    /// How many acts of the school had been seen.
    pub seen: u32,
    /// Who answers.
    pub by: Contact,
    /// When, by the recipient's clock.
    pub at: Moment,
    /// What it says.
    pub said: Answered,
}

impl Answered {
    /// What happened to the referral; nothing for the answer to a withdrawal.
    #[must_use]
    pub const fn event(&self) -> Option<Event> {
        Some(match self {
            Self::Delivered => Event::Delivered,
            Self::Accepted { .. } => Event::Accept,
            Self::Declined { .. } => Event::Decline,
            Self::Redirected { .. } => Event::Redirect,
            Self::Appointed { .. } => Event::Appoint,
            Self::NotSeen(_) => Event::NotSeen,
            Self::Seen(_) => Event::Seen,
            Self::Outcome(_) => Event::Outcome,
            Self::MoreCare => Event::MoreCare,
            Self::TakenOver { .. } => Event::TakenOver,
            Self::TimedOut => Event::Timeout,
            Self::RevocationDone(_) => return None,
        })
    }
}

impl AnswerContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(KIND)?;
        to.id(&self.referral.0)?;
        to.count(self.number)?;
        to.count(self.act)?;
        to.count(self.seen)?;
        write_contact(&mut to, &self.by)?;
        to.moment(self.at)?;
        write_said(&mut to, &self.said)?;
        Ok(to.finish())
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are no answer of this version, or an act without a number.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, KIND)?;
        let content = Self {
            referral: ReferralId(from.id()?),
            number: from.count()?,
            act: from.count()?,
            seen: from.count()?,
            by: read_contact(&mut from)?,
            at: from.moment()?,
            said: read_said(&mut from)?,
        };
        from.finish()?;
        let is_numbered = (content.act > 0) == content.said.event().is_some();
        let is_same = content.write()?.as_slice() == bytes;
        if is_numbered && is_same { Ok(content) } else { Err(ContentError::Form) }
    }
}

fn write_said(to: &mut Writer, said: &Answered) -> Result<(), ContentError> {
    match said {
        Answered::Delivered => to.byte(DELIVERED),
        Answered::Accepted { note } => {
            to.byte(ACCEPTED)?;
            to.text(note)
        }
        Answered::Declined { reason, note } => {
            to.byte(DECLINED)?;
            to.word(*reason)?;
            to.text(note)
        }
        Answered::Redirected { unit, to: other } => {
            to.byte(REDIRECTED)?;
            to.text(unit)?;
            write_contact(to, other)
        }
        Answered::Appointed { day, time, place } => {
            to.byte(APPOINTED)?;
            to.day(*day)?;
            to.text(time)?;
            to.text(place)
        }
        Answered::NotSeen(day) => {
            to.byte(NOT_SEEN)?;
            to.day(*day)
        }
        Answered::Seen(day) => {
            to.byte(SEEN)?;
            to.day(*day)
        }
        Answered::Outcome(outcome) => {
            to.byte(OUTCOME)?;
            write_outcome(to, outcome)
        }
        Answered::MoreCare => to.byte(MORE_CARE),
        Answered::TakenOver { by, place } => {
            to.byte(TAKEN_OVER)?;
            to.text(by)?;
            to.text(place)
        }
        Answered::TimedOut => to.byte(TIMED_OUT),
        Answered::RevocationDone(kept) => {
            to.byte(REVOCATION_DONE)?;
            to.word(kept.why)?;
            to.text(&kept.detail)
        }
    }
}

fn read_said(from: &mut Reader<'_>) -> Result<Answered, ContentError> {
    Ok(match from.byte()? {
        DELIVERED => Answered::Delivered,
        ACCEPTED => Answered::Accepted { note: from.text()? },
        DECLINED => Answered::Declined { reason: from.word("reasons")?, note: from.text()? },
        REDIRECTED => Answered::Redirected { unit: from.text()?, to: read_contact(from)? },
        APPOINTED => {
            Answered::Appointed { day: from.day()?, time: from.text()?, place: from.text()? }
        }
        NOT_SEEN => Answered::NotSeen(from.day()?),
        SEEN => Answered::Seen(from.day()?),
        OUTCOME => Answered::Outcome(read_outcome(from)?),
        MORE_CARE => Answered::MoreCare,
        TAKEN_OVER => Answered::TakenOver { by: from.text()?, place: from.text()? },
        TIMED_OUT => Answered::TimedOut,
        REVOCATION_DONE => Answered::RevocationDone(Kept {
            why: from.word("reasons to keep")?,
            detail: from.text()?,
        }),
        _ => return Err(ContentError::Unknown("answers")),
    })
}

fn write_outcome(to: &mut Writer, outcome: &Outcome) -> Result<(), ContentError> {
    to.option(outcome.fit.as_ref(), |to, fit| to.word(*fit))?;
    to.option(outcome.summary.as_ref(), |to, summary| {
        to.text(&summary.adjustments)?;
        to.text(&summary.watch)?;
        to.option(summary.next_visit.as_ref(), |to, day| to.day(*day))
    })
}

fn read_outcome(from: &mut Reader<'_>) -> Result<Outcome, ContentError> {
    let fit = from.option(|from| from.word("fitness for school"))?;
    let summary = from.option(|from| {
        let (adjustments, watch) = (from.text()?, from.text()?);
        Ok(Summary { adjustments, watch, next_visit: from.option(Reader::day)? })
    })?;
    Ok(Outcome { fit, summary })
}
