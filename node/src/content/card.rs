//! A card of a remote consultation as an expert reads it, and what the expert answers.
//!
//! Beside the card itself a content says who asks, when the school meets and until when an answer
//! is wanted: no field of a student, no tier, no agenda. The family's paper is there as a digest.

use certs::referral::{Ground, Header, Role, Scopes};
use domain::consult::{Advice, CARD_CHARS_MAX, CardAct, OPINION_CHARS_MAX};
use domain::digest::Digest;
use domain::ledger::consent::DataClass;
use domain::referral::Urgency;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::referral::{Contact, read_contact, write_contact};
use super::{ContentError, VERSION, opened};
use crate::ledger::entry::Moment;

/// What stands behind the version of a card.
const CARD: u8 = 40;
/// What stands behind the version of an expert's answer.
const ANSWER: u8 = 41;

const CONSENT: u8 = 1;
const EMERGENCY: u8 = 2;

const RECEIVED: u8 = 1;
const OPINION: u8 = 2;
const DECLINED: u8 = 3;
const TIMED_OUT: u8 = 4;
const ERASED: u8 = 5;

/// The kinds of data of which a card is.
pub const CARD_CLASSES: &[DataClass] = &[DataClass::Reason];

/// Names a card in everything that is sealed about it. Drawn at random; it stands in no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardId(pub [u8; 16]);

/// On what ground a card leaves the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardGround {
    /// The family's consent to a consultation with that unit.
    Consent {
        /// Digest of the canonical record.
        digest: Digest,
        /// Its last day.
        valid_to: Date,
    },
    /// There was no time to ask.
    Emergency,
}

/// A card as an expert reads it.
#[derive(Clone)]
pub struct CardContent {
    /// Which card.
    pub card: CardId,
    /// Whom to ask at the school.
    pub sender: Contact,
    /// The expert as the directory names one.
    pub expert: Contact,
    /// How urgent it is.
    pub urgency: Urgency,
    /// When it was made.
    pub at: Moment,
    /// By when an answer is wanted.
    pub until: Moment,
    /// Day of the school's meeting.
    pub meeting: Date,
    /// On what ground.
    pub ground: CardGround,
    /// The card.
    pub text: String,
}

/// A time that an expert proposes for a talk.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Day.
    pub day: Date,
    /// Time of day and way, in words; may be empty.
    pub time: String,
}

/// What an expert says.
#[derive(Clone)]
pub struct Opinion {
    /// What is recommended.
    pub advice: Advice,
    /// Why, in free words.
    pub text: String,
    /// When the expert could talk about it.
    pub time: Option<Proposed>,
}

/// What an answer says.
#[derive(Clone)]
pub enum CardSaid {
    /// Opened, with signature and ground verified.
    Received,
    /// An opinion.
    Opinion(Opinion),
    /// The expert cannot; the card is erased.
    Declined {
        /// Why, may be empty.
        note: String,
    },
    /// Nobody answered in time; the card is erased.
    TimedOut,
    /// The card was taken back: what was erased.
    Erased {
        /// Whether a card was here to be erased.
        card: bool,
        /// How many opinions went with it.
        opinions: u32,
    },
}

/// An expert's answer as the school reads it.
#[derive(Clone)]
pub struct CardAnswer {
    /// About which card.
    pub card: CardId,
    /// Number of this act among those about the card, from 1; 0 for [`CardSaid::Erased`].
    pub act: u32,
    /// Who answers.
    pub by: Contact,
    /// When, by the expert's clock.
    pub at: Moment,
    /// What it says.
    pub said: CardSaid,
}

/// Whether opened bytes are a card, of whatever version.
#[must_use]
pub const fn is_card(content: &[u8]) -> bool {
    matches!(content, [_, CARD, ..])
}

