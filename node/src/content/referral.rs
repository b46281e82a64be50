//! A referral as its recipient reads it.

use std::collections::BTreeMap;

use certs::referral::{Ground, Header, Role};
use domain::digest::Digest;
use domain::ledger::consent::{DataClass, Method, OutcomeBack};
use domain::ledger::terms::Relation;
use domain::referral::Urgency;
use domain::referral::history::{Act, Side};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::bytes::{Reader, Writer};
use super::{ContentError, VERSION, opened};
use crate::import::value::Sex;
use crate::ledger::entry::Moment;
use crate::ledger::referral::{Part, Score};

/// What stands behind the version.
const KIND: u8 = 1;

const PARTS_MAX: usize = 8;
pub(super) const GUARDIANS_MAX: usize = 12;
const WORDS_MAX: usize = 32;
const SCORES_MAX: usize = 100;
const PHYSIQUE_MAX: usize = 16;
const ACTS_MAX: usize = 200;
const SIDES_MAX: usize = 64;

const CONSENT: u8 = 1;
const EMERGENCY: u8 = 2;

const IDENTITY: u8 = 1;
const REASON: u8 = 2;
const SCORES: u8 = 3;
const RISK: u8 = 4;
const IN_EMERGENCY: u8 = 5;

const SCHOOL_SIDE: u8 = 0;
const RECIPIENT_SIDE: u8 = 1;

/// Names a referral in everything that is sealed about it. Drawn at random; it stands in no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferralId(pub [u8; 16]);

/// Whom to ask.
#[derive(Clone)]
pub struct Contact {
    /// The unit, by name.
    pub unit: String,
    /// Who there, may be empty.
    pub person: String,
    /// Telephone, may be empty.
    pub phone: String,
}

/// The record of a consent without the names of who signed it.
#[derive(Clone)]
pub struct ConsentSaid {
    /// Digest of the canonical record; the one that stands on the envelope.
    pub digest: Digest,
    /// Kinds of data that it lets out.
    pub classes: Vec<DataClass>,
    /// How much of an outcome may come back.
    pub outcome_back: OutcomeBack,
    /// How it was given.
    pub method: Method,
    /// What the guardian who signed is to the child.
    pub relation: Option<Relation>,
    /// Day of the guardian's signature.
    pub guardian_signed: Option<Date>,
    /// Day of the student's signature.
    pub student_signed: Option<Date>,
    /// Whether a child was asked and its view is written down.
    pub child_asked: bool,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Date,
    /// Version of the notice that the family read.
    pub notice: String,
}

/// The basis of an emergency; the danger itself is in its part.
#[derive(Clone)]
pub struct EmergencySaid {
    /// When it was made.
    pub at: Moment,
    /// Whether a second person had signed it when it left.
    pub is_signed: bool,
}

/// On what ground the content leaves the school.
#[derive(Clone)]
pub enum GroundSaid {
    /// A consent.
    Consent(ConsentSaid),
    /// An emergency.
    Emergency(EmergencySaid),
}

/// A referral as its recipient reads it.
#[derive(Clone)]
pub struct ReferralContent {
    /// Which referral, in every envelope of it.
    pub referral: ReferralId,
    /// Which hand-over of it, from 1: the recipient's acts are of [`Side::Recipient`] of it.
    pub number: u32,
    /// Whom to ask at the school.
    pub sender: Contact,
    /// The recipient as the family was told.
    pub recipient: Contact,
    /// How urgent it is.
    pub urgency: Urgency,
    /// When it was made.
    pub at: Moment,
    /// On what ground.
    pub ground: GroundSaid,
    /// The least data, by class.
    pub parts: Vec<Part>,
    /// The course up to its sending: events and who did them, with no name and no time.
    pub acts: Vec<Act>,
}