impl CardContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        if self.text.chars().count() > CARD_CHARS_MAX {
            return Err(ContentError::Long);
        }
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(CARD)?;
        to.id(&self.card.0)?;
        write_contact(&mut to, &self.sender)?;
        write_contact(&mut to, &self.expert)?;
        to.word(self.urgency)?;
        to.moment(self.at)?;
        to.moment(self.until)?;
        to.day(self.meeting)?;
        match &self.ground {
            CardGround::Consent { digest, valid_to } => {
                to.byte(CONSENT)?;
                to.digest(*digest)?;
                to.day(*valid_to)?;
            }
            CardGround::Emergency => to.byte(EMERGENCY)?,
        }
        to.text(&self.text)?;
        Ok(to.finish())
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are no card of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, CARD)?;
        let content = Self {
            card: CardId(from.id()?),
            sender: read_contact(&mut from)?,
            expert: read_contact(&mut from)?,
            urgency: from.word("urgency")?,
            at: from.moment()?,
            until: from.moment()?,
            meeting: from.day()?,
            ground: match from.byte()? {
                CONSENT => CardGround::Consent { digest: from.digest()?, valid_to: from.day()? },
                EMERGENCY => CardGround::Emergency,
                _ => return Err(ContentError::Unknown("grounds")),
            },
            text: from.text()?,
        };
        from.finish()?;
        // One reading: a date that says the same in other bytes is none.
        if content.write()?.as_slice() == bytes { Ok(content) } else { Err(ContentError::Form) }
    }

    /// Whether it says what the signed header of its envelope says.
    ///
    /// # Errors
    /// It does not.
    pub fn fits(&self, header: &Header) -> Result<(), ContentError> {
        let is_sent = matches!(header.role, Role::Referral { .. });
        match is_sent && self.ground.signed() == header.ground {
            true => Ok(()),
            false => Err(ContentError::Header),
        }
    }
}

impl CardGround {
    /// What stands on the envelope of a card.
    #[must_use]
    pub fn signed(&self) -> Ground {
        match self {
            Self::Consent { digest, valid_to } => Ground::Consent {
                digest: *digest,
                valid_to: *valid_to,
                scopes: Scopes::of(CARD_CLASSES),
            },
            Self::Emergency => Ground::Emergency,
        }
    }

    /// Last day of the consent; nothing in an emergency.
    #[must_use]
    pub const fn valid_to(&self) -> Option<Date> {
        match self {
            Self::Consent { valid_to, .. } => Some(*valid_to),
            Self::Emergency => None,
        }
    }
}

impl CardSaid {
    /// What was done.
    #[must_use]
    pub const fn what(&self) -> CardAct {
        match self {
            Self::Received => CardAct::Received,
            Self::Opinion(_) => CardAct::Opinion,
            Self::Declined { .. } => CardAct::Declined,
            Self::TimedOut => CardAct::TimedOut,
            Self::Erased { .. } => CardAct::Erased,
        }
    }
}

impl CardAnswer {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(ANSWER)?;
        to.id(&self.card.0)?;
        to.count(self.act)?;
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
        let mut from = opened(bytes, ANSWER)?;
        let content = Self {
            card: CardId(from.id()?),
            act: from.count()?,
            by: read_contact(&mut from)?,
            at: from.moment()?,
            said: read_said(&mut from)?,
        };
        from.finish()?;
        let is_numbered = (content.act == 0) == (content.said.what() == CardAct::Erased);
        let is_same = content.write()?.as_slice() == bytes;
        if is_numbered && is_same { Ok(content) } else { Err(ContentError::Form) }
    }
}

fn write_said(to: &mut Writer, said: &CardSaid) -> Result<(), ContentError> {
    match said {
        CardSaid::Received => to.byte(RECEIVED),
        CardSaid::Opinion(opinion) => {
            if opinion.text.chars().count() > OPINION_CHARS_MAX {
                return Err(ContentError::Long);
            }
            to.byte(OPINION)?;
            to.word(opinion.advice)?;
            to.text(&opinion.text)?;
            to.option(opinion.time.as_ref(), |to, time| {
                to.day(time.day)?;
                to.text(&time.time)
            })
        }
        CardSaid::Declined { note } => {
            to.byte(DECLINED)?;
            to.text(note)
        }
        CardSaid::TimedOut => to.byte(TIMED_OUT),
        CardSaid::Erased { card, opinions } => {
            to.byte(ERASED)?;
            to.flag(*card)?;
            to.count(*opinions)
        }
    }
}