impl ReferralContent {
    /// The bytes that are sealed.
    ///
    /// # Errors
    /// A text or a list is longer than a content carries.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, ContentError> {
        let mut to = Writer::new();
        to.byte(VERSION)?;
        to.byte(KIND)?;
        to.id(&self.referral.0)?;
        to.count(self.number)?;
        write_contact(&mut to, &self.sender)?;
        write_contact(&mut to, &self.recipient)?;
        to.word(self.urgency)?;
        to.moment(self.at)?;
        write_ground(&mut to, &self.ground)?;
        to.list((self.parts.as_slice(), PARTS_MAX), write_part)?;
        to.list((self.acts.as_slice(), ACTS_MAX), write_act)?;
        Ok(to.finish())
    }

    /// Reads what was opened.
    ///
    /// # Errors
    /// The bytes are no referral of this version.
    pub fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut from = opened(bytes, KIND)?;
        let content = Self {
            referral: ReferralId(from.id()?),
            number: from.count()?,
            sender: read_contact(&mut from)?,
            recipient: read_contact(&mut from)?,
            urgency: from.word("urgency")?,
            at: from.moment()?,
            ground: read_ground(&mut from)?,
            parts: from.list(PARTS_MAX, read_part)?,
            acts: from.list(ACTS_MAX, read_act)?,
        };
        from.finish()?;
        // One reading: a date or a list that says the same in other bytes is none.
        if content.write()?.as_slice() == bytes { Ok(content) } else { Err(ContentError::Form) }
    }

    /// Whether it says what the signed header of its envelope says, and no more than its consent
    /// lets out. Asked before it is sealed and after it was opened.
    ///
    /// # Errors
    /// It does not.
    pub fn fits(&self, header: &Header) -> Result<(), ContentError> {
        if !matches!(header.role, Role::Referral { .. }) {
            return Err(ContentError::Header);
        }
        self.stands_on(&header.ground)
    }

    /// Whether it stands on that ground and holds no more than it lets out.
    ///
    /// # Errors
    /// It does not.
    pub fn stands_on(&self, ground: &Ground) -> Result<(), ContentError> {
        match (&self.ground, ground) {
            (GroundSaid::Consent(said), Ground::Consent { digest, valid_to, scopes }) => {
                let is_same = said.digest == *digest
                    && said.valid_to == *valid_to
                    && certs::referral::Scopes::of(&said.classes) == *scopes;
                if !is_same {
                    return Err(ContentError::Header);
                }
                let lets =
                    |part: &Part| class_of(part).is_some_and(|class| said.classes.contains(&class));
                if self.parts.iter().all(lets) { Ok(()) } else { Err(ContentError::Unconsented) }
            }
            (GroundSaid::Emergency(_), Ground::Emergency) => {
                let is_least = |part: &Part| matches!(part, Part::Emergency { .. });
                let is_all = self.parts.iter().all(is_least);
                if is_all { Ok(()) } else { Err(ContentError::Unconsented) }
            }
            _ => Err(ContentError::Header),
        }
    }
}

/// The kind of data that a part is of; what only an emergency carries is of none.
const fn class_of(part: &Part) -> Option<DataClass> {
    match part {
        Part::Identity { .. } => Some(DataClass::Identity),
        Part::Reason { .. } => Some(DataClass::Reason),
        Part::Scores(_) => Some(DataClass::Scores),
        Part::Risk { .. } => Some(DataClass::Risk),
        Part::Emergency { .. } => None,
    }
}

pub(super) fn write_contact(to: &mut Writer, contact: &Contact) -> Result<(), ContentError> {
    to.text(&contact.unit)?;
    to.text(&contact.person)?;
    to.text(&contact.phone)
}

pub(super) fn read_contact(from: &mut Reader<'_>) -> Result<Contact, ContentError> {
    Ok(Contact { unit: from.text()?, person: from.text()?, phone: from.text()? })
}

fn write_ground(to: &mut Writer, ground: &GroundSaid) -> Result<(), ContentError> {
    match ground {
        GroundSaid::Consent(said) => {
            to.byte(CONSENT)?;
            to.digest(said.digest)?;
            to.list((said.classes.as_slice(), WORDS_MAX), |to, class| to.word(*class))?;
            to.word(said.outcome_back)?;
            to.word(said.method)?;
            to.option(said.relation.as_ref(), |to, relation| to.word(*relation))?;
            to.option(said.guardian_signed.as_ref(), |to, day| to.day(*day))?;
            to.option(said.student_signed.as_ref(), |to, day| to.day(*day))?;
            to.flag(said.child_asked)?;
            to.day(said.valid_from)?;
            to.day(said.valid_to)?;
            to.text(&said.notice)
        }
        GroundSaid::Emergency(said) => {
            to.byte(EMERGENCY)?;
            to.moment(said.at)?;
            to.flag(said.is_signed)
        }
    }
}

fn read_ground(from: &mut Reader<'_>) -> Result<GroundSaid, ContentError> {
    Ok(match from.byte()? {
        CONSENT => GroundSaid::Consent(ConsentSaid {
            digest: from.digest()?,
            classes: from.list(WORDS_MAX, |from| from.word("kinds of data"))?,
            outcome_back: from.word("outcome that comes back")?,
            method: from.word("ways of consent")?,
            relation: from.option(|from| from.word("relations"))?,
            guardian_signed: from.option(Reader::day)?,
            student_signed: from.option(Reader::day)?,
            child_asked: from.flag()?,
            valid_from: from.day()?,
            valid_to: from.day()?,
            notice: from.text()?,
        }),
        EMERGENCY => {
            GroundSaid::Emergency(EmergencySaid { at: from.moment()?, is_signed: from.flag()? })
        }
        _ => return Err(ContentError::Unknown("grounds")),
    })
}

/// A guardian who may be called: name, relation, telephone.
pub(super) type Called = (String, Relation, String);

pub(super) fn write_guardian(to: &mut Writer, guardian: &Called) -> Result<(), ContentError> {
    let (name, relation, phone) = guardian;
    to.text(name)?;
    to.word(*relation)?;
    to.text(phone)
}

pub(super) fn read_guardian(from: &mut Reader<'_>) -> Result<Called, ContentError> {
    Ok((from.text()?, from.word("relations")?, from.text()?))
}

fn write_part(to: &mut Writer, part: &Part) -> Result<(), ContentError> {
    match part {
        Part::Identity { name, sex, birth, guardians, has_suspect } => {
            to.byte(IDENTITY)?;
            to.text(name)?;
            to.byte(sex_code(*sex))?;
            to.option(birth.as_ref(), |to, day| to.day(*day))?;
            to.list((guardians.as_slice(), GUARDIANS_MAX), write_guardian)?;
            to.flag(*has_suspect)
        }
        Part::Reason { concerns, tier, since, work } => {
            to.byte(REASON)?;
            to.list((concerns.as_slice(), WORDS_MAX), |to, concern| to.word(*concern))?;
            to.option(tier.as_ref(), |to, tier| to.word(*tier))?;
            to.option(since.as_ref(), |to, day| to.day(*day))?;
            to.list((work.as_slice(), WORDS_MAX), |to, (kind, count, first, last)| {
                to.word(*kind)?;
                to.count(u32::try_from(*count).map_err(|_| ContentError::Long)?)?;
                to.day(*first)?;
                to.day(*last)
            })
        }
        Part::Scores(scores) => {
            to.byte(SCORES)?;
            to.list((scores.as_slice(), SCORES_MAX), write_score)
        }
        Part::Risk { risk, known } => {
            to.byte(RISK)?;
            to.word(*risk)?;
            known.iter().try_for_each(|text| to.text(text))
        }
        Part::Emergency { name, age, guardians, has_suspect, told, physique } => {
            to.byte(IN_EMERGENCY)?;
            to.text(name)?;
            to.option(age.as_ref(), |to, age| to.byte(*age))?;
            to.list((guardians.as_slice(), GUARDIANS_MAX), write_guardian)?;
            to.flag(*has_suspect)?;
            told.iter().try_for_each(|text| to.text(text))?;
            to.list((physique.as_slice(), PHYSIQUE_MAX), |to, line| to.text(line))
        }
    }
}