fn read_said(from: &mut Reader<'_>) -> Result<CardSaid, ContentError> {
    Ok(match from.byte()? {
        RECEIVED => CardSaid::Received,
        OPINION => CardSaid::Opinion(Opinion {
            advice: from.word("recommendations")?,
            text: from.text()?,
            time: from.option(|from| Ok(Proposed { day: from.day()?, time: from.text()? }))?,
        }),
        DECLINED => CardSaid::Declined { note: from.text()? },
        TIMED_OUT => CardSaid::TimedOut,
        ERASED => CardSaid::Erased { card: from.flag()?, opinions: from.count()? },
        _ => return Err(ContentError::Unknown("answers")),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::content::AnswerContent;
    use crate::content::ReferralContent;

    fn contact(unit: &str) -> Contact {
        Contact { unit: unit.to_owned(), person: String::new(), phone: "0532-1".to_owned() }
    }

    /// A card that was made on 2 November 2026 at noon UTC, on a consent of its day.
    pub(crate) fn card() -> CardContent {
        CardContent {
            card: CardId([7; 16]),
            sender: contact("示例初级中学"),
            expert: contact("演示专家"),
            urgency: Urgency::Routine,
            at: Moment(1_793_620_800_000),
            until: Moment(1_793_980_799_000),
            meeting: date(2026, 11, 6),
            ground: CardGround::Consent {
                digest: certs::digest::sha256(b"paper"),
                valid_to: date(2027, 3, 31),
            },
            text: "该生近两周情绪低落，睡眠不足。".to_owned(),
        }
    }

    pub(crate) fn opinion() -> Opinion {
        Opinion {
            advice: Advice::MoreHelp,
            text: "先稳定作息，每周两次。".to_owned(),
            time: Some(Proposed { day: date(2026, 11, 5), time: "15:30 电话".to_owned() }),
        }
    }

    fn answer(said: CardSaid) -> CardAnswer {
        let act = u32::from(said.what() != CardAct::Erased);
        CardAnswer { card: CardId([7; 16]), act, by: contact("演示"), at: Moment(1), said }
    }

    /// A card and every answer have one reading, and each is nothing else.
    #[test]
    fn a_card_and_its_answers_have_one_reading() {
        for ground in [card().ground, CardGround::Emergency] {
            let written = CardContent { ground, ..card() }.write().expect("written");
            let read = CardContent::read(&written).expect("read");
            assert_eq!((read.text, read.ground), (card().text, ground));
            assert!(is_card(&written) && ReferralContent::read(&written).is_err());
            for end in 0..written.len() {
                assert!(CardContent::read(&written[..end]).is_err(), "cut at {end}");
            }
            assert!(CardContent::read(&[written.as_slice(), b"x"].concat()).is_err());
        }
        for said in [
            CardSaid::Received,
            CardSaid::Opinion(opinion()),
            CardSaid::Opinion(Opinion { time: None, ..opinion() }),
            CardSaid::Declined { note: String::new() },
            CardSaid::TimedOut,
            CardSaid::Erased { card: true, opinions: 1 },
        ] {
            let written = answer(said).write().expect("written");
            let read = CardAnswer::read(&written).expect("read");
            assert_eq!(read.write().expect("again"), written);
            assert!(!is_card(&written) && AnswerContent::read(&written).is_err());
        }
    }

    /// A receipt has no number and an act has one: nobody passes one off as the other.
    #[test]
    fn a_receipt_is_no_act() {
        let numbered =
            CardAnswer { act: 1, ..answer(CardSaid::Erased { card: true, opinions: 0 }) };
        assert!(CardAnswer::read(&numbered.write().expect("written")).is_err());
        let bare = CardAnswer { act: 0, ..answer(CardSaid::Received) };
        assert!(CardAnswer::read(&bare.write().expect("written")).is_err());
    }

    /// What is too long is not written, to the character.
    #[test]
    fn a_card_and_an_opinion_are_bounded() {
        let of = |chars: usize| CardContent { text: "心".repeat(chars), ..card() };
        assert!(of(CARD_CHARS_MAX).write().is_ok());
        assert_eq!(of(CARD_CHARS_MAX + 1).write().map(drop), Err(ContentError::Long));
        let said = |chars: usize| {
            answer(CardSaid::Opinion(Opinion { text: "心".repeat(chars), ..opinion() }))
        };
        assert!(said(OPINION_CHARS_MAX).write().is_ok());
        assert_eq!(said(OPINION_CHARS_MAX + 1).write().map(drop), Err(ContentError::Long));
    }
}