fn read_part(from: &mut Reader<'_>) -> Result<Part, ContentError> {
    Ok(match from.byte()? {
        IDENTITY => Part::Identity {
            name: from.text()?,
            sex: sex_of(from.byte()?)?,
            birth: from.option(Reader::day)?,
            guardians: from.list(GUARDIANS_MAX, read_guardian)?,
            has_suspect: from.flag()?,
        },
        REASON => Part::Reason {
            concerns: from.list(WORDS_MAX, |from| from.word("reasons"))?,
            tier: from.option(|from| from.word("tiers"))?,
            since: from.option(Reader::day)?,
            work: from.list(WORDS_MAX, |from| {
                let (kind, count) = (from.word("kinds of work")?, from.count()?);
                Ok((kind, u64::from(count), from.day()?, from.day()?))
            })?,
        },
        SCORES => Part::Scores(from.list(SCORES_MAX, read_score)?),
        RISK => {
            let risk = from.word("risks")?;
            Part::Risk { risk, known: [from.text()?, from.text()?, from.text()?] }
        }
        IN_EMERGENCY => Part::Emergency {
            name: from.text()?,
            age: from.option(Reader::byte)?,
            guardians: from.list(GUARDIANS_MAX, read_guardian)?,
            has_suspect: from.flag()?,
            told: [from.text()?, from.text()?, from.text()?],
            physique: from.list(PHYSIQUE_MAX, Reader::text)?,
        },
        _ => return Err(ContentError::Unknown("parts")),
    })
}

fn write_score(to: &mut Writer, score: &Score) -> Result<(), ContentError> {
    to.text(&score.scale)?;
    to.day(score.day)?;
    to.option(score.total.as_ref(), |to, total| to.number(*total))?;
    to.option(score.band.as_ref(), |to, band| to.text(band))?;
    to.text(&score.flags)
}

fn read_score(from: &mut Reader<'_>) -> Result<Score, ContentError> {
    Ok(Score {
        scale: from.text()?,
        day: from.day()?,
        total: from.option(Reader::number)?,
        band: from.option(Reader::text)?,
        flags: from.text()?,
    })
}

/// Codes of GB/T 2261.1.
pub(super) const fn sex_code(sex: Sex) -> u8 {
    match sex {
        Sex::Unknown => 0,
        Sex::Male => 1,
        Sex::Female => 2,
    }
}

pub(super) const fn sex_of(code: u8) -> Result<Sex, ContentError> {
    match code {
        0 => Ok(Sex::Unknown),
        1 => Ok(Sex::Male),
        2 => Ok(Sex::Female),
        _ => Err(ContentError::Unknown("sexes")),
    }
}

fn write_side(to: &mut Writer, side: Side) -> Result<(), ContentError> {
    match side {
        Side::School => to.byte(SCHOOL_SIDE),
        Side::Recipient(envelope) => {
            to.byte(RECIPIENT_SIDE)?;
            to.count(envelope)
        }
    }
}

fn read_side(from: &mut Reader<'_>) -> Result<Side, ContentError> {
    match from.byte()? {
        SCHOOL_SIDE => Ok(Side::School),
        RECIPIENT_SIDE => Ok(Side::Recipient(from.count()?)),
        _ => Err(ContentError::Unknown("sides")),
    }
}

fn write_act(to: &mut Writer, act: &Act) -> Result<(), ContentError> {
    write_side(to, act.side)?;
    to.count(act.number)?;
    to.word(act.event)?;
    to.word(act.actor)?;
    let seen: Vec<(Side, u32)> = act.seen.iter().map(|(side, count)| (*side, *count)).collect();
    to.list((seen.as_slice(), SIDES_MAX), |to, (side, count)| {
        write_side(to, *side)?;
        to.count(*count)
    })
}

fn read_act(from: &mut Reader<'_>) -> Result<Act, ContentError> {
    let (side, number) = (read_side(from)?, from.count()?);
    let (event, actor) = (from.word("events")?, from.word("who acts")?);
    let seen = from.list(SIDES_MAX, |from| Ok((read_side(from)?, from.count()?)))?;
    Ok(Act { side, number, event, actor, seen: seen.into_iter().collect::<BTreeMap<_, _>>() })
}
